# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Meshes with materials that are known everywhere, and the lights and views that judge a fit."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from ...backend.shading.controls import OVERSAMPLING
from ...backend.shading.environment import Light, prepare
from ...backend.shading.pbr import Material
from ...backend.shading.procedural import KINDS, random_rotation
from ...backend.shading.sphere import directions
from ...backend.texturing import mesh as texture_mesh
from ...backend.texturing.appearance import TextureFunction
from ...backend.texturing.cameras import Place, framed
from ...backend.texturing.lights import EXPOSURE
from ...backend.texturing.mesh import TextureMesh
from ...backend.texturing.solid import Solid
from ...backend.texturing.views import DIRECTIONS, View, view_of
from ...backend.training import shapes
from ...backend.training.materials.layer import Points
from ...backend.training.materials.look import Look, evaluate

HELD_OUT = 90_000
"""First seed of lights that no fit sees."""


@dataclass(frozen=True)
class Scene:
    name: str
    mesh: TextureMesh
    texture: TextureFunction


def blob(side: int) -> TextureMesh:
    """A ball with bumps and hollows, 2 side^2 triangles, with UVs by longitude and latitude."""
    u = np.arange(side + 1) / side
    azimuth, polar = np.meshgrid(2 * np.pi * u, np.pi * (0.02 + 0.96 * u))
    x, y, z = np.sin(polar) * np.cos(azimuth), np.sin(polar) * np.sin(azimuth), np.cos(polar)
    radius = 1 + 0.12 * np.sin(4 * x + 1) * np.sin(3 * y) * np.cos(5 * z) + 0.1 * np.sin(6 * z + 2 * x)
    points = np.stack([x, y, z], axis=-1) * radius[..., None]
    points = (points / np.abs(points).max()).reshape(-1, 3)
    row, column = (part.reshape(-1) for part in np.mgrid[:side, :side])
    corner = (
        np.stack([row, row + 1, row + 1, row, row + 1, row]),
        np.stack([column, column, column + 1, column, column + 1, column + 1]),
    )
    index = (corner[0] * (side + 1) + corner[1]).T.reshape(-1, 3)
    uv = np.stack([u[corner[1]], 1 - u[corner[0]]], axis=-1).transpose(1, 0, 2).reshape(-1, 3, 2) * 0.96 + 0.02
    return texture_mesh.single(points, index, _smooth_normals(points, index, side), uv)


def _smooth_normals(points: np.ndarray, triangles: np.ndarray, side: int) -> np.ndarray:
    """(F, 3, 3); the first and the last column of the grid are one place."""
    corners = points[triangles]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    column = np.arange(len(points)) % (side + 1)
    same = np.where(column == side, np.arange(len(points)) - side, np.arange(len(points)))
    total = np.zeros_like(points)
    np.add.at(total, same[triangles].ravel(), np.repeat(normal, 3, axis=0))
    total /= np.linalg.norm(total, axis=1, keepdims=True).clip(1e-12)
    return total[same[triangles]]


def patches(position: torch.Tensor, normal: torch.Tensor) -> Material:
    """Two colours in soft checks with noise, roughness 0.25 to 0.8, bands of metal."""
    x, y, z = position.unbind(-1)
    check = torch.sigmoid(30 * torch.sin(7 * x + 1.3) * torch.sin(6 * y - 0.4) * torch.sin(8 * z + 0.2))[:, None]
    one, other = position.new_tensor((0.7, 0.25, 0.12)), position.new_tensor((0.12, 0.3, 0.55))
    noise = 0.5 + 0.25 * torch.sin(13 * x + 5 * torch.sin(9 * y)) + 0.25 * torch.sin(17 * z + 4 * torch.sin(11 * x))
    albedo = torch.lerp(other, one, check) * (0.5 + 0.6 * noise[:, None])
    roughness = 0.525 + 0.275 * torch.sin(5 * x + 3 * y)
    return Material(albedo.clamp(0.02, 0.95), roughness, torch.sigmoid(12 * torch.sin(4 * z + 0.7) - 6), normal)


def bumpy(position: torch.Tensor, normal: torch.Tensor) -> Material:
    """The same with waves in the normals, up to 20 degrees."""
    wave = torch.cos(14.0 * position.flip(-1)) * 0.35
    wave = wave - (wave * normal).sum(-1, keepdim=True) * normal
    material = patches(position, normal)
    return Material(
        material.albedo, material.roughness, material.metallic, torch.nn.functional.normalize(normal + wave, dim=-1)
    )


def calibration() -> Scene:
    return Scene("blob", blob(50), patches)


def others() -> list[Scene]:
    """Meshes and materials of the training data's held-out range."""
    pairs = ("armchair", Look("leather", "brown")), ("teapot", Look("ceramic", "blue")), ("horse", Look("wood"))
    return [Scene("bumpy blob", blob(50), bumpy), *(made(*pair) for pair in pairs)]


def made(name: str, look: Look) -> Scene:
    """A shape of this name and a material of this look, of seeds that training never sees."""
    family = next(item for item in shapes.FAMILIES if item.name == name)
    return Scene(name, _shape_mesh(family), _look(look))


def _shape_mesh(family: shapes.Family) -> TextureMesh:
    shape = shapes.make(family, 1_000_001)
    points = shape.vertices - (shape.vertices.max(0) + shape.vertices.min(0)) / 2
    return texture_mesh.single(points / np.abs(points).max(), shape.triangles, shape.corner_normals, None)


def _look(look: Look) -> Callable[[torch.Tensor, torch.Tensor], Material]:
    def texture(position: torch.Tensor, normal: torch.Tensor) -> Material:
        part = torch.zeros(len(position), dtype=torch.int64)
        sample = evaluate(look, Points(position, normal, part), 1_000_002)
        return Material(sample.albedo, sample.roughness, sample.metallic, sample.normal)

    return texture


def held_out_lights(count: int) -> list[Light]:
    """In colour, unlike those that pictures are asked for under."""
    toward = directions(DIRECTIONS)
    kinds = [KINDS[index % len(KINDS)](HELD_OUT + index) for index in range(count)]
    return [
        prepare(kind.exposed(EXPOSURE), toward).rotated(random_rotation(HELD_OUT + index))
        for index, kind in enumerate(kinds)
    ]


def held_out_views(solid: Solid, count: int, size: int) -> list[View]:
    random = np.random.default_rng(HELD_OUT)
    places = [Place(random.uniform(-math.pi, math.pi), math.asin(random.uniform(-0.5, 0.9))) for _ in range(count)]
    return [view_of(solid, framed(solid, place, OVERSAMPLING * size)) for place in places]
