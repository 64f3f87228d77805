# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: RUF005 - points are arrays here, and adding a tuple moves them
"""Tools and arms, upright, their broad side to the front."""

from __future__ import annotations

import math

import numpy as np

from . import curves
from .primitives import (
    ball,
    box,
    cylinder,
    deformed,
    domed,
    extrusion,
    frame,
    lathe,
    mirrored,
    moved,
    rings,
    scaled,
    sheet,
    standing,
    torus,
    tube,
    turned,
)
from .shape import Family, Piece

RHOMB = np.array([(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)])
EDGED = math.radians(30.0)


def _haft(length: float, radius: float, part: str = "handle", bend: float = 0.0, swell: float = 1.2) -> Piece:
    """A wooden handle from the floor up, oval, thicker at its end, bent towards +X."""
    t = np.linspace(0.0, 1.0, 13)
    path = np.column_stack([bend * np.sin(math.pi * t), 0 * t, length * t])
    size = radius * np.interp(t, [0.0, 0.08, 0.3, 0.7, 1.0], [swell, swell * 0.98, 0.95, 0.85, 0.95])
    return tube(path, np.column_stack([size, size * 1.25]), part, 14, up=(1.0, 0.0, 0.0))


def hammer(rng: np.random.Generator) -> list[Piece]:
    length, radius = rng.uniform(1.2, 1.7), rng.uniform(0.08, 0.11)
    pieces = [_haft(length, radius)]
    top = length - 0.05
    style = rng.integers(3)
    if style == 0:  # claw
        size = rng.uniform(0.17, 0.23)
        face = [(0, 0), (size * 1.15, 0), (size * 1.15, 0.16), (size * 0.75, 0.26), (size * 0.72, 0.48), (0, 0.48)]
        pieces += moved(turned(lathe(curves.fillet(face, 0.03, 2), "head", 28), "y", math.pi / 2), (-0.52, 0, top))
        pieces += [box((0.3, 0.32, 0.36), "head", 0.05, (0, 0, top))]
        reach, drop = rng.uniform(0.55, 0.75), rng.uniform(0.25, 0.5)
        for side in (-1, 1):
            path = curves.spline(
                [
                    (0.08, side * 0.05, top),
                    (0.3, side * 0.08, top + 0.02),
                    (0.12 + reach * 0.7, side * 0.12, top - 0.1),
                    (0.1 + reach, side * 0.15, top - drop),
                ],
                6,
            )
            width = np.linspace(0.16, 0.045, len(path))
            pieces += [tube(path, np.column_stack([0.6 * width + 0.02, width]), "head", 10, up=(0, 0, 1))]
    elif style == 1:  # a mallet or sledge
        half, size = rng.uniform(0.42, 0.6), rng.uniform(0.26, 0.38)
        head = [(0, -half), (size, -half), (size, half), (0, half)]
        sides = int(rng.choice([8, 32]))
        piece = lathe(curves.fillet(head, 0.06, 3), "head", sides, crease=math.radians(40))
        pieces += moved(turned(turned(piece, "z", math.pi / sides), "y", math.pi / 2), (0, 0, top))
        if sides == 32 and rng.random() < 0.6:
            pieces += [
                p
                for s in (-1, 1)
                for p in moved(
                    turned(cylinder(size * 1.06, 0.07, "bands", 0.015), "y", math.pi / 2),
                    (s * half * 0.75 - 0.035, 0, top),
                )
            ]
    else:  # a smith's hammer with a wedge-shaped peen
        outline = [
            (-0.5, -0.15),
            (-0.36, -0.17),
            (-0.18, -0.12),
            (0.15, -0.15),
            (0.55, 0.08),
            (0.55, 0.14),
            (0.15, 0.15),
            (-0.18, 0.12),
            (-0.36, 0.17),
            (-0.5, 0.15),
        ]
        pieces += moved(
            standing(extrusion(curves.fillet(outline, 0.04, 2, closed=True), 0.3, "head", 0.03)), (0, 0, top)
        )
    return pieces


def axe(rng: np.random.Generator) -> list[Piece]:
    length = rng.uniform(1.4, 1.9)
    pieces = [_haft(length, rng.uniform(0.07, 0.095), bend=rng.uniform(-0.1, 0.1))]
    edge, reach = rng.uniform(0.3, 0.48), rng.uniform(0.5, 0.72)
    beard = rng.uniform(0.0, 0.3)
    eye = 0.13
    blade = np.concatenate(
        [
            [(-eye, -0.12), (0.1, -0.12)],
            curves.spline([(0.22, -0.13), (0.4 * reach, -0.2), (reach * 0.88, -edge - beard)], 5),
            curves.spline(
                [
                    (reach * 0.9, -edge - beard),
                    (reach * 1.04, -0.35 * edge - 0.5 * beard),
                    (reach * 1.05, 0.3 * edge),
                    (reach * 0.92, edge),
                ],
                5,
            )[1:],
            curves.spline([(reach * 0.9, edge), (0.42 * reach, 0.2), (0.2, 0.14)], 5)[1:],
            [(-eye, 0.14)],
        ]
    )

    def sharpened(points: np.ndarray) -> np.ndarray:
        """Thin towards the edge."""
        result = points.copy()
        result[:, 1] *= np.interp(np.abs(points[:, 0]), [0.0, eye, reach * 1.05], [1.0, 1.0, 0.06])
        return result

    double = rng.random() < 0.3
    head = deformed(standing(extrusion(blade, 0.26, "head", 0.02)), sharpened)
    if double:
        head += scaled(head, (-1, 1, 1))
    elif rng.random() < 0.5:
        head += [box((0.2, 0.24, 0.24), "head", 0.03, (-0.2, 0, 0.01))]
    pieces += moved(head, (0, 0, length - 0.3))
    return pieces


def sword(rng: np.random.Generator) -> list[Piece]:
    blade, width = rng.uniform(1.4, 1.9), rng.uniform(0.15, 0.26)
    grip = rng.uniform(0.35, 0.55)
    curve = rng.choice([0.0, 0.0, rng.uniform(0.15, 0.3)])
    t = np.linspace(0.0, 1.0, 15)
    taper = rng.uniform(0.5, 0.85)
    size = width * np.interp(t, [0, 0.85, 0.93, 1.0], [1.0, taper, 0.6 * taper, 0.02])
    if curve == 0.0 and rng.random() < 0.25:  # a leaf-shaped blade
        size = width * np.interp(t, [0, 0.3, 0.65, 0.85, 1.0], [1.0, 0.75, 1.35, 0.95, 0.02])
    path = np.column_stack([curve * t**2, 0 * t, grip + 0.05 + blade * t])
    section = (
        RHOMB
        if curve == 0.0
        else np.array([(1.0, 0.0), (0.5, 1.0), (-0.8, 1.0), (-1.0, 0.0), (-0.8, -1.0), (0.5, -1.0)])
    )
    flat = 0.2 * width
    pieces = [
        tube(
            path,
            np.column_stack([size, np.minimum(flat, size)]),
            "blade",
            section=section,
            up=(0, 1, 0),
            ends="flat",
            crease=EDGED,
        )
    ]
    guard, bow = rng.uniform(0.38, 0.58), rng.uniform(-0.12, 0.16)
    if curve and rng.random() < 0.5:
        pieces += moved(cylinder(0.24, 0.05, "guard", 0.015, 28), (0, 0, grip))
    else:
        bar = np.array([(x * guard, 0.0, grip + 0.03 + bow * abs(x) ** 2) for x in np.linspace(-1, 1, 13)])
        thick = np.interp(np.abs(np.linspace(-1, 1, 13)), [0, 0.85, 1], [0.09, 0.07, rng.uniform(0.07, 0.12)])
        pieces += [tube(bar, thick, "guard", 10)]
        pieces += [box((0.28, 0.2, 0.16), "guard", 0.04, (0, 0, grip + 0.03))]
    z = np.linspace(0.0, grip, 28)
    ribs = 0.08 + 0.01 * np.sin(z / grip * 2 * math.pi * rng.integers(5, 9)) + 0.008 * np.sin(z / grip * math.pi)
    pieces += [lathe(np.concatenate([[(0, 0)], np.column_stack([ribs, z]), [(0, grip)]]), "grip", 16)]
    style = rng.integers(3)
    if style == 0:
        pieces += [ball(0.14, "guard", (0, 0, -0.07), 18)]
    elif style == 1:
        pieces += moved(turned(cylinder(0.17, 0.14, "guard", 0.04, 24), "x", math.pi / 2), (0, 0.07, -0.1))
    else:
        pieces += [
            lathe(curves.fillet([(0, -0.2), (0.11, -0.15), (0.14, -0.03), (0.08, 0.03), (0, 0.03)], 0.03), "guard", 8)
        ]
    return pieces


def knife(rng: np.random.Generator) -> list[Piece]:
    """A kitchen knife or hunting knife: one edge, a wooden grip with rivets."""
    blade, width, grip = rng.uniform(1.0, 1.4), rng.uniform(0.24, 0.42), rng.uniform(0.65, 0.85)
    belly = rng.uniform(0.5, 0.8)
    back = rng.uniform(-0.03, 0.06)
    outline = np.concatenate(
        [
            [(-0.04, 0.0)],
            curves.spline(
                [(-width, 0.03), (-width * 1.02, belly * blade), (-width * 0.55, 0.88 * blade), (back, blade)], 6
            ),
            curves.spline([(back + 0.02, blade * 0.97), (0.05, 0.7 * blade), (0.05, 0.0)], 5),
        ]
    )

    def sharpened(points: np.ndarray) -> np.ndarray:
        result = points.copy()
        result[:, 1] *= np.interp(points[:, 0], [-width, 0.0], [0.12, 1.0])
        return result

    pieces = moved(deformed(standing(extrusion(outline, 0.07, "blade", 0.006)), sharpened), (0, 0, grip - 0.02))
    handle = curves.spline(
        [
            (0.06, 0.02),
            (0.07, 0.4 * grip),
            (0.06, grip),
            (-0.12, grip),
            (-0.09, 0.6 * grip),
            (-0.12, 0.25 * grip),
            (-0.14, 0.03),
            (-0.03, -0.03),
        ],
        5,
        closed=True,
    )
    pieces += standing(extrusion(handle, 0.13, "handle", 0.035, steps=2))
    for z in np.linspace(0.25, 0.8, 3) * grip:
        pieces += moved(turned(cylinder(0.025, 0.15, "handle", 0.005, 12), "x", math.pi / 2), (-0.02, 0.075, z))
    return scaled(pieces, (1.25, 1.25, 1.0))


def shield(rng: np.random.Generator) -> list[Piece]:
    style = rng.integers(4)
    if style == 0:
        outline = curves.circle(1.0, 56)
    elif style == 1:  # pointed below
        right = curves.spline([(0.82, 0.9), (0.84, 0.35), (0.66, -0.35), (0.0, -1.15)], 8)
        top = curves.spline(
            [(-0.82, 0.9), (-0.4, rng.uniform(0.82, 0.95)), (0.0, rng.uniform(0.9, 1.1)), (0.4, 0.86), (0.82, 0.9)], 5
        )
        outline = np.concatenate([right[::-1][:-1] * (-1, 1), top[:-1], right[:-1]])[::-1] * (-1, 1)
        outline = np.concatenate([top[::-1][:-1], (right * (-1, 1))[:-1], right[::-1][:-1]])
    elif style == 2:  # a kite
        right = curves.spline([(0.0, 1.0), (0.55, 0.85), (0.72, 0.4), (0.5, -0.4), (0.0, -1.3)], 8)
        outline = np.concatenate([right[:-1], (right * (-1, 1))[::-1][:-1]])
    else:
        return _tall_shield(rng)
    bulge, thickness = rng.uniform(0.15, 0.35), 0.06
    front = standing(domed(outline, thickness, bulge, "face", 7))
    rim_path = np.column_stack([outline, np.full(len(outline), thickness * 0.5)])
    front += standing(tube(rim_path, rng.uniform(0.04, 0.065), "rim", 8, loop=True))
    height = bulge + thickness
    if rng.random() < 0.7:
        boss = rng.uniform(0.14, 0.26)
        front += standing(
            moved(
                lathe(
                    curves.fillet(
                        [
                            (0, -0.06),
                            (boss * 1.35, -0.06),
                            (boss * 1.3, 0.0),
                            (boss, 0.03),
                            (boss * 0.75, boss * 0.6),
                            (0, boss * 0.8),
                        ],
                        0.05,
                        3,
                    ),
                    "rim",
                    32,
                ),
                (0, 0, height - 0.02),
            )
        )
    elif rng.random() < 0.7:
        # A cross that follows the dome: drawn at the height that the dome has there.
        reach = 0.72
        for x, y in ((1.0, 0.0), (0.0, 1.0)):
            bar = np.linspace(-reach, reach, 17)
            place = np.column_stack([bar * x, bar * y, height - bulge * (bar / 1.0) ** 2 + 0.0])
            front += standing(
                tube(
                    place,
                    np.array([(0.11, 0.03)]),
                    "rim",
                    section=curves.rectangle(2, 2, 0.3),
                    up=(0, 0, 1),
                    ends="flat",
                )
            )
    if rng.random() < 0.5:
        studs = curves.resample(outline * 0.86, int(rng.integers(10, 18)), closed=True)
        for x, y in studs:
            front += standing(ball((0.04, 0.04, 0.03), "rim", (x, y, thickness + bulge * (1 - 0.86**2)), 10))
    return front


def _tall_shield(rng: np.random.Generator) -> list[Piece]:
    """The curved board of a Roman soldier, with a rim and a boss."""
    width, height, curve = rng.uniform(0.6, 0.75), 1.0, rng.uniform(0.6, 1.1)

    def bent(points: np.ndarray) -> np.ndarray:
        """Bends what is drawn flat at y = 0 around an upright axis behind it."""
        angle = points[:, 0] * curve / width
        radius = width / curve - points[:, 1]
        return np.column_stack([radius * np.sin(angle), width / curve - radius * np.cos(angle), points[:, 2]])

    x, z = np.meshgrid(np.linspace(-width, width, 17), np.linspace(-height, height, 9), indexing="ij")
    board = sheet(np.stack([x, 0 * x, z], axis=2), 0.07, "face")
    outline = curves.resample(curves.rectangle(2 * width, 2 * height, 0.12, 4), 96, closed=True)
    rim = standing(tube(np.column_stack([outline, 0 * outline[:, 0]]), 0.065, "rim", 8, loop=True))
    boss_profile = [(0, 0), (0.34, 0), (0.32, 0.07), (0.24, 0.1), (0.16, 0.26), (0, 0.3)]
    boss = standing(lathe(curves.fillet(boss_profile, 0.05, 3), "rim", 32))
    bars = [box((0.12, 0.05, 1.9 * height), "rim", 0.015, (0, -0.06, 0))] if rng.random() < 0.5 else []
    return [*deformed([board, *rim, *bars], bent), *boss]


def key(rng: np.random.Generator) -> list[Piece]:
    length, radius = rng.uniform(1.1, 1.4), rng.uniform(0.08, 0.11)
    pieces = [cylinder(radius, length, "shaft", 0.03, 20)]
    bow = rng.uniform(0.34, 0.44)
    style = rng.integers(4)
    centre = length + bow * 0.9
    wire = rng.uniform(0.075, 0.105)
    if style == 0:
        pieces += moved(
            scaled(standing(torus(bow, wire, "bow", 40, 12)), (rng.uniform(1.0, 1.3), 1, 1)), (0, 0, centre)
        )
    elif style == 1:  # three leaves
        for angle in (0.0, 2.0944, 4.18879):
            leaf = moved(standing(torus(bow * 0.52, wire, "bow", 30, 12)), (0, 0, bow * 0.62))
            pieces += moved(turned(leaf, "y", angle), (0, 0, centre))
    elif style == 2:  # a heart
        t = np.linspace(0, 2 * math.pi, 41)[:-1]
        heart = np.column_stack(
            [16 * np.sin(t) ** 3, 0 * t, 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)]
        )
        pieces += moved([tube(heart * bow / 13, wire, "bow", 12, loop=True)], (0, 0, centre + 0.05))
    else:
        outline = curves.circle(bow, 6, phase=math.pi / 6)
        pieces += moved(
            standing(
                frame(
                    curves.fillet(outline, 0.1, 3, closed=True),
                    curves.fillet(outline * 0.55, 0.06, 3, closed=True),
                    0.14,
                    "bow",
                    0.03,
                )
            ),
            (0, 0, centre),
        )
    pieces += [
        p
        for z in (length - 0.02, length - 0.14)
        for p in moved(torus(radius, (0.045, 0.04), "shaft", 24, 10), (0, 0, z))
    ]
    teeth = int(rng.integers(2, 4))
    low, high = 0.08, rng.uniform(0.4, 0.55)
    reach = rng.uniform(0.26, 0.36)
    pieces += [box((reach * 0.62, 0.09, high - low), "bit", 0.015, (reach * 0.31, 0, (low + high) / 2))]
    step = (high - low) / (2 * teeth - 1)
    for i in range(teeth):
        pieces += [box((reach, 0.09, step), "bit", 0.015, (reach * 0.5 + 0.02, 0, low + step * (2 * i + 0.5)))]
    return pieces


def spoon(rng: np.random.Generator) -> list[Piece]:
    bowl, width, depth = rng.uniform(0.42, 0.52), rng.uniform(0.32, 0.42), rng.uniform(0.09, 0.15)
    length = rng.uniform(1.0, 1.3)
    # The bowl is a sheet over the disk, egg-shaped, hollow towards the front.
    radius, angle = np.linspace(0.02, 1.0, 9)[:, None], (np.arange(37) / 36 * 2 * math.pi)[None, :-1]
    x = radius * np.cos(angle) * width * (1 - 0.18 * radius * np.sin(angle))
    z = radius * np.sin(angle) * bowl
    y = -depth * radius**2 + 0 * angle
    wall = 0.035
    inner = np.stack([x, y, z], axis=2)
    outer = np.stack([x * 1.03, y + wall * (1.15 - radius**2), z * 1.03], axis=2)
    pieces = [rings(np.concatenate([inner, outer[::-1]]), "bowl", math.radians(60))]
    top = bowl * 0.9
    path = curves.spline(
        [
            (0, -depth * 0.75, top),
            (0, -depth * 0.6 + 0.08, top + 0.2),
            (0, 0.02, top + 0.55 * length),
            (0, -0.06, top + length),
        ],
        8,
    )
    t = np.linspace(0, 1, len(path))
    end = rng.uniform(0.09, 0.16)
    size = np.column_stack(
        [
            np.interp(t, [0, 0.1, 0.5, 0.85, 1], [0.1, 0.07, 0.07, end, end * 0.8]),
            np.interp(t, [0, 0.1, 1], [0.03, 0.035, 0.022]),
        ]
    )
    pieces += [tube(path, size, "handle", 14, up=(0, 1, 0))]
    return turned(pieces, "y", math.pi) if rng.random() < 0.5 else pieces


def fork(rng: np.random.Generator) -> list[Piece]:
    tines, width, length = int(rng.integers(3, 5)), rng.uniform(0.26, 0.34), rng.uniform(1.0, 1.3)
    prong, root = rng.uniform(0.4, 0.6), 0.26
    x = np.linspace(-width, width, tines)
    tine = 0.45 * (x[1] - x[0]) * 0.72
    body = curves.spline([(-0.05, 0.0), (-0.09, 0.1), (-width - tine, root), (-width - tine, root + 0.12)], 5)
    outline = np.concatenate([body, [(width + tine, root + 0.12)], (body * (-1, 1))[::-1][1:]])
    pieces = standing(extrusion(outline, 0.05, "head", 0.015))
    for at in x:
        path = np.column_stack([np.full(8, at), np.zeros(8), root + np.linspace(0.06, 0.1 + prong, 8)])
        size = np.interp(np.linspace(0, 1, 8), [0, 0.8, 1], [1.0, 0.8, 0.35])[:, None] * (tine, 0.025)
        pieces += [tube(path, size, "head", 10, up=(0, 1, 0))]
    t = np.linspace(0, 1, 15)
    path = np.column_stack([0 * t, 0 * t, -length * (1 - t) + 0.05])
    end = rng.uniform(0.08, 0.12)
    size = np.column_stack([np.interp(t, [0, 0.15, 0.5, 1], [end * 0.8, end, 0.07, 0.075]), np.full(15, 0.04)])
    pieces += [tube(path, size, "handle", 12, up=(0, 1, 0))]
    bow = rng.uniform(0.1, 0.2)
    return deformed(
        pieces, lambda p: p + np.column_stack([0 * p[:, 0], bow * np.sin(p[:, 2] * 2.4) * 0.6, 0 * p[:, 0]])
    )


def wrench(rng: np.random.Generator) -> list[Piece]:
    length, neck = rng.uniform(1.1, 1.5), rng.uniform(0.14, 0.19)
    jaw, gap = rng.uniform(0.36, 0.44), rng.uniform(0.28, 0.38)

    def open_end() -> np.ndarray:
        """The outline of a fork that opens upwards, from its neck on the left, clockwise, to its neck on the right."""
        half = jaw * gap
        round_left = curves.arc((0, jaw), jaw, math.radians(250), math.radians(118), 12)
        return np.concatenate(
            [
                round_left,
                [
                    (-half, 1.75 * jaw),
                    (-half, 0.95 * jaw),
                    (-0.5 * half, 0.72 * jaw),
                    (0.5 * half, 0.72 * jaw),
                    (half, 0.95 * jaw),
                    (half, 1.75 * jaw),
                ],
                (round_left * (-1, 1))[::-1],
            ]
        )

    def leaned(points: np.ndarray, angle: float) -> np.ndarray:
        c, s = math.cos(angle), math.sin(angle)
        return points @ np.array([(c, s), (-s, c)])

    top = leaned(open_end(), rng.uniform(-0.3, 0.3)) + (0, length)
    thick = rng.uniform(0.18, 0.26)
    if rng.random() < 0.5:  # the other end is a ring
        pieces = standing(extrusion(np.concatenate([[(neck, 0.1), (-neck, 0.1)], top]), thick * 0.8, "body", 0.02))
        hexagon = curves.circle(0.17, 36) * (1 + 0.07 * np.cos(6 * np.arange(36) * 2 * math.pi / 36))[:, None]
        pieces += standing(frame(curves.circle(0.36, 36), hexagon * 1.15, thick, "body", 0.025))
    else:
        bottom = leaned(-open_end() * 0.85, rng.uniform(-0.3, 0.3))
        pieces = standing(extrusion(np.concatenate([bottom, top]), thick * 0.8, "body", 0.02))
    return turned(pieces, "y", rng.uniform(-0.2, 0.2))


def saw(rng: np.random.Generator) -> list[Piece]:
    """A hand saw, its teeth down."""
    length, tall, tip = rng.uniform(1.4, 1.8), rng.uniform(0.46, 0.6), rng.uniform(0.2, 0.34)
    teeth = int(rng.integers(16, 26))
    x = np.linspace(0.0, length, 2 * teeth + 1)
    # The line of the teeth is crowned a little, as on real saws.
    crown = -0.03 * np.sin(math.pi * x / length)
    edge = np.column_stack([x, crown + np.where(np.arange(len(x)) % 2 == 0, 0.0, -0.055)])
    blade = np.concatenate([edge, [(length, tip), (0.0, tall)]])
    pieces = standing(extrusion(blade, 0.03, "blade", 0.005))
    outer = curves.spline(
        [
            (0.12, 0.0),
            (-0.1, -0.16),
            (-0.42, -0.2),
            (-0.5, -0.05),
            (-0.42, 0.15),
            (-0.45, 0.4),
            (-0.55, 0.55),
            (-0.4, 0.66),
            (-0.1, 0.58),
            (0.18, 0.5),
            (0.2, 0.25),
        ],
        4,
        closed=True,
    )
    inner = curves.spline(
        [
            (-0.06, 0.04),
            (-0.17, -0.04),
            (-0.28, -0.03),
            (-0.3, 0.08),
            (-0.26, 0.25),
            (-0.26, 0.42),
            (-0.2, 0.48),
            (-0.08, 0.42),
            (-0.02, 0.3),
            (-0.02, 0.15),
            (-0.03, 0.1),
        ],
        4,
        closed=True,
    )
    pieces += standing(frame(outer, inner, rng.uniform(0.12, 0.16), "handle", 0.035))
    for at in ((0.08, 0.14), (0.07, 0.4)):
        pieces += moved(turned(cylinder(0.04, 0.18, "handle", 0.008, 14), "x", math.pi / 2), (at[0], 0.09, at[1]))
    return pieces


def shovel(rng: np.random.Generator) -> list[Piece]:
    length = rng.uniform(1.0, 1.4)
    wide, tall = rng.uniform(0.34, 0.44), rng.uniform(0.65, 0.8)
    pointed = rng.random() < 0.6
    rows, columns = 13, 11
    u = np.linspace(-1, 1, columns)[None, :]
    v = np.linspace(0, 1, rows)[:, None]
    if pointed:
        half = wide * np.sqrt(np.clip(1 - np.maximum(v - 0.4, 0) ** 2 / 0.6**2 * 0.995, 0.0025, 1))
    else:
        half = wide * (1 - 0.06 * v)
    x, z = u * half, -tall * v + 0 * u
    y = 0.16 * u**2 * (1 - 0.5 * v) - 0.1 * np.sin(v * math.pi * 0.8) + 0 * x
    blade = sheet(np.stack([x, y - 0.02, z], axis=2), 0.03, "blade")
    pieces: list[Piece] = [blade]
    pieces += [
        tube(
            np.array([(0, -0.08, -0.35 * tall), (0, -0.04, -0.1), (0, 0.0, 0.1), (0, 0, 0.35)]),
            np.array([0.03, 0.065, 0.085, 0.08]),
            "blade",
            12,
        )
    ]
    pieces += [tube(np.array([(0, 0, 0.2), (0, 0, 0.7), (0, 0, length)]), 0.065, "handle", 14)]
    if rng.random() < 0.7:
        d = np.array(
            [
                (0, 0, length - 0.05),
                (-0.14, 0, length + 0.12),
                (-0.16, 0, length + 0.26),
                (0.16, 0, length + 0.26),
                (0.14, 0, length + 0.12),
            ]
        )
        pieces += [tube(curves.spline(d, 5, closed=True), 0.055, "handle", 10, loop=True)]
    return pieces


def pickaxe(rng: np.random.Generator) -> list[Piece]:
    length, reach, drop = rng.uniform(1.5, 1.8), rng.uniform(0.8, 1.0), rng.uniform(0.2, 0.4)
    top = length - 0.12
    t = np.linspace(-1, 1, 25)
    path = np.column_stack([reach * t, 0 * t, top - drop * t**2])
    blunt = rng.random() < 0.4
    thick = np.interp(np.abs(t), [0, 0.2, 1], [0.13, 0.1, 0.018])
    deep = np.interp(np.abs(t), [0, 0.2, 1], [0.1, 0.085, 0.018])
    if blunt:
        deep = np.where(t > 0, np.interp(t, [0, 0.2, 1], [0.1, 0.09, 0.15]), deep)
    section = curves.rectangle(2, 2, 0.35, 2)
    head = tube(path, np.column_stack([deep, thick]), "head", section=section, up=(0, 0, 1), ends="flat")
    return [_haft(length, 0.085, swell=1.1), head, box((0.24, 0.24, 0.3), "head", 0.05, (0, 0, top - 0.01))]


def anvil(rng: np.random.Generator) -> list[Piece]:
    length, width, height = rng.uniform(1.0, 1.3), rng.uniform(0.4, 0.55), rng.uniform(0.85, 1.1)
    waist = rng.uniform(0.45, 0.62)
    levels = [
        (0.0, 0.62, 0.72),
        (0.14, 0.62, 0.72),
        (0.26, 0.5, 0.55),
        (0.45, 0.62 * waist, 0.42),
        (0.6, 0.75 * waist, 0.42),
        (0.72, 0.6, 0.5),
    ]
    profile = np.array(levels)
    heights = np.concatenate([profile[:2, 0], np.linspace(0.16, 0.72, 14)])
    points = []
    for z in heights:
        half_x = np.interp(z, profile[:, 0], profile[:, 1]) * length
        half_y = np.interp(z, profile[:, 0], profile[:, 2]) * width
        ring = curves.rectangle(2 * half_x, 2 * half_y, 0.08, 3)
        points.append(np.column_stack([ring, np.full(len(ring), z * height)]))
    pieces = [rings(np.stack(points), "body", math.radians(35))]
    pieces += [box((1.3 * length, width, 0.3 * height), "body", 0.03, (0.02 * length, 0, 0.85 * height))]
    horn = rng.uniform(0.6, 0.85)
    t = np.linspace(0, 1, 13)
    path = np.column_stack([-0.55 * length - horn * t, 0 * t, height * (0.83 + 0.08 * t**1.5)])
    size = np.column_stack([0.42 * width * (1 - t) ** 0.75 + 0.02, 0.15 * height * (1 - t) ** 0.75 + 0.02])
    pieces += [tube(path, size, "body", 20, up=(0, 0, 1))]
    if rng.random() < 0.5:
        pieces += [box((0.4 * length, width * 0.8, 0.14 * height), "body", 0.03, (0.75 * length, 0, 0.92 * height))]
    if rng.random() < 0.6:  # on a block of wood
        block = cylinder(rng.uniform(0.72, 0.85) * length, rng.uniform(0.4, 0.9), "block", 0.05, 36)
        pieces += moved(block, (0, 0, -np.ptp(block.vertices[:, 2])))
    return pieces


def scissors(rng: np.random.Generator) -> list[Piece]:
    blade, reach, spread = rng.uniform(1.0, 1.25), rng.uniform(0.6, 0.75), rng.uniform(0.25, 0.5)
    loop = rng.uniform(0.2, 0.26)
    outline = np.concatenate(
        [
            [(-0.13, -0.15), (0.13, -0.15), (0.14, 0.1)],
            curves.spline([(0.14, 0.2), (0.1, 0.7 * blade), (0.0, blade)], 5),
            [(-0.09, 0.2)],
        ]
    )
    half = standing(extrusion(outline, 0.04, "blades", 0.01))
    arm = curves.spline([(0.0, 0.0, -0.05), (-0.04, 0, -0.3), (-0.16, 0, -reach + loop)], 6)
    half += [tube(arm, 0.075, "handles", 10)]
    half += moved(scaled(standing(torus(loop, 0.075, "handles", 30, 10)), (0.8, 1, 1.15)), (-0.24, 0, -reach - 0.02))
    left = moved(turned(half, "y", -spread), (0, -0.022, 0))
    right = moved(scaled(turned(half, "y", -spread), (-1, 1, 1)), (0, 0.022, 0))
    return [*left, *right, *moved(turned(cylinder(0.06, 0.12, "blades", 0.015, 18), "x", math.pi / 2), (0, 0.06, 0))]


def anchor(rng: np.random.Generator) -> list[Piece]:
    shank, reach, wire = rng.uniform(1.7, 2.1), rng.uniform(0.7, 0.9), rng.uniform(0.075, 0.1)
    angles = np.linspace(math.radians(200), math.radians(340), 21)
    rise = reach * rng.uniform(0.75, 0.95)
    arms = np.column_stack(
        [reach * np.cos(angles) / math.cos(math.radians(20)), 0 * angles, rise * (np.sin(angles) + 1)]
    )
    thick = wire * np.interp(np.abs(np.linspace(-1, 1, 21)), [0, 1], [1.35, 0.75])
    pieces = [tube(arms, thick, "body", 12)]
    tip = arms[-1]
    fluke = np.array([(-0.2, -0.14), (0.2, -0.14), (0.08, 0.12), (0.0, 0.3), (-0.08, 0.12)]) * reach / 0.8
    pieces += mirrored(moved(turned(turned(standing(extrusion(fluke, 0.07, "body", 0.02)), "z", 0.0), "y", 0.25), tip))
    pieces += [cylinder(wire, shank, "body", 0.03, 18)]
    pieces += moved(standing(torus(0.19, wire * 0.55, "ring", 30, 10)), (0, 0, shank + 0.13))
    stock = tube(np.array([(-0.55, 0, 0), (0, 0, 0), (0.55, 0, 0)]), wire * 0.8, "stock", 12)
    pieces += moved(stock, (0, 0, shank - 0.22))
    pieces += mirrored(ball(wire * 1.25, "stock", (0.56, 0, shank - 0.22), 14))
    return pieces


FAMILIES = (
    Family("hammer", "tool", hammer),
    Family("axe", "tool", axe),
    Family("sword", "tool", sword),
    Family("knife", "tool", knife),
    Family("shield", "tool", shield),
    Family("key", "tool", key),
    Family("spoon", "tool", spoon),
    Family("fork", "tool", fork),
    Family("wrench", "tool", wrench),
    Family("saw", "tool", saw),
    Family("shovel", "tool", shovel),
    Family("pickaxe", "tool", pickaxe),
    Family("anvil", "tool", anvil),
    Family("scissors", "tool", scissors),
    Family("anchor", "tool", anchor),
)
