# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hollows that outlines cannot show: what two pictures or more seem to look into is taken out of the hull."""

from __future__ import annotations

import torch

from ..isosurface.extract import Grid, closed, extract
from ..normals.estimate import Estimate
from ..raster.camera import project
from ..raster.gbuffer import rasterize
from .field import redistanced
from .views import View

AGREE = 2
"""Pictures that must look through a place."""
MARGIN = 2.5
"""Cells by which a place must lie before the surface that a picture lets expect."""
SPREADS = 2.0
"""Expected errors of the depth by which it must, too."""
TOUCHES = 0.7
"""Part of a picture's pixels whose expected depth is not beyond the hull by more than what all have in common: the hull
is never behind the surface, and touches it nearly everywhere."""


def hollowed(distances: torch.Tensor, grid: Grid, views: list[View], estimates: list[Estimate]) -> torch.Tensor:
    """Signed distances (X, Y, Z) of the hull without what pictures look through."""
    mesh = extract(closed(distances, grid.cell), grid)
    rows = (distances.reshape(-1) < 0).nonzero()[:, 0]
    points = grid.points(rows)
    votes = torch.zeros(len(rows), dtype=torch.long)
    for view, estimate in zip(views, estimates, strict=True):
        gbuffer = rasterize(mesh.vertices, mesh.triangles, view.camera)
        known = gbuffer.mask & (view.mask > 0.5)
        if not known.any():
            continue
        hull = gbuffer.image(gbuffer.depth[:, None])[..., 0]
        far, error = expected_depth(hull, known, estimate)
        pixel, depth = project(view.camera, points)
        column, row = pixel.long().unbind(-1)
        height, width = known.shape
        within = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        place = row.clamp(0, height - 1) * width + column.clamp(0, width - 1)
        margin = torch.maximum(torch.tensor(MARGIN * grid.cell), SPREADS * error.reshape(-1)[place])
        votes += within & known.reshape(-1)[place] & (depth < far.reshape(-1)[place] - margin)
    changed = distances.clone().reshape(-1)
    changed[rows[votes >= AGREE]] = grid.cell
    return redistanced(changed.reshape(distances.shape), grid.cell)


def expected_depth(hull: torch.Tensor, known: torch.Tensor, estimate: Estimate) -> tuple[torch.Tensor, torch.Tensor]:
    """Depth of the surface (H, W) that a picture lets expect behind the hull's (H, W), and its error, where known."""
    middle = hull[known].mean()
    relative = middle * estimate.depth
    common = torch.quantile((hull - relative)[known], TOUCHES)
    return relative + common, middle * estimate.spread
