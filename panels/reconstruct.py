# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Reconstruct panel."""

import bpy
from bpy.app.translations import pgettext_iface as iface

from ..addon import reconstruct
from ..operators.reconstruct import made_recipe
from .jobs import draw_running
from .result import draw_report
from .rig import Side
from .text import duration, paragraph


class GALATEA_PT_reconstruct(Side, bpy.types.Panel):
    bl_idname = "GALATEA_PT_reconstruct"
    bl_label = "Reconstruct"
    bl_order = 4
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        settings = context.scene.galatea.reconstruct
        column = layout.column(align=True)
        column.prop(settings, "folder", text="", placeholder="Folder of pictures")
        row = column.row(align=True)
        row.prop(settings, "cameras", expand=True)
        found = reconstruct.look(context.scene, settings.cameras, settings.folder)
        draw_found(layout, context, found, bool(settings.folder))
        column = layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        column.prop(settings, "detail")
        column = layout.column(align=True)
        column.scale_y = 1.5
        column.operator("galatea.reconstruct", text="Reconstruct", icon="OUTLINER_OB_CAMERA")
        if draw_running(layout, "reconstruct") is None and not found.problem:
            seconds = reconstruct.estimate(settings.detail, found.pictures)
            layout.label(text=iface("About {}").format(duration(seconds)), icon="TIME")


def draw_found(layout: bpy.types.UILayout, context: bpy.types.Context, found: reconstruct.Found, chosen: bool) -> None:
    """What a glance at the folder says; without a chosen one, what to do first."""
    if found.problem:
        paragraph(layout.box(), context, found.problem, icon="ERROR" if chosen else "INFO", alert=chosen)
        return
    layout.label(text=iface("{} pictures, {}").format(found.pictures, found.cameras), icon="CHECKMARK")


class GALATEA_PT_reconstruct_advanced(Side, bpy.types.Panel):
    bl_idname = "GALATEA_PT_reconstruct_advanced"
    bl_label = "Advanced"
    bl_parent_id = "GALATEA_PT_reconstruct"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        settings = context.scene.galatea.reconstruct
        layout.prop(settings, "texture_size")
        column = layout.column(align=True)
        column.prop(settings, "coarse_steps")
        column.prop(settings, "fine_steps", text="of the Mesh")
        layout.prop(settings, "seed")


class GALATEA_PT_reconstruct_result(Side, bpy.types.Panel):
    bl_idname = "GALATEA_PT_reconstruct_result"
    bl_label = "Result"
    bl_parent_id = "GALATEA_PT_reconstruct"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return made_recipe(context) is not None

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        report = made_recipe(context)["report"]
        notes = list(report["warnings"])
        if reconstruct.pictures_of(context.view_layer.objects.active) is None:
            notes.append("Its pictures are gone: Finish takes the colors of the vertices.")
        faces = iface("{:,} faces from {} pictures").format(report["faces"], report["views"])
        draw_report(layout, context, [(faces, "MESH_DATA")], report["seconds"], notes)
        row = layout.row()
        row.scale_y = 1.3
        row.operator("galatea.finish", text="Finish", icon="MOD_REMESH")
        layout.operator("galatea.rerun_reconstruct", icon="FILE_REFRESH")


CLASSES = (GALATEA_PT_reconstruct, GALATEA_PT_reconstruct_advanced, GALATEA_PT_reconstruct_result)
