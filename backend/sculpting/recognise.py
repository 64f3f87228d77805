# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which kind of thing a picture shows, of those that the sculptor knows."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from ..models import eight_bits
from . import sight
from .kinds import kinds

FILE = "recogniser.safetensors"
WIDTH, HEADS = 128, 4
FORGOTTEN = 0.3
"""Share of features that each step of the training does without."""
UNKNOWN = 0.15
"""Probability that a picture shows no kind, beside those of the kinds, when tries are shared out."""


class Recogniser(nn.Module):
    """What is seen of pictures, (N, sight.SIDE^2, sight.CHANNELS), to logits of the kinds (N, kinds)."""

    def __init__(self, count: int, width: int = WIDTH) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(sight.CHANNELS)
        self.enter = nn.Linear(sight.CHANNELS, width)
        self.place = nn.Parameter(torch.zeros(sight.SIDE**2, width))
        self.one = nn.LayerNorm(width)
        self.ask = nn.Linear(width, 3 * width)
        self.answer = nn.Linear(width, width)
        self.wide = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )
        self.leave = nn.Sequential(nn.Dropout(FORGOTTEN), nn.Linear(2 * width, count))

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        assert seen.shape[1:] == (sight.SIDE**2, sight.CHANNELS), seen.shape
        x = self.enter(self.norm(seen)) + self.place
        asked = self.ask(self.one(x)).unflatten(2, (3, HEADS, -1)).permute(2, 0, 3, 1, 4)
        x = x + self.answer(functional.scaled_dot_product_attention(*asked).transpose(1, 2).flatten(2))
        x = x + self.wide(x)
        return self.leave(torch.cat((x.mean(dim=1), x.amax(dim=1)), dim=1)).float()


def save(recogniser: Recogniser, folder: Path) -> None:
    eight_bits.save(eight_bits.packed(recogniser.state_dict()), folder / FILE)


def read(folder: Path, device: torch.device | str = "cpu") -> Recogniser:
    """The network whose weights are in a folder, to be used. Raises OSError and SafetensorError."""
    recogniser = Recogniser(len(kinds(folder)))
    eight_bits.fill(recogniser, eight_bits.load(folder / FILE), device)
    return recogniser


@torch.no_grad()
def likely(recogniser: Recogniser, seen: torch.Tensor) -> torch.Tensor:
    """(kinds,) probabilities, from several looks (N, sight.SIDE^2, sight.CHANNELS) at the same thing."""
    return recogniser(seen).softmax(dim=1).mean(dim=0)


def shared_out(probabilities: torch.Tensor, tries: int) -> list[int | None]:
    """The kind that each of so many tries is for, None for no kind: as many for each as its probability is worth
    (D'Hondt's method), the likeliest first."""
    worth = [(float(value), number) for number, value in enumerate(probabilities)] + [(UNKNOWN, None)]
    quotients = [(value / part, -part, kind) for value, kind in worth for part in range(1, tries + 1)]
    quotients.sort(key=lambda one: one[:2], reverse=True)
    found = [kind for _, _, kind in quotients[:tries]]
    return sorted(found, key=found.index)
