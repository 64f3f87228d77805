# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Vectorised noise for solid textures: random waves (instead of Perlin's lattice) and Worley's cells.

All of it is float32 torch on the device of the points, seeded by a ``Draw``, and quick on one core.
"""

from __future__ import annotations

import dataclasses
import itertools
import math

import torch

from .draw import Draw
from .layer import Place

_TABLE = 1024

FINEST = 13.0
"""Cycles per unit length of the finest octave worth adding: about five pixels of a 128 px picture. Finer ones would
only beat with the pixels."""


def waves(
    points: torch.Tensor,
    draw: Draw,
    frequency: float,
    octaves: int = 1,
    gain: float = 0.5,
    stretch: tuple[float, float, float] = (1.0, 1.0, 1.0),
    outputs: int = 1,
    count: int = 16,
    spread: float = 1.0,
) -> torch.Tensor:
    """Smooth Gaussian noise of unit variance: a sum of ``count`` random plane waves for each octave.

    Spectral synthesis is used rather than Perlin's gradient noise because it is one matrix product and one sine for all
    octaves, has no lattice directions and no energy beyond its highest frequency, so it does not alias.

    points (M, 3); frequency in cycles per unit length of the first octave, later ones double it with amplitude * gain;
    stretch > 1 draws the features out along that axis; spread is the width of an octave's band in octaves (the zero set
    of a narrow band is a labyrinth). Returns (M,), or (M, outputs) independent noises if outputs > 1.
    """
    octaves = max(1, min(octaves, 1 + math.floor(math.log2(FINEST / frequency)))) if frequency < FINEST else 1
    octave = torch.arange(octaves, device=points.device)[:, None]
    # Directions spread evenly over a half sphere (Fibonacci), turned at random in each octave: few waves with random
    # directions would show as a grid of stripes.
    index = torch.arange(count, device=points.device) + 0.5
    z = 1 - index / count
    angle = math.pi * (1 + math.sqrt(5)) * index
    even = torch.stack([(1 - z * z).sqrt() * torch.cos(angle), (1 - z * z).sqrt() * torch.sin(angle), z], dim=-1)
    turns = torch.linalg.qr(draw.randn(octaves, 3, 3))[0]
    band = 2.0 ** (spread * (draw.rand(octaves, count) - 0.5) + octave)
    vectors = (even @ turns * band[..., None]).reshape(-1, 3) * (2 * math.pi * frequency)
    vectors = vectors / torch.tensor(stretch, device=points.device)
    amplitude = (float(gain) ** octave).expand(-1, count).reshape(-1, 1)
    phase = draw.rand(octaves * count) * (2 * math.pi)
    # Several outputs share the waves with random weights, which keeps it one matrix product.
    weights = amplitude if outputs == 1 else amplitude * draw.randn(octaves * count, outputs)
    weights = torch.nn.functional.normalize(weights, dim=0) * math.sqrt(2)
    found = torch.sin(torch.addmm(phase, points, vectors.t())) @ weights
    return found[:, 0] if outputs == 1 else found


def warp(points: torch.Tensor, draw: Draw, frequency: float, amount: float, octaves: int = 1) -> torch.Tensor:
    """(M, 3) points moved by smooth noise with a standard deviation of ``amount``."""
    return points + amount * waves(points, draw, frequency, octaves, outputs=3, count=12)


@dataclasses.dataclass(frozen=True)
class Cells:
    """Worley's cells, in units of one cell."""

    nearest: torch.Tensor
    """(M,) distance to the nearest feature point."""
    second: torch.Tensor
    """(M,) distance to the second nearest."""
    identity: torch.Tensor
    """(M,) int64 in [0, 1024): which cell, for ``per_cell``."""
    offset: torch.Tensor
    """(M, 2 or 3) from the nearest feature point to the point."""

    @property
    def border(self) -> torch.Tensor:
        """(M,) 0 on the borders between cells, growing inwards to about half a cell."""
        return (self.second - self.nearest) * 0.5


def cells(place: Place, points: torch.Tensor, draw: Draw, size: float = 1.0, jitter: float = 1.0) -> Cells:
    """Feature points jittered in a grid of 2 or 3 dimensions (Worley, "A cellular texture basis function", 1996).

    points (M, 2) or (M, 3), made from the place's; size: edge of a grid cell; jitter 0 is a regular grid. The place's
    own points look at all 9 or 27 cells around them; their neighbours, which are only ``layer.STEP`` away, choose
    between the two feature points that these found.
    """
    dimensions = points.shape[1]
    scaled = points / size
    corner = torch.floor(scaled[: place.count])
    inside = (scaled[: place.count] - corner).t().contiguous()
    grid = corner.to(torch.int32)
    primes = (374761393, 668265263, 1274126177)
    key = sum(grid[:, axis] * primes[axis] for axis in range(dimensions)) + draw.integer(1 << 30)
    table = (draw.rand(dimensions, _TABLE) - 0.5) * jitter + 0.5
    first = torch.full_like(inside[0], 1e9)
    second = first.clone()
    first_code, second_code = torch.zeros_like(key), torch.zeros_like(key)
    for number, steps in enumerate(itertools.product((-1, 0, 1), repeat=dimensions)):
        shift = sum(step * prime for step, prime in zip(steps, primes)) % (1 << 32)
        code = key + (shift - (1 << 32) if shift >= 1 << 31 else shift)
        code = (code ^ (code >> 13)) * 1103515245
        code = (code >> 16).bitwise_and_(_TABLE - 1)
        square = None
        for axis, step in enumerate(steps):
            apart = table[axis][code].add_(step).sub_(inside[axis])
            square = apart.square_() if square is None else square.addcmul_(apart, apart)
        code = code + _TABLE * number
        closer = square < first
        second_code = torch.where(closer, first_code, torch.where(square < second, code, second_code))
        first_code = torch.where(closer, code, first_code)
        second = torch.minimum(second, torch.maximum(first, square))
        first = torch.minimum(first, square)
    steps = torch.tensor(list(itertools.product((-1, 0, 1), repeat=dimensions)), device=points.device)

    def away(code: torch.Tensor) -> torch.Tensor:
        """(groups, N, dimensions) from a feature point of each of the place's points to it and to its neighbours."""
        feature = corner + steps[(code // _TABLE).long()] + table.t()[(code % _TABLE).long()]
        return scaled.view(-1, place.count, dimensions) - feature

    one, two = away(first_code), away(second_code)
    near, far = one.norm(dim=-1), two.norm(dim=-1)
    swap = far < near
    identity = torch.where(swap, second_code, first_code) % _TABLE
    offset = torch.where(swap[..., None], two, one)
    return Cells(
        torch.minimum(near, far).reshape(-1),
        torch.maximum(near, far).reshape(-1),
        identity.reshape(-1).long(),
        offset.reshape(-1, dimensions),
    )


def per_cell(identity: torch.Tensor, draw: Draw, channels: int = 1) -> torch.Tensor:
    """(M,) or (M, channels) uniform random numbers in [0, 1) that are constant in each cell."""
    table = draw.rand(_TABLE, channels)
    found = table.index_select(0, identity)
    return found[:, 0] if channels == 1 else found


def hashed(*indices: torch.Tensor) -> torch.Tensor:
    """(M,) int64 in [0, 1024) from integer grid indices, for ``per_cell``."""
    key = torch.zeros_like(indices[0], dtype=torch.int32)
    for index, prime in zip(indices, (374761393, 668265263, 1274126177)):
        key = key + index.to(torch.int32) * prime
    key = (key ^ (key >> 13)) * 1103515245
    return (key >> 16).bitwise_and(_TABLE - 1).long()
