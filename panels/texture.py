# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Texture panel."""

from pathlib import Path

import bpy
from bpy.app.translations import pgettext_iface as iface

from ..addon import compat, findings, jobs, properties, recipe, relight, session, texture, texture_checks
from ..addon.importers import material as material_import
from .jobs import draw_running
from .rig import Side, draw_gate
from .text import duration, paragraph

PAINTING = ("texture", "texture_seeds")
"""Jobs whose progress the panel shows."""
SMALL, LARGE = 5.0, 9.0
"""Sides of pictures, in rows of the panel."""


class GALATEA_PT_texture(Side, bpy.types.Panel):
    bl_idname = "GALATEA_PT_texture"
    bl_label = "Texture"
    bl_order = 5

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        settings = context.scene.galatea.texture
        objects = texture_checks.targets(context)
        draw_subject(layout, context, objects)
        column = layout.column(align=True)
        compat.textbox(column, settings, "prompt", placeholder="What the surface looks like")
        column.prop(settings, "negative", text="", placeholder="Not this", icon="REMOVE")
        row = layout.row(align=True)
        row.prop(settings, "preset", expand=True)
        column = layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        column.prop(settings, "resolution")
        column.prop(settings, "seed")
        column.prop(settings, "only_selected")
        column = layout.column(align=True)
        column.scale_y = 1.5
        column.operator("galatea.texture", text="Texture", icon="TEXTURE")
        params = properties.texture_params(settings)
        running = draw_painting(layout, *PAINTING)
        if not running and objects and (seconds := texture.estimate(params, objects)) is not None:
            layout.label(text=iface("About {}").format(duration(seconds)), icon="TIME")
        if not running:
            draw_seeds(layout, settings.seed, texture.seeds_shown(session.get().queue, params, objects))


def draw_seeds(
    layout: bpy.types.UILayout,
    chosen: int,
    shown: dict[int, Path],
    preview: str = "galatea.preview_seeds",
    take: str = "galatea.take_seed",
) -> None:
    """The button that shows what seeds look like, and those that it showed: a click takes one."""
    layout.operator(preview, text="More Seeds" if shown else "Preview Seeds", icon="IMAGE_RGB")
    grid = layout.grid_flow(row_major=True, columns=2, even_columns=True, align=True)
    for seed, path in shown.items():
        column = grid.column(align=True)
        draw_picture(column, path, SMALL)
        column.operator(take, text=str(seed), translate=False, depress=seed == chosen).seed = seed


def draw_picture(layout: bpy.types.UILayout, path: Path | None, scale: float) -> None:
    """What a job has painted, if it has."""
    icon = session.get().thumbnails.icon(path) if path is not None else 0
    if icon:
        layout.template_icon(icon_value=icon, scale=scale)


def draw_painting(layout: bpy.types.UILayout, *capabilities: str) -> jobs.Job | None:
    """Progress of the first active job of these kinds, if there is one, with what it has painted."""
    running = draw_running(layout, *capabilities)
    if running is not None:
        draw_picture(layout, running.preview, LARGE)
    return running


def draw_subject(layout: bpy.types.UILayout, context: bpy.types.Context, objects: list[bpy.types.Object]) -> None:
    """Which meshes, and what is wrong with them; that there is no prompt the button says."""
    live = [problem for problem in texture_checks.quick(context, objects) if problem.code != "no_prompt"]
    stored = findings.recall(context.window_manager.galatea.texture, objects)
    stored = [problem for problem in stored if problem.code != "no_prompt"]
    draw_gate(layout, context, objects, live, stored, "galatea.check_texture", "galatea.fix_texture_problem")


class GALATEA_PT_texture_advanced(Side, bpy.types.Panel):
    bl_idname = "GALATEA_PT_texture_advanced"
    bl_label = "Advanced"
    bl_parent_id = "GALATEA_PT_texture"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 1

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        settings = context.scene.galatea.texture
        column = layout.column(heading="Surface")
        column.prop(settings, "symmetric")
        column.prop(settings, "refine")
        row = column.row()
        row.active = settings.refine
        row.prop(settings, "refine_strength")
        column = layout.column(align=True)
        column.prop(settings, "steps")
        column.prop(settings, "guidance")
        column.prop(settings, "control")
        column = layout.column(align=True)
        column.prop(settings, "target")
        column.prop(settings, "distillation")
        column.prop(settings, "smoothness")
        column.prop(settings, "detail")
        column = layout.column(heading="Files")
        column.prop(settings, "format")
        column.prop(settings, "orm")
        column.prop(settings, "mark_asset")


class GALATEA_PT_texture_result(Side, bpy.types.Panel):
    bl_idname = "GALATEA_PT_texture_result"
    bl_label = "Result"
    bl_parent_id = "GALATEA_PT_texture"
    bl_order = 2

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return texture.material_made(texture_checks.subject(context)) is not None

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        material = texture.material_made(texture_checks.subject(context))
        made = recipe.read(material)
        box = layout.box().column(align=True)
        paragraph(box, context, made["params"]["prompt"], icon="MATERIAL")
        report = made["report"]
        if "effective_resolution" in report:
            box.label(text=iface("Detail worth {} px").format(report["effective_resolution"]), icon="TEXTURE")
        for warning in report.get("warnings", []):
            paragraph(box, context, warning, icon="ERROR")
        leak = material.get(relight.KEY)
        if leak is not None:
            box.label(text=relight.verdict(leak), icon="LIGHT_SUN")
        if relight.running():
            layout.label(text="Relight check is rendering", icon="SORTTIME")
        else:
            layout.operator("galatea.relight", icon="LIGHT_SUN")
        row = layout.row(align=True)
        row.operator("galatea.rerun_texture", text="Re-run", icon="FILE_REFRESH")
        row.operator("galatea.rerun_texture", text="Next Seed", icon="FORWARD").another = True
        row.operator("galatea.copy_texture_recipe", text="", icon="COPYDOWN")
        if material_import.replaced(material):
            layout.operator("galatea.restore_material", icon="LOOP_BACK")


CLASSES = (GALATEA_PT_texture, GALATEA_PT_texture_advanced, GALATEA_PT_texture_result)
