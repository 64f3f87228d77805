# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights of small networks in a byte each: whole numbers with a scale for each row."""

from __future__ import annotations

import torch

SCALE = ".scale"
"""Ends the names of scales."""
MOST = 127


def packed(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Matrices and kernels (O, ...) as int8 with scales (O,) float32 beside them; vectors as float16."""
    found = {}
    for name, value in state.items():
        value = value.detach().float().cpu()
        if value.dim() < 2:
            found[name] = value.half().contiguous()
            continue
        scale = value.flatten(1).abs().amax(dim=1).clamp_min(1e-12) / MOST
        found[name] = (value / wide(scale, value)).round().to(torch.int8).contiguous()
        found[name + SCALE] = scale
    return found


def unpacked(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The other way, float32."""
    found = {}
    for name, value in state.items():
        if not name.endswith(SCALE):
            scale = state.get(name + SCALE)
            found[name] = value.float() if scale is None else value.float() * wide(scale, value)
    return found


def wide(scale: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
    """(O,) with as many axes as a tensor (O, ...)."""
    return scale.reshape(-1, *[1] * (value.dim() - 1))
