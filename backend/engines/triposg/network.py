# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two networks: noisy tokens -> velocity, and tokens -> signed distance. Names are those of the public files."""

from __future__ import annotations

import dataclasses
import math

import torch
from torch import nn
from torch.nn import functional


@dataclasses.dataclass(frozen=True)
class Sizes:
    """The public checkpoint's, if nothing else is said."""

    tokens: int = 2048
    channels: int = 64
    """Of a token."""
    width: int = 2048
    layers: int = 21
    heads: int = 16
    image_width: int = 1024
    decoder_width: int = 1024
    decoder_layers: int = 16
    decoder_heads: int = 8
    frequencies: int = 8


class Flow(nn.Module):
    """Tokens (B, N, channels) at times (B,), 1000 for noise, that look at a picture's tokens (B, T, image_width): where
    they must go, (B, N, channels), from noise towards a shape.

    The first half of the blocks hands its results to the second, the last first (Bao et al., "All are Worth Words",
    2023); time is one more token.
    """

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self._width = sizes.width
        self.time_proj = TimeMLP(sizes.width)
        self.proj_in = nn.Linear(sizes.channels, sizes.width)
        half = sizes.layers // 2
        self.blocks = nn.ModuleList(
            Block(
                sizes.width, Attention(sizes.width, sizes.heads, normal=True),
                Attention(sizes.width, sizes.heads, sizes.image_width, normal=True), skips=layer > half,
            )
            for layer in range(sizes.layers)
        )  # fmt: skip
        self.norm_out = nn.LayerNorm(sizes.width)
        self.proj_out = nn.Linear(sizes.width, sizes.channels)

    def forward(self, tokens: torch.Tensor, time: torch.Tensor, image: torch.Tensor) -> torch.Tensor:
        moment = self.time_proj(waves(time, self._width).to(tokens.dtype))
        hidden = torch.cat((moment[:, None], self.proj_in(tokens)), dim=1)
        kept: list[torch.Tensor] = []
        half = len(self.blocks) // 2
        for layer, block in enumerate(self.blocks):
            hidden = block(hidden, image, kept.pop() if layer > half else None)
            if layer < half:
                kept.append(hidden)
        return self.proj_out(self.norm_out(hidden)[:, 1:])


class TimeMLP(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear_1, self.linear_2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, moment: torch.Tensor) -> torch.Tensor:
        return self.linear_2(functional.gelu(self.linear_1(moment)))


def waves(time: torch.Tensor, width: int) -> torch.Tensor:
    """(B, width): sines and then cosines of times (B,) (Vaswani et al., 2017, section 3.5)."""
    half = width // 2
    rates = torch.exp(-math.log(10_000.0) / half * torch.arange(half, device=time.device))
    angles = time.float()[:, None] * rates
    return torch.cat((angles.sin(), angles.cos()), dim=1)


class Block(nn.Module):
    """Attention among tokens, attention to others, an MLP; each normalised before and added. Either attention may be
    missing."""

    def __init__(self, width: int, own: Attention | None, other: Attention | None, skips: bool = False) -> None:
        super().__init__()
        if own is not None:
            self.norm1, self.attn1 = nn.LayerNorm(width), own
        if other is not None:
            self.norm2, self.attn2 = nn.LayerNorm(width), other
        self.norm3 = nn.LayerNorm(width)
        self.ff = MLP(width)
        if skips:
            self.skip_linear, self.skip_norm = nn.Linear(2 * width, width), nn.LayerNorm(width)

    def forward(
        self, tokens: torch.Tensor, others: torch.Tensor | None = None, skipped: torch.Tensor | None = None
    ) -> torch.Tensor:
        if skipped is not None:
            # Normalised after they are joined, not before: so it was trained.
            tokens = self.skip_norm(self.skip_linear(torch.cat((skipped, tokens), dim=-1)))
        if hasattr(self, "attn1"):
            tokens = tokens + self.attn1(self.norm1(tokens))
        if hasattr(self, "attn2"):
            tokens = tokens + self.attn2(self.norm2(tokens), others)
        return tokens + self.ff(self.norm3(tokens))


class Attention(nn.Module):
    """Of tokens (B, N, width) to others (B, T, other_width), or among themselves.

    The rows of the three matrices do not lie head after head as usual: one after the other they are heads of query, key
    and value each, or of key and value where others are looked at.
    """

    def __init__(
        self, width: int, heads: int, other_width: int | None = None, normal: bool = False, normal_others: bool = False
    ) -> None:
        """
        Args:
            normal: each head's queries and keys are scaled to a length (Dehghani et al., 2023, section 2.1).
            normal_others: the others are normalised first.
        """
        super().__init__()
        self.heads, self._crosses = heads, other_width is not None
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_k = nn.Linear(other_width or width, width, bias=False)
        self.to_v = nn.Linear(other_width or width, width, bias=False)
        self.to_out = nn.ModuleList([nn.Linear(width, width)])
        self.norm_q = nn.RMSNorm(width // heads, eps=1e-6) if normal else nn.Identity()
        self.norm_k = nn.RMSNorm(width // heads, eps=1e-6) if normal else nn.Identity()
        if normal_others:
            self.norm_cross = nn.LayerNorm(other_width)

    def forward(self, tokens: torch.Tensor, others: torch.Tensor | None = None) -> torch.Tensor:
        others = tokens if others is None else others
        if hasattr(self, "norm_cross"):
            others = self.norm_cross(others)
        query, key, value = self.to_q(tokens), self.to_k(others), self.to_v(others)
        if self._crosses:
            key, value = self._parted(torch.cat((key, value), dim=-1), 2)
            query = query.unflatten(-1, (self.heads, -1))
        else:
            query, key, value = self._parted(torch.cat((query, key, value), dim=-1), 3)
        query, key = self.norm_q(query), self.norm_k(key)
        seen = functional.scaled_dot_product_attention(
            query.transpose(1, 2), key.transpose(1, 2), value.transpose(1, 2)
        )
        return self.to_out[0](seen.transpose(1, 2).flatten(2))

    def _parted(self, joined: torch.Tensor, parts: int) -> tuple[torch.Tensor, ...]:
        return joined.unflatten(-1, (self.heads, parts, -1)).unbind(-2)


class MLP(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        # The place between is dropout's; the checkpoint counts it.
        self.net = nn.ModuleList([Gelu(width, 4 * width), nn.Identity(), nn.Linear(4 * width, width)])

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.net[2](self.net[0](tokens))


class Gelu(nn.Module):
    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.proj = nn.Linear(width, inner)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return functional.gelu(self.proj(tokens))


class Autoencoder(nn.Module):
    """The half that is needed: tokens to distances."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.post_quant = nn.Linear(sizes.channels, sizes.decoder_width)
        self.decoder = Decoder(sizes)

    def shape(self, tokens: torch.Tensor) -> torch.Tensor:
        """What points look at, (1, N, decoder_width), of tokens (1, N, channels)."""
        hidden = self.post_quant(tokens)
        for block in self.decoder.blocks[:-1]:
            hidden = block(hidden)
        return hidden

    def distances(self, shape: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
        """Signed distances (P,) at points (P, 3) within about -1..1, negative inside; only their sign and their zero
        mean something everywhere."""
        return self.decoder.at(shape, points)


class Decoder(nn.Module):
    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        width, heads = sizes.decoder_width, sizes.decoder_heads
        self._frequencies = sizes.frequencies
        blocks = [Block(width, Attention(width, heads), None) for _ in range(sizes.decoder_layers)]
        self.blocks = nn.ModuleList([*blocks, Block(width, None, Attention(width, heads, width, normal_others=True))])
        self.proj_query = nn.Linear(3 * (1 + 2 * sizes.frequencies), width)
        self.norm_out = nn.LayerNorm(width)
        self.proj_out = nn.Linear(width, 1)

    def at(self, shape: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
        query = self.proj_query(frequencies(points, self._frequencies).to(shape.dtype))[None]
        return self.proj_out(self.norm_out(self.blocks[-1](query, shape)))[0, :, 0].float()


def frequencies(points: torch.Tensor, count: int) -> torch.Tensor:
    """(P, 3 + 6 count): points (P, 3), then sines and cosines of them times 1, 2, 4, ... (Mildenhall et al., 2020)."""
    angles = (points[..., None] * 2.0 ** torch.arange(count, device=points.device)).flatten(1)
    return torch.cat((points, angles.sin(), angles.cos()), dim=1)
