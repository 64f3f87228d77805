# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text-to-image model, UNet and text encoder together, on latents: first of small pictures, then of large ones."""

from __future__ import annotations

import typing
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from . import architecture
from .diffusion import batch, batch_loss, lessons, of_whole_objects
from .loop import Options, Progress, train
from .shards import Pictures

if typing.TYPE_CHECKING:
    from transformers import CLIPTokenizer


def build(tokenizer: CLIPTokenizer) -> nn.ModuleDict:
    """Fresh networks."""
    torch.manual_seed(0)
    start, end = tokenizer.bos_token_id, tokenizer.eos_token_id
    return nn.ModuleDict(
        {"text_encoder": architecture.text_encoder(len(tokenizer), start, end), "unet": architecture.unet()}
    )


def train_base(
    pictures: Pictures,
    kind: str,
    tokenizer: CLIPTokenizer,
    modules: nn.ModuleDict,
    folder: Path,
    options: Options,
    on_save: Callable[[nn.ModuleDict, Progress], None],
) -> nn.ModuleDict:
    """Train ``modules`` (see ``build``) on their device, or go on from the checkpoint in ``folder``.

    Args:
        kind: the latents to learn from, "latents" or "small_latents".
    """
    device = next(modules.parameters()).device
    learned = of_whole_objects(lessons(pictures, kind, tokenizer), pictures.scenes())
    modules.train()

    def loss(samples: int) -> torch.Tensor:
        return batch_loss(modules, batch(learned, samples, options.batch, device), learned.schedule)

    return train(modules, loss, options, folder, on_save)
