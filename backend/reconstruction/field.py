# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values on a grid: looking them up between samples, and keeping distances distances."""

from __future__ import annotations

import numpy as np
import scipy.spatial
import torch
from scipy import ndimage

from ..isosurface.extract import Grid

NEAR = 4.5
"""Cells from the surface within which distances are measured, and not counted in whole cells."""
BETWEEN = 0.6
"""Cells: so far the nearest known place may be from a sample's foot."""
LEAST = 1e-3
"""Cells: no sample lies on the surface itself."""


def look_up(values: torch.Tensor, grid: Grid, points: torch.Tensor) -> torch.Tensor:
    """Values (N, C) at points (N, 3) of samples (X * Y * Z, C): trilinear, those of the border outside."""
    shape = torch.tensor(grid.shape, device=points.device)
    place = ((points - grid.origin) / grid.cell).clamp_min(0.0)
    place = torch.minimum(place, (shape - 1.001).to(place.dtype))
    low = place.long()
    part = place - low
    x, y, _ = grid.strides
    first = low[:, 0] * x + low[:, 1] * y + low[:, 2]
    result = None
    for corner in range(8):
        dx, dy, dz = corner >> 2, corner >> 1 & 1, corner & 1
        weight = torch.ones_like(part[:, 0])
        for axis, upper in enumerate((dx, dy, dz)):
            weight = weight * (part[:, axis] if upper else 1.0 - part[:, axis])
        term = weight[:, None] * values[first + dx * x + dy * y + dz]
        result = term if result is None else result + term
    return result


def redistanced(distances: torch.Tensor, cell: float) -> torch.Tensor:
    """Values (X, Y, Z) with the same zero surface that are signed distances again, about.

    Near the surface they are distances from the planes that touch it where it crosses the grid's edges, so that a
    plane stays where it is however often this is done; far from it, whole cells are counted.
    """
    values = distances.numpy().astype(np.float64)
    inside = values < 0
    if inside.all() or not inside.any():
        return distances
    places, normals = _crossings(values)
    far = np.where(inside, ndimage.distance_transform_edt(inside), ndimage.distance_transform_edt(~inside)) - 0.5
    band = far < NEAR
    samples = np.argwhere(band)
    _, nearest = scipy.spatial.cKDTree(places).query(samples)
    offset = samples - places[nearest]
    height = np.abs((offset * normals[nearest]).sum(1))
    aside = np.sqrt(np.maximum((offset**2).sum(1) - height**2, 0.0))
    far[band] = np.maximum(np.hypot(height, np.maximum(aside - BETWEEN, 0.0)), LEAST)
    return torch.from_numpy(np.where(inside, -far, far) * cell).to(distances.dtype)


def _crossings(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where values (X, Y, Z) are zero on the edges of the grid, (N, 3) in samples, and the unit slopes there (N, 3)."""
    slope = np.stack(np.gradient(values), axis=-1)
    places, normals = [], []
    for axis in range(3):
        low, high = (values.take(np.arange(values.shape[axis] - 1) + step, axis) for step in (0, 1))
        first = np.argwhere((low < 0) != (high < 0))
        begin, end = first, first + np.eye(3, dtype=int)[axis]
        a, b = values[tuple(begin.T)], values[tuple(end.T)]
        part = (a / (a - b))[:, None]
        places.append(begin + part * (end - begin))
        normals.append((1.0 - part) * slope[tuple(begin.T)] + part * slope[tuple(end.T)])
    normals = np.concatenate(normals)
    return np.concatenate(places), normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
