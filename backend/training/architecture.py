# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks of the starter family: ordinary diffusers and transformers classes, small.

Sizes are chosen so that all weights together stay under 40 MB as float16 and a training step on two cores takes tens of
milliseconds a picture. Nothing here is trained; ``vae.py``, ``base.py`` and ``control.py`` do that.
"""

from __future__ import annotations

import typing

if typing.TYPE_CHECKING:
    from diffusers import (
        AutoencoderTiny,
        ControlNetModel,
        DDIMScheduler,
        DPMSolverMultistepScheduler,
        UNet2DConditionModel,
    )
    from transformers import CLIPTextModel

PICTURE_SIZE = 128
"""Pixels of a side of the square pictures in training."""
LATENT_CHANNELS = 4
TEXT_WIDTH = 128
TEXT_LENGTH = 32
"""Tokens of a prompt, with start and end."""


def text_encoder(vocabulary: int, start: int, end: int) -> CLIPTextModel:
    """A CLIP text transformer, 1 M parameters, trained together with the UNet."""
    from transformers import CLIPTextConfig, CLIPTextModel

    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=vocabulary,
            hidden_size=TEXT_WIDTH,
            intermediate_size=4 * TEXT_WIDTH,
            projection_dim=TEXT_WIDTH,
            num_hidden_layers=4,
            num_attention_heads=4,
            max_position_embeddings=TEXT_LENGTH,
            bos_token_id=start,
            eos_token_id=end,
            pad_token_id=end,
        )
    )


def vae() -> AutoencoderTiny:
    """Autoencoder with a factor of 4 between pixels and latents, 0.4 M parameters, for any size of picture.

    Pictures (B, 3, H, W) are display-encoded sRGB in [-1, 1]; latents (B, 4, H/4, W/4). A factor of 8 blurs what
    materials are told by in pictures so small. It has no normalisation layers, so small crops teach it exactly what
    whole pictures do: it learned as much in one minute as AutoencoderKL in fifteen.
    """
    from diffusers import AutoencoderTiny

    return AutoencoderTiny(
        encoder_block_out_channels=(32, 32, 32),
        decoder_block_out_channels=(32, 32, 32),
        num_encoder_blocks=(0, 2, 4),
        num_decoder_blocks=(4, 3, 1),
        latent_channels=LATENT_CHANNELS,
    )


def unet() -> UNet2DConditionModel:
    """Text-to-latents UNet, 8 M parameters.

    The way down, which ControlNets repeat, has attention on its small levels alone; the way up has it up to half
    the latents' size, because features shared between pictures are read there. The prompt's words also reach every
    level together with the noise step, pooled: colour and material are told to the whole picture at once.
    """
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel(
        sample_size=PICTURE_SIZE // 4,
        in_channels=LATENT_CHANNELS,
        out_channels=LATENT_CHANNELS,
        down_block_types=("DownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        block_out_channels=(64, 96, 128, 112),
        layers_per_block=1,
        cross_attention_dim=TEXT_WIDTH,
        addition_embed_type="text",
        attention_head_dim=(2, 3, 4, 4),  # despite its name the number of heads
        norm_num_groups=16,
    )


def controlnet(base: UNet2DConditionModel) -> ControlNetModel:
    """A ControlNet that starts as a copy of the base's way down and changes nothing yet (its outputs are zero).

    The control picture is (B, 3, H, W) in [0, 1] at the size of the picture.
    """
    from diffusers import ControlNetModel

    return ControlNetModel.from_unet(base, conditioning_embedding_out_channels=(16, 32, 64))


def scheduler() -> DDIMScheduler:
    """Noise schedule: Stable Diffusion's, rescaled so that the last step is pure noise; the network predicts v.

    Without the rescaling a model of so few latents reads the picture's mean brightness from the "noise" in training and
    has none to read in sampling: https://arxiv.org/abs/2305.08891, algorithm 1. v: https://arxiv.org/abs/2202.00512, D.
    """
    from diffusers import DDIMScheduler

    return DDIMScheduler(
        num_train_timesteps=1000,
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=True,
        steps_offset=1,
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
    )


def sampler() -> DPMSolverMultistepScheduler:
    """What paints with the weights: the stochastic solver of second order of Lu et al., "DPM-Solver++", 2022.

    The noise that it adds in each step mends the errors of the steps before: at 16 steps 1.25 times the gradient energy
    of DDIM, and brightness that follows the light control better (docs/starter.md).
    """
    from diffusers import DPMSolverMultistepScheduler

    return DPMSolverMultistepScheduler.from_config(scheduler().config, algorithm_type="sde-dpmsolver++")
