# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How steady and how rich surfaces are in a sequence, from exact geometry. Gray would win the first, noise the rest."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from scipy import ndimage

AGREES = 1.5
"""Pixels by which the place a pixel shows may differ from that where it came from."""
DEPTH_EDGES, PICTURE_EDGES, NEAR = 0.04, 0.10, 2
"""Parts of the pixels that count as edges, and how many pixels apart they may be."""


@dataclasses.dataclass(frozen=True)
class View:
    """Exact geometry of a frame at its pixels; only painted surfaces have an object."""

    surface: np.ndarray
    """(H, W) int64: object and instance in one number, 0 for none."""
    place: np.ndarray
    """(H, W, 3) on the undeformed object."""
    depth: np.ndarray
    """(H, W), infinite in the background."""
    back: np.ndarray
    """(H, W, 2) pixels, x right and y down: from here to where this was a frame before."""


def scores(pictures: np.ndarray, views: Sequence[View]) -> dict[str, float]:
    """Of pictures (F, H, W, 3), display-encoded.

    warp: mean squared change along the motion, over the variance within objects. gradient: mean squared gradient within
    objects. flicker: mean second difference in time of the objects' mean brightness. edges: recall of depth's edges.
    """
    errors, spread, gradients, recalls = [], [], [], []
    for index, view in enumerate(views):
        inner = ndimage.binary_erosion(view.surface > 0, iterations=2)
        gray = pictures[index].mean(-1)
        down, right = np.gradient(gray)
        gradients.append((down**2 + right**2)[inner])
        recalls.append(edge_recall(gray, view))
        for surface in np.unique(view.surface[inner]):
            mine = pictures[index][inner & (view.surface == surface)]
            spread.append(((mine - mine.mean(0)) ** 2).mean(-1))
        if index:
            errors.append(warp_errors(pictures[index - 1], pictures[index], views[index - 1], view))
    warp = float(np.concatenate(errors).mean())
    return {
        "warp": warp / max(float(np.concatenate(spread).mean()), 1e-9),
        "warp_mse": warp,
        "gradient": float(np.concatenate(gradients).mean()),
        "flicker": flicker(pictures, views),
        "edges": float(np.mean(recalls)),
    }


def warp_errors(before: np.ndarray, after: np.ndarray, old: View, new: View) -> np.ndarray:
    """(N,) squared differences of the pixels of ``after`` that were seen in ``before``."""
    height, width = new.surface.shape
    y, x = np.nonzero(ndimage.binary_erosion(new.surface > 0))
    source = np.stack((y + new.back[y, x, 1], x + new.back[y, x, 0]))
    row, column = np.rint(source).astype(int)
    inside = (row >= 1) & (row < height - 1) & (column >= 1) & (column < width - 1)
    y, x, row, column, source = y[inside], x[inside], row[inside], column[inside], source[:, inside]
    border = _border(new.surface)[y, x] | _border(old.surface)[row, column]
    same = (old.surface[row, column] == new.surface[y, x]) & ~border
    apart = np.linalg.norm(old.place[row, column] - new.place[y, x], axis=-1)
    same &= apart <= AGREES * pixel_length(new)[y, x]
    values = np.stack(
        [ndimage.map_coordinates(before[..., channel], source[:, same], order=1) for channel in range(3)], axis=-1
    )
    return ((values - after[y[same], x[same]]) ** 2).mean(-1)


def pixel_length(view: View) -> np.ndarray:
    """(H, W): how far apart the places of neighboring pixels are."""
    down = np.linalg.norm(np.diff(view.place, axis=0, append=view.place[-1:]), axis=-1)
    right = np.linalg.norm(np.diff(view.place, axis=1, append=view.place[:, -1:]), axis=-1)
    return np.maximum(down, right)


def _border(surface: np.ndarray) -> np.ndarray:
    """Pixels beside those of another object."""
    return ndimage.maximum_filter(surface, 3) != ndimage.minimum_filter(surface, 3)


def flicker(pictures: np.ndarray, views: Sequence[View]) -> float:
    """Mean over objects and frames of the second difference of mean brightness."""
    found = []
    for surface in np.unique(np.concatenate([view.surface.ravel() for view in views])):
        if not surface or not all((view.surface == surface).sum() > 30 for view in views):
            continue
        course = [picture[view.surface == surface].mean() for picture, view in zip(pictures, views)]
        found.append(np.abs(np.diff(course, 2)).mean())
    return float(np.mean(found)) if found else float("nan")


def edge_recall(gray: np.ndarray, view: View) -> float:
    """Part of the strongest edges of the painted objects' depth that have an edge of the picture beside them."""
    inverse = np.where(view.surface > 0, 1 / view.depth, 0.0)
    wanted, found = (np.hypot(*np.gradient(plane)) for plane in (inverse, gray))
    edges = wanted > max(np.quantile(wanted, 1 - DEPTH_EDGES), 1e-6)
    seen = ndimage.binary_dilation(found > np.quantile(found, 1 - PICTURE_EDGES), iterations=NEAR)
    return float(seen[edges].mean()) if edges.any() else float("nan")
