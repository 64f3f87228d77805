# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where an animal goes before a camera that stands still: it goes head first, so its way tells the side it is seen
from, also where outlines are the same from the front and from behind."""

from __future__ import annotations

import torch

WINDOW = 0.2
"""Of the clip, the standard deviation of the frames that tell how fast the animal goes in their middle."""
DEEP = 5.0
"""How much less sure a distance from the camera is than a place across it."""
SLOW = 0.015
"""Of the template's units for each frame: speed at which the way counts half."""


def spots(cameras: torch.Tensor, lens: torch.Tensor) -> torch.Tensor:
    """(P, K, 3): right, down and away from the camera in the template's units, of animals seen by cameras (P, K, 6)
    with lenses (P, 3)."""
    distance = cameras[..., 5:].exp()
    across = (cameras[..., 3:5] - lens[:, None, 1:]) * distance / lens[:, None, :1]
    return torch.cat((across, distance), dim=-1)


def velocity(cameras: torch.Tensor, lens: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
    """(P, 2) of the template's units for each frame: to the right, and towards the camera, on the ground.

    Of the median of guessed cameras (P, K, 6), by straight lines through the frames around each; ``times`` (P,) are in
    frames. A step on the ground towards the camera goes down on the frame as well as nearer.
    """
    places = spots(cameras, lens).median(dim=1).values
    gap = times - times[:, None]
    weight = torch.exp(-0.5 * (gap / (WINDOW * (times[-1] - times[0])).clamp_min(1.0)).square())
    weight = weight / weight.sum(dim=1, keepdim=True)
    around = gap - (weight * gap).sum(dim=1, keepdim=True)
    speed = (weight * around) @ places / (weight * around.square()).sum(dim=1, keepdim=True).clamp_min(1e-6)
    elevation = cameras[..., 1].median()
    high, flat = torch.sin(elevation), torch.cos(elevation)
    sure = DEEP**2
    near = (sure * high * speed[:, 1] - flat * speed[:, 2]) / (sure * high.square() + flat.square())
    return torch.stack((speed[:, 0], near), dim=1)


def ahead(going: torch.Tensor) -> torch.Tensor:
    """(P,) azimuths from which an animal is seen that goes at a velocity (P, 2)."""
    return torch.atan2(-going[:, 0], going[:, 1])


def against(azimuths: torch.Tensor, going: torch.Tensor) -> torch.Tensor:
    """(P, K) from 0 to 1: whether animals at azimuths (P, K) go tail first at a velocity (P, 2)."""
    square = going.square().sum(dim=1, keepdim=True)
    return 0.5 * (1.0 - torch.cos(azimuths - ahead(going)[:, None])) * square / (square + SLOW**2)
