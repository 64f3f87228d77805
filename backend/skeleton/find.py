# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a mesh to a named skeleton: body, recognition, plan, and the checks every skeleton has to pass."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage

from ..job import JobError
from ..mesh.clean import Shape
from .biped import biped
from .bird import bird
from .body import Body, body_of
from .bones import Bone, Skeleton, mirrored
from .options import Counts
from .quadruped import quadruped
from .recognise import SURE, Recognition, foot_pairs, recognise
from .swimmer import fish, serpent
from .tree import tree


@dataclass(frozen=True)
class Finding:
    skeleton: Skeleton
    recognition: Recognition
    body: Body
    note: str
    """What the artist should know about the choice, or ""."""

    @property
    def confidence(self) -> float:
        return self.recognition.scores[self.skeleton.animal]


def find_skeleton(shape: Shape, animal: str, symmetric: bool, counts: Counts, rng: np.random.Generator) -> Finding:
    """The skeleton of a mesh in world space (Z up). ``animal`` is "auto" or one of recognise.ANIMALS.

    Raises JobError("bad_input") for shapes without a volume, and when the shape lacks the limbs of the chosen animal.
    """
    body = body_of(shape, symmetric, rng)
    flattest = np.ptp(body.shape.vertices, axis=0).min()
    if flattest < 1e-3 * body.size:
        raise JobError("bad_input", "The mesh is flat, so there is no inside to put bones into.",
                       "Give it thickness (a Solidify modifier does) or select a solid mesh.")
    if not body.limbs:
        animal = "tree"
    recognition = recognise(body)
    plan = animal
    note = ""
    if animal == "auto":
        plan = recognition.best
        if recognition.scores[plan] < SURE and plan != "tree":
            note = f"This shape was not recognised with confidence (nearest: {plan}), so it got a general skeleton. " \
                   "Choose the animal in the Rig panel to use its plan."
            plan = "tree"
        elif plan == "tree":
            note = "This shape was not recognised as an animal, so it got a general skeleton."
    if recognition.reverse[plan]:
        body = body.reversed()
    skeleton = _fit(body, plan, counts)
    return Finding(_checked(body, skeleton), recognition, body, note)


def _fit(body: Body, plan: str, counts: Counts) -> Skeleton:
    pairs = foot_pairs(body)
    if plan == "quadruped":
        _need(len(pairs) >= 2, plan, "two pairs of legs")
        return quadruped(body, pairs[0], pairs[-1], counts)
    if plan in ("biped", "bird"):
        _need(len(pairs) >= 1, plan, "a pair of legs")
        return (biped if plan == "biped" else bird)(body, pairs[0], counts)
    return {"fish": fish, "serpent": serpent}[plan](body, counts) if plan in ("fish", "serpent") else tree(body)


def _need(found: bool, plan: str, limbs: str) -> None:
    if not found:
        raise JobError("bad_input", f"This shape has no {limbs}, which a {plan} needs.",
                       "Choose another animal in the Rig panel, or Auto. Legs that touch each other cannot be told apart.")


def _checked(body: Body, skeleton: Skeleton) -> Skeleton:
    """Joints moved inside where they were not, bones of no length stretched, sides made exact mirror images."""
    inner = ndimage.binary_erosion(body.solid.inside)
    _, nearest = ndimage.distance_transform_edt(~(inner if inner.any() else body.solid.inside), return_indices=True)

    def inside(point: np.ndarray) -> np.ndarray:
        if body.solid.contains(point):
            return point
        moved = body.solid.points(nearest[(slice(None), *body.solid.index(point))])
        return moved * np.array([0.0, 1, 1]) if body.symmetric and abs(point[0]) < 1e-9 else moved

    bones: list[Bone] = []
    shortest = 0.002 * body.size
    for bone in skeleton.bones:
        if bone.deform:
            tail = bone.tail if bone.name == skeleton.bones[0].name else inside(bone.tail)
            bone = replace(bone, head=inside(bone.head), tail=tail)
        if np.linalg.norm(bone.tail - bone.head) < shortest:
            bone = replace(bone, tail=bone.head + np.array([0.0, 0.0, 2 * shortest]))
        bones.append(bone)
    by_name = {bone.name: bone for bone in bones}
    bones = [replace(bone, head=by_name[bone.parent].tail) if bone.connected and bone.parent else bone for bone in bones]
    if body.symmetric:
        twins = {twin.name: twin for twin in mirrored([bone for bone in bones if bone.name.endswith(".L")])}
        bones = [twins.get(bone.name, bone) for bone in bones]
    return Skeleton(skeleton.animal, bones)
