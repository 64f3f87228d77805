# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which points of a moving mesh are looked at, and which of them are neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import KDTree

LOOKS = 6
"""Frames in which two points must be near each other to be neighbours, or one."""
SAME = 1e-6
"""Points nearer than this part of the size in all of them are one: seams of game meshes."""
BRIDGES = 3
"""Nearest pairs of points that tie a loose part to the rest."""


@dataclass(frozen=True)
class Points:
    chosen: np.ndarray
    """(P,) int64 vertices that are looked at."""
    nearest: np.ndarray
    """(V,) int64 into ``chosen``: of each vertex, the nearest along the surface."""
    edges: np.ndarray
    """(E, 2) int64 into ``chosen``: neighbours on the surface, and bridges between loose parts. Connected."""


def choose(posed: np.ndarray, triangles: np.ndarray, most: int, rng: np.random.Generator) -> Points:
    """At most about ``most`` of the vertices of posed (F, V, 3), triangles (T, 3): all, or a random choice."""
    looks = posed[np.unique(np.linspace(0, len(posed) - 1, LOOKS).round().astype(int))]
    path = looks.transpose(1, 0, 2).reshape(posed.shape[1], -1)
    step = SAME * max(float(np.ptp(looks, axis=1).max()), 1e-30)
    _, first, place = np.unique(np.round(path / step), axis=0, return_index=True, return_inverse=True)
    place = place.reshape(-1)
    path = path[first]
    edges = _between(place[triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)])
    edges = _bridged(path, edges)
    if len(first) <= most:
        return Points(first, place, edges)
    # Regions around a random choice: neighbours are those whose regions touch.
    seeds = np.sort(rng.choice(len(first), most, replace=False))
    length = np.linalg.norm(path[edges[:, 0]] - path[edges[:, 1]], axis=1) + step
    graph = coo_array((length, (edges[:, 0], edges[:, 1])), shape=(len(first), len(first))).tocsr()
    _, _, source = dijkstra(graph, directed=False, indices=seeds, min_only=True, return_predecessors=True)
    region = np.searchsorted(seeds, source)
    return Points(first[seeds], region[place], _between(region[edges]))


def _between(pairs: np.ndarray) -> np.ndarray:
    """Pairs (N, 2) without doubles and without those of a point with itself."""
    pairs = np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1)
    return np.unique(pairs, axis=0).astype(np.int64)


def _bridged(path: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """The edges and what ties all parts together, at their nearest points; path (N, D): where points are over time."""
    while True:
        ones = np.ones(len(edges), bool)
        graph = coo_array((ones, (edges[:, 0], edges[:, 1])), shape=(len(path), len(path)))
        parts, labels = connected_components(graph, directed=False)
        if parts == 1:
            return edges
        sizes = np.bincount(labels)
        new = []
        largest = int(sizes.argmax())
        for part in np.flatnonzero(np.arange(parts) != largest):
            own, others = np.flatnonzero(labels == part), np.flatnonzero(labels != part)
            distance, near = KDTree(path[others]).query(path[own])
            for index in np.argsort(distance)[:BRIDGES]:
                new.append((own[index], others[near[index]]))
        edges = _between(np.concatenate([edges, np.array(new, np.int64)]))
