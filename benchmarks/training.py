# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a training step costs and brings: ``python -m galatea.benchmarks.training FOLDER [--weights WEIGHTS]``.

FOLDER is that of a training (``galatea train starter FOLDER``), for its pictures. Three tables: milliseconds a picture
by size and precision, the loss of Muon beside AdamW on the same draws, and what captions are worth to trained weights.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from ..backend.diffusion.pipelines import STARTER, prepare_libraries
from ..backend.training import base, export, starter
from ..backend.training.diffusion import batch, batch_loss, lessons
from ..backend.training.loop import half_precision
from ..backend.training.optimiser import Muon
from ..backend.training.shards import SIBLINGS, Pictures, read_shards

BATCH = 64
NOISIEST = 999


class Data:
    """Latents, tokens and schedule of a training's pictures."""

    def __init__(self, folder: Path) -> None:
        kinds = ("latents", "small_latents")
        self.pictures: Pictures = read_shards(folder / "shards", (*kinds, "depths"))
        self.tokenizer = starter.tokenizer(folder, None)
        self.lessons = {kind: lessons(self.pictures, kind, self.tokenizer) for kind in kinds}


def step_loss(modules: nn.ModuleDict, data: Data, kind: str, seed: int) -> torch.Tensor:
    """The loss of one batch, as in training."""
    learned = data.lessons[kind]
    return batch_loss(modules, batch(learned, seed, BATCH, torch.device("cpu")), learned.schedule)


def costs(data: Data, steps: int) -> None:
    """Milliseconds of wall and processor for a picture, by size of the latents and precision."""
    print(f"\n{'latents':<10}{'precision':<11}{'ms a picture':>12}{'CPU ms':>8}  ({steps} steps of {BATCH} pictures)")
    for kind in ("small_latents", "latents"):
        for half in (False, True):
            modules = base.build(data.tokenizer).train()
            optimiser = Muon(modules, 1e-3)
            train_steps(modules, optimiser, data, kind, range(1), half)
            wall, cpu = time.perf_counter(), time.process_time()
            train_steps(modules, optimiser, data, kind, range(1, steps + 1), half)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            size = "x".join(map(str, data.lessons[kind].latents.shape[2:]))
            each = 1e3 / (steps * BATCH)
            print(
                f"{size:<10}{'bfloat16' if half else 'float32':<11}{wall * each:>12.1f}{cpu * each:>8.1f}", flush=True
            )


def train_steps(
    modules: nn.ModuleDict, optimiser: torch.optim.Optimizer, data: Data, kind: str, steps: range, half: bool = True
) -> list[float]:
    losses = []
    for step in steps:
        for group in optimiser.param_groups:
            group.setdefault("peak", group["lr"])
            group["lr"] = group["peak"] * min(1, (step + 1) / starter.SMALL.warm_up)
        with half_precision(torch.device("cpu")) if half else torch.enable_grad():
            loss = step_loss(modules, data, kind, step)
        loss.backward()
        nn.utils.clip_grad_norm_(modules.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        losses.append(loss.item())
    return losses


def optimisers(data: Data, samples: int) -> None:
    """Loss after the same draws of small pictures: the mean of the last 20 steps."""
    steps = samples // BATCH
    print(f"\n{'optimizer':<10}{'rate':>8}{'loss':>8}{'CPU s':>8}  (after {steps * BATCH} small pictures)")
    for name, rate in (("AdamW", 3e-4), ("AdamW", 6e-4), ("AdamW", 1.2e-3), ("Muon", 5e-4), ("Muon", 1e-3)):
        modules = base.build(data.tokenizer).train()
        adam = torch.optim.AdamW(modules.parameters(), rate, betas=(0.9, 0.99), weight_decay=0.01)
        start = time.process_time()
        losses = train_steps(
            modules, adam if name == "AdamW" else Muon(modules, rate), data, "small_latents", range(steps)
        )
        seconds = time.process_time() - start
        print(f"{name:<10}{rate:>8.1e}{sum(losses[-20:]) / 20:>8.3f}{seconds:>8.0f}", flush=True)


@torch.no_grad()
def captions(data: Data, weights: Path, count: int) -> None:
    """Error at the noisiest step, where only the caption tells what will be seen.

    Of each latent, and of the object's mean latent: its color, without where it stands and how it is lit.
    """
    modules = export.read_base(weights).eval()
    learned = data.lessons["latents"]
    latents, schedule = learned.latents, learned.schedule
    index = torch.arange(0, len(latents), max(1, len(latents) // count))[:count]
    other = (index + len(latents) // 2 // SIBLINGS * SIBLINGS) % len(latents)
    captions = {"its caption": learned.tokens[index, 0], "no caption": learned.empty.expand(len(index), -1),
                "another's caption": learned.tokens[other, 0]}  # fmt: skip
    noise = torch.randn(len(index), *latents.shape[1:], generator=torch.Generator().manual_seed(0))
    masks = torch.stack([data.pictures.mask(item) for item in index.tolist()])[:, None].float()
    masks = functional.adaptive_avg_pool2d(masks, latents.shape[-1])
    print(f"\n{'noisiest step':<20}{'latents':>8}{'object mean':>12}  ({len(index)} pictures)")
    for name, words in captions.items():
        errors = []
        for part in torch.arange(len(index)).split(BATCH):
            step = torch.full((len(part),), NOISIEST)
            clean, mask = latents[index[part]].float(), masks[part]
            text = modules["text_encoder"](words[part].long()).last_hidden_state
            mixed = schedule.add_noise(clean, noise[part], step)
            error = modules["unet"](mixed, step, text).sample - schedule.get_velocity(clean, noise[part], step)
            mean = (error * mask).sum(dim=(2, 3)) / mask.sum(dim=(2, 3)).clamp_min(1)
            errors.append(torch.stack((error.square().mean(dim=(1, 2, 3)), mean.square().mean(dim=1))))
        each, mean = torch.cat(errors, dim=1).mean(dim=1).tolist()
        print(f"{name:<20}{each:>8.3f}{mean:>12.3f}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks/training", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="of a training")
    parser.add_argument("--weights", type=Path, default=STARTER, help="for the captions; the starter if not given")
    parser.add_argument("--only", choices=("costs", "optimizers", "captions"), help="one of the tables")
    parser.add_argument("--steps", type=int, default=10, help="for the costs")
    parser.add_argument("--samples", type=int, default=12_800, help="for the optimizers")
    parser.add_argument("--count", type=int, default=512, help="pictures for the captions")
    options = parser.parse_args()
    prepare_libraries()
    torch.set_num_threads(1)
    data = Data(options.folder)
    if options.only in (None, "captions"):
        captions(data, options.weights, options.count)
    if options.only in (None, "costs"):
        costs(data, options.steps)
    if options.only in (None, "optimizers"):
        optimisers(data, options.samples)
    return 0


if __name__ == "__main__":
    sys.exit(main())
