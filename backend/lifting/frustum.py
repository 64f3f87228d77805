# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The space behind a picture of one object, in which the lifter says what is solid.

A place is (u, v, w): u to the right and v down, both -1 to 1 across the square picture, and w away from the viewer, 0
in the middle of the object's depth. One unit of w is as long as half the picture is wide at that depth. So every row
of cells along w lies behind one piece of the picture, whatever the lens: an outline is met by construction.
"""

from __future__ import annotations

import math

import torch

PICTURE = 128
"""Pixels along a side of the picture that the network reads."""
CELLS = 64
"""Cells along each axis."""
FINE = PICTURE // CELLS
"""Pixels along a side that are in front of one row of cells."""
REACH = 1.5
"""Depths go from -REACH to REACH; what is longer is cut off."""
FILL = 0.85
"""Part of the picture's side that the object's longer side takes."""
TANGENT = 0.24
"""Of half the angle that a picture is taken to span where its lens is not known: the median in training."""


def unprojected(places: torch.Tensor, tangent: float, elevation: float) -> torch.Tensor:
    """Points (N, 3) of places (N, 3), Z up and the viewer towards -Y, ``elevation`` radians above the horizon.

    The middle of the frustum is the origin, and half the picture's side at that depth is one unit.
    """
    assert places.ndim == 2 and places.shape[1] == 3, places.shape
    u, v, w = places.unbind(-1)
    wider = 1.0 + tangent * w
    x, up, away = u * wider, -v * wider, w
    sine, cosine = math.sin(elevation), math.cos(elevation)
    return torch.stack((x, away * cosine + up * sine, up * cosine - away * sine), dim=-1)


def places_of(indices: torch.Tensor, cells: int = CELLS) -> torch.Tensor:
    """Places (N, 3) of cell indices (N, 3) along u, v, w; whole numbers are centres of cells."""
    scale = indices.new_tensor((2.0, 2.0, 2.0 * REACH)) / cells
    return (indices + 0.5) * scale - indices.new_tensor((1.0, 1.0, REACH))
