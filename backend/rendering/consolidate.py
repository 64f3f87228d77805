# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Painted frames gathered on the surfaces and rendered from there: what a place looks like is the same in all frames.

Where the light is known, pictures are divided by the brightness of a gray surface before they are gathered, and
multiplied by that of each frame afterwards: so shading moves with the scene's lamps, and only what was painted sticks.

The mean of many frames is smooth, one frame is sharp. So coarse structure is the mean of all frames, and fine
structure is that of the first frame that sees a place well.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
from scipy import ndimage

from .cells import NONE, Scale, cells
from .passes import Look, Shot, decode, encode, pooled

CELL = 1.0
"""Side of a cell in pixels."""
COARSE = 6.0
"""Standard deviation in pixels of the blur that parts coarse from fine structure."""
DARKEST, LIT = 0.06, 0.12
"""Brightness below which pictures are not divided further, for there is little to see in the dark; and from which on
what is painted is believed. Painters take the darkest shadows for background."""
FAINT = 0.01
"""Of what is painted in the light, what counts that is painted in the dark: all there is, where no frame shows more."""
SHOULDER = 4.0
"""How sharply colors bend below a limit."""
BRIGHTEST = 4.0
"""Of a gray surface that reflects all light: what painters paint brighter is bent below. They do not keep to the light
as they should, and where a figure has a tenth of its pixels above 1, a limit of 1 takes a quarter of its gradients."""
BORDER = 4.0
"""Pixels from which brightness is taken at most, for those at a border."""
WELL = 0.5
"""A frame sees a place well if it shows it at least so large, of the largest that any frame does."""
MEASURED = 4
"""Frames in which the contrast of fine structure is compared with what was painted."""
MOST_LOST = 1.5
GRAY = 0.5
"""Base color of the light pictures."""


@dataclasses.dataclass
class Skin:
    """What was gathered: a row for each cell of the shot."""

    table: np.ndarray
    """(N,) uint64, ascending."""
    coarse: np.ndarray
    fine: np.ndarray
    """(N, 3) float32 each, display-like: their sum is how a place looks."""


def shading(shot: Shot, frame: int, look: Look, light: bool, mask: np.ndarray | None = None) -> np.ndarray:
    """(H, W) float32: how bright a white rough surface is in each pixel; 1 where the light is not known.

    Args:
        mask: (h, w) samples of the surfaces that are meant, all if None. Pixels at their border are mixtures: they get
            the brightness of the nearest one that is none.
    """
    mask = shot.geometry(frame).surface > 0 if mask is None else mask
    whole = ndimage.binary_erosion(pooled(mask, shot.size.oversampling) == 1, border_value=1)
    if not light:
        return np.ones(whole.shape, np.float32)
    bright = np.maximum(shot.light(frame)[..., 0] * look.exposure / GRAY, DARKEST)
    distance, nearest = ndimage.distance_transform_edt(~whole, return_indices=True)
    return np.where(distance <= BORDER, bright[tuple(nearest)], bright)


def trusted(shading: np.ndarray) -> np.ndarray:
    """How much what is painted counts, FAINT to 1, by its shading."""
    return np.clip((shading - DARKEST) / (LIT - DARKEST), FAINT, 1.0)


def lightless(picture: np.ndarray, shading: np.ndarray) -> np.ndarray:
    """A display-encoded picture (H, W, 3) without its shading (H, W), about as even to the eye: below BRIGHTEST, in the
    dark below what a white surface reflects."""
    limit = 1.0 + (BRIGHTEST - 1.0) * trusted(shading)[..., None]
    return bent(decode(picture) / shading[..., None], limit) ** (1 / 2.2)


def bent(color: np.ndarray, limit: np.ndarray | float) -> np.ndarray:
    """Linear colors, those near a limit and above smoothly below it."""
    return color / (1.0 + (color / limit) ** SHOULDER) ** (1 / SHOULDER)


def lit(values: np.ndarray, shading: np.ndarray) -> np.ndarray:
    """The reverse, display-encoded."""
    return encode(np.maximum(values, 0.0) ** 2.2 * shading[..., None])


def gather(
    shot: Shot, scale: Scale, look: Look, light: bool, picture: Callable[[int], np.ndarray],
    heard: Callable[[float], None], cell: float = CELL,
) -> Skin:  # fmt: skip
    """From all frames of a shot.

    Args:
        picture: frame's number in the shot -> (H, W, 3) float32 within [0, 1], display-encoded.
        heard: called with the part that is done; it may raise.
    """
    count = len(shot.frames)
    found = np.zeros(0, np.uint64)
    for frame in shot.frames:
        found = np.union1d(found, _cells(shot, scale, frame, cell))
    found = found[found != NONE]
    size = len(found)
    largest = np.zeros(size, np.float32)
    for number, frame in enumerate(shot.frames):
        heard(0.4 * number / count)
        row, _ = rows(found, _cells(shot, scale, frame, cell))
        largest = np.maximum(largest, np.bincount(row, minlength=size))
    coarse, weights = np.zeros((size, 3)), np.zeros(size)
    fine, second = np.zeros((size, 3), np.float32), np.zeros((size, 3), np.float32)
    is_fine, is_second = np.zeros(size, bool), np.zeros(size, bool)
    for step, number in enumerate(spread(count)):
        heard(0.4 + 0.6 * step / count)
        frame = shot.frames[number]
        geometry_cells = _cells(shot, scale, frame, cell)
        row, where = rows(found, geometry_cells)
        light_there = shading(shot, frame, look, light)
        values = lightless(picture(number), light_there)
        # What is painted does not end just where a shadow does.
        trust = ndimage.minimum_filter(trusted(light_there), 3)
        # Pixels at a border are mixtures, and painters fray there: only those behind say something.
        inside = ndimage.binary_erosion(pooled(geometry_cells != NONE, shot.size.oversampling) > 0.99)
        heeded = inside * trust
        smooth = _blurred(values, heeded)
        pixel = tuple(index // shot.size.oversampling for index in where)
        weight = heeded[pixel]
        seen = np.bincount(row, weight, minlength=size)
        share = seen / np.maximum(largest, 1.0)
        low = _means(row, smooth[pixel], weight, seen)
        high = _means(row, (trust[..., None] * (values - smooth))[pixel], weight, seen)
        coarse += low * (share**2)[:, None]
        weights += share**2
        new = (share >= WELL) & ~is_fine
        fine[new], is_fine = high[new], is_fine | new
        new = (share > 0) & ~is_second
        second[new], is_second = high[new], is_second | new
    fine[~is_fine] = second[~is_fine]
    mean = coarse / np.maximum(weights, 1e-9)[:, None]
    known = weights > 0
    skin = Skin(found[known], mean.astype(np.float32)[known], fine[known])
    skin.fine *= _lost(shot, scale, look, light, picture, skin, cell)
    return skin


def _lost(
    shot: Shot, scale: Scale, look: Look, light: bool, picture: Callable[[int], np.ndarray], skin: Skin, cell: float
) -> float:
    """By what fine structure is multiplied, for the skin's gradients to be as strong as those that were painted: cells
    are as large as pixels and take the finest away, and the mean of the frames is smoother than each."""
    before = after = coarse = 0.0
    alone = Skin(skin.table, skin.coarse, np.zeros_like(skin.fine))
    for number in spread(len(shot.frames))[:MEASURED]:
        frame = shot.frames[number]
        inside = ndimage.binary_erosion(
            shot.is_painted(shot.geometry(frame))[:: shot.size.oversampling, :: shot.size.oversampling], iterations=2
        )
        light_there = shading(shot, frame, look, light)
        inside &= light_there >= LIT
        before += _gradients(lightless(picture(number), light_there), inside)
        after += _gradients(pooled(render(shot, scale, skin, frame, cell), shot.size.oversampling), inside)
        coarse += _gradients(pooled(render(shot, scale, alone, frame, cell), shot.size.oversampling), inside)
    missing = (before - coarse) / max(after - coarse, 1e-9)
    return min(max(missing, 1.0) ** 0.5, MOST_LOST)


def _gradients(values: np.ndarray, inside: np.ndarray) -> float:
    """Sum of the squared gradients of (H, W, 3) inside."""
    down, right = np.gradient(values.mean(-1))
    return float((down**2 + right**2)[inside].sum())


def render(shot: Shot, scale: Scale, skin: Skin, frame: int, cell: float = CELL) -> np.ndarray:
    """(h, w, 3) float32: the skin at the samples of a frame, 0 where nothing is painted.

    Places that were never seen but at a border look like the nearest one in the picture that was.
    """
    found = _cells(shot, scale, frame, cell)
    result = np.zeros((*found.shape, 3), np.float32)
    row, where = rows(skin.table, found)
    if not len(row):
        return result
    result[where] = (skin.coarse + skin.fine)[row]
    unknown = np.ones(found.shape, bool)
    unknown[where] = False
    nearest = ndimage.distance_transform_edt(unknown, return_distances=False, return_indices=True)
    unknown &= found != NONE
    result[unknown] = result[tuple(nearest[:, unknown])]
    return result


def background(shot: Shot, picture: Callable[[int], np.ndarray], heard: Callable[[float], None]) -> np.ndarray:
    """(H, W, 3) float32: mean of what the frames show behind all surfaces; where that is never seen, what is around."""
    height, width = shot.size.padded
    total, seen = np.zeros((height, width, 3)), np.zeros((height, width))
    for number, frame in enumerate(shot.frames):
        heard(number / len(shot.frames))
        surface = shot.geometry(frame).surface
        free = pooled(ndimage.binary_dilation(surface > 0, iterations=2), shot.size.oversampling) == 0
        total += picture(number) * free[..., None]
        seen += free
    if not seen.any():
        return np.full((height, width, 3), 0.5, np.float32)
    nearest = ndimage.distance_transform_edt(seen == 0, return_distances=False, return_indices=True)
    mean = total / np.maximum(seen, 1)[..., None]
    return mean[tuple(nearest)].astype(np.float32)


def spread(count: int) -> Sequence[int]:
    """All numbers below ``count`` so that the first ones are far apart: middle, quarters, eighths, ..."""
    order = [count // 2]
    gaps = 2
    while len(order) < count:
        gaps *= 2
        order += [number for part in range(1, gaps, 2) if (number := count * part // gaps) not in order]
        if gaps > 2 * count:
            order += [number for number in range(count) if number not in order]
    return order


def _cells(shot: Shot, scale: Scale, frame: int, side: float) -> np.ndarray:
    geometry = shot.geometry(frame)
    return cells(geometry, scale, side, shot.is_painted(geometry))


def rows(table: np.ndarray, found: np.ndarray) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Of the samples (h, w) that show a cell of the table: its row there, and which samples they are."""
    where = np.nonzero(found != NONE)
    keys = found[where]
    row = np.minimum(np.searchsorted(table, keys), max(len(table) - 1, 0))
    known = table[row] == keys if len(table) else np.zeros(len(keys), bool)
    return row[known], (where[0][known], where[1][known])


def _means(row: np.ndarray, values: np.ndarray, weight: np.ndarray, total: np.ndarray) -> np.ndarray:
    """(N, 3): weighted means of the samples' values (P, 3) in each row, ``total`` being the sums of the weights."""
    sums = [np.bincount(row, values[:, channel] * weight, minlength=len(total)) for channel in range(3)]
    return np.stack(sums, axis=1) / np.where(total > 0, total, 1.0)[:, None]


def _blurred(values: np.ndarray, heeded: np.ndarray) -> np.ndarray:
    """Values (H, W, 3) blurred, as much of each as is heeded (H, W); as they were where nothing is."""
    weight = ndimage.gaussian_filter(heeded.astype(np.float32), COARSE)
    sums = ndimage.gaussian_filter(values * heeded[..., None], (COARSE, COARSE, 0))
    return np.where(heeded[..., None] > 0, sums / np.maximum(weight, 1e-6)[..., None], values).astype(np.float32)
