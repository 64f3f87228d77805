# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the diffusion stages share: the loss, and which pictures are drawn."""

from __future__ import annotations

import typing
from dataclasses import dataclass

import torch

if typing.TYPE_CHECKING:
    from diffusers import DDIMScheduler

CAPTION_DROPPED = 0.1
"""Share of pictures that are learned without their caption, for classifier-free guidance."""
SIGNAL_TO_NOISE_LIMIT = 5.0
TOWARD_NOISE = 0.5
"""Power of the uniform draw of noise steps. Over a whole object noise averages out, so what words say about its colour
and material is news in the noisiest fifth of the steps alone: this draws 36 % of them there."""


@dataclass(frozen=True)
class Draw:
    """One training batch's random choices, the same on every machine for one seed."""

    index: torch.Tensor
    """(B,) which pictures."""
    caption: torch.Tensor
    """(B,) which of a picture's captions."""
    dropped: torch.Tensor
    """(B,) bool, learn without caption."""
    step: torch.Tensor
    """(B,) noise step, 0..999."""
    noise: torch.Tensor
    """(B, C, H, W) standard normal."""


def draw(seed: int, batch: int, pictures: int, captions: int, shape: tuple[int, ...], steps: int) -> Draw:
    generator = torch.Generator().manual_seed(seed)
    # Spread over the batch: fewer lucky and unlucky batches than with independent steps.
    strata = (torch.rand(1, generator=generator) + torch.arange(batch) / batch) % 1
    return Draw(
        index=torch.randint(pictures, (batch,), generator=generator),
        caption=torch.randint(captions, (batch,), generator=generator),
        dropped=torch.rand(batch, generator=generator) < CAPTION_DROPPED,
        step=(strata**TOWARD_NOISE * steps).long().clamp_max(steps - 1),
        noise=torch.randn(batch, *shape, generator=generator),
    )


def velocity_loss(
    prediction: torch.Tensor, latents: torch.Tensor, noise: torch.Tensor, step: torch.Tensor, schedule: DDIMScheduler
) -> torch.Tensor:
    """Mean squared error of the predicted v, with less weight where little noise is left.

    Plain v loss up to a signal-to-noise ratio of 5, from there on falling as in https://arxiv.org/abs/2303.09556
    (section 3.4): what is left to predict there is noise, and its errors would drown the rest. Unlike there, the noisy
    steps keep their full weight, for they decide on shape and colour.
    """
    target = schedule.get_velocity(latents, noise, step)
    kept = schedule.alphas_cumprod.to(latents.device)[step]
    ratio = kept / (1 - kept)
    weight = ((SIGNAL_TO_NOISE_LIMIT + 1) / (ratio + 1)).clamp(max=1)
    return (weight * (prediction.float() - target).square().mean(dim=(1, 2, 3))).mean()
