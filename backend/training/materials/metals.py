# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Metals, bare and painted.

Specular colours are linear Rec.709 reflectances at normal incidence from measured indices of refraction:
Akenine-Moeller, Haines and Hoffman, "Real-Time Rendering", 4th edition (2018), table 9.2 (gold's red there is 1.022:
clipped to 1).
Bronze (88 % copper, 12 % tin) and steel are not in that table: bronze is darker and browner than brass as in
physicallybased.info, steel is iron.
"""

from __future__ import annotations

import math

import torch

from .colours import ramp, srgb
from .draw import Draw
from .layer import Layer, Place, layer, mix, smoothstep
from .mapping import box, grid
from .noise import cells, per_cell, warp, waves

GOLD = (1.0, 0.782, 0.344)
SILVER = (0.972, 0.960, 0.915)
COPPER = (0.955, 0.638, 0.538)
BRASS = (0.910, 0.778, 0.423)
BRONZE = (0.714, 0.494, 0.285)
IRON = (0.562, 0.565, 0.578)
ALUMINIUM = (0.913, 0.922, 0.924)
CHROMIUM = (0.549, 0.556, 0.554)


def _metal(place: Place, draw: Draw, colour: tuple[float, ...], roughness: tuple[float, float], cloud: float) -> Layer:
    """Smooth metal whose roughness is a little cloudy and whose colour is the measured one within a few percent."""
    noise = waves(place.position, draw, 1.4, 3, 0.6)
    base = torch.tensor(colour, device=place.position.device) * draw.uniform(0.94, 1.0)
    albedo = base * (1 + 0.03 * place.here(noise)).clamp(0.9, 1.0)[:, None]
    rough = (draw.uniform(*roughness) + cloud * place.here(noise)).clamp(0.05, 1)
    return layer(place, albedo, rough, 0.004 * noise * cloud, 1.0)


def gold(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    return _metal(place, draw, GOLD, (0.16, 0.28), 0.03)


def silver(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Silver with a breath of brown tarnish."""
    clean = _metal(place, draw, SILVER, (0.14, 0.24), 0.03)
    tarnish = smoothstep(0.5, 2.2, waves(place.here(place.position), draw, 1.2, 3, 0.6))
    return Layer(
        mix(clean.albedo, torch.tensor([0.62, 0.52, 0.38], device=tarnish.device), 0.5 * tarnish),
        clean.roughness + 0.15 * tarnish,
        clean.metallic,
        clean.height,
    )


def copper(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    return _metal(place, draw, COPPER, (0.2, 0.32), 0.03)


def bronze(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Cast bronze: darker in the hollows of the casting."""
    cast = _metal(place, draw, BRONZE, (0.3, 0.42), 0.04)
    lumps = waves(place.position, draw, 2.2, 3, 0.55)
    dark = smoothstep(0.3, -1.5, place.here(lumps))
    return Layer(cast.albedo * (1 - 0.55 * dark)[:, None], cast.roughness + 0.15 * dark, cast.metallic, 0.014 * lumps)


def brass(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    return _brushed(place, draw, BRASS, 0.24, 0.5)


def iron(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Cast iron: dark, grainy, half covered with black oxide."""
    lumps = waves(place.position, draw, 3.5, 3, 0.75)
    scale = smoothstep(-0.9, 0.7, waves(place.here(place.position), draw, 1.2, 3, 0.6))
    albedo = torch.tensor(IRON, device=lumps.device) * (0.62 - 0.4 * scale)[:, None]
    return layer(place, albedo, 0.5 + 0.2 * scale, 0.012 * lumps, 1.0)


def steel(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    return _brushed(place, draw, IRON, 0.3, 1.0)


def aluminium(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Sandblasted aluminium: bright and satin."""
    return _metal(place, draw, ALUMINIUM, (0.4, 0.5), 0.015)


def chrome(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    mirror = torch.tensor(CHROMIUM, device=place.position.device) * draw.uniform(1.05, 1.2)
    return layer(place, mirror, 0.05, 0.0, 1.0)


def _brushed(place: Place, draw: Draw, colour: tuple[float, ...], roughness: float, strength: float) -> Layer:
    """Fine parallel scratches. They vary the colour and the roughness; their slope makes the highlight ragged."""
    points = place.position @ draw.rotation(0.6)
    lines = waves(points, draw, 11.0, 2, 0.9, stretch=(14.0, 14.0, 1.0), count=20)
    base = torch.tensor(colour, device=points.device) * draw.uniform(0.94, 1.0)
    here = place.here(lines)
    albedo = base * (0.93 + 0.07 * strength * here).clamp(0.7, 1.05)[:, None]
    return layer(place, albedo, (roughness + 0.06 * strength * here).clamp(0.08, 1), 0.0022 * strength * lines, 1.0)


def hammered(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Sheet metal of one of the warm metals covered with round dents."""
    colour = (GOLD, COPPER, BRASS, SILVER, BRONZE)[draw.integer(5)]
    return dented(place, draw, _metal(place, draw, colour, (0.18, 0.28), 0.02))


def dented(place: Place, draw: Draw, below: Layer) -> Layer:
    """Round dents of a hammer over any layer."""
    dents = cells(place, place.position, draw, draw.log_uniform(0.24, 0.3))
    return Layer(below.albedo, below.roughness, below.metallic, below.height + 0.1 * dents.nearest.square())


def damascus(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Folded steel etched into dark and bright contour lines."""
    points = warp(place.position, draw, 0.9, 0.2, 2)
    level = waves(points, draw, 0.8, 2, 0.5) * draw.log_uniform(2.6, 3.4)
    line = smoothstep(-0.35, 0.35, torch.sin(2 * math.pi * level))
    here = place.here(line)
    albedo = torch.tensor(IRON, device=here.device) * (0.28 + 0.85 * here)[:, None]
    return layer(place, albedo, 0.42 - 0.16 * here, 0.006 * line, 1.0)


def tread_plate(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Steel sheet with raised lozenges that alternate in direction."""
    flat = box(place, draw, math.pi / 4)
    size = draw.log_uniform(0.2, 0.26)
    mesh = grid(flat, size, size)
    odd = ((mesh.column + mesh.row) % 2) == 0
    along, across = torch.where(odd, mesh.x, mesh.y), torch.where(odd, mesh.y, mesh.x)
    raised = smoothstep(0.2, 0.0, (along / 0.46).square() + (across / 0.17).square() - 0.9)
    base = torch.tensor(IRON, device=raised.device) * 1.25
    scuff = waves(place.here(place.position), draw, 1.5, 3, 0.6)
    albedo = base * (0.75 + 0.25 * place.here(raised))[:, None]
    return layer(place, albedo, (0.36 + 0.06 * scuff - 0.1 * place.here(raised)).clamp(0.1, 1), 0.035 * raised, 1.0)


def chain_mail(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Interlocked iron rings over darkness."""
    flat = box(place, draw)
    size = draw.log_uniform(0.2, 0.26)
    thick, radius = 0.13, 0.46
    best = torch.full_like(flat.u, -1.0)
    for shift in (0.0, 0.5):
        mesh = grid(_moved(flat, shift * size, shift * size * 0.9), size, size * 0.9)
        ring = torch.hypot(mesh.x, mesh.y * 0.9) - radius
        round_wire = (1 - (ring / thick).square()).clamp_min(0).sqrt()
        # Each ring leans, so that it passes over its upper and under its lower neighbour.
        best = torch.maximum(best, round_wire * thick + (0.12 if shift else -0.12) * mesh.y - 2 * (round_wire <= 0))
    wire = smoothstep(-1.0, -0.1, best)
    here = place.here(wire)
    albedo = (
        torch.tensor(IRON, device=here.device)
        * (0.05 + 1.2 * here * (0.7 + 2.0 * place.here(best).clamp(-0.2, 0.2)))[:, None]
    )
    return layer(place, albedo.clamp(0.02, 0.95), 0.32, size * best.clamp_min(-0.1), 1.0)


def _moved(flat, u: float, v: float):
    return type(flat)(flat.u + u, flat.v + v, flat.face)


def car_paint(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Deep clear-coated paint with a slow metallic flop and faint flakes."""
    base = (
        srgb(("a01018", "0f3a8a", "1d1d22", "0d6b46", "c8cbd0")[draw.integer(5)], draw, 0.03, 8)
        if paint is None
        else paint
    )
    flakes = place.here(per_cell(cells(place, place.position, draw, 0.05).identity, draw))
    facing = 0.9 + 0.2 * flakes
    return layer(place, base * facing[:, None], draw.uniform(0.05, 0.08))


def painted_metal(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Enamel on sheet metal, chipped down to the steel, with seams and rivets."""
    base = srgb(("3c6e8f", "b3372a", "d8a32c", "4c7a4a")[draw.integer(4)], draw, 0.03, 8) if paint is None else paint
    flat = box(place, draw)
    sheet = grid(flat, draw.uniform(0.9, 1.2), draw.uniform(0.8, 1.0))
    spacing = 0.2
    u, v = flat.u / spacing, flat.v / spacing
    near = sheet.edge - 0.075
    row = torch.hypot(u - torch.floor(u) - 0.5, v - torch.floor(v) - 0.5) * spacing
    rivet = (1 - (torch.hypot(row, near * 0) / 0.045).square()).clamp_min(0).sqrt() * smoothstep(0.06, 0.02, near.abs())
    chips = waves(place.position, draw, 2.0, 4, 0.75)
    chip = smoothstep(1.45, 1.6, chips + 0.9 * smoothstep(0.05, 0.0, sheet.edge))
    seam = smoothstep(0.02, 0.004, sheet.edge)
    here = place.here(chip)
    albedo = mix(base.expand(place.count, 3), torch.tensor(IRON, device=here.device) * 0.8, here)
    albedo = albedo * (1 - 0.7 * place.here(seam))[:, None]
    return layer(place, albedo, 0.28 + 0.12 * here, 0.03 * rivet - 0.03 * seam - 0.008 * chip, here)


def patina(place: Place, draw: Draw) -> torch.Tensor:
    """(N, 3) blue-green copper carbonate."""
    tone = waves(place.here(place.position), draw, 2.2, 3, 0.6)
    return ramp(
        0.5 + 0.25 * tone,
        (0.0, 0.5, 1.0),
        (srgb("3f7f6e", draw, 0.03, 8), srgb("63ab93", draw, 0.03, 8), srgb("9fd0b8", draw)),
    )


def rust(place: Place, draw: Draw) -> torch.Tensor:
    """(N, 3) iron oxide from dark brown to bright orange."""
    tone = waves(place.here(place.position), draw, 2.5, 4, 0.7)
    return ramp(
        0.5 + 0.25 * tone,
        (0.0, 0.35, 0.7, 1.0),
        (srgb("3d1b0e", draw), srgb("7a3413", draw, 0.03, 6), srgb("a8501c", draw, 0.03, 6), srgb("d07a2c", draw)),
    )
