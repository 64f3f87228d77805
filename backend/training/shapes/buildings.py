# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: RUF005 - points are arrays here, and adding a tuple moves them
"""Buildings: walls, roofs and openings. Their doors look to -Y."""

from __future__ import annotations

import itertools
import math

import numpy as np

from . import curves
from .primitives import (
    around,
    ball,
    box,
    cylinder,
    extrusion,
    frame,
    lathe,
    mirrored,
    moved,
    rings,
    standing,
    torus,
    tube,
    turned,
)
from .shape import Family, Piece


def _arch(width: float, height: float, pointed: bool = False) -> np.ndarray:
    """The outline of an opening that stands on y = 0: straight below, round or pointed above."""
    half = width / 2
    if pointed:
        right = curves.arc((-half, height - 0.8 * width), width, 0.0, math.radians(60), 6)
        top = np.concatenate([right[:-1], right[::-1] * (-1, 1)])
    else:
        top = curves.arc((0, height - half), half, 0.0, math.pi, 12)
    return np.concatenate([[(half, 0.0)], top, [(-half, 0.0)]])


def opening(
    outline: np.ndarray, at, facing: float = 0.0, pane: str = "windows", rim: str = "windows", edge: float = 0.035
) -> list[Piece]:
    """A window or a door on a wall: a pane with a raised frame around it.

    outline: drawn in the plane of the wall. at: where its origin goes on the wall. facing: the wall's turn about Z, 0
    for the front.
    """
    outer = curves.offset(outline, -edge)
    pieces = [extrusion(outline, 0.03, pane, 0.004), frame(outer, outline, 0.07, rim, 0.012)]
    return moved(turned(standing(pieces), "z", facing), at)


def _pane_bars(width: float, height: float, at, facing: float = 0.0, rim: str = "windows") -> list[Piece]:
    """The crossing bars of a rectangular window whose middle is at ``at``."""
    bars = [box((0.022, 0.05, height), rim, 0.005), box((width, 0.05, 0.022), rim, 0.005)]
    return moved(turned(bars, "z", facing), at)


def _gable_roof(
    width: float, depth: float, rise: float, eaves: float, thickness: float, part: str = "roof", over: float = 0.1
) -> list[Piece]:
    """Two slopes whose ridge runs along Y, standing on z = 0; ``eaves``: how far they reach out at the sides."""
    half = width / 2
    slope = rise / half
    low = -eaves * slope
    thick = thickness * math.hypot(1.0, slope)
    outline = [
        (-half - eaves, low),
        (0, rise),
        (half + eaves, low),
        (half + eaves, low + thick),
        (0, rise + thick),
        (-half - eaves, low + thick),
    ]
    return standing(extrusion(np.array(outline), depth + 2 * over, part, 0.015))


def _tile_rows(
    width: float, depth: float, rise: float, eaves: float, rows: int, thickness: float, over: float
) -> list[Piece]:
    """Overlapping strips on the two slopes, so that the roof is not bare."""
    half = width / 2 + eaves
    slope = rise / (width / 2)
    run = math.hypot(half, half * slope) / rows
    angle = math.atan(slope)
    pieces: list[Piece] = []
    for i in range(rows):
        strip = box((run * 1.12, depth + 2 * over + 0.02, 0.03), "roof", 0.01)
        x = half * (1 - (i + 0.5) / rows)
        z = rise - x * slope + thickness * math.hypot(1.0, slope) + 0.01
        pieces += mirrored(moved(turned(strip, "y", angle - 0.045), (x, 0, z)))
    return pieces


def house(rng: np.random.Generator) -> list[Piece]:
    width, depth = rng.uniform(1.2, 1.7), rng.uniform(1.0, 1.4)
    storeys = int(rng.choice([1, 1, 2]))
    wall = 0.62 * storeys + rng.uniform(0.02, 0.15)
    rise = rng.uniform(0.4, 0.85)
    pieces: list[Piece] = []
    ridge_along_x = rng.random() < 0.5
    span, run = (depth, width) if ridge_along_x else (width, depth)
    gable = np.array([(-span / 2, 0), (span / 2, 0), (span / 2, wall), (0, wall + rise), (-span / 2, wall)])
    body = standing(extrusion(gable, run, "walls", 0.012))
    eaves, thick, over = rng.uniform(0.07, 0.16), 0.06, rng.uniform(0.05, 0.12)
    roof = moved(_gable_roof(span, run, rise, eaves, thick, over=over), (0, 0, wall))
    if rng.random() < 0.7:
        roof += moved(_tile_rows(span, run, rise, eaves, int(rng.integers(5, 9)), thick, over), (0, 0, wall))
    shell = [*body, *roof]
    pieces += turned(shell, "z", math.pi / 2) if ridge_along_x else shell
    pieces += [box((width + 0.07, depth + 0.07, 0.09), "windows", 0.02, (0, 0, 0.03))]

    door_at = rng.uniform(-0.3, 0.3) * width
    door = _arch(0.26, 0.48) if rng.random() < 0.4 else curves.rectangle(0.26, 0.46) + (0, 0.23)
    pieces += opening(door, (door_at, -depth / 2, 0.06), pane="door", rim="door")
    pieces += [ball(0.02, "windows", (door_at + 0.08, -depth / 2 - 0.03, 0.27), 10)]
    pieces += [box((0.4, 0.16, 0.06), "windows", 0.012, (door_at, -depth / 2 - 0.08, 0.02))]
    pane = (rng.uniform(0.2, 0.28), rng.uniform(0.24, 0.32))
    shutters = rng.random() < 0.4

    def window(at: tuple[float, float, float], facing: float) -> list[Piece]:
        result = opening(curves.rectangle(*pane), at, facing, edge=0.028)
        result += _pane_bars(*pane, at, facing)
        if shutters:
            leaf = mirrored(box((pane[0] * 0.48, 0.05, pane[1] + 0.04), "door", 0.01, (pane[0] * 0.78, -0.005, 0)))
            result += moved(turned(leaf, "z", facing), at)
        return result

    for storey in range(storeys):
        z = 0.37 + 0.6 * storey
        places = np.linspace(-0.5, 0.5, max(2, int(width / 0.42)) + 1)[:-1] + 0.5 / max(2, int(width / 0.42))
        for place in places * width:
            if storey or abs(place - door_at) > 0.16 + pane[0] * (0.95 if shutters else 0.55):
                pieces += window((place, -depth / 2, z), 0.0)
            pieces += window((place, depth / 2, z), math.pi)
        for place in np.array([-0.24, 0.24]) * depth:
            pieces += window((width / 2, place, z), math.pi / 2)
            pieces += window((-width / 2, place, z), -math.pi / 2)
    if not ridge_along_x:
        pieces += opening(curves.circle(0.1, 20), (0, -depth / 2, wall + 0.38 * rise), edge=0.03)
    if rng.random() < 0.8:
        x, y = (
            (rng.uniform(-0.35, 0.35) * width, 0.14 * depth)
            if ridge_along_x
            else (0.22 * width, rng.uniform(-0.1, 0.3) * depth)
        )
        top = wall + rise + rng.uniform(0.15, 0.3)
        pieces += [
            box((0.18, 0.18, top - wall), "chimney", 0.012, (x, y, (top + wall) / 2)),
            box((0.23, 0.23, 0.06), "chimney", 0.015, (x, y, top)),
        ]
        pieces += moved(cylinder(0.055, 0.1, "chimney", 0.01, 14), (x, y, top))
    if rng.random() < 0.3:
        posts = [
            box((0.05, 0.05, 0.55), "windows", 0.01, (door_at + s * 0.24, -depth / 2 - 0.28, 0.27)) for s in (-1, 1)
        ]
        canopy = moved(_gable_roof(0.54, 0.3, 0.16, 0.04, 0.04, over=0.03), (door_at, -depth / 2 - 0.15, 0.56))
        pieces += [*posts, *canopy]
    return pieces


def hut(rng: np.random.Generator) -> list[Piece]:
    """A round hut under a thatched roof, or one of logs."""
    if rng.random() < 0.4:
        return _log_cabin(rng)
    radius, wall, rise = 0.8, rng.uniform(0.6, 0.85), rng.uniform(0.75, 1.2)
    reach = radius * rng.uniform(1.22, 1.4)
    pieces: list[Piece] = [cylinder(radius, wall, "walls", 0.02, 48)]
    layers = int(rng.integers(2, 5))
    strands = int(rng.integers(30, 46))
    phase = rng.uniform(0, 6)

    def straw(angle, height):
        return 1 + 0.018 * np.sin(strands * angle + phase) + 0.012 * np.sin(2.3 * strands // 1 * angle + 5 * height)

    for i in range(layers):
        low, high = i / layers, min((i + 1) / layers + 0.08, 1.0)
        outer = reach * (1 - low), wall * 0.92 + rise * low
        inner = reach * (1 - high) + 0.02, wall * 0.92 + rise * high
        lip = 0.07
        profile = [
            (0, outer[1] - 0.02),
            (outer[0] * 0.85, outer[1] - 0.02),
            (outer[0], outer[1] - lip),
            (outer[0] + 0.01, outer[1] - lip + 0.04),
            (inner[0] + 0.02, inner[1]),
        ]
        pieces += [lathe(np.array(profile + [(0, inner[1] + 0.04)]), "roof", 96, shape=straw)]
    top = wall * 0.92 + rise
    pieces += [ball((0.1, 0.1, 0.12), "roof", (0, 0, top + 0.03), 16)]
    door = _arch(0.36, 0.52) if rng.random() < 0.5 else curves.rectangle(0.36, 0.5) + (0, 0.25)
    pieces += opening(door, (0, -radius * 0.985, 0.0), pane="door", rim="frame", edge=0.05)
    for angle in (-0.9, 0.9, 2.2)[: int(rng.integers(1, 4))]:
        at = (radius * 0.985 * math.sin(angle), -radius * 0.985 * math.cos(angle), 0.4 * wall + 0.1)
        pieces += opening(curves.circle(0.1, 18), at, angle, "door", "frame", 0.04)
    for i in range(int(rng.integers(0, 14))):
        angle = 2 * math.pi * i / 13 + 0.24
        if abs(math.sin(angle / 2)) > 0.28:
            at = np.array([radius * math.sin(angle), -radius * math.cos(angle), 0.0])
            pieces += [tube(np.array([at, at + (0, 0, wall)]), 0.04, "frame", 8)]
    return pieces


def _log_cabin(rng: np.random.Generator) -> list[Piece]:
    width, depth, rows = rng.uniform(1.3, 1.6), rng.uniform(1.0, 1.3), int(rng.integers(6, 9))
    log = 0.11
    wall = rows * log
    pieces: list[Piece] = []
    for i in range(rows):
        for s in (-1, 1):
            z = log * (i + 0.5)
            front = np.array([(-width / 2 - 0.12, s * depth / 2, z), (width / 2 + 0.12, s * depth / 2, z)])
            side = np.array(
                [(s * width / 2, -depth / 2 - 0.12, z - log / 2), (s * width / 2, depth / 2 + 0.12, z - log / 2)]
            )
            pieces += [tube(path, log * 0.54, "walls", 12, ends="flat") for path in (front, side)]
    rise = rng.uniform(0.45, 0.65)
    for y in (-depth / 2, depth / 2):
        gable = np.array([(-width / 2, 0), (width / 2, 0), (0, rise)])
        pieces += moved(standing(extrusion(gable, 0.08, "walls", 0.01)), (0, y, wall))
    pieces += moved(_gable_roof(width, depth, rise, 0.14, 0.06, over=0.2), (0, 0, wall - 0.03))
    pieces += moved(_tile_rows(width, depth, rise, 0.14, 6, 0.06, 0.2), (0, 0, wall - 0.03))
    pieces += opening(
        curves.rectangle(0.28, 0.5) + (0, 0.25),
        (-0.2 * width, -depth / 2 - 0.05, 0.02),
        pane="door",
        rim="frame",
        edge=0.05,
    )
    at = (0.22 * width, -depth / 2 - 0.05, wall * 0.55)
    pieces += opening(curves.rectangle(0.28, 0.26), at, pane="door", rim="frame", edge=0.045)
    pieces += _pane_bars(0.28, 0.26, at, rim="frame")
    top = wall + rise + 0.25
    pieces += [
        box((0.26, 0.26, top), "chimney", 0.03, (width / 2 - 0.02, 0.1, top / 2)),
        box((0.32, 0.32, 0.07), "chimney", 0.02, (width / 2 - 0.02, 0.1, top)),
    ]
    return pieces


def _merlons(radius: float, z: float, count: int, size, part: str, phase: float = 0.0) -> list[Piece]:
    """Battlements in a ring; size: radial, tangential, height."""
    depth, width, height = size
    return around(box((depth, width, height), part, 0.012, (radius - depth / 2, 0, z + height / 2)), count, phase)


def _round_tower(rng: np.random.Generator, radius: float, height: float, roofed: bool) -> list[Piece]:
    """A tower with corbelled battlements or a pointed roof, standing on the origin."""
    top = radius * 1.18
    crown = 0.45 * radius
    profile = [
        (0, 0),
        (radius * 1.12, 0),
        (radius * 1.04, 0.12 * height),
        (radius, 0.2 * height),
        (radius * 0.97, height - 2.2 * crown),
    ]
    profile += [(top, height - 1.3 * crown), (top, height)]
    if roofed:
        pieces: list[Piece] = [lathe(np.array(profile + [(0, height)]), "walls", 28)]
        rise = radius * rng.uniform(2.0, 3.0)
        roof = [
            (0, height - 0.02),
            (top * 1.14, height - 0.02),
            (top * 1.16, height + 0.04),
            (top * 0.55, height + 0.42 * rise),
            (0, height + rise),
        ]
        pieces += [lathe(np.array(roof), "roof", 28)]
        if rng.random() < 0.6:
            tip = height + rise
            pieces += [tube(np.array([(0, 0, tip - 0.06), (0, 0, tip + 0.26)]), 0.014, "roof", 6)]
            flag = np.array([(0, 0), (0.22, -0.05), (0, -0.11)])
            pieces += moved(standing(extrusion(flag, 0.02, "roof", 0.004)), (0.01, 0, tip + 0.25))
    else:
        well = [(top - 0.09, height), (top - 0.09, height - 0.5 * crown), (0, height - 0.5 * crown)]
        pieces = [lathe(np.array(profile + well), "walls", 28)]
        pieces += _merlons(
            top, height - 0.005, max(7, int(radius * 22)), (0.09, 0.13, 0.55 * crown + 0.03), "walls", rng.uniform(0, 1)
        )
    return pieces


def tower(rng: np.random.Generator) -> list[Piece]:
    radius, height = rng.uniform(0.34, 0.46), rng.uniform(1.9, 2.5)
    pieces = _round_tower(rng, radius, height, rng.random() < 0.45)
    pieces += opening(
        _arch(0.26, 0.44, rng.random() < 0.5), (0, -radius * 1.09, 0.0), pane="door", rim="door", edge=0.05
    )
    for i in range(int(rng.integers(2, 5))):
        angle = rng.uniform(-1.0, 1.0) if i else 0.0
        z = 0.34 * height + 0.14 * height * i
        at = (radius * 0.985 * math.sin(angle), -radius * 0.985 * math.cos(angle), z)
        pieces += opening(_arch(0.1, 0.24), at, angle, pane="door", rim="door", edge=0.03)
    for _ in range(int(rng.integers(0, 18))):  # stones that stand out
        angle, z = rng.uniform(0, 2 * math.pi), rng.uniform(0.15, 0.75) * height
        stone = box((0.04, rng.uniform(0.1, 0.18), 0.075), "walls", 0.015, (radius * 0.99, 0, z))
        pieces += turned(stone, "z", angle)
    return pieces


def castle(rng: np.random.Generator) -> list[Piece]:
    size, wall = 0.82, rng.uniform(0.5, 0.65)
    radius = rng.uniform(0.19, 0.26)
    height = wall * rng.uniform(1.4, 1.8)
    roofed = rng.random() < 0.5
    pieces: list[Piece] = []
    for sx in (-1, 1):
        for sy in (-1, 1):
            tall = height * (rng.uniform(1.0, 1.25) if sy > 0 else 1.0)
            pieces += moved(_round_tower(rng, radius, tall, roofed), (sx * size, sy * size, 0))
    merlon, thick = 0.1, 0.17
    for side in range(4):
        curtain = [box((2 * size, thick, wall), "walls", 0.01, (0, -size, wall / 2))]
        curtain += [box((2 * size, thick + 0.04, 0.04), "walls", 0.01, (0, -size, wall - 0.03))]
        for x in np.arange(-size + radius + 0.06, size - radius, 2 * merlon):
            curtain += [
                box((merlon, 0.06, 0.1), "walls", 0.01, (x + merlon / 2, -size - thick / 2 + 0.03, wall + 0.05))
            ]
        pieces += turned(curtain, "z", side * math.pi / 2)
    gate = rng.uniform(0.26, 0.32)
    house_height = wall * 1.3
    pieces += [box((2.3 * gate, 0.4, house_height), "walls", 0.015, (0, -size - 0.04, house_height / 2))]
    for x in np.linspace(-1, 1, 4) * (1.15 * gate - 0.05):
        pieces += [box((0.1, 0.07, 0.1), "walls", 0.01, (x, -size - 0.205, house_height + 0.05))]
    pieces += opening(_arch(gate, wall * 0.78), (0, -size - 0.24, 0), pane="gate", rim="gate", edge=0.045)
    keep, tall = rng.uniform(0.3, 0.4), wall * rng.uniform(2.0, 2.6)
    if rng.random() < 0.5:
        pieces += [
            box((2 * keep, 2 * keep, tall), "walls", 0.015, (0, 0.25, tall / 2)),
            box((2 * keep + 0.08, 2 * keep + 0.08, 0.12), "walls", 0.015, (0, 0.25, tall - 0.02)),
        ]
        if roofed:
            corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * (keep + 0.07)
            layers = [(corners, tall + 0.03), (corners, tall + 0.07), (corners * 0.0, tall + 0.65)]
            pieces += moved(
                rings(np.stack([np.column_stack([ring, np.full(4, z)]) for ring, z in layers]), "roof"), (0, 0.25, 0)
            )
        else:
            for x in np.linspace(-1, 1, 5) * (keep - 0.01):
                for side in range(4):
                    pieces += moved(
                        turned(
                            box((0.11, 0.07, 0.12), "walls", 0.01, (x, -keep, tall + 0.09)), "z", side * math.pi / 2
                        ),
                        (0, 0.25, 0),
                    )
        for x in (-0.4 * keep, 0.4 * keep):
            pieces += opening(_arch(0.1, 0.2), (x, 0.25 - keep, tall * 0.68), pane="gate", rim="gate", edge=0.025)
    else:
        pieces += moved(_round_tower(rng, keep, tall, True), (0, 0.25, 0))
    return pieces


def church(rng: np.random.Generator) -> list[Piece]:
    width, depth, wall = rng.uniform(0.7, 0.85), rng.uniform(1.3, 1.6), rng.uniform(0.6, 0.8)
    rise = rng.uniform(0.4, 0.6)
    front = -depth / 2
    gable = np.array([(-width / 2, 0), (width / 2, 0), (width / 2, wall), (0, wall + rise), (-width / 2, wall)])
    pieces = standing(extrusion(gable, depth, "walls", 0.012))
    pieces += moved(_gable_roof(width, depth, rise, 0.08, 0.05, over=0.05), (0, 0, wall))
    square, tall = rng.uniform(0.4, 0.5), wall + rise + rng.uniform(0.3, 0.55)
    y = front - square * 0.3
    pieces += [
        box((square, square, tall), "walls", 0.012, (0, y, tall / 2)),
        box((square + 0.08, square + 0.08, 0.06), "windows", 0.015, (0, y, tall)),
    ]
    style = rng.integers(3)
    if style == 0:  # a steep pyramid
        sides, spire = 4, rng.uniform(0.8, 1.2)
    elif style == 1:
        sides, spire = 8, rng.uniform(0.8, 1.2)
    else:
        sides, spire = 24, rng.uniform(0.45, 0.6)
    reach = square * (0.76 if sides == 4 else 0.56)
    ring = curves.circle(reach, sides, phase=math.pi / sides)
    if style == 2:  # an onion
        profile = curves.spline([(0.5, 0.0), (0.72, 0.22), (0.6, 0.5), (0.22, 0.75), (0.04, 1.1)], 6) * (square, spire)
        dome = lathe(np.concatenate([[(0, 0)], profile, [(0, spire * 1.12)]]), "roof", 28)
        pieces += moved(dome, (0, y, tall + 0.02))
        spire *= 1.1
    else:
        layers = [(ring, 0.0), (ring, 0.04), (ring * 0.0, spire)]
        pieces += moved(
            rings(np.stack([np.column_stack([points, np.full(sides, z)]) for points, z in layers]), "roof"),
            (0, y, tall + 0.02),
        )
    cross = [
        box((0.04, 0.04, 0.28), "windows", 0.008, (0, 0, 0.12)),
        box((0.16, 0.04, 0.04), "windows", 0.008, (0, 0, 0.15)),
    ]
    pieces += moved(cross, (0, y, tall + spire))
    pointed = rng.random() < 0.6
    pieces += opening(_arch(0.24, 0.44, pointed), (0, y - square / 2, 0), pane="door", rim="door", edge=0.045)
    for facing in range(4):
        angle = facing * math.pi / 2
        at = np.array([math.sin(angle), -math.cos(angle), 0.0]) * square / 2 + (0, y, tall - 0.36)
        pieces += opening(_arch(0.13, 0.25, pointed), at, angle, edge=0.03)
    if rng.random() < 0.6:
        pieces += opening(curves.circle(0.1, 24), (0, y - square / 2, wall + 0.1), edge=0.035)
    count = int(rng.integers(3, 5))
    for place in front + depth * (np.arange(count) + 0.9) / (count + 0.4):
        for s in (-1, 1):
            pieces += opening(_arch(0.14, 0.36, pointed), (s * width / 2, place, 0.22), s * math.pi / 2, edge=0.03)
    for place in front + depth * (np.arange(count + 1) + 0.4) / (count + 0.4):
        buttress = [(0, 0), (0.13, 0), (0.11, wall * 0.55), (0, wall * 0.85)]
        if pointed:
            piece = standing(extrusion(np.array(buttress), 0.07, "walls", 0.01))
            pieces += mirrored(moved(piece, (width / 2 - 0.01, min(place, depth / 2 - 0.05), 0)))
    return pieces


def lighthouse(rng: np.random.Generator) -> list[Piece]:
    height, bottom = rng.uniform(1.9, 2.5), rng.uniform(0.4, 0.52)
    top = bottom * rng.uniform(0.5, 0.68)
    bands = int(rng.integers(3, 7))
    pieces: list[Piece] = []
    sides = int(rng.choice([36, 36, 8]))
    edges = np.linspace(0, 1, bands + 1)

    def radius(t: float) -> float:
        return bottom + (top - bottom) * t**0.8

    for i in range(bands):
        low, high = edges[i], edges[i + 1] + (0.01 if i + 1 < bands else 0.0)
        swell = 0.004 * (i % 2)
        line = [(radius(t) + swell, t * height) for t in np.linspace(low, high, 4)]
        pieces += [
            lathe(np.array([(0, low * height), *line, (0, high * height)]), "walls" if i % 2 == 0 else "stripes", sides)
        ]
    pieces += [cylinder(bottom * 1.5, 0.1, "walls", 0.03, 36), cylinder(bottom * 1.25, 0.2, "walls", 0.03, 36)]
    deck = top * 1.5
    gallery = [(0, 0), (top, -0.06), (deck, 0.02), (deck, 0.07), (0, 0.07)]
    pieces += moved(lathe(np.array(gallery), "top", 36), (0, 0, height))
    rail = height + 0.07
    pieces += moved(
        [
            torus(deck - 0.03, 0.014, "top", 36, 6),
            *around(tube(np.array([(deck - 0.03, 0, -0.14), (deck - 0.03, 0, 0)]), 0.011, "top", 6, ends="flat"), 14),
        ],
        (0, 0, rail + 0.14),
    )
    room = rng.uniform(0.26, 0.36)
    pieces += moved(cylinder(top * 0.78, room, "lamp", 0.01, 20), (0, 0, rail - 0.01))
    pieces += around(box((0.025, 0.025, room), "top", 0.005, (top * 0.79, 0, rail + room / 2)), 8)
    dome = [
        (0, 0),
        (top * 1.0, 0),
        (top * 1.0, 0.03),
        (top * 0.75, 0.14),
        (top * 0.35, 0.24),
        (0.03, 0.28),
        (0.03, 0.36),
        (0, 0.36),
    ]
    pieces += moved(
        [lathe(np.array(dome), "top", 28), ball(0.045, "top", (0, 0, 0.38), 12)], (0, 0, rail + room - 0.01)
    )
    pieces += opening(_arch(0.2, 0.36), (0, -radius(0.1) - 0.02, 0.18), pane="top", rim="walls", edge=0.04)
    for i in range(2, 5):
        t = i / 5.5
        at = (0, -radius(t) + 0.005, t * height)
        pieces += opening(_arch(0.09, 0.17), at, pane="top", rim="walls", edge=0.03)
    return pieces


def windmill(rng: np.random.Generator) -> list[Piece]:
    height, bottom, sides = rng.uniform(1.3, 1.6), rng.uniform(0.48, 0.58), int(rng.choice([8, 8, 36]))
    top = bottom * rng.uniform(0.55, 0.7)
    crease = math.radians(30)
    line = [
        (0, 0),
        (bottom * 1.06, 0),
        (bottom * 1.06, 0.14),
        (bottom, 0.15),
        ((bottom + top) / 2 - 0.02, 0.55 * height),
        (top, height),
        (0, height),
    ]
    pieces = turned(lathe(np.array(line), "walls", sides, crease), "z", math.pi / sides)
    cap_height = rng.uniform(0.3, 0.42)
    cap = [
        (0, -0.03),
        (top * 1.12, -0.03),
        (top * 1.14, 0.05),
        (top * 0.95, 0.45 * cap_height),
        (top * 0.5, 0.85 * cap_height),
        (0, cap_height),
    ]
    pieces += moved(lathe(curves.fillet(cap, 0.05, 3), "roof", 28), (0, 0, height))
    if sides == 8 and rng.random() < 0.5:  # a gallery
        level = 0.42 * height
        r = bottom + (top - bottom) * 0.42
        pieces += moved(
            [cylinder(r + 0.2, 0.04, "sails", 0.01, 8), *moved(torus(r + 0.17, 0.014, "sails", 8, 6), (0, 0, 0.16))],
            (0, 0, level),
        )
        pieces += around(
            tube(np.array([(r + 0.17, 0, level), (r + 0.17, 0, level + 0.16)]), 0.013, "sails", 6, ends="flat"), 8
        )
        pieces += around(
            tube(np.array([(r + 0.17, 0, level), (r - 0.02, 0, level - 0.2)]), 0.018, "sails", 6, ends="flat"), 8
        )
    reach, wide = rng.uniform(0.95, 1.15), rng.uniform(0.2, 0.28)
    blades = int(rng.choice([4, 4, 4, 6]))
    sail: list[Piece] = [box((0.045, 0.04, reach), "sails", 0.008, (0, 0, reach / 2))]
    start = 0.24 * reach
    span = reach - start - 0.02
    style = rng.integers(2)
    if style == 0:  # a lattice
        rungs = int(rng.integers(6, 10))
        sail += [
            box((wide, 0.022, 0.022), "sails", 0.004, (wide / 2, 0, z)) for z in np.linspace(start, start + span, rungs)
        ]
        sail += [box((0.022, 0.022, span + 0.02), "sails", 0.004, (x, 0, start + span / 2)) for x in (wide * 0.5, wide)]
        if rng.random() < 0.6:
            sail += [box((wide * 0.96, 0.012, span), "sails", 0.003, (wide / 2, 0.012, start + span / 2))]
    else:  # cloth
        sail += [box((wide, 0.025, span), "sails", 0.008, (wide / 2 + 0.01, 0, start + span / 2))]
    sail = turned(sail, "z", 0.25)
    hub_at = (0, -top * 1.22, height + 0.3 * cap_height)
    rotor = [p for i in range(blades) for p in turned(sail, "y", 2 * math.pi * i / blades)]
    rotor += moved(turned(cylinder(0.085, 0.12, "sails", 0.02, 18), "x", math.pi / 2), (0, 0.05, 0))
    pieces += moved(turned(rotor, "y", rng.uniform(0, 1.5)), hub_at)
    pieces += [tube(np.array([(0, 0, hub_at[2]), hub_at]), 0.05, "sails", 12)]
    pieces += opening(
        _arch(0.24, 0.4), (0, -bottom * (1.0 if sides == 36 else 0.95) - 0.01, 0.02), pane="door", rim="door", edge=0.04
    )
    for i, z in enumerate(np.linspace(0.58, 0.82, 2)):
        r = np.interp(z, [0.15 / height, 0.55, 1.0], [bottom, (bottom + top) / 2 - 0.02, top]) * (
            1.0 if sides == 36 else math.cos(math.pi / 8)
        )
        for facing in (0.0, math.pi / 2, -math.pi / 2) if i else (math.pi / 2, -math.pi / 2):
            at = (r * math.sin(facing), -r * math.cos(facing), z * height)
            pieces += opening(curves.rectangle(0.13, 0.17), at, facing, pane="door", rim="door", edge=0.03)
    return pieces


def temple(rng: np.random.Generator) -> list[Piece]:
    columns, rows = int(rng.integers(4, 7)), int(rng.integers(5, 8))
    width, depth = 1.5, 1.5 * (rows - 1) / (columns - 1) * 0.82
    height, r = rng.uniform(0.75, 1.0), rng.uniform(0.07, 0.09)
    pieces: list[Piece] = []
    for i in range(3):
        grow = 0.5 - 0.11 * i
        pieces += [box((width + grow, depth + grow, 0.075), "base", 0.01, (0, 0, 0.0375 + 0.075 * i))]
    floor = 0.225
    t = np.linspace(0, 1, 4)
    shaft = np.column_stack([r * (1 - 0.17 * t + 0.04 * np.sin(math.pi * t)), 0.05 + (height - 0.11) * t])
    round_profile = [(0, 0), (1.25 * r, 0), (1.25 * r, 0.03), (1.05 * r, 0.05)]
    head = [(1.15 * r, height - 0.04), (0, height - 0.04)]

    def flutes(angle, _height):
        return 1 - 0.045 * np.abs(np.cos(6 * angle))

    column = [
        lathe(np.concatenate([round_profile, shaft, head]), "columns", 24, shape=flutes),
        box((2.6 * r, 2.6 * r, 0.045), "columns", 0.01, (0, 0, height - 0.02)),
    ]
    xs, ys = np.linspace(-width / 2, width / 2, columns), np.linspace(-depth / 2, depth / 2, rows)
    for x in xs:
        for y in ys:
            if x in (xs[0], xs[-1]) or y in (ys[0], ys[-1]):
                pieces += moved(column, (x, y, floor))
    pieces += [box((width * 0.62, depth * 0.68, height), "walls", 0.01, (0, 0.03, floor + height / 2))]
    pieces += opening(
        curves.rectangle(0.26, 0.55) + (0, 0.275), (0, 0.03 - depth * 0.34, floor), pane="walls", rim="walls", edge=0.04
    )
    top = floor + height
    beam = 3.2 * r
    pieces += [
        box((width + beam, depth + beam, 0.09), "roof", 0.01, (0, 0, top + 0.045)),
        box((width + beam - 0.04, depth + beam - 0.04, 0.09), "roof", 0.008, (0, 0, top + 0.12)),
    ]
    pieces += [box((width + beam + 0.1, depth + beam + 0.1, 0.05), "roof", 0.012, (0, 0, top + 0.18))]
    rise, half = rng.uniform(0.26, 0.38), (width + beam + 0.12) / 2
    gable = np.array([(-half, 0), (half, 0), (0, rise)])
    pieces += moved(standing(extrusion(gable * 0.9, depth + beam, "roof", 0.01)), (0, 0, top + 0.2))
    pieces += moved(_gable_roof(2 * half, depth + beam, rise, 0.0, 0.05, over=0.06), (0, 0, top + 0.2))
    return pieces


def tent(rng: np.random.Generator) -> list[Piece]:
    if rng.random() < 0.45:  # a tipi
        sides, height = int(rng.integers(10, 15)), rng.uniform(1.8, 2.2)
        angles = np.linspace(0, 2 * math.pi, 4 * sides, endpoint=False)
        sag = 1 - 0.035 * np.abs(np.sin(angles * sides / 2)) ** 0.7
        levels = [0.0, 0.25, 0.5, 0.75, 0.97]
        layers = [
            np.column_stack([np.cos(angles), np.sin(angles)]) * ((1 - z) * 0.92 * sag[:, None] + 0.03) for z in levels
        ]
        pieces: list[Piece] = [
            rings(
                np.stack([np.column_stack([ring, np.full(len(ring), z * height)]) for ring, z in zip(layers, levels)]),
                "cloth",
                math.radians(60),
            )
        ]
        for i in range(sides // 2 + 2):
            angle = 2 * math.pi * i / (sides // 2 + 2) + 0.3
            foot = np.array([0.9 * math.cos(angle), 0.9 * math.sin(angle), 0.02])
            pieces += [
                tube(
                    np.array([foot, (-0.16 * math.cos(angle), -0.16 * math.sin(angle), height * 1.14)]),
                    0.024,
                    "poles",
                    7,
                )
            ]
        door = np.array([(-0.24, 0.0), (0.24, 0.0), (0.0, 0.95)])
        flap = turned(standing(extrusion(door, 0.05, "door", 0.01)), "x", -math.atan2(0.92, height))
        return pieces + moved(flap, (0, -0.93, 0.01))
    width, depth, height = rng.uniform(1.3, 1.6), rng.uniform(1.4, 1.9), rng.uniform(0.95, 1.2)
    v = np.linspace(-1, 1, 15)
    layers = []
    for t in v:
        sink = 0.06 * (1 - t * t)
        line = [
            (x * (1 - 0.05 * math.sin(math.pi * abs(x) / (width / 2))), h)
            for x, h in (
                (-width / 2, 0.0),
                (-width / 4 + 0.02, height / 2 - 0.04),
                (0, height),
                (width / 4 - 0.02, height / 2 - 0.04),
                (width / 2, 0.0),
            )
        ]
        layers.append([(x, depth / 2 * t, h * (1 - sink * h)) for x, h in line] + [(0, depth / 2 * t, 0.0)])
    pieces = [rings(np.array(layers), "cloth", math.radians(35))]
    for y in (-depth / 2, depth / 2):
        pieces += [tube(np.array([(0, y, 0), (0, y, height + 0.1)]), 0.028, "poles", 8)]
    for s in (-1, 1):
        flap = np.array([(0.0, 0.0), (0.34, 0.0), (0.02, height * 0.86)]) * (s, 1)
        pieces += moved(
            turned(standing(extrusion(flap, 0.025, "door", 0.005)), "z", -s * 0.35), (s * 0.02, -depth / 2 - 0.03, 0.01)
        )
        for y in (-depth / 2 + 0.06, 0.0, depth / 2 - 0.06):
            peg = np.array([s * (width / 2 + 0.24), y * 1.12, 0.0])
            pieces += [
                tube(np.array([(s * width * 0.4, y, height * 0.2), peg]), 0.012, "poles", 6),
                tube(np.array([peg - (0, 0, 0.0), peg + (s * 0.03, 0, 0.09)]), 0.02, "poles", 6),
            ]
    return pieces


def skyscraper(rng: np.random.Generator) -> list[Piece]:
    """Stacked blocks of storeys, each with ribs between its windows."""
    steps = int(rng.integers(1, 4))
    size = np.array([rng.uniform(0.6, 0.8), rng.uniform(0.6, 0.8)])
    total = rng.uniform(1.9, 2.5)
    shares = np.sort(rng.uniform(0.25, 0.85, steps - 1))
    levels = np.concatenate([[0.0], shares, [1.0]]) * total
    pieces: list[Piece] = [box((size[0] + 0.12, size[1] + 0.12, 0.14), "walls", 0.015, (0, 0, 0.07))]
    vertical = rng.random() < 0.6
    bay = rng.uniform(0.13, 0.19)
    for low, high in itertools.pairwise(levels):
        w, d, h = size[0], size[1], high - low
        pieces += [box((w - 0.09, d - 0.09, h), "windows", 0.01, (0, 0, (low + high) / 2))]
        floors = max(2, int(h / 0.16))
        for z in np.linspace(low, high, floors + 1):
            pieces += [
                box(
                    (w if not vertical else w - 0.025, d if not vertical else d - 0.025, 0.045),
                    "walls",
                    0.008,
                    (0, 0, z),
                )
            ]
        for axis, span, depth in ((0, w, d), (1, d, w)):
            count = max(3, int(span / bay)) + 1
            for place in np.linspace(-span / 2 + 0.02, span / 2 - 0.02, count):
                width = 0.035 if vertical else 0.02
                rib = (width, depth, h) if axis == 0 else (depth, width, h)
                pieces += [
                    box(
                        rib if vertical else tuple(np.array(rib) - (0.02 * (axis == 1), 0.02 * (axis == 0), 0)),
                        "walls",
                        0.006,
                        (place if axis == 0 else 0, place if axis == 1 else 0, (low + high) / 2),
                    )
                ]
        pieces += [box((w + 0.04, d + 0.04, 0.06), "walls", 0.012, (0, 0, high))]
        size = size * rng.uniform(0.6, 0.8)
    style = rng.integers(3)
    if style == 0:
        pieces += [
            lathe(
                np.array(
                    [
                        (0, total),
                        (0.07, total),
                        (0.05, total + 0.15),
                        (0.012, total + 0.2),
                        (0.008, total + 0.55),
                        (0, total + 0.56),
                    ]
                ),
                "top",
                14,
            )
        ]
    elif style == 1:
        size = size / 0.8
        corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * size / 2
        layers = [(corners, total), (corners, total + 0.05), (corners * 0.0, total + rng.uniform(0.3, 0.6))]
        pieces += [rings(np.stack([np.column_stack([ring, np.full(4, z)]) for ring, z in layers]), "top")]
    else:
        pieces += [
            box((0.16, 0.12, 0.12), "top", 0.01, (0.1, 0.05, total + 0.06)),
            box((0.1, 0.14, 0.08), "top", 0.01, (-0.13, -0.06, total + 0.04)),
        ]
    return pieces


def well(rng: np.random.Generator) -> list[Piece]:
    """A stone well with a little roof and a bucket."""
    radius, wall = 0.62, rng.uniform(0.5, 0.65)
    pieces: list[Piece] = []
    rows = int(rng.integers(4, 6))
    stones = int(rng.integers(11, 15))
    course = wall / rows
    for i in range(rows):
        arc = 2 * math.pi / stones
        for j in range(stones):
            angles = (j + 0.5 * (i % 2)) * arc + np.linspace(0.03, 0.97, 4) * arc
            out, back = radius + rng.uniform(-0.02, 0.02), radius - 0.16
            ring = np.concatenate(
                [
                    np.column_stack([np.cos(angles), np.sin(angles)]) * out,
                    (np.column_stack([np.cos(angles), np.sin(angles)]) * back)[::-1],
                ]
            )
            pieces += moved(extrusion(ring, course * 0.96, "stones", 0.02), (0, 0, course * (i + 0.5)))
    pieces += [
        lathe(
            np.array(
                [(radius - 0.13, 0), (radius - 0.03, 0), (radius - 0.03, wall * 0.98), (radius - 0.13, wall * 0.98)]
            ),
            "stones",
            32,
            loop=True,
        )
    ]
    pieces += [cylinder(radius - 0.1, wall * 0.45, "water", 0.0, 28)]
    post = rng.uniform(1.05, 1.25)
    pieces += [
        box((0.1, 0.1, wall + post), "frame", 0.015, (s * (radius - 0.06), 0, (wall + post) / 2)) for s in (-1, 1)
    ]
    axle = wall + 0.55 * post
    pieces += [tube(np.array([(-radius - 0.06, 0, axle), (radius + 0.12, 0, axle)]), 0.055, "frame", 12, ends="flat")]
    crank = np.array(
        [
            (radius + 0.1, 0, axle),
            (radius + 0.16, 0, axle),
            (radius + 0.16, -0.16, axle - 0.08),
            (radius + 0.28, -0.16, axle - 0.08),
        ]
    )
    pieces += [tube(curves.fillet(crank, 0.03, 3), 0.022, "frame", 8)]
    span, rise = 1.0, rng.uniform(0.35, 0.5)
    roof = _gable_roof(span, 2 * radius + 0.1, rise, 0.06, 0.05, over=0.06) + _tile_rows(
        span, 2 * radius + 0.1, rise, 0.06, 5, 0.05, 0.06
    )
    pieces += turned(moved(roof, (0, 0, wall + post - rise * 0.6)), "z", math.pi / 2)
    low = wall + 0.12 * post
    pieces += [tube(np.array([(0, 0, axle), (0, 0, low + 0.2)]), 0.02, "frame", 8)]
    pail = [(0, 0), (0.1, 0), (0.13, 0.2), (0.11, 0.2), (0.09, 0.03), (0, 0.03)]
    pieces += moved(lathe(np.array(pail), "frame", 20), (0, 0, low))
    return pieces


FAMILIES = (
    Family("house", "building", house),
    Family("hut", "building", hut),
    Family("tower", "building", tower),
    Family("castle", "building", castle),
    Family("church", "building", church),
    Family("lighthouse", "building", lighthouse),
    Family("windmill", "building", windmill),
    Family("temple", "building", temple),
    Family("tent", "building", tent),
    Family("skyscraper", "building", skyscraper),
    Family("well", "building", well),
)
