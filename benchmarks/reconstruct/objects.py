# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The truths: textured meshes that no part of the reconstruction was tuned on."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import torch
import trimesh

from ...backend.raster.embree_raster import unoccluded
from ...backend.shading.sphere import directions
from ...backend.training import shapes
from ...backend.training.materials.layer import Points
from ...backend.training.materials.look import Look, evaluate

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
HELD_OUT = 1_000_000
"""Seeds of shapes and materials from here on are in no training data and were not looked at while tuning."""
LONGEST_EDGE = 0.025
"""Of the box of size 2: colours are stored at vertices, so the mesh must be finer than a pixel's share of it."""
OUTSIDE = 128
"""Directions from which a point of the surface is looked for, to tell the visible outside from hidden inner parts."""
RAYS_AT_ONCE = 32


@dataclasses.dataclass(frozen=True)
class Object:
    """In the unit box: its centre is the origin, its largest half-extent 1, Z up."""

    name: str
    vertices: np.ndarray
    """(V, 3) float64."""
    triangles: np.ndarray
    """(T, 3) int64."""
    colours: np.ndarray
    """(V, 3) linear base colours."""
    roughness: np.ndarray
    """(V,)"""
    metallic: np.ndarray
    """(V,)"""


@dataclasses.dataclass(frozen=True)
class Subject:
    """What an object is made of: an animal of ``examples/``, or a procedural family with a look."""

    family: str
    look: Look | None = None

    @property
    def name(self) -> str:
        return self.family if self.look is None else f"{self.family}, {self.look.word}"


HELD_OUT_SUBJECTS = (
    Subject("horse"),
    Subject("stag"),
    Subject("wolf"),
    Subject("mug", Look("porcelain", "white", "blue", "striped")),
    Subject("teapot", Look("terracotta")),
    Subject("armchair", Look("leather", "red")),
    Subject("car", Look("plastic", "yellow")),
    Subject("house", Look("brick")),
    Subject("elephant", Look("wood")),
    Subject("boot", Look("leather", "brown")),
)
"""``--develop`` takes the same kinds of objects from other families and training seeds."""
DEVELOPMENT_SUBJECTS = (
    Subject("jug", Look("marble")),
    Subject("chair", Look("oak")),
    Subject("truck", Look("painted metal", "green")),
    Subject("dog", Look("fur", "brown")),
    Subject("bust", Look("sandstone")),
    Subject("bowl", Look("ceramic", "blue")),
)


def make(subject: Subject, seed: int) -> Object:
    """The object of a subject; the seed picks its shape and material, and is not used for the animals."""
    if subject.look is None:
        return _animal(subject.family)
    family = next(family for family in shapes.FAMILIES if family.name == subject.family)
    shape = shapes.make(family, seed)
    vertices, triangles, faces = trimesh.remesh.subdivide_to_size(
        shape.vertices, shape.triangles, LONGEST_EDGE, return_index=True
    )
    corners = triangles.reshape(-1)
    normals, parts = np.zeros((len(vertices), 3)), np.zeros(len(vertices), dtype=np.int64)
    np.add.at(normals, corners, np.repeat(shape.corner_normals.mean(axis=1)[faces], 3, axis=0))
    parts[corners] = np.repeat(shape.parts[faces], 3)
    points = Points(
        torch.tensor(vertices, dtype=torch.float32),
        torch.nn.functional.normalize(torch.tensor(normals, dtype=torch.float32), dim=1),
        torch.from_numpy(parts),
    )
    sample = evaluate(subject.look, points, seed)
    return Object(
        subject.name,
        vertices,
        triangles,
        sample.albedo.numpy(),
        sample.roughness.numpy(),
        sample.metallic.numpy(),
    )


def _animal(name: str) -> Object:
    """glTF is Y up and looks along its +Z."""
    vertices, triangles, colours, first = [], [], [], 0
    scene = trimesh.load(EXAMPLES / f"{name}.glb")
    for mesh in scene.dump():
        points = mesh.vertices[:, [0, 2, 1]] * (1, -1, 1)
        vertices.append(points)
        triangles.append(mesh.faces + first)
        first += len(points)
        colours.append(np.tile(mesh.visual.material.baseColorFactor[:3] / 255.0, (len(points), 1)))
    points = np.concatenate(vertices)
    low, high = points.min(axis=0), points.max(axis=0)
    points = (points - (low + high) / 2) / ((high - low).max() / 2)
    count = len(points)
    return Object(
        name, points, np.concatenate(triangles), np.concatenate(colours), np.full(count, 0.5), np.zeros(count)
    )


def visible_samples(vertices: np.ndarray, triangles: np.ndarray, count: int, seed: int = 0) -> np.ndarray:
    """About ``count`` points (N, 3), uniform on those parts of a mesh that are seen from somewhere outside."""
    points, normals = samples(vertices, triangles, count, seed)
    rays = directions(OUTSIDE)
    mesh = torch.tensor(vertices, dtype=torch.float32), torch.from_numpy(triangles)
    seen = torch.zeros(len(points), dtype=torch.bool)
    for side in (1.0, -1.0):  # pieces may be open or turned inside out: both sides count
        facing = torch.tensor(side * normals, dtype=torch.float32)
        start = torch.tensor(points, dtype=torch.float32) + 1e-3 * facing
        for some in rays.split(RAYS_AT_ONCE):
            rest = (~seen).nonzero()[:, 0]
            row, column = (facing[rest] @ some.T > 0.05).nonzero(as_tuple=True)
            free = unoccluded(*mesh, start[rest[row]], some[column])
            seen[rest[row[free]]] = True
    return points[seen.numpy()]


def samples(vertices: np.ndarray, triangles: np.ndarray, count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Points (N, 3) uniform on a mesh, and the normals (N, 3) of their faces."""
    mesh = trimesh.Trimesh(vertices, triangles, process=False)
    points, faces = trimesh.sample.sample_surface(mesh, count, seed=seed)
    return np.asarray(points), mesh.face_normals[faces]
