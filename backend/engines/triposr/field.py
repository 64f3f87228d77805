# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Density and colour in space, from planes of features; and the surface where the density passes a threshold.

Space is the checkpoint's: x towards the picture's viewer, y to the right, z up, a cube of half-side RADIUS.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch.nn import functional

from ...isosurface import extract
from .network import Decoder

RADIUS = 0.87
THRESHOLD = 25.0
"""Density at the surface."""
BIAS = -1.0
"""density = exp(value + BIAS)"""
LEVEL = math.log(THRESHOLD) - BIAS
"""The decoder's value there. The surface is looked for in these values: nearly linear where density explodes."""
PLANES = ((0, 1), (0, 2), (1, 2))
"""Axes of each plane, along its columns and along its rows."""
POINTS = 1 << 19
"""At once."""


def features(planes: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
    """What the planes (3, C, H, W) hold at points (N, 3) within -1..1 of the cube: (N, 3 C), plane after plane."""
    places = torch.stack([points[:, axes] for axes in PLANES])[:, None]  # (3, 1, N, 2)
    found = functional.grid_sample(planes, places, mode="bilinear", align_corners=False)
    return found[:, :, 0].flatten(0, 1).T


def values(decoder: Decoder, planes: torch.Tensor, points: torch.Tensor, at_once: int = POINTS) -> torch.Tensor:
    """The decoder's values (N, 4) at points (N, 3) within -1..1."""
    return torch.cat([decoder(features(planes, some)) for some in points.split(at_once)])


def colours(decoder: Decoder, planes: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
    """(N, 3) at points (N, 3) within -1..1, display-encoded sRGB."""
    return values(decoder, planes, points)[:, 1:].sigmoid()


def grid_values(
    decoder: Decoder,
    planes: torch.Tensor,
    samples: int,
    heard: Callable[[float], None] = lambda part: None,
    at_once: int = POINTS,
) -> torch.Tensor:
    """What becomes density, (samples, samples, samples), at a grid from corner to corner of the cube.

    The first layer is linear and each plane knows two of three coordinates, so it is computed once for each sample of a
    plane and only added up in space.
    """
    line = torch.linspace(-1.0, 1.0, samples, device=planes.device)
    places = torch.stack(torch.meshgrid(line, line, indexing="ij"), dim=-1).expand(3, -1, -1, -1)
    found = functional.grid_sample(planes, places, mode="bilinear", align_corners=False)  # (3, C, first, second axis)
    first = decoder.layers[0]
    weights = first.weight.unflatten(1, (3, -1))  # (neurons, 3, C)
    xy, xz, yz = (torch.einsum("cij,oc->ijo", found[i], weights[:, i]) for i in range(3))
    rest = decoder.layers[1:]
    result = torch.empty((samples,) * 3, device=planes.device)
    step = max(1, at_once // samples**2)
    for begin in range(0, samples, step):
        here = slice(begin, begin + step)
        hidden = xy[here, :, None] + xz[here, None, :] + yz[None] + first.bias
        result[here] = rest(hidden)[..., 0]
        heard(min(1.0, (begin + step) / samples))
    return result


def surface(
    decoder: Decoder, planes: torch.Tensor, samples: int, heard: Callable[[float], None] = lambda part: None
) -> extract.Mesh:
    """The closed surface in the checkpoint's space. Raises ``isosurface.EmptySurface``."""
    distances = LEVEL - grid_values(decoder, planes, samples, heard)
    cell = 2.0 * RADIUS / (samples - 1)
    grid = extract.Grid(torch.full((3,), -RADIUS, device=planes.device), cell, (samples,) * 3)
    return extract.extract(extract.closed(distances, 1e-3), grid)
