# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture with its camera."""

from __future__ import annotations

import dataclasses

import torch

from ..raster.camera import Camera


@dataclasses.dataclass(frozen=True)
class View:
    name: str
    """The picture's file name, for messages."""
    camera: Camera
    colour: torch.Tensor
    """(H, W, 3) float32, display-encoded sRGB, not multiplied by the mask."""
    mask: torch.Tensor | None
    """(H, W) float32: how much of each pixel is object; None until it is known."""
    normal: torch.Tensor | None = None
    """(H, W, 3) float32 in the world, as long as it is sure, 0 to 1; None where nobody gave any."""


def resized(view: View, longest: int) -> View:
    """The view with its longest side at most ``longest`` pixels: means over the pixels' areas, the camera to match."""
    width, height = view.camera.width, view.camera.height
    factor = longest / max(width, height)
    if factor >= 1.0:
        return view
    size = max(1, round(height * factor)), max(1, round(width * factor))
    x, y = size[1] / width, size[0] / height
    camera = dataclasses.replace(
        view.camera,
        fx=view.camera.fx * x,
        fy=view.camera.fy * y,
        cx=view.camera.cx * x,
        cy=view.camera.cy * y,
        width=size[1],
        height=size[0],
    )
    normal = None if view.normal is None else _shrunk(view.normal, size)
    if view.mask is None:
        return View(view.name, camera, _shrunk(view.colour, size), None, normal)
    mask = _shrunk(view.mask[..., None], size)
    # Colours count by how much of them is object: what lies behind must not bleed in.
    colour = _shrunk(view.colour * view.mask[..., None], size) / mask.clamp_min(1e-3)
    return View(view.name, camera, colour, mask[..., 0], normal)


def _shrunk(image: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """(H, W, C) to (size, C)."""
    batch = image.permute(2, 0, 1)[None]
    return torch.nn.functional.interpolate(batch, size, mode="area")[0].permute(1, 2, 0)


def sample(image: torch.Tensor, pixels: torch.Tensor) -> torch.Tensor:
    """Values (N, C) of an image (H, W, C) at pixel coordinates (N, 2), bilinear; outside it those of its border."""
    size = torch.tensor((image.shape[1], image.shape[0]), dtype=pixels.dtype, device=pixels.device)
    place = (2.0 * pixels / size - 1.0)[None, :, None]
    values = torch.nn.functional.grid_sample(
        image.permute(2, 0, 1)[None], place, mode="bilinear", padding_mode="border", align_corners=False
    )
    return values[0, :, :, 0].T
