# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A video model that is given the depth of each frame (Wan VACE: Jiang et al., "VACE", 2025), through diffusers.

It sees the frames of a window together, so motion and light are its own; what is gathered on surfaces afterwards is the
same for both engines.

Shots that are longer than a window are painted in windows that begin with the last frames of the one before, which
the model is given and keeps.
"""

from __future__ import annotations

import itertools
import json
import typing
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ..diffusion import pipelines, weights
from ..job import JobError

KIND = "WanVACEPipeline"
SIZE, FACTOR = 832, 16
"""Pixels of the longer side of what the model was trained with, and of which sides are multiples."""
STEPS, GUIDANCE = 30, 5.0
WINDOW, OVERLAP = 81, 9
"""Frames that are painted together, and those of them that the window before has painted. Both are 1 more than a
multiple of 4: a latent of the autoencoder is the first frame, or four later ones."""
PER_LATENT = 4
TOKENS = 512
"""That a prompt is padded to, as in training."""


class Keeper(typing.Protocol):
    """Where painted frames are kept, by their number in the shot: (H, W, 3) float32 within [0, 1]."""

    def path(self, number: int) -> Path: ...

    def keep(self, number: int, picture: np.ndarray) -> None: ...

    def __call__(self, number: int) -> np.ndarray: ...


def is_video(model: str) -> bool:
    """Whether a folder holds a model of this engine."""
    try:
        index = json.loads((Path(model) / "model_index.json").read_text(encoding="utf-8")) if model else {}
    except (OSError, ValueError):
        return False
    return index.get("_class_name") == KIND


def load(folder: Path, device: torch.device) -> typing.Any:
    """The pipeline, its networks on the processor. JobError for a folder that is incomplete."""
    pipelines.prepare_libraries()
    import diffusers
    from diffusers import AutoencoderKLWan, WanVACEPipeline, WanVACETransformer3DModel
    from transformers import AutoTokenizer, UMT5EncoderModel

    dtype = torch.float32 if device.type == "cpu" else torch.bfloat16
    only = {"local_files_only": True}
    try:
        scheduler = json.loads((folder / "model_index.json").read_text(encoding="utf-8"))["scheduler"][1]
        pipeline = WanVACEPipeline(
            tokenizer=AutoTokenizer.from_pretrained(folder / "tokenizer", **only),
            text_encoder=UMT5EncoderModel.from_pretrained(
                folder / "text_encoder", dtype=dtype, use_safetensors=True, **only
            ),
            vae=weights.load(AutoencoderKLWan, folder / "vae", torch.float32),  # less precision shows
            scheduler=getattr(diffusers, scheduler).from_pretrained(folder / "scheduler", **only),
            transformer=_transformer(WanVACETransformer3DModel, folder / "transformer", dtype),
        )
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise JobError(
            "bad_input", f"{folder} holds no complete video model: {str(error).splitlines()[0]}",
            "Download it again, with all its folders in diffusers format.",
        ) from error  # fmt: skip
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def _transformer(cls: type, folder: Path, dtype: torch.dtype) -> torch.nn.Module:
    """The network that denoises. What its authors want in single precision is, whatever ``dtype``."""
    network = weights.load(cls, folder, dtype)
    # Positions are no weights: they are computed, which a network without memory could not do.
    config = network.config
    network.rope = type(network.rope)(config.attention_head_dim, config.patch_size, config.rope_max_seq_len)
    for name, parameter in network.named_parameters():
        if any(part in cls._keep_in_fp32_modules for part in name.split(".")):
            parameter.data = parameter.data.float()
    return network


def paint(
    pipeline: typing.Any, prompt: str, negative: str, control: Callable[[int], np.ndarray], frames: int, kept: Keeper,
    *, seed: int, steps: int, guidance: float, strength: float, device: torch.device, heard: Callable[[float], None],
) -> None:  # fmt: skip
    """Paint all frames of a shot that are not kept yet.

    Args:
        control: frame's number -> (H, W, 3) float32 within [0, 1], near is white; sides are multiples of FACTOR.
        strength: how strictly the frames keep to it.
        heard: called with the part that is done; it may raise.
    """
    texts = {}
    with torch.no_grad():
        pipeline.text_encoder.to(device)
        for name, words in (("prompt_embeds", prompt), ("negative_prompt_embeds", negative)):
            texts[name] = _read(pipeline, words, device)
        pipeline.text_encoder.to("cpu")  # it is larger than the rest
    pipeline.transformer.to(device)
    pipeline.vae.to(device)
    # The pipeline asks its first network for the device: one that stays behind must not answer.
    encoder, pipeline.text_encoder = pipeline.text_encoder, None
    try:
        parts = windows(frames)
        for index, (begin, end) in enumerate(parts):
            if all(kept.path(number).is_file() for number in range(begin, end)):
                continue
            given = range(begin, begin + OVERLAP) if index else range(0)

            def hear(pipe, step: int, time, values: dict, index: int = index) -> dict:
                heard((index + (step + 1) / steps) / len(parts))
                return values

            heard(index / len(parts))
            # As many as the autoencoder wants: the last one is shown again.
            count = -(-(end - begin - 1) // PER_LATENT) * PER_LATENT + 1
            numbers = [min(number, end - 1) for number in range(begin, begin + count)]
            shown = [_image(kept(number) if number in given else control(number)) for number in numbers]
            masks = [Image.new("L", shown[0].size, 0 if number in given else 255) for number in numbers]
            generator = torch.Generator().manual_seed(int(np.random.default_rng([seed, begin]).integers(2**31)))
            made = pipeline(
                video=shown, mask=masks, height=shown[0].height, width=shown[0].width, num_frames=count,
                num_inference_steps=steps, guidance_scale=guidance, conditioning_scale=strength, generator=generator,
                output_type="np", callback_on_step_end=hear, **texts,
            ).frames[0]  # fmt: skip
            for number in range(begin, end):
                if number not in given:
                    kept.keep(number, made[number - begin])
    finally:
        pipeline.text_encoder = encoder


def windows(frames: int) -> list[tuple[int, int]]:
    """First frame and the one after the last of each."""
    if frames <= WINDOW:
        return [(0, frames)]
    begins = itertools.takewhile(lambda begin: begin + OVERLAP < frames, itertools.count(0, WINDOW - OVERLAP))
    return [(begin, min(begin + WINDOW, frames)) for begin in begins]


def _image(picture: np.ndarray) -> Image.Image:
    return Image.fromarray(np.round(255 * np.clip(picture, 0.0, 1.0)).astype(np.uint8))


def _read(pipeline: typing.Any, words: str, device: torch.device) -> torch.Tensor:
    """(1, TOKENS, C): a prompt as the model reads it, 0 after its end."""
    tokens = pipeline.tokenizer(
        " ".join(words.split()), padding="max_length", max_length=TOKENS, truncation=True, return_attention_mask=True,
        return_tensors="pt",
    ).to(device)  # fmt: skip
    found = pipeline.text_encoder(tokens.input_ids, tokens.attention_mask).last_hidden_state
    return found * tokens.attention_mask[..., None].to(found)
