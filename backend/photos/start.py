# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a fit starts: thousands of random animals are looked at from everywhere, those whose outline is most like a
photo's give it its first cameras and poses."""

from __future__ import annotations

import typing

import torch

from . import views
from .body import Body, Shape, of_vertices, posed
from .habits import random_poses, random_shapes

SIZE = 32
"""Pixels at which outlines are compared."""
INNER = 28
"""Pixels of an outline's longer side."""
POINTS = 1400
"""Vertices that make an outline: so many leave no gaps at that size."""
CHUNK = 400
DISTANCE = 6.0
LOWEST, HIGHEST = -0.1, 0.6
"""Elevations, radians."""


def guesses(
    body: Body,
    shape: Shape,
    spread: torch.Tensor,
    masks: torch.Tensor,
    lens: torch.Tensor,
    count: int,
    best: int,
    part: float,
    generator: torch.Generator,
    on_step: typing.Callable[[float], None] = lambda fraction: None,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Cameras (P, best, 6), poses (P, best, B, 3) and likeness (P, best) of the best guesses for masks (P, S, S).

    Of ``count`` random animals whose shapes vary by ``part`` around one; best ones look from different sides.
    """
    wanted = _outlines(*_places_of(masks))[0]
    scores, cameras, poses = [], [], []
    few = torch.randperm(len(body.vertices), generator=generator)[:POINTS]
    small, small_shape = body.only(few), of_vertices(shape, few)
    typical = lens.mean(dim=0).expand(CHUNK, 3)
    for start in range(0, count, CHUNK):
        on_step(start / count)
        pose = random_poses(spread, CHUNK, generator)
        shapes = random_shapes(small, small_shape, CHUNK, part, generator)
        camera = torch.zeros(CHUNK, views.COUNT)
        camera[:, 0] = 2 * torch.pi * torch.rand(CHUNK, generator=generator)
        camera[:, 1] = LOWEST + (HIGHEST - LOWEST) * torch.rand(CHUNK, generator=generator)
        camera[:, 2] = 0.05 * torch.randn(CHUNK, generator=generator)
        camera[:, 5] = torch.log(torch.tensor(DISTANCE))
        places, _ = views.seen(camera, typical, posed(small, shapes, pose)[0])
        outline, _, _ = _outlines(places, torch.ones(places.shape[:2]))
        common = outline.flatten(1) @ wanted.flatten(1).T
        union = outline.flatten(1).sum(dim=1)[:, None] + wanted.flatten(1).sum(dim=1) - common
        scores.append(common / union)
        cameras.append(camera)
        poses.append(pose)
    score, camera, pose = torch.cat(scores), torch.cat(cameras), torch.cat(poses)
    chosen = torch.stack([_apart(score[:, i], camera[:, 0], best) for i in range(len(masks))])
    found = _aligned(small, small_shape, camera[chosen], pose[chosen], masks, lens)
    return found, pose[chosen], score.T.gather(1, chosen)


def _aligned(
    body: Body, shape: Shape, cameras: torch.Tensor, poses: torch.Tensor, masks: torch.Tensor, lens: torch.Tensor
) -> torch.Tensor:
    """Cameras (P, K, 6) moved, for poses (P, K, B, 3) of this very shape, until its box is that of the mask."""
    _, middle, side = _outlines(*_places_of(masks))
    result = cameras.clone()
    for number in range(cameras.shape[1]):
        camera = result[:, number]
        for _ in range(2):  # perspective changes with the distance
            places, _ = views.seen(camera, lens, posed(body, shape, poses[:, number])[0])
            low, high = places.amin(dim=1), places.amax(dim=1)
            scale = side / (high - low).amax(dim=1)
            camera[:, 3:5] = middle + (camera[:, 3:5] - (low + high) / 2) * scale[:, None]
            camera[:, 5] -= scale.log()
    return result


def _apart(score: torch.Tensor, azimuth: torch.Tensor, count: int) -> torch.Tensor:
    """Numbers (count,) of the best scores (N,), the first half of them from different sides (sixths of the circle)."""
    order = torch.argsort(score, descending=True)[: 40 * count].tolist()
    sector = (azimuth * (6 / (2 * torch.pi))).long().tolist()
    taken, sides = [], set()
    for one in order:
        if sector[one] not in sides and len(taken) < (count + 1) // 2:
            taken.append(one)
            sides.add(sector[one])
    taken += [one for one in order if one not in taken][: count - len(taken)]
    return torch.tensor(taken)


def _places_of(masks: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Pixels (P, N, 2) of masks (P, S, S) within -1 to 1, and which of them (P, N) are covered."""
    size = masks.shape[-1]
    line = (torch.arange(size) + 0.5) * 2 / size - 1
    grid = torch.stack(torch.meshgrid(line, line, indexing="xy"), dim=-1).reshape(1, -1, 2)
    return grid.expand(len(masks), -1, 2), (masks > 0.5).flatten(1).float()


def _outlines(places: torch.Tensor, there: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Outlines (N, SIZE, SIZE) of points (N, M, 2) that are there (N, M), middle (N, 2) and longer side of boxes."""
    big = 1e9 * (1 - there)[..., None]
    low, high = (places + big).amin(dim=1), (places - big).amax(dim=1)
    middle, side = (low + high) / 2, (high - low).amax(dim=1)
    pixel = (places - middle[:, None]) * (INNER / side)[:, None, None] + SIZE / 2
    index = pixel.floor().long().clamp(0, SIZE - 1)
    flat = index[..., 1] * SIZE + index[..., 0]
    canvas = torch.zeros(len(places), SIZE * SIZE).scatter_reduce(1, flat, there, "amax")
    canvas = canvas.reshape(-1, 1, SIZE, SIZE)
    closed = torch.nn.functional.max_pool2d(canvas, 3, 1, 1)
    closed = -torch.nn.functional.max_pool2d(-closed, 3, 1, 1)
    return torch.maximum(canvas, closed)[:, 0], middle, side
