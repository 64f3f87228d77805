# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: RUF005 - points are arrays here, and adding a tuple moves them
"""Fruits and vegetables."""

from __future__ import annotations

import math

import numpy as np

from . import curves
from .organic import GOLDEN, petal
from .primitives import ball, deformed, lathe, moved, tube, turned
from .shape import Family, Piece


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


def banana(rng: np.random.Generator) -> list[Piece]:
    """One banana lying on its side, or a hand of them."""

    def one(bend: float, length: float, thick: float) -> list[Piece]:
        t = np.linspace(-1, 1, 25)
        angle = t * bend
        reach = length / (2 * bend)
        path = np.column_stack([reach * np.sin(angle), 0 * t, reach * (1 - np.cos(angle))])
        size = thick * np.clip(1 - np.abs(t) ** 5, 0.0, 1) ** 0.6 * (1 - 0.1 * t)
        size = np.maximum(size, np.where(t > 0, 0.3 * thick, 0.2 * thick))
        angles = np.arange(30) * 2 * math.pi / 30
        section = np.column_stack([np.cos(angles), np.sin(angles)]) * (1 + 0.055 * np.cos(5 * angles))[:, None]
        body = tube(path, size, "body", section=section, up=(0, 1, 0), ends="flat", crease=0.9)
        out = np.array([math.cos(bend), 0, math.sin(bend)])
        stem = tube(
            curves.spline([path[-1] - 0.03 * out, path[-1] + 0.16 * out, path[-1] + 0.3 * out + (0, 0, 0.04)], 4),
            np.interp(np.linspace(0, 1, 9), [0, 0.4, 1], [0.34 * thick, 0.24 * thick, 0.3 * thick]),
            "stem",
            10,
            ends="flat",
        )
        start = np.array([-math.cos(bend), 0, math.sin(bend)])
        tip = tube(np.array([path[0] - 0.02 * start, path[0] + 0.06 * start]), 0.17 * thick, "stem", 8)
        return [body, stem, tip]

    bend, length, thick = rng.uniform(0.55, 0.95), rng.uniform(1.8, 2.2), rng.uniform(0.19, 0.25)
    if rng.random() < 0.55:
        pieces = one(bend, length, thick)
        return turned(pieces, "x", rng.choice([0.0, math.pi / 2 * 0.9, 0.5])) if rng.random() < 0.5 else pieces
    pieces: list[Piece] = []
    count = int(rng.integers(3, 6))
    end = None
    for i in range(count):
        fruit = one(bend * rng.uniform(0.95, 1.05), length, thick)
        end = fruit[1].vertices[-1]
        spread = (i - (count - 1) / 2) * 0.26
        # They hang together at the stems, which is where they fan out from.
        pieces += turned(turned(moved(fruit, -end), "x", spread), "z", 0.5 * spread)
    return [*pieces, ball((0.09, 0.15, 0.09), "stem", (0, 0, 0), 14)]


def carrot(rng: np.random.Generator) -> list[Piece]:
    length, thick = rng.uniform(1.6, 2.1), rng.uniform(0.24, 0.36)
    bend = rng.uniform(-0.15, 0.15)
    t = np.linspace(0, 1, 60)
    rough = np.cumsum(rng.normal(size=60)) * 0.006
    rings_ = sum(-0.035 * np.exp(-(((t - at) / 0.007) ** 2)) for at in rng.uniform(0.06, 0.85, 9))
    radius = (
        thick * ((1 - t) ** 0.62 * 0.92 + 0.06) * (1 + rough + rings_) * np.clip((t + 0.012) / 0.06, 0.35, 1) ** 0.5
    )
    path = np.column_stack([bend * t**2, 0 * t, -length * t])
    pieces: list[Piece] = [tube(path, radius, "body", 24, crease=1.2)]
    tall = rng.uniform(0.55, 0.95)
    for i in range(int(rng.integers(5, 8))):
        a, out = i * GOLDEN, rng.uniform(0.15, 0.45)
        tip = np.array([out * math.cos(a), out * math.sin(a), 1.0]) * tall * rng.uniform(0.8, 1.1)
        root = np.array([0.06 * math.cos(a), 0.06 * math.sin(a), -0.03])
        stalk = curves.spline([root, 0.5 * tip * (0.6, 0.6, 1), tip], 4)
        pieces.append(tube(stalk, np.linspace(0.035, 0.015, len(stalk)), "leaves", 6))
        for s in (0.45, 0.62, 0.8, 1.0):
            at = stalk[int(s * (len(stalk) - 1))]
            for b in (a + 1.4, a - 1.4) if s < 1 else (a,):
                way = np.array([math.cos(b) * 0.8, math.sin(b) * 0.8, 0.75]) * 0.28 * tall
                pieces.append(
                    petal(
                        [at, at + 0.5 * way, at + way],
                        [0.02, 0.075, 0.012],
                        0.012,
                        "leaves",
                        (0.1, 0, 1),
                        sides=6,
                        steps=3,
                    )
                )
    if rng.random() < 0.35:  # lying
        pieces = turned(turned(pieces, "y", math.pi / 2), "z", rng.uniform(0, 6))
    return pieces


FAMILIES = (
    Family("pumpkin", "nature", pumpkin),
    Family("apple", "nature", apple),
    Family("pear", "nature", pear),
    Family("banana", "nature", banana),
    Family("carrot", "nature", carrot),
)
