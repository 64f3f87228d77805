# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a job's result belongs: the objects it was started on, found again in what the file has become."""

from __future__ import annotations

import contextlib
import os

import bpy
import numpy as np

from . import compat, jobs


class ImportProblem(Exception):
    """A result cannot be taken into this scene: one sentence for the artist. Nothing was changed."""


def describe(objects: list[bpy.types.Object], vertex_counts: list[int], inputs: list[dict]) -> dict:
    """A job's ``target``. Names and ids only: references do not survive undo."""
    return {
        "objects": [reference(item) | {"vertices": count} for item, count in zip(objects, vertex_counts, strict=True)],
        "samples": samples(objects[0]).tolist(),
        "inputs": inputs,
        "blend": bpy.data.filepath,
        "process": os.getpid(),
    }


def samples(item: bpy.types.Object) -> np.ndarray:
    """(S, 3) world positions of some of the mesh's own vertices."""
    vertices = item.data.vertices
    step = max(len(vertices) // 16, 1)  # one by one: panels ask for them, and there may be millions
    points = np.array([vertices[index].co for index in range(0, len(vertices), step)], np.float64).reshape(-1, 3)
    matrix = np.array(item.matrix_world)
    return points @ matrix[:3, :3].T + matrix[:3, 3]


def reference(item: bpy.types.Object) -> dict:
    """What finds an object again."""
    return {"name": item.name, "session_uid": item.session_uid}


def find(target: dict, wanted: dict) -> bpy.types.Object | None:
    """The object that ``wanted`` (a ``reference``) meant, in the file that is open now.

    Within one Blender session the id is certain, whatever the object is called by now; after the file was loaded again
    the name counts, if it is the same file by its name or by what is in it.
    """
    if target["process"] == os.getpid():
        for item in bpy.data.objects:
            if item.session_uid == wanted["session_uid"]:
                return item
    if (target["blend"] and target["blend"] == bpy.data.filepath) or was_recovered(target):
        return bpy.data.objects.get(wanted["name"])
    return None


def was_recovered(target: dict) -> bool:
    """Whether the open file is that of a job of an earlier session, under another name: recovered, saved as, moved."""
    item = bpy.data.objects.get(target["objects"][0]["name"])
    if target["process"] == os.getpid() or item is None or item.type != "MESH":
        return False
    before, now = np.array(target["samples"]), samples(item)
    return before.shape == now.shape and np.allclose(before, now)


def found_objects(target: dict) -> list[bpy.types.Object]:
    """The meshes of a job. Raises ImportProblem when one is gone or no longer the same mesh."""
    objects = []
    for wanted in target["objects"]:
        item = find(target, wanted)
        if item is None or item.type != "MESH":
            raise ImportProblem(f"This job's {wanted['name']} is not in this file. The result is kept.{whence(target)}")
        if len(item.data.vertices) != wanted["vertices"]:
            raise ImportProblem(
                f"{item.name} has {len(item.data.vertices)} vertices now, it had {wanted['vertices']}: "
                "start the job again, or undo the change and Apply."
            )
        if item.library or item.data.library:
            raise ImportProblem(f"{item.name} comes from another file now: make it local, then Apply.")
        objects.append(item)
    return objects


def whence(target: dict) -> str:
    """What to do when a job's object is not here: open its file, if that has a name."""
    name = os.path.basename(target["blend"])
    if not name and target["process"] != os.getpid():
        return " Its file had no name yet: if Blender can recover it, do so, then Apply."
    return f" Open {name}, then Apply." if name and target["blend"] != bpy.data.filepath else ""


def may_import(job: jobs.Job) -> bool:
    """Whether a result can be taken in now, without disturbing what the artist is doing."""
    return not obstacle(job)


def obstacle(job: jobs.Job) -> str:
    """Why a result cannot be taken in now, "" when it can."""
    if bpy.app.background:
        return ""
    if bpy.app.is_job_running("RENDER") or bpy.app.is_job_running("OBJECT_BAKE"):
        return "Blender is rendering."
    for meant in job.target["objects"][:1]:
        if find(job.target, meant) is None:
            return f"This job's {meant['name']} is not in this file.{whence(job.target)}"
    windows = bpy.context.window_manager.windows
    if any(window.screen.is_animation_playing for window in windows):
        return "The animation is playing."
    if any(compat.modal_tool_runs(window) for window in windows):
        return "Another tool is running."
    # Every window's active object: edit, sculpt and paint modes are those of the object.
    for window in windows:
        active = window.view_layer.objects.active
        if active is not None and active.mode != "OBJECT":
            return f"{active.name} is not in Object Mode."
    return ""


@contextlib.contextmanager
def window_with(item: bpy.types.Object):
    """The context of a window that shows the object's scene (a timer has no window of its own)."""
    if item.name in bpy.context.view_layer.objects:
        windows = [bpy.context.window] if bpy.context.window else []
    else:
        windows = []
    all_windows = bpy.context.window_manager.windows
    windows += [window for window in all_windows if item.name in window.view_layer.objects]
    if windows:
        with bpy.context.temp_override(window=windows[0]):
            yield bpy.context
    elif item.name in bpy.context.view_layer.objects:  # background: no window at all
        yield bpy.context
    elif any(item.name in scene.objects for scene in [bpy.context.scene, *(window.scene for window in all_windows)]):
        raise ImportProblem(f"The collection of {item.name} is excluded: check it in the Outliner, then Apply.")
    else:
        raise ImportProblem(f"{item.name} is not in the scene that is open: switch to its scene, then Apply.")


@contextlib.contextmanager
def any_window():
    """The context of the window that the artist uses, else of the first (a timer has no window of its own)."""
    windows = bpy.context.window_manager.windows
    if bpy.context.window or not windows:
        yield bpy.context
    else:
        with bpy.context.temp_override(window=windows[0]):
            yield bpy.context


def looks_at(context: bpy.types.Context, objects: list[bpy.types.Object | None]) -> bool:
    """Whether the artist still is at these objects, and has not gone on to something else."""
    active = context.view_layer.objects.active
    return active is None or active in objects


def select_only(context: bpy.types.Context, item: bpy.types.Object) -> None:
    """Select this object and nothing else."""
    for other in context.selected_objects:
        other.select_set(False)
    item.select_set(True)
    context.view_layer.objects.active = item
