# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel of moving meshes, below Rig."""

import bpy
from bpy.app.translations import pgettext_iface as iface

from ..addon import recipe, rig_moving, rig_sequence
from .jobs import draw_running
from .result import draw_report
from .rig import Side


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
        armature = rig_moving.active(context, "rig_sequence")
        if armature is not None:
            draw_result(layout, context, recipe.read(armature)["report"])
            layout.operator("galatea.rerun_sequence", icon="FILE_REFRESH")


def draw_result(layout: bpy.types.UILayout, context: bpy.types.Context, report: dict) -> None:
    """How many bones, and how far the rig is from the sequence."""
    bones = iface("{} bones, {} frames").format(report["bones"], report["frames"])
    error = iface("{:.2f} % of the box off (RMS)").format(report["blender_rms_percent"])
    worst = iface("{:.1f} % at the worst vertex").format(report["blender_worst_percent"])
    lines = [(bones, "BONE_DATA"), (error, "DRIVER_DISTANCE"), (worst, "BLANK1")]
    draw_report(layout, context, lines, report.get("seconds", {}), report.get("warnings", []), "ERROR")


CLASSES = (GALATEA_PT_rig_sequence,)
