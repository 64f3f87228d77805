# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A judge for reports: tells material and colour of a picture, trained on ground-truth renders alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from .loop import Options, train
from .materials.colours import COLOURS
from .materials.look import WORDS
from .shards import Pictures

MATERIALS = tuple(word.name for word in WORDS)
COLOUR_NAMES = (None, *(colour.name for colour in COLOURS))


@dataclass(frozen=True)
class Verdict:
    """What the classifier sees in N pictures."""

    material: torch.Tensor
    """(N, len(MATERIALS)) log probabilities."""
    colour: torch.Tensor
    """(N, len(COLOUR_NAMES)) log probabilities; the first is "no colour word"."""


class Classifier(nn.Module):
    """A small residual network; (N, 3, H, W) in [-1, 1]."""

    def __init__(self) -> None:
        super().__init__()
        widths = (32, 64, 96, 160)
        layers: list[nn.Module] = [nn.Conv2d(3, widths[0], 5, stride=2, padding=2)]
        for before, width in zip((widths[0], *widths), widths):
            layers += [_Block(before, width), _Block(width, width)]
        self.body = nn.Sequential(*layers)
        self.material = nn.Linear(2 * widths[-1], len(MATERIALS))
        self.colour = nn.Linear(2 * widths[-1], len(COLOUR_NAMES))

    def forward(self, pictures: torch.Tensor) -> Verdict:
        features = self.body(pictures)
        # The mean says what most of it is, the maximum that something is there at all.
        pooled = torch.cat((features.mean(dim=(2, 3)), features.amax(dim=(2, 3))), dim=1)
        return Verdict(self.material(pooled).log_softmax(dim=1), self.colour(pooled).log_softmax(dim=1))


class _Block(nn.Module):
    """Two convolutions beside a short cut; halves the size where the width grows."""

    def __init__(self, before: int, width: int) -> None:
        super().__init__()
        stride = 1 if before == width else 2
        self.first = nn.Sequential(
            nn.Conv2d(before, width, 3, stride, 1, bias=False), nn.GroupNorm(8, width), nn.SiLU()
        )
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.GroupNorm(8, width))
        self.short = nn.Conv2d(before, width, 1, stride) if before != width else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.silu(self.second(self.first(x)) + self.short(x))


def labels(scenes: list[dict]) -> tuple[torch.Tensor, torch.Tensor]:
    """(N,) each: material and colour of the scenes' main look."""
    looks = [scene["scene"]["look"] for scene in scenes]
    material = torch.tensor([MATERIALS.index(look["word"]) for look in looks])
    # Of two colours neither is the right answer: such pictures do not count for colour.
    colour = torch.tensor([-1 if look["pattern"] else COLOUR_NAMES.index(look["colour"]) for look in looks])
    return material, colour


def train_classifier(pictures: Pictures, folder: Path, options: Options, device: torch.device) -> Classifier:
    """Train, or go on; returns the averaged network."""
    torch.manual_seed(0)
    network = Classifier().to(device)
    material, colour = labels(pictures.scenes())

    def loss(samples: int) -> torch.Tensor:
        generator = torch.Generator().manual_seed(samples)
        index = torch.randint(len(pictures), (options.batch,), generator=generator)
        batch = torch.stack([jittered(pictures.picture(item), generator) for item in index.tolist()])
        verdict = network(batch.to(device))
        return functional.nll_loss(verdict.material, material[index].to(device)) + functional.nll_loss(
            verdict.colour, colour[index].to(device), ignore_index=-1
        )

    return train(nn.ModuleDict({"classifier": network}), loss, options, folder)["classifier"]


def read_classifier(folder: Path) -> Classifier:
    """The averaged network of the last checkpoint of ``train_classifier``, to judge with."""
    state = torch.load(folder / "state.pt", map_location="cpu", weights_only=True)["average"]
    network = Classifier()
    network.load_state_dict({name.removeprefix("classifier."): value for name, value in state.items()})
    return network.eval()


def jittered(picture: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """A picture (3, H, W) uint8 as floats in [-1, 1], mirrored and shifted at random, with a trace of noise.

    The noise and a little blur keep the judge from reading what only renders have, down to the last bit.
    """
    result = picture.float() / 127.5 - 1
    if torch.rand((), generator=generator) < 0.5:
        result = result.flip(-1)
    shift = torch.randint(-8, 9, (2,), generator=generator).tolist()
    result = result.roll(shift, (-2, -1))
    if torch.rand((), generator=generator) < 0.3:
        result = functional.avg_pool2d(functional.pad(result[None], (1, 1, 1, 1), "replicate"), 3, 1)[0]
    return result + 0.03 * torch.randn(result.shape, generator=generator)


@torch.no_grad()
def judge(network: Classifier, pictures: torch.Tensor, batch: int = 64) -> Verdict:
    """The verdict on pictures (N, 3, H, W) uint8, on the CPU."""
    device = next(network.parameters()).device
    parts = [network(part.to(device).float() / 127.5 - 1) for part in pictures.split(batch)]
    return Verdict(torch.cat([part.material for part in parts]).cpu(), torch.cat([part.colour for part in parts]).cpu())
