# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a clip knows that a heap of photos does not: its frames follow each other, and pictures of them flow."""

from __future__ import annotations

import dataclasses

import numpy as np
import torch

from ..photos import views
from ..photos.body import Body, of_vertices, posed, symmetric
from ..photos.collect import Photo
from ..photos.fit import Problem, State
from ..raster import gbuffer
from .flow import both_ways

SEEN_SIZE = 96
"""Pixels at which it is decided which vertices a frame shows."""
POINTS = 400
"""Vertices that follow the flow."""
REACH = 0.08
"""Halves of a crop by which a vertex may miss its flow, from which it no longer pulls."""
SURE = 0.3
"""Of a flow, below which it does not count."""


@dataclasses.dataclass(frozen=True)
class Pace:
    """Where the crops of P frames lie, and when, so that what happens in them can be compared."""

    middle: torch.Tensor
    """(P, 2) pixels of the frames."""
    half: torch.Tensor
    """(P, 1) of the crops' sides, in those pixels."""
    unit: float
    """Mean of these."""
    steps: torch.Tensor
    """(P - 1,) frames of the clip from one to the next."""

    def __getitem__(self, index: torch.Tensor) -> Pace:
        return Pace(self.middle[index], self.half[index], self.unit, self.times[index].diff())

    @property
    def times(self) -> torch.Tensor:
        """(P,) frames of the clip since the first of these."""
        return torch.cat((torch.zeros(1), self.steps.cumsum(0)))

    def on_frame(self, places: torch.Tensor) -> torch.Tensor:
        """Places (P, ..., 2) in crops -> places on the frame, in units of the mean crop's half side."""
        shape = (-1, *(1,) * (places.dim() - 2), 2)
        return (self.middle.reshape(shape) + places * self.half.expand(-1, 2).reshape(shape)) / self.unit

    def in_crops(self, places: torch.Tensor) -> torch.Tensor:
        """The way back, of places (P, 2)."""
        return (places * self.unit - self.middle) / self.half


def pace_of(photos: list[Photo], frames: np.ndarray) -> Pace:
    """Of crops of the frames (P,) of a clip."""
    half = torch.tensor([[photo.side / 2] for photo in photos])
    corner = torch.tensor([photo.corner for photo in photos])
    steps = torch.tensor(np.diff(frames), dtype=torch.float32)
    return Pace(corner + half, half, float(half.mean()), steps)


def path(cameras: torch.Tensor, pace: Pace) -> torch.Tensor:
    """(P, 6): cameras whose third pair is a place on the frame, so that neighbours can be compared."""
    return torch.cat((cameras[:, :3], pace.on_frame(cameras[:, 3:5]), cameras[:, 5:]), dim=1)


def cameras_of(way: torch.Tensor, pace: Pace) -> torch.Tensor:
    """The way back from :func:`path`."""
    return torch.cat((way[:, :3], pace.in_crops(way[:, 3:5]), way[:, 5:]), dim=1)


@dataclasses.dataclass(frozen=True)
class Calm:
    """Weights of what moves unevenly. Speeds are for each frame, jerks for each frame and frame; jumps are between
    guesses that may follow each other."""

    pose_jump: float = 4e-3
    camera_jump: float = 2e-4
    heading: float = 0.03
    """Of an animal that goes tail first, of each frame."""
    pose_speed: float = 1e-3
    pose_jerk: float = 2e-2
    camera_speed: float = 3e-3
    camera_jerk: float = 3e-2
    level: float = 1e-3
    flow: float = 5.0
    colour: float = 0.02


SPREAD = (0.15, 0.04, 0.03, 0.3, 0.3, 0.05)
"""Of what changes in a frame's time: azimuth, elevation, roll, place on the frame, distance."""


LEAN = 0.05
"""Radians by which a frame's elevation or roll may differ from the others': a level camera on flat ground sees an
animal turn, and not tilt."""


def unrest(state: State, problem: Problem, pace: Pace, calm: Calm) -> torch.Tensor:
    """How fast and how unevenly bones turn and the camera goes, and how much the animal leans, a scalar."""
    spread = problem.spread[1:].clamp_min(0.02)
    way = path(state.cameras, pace) / state.cameras.new_tensor(SPREAD)
    lean = (state.cameras[:, 1:3] - state.cameras[:, 1:3].mean(dim=0)) / LEAN
    total = _rough(way, pace.steps, calm.camera_speed, calm.camera_jerk) + calm.level * lean.square().mean()
    return total + _rough(state.poses[:, 1:] / spread, pace.steps, calm.pose_speed, calm.pose_jerk)


def _rough(values: torch.Tensor, steps: torch.Tensor, speed: float, jerk: float) -> torch.Tensor:
    shape = (-1, *(1,) * (values.dim() - 1))
    rates = values.diff(dim=0) / steps.reshape(shape)
    total = speed * rates.square().mean()
    if len(rates) > 1:
        between = (steps[1:] + steps[:-1]).reshape(shape) / 2
        total = total + jerk * (rates.diff(dim=0) / between).square().mean()
    return total


@dataclasses.dataclass(frozen=True)
class Tracks:
    """How some vertices should go on the frame, from each frame to the next."""

    vertices: torch.Tensor
    """(N,) int64"""
    ways: torch.Tensor
    """(P - 1, N, 2) in units of the mean crop's half side."""
    sure: torch.Tensor
    """(P - 1, N) 0 where a vertex is not seen."""
    seen: torch.Tensor
    """(P, N) float32, 1 where it is."""


@dataclasses.dataclass(frozen=True)
class Flows:
    """Of all P - 1 pairs of neighbours, on whole frames (H, W)."""

    there: torch.Tensor
    """(P - 1, H, W, 2) pixels."""
    sure: torch.Tensor
    """(P - 1, H, W)"""


def flows_of(frames: list[np.ndarray], on_frame=lambda done: None) -> Flows:
    """Of frames (H, W, 4) uint8."""
    found = []
    for number in range(len(frames) - 1):
        on_frame(number / len(frames))
        found.append(both_ways(frames[number], frames[number + 1]))
    return Flows(*(torch.from_numpy(np.stack(part)) for part in zip(*found, strict=True)))


def tracks_of(
    body: Body, state: State, lens: torch.Tensor, pace: Pace, flows: Flows, generator: torch.Generator
) -> Tracks:
    """Where the flow leads the vertices that frames show, for the present state."""
    few = torch.randperm(len(body.vertices), generator=generator)[:POINTS]
    with torch.no_grad():
        points, _ = posed(body, symmetric(body, state.shape), state.poses)
        matrices = views.matrices(state.cameras, lens)
        seen = torch.zeros(len(points), len(body.vertices))
        for number, vertices in enumerate(points):
            camera = views.crop_camera(matrices[number], lens[number], SEEN_SIZE)
            faces = gbuffer.rasterize(vertices, body.triangles, camera).face
            seen[number, body.triangles[faces].flatten()] = 1.0
        places, _ = views.seen(state.cameras, lens, points[:, few])
        pixels = (pace.on_frame(places) * pace.unit)[:-1]
        height, width = flows.sure.shape[1:]
        grid = (pixels / pixels.new_tensor((width, height)) * 2 - 1)[:, :, None]
        both = torch.cat((flows.there, flows.sure[..., None]), dim=-1).permute(0, 3, 1, 2)
        values = torch.nn.functional.grid_sample(both, grid, align_corners=False)[..., 0].permute(0, 2, 1)
        sure = values[..., 2] * (values[..., 2] > SURE) * seen[:-1, few]
    return Tracks(few, values[..., :2] / pace.unit, sure, seen[:, few])


def astray(body: Body, state: State, lens: torch.Tensor, pace: Pace, tracks: Tracks) -> torch.Tensor:
    """How far vertices go other ways than the flow, a scalar: a mean of squares that level off."""
    shape = of_vertices(symmetric(body, state.shape), tracks.vertices)
    points, _ = posed(body.only(tracks.vertices), shape, state.poses)
    places = pace.on_frame(views.seen(state.cameras, lens, points)[0])
    gap = (places.diff(dim=0) - tracks.ways).square().sum(-1)
    level = gap / (1.0 + gap / (REACH * REACH))
    return (level * tracks.sure).sum() / tracks.sure.sum().clamp_min(1.0)
