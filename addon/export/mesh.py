# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mesh objects -> arrays for the worker (``in/mesh.npz``)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import bpy
import bmesh
import numpy as np
from mathutils import Vector


class Arrays(NamedTuple):
    """World space, Blender units, Z up. N is the number of vertices that can hold weights."""

    vertices: np.ndarray
    """(V, 3) float64: the surface as the viewport shows it, without armature deformation."""
    triangles: np.ndarray
    """(T, 3) int32, counter-clockwise seen from outside, also under a negative scale."""
    targets: np.ndarray
    """(N, 3) float64: the base mesh's vertices. Equal to ``vertices`` when the modifiers keep the vertex count."""
    up: tuple[float, float, float] = (0.0, 0.0, 1.0)
    """The object's own Z axis in world space: a second guess at what is up, for objects that were turned."""


def surface(mesh: bpy.types.Mesh, matrix) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (V, 3) float64 and triangles (T, 3) int32 of a mesh, moved by a 4x4 matrix."""
    matrix = np.array(matrix, dtype=np.float64)
    vertices = vertex_positions(mesh) @ matrix[:3, :3].T + matrix[:3, 3]
    mesh.calc_loop_triangles()
    triangles = np.empty(len(mesh.loop_triangles) * 3, dtype=np.int32)
    mesh.loop_triangles.foreach_get("vertices", triangles)
    triangles = triangles.reshape(-1, 3)
    if np.linalg.det(matrix[:3, :3]) < 0:  # mirrored: keep the outside outside
        triangles = triangles[:, ::-1]
    return vertices, triangles


def vertex_positions(mesh: bpy.types.Mesh) -> np.ndarray:
    """Local coordinates (V, 3) float64."""
    coordinates = np.empty(len(mesh.vertices) * 3, dtype=np.float32)
    mesh.vertices.foreach_get("co", coordinates)
    return coordinates.reshape(-1, 3).astype(np.float64)


@contextlib.contextmanager
def modifiers_off(mesh_object: bpy.types.Object, only_armatures: bool) -> Iterator[None]:
    """Switch modifiers off in the viewport for a moment."""
    off = [
        modifier
        for modifier in mesh_object.modifiers
        if modifier.show_viewport and (modifier.type == "ARMATURE" or not only_armatures)
    ]
    for modifier in off:
        modifier.show_viewport = False
    try:
        yield
    finally:
        for modifier in off:
            modifier.show_viewport = True


def evaluated_surface(mesh_object: bpy.types.Object, depsgraph: bpy.types.Depsgraph) -> tuple[np.ndarray, np.ndarray]:
    """World vertices and triangles of the object as the dependency graph sees it now."""
    evaluated = mesh_object.evaluated_get(depsgraph)
    vertices, triangles = surface(evaluated.to_mesh(), evaluated.matrix_world)
    evaluated.to_mesh_clear()
    return vertices, triangles


def arrays(context: bpy.types.Context, mesh_object: bpy.types.Object) -> Arrays:
    """One object: shape keys and all viewport modifiers except Armature applied."""
    with without_seams(context, mesh_object) as seen:
        depsgraph = context.evaluated_depsgraph_get()
        with modifiers_off(seen, only_armatures=True):
            depsgraph.update()
            vertices, triangles = evaluated_surface(seen, depsgraph)
        same_count = len(vertices) == len(seen.data.vertices)
        welded = seen is not mesh_object
    targets = vertices
    depsgraph = context.evaluated_depsgraph_get()
    if welded or not same_count:
        with modifiers_off(mesh_object, only_armatures=same_count):
            depsgraph.update()
            targets, _ = evaluated_surface(mesh_object, depsgraph)
    depsgraph.update()
    up = mesh_object.matrix_world.to_3x3() @ Vector((0.0, 0.0, 1.0))
    return Arrays(vertices, triangles, targets, tuple(up.normalized()))


@contextlib.contextmanager
def without_seams(context: bpy.types.Context, mesh_object: bpy.types.Object) -> Iterator[bpy.types.Object]:
    """The object itself; or, where modifiers would tear its mesh open, a copy for a moment with its seams welded.

    Game formats store a vertex once for each UV and normal. Nothing shows until a modifier moves or removes vertices on
    one side of such a seam: Decimate, Subdivision and Smooth tear it open.
    """
    changing = any(modifier.show_viewport and modifier.type != "ARMATURE" for modifier in mesh_object.modifiers)
    if not changing or not has_seams(mesh_object.data):
        yield mesh_object
        return
    copy = mesh_object.copy()
    copy.data = mesh_object.data.copy()
    context.scene.collection.objects.link(copy)
    try:
        weld_seams(copy.data)
        context.view_layer.update()
        yield copy
    finally:
        mesh = copy.data
        bpy.data.objects.remove(copy)
        bpy.data.meshes.remove(mesh)


def has_seams(mesh: bpy.types.Mesh) -> bool:
    """Whether edges of one face lie exactly on edges of another one that does not share their vertices."""
    edges = np.empty(len(mesh.edges) * 2, dtype=np.int32)
    mesh.edges.foreach_get("vertices", edges)
    used = np.empty(len(mesh.loops), dtype=np.int32)
    mesh.loops.foreach_get("edge_index", used)
    border = edges.reshape(-1, 2)[np.bincount(used, minlength=len(mesh.edges)) == 1]
    if not len(border):
        return False
    _, place = np.unique(vertex_positions(mesh)[border.ravel()], axis=0, return_inverse=True)
    pairs = np.sort(place.reshape(-1, 2), axis=1)
    return len(np.unique(pairs, axis=0)) < len(pairs)


def weld_seams(mesh: bpy.types.Mesh) -> None:
    """Merge vertices of open edges that lie in the same place. Closed shells that touch stay apart."""
    positions = vertex_positions(mesh)
    sound = positions[(np.abs(positions) < 1e30).all(axis=1)]
    size = float(np.ptp(sound, axis=0).max()) if len(sound) else 0.0
    work = bmesh.new()
    work.from_mesh(mesh)
    border = [vertex for vertex in work.verts if vertex.is_boundary]
    bmesh.ops.remove_doubles(work, verts=border, dist=1e-6 * size)
    work.to_mesh(mesh)
    work.free()


def joined(parts: list[Arrays]) -> Arrays:
    """Several objects as one soup; ``targets`` are in the order of the parts."""
    starts = np.cumsum([0] + [len(part.vertices) for part in parts[:-1]])
    return Arrays(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate([part.triangles + start for part, start in zip(parts, starts)]).astype(np.int32),
        np.concatenate([part.targets for part in parts]),
        parts[0].up,
    )


def save(data: Arrays, path: Path) -> None:
    """Write ``in/mesh.npz``; ``targets`` only where they differ from ``vertices``."""
    contents = {"vertices": data.vertices, "triangles": np.ascontiguousarray(data.triangles, dtype=np.int32)}
    contents["up"] = np.array(data.up)
    if data.targets.shape != data.vertices.shape or not np.array_equal(data.targets, data.vertices, equal_nan=True):
        contents["targets"] = data.targets
    np.savez(path, **contents)
