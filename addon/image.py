# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures from a prompt, from the artist's words to a job and back as images of the file."""

from __future__ import annotations

import contextlib
from pathlib import Path

import bpy

from . import jobs, recipe, version

NAME_LENGTH = 40


def create_job(queue: jobs.Queue, params: dict) -> jobs.Job:
    """A job, not yet submitted. ``params``: fields of the backend's ``ImageParams``."""
    return queue.create("image", f"Picture: {params['prompt'][:NAME_LENGTH]}", params, {"objects": []})


def pictures(job: jobs.Job, report: dict) -> list[Path]:
    """The files of a finished job, in order."""
    return [job.output(f"image-{number}") for number in range(1, job.params["count"] + 1)]


def import_result(job: jobs.Job, report: dict) -> list[bpy.types.Image]:
    """Load the pictures, packed into the file: they must outlive the job's folder."""
    images = []
    for path in pictures(job, report):
        image = bpy.data.images.load(str(path), check_existing=False)
        image.name = job.params["prompt"][:NAME_LENGTH]
        image.colorspace_settings.name = "sRGB"
        image.pack()
        image.use_fake_user = True
        recipe.store(image, recipe.make("image", job.params, version.current(), [], report))
        images.append(image)
    show(images[0])
    return images


def paint_in(image: bpy.types.Image) -> bool:
    """Show an image in an open image editor, to be painted in. False if no editor is open."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "IMAGE_EDITOR":
                area.spaces.active.image = image
                area.spaces.active.ui_mode = "PAINT"
                return True
    return False


class NoRoom(Exception):
    """There is no Image Editor, and none can be opened; the message says what to do."""


def open_beside(context: bpy.types.Context, image: bpy.types.Image, mode: str) -> None:
    """Show all of an image in an Image Editor of this window in a ``ui_mode``: in one that is open, else beside the 3D
    view. Raises NoRoom."""
    areas = [] if context.screen is None else list(context.screen.areas)
    area = next((one for one in areas if one.type == "IMAGE_EDITOR"), None)
    if area is None:
        views = [one for one in areas if one.type == "VIEW_3D"]
        if not views:
            raise NoRoom("There is no room for an Image Editor: press it in a window with a 3D view.")
        with context.temp_override(area=max(views, key=lambda one: one.width)), contextlib.suppress(RuntimeError):
            # What is too narrow is not split, without a word or with an error.
            bpy.ops.screen.area_split(direction="VERTICAL", factor=0.5)
        area = next((one for one in context.screen.areas if one not in areas), None)
        if area is None:
            raise NoRoom(
                "The 3D view is too narrow for an Image Editor beside it: make it wider, or open one yourself."
            )
        area.type = "IMAGE_EDITOR"
    space = area.spaces.active
    space.image, space.ui_mode = image, mode
    main = next(region for region in area.regions if region.type == "WINDOW")
    with context.temp_override(area=area, region=main):
        bpy.ops.image.view_all(fit_view=True)


def show(image: bpy.types.Image) -> None:
    """Put an image into the image editors that show none."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "IMAGE_EDITOR" and area.spaces.active.image is None:
                area.spaces.active.image = image
