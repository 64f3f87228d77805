# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test Bend."""

import bpy

from ..addon import rigify, test_motion
from ..addon.importers import weights


def armature_of(context: bpy.types.Context) -> bpy.types.Object | None:
    """The active armature, or the one the active mesh follows."""
    active = context.view_layer.objects.active
    if active is not None and active.type == "MESH":
        active = weights.bound_armature(active)
    return active if active is not None and active.type == "ARMATURE" else None


class GALATEA_OT_test_bend(bpy.types.Operator):
    bl_idname = "galatea.test_bend"
    bl_label = "Test Bend"
    bl_description = (
        "Make the armature walk on the spot, to see how the skin follows. Play it with the space bar. "
        "Clear Test Bend brings back the action and the pose from before"
    )
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        armature = armature_of(context)
        if armature is None:
            cls.poll_message_set("Select an armature, or a mesh that follows one")
        elif armature.library or armature.mode == "EDIT":
            cls.poll_message_set(f"{armature.name} is in Edit Mode, or comes from another file")
            return False
        elif rigify.is_generated(armature):
            cls.poll_message_set("Test Bend is for the simple skeleton; move the controls of this rig instead")
            return False
        return armature is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        armature = armature_of(context)
        if not test_motion.turns(armature.data, 0.25):
            self.report({"ERROR"}, f"{armature.name} has no bones to bend.")
            return {"CANCELLED"}
        armature.data.pose_position = "POSE"
        test_motion.add(armature)
        return {"FINISHED"}


class GALATEA_OT_clear_test_bend(bpy.types.Operator):
    bl_idname = "galatea.clear_test_bend"
    bl_label = "Clear Test Bend"
    bl_description = "Remove the test motion and bring back the action and the pose from before"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        armature = armature_of(context)
        there = armature is not None and test_motion.KEY in armature
        if not there:
            cls.poll_message_set("This armature has no test bend")
        return there

    def execute(self, context: bpy.types.Context) -> set[str]:
        test_motion.remove(armature_of(context))
        return {"FINISHED"}


CLASSES = (GALATEA_OT_test_bend, GALATEA_OT_clear_test_bend)
