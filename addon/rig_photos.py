# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rig Photos, from the artist's folder to a job and back: what the operators call, and what a script can call."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import NamedTuple

import bpy
import numpy as np

from . import files, jobs, rig, rig_moving, targets
from . import image as image_editor
from .importers import material
from .importers import photos as photo_import

FEWEST, GOOD, MOST = 3, 6, 60
"""Photos that the backend asks for, and from which a shape gets good."""
ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".avif")
SECONDS = 9.0
"""For each photo on two processors, and three times as much besides."""
NUMBER = "galatea_photo"
"""Custom property of a camera: the frame of its photo."""


@dataclasses.dataclass(frozen=True)
class Found:
    """What a glance at the artist's folder says, before anything is read."""

    photos: int
    masks: int
    problem: str = ""
    """Why nothing can be made of it: a sentence, and what to do."""
    warning: str = ""


def look(folder: str) -> Found:
    """What is there. Cheap enough for every redraw."""
    if not folder:
        return Found(0, 0, "Choose the folder that holds the photos.")
    path = Path(bpy.path.abspath(folder))
    try:
        names = files.listing(path)
        masks = path / "masks"
        masked = files.listing(masks) if masks.is_dir() else ()
    except OSError:
        return Found(0, 0, f"There is no folder {path}. Choose the one that holds the photos.")
    photos = [name for name in names if is_photo(name)]
    known = [name for name in photos if f"{Path(name).stem}.png" in masked or f"{name}.png" in masked]
    count = len(photos)
    if not photos:
        return Found(0, 0, f"{path.name} holds no pictures.")
    if count < FEWEST:
        there = "There is one photo" if count == 1 else f"There are {count} photos"
        return Found(count, len(known), f"{there}. Add more of the same species: 10 to 30 in different poses are good.")
    if count > MOST:
        problem = f"There are {count} photos, more than {MOST}. Keep the 10 to 30 that show most."
        return Found(count, len(known), problem)
    if count < GOOD:
        return Found(count, len(known), warning="So few photos tell little of the shape: 10 to 30 are good.")
    return Found(count, len(known))


class Listed(NamedTuple):
    """A photo in the panel's list."""

    path: Path
    mask: Path | None


def listed(folder: str) -> list[Listed]:
    """The photos of a folder with their masks. Cheap enough for every redraw; empty for no folder."""
    if look(folder).photos == 0:
        return []
    path = Path(bpy.path.abspath(folder))
    masks = path / "masks"
    masked = set(files.listing(masks)) if masks.is_dir() else set()
    result = []
    for name in files.listing(path):
        if is_photo(name):
            own = next((one for one in (f"{Path(name).stem}.png", f"{name}.png") if one in masked), None)
            result.append(Listed(path / name, masks / own if own else None))
    return result


def edit_mask(context: bpy.types.Context, photo: Listed) -> bpy.types.Image:
    """Show a photo's mask in an Image Editor, to be painted in: in one that is open, else beside the 3D view."""
    image = bpy.data.images.load(str(photo.mask), check_existing=True)
    image.colorspace_settings.name = "Non-Color"
    image_editor.open_beside(context, image, "PAINT")
    return image


def save_masks(folder: str) -> list[str]:
    """Write masks of a folder that were painted in and not saved; returns their names."""
    masks = {photo.mask.resolve() for photo in listed(folder) if photo.mask is not None}
    saved = []
    for image in bpy.data.images:
        if image.is_dirty and image.filepath and Path(bpy.path.abspath(image.filepath)).resolve() in masks:
            image.save()
            saved.append(image.name)
    return saved


def create_masks_job(queue: jobs.Queue, folder: str) -> jobs.Job:
    """A job, not yet submitted, that finds the masks that the folder lacks."""
    return queue.create("photo_masks", f"Masks of {Path(folder).name}", {"folder": folder}, {"objects": []})


def is_photo(name: str) -> bool:
    return Path(name).suffix.lower() in ENDINGS and not name.startswith(".")


def estimate(photos: int) -> float:
    """Seconds that a job will take, roughly."""
    return SECONDS * (photos + 3)


def create_job(queue: jobs.Queue, params: dict) -> jobs.Job:
    """A job, not yet submitted. ``params``: fields of the backend's ``RigPhotosParams``."""
    return queue.create("rig_photos", f"Rig Photos of {Path(params['folder']).name}", params, {"objects": []})


def import_result(job: jobs.Job, report: dict) -> bpy.types.Object:
    """The armature with its mesh, an action, materials and a camera for each photo, selected."""
    with targets.any_window() as context:
        name = Path(job.params["folder"]).name
        photos = photo_import.read(job.output("cameras"), job.folder)

        def dress(item: bpy.types.Object) -> None:
            photo_import.add_materials(item, job.output("fused"), photos, material.new_folder(item))

        animal = rig_moving.bring(context, job, name, f"{name} Photos", f"{name} Photos", dress)
        photo_import.mark(animal.action, photos)
        for frame, photo in enumerate(photos, 1):
            camera = photo_import.camera(context.scene, photo, job.folder)
            camera[NUMBER] = frame
            rig_moving.add_camera(animal, camera)
        return rig_moving.finish(context, job, report, animal)


def cameras_of(armature: bpy.types.Object) -> list[bpy.types.Object]:
    """The cameras of a rig's photos that are still there, in the order of the photos."""
    own = [item for item in armature.children if item.type == "CAMERA" and NUMBER in item]
    return sorted(own, key=lambda item: item[NUMBER])


def show(context: bpy.types.Context, armature: bpy.types.Object, camera: bpy.types.Object, textured: bool) -> None:
    """Go to a photo: its frame, through its camera, and with the photo's own colors if ``textured``, else with those
    of all photos together."""
    number = camera[NUMBER]
    context.scene.frame_set(number)
    for item in rig.skeleton_meshes(context, armature):
        slot = number if textured and number < len(item.material_slots) else 0
        item.data.polygons.foreach_set("material_index", np.full(len(item.data.polygons), slot, np.int32))
        item.data.update()
    rig_moving.look_through(context, camera)
