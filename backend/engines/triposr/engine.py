# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TripoSR as an engine."""

from __future__ import annotations

import numpy as np
import torch

from ...diffusion import pipelines
from ...pictures.gate import over_gray
from ..contract import Dense, Order, Report, turned
from . import field, weights
from .network import Network

DETAIL, DETAIL_WITHOUT_CARD = 256, 160
AXES = ((0.0, 1.0, 0.0), (-1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
"""Galatea's axes in the checkpoint's, whose x points to the viewer, y to the right and z up."""


def make(order: Order, report: Report) -> Dense:
    """One pass, no chance in it: the seed does not matter."""
    report("Loading TripoSR", 0.0)
    network = weights.load(order.weights)
    device = pipelines.best_device()
    return of_network(network.to(device), order, report, DETAIL if device.type == "cuda" else DETAIL_WITHOUT_CARD)


def of_network(network: Network, order: Order, report: Report, detail: int) -> Dense:
    """The mesh that a network sees in the order's picture; ``detail`` where the order leaves it open."""
    device = network.tokenizer.embeddings.device
    picture = torch.from_numpy(over_gray(order.picture)).permute(2, 0, 1)[None].to(device)
    report("Looking at the picture", 0.1)
    with torch.inference_mode():
        (planes,) = network(picture)
        report("Finding the surface", 0.4)
        mesh = field.surface(
            network.decoder, planes, order.detail or detail,
            lambda part: report("Finding the surface", 0.4 + 0.5 * part),
        )  # fmt: skip
        report("Colors", 0.9)
        colours = field.colours(network.decoder, planes, mesh.vertices / field.RADIUS)
    return Dense(
        turned(mesh.vertices.cpu().numpy(), AXES),
        mesh.triangles.cpu().numpy(),
        colours.cpu().numpy().astype(np.float32),
    )
