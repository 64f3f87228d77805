# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cameras, poses and a shape that agree with the outlines of photos.

After Yao et al., "LASSIE", 2022, and "Hi-LASSIE", 2023: points of the pictures look for their nearest vertex in a space
of place and features, stage by stage from cameras over poses to shapes, and outlines are rendered at the end. Different
from there: points of an outline carry its direction, many guesses compete, and one skinned surface takes the place of
separate parts.
"""

from __future__ import annotations

import dataclasses
import typing

import torch

from ..reconstruction.render import edges, smooth_outline, trace, vertex_normals
from . import views
from .body import Body, Shape, of_vertices, posed, symmetric
from .habits import BEND, length_spread, width_spread
from .targets import Targets

POINTS = 560
"""Vertices that look for pixels."""
ELEVATION = (0.2, 0.35)
"""Mean and standard deviation of photographers, radians."""
ROLL = 0.1
LOWER_LEGS = "Forearm", "Hand", "FrontToes", "Shin", "Foot", "BackToes"
"""Stems of bones that never enter the trunk."""
MOSTLY = 0.85
"""Of a vertex's weights, from which it belongs to a part."""


@dataclasses.dataclass(frozen=True)
class Weights:
    """Of the parts of the energy. Distances are in halves of a crop, so a pixel of 128 is 1/64."""

    contour: float = 1.0
    normal: float = 0.1
    """Distance that is worth as much as normals that point apart by one radian."""
    inside: float = 1.0
    feature: float = 0.25
    """Distance that is worth as much as a feature's difference of one."""
    outside: float = 1.0
    pose: float = 6e-4
    shape: float = 3e-3
    camera: float = 1e-3
    landmark: float = 3.0
    buried: float = 0.0
    """Of lower legs inside the trunk, where it is asked for: see :func:`buried`."""
    reach: float = 0.2
    """Distance from which a point no longer pulls: it may belong to what stands before the animal."""
    reach_inside: float = 0.4
    """The same of points inside, which know by their features where they belong."""


@dataclasses.dataclass(frozen=True)
class State:
    """An answer: (P, 6) cameras, (P, B, 3) poses, one shape."""

    cameras: torch.Tensor
    poses: torch.Tensor
    shape: Shape

    def __getitem__(self, index: torch.Tensor) -> State:
        return State(self.cameras[index], self.poses[index], self.shape)


@dataclasses.dataclass(frozen=True)
class Landmarks:
    """Known points of the body in the photos, where somebody knows them."""

    body: Body
    """Its vertices (K, 3) are the points."""
    places: torch.Tensor
    """(P, K, 2)"""
    sure: torch.Tensor
    """(P, K) 0 for unknown ones."""


@dataclasses.dataclass(frozen=True)
class Problem:
    """What stays the same during a fit."""

    body: Body
    spread: torch.Tensor
    """(B, 3) of poses, radians."""
    lens: torch.Tensor
    """(P, 3)"""
    targets: Targets
    bank: torch.Tensor | None = None
    """(V, F) features of vertices, once they are known."""
    landmarks: Landmarks | None = None

    def __getitem__(self, index: torch.Tensor) -> Problem:
        marks = self.landmarks
        if marks is not None:
            marks = Landmarks(marks.body, marks.places[index], marks.sure[index])
        return dataclasses.replace(self, lens=self.lens[index], targets=self.targets[index], landmarks=marks)


OnStep = typing.Callable[[float, State], None]
Besides = typing.Callable[[State], torch.Tensor]
"""What else a state is asked for, a scalar that counts as much as the energy of a mean picture: how it moves, say."""


def apart(problem: Problem, weights: Weights, few: torch.Tensor) -> torch.Tensor | None:
    """(P, INSIDE, N): how unlike the points inside are to the vertices ``few`` (N,), as squared distances."""
    if problem.bank is None or weights.feature == 0.0:
        return None
    targets = problem.targets
    gap = torch.cdist(targets.features, problem.bank[few].expand(len(targets.features), -1, -1)).square()
    limit = 4.0  # one feature that is plainly wrong must not outweigh all others
    return weights.feature**2 * targets.trust[..., None] * gap / (1.0 + gap / limit)


def energy(
    problem: Problem, state: State, weights: Weights, few: torch.Tensor, unlike: torch.Tensor | None
) -> torch.Tensor:
    """(P,) of each picture, from the vertices ``few`` (N,); ``unlike`` is theirs, see :func:`apart`."""
    shape = symmetric(problem.body, state.shape)
    points, normals = posed(problem.body.only(few), of_vertices(shape, few), state.poses)
    places, _ = views.seen(state.cameras, problem.lens, points)
    facing = views.directions(state.cameras, normals)
    targets = problem.targets
    both = torch.cat((places, weights.normal * facing), dim=-1)
    contour = torch.cat((targets.contour, weights.normal * targets.normals), dim=-1)
    total = weights.contour * _robust(_nearest(contour, both)[0], weights.reach).mean(dim=1)
    gap, besides = _nearest(targets.inside, places, unlike)
    total = total + weights.inside * (_robust(gap, weights.reach_inside) + besides).mean(dim=1)
    away = torch.nn.functional.grid_sample(
        targets.outside, places[:, :, None], mode="bilinear", padding_mode="border", align_corners=False
    )[:, 0, :, 0]
    total = total + weights.outside * _robust(away.square(), weights.reach).mean(dim=1)
    if problem.landmarks is not None:
        marks = problem.landmarks
        known, _ = posed(
            marks.body, dataclasses.replace(shape, offsets=torch.zeros_like(marks.body.vertices)), state.poses
        )
        gap = (views.seen(state.cameras, problem.lens, known)[0] - marks.places).square().sum(-1)
        total = total + weights.landmark * (gap * marks.sure).sum(dim=1) / marks.sure.sum(dim=1).clamp_min(1.0)
    if weights.buried > 0.0:
        total = total + weights.buried * buried(problem.body.weights[few], problem.body.stems, points, normals)
    return total + habit(problem, state, weights)


def buried(skin: torch.Tensor, stems: tuple[str, ...], points: torch.Tensor, normals: torch.Tensor) -> torch.Tensor:
    """(P,) how deep lower legs lie in the trunk, where no outline can tell: mean squares in the template's units.

    Of posed vertices (P, N, 3) with normals and the weights (N, B) of their bones. The trunk does not give way.
    """
    lower, spine = (torch.tensor([stem in names for stem in stems]) for names in (LOWER_LEGS, ("Spine",)))
    legs, trunk = skin[:, lower].sum(dim=1) > MOSTLY, skin[:, spine].sum(dim=1) > MOSTLY
    own, other = points[:, legs], points[:, trunk].detach()
    outward = torch.nn.functional.normalize(normals[:, trunk].detach(), dim=-1)
    with torch.no_grad():
        near = torch.cdist(own, other).argmin(dim=2)[..., None].expand(-1, -1, 3)
    depth = ((other.gather(1, near) - own) * outward.gather(1, near)).sum(-1)
    return torch.relu(depth).square().mean(dim=1)


def habit(problem: Problem, state: State, weights: Weights) -> torch.Tensor:
    """(P,): how unusual poses and cameras are."""
    pose = (state.poses[:, 1:] / problem.spread[1:]).square().mean(dim=(1, 2))
    elevation = ((state.cameras[:, 1] - ELEVATION[0]) / ELEVATION[1]).square()
    roll = (state.cameras[:, 2] / ROLL).square()
    return weights.pose * pose + weights.camera * (elevation + roll)


def unusual(body: Body, shape: Shape, weights: Weights) -> torch.Tensor:
    """How far a shape is from the template's."""
    lengths = (shape.lengths[body.groups] / length_spread(body)).square().mean()
    widths = (shape.widths / width_spread(body)).square().mean()
    bends = (shape.bends[..., 0] / BEND).square().mean() + (shape.bends[..., 1:] / 0.05).square().mean()
    return weights.shape * (lengths + widths + bends)


def solve(
    problem: Problem,
    state: State,
    weights: Weights,
    steps: int,
    *,
    shape: bool,
    generator: torch.Generator,
    turn: bool = True,
    rate: float = 0.03,
    besides: Besides | None = None,
    on_step: OnStep = lambda fraction, state: None,
) -> tuple[State, torch.Tensor]:
    """The state that Adam finds, and the energy (P,) of each picture.

    ``shape``: fit lengths, widths and bends too; ``turn``: fit poses.
    """
    cameras, poses = (value.clone().requires_grad_() for value in (state.cameras, state.poses))
    groups = [{"params": [cameras], "lr": rate}, {"params": [poses], "lr": rate if turn else 0.0}]
    own = state.shape
    if shape:
        own = Shape(
            *(getattr(own, name).clone().requires_grad_() for name in ("lengths", "widths", "bends")), own.offsets
        )
        groups.append({"params": [own.lengths, own.widths, own.bends], "lr": 0.5 * rate})
    optimizer = torch.optim.Adam(groups, betas=(0.9, 0.95))
    rates = [group["lr"] for group in groups]
    few = torch.randperm(len(problem.body.vertices), generator=generator)[:POINTS]
    unlike = apart(problem, weights, few)
    for step in range(steps):
        now = State(cameras, poses, own)
        per_picture = energy(problem, now, weights, few, unlike)
        loss = per_picture.sum()
        if besides is not None:
            loss = loss + len(per_picture) * besides(now)
        if shape:
            loss = loss + len(per_picture) * unusual(problem.body, own, weights)
        optimizer.zero_grad()
        loss.backward()
        for group, full in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = full * 0.15 ** (step / steps)
        _fix_root(poses, *((own.lengths, own.widths, own.bends) if shape else ()))
        optimizer.step()
        on_step((step + 1) / steps, State(cameras.detach(), poses.detach(), _fixed(own)))
    result = State(cameras.detach(), poses.detach(), _fixed(own))
    with torch.no_grad():
        return result, energy(problem, result, weights, few, unlike)


def refine(
    problem: Problem,
    state: State,
    masks: torch.Tensor,
    known: torch.Tensor,
    weights: Weights,
    steps: int,
    *,
    offsets: bool,
    generator: torch.Generator,
    rate: float = 0.01,
    batch: int = 4,
    besides: Besides | None = None,
    on_step: OnStep = lambda fraction, state: None,
) -> State:
    """The same with rendered outlines, compared with masks (P, S, S) where ``known`` (P, S, S).

    ``offsets``: vertices move at rest, smoothly and alike on both sides, and nothing else of the shape changes.
    """
    body = problem.body
    values = [
        state.cameras,
        state.poses,
        state.shape.lengths,
        state.shape.widths,
        state.shape.bends,
        state.shape.offsets,
    ]
    cameras, poses, lengths, widths, bends, moved = (value.clone().requires_grad_() for value in values)
    groups = [{"params": [cameras, poses], "lr": rate}]
    groups.append(
        {"params": [moved], "lr": 0.2 * rate} if offsets else {"params": [lengths, widths, bends], "lr": 0.5 * rate}
    )
    optimizer = torch.optim.Adam(groups, betas=(0.9, 0.95))
    rates = [group["lr"] for group in groups]
    edge = edges(body.triangles, len(body.vertices))
    smooth = _laplacian(body)
    few = torch.randperm(len(body.vertices), generator=generator)[:POINTS]
    unlike = apart(problem, weights, few)
    order = torch.zeros(0, dtype=torch.long)
    for step in range(steps):
        if len(order) < min(batch, len(masks)):
            order = torch.cat((order, torch.randperm(len(masks), generator=generator)))
        chosen, order = order[:batch], order[batch:]
        shape = Shape(lengths, widths, bends, moved)
        part = State(cameras[chosen], poses[chosen], shape)
        own = problem[chosen]
        loss = energy(own, part, weights, few, None if unlike is None else unlike[chosen]).mean() + unusual(
            body, shape, weights
        )
        vertices, _ = posed(body, symmetric(body, shape), part.poses)
        places = views.matrices(part.cameras, own.lens)
        for number, photo in enumerate(chosen.tolist()):
            shown = outline(
                vertices[number], part.cameras[number], places[number], own.lens[number], body, edge, masks.shape[-1]
            )
            share = masks[photo].mean().clamp_min(1e-3) * len(chosen)
            loss = loss + 0.05 * ((shown - masks[photo]).square() * known[photo]).mean() / share
        if offsets:
            both = symmetric(body, shape).offsets
            loss = loss + 20.0 * (smooth @ both).square().sum(-1).mean() + 0.2 * both.square().sum(-1).mean()
        if besides is not None:
            loss = loss + besides(State(cameras, poses, shape))
        optimizer.zero_grad()
        loss.backward()
        for group, full in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = full * 0.15 ** (step / steps)
        _fix_root(poses, lengths, widths, bends)
        optimizer.step()
        on_step((step + 1) / steps, State(cameras.detach(), poses.detach(), _fixed(shape)))
    return State(cameras.detach(), poses.detach(), _fixed(Shape(lengths, widths, bends, moved)))


def outline(
    vertices: torch.Tensor,
    camera: torch.Tensor,
    camera_to_world: torch.Tensor,
    lens: torch.Tensor,
    body: Body,
    edge: tuple[torch.Tensor, torch.Tensor],
    size: int,
) -> torch.Tensor:
    """Coverage (size, size) of a crop by a body, differentiable in vertices (V, 3) and the camera (6,).

    The vertices are moved into the camera's own axes, so that a fixed camera sees what the moving one would.
    """
    turn, position = camera_to_world[:3, :3], camera_to_world[:3, 3]
    local = (vertices - position) @ turn
    fixed = views.crop_camera(torch.eye(4), lens, size)
    hits = trace(local, body.triangles, vertex_normals(local.detach(), body.triangles), fixed)
    image = torch.zeros(size * size, 1).index_fill(0, hits.pixel, 1.0).reshape(size, size, 1)
    return smooth_outline(image, hits, local, body.triangles, edge, fixed)[..., 0]


def _nearest(
    points: torch.Tensor, others: torch.Tensor, besides: torch.Tensor | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Squared distances (P, N) of points (P, N, C) from the nearest of others (P, M, C), and what is ``besides``
    (P, N, M) of these; nearest is for which the sum of both is the least."""
    with torch.no_grad():
        squares = torch.cdist(points, others).square()
        near = (squares if besides is None else squares + besides).argmin(dim=2)
    gap = points - others.gather(1, near[..., None].expand(-1, -1, points.shape[-1]))
    square = gap.square().sum(-1)
    return square, torch.zeros_like(square) if besides is None else besides.gather(2, near[..., None])[..., 0]


def _robust(square: torch.Tensor, reach: float) -> torch.Tensor:
    """Squared distances that level off beyond a reach (Geman and McClure)."""
    return square / (1.0 + square / (reach * reach))


def _fix_root(poses: torch.Tensor, *shape: torch.Tensor) -> None:
    """The camera turns instead of the root, and its place is where the animal stands."""
    poses.grad[:, 0] = 0.0
    for value in shape:
        value.grad[0] = 0.0


def _fixed(shape: Shape) -> Shape:
    return Shape(*(getattr(shape, field.name).detach().clone() for field in dataclasses.fields(Shape)))


def _laplacian(body: Body) -> torch.Tensor:
    """(V, V) sparse: a vertex less the mean of its neighbours."""
    count = len(body.vertices)
    ends = torch.cat([body.triangles[:, [i, (i + 1) % 3]] for i in range(3)])
    degree = torch.bincount(ends[:, 0], minlength=count).float()
    line = torch.arange(count)
    index = torch.cat((ends.T, torch.stack((line, line))), dim=1)
    value = torch.cat((-1.0 / degree[ends[:, 0]], torch.ones(count)))
    return torch.sparse_coo_tensor(index, value, (count, count), check_invariants=False).coalesce()
