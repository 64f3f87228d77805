# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small cells that stick to surfaces: the grid on which noise, features and colors live.

Space around the undeformed object is cut into cubes, and the part of the surface in a cube is a cell. So it needs no
UVs, has no seams, and does not care for overlapping or mirrored ones; it follows deformation, and each instance has
cells of its own. A cell is a 64-bit number that depends on nothing but object, instance, place and size.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from .passes import Geometry, Shot

OFFSET = np.array((0.371, 0.613, 0.237), np.float32)
"""Of the grid, in cells: faces at round numbers must not lie on its planes, where rounding decides."""
NONE = np.uint64(0)
"""The cell of the background."""
_MIX = np.array((0xBF58476D1CE4E5B9, 0x94D049BB133111EB), np.uint64)


def mixed(values: np.ndarray) -> np.ndarray:
    """uint64 to well-mixed uint64, one to one (SplitMix64's finalizer: Steele et al., 2014)."""
    values = values ^ (values >> np.uint64(30))
    values = values * _MIX[0]
    values = values ^ (values >> np.uint64(27))
    values = values * _MIX[1]
    return values ^ (values >> np.uint64(31))


def combined(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """One number for two (uint64): what hashes of several values are made with."""
    with np.errstate(over="ignore"):
        return mixed(first * np.uint64(0x9E3779B97F4A7C15) + second)


@dataclasses.dataclass(frozen=True)
class Scale:
    """How large a pixel of the shot's pictures is on each object."""

    pixel: Mapping[int, float]
    """Object index -> length in the object's own space."""

    def lengths(self, surface: np.ndarray) -> np.ndarray:
        """Of a pixel, for the object indices of samples (N,); objects that the anchors do not show get the median."""
        known = np.median(list(self.pixel.values())) if self.pixel else 1.0
        table = np.full(int(surface.max(initial=0)) + 1, known, np.float32)
        for index, length in self.pixel.items():
            if index < len(table):
                table[index] = length
        return table[surface]


def scale(shot: Shot, frames: Sequence[int]) -> Scale:
    """From the median area that a pixel covers of each object, over these frames."""
    areas: dict[int, list[np.ndarray]] = {}
    for frame in frames:
        geometry = shot.geometry(frame)
        across = geometry.place[:-1, 1:] - geometry.place[:-1, :-1]
        down = geometry.place[1:, :-1] - geometry.place[:-1, :-1]
        area = np.linalg.norm(np.cross(across, down), axis=-1) * shot.size.oversampling**2
        here = geometry.surface[:-1, :-1]
        same = (here > 0) & (here == geometry.surface[:-1, 1:]) & (here == geometry.surface[1:, :-1])
        for index in np.unique(here[same]):
            areas.setdefault(int(index), []).append(area[same & (here == index)])
    medians = {index: float(np.median(np.concatenate(found))) for index, found in areas.items()}
    return Scale({index: area**0.5 for index, area in medians.items() if area > 0})


def cells(geometry: Geometry, scale: Scale, pixels: float, mask: np.ndarray) -> np.ndarray:
    """Cells (h, w) uint64 of a frame's samples, NONE outside the mask (h, w).

    Args:
        pixels: how long a side of a cell is, in pixels of the picture.
    """
    result = np.full(mask.shape, NONE)
    surface = geometry.surface[mask]
    side = pixels * scale.lengths(surface)
    cube = np.floor(geometry.place[mask] / side[:, None] + OFFSET).astype(np.int64).view(np.uint64)
    with np.errstate(over="ignore"):
        key = combined(surface.view(np.uint64), geometry.instance[mask].astype(np.uint64))
        for axis in range(3):
            key = combined(key, cube[:, axis])
    result[mask] = np.maximum(key, np.uint64(1))
    return result
