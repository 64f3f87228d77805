# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a mesh to a named skeleton: body, recognition, plan, and the checks every skeleton has to pass."""

from __future__ import annotations

import typing
from dataclasses import dataclass, replace

import numpy as np

from ..job import JobError
from ..mesh.clean import Shape, open_edges, surface_samples
from ..mesh.symmetry import MirrorPlane, mirror_plane
from .biped import biped
from .bird import bird
from .body import Body, Limb, body_of, frame
from .bones import Bone, Skeleton, mirrored
from .inside import into_body
from .legs import foot_pairs, is_thin, placed_pairs, without_legs
from .options import Counts
from .quadruped import quadruped
from .recognise import SURE, Recognition, looks_back, recognise
from .said import plan_of
from .swimmer import facing, fish, serpent
from .tree import tree

TORN = 10.0
"""Length of open edges, see ``mesh.clean.open_edges``, from which a mesh has come apart instead of having holes."""

TRUST_IF_TORN = 0.52
"""What is left of the confidence then: only what would be certain in a whole mesh stays above ``recognise.SURE``."""

ABOUT_LEGS = (
    "Its legs cannot be told apart, so four were placed where it stands: look at them, move joints that lie wrong, and "
    "press Bind."
)

ABOUT_TORN = (
    "The mesh is open along many edges, as if it were torn along its seams, so the skeleton may be wrong: use "
    "Mesh > Merge > By Distance in Edit Mode, before modifiers like Decimate are applied, and press Rig again."
)


@dataclass(frozen=True)
class Finding:
    skeleton: Skeleton
    """Bones in the armature's space, in the units of the mesh."""
    recognition: Recognition
    matrix: np.ndarray
    """(4, 4) float64, armature's space -> world: rotation and translation."""
    symmetric: bool
    """Whether both sides mirror each other exactly."""
    note: str
    """What the artist should know about the choice, or ""."""

    @property
    def confidence(self) -> float:
        return self.recognition.scores[self.skeleton.animal]


def find_skeleton(
    shape: Shape,
    animal: str,
    symmetric: bool,
    counts: Counts,
    rng: np.random.Generator,
    up: tuple[float, float, float] | np.ndarray = (0.0, 0.0, 1.0),
    progress: typing.Callable[[float], None] = lambda fraction: None,
    flip: bool = False,
    said: typing.Sequence[str] = (),
) -> Finding:
    """The skeleton of a mesh in world space (Z up). ``animal`` is "auto" or one of recognise.ANIMALS.

    ``said``: what the mesh is called, or was made of: the first of these words that name an animal decide for "auto"
    where the shape has the limbs for it.

    ``up`` (3,) is the object's own Z axis: what is tried when nothing stands upright in the world, for turned objects.
    ``flip``: the animal looks the other way than it seems to.
    ``progress`` is called with the done part, 0..1, and may raise to stop.

    Raises JobError("bad_input") for shapes without a volume, and when the shape lacks the limbs of the chosen animal.
    """
    spread = np.linalg.svd(shape.vertices - shape.vertices.mean(axis=0), compute_uv=False)
    if len(shape.vertices) < 4 or spread[2] < 1e-3 * spread[0]:
        raise JobError(
            "bad_input",
            "The mesh is flat, so there is no inside to put bones into.",
            "Give it thickness (a Solidify modifier does) or select a solid mesh.",
        )
    # In a box of size one no tolerance depends on the artist's units.
    centre, size = (shape.vertices.min(axis=0) + shape.vertices.max(axis=0)) / 2, shape.size
    shape = Shape((shape.vertices - centre) / size, shape.triangles)
    plane = mirror_plane(surface_samples(shape, 12_000, rng))
    progress(0.3)
    body = body_of(shape, plane, np.array([0.0, 0, 1]), symmetric)
    progress(0.7)
    recognition = recognise(body)
    if animal == "auto" and max(recognition.scores["quadruped"], recognition.scores["biped"]) < 0.9:
        body, recognition = _stood_up(shape, plane, np.asarray(up), symmetric, body, recognition)
    progress(0.8)
    torn = open_edges(shape) > TORN
    if torn:
        recognition = recognition.less_sure(TRUST_IF_TORN)
    plan, note = animal, ""
    if animal == "auto":
        plan, note = _chosen(body, recognition, next(filter(None, map(plan_of, said)), ""))
    if plan in ("fish", "serpent"):
        body, snout = facing(body, symmetric, flip)
        skeleton = (fish if plan == "fish" else serpent)(body, counts, snout)
    else:
        behind = recognition.reverse[plan]
        placed = plan == "quadruped" and len(foot_pairs(body)) < 2 and bool(placed_pairs(body))
        if placed:
            body = without_legs(body)
            behind = looks_back(body, *placed_pairs(body))
            note = f"{note} {ABOUT_LEGS}".strip()
        body = body.reversed() if behind != flip else body
        skeleton = _fit(body, plan, counts)
    skeleton = _checked(body, skeleton)
    skeleton = replace(
        skeleton, bones=[replace(bone, head=bone.head * size, tail=bone.tail * size) for bone in skeleton.bones]
    )
    matrix = body.matrix.copy()
    matrix[:3, 3] = matrix[:3, 3] * size + centre
    note = " ".join(filter(None, [note, ABOUT_TORN if torn else "", _about_parts(body)]))
    return Finding(skeleton, recognition, matrix, body.symmetric, note)


def _chosen(body: Body, recognition: Recognition, said: str) -> tuple[str, str]:
    """The plan for a recognition and what words say, "" for nothing, and what to tell the artist."""
    best = recognition.best
    # Four legs, or a body upright on two, are what they are, however they are called: teddy bears, centaurs.
    clear = best in ("quadruped", "biped") and recognition.scores[best] >= SURE
    if said not in ("", best) and not clear and _fits(body, said):
        return said, (
            f"Called a {said} by its name or prompt, so it got that plan; the shape alone is not clear. "
            "Choose the animal in the Rig panel if that is wrong."
        )
    if best == "tree":
        return best, "This shape was not recognised as an animal, so it got a general skeleton."
    if recognition.scores[best] < SURE and best != said:
        return (
            "tree",
            f"This shape was not recognised with confidence (nearest: {best}), so it got a general skeleton. "
            "Choose the animal in the Rig panel to use its plan.",
        )
    return best, ""


def _fits(body: Body, plan: str) -> bool:
    """Whether the body has the limbs that a plan needs, and no legs where it needs none."""
    if plan == "quadruped":
        return bool(_leg_pairs(body))
    pairs = len(foot_pairs(body))
    return pairs == 1 if plan in ("biped", "bird") else not pairs and bool(body.limbs)


def _leg_pairs(body: Body) -> list[tuple[Limb, Limb]]:
    """Of a quadruped: its own, else where they would stand; none where it does not stand."""
    pairs = foot_pairs(body)
    return pairs if len(pairs) >= 2 else placed_pairs(body)


def _stood_up(
    shape: Shape, plane: MirrorPlane, own_up: np.ndarray, symmetric: bool, body: Body, recognition: Recognition
) -> tuple[Body, Recognition]:
    """The body in another frame, if legs stand there that do not stand in this one.

    An animal may lie on its side or back; and one in mid-stride may resemble its mirror image from front to back more
    than from left to right.
    """
    upright = np.array([0.0, 0, 1])
    across = np.cross(upright, plane.normal)
    frames = []
    if own_up @ upright < np.cos(np.radians(5)) and abs(own_up @ plane.normal) < 0.5:
        frames.append((plane, own_up))
    if np.linalg.norm(across) > 0.5 and not body.symmetric:
        across /= np.linalg.norm(across)
        frames.append((replace(plane, normal=across, offset=float(np.median(shape.vertices @ across))), upright))
    limbs = sum(limb.length > 0.1 and is_thin(limb, 0.8) for limb in body.limbs)
    # A fish with four long limbs may be a horse that lies on its side.
    unsure = max(recognition.scores[name] for name in ("quadruped", "biped", "bird")) < SURE
    if limbs >= 4 and (unsure or not foot_pairs(body)):
        frames += [(plane, up) for up in _ways_up(shape, plane)]
    for other, up in frames:
        if not _may_stand(shape, body, frame(shape, other, up)):
            continue
        turned = body_of(shape, other, up, symmetric)
        found = recognise(turned)
        if found.scores["quadruped"] > 0.9:
            return turned, found
    return body, recognition


def _may_stand(shape: Shape, body: Body, matrix: np.ndarray) -> bool:
    """Whether enough limbs of the body reach the ground of another frame (4, 4): much quicker than a body in it."""
    heights = (shape.vertices - matrix[:3, 3]) @ matrix[:3, 2]
    turned = body.matrix[:3, :3].T @ matrix[:3, 2], (body.matrix[:3, 3] - matrix[:3, 3]) @ matrix[:3, 2]
    standing = 0
    for limb in body.limbs:
        own = limb.path[: limb.own] @ turned[0] + turned[1]
        low = own[0] - heights.min() < 0.35 * np.ptp(heights)
        standing += low and own.max() - own[0] > 0.06 * np.ptp(heights) and is_thin(limb, 1.3)
    return standing >= 3


def _ways_up(shape: Shape, plane: MirrorPlane) -> list[np.ndarray]:
    """Directions (3,) in the mirror plane that may be up: across and along the body, then the world's axes."""
    flat = shape.vertices - np.outer(shape.vertices @ plane.normal, plane.normal)
    _, _, axes = np.linalg.svd(flat - flat.mean(axis=0), full_matrices=False)
    ways: list[np.ndarray] = [np.array([0.0, 0, 1])]
    for up in np.concatenate([axes[[1, 0]], -axes[[1, 0]], np.eye(3)[:2], -np.eye(3)]):
        if abs(up @ plane.normal) < 0.5 and all(up @ other < np.cos(np.radians(20)) for other in ways):
            ways.append(up)
    return ways[1:]


def _about_parts(body: Body) -> str:
    inside = body.solid.contains(body.shape.vertices)
    left_out = len(np.unique(body.parts[~inside & (body.parts > 0)]))
    if (~inside).mean() < 0.1:
        return ""
    return (
        f"{left_out} loose part(s) lie far from the largest one: they got no bones of their own and follow the nearest."
    )


def _fit(body: Body, plan: str, counts: Counts) -> Skeleton:
    if plan == "quadruped":
        pairs = _leg_pairs(body)
        _need(bool(pairs), plan, "two pairs of legs")
        return quadruped(body, pairs[0], pairs[-1], counts)
    pairs = foot_pairs(body)
    if plan in ("biped", "bird"):
        _need(len(pairs) >= 1, plan, "a pair of legs")
        return (biped if plan == "biped" else bird)(body, pairs[0], counts)
    return tree(body)


def _need(found: bool, plan: str, limbs: str) -> None:
    if not found:
        raise JobError(
            "bad_input",
            f"This shape has no {limbs}, which a {plan} needs.",
            "Choose another animal in the Rig panel, or Auto. Legs that touch each other cannot be told apart.",
        )


def _checked(body: Body, skeleton: Skeleton) -> Skeleton:
    """Joints moved inside where they were not, bones of no length stretched, sides made exact mirror images."""
    inside = into_body(body)
    shortest = 0.002 * body.size
    placed: dict[str, Bone] = {}
    for bone in skeleton.bones:
        if not bone.deform:
            placed[bone.name] = bone
            continue
        head = placed[bone.parent].tail if bone.connected and bone.parent else inside(bone.head)
        tail = inside(bone.tail)
        if np.linalg.norm(tail - head) < shortest:
            direction = bone.tail - bone.head
            length = np.linalg.norm(direction)
            tail = head + 2 * shortest * (direction / length if length > 0 else np.array([0.0, 0, 1]))
        placed[bone.name] = replace(bone, head=head, tail=tail)
    bones = list(placed.values())
    if body.symmetric:
        twins = {twin.name: twin for twin in mirrored([bone for bone in bones if bone.name.endswith(".L")])}
        bones = [twins.get(bone.name, bone) for bone in bones]
    return Skeleton(skeleton.animal, bones)
