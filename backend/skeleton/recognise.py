# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which kind of animal a body is, and which way it looks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .body import Body, Limb
from .curves import path_length
from .legs import belly_height, foot_pairs, is_thin, leg_top, legs_of

ANIMALS = ("quadruped", "biped", "bird", "fish", "serpent", "tree")
"""Plans a skeleton can follow; "tree" follows the curves of any shape."""

SURE = 0.5
"""Below this confidence a body gets the general tree."""

OUTER = 0.6
"""Part of a head or a tail, from the tip, where a skull shows; farther in both are as thick as the body."""


@dataclass(frozen=True)
class Recognition:
    scores: dict[str, float]
    """Plan -> how well the body fits it, 0..1."""
    reverse: dict[str, bool]
    """Plan -> whether the body looks along +y and has to be turned; swimmers are turned by ``swimmer.facing``."""

    @property
    def best(self) -> str:
        return max(self.scores, key=self.scores.get)

    def less_sure(self, factor: float) -> Recognition:
        """The same with lower scores; the general tree gets what the animals lose."""
        scores = {name: round(score * factor, 3) for name, score in self.scores.items() if name != "tree"}
        tree = max(self.scores["tree"], round(0.9 - max(scores.values()), 3))
        return Recognition(scores | {"tree": tree}, self.reverse)


def recognise(body: Body) -> Recognition:
    """Scores of all plans. They are products of evidence in 0..1, each a soft step of a proportion of the shape."""
    legs, pairs = legs_of(body), foot_pairs(body)
    height = body.high[2] - body.low[2]
    length = body.high[1] - body.low[1]
    clearance = (belly_height(body) - body.low[2]) / height
    scores = dict.fromkeys(ANIMALS, 0.0)
    reverse = dict.fromkeys(ANIMALS, False)

    if len(pairs) >= 2:
        front, back = pairs[0], pairs[-1]
        apart = abs(leg_top(body, front[0])[1] - leg_top(body, back[0])[1]) / body.size
        four = 1.0 if len(pairs) == 2 else 0.4
        scores["quadruped"] = (
            four * _step(apart, 0.04, 0.12) * _step(clearance, 0.04, 0.12) * _step(_overhang(body, pairs), 0.0, 0.05)
        )
        reverse["quadruped"] = looks_back(body, front, back)
    if len(pairs) == 1:
        stands = _step(clearance, 0.08, 0.2) * _balance(body, pairs[0])
        person = _step(height / max(length, 1e-9), 1.2, 2.2) * (1.0 if _has_arms(body, pairs[0]) else 0.6)
        scores["biped"] = stands * person
        scores["bird"] = stands * (1 - person) * 0.95
        reverse["biped"] = _toes(body, pairs) < 0
        reverse["bird"] = _toes(body, pairs) < 0 if abs(_toes(body, pairs)) > 0.02 * body.size else blunt_end(body) > 0
    if body.limbs and max(scores.values()) < SURE:
        slender = _slenderness(body)
        rest = 1 - max(scores.values())
        fins = _has_fins(body)
        # What stands on legs is no swimmer, even when they make no pair, as in half a scan.
        legless = 0.3 if legs and clearance > 0.15 else 1.0
        scores["serpent"] = rest * legless * _step(slender, 9.0, 14.0) * (0.2 if fins else 1.0)
        swims = _step(slender, 2.2, 3.5) * _step(length / height, 0.9, 1.2)
        # Without fins it must at least be long: stones are not.
        shaped = 0.95 if fins else 0.6 * _step(length / height, 1.2, 1.8)
        scores["fish"] = rest * legless * (1 - scores["serpent"]) * swims * shaped
    scores["tree"] = max(0.0, 0.9 - max(scores.values()))
    return Recognition({name: round(float(score), 3) for name, score in scores.items()}, reverse)


def looks_back(body: Body, front: tuple[Limb, Limb], back: tuple[Limb, Limb]) -> bool:
    """Whether the head is at +y: a vote of what sticks out at both ends, of ears, toes and hocks."""
    legs = [*front, *back]
    low_y, high_y = (float(np.mean([leg_top(body, leg)[1] for leg in pair])) for pair in (front, back))
    middle, half = (low_y + high_y) / 2, (high_y - low_y) / 2
    ends = [limb for limb in body.limbs if limb not in legs and abs(limb.tip[1] - middle) > half]
    ahead = [limb for limb in ends if limb.tip[1] < middle]
    behind = [limb for limb in ends if limb.tip[1] > middle]
    votes = []
    if ahead and behind:
        # A skull is a bulge near the end, or behind a trunk; a tail tapers.
        bulges = [_bulge(limbs, middle, half) for limbs in (ahead, behind)]
        votes.append(np.clip(1.5 * np.log(bulges[0] / bulges[1]), -1.5, 1.5))
    elif ahead or behind:
        # One end alone sticks out: a thin tail of a body with a blunt head, or a head on a body without a tail.
        limb = max(ahead + behind, key=lambda limb: limb.length)
        near = np.linalg.norm(limb.path - limb.tip, axis=1) <= 0.3 * limb.length
        tip = float(limb.radius[near].max() / limb.radius[-1])
        votes.append(np.clip(1.5 * np.log(tip / 0.35), -1.5, 1.5) * (1 if ahead else -1))
    reach = [middle - half - body.low[1], body.high[1] - middle - half]
    same = max(min(reach), 0.05 * body.size)
    points = body.solid.points(np.argwhere(body.solid.inside))
    upper = points[points[:, 2] > belly_height(body)][:, 1]
    masses = [
        ((upper < middle - half) & (upper > middle - half - same)).sum(),
        ((upper > middle + half) & (upper < middle + half + same)).sum(),
    ]
    votes.append(np.clip(np.log((masses[0] + 1) / (masses[1] + 1)), -1, 1))
    small = [
        left
        for left, _ in body.pairs()
        if left not in legs
        and left.tip[2] > belly_height(body)
        and left.length > 0.04 * body.size
        and is_thin(left, 1.0)
    ]
    votes += [np.clip((middle - limb.tip[1]) / (half + 1e-9), -1, 1) for limb in small[:2]]
    votes.append(1.5 * np.clip(_toes(body, [front, back]) / (0.04 * body.size), -1, 1))
    votes.append(np.clip((_crook(body, back) - _crook(body, front)) / (0.05 * body.size), -1, 1))
    return bool(sum(votes) < 0)


def _bulge(limbs: list[Limb], middle: float, half: float) -> float:
    """Largest radius of the longest limb, in the outer part of what reaches more than ``half`` (y) from ``middle``."""
    beyond = [limb.path[: limb.own][np.abs(limb.path[: limb.own, 1] - middle) > half] for limb in limbs]
    longest = int(np.argmax([path_length(path) for path in beyond]))
    outer = max(int(OUTER * len(beyond[longest])), 1)
    return float(limbs[longest].radius[:outer].max())


def _toes(body: Body, pairs: list[tuple[Limb, Limb]]) -> float:
    """How far feet reach farther forward (-y) than backward from the ankle, on average, in units of length."""
    points = body.solid.points(np.argwhere(body.solid.inside))
    leg_height = belly_height(body) - body.low[2]
    offsets = []
    for leg in (leg for pair in pairs for leg in pair):
        ankle = leg_top(body, leg, 0.3)
        foot = points[
            (points[:, 2] < leg.tip[2] + 0.12 * leg_height)
            & (np.abs(points[:, :2] - ankle[:2]).max(axis=1) < 0.5 * leg_height)
        ]
        if len(foot):
            offsets.append(ankle[1] - (foot[:, 1].min() + foot[:, 1].max()) / 2)
    return float(np.mean(offsets)) if offsets else 0.0


def _crook(body: Body, pair: tuple[Limb, Limb]) -> float:
    """How much legs bend in the side view: range of the distance from the straight line."""
    ranges = []
    for leg in pair:
        top = int(np.linalg.norm(leg.path - leg_top(body, leg), axis=1).argmin())
        own = leg.path[top // 5 : max(top, top // 5 + 2)]
        line = own[0] + np.linspace(0, 1, len(own))[:, None] * (own[-1] - own[0])
        ranges.append(np.ptp(own[:, 1] - line[:, 1]))
    return float(np.mean(ranges))


def _overhang(body: Body, pairs: list[tuple[Limb, Limb]]) -> float:
    """How far the body reaches beyond the legs at one end, as part of the box: a head does, a chair does not."""
    tops = [leg_top(body, leg)[1] for pair in pairs for leg in pair]
    above = body.shape.vertices[body.shape.vertices[:, 2] > belly_height(body)]
    return float(max(min(tops) - above[:, 1].min(), above[:, 1].max() - max(tops)) / body.size) - 0.05


def _balance(body: Body, feet: tuple[Limb, Limb]) -> float:
    """1 when the mass is above the feet and the top of the body above both, 0 when it would fall over."""
    points = body.solid.points(np.argwhere(body.solid.inside))
    feet_y = float(np.mean([leg_top(body, leg, 0.3)[1] for leg in feet]))
    along = abs(points[:, 1].mean() - feet_y) / (body.high[1] - body.low[1])
    top = points[points[:, 2] > body.high[2] - 0.08 * (body.high[2] - body.low[2])]
    # Loose parts may be higher than the solid.
    beside = abs(top[:, 0].mean() - points[:, 0].mean()) / body.size if len(top) else 0.0
    return (1 - _step(along, 0.2, 0.35)) * (1 - _step(beside, 0.1, 0.25))


def _has_arms(body: Body, feet: tuple[Limb, Limb]) -> bool:
    return any(left not in feet and left.length > 0.15 * body.size for left, _ in body.pairs())


def _has_fins(body: Body) -> bool:
    """Thin limbs beside the two ends of the longest path."""
    path, _ = main_path(body)
    sides = [limb for limb in body.limbs if np.linalg.norm(path[[0, -1]] - limb.tip, axis=1).min() > 0.05 * body.size]
    return (
        sum(
            limb.length > 0.04 * body.size and 2 * np.median(limb.radius[: limb.own]) < 0.75 * limb.length
            for limb in sides
        )
        >= 2
    )


def main_path(body: Body) -> tuple[np.ndarray, np.ndarray]:
    """The longest way from one extremity to another, the end at smaller y first: (N, 3) points, (N,) radius."""
    first = body.limbs[0]
    best = first.path, first.radius
    for limb in body.limbs[1:]:
        shared = _meeting(first, limb)
        if shared is None:
            continue
        i, j = shared
        path = np.concatenate([first.path[: i + 1], limb.path[:j][::-1]])
        if path_length(path) > path_length(best[0]):
            best = path, np.concatenate([first.radius[: i + 1], limb.radius[:j][::-1]])
    return best if best[0][0, 1] <= best[0][-1, 1] else (best[0][::-1], best[1][::-1])


def _meeting(first: Limb, second: Limb) -> tuple[int, int] | None:
    """Where two limbs on their way to the same root come together: from there on they run in the same thickness."""
    a, b = first.path, second.path
    gap = np.linalg.norm(a[::-1][: min(len(a), len(b))] - b[::-1][: min(len(a), len(b))], axis=1)
    step = np.linalg.norm(a[1] - a[0]) + 1e-12
    apart = np.flatnonzero(gap > np.maximum(4 * step, first.radius[::-1][: len(gap)]))
    shared = int(apart[0]) if len(apart) else len(gap)
    return (len(a) - max(shared, 1), len(b) - max(shared, 1)) if len(b) - shared > 1 else None


def _slenderness(body: Body) -> float:
    """Length of the longest path in units of the body's thickness."""
    path, radius = main_path(body)
    return path_length(path) / (2 * float(np.median(radius)) + 1e-12)


def blunt_end(body: Body) -> float:
    """Positive when the end at +y is the blunter one: heads are round, tails taper and tail fins are thin."""
    path, radius = main_path(body) if body.limbs else (np.zeros((2, 3)), np.ones(2))
    end = max(len(path) // 8, 1)
    return float(radius[-end:].mean() - radius[:end].mean())


def _step(value: float, low: float, high: float) -> float:
    """0 below ``low``, 1 above ``high``, smooth between."""
    t = float(np.clip((value - low) / (high - low), 0, 1))
    return t * t * (3 - 2 * t)
