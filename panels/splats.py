# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Gaussian Splats panel."""

import bpy
from bpy.app.translations import pgettext_iface as iface

from ..addon import splats
from .jobs import draw_running
from .rig import Side


class GALATEA_PT_splats(Side, bpy.types.Panel):
    bl_idname = "GALATEA_PT_splats"
    bl_label = "Gaussian Splats"
    bl_order = 7
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        item = context.view_layer.objects.active
        if splats.is_splats(item):
            count = iface("{}: {:,} splats").format(item.name, len(item.data.vertices))
            layout.label(text=count, icon="POINTCLOUD_DATA")
        row = layout.row(align=True)
        row.operator("galatea.import_splats", text="Import", icon="IMPORT")
        row.operator("galatea.export_splats", text="Export", icon="EXPORT")
        layout.operator("galatea.fit_splats", icon="OUTLINER_OB_CAMERA")
        layout.operator("galatea.mesh_splats", icon="MESH_DATA")
        draw_running(layout, "splats", "fit_splats")


CLASSES = (GALATEA_PT_splats,)
