# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stone, masonry, earth and everything fired from it."""

from __future__ import annotations

import torch

from .colours import luminance, ramp, srgb
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
    """Rough natural rock: broken faces with worn edges, fissures and blotches."""
    points = warp(place.position, draw, 1.2, 0.07, 2)
    facets = cells(place, points, draw, draw.log_uniform(0.5, 0.62))
    tilt = (facets.offset * (per_cell(facets.identity, draw, 3) - 0.5)).sum(-1)
    rough = waves(place.position, draw, 2.0, 3, 0.55)
    blotch = waves(place.here(points), draw, 0.9, 2, 0.5)
    light, dark = srgb("aaa397", draw, 0.03, 25, 0.6), srgb("736d65", draw, 0.03, 25, 0.6)
    if paint is not None:
        light, dark = paint, 0.55 * paint
    tone = (
        0.5 + 0.25 * blotch + 0.1 * place.here(rough) + 0.35 * place.here(per_cell(facets.identity, draw) - 0.5)
    ).clamp(0, 1)
    crack = smoothstep(0.045, 0.01, facets.border)
    albedo = mix(dark, light, tone) * (1 - 0.45 * place.here(crack))[:, None]
    rounded = smoothstep(0.0, 0.16, facets.border)
    return layer(place, albedo, 0.9, 0.12 * tilt * rounded + 0.04 * rounded + 0.014 * rough)


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
    """Polished marble: long branching veins across it, grey breath beside them, a net of fine ones."""
    points = place.position @ draw.rotation()
    bend = waves(points, draw, 0.55, 4, 0.52, outputs=2)[: place.count]
    points = place.here(points)
    broad = points[:, 0] * draw.log_uniform(0.7, 0.95) + 0.32 * bend[:, 0] + draw.uniform(0, 1)
    fine = (points[:, 1] + 0.4 * points[:, 2]) * draw.log_uniform(1.1, 1.5) + 0.4 * bend[:, 1] + draw.uniform(0, 1)
    strength = waves(points, draw, 0.8, 1)
    # Distance to the nearest crest, in periods.
    broad, fine = (broad - torch.round(broad)).abs(), (fine - torch.round(fine)).abs()
    width = 0.028 + 0.016 * strength.clamp(-1, 1)
    vein = smoothstep(1.6, 0.5, broad / width)
    breath = torch.exp(-broad / 0.13)
    net = 0.75 * smoothstep(0.024, 0.006, fine) * smoothstep(-0.9, 0.6, strength)
    light, dark = srgb("f0ede8", draw, 0.015, 30, 0.8), srgb("54565e", draw, 0.05, 40, 0.8)
    if paint is not None:
        # Veins of dark marble are pale, those of pale marble dark.
        light = paint
        pale = paint.mean(-1, keepdim=True) < 0.3
        dark = torch.where(pale, 0.4 * paint + 0.5, 0.25 * paint)
    amount = torch.maximum(torch.maximum(0.92 * vein, net), 0.36 * breath)
    return layer(place, mix(light, dark, amount), draw.uniform(0.08, 0.16))


def granite(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Interlocked crystals: feldspar, pale quartz, black mica, polished."""
    crystals = cells(place, warp(place.position, draw, 5.0, 0.018), draw, draw.log_uniform(0.075, 0.09))
    value = place.here(per_cell(crystals.identity, draw))
    shade = 0.75 + 0.45 * place.here(per_cell(crystals.identity, draw))
    feldspar = srgb(("a9877a", "8f8f92", "9b8f80")[draw.integer(3)], draw, 0.03, 8, 0.2) if paint is None else paint
    albedo = feldspar.expand(place.count, 3) * shade[:, None]
    quartz = srgb("cbc6be", draw, 0.03) if paint is None else 0.5 * paint + 0.38
    albedo = mix(albedo, quartz, (value < 0.25).float())
    albedo = mix(albedo, srgb("2b2b2f", draw), (value > 0.78).float())
    return layer(place, albedo, draw.uniform(0.12, 0.22))


def slate(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Split along its layers: dark blue-grey plates with ragged, sharp edges."""
    turned = place.position @ draw.rotation(0.35)
    ragged = waves(turned, draw, 0.9, 4, 0.55, stretch=(1, 1, 2.0))
    level = turned[:, 2] * draw.log_uniform(3.6, 4.6) + 0.42 * ragged
    floor = torch.floor(level)
    inside = level - floor
    tone = per_cell(hashed(floor), draw)
    edge = smoothstep(0.12, 0.0, inside)
    base = srgb("4d5864", draw, 0.025, 12, 0.3) if paint is None else paint
    sheets = waves(place.here(turned), draw, 3.0, 2, 0.7, stretch=(5, 5, 1))
    albedo = base * (0.7 + 0.65 * place.here(tone) - 0.45 * place.here(edge) + 0.07 * sheets).clamp(0.2, 1.5)[:, None]
    return layer(place, albedo, draw.uniform(0.4, 0.55), 0.055 * smoothstep(0.0, 0.07, inside) - 0.05 * inside)


def sandstone(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Strata from cream to rust, gently folded."""
    turned = place.position @ draw.rotation(0.35)
    fold = waves(turned, draw, 0.5, 2, 0.45, stretch=(1, 1, 2))
    level = turned[:, 2] * draw.log_uniform(2.2, 3.0) + 0.35 * fold
    bands = waves(torch.stack([level, level * 0, level * 0], -1), draw, 0.8, 3, 0.7)
    grain = waves(place.position, draw, 5.0, 2, 0.8, count=24)
    colours = [srgb(code, draw, 0.03, 5, 0.15) for code in ("a65f35", "cf9a5f", "e4c290", "f0dcb8")]
    albedo = ramp(place.here(0.5 + 0.28 * bands).clamp(0, 1), (0.0, 0.35, 0.7, 1.0), tuple(colours))
    if paint is not None:
        albedo = paint * (0.8 + 0.22 * place.here(bands))[:, None].clamp(0.4, 1.3)
    albedo = albedo * (1 + 0.05 * place.here(grain))[:, None]
    return layer(place, albedo, 0.92, 0.026 * bands + 0.005 * grain)


def concrete(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Cast concrete: pale grey with stains, air holes and the joints of the formwork."""
    cloud = waves(place.here(place.position), draw, 0.9, 4, 0.6)
    holes = cells(place, place.position, draw, draw.log_uniform(0.24, 0.3))
    chosen = per_cell(holes.identity, draw)
    hole = smoothstep(0.17, 0.11, holes.nearest + 0.1 * (1 - chosen))
    flat = box(place, draw)
    forms = grid(flat, 1.35, 1.1)
    joint = smoothstep(0.02, 0.006, forms.edge)
    base = srgb("a6a39c", draw, 0.04, 30, 0.5) if paint is None else paint
    albedo = base * (1 + 0.1 * cloud).clamp(0.7, 1.25)[:, None]
    albedo = albedo * (1 - 0.6 * place.here(hole))[:, None] * (1 - 0.45 * place.here(joint))[:, None]
    return layer(place, albedo, 0.85, -0.03 * hole - 0.03 * joint)


def terracotta(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Unglazed orange clay with throwing rings and lime bloom."""
    wobble = waves(place.position, draw, 0.8, 2)
    rings = waves(torch.stack([place.position[:, 2] + 0.02 * wobble] * 3, -1) * 0.577, draw, 4.5, 2, 0.6)
    bloom = smoothstep(0.6, 2.0, waves(place.position, draw, 1.3, 3, 0.6))
    base = srgb("c2683f", draw, 0.035, 6, 0.12)
    albedo = base * (1 + 0.1 * place.here(rings))[:, None]
    albedo = mix(albedo, srgb("e0b596", draw), 0.45 * place.here(bloom))
    return layer(place, albedo, draw.uniform(0.75, 0.9), 0.012 * rings)


def clay(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Soft modelling clay pressed by thumbs."""
    dents = cells(place, warp(place.position, draw, 1.5, 0.08), draw, draw.log_uniform(0.42, 0.52))
    press = smoothstep(0.75, 0.0, dents.nearest)
    base = srgb("9c8a7a", draw, 0.04, 12, 0.4) if paint is None else paint
    albedo = base * (1.08 - 0.2 * place.here(press))[:, None]
    return layer(place, albedo, draw.uniform(0.5, 0.65), -0.12 * press)


def porcelain(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Glossy and painted with blossoms: cobalt blue on white, white or dark ones on a colour."""
    base = srgb("f1efea", draw, 0.015, 20, 0.5) if paint is None else paint
    if base.dim() == 2:
        # A pattern takes the place of the blossoms.
        return layer(place, base, draw.uniform(0.06, 0.1))
    flat = box(place, draw)
    blossom = cells(place, flat.uv, draw, draw.log_uniform(0.55, 0.7), 0.45)
    x, y = blossom.offset[: place.count].unbind(-1)
    radius, angle = torch.hypot(x, y), torch.atan2(y, x) + 6.28 * place.here(per_cell(blossom.identity, draw))
    petals = 0.2 + 0.085 * torch.cos(5 * angle)
    flower = smoothstep(0.03, -0.03, radius - petals) - 0.85 * smoothstep(0.03, -0.03, radius - petals * 0.72)
    flower = flower + smoothstep(0.1, 0.05, radius)
    stem = waves(torch.cat([flat.uv, flat.uv[:, :1] * 0], -1)[: place.count], draw, 1.1, 2, 0.4)
    stem = smoothstep(0.14, 0.06, stem.abs()) * smoothstep(0.3, 0.36, radius)
    amount = (flower + 0.8 * stem).clamp(0, 1)
    ink = srgb("1f3f9c", draw, 0.04, 6)
    if paint is not None:
        ink = torch.where(luminance(base) < 0.45, srgb("f3ead6", draw), 0.25 * base)
    return layer(place, mix(base, ink, amount), draw.uniform(0.06, 0.1))


def ceramic(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Stoneware under a thick glaze that pools, breaks brown on top and leaves the foot bare."""
    base = srgb("6f9aa0", draw, 0.06, 40, 0.3) if paint is None else paint
    flow = waves(place.position, draw, 1.2, 3, 0.55, stretch=(1, 1, 2.2))
    line = place.world[:, 2] + draw.uniform(0.25, 0.55) + 0.06 * flow
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
    shade = 0.25 + 0.75 * smoothstep(0.0, 0.1, place.here(tile.edge))
    rough = waves(place.position, draw, 4.0, 3, 0.6)
    albedo = base * ((0.6 + 0.7 * value) * shade + 0.06 * place.here(rough)).clamp_min(0.15)[:, None]
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
    """Lime render: overlapping sweeps of the trowel leave arcs and ridges."""
    points = warp(place.position, draw, 0.8, 0.1)
    sweeps = cells(place, points, draw, draw.log_uniform(0.5, 0.62))
    arc = torch.sin(sweeps.nearest * draw.uniform(17, 21) + 6.28 * per_cell(sweeps.identity, draw))
    lumps = waves(place.position, draw, 2.0, 3, 0.6)
    base = srgb("eae3d6", draw, 0.025, 15, 0.6) if paint is None else paint
    albedo = base * (1 + 0.03 * place.here(arc) + 0.02 * place.here(lumps))[:, None]
    return layer(place, albedo, 0.93, 0.008 * arc + 0.012 * lumps + 0.02 * smoothstep(0.08, 0.0, sweeps.border))


def sand(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Wind ripples with forks."""
    points = place.position @ draw.rotation(0.5)
    bend = waves(points, draw, 0.8, 2, 0.5)
    phase = points[:, 2] * draw.log_uniform(3.6, 4.8) + 0.45 * bend
    inside = phase - torch.floor(phase)
    ripple = torch.where(inside < 0.7, inside / 0.7, (1 - inside) / 0.3)
    grain = waves(place.position, draw, 8.0, 1, count=30)
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
    points = warp(place.position, draw, 1.3, 0.07, 3)
    crust = cells(place, points, draw, draw.log_uniform(0.6, 0.75))
    rough = waves(place.position, draw, 3.0, 3, 0.65)
    border = place.here(crust.border)
    heat = ramp(
        border,
        (0.0, 0.025, 0.06, 0.1),
        (srgb("ffe066", draw), srgb("ff8a12", draw, 0.02, 6), srgb("c42a06", draw), srgb("241a18", draw)),
    )
    albedo = mix(heat, srgb("3a302d", draw), smoothstep(0.5, 2.0, place.here(rough)) * smoothstep(0.09, 0.12, border))
    return layer(place, albedo, 0.85, 0.08 * smoothstep(0.02, 0.16, crust.border) + 0.014 * rough)


def jade(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Polished, waxy green with milky clouds."""
    points = warp(place.here(place.position), draw, 0.8, 0.2, 2)
    cloud = waves(points, draw, 0.9, 4, 0.55)
    dark, light, milk = srgb("1f6b46", draw, 0.02, 6), srgb("4fa071", draw, 0.03, 6), srgb("bcdcc0", draw, 0.02)
    albedo = ramp(0.45 + 0.25 * cloud, (0.0, 0.55, 1.0), (dark, light, milk))
    return layer(place, albedo, draw.uniform(0.16, 0.26))


def obsidian(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Volcanic glass: black with shell-shaped fractures and their ripples."""
    chips = cells(place, warp(place.position, draw, 0.8, 0.08), draw, draw.log_uniform(0.6, 0.72))
    ripple = torch.sin(chips.nearest * 30) * smoothstep(0.25, 0.5, chips.nearest)
    return layer(
        place, srgb("1a191f", draw, 0.02, 60), draw.uniform(0.05, 0.09), 0.16 * chips.nearest.square() + 0.003 * ripple
    )


def agate(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Polished agate: narrow bands in parallel curves around a few centres."""
    points = warp(place.position, draw, 0.8, 0.1, 2)
    centres = cells(place, points, draw, draw.log_uniform(1.1, 1.4))
    # The distance to the border between two centres makes the bands meet without a seam.
    depth = place.here(centres.border) * draw.log_uniform(34, 44)
    step = torch.floor(depth)
    value = torch.lerp(
        per_cell(hashed(step), draw.fork(40)),
        per_cell(hashed(step + 1), draw.fork(40)),
        smoothstep(0.55, 0.95, depth - step),
    )
    codes = ("6b2418", "b5562c", "e9b27c", "f6e9d6", "7f7280")
    colours = tuple(srgb(code, draw, 0.03, 10) for code in codes)
    if paint is not None:
        colours = (0.25 * paint, 0.6 * paint, paint, 0.55 + 0.35 * paint, 0.8 * paint)
    return layer(place, ramp(value, (0.0, 0.25, 0.5, 0.75, 1.0), colours), draw.uniform(0.08, 0.14))


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
    drift = waves(place.position, draw, 1.1, 2, 0.4, count=30)
    crumbs = waves(place.position, draw, 5.0, 2, 0.7, count=30)
    low = smoothstep(0.5, -1.8, place.here(drift))
    albedo = mix(srgb("f6f8fa", draw), srgb("d3e2f2", draw, 0.02), 0.8 * low)
    return layer(place, albedo, 0.95, 0.085 * drift + 0.006 * crumbs)
