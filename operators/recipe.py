# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be done with a result's recipe besides running it again: vary it, copy it."""

import json

import bpy

from ..addon import properties, recipe, rig, session
from .rig import JobOperator, result_armature


class GALATEA_OT_vary(JobOperator, bpy.types.Operator):
    bl_idname = "galatea.vary"
    bl_label = "Vary Rig"
    bl_description = (
        "Rig the same meshes again with other settings, starting from those this armature was made with, "
        "and replace it by the result"
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not super().poll(context):
            return False
        made = recipe.read(result_armature(context))
        if made is None or made["capability"] != "rig":
            cls.poll_message_set("Select an armature that Rig or Place Skeleton made, or its mesh")
        elif not rig.place(context, result_armature(context)):
            cls.poll_message_set("The mesh this armature was made for is not here any more")
        else:
            return True
        return False

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        properties.set_rig_params(context.scene.galatea.rig, recipe.read(result_armature(context))["params"])
        return context.window_manager.invoke_props_dialog(self, width=320, confirm_text="Rig Again")

    def draw(self, context: bpy.types.Context) -> None:
        self.layout.use_property_split = True
        self.layout.use_property_decorate = False
        for name in properties.GalateaRigSettings.__annotations__:
            self.layout.prop(context.scene.galatea.rig, name)

    def execute(self, context: bpy.types.Context) -> set[str]:
        armature = result_armature(context)
        objects = rig.place(context, armature)
        params = recipe.read(armature)["params"] | properties.rig_params(context.scene.galatea.rig)
        parts = self.examine(context, objects)
        if parts is None:
            return {"CANCELLED"}
        return self.run(lambda: rig.create_job(session.get().queue, context, objects, parts, params))


class GALATEA_OT_copy_recipe(bpy.types.Operator):
    bl_idname = "galatea.copy_recipe"
    bl_label = "Copy Recipe"
    bl_description = "Copy what made this armature to the clipboard, as JSON: settings, seed, version, inputs"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        there = result_armature(context) is not None
        if not there:
            cls.poll_message_set("Select an armature that Galatea made, or its mesh")
        return there

    def execute(self, context: bpy.types.Context) -> set[str]:
        context.window_manager.clipboard = text(result_armature(context))
        self.report({"INFO"}, "Copied to the clipboard")
        return {"FINISHED"}


def text(armature: bpy.types.Object) -> str:
    """A recipe for people and files."""
    return json.dumps(recipe.read(armature), indent=2, ensure_ascii=False) + "\n"


CLASSES = (GALATEA_OT_vary, GALATEA_OT_copy_recipe)
