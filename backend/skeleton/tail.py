# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tail: the longest limb in the middle behind the pelvis."""

from __future__ import annotations

import numpy as np

from .body import Body, Limb
from .bones import Bone, chain, numbered, split_evenly
from .curves import path_length

SHORTEST = 0.03
"""Part of the box below which a tail is taken for a bump."""


def tail_bones(body: Body, used: list[Limb], pelvis: np.ndarray, trunk: float, count: int) -> list[Bone]:
    """Bones from the root of the tail to its tip, none without one; its limb is added to ``used``.

    ``pelvis`` (3,) is the rear end of the spine, whose length is ``trunk``; the first bone of the spine is the parent.
    """
    behind = [
        (limb, _own(limb, pelvis))
        for limb in body.limbs
        if limb not in used and limb.tip[1] > pelvis[1] and (limb.side == 0 or not body.symmetric)
    ]
    behind = [(limb, own) for limb, own in behind if path_length(limb.path[:own]) > SHORTEST * body.size]
    if not behind:
        return []
    limb, own = max(behind, key=lambda found: path_length(found[0].path[: found[1]]))
    rump = _rump(body, pelvis, limb.path[own - 1], trunk)
    # Begin where the spine leaves the body, or a little inside of the tail's base, where its first vertebra is.
    inside = 0 if len(rump) else int(0.06 * trunk / body.solid.pitch)
    path = np.concatenate([rump, limb.path[: min(own + inside, len(limb.path))][::-1]])
    if body.symmetric:
        path = path * np.array([0.0, 1, 1])
    root = pelvis + 0.5 * (path[0] - pelvis) if np.linalg.norm(path[0] - pelvis) > 0.1 * trunk else path[0]
    path = np.concatenate([root[None], path[np.linalg.norm(path - root, axis=1) > 0.03 * trunk]])
    if len(path) < 2:
        return []
    used.append(limb)
    count = count or int(np.clip(round(path_length(path) / (0.11 * trunk)), 2, 10))
    return chain(numbered("Tail", count), split_evenly(path, count), "Spine1", "Tail")


def _own(limb: Limb, pelvis: np.ndarray) -> int:
    """How many points of the path are tail: a long one may be the first limb, whose own path runs on to the root."""
    before = np.flatnonzero(limb.path[:, 1] <= pelvis[1])
    return max(min(limb.own, int(before[0]) if len(before) else limb.own), 1)


def _rump(body: Body, pelvis: np.ndarray, base: np.ndarray, trunk: float) -> np.ndarray:
    """(0 or 1, 3) where the line of the spine leaves the rump, for a tail that lies against the body below that."""
    row = np.flatnonzero(body.solid.inside[body.solid.index(pelvis)[0], :, body.solid.index(pelvis)[2]])
    rear = body.solid.origin[1] + body.solid.pitch * row.max() if len(row) else base[1]
    if base[2] > pelvis[2] - 0.05 * trunk or rear < pelvis[1]:
        return np.zeros((0, 3))
    return np.array([[pelvis[0], max(rear - 0.04 * trunk, pelvis[1]), pelvis[2]]])
