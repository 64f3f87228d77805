# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures with cameras to a mesh."""

import bpy

from ..addon import properties, recipe, reconstruct, session
from .rig import ACTION_OPTIONS, FromDisk


class GALATEA_OT_reconstruct(FromDisk, bpy.types.Operator):
    bl_idname = "galatea.reconstruct"
    bl_label = "Mesh from Pictures"
    bl_description = (
        "Make a closed mesh with colors from a folder of pictures of one object and their cameras. "
        "Blender stays usable meanwhile; the result is one undo step"
    )
    bl_options = ACTION_OPTIONS

    directory: bpy.props.StringProperty(
        name="Folder", subtype="DIR_PATH", description="Folder that holds the pictures", options={"SKIP_SAVE"}
    )
    filter_folder: bpy.props.BoolProperty(default=True, options={"HIDDEN"})

    @classmethod
    def chosen(cls, context: bpy.types.Context) -> str:
        return context.scene.galatea.reconstruct.folder

    def execute(self, context: bpy.types.Context) -> set[str]:
        settings = context.scene.galatea.reconstruct
        if self.directory:
            settings.folder = self.directory
        problem = reconstruct.look(context.scene, settings.cameras, settings.folder).problem
        if problem:
            self.report({"ERROR"}, problem)
            return {"CANCELLED"}
        params = properties.reconstruct_params(settings)
        return self.run(lambda: reconstruct.create_job(session.get().queue, context, params))


class GALATEA_OT_rerun_reconstruct(bpy.types.Operator):
    bl_idname = "galatea.rerun_reconstruct"
    bl_label = "Use These Settings"
    bl_description = "Take the pictures and settings of this result into the panel"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return made_recipe(context) is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        properties.set_reconstruct(context.scene.galatea.reconstruct, made_recipe(context)["params"])
        return {"FINISHED"}


def made_recipe(context: bpy.types.Context) -> dict | None:
    """Of the active object, if Reconstruct made it."""
    made = recipe.read(context.view_layer.objects.active)
    return made if made is not None and made["capability"] == "reconstruct" else None


CLASSES = (GALATEA_OT_reconstruct, GALATEA_OT_rerun_reconstruct)
