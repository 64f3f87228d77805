# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one camera hardly sees, and no animal does: bones that leave the surface, and legs that go into the belly."""

from __future__ import annotations

import torch

from ..photos.body import Body, of_vertices, posed, posed_bones, symmetric
from ..photos.fit import State

POINTS = 700
"""Vertices that stand for the surface."""
TRUNK = 0.8
"""Of a vertex's weights, on the spine's bones, from which it belongs to the trunk."""
LOWER = ("Hand", "FrontToes", "Foot", "BackToes")
"""Stems of bones that begin at a leg's lower joints."""
THICK = 0.05
"""Of the template's units: how far such a joint stays out of the trunk, for the leg is around it."""


def surface(body: Body, generator: torch.Generator) -> torch.Tensor:
    """(N,) int64: vertices that stand for the surface."""
    return torch.randperm(len(body.vertices), generator=generator)[:POINTS]


def misplaced(body: Body, state: State, few: torch.Tensor) -> torch.Tensor:
    """How far bones are outside of the surface, for which the vertices ``few`` (N,) stand, and lower legs inside of it:
    sums of squares in the template's units, mean over the frames, a scalar."""
    shape = symmetric(body, state.shape)
    points, normals = posed(body.only(few), of_vertices(shape, few), state.poses)
    normals = torch.nn.functional.normalize(normals, dim=-1)
    turns, heads, stretch = posed_bones(body, shape, state.poses)
    middles = heads + 0.5 * body.lengths[:, None] * (turns @ stretch @ body.axes[:, :, None])[..., 0]
    # The root lies on the ground.
    out = above(middles[:, 1:], points, normals)
    spine = torch.tensor([stem == "Spine" for stem in body.stems])
    trunk = body.weights[few][:, spine].sum(dim=1) > TRUNK
    legs = heads[:, [number for number, stem in enumerate(body.stems) if stem in LOWER]]
    into = THICK - above(legs, points[:, trunk], normals[:, trunk])
    return (torch.relu(out).square().sum(dim=1) + torch.relu(into).square().sum(dim=1)).mean()


def above(points: torch.Tensor, vertices: torch.Tensor, normals: torch.Tensor) -> torch.Tensor:
    """(P, N) how far points (P, N, 3) are above the planes of the nearest vertices (P, M, 3); negative below."""
    with torch.no_grad():
        near = torch.cdist(points, vertices).argmin(dim=2)[..., None].expand(-1, -1, 3)
    return ((points - vertices.gather(1, near)) * normals.gather(1, near)).sum(-1)
