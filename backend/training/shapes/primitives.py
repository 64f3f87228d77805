# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Closed surfaces that objects are put together from: lathes, tubes, extrusions, boxes; and how they are placed."""

from __future__ import annotations

import dataclasses
import itertools
import math
import typing

import numpy as np

from . import curves
from .shape import CREASE, Piece

SOFT = math.radians(50.0)
"""The crease angle of bevelled things: the 45 degrees of a bevel are shaded as if it were round."""


def closed_piece(vertices, triangles, part: str, crease: float = CREASE) -> Piece:
    """A piece whose triangles are turned so that the volume inside is positive."""
    vertices = np.asarray(vertices, dtype=np.float64)
    triangles = np.asarray(triangles, dtype=np.int64)
    return Piece(vertices, triangles if volume(vertices, triangles) > 0 else triangles[:, ::-1], part, crease)


def volume(vertices: np.ndarray, triangles: np.ndarray) -> float:
    """The signed volume inside a closed surface, positive if its triangles are counter-clockwise seen from outside."""
    # Measured from the mean point: far from the origin the tetrahedra would cancel badly.
    a, b, c = (vertices - vertices.mean(axis=0))[triangles].swapaxes(0, 1)
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


# Placing


def moved(pieces, offset) -> list[Piece]:
    return deformed(pieces, lambda points: points + np.asarray(offset, dtype=np.float64))


def scaled(pieces, factor) -> list[Piece]:
    """Scaled about the origin by one factor or one for each axis; an odd number of negative ones mirrors."""
    factor = np.broadcast_to(np.asarray(factor, dtype=np.float64), 3)
    result = deformed(pieces, lambda points: points * factor)
    if factor.prod() < 0:
        result = [dataclasses.replace(piece, triangles=piece.triangles[:, ::-1]) for piece in result]
    return result


def mirrored(pieces) -> list[Piece]:
    """The pieces and their mirror images in the plane x = 0."""
    pieces = _as_list(pieces)
    return pieces + scaled(pieces, (-1.0, 1.0, 1.0))


def turned(pieces, axis: str, angle: float, about=(0.0, 0.0, 0.0)) -> list[Piece]:
    """Turned about the axis "x", "y" or "z" through a point; counter-clockwise, radians."""
    matrix = rotation(axis, angle)
    about = np.asarray(about, dtype=np.float64)
    return deformed(pieces, lambda points: (points - about) @ matrix.T + about)


def rotation(axis: str, angle: float) -> np.ndarray:
    """(3, 3) rotation about a coordinate axis."""
    i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.eye(3)
    matrix[i, i] = matrix[j, j] = math.cos(angle)
    matrix[i, j], matrix[j, i] = -math.sin(angle), math.sin(angle)
    return matrix


def aimed(pieces, start, end) -> list[Piece]:
    """Pieces built along +Z from the origin, turned and moved so that they run from ``start`` towards ``end``."""
    start, end = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
    matrix = np.stack(_frame((end - start) / np.linalg.norm(end - start)), axis=1)
    return deformed(pieces, lambda points: points @ matrix.T + start)


def standing(pieces) -> list[Piece]:
    """Turns what was drawn in the XY plane upright: its Y goes up and its front, +Z, looks to -Y."""
    return turned(pieces, "x", math.pi / 2)


def deformed(pieces, function: typing.Callable[[np.ndarray], np.ndarray]) -> list[Piece]:
    """The pieces with their points (V, 3) moved by any function that does not turn them inside out."""
    return [dataclasses.replace(piece, vertices=function(piece.vertices)) for piece in _as_list(pieces)]


def around(pieces, count: int, start: float = 0.0) -> list[Piece]:
    """``count`` copies about the Z axis at equal angles."""
    return [piece for i in range(count) for piece in turned(pieces, "z", start + 2 * math.pi * i / count)]


def renamed(pieces, part: str) -> list[Piece]:
    return [dataclasses.replace(piece, part=part) for piece in _as_list(pieces)]


def _as_list(pieces) -> list[Piece]:
    return [pieces] if isinstance(pieces, Piece) else list(pieces)


def _frame(direction: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two unit vectors across a direction, and the direction: a right-handed frame, upright where possible."""
    helper = np.array([0.0, 0.0, 1.0]) if abs(direction[2]) < 0.999 else np.array([0.0, 1.0, 0.0])
    x = np.cross(helper, direction)
    x /= np.linalg.norm(x)
    return x, np.cross(direction, x), direction


# Surfaces of rings


def rings(points: np.ndarray, part: str, crease: float = CREASE, loop: bool = False) -> Piece:
    """A closed surface of R rings of K points, (R, K, 3), each joined to the next.

    The first and last ring are closed with a fan (a ring that is a single point becomes a pole); with ``loop`` the last
    ring is joined to the first instead.
    """
    points = np.asarray(points, dtype=np.float64)
    count, around_count = points.shape[:2]
    span = np.ptp(points.reshape(-1, 3), axis=0).max()
    is_pole = np.ptp(points, axis=1).max(axis=1) < 1e-7 * span
    vertices: list[np.ndarray] = []
    index = np.empty((count, around_count), dtype=np.int64)
    total = 0
    for i in range(count):
        new = points[i, :1] if is_pole[i] else points[i]
        index[i] = total + (0 if is_pole[i] else np.arange(around_count))
        vertices.append(new)
        total += len(new)
    triangles = []
    after = np.roll(np.arange(around_count), -1)
    for i in range(count if loop else count - 1):
        low, high = index[i], index[(i + 1) % count]
        if not is_pole[i]:
            triangles.append(np.stack([low, low[after], high], axis=1))
        if not is_pole[(i + 1) % count]:
            triangles.append(np.stack([low[after], high[after], high], axis=1))
    if not loop:
        for ring, flip in ((0, True), (count - 1, False)):
            if not is_pole[ring]:
                vertices.append(points[ring].mean(axis=0, keepdims=True))
                fan = np.stack([index[ring], index[ring][after], np.full(around_count, total)], axis=1)
                triangles.append(fan[:, ::-1] if flip else fan)
                total += 1
    return closed_piece(np.concatenate(vertices), np.concatenate(triangles), part, crease)


def lathe(profile, part: str, segments: int = 32, crease: float = CREASE, loop: bool = False, shape=None) -> Piece:
    """The profile (N, 2) of (radius, height) turned about Z.

    Its ends lie on the axis, or are closed with a disk; with ``loop`` the profile itself is closed, as of a ring.
    shape(angle (1, K), height (N, 1)) -> factors on the radius, for flutes and ribs.
    """
    profile = np.asarray(profile, dtype=np.float64).copy()
    profile[np.abs(profile[:, 0]) < 1e-6 * np.abs(profile).max(), 0] = 0.0
    angles = np.arange(segments) * (2 * math.pi / segments)
    radius = np.broadcast_to(profile[:, :1], (len(profile), segments))
    if shape is not None:
        radius = radius * shape(angles[None, :], profile[:, 1:])
    height = np.broadcast_to(profile[:, 1:], radius.shape)
    return rings(np.stack([radius * np.cos(angles), radius * np.sin(angles), height], axis=2), part, crease, loop)


def tube(
    path,
    radius,
    part: str,
    sides: int = 10,
    section=None,
    up=None,
    ends: str = "round",
    loop: bool = False,
    crease=CREASE,
) -> Piece:
    """A tube along the path (N, 3).

    radius: one number, one for each point, or (N, 2) for the two directions across the path. section: an outline
    (K, 2) instead of the circle. up: keeps the section's second direction near this vector; without it the frame is
    carried along with as little twist as possible (double reflection, Wang et al. 2008). ends: "round" or "flat".
    """
    path = np.asarray(path, dtype=np.float64)
    count = len(path)
    size = np.asarray(radius, dtype=np.float64)
    size = np.broadcast_to(size[:, None] if size.ndim == 1 else size, (count, 2)).copy()
    section = curves.circle(1.0, sides) if section is None else np.asarray(section, dtype=np.float64)
    if loop:
        tangents = np.roll(path, -1, axis=0) - np.roll(path, 1, axis=0)
    else:
        tangents = np.gradient(path, axis=0)
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    across = (
        _carried_frames(path, tangents, loop) if up is None else _upright_frames(tangents, np.asarray(up, dtype=float))
    )
    if ends == "round" and not loop:
        path, tangents, across, size = _rounded_ends(path, tangents, across, size)
    second = np.cross(tangents, across)
    points = (
        path[:, None]
        + across[:, None] * (section[None, :, :1] * size[:, None, :1])
        + second[:, None] * (section[None, :, 1:] * size[:, None, 1:])
    )
    return rings(points, part, crease, loop)


def _upright_frames(tangents: np.ndarray, up: np.ndarray) -> np.ndarray:
    across = np.cross(np.broadcast_to(up, tangents.shape), tangents)
    return across / np.linalg.norm(across, axis=1, keepdims=True)


def _carried_frames(path: np.ndarray, tangents: np.ndarray, loop: bool) -> np.ndarray:
    across = np.empty_like(path)
    across[0] = _frame(tangents[0])[0]
    stop = len(path) + 1 if loop else len(path)
    for i in range(1, stop):
        before, here = i - 1, i % len(path)
        step = path[here] - path[before]
        scale = 2 / (step @ step)
        reflected = across[before] - scale * (step @ across[before]) * step
        tangent = tangents[before] - scale * (step @ tangents[before]) * step
        turn = tangents[here] - tangent
        square = turn @ turn
        carried = reflected if square < 1e-18 else reflected - 2 / square * (turn @ reflected) * turn
        if i < len(path):
            across[i] = carried
        else:
            # The frame comes back turned: the difference is spread over the loop.
            second = np.cross(tangents[0], across[0])
            twist = -math.atan2(carried @ second, carried @ across[0])
            angles = (np.arange(len(path)) / len(path) * twist)[:, None]
            across = np.cos(angles) * across + np.sin(angles) * np.cross(tangents, across)
    return across


def _rounded_ends(path, tangents, across, size):
    angles = np.radians([90.0, 60.0, 30.0])[:, None]
    start = path[0] - tangents[0] * size[0].mean() * np.sin(angles)
    end = path[-1] + tangents[-1] * size[-1].mean() * np.sin(angles[::-1])
    shrink = np.cos(angles)
    shrink[0] = 0.0
    path = np.concatenate([start, path, end])
    size = np.concatenate([size[0] * shrink, size, size[-1] * shrink[::-1]])
    tangents = np.concatenate([np.repeat(tangents[:1], 3, axis=0), tangents, np.repeat(tangents[-1:], 3, axis=0)])
    across = np.concatenate([np.repeat(across[:1], 3, axis=0), across, np.repeat(across[-1:], 3, axis=0)])
    return path, tangents, across, size


# Solids


def box(size, part: str, bevel: float | None = None, at=(0.0, 0.0, 0.0)) -> Piece:
    """A box of full sizes around ``at`` with bevelled edges (3 % of the mean size unless told)."""
    half = np.asarray(size, dtype=np.float64) / 2
    bevel = min(0.06 * float(np.mean(half)) if bevel is None else bevel, 0.45 * float(half.min()))
    signs, triangles = _BOX
    inset = np.where(np.eye(3, dtype=bool)[None], 0.0, bevel)
    vertices = signs[:, None] * (half - inset)
    return closed_piece(vertices.reshape(-1, 3) + np.asarray(at, dtype=np.float64), triangles, part, SOFT)


def _box_topology() -> tuple[np.ndarray, np.ndarray]:
    """The corners' signs (8, 3) and the triangles over vertices numbered 3 * corner + the axis of their face."""
    signs = np.array(list(itertools.product((-1.0, 1.0), repeat=3)))
    number = {tuple(sign): i for i, sign in enumerate(signs)}
    polygons = []
    for axis, other, third in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        for sign in (-1.0, 1.0):
            face = []
            for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
                corner = np.empty(3)
                corner[[axis, other, third]] = sign, a, b
                face.append(3 * number[tuple(corner)] + axis)
            polygons.append(face)
        for a, b in itertools.product((-1.0, 1.0), repeat=2):
            ends = []
            for sign in (-1.0, 1.0):
                corner = np.empty(3)
                corner[[axis, other, third]] = sign, a, b
                ends.append(3 * number[tuple(corner)])
            polygons.append([ends[0] + other, ends[1] + other, ends[1] + third, ends[0] + third])
    polygons += [[3 * i, 3 * i + 1, 3 * i + 2] for i in range(8)]
    # Any bevel will do to find which way a polygon faces: the solid is convex around the origin.
    points = (signs[:, None] * np.where(np.eye(3, dtype=bool)[None], 1.0, 0.8)).reshape(-1, 3)
    triangles = []
    for polygon in polygons:
        a, b, c = points[polygon[:3]]
        if np.cross(b - a, c - a) @ a < 0:
            polygon = polygon[::-1]
        triangles += [[polygon[0], polygon[i], polygon[i + 1]] for i in range(1, len(polygon) - 1)]
    return signs, np.array(triangles)


_BOX = _box_topology()


def cushion(
    size, part: str, radius: float, bulge: float = 0.0, steps: int = 2, inner: int = 4, at=(0.0, 0.0, 0.0)
) -> Piece:
    """A box of full sizes with round edges whose faces may bulge outwards by ``bulge`` in their middle."""
    half = np.asarray(size, dtype=np.float64) / 2
    radius = min(radius, 0.98 * float(half.min()))
    core = half - radius
    # Along one axis: round edge, flat middle, round edge. Each sample is a place on the core and an angle.
    angles = np.concatenate([np.linspace(-45, 0, steps + 1), np.zeros(inner - 1), np.linspace(0, 45, steps + 1)])
    places = np.concatenate([-np.ones(steps), np.linspace(-1, 1, inner + 1), np.ones(steps)])
    lean = np.tan(np.radians(angles))
    count = len(places)
    quads = np.arange(count * count).reshape(count, count)
    a, b, c, d = (q.ravel() for q in (quads[:-1, :-1], quads[1:, :-1], quads[1:, 1:], quads[:-1, 1:]))
    face = np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
    vertices, triangles = [], []
    for axis, sign in itertools.product(range(3), (-1.0, 1.0)):
        other, third = (axis + 1) % 3, (axis + 2) % 3
        points = np.empty((count, count, 3))
        direction = np.empty((count, count, 3))
        points[..., axis] = sign
        points[..., other], points[..., third] = places[:, None], places[None, :]
        direction[..., axis] = sign
        direction[..., other], direction[..., third] = lean[:, None], lean[None, :]
        direction /= np.linalg.norm(direction, axis=2, keepdims=True)
        swell = bulge * (1 - points[..., other] ** 2) * (1 - points[..., third] ** 2)
        points = points * core + direction * radius
        points[..., axis] += sign * swell
        vertices.append(points.reshape(-1, 3))
        triangles.append((face if sign > 0 else face[:, ::-1]) + len(triangles) * count * count)
    points, triangle_array = weld(np.concatenate(vertices), np.concatenate(triangles))
    return closed_piece(points + np.asarray(at, dtype=np.float64), triangle_array, part, SOFT)


def weld(vertices: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Joins vertices at the same place (within a millionth of the size) and drops triangles that lose a corner."""
    grain = 1e-6 * np.ptp(vertices, axis=0).max()
    _, first, inverse = np.unique(
        np.round(vertices / grain).astype(np.int64), axis=0, return_index=True, return_inverse=True
    )
    triangles = inverse.reshape(-1)[triangles]
    distinct = (triangles != np.roll(triangles, 1, axis=1)).all(axis=1)
    return vertices[first], triangles[distinct]


def cylinder(radius, height: float, part: str, bevel: float | None = None, segments: int = 32, top=None) -> Piece:
    """A cylinder standing on z = 0, or a cone's stump with another radius at its top (0: a cone)."""
    top = radius if top is None else top
    bevel = 0.06 * max(radius, top) if bevel is None else bevel
    profile = [(0.0, 0.0), (radius, 0.0), (top, height)] + ([(0.0, height)] if top > 0 else [])
    return lathe(curves.fillet(profile, bevel, 2), part, segments)


def ball(radius, part: str, at=(0.0, 0.0, 0.0), segments: int = 24) -> Piece:
    """A sphere, or with three radii an ellipsoid."""
    profile = curves.arc((0.0, 0.0), 1.0, -math.pi / 2, math.pi / 2, max(segments // 2, 3))
    piece = lathe(profile, part, segments, crease=math.pi)
    return dataclasses.replace(piece, vertices=piece.vertices * radius + np.asarray(at, dtype=np.float64))


def torus(radius: float, thickness, part: str, segments: int = 36, sides: int = 12) -> Piece:
    """A ring around Z; thickness is the radius of its section, or two: across and along Z."""
    return lathe(curves.circle(thickness, sides, (radius, 0.0)), part, segments, crease=math.pi, loop=True)


def extrusion(
    outline, depth: float, part: str, bevel: float | None = None, crease: float = SOFT, steps: int = 1
) -> Piece:
    """A simple flat outline (N, 2) in the XY plane, made ``depth`` thick around z = 0; edges bevelled in ``steps``."""
    outline = np.asarray(outline, dtype=np.float64)
    x, y = outline.T
    if (x * np.roll(y, -1) - np.roll(x, -1) * y).sum() < 0:
        outline = outline[::-1]
    bevel = min(0.03 * float(np.ptp(outline, axis=0).mean()) if bevel is None else bevel, 0.4 * depth)
    bevel = curves.room(outline, bevel)
    angles = np.linspace(0.0, math.pi / 2, steps + 1)
    edge = [(bevel * (1 - math.sin(a)), -depth / 2 + bevel * (1 - math.cos(a))) for a in angles]
    layers = [(curves.offset(outline, inset), z) for inset, z in edge + [(inset, -z) for inset, z in reversed(edge)]]
    count = len(outline)
    vertices = np.concatenate([np.column_stack([ring, np.full(count, z)]) for ring, z in layers])
    here, after = np.arange(count), np.roll(np.arange(count), -1)
    triangles = []
    for layer in range(len(layers) - 1):
        low, high = layer * count, (layer + 1) * count
        triangles.append(np.stack([low + here, low + after, high + after], axis=1))
        triangles.append(np.stack([low + here, high + after, high + here], axis=1))
    cap = triangulated(layers[0][0])
    triangles += [cap[:, ::-1], cap + (len(layers) - 1) * count]
    return closed_piece(vertices, np.concatenate(triangles), part, crease)


def profiled(outline, width: float, part: str, bevel: float | None = None, steps: int = 1) -> list[Piece]:
    """A side view: the outline (N, 2) of (y, z), extruded to this width along X around x = 0."""
    return deformed(extrusion(outline, width, part, bevel, steps=steps), lambda points: points[:, [2, 0, 1]])


def sheet(points: np.ndarray, thickness: float, part: str, crease: float = SOFT) -> Piece:
    """A thick sheet: the grid of points (A, B, 3), its copy at this distance along its normals, and a rim."""
    points = np.asarray(points, dtype=np.float64)
    rows, columns = points.shape[:2]
    normals = np.cross(np.gradient(points, axis=0), np.gradient(points, axis=1))
    normals /= np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-12)
    vertices = np.concatenate([(points + normals * thickness).reshape(-1, 3), points.reshape(-1, 3)])
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = (q.ravel() for q in (index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]))
    top = np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
    border = np.concatenate([index[:, 0], index[-1, 1:], index[-2::-1, -1], index[0, -2:0:-1]])
    after, below = np.roll(border, -1), rows * columns
    rim = np.concatenate(
        [np.stack([after, border, border + below], axis=1), np.stack([after, border + below, after + below], axis=1)]
    )
    return closed_piece(vertices, np.concatenate([top, top[:, ::-1] + below, rim]), part, crease)


def domed(outline, thickness: float, bulge: float, part: str, steps: int = 5, crease: float = SOFT) -> Piece:
    """A plate in the XY plane whose front rises by ``bulge`` in the middle; the outline must be star-shaped."""
    outline = np.asarray(outline, dtype=np.float64)
    centre = outline.mean(axis=0)
    inside = np.linspace(0.0, 1.0, steps + 1)
    layers = [(s, bulge * (1 - s * s)) for s in inside] + [(s, thickness + bulge * (1 - s * s)) for s in inside[::-1]]
    points = [np.column_stack([centre + (outline - centre) * s, np.full(len(outline), z)]) for s, z in layers]
    return rings(np.stack(points), part, crease)


def frame(outer, inner, depth: float, part: str, bevel: float, crease: float = CREASE) -> Piece:
    """A flat ring in the XY plane between two outlines of equally many points, ``depth`` thick around z = 0."""
    outer, inner = np.asarray(outer, dtype=np.float64), np.asarray(inner, dtype=np.float64)
    bevel = min(bevel, 0.4 * depth)
    bevel = min(curves.room(outer, bevel), -curves.room(inner, -bevel))
    half = depth / 2
    section = [
        (curves.offset(outer, bevel), -half),
        (outer, -half + bevel),
        (outer, half - bevel),
        (curves.offset(outer, bevel), half),
        (curves.offset(inner, -bevel), half),
        (inner, half - bevel),
        (inner, -half + bevel),
        (curves.offset(inner, -bevel), -half),
    ]
    points = np.stack([np.column_stack([ring, np.full(len(ring), z)]) for ring, z in section])
    return rings(points, part, crease, loop=True)


def triangulated(outline: np.ndarray) -> np.ndarray:
    """(N - 2, 3) triangles of a simple counter-clockwise outline (N, 2), by cutting off ears, the plumpest first."""
    remaining = list(range(len(outline)))
    triangles = []
    while len(remaining) > 3:
        ring = outline[remaining]
        before, after = np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0)
        area = _turn(before, ring, after)
        sides = ((ring - before) ** 2).sum(1) + ((after - ring) ** 2).sum(1) + ((before - after) ** 2).sum(1)
        plump = area / np.maximum(sides, 1e-30)
        reflex = np.flatnonzero(area <= 0)
        ear = None
        for i in np.argsort(-plump):
            if plump[i] <= 0:
                break
            a, b, c = before[i], ring[i], after[i]
            others = ring[reflex[(reflex != (i - 1) % len(ring)) & (reflex != (i + 1) % len(ring))]]
            inside = (_turn(a, b, others) >= 0) & (_turn(b, c, others) >= 0) & (_turn(c, a, others) >= 0)
            if not inside.any():
                ear = int(i)
                break
        if ear is None:
            raise ValueError("the outline crosses itself")
        triangles.append([remaining[ear - 1], remaining[ear], remaining[(ear + 1) % len(remaining)]])
        del remaining[ear]
    if _turn(*outline[remaining]) < 0:
        raise ValueError("the outline crosses itself")
    return np.array([*triangles, remaining])


def _turn(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Twice the signed area of the triangles a, b, c: positive where they turn left."""
    return (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (c[..., 0] - a[..., 0])
