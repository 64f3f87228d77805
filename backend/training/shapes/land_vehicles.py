# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: RUF005 - points are arrays here, and adding a tuple moves them
"""What drives: towards -Y."""

from __future__ import annotations

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
    frame,
    lathe,
    mirrored,
    moved,
    profiled,
    rings,
    scaled,
    sheet,
    standing,
    torus,
    tube,
    turned,
)
from .shape import Family, Piece


def wheel(
    radius: float, width: float, at, hub: float = 0.58, part: str = "wheels", disk: str = "wheels"
) -> list[Piece]:
    """A tyre and a disk, its axle along X."""
    edge = 0.25 * width
    profile = [(hub * radius, -width / 2), (radius, -width / 2), (radius, width / 2), (hub * radius, width / 2)]
    tyre = lathe(curves.fillet(profile, edge, 2, closed=True), part, 24, loop=True)
    rim = [
        (0, -width * 0.42),
        (0.25 * hub * radius, -width * 0.44),
        (0.5 * hub * radius, -width * 0.3),
        (0.85 * hub * radius, -width * 0.36),
    ]
    rim += [
        (hub * radius * 1.03, -width * 0.44),
        (hub * radius * 1.03, width * 0.44),
        (0.85 * hub * radius, width * 0.36),
    ]
    rim += [(0.5 * hub * radius, width * 0.3), (0.25 * hub * radius, width * 0.44), (0, width * 0.42)]
    return moved(turned([tyre, lathe(np.array(rim), disk, 20)], "y", math.pi / 2), at)


def spoked_wheel(radius: float, width: float, at, spokes: int, part: str = "wheels") -> list[Piece]:
    """A wooden or iron wheel with spokes, its axle along X."""
    rim = curves.rectangle(0.16 * radius, width) + (0.92 * radius, 0.0)
    pieces: list[Piece] = [
        lathe(rim, part, 32, loop=True),
        *moved(cylinder(0.17 * radius, 1.5 * width, part, segments=16), (0, 0, -0.75 * width)),
    ]
    pieces += around(
        tube(
            np.array([(0.1 * radius, 0, 0), (0.88 * radius, 0, 0)]), 0.28 * width + 0.02 * radius, part, 7, ends="flat"
        ),
        spokes,
    )
    return moved(turned(pieces, "y", math.pi / 2), at)


def _arched(outline: list, wheels, radius: float, ground: float) -> np.ndarray:
    """The side view of a body, clockwise from the front below, with a round cut above each wheel in its lower edge."""
    points = [np.asarray(outline, dtype=np.float64)]
    start = math.asin((ground - radius) / (1.18 * radius))
    for y in sorted(wheels, reverse=True):  # the lower edge is drawn from the rear (+Y) to the front
        points.append(curves.arc((y, radius), radius * 1.18, start, math.pi - start, 12))
    return np.concatenate(points)


def _glass(outline: np.ndarray, width: float, lean: float, low: float) -> list[Piece]:
    """The cabin in side view, extruded, its sides leaning inwards by ``lean`` of their height above ``low``."""

    def leaned(points: np.ndarray) -> np.ndarray:
        return points * np.column_stack([1 - lean * (points[:, 2] - low) / (width / 2), np.ones((len(points), 2))])

    return deformed(profiled(outline, width, "windows", 0.04, 2), leaned)


def car(rng: np.random.Generator) -> list[Piece]:
    length, width = 2.0, rng.uniform(0.8, 0.95)
    radius = rng.uniform(0.15, 0.18)
    ground, belt = 0.11, rng.uniform(0.5, 0.56)
    front, rear = -length / 2, length / 2
    axle_front, axle_rear = front + rng.uniform(0.37, 0.42), rear - rng.uniform(0.34, 0.42)
    style = str(rng.choice(["sedan", "hatchback", "beetle", "pickup", "sports"]))
    nose = belt - rng.uniform(0.04, 0.08) - (0.02 if style == "sports" else 0.0)
    hood = axle_front + rng.uniform(0.22, 0.32)
    above = nose + (belt - nose) * (axle_front - front - 0.05) / (hood - front - 0.05)
    # Under a low hood large wheels would touch it: their arches, with what the edges are rounded by.
    radius = min(radius, (above - 0.086) / 2.18)
    tail = belt - (0.02 if style != "beetle" else 0.1)
    top = [
        (front + 0.02, ground),
        (front, 0.26),
        (front + 0.05, nose),
        (hood, belt),
        (rear - 0.1, belt),
        (rear - 0.01, tail),
        (rear, 0.28),
        (rear - 0.04, ground),
    ]
    if style == "beetle":
        top[2] = (front + 0.09, nose + 0.01)
    body = curves.fillet(top, 0.12, 4)
    outline = _arched(list(body), (axle_front, axle_rear), radius, ground)
    pieces = profiled(outline, width, "body", 0.04, 3)
    height = belt + rng.uniform(0.26, 0.34) * (0.8 if style == "sports" else 1.0)
    slope = rng.uniform(0.2, 0.32)
    windscreen, back = hood - 0.02, rear - 0.08
    roof_front = windscreen + slope
    roof_back = {
        "sedan": rear - 0.62,
        "hatchback": rear - 0.3,
        "beetle": rear - 0.6,
        "pickup": windscreen + slope + 0.35,
        "sports": rear - 0.75,
    }[style]
    end = {
        "sedan": rear - 0.34,
        "hatchback": rear - 0.1,
        "beetle": rear - 0.12,
        "pickup": roof_back + 0.08,
        "sports": rear - 0.25,
    }[style]
    back = min(back, end)
    cabin = curves.fillet(
        [(windscreen, belt - 0.05), (roof_front, height), (roof_back, height), (back, belt - 0.05)],
        0.12 if style != "beetle" else 0.3,
        5,
    )
    lean = rng.uniform(0.1, 0.2)
    pieces += _glass(cabin, width - 0.08, lean, belt)
    half = (width - 0.08) / 2

    def side(y: float, z: float) -> tuple[float, float, float]:
        """The point of the cabin's side at this place."""
        return (half - lean * (z - belt) * 1.0 + 0.0, y, z)

    # Roof and pillars in the body's colour over the glass.
    upper = np.array([p for p in cabin if p[1] > height - 0.05])
    across = np.linspace(1.0, -1.0, 5)[None, :] * (half - lean * (upper[:, 1:] - belt) + 0.02)
    y, z = (np.broadcast_to(values[:, None], across.shape) for values in upper.T)
    pieces += [sheet(np.stack([across, y, z - 0.01], axis=2), 0.035, "body")]
    pillars = [cabin[: len(cabin) // 2 + 1], cabin[len(cabin) // 2 :]]
    for line in pillars:
        path = np.array([side(y, z) for y, z in line])
        pieces += mirrored(tube(path, 0.027, "body", 8))
    if style != "sports" and roof_back - roof_front > 0.3:
        middle = (roof_front + roof_back) / 2 + 0.03
        pieces += mirrored(
            tube(np.array([side(middle, belt - 0.02), side(middle - 0.02, height - 0.01)]), 0.03, "body", 8)
        )
    if style == "pickup":
        bed = 0.03
        start = back + 0.06
        pieces += [
            box((width - 0.2, rear - 0.06 - start, 0.04), "trim", 0.01, (0, (start + rear - 0.06) / 2, belt + 0.005))
        ]
        rail = [
            box(
                (0.07, rear - start, 0.1), "body", 0.02, (s * (width / 2 - 0.06), (start + rear) / 2 - 0.02, belt + bed)
            )
            for s in (-1, 1)
        ]
        pieces += [*rail, box((width - 0.06, 0.06, 0.1), "body", 0.02, (0, rear - 0.05, belt + bed))]
    if style == "beetle":
        for y in (axle_front, axle_rear):
            arch = curves.arc((y, radius), radius * 1.22, -0.2, math.pi + 0.2, 14)
            path = np.column_stack([np.full(15, width / 2 - 0.02), arch])
            pieces += mirrored(tube(path, np.array([(0.05, 0.085)]), "body", 10, up=(1, 0, 0)))
    tyre = rng.uniform(0.13, 0.17)
    for y in (axle_front, axle_rear):
        pieces += [
            p
            for s in (-1, 1)
            for p in wheel(radius, tyre, (s * (width / 2 - 0.045), y, radius), rng.uniform(0.55, 0.68), disk="trim")
        ]
    for y, sign in ((front, -1), (rear, 1)):
        pieces += [cushion((width * 0.94, 0.09, 0.1), "trim", 0.035, at=(0, y + 0.01 * sign, ground + 0.09))]
    lamp = rng.uniform(0.05, 0.075)
    if rng.random() < 0.5:
        pieces += mirrored(ball((lamp, 0.05, lamp), "trim", (width / 2 - 0.14, front + 0.03, nose - 0.07), 16))
    else:
        pieces += mirrored(cushion((0.2, 0.07, 0.08), "trim", 0.03, at=(width / 2 - 0.16, front + 0.025, nose - 0.06)))
    pieces += [box((width * 0.4, 0.04, 0.1), "trim", 0.015, (0, front + 0.005, nose - 0.1))]
    pieces += mirrored(cushion((0.14, 0.05, 0.08), "trim", 0.02, at=(width / 2 - 0.13, rear - 0.005, belt - 0.11)))
    return pieces


def _cab(
    rng: np.random.Generator, width: float, front: float, length: float, low: float, height: float, nose: float
) -> list[Piece]:
    """A truck's cab: a hood of length ``nose`` (0: none), windows, lamps and a grille."""
    belt = low + 0.52 * (height - low)
    rear = front + length
    if nose:
        outline = [
            (front, low),
            (front, belt - 0.1),
            (front + 0.04, belt),
            (front + nose, belt + 0.03),
            (front + nose + 0.12, height),
            (rear, height),
            (rear, low),
        ]
    else:
        outline = [(front, low), (front, belt), (front + 0.07, height), (rear, height), (rear, low)]
    pieces = profiled(curves.fillet(outline, 0.06, 3, closed=True), width, "cab", 0.05, 2)
    start = front + nose + 0.16 if nose else front + 0.12
    window = [
        (start, belt + 0.03),
        (start + (0.06 if nose else 0.03), height - 0.09),
        (rear - 0.1, height - 0.09),
        (rear - 0.1, belt + 0.03),
    ]
    pieces += profiled(curves.fillet(window, 0.04, 3, closed=True), width + 0.025, "windows", 0.01)
    lean = math.atan2(0.12, height - belt - 0.03) if nose else math.atan2(0.07, height - belt)
    pane = cushion((width - 0.14, 0.04, (height - belt) * 0.74), "windows", 0.015)
    middle = (belt + height) / 2 + 0.01
    at = front + nose + 0.055 if nose else front + 0.03
    pieces += moved(turned(pane, "x", -lean), (0, at, middle))
    pieces += mirrored(cushion((0.14, 0.06, 0.12), "chassis", 0.03, at=(width / 2 - 0.13, front - 0.01, low + 0.2)))
    for z in np.linspace(low + 0.2, belt - 0.12, 4):
        pieces += [box((width * 0.42, 0.04, 0.035), "chassis", 0.01, (0, front - 0.005, z))]
    pieces += [cushion((width + 0.02, 0.12, 0.13), "chassis", 0.04, at=(0, front, low + 0.04))]
    return pieces


def truck(rng: np.random.Generator) -> list[Piece]:
    width, low = rng.uniform(0.75, 0.88), 0.22
    radius = rng.uniform(0.17, 0.21)
    nose = rng.choice([0.0, rng.uniform(0.3, 0.42)])
    cab, height = 0.55 + nose, rng.uniform(0.95, 1.1)
    load = rng.uniform(1.1, 1.5)
    front = -(cab + load) / 2
    rear = front + cab + load
    pieces = _cab(rng, width, front, cab, low, height, nose)
    start = front + cab + 0.07
    pieces += [box((width * 0.6, load + 0.4, 0.12), "chassis", 0.02, (0, (start + rear) / 2 - 0.1, low + 0.05))]
    middle, size = (start + rear) / 2, rear - start
    style = rng.integers(4)
    deck = low + 0.14
    if style == 0:  # a box
        tall = rng.uniform(0.8, 1.05)
        pieces += [cushion((width + 0.04, size, tall), "cargo", 0.03, at=(0, middle, deck + tall / 2))]
        for y in np.linspace(start, rear, int(rng.integers(4, 8)))[1:-1]:
            pieces += [box((width + 0.07, 0.035, tall - 0.05), "cargo", 0.01, (0, y, deck + tall / 2))]
    elif style == 1:  # a tank
        r = width * 0.48
        tank = lathe(curves.fillet([(0, 0), (r, 0), (r, size), (0, size)], 0.1, 4), "cargo", 32)
        pieces += moved(turned(tank, "x", -math.pi / 2), (0, start, deck + r))
        pieces += moved(cylinder(0.11, 0.08, "cargo", 0.02, 20), (0, middle, deck + 2 * r - 0.02))
        for y in (start + 0.2 * size, rear - 0.2 * size):
            pieces += moved(turned(torus(r, 0.025, "chassis", 32, 8), "x", math.pi / 2), (0, y, deck + r))
    elif style == 2:  # a tipper full of rubble
        tall, lip = rng.uniform(0.4, 0.55), 0.1
        outline = [(start - 0.02, deck), (rear - 0.12, deck), (rear + lip, deck + tall), (start - 0.02, deck + tall)]
        pieces += profiled(outline, width + 0.06, "cargo", 0.03)
        for y in np.linspace(start, rear, 6)[1:-1]:
            pieces += [box((width + 0.12, 0.05, tall * 0.92), "cargo", 0.015, (0, y, deck + tall / 2))]
        pieces += [ball((width * 0.42, size * 0.46, 0.18), "cargo", (0, middle, deck + tall - 0.02), 18)]
        for _ in range(16):
            angle, r = rng.uniform(0, 2 * math.pi), math.sqrt(rng.uniform(0, 0.8))
            lump = rng.uniform(0.05, 0.09)
            at = (
                r * math.cos(angle) * width * 0.4,
                middle + r * math.sin(angle) * size * 0.42,
                deck + tall + 0.15 * math.sqrt(1 - r * r),
            )
            pieces += moved(
                turned(
                    turned(box((lump * 2, lump * 1.6, lump * 1.7), "cargo", lump * 0.4), "x", rng.uniform(0, 3)),
                    "z",
                    rng.uniform(0, 3),
                ),
                at,
            )
    else:  # an open bed with boards
        pieces += [box((width + 0.04, size, 0.07), "cargo", 0.01, (0, middle, deck + 0.03))]
        boards = int(rng.integers(2, 4))
        for i in range(boards):
            z = deck + 0.14 + 0.16 * i
            pieces += [box((0.04, size, 0.13), "cargo", 0.01, (s * width / 2, middle, z)) for s in (-1, 1)]
            pieces += [box((width, 0.04, 0.13), "cargo", 0.01, (0, y, z)) for y in (start, rear)]
        for y in np.linspace(start + 0.05, rear - 0.05, 4):
            pieces += [
                box(
                    (0.05, 0.06, 0.18 * boards + 0.05),
                    "chassis",
                    0.01,
                    (s * (width / 2 + 0.03), y, deck + 0.09 * boards),
                )
                for s in (-1, 1)
            ]
    axles = [front + (0.28 if not nose else 0.3), rear - 0.25]
    if load > 1.3 or rng.random() < 0.4:
        axles.append(rear - 0.25 - 2.25 * radius)
    for y in axles:
        pieces += [p for s in (-1, 1) for p in wheel(radius, 0.17, (s * (width / 2 - 0.04), y, radius))]
    return pieces


def bus(rng: np.random.Generator) -> list[Piece]:
    length, width, low = rng.uniform(2.2, 2.7), rng.uniform(0.72, 0.85), 0.17
    decks = int(rng.choice([1, 1, 2]))
    storey = rng.uniform(0.52, 0.6)
    height = low + 0.16 + storey * decks + 0.08
    front, rear = -length / 2, length / 2
    radius = 0.17
    axles = (front + rng.uniform(0.42, 0.6), rear - rng.uniform(0.45, 0.65))
    top = curves.fillet(
        [(front + 0.02, low), (front, height - 0.25), (front + 0.06, height), (rear - 0.03, height), (rear, low)],
        rng.uniform(0.06, 0.18),
        4,
    )
    pieces = profiled(_arched(list(top), axles, radius, low), width, "body", 0.07, 3)
    for deck in range(decks):
        sill, head = low + 0.24 + storey * deck + 0.06, low + 0.16 + storey * (deck + 1) - 0.07
        count = int(length / rng.uniform(0.28, 0.42))
        edges = np.linspace(front + 0.14, rear - 0.1, count + 1)
        for i in range(count):
            wide = edges[i + 1] - edges[i] - 0.045
            pane = curves.rectangle(wide, head - sill, 0.04, 3) + ((edges[i] + edges[i + 1]) / 2, (sill + head) / 2)
            pieces += profiled(pane, width + 0.02, "windows", 0.008)
        pane = curves.rectangle(width - 0.14, head - sill + 0.04, 0.05, 3)
        pieces += moved(
            standing(extrusion(pane, 0.05, "windows", 0.012)),
            (0, front + (0.015 if deck == 0 else 0.01), (sill + head) / 2),
        )
        pieces += moved(
            standing(extrusion(pane * (0.9, 0.8), 0.05, "windows", 0.012)), (0, rear - 0.005, (sill + head) / 2 + 0.02)
        )
        pieces += [box((width + 0.018, length - 0.12, 0.035), "trim", 0.008, (0, 0.02, sill - 0.08))]
    pieces += mirrored(ball((0.06, 0.04, 0.06), "trim", (width / 2 - 0.14, front + 0.01, low + 0.13), 14))
    pieces += [cushion((width + 0.01, 0.09, 0.09), "trim", 0.03, at=(0, y, low + 0.02)) for y in (front, rear)]
    for y in axles:
        pieces += [p for s in (-1, 1) for p in wheel(radius, 0.15, (s * (width / 2 - 0.055), y, radius))]
    return pieces


def train(rng: np.random.Generator) -> list[Piece]:
    """A steam locomotive."""
    width, radius = rng.uniform(0.55, 0.65), rng.uniform(0.26, 0.33)
    boiler, base = rng.uniform(1.2, 1.5), 0.4
    cab = rng.uniform(0.5, 0.65)
    front, rear = -(boiler + cab) / 2, (boiler + cab) / 2
    axis = base + radius
    shape = [
        (0, -0.04),
        (radius * 0.8, -0.03),
        (radius, 0.03),
        (radius * 1.04, 0.06),
        (radius * 1.04, 0.24),
        (radius, 0.26),
        (radius, boiler),
        (0, boiler),
    ]
    pieces = moved(turned(lathe(curves.fillet(shape, 0.02, 2), "boiler", 30), "x", -math.pi / 2), (0, front, axis))
    for y in np.linspace(front + 0.45, rear - cab - 0.08, int(rng.integers(2, 4))):
        pieces += moved(turned(torus(radius, 0.022, "trim", 36, 8), "x", math.pi / 2), (0, y, axis))
    pieces += [box((width, boiler + cab + 0.1, 0.14), "frame", 0.03, (0, 0.02, base - 0.06))]
    stack = rng.uniform(0.32, 0.45)
    flare = rng.uniform(1.0, 2.1)
    r = 0.1
    pipe = [
        (r * 1.3, 0),
        (r, 0.1),
        (r * 0.9, 0.6 * stack),
        (r * flare, stack),
        (r * flare * 1.05, stack * 1.08),
        (r * flare * 0.75, stack * 1.08),
        (r * 0.7, 0.6 * stack),
        (r * 0.65, 0.3 * stack),
        (0, 0.3 * stack),
    ]
    pieces += moved(lathe(np.array([(0, 0)] + pipe), "trim", 24), (0, front + 0.16, axis + radius * 0.93))
    for y, size in ((front + 0.16 + 0.42 * boiler, 0.13), (front + 0.16 + 0.68 * boiler, 0.1)):
        pieces += moved(
            lathe(curves.fillet([(0, 0), (size, 0), (size, 0.13), (size * 0.5, 0.21), (0, 0.22)], 0.06, 3), "trim", 22),
            (0, y, axis + radius * 0.92),
        )
    start = rear - cab
    height = axis + radius + rng.uniform(0.18, 0.3)
    pieces += [box((width + 0.12, cab, height - base), "cab", 0.025, (0, (start + rear) / 2, (height + base) / 2))]
    roof = np.concatenate(
        [
            curves.arc((0, 0), ((width + 0.3) / 2, 0.14), 0, math.pi, 14),
            [(-(width + 0.3) / 2, -0.04), ((width + 0.3) / 2, -0.04)],
        ]
    )
    pieces += moved(standing(extrusion(roof, cab + 0.2, "cab", 0.015)), (0, (start + rear) / 2, height))
    window = curves.fillet(curves.rectangle(cab * 0.5, 0.26), 0.05, 3, closed=True) + (
        (start + rear) / 2,
        height - 0.26,
    )
    pieces += profiled(window, width + 0.145, "trim", 0.01)
    pieces += mirrored(
        moved(
            standing(extrusion(curves.circle(0.09, 20), cab + 0.03, "trim", 0.01)),
            (width / 2 - 0.06, (start + rear) / 2, height - 0.16),
        )
    )
    big = rng.uniform(0.24, 0.3)
    x = width / 2 + 0.04
    drivers = [start + 0.1 - i * 2.15 * big for i in range(2)]
    for y in drivers:
        pieces += [p for s in (-1, 1) for p in spoked_wheel(big, 0.09, (s * x, y, big), 8)]
    rod = [(x + 0.07, drivers[0], big - 0.07), (x + 0.07, drivers[-1], big - 0.07)]
    pieces += mirrored(tube(np.array([rod[1], rod[0]]), 0.035, "trim", 8))
    small = 0.15
    for y in (front + 0.2, drivers[-1] - big - small - 0.06):
        if y < drivers[-1] - big - small:
            pieces += [p for s in (-1, 1) for p in spoked_wheel(small, 0.08, (s * x, y, small), 8)]
    pieces += mirrored(
        moved(turned(cylinder(0.12, 0.36, "frame", 0.02, 20), "x", math.pi / 2), (x, front + 0.45, base - 0.08))
    )
    pieces += moved(
        turned(cylinder(0.1, 0.1, "trim", 0.02, 20), "x", math.pi / 2), (0, front - 0.01, axis + radius * 0.98)
    )
    catcher = rng.random() < 0.6
    if catcher:  # the slanted bars in front of the rails
        for u in np.linspace(-1, 1, 9):
            pieces += [
                tube(
                    np.array(
                        [(u * 0.16, front - 0.1, base - 0.05), (u * width * 0.62, front - 0.36 + 0.16 * abs(u), 0.06)]
                    ),
                    0.025,
                    "frame",
                    6,
                )
            ]
        pieces += [box((width * 0.9, 0.16, 0.1), "frame", 0.02, (0, front - 0.07, base - 0.06))]
    else:
        pieces += [box((width + 0.08, 0.08, 0.16), "frame", 0.02, (0, front - 0.06, base - 0.05))]
        pieces += mirrored(
            moved(
                turned(cylinder(0.07, 0.12, "trim", 0.02, 18), "x", math.pi / 2),
                (width * 0.36, front - 0.08, base - 0.05),
            )
        )
    return pieces


def tank(rng: np.random.Generator) -> list[Piece]:
    length, width = 1.8, rng.uniform(0.95, 1.1)
    high, track = rng.uniform(0.4, 0.48), rng.uniform(0.2, 0.26)
    front, rear = -length / 2, length / 2
    loop = np.array(
        [
            (front, 0.6 * high),
            (front + 0.28, 0.0),
            (rear - 0.24, 0.0),
            (rear, 0.55 * high),
            (rear - 0.12, high),
            (front + 0.14, high),
        ]
    )
    outline = curves.fillet(loop, 0.16, 5, closed=True)
    for s in (-1, 1):
        x = s * (width / 2 - track / 2)
        pieces_track = profiled(outline, track, "tracks", 0.03)
        shoes = curves.resample(outline, 44, closed=True)
        along = np.roll(shoes, -1, axis=0) - np.roll(shoes, 1, axis=0)
        for (y, z), (dy, dz) in zip(shoes, along):
            shoe = turned(box((track + 0.03, 0.075, 0.035), "tracks", 0.008), "x", math.atan2(dz, dy))
            pieces_track += moved(shoe, (0, y, z))
        for y in np.linspace(front + 0.36, rear - 0.32, 5):
            disk = turned(cylinder(0.15, track + 0.06, "tracks", 0.03, 20), "y", math.pi / 2)
            pieces_track += moved(disk, (-track / 2 - 0.03, y, 0.18))
        if s == -1:
            pieces = moved(pieces_track, (x, 0, 0))
        else:
            pieces += moved(pieces_track, (x, 0, 0))
    hull = [
        (front + 0.12, 0.2),
        (front - 0.02, high * 0.85),
        (front + 0.4, high + 0.18),
        (rear - 0.1, high + 0.18),
        (rear + 0.02, high),
        (rear - 0.1, 0.2),
    ]
    inner = width - 2 * track
    pieces += profiled(hull, inner + 0.02, "body", 0.02)
    upper = [(front + 0.12, high + 0.03), (front + 0.36, high + 0.17), (rear - 0.08, high + 0.17), (rear, high + 0.03)]
    pieces += profiled(upper, width + 0.02, "body", 0.02)
    turret, base = rng.uniform(0.2, 0.28), high + 0.17
    style = rng.integers(2)
    if style == 0:
        profile = [(0, 0), (0.44, 0), (0.46, 0.1), (0.3, turret), (0, turret * 1.05)]
        head = scaled(lathe(curves.fillet(profile, 0.06, 3), "turret", 32), (0.82, 1.05, 1.0))
    else:
        outline = curves.fillet(
            [(-0.28, -0.42), (0.28, -0.42), (0.4, -0.1), (0.34, 0.42), (-0.34, 0.42), (-0.4, -0.1)],
            0.06,
            2,
            closed=True,
        )
        layers = [(outline, 0.0), (outline * 1.04, 0.06), (outline * 0.86, turret), (outline * 0.8, turret + 0.02)]
        head = [
            rings(
                np.stack([np.column_stack([ring, np.full(len(ring), z)]) for ring, z in layers]),
                "turret",
                math.radians(35),
            )
        ]
    gun = rng.uniform(0.8, 1.15)
    barrel = [
        (0, 0),
        (0.05, 0),
        (0.042, gun),
        (0.062, gun),
        (0.062, gun + 0.12),
        (0.03, gun + 0.12),
        (0.03, gun - 0.1),
        (0, gun - 0.1),
    ]
    aim = rng.uniform(0.0, 0.2)
    head += turned(
        moved(turned(lathe(np.array(barrel), "turret", 18), "x", math.pi / 2), (0, -0.36, turret * 0.5)),
        "x",
        -aim,
        (0, -0.3, turret * 0.5),
    )
    head += [cushion((0.26, 0.22, 0.2), "turret", 0.06, at=(0, -0.4, turret * 0.5))]
    head += moved(cylinder(0.12, 0.07, "turret", 0.02, 20), (0.14, 0.12, turret))
    pieces += moved(turned(head, "z", rng.uniform(-0.5, 0.5)), (0, -0.02, base))
    return pieces


def bicycle(rng: np.random.Generator) -> list[Piece]:
    radius = rng.uniform(0.42, 0.48)
    base = rng.uniform(1.25, 1.4)
    front, rear = -base / 2, base / 2
    pieces: list[Piece] = []
    for y in (front, rear):
        rim = [torus(radius, 0.045, "wheels", 44, 8), torus(radius - 0.06, 0.025, "frame", 44, 6)]
        spokes = around(tube(np.array([(0.03, 0, 0), (radius - 0.04, 0, 0)]), 0.009, "frame", 5, ends="flat"), 14)
        hub = moved(cylinder(0.045, 0.12, "frame", 0.01, 14), (0, 0, -0.06))
        pieces += moved(turned([*rim, *spokes, *hub], "y", math.pi / 2), (0, y, radius + 0.045))
    axle = radius + 0.045
    crank = np.array([0, 0.05, axle - 0.03])
    seat, head = np.array([0, rear - 0.42, axle + 0.52]), np.array([0, front + 0.26, axle + 0.5])
    step_through = rng.random() < 0.3
    back, steer = np.array([0, rear, axle]), np.array([0, front, axle])
    low_head = head + (0, -0.06, -0.17)
    wire = rng.uniform(0.034, 0.042)
    lines = [
        (crank, seat),
        (crank, low_head),
        (back, crank),
        (back, seat + (0, 0, -0.06)),
        (head + (0, 0.02, 0.1), low_head),
    ]
    lines += [(seat + (0, 0, -0.3), low_head)] if step_through else [(seat + (0, 0, -0.08), head)]
    pieces += [tube(np.array([a, b]), wire, "frame", 10) for a, b in lines]
    fork = curves.spline([low_head, low_head + (0, -0.1, -0.2), steer], 5)
    pieces += mirrored(tube(fork + (0.06, 0, 0), 0.025, "frame", 8))
    pieces += [tube(np.array([seat, seat + (0, 0.03, 0.14)]), 0.025, "frame", 8)]
    t = np.linspace(0, 1, 9)
    saddle = np.column_stack([0 * t, seat[1] - 0.16 + 0.34 * t, seat[2] + 0.17 + 0.03 * t**2])
    pieces += [tube(saddle, np.column_stack([0.035 + 0.08 * t**1.5, 0.035 + 0 * t]), "saddle", 12, up=(0, 0, 1))]
    top = head + (0, 0.03, 0.16)
    drop = rng.random() < 0.35
    if drop:
        bar = [
            (0, 0, 0),
            (0.2, -0.02, 0),
            (0.23, -0.16, -0.01),
            (0.23, -0.2, -0.1),
            (0.23, -0.1, -0.17),
            (0.23, 0.0, -0.17),
        ]
    else:
        bar = [(0, 0, 0), (0.12, -0.02, 0.06), (0.28, 0.06, 0.08), (0.32, 0.16, 0.07)]
    path = curves.spline(np.array(bar) + top, 5)
    pieces += mirrored(tube(path, 0.026, "frame", 8))
    pieces += mirrored(tube(path[-5:], 0.036, "saddle", 10))
    pieces += [tube(np.array([head, top]), 0.03, "frame", 8)]
    wheel_disk = turned(
        frame(curves.circle(0.13, 30), curves.circle(0.09, 30), 0.025, "frame", 0.005), "y", math.pi / 2
    )
    pieces += moved(wheel_disk, crank + (0.05, 0, 0))
    for s in (-1, 1):
        foot = crank + (0.09 * s, -0.14 * s, -0.09 * s)
        pieces += [
            tube(np.array([crank + (0.07 * s, 0, 0), foot]), 0.02, "frame", 8),
            box((0.12, 0.1, 0.03), "saddle", 0.008, foot + (0.06 * s, 0, 0)),
        ]
    return pieces


def cart(rng: np.random.Generator) -> list[Piece]:
    """A wooden wagon with spoked wheels: open, or covered with canvas."""
    length, width, floor = rng.uniform(1.4, 1.8), rng.uniform(0.7, 0.85), rng.uniform(0.42, 0.5)
    wall = rng.uniform(0.26, 0.4)
    pieces: list[Piece] = [box((width, length, 0.06), "body", 0.01, (0, 0, floor))]
    boards = int(rng.integers(2, 4))
    flare = rng.uniform(0.0, 0.25)
    for i in range(boards):
        z, h = floor + 0.03 + (i + 0.5) * wall / boards, wall / boards - 0.02
        for s in (-1, 1):
            side = box((0.045, length, h), "body", 0.01, (s * (width / 2 + flare * (z - floor)), 0, z))
            pieces.append(side)
        pieces += [
            box((width + 2 * flare * (z - floor), 0.045, h), "body", 0.01, (0, s * (length / 2 - 0.03), z))
            for s in (-1, 1)
        ]
    for y in np.linspace(-length / 2 + 0.06, length / 2 - 0.06, 4):
        for s in (-1, 1):
            pieces += [
                tube(
                    np.array(
                        [
                            (s * (width / 2 + 0.03), y, floor - 0.04),
                            (s * (width / 2 + 0.03 + flare * wall), y, floor + wall + 0.07),
                        ]
                    ),
                    0.03,
                    "frame",
                    8,
                )
            ]
    big, small = rng.uniform(0.4, 0.5), rng.uniform(0.3, 0.4)
    spokes = int(rng.integers(8, 13))
    for y, r in ((-length / 2 + 0.28, small), (length / 2 - 0.3, big)):
        pieces += [p for s in (-1, 1) for p in spoked_wheel(r, 0.09, (s * (width / 2 + 0.13), y, r), spokes)]
        pieces += [tube(np.array([(-width / 2 - 0.12, y, r), (width / 2 + 0.12, y, r)]), 0.04, "frame", 8)]
        pieces += [box((width * 0.5, 0.12, abs(floor - r) + 0.06), "frame", 0.01, (0, y, (floor + r) / 2))]
    pole = rng.uniform(0.5, 0.8)
    pieces += [tube(np.array([(0, -length / 2 + 0.2, small), (0, -length / 2 - pole, small * 0.6)]), 0.035, "frame", 8)]
    if rng.random() < 0.5:
        u, v = np.meshgrid(np.linspace(-1, 1, 17), np.linspace(0, 1, 13))
        sag = 0.04 * np.abs(np.sin(v * math.pi * 3))
        half, high = width / 2 + 0.06 + flare * wall, rng.uniform(0.6, 0.75)
        x = half * np.sin(u * math.pi / 2) * 1.02
        z = floor + wall * 0.9 + (high - sag) * np.cos(u * math.pi / 2) ** 0.7
        y = (v - 0.5) * (length + 0.1) * (1 + 0.1 * np.cos(u * math.pi / 2))
        pieces += [sheet(np.stack([x, y, z], axis=2), 0.025, "cover")]
    return pieces


FAMILIES = (
    Family("car", "vehicle", car),
    Family("truck", "vehicle", truck),
    Family("bus", "vehicle", bus),
    Family("train", "vehicle", train),
    Family("tank", "vehicle", tank),
    Family("bicycle", "vehicle", bicycle),
    Family("wagon", "vehicle", cart),
)
