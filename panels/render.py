# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Render panel."""

import bpy
from bpy.app.translations import pgettext_iface as iface

from ..addon import compat, render, session
from .jobs import draw_running
from .rig import Side
from .text import duration, paragraph
from .texture import LARGE, draw_picture

LISTED = 8
"""Objects and collections in the list of prompts."""


class GALATEA_PT_render(Side, bpy.types.Panel):
    bl_idname = "GALATEA_PT_render"
    bl_label = "Render"
    bl_order = 15
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        settings = context.scene.galatea.render
        column = layout.column(align=True)
        compat.textbox(column, settings, "prompt", placeholder="What the objects look like")
        column.prop(settings, "negative", text="", placeholder="Not this", icon="REMOVE")
        column = layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        column.prop(settings, "only_selected")
        column.prop(settings, "background")
        column.prop(settings, "format")
        draw_size(column, context.scene)
        column.prop(settings, "seed")
        draw_range(column, settings)
        names = render.painted(context)
        layout.label(text=words(names), icon="BRUSH_DATA")
        if settings.prompt.strip() and (problem := render.problem(context)):
            paragraph(layout.box(), context, problem, icon="INFO")
        column = layout.column(align=True)
        column.scale_y = 1.5
        column.operator("galatea.render", text="Render", icon="RENDER_ANIMATION")
        if draw_running(layout, "render"):
            return
        if (seconds := render.estimate(context)) is not None:
            label = iface("{} frames, about {}").format(render.frames(context.scene), duration(seconds))
            layout.label(text=label, icon="TIME")
        layout.operator("galatea.preview_render", icon="IMAGE_RGB")
        draw_picture(layout, render.last_shown(session.get().queue, context.scene), LARGE)
        draw_result(layout, context)


def draw_size(column: bpy.types.UILayout, scene: bpy.types.Scene) -> None:
    """How large the pictures are, and another size."""
    settings = scene.galatea.render
    row = column.row(align=True, heading=iface("Size"))
    row.prop(settings, "own_size", text="")
    if settings.own_size:
        row.prop(settings, "size", text="")
    else:
        row.label(text=render.size_words(scene) or iface("As the model was made for"), translate=False)


def draw_range(column: bpy.types.UILayout, settings) -> None:
    """Frames and step."""
    column.prop(settings, "own_range")
    if settings.own_range:
        column.prop(settings, "frame_start")
        column.prop(settings, "frame_end")
    column.prop(settings, "frame_step")


def words(names: list[str]) -> str:
    """Which objects are painted."""
    if not names:
        return iface("Paints everything")
    if len(names) <= 2:
        return iface("Paints {}").format(", ".join(names))
    return iface("Paints {} and {} more").format(names[0], len(names) - 1)


def draw_result(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """The last render of this scene."""
    folder, made = render.last_folder(context.scene), render.last_recipe(context.scene)
    if folder is None or made is None:
        return
    box = layout.box().column(align=True)
    box.label(text=folder.name, icon="FILE_FOLDER", translate=False)
    for warning in made["report"].get("warnings", []):
        paragraph(box, context, warning, icon="ERROR")
    box.operator("galatea.render_to_sequencer", icon="SEQUENCE")
    box.operator("galatea.render_to_compositor", icon="NODE_COMPOSITING")
    box.operator("galatea.render_to_texture", icon="TEXTURE")
    row = box.row(align=True)
    row.operator("galatea.open_render", icon="FILEBROWSER")
    row.operator("galatea.rerun_render", icon="FILE_REFRESH")


class GALATEA_PT_render_words(Side, bpy.types.Panel):
    bl_idname = "GALATEA_PT_render_words"
    bl_label = "Prompts of Objects"
    bl_parent_id = "GALATEA_PT_render"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        items = render.paintable(context.scene, render.painted(context))
        draw_words(layout.column(align=True), items, "OBJECT_DATA")
        names = {item.name for item in items}
        groups = [one for one in bpy.data.collections if not names.isdisjoint(one.objects.keys())]
        if groups:
            draw_words(layout.column(align=True), groups, "OUTLINER_COLLECTION")


def draw_words(column: bpy.types.UILayout, items: list[bpy.types.ID], icon: str) -> None:
    """A line for each: name and prompt. Of many, those that have a prompt come first."""
    listed = sorted(items, key=lambda item: (len(items) > LISTED and not item.galatea.prompt, item.name))
    for item in listed[:LISTED]:
        row = column.split(factor=0.4, align=True)
        row.label(text=item.name, icon=icon, translate=False)
        row.prop(item.galatea, "prompt", text="", placeholder="As the prompt says")
    if len(items) > LISTED:
        column.label(text=iface("{} more: select fewer objects").format(len(items) - LISTED))


class GALATEA_PT_render_advanced(Side, bpy.types.Panel):
    bl_idname = "GALATEA_PT_render_advanced"
    bl_label = "Advanced"
    bl_parent_id = "GALATEA_PT_render"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        settings = context.scene.galatea.render
        column = layout.column(align=True)
        column.prop(settings, "steps")
        column.prop(settings, "guidance")
        column.prop(settings, "control")
        column = layout.column(align=True)
        column.prop(settings, "stick")
        column.prop(settings, "keyframes")
        column.prop(settings, "fusion")
        column.prop(settings, "match_background")
        column.prop(settings, "refine")
        column.prop(settings, "clip")
        column = layout.column(align=True)
        column.prop(settings, "model")
        column.prop(settings, "controlnet")
        column.prop(settings, "control_kind")
        if settings.model:
            text = iface("Render was not yet run on real weights of other models, only on tiny ones of the same layout")
            paragraph(layout, context, text, icon="INFO")


CLASSES = (GALATEA_PT_render, GALATEA_PT_render_words, GALATEA_PT_render_advanced)
