# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""MV-Adapter as an engine: six views, their outlines, and a mesh of them."""

from __future__ import annotations

import dataclasses
import math
import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn import functional

from ... import protocol
from ...diffusion import memory, pipelines
from ...diffusion.conditioning import Prompter
from ...diffusion.predict import decoded, encoded
from ...job import Job, JobError
from ...pictures.gate import over_gray
from ...raster.camera import Camera, orbit
from ...shading import display
from ..contract import FILL, Dense, Order, Report
from .adapter import Adapter

FILE = "mvadapter_i2mv_sdxl.safetensors"
AZIMUTHS = tuple(math.radians(angle) for angle in (0, 45, 90, 180, 270, 315))
SIZE = 768
"""Pixels along a side of a view."""
HALF = 0.55
"""Half of what an orthographic view spans, in world units."""
SUBJECT = 0.9
"""Part of the given picture's side that the subject fills in training."""
AWAY = 60.0
"""World units from which a pinhole camera sees about what an orthographic one does."""
STEPS, GUIDANCE = 50, 3.0
SHIFT = 8.0
"""By how much more noise there is at the noisiest step than for a single picture: many views tell on each other."""
PROMPT, NEGATIVE = "high quality", "watermark, ugly, deformed, noisy, blurry, low contrast"
DETAIL = 112
PAINTED = 0.6
"""Part of the progress that the painting takes."""


def make(order: Order, report: Report) -> Dense:
    """The mesh of six painted views. Its front is towards the picture's viewer."""
    report("Loading Stable Diffusion XL", 0.0)
    device = pipelines.best_device()
    dtype, fine = memory.types(pipelines.describe(device))
    plan = dataclasses.replace(pipelines.everything(device), dtype=dtype, autoencoder_dtype=fine)
    base = base_of(order.weights)
    pipeline = pipelines.load(pipelines.Sources(base), plan, device)
    with torch.device("meta"):
        adapter = Adapter(pipeline.unet, len(AZIMUTHS), pipeline.vae_scale_factor)
    adapter.load(order.weights / FILE, pipeline.unet.dtype)
    adapter.to(device)
    views = painted(pipeline, adapter, order, device, lambda stage, part: report(stage, PAINTED * part), SIZE)
    del pipeline, adapter
    return reconstructed(views, order, lambda stage, part: report(stage, PAINTED + (1.0 - PAINTED) * part))


def base_of(weights: Path | None) -> Path:
    """Folder of Stable Diffusion XL, which lies beside the adapter's. JobError where there is none."""
    base = weights.parent / "sdxl" if weights is not None else Path("sdxl")
    if weights is None or not (weights / FILE).is_file() or not (base / "model_index.json").is_file():
        raise JobError(
            "no_engine", "MV-Adapter needs its own file and Stable Diffusion XL beside it.",
            "Download both: galatea models download mv-adapter, and sdxl.",
        )  # fmt: skip
    return base


@torch.inference_mode()
def painted(pipeline, adapter: Adapter, order: Order, device: torch.device, report: Report, size: int) -> torch.Tensor:
    """(views, 3, size, size) in [0, 1], on the CPU."""
    scheduler = shifted(pipeline.scheduler)
    prompter = Prompter(pipeline, device)
    count, dtype = len(AZIMUTHS), pipeline.unet.dtype
    conditions = prompter.for_networks([NEGATIVE] * count + [order.prompt or PROMPT] * count, (size, size))
    single = prompter.for_networks([order.prompt or PROMPT], (size, size))
    latents = encoded(pipeline.vae, given(order.picture, size).to(device)).to(dtype)
    with adapter.joined(pipeline.unet):
        with adapter.reading() as picture:
            pipeline.unet(latents, torch.zeros(1, device=device), **single)
        adapter.give(picture)
        cameras = adapter.cameras(places(size).to(device, dtype))
        generator = torch.Generator().manual_seed(order.seed)
        scheduler.set_timesteps(order.steps or STEPS, device=device)
        now = torch.randn(count, *latents.shape[1:], generator=generator).to(device) * scheduler.init_noise_sigma
        for number, step in enumerate(scheduler.timesteps):
            report("Painting views", number / len(scheduler.timesteps))
            both = scheduler.scale_model_input(torch.cat((now, now)), step).to(dtype)
            answer = pipeline.unet(
                both,
                step,
                **conditions,
                down_intrablock_additional_residuals=[part.repeat(2, 1, 1, 1) for part in cameras],
            ).sample.float()
            without, asked = answer.chunk(2)
            now = scheduler.step(without + GUIDANCE * (asked - without), step, now, generator=generator).prev_sample
    return torch.cat([decoded(pipeline.vae, one[None].to(dtype)).float().cpu() for one in now])


def given(picture: np.ndarray, size: int) -> torch.Tensor:
    """(1, 3, size, size) of the order's picture before gray, its subject as large as in training."""
    shown = torch.from_numpy(over_gray(picture)).permute(2, 0, 1)[None].float()
    cut = round(picture.shape[0] * FILL / SUBJECT)
    begin = (picture.shape[0] - cut) // 2
    shown = shown[..., begin : begin + cut, begin : begin + cut]
    return functional.interpolate(shown, (size, size), mode="bicubic", antialias=True, align_corners=False).clamp(0, 1)


def places(size: int) -> torch.Tensor:
    """(views, 6, size, size) in [0, 1]: where each camera looks, and where it stands, as unit vectors."""
    found = []
    for azimuth in AZIMUTHS:
        toward = torch.tensor((-math.sin(azimuth), math.cos(azimuth), 0.0))
        found.append(torch.cat((toward, -toward)))
    return (0.5 * torch.stack(found) + 0.5)[:, :, None, None].expand(-1, -1, size, size)


def shifted(scheduler):
    """A scheduler whose noisiest step has SHIFT times as much noise, relative to the picture, the first step as much as
    before, and those between in between (geometrically)."""
    from diffusers import DDPMScheduler

    abar = scheduler.alphas_cumprod.double()
    part = torch.linspace(0.0, 1.0, len(abar), dtype=torch.float64)
    ratio = abar / (1.0 - abar) * SHIFT**-part
    kept = ratio / (1.0 + ratio)
    betas = 1.0 - kept / torch.cat((torch.ones(1, dtype=torch.float64), kept[:-1]))
    names = ("prediction_type", "timestep_spacing", "steps_offset", "num_train_timesteps")
    config = {name: scheduler.config[name] for name in names if name in scheduler.config}
    return DDPMScheduler(**config, trained_betas=betas.float().numpy(), clip_sample=False)


def reconstructed(views: torch.Tensor, order: Order, report: Report) -> Dense:
    """The mesh of views (V, 3, S, S) from :data:`AZIMUTHS`. JobError where an outline cannot be found."""
    from ...capabilities.reconstruct import ReconstructParams, reconstruct
    from ...reconstruction import masks

    report("Finding the outlines", 0.0)
    cameras = [camera(azimuth, views.shape[-1]) for azimuth in AZIMUTHS]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "views"
        folder.mkdir()
        for number, picture in enumerate(views):
            colour = picture.permute(1, 2, 0).double().numpy()
            mask = masks.outline(colour, f"View {number + 1}")
            pixels = np.concatenate((colour, mask[..., None]), axis=-1)
            Image.fromarray((255.0 * pixels).round().astype(np.uint8)).save(folder / f"{number}.png")
        np.savez(
            folder / "cameras.npz", names=np.array([f"{number}.png" for number in range(len(views))]),
            camera_to_world=torch.stack([one.camera_to_world for one in cameras]).numpy(),
            **{name: np.array([getattr(one, name) for one in cameras]) for name in ("fx", "fy", "cx", "cy")},
        )  # fmt: skip

        def hear(message: protocol.Progress | protocol.Log) -> None:
            if isinstance(message, protocol.Progress):
                report(message.stage, message.fraction)

        job = Job(Path(place) / "job", hear)
        job.folder.mkdir()
        reconstruct(ReconstructParams(str(folder), detail=order.detail or DETAIL, seed=order.seed), job)
        with np.load(job.outputs / "mesh.npz") as made:
            vertices, triangles, linear = made["vertices"], made["triangles"], made["colours"]
    colours = display.encode(torch.from_numpy(linear).clamp(0.0, 1.0)).numpy()
    notes = ("The views were painted one by one: where they disagree, the mesh is soft.",)
    return Dense(vertices.astype(np.float64), triangles.astype(np.int64), colours.astype(np.float32), notes)


def camera(azimuth: float, size: int) -> Camera:
    """About what an orthographic camera of a view sees."""
    return orbit(azimuth, 0.0, AWAY, 2.0 * math.atan(HALF / AWAY), size)
