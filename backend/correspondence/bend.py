# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bending one animal into another one: first bone by bone, then the surface."""

from __future__ import annotations

import typing
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, diags_array, eye_array
from scipy.sparse.linalg import splu
from scipy.spatial import KDTree

from .figure import Bones, Figure
from .surface import Surface, vertex_normals

STIFFNESS = np.geomspace(60.0, 0.5, 14)
"""Weight of smoothness against fit, step by step."""
THINNEST, THICKEST = 0.25, 4.0
"""Limits of how much thinner or thicker a bone's surroundings may get."""
EXTRAS = ("Ear", "Horn", "Fin")
UNLIKE = 0.03
"""Distance, in parts of the box, from the mirrored place up to which extras count as a pair."""
TURN, APART = 0.12, 0.25
"""See ``Surface``: in parts of the box."""


@dataclass(frozen=True)
class Guide:
    """The bones that two figures have in common, and what of each figure belongs to them."""

    names: list[str]
    source: np.ndarray
    """(V, B) weights of the source's vertices, rows sum to 1."""
    target: np.ndarray
    """(W, B) weights of the target's vertices."""
    parts: np.ndarray
    """(B, P) 0 or 1: which part of the body a bone belongs to."""
    maps: np.ndarray
    """(B, 3, 4) float64: affine maps, source's frame -> target's."""


def guide(source: Figure, target: Figure) -> Guide:
    """What the bones say. Bones that the other figure lacks count as their parents. No common bone: an empty guide."""
    kept = _reliable(source.bones), _reliable(target.bones)
    names = [name for name in source.bones.names if name in kept[0] and name in kept[1]]
    weights = [_merged(figure.bones, figure.weights, names) for figure in (source, target)]
    own, other = ([figure.bones.names.index(name) for name in names] for figure in (source, target))
    parts = [source.bones.parts[index] for index in own]
    kinds = sorted(set(parts))
    widths = [
        _widths(figure, index, dense)
        for figure, index, dense in ((source, own, weights[0]), (target, other, weights[1]))
    ]
    maps = np.zeros((len(names), 3, 4))
    for row, (a, b) in enumerate(zip(own, other)):
        lengths = [np.linalg.norm(f.bones.tails[i] - f.bones.heads[i]) for f, i in ((source, a), (target, b))]
        wider = np.clip(widths[1][row] / widths[0][row], THINNEST, THICKEST)
        stretch = np.diag([wider, np.clip(lengths[1] / lengths[0], THINNEST, THICKEST), wider])
        linear = target.bones.axes[b] @ stretch @ source.bones.axes[a].T
        middle = [0.5 * (f.bones.heads[i] + f.bones.tails[i]) for f, i in ((source, a), (target, b))]
        maps[row] = np.column_stack([linear, middle[1] - linear @ middle[0]])
    return Guide(names, *weights, np.array([[part == kind for kind in kinds] for part in parts], float), maps)


def _reliable(bones: Bones) -> set[str]:
    """Names that mean the same part in every animal. Branches are numbered as they come; what was found for an ear on
    one side alone, or elsewhere than on the other side, may be a forelock."""
    ends = {name: np.stack([head, tail]) for name, head, tail in zip(bones.names, bones.heads, bones.tails)}
    result = set()
    for name in bones.names:
        if name.startswith("Limb"):
            continue
        twin = name[:-1] + {"L": "R", "R": "L"}.get(name[-1], "")
        paired = twin in ends and np.abs(ends[name] * [-1.0, 1.0, 1.0] - ends[twin]).max() < UNLIKE
        if paired or not name.startswith(EXTRAS) or "." not in name:
            result.add(name)
    return result


def _merged(bones: Bones, weights: np.ndarray, names: list[str]) -> np.ndarray:
    """(V, N) weights of the named bones; those of others go to the nearest named one above, else the nearest at all."""
    result = np.zeros((len(weights), len(names)))
    if not names:
        return result
    there = {name: row for row, name in enumerate(bones.names)}
    middles = 0.5 * (bones.heads + bones.tails)
    for row, name in enumerate(bones.names):
        heir: str | None = name
        while heir is not None and heir not in names:
            heir = bones.parents[there[heir]]
        if heir is None:
            heir = min(names, key=lambda other: np.linalg.norm(middles[there[other]] - middles[row]))
        result[:, names.index(heir)] += weights[:, row]
    return result


def _widths(figure: Figure, chosen: list[int], weights: np.ndarray) -> np.ndarray:
    """(B,) median distance of a bone's own vertices from its axis; bones without a vertex take the average."""
    owner = weights.argmax(axis=1) if weights.size else np.zeros(0)
    result = np.full(len(chosen), np.nan)
    for row, bone in enumerate(chosen):
        points = figure.shape.vertices[owner == row] - figure.bones.heads[bone]
        if len(points):
            result[row] = np.median(np.linalg.norm(points @ figure.bones.axes[bone][:, [0, 2]], axis=1))
    known = np.isfinite(result)
    result[~known] = result[known].mean() if known.any() else 1.0
    return np.maximum(result, 1e-3)


def bent(points: np.ndarray, weights: np.ndarray, maps: np.ndarray) -> np.ndarray:
    """(N, 3) points of the source's frame moved by the bones' maps (B, 3, 4), mixed by weights (N, B)."""
    if not len(maps):
        return points.copy()
    mixed = np.einsum("nb,bij->nij", weights, maps)
    return np.einsum("nij,nj->ni", mixed[:, :, :3], points) + mixed[:, :, 3]


def smoothed_weights(triangles: np.ndarray, weights: np.ndarray, rounds: int) -> np.ndarray:
    """(V, B) weights, each time half their own and half the average of the neighbors'."""
    average = _averages(triangles, len(weights))
    for _ in range(rounds):
        weights = 0.5 * (weights + average @ weights)
    return weights


def fitted(
    source: Figure,
    target: Surface,
    parts: np.ndarray,
    points: np.ndarray,
    progress: typing.Callable[[float], None],
) -> np.ndarray:
    """(V, 3) vertices of the source on the target's surface, from where the bones took them, ``points`` (V, 3).

    ``parts`` (V, P). Iterated closest points, non-rigid: each step moves vertices toward the nearest places of their
    direction and part, and to where places look for them, as smoothly as the step's stiffness asks for (the stiffness
    is lowered as by Amberg et al., "Optimal step nonrigid ICP", CVPR 2007).
    """
    triangles, count = source.shape.triangles, len(points)
    uneven = eye_array(count) - _averages(triangles, count)
    smooth = (uneven.T @ uneven).tocsc()
    for step, stiffness in enumerate(STIFFNESS):
        progress(step / len(STIFFNESS))
        normals = vertex_normals(points, triangles)
        places = target.nearest(points, normals, parts)
        wanted = places.of(target.shape.vertices, target.shape.triangles)
        alike = (normals * places.of(target.normals, target.shape.triangles)).sum(axis=1)
        trust = np.clip(alike, 0.05, 1.0)
        wanted = 0.5 * (wanted + _pulled(target, points, normals, parts, wanted))
        system = (diags_array(trust) + stiffness * smooth).tocsc()
        points = points + splu(system).solve(trust[:, None] * (wanted - points))
    return points


def _pulled(
    target: Surface, points: np.ndarray, normals: np.ndarray, parts: np.ndarray, wanted: np.ndarray
) -> np.ndarray:
    """(V, 3) where places of the target pull the vertices that are nearest to them, along the vertices' normals:
    a tip is reached this way that nothing is nearest to. Vertices that nothing pulls stay with ``wanted``."""
    few = slice(None, None, max(1, len(target.points) // 8000))
    features = target.features(target.points[few], target.sample_normals[few], target.sample_parts[few])
    _, pulls = KDTree(target.features(points, normals, parts)).query(features)
    along = ((target.points[few] - points[pulls]) * normals[pulls]).sum(axis=1)
    number = np.bincount(pulls, minlength=len(points))
    away = np.bincount(pulls, along, minlength=len(points)) / np.maximum(number, 1)
    return np.where(number[:, None] > 0, points + away[:, None] * normals, wanted)


def _averages(triangles: np.ndarray, count: int) -> coo_array:
    """(V, V) sparse: the average of a vertex's neighbors; its own value where it has none."""
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    edges = np.unique(np.sort(edges, axis=1), axis=0)
    rows, columns = np.concatenate([edges, edges[:, ::-1]]).T
    degree = np.bincount(rows, minlength=count)
    alone = np.flatnonzero(degree == 0)
    rows, columns = np.concatenate([rows, alone]), np.concatenate([columns, alone])
    return coo_array((1.0 / np.maximum(degree, 1)[rows], (rows, columns)), shape=(count, count)).tocsr()
