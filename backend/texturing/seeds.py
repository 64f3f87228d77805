# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a seed will look like: the first picture that a whole job would paint, without the rest of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from ..shading.controls import OVERSAMPLING
from . import cameras
from .lights import sheet_lights
from .painter import Painter, Shot, Wish
from .plan import Plan
from .solid import Solid
from .views import control, view_of


def most_telling(solid: Solid, plan: Plan) -> int:
    """The number of the canonical place that sees most: the projected area of the faces turned to it."""
    corners = solid.vertices[solid.triangles[solid.painted]]
    edges = corners[:, 1:] - corners[:, :1]
    doubled = torch.linalg.cross(edges[:, 0], edges[:, 1])
    there = cameras.canonical(plan.views)
    directions = torch.tensor([place.direction() for place in there], device=doubled.device)
    return int((doubled @ directions.T).clamp_min(0.0).sum(0).argmax())


def first_pictures(
    solid: Solid, painter: Painter, wish: Wish, plan: Plan, seeds: Sequence[int], on_step: Callable[[float], None]
) -> torch.Tensor:
    """(N, 3, S, S), display-encoded: for each seed its picture from the most telling place under the first light.

    A model that paints single views paints the very same one in the job; in a sheet, others stand beside it.
    """
    index = most_telling(solid, plan)
    place = cameras.canonical(plan.views)[index]
    view = view_of(solid, cameras.framed(solid, place, OVERSAMPLING * painter.size))
    device = solid.vertices.device
    shots = [Shot(place, view, sheet_lights(plan.lights, seed, device)[0], seed + index) for seed in seeds]
    controls = torch.stack([control(view, shot.light) for shot in shots])
    return painter.paint(wish, shots, controls, None, on_step)
