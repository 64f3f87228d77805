# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A short walk-like range of motion for looking at a rig: which bone turns when, and by how much.

It reads the bone collections ("Front Leg.L", "Tail", ...) and falls back to bone names, so it also moves other rigs.
Angles are about the armature's axes: +X left, -Y forward, +Z up. A turn about +X moves what hangs down backwards.
"""

from __future__ import annotations

import dataclasses
import json
import math

import bpy
from mathutils import Matrix, Quaternion, Vector

from . import compat

FRAMES = 32
"""Length of one cycle."""
KEY_STEP = 2
NAME = "Galatea Test Bend"
KEY = "galatea_test_bend"
"""Custom property on the armature: what to restore."""

PARTS = (
    "front leg",
    "arm",
    "hind leg",
    "back leg",
    "leg",
    "wing",
    "fin",
    "ear",
    "horn",
    "jaw",
    "head",
    "neck",
    "tail",
    "spine",
)
"""What a bone can be part of, looked for in the name of its collection, then in its own, in this order."""


@dataclasses.dataclass(frozen=True)
class Limb:
    """Bones that move as one, from the body outwards."""

    part: str
    side: float
    """+1 left, -1 right, 0 middle."""
    bones: list[bpy.types.Bone]


def limbs(armature: bpy.types.Armature) -> list[Limb]:
    """The skeleton taken apart by collection: chains whose bones hang on each other."""
    found: list[Limb] = []
    owner: dict[str, Limb] = {}
    waiting = [bone for bone in armature.bones if bone.parent is None]
    while waiting:
        bone = waiting.pop()
        waiting.extend(bone.children)
        label = bone.collections[0].name if bone.collections else ""
        part = part_of(label)
        if part in ("", "head"):  # the head's collection also holds neck, jaw and ears
            part = part_of(bone.name) or part
        side = (
            1.0 if bone.name.endswith((".L", "_L", ".l")) else -1.0 if bone.name.endswith((".R", "_R", ".r")) else 0.0
        )
        above = owner.get(bone.parent.name) if bone.parent else None
        if above is not None and (above.part, above.side) == (part, side) and above.bones[-1] == bone.parent:
            above.bones.append(bone)
            owner[bone.name] = above
        else:
            owner[bone.name] = Limb(part, side, [bone])
            found.append(owner[bone.name])
    # The root carries everything and stays.
    return [limb for limb in found if limb.bones[0].parent is not None or len(limb.bones) > 1]


def part_of(name: str) -> str:
    """The part a name speaks of, "" for none."""
    words = name.lower().replace("_", " ")
    return next((part for part in PARTS if part in words), "")


def turns(armature: bpy.types.Armature, cycle: float, strength: float = 1.0) -> dict[str, Quaternion]:
    """Bone name -> turn about the armature's axes at a moment of the walk (``cycle`` 0..1)."""
    found = limbs(armature)
    swims = not any("leg" in limb.part or limb.part in ("arm", "wing") for limb in found)
    turned = {}
    for limb in found:
        for index, bone in enumerate(limb.bones):
            axis, degrees = turn(limb, index, cycle, swims)
            if degrees:
                turned[bone.name] = Quaternion(axis, math.radians(degrees * strength))
    return turned


def turn(limb: Limb, index: int, cycle: float, swims: bool) -> tuple[Vector, float]:
    """Axis and degrees of one bone."""
    x, y, z = Vector((1, 0, 0)), Vector((0, 1, 0)), Vector((0, 0, 1))
    angle = 2 * math.pi * cycle
    share = 1 / len(limb.bones)
    part, bone = limb.part, limb.bones[index]
    if "leg" in part or part == "arm":
        # Diagonal gait: a foreleg swings with the hind leg of the other side, an arm with the other side's leg.
        angle += math.pi * ((limb.side < 0) != (part in ("front leg", "arm")))
        hip = girdle(part, len(limb.bones))
        if index <= hip:
            return x, -(22 if index == hip else 5) * math.sin(angle)
        lifted = max(0.0, math.cos(angle))  # while the leg swings forward
        return x, flexion(limb, index, hip) * (34, 24, 14)[min(index - hip, 3) - 1] * lifted
    if part == "wing":
        return y, -limb.side * 28 * (0.8**index) * math.sin(angle - 0.7 * index)
    if part == "fin":
        return (y, -limb.side * 20 * math.sin(angle)) if limb.side else (z, 12 * math.sin(angle - 0.5 * index))
    if part in ("ear", "horn"):
        return y, (limb.side or 1.0) * 14 * math.sin(2 * angle) * (part == "ear")
    if part == "jaw":
        return x, 9 * (1 - math.cos(angle)) if index == 0 else 0.0
    if part == "head":
        return x, 8 * math.sin(angle) if index == 0 else 0.0
    if part == "neck":
        return x, 26 * share * math.sin(angle)
    if part == "tail":
        return z, min(60 * share, 16) * math.sin(angle - 0.6 * index) * (1.4 if swims else 1.0)
    if part == "spine":
        return z, min((70 if swims else 18) * share, 16) * math.sin(angle - (0.6 * index if swims else 0.0))
    return x, min(40 * share, 12) * math.sin(angle - 0.5 * index) if bone.use_deform else 0.0


def girdle(part: str, length: int) -> int:
    """How many bones of a leg or an arm belong to the trunk: the girdle."""
    return int(length >= (4 if part == "arm" else 5))


def flexion(limb: Limb, index: int, hip: int) -> float:
    """Which way a leg's joint folds (sign of the turn about +X).

    A clear bend at rest shows it. Otherwise anatomy does: elbow to the front, wrist to the back; knee to the back, hock
    to the front. A standing animal's wrist and fetlock are nearly straight, or bent a little the other way.
    """
    above, below = ((bone.tail_local - bone.head_local).normalized() for bone in limb.bones[index - 1 : index + 1])
    bend = math.degrees(math.asin(max(-1.0, min(1.0, above.cross(below).x))))
    if abs(bend) > 20 and index - hip < 3:
        return math.copysign(1, bend)
    joints = {"front leg": (-1.0, 1.0, 1.0), "arm": (-1.0, -1.0, 1.0)}.get(limb.part, (1.0, -1.0, 1.0))
    return joints[min(index - hip, 3) - 1]


def local_rotation(bone: bpy.types.Bone, rotation: Quaternion) -> Quaternion:
    """A turn about the armature's axes as the bone's own rotation."""
    rest = bone.matrix_local.to_quaternion()
    return rest.inverted() @ rotation @ rest


def set_pose(armature: bpy.types.Object, cycle: float, strength: float = 1.0) -> None:
    """Put the armature into the pose of a moment of the walk, without keys."""
    turned = turns(armature.data, cycle, strength)
    for bone in armature.pose.bones:
        bone.matrix_basis = local_rotation(bone.bone, turned.get(bone.name, Quaternion())).to_matrix().to_4x4()


def add(armature: bpy.types.Object) -> bpy.types.Action:
    """Key the walk as an action of its own; what was there before is remembered on the armature."""
    if KEY in armature:
        remove(armature)
    animation = armature.animation_data
    before = animation.action if animation else None
    armature[KEY] = json.dumps(
        {
            "action": before.name if before else "",
            "slot": compat.action_slot(armature),
            "pose": {bone.name: [list(row) for row in bone.matrix_basis] for bone in armature.pose.bones},
        }
    )
    action = bpy.data.actions.new(NAME)
    compat.assign_action(armature, action)
    keys = range(0, FRAMES + 1, KEY_STEP)
    moments = [turns(armature.data, frame / FRAMES) for frame in keys]
    curves = compat.fcurves(armature)
    for bone in armature.pose.bones:
        if bone.name in moments[1]:
            rotations = [local_rotation(bone.bone, moment.get(bone.name, Quaternion())) for moment in moments]
            key_rotation(curves, bone, [1 + frame for frame in keys], rotations)
    action.use_frame_range, action.use_cyclic = True, True
    action.frame_start, action.frame_end = 1, 1 + FRAMES
    return action


def key_rotation(curves, bone: bpy.types.PoseBone, frames: list[int], rotations: list[Quaternion]) -> None:
    """Key one bone in its own rotation mode; the curves repeat for ever."""
    if bone.rotation_mode == "QUATERNION":
        channel, values = "rotation_quaternion", [list(rotation) for rotation in rotations]
    elif bone.rotation_mode == "AXIS_ANGLE":
        channel, values = "rotation_axis_angle", [[r.angle, *r.axis] for r in rotations]
    else:
        channel, values = "rotation_euler", [list(rotation.to_euler(bone.rotation_mode)) for rotation in rotations]
    for index, column in enumerate(zip(*values)):
        curve = curves.new(bone.path_from_id(channel), index=index)
        curve.keyframe_points.add(len(frames))
        curve.keyframe_points.foreach_set("co", [number for point in zip(frames, column) for number in point])
        curve.update()
        curve.modifiers.new("CYCLES")


def remove(armature: bpy.types.Object) -> None:
    """Take the walk away; the earlier action and pose come back."""
    before = json.loads(armature[KEY])
    del armature[KEY]
    current = armature.animation_data.action if armature.animation_data else None
    compat.assign_action(armature, bpy.data.actions.get(before["action"]), before["slot"])
    if current is not None and current.name.startswith(NAME) and current.users == 0:
        bpy.data.actions.remove(current)
    for bone in armature.pose.bones:
        bone.matrix_basis = Matrix(before["pose"].get(bone.name, Matrix()))
    if (
        armature.animation_data.action is None
        and not armature.animation_data.nla_tracks
        and not armature.animation_data.drivers
    ):
        armature.animation_data_clear()
