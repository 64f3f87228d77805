# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Between linear Rec.709 and what a screen shows."""

from __future__ import annotations

import torch

LUMINANCE = (0.2126, 0.7152, 0.0722)
"""Rec.709 weights of linear R, G, B (ITU-R BT.709)."""


def encode(linear: torch.Tensor) -> torch.Tensor:
    """Linear values to display-encoded sRGB (IEC 61966-2-1), clipped to [0, 1]."""
    linear = linear.clamp(0.0, 1.0)
    # The inner maximum keeps the power's gradient finite where the straight part is taken.
    return torch.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear.clamp_min(0.0031308) ** (1 / 2.4) - 0.055)


def decode(encoded: torch.Tensor) -> torch.Tensor:
    """Display-encoded sRGB in [0, 1] to linear values; the inverse of :func:`encode`."""
    return torch.where(encoded <= 0.04045, encoded / 12.92, ((encoded.clamp_min(0.04045) + 0.055) / 1.055) ** 2.4)


def luminance(linear: torch.Tensor) -> torch.Tensor:
    """Luminance (...,) of linear Rec.709 (..., 3)."""
    return linear @ torch.tensor(LUMINANCE, dtype=linear.dtype, device=linear.device)
