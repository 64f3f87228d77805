# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Skin weights from distances through the solid.

After Dionne and de Lasa, "Geodesic voxel binding for production character meshes" (SCA 2013): slower and less smooth
than bone heat, but it works for open, overlapping and broken meshes, and never leaves a vertex out.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree

from ..mesh.clean import Shape
from ..mesh.solid import joined, voxelise
from ..skeleton.curves import neighbour_graph

VOXELS = 56
"""Along the longest side of the box."""

STIFFNESS = 0.6
"""Between smooth (0) and nearly rigid (1) transitions; alpha of the paper's falloff (1 / ((1 - a) d + a d^2))^2."""


def voxel_weights(shape: Shape, heads: np.ndarray, tails: np.ndarray) -> np.ndarray:
    """(V, B) float64 weights of every vertex for bones heads (B, 3) to tails (B, 3); rows sum to 1."""
    pitch = shape.size / VOXELS
    centre = (shape.vertices.min(axis=0) + shape.vertices.max(axis=0)) / 2
    solid = joined(voxelise(shape.vertices - centre, shape.triangles, pitch), reach=10 * shape.size)
    index = np.argwhere(solid.inside)
    points = solid.points(index)
    graph = neighbour_graph(solid, index)
    _, of_vertex = KDTree(points).query(shape.vertices - centre)
    along = np.linspace(0, 1, 2 * VOXELS)[:, None]
    places = KDTree(points)
    distance = np.empty((len(shape.vertices), len(heads)))
    for bone, (head, tail) in enumerate(zip(heads - centre, tails - centre)):
        _, seeds = places.query(head * (1 - along) + tail * along)
        through = dijkstra(graph, indices=np.unique(seeds), min_only=True)
        distance[:, bone] = through[of_vertex]
    distance = distance / shape.size
    reachable = np.isfinite(distance).any(axis=1)
    distance[~reachable] = 1.0
    distance = np.where(np.isfinite(distance), distance, 1e3) + 0.5 / VOXELS
    # Relative to the nearest bone: the paper's falloff is meant for distances near one.
    relative = distance / distance.min(axis=1, keepdims=True)
    weights = 1 / ((1 - STIFFNESS) * relative + STIFFNESS * relative**2) ** 4
    weights[weights < 0.05] = 0
    return weights / weights.sum(axis=1, keepdims=True)
