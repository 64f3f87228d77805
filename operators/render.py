# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An animated scene to pictures, and what can be done with them."""

import bpy

from ..addon import render, session, targets
from ..addon.render_settings import GalateaRenderSettings
from .rig import ACTION_OPTIONS, JobOperator

PREVIEW_FRAMES = 3


class RenderOperator(JobOperator):
    """What the two buttons share."""

    folder: bpy.props.StringProperty(
        name="Folder", subtype="DIR_PATH", options={"SKIP_SAVE", "HIDDEN"},
        description="For the frames; empty for a new one beside the saved file",
    )  # fmt: skip
    objects: bpy.props.StringProperty(
        name="Objects", options={"SKIP_SAVE", "HIDDEN"},
        description="Names of the objects that are painted, one a line, instead of the selected ones",
    )  # fmt: skip

    windows: bpy.props.IntProperty(
        name="Windows", min=0, options={"SKIP_SAVE", "HIDDEN"},
        description="Parts of the shot that machines of a cluster paint at the same time; 0 for what suits",
    )  # fmt: skip

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not super().poll(context):
            return False
        problem = render.problem(context)
        if problem:
            cls.poll_message_set(problem)
        return not problem

    def start(self, context: bpy.types.Context, preview: int) -> set[str]:
        values = render.params(context, preview, self.objects.splitlines() or None) | {"windows": self.windows}
        try:
            return self.run(lambda: render.create_job(session.get().queue, context, values, self.folder))
        except RuntimeError as error:
            self.report({"ERROR"}, f"The scene cannot be copied: {error}")
            return {"CANCELLED"}


class GALATEA_OT_render(RenderOperator, bpy.types.Operator):
    bl_idname = "galatea.render"
    bl_label = "Render with Galatea"
    bl_description = (
        "Paint the frames of the animation as the prompt says, from shape, motion and light of the scene. "
        "Surfaces keep their look while they move. Materials of the scene are not looked at"
    )
    bl_options = ACTION_OPTIONS

    def execute(self, context: bpy.types.Context) -> set[str]:
        return self.start(context, 0)


class GALATEA_OT_preview_render(RenderOperator, bpy.types.Operator):
    bl_idname = "galatea.preview_render"
    bl_label = "Preview Frames"
    bl_description = "Paint three frames of the range alone, with the noise that they will have among all of them"
    bl_options = ACTION_OPTIONS

    def execute(self, context: bpy.types.Context) -> set[str]:
        return self.start(context, PREVIEW_FRAMES)


class ResultButton:
    """An operator on the frames that were rendered last."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        there = render.last_folder(context.scene) is not None
        if not there:
            cls.poll_message_set("Render something first")
        return there


class GALATEA_OT_render_to_sequencer(ResultButton, bpy.types.Operator):
    bl_idname = "galatea.render_to_sequencer"
    bl_label = "Add to Video Sequencer"
    bl_description = "Add the rendered frames to this scene's Video Sequencer, at their place in time"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        render.add_to_sequencer(context.scene, render.last_folder(context.scene))
        return {"FINISHED"}


class GALATEA_OT_render_to_compositor(ResultButton, bpy.types.Operator):
    bl_idname = "galatea.render_to_compositor"
    bl_label = "Add to Compositor"
    bl_description = "Add an image node with the rendered frames to this scene's compositor, at their place in time"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            render.add_to_compositor(context.scene, render.last_folder(context.scene))
        except ValueError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class GALATEA_OT_render_to_texture(bpy.types.Operator):
    bl_idname = "galatea.render_to_texture"
    bl_label = "Use as Texture"
    bl_description = (
        "Give the selected objects what the last render painted on them as a material, by their UVs. "
        "The old materials stay in the file"
    )
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        there = bool(render.textured(context))
        if not there:
            cls.poll_message_set("Select a mesh with UVs that the last render painted")
        return there

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            for item in render.textured(context):
                render.use_as_texture(context.scene, item)
        except (targets.ImportProblem, OSError) as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class GALATEA_OT_open_render(ResultButton, bpy.types.Operator):
    bl_idname = "galatea.open_render"
    bl_label = "Open Folder"
    bl_description = "Show the rendered frames, the movie and the recipe in the file browser of the system"
    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        bpy.ops.wm.path_open(filepath=str(render.last_folder(context.scene)))
        return {"FINISHED"}


class GALATEA_OT_rerun_render(ResultButton, bpy.types.Operator):
    bl_idname = "galatea.rerun_render"
    bl_label = "Use These Settings"
    bl_description = "Take the settings of the last render of this scene into the panel"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return render.last_recipe(context.scene) is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        settings, made = context.scene.galatea.render, render.last_recipe(context.scene)["params"]
        for name in GalateaRenderSettings.__annotations__.keys() & made.keys():
            setattr(settings, name, made[name])
        settings.own_range, settings.own_size = True, made["size"] > 0
        render.set_own_prompts(made.get("prompts", {}))
        return {"FINISHED"}


CLASSES = (
    GALATEA_OT_render,
    GALATEA_OT_preview_render,
    GALATEA_OT_render_to_sequencer,
    GALATEA_OT_render_to_compositor,
    GALATEA_OT_render_to_texture,
    GALATEA_OT_open_render,
    GALATEA_OT_rerun_render,
)
