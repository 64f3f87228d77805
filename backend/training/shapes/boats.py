# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What sails: towards -Y."""

from __future__ import annotations

import math

import numpy as np

from .primitives import box, extrusion, mirrored, moved, profiled, sheet, standing, tube, turned
from .shape import Family, Piece


def _hull(
    length: float, beam: float, depth: float, bow: float, stern: float, sheer: float, fullness: float
) -> np.ndarray:
    """(A, B, 3) the outside of a hull, from stern (+Y) to bow, from gunwale to gunwale.

    bow: how far the stem rakes forward; stern: the width of the transom as a share of the beam (0: pointed too).
    """
    t = np.linspace(0.0, 1.0, 21)[:, None]
    angle = np.linspace(-1.0, 1.0, 17)[None, :]
    half = (
        beam
        / 2
        * np.where(
            t < 0.45,
            stern + (1 - stern) * np.sin(np.clip(t / 0.45, 0, 1) * math.pi / 2) ** 0.8,
            np.cos((t - 0.45) / 0.55 * math.pi / 2) ** 0.75,
        )
    )
    half = np.maximum(half, 0.012 * beam)
    gunwale = sheer * (np.abs(t - 0.4) / 0.6) ** 2
    deep = depth * (1 - 0.25 * np.clip((t - 0.6) / 0.4, 0, 1) ** 2)
    down = (1 - np.abs(angle) ** fullness) ** (1 / fullness * 1.2)
    x = half * angle
    z = gunwale - (deep + gunwale) * down
    y = length / 2 - length * t - bow * np.clip((z + deep) / depth, 0, 1.6) * np.clip((t - 0.5) / 0.5, 0, 1)
    return np.stack(np.broadcast_arrays(x, y, z), axis=2)


def boat(rng: np.random.Generator) -> list[Piece]:
    """A rowing boat, open, with thwarts and oars; or with a small sail."""
    length, beam, depth = 2.2, rng.uniform(0.75, 0.95), rng.uniform(0.32, 0.42)
    stern = rng.choice([0.0, rng.uniform(0.5, 0.7)])
    outside = _hull(length, beam, depth, 0.14, stern, rng.uniform(0.08, 0.2), rng.uniform(2.0, 2.6))
    pieces: list[Piece] = [sheet(outside[:, ::-1], 0.045, "hull")]
    rim = np.concatenate([outside[:, 0], outside[::-1, -1][1:]])
    pieces += [tube(rim, 0.03, "trim", 8)]
    if stern:
        # The transom: the section at the stern, filled.
        section = outside[0][:, [0, 2]]
        plate = extrusion(section[::-1], 0.06, "hull", 0.01)
        pieces += moved(standing(plate), (0, outside[0, 0, 1] - 0.02, 0))
    floor = -depth * 0.72
    for y in (0.45, 0.0, -0.42)[: int(rng.integers(2, 4))]:
        row = np.argmin(np.abs(outside[:, 8, 1] - y))
        wide = np.interp(-depth * 0.28, np.sort(outside[row, 8:, 2]), outside[row, 8:, 0]) * 2
        pieces += [box((wide * 0.985, 0.2, 0.05), "seats", 0.012, (0, y, -depth * 0.25))]
    plank = [box((0.09, length * 0.5, 0.03), "seats", 0.008, (x, 0.1, floor)) for x in (-0.11, 0, 0.11)]
    pieces += plank
    if rng.random() < 0.5:
        lean = rng.uniform(0.3, 0.5)
        t = np.linspace(0, 1, 9)
        oar = [tube(np.array([(-0.4, 0, 0), (0.2, 0, 0), (0.55, 0, 0)]), 0.028, "oars", 8)]
        oar += [
            tube(
                np.column_stack([0.5 + 0.34 * t, 0 * t, 0 * t]),
                np.column_stack([0.03 + 0.075 * np.sin(t * math.pi / 2), 0.018 + 0 * t]),
                "oars",
                8,
                up=(0, 0, 1),
            )
        ]
        pieces += mirrored(
            moved(turned(turned(oar, "y", lean), "z", rng.uniform(-0.3, 0.3)), (beam / 2 + 0.02, 0.15, 0.06))
        )
    else:
        mast = rng.uniform(1.5, 1.9)
        pieces += [tube(np.array([(0, -0.25, floor), (0, -0.25, mast)]), 0.03, "trim", 8)]
        pieces += [_sail(np.array([(0, -0.2, mast - 0.06), (0, -0.2, 0.22), (0, 0.75, 0.28)]), 0.12)]
        pieces += [tube(np.array([(0, -0.25, 0.2), (0.0, 0.8, 0.25)]), 0.022, "trim", 8)]
    return pieces


def _sail(corners: np.ndarray, belly: float, part: str = "sails") -> Piece:
    """A triangular sail (head, tack, clew) that bellies out to +X."""
    head, tack, clew = corners
    v, u = np.linspace(0.0, 1.0, 11)[:, None, None], np.linspace(0.0, 1.0, 9)[None, :, None]
    near = 0.97 * v + 0.03
    points = head + near * ((1 - u) * (tack - head) + u * (clew - head))
    points[..., 0] += belly * np.sin(math.pi * u[..., 0]) * np.sin(math.pi * (0.15 + 0.7 * v[..., 0]))
    return sheet(points, 0.018, part)


def ship(rng: np.random.Generator) -> list[Piece]:
    """A sailing ship with square sails."""
    length, beam, depth = 2.0, rng.uniform(0.5, 0.62), rng.uniform(0.36, 0.46)
    outside = _hull(length, beam, depth, 0.25, rng.uniform(0.5, 0.65), rng.uniform(0.14, 0.26), 2.4)
    pieces: list[Piece] = [sheet(outside[:, ::-1], 0.04, "hull")]
    pieces += moved(
        standing(extrusion(outside[0][::-1][:, [0, 2]], 0.06, "hull", 0.01)), (0, outside[0, 0, 1] - 0.02, 0)
    )
    pieces += [tube(np.concatenate([outside[:, 0], outside[::-1, -1][1:]]), 0.026, "hull", 8)]
    # The deck lies a little below the rail.
    deck = []
    for row in outside[1:-2]:
        wide = row[-1, 0] * 0.93
        deck.append([(x, row[8, 1], row[0, 2] * 0.7 - 0.07) for x in np.linspace(-wide, wide, 7)])
    pieces += [sheet(np.array(deck), 0.03, "deck")]
    cabin = rng.uniform(0.35, 0.5)
    z = outside[2, 0, 2]
    stern = [
        (length / 2 - cabin, -0.1),
        (length / 2 - cabin, z + 0.1),
        (length / 2 + 0.08, z + 0.24),
        (length / 2, -0.14),
    ]
    pieces += profiled(stern, beam * 0.78, "hull", 0.02)
    pieces += mirrored(
        tube(
            np.array([(beam * 0.37, length / 2 - cabin, z + 0.2), (beam * 0.37, length / 2 + 0.06, z + 0.34)]),
            0.018,
            "hull",
            8,
        )
    )
    masts = int(rng.integers(2, 4))
    places = {2: (-0.42, 0.28), 3: (-0.58, -0.02, 0.52)}[masts]
    heights = np.array({2: (1.35, 1.45), 3: (1.3, 1.5, 1.2)}[masts]) * rng.uniform(0.9, 1.1)
    swell = rng.uniform(0.08, 0.16)
    for y, height in zip(places, heights):
        pieces += [
            tube(
                np.array([(0, y, -0.1), (0, y, 0.6 * height), (0, y, height)]),
                np.array([0.035, 0.03, 0.018]),
                "hull",
                10,
            )
        ]
        tiers = int(rng.integers(2, 4))
        levels = np.linspace(0.22, height - 0.08, tiers + 1)
        for i in range(tiers):
            low, high = levels[i] + 0.03, levels[i + 1] - 0.02
            wide = (0.52, 0.42, 0.32, 0.25)[i] * (height / 1.4) + 0.04
            pieces += [
                tube(np.array([(-wide * 0.96, y, high), (0, y, high), (wide * 0.96, y, high)]), 0.018, "hull", 8)
            ]
            u, v = np.meshgrid(np.linspace(-1, 1, 11), np.linspace(0, 1, 8))
            belly = swell * (1 - u**2) * np.sin(math.pi * (0.1 + 0.8 * v)) + 0.03
            sail = np.stack(
                [
                    u * wide * (0.86 + 0.12 * (1 - v)),
                    y - 0.03 - belly,
                    low + (high - low) * v + 0.035 * (1 - v) * (u**2 - 0.0) * -1 + 0.03,
                ],
                axis=2,
            )
            pieces += [sheet(sail, 0.016, "sails")]
        if rng.random() < 0.7:
            u, v = np.meshgrid(np.linspace(0, 1, 9), np.linspace(0, 1, 4))
            flag = np.stack([0.03 * np.sin(u * 6), y - 0.015 - 0.26 * u, height - 0.02 - 0.13 * v], axis=2)
            pieces += [sheet(flag, 0.01, "sails")]
    bow = outside[-1, 0]
    sprit = np.array([(0, bow[1] + 0.3, bow[2] - 0.02), (0, bow[1] - 0.42, bow[2] + 0.2)])
    pieces += [tube(sprit, np.array([0.03, 0.018]), "hull", 8)]
    jib = np.array(
        [
            (0, places[0] - 0.06, heights[0] * 0.78),
            (0, sprit[1, 1] + 0.04, sprit[1, 2] + 0.02),
            (0, places[0] - 0.1, 0.24),
        ]
    )
    pieces += [_sail(jib, 0.06)]
    return pieces


FAMILIES = (
    Family("boat", "vehicle", boat),
    Family("ship", "vehicle", ship),
)
