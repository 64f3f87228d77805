# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rigify control rig."""

import bpy

from ..addon import rig, rigify
from .motion import armature_of


class GALATEA_OT_rigify(bpy.types.Operator):
    bl_idname = "galatea.rigify"
    bl_label = "Generate Rigify Controls"
    bl_description = (
        "Turn the skeleton into a Rigify metarig, generate its control rig with IK limbs, and let the mesh follow it. "
        "The weights are kept; the simple armature is hidden, not deleted"
    )
    bl_options = {"REGISTER", "UNDO"}

    enable_rigify: bpy.props.BoolProperty(
        name="Enable Rigify", description="Switch on the Rigify add-on, which comes with Blender", options={"SKIP_SAVE"}
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        armature = armature_of(context)
        if armature is None:
            cls.poll_message_set("Select an armature that Galatea made, or its mesh")
        elif context.mode != "OBJECT":
            cls.poll_message_set("Controls are generated in Object Mode")
            return False
        elif rigify.is_generated(armature):
            cls.poll_message_set(f"{armature.name} is a generated control rig already")
            return False
        return armature is not None

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if rigify.is_enabled():
            return self.execute(context)
        self.enable_rigify = True
        return context.window_manager.invoke_props_dialog(self, width=400, confirm_text="Enable and Generate")

    def draw(self, context: bpy.types.Context) -> None:
        self.layout.label(text="The add-on Rigify, which comes with Blender, is switched off.", icon="INFO")
        self.layout.prop(self, "enable_rigify")

    def execute(self, context: bpy.types.Context) -> set[str]:
        if not rigify.is_enabled():
            if not self.enable_rigify:
                self.report(
                    {"ERROR"}, "The add-on Rigify is switched off: enable it in the preferences, or with Enable Rigify."
                )
                return {"CANCELLED"}
            bpy.ops.preferences.addon_enable(module=rigify.MODULE)
            if not rigify.is_enabled():
                self.report({"ERROR"}, "Rigify could not be enabled.")
                return {"CANCELLED"}
        armature = armature_of(context)
        try:
            rigify.generate(context, armature, rig.skeleton_meshes(context, armature))
        except rigify.RigifyProblem as problem:
            self.report({"ERROR"}, str(problem))
            return {"CANCELLED"}
        return {"FINISHED"}


CLASSES = (GALATEA_OT_rigify,)
