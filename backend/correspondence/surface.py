# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nearest places on a surface, by position, direction and part of the body."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from ..mesh.clean import Shape, triangle_areas

SAMPLES = 24_000
CANDIDATES = 6
"""Samples whose triangles are looked at for the place that is nearest exactly."""


@dataclass(frozen=True)
class Places:
    """Places on the triangles of a mesh."""

    triangle: np.ndarray
    """(N,) int64."""
    corners: np.ndarray
    """(N, 3) float64: shares of the triangle's corners, rows sum to 1."""

    def of(self, values: np.ndarray, triangles: np.ndarray) -> np.ndarray:
        """(V, ...) values of vertices at these places, (N, ...)."""
        return np.einsum("nk,nk...->n...", self.corners, values[triangles[self.triangle]])


def vertex_normals(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(V, 3) unit normals, weighted by area; zero where there is no triangle."""
    corner = vertices[triangles]
    across = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    normals = np.zeros_like(vertices)
    for column in range(3):
        np.add.at(normals, triangles[:, column], across)
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-300)


class Surface:
    """A mesh whose points know their direction and part, ready for queries.

    ``parts`` (V, P): shares of parts of the body. ``turn`` and ``apart``: the distance that opposite normals, and that
    different parts, count for; in the units of the vertices.
    """

    def __init__(self, shape: Shape, parts: np.ndarray, turn: float, apart: float, rng: np.random.Generator) -> None:
        self.shape, self.turn, self.apart = shape, turn, apart
        areas = triangle_areas(shape)
        triangle = rng.choice(len(areas), SAMPLES, p=areas / areas.sum())
        u, v = np.sqrt(rng.random(SAMPLES)), rng.random(SAMPLES)
        self.samples = Places(triangle, np.stack([1 - u, u * (1 - v), u * v], axis=1))
        self.normals = vertex_normals(shape.vertices, shape.triangles)
        self.points = self.samples.of(shape.vertices, shape.triangles)
        self.sample_normals = self.samples.of(self.normals, shape.triangles)
        self.sample_parts = self.samples.of(parts, shape.triangles)
        self.tree = KDTree(self.features(self.points, self.sample_normals, self.sample_parts))

    def features(self, points: np.ndarray, normals: np.ndarray, parts: np.ndarray) -> np.ndarray:
        """(N, 6 + P): what nearest places are sought by."""
        return np.concatenate([points, 0.5 * self.turn * normals, np.sqrt(0.5) * self.apart * parts], axis=1)

    def nearest(self, points: np.ndarray, normals: np.ndarray, parts: np.ndarray) -> Places:
        """The places nearest to points (N, 3) with their normals (N, 3) and parts (N, P)."""
        _, found = self.tree.query(self.features(points, normals, parts), k=CANDIDATES)
        return nearest_of(points, self.samples.triangle[found], self.shape)[0]


def nearest_of(points: np.ndarray, candidates: np.ndarray, shape: Shape) -> tuple[Places, np.ndarray]:
    """The places nearest to points (N, 3) on the triangles (N, C) that each may lie on, and how far they are (N,)."""
    triangles = shape.vertices[shape.triangles[candidates]]
    corners = closest_corners(points[:, None], triangles)
    gap = np.linalg.norm(np.einsum("nck,nckd->ncd", corners, triangles) - points[:, None], axis=2)
    row, best = np.arange(len(points)), gap.argmin(axis=1)
    return Places(candidates[row, best], corners[row, best]), gap[row, best]


def closest_corners(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(..., 3) shares of the corners at the place of each triangle (..., 3, 3) that is nearest to points (..., 3).

    The plane's nearest point where it lies inside, else the nearest of the three edges' nearest points.
    """
    a, b, c = np.moveaxis(triangles, -2, 0)
    ab, ac, ap = b - a, c - a, points - a
    d00, d01, d11 = (ab * ab).sum(-1), (ab * ac).sum(-1), (ac * ac).sum(-1)
    d20, d21 = (ap * ab).sum(-1), (ap * ac).sum(-1)
    area = np.maximum(d00 * d11 - d01 * d01, 1e-300)
    v, w = (d11 * d20 - d01 * d21) / area, (d00 * d21 - d01 * d20) / area
    inside = np.stack([1 - v - w, v, w], axis=-1)
    best, shortest = inside, np.where((inside >= 0).all(-1), -1.0, np.inf)
    for first, second in ((0, 1), (1, 2), (2, 0)):
        start, side = triangles[..., first, :], triangles[..., second, :] - triangles[..., first, :]
        share = ((points - start) * side).sum(-1) / np.maximum((side * side).sum(-1), 1e-300)
        share = share.clip(0, 1)
        distance = np.linalg.norm(start + share[..., None] * side - points, axis=-1)
        corners = np.zeros_like(inside)
        corners[..., first], corners[..., second] = 1 - share, share
        nearer = distance < shortest
        best, shortest = np.where(nearer[..., None], corners, best), np.where(nearer, distance, shortest)
    return best
