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
from .diffusion import draw, velocity_loss
from .loop import Options, Progress, train
from .shards import CAPTIONS, Pictures

if typing.TYPE_CHECKING:
    from transformers import CLIPTokenizer


def caption_tokens(tokenizer: CLIPTokenizer, scenes: list[dict]) -> torch.Tensor:
    """(N, CAPTIONS, L) int16: the tokens of every wording."""
    captions = [caption for scene in scenes for caption in scene["captions"][:CAPTIONS]]
    tokens = tokenizer(captions, padding="max_length", truncation=True, return_tensors="pt").input_ids
    return tokens.view(len(scenes), CAPTIONS, -1).to(torch.int16)


def empty_tokens(tokenizer: CLIPTokenizer) -> torch.Tensor:
    """(L,) int16: the tokens of the empty prompt."""
    return tokenizer("", padding="max_length", return_tensors="pt").input_ids[0].to(torch.int16)


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
    latents = pictures.latents(kind)
    tokens, empty = caption_tokens(tokenizer, pictures.scenes()), empty_tokens(tokenizer)
    schedule = architecture.scheduler()
    modules.train()

    def loss(samples: int) -> torch.Tensor:
        chosen = draw(samples, options.batch, len(latents), CAPTIONS, latents.shape[1:], len(schedule.alphas_cumprod))
        words = torch.where(chosen.dropped[:, None], empty, tokens[chosen.index, chosen.caption]).long().to(device)
        clean, noise = latents[chosen.index].float().to(device), chosen.noise.to(device)
        step = chosen.step.to(device)
        text = modules["text_encoder"](words).last_hidden_state
        prediction = modules["unet"](schedule.add_noise(clean, noise, step), step, text).sample
        return velocity_loss(prediction, clean, noise, step, schedule)

    return train(modules, loss, options, folder, on_save)
