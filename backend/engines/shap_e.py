# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shap-E (Jun and Nichol, "Shap-E: Generating Conditional 3D Implicit Functions", 2023), with diffusers' networks.

A diffusion model makes the weights of a small network that knows a signed distance and a colour everywhere. The surface
is taken by Galatea's own method: the library's leaves open edges, and fails where there is no surface.
"""

from __future__ import annotations

import typing
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ..diffusion import pipelines, weights
from ..isosurface import extract
from ..job import JobError
from ..pictures.gate import over_gray
from .contract import Dense, Order, Report, turned

STEPS, DETAIL = 64, 128
TEXT_GUIDANCE, PICTURE_GUIDANCE = 15.0, 3.0
"""Classifier-free guidance scales, as its makers use them."""
WHITE = 1.0
"""Before which it has seen all pictures."""
AXES = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
"""Galatea's axes in Shap-E's: z is up, its first camera looks from -y. How it turns a subject is up to the model."""
POINTS = 1 << 15
"""At once."""
DRAWN = 0.8
"""Part of the time that the diffusion takes."""


def from_prompt(order: Order, report: Report) -> Dense:
    """A mesh of what the prompt says."""
    import transformers
    from diffusers import ShapEPipeline

    report("Loading Shap-E", 0.0)
    pipelines.prepare_libraries()
    device, dtype = _device()
    folder = order.weights
    with _told(folder):
        parts = _parts(folder, dtype)
        parts["tokenizer"] = transformers.CLIPTokenizer.from_pretrained(folder / "tokenizer", local_files_only=True)
        parts["text_encoder"] = _encoder(transformers.CLIPTextModelWithProjection, folder / "text_encoder", dtype)
    return _made(ShapEPipeline(**parts).to(device), [order.prompt], TEXT_GUIDANCE, order, report)


def from_picture(order: Order, report: Report) -> Dense:
    """A mesh of the kind of thing that the picture shows."""
    import transformers
    from diffusers import ShapEImg2ImgPipeline

    report("Loading Shap-E", 0.0)
    pipelines.prepare_libraries()
    device, dtype = _device()
    folder = order.weights
    with _told(folder):
        parts = _parts(folder, dtype)
        processor = transformers.CLIPImageProcessor.from_pretrained(folder / "image_processor", local_files_only=True)
        parts["image_encoder"] = _encoder(transformers.CLIPVisionModel, folder / "image_encoder", dtype)
    picture = Image.fromarray((over_gray(order.picture, WHITE) * 255.0).round().astype(np.uint8))
    pipeline = ShapEImg2ImgPipeline(**parts, image_processor=processor).to(device)
    return _made(pipeline, [picture], PICTURE_GUIDANCE, order, report)


def _made(pipeline: typing.Any, condition: list, guidance: float, order: Order, report: Report) -> Dense:
    steps = order.steps or STEPS

    def told(timesteps: Iterable) -> Iterator:
        for number, timestep in enumerate(timesteps):
            report("Thinking", 0.05 + (DRAWN - 0.05) * number / len(timesteps))
            yield timestep

    pipeline.progress_bar = told  # it has no callback
    (latent,) = pipeline(
        condition, num_inference_steps=steps, guidance_scale=guidance, output_type="latent",
        generator=torch.Generator("cpu").manual_seed(order.seed),
    ).images  # fmt: skip
    return decoded(pipeline.shap_e_renderer.float(), latent.float(), order.detail or DETAIL, report)


def decoded(renderer: torch.nn.Module, latent: torch.Tensor, detail: int, report: Report) -> Dense:
    """The surface and colours of a latent (rows, columns), on a grid of ``detail`` samples along each side."""
    with torch.inference_mode():
        state = renderer.mlp.state_dict()
        for name, values in renderer.params_proj(latent[None]).items():
            state[name.removeprefix("nerstf.")].copy_(values[0])
        low = renderer.volume.bbox_min.to(latent)
        cell = float(renderer.volume.bbox_max[0] - renderer.volume.bbox_min[0]) / (detail - 1)
        grid = extract.Grid(low, cell, (detail,) * 3)
        distances = torch.empty(grid.size, device=latent.device)
        for begin in range(0, grid.size, POINTS):
            report("Finding the surface", DRAWN + 0.15 * begin / grid.size)
            rows = torch.arange(begin, min(begin + POINTS, grid.size), device=latent.device)
            distances[rows] = -_at(renderer, grid.points(rows)).signed_distance[0, :, 0]  # its inside is positive
        mesh = extract.extract(extract.closed(distances.reshape(grid.shape), 1e-3), grid)
        report("Colors", DRAWN + 0.15)
        colours = torch.cat([_at(renderer, some).channels[0] for some in mesh.vertices.split(POINTS)])
    return Dense(
        turned(mesh.vertices.cpu().numpy(), AXES),
        mesh.triangles.cpu().numpy(),
        colours.clamp(0.0, 1.0).cpu().numpy().astype(np.float32),
    )


def _at(renderer: torch.nn.Module, points: torch.Tensor) -> typing.Any:
    """What the network knows at points (N, 3)."""
    return renderer.mlp(position=points[None], direction=None, ts=None, nerf_level="fine", rendering_mode="stf")


def _device() -> tuple[torch.device, torch.dtype]:
    device = pipelines.best_device()
    return device, torch.float16 if device.type == "cuda" else torch.float32


def _parts(folder: Path, dtype: torch.dtype) -> dict[str, typing.Any]:
    """What both pipelines have."""
    from diffusers import HeunDiscreteScheduler, PriorTransformer
    from diffusers.pipelines.shap_e.renderer import ShapERenderer

    made = {}
    for name, cls, place in (("prior", PriorTransformer, "prior"), ("shap_e_renderer", ShapERenderer, "renderer")):
        # Not without memory, as other networks: some of their constants would have no values.
        network = cls.from_config(cls.load_config(folder / place, local_files_only=True))
        made[name] = weights.filled(network, weights.read(weights.files_of(folder / place)), dtype, str(folder / place))
    made["scheduler"] = HeunDiscreteScheduler.from_pretrained(folder / "scheduler", local_files_only=True)
    return made


def _encoder(cls: type, folder: Path, dtype: torch.dtype) -> torch.nn.Module:
    (first, *_) = weights.files_of(folder)
    network, found = cls.from_pretrained(
        folder, dtype=dtype, local_files_only=True, use_safetensors=True, output_loading_info=True,
        variant="fp16" if ".fp16." in first.name else None,
    )  # fmt: skip
    if found["missing_keys"]:
        raise ValueError(f"{len(found['missing_keys'])} weights are missing")
    return network.eval()


class _told:
    """What is wrong with a model's files, as a sentence."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def __enter__(self) -> None:
        if self._folder is None or not self._folder.is_dir():
            raise JobError(
                "no_engine", f"There is no Shap-E model in {self._folder}.",
                "Download it: galatea models download shap-e, or shap-e-picture.",
            )  # fmt: skip

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError | ValueError | KeyError) and not isinstance(error, JobError):
            raise JobError(
                "bad_input", f"The Shap-E model in {self._folder} is not complete, or another model.",
                "Download it again: galatea models remove shap-e, then download.",
            ) from error  # fmt: skip
