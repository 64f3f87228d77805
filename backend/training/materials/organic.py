# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Skins, plants and food."""

from __future__ import annotations

import math

import torch

from .colours import ramp, srgb
from .draw import Draw
from .layer import Layer, Place, layer, mix, smoothstep
from .mapping import box, grid, hexagons, shingles
from .noise import cells, per_cell, warp, waves


def scales(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Round overlapping scales, as of a fish or a dragon."""
    width = draw.log_uniform(0.22, 0.3)
    scale = shingles(box(place, draw), width, width * draw.uniform(0.5, 0.62), 0.95)
    value = place.here(per_cell(scale.identity, draw))
    codes = ("3f8f4a", "2f6f8f", "a3472d", "7d8f3a", "6a4b8f")
    base = srgb(codes[draw.integer(len(codes))], draw, 0.04, 12) if paint is None else paint
    rim = place.here(smoothstep(0.0, 0.14, scale.edge))
    shade = (0.3 + 0.75 * rim) * (0.75 + 0.5 * value) * place.here(1.1 - 0.3 * scale.y)
    height = (
        0.16 * width * (1 - scale.y) + 0.18 * width * smoothstep(0.0, 0.3, scale.edge) - 0.15 * width * scale.x.square()
    )
    return layer(place, base * shade[:, None], draw.uniform(0.22, 0.32), height)


def snake_skin(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Small lozenge scales carrying a large pattern of saddles."""
    flat = box(place, draw, math.pi / 4)
    size = draw.log_uniform(0.105, 0.13)
    mesh = grid(flat, size, size)
    # The pattern is looked up at each scale's middle, so that a scale has one colour.
    u, v = flat.u - mesh.x * size, flat.v - mesh.y * size
    along, across = (u + v) * math.sqrt(0.5), (u - v) * math.sqrt(0.5)
    period = draw.log_uniform(0.7, 0.9)
    saddle = torch.abs(along / period - torch.round(along / period)) + torch.abs(
        across / period - torch.round(across / period)
    )
    light, dark = srgb("cdb98a", draw, 0.04, 12, 0.3), srgb("6b4b2c", draw, 0.04, 15, 0.3)
    if paint is not None:
        light, dark = paint, 0.35 * paint
    band = place.here(saddle)
    albedo = mix(light, dark, (band < 0.33).float())
    albedo = mix(albedo, srgb("1e1712", draw), ((band > 0.33) & (band < 0.48)).float())
    edge = smoothstep(0.02, 0.0, mesh.edge)
    albedo = albedo * (1 - 0.55 * place.here(edge))[:, None]
    dome = torch.cos(math.pi * mesh.x) * torch.cos(math.pi * mesh.y)
    return layer(place, albedo, draw.uniform(0.28, 0.38), 0.3 * size * dome.clamp_min(0).sqrt())


def crocodile(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Square-cornered plates in rows, big on the back."""
    flat = box(place, draw)
    size = draw.log_uniform(0.24, 0.3)
    plates = cells(place, flat.uv * torch.tensor([1.0, 1.35], device=flat.u.device), draw, size, 0.42)
    dome = smoothstep(0.03, 0.35, plates.border)
    wrinkle = waves(place.position, draw, 5.0, 2, 0.8)
    base = srgb("55602f", draw, 0.03, 12, 0.2) if paint is None else paint
    tone = place.here(per_cell(plates.identity, draw))
    albedo = base * ((0.22 + 0.8 * place.here(smoothstep(0.02, 0.14, plates.border))) * (0.8 + 0.4 * tone))[:, None]
    return layer(place, albedo, 0.35, 0.1 * dome + 0.006 * wrinkle)


def feathers(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Long overlapping feathers with a pale shaft and slanting barbs."""
    width = draw.log_uniform(0.26, 0.34)
    plume = shingles(box(place, draw), width, width * draw.uniform(0.75, 0.9), 1.1)
    value = place.here(per_cell(plume.identity, draw))
    codes = ("8a6a48", "3d5f8a", "b7b2a8", "4b7a4f", "a3532d")
    base = srgb(codes[draw.integer(len(codes))], draw, 0.04, 10) if paint is None else paint
    barb = torch.sin((plume.x.abs() * 2.2 - plume.y) * 22)
    shaft = smoothstep(0.06, 0.025, plume.x.abs())
    rim = smoothstep(0.0, 0.22, plume.edge)
    tip = place.here(smoothstep(0.55, 0.1, plume.edge))
    shade = (0.7 + 0.4 * value) * (0.35 + 0.65 * place.here(rim)) * (1 + 0.13 * place.here(barb))
    albedo = mix(base * shade[:, None], 0.5 * base + 0.4, 0.55 * tip * place.here(rim))
    albedo = mix(albedo, 0.4 * base + 0.45, 0.8 * place.here(shaft))
    height = 0.12 * width * (1.5 - plume.y) + 0.1 * width * rim + 0.03 * width * barb + 0.08 * width * shaft
    return layer(place, albedo, 0.7, height)


def moss(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Cushions of tiny leaves."""
    cushions = cells(place, warp(place.position, draw, 1.5, 0.08, 2), draw, draw.log_uniform(0.32, 0.42))
    tufts = waves(place.position, draw, 5.5, 3, 0.85)
    dome = 1 - cushions.nearest.square()
    light, dark = srgb("8fa63c", draw, 0.03, 8), srgb("3c5a1e", draw, 0.03, 8)
    tone = (0.15 + 0.6 * dome + 0.17 * tufts).clamp(0, 1)
    albedo = (
        mix(dark, light, place.here(tone)) * (1 - 0.5 * place.here(smoothstep(0.12, 0.0, cushions.border)))[:, None]
    )
    return layer(place, albedo, 1.0, 0.13 * dome + 0.02 * tufts)


def grass(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Blades that stand up, from dark roots to bright tips."""
    bend = waves(place.position, draw, 1.3, 2, outputs=3)
    points = place.position + 0.06 * bend
    blades = cells(
        place, points * torch.tensor([1, 1, 0.22], device=points.device), draw, draw.log_uniform(0.085, 0.105)
    )
    along = blades.offset[:, 2]
    value = place.here(per_cell(blades.identity, draw))
    tone = (0.5 + 0.8 * place.here(along) - 0.35 * place.here(blades.nearest) + 0.35 * (value - 0.5)).clamp(0, 1)
    albedo = ramp(
        tone,
        (0.0, 0.5, 1.0),
        (srgb("1c3a10", draw, 0.02), srgb("4d8a24", draw, 0.03, 8), srgb("a9cf4f", draw, 0.03, 8)),
    )
    return layer(place, albedo, 0.75, 0.09 * along - 0.08 * blades.nearest)


def leaves(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Pointed leaves lying over one another with a pale rib."""
    width = draw.log_uniform(0.34, 0.44)
    flat = box(place, draw, draw.uniform(-0.4, 0.4))
    leaf = shingles(flat, width, width * 0.7, 1.3)
    value = place.here(per_cell(leaf.identity, draw))
    autumn = draw.chance(0.3)
    codes = ("8c2f17", "c9691f", "dfa12e") if autumn else ("2c5a1f", "4a8531", "79ab3f")
    albedo = ramp(value, (0.0, 0.5, 1.0), tuple(srgb(code, draw, 0.03, 6) for code in codes))
    rib = smoothstep(0.05, 0.02, leaf.x.abs())
    side = smoothstep(0.75, 0.95, torch.cos((leaf.x.abs() * 1.6 - leaf.y) * 14))
    vein = place.here(torch.maximum(rib, 0.45 * side))
    albedo = albedo * (0.35 + 0.65 * place.here(smoothstep(0.0, 0.16, leaf.edge)))[:, None]
    albedo = mix(albedo, albedo * 0.6 + 0.25, 0.6 * vein)
    height = 0.1 * width * (1.5 - leaf.y) + 0.12 * width * leaf.x.abs() + 0.07 * width * smoothstep(0.0, 0.1, leaf.edge)
    return layer(place, albedo, 0.45, height - 0.02 * torch.maximum(rib, 0.5 * side))


def coral(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Brain coral: winding ridges and furrows."""
    points = warp(place.position, draw, 2.0, 0.05)
    ridges = waves(points, draw, draw.log_uniform(2.3, 2.9), 1, count=40)
    wall = torch.cos(math.pi * ridges * 1.1)
    base = srgb(("e8715a", "e59aa0", "e8b08a")[draw.integer(3)], draw, 0.03, 8) if paint is None else paint
    tone = place.here(smoothstep(-0.7, 0.8, wall))
    albedo = mix(0.45 * base, base, tone)
    return layer(place, albedo, 0.7, 0.04 * wall)


def bone(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Old ivory-white bone with pores and brown in the hairline cracks."""
    turned = place.position @ draw.rotation(0.4)
    grain = waves(turned, draw, 3.0, 3, 0.6, stretch=(1, 1, 4))
    stain = waves(place.here(place.position), draw, 0.9, 3, 0.6)
    pores = cells(place, turned * torch.tensor([1, 1, 0.5], device=turned.device), draw, 0.13)
    chosen = per_cell(pores.identity, draw)
    pore = smoothstep(0.26, 0.14, pores.nearest) * (chosen > 0.55)
    albedo = ramp(
        0.5 + 0.22 * stain,
        (0.0, 0.6, 1.0),
        (srgb("efe4cb", draw, 0.02), srgb("e0cda4", draw, 0.02), srgb("b7955f", draw)),
    )
    albedo = albedo * (1 + 0.04 * place.here(grain))[:, None]
    albedo = mix(albedo, srgb("4d3820", draw), 0.85 * place.here(pore))
    return layer(place, albedo, draw.uniform(0.4, 0.55), 0.007 * grain - 0.03 * pore)


def chocolate(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """A bar of bevelled squares."""
    size = draw.log_uniform(0.36, 0.46)
    bar = grid(box(place, draw), size * 1.25, size)
    codes = ("4a2613", "6d3d20", "efe0c4")
    base = srgb(codes[(0, 1, 0, 1, 2)[draw.integer(5)]], draw, 0.02, 5, 0.1)
    rise = smoothstep(0.0, 0.1, bar.edge)
    soft = waves(place.position, draw, 1.5, 2)
    albedo = base * (0.72 + 0.3 * place.here(rise))[:, None]
    return layer(place, albedo, draw.uniform(0.25, 0.35), 0.075 * rise + 0.006 * soft)


def honeycomb(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Wax cells, some sealed, some filled with glowing honey."""
    comb = hexagons(box(place, draw), draw.log_uniform(0.24, 0.3))
    wall = smoothstep(0.035, 0.015, comb.edge)
    value = place.here(per_cell(comb.identity, draw))
    honey = ramp(
        value, (0.0, 0.5, 1.0), (srgb("8a4a08", draw, 0.02), srgb("d9860f", draw, 0.02), srgb("f2b53a", draw, 0.02))
    )
    here = place.here(wall)
    albedo = mix(
        honey * (0.55 + 0.45 * place.here(smoothstep(0.02, 0.1, comb.edge)))[:, None],
        srgb("f0cf7c", draw, 0.02, 5),
        here,
    )
    depth = torch.where(per_cell(comb.identity, draw) > 0.8, 0.3, 1.0)
    return layer(place, albedo, 0.15 + 0.4 * here, 0.07 * wall * depth + 0.03 * (1 - depth))


def cheese(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Yellow cheese with round holes."""
    holes = cells(place, place.position, draw, draw.log_uniform(0.42, 0.52), 0.8)
    radius = 0.2 + 0.2 * per_cell(holes.identity, draw)
    inside = holes.nearest / radius
    hole = smoothstep(1.05, 0.93, inside)
    soft = waves(place.here(place.position), draw, 1.2, 2)
    base = srgb("f3c646", draw, 0.02, 5, 0.1)
    albedo = base * (1 + 0.03 * soft)[:, None] * (1 - place.here(hole * (0.6 - 0.25 * inside.clamp(0, 1))))[:, None]
    albedo = mix(albedo, albedo * torch.tensor([1.0, 0.8, 0.5], device=soft.device), place.here(hole))
    return layer(place, albedo, draw.uniform(0.35, 0.45), 0.14 * ((inside.clamp_max(1).square()) - 1))


def watermelon(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Pale green rind with ragged dark green stripes from pole to pole."""
    x, y, z = place.position.unbind(-1)
    ragged = waves(place.position, draw, 2.6, 3, 0.7)
    count = 7 + draw.integer(4)
    stripe = torch.cos(torch.atan2(y, x) * count + 0.75 * ragged) + 0.15
    tone = place.here(smoothstep(-0.25, 0.25, stripe + 0.25 * ragged))
    vein = place.here(smoothstep(0.25, 0.0, (ragged - 0.2).abs()))
    light, dark = srgb("a9c774", draw, 0.03, 6), srgb("1f4d22", draw, 0.02, 6)
    albedo = mix(mix(light, dark, 0.22 * vein), dark, tone)
    return layer(place, albedo, draw.uniform(0.22, 0.32), 0.003 * ragged + 0 * z)
