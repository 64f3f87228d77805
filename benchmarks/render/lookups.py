# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Noise that sticks to surfaces beside other ways to make it: is it white in each frame, and alike in the next one?"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
from scipy.spatial import KDTree

from ...backend.rendering import cells, noise, passes

NEAR = 0.25
"""Of a latent pixel: how far apart places of two frames may be that count as the same."""


def rows(shot: passes.Shot, scale: cells.Scale, factor: int) -> dict[str, dict[str, float]]:
    """For each way: variance, correlation of neighbors, part of values used twice, correlation with the next frame."""
    geometries = {frame: shot.geometry(frame) for frame in shot.frames}
    block = factor * shot.size.oversampling

    def own(frame: int) -> np.ndarray:
        return noise.noise(noise.owned(shot, geometries[frame], scale, factor, frame), 0)

    def nearest(latents: float) -> Callable[[int], np.ndarray]:
        def made(frame: int) -> np.ndarray:
            found = middle(
                cells.cells(geometries[frame], scale, latents * factor, geometries[frame].surface > 0), block
            )
            return noise.values(found.ravel(), 0, 0).T.reshape(noise.CHANNELS, *found.shape)

        return made

    def linear(frame: int) -> np.ndarray:
        """Between the eight nodes around a place, as graphics cards look up textures."""
        geometry = geometries[frame]
        side = np.ones(geometry.surface.shape, np.float32)
        mask = geometry.surface > 0
        side[mask] = factor * scale.lengths(geometry.surface[mask])
        place = middle(geometry.place, block) / middle(side, block)[..., None]
        base = np.floor(place)
        total = np.zeros((*base.shape[:2], noise.CHANNELS))
        for corner in itertools.product((0, 1), repeat=3):
            node = (base + corner).astype(np.int64).view(np.uint64)
            key = middle(geometry.surface, block).astype(np.uint64) + np.uint64(1)
            for axis in range(3):
                key = cells.combined(key, node[..., axis])
            weight = np.prod(np.abs(place - base - 1 + np.array(corner)), axis=-1)
            total += weight[..., None] * noise.values(key.ravel(), 0, 0).reshape(total.shape)
        return total.transpose(2, 0, 1)

    ways = {
        "one for each frame": lambda frame: noise.screen(shape(geometries[frame], block), 0, 0, frame),
        "the same for all": lambda frame: noise.screen(shape(geometries[frame], block), 0, 0, 0),
        "nearest, cells of a latent pixel": nearest(1.0),
        "nearest, of half": nearest(0.5),
        "nearest, of a quarter": nearest(0.25),
        "linear, cells of a latent pixel": linear,
        "owned by latent pixels": own,
    }
    return {name: measured(shot, scale, geometries, way, block) for name, way in ways.items()}


def shape(geometry: passes.Geometry, block: int) -> tuple[int, int]:
    return geometry.surface.shape[0] // block, geometry.surface.shape[1] // block


def middle(plane: np.ndarray, block: int) -> np.ndarray:
    """The sample in the middle of each latent pixel."""
    return np.ascontiguousarray(plane[block // 2 :: block, block // 2 :: block])


def measured(
    shot: passes.Shot, scale: cells.Scale, geometries: dict, way: Callable[[int], np.ndarray], block: int
) -> dict[str, float]:
    found: dict[str, list[float]] = {"variance": [], "neighbors": [], "twice": [], "next frame": []}
    before = None
    for frame in shot.frames:
        geometry, made = geometries[frame], way(frame)
        inside = passes.pooled(shot.is_painted(geometry), block) == 1
        values = made[:, inside]
        found["variance"].append(float(values.var()))
        both = inside[:, 1:] & inside[:, :-1]
        found["neighbors"].append(float((made[:, :, 1:] * made[:, :, :-1])[:, both].mean() / values.var()))
        found["twice"].append(1 - len(np.unique(values[0])) / values.shape[1])
        surface = middle(geometry.surface, block)[inside]
        key = surface * 2**32 + middle(geometry.instance, block)[inside]
        length = block / shot.size.oversampling * scale.lengths(surface)
        now = (key, middle(geometry.place, block)[inside] / length[:, None], values)
        if before is not None:
            found["next frame"].append(alike(before, now))
        before = now
    return {name: float(np.nanmean(numbers)) for name, numbers in found.items()}


def alike(before: tuple, now: tuple) -> float:
    """Correlation of values at the same places."""
    pairs = []
    for key in np.intersect1d(before[0], now[0]):
        (_, old, was), (_, new, values) = (
            (None, one[1][one[0] == key], one[2][:, one[0] == key]) for one in (before, now)
        )
        distance, nearest = KDTree(old).query(new)
        near = distance < NEAR
        pairs.append(np.stack((was[:, nearest[near]].ravel(), values[:, near].ravel())))
    joined = np.concatenate(pairs, axis=1)
    return float(np.corrcoef(joined)[0, 1]) if joined.shape[1] > 10 else float("nan")
