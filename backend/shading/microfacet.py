# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The GGX reflection of Blender's Principled BSDF, and its integrals over the hemisphere as small tables.

alpha = roughness^2. D and the height-correlated Smith G: Walter et al., "Microfacet Models for Refraction through Rough
Surfaces", 2007, and Heitz, "Understanding the Masking-Shadowing Function", JCGT 2014. Light that bounces more than once
between the facets: Turquin, "Practical multiple-scattering compensation for microfacet models", 2019, and for its
colour Kulla and Conty, "Revisiting Physically Based Shading at Imageworks", 2017. Both are what Cycles does.
"""

from __future__ import annotations

import functools
import math
from pathlib import Path

import numpy as np
import torch

IOR = 1.5
"""Index of refraction of every dielectric here: Blender's default."""
MIN_ALPHA = 1e-4


def ggx(cos_half: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
    """D: density of facets around the half vector, 1/sr."""
    squared = alpha * alpha
    return squared / (math.pi * (cos_half * cos_half * (squared - 1.0) + 1.0) ** 2)


def smith_over_cosines(cos_view: torch.Tensor, cos_light: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
    """G / (4 cos_view cos_light), height-correlated: 1 / (2 (cos_light a + cos_view b))."""
    squared = alpha * alpha
    view = cos_light * torch.sqrt(squared + (1.0 - squared) * cos_view * cos_view)
    light = cos_view * torch.sqrt(squared + (1.0 - squared) * cos_light * cos_light)
    return 0.5 / (view + light)


def fresnel_dielectric(cosine: torch.Tensor, ior: float = IOR) -> torch.Tensor:
    """Unpolarised reflectance of a smooth dielectric seen from outside."""
    g = torch.sqrt(ior * ior - 1.0 + cosine * cosine)
    a = (g - cosine) / (g + cosine)
    b = (cosine * (g + cosine) - 1.0) / (cosine * (g - cosine) + 1.0)
    return 0.5 * a * a * (1.0 + b * b)


def fresnel_schlick(cosine: torch.Tensor, normal_reflectance: torch.Tensor) -> torch.Tensor:
    return normal_reflectance + (1.0 - normal_reflectance) * (1.0 - cosine) ** 5


def specular_brdf(normal: torch.Tensor, view: torch.Tensor, light: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
    """D G / (4 cos cos) without Fresnel for unit vectors (..., 3) and alpha (...); 1/sr. Reciprocal."""
    half = torch.nn.functional.normalize(view + light, dim=-1)
    cos_view, cos_light, cos_half = ((normal * v).sum(-1) for v in (view, light, half))
    value = ggx(cos_half, alpha) * smith_over_cosines(cos_view.clamp_min(1e-6), cos_light.clamp_min(1e-6), alpha)
    return torch.where((cos_view > 0.0) & (cos_light > 0.0), value, 0.0)


GRID = 32
"""Rows (roughness, 0 to 1) and columns (cos_view, 0 to 1) of the tables."""
SAMPLES = 2048
TAPS = 3
"""Look-ups that stand for one lobe, see :mod:`.fit_lobes`."""
LOBES = Path(__file__).with_name("lobes.npz")
CHANNELS = 4 + 3 * TAPS


def tables(device: torch.device) -> torch.Tensor:
    """Integrals over the lit hemisphere (CHANNELS, GRID, GRID), rows for roughness and columns for cos_view.

    The channels, everything without multiple scattering:
        0. albedo of a body that reflects everything (Fresnel 1)
        1. the part of it to which Schlick's (1 - cos)^5 adds: albedo for F0 is ``F0 * [0] + (1 - F0) * [1]``
        2. albedo of a dielectric of :data:`IOR`
        3. mean of 0 over cos_view, cosine-weighted
        4. angles, levels and weights of the lobe's TAPS look-ups (3 * TAPS channels)
    """
    return _tables(torch.device(device))


@functools.lru_cache(maxsize=4)
def _tables(device: torch.device) -> torch.Tensor:
    alpha = (roughness_grid() ** 2).clamp_min(MIN_ALPHA)
    cosines = torch.linspace(0.0, 1.0, GRID, dtype=torch.float64)
    columns = []
    for cosine in cosines.clamp_min(1e-3):
        _, weight, cos_half = visible_lobe(cosine.expand(GRID), alpha, SAMPLES)
        parts = (
            weight,
            weight * (1.0 - cos_half) ** 5,
            weight * fresnel_dielectric(cos_half),
        )
        columns.append(torch.stack([part.mean(0) for part in parts]))
    stack = torch.stack(columns, dim=-1)
    average = 2.0 * torch.trapezoid(stack[0] * cosines, cosines, dim=-1)
    with np.load(LOBES, allow_pickle=False) as archive:
        lobes = torch.from_numpy(archive["lobes"])
    return torch.cat((stack.float(), average.float()[None, :, None].expand(1, GRID, GRID), lobes)).to(device)


def roughness_grid() -> torch.Tensor:
    """(GRID,) float64: the rows of the tables."""
    return torch.linspace(0.0, 1.0, GRID, dtype=torch.float64)


def visible_lobe(
    cos_view: torch.Tensor, alpha: torch.Tensor, samples: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The lobe of views (...) in the x-z plane, x > 0, with the normal along z, by a rank-1 lattice of samples.

    Visible facets are drawn as in Heitz, "Sampling the GGX Distribution of Visible Normals", JCGT 2018.

    Returns:
        light directions (S, ..., 3), their weights brdf * cos / density (S, ...), and the cosines of view and half
        vector (S, ...). The mean of the weights is the albedo.
    """
    index = torch.arange(samples, dtype=torch.float64)
    shape = (-1,) + (1,) * cos_view.dim()
    u = ((index + 0.5) / samples).reshape(shape)
    phi = (2.0 * math.pi * ((index * 0.6180339887498949) % 1.0)).reshape(shape)
    sin_view = (1.0 - cos_view**2).clamp_min(0.0).sqrt()
    # The view stretched to the hemisphere of a surface of roughness 1, and a frame around it. The view lies in the
    # x-z plane, so one axis is y.
    length = torch.sqrt((alpha * sin_view) ** 2 + cos_view**2)
    vx, vz = alpha * sin_view / length, cos_view / length
    radius = u.sqrt()
    t1, t2 = radius * phi.cos(), radius * phi.sin()
    side = 0.5 * (1.0 + vz)
    t2 = (1.0 - side) * (1.0 - t1**2).clamp_min(0.0).sqrt() + side * t2
    t3 = (1.0 - t1**2 - t2**2).clamp_min(0.0).sqrt()
    hx, hy, hz = (
        alpha * (vx * t3 - vz * t2),
        alpha * t1,
        (vx * t2 + vz * t3).clamp_min(0.0),
    )
    norm = torch.sqrt(hx**2 + hy**2 + hz**2)
    hx, hy, hz = hx / norm, hy / norm, hz / norm
    cos_half = (sin_view * hx + cos_view * hz).clamp(0.0, 1.0)
    lx, ly, lz = (
        2 * cos_half * hx - sin_view,
        2 * cos_half * hy,
        2 * cos_half * hz - cos_view,
    )
    # The weight is G2 / G1, with 1 + 2 lambda of the usual notation for both directions.
    light, squared = lz.clamp_min(1e-9), alpha**2
    lambda_view = torch.sqrt(squared + (1 - squared) * cos_view**2) / cos_view
    lambda_light = torch.sqrt(squared + (1 - squared) * light**2) / light
    weight = torch.where(lz > 0.0, (1.0 + lambda_view) / (lambda_view + lambda_light), 0.0)
    return torch.stack((lx, ly, lz), dim=-1), weight, cos_half
