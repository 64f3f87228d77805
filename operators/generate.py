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
        elif settings.source != "RENDER":
            params["source"] = "IMAGE"
        properties.set_generate(settings, params)
        return {"FINISHED"}


class GALATEA_OT_edit_generate_mask(bpy.types.Operator):
    bl_idname = "galatea.edit_generate_mask"
    bl_label = "Edit Mask"
    bl_description = (
        "Take the mask of this result into the panel, and open the mask for painting in an image editor: white "
        "where the subject is and black elsewhere. Then generate again"
    )
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return generate.mask_of(context.view_layer.objects.active) is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        mask = generate.mask_of(context.view_layer.objects.active)
        context.scene.galatea.generate.mask_image = mask
        if not image.paint_in(mask):
            self.report({"INFO"}, f"Open {mask.name} in an image editor and paint in it")
        return {"FINISHED"}


SEEDS = 4
"""Shown at once."""
COLUMNS = 12
"""Of the list of words."""


class GALATEA_OT_preview_generate_seeds(JobOperator, bpy.types.Operator):
    bl_idname = "galatea.preview_generate_seeds"
    bl_label = "Preview Seeds of a Mesh"
    bl_description = (
        "Show what the prompt becomes with each of four seeds, as a quick shape, with its picture if one is painted: "
        "to choose one before the long work. Pressed again, the next four"
    )
    bl_options = ACTION_OPTIONS

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not super().poll(context):
            return False
        if not context.scene.galatea.generate.prompt.strip():
            cls.poll_message_set("Say in the prompt what to make")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        settings = context.scene.galatea.generate
        return self.run(lambda: generate.create_seeds_job(session.get().queue, settings, SEEDS))


class GALATEA_OT_take_generate_seed(bpy.types.Operator):
    bl_idname = "galatea.take_generate_seed"
    bl_label = "Take This Seed"
    bl_description = "The next mesh is made from this very shape or picture"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    seed: bpy.props.IntProperty(min=0, options={"SKIP_SAVE"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        settings = context.scene.galatea.generate
        settings.seed, settings.tries = self.seed, 1
        return {"FINISHED"}


class GALATEA_OT_drop_picture(bpy.types.Operator):
    bl_idname = "galatea.drop_picture"
    bl_label = "Generate from This Picture"
    bl_description = "Take a picture file as what the mesh is made from"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    filepath: bpy.props.StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        take_file(context, self.filepath)
        return {"FINISHED"}


class GALATEA_FH_picture(bpy.types.FileHandler):
    bl_idname = "GALATEA_FH_picture"
    bl_label = "Picture to Generate from"
    bl_import_operator = "galatea.drop_picture"
    bl_file_extensions = ";".join(generate.PICTURES)

    @classmethod
    def poll_drop(cls, context: bpy.types.Context) -> bool:
        """On the sidebar: in the viewport itself Blender makes a reference picture of it."""
        area, region = context.area, context.region
        return area is not None and area.type == "VIEW_3D" and region is not None and region.type == "UI"


class GALATEA_OT_paste_picture(bpy.types.Operator):
    bl_idname = "galatea.paste_picture"
    bl_label = "Paste Picture"
    bl_description = "Take the picture in the clipboard, or the picture file that was copied there"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        path = generate.path_in(context.window_manager.clipboard)
        if path:
            take_file(context, path)
            return {"FINISHED"}
        found = generate.pasted(context)
        if found is None:
            self.report({"ERROR"}, generate.no_picture())
            return {"CANCELLED"}
        take_image(context, found)
        return {"FINISHED"}


class GALATEA_OT_picture_from_editor(bpy.types.Operator):
    bl_idname = "galatea.picture_from_editor"
    bl_label = "From Image Editor"
    bl_description = "Take the picture that an open image editor shows"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        found = generate.editor_image(context.window_manager.windows)
        if found is None:
            self.report({"ERROR"}, "No image editor shows a picture. Open one in an image editor")
            return {"CANCELLED"}
        take_image(context, found)
        return {"FINISHED"}


class GALATEA_OT_show_words(bpy.types.Operator):
    bl_idname = "galatea.show_words"
    bl_label = "Words It Knows"
    bl_description = (
        "List the things whose shapes Galatea's own models make of a prompt, and the words that its painter has "
        "learned. They come as a text of this file, too"
    )
    bl_options = {"REGISTER"}

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_popup(self, width=900)

    def draw(self, context: bpy.types.Context) -> None:
        self.layout.label(text="Things that have a shape:")
        draw_columns(self.layout, generate.things())
        self.layout.label(text="Words of the painter:")
        draw_columns(self.layout, sorted(generate.known_words()))

    def execute(self, context: bpy.types.Context) -> set[str]:
        text = bpy.data.texts.get(generate.WORDS) or bpy.data.texts.new(generate.WORDS)
        things, words = "\n".join(generate.things()), "\n".join(sorted(generate.known_words()))
        text.from_string(f"Things that have a shape:\n{things}\n\nWords of the painter:\n{words}\n")
        self.report({"INFO"}, f"The words are in the text {text.name}")
        return {"FINISHED"}


def draw_columns(layout: bpy.types.UILayout, words: list[str]) -> None:
    row = layout.row()
    length = max(1, -(-len(words) // COLUMNS))
    for begin in range(0, len(words), length):
        column = row.column(align=True)
        column.scale_y = 0.7
        for word in words[begin : begin + length]:
            column.label(text=word, translate=False)


def take_file(context: bpy.types.Context, path: str) -> None:
    """Make a mesh of this file next."""
    settings = context.scene.galatea.generate
    settings.source, settings.image = "FILE", path
    forget_picture(settings)


def take_image(context: bpy.types.Context, image: bpy.types.Image) -> None:
    """The same with an image of this file."""
    settings = context.scene.galatea.generate
    settings.source, settings.picture = "IMAGE", image
    forget_picture(settings)


def forget_picture(settings) -> None:
    """Mask and words belong to the picture before."""
    settings.mask, settings.mask_image, settings.shows = "", None, ""


def made_recipe(context: bpy.types.Context) -> dict | None:
    """Of the active object, if Generate made it."""
    made = recipe.read(context.view_layer.objects.active)
    return made if made is not None and made["capability"] == "generate" else None


CLASSES = (
    GALATEA_OT_generate,
    GALATEA_OT_preview_generate_seeds,
    GALATEA_OT_take_generate_seed,
    GALATEA_OT_drop_picture,
    GALATEA_FH_picture,
    GALATEA_OT_paste_picture,
    GALATEA_OT_picture_from_editor,
    GALATEA_OT_show_words,
    GALATEA_OT_rerun_generate,
    GALATEA_OT_edit_generate_mask,
)
