# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An animal as matching sees it: upright in its own frame, with named bones that say which part is which."""

from __future__ import annotations

import typing
from dataclasses import dataclass

import numpy as np

from ..mesh.clean import Shape, decimated
from ..skeleton.find import find_skeleton
from ..skeleton.options import Counts
from ..skinning.voxel_weights import voxel_weights

TRIANGLES = 6_000
"""A mesh with more is decimated to this many before it is bent: what bends is smooth."""
COUNTS = Counts(spine=6, neck=3, tail=5)
"""The same for all animals, so that bones of one name lie in the same part of the body."""


@dataclass(frozen=True)
class Bones:
    """Bones that move vertices, in a figure's frame."""

    names: list[str]
    parents: list[str | None]
    """The nearest one above that is among them."""
    parts: list[str]
    """Which limb or part of the body each belongs to: "Front Leg.L"."""
    heads: np.ndarray
    """(B, 3) float64."""
    tails: np.ndarray
    """(B, 3) float64."""
    axes: np.ndarray
    """(B, 3, 3) float64: columns are the bone's own X (about which it bends), Y (along it) and Z."""


@dataclass(frozen=True)
class Figure:
    """A mesh in its own frame: +X its left, -Y forward, +Z up, on the ground, the longest side of its box 1."""

    shape: Shape
    """At most about TRIANGLES triangles."""
    bones: Bones
    weights: np.ndarray
    """(V, B) float64, rows sum to 1: how much each vertex of ``shape`` belongs to each bone."""
    matrix: np.ndarray
    """(4, 4) float64, frame -> world: rotation, even scale, translation."""
    animal: str
    """The plan of the skeleton, one of skeleton.recognise.ANIMALS."""
    note: str
    """What the artist should know about how the animal was recognised, or ""."""

    def inwards(self, points: np.ndarray) -> np.ndarray:
        """(N, 3) world -> the figure's frame."""
        inverse = np.linalg.inv(self.matrix)
        return points @ inverse[:3, :3].T + inverse[:3, 3]

    def outwards(self, points: np.ndarray) -> np.ndarray:
        """(N, 3) the figure's frame -> world."""
        return points @ self.matrix[:3, :3].T + self.matrix[:3, 3]


def figure(
    shape: Shape,
    animal: str,
    flip: bool,
    rng: np.random.Generator,
    up: np.ndarray,
    progress: typing.Callable[[float], None] = lambda fraction: None,
) -> Figure:
    """The figure of a mesh in world space; arguments and errors as those of ``skeleton.find.find_skeleton``."""
    light = decimated(shape, TRIANGLES)
    found = find_skeleton(light, animal, True, COUNTS, rng, up, lambda fraction: progress(0.8 * fraction), flip=flip)
    matrix = found.matrix.copy()
    matrix[:3, :3] *= light.size
    scale = 1 / light.size
    own = Shape((light.vertices - matrix[:3, 3]) @ found.matrix[:3, :3] * scale, light.triangles)
    deform = [bone for bone in found.skeleton.bones if bone.deform]
    kept = {bone.name for bone in deform}
    heads = scale * np.array([bone.head for bone in deform])
    tails = scale * np.array([bone.tail for bone in deform])
    along = (tails - heads) / np.linalg.norm(tails - heads, axis=1, keepdims=True)
    z = np.array([bone.z_axis for bone in deform])
    across = np.cross(along, z)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    bones = Bones(
        [bone.name for bone in deform],
        [bone.parent if bone.parent in kept else None for bone in deform],
        [bone.collection for bone in deform],
        heads,
        tails,
        np.stack([across, along, np.cross(across, along)], axis=2),
    )
    progress(0.9)
    return Figure(own, bones, voxel_weights(own, heads, tails), matrix, found.skeleton.animal, found.note)
