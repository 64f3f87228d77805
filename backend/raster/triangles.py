# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Geometry of single triangles and rays, as batches."""

from __future__ import annotations

import torch


def geometric_normals(corners: torch.Tensor) -> torch.Tensor:
    """Unit normals (T, 3) of corners (T, 3, 3), counter-clockwise seen from outside; zero for degenerate triangles."""
    edges = corners[:, 1:] - corners[:, :1]
    return torch.nn.functional.normalize(torch.linalg.cross(edges[:, 0], edges[:, 1]), dim=-1, eps=1e-30)


def intersect(
    corners: torch.Tensor, origin: torch.Tensor, direction: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Rays against triangles, pairwise: Moeller and Trumbore, "Fast, Minimum Storage Ray/Triangle Intersection", 1997.

    Args:
        corners: (..., 3, 3), origin (..., 3), direction (..., 3), broadcast against each other.

    Returns:
        distance in lengths of the direction, and the barycentric u, v of the second and third corner, each (...).
        Parallel rays give not-a-number or infinity, which fails every comparison of a hit test.
    """
    first = corners[..., 0, :]
    edge1, edge2 = corners[..., 1, :] - first, corners[..., 2, :] - first
    p = torch.linalg.cross(direction, edge2)
    scale = 1.0 / (edge1 * p).sum(-1)
    t = origin - first
    q = torch.linalg.cross(t, edge1)
    u = (t * p).sum(-1) * scale
    v = (direction * q).sum(-1) * scale
    return (edge2 * q).sum(-1) * scale, u, v


def barycentric_of_rays(corners: torch.Tensor, origin: torch.Tensor, direction: torch.Tensor) -> torch.Tensor:
    """Barycentric coordinates (N, 3) where rays meet the planes of their triangles (N, 3, 3).

    In float64, and clamped to the triangle: a ray that a caster reports on an edge may miss by rounding.
    """
    _, u, v = intersect(corners.double(), origin.double(), direction.double())
    weights = torch.stack((1.0 - u - v, u, v), dim=-1).clamp(0.0, 1.0).nan_to_num(1.0 / 3.0)
    return (weights / weights.sum(-1, keepdim=True)).to(corners.dtype)
