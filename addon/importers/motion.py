# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bone motions (``out/motion.npz``) -> an action on an armature."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import bpy
import numpy as np
from mathutils import Matrix

from .. import compat

LINEAR = 1
"""The number of that interpolation. Every frame has a key, so nothing is left to ease."""


class Motion(NamedTuple):
    """How B bones move over F frames."""

    bones: list[str]
    frames: np.ndarray
    """(F,) int32."""
    matrices: np.ndarray
    """(F, B, 3, 4) float64: the world at rest -> the world posed."""
    free: np.ndarray
    """(B,) bool: has a location of its own; others turn about their joints."""
    rest_frame: int


def load(path: Path) -> Motion:
    """Read ``out/motion.npz``."""
    with np.load(path, allow_pickle=False) as data:
        names = [str(name) for name in data["bones"]]
        return Motion(names, data["frames"], data["matrices"], data["free"], int(data["rest_frame"]))


def key(armature: bpy.types.Object, motion: Motion, axes: np.ndarray, name: str) -> bpy.types.Action:
    """An action with a key in each frame: rotations, and locations of free bones.

    ``axes`` (4, 4) is the armature's place in the world, without its scale, that the matrices are meant for.
    """
    posed = np.zeros((*motion.matrices.shape[:2], 4, 4))
    posed[..., :3, :] = motion.matrices
    posed[..., 3, 3] = 1.0
    posed = np.linalg.inv(axes) @ posed @ axes
    posed[..., :3, 3] /= armature.scale[0]
    number = {bone: index for index, bone in enumerate(motion.bones)}
    action = bpy.data.actions.new(name)
    compat.assign_action(armature, action)
    channels = compat.channels(armature)
    for bone in armature.pose.bones:
        own = posed[:, number[bone.name]]
        if bone.parent is not None:
            own = np.linalg.inv(posed[:, number[bone.parent.name]]) @ own
        rest = np.array(bone.bone.matrix_local, np.float64)
        local = np.linalg.inv(rest) @ own @ rest
        bone.rotation_mode = "QUATERNION"
        write(channels, bone, "rotation_quaternion", motion.frames, quaternions(local))
        if motion.free[number[bone.name]]:
            write(channels, bone, "location", motion.frames, local[:, :3, 3])
    action.use_frame_range = True
    action.frame_start, action.frame_end = int(motion.frames[0]), int(motion.frames[-1])
    return action


def quaternions(matrices: np.ndarray) -> np.ndarray:
    """(F, 4) of (F, 4, 4), each on the side of the one before, so that what lies between two keys is the short way."""
    result = np.array([Matrix(matrix).to_quaternion() for matrix in matrices])
    flips = np.sign((result[1:] * result[:-1]).sum(axis=1))
    result[1:] *= np.cumprod(np.where(flips < 0, -1.0, 1.0))[:, None]
    return result


def write(channels, bone: bpy.types.PoseBone, channel: str, frames: np.ndarray, values: np.ndarray) -> None:
    """A curve for each column of values (F, N), in the group of the bone."""
    group = channels.groups.get(bone.name) or channels.groups.new(bone.name)
    for index, column in enumerate(values.T):
        curve = channels.fcurves.new(bone.path_from_id(channel), index=index)
        curve.group = group
        curve.keyframe_points.add(len(frames))
        curve.keyframe_points.foreach_set("co", np.stack([frames, column], axis=1).astype(np.float32).ravel())
        curve.keyframe_points.foreach_set("interpolation", np.full(len(frames), LINEAR, np.int32))
        curve.update()
