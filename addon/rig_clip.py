# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rig Clip, from the artist's video to a job and back: what the operators call, and what a script can call."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import bpy
import numpy as np

from . import files, jobs, rig_moving, targets
from .importers import clips as clip_import
from .importers import finished, material

FEWEST = 6
"""Frames that the backend asks for."""
MOVIES = (".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg", ".gif", ".ogv", ".wmv")


@dataclasses.dataclass(frozen=True)
class Found:
    """What a glance at the artist's clip says, before anything is read."""

    frames: int
    """Of a folder; 0 for a video, which is not opened."""
    masks: int
    problem: str = ""
    """Why nothing can be made of it: a sentence, and what to do."""


def look(clip: str) -> Found:
    """What is there. Cheap enough for every redraw."""
    if not clip:
        return Found(0, 0, "Choose a video, or the folder that holds its frames.")
    path = Path(bpy.path.abspath(clip))
    if path.is_file():
        if path.suffix.lower() in clip_import.PICTURES:
            return Found(0, 0, f"{path.name} is a single picture. Choose a video, or the folder that holds its frames.")
        if path.suffix.lower() not in MOVIES:
            return Found(0, 0, f"{path.name} is no video. Choose an MP4, MOV, AVI or GIF, or a folder of frames.")
        return Found(0, 0)
    try:
        names = [name for name in files.listing(path) if is_frame(name)]
        masks = path / "masks"
        masked = files.listing(masks) if masks.is_dir() else ()
    except OSError:
        return Found(0, 0, f"There is no clip {path}. Choose a video, or the folder that holds its frames.")
    known = [name for name in names if f"{Path(name).stem}.png" in masked]
    if not names:
        return Found(0, 0, f"{path.name} holds no pictures.")
    if len(names) < FEWEST:
        return Found(len(names), len(known), f"{path.name} holds {len(names)} frames, {FEWEST} are the least.")
    return Found(len(names), len(known))


def is_frame(name: str) -> bool:
    return Path(name).suffix.lower() in clip_import.PICTURES and not name.startswith(".")


def create_job(queue: jobs.Queue, params: dict) -> jobs.Job:
    """A job, not yet submitted. ``params``: fields of the backend's ``RigClipParams``."""
    return queue.create("rig_clip", f"Rig Clip {Path(params['clip']).name}", params, {"objects": []})


def import_result(job: jobs.Job, report: dict) -> bpy.types.Object:
    """The armature with its mesh, an action, a material and the clip's camera, selected.

    A scene in which nothing is animated takes over the clip's frames and frame rate; any other keeps its own.
    """
    with targets.any_window() as context:
        scene, still = context.scene, not bpy.data.actions
        name = Path(job.params["clip"]).stem
        clip = clip_import.read(job.output("camera"))

        def dress(item: bpy.types.Object) -> None:
            tiles = material.Tiles("base_color", {1001: job.output("texture")})
            images = material.bring([tiles], material.new_folder(item), name)
            item.data.materials.append(material.create(name, images, finished.LAYER))

        animal = rig_moving.bring(context, job, name, f"{name} Clip", f"{name} Motion", dress)
        rig_moving.add_camera(animal, clip_import.camera(scene, clip, animal.frames))
        if still:
            take_time(scene, clip.rate, animal.frames)
        return rig_moving.finish(context, job, report, animal)


def take_time(scene: bpy.types.Scene, rate: float, frames: np.ndarray) -> None:
    """The scene plays these frames (F,), so many in a second."""
    whole = max(1, round(rate))
    scene.render.fps, scene.render.fps_base = whole, whole / rate
    scene.frame_start, scene.frame_end = int(frames[0]), int(frames[-1])


def camera_of(armature: bpy.types.Object) -> bpy.types.Object | None:
    """The camera of a rig's clip, if it is still there."""
    return next((item for item in armature.children if item.type == "CAMERA"), None)
