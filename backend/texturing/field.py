# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The material field: raw numbers on grids of doubling resolution around the surface, summed.

Only nodes next to the surface exist, each with a place of its own. A hash grid saves the index but lets distant places
share entries, and what no picture shows would get the details of something else (Mueller et al., "Instant Neural
Graphics Primitives", 2022). Without a network behind the grids a coarse node moves everything around it, so unseen
places continue what is near, and a weight on the fine nodes is a weight on roughness in the sense of wavelets.
"""

from __future__ import annotations

import torch

from ..shading.pbr import Material
from .appearance import CHANNELS, START, material_of
from .solid import Solid, smooth_points

COARSEST = 8
"""Cells along each axis of the first grid."""
SHELL = 1.0 / 64.0
"""Points are looked up so far outside the surface: the two sides of a thin sheet are different places."""
FINER = 0.6
"""How much less a finer grid's numbers count than those of the next coarser one: it also learns so much slower, so that
what a coarse grid can explain is not explained by noise."""
OUTWARD = 128
"""Cells along each axis of the grid that knows which way is out: with coarser ones the sides of a leg share cells,
their normals cancel, and the facets of flat shading show as steps at UV seams (with 32 cells, 1.6 times those beside
them)."""
NULL = 0
"""Row of the nodes that do not exist: always zero."""


class Field(torch.nn.Module):
    """A texture function with parameters; the unit box [-1, 1]^3 with a margin is its domain."""

    def __init__(self, solid: Solid, finest: int, symmetric: bool = False, start: tuple[float, ...] = START) -> None:
        """
        Args:
            finest: cells along each axis of the last grid, COARSEST times a power of two.
            symmetric: the same at (x, y, z) and (-x, y, z).
            start: raw numbers where nothing is known.
        """
        super().__init__()
        self.symmetric = symmetric
        self.resolutions: list[int] = []
        self.level_rows: list[tuple[int, int]] = []
        """First and end row of each level in the table."""
        device = solid.vertices.device
        self.register_buffer("start", torch.tensor(start, device=device))
        self.register_buffer("outward", self._mean_normals(solid), persistent=False)
        self.table = torch.nn.Parameter(torch.zeros(1, CHANNELS, device=device))
        while not self.resolutions or self.resolutions[-1] < finest:
            self.refine(solid)

    def refine(self, solid: Solid) -> None:
        """Add a grid twice as fine as the finest, which changes nothing yet."""
        level, rows = len(self.resolutions), len(self.table)
        resolution = COARSEST * 2**level
        nodes = self._nodes(solid, resolution)
        index = torch.full(((resolution + 1) ** 3,), NULL, dtype=torch.int32, device=nodes.device)
        index[nodes] = torch.arange(rows, rows + len(nodes), dtype=torch.int32, device=nodes.device)
        self.register_buffer(f"index{level}", index, persistent=False)
        self.resolutions.append(resolution)
        self.level_rows.append((rows, rows + len(nodes)))
        self.table = torch.nn.Parameter(torch.cat((self.table.data, self.table.new_zeros(len(nodes), CHANNELS))))

    def _nodes(self, solid: Solid, resolution: int) -> torch.Tensor:
        """Indices (N,) of the nodes around the cells that points of the surface fall into."""
        corners = solid.vertices[solid.triangles]
        edges = corners[:, 1:] - corners[:, :1]
        area = 0.5 * float(torch.linalg.cross(edges[:, 0], edges[:, 1]).norm(dim=-1).sum())
        count = int(8 * area * (resolution / 2) ** 2) + 4096
        points, normals = smooth_points(solid, count, 0, painted=False)
        middle = torch.nn.functional.normalize(solid.corner_normals.mean(1), dim=-1)
        points, normals = torch.cat((points, corners.mean(1))), torch.cat((normals, middle))
        if self.symmetric:
            points, normals = _both_sides(points), _both_sides(normals)
        points = self._outside(points, normals)
        cell, _ = _cells(points, resolution)
        base = torch.unique((cell[:, 0] * (resolution + 1) + cell[:, 1]) * (resolution + 1) + cell[:, 2])
        return torch.unique(base[:, None] + _offsets(resolution, base.device))

    def _mean_normals(self, solid: Solid) -> torch.Tensor:
        """((OUTWARD + 1)^3, 3): at each node the mean normal of the surface around it, shorter where it turns."""
        corners = solid.vertices[solid.triangles]
        edges = corners[:, 1:] - corners[:, :1]
        area = 0.5 * float(torch.linalg.cross(edges[:, 0], edges[:, 1]).norm(dim=-1).sum())
        points, normals = smooth_points(solid, int(8 * area * (OUTWARD / 2) ** 2) + 4096, 0, painted=False)
        if self.symmetric:
            points, normals = _both_sides(points), _both_sides(normals)
        nodes, weights = _around(points, OUTWARD)
        sums = torch.zeros((OUTWARD + 1) ** 3, 4, device=points.device)
        values = torch.cat((normals, torch.ones_like(normals[:, :1])), dim=1)
        sums.index_add_(0, nodes.reshape(-1), (weights[..., None] * values[:, None]).reshape(-1, 4))
        return sums[:, :3] / sums[:, 3:].clamp_min(1e-9)

    def _outside(self, position: torch.Tensor, normal: torch.Tensor) -> torch.Tensor:
        """Where points (N, 3) with unit normals (N, 3) are looked up: SHELL outside.

        Along the mean normal around them, so that the facets of a mesh with flat shading do not come apart; along
        their own where that is no way out, as at the two sides of a thin sheet.
        """
        nodes, weights = _around(position, OUTWARD)
        mean = (weights[..., None] * self.outward[nodes]).sum(1)
        agreeing = (2.0 * (mean * normal).sum(-1, keepdim=True)).clamp(0.0, 1.0)
        turning = (1.0 - mean.norm(dim=-1, keepdim=True)).square() + 1e-3
        return position + SHELL * torch.nn.functional.normalize(agreeing * mean + turning * normal, dim=-1)

    def raw(self, position: torch.Tensor, normal: torch.Tensor) -> torch.Tensor:
        """Raw numbers (N, CHANNELS) at positions (N, 3) on the surface with unit normals (N, 3)."""
        mirrored = None
        if self.symmetric:
            mirrored = position[:, :1] < 0.0
            flip = torch.where(mirrored, position.new_tensor((-1.0, 1.0, 1.0)), position.new_tensor((1.0, 1.0, 1.0)))
            position, normal = position * flip, normal * flip
        position = self._outside(position, normal)
        rows, weights = [], []
        for level, resolution in enumerate(self.resolutions):
            nodes, corners = _around(position, resolution)
            rows.append(getattr(self, f"index{level}")[nodes])
            weights.append(corners * FINER**level)
        summed = torch.nn.functional.embedding_bag(
            torch.cat(rows, dim=1),
            self.table,
            per_sample_weights=torch.cat(weights, dim=1),
            mode="sum",
            padding_idx=NULL,
        )
        raw = summed + self.start
        if mirrored is not None:
            raw = torch.cat((raw[:, :5], torch.where(mirrored, -raw[:, 5:6], raw[:, 5:6]), raw[:, 6:]), dim=1)
        return raw

    def forward(self, position: torch.Tensor, normal: torch.Tensor) -> Material:
        return material_of(self.raw(position, normal), normal)


def _cells(points: torch.Tensor, resolution: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The cell (N, 3) int64 of points and where in it they are (N, 3), 0 to 1. The grid spans [-1.05, 1.05]."""
    scaled = (points / 2.1 + 0.5).clamp(0.0, 1.0) * resolution
    cell = scaled.floor().clamp_max(resolution - 1)
    return cell.long(), scaled - cell


def _around(points: torch.Tensor, resolution: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The eight nodes (N, 8) int64 around points (N, 3), and their weights (N, 8)."""
    cell, part = _cells(points, resolution)
    base = (cell[:, 0] * (resolution + 1) + cell[:, 1]) * (resolution + 1) + cell[:, 2]
    x, y, z = (torch.stack((1.0 - axis, axis), dim=-1) for axis in part.unbind(-1))
    corners = (x[:, :, None, None] * y[:, None, :, None] * z[:, None, None, :]).reshape(-1, 8)
    return base[:, None] + _offsets(resolution, base.device), corners


def _both_sides(vectors: torch.Tensor) -> torch.Tensor:
    """(N, 3) and their mirror images."""
    return torch.cat((vectors, vectors * vectors.new_tensor((-1.0, 1.0, 1.0))))


def _offsets(resolution: int, device: torch.device) -> torch.Tensor:
    """(8,) from a cell's first node to all its nodes, z fastest."""
    steps = torch.tensor((0, 1), device=device)
    side = resolution + 1
    return ((steps[:, None, None] * side + steps[:, None]) * side + steps).reshape(-1)
