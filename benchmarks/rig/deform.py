# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How well a rig can follow the artist's own clips: its joints are turned to fit every frame as well as they can."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from .animals import Animal
from .scores import Joints

FRAMES = (1, 3, 5)
"""Of the eight frames of every clip: not the first and the last, where walks and idles are near to rest."""

STEPS = 8
"""Gauss-Newton steps at most."""


def posed_vertices(animal: Animal, frames: tuple[int, ...] = FRAMES) -> np.ndarray:
    """(F, V, 3) the artist's skinned mesh in the given frames of all clips."""
    points = np.concatenate([animal.vertices, np.ones((len(animal.vertices), 1))], axis=1)
    matrices = np.concatenate([animal.poses[clip][list(frames)] for clip in sorted(animal.poses)])
    blended = np.einsum("vj,fjab->fvab", animal.weights, matrices, optimize=True)
    return np.einsum("fvab,vb->fva", blended, points)[..., :3]


def deformation_error(rest: np.ndarray, weights: np.ndarray, joints: Joints, posed: np.ndarray) -> float:
    """Mean distance of skinned vertices from ``posed`` (F, V, 3) over all frames, in units of the box at rest.

    rest (V, 3), weights (V, J). Every joint turns freely about the place its parent carries it to; joints without
    parent also move. The same solver serves every rig: it starts from a rigid fit of every bone to its own vertices,
    then takes Gauss-Newton steps over all rotations, damped so that turns no vertex tells of stay small.
    """
    rig = _Rig(rest, weights, joints)
    size = np.ptp(rest, axis=0).max()
    return float(np.mean([np.linalg.norm(rig.fitted(target) - target, axis=1).mean() for target in posed]) / size)


def moved_joints(
    names: list[str], heads: np.ndarray, tails: np.ndarray, distance: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Heads (J, 3) and tails (J, 3) with every joint moved by ``distance`` in a random direction.

    Sides (names in .L and .R) move as mirror images in x, other joints within the mirror plane. Tails follow the head
    they sit on, otherwise their own head. For telling what an error of the joints alone costs.
    """
    moves = rng.normal(size=heads.shape)
    for joint, name in enumerate(names):
        if not name.endswith((".L", ".R")):
            moves[joint, 0] = 0
        elif name.endswith(".R") and name[:-1] + "L" in names:
            moves[joint] = moves[names.index(name[:-1] + "L")] * [-1, 1, 1]
    moves *= distance / np.linalg.norm(moves, axis=1, keepdims=True)
    apart = np.linalg.norm(tails[:, None] - heads, axis=2)
    followed = np.where(
        apart.min(axis=1) < 1e-6 * np.ptp(heads, axis=0).max(), apart.argmin(axis=1), np.arange(len(heads))
    )
    return heads + moves, tails + moves[followed]


class _Rig:
    def __init__(self, rest: np.ndarray, weights: np.ndarray, joints: Joints) -> None:
        self.rest, self.weights, self.joints = rest, weights, joints.points
        self.parents = joints.parents
        self.roots = np.flatnonzero(self.parents < 0)
        self.order = _parents_first(self.parents)
        self.below = np.eye(len(self.parents))
        """(J, J): 1 where column hangs on row."""
        for joint in reversed(self.order):
            if self.parents[joint] >= 0:
                self.below[self.parents[joint]] = np.maximum(self.below[self.parents[joint]], self.below[joint])
        self.carried = weights @ self.below.T

    def fitted(self, target: np.ndarray) -> np.ndarray:
        """(V, 3) skinned vertices of the pose nearest to ``target`` (V, 3)."""
        rotations, shift = self._start(target)
        heads, parts = self._pose(rotations, shift)
        error = ((parts.sum(axis=1) - target) ** 2).sum()
        damping = 1e-3
        for _ in range(STEPS):
            jacobian = self._jacobian(heads, parts)
            normal = jacobian.T @ jacobian
            gradient = jacobian.T @ (target - parts.sum(axis=1)).reshape(-1)
            before = error
            for _ in range(4):
                damped = normal + damping * np.trace(normal) / len(normal) * np.eye(len(normal))
                step = np.linalg.solve(damped, gradient).reshape(-1, 3)
                turned = self._turned(rotations, step[: len(self.joints)])
                moved = shift + step[len(self.joints) :]
                trial = self._pose(turned, moved)
                trial_error = ((trial[1].sum(axis=1) - target) ** 2).sum()
                if trial_error < error:
                    rotations, shift, (heads, parts), error = turned, moved, trial, trial_error
                    damping = max(damping / 5, 1e-6)
                    break
                damping *= 8
            if error > before * (1 - 2e-3):
                break
        return parts.sum(axis=1)

    def _start(self, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rotations (J, 3, 3) that fit every bone's own vertices, or the parent's where it has hardly any; shift of the
        joints without parent (R, 3)."""
        whole, _ = rigid_fit(self.rest, target, np.ones(len(target)))
        rotations = np.tile(whole, (len(self.joints), 1, 1))
        shift = np.zeros((len(self.roots), 3))
        for joint in self.order:
            parent = self.parents[joint]
            weight = self.weights[:, joint]
            if (weight > 0.3).sum() >= 6:
                rotations[joint], _ = rigid_fit(self.rest, target, weight)
            elif parent >= 0:
                rotations[joint] = rotations[parent]
        for number, root in enumerate(self.roots):
            _, (before, after) = rigid_fit(self.rest, target, self.weights[:, root] + 1e-3 * self.carried[:, root])
            shift[number] = after - before - (rotations[root] - np.eye(3)) @ (before - self.joints[root])
        return rotations, shift

    def _pose(self, rotations: np.ndarray, shift: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Posed joints (J, 3) and every bone's share of the skinned vertices (V, J, 3)."""
        heads = self.joints.copy()
        heads[self.roots] += shift
        for joint in self.order:
            parent = self.parents[joint]
            if parent >= 0:
                heads[joint] = heads[parent] + rotations[parent] @ (self.joints[joint] - self.joints[parent])
        offset = heads - np.einsum("jab,jb->ja", rotations, self.joints)
        turned = (self.rest @ rotations.transpose(0, 2, 1)).transpose(1, 0, 2)
        return heads, self.weights[:, :, None] * (turned + offset)

    def _jacobian(self, heads: np.ndarray, parts: np.ndarray) -> np.ndarray:
        """(3 V, 3 J + 3 R): vertices by a turn of every joint with all that hangs on it, and by the roots' shift."""
        arms = np.tensordot(parts, self.below, axes=(1, 1)).transpose(0, 2, 1) - self.carried[:, :, None] * heads
        count, joints = self.weights.shape
        result = np.zeros((count, 3, joints + len(self.roots), 3))
        for row, column, axis, sign in (
            (0, 1, 2, 1),
            (0, 2, 1, -1),
            (1, 0, 2, -1),
            (1, 2, 0, 1),
            (2, 0, 1, 1),
            (2, 1, 0, -1),
        ):
            result[:, row, :joints, column] = sign * arms[:, :, axis]
        for number, root in enumerate(self.roots):
            for axis in range(3):
                result[:, axis, joints + number, axis] = self.carried[:, root]
        return result.reshape(3 * count, -1)

    def _turned(self, rotations: np.ndarray, turns: np.ndarray) -> np.ndarray:
        """Rotations (J, 3, 3) after turning every joint and what hangs on it by rotation vectors (J, 3)."""
        steps = Rotation.from_rotvec(turns).as_matrix()
        for joint in self.order:
            if self.parents[joint] >= 0:
                steps[joint] = steps[self.parents[joint]] @ steps[joint]
        return steps @ rotations


def rigid_fit(
    source: np.ndarray, target: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Rotation (3, 3) that turns source (V, 3) into target about their weighted centres, and both centres (Kabsch)."""
    weight = weight / weight.sum()
    before, after = weight @ source, weight @ target
    u, _, v = np.linalg.svd((target - after).T @ (weight[:, None] * (source - before)))
    return u @ np.diag([1, 1, np.sign(np.linalg.det(u @ v))]) @ v, (before, after)


def _parents_first(parents: np.ndarray) -> list[int]:
    order: list[int] = []
    while len(order) < len(parents):
        order += [
            joint for joint, parent in enumerate(parents) if joint not in order and (parent < 0 or parent in order)
        ]
    return order
