# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pinhole cameras after ``docs/conventions.md``: Blender's axes, pixels with y down, intrinsics in pixels."""

from __future__ import annotations

import dataclasses
import math

import torch


@dataclasses.dataclass(frozen=True)
class Camera:
    camera_to_world: torch.Tensor
    """(4, 4) float32: Blender's camera matrix. It looks along its own -Z, +Y is up, +X right."""
    fx: float
    fy: float
    cx: float
    cy: float
    """Intrinsics in pixels; the centre of the top left pixel is (0.5, 0.5)."""
    width: int
    height: int

    @property
    def position(self) -> torch.Tensor:
        """(3,) in world space."""
        return self.camera_to_world[:3, 3]

    @property
    def axis(self) -> torch.Tensor:
        """(3,) unit: the viewing direction."""
        return -self.camera_to_world[:3, 2]

    def to(self, device: torch.device | str) -> Camera:
        return dataclasses.replace(self, camera_to_world=self.camera_to_world.to(device))


def pixel_rays(camera: Camera) -> torch.Tensor:
    """Directions (H, W, 3) through the pixel centres in world space, one unit long *along the viewing axis*.

    So a point on the ray is ``position + depth * direction`` with the depth of the conventions.
    """
    matrix = camera.camera_to_world
    options = {"dtype": matrix.dtype, "device": matrix.device}
    x = (torch.arange(camera.width, **options) + 0.5 - camera.cx) / camera.fx
    y = (camera.cy - torch.arange(camera.height, **options) - 0.5) / camera.fy
    right, up, back = matrix[:3, 0], matrix[:3, 1], matrix[:3, 2]
    return x[None, :, None] * right + y[:, None, None] * up - back


def project(camera: Camera, points: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Pixel coordinates (N, 2) and depths (N,) of world-space points (N, 3). Depths of points behind are negative."""
    local = (points - camera.position) @ camera.camera_to_world[:3, :3]
    depth = -local[:, 2]
    x = camera.cx + camera.fx * local[:, 0] / depth
    y = camera.cy - camera.fy * local[:, 1] / depth
    return torch.stack((x, y), dim=-1), depth


def look_at(
    position: torch.Tensor, target: torch.Tensor, up: tuple[float, float, float] = (0.0, 0.0, 1.0)
) -> torch.Tensor:
    """A ``camera_to_world`` (4, 4) at a position (3,) that looks at a target (3,)."""
    back = torch.nn.functional.normalize(position - target, dim=0)
    upward = torch.tensor(up, dtype=back.dtype, device=back.device)
    right = torch.linalg.cross(upward, back)
    if float(right.norm()) < 1e-6:  # straight down or up: the picture's top is where the object's back is
        right = torch.tensor((1.0, 0.0, 0.0), dtype=back.dtype, device=back.device)
    right = torch.nn.functional.normalize(right, dim=0)
    matrix = torch.eye(4, dtype=back.dtype, device=back.device)
    matrix[:3, 0], matrix[:3, 1], matrix[:3, 2], matrix[:3, 3] = right, torch.linalg.cross(back, right), back, position
    return matrix


def orbit(
    azimuth: float,
    elevation: float,
    distance: float,
    fov: float,
    size: int,
    target: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> Camera:
    """A square camera on a sphere around a target. Angles in radians, ``fov`` across the whole picture.

    Azimuth 0 looks at the front: the camera stands at -Y. A positive azimuth moves it to +X, a positive elevation up.
    """
    centre = torch.tensor(target, dtype=torch.float32)
    offset = torch.tensor(
        (
            math.sin(azimuth) * math.cos(elevation),
            -math.cos(azimuth) * math.cos(elevation),
            math.sin(elevation),
        ),
        dtype=torch.float32,
    )
    focal = 0.5 * size / math.tan(0.5 * fov)
    matrix = look_at(centre + distance * offset, centre)
    return Camera(matrix, focal, focal, 0.5 * size, 0.5 * size, size, size)
