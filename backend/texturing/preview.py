# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result as a picture, without Blender: one view under two coloured lights that no stage has used."""

from __future__ import annotations

import math

import torch

from ..shading.controls import OVERSAMPLING
from ..shading.environment import load, prepare
from ..shading.sphere import directions
from .appearance import TextureFunction
from .cameras import Place, framed
from .lights import EXPOSURE
from .solid import Solid
from .views import DIRECTIONS, render, view_of

PLACE = Place(math.radians(35.0), math.radians(18.0))
LIGHTS = ("courtyard", "sunset")


@torch.no_grad()
def preview(solid: Solid, texture: TextureFunction, size: int) -> torch.Tensor:
    """(S, 2 S, 3) display-encoded, in [0, 1]."""
    view = view_of(solid, framed(solid, PLACE, OVERSAMPLING * size))
    device = solid.vertices.device
    toward = directions(DIRECTIONS).to(device)
    lights = [prepare(load(name).exposed(EXPOSURE).to(device), toward) for name in LIGHTS]
    pictures = [render(view, light, texture, background=0.6) for light in lights]
    return torch.cat(pictures, dim=2).permute(1, 2, 0).cpu()
