# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From points of the surface to flat patterns, without UVs."""

from __future__ import annotations

import dataclasses
import math

import torch

from .draw import Draw
from .layer import Place
from .noise import hashed


@dataclasses.dataclass(frozen=True)
class Flat:
    """Box-mapped coordinates: each point is projected along the axis that its smooth normal is closest to."""

    u: torch.Tensor
    """(M,) to the right."""
    v: torch.Tensor
    """(M,) up on sides (so courses run around the object), to the back on top and bottom."""
    face: torch.Tensor
    """(M,) int64, 0 .. 5: which side of the box."""

    @property
    def uv(self) -> torch.Tensor:
        """(M, 2), faces moved far apart so that they do not repeat each other."""
        return torch.stack([self.u + 17.3 * self.face, self.v], dim=-1)


def box(place: Place, draw: Draw, turn: float = 0.0) -> Flat:
    """Box mapping with a random offset; ``turn`` radians rotates the pattern on every face."""
    x, y, z = place.position.unbind(-1)
    size = place.normal.abs()
    axis = size.argmax(-1)
    positive = place.normal.gather(-1, axis[:, None])[:, 0] > 0
    side = torch.where(positive, 1.0, -1.0)
    u = torch.where(axis == 0, y * side, torch.where(axis == 1, -x * side, x))
    v = torch.where(axis == 2, y, z)
    if turn:
        u, v = u * math.cos(turn) - v * math.sin(turn), u * math.sin(turn) + v * math.cos(turn)
    return Flat(u + draw.uniform(-1, 1), v + draw.uniform(-1, 1), axis * 2 + positive)


@dataclasses.dataclass(frozen=True)
class Grid:
    """Where a point lies in a grid of rectangles."""

    x: torch.Tensor
    """(M,) in [-0.5, 0.5] from the middle of the rectangle, in its widths."""
    y: torch.Tensor
    """(M,) the same in its heights."""
    identity: torch.Tensor
    """(M,) int64, for ``noise.per_cell``."""
    column: torch.Tensor
    row: torch.Tensor
    edge: torch.Tensor
    """(M,) distance to the nearest edge in object units."""


def grid(flat: Flat, width: float, height: float, stagger: float = 0.0) -> Grid:
    """Rectangles of width x height (object units); each row is moved by ``stagger`` widths against the last."""
    v = flat.v / height
    row = torch.floor(v)
    u = flat.u / width + (row * stagger if stagger else 0.0)
    column = torch.floor(u)
    x, y = u - column - 0.5, v - row - 0.5
    edge = torch.minimum((0.5 - x.abs()) * width, (0.5 - y.abs()) * height)
    return Grid(x, y, hashed(column, row, flat.face), column, row, edge)


def hexagons(flat: Flat, size: float) -> Grid:
    """Hexagons whose centres are ``size`` apart; edge is the distance to the hexagon's border."""
    rows = size * math.sqrt(3)
    best = None
    for shift in (0.0, 0.5):
        column, row = torch.round(flat.u / size - shift), torch.round(flat.v / rows - shift)
        x, y = flat.u - (column + shift) * size, flat.v - (row + shift) * rows
        found = torch.stack([x, y, column * 2 + 2 * shift, row * 2 + 2 * shift])
        if best is None:
            best = found
        else:
            best = torch.where((x.square() + y.square() < best[0].square() + best[1].square())[None], found, best)
    x, y, column, row = best
    across = torch.maximum(x.abs(), x.abs() * 0.5 + y.abs() * (math.sqrt(3) / 2))
    return Grid(x / size, y / size, hashed(column, row, flat.face), column, row, size / 2 - across)


@dataclasses.dataclass(frozen=True)
class Shingle:
    """The topmost of overlapping shingles (scales, feathers, roof tiles) at each point."""

    x: torch.Tensor
    """(M,) across it, -0.5 .. 0.5."""
    y: torch.Tensor
    """(M,) along it from its tip (0) to where the next row covers it (about 1)."""
    edge: torch.Tensor
    """(M,) distance to its outline in widths, 0 at the outline."""
    identity: torch.Tensor


def shingles(flat: Flat, width: float, length: float, roundness: float = 0.5, point: float = 2.0) -> Shingle:
    """Rows of shingles that hang down (-v), each row over the one below it, staggered by half a width.

    ``length`` is the visible length of a row in object units; the tip is ``roundness`` rows high, an ellipse for a
    ``point`` of 2, a triangle for 1.
    """
    v = flat.v / length
    base = torch.floor(v)
    chosen = None
    # The row above reaches down over this one by the round tips: try it first, else this row's own shingle shows.
    for above in (1, 0):
        row = base + above
        u = flat.u / width + 0.5 * (row % 2)
        column = torch.floor(u)
        x = u - column - 0.5
        tip = row - roundness * (1 - (2 * x.abs()) ** point).clamp_min(0) ** (1 / point)
        y = v - tip
        face = hashed(column, row, flat.face)
        if chosen is None:
            inside = y >= 0
            chosen = (x, y, y * length / width, face)
        else:
            chosen = tuple(torch.where(inside, a, b) for a, b in zip(chosen, (x, y, y * length / width, face)))
    return Shingle(chosen[0], chosen[1], chosen[2], chosen[3])
