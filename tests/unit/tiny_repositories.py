# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Repositories in the layouts of Stable Diffusion 1.5 and SDXL, tiny and with random weights, to test loading code."""

from __future__ import annotations

from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    ControlNetModel,
    DDIMScheduler,
    EulerDiscreteScheduler,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

WIDTH = 32
"""Channels of the text encoders."""


def stable_diffusion(folder: Path, tokenizer: Path) -> Path:
    """A text-to-image repository in the layout of Stable Diffusion 1.5, and ``folder``/controlnet beside it."""
    torch.manual_seed(0)
    words = CLIPTokenizer.from_pretrained(tokenizer)
    unet = UNet2DConditionModel(
        **_unet(WIDTH), attention_head_dim=4,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
    )  # fmt: skip
    pipeline = StableDiffusionPipeline(
        vae=_vae(), text_encoder=CLIPTextModel(_text(words)), tokenizer=words, unet=_loud(unet),
        scheduler=DDIMScheduler(
            beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012, steps_offset=1, clip_sample=False
        ),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip
    return _save(pipeline, unet, folder)


def stable_diffusion_xl(folder: Path, tokenizer: Path) -> Path:
    """The same in the layout of SDXL: two text encoders, and sizes as a condition."""
    torch.manual_seed(0)
    words = CLIPTokenizer.from_pretrained(tokenizer)
    sizes = 6  # original size, crop and target size, two numbers each
    unet = UNet2DConditionModel(
        **_unet(2 * WIDTH), attention_head_dim=(2, 4), use_linear_projection=True,
        transformer_layers_per_block=(1, 2), addition_embed_type="text_time", addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=sizes * 8 + WIDTH,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
    )  # fmt: skip
    pipeline = StableDiffusionXLPipeline(
        vae=_vae(), text_encoder=CLIPTextModel(_text(words)), tokenizer=words,
        text_encoder_2=CLIPTextModelWithProjection(_text(words)), tokenizer_2=words, unet=_loud(unet),
        scheduler=EulerDiscreteScheduler(beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012),
    )  # fmt: skip
    return _save(pipeline, unet, folder)


def _save(pipeline: StableDiffusionPipeline | StableDiffusionXLPipeline, unet: UNet2DConditionModel, folder: Path):
    pipeline.save_pretrained(folder)
    control = ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=(8, 16, 16, 16))
    _loud(control).save_pretrained(folder / "controlnet")
    return folder


def _unet(text_width: int) -> dict:
    return {
        "sample_size": 8, "block_out_channels": (32, 64), "layers_per_block": 1, "norm_num_groups": 8,
        "cross_attention_dim": text_width, "in_channels": 4, "out_channels": 4,
    }  # fmt: skip


def _vae() -> AutoencoderKL:
    blocks = 4  # as many as the real ones: eight pixels of a side to one latent
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * blocks, up_block_types=("UpDecoderBlock2D",) * blocks,
        block_out_channels=(8,) * blocks, norm_num_groups=4, latent_channels=4, sample_size=64,
    )  # fmt: skip


def _text(words: CLIPTokenizer) -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=len(words), hidden_size=WIDTH, intermediate_size=64, projection_dim=WIDTH, num_hidden_layers=2,
        num_attention_heads=4, max_position_embeddings=words.model_max_length, bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id, pad_token_id=words.eos_token_id,
    )  # fmt: skip


@torch.no_grad()
def _loud(module: torch.nn.Module) -> torch.nn.Module:
    """Every parameter at random, the zero ones included: a fresh ControlNet changes nothing, whatever it is shown."""
    for parameter in module.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=2 * parameter[0].numel() ** -0.5)
    return module
