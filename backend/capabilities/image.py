# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Image: pictures from a prompt."""

from __future__ import annotations

import importlib.util
import time
import typing
from dataclasses import dataclass
from pathlib import Path

from ..job import Job, JobError

LARGEST_COUNT = 64


@dataclass(frozen=True)
class ImageParams:
    prompt: str
    negative: str = ""
    """What the picture should not show."""
    seed: int = 0
    """Of the first picture; the others follow on."""
    count: int = 1
    steps: int = 25
    guidance: float = 0.0
    """Classifier-free guidance scale: how strictly to follow the prompt, 1 for not at all; 0: the model's own."""
    model: str = ""
    """Folder of a model in diffusers format; the starter if empty."""


def image(params: ImageParams, job: Job) -> tuple[dict[str, str], dict[str, typing.Any]]:
    """Writes out/image-1.png, ... and reports the prompt's words that the model has never learned."""
    repository = _checked(params)
    job.progress("Loading the model", 0.0)
    from ..diffusion import keeping, pipelines

    begin = time.monotonic()
    device = pipelines.best_device()
    pipeline = keeping.kept(
        ("image", repository, keeping.stamps(repository)), lambda: pipelines.load_text_to_image(repository, device)
    )
    unknown = pipelines.unknown_words(params.prompt, pipeline.tokenizer)
    if unknown:
        job.log(f"The model does not know: {', '.join(unknown)}.", "warning")
    import torch

    def on_step(pipeline, step: int, timestep, values: dict) -> dict:
        job.progress("Painting", (step + 1) / (params.steps + 1))
        return values

    result = pipeline(
        prompt=[params.prompt] * params.count,
        negative_prompt=[params.negative] * params.count if params.negative else None,
        num_inference_steps=params.steps,
        guidance_scale=pipelines.guidance(params.guidance, params.model),
        generator=[torch.Generator("cpu").manual_seed(params.seed + index) for index in range(params.count)],
        callback_on_step_end=on_step,
    )
    job.outputs.mkdir(exist_ok=True)
    files = {}
    for index, picture in enumerate(result.images, start=1):
        picture.save(job.outputs / f"image-{index}.png")
        files[f"image-{index}"] = f"out/image-{index}.png"
    job.progress("Done", 1.0)
    return files, {"unknown_words": unknown, "device": str(device), "seconds": round(time.monotonic() - begin, 2)}


def _checked(params: ImageParams) -> Path:
    """The model's folder, or JobError for parameters that make no sense."""
    if not params.prompt.strip():
        raise JobError("bad_input", "There is no prompt.", "Say what the picture shows, such as: a red wooden chair.")
    if not (1 <= params.count <= LARGEST_COUNT and 1 <= params.steps <= 1000):
        raise JobError(
            "bad_input", f"{params.count} pictures of {params.steps} steps cannot be made.",
            f"Choose 1 to {LARGEST_COUNT} pictures and 1 to 1000 steps.",
        )  # fmt: skip
    if importlib.util.find_spec("diffusers") is None:
        raise JobError(
            "missing_packages", "The compute environment has no diffusion models yet.",
            "Install the environment with PyTorch in the preferences.",
        )  # fmt: skip
    from ..diffusion import pipelines

    repository = Path(params.model) if params.model else pipelines.STARTER
    if not (repository / "model_index.json").is_file():
        raise JobError("bad_input", f"{repository} holds no diffusion model.", "Choose a folder with model_index.json.")
    return repository
