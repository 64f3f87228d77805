# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A match carries a pose, or a whole action, from one armature to another one of other proportions and rest pose.

What goes over is how much each bone turned from its rest against the bone above it, seen along the bone: so an animal
at rest stays at rest, and a neck that rests lower bends as much as one that rests higher.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import bpy
import numpy as np
from mathutils import Matrix, Quaternion, Vector

from . import compat, match, match_rig
from .importers import armature as armature_import
from .importers import motion, weights
from .match_transfer import TransferProblem

ALIKE = 0.5
"""Part of the deforming bones that must have names in common; otherwise bones are paired by the skin they move."""
LEADS, LEAST = 3, 0.15
"""Most bones that one follows then, and the least part of its skin that each of them moves."""


class Follower(NamedTuple):
    """One bone of the target, and what of the source it follows."""

    bone: bpy.types.PoseBone
    leads: list[tuple[bpy.types.PoseBone, float]]
    """With their shares; none where nothing corresponds."""
    turn: Quaternion
    """From how the lead rests to how the bone rests."""
    top: bool
    """Whether nothing above it follows anything."""


class Retarget:
    """Two armatures, bone by bone."""

    def __init__(self, source: bpy.types.Object, target: bpy.types.Object) -> None:
        """The matched meshes."""
        self.source, self.target = armatures(source, target)
        carrier = match_rig.Carrier(source, target)
        self.scale = carrier.whole.scale
        across = Matrix(carrier.whole.rotation).to_quaternion()
        self.into = across @ _turn(self.source)  # the source armature's axes -> the world as the target stands in it
        self.own = _turn(self.target)
        leads = by_name(self.source, self.target)
        deforming = [bone.name for bone in self.target.data.bones if bone.use_deform]
        named = sum(name in leads for name in deforming) >= ALIKE * len(deforming)
        if not named:
            leads = by_skin(source, target, self.source, self.target)
        if not leads:
            raise TransferProblem(f"No bone of {self.source.name} corresponds to one of {self.target.name}.")
        self.followers: dict[str, Follower] = {}
        for bone in armature_import.parents_first(self.target.data):
            followed = leads.get(bone.name, [])
            turn = Quaternion()
            if followed and named:  # others may point anywhere
                lead = max(followed, key=lambda one: one[1])[0]
                was = self.into @ Vector(lead.bone.matrix_local.col[1][:3])
                turn = was.rotation_difference(self.own @ Vector(bone.matrix_local.col[1][:3]))
            top = not any(self.followers[above.name].leads for above in bone.parent_recursive)
            self.followers[bone.name] = Follower(self.target.pose.bones[bone.name], followed, turn, top)

    def pose(self) -> dict[str, tuple[Quaternion, Vector]]:
        """Bone of the target -> its own turn and shift, as the source is posed now."""
        result, turned = {}, {}
        for name, follower in self.followers.items():
            bone = follower.bone.bone
            above = turned[bone.parent.name] if bone.parent else (Quaternion(), Quaternion())
            was, now = above
            shift = Vector()
            if follower.leads:
                told = self.told(follower.leads)
                # How the lead turned against what the parent followed, brought to how this bone rests.
                own = follower.turn @ (was.inverted() @ told) @ follower.turn.inverted()
                was, now = told, now @ own
                shift = self.shift(follower)
            turned[name] = was, now
            rest = self.own @ bone.matrix_local.to_quaternion()
            parent_now = above[1] if bone.use_inherit_rotation else Quaternion()
            result[name] = rest.inverted() @ parent_now.inverted() @ now @ rest, shift
        return result

    def told(self, leads: list[tuple[bpy.types.PoseBone, float]]) -> Quaternion:
        """How the leads turned from their rest, mixed by their shares, in the world as the target stands in it."""
        total, result = 0.0, Quaternion()
        for lead, part in leads:
            turned = lead.matrix.to_quaternion() @ lead.bone.matrix_local.to_quaternion().inverted()
            turned = self.into @ turned @ self.into.inverted()
            total += part
            result = result.slerp(turned, part / total) if total > part else turned
        return result

    def shift(self, follower: Follower) -> Vector:
        """The location of a bone that is free to move, in its own axes: the topmost one moves as its lead does in
        all, others as their leads do of themselves."""
        bone, lead = follower.bone.bone, max(follower.leads, key=lambda one: one[1])[0]
        if bone.use_connect or (lead.bone.use_connect and not follower.top):
            return Vector()
        if follower.top:
            moved = self.into @ (lead.head - lead.bone.head_local)
        else:
            local = self.source.convert_space(pose_bone=lead, matrix=lead.matrix, from_space="POSE", to_space="LOCAL")
            moved = follower.turn @ self.into @ lead.bone.matrix_local.to_quaternion() @ local.translation
        own = self.own @ bone.matrix_local.to_quaternion()
        return own.inverted() @ moved * (self.scale * _size(self.source) / _size(self.target))


def transfer(context: bpy.types.Context, source: bpy.types.Object, target: bpy.types.Object) -> int:
    """Pose the target's armature as the source's is posed now. Returns the number of bones that follow."""
    retarget = Retarget(source, target)
    context.view_layer.update()
    for name, (turn, shift) in retarget.pose().items():
        bone = retarget.target.pose.bones[name]
        bone.matrix_basis = Matrix.LocRotScale(shift, turn, None)
    context.view_layer.update()
    return sum(bool(one.leads) for one in retarget.followers.values())


def transfer_action(context: bpy.types.Context, source: bpy.types.Object, target: bpy.types.Object) -> bpy.types.Action:
    """An action that moves the target as the source's present action moves that, with a key in each frame.

    The target's old action is kept in the file.
    """
    retarget = Retarget(source, target)
    told = retarget.source.animation_data.action if retarget.source.animation_data else None
    if told is None:
        raise TransferProblem(f"{retarget.source.name} has no action: choose one, or transfer its pose.")
    scene, before = context.scene, (context.scene.frame_current, context.scene.frame_subframe)
    first, last = (round(end) for end in told.frame_range)
    frames = np.arange(first, last + 1, dtype=np.int32)
    poses = []
    try:
        for frame in frames.tolist():
            scene.frame_set(frame)
            poses.append(retarget.pose())
    finally:
        scene.frame_set(before[0], subframe=before[1])
    armature = retarget.target
    if armature.animation_data is not None and armature.animation_data.action is not None:
        armature.animation_data.action.use_fake_user = True
    action = bpy.data.actions.new(f"{target.name} {told.name}")
    compat.assign_action(armature, action)
    channels = compat.channels(armature)
    for name, follower in retarget.followers.items():
        if not follower.leads:
            continue
        turns = np.array([Matrix.LocRotScale(None, pose[name][0], None) for pose in poses])
        shifts = np.array([pose[name][1][:] for pose in poses])
        follower.bone.rotation_mode = "QUATERNION"
        motion.write(channels, follower.bone, "rotation_quaternion", frames, motion.quaternions(turns))
        if np.abs(shifts).max() > 0:
            motion.write(channels, follower.bone, "location", frames, shifts)
    action.use_frame_range = True
    action.frame_start, action.frame_end = first, last
    scene.frame_set(before[0], subframe=before[1])
    return action


def armatures(source: bpy.types.Object, target: bpy.types.Object) -> tuple[bpy.types.Object, bpy.types.Object]:
    """Those of two matched meshes."""
    found = [weights.bound_armature(item) for item in (source, target)]
    for item, armature in zip((source, target), found, strict=True):
        if armature is None:
            raise TransferProblem(f"{item.name} has no armature: rig it first, or use Fit Rig.")
    if found[0] == found[1]:
        raise TransferProblem("Both animals follow the same armature already.")
    return found[0], found[1]


def by_name(source: bpy.types.Object, target: bpy.types.Object) -> dict[str, list[tuple[bpy.types.PoseBone, float]]]:
    """Bone of the target -> the bones of the source of the same name, with their shares; in chains of other numbers
    ("Spine1", "Spine2", ...) those that lie at the same part of the chain."""
    chains = [_chains(armature) for armature in (source, target)]
    result = {}
    for key, names in chains[1].items():
        told = chains[0].get(key)
        if told is None:
            continue
        for number, name in enumerate(names):
            place = float(np.clip((number + 0.5) / len(names) * len(told) - 0.5, 0, len(told) - 1))
            low = int(place)
            high, part = min(low + 1, len(told) - 1), place - low
            leads = [(source.pose.bones[told[low]], 1.0 - part), (source.pose.bones[told[high]], part)]
            result[name] = [lead for lead in leads if lead[1] > 1e-6]
    return result


def _chains(armature: bpy.types.Object) -> dict[tuple[str, str], list[str]]:
    """(Name without its number, side) -> bones in the order of their numbers."""
    found: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for bone in armature.data.bones:
        stem, number, side = re.fullmatch(r"(.*?)[._]?(\d*)((?:[._][LlRr])?)", bone.name).groups()
        found.setdefault((stem, side.upper()), []).append((int(number or 0), bone.name))
    return {key: [name for _, name in sorted(bones)] for key, bones in found.items()}


def by_skin(
    source: bpy.types.Object, target: bpy.types.Object, lead: bpy.types.Object, follower: bpy.types.Object
) -> dict[str, list[tuple[bpy.types.PoseBone, float]]]:
    """Bone of the follower -> the bones of the lead that move the same skin, by how much of it each of them moves.

    ``source`` and ``target`` are the matched meshes of the two armatures."""
    told = [bone.name for bone in lead.data.bones if bone.use_deform and bone.name in source.vertex_groups]
    names = [bone.name for bone in follower.data.bones if bone.use_deform and bone.name in target.vertex_groups]
    if not told or not names:
        return {}
    surface = match.Surface(source.data)
    triangle, share = surface.nearest(match.places(target))
    moved = np.einsum("nk,nkg->ng", share, weights.read(source, told)[surface.triangles[triangle]])
    common = (weights.read(target, names) * match.sureness(target)[:, None]).T @ moved
    common /= np.maximum(common.sum(axis=1, keepdims=True), 1e-12)
    result = {}
    for name, row in zip(names, common, strict=True):
        best = [number for number in np.argsort(-row)[:LEADS] if row[number] >= LEAST]
        if best:
            result[name] = [(lead.pose.bones[told[number]], float(row[number])) for number in best]
    return result


def _turn(armature: bpy.types.Object) -> Quaternion:
    return armature.matrix_world.to_quaternion()


def _size(armature: bpy.types.Object) -> float:
    return float(np.mean(armature.matrix_world.to_scale()))
