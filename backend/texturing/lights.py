# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lights that pictures are asked for under: grey, because a control picture cannot tell their colour.

A coloured light would tint the pictures, and the tint would end up in the base colour.
"""

from __future__ import annotations

import math

import numpy as np
import torch

from ..shading.environment import Light, prepare
from ..shading.procedural import KINDS, about_z, lamp, random_rotation, sky, studio, window
from ..shading.sphere import directions
from .views import DIRECTIONS

EXPOSURE = 0.55
"""Mean luminance of the lights over the sphere, that of the training pictures."""
SHEET_KINDS = (studio, sky, window, lamp)


def sheet_lights(count: int, seed: int, device: torch.device | str = "cpu") -> list[Light]:
    """``count`` lights for the first pictures, their brightest sides spread around the mesh."""
    turn = np.random.default_rng([seed, 2]).uniform(0.0, 2.0 * math.pi)
    chosen = []
    for index in range(count):
        environment = SHEET_KINDS[index % len(SHEET_KINDS)](10 * seed + index)
        turned = _prepared(environment, device)
        brightest = turned.flux[:, 0] @ turned.directions[:, :2]
        angle = turn + 2.0 * math.pi * index / count - math.atan2(float(brightest[1]), float(brightest[0]))
        chosen.append(turned.rotated(about_z(angle).to(device)))
    return chosen


def random_lights(count: int, seed: int, device: torch.device | str = "cpu") -> list[Light]:
    """``count`` different lights of all kinds, turned at random with a small tilt."""
    lights = [_prepared(KINDS[index % len(KINDS)](1000 * (seed + 1) + index), device) for index in range(count)]
    return [turned(light, 100 * seed + index) for index, light in enumerate(lights)]


def turned(light: Light, seed: int) -> Light:
    """The light turned at random around Z, and tilted a little."""
    return light.rotated(random_rotation(seed, math.radians(10.0)).to(light.flux.device))


def _prepared(environment, device: torch.device | str) -> Light:
    return prepare(environment.grey().exposed(EXPOSURE).to(device), directions(DIRECTIONS).to(device))
