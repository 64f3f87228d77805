# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole way from points that move to a connected skeleton with weights and poses."""

from __future__ import annotations

import typing
from dataclasses import dataclass

import numpy as np

from .articulate import Poses, Skeleton, fit_joints, fit_poses, matrices, starting_poses
from .decompose import Decomposition, decompose, neighbours, refit_weights, rms
from .moments import split
from .points import Points
from .tree import expected_joints, hierarchy
from .weights import sparse_weights

ROUNDS = 8
"""Of poses, joints and weights in turn, at most."""
GAIN = 0.01
"""A round that gains a smaller part of the error ends them."""
FRAMES = 120
"""Frames that bones and weights are found from; poses are then fitted to all."""
PULL = 1e-7

Check = typing.Callable[[str, float], None]


@dataclass(frozen=True)
class Solution:
    skeleton: Skeleton
    poses: Poses
    """Of all frames."""
    indices: np.ndarray
    """(V, 4) int64 bones of each vertex."""
    weights: np.ndarray
    """(V, 4) float64, rows sum to 1."""
    unconnected: float
    """Root mean square error of the same number of free bones, on the points that were looked at."""

    @property
    def matrices(self) -> np.ndarray:
        return matrices(self.skeleton, self.poses)


def solve(
    rest: np.ndarray,
    posed: np.ndarray,
    points: Points,
    bones: int,
    check: Check = lambda stage, fraction: None,
) -> Solution:
    """Bones, at most ``bones`` (0: as many as needed), for rest (V, 3) and posed (F, V, 3) in units of the size.

    ``check(stage, fraction)`` is told what is done, and may raise to stop.
    """
    chosen = points.chosen
    some = np.unique(np.linspace(0, len(posed) - 1, min(FRAMES, len(posed))).round().astype(int))
    x, y = rest[chosen], posed[some][:, chosen].astype(np.float64)
    adjacent = neighbours(points.edges, len(chosen))
    free = decompose(x, y, adjacent, bones, lambda done: check("Finding bones", 0.5 * done))
    unconnected = rms(x, y, free)
    skeleton = hierarchy(x, points.edges, free)
    poses = starting_poses(skeleton, split(free.matrices))
    weights, error = free.weights, np.inf
    for number in range(ROUNDS):
        check("Connecting them", 0.5 + 0.3 * number / ROUNDS)
        poses = fit_poses(skeleton, x, y, weights, poses)
        skeleton = fit_joints(skeleton, x, y, weights, poses, expected_joints(x, points.edges, weights, skeleton))
        weights = refit_weights(x, y, matrices(skeleton, poses), weights, adjacent)
        before, error = error, rms(x, y, Decomposition(weights, matrices(skeleton, poses)))
        if error > (1 - GAIN) * before:
            break
    check("Fitting the poses", 0.8)
    # Neighbours in time are near enough to start from.
    nearest = np.abs(np.arange(len(posed))[:, None] - some).argmin(axis=1)
    start = Poses(poses.rotations[nearest], poses.anchors[nearest])
    poses = fit_poses(
        skeleton, x, posed[:, chosen], weights, start, check=lambda done: check("Fitting the poses", 0.8 + 0.1 * done)
    )
    seen = Poses(poses.rotations[some], poses.anchors[some])
    indices, values = sparse_weights(
        rest,
        posed[some],
        matrices(skeleton, seen),
        (adjacent @ weights)[points.nearest] > 0,
        weights[points.nearest],
        PULL,
        lambda done: check("Weighing all vertices", 0.9 + 0.1 * done),
    )
    return Solution(skeleton, poses, indices, values, unconnected)
