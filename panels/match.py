# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel that matches two animals, below Rig."""

import bpy
from bpy.app.translations import pgettext_iface as iface

from ..addon import match, match_picture, match_points
from ..operators.match import match_recipe, taker
from ..operators.match_points import subject
from .jobs import draw_running
from .rig import Side
from .text import paragraph


class GALATEA_PT_match(Side, bpy.types.Panel):
    bl_idname = "GALATEA_PT_match"
    bl_label = "Match Animals"
    bl_parent_id = "GALATEA_PT_rig"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 3

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        source, target = match.pair(context)
        if source is not None and target is not None:
            text = iface("{} to {}").format(source.name, target.name)
            layout.label(text=text, icon="MOD_MESHDEFORM", translate=False)
        elif taker(context) is None:
            text = "Select one animal, then with Shift another one. Or match one with a picture, below."
            paragraph(layout.box(), context, text, icon="INFO")
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
        draw_picture(layout, context)
        draw_points(layout, context)


def draw_match(layout: bpy.types.UILayout, context: bpy.types.Context, item: bpy.types.Object) -> None:
    """What the active animal can take from the other one."""
    made = match_recipe(item)
    box = layout.box().column(align=True)
    text = iface("{} takes from {}").format(item.name, match.partner(item).name)
    box.label(text=text, icon="LINKED", translate=False)
    for warning in made["report"]["warnings"] if made is not None else []:
        paragraph(box, context, warning, icon="ERROR")
    column = layout.column(align=True)
    column.operator("galatea.match_texture", icon="TEXTURE")
    column.operator("galatea.match_groups", icon="GROUP_VERTEX")
    column.operator("galatea.match_rig", icon="ARMATURE_DATA")
    row = column.row(align=True)
    row.operator("galatea.match_pose", icon="POSE_HLT").action = False
    row.operator("galatea.match_pose", text="Transfer Action", icon="ACTION").action = True


def draw_picture(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """A picture of an animal, to be matched with the active one."""
    settings = context.scene.galatea.match_picture
    column = layout.column(align=True)
    column.label(text="Picture")
    column.template_ID(settings, "picture", open="image.open")
    item = subject(context)
    if settings.picture is not None:
        if item is not None and not match_picture.is_plain(item):
            column.prop(settings, "flip", text="Flip Animal")
        row = column.row()
        row.scale_y = 1.5
        row.operator("galatea.match_picture", icon="IMAGE_DATA")
        name = item.name if item is not None else match_picture.PLAIN
        text = iface("{} to {}").format(settings.picture.name, name)
        column.label(text=text, translate=False)
    draw_running(layout, "match_picture")
    for picture in match_picture.pictures(item):
        row = layout.row(align=True)
        row.label(text=picture.name, icon="LINKED", translate=False)
        row.operator("galatea.open_match_picture", text="", icon="IMAGE").picture = picture.name
        for warning in match_picture.warnings(item, picture):
            paragraph(layout, context, warning, icon="ERROR")


def draw_points(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Buttons that show points, where there is something to show."""
    if match_points.known(subject(context)):
        row = layout.row(align=True)
        row.operator("galatea.match_point", icon="CURSOR")
        row.operator("galatea.clear_match_points", text="", icon="X")


CLASSES = (GALATEA_PT_match,)
