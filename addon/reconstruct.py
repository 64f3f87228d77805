# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of pictures with cameras, from the artist's choice to a job and back as an object."""

from __future__ import annotations

from pathlib import Path

import bpy

from . import jobs, recipe, targets, version
from .importers import mesh as mesh_import


def create_job(queue: jobs.Queue, params: dict) -> jobs.Job:
    """A job, not yet submitted. ``params``: fields of the backend's ``ReconstructParams``."""
    return queue.create("reconstruct", f"Reconstruct {Path(params['folder']).name}", params, {"objects": []})


def may_import(job: jobs.Job) -> bool:
    """Whether a new object can be added now."""
    return bpy.app.background or (bpy.context.mode == "OBJECT" and not bpy.app.is_job_running("RENDER"))


def import_result(job: jobs.Job, report: dict) -> bpy.types.Object:
    """Add the mesh to the scene, selected. The caller makes it an undo step."""
    if bpy.context.mode != "OBJECT":
        raise targets.ImportProblem("Leave the present mode first: results are applied in Object Mode.")
    item = mesh_import.create(bpy.context, job.output("mesh"), Path(job.params["folder"]).name)
    recipe.store(item, recipe.make("reconstruct", job.params, version.current(), [], report))
    bpy.context.view_layer.update()
    targets.select_only(bpy.context, item)
    return item
