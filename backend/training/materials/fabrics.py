# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cloth, leather, knits and other soft coverings."""

from __future__ import annotations

import math

import torch

from .colours import luminance, srgb
from .draw import Draw
from .layer import Layer, Place, layer, mix, smoothstep
from .mapping import Flat, box, grid, hexagons
from .noise import cells, hashed, per_cell, warp, waves


def _dye(draw: Draw, paint: torch.Tensor | None, codes: tuple[str, ...]) -> torch.Tensor:
    """The colour asked for, or one of the usual ones of this cloth."""
    chosen = srgb(codes[draw.integer(len(codes))], draw, 0.04, 10, 0.2)
    return chosen if paint is None else paint


def _plain_weave(flat: Flat, thread: float) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Height (M,) in threads, whether the warp is on top (M,), and the thread's number (M,) of a plain weave."""
    column, row = torch.floor(flat.u / thread), torch.floor(flat.v / thread)
    x, y = flat.u / thread - column - 0.5, flat.v / thread - row - 0.5
    over = ((column + row) % 2) == 0
    across = torch.where(over, x, y)
    along = torch.where(over, y, x)
    height = 0.45 * (1 - 3.4 * across.square()).clamp_min(0) * (0.55 + 0.45 * torch.cos(math.pi * along))
    return height, over, torch.where(over, hashed(column, flat.face), hashed(row, flat.face + 7))


def fabric(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Coarse cotton in plain weave with soft folds."""
    thread = draw.log_uniform(0.055, 0.07)
    height, _, number = _plain_weave(box(place, draw, draw.uniform(-0.1, 0.1)), thread)
    folds = waves(place.position @ draw.rotation(0.6), draw, 0.9, 2, 0.4, stretch=(1, 1, 2.5))
    base = _dye(draw, paint, ("b23a3a", "3f6fa3", "d8c7a5", "4b7d57", "c98b3f"))
    shade = (0.72 + 0.62 * place.here(height)) * (0.93 + 0.14 * place.here(per_cell(number, draw)))
    return layer(place, base * shade[:, None], 0.92, thread * 0.6 * height + 0.04 * folds)


def burlap(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Sacking: thick uneven jute threads with holes between them."""
    thread = draw.log_uniform(0.1, 0.13)
    flat = box(place, draw)
    wobble = waves(place.position, draw, 1.5, 2, outputs=2)
    flat = Flat(flat.u + 0.012 * wobble[:, 0], flat.v + 0.012 * wobble[:, 1], flat.face)
    height, _, number = _plain_weave(flat, thread)
    fibre = waves(place.position, draw, 9.0, 2, 0.8)
    base = srgb("b6925c", draw, 0.04, 6, 0.15) if paint is None else paint
    shade = 0.25 + 1.9 * place.here(height)
    albedo = base * (shade * (0.85 + 0.3 * place.here(per_cell(number, draw)) + 0.05 * place.here(fibre)))[:, None]
    return layer(place, albedo.clamp_max(0.85), 0.95, thread * 1.1 * height + 0.004 * fibre)


def knitted_wool(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Stocking stitch: columns of interlocking V's."""
    width = draw.log_uniform(0.15, 0.19)
    tall = width * 0.75
    flat = box(place, draw)
    column = torch.floor(flat.u / width)
    x = flat.u / width - column - 0.5
    # Each half of a V leans to the middle of its column.
    lean = flat.v / tall - 1.15 * x.abs() * 2
    row = torch.floor(lean)
    y = lean - row - 0.5
    strand = (
        (1 - (y / 0.52).square()).clamp_min(0).sqrt() * smoothstep(0.0, 0.1, x.abs()) * smoothstep(0.5, 0.4, x.abs())
    )
    fluff = waves(place.position, draw, 9.0, 2, 0.9)
    base = _dye(draw, paint, ("b5433c", "5b7fa8", "e3d8c3", "6f8f62", "8a5a86"))
    shade = 0.35 + 0.7 * place.here(strand) + 0.05 * place.here(fluff)
    return layer(place, base * shade[:, None].clamp(0.2, 1.15), 0.97, 0.4 * width * strand + 0.004 * fluff)


def velvet(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Deep pile in heavy folds; the crests of the folds, where the pile opens, are pale."""
    bend = warp(place.position, draw, 0.6, 0.1) @ draw.rotation(0.3)
    folds = waves(bend, draw, 1.1, 2, 0.4, stretch=(1, 1, 3.5))
    stroke = waves(place.here(bend), draw, 0.7, 2, 0.5)
    crest = place.here(folds)
    base = _dye(draw, paint, ("7d1128", "1f2f73", "1d5a3c", "55206b"))
    sheen = (smoothstep(0.2, 1.8, crest) + 0.25 * smoothstep(0.2, 1.5, stroke)).clamp(0, 1)
    albedo = base * (0.42 + 0.5 * smoothstep(-1.6, 0.8, crest))[:, None]
    albedo = mix(albedo, base * 0.75 + 0.22, 0.75 * sheen)
    return layer(place, albedo, 1.0, 0.085 * folds)


def silk(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Smooth, shiny cloth lying in long soft folds."""
    bend = warp(place.position, draw, 0.6, 0.12)
    folds = waves(bend @ draw.rotation(0.5), draw, 1.5, 2, 0.45, stretch=(1, 1, 5.0))
    base = _dye(draw, paint, ("c7a15a", "a8c4d8", "b94a6b", "e8dfd0", "5f4b8b"))
    return layer(
        place, base * (1 + 0.1 * place.here(folds)).clamp(0.7, 1.3)[:, None], draw.uniform(0.22, 0.3), 0.06 * folds
    )


def denim(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Blue twill with pale wear, double seams in orange thread."""
    flat = box(place, draw)
    thread = draw.log_uniform(0.05, 0.062)
    diagonal = (flat.u + flat.v) / thread
    twill = 0.5 + 0.5 * torch.cos(2 * math.pi * diagonal)
    slub = waves(torch.stack([flat.u * 6, flat.v * 0.5, flat.face * 1.0], -1), draw, 2.0, 2)
    wear = smoothstep(-0.4, 1.8, waves(place.position, draw, 0.8, 3, 0.5))
    indigo = srgb("2f4f86", draw, 0.03, 6, 0.15) if paint is None else paint
    pale = 0.55 * indigo + 0.3
    tone = (0.25 * place.here(twill) + 0.55 * place.here(wear) + 0.06 * place.here(slub)).clamp(0, 1)
    albedo = mix(indigo * 0.8, pale, tone)
    panels = grid(flat, draw.uniform(1.2, 1.5), 50.0)
    away = (0.5 - panels.x.abs()) * panels.x.abs().new_tensor(1.35)
    dash = (flat.v / 0.075 - torch.floor(flat.v / 0.075) < 0.66).float()
    stitch = (smoothstep(0.022, 0.01, (away - 0.05).abs()) + smoothstep(0.022, 0.01, (away - 0.13).abs())) * dash
    albedo = mix(albedo, srgb("d98f3c", draw, 0.02, 5), place.here(stitch).clamp(0, 1))
    seam = smoothstep(0.0, 0.012, away) - 1 + 0.4 * smoothstep(0.17, 0.15, away)
    return layer(place, albedo, 0.93, 0.014 * twill + 0.05 * seam + 0.012 * stitch)


def leather(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Grained hide: pebbles with dark creases, a dull shine on top, a stitched seam."""
    points = warp(place.position, draw, 2.0, 0.03)
    pebbles = cells(place, points, draw, draw.log_uniform(0.105, 0.13))
    crease = smoothstep(0.12, 0.0, pebbles.border)
    worn = waves(place.here(place.position), draw, 0.8, 2, 0.5)
    base = _dye(draw, paint, ("7a4424", "5a2f1b", "2b211d", "a2622f", "8b1f1f"))
    here = place.here(crease)
    albedo = base * (1.05 + 0.15 * worn - 0.38 * here).clamp(0.3, 1.4)[:, None]
    flat = box(place, draw)
    panels = grid(flat, draw.uniform(1.1, 1.4), 40.0)
    seam = smoothstep(0.016, 0.006, panels.edge)
    dash = torch.abs(flat.v / 0.11 - torch.round(flat.v / 0.11)) < 0.32
    stitch = smoothstep(0.02, 0.01, (panels.edge - 0.06).abs()) * dash
    albedo = albedo * (1 - 0.75 * place.here(seam))[:, None]
    albedo = mix(albedo, srgb("dcc7a0", draw), 0.85 * place.here(stitch))
    relief = 0.017 * smoothstep(0.0, 0.3, pebbles.border) + 0.035 * smoothstep(0.0, 0.05, panels.edge) + 0.012 * stitch
    return layer(place, albedo, 0.36 + 0.25 * here, relief)


def quilted(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Padded diamonds with a button in every corner."""
    size = draw.log_uniform(0.36, 0.46)
    flat = box(place, draw, math.pi / 4)
    pads = grid(flat, size, size)
    bulge = torch.cos(math.pi * pads.x) * torch.cos(math.pi * pads.y)
    corner = torch.hypot(0.5 - pads.x.abs(), 0.5 - pads.y.abs()) * size
    button = smoothstep(0.05, 0.035, corner)
    base = _dye(draw, paint, ("7a4424", "8b1f2b", "e6ddcc", "2d3e5e"))
    seam = place.here(smoothstep(0.025, 0.0, pads.edge))
    albedo = base * (1 - 0.4 * seam)[:, None]
    return layer(place, albedo, draw.uniform(0.4, 0.5), 0.22 * size * bulge.clamp_min(0).sqrt() * 1.3 + 0.05 * button)


def carpet(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Loop pile: round loops in staggered rows, each of its own tone, a few worn flat."""
    loops = hexagons(box(place, draw, draw.uniform(-0.1, 0.1)), draw.log_uniform(0.095, 0.12))
    apart = torch.hypot(loops.x, loops.y) * 1.8
    dome = (1 - apart.square()).clamp_min(0).sqrt()
    base = _dye(draw, paint, ("8e3b3b", "c9b79a", "4f6d7a", "6a7f4f"))
    tone = place.here(per_cell(loops.identity, draw))
    shade = (0.35 + 0.7 * place.here(dome)) * (0.7 + 0.55 * tone)
    return layer(place, base * shade[:, None], 1.0, 0.05 * dome)


def felt(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Matted wool: no weave, single hairs lie on it, pieces joined by a blanket stitch."""
    mat = waves(place.position, draw, 3.5, 3, 0.7, count=24)
    base = _dye(draw, paint, ("8c2f39", "3f6b4f", "5d6470", "c58f3a"))
    flat = box(place, draw)
    panels = grid(flat, draw.uniform(1.1, 1.4), 40.0)
    dash = smoothstep(0.17, 0.1, torch.abs(flat.v / 0.13 - torch.round(flat.v / 0.13)))
    stitch = dash * smoothstep(0.085, 0.07, panels.edge)
    thread = torch.where(luminance(base) > 0.3, 0.3, 1.6)
    albedo = base * (1 + 0.06 * place.here(mat))[:, None]
    albedo = mix(albedo, base * thread[..., None] + 0.05, place.here(stitch))
    seam = smoothstep(0.018, 0.004, panels.edge)
    return layer(place, albedo * (1 - 0.5 * place.here(seam))[:, None], 1.0, 0.009 * mat + 0.02 * stitch - 0.03 * seam)


def fur(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Tapering locks of hair that hang and swirl."""
    flow = waves(place.position, draw, 0.7, 2, outputs=3, count=12)
    points = place.position + 0.1 * flow
    stretched = points * torch.tensor([1, 1, draw.uniform(0.22, 0.28)], device=points.device)
    locks = cells(place, stretched, draw, draw.log_uniform(0.085, 0.105))
    hair = waves(points, draw, 8.0, 2, 0.9, stretch=(1, 1, 9.0), count=18)
    base = _dye(draw, paint, ("8a5f37", "5b4634", "b9a78d", "c4793a", "4b4b50"))
    # Offset along Z runs over one lock: pale at its tip, dark at its root under the next.
    along = place.here(locks.offset[:, 2])
    shade = (0.85 - 0.55 * along - 0.4 * place.here(locks.nearest) + 0.16 * place.here(hair)).clamp(0.15, 1.3)
    height = -0.035 * locks.offset[:, 2] - 0.035 * locks.nearest + 0.007 * hair
    return layer(place, base * (shade[:, None] * 1.2), 0.8, height)


def carbon_fibre(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Two-by-two twill of black tows under clear resin."""
    tow = draw.log_uniform(0.085, 0.11)
    flat = box(place, draw)
    column, row = torch.floor(flat.u / tow), torch.floor(flat.v / tow)
    x, y = flat.u / tow - column - 0.5, flat.v / tow - row - 0.5
    upright = ((column + row) % 4) < 2
    across = torch.where(upright, x, y)
    # Upright and lying tows catch the light at different angles: shown as two greys, rounded across.
    shade = place.here(torch.where(upright, 0.10, 0.028) * (1.25 - 3 * across.square()))
    return layer(place, shade[:, None].expand(-1, 3), draw.uniform(0.07, 0.12), 0.004 * (1 - 4 * across.square()))


def rope(place: Place, draw: Draw, paint: torch.Tensor | None) -> Layer:
    """Wound rope: turns around the object, each of twisted strands."""
    thick = draw.log_uniform(0.17, 0.22)
    flat = box(place, draw)
    turn = torch.floor(flat.v / thick)
    y = flat.v / thick - turn - 0.5
    round_rope = (1 - 4 * y.square()).clamp_min(0).sqrt()
    strand = flat.u / (0.75 * thick) + 0.9 * torch.asin((2 * y).clamp(-0.99, 0.99)) / 1.5
    inside = strand - torch.floor(strand) - 0.5
    bulge = (1 - 4 * inside.square()).clamp_min(0).sqrt()
    fibre = waves(place.position, draw, 9.0, 2, 0.8)
    base = srgb("c0a06a", draw, 0.04, 6, 0.15) if paint is None else paint
    shade = place.here(round_rope.clamp_min(0.2) * (0.4 + 0.6 * bulge) + 0.05 * fibre)
    return layer(
        place, base * (0.2 + 0.85 * shade)[:, None], 0.92, thick * (0.45 * round_rope + 0.16 * bulge) + 0.003 * fibre
    )
