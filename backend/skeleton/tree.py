# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The general skeleton: bones along the curve skeleton of any shape, without anatomical names."""

from __future__ import annotations

import numpy as np
from scipy.spatial import KDTree

from .body import Body, Limb
from .bones import Bone, Skeleton, chain, mirrored, root_bone, split_evenly
from .curves import path_length
from .legs import is_thin

SHORTEST = 0.06
"""Part of the box below which a branch is taken for a bump."""


def tree(body: Body) -> Skeleton:
    """A bone in the middle, and a chain for every limb."""
    bones = [root_bone(0.15 * body.size)]
    limbs = [
        limb
        for limb in body.limbs
        if limb.length > SHORTEST * body.size and is_thin(limb, 0.75) and not body.is_attachment(limb)
    ]
    middle = limbs[0].path[-1] if limbs else (body.low + body.high) / 2
    if body.symmetric:
        middle = middle * np.array([0.0, 1, 1])
    length = 0.5 * float(body.solid.radius_at(middle)) if limbs else 0.4 * (body.high[2] - body.low[2])
    half = np.array([0.0, 0.0, length])
    bones += chain(["Body"], np.stack([middle - half, middle + half]), "Root", "Body")
    number = 0
    for limb in limbs:
        if limb.side < 0 and body.symmetric:
            continue
        number += 1
        sided = body.symmetric and limb.side > 0
        branch = _branch(body, limb, bones, f"Branch{number}_", ".L" if sided else "")
        bones += branch + (mirrored(branch) if sided else [])
    return Skeleton("tree", bones)


def _branch(body: Body, limb: Limb, bones: list[Bone], name: str, side: str) -> list[Bone]:
    """Bones from where the limb leaves the rest to its tip: at bends, and not longer than a tenth of the box."""
    free = limb.path[: limb.own][::-1]
    deform = [bone for bone in bones if bone.deform]
    tails = KDTree(np.stack([bone.tail for bone in deform]))
    parent = deform[int(tails.query(free[0])[1])]
    count = int(np.clip(round(path_length(free) / (0.1 * body.size)), 1, 8))
    return chain(
        [f"{name}{index}{side}" for index in range(1, count + 1)],
        split_evenly(free, count),
        parent.name,
        "Branches" + side,
    )
