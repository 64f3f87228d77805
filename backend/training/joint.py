# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text-to-image model and both ControlNets together, once each of them can do something.

With shape and light given, what is left to learn is what the words say of the surface. So the base learns materials
faster under control than where it has to find a shape, too, and the ControlNets fit it at any time.
"""

from __future__ import annotations

import random
import typing
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from .control import Control, control_pictures
from .diffusion import batch, batch_loss, lessons
from .loop import Options, Progress, train
from .shards import Pictures

if typing.TYPE_CHECKING:
    from transformers import CLIPTokenizer

CONTROLS = {Control.LIGHT: 0.5, Control.DEPTH: 0.15}
"""Share of the steps under each control; the others are of the base alone."""


def control_of(seed: int) -> Control | None:
    """What a step is under."""
    drawn = random.Random(f"control {seed}").random()
    for control, share in CONTROLS.items():
        if drawn < share:
            return control
        drawn -= share
    return None


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
    modules.requires_grad_(True).train()

    def loss(samples: int) -> torch.Tensor:
        control, lesson = control_of(samples), batch(learned, samples, options.batch, device)
        if control is None:
            return batch_loss(modules, lesson, learned.schedule)
        condition = control_pictures(pictures, control, lesson.index).to(device)
        return batch_loss(modules, lesson, learned.schedule, modules[control.value], condition)

    return train(modules, loss, options, folder, on_save)
