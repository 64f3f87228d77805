# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the viewer of a picture stands, of a solid that is said to be in it: found by trying.

Angles, places and units are those of :mod:`..lifting.frustum`: the picture is cut so that the object's outline is in
its middle, so turn, height and lens say where everything else is.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import torch
from torch.nn import functional

from ..lifting.frustum import REACH, TANGENT
from .network import CELLS, ROOM

COARSE, FINE = 24, 40
"""Cells along each side of the frustum in which poses are compared, first and last."""
TURNS = 24
HEIGHTS = (-0.2, 0.0, 0.2)
"""Radians added to the elevation that is expected."""
KEPT = 3
"""Poses that are tried more finely."""
AT_ONCE = 32
STEPS = (
    (0.14, 0.10, 0.08, 0.08, 0.08),
    (0.07, 0.05, 0.04, 0.04, 0.04),
    (0.035, 0.025, 0.02, 0.02, 0.02),
)
"""Radians of turn and elevation, tangent, and logarithms of stretches by which the best ones are moved, in turn."""
ROUNDS = 3
"""At most so many moves with the same steps."""
POINTS = 3000
"""Of the solid whose box in the picture is found."""
DEEP = 0.5
"""Weight of what the lifter takes for solid, beside the outline's."""
DOUBT = 0.7
"""Of a score lost for each square of a radian that the elevation is not as expected."""
STRETCH = 0.2
"""Most that a solid is stretched, a logarithm."""


@dataclasses.dataclass(frozen=True)
class Frame:
    """N cameras around one solid, and how they see it."""

    turn: torch.Tensor
    """(N,) radians by which the viewer stands to the left of the object's front."""
    elevation: torch.Tensor
    """(N,) radians by which the viewer looks down."""
    tangent: torch.Tensor
    """(N,) of half the angle that the picture spans."""
    stretch: torch.Tensor
    """(N, 3) along the solid's own axes."""
    scale: torch.Tensor
    """(N,) units of the frustum for one of the solid's."""
    shift: torch.Tensor
    """(N, 2) of the picture to the right and down."""
    middle: torch.Tensor
    """(N,) depth of w = 0, in the solid's units."""

    def take(self, index: torch.Tensor) -> Frame:
        return Frame(*(getattr(self, field.name)[index] for field in dataclasses.fields(self)))


def local(points: torch.Tensor, turn: torch.Tensor, elevation: torch.Tensor) -> torch.Tensor:
    """(N, P, 3) to the right, up and away, of points (N, P, 3) or (1, P, 3) for each of N viewers."""
    x, y, z = points.unbind(-1)
    sine, cosine = turn.sin()[:, None], turn.cos()[:, None]
    x, y = cosine * x + sine * y, cosine * y - sine * x
    sine, cosine = elevation.sin()[:, None], elevation.cos()[:, None]
    return torch.stack((x, z * cosine + y * sine, y * cosine - z * sine), dim=-1)


def framed(
    points: torch.Tensor, alpha: torch.Tensor, turn: torch.Tensor, elevation: torch.Tensor, tangent: torch.Tensor,
    stretch: torch.Tensor,
) -> Frame:  # fmt: skip
    """The frames of N poses in which the box of points (P, 3) is as long and in the same place as the outline's (S, S).

    The other arguments are as in :class:`Frame`.
    """
    seen = local(points[None] * stretch[:, None], turn, elevation)
    x, up, away = seen.unbind(-1)
    middle = 0.5 * (away.amin(1) + away.amax(1))
    low, high = box(alpha)
    size, wanted = (high - low).max(), 0.5 * (low + high)
    scale = size / torch.maximum(x.amax(1) - x.amin(1), up.amax(1) - up.amin(1)).clamp_min(1e-6)
    for _ in range(4):
        wider = 1.0 + tangent[:, None] * scale[:, None] * (away - middle[:, None])
        flat = torch.stack((x, -up), dim=-1) * (scale[:, None] / wider.clamp_min(0.2))[..., None]
        least, most = flat.amin(1), flat.amax(1)
        scale = scale * size / (most - least).amax(1).clamp_min(1e-6)
    shift = wanted - 0.5 * (least + most)
    return Frame(turn, elevation, tangent, stretch, scale, shift, middle)


def box(alpha: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """(2,) and (2,): left and upper, right and lower border of an outline (S, S) that is not empty, from -1 to 1 across
    the picture."""
    size = alpha.shape[0]
    # A wire covers no pixel by half.
    covered = alpha > 0.5 * alpha.amax()
    found = [covered.any(dim=axis).nonzero().flatten() for axis in (0, 1)]
    ends = [(2.0 * float(one[0]) / size - 1.0, 2.0 * float(one[-1] + 1) / size - 1.0) for one in found]
    low, high = zip(*ends)
    return torch.tensor(low, device=alpha.device), torch.tensor(high, device=alpha.device)


def field(solid: torch.Tensor, frame: Frame, cells: int) -> torch.Tensor:
    """(N, cells, cells, cells) along v, u, w: a solid (CELLS, CELLS, CELLS) as N viewers have it behind the picture."""
    count = len(frame.turn)
    line = (torch.arange(cells, device=solid.device) + 0.5) * 2.0 / cells - 1.0
    v, u, w = torch.meshgrid(line, line, line * REACH, indexing="ij")
    places = torch.stack((u, v, w), dim=-1).reshape(1, -1, 3)
    found = to_solid(places, frame)
    grid = (found / ROOM).flip(-1).reshape(count, cells, cells, cells, 3)
    return functional.grid_sample(
        solid[None, None].expand(count, 1, -1, -1, -1), grid, mode="bilinear", align_corners=False
    )[:, 0]  # fmt: skip


def to_solid(places: torch.Tensor, frame: Frame) -> torch.Tensor:
    """(N, P, 3) points of the solid at places (1, P, 3) or (N, P, 3) of the frustum."""
    wide = [getattr(frame, name)[:, None] for name in ("turn", "elevation", "tangent", "scale", "middle")]
    turn, elevation, tangent, scale, middle = wide
    u, v, w = places.unbind(-1)
    wider = (1.0 + tangent * w) / scale
    x, up = (u - frame.shift[:, :1]) * wider, (frame.shift[:, 1:] - v) * wider
    away = w / scale + middle
    y, z = away * elevation.cos() + up * elevation.sin(), up * elevation.cos() - away * elevation.sin()
    x, y = turn.cos() * x - turn.sin() * y, turn.sin() * x + turn.cos() * y
    return torch.stack((x, y, z), dim=-1) / frame.stretch[:, None]


def to_places(points: torch.Tensor, frame: Frame) -> torch.Tensor:
    """(N, P, 3) places in the frustum of points (1, P, 3) of the solid, not stretched yet."""
    x, up, away = local(points * frame.stretch[:, None], frame.turn, frame.elevation).unbind(-1)
    w = frame.scale[:, None] * (away - frame.middle[:, None])
    flat = frame.scale[:, None] / (1.0 + frame.tangent[:, None] * w)
    return torch.stack((x * flat + frame.shift[:, :1], frame.shift[:, 1:] - up * flat, w), dim=-1)


def agreement(solid: torch.Tensor, frame: Frame, alpha: torch.Tensor, lifted: torch.Tensor, cells: int) -> torch.Tensor:
    """(N,) how well N views of a solid agree with an outline (S, S) and with what the lifter takes for solid,
    (X, X, X) along v, u, w: overlaps (intersection over union), 0 to 1 + DEEP."""
    found = field(solid, frame, cells)
    outline = functional.adaptive_avg_pool2d(alpha[None], cells)
    behind = functional.adaptive_avg_pool3d(lifted[None], cells)
    return overlap(found.amax(dim=-1), outline) + DEEP * overlap(found, behind)


def outlines(solid: torch.Tensor, frame: Frame, alpha: torch.Tensor, cells: int) -> float:
    """How much of the outlines of a solid in its frame (N = 1) and of a picture (S, S) overlap, 0 to 1."""
    shown = field(solid, frame, cells).amax(dim=-1)
    wanted = functional.adaptive_avg_pool2d(alpha[None], cells)
    return float(overlap((shown > 0.5).float(), (wanted > 0.5).float()))


def overlap(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """(N,) intersection over union of values in [0, 1], (N, ...) and (N, ...) or (1, ...)."""
    both, either = torch.minimum(one, other), torch.maximum(one, other)
    return both.flatten(1).sum(1) / either.flatten(1).sum(1).clamp_min(1e-6)


@dataclasses.dataclass(frozen=True)
class Sitting:
    """A solid, and the picture that its pose is looked for in."""

    solid: torch.Tensor
    """(CELLS, CELLS, CELLS)"""
    points: torch.Tensor
    """(P, 3) within it."""
    alpha: torch.Tensor
    """(S, S)"""
    lifted: torch.Tensor
    """(X, X, X) in [0, 1] along v, u, w."""
    elevation: float
    """Radians, as they are expected."""

    def scored(self, poses: torch.Tensor, cells: int) -> tuple[Frame, torch.Tensor]:
        """Frames and scores of poses (N, 5): turn, elevation, tangent, and logarithms of two stretches."""
        turn, elevation, tangent = poses[:, :3].unbind(1)
        wide, high = poses[:, 3:].clamp(-STRETCH, STRETCH).unbind(1)
        stretch = torch.stack((wide, -wide, high), dim=1).exp()
        frames = framed(self.points, self.alpha, turn, elevation.clamp(-1.4, 1.5), tangent.clamp(0.02, 0.6), stretch)
        parts = torch.arange(len(poses), device=poses.device).split(AT_ONCE)
        found = [agreement(self.solid, frames.take(part), self.alpha, self.lifted, cells) for part in parts]
        return frames, torch.cat(found) - DOUBT * (elevation - self.elevation).square()


def sitting(solid: torch.Tensor, alpha: torch.Tensor, lifted: torch.Tensor, elevation: float) -> Sitting:
    """Of the same, with points of what is inside; of its fullest cells where nothing is."""
    inside = (functional.max_pool3d(solid[None, None], 2)[0, 0] > 0.5).nonzero()
    if not len(inside):
        inside = (solid >= solid.amax()).nonzero() // 2
    inside = inside[:: max(1, len(inside) // POINTS)]
    return Sitting(solid, (inside + 0.5) * (4.0 * ROOM / CELLS) - ROOM, alpha, lifted, elevation)


@torch.no_grad()
def coarse(sat: Sitting) -> tuple[torch.Tensor, float]:
    """The KEPT best poses (KEPT, 5) of those all around, and the score of the first."""
    poses = torch.tensor(
        [
            (2.0 * math.pi * number / TURNS, sat.elevation + height, TANGENT, 0.0, 0.0)
            for number in range(TURNS)
            for height in HEIGHTS
        ],
        device=sat.solid.device,
    )
    _, scores = sat.scored(poses, COARSE)
    order = scores.argsort(descending=True)[:KEPT]
    return poses[order], float(scores[order[0]])


@torch.no_grad()
def refined(
    sat: Sitting, poses: torch.Tensor, report: Callable[[float], None] = lambda fraction: None
) -> tuple[Frame, float]:
    """The frame (N = 1) near one of these poses (N, 5) that agrees best, and how well."""
    _, scores = sat.scored(poses, FINE)
    count = len(poses)
    for number, steps in enumerate(STEPS):
        move = torch.tensor(steps, device=poses.device).diag()
        for moves in range(ROUNDS):
            report((number + moves / ROUNDS) / len(STEPS))
            tried = poses[:, None] + torch.cat((move, -move))
            _, found = sat.scored(tried.flatten(0, 1), FINE)
            found, index = found.reshape(count, -1).max(dim=1)
            better = found > scores
            if not better.any():
                break
            poses = torch.where(better[:, None], tried[torch.arange(count), index], poses)
            scores = torch.where(better, found, scores)
    frames, scores = sat.scored(poses, FINE)
    first = scores.argmax()
    return frames.take(first[None]), float(scores[first])
