# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gaussian splats: import, export, and a mesh of them."""

from pathlib import Path

import bpy
from bpy_extras.io_utils import ExportHelper, ImportHelper

from ..addon import properties, reconstruct, session, splats
from ..backend.job import JobError
from .rig import ACTION_OPTIONS, JobOperator


class GALATEA_OT_import_splats(ImportHelper, bpy.types.Operator):
    bl_idname = "galatea.import_splats"
    bl_label = "Import Gaussian Splats"
    bl_description = (
        "Bring a .ply or .splat file of Gaussian splats into the scene, as points that are drawn as soft ellipsoids"
    )
    bl_options = {"REGISTER", "UNDO"}

    filename_ext = ".ply"
    filter_glob: bpy.props.StringProperty(default="*.ply;*.splat", options={"HIDDEN"})

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


class GALATEA_OT_fit_splats(JobOperator, bpy.types.Operator):
    bl_idname = "galatea.fit_splats"
    bl_label = "Splats from Pictures"
    bl_description = (
        "Fit Gaussian splats to the pictures and cameras that the Reconstruct panel names: they look more like the "
        "pictures than a mesh can, gloss and fur included"
    )
    bl_options = ACTION_OPTIONS

    count: bpy.props.IntProperty(
        name="Splats", default=5000, min=50, max=2_000_000, description="More show more detail and take longer"
    )
    steps: bpy.props.IntProperty(name="Steps", default=400, min=1, max=100_000, description="In which they are fitted")
    picture_size: bpy.props.IntProperty(
        name="Picture Size", default=192, min=16, max=4096, subtype="PIXEL",
        description="Pixels of a picture's longer side; larger ones are scaled down",
    )  # fmt: skip
    degree: bpy.props.IntProperty(
        name="Gloss", default=1, min=0, max=3, description="How much colors may change with the view; 0 for not at all"
    )
    seed: bpy.props.IntProperty(name="Seed", default=0, min=0, description="The same seed gives the same splats")

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not super().poll(context):
            return False
        chosen = bool(context.scene.galatea.reconstruct.folder)
        if not chosen:
            cls.poll_message_set("Choose the pictures in the Reconstruct panel")
        return chosen

    def execute(self, context: bpy.types.Context) -> set[str]:
        settings = context.scene.galatea.reconstruct
        problem = reconstruct.look(context.scene, settings.cameras, settings.folder).problem
        if problem:
            self.report({"ERROR"}, problem)
            return {"CANCELLED"}
        chosen = properties.reconstruct_params(settings)
        params = {name: chosen[name] for name in ("folder", "cameras")}
        params |= {name: getattr(self, name) for name in ("count", "steps", "picture_size", "degree", "seed")}
        return self.run(lambda: splats.create_fit_job(session.get().queue, context, params))

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_props_dialog(self, width=320, confirm_text="Fit")


CLASSES = (GALATEA_OT_import_splats, GALATEA_OT_export_splats, GALATEA_OT_mesh_splats, GALATEA_OT_fit_splats)
