# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Of many guesses for each frame the chain that explains the frames and moves least: no frame is seen from the other
side, no leg changes places with its twin from one frame to the next. Found by Viterbi's algorithm."""

from __future__ import annotations

import torch

from ..photos import bank, guess
from ..photos.fit import OnStep, Problem, State, Weights, solve
from ..photos.solve import OVERLAP, UNLIKE, Collection
from . import heading
from .motion import SPREAD, Calm, Pace, path

STEPS = {"first": 15, "try": 35}
"""Of all guesses, then of the KEPT best ones of each frame."""
KEPT = 6
FAR = 60.0
"""Squared change above which it no longer matters how far a camera jumps."""


def best_chain(
    collection: Collection,
    problem: Problem,
    guesses: list[State],
    weights: Weights,
    pace: Pace,
    calm: Calm,
    generator: torch.Generator,
    told: OnStep = lambda done, state: None,
) -> State:
    """Of K guesses for all P frames: all take some steps, the best go on, the best chain of these is taken."""
    frames = len(collection.photos)
    state, energy = guess.joined(guesses), torch.zeros(0)
    for stage, part, kept in (("first", 0.6, KEPT), ("try", 0.4, KEPT)):
        count = len(state.cameras) // frames
        frame, first = torch.arange(frames).repeat_interleave(count), torch.arange(frames) * count
        begin = 0.0 if stage == "first" else 0.6
        state, energy = solve(
            problem[frame], state, weights, STEPS[stage], shape=False, generator=generator,
            on_step=lambda done, now: told(begin + part * done, now[first]),  # noqa: B023 (called in this round)
        )  # fmt: skip
        if problem.bank is not None:
            unlike = bank.unlike(problem[frame], state, collection.features, collection.masks, frame)
            energy = energy + OVERLAP * unlike[:, 0] + UNLIKE * unlike[:, 1]
        guessed = state.cameras.reshape(frames, count, -1)
        # Before the others go: of frames whose outlines deceive, the right side may not be among the best.
        going = heading.velocity(guessed, problem.lens, pace.times)
        energy = energy.reshape(frames, count) + calm.heading * heading.against(guessed[..., 0], going)
        best = energy.topk(min(kept, count), dim=1, largest=False).indices
        state, energy = state[(best + first[:, None]).flatten()], energy.gather(1, best)
    count = energy.shape[1]
    chosen = chain(energy, changes(state, problem, pace, calm, count))
    found = state[torch.arange(frames) * count + chosen]
    cameras = found.cameras.clone()
    cameras[:, 0] = unwrapped(cameras[:, 0])
    return State(cameras, found.poses, found.shape)


def changes(state: State, problem: Problem, pace: Pace, calm: Calm, count: int) -> torch.Tensor:
    """(P - 1, K, K): what it costs to go from each guess of a frame to each of the next."""
    frames = len(pace.half)
    ways = torch.stack([path(part, pace) for part in state.cameras.reshape(frames, count, -1).unbind(1)], dim=1)
    poses = (state.poses[:, 1:] / problem.spread[1:].clamp_min(0.02)).reshape(frames, count, -1)
    gap = ways[1:, None] - ways[:-1, :, None]
    turn = (gap[..., :1] + torch.pi) % (2 * torch.pi) - torch.pi
    gap = torch.cat((turn, gap[..., 1:]), dim=-1) / gap.new_tensor(SPREAD)
    steps = pace.steps[:, None, None]
    camera = gap.square().sum(-1) / steps
    pose = (poses[1:, None] - poses[:-1, :, None]).square().mean(-1)
    return calm.camera_jump * camera.clamp_max(FAR) + calm.pose_jump * pose


def chain(costs: torch.Tensor, changes: torch.Tensor) -> torch.Tensor:
    """(P,) int64: which of K guesses to take for each frame, so that costs (P, K) and changes (P - 1, K, K) are the
    least in sum."""
    total, came = costs[0], []
    for cost, change in zip(costs[1:], changes, strict=True):
        least, where = (total[:, None] + change).min(dim=0)
        total = least + cost
        came.append(where)
    at = int(total.argmin())
    result = [at]
    for where in reversed(came):
        at = int(where[at])
        result.append(at)
    return torch.tensor(result[::-1])


def unwrapped(angles: torch.Tensor) -> torch.Tensor:
    """Angles (P,), each less than half a turn from the one before."""
    steps = (angles.diff() + torch.pi) % (2 * torch.pi) - torch.pi
    return torch.cat((angles[:1], angles[:1] + steps.cumsum(0)))
