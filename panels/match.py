# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel that matches two animals, below Rig."""

import bpy
from bpy.app.translations import pgettext_iface as iface

from ..addon import match
from ..operators.match import match_recipe, taker
from .jobs import draw_running
from .rig import Side
from .text import paragraph


class GALATEA_PT_match(Side, bpy.types.Panel):
    bl_idname = "GALATEA_PT_match"
    bl_label = "Match Animals"
    bl_parent_id = "GALATEA_PT_rig"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 6

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        source, target = match.pair(context)
        if source is not None and target is not None:
            text = iface("{} to {}").format(source.name, target.name)
            layout.label(text=text, icon="MOD_MESHDEFORM", translate=False)
        elif taker(context) is None:
            paragraph(layout.box(), context, "Select one animal, then with Shift another one.", icon="INFO")
        settings = context.scene.galatea.match
        layout.prop(settings, "animal", text="")
        row = layout.row(align=True)
        row.prop(settings, "flip", toggle=True)
        row.prop(settings, "flip_target", toggle=True)
        row = layout.row()
        row.scale_y = 1.5
        row.operator("galatea.match", text="Match", icon="MOD_MESHDEFORM")
        draw_running(layout, "match")
        item = taker(context)
        if item is not None:
            draw_match(layout, context, item)


def draw_match(layout: bpy.types.UILayout, context: bpy.types.Context, item: bpy.types.Object) -> None:
    """What the active animal can take from the other one."""
    made = match_recipe(item)
    box = layout.box().column(align=True)
    text = iface("{} takes from {}").format(item.name, match.partner(item).name)
    box.label(text=text, icon="LINKED", translate=False)
    for warning in made["report"]["warnings"] if made is not None else []:
        paragraph(box, context, warning, icon="ERROR")
    column = layout.column(align=True)
    column.operator("galatea.match_point", icon="CURSOR")
    column.operator("galatea.match_texture", icon="TEXTURE")
    column.operator("galatea.match_groups", icon="GROUP_VERTEX")
    column.operator("galatea.match_rig", icon="ARMATURE_DATA")
    row = column.row(align=True)
    row.operator("galatea.match_pose", icon="POSE_HLT").action = False
    row.operator("galatea.match_pose", text="Transfer Action", icon="ACTION").action = True


CLASSES = (GALATEA_PT_match,)
