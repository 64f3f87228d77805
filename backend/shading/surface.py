# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Points that are shaded, and what they see of the surroundings."""

from __future__ import annotations

import dataclasses

import torch

from ..raster.gbuffer import GBuffer
from ..raster.visibility import directional_visibility, ray_visibility, rings, shared_rows


@dataclasses.dataclass(frozen=True)
class Mirror:
    """Visibility around where a mirror would look, for smooth surfaces; without it their reflections are blurred."""

    seen: torch.Tensor
    """(N,) bool: of each point's own mirror direction."""
    axis: torch.Tensor
    """(M, 3) unit: mirror direction of each row of the visibility."""
    rings: torch.Tensor
    """(M, C) bool: along :func:`..raster.visibility.rings` of the axis."""


@dataclasses.dataclass(frozen=True)
class Surface:
    position: torch.Tensor
    """(N, 3)"""
    geometric_normal: torch.Tensor
    """(N, 3) unit."""
    view: torch.Tensor
    """(N, 3) unit, towards the camera."""
    visibility: torch.Tensor | None = None
    """(M, D) bool, or float for soft, of the light's directions; None: nothing is in the way."""
    visibility_row: torch.Tensor | None = None
    """(N,) int64: the row of ``visibility`` and ``mirror`` for each point; None: row i is point i's."""
    mirror: Mirror | None = None


def reflection(normal: torch.Tensor, view: torch.Tensor) -> torch.Tensor:
    """The views (N, 3) mirrored at normals (N, 3), all unit."""
    return 2.0 * (normal * view).sum(-1, keepdim=True) * normal - view


def visible_surface(
    vertices: torch.Tensor, triangles: torch.Tensor, gbuffer: GBuffer, directions: torch.Tensor, block: int = 2
) -> Surface:
    """The surface of a G-buffer, with visibility once for each block of pixels (see :func:`shared_rows`)."""
    chosen, row = shared_rows(gbuffer, block)
    geometric = gbuffer.geometric_normal
    axis = reflection(gbuffer.normal, gbuffer.view)
    where = gbuffer.position[chosen], geometric[chosen]
    return Surface(
        gbuffer.position,
        geometric,
        gbuffer.view,
        directional_visibility(vertices, triangles, *where, directions),
        row,
        Mirror(
            ray_visibility(vertices, triangles, gbuffer.position, geometric, axis[:, None])[:, 0],
            axis[chosen],
            ray_visibility(vertices, triangles, *where, rings(axis[chosen])),
        ),
    )
