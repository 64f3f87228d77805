# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small meshes and known textures for the tests of texturing."""

from __future__ import annotations

import numpy as np
import torch
import trimesh

from galatea.backend.shading.pbr import Material
from galatea.backend.texturing import mesh as texture_mesh
from galatea.backend.texturing.solid import Solid, solid_of


def mesh_of(shape: trimesh.Trimesh, uv: np.ndarray | None = None) -> texture_mesh.TextureMesh:
    """With smooth normals where faces share vertices."""
    points = np.asarray(shape.vertices, dtype=np.float64)
    points = points / np.abs(points).max()
    faces = np.asarray(shape.faces)
    return texture_mesh.single(points, faces, np.asarray(shape.vertex_normals)[faces], uv)


def ball(subdivisions: int = 3) -> Solid:
    return solid_of(mesh_of(trimesh.creation.icosphere(subdivisions)))


def two_balls() -> Solid:
    """One beside the other along X: each throws shadows on the other and hides a part of it."""
    balls = [trimesh.creation.icosphere(3, radius=0.45) for _ in range(2)]
    balls[0].apply_translation((-0.5, 0, 0))
    balls[1].apply_translation((0.5, 0, 0))
    joined = trimesh.util.concatenate(balls)
    return solid_of(mesh_of(joined))


def spotted(position: torch.Tensor, normal: torch.Tensor) -> Material:
    """Red and blue patches, matt to glossy along X, metal on top."""
    patch = torch.sigmoid(20.0 * torch.sin(5.0 * position[:, :1]) * torch.sin(5.0 * position[:, 2:]))
    red, blue = position.new_tensor((0.6, 0.15, 0.08)), position.new_tensor((0.08, 0.2, 0.5))
    return Material(
        albedo=torch.lerp(blue, red, patch),
        roughness=0.55 + 0.25 * position[:, 0],
        metallic=torch.sigmoid(12.0 * (position[:, 2] - 0.3)),
        normal=normal,
    )


def plain(albedo: tuple[float, float, float] = (0.5, 0.5, 0.5), roughness: float = 0.6, metallic: float = 0.0):
    """A texture function that is the same everywhere."""

    def texture(position: torch.Tensor, normal: torch.Tensor) -> Material:
        count = len(position)
        return Material(
            position.new_tensor(albedo).expand(count, 3), position.new_full((count,), roughness),
            position.new_full((count,), metallic), normal,
        )  # fmt: skip

    return texture
