# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Skeleton of a bird, or of any two-legged body whose trunk lies more along than upright."""

from __future__ import annotations

import numpy as np

from .body import Body, Limb
from .bones import Bone, Skeleton, at_arc, chain, numbered, root_bone, split_evenly
from .extras import appendages, both_sides
from .head import head_and_neck
from .options import Counts
from .tail import tail_bones


def bird(body: Body, legs: tuple[Limb, Limb], counts: Counts) -> Skeleton:
    """The skeleton of an oriented body with (left, right) ``legs``; wings where a pair leaves the trunk sideways."""
    used = [*legs]
    root = body.limbs[0].path[-1]
    thick = float(body.solid.radius_at(root))
    front = _end_of_trunk(body, root, thick, legs, ahead=True)
    rear = _end_of_trunk(body, root, thick, legs, ahead=False)
    spine = np.stack([rear, (front + rear) / 2 + np.array([0.0, 0.0, 0.15 * thick]), front])
    if body.symmetric:
        spine[:, 0] = 0
    head = head_and_neck(body, spine[-1], list(legs), counts.neck)
    spine_names = numbered("Spine", counts.spine or 3)
    bones = [root_bone(0.15 * body.size), *chain(spine_names, split_evenly(spine, len(spine_names)), "Root", "Spine")]
    bones += head.bones(spine_names[-1])
    bones += tail_bones(body, used, spine[0], float(np.linalg.norm(spine[-1] - spine[0])), counts.tail)
    bones += both_sides(body, *legs, lambda leg, side: _leg(leg, spine, thick, side))
    wings = _wing_pair(body, used)
    if wings:
        used += wings
        bones += both_sides(body, *wings, lambda wing, side: _wing(wing, spine, spine_names[-1], side))
    if counts.ears:
        bones += appendages(body, bones, [*used, head.limb])
    return Skeleton("bird", bones)


def _end_of_trunk(body: Body, root: np.ndarray, thick: float, legs: tuple[Limb, Limb], ahead: bool) -> np.ndarray:
    """(3,) where the body gets thinner than half its thickness on the way to the head or to the tail."""
    limbs = [
        limb
        for limb in body.limbs
        if limb not in legs and (limb.side == 0 or not body.symmetric) and (limb.tip[1] < root[1]) == ahead
    ]
    if not limbs:
        return root + np.array([0.0, -0.7 * thick if ahead else 0.7 * thick, 0.0])
    limb = max(limbs, key=lambda limb: abs(limb.tip[1] - root[1]))
    thin = np.flatnonzero(limb.radius < 0.55 * thick)
    return limb.path[int(thin[-1]) if len(thin) else -1]


def _leg(leg: Limb, spine: np.ndarray, thick: float, side: str) -> list[Bone]:
    knee = leg.path[leg.own - 1]
    free = leg.path[: leg.own]
    toe, ball, ankle = at_arc(free, np.array([0.0, 0.22, 0.6]))
    hip = np.array([0.7 * knee[0], knee[1] + 0.3 * thick, knee[2] + 0.4 * thick])
    knee = knee + np.array([0.0, -0.2 * thick, 0.0])
    ankle = ankle + np.array([0.0, 0.06 * np.linalg.norm(knee - ball), 0.0])
    names = [name + side for name in ("Thigh", "Shin", "Foot", "Toes")]
    return chain(names, np.stack([hip, knee, ankle, ball, toe]), "Spine1", "Leg" + side)


def _wing_pair(body: Body, used: list[Limb]) -> tuple[Limb, Limb] | None:
    pairs = [pair for pair in body.pairs() if pair[0] not in used and pair[0].length > 0.1 * body.size]
    return max(pairs, key=lambda pair: pair[0].length) if pairs else None


def _wing(wing: Limb, spine: np.ndarray, parent: str, side: str) -> list[Bone]:
    free = wing.path[: wing.own][::-1]
    joints = at_arc(free, np.array([0.0, 0.3, 0.62, 1.0]))
    middle = spine[np.linalg.norm(spine - joints[0], axis=1).argmin()]
    shoulder = middle + 0.3 * (joints[0] - middle)
    names = [name + side for name in ("WingShoulder", "UpperWing", "Forewing", "HandWing")]
    # Wings beat about the axis along the body.
    return chain(
        names, np.concatenate([shoulder[None], joints]), parent, "Wing" + side, bend=np.array([0.0, -1.0, 0.0])
    )
