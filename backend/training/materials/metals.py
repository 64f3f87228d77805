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

import dataclasses
import math

import torch

from .colours import ramp, srgb
from .draw import Draw
from .layer import Layer, Place, layer, mix, smoothstep
from .mapping import box, grid
from .noise import cells, warp, waves

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
    noise = waves(place.position, draw, 1.2, 2, 0.5)
    base = torch.tensor(colour, device=place.position.device) * draw.uniform(0.94, 1.0)
    albedo = base * (1 + 0.03 * place.here(noise)).clamp(0.9, 1.0)[:, None]
    rough = (draw.uniform(*roughness) + cloud * place.here(noise)).clamp(0.05, 1)
    # Nothing made of metal is perfectly even: slow waves let reflections sway.
    return layer(place, albedo, rough, 0.006 * noise, 1.0)


def gold(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    return _metal(place, draw, GOLD, (0.16, 0.28), 0.03)


def silver(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Silver with a breath of brown tarnish."""
    clean = _metal(place, draw, SILVER, (0.1, 0.18), 0.02)
    tarnish = smoothstep(0.5, 2.2, waves(place.here(place.position), draw, 1.2, 3, 0.6))
    return Layer(
        mix(clean.albedo, torch.tensor([0.62, 0.52, 0.38], device=tarnish.device), 0.5 * tarnish),
        clean.roughness + 0.15 * tarnish,
        clean.metallic,
        clean.height,
    )


def copper(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Copper with the thin reddish oxide film that it has in air."""
    clean = _metal(place, draw, COPPER, (0.18, 0.3), 0.03)
    film = torch.tensor([0.98, 0.80, 0.66], device=place.position.device)
    return Layer(clean.albedo * film, clean.roughness, clean.metallic, clean.height)


def bronze(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Cast bronze: rubbed bright on the heights of the casting, dark brown in its hollows."""
    cast = _metal(place, draw, BRONZE, (0.26, 0.36), 0.03)
    lumps = waves(place.position, draw, 1.5, 3, 0.5)
    dark = smoothstep(0.5, -1.3, place.here(lumps))
    tone = torch.tensor([0.42, 0.34, 0.28], device=dark.device)
    return Layer(mix(cast.albedo, cast.albedo * tone, dark), cast.roughness + 0.15 * dark, cast.metallic, 0.016 * lumps)


def brass(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    return _brushed(place, draw, BRASS, 0.24, 0.5)


def iron(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Cast iron: dark, sand-cast skin, half covered with black oxide."""
    lumps = waves(place.position, draw, 2.6, 3, 0.6)
    scale = smoothstep(-0.9, 0.9, waves(place.here(place.position), draw, 0.9, 3, 0.5))
    albedo = torch.tensor(IRON, device=lumps.device) * (0.6 - 0.36 * scale)[:, None]
    return layer(place, albedo, 0.48 + 0.16 * scale, 0.011 * lumps, 1.0)


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
    lines = brush_lines(place, draw)
    base = torch.tensor(colour, device=lines.device) * draw.uniform(0.94, 1.0)
    here = place.here(lines)
    albedo = base * (0.88 + 0.11 * strength * here).clamp(0.6, 1.05)[:, None]
    return layer(place, albedo, (roughness + 0.05 * strength * here).clamp(0.08, 1), 0.0011 * strength * lines, 1.0)


def dented(place: Place, draw: Draw, below: Layer) -> Layer:
    """Round dents of a hammer over any layer."""
    dents = cells(place, place.position, draw, draw.log_uniform(0.25, 0.31), 0.85)
    bowl = dents.nearest.square()
    # Ridges between dents are rounded off: near a border the height bends to the mean of both bowls.
    ridge = dents.second.square()
    return Layer(
        below.albedo, below.roughness, below.metallic, below.height - 0.022 * torch.logaddexp(-5 * bowl, -5 * ridge)
    )


def damascus(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Folded steel etched into dark and bright contour lines."""
    points = warp(place.position, draw, 0.7, 0.16)
    level = waves(points, draw, 0.6, 2, 0.4) * draw.log_uniform(1.5, 1.9)
    line = smoothstep(-0.3, 0.3, torch.sin(2 * math.pi * level))
    here = place.here(line)
    albedo = torch.tensor(IRON, device=here.device) * (0.25 + 1.1 * here)[:, None]
    return layer(place, albedo, 0.42 - 0.12 * here, 0.004 * line, 1.0)


def tread_plate(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Steel sheet with raised lozenges that alternate in direction."""
    flat = box(place, draw, math.pi / 4)
    size = draw.log_uniform(0.2, 0.26)
    mesh = grid(flat, size, size)
    odd = ((mesh.column + mesh.row) % 2) == 0
    along, across = torch.where(odd, mesh.x, mesh.y), torch.where(odd, mesh.y, mesh.x)
    # A lozenge with pointed ends is the overlap of two discs.
    inside = 0.62 - torch.hypot(along, across.abs() + 0.4)
    raised = smoothstep(0.0, 0.12, inside)
    base = torch.tensor(IRON, device=raised.device)
    scuff = waves(place.here(place.position), draw, 1.2, 2, 0.5)
    albedo = base * (0.7 + 0.6 * place.here(raised))[:, None]
    return layer(place, albedo, (0.38 + 0.06 * scuff - 0.14 * place.here(raised)).clamp(0.1, 1), 0.05 * raised, 1.0)


def chain_mail(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Interlocked iron rings over darkness."""
    flat = box(place, draw)
    size = draw.log_uniform(0.34, 0.4)
    thick, radius = 0.085, 0.39
    best = torch.full_like(flat.u, -1.0)
    for shift in (0.0, 0.5):
        # Two lattices of rings; each ring leans, so that it passes over its upper and under its lower neighbours.
        mesh = grid(dataclasses.replace(flat, u=flat.u + shift * size, v=flat.v + shift * size * 0.8), size, size * 0.8)
        across = torch.hypot(mesh.x, mesh.y * 0.8) - radius
        wire = thick * (1 - (across / thick).square()).clamp_min(0).sqrt()
        best = torch.maximum(best, torch.where(wire > 0, wire + 0.1 * mesh.y, best))
    wire = smoothstep(-0.5, -0.1, best)
    here = place.here(wire)
    lift = place.here(best).clamp(-0.1, 0.2)
    albedo = torch.tensor(IRON, device=here.device) * mix(torch.full_like(here, 0.06), 0.75 + 2.4 * lift, here)[:, None]
    return layer(place, albedo.clamp(0.02, 0.95), 0.34 + 0.4 * (1 - here), 0.6 * size * best.clamp_min(-0.12), 1.0)


def car_paint(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Metallic paint: aluminium flakes reflect through the pigment, so it is between a dielectric and a metal."""
    base = (
        srgb(("a01018", "0f3a8a", "1d1d22", "0d6b46", "c8cbd0")[draw.integer(5)], draw, 0.03, 8)
        if paint is None
        else paint
    )
    return layer(place, base, draw.uniform(0.14, 0.2), 0.0, 0.6)


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
        (0.0, 0.4, 0.8, 1.15),
        (srgb("3d1b0e", draw), srgb("7a3413", draw, 0.03, 6), srgb("9a4a1e", draw, 0.03, 6), srgb("bd6a28", draw)),
    )


def brush_lines(place: Place, draw: Draw) -> torch.Tensor:
    """(M,) noise in long thin parallel lines."""
    return waves(place.position @ draw.rotation(0.6), draw, 13.0, 1, stretch=(22.0, 22.0, 1.0), count=30)
