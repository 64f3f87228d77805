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
    by_length, by_thickness = neighbour_graphs(solid, index, radius)
    distance = dijkstra(by_length, indices=root)
    _, predecessor = dijkstra(by_thickness, indices=root, return_predecessors=True)
    open_voxel = np.isfinite(distance)
    open_voxel &= np.linalg.norm(points - points[root], axis=1) > radius[root]
    # What is open, farthest first: covered voxels are crossed out, the next tip is the first one left.
    order = np.argsort(-distance, kind="stable")
    order = order[open_voxel[order]]
    branches = []
    while len(branches) < most and len(order):
        walk = [int(order[0])]
        while walk[-1] != root:
            walk.append(int(predecessor[walk[-1]]))
        own = int(np.argmin(open_voxel[walk])) if not open_voxel[walk].all() else len(walk)
        branch = Branch(points[walk], radius[walk], own)
        # Also a spur is covered: it must not be found again.
        covered = _covered(points, order, branch, solid.pitch)
        open_voxel[order[covered]] = False
        order = order[~covered]
        if branch.length >= shortest:
            branches.append(branch)
    return branches


def _covered(points: np.ndarray, candidates: np.ndarray, branch: Branch, pitch: float) -> np.ndarray:
    """(C,) bool: which voxels ``candidates`` (C,), indices into ``points``, lie around the branch's own part."""
    path = branch.path[: branch.own + 1]
    reach = 1.35 * branch.radius[: branch.own + 1] + 2.0 * pitch
    margin = reach.max()
    place = points[candidates]
    result = ((place > path.min(axis=0) - margin) & (place < path.max(axis=0) + margin)).all(axis=1)
    gap, nearest = KDTree(path).query(place[result])
    result[result] = gap < reach[nearest]
    return result


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


def neighbour_graph(solid: Solid, index: np.ndarray) -> csr_array:
    """Graph over the inside voxels ``index`` (V, 3), 26 neighbours each, edges weigh their length: (V, V) float64."""
    row, column, length = _neighbours(solid, index)
    return _graph(row, column, len(index), [length * solid.pitch])[0]


def neighbour_graphs(solid: Solid, index: np.ndarray, radius: np.ndarray) -> list[csr_array]:
    """That graph, and the same with other weights: length in voxels divided by the squared thickness in voxels.

    The second, with the thickness from ``radius`` (V,), draws shortest paths to the middle.
    """
    row, column, length = _neighbours(solid, index)
    thickness = (radius[row] + radius[column]) / (2 * solid.pitch)
    return _graph(row, column, len(index), [length * solid.pitch, length / thickness**2])


def _neighbours(solid: Solid, index: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every pair of neighbours once: (E,) numbers of both voxels, (E,) distances in voxels."""
    number = np.full(solid.inside.shape, -1, np.int32)
    number[tuple(index.T)] = np.arange(len(index))
    rows, columns, steps = [], [], []
    for step in (np.array(offset) - 1 for offset in np.ndindex(3, 3, 3) if offset > (1, 1, 1)):
        neighbour = number[tuple((index + step).T)]  # the grid has an empty border
        found = neighbour >= 0
        rows.append(np.flatnonzero(found))
        columns.append(neighbour[found])
        steps.append(np.full(found.sum(), np.linalg.norm(step)))
    return np.concatenate(rows), np.concatenate(columns), np.concatenate(steps)


def _graph(row: np.ndarray, column: np.ndarray, count: int, weights: list[np.ndarray]) -> list[csr_array]:
    """A symmetric graph of ``count`` nodes with the edges (E,) for each of the ``weights`` (E,)."""
    both = np.concatenate([row, column]), np.concatenate([column, row])
    pattern = coo_array((np.arange(2 * len(row)), both), shape=(count, count)).tocsr()
    edge = pattern.data % max(len(row), 1)
    return [csr_array((weight[edge], pattern.indices, pattern.indptr), shape=(count, count)) for weight in weights]
