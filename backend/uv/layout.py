# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with UVs that should hold a texture of their own. numpy alone: Blender's side uses it too."""

from __future__ import annotations

import dataclasses

import numpy as np

from .raster import rasterize, signed_area, to_texels

SIZE = 512
"""Texels across at which overlaps are looked for."""
INSET = 0.35
"""Texels that a face must reach beyond the centre of a texel to count there: neighbours never overlap by rounding."""
SLACK = 1e-4
"""By which a face may stick out of its tile: exporters round."""
EMPTY = 1e-10
"""UV area of a face, in tiles, below which it has none."""


@dataclasses.dataclass(frozen=True)
class Layout:
    """Findings about the UVs of F triangles that share one texture."""

    tiles: tuple[int, ...]
    """UDIM numbers in use, ascending; (1001,) for ordinary UVs."""
    empty: np.ndarray
    """(F,) bool: faces without area in UV space, which can show one color only."""
    outside: np.ndarray
    """(F,) bool: faces across the border of a tile, or in no valid one."""
    overlap: float
    """Part of the used texels that belong to several places of the surface."""
    used: float
    """Part of the tiles that faces cover."""


def tile_of(corner_uv: np.ndarray) -> np.ndarray:
    """UDIM numbers (F,) int64 of triangles (F, 3, 2), by their centres."""
    column, row = np.floor(corner_uv.mean(1)).astype(np.int64).T
    return 1001 + column + 10 * row


def examine(corner_uv: np.ndarray) -> Layout:
    """Look at the UVs (F, 3, 2) of faces that share one texture."""
    uv = np.asarray(corner_uv, dtype=np.float64)
    uv = np.where(np.isfinite(uv), uv, 0.0)
    corner = np.floor(uv.mean(1))[:, None]
    outside = ((uv < corner - SLACK) | (uv > corner + 1 + SLACK)).any((1, 2))
    outside |= (corner[:, 0, 0] < 0) | (corner[:, 0, 0] > 9) | (corner[:, 0, 1] < 0) | (corner[:, 0, 1] > 99)
    empty = np.abs(signed_area(uv)) < EMPTY
    good = ~outside & ~empty
    tiles = np.unique(tile_of(uv[good]))
    several = covered = 0
    for tile in tiles:
        faces = good & (tile_of(uv) == tile)
        hits = rasterize(to_texels(uv[faces], int(tile), SIZE), (0, SIZE), SIZE, margin=-INSET)
        count = np.bincount(hits.row * SIZE + hits.column)
        several += int((count > 1).sum())
        covered += int((count > 0).sum())
    return Layout(
        tiles=tuple(int(tile) for tile in tiles) or (1001,),
        empty=empty,
        outside=outside,
        overlap=several / max(covered, 1),
        used=covered / (SIZE * SIZE * max(len(tiles), 1)),
    )
