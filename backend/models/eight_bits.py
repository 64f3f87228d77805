# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights of small networks in a byte each: whole numbers with a scale for each row."""

from __future__ import annotations

import os
from pathlib import Path

import torch
from torch import nn

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


def save(state: dict[str, torch.Tensor], path: Path) -> None:
    """Tensors to a .safetensors file, in one step."""
    from safetensors.torch import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"partial-{path.name}")
    save_file(state, partial)
    os.replace(partial, path)


def load(path: Path) -> dict[str, torch.Tensor]:
    """All of a file's, unpacked. Raises OSError and SafetensorError."""
    from safetensors.torch import load_file

    return unpacked(load_file(path))


def unpacked(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The other way, float32."""
    found = {}
    for name, value in state.items():
        if not name.endswith(SCALE):
            scale = state.get(name + SCALE)
            found[name] = value.float() if scale is None else value.float() * wide(scale, value)
    return found


def fill(part: nn.Module, state: dict[str, torch.Tensor], device: torch.device | str = "cpu") -> None:
    """Give a network its weights, to be used. Raises OSError for those of another one."""
    try:
        part.load_state_dict(state)
    except RuntimeError as error:
        raise OSError(f"these are no weights of a {type(part).__name__}") from error
    part.to(device).eval().requires_grad_(False)


def wide(scale: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
    """(O,) with as many axes as a tensor (O, ...)."""
    return scale.reshape(-1, *[1] * (value.dim() - 1))
