# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Curve skeletons of other libraries as joints: pygel3d (MIT) and skeletor (GPL, nowhere but here)."""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
from collections.abc import Iterator

import networkx
import numpy as np
import pygel3d.graph
import pygel3d.hmesh
import skeletor
import trimesh

from .scores import Joints

SHORTEST = 0.06
"""Leaf branches below this part of the box are noise."""

BEND = 0.02
"""A joint where the curve leaves the straight line by this part of the box."""


def pygel_skeleton(vertices: np.ndarray, triangles: np.ndarray) -> Joints:
    """Multi-scale local separators."""
    with _quiet():
        graph = pygel3d.graph.MSLS_skeleton(
            pygel3d.graph.from_mesh(pygel3d.hmesh.Manifold.from_triangles(vertices, triangles))
        )
    edges = [(node, other) for node in graph.nodes() for other in graph.neighbors(node) if node < other]
    return _simplified(np.asarray(graph.positions()), np.array(edges), np.ptp(vertices, axis=0).max())


def skeletor_skeleton(vertices: np.ndarray, triangles: np.ndarray) -> Joints:
    """Contracted by the Laplacian, then clusters of vertices."""
    size = np.ptp(vertices, axis=0).max()
    mesh = trimesh.Trimesh(vertices / size, triangles, process=False)
    with _quiet():
        contracted = skeletor.pre.contract(mesh, epsilon=0.07, progress=False)
        skeleton = skeletor.skeletonize.by_vertex_clusters(contracted, sampling_dist=0.03, progress=False)
    # The contracted mesh has shrunk; back into the middle of the nearest part of the original one.
    return _simplified(np.asarray(skeleton.vertices) * size, np.asarray(skeleton.edges), size)


def _simplified(points: np.ndarray, edges: np.ndarray, size: float) -> Joints:
    """Spanning tree of the largest component, short leaf branches cut off, joints at branchings, ends and bends."""
    graph = networkx.Graph()
    graph.add_weighted_edges_from((int(a), int(b), float(np.linalg.norm(points[a] - points[b]))) for a, b in edges)
    graph = graph.subgraph(max(networkx.connected_components(graph), key=len))
    tree = networkx.minimum_spanning_tree(graph)
    while True:
        short = [branch for branch in _leaf_branches(tree) if _length(points[branch]) < SHORTEST * size]
        if not short or tree.number_of_nodes() < 3:
            break
        tree.remove_nodes_from(min(short, key=lambda branch: _length(points[branch]))[:-1])
    ends = [node for node in tree if tree.degree(node) != 2]
    kept, links = set(ends), []
    for end in ends:
        for neighbour in tree[end]:
            path = [end, neighbour]
            while tree.degree(path[-1]) == 2:
                path.append(next(node for node in tree[path[-1]] if node != path[-2]))
            if path[-1] > end:
                corners = [path[index] for index in _corners(points[path], BEND * size)]
                kept.update(corners)
                links += list(itertools.pairwise(corners))
    names = sorted(kept)
    coarse = networkx.Graph(links)
    root = max(names, key=lambda node: (coarse.degree(node), -node))
    parent = dict(networkx.bfs_predecessors(coarse, root))
    return Joints(
        [str(name) for name in names],
        points[names],
        np.array([names.index(parent[name]) if name in parent else -1 for name in names]),
    )


def _leaf_branches(tree: networkx.Graph) -> list[list[int]]:
    """From each leaf to the branching it hangs on, that one included."""
    branches = []
    for leaf in (node for node in tree if tree.degree(node) == 1):
        path = [leaf, *tree[leaf]]
        while tree.degree(path[-1]) == 2:
            path.append(next(node for node in tree[path[-1]] if node != path[-2]))
        if tree.degree(path[-1]) > 2:
            branches.append(path)
    return branches


def _length(points: np.ndarray) -> float:
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())


def _corners(points: np.ndarray, tolerance: float) -> list[int]:
    """Indices that a polyline (N, 3) keeps (Ramer, Douglas, Peucker)."""
    direction = points[-1] - points[0]
    along = np.clip((points - points[0]) @ direction / max(direction @ direction, 1e-30), 0, 1)
    distance = np.linalg.norm(points - points[0] - along[:, None] * direction, axis=1)
    worst = int(distance.argmax())
    if distance[worst] <= tolerance:
        return [0, len(points) - 1]
    return _corners(points[: worst + 1], tolerance)[:-1] + [
        worst + index for index in _corners(points[worst:], tolerance)
    ]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """pygel3d prints from C++: the file descriptor itself is turned away."""
    sys.stdout.flush()
    kept = os.dup(1)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        try:
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)
