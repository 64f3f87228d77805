# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text-to-image model and both ControlNets together, once each of them can do something.

With shape and light given, what is left to learn is what the words say of the surface. So the base learns materials
faster under control than where it has to find a shape, too, and the ControlNets fit it at any time. Surfaces look alike
in parts of pictures, for a third of the time: most steps under control see quarters of pictures, as in Wang et al.,
"Patch Diffusion", NeurIPS 2023, where a place in the picture is given in place of the control.
"""

from __future__ import annotations

import dataclasses
import random
import typing
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from .control import Control, control_pictures
from .diffusion import Batch, batch, batch_loss, lessons, of_whole_objects
from .loop import Options, Progress, train
from .shards import Pictures

if typing.TYPE_CHECKING:
    from transformers import CLIPTokenizer


@dataclasses.dataclass(frozen=True)
class Step:
    """What a step of training shows."""

    control: Control | None
    """None: to the base alone."""
    quarters: bool
    """Parts of half the width and height, of twice as many pictures."""


STEPS = {
    Step(Control.LIGHT, True): 0.55,
    Step(Control.LIGHT, False): 0.15,
    Step(Control.DEPTH, True): 0.1,
    Step(Control.DEPTH, False): 0.05,
    Step(None, False): 0.15,
}
"""How often each kind comes."""
CELL = 4
"""Pixels of a control picture along a latent."""
TRIES = 4
"""Of so many parts of a picture the one is taken that shows the most of the object."""


def step_of(seed: int) -> Step:
    """The kind of a step."""
    return random.Random(f"step {seed}").choices(list(STEPS), STEPS.values())[0]


def quarters(lesson: Batch, condition: torch.Tensor, seed: int) -> tuple[Batch, torch.Tensor]:
    """A part of each picture, and of its control (B, 3, CELL H, CELL W), of half the width and height."""
    size = lesson.clean.shape[-1] // 2
    seen = functional.avg_pool2d((condition.amax(dim=1, keepdim=True) > 0.02).float(), CELL)
    share = functional.avg_pool2d(seen, size, stride=1)[:, 0]  # (B, size + 1, size + 1), by corner
    generator = torch.Generator().manual_seed(seed)
    corners = torch.randint(size + 1, (len(share), TRIES, 2), generator=generator)
    best = share.cpu()[torch.arange(len(share))[:, None], corners[..., 0], corners[..., 1]].argmax(dim=1)
    chosen = corners[torch.arange(len(share)), best].tolist()

    def cut(whole: torch.Tensor, cell: int) -> torch.Tensor:
        parts = (
            item[:, cell * row : cell * (row + size), cell * column : cell * (column + size)]
            for item, (row, column) in zip(whole, chosen)
        )
        return torch.stack(list(parts))

    smaller = dataclasses.replace(lesson, clean=cut(lesson.clean, 1), noise=cut(lesson.noise, 1))
    return smaller, cut(condition, CELL)


def train_together(
    pictures: Pictures,
    tokenizer: CLIPTokenizer,
    modules: nn.ModuleDict,
    folder: Path,
    options: Options,
    on_save: Callable[[nn.ModuleDict, Progress], None],
) -> nn.ModuleDict:
    """Train ``modules`` on their device, or go on from the checkpoint in ``folder``.

    Args:
        modules: "text_encoder" and "unet", and a ControlNet by the name of each control.
    """
    device = next(modules.parameters()).device
    learned = lessons(pictures, "latents", tokenizer)
    whole = of_whole_objects(learned, pictures.scenes())
    modules.requires_grad_(True).train()

    def loss(samples: int) -> torch.Tensor:
        step = step_of(samples)
        if step.control is None:
            return batch_loss(modules, batch(whole, samples, options.batch, device), whole.schedule)
        lesson = batch(learned, samples, options.batch * (2 if step.quarters else 1), device)
        condition = control_pictures(pictures, step.control, lesson.index).to(device)
        if step.quarters:
            lesson, condition = quarters(lesson, condition, samples)
        return batch_loss(modules, lesson, learned.schedule, modules[step.control.value], condition)

    return train(modules, loss, options, folder, on_save)
