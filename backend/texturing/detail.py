# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fine structure from close-ups: single pictures at full size, projected back onto the surface.

A close-up sets out from how the texture looks there, so what the painter adds is the ratio of the two pictures. Its
coarse part is thrown away: colour and shading are the field's, which all views agreed on, so neighbouring close-ups
have no seams. The fine part multiplies the base color wherever the close-up sees the surface well.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import torch

from ..raster.camera import project
from ..shading import display
from ..shading.controls import OVERSAMPLING
from ..shading.pbr import Material
from .appearance import TextureFunction
from .cameras import Place, close_up
from .solid import Solid, surface_points
from .views import GRAZING, View

CANDIDATES = 4000
SHARPNESS = 4.0
"""Power of the cosine between normal and view that weighs overlapping close-ups."""
FEATHER = 0.12
"""Of a picture's side: over so much a close-up fades out at its edge."""
EDGE = 2
"""Pixels next to a silhouette that are not trusted."""
COARSE = 10.0
"""Standard deviation in pixels of the blur whose result is thrown away."""
FULL = 0.05
"""Sum of weights below which what close-ups say fades out."""
RANGE = 0.7
"""Largest change of the logarithm of the base color: a factor of two."""
FLOOR = 0.02
"""Added to linear values before a ratio is taken."""
WHITE = 0.95
"""Display-encoded value from which on a pixel is clipped and tells no ratio."""


@dataclasses.dataclass(frozen=True)
class CloseUp:
    view: View
    change: torch.Tensor
    """(1, 4, S, S): fine part of the logarithm of the ratio, R, G, B, times weight; and the weight, 0 to 1."""
    depth: torch.Tensor
    """(1, 1, S, S), 0 where there is no mesh."""


def close_up_places(solid: Solid, count: int, radius: float, seed: int) -> list[tuple[Place, torch.Tensor]]:
    """Where to look and from where: ``count`` points far from each other, each looked at against its normal.

    Nearest neighbours in unit space, the farthest next (Gonzalez, "Clustering to minimize the maximum intercluster
    distance", 1985); the two sides of a thin part are far from each other through their normals.
    """
    points, normals = surface_points(solid, CANDIDATES, seed)
    place = torch.cat((points, radius * normals), dim=-1)
    chosen = [int(points[:, 1].argmin())]
    distance = (place - place[chosen[0]]).norm(dim=-1)
    while len(chosen) < count:
        chosen.append(int(distance.argmax()))
        distance = torch.minimum(distance, (place - place[chosen[-1]]).norm(dim=-1))
    return [(_facing(normals[index]), points[index]) for index in chosen]


def _facing(normal: torch.Tensor) -> Place:
    x, y, z = normal.tolist()
    return Place(math.atan2(x, -y), math.asin(max(-0.99, min(0.99, z))))


def close_up_of(view: View, start: torch.Tensor, painted: torch.Tensor) -> CloseUp:
    """What a painted picture (3, S, S) adds to the one it set out from."""
    size, points = view.size, view.points
    trusted = torch.zeros(size * size, device=start.device)
    trusted[points.pixel] = (points.cosine.clamp_min(0.0) ** SHARPNESS) * points.painted
    trusted = trusted.reshape(1, 1, size, size)
    hit = torch.zeros(size * size, device=start.device)
    hit[points.pixel] = 1.0
    away = torch.nn.functional.max_pool2d(1.0 - hit.reshape(1, 1, size, size), 2 * EDGE + 1, 1, EDGE)
    clipped = ((start.amax(0) > WHITE) | (painted.amax(0) > WHITE)).float()
    weight = trusted * (1.0 - away) * (1.0 - clipped) * _feather(size, start.device)
    ratio = ((display.decode(painted) + FLOOR) / (display.decode(start) + FLOOR)).log()[None]
    known = (weight > 0.0).float()
    coarse = _blur(ratio * known) / _blur(known).clamp_min(1e-3)
    fine = (ratio - coarse).clamp(-RANGE, RANGE)
    depth = torch.zeros(size * size, device=start.device)
    depth[points.pixel] = (points.position - view.camera.position) @ view.camera.axis
    return CloseUp(view, torch.cat((fine * weight, weight), dim=1), depth.reshape(1, 1, size, size))


def detailed(base: TextureFunction, close_ups: Sequence[CloseUp], strength: float = 1.0) -> TextureFunction:
    """The texture function ``base`` with the close-ups' fine structure."""

    def texture(position: torch.Tensor, normal: torch.Tensor) -> Material:
        material = base(position, normal)
        total = torch.zeros(len(position), 4, dtype=position.dtype, device=position.device)
        for item in close_ups:
            total = total + _seen(item, position, normal)
        change = total[:, :3] / total[:, 3:].clamp_min(FULL)
        return dataclasses.replace(material, albedo=(material.albedo * torch.exp(strength * change)).clamp(0.0, 1.0))

    return texture


def _seen(item: CloseUp, position: torch.Tensor, normal: torch.Tensor) -> torch.Tensor:
    """(N, 4) what a close-up says of points, weighted; 0 where it does not see them."""
    camera, size = item.view.camera, item.view.size
    pixel, depth = project(camera, position)
    grid = pixel / (0.5 * OVERSAMPLING * size) - 1.0
    toward = torch.nn.functional.normalize(camera.position - position, dim=-1)
    inside = (grid.abs() < 1.0).all(-1) & (depth > 0.0) & ((normal * toward).sum(-1) > GRAZING)
    result = torch.zeros(len(position), 4, dtype=position.dtype, device=position.device)
    index = inside.nonzero()[:, 0]
    where = grid[index][None, None]
    look = {"mode": "bilinear", "padding_mode": "zeros", "align_corners": False}
    found = torch.nn.functional.grid_sample(item.change, where, **look)[0, :, 0].T
    width = OVERSAMPLING * depth[index] / camera.fx
    surface = torch.nn.functional.grid_sample(item.depth, where, **{**look, "mode": "nearest"})[0, 0, 0]
    slope = 1.0 / (normal[index] * toward[index]).sum(-1).clamp_min(GRAZING)
    result[index] = torch.where(((depth[index] - surface).abs() < 2.0 * width * slope)[:, None], found, 0.0)
    return result


def _feather(size: int, device: torch.device) -> torch.Tensor:
    """(1, 1, S, S) 1 in the middle, falling to 0 at the edges."""
    along = (torch.arange(size, device=device) + 0.5) / size
    along = (torch.minimum(along, 1.0 - along) / FEATHER).clamp_max(1.0)
    return (along[:, None] * along)[None, None]


def _blur(picture: torch.Tensor) -> torch.Tensor:
    """Gaussian blur (1, C, S, S), zero outside."""
    radius = min(int(2.5 * COARSE), picture.shape[-1] // 2 - 1)
    x = torch.arange(-radius, radius + 1, dtype=picture.dtype, device=picture.device)
    kernel = torch.exp(-0.5 * (x / COARSE) ** 2)
    kernel = (kernel / kernel.sum()).expand(picture.shape[1], 1, -1)
    groups = picture.shape[1]
    across = torch.nn.functional.conv2d(picture, kernel[:, :, None], padding=(0, radius), groups=groups)
    return torch.nn.functional.conv2d(across, kernel[..., None], padding=(radius, 0), groups=groups)


def close_up_cameras(solid: Solid, count: int, radius: float, size: int, seed: int) -> list:
    """Cameras of :func:`close_up_places` with their places; ``size`` samples a side."""
    return [
        (place, close_up(solid, place, size, target, radius))
        for place, target in close_up_places(solid, count, radius, seed)
    ]
