# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network: picture -> three planes of features. Names of parts are those of the public checkpoint."""

from __future__ import annotations

import dataclasses
import itertools

import torch
from torch import nn
from torch.nn import functional
from transformers import ViTConfig, ViTModel

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's pictures, display-encoded: what the vision transformer has learned to expect."""


@dataclasses.dataclass(frozen=True)
class Sizes:
    """The public checkpoint's, if nothing else is said."""

    picture: int = 512
    """Pixels along a side."""
    patch: int = 16
    learned_patches: int = 14
    """Along a side of the pictures that the vision transformer was trained with: so many position embeddings it has."""
    image_width: int = 768
    image_layers: int = 12
    image_heads: int = 12
    plane: int = 32
    """Tokens along a side of a plane; its features are twice as many."""
    width: int = 1024
    layers: int = 16
    heads: int = 16
    groups: int = 32
    channels: int = 40
    """Of a plane."""
    neurons: int = 64
    hidden: int = 9
    """Layers of the network that reads features."""

    @property
    def patches(self) -> int:
        """Along a side of the picture."""
        return self.picture // self.patch


class Network(nn.Module):
    """Pictures (B, 3, S, S), display-encoded sRGB within 0..1 -> planes (B, 3, C, 2 P, 2 P)."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.image_tokenizer = ImageTokens(sizes)
        self.tokenizer = PlaneTokens(sizes)
        self.backbone = Backbone(sizes)
        self.post_processor = Upsampling(sizes)
        self.decoder = Decoder(sizes)

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        image = self.image_tokenizer(picture)
        tokens = self.backbone(self.tokenizer.embeddings.expand(len(picture), -1, -1, -1, -1), image)
        return self.post_processor(tokens)


class ImageTokens(nn.Module):
    """DINO's ViT-B/16: pictures (B, 3, S, S) -> tokens (B, 1 + patches, image_width), the first for all of it.

    Its position embeddings have the size of the picture here: see ``weights.positions``.
    """

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        config = ViTConfig(
            hidden_size=sizes.image_width, num_hidden_layers=sizes.image_layers, num_attention_heads=sizes.image_heads,
            intermediate_size=4 * sizes.image_width, hidden_act="gelu", layer_norm_eps=1e-12, qkv_bias=True,
            hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, image_size=sizes.picture, patch_size=sizes.patch,
        )  # fmt: skip
        self.model = ViTModel(config, add_pooling_layer=False)

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        mean, deviation = (picture.new_tensor(values)[:, None, None] for values in (MEAN, DEVIATION))
        return self.model((picture - mean) / deviation).last_hidden_state


class PlaneTokens(nn.Module):
    """What every object begins as: (3, width, P, P)."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.embeddings = nn.Parameter(torch.zeros(3, sizes.width, sizes.plane, sizes.plane))


class Backbone(nn.Module):
    """Tokens of the planes (B, 3, width, P, P) that look at each other and at the picture's (B, T, image_width)."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(sizes.groups, sizes.width, eps=1e-6)
        self.proj_in = nn.Linear(sizes.width, sizes.width)
        self.transformer_blocks = nn.ModuleList(
            Block(sizes.width, sizes.heads, sizes.image_width) for _ in range(sizes.layers)
        )
        self.proj_out = nn.Linear(sizes.width, sizes.width)

    def forward(self, planes: torch.Tensor, image: torch.Tensor) -> torch.Tensor:
        before = planes.transpose(1, 2).flatten(2)  # (B, width, 3 P P): plane after plane, row after row
        tokens = self.proj_in(self.norm(before).transpose(1, 2))
        for block in self.transformer_blocks:
            tokens = block(tokens, image)
        after = self.proj_out(tokens).transpose(1, 2) + before
        return after.unflatten(2, (3, *planes.shape[-2:])).transpose(1, 2)


class Block(nn.Module):
    """Attention among tokens (B, N, width), attention to the picture's (B, T, image_width), and a gated MLP; each
    normalised before and added (Vaswani et al., 2017; Shazeer, "GLU Variants Improve Transformer", 2020)."""

    def __init__(self, width: int, heads: int, image_width: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attn1 = Attention(width, heads, width)
        self.norm2 = nn.LayerNorm(width)
        self.attn2 = Attention(width, heads, image_width)
        self.norm3 = nn.LayerNorm(width)
        self.ff = GatedMLP(width, 4 * width)

    def forward(self, tokens: torch.Tensor, image: torch.Tensor) -> torch.Tensor:
        normal = self.norm1(tokens)
        tokens = tokens + self.attn1(normal, normal)
        tokens = tokens + self.attn2(self.norm2(tokens), image)
        return tokens + self.ff(self.norm3(tokens))


class Attention(nn.Module):
    """Of tokens (B, N, width) to others (B, T, other_width), by several heads."""

    def __init__(self, width: int, heads: int, other_width: int) -> None:
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_k = nn.Linear(other_width, width, bias=False)
        self.to_v = nn.Linear(other_width, width, bias=False)
        self.to_out = nn.ModuleList([nn.Linear(width, width)])

    def forward(self, tokens: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
        query, key, value = (
            linear(source).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for linear, source in ((self.to_q, tokens), (self.to_k, others), (self.to_v, others))
        )
        seen = functional.scaled_dot_product_attention(query, key, value)
        return self.to_out[0](seen.transpose(1, 2).flatten(2))


class GatedMLP(nn.Module):
    """One half of the hidden units is gated by GELU of the other."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        # The place between is dropout's, which nobody needs here; the checkpoint counts it.
        self.net = nn.ModuleList([Gate(width, inner), nn.Identity(), nn.Linear(inner, width)])

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.net[2](self.net[0](tokens))


class Gate(nn.Module):
    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.proj = nn.Linear(width, 2 * inner)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        value, gate = self.proj(tokens).chunk(2, dim=-1)
        return value * functional.gelu(gate)


class Upsampling(nn.Module):
    """Tokens of planes (B, 3, width, P, P) -> features (B, 3, channels, 2 P, 2 P)."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.upsample = nn.ConvTranspose2d(sizes.width, sizes.channels, kernel_size=2, stride=2)

    def forward(self, planes: torch.Tensor) -> torch.Tensor:
        return self.upsample(planes.flatten(0, 1)).unflatten(0, planes.shape[:2])


class Decoder(nn.Module):
    """Features (N, 3 channels) -> what becomes density (first) and red, green, blue: (N, 4)."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        widths = [3 * sizes.channels, *[sizes.neurons] * sizes.hidden]
        layers: list[nn.Module] = []
        for before, after in itertools.pairwise(widths):
            layers += [nn.Linear(before, after), nn.SiLU()]
        self.layers = nn.Sequential(*layers, nn.Linear(sizes.neurons, 4))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return self.layers(features)
