# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Skin weights from how the animal moves: each vertex may follow its bones more or less than the template says.

After the learned skinning of Yang et al., "BANMo", 2022: weights of vertices and motions of bones are fitted together,
to outlines, to the flow, and to colors, of which a vertex has one in all frames. Different from there: the bones are
those of the named skeleton, a vertex follows only bones next to its own, and both sides are alike, so that what comes
out is a rig of at most four bones a vertex.
"""

from __future__ import annotations

import dataclasses
import typing

import torch

from ..photos import views
from ..photos.body import Body, of_vertices, posed, symmetric
from ..photos.fit import POINTS, OnStep, Problem, State, Weights, apart, energy, outline
from ..photos.solve import Collection
from ..reconstruction.render import edges
from ..skinning.weights import INFLUENCES
from .motion import Tracks

RATE, POSE_RATE = 0.05, 0.004
FLOOR = 0.02
"""Weight at which a bone next to a vertex's own begins."""
STRAY, ROUGH = 2e-4, 2e-3
"""What squares of a weight's change (logarithms), and of its differences between neighbors, weigh."""
CLEAR = 0.15
"""Change of display-encoded color from which these squares level off."""

Moving = typing.Callable[[Problem, State], torch.Tensor]


def skinned(
    problem: Problem,
    state: State,
    collection: Collection,
    tracks: Tracks,
    moving: Moving,
    weights: Weights,
    steady: float,
    steps: int,
    generator: torch.Generator,
    batch: int = 4,
    on_step: OnStep = lambda done, state: None,
) -> tuple[torch.Tensor, State]:
    """Weights (V, B) of the problem's body, at most INFLUENCES of a row not zero, and the state whose poses and cameras
    fit these.

    Args:
        tracks: vertices that keep their color where they are seen, which weighs ``steady``.
        moving: what the frames are asked for together, a scalar, of the problem with other weights.
    """
    body = problem.body
    allowed = beside(body)
    start = torch.where(allowed, body.weights.clamp_min(FLOOR), torch.zeros(())).log()
    change = torch.zeros_like(body.weights, requires_grad=True)
    cameras, poses = (value.clone().requires_grad_() for value in (state.cameras, state.poses))
    groups = [{"params": [change], "lr": RATE}, {"params": [cameras, poses], "lr": POSE_RATE}]
    optimizer = torch.optim.Adam(groups, betas=(0.9, 0.95))
    rates = [group["lr"] for group in groups]
    edge = edges(body.triangles, len(body.vertices))
    ends = torch.cat([body.triangles[:, [i, (i + 1) % 3]] for i in range(3)])
    masks, known = collection.masks, collection.known
    colour = torch.stack([photo.colour for photo in collection.photos]).permute(0, 3, 1, 2)
    some = torch.randperm(len(body.vertices), generator=generator)[:POINTS]
    unlike = apart(problem, weights, some)
    order = torch.zeros(0, dtype=torch.long)
    for step in range(steps):
        if len(order) < min(batch, len(masks)):
            order = torch.cat((order, torch.randperm(len(masks), generator=generator)))
        chosen, order = order[:batch], order[batch:]
        both = alike(body, change)
        own = dataclasses.replace(body, weights=torch.softmax(start + both, dim=1))
        now = State(cameras, poses, state.shape)
        with_own = dataclasses.replace(problem, body=own)
        part = with_own[chosen]
        loss = energy(part, now[chosen], weights, some, None if unlike is None else unlike[chosen]).mean()
        vertices, _ = posed(own, state.shape, poses[chosen])
        places = views.matrices(cameras[chosen], part.lens)
        for number, frame in enumerate(chosen.tolist()):
            shown = outline(
                vertices[number], cameras[frame], places[number], part.lens[number], own, edge, masks.shape[-1]
            )
            share = masks[frame].mean().clamp_min(1e-3) * len(chosen)
            loss = loss + 0.05 * ((shown - masks[frame]).square() * known[frame]).mean() / share
        loss = loss + moving(with_own, now) + steady * recoloured(own, now, problem.lens, tracks, colour)
        used = both * allowed
        rough = (used[ends[:, 0]] - used[ends[:, 1]]).square().sum(-1).mean()
        loss = loss + STRAY * used.square().sum(-1).mean() + ROUGH * rough
        optimizer.zero_grad()
        loss.backward()
        poses.grad[:, 0] = 0.0
        for group, full in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = full * 0.15 ** (step / steps)
        optimizer.step()
        on_step((step + 1) / steps, State(cameras.detach(), poses.detach(), state.shape))
    found = torch.softmax(start + alike(body, change.detach()), dim=1)
    return few_bones(body, found), State(cameras.detach(), poses.detach(), state.shape)


def beside(body: Body) -> torch.Tensor:
    """(V, B) bool: bones that move a vertex, and those above and below these; never one of the other side."""
    used = body.weights > 0
    wide = used.clone()
    for bone, parent in enumerate(body.parents):
        if parent > 0:  # the root moves nothing
            wide[:, parent] |= used[:, bone]
            wide[:, bone] |= used[:, parent]
    sided = body.twin_bone != torch.arange(len(body.parents))
    left = sided & (body.heads[:, 0] > 0)
    side = body.vertices[:, :1]
    return wide & ~(left & (side <= 0.0)) & ~(sided & ~left & (side >= 0.0)) | used


def alike(body: Body, change: torch.Tensor) -> torch.Tensor:
    """A change (V, B) that is the same on both sides."""
    return 0.5 * (change + change[body.twin][:, body.twin_bone])


def few_bones(body: Body, weights: torch.Tensor) -> torch.Tensor:
    """Weights (V, B) with the INFLUENCES largest of each row, whose sum is 1."""
    least = weights.topk(INFLUENCES, dim=1).values[:, -1:]
    kept = torch.where(weights >= least, weights, torch.zeros(()))
    # Twins in the middle share a place: of equal ones more than INFLUENCES may be kept.
    kept = torch.where((kept > 0).sum(dim=1, keepdim=True) > INFLUENCES, weights * (weights > least), kept)
    kept = torch.where(kept > 1e-3, kept, torch.zeros(()))
    return kept / kept.sum(dim=1, keepdim=True)


def recoloured(body: Body, state: State, lens: torch.Tensor, tracks: Tracks, colour: torch.Tensor) -> torch.Tensor:
    """How much tracked vertices change their colors over the frames (P, 3, S, S) that show them, a scalar."""
    shape = of_vertices(symmetric(body, state.shape), tracks.vertices)
    points, _ = posed(body.only(tracks.vertices), shape, state.poses)
    places, _ = views.seen(state.cameras, lens, points)
    shown = torch.nn.functional.grid_sample(colour, places[:, :, None], align_corners=False)[..., 0].permute(0, 2, 1)
    weight = tracks.seen[..., None]
    mean = (weight * shown).sum(dim=0) / weight.sum(dim=0).clamp_min(1.0)
    square = (shown - mean.detach()).square().sum(-1)
    return (tracks.seen * square / (1.0 + square / CLEAR**2)).sum() / tracks.seen.sum().clamp_min(1.0)
