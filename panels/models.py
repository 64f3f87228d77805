# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which models paint: below Texture."""

import bpy
from bpy.app.translations import pgettext_iface as iface

from ..addon import models
from ..backend.diffusion.memory import GIGABYTE
from .jobs import draw_running
from .rig import Side
from .text import paragraph

EMPTY = {
    "model": "Galatea's own",
    "controlnet": "None",
    "autoencoder": "The model's own",
    "style_adapter": "None",
}
"""What an empty field means."""


class GALATEA_PT_texture_model(Side, bpy.types.Panel):
    bl_idname = "GALATEA_PT_texture_model"
    bl_label = "Model"
    bl_parent_id = "GALATEA_PT_texture"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 0

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        self.layout.label(text=models.title(context.scene.galatea.texture.model), translate=False)

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        settings = context.scene.galatea.texture
        column = layout.column(align=True)
        draw_field(column, settings, "model")
        if settings.model:
            draw_field(column, settings, "controlnet")
            row = column.split(factor=0.35, align=True)
            row.label(text="")
            row.prop(settings, "control_kind", text="")
            draw_field(column, settings, "autoencoder")
        draw_about(layout, context, settings)
        if settings.model:
            column = layout.column(align=True)
            draw_file(column, settings, "style", "style_strength")
            draw_field(column, settings, "style_adapter")
            column = layout.column(align=True)
            draw_file(column, settings, "lora", "lora_scale")
        draw_running(layout, "download")
        layout.operator("galatea.download_model", text="Download Models...", icon="IMPORT")


def draw_field(layout: bpy.types.UILayout, settings, field: str) -> None:
    """A name or path, and the downloaded models to choose from."""
    split = layout.split(factor=0.35, align=True)
    label = split.row()
    label.alignment = "RIGHT"
    label.label(text=settings.bl_rna.properties[field].name)
    row = split.row(align=True)
    row.prop(settings, field, text="", placeholder=EMPTY[field])
    row.operator_menu_enum("galatea.choose_model", "choice", text="", icon="DOWNARROW_HLT").field = field


def draw_file(layout: bpy.types.UILayout, settings, field: str, strength: str) -> None:
    """A file, and how much of it counts once there is one."""
    split = layout.split(factor=0.35, align=True)
    label = split.row()
    label.alignment = "RIGHT"
    label.label(text=settings.bl_rna.properties[field].name)
    split.prop(settings, field, text="")
    if getattr(settings, field):
        split = layout.split(factor=0.35, align=True)
        split.label(text="")
        split.prop(settings, strength, slider=True)


def draw_about(layout: bpy.types.UILayout, context: bpy.types.Context, settings) -> None:
    """Licence, whether it is there, and what it needs."""
    chosen = models.card_of(settings.model)
    if settings.model and not models.problems(settings) and (plans := models.needs(settings)):
        most, least = plans[0].bytes / GIGABYTE, plans[-1].bytes / GIGABYTE
        text = iface("About {:.1f} GB of graphics memory, at least {:.1f} GB").format(most, least)
        paragraph(layout, context, text, icon="MEMORY")
    for part in (models.card_of(getattr(settings, field)) for field in models.FIELDS):
        if part is not None and part.licence.commercial is None:
            text = iface("{} has no license: ask its makers before you publish or sell").format(part.title)
            paragraph(layout, context, text, icon="ERROR")
    if chosen is None:
        return
    licence = chosen.licence
    icon = "CHECKMARK" if licence.commercial else "ERROR"
    row = layout.row(align=True)
    row.label(text=iface("License: {}").format(licence.name or iface("unknown")), icon=icon)
    row.operator("wm.url_open", text="", icon="URL").url = licence.link
    if models.is_there(chosen):
        row.operator("galatea.remove_model", text="", icon="TRASH").model = chosen.id
    else:
        layout.operator("galatea.download_model", text="Download", icon="IMPORT").model = chosen.id


CLASSES = (GALATEA_PT_texture_model,)
