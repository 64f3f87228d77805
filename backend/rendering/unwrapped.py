# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was gathered on a surface as a texture of its UVs.

Places that no frame showed are a blend of the nearest ones that some frame did, without fine structure.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from scipy import ndimage
from scipy.spatial import KDTree

from ..uv import raster
from .cells import Scale, cells
from .consolidate import CELL, Skin, bent, rows
from .passes import Geometry

SMALLEST, LARGEST = 256, 2048
"""Sides of textures."""
TEXELS_PER_CELL = 4.0
NEIGHBOURS = 0.25 * np.stack(np.meshgrid(*[(-1.0, 1.0)] * 3), axis=-1).reshape(-1, 3)
"""Places around a texel whose colors are averaged, in cells: so cells do not show as squares."""
FAR, NEAREST = 1_000, 16
"""Seen texels that stand for all others, and how many of them are blended for one that was not seen."""


@dataclasses.dataclass(frozen=True)
class Mesh:
    """A painted object with UVs, undeformed."""

    index: int
    """Of the object in the shot."""
    layer: str
    """Name of its UV layer."""
    places: np.ndarray
    """(T, 3, 3): corners of the triangles in the object's own space."""
    uv: np.ndarray
    """(T, 3, 2), (0, 0) at the bottom left; what is outside of the unit square is left out."""


@dataclasses.dataclass(frozen=True)
class Unwrapped:
    """A texture."""

    picture: np.ndarray
    """(S, S, 3) float32 within [0, 1], display-encoded, row 0 at the top; there is no light in it."""
    seen: float
    """Part of the UVs' area that some frame showed."""


def unwrapped(skin: Skin, scale: Scale, mesh: Mesh, instance: int) -> Unwrapped | None:
    """The texture of one object, or None where none of it was gathered or it has no UVs.

    Args:
        instance: the one of its instances that is taken.
    """
    area = float(np.abs(raster.signed_area(mesh.uv)).sum())
    if area < 1e-9:
        return None
    first = _found(skin, scale, mesh, instance, SMALLEST)
    if first is None or not first.known.any():
        return None
    # As many texels as suffice for the cells: there are about as many of these for each texel of the first guess.
    places = len(np.unique(first.row[first.known]))
    side = math.sqrt(TEXELS_PER_CELL * places / max(area * first.known.mean(), 1e-6))
    size = int(min(max(2 ** math.ceil(math.log2(max(side, 1.0))), SMALLEST), LARGEST))
    found = first if size == SMALLEST else _found(skin, scale, mesh, instance, size)
    colors = found.colors
    if not found.known.all():
        seen = np.flatnonzero(found.known)
        seen = seen[:: max(len(seen) // FAR, 1)]
        count = min(NEAREST, len(seen))
        distance, nearest = KDTree(found.places[seen]).query(found.places[~found.known], range(1, count + 1))
        weights = 1.0 / np.maximum(distance, 1e-6) ** 2  # Shepard, 1968
        weights = (weights / weights.sum(1, keepdims=True)).astype(np.float32)
        colors[~found.known] = np.einsum("nk,nkc->nc", weights, skin.coarse[found.row[seen[nearest]]])
    picture = np.zeros((size, size, 3), np.float32)
    inside = np.zeros((size, size), bool)
    picture[found.texel], inside[found.texel] = colors, True
    around = ndimage.distance_transform_edt(~inside, return_distances=False, return_indices=True)
    # No surface reflects more than arrives, however bright highlights were painted.
    color = bent(np.maximum(picture[tuple(around)], 0.0) ** 2.2, 1.0) ** (1 / 2.2)
    return Unwrapped(color, float(found.known.mean()))


@dataclasses.dataclass(frozen=True)
class _Found:
    """N texels that triangles cover."""

    texel: tuple[np.ndarray, np.ndarray]
    places: np.ndarray
    known: np.ndarray
    """(N,) bool: some frame showed it."""
    colors: np.ndarray
    row: np.ndarray
    """(N,) of the skin, of those that are known."""


def _found(skin: Skin, scale: Scale, mesh: Mesh, instance: int, size: int) -> _Found | None:
    corners = raster.to_texels(mesh.uv, 1001, size)
    hits = raster.rasterize(corners, (0, size), size)
    if not len(hits.face):
        return None
    points = np.stack((hits.column + 0.5, hits.row + 0.5), axis=1)
    weights = raster.barycentric(corners[hits.face], points)
    places = np.einsum("nc,nck->nk", weights, mesh.places[hits.face])
    side = CELL * scale.lengths(np.array([mesh.index]))[0]
    total, count = np.zeros((len(places), 3), np.float32), np.zeros(len(places))
    row = np.zeros(len(places), np.int64)
    for offset in NEIGHBOURS:
        one, where = rows(skin.table, _cells(places + side * offset, mesh.index, instance, scale))
        total[where[0]] += (skin.coarse + skin.fine)[one]
        count[where[0]] += 1
        row[where[0]] = one
    colors = total / np.maximum(count, 1)[:, None]
    return _Found((hits.row, hits.column), places, count > 0, colors, row)


def _cells(places: np.ndarray, index: int, instance: int, scale: Scale) -> np.ndarray:
    """Of places (N, 3) on an object: (N, 1) uint64."""
    shape = (len(places), 1)
    geometry = Geometry(
        np.full(shape, index), np.full(shape, instance, np.uint32), places[:, None].astype(np.float32), np.zeros(shape)
    )
    return cells(geometry, scale, CELL, np.ones(shape, bool))
