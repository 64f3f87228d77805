# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sculptor: a kind of object to what is solid in a box, by diffusion in the latents of an autoencoder of solids.

Latent diffusion as in Rombach et al., "High-Resolution Image Synthesis with Latent Diffusion Models", CVPR 2022, for
grids of solid cells. The denoiser is a transformer over the latents' places, after Peebles and Xie, "Scalable
Diffusion Models with Transformers", ICCV 2023, with one modulation for all layers as in Chen et al., "PixArt-alpha",
ICLR 2024.
"""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn import functional

from . import sight

CELLS = 64
"""Along each side of the box."""
ROOM = 1.08
"""Half the side of the box around an object whose largest half-extent is 1."""
PATCH = 4
"""Cells along a side that are one place of the autoencoder's finest level."""
SIDE = 4
"""Places of the latents along each side."""
CHANNELS = 16
"""Of the latents."""
WIDTHS = (96, 64, 32)
"""Channels at 4, 8 and 16 places along each side."""
GROUPS = 8


class Block(nn.Module):
    """Two convolutions beside a short cut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.GroupNorm(GROUPS, width), nn.SiLU(), nn.Conv3d(width, width, 3, padding=1))
        self.second = nn.Sequential(nn.GroupNorm(GROUPS, width), nn.SiLU(), nn.Conv3d(width, width, 3, padding=1))
        nn.init.zeros_(self.second[2].weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.second(self.first(x))


class Encoder(nn.Module):
    """(N, CELLS, CELLS, CELLS) solid parts of cells in [0, 1] to the latents' mean and log variance. Training alone
    needs it."""

    def __init__(self) -> None:
        super().__init__()
        deep, middle, fine = WIDTHS
        self.stem = nn.Conv3d(1, fine, PATCH, PATCH)
        self.body = nn.Sequential(
            nn.Conv3d(fine, fine, 3, padding=1),
            nn.SiLU(),
            nn.Conv3d(fine, middle, 2, 2),
            Block(middle),
            nn.Conv3d(middle, deep, 2, 2),
            Block(deep),
            nn.GroupNorm(GROUPS, deep),
            nn.SiLU(),
            nn.Conv3d(deep, 2 * CHANNELS, 1),
        )

    def forward(self, solid: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        mean, spread = self.body(self.stem(2.0 * solid[:, None] - 1.0)).float().chunk(2, dim=1)
        return mean, spread.clamp(-12.0, 4.0)


class Decoder(nn.Module):
    """(N, CHANNELS, SIDE, SIDE, SIDE) latents to (N, CELLS, CELLS, CELLS) logits of what part of each cell is solid."""

    def __init__(self) -> None:
        super().__init__()
        deep, middle, fine = WIDTHS
        self.first = nn.Sequential(nn.Conv3d(CHANNELS, deep, 3, padding=1), Block(deep))
        self.second = nn.Sequential(nn.Conv3d(deep, 8 * middle, 1), Shuffle(2), Block(middle))
        self.third = nn.Sequential(nn.Conv3d(middle, 8 * fine, 1), Shuffle(2), Block(fine), Block(fine))
        self.last = nn.Sequential(
            nn.GroupNorm(GROUPS, fine), nn.SiLU(), nn.Conv3d(fine, 2 * fine, 1), nn.SiLU(),
            nn.Conv3d(2 * fine, PATCH**3, 1), Shuffle(PATCH),
        )  # fmt: skip

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        assert latents.shape[1:] == (CHANNELS, SIDE, SIDE, SIDE), latents.shape
        return self.last(self.third(self.second(self.first(latents))))[:, 0].float()


class Shuffle(nn.Module):
    """(N, C * n^3, X, Y, Z) to (N, C, n X, n Y, n Z)."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        n, (count, channels, *shape) = self.times, x.shape
        x = x.reshape(count, channels // n**3, n, n, n, *shape).permute(0, 1, 5, 2, 6, 3, 7, 4)
        return x.reshape(count, channels // n**3, *(n * side for side in shape))


class Denoiser(nn.Module):
    """Predicts v of noisy latents (N, CHANNELS, SIDE, SIDE, SIDE), given the step (N,), the kind (N,): its number, or
    ``kinds`` for none, and what is seen of a picture, (N, sight.SIDE^2, sight.CHANNELS), if there is one."""

    def __init__(self, kinds: int, width: int = 144, depth: int = 8, heads: int = 6) -> None:
        super().__init__()
        self.kinds = kinds
        self.width = width
        self.enter = nn.Linear(CHANNELS, width)
        self.place = nn.Parameter(0.02 * torch.randn(1, SIDE**3, width))
        self.kind = nn.Embedding(kinds + 1, width)
        nn.init.normal_(self.kind.weight, std=0.02)
        self.look = nn.Linear(sight.CHANNELS, width)
        self.piece = nn.Parameter(0.02 * torch.randn(1, sight.SIDE**2, width))
        self.glance = nn.Linear(sight.CHANNELS, width)
        nn.init.zeros_(self.glance.weight)
        nn.init.zeros_(self.glance.bias)
        self.time = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.modulate = nn.Sequential(nn.SiLU(), nn.Linear(width, 6 * width))
        self.layers = nn.ModuleList([Layer(width, heads) for _ in range(depth)])
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.leave = nn.Linear(width, CHANNELS)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.modulate[1].weight)

    def forward(
        self, latents: torch.Tensor, step: torch.Tensor, kind: torch.Tensor, seen: torch.Tensor | None = None
    ) -> torch.Tensor:
        assert latents.shape[1:] == (CHANNELS, SIDE, SIDE, SIDE), latents.shape
        frequencies = torch.exp(torch.linspace(0.0, -math.log(10_000.0), self.width // 2, device=latents.device))
        angle = step[:, None].float() * frequencies
        condition = self.time(torch.cat((angle.sin(), angle.cos()), dim=1)) + self.kind(kind)
        if seen is not None:
            assert seen.shape[1:] == (sight.SIDE**2, sight.CHANNELS), seen.shape
            condition = condition + self.glance(seen.mean(dim=1))
        modulation = self.modulate(condition).unflatten(1, (6, self.width))
        x = self.enter(latents.flatten(2).transpose(1, 2)) + self.place
        # The kind is a place of its own, too, which the others can ask, and so are the pieces of the picture.
        x = torch.cat((x, condition[:, None]), dim=1)
        if seen is not None:
            x = torch.cat((x, self.look(seen) + self.piece), dim=1)
        for layer in self.layers:
            x = layer(x, modulation)
        return self.leave(self.norm(x[:, : SIDE**3])).float().transpose(1, 2).reshape(latents.shape)


class Layer(nn.Module):
    """Attention and a wider layer, both scaled, moved and let through as the condition says."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.own = nn.Parameter(torch.zeros(6, width))
        self.one = nn.LayerNorm(width, elementwise_affine=False)
        self.ask = nn.Linear(width, 3 * width)
        self.answer = nn.Linear(width, width)
        self.two = nn.LayerNorm(width, elementwise_affine=False)
        self.wide = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(approximate="tanh"), nn.Linear(4 * width, width))

    def forward(self, x: torch.Tensor, modulation: torch.Tensor) -> torch.Tensor:
        move, scale, gate, move_2, scale_2, gate_2 = (modulation + self.own)[:, :, None].unbind(1)
        asked = self.ask(self.one(x) * (1 + scale) + move).unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        found = functional.scaled_dot_product_attention(*asked).transpose(1, 2).flatten(2)
        x = x + (1 + gate) * self.answer(found)
        return x + (1 + gate_2) * self.wide(self.two(x) * (1 + scale_2) + move_2)
