# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The surface of signed distances that are dear to ask for: on a coarse grid, and finer only near the surface."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.nn import functional

from ...isosurface import extract

COARSEST = 64
"""Samples along a side that are always asked for: what is thinner than a cell of that grid is lost."""
RADIUS = 1.005
"""Half the side of the cube in which shapes lie."""
POINTS = 1 << 14
"""Asked for at once."""

Distances = Callable[[torch.Tensor], torch.Tensor]
"""Points (P, 3) -> signed distances (P,), negative inside."""


def surface(
    distances: Distances, detail: int, heard: Callable[[float], None], device: torch.device | str = "cpu"
) -> extract.Mesh:
    """The closed surface. ``detail`` samples along a side at least: the coarse grid is doubled until there are so many.

    Raises ``isosurface.EmptySurface``.
    """
    levels = max(0, (max(detail - 1, 1) // (COARSEST - 1)).bit_length() - 1) + 1
    samples = COARSEST if levels > 1 else max(min(detail, COARSEST), 4)
    grid = _grid(samples, device)
    values = asked(distances, grid.points(), lambda part: heard(part / levels)).reshape(grid.shape)
    for level in range(1, levels):
        near = _around_sign_changes(values)
        samples = 2 * samples - 1
        size = (samples,) * 3
        values = functional.interpolate(values[None, None], size, mode="trilinear", align_corners=True)[0, 0]
        # A coarse cell with the surface in it asks for all fine samples within and at its sides.
        wanted = functional.interpolate(near[None, None].float(), size, mode="trilinear", align_corners=True)[0, 0] > 0
        grid = _grid(samples, device)
        rows = wanted.reshape(-1).nonzero()[:, 0]
        found = asked(distances, grid.points(rows), lambda part, level=level: heard((level + part) / levels))
        values = values.reshape(-1).index_copy(0, rows, found).reshape(size)
    return extract.extract(extract.closed(values, 1e-3), grid)


def asked(distances: Distances, points: torch.Tensor, heard: Callable[[float], None]) -> torch.Tensor:
    """In pieces, so that memory is bounded."""
    found = []
    for begin in range(0, len(points), POINTS):
        found.append(distances(points[begin : begin + POINTS]))
        heard(min(1.0, (begin + POINTS) / len(points)))
    return torch.cat(found) if found else points.new_zeros(0)


def _around_sign_changes(values: torch.Tensor) -> torch.Tensor:
    """(n, n, n) bool: samples one of whose neighbours, corners included, lies on the other side."""
    inside = (values < 0)[None, None].float()
    most = functional.max_pool3d(inside, 3, 1, 1)
    least = -functional.max_pool3d(-inside, 3, 1, 1)
    return (most != least)[0, 0]


def _grid(samples: int, device: torch.device | str) -> extract.Grid:
    cell = 2.0 * RADIUS / (samples - 1)
    return extract.Grid(torch.full((3,), -RADIUS, device=device), cell, (samples,) * 3)
