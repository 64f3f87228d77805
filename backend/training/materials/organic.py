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
    width = draw.log_uniform(0.28, 0.36)
    scale = shingles(box(place, draw), width, width * draw.uniform(0.46, 0.56), 0.95)
    value = place.here(per_cell(scale.identity, draw))
    codes = ("3f8f4a", "2f6f8f", "a3472d", "7d8f3a", "6a4b8f")
    base = srgb(codes[draw.integer(len(codes))], draw, 0.04, 12) if paint is None else paint
    edge = place.here(scale.edge)
    shade = (0.22 + 0.78 * smoothstep(0.0, 0.09, edge)) * (0.7 + 0.5 * value)
    # A pale crescent behind the dark outline, darker towards the root.
    albedo = base * (shade * (1.2 - 0.75 * edge).clamp(0.3, 1.2))[:, None]
    albedo = albedo + 0.06 * (smoothstep(0.06, 0.12, edge) * smoothstep(0.26, 0.16, edge))[:, None]
    height = (
        0.1 * width * (1.2 - scale.y)
        + 0.14 * width * smoothstep(0.0, 0.16, scale.edge)
        - 0.3 * width * scale.x.square()
    )
    return layer(place, albedo, draw.uniform(0.25, 0.35), height)


def snake_skin(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Small lozenge scales that carry large dark diamonds with black and pale rims."""
    flat = box(place, draw, math.pi / 4)
    size = draw.log_uniform(0.09, 0.11)
    mesh = grid(flat, size, size)
    # The pattern is looked up at each scale's middle, so that a scale has one colour.
    u, v = flat.u - mesh.x * size, flat.v - mesh.y * size
    along, across = (u + v) * math.sqrt(0.5), (u - v) * math.sqrt(0.5)
    period = draw.log_uniform(0.85, 1.05)
    along, across = along / period, across / (0.75 * period)
    row = torch.round(across)
    along = along + 0.5 * (row % 2)
    diamond = place.here(torch.abs(along - torch.round(along)) * 1.1 + torch.abs(across - row))
    ground, dark, pale = (
        srgb("a08a5a", draw, 0.04, 12, 0.3),
        srgb("5f3f22", draw, 0.03, 15, 0.3),
        srgb("e3d6ae", draw, 0.02),
    )
    if paint is not None:
        ground, dark, pale = paint, 0.3 * paint, 0.5 * paint + 0.4
    albedo = ground.expand(place.count, 3)
    albedo = mix(albedo, pale, (diamond < 0.52).float())
    albedo = mix(albedo, srgb("1c1510", draw), (diamond < 0.42).float())
    albedo = mix(albedo, dark, (diamond < 0.27).float())
    shade = 0.85 + 0.3 * place.here(per_cell(mesh.identity, draw))
    edge = place.here(smoothstep(0.018, 0.0, mesh.edge))
    albedo = albedo * (shade * (1 - 0.5 * edge))[:, None]
    dome = torch.cos(math.pi * mesh.x) * torch.cos(math.pi * mesh.y)
    return layer(place, albedo, draw.uniform(0.3, 0.4), 0.26 * size * dome.clamp_min(0).sqrt())


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
    """Long overlapping feathers with a shaft, a few slanting bars and a pale fringe before the shadow on the next."""
    width = draw.log_uniform(0.36, 0.44)
    length = width * draw.uniform(0.95, 1.1)
    plume = shingles(box(place, draw), width, length, 1.2)
    value = place.here(per_cell(plume.identity, draw))
    codes = ("8a6a48", "3d5f8a", "8f8a82", "4b7a4f", "a3532d")
    base = srgb(codes[draw.integer(len(codes))], draw, 0.04, 10) if paint is None else paint
    edge = place.here(plume.edge)
    bars = smoothstep(-0.35, 0.35, torch.sin((plume.x.abs() * 0.9 - plume.y) * 13))
    shaft = smoothstep(0.045, 0.02, plume.x.abs()) * smoothstep(0.12, 0.25, plume.edge)
    inner = smoothstep(0.12, 0.2, edge)
    albedo = base * ((0.85 + 0.3 * value) * (1 - 0.42 * inner * place.here(bars)))[:, None]
    albedo = mix(0.6 * base + 0.3, albedo, inner)
    albedo = mix(albedo, 0.45 * base, 0.8 * place.here(shaft))
    albedo = albedo * (0.25 + 0.75 * smoothstep(0.0, 0.05, edge))[:, None]
    bulge = smoothstep(0, 0.1, plume.edge) - 2.2 * plume.x.square()
    height = width * (0.1 * (1.5 - plume.y) + 0.12 * bulge + 0.03 * shaft + 0.012 * bars)
    return layer(place, albedo, 0.75, height)


def moss(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Soft cushions of tiny leaves."""
    cushions = cells(place, warp(place.position, draw, 1.5, 0.06), draw, draw.log_uniform(0.3, 0.38))
    tufts = cells(place, place.position, draw, 0.075)
    dome = 1 - cushions.nearest.square()
    light, dark = srgb("93a83e", draw, 0.03, 8), srgb("33501a", draw, 0.03, 8)
    tone = place.here(0.95 * dome - 0.55 * tufts.nearest + 0.25 * per_cell(tufts.identity, draw)).clamp(0, 1)
    albedo = mix(dark, light, tone) * (1 - 0.5 * place.here(smoothstep(0.1, 0.0, cushions.border)))[:, None]
    return layer(place, albedo, 1.0, 0.12 * dome - 0.025 * tufts.nearest)


def grass(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Blades that stand up, from dark roots to bright tips."""
    bend = waves(place.position, draw, 1.3, 2, outputs=3, count=12)
    points = place.position + 0.05 * bend
    squeezed = points * torch.tensor([1, 1, 0.2], device=points.device)
    blades = cells(place, squeezed, draw, draw.log_uniform(0.065, 0.08))
    along = blades.offset[:, 2]
    value = place.here(per_cell(blades.identity, draw))
    tone = (0.42 + 0.95 * place.here(along) - 0.25 * place.here(blades.nearest) + 0.4 * (value - 0.5)).clamp(0, 1)
    colours = (srgb("1f4012", draw, 0.02), srgb("4f9026", draw, 0.03, 8), srgb("b4d85a", draw, 0.03, 8))
    return layer(place, ramp(tone, (0.0, 0.5, 1.0), colours), 0.8, 0.05 * along - 0.05 * blades.nearest)


def leaves(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Pointed leaves lying over one another with a pale rib and veins."""
    width = draw.log_uniform(0.36, 0.46)
    flat = box(place, draw, draw.uniform(-0.4, 0.4))
    leaf = shingles(flat, width, width * 0.62, 1.35, 1.25)
    value = place.here(per_cell(leaf.identity, draw))
    autumn = draw.chance(0.3)
    codes = ("8c2f17", "c9691f", "dfa12e") if autumn else ("2c5a1f", "4a8531", "79ab3f")
    albedo = ramp(value, (0.0, 0.5, 1.0), tuple(srgb(code, draw, 0.03, 6) for code in codes))
    inside = smoothstep(0.05, 0.16, leaf.edge)
    rib = smoothstep(0.045, 0.02, leaf.x.abs()) * inside
    veins = smoothstep(0.5, 0.95, torch.cos((leaf.x.abs() * 1.5 - leaf.y) * 12)) * inside
    albedo = albedo * (0.25 + 0.75 * place.here(smoothstep(0.0, 0.08, leaf.edge)))[:, None]
    albedo = mix(albedo, albedo * 0.6 + 0.2, place.here(torch.maximum(0.7 * rib, 0.3 * veins)))
    lift = smoothstep(0.0, 0.1, leaf.edge) + 1.2 * leaf.x.abs() - 0.2 * torch.maximum(rib, 0.5 * veins)
    return layer(place, albedo, 0.45, width * (0.1 * (1.5 - leaf.y) + 0.09 * lift))


def coral(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Brain coral: a labyrinth of ridges and furrows."""
    field = waves(place.position, draw, draw.log_uniform(2.9, 3.6), 1, count=60, spread=0.1)
    wall = torch.tanh(1.5 * field)
    base = srgb(("e8715a", "e59aa0", "e8b08a")[draw.integer(3)], draw, 0.03, 8) if paint is None else paint
    tone = place.here(smoothstep(-0.8, 0.5, wall))
    return layer(place, mix(0.38 * base, base, tone), 0.75, 0.04 * wall)


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
