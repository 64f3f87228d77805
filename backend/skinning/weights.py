# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Skin weights for given bones: Blender's bone heat, checked bone by bone, with a fallback through the solid."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import coo_array, diags_array
from scipy.spatial import KDTree

from ..job import Job
from ..mesh.clean import Shape, decimated, part_labels
from .voxel_weights import voxel_weights

INFLUENCES = 4
"""Most bones per vertex: what game engines take."""

HEAT_TRIANGLES = 40_000
"""Bone heat runs on at most this many triangles; its time grows faster than the mesh."""

SMALL_PART = 0.08
"""Part of the surface below which a loose part counts as an attachment."""

HEAT_SIZE = 10.0
"""Longest side for bone heat. Below 0.05 units Blender reports success and leaves every group empty."""


@dataclass(frozen=True)
class Bones:
    """Deforming bones in the mesh's space."""

    names: list[str]
    heads: np.ndarray
    """(B, 3) float64."""
    tails: np.ndarray
    """(B, 3) float64."""


@dataclass(frozen=True)
class SkinWeights:
    indices: np.ndarray
    """(V, 4) int32 into the bones."""
    weights: np.ndarray
    """(V, 4) float32, rows sum to 1, largest first."""
    warnings: list[str]


def skin_weights(shape: Shape, bones: Bones, blender: list[str], job: Job, light: Shape | None = None) -> SkinWeights:
    """Weights for every vertex of ``shape``; ``light`` is a lighter copy of it, if there is one.

    ``blender`` is the command that runs a script in a background Blender; without one, or when bone heat fails, all
    weights come from distances through the solid.
    """
    warnings: list[str] = []
    small = decimated(light or shape, HEAT_TRIANGLES)
    dense = _bone_heat(small, bones, blender, job) if blender else None
    if dense is not None and not dense.any():
        # The solver stumbles over a few triangles; a lighter copy has others.
        lighter = decimated(small, int(0.7 * len(small.triangles)))
        second = _bone_heat(lighter, bones, blender, job)
        if second is not None and second.any():
            small, dense = lighter, second
    if dense is None and blender:
        warnings.append("Bone heat failed; weights come from distances inside the body instead.")
    job.progress("Checking weights", 0.85)
    dense = _filled(small, bones, dense)
    if small is not shape:
        dense = _transferred(dense, small.vertices, shape.vertices)
    dense = _rigid_parts(shape, dense)
    dense = _supported(shape, bones, dense)
    indices, weights = limited(dense)
    return SkinWeights(indices, weights, warnings)


def limited(dense: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The largest INFLUENCES of (V, B) weights, normalised: (V, 4) int32 indices, (V, 4) float32 weights."""
    count, bones = dense.shape
    if bones < INFLUENCES:
        dense = np.concatenate([dense, np.zeros((count, INFLUENCES - bones))], axis=1)
    indices = np.argpartition(-dense, INFLUENCES - 1, axis=1)[:, :INFLUENCES]
    weights = np.take_along_axis(dense, indices, axis=1)
    order = np.argsort(-weights, axis=1, kind="stable")
    indices, weights = np.take_along_axis(indices, order, axis=1), np.take_along_axis(weights, order, axis=1)
    weights[weights < 0.01 * weights[:, :1]] = 0
    weights /= weights.sum(axis=1, keepdims=True)
    return np.where(weights > 0, indices, indices[:, :1]).astype(np.int32), weights.astype(np.float32)


def _bone_heat(shape: Shape, bones: Bones, blender: list[str], job: Job) -> np.ndarray | None:
    """(V, B) weights by Blender's bone heat in a child process, None when it fails."""
    centre = (shape.vertices.min(axis=0) + shape.vertices.max(axis=0)) / 2
    scale = HEAT_SIZE / shape.size
    source, result = job.folder / "bone_heat_in.npz", job.folder / "bone_heat_out.npz"
    np.savez(
        source,
        vertices=(shape.vertices - centre) * scale,
        triangles=_outward(shape),
        heads=(bones.heads - centre) * scale,
        tails=(bones.tails - centre) * scale,
    )
    script = Path(__file__).parents[2] / "addon" / "bone_heat.py"
    status = job.run_child([*blender, str(script), "--", str(source), str(result)])
    if status != 0 or not result.exists():
        job.log(f"bone heat ended with status {status}", "warning")
        return None
    with np.load(result, allow_pickle=False) as data:
        weights = data["weights"].astype(np.float64)
    source.unlink()
    result.unlink()
    return weights


def _outward(shape: Shape) -> np.ndarray:
    """(T, 3) triangles, reversed when the mesh is inside out: bone heat asks which bones a vertex faces away from."""
    corner = shape.vertices[shape.triangles] - shape.vertices.mean(axis=0)
    volume = np.einsum("ij,ij->i", corner[:, 0], np.cross(corner[:, 1], corner[:, 2])).sum()
    return shape.triangles if volume >= 0 else shape.triangles[:, ::-1]


def _filled(shape: Shape, bones: Bones, dense: np.ndarray | None) -> np.ndarray:
    """(V, B) weights without gaps: bones and vertices that bone heat left out get weights through the solid."""
    if dense is not None:
        total = dense.sum(axis=1)
        without = total < 1e-4
        empty = dense.sum(axis=0) < 1e-3
        if not without.any() and not empty.any():
            return dense / total[:, None]
    through = voxel_weights(shape, bones.heads, bones.tails)
    if dense is None:
        return through
    dense = dense.copy()
    dense[~without] /= total[~without, None]
    # Bones without a vertex take what the solid says is theirs, where they are the strongest.
    owned = np.isin(through.argmax(axis=1), np.flatnonzero(empty))
    dense[owned] = 0.5 * dense[owned] + 0.5 * through[owned]
    if without.all():
        return through
    if without.any():
        # A hole in the solution is filled from its surroundings, an island from the solid.
        dense[without] = through[without]
        dense = _smoothed(shape, dense, without, rounds=4)
    return dense / dense.sum(axis=1, keepdims=True)


def _smoothed(shape: Shape, dense: np.ndarray, where: np.ndarray, rounds: int) -> np.ndarray:
    """Averages over the neighbours, for the chosen vertices (V,) only."""
    edges = np.concatenate([shape.triangles[:, [0, 1]], shape.triangles[:, [1, 2]], shape.triangles[:, [2, 0]]])
    edges = np.concatenate([edges, edges[:, ::-1]])
    count = len(shape.vertices)
    graph = coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(count, count)).tocsr()
    average = diags_array(1 / np.maximum(graph.sum(axis=1), 1)) @ graph
    for _ in range(rounds):
        dense = np.where(where[:, None], 0.5 * dense + 0.5 * (average @ dense), dense)
    return dense


def _rigid_parts(shape: Shape, dense: np.ndarray) -> np.ndarray:
    """Small loose parts (eyes, horns, teeth) move as one piece, with what they sit on."""
    labels, areas = part_labels(shape)
    small = areas < SMALL_PART * areas.sum()
    # A mesh that falls into many small parts has no body they could sit on: seams that do not meet, feathers, armour.
    if not small.any() or areas[small].sum() > 0.4 * areas.sum():
        return dense
    large = ~small[labels]
    dense = dense.copy()
    base = KDTree(shape.vertices[large])
    weights = dense[large]
    for part in np.flatnonzero(small):
        inside = labels == part
        distance, nearest = base.query(shape.vertices[inside])
        contact = distance <= np.quantile(distance, 0.2)
        dense[inside] = weights[nearest[contact]].mean(axis=0)
    return dense


def _supported(shape: Shape, bones: Bones, dense: np.ndarray) -> np.ndarray:
    """Every bone moves something: one that would be lost among the strongest four takes its nearest vertex."""
    indices, weights = limited(dense)
    used = np.unique(indices[weights > 0])
    lost = np.setdiff1d(np.arange(len(bones.names)), used)
    if not len(lost):
        return dense
    dense = dense.copy()
    _, nearest = KDTree(shape.vertices).query((bones.heads[lost] + bones.tails[lost]) / 2)
    for bone, vertex in zip(lost, nearest):
        dense[vertex] *= 0.7
        dense[vertex, bone] += 0.3
    return dense


def _transferred(dense: np.ndarray, source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """(V, B) weights at ``target`` (V, 3) from those at ``source`` (S, 3): the nearest three by inverse distance."""
    distance, nearest = KDTree(source).query(target, k=min(3, len(source)))
    distance, nearest = distance.reshape(len(target), -1), nearest.reshape(len(target), -1)
    share = 1 / (distance + 1e-9 * np.ptp(source, axis=0).max())
    share /= share.sum(axis=1, keepdims=True)
    result = np.zeros((len(target), dense.shape[1]), np.float32)
    for column in range(nearest.shape[1]):
        result += share[:, column, None].astype(np.float32) * dense[nearest[:, column]].astype(np.float32)
    return result


def at_targets(skin: SkinWeights, shape: Shape, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights for (N, 3) points: those of the same place for vertices of the shape, of the nearest one otherwise.

    Returns (N, 4) int32 indices and (N, 4) float32 weights.
    """
    finite = np.isfinite(targets).all(axis=1)
    _, nearest = KDTree(shape.vertices).query(np.where(finite[:, None], targets, 0.0))
    return skin.indices[nearest], skin.weights[nearest]
