# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pieces that animals and plants have in common: petals, fins, horns; a sphere to be dented; a random relief."""

from __future__ import annotations

import math

import numpy as np

from . import curves
from .primitives import closed_piece, tube, weld
from .shape import Piece

GOLDEN = math.pi * (3 - math.sqrt(5))
"""The golden angle, at which leaves and seeds stand around a stem."""


def petal(
    path,
    widths,
    thickness: float,
    part: str,
    facing,
    cup: float = 0.0,
    sides: int = 10,
    steps: int = 4,
) -> Piece:
    """A thin thing along a smooth path (N, 3): an ear, a fin, a leaf, a feather.

    widths: half the width at each of the path's points; thickness: half, at the thickest; facing: what its flat side
    looks at; cup: how much the edges are bent that way, as a factor of the width.
    """
    widths = np.asarray(widths, dtype=np.float64)
    path, widths = np.split(curves.spline(np.column_stack([path, widths]), steps), [3], axis=1)
    widths = widths.ravel()
    widths = np.maximum(widths, 0.02 * widths.max())
    thick = thickness * np.sqrt(widths / widths.max())
    angles = np.arange(sides) * (2 * math.pi / sides)
    x, y = np.cos(angles), np.sin(angles)
    # The section is drawn for the widest place, where the bend of the edges is measured in thicknesses.
    bow = cup * widths.max() / thickness
    section = np.column_stack([x, y + bow * (x * x - 0.4)])
    return tube(path, np.column_stack([widths, thick]), part, section=section, up=facing, ends="flat", crease=1.2)


def fin(
    base, tip, root: float, thickness: float, part: str, facing=(1.0, 0.0, 0.0), sweep=(0.0, 0.0, 0.0), end=0.12
) -> Piece:
    """A fin from base to tip; root is half its length at the body; sweep bends its middle; end: how broad it stays."""
    base, tip = np.asarray(base, dtype=np.float64), np.asarray(tip, dtype=np.float64)
    path = [base, (base + tip) / 2 + sweep, base + 0.88 * (tip - base) + 0.3 * np.asarray(sweep), tip]
    widths = [root, (0.55 + 0.3 * end) * root, (0.2 + 0.7 * end) * root, (0.02 + 0.3 * end) * root]
    return petal(path, widths, thickness, part, facing, sides=12)


def horn(points, radii, part: str = "horns", sides: int = 10) -> Piece:
    path = curves.spline(points, 5)
    return tube(path, np.interp(np.linspace(0, 1, len(path)), np.linspace(0, 1, len(radii)), radii), part, sides)


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
