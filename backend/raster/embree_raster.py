# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rays by Intel Embree (package ``embreex``, optional, CPU only)."""

from __future__ import annotations

import importlib.util
import typing

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


class Hits(typing.NamedTuple):
    """Where R rays meet a mesh first."""

    face: np.ndarray
    """(R,) int64, -1 for nowhere."""
    barycentric: np.ndarray
    """(R, 3) float32"""
    distance: np.ndarray
    """(R,) float32, in lengths of the direction; infinite for nowhere."""


def caster(vertices: torch.Tensor, triangles: torch.Tensor) -> typing.Callable[[np.ndarray, np.ndarray], Hits]:
    """A function of origins (R, 3) and directions (R, 3), for many rays through one mesh."""
    scene = _scene(vertices, triangles)

    def cast(origins: np.ndarray, directions: np.ndarray) -> Hits:
        found = scene.run(
            np.ascontiguousarray(origins, dtype=np.float32),
            np.ascontiguousarray(directions, dtype=np.float32),
            output=1,
        )
        face = found["primID"].astype(np.int64)
        weights = np.stack([1 - found["u"] - found["v"], found["u"], found["v"]], axis=1)
        return Hits(face, weights, np.where(face < 0, np.inf, found["tfar"]))

    return cast


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
