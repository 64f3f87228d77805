# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tells one place of an animal from another in photos.

Features are compared by Euclidean distance; a difference of one should be a clear one. Each function here takes photos
and gives :class:`Features`, so that others (a larger network's, say) can take their place.
"""

from __future__ import annotations

import dataclasses

import torch

from . import places
from .body import Body
from .collect import Photo

UNIT = 0.3
"""Distance on the template that is a clear one."""

BRIGHTNESS = 0.5
"""How much brightness counts beside hue: light changes it."""
SPREAD = 4.0
"""Differences of color that are clear are about one over this."""


@dataclasses.dataclass(frozen=True)
class Features:
    values: torch.Tensor
    """(P, S, S, F)"""
    trust: torch.Tensor
    """(P, S, S), 1 where they are as good as they get, 0 where they say nothing."""
    bank: torch.Tensor | None
    """(V, F) of the template's vertices; None where only the photos can tell."""


def colours(photos: list[Photo], body: Body) -> Features:
    """Brightness and two differences of color, of pictures made alike in mean color. They need no network."""
    made = []
    for photo in photos:
        weight = photo.mask[..., None]
        total = weight.sum().clamp_min(1.0)
        mean = (photo.colour * weight).sum(dim=(0, 1)) / total
        made.append((photo.colour, mean, float(mean.mean())))
    common = torch.stack([mean for _, mean, _ in made]).mean(dim=0)
    result = []
    for colour, mean, _ in made:
        alike = colour * (common / mean.clamp_min(0.02))
        red, green, blue = alike.unbind(-1)
        bright = (red + green + blue) / 3
        parts = (BRIGHTNESS * bright, red - green, (red + green) / 2 - blue)
        result.append(SPREAD * torch.stack(parts, dim=-1))
    values = torch.stack(result)
    return Features(values, torch.ones(values.shape[:3]), None)


def shown_places(photos: list[Photo], body: Body) -> Features:
    """The place on the template that each pixel shows, by the small network of :mod:`.places`."""
    network = places.load()
    colour = torch.stack([photo.colour for photo in photos])
    mask = torch.stack([photo.mask for photo in photos])
    size = mask.shape[-1]
    weighted = torch.cat((colour * mask[..., None], mask[..., None]), dim=-1).permute(0, 3, 1, 2)
    small = torch.nn.functional.interpolate(weighted, (places.SIZE, places.SIZE), mode="area")
    own = small[:, :3] / small[:, 3:].clamp_min(1e-3)
    with torch.no_grad():
        value, error = network(places.prepared(own.permute(0, 2, 3, 1), small[:, 3]))
    value, error = (
        torch.nn.functional.interpolate(part, (size, size), mode="bilinear", align_corners=False)
        for part in (value, error)
    )
    trust = (1.0 + (torch.exp(error[:, 0]) / UNIT).square()).reciprocal()
    return Features(value.permute(0, 2, 3, 1) / UNIT, trust, body.vertices / UNIT)
