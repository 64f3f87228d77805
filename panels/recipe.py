# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be done with the recipe, below the result."""

import bpy

from ..operators.rig import result_armature


class GALATEA_PT_recipe(bpy.types.Panel):
    bl_idname = "GALATEA_PT_recipe"
    bl_label = "Recipe"
    bl_parent_id = "GALATEA_PT_rig_result"
    bl_options = {"HIDE_HEADER"}
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Galatea"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return result_armature(context) is not None

    def draw(self, context: bpy.types.Context) -> None:
        row = self.layout.row(align=True)
        row.operator("galatea.vary", text="Vary...", icon="OPTIONS")
        row.operator("galatea.copy_recipe", text="", icon="COPYDOWN")


CLASSES = (GALATEA_PT_recipe,)
