# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A skeleton that was found in a motion -> bones with ends, rolls and names, in the axes of an armature."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from scipy.spatial.transform import Rotation

from ..skeleton import bones as named
from ..skeleton.bones import Bone
from .articulate import Poses, Skeleton

SHORTEST = 0.01
"""Bones are at least so long, in sizes."""
HINGE = 0.05
"""Mean turn, in radians, from which a joint tells its axis."""


def with_root_at_end(skeleton: Skeleton, rest: np.ndarray, weights: np.ndarray, forward: np.ndarray) -> Skeleton:
    """The skeleton with the root's own joint where a bone would begin: at the rear one of the joints on it.

    rest (V, 3), weights (V, B), ``forward`` (3,) where the body looks.
    """
    root = int(np.flatnonzero(skeleton.parents < 0)[0])
    on_it = skeleton.joints[skeleton.parents == root]
    own = rest[weights.argmax(axis=1) == root]
    candidates = on_it if len(on_it) > 1 else np.quantile(own, (0.1, 0.9), axis=0) if len(own) else rest[:1]
    joints = skeleton.joints.copy()
    rear = candidates[(candidates @ forward).argmin()]
    # On the middle line, whichever side the rear joint belongs to.
    centre = own.mean(axis=0) if len(own) else rest.mean(axis=0)
    joints[root] = centre + ((rear - centre) @ forward) * forward
    return replace(skeleton, joints=joints)


def tails(skeleton: Skeleton, rest: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(B, 3) where bones end, and (B,) the child that begins there, -1 where none does.

    The child that carries most, among those whose joint is far enough away; without one a bone ends where the points do
    that follow it.
    """
    bones = len(skeleton.parents)
    size = float(np.ptp(rest, axis=0).max())
    mass = weights.sum(axis=0)
    for bone in reversed(skeleton.order()):
        if skeleton.parents[bone] >= 0:
            mass[skeleton.parents[bone]] += mass[bone]
    labels = weights.argmax(axis=1)
    ends, heirs = np.empty((bones, 3)), np.full(bones, -1)
    for bone in range(bones):
        head = skeleton.joints[bone]
        children = [
            child
            for child in np.flatnonzero(skeleton.parents == bone)
            if np.linalg.norm(skeleton.joints[child] - head) > 2 * SHORTEST * size
        ]
        if children:
            heirs[bone] = max(children, key=lambda child: mass[child])
            ends[bone] = skeleton.joints[heirs[bone]]
            continue
        own = rest[labels == bone] if (labels == bone).any() else rest[[weights[:, bone].argmax()]]
        along = own.mean(axis=0) - head
        length = np.linalg.norm(along)
        along = along / length if length > 1e-9 * size else np.array([0.0, 0.0, 1.0])
        ends[bone] = head + max(np.quantile((own - head) @ along, 0.9), SHORTEST * size) * along
    return ends, heirs


def bend_axes(skeleton: Skeleton, poses: Poses) -> np.ndarray:
    """(B, 3) the axis about which each joint turns most, +x rather than -x; x where it hardly turns."""
    result = np.tile(np.array([1.0, 0, 0]), (len(skeleton.parents), 1))
    for bone, parent in enumerate(skeleton.parents):
        if parent < 0:
            continue
        turns = Rotation.from_matrix(poses.rotations[:, parent].swapaxes(-1, -2) @ poses.rotations[:, bone]).as_rotvec()
        _, spread, axes = np.linalg.svd(turns - turns.mean(axis=0), full_matrices=False)
        if spread[0] > HINGE * np.sqrt(len(turns)):
            result[bone] = axes[0] * (np.sign(axes[0][np.abs(axes[0]).argmax()]) or 1.0)
    return result


def names(
    skeleton: Skeleton, heads: np.ndarray, ends: np.ndarray, template: list[Bone] | None
) -> list[tuple[str, str]]:
    """(name, collection) of each bone, named after the bones of a template that lie nearest; heads and ends (B, 3).

    Bones of one name are numbered from the body outwards. Without a template they are called Bone1, Bone2, ...
    """
    if template is None:
        stems = [("Bone", "", "Bones")] * len(heads)
    else:
        known = [bone for bone in template if bone.deform]
        stems = []
        for head, end in zip(heads, ends, strict=True):
            distance = sum(_to_segments(head + (end - head) * part, known) for part in (0.25, 0.5, 0.75))
            nearest = known[int(distance.argmin())]
            stem, dot, side = nearest.name.partition(".")
            stems.append((re.sub(r"[\d_]+$", "", stem), dot + side, nearest.collection))
    result: list[tuple[str, str]] = [("", "")] * len(heads)
    count: dict[tuple[str, str], int] = {}
    several = {stem[:2] for stem in stems if stems.count(stem) > 1 or stem[0] in ("Spine", "Neck", "Tail", "Bone")}
    for bone in skeleton.order():
        stem, side, collection = stems[bone]
        count[stem, side] = count.get((stem, side), 0) + 1
        number = str(count[stem, side]) if (stem, side) in several else ""
        result[bone] = (f"{stem}{number}{side}", collection)
    return result


def bones(
    skeleton: Skeleton, poses: Poses, rest: np.ndarray, weights: np.ndarray, template: list[Bone] | None
) -> list[tuple[int, Bone]]:
    """(number in the skeleton, bone), parents first; everything in the axes of the armature.

    rest (V, 3), weights (V, B); ``template`` has the bones that give the names.
    """
    ends, heirs = tails(skeleton, rest, weights)
    axes = bend_axes(skeleton, poses)
    called = names(skeleton, skeleton.joints, ends, template)
    result = []
    for bone in skeleton.order():
        name, collection = called[bone]
        parent = int(skeleton.parents[bone])
        made = named.chain(
            [name],
            np.stack([skeleton.joints[bone], ends[bone]]),
            called[parent][0] if parent >= 0 else None,
            collection,
            bend=axes[bone],
            connected=bool(parent >= 0 and heirs[parent] == bone and not skeleton.free[bone]),
        )
        result.append((bone, made[0]))
    return result


def _to_segments(point: np.ndarray, known: list[Bone]) -> np.ndarray:
    """(N,) distances of a point (3,) from bones."""
    heads, ends = np.stack([bone.head for bone in known]), np.stack([bone.tail for bone in known])
    along = ends - heads
    part = np.clip(((point - heads) * along).sum(axis=1) / np.maximum((along**2).sum(axis=1), 1e-30), 0, 1)
    return np.linalg.norm(heads + part[:, None] * along - point, axis=1)
