# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Denoises all frames of a shot together, one step after the other; or those of one window of it (:mod:`.windows`).

Every step draws its own keyframes from (seed, step), so a job that is resumed after any step goes on just as it
would have.
Solvers of several steps remember predictions: so all frames are stepped at once, however few are predicted at a time.
Of a long shot only the latents are in memory, and what belongs to the few frames of a chunk and to the keyframes.
"""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import time as clock
import typing
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from ..diffusion.conditioning import Prompter
from ..job import JobError
from . import refine
from .attention import sharing
from .fusion import Footprints
from .windows import Schedule, Window

NOISES = ("surface", "fixed", "independent")
LEAST_BACKGROUND = 0.05
"""Part of a frame that must be background in it and in the first one, for its colors to be matched there."""
ARRIVES = 60.0
"""Seconds until a file that another machine has written must be there."""
RELEASED = 0.75
"""Part of the steps after which surfaces are no longer blended with keyframes: the last steps make fine detail."""


@dataclasses.dataclass(frozen=True)
class Wish:
    """What to paint and how."""

    prompt: str
    others: tuple[str, ...]
    """Prompts of the regions that have one of their own, see ``Material.regions``."""
    negative: str
    seed: int
    steps: int
    guidance: float
    control: float
    keyframes: int
    """Drawn anew for each step; 0: frames know nothing of each other."""
    fusion: float
    """How much of the keyframes' features is taken on surfaces, 0 to 1."""
    match_background: bool
    chunk: int
    """Frames that are predicted at a time."""


@dataclasses.dataclass(frozen=True)
class Material:
    """What the frames are painted from."""

    noise: Callable[[int, int], np.ndarray]
    """Frame's number in the shot, counter -> (4, h, w) float32, standard normal."""
    control: Callable[[int], np.ndarray]
    """Frame's number -> (H, W, 3) float32 within [0, 1]."""
    background: Callable[[int], np.ndarray]
    """Frame's number -> (h, w) bool."""
    regions: Callable[[int], np.ndarray]
    """Frame's number -> (1 + others, h, w) float32: part of each latent pixel that each prompt is for, the first for
    ``Wish.prompt``; they add up to 1."""
    footprints: Mapping[int, Footprints]
    frames: int


def paint(
    pipeline: typing.Any, prompter: Prompter, wish: Wish, material: Material, folder: Path,
    heard: Callable[[float], None], window: Window | None = None, until: int | None = None,
) -> torch.Tensor:  # fmt: skip
    """Latents (N, 4, h, w) float32 of the frames of a window, on the processor.

    Args:
        pipeline: of the families SD 1.5 or SDXL, with a ControlNet.
        folder: where the state after each step is kept; one that is there is gone on from.
        heard: called with the part that is done; it may raise.
        window: all frames if None.
        until: so many steps; all if None. What the window has to know of others before them must be in the folder.
    """
    device = pipeline.unet.device
    scheduler = solver(pipeline.scheduler)
    scheduler.set_timesteps(wish.steps, device="cpu")
    schedule = Schedule(wish.steps, wish.keyframes, wish.match_background, wish.seed, material.frames)
    window = window or Window(0, material.frames)
    until = wish.steps if until is None else until
    own = list(window.numbers)

    def begun(frame: int) -> torch.Tensor:
        return torch.from_numpy(material.noise(frame, 0)) * float(scheduler.init_noise_sigma)

    begin = 0
    if (state := _restored(folder, window, scheduler)) is not None:
        begin, latents = state
    else:
        latents = torch.stack([begun(frame) for frame in own])
    chunks = [own[first : first + wish.chunk] for first in range(0, len(own), wish.chunk)]
    predict = _predictor(pipeline, prompter, wish, material, device)
    with sharing(pipeline.unet, material.footprints) as shared, torch.no_grad():
        for step in range(begin, until):

            def known(frame: int, step: int = step, latents: torch.Tensor = latents) -> torch.Tensor:
                if frame in window.numbers:
                    return latents[frame - window.begin]
                return guest(folder, step, frame) if step else begun(frame)

            chosen = schedule.chosen(step)
            looked_at = [known(frame) for frame in chosen]
            if wish.match_background and step:
                first, behind = known(0), material.background(0)
                looked_at = [
                    matched(one, material.background(frame), first, behind) if frame else one
                    for one, frame in zip(looked_at, chosen)
                ]
                latents = torch.stack([
                    matched(one, material.background(frame), first, behind) if frame else one
                    for one, frame in zip(latents, own)
                ])  # fmt: skip
            time = scheduler.timesteps[step]
            strength = wish.fusion if step < RELEASED * wish.steps else 0.0
            if chosen:
                with shared.collecting(chosen):
                    predict(torch.stack(looked_at), chosen, time, scheduler)
            predicted = torch.empty_like(latents)
            for number, chunk in enumerate(chunks):
                heard((step + number / len(chunks)) / wish.steps)
                here = slice(chunk[0] - window.begin, chunk[-1] - window.begin + 1)
                if chosen:
                    with shared.showing(chunk, strength):
                        predicted[here] = predict(latents[here], chunk, time, scheduler)
                else:
                    predicted[here] = predict(latents[here], chunk, time, scheduler)
            added = torch.stack([torch.from_numpy(material.noise(frame, step + 1)) for frame in own])
            latents = scheduler.step(predicted, time, latents, variance_noise=added).prev_sample
            if step + 1 < wish.steps and len(own) < material.frames:
                for frame in schedule.guests(step + 1) & set(own):
                    _keep_guest(folder, step + 1, frame, latents[frame - window.begin])
            _keep(folder, window, scheduler, step + 1, latents)
    return latents


def done(folder: Path, window: Window) -> int:
    """Steps that a window has done."""
    from safetensors import safe_open

    path = _state(folder, window)
    if not path.is_file():
        return 0
    with safe_open(path, "pt") as file:
        return json.loads(file.metadata()["state"])["done"]


def told(folder: Path, schedule: Schedule, window: Window) -> bool:
    """Whether all that other windows have to know of this one is there."""
    return all(
        _guest(folder, step, frame).is_file()
        for step in range(1, schedule.steps)
        for frame in schedule.guests(step) & set(window.numbers)
    )


def painted(folder: Path, windows: Sequence[Window]) -> torch.Tensor:
    """Latents (F, 4, h, w) float32 of all frames, of windows that are done."""
    from safetensors import safe_open

    found = []
    for window in windows:
        with safe_open(_state(folder, window), "pt") as file:
            found.append(file.get_tensor("latents"))
    return torch.cat(found)


def guest(folder: Path, step: int, frame: int) -> torch.Tensor:
    """Latents (4, h, w) float32 that another window has painted, before a step. JobError if they do not come."""
    path = _guest(folder, step, frame)
    deadline = clock.monotonic() + ARRIVES
    while not path.is_file():
        if clock.monotonic() > deadline:
            raise JobError(
                "not_shared", f"What another machine has painted is not in {folder}.",
                "See that all machines of the cluster share this folder, then start the same again.",
            )  # fmt: skip
        clock.sleep(0.1)
    return torch.from_numpy(np.load(path))


def refined(
    pipeline: typing.Any, prompter: Prompter, wish: Wish, material: Material, latents: torch.Tensor,
    motion: tuple[torch.Tensor, torch.Tensor], heard: Callable[[float], None],
) -> torch.Tensor:  # fmt: skip
    """What :func:`paint` made, made steadier, see :func:`.refine.refine`."""
    scheduler = solver(pipeline.scheduler)
    predict = _predictor(pipeline, prompter, wish, material, pipeline.unet.device)

    def of(mixed: torch.Tensor, frames: Sequence[int], time: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            return predict(mixed, frames, time, scheduler)

    return refine.refine(latents, of, scheduler, motion, wish.seed, heard)


def solver(configured: typing.Any) -> typing.Any:
    """A solver of second order for a model's noise schedule; stochastic where the model's own is.

    One class for all models: its state is known, and the noise that it adds can be given.
    """
    from diffusers import DPMSolverMultistepScheduler

    kind = configured.config.get("algorithm_type", "")
    return DPMSolverMultistepScheduler.from_config(
        configured.config, algorithm_type=kind if kind == "sde-dpmsolver++" else "dpmsolver++", solver_order=2
    )


def _predictor(
    pipeline: typing.Any, prompter: Prompter, wish: Wish, material: Material, device: torch.device
) -> Callable[..., torch.Tensor]:
    """Guided predictions (N, 4, h, w) of what the model predicts, for latents (N, 4, h, w) of some of the frames.

    Each prompt makes a prediction of the whole picture, and regions take theirs: the latents are one picture, so what
    each paints fits to its surroundings (Bar-Tal et al., "MultiDiffusion", 2023). It needs nothing of the network.
    """
    asked = [wish.prompt, *wish.others]
    branches = [wish.negative, *asked] if wish.guidance > 1 else asked
    dtype = pipeline.unet.dtype

    def predict(latents: torch.Tensor, frames: Sequence[int], time: torch.Tensor, scheduler) -> torch.Tensor:
        given = scheduler.scale_model_input(latents, time).to(device, dtype).repeat(len(branches), 1, 1, 1)
        controls = torch.from_numpy(np.stack([material.control(frame) for frame in frames])).permute(0, 3, 1, 2)
        controls = controls.to(device, dtype).repeat(len(branches), 1, 1, 1)
        prompts = [prompt for prompt in branches for _ in frames]
        conditions = prompter.for_networks(prompts, tuple(controls.shape[2:]), plain=wish.negative)
        down, middle = pipeline.controlnet(
            given, time, controlnet_cond=controls, conditioning_scale=wish.control, return_dict=False, **conditions
        )
        answer = pipeline.unet(
            given, time, down_block_additional_residuals=down, mid_block_additional_residual=middle, **conditions
        ).sample.float()
        by_prompt = answer.unflatten(0, (len(branches), len(frames)))[-len(asked) :]
        if len(asked) == 1:
            wanted = by_prompt[0]
        else:
            regions = torch.from_numpy(np.stack([material.regions(frame) for frame in frames], axis=1))
            wanted = (by_prompt * regions.to(by_prompt)[:, :, None]).sum(0)
        if wish.guidance > 1:
            without = answer[: len(frames)]
            wanted = without + wish.guidance * (wanted - without)
        return wanted.cpu()

    return predict


def matched(
    latents: torch.Tensor, background: np.ndarray, first: torch.Tensor, first_background: np.ndarray
) -> torch.Tensor:
    """Give a frame (4, h, w) the first one's mean and spread in the background (AdaIN: Huang and Belongie, ICCV 2017).

    Both are measured where both frames show background (h, w), so nothing that moves in front of it counts. A frame
    that shares too little background with the first one stays as it is.
    """
    both = torch.from_numpy(background & first_background)
    if both.float().mean() < LEAST_BACKGROUND:
        return latents
    wanted, found = first[:, both], latents[:, both]
    factor = wanted.std(1) / found.std(1).clamp_min(1e-6)
    shift = wanted.mean(1) - factor * found.mean(1)
    return latents * factor[:, None, None] + shift[:, None, None]


def _state(folder: Path, window: Window) -> Path:
    return folder / f"steps-{window.begin}-{window.end}.safetensors"


def _guest(folder: Path, step: int, frame: int) -> Path:
    return folder / f"guest-{step}-{frame}.npy"


def _keep_guest(folder: Path, step: int, frame: int, latents: torch.Tensor) -> None:
    partial = folder / f"guest-{step}-{frame}.part.npy"
    np.save(partial, latents.numpy())
    partial.replace(_guest(folder, step, frame))


def _keep(folder: Path, window: Window, scheduler, done: int, latents: torch.Tensor) -> None:
    """The state after a step, replaced as a whole."""
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    tensors = {"latents": latents.contiguous()}
    for index, output in enumerate(scheduler.model_outputs):
        if output is not None:
            tensors[f"output-{index}"] = output.contiguous()
    facts = {"done": done, "lower_order_nums": scheduler.lower_order_nums}
    path = _state(folder, window)
    partial = path.with_suffix(".part")
    try:
        save_file(tensors, partial, metadata={"state": json.dumps(facts)})
    except SafetensorError as error:
        if "No space left" in str(error):
            raise OSError(errno.ENOSPC, "No space left on device") from error
        raise
    os.replace(partial, path)


def _restored(folder: Path, window: Window, scheduler) -> tuple[int, torch.Tensor] | None:
    """Steps that are done and the latents after them; the scheduler is put where it was."""
    path = _state(folder, window)
    if not path.is_file():
        return None
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        facts = json.loads(file.metadata()["state"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no dictionary
    outputs = [tensors.get(f"output-{index}") for index in range(len(scheduler.model_outputs))]
    scheduler.model_outputs = outputs
    scheduler.lower_order_nums = facts["lower_order_nums"]
    scheduler._step_index = facts["done"]
    return facts["done"], tensors["latents"]
