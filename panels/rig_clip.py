# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel of clips, below Rig."""

import bpy
from bpy.app.translations import pgettext_iface as iface

from ..addon import recipe, rig_clip, rig_moving
from .result import draw_report, overlap
from .rig import Side
from .text import paragraph
from .texture import draw_painting


class GALATEA_PT_rig_clip(Side, bpy.types.Panel):
    bl_idname = "GALATEA_PT_rig_clip"
    bl_label = "From Clip"
    bl_parent_id = "GALATEA_PT_rig"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 6

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        settings = context.scene.galatea.clip
        layout.prop(settings, "clip", text="", placeholder="Video, or folder of frames")
        found = rig_clip.look(settings.clip)
        if found.problem:
            chosen = bool(settings.clip)
            paragraph(layout.box(), context, found.problem, icon="ERROR" if chosen else "INFO", alert=chosen)
        elif found.frames:
            text = iface("{} frames, {} with masks").format(found.frames, found.masks)
            layout.label(text=text, icon="CHECKMARK", translate=False)
        column = layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        column.prop(settings, "template")
        part = column.column(align=True)
        part.prop(settings, "first", text="First Frame")
        part.prop(settings, "last", text="Last")
        if found.frames:
            column.prop(settings, "rate")
        column.prop(settings, "still_camera")
        column.prop(settings, "texture_size")
        row = layout.row()
        row.scale_y = 1.5
        row.operator("galatea.rig_clip", text="Rig Clip", icon="OUTLINER_OB_ARMATURE")
        draw_painting(layout, "rig_clip")
        armature = rig_moving.active(context, "rig_clip")
        if armature is not None:
            draw_result(layout, context, armature)


def draw_result(layout: bpy.types.UILayout, context: bpy.types.Context, armature: bpy.types.Object) -> None:
    """How well the outlines agree, and a look through the camera."""
    report = recipe.read(armature)["report"]
    bones = iface("{} bones, {} frames").format(report["bones"], report["frames"])
    lines = [(bones, "BONE_DATA"), overlap(report)]
    draw_report(layout, context, lines, report["seconds"], report["warnings"], "ERROR")
    layout.operator("galatea.show_clip", icon="VIEW_CAMERA")
    layout.operator("galatea.rerun_clip", icon="FILE_REFRESH")


CLASSES = (GALATEA_PT_rig_clip,)
