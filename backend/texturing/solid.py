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


def surface_samples(solid: Solid, count: int, seed: int, painted: bool = True) -> tuple[torch.Tensor, torch.Tensor]:
    """Random points, evenly spread over the area, as faces (N,) int64 and barycentric weights (N, 3)."""
    corners = solid.vertices[solid.triangles]
    edges = corners[:, 1:] - corners[:, :1]
    area = torch.linalg.cross(edges[:, 0], edges[:, 1]).norm(dim=-1).double().cpu()
    if painted:
        area = area * solid.painted.cpu()
    generator = torch.Generator().manual_seed(seed)
    # One stratum for each point: no part of the surface is missed by chance.
    where = (torch.arange(count, dtype=torch.float64) + torch.rand(count, generator=generator)) / count
    end = area.cumsum(0)
    face = torch.searchsorted(end, where * end[-1]).clamp_max(len(corners) - 1)
    u, v = torch.rand(2, count, generator=generator)
    outside = u + v > 1.0
    u, v = torch.where(outside, 1.0 - u, u), torch.where(outside, 1.0 - v, v)
    return face.to(corners.device), torch.stack((1.0 - u - v, u, v), dim=-1).to(corners.device)


def surface_points(solid: Solid, count: int, seed: int, painted: bool = True) -> tuple[torch.Tensor, torch.Tensor]:
    """The same as points (N, 3) with their geometric normals (N, 3)."""
    face, weights = surface_samples(solid, count, seed, painted)
    corners = solid.vertices[solid.triangles[face]]
    return (weights[..., None] * corners).sum(1), geometric_normals(corners)


def smooth_points(solid: Solid, count: int, seed: int, painted: bool = True) -> tuple[torch.Tensor, torch.Tensor]:
    """The same with smooth normals."""
    face, weights = surface_samples(solid, count, seed, painted)
    normal = (weights[..., None] * solid.corner_normals[face]).sum(1)
    position = (weights[..., None] * solid.vertices[solid.triangles[face]]).sum(1)
    return position, torch.nn.functional.normalize(normal, dim=-1)
