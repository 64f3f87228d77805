# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which limbs of a body are legs, and which of them belong together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .body import Body, Limb

LOWER = 0.25
"""Part of the height in which legs are looked for that cannot be told apart."""
STANDS = 0.25
"""Part of the longest side that a body must be high to have some."""


def belly_height(body: Body) -> float:
    """z of the lower side of the trunk where it is thickest."""
    root = body.limbs[0].path[-1] if body.limbs else (body.low + body.high) / 2
    lows = [ends[0] for shift in np.linspace(-0.1, 0.1, 9) if (ends := body.median_range(root[1] + shift * body.size))]
    return float(np.median(lows)) if lows else float(root[2])


def leg_top(body: Body, leg: Limb, height: float = 1.0) -> np.ndarray:
    """(3,) where the leg reaches the belly, or a part of that height."""
    level = body.low[2] + height * (belly_height(body) - body.low[2])
    above = np.flatnonzero(leg.path[:, 2] >= level)
    return leg.path[int(above[0]) if len(above) else leg.own - 1]


def foot_pairs(body: Body) -> list[tuple[Limb, Limb]]:
    """(left, right) legs, smaller y first."""
    legs = legs_of(body)
    if not body.symmetric:
        return _matched(body, legs)
    twins = {id(left): right for left, right in body.pairs()}
    pairs = [(leg, twins[id(leg)]) for leg in legs if leg.side > 0 and id(leg) in twins]
    if len(pairs) == 1:
        pairs += [_split(limb) for limb in body.limbs if _is_double_leg(body, limb, pairs[0][0])][:1]
    return sorted(pairs, key=lambda pair: leg_top(body, pair[0])[1])


def placed_pairs(body: Body) -> list[tuple[Limb, Limb]]:
    """Front and back legs of a body whose own cannot be told apart, where its lower part is; none if it stands too low.

    That part falls into a front and a back half, and the legs stand in the middle of the four quarters.
    """
    height = body.high[2] - body.low[2]
    points = body.solid.points(np.argwhere(body.solid.inside))
    low = points[points[:, 2] < body.low[2] + LOWER * height]
    if height < STANDS * body.size or not len(low):
        return []
    belly = float(np.clip(belly_height(body), body.low[2] + 0.25 * height, body.low[2] + 0.6 * height))
    split = _valley(low[:, 1])
    pairs = []
    for half in (low[low[:, 1] < split], low[low[:, 1] >= split]):
        middle = half.mean(axis=0)
        aside = np.abs(half[:, 0] - middle[0]).mean()
        feet = [middle + side * np.array([aside, 0.0, 0.0]) for side in (1, -1)]
        pairs.append((_placed(body, feet[0], belly, 1), _placed(body, feet[1], belly, -1)))
    return pairs


def without_legs(body: Body) -> Body:
    """The body without limbs that reach the ground, for legs to be placed in their stead."""
    ground = body.low[2] + LOWER * (body.high[2] - body.low[2])
    return replace(body, limbs=[limb for limb in body.limbs if limb.tip[2] > ground])


def _valley(values: np.ndarray) -> float:
    """Where numbers (N,) fall into two groups of least variance (Otsu, 1979)."""
    ordered = np.sort(values)
    count = np.arange(1, len(ordered))
    left = np.cumsum(ordered)[:-1]
    between = (left / count - (ordered.sum() - left) / (len(ordered) - count)) ** 2 * count * (len(ordered) - count)
    best = int(between.argmax())
    return float(ordered[best : best + 2].mean())


def _placed(body: Body, foot: np.ndarray, belly: float, side: int) -> Limb:
    """A leg straight up from below a point (3,) to the belly, and on to the middle of the body."""
    heights = np.arange(body.low[2] + body.solid.pitch, belly, body.solid.pitch)
    leg = np.stack([np.full(len(heights), foot[0]), np.full(len(heights), foot[1]), heights], axis=1)
    root = body.limbs[0].path[-1] if body.limbs else (body.low + body.high) / 2
    inner = leg[-1] + np.linspace(0, 1, 20)[1:, None] * (root - leg[-1])
    path = np.concatenate([leg, inner])
    return Limb(path, np.maximum(body.solid.radius_at(path), body.solid.pitch), len(leg), side)


def legs_of(body: Body) -> list[Limb]:
    """Limbs that reach the ground and leave it far enough, without further toes."""
    height = body.high[2] - body.low[2]
    legs: list[Limb] = []
    for reach in (0.15,) if body.symmetric else (0.15, 0.35):  # a walking animal raises a foot
        found = [
            limb
            for limb in body.limbs
            if (limb.side != 0 or not body.symmetric) and _is_leg(body, limb, reach * height)
        ]
        legs = _without_toes(body, found)
        if len(legs) >= 4:
            break
    return legs


def is_thin(limb: Limb, most: float) -> bool:
    """Whether the limb is a limb rather than a corner: its thickness over its length, the part near the body aside."""
    return bool(2 * limb.radius[: max(int(0.7 * limb.own), 1)].max() < most * limb.length)


def _is_leg(body: Body, limb: Limb, reach: float) -> bool:
    height = body.high[2] - body.low[2]
    own = limb.path[: limb.own]
    rise = own[:, 2].max() - limb.tip[2]
    # Tails and necks that hang down leave the body high above the ground at its end; legs stand below it.
    return bool(
        limb.tip[2] - body.low[2] < reach
        and rise > 0.04 * height
        and limb.length > 0.03 * body.size
        and is_thin(limb, 1.3)
    )


def _without_toes(body: Body, legs: list[Limb]) -> list[Limb]:
    """One limb per foot: a further toe runs up the same leg."""
    feet: list[Limb] = []
    for leg in legs:
        shins = [foot.path[foot.own // 3 : foot.own] for foot in feet]
        middle = leg.path[leg.own // 2]
        if all(np.linalg.norm(shin - middle, axis=1).min() > 2.5 * body.solid.pitch for shin in shins):
            feet.append(leg)
    return feet


def _matched(body: Body, legs: list[Limb]) -> list[tuple[Limb, Limb]]:
    """Pairs of legs of a posed animal, by where they leave the body, since feet may have crossed."""
    tops = {id(leg): leg_top(body, leg) for leg in legs}
    order = sorted(legs, key=lambda leg: tops[id(leg)][1])
    pairs = []
    for a, b in zip(order[0::2], order[1::2]):
        along, across = np.abs(tops[id(a)] - tops[id(b)])[[1, 0]]
        if len(legs) == 4 or along < max(2.5 * across, 0.1 * body.size):
            pairs.append((a, b) if tops[id(a)][0] > tops[id(b)][0] else (b, a))
    return pairs


def _is_double_leg(body: Body, limb: Limb, leg: Limb) -> bool:
    """Both legs of a narrow stance in one: in the middle, on the ground, like the pair found, and apart from it."""
    height = body.high[2] - body.low[2]
    alike = 0.6 < limb.length / leg.length < 1.6 and limb.tip[2] - body.low[2] < 0.08 * height and is_thin(limb, 1.0)
    return bool(limb.side == 0 and alike and abs(leg_top(body, limb)[1] - leg_top(body, leg)[1]) > 0.1 * body.size)


def _split(limb: Limb) -> tuple[Limb, Limb]:
    shift = np.zeros_like(limb.path)
    shift[: limb.own, 0] = 0.5 * limb.radius[: limb.own]
    return replace(limb, path=limb.path + shift, side=1), replace(limb, path=limb.path - shift, side=-1)
