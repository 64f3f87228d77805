# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: RUF005 - points are arrays here, and adding a tuple moves them
"""Rocks, mountains, shells, starfish and skulls; and all families of what grows or lies about."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from . import fruits, plants
from .implicit import both, ellipsoid, limb, surface
from .organic import petal, sphere, waves
from .primitives import ball, box, closed_piece, deformed, moved, rings, rotation, turned
from .shape import Family, Piece


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


def shell(rng: np.random.Generator) -> list[Piece]:
    return _snail_shell(rng) if rng.random() < 0.55 else _scallop(rng)


def _snail_shell(rng) -> list[Piece]:
    """A logarithmic spiral swept by a growing circle (Moseley 1838)."""
    nautilus = rng.random() < 0.3
    turns = rng.uniform(2.2, 2.8) if nautilus else rng.uniform(4.0, 5.5)
    growth = rng.uniform(2.4, 3.0) if nautilus else rng.uniform(1.5, 1.85)
    pitch = 0.0 if nautilus else rng.uniform(1.1, 2.6)
    count = int(turns * 30)
    angle = np.linspace(-turns * 2 * math.pi, 0, count)
    scale = growth ** (angle / (2 * math.pi))
    away = 0.55
    centre = np.column_stack([away * scale * np.cos(angle), away * scale * np.sin(angle), -pitch * scale])
    size = (0.42 if nautilus else 0.5) * scale * rng.uniform(0.95, 1.1)
    ribs = rng.uniform(0.0, 0.1)
    spikes = rng.random() < 0.35
    v = np.arange(20) * 2 * math.pi / 20
    outwards = np.column_stack([np.cos(angle), np.sin(angle), 0 * angle])
    up = np.array([0, 0, 1.0])
    relief = 1 + ribs * np.cos(angle * 11)[:, None] * (0.4 + 0.6 * np.cos(v)[None] ** 2)
    if spikes:
        relief = relief + 0.28 * np.exp(-((np.mod(angle * 9 / (2 * math.pi), 1) - 0.5) ** 2) / 0.015)[:, None] * np.exp(
            -((np.mod(v - 0.7 + math.pi, 2 * math.pi) - math.pi) ** 2) / 0.08
        )
    points = centre[:, None] + (size[:, None] * relief)[..., None] * (
        np.cos(v)[None, :, None] * outwards[:, None] + 1.15 * np.sin(v)[None, :, None] * up
    )
    # The mouth: the last ring is drawn back into the tube, so that one looks into it.
    lip = centre[-1] + (points[-1] - centre[-1]) * 0.9
    back = int(count - 14)
    inside = [lip] + [centre[i] + (points[i] - centre[i]) * 0.86 for i in range(count - 2, back, -3)]
    flared = centre[-1] + (points[-1] - centre[-1]) * 1.06
    body = rings(np.concatenate([points[:-1], [flared], inside]), "body", 1.2)
    names = np.array(["body"] * len(body.triangles), dtype=object)
    mouth = len(names) - 20 - 2 * 20 * (len(inside) - 1)
    names[mouth:] = "mouth"
    body = dataclasses.replace(body, part=tuple(names))
    # The mouth faces +Y and the tip is up.
    if nautilus:
        return turned(turned(body, "x", -math.pi / 2), "z", math.pi / 2 + rng.uniform(-0.4, 0.4))
    facing = turned(body, "z", math.pi + rng.uniform(-0.3, 0.9))
    return turned(turned(facing, "y", rng.uniform(-0.9, 0.9)), "x", rng.uniform(-0.2, 0.3))


def _scallop(rng) -> list[Piece]:
    """A fan with rays: standing on its hinge, leaning back; one valve, thin, hollow behind."""
    rays = int(rng.integers(9, 15))
    deep, domed = rng.uniform(0.03, 0.06), rng.uniform(0.3, 0.5)
    rows, columns = 22, rays * 6 + 1
    r = np.linspace(0.03, 1, rows)[:, None] ** 0.9
    a = np.linspace(-1.05, 1.05, columns)[None]
    edge = 1 - 0.1 * (np.abs(a) / 1.05) ** 4 + 0.025 * np.cos(a / 2.1 * 2 * math.pi * rays)
    x, z = r * np.sin(a) * edge * 1.0, r * np.cos(a) * edge
    bulge = (
        domed * (1 - (1 - np.sin(math.pi * np.clip(r, 0, 1) ** 0.8 * 0.72 + 0.3)) - math.sin(0.3)) * np.cos(a * 1.35)
    )
    wave = deep * np.cos(a / 2.1 * 2 * math.pi * rays) * r
    growth = 0.008 * np.sin(r * 55)
    front = np.stack([x, -(bulge + wave + growth), z], axis=2)
    back = np.stack([x, -(bulge + wave) + 0.05, z], axis=2)
    # Around each row: across the front and home over the back.
    piece = rings(np.concatenate([front, back[:, ::-1]], axis=1), "body", math.radians(55))
    ears_ = [
        petal(
            [(0, 0.0, 0.03), (0.15 * s, 0.0, 0.05), (0.3 * s, 0.01, 0.03)], [0.1, 0.1, 0.07], 0.035, "hinge", (0, 1, 0)
        )
        for s in (-1, 1)
    ]
    return turned([piece, *ears_], "x", rng.uniform(-0.7, 0.1))


def starfish(rng: np.random.Generator) -> list[Piece]:
    arms = 5
    thick, long = rng.uniform(0.2, 0.32), rng.uniform(0.9, 1.1)
    blobs = [ellipsoid((0, 0, 0), (0.36, 0.36, 0.2), "body", 0.15)]
    pieces: list[Piece] = []
    curl = rng.uniform(0.0, 0.35)
    knobs = rng.random() < 0.7
    for i in range(arms):
        a = 2 * math.pi * i / arms + math.pi / 2
        bend = rng.uniform(-0.25, 0.25)
        t = np.linspace(0, 1, 5)
        path = np.column_stack(
            [
                long * t * np.cos(a + bend * t),
                long * t * np.sin(a + bend * t),
                curl * rng.uniform(-0.2, 1.0) * t**3 * 0.6,
            ]
        )
        blobs.append(
            limb(path, [thick, thick, 0.8 * thick, 0.6 * thick, 0.3 * thick], "body", 0.14, ((0, 0, 1), 0.62), 4)
        )
        if knobs:
            for s in np.linspace(0.08, 0.92, 8):
                at = np.array([np.interp(s, t, path[:, k]) for k in range(3)])
                r = thick * float(np.interp(s, [0, 0.5, 1], [1, 0.8, 0.3]))
                side = np.array([-math.sin(a), math.cos(a), 0]) * r * 0.5
                for offset, drop in ((0 * side, 0.62), (side, 0.54), (-side, 0.54)):
                    pieces.append(ball(0.05 * (1.15 - 0.5 * s), "knobs", at + offset + (0, 0, drop * r), 6))
    pieces = [surface(blobs, 3800), *pieces]
    return turned(pieces, "x", rng.uniform(0.6, 1.35)) if rng.random() < 0.88 else pieces


def skull(rng: np.random.Generator) -> list[Piece]:
    round_ = rng.uniform(0.94, 1.08)
    jaw = rng.random() < 0.6
    gape = rng.uniform(0.0, 0.15)
    blobs = [
        ellipsoid((0, 0.2, 0.28), (0.72 * round_, 0.9, 0.72), "body", 0.2),
        ellipsoid((0, -0.35, 0.2), (0.6, 0.42, 0.55), "body", 0.2),
        *both(
            limb([(0.2, -0.7, 0.12), (0.5, -0.58, 0.16), (0.6, -0.3, 0.1)], [0.11, 0.12, 0.08], "body", 0.1),
            limb([(0.2, -0.66, -0.25), (0.48, -0.52, -0.27), (0.62, -0.1, -0.18)], [0.1, 0.12, 0.06], "body", 0.08),
        ),
        limb([(0, -0.62, -0.2), (0, -0.62, -0.52)], [0.26, 0.25], "body", 0.12, flat=((0, 1, 0), 0.75)),
        limb([(0, -0.68, 0.12), (0, -0.8, -0.1)], [0.09, 0.09], "body", 0.06),
        *both(
            ellipsoid((0.27, -0.78, -0.04), (0.2, 0.32, 0.19), "body", 0.06, carved=True),
            ellipsoid((0.075, -0.84, -0.27), (0.07, 0.24, 0.12), "body", 0.03, rotation("y", -0.3), carved=True),
            ellipsoid((0.62, -0.3, -0.02), (0.1, 0.22, 0.14), "body", 0.08, carved=True),
            ellipsoid((0.5, -0.45, -0.5), (0.17, 0.3, 0.16), "body", 0.06, carved=True),
        ),
    ]
    pieces = []
    if jaw:
        low = -0.86 - gape
        bone = [
            limb(
                [(-0.5, -0.05, -0.42), (-0.46, -0.15, low + 0.08), (-0.25, -0.6, low), (0, -0.7, low - 0.02)],
                [0.07, 0.1, 0.13, 0.15],
                "jaw",
                0.0,
                steps=5,
            ),
            limb(
                [(0.5, -0.05, -0.42), (0.46, -0.15, low + 0.08), (0.25, -0.6, low), (0, -0.7, low - 0.02)],
                [0.07, 0.1, 0.13, 0.15],
                "jaw",
                0.05,
                steps=5,
            ),
            ellipsoid((0, -0.72, low - 0.08), (0.16, 0.1, 0.1), "jaw", 0.06),
        ]
        pieces.append(surface(bone, 1400))
    for i in range(8):
        a = (i - 3.5) * 0.21
        at = np.array([0.27 * math.sin(a) * 1.15, -0.56 - 0.26 * math.cos(a), -0.6])
        tooth = box((0.075, 0.07, 0.15), "teeth", 0.02)
        pieces += moved(turned(tooth, "z", a), at)
        if jaw:
            pieces += moved(turned(tooth, "z", a), at + (0, 0.03, -0.14 - gape))
    return [surface(blobs, 5500), *pieces]


FAMILIES: tuple[Family, ...] = (
    *plants.FAMILIES,
    *fruits.FAMILIES,
    Family("rock", "nature", rock),
    Family("mountain", "nature", mountain),
    Family("shell", "nature", shell),
    Family("starfish", "nature", starfish),
    Family("skull", "nature", skull),
)
