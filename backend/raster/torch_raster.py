# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference without a ray caster: torch alone, on CPU and CUDA."""

from __future__ import annotations

import torch

from .camera import Camera, pixel_rays, project
from .triangles import intersect

CANDIDATES = 1 << 20
"""Pairs of a triangle and a pixel (or ray) tested at once: bounds the memory, some 200 bytes each."""


def first_hits(corners: torch.Tensor, camera: Camera) -> torch.Tensor:
    """The face (H, W) int64 that each pixel's centre sees first, -1 for none, from corners (T, 3, 3).

    Every triangle is tested by :func:`intersect` with the rays of the pixels in its projection's bounding box, so
    the result is a ray caster's; the box only culls. A triangle that reaches behind the camera gets all pixels.
    """
    height, width, device = camera.height, camera.width, corners.device
    pixel, depth = project(camera, corners.reshape(-1, 3))
    pixel, depth = pixel.reshape(-1, 3, 2), depth.reshape(-1, 3)
    size = torch.tensor((width, height), device=device)
    # Pixel i has its centre at i + 0.5; one pixel of slack covers the rounding of the projection.
    low = (pixel.amin(1) - 1.5).floor()
    high = (pixel.amax(1) + 0.5).ceil() + 1.0
    near = depth.amin(1) <= 1e-6 * depth.abs().amax()
    low = torch.where(near[:, None], torch.zeros_like(low), low).clamp(min=0).minimum(size).long()
    high = torch.where(near[:, None], size.to(high.dtype), high).clamp(min=0).minimum(size).long()
    extent = (high - low).clamp_min(0)
    extent[depth.amax(1) <= 0.0] = 0
    counts = extent[:, 0] * extent[:, 1]

    rays = pixel_rays(camera).reshape(-1, 3)
    nearest = torch.full((height * width,), torch.inf, dtype=corners.dtype, device=device)
    winner = torch.full((height * width,), -1, dtype=torch.int64, device=device)
    for first, last in _chunks(counts):
        face, offset = expand(counts[first:last])
        face += first
        x = low[face, 0] + offset % extent[face, 0]
        y = low[face, 1] + offset // extent[face, 0]
        index = y * width + x
        distance, u, v = intersect(corners[face], camera.position, rays[index])
        hit = (u >= 0.0) & (v >= 0.0) & (u + v <= 1.0) & (distance > 0.0)
        index, face, distance = index[hit], face[hit], distance[hit]
        best = nearest.scatter_reduce(0, index, distance, "amin")
        won = distance == best[index]
        winner[index[won]] = face[won]  # several at the same distance: any
        nearest = best
    return winner.reshape(height, width)


def unoccluded(corners: torch.Tensor, origins: torch.Tensor, directions: torch.Tensor) -> torch.Tensor:
    """Which rays (R,) from origins (R, 3) along directions (R, 3) meet none of the corners (T, 3, 3): brute force."""
    free = torch.ones(origins.shape[0], dtype=torch.bool, device=corners.device)
    step = max(1, CANDIDATES // max(1, corners.shape[0]))
    for start in range(0, origins.shape[0], step):
        rays = slice(start, start + step)
        distance, u, v = intersect(corners[None], origins[rays, None], directions[rays, None])
        hit = (u >= 0.0) & (v >= 0.0) & (u + v <= 1.0) & (distance > 0.0)
        free[rays] = ~hit.any(dim=1)
    return free


def expand(counts: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows repeated by counts (R,): the row and the running number within it, each (sum of counts,)."""
    row = torch.repeat_interleave(torch.arange(counts.shape[0], device=counts.device), counts)
    start = torch.cumsum(counts, 0) - counts
    return row, torch.arange(row.shape[0], device=counts.device) - start[row]


def _chunks(counts: torch.Tensor) -> list[tuple[int, int]]:
    """Ranges of rows with about CANDIDATES pairs each."""
    group = (torch.cumsum(counts, 0) // CANDIDATES).cpu()
    ends = torch.unique_consecutive(group, return_counts=True)[1].cumsum(0).tolist()
    return list(zip([0, *ends[:-1]], ends))
