# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From whatever Blender exports to a mesh that geometry code can rely on."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import fast_simplification
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ..job import JobError


@dataclass(frozen=True)
class Shape:
    """A mesh with merged seams and without degenerate triangles, in the units of its input."""

    vertices: np.ndarray
    """(V, 3) float64."""
    triangles: np.ndarray
    """(T, 3) int32; every vertex belongs to at least one."""

    @functools.cached_property
    def size(self) -> float:
        """Longest side of the bounding box."""
        return float(np.ptp(self.vertices, axis=0).max())


def clean(vertices: np.ndarray, triangles: np.ndarray, tolerance: float = 1e-6) -> Shape:
    """Merges near vertices, drops degenerate triangles, loose and non-finite vertices.

    ``tolerance``, in units of the longest side of the box, is how near.
    vertices (N, 3) float, triangles (M, 3) int. Raises JobError("bad_input") when no solid can be made of what is left.
    """
    assert vertices.ndim == 2 and vertices.shape[1] == 3, vertices.shape
    assert triangles.ndim == 2 and triangles.shape[1] == 3, triangles.shape
    vertices = vertices.astype(np.float64)
    finite = np.isfinite(vertices).all(axis=1)
    triangles = triangles[finite[triangles].all(axis=1)]
    if not len(triangles):
        raise JobError(
            "bad_input", "The mesh has no faces.", "Select an object with a surface, or convert it to a mesh first."
        )
    box = np.ptp(vertices[np.unique(triangles)], axis=0)
    if box.max() == 0:
        raise JobError("bad_input", "All vertices of the mesh lie in one point.", "Select an object with a surface.")
    grid = np.zeros_like(vertices, dtype=np.int64)
    grid[finite] = np.round((vertices[finite] - vertices[finite].min(axis=0)) / (box.max() * tolerance)).clip(
        0, 2**20 * 4
    )
    key = (grid[:, 0] * (2**21) + grid[:, 1]) * (2**21) + grid[:, 2]
    _, first, merged = np.unique(key, return_index=True, return_inverse=True)
    triangles = merged[triangles]
    a, b, c = triangles.T
    triangles = triangles[(a != b) & (b != c) & (a != c)]
    if not len(triangles):
        raise JobError("bad_input", "Every face of the mesh has zero area.", "Select an object with a surface.")
    used = np.unique(triangles)
    renumber = np.full(len(first), -1, np.int32)
    renumber[used] = np.arange(len(used))
    return Shape(vertices[first[used]], renumber[triangles].astype(np.int32))


def decimated(shape: Shape, triangle_count: int) -> Shape:
    """At most about ``triangle_count`` triangles (quadric edge collapse)."""
    if len(shape.triangles) <= triangle_count:
        return shape
    # Single precision and a unit box: coordinates of 1e6 units would lose the shape otherwise.
    origin, size = shape.vertices.min(axis=0), shape.size
    points, triangles = fast_simplification.simplify(
        ((shape.vertices - origin) / size).astype(np.float32), shape.triangles, target_count=triangle_count, agg=4
    )
    # Collapsing leaves a few triangles next to nothing in size, which bone heat's equations do not survive.
    return clean(points.astype(np.float64) * size + origin, triangles.astype(np.int32), 1e-4)


def part_labels(shape: Shape) -> tuple[np.ndarray, np.ndarray]:
    """Loose parts: (V,) int32 label of every vertex and (P,) float64 surface area of every part."""
    edges = np.concatenate([shape.triangles[:, [0, 1]], shape.triangles[:, [1, 2]]])
    count = len(shape.vertices)
    graph = coo_array((np.ones(len(edges), bool), (edges[:, 0], edges[:, 1])), shape=(count, count))
    parts, labels = connected_components(graph, directed=False)
    areas = np.bincount(labels[shape.triangles[:, 0]], weights=triangle_areas(shape), minlength=parts)
    return labels.astype(np.int32), areas


def open_edges(shape: Shape) -> float:
    """Length of all edges with a single face, in units of the square root of the surface.

    0 for a closed surface, about 5 for half an animal, tens for a mesh that came apart along its seams.
    """
    edges = np.sort(shape.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    number = edges[:, 0].astype(np.int64) * len(shape.vertices) + edges[:, 1]
    _, first, faces = np.unique(number, return_index=True, return_counts=True)
    border = shape.vertices[edges[first[faces == 1]]]
    length = np.linalg.norm(border[:, 0] - border[:, 1], axis=1).sum()
    return float(length / np.sqrt(max(triangle_areas(shape).sum(), 1e-300)))


def triangle_areas(shape: Shape) -> np.ndarray:
    """(T,) float64."""
    corner = shape.vertices[shape.triangles]
    return np.linalg.norm(np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1) / 2


def surface_samples(shape: Shape, count: int, rng: np.random.Generator) -> np.ndarray:
    """(count, 3) points uniform over the surface."""
    areas = triangle_areas(shape)
    chosen = shape.vertices[shape.triangles[rng.choice(len(areas), count, p=areas / areas.sum())]]
    u, v = np.sqrt(rng.random(count)), rng.random(count)
    weights = np.stack([1 - u, u * (1 - v), u * v], axis=1)
    return np.einsum("nk,nkd->nd", weights, chosen)
