# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture or a prompt to a mesh."""

from pathlib import Path

import bpy

from ..addon import generate, image, properties, recipe, session
from .rig import ACTION_OPTIONS, JobOperator


class GALATEA_OT_generate(JobOperator, bpy.types.Operator):
    bl_idname = "galatea.generate"
    bl_label = "Generate Mesh"
    bl_description = (
        "Make a finished mesh with colors from a picture or a prompt, at the 3D cursor. "
        "Blender stays usable meanwhile; the result is one undo step"
    )
    bl_options = ACTION_OPTIONS

    folder: bpy.props.StringProperty(
        name="Folder", description="For the maps; empty for one beside the saved file", options={"SKIP_SAVE", "HIDDEN"}
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        settings = context.scene.galatea.generate
        problem = generate.problem(settings)
        if problem:
            self.report({"ERROR"}, problem)
            return {"CANCELLED"}
        params = properties.generate_params(settings)
        try:
            return self.run(lambda: generate.create_job(session.get().queue, context, settings, params, self.folder))
        except generate.PictureProblem as problem:
            self.report({"ERROR"}, str(problem))
            return {"CANCELLED"}


class GALATEA_OT_rerun_generate(bpy.types.Operator):
    bl_idname = "galatea.rerun_generate"
    bl_label = "Use These Settings"
    bl_description = "Take the settings of this result into the panel. A picture of the .blend file is chosen by hand"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return made_recipe(context) is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        settings, params = context.scene.galatea.generate, dict(made_recipe(context)["params"])
        for field, inside in (("image", generate.PICTURE), ("mask", generate.MASK)):
            if params[field] == inside:
                del params[field]
        if Path(params["weights"]).name == generate.cards.engine(params["engine"]).model:
            params["weights"] = ""  # the downloaded model, wherever this machine has it
        if params.get("image"):
            params["source"] = "FILE"
        elif "image" in params:
            params["source"] = "PROMPT"
        properties.set_generate(settings, params)
        return {"FINISHED"}


class GALATEA_OT_edit_generate_mask(bpy.types.Operator):
    bl_idname = "galatea.edit_generate_mask"
    bl_label = "Edit Mask"
    bl_description = (
        "Take the mask of this result into the panel and show it in an open image editor: paint white where the "
        "subject is and black elsewhere, then generate again"
    )
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return generate.mask_of(context.view_layer.objects.active) is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        mask = generate.mask_of(context.view_layer.objects.active)
        context.scene.galatea.generate.mask_image = mask
        image.show(mask)
        return {"FINISHED"}


def made_recipe(context: bpy.types.Context) -> dict | None:
    """Of the active object, if Generate made it."""
    made = recipe.read(context.view_layer.objects.active)
    return made if made is not None and made["capability"] == "generate" else None


CLASSES = (GALATEA_OT_generate, GALATEA_OT_rerun_generate, GALATEA_OT_edit_generate_mask)
