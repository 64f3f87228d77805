# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Finish panel."""

import bpy
from bpy.app.translations import pgettext_iface as iface

from ..addon import checks
from ..operators.finish import finished_recipe
from .jobs import draw_running
from .result import closed, draw_report
from .rig import Side


class GALATEA_PT_finish(Side, bpy.types.Panel):
    bl_idname = "GALATEA_PT_finish"
    bl_label = "Finish"
    bl_order = 6
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        settings = context.scene.galatea.finish
        objects = checks.targets(context)
        if objects:
            faces = sum(len(item.data.polygons) for item in objects)
            name = objects[0].name
            if len(objects) > 1:
                name = iface("{} and {} more").format(name, len(objects) - 1)
            layout.label(text=iface("{}: {:,} faces").format(name, faces), icon="MESH_DATA")
        column = layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        column.prop(settings, "faces")
        column.prop(settings, "resolution")
        column.prop(settings, "height")
        column.prop(settings, "origin_to_base")
        column.prop(settings, "quads")
        column.prop(settings, "mark_asset")
        column = layout.column(align=True)
        column.scale_y = 1.5
        column.operator("galatea.finish", text="Finish", icon="MOD_REMESH")
        draw_running(layout, "finish")


class GALATEA_PT_finish_advanced(Side, bpy.types.Panel):
    bl_idname = "GALATEA_PT_finish_advanced"
    bl_label = "Advanced"
    bl_parent_id = "GALATEA_PT_finish"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        settings = context.scene.galatea.finish
        layout.prop(settings, "smallest_part")
        layout.prop(settings, "largest_hole")


class GALATEA_PT_finish_result(Side, bpy.types.Panel):
    bl_idname = "GALATEA_PT_finish_result"
    bl_label = "Result"
    bl_parent_id = "GALATEA_PT_finish"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return finished_recipe(context) is not None

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        report = finished_recipe(context)["report"]
        overlap = report["uv_overlap"]
        lines = [
            closed(report["manifold"]),
            (iface("{:,} of {:,} faces").format(report["faces"], report["faces_before"]), "MESH_DATA"),
            (iface("UV overlap {:.1%}").format(overlap), "ERROR") if overlap else (iface("No UV overlap"), "UV"),
            (iface("{:,.0f} px per meter").format(report["texels_per_meter"]), "TEXTURE"),
        ]
        draw_report(layout, context, lines, report["seconds"], report["notes"])
        row = layout.row(align=True)
        row.operator("galatea.texture", text="Texture", icon="TEXTURE")
        row.operator("galatea.rig", text="Rig", icon="ARMATURE_DATA")
        layout.operator("galatea.rerun_finish", icon="FILE_REFRESH")


CLASSES = (GALATEA_PT_finish, GALATEA_PT_finish_advanced, GALATEA_PT_finish_result)
