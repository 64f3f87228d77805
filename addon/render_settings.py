# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Render's panel edits."""

import bpy

BACKGROUNDS = [
    ("painted", "Painted", "What the model paints behind the objects, the same in all frames"),
    ("transparent", "Transparent", "Nothing: for compositing"),
    ("gray", "Gray", "An even gray"),
    ("scene", "Scene", "Everything that is not painted looks as it does in the scene, in the same light"),
]
FORMATS = [
    ("png8", "PNG", "8 bits, as it looks on the screen"),
    ("png16", "PNG, 16 bits", "As it looks on the screen, with room for grading"),
    ("exr", "OpenEXR", "Half floats, linear light: for compositing"),
]
KINDS = [
    ("light", "Shape and Light", "Pictures follow the scene's own lamps and world"),
    ("depth", "Shape", "It knows the depth alone: the model invents the light"),
]


class GalateaRenderSettings(bpy.types.PropertyGroup):
    """Names, defaults and limits are those of the backend's ``RenderParams``, but for those in OPTIONS; a test compares
    them."""

    prompt: bpy.props.StringProperty(name="Prompt", description="What the objects look like: mossy stone")
    negative: bpy.props.StringProperty(name="Negative Prompt", description="What the pictures should not show")
    seed: bpy.props.IntProperty(
        name="Seed", default=0, min=0, description="The same seed gives the same pictures; another one gives others"
    )
    own_range: bpy.props.BoolProperty(
        name="Own Range",
        default=False,
        description="Other frames than the scene's, of which all are rendered otherwise",
    )
    frame_start: bpy.props.IntProperty(name="Start", default=1, description="First frame")
    frame_end: bpy.props.IntProperty(name="End", default=24, description="Last frame")
    frame_step: bpy.props.IntProperty(
        name="Step", default=1, min=1, max=100, description="1 for every frame, 2 for every second one"
    )
    own_size: bpy.props.BoolProperty(
        name="Own Size", default=False, description="Other pictures than of the size that the model was made for"
    )
    size: bpy.props.IntProperty(
        name="Longer Side", default=0, min=0, max=2048, subtype="PIXEL",
        description="Pixels, 64 or more; 0 for the size that the model was made for",
    )  # fmt: skip
    only_selected: bpy.props.BoolProperty(
        name="Only Selected Objects", default=True,
        description="Paint the selected objects, and show the others in gray. With nothing selected, paint all",
    )  # fmt: skip
    background: bpy.props.EnumProperty(
        name="Background", items=BACKGROUNDS, default="painted", description="What is behind all objects"
    )
    format: bpy.props.EnumProperty(name="Format", items=FORMATS, default="png8", description="Of the frames' files")
    steps: bpy.props.IntProperty(
        name="Steps", default=0, min=0, max=1000, description="Denoising steps; 0 for the model's own"
    )
    guidance: bpy.props.FloatProperty(
        name="Guidance", default=0.0, min=0.0, max=100.0, soft_max=15.0,
        description="How strictly to follow the prompt; 0 for the model's own",
    )  # fmt: skip
    control: bpy.props.FloatProperty(
        name="Shape and Light",
        default=1.0,
        min=0.0,
        max=2.0,
        description="How strictly pictures keep to shape and light",
    )
    keyframes: bpy.props.IntProperty(
        name="Keyframes", default=-1, min=-1, max=16,
        description="Frames that all others look at, drawn anew in each step; 0 for none, -1 for what suits the model",
    )  # fmt: skip
    fusion: bpy.props.FloatProperty(
        name="Shared Features", default=0.6, min=0.0, max=1.0, subtype="FACTOR",
        description="How much of the keyframes' features is taken over where they show the same surface",
    )  # fmt: skip
    stick: bpy.props.FloatProperty(
        name="Stick to Surfaces", default=0.95, min=0.0, max=1.0, subtype="FACTOR",
        description="How much of the paint is gathered from all frames and stays on the surfaces. Less keeps "
        "reflections as they were painted, and flickers",
    )  # fmt: skip
    match_background: bpy.props.BoolProperty(
        name="Match Background", default=True, description="Match the colors of all frames where they show background"
    )
    refine: bpy.props.BoolProperty(
        name="Refine", default=False,
        description="Make the frames steadier by score distillation (T-DASS) before their surfaces are gathered: "
        "slower, and for models with keyframes or little Stick to Surfaces",
    )  # fmt: skip
    clip: bpy.props.StringProperty(
        name="Clip", subtype="DIR_PATH",
        description="Folder with frames of this scene that are refined instead of painting new ones, by whomever; "
        "their names end in the frames' numbers",
    )  # fmt: skip
    model: bpy.props.StringProperty(
        name="Model", subtype="FILE_PATH",
        description="Name of a downloaded model, folder of one in diffusers format, or a checkpoint in one "
        ".safetensors file; empty for Galatea's own",
    )  # fmt: skip
    controlnet: bpy.props.StringProperty(
        name="ControlNet", subtype="FILE_PATH",
        description="Name of a downloaded ControlNet of the model's family, or its folder; empty for Galatea's own",
    )  # fmt: skip
    control_kind: bpy.props.EnumProperty(
        name="Knows", items=KINDS, default="light", description="What the ControlNet was trained with"
    )


class GalateaWords(bpy.types.PropertyGroup):
    """What Render knows of one object or collection: ``object.galatea``, ``collection.galatea``."""

    prompt: bpy.props.StringProperty(
        name="Prompt", description="What this looks like; empty for what the prompt of the picture says"
    )


OPTIONS = ("own_range", "own_size", "only_selected")
"""What matters to Blender's side alone."""
MODELS = ("model", "controlnet")
"""Names of cards of models, or folders."""
PATHS = (*MODELS, "clip")
