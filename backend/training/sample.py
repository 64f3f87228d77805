# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures from trained weights, for reports and contact sheets."""

from __future__ import annotations

import typing
from collections.abc import Sequence

import torch

from ..diffusion.pipelines import STARTER_GUIDANCE

if typing.TYPE_CHECKING:
    from diffusers import StableDiffusionControlNetPipeline, StableDiffusionPipeline

STEPS = 25


def generate(
    pipeline: StableDiffusionPipeline | StableDiffusionControlNetPipeline,
    prompts: Sequence[str],
    controls: torch.Tensor | None = None,
    seeds: Sequence[int] | None = None,
    size: int = 128,
    batch: int = 16,
    steps: int = STEPS,
) -> torch.Tensor:
    """(B, 3, size, size) uint8 pictures of ``prompts``.

    Args:
        controls: (B, 3, size, size) in [0, 1] for a pipeline with a ControlNet.
        seeds: one for each picture; 0, 1, 2, ... if not given.
    """
    seeds = range(len(prompts)) if seeds is None else seeds
    results = []
    for start in range(0, len(prompts), batch):
        part = slice(start, start + batch)
        options = {} if controls is None else {"image": controls[part].to(pipeline.device, pipeline.dtype)}
        result = pipeline(
            prompt=list(prompts[part]),
            num_inference_steps=steps,
            guidance_scale=STARTER_GUIDANCE,
            height=size,
            width=size,
            generator=[torch.Generator("cpu").manual_seed(seed) for seed in seeds[part]],
            output_type="pt",
            **options,
        )
        results.append((result.images.float() * 255).round().clamp(0, 255).to(torch.uint8).cpu())
    return torch.cat(results)
