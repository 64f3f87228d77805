# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Training of the network of normals, see :mod:`..normals.network`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from ..normals.network import NormalNetwork, angular_loss, depth_loss
from .lifter import recoloured
from .loop import Options, Progress, train
from .shards import Pictures

ARRAYS = ("pictures", "normals", "depths")
DEPTH = 0.5
"""Weight beside that of the normals."""


def train_normals(
    pictures: Pictures,
    folder: Path,
    options: Options,
    device: torch.device,
    begin: NormalNetwork | None,
    on_save: Callable[[nn.ModuleDict, Progress], None],
) -> NormalNetwork:
    """Train from ``begin`` or from nothing, or go on from the checkpoint in ``folder``; the averaged network."""
    torch.manual_seed(0)
    modules = nn.ModuleDict({"normals": begin or NormalNetwork()}).to(device).requires_grad_(True).train()

    def loss(samples: int) -> torch.Tensor:
        generator = torch.Generator().manual_seed(samples)
        index = torch.randint(len(pictures), (options.batch,), generator=generator)
        picture, normal, depth = (
            torch.stack([pictures.array(name, item).float() for item in index.tolist()]) for name in ARRAYS
        )
        normal = functional.normalize(normal / 127.5 - 1, dim=1)
        example = mirrored(picture / 255, normal, depth, generator)
        picture, normal, depth = (part.to(device) for part in example)
        found = modules["normals"](recoloured(picture, generator))
        mask = picture[:, 3]
        return angular_loss(found, normal, mask) + DEPTH * depth_loss(found, depth, mask)

    return train(modules, loss, options, folder, on_save)["normals"]


def mirrored(
    picture: torch.Tensor, normal: torch.Tensor, depth: torch.Tensor, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Every other example, left and right changed: the normals' first component with the pixels."""
    flip = torch.rand(len(picture), generator=generator) < 0.5
    wide = flip[:, None, None, None]
    other = normal.flip(-1) * normal.new_tensor((-1.0, 1.0, 1.0))[:, None, None]
    return (
        torch.where(wide, picture.flip(-1), picture), torch.where(wide, other, normal),
        torch.where(flip[:, None, None], depth.flip(-1), depth),
    )  # fmt: skip
