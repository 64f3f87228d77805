# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the stages of text-to-image model and ControlNets share: which pictures are drawn, and the loss."""

from __future__ import annotations

import typing
from dataclasses import dataclass, replace

import torch
from torch import nn

from . import architecture
from .shards import CAPTIONS, Pictures

if typing.TYPE_CHECKING:
    from diffusers import DDIMScheduler
    from transformers import CLIPTokenizer

CAPTION_DROPPED = 0.1
"""Share of pictures that are learned without their caption, for classifier-free guidance."""
SIGNAL_TO_NOISE_LIMIT = 5.0
TOWARD_NOISE = 0.5
"""Power of the uniform draw of noise steps. Over a whole object noise averages out, so what words say about its colour
and material is news in the noisiest fifth of the steps alone: this draws 36 % of them there."""


@dataclass(frozen=True)
class Lessons:
    """What is learned from, all in memory."""

    latents: torch.Tensor
    """(N, 4, H, W) float16."""
    tokens: torch.Tensor
    """(N, CAPTIONS, L) int16, of every wording."""
    empty: torch.Tensor
    """(L,) int16, of the empty prompt."""
    schedule: DDIMScheduler


@dataclass(frozen=True)
class Batch:
    """One step's lesson, on the device of what learns."""

    index: torch.Tensor
    """(B,) which pictures, on the CPU."""
    words: torch.Tensor
    """(B, L) int64."""
    clean: torch.Tensor
    """(B, 4, H, W) float32 latents."""
    noise: torch.Tensor
    """(B, 4, H, W)."""
    step: torch.Tensor
    """(B,)."""


def lessons(pictures: Pictures, kind: str, tokenizer: CLIPTokenizer) -> Lessons:
    """``kind`` is "latents" or "small_latents"."""
    captions = [caption for scene in pictures.scenes() for caption in scene["captions"][:CAPTIONS]]
    tokens = tokenizer(captions, padding="max_length", truncation=True, return_tensors="pt").input_ids
    empty = tokenizer("", padding="max_length", return_tensors="pt").input_ids[0]
    tokens = tokens.view(len(pictures), CAPTIONS, -1).to(torch.int16)
    return Lessons(pictures.latents(kind), tokens, empty.to(torch.int16), architecture.scheduler())


def of_whole_objects(lessons: Lessons, scenes: list[dict]) -> Lessons:
    """Those of pictures that show all of an object, numbered anew: without control a model paints what it has seen."""
    whole = [number for number, item in enumerate(scenes) if item["scene"]["subject"].get("zoom", 1.0) == 1.0]
    if not whole:
        raise ValueError("No training picture shows a whole object.")
    return replace(lessons, latents=lessons.latents[whole], tokens=lessons.tokens[whole])


def batch(lessons: Lessons, seed: int, size: int, device: torch.device) -> Batch:
    """The same for the same seed."""
    shape, steps = lessons.latents.shape, len(lessons.schedule.alphas_cumprod)
    chosen = draw(seed, size, shape[0], CAPTIONS, shape[1:], steps)
    words = torch.where(chosen.dropped[:, None], lessons.empty, lessons.tokens[chosen.index, chosen.caption])
    clean = lessons.latents[chosen.index].float()
    return Batch(chosen.index, words.long().to(device), *(x.to(device) for x in (clean, chosen.noise, chosen.step)))


def batch_loss(
    base: nn.ModuleDict,
    lesson: Batch,
    schedule: DDIMScheduler,
    controlnet: nn.Module | None = None,
    condition: torch.Tensor | None = None,
) -> torch.Tensor:
    """How wrong ``base`` is, with a ControlNet if one is given, which is shown ``condition``.

    Args:
        condition: (B, 3, H, W) in [0, 1], four times the latents' size.
    """
    text = base["text_encoder"](lesson.words).last_hidden_state
    mixed = schedule.add_noise(lesson.clean, lesson.noise, lesson.step)
    residuals = {}
    if controlnet is not None:
        down, middle = controlnet(mixed, lesson.step, text, controlnet_cond=condition, return_dict=False)
        residuals = {"down_block_additional_residuals": down, "mid_block_additional_residual": middle}
    prediction = base["unet"](mixed, lesson.step, text, **residuals).sample
    return velocity_loss(prediction, lesson.clean, lesson.noise, lesson.step, schedule)


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
