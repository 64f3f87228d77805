# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A finished mesh on the disk -> a mesh datablock with UVs, smooth, of triangles or quads."""

from __future__ import annotations

import math
from pathlib import Path

import bpy
import bmesh
import numpy as np

LAYER = "UVMap"
FLAT = math.radians(40)
"""Triangles that bend more against each other stay triangles."""


def read(path: Path, name: str, quads: bool) -> bpy.types.Mesh:
    """From ``mesh.npz``: vertices (V, 3), triangles (F, 3), corner_uv (F, 3, 2)."""
    with np.load(path, allow_pickle=False) as data:
        vertices, triangles, uv = data["vertices"], data["triangles"], data["corner_uv"]
    mesh = bpy.data.meshes.new(name)
    mesh.vertices.add(len(vertices))
    mesh.vertices.foreach_set("co", vertices.astype(np.float32).ravel())
    mesh.loops.add(triangles.size)
    mesh.loops.foreach_set("vertex_index", triangles.astype(np.int32).ravel())
    mesh.polygons.add(len(triangles))
    mesh.polygons.foreach_set("loop_start", np.arange(0, triangles.size, 3, dtype=np.int32))
    mesh.update(calc_edges=True)
    mesh.uv_layers.new(name=LAYER).uv.foreach_set("vector", uv.astype(np.float32).ravel())
    if quads:
        join(mesh)
    mesh.polygons.foreach_set("use_smooth", np.ones(len(mesh.polygons), bool))
    mesh.validate()
    mesh.update()
    return mesh


def join(mesh: bpy.types.Mesh) -> None:
    """Pairs of triangles become quads where they are flat enough and their UVs hang together."""
    edited = bmesh.new()
    try:
        edited.from_mesh(mesh)
        bmesh.ops.join_triangles(
            edited, faces=edited.faces[:], cmp_uvs=True, angle_face_threshold=FLAT, angle_shape_threshold=FLAT
        )
        edited.to_mesh(mesh)
    finally:
        edited.free()
