# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What belongs to each photo of a rig: a camera with the photo behind it, a material, a marker in the action."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import NamedTuple

import bpy
from mathutils import Matrix

from . import finished, material

ALPHA = 0.6
"""Of the photo behind the animal."""
DISPLAYED = 0.3
"""Size of a camera in the view, where the animal is about one from hip to shoulder."""
SENSOR = 36.0
"""Millimeters."""
FUSED = "All Photos"


class Photo(NamedTuple):
    name: str
    picture: Path
    """The artist's own file, or an upright copy in the job's folder."""
    size: tuple[int, int]
    """Width and height in pixels."""
    lens: float
    """Millimeters, for the longer side."""
    camera_to_world: Matrix
    texture: Path


def read(path: Path, folder: Path) -> list[Photo]:
    """From ``out/cameras.json``; ``folder`` is the job's, which relative paths start from."""
    return [
        Photo(
            one["name"], folder / one["picture"], tuple(one["size"]), one["lens"], Matrix(one["camera_to_world"]),
            folder / one["texture"],
        )
        for one in json.loads(path.read_text(encoding="utf-8"))
    ]  # fmt: skip


def mark(action: bpy.types.Action, photos: list[Photo]) -> None:
    """A pose marker with the name of the photo at each frame."""
    for frame, photo in enumerate(photos, 1):
        action.pose_markers.new(photo.name).frame = frame


def camera(scene: bpy.types.Scene, photo: Photo, folder: Path) -> bpy.types.Object:
    """A camera that sees what the photo saw, with the photo in the background, not yet in a collection.

    Blender fits the picture into the frame of the scene's render. The lens is that of the side which the two share, so
    the camera stays right when the resolution changes, as long as the picture is the wider of both, or the taller.
    """
    data = bpy.data.cameras.new(photo.name)
    width, height = photo.size
    render = scene.render
    frame = render.resolution_x * render.pixel_aspect_x / (render.resolution_y * render.pixel_aspect_y)
    wide = width / height >= frame
    data.sensor_fit = "HORIZONTAL" if wide else "VERTICAL"
    data.sensor_width = data.sensor_height = SENSOR
    data.lens = photo.lens * max(width, height) / (width if wide else height)
    data.clip_start, data.clip_end = 0.01, 1000.0
    data.display_size = DISPLAYED
    if photo.picture.is_file():
        image = bpy.data.images.load(str(photo.picture), check_existing=True)
        if folder in photo.picture.parents:  # which goes one day
            image.pack()
        elif bpy.data.filepath:
            with contextlib.suppress(ValueError):  # on another drive there is no such path
                image.filepath = bpy.path.relpath(image.filepath)
        background = data.background_images.new()
        background.image = image
        background.alpha = ALPHA
        background.frame_method = "FIT"
        data.show_background_images = True
    made = bpy.data.objects.new(photo.name, data)
    made.matrix_world = photo.camera_to_world
    made.hide_render = True
    return made


def add_materials(item: bpy.types.Object, fused: Path, photos: list[Photo], folder: Path | None) -> None:
    """The colors of all photos in the first slot, those of each photo in the next ones.

    ``folder`` is new and takes the pictures; None packs them.
    """
    for name, path in ((FUSED, fused), *((photo.name, photo.texture) for photo in photos)):
        title = f"{item.name} {name}"
        place = None if folder is None else folder / material.recipe.folder_name(name)
        tiles = material.Tiles("base_color", {1001: path})
        images = {"base_color": material.image_of(tiles, place, title)}
        item.data.materials.append(material.create(title, images, finished.LAYER))
