# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mesh as tensors on the device that shades it, without UVs: what pictures are taken of."""

from __future__ import annotations

import dataclasses

import torch

from ..raster.triangles import geometric_normals
from .mesh import TextureMesh


@dataclasses.dataclass(frozen=True)
class Solid:
    vertices: torch.Tensor
    """(V, 3) float32, unit space."""
    triangles: torch.Tensor
    """(F, 3) int64."""
    corner_normals: torch.Tensor
    """(F, 3, 3) float32 unit."""
    painted: torch.Tensor
    """(F,) bool."""


def solid_of(mesh: TextureMesh, device: torch.device | str = "cpu") -> Solid:
    return Solid(
        torch.from_numpy(mesh.vertices).to(device),
        torch.from_numpy(mesh.triangles).to(device),
        torch.from_numpy(mesh.corner_normals).to(device),
        torch.from_numpy(mesh.painted).to(device),
    )


def surface_points(solid: Solid, count: int, seed: int, painted: bool = True) -> tuple[torch.Tensor, torch.Tensor]:
    """Random points (N, 3), evenly spread over the area, and their geometric normals (N, 3)."""
    triangles = solid.triangles[solid.painted] if painted else solid.triangles
    corners = solid.vertices[triangles]
    edges = corners[:, 1:] - corners[:, :1]
    area = torch.linalg.cross(edges[:, 0], edges[:, 1]).norm(dim=-1)
    generator = torch.Generator().manual_seed(seed)
    end = area.double().cumsum(0).cpu()
    # One stratum for each point: no part of the surface is missed by chance.
    where = (torch.arange(count) + torch.rand(count, generator=generator)) / count
    face = torch.searchsorted(end, where.double() * end[-1]).clamp_max(len(corners) - 1).to(corners.device)
    u, v = torch.rand(2, count, 1, generator=generator).to(corners.device)
    outside = u + v > 1.0
    u, v = torch.where(outside, 1.0 - u, u), torch.where(outside, 1.0 - v, v)
    points = corners[face, 0] + u * edges[face, 0] + v * edges[face, 1]
    return points, geometric_normals(corners)[face]
