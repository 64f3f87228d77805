# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Outlines of an object in front of a plain backdrop, for pictures that come without."""

from __future__ import annotations

import dataclasses

import numpy as np
import torch
from scipy import ndimage

from ..job import JobError
from .views import View

ORDER = 3
"""Of the polynomial in x and y that a backdrop is: light that falls off, a horizon that fades."""
ROUNDS = 10
FAINT = 0.012
"""The same, of a picture smoothed by SMOOTHING pixels: noise is less there, so less stands out from it. It counts where
it hangs together with what stands out at full strength."""
SMOOTHING = 1.0
BORDER = 0.04
"""Of the picture's longer side: a frame that is mostly backdrop."""
LEAST = 0.035
"""Difference in display-encoded colour that is never taken for noise."""
NOISE = 4.5
"""Times the backdrop's own noise that is object."""
NOISIEST = 0.06
"""A backdrop's own noise; more of it is a pattern."""
BUSY = 0.25
"""Part of the frame that may be unlike a backdrop: with more there is none."""


class Busy(JobError):
    """There is no plain backdrop."""


def with_mask(view: View) -> View:
    """The view with the outline of what stands out from its backdrop. Raises JobError if nothing or everything does."""
    mask = outline(view.colour.numpy().astype(np.float64), view.name)
    return dataclasses.replace(view, mask=torch.from_numpy(mask))


def outline(image: np.ndarray, name: str) -> np.ndarray:
    """Coverage (H, W) float32 of what stands out from the backdrop of a picture (H, W, 3) float64, display-encoded.

    Raises Busy where there is no plain backdrop, and JobError where nothing stands out from it.
    """
    height, width = image.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    terms = np.stack([x**i * y**j for i in range(ORDER + 1) for j in range(ORDER + 1 - i)], axis=-1)
    margin = max(2, round(BORDER * max(height, width)))
    frame = np.ones((height, width), dtype=bool)
    frame[margin:-margin, margin:-margin] = False
    backdrop = frame
    for _ in range(ROUNDS):
        fitted, *_ = np.linalg.lstsq(terms[backdrop], image[backdrop], rcond=None)
        difference = np.abs(image - terms @ fitted).max(axis=-1)
        noise = 1.48 * np.median(difference[backdrop])
        limit = max(LEAST, NOISE * noise)
        # Only what is joined to the frame is backdrop: the same colour inside the object is not.
        plain = ndimage.binary_opening(difference < limit, iterations=1) | (frame & (difference < limit))
        labels, _ = ndimage.label(plain)
        backdrop = np.isin(labels, np.setdiff1d(np.unique(labels[frame]), [0]))
        if not backdrop.any():
            break
    unlike = (frame & (difference > limit)).sum() > BUSY * frame.sum()
    if unlike or noise > NOISIEST or not backdrop.any():
        raise Busy(
            "bad_input",
            f"The background of {name} is too busy to find the object's outline.",
            "Cut out the object (transparent background), add black and white masks, or use a plain backdrop.",
        )
    surely = ndimage.binary_opening(difference > limit)
    faintly = _faintly(image - terms @ fitted, backdrop)
    solid = ndimage.binary_fill_holes(ndimage.binary_propagation(surely, mask=surely | faintly))
    labels, count = ndimage.label(solid)
    if not count:
        raise JobError(
            "no_subject",
            f"Nothing stands out from the background of {name}.",
            "Cut out the object (transparent background), or use a backdrop of another colour.",
        )
    sizes = ndimage.sum_labels(solid, labels, np.arange(1, count + 1))
    kept = np.isin(labels, 1 + np.flatnonzero(sizes > 0.05 * sizes.max()))
    # Backdrop that shines through between parts, such as legs, is no hole to be filled.
    kept &= ~ndimage.binary_opening((difference < limit) & ~faintly, iterations=2)
    return _softened(kept, image, terms @ fitted)


def _faintly(difference: np.ndarray, backdrop: np.ndarray) -> np.ndarray:
    """Where a picture's signed difference (H, W, 3) from its backdrop stands out from the noise once it is smoothed."""
    smooth = np.abs(ndimage.gaussian_filter(difference, (SMOOTHING, SMOOTHING, 0))).max(axis=-1)
    noise = 1.48 * np.median(smooth[backdrop])
    return ndimage.binary_opening(smooth > max(FAINT, NOISE * noise))


def _softened(mask: np.ndarray, image: np.ndarray, backdrop: np.ndarray) -> np.ndarray:
    """A mask (H, W) bool as coverage float32: at its edge a pixel lies between the backdrop and the colour inside."""
    core = ndimage.binary_erosion(mask, iterations=2)
    if not core.any():
        return mask.astype(np.float32)
    y, x = ndimage.distance_transform_edt(~core, return_distances=False, return_indices=True)
    own = image[y, x] - backdrop
    part = ((image - backdrop) * own).sum(axis=-1) / np.maximum((own * own).sum(axis=-1), 1e-4)
    edge = ndimage.binary_dilation(mask) & ~core
    return np.where(edge, part.clip(0.0, 1.0), mask).astype(np.float32)
