# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What flies: towards -Y, and rockets."""

from __future__ import annotations

import math

import numpy as np

from . import curves
from .land_vehicles import wheel
from .primitives import (
    SOFT,
    around,
    ball,
    box,
    cushion,
    extrusion,
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


def _wing(root, tip, root_chord: float, tip_chord: float, part: str = "wings", thick: float = 0.13) -> Piece:
    """A wing from root to tip (points of the leading edge); its section is an airfoil, the chord along Y."""
    t = np.linspace(0.0, 1.0, 15)
    upper = 1.0 * (0.2969 * np.sqrt(t) - 0.126 * t - 0.3516 * t**2 + 0.2843 * t**3 - 0.1036 * t**4) * 5
    section = np.concatenate([np.column_stack([t, upper]), np.column_stack([t, -0.6 * upper])[-2:0:-1]])
    root, tip = np.asarray(root, dtype=np.float64), np.asarray(tip, dtype=np.float64)
    span = tip - root
    normal = np.cross((0.0, 1.0, 0.0), span)
    normal /= np.linalg.norm(normal)
    if normal[2] < 0 or (abs(normal[2]) < 1e-6 and normal[0] < 0):
        normal = -normal
    layers = []
    for s in (0.0, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0):
        chord = (root_chord + (tip_chord - root_chord) * s) * (1.0 if s < 0.96 else 0.93 if s < 1 else 0.7)
        height = thick * chord * (1.0 if s < 0.96 else 0.6 if s < 1 else 0.15)
        shift = (root_chord + (tip_chord - root_chord) * s - chord) * 0.5
        layers.append(
            root
            + s * span
            + np.outer(section[:, 0] * chord + shift, (0, 1, 0))
            + np.outer(section[:, 1] * height, normal)
        )
    return rings(np.stack(layers), part, math.radians(60))


def airplane(rng: np.random.Generator) -> list[Piece]:
    if rng.random() < 0.5:
        return _airliner(rng)
    return _propeller_plane(rng)


def _airliner(rng: np.random.Generator) -> list[Piece]:
    length, radius = 2.4, rng.uniform(0.13, 0.17)
    t = np.linspace(0, 1, 25)
    profile = radius * np.interp(
        t, [0, 0.015, 0.05, 0.1, 0.16, 0.6, 0.75, 0.9, 1.0], [0.08, 0.38, 0.7, 0.92, 1.0, 1.0, 0.86, 0.45, 0.14]
    )
    lift = radius * np.interp(t, [0, 0.16, 0.6, 1.0], [-0.25, 0, 0, 0.62])
    path = np.column_stack([0 * t, (t - 0.5) * length, lift])
    pieces: list[Piece] = [tube(path, profile, "body", 24, up=(0, 0, 1))]
    sweep, span = rng.uniform(0.45, 0.75), rng.uniform(1.0, 1.25)
    rise = rng.uniform(0.08, 0.18)
    chord = rng.uniform(0.42, 0.52)
    wing_at = rng.uniform(-0.32, -0.2)
    wing = _wing((radius * 0.5, wing_at, -radius * 0.5), (span, wing_at + sweep, -radius * 0.5 + rise), chord, 0.16)
    tail = _wing((0.02, 0.9, radius * 0.55), (0.48, 1.16, radius * 0.7), 0.26, 0.12)
    pieces += mirrored([wing, tail])
    pieces += [_wing((0, 0.78, radius * 0.6), (0, 1.16, radius * 0.6 + rng.uniform(0.42, 0.52)), 0.4, 0.2, "wings")]
    engine = [
        (0, -0.14),
        (0.055, -0.13),
        (0.085, -0.16),
        (0.095, -0.14),
        (0.1, 0.0),
        (0.065, 0.2),
        (0.03, 0.2),
        (0, 0.26),
    ]
    nacelle = turned(lathe(np.array(engine) * rng.uniform(0.9, 1.15), "engines", 20), "x", -math.pi / 2)
    if rng.random() < 0.25:  # at the tail
        pieces += mirrored(moved(nacelle, (radius + 0.1, 0.62, radius * 0.5)))
    else:
        for share in (0.36, 0.64)[: int(rng.integers(1, 3))]:
            at = np.array(
                [
                    radius * 0.5 + (span - radius * 0.5) * share,
                    wing_at + sweep * share,
                    -radius * 0.5 + rise * share - 0.11,
                ]
            )
            pylon = box((0.03, 0.24, 0.12), "engines", 0.01, (0, 0.1, 0.07))
            pieces += mirrored(moved([*nacelle, pylon], at))
    panes = [
        (s * radius * 0.96, y, radius * 0.28)
        for y in np.linspace(-0.75, 0.55, int(rng.integers(10, 17)))
        for s in (-1, 1)
    ]
    pieces += [ball((0.02, 0.022, 0.03), "windows", at, 8) for at in panes]
    pieces += mirrored(ball((0.045, 0.05, 0.04), "windows", (radius * 0.38, -length / 2 + 0.155, radius * 0.38), 12))
    return pieces


def _propeller_plane(rng: np.random.Generator) -> list[Piece]:
    length, radius = 1.7, rng.uniform(0.16, 0.2)
    t = np.linspace(0, 1, 21)
    size = radius * np.interp(t, [0, 0.04, 0.12, 0.35, 0.6, 1.0], [0.75, 0.92, 1.0, 1.0, 0.72, 0.22])
    path = np.column_stack([0 * t, (t - 0.4) * length, 0.1 * t**2])
    section = curves.superellipse(1.0, 1.08, 2.6, 28)
    front = path[0, 1]
    pieces: list[Piece] = [tube(path, size, "body", section=section, up=(0, 0, 1), ends="flat", crease=SOFT)]
    cowl = lathe(
        curves.fillet(
            [(0, -0.02), (radius * 0.7, -0.02), (radius * 1.02, 0.05), (radius * 1.02, 0.2), (0, 0.2)], 0.04, 3
        ),
        "propeller",
        28,
    )
    pieces += moved(turned(cowl, "x", -math.pi / 2), (0, front - 0.03, 0))
    spinner = lathe(curves.spline([(0, -0.16), (0.045, -0.12), (0.07, 0.0)], 4), "propeller", 18)
    blades: list[Piece] = []
    for i in range(int(rng.integers(2, 4))):
        s = np.linspace(0, 1, 9)
        blade_path = np.column_stack([0 * s, 0 * s, 0.03 + 0.42 * s])
        width = 0.055 * np.sin(math.pi * (0.15 + 0.8 * s)) + 0.01
        blade = tube(blade_path, np.column_stack([width, 0.014 + 0 * s]), "propeller", 8, up=(0, 1, 0.0))
        blades += turned(turned(blade, "z", 0.45), "y", 2 * math.pi * i / 3 if i and len(blades) else 0.0)
    if len(blades) == 2:
        blades = [blades[0], *turned(blades[0], "y", math.pi)]
    pieces += moved(
        turned([*turned(spinner, "x", -math.pi / 2), *moved(blades, (0, -0.04, 0))], "y", rng.uniform(0, 1.5)),
        (0, front - 0.06, 0),
    )
    span, chord = rng.uniform(0.95, 1.15), rng.uniform(0.34, 0.42)
    style = rng.integers(3)
    at = front + 0.32
    heights = {0: (-radius * 0.7,), 1: (radius * 1.05,), 2: (-radius * 0.7, radius * 1.9)}[int(style)]
    for z in heights:
        rise = 0.1 if style == 0 else 0.03
        pieces += mirrored(_wing((0.0, at, z), (span, at + 0.06, z + rise), chord, chord * rng.uniform(0.65, 0.95)))
    if style == 2:  # a biplane's struts
        for x in (0.3 * span, 0.75 * span):
            for y in (at + 0.08, at + chord * 0.7):
                pieces += mirrored(tube(np.array([(x, y, heights[0]), (x, y, heights[1])]), 0.018, "wheels", 8))
    if style == 1:
        pieces += mirrored(
            tube(
                np.array([(radius * 0.8, at + 0.12, -radius * 0.6), (0.55 * span, at + 0.14, heights[0])]),
                0.02,
                "wheels",
                8,
            )
        )
    if style != 1:
        pieces += [ball((radius * 0.62, 0.24, radius * 0.75), "windows", (0, at + 0.34, radius * 0.85), 20)]
    else:
        pieces += [cushion((radius * 1.5, 0.34, radius * 0.85), "windows", 0.07, at=(0, at + 0.14, radius * 0.72))]
    end = path[-1, 1]
    pieces += mirrored(_wing((0, end - 0.2, 0.1), (0.4, end - 0.14, 0.11), 0.22, 0.15))
    pieces += [_wing((0, end - 0.24, 0.08), (0, end - 0.1, 0.42), 0.26, 0.16, "wings")]
    gear = 0.28
    low = -radius - 0.16
    for s in (-1, 1):
        pieces += [tube(np.array([(s * 0.1, at + 0.08, -radius * 0.7), (s * gear, at, low)]), 0.022, "wheels", 8)]
        pieces += wheel(0.095, 0.07, (s * (gear + 0.03), at, low))
    return pieces


def rocket(rng: np.random.Generator) -> list[Piece]:
    height, radius = rng.uniform(1.9, 2.4), rng.uniform(0.26, 0.42)
    belly = rng.uniform(0.0, 0.25)
    nose = rng.uniform(0.28, 0.4)
    z = np.linspace(0, 1, 10)
    body = np.column_stack(
        [
            radius * (0.72 + 0.28 * np.sin(z * math.pi * 0.72 + 0.5)) * (1 + belly * np.sin(z * math.pi)),
            z * height * (1 - nose),
        ]
    )
    shoulder = body[-1, 0]
    t = np.linspace(0, 1, 9)[1:]
    cap = np.column_stack(
        [
            shoulder * np.cos(t * math.pi / 2) ** 0.85,
            height * (1 - nose) + height * nose * np.sin(t * math.pi / 2) ** 1.05,
        ]
    )
    pieces: list[Piece] = [lathe(np.concatenate([[(0, 0)], body, [(0, body[-1, 1])]]), "body", 40)]
    ring_at = height * (1 - nose)
    pieces += [
        lathe(
            np.concatenate(
                [
                    [(0, ring_at - 0.03), (shoulder * 1.03, ring_at - 0.03), (shoulder * 1.03, ring_at + 0.02)],
                    cap[:-1] * (1, 1),
                    [(0, height)],
                ]
            ),
            "nose",
            40,
        )
    ]
    nozzle = [
        (0, 0.05),
        (radius * 0.4, 0.05),
        (radius * 0.3, -0.04),
        (radius * 0.55, -0.24),
        (radius * 0.45, -0.24),
        (radius * 0.2, -0.05),
        (0, -0.05),
    ]
    pieces += [lathe(np.array(nozzle), "fins", 28)]
    fins = int(rng.integers(3, 5))
    reach, drop = rng.uniform(0.35, 0.6), rng.uniform(0.1, 0.38)
    high = rng.uniform(0.5, 0.85)
    outline = curves.fillet(
        [
            (radius * 0.6, 0.06),
            (radius * 0.72, high),
            (radius + 0.6 * reach, 0.3 * high - 0.3 * drop),
            (radius + reach, -drop),
            (radius + reach * 0.78, -drop),
            (radius + 0.35 * reach, 0.05),
        ],
        0.15,
        4,
        closed=True,
    )
    fin = standing(extrusion(outline, 0.07, "fins", 0.02))
    pieces += around(fin, fins, math.pi / 2 + math.pi / fins)
    windows = int(rng.integers(1, 3))
    for i in range(windows):
        z_at = height * (0.56 - 0.22 * i)
        r = float(np.interp(z_at, body[:, 1], body[:, 0]))
        size = radius * (0.42 - 0.08 * i)
        port = [torus(size, size * 0.2, "nose", 26, 8), ball((size, size, size * 0.35), "window", segments=18)]
        pieces += moved(standing(port), (0, -r * 0.97, z_at))
    return pieces


FAMILIES = (
    Family("airplane", "vehicle", airplane),
    Family("rocket", "vehicle", rocket),
)
