# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a procedural shape is: pieces are put together, centred, scaled to the unit box and given normals."""

from __future__ import annotations

import dataclasses
import math
import typing
import zlib

import numpy as np

CREASE = math.radians(40.0)
"""Faces that meet at a larger angle than this have an edge between them that is seen as sharp."""


@dataclasses.dataclass(frozen=True)
class Piece:
    """One closed surface of an object under construction, in whatever units its generator likes.

    vertices (V, 3) float64; triangles (T, 3) int, counter-clockwise seen from outside; part is the name of what it
    belongs to ("seat"), or one name per triangle where a surface holds several parts; crease in radians.
    """

    vertices: np.ndarray
    triangles: np.ndarray
    part: str | tuple[str, ...]
    crease: float = CREASE


@dataclasses.dataclass(frozen=True)
class Shape:
    """A finished object: Z up, its front towards -Y, its box centred at the origin, the largest half-extent 1.

    vertices (V, 3) float32; triangles (T, 3) int32, counter-clockwise seen from outside; parts (T,) int32, the index
    of each triangle's part in part_names, the largest part first; corner_normals (T, 3, 3) float32, unit, split where
    faces meet at more than the crease angle.
    Surfaces are closed but may run through each other, as the legs of a chair run into its seat.
    """

    name: str
    vertices: np.ndarray
    triangles: np.ndarray
    parts: np.ndarray
    part_names: tuple[str, ...]
    corner_normals: np.ndarray


@dataclasses.dataclass(frozen=True)
class Family:
    """A kind of object that a caption has a word for. ``build`` draws one of its endlessly many members."""

    name: str
    group: str
    build: typing.Callable[[np.random.Generator], list[Piece]]


def make(family: Family, seed: int) -> Shape:
    """The family's instance of this seed, the same one each time.

    Training uses seeds below 1_000_000. Held-out instances are the seeds from 1_000_000 on.
    """
    # The name is part of the seed so that two families' instances of one seed do not share their proportions.
    generator = np.random.default_rng([seed, zlib.crc32(family.name.encode())])
    return assemble(family.name, family.build(generator))


def assemble(name: str, pieces: list[Piece]) -> Shape:
    """Joins pieces to one shape. Its parts are numbered from the largest to the smallest."""
    areas: dict[str, float] = {}
    for piece in pieces:
        a, b, c = piece.vertices[piece.triangles].swapaxes(0, 1)
        size = np.linalg.norm(np.cross(b - a, c - a), axis=1)
        for part in {piece.part} if isinstance(piece.part, str) else set(piece.part):
            own = size if isinstance(piece.part, str) else size[np.array(piece.part) == part]
            areas[part] = areas.get(part, 0.0) + float(own.sum())
    part_names = {part: i for i, part in enumerate(sorted(areas, key=lambda part: (-areas[part], part)))}
    vertices, triangles, parts, normals = [], [], [], []
    first = 0
    for piece in pieces:
        names = [piece.part] * len(piece.triangles) if isinstance(piece.part, str) else piece.part
        parts.append(np.array([part_names[part] for part in names], dtype=np.int32))
        normals.append(corner_normals(piece.vertices, piece.triangles, piece.crease))
        vertices.append(piece.vertices)
        triangles.append(piece.triangles + first)
        first += len(piece.vertices)
    points = np.concatenate(vertices)
    lower, upper = points.min(axis=0), points.max(axis=0)
    points = (points - (lower + upper) / 2) / ((upper - lower).max() / 2)
    return Shape(
        name,
        points.astype(np.float32),
        np.concatenate(triangles).astype(np.int32),
        np.concatenate(parts),
        tuple(part_names),
        np.concatenate(normals).astype(np.float32),
    )


def corner_normals(vertices: np.ndarray, triangles: np.ndarray, crease: float) -> np.ndarray:
    """(T, 3, 3) unit normals, one for each corner: the mean of the faces around it within ``crease`` of its own.

    Faces count by their area times their angle at the vertex, which keeps large flat faces flat beside a narrow bevel
    (as Blender's Weighted Normal modifier does).
    """
    corners = vertices[triangles]
    sides = np.roll(corners, -1, axis=1) - corners
    cross = np.cross(sides[:, 0], sides[:, 1])
    twice_area = np.linalg.norm(cross, axis=1)
    face_normals = cross / np.maximum(twice_area, 1e-30)[:, None]
    units = sides / np.maximum(np.linalg.norm(sides, axis=2, keepdims=True), 1e-30)
    angles = np.arccos(np.clip(-np.einsum("tci,tci->tc", units, np.roll(units, 1, axis=1)), -1.0, 1.0))
    weights = (angles * twice_area[:, None]).ravel()

    # All pairs of corners that share a vertex: the corner that gets a normal and the one that contributes to it.
    at_vertex = triangles.ravel()
    by_vertex = np.argsort(at_vertex, kind="stable")
    valence = np.bincount(at_vertex, minlength=len(vertices))
    start = np.cumsum(valence) - valence
    count = valence[at_vertex]
    getter = np.repeat(np.arange(len(at_vertex)), count)
    within = np.arange(len(getter)) - np.repeat(np.cumsum(count) - count, count)
    giver = by_vertex[np.repeat(start[at_vertex], count) + within]

    similar = np.einsum("ij,ij->i", face_normals[getter // 3], face_normals[giver // 3]) >= math.cos(crease) - 1e-9
    getter, giver = getter[similar], giver[similar]
    given = face_normals[giver // 3] * weights[giver][:, None]
    total = np.stack([np.bincount(getter, given[:, axis], minlength=len(at_vertex)) for axis in range(3)], axis=1)
    total /= np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-30)
    return total.reshape(-1, 3, 3)
