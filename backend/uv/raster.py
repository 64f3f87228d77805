# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which texels lie inside which triangles. numpy alone: Blender's side uses it too."""

from __future__ import annotations

import typing

import numpy as np


class Hits(typing.NamedTuple):
    """Pairs of a texel and a triangle that covers it. Texels of overlapping triangles come several times."""

    row: np.ndarray
    """(N,) int64, 0 at the top (v = 1)."""
    column: np.ndarray
    """(N,) int64."""
    face: np.ndarray
    """(N,) int64, ascending."""


def to_texels(uv: np.ndarray, tile: int, size: int) -> np.ndarray:
    """UVs (..., 2) -> float64 x to the right and y down, in texels of a tile's square map. Centres are at i + 0.5."""
    column, row = (tile - 1001) % 10, (tile - 1001) // 10
    points = np.asarray(uv, dtype=np.float64) - (column, row)
    points[..., 1] = 1.0 - points[..., 1]
    return points * size


def rasterize(corners: np.ndarray, rows: tuple[int, int], width: int, margin: float = 0.0) -> Hits:
    """The texels whose centres lie inside triangles.

    Each triangle's rows are cut with its three edges, which gives the span of its columns: no texel is tested in vain.

    Args:
        corners: (F, 3, 2) float64, texels, see :func:`to_texels`. Either winding; those without area hit nothing.
        rows: the first row and the one after the last.
        width: columns of the map.
        margin: texels by which the edges are moved outwards, negative for inwards.
    """
    corners = np.asarray(corners, dtype=np.float64)
    area = signed_area(corners)
    corners = np.where((area < 0)[:, None, None], corners[:, ::-1], corners)
    low, high = corners.min(1) - max(margin, 0.0), corners.max(1) + max(margin, 0.0)
    first = np.clip(np.ceil(low[:, 1] - 0.5), *rows).astype(np.int64)
    last = np.clip(np.floor(high[:, 1] - 0.5) + 1, *rows).astype(np.int64)
    outside = (area == 0) | (high[:, 0] < 0.5) | (low[:, 0] > width - 0.5)
    face, step = _expand(np.where(outside, 0, np.maximum(last - first, 0)))
    row = first[face] + step

    left, right = low[face, 0], high[face, 0]
    y = row + 0.5
    with np.errstate(divide="ignore", invalid="ignore"):
        for corner in range(3):
            start = corners[:, corner]
            edge = corners[:, (corner + 1) % 3] - start
            # Inside: cross(edge, point - start) >= -margin * |edge|, solved for the point's x.
            room = edge[face, 0] * (y - start[face, 1]) + margin * np.linalg.norm(edge, axis=1)[face]
            limit = start[face, 0] + room / edge[face, 1]
            right = np.where(edge[face, 1] > 0, np.minimum(right, limit), right)
            left = np.where(edge[face, 1] < 0, np.maximum(left, limit), left)
            right = np.where((edge[face, 1] == 0) & (room < 0), -np.inf, right)
    begin = np.clip(np.ceil(left - 0.5), 0, width).astype(np.int64)
    end = np.clip(np.floor(right - 0.5) + 1, 0, width).astype(np.int64)
    span, step = _expand(np.maximum(end - begin, 0))
    return Hits(row[span], begin[span] + step, face[span])


def barycentric(corners: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Weights (N, 3) of the corners (N, 3, 2) for points (N, 2), negative outside. Triangles must have an area."""
    a, b, c = np.moveaxis(corners, 1, 0)
    whole = _cross(b - a, c - a)
    second, third = _cross(points - a, c - a) / whole, _cross(b - a, points - a) / whole
    return np.stack([1.0 - second - third, second, third], axis=1)


def nearest_barycentric(corners: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The same for the triangles' points that are nearest to the given ones."""
    inside = barycentric(corners, points)
    best = np.full(len(points), np.inf)
    result = inside.copy()
    for first in range(3):
        second = (first + 1) % 3
        start, edge = corners[:, first], corners[:, second] - corners[:, first]
        length = np.maximum((edge**2).sum(1), 1e-30)
        along = np.clip(((points - start) * edge).sum(1) / length, 0.0, 1.0)
        distance = ((start + along[:, None] * edge - points) ** 2).sum(1)
        nearer = distance < best
        best = np.where(nearer, distance, best)
        weights = np.zeros_like(inside)
        weights[:, first], weights[:, second] = 1.0 - along, along
        result = np.where(nearer[:, None], weights, result)
    return np.where((inside >= 0).all(1)[:, None], inside, result)


def signed_area(corners: np.ndarray) -> np.ndarray:
    """(F, 3, 2) -> (F,): positive where x turns towards y."""
    return _cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]) / 2


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]


def _expand(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows repeated by counts (R,): the row and the running number within it, each (sum of counts,)."""
    row = np.repeat(np.arange(len(counts)), counts)
    return row, np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
