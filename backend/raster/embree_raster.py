# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rays by Intel Embree (package ``embreex``, optional, CPU only)."""

from __future__ import annotations

import importlib.util

import numpy as np
import torch

from .camera import Camera, pixel_rays


def available() -> bool:
    return importlib.util.find_spec("embreex") is not None


def _scene(vertices: torch.Tensor, triangles: torch.Tensor) -> object:
    from embreex.mesh_construction import TriangleMesh
    from embreex.rtcore_scene import EmbreeScene

    scene = EmbreeScene(robust=True)  # robust: no rays lost between neighbours
    TriangleMesh(
        scene,
        np.ascontiguousarray(vertices.detach().numpy(), dtype=np.float32),
        np.ascontiguousarray(triangles.numpy(), dtype=np.int32),
    )
    return scene


def first_hits(vertices: torch.Tensor, triangles: torch.Tensor, camera: Camera) -> torch.Tensor:
    """The face (H, W) int64 that each pixel's centre sees first, -1 for none."""
    direction = pixel_rays(camera).reshape(-1, 3).numpy()
    origin = np.broadcast_to(camera.position.numpy(), direction.shape)
    face = _scene(vertices, triangles).run(np.ascontiguousarray(origin), np.ascontiguousarray(direction))
    return torch.from_numpy(face.astype(np.int64)).reshape(camera.height, camera.width)


def unoccluded(
    vertices: torch.Tensor, triangles: torch.Tensor, origins: torch.Tensor, directions: torch.Tensor
) -> torch.Tensor:
    """Which rays (R,) from origins (R, 3) along directions (R, 3) meet nothing, bool."""
    hit = _scene(vertices, triangles).run(
        np.ascontiguousarray(origins.numpy(), dtype=np.float32),
        np.ascontiguousarray(directions.numpy(), dtype=np.float32),
        query="OCCLUDED",
    )
    return torch.from_numpy(hit < 0)
