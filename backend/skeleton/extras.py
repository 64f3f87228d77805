# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Side branches beyond the plan of an animal: ears, horns, fins, extra limbs."""

from __future__ import annotations

import numpy as np
from scipy.spatial import KDTree

from .body import Body, Limb
from .bones import Bone, chain, mirrored, numbered, split_evenly
from .curves import path_length
from .head import Head

LONG = 0.12
"""Part of the box from which a branch that no plan explains gets bones of its own."""


def ears(body: Body, head: Head, used: list[Limb]) -> list[Bone]:
    """Chains "Ear" and "Horn" for the longest two pairs on the skull, added to ``used``.

    Loose parts (horns, antlers, eyes) follow the skull as they are, and so does what sits on the muzzle.
    """
    skull = head.neck[-1]
    pairs = []
    for left, right in body.pairs():
        if left in used or right in used or body.is_attachment(left):
            continue
        free = outside(left, head.line, head.radius)
        back_of_head = np.linalg.norm(free[-1] - skull) < 0.6 * np.linalg.norm(head.tip - skull)
        if len(free) >= 3 and back_of_head and path_length(free) > 0.025 * body.size:
            pairs.append((path_length(free), left, right))
    bones: list[Bone] = []
    for name, (_, left, right) in zip(("Ear", "Horn"), sorted(pairs, key=lambda pair: -pair[0])):
        used += [left, right]
        bones += both_sides(
            body,
            left,
            right,
            lambda limb, side, name=name: chain(
                numbered(name, 3, side), split_evenly(outside(limb, head.line, head.radius)[::-1], 3), "Head", "Head"
            ),
        )
    return bones


def appendages(
    body: Body, bones: list[Bone], used: list[Limb | None], name: str = "Limb", long: float = LONG
) -> list[Bone]:
    """Chains for every other branch longer than ``long`` (part of the box), on the nearest bone."""
    added: list[Bone] = []
    deform = [bone for bone in bones if bone.deform]
    samples = np.concatenate([np.linspace(bone.head, bone.tail, 8) for bone in deform])
    tree, radius = KDTree(samples), body.solid.radius_at(samples).astype(float)
    number = 0
    twins = {id(left): right for left, right in body.pairs()}
    for limb in body.limbs:
        if limb in used or (limb.side < 0 and body.symmetric) or body.is_attachment(limb):
            continue
        free = outside(limb, samples, radius)
        if len(free) < 3 or min(path_length(free), limb.length) < long * body.size:
            continue
        number += 1
        base = f"{name}{number}_"
        parent = deform[int(tree.query(free[-1])[1]) // 8].name
        count = int(np.clip(round(path_length(free) / (0.06 * body.size)), 2, 6))
        if limb.side > 0 and body.symmetric and id(limb) in twins:
            left = chain(numbered(base, count, ".L"), split_evenly(free[::-1], count), parent, "Extra.L")
            added += left + mirrored(left)
        else:
            added += chain(numbered(base, count), split_evenly(free[::-1], count), parent, "Extra")
    return added


def both_sides(body: Body, left: Limb, right: Limb, fit) -> list[Bone]:
    """Bones of a pair of limbs: ``fit(limb, side)`` for each, or mirrored in a symmetric body."""
    bones = fit(left, ".L")
    return bones + (mirrored(bones) if body.symmetric else fit(right, ".R"))


def outside(limb: Limb, line: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """(N, 3) the limb's path from the tip up to where it enters the tube of ``radius`` (M,) around ``line`` (M, 3)."""
    distance, nearest = KDTree(line).query(limb.path)
    entered = np.flatnonzero(distance < 0.9 * radius[nearest])
    return limb.path[: int(entered[0]) + 1] if len(entered) else limb.path[: limb.own]
