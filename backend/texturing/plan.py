# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of everything a preset takes."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Round:
    """Random views under random lights, painted again from how the texture looks by then."""

    shots: int
    strength: float
    """Share of noise, 0 to 1: falling from round to round, from content to refinement."""
    fit: int
    """Steps of fitting afterwards."""


@dataclasses.dataclass(frozen=True)
class Plan:
    views: int
    """Of the first pictures, each under every one of ``lights``."""
    lights: int
    fit: int
    """Steps of fitting to the first pictures."""
    rounds: tuple[Round, ...]
    close_ups: int
    zoom: float
    """How much closer these are."""
    close_up_strength: float
    close_up_fit: int
    """Steps of fitting to these and all the rest."""
    steps: int
    """Of denoising for each picture."""
    batch: int = 8192
    """Pixels in a step of fitting."""
    rate: float = 0.2


PLANS = {
    "draft": Plan(
        views=4, lights=2, fit=120, rounds=(Round(4, 0.5, 120),),
        close_ups=0, zoom=2.5, close_up_strength=0.3, close_up_fit=0,
        steps=10, batch=4096,
    ),
    "standard": Plan(
        views=6, lights=3, fit=200, rounds=(Round(8, 0.6, 100), Round(8, 0.4, 150)),
        close_ups=12, zoom=2.5, close_up_strength=0.3, close_up_fit=150,
        steps=16,
    ),
    "high": Plan(
        views=8, lights=4, fit=300, rounds=(Round(12, 0.7, 150), Round(12, 0.55, 150), Round(12, 0.4, 300)),
        close_ups=32, zoom=3.0, close_up_strength=0.35, close_up_fit=300,
        steps=30,
    ),
}  # fmt: skip

PICTURE, LOOK = 0.1, 0.5
"""Seconds of a denoising step, and of preparing a view, with the starter on one processor core."""
STEP, PIXEL = 0.02, 8e-6
"""Seconds of a step of fitting, and of each pixel in it."""


def shares(plan: Plan, rounds: bool = True, close_ups: bool = True) -> dict[str, float]:
    """Parts of the time that the stages take, for the progress bar: as measured with the starter."""
    fitting = STEP + PIXEL * plan.batch
    again = sum(item.shots * (LOOK + item.strength * plan.steps * PICTURE) + item.fit * fitting for item in plan.rounds)
    near = plan.close_ups * (2 * LOOK + plan.close_up_strength * plan.steps * PICTURE) + plan.close_up_fit * fitting
    seconds = {
        "prepare": (plan.views + 1) * LOOK,
        "paint": plan.views * plan.lights * plan.steps * PICTURE,
        "fit": plan.fit * fitting,
        "rounds": again if rounds else 0.0,
        "detail": near if close_ups else 0.0,
    }
    return {name: value / sum(seconds.values()) for name, value in seconds.items()}
