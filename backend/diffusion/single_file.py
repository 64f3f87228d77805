# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checkpoints in one .safetensors file, as artists share them: what is in it, and the parts of a pipeline from it.

Configuration and tokenizer come with Galatea, so no server is asked. The names of the weights are those of the original
releases; diffusers' converters give them the names that its networks have.
"""

from __future__ import annotations

import gzip
import math
import typing
from collections.abc import Mapping
from pathlib import Path

from ..job import JobError
from ..models.registry import Family
from . import weights

if typing.TYPE_CHECKING:
    import torch
    from transformers import CLIPTokenizer

MERGES = Path(__file__).with_name("clip") / "merges.txt.gz"
START, END = "<|startoftext|>", "<|endoftext|>"
TEXT_LENGTH = 77

UNET, AUTOENCODER = "model.diffusion_model.", "first_stage_model."
PREFIXES = {
    Family.SD15: ("cond_stage_model.transformer.",),
    Family.SDXL: ("conditioner.embedders.0.transformer.", "conditioner.embedders.1.model."),
}
"""Of the text encoders' weights; no other family has the same."""

# What differs from the defaults of the classes' configurations.
_VAE = {
    "down_block_types": ["DownEncoderBlock2D"] * 4,
    "up_block_types": ["UpDecoderBlock2D"] * 4,
    "block_out_channels": [128, 256, 512, 512],
    "layers_per_block": 2,
    "latent_channels": 4,
}
_CLIP_L = {
    "vocab_size": 49408, "hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12,
    "num_attention_heads": 12, "max_position_embeddings": TEXT_LENGTH, "hidden_act": "quick_gelu",
    "projection_dim": 768, "bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 1,
}  # fmt: skip
_CLIP_G = _CLIP_L | {
    "hidden_size": 1280, "intermediate_size": 5120, "num_hidden_layers": 32, "num_attention_heads": 20,
    "hidden_act": "gelu", "projection_dim": 1280,
}  # fmt: skip
_SCHEDULE = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012, "steps_offset": 1}

CONFIGURATIONS: dict[Family, dict[str, dict]] = {
    Family.SD15: {
        "unet": {"sample_size": 64, "cross_attention_dim": 768, "attention_head_dim": 8},
        "vae": _VAE | {"sample_size": 512, "scaling_factor": 0.18215},
        "text_encoder": _CLIP_L,
        "scheduler": _SCHEDULE | {"_class_name": "DDIMScheduler", "clip_sample": False, "set_alpha_to_one": False},
    },
    Family.SDXL: {
        "unet": {
            "sample_size": 128, "cross_attention_dim": 2048, "attention_head_dim": [5, 10, 20],
            "block_out_channels": [320, 640, 1280], "use_linear_projection": True,
            "transformer_layers_per_block": [1, 2, 10], "addition_embed_type": "text_time",
            "addition_time_embed_dim": 256, "projection_class_embeddings_input_dim": 2816,
            "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
            "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
        },
        "vae": _VAE | {"sample_size": 1024, "scaling_factor": 0.13025, "force_upcast": True},
        "text_encoder": _CLIP_L,
        "text_encoder_2": _CLIP_G,
        "scheduler": _SCHEDULE | {"_class_name": "EulerDiscreteScheduler", "timestep_spacing": "leading"},
    },
}  # fmt: skip
"""Of the public models of each family; fine-tuned ones have the same."""


def family(path: Path) -> Family:
    """Whose checkpoint a file is. JobError for those of other families, and for files that are no checkpoints."""
    names = weights.header(path)
    for family, prefixes in PREFIXES.items():
        if all(any(name.startswith(prefix) for name in names) for prefix in (UNET, *prefixes)):
            return family
    if any(name.startswith(UNET) for name in names):
        raise JobError(
            "bad_input", f"{path.name} is neither of SD 1.5 nor of SDXL, or lacks its text encoder.",
            "Choose a full checkpoint of one of these families.",
        )  # fmt: skip
    raise JobError(
        "bad_input", f"{path.name} holds no text-to-image model.",
        "Choose a checkpoint of SD 1.5 or SDXL; a LoRA goes into its own field.",
    )  # fmt: skip


def counts(path: Path) -> tuple[int, int, int]:
    """Parameters of the UNet, the autoencoder and the text encoders."""
    shapes = weights.header(path)
    prefixes = (UNET,), (AUTOENCODER,), PREFIXES[family(path)]
    return tuple(sum(math.prod(shape) for name, shape in shapes.items() if name.startswith(some)) for some in prefixes)


def parts(path: Path, dtype: torch.dtype, configuration: Mapping[str, dict] | None = None) -> dict[str, typing.Any]:
    """What a pipeline of the file's family is made of, by the pipelines' own names.

    Args:
        configuration: instead of CONFIGURATIONS, for tests.
    """
    kind = family(path)
    configuration = configuration or CONFIGURATIONS[kind]
    tensors = weights.read([path])
    made = {
        "unet": _unet(tensors, configuration["unet"], dtype, path.name),
        "vae": _vae(tensors, configuration["vae"], dtype, path.name),
        "scheduler": _scheduler(configuration["scheduler"]),
        "tokenizer": tokenizer(END),
        "text_encoder": _text(tensors, PREFIXES[kind][0], configuration["text_encoder"], dtype, path.name),
    }
    if kind is Family.SDXL:
        made["tokenizer_2"] = tokenizer("!")
        made["text_encoder_2"] = _text(tensors, PREFIXES[kind][1], configuration["text_encoder_2"], dtype, path.name)
    return made


def tokenizer(padding: str) -> CLIPTokenizer:
    """CLIP's, padding with this token: its bytes, the same at a word's end, then one token for each merge."""
    from transformers import CLIPTokenizer

    merges = gzip.decompress(MERGES.read_bytes()).decode("utf-8").splitlines()
    letters = byte_letters()
    tokens = [*letters, *(f"{letter}</w>" for letter in letters), *(merge.replace(" ", "") for merge in merges)]
    vocabulary = {token: index for index, token in enumerate([*tokens, START, END])}
    pairs = [tuple(merge.split()) for merge in merges]
    return CLIPTokenizer(vocab=vocabulary, merges=pairs, model_max_length=TEXT_LENGTH, pad_token=padding)


def byte_letters() -> list[str]:
    """The printable character that stands for each byte, in the order of CLIP's vocabulary: visible bytes first."""
    visible = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = sum(byte not in visible for byte in range(256))
    return [*map(chr, visible), *(chr(256 + index) for index in range(hidden))]


def _unet(tensors: dict, config: Mapping, dtype: torch.dtype, source: str) -> torch.nn.Module:
    from diffusers import UNet2DConditionModel
    from diffusers.loaders.single_file_utils import convert_ldm_unet_checkpoint

    network = weights.empty(UNet2DConditionModel, config)
    return weights.filled(
        network, _converted(convert_ldm_unet_checkpoint, tensors, network.config, source), dtype, source
    )


def _vae(tensors: dict, config: Mapping, dtype: torch.dtype, source: str) -> torch.nn.Module:
    from diffusers import AutoencoderKL
    from diffusers.loaders.single_file_utils import convert_ldm_vae_checkpoint

    network = weights.empty(AutoencoderKL, config)
    return weights.filled(
        network, _converted(convert_ldm_vae_checkpoint, tensors, network.config, source), dtype, source
    )


def _converted(convert: typing.Callable, tensors: dict, config: Mapping, source: str) -> dict[str, torch.Tensor]:
    try:
        return convert(dict(tensors), config=config)
    except KeyError as error:  # converters ask for some weights by name
        raise JobError(
            "bad_input", f"{source} is not complete: the weight {error.args[0]} is missing.", "Download it again."
        ) from error


def _text(tensors: dict, prefix: str, config: dict, dtype: torch.dtype, source: str) -> torch.nn.Module:
    import torch
    from diffusers.loaders.single_file_utils import convert_ldm_clip_checkpoint, convert_open_clip_checkpoint
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    cls = CLIPTextModelWithProjection if prefix.endswith("model.") else CLIPTextModel
    with torch.device("meta"):
        network = cls(CLIPTextConfig(**config))
    if cls is CLIPTextModel:
        found = convert_ldm_clip_checkpoint(dict(tensors), remove_prefix=prefix)
        if not hasattr(network, "text_model"):
            found = {name.removeprefix("text_model."): tensor for name, tensor in found.items()}
    else:
        found = convert_open_clip_checkpoint(network, dict(tensors), prefix=prefix)
    weights.filled(network, found, dtype, source)
    # The one thing that is no weight and is in no file.
    embeddings = getattr(network, "text_model", network).embeddings
    embeddings.position_ids = torch.arange(config["max_position_embeddings"])[None]
    return network


def _scheduler(config: Mapping):
    import diffusers

    return getattr(diffusers, config["_class_name"]).from_config(config)
