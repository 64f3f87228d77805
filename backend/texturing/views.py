# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a camera sees of the mesh, prepared once: for the control picture, for exact shading, and for fitting."""

from __future__ import annotations

import dataclasses

import torch

from ..raster.camera import Camera
from ..raster.gbuffer import GBuffer, rasterize
from ..raster.visibility import directional_visibility
from ..shading import display
from ..shading.controls import OVERSAMPLING, downsample, light_picture, pixel_blocks
from ..shading.environment import Light
from ..shading.pbr import shade
from ..shading.sphere import directions
from ..shading.surface import Surface
from .appearance import TextureFunction
from .solid import Solid

DIRECTIONS = 128
"""Directions that shadows are computed for, as in the training pictures."""
DEPTH_STEP = 3.0
"""A pixel across which the depth changes by more than so many of its widths shows two things."""
GRAZING = 0.15
"""Cosine between normal and view below which a pixel tells nothing reliable."""


@dataclasses.dataclass(frozen=True)
class Points:
    """The P pixels that lie wholly on one piece of the surface, each with the mean of its samples."""

    pixel: torch.Tensor
    """(P,) int64, row-major in the S x S picture."""
    position: torch.Tensor
    """(P, 3)"""
    normal: torch.Tensor
    """(P, 3) unit smooth normal, on the camera's side."""
    surface: Surface
    """For shading, with the visibility of the view's rows."""
    cosine: torch.Tensor
    """(P,) between normal and view."""
    width: torch.Tensor
    """(P,) side of the pixel's square at the point's distance."""
    painted: torch.Tensor
    """(P,) bool."""
    border: torch.Tensor
    """(P,) bool: some neighbour is none of these pixels, and a model's picture may have the background's colour."""


@dataclasses.dataclass(frozen=True)
class View:
    """A camera's picture of S x S pixels with OVERSAMPLING^2 samples each."""

    camera: Camera
    """Its pixels are the samples."""
    size: int
    """S."""
    gbuffer: GBuffer
    """Of all samples."""
    surface: Surface
    """Of the hit samples, with one row of visibility for each hit pixel."""
    first: torch.Tensor
    """(M,) int64, a sample of each hit pixel."""
    points: Points


def view_of(solid: Solid, camera: Camera) -> View:
    """Take stock of what the camera, with OVERSAMPLING samples for each pixel's side, sees."""
    camera = camera.to(solid.vertices.device)
    gbuffer = rasterize(solid.vertices, solid.triangles, camera, solid.corner_normals)
    row, first = pixel_blocks(gbuffer.mask)
    where = gbuffer.position[first], gbuffer.geometric_normal[first]
    toward = directions(DIRECTIONS).to(solid.vertices.device)
    visibility = directional_visibility(solid.vertices, solid.triangles, *where, toward)
    surface = Surface(gbuffer.position, gbuffer.geometric_normal, gbuffer.view, visibility, row)
    size = camera.width // OVERSAMPLING
    return View(camera, size, gbuffer, surface, first, _points(solid, camera, gbuffer, surface, first, size))


def _points(solid: Solid, camera: Camera, gbuffer: GBuffer, surface: Surface, first: torch.Tensor, size: int) -> Points:
    row, count = surface.visibility_row, len(first)
    samples = torch.bincount(row, minlength=count)

    def mean(values: torch.Tensor) -> torch.Tensor:
        total = torch.zeros(count, values.shape[-1], dtype=values.dtype, device=values.device)
        return total.index_add(0, row, values) / samples[:, None]

    normal = torch.nn.functional.normalize(mean(gbuffer.normal), dim=-1)
    geometric = torch.nn.functional.normalize(mean(gbuffer.geometric_normal), dim=-1)
    view = torch.nn.functional.normalize(mean(gbuffer.view), dim=-1)
    depth = mean(gbuffer.depth[:, None])[:, 0]
    spread = torch.zeros(count, device=depth.device).scatter_reduce(0, row, (gbuffer.depth - depth[row]).abs(), "amax")
    width = OVERSAMPLING * depth / camera.fx
    cosine = (normal * view).sum(-1)
    whole = (samples == OVERSAMPLING**2) & (spread < DEPTH_STEP * width) & (cosine > GRAZING)
    y, x = gbuffer.mask.nonzero(as_tuple=True)
    pixel = (y[first] // OVERSAMPLING) * size + x[first] // OVERSAMPLING
    chosen = whole.nonzero()[:, 0]
    outside = torch.ones(size * size, device=pixel.device)
    outside[pixel[chosen]] = 0.0
    near = torch.nn.functional.max_pool2d(outside.reshape(1, 1, size, size), 3, 1, 1).flatten() > 0.0
    position = mean(gbuffer.position)[chosen]
    return Points(
        pixel=pixel[chosen],
        position=position,
        normal=normal[chosen],
        surface=Surface(position, geometric[chosen], view[chosen], surface.visibility[chosen]),
        cosine=cosine[chosen],
        width=width[chosen],
        painted=solid.painted[gbuffer.face[first[chosen]]],
        border=near[pixel[chosen]],
    )


def control(view: View, light: Light) -> torch.Tensor:
    """(3, S, S) light control in [0, 1], black where there is no mesh."""
    return light_picture(view.gbuffer, view.surface, view.first, light).permute(2, 0, 1)


def render(view: View, light: Light, texture: TextureFunction, background: float = 0.5) -> torch.Tensor:
    """(3, S, S) picture of the mesh with a texture, display-encoded sRGB; the background is linear grey."""
    gbuffer = view.gbuffer
    radiance = shade(texture(gbuffer.position, gbuffer.normal), view.surface, light)
    return display.encode(downsample(gbuffer.image(radiance, background))).permute(2, 0, 1)
