# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The object's own colour at any point of its surface, from the pictures that see it best."""

from __future__ import annotations

import dataclasses

import torch

from ..isosurface.extract import Grid
from ..raster.camera import project
from ..shading import display
from .field import look_up
from .light import shine
from .render import trace, vertex_normals
from .views import View, sample

SHARPNESS = 6
"""Power of the cosine that a picture counts with: the higher, the less pictures blend."""
TOLERANCE = 1.5
"""Cells behind the first surface up to which a point still counts as that surface."""
BLUR = 5
"""Pixels around an outline: what is so near to one in a picture may hold the colours of other things."""
DOUBTFUL = 0.02
"""What these pixels count, against 1."""
HIDDEN = -1e6
"""Depth beside the mesh: nothing is in front of it."""


@dataclasses.dataclass(frozen=True)
class Texture:
    """A function of place. It needs nothing but itself, so that a bake can come much later."""

    views: list[View]
    depths: list[torch.Tensor]
    """(H, W, 2) of each view: how far the mesh is, minus infinity beside it, and how far a pixel is to be trusted."""
    light: torch.Tensor
    """(9, 3)"""
    grid: Grid
    albedo: torch.Tensor
    """(X * Y * Z, 3) for what no picture sees."""

    def albedo_at(self, points: torch.Tensor, normals: torch.Tensor) -> torch.Tensor:
        """Linear base colours (N, 3) at points (N, 3) of the surface with unit normals (N, 3)."""
        total = torch.zeros(len(points), 3)
        weights = torch.full((len(points), 1), 1e-6)
        for view, depth in zip(self.views, self.depths, strict=True):
            pixels, distance = project(view.camera, points)
            toward = torch.nn.functional.normalize(view.camera.position - points, dim=-1)
            cosine = (toward * normals).sum(-1).clamp_min(0.0)
            values = sample(torch.cat((view.colour, depth), dim=-1), pixels)
            inside = ((pixels > 0.5) & (pixels < torch.tensor((view.camera.width, view.camera.height)) - 0.5)).all(-1)
            seen = inside & (distance > 0.0) & (distance < values[:, 3] + TOLERANCE * self.grid.cell)
            weight = (cosine**SHARPNESS * seen * values[:, 4])[:, None]
            total = total + weight * display.decode(values[:, :3].clamp(0.0, 1.0))
            weights = weights + weight
        light = shine(self.light, normals)
        fallback = look_up(self.albedo, self.grid, points) * light
        return ((total + 1e-6 * fallback) / weights / light).clamp(0.0, 1.0)


def make(
    views: list[View],
    vertices: torch.Tensor,
    triangles: torch.Tensor,
    light: torch.Tensor,
    grid: Grid,
    albedo: torch.Tensor,
) -> Texture:
    """The texture of a mesh (V, 3), (T, 3)."""
    normals = vertex_normals(vertices, triangles)
    depths = []
    for view in views:
        hits = trace(vertices, triangles, normals, view.camera)
        depth = torch.full((view.camera.height * view.camera.width,), HIDDEN)
        depth[hits.pixel] = hits.depth
        depth = depth.reshape(1, 1, view.camera.height, view.camera.width)
        nearest = -torch.nn.functional.max_pool2d(-depth, BLUR, 1, BLUR // 2)
        trust = torch.where(depth - nearest > 4.0 * grid.cell, DOUBTFUL, 1.0)
        depths.append(torch.cat((depth, trust))[:, 0].permute(1, 2, 0).contiguous())
    return Texture(views, depths, light, grid, albedo)
