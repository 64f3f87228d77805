# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A shape in its own frame, as a body with limbs: what recognising and fitting look at.

The frame: x = 0 is the mirror plane, +x the left side, -y forward (once recognised), +z up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import KDTree

from ..mesh.clean import Shape, part_labels
from ..mesh.solid import Solid, joined, voxelise
from ..mesh.symmetry import MirrorPlane
from .curves import Branch, curve_branches, path_length, smoothed

VOXELS = 180
"""Most voxels along the longest side of the box."""

INSIDE_VOXELS = 200_000
"""About as many voxels may lie inside: a compact body gets larger ones than a slender one."""

SYMMETRIC_BELOW = 0.02
"""Spread of the mirror plane up to which both sides get the same skeleton; a walking animal is far above."""


@dataclass(frozen=True, eq=False)
class Limb:
    """A centred path from an extremity into the body. Two limbs are equal when they are the same one."""

    path: np.ndarray
    """(N, 3) float64, evenly spaced, tip first, ending in the middle of the body."""
    radius: np.ndarray
    """(N,) float64, distance to the surface along the path."""
    own: int
    """The first ``own`` points belong to this limb alone."""
    side: int
    """+1 left, -1 right, 0 in the mirror plane."""

    @property
    def tip(self) -> np.ndarray:
        return self.path[0]

    @property
    def length(self) -> float:
        return path_length(self.path[: self.own])

    @property
    def base(self) -> np.ndarray:
        """(3,) where the limb leaves the body."""
        return self.path[self.own - 1]


@dataclass(frozen=True)
class Body:
    solid: Solid
    limbs: list[Limb]
    """Longest reach first; in a symmetric body every left limb has a right twin."""
    symmetric: bool
    matrix: np.ndarray
    """(4, 4) float64: frame -> world; rotation and translation."""
    shape: Shape
    """The mesh in the frame."""
    parts: np.ndarray
    """(V,) loose part of every vertex, the largest is 0."""

    @property
    def size(self) -> float:
        return self.shape.size

    @property
    def low(self) -> np.ndarray:
        return self.shape.vertices.min(axis=0)

    @property
    def high(self) -> np.ndarray:
        return self.shape.vertices.max(axis=0)

    def pairs(self) -> list[tuple[Limb, Limb]]:
        """(left, right) limbs whose tips mirror each other."""
        return _paired(
            [limb for limb in self.limbs if limb.side > 0], [limb for limb in self.limbs if limb.side < 0], self.size
        )

    def median_range(self, y: float) -> tuple[float, float] | None:
        """Lowest and highest z of the solid in the mirror plane at this y: belly and back. None outside of the body."""
        x, row, _ = self.solid.index(np.array([0.0, y, 0.0]))
        column = np.flatnonzero(self.solid.inside[x - 1 : x + 2, row].any(axis=0))
        if not len(column):
            return None
        # The longest run: a curled tail above the back is not the back.
        runs = np.split(column, np.flatnonzero(np.diff(column) > 1) + 1)
        run = max(runs, key=len)
        return tuple(float(self.solid.origin[2] + self.solid.pitch * end) for end in (run[0] - 0.5, run[-1] + 0.5))

    def reversed(self) -> Body:
        """The same body looking the other way: turned by 180 degrees about z."""
        turn = np.array([-1.0, -1.0, 1.0])
        solid = self.solid
        last = solid.points(np.array(solid.inside.shape) - 1)
        turned = Solid(
            solid.inside[::-1, ::-1],
            solid.radius[::-1, ::-1],
            np.array([-last[0], -last[1], solid.origin[2]]),
            solid.pitch,
        )
        limbs = [replace(limb, path=limb.path * turn, side=-limb.side) for limb in self.limbs]
        shape = Shape(self.shape.vertices * turn, self.shape.triangles)
        return replace(
            self, solid=turned, limbs=limbs, shape=shape, matrix=self.matrix @ np.diag([-1.0, -1.0, 1.0, 1.0])
        )

    def is_attachment(self, limb: Limb) -> bool:
        """Whether the limb is a loose part of its own (horn, eye, hat) that sits on a bigger one."""
        _, nearest = KDTree(self.shape.vertices).query(limb.path[: max(limb.own // 2, 1)])
        return bool((self.parts[nearest] != 0).mean() > 0.5)


def body_of(shape: Shape, plane: MirrorPlane, up: np.ndarray, symmetric: bool) -> Body:
    """The body of a mesh in world space that stands upright along ``up`` (3,), as far as the mirror plane allows.

    ``symmetric`` False: both sides are treated apart in any case.
    """
    matrix = frame(shape, plane, up)
    local = (shape.vertices - matrix[:3, 3]) @ matrix[:3, :3]
    mirrored = symmetric and plane.spread < SYMMETRIC_BELOW and abs(matrix[:3, 0] @ plane.normal) > 0.999
    coarse = voxelise(local, shape.triangles, shape.size / 32, mirrored)
    pitch = max(shape.size / VOXELS, coarse.pitch * (coarse.inside.sum() / INSIDE_VOXELS) ** (1 / 3))
    solid = joined(voxelise(local, shape.triangles, pitch, mirrored), 0.04 * shape.size)
    labels, areas = part_labels(shape)
    rank = np.argsort(np.argsort(-areas))
    limbs = _limbs(curve_branches(solid, 0.02 * shape.size), solid, mirrored, shape.size)
    return Body(solid, limbs, mirrored, matrix, Shape(local, shape.triangles), rank[labels])


def frame(shape: Shape, plane: MirrorPlane, up: np.ndarray) -> np.ndarray:
    """Frame -> world, (4, 4): x along the plane's normal, z as near to ``up`` as the plane allows."""
    low, high = shape.vertices.min(axis=0), shape.vertices.max(axis=0)
    centre = (low + high) / 2
    normal, offset = plane.normal, plane.offset
    if plane.error > 0.05 or abs(normal @ up) > 0.9:
        # No mirror plane an artist would mean: stand upright, look along the longer horizontal side.
        normal = np.eye(3)[min(np.flatnonzero(np.abs(up) < 0.5), key=lambda axis: (high - low)[axis])]
        offset = float(centre @ normal)
    if normal[np.abs(normal).argmax()] < 0:
        normal, offset = -normal, -offset
    z = up - normal * (up @ normal)
    z /= np.linalg.norm(z)
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack([normal, np.cross(z, normal), z], axis=1)
    ground = centre + normal * (offset - centre @ normal)
    matrix[:3, 3] = ground + z * ((shape.vertices @ z).min() - ground @ z)
    return matrix


def _limbs(branches: list[Branch], solid: Solid, mirrored: bool, size: float) -> list[Limb]:
    voxels = KDTree(solid.points(np.argwhere(solid.inside)))
    limbs = [_limb(branch, solid, voxels) for branch in branches]
    if not mirrored:
        return limbs
    result: list[Limb] = []
    flip = np.array([-1.0, 1.0, 1.0])
    for limb in limbs:
        # Its twin was found before: the union of both sides is exactly symmetric, but ties may fall either way.
        if any(np.linalg.norm(limb.tip - other.tip) < 0.02 * size for other in result):
            continue
        if limb.side == 0:
            path = limb.path * np.array([0.0, 1, 1])
            result.append(replace(limb, path=path))
        else:
            left = limb if limb.side > 0 else replace(limb, path=limb.path * flip, side=1)
            result += [left, replace(left, path=left.path * flip, side=-1)]
    return result


def _limb(branch: Branch, solid: Solid, voxels: KDTree) -> Limb:
    path = centred(branch.path, branch.radius, solid, voxels)
    even = smoothed(path, solid.pitch)
    own = max(int(len(even) * branch.own / len(branch.path)), 2)
    beside = abs(np.median(even[: max(own // 3, 1), 0]))
    side = (
        0
        if beside < max(1.2 * solid.pitch, 0.25 * branch.radius[: branch.own].max())
        else int(np.sign(even[: max(own // 3, 1), 0].mean()))
    )
    return Limb(even, solid.radius_at(even).astype(float), own, side)


def centred(path: np.ndarray, radius: np.ndarray, solid: Solid, voxels: KDTree) -> np.ndarray:
    """Path points (N, 3) moved to the middle of the ``voxels`` around them; ends and what lies deep inside stay."""
    reach = np.minimum(1.4 * radius + solid.pitch, 7 * solid.pitch)
    around = voxels.query_ball_point(path, reach)
    middle = np.stack([voxels.data[near].mean(axis=0) for near in around])
    middle[0], middle[-1] = path[0], path[-1]
    return middle


def _paired(left: list[Limb], right: list[Limb], size: float) -> list[tuple[Limb, Limb]]:
    """Greedily by the likeness of length and of the mirrored place where they leave the body."""
    flip = np.array([-1.0, 1.0, 1.0])
    cost = (
        np.array(
            [
                [
                    np.linalg.norm(a.base - b.base * flip)
                    + 0.3 * np.linalg.norm(a.tip - b.tip * flip)
                    + 0.3 * abs(a.length - b.length)
                    for b in right
                ]
                for a in left
            ]
        )
        if left and right
        else np.zeros((0, 0))
    )
    pairs = []
    while cost.size and cost.min() < 0.25 * size:
        i, j = np.unravel_index(cost.argmin(), cost.shape)
        pairs.append((left[i], right[j]))
        cost[i], cost[:, j] = np.inf, np.inf
    return pairs
