# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each pixel of a camera sees: positions, normals and faces, stored for the hit pixels alone."""

from __future__ import annotations

import dataclasses

import torch

from . import embree_raster, torch_raster
from .camera import Camera, pixel_rays
from .triangles import barycentric_of_rays, geometric_normals

GRAZING = 1e-3
"""Smallest cosine between a smooth normal and the view: behind it a normal is bent towards the camera."""


@dataclasses.dataclass(frozen=True)
class GBuffer:
    """``mask`` is of the H x W pixels; all else has one row for each of its N true pixels, in row-major order."""

    mask: torch.Tensor
    """(H, W) bool."""
    position: torch.Tensor
    """(N, 3) float32, world space."""
    normal: torch.Tensor
    """(N, 3) unit smooth shading normal, on the camera's side."""
    geometric_normal: torch.Tensor
    """(N, 3) unit normal of the triangle, on the camera's side."""
    view: torch.Tensor
    """(N, 3) unit, from the surface to the camera."""
    depth: torch.Tensor
    """(N,) distance along the viewing axis."""
    face: torch.Tensor
    """(N,) int64, row of ``triangles``."""
    barycentric: torch.Tensor
    """(N, 3) weights of the triangle's corners."""

    def image(self, values: torch.Tensor, background: float | torch.Tensor = 0.0) -> torch.Tensor:
        """Values (N, C) of the points as a picture (H, W, C). The background is a number, (C,) or (H, W, C)."""
        height, width = self.mask.shape
        canvas = torch.as_tensor(background, dtype=values.dtype, device=values.device)
        canvas = canvas.expand(height, width, values.shape[-1]).clone()
        canvas[self.mask] = values
        return canvas


def rasterize(
    vertices: torch.Tensor,
    triangles: torch.Tensor,
    camera: Camera,
    corner_normals: torch.Tensor | None = None,
) -> GBuffer:
    """The G-buffer of a mesh: Embree on the CPU if it is installed, the torch reference everywhere else.

    Args:
        vertices: (V, 3) float32, world space.
        triangles: (T, 3) integer.
        corner_normals: (T, 3, 3) unit normals of each triangle's corners; None means flat shading.
    """
    camera = camera.to(vertices.device)
    corners = vertices[triangles.long()]
    if vertices.device.type == "cpu" and embree_raster.available():
        face = embree_raster.first_hits(vertices, triangles, camera)
    else:
        face = torch_raster.first_hits(corners, camera)
    return resolve(corners, camera, corner_normals, face)


def resolve(corners: torch.Tensor, camera: Camera, corner_normals: torch.Tensor | None, face: torch.Tensor) -> GBuffer:
    """The G-buffer from the face (H, W) int64 that each pixel sees, -1 for none, and the corners (T, 3, 3)."""
    mask = face >= 0
    face = face[mask]
    direction = pixel_rays(camera)[mask]
    barycentric = barycentric_of_rays(corners[face], camera.position, direction)
    position = (barycentric[..., None] * corners[face]).sum(dim=1)
    view = torch.nn.functional.normalize(-direction, dim=-1)
    geometric = geometric_normals(corners)[face]
    side = torch.where((geometric * view).sum(-1, keepdim=True) < 0.0, -1.0, 1.0)
    geometric = geometric * side
    if corner_normals is None:
        normal = geometric
    else:
        normal = side * (barycentric[..., None] * corner_normals[face].to(barycentric.dtype)).sum(dim=1)
        normal = facing(torch.nn.functional.normalize(normal, dim=-1), view)
    depth = (position - camera.position) @ camera.axis
    return GBuffer(mask, position, normal, geometric, view, depth, face, barycentric)


def facing(normal: torch.Tensor, view: torch.Tensor) -> torch.Tensor:
    """Unit normals (N, 3) bent just so far that the camera is not behind them (silhouettes of coarse meshes, bumps)."""
    cosine = (normal * view).sum(-1, keepdim=True)
    return torch.nn.functional.normalize(normal + view * (GRAZING - cosine).clamp_min(0.0), dim=-1)
