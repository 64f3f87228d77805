# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From raw numbers to a material: the one function that shading and export share."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import torch

from ..shading import display
from ..shading.pbr import Material

TextureFunction = Callable[[torch.Tensor, torch.Tensor], Material]
"""The appearance of points (N, 3) in unit space with unit smooth normals (N, 3)."""

CHANNELS = 8
"""Raw numbers for each point: albedo 3, roughness, metallic, bump 3."""
ALBEDO = (0.05, 0.98)
"""Display-encoded range: linear 0.004 to 0.95."""
ROUGHNESS = (0.05, 1.0)
METALLIC = (0.0, 1.0)
BUMP = 0.6
"""Largest offset of a normal along each axis, before it is made unit again."""
START = (0.0, 0.0, 0.0, 0.5, -1.5, 0.0, 0.0, 0.0)
"""Where a fit starts: mid-grey, roughness 0.64, metallic 0.17, no bump."""
METAL = (0.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0)
"""The same for what is known to be bare metal: roughness 0.53, metallic 0.88."""


def material_of(raw: torch.Tensor, normal: torch.Tensor) -> Material:
    """The material of raw numbers (N, CHANNELS) on smooth unit normals (N, 3); differentiable in both."""
    # Albedo is even in what eyes see, not in light: steps in dark and bright colours count alike.
    albedo = display.decode(_between(raw[:, 0:3], ALBEDO))
    roughness = _between(raw[:, 3], ROUGHNESS)
    metallic = _between(raw[:, 4], METALLIC)
    bumped = torch.nn.functional.normalize(normal + BUMP * torch.tanh(raw[:, 5:8]), dim=-1)
    return Material(albedo, roughness, metallic, bumped)


def raw_of(albedo: torch.Tensor, roughness: torch.Tensor, metallic: torch.Tensor) -> torch.Tensor:
    """Raw numbers (N, CHANNELS) without bump for linear albedo (N, 3), roughness (N,) and metallic (N,)."""
    columns = (
        _inverse(display.encode(albedo), ALBEDO),
        _inverse(roughness, ROUGHNESS)[:, None],
        _inverse(metallic, METALLIC)[:, None],
        torch.zeros_like(albedo),
    )
    return torch.cat(columns, dim=-1)


def mirrored(texture: TextureFunction) -> TextureFunction:
    """The texture of the right half, x >= 0, on both halves, bumps included."""

    def both(position: torch.Tensor, normal: torch.Tensor) -> Material:
        flip = torch.ones_like(position)
        flip[:, 0] = torch.where(position[:, 0] < 0.0, -1.0, 1.0)
        material = texture(position * flip, normal * flip)
        return dataclasses.replace(material, normal=material.normal * flip)

    return both


def _between(raw: torch.Tensor, ends: tuple[float, float]) -> torch.Tensor:
    return ends[0] + (ends[1] - ends[0]) * torch.sigmoid(raw)


def _inverse(value: torch.Tensor, ends: tuple[float, float]) -> torch.Tensor:
    return torch.logit(((value - ends[0]) / (ends[1] - ends[0])).clamp(1e-3, 1.0 - 1e-3))
