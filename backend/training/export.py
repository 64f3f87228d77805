# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write trained networks as a repository in the layout of Stable Diffusion 1.5, and read one back to go on training.

model_index.json  tokenizer/  text_encoder/  vae/  unet/  scheduler/      the text-to-image pipeline
controlnet-light/  controlnet-depth/                                      beside it
"""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path

import torch
from torch import nn

from . import architecture

CONTROLNETS = ("controlnet-light", "controlnet-depth")


def write_base(
    folder: Path, tokenizer: Path, vae: Path, base: nn.ModuleDict, dtype: torch.dtype = torch.float16
) -> None:
    """Write what ``StableDiffusionPipeline.from_pretrained`` reads."""
    from diffusers import AutoencoderTiny, StableDiffusionPipeline
    from transformers import CLIPTokenizer

    pipeline = StableDiffusionPipeline(
        vae=AutoencoderTiny.from_pretrained(vae).to(dtype),
        text_encoder=copy.deepcopy(base["text_encoder"]).to(dtype),
        tokenizer=CLIPTokenizer.from_pretrained(tokenizer),
        unet=copy.deepcopy(base["unet"]).to(dtype),
        scheduler=architecture.sampler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(folder)
    # Older versions of transformers read these two, newer ones write another file.
    for name in ("vocab.json", "merges.txt"):
        shutil.copyfile(tokenizer / name, folder / "tokenizer" / name)
    _forget_folders(folder)


def write_controlnet(folder: Path, controlnet: nn.Module, dtype: torch.dtype = torch.float16) -> None:
    """Write what ``ControlNetModel.from_pretrained`` reads."""
    copy.deepcopy(controlnet).to(dtype).save_pretrained(folder)
    _forget_folders(folder)


def write_autoencoder(folder: Path, network: nn.Module, dtype: torch.dtype = torch.float16) -> None:
    """Write what ``AutoencoderTiny.from_pretrained`` reads."""
    copy.deepcopy(network).to(dtype).save_pretrained(folder)
    _forget_folders(folder)


def read_base(folder: Path) -> nn.ModuleDict:
    """Text encoder and UNet of a written repository, as float32 for training."""
    from diffusers import UNet2DConditionModel
    from transformers import CLIPTextModel

    return nn.ModuleDict(
        {
            "text_encoder": CLIPTextModel.from_pretrained(folder / "text_encoder", dtype=torch.float32),
            "unet": UNet2DConditionModel.from_pretrained(folder / "unet", dtype=torch.float32),
        }
    )


def read_controlnet(folder: Path) -> nn.Module:
    """The same for a ControlNet."""
    from diffusers import ControlNetModel

    return ControlNetModel.from_pretrained(folder, torch_dtype=torch.float32)


def _forget_folders(folder: Path) -> None:
    """Configurations note where they were loaded from; that is nobody's business."""
    for path in folder.rglob("*.json"):
        if path.name in ("config.json", "model_index.json"):
            values = json.loads(path.read_text(encoding="utf-8"))
            if values.pop("_name_or_path", None) is not None:
                path.write_text(json.dumps(values, indent=2, sort_keys=True) + "\n", encoding="utf-8")
