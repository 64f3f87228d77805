# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Painted patterns: which of a pattern's colours each point gets."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import torch

from .colours import srgb
from .draw import Draw
from .layer import Place, mix, smoothstep
from .mapping import box, hexagons
from .noise import cells, per_cell, warp, waves

SOFT = 0.012
"""Half the width in object units over which one colour turns into the next: about half a pixel at 128 px."""


def _edge(distance: torch.Tensor) -> torch.Tensor:
    """0 to 1 across an edge, from a signed distance in object units."""
    return smoothstep(-SOFT, SOFT, distance)


def _here(place: Place) -> Place:
    """Only the points themselves: a painted pattern has no relief, so the neighbours need none."""
    return Place(place.here(place.position), place.here(place.normal), place.here(place.world), place.count)


def striped(place: Place, draw: Draw) -> torch.Tensor:
    """Straight bands of equal width in any direction."""
    direction = torch.nn.functional.normalize(draw.randn(3) * torch.tensor([0.5, 0.5, 1.0], device=draw.device), dim=0)
    width = draw.log_uniform(0.15, 0.24)
    t = place.position @ direction / width + draw.uniform(0, 2)
    return _edge((torch.abs(t - 2 * torch.floor(t / 2) - 1) - 0.5) * width)


def wavy(place: Place, draw: Draw) -> torch.Tensor:
    """Bands that swing like waves."""
    flat = box(place, draw)
    width, length = draw.log_uniform(0.14, 0.19), draw.log_uniform(0.5, 0.75)
    t = (flat.v + 0.11 * torch.sin(2 * math.pi * flat.u / length)) / width
    return _edge((torch.abs(t - 2 * torch.floor(t / 2) - 1) - 0.5) * width * 0.8)


def zigzag(place: Place, draw: Draw) -> torch.Tensor:
    flat = box(place, draw)
    width, length = draw.log_uniform(0.15, 0.2), draw.log_uniform(0.34, 0.44)
    saw = torch.abs(flat.u / length - torch.floor(flat.u / length) - 0.5) * length
    t = (flat.v + saw * 1.1) / width
    return _edge((torch.abs(t - 2 * torch.floor(t / 2) - 1) - 0.5) * width * 0.67)


def polka_dot(place: Place, draw: Draw) -> torch.Tensor:
    """Equal discs in staggered rows."""
    size = draw.log_uniform(0.34, 0.46)
    dots = hexagons(box(place, draw, draw.uniform(-0.3, 0.3)), size)
    return _edge(draw.uniform(0.28, 0.33) * size - torch.hypot(dots.x, dots.y) * size)


def spotted(place: Place, draw: Draw) -> torch.Tensor:
    """Irregular round spots of different sizes."""
    size = draw.log_uniform(0.4, 0.5)
    spots = cells(place, warp(place.position, draw, 1.5, 0.04), draw, size, 0.8)
    radius = 0.22 + 0.24 * per_cell(spots.identity, draw)
    return _edge((radius - spots.nearest) * size)


def checkered(place: Place, draw: Draw) -> torch.Tensor:
    size = draw.log_uniform(0.24, 0.36)
    flat = box(place, draw, 0.0 if draw.chance(0.6) else math.pi / 4)
    u, v = flat.u / size, flat.v / size
    x, y = u - torch.floor(u) - 0.5, v - torch.floor(v) - 0.5
    odd = torch.where((torch.floor(u) + torch.floor(v)) % 2 == 0, 1.0, -1.0)
    return _edge(odd * torch.minimum(0.5 - x.abs(), 0.5 - y.abs()) * size)


def plaid(place: Place, draw: Draw) -> torch.Tensor:
    """Tartan: crossing bands that mix half and half, with thin lines."""
    size = draw.log_uniform(0.5, 0.66)
    flat = box(place, draw)

    def bands(t: torch.Tensor) -> torch.Tensor:
        x = torch.abs(t / size - torch.floor(t / size) - 0.5) * size
        wide = _edge(0.22 * size - x)
        line = _edge(0.035 * size - (x - 0.37 * size).abs())
        return torch.maximum(wide, line)

    return 0.5 * bands(flat.u) + 0.5 * bands(flat.v)


def swirled(place: Place, draw: Draw) -> torch.Tensor:
    """Marbled paint pulled into curls."""
    points = warp(place.position, draw, 0.9, 0.22)
    points = warp(points, draw, 1.4, 0.13)
    t = waves(points, draw, 0.6, 1) * 1.9
    return smoothstep(-0.25, 0.25, torch.sin(math.pi * t))


def spiral(place: Place, draw: Draw) -> torch.Tensor:
    """Bands that wind around the object like on a stick of candy."""
    x, y, z = place.position.unbind(-1)
    arms, turns = 2 + draw.integer(3), draw.uniform(0.9, 1.5) * (1 if draw.chance(0.5) else -1)
    t = arms * torch.atan2(y, x) / (2 * math.pi) + turns * arms * 0.5 * z + draw.uniform(0, 1)
    return smoothstep(-0.12, 0.12, torch.sin(2 * math.pi * t))


def starry(place: Place, draw: Draw) -> torch.Tensor:
    """Five-pointed stars."""
    size = draw.log_uniform(0.44, 0.56)
    flat = box(place, draw)
    stars = hexagons(flat, size)
    x, y = stars.x * size, stars.y * size
    turn = (per_cell(stars.identity, draw) - 0.5) * 1.2 + math.pi / 2
    angle = torch.atan2(y, x) - turn
    sector = 2 * math.pi / 5
    angle = torch.abs(angle - sector * torch.round(angle / sector))
    radius = torch.hypot(x, y)
    # One of ten straight edges of a star, from a point at radius 1 to a notch at 0.382 (golden ratio).
    outer, notch = 0.4 * size, 0.4 * 0.42 * size
    px, py = radius * torch.cos(angle), radius * torch.sin(angle)
    nx, ny = notch * math.cos(sector / 2), notch * math.sin(sector / 2)
    ex, ey = nx - outer, ny
    inside = ((px - outer) * ey - py * ex) / math.hypot(ex, ey)
    return _edge(-inside)


def hearts(place: Place, draw: Draw) -> torch.Tensor:
    size = draw.log_uniform(0.42, 0.54)
    mesh = hexagons(box(place, draw), size)
    x, y = mesh.x * 3.1, mesh.y * 3.1 + 0.15
    # A heart is a circle whose y is lifted by |x|.
    radius = torch.hypot(x, 1.15 * y - 0.62 * x.abs())
    return _edge((0.92 - radius) * size / 3.1)


def faded(place: Place, draw: Draw) -> torch.Tensor:
    """One colour turns into the other from the bottom to the top."""
    lean = draw.rotation(0.35)[:, 2]
    return smoothstep(-0.75, 0.75, place.world @ lean + draw.uniform(-0.15, 0.15))


def two_tone(place: Place, draw: Draw) -> torch.Tensor:
    """One half in each colour with a clean line between."""
    lean = draw.rotation(0.5)[:, 2]
    return _edge(place.world @ lean + draw.uniform(-0.25, 0.25))


def zebra(place: Place, draw: Draw) -> torch.Tensor:
    """Forking stripes of uneven width."""
    points = warp(place.position, draw, 0.7, 0.12, 2) @ draw.rotation(0.5)
    field = waves(points, draw, 1.1, 1, stretch=(2.6, 2.6, 1.0), count=10)
    t = points[:, 2] * draw.log_uniform(2.4, 3.1) + 0.55 * field
    return smoothstep(-0.14, 0.14, torch.sin(2 * math.pi * t))


def tiger(place: Place, draw: Draw) -> torch.Tensor:
    """Stripes that taper, break off and split: black (1) on the coat (0)."""
    turned = place.position @ draw.rotation(0.4)
    points = warp(turned, draw, 0.8, 0.11, 2)
    t = points[:, 2] * draw.log_uniform(2.2, 2.8)
    width = waves(points, draw, 0.9, 2, 0.5, stretch=(0.6, 0.6, 1.5))
    return smoothstep(0.35, 0.6, torch.sin(2 * math.pi * t + 0.8 * width) * (0.75 + 0.42 * width))


def leopard(place: Place, draw: Draw) -> torch.Tensor:
    """Rosettes: broken black rings (1) around a darker middle (0.45) on the coat (0)."""
    size = draw.log_uniform(0.33, 0.42)
    points = warp(place.position, draw, 2.4, 0.035)
    spots = cells(place, points, draw, size, 0.75)
    gaps = waves(place.position, draw, 2.6, 1)
    radius = spots.nearest / (0.75 + 0.3 * per_cell(spots.identity, draw))
    ring = smoothstep(0.16, 0.09, (radius - 0.36).abs()) * smoothstep(-1.1, -0.7, gaps)
    return torch.maximum(ring, 0.45 * smoothstep(0.4, 0.3, radius))


def giraffe(place: Place, draw: Draw) -> torch.Tensor:
    """Angular brown patches (1) between pale lines (0)."""
    size = draw.log_uniform(0.46, 0.58)
    patches = cells(place, warp(place.position, draw, 1.6, 0.03), draw, size, 0.9)
    return smoothstep(0.05, 0.09, patches.border)


def cow(place: Place, draw: Draw) -> torch.Tensor:
    """Large black patches with wavy borders."""
    field = waves(warp(place.position, draw, 1.6, 0.06), draw, 0.75, 2, 0.4)
    return smoothstep(-0.06, 0.06, field + draw.uniform(-0.1, 0.1))


def camouflage(place: Place, draw: Draw) -> torch.Tensor:
    """Four tones in blotches: 0, 1/3, 2/3, 1."""
    level = torch.zeros_like(place.position[:, 0])
    for tone in (1 / 3, 2 / 3, 1.0):
        field = waves(place.position, draw, 1.25, 2, 0.45)
        level = mix(level, torch.full_like(level, tone), smoothstep(0.35, 0.47, field))
    return level


def rainbow(place: Place, draw: Draw) -> torch.Tensor:
    """Six bands from red to violet."""
    lean = draw.rotation(0.5)[:, 2]
    t = ((place.world @ lean) * 0.5 + 0.5) * draw.uniform(1.0, 1.3) * 6 + draw.uniform(0, 6)
    step = torch.floor(t)
    return (step + smoothstep(0.44, 0.56, t - step)) % 6 / 6


@dataclasses.dataclass(frozen=True)
class Pattern:
    """A pattern word. Its field says how much of the second colour is at each point."""

    name: str
    field: Callable[[Place, Draw], torch.Tensor]
    synonyms: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    """Display colours it has by itself, spread over 0 .. 1. Patterns with their own take no colour words."""

    def paint(self, place: Place, draw: Draw, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        """(N, 3) linear colour at the points."""
        field = self.field(_here(place), draw)
        if not self.own:
            return mix(first, second, field)
        colours = [srgb(code, draw, 0.02, 4, 0.08) for code in self.own]
        result = colours[0].expand(place.count, 3)
        for index, colour in enumerate(colours[1:]):
            span = len(colours) - 1
            result = torch.lerp(result, colour.expand(place.count, 3), (field * span - index).clamp(0, 1)[:, None])
        return result


PATTERNS: tuple[Pattern, ...] = (
    Pattern("striped", striped, ("stripy",)),
    Pattern("wavy", wavy, ("wavy striped",)),
    Pattern("zigzag", zigzag, ("chevron",)),
    Pattern("polka dot", polka_dot, ("dotted",)),
    Pattern("spotted", spotted, ("speckled",)),
    Pattern("checkered", checkered, ("checked", "chequered")),
    Pattern("plaid", plaid, ("tartan",)),
    Pattern("swirled", swirled, ("swirly", "marbled")),
    Pattern("spiral", spiral, ("candy cane",)),
    Pattern("starry", starry, ("star-patterned",)),
    Pattern("heart-patterned", hearts, ("hearts",)),
    Pattern("fading", faded, ("gradient", "ombre")),
    Pattern("two-tone", two_tone, ("half and half",)),
    Pattern("zebra", zebra, ("zebra-striped",), ("f0ece4", "17161a")),
    Pattern("tiger", tiger, ("tiger-striped",), ("dd8a2e", "191310")),
    Pattern("leopard", leopard, ("leopard-spotted",), ("dcae68", "a8702f", "1e140d")),
    Pattern("giraffe", giraffe, (), ("ecd9ac", "a5602a")),
    Pattern("cow", cow, ("cow-spotted",), ("f3efe8", "1b1918")),
    Pattern("camouflage", camouflage, ("camo",), ("7d8455", "b3a474", "4a5a35", "33302a")),
    Pattern("rainbow", rainbow, (), ("d8302c", "ea8626", "efd03a", "3f9e4a", "2f62c4", "6f3fa3", "d8302c")),
)
