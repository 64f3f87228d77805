# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The place on a dense mesh that a place on a light one stands for, for taking its looks over.

Along the normal, outward or inward, whichever meets the dense mesh first: like a cage bake, so sharp features stay
where they are. Where that meets nothing near, the nearest place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy.spatial import KDTree

from ..raster import embree_raster

CANDIDATES = 8
"""Nearest sample points whose faces are looked at exactly."""
SAMPLES_PER_FACE = 3
LEAST_SAMPLES = 100_000
NEAR = 0.02
"""Of the box's longest side: farther along the normal is something else."""
AWAY = 1.5
"""A face that looks the other way counts as so many times farther: the inside of a cup is not its outside."""


@dataclass(frozen=True)
class Place:
    face: np.ndarray
    """(N,) int64"""
    barycentric: np.ndarray
    """(N, 3)"""
    distance: np.ndarray
    """(N,)"""


class NearestFinder:
    """Answers for one mesh: vertices (V, 3), triangles (F, 3)."""

    def __init__(self, vertices: np.ndarray, triangles: np.ndarray) -> None:
        self._corners = vertices[triangles].astype(np.float64)
        self._near = NEAR * float(np.ptp(vertices, axis=0).max())
        self._cast = None
        if embree_raster.available():
            self._cast = embree_raster.caster(torch.from_numpy(vertices), torch.from_numpy(triangles))
        cross = np.cross(self._corners[:, 1] - self._corners[:, 0], self._corners[:, 2] - self._corners[:, 0])
        double = np.linalg.norm(cross, axis=1)
        self._normals = cross / np.maximum(double, 1e-30)[:, None]
        # Every face has a sample, large ones have more: then a point's face is among those of its nearest samples.
        count = max(LEAST_SAMPLES, SAMPLES_PER_FACE * len(triangles))
        each = 1 + np.floor(double / max(double.sum(), 1e-30) * count).astype(np.int64)
        self._face = np.repeat(np.arange(len(triangles)), each)
        random = np.random.default_rng(0)
        u, v = np.sqrt(random.random(len(self._face))), random.random(len(self._face))
        weights = np.stack([1 - u, u * (1 - v), u * v], axis=1)
        self._tree = KDTree(np.einsum("nc,ncd->nd", weights, self._corners[self._face]))

    def find(self, points: np.ndarray, normals: np.ndarray) -> Place:
        """For points (N, 3) on or near the mesh with unit normals (N, 3)."""
        if self._cast is None:
            return self.nearest(points, normals)
        face, weights = np.full(len(points), -1), np.zeros((len(points), 3))
        distance, rank = np.full(len(points), np.inf), np.full(len(points), self._near)
        for sign in (1, -1):
            hits = self._cast(points, sign * normals)
            facing = np.einsum("nd,nd->n", self._normals[hits.face], normals) > 0
            ranked = np.where(facing, hits.distance, AWAY * hits.distance)
            better = (hits.face >= 0) & (ranked < rank)
            face[better], weights[better], distance[better] = (values[better] for values in hits)
            rank[better] = ranked[better]
        missed = face < 0
        if missed.any():
            rest = self.nearest(points[missed], normals[missed])
            face[missed], weights[missed], distance[missed] = rest.face, rest.barycentric, rest.distance
        return Place(face, weights, distance)

    def nearest(self, points: np.ndarray, normals: np.ndarray) -> Place:
        """The nearest place in any direction, on a face that looks the same way if there is one about as near."""
        _, samples = self._tree.query(points, k=CANDIDATES)
        faces = self._face[samples]
        weights, distance = _closest(self._corners[faces], points[:, None])
        facing = np.einsum("nkd,nd->nk", self._normals[faces], normals)
        best = np.argmin(np.where(facing > 0, distance, AWAY * distance + 1e-9), axis=1)
        row = np.arange(len(points))
        return Place(faces[row, best], weights[row, best], distance[row, best])


def _closest(corners: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Barycentric coordinates (..., 3) and distance (...) of the nearest point of triangles (..., 3, 3)."""
    a, b, c = np.moveaxis(corners, -2, 0)
    ab, ac, ap = b - a, c - a, points - a
    d00, d01, d11 = (np.einsum("...i,...i", x, y) for x, y in ((ab, ab), (ab, ac), (ac, ac)))
    d20, d21 = np.einsum("...i,...i", ap, ab), np.einsum("...i,...i", ap, ac)
    area = np.maximum(d00 * d11 - d01 * d01, 1e-300)
    v, w = (d11 * d20 - d01 * d21) / area, (d00 * d21 - d01 * d20) / area
    inside = np.stack([1 - v - w, v, w], axis=-1)
    options = [inside]
    for i, j in ((0, 1), (1, 2), (2, 0)):
        start, along = corners[..., i, :], corners[..., j, :] - corners[..., i, :]
        length = np.maximum(np.einsum("...i,...i", along, along), 1e-300)
        t = np.clip(np.einsum("...i,...i", points - start, along) / length, 0, 1)
        weights = np.zeros(inside.shape)
        weights[..., i], weights[..., j] = 1 - t, t
        options.append(weights)
    weights = np.stack(options)
    distance = np.linalg.norm(np.einsum("k...c,...cd->k...d", weights, corners) - points, axis=-1)
    distance[0][(inside < 0).any(axis=-1)] = np.inf
    best = distance.argmin(axis=0)[None]
    return np.take_along_axis(weights, best[..., None], 0)[0], np.take_along_axis(distance, best, 0)[0]
