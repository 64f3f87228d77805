# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Models in the layouts of the public ones (SD 1.5, SDXL, ControlNet, IP-Adapter, LoRA, TAESD, single files), tiny and
with random weights, to test loading code."""

from __future__ import annotations

from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderTiny,
    ControlNetModel,
    DDIMScheduler,
    EulerDiscreteScheduler,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from safetensors.torch import save_file
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
)

from . import original_layout

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


def single_file(repository: Path, path: Path) -> tuple[Path, dict]:
    """The model of a repository in one file, with the names of the original release, and its configuration.

    Its text encoders have as many tokens as CLIP.
    """
    from diffusers import DiffusionPipeline

    from galatea.backend.diffusion import single_file

    pipeline = DiffusionPipeline.from_pretrained(repository, local_files_only=True)
    names = ["text_encoder", "text_encoder_2"] if hasattr(pipeline, "text_encoder_2") else ["text_encoder"]
    configuration = {"unet": dict(pipeline.unet.config), "vae": dict(pipeline.vae.config)}
    configuration["scheduler"] = {**pipeline.scheduler.config, "_class_name": type(pipeline.scheduler).__name__}
    for name in names:
        torch.manual_seed(1)
        config = {**_text(single_file.tokenizer("!")).to_dict(), "eos_token_id": 2}
        setattr(pipeline, name, type(getattr(pipeline, name))(CLIPTextConfig(**config)))
        configuration[name] = config
    save_file({name: value.contiguous() for name, value in original_layout.checkpoint(pipeline).items()}, path)
    return path, configuration


def tiny_autoencoder(folder: Path) -> Path:
    """In the layout of TAESD."""
    torch.manual_seed(0)
    blocks = 4
    AutoencoderTiny(
        encoder_block_out_channels=(8,) * blocks, decoder_block_out_channels=(8,) * blocks,
        num_encoder_blocks=(1,) * blocks, num_decoder_blocks=(1,) * blocks, latent_channels=4,
    ).save_pretrained(folder)  # fmt: skip
    return folder


def style_adapter(repository: Path, folder: Path) -> Path:
    """In the layout of IP-Adapter: an image encoder, and keys and values for every attention to the prompt."""
    torch.manual_seed(0)
    unet = UNet2DConditionModel.from_pretrained(repository / "unet")
    vision = CLIPVisionConfig(
        hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, image_size=32, patch_size=8,
        projection_dim=16,
    )  # fmt: skip
    _loud(CLIPVisionModelWithProjection(vision)).save_pretrained(folder / "models/image_encoder")
    text = unet.config.cross_attention_dim
    weights = {
        "image_proj.proj.weight": torch.randn(4 * text, 16), "image_proj.proj.bias": torch.randn(4 * text),
        "image_proj.norm.weight": torch.ones(text), "image_proj.norm.bias": torch.zeros(text),
    }  # fmt: skip
    layers = [module for name, module in unet.named_modules() if name.endswith("attn2")]
    for index, layer in enumerate(layers):
        for kind in ("k", "v"):
            weights[f"ip_adapter.{2 * index + 1}.to_{kind}_ip.weight"] = torch.randn(layer.inner_dim, text)
    save_file(weights, folder / "models/ip-adapter_tiny.safetensors")
    return folder


def lora(repository: Path, path: Path, spelling: str = "kohya") -> Path:
    """A LoRA on the attention of the UNet and the first text encoder, by the names of "kohya"'s trainer, the same with
    the "original" names of SDXL's layers, or "diffusers"."""
    torch.manual_seed(0)
    unet = UNet2DConditionModel.from_pretrained(repository / "unet")
    text = CLIPTextModel.from_pretrained(repository / "text_encoder")
    originals = {tensor.data_ptr(): name for name, tensor in original_layout.unet(unet).items()}
    weights = {}
    for prefix, network in (("unet", unet), ("text_encoder", text)):
        for name, layer in network.named_modules():
            if not name.endswith(("to_q", "to_v", "q_proj", "v_proj")):
                continue
            down, up = torch.randn(4, layer.in_features), torch.randn(layer.out_features, 4)
            if prefix == "text_encoder":
                name = f"text_model.{name.removeprefix('text_model.')}"
            elif spelling == "original":
                name = originals[layer.weight.data_ptr()].removeprefix("model.diffusion_model.").removesuffix(".weight")
            if spelling == "diffusers":
                weights |= {f"{prefix}.{name}.lora_A.weight": down, f"{prefix}.{name}.lora_B.weight": up / 2}
                continue
            start = "lora_unet_" if prefix == "unet" else "lora_te_" if spelling == "kohya" else "lora_te1_"
            flat = start + name.replace(".", "_")
            weights |= {f"{flat}.lora_down.weight": down, f"{flat}.lora_up.weight": up}
            weights[f"{flat}.alpha"] = torch.tensor(2.0)
    save_file(weights, path)
    return path


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
