# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Furniture: boards, legs and cushions."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np

from . import curves
from .primitives import (
    around,
    ball,
    box,
    cushion,
    cylinder,
    deformed,
    extrusion,
    lathe,
    moved,
    profiled,
    standing,
    torus,
    tube,
    turned,
)
from .shape import Family, Piece


@dataclasses.dataclass(frozen=True)
class Leg:
    """How the legs of one piece of furniture look; ``size`` is their width at the top, ``splay`` their lean."""

    style: str
    size: float
    splay: float
    beads: tuple[float, ...]

    def stand(self, x: float, y: float, height: float, part: str = "legs") -> list[Piece]:
        """A leg from the floor up to (x, y, height), leaning outwards."""
        if self.style == "square":
            leg = box((self.size, self.size, height), part, 0.08 * self.size, (0, 0, height / 2))
        elif self.style == "tapered":
            leg = box((self.size, self.size, height), part, 0.08 * self.size, (0, 0, height / 2))
            (leg,) = deformed(
                leg, lambda p: p * np.column_stack([0.5 + 0.5 * p[:, 2:] / height] * 2 + [np.ones(len(p))])
            )
        elif self.style == "round":
            leg = cylinder(0.3 * self.size, height, part, 0.02, 16, top=0.5 * self.size)
        else:
            r = 0.5 * self.size
            z = np.linspace(0.0, 0.78 * height, len(self.beads))
            beads = np.column_stack([r * np.array(self.beads), z])
            block = [(r * 1.1, 0.8 * height), (r * 1.1, height), (0.0, height)]
            leg = lathe(np.concatenate([[(0.0, 0.0)], curves.spline(beads, 4), block]), part, 16)
        out = np.array([np.sign(x), np.sign(y), 0.0]) * self.splay
        return deformed(leg, lambda p: p + out * (height - p[:, 2:]) + (x, y, 0.0))


def _leg(rng: np.random.Generator, size: float, splay: float = 0.12) -> Leg:
    style = str(rng.choice(["square", "tapered", "round", "turned"]))
    leans = style in ("tapered", "round") and rng.random() < 0.6
    beads = tuple(rng.uniform(0.45, 1.15) if i % 2 else rng.uniform(0.35, 0.6) for i in range(6))
    return Leg(style, size, rng.uniform(0.3, 1.0) * splay if leans else 0.0, beads)


def _panels(count: int, low: float, high: float, gap: float) -> list[tuple[float, float]]:
    """(centre, width) of this many strips between two places with a gap between them."""
    width = (high - low - gap * (count - 1)) / count
    return [(low + width / 2 + i * (width + gap), width) for i in range(count)]


def chair(rng: np.random.Generator) -> list[Piece]:
    width, depth = rng.uniform(0.85, 1.1), rng.uniform(0.85, 1.05)
    seat_height, thickness = rng.uniform(0.9, 1.1), rng.uniform(0.06, 0.14)
    back_height = rng.uniform(0.8, 1.3)
    leg = _leg(rng, rng.uniform(0.09, 0.15))
    x, y = width / 2 - 0.09, depth / 2 - 0.09
    round_seat = rng.random() < 0.25
    if round_seat:
        seat = moved(cylinder(width / 2, thickness, "seat", 0.03), (0, 0, seat_height))
        x, y = 0.7 * x, 0.7 * y
    elif rng.random() < 0.35:
        seat = [cushion((width, depth, thickness + 0.08), "seat", 0.08, 0.04, at=(0, 0, seat_height + thickness / 2))]
    else:
        seat = [box((width, depth, thickness), "seat", 0.03, (0, 0, seat_height + thickness / 2))]
    pieces = list(seat)
    for sx in (-1, 1):
        for sy in (-1, 1):
            pieces += leg.stand(sx * x, sy * y, seat_height + 0.02)
    if rng.random() < 0.4 and not leg.splay:
        bar = rng.uniform(0.25, 0.5) * seat_height
        pieces += [box((0.05, 2 * y, 0.06), "legs", 0.01, (sx * x, 0, bar)) for sx in (-1, 1)]
        pieces += [box((2 * x, 0.05, 0.06), "legs", 0.01, (0, 0, bar))]

    back: list[Piece] = []
    low, top = seat_height + thickness - 0.03, seat_height + thickness + back_height
    half = width / 2 - 0.06 if not round_seat else 0.62 * width / 2
    post = rng.uniform(0.07, 0.11)
    style = rng.integers(5)
    if style == 0:  # a board
        low_gap = low + rng.choice([0.03, 0.25])
        board = curves.rectangle(2 * half + 0.1, top - low_gap, rng.uniform(0.04, 0.3), 4)
        back += moved(standing(extrusion(board, 0.08, "back", 0.02)), (0, 0, (top + low_gap) / 2))
        back += [
            box((post, post, low_gap - low + 0.2), "back", at=(s * half * 0.8, 0, (low + low_gap) / 2)) for s in (-1, 1)
        ]
    elif style == 1:  # a ladder
        back += [box((post, post, top - low), "back", at=(s * half, 0, (low + top) / 2)) for s in (-1, 1)]
        for z, h in _panels(int(rng.integers(2, 5)), low + 0.25, top - 0.04, rng.uniform(0.08, 0.2)):
            back += [box((2 * half, 0.05, h), "back", 0.015, (0, 0, z))]
    elif style == 2:  # slats
        back += [box((post, post, top - low), "back", at=(s * half, 0, (low + top) / 2)) for s in (-1, 1)]
        back += [box((2 * half + 0.14, 0.08, 0.16), "back", 0.03, (0, 0, top - 0.06))]
        back += [box((2 * half, 0.06, 0.08), "back", 0.02, (0, 0, low + 0.15))]
        for at, w in _panels(int(rng.integers(2, 6)), -half + 0.1, half - 0.1, rng.uniform(0.06, 0.14)):
            back += [box((w, 0.04, top - low - 0.2), "back", 0.01, (at, 0, (low + top) / 2))]
    elif style == 3:  # spindles under a bow
        bow = np.array(
            [
                (-half, 0, low),
                (-half, 0, low + 0.5 * back_height),
                (0, 0, top + 0.1),
                (half, 0, low + 0.5 * back_height),
                (half, 0, low),
            ]
        )
        path = curves.spline(bow, 8)
        back += [tube(path, 0.045, "back", 10)]
        for at in np.linspace(-0.7, 0.7, int(rng.integers(4, 7))) * half:
            reach = np.interp(at, path[:, 0], path[:, 2]) if at <= 0 else np.interp(-at, path[:, 0], path[:, 2])
            back += [tube(np.array([(at, 0, low), (at, 0, reach)]), 0.022, "back", 8)]
    else:  # upholstered
        back += [cushion((2 * half + 0.12, 0.16, top - low), "back", 0.075, 0.04, at=(0, 0, (low + top) / 2))]
    place = depth / 2 - 0.07 if not round_seat else 0.72 * width / 2
    pieces += turned(moved(back, (0, place, 0)), "x", -rng.uniform(0.04, 0.2), (0, place, low))
    if rng.random() < 0.25 and not round_seat:
        arm = seat_height + thickness + rng.uniform(0.35, 0.48)
        for s in (-1, 1):
            pieces += [box((0.1, depth * 0.92, 0.06), "back", 0.02, (s * (width / 2 - 0.03), 0.02, arm))]
            pieces += [
                box(
                    (0.07, 0.07, arm - seat_height),
                    "back",
                    0.01,
                    (s * (width / 2 - 0.04), -depth * 0.34, (arm + seat_height) / 2),
                )
            ]
    return pieces


def stool(rng: np.random.Generator) -> list[Piece]:
    height, radius, thickness = rng.uniform(0.8, 1.9), rng.uniform(0.42, 0.6), rng.uniform(0.08, 0.16)
    style = rng.integers(3)
    if style == 0:
        seat = moved(cylinder(radius, thickness, "seat", 0.04, 40), (0, 0, height))
    elif style == 1:
        profile = [
            (0, 0),
            (radius, 0),
            (radius * 1.04, thickness),
            (radius * 0.85, thickness * 1.9),
            (0, thickness * 2.1),
        ]
        seat = moved(lathe(curves.fillet(profile, 0.09, 4), "seat", 40), (0, 0, height))
    else:
        seat = [box((1.9 * radius, 1.5 * radius, thickness), "seat", 0.03, (0, 0, height + thickness / 2))]
    leg = _leg(rng, rng.uniform(0.09, 0.14), 0.16 / height)
    pieces = list(seat)
    reach = 0.68 * radius
    if style == 2:
        for sx in (-1, 1):
            for sy in (-1, 1):
                pieces += leg.stand(sx * 0.78 * radius, sy * 0.58 * radius, height + 0.02)
        bar = 0.35 * height
        lean = leg.splay * (height - bar)
        pieces += [
            box((0.05, 1.16 * radius + 2 * lean, 0.06), "legs", at=(s * (0.78 * radius + lean), 0, bar))
            for s in (-1, 1)
        ]
    else:
        count = int(rng.integers(3, 5))
        pieces += around(leg.stand(0.0, -reach, height + 0.02), count)
        if rng.random() < 0.6:
            bar = rng.uniform(0.25, 0.45) * height
            pieces += moved(torus(reach + leg.splay * (height - bar), 0.03, "legs", 40, 8), (0, 0, bar))
    return pieces


def table(rng: np.random.Generator) -> list[Piece]:
    height, thickness = rng.uniform(0.85, 1.05), rng.uniform(0.06, 0.12)
    style = rng.integers(4)
    if style == 0:  # round, on one foot
        radius = rng.uniform(0.65, 0.95)
        foot = rng.uniform(0.3, 0.42)
        column = [
            (foot, 0.06),
            (0.12, 0.13),
            (0.1, 0.3),
            (rng.uniform(0.09, 0.2), 0.55 * height),
            (0.08, 0.8 * height),
            (0.25, height),
        ]
        stand = np.concatenate([[(0, 0), (foot, 0)], curves.spline(column, 6), [(0, height)]])
        return [*moved(cylinder(radius, thickness, "top", 0.03, 48), (0, 0, height)), lathe(stand, "legs", 32)]
    width, depth = rng.uniform(1.5, 2.0), rng.uniform(0.85, 1.15)
    top = curves.rectangle(width, depth, rng.choice([0.04, 0.15, 0.4]), 5)
    if style == 1:
        top = curves.superellipse(width / 2, depth / 2, 2.2, 48)
    pieces = moved(extrusion(top, thickness, "top", 0.02), (0, 0, height + thickness / 2))
    x, y = width / 2 - 0.13, depth / 2 - 0.13
    if style == 1:
        x, y = 0.68 * x, 0.68 * y
    if style == 3 and rng.random() < 0.6:  # a trestle
        for s in (-1, 1):
            for lean in (-1, 1):
                path = np.array([(s * x * 0.8, lean * y, 0.0), (s * x * 0.8, -lean * y * 0.6, height)])
                section = curves.rectangle(2, 2)
                pieces += [
                    tube(path, 0.055, "legs", section=section, up=(1, 0, 0), ends="flat", crease=math.radians(40))
                ]
        pieces += [box((1.6 * x, 0.07, 0.12), "legs", 0.02, (0, 0, height * 0.62))]
        return pieces
    leg = _leg(rng, rng.uniform(0.1, 0.17))
    for sx in (-1, 1):
        for sy in (-1, 1):
            pieces += leg.stand(sx * x, sy * y, height + 0.01)
    if rng.random() < 0.65:
        apron = rng.uniform(0.1, 0.2)
        pieces += [box((2 * x, 0.05, apron), "legs", 0.01, (0, s * y, height - apron / 2)) for s in (-1, 1)]
        pieces += [box((0.05, 2 * y, apron), "legs", 0.01, (s * x, 0, height - apron / 2)) for s in (-1, 1)]
        if rng.random() < 0.4:
            pieces += [ball(0.035, "legs", (0, -y - 0.05, height - apron / 2), 12)]
    return pieces


def bench(rng: np.random.Generator) -> list[Piece]:
    width, depth, height = rng.uniform(1.7, 2.2), rng.uniform(0.5, 0.68), rng.uniform(0.48, 0.62)
    pieces: list[Piece] = []
    for y, w in _panels(int(rng.integers(2, 5)), -depth / 2, depth / 2, rng.uniform(0.02, 0.05)):
        pieces += [box((width, w, 0.07), "seat", 0.015, (0, y, height))]
    x = width / 2 - rng.uniform(0.15, 0.3)
    iron = rng.random() < 0.5
    for s in (-1, 1):
        if iron:
            outline = [(-depth / 2, 0), (-depth / 2 + 0.12, 0), (-depth / 4, height * 0.6), (depth / 4, height * 0.6)]
            outline += [
                (depth / 2 - 0.12, 0),
                (depth / 2, 0),
                (depth / 2 - 0.02, height - 0.02),
                (-depth / 2 + 0.02, height - 0.02),
            ]
            pieces += moved(profiled(curves.fillet(outline, 0.06, 3, closed=True), 0.09, "legs", 0.015), (s * x, 0, 0))
        else:
            pieces += [
                box((0.09, 0.09, height), "legs", 0.012, (s * x, t * (depth / 2 - 0.08), height / 2)) for t in (-1, 1)
            ]
    if rng.random() < 0.75:
        back: list[Piece] = []
        top = height + rng.uniform(0.5, 0.7)
        for z, w in _panels(int(rng.integers(2, 5)), height + 0.14, top, rng.uniform(0.02, 0.06)):
            back += [box((width, 0.06, w), "back", 0.015, (0, depth / 2 - 0.03, z))]
        back += [
            box((0.08, 0.07, top - height), "legs", 0.012, (s * x, depth / 2 + 0.02, (top + height) / 2))
            for s in (-1, 1)
        ]
        pieces += turned(back, "x", -rng.uniform(0.08, 0.22), (0, depth / 2, height))
        if rng.random() < 0.6:
            arm = height + 0.26
            for s in (-1, 1):
                pieces += [box((0.1, depth * 0.95, 0.05), "legs", 0.015, (s * x, 0.02, arm))]
                pieces += [
                    box((0.07, 0.07, arm - height), "legs", 0.012, (s * x, -depth / 2 + 0.08, (arm + height) / 2))
                ]
    return pieces


def bed(rng: np.random.Generator) -> list[Piece]:
    width, length = rng.uniform(1.05, 1.7), 2.1
    base = rng.uniform(0.22, 0.36)
    mattress = rng.uniform(0.2, 0.3)
    head, foot = rng.uniform(0.35, 0.7), rng.uniform(0.0, 0.25)
    pieces = [cushion((width - 0.06, length - 0.08, mattress), "mattress", 0.09, 0.03, at=(0, 0, base + mattress / 2))]
    pieces += [box((width, length, 0.18), "frame", 0.03, (0, 0, base - 0.05))]
    for sx in (-1, 1):
        for sy in (-1, 1):
            pieces += [
                box((0.12, 0.12, base), "frame", 0.02, (sx * (width / 2 - 0.06), sy * (length / 2 - 0.06), base / 2))
            ]
    top = base + mattress + head
    style = rng.integers(3)
    for y, z in ((length / 2, top), (-length / 2, base + mattress * 0.6 + foot)):
        if style == 0:
            board = [
                (-width / 2 - 0.03, 0.05),
                (width / 2 + 0.03, 0.05),
                (width / 2 + 0.03, z - 0.12),
                (0, z + 0.1),
                (-width / 2 - 0.03, z - 0.12),
            ]
            outline = curves.fillet(np.array(board), 0.5, 6, closed=True)
            pieces += moved(standing(extrusion(outline, 0.1, "frame", 0.025)), (0, y, 0))
        elif style == 1:
            pieces += [box((0.11, 0.11, z), "frame", 0.02, (s * width / 2, y, z / 2)) for s in (-1, 1)]
            pieces += [ball(0.09, "frame", (s * width / 2, y, z + 0.05), 14) for s in (-1, 1)]
            pieces += [box((width, 0.07, 0.1), "frame", 0.02, (0, y, z - 0.08))]
            for x in np.linspace(-width / 2, width / 2, int(rng.integers(5, 9)))[1:-1]:
                pieces += [box((0.05, 0.05, z - base), "frame", 0.01, (x, y, (z + base) / 2 - 0.08))]
        else:
            pieces += [cushion((width + 0.06, 0.16, z - 0.05), "frame", 0.07, 0.0, at=(0, y, z / 2))]
    count = 1 if width < 1.25 else 2
    for x, w in _panels(count, -width / 2 + 0.12, width / 2 - 0.12, 0.08):
        pillow = cushion((min(w, 0.75), 0.42, 0.16), "pillow", 0.07, 0.06, at=(0, 0, 0))
        pieces += moved(turned(pillow, "x", 0.25), (x, length / 2 - 0.34, base + mattress + 0.11))
    if rng.random() < 0.75:
        cover = rng.uniform(0.5, 0.68) * length
        low = base * 0.5 if rng.random() < 0.5 else base + mattress * 0.3
        height = base + mattress + 0.05 - low
        pieces += [
            cushion(
                (width + 0.05, cover, height),
                "blanket",
                0.08,
                0.015,
                at=(0, -length / 2 + cover / 2 + 0.06, low + height / 2),
            )
        ]
    return pieces


def _seats(rng: np.random.Generator, count: int) -> list[Piece]:
    """A sofa with this many seats."""
    seat_width, depth = rng.uniform(0.6, 0.75), rng.uniform(0.8, 0.95)
    arm, arm_height = rng.uniform(0.16, 0.3), rng.uniform(0.55, 0.75)
    back_height, base = rng.uniform(0.85, 1.15), rng.uniform(0.1, 0.2)
    inner = seat_width * count
    seat = rng.uniform(0.42, 0.5)
    pieces = [cushion((inner + 0.06, depth, seat - base - 0.1), "body", 0.04, at=(0, 0, (seat - 0.1 + base) / 2))]
    back_depth = 0.24
    pieces += [
        cushion(
            (inner + 2 * arm * 0.7, back_depth, back_height - base),
            "body",
            0.1,
            0.02,
            at=(0, depth / 2 - back_depth / 2 + 0.04, (back_height + base) / 2),
        )
    ]
    for s in (-1, 1):
        x = s * (inner / 2 + arm / 2)
        pieces += [
            cushion((arm, depth, arm_height - base), "body", 0.45 * arm, 0.01, at=(x, 0, (arm_height + base) / 2))
        ]
    rolled = rng.random() < 0.4
    if rolled:
        roll = arm * 0.62
        for s in (-1, 1):
            path = np.array(
                [
                    (s * (inner / 2 + arm * 0.6), -depth / 2 - 0.02, arm_height - roll * 0.5),
                    (s * (inner / 2 + arm * 0.6), depth / 2 - 0.1, arm_height - roll * 0.5),
                ]
            )
            pieces += [tube(path, roll, "body", 20, ends="flat")]
    for i in range(count):
        x = (i - (count - 1) / 2) * seat_width
        pieces += [
            cushion(
                (seat_width - 0.015, depth - back_depth + 0.06, 0.2),
                "cushions",
                0.06,
                0.035,
                at=(x, -back_depth / 2 - 0.02, seat),
            )
        ]
        tall = back_height - seat - rng.uniform(0.02, 0.1)
        soft = cushion((seat_width - 0.02, 0.2, tall), "cushions", 0.08, 0.04)
        pieces += moved(turned(soft, "x", -0.16), (x, depth / 2 - back_depth - 0.06, seat + 0.08 + tall / 2))
    for sx in (-1, 1):
        for sy in (-1, 1):
            foot = cylinder(0.035, base + 0.04, "legs", 0.01, 14, top=0.055)
            pieces += moved(foot, (sx * (inner / 2 + arm * 0.4), sy * (depth / 2 - 0.1), 0))
    return pieces


def sofa(rng: np.random.Generator) -> list[Piece]:
    return _seats(rng, int(rng.integers(2, 4)))


def armchair(rng: np.random.Generator) -> list[Piece]:
    return _seats(rng, 1)


def shelf(rng: np.random.Generator) -> list[Piece]:
    width, height, depth = rng.uniform(1.0, 1.7), rng.uniform(1.5, 2.2), rng.uniform(0.35, 0.5)
    board = rng.uniform(0.05, 0.08)
    pieces = [box((board, depth, height), "frame", 0.01, (s * (width - board) / 2, 0, height / 2)) for s in (-1, 1)]
    count = int(rng.integers(3, 6))
    levels = np.linspace(board / 2, height - board / 2, count + 1)
    pieces += [
        box((width + 0.06 * (i == count), depth + 0.03 * (i == count), board), "frame", 0.01, (0, 0, z))
        for i, z in enumerate(levels)
    ]
    pieces += [box((width - 0.02, 0.03, height - 0.04), "frame", 0.005, (0, depth / 2 - 0.03, height / 2))]
    for low, high in itertools.pairwise(levels):
        room = high - low - board
        x, end = -width / 2 + board + 0.01, width / 2 - board - 0.01
        stop = end if rng.random() < 0.6 else rng.uniform(-0.2, 0.9) * end
        while True:
            thick = rng.uniform(0.05, 0.12)
            if x + thick > stop:
                break
            tall, deep = room * rng.uniform(0.6, 0.93), depth * rng.uniform(0.6, 0.8)
            pieces += [
                box(
                    (thick * 0.94, deep, tall),
                    "books",
                    0.008,
                    (x + thick / 2, depth * 0.42 - deep / 2, low + board / 2 + tall / 2),
                )
            ]
            x += thick
    return pieces


def wardrobe(rng: np.random.Generator) -> list[Piece]:
    width, height, depth = rng.uniform(1.1, 1.5), rng.uniform(1.8, 2.2), rng.uniform(0.5, 0.65)
    foot = rng.uniform(0.08, 0.2)
    pieces = [box((width, depth, height - foot), "body", 0.03, (0, 0, (height + foot) / 2))]
    cornice = rng.uniform(0.05, 0.1)
    pieces += [box((width + 2 * cornice, depth + cornice, 0.1), "body", 0.04, (0, -cornice / 2, height))]
    pieces += [box((width + 0.05, depth + 0.04, 0.1), "body", 0.02, (0, -0.02, foot + 0.05))]
    for sx in (-1, 1):
        for sy in (-1, 1):
            pieces += [
                ball(
                    (0.07, 0.07, foot * 0.6),
                    "body",
                    (sx * (width / 2 - 0.08), sy * (depth / 2 - 0.08), foot * 0.55),
                    14,
                )
            ]
    drawer = rng.uniform(0.25, 0.4) if rng.random() < 0.5 else 0.0
    panels = int(rng.integers(1, 4))
    front = -depth / 2
    low, high = foot + 0.14 + drawer, height - 0.1
    for x, w in _panels(2, -width / 2 + 0.05, width / 2 - 0.05, 0.02):
        pieces += [box((w, 0.05, high - low), "doors", 0.012, (x, front - 0.01, (low + high) / 2))]
        for z, h in _panels(panels, low + 0.09, high - 0.09, 0.1):
            pieces += [box((w - 0.18, 0.04, h), "doors", 0.018, (x, front - 0.025, z))]
        pieces += [ball(0.035, "doors", (x - np.sign(x) * (w / 2 - 0.05), front - 0.075, (low + high) / 2), 14)]
    if drawer:
        pieces += [box((width - 0.1, 0.05, drawer - 0.04), "doors", 0.012, (0, front - 0.01, foot + 0.12 + drawer / 2))]
        pieces += [
            ball(0.035, "doors", (s * width * 0.25, front - 0.06, foot + 0.12 + drawer / 2), 14) for s in (-1, 1)
        ]
    return pieces


def chest(rng: np.random.Generator) -> list[Piece]:
    """A treasure chest with a vaulted lid and iron bands, shut or open."""
    width, depth, height = rng.uniform(1.3, 1.7), rng.uniform(0.8, 1.0), rng.uniform(0.5, 0.75)
    vault = rng.uniform(0.2, 0.5) * depth
    arc = curves.arc((0, 0), (depth / 2, vault), 0, math.pi, 14)
    lid_outline = np.concatenate([arc, [(-depth / 2, -0.1), (depth / 2, -0.1)]])
    lid = profiled(lid_outline, width, "body", 0.015)
    pieces: list[Piece] = [box((width, depth, height), "body", 0.02, (0, 0, height / 2))]
    places = np.linspace(-1, 1, int(rng.integers(2, 5))) * (width / 2 - 0.1)
    band = rng.uniform(0.08, 0.13)
    outer = np.concatenate(
        [
            curves.arc((0, 0), (depth / 2 + 0.025, vault + 0.025), 0, math.pi, 14),
            [(-depth / 2 - 0.025, -0.1), (depth / 2 + 0.025, -0.1)],
        ]
    )
    for x in places:
        pieces += [box((band, depth + 0.05, height + 0.02), "bands", 0.012, (x, 0, height / 2 - 0.005))]
        lid += moved(profiled(outer, band, "bands", 0.012), (x, 0, 0))
    lid += [box((width + 0.02, depth + 0.04, 0.09), "bands", 0.012, (0, 0, -0.055))]
    pieces += [box((width + 0.02, depth + 0.04, 0.07), "bands", 0.012, (0, 0, 0.035))]
    lid += [box((0.2, 0.06, 0.24), "bands", 0.02, (0, -depth / 2 - 0.03, -0.08))]
    pieces += moved(lid, (0, 0, height + 0.1))
    if rng.random() < 0.3:
        closed = len(pieces) - len(lid)
        pieces = pieces[:closed] + turned(pieces[closed:], "x", -rng.uniform(0.4, 0.9), (0, depth / 2, height))
        # An open chest is full: a heap of coins hides that it is solid.
        heap = ball((width * 0.44, depth * 0.42, 0.22), "treasure", (0, -0.02, height - 0.02), 28)
        pieces += [heap]
        for _ in range(34):
            angle, r = rng.uniform(0, 2 * math.pi), math.sqrt(rng.uniform(0, 0.95))
            at = np.array(
                [r * math.cos(angle) * width * 0.44, r * math.sin(angle) * depth * 0.42, 0.22 * math.sqrt(1 - r * r)]
            )
            coin = moved(
                turned(
                    turned(cylinder(0.075, 0.025, "treasure", 0.006, 14), "x", rng.normal() * 0.5),
                    "y",
                    rng.normal() * 0.5,
                ),
                at,
            )
            pieces += moved(coin, (0, -0.02, height - 0.02))
    for s in (-1, 1):
        loop = np.array(
            [
                (s * width / 2, -0.14, height * 0.62),
                (s * (width / 2 + 0.09), -0.1, height * 0.5),
                (s * (width / 2 + 0.09), 0.1, height * 0.5),
                (s * width / 2, 0.14, height * 0.62),
            ]
        )
        pieces += [tube(curves.spline(loop, 5), 0.028, "bands", 8)]
    return pieces


def crate(rng: np.random.Generator) -> list[Piece]:
    size = np.array([rng.uniform(0.9, 1.5), rng.uniform(0.9, 1.2), rng.uniform(0.8, 1.2)])
    if rng.random() < 0.4:
        size[:] = 1.1
    rail, sunk = rng.uniform(0.1, 0.17), 0.06
    pieces: list[Piece] = []
    boards = int(rng.integers(3, 7))
    # Boards on each of the six sides, sunk between the rails that run along the twelve edges.
    for axis in range(3):
        other, third = [a for a in range(3) if a != axis]
        for place, w in _panels(boards, -size[third] / 2, size[third] / 2, 0.012):
            for sign in (-1, 1):
                extent, at = np.empty(3), np.zeros(3)
                extent[axis], extent[other], extent[third] = 0.04, size[other] - 0.05, w
                at[axis], at[third] = sign * (size[axis] / 2 - sunk), place
                pieces += [box(extent, "boards", 0.01, at)]
        for s in (-1, 1):
            for t in (-1, 1):
                extent, at = np.full(3, rail), np.zeros(3)
                extent[axis] = size[axis] + (0.0 if axis == 2 else -0.02 * axis)
                at[other], at[third] = s * (size[other] - rail) / 2, t * (size[third] - rail) / 2
                pieces += [box(extent, "frame", 0.015, at)]
    style = rng.integers(3)
    if style < 2:  # diagonals
        for turn_index, (w, d) in enumerate(
            ((size[0], size[1]), (size[1], size[0]), (size[0], size[1]), (size[1], size[0]))
        ):
            length, angle = math.hypot(w, size[2]) - 1.6 * rail, math.atan2(size[2] - rail, w - rail)
            for sign in (-1, 1) if style == 0 else (1,):
                brace = turned(box((length, 0.04, rail * 0.9), "frame", 0.01), "y", sign * angle)
                pieces += turned(moved(brace, (0, -d / 2 + 0.035 + 0.004 * sign, 0)), "z", turn_index * math.pi / 2)
    return pieces


def carton(rng: np.random.Generator) -> list[Piece]:
    """A cardboard box, closed with a strip of tape, or open with its flaps out."""
    w, d, h = rng.uniform(1.0, 1.5), rng.uniform(0.8, 1.2), rng.uniform(0.6, 1.1)
    if rng.random() < 0.45:
        tape = rng.uniform(0.14, 0.22)
        pieces = [box((w, d, h), "body", 0.02, (0, 0, h / 2)), box((w + 0.012, tape, 0.02), "tape", 0.004, (0, 0, h))]
        pieces += [box((0.02, tape, 0.3 * h), "tape", 0.004, (s * w / 2, 0, h * 0.86)) for s in (-1, 1)]
        pieces += [box((w * 1.002, 0.012, 0.012), "body", 0.002, (0, 0, h + 0.002))]
        return pieces
    wall = 0.04
    pieces = [box((w, d, wall), "body", 0.01, (0, 0, wall / 2))]
    pieces += [box((wall, d, h), "body", 0.01, (s * (w - wall) / 2, 0, h / 2)) for s in (-1, 1)]
    pieces += [box((w, wall, h), "body", 0.01, (0, s * (d - wall) / 2, h / 2)) for s in (-1, 1)]
    for s in (-1, 1):
        flap = box((d / 2.2, d * 0.98, 0.025), "flaps", 0.006, (d / 4.4, 0, 0))
        flap = turned(flap, "y", rng.uniform(-0.5, 0.75))
        pieces += moved(flap if s > 0 else turned(flap, "z", math.pi), (s * (w / 2 - 0.015), 0, h))
        flap = box((w * 0.98, d / 2.2, 0.025), "flaps", 0.006, (0, d / 4.4, 0))
        flap = turned(flap, "x", rng.uniform(-0.75, 0.5))
        pieces += moved(flap if s > 0 else turned(flap, "z", math.pi), (0, s * (d / 2 - 0.015), h))
    return pieces


FAMILIES = (
    Family("chair", "furniture", chair),
    Family("stool", "furniture", stool),
    Family("table", "furniture", table),
    Family("bench", "furniture", bench),
    Family("bed", "furniture", bed),
    Family("sofa", "furniture", sofa),
    Family("armchair", "furniture", armchair),
    Family("bookshelf", "furniture", shelf),
    Family("wardrobe", "furniture", wardrobe),
    Family("chest", "furniture", chest),
    Family("crate", "furniture", crate),
    Family("box", "furniture", carton),
)
