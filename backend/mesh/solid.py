# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inside of a mesh as voxels, for any triangles: open, overlapping, inverted, in loose parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage


@dataclass(frozen=True)
class Solid:
    """Voxels of a shape. Voxel (i, j, k) has its centre at ``origin + pitch * (i, j, k)``."""

    inside: np.ndarray
    """(X, Y, Z) bool, at least one empty layer on every side."""
    radius: np.ndarray
    """(X, Y, Z) float32: distance to the outside, in units of length; 0 outside."""
    origin: np.ndarray
    """(3,) float64."""
    pitch: float

    def points(self, index: np.ndarray) -> np.ndarray:
        """(N, 3) voxel indices -> (N, 3) positions."""
        return self.origin + self.pitch * index

    def index(self, points: np.ndarray) -> np.ndarray:
        """(..., 3) positions -> (..., 3) int, clipped to the grid."""
        nearest = np.round((points - self.origin) / self.pitch).astype(int)
        return np.clip(nearest, 0, np.array(self.inside.shape) - 1)

    def contains(self, points: np.ndarray) -> np.ndarray:
        """(..., 3) positions -> (...) bool."""
        return self.inside[tuple(np.moveaxis(self.index(points), -1, 0))]

    def radius_at(self, points: np.ndarray) -> np.ndarray:
        """(..., 3) positions -> (...) distance to the outside."""
        return self.radius[tuple(np.moveaxis(self.index(points), -1, 0))]


def voxelise(vertices: np.ndarray, triangles: np.ndarray, pitch: float, mirrored: bool = False) -> Solid:
    """Solid of the triangles; the grid is symmetric about x = 0.

    vertices (V, 3) float, triangles (T, 3) int. With ``mirrored`` the shape is united with its mirror image in x = 0.
    The surface is drawn into the grid and the outside flooded; where the flood leaks in through holes, a voxel counts
    as inside when at least five of the six axis directions meet the surface.
    """
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    half = np.ceil(max(abs(low[0]), abs(high[0])) / pitch) + 2
    origin = np.array([-half * pitch, low[1] - 2 * pitch, low[2] - 2 * pitch])
    shape = np.array([2 * half + 1, *(np.ceil((high[1:] - low[1:]) / pitch) + 5)]).astype(int)
    index = np.round((_surface_points(vertices, triangles, pitch) - origin) / pitch).astype(int)
    surface = np.zeros(shape, bool)
    surface[tuple(index.T)] = True
    if mirrored:
        surface |= surface[::-1]
    inside = ndimage.binary_fill_holes(surface)
    enclosed = _enclosed(surface)
    # A leak loses most of the volume; a closed shape keeps what is enclosed nearly whole.
    if (inside & ~surface).sum() < 0.6 * (enclosed & ~surface).sum():
        inside = ndimage.binary_opening(enclosed) | surface
    radius = ndimage.distance_transform_edt(inside).astype(np.float32) * pitch
    return Solid(inside, radius, origin, pitch)


def joined(solid: Solid, reach: float) -> Solid:
    """The solid with its largest part and every other part within ``reach`` of it, connected by straight bridges."""
    labels, count = ndimage.label(solid.inside, np.ones((3, 3, 3)))
    if count <= 1:
        return solid
    sizes = np.bincount(labels.reshape(-1))[1:]
    inside = labels == sizes.argmax() + 1
    for label in np.argsort(-sizes)[1:] + 1:
        if sizes[label - 1] < 8:
            continue
        part = labels == label
        distance, nearest = ndimage.distance_transform_edt(~inside, return_indices=True)
        start = np.unravel_index(np.where(part, distance, np.inf).argmin(), part.shape)
        if distance[start] * solid.pitch > reach:
            continue
        end = nearest[(slice(None), *start)]
        steps = np.linspace(0, 1, int(2 * distance[start]) + 2)[:, None]
        line = np.round(np.array(start) * (1 - steps) + end * steps).astype(int)
        inside = inside | part
        inside[tuple(line.T)] = True
    radius = ndimage.distance_transform_edt(inside).astype(np.float32) * solid.pitch
    return Solid(inside, radius, solid.origin, solid.pitch)


def _surface_points(vertices: np.ndarray, triangles: np.ndarray, pitch: float) -> np.ndarray:
    """(N, 3) points on the triangles, at most half a voxel apart: rows along the longest edge of each."""
    corners = vertices[triangles]
    lengths = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)
    # The longest edge is a, b; rows lie between it and c.
    order = (lengths.argmax(axis=1)[:, None] + np.arange(3)) % 3
    a, b, c = np.take_along_axis(corners, order[..., None], axis=1).transpose(1, 0, 2)
    longest = lengths.max(axis=1)
    height = np.linalg.norm(np.cross(b - a, c - a), axis=1) / np.maximum(longest, 1e-300)
    columns = _halvings(longest, pitch)
    rows = np.where(height > longest / 16, columns, _halvings(height, pitch))
    triangle, row = _counted(rows + 1)
    up = row / rows[triangle]
    start, stop = (end[triangle] + up[:, None] * (c - end)[triangle] for end in (a, b))
    count = np.ceil(columns[triangle] * (1 - up) - 1e-9).astype(int)
    line, number = _counted(count + 1)
    along = number / np.maximum(count, 1)[line]
    return np.concatenate([vertices, start[line] + along[:, None] * (stop - start)[line]])


def _halvings(lengths: np.ndarray, pitch: float) -> np.ndarray:
    """(N,) pieces of at most half a voxel that a length has after it was halved again and again."""
    return 2 ** np.ceil(np.log2(np.maximum(2 * lengths / pitch, 1))).astype(int)


def _counted(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Counts (N,) -> whose each of sum(counts) items is, and its number there: [2, 1] -> [0, 0, 1], [0, 1, 0]."""
    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)


def _enclosed(surface: np.ndarray) -> np.ndarray:
    hits = np.zeros(surface.shape, np.int8)
    for axis in range(3):
        hits += np.maximum.accumulate(surface, axis=axis)
        hits += np.flip(np.maximum.accumulate(np.flip(surface, axis), axis=axis), axis)
    return surface | (hits >= 5)
