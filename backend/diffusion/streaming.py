# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks that are larger than the graphics memory: a layer's weights are there while it computes, and no longer.

They stay in the computer's memory, locked into place so that copying is fast. A step takes as long as copying all
weights once, 5 GB for the UNet of SDXL.
"""

from __future__ import annotations

import torch

LEAST = 2**16
"""Parameters from which on a layer comes and goes; smaller ones stay on the device."""


def stream(network: torch.nn.Module, device: torch.device) -> int:
    """Compute on ``device``, with the weights elsewhere; returns the bytes of the weights that come and go."""
    streamed = 0
    for module in network.modules():
        own = list(module.parameters(recurse=False))
        size = sum(parameter.numel() for parameter in own)
        if size < LEAST:
            module._apply(lambda tensor: tensor.to(device), recurse=False)
            continue
        streamed += sum(parameter.numel() * parameter.element_size() for parameter in own)
        _come_and_go(module, own, device)
    return streamed


def _come_and_go(module: torch.nn.Module, parameters: list[torch.nn.Parameter], device: torch.device) -> None:
    kept = [parameter.data.pin_memory() if device.type == "cuda" else parameter.data for parameter in parameters]

    def come(module: torch.nn.Module, inputs: tuple) -> None:
        for parameter, home in zip(parameters, kept):
            parameter.data = home.to(device, non_blocking=True)

    def go(module: torch.nn.Module, inputs: tuple, output: object) -> None:
        for parameter, home in zip(parameters, kept):
            parameter.data = home

    module.register_forward_pre_hook(come)
    module.register_forward_hook(go)
