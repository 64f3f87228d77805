# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an animal that the camera goes around to one that moves before a camera that stands still."""

from __future__ import annotations

import numpy as np
import torch

from ..photos import views
from ..photos.body import Body, bone_matrices
from ..photos.fit import State
from .motion import cameras_of, path
from .solve import Scene, interpolated


def in_world(
    body: Body, state: State, scene: Scene, solved: np.ndarray, count: int, up: np.ndarray, still: bool
) -> tuple[np.ndarray, np.ndarray]:
    """How bones move (F, B, 3, 4) in all ``count`` frames, and ``camera_to_world`` (1 or F, 4, 4); float64.

    Args:
        solved: (P,) frames of the state; the others are interpolated.
        up: (3,) by which all of the world is moved.
        still: one camera, and the root bone moves; else the root rests and there is a camera for each frame.
    """
    pace = scene.pace
    lens = scene.collection.problem.lens
    ways, poses = interpolated(solved, np.arange(count), path(state.cameras, pace), state.poses)
    # All crops are of one picture: in any of them the camera is the same.
    typical = pace[torch.zeros(1, dtype=torch.long)]
    cameras = cameras_of(ways, typical)
    matrices = views.matrices(cameras, lens[:1].expand(count, 3)).numpy().astype(np.float64)
    motions = bone_matrices(body, state.shape, poses).numpy().astype(np.float64)
    if still:
        lean = ways[:, 1:3]
        true_to = int((lean - lean.median(dim=0).values).square().sum(1).argmin())
        moved = matrices[true_to] @ np.linalg.inv(matrices)
        motions = (moved[:, None] @ _square(motions))[..., :3, :]
        matrices = matrices[true_to : true_to + 1]
    # The same about joints that lie higher: x -> R (x - up) + t + up.
    motions[..., 3] += up - motions[..., :3] @ up
    matrices[:, :3, 3] += up
    return motions, matrices


def _square(motions: np.ndarray) -> np.ndarray:
    """(..., 3, 4) -> (..., 4, 4)"""
    row = np.broadcast_to(np.array([[0.0, 0.0, 0.0, 1.0]]), (*motions.shape[:-2], 1, 4))
    return np.concatenate([motions, row], axis=-2)
