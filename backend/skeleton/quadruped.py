# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Skeleton of a four-legged animal.

Joints lie at bends of the limbs where the shape shows them (hock, skull base) and at fixed fractions elsewhere, chosen
between the proportions of hoofed animals and those of dogs.
"""

from __future__ import annotations

import numpy as np

from .body import Body, Limb
from .bones import Bone, Skeleton, at_arc, chain, numbered, root_bone, split_evenly
from .extras import appendages, both_sides, ears
from .head import head_and_neck
from .options import Counts
from .tail import tail_bones


def quadruped(body: Body, front: tuple[Limb, Limb], back: tuple[Limb, Limb], counts: Counts) -> Skeleton:
    """The skeleton of an oriented body; ``front`` and ``back`` are its (left, right) legs."""
    belly = _belly(body, front, back)
    shoulder_y = float(np.mean([_crossing(leg, belly)[1] for leg in front]))
    hip_y = float(np.mean([_crossing(leg, belly)[1] for leg in back]))
    trunk = hip_y - shoulder_y
    spine = _spine(body, belly, shoulder_y, hip_y)

    head = head_and_neck(body, spine[-1], [*front, *back], counts.neck)
    spine_names = numbered(
        "Spine", counts.spine or int(np.clip(round(trunk / (1.1 * _depth(body, belly, shoulder_y, hip_y))) + 3, 3, 8))
    )
    spine_joints = split_evenly(spine, len(spine_names))
    bones = [root_bone(0.15 * body.size), *chain(spine_names, spine_joints, "Root", "Spine")]
    bones += head.bones(spine_names[-1])

    used = [*front, *back]
    bones += tail_bones(body, used, spine_joints[0], trunk, counts.tail)
    chest = spine_names[-1]
    for legs, fit, parent in ((front, _front_leg, chest), (back, _back_leg, spine_names[0])):
        bones += both_sides(
            body, *legs, lambda leg, side, fit=fit, parent=parent: fit(body, leg, spine, belly, trunk, parent, side)
        )
    if counts.ears:
        bones += ears(body, head, used)
        bones += appendages(body, bones, [*used, head.limb])
    return Skeleton("quadruped", bones)


def _belly(body: Body, front: tuple[Limb, Limb], back: tuple[Limb, Limb]) -> float:
    """Height of the belly line: where legs end and the trunk begins."""
    front_y, back_y = np.mean([leg.tip[1] for leg in front]), np.mean([leg.tip[1] for leg in back])
    between = [body.median_range(y) for y in np.linspace(front_y, back_y, 9)[2:-2]]
    heights = [z for z, _ in filter(None, between)]
    if heights:
        return float(np.median(heights))
    return float(body.low[2] + 0.5 * (body.high[2] - body.low[2]))


def _depth(body: Body, belly: float, shoulder_y: float, hip_y: float) -> float:
    """Height of the trunk from belly to back."""
    tops = [body.median_range(y) for y in np.linspace(shoulder_y, hip_y, 9)[2:-1]]
    return float(np.median([high for _, high in filter(None, tops)])) - belly


def _spine(body: Body, belly: float, shoulder_y: float, hip_y: float) -> np.ndarray:
    """(N, 3) from the pelvis to the base of the neck: in the upper half of the trunk, higher at the pelvis."""
    trunk = hip_y - shoulder_y
    ys = np.linspace(hip_y + 0.06 * trunk, shoulder_y + 0.12 * trunk, 12)
    fraction = np.linspace(0.66, 0.52, len(ys))
    heights = np.full(len(ys), np.nan)
    for index, y in enumerate(ys):
        ends = body.median_range(y)
        if ends is not None and ends[1] > belly:
            low = max(ends[0], belly - 0.1 * (ends[1] - belly))
            heights[index] = low + fraction[index] * (ends[1] - low)
    known = np.isfinite(heights)
    heights = (
        np.interp(np.arange(len(ys)), np.flatnonzero(known), heights[known]) if known.any() else np.full(len(ys), belly)
    )
    slope = np.polyfit(ys, heights, 2)
    x = 0.0 if body.symmetric else float(body.solid.points(np.argwhere(body.solid.inside))[:, 0].mean())
    line = np.stack([np.full(len(ys), x), ys, np.polyval(slope, ys)], axis=1)
    neck_base = np.array([x, shoulder_y - 0.05 * trunk, line[-1, 2]])
    return np.concatenate([line, neck_base[None]])


def _crossing(leg: Limb, height: float) -> np.ndarray:
    """(3,) point of the leg's path at the given height, going up from the foot."""
    return leg.path[_crossing_index(leg, height)]


def _crossing_index(leg: Limb, height: float) -> int:
    above = np.flatnonzero(leg.path[:, 2] >= height)
    return int(above[0]) if len(above) else leg.own - 1


def _spine_height(spine: np.ndarray, y: float) -> float:
    return float(np.interp(y, spine[::-1, 1], spine[::-1, 2]))


def _front_leg(
    body: Body, leg: Limb, spine: np.ndarray, belly: float, trunk: float, parent: str, side: str
) -> list[Bone]:
    top = _crossing_index(leg, belly)
    free = leg.path[: top + 1]
    toe, fetlock, wrist, elbow = at_arc(free, np.array([0.0, 0.2, _wrist(body, free), 1.0]))
    middle = spine[:, 0].mean()
    leg_length = elbow[2] - body.low[2]
    high = _spine_height(spine, elbow[1])
    shoulder = np.array([elbow[0], elbow[1] - 0.04 * leg_length, belly + 0.45 * (high - belly)])
    elbow = elbow + np.array([0.0, 0.04 * leg_length, 0.0])
    back = body.median_range(elbow[1] + 0.1 * trunk)
    withers = np.array(
        [
            middle + 0.4 * (shoulder[0] - middle),
            elbow[1] + 0.04 * trunk,
            high + (0.2 * (back[1] - high) if back else 0.0),
        ]
    )
    names = [name + side for name in ("Shoulder", "UpperArm", "Forearm", "Hand", "FrontToes")]
    return chain(names, np.stack([withers, shoulder, elbow, wrist, fetlock, toe]), parent, "Front Leg" + side)


def _wrist(body: Body, free: np.ndarray) -> float:
    """Where the wrist is on the way up to the elbow: at 0.58 on hooves, whose bones below it are long, at 0.36 on paws.

    A paw is wider than the leg above it, a hoof hardly.
    """
    widths = np.array([_width(body, point) for point in at_arc(free, np.linspace(0.05, 0.6, 16))])
    foot, shank = widths[:4].max(), widths[4:].min()
    paw = np.clip((foot / max(shank, body.solid.pitch) - 1.3) / 0.3, 0, 1)
    return float(0.58 - 0.22 * paw)


def _width(body: Body, point: np.ndarray) -> float:
    """Square root of the leg's horizontal cross-section at a point of its path."""
    x, y, z = body.solid.index(point)
    reach = int(2.5 * body.solid.radius[x, y, z] / body.solid.pitch) + 3
    window = body.solid.inside[max(x - reach, 0) : x + reach + 1, max(y - reach, 0) : y + reach + 1, z]
    return float(np.sqrt(window.sum()) * body.solid.pitch)


def _back_leg(
    body: Body, leg: Limb, spine: np.ndarray, belly: float, trunk: float, parent: str, side: str
) -> list[Bone]:
    top = _crossing_index(leg, belly)
    free = leg.path[: top + 1]
    middle = spine[:, 0].mean()
    front, rear = _thigh(body, free[-1], 0.3 * trunk)
    thigh = (front + rear) / 2
    high = _spine_height(spine, thigh)
    hip = np.array([free[-1, 0], thigh, belly + 0.75 * (high - belly)])
    stifle = np.array([free[-1, 0], thigh - 0.3 * (rear - front), belly + 0.15 * (high - belly)])
    toe, fetlock = at_arc(free, np.array([0.0, 0.19]))
    hock = _hock(body, free, fetlock, stifle)
    pelvis = np.array([middle + 0.25 * (hip[0] - middle), hip[1] + 0.02 * trunk, hip[2] + 0.4 * (high - hip[2])])
    names = [name + side for name in ("Pelvis", "Thigh", "Shin", "Foot", "BackToes")]
    return chain(names, np.stack([pelvis, hip, stifle, hock, fetlock, toe]), parent, "Back Leg" + side)


def _hock(body: Body, free: np.ndarray, fetlock: np.ndarray, stifle: np.ndarray) -> np.ndarray:
    """The point of the leg farthest behind the line from fetlock to stifle, between 30 and 80 % of the way up."""
    fractions = np.linspace(0.3, 0.8, 26)
    points = at_arc(free, fractions)
    along = np.clip((points[:, 2] - fetlock[2]) / max(stifle[2] - fetlock[2], 1e-9), 0, 1)
    behind = points[:, 1] - (fetlock[1] + along * (stifle[1] - fetlock[1]))
    # A weak pull to the middle settles straight legs, where nothing sticks out.
    score = behind - 0.08 * np.abs(fractions - 0.55) * np.linalg.norm(stifle - fetlock)
    best = points[score.argmax()]
    return best + np.array([0.0, 0.4 * float(body.solid.radius_at(best)), 0.0])


def _thigh(body: Body, crotch: np.ndarray, reach: float) -> tuple[float, float]:
    """Front and rear end (y) of the thigh where it meets the trunk, at most ``reach`` from the leg's middle."""
    x, y, z = body.solid.index(crotch)
    row = np.flatnonzero(body.solid.inside[x, :, z])
    row = row[np.abs(row - y) * body.solid.pitch <= reach]
    if not len(row):
        return float(crotch[1]), float(crotch[1])
    run = min(np.split(row, np.flatnonzero(np.diff(row) > 1) + 1), key=lambda run: np.abs(run - y).min())
    return tuple(float(body.solid.origin[1] + body.solid.pitch * end) for end in (run[0] - 0.5, run[-1] + 0.5))
