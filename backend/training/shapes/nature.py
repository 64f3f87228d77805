# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: RUF005 - points are arrays here, and adding a tuple moves them
"""What grows or lies about: rocks, trees, fruits, shells."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from . import curves
from .implicit import both, ellipsoid, limb, surface
from .primitives import ball, closed_piece, deformed, lathe, moved, rotation, tube, turned, weld
from .quadruped import petal
from .shape import Family, Piece

GOLDEN = math.pi * (3 - math.sqrt(5))
"""The golden angle, at which leaves and seeds stand around a stem."""


def waves(rng: np.random.Generator, octaves: int, frequency: float, fall: float = 0.5):
    """A smooth random function of points (N, 3) with values near [-1, 1]: sums of sines in random directions."""
    terms = []
    for octave in range(octaves):
        directions = rng.normal(size=(6, 3))
        directions *= frequency * 2.0**octave / np.linalg.norm(directions, axis=1, keepdims=True)
        terms.append((directions, rng.uniform(0, 2 * math.pi, 6), fall**octave * 0.4))

    def value(points: np.ndarray) -> np.ndarray:
        return sum(np.sin(points @ d.T + phase).sum(axis=1) * weight for d, phase, weight in terms)

    return value


def sphere(steps: int, part: str, crease: float = math.pi) -> Piece:
    """A unit sphere of 12 steps^2 triangles, evenly spread: a cube's grid, bulged."""
    angles = np.tan(np.linspace(-math.pi / 4, math.pi / 4, steps + 1))
    u, v = np.meshgrid(angles, angles, indexing="ij")
    number = np.arange((steps + 1) ** 2).reshape(steps + 1, -1)
    a, b, c, d = (n.ravel() for n in (number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]))
    face = np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
    vertices, triangles = [], []
    for axis in range(3):
        for sign in (1.0, -1.0):
            points = np.roll(np.stack([np.full(u.size, sign), u.ravel(), v.ravel()], axis=1), axis, axis=1)
            vertices.append(points / np.linalg.norm(points, axis=1, keepdims=True))
            triangles.append((face if sign > 0 else face[:, ::-1]) + len(triangles) * u.size)
    return closed_piece(*weld(np.concatenate(vertices), np.concatenate(triangles)), part, crease)


# Stones and land


def rock(rng: np.random.Generator) -> list[Piece]:
    """A lump with flat broken faces (planes that cut it) and a rough skin."""
    stretch = np.array([1.0, rng.uniform(0.6, 1.0), rng.uniform(0.5, 0.95)])
    bump = waves(rng, 2, 1.6)
    rough = waves(rng, 3, rng.uniform(6, 9), 0.6)
    cuts = rng.normal(size=(int(rng.integers(5, 22)), 3))
    cuts /= np.linalg.norm(cuts, axis=1, keepdims=True)
    depth = rng.uniform(0.68, 0.95, len(cuts))
    roughness = rng.uniform(0.004, 0.02)

    def shaped(points: np.ndarray) -> np.ndarray:
        radius = 1 + rng_amount * bump(points)
        # The distance to the nearest cutting plane along the ray, where that is closer.
        reach = (depth / np.maximum(points @ cuts.T, 1e-3)).min(axis=1)
        sharp = 24.0
        radius = -np.log(np.exp(-sharp * radius) + np.exp(-sharp * np.minimum(reach, 3.0))) / sharp
        points = points * radius[:, None] + points * (roughness * rough(points * radius[:, None]))[:, None]
        return points * stretch

    rng_amount = rng.uniform(0.05, 0.16)
    stone = deformed(sphere(20, "body", math.radians(60)), shaped)
    if rng.random() < 0.3:  # two stones
        small = rng.uniform(0.35, 0.55)
        other = turned(deformed(stone, lambda p: p * small), "z", rng.uniform(0, 6))
        low = stone[0].vertices[:, 2].min() - other[0].vertices[:, 2].min()
        stone = stone + moved(other, (rng.choice([-1.0, 1.0]) * rng.uniform(0.7, 1.0), rng.uniform(-0.6, 0.0), low))
    return stone


def mountain(rng: np.random.Generator) -> list[Piece]:
    """A peak with ridges and gullies over a round base; its upper part can carry snow."""
    count = 56
    axis = np.linspace(-1, 1, count)
    x, y = np.meshgrid(axis, axis, indexing="ij")
    # A disc, so that the land has no corners.
    reach = np.maximum(np.abs(x), np.abs(y)) / np.maximum(np.hypot(x, y), 1e-9)
    x, y = x * reach, y * reach
    peaks = [(rng.uniform(-0.12, 0.12), rng.uniform(-0.12, 0.12), 1.0)]
    for _ in range(int(rng.integers(0, 4))):
        a, r = rng.uniform(0, 2 * math.pi), rng.uniform(0.3, 0.5)
        peaks.append((r * math.cos(a), r * math.sin(a), rng.uniform(0.4, 0.75)))
    height = np.zeros_like(x)
    ridges = waves(rng, 2, 3.5)
    detail = waves(rng, 3, 9.0, 0.6)
    points = np.column_stack([x.ravel(), y.ravel(), np.zeros(x.size)])
    folds = (1 - np.abs(ridges(points))).reshape(x.shape)
    fine = detail(points).reshape(x.shape)
    steep = rng.uniform(1.1, 1.7)
    for px, py, top in peaks:
        far = np.hypot(x - px, y - py)
        angle = np.arctan2(y - py, x - px)
        spur = (
            1
            + 0.16 * np.cos(angle * rng.integers(3, 6) + rng.uniform(0, 6))
            + 0.07 * np.cos(angle * 9 + rng.uniform(0, 6))
        )
        cone = top * np.maximum(1 - far / (0.95 * spur * (0.55 + 0.45 * top)), 0.0) ** steep
        height = np.maximum(height, cone)
    edge = np.clip((1 - np.hypot(x, y)) / 0.35, 0, 1)
    height = rng.uniform(0.8, 1.2) * (
        height * (1 + 0.22 * (folds - 0.5)) + (0.05 * folds + 0.045 * fine * (0.3 + height)) * edge
    )
    height = np.maximum(height, 0.0)
    top = np.column_stack([x.ravel(), y.ravel(), height.ravel()])
    number = np.arange(count * count).reshape(count, count)
    a, b, c, d = (n.ravel() for n in (number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]))
    first = np.abs(top[a, 2] - top[c, 2]) < np.abs(top[b, 2] - top[d, 2])
    faces = np.concatenate(
        [
            np.where(first[:, None], np.stack([a, b, c], axis=1), np.stack([a, b, d], axis=1)),
            np.where(first[:, None], np.stack([a, c, d], axis=1), np.stack([b, c, d], axis=1)),
        ]
    )
    rim = np.concatenate([number[:-1, 0], number[-1, :-1], number[:0:-1, -1], number[0, :0:-1]])
    low = top[rim] * (1, 1, 0) - (0, 0, 0.06)
    n, m = len(top), len(rim)
    here, after = np.arange(m), np.roll(np.arange(m), -1)
    skirt = [
        np.stack([rim[here], n + here, n + after], axis=1),
        np.stack([rim[here], n + after, rim[after]], axis=1),
        np.stack([n + after, n + here, np.full(m, n + m)], axis=1),
    ]
    vertices = np.concatenate([top, low, [(0, 0, -0.06)]])
    triangles = np.concatenate([faces, *skirt])
    line = rng.uniform(0.5, 0.72) * top[:, 2].max()
    centre = vertices[triangles].mean(axis=1)
    snowy = centre[:, 2] + 0.06 * np.sin(centre[:, 0] * 13) * np.cos(centre[:, 1] * 11) > line
    parts = tuple("snow" if s else "body" for s in snowy)
    if parts[0] != "body":
        raise ValueError("the land begins under snow")
    piece = closed_piece(vertices, triangles, "body", math.radians(35))
    return [dataclasses.replace(piece, part=parts)]


# Trees


def crown(rng, centres, radii, part: str = "crown", bumps: float = 0.22) -> list[Piece]:
    """Leafy clouds: lumps melted together, with a skin of smaller lumps."""
    blobs = [ellipsoid(c, r, part, 0.08) for c, r in zip(centres, radii)]
    for c, r in zip(centres, radii):
        count = int(rng.integers(12, 18))
        for i in range(count):
            z = 1 - 2 * (i + 0.5) / count
            a = i * GOLDEN + rng.uniform(-0.3, 0.3)
            ring = math.sqrt(1 - z * z)
            direction = np.array([ring * math.cos(a), ring * math.sin(a), z])
            blobs.append(ellipsoid(c + direction * r * 0.88, np.mean(r) * bumps * rng.uniform(0.9, 1.5), part, 0.03))
    return [surface(blobs, 5000)]


def tree(rng: np.random.Generator) -> list[Piece]:
    height = rng.uniform(0.7, 1.2)
    thick = rng.uniform(0.07, 0.13)
    lean = rng.uniform(-0.12, 0.12, 2)
    top = np.array([*lean, height])
    trunk = [
        limb(
            [(0, 0, -0.05), (0, 0, 0.12), top * 0.55, top + (0, 0, 0.3)],
            [thick * 1.7, thick, thick * 0.85, thick * 0.45],
            "trunk",
        )
    ]
    for i in range(int(rng.integers(4, 6))):  # roots
        a = i * 2 * math.pi / 5 + rng.uniform(-0.3, 0.3)
        out = np.array([math.cos(a), math.sin(a), 0])
        trunk.append(limb([(0, 0, 0.1), out * thick * 2.6 - (0, 0, 0.04)], [thick * 0.5, thick * 0.3], "trunk", 0.08))
    centres, radii = [top + (0, 0, 0.45)], [np.array([0.52, 0.52, 0.46]) * rng.uniform(0.9, 1.15)]
    count = int(rng.integers(3, 7))
    wide = rng.uniform(0.3, 0.55)
    for i in range(count):
        a = 2 * math.pi * i / count + rng.uniform(-0.4, 0.4)
        place = top + np.array([wide * math.cos(a), wide * math.sin(a), rng.uniform(0.1, 0.55)])
        centres.append(place)
        radii.append(np.full(3, rng.uniform(0.28, 0.42)) * (1, 1, 0.85))
        branch = [top * rng.uniform(0.5, 0.8), (top + place) / 2 - (0, 0, 0.08), place]
        trunk.append(limb(branch, [thick * 0.6, thick * 0.45, thick * 0.3], "trunk", 0.05))
    return [*crown(rng, centres, radii), surface(trunk, 1600)]


def bush(rng: np.random.Generator) -> list[Piece]:
    count = int(rng.integers(4, 8))
    wide = rng.uniform(0.4, 0.65)
    centres, radii = [np.array([0, 0, 0.45])], [np.array([0.55, 0.55, 0.5])]
    for i in range(count):
        a = 2 * math.pi * i / count + rng.uniform(-0.3, 0.3)
        size = rng.uniform(0.28, 0.42)
        centres.append(np.array([wide * math.cos(a), wide * math.sin(a), size * rng.uniform(0.7, 1.3)]))
        radii.append(np.full(3, size))
    leaves = crown(rng, centres, radii, "leaves")
    if rng.random() < 0.5:
        berries = []
        points = leaves[0].vertices
        for i in rng.choice(len(points), 26, replace=False):
            if points[i, 2] > 0.15:
                berries.append(ball(0.05, "berries", points[i], 8))
        leaves += berries
    return leaves


def pine_tree(rng: np.random.Generator) -> list[Piece]:
    layers = int(rng.integers(4, 8))
    height, wide = rng.uniform(2.0, 2.6), rng.uniform(0.6, 0.85)
    trunk_height = rng.uniform(0.22, 0.4)
    points = int(rng.integers(9, 14))
    pieces = []
    for i in range(layers):
        t = i / layers
        low = trunk_height + (height - trunk_height) * t * 0.88
        step = (height - trunk_height) / layers * (1.75 - 0.35 * t)
        radius = wide * (1 - t) ** 0.85 + 0.1
        phase = rng.uniform(0, 6)
        profile = [
            (0.0, 0.1 * step),
            (radius * 0.55, 0.02 * step),
            (radius, -0.12 * step),
            (radius * 0.96, -0.02 * step),
        ]
        profile = np.concatenate(
            [profile, curves.spline([(radius * 0.7, 0.2 * step), (radius * 0.32, 0.56 * step), (0, step)], 4)]
        )

        def jagged(angle, z, phase=phase, step=step):
            """Twigs stick out at the skirt; inwards and upwards the layer is round."""
            outer = np.clip(1 - z / (0.6 * step), 0, 1)
            return 1 + 0.2 * outer * (np.abs(np.sin(points * angle / 2 + phase)) - 0.6)

        layer = lathe(profile, "needles", points * 6, math.radians(60), shape=jagged)
        droop = 0.16 * step

        def hanging(p, phase=phase, radius=radius, droop=droop):
            angle = np.arctan2(p[:, 1], p[:, 0])
            out = np.hypot(p[:, 0], p[:, 1]) / radius
            result = p.copy()
            result[:, 2] += droop * np.abs(np.sin(points * angle / 2 + phase)) * -(out**3)
            return result

        pieces += moved(deformed(layer, hanging), (0, 0, low))
    thick = rng.uniform(0.07, 0.11)
    trunk = lathe(
        [(0, 0), (thick * 1.3, 0), (thick, 0.12), (thick * 0.7, height * 0.5), (0, height * 0.6)], "trunk", 16
    )
    return [*pieces, trunk]


def palm(rng: np.random.Generator) -> list[Piece]:
    height = rng.uniform(1.5, 2.1)
    lean = rng.uniform(-0.6, 0.6)
    path = curves.spline(
        [(0, 0, 0), (0.25 * lean, 0, 0.35 * height), (0.55 * lean, 0, 0.7 * height), (lean, 0.05, height)], 12
    )
    t = np.linspace(0, 1, len(path))
    rings = 1 + 0.1 * np.abs(np.sin(t * math.pi * 18))
    pieces: list[Piece] = []
    radius = np.interp(t, [0, 0.08, 1], [0.16, 0.105, 0.065]) * rings
    trunk = tube(path, radius, "trunk", 12, crease=math.radians(60))
    top = path[-1]
    count = int(rng.integers(8, 12))
    length, droop = rng.uniform(0.85, 1.15), rng.uniform(0.5, 0.95)
    for i in range(count):
        a = i * 2 * math.pi / count + rng.uniform(-0.2, 0.2)
        rise = rng.uniform(0.15, 0.6)
        s = np.linspace(0.0, 1.0, 7)
        out, up = length * s * (1 - 0.2 * s), length * (rise * s - (droop * 0.8 + rise * 0.6) * s**2.2)
        spine = np.column_stack([out, 0 * s, up])
        frond = _frond(spine, 0.2 * length, rng)
        pieces += moved(turned(frond, "z", a), top + (0, 0, 0.03))
    nuts = [
        ball(0.085, "coconuts", top + (0.1 * math.cos(a), 0.1 * math.sin(a), -0.07), 14)
        for a in np.arange(int(rng.integers(0, 5))) * 1.7
    ]
    return [*pieces, trunk, *nuts]


def _frond(spine: np.ndarray, width: float, rng: np.random.Generator) -> list[Piece]:
    """A leaf with a notched edge, folded along its middle rib like a roof."""
    path = curves.spline(spine, 5)
    t = np.linspace(0, 1, len(path))
    half = width * np.sin(math.pi * (0.06 + 0.92 * t)) ** 0.7
    half *= np.where(np.arange(len(path)) % 2 == 0, 1.0, 0.55)
    half[0], half[-1] = 0.03, 0.01
    section = np.array([(1, -0.55), (0, 0.16), (-1, -0.55), (0, -0.14)])
    section = np.array(
        [(1, -0.5), (0.5, -0.1), (0, 0.16), (-0.5, -0.1), (-1, -0.5), (-0.5, -0.28), (0, -0.06), (0.5, -0.28)]
    )
    return [
        tube(
            path,
            np.column_stack([half, np.full(len(path), width * 0.5)]),
            "leaves",
            section=section,
            up=(0, 0, 1),
            ends="flat",
            crease=1.0,
        )
    ]


def cactus(rng: np.random.Generator) -> list[Piece]:
    ribs = int(rng.integers(8, 13))
    thick = rng.uniform(0.2, 0.3)

    def column(path, radius):
        path = curves.spline(path, 6)
        angles = np.arange(ribs * 4) * (2 * math.pi / (ribs * 4))
        r = 1 - 0.13 * (1 - np.abs(np.cos(angles * ribs / 2)))
        section = np.column_stack([np.cos(angles), np.sin(angles)]) * r[:, None]
        return tube(path, radius, "body", section=section, crease=math.radians(50))

    if rng.random() < 0.25:  # a round one
        tall = rng.uniform(0.8, 1.2)
        profile = curves.arc((0, tall * 0.75), (1.0, tall * 0.85), -math.pi / 2, math.pi / 2, 18)

        def ribbed(angle, _z):
            return 1 - 0.16 * (1 - np.abs(np.cos(angle * ribs)))

        pieces = [lathe(profile, "body", ribs * 10, math.radians(50), shape=ribbed)]
        top = tall * 1.6
        flowers = 1 + int(rng.integers(0, 4))
        for i in range(flowers):
            a = i * 2.1
            place = (
                np.array([0.22 * math.cos(a), 0.22 * math.sin(a), top - 0.06]) if flowers > 1 else np.array([0, 0, top])
            )
            pieces += moved(blossom(0.3, 8, rng), place)
        return pieces
    height = rng.uniform(1.7, 2.3)
    pieces = [column([(0, 0, 0), (0.0, 0, height * 0.5), (rng.uniform(-0.05, 0.05), 0, height)], thick)]
    side = rng.choice([-1.0, 1.0])
    for i in range(int(rng.integers(1, 4))):
        start = height * rng.uniform(0.28, 0.55)
        out, up = rng.uniform(0.5, 0.7), rng.uniform(0.4, 0.85)
        arm = column(
            [(0, 0, start), (out * 0.7, 0, start + 0.02), (out, 0, start + 0.22), (out, 0, start + up)],
            thick * rng.uniform(0.55, 0.75),
        )
        turn = (0 if side > 0 else math.pi) + (rng.uniform(-0.4, 0.4) if i < 2 else 1.6)
        pieces += turned(arm, "z", turn)
        side = -side
    if rng.random() < 0.4:
        pieces += moved(blossom(0.26, 7, rng), (0, 0, height + thick * 0.85))
    return pieces


def blossom(
    size: float, petals: int, rng: np.random.Generator, part: str = "petals", open_: float = 0.6
) -> list[Piece]:
    """A ring of petals and a button around the origin, facing up."""
    pieces = []
    for i in range(petals):
        path = [(0, 0, 0), (0.5 * size, 0, 0.25 * size * (1 - open_)), (size, 0, 0.5 * size * (1 - open_))]
        leaf = petal(
            path, [0.08 * size, 2.2 * size / petals, 0.25 * size / petals * 4], 0.03 * size, part, (0, 0, 1), 0.1
        )
        pieces += turned(leaf, "z", 2 * math.pi * i / petals)
    return pieces + [ball((0.26 * size, 0.26 * size, 0.15 * size), "centre", (0, 0, 0.05 * size), 16)]


# Fruits and vegetables


def pumpkin(rng: np.random.Generator) -> list[Piece]:
    ribs = int(rng.integers(8, 14))
    tall = rng.uniform(0.55, 0.95)
    deep = rng.uniform(0.07, 0.13)
    angle = np.linspace(-math.pi / 2, math.pi / 2, 25)
    radius = np.cos(angle) ** 0.72
    height = tall * np.sin(angle) * (1 - 0.3 * np.abs(np.sin(angle)) ** 6)

    def ribbed(a, _z):
        return 1 - deep * (1 - np.abs(np.cos(a * ribs / 2)) ** 0.8)

    body = lathe(np.column_stack([radius, height]), "body", ribs * 10, math.pi, shape=ribbed)
    top = height[-1]
    bend = rng.uniform(-0.25, 0.25, 2)
    stem = [(0, 0, top - 0.08), (0.1 * bend[0], 0.1 * bend[1], top + 0.1), (*bend, top + rng.uniform(0.25, 0.42))]
    section = curves.circle(1.0, 20) * (1 + 0.2 * np.cos(np.arange(20) * 2 * math.pi / 4))[:, None]
    path = curves.spline(stem, 6)
    sizes = np.interp(np.linspace(0, 1, len(path)), [0, 0.3, 1], [0.2, 0.085, 0.1])
    return [body, tube(path, sizes, "stem", section=section, ends="flat")]


def _fruit(profile, rng, wobble: float = 0.03) -> Piece:
    count = int(rng.integers(3, 6))
    phase = rng.uniform(0, 6)

    def shape(a, z):
        return 1 + wobble * np.cos(count * a + phase) * np.sin(1.5 * z + 1.0)

    return lathe(profile, "body", 56, math.pi, shape=shape)


def _stalk(base, length: float, rng, radius: float = 0.035) -> Piece:
    lean = rng.uniform(-0.35, 0.35, 2) * length
    base = np.asarray(base, dtype=np.float64)
    path = curves.spline([base, base + (0.2 * lean[0], 0.2 * lean[1], 0.5 * length), base + (*lean, length)], 5)
    return tube(path, np.linspace(radius, radius * 1.25, len(path)), "stem", 10)


def _leaf(base, length: float, rng) -> Piece:
    a = rng.uniform(0, 2 * math.pi)
    path = np.array([(0, 0, 0), (0.4, 0, 0.18), (0.8, 0, 0.15), (1.1, 0, -0.05)]) * length
    leaf = petal(path, [0.03 * length, 0.3 * length, 0.24 * length, 0.01], 0.025 * length, "leaf", (0, 0, 1), 0.25)
    return moved(turned(leaf, "z", a), base)[0]


def apple(rng: np.random.Generator) -> list[Piece]:
    tall, narrow = rng.uniform(0.82, 1.02), rng.uniform(0.55, 0.8)
    a = np.linspace(0, math.pi, 33)
    # A cardioid-like outline: dimples at both ends, the lower half narrower.
    radius = np.sin(a) ** 0.8 * (1 - (1 - narrow) * 0.5 * (1 - np.cos(a)) / 2)
    z = tall * (np.cos(a) * 0.9 - 0.34 * np.exp(-((a / 0.33) ** 2)) + 0.2 * np.exp(-(((math.pi - a) / 0.3) ** 2)))
    radius[[0, -1]] = 0
    body = _fruit(np.column_stack([radius, z])[::-1], rng, 0.03)
    pieces = [body, _stalk((0, 0, z[0] - 0.02), rng.uniform(0.4, 0.6), rng)]
    if rng.random() < 0.55:
        pieces.append(_leaf((0, 0, z[0] + 0.2), rng.uniform(0.45, 0.65), rng))
    return pieces


def pear(rng: np.random.Generator) -> list[Piece]:
    neck, tall = rng.uniform(0.26, 0.4), rng.uniform(1.6, 2.1)
    points = [
        (0, 0.1),
        (0.3, 0.0),
        (0.72, 0.28 * tall),
        (0.66, 0.48 * tall),
        (neck * 1.15, 0.76 * tall),
        (neck * 0.85, 0.94 * tall),
        (0, tall),
    ]
    body = _fruit(curves.spline(points, 6), rng, 0.03)
    bend = rng.uniform(-0.15, 0.15)
    pieces = [body, _stalk((0, 0, tall - 0.05), rng.uniform(0.3, 0.5), rng, 0.03)]
    if rng.random() < 0.55:
        pieces.append(_leaf((0, 0, tall + 0.1), rng.uniform(0.45, 0.65), rng))
    return deformed(pieces, lambda p: p + np.column_stack([bend * (p[:, 2] / tall) ** 2, 0 * p[:, 0], 0 * p[:, 0]]))


def mushroom(rng: np.random.Generator) -> list[Piece]:
    def one(scale: float) -> list[Piece]:
        height = rng.uniform(0.8, 1.3)
        cap, tall = rng.uniform(0.7, 1.0), rng.uniform(0.45, 0.85)
        foot, stalk = rng.uniform(0.24, 0.36), rng.uniform(0.16, 0.24)
        curl = rng.uniform(0.04, 0.14)
        stem = curves.spline(
            [(0, 0), (foot * 0.9, 0.02), (foot, 0.14), (stalk, 0.55 * height), (stalk * 0.95, height), (0, height)], 5
        )
        under = curves.spline(
            [
                (0, height - 0.02),
                (stalk, height - 0.03),
                (cap * 0.7, height - 0.06),
                (cap * 0.93, height - curl),
                (cap, height - 0.3 * curl),
            ],
            5,
        )
        over = curves.spline(
            [
                (cap, height - 0.3 * curl),
                (cap * 0.92, height + 0.3 * tall),
                (cap * 0.55, height + 0.78 * tall),
                (0, height + tall),
            ],
            6,
        )
        gills = 36
        hat = np.concatenate([under, over[1:]])
        hat_piece = lathe(hat, "cap", 2 * gills, math.radians(60))
        pieces = [hat_piece, lathe(stem, "stem", 28)]
        if dots:
            for i in range(14):
                u = (i + 0.6) / 15
                a = i * GOLDEN
                where = over[int(np.clip((1 - u) * len(over), 1, len(over) - 2))]
                size = rng.uniform(0.05, 0.1) * cap
                tilt = math.atan2(where[0], tall) * 0.9
                wart = turned(ball((size, size, size * 0.4), "dots", segments=10), "y", tilt)
                pieces += turned(moved(wart, (where[0], 0, where[1])), "z", a)
        if ring:
            pieces += moved(
                lathe(
                    [(stalk * 0.8, 0.0), (stalk * 1.6, -0.12), (stalk * 1.5, -0.13), (stalk * 0.8, -0.05)],
                    "stem",
                    28,
                    loop=True,
                ),
                (0, 0, height * 0.78),
            )
        lean = rng.uniform(-0.15, 0.15)
        pieces = deformed(
            pieces, lambda p: p + np.column_stack([lean * (p[:, 2] / height) ** 2, 0 * p[:, 0], 0 * p[:, 0]])
        )
        return deformed(pieces, lambda p: p * scale)

    dots, ring = rng.random() < 0.45, rng.random() < 0.4
    pieces = one(1.0)
    for _ in range(int(rng.choice([0, 0, 1, 2]))):
        a = rng.uniform(0, 2 * math.pi)
        r = rng.uniform(0.7, 1.0)
        pieces += moved(one(rng.uniform(0.3, 0.55)), (r * math.cos(a), r * math.sin(a), 0))
    return pieces


FAMILIES = (
    Family("rock", "nature", rock),
    Family("mountain", "nature", mountain),
    Family("tree", "nature", tree),
    Family("bush", "nature", bush),
    Family("pine tree", "nature", pine_tree),
    Family("palm tree", "nature", palm),
    Family("cactus", "nature", cactus),
    Family("pumpkin", "nature", pumpkin),
    Family("apple", "nature", apple),
    Family("pear", "nature", pear),
    Family("mushroom", "nature", mushroom),
)
