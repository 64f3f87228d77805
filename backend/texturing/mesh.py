# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mesh of a texture job: all its objects as one triangle soup with normals, UVs and what belongs where."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from ..job import JobError


@dataclasses.dataclass(frozen=True)
class TextureMesh:
    """F triangles of O objects.

    Unit space is the world (Z up, front towards -Y) moved and scaled so that the box around *all* faces of the job is
    centred at the origin and its largest half-extent is 1, as the shapes of the training pictures are:
    ``world = unit * scale + center``. Directions are the world's.
    """

    vertices: np.ndarray
    """(V, 3) float32, unit space."""
    triangles: np.ndarray
    """(F, 3) int64, counter-clockwise seen from outside, also where the object has a negative scale."""
    corner_normals: np.ndarray
    """(F, 3, 3) float32, unit: the smooth normals of the triangles' corners."""
    corner_uv: np.ndarray
    """(F, 3, 2) float32, v up. The integer part is the UDIM tile: 1001 + floor(u) + 10 floor(v)."""
    object: np.ndarray
    """(F,) int64, row of ``object_names``."""
    loop: np.ndarray
    """(F, 3) int64: the object's face corner that each triangle's corner is. Triangles of one polygon share some."""
    texture: np.ndarray
    """(F,) int64: number of the texture that the face gets, ``out/<number>/``, -1 for none. Faces of one texture share
    maps, and belong to one object; an object has several where its material slots use the same part of UV space."""
    painted: np.ndarray
    """(F,) bool: faces that get the new texture. The others are seen, and cast shadows, and keep what they have."""
    object_names: tuple[str, ...]
    object_matrices: np.ndarray
    """(O, 3, 3) float64: linear part of each object's world matrix. Tangents are those of the object's own space."""
    wants_uv: np.ndarray
    """(O,) bool: objects whose ``corner_uv`` mean nothing yet, see :mod:`..uv.unwrap`."""
    center: np.ndarray
    """(3,) float64, world space."""
    scale: float
    """World units per unit."""

    def __post_init__(self) -> None:
        faces, objects = len(self.triangles), len(self.object_names)
        assert self.vertices.ndim == 2 and self.vertices.shape[1] == 3, self.vertices.shape
        assert self.triangles.shape == (faces, 3), self.triangles.shape
        assert self.corner_normals.shape == (faces, 3, 3), self.corner_normals.shape
        assert self.corner_uv.shape == (faces, 3, 2), self.corner_uv.shape
        assert self.loop.shape == (faces, 3), self.loop.shape
        assert self.object.shape == self.texture.shape == self.painted.shape == (faces,)
        assert self.object_matrices.shape == (objects, 3, 3), self.object_matrices.shape
        assert self.wants_uv.shape == (objects,), self.wants_uv.shape
        assert self.center.shape == (3,), self.center.shape


def load(path: Path) -> TextureMesh:
    """Read ``in/mesh.npz``, which is in world space, and move it to unit space.

    The file holds: vertices (V, 3) float64; triangles, corner_normals, corner_uv, loop, object, texture, painted as
    above; object_names (O,) text; object_matrices; wants_uv.

    Raises JobError for a mesh without faces, without painted faces, or without extent.
    """
    with np.load(path, allow_pickle=False) as data:
        vertices = data["vertices"].astype(np.float64)
        triangles = data["triangles"].astype(np.int64)
        painted = data["painted"].astype(bool)
        if not len(triangles):
            raise JobError("bad_input", "The mesh has no faces.", "Select a mesh that has faces.")
        if not painted.any():
            raise JobError(
                "bad_input", "No face is selected.", "Select faces in Edit Mode, or switch off Only Selected Faces."
            )
        used = vertices[np.unique(triangles)]
        if not np.isfinite(used).all():
            raise JobError("bad_input", "The mesh has vertices without a valid position.", "Delete them and try again.")
        low, high = used.min(0), used.max(0)
        scale = float((high - low).max() / 2)
        if scale <= 0:
            raise JobError("bad_input", "All vertices are in one place.", "Give the mesh some extent.")
        center = (low + high) / 2
        return TextureMesh(
            vertices=((vertices - center) / scale).astype(np.float32),
            triangles=triangles,
            corner_normals=data["corner_normals"].astype(np.float32),
            corner_uv=data["corner_uv"].astype(np.float32),
            loop=data["loop"].astype(np.int64),
            object=data["object"].astype(np.int64),
            texture=data["texture"].astype(np.int64),
            painted=painted,
            object_names=tuple(str(name) for name in data["object_names"]),
            object_matrices=data["object_matrices"].astype(np.float64),
            wants_uv=data["wants_uv"].astype(bool),
            center=center,
            scale=scale,
        )


def save(mesh: TextureMesh, path: Path) -> None:
    """Write ``in/mesh.npz``, for tests and for jobs that no Blender makes."""
    np.savez(
        path,
        vertices=mesh.vertices.astype(np.float64) * mesh.scale + mesh.center,
        object_names=np.array(mesh.object_names),
        **{
            field.name: getattr(mesh, field.name)
            for field in dataclasses.fields(mesh)
            if field.name not in ("vertices", "object_names", "center", "scale")
        },
    )


def single(
    vertices: np.ndarray, triangles: np.ndarray, corner_normals: np.ndarray, corner_uv: np.ndarray | None
) -> TextureMesh:
    """One object with one texture, all of it painted, from arrays in unit space already; no UVs if None."""
    faces = len(triangles)
    return TextureMesh(
        vertices=np.asarray(vertices, dtype=np.float32),
        triangles=np.asarray(triangles, dtype=np.int64),
        corner_normals=np.asarray(corner_normals, dtype=np.float32),
        corner_uv=np.zeros((faces, 3, 2), np.float32) if corner_uv is None else np.asarray(corner_uv, np.float32),
        loop=np.arange(3 * faces).reshape(-1, 3),
        object=np.zeros(faces, np.int64),
        texture=np.zeros(faces, np.int64),
        painted=np.ones(faces, bool),
        object_names=("Object",),
        object_matrices=np.eye(3)[None],
        wants_uv=np.array([corner_uv is None]),
        center=np.zeros(3),
        scale=1.0,
    )
