# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each vertex looks like in the photos, and how unlike a photo a guess is that it is rendered from."""

from __future__ import annotations

import torch

from ..raster import gbuffer
from ..reconstruction.views import sample
from . import views
from .body import posed, symmetric
from .features import Features
from .fit import Problem, State

ROUNDS = 3
TYPICAL = 0.5
"""A feature's difference from which it counts half: some pictures are not yet solved rightly."""
SPREADING = 60
"""Rounds in which what is known spreads to what no picture shows."""
SIZE = 64
"""Pixels at which guesses are rendered."""


def bank_of(problem: Problem, state: State, features: Features, masks: torch.Tensor) -> torch.Tensor:
    """(V, F) robust means of features where photos show a vertex or its twin."""
    body = problem.body
    points, _ = posed(body, symmetric(body, state.shape), state.poses)
    places = views.matrices(state.cameras, problem.lens)
    size = masks.shape[-1]
    values, weights = [], []
    for number, feature in enumerate(features.values):
        camera = views.crop_camera(places[number], problem.lens[number], size)
        buffer = gbuffer.rasterize(points[number], body.triangles, camera)
        pixel, _ = views.seen(
            state.cameras[number : number + 1], problem.lens[number : number + 1], points[None, number]
        )
        pixel = (pixel[0] + 1) * size / 2
        seen = torch.zeros(len(body.vertices))
        facing = (buffer.geometric_normal * buffer.view).sum(-1)
        corners = body.triangles[buffer.face]
        seen.scatter_reduce_(0, corners.reshape(-1), facing.repeat_interleave(3), "amax")
        own = sample(feature, pixel)
        weight = seen * (sample(masks[number][..., None], pixel)[:, 0] > 0.8)
        values += [own, own[body.twin]]
        weights += [weight, weight[body.twin]]
    value, weight = torch.stack(values), torch.stack(weights)[..., None]
    trust = weight
    for _ in range(ROUNDS):
        mean = (trust * value).sum(dim=0) / trust.sum(dim=0).clamp_min(1e-6)
        trust = weight / (1.0 + (value - mean).square().sum(-1, keepdim=True) / TYPICAL**2)
    known = weight.sum(dim=0)[:, 0] > 0.1
    return _spread(body.triangles, mean, known)


def _spread(triangles: torch.Tensor, values: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """Values (V, F) where they are ``known`` (V,), elsewhere those of the neighbourhood."""
    ends = torch.cat([triangles[:, [i, (i + 1) % 3]] for i in range(3)])
    weight = known.float()[:, None]
    result = values * weight
    for _ in range(SPREADING):
        total = torch.zeros_like(result).index_add(0, ends[:, 0], result[ends[:, 1]] * (weight[ends[:, 1]] > 0))
        count = torch.zeros_like(weight).index_add(0, ends[:, 0], (weight[ends[:, 1]] > 0).float())
        mean = total / count.clamp_min(1.0)
        result = torch.where(known[:, None], values, mean)
        weight = torch.maximum(weight, (count > 0).float())
    return result


def unlike(
    problem: Problem, state: State, features: Features, masks: torch.Tensor, photo: torch.Tensor
) -> torch.Tensor:
    """(H, 2) for guesses: one less the overlap of the outlines, and how far features are apart where they overlap.

    ``state`` and ``problem`` are of the guesses, each of the photo (H,) among features and masks (P, S, S).
    """
    body = problem.body
    points, _ = posed(body, symmetric(body, state.shape), state.poses)
    places = views.matrices(state.cameras, problem.lens)
    step = masks.shape[-1] // SIZE
    small = torch.nn.functional.avg_pool2d(masks[:, None], step)[:, 0]
    both = torch.cat((features.values, features.trust[..., None]), dim=-1)
    weighted = (both * masks[..., None]).permute(0, 3, 1, 2)
    mean = torch.nn.functional.avg_pool2d(weighted, step) / small[:, None].clamp_min(1e-3)
    mean = mean.permute(0, 2, 3, 1)
    result = []
    for number, which in enumerate(photo.tolist()):
        camera = views.crop_camera(places[number], problem.lens[number], small.shape[-1])
        buffer = gbuffer.rasterize(points[number], body.triangles, camera)
        wanted = small[which] > 0.5
        covered = buffer.mask & wanted
        overlap = covered.sum() / (buffer.mask | wanted).sum().clamp_min(1)
        shown = buffer.image((buffer.barycentric[..., None] * problem.bank[body.triangles[buffer.face]]).sum(dim=1))
        gap = (shown - mean[which][..., :-1]).square().sum(-1)[covered]
        trust = mean[which][..., -1][covered]
        apart = (trust * gap / (gap + TYPICAL**2)).mean() if len(gap) else torch.ones(())
        result.append(torch.stack((1.0 - overlap, apart)))
    return torch.stack(result)
