# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Generate panel."""

import bpy
from bpy.app.translations import pgettext_iface as iface

from ..addon import compat, generate, models, session
from ..backend.engines import cards
from ..backend.models import registry
from ..operators.generate import made_recipe
from .jobs import draw_running
from .result import closed, draw_report
from .rig import Side
from .text import paragraph
from .texture import LARGE, draw_picture, draw_seeds


class GALATEA_PT_generate(Side, bpy.types.Panel):
    bl_idname = "GALATEA_PT_generate"
    bl_label = "Generate"
    bl_order = 3
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        settings = context.scene.galatea.generate
        column = layout.column(align=True)
        row = column.row(align=True)
        row.prop(settings, "source", expand=True)
        draw_source(column, context, settings)
        column = layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        column.prop(settings, "height")
        problem = generate.problem(settings)
        if problem:
            paragraph(layout.box(), context, problem, icon="INFO")
        column = layout.column(align=True)
        column.scale_y = 1.5
        column.operator("galatea.generate", text="Generate", icon="MESH_MONKEY")
        if running := draw_running(layout, "generate", "generate_seeds"):
            draw_picture(layout, running.preview, LARGE)
        elif settings.source == "PROMPT" and generate.card(settings).takes_picture:
            shown = generate.seeds_shown(session.get().queue, settings)
            buttons = "galatea.preview_generate_seeds", "galatea.take_generate_seed"
            draw_seeds(layout, settings.seed if settings.tries == 1 else -1, shown, *buttons)


def draw_source(column: bpy.types.UILayout, context: bpy.types.Context, settings) -> None:
    """The slot for the picture with its mask, or the prompt."""
    match settings.source:
        case "FILE":
            row = column.row(align=True)
            row.prop(settings, "image", text="", placeholder="Picture of one subject")
            row.operator("galatea.paste_picture", text="", icon="PASTEDOWN")
            paragraph(column, context, "Or drop a picture's file on this panel", icon="IMPORT")
        case "IMAGE":
            column.template_ID(settings, "picture", open="image.open")
            row = column.row(align=True)
            row.operator("galatea.picture_from_editor", icon="IMAGE")
            row.operator("galatea.paste_picture", text="", icon="PASTEDOWN")
        case "PROMPT":
            compat.textbox(column, settings, "prompt", placeholder="What to make")
            draw_words(column, context, settings)
    if settings.source == "PROMPT":
        return
    column.prop(settings, "shows", text="", placeholder="What it shows: a dog")
    if generate.card(settings).takes_prompt and settings.shows.strip():
        thing = generate.thing(settings.shows)
        text = iface("Its shape: {}").format(thing) if thing else iface("It knows no such thing, and looks for itself")
        paragraph(column, context, text, icon="MESH_DATA" if thing else "INFO")
    if settings.mask_image is not None:
        column.prop(settings, "mask_image", icon="MOD_MASK")


def draw_words(column: bpy.types.UILayout, context: bpy.types.Context, settings) -> None:
    """What Galatea's own models know of the prompt and what not, and where their words are."""
    engine = generate.card(settings)
    if settings.painter or not engine.takes_picture:
        return
    thing = generate.thing(settings.prompt)
    if engine.takes_prompt and thing:
        paragraph(column, context, iface("Its shape: {}").format(thing), icon="MESH_DATA")
    elif engine.takes_prompt and settings.prompt.strip():
        text = iface("It knows no such thing and paints it first: shapes of paintings are rough")
        paragraph(column, context, text, icon="INFO")
    paints = settings.textured or not generate.sculpts(settings)
    unknown = generate.unknown_words(settings.prompt) if paints else []
    if unknown:
        paragraph(column, context, iface("It has never learned: {}").format(", ".join(unknown)), icon="ERROR")
    column.operator("galatea.show_words", icon="TEXT")


class GALATEA_PT_generate_engine(Side, bpy.types.Panel):
    bl_idname = "GALATEA_PT_generate_engine"
    bl_label = "Engine"
    bl_parent_id = "GALATEA_PT_generate"
    bl_options = {"DEFAULT_CLOSED"}

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        self.layout.label(text=generate.card(context.scene.galatea.generate).title, translate=False)

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        settings = context.scene.galatea.generate
        column = layout.column(align=True)
        for card in cards.shown(settings.only_commercial):
            column.prop_enum(settings, "engine", card.id)
        layout.prop(settings, "only_commercial")
        draw_card(layout, context, generate.card(settings))
        if generate.card(settings).server:
            layout.prop(settings, "server", text="")


def draw_card(layout: bpy.types.UILayout, context: bpy.types.Context, card: cards.Engine) -> None:
    """What the artist should know of an engine, and its download."""
    box = layout.box().column(align=True)
    paragraph(box, context, card.purpose)
    icon = "CHECKMARK" if card.commercial else "ERROR"
    unknown = iface("unknown")
    box.label(text=iface("Code {}").format(card.code.name or unknown), icon=icon)
    row = box.row(align=True)
    row.label(text=iface("Weights {}").format(card.weights.name or unknown), icon="BLANK1")
    row.operator("wm.url_open", text="", icon="URL").url = card.weights.link
    if card.gigabytes:
        box.label(text=iface("About {:g} GB of graphics memory").format(card.gigabytes), icon="MEMORY")
        if card.minutes_without_card is not None:
            text = iface("Without a graphics card about {:.0f} minutes").format(card.minutes_without_card)
            paragraph(box, context, text, icon="TIME")
    for caution in card.cautions:
        paragraph(box, context, caution, icon="INFO")
    for model in filter(None, (card.model, card.base)):
        if not models.is_there(registry.card(model)):
            text = iface("Download {}").format(registry.card(model).title) if card.base else "Download"
            layout.operator("galatea.download_model", text=text, icon="IMPORT").model = model


class GALATEA_PT_generate_advanced(Side, bpy.types.Panel):
    bl_idname = "GALATEA_PT_generate_advanced"
    bl_label = "Advanced"
    bl_parent_id = "GALATEA_PT_generate"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        settings = context.scene.galatea.generate
        column = layout.column(align=True)
        column.prop(settings, "seed")
        if settings.source == "PROMPT":
            column.prop(settings, "tries")
        if generate.sculpts(settings):
            column.prop(settings, "textured")
        else:
            layout.prop(settings, "front")
        column = layout.column(align=True)
        column.prop(settings, "faces")
        column.prop(settings, "resolution")
        column = layout.column(align=True)
        column.prop(settings, "detail")
        column.prop(settings, "steps")
        if settings.source == "PROMPT":
            layout.prop(settings, "painter")
        else:
            layout.prop(settings, "mask_image")
            layout.prop(settings, "mask")
        layout.prop(settings, "weights")


class GALATEA_PT_generate_result(Side, bpy.types.Panel):
    bl_idname = "GALATEA_PT_generate_result"
    bl_label = "Result"
    bl_parent_id = "GALATEA_PT_generate"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return made_recipe(context) is not None

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        report = made_recipe(context)["report"]
        faces = iface("{:,} faces by {}").format(report["faces"], report["title"])
        lines = [(faces, "MESH_DATA"), closed(report["manifold"])]
        draw_report(layout, context, lines, report["seconds"], report["notes"])
        if generate.mask_of(context.view_layer.objects.active) is not None:
            layout.operator("galatea.edit_generate_mask", icon="BRUSH_DATA")
        layout.operator("galatea.rerun_generate", icon="FILE_REFRESH")
        column = layout.column(align=True)
        column.label(text="Next:")
        surface = context.scene.galatea.texture
        column.prop(surface, "prompt", text="", placeholder="What the surface looks like")
        row = column.row(align=True)
        row.operator("galatea.texture", text="Texture", icon="TEXTURE")
        row.operator("galatea.rig", text="Rig", icon="ARMATURE_DATA")


CLASSES = (
    GALATEA_PT_generate,
    GALATEA_PT_generate_engine,
    GALATEA_PT_generate_advanced,
    GALATEA_PT_generate_result,
)
