# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wood and what comes from trees."""

from __future__ import annotations

import dataclasses
import math

import torch

from .colours import ramp, srgb
from .draw import Draw
from .layer import Layer, Place, layer, mix, smoothstep
from .mapping import box, grid
from .noise import cells, hashed, per_cell, warp, waves


@dataclasses.dataclass(frozen=True)
class Species:
    """What distinguishes one wood from another; display colours."""

    early: str
    late: str
    rings: tuple[float, float]
    """Growth rings per unit length."""
    contrast: float
    pores: float
    """Depth of open pores in object units."""
    roughness: float
    knots: bool = False


_WOOD = Species("c08a54", "70401c", (3.8, 5.4), 1.0, 0.004, 0.5)
_OAK = Species("c9a36c", "8f6636", (4.5, 6.5), 1.0, 0.012, 0.55)
_WALNUT = Species("7a5034", "38200f", (3.0, 4.4), 1.0, 0.005, 0.42)
_PINE = Species("ecca8f", "c58a45", (3.2, 4.4), 0.85, 0.002, 0.5, knots=True)
_MAHOGANY = Species("8c3f22", "4a180c", (3.0, 4.2), 0.85, 0.004, 0.32)


def wood(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    return _timber(place, draw, paint, _WOOD)


def oak(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    return _timber(place, draw, paint, _OAK)


def walnut(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    return _timber(place, draw, paint, _WALNUT)


def pine(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    return _timber(place, draw, paint, _PINE)


def mahogany(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    return _timber(place, draw, paint, _MAHOGANY)


def _timber(place: Place, draw: Draw, paint: torch.Tensor | None, species: Species) -> Layer:
    """Solid wood: rings around a distorted axis that passes beside the object, fibres along it."""
    points = place.position @ draw.rotation(0.5)
    tone, grain, albedo = _grain(points, draw, species, place.count)
    return _stained(place, draw, paint, species, tone, grain, albedo)


def _grain(points: torch.Tensor, draw: Draw, species: Species, count: int) -> tuple[torch.Tensor, ...]:
    """Lateness (M,) in 0..1, fibre noise (M,), and natural colour (N, 3) of wood that grew along Z."""
    centre = torch.tensor([draw.uniform(0.3, 1.0), draw.uniform(-0.5, 0.5), 0.0], device=points.device)
    around = points - centre
    bend = waves(points, draw, 0.7, 2, stretch=(1, 1, 3.0), outputs=2, count=8)
    radius = (around[:, :2] + 0.09 * bend).norm(dim=-1)
    knots = torch.zeros_like(radius)
    if species.knots:
        for _ in range(7):
            place, turn = draw.rand(3) * 1.8 - 0.9, draw.rand(1) * 2 * math.pi
            # A knot is a branch: a cone out of the pith, so its distance is taken across its own axis.
            along = torch.cat([torch.cos(turn), torch.sin(turn), turn.new_zeros(1)])
            apart = (points - place) / torch.tensor([1, 1, 2.2], device=points.device)
            across = (apart.square().sum(-1) - (apart @ along).square()).clamp_min(0).sqrt()
            radius = radius + 0.16 * torch.exp(-((across / 0.13) ** 2))
            knots = torch.maximum(knots, smoothstep(0.075, 0.045, across))
    phase = radius * draw.log_uniform(*species.rings) + draw.uniform(0, 1)
    inside = phase - torch.floor(phase)
    # Early wood darkens slowly into late wood, then the next spring begins with an edge.
    late = smoothstep(0.25, 0.85, inside) * smoothstep(1.0, 0.9, inside)
    year = per_cell(hashed(torch.floor(phase)), draw)
    late = late * (0.72 + 0.28 * year)
    fibre = waves(points, draw, 9.0, 2, gain=0.8, stretch=(1, 1, 12.0), count=16)
    early, dark = srgb(species.early, draw, 0.05, 6, 0.12), srgb(species.late, draw, 0.05, 5, 0.12)
    tone = (species.contrast * late + 0.09 * fibre).clamp(0, 1)
    tone = torch.maximum(tone, knots)
    albedo = ramp(tone[:count], (0.0, 0.5, 1.0), (early, torch.sqrt(early * dark), dark))
    albedo = mix(albedo, 0.4 * dark, 0.7 * knots[:count])
    return tone, fibre, albedo


def _stained(
    place: Place,
    draw: Draw,
    paint: torch.Tensor | None,
    species: Species,
    tone: torch.Tensor,
    fibre: torch.Tensor,
    albedo: torch.Tensor,
) -> Layer:
    here = place.here(tone)
    pores = smoothstep(0.9, 1.7, fibre)
    if paint is not None:
        # A stain keeps the grain visible: the paint is darkened where the wood is.
        albedo = paint * (1.12 - 0.62 * here - 0.06 * place.here(pores))[:, None]
    else:
        albedo = albedo * (1 - 0.25 * place.here(pores))[:, None]
    height = -species.pores * pores - 0.012 * species.contrast * smoothstep(0.3, 0.9, tone)
    roughness = species.roughness + draw.uniform(-0.08, 0.08) + 0.12 * here
    return layer(place, albedo, roughness, height)


def planks(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Boards side by side with dark gaps and nails, each board from another tree."""
    flat = box(place, draw, math.pi / 2 if draw.chance(0.5) else 0.0)
    boards = grid(flat, draw.uniform(1.5, 2.1), draw.log_uniform(0.34, 0.46), 0.37)
    away = per_cell(boards.identity, draw, 3) * 6
    # The board's own length is Z of the grain, so rings run along it.
    points = torch.stack(
        [boards.y * 0.3 + 0.9 * torch.sin(away[:, 0]), torch.sin(away[:, 1]), flat.u + away[:, 2]], dim=-1
    )
    tone, fibre, albedo = _grain(points, draw, _WOOD, place.count)
    surface = _stained(place, draw, paint, _WOOD, 0.6 * tone, fibre, albedo)
    board = place.here(per_cell(boards.identity, draw))
    gap = smoothstep(0.026, 0.008, boards.edge)
    ends = torch.hypot((0.5 - boards.x.abs()) * 1.8 - 0.09, (boards.y.abs() - 0.27) * 0.4)
    nail = place.here(smoothstep(0.034, 0.022, ends))
    middle = albedo.mean(0) if paint is None else paint
    albedo = torch.lerp(surface.albedo, middle.expand_as(surface.albedo), 0.35) * (0.6 + 0.6 * board)[:, None]
    albedo = albedo * (1 - 0.9 * place.here(gap))[:, None] * (1 - 0.75 * nail)[:, None]
    height = 0.5 * surface.height - 0.05 * smoothstep(0.04, 0.0, boards.edge)
    return Layer(albedo, surface.roughness + 0.1, surface.metallic, height)


def bamboo(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Canes side by side, with nodes at different heights."""
    flat = box(place, draw, 0.0 if draw.chance(0.8) else math.pi / 2)
    width = draw.log_uniform(0.2, 0.29)
    cane = torch.floor(flat.u / width)
    across = flat.u / width - cane - 0.5
    which = hashed(cane, flat.face)
    shift = per_cell(which, draw)
    length = draw.uniform(0.75, 1.0)
    along = flat.v / length + shift
    node = torch.abs(along - torch.floor(along) - 0.5) * length
    bulge = torch.exp(-((node / 0.03) ** 2))
    height = width * (0.5 - 0.42 * (2 * across).square()) + 0.018 * bulge
    height = height - 0.02 * smoothstep(0.012, 0.0, (node - 0.035).abs())
    streaks = waves(torch.stack([flat.u, flat.v, shift], -1), draw, 7.0, 2, stretch=(1, 14.0, 1), count=10)
    light, dark = srgb("d9c27a", draw, 0.04, 8, 0.15), srgb("a58a3c", draw, 0.03, 8, 0.15)
    if paint is not None:
        light, dark = paint, paint * 0.62
    tone = (0.35 + 0.18 * streaks + 0.4 * (shift - 0.5)).clamp(0, 1)
    albedo = mix(light, dark, place.here(tone))
    albedo = mix(albedo, 0.4 * dark, place.here(0.85 * smoothstep(0.045, 0.015, node)))
    gap = smoothstep(0.36, 0.5, across.abs())
    albedo = albedo * (1 - 0.8 * place.here(gap))[:, None]
    return layer(place, albedo, draw.uniform(0.3, 0.42), height)


def bark(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Long upright plates between deep dark fissures that split and join."""
    points = warp(place.position, draw, 1.4, 0.03)
    ridges = waves(points, draw, draw.log_uniform(2.0, 2.5), 1, stretch=(1, 1, 4.5), count=40, spread=0.5)
    across = waves(points, draw, 3.2, 1, stretch=(2.5, 2.5, 1))
    rough = waves(place.position, draw, 5.0, 2, 0.7, stretch=(1, 1, 2.5))
    plate = smoothstep(0.05, 0.5, ridges.abs() + 0.04 * rough)
    notch = smoothstep(0.16, 0.04, (across - 0.7).abs())
    light, dark = srgb("9c8771", draw, 0.04, 8, 0.2), srgb("5d4937", draw, 0.03, 8, 0.2)
    tone = 0.2 + 0.6 * plate + 0.14 * rough - 0.35 * notch
    albedo = mix(dark, light, place.here(tone).clamp(0, 1))
    albedo = mix(srgb("1f150e", draw), albedo, place.here(smoothstep(0.0, 0.5, plate)))
    return layer(place, albedo, 0.92, 0.08 * plate - 0.02 * notch * plate + 0.008 * rough)


def cork(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Pressed cork granules: tan crumbs with dark gaps and pits."""
    points = warp(place.position, draw, 4.0, 0.02)
    crumbs = cells(place, points, draw, draw.log_uniform(0.12, 0.16))
    value = per_cell(crumbs.identity, draw)
    noise = waves(place.position, draw, 7.0, 2)
    light, dark = srgb("d6a873", draw, 0.03, 5, 0.1), srgb("a06e3f", draw, 0.03, 5, 0.1)
    albedo = mix(light, dark, place.here((0.75 * value + 0.1 * noise).clamp(0, 1)))
    pit = place.here(smoothstep(0.86, 0.93, value))
    albedo = mix(albedo, srgb("5b3820", draw), pit)
    gap = smoothstep(0.1, 0.0, crumbs.border)
    albedo = albedo * (1 - 0.45 * place.here(gap))[:, None]
    height = -0.02 * gap - 0.02 * smoothstep(0.84, 0.95, value) + 0.004 * noise
    return layer(place, albedo, 0.85, height)


def wicker(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Basket weave: rods over and under upright stakes."""
    flat = box(place, draw)
    rod = draw.log_uniform(0.11, 0.15)
    stake = rod * draw.uniform(1.8, 2.4)
    row = torch.floor(flat.v / rod)
    y = flat.v / rod - row - 0.5
    wave = torch.cos(math.pi * (flat.u / stake + row))
    # Rods swing out over one stake and in behind the next.
    height = 0.035 * wave + rod * 0.55 * (1 - 4 * y.square()).clamp_min(0).sqrt()
    x = flat.u / stake - torch.floor(flat.u / stake) - 0.5
    behind = smoothstep(-0.55, -0.9, wave)
    stakes = 0.05 * (1 - (x.abs() * 5).square()).clamp_min(0)
    height = torch.maximum(height, 0.03 + stakes)
    shade = place.here((1 - 4 * y.square()).clamp_min(0).sqrt() * (0.62 + 0.38 * wave) * (1 - 0.3 * behind))
    rods = per_cell(hashed(row, flat.face), draw)
    light = srgb("c79a5b", draw, 0.05, 6, 0.15) if paint is None else paint
    albedo = light * (0.25 + 0.75 * shade)[:, None] * (0.8 + 0.4 * place.here(rods))[:, None]
    return layer(place, albedo, 0.6, height)
