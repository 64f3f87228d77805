# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel of moving meshes, below Rig."""

import bpy
from bpy.app.translations import pgettext_iface as iface

from ..addon import rig_sequence
from ..operators.rig_sequence import sequence_recipe
from .jobs import draw_running
from .rig import Side
from .text import paragraph


class GALATEA_PT_rig_sequence(Side, bpy.types.Panel):
    bl_idname = "GALATEA_PT_rig_sequence"
    bl_label = "Moving Mesh"
    bl_parent_id = "GALATEA_PT_rig"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 4

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        settings = context.scene.galatea.sequence
        frames = rig_sequence.frames_of(context)
        layout.prop(settings, "own_range")
        if settings.own_range:
            column = layout.column(align=True)
            column.prop(settings, "frame_start")
            column.prop(settings, "frame_end")
        else:
            text = iface("The scene's frames, {} to {}").format(frames.start, frames.stop - 1)
            layout.label(text=text, icon="TIME", translate=False)
        column = layout.column()
        column.prop(settings, "bones")
        column.prop(settings, "rest")
        column.prop(settings, "named")
        row = layout.row()
        row.scale_y = 1.5
        row.operator("galatea.rig_sequence", text="Rig Moving Mesh", icon="ARMATURE_DATA")
        draw_running(layout, "rig_sequence")
        made = sequence_recipe(context)
        if made is not None:
            draw_report(layout, context, made["report"])
            layout.operator("galatea.rerun_sequence", icon="FILE_REFRESH")


def draw_report(layout: bpy.types.UILayout, context: bpy.types.Context, report: dict) -> None:
    """How many bones, and how far the rig is from the sequence."""
    box = layout.box().column(align=True)
    box.label(text=iface("{} bones, {} frames").format(report["bones"], report["frames"]), icon="BONE_DATA")
    error = iface("{:.2f} % of the box off (RMS)").format(report["blender_rms_percent"])
    box.label(text=error, icon="DRIVER_DISTANCE", translate=False)
    worst = iface("{:.1f} % at the worst vertex").format(report["blender_worst_percent"])
    box.label(text=worst, icon="BLANK1", translate=False)
    for warning in report.get("warnings", []):
        paragraph(box, context, warning, icon="ERROR")


CLASSES = (GALATEA_PT_rig_sequence,)
