# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sculptor is told of a picture: what the lifter has made of it, one token for each of 8 x 8 pieces."""

from __future__ import annotations

import torch
from torch.nn import functional

from ..lifting import network
from ..lifting.frustum import PICTURE
from ..lifting.network import Lifter

SIDE = 8
"""Pieces along each side of a picture."""
SOLID, ALPHA = 2, 4
"""Rows of solid cells, and parts of the outline, along each side of a piece."""
DEPTH = 16
"""Cells along each of those rows."""
CHANNELS = network.WIDTHS[2] + network.WIDTHS[0] + SOLID**2 * DEPTH + ALPHA**2 + 3


@torch.no_grad()
def seen(lifter: Lifter, pictures: torch.Tensor) -> torch.Tensor:
    """(N, SIDE * SIDE, CHANNELS) of pictures (N, 4, PICTURE, PICTURE) as the lifter takes them, row by row."""
    assert pictures.shape[1:] == (4, PICTURE, PICTURE), pictures.shape
    features = lifter.features(pictures)
    said = lifter.said(pictures, features)
    count = len(pictures)
    deep = functional.layer_norm(features.deep.movedim(1, -1), features.deep.shape[1:2]).movedim(-1, 1)
    fine = functional.adaptive_avg_pool2d(features.fine, SIDE)
    fine = functional.layer_norm(fine.movedim(1, -1), fine.shape[1:2]).movedim(-1, 1)
    cells = (SIDE * SOLID, SIDE * SOLID, DEPTH)
    solid = functional.adaptive_avg_pool3d(said.solid.sigmoid()[:, None], cells)[:, 0].permute(0, 3, 1, 2)
    alpha = functional.adaptive_avg_pool2d(pictures[:, 3:], SIDE * ALPHA)
    pose = torch.cat((said.elevation[:, None], said.azimuth), dim=1)[..., None, None].expand(count, 3, SIDE, SIDE)
    parts = deep, fine, functional.pixel_unshuffle(solid, SOLID), functional.pixel_unshuffle(alpha, ALPHA), pose
    return torch.cat(parts, dim=1).flatten(2).transpose(1, 2)
