# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: RUF005 - points are arrays here, and adding a tuple moves them
"""Trees, bushes, cactuses, flowers and mushrooms. They stand on z = 0."""

from __future__ import annotations

import math

import numpy as np

from . import curves
from .implicit import ellipsoid, limb, surface
from .organic import GOLDEN, petal
from .primitives import ball, closed_piece, deformed, lathe, moved, tube, turned
from .shape import Family, Piece


def crown(rng, centres, radii, part: str = "crown", leaves: int = 0) -> list[Piece]:
    """Leafy clouds: lumps melted together, with a skin of smaller lumps, and with this many single leaves on it."""
    blobs = [ellipsoid(c, r, part, 0.08) for c, r in zip(centres, radii)]
    for c, r in zip(centres, radii):
        count = int(rng.integers(12, 18))
        for i in range(count):
            z = 1 - 2 * (i + 0.5) / count
            a = i * GOLDEN + rng.uniform(-0.3, 0.3)
            ring = math.sqrt(1 - z * z)
            direction = np.array([ring * math.cos(a), ring * math.sin(a), z])
            blobs.append(ellipsoid(c + direction * r * 0.88, np.mean(r) * 0.22 * rng.uniform(0.9, 1.5), part, 0.03))
    skin = surface(blobs, 3600 if leaves else 5000)
    return [skin, _foliage(rng, skin, leaves, part)] if leaves else [skin]


def _foliage(rng, skin: Piece, count: int, part: str) -> Piece:
    """Leaves all over a surface, each a flat rhombus of eight triangles, lying like shingles, tips out and down."""
    a, b, c = skin.vertices[skin.triangles].swapaxes(0, 1)
    normal = np.cross(b - a, c - a)
    area = np.linalg.norm(normal, axis=1)
    chosen = rng.choice(len(area), count, p=area / area.sum())
    root = (a + b + c)[chosen] / 3
    normal = normal[chosen] / area[chosen, None]
    along = 0.95 * normal + rng.normal(0, 0.45, (count, 3)) - (0, 0, 0.3)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.cross(along, normal + rng.normal(0, 0.25, (count, 3)))
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    thick = np.cross(across, along)
    length = (np.ptp(skin.vertices, axis=0).max() * rng.uniform(0.06, 0.085) * rng.uniform(0.75, 1.25, count))[:, None]
    middle = root + 0.45 * length * along
    corners = [
        root - 0.15 * length * along,
        root + length * along,
        middle - 0.3 * length * across,
        middle + 0.3 * length * across,
        middle + 0.06 * length * thick,
        middle - 0.06 * length * thick,
    ]
    faces = [(0, 3, 4), (3, 1, 4), (1, 2, 4), (2, 0, 4), (3, 0, 5), (1, 3, 5), (2, 1, 5), (0, 2, 5)]
    triangles = (np.arange(count)[:, None, None] * 6 + np.array(faces)).reshape(-1, 3)
    return closed_piece(np.stack(corners, axis=1).reshape(-1, 3), triangles, part, math.radians(50))


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
    # The ground: a sphere so large that what it takes away ends flat.
    trunk.append(ellipsoid((0, 0, -6), 6.0, "trunk", 0.0, carved=True))
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
    return [*crown(rng, centres, radii, leaves=int(rng.choice([0, 380]))), surface(trunk, 1600)]


def bush(rng: np.random.Generator) -> list[Piece]:
    count = int(rng.integers(4, 8))
    wide = rng.uniform(0.4, 0.65)
    centres, radii = [np.array([0, 0, 0.45])], [np.array([0.55, 0.55, 0.5])]
    for i in range(count):
        a = 2 * math.pi * i / count + rng.uniform(-0.3, 0.3)
        size = rng.uniform(0.28, 0.42)
        centres.append(np.array([wide * math.cos(a), wide * math.sin(a), size * rng.uniform(0.7, 1.3)]))
        radii.append(np.full(3, size))
    leaves = crown(rng, centres, radii, "leaves", 420)
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
    trunk = tube(path, radius, "trunk", 12, ends="flat", crease=math.radians(60))
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


def flower(rng: np.random.Generator) -> list[Piece]:
    """A daisy, a tulip or a rose on a stem with leaves."""
    kind = rng.integers(3)
    tall = rng.uniform(1.1, 1.7)
    sway = rng.uniform(-0.2, 0.2)
    stem_path = curves.spline([(0, 0, 0), (sway * 0.6, 0, tall * 0.5), (sway, -0.05, tall)], 8)
    head, tilt = (_daisy, _tulip, _rose)[kind](rng)
    pieces = moved(turned(head, "x", tilt), stem_path[-1])
    pieces.append(tube(stem_path, 0.035, "stem", 10))
    up = 0.9 if kind == 1 else 0.35
    for i in range(int(rng.integers(1, 4))):
        at = stem_path[int(len(stem_path) * (0.12 + 0.18 * i))]
        length = rng.uniform(0.4, 0.75)
        path = [(0, 0, 0), (0.35, 0, 0.25 + 0.3 * up), (0.75, 0, 0.3 + 0.7 * up), (1.0, 0, 0.1 + 0.8 * up)]
        widths = [0.04, 0.22 * length, 0.18 * length, 0.01]
        leaf = petal(np.array(path) * length, widths, 0.016, "leaves", (-0.3, 0, 1), 0.3)
        pieces += moved(turned(leaf, "z", i * GOLDEN + rng.uniform(-0.2, 0.8)), at)
    return pieces


def _daisy(rng) -> tuple[list[Piece], float]:
    """Two rings of petals around a button, facing up; and how far it leans forwards."""
    count, size = int(rng.integers(8, 18)), rng.uniform(0.55, 0.75)
    disk = rng.uniform(0.22, 0.42) * size
    width = 2.4 * size / count * (0.8 + disk)
    pieces: list[Piece] = []
    for i in range(2 * count):
        low = i % 2
        reach = size * (1 - 0.08 * low)
        path = [(0.6 * disk, 0, 0), (0.5 * (disk + reach), 0, 0.05), (0.85 * reach, 0, 0.03), (reach, 0, -0.01)]
        path = np.array(path) - (0, 0, 0.05 * low)
        leaf = petal(path, [0.4 * width, 0.9 * width, 0.9 * width, 0.2 * width], 0.02, "petals", (0, 0, 1), 0.15, 8, 3)
        pieces += turned(leaf, "z", math.pi * i / count)
    return [*pieces, ball((disk, disk, 0.45 * disk), "centre", (0, 0, 0.03), 20)], rng.uniform(0.6, 1.2)


def _tulip(rng) -> tuple[list[Piece], float]:
    size, wide = rng.uniform(0.5, 0.7), rng.uniform(0.0, 0.35)
    pieces: list[Piece] = []
    for i in range(6):
        inner = 0.04 * (i % 2)
        path = [
            (0.02, 0, 0),
            (0.27 - inner, 0, 0.2 * size),
            (0.28 - inner + 0.3 * wide, 0, 0.75 * size),
            (0.12 + wide * 0.8, 0, 1.25 * size),
        ]
        leaf = petal(path, [0.1, 0.27, 0.25, 0.01], 0.02, "petals", (-1, 0, 0.3), 0.35, 12)
        pieces += turned(leaf, "z", i * math.pi / 3)
    return pieces, rng.uniform(0.0, 0.25)


def _rose(rng) -> tuple[list[Piece], float]:
    """Cups of petals, one around the other; the outer ones roll outwards."""
    pieces: list[Piece] = []
    wide = rng.uniform(0.6, 1.3)
    for layer in range(5):
        count = 3 + (layer + 1) // 2
        r, high, lean = 0.06 + 0.08 * layer, 0.56 - 0.05 * layer, wide * 0.012 * layer**2
        width = 3.6 * r / count + 0.07
        for i in range(count):
            path = [(0.3 * r, 0, 0), (r, 0, 0.28 * high), (r + 0.2 * lean, 0, 0.8 * high), (r + lean, 0, high)]
            widths = [0.4 * width, width, 0.95 * width, 0.3 * width]
            leaf = petal(path, widths, 0.02, "petals", (-1, 0, 0.2), 0.33, 10)
            pieces += turned(leaf, "z", 2 * math.pi * (i + 0.5 * (layer % 2)) / count + 0.3 * layer)
    return pieces, rng.uniform(0.2, 0.7)


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
        hat = np.concatenate([under, over[1:]])
        fine = 20 if scale < 1 else 48
        hat_piece = lathe(hat, "cap", fine, math.radians(60))
        pieces = [hat_piece, lathe(stem, "stem", 16 if scale < 1 else 28)]
        if dots:
            for i in range(14):
                u = (i + 0.6) / 15
                a = i * GOLDEN
                where = over[int(np.clip((1 - u) * len(over), 1, len(over) - 2))]
                size = rng.uniform(0.05, 0.1) * cap
                tilt = math.atan2(where[0], tall) * 0.9
                wart = turned(ball((size, size, size * 0.4), "dots", segments=10 if scale == 1 else 6), "y", tilt)
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
    Family("tree", "nature", tree),
    Family("bush", "nature", bush),
    Family("pine tree", "nature", pine_tree),
    Family("palm tree", "nature", palm),
    Family("cactus", "nature", cactus),
    Family("flower", "nature", flower),
    Family("mushroom", "nature", mushroom),
)
