# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finish: a clean, light, unwrapped copy of messy meshes."""

import bpy

from ..addon import checks, finish, properties, recipe, session, targets
from .rig import ACTION_OPTIONS, JobOperator


class GALATEA_OT_finish(JobOperator, bpy.types.Operator):
    bl_idname = "galatea.finish"
    bl_label = "Finish with Galatea"
    bl_description = (
        "Make a clean copy of the selected meshes: repaired, closed, of few faces, with UVs and maps of what they look "
        "like now. They themselves stay as they are"
    )
    bl_options = ACTION_OPTIONS

    folder: bpy.props.StringProperty(
        name="Folder",
        subtype="DIR_PATH",
        description="Where the maps go, instead of a new folder beside the saved file",
        options={"SKIP_SAVE", "HIDDEN"},
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not super().poll(context):
            return False
        if not checks.targets(context):
            cls.poll_message_set("Select the mesh to finish")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        objects = checks.targets(context)
        if not any(len(item.data.polygons) for item in objects):
            self.report({"ERROR"}, f"{objects[0].name} has no faces. Select an object with a surface.")
            return {"CANCELLED"}
        if context.mode != "OBJECT":
            bpy.ops.object.mode_set(mode="OBJECT")
        settings = context.scene.galatea.finish
        params, options = properties.finish_params(settings), properties.finish_options(settings)
        options["folder"] = self.folder
        return self.run(lambda: finish.create_job(session.get().queue, context, objects, params, options))


class GALATEA_OT_rerun_finish(bpy.types.Operator):
    bl_idname = "galatea.rerun_finish"
    bl_label = "Use These Settings"
    bl_description = "Take the settings of this result into the panel, and select the meshes it was made from"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return finished_recipe(context) is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        made = finished_recipe(context)
        properties.set_finish(context.scene.galatea.finish, made["params"] | made.get("options", {}))
        source = context.view_layer.objects.get(made["inputs"][0]["object"])
        if source is None:
            self.report({"ERROR"}, f"{made['inputs'][0]['object']} is not here any more")
            return {"CANCELLED"}
        targets.select_only(context, source)
        return {"FINISHED"}


def finished_recipe(context: bpy.types.Context) -> dict | None:
    """Of the active object, if Finish made it."""
    made = recipe.read(context.view_layer.objects.active)
    return made if made is not None and made["capability"] == "finish" else None


CLASSES = (GALATEA_OT_finish, GALATEA_OT_rerun_finish)
