# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Skeleton of an upright two-legged body with arms: people, apes, cartoon figures.

Fractions follow the body segment lengths of Winter, "Biomechanics and Motor Control of Human Movement" (figure 4.1).
"""

from __future__ import annotations

import numpy as np

from .body import Body, Limb
from .bones import Bone, Skeleton, at_arc, chain, numbered, root_bone, split_evenly
from .extras import appendages, both_sides
from .options import Counts
from .tail import tail_bones


def biped(body: Body, legs: tuple[Limb, Limb], counts: Counts) -> Skeleton:
    """The skeleton of an oriented body with (left, right) ``legs``; arms are left out where there are none."""
    used = [*legs]
    arms = _arm_pair(body, legs)
    crotch = _crotch(body, legs)
    crown = body.high[2]
    shoulder = float(np.mean([_shoulder(body, arm)[2] for arm in arms])) if arms else crotch + 0.66 * (crown - crotch)
    pelvis = crotch + 0.14 * (shoulder - crotch)
    # Thighs that touch hide the crotch: half way to where an adult's hips are.
    pelvis = max(pelvis, (pelvis + body.low[2] + 0.52 * (crown - body.low[2])) / 2)
    neck_base = shoulder + 0.12 * (crown - shoulder)
    skull = neck_base + 0.35 * (crown - neck_base)

    spine = _column(body, np.linspace(pelvis, neck_base, 16), backward=0.15)
    neck = _column(body, np.linspace(neck_base, skull, 6), backward=0.1)
    head = np.stack([neck[-1], [neck[-1, 0], neck[-1, 1], crown]])
    spine_names = numbered("Spine", counts.spine or 4)
    neck_names = numbered("Neck", counts.neck or max(1, round((skull - neck_base) / (0.12 * body.size))))
    bones = [root_bone(0.15 * body.size), *chain(spine_names, split_evenly(spine, len(spine_names)), "Root", "Spine")]
    bones += chain(
        neck_names,
        split_evenly(np.concatenate([spine[-1:], neck[1:]]), len(neck_names)),
        spine_names[-1],
        "Head",
        connected=True,
    )
    bones += chain(["Head"], head, neck_names[-1], "Head", connected=True)

    bones += both_sides(body, *legs, lambda leg, side: _leg(body, leg, crotch, pelvis, side))
    if arms:
        used += arms
        bones += both_sides(body, *arms, lambda arm, side: _arm(body, arm, spine[-1], spine_names[-1], side))
    bones += tail_bones(body, used, spine[0], float(np.linalg.norm(spine[-1] - spine[0])), counts.tail)
    if counts.ears:
        to_head = [limb for limb in body.limbs if limb.side == 0 and limb.tip[2] > neck_base]
        bones += appendages(body, bones, used + to_head)
    return Skeleton("biped", bones)


def _arm_pair(body: Body, legs: tuple[Limb, Limb]) -> tuple[Limb, Limb] | None:
    pairs = [pair for pair in body.pairs() if pair[0] not in legs and pair[0].length > 0.12 * body.size]
    return max(pairs, key=lambda pair: pair[0].length) if pairs else None


def _crotch(body: Body, legs: tuple[Limb, Limb]) -> float:
    """Height at which the legs meet: the lowest solid between them, above the feet."""
    y = float(np.mean([leg.path[leg.own // 2, 1] for leg in legs]))
    ends = [body.median_range(y + shift * body.solid.pitch) for shift in (-3, 0, 3)]
    lows = [end[0] for end in ends if end is not None]
    height = body.high[2] - body.low[2]
    low = min(lows) if lows else 0.0
    return float(np.clip(low, body.low[2] + 0.2 * height, body.low[2] + 0.65 * height))


def _column(body: Body, heights: np.ndarray, backward: float) -> np.ndarray:
    """(N, 3) middle of the body at each height, moved back by a part of its depth: where the vertebrae are."""
    solid = body.solid
    column = solid.inside[solid.index(np.zeros(3))[0]] if body.symmetric else solid.inside.any(axis=0)
    points = []
    for z in heights:
        row = np.flatnonzero(column[:, solid.index(np.array([0, 0, z]))[2]])
        run = (
            max(np.split(row, np.flatnonzero(np.diff(row) > 1) + 1), key=len)
            if len(row)
            else np.array([column.shape[0] // 2])
        )
        y = solid.origin[1] + solid.pitch * (run.mean() + backward * (run[-1] - run[0]))
        points.append([0.0, y, z])
    points = np.array(points)
    points[:, 1] = np.polyval(np.polyfit(heights, points[:, 1], 2), heights)
    return points


def _shoulder(body: Body, arm: Limb) -> np.ndarray:
    """(3,) the joint: where the line of the arm meets the side of the chest."""
    half_width = 0.85 * _chest_half_width(body)
    outer = np.flatnonzero(np.abs(arm.path[:, 0]) > half_width)
    base = arm.path[: int(outer.max()) + 1] if len(outer) else arm.path[: arm.own]
    # The path bends down into the middle of the chest before it gets there; the upper arm shows where it comes from.
    upper = base[int(0.5 * len(base)) : max(int(0.85 * len(base)), int(0.5 * len(base)) + 2)]
    direction = (upper[-1] - upper[0]) / (np.linalg.norm(upper[-1] - upper[0]) + 1e-12)
    return upper[-1] + direction * np.linalg.norm(base[-1] - upper[-1])


def _chest_half_width(body: Body) -> float:
    """Half the width of the trunk without the arms, between waist and chest."""
    solid, widths = body.solid, []
    height = body.high[2] - body.low[2]
    for z in body.low[2] + height * np.linspace(0.58, 0.72, 6):
        row = np.flatnonzero(solid.inside[:, :, solid.index(np.array([0, 0, z]))[2]].any(axis=1))
        runs = np.split(row, np.flatnonzero(np.diff(row) > 1) + 1)
        middle = (solid.inside.shape[0] - 1) / 2
        run = min(runs, key=lambda run: np.abs(run - middle).min() if len(run) else np.inf)
        widths.append(len(run) * solid.pitch / 2)
    return float(np.min(widths))


def _arm(body: Body, arm: Limb, chest: np.ndarray, parent: str, side: str) -> list[Bone]:
    shoulder = _shoulder(body, arm)
    outward = np.linalg.norm(arm.path - arm.tip, axis=1) < np.linalg.norm(shoulder - arm.tip)
    free = np.concatenate([shoulder[None], arm.path[: int(np.argmin(outward)) or arm.own][::-1]])
    elbow, wrist, tip = at_arc(free, np.array([0.42, 0.75, 1.0]))
    # A straight arm gets a slight bend backward at the elbow, so that inverse kinematics knows where to go.
    elbow = elbow + np.array([0.0, 0.02 * np.linalg.norm(tip - shoulder), 0.0])
    clavicle = np.array([0.25 * shoulder[0] + 0.75 * chest[0], chest[1], shoulder[2]])
    names = [name + side for name in ("Shoulder", "UpperArm", "Forearm", "Hand")]
    # Elbows bend about the axis across the arm that lies nearest to the vertical.
    return chain(
        names,
        np.stack([clavicle, shoulder, elbow, wrist, tip]),
        parent,
        "Arm" + side,
        bend=np.array([0.0, 0.0, 1.0]) if abs(tip[0] - shoulder[0]) > abs(tip[2] - shoulder[2]) else None,
    )


def _leg(body: Body, leg: Limb, crotch: float, pelvis: float, side: str) -> list[Bone]:
    low = body.low[2]

    def at(height: float) -> np.ndarray:
        above = np.flatnonzero(leg.path[:, 2] >= height)
        return leg.path[above[0] if len(above) else -1]

    top = at(crotch - 0.04 * (crotch - low))
    hip = np.array([0.85 * top[0], top[1], pelvis])
    ankle = at(low + 0.17 * (pelvis - low))
    ankle = np.array([ankle[0], ankle[1], low + 0.1 * (pelvis - low)])
    knee = at(low + 0.54 * (pelvis - low)) + np.array([0.0, -0.015 * (pelvis - low), 0.0])
    toe, ball = _foot(body, ankle, pelvis - low)
    names = [name + side for name in ("Thigh", "Shin", "Foot", "Toes")]
    return chain(names, np.stack([hip, knee, ankle, ball, toe]), "Spine1", "Leg" + side)


def _foot(body: Body, ankle: np.ndarray, leg: float) -> tuple[np.ndarray, np.ndarray]:
    """Tip of the toes and ball of the foot below an ankle; both (3,)."""
    points = body.solid.points(np.argwhere(body.solid.inside[:, :, : body.solid.index(ankle)[2]]))
    points = points[(np.linalg.norm(points[:, :2] - ankle[:2], axis=1) < 0.4 * leg) & (points[:, 0] * ankle[0] > 0)]
    if not len(points):
        points = ankle[None] + np.array([[0.0, -0.15 * leg, 0.0]])
    front = points[points[:, 1] < points[:, 1].min() + 2 * body.solid.pitch].mean(axis=0)
    height = body.low[2] + 0.35 * (ankle[2] - body.low[2])
    toe = np.array([front[0], front[1], height])
    ball = ankle + 0.65 * (toe - ankle)
    return toe, np.array([ball[0], ball[1], height])
