# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Normals about the lines of sight: what a cut-out picture can tell, wherever in the whole picture it was and whatever
the lens is. Towards the eye a normal is (0, 0, 1), at a smooth outline its last component is 0."""

from __future__ import annotations

import torch
from torch.nn import functional

from ..raster.camera import Camera


def frames(view: torch.Tensor, camera: Camera) -> torch.Tensor:
    """World axes (N, 3, 3) whose rows are right, up and towards the eye, of unit directions (N, 3) to the eye.

    "Right" has nothing of the camera's up.
    """
    up = camera.camera_to_world[:3, 1].expand_as(view)
    right = functional.normalize(torch.linalg.cross(up, view), dim=-1)
    return torch.stack((right, torch.linalg.cross(view, right), view), dim=-2)


def along_sight(normal: torch.Tensor, view: torch.Tensor, camera: Camera) -> torch.Tensor:
    """Unit normals (N, 3) of the world in the frames of their lines of sight."""
    return (frames(view, camera) @ normal[..., None])[..., 0]


def in_world(normal: torch.Tensor, view: torch.Tensor, camera: Camera) -> torch.Tensor:
    """The way back."""
    return (frames(view, camera).transpose(-1, -2) @ normal[..., None])[..., 0]
