# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: RUF005 - points are arrays here, and adding a tuple moves them
"""Things of the house, instruments, clothes and food."""

from __future__ import annotations

import math

import numpy as np

from . import curves
from .primitives import (
    SOFT,
    around,
    ball,
    box,
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


def _volume(width: float, height: float, thickness: float, raised: bool) -> list[Piece]:
    """A closed book that lies: its back along -X, its covers in XY."""
    board = 0.045
    spine = curves.arc((-width / 2 + 0.02, 0), (thickness * 0.3, thickness / 2), math.pi / 2, 3 * math.pi / 2, 10)
    outline = np.concatenate(
        [[(width / 2, thickness / 2)], spine, [(width / 2, -thickness / 2)], [(width / 2, -thickness / 2 + board)]]
    )
    back = curves.arc(
        (-width / 2 + 0.05, 0), (thickness * 0.3 - 0.03, thickness / 2 - board), 3 * math.pi / 2, math.pi / 2, 10
    )
    outline = np.concatenate([outline, back, [(width / 2, thickness / 2 - board)]])
    pieces = standing(extrusion(outline, height, "cover", 0.012))
    hollow = 0.03
    block = np.concatenate(
        [[(-width / 2 + 0.03, thickness / 2 - board * 0.8)], [(-width / 2 + 0.03, -thickness / 2 + board * 0.8)]]
    )
    fore = curves.arc((width / 2 - 0.03, 0), (-hollow, (thickness / 2 - board * 0.8) / math.sin(1.0)), -1.0, 1.0, 8)
    pieces += standing(extrusion(np.concatenate([block, fore]), height - 0.08, "pages", 0.006))
    if raised:
        for y in np.linspace(-0.36, 0.36, 4) * height:
            rib = np.column_stack([spine[:, 0] - 0.004, np.full(len(spine), y), spine[:, 1] * 1.01])
            pieces += [tube(rib, 0.02, "cover", 8)]
        edge = curves.rectangle(width * 0.66, height * 0.8, 0.03)
        border = np.column_stack([edge + (0.03, 0), np.full(len(edge), thickness / 2)])
        pieces += [tube(border, 0.014, "cover", 6, loop=True)]
    return pieces


def book(rng: np.random.Generator) -> list[Piece]:
    width, height = rng.uniform(1.1, 1.4), rng.uniform(1.6, 1.9)
    style = rng.integers(4)
    if style == 0:  # open
        half, depth = width * 0.85, height
        u, v = np.linspace(0.0, 1.0, 17)[:, None], np.linspace(-0.5, 0.5, 3)[None, :]
        bulge = rng.uniform(0.14, 0.24)
        y = v * depth + 0 * u
        top = bulge * np.sin(np.minimum(1.0, u * 1.15 + 0.06) * math.pi * 0.86) ** 0.8 + 0.12 * (1 - u) * u + 0.06
        pages = []
        page = np.stack([u * half * 0.96 + 0 * v, y, top + 0 * v], axis=2)
        floor = np.stack([u * half * 0.96 + 0 * v, y, 0.05 * u + 0.015 + 0 * v], axis=2)
        layers = [np.concatenate([page[i], floor[i][::-1]]) for i in range(17)]
        pages += [rings(np.stack(layers), "pages", math.radians(35))]
        x = np.linspace(0.0, 1.04, 7)[:, None] * half
        cover = np.stack([x + 0 * v, v * (depth + 0.12) + 0 * x, 0.05 * x / half - 0.035 + 0 * v], axis=2)
        return mirrored([*pages, sheet(cover, 0.04, "cover")])
    thickness = rng.uniform(0.25, 0.5)
    if style == 1:  # standing
        return turned(
            turned(_volume(width, height, thickness, rng.random() < 0.6), "x", math.pi / 2), "z", rng.uniform(-0.6, 0.6)
        )
    if style == 2:
        return turned(_volume(width, height, thickness, rng.random() < 0.6), "z", rng.uniform(-0.5, 0.5))
    pieces: list[Piece] = []  # a pile
    z = 0.0
    for _ in range(int(rng.integers(2, 5))):
        thick = rng.uniform(0.2, 0.34)
        one = _volume(width * rng.uniform(0.85, 1.05), height * rng.uniform(0.8, 1.0), thick, rng.random() < 0.5)
        pieces += moved(turned(one, "z", rng.uniform(-0.4, 0.4) + math.pi * rng.integers(2)), (0, 0, z + thick / 2))
        z += thick
    return pieces


def _hands(rng: np.random.Generator, radius: float) -> list[Piece]:
    """The two hands of a clock in the XY plane."""
    pieces: list[Piece] = []
    for length, width in ((0.52, 0.075), (0.8, 0.05)):
        pointer = (
            np.array(
                [
                    (-width * 0.6, -0.12),
                    (width * 0.6, -0.12),
                    (width, 0.3 * length),
                    (0.0, length),
                    (-width, 0.3 * length),
                ]
            )
            * radius
        )
        pieces += turned(extrusion(pointer, 0.03, "hands", 0.006), "z", rng.uniform(0, 2 * math.pi))
    return pieces + [ball((0.06 * radius, 0.06 * radius, 0.03), "hands", segments=14)]


def _dial(rng: np.random.Generator, radius: float, depth: float) -> list[Piece]:
    """A clock's face looking to -Y with its rim, marks and hands; its middle at the origin."""
    pieces: list[Piece] = [*moved(cylinder(radius, depth * 0.7, "face", 0.01, 48), (0, 0, -depth / 2))]
    rim = [
        (radius * 0.93, -depth / 2),
        (radius * 1.1, -depth / 2),
        (radius * 1.12, depth * 0.3),
        (radius * 1.02, depth / 2),
        (radius * 0.93, depth * 0.35),
    ]
    pieces += [lathe(curves.fillet(rim, 0.02, 2, closed=True), "rim", 48, loop=True)]
    level = depth * 0.2
    for i in range(12):
        size = (0.055 * radius, (0.2 if i % 3 == 0 else 0.12) * radius, 0.03)
        pieces += turned(box(size, "hands", 0.006, (0, radius * 0.8, level)), "z", i * math.pi / 6)
    pieces += moved(_hands(rng, radius), (0, 0, level + 0.03))
    return standing(pieces)


def clock(rng: np.random.Generator) -> list[Piece]:
    style = rng.integers(3)
    if style == 0:  # on the wall
        return _dial(rng, 1.0, rng.uniform(0.2, 0.34))
    if style == 1:  # an alarm clock
        pieces = _dial(rng, 0.75, rng.uniform(0.36, 0.5))
        bell = lathe(curves.spline([(0.27, 0.0), (0.25, 0.12), (0.12, 0.22), (0.0, 0.24)], 5), "bells", 24)
        bells = moved(turned(bell, "y", 0.55), (0.44, 0, 0.8))
        bells += [tube(np.array([(0.4, 0, 0.68), (0.46, 0, 0.84)]), 0.04, "rim", 8)]
        foot = tube(np.array([(0.4, 0, -0.65), (0.56, 0, -0.98)]), np.array([0.06, 0.08]), "rim", 12)
        pieces += mirrored([*bells, foot])
        handle = np.array([(-0.17, 0, 0.8), (-0.19, 0, 1.08), (0.0, 0, 1.22), (0.19, 0, 1.08), (0.17, 0, 0.8)])
        return pieces + [tube(curves.spline(handle, 5), 0.04, "rim", 10)]
    width, height = rng.uniform(0.6, 0.72), rng.uniform(1.9, 2.3)  # a grandfather clock
    depth = 0.45
    pieces = [
        box((width + 0.16, depth + 0.08, 0.36), "case", 0.03, (0, 0, 0.18)),
        box((width, depth, height - 0.9), "case", 0.025, (0, 0, (height - 0.4) / 2)),
    ]
    head = 0.78
    pieces += [box((width + 0.14, depth + 0.06, head), "case", 0.03, (0, 0, height - head / 2))]
    top = np.concatenate(
        [
            [(-width / 2 - 0.1, 0)],
            [(width / 2 + 0.1, 0)],
            curves.arc((0, 0.02), (width / 2 + 0.1, 0.24), 0, math.pi, 16)[1:-1],
        ]
    )
    pieces += moved(standing(extrusion(top, depth + 0.12, "case", 0.025)), (0, 0, height - 0.01))
    pieces += moved(_dial(rng, 0.28, 0.1), (0, -depth / 2 - 0.04, height - head / 2))
    low, high = 0.44, height - head - 0.06
    pane = curves.rectangle(width * 0.62, high - low, 0.04) + (0, (low + high) / 2)
    pieces += moved(
        standing([extrusion(pane, 0.03, "face", 0.005), frame(curves.offset(pane, -0.05), pane, 0.07, "case", 0.012)]),
        (0, -depth / 2 - 0.005, 0),
    )
    bob = (0.06 * rng.uniform(-1, 1), -depth / 2 - 0.03, low + 0.2)
    pieces += [
        *moved(turned(cylinder(0.1, 0.04, "rim", 0.015, 22), "x", math.pi / 2), bob),
        tube(np.array([(0, bob[1], high), bob]), 0.016, "rim", 6),
    ]
    return pieces


def candle(rng: np.random.Generator) -> list[Piece]:
    radius, height = rng.uniform(0.17, 0.26), rng.uniform(0.7, 1.4)
    angles = np.arange(36) * (2 * math.pi / 36)
    wave = 0.03 * np.sin(3 * angles + rng.uniform(0, 6)) + 0.02 * np.sin(5 * angles + rng.uniform(0, 6))
    layers = [(0, 0), (1, 0), (1, 0.5), (0.99, 0.9), (1.03, 0.98), (0.9, 1.0), (0.72, 0.955), (0.3, 0.94), (0, 0.94)]
    points = []
    for r, z in layers:
        lift = wave * (z > 0.93) * min(r * 1.2, 1.0)
        points.append(np.column_stack([radius * r * np.cos(angles), radius * r * np.sin(angles), z * height + lift]))
    wax: list[Piece] = [rings(np.stack(points), "wax", math.radians(50))]
    for _ in range(int(rng.integers(2, 7))):  # drops that ran down
        angle, length = rng.uniform(0, 2 * math.pi), rng.uniform(0.15, 0.6) * height
        x, y = radius * 0.97 * math.cos(angle), radius * 0.97 * math.sin(angle)
        t = np.linspace(0, 1, 7)
        path = np.column_stack([np.full(7, x), np.full(7, y), height * 1.0 - 0.02 - length * t])
        wax += [tube(path, np.interp(t, [0, 0.6, 1], [0.05, 0.035, 0.055]), "wax", 8)]
    wick = np.array([(0, 0, height * 0.93), (0, 0, height + 0.06), (0.02, 0, height + 0.12)])
    flame = curves.spline([(0.0, 0.0), (0.085, 0.1), (0.075, 0.2), (0.03, 0.32), (0.0, 0.42)], 4)
    top = [tube(wick, 0.016, "wick", 6), *moved(lathe(flame, "flame", 16), (0, 0, height + 0.06))]
    style = rng.integers(3)
    if style == 0:
        return wax + top
    if style == 1:  # on a saucer with a finger ring
        reach = rng.uniform(0.5, 0.62)
        saucer = [
            (0, -0.1),
            (reach * 0.6, -0.1),
            (reach * 0.95, -0.02),
            (reach, 0.06),
            (reach * 0.94, 0.06),
            (reach * 0.6, -0.04),
            (radius + 0.06, -0.04),
            (radius + 0.06, 0.12),
            (radius - 0.02, 0.12),
            (0, 0.12),
        ]
        holder: list[Piece] = [lathe(curves.fillet(saucer, 0.015, 2), "holder", 40)]
        holder += moved(standing(torus(0.14, 0.035, "holder", 24, 8)), (reach + 0.08, 0, 0.03))
        return moved(holder, (0, 0, 0)) + wax + top
    stand = rng.uniform(0.7, 1.1)
    wide = radius + 0.06
    beads = [
        (0.42, 0.05),
        (0.2, 0.12),
        (0.08, 0.22),
        (0.15, 0.42 * stand),
        (0.07, 0.55 * stand),
        (0.1, 0.8 * stand),
        (wide + 0.08, 0.97 * stand),
        (wide + 0.1, stand),
    ]
    stick = np.concatenate([[(0, 0), (0.42, 0)], curves.spline(beads, 5), [(0, stand)]])
    return [lathe(stick, "holder", 36), *moved(wax + top, (0, 0, stand - 0.01))]


def crown(rng: np.random.Generator) -> list[Piece]:
    points, radius = int(rng.choice([5, 6, 8, 8, 10])), 1.0
    band, tall = rng.uniform(0.3, 0.42), rng.uniform(0.45, 0.8)
    flare = rng.uniform(0.02, 0.22)
    count = 16 * points
    angles = np.arange(count) * (2 * math.pi / count)
    phase = (angles * points / (2 * math.pi)) % 1.0
    tooth = 1 - np.abs(2 * phase - 1)
    power = rng.choice([1.0, 1.6, 0.75])
    top = band + tall * tooth**power
    wall = 0.05
    layers = []
    for inside in (False, True):
        steps = np.linspace(0, 1, 6)
        for s in steps if not inside else steps[::-1]:
            z = s * top
            r = radius + flare * (z / (band + tall)) ** 1.5 - (wall if inside else 0.0)
            layers.append(np.column_stack([r * np.cos(angles), r * np.sin(angles), z]))
    pieces: list[Piece] = [rings(np.stack(layers), "body", math.radians(45), loop=True)]
    pieces += [p for z in (0.04, band) for p in moved(torus(radius + 0.01, (0.05, 0.045), "body", 64, 8), (0, 0, z))]
    tip = radius + flare
    size = rng.uniform(0.06, 0.1)
    pieces += around(ball(size, "gems", (tip - 0.02, 0, band + tall + size * 0.4), 12), points, math.pi / points)
    gem = rng.uniform(0.08, 0.13)
    stone = [(0, -0.5), (1.0, 0.0), (0.6, 0.45), (0, 0.45)]
    for i in range(2 * points):
        scale = gem if i % 2 == 0 else gem * 0.6
        piece = turned(lathe(np.array(stone) * scale, "gems", 8, math.radians(15)), "y", math.pi / 2)
        pieces += turned(moved(piece, (radius + 0.02, 0, 0.5 * band + 0.02)), "z", (i + 1) * math.pi / points)
    if rng.random() < 0.35:  # a cap inside and arches above
        dome = curves.arc((0, 0.06), (radius * 0.95, band + 0.6), 0.0, math.pi / 2, 10)
        pieces += [lathe(np.concatenate([[(0, 0.06)], dome]), "cap", 36)]
        for i in range(2):
            arc = np.linspace(0.0, math.pi, 21)
            path = np.column_stack([tip * 0.97 * np.cos(arc), 0 * arc, band + 0.72 * np.sin(arc) ** 0.75])
            pieces += turned(tube(path, 0.06, "body", 8, up=(0, 1, 0)), "z", i * math.pi / 2)
        pieces += [ball(0.13, "gems", (0, 0, band + 0.86), 16)]
    return pieces


def drum(rng: np.random.Generator) -> list[Piece]:
    radius, height = 0.8, rng.uniform(0.6, 1.5)
    waist = rng.choice([1.0, 1.0, rng.uniform(0.72, 0.85), rng.uniform(1.05, 1.15)])
    z = np.linspace(0, 1, 11)
    r = radius * (1 + (waist - 1) * np.sin(z * math.pi))
    pieces: list[Piece] = [
        lathe(np.concatenate([[(0, 0)], np.column_stack([r, z * height]), [(0, height)]]), "body", 44)
    ]
    head = [(0, -0.03), (radius * 1.01, -0.03), (radius * 1.02, 0.03), (radius * 0.96, 0.045), (0, 0.045)]
    pieces += moved(lathe(np.array(head), "skin", 44), (0, 0, height))
    hoop = curves.rectangle(0.09, 0.13, 0.02) + (radius * 1.03, 0)
    pieces += [p for level in (0.05, height - 0.01) for p in moved(lathe(hoop, "hoops", 44, loop=True), (0, 0, level))]
    count = int(rng.integers(7, 11))
    if rng.random() < 0.6:  # cords in zigzag
        line = []
        for i in range(2 * count):
            angle = math.pi * i / count
            out = radius * 1.07 + 0.01
            line.append((out * math.cos(angle), out * math.sin(angle), 0.1 if i % 2 else height - 0.07))
        bulge = max(waist, 1.0)
        for a, b in zip(line, line[1:] + line[:1]):
            middle = (np.array(a) + b) / 2
            flat = np.linalg.norm(middle[:2])
            middle[:2] *= max(radius * waist * 1.03, flat if bulge == 1.0 else 0) / flat
            pieces += [tube(curves.spline([a, middle, b], 3), 0.025, "hoops", 6)]
    else:
        lug = [
            box((0.07, 0.09, 0.2), "hoops", 0.02, (radius * 1.02, 0, height * 0.5)),
            tube(np.array([(radius * 1.08, 0, 0.04), (radius * 1.08, 0, height)]), 0.018, "hoops", 6),
        ]
        pieces += around(lug, count)
    if rng.random() < 0.6:
        for s in (-1, 1):
            stick = tube(np.array([(-0.75, 0, 0), (0.5, 0, 0), (0.7, 0, 0)]), np.array([0.04, 0.03, 0.02]), "sticks", 8)
            stick = [stick, ball((0.07, 0.05, 0.05), "sticks", (0.74, 0, 0), 12)]
            pieces += moved(turned(stick, "z", s * 0.4 + 0.2), (0.05, -0.1 * s, height + 0.09 + 0.03 * s))
    return pieces


def guitar(rng: np.random.Generator) -> list[Piece]:
    """Upright, its strings to the front."""
    electric = rng.random() < 0.35
    lower, upper, waist = rng.uniform(0.5, 0.58), rng.uniform(0.37, 0.42), rng.uniform(0.29, 0.34)
    body = rng.uniform(1.0, 1.15)
    right = [
        (0.0, 0.0),
        (0.6 * lower, 0.02),
        (lower, 0.3 * body),
        (waist, 0.6 * body),
        (upper, 0.82 * body),
        (0.6 * upper, 0.98 * body),
        (0.0, body),
    ]
    if electric:
        right[-3:] = [(upper * 1.05, 0.86 * body), (upper * 0.85, body * 1.08), (0.16, body * 0.86), (0.0, body * 0.85)]
    curve = curves.spline(right, 7)
    outline = np.concatenate([curve[:-1], (curve * (-1, 1))[::-1][:-1]])
    depth = 0.14 if electric else rng.uniform(0.22, 0.28)
    pieces = standing(extrusion(outline, depth, "body", 0.035 if electric else 0.02, steps=2))
    front = -depth / 2
    neck = rng.uniform(0.75, 0.9)
    top = body + neck
    board = np.array([(-0.075, body * 0.62), (0.075, body * 0.62), (0.06, top), (-0.06, top)])
    pieces += moved(standing(extrusion(board, 0.06, "neck", 0.01)), (0, front - 0.02, 0))
    back = np.array([(0, front + 0.04, body * 0.85), (0, front + 0.03, body + 0.1), (0, front + 0.02, top)])
    pieces += [tube(back, np.array([(0.07, 0.08), (0.065, 0.05), (0.055, 0.045)]), "neck", 12, up=(0, 1, 0))]
    head = np.array([(-0.06, 0), (0.06, 0), (0.11, 0.08), (0.1, 0.32), (0.0, 0.36), (-0.1, 0.32), (-0.11, 0.08)])
    pieces += moved(turned(standing(extrusion(head, 0.06, "neck", 0.012)), "x", -0.2), (0, front + 0.0, top - 0.01))
    for s in (-1, 1):
        for z in (0.1, 0.19, 0.28):
            peg = [
                tube(np.array([(s * 0.08, 0, z), (s * 0.17, 0, z)]), 0.012, "strings", 6),
                ball((0.035, 0.02, 0.03), "strings", (s * 0.18, 0, z), 10),
            ]
            pieces += moved(turned(peg, "x", -0.2), (0, front + 0.03, top - 0.01))
    for i in range(1, 12):
        z = top - neck * 1.25 * (1 - 2 ** (-i / 9.0))
        pieces += [box((0.135, 0.02, 0.014), "strings", 0.003, (0, front - 0.052, z))]
    hole = body * 0.62
    bridge = 0.24 * body
    if electric:
        pieces += [
            box((0.2, 0.04, 0.06), "strings", 0.01, (0, front - 0.01, z))
            for z in (0.36 * body, 0.48 * body, 0.58 * body)
        ]
        pieces += [
            ball((0.035, 0.03, 0.035), "strings", (0.2 + 0.05 * i, front - 0.01, 0.32 * body - 0.07 * i), 10)
            for i in range(3)
        ]
    else:
        pieces += moved(standing(cylinder(0.135, 0.02, "hole", 0.004, 30)), (0, front + 0.002, hole))
        pieces += moved(standing(torus(0.15, (0.022, 0.012), "neck", 36, 6)), (0, front - 0.004, hole))
    pieces += [box((0.3, 0.05, 0.06), "neck", 0.012, (0, front - 0.015, bridge))]
    for x in np.linspace(-0.045, 0.045, 6 if not electric else 4):
        pieces += [tube(np.array([(x * 1.15, front - 0.062, bridge), (x, front - 0.062, top)]), 0.006, "strings", 5)]
    return pieces


def bell(rng: np.random.Generator) -> list[Piece]:
    waist, lip = rng.uniform(0.48, 0.58), rng.uniform(0.85, 1.0)
    height = rng.uniform(1.2, 1.5)
    outer = curves.spline(
        [
            (lip, 0.0),
            (lip * 0.86, 0.14 * height),
            (waist * 1.08, 0.45 * height),
            (waist, 0.78 * height),
            (waist * 0.66, 0.96 * height),
            (0.0, height),
        ],
        7,
    )
    inner = curves.spline(
        [(0.0, height * 0.88), (waist * 0.7, height * 0.8), (waist * 0.9, 0.45 * height), (lip * 0.85, 0.06)], 6
    )
    pieces: list[Piece] = [lathe(np.concatenate([inner, [(lip * 0.94, -0.01)], outer]), "body", 48)]
    for z, grow in ((0.1 * height, 0.02), (0.72 * height, 0.012), (0.76 * height, 0.012)):
        r = float(np.interp(z, outer[:, 1], outer[:, 0]))
        pieces += moved(torus(r, 0.02 + grow, "body", 48, 6), (0, 0, z))
    pieces += [
        tube(np.array([(0, 0, 0.85 * height), (0, 0, 0.05)]), 0.04, "clapper", 8),
        ball(0.15, "clapper", (0, 0, -0.02), 18),
    ]
    if rng.random() < 0.5:
        grip = [(0.09, height), (0.07, height + 0.12), (0.12, height + 0.4), (0.09, height + 0.62), (0.0, height + 0.7)]
        pieces += [lathe(np.concatenate([[(0, height - 0.02)], curves.spline(grip, 6)]), "handle", 24)]
    else:
        pieces += moved(standing(torus(0.17, 0.055, "handle", 28, 10)), (0, 0, height + 0.15))
    return pieces


def umbrella(rng: np.random.Generator) -> list[Piece]:
    ribs, rise = int(rng.choice([6, 8, 8, 10])), rng.uniform(0.42, 0.6)
    count = 10 * ribs
    angles = np.arange(count) * (2 * math.pi / count)
    sag = np.abs(np.sin(angles * ribs / 2))
    layers = []
    top = 1.5
    t = np.linspace(0.02, 1.0, 9)
    for inside in (True, False):
        for s in t if inside else t[::-1]:
            reach = s * (1 - 0.11 * s * sag)
            z = top - rise * s**1.9 - 0.05 * s * sag * (1 - s) + (0.0 if inside else 0.022)
            layers.append(np.column_stack([reach * np.cos(angles), reach * np.sin(angles), z]))
    canopy = rings(np.stack(layers), "canopy", math.radians(22))
    pieces: list[Piece] = [canopy]
    stick = tube(
        np.array([(0, 0, -0.25), (0, 0, 0.6), (0, 0, top + 0.2)]), np.array([0.03, 0.028, 0.018]), "handle", 10
    )
    hook = np.array(
        [(0, 0, -0.2), (0, 0, -0.38), (-0.06, 0, -0.5), (-0.17, 0, -0.53), (-0.26, 0, -0.44), (-0.27, 0, -0.36)]
    )
    pieces += [stick, tube(curves.spline(hook, 5), 0.05, "handle", 12)]
    for i in range(ribs):
        angle = 2 * math.pi * i / ribs
        direction = np.array([math.cos(angle), math.sin(angle), 0.0])
        spoke = np.array([(0, 0, top - 0.55), direction * 0.5 + (0, 0, top - rise * 0.5**1.9 - 0.02)])
        pieces += [
            tube(spoke, 0.012, "ribs", 6),
            tube(
                np.array([direction * 0.96 + (0, 0, top - rise * 0.93), direction * 1.03 + (0, 0, top - rise * 1.03)]),
                0.016,
                "ribs",
                6,
            ),
        ]
    return turned(pieces, "y", rng.uniform(-0.3, 0.3))


def gift(rng: np.random.Generator) -> list[Piece]:
    w, d, h = rng.uniform(1.0, 1.5), rng.uniform(1.0, 1.4), rng.uniform(0.7, 1.3)
    band = rng.uniform(0.16, 0.26)
    pieces: list[Piece] = [box((w, d, h), "body", 0.02, (0, 0, h / 2))]
    if rng.random() < 0.6:
        pieces += [box((w + 0.1, d + 0.1, 0.24), "body", 0.02, (0, 0, h - 0.08))]
        grow, top = 0.1, h + 0.04
    else:
        grow, top = 0.0, h
    for lid, low, high in ((0.0, 0.0, h - 0.2), (grow, h - 0.2, top)):
        size, middle = high - low + 0.03, (low + high) / 2 + 0.003
        pieces += [
            box((w + lid + 0.03, band, size), "ribbon", 0.012, (0, 0, middle)),
            box((band, d + lid + 0.03, size), "ribbon", 0.012, (0, 0, middle)),
        ]
    loops = int(rng.choice([2, 2, 4, 6]))
    size = rng.uniform(0.34, 0.46)
    t = np.linspace(0, 2 * math.pi, 21)[:-1]
    loop = np.column_stack(
        [
            size * (1 - np.cos(t)) * 0.75,
            0 * t,
            size * 0.75 * np.sin(t) * np.sin(t / 2) ** 0.8 * 0.8 + 0.12 * (1 - np.cos(t)),
        ]
    )
    (bow,) = _flat_loop(loop, band * 0.42, 0.022)
    pieces += moved(around(bow, loops, 0.0 if loops != 4 else math.pi / 4), (0, 0, top + 0.02))
    pieces += [ball((0.12, 0.12, 0.1), "ribbon", (0, 0, top + 0.07), 16)]
    for s in (-1, 1):
        tail = curves.spline([(0, 0, 0.03), (0.2 * s, -0.2, 0.06), (0.3 * s, -0.42, 0.03), (0.42 * s, -0.55, 0.04)], 5)
        pieces += moved(
            tube(
                tail,
                np.array([(band * 0.4, 0.015)]),
                "ribbon",
                section=curves.rectangle(2, 2),
                up=(0, 0, 1),
                ends="flat",
                crease=math.radians(60),
            ),
            (0, 0, top),
        )
    return pieces


def _flat_loop(path: np.ndarray, half_width: float, half_thickness: float) -> list[Piece]:
    """A ribbon bent to a loop in the XZ plane, its breadth along Y."""
    along = np.roll(path, -1, axis=0) - np.roll(path, 1, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    out = np.cross(along, (0.0, 1.0, 0.0)) * half_thickness
    side = np.array([0.0, half_width, 0.0])
    section = np.stack([path - side - out, path + side - out, path + side + out, path - side + out], axis=1)
    return [rings(section, "ribbon", math.radians(60), loop=True)]


def lantern(rng: np.random.Generator) -> list[Piece]:
    sides = int(rng.choice([4, 6, 6, 8]))
    radius, height = rng.uniform(0.5, 0.62), rng.uniform(0.9, 1.2)
    turn = math.pi / sides
    base = [(0, 0), (radius * 1.25, 0), (radius * 1.25, 0.08), (radius * 1.05, 0.16), (0, 0.16)]
    pieces: list[Piece] = [*turned(lathe(np.array(base), "frame", sides, math.radians(20)), "z", turn)]
    pieces += turned(moved(cylinder(radius * 0.88, height, "glass", 0.01, sides), (0, 0, 0.14)), "z", turn)
    pieces += around(
        tube(np.array([(radius * 0.96, 0, 0.1), (radius * 0.96, 0, height + 0.16)]), 0.045, "frame", 8), sides, turn
    )
    for z in (0.2, height * 0.5 + 0.14, height + 0.1):
        ring = curves.circle(radius * 0.94, sides, phase=turn)
        pieces += [tube(np.column_stack([ring[[i, (i + 1) % sides]], [z, z]]), 0.03, "frame", 6) for i in range(sides)]
    top = height + 0.14
    rise = rng.uniform(0.28, 0.5)
    roof = [
        (0, 0),
        (radius * 1.35, 0),
        (radius * 1.3, 0.07),
        (radius * 0.6, rise * 0.55),
        (radius * 0.28, rise),
        (radius * 0.3, rise + 0.1),
        (0, rise + 0.16),
    ]
    pieces += moved(turned(lathe(np.array(roof), "frame", sides, math.radians(20)), "z", turn), (0, 0, top))
    pieces += moved(standing(torus(0.2, 0.035, "handle", 28, 8)), (0, 0, top + rise + 0.32))
    return pieces


def cake(rng: np.random.Generator) -> list[Piece]:
    tiers = int(rng.integers(1, 4))
    radius, z = 1.0, 0.0
    plate = [(0, -0.1), (0.7, -0.1), (1.2, -0.03), (1.22, 0.0), (0, 0.0)]
    pieces: list[Piece] = [lathe(np.array(plate), "plate", 48)]
    for _ in range(tiers):
        height = rng.uniform(0.4, 0.55) if tiers > 1 else rng.uniform(0.5, 0.7)
        pieces += moved(cylinder(radius, height, "body", 0.05, 48), (0, 0, z))
        drips = int(rng.integers(9, 15))
        angles = np.arange(8 * drips) * (2 * math.pi / (8 * drips))
        length = rng.uniform(0.12, 0.34, drips)
        drop = np.repeat(length, 8) * (0.5 - 0.5 * np.cos(angles * drips)) ** 0.6 + 0.07
        line = []
        for r, level in (
            (0.3, 0.0),
            (0.3, 0.055),
            (0.9, 0.055),
            (1.0, 0.03),
            (1.04, -0.03),
            (1.04, -1.0),
            (1.02, -1.07),
            (0.96, -1.0),
        ):
            depth = np.where(level <= -1.0, level * drop * (height / 0.6), level)
            line.append(np.column_stack([radius * r * np.cos(angles), radius * r * np.sin(angles), z + height + depth]))
        pieces += [rings(np.stack(line), "icing", SOFT)]
        beads = max(10, int(radius * 26))
        pieces += around(ball((0.075, 0.075, 0.07), "icing", (radius, 0, z + 0.05), 8), beads)
        z += height + 0.04
        radius *= rng.uniform(0.6, 0.75)
    radius = 1.0 if tiers == 1 else radius / 0.68
    style = rng.integers(3)
    if style == 0:
        pieces += [
            ball(0.16, "cherries", (0, 0, z + 0.12), 18),
            tube(curves.spline([(0, 0, z + 0.26), (0.03, 0, z + 0.38), (0.12, 0, z + 0.48)], 4), 0.016, "cherries", 6),
        ]
        if tiers == 1:
            pieces += around(ball(0.13, "cherries", (0.72, 0, z + 0.08), 14), int(rng.integers(6, 9)))
    elif style == 1:
        count = int(rng.integers(3, 8)) if tiers == 1 else int(rng.integers(1, 5))
        one = [cylinder(0.05, 0.34, "candles", 0.01, 12)]
        one += moved(lathe(curves.spline([(0, 0), (0.045, 0.06), (0.0, 0.2)], 4), "candles", 10), (0, 0, 0.36))
        pieces += moved(around(moved(one, (0.55 * radius if count > 1 else 0.0, 0, 0)), count), (0, 0, z - 0.01))
    else:
        swirl = curves.spline([(0.22, 0.0), (0.2, 0.1), (0.14, 0.16), (0.13, 0.22), (0.06, 0.3), (0.0, 0.4)], 4)
        rosette = lathe(
            np.concatenate([[(0, 0)], swirl]),
            "icing",
            24,
            shape=lambda angle, height: 1 + 0.12 * np.cos(6 * angle + 12 * height),
        )
        pieces += moved(rosette, (0, 0, z - 0.01))
        pieces += [ball(0.1, "cherries", (0, 0, z + 0.38), 14)]
        if tiers == 1:
            pieces += around(moved(scaled(rosette, 0.8), (0.68, 0, z - 0.01)), 6)
    return pieces


def helmet(rng: np.random.Generator) -> list[Piece]:
    style = rng.integers(3)
    if style == 0:  # a viking's, with horns
        dome = curves.spline([(0.8, 0.0), (0.79, 0.25), (0.62, 0.62), (0.3, 0.86), (0.0, 0.95)], 7)
        pieces: list[Piece] = [lathe(np.concatenate([[(0, 0.0)], dome]), "body", 48)]
        pieces += [lathe(curves.rectangle(0.09, 0.2, 0.03) + (0.81, 0.06), "trim", 48, loop=True)]
        angles = np.linspace(0, math.pi, 19)
        band = np.column_stack([0 * angles, -0.82 * np.cos(angles), 0.97 * np.sin(angles)])
        strip = tube(
            band, np.array([(0.09, 0.035)]), "trim", section=curves.rectangle(2, 2, 0.3), up=(1, 0, 0), ends="flat"
        )
        pieces += [*scaled(strip, (1, 1, 1)), *turned(strip, "z", math.pi / 2)]
        if rng.random() < 0.8:
            reach, lift = rng.uniform(0.45, 0.65), rng.uniform(0.5, 0.8)
            horn = curves.spline(
                [
                    (0.62, 0, 0.3),
                    (0.8 + reach * 0.5, 0, 0.38),
                    (0.8 + reach, 0, 0.38 + 0.5 * lift),
                    (0.8 + 0.85 * reach, 0, 0.4 + lift),
                ],
                7,
            )
            pieces += mirrored(
                [
                    tube(horn, np.linspace(0.17, 0.015, len(horn)), "horns", 16),
                    *moved(turned(torus(0.18, 0.04, "trim", 24, 8), "y", math.pi / 2), (0.82, 0, 0.33)),
                ]
            )
        nasal = np.array([(-0.09, 0.05), (0.09, 0.05), (0.07, -0.42), (-0.07, -0.42)])
        pieces += moved(standing(extrusion(nasal, 0.06, "trim", 0.015)), (0, -0.84, 0))
        return pieces
    if style == 1:  # a knight's, closed
        profile = curves.spline([(0.62, -0.75), (0.72, -0.4), (0.72, 0.1), (0.6, 0.5), (0.3, 0.78), (0.0, 0.85)], 7)
        pieces = [lathe(np.concatenate([[(0, -0.75)], profile]), "body", 48)]
        visor = curves.spline([(0.74, -0.42), (0.8, -0.2), (0.78, 0.05), (0.735, 0.22)], 6)
        inner = visor - (0.1, 0.0)

        def beak(points: np.ndarray) -> np.ndarray:
            """Drawn out towards the front."""
            result = points.copy()
            facing = np.clip(-points[:, 1] / 0.78, 0, 1) ** 3
            result[:, 1] -= 0.34 * facing * np.clip(1 - np.abs(points[:, 2] + 0.1) / 0.42, 0, 1)
            return result

        pieces += deformed(lathe(np.concatenate([visor, inner[::-1]]), "visor", 64, loop=True), beak)
        for s in (-1, 1):
            slit = turned(box((0.3, 0.08, 0.05), "slits", 0.012), "z", 0.5 * s)
            pieces += moved(slit, (0.28 * s, -0.85, 0.06))
            for i in range(3):
                pieces += moved(
                    turned(box((0.03, 0.06, 0.14), "slits", 0.008), "z", 0.4 * s),
                    (s * (0.16 + 0.1 * i), -0.99 + 0.06 * i, -0.2),
                )
        pieces += mirrored(moved(turned(cylinder(0.1, 0.07, "visor", 0.02, 20), "y", math.pi / 2), (0.77, 0, 0.02)))
        pieces += moved(torus(0.64, 0.05, "visor", 48, 8), (0, 0, -0.74))
        angles = np.linspace(-0.35, math.pi * 0.72, 19)
        comb = np.column_stack([0 * angles, -0.66 * np.cos(angles) + 0.0, 0.1 + 0.76 * np.sin(angles)])
        comb = comb[comb[:, 2] > 0.2]
        pieces += [tube(comb, np.array([(0.035, 0.05)]), "body", 8, up=(1, 0, 0))]
        if rng.random() < 0.7:  # a plume
            plume = curves.spline([(0, 0.05, 0.82), (0, 0.12, 1.12), (0, 0.5, 1.2), (0, 0.85, 0.8), (0, 0.92, 0.3)], 6)
            size = np.interp(np.linspace(0, 1, len(plume)), [0, 0.2, 0.6, 1.0], [0.05, 0.17, 0.2, 0.04])
            pieces += [tube(plume, np.column_stack([size, size * 0.55]), "plume", 14, up=(1, 0, 0))]
        return pieces
    # a Greek's or Roman's, with a crest
    profile = curves.spline([(0.7, -0.2), (0.72, 0.1), (0.6, 0.48), (0.3, 0.72), (0.0, 0.78)], 7)
    pieces = [lathe(np.concatenate([[(0, -0.2)], profile]), "body", 48)]
    flap = np.array([(0.0, 0.05), (0.34, 0.05), (0.42, -0.3), (0.3, -0.75), (0.08, -0.8), (-0.02, -0.4)])
    plate = extrusion(curves.fillet(flap, 0.08, 4, closed=True), 0.05, "body", 0.012)
    cheek = moved(turned(turned(standing(plate), "z", math.radians(62)), "y", 0.06), (0.42, -0.56, -0.12))
    pieces += mirrored(cheek)
    angles = np.linspace(math.radians(25), math.radians(155), 15)
    neck = [(0.71 * math.cos(a), 0.71 * math.sin(a)) for a in angles]
    guard = np.array(
        [[(x * (1 + 0.16 * s), y * (1 + 0.2 * s), -0.18 - 0.34 * s) for s in (0.0, 0.5, 1.0)] for x, y in neck]
    )
    pieces += [sheet(guard, 0.04, "body")]
    pieces += moved(torus(0.715, 0.045, "trim", 48, 8), (0, 0, -0.17))
    t = np.linspace(math.radians(22), math.radians(168), 27)
    across = rng.random() < 0.25
    low, high = 0.76, rng.uniform(1.1, 1.25)
    inner = np.column_stack([-0.9 * np.cos(t), np.sin(t)]) * low + (0, 0.05)
    outer = np.column_stack([-0.9 * np.cos(t), np.sin(t)]) * (high + 0.03 * np.sin(np.arange(27) * 2.4)[:, None]) + (
        0,
        0.05,
    )
    crest = profiled(np.concatenate([outer, inner[::-1]]), 0.2, "crest", 0.05)
    pieces += turned(crest, "z", math.pi / 2) if across else crest
    pieces += (
        [tube(np.column_stack([0 * t, inner]), np.array([(0.07, 0.045)]), "trim", 8, up=(1, 0, 0))]
        if not across
        else []
    )
    return pieces


def hat(rng: np.random.Generator) -> list[Piece]:
    style = rng.integers(4)
    if style == 3:  # a wizard's
        reach, height = 1.0, rng.uniform(1.5, 2.0)
        profile = [(0, 0), (reach, -0.02), (reach, 0.03), (0.6, 0.09), (0.52, 0.16)]
        t = np.linspace(0.1, 1, 12)
        profile += [(0.52 * (1 - s) ** 0.9 + 0.005, 0.16 + height * s) for s in t[:-1]] + [(0, 0.16 + height)]
        bend, twist = rng.uniform(0.15, 0.5), rng.uniform(0, 6)

        def crooked(points: np.ndarray) -> np.ndarray:
            s = np.clip(points[:, 2] / height, 0, 1)
            result = points.copy()
            result[:, 0] += bend * s**2.5 * math.cos(twist)
            result[:, 1] += bend * s**2.5 * math.sin(twist)
            result[:, 2] += (
                0.06
                * np.sin(3 * np.arctan2(points[:, 1], points[:, 0]) + twist)
                * np.clip(np.hypot(points[:, 0], points[:, 1]) - 0.55, 0, 1)
            )
            return result

        band = lathe(curves.rectangle(0.06, 0.18, 0.02) + (0.49, 0.24), "band", 44, loop=True)
        return deformed([lathe(np.array(profile), "body", 44), band], crooked)
    tall = (rng.uniform(0.9, 1.15), rng.uniform(0.55, 0.7), rng.uniform(0.5, 0.62))[style]
    brim = (0.95, 1.25, 1.05)[style] * rng.uniform(0.95, 1.08)
    crown_radius = 0.62
    top = {
        0: [(0.6, 0.12), (0.58, 0.5 * tall), (0.66, tall - 0.04), (0.62, tall), (0.0, tall)],
        1: [(0.62, 0.1), (0.58, 0.6 * tall), (0.5, 0.95 * tall), (0.3, tall), (0.0, tall * 0.93)],
        2: [(0.64, 0.1), (0.66, 0.3 * tall), (0.52, 0.8 * tall), (0.28, tall), (0.0, tall * 1.03)],
    }[int(style)]
    lid = curves.fillet(top, 0.07, 3) if style == 0 else curves.spline(top, 6)
    edge = [
        (0, -0.03),
        (crown_radius, -0.03),
        (brim, -0.02),
        (brim + 0.015, 0.01),
        (brim, 0.035),
        (crown_radius + 0.06, 0.035),
    ]
    radial = [(r, z) for r, z in edge]
    fine = [
        radial[0],
        radial[1],
        *[(crown_radius + (brim - crown_radius) * s, -0.025) for s in (0.3, 0.6, 0.85)],
        *radial[2:5],
        *[(brim - (brim - crown_radius) * s, 0.035) for s in (0.2, 0.5, 0.8)],
    ]
    pieces: list[Piece] = [lathe(np.concatenate([fine, lid]), "body", 48)]
    pieces += [
        lathe(
            curves.rectangle(0.07, 0.2, 0.02) + (crown_radius - 0.02 + (0.02 if style == 2 else 0), 0.16),
            "band",
            48,
            loop=True,
        )
    ]
    curl = {0: 0.12, 1: rng.uniform(0.2, 0.45), 2: 0.1}[int(style)]

    def curled(points: np.ndarray) -> np.ndarray:
        """The brim goes up at the sides, a little down in front; a cowboy's hat has a crease in its crown."""
        result = points.copy()
        r = np.hypot(points[:, 0], points[:, 1])
        out = np.clip((r - crown_radius) / (brim - crown_radius), 0, 1)
        side = (points[:, 0] / np.maximum(r, 1e-9)) ** 2
        result[:, 2] += curl * out**1.6 * (side * 1.25 - 0.25)
        if style == 1:
            high = np.clip((points[:, 2] - 0.55 * tall) / (0.45 * tall), 0, 1)
            result[:, 2] -= 0.16 * high * np.exp(-((points[:, 0] / 0.14) ** 2))
            result[:, 0] *= 1 - 0.2 * high * np.clip(-points[:, 1], 0, 1) / 0.5
        return result

    return deformed(pieces, curled)


def boot(rng: np.random.Generator) -> list[Piece]:
    """A boot whose toe looks to -Y."""
    shaft = rng.uniform(0.75, 1.5)
    toe, width = rng.uniform(0.8, 0.95), rng.uniform(0.27, 0.32)
    heel = rng.uniform(0.1, 0.3)
    instep = 0.52
    # Rings go up the leg and, tilted more and more, turn into the foot.
    stations = [
        ((0, 0.16, instep + shaft), (width * 1.12, 0.4), 0.0),
        ((0, 0.14, instep + 0.6 * shaft), (width * 1.04, 0.36), 0.0),
        ((0, 0.12, instep + 0.25 * shaft), (width * 0.9, 0.31), 0.05),
        ((0, 0.1, instep), (width * 0.9, 0.32), 0.35),
        ((0, 0.02, instep * 0.7), (width * 0.97, 0.39), 0.8),
        ((0, -0.16, 0.28), (width * 1.0, 0.33), 1.2),
        ((0, -0.42, 0.21), (width * 1.12, 0.215), 1.5),
        ((0, -0.68, 0.17), (width * 1.1, 0.17), 1.57),
        ((0, -toe + 0.06, 0.14), (width * 0.8, 0.13), 1.57),
        ((0, -toe, 0.12), (width * 0.35, 0.07), 1.57),
    ]
    values = np.array([[*centre, *size, tilt] for centre, size, tilt in stations])
    values = curves.spline(values, 4)
    section = curves.superellipse(1.0, 1.0, 2.3, 28)
    layers = []
    for x, y, z, wide, deep, tilt in values:
        ring = np.column_stack(
            [section[:, 0] * wide, section[:, 1] * deep * math.cos(tilt), -section[:, 1] * deep * math.sin(tilt)]
        )
        ring += (x, y, z)
        ring[:, 2] = np.maximum(ring[:, 2], 0.015)
        layers.append(ring)
    layers = layers[::-1]
    # The opening: the rim turns inwards and down.
    rim = layers[-1]
    middle = rim.mean(axis=0)
    layers += [
        middle + (rim - middle) * shrink - (0, 0, drop) for shrink, drop in ((0.9, 0.0), (0.86, 0.12), (0.8, 0.3))
    ]
    pieces: list[Piece] = [rings(np.stack(layers), "body", math.radians(65))]
    # The heel's cup.
    pieces += [ball((width * 0.97, 0.34, 0.36), "body", (0, 0.13, 0.3), 24)]
    outline = curves.spline(
        [
            (0.0, -toe - 0.03),
            (width * 0.9, -toe + 0.1),
            (width * 1.2, -0.5),
            (width * 0.92, 0.0),
            (width * 1.0, 0.28),
            (width * 0.6, 0.48),
            (0, 0.52),
        ],
        6,
    )
    outline = np.concatenate([outline[:-1], (outline * (-1, 1))[::-1][:-1]])
    pieces += moved(extrusion(outline, 0.09, "sole", 0.025, steps=2), (0, 0, 0.0))
    back = curves.spline([(0, 0.06), (width * 0.95, 0.08), (width, 0.28), (width * 0.6, 0.47), (0, 0.52)], 5)
    back = np.concatenate([back[:-1], (back * (-1, 1))[::-1][:-1]])
    pieces += moved(extrusion(back, heel, "sole", 0.015), (0, 0, -heel / 2 - 0.02))
    style = rng.integers(3)
    if style == 0:  # laces
        for z in np.linspace(instep * 0.85, instep + shaft * 0.75, 6):
            row = np.argmin(np.abs(values[:, 2] - z))
            x, y, zz, wide, deep, tilt = values[row]
            front = np.array([0, y - deep * math.cos(tilt) - 0.01, zz + deep * math.sin(tilt) * 0.9])
            for s in (-1, 1):
                pieces += [
                    tube(
                        np.array(
                            [front + (-0.13 * s, 0.03, -0.03), front + (0, -0.02, 0.01), front + (0.13 * s, 0.03, 0.05)]
                        ),
                        0.024,
                        "laces",
                        6,
                    )
                ]
    elif style == 1:  # a fold at the top
        x, y, z, wide, deep, _ = values[0]
        ring = curves.superellipse(1.0, 1.0, 2.3, 40)
        cuff = [(1.02, 0.03), (1.16, 0.0), (1.2, -0.14), (1.17, -0.26), (1.02, -0.24)]
        cuff_layers = [
            np.column_stack([ring[:, 0] * wide * g, ring[:, 1] * deep * g + y, np.full(40, z + dz)]) for g, dz in cuff
        ]
        pieces += [rings(np.stack(cuff_layers), "cuff", SOFT, loop=True)]
    else:  # straps
        for z in (instep + 0.05, instep + 0.62 * shaft):
            row = np.argmin(np.abs(values[:, 2] - z))
            x, y, zz, wide, deep, _ = values[row]
            ring = curves.superellipse(1.0, 1.0, 2.3, 40)
            belt = np.column_stack([ring[:, 0] * wide * 1.02, ring[:, 1] * deep * 1.04 + y, np.full(40, zz)])
            pieces += [tube(belt, np.array([(0.02, 0.055)]), "cuff", 8, up=None, loop=True)]
            pieces += [box((0.06, 0.16, 0.16), "cuff", 0.02, (wide * 1.04, y, zz))]
    return pieces


FAMILIES = (
    Family("book", "thing", book),
    Family("clock", "thing", clock),
    Family("candle", "thing", candle),
    Family("crown", "thing", crown),
    Family("drum", "thing", drum),
    Family("guitar", "thing", guitar),
    Family("bell", "thing", bell),
    Family("umbrella", "thing", umbrella),
    Family("gift", "thing", gift),
    Family("lantern", "thing", lantern),
    Family("cake", "thing", cake),
    Family("helmet", "thing", helmet),
    Family("hat", "thing", hat),
    Family("boot", "thing", boot),
)
