# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random parameters from one seed, with a band that training never sees.

Every range of a parameter is split in three: training draws from its lower and its upper part, seeds from ``HELD_OUT``
on draw from the gap in the middle. So a held-out seed gives a material whose scale, orientation, hue, ... no training
picture has, although they lie inside what training covers.
"""

from __future__ import annotations

import math

import torch

HELD_OUT = 1_000_000
"""Seeds from here on draw from the held-out band."""

GAP = (0.42, 0.58)
"""The held-out part of every range, as fractions of it."""


class Draw:
    """One stream of random numbers. The same seed and stream give the same numbers on every device."""

    def __init__(self, seed: int, stream: int = 0, device: torch.device | str = "cpu"):
        self.held_out = seed >= HELD_OUT
        self.device = torch.device(device)
        self._seed = seed
        # Generators with neighbouring seeds are correlated in their first numbers: spread the seeds over 63 bits.
        self._generator = torch.Generator().manual_seed((seed * 64 + stream) * 0x9E3779B97F4A7C15 % (1 << 63))

    def fork(self, stream: int) -> Draw:
        """Another stream of the same seed, so that one part of a look can change without moving the others."""
        return Draw(self._seed, stream, self.device)

    def _unit(self) -> float:
        value = float(torch.rand((), generator=self._generator))
        low, high = GAP
        if self.held_out:
            return low + (high - low) * value
        value *= 1 - (high - low)
        return value if value < low else value + (high - low)

    def uniform(self, low: float, high: float) -> float:
        """A parameter between low and high, from the band this seed may see."""
        return low + (high - low) * self._unit()

    def log_uniform(self, low: float, high: float) -> float:
        return math.exp(self.uniform(math.log(low), math.log(high)))

    def integer(self, count: int) -> int:
        """0 .. count - 1, without a band."""
        return int(torch.randint(count, (), generator=self._generator))

    def chance(self, probability: float) -> bool:
        return float(torch.rand((), generator=self._generator)) < probability

    def rand(self, *shape: int) -> torch.Tensor:
        """Plain uniform numbers in [0, 1) (phases, offsets, tables), without a band."""
        return torch.rand(*shape, generator=self._generator).to(self.device)

    def randn(self, *shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=self._generator).to(self.device)

    def direction(self) -> torch.Tensor:
        """(3,) uniform unit vector."""
        return torch.nn.functional.normalize(self.randn(3), dim=0)

    def rotation(self, tilt: float = math.pi) -> torch.Tensor:
        """(3, 3) rotation: any turn around Z, then Z leaning by at most ``tilt`` radians."""
        turn, lean, towards = (
            self.uniform(0, 2 * math.pi),
            self.uniform(0, tilt),
            self.uniform(0, 2 * math.pi),
        )
        axis = torch.tensor([math.cos(towards), math.sin(towards), 0.0])
        return (_rotation(axis, lean) @ _rotation(torch.tensor([0.0, 0.0, 1.0]), turn)).to(self.device)


def _rotation(axis: torch.Tensor, angle: float) -> torch.Tensor:
    """(3, 3) rotation about a unit axis (Rodrigues)."""
    x, y, z = axis.tolist()
    cross = torch.tensor([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return torch.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * cross @ cross
