# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gaussian noise for latents that is white in each frame and sticks to surfaces.

Every cell of the surface has a value of its own. Each is *owned* by the one latent pixel that shows most of it, and a
pixel's noise is the sum of what it owns over the root of their number. No value is used twice in a frame, so the
noise is white and of unit variance by construction; and since a cell keeps its value while it moves, it is alike where
the same surface is seen. Looking up a noise texture instead, nearest or bilinear, is either not white or not alike.

Values are made of the cell's number, the seed and a counter, so any frame can be had alone.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from .cells import NONE, Scale, cells, combined
from .passes import Geometry, Shot

CELLS_PER_LATENT = 2.0
"""Cells along a side of a latent pixel. A plane cuts about 1.5 cubes for each square of a cube's side."""
CHANNELS = 4


@dataclasses.dataclass(frozen=True)
class Owned:
    """One frame: which cells each latent pixel owns."""

    cells: np.ndarray
    """(N,) uint64."""
    pixel: np.ndarray
    """(N,) int64: of each cell, row-major."""
    fresh: np.ndarray
    """(P,) uint64: what the noise of pixels without cells is made of; 0 where there are some."""
    shape: tuple[int, int]


def values(keys: np.ndarray, seed: int, counter: int) -> np.ndarray:
    """Standard normal values (N, CHANNELS) float32 for keys (N,) uint64 (Box and Muller, 1958)."""
    stream = combined(np.full(1, seed, np.uint64), np.full(1, counter, np.uint64))
    result = np.empty((len(keys), CHANNELS), np.float32)
    with np.errstate(over="ignore"):
        start = combined(keys, stream)
        for pair in range(CHANNELS // 2):
            first, second = (combined(start, np.full(1, 2 * pair + part, np.uint64)) for part in (1, 2))
            radius = np.sqrt(-2.0 * np.log(((first >> np.uint64(11)).astype(np.float64) + 1.0) * 2.0**-53))
            angle = (second >> np.uint64(11)).astype(np.float64) * (2.0**-53 * 2.0 * np.pi)
            result[:, 2 * pair], result[:, 2 * pair + 1] = radius * np.cos(angle), radius * np.sin(angle)
    return result


def owned(shot: Shot, geometry: Geometry, scale: Scale, factor: int, frame: int) -> Owned:
    """Who owns which cells. ``factor``: pixels of the picture along a side of a latent pixel."""
    mask = geometry.surface > 0
    found = cells(geometry, scale, factor / CELLS_PER_LATENT, mask)
    block = factor * shot.size.oversampling
    shape = (mask.shape[0] // block, mask.shape[1] // block)
    of_pixel = pixel_of_sample(shape, block)
    share = np.bincount(of_pixel.ravel(), mask.ravel(), minlength=shape[0] * shape[1]) / block**2
    background = share < 0.5
    usable = mask & ~background[of_pixel]
    pairs, count = (
        np.unique(np.stack((found[usable], of_pixel[usable].astype(np.uint64))), axis=1, return_counts=True)
        if usable.any()
        else (np.zeros((2, 0), np.uint64), np.zeros(0, np.int64))
    )
    # Of each cell the pixel with most samples, the first of equals: last in this order.
    order = np.lexsort((-pairs[1].astype(np.int64), count, pairs[0]))
    last = np.append(pairs[0][order][1:] != pairs[0][order][:-1], True) if len(order) else np.zeros(0, bool)
    keys, pixel = pairs[0][order][last], pairs[1][order][last].astype(np.int64)
    # Pixels that own nothing: in the background always the same, on a surface new ones in each frame.
    place = np.arange(1, shape[0] * shape[1] + 1, dtype=np.uint64)
    fresh = combined(place, np.where(background, 0, frame + (1 << 32)).astype(np.uint64))
    fresh[pixel] = NONE
    return Owned(keys, pixel, fresh, shape)


def noise(owned: Owned, seed: int, counter: int = 0) -> np.ndarray:
    """(CHANNELS, h, w) float32, standard normal and white. Another ``counter`` gives independent noise."""
    height, width = owned.shape
    total = np.zeros((height * width, CHANNELS), np.float32)
    made = values(owned.cells, seed, counter)
    for channel in range(CHANNELS):
        total[:, channel] = np.bincount(owned.pixel, made[:, channel], minlength=height * width)
    number = np.bincount(owned.pixel, minlength=height * width)
    total /= np.sqrt(np.maximum(number, 1))[:, None]
    empty = owned.fresh != NONE
    total[empty] = values(owned.fresh[empty], seed, counter)
    return total.T.reshape(CHANNELS, height, width)


def screen(shape: tuple[int, int], seed: int, counter: int, key: int) -> np.ndarray:
    """(CHANNELS, h, w) float32, standard normal: noise that knows nothing of surfaces, for comparison."""
    place = np.arange(1, shape[0] * shape[1] + 1, dtype=np.uint64)
    keys = combined(place, np.full(1, key + (1 << 40), np.uint64))
    return values(keys, seed, counter).T.reshape(CHANNELS, *shape)


def pixel_of_sample(shape: tuple[int, int], block: int) -> np.ndarray:
    """(h block, w block) int64: the row-major pixel of each sample."""
    pixels = np.arange(shape[0] * shape[1]).reshape(shape)
    return pixels.repeat(block, 0).repeat(block, 1)
