# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mesh from all around: small pictures for a panel, and whether it has two fronts."""

from __future__ import annotations

import math

import numpy as np
import torch

from ..raster.camera import orbit
from ..raster.gbuffer import GBuffer, rasterize
from .contract import Dense

SIZE = 160
"""Pixels along a side."""
FRAMES = 12
"""Of a full turn."""
ELEVATION = math.radians(15)
DISTANCE, SPREAD = 4.6, 0.46
"""Of the camera from an object of radius 1, and the angle that its picture spans: all of the object is seen."""
LIGHT = (-0.5, -1.0, 0.9)
"""Towards the light that the camera carries: to its left and above."""
BACKGROUND = 0.22
"""Display-encoded: like the panels around it."""


ALIKE = 0.8
"""Correlation of front and back from which on they count as the same."""
PLAIN = 0.06
"""Standard deviation of colors below which a side has no features to tell."""


@torch.no_grad()
def shown(dense: Dense, azimuth: float, size: int = SIZE) -> np.ndarray:
    """(size, size, 3) uint8, display-encoded, row 0 at the top: the mesh as seen from ``azimuth`` radians, 0 from the
    side of -Y and positive from what is its left."""
    seen, colours = _seen(dense, azimuth, size)
    sine, cosine = math.sin(azimuth), math.cos(azimuth)
    x, y, z = LIGHT
    light = torch.nn.functional.normalize(torch.tensor((x * cosine - y * sine, x * sine + y * cosine, z)), dim=0)
    shade = 0.45 + 0.6 * (seen.normal @ light).clamp_min(0.0)
    picture = seen.image((colours * shade[:, None]).clamp(0.0, 1.0), BACKGROUND)
    return (255.0 * picture).round().byte().numpy()


def turn(dense: Dense) -> list[np.ndarray]:
    """A full turn in FRAMES pictures."""
    return [shown(dense, 2.0 * math.pi * frame / FRAMES) for frame in range(FRAMES)]


@torch.no_grad()
def two_fronts(dense: Dense) -> bool:
    """Whether the mesh shows the same features in front and behind: a face twice, named after the god Janus.

    The back is compared with the front as seen through the object, so that left stays left, and mirrored as well, for
    a second face looks the other way round. Sides of one color have no features.
    """
    front, back = (_features(dense, azimuth) for azimuth in (0.0, math.pi))
    return any(_correlation(front, other) > ALIKE for other in (back, tuple(part.flip(1) for part in back)))


def _seen(dense: Dense, azimuth: float, size: int) -> tuple[GBuffer, torch.Tensor]:
    """What the camera sees, and its colors (N, 3)."""
    vertices = torch.from_numpy(dense.vertices).float()
    vertices = vertices - 0.5 * (vertices.amin(0) + vertices.amax(0))
    vertices = vertices / vertices.norm(dim=-1).amax().clamp_min(1e-9)
    triangles = torch.from_numpy(dense.triangles)
    seen = rasterize(vertices, triangles, orbit(azimuth, ELEVATION, DISTANCE, SPREAD, size))
    colours = torch.from_numpy(dense.colours).float()[triangles[seen.face]]
    return seen, (colours * seen.barycentric[..., None]).sum(dim=1)


def _features(dense: Dense, azimuth: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Colors without light (H, W, 3), and where there are any (H, W)."""
    seen, colours = _seen(dense, azimuth, SIZE // 2)
    return seen.image(colours), seen.mask


def _correlation(one: tuple[torch.Tensor, torch.Tensor], other: tuple[torch.Tensor, torch.Tensor]) -> float:
    """Of the colors where both have any; 0 where one of them is plain."""
    both = one[1] & other[1]
    if both.sum() < 50:
        return 0.0
    a, b = (colours[both] - colours[both].mean(dim=0) for colours, _ in (one, other))
    spread = a.square().mean().sqrt(), b.square().mean().sqrt()
    return float((a * b).mean() / (spread[0] * spread[1])) if min(spread) > PLAIN else 0.0
