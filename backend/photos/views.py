# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cameras that can be fitted: around the animal, at some distance, with the lens of their photo.

A camera is six numbers: azimuth, elevation, roll in radians (azimuth as in ``raster.camera.orbit``), where the photo
shows TARGET (two numbers, in units of half the crop's side from its middle, y down), and the logarithm of its distance.
"""

from __future__ import annotations

import torch

from ..raster.camera import Camera
from .collect import Photo

TARGET = (0.0, 0.0, 0.85)
"""The point of the template that cameras go around: inside its trunk."""
COUNT = 6


def lenses(photos: list[Photo]) -> torch.Tensor:
    """(P, 3) focal lengths and principal points, see :attr:`Photo.lens`."""
    return torch.tensor([photo.lens for photo in photos])


def axes(cameras: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Right, up and back (P, 3) each, of cameras (P, 6)."""
    azimuth, elevation, roll = cameras[:, 0], cameras[:, 1], cameras[:, 2]
    sin, cos = torch.sin(azimuth), torch.cos(azimuth)
    high, flat = torch.sin(elevation), torch.cos(elevation)
    right = torch.stack((cos, sin, torch.zeros_like(sin)), dim=-1)
    up = torch.stack((-sin * high, cos * high, flat), dim=-1)
    back = torch.stack((sin * flat, -cos * flat, high), dim=-1)
    turn, keep = torch.sin(roll)[:, None], torch.cos(roll)[:, None]
    return keep * right + turn * up, keep * up - turn * right, back


def seen(cameras: torch.Tensor, lens: torch.Tensor, points: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Places (P, N, 2) in the crops, within -1 to 1 with y down, and depths (P, N), of points (P, N, 3)."""
    right, up, back = axes(cameras)
    distance = cameras[:, 5].exp()
    local = points - points.new_tensor(TARGET)
    depth = distance[:, None] - (local * back[:, None]).sum(-1)
    focal, centre = lens[:, :1], lens[:, None, 1:]
    shift = (cameras[:, 3:5] - lens[:, 1:]) * (distance / lens[:, 0])[:, None]
    across = (local * right[:, None]).sum(-1) + shift[:, :1]
    down = shift[:, 1:] - (local * up[:, None]).sum(-1)
    return centre + focal[..., None] * torch.stack((across, down), dim=-1) / depth[..., None], depth


def directions(cameras: torch.Tensor, normals: torch.Tensor) -> torch.Tensor:
    """(P, N, 2): how normals (P, N, 3), made unit, point in the pictures, y down."""
    right, up, _ = axes(cameras)
    unit = torch.nn.functional.normalize(normals, dim=-1)
    return torch.stack(((unit * right[:, None]).sum(-1), -(unit * up[:, None]).sum(-1)), dim=-1)


def matrices(cameras: torch.Tensor, lens: torch.Tensor) -> torch.Tensor:
    """(P, 4, 4) ``camera_to_world``."""
    right, up, back = axes(cameras)
    distance = cameras[:, 5:].exp()
    shift = (cameras[:, 3:5] - lens[:, 1:]) * distance / lens[:, :1]
    position = cameras.new_tensor(TARGET) + distance * back - shift[:, :1] * right + shift[:, 1:] * up
    result = torch.eye(4).repeat(len(cameras), 1, 1)
    result[:, :3, 0], result[:, :3, 1], result[:, :3, 2], result[:, :3, 3] = right, up, back, position
    return result


def crop_camera(camera_to_world: torch.Tensor, lens: torch.Tensor, size: int) -> Camera:
    """The camera of a crop of ``size`` pixels, of a row of :func:`matrices` and its lens (3,)."""
    half = size / 2
    focal, x, y = lens.tolist()
    return Camera(camera_to_world, focal * half, focal * half, half * (1 + x), half * (1 + y), size, size)
