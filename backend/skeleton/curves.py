# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Curve skeleton of a solid: centred paths from every extremity to the middle of the body.

The idea of TEASAR (Sato et al., "TEASAR: tree-structure extraction algorithm for accurate and robust skeletons", 2000):
take the voxel farthest from the root, walk to the root where the solid is thick, cover what lies around the path, and
repeat.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree

from ..mesh.solid import Solid


@dataclass(frozen=True)
class Branch:
    """The path from one extremity to the root."""

    path: np.ndarray
    """(N, 3) float64, from the tip to the root, in the solid's space."""
    radius: np.ndarray
    """(N,) float64: distance to the outside along the path."""
    own: int
    """The first ``own`` points lie outside of what earlier branches cover."""

    @property
    def tip(self) -> np.ndarray:
        return self.path[0]

    @property
    def length(self) -> float:
        """Of its own part."""
        return float(path_length(self.path[: self.own]))


def path_length(path: np.ndarray) -> float:
    return float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())


def curve_branches(solid: Solid, shortest: float, most: int = 30) -> list[Branch]:
    """Branches whose own part is at least ``shortest`` long, farthest extremity first; the first is all its own."""
    index = np.argwhere(solid.inside)
    points = solid.points(index)
    radius = solid.radius[solid.inside].astype(float)
    root = int(radius.argmax())
    distance = dijkstra(neighbour_graph(solid, index), indices=root)
    _, predecessor = dijkstra(neighbour_graph(solid, index, radius), indices=root, return_predecessors=True)
    open_voxel = np.isfinite(distance)
    open_voxel &= np.linalg.norm(points - points[root], axis=1) > radius[root]
    branches = []
    while len(branches) < most and open_voxel.any():
        tip = int(np.where(open_voxel, distance, -1).argmax())
        walk = [tip]
        while walk[-1] != root:
            walk.append(int(predecessor[walk[-1]]))
        own = int(np.argmin(open_voxel[walk])) if not open_voxel[walk].all() else len(walk)
        branch = Branch(points[walk], radius[walk], own)
        # Also a spur is covered: it must not be found again.
        gap, nearest = KDTree(branch.path[: own + 1]).query(points[open_voxel])
        open_voxel[np.flatnonzero(open_voxel)[gap < 1.35 * branch.radius[nearest] + 2.0 * solid.pitch]] = False
        if branch.length >= shortest:
            branches.append(branch)
    return branches


def smoothed(path: np.ndarray, spacing: float, rounds: int = 3) -> np.ndarray:
    """The path (N, 3) resampled to even steps of about ``spacing`` and smoothed; both ends stay."""
    arc = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    if arc[-1] == 0:
        return path[:1].repeat(2, axis=0)
    steps = np.linspace(0, arc[-1], max(int(arc[-1] / spacing) + 1, 3))
    result = np.stack([np.interp(steps, arc, path[:, axis]) for axis in range(3)], axis=1)
    for _ in range(rounds):
        result[1:-1] = (result[:-2] + 2 * result[1:-1] + result[2:]) / 4
    return result


def neighbour_graph(solid: Solid, index: np.ndarray, radius: np.ndarray | None = None) -> csr_array:
    """Graph over the inside voxels ``index`` (N, 3), 26 neighbours each, (N, N) float64.

    Edges weigh their length, or with ``radius`` (N,) their length in voxels divided by the squared thickness in voxels,
    which draws shortest paths to the middle.
    """
    number = np.full(solid.inside.shape, -1, np.int32)
    number[tuple(index.T)] = np.arange(len(index))
    rows, columns, steps = [], [], []
    for step in (np.array(offset) - 1 for offset in np.ndindex(3, 3, 3) if offset > (1, 1, 1)):
        neighbour = number[tuple((index + step).T)]  # the grid has an empty border
        found = neighbour >= 0
        rows.append(np.flatnonzero(found))
        columns.append(neighbour[found])
        steps.append(np.full(found.sum(), np.linalg.norm(step)))
    row, column, weight = np.concatenate(rows), np.concatenate(columns), np.concatenate(steps)
    if radius is None:
        weight = weight * solid.pitch
    else:
        weight = weight / ((radius[row] + radius[column]) / (2 * solid.pitch)) ** 2
    both = (np.concatenate([row, column]), np.concatenate([column, row]))
    return coo_array((np.tile(weight, 2), both), shape=(len(index), len(index))).tocsr()
