# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mirror plane of a shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.spatial import KDTree

SLENDER = 5.0
"""A shape this many times longer than wide has its mirror plane along it. Birds with spread wings stay below."""


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
    normals = _half_sphere(300)
    _, spread, axes = np.linalg.svd(dense - centre, full_matrices=False)
    slender = bool(spread[0] > SLENDER * spread[1])
    if slender:
        # Head and tail of a snake are nearly alike, but nobody means that symmetry.
        normals = _around(axes[0], 36)
    coarse = sorted((_plane(sparse, tree, size, normal, float(normal @ centre)) for normal in normals), key=_cost)
    refined = [_refined(dense, sparse, tree, size, plane) for plane in coarse[:8]]
    if slender:
        refined = [plane for plane in refined if abs(plane.normal @ axes[0]) < 0.5] or coarse[:1]
    best = _polished(dense, tree, size, min(refined, key=_cost))
    if slender:
        # A round body fits every plane along it; the upright one is meant unless the shape says otherwise.
        upright = _plane(dense, tree, size, normals[0], float(np.median(dense @ normals[0])))
        best = upright if upright.error < 1.5 * best.error else best
    return _snapped(best, points, tree, size)


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
        better = _aligned(sparse if step < 8 else points, tree, size, best)
        if step >= 8 and better.error >= best.error:
            break
        best = better
    return _plane(points, tree, size, best.normal, best.offset)


def _aligned(points: np.ndarray, tree: KDTree, size: float, plane: MirrorPlane) -> MirrorPlane:
    """One step: the plane that best maps the points to where their mirror images came to lie."""
    distance, nearest = tree.query(_mirrored(points, plane.normal, plane.offset))
    trusted = distance <= max(np.quantile(distance, 0.8), 1e-9 * size)
    # A point and its image differ along the normal, and their middle lies in the plane.
    difference = (tree.data[nearest] - points)[trusted]
    middle = (tree.data[nearest] + points)[trusted] / 2
    _, vectors = np.linalg.eigh(difference.T @ difference)
    normal = vectors[:, -1] * np.sign(vectors[:, -1] @ plane.normal)
    return _plane(points, tree, size, normal, float(np.median(middle @ normal)))


def _polished(points: np.ndarray, tree: KDTree, size: float, plane: MirrorPlane) -> MirrorPlane:
    """The plane after a search over its two angles and its offset: closest points alone stop a degree too early."""
    u, v = np.linalg.svd(plane.normal[None])[2][1:]
    sparse = points[::3]

    def moved(step: np.ndarray) -> tuple[np.ndarray, float]:
        normal = plane.normal + step[0] * u + step[1] * v
        return normal / np.linalg.norm(normal), plane.offset + step[2] * size

    def badness(step: np.ndarray) -> float:
        distance, _ = tree.query(_mirrored(sparse, *moved(step)))
        return float((np.minimum(distance / size, 0.05) ** 2).mean())

    simplex = np.concatenate([np.zeros((1, 3)), np.diag([0.04, 0.04, 0.01])])
    found = minimize(badness, np.zeros(3), method="Nelder-Mead", options={"initial_simplex": simplex, "maxfev": 70})
    better = _plane(points, tree, size, *moved(found.x))
    return better if better.error < plane.error else plane


def _snapped(plane: MirrorPlane, points: np.ndarray, tree: KDTree, size: float) -> MirrorPlane:
    """Within a degree of upright, of a world axis, and near the origin, a plane was meant to be exactly there."""
    for normal in (plane.normal * np.array([1.0, 1, 0]), np.round(plane.normal)):
        length = np.linalg.norm(normal)
        if length == 0 or normal @ plane.normal / length < np.cos(np.radians(1.5)):
            continue
        normal = normal / length
        offset = plane.offset + float((normal - plane.normal) @ points.mean(axis=0))
        snapped = _plane(points, tree, size, normal, 0.0 if abs(offset) < 0.003 * size else offset)
        if snapped.error <= plane.error * 1.03:
            plane = snapped
    return plane


def _around(axis: np.ndarray, count: int) -> np.ndarray:
    """(count, 3) directions across ``axis`` (3,), over half a turn; the most level one first."""
    level = np.cross(axis, [0.0, 0, 1])
    if np.linalg.norm(level) < 1e-3:
        level = np.array([1.0, 0, 0])
    u = level / np.linalg.norm(level)
    v = np.cross(axis, u)
    angle = np.linspace(0, np.pi, count, endpoint=False)[:, None]
    return np.cos(angle) * u + np.sin(angle) * v


def _half_sphere(count: int) -> np.ndarray:
    """(count, 3) directions, evenly spread (Fibonacci lattice), the three axes first."""
    step = np.arange(count) + 0.5
    z, angle = 1 - step / count, np.pi * (1 + 5**0.5) * step
    ring = np.sqrt(1 - z**2)
    return np.concatenate([np.eye(3), np.stack([ring * np.cos(angle), ring * np.sin(angle), z], axis=1)])
