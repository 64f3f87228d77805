# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bones as Blender knows them, and the chains they are made of. All positions in the body's frame."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Bone:
    name: str
    parent: str | None
    connected: bool
    """Whether the head sits on the parent's tail."""
    head: np.ndarray
    """(3,) float64."""
    tail: np.ndarray
    """(3,) float64."""
    z_axis: np.ndarray
    """(3,) float64: direction of the bone's local Z; its local X is the axis the joint bends about."""
    deform: bool
    collection: str
    color: str
    """Theme colour of Blender, "THEME01" to "THEME15"."""


@dataclass(frozen=True)
class Skeleton:
    animal: str
    bones: list[Bone]
    """Parents before children."""

    def bone(self, name: str) -> Bone:
        return next(bone for bone in self.bones if bone.name == name)


CENTRE, LEFT, RIGHT, ROOT = "THEME09", "THEME03", "THEME01", "THEME04"
"""Colours of the middle (yellow), left (green), right (red) and root (blue) bones, as in Rigify's rigs."""


def root_bone(length: float) -> Bone:
    """The bone that carries all others and moves no vertex: on the ground, pointing backward."""
    return Bone(
        "Root", None, False, np.zeros(3), np.array([0.0, length, 0.0]), np.array([0.0, 0, 1]), False, "Root", ROOT
    )


def chain(
    names: list[str],
    joints: np.ndarray,
    parent: str | None,
    collection: str,
    *,
    bend: np.ndarray | None = None,
    connected: bool = False,
) -> list[Bone]:
    """Bones along joints (N + 1, 3), one per name, each connected to the one before.

    ``bend`` (3,) is the axis about which the joints bend, by default the lateral axis; the bones' local X follows it.
    ``connected``: the first bone sits on its parent's tail.
    """
    assert joints.shape == (len(names) + 1, 3), (joints.shape, names)
    bend = np.array([1.0, 0, 0]) if bend is None else bend
    bones = []
    for index, name in enumerate(names):
        head, tail = joints[index], joints[index + 1]
        side = name.rsplit(".", 1)[-1]
        color = {"L": LEFT, "R": RIGHT}.get(side, CENTRE)
        bones.append(
            Bone(name, parent, connected or index > 0, head, tail, _across(bend, tail - head), True, collection, color)
        )
        parent = name
    return bones


def mirrored(bones: list[Bone]) -> list[Bone]:
    """The right twins of left bones; parents without a side stay."""
    flip = np.array([-1.0, 1.0, 1.0])
    return [
        replace(
            bone,
            name=_other_side(bone.name),
            parent=bone.parent and _other_side(bone.parent),
            head=bone.head * flip,
            tail=bone.tail * flip,
            z_axis=bone.z_axis * flip,
            collection=_other_side(bone.collection),
            color=RIGHT,
        )
        for bone in bones
    ]


def numbered(name: str, count: int, side: str = "") -> list[str]:
    """["Tail1", "Tail2", ...] or ["Ear1.L", ...]."""
    return [f"{name}{number}{side}" for number in range(1, count + 1)]


def split_evenly(path: np.ndarray, count: int) -> np.ndarray:
    """(count + 1, 3) points at equal arc length along a polyline (N, 3)."""
    return at_arc(path, np.linspace(0, 1, count + 1))


def at_arc(path: np.ndarray, fraction: np.ndarray | float) -> np.ndarray:
    """Points of a polyline (N, 3) at fractions (...) of its length -> (..., 3)."""
    arc = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    return np.stack([np.interp(np.asarray(fraction) * arc[-1], arc, path[:, axis]) for axis in range(3)], axis=-1)


def _other_side(name: str) -> str:
    return name[:-2] + ".R" if name.endswith(".L") else name


def _across(bend: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """Local Z of a bone along ``direction`` whose local X lies as near to ``bend`` as it can."""
    z = np.cross(bend, direction)
    if np.linalg.norm(z) < 1e-3 * np.linalg.norm(direction):
        z = np.cross(np.array([0.0, 0.0, 1.0]), direction)
    length = np.linalg.norm(z)
    return z / length if length > 0 else np.array([0.0, 0.0, 1.0])
