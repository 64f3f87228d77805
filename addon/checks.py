# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Input gate: what is wrong with the selected meshes, said in one sentence each, with a fix where there is one.

``quick`` costs nothing and may run at every redraw; ``deep`` reads the geometry (a second at 2 million triangles).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import bpy
import bmesh
import numpy as np

from . import compat, recipe
from .export.mesh import Arrays, joined, vertex_positions
from .importers.weights import bound_armature

BLOCKS, WARNS, INFO = "BLOCKS", "WARNS", "INFO"
SMALL, LARGE = 1e-3, 1e4
"""Sizes in metres outside which an artist should know about it; rigging works beyond them too."""
MANY_TRIANGLES = 200_000


@dataclasses.dataclass(frozen=True)
class Problem:
    """One finding."""

    code: str
    message: str
    severity: str
    object: str = ""
    """Name of the object it is about, "" for all of them."""
    fix: Callable[[bpy.types.Context, bpy.types.Object], None] | None = None
    fix_label: str = ""


def targets(context: bpy.types.Context) -> list[bpy.types.Object]:
    """The meshes a button works on: the selected ones, the active one first; without any, the active one."""
    active = context.view_layer.objects.active
    chosen = [item for item in context.selected_objects if item.type == "MESH"]
    if active is not None and active.type == "MESH" and (active in chosen or not chosen):
        return [active] + [item for item in chosen if item != active]
    return chosen


def quick(context: bpy.types.Context, objects: list[bpy.types.Object]) -> list[Problem]:
    """Everything that can be said without reading the geometry."""
    if not objects:
        active = context.view_layer.objects.active
        if active is None:
            return [Problem("no_selection", "Select the mesh to rig.", BLOCKS)]
        return [Problem("not_a_mesh", f"{active.name} is not a mesh: select the mesh to rig.", BLOCKS, active.name)]
    return [problem for item in objects for problem in _quick_object(context, item)]


def _quick_object(context: bpy.types.Context, item: bpy.types.Object) -> list[Problem]:
    """In the order in which they have to be fixed."""
    found = []

    def add(code: str, message: str, severity: str, fix=None, fix_label: str = "") -> None:
        found.append(Problem(code, f"{item.name} {message}", severity, item.name, fix, fix_label))

    if item.mode == "EDIT":
        add("edit_mode", "is in Edit Mode.", BLOCKS, leave_mode, "Leave Edit Mode")
    elif item.mode != "OBJECT":
        add("mode", "is being painted or sculpted.", BLOCKS, leave_mode, "Object Mode")
    if item.library or item.data.library or item.override_library:
        add("linked", "comes from another file, so nothing can be added to it.", BLOCKS, make_local, "Make Local")
    elif item.data.users - item.data.use_fake_user > 1:
        add(
            "multi_user",
            "shares its mesh with other objects, which would get the weights too.",
            BLOCKS,
            make_single_user,
            "Make Single User",
        )
    if not item.visible_get(view_layer=context.view_layer):
        add("hidden", "is hidden.", BLOCKS, show, "Show")
    armature = bound_armature(item)
    if armature is not None and recipe.read(armature) is not None:
        add("has_rig", f"follows {armature.name}: Rig makes a new one in its place.", INFO)
    elif armature is not None:
        add(
            "has_armature",
            f"already follows {armature.name}: Rig replaces that binding. To keep its bones, use Bind instead.",
            WARNS,
        )
    if item.data.shape_keys and item.active_shape_key_index and item.show_only_shape_key:
        add("pinned_shape", "shows one pinned shape key, and that shape is rigged.", WARNS)
    scale = np.array(item.matrix_world.to_scale())
    if np.any(np.abs(scale) < 1e-12):
        add("zero_scale", "is scaled to nothing.", BLOCKS)
    elif np.any(np.abs(scale) > 1e12):  # the determinant is beyond Blender's single precision: the mesh would vanish
        add("endless_scale", "is scaled beyond what Blender can compute with.", BLOCKS)
    elif item.matrix_world.is_negative:
        add(
            "negative_scale",
            "has a negative scale. Rigging works; mirrored exports may not.",
            WARNS,
            apply_scale,
            "Apply Scale",
        )
    elif np.ptp(np.abs(scale)) > 1e-4 * np.abs(scale).max():
        add(
            "uneven_scale",
            "is scaled unevenly. Rigging works; game engines may shear it.",
            WARNS,
            apply_scale,
            "Apply Scale",
        )
    elif abs(scale[0] - 1) > 1e-4:
        add("scale", "has a scale that is not applied. Rigging works.", INFO, apply_scale, "Apply Scale")
    if any(problem.severity == BLOCKS for problem in found):  # Blender refuses it in these states
        found[:] = [dataclasses.replace(p, fix=None, fix_label="") if p.fix == apply_scale else p for p in found]
    size = max(item.dimensions)
    if 0 < size < SMALL:
        add("tiny", f"is {size:.2g} units large. Rigging works, but Blender's own tools have trouble with that.", INFO)
    elif size > LARGE:
        add("giant", f"is {size:.2g} units large. Rigging works, but Blender's own tools have trouble with that.", INFO)
    changing = [m.name for m in item.modifiers if m.show_viewport and m.type in CHANGE_VERTICES]
    if changing:
        add(
            "modifiers",
            f"changes its vertices by modifiers ({', '.join(changing)}): "
            "the result is seen, the mesh below gets the weights.",
            INFO,
        )
    if len(item.data.vertices) == 0:
        add("empty", "has no vertices.", BLOCKS)
    elif len(item.data.polygons) == 0 and "SKIN" not in {m.type for m in item.modifiers}:
        add("no_faces", "has no faces.", BLOCKS)
    return found


CHANGE_VERTICES = {
    "ARRAY", "BEVEL", "BOOLEAN", "BUILD", "DECIMATE", "EDGE_SPLIT", "MASK", "MIRROR", "MULTIRES", "NODES", "REMESH",
    "SCREW", "SKIN", "SOLIDIFY", "SUBSURF", "WELD", "WIREFRAME",
}  # fmt: skip


def deep(objects: list[bpy.types.Object], parts: list[Arrays]) -> list[Problem]:
    """What the geometry says about meshes that will be rigged together (``parts`` in the order of ``objects``).

    A finding about all of them has no object name; its fix is for each of them.
    """
    broken = [
        Problem("nan", f"{item.name} has vertices without a valid position (NaN or infinite).", BLOCKS, item.name,
                delete_broken_vertices, "Delete Them")
        for item, part in zip(objects, parts, strict=True)
        if broken_points(part.vertices).any() or broken_points(part.targets).any()
    ]  # fmt: skip
    if broken:
        return broken
    alone = len(objects) == 1
    return _deep(joined(parts), objects[0].name if alone else "The selection", objects[0].name if alone else "")


def broken_points(points: np.ndarray) -> np.ndarray:
    """(N, 3) -> (N,) bool: NaN, infinite, or so far away that it was infinite once (Blender cuts infinity to 3e38)."""
    return ~(np.abs(points) < 1e30).all(1)


def _deep(data: Arrays, subject: str, name: str) -> list[Problem]:
    found = []

    def add(code: str, message: str, severity: str, fix=None, fix_label: str = "") -> None:
        found.append(Problem(code, f"{subject} {message}", severity, name, fix, fix_label))

    if len(data.triangles) < 4:
        add("too_few_faces", "has too few faces to be a body.", BLOCKS)
        return found
    used = data.vertices[np.unique(data.triangles)]
    size = np.ptp(used, axis=0).max()
    if size <= 0:
        add("no_extent", "has all its vertices in one place.", BLOCKS)
        return found
    # The thinnest direction of all, not of the axes: a plane may lie at any angle.
    thickness = np.linalg.eigvalsh(np.cov(((used - used.mean(0)) / size).T))[0] ** 0.5 if len(used) > 2 else 0.0
    if not thickness > 1e-4:
        add("flat", "is flat: a body with some thickness is needed.", BLOCKS)
        return found
    welded, triangles = _weld(data.vertices, data.triangles, size)
    edges, count, directed = _edges(triangles)
    open_edges, crowded = int((count == 1).sum()), int((count > 2).sum())
    if crowded:
        add("non_manifold", f"has {crowded} edges with more than two faces; the weights near them may be rough.", WARNS)
    if open_edges:
        severity = INFO if open_edges < 0.02 * len(edges) else WARNS
        add("open", f"is open: {open_edges} edges belong to one face only. Rigging closes it for itself.", severity)
    corners = ((welded - used.mean(0)) / size)[triangles]
    volume = np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() / 6
    if not open_edges and volume < -1e-9:
        add(
            "inverted",
            "is inside out. Rigging copes; shading and exports may not.",
            WARNS,
            recalculate_normals,
            "Recalculate Normals",
        )
    elif np.any(directed[count == 2]):
        add(
            "mixed_normals",
            "has faces that look inwards and others that look outwards. Rigging copes.",
            WARNS,
            recalculate_normals,
            "Recalculate Normals",
        )
    parts = _parts(len(welded), edges, triangles)
    if parts > 1:
        add(
            "parts", f"has {parts} loose parts; small ones follow the body next to them.", WARNS if parts > 20 else INFO
        )
    if len(data.triangles) > MANY_TRIANGLES:
        add(
            "huge",
            f"has {len(data.triangles):,} triangles: a lighter copy is used inside, the mesh stays as it is.",
            INFO,
        )
    return found


def _weld(vertices: np.ndarray, triangles: np.ndarray, size: float) -> tuple[np.ndarray, np.ndarray]:
    """Vertices in the same place become one (game meshes are cut along their UV seams); collapsed triangles go."""
    cells = np.floor((vertices - vertices.min(0)) / (size * 1e-6) + 0.5).astype(np.int64)
    key = (cells[:, 0] << 42) + (cells[:, 1] << 21) + cells[:, 2]
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    triangles = inverse[triangles]
    collapsed = (triangles == np.roll(triangles, 1, axis=1)).any(1)
    return vertices[first], triangles[~collapsed]


def _edges(triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Undirected edges (E, 2), faces per edge (E,), and walks one way minus walks the other way (E,)."""
    ends = triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2).astype(np.int64)
    forward = ends[:, 0] < ends[:, 1]
    base = int(triangles.max()) + 1
    key = ends.min(1) * base + ends.max(1)
    order = np.argsort(key, kind="stable")
    key = key[order]
    starts = np.flatnonzero(np.diff(key, prepend=-1))
    count = np.diff(np.append(starts, len(key)))
    directed = np.add.reduceat(np.where(forward[order], 1, -1), starts)
    return np.stack(np.divmod(key[starts], base), 1), count, directed


def _parts(vertex_count: int, edges: np.ndarray, triangles: np.ndarray) -> int:
    """Number of connected pieces of the surface: labels spread over edges, with shortcuts (Shiloach-Vishkin)."""
    label = np.arange(vertex_count)
    a, b = edges.T
    while True:
        low = np.minimum(label[a], label[b])
        spread = label.copy()
        np.minimum.at(spread, label[a], low)
        np.minimum.at(spread, label[b], low)
        spread = spread[spread]
        spread = spread[spread]
        if np.array_equal(spread, label):
            return len(np.unique(label[triangles[:, 0]]))
        label = spread


# Fixes: each changes the scene so that its problem is gone.


def make_local(context: bpy.types.Context, item: bpy.types.Object) -> None:
    """Linked or overridden object -> the file's own."""
    item = item.make_local()
    item.data.make_local()


def make_single_user(context: bpy.types.Context, item: bpy.types.Object) -> None:
    """A mesh of its own."""
    item.data = item.data.copy()


def leave_mode(context: bpy.types.Context, item: bpy.types.Object) -> None:
    """Back to object mode."""
    context.view_layer.objects.active = item
    bpy.ops.object.mode_set(mode="OBJECT")


def show(context: bpy.types.Context, item: bpy.types.Object) -> None:
    """Make the object and the collections around it visible."""
    item.hide_viewport = False
    item.hide_set(False)
    layers = [context.view_layer.layer_collection]
    while layers:
        layer = layers.pop()
        layers.extend(layer.children)
        if item.name in layer.collection.all_objects:
            layer.exclude = layer.hide_viewport = layer.collection.hide_viewport = False


def delete_broken_vertices(context: bpy.types.Context, item: bpy.types.Object) -> None:
    """Remove vertices whose position is no number, with their faces."""
    mesh = bmesh.new()
    mesh.from_mesh(item.data)
    broken = np.flatnonzero(broken_points(vertex_positions(item.data))).tolist()
    mesh.verts.ensure_lookup_table()
    bmesh.ops.delete(mesh, geom=[mesh.verts[index] for index in broken], context="VERTS")
    mesh.to_mesh(item.data)
    mesh.free()


def recalculate_normals(context: bpy.types.Context, item: bpy.types.Object) -> None:
    """Turn every face to the outside."""
    mesh = bmesh.new()
    mesh.from_mesh(item.data)
    bmesh.ops.recalc_face_normals(mesh, faces=mesh.faces)
    mesh.to_mesh(item.data)
    mesh.free()


def apply_scale(context: bpy.types.Context, item: bpy.types.Object) -> None:
    """Scale into the mesh; a mirrored mesh has its faces turned, so that the outside stays outside."""
    with context.temp_override(
        object=item, active_object=item, selected_objects=[item], selected_editable_objects=[item]
    ):
        compat.apply_scale(item)
