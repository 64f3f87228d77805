# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The training loop that all stages share: warm-up, averaged weights, checkpoints, curves."""

from __future__ import annotations

import json
import math
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import nn

from .optimiser import Muon


@dataclass(frozen=True)
class Options:
    """How long and how to train one stage."""

    batch: int
    rate: float
    """Learning rate after the warm-up."""
    samples: int | None = None
    """Stop when the stage has seen so many pictures in all its runs, the rate falling to a tenth along a cosine."""
    seconds: float | None = None
    """Stop this run after so long, to be gone on with later."""
    warm_up: int = 500
    """Steps after the first sample, for an optimiser without memory makes large ones."""
    average: float = 0.9995
    """Decay of the averaged weights per step, once there are enough steps behind them."""
    save_every: float = 120.0
    """Seconds between checkpoints."""


@dataclass
class Progress:
    """Where a stage stands. Saved as JSON beside its weights."""

    samples: int = 0
    seconds: float = 0.0
    losses: list[tuple[int, float]] = field(default_factory=list)
    """(samples seen, mean loss since the entry before)."""


class Average:
    """Exponential moving average of a module's parameters; ``module`` holds it, for sampling and for shipping."""

    def __init__(self, modules: nn.ModuleDict) -> None:
        import copy

        self.module = copy.deepcopy(modules).requires_grad_(False).eval()
        self._steps = 0

    @torch.no_grad()
    def update(self, modules: nn.ModuleDict, decay: float) -> None:
        self._steps += 1
        decay = min(decay, (1 + self._steps) / (10 + self._steps))
        torch._foreach_lerp_(list(self.module.parameters()), list(modules.parameters()), 1 - decay)


def train(
    modules: nn.ModuleDict,
    loss: Callable[[int], torch.Tensor],
    options: Options,
    folder: Path,
    on_save: Callable[[nn.ModuleDict, Progress], None] = lambda average, progress: None,
) -> nn.ModuleDict:
    """Train ``modules`` and return their averaged copy.

    ``loss`` is given the number of samples seen so far, which seeds its draw, and returns a scalar. With a checkpoint
    in ``folder`` training goes on from it, optimiser included. The process may be stopped at any time: SIGTERM and
    SIGINT end it (SystemExit) after the current step with a checkpoint; at worst ``save_every`` seconds are lost.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parameters = [item for item in modules.parameters() if item.requires_grad]
    optimiser = Muon(modules, options.rate)
    average, progress = Average(modules), Progress()
    if (folder / "progress.json").exists():
        progress = load(folder, modules, average, optimiser)
    begin = saved = time.monotonic()
    before, sums = progress.seconds, []
    with stoppable() as stopped:
        while not stopped() and not finished(progress, options, time.monotonic() - begin):
            for group in optimiser.param_groups:
                group["lr"] = options.rate * rate(progress.samples, options)
            with half_precision(parameters[0].device):
                value = loss(progress.samples)
            value.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
            average.update(modules, options.average)
            progress.samples += options.batch
            progress.seconds = before + time.monotonic() - begin
            sums.append(value.detach())
            if len(sums) == 50:
                progress.losses.append((progress.samples, torch.stack(sums).mean().item()))
                sums.clear()
            if time.monotonic() - saved > options.save_every:
                save(folder, modules, average, optimiser, progress)
                on_save(average.module, progress)
                saved = time.monotonic()
    save(folder, modules, average, optimiser, progress)
    on_save(average.module, progress)
    if stopped():
        raise SystemExit("Stopped. The same command goes on from here.")
    return average.module


def half_precision(device: torch.device) -> torch.autocast:
    """Products in bfloat16 where the processor has instructions for it: a third less time for the same loss."""
    fast = torch.ops.mkldnn._is_mkldnn_bf16_supported() if device.type == "cpu" else torch.cuda.is_bf16_supported()
    return torch.autocast(device.type, torch.bfloat16, enabled=fast)


def rate(samples: int, options: Options) -> float:
    """Share of the learning rate: rises over the warm-up, then falls along a cosine to 0.1 at the end."""
    warm = min(1.0, (samples / options.batch + 1) / options.warm_up)
    done = 0.0 if options.samples is None else min(1.0, samples / options.samples)
    return warm * (0.55 + 0.45 * math.cos(math.pi * done))


def finished(progress: Progress, options: Options, seconds: float) -> bool:
    return (options.samples is not None and progress.samples >= options.samples) or (
        options.seconds is not None and seconds >= options.seconds
    )


class stoppable:
    """Within this context SIGTERM and SIGINT only set what the returned function tells."""

    def __enter__(self) -> Callable[[], bool]:
        self._stopped = False
        self._old = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        return lambda: self._stopped

    def _stop(self, number: int, frame: object) -> None:
        self._stopped = True

    def __exit__(self, *error: object) -> None:
        for number, handler in self._old.items():
            signal.signal(number, handler)


def save(
    folder: Path, modules: nn.ModuleDict, average: Average, optimiser: torch.optim.Optimizer, progress: Progress
) -> None:
    """Write a checkpoint; a crash in the middle leaves the one before."""
    state = {
        "modules": modules.state_dict(),
        "average": average.module.state_dict(),
        "average_steps": average._steps,
        "optimiser": optimiser.state_dict(),
    }
    torch.save(state, folder / "state.pt.part")
    os.replace(folder / "state.pt.part", folder / "state.pt")
    (folder / "progress.json.part").write_text(json.dumps(progress.__dict__), encoding="utf-8")
    os.replace(folder / "progress.json.part", folder / "progress.json")
    draw_curve(progress, folder / "curve.png")


def load(folder: Path, modules: nn.ModuleDict, average: Average, optimiser: torch.optim.Optimizer) -> Progress:
    """Read a checkpoint that ``save`` wrote, into what is given."""
    device = next(modules.parameters()).device
    state = torch.load(folder / "state.pt", map_location=device, weights_only=True)
    modules.load_state_dict(state["modules"])
    average.module.load_state_dict(state["average"])
    average._steps = state["average_steps"]
    optimiser.load_state_dict(state["optimiser"])
    return Progress(**json.loads((folder / "progress.json").read_text(encoding="utf-8")))


def draw_curve(progress: Progress, path: Path, size: tuple[int, int] = (640, 320)) -> None:
    """The loss over the samples seen as a picture, both axes logarithmic."""
    from PIL import Image, ImageDraw

    points = [(math.log(samples), math.log(max(loss, 1e-9))) for samples, loss in progress.losses]
    if len(points) < 2:
        return
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    left, top, right, bottom = 60, 20, size[0] - 20, size[1] - 40
    (x0, y0), (x1, y1) = map(min, zip(*points)), map(max, zip(*points))
    place = [
        (left + (right - left) * (x - x0) / max(x1 - x0, 1e-9), bottom - (bottom - top) * (y - y0) / max(y1 - y0, 1e-9))
        for x, y in points
    ]
    draw.rectangle((left, top, right, bottom), outline="#888888")
    draw.line(place, fill="#b8860b", width=2)
    draw.text((left, bottom + 8), f"{math.exp(x0):,.0f} pictures", fill="black")
    draw.text((right, bottom + 8), f"{math.exp(x1):,.0f}", fill="black", anchor="ra")
    draw.text((left - 6, top), f"{math.exp(y1):.4f}", fill="black", anchor="ra")
    draw.text((left - 6, bottom), f"{math.exp(y0):.4f}", fill="black", anchor="rs")
    draw.text(
        (left + 8, top + 6), f"loss after {progress.seconds / 3600:.2f} h: {points_last(progress):.4f}", fill="black"
    )
    picture.save(path)


def points_last(progress: Progress, count: int = 10) -> float:
    """Mean of the last entries of the curve."""
    last = [loss for _, loss in progress.losses[-count:]]
    return sum(last) / len(last)
