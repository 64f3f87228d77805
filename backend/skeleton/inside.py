# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Joints belong inside the mesh: where one that does not has to go."""

from __future__ import annotations

import typing

import numpy as np
from scipy import ndimage
from scipy.spatial import KDTree

from ..mesh.winding import winding_numbers
from .body import Body

Mover = typing.Callable[[np.ndarray], np.ndarray]
"""From a point (3,) to itself or to a point (3,) nearby."""


def into_body(body: Body) -> Mover:
    """Moves points into the body; in a symmetric one what lies in the mirror plane stays there."""
    deep = _nearest(ndimage.binary_erosion(body.solid.inside), body)
    any_depth = _nearest(body.solid.inside, body)
    through_surface = _through_surface(body)

    def move(point: np.ndarray) -> np.ndarray:
        # The outermost voxels hold the surface itself, but thin limbs have no others.
        moved = deep(point)
        if moved is None or np.linalg.norm(moved - point) > 3.5 * body.solid.pitch:
            moved = point if body.solid.contains(point) else any_depth(point)
        middle = body.symmetric and abs(point[0]) < 1e-9
        return through_surface(moved * np.array([0.0, 1, 1]) if middle else moved, middle)

    return move


def _nearest(mask: np.ndarray, body: Body) -> typing.Callable[[np.ndarray], np.ndarray | None]:
    """A function from a point (3,) to itself where the mask holds, to the nearest voxel of the mask elsewhere."""
    if not mask.any():
        return lambda point: None
    _, index = ndimage.distance_transform_edt(~mask, return_indices=True)

    def nearest(point: np.ndarray) -> np.ndarray:
        voxel = tuple(body.solid.index(point))
        return point if mask[voxel] else body.solid.points(index[(slice(None), *voxel)])

    return nearest


def _through_surface(body: Body) -> typing.Callable[[np.ndarray, bool], np.ndarray]:
    """A function that moves a point (3,) through the nearest wall when the triangles say that it is outside.

    Voxels fill narrow gaps (a tail along the rump) and are thicker than thin limbs; the triangles know better, where
    they agree with the voxels at all: an open surface, or one whose faces look both ways, has no winding numbers.
    """
    corners = body.shape.vertices[body.shape.triangles]
    sign = _orientation(body, corners)
    if sign == 0:
        return lambda point, middle: point
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals *= sign / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-30)
    # Where a joint may go instead: the limbs' curves, the voxels, and just below the surface.
    below = [corners.mean(axis=1) - depth * body.solid.pitch * normals for depth in (1.0, 0.5, 0.2)]
    places = np.concatenate(
        [*(limb.path for limb in body.limbs), body.solid.points(np.argwhere(body.solid.inside)), *below]
    )
    every, central = KDTree(places), None
    if body.symmetric:
        central = KDTree(places[np.abs(places[:, 0]) < 2 * body.solid.pitch] * np.array([0.0, 1, 1]))

    def enclosed(points: np.ndarray, middle: bool) -> np.ndarray:
        result = sign * winding_numbers(points, corners) > 0.6
        if body.symmetric and not middle:  # the other side gets the mirror image
            result &= sign * winding_numbers(points * np.array([-1.0, 1, 1]), corners) > 0.6
        return result

    def move(point: np.ndarray, middle: bool) -> np.ndarray:
        if enclosed(point[None], middle)[0]:
            return point
        tree = central if middle else every
        _, nearest = tree.query(point, k=min(240, tree.n))
        for group in np.array_split(np.atleast_1d(nearest), 12):
            inside = enclosed(tree.data[group], middle)
            if inside.any():
                return tree.data[group[int(inside.argmax())]].copy()
        return point

    return move


def _orientation(body: Body, corners: np.ndarray) -> int:
    """1 when the triangles look outward, -1 when they look inward, 0 when they do not agree with the voxels."""
    deepest = np.argsort(-body.solid.radius, axis=None)[: int(body.solid.inside.sum()) // 8 + 1]
    sample = np.stack(np.unravel_index(deepest[:: len(deepest) // 40 + 1], body.solid.inside.shape), axis=1)
    winding = winding_numbers(body.solid.points(sample), corners)
    agree = [sign for sign in (1, -1) if (sign * winding > 0.6).mean() > 0.9]
    return agree[0] if agree else 0
