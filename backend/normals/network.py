# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which way the surface faces in each pixel of one picture, and how sure that is.

A picture of an evenly colored or glossy surface hardly says how far away it is, but its shading, its outline and what
the object seems to be say how it is turned. Yu et al., "MonoSDF", NeurIPS 2022, add this to reconstruction; how sure
the network is follows Bae et al., "Estimating and Exploiting the Aleatoric Uncertainty in Surface Normal Estimation",
ICCV 2021. Here the network is small and has learned from procedural objects alone.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from ..lifting.network import Block, Whole

PICTURE = 128
"""Pixels along a side of the picture that the network reads and answers for."""
FILL = 0.85
"""Part of the picture's side that the object's longer side takes."""
GREY = 0.5
"""Display-encoded color behind the object."""
STEM = 2
"""Pixels along a side that become one place of the first level."""
WIDTHS = (32, 48, 64, 80)
"""Channels at a half, a quarter, an eighth and a sixteenth of the picture's size."""
FILE = "normals.safetensors"


@dataclasses.dataclass(frozen=True)
class Facing:
    """What the network says of N pictures."""

    normal: torch.Tensor
    """(N, 3, PICTURE, PICTURE) unit: to the right, up and to the viewer, about each pixel's own line of sight."""
    sureness: torch.Tensor
    """(N, PICTURE, PICTURE) above 0: kappa of ``angular_loss``. The error to be expected falls with it."""
    depth: torch.Tensor
    """(N, PICTURE, PICTURE) from the middle of the object's depth, away from the viewer; one unit is as long as half the
    picture is wide there."""
    spread: torch.Tensor
    """(N, PICTURE, PICTURE) above 0: the error of the depth to be expected."""


class NormalNetwork(nn.Module):
    """(N, 4, PICTURE, PICTURE): display-encoded colors over GREY, and alpha, all in [-1, 1]."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(4 * STEM**2, WIDTHS[0], 3, padding=1)
        pairs = list(zip(WIDTHS, WIDTHS[1:]))
        self.down = nn.ModuleList([nn.Sequential(Block(WIDTHS[0]))])
        for before, width in pairs:
            self.down.append(nn.Sequential(nn.Conv2d(before, width, 3, 2, 1), Block(width), Block(width)))
        self.whole = Whole(WIDTHS[-1], side=PICTURE // STEM // 2 ** len(pairs))
        self.up = nn.ModuleList(
            [
                nn.ModuleDict({"join": nn.Conv2d(width + before, before, 1), "body": Block(before)})
                for before, width in reversed(pairs)
            ]
        )
        self.last = nn.Conv2d(WIDTHS[0], 6 * STEM**2, 3, padding=1)

    def forward(self, pictures: torch.Tensor) -> Facing:
        assert pictures.shape[1:] == (4, PICTURE, PICTURE), pictures.shape
        x = self.stem(functional.pixel_unshuffle(pictures, STEM))
        kept = []
        for level in self.down:
            x = level(x)
            kept.append(x)
        x = self.whole(x)
        for level, other in zip(self.up, reversed(kept[:-1])):
            x = functional.interpolate(x, scale_factor=2.0, mode="nearest")
            x = level["body"](level["join"](torch.cat((x, other), dim=1)))
        x = functional.pixel_shuffle(self.last(x), STEM).float()
        return Facing(
            functional.normalize(x[:, :3], dim=1), functional.elu(x[:, 3]) + 1.01, x[:, 4], x[:, 5].clamp(-5, 2).exp()
        )


def angular_loss(found: Facing, normal: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Negative log likelihood of unit normals (N, 3, H, W), mean over a mask (N, H, W) in [0, 1].

    The distribution is the angular one of von Mises and Fisher (Bae et al., 2021): log density
    log(k^2 + 1) - k angle - log(1 + exp(-k pi)).
    """
    cosine = (found.normal * normal).sum(dim=1).clamp(-1 + 1e-5, 1 - 1e-5)
    k = found.sureness
    negative = k * torch.acos(cosine) - torch.log(k.square() + 1) + functional.softplus(-torch.pi * k)
    return (negative * mask).sum() / mask.sum().clamp_min(1)


def depth_loss(found: Facing, depth: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Negative log likelihood of depths (N, H, W) under Laplace's distribution, mean over a mask (N, H, W) in [0, 1].

    What all depths of a picture have in common is left out: nobody can see it, and whoever uses them knows the camera.
    """
    inside = mask.sum(dim=(1, 2), keepdim=True).clamp_min(1)
    gap = found.depth - depth
    gap = gap - (gap * mask).sum(dim=(1, 2), keepdim=True) / inside
    negative = gap.abs() / found.spread + found.spread.log()
    return (negative * mask).sum() / mask.sum().clamp_min(1)


def save(network: NormalNetwork, folder: Path) -> None:
    """Write the weights as float16."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    state = {name: value.detach().half().contiguous().cpu() for name, value in network.state_dict().items()}
    save_file(state, folder / FILE)


def read(folder: Path, device: torch.device | str = "cpu") -> NormalNetwork:
    """The network whose weights are in a folder, to be used. Raises FileNotFoundError."""
    from safetensors.torch import load_file

    network = NormalNetwork()
    network.load_state_dict({name: value.float() for name, value in load_file(folder / FILE).items()})
    return network.to(device).eval().requires_grad_(False)
