# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Third stage: ControlNets on the frozen base.

Three are trained alike: for light, for depth, and, to compare with, for light with the lights of other pictures.
"""

from __future__ import annotations

import typing
from collections.abc import Callable
from enum import Enum
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from . import architecture
from .diffusion import batch, batch_loss, lessons
from .loop import Options, Progress, train
from .shards import Pictures

if typing.TYPE_CHECKING:
    from transformers import CLIPTokenizer


class Control(Enum):
    """What the control picture shows."""

    LIGHT = "light"
    DEPTH = "depth"
    OTHER_LIGHT = "other-light"
    """The same object under a light that is not the picture's: the ablation."""


def control_pictures(pictures: Pictures, control: Control, index: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) in [0, 1], at the pictures' full size."""
    if control is Control.DEPTH:
        depths = torch.stack([pictures.array("depths", item) for item in index.tolist()])
        return depths[:, None].expand(-1, 3, -1, -1).float() / 255
    if control is Control.OTHER_LIGHT:
        index = pictures.sibling(index)
    return torch.stack([pictures.array("controls", item) for item in index.tolist()]).float() / 255


def build(base: nn.ModuleDict) -> nn.ModuleDict:
    """A fresh ControlNet for ``base``, where that is."""
    torch.manual_seed(0)
    made = nn.ModuleDict({"controlnet": architecture.controlnet(base["unet"])})
    return made.to(next(base.parameters()).device).requires_grad_(True)


def train_control(
    control: Control,
    pictures: Pictures,
    kind: str,
    tokenizer: CLIPTokenizer,
    base: nn.ModuleDict,
    modules: nn.ModuleDict,
    folder: Path,
    options: Options,
    on_save: Callable[[nn.ModuleDict, Progress], None],
) -> nn.ModuleDict:
    """Train ``modules`` (see ``build``) on ``base``, which stays as it is, or go on from the checkpoint in ``folder``.

    Args:
        kind: the latents to learn from, "latents" or "small_latents".
    """
    base.requires_grad_(False).eval()
    device = next(base.parameters()).device
    learned = lessons(pictures, kind, tokenizer)

    def loss(samples: int) -> torch.Tensor:
        lesson = batch(learned, samples, options.batch, device)
        condition = control_pictures(pictures, control, lesson.index).to(device)
        if kind == "small_latents":
            condition = functional.avg_pool2d(condition, 2)
        return batch_loss(base, lesson, learned.schedule, modules["controlnet"], condition)

    return train(modules, loss, options, folder, on_save)
