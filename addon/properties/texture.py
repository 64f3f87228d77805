# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What *Texture* asks the artist."""

import bpy

from .. import models
from .maps import RESOLUTIONS

PRESETS = [
    ("draft", "Draft", "Few views and steps: a first impression"),
    ("standard", "Standard", "A balance of time and quality"),
    ("high", "High", "Many views and steps, and the finest details"),
]
FORMATS = [
    ("PNG", "PNG", "8 bits, 16 for normals: for games and the web"),
    ("EXR", "OpenEXR", "Half floats, linear: for film"),
]
TARGETS = [
    ("denoise", "Denoised Views", "Views are noised a little and denoised again, and the texture follows them"),
    ("sds", "Score Distillation", "The texture follows the model's gradient: stronger, may oversaturate"),
]
CONTROLS = [
    ("light", "Shape and Light", "Its pictures obey the light, so little of it stays in the base color"),
    ("depth", "Shape", "It knows the depth alone: expect light in the base color"),
]


class GalateaTextureSettings(bpy.types.PropertyGroup):
    """Names, defaults and limits are those of the backend's ``TextureParams``, but for those in TEXTURE_OPTIONS; a test
    compares them."""

    prompt: bpy.props.StringProperty(
        name="Prompt", description="What the surface looks like: rusty iron, or a red wooden toy with a blue roof"
    )
    negative: bpy.props.StringProperty(name="Negative Prompt", description="What the texture should not show")
    seed: bpy.props.IntProperty(
        name="Seed", default=0, min=0, description="The same seed gives the same texture; another one gives another"
    )
    preset: bpy.props.EnumProperty(
        name="Preset", items=PRESETS, default="standard", description="How many views, lights and steps"
    )
    resolution: bpy.props.EnumProperty(
        name="Resolution", items=RESOLUTIONS, default="1024", description="Size of the maps, of each tile"
    )
    format: bpy.props.EnumProperty(name="Format", items=FORMATS, default="PNG", description="Of the maps' files")
    orm: bpy.props.BoolProperty(
        name="Pack ORM",
        default=False,
        description="Occlusion, roughness and metallic in the channels of one picture, as game engines like it",
    )
    symmetric: bpy.props.BoolProperty(
        name="Symmetric",
        default=False,
        description="Left and right, along the world's X axis, look alike",
    )
    refine: bpy.props.BoolProperty(
        name="Refine Existing", default=False, description="Start from the present textures instead of from nothing"
    )
    refine_strength: bpy.props.FloatProperty(
        name="Change", default=0.5, min=0.0, max=1.0, subtype="FACTOR", description="How much of them may change"
    )
    style: bpy.props.StringProperty(
        name="Style", subtype="FILE_PATH", description="A picture whose style is taken over, by a style adapter"
    )
    style_strength: bpy.props.FloatProperty(
        name="Strength", default=0.6, min=0.0, max=1.0, subtype="FACTOR", description="How much of the style"
    )
    steps: bpy.props.IntProperty(
        name="Steps", default=0, min=0, max=1000, description="Denoising steps of each picture; 0 for the preset's"
    )
    guidance: bpy.props.FloatProperty(
        name="Guidance",
        default=0.0,
        min=0.0,
        max=100.0,
        description="How strictly to follow the prompt; 0 for the model's own",
    )
    control: bpy.props.FloatProperty(
        name="Shape and Light",
        default=1.0,
        min=0.0,
        max=2.0,
        description="How strictly the pictures keep to the mesh's shape and to the light",
    )
    target: bpy.props.EnumProperty(
        name="Method", items=TARGETS, default="denoise", description="What views from all around are pulled towards"
    )
    distillation: bpy.props.FloatProperty(
        name="Views Around", default=1.0, min=0.0, max=10.0, description="Strength of that, 0 for none"
    )
    smoothness: bpy.props.FloatProperty(
        name="Even Surface",
        default=1.0,
        min=0.0,
        max=10.0,
        description="Strength of the pull towards even roughness and metallic, 0 for none",
    )
    detail: bpy.props.FloatProperty(
        name="Detail",
        default=1.0,
        min=0.0,
        max=10.0,
        description="Strength of the fine structure from single views at full size, 0 for none",
    )
    model: bpy.props.StringProperty(
        name="Model",
        subtype="FILE_PATH",
        description="Name of a downloaded model, folder of one in diffusers format, or a checkpoint in one "
        ".safetensors file; empty for Galatea's own",
    )
    controlnet: bpy.props.StringProperty(
        name="ControlNet",
        subtype="FILE_PATH",
        description="Name of a downloaded ControlNet of the model's family, or its folder; empty for Galatea's own",
    )
    control_kind: bpy.props.EnumProperty(
        name="Knows", items=CONTROLS, default="light", description="What the ControlNet was trained with"
    )
    autoencoder: bpy.props.StringProperty(
        name="Autoencoder",
        subtype="FILE_PATH",
        description="Name of a downloaded small autoencoder, or its folder; empty for the model's own",
    )
    lora: bpy.props.StringProperty(
        name="LoRA", subtype="FILE_PATH", description="A LoRA of the model's family in a .safetensors file"
    )
    lora_scale: bpy.props.FloatProperty(
        name="Strength", default=1.0, min=0.0, soft_max=2.0, max=4.0, description="How much of the LoRA"
    )
    style_adapter: bpy.props.StringProperty(
        name="Style Adapter",
        subtype="FILE_PATH",
        description="Name of a downloaded IP-Adapter of the model's family, or its folder",
    )
    only_selected: bpy.props.BoolProperty(
        name="Only Selected Faces",
        default=False,
        description="Texture the faces that are selected in Edit Mode; all others keep what they show, to the bit",
    )
    mark_asset: bpy.props.BoolProperty(
        name="Mark as Asset", default=False, description="Put the material into the Asset Browser"
    )


TEXTURE_OPTIONS = ("only_selected", "mark_asset")
"""What matters to Blender's side alone."""


def texture_params(settings: GalateaTextureSettings) -> dict:
    """The settings as the parameters of a job."""
    params = {name: getattr(settings, name) for name in GalateaTextureSettings.__annotations__}
    for name in TEXTURE_OPTIONS:
        del params[name]
    params["resolution"] = int(params["resolution"])
    for name in ("style", "lora"):
        params[name] = bpy.path.abspath(params[name]) if params[name] else ""
    for name in ("model", "controlnet", "autoencoder", "style_adapter"):
        params[name] = models.path(params[name])
    return params


def texture_options(settings: GalateaTextureSettings) -> dict:
    """The settings that are no parameters."""
    return {name: getattr(settings, name) for name in TEXTURE_OPTIONS}


def set_texture(settings: GalateaTextureSettings, values: dict) -> None:
    """Parameters and options back into the settings."""
    for name in GalateaTextureSettings.__annotations__.keys() & values.keys():
        setattr(settings, name, str(values[name]) if name == "resolution" else values[name])
