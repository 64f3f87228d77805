# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Soft forms: blobs that melt into each other, and the closed surface around them.

A blob is a path of spheres in a stretched space, so that it is a ball, an ellipsoid, a cone with round ends, a bent
limb or a flat fin. Its distance is estimated to the first order, distance / |gradient| (Taubin 1991), and blobs are
joined with the polynomial smooth minimum. The surface is taken with naive surface nets (Gibson 1998), its vertices are
moved onto the true surface, and triangles are cut where one part meets another.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import typing

import numpy as np

from . import curves
from .primitives import deformed
from .shape import Piece

SMOOTH = math.radians(75.0)
"""The crease angle of soft forms: only what was carved, or hardly blended, has an edge."""
FAR = 1e3
"""Distance where no blob is near."""
_CORNERS = np.array(list(itertools.product((0, 1), repeat=3)))
_EDGES = np.array(
    [(a, b) for a, b in itertools.combinations(range(8), 2) if np.abs(_CORNERS[a] - _CORNERS[b]).sum() == 1]
)


@dataclasses.dataclass(frozen=True)
class Blob:
    """Spheres along the polyline ``path`` (M, 3), joined by cones, in the space of ``matrix @ point``.

    radii (M,) are measured in that space. blend: within this distance the blob melts into those before it in the list.
    A carved blob is taken away from those before it.
    """

    path: np.ndarray
    radii: np.ndarray
    part: str
    blend: float
    matrix: np.ndarray
    carved: bool = False

    def distance(self, points: np.ndarray) -> np.ndarray:
        """(N,) estimated signed distances of points (N, 3), negative inside."""
        local, path = points @ self.matrix.T, self.path @ self.matrix.T
        result = np.full(len(points), FAR)
        steepest = np.linalg.norm(self.matrix, 2)
        for i in range(max(len(path) - 1, 1)):
            offset = local - path[i]
            radius = self.radii[i]
            if len(path) > 1:
                step = path[i + 1] - path[i]
                along = np.clip(offset @ (step / max(step @ step, 1e-12)), 0.0, 1.0)
                offset -= along[:, None] * step
                radius = radius + along * (self.radii[i + 1] - radius)
            # At the very middle there is no direction; the floors keep length and slope in proportion.
            length = np.maximum(np.sqrt(np.einsum("ij,ij->i", offset, offset)), 1e-9)
            slope = offset @ self.matrix
            slope = np.maximum(np.sqrt(np.einsum("ij,ij->i", slope, slope)), 1e-9 * steepest)
            result = np.minimum(result, (length - radius) * length / slope)
        return result

    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        reach = np.linalg.norm(np.linalg.inv(self.matrix), axis=1) * self.radii[:, None]
        return (self.path - reach).min(axis=0), (self.path + reach).max(axis=0)


# Making blobs


def ellipsoid(centre, radii, part: str, blend: float = 0.1, turn: np.ndarray | None = None, carved=False) -> Blob:
    """turn: a rotation matrix (3, 3) of the ellipsoid about its centre."""
    matrix = np.diag(1.0 / np.broadcast_to(np.asarray(radii, dtype=np.float64), 3))
    matrix = matrix if turn is None else matrix @ turn.T
    return Blob(np.array([centre], dtype=np.float64), np.ones(1), part, blend, matrix, carved)


def limb(
    points, radii, part: str, blend: float = 0.08, flat=None, steps: int = 3, carved: bool = False, smooth: bool = True
) -> Blob:
    """A limb along a smooth curve through the points (N, 3), ``steps`` cones for each span.

    radii: one number, or several, spread evenly from the first point to the last. flat: (direction, factor): the limb
    is ``factor`` times as thick in this direction.
    """
    points = np.asarray(points, dtype=np.float64)
    radii = np.atleast_1d(np.asarray(radii, dtype=np.float64))
    radii = np.interp(np.linspace(0.0, 1.0, len(points)), np.linspace(0.0, 1.0, len(radii)), radii)
    if smooth and len(points) > 2:
        points, radii = np.split(curves.spline(np.column_stack([points, radii]), steps), [3], axis=1)
        radii = np.maximum(radii.ravel(), 0.0)
    matrix = np.eye(3)
    if flat is not None:
        direction = np.asarray(flat[0], dtype=np.float64) / np.linalg.norm(flat[0])
        matrix += (1.0 / flat[1] - 1.0) * np.outer(direction, direction)
    return Blob(points, radii, part, blend, matrix, carved)


def both(*blobs: Blob) -> list[Blob]:
    """The blobs and their mirror images in the plane x = 0."""
    flip = np.diag([-1.0, 1.0, 1.0])
    images = [dataclasses.replace(blob, path=blob.path @ flip, matrix=blob.matrix @ flip) for blob in blobs]
    return [*blobs, *images]


@dataclasses.dataclass(frozen=True)
class Placement:
    """Scale, then turn, then move: puts what was drawn around the origin, such as a head, where it belongs."""

    offset: np.ndarray
    turn: np.ndarray
    scale: float = 1.0

    def point(self, point) -> np.ndarray:
        return self.turn @ (np.asarray(point, dtype=np.float64) * self.scale) + self.offset

    def blobs(self, blobs: typing.Iterable[Blob]) -> list[Blob]:
        return [
            dataclasses.replace(
                blob,
                path=blob.path * self.scale @ self.turn.T + self.offset,
                radii=blob.radii * self.scale,
                matrix=blob.matrix @ self.turn.T,
                blend=blob.blend * self.scale,
            )
            for blob in blobs
        ]

    def pieces(self, pieces) -> list[Piece]:
        return deformed(pieces, lambda points: points * self.scale @ self.turn.T + self.offset)


# The field


def field(blobs: typing.Sequence[Blob], points: np.ndarray) -> np.ndarray:
    """(N,) the joined distance of all blobs at points (N, 3)."""
    result = np.full(len(points), FAR)
    for blob in blobs:
        result = _joined(result, blob.distance(points), blob)
    return result


def _joined(before: np.ndarray, distance: np.ndarray, blob: Blob) -> np.ndarray:
    a, b = (-before, distance) if blob.carved else (before, distance)
    overlap = np.maximum(blob.blend - np.abs(a - b), 0.0)
    result = np.minimum(a, b) - overlap * overlap / (4.0 * max(blob.blend, 1e-9))
    return -result if blob.carved else result


def _sampled(blobs: typing.Sequence[Blob], lower: np.ndarray, counts: np.ndarray, cell: float) -> np.ndarray:
    """The field at the grid's points. Each blob is computed in its own box alone: elsewhere it changes no sign."""
    grid = np.full(counts, FAR)
    for blob in blobs:
        low, high = blob.bounds()
        margin = 1.2 * blob.blend + 2.5 * cell
        start = np.clip(np.floor((low - margin - lower) / cell).astype(int), 0, counts)
        stop = np.clip(np.ceil((high + margin - lower) / cell).astype(int) + 1, 0, counts)
        axes = [lower[i] + cell * np.arange(start[i], stop[i]) for i in range(3)]
        points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
        window = tuple(slice(a, b) for a, b in zip(start, stop))
        distance = blob.distance(points.reshape(-1, 3)).reshape(points.shape[:3])
        grid[window] = _joined(grid[window], distance, blob)
    return grid


# The surface


def surface(blobs: typing.Sequence[Blob], triangles: int = 5000, crease: float = SMOOTH) -> Piece:
    """The closed surface around the blobs with about this many triangles, each named after the nearest blob's part."""
    solid = [blob for blob in blobs if not blob.carved]
    bounds = [blob.bounds() for blob in solid]
    lower, upper = np.min([b[0] for b in bounds], axis=0), np.max([b[1] for b in bounds], axis=0)
    room = 0.3 * max(blob.blend for blob in solid)
    lower, upper = lower - room, upper + room
    # A coarse grid tells how large the surface is, and so how fine the grid must be for the triangles asked for.
    size = (upper - lower).max()
    cell = size / 40
    grid = _sampled(blobs, lower - 2 * cell, np.ceil((upper - lower) / cell).astype(int) + 5, cell)
    crossings = sum(int(np.count_nonzero(np.diff(grid < 0, axis=axis))) for axis in range(3))
    cell = max(cell * math.sqrt(2 * crossings / triangles), size / 150)
    counts = np.ceil((upper - lower) / cell).astype(int) + 5
    origin = lower - 2 * cell
    vertices, quads = _surface_net(_sampled(blobs, origin, counts, cell))
    vertices = _projected(blobs, vertices * cell + origin, cell)
    faces = _split_quads(vertices, quads)
    vertices, faces, names = _cut_at_parts(solid, vertices, faces)
    return Piece(vertices, faces, names, crease)


def _surface_net(grid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (V, 3) in cells and quads (Q, 4), counter-clockwise from outside, of the grid's zero surface."""
    inside = _unambiguous(grid < 0)
    # What was filled to be unambiguous lies just inside.
    grid = np.where(inside & (grid >= 0), -1e-3, grid)
    count = sum(
        inside[_window(corner, inside.shape)].astype(np.int8) for corner in _CORNERS
    )  # corners inside, of each cell
    cells = np.argwhere((count > 0) & (count < 8))
    number = np.full(count.shape, -1, dtype=np.int64)
    number[tuple(cells.T)] = np.arange(len(cells))
    values = np.stack([grid[tuple((cells + corner).T)] for corner in _CORNERS], axis=1)
    total, hits = np.zeros((len(cells), 3)), np.zeros((len(cells), 1))
    for a, b in _EDGES:
        va, vb = values[:, a], values[:, b]
        crossed = (va < 0) != (vb < 0)
        t = np.where(crossed, va / np.where(crossed, va - vb, 1.0), 0.0)[:, None]
        total += crossed[:, None] * (_CORNERS[a] + t * (_CORNERS[b] - _CORNERS[a]))
        hits += crossed[:, None]
    vertices = cells + total / hits
    quads = []
    for axis in range(3):
        u, v = np.eye(3, dtype=int)[[(axis + 1) % 3, (axis + 2) % 3]]
        low, high = (np.moveaxis(inside, axis, 0)[s] for s in (slice(None, -1), slice(1, None)))
        for entering, edges in ((False, low & ~high), (True, ~low & high)):
            base = np.argwhere(np.moveaxis(edges, 0, axis))
            ring = [base - u - v, base - v, base, base - u]
            quad = np.stack([number[tuple(cell.T)] for cell in (ring[::-1] if entering else ring)], axis=1)
            quads.append(quad)
    return vertices, np.concatenate(quads)


def _window(corner: np.ndarray, shape: tuple[int, ...]) -> tuple[slice, ...]:
    return tuple(slice(c, n - 1 + c) for c, n in zip(corner, shape))


def _unambiguous(inside: np.ndarray) -> np.ndarray:
    """Fills grid points until no face of a cell, and no cell, has its inside at opposite corners alone.

    There the surface would touch itself and an edge would have four faces.
    """
    inside = inside.copy()
    while True:
        filled = np.count_nonzero(inside)
        for axis in range(3):
            plane = np.moveaxis(inside, axis, 0)
            a, b, c, d = plane[:, :-1, :-1], plane[:, 1:, :-1], plane[:, :-1, 1:], plane[:, 1:, 1:]
            crossed = (a == d) & (b == c) & (a != b)
            if crossed.any():
                for corner in (a, b, c, d):
                    corner |= crossed
        count = sum(inside[_window(corner, inside.shape)].astype(np.int8) for corner in _CORNERS)
        for cell in np.argwhere((count == 2) | (count == 6)):
            block = inside[tuple(slice(c, c + 2) for c in cell)]
            odd = np.argwhere(block == (np.count_nonzero(block) == 2))
            if len(odd) == 2 and (odd[0] != odd[1]).all():
                block[...] = True
        if np.count_nonzero(inside) == filled:
            return inside


def _projected(blobs: typing.Sequence[Blob], vertices: np.ndarray, cell: float, steps: int = 2) -> np.ndarray:
    """Newton's steps along the field's gradient onto the surface, none longer than a third of a cell."""
    corners = np.array([(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)]) * (0.1 * cell)
    for _ in range(steps):
        values = field(blobs, (vertices[None] + corners[:, None]).reshape(-1, 3)).reshape(4, -1)
        gradient = values.T @ corners / (4 * (0.1 * cell) ** 2)
        step = values.mean(axis=0)[:, None] * gradient / np.maximum((gradient**2).sum(axis=1, keepdims=True), 1e-3)
        length = np.linalg.norm(step, axis=1, keepdims=True)
        vertices = vertices - step * np.minimum(1.0, cell / 3 / np.maximum(length, 1e-12))
    return vertices


def _split_quads(vertices: np.ndarray, quads: np.ndarray) -> np.ndarray:
    """Triangles (2 Q, 3): each quad is cut along its shorter diagonal."""
    a, b, c, d = vertices[quads].swapaxes(0, 1)
    first = ((a - c) ** 2).sum(axis=1) <= ((b - d) ** 2).sum(axis=1)
    one = np.where(first[:, None], quads[:, [0, 1, 2]], quads[:, [0, 1, 3]])
    two = np.where(first[:, None], quads[:, [0, 2, 3]], quads[:, [1, 2, 3]])
    return np.concatenate([one, two])


def _cut_at_parts(blobs: typing.Sequence[Blob], vertices: np.ndarray, triangles: np.ndarray):
    """Vertices, triangles and the name of each triangle's part; triangles are cut where two parts are equally near."""
    names = list(dict.fromkeys(blob.part for blob in blobs))
    near = np.full((len(names), len(vertices)), FAR)
    for blob in blobs:
        row = near[names.index(blob.part)]
        np.minimum(row, blob.distance(vertices), out=row)
    label = near.argmin(axis=0)
    edges = np.sort(triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    edges, at = np.unique(edges, axis=0, return_inverse=True)
    at = at.reshape(-1, 3)
    a, b = edges.T
    mixed = label[a] != label[b]
    a, b = a[mixed], b[mixed]
    lead_a, lead_b = near[label[b], a] - near[label[a], a], near[label[a], b] - near[label[b], b]
    # Cuts close to a corner would leave slivers.
    t = np.clip(lead_a / np.maximum(lead_a + lead_b, 1e-12), 0.12, 0.88)[:, None]
    cut = np.full(len(edges), -1)
    cut[mixed] = len(vertices) + np.arange(len(a))
    middle = cut[at]  # (T, 3): the new vertex on the side from corner i to corner i + 1, or -1
    kinds = label[triangles]
    count = (middle >= 0).sum(axis=1)
    result, labels = [triangles[count == 0]], [kinds[count == 0, 0]]
    # Two sides are cut: turned so that the lone corner comes first.
    two = np.flatnonzero(count == 2)
    lone = (middle[two].argmin(axis=1) + 2) % 3
    turn = (lone[:, None] + np.arange(3)) % 3
    p, q, r = np.take_along_axis(triangles[two], turn, axis=1).T
    m, _, n = np.take_along_axis(middle[two], turn, axis=1).T
    own, other = np.take_along_axis(kinds[two], turn, axis=1)[:, :2].T
    result += [np.stack(s, axis=1) for s in ((p, m, n), (m, q, r), (m, r, n))]
    labels += [own, other, other]
    three = count == 3
    (p, q, r), (m, n, o) = triangles[three].T, middle[three].T
    result += [np.stack(s, axis=1) for s in ((p, m, o), (q, n, m), (r, o, n), (m, n, o))]
    labels += [kinds[three, 0], kinds[three, 1], kinds[three, 2], kinds[three, 0]]
    points = np.concatenate([vertices, vertices[a] + t * (vertices[b] - vertices[a])])
    part = np.concatenate(labels)
    # In the order of the blobs, so that the first part is that of the first blob.
    order = np.argsort(part, kind="stable")
    return points, np.concatenate(result)[order], tuple(names[i] for i in part[order])
