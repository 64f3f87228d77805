# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simple backgrounds: flat, as in a catalogue, or with the gentle falloff of a studio."""

from __future__ import annotations

import math
import random

import torch

from ..shading import display
from .materials.draw import Draw
from .materials.look import colour_named

FLAT_CHANCE = 0.5


def background(word: str, seed: int, size: int, device: torch.device) -> torch.Tensor:
    """(size, size, 3) linear Rec.709: the colour of ``word`` in one of its shades.

    White, grey and black are exact and flat half of the time, so that a plain background can be asked for.
    """
    draw = random.Random(seed)
    flat = draw.random() < FLAT_CHANCE
    exact = {"white": 1.0, "grey": 0.5, "black": 0.0}
    if word in exact and flat:
        colour = torch.full((3,), exact[word])
    else:
        colour = display.encode(colour_named(word).draw(Draw(seed)))
    colour = colour.to(device)
    if flat:
        return display.decode(colour).expand(size, size, 3)
    line = torch.linspace(-1, 1, size, device=device)
    y, x = torch.meshgrid(line, line, indexing="ij")
    strength = draw.uniform(0.08, 0.3)
    if draw.random() < 0.5:
        # A wall that is lit from above or below.
        fall = y * draw.choice((-1, 1)) + 0.3 * draw.uniform(-1, 1) * x
    else:
        # A spot behind the object.
        centre_x, centre_y = draw.uniform(-0.4, 0.4), draw.uniform(-0.5, 0.3)
        fall = 0.7 - ((x - centre_x) ** 2 + (y - centre_y) ** 2).sqrt() / math.sqrt(2) * 1.4
    return display.decode((colour + strength * 0.5 * fall[..., None] * (0.4 + colour)).clamp(0, 1))
