# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How near a skeleton is to another one, and how sound it is by itself. Definitions: docs/rig-benchmark.md."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

STEP = 0.005
"""Distance of samples along bones, in units of the box."""


@dataclass(frozen=True)
class Joints:
    """A skeleton as the metrics see it: points, and segments between parents and children."""

    names: list[str]
    """(J,)"""
    points: np.ndarray
    """(J, 3) float64."""
    parents: np.ndarray
    """(J,) int, -1 for roots."""


def chamfer(found: Joints, truth: Joints, size: float) -> dict[str, float]:
    """CD-J2J, CD-J2B and CD-B2B in units of the longest side of the box, ``size``."""
    a, b = found.points / size, truth.points / size
    bones_a, bones_b = _samples(found, size), _samples(truth, size)
    return {
        "j2j": (_one_way(a, b) + _one_way(b, a)) / 2,
        "j2b": (_one_way(a, bones_b) + _one_way(b, bones_a)) / 2,
        "b2b": (_one_way(bones_a, bones_b) + _one_way(bones_b, bones_a)) / 2,
    }


def _one_way(points: np.ndarray, others: np.ndarray) -> float:
    return float(KDTree(others).query(points)[0].mean())


def _samples(joints: Joints, size: float) -> np.ndarray:
    """(N, 3) points along the segments from every joint to its parent, in units of the box."""
    ends = [
        (joints.points[child] / size, joints.points[parent] / size)
        for child, parent in enumerate(joints.parents)
        if parent >= 0
    ]
    return np.concatenate([np.linspace(a, b, max(int(np.linalg.norm(a - b) / STEP), 2)) for a, b in ends])


LIMB_OF_BONE = {
    "Thigh": "back leg", "Shin": "back leg", "Foot": "back leg", "BackToes": "back leg", "Toes": "back leg",
    "UpperArm": "front leg", "Forearm": "front leg", "Hand": "front leg", "FrontToes": "front leg", "Ear": "ear",
}  # fmt: skip
"""Galatea's bones that tell which limb a chain is, by the name before number and side."""


def right_sides(found: Joints, truth: Joints, limb_of_joint: dict[str, str]) -> tuple[int, int]:
    """Limbs of the ground truth that carry the right name: (right, all).

    ``limb_of_joint``: true joint -> limb with its side, "front leg.L" or "ear.R". Every true joint of a limb looks for
    the nearest bone among all leg bones (ears: among all ear bones); the limb is right when most of these bones are
    named after its side and after front or back. A limb that was not found is wrong.
    """
    limbs = np.array([_limb(name) for name in found.names])
    wanted: dict[str, list[np.ndarray]] = {}
    for name, point in zip(truth.names, truth.points):
        if name in limb_of_joint:
            wanted.setdefault(limb_of_joint[name], []).append(point)
    right = 0
    for limb, points in wanted.items():
        pool = np.flatnonzero([bool(other) and (other[:3] == "ear") == (limb[:3] == "ear") for other in limbs])
        if len(pool):
            _, nearest = KDTree(found.points[pool]).query(np.stack(points))
            right += int((limbs[pool[nearest]] == limb).sum() > len(points) / 2)
    return right, len(wanted)


def _limb(bone: str) -> str:
    """ "back leg.L" of "Shin.L", "ear.R" of "Ear2.R", "" of what is no limb."""
    stem, _, side = bone.rpartition(".")
    limb = LIMB_OF_BONE.get(stem.rstrip("0123456789"))
    return f"{limb}.{side}" if limb and side in ("L", "R") else ""


def winding_number(points: np.ndarray, vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(N,) how often the surface goes around each of (N, 3) points; above 0.5 is inside, also of overlapping shells.

    The solid angle of every triangle (Van Oosterom and Strackee), independent of the voxels that the rig works with.
    """
    total = np.zeros(len(points))
    for index, point in enumerate(points):
        a, b, c = (vertices[triangles[:, corner]] - point for corner in range(3))
        la, lb, lc = (np.linalg.norm(side, axis=1) for side in (a, b, c))
        numerator = np.einsum("ij,ij->i", a, np.cross(b, c))
        dots = [np.einsum("ij,ij->i", *pair) for pair in ((a, b), (b, c), (c, a))]
        denominator = la * lb * lc + dots[0] * lc + dots[1] * la + dots[2] * lb
        total[index] = np.arctan2(numerator, denominator).sum() / (2 * np.pi)
    return total


def outside(joints: Joints, vertices: np.ndarray, triangles: np.ndarray) -> list[str]:
    """Names of joints outside of the surface. A surface that is inside out counts like its opposite."""
    corner = vertices[triangles] - vertices.mean(axis=0)
    volume = np.einsum("ij,ij->i", corner[:, 0], np.cross(corner[:, 1], corner[:, 2])).sum()
    winding = winding_number(joints.points, vertices, triangles) * (1 if volume >= 0 else -1)
    return [name for name, value in zip(joints.names, winding) if value < 0.5]
