# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the network says of a picture with camera and mask, at the picture's own pixels and in the world's axes."""

from __future__ import annotations

import dataclasses

import torch
from torch.nn import functional

from ..raster.camera import pixel_rays
from ..reconstruction.views import View, sample
from .network import FILL, GREY, PICTURE, Facing, NormalNetwork
from .sight import in_world


HALF_SURE = 4.0
"""Sureness at which a normal counts half."""


@dataclasses.dataclass(frozen=True)
class Estimate:
    normal: torch.Tensor
    """(H, W, 3) unit, in the world; it means nothing outside the outline."""
    sureness: torch.Tensor
    """(H, W): see ``network.Facing``."""
    depth: torch.Tensor
    """(H, W) along the viewing axis, beyond the object's middle, for an object at distance 1 from the camera."""
    spread: torch.Tensor
    """(H, W): the error of the depth to be expected, in the same measure."""

    @property
    def facing(self) -> torch.Tensor:
        """(H, W, 3) normals as long as they are sure, 0 to 1."""
        return self.normal * (self.sureness / (self.sureness + HALF_SURE))[..., None]


@dataclasses.dataclass(frozen=True)
class Crop:
    """The square of a picture that the network is shown, in pixels."""

    left: float
    top: float
    side: float


@torch.no_grad()
def estimate(network: NormalNetwork, view: View) -> Estimate:
    """Of a view whose mask is known and shows something."""
    crop = crop_of(view.mask)
    height, width = view.mask.shape
    found = asked_twice(network, cut_out(view, crop))
    x = (torch.arange(width) + 0.5 - crop.left) * (PICTURE / crop.side)
    y = (torch.arange(height) + 0.5 - crop.top) * (PICTURE / crop.side)
    pixels = torch.stack(torch.meshgrid(x, y, indexing="xy"), dim=-1).reshape(-1, 2)
    values = torch.cat((found.normal[0], torch.stack((found.sureness[0], found.depth[0], found.spread[0]))))
    values = sample(values.permute(1, 2, 0), pixels)
    eye = functional.normalize(-pixel_rays(view.camera).reshape(-1, 3), dim=-1)
    normal = in_world(functional.normalize(values[:, :3], dim=-1), eye, view.camera)
    unit = 0.5 * crop.side / view.camera.fx
    return Estimate(
        normal.reshape(height, width, 3),
        values[:, 3].reshape(height, width),
        unit * values[:, 4].reshape(height, width),
        unit * values[:, 5].reshape(height, width),
    )


def crop_of(mask: torch.Tensor) -> Crop:
    """Of a mask (H, W): what it shows in the middle, its longer side over FILL of the square's."""
    rows, columns = (mask > 0.5).nonzero(as_tuple=True)
    top, bottom = float(rows.min()), float(rows.max()) + 1
    left, right = float(columns.min()), float(columns.max()) + 1
    side = max(bottom - top, right - left) / FILL
    return Crop(0.5 * (left + right - side), 0.5 * (top + bottom - side), side)


def cut_out(view: View, crop: Crop) -> torch.Tensor:
    """The network's input (1, 4, PICTURE, PICTURE) in [0, 1]."""
    height, width = view.mask.shape
    # As many samples within each pixel as keep a large picture from flickering.
    finer = max(1, round(crop.side / PICTURE))
    steps = (torch.arange(PICTURE * finer) + 0.5) * (crop.side / (PICTURE * finer))
    x, y = torch.meshgrid(crop.left + steps, crop.top + steps, indexing="xy")
    inside = ((x >= 0) & (x <= width) & (y >= 0) & (y <= height)).float()
    image = torch.cat((view.colour * view.mask[..., None], view.mask[..., None]), dim=-1)
    found = sample(image, torch.stack((x, y), dim=-1).reshape(-1, 2)).reshape(*x.shape, 4) * inside[..., None]
    found = functional.avg_pool2d(found.permute(2, 0, 1)[None], finer)
    alpha = found[:, 3:].clamp(0.0, 1.0)
    return torch.cat((found[:, :3] + GREY * (1.0 - alpha), alpha), dim=1)


def asked_twice(network: NormalNetwork, picture: torch.Tensor) -> Facing:
    """The mean of what the network says of pictures (N, 4, S, S) in [0, 1] and of their mirror images."""
    one, other = network(2 * picture - 1), network(2 * picture.flip(-1) - 1)
    turned = other.normal.flip(-1) * other.normal.new_tensor((-1.0, 1.0, 1.0))[:, None, None]
    both = one.normal * one.sureness[:, None] + turned * other.sureness.flip(-1)[:, None]
    # Where the two disagree neither is sure.
    sureness = 0.5 * both.norm(dim=1)
    depth = 0.5 * (one.depth + other.depth.flip(-1))
    spread = 0.5 * (one.spread + other.spread.flip(-1)) + 0.5 * (one.depth - other.depth.flip(-1)).abs()
    return Facing(functional.normalize(both, dim=1), sureness, depth, spread)
