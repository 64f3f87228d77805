# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Skeletons without legs: fish and serpents, one spine from skull to tail that bends sideways."""

from __future__ import annotations

import numpy as np

from .body import Body
from .bones import Skeleton, at_arc, chain, numbered, root_bone, split_evenly
from .curves import path_length
from .extras import appendages
from .options import Counts
from .recognise import main_path

SIDEWAYS = np.array([0.0, 0.0, 1.0])


def fish(body: Body, counts: Counts) -> Skeleton:
    """Head, spine, tail fin, and chains for the other fins."""
    path, _ = main_path(body)
    count = counts.spine or 5
    bones = _spine(body, path, skull=0.22, count=count, tail=counts.tail or 2, tail_from=0.82)
    if counts.ears:
        on_the_line = [
            limb for limb in body.limbs if min(np.linalg.norm(path[[0, -1]] - limb.tip, axis=1)) < 0.02 * body.size
        ]
        bones += appendages(body, bones, on_the_line, "Fin", long=0.05)
    return Skeleton("fish", bones)


def serpent(body: Body, counts: Counts) -> Skeleton:
    """Head and a spine of bones about as long as one and a half times the body is thick."""
    path, radius = main_path(body)
    slender = path_length(path) / max(3 * float(np.median(radius)), body.solid.pitch)
    count = counts.spine or int(np.clip(round(slender), 8, 40))
    return Skeleton("serpent", _spine(body, path, skull=0.5 / count, count=count, tail=counts.tail, tail_from=0.9))


def _spine(body: Body, path: np.ndarray, skull: float, count: int, tail: int, tail_from: float) -> list:
    """The head points forward from the skull's joint, the spine backward from there; ``path`` starts at the snout."""
    tail_from = tail_from if tail else 1.0
    back = at_arc(path, np.linspace(skull, tail_from, count + 1))
    names = numbered("Spine", count)
    bones = [root_bone(0.15 * body.size), *chain(names, back, "Root", "Spine", bend=SIDEWAYS)]
    bones += chain(["Head"], np.stack([back[0], path[0]]), names[0], "Head", bend=SIDEWAYS)
    if tail:
        fin = split_evenly(at_arc(path, np.linspace(tail_from, 1.0, 10)), tail)
        bones += chain(numbered("Tail", tail), fin, names[-1], "Tail", bend=SIDEWAYS, connected=True)
    return bones
