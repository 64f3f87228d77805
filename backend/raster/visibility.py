# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From which directions a point of a mesh sees the surroundings."""

from __future__ import annotations

import math

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
    above = normals @ directions.T > 0.0
    column = above.nonzero(as_tuple=True)[1]
    return _unoccluded(vertices, triangles, points, normals, above, directions[column])


RING_ANGLES = (math.radians(5.0), math.radians(13.0))
"""From the axis of :func:`rings` to each."""
RING_COUNTS = (6, 8)
RING_EDGES = (math.radians(2.0), math.radians(8.0), math.radians(18.0))
"""What a ring stands for lies between two of these angles; within the first is the axis itself."""


def rings(axes: torch.Tensor) -> torch.Tensor:
    """Directions (M, C, 3) around unit axes (M, 3), to resolve what the few directions of the sphere do not.

    The frame around an axis is Duff et al., "Building an Orthonormal Basis, Revisited", JCGT 2017.
    """
    x, y, z = axes.unbind(-1)
    sign = torch.where(z < 0.0, -1.0, 1.0)
    a = -1.0 / (sign + z)
    b = x * y * a
    first = torch.stack((1.0 + sign * x * x * a, sign * b, -sign * x), dim=-1)
    second = torch.stack((b, sign + y * y * a, -y), dim=-1)
    turns = [(angle, 2.0 * math.pi * i / count) for angle, count in zip(RING_ANGLES, RING_COUNTS) for i in range(count)]
    local = [(math.sin(a) * math.cos(turn), math.sin(a) * math.sin(turn), math.cos(a)) for a, turn in turns]
    local = torch.tensor(local, dtype=axes.dtype, device=axes.device)
    return local @ torch.stack((first, second, axes), dim=-2)


def ring_solid_angles(device: torch.device | str = "cpu") -> tuple[float, torch.Tensor]:
    """Steradians that the axis stands for, and each of the directions (C,) of :func:`rings`."""
    areas = [2.0 * math.pi * (math.cos(low) - math.cos(high)) for low, high in zip((0.0, *RING_EDGES), RING_EDGES)]
    each = [area / count for area, count in zip(areas[1:], RING_COUNTS) for _ in range(count)]
    return areas[0], torch.tensor(each, device=device)


def ray_visibility(
    vertices: torch.Tensor, triangles: torch.Tensor, points: torch.Tensor, normals: torch.Tensor, rays: torch.Tensor
) -> torch.Tensor:
    """Visibility (N, C) bool along unit rays (N, C, 3) of each point's own; otherwise as directional_visibility."""
    above = (normals[:, None] * rays).sum(-1) > 0.0
    return _unoccluded(vertices, triangles, points, normals, above, rays[above])


def _unoccluded(
    vertices: torch.Tensor,
    triangles: torch.Tensor,
    points: torch.Tensor,
    normals: torch.Tensor,
    wanted: torch.Tensor,
    rays: torch.Tensor,
) -> torch.Tensor:
    """(N, K) bool: false where not wanted (N, K); the rays (R, 3) belong to its true entries in order."""
    extent = float((vertices.amax(0) - vertices.amin(0)).amax())
    origins = (points + OFFSET * extent * normals)[wanted.nonzero(as_tuple=True)[0]]
    if vertices.device.type == "cpu" and embree_raster.available():
        free = embree_raster.unoccluded(vertices, triangles, origins, rays)
    else:
        free = torch_raster.unoccluded(vertices[triangles.long()], origins, rays)
    result = wanted.clone()
    result[wanted] = free
    return result


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
    first = torch.full(
        (int(square.amax()) + 1 if count else 0,),
        count,
        dtype=torch.int64,
        device=device,
    )
    first = first.scatter_reduce(0, square, index, "amin")[square]
    normal = gbuffer.geometric_normal
    offset = ((gbuffer.position - gbuffer.position[first]) * normal[first]).sum(-1).abs()
    spread = (gbuffer.position - gbuffer.position[first]).norm(dim=-1)
    alone = ((normal * normal[first]).sum(-1) < angle) | (offset > 0.5 * spread + 1e-12)
    representative, row = torch.unique(torch.where(alone, index, first), return_inverse=True)
    return representative, row
