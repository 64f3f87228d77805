# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a pipeline of diffusers predicts, as :mod:`.guidance` asks for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import torch

from . import guidance
from .conditioning import Prompter


@dataclasses.dataclass(frozen=True)
class Controls:
    """What a ControlNet is shown."""

    pictures: torch.Tensor
    """(B, 3, H, W) in [0, 1], in the networks' type and on their device."""
    strength: float = 1.0


def predictor(
    pipeline, prompter: Prompter, size: tuple[int, int], controls: Controls | None = None, plain: str = ""
) -> guidance.Predict:
    """The noise in latents, by the UNet of a pipeline of the families SD 1.5 or SDXL, and its ControlNet if there are
    control pictures. Latents may come in several rounds of these pictures.

    Args:
        size: height and width in pixels.
        plain: the prompt that a style picture has no part in.
    """

    def predict(mixed: torch.Tensor, step: torch.Tensor, prompts: Sequence[str]) -> torch.Tensor:
        given = mixed.to(pipeline.unet.dtype)
        conditions = prompter.for_networks(prompts, size, plain=plain)
        conditions["timestep"] = step
        added = {}
        if controls is not None:
            shown = controls.pictures.repeat(len(prompts) // len(controls.pictures), 1, 1, 1)
            down, middle = pipeline.controlnet(
                given, controlnet_cond=shown, conditioning_scale=controls.strength, return_dict=False, **conditions
            )
            added = {"down_block_additional_residuals": down, "mid_block_additional_residual": middle}
        answer = pipeline.unet(given, **added, **conditions).sample
        return guidance.as_noise(answer, mixed, step, pipeline.scheduler)

    return predict


def encoded(vae, pictures: torch.Tensor) -> torch.Tensor:
    """Latents of pictures (B, 3, H, W) in [0, 1], in the autoencoder's type; differentiable."""
    code = vae.encode(2.0 * pictures.to(vae.dtype) - 1.0)
    latents = code.latent_dist.mean if hasattr(code, "latent_dist") else code.latents
    return latents * vae.config.scaling_factor


@torch.no_grad()
def decoded(vae, latents: torch.Tensor) -> torch.Tensor:
    """The reverse."""
    pictures = vae.decode(latents.to(vae.dtype) / vae.config.scaling_factor).sample
    return (pictures / 2 + 0.5).clamp(0.0, 1.0)
