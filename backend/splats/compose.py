# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of splats in plain torch, differentiable, on any device.

Formulas of Zwicker et al., "EWA Splatting", 2002, and Kerbl et al., 2023, with the constants that gsplat uses
(https://docs.gsplat.studio), so that its kernels may take over where they are installed.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from ..raster.camera import Camera, project
from .harmonics import colours
from .splats import Splats, covariances

TILE = 16
"""Pixels of a side that are composed at once."""
BLUR = 0.3
"""Pixels squared added to the variance: nothing is thinner than a pixel."""
NEAR = 0.01
"""Depth below which splats are left out."""
MOST = 0.999
"""Largest alpha."""
LEAST = 1.0 / 255.0
"""Alpha below which a splat does not count."""


@dataclass(frozen=True)
class Picture:
    colour: torch.Tensor
    """(H, W, 3) display-encoded, over black."""
    alpha: torch.Tensor
    """(H, W)"""
    depth: torch.Tensor
    """(H, W) mean depth along the axis, weighted as colours are; 0 where nothing is."""


@dataclass(frozen=True)
class _Projected:
    """M splats in front of the camera, nearest first."""

    center: torch.Tensor
    """(M, 2) pixels."""
    conic: torch.Tensor
    """(M, 3): xx, xy, yy of the inverse covariance in pixels."""
    radius: torch.Tensor
    """(M,) pixels, beyond which alpha is below LEAST."""
    depth: torch.Tensor
    colour: torch.Tensor
    opacity: torch.Tensor


def compose(splats: Splats, camera: Camera) -> Picture:
    """What the camera sees of the splats."""
    seen = _projected(splats, camera)
    colour = splats.position.new_zeros(camera.height, camera.width, 3)
    alpha, depth = colour[..., 0].clone(), colour[..., 0].clone()
    rows = []
    for top in range(0, camera.height, TILE):
        row = [
            _tile(seen, left, top, min(TILE, camera.width - left), min(TILE, camera.height - top))
            for left in range(0, camera.width, TILE)
        ]
        rows.append(torch.cat(row, dim=1))
    together = torch.cat(rows, dim=0)
    colour, alpha, depth = together[..., :3], together[..., 3], together[..., 4]
    return Picture(colour, alpha, depth / alpha.clamp_min(1e-6))


def _projected(splats: Splats, camera: Camera) -> _Projected:
    center, depth = project(camera, splats.position)
    front = (depth.detach() > NEAR).nonzero()[:, 0]
    order = front[depth.detach()[front].argsort()]
    splats, center, depth = splats[order], center[order], depth[order]
    # The camera's axes as rows: right, up, and the depth's direction.
    axes = camera.camera_to_world[:3, :3].T * camera.camera_to_world.new_tensor([[1.0], [1.0], [-1.0]])
    local = (splats.position - camera.position) @ axes.T
    # Far outside the picture the linear map is wrong by much: it is taken at the picture's rim.
    limit = 1.3 * 0.5 * torch.tensor([camera.width / camera.fx, camera.height / camera.fy], device=depth.device)
    slope = torch.maximum(torch.minimum(local[:, :2] / depth[:, None], limit), -limit)
    zero = torch.zeros_like(depth)
    jacobian = torch.stack(
        [
            torch.stack([camera.fx / depth, zero, -camera.fx * slope[:, 0] / depth], dim=-1),
            torch.stack([zero, -camera.fy / depth, camera.fy * slope[:, 1] / depth], dim=-1),
        ],
        dim=1,
    )
    to_pixels = jacobian @ axes
    spread = to_pixels @ covariances(splats) @ to_pixels.transpose(1, 2)
    xx, xy, yy = spread[:, 0, 0] + BLUR, spread[:, 0, 1], spread[:, 1, 1] + BLUR
    determinant = (xx * yy - xy * xy).clamp_min(1e-12)
    with torch.no_grad():
        largest = 0.5 * (xx + yy) + (0.25 * (xx - yy) ** 2 + xy * xy).sqrt()
        reach = 2.0 * torch.log((splats.opacity / LEAST).clamp_min(1.0))
        radius = (largest * reach).sqrt()
    toward = torch.nn.functional.normalize(splats.position - camera.position, dim=-1)
    return _Projected(
        center, torch.stack([yy, -xy, xx], dim=-1) / determinant[:, None], radius, depth,
        colours(splats.harmonics, toward), splats.opacity,
    )  # fmt: skip


def _tile(seen: _Projected, left: int, top: int, width: int, height: int) -> torch.Tensor:
    """(height, width, 5): colour, alpha, weighted depth."""
    with torch.no_grad():
        box = seen.center.new_tensor([left, top, left + width, top + height])
        outside = torch.maximum(box[:2] - seen.center, seen.center - box[2:]).amax(1)
        index = (outside < seen.radius).nonzero()[:, 0]
    if not len(index):
        return seen.center.new_zeros(height, width, 5)
    x = torch.arange(left, left + width, device=index.device) + 0.5
    y = torch.arange(top, top + height, device=index.device) + 0.5
    dx = x[None, :, None] - seen.center[index, 0]
    dy = y[:, None, None] - seen.center[index, 1]
    xx, xy, yy = seen.conic[index].unbind(-1)
    power = 0.5 * (xx * dx * dx + yy * dy * dy) + xy * dx * dy
    alpha = (seen.opacity[index] * torch.exp(-power)).clamp_max(MOST)
    alpha = torch.where(alpha < LEAST, 0.0, alpha)
    through = torch.cumprod(1.0 - alpha, dim=-1)
    before = torch.cat([torch.ones_like(through[..., :1]), through[..., :-1]], dim=-1)
    weight = alpha * before
    values = torch.cat([seen.colour[index], torch.ones_like(seen.depth[index, None]), seen.depth[index, None]], dim=1)
    return weight @ values
