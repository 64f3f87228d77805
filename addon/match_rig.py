# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A match carries a rig: an armature of any names is fitted to another animal, with its weights."""

from __future__ import annotations

from typing import NamedTuple

import bpy
import numpy as np
from mathutils import Matrix, Vector

from . import match, match_transfer
from .importers import armature as armature_import
from .importers import weights
from .match_transfer import TransferProblem

REACH = 1.5
"""A joint goes with the surface up to this many times farther from it than the nearest of it."""
OWN = 0.02
"""How much a vertex counts for a joint whose bone does not move it."""


class Similarity(NamedTuple):
    """``scale * rotation @ point + shift``"""

    rotation: np.ndarray
    """(3, 3)"""
    scale: float
    shift: np.ndarray
    """(3,)"""

    def __call__(self, point: np.ndarray) -> np.ndarray:
        return self.scale * self.rotation @ point + self.shift


def similarity(source: np.ndarray, target: np.ndarray, weight: np.ndarray) -> Similarity:
    """The rotation, even scale and shift that best take points (N, 3) to others, by weights (N,) (Umeyama 1991)."""
    weight = weight / weight.sum()
    a, b = weight @ source, weight @ target
    left, values, right = np.linalg.svd((weight[:, None] * (target - b)).T @ (source - a))
    flip = np.array([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    rotation = (left * flip) @ right
    spread = float(weight @ ((source - a) ** 2).sum(axis=1))
    scale = float(values @ flip) / max(spread, 1e-300)
    return Similarity(rotation, scale, b - scale * rotation @ a)


class Carrier:
    """Takes points inside of one matched mesh to the other one, in world space."""

    def __init__(self, source: bpy.types.Object, target: bpy.types.Object) -> None:
        self.own = in_world(source, match.Surface(source.data).vertices)
        self.there = in_world(target, match.places(source))
        self.sure = match.sureness(source) + 1e-6
        self.whole = similarity(self.own, self.there, self.sure)

    def at(self, point: np.ndarray, belongs: np.ndarray | None = None) -> Similarity:
        """How a point (3,) goes: as the surface around it. ``belongs`` (V,): how much each vertex is of its part."""
        distance = np.linalg.norm(self.own - point, axis=1)
        weight = self.sure * (1.0 if belongs is None else OWN + belongs)
        reach = REACH * np.partition(distance, min(12, len(distance) - 1))[min(12, len(distance) - 1)]
        return similarity(self.own, self.there, weight * np.exp(-((distance / reach) ** 2)) + 1e-300)


def in_world(item: bpy.types.Object, points: np.ndarray) -> np.ndarray:
    """(N, 3) of an object's coordinates -> world space."""
    matrix = np.array(item.matrix_world, np.float64)
    return points @ matrix[:3, :3].T + matrix[:3, 3]


def fit(context: bpy.types.Context, source: bpy.types.Object, target: bpy.types.Object) -> bpy.types.Object:
    """A copy of the source's armature that fits the target, which gets the weights and follows it. The pose is none."""
    armature = weights.bound_armature(source)
    if armature is None:
        raise TransferProblem(
            f"{source.name} has no armature: rig it first, or select the animals the other way round."
        )
    if len(armature.pose.bones) and not {bone.name for bone in armature.data.bones} & set(source.vertex_groups.keys()):
        raise TransferProblem(f"{source.name} has no vertex groups of the bones of {armature.name}: bind it first.")
    joints = carried(source, target, armature)
    copy = armature.copy()
    copy.data = armature.data.copy()
    copy.name = copy.data.name = f"{target.name} {armature.name}"
    copy.animation_data_clear()
    copy.parent, copy.matrix_world = None, Matrix()
    for collection in target.users_collection[:1] or (context.scene.collection,):
        collection.objects.link(copy)
    copy.hide_viewport = False
    context.view_layer.update()
    if copy.name not in context.view_layer.objects:  # that collection is excluded
        context.scene.collection.objects.link(copy)
        context.view_layer.update()
    with armature_import.editing(context, copy):
        mirror, copy.data.use_mirror_x = copy.data.use_mirror_x, False
        for bone in copy.data.edit_bones:
            head, tail, z_axis = joints[bone.name]
            bone.head, bone.tail = Vector(head), Vector(tail)
            bone.align_roll(Vector(z_axis))
        copy.data.use_mirror_x = mirror
    for bone in copy.pose.bones:
        bone.matrix_basis = Matrix()
        for constraint in bone.constraints:
            for holder in (constraint, *getattr(constraint, "targets", ())):
                for name in ("target", "pole_target"):
                    if getattr(holder, name, None) == armature:
                        setattr(holder, name, copy)
    match_transfer.vertex_groups(source, target)
    weights.parent(target, copy)
    weights.add_modifier(target, copy)
    context.view_layer.update()
    return copy


def carried(
    source: bpy.types.Object, target: bpy.types.Object, armature: bpy.types.Object
) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Bone -> head, tail and Z axis, each (3,), in world space, where the match takes them."""
    carrier = Carrier(source, target)
    bones = list(armature.data.bones)
    dense = weights.read(source, [bone.name for bone in bones]).astype(np.float64)
    column = {bone.name: number for number, bone in enumerate(bones)}
    matrix = np.array(armature.matrix_world, np.float64)
    placed: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
    for bone in armature_import.parents_first(armature.data):
        owned = dense[:, column[bone.name]]
        above = dense[:, column[bone.parent.name]] if bone.parent else 0.0
        below = sum(
            (dense[:, column[child.name]] for child in bone.children if child.use_connect), np.zeros(len(owned))
        )
        ends = [np.array(matrix[:3, :3] @ np.array(end) + matrix[:3, 3]) for end in (bone.head_local, bone.tail_local)]
        moves = [carrier.at(ends[0], owned + above), carrier.at(ends[1], owned + below)]
        if not owned.any() and bone.parent is None:  # a root: goes with the animal as a whole
            moves = [carrier.whole, carrier.whole]
        head, tail = moves[0](ends[0]), moves[1](ends[1])
        if bone.use_connect and bone.parent:
            head = placed[bone.parent.name][1]
        if np.linalg.norm(tail - head) < 1e-4 * np.linalg.norm(carrier.there.max(axis=0) - carrier.there.min(axis=0)):
            tail = head + moves[0].scale * moves[0].rotation @ (ends[1] - ends[0])
        z_axis = matrix[:3, :3] @ np.array(bone.matrix_local.to_3x3().col[2])
        placed[bone.name] = head, tail, moves[0].rotation @ (z_axis / np.linalg.norm(z_axis))
    return placed
