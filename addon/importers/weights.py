# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Skin weights -> vertex groups, Armature modifier and parent."""

from __future__ import annotations

from typing import NamedTuple

import bpy
import numpy as np
from mathutils import Matrix

STEPS = 1000
"""Weights are stored as multiples of 1/STEPS, so that vertices sharing a weight can be written in one call."""

BODY_MODIFIERS = {"MIRROR", "ARRAY", "SKIN", "BOOLEAN", "WELD"}
"""Modifiers that make the body. The armature deforms what they made, and before others refine it (Subdivision, ...)."""


class Skin(NamedTuple):
    """Weights of N vertices, at most 4 bones each."""

    bones: list[str]
    indices: np.ndarray
    """(N, 4) int32 into ``bones``."""
    weights: np.ndarray
    """(N, 4) float32, rows sum to 1."""


def load(path) -> Skin:
    """Read ``out/weights.npz``."""
    with np.load(path, allow_pickle=False) as data:
        return Skin([str(name) for name in data["bones"]], data["indices"], data["weights"])


def quantised(weights: np.ndarray) -> np.ndarray:
    """(N, 4) float -> (N, 4) int64 whose rows sum to exactly STEPS; empty rows stay empty.

    The steps lost by rounding down go to the largest remainders of each row.
    """
    total = weights.sum(1, keepdims=True, dtype=np.float64)
    exact = np.divide(weights, total, out=np.zeros(weights.shape), where=total > 0) * STEPS
    steps = np.floor(exact + 1e-6).astype(np.int64)
    missing = np.where(total[:, 0] > 0, STEPS - steps.sum(1), 0)
    rank = np.argsort(np.argsort(steps - exact, axis=1, kind="stable"), axis=1, kind="stable")
    return steps + (rank < missing[:, None])


def assign(mesh_object: bpy.types.Object, skin: Skin) -> None:
    """Replace the vertex groups named after ``skin.bones``; every other group stays as it is."""
    for name in skin.bones:
        old = mesh_object.vertex_groups.get(name)
        if old is not None:
            mesh_object.vertex_groups.remove(old)
    steps = quantised(skin.weights)
    vertex, column = np.nonzero(steps)
    # A bone may be named twice in a row; its weights are added.
    key = skin.indices[vertex, column].astype(np.int64) * len(steps) + vertex
    pairs, inverse = np.unique(key, return_inverse=True)
    value = np.bincount(inverse, weights=steps[vertex, column], minlength=len(pairs)).astype(np.int64)
    bone, vertex = np.divmod(pairs, max(len(steps), 1))
    order = np.lexsort((vertex, value, bone))
    bone, value, vertex = bone[order], value[order], vertex[order].tolist()
    starts = np.flatnonzero(np.diff(bone * (STEPS + 1) + value, prepend=-1))
    stops = np.append(starts[1:], len(vertex))
    names = {skin.bones[index] for index in np.unique(bone).tolist()}
    if any(modifier.type == "MIRROR" and modifier.use_mirror_vertex_groups for modifier in mesh_object.modifiers):
        # The other half takes over the groups of the other side, if they are there.
        names |= {bpy.utils.flip_name(name) for name in names} & set(skin.bones)
    used = {i: mesh_object.vertex_groups.new(name=name) for i, name in enumerate(skin.bones) if name in names}
    for start, stop in zip(starts.tolist(), stops.tolist()):
        used[int(bone[start])].add(vertex[start:stop], int(value[start]) / STEPS, "REPLACE")


def read(mesh_object: bpy.types.Object, bones: list[str]) -> np.ndarray:
    """Dense weights (N, B) float32 of the groups named ``bones``; missing groups are zero."""
    column = {
        mesh_object.vertex_groups[name].index: i for i, name in enumerate(bones) if name in mesh_object.vertex_groups
    }
    weights = np.zeros((len(mesh_object.data.vertices), len(bones)), dtype=np.float32)
    for vertex in mesh_object.data.vertices:
        for group in vertex.groups:
            if group.group in column:
                weights[vertex.index, column[group.group]] = group.weight
    return weights


def armature_modifier(mesh_object: bpy.types.Object) -> bpy.types.ArmatureModifier | None:
    """The first Armature modifier that has an object."""
    return next((m for m in mesh_object.modifiers if m.type == "ARMATURE" and m.object is not None), None)


def bound_armature(mesh_object: bpy.types.Object) -> bpy.types.Object | None:
    """The armature that deforms the mesh, else the one it hangs under."""
    modifier = armature_modifier(mesh_object)
    if modifier is not None:
        return modifier.object
    parent = mesh_object.parent
    return parent if parent is not None and parent.type == "ARMATURE" else None


def add_modifier(mesh_object: bpy.types.Object, armature: bpy.types.Object) -> bpy.types.ArmatureModifier:
    """The mesh's Armature modifier, pointed at ``armature``, behind the modifiers that make the body.

    One whose armature was deleted is used again: it does nothing else."""
    empty = (m for m in mesh_object.modifiers if m.type == "ARMATURE")
    modifier = armature_modifier(mesh_object) or next(empty, None)
    if modifier is None:
        modifier = mesh_object.modifiers.new("Armature", "ARMATURE")
        body = [i for i, other in enumerate(mesh_object.modifiers) if other.type in BODY_MODIFIERS]
        mesh_object.modifiers.move(len(mesh_object.modifiers) - 1, max(body, default=-1) + 1)
    modifier.object = armature
    modifier.use_vertex_groups = True
    modifier.use_bone_envelopes = False
    return modifier


def take_over_parent(armature: bpy.types.Object, mesh_object: bpy.types.Object) -> None:
    """Hang the armature where the mesh hung, without moving it. One of another file stays as it is there."""
    if mesh_object.parent is None or mesh_object.parent == armature or armature.library is not None:
        return
    if mesh_object.parent_type in {"OBJECT", "BONE"}:
        hang(armature, mesh_object.parent, mesh_object.parent_type, mesh_object.parent_bone)
    else:
        hang(armature, mesh_object.parent)


def hang(item: bpy.types.Object, above: bpy.types.Object | None, kind: str = "OBJECT", bone: str = "") -> None:
    """Give an object a parent (or none) without moving it.

    The parent's transform goes into the inverse: an unevenly scaled parent shears, which no location, rotation and
    scale could make up for.
    """
    world = item.matrix_world.copy()
    item.parent, item.parent_type, item.parent_bone = above, kind, bone
    item.matrix_parent_inverse = item.matrix_basis = Matrix()
    bpy.context.view_layer.update()
    item.matrix_parent_inverse = item.matrix_world.inverted_safe()
    item.matrix_basis = world
    bpy.context.view_layer.update()


def parent(mesh_object: bpy.types.Object, armature: bpy.types.Object) -> None:
    """Make the mesh a child of the armature. Its own transform is not touched, and it keeps its place in the world."""
    if mesh_object.parent == armature and mesh_object.parent_type == "OBJECT":
        return
    old = mesh_object.parent
    if old is None:
        above = Matrix()
    elif mesh_object.parent_type == "OBJECT":
        above = old.matrix_world @ mesh_object.matrix_parent_inverse
    else:  # a bone or vertices: what they do to the object, seen from its present place
        above = mesh_object.matrix_world @ mesh_object.matrix_basis.inverted_safe()
    mesh_object.parent = armature
    mesh_object.parent_type = "OBJECT"
    mesh_object.matrix_parent_inverse = armature.matrix_world.inverted() @ above
