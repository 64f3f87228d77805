# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real spherical harmonics up to the third degree, in the order and with the signs that splat files use."""

from __future__ import annotations

import math

import torch

CONSTANT = 0.5 / math.sqrt(math.pi)
"""Value of the first one."""


def basis(direction: torch.Tensor, count: int) -> torch.Tensor:
    """(N, count) values for unit directions (N, 3); Sloan, "Efficient Spherical Harmonic Evaluation", JCGT 2013."""
    x, y, z = direction.unbind(-1)
    xx, yy, zz = x * x, y * y, z * z
    first = math.sqrt(3 / (4 * math.pi))
    values = [torch.full_like(x, CONSTANT)]
    if count > 1:
        values += [-first * y, first * z, -first * x]
    if count > 4:
        a, b, c = math.sqrt(15 / (4 * math.pi)), math.sqrt(5 / (16 * math.pi)), math.sqrt(15 / (16 * math.pi))
        values += [a * x * y, -a * y * z, b * (2 * zz - xx - yy), -a * x * z, c * (xx - yy)]
    if count > 9:
        a, b = math.sqrt(35 / (32 * math.pi)), math.sqrt(105 / (4 * math.pi))
        c, d, e = math.sqrt(21 / (32 * math.pi)), math.sqrt(7 / (16 * math.pi)), math.sqrt(105 / (16 * math.pi))
        values += [
            -a * y * (3 * xx - yy), b * x * y * z, -c * y * (4 * zz - xx - yy), d * z * (2 * zz - 3 * xx - 3 * yy),
            -c * x * (4 * zz - xx - yy), e * z * (xx - yy), -a * x * (xx - 3 * yy),
        ]  # fmt: skip
    return torch.stack(values, dim=-1)


def colours(harmonics: torch.Tensor, direction: torch.Tensor) -> torch.Tensor:
    """Display-encoded sRGB (N, 3), not below 0, of coefficients (N, K, 3) seen along directions (N, 3) from the eye."""
    values = torch.einsum("nk,nkc->nc", basis(direction, harmonics.shape[1]), harmonics)
    return (values + 0.5).clamp_min(0.0)


def constant(colour: torch.Tensor) -> torch.Tensor:
    """Coefficients (N, 1, 3) of a colour (N, 3) that is the same from everywhere."""
    return ((colour - 0.5) / CONSTANT)[:, None]
