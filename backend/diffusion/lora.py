# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""LoRA files, merged into the weights once and for all: W + scale * alpha / rank * up @ down (Hu et al., 2021).

Merging costs no memory and no time later, and needs no other library.
"""

from __future__ import annotations

import re
import typing
from pathlib import Path

from ..job import JobError
from . import weights

if typing.TYPE_CHECKING:
    import torch

NETWORKS = {"unet": "lora_unet_", "text_encoder": ("lora_te1_", "lora_te_"), "text_encoder_2": "lora_te2_"}
"""Part of a pipeline -> what names of its layers begin with in files of kohya's trainer, with "_" for "."."""
ORIGINAL = ("lora_unet_input_blocks_", "lora_unet_output_blocks_", "lora_unet_middle_block_")
"""What names begin with where that trainer used SDXL's original names."""
KINDS = (".hada_", ".lokr_", ".dora_scale", ".lora_mid")
"""In names of other kinds of adapters."""

_NAME = re.compile(
    r"(?P<layer>.+?)\.?(?P<side>alpha|lora_A|lora_B|lora[._]down|lora[._]up|lora_linear_layer\.down|lora_linear_layer\.up)"
    r"(\.default)?(\.weight)?"
)
_DOWN = ("lora_A", "lora.down", "lora_down", "lora_linear_layer.down")
_UP = ("lora_B", "lora.up", "lora_up", "lora_linear_layer.up")


def merge(pipeline, path: Path, scale: float) -> int:
    """Add a LoRA to the UNet and the text encoders of a pipeline; returns how many layers it changed.

    Takes files of kohya's trainer and of diffusers. JobError for files of another family or kind.
    """
    tensors = weights.read([path])
    if any(kind in name for name in tensors for kind in KINDS):
        raise JobError(
            "bad_input", f"{path.name} is an adapter of another kind than LoRA.", "Choose a plain LoRA file."
        )
    if any(name.startswith(ORIGINAL) for name in tensors):
        tensors = _renumbered(tensors, pipeline.unet.config)
    found = _by_layer(tensors)
    layers = _layers(pipeline)
    unknown = [name for name in found if name not in layers]
    if not found or unknown:
        raise JobError(
            "bad_input", f"{path.name} is no LoRA for this model"
            + (f": it changes {unknown[0]}, which the model does not have." if unknown else "."),
            "Choose one of the model's family (SD 1.5 or SDXL).",
        )  # fmt: skip
    for name, part in found.items():
        _add(layers[name], part, scale, path.name)
    return len(found)


def _renumbered(tensors: dict[str, torch.Tensor], config: typing.Mapping) -> dict[str, torch.Tensor]:
    """SDXL's original layers by the names of diffusers."""
    from diffusers.loaders.lora_conversion_utils import _maybe_map_sgm_blocks_to_diffusers

    found = {}
    for name, tensor in _maybe_map_sgm_blocks_to_diffusers(tensors, config).items():
        for old, new in (
            ("input_blocks", "down_blocks"),
            ("output_blocks", "up_blocks"),
            ("middle_block", "mid_block"),
        ):
            name = name.replace(f"lora_unet_{old}_", f"lora_unet_{new}_")
        found[name] = tensor
    return found


def _by_layer(tensors: dict[str, torch.Tensor]) -> dict[str, dict[str, torch.Tensor]]:
    """Layer -> its "down", "up" and perhaps "alpha"."""
    found: dict[str, dict[str, torch.Tensor]] = {}
    for name, tensor in tensors.items():
        match = _NAME.fullmatch(name.replace("_lora.", ".lora.").replace(".processor.", "."))
        if match is None:
            continue
        layer = match["layer"].removeprefix("base_model.model.")
        layer = re.sub(r"\.to_out$", ".to_out.0", layer)
        side = "down" if match["side"] in _DOWN else "up" if match["side"] in _UP else "alpha"
        found.setdefault(layer, {})[side] = tensor
    return {layer: part for layer, part in found.items() if {"down", "up"} <= part.keys()}


def _layers(pipeline) -> dict[str, torch.nn.Module]:
    """Every name that a file may have for a layer -> the layer."""
    import torch

    layers = {}
    for part, prefixes in NETWORKS.items():
        network = getattr(pipeline, part, None)
        if network is None:
            continue
        for name, module in network.named_modules():
            if not isinstance(module, torch.nn.Linear | torch.nn.Conv2d):
                continue
            # CLIP's layers lie one level deeper in files, whatever the version of transformers.
            name = name if part == "unet" or name.startswith("text_model.") else f"text_model.{name}"
            layers[f"{part}.{name}"] = module
            for prefix in (prefixes,) if isinstance(prefixes, str) else prefixes:
                layers[prefix + name.replace(".", "_")] = module
    return layers


def _add(layer: torch.nn.Module, part: dict[str, torch.Tensor], scale: float, source: str) -> None:
    down, up = part["down"].float(), part["up"].float()
    rank = down.shape[0]
    factor = scale * (float(part["alpha"]) / rank if "alpha" in part else 1.0)
    weight = layer.weight
    change = (up.flatten(1) @ down.flatten(1)) if up.shape[1] == rank else None
    if change is None or change.numel() != weight.numel():
        raise JobError(
            "bad_input", f"{source} is a LoRA for a model of another size.",
            "Choose one of the model's family (SD 1.5 or SDXL).",
        )  # fmt: skip
    weight.data = (weight.float() + factor * change.reshape(weight.shape)).to(weight.dtype)
