# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Closing holes of a manifold surface."""

from __future__ import annotations

import heapq

import numpy as np

from ..mesh.clean import Shape


def filled(shape: Shape, longest: float) -> tuple[Shape, int, int]:
    """Close the holes whose border is at most ``longest``, in sides of the box; how many were closed, how many stay.

    A hole is closed with triangles between its border's vertices, the shortest new edge first: no new vertices, so
    nothing bulges.
    """
    there = {(int(a), int(b)) for face in shape.triangles for a, b in zip(face, np.roll(face, -1))}
    new, closed, left = [], 0, 0
    for loop in loops(shape.triangles):
        border = shape.vertices[loop]
        length = np.linalg.norm(border - np.roll(border, -1, axis=0), axis=1).sum()
        patch = patched(shape.vertices, loop, there) if length <= longest * shape.size else None
        if patch is None:
            left += 1
            continue
        closed += 1
        new += patch
        there.update((a, b) for face in patch for a, b in zip(face, (*face[1:], face[0])))
    triangles = np.concatenate([shape.triangles, np.array(new, np.int32).reshape(-1, 3)])
    return Shape(shape.vertices, triangles.astype(np.int32)), closed, left


def loops(triangles: np.ndarray) -> list[list[int]]:
    """Borders of a manifold, consistently wound surface, as vertices in the direction in which a patch runs."""
    directed = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]).astype(np.int64)
    side = int(triangles.max(initial=0)) + 1
    number = directed[:, 0] * side + directed[:, 1]
    back = directed[:, 1] * side + directed[:, 0]
    border = directed[~np.isin(back, number)]
    following = {int(b): int(a) for a, b in border}  # against the faces' direction
    result = []
    while following:
        start = next(iter(following))
        loop, at = [], start
        while at in following:
            loop.append(at)
            at = following.pop(at)
        if at == start and len(loop) >= 3:
            result.append(loop)
    return result


def patched(vertices: np.ndarray, loop: list[int], there: set[tuple[int, int]]) -> list[tuple[int, int, int]] | None:
    """Triangles over a loop, or None if every way of closing it would make an edge of three faces."""
    after = dict(zip(loop, loop[1:] + loop[:1]))
    before = {b: a for a, b in after.items()}
    made: set[tuple[int, int]] = set()

    def taken(a: int, b: int) -> bool:
        return any(edge in there or edge in made for edge in ((a, b), (b, a)))

    def across(at: int) -> float:
        return float(np.linalg.norm(vertices[before[at]] - vertices[after[at]]))

    waiting = [(across(at), at) for at in loop]
    heapq.heapify(waiting)
    result = []
    while len(after) > 3:
        if not waiting:
            return None
        length, at = heapq.heappop(waiting)
        if at not in after or length != across(at) or taken(before[at], after[at]):
            continue
        a, b = before[at], after[at]
        result.append((a, at, b))
        made.add((a, b))
        del after[at], before[at]
        after[a], before[b] = b, a
        for end in (a, b):
            heapq.heappush(waiting, (across(end), end))
    a = next(iter(after))
    result.append((a, after[a], after[after[a]]))
    return result
