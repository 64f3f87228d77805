# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Directions: sets that cover the sphere, and the latitude-longitude picture of the sphere.

Pictures of the sphere are laid out as Blender's equirectangular environment textures: row 0 is +Z, the middle column
looks along +X, and columns to the right of it turn towards -Y.
"""

from __future__ import annotations

import math

import torch


def directions(count: int) -> torch.Tensor:
    """``count`` unit directions (D, 3) float32, each the centre of 4 pi / count steradians: a Fibonacci lattice.

    Gonzalez, "Measurement of areas on a sphere using Fibonacci and latitude-longitude lattices", 2010.
    """
    index = torch.arange(count, dtype=torch.float64)
    z = 1.0 - (2.0 * index + 1.0) / count
    azimuth = index * (math.pi * (3.0 - math.sqrt(5.0)))
    radius = (1.0 - z * z).sqrt()
    return torch.stack((radius * azimuth.cos(), radius * azimuth.sin(), z), dim=-1).float()


def texel_directions(height: int, device: torch.device | str = "cpu") -> torch.Tensor:
    """Unit directions (H, 2H, 3) of the texel centres of a latitude-longitude picture."""
    polar = (torch.arange(height, device=device) + 0.5) * (math.pi / height)
    azimuth = math.pi - (torch.arange(2 * height, device=device) + 0.5) * (math.pi / height)
    polar, azimuth = polar[:, None], azimuth[None, :]
    z = polar.cos().expand(height, 2 * height)
    return torch.stack((polar.sin() * azimuth.cos(), polar.sin() * azimuth.sin(), z), dim=-1)


def texel_solid_angles(height: int, device: torch.device | str = "cpu") -> torch.Tensor:
    """Solid angles (H, 1) of the texels of each row, in steradians; H * 2H of them sum to 4 pi."""
    edges = torch.arange(height + 1, dtype=torch.float64, device=device) * (math.pi / height)
    return ((edges[:-1].cos() - edges[1:].cos()) * (math.pi / height))[:, None].float()


def picture_coordinates(direction: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Where directions (..., 3), not necessarily unit, lie in the picture: across and down, each in [0, 1]."""
    x, y, z = direction.unbind(-1)
    # At the poles the azimuth means nothing, but its gradient must not be infinite.
    flat = x * x + y * y
    pole = flat < 1e-12
    azimuth = torch.atan2(torch.where(pole, 0.0, y), torch.where(pole, 1.0, x))
    across = 0.5 - azimuth / (2.0 * math.pi)
    down = torch.atan2(flat.clamp_min(1e-12).sqrt(), z) / math.pi
    return across, down


def look_up(pictures: torch.Tensor, direction: torch.Tensor, level: torch.Tensor | None = None) -> torch.Tensor:
    """Values (N, C) of a stack of pictures (L, H, W, C) in directions (N, 3), linear between texels and levels.

    Args:
        level: (N,) position in the stack, 0 to L - 1; None for the first picture. Differentiable in all arguments.
    """
    levels, height, width, channels = pictures.shape
    across, down = picture_coordinates(direction)
    x = across * width - 0.5
    y = (down * height - 0.5).clamp(0.0, height - 1.0)
    left, top = x.detach().floor(), y.detach().floor()
    x, y = (x - left)[:, None], (y - top)[:, None]
    left, top = left.long() % width, top.long()
    right, bottom = (
        (left + 1) % width,
        (top + 1).clamp_max(height - 1),
    )  # the picture goes round
    flat = pictures.reshape(-1, channels)

    def plane(first: torch.Tensor | int) -> torch.Tensor:
        upper, lower = (first + top) * width, (first + bottom) * width
        a, b, c, d = (flat.index_select(0, i) for i in (upper + left, upper + right, lower + left, lower + right))
        return torch.lerp(torch.lerp(a, b, x), torch.lerp(c, d, x), y)

    if level is None:
        return plane(0)
    level = level.clamp(0.0, levels - 1.0)
    near = level.detach().floor()
    index = near.long() * height
    return torch.lerp(
        plane(index),
        plane((index + height).clamp_max((levels - 1) * height)),
        (level - near)[:, None],
    )
