# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bones tied together at joints: their poses, and the places of the joints, that follow the moving points best.

A point x with weights w_b is posed at  sum_b w_b (R_b (x - j_b) + h_b),  with R_b the bone's rotation, j_b its joint at
rest, h_b the joint posed. A jointed bone has h_b = h_p + R_p (j_b - j_p), p its parent, a free one has h_b of its own.
Put in, what is left is linear:

    sum_b R_b z_b + sum_a W_a h_a,    z_b = w_b (x - j_b) + sum over the children k jointed to b of W_k (j_k - j_b),

W_k being the weight of a bone and of all that is jointed to it, a the free bones. So poses need the moments of z and W
alone, for any number of points, and the joints are a linear problem once the rotations are known.
"""

from __future__ import annotations

import typing
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

from .moments import joined

STEPS = 12
"""Gauss-Newton steps at most for each frame."""
ENOUGH = 1e-3
"""A step that gains a smaller part of the error ends them."""
STIFFNESS = 1e-6
"""Pull of a bone to its parent's rotation, for turns that no point tells of; in squared sizes."""
HOLD = 1e-3
"""Pull of a joint to where it is expected, against mean squared turns: about two degrees hold as much."""
CHUNK = 64
"""Frames at a time."""


@dataclass(frozen=True)
class Skeleton:
    parents: np.ndarray
    """(B,) int64, -1 for the root."""
    free: np.ndarray
    """(B,) bool: moves away from its parent, too. The root always."""
    joints: np.ndarray
    """(B, 3) float64 at rest."""

    def order(self) -> list[int]:
        """Parents first."""
        depth = [self._depth(bone) for bone in range(len(self.parents))]
        return [int(bone) for bone in np.argsort(depth, kind="stable")]

    def _depth(self, bone: int) -> int:
        steps = 0
        while self.parents[bone] >= 0:
            bone, steps = self.parents[bone], steps + 1
        return steps


@dataclass(frozen=True)
class Poses:
    rotations: np.ndarray
    """(F, B, 3, 3) float64, in space, not against the parent."""
    anchors: np.ndarray
    """(F, A, 3) float64: where the joints of the free bones are."""


def matrices(skeleton: Skeleton, poses: Poses) -> np.ndarray:
    """(F, 3, 4 B) what the bones do to rest points, see ``moments``."""
    heads = np.empty((*poses.rotations.shape[:2], 3))
    heads[:, skeleton.free] = poses.anchors
    for bone in skeleton.order():
        if not skeleton.free[bone]:
            parent = skeleton.parents[bone]
            arm = skeleton.joints[bone] - skeleton.joints[parent]
            heads[:, bone] = heads[:, parent] + poses.rotations[:, parent] @ arm
    shift = heads - np.einsum("fbij,bj->fbi", poses.rotations, skeleton.joints)
    return joined(np.concatenate([poses.rotations, shift[..., None]], axis=3))


def carried(skeleton: Skeleton, weights: np.ndarray) -> np.ndarray:
    """W (V, B): of each bone and of all that is jointed to it."""
    result = weights.copy()
    for bone in reversed(skeleton.order()):
        if not skeleton.free[bone]:
            result[:, skeleton.parents[bone]] += result[:, bone]
    return result


def starting_poses(skeleton: Skeleton, motions: np.ndarray) -> Poses:
    """From free motions (F, B, 3, 4)."""
    anchors = np.einsum("fbij,bj->fbi", motions[..., :3], skeleton.joints) + motions[..., 3]
    return Poses(motions[..., :3].copy(), anchors[:, skeleton.free])


def fit_poses(
    skeleton: Skeleton,
    rest: np.ndarray,
    posed: np.ndarray,
    weights: np.ndarray,
    start: Poses,
    steps: int = STEPS,
    check: typing.Callable[[float], None] = lambda fraction: None,
) -> Poses:
    """The poses nearest to posed (F, V, 3) by damped Gauss-Newton steps; rest (V, 3), weights (V, B)."""
    features = _features(skeleton, rest, weights)
    square = features.T @ features + _stiffness(skeleton, rest, weights)
    done = []
    for first in range(0, len(posed), CHUNK):
        check(first / len(posed))
        rows = slice(first, first + CHUNK)
        target = posed[rows]
        cross = (target.transpose(0, 2, 1).reshape(-1, len(rest)) @ features).reshape(len(target), 3, -1)
        done.append(_descended(square, cross, Poses(start.rotations[rows], start.anchors[rows]), steps))
    return Poses(np.concatenate([part.rotations for part in done]), np.concatenate([part.anchors for part in done]))


def fit_joints(
    skeleton: Skeleton, rest: np.ndarray, posed: np.ndarray, weights: np.ndarray, poses: Poses, expected: np.ndarray
) -> Skeleton:
    """The skeleton with its joints where the points fit best under these rotations.

    ``expected`` (B, 3) holds what the motion leaves open: along the axis of a hinge, or where next to nothing turns.
    """
    jointed = np.flatnonzero(~skeleton.free)
    if not len(jointed):
        return skeleton
    whole = carried(skeleton, weights)
    roots = whole[:, skeleton.free]
    mass = whole[:, jointed]
    turn = poses.rotations[:, skeleton.parents[jointed]] - poses.rotations[:, jointed]
    lone = poses.anchors - np.einsum("faij,aj->fai", poses.rotations[:, skeleton.free], skeleton.joints[skeleton.free])
    # What the points want beyond the turned rest points and the free bones, weighted by W_b, for each frame.
    bare = (weights[:, :, None] * rest[:, None]).reshape(len(rest), -1)
    turned = poses.rotations.transpose(0, 2, 1, 3).reshape(len(posed), 3, -1)
    wanted = (posed.transpose(0, 2, 1).reshape(-1, len(rest)) @ mass).reshape(len(posed), 3, -1)
    wanted = wanted - turned @ (bare.T @ mass) - lone.transpose(0, 2, 1) @ (roots.T @ mass)
    side = np.einsum("fbki,fkb->bi", turn, wanted, optimize=True) / len(posed)
    gram = np.einsum("fbki,fckj->bcij", turn, turn, optimize=True) / len(posed)
    overlap = mass.T @ mass
    gram = gram * overlap[:, :, None, None]
    # A bone may have lost its last weight to its neighbours: its joint is held, too.
    hold = HOLD * (np.diag(overlap) + 1e-6 * overlap.max())
    count = len(jointed)
    gram[np.arange(count), np.arange(count)] += hold[:, None, None] * np.eye(3)
    side += hold[:, None] * expected[jointed]
    matrix = gram.transpose(0, 2, 1, 3).reshape(3 * count, 3 * count)
    joints = skeleton.joints.copy()
    joints[jointed] = np.linalg.solve(matrix, side.reshape(-1)).reshape(-1, 3)
    return replace(skeleton, joints=joints)


def _features(skeleton: Skeleton, rest: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(V, 3 B + A): z of all bones, then W of the free ones."""
    whole = carried(skeleton, weights)
    arms = weights[:, :, None] * (rest[:, None] - skeleton.joints)
    for bone in np.flatnonzero(~skeleton.free):
        parent = skeleton.parents[bone]
        arms[:, parent] += whole[:, bone, None] * (skeleton.joints[bone] - skeleton.joints[parent])
    return np.concatenate([arms.reshape(len(rest), -1), whole[:, skeleton.free]], axis=1)


def _stiffness(skeleton: Skeleton, rest: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """What is added to the square moments so that bones follow their parents where no point tells."""
    bones = len(skeleton.parents)
    size = np.ptp(rest, axis=0).max()
    between = np.zeros((bones, bones))
    for bone, parent in enumerate(skeleton.parents):
        if parent >= 0:
            pull = STIFFNESS * size**2 * (1.0 + weights[:, bone].sum())
            between[[bone, parent], [bone, parent]] += pull
            between[[bone, parent], [parent, bone]] -= pull
    total = 3 * bones + int(skeleton.free.sum())
    result = np.zeros((total, total))
    result[: 3 * bones, : 3 * bones] = np.kron(between, np.eye(3))
    return result


def _descended(square: np.ndarray, cross: np.ndarray, start: Poses, steps: int) -> Poses:
    """Levenberg-Marquardt on F frames at once; square (N, N), cross (F, 3, N) with N = 3 B + A."""
    rotations, anchors = start.rotations, start.anchors
    damping = np.full(len(cross), 1e-4)
    error = _error(square, cross, rotations, anchors)
    # Counted from the best error that no condition would allow to fall below.
    floor = _floor(square, cross)
    for _ in range(steps):
        normal, gradient = _normal_equations(square, cross, rotations, anchors)
        scale = np.einsum("fii->fi", normal)
        damped = normal.copy()
        index = np.arange(normal.shape[1])
        damped[:, index, index] += damping[:, None] * (scale + 1e-9 * scale.max(axis=1, keepdims=True))
        step = np.linalg.solve(damped, gradient[..., None])[..., 0]
        turns = step[:, : 3 * rotations.shape[1]].reshape(-1, 3)
        turned = Rotation.from_rotvec(turns).as_matrix().reshape(rotations.shape) @ rotations
        moved = anchors + step[:, 3 * rotations.shape[1] :].reshape(anchors.shape)
        trial = _error(square, cross, turned, moved)
        better = trial < error
        gain = np.where(better, error - trial, 0.0)
        rotations = np.where(better[:, None, None, None], turned, rotations)
        anchors = np.where(better[:, None, None], moved, anchors)
        damping = np.where(better, np.maximum(damping / 5, 1e-8), damping * 8)
        error = np.where(better, trial, error)
        if better.any() and (gain <= ENOUGH * np.maximum(error - floor, 0)).all():
            break
    return Poses(rotations, anchors)


def _error(square: np.ndarray, cross: np.ndarray, rotations: np.ndarray, anchors: np.ndarray) -> np.ndarray:
    """(F,) squared error but for a constant."""
    stacked = _stacked(rotations, anchors)
    return np.einsum("fij,fij->f", stacked @ square - 2 * cross, stacked)


def _floor(square: np.ndarray, cross: np.ndarray) -> np.ndarray:
    """(F,) the least of that for any matrices."""
    ridge = 1e-12 * np.trace(square) / len(square) * np.eye(len(square))
    best = np.linalg.solve(square + ridge, cross.reshape(-1, cross.shape[2]).T).T.reshape(cross.shape)
    return -np.einsum("fij,fij->f", cross, best)


def _stacked(rotations: np.ndarray, anchors: np.ndarray) -> np.ndarray:
    """(F, 3, 3 B + A)."""
    frames, bones = rotations.shape[:2]
    return np.concatenate(
        [rotations.transpose(0, 2, 1, 3).reshape(frames, 3, 3 * bones), anchors.transpose(0, 2, 1)], axis=2
    )


def _normal_equations(
    square: np.ndarray, cross: np.ndarray, rotations: np.ndarray, anchors: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(F, P, P) and (F, P) with P = 3 B + 3 A: turns of the bones in space, then shifts of the free ones.

    A turn w of bone b moves a point by w x a with a = R_b z_b, and the sum over the points of (a . c) 1 - c a^T, for
    two bones, follows from their moments.
    """
    frames, bones = rotations.shape[:2]
    lone = anchors.shape[1]
    arms = square[: 3 * bones, : 3 * bones].reshape(bones, 3, bones, 3).transpose(0, 2, 1, 3)
    pairs = np.matmul(np.matmul(rotations[:, :, None], arms), rotations[:, None].swapaxes(-1, -2))
    trace = np.einsum("fbcii->fbc", pairs)
    normal = np.zeros((frames, 3 * bones + 3 * lone, 3 * bones + 3 * lone))
    blocks = trace[..., None, None] * np.eye(3) - pairs.swapaxes(-1, -2)
    normal[:, : 3 * bones, : 3 * bones] = blocks.transpose(0, 1, 3, 2, 4).reshape(frames, 3 * bones, -1)
    mixed = square[: 3 * bones, 3 * bones :].reshape(bones, 3, lone)
    arm = np.einsum("fbij,bja->fbai", rotations, mixed)
    across = _cross_matrix(arm)
    across = across.transpose(0, 1, 3, 2, 4).reshape(frames, 3 * bones, 3 * lone)
    normal[:, : 3 * bones, 3 * bones :] = across
    normal[:, 3 * bones :, : 3 * bones] = across.transpose(0, 2, 1)
    normal[:, 3 * bones :, 3 * bones :] = np.kron(square[3 * bones :, 3 * bones :], np.eye(3))
    left = cross - _stacked(rotations, anchors) @ square
    own = left[:, :, : 3 * bones].reshape(frames, 3, bones, 3).transpose(0, 2, 1, 3) @ rotations.swapaxes(-1, -2)
    turn = np.stack(
        [own[..., 2, 1] - own[..., 1, 2], own[..., 0, 2] - own[..., 2, 0], own[..., 1, 0] - own[..., 0, 1]], axis=-1
    )
    shift = left[:, :, 3 * bones :].transpose(0, 2, 1)
    return normal, np.concatenate([turn.reshape(frames, -1), shift.reshape(frames, -1)], axis=1)


def _cross_matrix(vector: np.ndarray) -> np.ndarray:
    """(..., 3) -> (..., 3, 3) with [v] w = v x w."""
    zero = np.zeros(vector.shape[:-1])
    x, y, z = np.moveaxis(vector, -1, 0)
    return np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=-1).reshape(*vector.shape, 3)
