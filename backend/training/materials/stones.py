# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stone, masonry, earth and everything fired from it."""

from __future__ import annotations

import torch

from .colours import ramp, srgb
from .draw import Draw
from .layer import Layer, Place, layer, mix, smoothstep
from .mapping import box, grid, shingles
from .noise import cells, hashed, per_cell, warp, waves


def brick(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """A wall in running bond with pale mortar."""
    height = draw.log_uniform(0.2, 0.27)
    flat = box(place, draw)
    wall = grid(flat, height * draw.uniform(1.9, 2.3), height, 0.5)
    rough = waves(place.position, draw, 5.0, 3, 0.65)
    joint = draw.uniform(0.016, 0.024)
    inside = smoothstep(joint - 0.012, joint + 0.012, wall.edge + 0.004 * rough)
    tone = per_cell(wall.identity, draw, 2)
    light, dark = srgb("b5583a", draw, 0.03, 5, 0.12), srgb("7d3222", draw, 0.03, 5, 0.12)
    if paint is not None:
        light, dark = paint * 1.1, paint * 0.6
    albedo = mix(light, dark, place.here((tone[:, 0] + 0.12 * rough).clamp(0, 1)))
    mortar = srgb("cfc6b6", draw, 0.05, 10, 0.3) * (1 + 0.06 * place.here(rough))[:, None]
    albedo = mix(mortar, albedo, place.here(inside))
    relief = 0.045 * smoothstep(joint - 0.015, joint + 0.025, wall.edge) + 0.006 * rough + 0.008 * tone[:, 1]
    return layer(place, albedo, 0.88, relief)


def stone(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Rough natural rock: grey, lumpy, with facets and fissures."""
    points = warp(place.position, draw, 1.3, 0.1, 2)
    facets = cells(place, points, draw, draw.log_uniform(0.5, 0.7))
    rough = waves(place.position, draw, 1.4, 4, 0.62)
    light, dark = srgb("a39c92", draw, 0.04, 25, 0.6), srgb("5d5852", draw, 0.03, 25, 0.6)
    if paint is not None:
        light, dark = paint, paint * 0.5
    crack = smoothstep(0.05, 0.0, facets.border + 0.01 * rough)
    tone = (0.5 + 0.24 * rough + 0.15 * (facets.nearest - 0.5)).clamp(0, 1)
    albedo = mix(dark, light, place.here(tone)) * (1 - 0.6 * place.here(crack))[:, None]
    return layer(place, albedo, 0.9, 0.05 * rough - 0.07 * facets.nearest - 0.04 * crack)


def cobblestone(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Round stones with dark earth between them."""
    flat = box(place, draw)
    stones = cells(place, flat.uv, draw, draw.log_uniform(0.3, 0.4), 0.75)
    rough = waves(place.position, draw, 4.0, 3, 0.6)
    dome = smoothstep(0.02, 0.3, stones.border)
    tone = per_cell(stones.identity, draw, 2)
    grey = ramp(
        place.here(tone[:, 0]),
        (0.0, 0.5, 1.0),
        (srgb("6a6d72", draw, 0.03), srgb("98928a", draw, 0.04), srgb("b9ab97", draw, 0.03)),
    )
    if paint is not None:
        grey = paint * (0.6 + 0.6 * place.here(tone[:, 0]))[:, None]
    albedo = grey * (1 + 0.1 * place.here(rough))[:, None]
    albedo = mix(srgb("2b241d", draw), albedo, place.here(smoothstep(0.02, 0.1, stones.border)))
    return layer(place, albedo, draw.uniform(0.6, 0.8), 0.11 * dome.sqrt() + 0.005 * rough)


def marble(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Polished marble: veins where warped noise crosses zero, strong ones and fine ones."""
    points = warp(place.position, draw, 0.8, 0.25, 3)
    large = waves(points, draw, 0.55, 3, 0.5)
    fine = waves(points, draw, 1.3, 3, 0.55)
    vein = (torch.exp(-((place.here(large) / 0.09) ** 2)) + 0.5 * torch.exp(-((place.here(fine) / 0.05) ** 2))).clamp(
        0, 1
    )
    cloud = smoothstep(-1.2, 1.6, place.here(large))
    if paint is None:
        light, dark = srgb("eeeae4", draw, 0.02, 30, 0.8), srgb("5c5d64", draw, 0.06, 40, 0.8)
    elif True:
        # Veins of dark marble are pale, those of pale marble dark.
        light = paint
        pale = paint.mean(-1, keepdim=True) < 0.25
        dark = torch.where(pale, 0.35 * paint + 0.55, 0.25 * paint)
    strength = 0.85 * vein + 0.22 * cloud * (1 - vein)
    return layer(place, mix(light, dark, strength), draw.uniform(0.1, 0.2))


def granite(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Interlocked crystals: feldspar, pale quartz, black mica."""
    points = warp(place.position, draw, 4.0, 0.025)
    crystals = cells(place, points, draw, draw.log_uniform(0.1, 0.13))
    value = place.here(per_cell(crystals.identity, draw))
    first = srgb("b58d7d", draw, 0.06, 20, 0.5) if paint is None else paint
    shade = 0.8 + 0.4 * place.here(per_cell(crystals.identity, draw))
    albedo = first.expand(place.count, 3) * shade[:, None]
    albedo = mix(albedo, srgb("d9d4cc", draw, 0.03), (value < 0.28).float())
    albedo = mix(albedo, srgb("222226", draw), (value > 0.76).float())
    return layer(place, albedo, draw.uniform(0.15, 0.3))


def slate(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Split along its layers: blue-grey steps with ragged edges."""
    turned = place.position @ draw.rotation(0.45)
    ragged = waves(turned, draw, 1.4, 4, 0.6, stretch=(1, 1, 0.6))
    level = turned[:, 2] * draw.log_uniform(4.0, 5.5) + 0.75 * ragged
    inside = level - torch.floor(level)
    step = inside + torch.floor(level)
    tone = per_cell(hashed(torch.floor(level)), draw)
    edge = smoothstep(0.16, 0.0, inside)
    base = srgb("55606b", draw, 0.03, 15, 0.4) if paint is None else paint
    albedo = base * (0.72 + 0.5 * place.here(tone) - 0.3 * place.here(edge))[:, None]
    relief = 0.05 * smoothstep(0.0, 0.22, inside) - 0.035 * inside + 0.004 * ragged + 0 * step
    return layer(place, albedo, draw.uniform(0.5, 0.65), relief)


def sandstone(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Strata from cream to rust, gently folded."""
    turned = place.position @ draw.rotation(0.35)
    fold = waves(turned, draw, 0.5, 2, 0.45, stretch=(1, 1, 2))
    level = turned[:, 2] * draw.log_uniform(2.2, 3.0) + 0.35 * fold
    bands = waves(torch.stack([level, level * 0, level * 0], -1), draw, 0.8, 3, 0.7)
    grain = waves(place.position, draw, 9.0, 2, 0.8)
    colours = [srgb(code, draw, 0.03, 5, 0.15) for code in ("a65f35", "cf9a5f", "e4c290", "f0dcb8")]
    albedo = ramp(place.here(0.5 + 0.28 * bands).clamp(0, 1), (0.0, 0.35, 0.7, 1.0), tuple(colours))
    if paint is not None:
        albedo = paint * (0.8 + 0.22 * place.here(bands))[:, None].clamp(0.4, 1.3)
    albedo = albedo * (1 + 0.05 * place.here(grain))[:, None]
    return layer(place, albedo, 0.92, 0.022 * bands + 0.004 * grain)


def concrete(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Cast concrete: pale grey with stains, air holes and the joints of the formwork."""
    cloud = waves(place.position, draw, 0.9, 4, 0.6)
    holes = cells(place, place.position, draw, draw.log_uniform(0.24, 0.3))
    chosen = per_cell(holes.identity, draw)
    hole = smoothstep(0.17, 0.11, holes.nearest + 0.1 * (1 - chosen))
    flat = box(place, draw)
    forms = grid(flat, 1.35, 1.1)
    joint = smoothstep(0.02, 0.006, forms.edge)
    base = srgb("a6a39c", draw, 0.04, 30, 0.5) if paint is None else paint
    albedo = base * (1 + 0.1 * place.here(cloud)).clamp(0.7, 1.25)[:, None]
    albedo = albedo * (1 - 0.6 * place.here(hole))[:, None] * (1 - 0.45 * place.here(joint))[:, None]
    return layer(place, albedo, 0.85, -0.03 * hole - 0.03 * joint + 0.004 * cloud)


def terracotta(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Unglazed orange clay with throwing rings and lime bloom."""
    wobble = waves(place.position, draw, 0.8, 2)
    rings = waves(torch.stack([place.position[:, 2] + 0.02 * wobble] * 3, -1) * 0.577, draw, 4.5, 2, 0.6)
    bloom = smoothstep(0.6, 2.0, waves(place.position, draw, 1.3, 3, 0.6))
    base = srgb("c2683f", draw, 0.035, 6, 0.12) if paint is None else paint
    albedo = base * (1 + 0.07 * place.here(rings))[:, None]
    albedo = mix(albedo, srgb("e0b596", draw), 0.45 * place.here(bloom))
    return layer(place, albedo, draw.uniform(0.75, 0.9), 0.009 * rings)


def clay(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Soft modelling clay pressed by thumbs."""
    dents = cells(place, warp(place.position, draw, 1.5, 0.08), draw, draw.log_uniform(0.42, 0.52))
    press = smoothstep(0.75, 0.0, dents.nearest)
    base = srgb("9c8a7a", draw, 0.04, 12, 0.4) if paint is None else paint
    albedo = base * (1.08 - 0.2 * place.here(press))[:, None]
    return layer(place, albedo, draw.uniform(0.5, 0.65), -0.12 * press)


def porcelain(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """White, glossy, painted with cobalt blue blossoms unless it has a colour of its own."""
    base = srgb("f1efea", draw, 0.015, 20, 0.5)
    if paint is not None:
        return layer(place, paint, draw.uniform(0.07, 0.12))
    flat = box(place, draw)
    blossom = cells(place, flat.uv, draw, draw.log_uniform(0.55, 0.7), 0.45)
    x, y = blossom.offset[: place.count].unbind(-1)
    radius, angle = torch.hypot(x, y), torch.atan2(y, x) + 6.28 * place.here(per_cell(blossom.identity, draw))
    petals = 0.2 + 0.085 * torch.cos(5 * angle)
    flower = smoothstep(0.03, -0.03, radius - petals) - 0.85 * smoothstep(0.03, -0.03, radius - petals * 0.72)
    flower = flower + smoothstep(0.1, 0.05, radius)
    stem = waves(torch.cat([flat.uv, flat.uv[:, :1] * 0], -1)[: place.count], draw, 1.1, 2, 0.4)
    stem = smoothstep(0.14, 0.06, stem.abs()) * smoothstep(0.3, 0.36, radius)
    ink = (flower + 0.8 * stem).clamp(0, 1)
    return layer(place, mix(base, srgb("1f3f9c", draw, 0.04, 6), ink), draw.uniform(0.07, 0.12))


def ceramic(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Stoneware under a thick glaze that pools, breaks brown on top and leaves the foot bare."""
    base = srgb("6f9aa0", draw, 0.06, 40, 0.3) if paint is None else paint
    flow = waves(place.position, draw, 1.2, 3, 0.55, stretch=(1, 1, 2.2))
    line = place.world[:, 2] + 0.55 + 0.06 * flow
    glazed = smoothstep(-0.015, 0.015, line)
    drip = torch.exp(-(((line - 0.03) / 0.05) ** 2)) * glazed
    here = place.here(flow)
    glaze = base * (1 + 0.16 * here).clamp(0.55, 1.35)[:, None]
    body = srgb("b08a66", draw, 0.03, 6) * (1 + 0.05 * here)[:, None]
    cover = place.here(glazed)
    return layer(
        place,
        mix(body, glaze, cover),
        mix(torch.full_like(cover, 0.85), torch.full_like(cover, 0.14), cover),
        0.03 * glazed + 0.012 * drip,
    )


def tiles(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Glazed square tiles with pale grout, each a little different."""
    size = draw.log_uniform(0.26, 0.36)
    flat = box(place, draw)
    wall = grid(flat, size, size)
    tone = place.here(per_cell(wall.identity, draw))
    base = srgb("3f7f95", draw, 0.08, 60, 0.3) if paint is None else paint
    inside = smoothstep(0.012, 0.024, wall.edge)
    albedo = mix(srgb("d8d3c8", draw, 0.04), base * (0.75 + 0.5 * tone)[:, None], place.here(inside))
    roughness = mix(torch.full_like(tone, 0.8), torch.full_like(tone, 0.1), place.here(inside))
    return layer(place, albedo, roughness, 0.03 * smoothstep(0.008, 0.045, wall.edge))


def mosaic(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Small stones of several colours set in dark grout."""
    flat = box(place, draw)
    stones = cells(place, flat.uv, draw, draw.log_uniform(0.17, 0.22), 0.55)
    value = place.here(per_cell(stones.identity, draw))
    if paint is None:
        codes = ("c4452d", "e0a52f", "2f6f9f", "e9e2cf", "2d8a78", "7a2f4d")
        colours = torch.stack([srgb(code, draw, 0.04, 10) for code in codes])
        albedo = colours[(value * len(codes)).long()]
    else:
        albedo = paint * (0.45 + 0.8 * value)[:, None]
    inside = smoothstep(0.05, 0.11, stones.border)
    albedo = mix(srgb("3a3733", draw), albedo, place.here(inside))
    return layer(
        place, albedo, mix(torch.full_like(value, 0.8), torch.full_like(value, 0.2), place.here(inside)), 0.03 * inside
    )


def roof_tiles(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Overlapping clay roof tiles."""
    flat = box(place, draw)
    width = draw.log_uniform(0.26, 0.34)
    tile = shingles(flat, width, width * draw.uniform(0.9, 1.1), 0.5)
    value = place.here(per_cell(tile.identity, draw))
    base = srgb("b4583a", draw, 0.03, 6, 0.12) if paint is None else paint
    shade = 0.35 + 0.65 * smoothstep(0.0, 0.12, place.here((1.5 - tile.y) * 0.3))
    rough = waves(place.position, draw, 4.0, 3, 0.6)
    albedo = base * ((0.65 + 0.6 * value) * shade + 0.06 * place.here(rough)).clamp_min(0.2)[:, None]
    height = 0.14 * (1.2 - tile.y) * width / 0.3 + 0.03 * (1 - 4 * tile.x.square())
    return layer(place, albedo, 0.85, height * smoothstep(0.0, 0.05, tile.edge))


def terrazzo(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Polished chips of coloured stone in pale cement."""
    chips = cells(place, warp(place.position, draw, 3.0, 0.03), draw, draw.log_uniform(0.22, 0.28), 0.9)
    value = per_cell(chips.identity, draw, 2)[: place.count]
    codes = ("b5523b", "3c4a52", "d9a441", "5b7d68", "8c6f5e", "efe4d0")
    colours = torch.stack([srgb(code, draw, 0.05, 12) for code in codes])
    chip = smoothstep(0.07, 0.11, place.here(chips.border) * (0.55 + 0.9 * value[:, 1]))
    base = srgb("e6e1d8", draw, 0.03, 20, 0.5) if paint is None else paint
    return layer(place, mix(base, colours[(value[:, 0] * len(codes)).long()], chip), draw.uniform(0.15, 0.25))


def plaster(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Rough render with the sweeps of the trowel."""
    bend = warp(place.position, draw, 0.9, 0.3)
    sweeps = waves(bend @ draw.rotation(), draw, 5.0, 3, 0.7, stretch=(1, 1, 5.0))
    lumps = waves(place.position, draw, 3.0, 3, 0.7)
    base = srgb("e8e1d3", draw, 0.03, 15, 0.6) if paint is None else paint
    albedo = base * (1 + 0.035 * place.here(sweeps))[:, None]
    return layer(place, albedo, 0.93, 0.016 * sweeps + 0.012 * lumps)


def sand(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Wind ripples with forks."""
    points = place.position @ draw.rotation(0.5)
    bend = waves(points, draw, 0.8, 2, 0.5)
    phase = points[:, 2] * draw.log_uniform(3.6, 4.8) + 0.45 * bend
    inside = phase - torch.floor(phase)
    ripple = torch.where(inside < 0.7, inside / 0.7, (1 - inside) / 0.3)
    grain = waves(place.position, draw, 14.0, 2, 0.9)
    base = srgb("d9b886", draw, 0.03, 6, 0.15) if paint is None else paint
    albedo = base * (0.86 + 0.18 * place.here(ripple) + 0.05 * place.here(grain))[:, None]
    return layer(place, albedo, 0.97, 0.05 * ripple + 0.0025 * grain)


def mud(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Dried mud: curling plates between deep dark cracks."""
    plates = cells(place, warp(place.position, draw, 1.5, 0.06, 2), draw, draw.log_uniform(0.4, 0.52))
    rough = waves(place.position, draw, 3.0, 3, 0.6)
    border = plates.border + 0.012 * rough
    crack = smoothstep(0.06, 0.025, border)
    tone = place.here(per_cell(plates.identity, draw))
    light = srgb("9a7650", draw, 0.03, 8, 0.2)
    albedo = light * (0.8 + 0.35 * tone + 0.06 * place.here(rough))[:, None]
    albedo = mix(albedo, srgb("2a1a10", draw), place.here(crack))
    curl = smoothstep(0.3, 0.06, border)
    return layer(place, albedo, 0.9, 0.03 * curl - 0.09 * crack + 0.006 * rough)


def lava(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Black crust; the cracks are as bright an orange as an albedo may be, for nothing here emits light."""
    points = warp(place.position, draw, 1.2, 0.13, 3)
    crust = cells(place, points, draw, draw.log_uniform(0.46, 0.58))
    rough = waves(place.position, draw, 3.0, 3, 0.65)
    border = place.here(crust.border)
    heat = ramp(
        border,
        (0.0, 0.035, 0.085, 0.14),
        (srgb("ffe066", draw), srgb("ff8a12", draw, 0.02, 6), srgb("c42a06", draw), srgb("241a18", draw)),
    )
    albedo = mix(heat, srgb("3a302d", draw), smoothstep(0.5, 2.0, place.here(rough)) * smoothstep(0.13, 0.16, border))
    return layer(place, albedo, 0.85, 0.08 * smoothstep(0.03, 0.2, crust.border) + 0.014 * rough)


def jade(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Polished, waxy green with milky clouds."""
    points = warp(place.position, draw, 0.8, 0.2, 2)
    cloud = place.here(waves(points, draw, 0.9, 4, 0.55))
    dark, light, milk = srgb("1f6b46", draw, 0.02, 6), srgb("4fa071", draw, 0.03, 6), srgb("bcdcc0", draw, 0.02)
    albedo = ramp(0.45 + 0.25 * cloud, (0.0, 0.55, 1.0), (dark, light, milk))
    return layer(place, albedo, draw.uniform(0.16, 0.26))


def obsidian(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Volcanic glass: black with shell-shaped fractures."""
    chips = cells(place, place.position, draw, draw.log_uniform(0.6, 0.75))
    ripple = torch.sin(chips.nearest * 26)
    scoop = chips.nearest.square()
    albedo = srgb("17161b", draw, 0.02, 60)
    return layer(place, albedo, draw.uniform(0.05, 0.09), 0.2 * scoop + 0.002 * ripple)


def agate(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Polished agate: concentric bands around a few centres."""
    points = warp(place.position, draw, 1.0, 0.13, 2)
    centres = cells(place, points, draw, draw.log_uniform(0.85, 1.1))
    depth = centres.nearest * draw.log_uniform(9.0, 12.0) + 0.25 * waves(points, draw, 2.0, 1)
    band = per_cell(hashed(torch.floor(depth)), draw)
    fade = depth - torch.floor(depth)
    value = place.here(torch.lerp(band, per_cell(hashed(torch.floor(depth) + 1), draw), smoothstep(0.7, 1.0, fade)))
    codes = ("6b2418", "b5562c", "e9b27c", "f6e9d6", "8f7f86")
    colours = tuple(srgb(code, draw, 0.03, 10) for code in codes)
    if paint is not None:
        colours = (0.3 * paint, 0.6 * paint, paint, 0.5 + 0.45 * paint, 0.8 * paint)
    return layer(place, ramp(value, (0.0, 0.25, 0.5, 0.75, 1.0), colours), draw.uniform(0.1, 0.18))


def ice(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Pale blue with white fractures inside, smooth and wet."""
    sheets = cells(place, warp(place.position, draw, 1.2, 0.12, 2), draw, draw.log_uniform(0.6, 0.75))
    haze = waves(place.here(place.position), draw, 1.1, 4, 0.6)
    fracture = smoothstep(0.06, 0.0, place.here(sheets.border))
    tone = place.here(per_cell(sheets.identity, draw))
    albedo = ramp(
        (0.45 + 0.2 * haze + 0.3 * (tone - 0.5)).clamp(0, 1),
        (0.0, 0.5, 1.0),
        (srgb("6fb3d6", draw, 0.03, 6), srgb("b4dcec", draw, 0.02, 6), srgb("e4f3f8", draw)),
    )
    albedo = mix(albedo, srgb("f8fcfd", draw), fracture)
    bumps = waves(place.position, draw, 1.6, 2, 0.5)
    return layer(place, albedo, draw.uniform(0.06, 0.12), 0.02 * bumps - 0.02 * smoothstep(0.04, 0.0, sheets.border))


def snow(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Soft white mounds with a blue tint in the hollows."""
    drift = waves(place.position, draw, 1.3, 2, 0.45)
    crumbs = waves(place.position, draw, 6.0, 2, 0.8)
    low = smoothstep(0.4, -1.6, place.here(drift))
    albedo = mix(srgb("f4f7fa", draw), srgb("cfdff0", draw, 0.02), 0.8 * low)
    return layer(place, albedo, 0.95, 0.055 * drift + 0.009 * crumbs)
