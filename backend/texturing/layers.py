# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""UVs for a texture job's objects that have none: a new layer for Blender, and the mesh with it."""

from __future__ import annotations

import dataclasses
import typing

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from ..job import Job
from ..uv.unwrap import pack, unwrap
from .mesh import TextureMesh

SAME = 1e-6
"""UV distance below which corners agree."""


def with_uvs(
    mesh: TextureMesh, job: Job, resolution: int, progress: typing.Callable[[float], None] = lambda fraction: None
) -> tuple[TextureMesh, dict[str, str]]:
    """The mesh with UVs for all its objects, and the files that bring new ones to Blender.

    Writes ``out/uv/<object>.npy``, (L, 2) float32: one UV for each of the object's face corners. Files are called
    "uv/<object>". Raises JobError when unwrapping takes too long or fails.
    """
    corner_uv, files = mesh.corner_uv.copy(), {}
    for number in np.flatnonzero(mesh.wants_uv):
        faces = np.flatnonzero(mesh.object == number)
        used, triangles = np.unique(mesh.triangles[faces], return_inverse=True)
        triangles = triangles.reshape(-1, 3)
        vertices = mesh.vertices[used]
        uv, _ = unwrap(vertices, triangles, resolution, progress)
        uv = whole_polygons(uv, vertices[triangles], mesh.loop[faces], resolution, progress)
        corner_uv[faces] = uv
        loops = np.zeros((int(mesh.loop[faces].max()) + 1, 2), dtype=np.float32)
        loops[mesh.loop[faces]] = uv
        folder = job.outputs / "uv"
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / f"{number}.npy", loops)
        files[f"uv/{number}"] = f"out/uv/{number}.npy"
    return dataclasses.replace(mesh, corner_uv=corner_uv, wants_uv=np.zeros_like(mesh.wants_uv)), files


def whole_polygons(
    uv: np.ndarray,
    corners: np.ndarray,
    loop: np.ndarray,
    resolution: int,
    progress: typing.Callable[[float], None] = lambda fraction: None,
) -> np.ndarray:
    """UVs (F, 3, 2) that agree wherever triangles share a corner of a polygon.

    Charts are made of triangles and may end inside of a polygon, which Blender cannot store. Such polygons become
    charts of their own: laid flat, and packed again with the rest.

    Args:
        corners: (F, 3, 3) positions.
        loop: (F, 3) int64, see TextureMesh.
    """
    polygon = _polygons(loop)
    count = int(loop.max()) + 1
    low, high = np.full((count, 2), np.inf), np.full((count, 2), -np.inf)
    np.minimum.at(low, loop.ravel(), uv.reshape(-1, 2))
    np.maximum.at(high, loop.ravel(), uv.reshape(-1, 2))
    torn_loop = (high - low).max(1) > SAME
    torn = np.unique(polygon[torn_loop[loop].any(1)])
    if not len(torn):
        return uv
    scale = np.sqrt(_areas(uv).sum() / max(_areas(corners).sum(), 1e-30))
    uv, chart = uv.astype(np.float64), np.zeros(len(uv), dtype=np.int64)
    for number, one in enumerate(torn, start=1):
        faces = np.flatnonzero(polygon == one)
        uv[faces] = scale * flat(corners[faces].astype(np.float64), loop[faces])
        chart[faces] = number
    # Charts are told apart by their vertices: equal places of different charts are different vertices.
    keys = np.concatenate([np.repeat(chart, 3)[:, None], np.round(uv.reshape(-1, 2) / SAME)], axis=1)
    _, first, index = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    apart = uv.reshape(-1, 2)[first] + np.stack([np.repeat(chart, 3)[first] * 4.0, np.zeros(len(first))], axis=1)
    packed = pack(apart.astype(np.float32), index.reshape(-1, 3), resolution, progress)
    # To the bit: the mean of what one vertex got.
    places = np.stack([np.bincount(loop.ravel(), packed[..., axis].ravel(), count) for axis in (0, 1)], axis=1)
    return (places / np.maximum(np.bincount(loop.ravel(), minlength=count), 1)[:, None])[loop].astype(np.float32)


def flat(corners: np.ndarray, loop: np.ndarray) -> np.ndarray:
    """A polygon's triangles (N, 3, 3) folded open into a plane, each in its true shape: (N, 3, 2)."""
    place: dict[int, np.ndarray] = {}
    result = np.zeros((len(corners), 3, 2))
    waiting = list(range(len(corners)))
    while waiting:
        known = [sum(int(corner) in place for corner in loop[face]) for face in waiting]
        face = waiting.pop(int(np.argmax(known)))
        # The first two corners are an edge that lies already, or, for the first triangle, along u.
        order = sorted(range(3), key=lambda corner: int(loop[face, corner]) not in place)
        if (order[1] - order[0]) % 3 == 2:
            order[:2] = order[1], order[0]
        a, b, c = (corners[face, corner] for corner in order)
        start = place.setdefault(int(loop[face, order[0]]), np.zeros(2))
        length = np.linalg.norm(b - a)
        end = place.setdefault(int(loop[face, order[1]]), start + np.array((length, 0.0)))
        edge = (b - a) / max(length, 1e-30)
        along, height = (c - a) @ edge, np.linalg.norm(np.cross(edge, c - a))
        direction = (end - start) / max(np.linalg.norm(end - start), 1e-30)
        side = np.array([-direction[1], direction[0]])  # counter-clockwise, as the triangle is
        place.setdefault(int(loop[face, order[2]]), start + along * direction + height * side)
        result[face] = [place[int(corner)] for corner in loop[face]]
    return result


def _polygons(loop: np.ndarray) -> np.ndarray:
    """(F,) numbers of the polygons that triangles belong to: those that share face corners."""
    faces = np.repeat(np.arange(len(loop)), 3)
    graph = sparse.coo_matrix((np.ones(len(faces), bool), (faces, len(loop) + loop.ravel())))
    size = len(loop) + int(loop.max()) + 1
    graph.resize(size, size)
    return connected_components(graph, directed=False)[1][: len(loop)]


def _areas(corners: np.ndarray) -> np.ndarray:
    """(F,) of triangles (F, 3, 2) or (F, 3, 3)."""
    edges = corners[:, 1:] - corners[:, :1]
    if edges.shape[2] == 2:
        return np.abs(edges[:, 0, 0] * edges[:, 1, 1] - edges[:, 0, 1] * edges[:, 1, 0]) / 2
    return np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=1) / 2
