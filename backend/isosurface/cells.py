# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One cell of a grid: its corners, edges and faces, and where a surface that separates its corners passes.

Corner c lies at x = c & 1, y = c >> 1 & 1, z = c >> 2 & 1. Edge ``4 a + s + 2 t`` runs along axis a; s and t are its
offsets along the two axes that follow a cyclically. Face ``2 a + s`` is perpendicular to axis a, at its lower (s = 0)
or upper end.
"""

from __future__ import annotations

import functools

CORNERS, EDGES, FACES = 8, 12, 6
NO_LOOP = -1

EDGE_CORNERS = tuple(
    (lower, lower | 1 << axis)
    for axis in range(3)
    for t in (0, 1)
    for s in (0, 1)
    for lower in [s << (axis + 1) % 3 | t << (axis + 2) % 3]
)
"""Lower and upper corner of each edge."""

FACE_CORNERS = tuple(
    (first, first | 1 << b, first | 1 << b | 1 << c, first | 1 << c)
    for axis in range(3)
    for side in (0, 1)
    for first, b, c in [(side << axis, (axis + 1) % 3, (axis + 2) % 3)]
)
"""The corners of each face, going round."""


def edge_between(first: int, second: int) -> int:
    """The edge of two neighbouring corners."""
    return EDGE_CORNERS.index((min(first, second), max(first, second)))


FACE_EDGES = tuple(tuple(edge_between(corners[i], corners[(i + 1) % 4]) for i in range(4)) for corners in FACE_CORNERS)
"""Edge i of a face joins its corners i and i + 1."""


def is_inside(configuration: int, corner: int) -> bool:
    """``configuration`` has one bit for each corner: set where the distance is negative."""
    return bool(configuration >> corner & 1)


def is_ambiguous(configuration: int, face: int) -> bool:
    """Whether the four corners of a face alternate, so that two ways lead through it."""
    a, b, c, d = (is_inside(configuration, corner) for corner in FACE_CORNERS[face])
    return a == c != b == d


@functools.cache
def loops(configuration: int, joined: frozenset[int] = frozenset()) -> tuple[int, ...]:
    """For each edge the loop it belongs to, counted from 0; NO_LOOP for an edge that the surface does not cross.

    The surface cuts each face in one or two segments, and the segments form closed loops around the cell's inside. On
    an ambiguous face the two inside corners are kept apart, on those in ``joined`` they are one.
    """
    label = list(range(EDGES))

    def root(edge: int) -> int:
        while label[edge] != edge:
            edge = label[edge]
        return edge

    for face in range(FACES):
        corners = FACE_CORNERS[face]
        inside = [is_inside(configuration, corner) for corner in corners]
        crossed = [FACE_EDGES[face][i] for i in range(4) if inside[i] != inside[(i + 1) % 4]]
        if is_ambiguous(configuration, face):
            around = face not in joined  # the corners that each get a segment of their own
            pairs = [(FACE_EDGES[face][i - 1], FACE_EDGES[face][i]) for i in range(4) if inside[i] == around]
        else:
            pairs = [tuple(crossed)] if crossed else []
        for first, second in pairs:
            label[root(first)] = root(second)
    numbers: dict[int, int] = {}
    result = []
    for edge, (lower, upper) in enumerate(EDGE_CORNERS):
        if is_inside(configuration, lower) == is_inside(configuration, upper):
            result.append(NO_LOOP)
        else:
            result.append(numbers.setdefault(root(edge), len(numbers)))
    return tuple(result)


def pinched_faces(configuration: int, joined: frozenset[int] = frozenset()) -> tuple[bool, ...]:
    """For each face whether it is ambiguous and one loop passes it twice.

    If that is so in both cells beside the face, the two vertices of these loops would share two edges.
    """
    loop = loops(configuration, joined)
    return tuple(
        is_ambiguous(configuration, face) and len({loop[edge] for edge in FACE_EDGES[face]}) == 1
        for face in range(FACES)
    )
