# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The GGX reflection of Blender's Principled BSDF, and its integrals over the hemisphere as small tables.

alpha = roughness^2. D and the height-correlated Smith G: Walter et al., "Microfacet Models for Refraction through Rough
Surfaces", 2007, and Heitz, "Understanding the Masking-Shadowing Function", JCGT 2014. Light that bounces more than once
between the facets: Turquin, "Practical multiple-scattering compensation for microfacet models", 2019, and for its
colour Kulla and Conty, "Revisiting Physically Based Shading at Imageworks", 2017. Both are what Cycles does.
"""

from __future__ import annotations

import dataclasses
import functools
import math

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


@dataclasses.dataclass(frozen=True)
class Tables:
    """Integrals over the lit hemisphere on a grid of roughness (rows, 0 to 1) and cos_view (columns, 0 to 1).

    Each (R, M) float32; ``stack`` (C, R, M) holds them in this order.
    """

    stack: torch.Tensor
    NAMES = ("albedo", "schlick", "dielectric", "along_normal", "along_tangent", "spread")

    albedo_average: torch.Tensor
    """(R,) cosine-weighted mean of ``albedo`` over cos_view."""


GRID = 32
SAMPLES = 2048


def _lobe(cos_view: torch.Tensor, alpha: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Light directions (S, ..., 3) with weights brdf * cos / density, and cos of view to half vector; by sampling the
    visible facets (Heitz, "Sampling the GGX Distribution of Visible Normals", JCGT 2018) at a rank-1 lattice."""
    index = torch.arange(SAMPLES, dtype=torch.float64)
    shape = (-1,) + (1,) * cos_view.dim()
    u = ((index + 0.5) / SAMPLES).reshape(shape)
    phi = (2.0 * math.pi * ((index * 0.6180339887498949) % 1.0)).reshape(shape)
    sin_view = (1.0 - cos_view**2).clamp_min(0.0).sqrt()
    # The view stretched to the hemisphere of a unit-roughness surface.
    length = torch.sqrt((alpha * sin_view) ** 2 + cos_view**2)
    vx, vz = alpha * sin_view / length, cos_view / length
    # A frame around it; the y axis is (0, 1, 0) because the view lies in the x-z plane: t1 = y, t2 = v x t1.
    radius = u.sqrt()
    t1, t2 = radius * phi.cos(), radius * phi.sin()
    s = 0.5 * (1.0 + vz)
    t2 = (1.0 - s) * (1.0 - t1**2).clamp_min(0.0).sqrt() + s * t2
    t3 = (1.0 - t1**2 - t2**2).clamp_min(0.0).sqrt()
    hx, hy, hz = -vz * t2 + vx * t3, t1, vx * t2 + vz * t3
    hx, hy, hz = alpha * hx, alpha * hy, hz.clamp_min(0.0)
    norm = torch.sqrt(hx**2 + hy**2 + hz**2)
    hx, hy, hz = hx / norm, hy / norm, hz / norm
    cos_half = (sin_view * hx + cos_view * hz).clamp(0.0, 1.0)
    lx, ly, lz = 2 * cos_half * hx - sin_view, 2 * cos_half * hy, 2 * cos_half * hz - cos_view
    squared = alpha**2
    lambda_view = torch.sqrt(squared + (1 - squared) * cos_view**2) / cos_view
    light = lz.clamp_min(1e-9)
    lambda_light = torch.sqrt(squared + (1 - squared) * light**2) / light
    # G2 / G1 with lambda' = 1 + 2 lambda of the usual notation.
    weight = torch.where(lz > 0.0, (1.0 + lambda_view) / (lambda_view + lambda_light), 0.0)
    return torch.stack((lx, ly, lz), dim=-1), weight, cos_half


def roughness_grid() -> torch.Tensor:
    return torch.linspace(0.0, 1.0, GRID, dtype=torch.float64)


@functools.lru_cache(maxsize=4)
def tables(device: torch.device) -> Tables:
    """The tables, integrated on first use (a third of a second) and kept."""
    alpha = (roughness_grid() ** 2).clamp_min(MIN_ALPHA)
    columns = []
    for cosine in torch.linspace(0.0, 1.0, GRID, dtype=torch.float64).clamp_min(1e-3):
        light, weight, cos_half = _lobe(cosine.expand(GRID), alpha)
        mean = (weight[..., None] * light).mean(0)
        total = weight.mean(0)
        resultant = mean.norm(dim=-1)
        sine = (1.0 - cosine**2).sqrt().clamp_min(1e-3)
        columns.append(
            torch.stack(
                (
                    total,
                    (weight * (1.0 - cos_half) ** 5).mean(0),
                    (weight * fresnel_dielectric(cos_half)).mean(0),
                    mean[:, 2] / resultant,
                    -mean[:, 0] / resultant / sine,
                    resultant / total,
                )
            )
        )
    stack = torch.stack(columns, dim=-1)
    cosines = torch.linspace(0.0, 1.0, GRID, dtype=torch.float64)
    average = 2.0 * torch.trapezoid(stack[0] * cosines, cosines, dim=-1)
    return Tables(stack.float().to(device), average.float().to(device))
