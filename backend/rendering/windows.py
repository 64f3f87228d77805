# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A shot in windows that several machines paint at once, with just the result that one machine has.

What joins the frames of a shot while it is painted is little: in each step the keyframes, and the first frame, whose
background the others are matched to. All noise follows from the recipe. So a window's *guests* are the latents of
these few frames before the step: who paints them lays them into the shot's folder (``sampler.py``), and the others go
on once they are there. Keyframes' features, which are far larger, each window computes from the latents anew.

Windows begin where one machine would begin a batch: numbers in a batch of another size may round differently.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FRAMES = 24
"""Of a window, if nothing else is said. A step of one takes long beside what it costs to begin it."""


@dataclass(frozen=True)
class Window:
    """Frames of a shot by their numbers in it, from ``begin`` to the one before ``end``."""

    begin: int
    end: int

    @property
    def numbers(self) -> range:
        return range(self.begin, self.end)


@dataclass(frozen=True)
class Schedule:
    """What the frames of a shot want of each other while they are painted."""

    steps: int
    keyframes: int
    """Drawn anew for each step; 0: none."""
    match_background: bool
    """Colors of all frames are matched to the first one's, after each step but the last."""
    seed: int
    frames: int

    def chosen(self, step: int) -> list[int]:
        """The keyframes of a step."""
        return keyframes(self.keyframes, self.frames, self.seed, step) if self.keyframes else []

    def guests(self, step: int) -> set[int]:
        """Frames whose latents before a step all windows have to know. Those before the first step are noise."""
        if step == 0:
            return set()
        return {*self.chosen(step), *([0] if self.match_background else [])}


def keyframes(count: int, frames: int, seed: int, step: int) -> list[int]:
    """``count`` different frames, one at random from each of as many equal parts of the shot."""
    draw = np.random.default_rng([seed, step, 0x4B])
    edges = np.linspace(0, frames, min(count, frames) + 1).astype(int)
    return [int(draw.integers(low, high)) for low, high in itertools.pairwise(edges)]


def divided(frames: int, count: int, batch: int) -> list[Window]:
    """At most ``count`` windows of about the same length; of about FRAMES frames each if ``count`` is 0.

    Args:
        batch: frames that are predicted at a time.
    """
    batches = -(-frames // batch)
    count = min(count or -(-frames // FRAMES), batches)
    edges = [min(batches * number // count * batch, frames) for number in range(count + 1)]
    return [Window(begin, end) for begin, end in itertools.pairwise(edges)]


def reachable(schedule: Schedule, windows: Sequence[Window], done: Sequence[int], which: int) -> int:
    """Until which step the window ``which`` can go on, by the steps that all windows have done."""
    others = [pair for index, pair in enumerate(zip(windows, done, strict=True)) if index != which]
    until = done[which]
    while until < schedule.steps and all(
        steps >= until
        for window, steps in others
        if any(window.begin <= guest < window.end for guest in schedule.guests(until))
    ):
        until += 1
    return until
