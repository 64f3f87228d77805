# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Training of the lifter, see :mod:`..lifting.network`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from ..lifting.frustum import FINE
from ..lifting.network import Lifted, Lifter
from .lifter_data import pose
from .loop import Options, Progress, train
from .shards import Pictures

ALBEDO, POSE = 0.5, 0.1
"""Weights beside that of the solid."""


def train_lifter(
    pictures: Pictures,
    folder: Path,
    options: Options,
    device: torch.device,
    begin: Lifter | None,
    on_save: Callable[[nn.ModuleDict, Progress], None],
) -> Lifter:
    """Train from ``begin`` or from nothing, or go on from the checkpoint in ``folder``; the averaged network."""
    torch.manual_seed(0)
    modules = nn.ModuleDict({"lifter": begin or Lifter()}).to(device).requires_grad_(True).train()
    poses = torch.tensor([pose(scene) for scene in pictures.scenes()])

    def loss(samples: int) -> torch.Tensor:
        generator = torch.Generator().manual_seed(samples)
        index = torch.randint(len(pictures), (options.batch,), generator=generator)
        parts = [torch.stack([pictures.array(name, item) for item in index.tolist()]) for name in ARRAYS]
        picture, solid, albedo = (part.float() / 255 for part in parts)
        example = mirrored(picture, solid, albedo, poses[index], generator)
        picture, solid, albedo, wanted = (part.to(device) for part in example)
        return lifter_loss(modules["lifter"](recoloured(picture, generator)), picture[:, 3:], solid, albedo, wanted)

    return train(modules, loss, options, folder, on_save)["lifter"]


ARRAYS = ("pictures", "solids", "albedos")


def mirrored(
    picture: torch.Tensor, solid: torch.Tensor, albedo: torch.Tensor, poses: torch.Tensor, generator: torch.Generator
) -> tuple[torch.Tensor, ...]:
    """Every other example, left and right changed: the same object seen from its other side, for most of them."""
    flip = torch.rand(len(picture), generator=generator) < 0.5
    wide = flip[:, None, None, None]
    side = torch.where(flip, -1.0, 1.0)[:, None]
    poses = torch.cat((poses[:, :1], poses[:, 1:2] * side, poses[:, 2:]), dim=1)
    return (
        torch.where(wide, picture.flip(-1), picture), torch.where(wide, solid.flip(2), solid),
        torch.where(wide, albedo.flip(-1), albedo), poses,
    )  # fmt: skip


def recoloured(picture: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Network input in [-1, 1] from pictures (N, 4, H, W) in [0, 1], brighter or darker and with a trace of noise."""
    gain = torch.exp(0.2 * torch.randn(len(picture), 1, 1, 1, generator=generator)).to(picture.device)
    noise = 0.02 * torch.randn(picture[:, :3].shape, generator=generator).to(picture.device)
    inside = picture[:, 3:] > 0
    colour = torch.where(inside, (picture[:, :3] * gain + noise).clamp(0, 1), picture[:, :3])
    return torch.cat((colour, picture[:, 3:]), dim=1) * 2 - 1


def lifter_loss(
    found: Lifted, alpha: torch.Tensor, solid: torch.Tensor, albedo: torch.Tensor, poses: torch.Tensor
) -> torch.Tensor:
    """Cross-entropy of the cells behind the object, and the errors of base colors and pose.

    Args:
        alpha: (N, 1, PICTURE, PICTURE) in [0, 1]; nothing is asked where it is 0, see ``lift.solid_of``.
        solid: (N, CELLS, CELLS, CELLS) in [0, 1]; albedo (N, 6, CELLS, CELLS); poses (N, 3).
    """
    inside = (functional.max_pool2d(alpha, FINE) > 0).float()[:, 0]
    cells = functional.binary_cross_entropy_with_logits(found.solid, solid, reduction="none").mean(dim=-1)
    share = inside / inside.sum(dim=(1, 2), keepdim=True).clamp_min(1)
    shown = (found.albedo - albedo).abs().mean(dim=1)
    turned = (found.elevation - poses[:, 0]).abs().mean() + (found.azimuth - poses[:, 1:]).square().mean()
    return ((cells + ALBEDO * shown) * share).sum(dim=(1, 2)).mean() + POSE * turned
