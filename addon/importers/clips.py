# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The camera of a rig that came from a clip, with the clip behind what it sees, frame by frame."""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path
from typing import NamedTuple

import bpy
import numpy as np
from mathutils import Matrix

from .. import compat
from . import photos

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp")


class Clip(NamedTuple):
    name: str
    path: Path
    """The artist's own video, or the folder of its frames."""
    size: tuple[int, int]
    """Width and height in pixels."""
    rate: float
    """Frames in a second."""
    lens: float
    """Millimeters, for the longer side."""
    camera_to_world: list[Matrix]
    """One, or one for each frame."""


def read(path: Path) -> Clip:
    """From ``out/camera.json``."""
    one = json.loads(path.read_text(encoding="utf-8"))
    matrices = [Matrix(matrix) for matrix in one["camera_to_world"]]
    return Clip(one["name"], Path(one["clip"]), tuple(one["size"]), one["rate"], one["lens"], matrices)


def camera(scene: bpy.types.Scene, clip: Clip, frames: np.ndarray) -> bpy.types.Object:
    """A camera that sees what the clip's saw in its frames (F,), not yet in a collection."""
    # The picture of a photo lies in a file; a clip's background follows below.
    seen = photos.Photo(f"{clip.name} Camera", Path(), clip.size, clip.lens, clip.camera_to_world[0], Path())
    made = photos.camera(scene, seen, Path())
    image = picture(clip)
    if image is not None:
        background = made.data.background_images.new()
        background.image, background.alpha, background.frame_method = image, photos.ALPHA, "FIT"
        user = background.image_user
        # A clip's first frame belongs to frame 1, whichever part of it was rigged.
        user.frame_start, user.frame_duration = 1, int(frames[-1])
        user.frame_offset = first_number(clip) - 1
        user.use_auto_refresh = True
        made.data.show_background_images = True
    if len(clip.camera_to_world) > 1:
        go(made, clip, frames)
    return made


def picture(clip: Clip) -> bpy.types.Image | None:
    """The clip as an image of Blender's; None where it is not there any more, or nothing that Blender reads."""
    folder = clip.path.is_dir()
    pictures = numbered(clip.path) if folder else [clip.path]
    if not pictures or not pictures[0].is_file():
        return None
    try:
        image = bpy.data.images.load(str(pictures[0]), check_existing=False)
    except RuntimeError:
        return None
    if folder:
        image.source = "SEQUENCE"
    image.name = clip.name
    if bpy.data.filepath:
        with contextlib.suppress(ValueError):  # on another drive there is no such path
            image.filepath = bpy.path.relpath(image.filepath)
    return image


def numbered(folder: Path) -> list[Path]:
    """Pictures in the order of the last number in their names."""
    found = [path for path in folder.iterdir() if path.suffix.lower() in PICTURES and not path.name.startswith(".")]
    return sorted(found, key=lambda path: ([int(number) for number in re.findall(r"\d+", path.stem)[-1:]], path.name))


def first_number(clip: Clip) -> int:
    """That of the first picture of a folder; a video begins with 1."""
    numbers = re.findall(r"\d+", numbered(clip.path)[0].stem) if clip.path.is_dir() else []
    return int(numbers[-1]) if numbers else 1


def go(item: bpy.types.Object, clip: Clip, frames: np.ndarray) -> None:
    """A key for each frame (F,) of how the camera goes."""
    item.rotation_mode = "QUATERNION"
    before = None
    for frame, matrix in zip(frames.tolist(), clip.camera_to_world, strict=True):
        place, turn, _ = matrix.decompose()
        if before is not None:
            turn.make_compatible(before)
        item.location, item.rotation_quaternion, before = place, turn, turn
        item.keyframe_insert("location", frame=frame)
        item.keyframe_insert("rotation_quaternion", frame=frame)
    for curve in compat.channels(item).fcurves:
        for key in curve.keyframe_points:
            key.interpolation = "LINEAR"
