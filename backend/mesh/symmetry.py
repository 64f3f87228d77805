# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mirror plane of a shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree


@dataclass(frozen=True)
class MirrorPlane:
    """Points with ``normal . p == offset``."""

    normal: np.ndarray
    """(3,) float64, unit length."""
    offset: float
    error: float
    """Mean distance from mirrored surface points to the surface, divided by the longest side of the box."""
    spread: float
    """The distance, likewise divided, that 95 % of the points stay below: large when one limb is posed otherwise."""


def mirror_plane(points: np.ndarray) -> MirrorPlane:
    """Best mirror plane of (N, 3) points sampled from a surface, Z up; 10,000 points or more give a steady plane.

    Directions over the half sphere are tried coarsely, the best are refined by aligning the points with their mirror
    image (iterated closest points). Among planes that fit alike an upright one wins: a snake has many, an artist wants
    this one.
    """
    size = np.ptp(points, axis=0).max()
    tree = KDTree(points)
    sparse = points[:: max(1, len(points) // 300)]
    dense = points[:: max(1, len(points) // 3000)]
    centre = points.mean(axis=0)
    coarse = sorted(
        (_plane(sparse, tree, size, normal, float(normal @ centre)) for normal in _half_sphere(300)), key=_cost
    )
    refined = [_refined(dense, sparse, tree, size, plane) for plane in coarse[:8]]
    return min(refined, key=_cost)


def _cost(plane: MirrorPlane) -> float:
    return min(plane.error, 0.05) + 0.004 * abs(plane.normal[2])


def _plane(points: np.ndarray, tree: KDTree, size: float, normal: np.ndarray, offset: float) -> MirrorPlane:
    distance, _ = tree.query(_mirrored(points, normal, offset))
    return MirrorPlane(normal, offset, float(distance.mean() / size), float(np.quantile(distance, 0.95) / size))


def _mirrored(points: np.ndarray, normal: np.ndarray, offset: float) -> np.ndarray:
    return points - 2 * np.outer(points @ normal - offset, normal)


def _refined(points: np.ndarray, sparse: np.ndarray, tree: KDTree, size: float, plane: MirrorPlane) -> MirrorPlane:
    best = plane
    for step in range(12):
        sample = sparse if step < 8 else points
        distance, nearest = tree.query(_mirrored(sample, best.normal, best.offset))
        trusted = distance <= max(np.quantile(distance, 0.8), 1e-9 * size)
        # A point and its image differ along the normal, and their middle lies in the plane.
        difference = (tree.data[nearest] - sample)[trusted]
        middle = (tree.data[nearest] + sample)[trusted] / 2
        _, vectors = np.linalg.eigh(difference.T @ difference)
        normal = vectors[:, -1] * np.sign(vectors[:, -1] @ best.normal)
        better = _plane(points, tree, size, normal, float(np.median(middle @ normal)))
        if step >= 8 and better.error >= best.error:
            break
        best = better
    snapped = _plane(points, tree, size, *_snapped(best, points, size))
    return snapped if snapped.error <= best.error * 1.02 else best


def _snapped(plane: MirrorPlane, points: np.ndarray, size: float) -> tuple[np.ndarray, float]:
    """A plane within a degree of a world axis was meant to be exactly there, and so was one close to the origin."""
    axis = np.abs(plane.normal).argmax()
    normal, offset = plane.normal, plane.offset
    if abs(normal[axis]) > np.cos(np.radians(1.0)):
        exact = np.zeros(3)
        exact[axis] = np.sign(normal[axis])
        offset = offset + float((exact - normal) @ points.mean(axis=0))
        normal = exact
    return normal, 0.0 if abs(offset) < 0.003 * size else offset


def _half_sphere(count: int) -> np.ndarray:
    """(count, 3) directions, evenly spread (Fibonacci lattice), the three axes first."""
    step = np.arange(count) + 0.5
    z, angle = 1 - step / count, np.pi * (1 + 5**0.5) * step
    ring = np.sqrt(1 - z**2)
    return np.concatenate([np.eye(3), np.stack([ring * np.cos(angle), ring * np.sin(angle), z], axis=1)])
