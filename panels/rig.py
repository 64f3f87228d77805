# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Rig panel."""

import bpy
from bpy.app.translations import pgettext_iface as iface

from ..addon import checks, findings, recipe, test_motion
from ..addon.importers import weights
from ..operators.motion import armature_of
from ..operators.rig import result_armature
from .jobs import draw_running
from .text import paragraph

FEW_NOTES = 1
"""Of what does not stop a job, so many are shown at once; more fold away."""
ICONS = {checks.BLOCKS: "CANCEL", checks.WARNS: "ERROR", checks.INFO: "INFO"}


class Side:
    """Where the panels are."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Galatea"


class GALATEA_PT_rig(Side, bpy.types.Panel):
    bl_idname = "GALATEA_PT_rig"
    bl_label = "Rig"
    bl_order = 10

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        settings = context.scene.galatea.rig
        objects = checks.targets(context)
        draw_subject(layout, context, objects)
        column = layout.column(align=True)
        column.prop(settings, "animal", text="")
        column.prop(settings, "flip")
        column = layout.column(align=True)
        column.scale_y = 1.5
        column.operator("galatea.rig", text="Rig", icon="ARMATURE_DATA")
        row = layout.row(align=True)
        row.operator("galatea.place_skeleton", text="Place Skeleton", icon="BONE_DATA")
        armature = armature_of(context)
        bound = armature is not None and any(
            weights.bound_armature(item) == armature for item in context.view_layer.objects
        )
        row.operator("galatea.bind", text="Re-bind" if bound else "Bind", icon="MOD_ARMATURE")
        draw_running(layout, "rig", "bind")


def draw_subject(layout: bpy.types.UILayout, context: bpy.types.Context, objects: list[bpy.types.Object]) -> None:
    """Which meshes, and what is wrong with them."""
    live, active = checks.quick(context, objects), context.view_layer.objects.active
    if not objects and active is not None and active.type == "ARMATURE":
        layout.label(text=active.name, icon="ARMATURE_DATA")
        live = []
    stored = findings.recall(context.window_manager.galatea.rig, objects)
    draw_gate(layout, context, objects, live, stored, "galatea.check", "galatea.fix_problem")


def draw_gate(
    layout: bpy.types.UILayout,
    context: bpy.types.Context,
    objects: list[bpy.types.Object],
    live: list[checks.Problem],
    stored: list[bpy.types.PropertyGroup],
    check: str,
    fix: str,
) -> None:
    """Which meshes, with a button that looks at them (``check``), and what is wrong with them: what can be told at
    each redraw, and what the last look at the geometry found; ``fix`` is the operator of their buttons."""
    if objects:
        title = objects[0].name
        if len(objects) > 1:
            title = iface("{} and {} more").format(title, len(objects) - 1)
        row = layout.row(align=True)
        row.label(text=title, icon="MESH_DATA", translate=False)
        row.operator(check, text="", icon="VIEWZOOM")
    ordered = sorted(live, key=lambda problem: list(ICONS).index(problem.severity))
    told = [(problem.message, problem) for problem in ordered] + [(problem.name, problem) for problem in stored]
    blocking = [pair for pair in told if pair[1].severity == checks.BLOCKS]
    notes = [pair for pair in told if pair[1].severity != checks.BLOCKS]
    if blocking:
        draw_problems(layout, context, blocking, fix)
    if len(notes) > FEW_NOTES:  # they would push all other panels off the screen
        header, body = layout.panel("GALATEA_notes", default_closed=True)
        warns = any(problem.severity == checks.WARNS for _, problem in notes)
        text = iface("{} notes").format(len(notes))
        header.label(text=text, icon=ICONS[checks.WARNS if warns else checks.INFO], translate=False)
        if body is not None:
            draw_problems(body, context, notes, fix)
    elif notes:
        draw_problems(layout, context, notes, fix)


def draw_problems(layout: bpy.types.UILayout, context: bpy.types.Context, pairs: list[tuple], fix: str) -> None:
    """Sentences with their problems, in a box."""
    box = layout.box().column()
    for message, problem in pairs:
        draw_problem(box, context, message, problem, fix)


def draw_problem(layout: bpy.types.UILayout, context: bpy.types.Context, message: str, problem, operator: str) -> None:
    """A sentence, with its button when there is one, which presses ``operator``."""
    paragraph(layout, context, message, icon=ICONS[problem.severity], alert=problem.severity == checks.BLOCKS)
    if problem.fix_label:
        row = layout.row()
        row.separator(factor=2)
        button = row.operator(operator, text=problem.fix_label)
        button.code, button.object = problem.code, problem.object


class GALATEA_PT_rig_options(Side, bpy.types.Panel):
    bl_idname = "GALATEA_PT_rig_options"
    bl_label = "Options"
    bl_parent_id = "GALATEA_PT_rig"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 1

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        settings = context.scene.galatea.rig
        column = layout.column(heading="Shape")
        column.prop(settings, "symmetric")
        column.prop(settings, "ears")
        column = layout.column(align=True)
        column.prop(settings, "spine_bones", text="Spine Bones")
        column.prop(settings, "neck_bones", text="Neck")
        column.prop(settings, "tail_bones", text="Tail")
        layout.prop(settings, "seed")


class GALATEA_PT_rig_result(Side, bpy.types.Panel):
    bl_idname = "GALATEA_PT_rig_result"
    bl_label = "Result"
    bl_parent_id = "GALATEA_PT_rig"
    bl_order = 2

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return armature_of(context) is not None

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        armature = armature_of(context)
        made = recipe.read(armature)
        if made is not None:
            draw_report(layout, context, made["report"])
        row = layout.row(align=True)
        if test_motion.KEY in armature:
            row.operator("galatea.clear_test_bend", icon="X")
        else:
            row.operator("galatea.test_bend", icon="ARMATURE_DATA")
        layout.operator("galatea.rigify", text="Rigify Controls", icon="OUTLINER_OB_ARMATURE")
        if result_armature(context) is not None:
            if made is not None and made["capability"] == "rig":
                layout.operator("galatea.rerun", text="Head at Other End", icon="ARROW_LEFTRIGHT").flip = True
            row = layout.row(align=True)
            row.operator("galatea.rerun", text="Re-run", icon="FILE_REFRESH")
            row.operator("galatea.vary", text="Vary...", icon="OPTIONS")
            row.operator("galatea.copy_recipe", text="", icon="COPYDOWN")


def draw_report(layout: bpy.types.UILayout, context: bpy.types.Context, report: dict) -> None:
    """What was recognised, how surely, and what to look at."""
    box = layout.box().column(align=True)
    if "animal" in report:
        row = box.row()
        row.label(text=iface(str(report["animal"]).capitalize()), icon="OUTLINER_OB_ARMATURE")
        if "confidence" in report:
            side = row.row()
            side.alignment = "RIGHT"
            side.label(text=iface("{:.0%} sure").format(report["confidence"]))
    if "bones" in report:
        box.label(text=iface("{} bones").format(report["bones"]), icon="BONE_DATA")
    for warning in report.get("warnings", []):
        paragraph(box, context, warning, icon="ERROR")


CLASSES = (GALATEA_PT_rig, GALATEA_PT_rig_options, GALATEA_PT_rig_result)
