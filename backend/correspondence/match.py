# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two animals -> for each point of one the point of the other."""

from __future__ import annotations

import typing
from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from ..mesh.clean import Shape
from .bend import APART, TURN, bent, fitted, guide, smoothed_weights
from .figure import Figure
from .surface import Surface, vertex_normals

SURE = 0.03
"""Distance, in parts of the box, at which a counterpart is sure by 1/e."""


@dataclass(frozen=True)
class Counterparts:
    """For each of N points of one animal its counterpart on the other one."""

    points: np.ndarray
    """(N, 3) float64, world space, on the other mesh's surface."""
    sure: np.ndarray
    """(N,) float64, 0..1: how near the bent surface came, and whether it faces the same way."""


@dataclass(frozen=True)
class Match:
    forth: Counterparts
    """Of the source's vertices, on the target."""
    back: Counterparts
    """Of the target's vertices, on the source."""
    bones: list[str]
    """Names of the bones that both have."""


def matched(
    source: Figure,
    target: Figure,
    source_mesh: Shape,
    target_mesh: Shape,
    rng: np.random.Generator,
    progress: typing.Callable[[float], None] = lambda fraction: None,
) -> Match:
    """Bends the source into the target, and looks on both surfaces for what lies nearest.

    ``source_mesh`` and ``target_mesh``: the whole meshes in world space, of which the figures were made.
    """
    guiding = guide(source, target)
    weights = smoothed_weights(source.shape.triangles, guiding.source, 4)
    start = bent(source.shape.vertices, weights, guiding.maps)
    parts = guiding.source @ guiding.parts, guiding.target @ guiding.parts
    surface = Surface(target.shape, parts[1], TURN, APART, rng)
    final = fitted(source, surface, parts[0], start, lambda fraction: progress(0.7 * fraction))
    progress(0.75)

    # The whole meshes: bones move their vertices, too, and the surface's moves are taken from near vertices.
    own, near = source.inwards(source_mesh.vertices), _Near(source.shape.vertices)
    share = near.shares(own)
    whole = bent(own, share(weights), guiding.maps) + share(final - start)
    bent_shape = Shape(whole, source_mesh.triangles)
    aim = Shape(target.inwards(target_mesh.vertices), target_mesh.triangles)
    parts = share(parts[0]), _Near(target.shape.vertices).shares(aim.vertices)(parts[1])
    progress(0.8)
    forth = _counterparts(bent_shape, parts[0], aim, parts[1], target_mesh.vertices, rng)
    progress(0.9)
    back = _counterparts(aim, parts[1], bent_shape, parts[0], source_mesh.vertices, rng)
    return Match(forth, back, guiding.names)


def _counterparts(
    shape: Shape, parts: np.ndarray, other: Shape, other_parts: np.ndarray, vertices: np.ndarray, rng
) -> Counterparts:
    """Of all vertices of a shape on another one that lies where it lies; ``vertices``: the other's, in world space."""
    surface = Surface(other, other_parts, TURN, APART, rng)
    normals = vertex_normals(shape.vertices, shape.triangles)
    places = surface.nearest(shape.vertices, normals, parts)
    distance = np.linalg.norm(places.of(other.vertices, other.triangles) - shape.vertices, axis=1)
    alike = (normals * places.of(surface.normals, other.triangles)).sum(axis=1)
    sure = np.exp(-((distance / SURE) ** 2)) * np.clip(0.5 + 0.5 * alike, 0.0, 1.0)
    return Counterparts(places.of(vertices, other.triangles), sure)


class _Near:
    """Values of vertices at other points, from the nearest three."""

    def __init__(self, vertices: np.ndarray) -> None:
        self.tree = KDTree(vertices)

    def shares(self, points: np.ndarray) -> typing.Callable[[np.ndarray], np.ndarray]:
        """A function that gives (V, K) values of the vertices at ``points`` (N, 3)."""
        distance, index = self.tree.query(points, k=3)
        share = 1 / (distance + 1e-9)
        share /= share.sum(axis=1, keepdims=True)
        return lambda values: np.einsum("nk,nkd->nd", share, values[index])
