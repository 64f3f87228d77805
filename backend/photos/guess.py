# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Other ways to see the same outline: seen from behind instead of the front, left and right legs exchanged."""

from __future__ import annotations

import torch

from .body import Body, mirrored_rotations
from .fit import State


def turned_round(body: Body, state: State) -> State:
    """What has nearly the same outlines when near and far are exchanged."""
    cameras = state.cameras.clone()
    cameras[:, 0] = torch.pi - cameras[:, 0]
    cameras[:, 1] = cameras[:, 1].clamp_min(0.1)
    cameras[:, 2] = -cameras[:, 2]
    return State(cameras, mirrored_rotations(state.poses[:, body.twin_bone]), state.shape)


def legs_exchanged(body: Body, state: State, legs: torch.Tensor) -> State:
    """With the poses of both sides exchanged for the bones ``legs`` (B,) bool."""
    other = mirrored_rotations(state.poses[:, body.twin_bone])
    return State(state.cameras, torch.where(legs[:, None], other, state.poses), state.shape)


def joined(states: list[State]) -> State:
    """All guesses of each picture one after another: (P * K, ...), picture by picture."""
    cameras = torch.stack([state.cameras for state in states], dim=1).flatten(0, 1)
    return State(cameras, torch.stack([state.poses for state in states], dim=1).flatten(0, 1), states[0].shape)
