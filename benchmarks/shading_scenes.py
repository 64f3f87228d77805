# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes, materials and lights of ``benchmarks/shading.py``: simple, and each there for a reason."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np

from ..backend.shading import environment, procedural
from ..backend.shading.environment import Environment
from .rig.animals import load_animal

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


@dataclasses.dataclass(frozen=True)
class Mesh:
    vertices: np.ndarray
    """(V, 3) float32, about two units across, Z up."""
    triangles: np.ndarray
    """(T, 3) int32, counter-clockwise seen from outside."""
    corner_normals: np.ndarray
    """(T, 3, 3) float32, unit."""


@dataclasses.dataclass(frozen=True)
class Look:
    name: str
    albedo: tuple[float, float, float]
    """Linear base color."""
    roughness: float
    metallic: float


LOOKS = (
    Look("matte", (0.7, 0.35, 0.2), 1.0, 0.0),
    Look("satin", (0.2, 0.4, 0.7), 0.4, 0.0),
    Look("glossy", (0.1, 0.3, 0.1), 0.1, 0.0),
    Look("rough metal", (0.9, 0.65, 0.35), 0.6, 1.0),
    Look("brushed metal", (0.9, 0.9, 0.9), 0.3, 1.0),
    Look("mirror", (0.9, 0.9, 0.9), 0.05, 1.0),
)


def lights() -> dict[str, Environment]:
    """Two from a formula, two photographs; all as bright as in training."""
    return {
        "studio": procedural.studio(3),
        "sky": procedural.sky(5),
        "city": environment.load("city").exposed(procedural.KEY),
        "forest": environment.load("forest").exposed(procedural.KEY),
    }


def sphere(radius: float = 1.0, center: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> Mesh:
    """Every normal once, no shadow: the light and the lobes alone."""
    polar = np.linspace(np.pi, 0.0, 65)
    mesh = _turned(radius * np.sin(polar), radius * np.cos(polar))
    normal = mesh.vertices / np.linalg.norm(mesh.vertices, axis=1, keepdims=True)
    vertices = mesh.vertices + np.array(center)
    return Mesh(vertices.astype(np.float32), mesh.triangles, normal[mesh.triangles].astype(np.float32))


def cube_on_plane() -> Mesh:
    """A shadow cast on a plane, contact and flat faces."""
    return _joined(
        _box((0.0, 0.0, -0.45), (1.0, 1.0, 0.05), 0.0),
        _box((0.05, 0.0, 0.0), (0.4, 0.4, 0.4), math.radians(20.0)),
    )


def bowl() -> Mesh:
    """Concave: a hemispherical shell with a rounded rim shadows itself and the ball that lies in it."""
    outer, inner, rim = 1.0, 0.88, 0.06
    down = np.linspace(0.0, 0.5 * np.pi, 40)
    edge = np.linspace(0.0, np.pi, 13)[1:-1]
    middle = 0.5 * (outer + inner)
    radius = np.concatenate((outer * np.sin(down), middle + rim * np.cos(edge), inner * np.sin(down[::-1])))
    height = np.concatenate((-outer * np.cos(down), rim * np.sin(edge), -inner * np.cos(down[::-1]))) + 0.3
    return _joined(_turned(radius, height), sphere(0.3, (0.2, -0.1, 0.3 - inner + 0.34)))


def horse() -> Mesh:
    """An artist's model with legs that shadow each other: coarse triangles under smooth normals."""
    animal = load_animal(EXAMPLES / "horse.glb")
    low, high = animal.vertices.min(0), animal.vertices.max(0)
    vertices = (animal.vertices - 0.5 * (low + high)) * (2.0 / (high - low).max())
    return Mesh(vertices.astype(np.float32), animal.triangles, _smooth_normals(vertices, animal.triangles))


SHAPES = {"sphere": sphere, "cube on a plane": cube_on_plane, "bowl": bowl, "horse": horse}


def _turned(radius: np.ndarray, height: np.ndarray, segments: int = 96) -> Mesh:
    """A profile (P,) turned around Z; seen from outside it runs upwards."""
    angle = np.arange(segments) * (2.0 * np.pi / segments)
    points = np.stack(np.broadcast_arrays(radius[:, None] * np.cos(angle), radius[:, None] * np.sin(angle), 0.0), -1)
    points[..., 2] = height[:, None]
    index = np.arange(len(radius) * segments).reshape(len(radius), segments)
    after = np.roll(index, -1, axis=1)
    quads = np.stack((index[:-1], after[:-1], after[1:], index[1:]), axis=-1).reshape(-1, 4)
    vertices = points.reshape(-1, 3)
    triangles = np.concatenate((quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]))
    corners = vertices[triangles]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    triangles = triangles[area > 1e-12]  # those at the poles are none
    # From the profile: the triangles' own would be uneven at the poles.
    slope = np.stack((np.gradient(radius), np.gradient(height)), axis=-1)
    slope /= np.linalg.norm(slope, axis=1, keepdims=True)
    normal = np.empty_like(points)
    normal[..., 0], normal[..., 1] = slope[:, 1:] * np.cos(angle), slope[:, 1:] * np.sin(angle)
    normal[..., 2] = -slope[:, :1]
    normal = normal.reshape(-1, 3)
    return Mesh(vertices.astype(np.float32), triangles.astype(np.int32), normal[triangles].astype(np.float32))


def _box(center: tuple[float, float, float], half: tuple[float, float, float], turn: float) -> Mesh:
    """A flat-shaded box, turned around Z by radians."""
    corner = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float) * half
    c, s = np.cos(turn), np.sin(turn)
    vertices = corner @ np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]]) + center
    quads = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])
    triangles = np.concatenate((quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]))
    corners = vertices[triangles]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    normal = np.repeat(normal[:, None], 3, axis=1)
    return Mesh(vertices.astype(np.float32), triangles.astype(np.int32), normal.astype(np.float32))


def _smooth_normals(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Vertex normals weighted by the triangles' areas, at each corner (T, 3, 3)."""
    corners = vertices[triangles]
    area = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    total = np.zeros_like(vertices)
    for column in triangles.T:
        np.add.at(total, column, area)
    total /= np.linalg.norm(total, axis=1, keepdims=True).clip(1e-12)
    return total[triangles].astype(np.float32)


def _joined(first: Mesh, second: Mesh) -> Mesh:
    return Mesh(
        np.concatenate((first.vertices, second.vertices)),
        np.concatenate((first.triangles, second.triangles + len(first.vertices))).astype(np.int32),
        np.concatenate((first.corner_normals, second.corner_normals)),
    )
