# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Control pictures for diffusion models: one function for what they learn from and for what they are asked with.

G-buffers here have OVERSAMPLING samples along each side of a pixel, and pictures are the means over these.
"""

from __future__ import annotations

import torch

from ..raster.gbuffer import GBuffer
from . import display
from .environment import Light
from .pbr import light_control
from .surface import Surface

OVERSAMPLING = 2
"""Samples per pixel along each axis."""
FAR = 0.1
"""Value of the farthest point in a depth control; the nearest is 1, the background 0."""


def pixel_blocks(mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """For the N hit samples of a mask (H, W): the block of each among the hit ones (N,), and a sample of each block.

    Shadows are computed once for each final pixel.
    """
    y, x = mask.nonzero(as_tuple=True)
    block = (y // OVERSAMPLING) * mask.shape[1] + x // OVERSAMPLING
    unique, row = block.unique(return_inverse=True)
    first = torch.full((len(unique),), len(block), device=mask.device)
    first = first.scatter_reduce(0, row, torch.arange(len(block), device=mask.device), "amin")
    return row, first


def downsample(image: torch.Tensor) -> torch.Tensor:
    """Mean over the samples of each pixel: (H, W, C) to (H / OVERSAMPLING, W / OVERSAMPLING, C)."""
    height, width, channels = image.shape
    blocks = image.view(height // OVERSAMPLING, OVERSAMPLING, width // OVERSAMPLING, OVERSAMPLING, channels)
    return blocks.mean(dim=(1, 3))


def light_picture(gbuffer: GBuffer, surface: Surface, first: torch.Tensor, light: Light) -> torch.Tensor:
    """(S, S, 3): the light control, display-encoded.

    Shaded once in each pixel, for shading without materials is smooth, and faded by how much of the pixel is hit.

    Args:
        surface: of the G-buffer, with one row of visibility for each block of :func:`pixel_blocks`.
        first: (M,) a sample of each block.
    """
    seen = Surface(surface.position[first], surface.geometric_normal[first], surface.view[first], surface.visibility)
    shading = torch.zeros((*gbuffer.mask.shape, 3), device=first.device)
    shading[gbuffer.mask] = display.decode(light_control(seen, gbuffer.normal[first], light))[surface.visibility_row]
    return display.encode(downsample(shading))


def depth_picture(gbuffer: GBuffer) -> torch.Tensor:
    """(S, S, 1): inverse depth from 1, nearest, to FAR; 0 where less than half of a pixel is hit."""
    inverse = 1 / gbuffer.depth
    low, high = inverse.min(), inverse.max()
    value = FAR + (1 - FAR) * (inverse - low) / (high - low).clamp_min(1e-6)
    total = downsample(gbuffer.image(torch.stack((value, torch.ones_like(value)), dim=1)))
    depth, share = total[..., :1], total[..., 1:]
    return torch.where(share >= 0.5, depth / share.clamp_min(1e-6), torch.zeros_like(depth))
