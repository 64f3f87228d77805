# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Linear blend skinning as a quadratic form of the bones' matrices: fits cost the same for any number of vertices.

Bone b maps a rest point x to M_b (x, 1), with M_b = [R_b | t_b] a (3, 4) matrix. All bones of a frame side by side are
the (3, 4 B) matrix M, and the squared error of the frame is |Y|^2 - 2 <M, C> + <M S, M>.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Moments:
    """What a fit of F frames by B bones needs to know of the vertices."""

    square: np.ndarray
    """S (4 B, 4 B) float64: rest points against rest points, both times their weights."""
    cross: np.ndarray
    """C (F, 3, 4 B) float64: posed points against weighted rest points."""
    energy: float
    """Sum of the squared coordinates of all posed points."""
    count: int
    """F V, the number of points."""

    def squared_error(self, matrices: np.ndarray) -> float:
        """Sum over all points of the squared distance under ``matrices`` (F, 3, 4 B)."""
        fitted = np.einsum("fij,fij->", matrices @ self.square - 2 * self.cross, matrices)
        return max(float(self.energy + fitted), 0.0)


def moments(rest: np.ndarray, posed: np.ndarray, weights: np.ndarray) -> Moments:
    """Of rest (V, 3), posed (F, V, 3) and weights (V, B)."""
    weighted = (weights[:, :, None] * homogeneous(rest)[:, None]).reshape(len(rest), -1)
    cross = posed.transpose(0, 2, 1).reshape(-1, len(rest)) @ weighted
    return Moments(
        weighted.T @ weighted,
        cross.reshape(len(posed), 3, -1),
        float(np.einsum("fvi,fvi->", posed, posed)),
        len(posed) * len(rest),
    )


def homogeneous(points: np.ndarray) -> np.ndarray:
    """(N, 3) -> (N, 4) with a last coordinate of 1."""
    return np.concatenate([points, np.ones((len(points), 1))], axis=1)


def split(matrices: np.ndarray) -> np.ndarray:
    """(F, 3, 4 B) -> (F, B, 3, 4)."""
    frames, _, columns = matrices.shape
    return matrices.reshape(frames, 3, columns // 4, 4).transpose(0, 2, 1, 3)


def joined(matrices: np.ndarray) -> np.ndarray:
    """(F, B, 3, 4) -> (F, 3, 4 B)."""
    frames, bones = matrices.shape[:2]
    return matrices.transpose(0, 2, 1, 3).reshape(frames, 3, 4 * bones)


def skinned(rest: np.ndarray, weights: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    """(F, V, 3) points of rest (V, 3) with weights (V, B) under matrices (F, 3, 4 B)."""
    weighted = (weights[:, :, None] * homogeneous(rest)[:, None]).reshape(len(rest), -1)
    return (matrices.reshape(-1, weighted.shape[1]) @ weighted.T).reshape(len(matrices), 3, -1).transpose(0, 2, 1)


def rotation_nearest(matrix: np.ndarray) -> np.ndarray:
    """The rotations (..., 3, 3) with the greatest inner product with ``matrix`` (..., 3, 3) (Kabsch)."""
    u, _, v = np.linalg.svd(matrix)
    u[..., 2] *= np.sign(np.linalg.det(u @ v))[..., None]
    return u @ v


def rigid_fit(rest: np.ndarray, posed: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """(F, 3, 4) rigid motions that bring rest (V, 3) nearest to posed (F, V, 3), points weighted by (V,)."""
    share = np.full(len(rest), 1 / len(rest)) if weights is None else weights / weights.sum()
    before, after = share @ rest, np.einsum("v,fvi->fi", share, posed)
    spread = np.einsum("v,fvi,vj->fij", share, posed - after[:, None], rest - before, optimize=True)
    rotation = rotation_nearest(spread)
    return np.concatenate([rotation, (after - rotation @ before)[..., None]], axis=2)
