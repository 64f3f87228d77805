# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The public files into the networks. They were never at hand here; their sizes are those that others tell."""

from __future__ import annotations

import json
from pathlib import Path

import torch
import transformers

from ...diffusion import pipelines, weights
from ...job import JobError
from .network import Autoencoder, Flow, Sizes

ENCODER = ("encoder.", "quant.")
"""What names of the autoencoder's other half begin with: shapes to tokens, which only training needs."""


def sizes_of(folder: Path) -> Sizes:
    """From the configurations of a downloaded model. JobError where they are missing or of another model."""
    try:
        flow, vae, image = (
            json.loads((folder / part / "config.json").read_text(encoding="utf-8"))
            for part in ("transformer", "vae", "image_encoder_dinov2")
        )
        return Sizes(
            channels=flow["in_channels"], width=flow["width"], layers=flow["num_layers"],
            heads=flow["num_attention_heads"], image_width=image["hidden_size"],
            decoder_width=vae["width_decoder"], decoder_layers=vae["num_layers_decoder"],
            decoder_heads=vae["num_attention_heads"], frequencies=vae["embed_frequency"],
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise JobError(
            "no_engine", f"{folder} holds no complete TripoSG model.", "Download it: galatea models download triposg."
        ) from error


def flow(folder: Path, sizes: Sizes, dtype: torch.dtype) -> Flow:
    """The diffusion model. JobError for weights that do not fit."""
    return _filled(Flow, folder / "transformer", sizes, dtype)


def autoencoder(folder: Path, sizes: Sizes, dtype: torch.dtype) -> Autoencoder:
    return _filled(Autoencoder, folder / "vae", sizes, dtype)


def image_encoder(folder: Path, dtype: torch.dtype) -> torch.nn.Module:
    """DINOv2 of the model's folder."""
    place = folder / "image_encoder_dinov2"
    pipelines.prepare_libraries()
    try:
        network, found = transformers.Dinov2Model.from_pretrained(
            place, dtype=dtype, local_files_only=True, use_safetensors=True, output_loading_info=True
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise JobError("bad_input", f"The weights in {place} cannot be read.", "Download the model again.") from error
    if found["missing_keys"]:
        raise JobError("bad_input", f"The weights in {place} are not complete.", "Download the model again.")
    return network.eval().requires_grad_(False)


def _filled(cls: type, place: Path, sizes: Sizes, dtype: torch.dtype):
    tensors = weights.read(weights.files_of(place))
    tensors = {name: tensor for name, tensor in tensors.items() if cls is Flow or not name.startswith(ENCODER)}
    with torch.device("meta"):
        network = cls(sizes)
    return weights.filled(network, tensors, dtype, str(place))
