# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small network that tells for each pixel of an animal which place of the template it shows, and how sure it is.

It has only ever seen random templates (``tools/train_places.py``), in random colors and light. Predicting a canonical
place for each pixel is after Neverova et al., "Continuous Surface Embeddings", 2020; that the error's size is predicted
with it, after Kendall and Gal, "What Uncertainties Do We Need", 2017.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn

SIZE = 48
"""Pixels of a picture's sides."""
CHANNELS = (16, 32, 56, 80)
FILE = Path(__file__).with_name("places.safetensors")


class Places(nn.Module):
    """(N, 4, S, S) of :func:`prepared`, S being SIZE -> places (N, 3, S, S) and logarithms of errors (N, 1, S, S)."""

    def __init__(self) -> None:
        super().__init__()
        widths = (4, *CHANNELS)
        self.down = nn.ModuleList(_block(a, b) for a, b in zip(widths, CHANNELS, strict=False))
        self.middle = _block(CHANNELS[-1], CHANNELS[-1])
        self.up = nn.ModuleList(_block(a + b, a) for a, b in itertools.pairwise(CHANNELS))
        self.last = nn.Conv2d(CHANNELS[0], 4, 1)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        kept = []
        value = image
        for level, block in enumerate(self.down):
            value = block(value if level == 0 else nn.functional.avg_pool2d(value, 2))
            kept.append(value)
        value = nn.functional.interpolate(self.middle(nn.functional.avg_pool2d(value, 2)), scale_factor=2) + value
        for block, skip in zip(reversed(self.up), reversed(kept[:-1]), strict=True):
            value = nn.functional.interpolate(value, scale_factor=2, mode="bilinear", align_corners=False)
            value = block(torch.cat((skip, value), dim=1))
        value = self.last(value)
        return value[:, :3], value[:, 3:]


def load(path: Path = FILE) -> Places:
    """The trained network."""
    network = Places()
    network.load_state_dict(
        {name: value.float() if value.is_floating_point() else value for name, value in load_file(path).items()}
    )
    return network.eval()


def prepared(colour: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """(N, 4, H, W) of colours (N, H, W, 3) and masks (N, H, W): the colours' mean and contrast taken out."""
    weight = mask[..., None]
    total = weight.sum(dim=(1, 2), keepdim=True).clamp_min(1.0)
    mean = (colour * weight).sum(dim=(1, 2), keepdim=True) / total
    spread = ((colour - mean).square() * weight).sum(dim=(1, 2), keepdim=True) / total
    even = (colour - mean) / (spread.mean(dim=-1, keepdim=True).sqrt() + 0.02)
    return torch.cat((weight, 0.5 * even * weight), dim=-1).permute(0, 3, 1, 2)


def _block(before: int, after: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, 3, padding=1, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(inplace=True),
        nn.Conv2d(after, after, 3, padding=1, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(inplace=True),
    )
