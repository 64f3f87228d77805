# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Geometric solids, and things that are little more than one: gears, rings, donuts, dice."""

from __future__ import annotations

import math

import numpy as np

from . import curves
from .primitives import (
    SOFT,
    around,
    box,
    cushion,
    deformed,
    frame,
    lathe,
    mirrored,
    moved,
    rings,
    rotation,
    standing,
    torus,
    tube,
    turned,
)
from .primitives import (
    ball as sphere,
)
from .primitives import (
    cylinder as drum,
)
from .shape import Family, Piece


def cube(rng: np.random.Generator) -> list[Piece]:
    if rng.random() < 0.5:
        return [box((2.0, 2.0, 2.0), "body", rng.uniform(0.02, 0.07))]
    return [cushion((2.0, 2.0, 2.0), "body", rng.uniform(0.1, 0.35), steps=4, inner=1)]


def dice(rng: np.random.Generator) -> list[Piece]:
    size, inset = 0.17, 0.25 * rng.uniform(1.8, 2.1)
    pieces = [cushion((2.0, 2.0, 2.0), "body", rng.uniform(0.12, 0.35), steps=4, inner=1)]
    grids = {
        1: [(0, 0)],
        2: [(-1, -1), (1, 1)],
        3: [(-1, -1), (0, 0), (1, 1)],
        4: [(-1, -1), (-1, 1), (1, -1), (1, 1)],
        5: [(-1, -1), (-1, 1), (1, -1), (1, 1), (0, 0)],
        6: [(-1, -1), (-1, 0), (-1, 1), (1, -1), (1, 0), (1, 1)],
    }
    sides = ((0.0, 0.0, 1), (math.pi, 0.0, 6), (math.pi / 2, 0.0, 2), (-math.pi / 2, 0.0, 5))
    sides += ((math.pi / 2, math.pi / 2, 3), (math.pi / 2, -math.pi / 2, 4))
    for tilt, turn, count in sides:
        matrix = rotation("z", turn) @ rotation("x", tilt)
        for x, y in grids[count]:
            pip = sphere((size, size, 0.03), "pips", (x * inset, y * inset, 1.0), 16)
            pieces += deformed(pip, lambda points, matrix=matrix: points @ matrix.T)
    return pieces


def ball(rng: np.random.Generator) -> list[Piece]:
    """Plain, with seams, or of sectors in two parts as a beach ball."""
    style = rng.integers(3)
    if style == 0:
        return [sphere(1.0, "body", segments=56)]
    if style == 1:
        seams = [torus(1.0, 0.022, "seams", 56, 6)]
        seams += turned(torus(1.0, 0.022, "seams", 56, 6), "x", math.pi / 2)
        low = rng.uniform(0.5, 0.7)
        side = torus(math.sqrt(1 - low * low), 0.022, "seams", 44, 6)
        seams += mirrored(turned(moved(side, (0, 0, low)), "y", math.pi / 2))
        pieces = [sphere(1.0, "body", segments=56), *seams]
        pieces = turned(pieces, "x", rng.uniform(-0.6, 0.6))
    else:
        count = int(rng.choice([6, 8]))
        whole = sphere(1.0, "body", segments=48)
        # Each triangle goes to the sector that its middle lies in.
        middle = whole.vertices[whole.triangles].mean(axis=1)
        sector = np.floor((np.arctan2(middle[:, 1], middle[:, 0]) % (2 * math.pi)) / (2 * math.pi) * count).astype(int)
        parts = tuple("body" if s % 2 == 0 else "stripes" for s in sector)
        pieces = [Piece(whole.vertices, whole.triangles, parts, whole.crease)]
        pieces += moved(sphere((0.14, 0.14, 0.05), "stripes", segments=20), (0, 0, 0.975))
        pieces += moved(sphere((0.14, 0.14, 0.05), "stripes", segments=20), (0, 0, -0.975))
        pieces = turned(pieces, "x", rng.uniform(0.2, 0.9))
    return turned(pieces, "z", rng.uniform(0, 2 * math.pi))


def cone(rng: np.random.Generator) -> list[Piece]:
    height = rng.uniform(1.3, 2.6)
    return [lathe(curves.fillet([(0, 0), (1, 0), (0, height)], rng.uniform(0.02, 0.12), 4), "body", 56)]


def pyramid(rng: np.random.Generator) -> list[Piece]:
    height = rng.uniform(1.1, 1.9)
    if rng.random() < 0.4:  # in steps
        steps = int(rng.integers(4, 9))
        step = height / steps
        sizes = np.linspace(2.0, 2.0 / steps, steps)
        return [box((s, s, step), "body", 0.02, (0, 0, (i + 0.5) * step)) for i, s in enumerate(sizes)]
    sides = int(rng.choice([4, 4, 4, 3, 5]))
    base = curves.circle(1.0, sides, phase=math.pi / sides - math.pi / 2)
    bevel = rng.uniform(0.01, 0.05)
    layers = [
        (curves.offset(base, bevel), 0.0),
        (base, bevel),
        (base * bevel, height),
        (base * 0.0, height + 0.4 * bevel),
    ]
    points = np.stack([np.column_stack([ring, np.full(sides, z)]) for ring, z in layers])
    return [rings(points, "body", SOFT)]


def cylinder(rng: np.random.Generator) -> list[Piece]:
    height = rng.choice([rng.uniform(0.4, 1.2), rng.uniform(1.4, 2.8)])
    pieces = [drum(1.0, height, "body", rng.choice([0.02, 0.07, 0.2]), 56)]
    return turned(pieces, "x", math.pi / 2) if rng.random() < 0.2 else pieces


def donut(rng: np.random.Generator) -> list[Piece]:
    thickness, flat = rng.uniform(0.32, 0.46), rng.uniform(0.8, 1.0)
    radius = 1.0 - thickness
    dough = torus(radius, (thickness, thickness * flat), "dough", 56, 24)
    waves = rng.integers(4, 9, size=2)
    phases = rng.uniform(0, 2 * math.pi, size=2)
    # The icing is a second ring, a little thicker above and hidden inside the dough below a wavy line.
    angles = np.arange(64) * (2 * math.pi / 64)
    edge = 0.16 * np.sin(waves[0] * angles + phases[0]) + 0.09 * np.sin(waves[1] * angles + phases[1])
    around_section = np.linspace(0.0, 1.0, 15)
    low = np.stack([-0.12 + edge, math.pi + 0.12 - np.roll(edge, 17)], axis=1)
    section = low[:, :1] + (low[:, 1:] - low[:, :1]) * around_section
    lift = np.where((around_section > 0.01) & (around_section < 0.99), thickness * 1.07, thickness * 0.93)
    across, up = np.cos(section) * lift, np.sin(section) * lift * flat
    inside = np.stack([np.full(64, thickness * 0.3), np.full(64, 0.0)], axis=1)
    r = np.concatenate([radius + across, radius + inside[:, :1] * 0], axis=1)
    z = np.concatenate([up, inside[:, 1:]], axis=1)
    icing = rings(
        np.stack([r * np.cos(angles)[:, None], r * np.sin(angles)[:, None], z], axis=2), "icing", SOFT, loop=True
    )
    pieces = [dough, icing]
    if rng.random() < 0.7:
        for _ in range(int(rng.integers(25, 50))):
            angle, lean = rng.uniform(0, 2 * math.pi), rng.uniform(0.6, math.pi - 0.6)
            place = np.array(
                [radius + thickness * 1.07 * math.cos(lean), 0.0, thickness * 1.07 * flat * math.sin(lean)]
            )
            grain = tube(np.array([(-0.05, 0, 0), (0.05, 0, 0)]), 0.02, "sprinkles", 6)
            grain = turned(grain, "z", rng.uniform(0, math.pi))
            grain = moved(turned(grain, "y", math.pi / 2 - lean), place)
            pieces += turned(grain, "z", angle)
    return turned(pieces, "x", rng.uniform(0.0, 0.7))


def ring(rng: np.random.Generator) -> list[Piece]:
    """A finger ring, plain or with a cut stone, standing."""
    width, thickness = rng.uniform(0.12, 0.3), rng.uniform(0.06, 0.11)
    if rng.random() < 0.4:
        band = torus(1.0 - thickness, (thickness, width), "band", 64, 16)
        return turned(standing(band), "x", rng.uniform(-0.5, 0.0))
    pieces = standing(torus(1.0 - thickness, (thickness, width * 0.7), "band", 64, 14))
    size, height = rng.uniform(0.28, 0.48), rng.uniform(0.9, 1.3)
    sides = int(rng.choice([6, 8, 8, 12]))
    cut = np.array([(0.0, -0.75), (1.0, 0.0), (1.0, 0.08), (0.62, 0.38), (0.0, 0.38)]) * (size, size * height)
    stone = lathe(cut, "gem", sides, crease=math.radians(15))
    lift = 1.0 + 0.5 * size * height
    pieces += moved(stone, (0, 0, lift))
    prong = tube(
        np.array([(0.1, 0, 0.9), (size * 0.9, 0, lift - 0.1 * size), (size * 0.98, 0, lift + 0.16 * size)]),
        0.035,
        "band",
        8,
    )
    pieces += around(prong, 4 if sides != 6 else 6, math.pi / 4)
    return pieces


def gear(rng: np.random.Generator) -> list[Piece]:
    teeth = int(rng.integers(8, 19))
    depth = rng.uniform(0.14, 0.24) if teeth < 13 else rng.uniform(0.11, 0.16)
    thick = rng.uniform(0.25, 0.5)
    tooth, gap = rng.uniform(0.2, 0.3), rng.uniform(0.34, 0.42)
    # One tooth: along the root, up the flank, over the tip, down; as shares of the pitch.
    shares = np.array([-0.5, -gap, -tooth, 0.0, tooth, gap])
    radii = np.array([1 - depth, 1 - depth, 1.0, 1.0, 1.0, 1 - depth])
    angles = ((np.arange(teeth)[:, None] + shares) * (2 * math.pi / teeth)).ravel()
    outline = np.column_stack([np.cos(angles), np.sin(angles)]) * np.tile(radii, teeth)[:, None]
    unit = np.column_stack([np.cos(angles), np.sin(angles)])
    hole = rng.uniform(0.14, 0.24)
    style = rng.integers(3)
    pieces: list[Piece] = []
    if style == 0:
        pieces += [frame(outline, unit * hole, thick, "body", 0.03)]
    else:
        rim = 1 - depth - rng.uniform(0.14, 0.2)
        pieces += [frame(outline, unit * rim, thick, "body", 0.03)]
        hub = hole + rng.uniform(0.12, 0.18)
        pieces += [frame(unit * hub, unit * hole, thick * 1.25, "hub", 0.03)]
        if style == 1:
            count = int(rng.integers(3, 7))
            spoke = box((rim - hub + 0.08, rng.uniform(0.12, 0.22), thick * 0.7), "body", 0.03, ((rim + hub) / 2, 0, 0))
            pieces += around(spoke, count)
        else:
            pieces += [frame(unit * (rim + 0.04), unit * (hub - 0.03), thick * 0.4, "body", 0.02)]
    return turned(standing(pieces), "y", rng.uniform(0, 1))


def knot(rng: np.random.Generator) -> list[Piece]:
    """A torus knot: windings p through the hole, q around the axis."""
    p, q = ((3, 2), (2, 3), (5, 2), (4, 3), (2, 5), (3, 4))[rng.integers(6)]
    t = np.arange(220) * (2 * math.pi / 220)
    r = 1.0 + rng.uniform(0.36, 0.46) * np.cos(p * t)
    path = np.column_stack([r * np.cos(q * t), r * np.sin(q * t), -0.45 * np.sin(p * t)])
    thickness = (0.2 if max(p, q) < 4 else 0.145) * rng.uniform(0.85, 1.1)
    return turned(standing(tube(path, thickness, "body", 14, loop=True)), "y", rng.uniform(0, 2))


def star(rng: np.random.Generator) -> list[Piece]:
    """A star with ridges, as on a Christmas tree."""
    points = int(rng.choice([5, 5, 5, 6, 4, 8]))
    inner = {4: 0.4, 5: 0.44, 6: 0.55, 8: 0.6}[points] * rng.uniform(0.85, 1.1)
    angles = math.pi / 2 + np.arange(2 * points) * (math.pi / points)
    outline = np.column_stack([np.cos(angles), np.sin(angles)]) * np.tile([1.0, inner], points)[:, None]
    ridge, rim = rng.uniform(0.22, 0.4), rng.uniform(0.03, 0.08)
    layers = [(0.0, -ridge), (1.0, -rim), (1.0, rim), (0.0, ridge)]
    points_3d = np.stack([np.column_stack([outline * s, np.full(2 * points, z)]) for s, z in layers])
    return standing(rings(points_3d, "body", math.radians(15)))


def spring(rng: np.random.Generator) -> list[Piece]:
    turns, height = rng.uniform(4.0, 8.0), rng.uniform(1.6, 2.4)
    steps = int(turns * 22)
    t = np.linspace(0.0, 1.0, steps)
    # The first and last winding lie almost flat.
    rise = np.interp(t, [0, 0.9 / turns, 1 - 0.9 / turns, 1], [0, 0.07, 0.93, 1]) * height
    radius = rng.uniform(0.45, 0.7) * (1 - rng.choice([0.0, 0.0, 0.45]) * t)
    angle = 2 * math.pi * turns * t
    path = np.column_stack([radius * np.cos(angle), radius * np.sin(angle), rise])
    return [tube(path, rng.uniform(0.05, 0.085), "body", 10)]


FAMILIES = (
    Family("cube", "solid", cube),
    Family("dice", "solid", dice),
    Family("ball", "solid", ball),
    Family("cone", "solid", cone),
    Family("pyramid", "solid", pyramid),
    Family("cylinder", "solid", cylinder),
    Family("donut", "solid", donut),
    Family("ring", "solid", ring),
    Family("gear", "solid", gear),
    Family("knot", "solid", knot),
    Family("star", "solid", star),
    Family("spring", "solid", spring),
)
