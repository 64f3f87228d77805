# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures from a prompt."""

import bpy

from ..addon import image, session
from .rig import ACTION_OPTIONS, JobOperator


class GALATEA_OT_image(JobOperator, bpy.types.Operator):
    bl_idname = "galatea.image"
    bl_label = "Picture from Prompt"
    bl_description = "Paint a small picture of what the prompt says. It comes as an image of this file"
    bl_options = ACTION_OPTIONS

    prompt: bpy.props.StringProperty(name="Prompt", description="What the picture shows: a red wooden chair")
    negative: bpy.props.StringProperty(name="Negative Prompt", description="What the picture should not show")
    count: bpy.props.IntProperty(
        name="Pictures", default=1, min=1, max=64, description="How many, each from a new seed"
    )
    seed: bpy.props.IntProperty(name="Seed", default=0, min=0, description="The same seed gives the same picture")
    steps: bpy.props.IntProperty(name="Steps", default=25, min=1, max=1000, description="More take longer")
    guidance: bpy.props.FloatProperty(
        name="Guidance", default=0.0, min=0.0, max=30.0,
        description="How strictly to follow the prompt; 0 for the model's own",
    )  # fmt: skip
    model: bpy.props.StringProperty(
        name="Model", subtype="DIR_PATH", description="Folder of a model in diffusers format; empty for Galatea's own"
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_props_dialog(self, width=400)

    def execute(self, context: bpy.types.Context) -> set[str]:
        names = ("prompt", "negative", "count", "seed", "steps", "guidance")
        params = {name: getattr(self, name) for name in names}
        params["model"] = bpy.path.abspath(self.model) if self.model else ""
        return self.run(lambda: image.create_job(session.get().queue, params))


CLASSES = (GALATEA_OT_image,)
