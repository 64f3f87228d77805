# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TripoSG as an engine. It makes shapes without colors."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from ...diffusion import pipelines
from ...pictures.gate import over_gray
from ..contract import FILL, Dense, Order, Report, turned
from . import field, weights
from .network import Autoencoder, Flow, Sizes

STEPS, GUIDANCE = 50, 7.0
DETAIL, DETAIL_WITHOUT_CARD = 505, 253
"""The coarse grid, doubled three times or twice."""
AXES = ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0))
"""Galatea's axes in its own, as in glTF: y is up and z points to the viewer."""
WHITE = 1.0
RESIZED, CUT = 256, 224
"""Pixels along a side that pictures are scaled to, and that the image encoder sees of their middle."""
PADDED = 1.0 / 1.2
"""Part of the scaled side that the subject fills in what it was trained with."""
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's pictures, display-encoded."""


def make(order: Order, report: Report) -> Dense:
    """A shape of what the picture shows, in the mean color of it. One network after the other is in memory."""
    report("Loading TripoSG", 0.0)
    device = pipelines.best_device()
    dtype = torch.float16 if device.type == "cuda" else torch.float32
    folder, sizes = order.weights, weights.sizes_of(order.weights)
    with torch.inference_mode():
        report("Looking at the picture", 0.02)
        encoder = weights.image_encoder(folder, dtype).to(device)
        image = encoder(seen(order.picture).to(device, dtype)).last_hidden_state
        del encoder
        report("Loading TripoSG", 0.04)
        network = weights.flow(folder, sizes, dtype).to(device)
        tokens = sampled(network, image, sizes, order.seed, order.steps or STEPS, report)
        del network
        report("Loading TripoSG", 0.7)
        decoder = weights.autoencoder(folder, sizes, dtype).to(device)
        return decoded(decoder, tokens, order, report, DETAIL if device.type == "cuda" else DETAIL_WITHOUT_CARD)


def seen(picture: np.ndarray) -> torch.Tensor:
    """(1, 3, CUT, CUT) what the image encoder gets of a picture (S, S, 4)."""
    shown = torch.from_numpy(over_gray(picture, WHITE)).permute(2, 0, 1)[None].float()
    side = round(RESIZED * PADDED / FILL)
    shown = functional.interpolate(shown, (side, side), mode="bicubic", antialias=True, align_corners=False)
    begin = (side - CUT) // 2
    shown = shown[..., begin : begin + CUT, begin : begin + CUT].clamp(0.0, 1.0)
    mean, deviation = (torch.tensor(values)[:, None, None] for values in (MEAN, DEVIATION))
    return (shown - mean) / deviation


def sampled(network: Flow, image: torch.Tensor, sizes: Sizes, seed: int, steps: int, report: Report) -> torch.Tensor:
    """Tokens (1, N, channels) of a shape, from noise along a rectified flow (Liu et al., 2023), guided away from what
    the network makes of no picture, which is zeros."""
    generator = torch.Generator().manual_seed(seed)
    tokens = torch.randn(1, sizes.tokens, sizes.channels, generator=generator).to(image.device)
    both = torch.cat((torch.zeros_like(image), image))
    for number in range(steps):
        report("Thinking", 0.05 + 0.65 * number / steps)
        time = torch.full((2,), 1000.0 * (1.0 - number / steps), device=image.device)
        without, asked = network(tokens.to(image.dtype).expand(2, -1, -1), time, both).float().chunk(2)
        tokens = tokens + (without + GUIDANCE * (asked - without)) / steps
    return tokens


def decoded(decoder: Autoencoder, tokens: torch.Tensor, order: Order, report: Report, detail: int) -> Dense:
    """The mesh of tokens; ``detail`` where the order leaves it open."""
    shape = decoder.shape(tokens.to(decoder.post_quant.weight.dtype))
    mesh = field.surface(
        lambda points: decoder.distances(shape, points), order.detail or detail,
        lambda part: report("Finding the surface", 0.72 + 0.26 * part), tokens.device,
    )  # fmt: skip
    alpha = order.picture[..., 3:]
    colour = (order.picture[..., :3] * alpha).sum((0, 1), dtype=np.float64) / max(alpha.sum(dtype=np.float64), 1e-6)
    vertices = mesh.vertices.float().cpu().numpy()
    return Dense(
        turned(vertices, AXES), mesh.triangles.cpu().numpy(), np.tile(colour.astype(np.float32), (len(vertices), 1)),
        ("This engine makes shapes without colors: press Texture next.",),
    )  # fmt: skip
