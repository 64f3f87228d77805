# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finish, from messy meshes in the scene to a job and back as a clean one beside them."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
from mathutils import Vector

from . import jobs, recipe, reconstruct, targets, version
from .export import finish as finish_export
from .importers import finished
from .importers import material as material_import
from .texture import files_of

SUFFIX = " Finished"
GAP = 0.15
"""Between the old mesh and the new one, in widths."""


def create_job(
    queue: jobs.Queue, context: bpy.types.Context, objects: list[bpy.types.Object], params: dict, options: dict
) -> jobs.Job:
    """A job, not yet submitted.

    Args:
        params: fields of the backend's ``FinishParams``; lengths in Blender units.
        options: ``quads``, ``mark_asset`` and ``folder`` for the maps, which matter to this side alone.
    """
    title = f"Finish {objects[0].name}" + (f" and {len(objects) - 1} more" if len(objects) > 1 else "")
    counts = [len(item.data.vertices) for item in objects]
    target = targets.describe(objects, counts, []) | {"options": options}
    job = queue.create("finish", title, params, target)
    print_of = finish_export.save(context, objects, job.inputs)
    if len(objects) == 1:
        reconstruct.give_pictures(objects[0], job.inputs)
    target["inputs"] = [{"object": objects[0].name, "vertices": sum(counts), "sha256": print_of}]
    return job


def import_result(job: jobs.Job, report: dict) -> bpy.types.Object:
    """The finished mesh as a new object beside the first of the old ones, which stay as they are."""
    objects = targets.found_objects(job.target)
    with targets.window_with(objects[0]) as context:
        if context.mode != "OBJECT":
            raise targets.ImportProblem("Leave the present mode first: results are applied in Object Mode.")
        folder = material_import.new_folder(objects[0], job.target["options"]["folder"])
        item = place(context, job, objects, report, folder)
    options = job.target["options"]
    if options["mark_asset"]:
        item.asset_mark()
    made = recipe.make("finish", job.params, version.current(), job.target["inputs"], report)
    made["options"] = options
    recipe.store(item, made, folder)
    return item


def place(
    context: bpy.types.Context,
    job: jobs.Job,
    objects: list[bpy.types.Object],
    report: dict,
    folder: Path | None,
) -> bpy.types.Object:
    """A new object with its material, selected; ``folder`` is for the maps."""
    name = f"{objects[0].name}{SUFFIX}"
    mesh = finished.read(job.output("mesh"), name, job.target["options"]["quads"])
    item = bpy.data.objects.new(name, mesh)
    images = material_import.bring(files_of(job, 0), folder, name)
    mesh.materials.append(material_import.create(name, images, finished.LAYER))
    (objects[0].users_collection or (context.scene.collection,))[0].objects.link(item)
    context.view_layer.update()
    old, new = world_box(objects), world_box([item])
    width = max(np.ptp(old[:, 0]), np.ptp(new[:, 0]))
    # Beside the old ones, on their ground.
    item.location = (old[:, 0].max() + GAP * width - new[:, 0].min(), 0.0, 0.0)
    if job.params["origin_to_base"]:
        item.location[1:] = report["offset"][1:]
    targets.select_only(context, item)
    return item


def world_box(objects: list[bpy.types.Object]) -> np.ndarray:
    """The corners (N, 3) of the objects' boxes in the world."""
    return np.array([item.matrix_world @ Vector(corner) for item in objects for corner in item.bound_box])
