# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The autoencoder's decoder, sharpened: its latents stay what they are, so everything trained on them stays valid.

Trained on errors alone, the decoder answers with the mean of all fine structure that a latent may stand for, and half
of the gradient energy of patterns is lost. A small judge of patches that learns beside it asks for structure that looks
like that of real pictures (Rombach et al., "High-Resolution Image Synthesis with Latent Diffusion Models", 2022,
section 3.1; its adaptive weight is taken at the picture here, which costs nothing).
"""

from __future__ import annotations

import typing
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

from .loop import Options, Progress, train
from .vae import random_crops, reconstruction_loss

if typing.TYPE_CHECKING:
    from diffusers import AutoencoderTiny

    from .shards import Pictures

CROP = 48
NOISE = 0.2
"""Largest standard deviation of what is added to latents: what diffusion paints is further off than an encoded one."""
STRENGTH = 0.6
"""Length of the judge's gradient at the picture beside that of the error."""
JUDGE_RATE = 4e-4
ALONE = 1600
"""Pictures in which the judge learns alone, at the beginning of each run."""


class PatchJudge(nn.Module):
    """(N, 3, H, W) in [-1, 1] to a score for each patch of 21 pixels, high for real ones."""

    def __init__(self, width: int = 48) -> None:
        super().__init__()
        widths = (3, width, 2 * width, 2 * width)
        self.layers = nn.ModuleList(
            [spectral_norm(nn.Conv2d(a, b, 4, stride, 1)) for a, b, stride in zip(widths, widths[1:], (2, 2, 1))]
        )
        self.last = spectral_norm(nn.Conv2d(widths[-1], 1, 3, 1, 1))

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """Scores, and the features on the way."""
        features, x = [], pictures
        for layer in self.layers:
            x = functional.leaky_relu(layer(x), 0.2)
            features.append(x)
        return self.last(x), features


def sharpen(
    pictures: Pictures,
    network: AutoencoderTiny,
    folder: Path,
    options: Options,
    on_save: typing.Callable[[nn.ModuleDict, Progress], None],
) -> AutoencoderTiny:
    """Train the decoder of ``network``, where that is, or go on from the checkpoint in ``folder``."""
    torch.manual_seed(0)
    device = next(network.parameters()).device
    network.requires_grad_(False)
    network.decoder.requires_grad_(True)
    judge = PatchJudge().to(device)
    rival = torch.optim.AdamW(judge.parameters(), JUDGE_RATE, betas=(0.5, 0.9))
    seen = 0

    def loss(samples: int) -> torch.Tensor:
        nonlocal seen
        generator = torch.Generator().manual_seed(samples)
        crops = random_crops(pictures, options.batch, generator, CROP).to(device)
        with torch.no_grad():
            latents = network.encode(crops).latents
            spread = NOISE * torch.rand(len(crops), 1, 1, 1, generator=generator)
            latents = latents + (spread * torch.randn(latents.shape, generator=generator)).to(device)
        made = network.decode(latents).sample.float()
        real, fake = judge(crops)[0], judge(made.detach())[0]
        rival.zero_grad(set_to_none=True)
        (functional.relu(1 - real).mean() + functional.relu(1 + fake).mean()).backward()
        rival.step()
        error = reconstruction_loss(made, crops)
        seen += len(crops)
        if seen <= ALONE:
            return error
        return error + matched(error, opinion(judge, made, crops), made)

    return train(nn.ModuleDict({"vae": network}), loss, options, folder, on_save)["vae"]


def opinion(judge: PatchJudge, made: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
    """What the judge has against pictures: their scores, and how far their features are from the real ones'."""
    scores, features = judge(made)
    with torch.no_grad():
        wanted = judge(real)[1]
    return sum((a - b).abs().mean() for a, b in zip(features, wanted)) - scores.mean()


def matched(error: torch.Tensor, other: torch.Tensor, made: torch.Tensor) -> torch.Tensor:
    """``other``, scaled so that its gradient at the picture is STRENGTH times as long as that of the error."""
    lengths = [torch.autograd.grad(one, made, retain_graph=True)[0].norm() for one in (error, other)]
    return STRENGTH * (lengths[0] / lengths[1].clamp_min(1e-8)).detach() * other
