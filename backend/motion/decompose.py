# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Points that move -> bones, each moving rigidly, and at most four of them for each point.

After "Smooth Skinning Decomposition with Rigid Bones" (Le and Deng 2012): clusters of points that move rigidly, then
weights and motions in turn. Its bones are free of each other; ``articulate`` ties them together.
"""

from __future__ import annotations

import typing
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from .moments import homogeneous, joined, moments, rigid_fit, rotation_nearest, skinned, split
from .weights import dense, sparse_weights

SWEEPS = 3
"""Rounds over all bones between two solves for weights."""
SMALLEST = 4
"""Points that make a cluster: fewer do not tell a rotation."""
RINGS = 3
"""How many edges beyond the points it carries a bone may reach with the next solve."""
FIRST = 0.4
"""Part of the bones that come from clusters."""
ENOUGH = 1e-3
"""Error, in sizes, at which no more bones are asked for."""
MOST = 64
"""Bones at most where no number is given."""
CYCLES = 8
"""Of moving bones to where they are of more use, at most."""
PULL = 1e-7
"""Strength of the pull to even weights, in squared sizes."""


@dataclass(frozen=True)
class Decomposition:
    weights: np.ndarray
    """(V, B) float64, rows sum to 1, at most four above 0."""
    matrices: np.ndarray
    """(F, 3, 4 B) float64, see ``moments``."""

    @property
    def count(self) -> int:
        return self.weights.shape[1]


def neighbours(edges: np.ndarray, count: int) -> csr_array:
    """(V, V) matrix with 1 for each of the edges (E, 2), both ways, and on the diagonal."""
    both = np.concatenate([edges, edges[:, ::-1], np.arange(count)[:, None].repeat(2, axis=1)])
    return csr_array((np.ones(len(both)), (both[:, 0], both[:, 1])), shape=(count, count))


def clusters(
    rest: np.ndarray,
    posed: np.ndarray,
    adjacent: csr_array,
    bones: int,
    check: typing.Callable[[float], None] = lambda fraction: None,
) -> np.ndarray:
    """(V,) label of each point: up to ``bones`` clusters that move as rigidly as they can.

    The cluster with the greatest error is split where it fits worst, until there are enough.
    """
    labels = np.zeros(len(rest), np.int64)
    motions = [rigid_fit(rest, posed)]
    errors = [_distance(motions[0], rest, posed)]
    final = set()
    while len(motions) < bones:
        check(len(motions) / bones)
        totals = [0.0 if k in final else errors[k][labels == k].sum() for k in range(len(motions))]
        worst = int(np.argmax(totals))
        if totals[worst] <= 0:
            break
        own = np.flatnonzero(labels == worst)
        parts = _halves(rest[own], posed[:, own], errors[worst][own], adjacent[own][:, own])
        if parts is None:
            final.add(worst)
            continue
        new = len(motions)
        labels[own[parts == 1]] = new
        final -= {worst}
        for k in (worst, new):
            mine = labels == k
            motion = rigid_fit(rest[mine], posed[:, mine])
            motions[k : k + 1], errors[k : k + 1] = [motion], [_distance(motion, rest, posed)]
    for _ in range(4):
        labels = _reassigned(labels, np.stack(errors, axis=1), adjacent)
        for k in range(len(motions)):
            mine = labels == k
            if mine.sum() >= SMALLEST:
                motions[k] = rigid_fit(rest[mine], posed[:, mine])
                errors[k] = _distance(motions[k], rest, posed)
    return labels


def decompose(
    rest: np.ndarray,
    posed: np.ndarray,
    adjacent: csr_array,
    bones: int,
    check: typing.Callable[[float], None] = lambda fraction: None,
) -> Decomposition:
    """Weights and free rigid motions for rest (V, 3) and posed (F, V, 3), in units of the size.

    Clusters explain what moves rigidly; what blends between them is left to the weights, so only a few of the bones
    come from clusters, and the others are put, some at a time, where the skinned points are worst. In the end those of
    least use are moved to where more is gained, as long as that helps.

    Args:
        bones: how many at most, 0 for as many as bring the error below ``ENOUGH``.
        check: called with the done part; may raise to stop.
    """
    most = bones or MOST
    labels = clusters(rest, posed, adjacent, max(2, round(FIRST * (bones or MOST / 2))))
    labels = np.unique(labels, return_inverse=True)[1]
    parts = [rigid_fit(rest[labels == k], posed[:, labels == k]) for k in range(labels.max() + 1)]
    found = Decomposition(np.eye(len(parts))[labels], joined(np.stack(parts, axis=1)))
    found = settled(rest, posed, adjacent, found, 3)
    while found.count < most and (bones or rms(rest, posed, found) > ENOUGH):
        check(0.5 * found.count / most)
        before = found.count
        wanted = min(most - before, max(1, before // 5))
        found = settled(rest, posed, adjacent, with_more(rest, posed, adjacent, found, wanted), 2)
        if found.count <= before:
            break
    best, error = found, rms(rest, posed, found)
    moved = max(1, best.count // 10)
    for cycle in range(CYCLES):
        check(0.5 + 0.5 * cycle / CYCLES)
        fewer = without_least(rest, best, moved)
        found = with_more(rest, posed, adjacent, fewer, best.count - fewer.count)
        found = settled(rest, posed, adjacent, found, 4)
        found_error = rms(rest, posed, found)
        if found_error < error:
            best, error = found, found_error
        elif moved == 1:
            break
        else:
            moved //= 2
    return best


def settled(
    rest: np.ndarray, posed: np.ndarray, adjacent: csr_array, found: Decomposition, rounds: int
) -> Decomposition:
    """Weights and motions in turn."""
    for _ in range(rounds):
        weights = refit_weights(rest, posed, found.matrices, found.weights, adjacent)
        found = _without_idle(weights, found.matrices)
        found = Decomposition(found.weights, free_motions(rest, posed, found.weights, found.matrices))
    return found


def with_more(
    rest: np.ndarray, posed: np.ndarray, adjacent: csr_array, found: Decomposition, count: int
) -> Decomposition:
    """Up to ``count`` bones more, each where a region is skinned worst, no two of them next to each other."""
    error = ((skinned(rest, found.weights, found.matrices) - posed) ** 2).sum(axis=2).mean(axis=0)
    near = (adjacent @ adjacent).astype(bool).astype(float)
    around = near @ error
    weights, matrices = found.weights.copy(), found.matrices
    open_ = np.ones(len(rest), bool)
    for _ in range(count):
        worst = int(np.where(open_, around, 0.0).argmax())
        if not open_[worst] or around[worst] <= 0:
            break
        region = near[[worst]].toarray()[0] > 0
        seed = np.zeros(len(rest))
        seed[np.where(region, error, -1.0).argmax()] = 1.0
        ring = adjacent @ seed > 0
        if ring.sum() < SMALLEST + 2:
            ring = near @ seed > 0
        matrices = np.concatenate([matrices, rigid_fit(rest[ring], posed[:, ring])], axis=2)
        weights[ring] = 0.0
        weights = np.concatenate([weights, ring[:, None].astype(float)], axis=1)
        open_ &= ~(near @ (near @ seed) > 0)
    return Decomposition(weights, matrices)


def without_least(rest: np.ndarray, found: Decomposition, count: int) -> Decomposition:
    """Without the ``count`` bones that others could stand in for best: by how far their points would move."""
    parts, points = split(found.matrices), homogeneous(rest)
    use = np.zeros(found.count)
    for bone in range(found.count):
        mine = np.flatnonzero(found.weights[:, bone] > 1e-3)
        others = (found.weights[mine] > 1e-3).any(axis=0)
        others[bone] = False
        others = np.flatnonzero(others) if others.any() else np.delete(np.arange(found.count), bone)
        apart = np.einsum("fcij,vj->cvfi", parts[:, others] - parts[:, [bone]], points[mine], optimize=True)
        use[bone] = (found.weights[mine, bone] ** 2 * (apart**2).sum(axis=(2, 3))).sum(axis=1).min()
    kept = np.sort(np.argsort(use, kind="stable")[count:])
    return _without_idle(found.weights[:, kept], joined(parts[:, kept]))


def refit_weights(
    rest: np.ndarray, posed: np.ndarray, matrices: np.ndarray, weights: np.ndarray, adjacent: csr_array
) -> np.ndarray:
    """(V, B) new weights; bones reach only ``RINGS`` edges beyond where they were."""
    allowed = (weights > 0.0).astype(float)
    for _ in range(RINGS):
        allowed = adjacent @ allowed
    even = adjacent @ weights
    even /= even.sum(axis=1, keepdims=True)
    size = np.ptp(rest, axis=0).max()
    found = sparse_weights(rest, posed, matrices, allowed > 0, even, PULL * size**2)
    return dense(*found, weights.shape[1])


def free_motions(rest: np.ndarray, posed: np.ndarray, weights: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    """(F, 3, 4 B) rigid motions, each bone in turn fitted to what the others leave (SSDR, section 4.2)."""
    known = moments(rest, posed, weights)
    parts = split(matrices).copy()
    product = matrices @ known.square
    for _ in range(SWEEPS):
        for bone in range(parts.shape[1]):
            columns = slice(4 * bone, 4 * bone + 4)
            own = known.square[columns, columns]
            wanted = known.cross[:, :, columns] - product[:, :, columns] + parts[:, bone] @ own
            mass = own[3, 3]
            centre = own[:3, 3] / mass
            after = wanted[:, :, 3] / mass
            rotation = rotation_nearest(wanted[:, :, :3] - after[:, :, None] * own[:3, 3])
            new = np.concatenate([rotation, (after - rotation @ centre)[..., None]], axis=2)
            product += (new - parts[:, bone]) @ known.square[columns]
            parts[:, bone] = new
    return joined(parts)


def rms(rest: np.ndarray, posed: np.ndarray, found: Decomposition) -> float:
    """Root of the mean squared distance of all points in all frames."""
    return float(np.sqrt(((skinned(rest, found.weights, found.matrices) - posed) ** 2).sum(axis=2).mean()))


def _distance(motion: np.ndarray, rest: np.ndarray, posed: np.ndarray) -> np.ndarray:
    """(V,) mean squared distance under one motion (F, 3, 4)."""
    moved = np.einsum("fij,vj->fvi", motion, homogeneous(rest), optimize=True)
    return ((moved - posed) ** 2).sum(axis=2).mean(axis=0)


def _halves(rest: np.ndarray, posed: np.ndarray, error: np.ndarray, adjacent: csr_array) -> np.ndarray | None:
    """(V,) 0 or 1: a cluster in two; None when it is too small or does not come apart."""
    if len(rest) < 2 * SMALLEST:
        return None
    middle = rest.mean(axis=0)
    first = int((error * ((rest - middle) ** 2).sum(axis=1)).argmax())
    seeds = []
    second = int(_distance(_around(rest, posed, first, adjacent), rest, posed).argmax())
    for seed in (second, first):
        seeds.append(_distance(_around(rest, posed, seed, adjacent), rest, posed))
    parts = (seeds[1] < seeds[0]).astype(int)
    for _ in range(6):
        if min(parts.sum(), len(parts) - parts.sum()) < SMALLEST:
            return None
        fits = [rigid_fit(rest[parts == k], posed[:, parts == k]) for k in (0, 1)]
        parts = (_distance(fits[1], rest, posed) < _distance(fits[0], rest, posed)).astype(int)
    return parts if min(parts.sum(), len(parts) - parts.sum()) >= SMALLEST else None


def _around(rest: np.ndarray, posed: np.ndarray, seed: int, adjacent: csr_array) -> np.ndarray:
    """The motion of a point and those around it."""
    near = np.zeros(len(rest))
    near[seed] = 1
    while np.count_nonzero(near) < 2 * SMALLEST:
        wider = adjacent @ near
        if np.count_nonzero(wider) == np.count_nonzero(near):
            nearest = np.argsort(((rest - rest[seed]) ** 2).sum(axis=1))[: 2 * SMALLEST]
            wider = np.zeros(len(rest))
            wider[nearest] = 1
            near = wider
            break
        near = wider
    mine = near > 0
    return rigid_fit(rest[mine], posed[:, mine])


def _reassigned(labels: np.ndarray, errors: np.ndarray, adjacent: csr_array) -> np.ndarray:
    """Each point to the best of the clusters at itself and at its neighbours; errors (V, B)."""
    present = (adjacent @ np.eye(errors.shape[1])[labels]) > 0
    return np.where(present, errors, np.inf).argmin(axis=1)


def _without_idle(weights: np.ndarray, matrices: np.ndarray) -> Decomposition:
    """Bones that carry nothing go; points that lose all of theirs follow the bone that carries most."""
    used = weights.sum(axis=0) > 0.5
    weights = weights[:, used]
    total = weights.sum(axis=1)
    weights[total <= 0, weights.sum(axis=0).argmax()] = 1.0
    return Decomposition(weights / weights.sum(axis=1, keepdims=True), joined(split(matrices)[:, used]))
