# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texture, the look at the mesh that comes before it, and what can be done with the result."""

import bpy

from ..addon import checks, findings, properties, recipe, relight, session, texture, texture_checks
from ..addon.export import texture as texture_export
from ..addon.importers import material as material_import
from .rig import ACTION_OPTIONS, JobOperator, fix


class TextureOperator(JobOperator):
    """What the operators share that start a texture job."""

    folder: bpy.props.StringProperty(
        name="Folder",
        subtype="DIR_PATH",
        description="Where the maps go, instead of a new folder beside the saved file",
        options={"SKIP_SAVE", "HIDDEN"},
    )

    def examine(self, context, objects) -> list[texture_export.Part] | None:
        """The gate: exported meshes, or None after reporting what is wrong."""
        only_selected = context.scene.galatea.texture.only_selected
        parts, problems = look(context, objects, only_selected)
        if self.fix_problems:
            fixable = [problem for problem in problems if problem.severity == checks.BLOCKS and problem.fix]
            for problem in fixable:
                fix(context, problem, objects)
            if fixable:
                parts, problems = look(context, objects, only_selected)
        remember(context, objects, problems)
        blocking = [problem.message for problem in problems if problem.severity == checks.BLOCKS]
        if blocking:
            self.report({"ERROR"}, " ".join(blocking))
            return None
        return parts

    def start(self, context, objects) -> set[str]:
        """Check, export and submit with the present settings."""
        if context.mode != "OBJECT":  # where the faces were selected
            bpy.ops.object.mode_set(mode="OBJECT")
        parts = self.examine(context, objects)
        if parts is None:
            return {"CANCELLED"}
        settings = context.scene.galatea.texture
        params, options = properties.texture_params(settings), properties.texture_options(settings)
        options["folder"] = self.folder
        return self.run(lambda: texture.create_job(session.get().queue, objects, parts, params, options))


def look(context, objects, only_selected: bool) -> tuple[list[texture_export.Part] | None, list[checks.Problem]]:
    """All the checks; the geometry is only read when nothing else stops the job."""
    problems = texture_checks.quick(context, objects)
    if any(problem.severity == checks.BLOCKS and problem.code != "no_prompt" for problem in problems):
        return None, problems
    parts = [texture_export.read(context, item, only_selected) for item in objects]
    return parts, problems + texture_checks.deep(objects, parts)


def remember(context, objects, problems: list[checks.Problem]) -> None:
    """Keep for the panel what a look at the geometry found."""
    findings.remember(context.window_manager.galatea.texture, objects, problems, texture_checks.quick(context, objects))


class PaintOperator(TextureOperator):
    """One that takes the present settings, and so needs a prompt."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not super().poll(context):
            return False
        objects = texture_checks.targets(context)
        if not objects:
            cls.poll_message_set("Select the mesh to texture")
        elif not context.scene.galatea.texture.prompt.strip():
            cls.poll_message_set("Say in the prompt what the surface looks like")
            return False
        return bool(objects)


class GALATEA_OT_texture(PaintOperator, bpy.types.Operator):
    bl_idname = "galatea.texture"
    bl_label = "Texture with Galatea"
    bl_description = (
        "Give the selected meshes a material that looks as the prompt says: base color, roughness, metallic and normal "
        "maps that take any light. The present material stays in the file"
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        return self.start(context, texture_checks.targets(context))


SEEDS = 4
"""Shown at once."""


class GALATEA_OT_preview_seeds(PaintOperator, bpy.types.Operator):
    bl_idname = "galatea.preview_seeds"
    bl_label = "Preview Seeds"
    bl_description = (
        "Paint one small picture for each of four seeds, the first that a whole job would paint: to choose the seed "
        "before the long work. Pressed again, the next four"
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        objects = texture_checks.targets(context)
        for item in objects:
            item.update_from_editmode()
        parts = self.examine(context, objects)
        if parts is None:
            return {"CANCELLED"}
        queue = session.get().queue
        params = properties.texture_params(context.scene.galatea.texture)
        params["seed"] = max(texture.seeds_shown(queue, params, objects), default=params["seed"] - 1) + 1
        return self.run(lambda: texture.create_seeds_job(queue, objects, parts, params, SEEDS))


class GALATEA_OT_take_seed(bpy.types.Operator):
    bl_idname = "galatea.take_seed"
    bl_label = "Take This Seed"
    bl_description = "The next texture begins with this picture"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    seed: bpy.props.IntProperty(min=0, options={"SKIP_SAVE"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        context.scene.galatea.texture.seed = self.seed
        return {"FINISHED"}


class ResultButton:
    """An operator on the material that Galatea made for the active object."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        there = texture.material_made(texture_checks.subject(context)) is not None
        if not there:
            cls.poll_message_set("Select an object with a material that Galatea made")
        return there


class GALATEA_OT_rerun_texture(TextureOperator, bpy.types.Operator):
    bl_idname = "galatea.rerun_texture"
    bl_label = "Re-run Texture Recipe"
    bl_description = "Texture the same meshes again with the settings that this material was made with"

    another: bpy.props.BoolProperty(
        name="Another Seed", description="With the next seed: a variation of the same idea", options={"SKIP_SAVE"}
    )

    @classmethod
    def description(cls, context: bpy.types.Context, properties) -> str:
        if properties.another:
            return "Texture the same meshes again with the next seed: a variation of the same idea"
        return cls.bl_description

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return super().poll(context) and ResultButton.poll.__func__(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        material = texture.material_made(texture_checks.subject(context))
        made = recipe.read(material)
        settings = context.scene.galatea.texture
        properties.set_texture(settings, made["params"] | made.get("options", {}))
        if self.another:
            settings.seed += 1
        objects = texture.rerun_objects(context, material)
        if not objects:
            self.report({"ERROR"}, "The mesh this material was made for is not here any more")
            return {"CANCELLED"}
        return self.start(context, objects)


class GALATEA_OT_restore_material(ResultButton, bpy.types.Operator):
    bl_idname = "galatea.restore_material"
    bl_label = "Restore Old Material"
    bl_description = "Put back what was on the object before this texture. The new material stays in the file"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        item = texture_checks.subject(context)
        if not material_import.restore(item, texture.material_made(item)):
            self.report({"INFO"}, "There was no material before")
            return {"CANCELLED"}
        return {"FINISHED"}


class GALATEA_OT_copy_texture_recipe(ResultButton, bpy.types.Operator):
    bl_idname = "galatea.copy_texture_recipe"
    bl_label = "Copy Texture Recipe"
    bl_description = "Copy what made this material to the clipboard, as JSON: prompt, settings, seed, version, inputs"
    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        material = texture.material_made(texture_checks.subject(context))
        context.window_manager.clipboard = recipe.text(recipe.read(material))
        self.report({"INFO"}, "Copied to the clipboard")
        return {"FINISHED"}


class GALATEA_OT_check_texture(bpy.types.Operator):
    bl_idname = "galatea.check_texture"
    bl_label = "Check Mesh for Texturing"
    bl_description = "Look through the UVs of the selected meshes for what could spoil a texture. Changes nothing"
    bl_options = ACTION_OPTIONS

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        objects = texture_checks.targets(context)
        if not objects:
            cls.poll_message_set("Select the mesh to texture")
        return bool(objects)

    def execute(self, context: bpy.types.Context) -> set[str]:
        objects = texture_checks.targets(context)
        for item in objects:
            item.update_from_editmode()
        _, problems = look(context, objects, context.scene.galatea.texture.only_selected)
        remember(context, objects, problems)
        serious = [problem for problem in problems if problem.severity != checks.INFO and problem.code != "no_prompt"]
        self.report({"INFO"}, f"{len(serious)} problems found" if serious else "Nothing to complain about")
        return {"FINISHED"}


class GALATEA_OT_fix_texture_problem(bpy.types.Operator):
    bl_idname = "galatea.fix_texture_problem"
    bl_label = "Fix Problem"
    bl_description = "Change the mesh or the object so that this problem is gone. One undo step"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    code: bpy.props.StringProperty(options={"SKIP_SAVE"})
    object: bpy.props.StringProperty(options={"SKIP_SAVE"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        objects = texture_checks.targets(context)
        if not objects:  # hidden objects are not selected
            objects = [item for item in context.view_layer.objects if item.name == self.object]
        problems = texture_checks.quick(context, objects)
        if self.code not in {problem.code for problem in problems}:
            _, problems = look(context, objects, context.scene.galatea.texture.only_selected)
        wanted = [p for p in problems if p.code == self.code and p.object == self.object and p.fix]
        if not wanted:
            self.report({"INFO"}, "There is nothing left to fix")
            return {"CANCELLED"}
        fix(context, wanted[0], objects)
        _, problems = look(context, objects, context.scene.galatea.texture.only_selected)
        remember(context, objects, problems)
        return {"FINISHED"}


class GALATEA_OT_relight(ResultButton, bpy.types.Operator):
    bl_idname = "galatea.relight"
    bl_label = "Relight Check"
    bl_description = (
        "Render the object under three lights in a Blender of its own, and measure how much light is left in its base "
        "color. The picture opens in the Image Editor"
    )
    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        item = texture_checks.subject(context)
        if relight.running():
            self.report({"WARNING"}, "A check runs already")
            return {"CANCELLED"}
        try:
            check = relight.start(context, item)
        except (OSError, RuntimeError) as error:
            self.report({"ERROR"}, f"The check cannot start: {error}")
            return {"CANCELLED"}
        if not bpy.app.background:
            bpy.app.timers.register(check.poll, first_interval=0.5)
            return {"FINISHED"}
        problem = check.wait()
        if problem:
            self.report({"ERROR"}, problem)
            return {"CANCELLED"}
        return {"FINISHED"}


CLASSES = (
    GALATEA_OT_texture,
    GALATEA_OT_preview_seeds,
    GALATEA_OT_take_seed,
    GALATEA_OT_rerun_texture,
    GALATEA_OT_restore_material,
    GALATEA_OT_copy_texture_recipe,
    GALATEA_OT_check_texture,
    GALATEA_OT_fix_texture_problem,
    GALATEA_OT_relight,
)
