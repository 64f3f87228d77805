# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Skin weights for given bone motions: convex, and at most four for each vertex."""

from __future__ import annotations

import typing

import numpy as np

from .moments import homogeneous

INFLUENCES = 4
CANDIDATES = 10
"""Bones that are tried for each vertex: those that carry it best alone, within ``reach``."""
SPARE = 2e-4
"""Sizes by which a vertex may be farther off for one bone less."""
CHUNK = 256
"""Vertices at a time."""


def sparse_weights(
    rest: np.ndarray,
    posed: np.ndarray,
    matrices: np.ndarray,
    allowed: np.ndarray | None = None,
    near: np.ndarray | None = None,
    pull: float = 0.0,
    check: typing.Callable[[float], None] = lambda fraction: None,
) -> tuple[np.ndarray, np.ndarray]:
    """The least-squares weights of rest (V, 3) against posed (F, V, 3) under matrices (F, 3, 4 B).

    Args:
        allowed: (V, B) bool, the bones that each vertex may follow; at least one each.
        near: (V, B) weights to stay near where the motion does not tell.
        pull: strength of that, in squared lengths.
        check: called with the done part; may raise to stop.

    Returns:
        indices (V, 4) int64 of bones and weights (V, 4) float64, largest first, rows sum to 1.

    As in "Smooth Skinning Decomposition with Rigid Bones" (Le and Deng 2012) each vertex is a small convex problem;
    here bones leave it one by one, the lowest weight first, until at most four are left and none is below 0.
    """
    count, bones = len(rest), matrices.shape[2] // 4
    width = min(CANDIDATES, bones)
    indices = np.zeros((count, INFLUENCES), np.int64)
    weights = np.zeros((count, INFLUENCES))
    by_bone = matrices.reshape(len(posed) * 3, bones, 4)
    points = homogeneous(rest)
    size = float(np.ptp(rest, axis=0).max())
    for start in range(0, count, CHUNK):
        check(start / count)
        rows = slice(start, min(start + CHUNK, count))
        target = posed[:, rows].transpose(1, 0, 2).reshape(-1, len(posed) * 3)
        carried = np.einsum("rbk,vk->vbr", by_bone, points[rows], optimize=True) - target[:, None]
        alone = np.einsum("vbr,vbr->vb", carried, carried)
        if allowed is not None:
            alone = np.where(allowed[rows], alone, np.inf)
        chosen = np.argpartition(alone, width - 1, axis=1)[:, :width]
        usable = np.isfinite(np.take_along_axis(alone, chosen, axis=1))
        carried = np.take_along_axis(carried, chosen[:, :, None], axis=1)
        # Rows sum to 1, so the residual of a blend is the blend of the residuals: no right-hand side is left.
        gram = carried @ carried.transpose(0, 2, 1)
        side = np.zeros(chosen.shape)
        if near is not None and pull > 0:
            gram += pull * len(posed) * np.eye(width)
            side = pull * len(posed) * np.take_along_axis(near[rows], chosen, axis=1)
        found = _convex(gram, side, usable, (SPARE * size) ** 2 * len(posed))
        best = np.argsort(-found, axis=1)[:, :INFLUENCES]
        kept = np.take_along_axis(found, best, axis=1)
        indices[rows, : best.shape[1]] = np.take_along_axis(chosen, best, axis=1)
        weights[rows, : best.shape[1]] = kept / kept.sum(axis=1, keepdims=True)
    return indices, weights


def dense(indices: np.ndarray, weights: np.ndarray, bones: int) -> np.ndarray:
    """(V, 4) and (V, 4) -> (V, bones)."""
    result = np.zeros((len(indices), bones))
    np.add.at(result, (np.arange(len(indices))[:, None], indices), weights)
    return result


def _convex(gram: np.ndarray, side: np.ndarray, usable: np.ndarray, spare: float) -> np.ndarray:
    """Minimize w G w - 2 s w with sum 1, w >= 0, at most four entries; gram (N, K, K), side and usable (N, K)."""
    count, width = side.shape
    ridge = 1e-9 * np.einsum("nkk->nk", gram).mean(axis=1) + 1e-300
    gram = gram + ridge[:, None, None] * np.eye(width)
    active = usable.copy()
    result = np.zeros((count, width))
    cost = np.full(count, np.inf)
    waiting = np.arange(count)
    while len(waiting):
        found = _equality(gram[waiting], side[waiting], active[waiting])
        on = active[waiting]
        least = np.where(on, found, np.inf).argmin(axis=1)
        sound = (found[np.arange(len(waiting)), least] >= 0) & (on.sum(axis=1) <= INFLUENCES)
        value = np.einsum("nk,nkl,nl->n", found, gram[waiting], found) - 2 * (side[waiting] * found).sum(axis=1)
        # A bone that gains next to nothing goes, too: vertices that follow one bone alone show where it is.
        known = np.isfinite(cost[waiting])
        worse = known & (~sound | (value > cost[waiting] + spare))
        taken = sound & ~worse
        result[waiting[taken]], cost[waiting[taken]] = found[taken], np.minimum(cost[waiting[taken]], value[taken])
        going = ~worse & (on.sum(axis=1) > 1)
        active[waiting[going], least[going]] = False
        waiting = waiting[going]
    return result


def _equality(gram: np.ndarray, side: np.ndarray, active: np.ndarray) -> np.ndarray:
    """The same with the sum alone as a condition, over the active entries (N, K); others are 0."""
    width = side.shape[1]
    both = active[:, :, None] & active[:, None]
    scale = np.einsum("nkk->nk", gram).max(axis=1)[:, None]
    matrix = np.where(both, gram / scale[:, :, None], np.eye(width))
    right = np.stack([active.astype(float), np.where(active, side / scale, 0.0)], axis=2)
    solved = np.linalg.solve(matrix, right)
    ones, free = np.where(active, solved[:, :, 0], 0), np.where(active, solved[:, :, 1], 0)
    return free + ones * ((1 - free.sum(axis=1)) / ones.sum(axis=1))[:, None]
