# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Vessels: profiles turned on the lathe, with handles, spouts and lids."""

from __future__ import annotations

import math

import numpy as np

from . import curves
from .primitives import around, ball, cylinder, deformed, lathe, mirrored, moved, torus, tube, turned
from .shape import Family, Piece


def shell(outer: np.ndarray, thickness: float, part: str, segments: int = 40, flutes=None) -> Piece:
    """A hollow vessel: the outer profile (N, 2) from the axis at the bottom to the rim, and a wall of this thickness.

    flutes: factors on the radius, see ``lathe``.
    """
    along = np.gradient(outer, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    inner = outer + np.column_stack([-along[:, 1], along[:, 0]]) * thickness
    floor = outer[:, 1].min() + thickness
    # What the offset pushed through the floor, the axis or a fold of the profile is not part of the inside.
    keep = (inner[:, 0] > 0.02 * outer[:, 0].max()) & (inner[:, 1] > floor * 1.001)
    keep[-1] = True
    inner = inner[keep]
    rim_centre, rim_out = (outer[-1] + inner[-1]) / 2, (outer[-1] - inner[-1]) / 2
    rim_up = np.array([-rim_out[1], rim_out[0]])
    angles = np.linspace(0.0, math.pi, 7)[1:-1, None]
    rim = rim_centre + np.cos(angles) * rim_out + np.sin(angles) * rim_up
    bottom = [(0.0, floor), (inner[0, 0] * 0.6, floor)] if inner[0, 1] > floor * 1.02 else [(0.0, floor)]
    return lathe(np.concatenate([outer, rim, inner[::-1], bottom[::-1]]), part, segments, shape=flutes)


def footed(points, foot_radius: float, foot_height: float, steps: int = 7) -> np.ndarray:
    """A profile: a flat base with a small foot ring of the given size, then a smooth curve through the points."""
    base = curves.fillet(
        [(0.0, 0.0), (foot_radius, 0.0), (foot_radius, foot_height), np.asarray(points[0])], 0.4 * foot_height, 2
    )
    return np.concatenate([base[:-1], curves.spline(points, steps)])


def radius_at(profile: np.ndarray, height: float) -> float:
    """The widest radius of an outer profile at a height."""
    z = profile[:, 1]
    crosses = np.flatnonzero((np.minimum(z[:-1], z[1:]) <= height) & (height <= np.maximum(z[:-1], z[1:])))
    radii = []
    for i in crosses:
        span = z[i + 1] - z[i]
        t = 0.5 if abs(span) < 1e-12 else (height - z[i]) / span
        radii.append(profile[i, 0] + t * (profile[i + 1, 0] - profile[i, 0]))
    return float(max(radii)) if radii else float(profile[np.argmin(np.abs(z - height)), 0])


def ear(profile: np.ndarray, low: float, high: float, reach: float, thickness: float, wide: float = 1.5) -> Piece:
    """A handle in the +X direction from height to height, bulging ``reach`` outwards; its ends sit inside the wall."""
    bottom, top = radius_at(profile, low), radius_at(profile, high)
    span = high - low
    path = curves.spline(
        [
            (bottom - thickness * 0.6, 0.0, low),
            (bottom + reach * 0.55, 0.0, low + 0.06 * span),
            (max(bottom, top) + reach, 0.0, low + 0.62 * span),
            (top + reach * 0.62, 0.0, high + 0.02 * span),
            (top - thickness * 0.6, 0.0, high - 0.02 * span),
        ],
        6,
    )
    return tube(
        path, np.array([[thickness * wide, thickness]] * len(path)), "handle", 10, up=(0.0, 1.0, 0.0), loop=False
    )


def _ribs(rng: np.random.Generator, count_range=(8, 22), depth: float = 0.05):
    """Flutes, spiral flutes, soft horizontal waves, or (mostly) nothing."""
    style = rng.random()
    if style > 0.34:
        return None
    count = int(rng.integers(*count_range))
    amount = rng.uniform(0.3, 1.0) * depth
    twist = rng.uniform(-4.0, 4.0) if style < 0.12 else 0.0
    if style < 0.25:
        return lambda angle, height: 1 + amount * np.cos(count * angle + twist * height)
    waves = rng.uniform(10, 22)
    return lambda angle, height: 1 + 0.6 * amount * np.sin(waves * height) + 0 * angle


def vase(rng: np.random.Generator) -> list[Piece]:
    height = rng.uniform(1.4, 2.6)
    foot, belly = rng.uniform(0.22, 0.42), rng.uniform(0.5, 0.75)
    neck = rng.uniform(0.14, 0.3)
    belly_at, neck_at = rng.uniform(0.25, 0.62), rng.uniform(0.78, 0.88)
    lip = neck + rng.uniform(0.04, 0.22)
    style = rng.integers(4)
    if style == 0:  # a flared column
        points = [(foot, 0.05), (foot * 1.1, 0.3 * height), (foot * 1.25, 0.6 * height), (belly, height)]
    elif style == 1:  # an egg without a neck
        points = [
            (foot, 0.05),
            (belly * 0.9, belly_at * 0.6 * height),
            (belly, belly_at * height),
            (neck * 1.5, height),
        ]
    else:
        points = [
            (foot, 0.06),
            (foot + 0.75 * (belly - foot), belly_at * 0.5 * height),
            (belly, belly_at * height),
            (neck + 0.45 * (belly - neck), (belly_at + neck_at) / 2 * height),
            (neck, neck_at * height),
            (lip, height),
        ]
    profile = footed(points, foot * 1.05, 0.05)
    pieces = [shell(profile, 0.05, "body", 48, _ribs(rng))]
    if style == 3 and rng.random() < 0.6:
        handle = ear(profile, (belly_at + 0.06) * height, (neck_at + 0.02) * height, rng.uniform(0.15, 0.3), 0.045, 1.2)
        pieces += [handle, *turned(handle, "z", math.pi)]
    return pieces


def bowl(rng: np.random.Generator) -> list[Piece]:
    height, radius = rng.uniform(0.4, 0.75), 1.0
    foot = rng.uniform(0.3, 0.5)
    foot_height = rng.uniform(0.04, 0.12)
    fullness = rng.uniform(0.3, 0.95)
    turn_up = rng.uniform(-0.06, 0.08)
    t = np.linspace(0.0, 1.0, 7)
    radii = foot * 0.95 + (radius - foot) * np.sin(t * math.pi / 2) ** (1.6 - fullness)
    radii[-1] += turn_up
    points = np.column_stack([radii, foot_height + height * t ** (1.0 + 0.9 * fullness)])
    thickness = rng.uniform(0.04, 0.08)
    return [shell(footed(points, foot, foot_height, 4), thickness, "body", 56, _ribs(rng, (10, 30), 0.04))]


def plate(rng: np.random.Generator) -> list[Piece]:
    well, height = rng.uniform(0.55, 0.72), rng.uniform(0.1, 0.2)
    points = [(well * 0.8, 0.04), (well, 0.06), (well + 0.1, height * 0.75), (1.0, height)]
    return [shell(footed(points, well * 0.75, 0.04, 6), 0.04, "body", 64, _ribs(rng, (8, 20), 0.05))]


def mug(rng: np.random.Generator) -> list[Piece]:
    height, bottom = rng.uniform(0.85, 1.35), rng.uniform(0.42, 0.55)
    top = bottom * rng.uniform(0.95, 1.3)
    middle = (bottom + top) / 2 * rng.uniform(0.92, 1.12)
    points = [(bottom, 0.06), (bottom + 0.3 * (middle - bottom), 0.2 * height), (middle, height / 2), (top, height)]
    profile = np.concatenate(
        [curves.fillet([(0, 0), (bottom * 0.98, 0), points[0]], 0.06)[:-1], curves.spline(points, 6)]
    )
    low, high = rng.uniform(0.14, 0.28) * height, rng.uniform(0.74, 0.9) * height
    handle = ear(profile, low, high, rng.uniform(0.28, 0.42), rng.uniform(0.045, 0.075), rng.uniform(1.0, 2.0))
    return [shell(profile, rng.uniform(0.04, 0.07), "body", 44), handle]


def teapot(rng: np.random.Generator) -> list[Piece]:
    height, belly = rng.uniform(0.75, 1.25), 0.72
    belly_at = rng.uniform(0.35, 0.55)
    foot, neck = rng.uniform(0.38, 0.5), rng.uniform(0.3, 0.45)
    points = [
        (foot, 0.05),
        (foot + 0.75 * (belly - foot), belly_at * 0.45 * height),
        (belly, belly_at * height),
        (neck + 0.55 * (belly - neck), (belly_at + 1) / 2 * height + 0.05),
        (neck, height),
    ]
    profile = footed(points, foot * 1.02, 0.05)
    body = lathe(np.concatenate([profile, [(0.0, height)]]), "body", 44, shape=_ribs(rng, (8, 16), 0.05))
    dome = rng.uniform(0.08, 0.24)
    lid = lathe(
        np.concatenate(
            [
                curves.fillet([(0.0, height - 0.02), (neck * 1.08, height - 0.02), (neck * 1.08, height + 0.05)], 0.02),
                curves.spline(
                    [
                        (neck * 0.95, height + 0.07),
                        (neck * 0.55, height + 0.05 + dome * 0.75),
                        (0.0, height + 0.05 + dome),
                    ],
                    5,
                ),
            ]
        ),
        "lid",
        40,
    )
    knob = rng.uniform(0.08, 0.13)
    knob_piece = ball((knob, knob, knob * rng.uniform(0.7, 1.2)), "lid", (0, 0, height + 0.05 + dome + knob * 0.7), 16)
    spout_low = rng.uniform(0.25, 0.4) * height
    start = radius_at(profile, spout_low)
    end_height = height * rng.uniform(0.9, 1.1)
    spout_path = curves.spline(
        [
            (-start + 0.12, 0.0, spout_low),
            (-start - 0.16, 0.0, spout_low + 0.1 * height),
            (-start - 0.3, 0.0, spout_low + 0.55 * (end_height - spout_low)),
            (-start - rng.uniform(0.42, 0.6), 0.0, end_height),
        ],
        7,
    )
    taper = np.interp(np.linspace(0, 1, len(spout_path)), [0, 0.35, 1.0], [0.2, 0.14, 0.075])
    spout = _hollow_end(tube(spout_path, taper, "spout", 16, ends="flat"), spout_path[-1])
    if rng.random() < 0.3:  # a bail over the lid
        angles = np.linspace(0.06, math.pi - 0.06, 22)
        reach = height * rng.uniform(0.75, 0.9)
        path = np.column_stack([0.58 * np.cos(angles), np.zeros(22), height * 0.85 + reach * np.sin(angles)])
        handle = tube(path, 0.05, "handle", 10, up=(0, 1, 0))
    else:
        handle = ear(profile, 0.28 * height, 0.88 * height, rng.uniform(0.36, 0.5), rng.uniform(0.05, 0.065), 1.1)
    return [body, lid, knob_piece, spout, handle]


def _hollow_end(piece: Piece, end: np.ndarray) -> Piece:
    """Pushes the middle of a tube's flat end in, so that it reads as an opening."""
    vertices = piece.vertices.copy()
    fan = np.argmin(np.linalg.norm(vertices - end, axis=1))
    back = vertices[np.argsort(np.linalg.norm(vertices - end, axis=1))[40:56]].mean(axis=0)
    vertices[fan] += (back - end) * 1.6
    return Piece(vertices, piece.triangles, piece.part, piece.crease)


def bottle(rng: np.random.Generator) -> list[Piece]:
    height = rng.uniform(1.7, 2.5)
    body = rng.uniform(0.32, 0.5)
    neck = rng.uniform(0.1, 0.15)
    shoulder = rng.uniform(0.52, 0.72) * height
    slope = rng.uniform(0.08, 0.3) * height
    neck_start = min(shoulder + slope, 0.86 * height)
    waist = body * rng.choice([1.0, 1.0, 0.88])
    points = [
        (body, 0.1),
        (waist, shoulder * 0.5),
        (body, shoulder),
        (body * 0.82 + neck * 0.18, shoulder + 0.3 * (neck_start - shoulder)),
        (neck * 1.15, neck_start),
        (neck, height * 0.93),
    ]
    lip = [(neck * 1.3, height * 0.935), (neck * 1.3, height * 0.975), (neck * 1.1, height)]
    profile = np.concatenate(
        [
            curves.fillet([(0, 0), (body, 0.0), (body, 0.1)], 0.08, 4)[:-1],
            curves.spline(points, 8),
            lip,
            [(0.0, height)],
        ]
    )
    pieces = [lathe(profile, "body", 40)]
    if rng.random() < 0.75:
        cap = rng.uniform(0.05, 0.1) * height
        size = neck * rng.choice([0.85, 1.45])
        start = height * (0.985 if size < neck else 0.93)
        pieces += moved(cylinder(size, cap + height - start, "cap", 0.02, 28), (0, 0, start))
    return pieces


def jug(rng: np.random.Generator) -> list[Piece]:
    height = rng.uniform(1.3, 1.9)
    foot, belly = rng.uniform(0.34, 0.45), rng.uniform(0.5, 0.66)
    neck, lip = rng.uniform(0.3, 0.4), rng.uniform(0.36, 0.48)
    belly_at = rng.uniform(0.28, 0.45)
    points = [
        (foot, 0.06),
        (foot + 0.75 * (belly - foot), belly_at * 0.45 * height),
        (belly, belly_at * height),
        (neck + 0.4 * (belly - neck), (belly_at + 0.8) / 2 * height),
        (neck, 0.8 * height),
        (lip, height),
    ]
    profile = footed(points, foot, 0.05)
    body = shell(profile, 0.045, "body", 48)
    pull = rng.uniform(0.25, 0.42)

    def lip_pulled(points: np.ndarray) -> np.ndarray:
        """The rim is drawn out towards -X to a spout."""
        rise = np.clip((points[:, 2] - 0.78 * height) / (0.22 * height), 0.0, 1.0)
        angle = np.arctan2(points[:, 1], -points[:, 0])
        amount = pull * rise**1.5 * np.exp(-((angle / 0.42) ** 2))
        result = points.copy()
        result[:, 0] -= amount
        result[:, 2] += 0.3 * amount
        return result

    handle = ear(profile, 0.3 * height, 0.88 * height, rng.uniform(0.25, 0.36), rng.uniform(0.05, 0.065), 1.3)
    return [*deformed(body, lip_pulled), handle]


def goblet(rng: np.random.Generator) -> list[Piece]:
    base, stem = rng.uniform(0.36, 0.5), rng.uniform(0.035, 0.06)
    stem_top = rng.uniform(0.55, 1.0)
    bowl_height = rng.uniform(0.6, 1.0)
    belly, rim = rng.uniform(0.36, 0.56), rng.uniform(0.3, 0.5)
    top = stem_top + bowl_height
    foot = [(base, 0.02), (base * 0.8, 0.06), (stem * 2.2, 0.12), (stem, 0.3 * stem_top)]
    if rng.random() < 0.45:  # a knot in the stem
        foot += [(stem * 1.1, 0.45 * stem_top), (stem * 2.6, 0.55 * stem_top), (stem * 1.1, 0.65 * stem_top)]
    cup = [(stem * 1.1, 0.9 * stem_top), (stem * 2.5, stem_top + 0.02), (belly * 0.85, stem_top + 0.18 * bowl_height)]
    cup += [(belly, stem_top + 0.42 * bowl_height), (rim, top)]
    outer = np.concatenate([[(0.0, 0.0), (base, 0.0)], curves.spline(foot + cup, 6)])
    inside = curves.spline(
        [
            (rim - 0.03, top),
            (belly - 0.035, stem_top + 0.42 * bowl_height),
            (belly * 0.82, stem_top + 0.2 * bowl_height),
            (0.0, stem_top + 0.08),
        ],
        6,
    )
    rim_round = [(rim - 0.015, top + 0.012)]
    return [lathe(np.concatenate([outer, rim_round, inside]), "body", 44)]


def barrel(rng: np.random.Generator) -> list[Piece]:
    height, end = rng.uniform(1.5, 2.0), rng.uniform(0.5, 0.62)
    belly = end * rng.uniform(1.12, 1.35)
    z = np.linspace(0.0, height, 13)
    radius = end + (belly - end) * np.sin(z / height * math.pi)
    lid = 0.06
    profile = np.concatenate(
        [
            [(0, lid), (end - 0.07, lid), (end - 0.06, 0)],
            np.column_stack([radius, z]),
            [(end - 0.06, height), (end - 0.07, height - lid), (0, height - lid)],
        ]
    )
    staves = int(rng.integers(14, 22))

    def gaps(angle, _height):
        """A narrow groove between two staves."""
        return 1 - 0.02 * np.exp(-((np.mod(angle * staves / (2 * math.pi), 1.0) - 0.5) ** 2) / 0.012)

    body = lathe(profile, "body", staves * 4, shape=gaps, crease=math.radians(25))
    hoops = []
    pairs = rng.integers(1, 4)
    for i in range(pairs):
        for place in (0.04 + 0.13 * i, 0.96 - 0.13 * i):
            width = 0.035 * height
            r = end + (belly - end) * math.sin(place * math.pi)
            lean = (belly - end) * math.cos(place * math.pi) * math.pi / height * width
            section = [(r - 0.02, -width), (r + 0.022 - lean, -width), (r + 0.022 + lean, width), (r - 0.02, width)]
            hoops += moved(lathe(np.array(section), "hoops", 48, loop=True), (0, 0, place * height))
    pieces = [body, *hoops]
    if rng.random() < 0.25:  # lying on its side
        pieces = turned(pieces, "x", math.pi / 2)
    return pieces


def pot(rng: np.random.Generator) -> list[Piece]:
    height, radius = rng.uniform(0.6, 1.1), 0.8
    bottom = radius * rng.uniform(0.85, 1.0)
    belly = radius * rng.uniform(1.0, 1.12)
    points = [(bottom, 0.1), (belly, height * 0.45), (radius, height)]
    profile = np.concatenate(
        [curves.fillet([(0, 0), (bottom, 0), (bottom, 0.1)], 0.09, 4)[:-1], curves.spline(points, 6)]
    )
    pieces = [shell(profile, 0.05, "body", 48)]
    rim = moved(torus(radius, (0.035, 0.03), "body", 48, 8), (0, 0, height))
    if rng.random() < 0.65:
        dome = rng.uniform(0.12, 0.3)
        lid = curves.spline(
            [(radius * 1.02, height + 0.03), (radius * 0.7, height + 0.05 + 0.6 * dome), (0.0, height + 0.05 + dome)], 6
        )
        pieces += [lathe(np.concatenate([[(0.0, height + 0.01), (radius * 1.02, height + 0.01)], lid]), "lid", 48)]
        pieces += moved(cylinder(0.06, 0.12, "handle", 0.01, 20), (0, 0, height + dome + 0.02))
        pieces += [ball((0.13, 0.13, 0.06), "handle", (0, 0, height + dome + 0.16), 18)]
    grip = height * rng.uniform(0.72, 0.85)
    r = radius_at(profile, grip)
    if rng.random() < 0.3:  # a saucepan
        path = curves.spline(
            [(r - 0.04, 0, grip), (r + 0.4, 0, grip + 0.06), (r + rng.uniform(0.9, 1.3), 0, grip + 0.12)], 5
        )
        size = np.column_stack([np.linspace(0.07, 0.1, len(path)), np.linspace(0.045, 0.055, len(path))])
        pieces += [tube(path, size, "handle", 12, up=(0, 0, 1))]
    else:
        arc = curves.arc((r - 0.03, 0.0), (0.22, 0.3), -math.pi / 2, math.pi / 2, 12)
        path = np.column_stack([arc, np.full(len(arc), grip)])
        loop = tube(path, 0.045, "handle", 10)
        pieces += [loop, *turned(loop, "z", math.pi)]
    return pieces + rim


def bucket(rng: np.random.Generator) -> list[Piece]:
    height = rng.uniform(1.0, 1.35)
    bottom, top = rng.uniform(0.48, 0.58), rng.uniform(0.68, 0.8)
    profile = np.array(
        [
            (0.0, 0.0),
            (bottom - 0.03, 0.0),
            (bottom, 0.03),
            *[(bottom + (top - bottom) * t, height * t) for t in np.linspace(0.08, 1, 8)],
        ]
    )
    pieces = [shell(profile, 0.035, "body", 44)]
    pieces += moved(torus(top, 0.035, "body", 44, 8), (0, 0, height))
    for t in ([0.3, 0.7], [0.12], [])[rng.integers(3)]:
        r = bottom + (top - bottom) * t
        pieces += moved(torus(r, (0.022, 0.03), "body", 44, 8), (0, 0, height * t))
    angles = np.linspace(0.0, math.pi, 26)
    reach = top * rng.uniform(0.85, 1.0)
    bail = np.column_stack([(top + 0.03) * np.cos(angles), np.zeros(26), reach * np.sin(angles)])
    lean = rng.uniform(-0.35, 0.35) if rng.random() < 0.7 else rng.choice([-1.0, 1.0]) * 1.35
    parts = [tube(bail, 0.022, "handle", 8, up=(0, 1, 0))]
    if rng.random() < 0.6 and abs(lean) < 1:
        grip = [(x, 0.0, reach * math.sqrt(1 - (x / (top + 0.03)) ** 2)) for x in np.linspace(-0.2, 0.2, 5)]
        parts += [tube(np.array(grip), 0.055, "handle", 12, ends="flat")]
    pieces += moved(turned(parts, "x", lean), (0, 0, height - 0.06))
    pieces += mirrored(ball((0.035, 0.07, 0.07), "handle", (top + 0.01, 0, height - 0.06), 12))
    return pieces


def amphora(rng: np.random.Generator) -> list[Piece]:
    height = rng.uniform(2.0, 2.5)
    belly, neck = rng.uniform(0.5, 0.66), rng.uniform(0.15, 0.2)
    belly_at = rng.uniform(0.5, 0.6)
    foot = rng.uniform(0.14, 0.24)
    points = [
        (foot * 0.7, 0.12),
        (belly * 0.62, 0.22 * height),
        (belly, belly_at * height),
        (belly * 0.75, (belly_at + 0.12) * height),
        (neck, 0.78 * height),
        (neck, 0.9 * height),
        (neck * 1.5, height),
    ]
    profile = footed(points, foot, 0.07)
    body = shell(profile, 0.04, "body", 48)
    low, high = (belly_at + 0.1) * height, 0.93 * height
    outwards = rng.uniform(0.26, 0.4)
    path = curves.spline(
        [
            (radius_at(profile, low) - 0.05, 0, low),
            (neck + outwards + 0.05, 0, low + 0.12 * height),
            (neck + outwards, 0, high - 0.02 * height),
            (neck + outwards * 0.5, 0, high + 0.015 * height),
            (neck - 0.02, 0, high - 0.02 * height),
        ],
        7,
    )
    handle = tube(path, np.array([[0.075, 0.04]] * len(path)), "handle", 10, up=(0, 1, 0))
    return [body, handle, *turned(handle, "z", math.pi)]


def flowerpot(rng: np.random.Generator) -> list[Piece]:
    height, bottom, top = rng.uniform(0.9, 1.3), rng.uniform(0.4, 0.5), rng.uniform(0.6, 0.75)
    band, lip = rng.uniform(0.2, 0.3), rng.uniform(0.05, 0.08)
    below = bottom + (top - bottom) * (height - band) / height
    outline = [
        (0, 0),
        (bottom, 0),
        (below, height - band),
        (below + lip, height - band),
        (top + lip, height),
        (top - 0.02, height),
    ]
    soil = height - 0.1
    outline += [(top - 0.06, soil), (0, soil)]
    pot_piece = lathe(curves.fillet(outline, 0.02, 2), "pot", 44)
    leaves = []
    count = int(rng.integers(7, 13))
    length, spread = rng.uniform(0.8, 1.4), rng.uniform(0.3, 0.8)
    width = rng.uniform(0.09, 0.17)
    t = np.linspace(0.0, 1.0, 9)
    for i in range(count):
        size = length * rng.uniform(0.7, 1.1)
        bend = spread * rng.uniform(0.6, 1.3)
        path = np.column_stack([bend * t + 0.5 * bend * t**2, 0 * t, size * (t - 0.45 * bend * t**2)])
        leaf_width = width * np.sin(np.pi * (0.12 + 0.86 * t)) ** 0.8 + 0.005
        leaf = tube(path, np.column_stack([leaf_width, 0.16 * leaf_width + 0.006]), "leaves", 8, up=(-0.3, 0, 1))
        leaves += moved(turned(leaf, "z", i * 2.39996 + rng.uniform(-0.2, 0.2)), (0, 0, soil - 0.03))
    return [pot_piece, *leaves]


def lamp(rng: np.random.Generator) -> list[Piece]:
    height = rng.uniform(1.5, 2.0)
    shade_height, low, high = rng.uniform(0.5, 0.75), rng.uniform(0.55, 0.75), rng.uniform(0.25, 0.5)
    start = height - shade_height * 0.85
    base = rng.uniform(0.3, 0.42)
    style = rng.integers(3)
    if style == 0:  # a turned body
        belly = rng.uniform(0.26, 0.4)
        points = [(base * 0.9, 0.07), (0.12, 0.18), (belly, 0.42 * start), (0.1, 0.85 * start), (0.05, start + 0.1)]
    elif style == 1:  # a slender stand
        points = [(base, 0.05), (0.12, 0.09), (0.05, 0.2), (0.045, start + 0.1)]
    else:  # turned beads
        points = [
            (base, 0.06),
            (0.1, 0.14),
            (0.17, 0.3 * start),
            (0.07, 0.45 * start),
            (0.2, 0.65 * start),
            (0.06, 0.85 * start),
            (0.05, start + 0.1),
        ]
    stand = np.concatenate(
        [curves.fillet([(0, 0), (base, 0), points[0]], 0.02)[:-1], curves.spline(points, 7), [(0.0, start + 0.1)]]
    )
    wall = 0.025
    shade = [(low, start), (high, start + shade_height), (high - wall, start + shade_height), (low - wall, start)]
    pleats = int(rng.integers(18, 30))
    pleated = rng.random() < 0.35

    def folds(angle, _height):
        return 1 + 0.025 * np.cos(pleats * angle)

    return [
        lathe(stand, "stand", 36),
        lathe(np.array(shade), "shade", 6 * pleats if pleated else 48, loop=True, shape=folds if pleated else None),
        ball(0.13, "stand", (0, 0, start + 0.22), 18),
        *moved(cylinder(0.02, shade_height * 0.75, "stand", 0.0, 8), (0, 0, start + 0.1)),
        *around(
            tube(
                np.array(
                    [
                        (0, 0, start + shade_height * 0.82),
                        (high + (low - high) * 0.18 - 0.01, 0, start + shade_height * 0.82),
                    ]
                ),
                0.012,
                "stand",
                6,
            ),
            3,
        ),
    ]


FAMILIES = (
    Family("vase", "vessel", vase),
    Family("bowl", "vessel", bowl),
    Family("plate", "vessel", plate),
    Family("mug", "vessel", mug),
    Family("teapot", "vessel", teapot),
    Family("bottle", "vessel", bottle),
    Family("jug", "vessel", jug),
    Family("goblet", "vessel", goblet),
    Family("barrel", "vessel", barrel),
    Family("pot", "vessel", pot),
    Family("bucket", "vessel", bucket),
    Family("amphora", "vessel", amphora),
    Family("flowerpot", "vessel", flowerpot),
    Family("lamp", "vessel", lamp),
)
