# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From which directions a point of a mesh sees the surroundings."""

from __future__ import annotations

import torch

from . import embree_raster, torch_raster
from .gbuffer import GBuffer

OFFSET = 1e-4
"""Rays start this far off the surface, as a part of the mesh's largest extent, so that they do not meet it again."""


def directional_visibility(
    vertices: torch.Tensor,
    triangles: torch.Tensor,
    points: torch.Tensor,
    normals: torch.Tensor,
    directions: torch.Tensor,
) -> torch.Tensor:
    """Visibility (N, D) bool of an infinitely far light in each direction.

    Args:
        vertices, triangles: the mesh that casts shadows, (V, 3) float32 and (T, 3) integer.
        points: (N, 3) on the mesh.
        normals: (N, 3) *geometric* normals on the side that is lit; what lies behind them is dark without a ray.
        directions: (D, 3) unit, towards the light.
    """
    visible = normals @ directions.T > 0.0
    row, column = visible.nonzero(as_tuple=True)
    extent = float((vertices.amax(0) - vertices.amin(0)).amax())
    origins = (points + OFFSET * extent * normals)[row]
    if vertices.device.type == "cpu" and embree_raster.available():
        free = embree_raster.unoccluded(vertices, triangles, origins, directions[column])
    else:
        free = torch_raster.unoccluded(vertices[triangles.long()], origins, directions[column])
    visible[row, column] = free
    return visible


def shared_rows(gbuffer: GBuffer, block: int = 2, angle: float = 0.9) -> tuple[torch.Tensor, torch.Tensor]:
    """Points that stand for their neighbours, so that visibility costs less than one row for each pixel.

    All hit pixels of a block x block square share one row, unless their geometric normals differ (cosine below
    ``angle``) or they lie out of the plane of the block's first pixel by more than 30 degrees: those get their own.

    Returns:
        representative (M,) int64, rows of the G-buffer; and row (N,) int64 for each of its points, in 0..M-1:
        ``Surface(visibility=directional_visibility(..., position[representative], ...), visibility_row=row)``.
    """
    width = gbuffer.mask.shape[1]
    device = gbuffer.face.device
    y, x = gbuffer.mask.nonzero(as_tuple=True)
    square = (y // block) * ((width + block - 1) // block) + x // block
    count = gbuffer.face.shape[0]
    index = torch.arange(count, device=device)
    first = torch.full((int(square.amax()) + 1 if count else 0,), count, dtype=torch.int64, device=device)
    first = first.scatter_reduce(0, square, index, "amin")[square]
    normal = gbuffer.geometric_normal
    offset = ((gbuffer.position - gbuffer.position[first]) * normal[first]).sum(-1).abs()
    spread = (gbuffer.position - gbuffer.position[first]).norm(dim=-1)
    alone = ((normal * normal[first]).sum(-1) < angle) | (offset > 0.5 * spread + 1e-12)
    representative, row = torch.unique(torch.where(alone, index, first), return_inverse=True)
    return representative, row
