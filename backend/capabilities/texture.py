# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texture: a prompt becomes base colour, roughness, metallic and normal maps of a mesh."""

from __future__ import annotations

from dataclasses import dataclass

PRESETS = ("draft", "standard", "high")
FORMATS = ("PNG", "EXR")
RESOLUTIONS = (512, 1024, 2048, 4096)


@dataclass(frozen=True)
class TextureParams:
    prompt: str
    negative: str = ""
    """What the texture should not show."""
    seed: int = 0
    preset: str = "standard"
    """One of PRESETS: how many views, lights and steps."""
    resolution: int = 1024
    """Pixels along each side of a map, one of RESOLUTIONS."""
    format: str = "PNG"
    """One of FORMATS."""
    orm: bool = False
    """Pack occlusion, roughness and metallic into one picture."""
    symmetric: bool = False
    """The left half is a mirror image of the right one: same colours at (x, y, z) and (-x, y, z) from the middle."""
    refine: bool = False
    """Start from the textures in the job's inputs instead of from nothing."""
    refine_strength: float = 0.5
    """How much of these may change, 0 to 1."""
    style: str = ""
    """A picture whose style is taken over, where the model can."""
    steps: int = 0
    """Denoising steps for each picture; 0: the preset's."""
    guidance: float = 0.0
    """Classifier-free guidance scale: how strictly to follow the prompt; 0: the preset's."""
    control: float = 1.0
    """How strictly the pictures keep to shape and light, 0 to 2."""
    target: str = "denoise"
    """What random views are pulled towards after the sheets: "denoise" or "sds", see texturing.distill.Target."""
    distillation: float = 1.0
    """Strength of that, 0 for none."""
    smoothness: float = 1.0
    """Strength of the pull towards even roughness and metallic, 0 for none."""
    detail: float = 1.0
    """Strength of the fine structure from single views at full size, 0 for none."""
    model: str = ""
    """Folder of a model in diffusers format; the starter if empty."""
    controlnet: str = ""
    """Folder of its ControlNet for light; the starter's if empty."""
