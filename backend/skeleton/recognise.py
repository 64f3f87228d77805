# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which kind of animal a body is, and which way it looks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .body import Body, Limb
from .curves import path_length

ANIMALS = ("quadruped", "biped", "bird", "fish", "serpent", "tree")
"""Plans a skeleton can follow; "tree" follows the curves of any shape."""

SURE = 0.5
"""Below this confidence a body gets the general tree."""


@dataclass(frozen=True)
class Recognition:
    scores: dict[str, float]
    """Plan -> how well the body fits it, 0..1."""
    reverse: dict[str, bool]
    """Plan -> whether the body looks along +y and has to be turned."""

    @property
    def best(self) -> str:
        return max(self.scores, key=self.scores.get)


def recognise(body: Body) -> Recognition:
    """Scores of all plans. They are products of evidence in 0..1, each a soft step of a proportion of the shape."""
    legs, pairs = _legs(body), foot_pairs(body)
    height = body.high[2] - body.low[2]
    length = body.high[1] - body.low[1]
    slender = _slenderness(body)
    standing = {0: 0.0, 1: 1.0, 2: 1.0}.get(len(pairs), 0.6)
    scores = dict.fromkeys(ANIMALS, 0.0)
    reverse = dict.fromkeys(ANIMALS, False)

    if len(pairs) >= 2:
        front, back = pairs[0], pairs[-1]
        apart = abs(front[0].tip[1] - back[0].tip[1]) / body.size
        scores["quadruped"] = standing * _step(apart, 0.05, 0.2)
        reverse["quadruped"] = _looks_back(body, front, back)
    if len(pairs) == 1:
        upright = height / max(length, 1e-9)
        arms = _arms(body, pairs[0])
        person = _step(upright, 1.2, 2.2) * (1.0 if arms else 0.6)
        scores["biped"] = person
        scores["bird"] = (1 - person) * (0.95 if _wide_pair(body, pairs[0]) or length > 0.6 * height else 0.6)
        reverse["biped"] = _toes(pairs) < 0
        reverse["bird"] = _toes(pairs) < 0 if abs(_toes(pairs)) > 0.02 * body.size else _heavy_end(body) > 0
    if not pairs:
        scores["serpent"] = _step(slender, 9.0, 14.0)
        scores["fish"] = (1 - scores["serpent"]) * _step(slender, 1.6, 2.2) * (0.95 if _has_fins(body) else 0.7)
        if legs:  # legs that make no pair, as in half a scan
            scores["serpent"], scores["fish"] = 0.3 * scores["serpent"], 0.3 * scores["fish"]
        reverse["serpent"] = reverse["fish"] = _heavy_end(body) > 0
    scores["tree"] = max(0.0, 0.9 - max(scores.values()))
    return Recognition({name: round(float(score), 3) for name, score in scores.items()}, reverse)


def foot_pairs(body: Body) -> list[tuple[Limb, Limb]]:
    """(left, right) legs, smaller y first."""
    legs = _legs(body)
    if body.symmetric:
        twins = {id(left): right for left, right in body.pairs()}
        pairs = [(leg, twins[id(leg)]) for leg in legs if leg.side > 0 and id(leg) in twins]
        return sorted(pairs, key=lambda pair: pair[0].tip[1] + pair[0].base[1])
    return _match_sides(body, legs)


def _legs(body: Body) -> list[Limb]:
    """Limbs that reach the ground and leave it far enough."""
    height = body.high[2] - body.low[2]
    legs: list[Limb] = []
    for reach in (0.15, 0.3):  # a raised foot of a walking animal
        legs = _without_toes(
            body,
            [
                limb
                for limb in body.limbs
                if (limb.side != 0 or not body.symmetric) and _is_leg(body, limb, reach * height)
            ],
        )
        if len(legs) >= 4 or (legs and body.symmetric):
            break
    return legs


def _without_toes(body: Body, legs: list[Limb]) -> list[Limb]:
    """One limb per foot: a further toe runs up the same leg."""
    feet: list[Limb] = []
    for leg in legs:
        shins = [foot.path[foot.own // 3 : foot.own] for foot in feet]
        middle = leg.path[leg.own // 2]
        if all(np.linalg.norm(shin - middle, axis=1).min() > 2.5 * body.solid.pitch for shin in shins):
            feet.append(leg)
    return feet


def _match_sides(body: Body, legs: list[Limb]) -> list[tuple[Limb, Limb]]:
    """Pairs of legs of a posed animal: by where they leave the body, since feet may have crossed."""
    attach = [leg.path[min(leg.own, len(leg.path) - 1)] for leg in legs]
    order = sorted(range(len(legs)), key=lambda index: attach[index][1])
    pairs = []
    for first in range(0, len(order) - 1, 2):
        a, b = order[first], order[first + 1]
        beside = abs(attach[a][0] - attach[b][0])
        if abs(attach[a][1] - attach[b][1]) < max(2.5 * beside, 0.1 * body.size):
            left, right = (
                (a, b)
                if np.median(legs[a].path[: legs[a].own, 0]) > np.median(legs[b].path[: legs[b].own, 0])
                else (b, a)
            )
            pairs.append((legs[left], legs[right]))
    return pairs


def _is_leg(body: Body, limb: Limb, reach: float) -> bool:
    height = body.high[2] - body.low[2]
    own = limb.path[: limb.own]
    rise = own[:, 2].max() - limb.tip[2]
    thin = is_thin(limb, 0.7)
    return bool(
        limb.tip[2] - body.low[2] < reach and rise > 0.12 * height and path_length(own) > 0.08 * body.size and thin
    )


def _looks_back(body: Body, front: tuple[Limb, Limb], back: tuple[Limb, Limb]) -> bool:
    """Whether the head is at +y: a vote of masses, ears, toes and hocks."""
    points = body.solid.points(np.argwhere(body.solid.inside))
    legs = [*front, *back]
    knee = body.low[2] + 0.45 * (np.median([leg.base[2] for leg in legs]) - body.low[2])
    low_y, high_y = front[0].base[1], back[0].base[1]
    upper = points[points[:, 2] > knee]
    ahead, behind = (upper[:, 1] < low_y).sum(), (upper[:, 1] > high_y).sum()
    votes = [np.log((ahead + 1) / (behind + 1))]
    small = [left for left, _ in body.pairs() if all(left is not leg for leg in legs) and left.tip[2] > knee]
    votes += [
        0.8
        * np.sign((low_y + high_y) / 2 - limb.tip[1])
        * min(1, abs((low_y + high_y) / 2 - limb.tip[1]) / (high_y - low_y + 1e-9))
        for limb in small[:2]
    ]
    votes.append(2.0 * np.clip(_toes([front, back]) / (0.05 * body.size), -1, 1))
    votes.append(1.5 * np.clip((_crook(back) - _crook(front)) / (0.05 * body.size), -1, 1))
    return bool(sum(votes) < 0)


def _toes(pairs: list[tuple[Limb, Limb]]) -> float:
    """How far toes lie before (-y) the ankle on average, in units of length."""
    offsets = []
    for leg in (leg for pair in pairs for leg in pair):
        ankle = leg.path[min(max(int(0.2 * leg.own), 1), len(leg.path) - 1)]
        offsets.append(ankle[1] - leg.tip[1])
    return float(np.mean(offsets))


def _crook(pair: tuple[Limb, Limb]) -> float:
    """How much legs bend in the side view: range of the distance from the straight line."""
    ranges = []
    for leg in pair:
        own = leg.path[int(0.2 * leg.own) : leg.own]
        line = own[0] + np.linspace(0, 1, len(own))[:, None] * (own[-1] - own[0])
        ranges.append(np.ptp(own[:, 1] - line[:, 1]))
    return float(np.mean(ranges))


def _arms(body: Body, feet: tuple[Limb, Limb]) -> bool:
    return any(left not in feet and left.length > 0.15 * body.size for left, _ in body.pairs())


def _wide_pair(body: Body, feet: tuple[Limb, Limb]) -> bool:
    return any(left not in feet and left.tip[0] > 0.2 * body.size for left, _ in body.pairs())


def _has_fins(body: Body) -> bool:
    return len(body.limbs) >= 3


def is_thin(limb: Limb, most: float) -> bool:
    """Whether the limb is a limb rather than a corner: its thickness over its length, without the part near the body."""
    return bool(2 * limb.radius[: max(int(0.7 * limb.own), 1)].max() < most * limb.length)


def main_path(body: Body) -> tuple[np.ndarray, np.ndarray]:
    """The longest way through the body from one extremity to another, at smaller y first: (N, 3) points, (N,) radius."""
    first = body.limbs[0]
    best = first.path, first.radius
    for limb in body.limbs[1:]:
        shared = _meeting(first.path, limb.path)
        if shared is None:
            continue
        i, j = shared
        path = np.concatenate([first.path[: i + 1], limb.path[:j][::-1]])
        if path_length(path) > path_length(best[0]):
            best = path, np.concatenate([first.radius[: i + 1], limb.radius[:j][::-1]])
    return best if best[0][0, 1] <= best[0][-1, 1] else (best[0][::-1], best[1][::-1])


def _meeting(a: np.ndarray, b: np.ndarray) -> tuple[int, int] | None:
    """Where two paths to the same root come together."""
    gap = np.linalg.norm(a[::-1][: min(len(a), len(b))] - b[::-1][: min(len(a), len(b))], axis=1)
    step = np.linalg.norm(a[1] - a[0]) + 1e-12
    apart = np.flatnonzero(gap > 4 * step)
    shared = int(apart[0]) if len(apart) else len(gap)
    return (len(a) - max(shared, 1), len(b) - max(shared, 1)) if len(b) - shared > 1 else None


def _slenderness(body: Body) -> float:
    """Length of the longest path in units of the body's thickness."""
    if not body.limbs:
        return 1.0
    path, radius = main_path(body)
    return path_length(path) / (2 * float(np.median(radius)) + 1e-12)


def _heavy_end(body: Body) -> float:
    """Positive when the half at +y is the thicker one."""
    path, radius = main_path(body) if body.limbs else (np.zeros((2, 3)), np.ones(2))
    half = len(path) // 2
    volume = radius**2
    return float(volume[half:].sum() - volume[:half].sum())


def _step(value: float, low: float, high: float) -> float:
    """0 below ``low``, 1 above ``high``, smooth between."""
    t = float(np.clip((value - low) / (high - low), 0, 1))
    return t * t * (3 - 2 * t)
