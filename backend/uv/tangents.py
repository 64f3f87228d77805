# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tangents as Blender, glTF and game engines compute them: MikkTSpace.

Mikkelsen, "Simulation of Wrinkled Surfaces Revisited", 2008, and the conventions of his public tool: corners that agree
in position, normal and UV are one; the triangles around one share a tangent as long as edges connect them and their UVs
have the same handedness; each counts by its angle there.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components


def corner_tangents(positions: np.ndarray, normals: np.ndarray, uv: np.ndarray) -> np.ndarray:
    """Tangents (F, 3, 4) float64 of F triangles' corners: a unit vector along u, and the handedness, 1 or -1.

    The bitangent is ``handedness * cross(normal, tangent)``. Give all in the object's own space: that is where Blender
    computes them.

    Args:
        positions: (F, 3, 3).
        normals: (F, 3, 3) unit.
        uv: (F, 3, 2).
    """
    faces = len(positions)
    vertex = _same_rows(np.concatenate([positions, normals, uv], axis=2).reshape(faces * 3, 8)).reshape(faces, 3)
    positions, normals, uv = (np.asarray(values, dtype=np.float64) for values in (positions, normals, uv))
    edge1, edge2 = positions[:, 1] - positions[:, 0], positions[:, 2] - positions[:, 0]
    uv1, uv2 = uv[:, 1] - uv[:, 0], uv[:, 2] - uv[:, 0]
    area = uv1[:, 0] * uv2[:, 1] - uv1[:, 1] * uv2[:, 0]
    handedness = np.where(area > 0, 1.0, -1.0)
    along = handedness[:, None] * (uv2[:, 1:] * edge1 - uv1[:, 1:] * edge2)

    group = _groups(vertex, handedness)
    flat_normal = normals.reshape(-1, 3)
    direction = _unit(_on_plane(np.repeat(along, 3, axis=0), flat_normal))
    to_next = _unit(_on_plane((np.roll(positions, -1, 1) - positions).reshape(-1, 3), flat_normal))
    to_last = _unit(_on_plane((np.roll(positions, 1, 1) - positions).reshape(-1, 3), flat_normal))
    angle = np.arccos(np.clip((to_next * to_last).sum(1), -1.0, 1.0))
    angle[np.repeat(area == 0, 3)] = 0.0  # their direction means nothing
    total = np.stack([np.bincount(group, direction[:, axis] * angle) for axis in range(3)], axis=1)
    tangent = _unit(total[group])
    lost = (tangent**2).sum(1) < 0.5
    tangent[lost] = _any_perpendicular(flat_normal[lost])
    return np.concatenate([tangent.reshape(faces, 3, 3), np.repeat(handedness[:, None, None], 3, axis=1)], axis=2)


def _groups(vertex: np.ndarray, handedness: np.ndarray) -> np.ndarray:
    """Number (F * 3,) of the group that each corner belongs to: same vertex, reached over edges of same handedness."""
    faces = len(vertex)
    start, end = vertex.ravel(), np.roll(vertex, -1, axis=1).ravel()
    count = int(vertex.max()) + 1
    forward = start * count + end
    order = np.argsort(forward, kind="stable")
    # The triangle across an edge walks it the other way.
    place = np.searchsorted(forward[order], end * count + start)
    place = np.minimum(place, len(order) - 1)
    other = order[place]
    matched = forward[other] == end * count + start
    edge = np.arange(faces * 3)[matched]
    other = other[matched]
    same = handedness[edge // 3] == handedness[other // 3]
    edge, other = edge[same], other[same]
    following = (np.arange(faces * 3).reshape(faces, 3)[:, [1, 2, 0]]).ravel()
    # This edge's start is the other one's end, and the other way round.
    a = np.concatenate([edge, following[edge]])
    b = np.concatenate([following[other], other])
    graph = sparse.coo_matrix((np.ones(len(a), bool), (a, b)), shape=(faces * 3, faces * 3))
    return connected_components(graph, directed=False)[1]


def _same_rows(rows: np.ndarray) -> np.ndarray:
    """(N, C) -> (N,) int64: equal numbers for equal rows. Zeros of both signs are equal."""
    rows = np.ascontiguousarray(rows.astype(np.float32) + np.float32(0.0))
    keys = rows.view([("", np.void, rows.itemsize * rows.shape[1])]).ravel()
    return np.unique(keys, return_inverse=True)[1].astype(np.int64)


def _on_plane(vectors: np.ndarray, normals: np.ndarray) -> np.ndarray:
    return vectors - (vectors * normals).sum(1, keepdims=True) * normals


def _unit(vectors: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 1e-30)


def _any_perpendicular(normals: np.ndarray) -> np.ndarray:
    axis = np.eye(3)[np.abs(normals).argmin(1)] if len(normals) else np.zeros((0, 3))
    return _unit(np.cross(normals, axis))
