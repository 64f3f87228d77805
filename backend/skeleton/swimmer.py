# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Skeletons without legs: fish and serpents, one spine from skull to tail that bends sideways."""

from __future__ import annotations

import numpy as np

from ..mesh.clean import Shape
from ..mesh.symmetry import MirrorPlane
from .body import Body, body_of
from .bones import Skeleton, at_arc, chain, numbered, root_bone, split_evenly
from .curves import path_length
from .extras import appendages
from .options import Counts
from .recognise import blunt_end, main_path

SIDEWAYS = np.array([0.0, 0.0, 1.0])

HEAD = 0.06
"""Part of the body's length that shows where the head looks."""


def facing(body: Body, symmetric: bool, flip: bool) -> tuple[Body, np.ndarray]:
    """The body turned so that its head looks forward, and where its snout is: (3,) in the turned body.

    ``flip``: the head is at the other end than it seems.
    """
    path, _ = main_path(body)
    if (blunt_end(body) > 0) != flip:
        path = path[::-1]
    ahead = path[0] - at_arc(path, HEAD)
    snout = body.matrix[:3, :3] @ path[0] + body.matrix[:3, 3]
    if not body.symmetric and abs(ahead[0]) > abs(ahead[1]):
        # Rolled up: the head looks out of the side of the box.
        matrix = body.matrix
        normal = matrix[:3, :3] @ np.array([-ahead[1], ahead[0], 0.0]) / np.linalg.norm(ahead[:2])
        world = Shape(body.shape.vertices @ matrix[:3, :3].T + matrix[:3, 3], body.shape.triangles)
        plane = MirrorPlane(normal, float(normal @ world.vertices.mean(axis=0)), 0.0, 1.0)
        body = body_of(world, plane, matrix[:3, 2], symmetric)
        ahead = (matrix[:3, :3] @ ahead) @ body.matrix[:3, :3]
    if ahead[1] > 0:
        body = body.reversed()
    return body, (snout - body.matrix[:3, 3]) @ body.matrix[:3, :3]


def from_snout(path: np.ndarray, snout: np.ndarray) -> np.ndarray:
    """The path (N, 3), from the end that is nearer to ``snout`` (3,)."""
    return path if np.linalg.norm(path[0] - snout) <= np.linalg.norm(path[-1] - snout) else path[::-1]


def fish(body: Body, counts: Counts, snout: np.ndarray) -> Skeleton:
    """Head, spine, tail fin, and chains for the other fins; the head's tip is near ``snout`` (3,)."""
    path = from_snout(main_path(body)[0], snout)
    count = counts.spine or 5
    bones = _spine(body, path, skull=0.22, count=count, tail=counts.tail or 2, tail_from=0.82)
    if counts.ears:
        on_the_line = [
            limb for limb in body.limbs if min(np.linalg.norm(path[[0, -1]] - limb.tip, axis=1)) < 0.02 * body.size
        ]
        bones += appendages(body, bones, on_the_line, "Fin", long=0.05)
    return Skeleton("fish", bones)


def serpent(body: Body, counts: Counts, snout: np.ndarray) -> Skeleton:
    """Head and a spine of bones about as long as one and a half times the body is thick, from ``snout`` (3,)."""
    path, radius = main_path(body)
    path = from_snout(path, snout)
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
