# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a four-legged animal's bones turn, and how its kind varies: for random animals, and to keep fits sensible."""

from __future__ import annotations

import torch

from .body import Body, Shape, symmetric

TURNS = {
    "Root": (0.0, 0.0, 0.0), "Spine": (0.1, 0.05, 0.08), "Neck": (0.4, 0.1, 0.25), "Head": (0.35, 0.1, 0.25),
    "Tail": (0.5, 0.1, 0.3), "Ear": (0.15, 0.1, 0.1), "Shoulder": (0.25, 0.04, 0.04), "UpperArm": (0.45, 0.12, 0.06),
    "Forearm": (0.5, 0.05, 0.04), "Hand": (0.5, 0.05, 0.04), "FrontToes": (0.3, 0.03, 0.03),
    "Pelvis": (0.12, 0.03, 0.03), "Thigh": (0.4, 0.12, 0.06), "Shin": (0.4, 0.05, 0.04), "Foot": (0.4, 0.05, 0.04),
    "BackToes": (0.3, 0.03, 0.03),
}  # fmt: skip
"""Standard deviations in radians about left (nodding and striding), backward and up."""
LENGTHS = {"Neck": 0.4, "Tail": 0.45, "Ear": 0.4}
WIDTHS = {"Neck": 0.3, "Tail": 0.5, "Ear": 0.5}
"""Standard deviations of logarithms of lengths and widths, where kinds differ much."""
LENGTH, WIDTH, BEND = 0.2, 0.22, 0.25
"""The same of other bones, and of the radians of the pose that all pictures share, about the left."""


def turn_spread(body: Body) -> torch.Tensor:
    """(B, 3)"""
    return torch.tensor([TURNS[stem] for stem in body.stems])


def length_spread(body: Body) -> torch.Tensor:
    """(B,)"""
    return torch.tensor([LENGTHS.get(stem, LENGTH) for stem in body.stems])


def width_spread(body: Body) -> torch.Tensor:
    """(B,)"""
    return torch.tensor([WIDTHS.get(stem, WIDTH) for stem in body.stems])


def random_poses(spread: torch.Tensor, count: int, generator: torch.Generator) -> torch.Tensor:
    """(count, B, 3)"""
    return spread * torch.randn((count, *spread.shape), generator=generator)


def random_shapes(body: Body, near: Shape, count: int, part: float, generator: torch.Generator) -> Shape:
    """Shapes around one, by ``part`` of what the kind varies."""
    bones = len(body.parents)
    lengths, widths = (
        part * spread * torch.randn((count, bones), generator=generator)
        for spread in (length_spread(body), width_spread(body))
    )
    lengths[:, 0] = widths[:, 0] = 0.0  # the root, that the animal stands on
    return symmetric(body, Shape(near.lengths + lengths, near.widths + widths, near.bends, near.offsets))
