# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From any triangles to a surface whose edges have at most two faces, which all look outward."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from ..mesh.clean import Shape, part_labels, triangle_areas


def without_floaters(shape: Shape, smallest: float) -> tuple[Shape, int]:
    """Without loose parts whose surface is less than ``smallest`` of the largest part's; and how many those were."""
    labels, areas = part_labels(shape)
    small = areas < smallest * areas.max()
    keep = ~small[labels[shape.triangles[:, 0]]]
    return _compact(shape.vertices, shape.triangles[keep]), int(small.sum())


def manifold(shape: Shape) -> tuple[Shape, int]:
    """At most two faces at an edge and one fan of faces at a vertex; and how many faces had to go for it.

    Of faces on the same three vertices one stays; of more than two at an edge the largest two.
    """
    triangles = _distinct(shape.triangles)
    areas = triangle_areas(Shape(shape.vertices, triangles))
    before = len(shape.triangles)
    while len(triangles):
        edges = _edges(triangles)
        _, number, count = np.unique(edges, axis=0, return_inverse=True, return_counts=True)
        crowded = count[number] > 2
        if not crowded.any():
            break
        face = np.tile(np.arange(len(triangles)), 3)
        # At every crowded edge the smallest face goes; then look again.
        order = np.lexsort((areas[face], number))
        first = np.ones(len(order), bool)
        first[1:] = number[order][1:] != number[order][:-1]
        gone = np.unique(face[order][first & crowded[order]])
        triangles, areas = np.delete(triangles, gone, axis=0), np.delete(areas, gone)
    vertices, triangles = _split_fans(shape.vertices, triangles)
    return _compact(vertices, triangles), before - len(triangles)


def outward(shape: Shape) -> tuple[Shape, int]:
    """Neighbours wound alike and each part's volume positive; and how many faces were turned for it."""
    triangles = shape.triangles.copy()
    pairs, alike = _neighbours(triangles)
    count = len(triangles)
    graph = coo_array((np.where(alike, 1, 2), (pairs[:, 0], pairs[:, 1])), shape=(count, count)).tocsr()
    graph = (graph + graph.T).tocsr()
    parts, labels = connected_components(graph, directed=False)
    turned = np.zeros(count, bool)
    first = np.unique(labels, return_index=True)[1]
    for start in first:
        order, before = breadth_first_order(graph, start)
        parents = before[order[1:]]
        kinds = np.asarray(graph[parents, order[1:]]).ravel() if len(parents) else np.zeros(0)
        for face, parent, kind in zip(order[1:], parents, kinds):
            turned[face] = turned[parent] ^ (kind == 2)
    triangles[turned] = triangles[turned][:, ::-1]
    corner = shape.vertices[triangles] - shape.vertices.mean(axis=0)
    volume = np.einsum("ni,ni->n", corner[:, 0], np.cross(corner[:, 1], corner[:, 2]))
    inside_out = (np.bincount(labels, weights=volume, minlength=parts) < 0)[labels]
    triangles[inside_out] = triangles[inside_out][:, ::-1]
    return Shape(shape.vertices, triangles), int((turned ^ inside_out).sum())


def _distinct(triangles: np.ndarray) -> np.ndarray:
    return triangles[np.unique(np.sort(triangles, axis=1), axis=0, return_index=True)[1]]


def _edges(triangles: np.ndarray) -> np.ndarray:
    """(3 T, 2): all first edges, then all second, then all third, each sorted."""
    return np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)


def _neighbours(triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs (P, 2) of faces that share an edge, and whether they are wound alike (P,)."""
    directed = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    face = np.tile(np.arange(len(triangles)), 3)
    edges = np.sort(directed, axis=1)
    order = np.lexsort((edges[:, 1], edges[:, 0]))
    same = (edges[order][1:] == edges[order][:-1]).all(axis=1)
    a, b = order[:-1][same], order[1:][same]
    return np.stack([face[a], face[b]], axis=1), directed[a, 0] != directed[b, 0]


def _split_fans(vertices: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give each fan of faces around a vertex a vertex of its own: where two cones touch at their tips."""
    count = len(triangles)
    pairs, _ = _neighbours(triangles)
    corners = np.arange(3 * count).reshape(count, 3)
    # Corners of two neighbours at the same vertex belong to one fan.
    rows, columns = [], []
    for a in range(3):
        for b in range(3):
            same = triangles[pairs[:, 0], a] == triangles[pairs[:, 1], b]
            rows.append(corners[pairs[same, 0], a])
            columns.append(corners[pairs[same, 1], b])
    rows, columns = np.concatenate(rows), np.concatenate(columns)
    graph = coo_array((np.ones(len(rows), bool), (rows, columns)), shape=(3 * count, 3 * count))
    _, fans = connected_components(graph, directed=False)
    _, first = np.unique(fans, return_index=True)
    return vertices[triangles.reshape(-1)[first]], fans.reshape(count, 3).astype(np.int32)


def _compact(vertices: np.ndarray, triangles: np.ndarray) -> Shape:
    used, renumbered = np.unique(triangles, return_inverse=True)
    return Shape(vertices[used], renumbered.reshape(-1, 3).astype(np.int32))
