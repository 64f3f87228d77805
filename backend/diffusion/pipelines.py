# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Loading repositories in diffusers format: the starter that ships, Stable Diffusion 1.5, SDXL, and their kin."""

from __future__ import annotations

import os
import re
import typing
from pathlib import Path

if typing.TYPE_CHECKING:
    import torch
    from diffusers import (
        StableDiffusionControlNetPipeline,
        StableDiffusionPipeline,
        StableDiffusionXLControlNetPipeline,
        StableDiffusionXLPipeline,
    )

STARTER = Path(__file__).resolve().parent.parent / "starter"
"""The repository of the models that ship."""


def load_text_to_image(repository: Path, device: torch.device) -> StableDiffusionPipeline | StableDiffusionXLPipeline:
    """The text-to-image pipeline of a local repository, in float32 on the CPU and float16 elsewhere.

    What kind of pipeline is written in the repository's model_index.json.
    """
    return _load(repository, device)


def load_with_control(
    repository: Path, controlnet: Path, device: torch.device
) -> StableDiffusionControlNetPipeline | StableDiffusionXLControlNetPipeline:
    """The same with a ControlNet, whose control pictures have the size of the picture."""
    prepare_libraries()
    from diffusers import ControlNetModel

    control = ControlNetModel.from_pretrained(controlnet, dtype=working_type(device), local_files_only=True)
    return _load(repository, device, controlnet=control)


def working_type(device: torch.device) -> torch.dtype:
    """Half precision is slower than full on processors."""
    import torch

    return torch.float32 if device.type == "cpu" else torch.float16


def best_device() -> torch.device:
    import torch

    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def unknown_words(prompt: str, tokenizer) -> list[str]:
    """Words of a prompt that are no single token of the vocabulary: the model has never learned them."""
    return [word for word in words_of(prompt) if len(tokenizer.tokenize(word)) != 1]


def words_of(prompt: str) -> list[str]:
    """The different words of a prompt, in lower case."""
    return list(dict.fromkeys(re.findall(r"[^\W\d_]+", prompt.lower())))


def prepare_libraries() -> None:
    """Call before anything is loaded: no server is asked behind our back, and no library draws on the terminal.

    Weights are downloaded by an explicit job or not at all.
    """
    os.environ.update(HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1", DO_NOT_TRACK="1")
    import diffusers
    import transformers

    for library in (diffusers, transformers):
        library.utils.logging.set_verbosity_error()
        library.utils.logging.disable_progress_bar()


def _load(repository: Path, device: torch.device, **parts):
    prepare_libraries()
    from diffusers import AutoPipelineForText2Image

    pipeline = AutoPipelineForText2Image.from_pretrained(
        repository, dtype=working_type(device), safety_checker=None, local_files_only=True, **parts
    ).to(device)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline
