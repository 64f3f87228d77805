# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bones hang together: read off the weights, and off how they move against each other."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

from .articulate import HOLD, Skeleton
from .decompose import Decomposition
from .moments import split

SOFT = 3.0
"""What shared weights count for beside a shared boundary."""
GAP = 0.01
"""Sizes by which two bones may part at their joint before they are half as likely to have one."""


def hierarchy(rest: np.ndarray, edges: np.ndarray, found: Decomposition) -> Skeleton:
    """The bones of rest (V, 3), in units of the size, with edges (E, 2), as one tree with a joint at each link.

    Each point is given to its strongest bone. Two bones are linked the more likely the longer the boundary between
    their points is, against the smaller of the two, the more weights they share, and the nearer they come to turning
    about a common point. The tree of the greatest sum is taken, and its middle is the root.
    """
    expected = meeting_points(rest, edges, found.weights)
    near = shared(edges, found.weights)
    motions = split(found.matrices)
    for one, other in zip(*np.nonzero(np.triu(near, 1)), strict=True):
        _, gap = joint_between(motions[:, one], motions[:, other], expected[one, other])
        near[one, other] = near[other, one] = near[one, other] / (1 + (gap / GAP) ** 2)
    root = middle(spanning_tree(near, 0), found.weights)
    parents = spanning_tree(near, root)
    joints = (found.weights.T @ rest) / found.weights.sum(axis=0)[:, None]
    for bone in np.flatnonzero(parents >= 0):
        parent = parents[bone]
        joints[bone], _ = joint_between(motions[:, bone], motions[:, parent], expected[bone, parent])
    return Skeleton(parents, parents < 0, joints)


def shared(edges: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(B, B) how much two bones of weights (V, B) touch: edges across against the smaller one, and common weight."""
    bones = weights.shape[1]
    labels = weights.argmax(axis=1)
    count = np.zeros((bones, bones))
    np.add.at(count, tuple(labels[edges].T), 1.0)
    size = np.bincount(labels, minlength=bones).astype(float)
    boundary = (count + count.T) / np.maximum(np.minimum(size[:, None], size), 1.0)
    overlap = np.stack([np.minimum(weights[:, [bone]], weights).sum(axis=0) for bone in range(bones)])
    mass = weights.sum(axis=0)
    result = boundary + SOFT * overlap / np.minimum(mass[:, None], mass)
    np.fill_diagonal(result, 0.0)
    return result


def meeting_points(rest: np.ndarray, edges: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(B, B, 3) where a joint of two bones is expected: amid the edges between their points, else amid the points."""
    bones = weights.shape[1]
    ends = weights.argmax(axis=1)[edges]
    count, total = np.zeros((bones, bones)), np.zeros((bones, bones, 3))
    np.add.at(count, (ends[:, 0], ends[:, 1]), 1.0)
    np.add.at(total, (ends[:, 0], ends[:, 1]), rest[edges].mean(axis=1))
    count, total = count + count.T, total + total.transpose(1, 0, 2)
    centres = (weights.T @ rest) / np.maximum(weights.sum(axis=0), 1e-12)[:, None]
    between = (centres[:, None] + centres) / 2
    return np.where(count[..., None] > 0, total / np.maximum(count, 1)[..., None], between)


def expected_joints(rest: np.ndarray, edges: np.ndarray, weights: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """(B, 3) of ``meeting_points`` with the parents; the present joint of the root."""
    points = meeting_points(rest, edges, weights)
    result = points[np.arange(len(skeleton.parents)), skeleton.parents]
    known = (skeleton.parents >= 0) & (weights.sum(axis=0) > 0)
    return np.where(known[:, None], result, skeleton.joints)


def joint_between(one: np.ndarray, other: np.ndarray, expected: np.ndarray) -> tuple[np.ndarray, float]:
    """The rest point (3,) that two motions (F, 3, 4) carry to the same places as nearly as they can, and how far they
    part there (root mean square). A hinge leaves the point open along its axis: it stays near ``expected`` (3,).
    """
    turn, shift = one[..., :3] - other[..., :3], one[..., 3] - other[..., 3]
    gram = np.einsum("fki,fkj->ij", turn, turn) / len(turn) + HOLD * np.eye(3)
    side = HOLD * expected - np.einsum("fki,fk->i", turn, shift) / len(turn)
    point = np.linalg.solve(gram, side)
    return point, float(np.sqrt(((turn @ point + shift) ** 2).sum(axis=1).mean()))


def spanning_tree(near: np.ndarray, root: int) -> np.ndarray:
    """(B,) parents, -1 for ``root``, of the tree with the greatest sum of ``near`` (B, B)."""
    # scipy looks for the least sum, and takes 0 for no edge.
    tree = minimum_spanning_tree(csr_array(np.triu(1.0 + near.max() - near, 1)))
    _, before = breadth_first_order(tree + tree.T, root, directed=False)
    return np.where(before < 0, -1, before).astype(np.int64)


def middle(parents: np.ndarray, weights: np.ndarray) -> int:
    """The bone from which the way to all points is shortest, counted in bones."""
    bones = len(parents)
    hops = np.where(np.eye(bones, dtype=bool), 0.0, np.inf)
    for child in np.flatnonzero(parents >= 0):
        hops[child, parents[child]] = hops[parents[child], child] = 1.0
    for through in range(bones):
        hops = np.minimum(hops, hops[:, [through]] + hops[through])
    return int((hops @ weights.sum(axis=0)).argmin())
