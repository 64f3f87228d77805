# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gaussian splats: import, export, and a mesh of them."""

from pathlib import Path

import bpy
from bpy_extras.io_utils import ExportHelper, ImportHelper

from ..addon import session, splats
from ..backend.job import JobError
from .rig import ACTION_OPTIONS, JobOperator


class GALATEA_OT_import_splats(ImportHelper, bpy.types.Operator):
    bl_idname = "galatea.import_splats"
    bl_label = "Import Gaussian Splats"
    bl_description = "Bring a .ply file of Gaussian splats into the scene, as points that are drawn as soft ellipsoids"
    bl_options = {"REGISTER", "UNDO"}

    filename_ext = ".ply"
    filter_glob: bpy.props.StringProperty(default="*.ply", options={"HIDDEN"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            item = splats.bring(context, Path(self.filepath))
        except (JobError, OSError) as error:
            self.report({"ERROR"}, f"{error} {getattr(error, 'hint', '')}".strip())
            return {"CANCELLED"}
        self.report({"INFO"}, f"{len(item.data.vertices):,} splats")
        return {"FINISHED"}


class OnSplats:
    """An operator on the active object, which must hold splats."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        there = splats.is_splats(context.view_layer.objects.active)
        if not there:
            cls.poll_message_set("Select an object of Gaussian splats: import one first")
        return there


class GALATEA_OT_export_splats(OnSplats, ExportHelper, bpy.types.Operator):
    bl_idname = "galatea.export_splats"
    bl_label = "Export Gaussian Splats"
    bl_description = "Write the splats of the active object to a .ply file, in the object's own space"

    filename_ext = ".ply"
    filter_glob: bpy.props.StringProperty(default="*.ply", options={"HIDDEN"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            splats.save(context.view_layer.objects.active, Path(self.filepath))
        except OSError as error:
            self.report({"ERROR"}, f"{self.filepath} cannot be written: {error.strerror}")
            return {"CANCELLED"}
        return {"FINISHED"}


class GALATEA_OT_mesh_splats(JobOperator, bpy.types.Operator):
    bl_idname = "galatea.mesh_splats"
    bl_label = "Mesh from Splats"
    bl_description = "Make a closed, colored mesh of the active object's splats, ready for Finish"
    bl_options = ACTION_OPTIONS

    size: bpy.props.IntProperty(
        name="Detail", default=128, min=16, max=256, description="Grid nodes along each side; more take longer"
    )
    level: bpy.props.FloatProperty(
        name="Density", default=0.5, min=0.01, max=100.0, description="Where the surface lies: higher keeps less"
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return super().poll(context) and OnSplats.poll.__func__(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        item = context.view_layer.objects.active
        params = {"size": self.size, "level": self.level}
        return self.run(lambda: splats.create_job(session.get().queue, item, params))


CLASSES = (GALATEA_OT_import_splats, GALATEA_OT_export_splats, GALATEA_OT_mesh_splats)
