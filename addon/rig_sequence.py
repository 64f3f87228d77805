# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rig Moving Mesh, from the artist's scene to a job and back: what the operator calls, and what a script can call."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path

import bpy
import numpy as np

from . import jobs, recipe, rig, rig_moving, targets, version
from .export import sequence as sequence_export

SUFFIX = " Rigged"
MEASURED = 8
"""Frames in which a result is compared with the sequence after import."""


def frames_of(context: bpy.types.Context) -> range:
    """The frames that the settings ask for: the scene's unless they say otherwise."""
    settings, scene = context.scene.galatea.sequence, context.scene
    if settings.own_range:
        return range(settings.frame_start, settings.frame_end + 1)
    return range(scene.frame_start, scene.frame_end + 1)


def create_job(
    queue: jobs.Queue, context: bpy.types.Context, item: bpy.types.Object, frames: range, params: dict
) -> tuple[jobs.Job, Iterator[float]]:
    """A job, not yet submitted, and the reading of the sequence: to be gone through before.

    ``params``: fields of the backend's ``RigSequenceParams``.
    """
    target = targets.describe([item], [len(item.data.vertices)], [])
    target["frames"] = [frames.start, frames.stop - 1]
    job = queue.create("rig_sequence", f"Rig Moving {item.name}", params, target)
    return job, _reading(context, item, frames, job)


def _reading(context: bpy.types.Context, item: bpy.types.Object, frames: range, job: jobs.Job) -> Iterator[float]:
    yield from sequence_export.record(context, item, frames, job.inputs)
    positions = np.load(job.inputs / "positions.npy", mmap_mode="r")
    digest = hashlib.sha256()
    for frame in positions:
        digest.update(np.ascontiguousarray(frame).tobytes())
    made_of = {"object": item.name, "vertices": positions.shape[1], "sha256": digest.hexdigest()}
    job.target["inputs"] = [made_of]


def import_result(job: jobs.Job, report: dict) -> bpy.types.Object:
    """The armature with its action, and a copy of the mesh that follows it, where the mesh is. That stays as it is."""
    (item,) = targets.found_objects(job.target)
    with targets.window_with(item) as context:
        if context.mode != "OBJECT":
            raise targets.ImportProblem("Leave the present mode first: results are applied in Object Mode.")
        parts = rig_moving.read(job)
        frames, rest = parts.motion.frames, parts.motion.rest_frame
        selects = targets.looks_at(context, [item])
        collection = rig.collection_of(context, item)
        copy = rest_copy(context, item, rest, len(parts.skin.weights), collection)
        try:
            armature, _ = rig_moving.assemble(context, parts, copy, collection, item.name, f"{item.name} Motion")
        except Exception:
            bpy.data.meshes.remove(copy.data)
            raise
        report = report | measured(context, copy, job.inputs / "positions.npy", frames)
        made = recipe.make("rig_sequence", job.params, version.current(), job.target["inputs"], report)
        recipe.store(armature, made | {"frames": job.target["frames"]})
        if selects:
            targets.select_only(context, armature)
    return armature


def rest_copy(
    context: bpy.types.Context, item: bpy.types.Object, frame: int, vertices: int, collection: bpy.types.Collection
) -> bpy.types.Object:
    """A new object that is what the object looks like in a frame, with its materials, UVs and colors."""
    with at_frames(context.scene) as go:
        go(frame)
        depsgraph = context.evaluated_depsgraph_get()
        there = item.evaluated_get(depsgraph)
        mesh = bpy.data.meshes.new_from_object(there, preserve_all_data_layers=True, depsgraph=depsgraph)
        if len(mesh.vertices) != vertices:
            count = len(mesh.vertices)
            bpy.data.meshes.remove(mesh)
            raise targets.ImportProblem(
                f"{item.name} has {count} vertices in frame {frame} now, it had {vertices}: start the job again."
            )
        mesh.name = f"{item.name}{SUFFIX}"
        copy = bpy.data.objects.new(mesh.name, mesh)
        copy.matrix_world = there.matrix_world.copy()
    for slot, source in zip(copy.material_slots, item.material_slots, strict=False):
        slot.link, slot.material = "OBJECT" if source.link == "OBJECT" else "DATA", source.material
    # The mesh brings weights of groups that this object does not have, and new groups would take them over.
    for group in item.vertex_groups:
        copy.vertex_groups.new(name=group.name)
    copy.vertex_groups.clear()
    collection.objects.link(copy)
    context.view_layer.update()
    return copy


def measured(context: bpy.types.Context, copy: bpy.types.Object, positions: Path, frames: np.ndarray) -> dict:
    """The error of the rig as Blender shows it, in % of the diagonal of the box: over some frames, all vertices.

    The action must lie on the frames (F,) of ``positions`` (F, V, 3).
    """
    wanted = np.load(positions, mmap_mode="r")
    chosen = np.unique(np.linspace(0, len(frames) - 1, MEASURED).round().astype(int))
    squares, worst = [], 0.0
    with at_frames(context.scene) as go:
        for number in chosen:
            go(int(frames[number]))
            vertices, _, _ = sequence_export.evaluated(context, copy)
            square = ((vertices - wanted[number]) ** 2).sum(axis=1)
            squares.append(square.mean())
            worst = max(worst, float(square.max()))
    diagonal = float(np.linalg.norm(np.ptp(wanted[chosen[0]], axis=0)))
    return {
        "blender_rms_percent": round(100 * float(np.sqrt(np.mean(squares))) / diagonal, 4),
        "blender_worst_percent": round(100 * worst**0.5 / diagonal, 3),
    }


@contextlib.contextmanager
def at_frames(scene: bpy.types.Scene) -> Iterator:
    """Gives a function that goes to a frame; the present one is put back."""
    before = scene.frame_current, scene.frame_subframe
    try:
        yield scene.frame_set
    finally:
        scene.frame_set(before[0], subframe=before[1])
