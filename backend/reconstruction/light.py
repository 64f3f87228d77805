# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One soft light for the whole scene, so that its colour does not stay in the object's.

As in Voleti et al., "SV3D", ECCV 2024, a picture is albedo times what a few broad lobes shine on a surface of a normal.
Here the lobes are spherical harmonics up to the second order, which hold 98 % of what reaches a matte surface
(Ramamoorthi and Hanrahan, "An Efficient Representation for Irradiance Environment Maps", SIGGRAPH 2001).
"""

from __future__ import annotations

import torch

DARKEST = 0.05
"""Least light on any normal, as a part of the mean."""
ROUNDS = 8
"""Of reweighting in :func:`estimate`."""
RESTRAINT = 0.02
"""Weight of an even light against each sample, in :func:`estimate`."""


def basis(normals: torch.Tensor) -> torch.Tensor:
    """Harmonics (N, 9) at unit normals (N, 3), scaled so that the first is 1."""
    x, y, z = normals.unbind(-1)
    one = torch.ones_like(x)
    return torch.stack((one, x, y, z, x * y, y * z, z * x, x * x - y * y, 3.0 * z * z - 1.0), dim=-1)


def shine(light: torch.Tensor, normals: torch.Tensor) -> torch.Tensor:
    """What a white surface of normals (N, 3) reflects, (N, 3), under a light (9, 3)."""
    return (basis(normals) @ light).clamp_min(DARKEST * light[0].detach().mean())


def estimate(colours: torch.Tensor, normals: torch.Tensor) -> torch.Tensor:
    """The light (9, 3) of linear colours (N, 3) at normals (N, 3), of mean 1 over all directions.

    Robust least squares of the colours' brightness: parts of other materials are outliers. Light that differs in
    colour from side to side is taken for a property of the surface as far as the brightness does not tell.
    """
    value = colours.amax(dim=1)
    functions = basis(normals)
    weight = torch.ones_like(value)
    restraint = RESTRAINT * len(value) * torch.diag((torch.arange(9) > 0).to(value.dtype))
    for _ in range(ROUNDS):
        system = functions.T @ (weight[:, None] * functions)
        light = torch.linalg.solve(system + restraint, functions.T @ (weight * value))
        error = (functions @ light - value).abs()
        weight = 1.0 / (error + 0.1 * value.median().clamp_min(1e-3))
        weight = weight / weight.mean()
    return (light / light[0].clamp_min(1e-3))[:, None].expand(9, 3).contiguous()
