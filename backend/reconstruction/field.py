# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values on a grid: looking them up between samples, and keeping distances distances."""

from __future__ import annotations

import numpy as np
import torch
from scipy import ndimage

from ..isosurface.extract import Grid

NEAR = 1.5
"""Cells: so near to the surface distances are rescaled by their slope, farther away they are measured anew."""


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
    """Values (X, Y, Z) with the same zero surface that are signed distances again, about."""
    slope = torch.stack(torch.gradient(distances, spacing=cell)).norm(dim=0)
    near = distances / slope.clamp(0.2, 5.0)
    inside = distances.numpy() < 0
    if inside.all() or not inside.any():
        return distances
    far = np.where(inside, 0.5 - ndimage.distance_transform_edt(inside), ndimage.distance_transform_edt(~inside) - 0.5)
    far = torch.from_numpy(far).to(distances.dtype) * cell
    # The sign stays what it was everywhere, so the surface does not move.
    return torch.where(far.abs() <= NEAR * cell, near, far)
