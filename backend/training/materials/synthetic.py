# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Made things: plastic, rubber, wax, paper."""

from __future__ import annotations

import math

import torch

from .colours import srgb
from .draw import Draw
from .layer import Layer, Place, layer, mix, smoothstep
from .mapping import box, grid
from .noise import cells, hashed, per_cell, warp, waves

_TOYS = ("d7352f", "2f62c4", "f0bd2c", "3b9a4f", "e8e6e1", "e5762b")


def plastic(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Smooth injection-moulded plastic."""
    base = srgb(_TOYS[draw.integer(len(_TOYS))], draw, 0.04, 10) if paint is None else paint
    return layer(place, base, draw.uniform(0.14, 0.26))


def rubber(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Dull rubber with a moulded tread of ribs and blocks."""
    base = srgb("2a2a2b", draw, 0.02) if paint is None else paint
    flat = box(place, draw)
    rib = draw.log_uniform(0.2, 0.26)
    column = torch.floor(flat.u / rib)
    zigzag = flat.v + 0.09 * (2 * torch.abs(flat.u / rib - column - 0.5)) * torch.where(column % 2 == 0, 1.0, -1.0)
    x = (0.5 - torch.abs(flat.u / rib - column - 0.5)) * rib
    block = zigzag / (rib * 1.5) - torch.floor(zigzag / (rib * 1.5))
    y = (0.5 - torch.abs(block - 0.5)) * rib * 1.5
    raised = smoothstep(0.012, 0.045, torch.minimum(x, y))
    albedo = base * (0.55 + 0.45 * place.here(raised))[:, None]
    return layer(place, albedo, draw.uniform(0.6, 0.75), 0.06 * raised)


def wax(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Candle wax: molten runs from the top end in round drops at different heights."""
    x, y, z = place.world.unbind(-1)
    count = 9 + draw.integer(4)
    lane = torch.atan2(y, x) / (2 * math.pi) * count + 0.12 * torch.sin(3 * z + draw.uniform(0, 6))
    number = torch.floor(lane)
    across = (lane - number - 0.5) * 2
    value = per_cell(hashed(torch.remainder(number, count)), draw)
    end = 0.75 - 1.35 * value
    # A run is a capsule: straight sides above its end, a half disc below, in units of half a lane.
    below = (end - z).clamp_min(0) / (math.pi / count * 0.75)
    run = 0.8 - torch.hypot(across, below)
    swell = 1 + 0.8 * torch.exp(-(((z - end - 0.03) / 0.1) ** 2))
    raised = smoothstep(0.0, 0.45, run) * swell
    soft = waves(place.position, draw, 0.8, 2)
    base = srgb("efe2b8", draw, 0.02, 8) if paint is None else paint
    rim = place.here(smoothstep(-0.22, 0.0, run) * smoothstep(0.2, 0.0, run))
    albedo = base * (0.92 + 0.1 * place.here(raised).clamp_max(1) - 0.22 * rim)[:, None]
    return layer(place, albedo, draw.uniform(0.3, 0.4), 0.05 * raised + 0.01 * soft)


def paper(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Crumpled paper: flat faces that meet in sharp, straight folds."""
    count = 16
    normals = torch.nn.functional.normalize(draw.randn(count, 3), dim=-1)
    points = warp(place.position, draw, 0.9, 0.025)
    # Folding mirrors what lies beyond a plane; a fold ends where the window of another direction closes it.
    apart = (points @ normals.t() - (draw.rand(count) * 1.7 - 0.85)).abs()
    reach = waves(place.position, draw, 0.7, 1, outputs=count, count=12)
    slope = (draw.rand(count) - 0.5) * 0.9 * smoothstep(-0.5, 0.5, reach)
    base = srgb("f2efe6", draw, 0.015, 15) if paint is None else paint
    crease = smoothstep(0.022, 0.004, apart) * smoothstep(-0.1, 0.5, reach)
    albedo = base * (1 - 0.25 * place.here(crease.amax(-1)))[:, None]
    return layer(place, albedo, 0.95, (apart.clamp_max(0.45) * slope).sum(-1))


def cardboard(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Corrugated board with tape and flap seams."""
    flat = box(place, draw, 0.0 if draw.chance(0.5) else math.pi / 2)
    flute = draw.log_uniform(0.075, 0.095)
    ridge = torch.cos(2 * math.pi * flat.v / flute)
    panels = grid(flat, 1.7, 1.4)
    seam = smoothstep(0.018, 0.005, panels.edge)
    tape = smoothstep(0.125, 0.115, torch.abs(0.5 - panels.y.abs()) * 1.4)
    base = srgb("b98a55", draw, 0.03, 5, 0.12) if paint is None else paint
    fibre = waves(place.here(place.position), draw, 9.0, 2, 0.8)
    albedo = base * (1 + 0.09 * place.here(ridge) + 0.03 * fibre)[:, None]
    albedo = mix(albedo, srgb("d9bd8a", draw, 0.02), 0.75 * place.here(tape))
    albedo = albedo * (1 - 0.6 * place.here(seam * (1 - tape)))[:, None]
    return layer(
        place,
        albedo,
        0.85 - 0.45 * place.here(tape),
        0.008 * ridge * (1 - tape) + 0.012 * tape - 0.03 * seam * (1 - tape),
    )


def foam(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """A sponge: soft and full of open pores of two sizes."""
    large = cells(place, place.position, draw, draw.log_uniform(0.26, 0.32))
    small = cells(place, place.position, draw, draw.log_uniform(0.13, 0.16))
    hole = torch.maximum(smoothstep(0.42, 0.3, large.nearest), smoothstep(0.4, 0.28, small.nearest))
    base = srgb("e8c85a", draw, 0.03, 8) if paint is None else paint
    albedo = base * (1 - 0.62 * place.here(hole))[:, None]
    return layer(place, albedo, 1.0, -0.06 * hole)
