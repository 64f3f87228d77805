# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks of the starter family: ordinary diffusers and transformers classes, small.

Sizes are chosen so that all weights together stay under 40 MB as float16 and a training step on two cores takes tens of
milliseconds a picture. Nothing here is trained; ``vae.py``, ``base.py`` and ``control.py`` do that.
"""

from __future__ import annotations

import typing

if typing.TYPE_CHECKING:
    from diffusers import AutoencoderKL, ControlNetModel, DDIMScheduler, UNet2DConditionModel
    from transformers import CLIPTextModel

PICTURE_SIZE = 128
"""Pixels of a side of the square pictures in training."""
LATENT_CHANNELS = 8
"""Twice those of Stable Diffusion 1.5: at this size its four lose the patterns that materials are told by."""
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


def vae() -> AutoencoderKL:
    """Autoencoder with a factor of 8 between pixels and latents; convolutions only, so it takes any size and crops.

    Pictures (B, 3, H, W) are display-encoded sRGB in [-1, 1]; latents (B, 8, H/8, W/8).
    """
    from diffusers import AutoencoderKL
    from diffusers.models.resnet import ResnetBlock2D
    from torch import nn

    network = AutoencoderKL(
        in_channels=3,
        out_channels=3,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(16, 32, 64, 96),
        layers_per_block=1,
        latent_channels=LATENT_CHANNELS,
        norm_num_groups=8,
        sample_size=PICTURE_SIZE,
        mid_block_add_attention=False,
        force_upcast=False,
    )
    # Every block starts as a short cut: two decibels ahead of the usual start after as many pictures.
    for block in network.modules():
        if isinstance(block, ResnetBlock2D):
            nn.init.zeros_(block.conv2.weight)
            nn.init.zeros_(block.conv2.bias)
    return network


def unet() -> UNet2DConditionModel:
    """Text-to-latents UNet, 8 M parameters.

    The way down has attention from the second level on, as ControlNets repeat it; the way up has it on all levels,
    because features shared between pictures are read there.
    """
    from diffusers import UNet2DConditionModel

    widths = (96, 128, 128)
    return UNet2DConditionModel(
        sample_size=PICTURE_SIZE // 8,
        in_channels=LATENT_CHANNELS,
        out_channels=LATENT_CHANNELS,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D",) * 3,
        block_out_channels=widths,
        layers_per_block=1,
        cross_attention_dim=TEXT_WIDTH,
        attention_head_dim=tuple(width // 32 for width in widths),
        norm_num_groups=16,
    )


def controlnet(base: UNet2DConditionModel) -> ControlNetModel:
    """A ControlNet that starts as a copy of the base's way down and changes nothing yet (its outputs are zero).

    The control picture is (B, 3, H, W) in [0, 1] at the size of the picture.
    """
    from diffusers import ControlNetModel

    return ControlNetModel.from_unet(base, conditioning_embedding_out_channels=(8, 16, 32, 64))


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
