# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sculptor learns from: which part of each cell of a box is inside a procedural object."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from ..sculpting.network import CELLS, ROOM
from ..uv.raster import barycentric, rasterize
from . import shapes
from .shapes import Shape
from .shards import write_shard

RAYS = 2 * CELLS
"""Along each horizontal side of the box; each column of cells is crossed by four."""


def solid(shape: Shape) -> np.ndarray:
    """(CELLS, CELLS, CELLS) float32 along X, Y, Z: part of each cell of the box [-ROOM, ROOM] that lies inside.

    Closed surfaces may run through each other: inside is where more of them were entered than left.
    """
    points = shape.vertices.astype(np.float64)
    corners = ((points[:, :2] + ROOM) * (RAYS / (2 * ROOM)))[shape.triangles]
    hits = rasterize(corners, (0, RAYS), RAYS)
    weights = barycentric(corners[hits.face], np.stack((hits.column, hits.row), axis=1) + 0.5)
    height = (weights * points[:, 2][shape.triangles[hits.face]]).sum(axis=1)
    a, b, c = np.moveaxis(corners[hits.face], 1, 0)
    turn = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    ray = hits.column * RAYS + hits.row
    order = np.lexsort((height, ray))
    # From below a surface is entered where its outside looks down.
    entering = np.where(turn < 0, 1, -1)[order]
    ray, height = ray[order], height[order]
    inside = np.cumsum(entering)
    start = np.searchsorted(ray, ray)
    inside = inside - (inside - entering)[start]
    change = (inside > 0).astype(np.int64) - (inside - entering > 0)
    place = np.clip((height + ROOM) * (CELLS / (2 * ROOM)), 0.0, CELLS)
    cell = np.minimum(place.astype(np.int64), CELLS - 1)
    part = place - cell
    steps = np.zeros((RAYS * RAYS, CELLS + 1))
    np.add.at(steps, (ray, cell), change * (1.0 - part))
    np.add.at(steps, (ray, cell + 1), change * part)
    filled = np.cumsum(steps, axis=1)[:, :CELLS].clip(0.0, 1.0)
    return filled.reshape(CELLS, 2, CELLS, 2, CELLS).mean(axis=(1, 3)).astype(np.float32)


def produce_forms(folder: Path, shards: int, first: int = 0, seconds: float | None = None) -> int:
    """One object of every family in each shard, all of the shard's number as their seed; how many shards are there."""
    end = time.monotonic() + (seconds or float("inf"))
    done = 0
    for number in range(first, first + shards):
        if not (folder / f"{number:05d}").exists():
            if time.monotonic() > end:
                break
            made = [solid(shapes.make(family, number)) for family in shapes.FAMILIES]
            arrays = {"solids": np.stack([(item * 255.0).round().astype(np.uint8) for item in made])}
            write_shard(folder, f"{number:05d}", arrays, [])
        done += 1
    return done
