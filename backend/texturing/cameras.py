# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where pictures of the mesh are taken from: first the views that models know best, then those that see the rest."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import torch

from ..raster.camera import Camera, orbit
from ..raster.visibility import directional_visibility
from .solid import Solid, surface_points

CANONICAL = ((0.0, 0.0), (180.0, 0.0), (-75.0, 15.0), (75.0, 15.0))
"""Azimuth and elevation in degrees of the first four (Deng et al., "FlashTex", ECCV 2024)."""
FOV = math.radians(30.0)
MARGIN = 1.08
"""Room around the mesh: the distance over that from which it just fills the picture."""
ELEVATIONS = (-40.0, 80.0)
CANDIDATES = 96
SAMPLES = 1500


@dataclasses.dataclass(frozen=True)
class Place:
    """A direction to look from, radians; see :func:`..raster.camera.orbit`."""

    azimuth: float
    elevation: float

    def direction(self) -> tuple[float, float, float]:
        """Unit, from the mesh to the camera."""
        level = math.cos(self.elevation)
        return (math.sin(self.azimuth) * level, -math.cos(self.azimuth) * level, math.sin(self.elevation))

    def word(self) -> str:
        """The word for where the camera stands, as the captions of the training pictures use it; "" between two."""
        if self.elevation > math.radians(50.0):
            return "top"
        angle = abs(math.degrees(math.remainder(self.azimuth, 2.0 * math.pi)))
        if angle < 25.0:
            return "front"
        if 65.0 < angle < 115.0:
            return "side"
        return "rear" if angle > 155.0 else ""


def canonical(count: int) -> list[Place]:
    """The first ``count`` of the views that models know best, at most all of them."""
    return [Place(math.radians(azimuth), math.radians(elevation)) for azimuth, elevation in CANONICAL[:count]]


def places(solid: Solid, count: int, seed: int) -> list[Place]:
    """``count`` places: the canonical ones, then each time the candidate that shows most of what was seen badly.

    A point is seen well from where its normal points at the camera; a hidden one not at all.
    """
    chosen = canonical(count)
    random = np.random.default_rng([seed, 1])
    low, high = (math.sin(math.radians(angle)) for angle in ELEVATIONS)
    candidates = [
        Place(random.uniform(-math.pi, math.pi), math.asin(random.uniform(low, high)))
        for _ in range(max(CANDIDATES, 4 * count))
    ]
    everything = chosen + candidates
    points, normals = surface_points(solid, SAMPLES, seed)
    directions = torch.tensor([place.direction() for place in everything], device=points.device)
    visible = directional_visibility(solid.vertices, solid.triangles, points, normals, directions)
    quality = (visible * (normals @ directions.T).clamp_min(0.0) ** 2).cpu()
    seen = quality[:, : len(chosen)].sum(1)
    free = list(range(len(chosen), len(everything)))
    while len(chosen) < count:
        # The logarithm makes a first look at a point worth more than a fifth.
        gain = [float((quality[:, index] / (0.1 + seen)).sum()) for index in free]
        best = free.pop(int(np.argmax(gain)))
        seen = seen + quality[:, best]
        chosen.append(everything[best])
    return chosen


def framed(solid: Solid, place: Place, size: int) -> Camera:
    """A camera of ``size`` pixels at a place that just sees the whole mesh."""
    return _around(solid.vertices, (0.0, 0.0, 0.0), place, size)


def close_up(solid: Solid, place: Place, size: int, target: torch.Tensor, radius: float) -> Camera:
    """A camera that looks at a ball around a point (3,) of the mesh. It may stand within other parts of the mesh."""
    distance = radius / math.sin(0.5 * FOV)
    return orbit(place.azimuth, place.elevation, distance, FOV, size, tuple(target.tolist()))


def _around(points: torch.Tensor, target: tuple[float, float, float], place: Place, size: int) -> Camera:
    """A camera that looks at the target and sees all points (V, 3)."""
    axes = orbit(place.azimuth, place.elevation, 1.0, FOV, size).camera_to_world[:3, :3].to(points.device)
    local = (points - torch.tensor(target, device=points.device)) @ axes
    distance = (local[:, :2].abs().amax(1) / math.tan(0.5 * FOV) + local[:, 2]).amax()
    return orbit(place.azimuth, place.elevation, MARGIN * float(distance), FOV, size, target)
