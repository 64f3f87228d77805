# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a picture without transparency shows: the subject in front of its background.

A plain backdrop is recognised as in Reconstruct, see :mod:`..reconstruction.masks`. In front of anything else the
subject is taken for what is rather in the middle, has other colours than the rest and hangs together: histograms of
both tell each pixel's odds, and the random walker with priors (Grady, "Multilabel Random Walker Image Segmentation
Using Prior Models", CVPR 2005) spreads them, over all but edges. Both are repeated, as in Rother, Kolmogorov and Blake,
"GrabCut", 2004. No network, no download; what it gets wrong is put right in the mask by hand.
"""

from __future__ import annotations

import numpy as np
from PIL import Image
from scipy import ndimage, sparse
from scipy.sparse import linalg

from ..job import JobError
from ..reconstruction import masks
from .guided import enlarged

PLAIN_SIZE, WALK_SIZE = 640, 160
"""Pixels of the longer side at which either is computed."""
CLOSE = 0.6
"""Part of the frame that a subject may cover which is too close to be seen whole."""
EVEN, FEW = 0.02, 0.05
"""Spread of that backdrop's colors, and part of the frame that may be neither."""
FRAME = 0.03
"""Of the longer side: what lies there is background, and tells its colours."""
BINS = 20
"""Of a histogram, along each colour."""
ROUNDS = 5
CENTRE = 2.0
"""How much sooner a pixel in the middle is taken for the subject than one far out."""
EDGE = 200.0
"""How much a difference of colour keeps neighbours apart."""
PRIOR = 0.3
"""How much a pixel's own colour counts beside its neighbours."""
MIXED = 0.9
"""Overlap of the colours of subject and background (Bhattacharyya) above which nothing was told apart."""
LEAST, MOST = 0.003, 0.9
"""Parts of the picture that a subject can take."""
SMALL_PART = 0.2
"""Of the largest piece: less is no part of the subject."""


def outline(image: np.ndarray, name: str) -> np.ndarray:
    """Coverage (H, W) float32 of the subject in a picture (H, W, 3), display-encoded. Raises JobError if there is none.

    ``name`` is what the picture is called to the artist.
    """
    small = resized(image, PLAIN_SIZE)
    try:
        mask = masks.outline(small, name)
    except masks.Busy:
        mask = _cut_off(small)
        if mask is None:
            mask = _walked(resized(image, WALK_SIZE))
        if mask is None:
            raise JobError(
                "no_subject", f"No subject stands out from the background of {name}.",
                "Cut it out (transparent background), or give a black and white mask.",
            ) from None  # fmt: skip
    if mask.shape == image.shape[:2]:
        return mask
    sharp = enlarged(mask, resized(image, max(mask.shape)), image)
    # Well inside and outside the small mask is right: textures must not make it flicker.
    edge = ndimage.binary_dilation(mask > 0.02, iterations=2) & ~ndimage.binary_erosion(mask > 0.98, iterations=2)
    at_edge = np.asarray(Image.fromarray(edge).resize(image.shape[1::-1], Image.Resampling.NEAREST))
    inside = np.asarray(Image.fromarray(mask > 0.5).resize(image.shape[1::-1], Image.Resampling.NEAREST))
    return np.where(at_edge, ((sharp - 0.1) / 0.8).clip(0.0, 1.0), inside).astype(np.float32)


def _cut_off(image: np.ndarray) -> np.ndarray | None:
    """Coverage (h, w) of a subject that goes on beyond a picture before a backdrop of one color; None if it is none.

    What lies before a backdrop covers few corners of the picture; a horizon covers two.
    """
    height, width = image.shape[:2]
    margin = max(1, round(FRAME * max(height, width)))
    frame = np.ones((height, width), bool)
    frame[margin:-margin, margin:-margin] = False
    bins, counts = np.unique((image[frame] * BINS).astype(np.int64), axis=0, return_counts=True)
    near = np.abs(image - (bins[counts.argmax()] + 0.5) / BINS).max(axis=-1) < 1.5 / BINS
    labels, _ = ndimage.label(near)
    backdrop = np.isin(labels, np.setdiff1d(np.unique(labels[frame]), [0]))
    if backdrop[frame].mean() < 1.0 - CLOSE or image[backdrop].std(axis=0).max() > EVEN:
        return None
    labels, count = ndimage.label(ndimage.binary_opening(~backdrop))
    if not count:
        return None
    subject = labels == 1 + np.argmax(ndimage.sum_labels(labels > 0, labels, np.arange(1, count + 1)))
    others = (frame & ~backdrop & ~subject).sum() / frame.sum()
    corners = subject[[0, 0, -1, -1], [0, -1, 0, -1]].sum()
    return subject.astype(np.float32) if corners < 2 and others < FEW else None


def resized(image: np.ndarray, longer: int) -> np.ndarray:
    """(h, w, 3) float64 of a picture, its longer side at most ``longer`` pixels."""
    height, width = image.shape[:2]
    scale = longer / max(height, width)
    if scale >= 1.0:
        return image.astype(np.float64)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    channels = [Image.fromarray(image[..., i].astype(np.float32)).resize(size, Image.Resampling.BOX) for i in range(3)]
    return np.stack([np.asarray(channel) for channel in channels], axis=-1).astype(np.float64)


def _walked(image: np.ndarray) -> np.ndarray | None:
    """Coverage (h, w) of the subject before any background, None where nothing was told apart."""
    height, width = image.shape[:2]
    margin = max(1, round(FRAME * max(height, width)))
    frame = np.ones((height, width), bool)
    frame[margin:-margin, margin:-margin] = False
    laplacian = _laplacian(image)
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    place = np.exp(-CENTRE * (x * x + y * y))
    odds = np.where(frame, 0.0, place)
    for _ in range(ROUNDS):
        behind = _histogram(image, np.where(frame, 3.0, 1.0 - odds))
        front = _histogram(image, np.where(frame, 0.0, odds))
        own, other = _at(front, image), _at(behind, image)
        likely = own * place / (own * place + other * (1.0 - place))
        odds = _spread(laplacian, likely, frame)
    if np.sqrt(front / front.sum() * behind / behind.sum()).sum() > MIXED:
        return None
    solid = ndimage.binary_fill_holes(ndimage.binary_opening(odds > 0.5))
    labels, count = ndimage.label(solid)
    if not count:
        return None
    sizes = ndimage.sum_labels(solid, labels, np.arange(1, count + 1))
    kept = np.isin(labels, 1 + np.flatnonzero(sizes > SMALL_PART * sizes.max()))
    return kept.astype(np.float32) if LEAST < kept.mean() < MOST else None


def _laplacian(image: np.ndarray) -> sparse.csr_matrix:
    """Of the graph of pixels and their four neighbours: edges of the picture hardly connect."""
    height, width = image.shape[:2]
    number = np.arange(height * width).reshape(height, width)
    rows, columns, weights = [], [], []
    for axis in (0, 1):
        step = np.diff(image, axis=axis)
        rows.append(number[: height - 1 + axis, : width - axis].ravel())
        columns.append(number[1 - axis :, axis:].ravel())
        weights.append(np.exp(-EDGE * (step * step).sum(axis=-1)).ravel() + 1e-4)
    row, column, weight = (np.concatenate(part) for part in (rows, columns, weights))
    graph = sparse.coo_matrix((weight, (row, column)), shape=(number.size,) * 2)
    return sparse.csgraph.laplacian((graph + graph.T).tocsr()).tocsr()


def _spread(laplacian: sparse.csr_matrix, likely: np.ndarray, frame: np.ndarray) -> np.ndarray:
    """Odds (h, w) that agree with neighbours and with the colours' odds; the frame is background."""
    certain = np.where(frame.ravel(), 10.0, PRIOR)
    target = np.where(frame, 0.0, likely).ravel()
    system = (laplacian + sparse.diags(certain)).tocsc()
    answer, _ = linalg.cg(system, certain * target, x0=target, rtol=1e-4, maxiter=500)
    return answer.reshape(likely.shape)


def _histogram(image: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Pixels of each colour (BINS, BINS, BINS), smooth enough that every colour has some chance."""
    counts, _ = np.histogramdd(image.reshape(-1, 3), BINS, [(0.0, 1.0)] * 3, weights=weights.ravel())
    return ndimage.gaussian_filter(counts, 0.8) + 1e-3


def _at(histogram: np.ndarray, image: np.ndarray) -> np.ndarray:
    """A histogram's value at each pixel's colour, (h, w)."""
    index = (image * BINS).astype(np.int64).clip(0, BINS - 1)
    return histogram[index[..., 0], index[..., 1], index[..., 2]]
