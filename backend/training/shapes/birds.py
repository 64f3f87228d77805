# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: RUF005 - points are arrays here, and adding a tuple moves them
"""Birds: a body, a head with a beak, wings folded or spread, a tail, two legs. Feet stand on z = 0."""

from __future__ import annotations

import math

import numpy as np

from . import curves
from .implicit import Placement, both, ellipsoid, limb, surface
from .organic import petal
from .primitives import ball, mirrored, moved, rings, rotation, tube
from .quadruped import eyes
from .shape import Family, Piece

WING = 1500
"""Triangles of a pair of folded wings."""


def beak(start, tip, width: float, height: float, part: str = "beak") -> Piece:
    """A cone from the face to the tip, a little hooked down, of this half width and half height at the face."""
    start, tip = np.asarray(start, dtype=np.float64), np.asarray(tip, dtype=np.float64)
    middle = (start + tip) / 2 + (0, 0, 0.25 * height)
    path = curves.spline([start, middle, tip], 4)
    t = np.linspace(1, 0.05, len(path)) ** 0.8
    return tube(path, np.column_stack([width * t, height * t]), part, 12, up=(0, 0, 1), ends="flat")


def bird_leg(top, length: float, thick: float, toe: float, part: str = "legs") -> list[Piece]:
    """A thin leg from ``top`` down to the ground with three toes ahead and one behind."""
    top = np.asarray(top, dtype=np.float64)
    ground = np.array([top[0], top[1] - 0.1 * length, thick * 0.7])
    knee = (top + ground) / 2 + (0, 0.12 * length, 0)
    pieces = [tube(curves.spline([top, knee, ground], 4), np.linspace(1.4 * thick, 0.8 * thick, 9), part, 8)]
    for angle, size in ((-0.55, 1.0), (0.0, 1.1), (0.55, 1.0), (math.pi, 0.7)):
        step = np.array([math.sin(angle), -math.cos(angle), 0]) * toe * size
        path = [ground, ground + step * 0.6 + (0, 0, 0.25 * thick), ground + step - (0, 0, 0.3 * thick)]
        pieces.append(tube(curves.spline(path, 3), np.linspace(0.8 * thick, 0.4 * thick, 7), part, 6))
    return pieces


def web_foot(at, size: float, part: str = "feet") -> Piece:
    """A flat three-pointed foot that points to -Y."""
    angles = np.linspace(0, 2 * math.pi, 24, endpoint=False)
    reach = size * (0.35 + 0.75 * np.clip(np.cos(angles), 0, 1) ** 0.7 * (0.82 + 0.18 * np.cos(angles * 7)))
    outline = np.column_stack([np.sin(angles) * reach * 0.9, -np.cos(angles) * reach])
    layers = [(0.0, 0.18), (0.5, 0.15), (0.92, 0.1), (1.0, 0.05), (0.95, 0.0), (0.0, 0.0)]
    points = [np.column_stack([outline * scale, np.full(24, height * size)]) for scale, height in layers]
    return moved(rings(np.array(points), part, 1.0), at)[0]


def folded_wing(at, length: float, depth: float, out: float, droop: float = 0.35) -> Piece:
    """A pair of wings that lie against the sides of the body, from the shoulder ``at`` back to the tip.

    They are a surface of their own: melted into the body's, such thin edges would be jagged.
    """
    x, y, z = at
    path = [
        (x * 0.92, y - 0.12 * length, z + 0.05 * length),
        (x + out, y + 0.15 * length, z),
        (x + out * 0.8, y + 0.6 * length, z - 0.5 * droop * length),
        (x * 0.45, y + length, z - droop * length),
    ]
    wing = limb(path, [0.55 * depth, depth, 0.75 * depth, 0.12 * depth], "wings", 0.0, ((1, 0, 0.15), 0.28), 5)
    return surface(both(wing), WING)


def spread_wing(at, span: float, chord: float, lift: float) -> list[Piece]:
    """A pair of spread wings with a scalloped row of feathers at the hind edge."""
    x, y, z = at
    t = np.linspace(0, 1, 5)
    spine = np.column_stack(
        [x + span * t, y - 0.25 * span * np.sin(t * 2.2) + 0.3 * span * t**2, z + lift * span * np.sin(t * 1.9)]
    )
    arm = petal(
        spine, [0.5 * chord, 0.55 * chord, 0.45 * chord, 0.3 * chord, 0.04 * chord], 0.09 * chord, "wings", (0, -0.2, 1)
    )
    pieces = [arm]
    for s in np.linspace(0.1, 1.0, 9):
        root = np.array([np.interp(s, t, spine[:, axis]) for axis in range(3)])
        turn = 0.9 * s**2
        along = np.array([math.sin(turn), math.cos(turn), -0.12])
        length = chord * (1.05 + 0.35 * s)
        feather = [root, root + along * length * 0.6, root + along * length]
        pieces.append(
            petal(feather, [0.14 * chord, 0.17 * chord, 0.07 * chord], 0.03 * chord, "wings", (0, -0.1, 1), steps=3)
        )
    return mirrored(pieces)


def tail_fan(at, length: float, width: float, count: int, rise: float, part: str = "tail") -> list[Piece]:
    """Feathers side by side from ``at`` backwards, opened like a fan."""
    pieces = []
    for i in range(count):
        s = 0.0 if count == 1 else 2 * i / (count - 1) - 1
        along = np.array([s * width, 1.0, rise - 0.15 * abs(s)])
        path = [
            np.asarray(at),
            np.asarray(at) + along * length * 0.6,
            np.asarray(at) + along * length * (1 - 0.08 * abs(s)),
        ]
        pieces.append(
            petal(path, [0.1 * length, 0.16 * length, 0.1 * length], 0.03 * length, part, (0, -rise, 1), steps=3)
        )
    return pieces


def bird(rng: np.random.Generator) -> list[Piece]:
    plump = rng.uniform(0.85, 1.2)
    tilt = rng.uniform(0.1, 0.6)
    stand = rng.uniform(0.32, 0.5)
    middle = np.array([0, 0.05, stand + 0.4])
    body_turn = rotation("x", -tilt)
    body = [
        ellipsoid(middle, (0.34 * plump, 0.52, 0.36 * plump), "body", turn=body_turn),
        limb(
            [middle + body_turn @ (0, 0.25, 0.0), middle + body_turn @ (0, 0.75, 0.0)],
            [0.25 * plump, 0.09],
            "body",
            0.12,
        ),
    ]
    head_at = middle + body_turn @ (0, -0.42, 0.28) + (0, 0, 0.1)
    place = Placement(
        head_at,
        rotation("z", rng.uniform(-0.7, 0.7)) @ rotation("x", rng.uniform(-0.15, 0.25)),
        0.25 * rng.uniform(0.9, 1.15),
    )
    long = rng.uniform(0.6, 1.5)
    thick = rng.uniform(0.22, 0.4) * (1.2 if long < 0.9 else 0.8)
    head = [ellipsoid((0, 0, 0), (0.92, 1.0, 0.92), "head", 0.5)]
    bits = [*eyes(0.68, -0.55, 0.22, 0.17), beak((0, -0.75, -0.05), (0, -0.9 - long, -0.15), thick, thick)]
    if rng.random() < 0.25:  # a crest
        bits += [petal([(0, -0.3, 0.8), (0, 0.3, 1.4), (0, 0.9, 1.6)], [0.25, 0.22, 0.04], 0.12, "head", (1, 0, 0))]
    flying = rng.random() < 0.25
    pieces: list[Piece] = []
    if flying:
        pieces += spread_wing(middle + (0.2, -0.1, 0.18), rng.uniform(0.95, 1.3), 0.4, rng.uniform(0.1, 0.7))
    else:
        wings = folded_wing(np.array([0.3 * plump, -0.2, 0.08]), rng.uniform(0.75, 0.95), 0.24, 0.04, 0.1)
        pieces += Placement(middle, body_turn).pieces(wings)
        for side in (-1, 1):
            pieces += bird_leg((side * 0.13, 0.08, stand + 0.12), stand + 0.12, 0.028, 0.19)
    pieces += Placement(middle + body_turn @ (0, 0.62, 0.0), body_turn).pieces(
        tail_fan((0, 0, 0), rng.uniform(0.4, 0.75), rng.uniform(0.08, 0.3), 5, 0.0)
    )
    return [surface([*body, *place.blobs(head)], 3200), *place.pieces(bits), *pieces]


def duck(rng: np.random.Generator) -> list[Piece]:
    plump = rng.uniform(0.9, 1.15)
    walks = rng.random() < 0.5
    stand = 0.2 if walks else 0.0
    body = [
        limb(
            [(0, -0.5, 0.42), (0, -0.1, 0.36), (0, 0.35, 0.38), (0, 0.78, 0.55)],
            [0.24, 0.38 * plump, 0.33 * plump, 0.07],
            "body",
            flat=((0, 0, 1), 0.88),
            steps=7,
        )
    ]
    height = rng.uniform(0.95, 1.2)
    turn = rng.uniform(-0.6, 0.6)
    body += [limb([(0, -0.45, 0.45), (0, -0.58, 0.7), (0, -0.52, height)], [0.24, 0.155, 0.16], "body", 0.18, steps=5)]
    wings = folded_wing(np.array([0.32 * plump, -0.3, 0.5]), 1.0, 0.22, 0.05, -0.1)
    place = Placement(
        np.array([0, -0.55, height + 0.04]), rotation("z", turn) @ rotation("x", rng.uniform(-0.1, 0.2)), 0.225
    )
    head = [ellipsoid((0, 0, 0), (0.88, 1.05, 0.9), "head", 0.15)]
    bill = curves.spline([(0, -0.7, -0.1), (0, -1.25, -0.25), (0, -1.75, -0.3), (0, -2.0, -0.26)], 4)
    sizes = np.column_stack(
        [
            np.interp(np.linspace(0, 1, len(bill)), [0, 0.3, 0.75, 1], [0.4, 0.36, 0.48, 0.2]),
            np.linspace(0.32, 0.07, len(bill)),
        ]
    )
    bits = [tube(bill, sizes, "beak", 14, up=(0, 0, 1)), *eyes(0.68, -0.5, 0.22, 0.16)]
    pieces = [surface([*body, *place.blobs(head)], 4000), *place.pieces(bits), wings]
    if walks:
        pieces = moved(pieces, (0, 0, stand))
        for side in (-1, 1):
            step = rng.uniform(-0.1, 0.1)
            top = np.array([side * 0.15, 0.05, stand + 0.15])
            foot = np.array([side * 0.16, 0.0 + step, 0.02])
            pieces.append(tube(np.array([top, foot + (0, 0.05, 0)]), 0.045, "feet", 8))
            pieces.append(web_foot(foot - (0, 0.02, 0.02), 0.2))
    return pieces


def chicken(rng: np.random.Generator) -> list[Piece]:
    plump = rng.uniform(0.9, 1.15)
    stand = rng.uniform(0.38, 0.5)
    middle = stand + 0.35
    cock = rng.random() < 0.5
    body = [
        limb(
            [(0, -0.38, middle + 0.08), (0, 0.0, middle), (0, 0.35, middle + 0.12), (0, 0.62, middle + 0.4)],
            [0.26, 0.37 * plump, 0.3, 0.12],
            "body",
            flat=((1, 0, 0), 0.85),
            steps=7,
        ),
        limb(
            [(0, -0.38, middle + 0.1), (0, -0.5, middle + 0.42), (0, -0.48, middle + 0.7)],
            [0.26, 0.17, 0.13],
            "body",
            0.15,
            steps=5,
        ),
        *both(ellipsoid((0.15, 0.08, middle - 0.25), (0.12, 0.15, 0.2), "body", 0.1)),
    ]
    place = Placement(np.array([0, -0.51, middle + 0.78]), rotation("z", rng.uniform(-0.5, 0.5)), 0.165)
    head = [ellipsoid((0, 0, 0), (0.85, 1.0, 0.95), "head", 0.2)]
    bits = [*eyes(0.68, -0.45, 0.2, 0.16), beak((0, -0.75, -0.05), (0, -1.75, -0.3), 0.3, 0.32)]
    size = rng.uniform(0.8, 1.2) * (1.25 if cock else 0.85)
    for y, tall in ((-0.65, 0.6), (-0.25, 0.85), (0.2, 0.9), (0.65, 0.7)):
        path = [(0, y, 0.6), (0, y + 0.05, 0.8 + 0.4 * tall * size), (0, y + 0.2, 0.8 + 0.85 * tall * size)]
        bits.append(petal(path, [0.34, 0.28, 0.1], 0.13, "comb", (1, 0, 0), steps=3))
    bits += mirrored(
        petal(
            [(0.14, -0.85, -0.3), (0.18, -0.95, -0.75 * size), (0.2, -0.9, -1.15 * size)],
            [0.14, 0.26, 0.12],
            0.1,
            "comb",
            (1, 0, 0),
        )
    )
    pieces = [folded_wing(np.array([0.3 * plump, -0.25, middle + 0.12]), 0.75, 0.22, 0.05, 0.05)]
    count = int(rng.integers(6, 9))
    for i in range(count):
        s = i / (count - 1)
        side = 0.12 * math.sin(i * 2.4)
        length = rng.uniform(0.85, 1.0) * (0.75 if cock else 0.5)
        rise = 1.25 - 1.3 * s
        root = np.array([side * 0.5, 0.55 - 0.05 * s, middle + 0.36 - 0.16 * s])
        along = np.array([side, math.cos(rise), math.sin(rise)]) * length
        sag = np.array([0, 0.18, -0.28]) * (length if cock else 0.0)
        path = [root, root + 0.5 * along, root + along + 0.45 * sag, root + 1.25 * along + 1.5 * sag]
        pieces.append(petal(path, [0.08, 0.11, 0.1, 0.02], 0.03, "tail", (1, 0, 0.2), steps=3))
    for side in (-1, 1):
        pieces += bird_leg((side * 0.15, 0.05, middle - 0.25), middle - 0.25, 0.035, 0.2)
    return [surface([*body, *place.blobs(head)], 3200), *place.pieces(bits), *pieces]


def owl(rng: np.random.Generator) -> list[Piece]:
    tall, plump = rng.uniform(0.95, 1.2), rng.uniform(0.9, 1.1)
    body = [
        limb(
            [(0, 0.05, 0.35), (0, 0, 0.65 * tall), (0, -0.02, 0.95 * tall)],
            [0.33 * plump, 0.42 * plump, 0.36],
            "body",
            flat=((0, 1, 0), 0.85),
            steps=7,
        ),
        ellipsoid((0, -0.2, 0.6 * tall), (0.29 * plump, 0.2, 0.4), "belly", 0.04),
        *both(
            limb([(0.14, -0.12, 0.25), (0.14, -0.2, 0.1)], [0.11, 0.08], "feet", 0.06),
        ),
        limb([(0, 0.2, 0.4), (0, 0.38, 0.02)], [0.22, 0.14], "tail", 0.06, flat=((0, 1, 0.3), 0.35)),
    ]
    wing = [
        (0.33 * plump, -0.05, 0.98 * tall),
        (0.44 * plump, -0.02, 0.7 * tall),
        (0.34 * plump, 0.12, 0.3),
        (0.22, 0.2, 0.08),
    ]
    wings = surface(both(limb(wing, [0.14, 0.24, 0.18, 0.05], "wings", 0.0, ((1, -0.2, 0), 0.35), 5)), WING)
    for side in (-1, 1):
        for toe in (-0.4, 0.0, 0.4):
            base = np.array([side * 0.14, -0.2, 0.08])
            body.append(
                limb([base, base + (0.16 * math.sin(toe), -0.16 * math.cos(toe), -0.04)], [0.06, 0.035], "feet", 0.02)
            )
    place = Placement(
        np.array([0, -0.03, 1.22 * tall]), rotation("z", rng.uniform(-0.6, 0.6)), 0.42 * rng.uniform(0.95, 1.08)
    )
    eye = rng.uniform(0.3, 0.38)
    head = [
        ellipsoid((0, 0, 0), (1.02, 0.85, 0.82), "head", 0.12),
        *both(
            ellipsoid((0.43, -0.72, 0.05), (0.5, 0.25, 0.5), "face", 0.03, rotation("z", 0.35)),
            ellipsoid((0.45, -1.12, 0.05), (0.42, 0.3, 0.42), "face", 0.03, rotation("z", 0.35), carved=True),
        ),
    ]
    bits = [
        *mirrored(ball((eye, 0.16, eye), "eyes", (0.42, -0.82, 0.06), 18)),
        beak((0, -0.85, 0.0), (0, -1.12, -0.42), 0.15, 0.13),
    ]
    if rng.random() < 0.75:
        bits += mirrored(
            petal(
                [(0.35, -0.35, 0.35), (0.6, -0.4, 0.8), (0.9, -0.3, 1.2)], [0.3, 0.26, 0.02], 0.13, "ears", (0, -1, 0)
            )
        )
    return [surface([*body, *place.blobs(head)], 5000), *place.pieces(bits), wings]


def penguin(rng: np.random.Generator) -> list[Piece]:
    tall, plump = rng.uniform(0.95, 1.25), rng.uniform(0.9, 1.15)
    body = [
        limb(
            [(0, 0.06, 0.3), (0, 0.0, 0.62 * tall), (0, -0.02, 1.0 * tall), (0, -0.02, 1.25 * tall)],
            [0.3 * plump, 0.37 * plump, 0.28, 0.17],
            "body",
            steps=7,
        ),
        limb(
            [(0, -0.17, 0.32), (0, -0.22, 0.62 * tall), (0, -0.14, 1.0 * tall)],
            [0.22 * plump, 0.27 * plump, 0.17],
            "belly",
            0.02,
            steps=6,
            flat=((0, 1, 0), 0.7),
        ),
        limb([(0, 0.2, 0.3), (0, 0.42, 0.06)], [0.16, 0.06], "body", 0.08, flat=((0, 1, 0.4), 0.5)),
    ]
    wings = []
    for side in (-1, 1):
        out = rng.uniform(0.12, 0.6)
        top = np.array([side * 0.27, -0.02, 1.05 * tall])
        path = [top, top + (side * (0.1 + 0.25 * out), 0.02, -0.28), top + (side * (0.08 + 0.75 * out), 0.08, -0.62)]
        wings.append(limb(path, [0.11, 0.14, 0.06], "wings", 0.0, ((1, 0, 0.3 * side), 0.35), 5))
    place = Placement(
        np.array([0, -0.04, 1.38 * tall]),
        rotation("z", rng.uniform(-0.7, 0.7)) @ rotation("x", rng.uniform(-0.3, 0.15)),
        0.22,
    )
    head = [ellipsoid((0, 0, 0), (0.95, 1.02, 0.92), "head", 0.2)]
    long = rng.uniform(0.7, 1.2)
    bits = [*eyes(0.7, -0.55, 0.22, 0.14), beak((0, -0.8, -0.05), (0, -0.95 - long, -0.2), 0.26, 0.24)]
    feet = [*mirrored(web_foot((0.17, -0.2, 0.0), 0.24)), surface(wings, WING)]
    return [
        surface([*body, *place.blobs(head)], 4500),
        *place.pieces(bits),
        *feet,
        *mirrored(ball((0.11, 0.13, 0.12), "feet", (0.16, -0.1, 0.12), 12)),
    ]


FAMILIES = (
    Family("bird", "animal", bird),
    Family("duck", "animal", duck),
    Family("chicken", "animal", chicken),
    Family("owl", "animal", owl),
    Family("penguin", "animal", penguin),
)
