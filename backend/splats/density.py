# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From splats to a mesh: the sum of the Gaussians as a density, its level set, colours from the nearest ones."""

from __future__ import annotations

from collections.abc import Callable

import torch

from ..isosurface import EmptySurface
from ..isosurface.extract import Grid, closed, extract
from ..job import JobError
from .harmonics import CONSTANT
from .splats import Splats, rotation_matrices

LEAST_OPACITY = 0.005
REACH = 3.0
"""Standard deviations beyond which a Gaussian does not count."""


def density(
    splats: Splats,
    low: torch.Tensor,
    high: torch.Tensor,
    size: int,
    on_part: Callable[[float], None] = lambda part: None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Sum of opacity-weighted Gaussians on a grid, and their mean colour.

    Each is added to the nodes within its reach alone (the density of Tang et al., "DreamGaussian", 2024, without its
    blocks).

    Args:
        low, high: (3,) corners of the grid.
        size: nodes along each axis.
        on_part: hears the done part, 0 to 1; may raise.

    Returns:
        (size, size, size) densities and (size, size, size, 3) display-encoded colours; axes x, y, z.
    """
    splats = splats[(splats.opacity >= LEAST_OPACITY).nonzero()[:, 0]]
    step = (high - low) / (size - 1)
    total = splats.position.new_zeros(size**3)
    tinted = splats.position.new_zeros(size**3, 3)
    colour = (splats.harmonics[:, 0] * CONSTANT + 0.5).clamp(0.0, 1.0)
    axes = rotation_matrices(splats.rotation)
    # One smaller than a cell would fall between the nodes.
    scale = torch.maximum(splats.scale, 0.5 * step.amin())
    inverse = axes / scale[:, None] ** 2 @ axes.transpose(1, 2)
    half = (REACH * (axes.abs() @ scale[..., None])[..., 0] / step).ceil().long()
    middle = ((splats.position - low) / step).round().long()
    for index in range(len(splats)):
        if index % 500 == 0:
            on_part(index / len(splats))
        first = (middle[index] - half[index]).clamp(0, size - 1)
        last = (middle[index] + half[index]).clamp(0, size - 1)
        ranges = [torch.arange(int(a), int(b) + 1, device=total.device) for a, b in zip(first, last)]
        node = torch.stack(torch.meshgrid(*ranges, indexing="ij"), dim=-1).reshape(-1, 3)
        away = low + node * step - splats.position[index]
        power = 0.5 * torch.einsum("ni,ij,nj->n", away, inverse[index], away)
        value = splats.opacity[index] * torch.exp(-power) * (power < 0.5 * REACH**2)
        flat = (node[:, 0] * size + node[:, 1]) * size + node[:, 2]
        total[flat] += value
        tinted[flat] += value[:, None] * colour[index]
    tinted = tinted / total.clamp_min(1e-9)[:, None]
    return total.reshape(size, size, size), tinted.reshape(size, size, size, 3)


def mesh_of(
    splats: Splats, size: int, level: float = 0.5, on_part: Callable[[float], None] = lambda part: None
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The closed surface where the density is ``level``: vertices (V, 3), triangles (T, 3), display colours (V, 3).

    Raises JobError when the density is nowhere as high.
    """
    solid = splats[(splats.opacity >= LEAST_OPACITY).nonzero()[:, 0]]
    if not len(solid):
        raise JobError("bad_input", "All splats are transparent.", "Choose a file with visible splats.")
    # Lone splats far away, which files of real scenes are full of, must not decide on the size of the grid.
    low, high = (torch.quantile(solid.position, share, dim=0) for share in (0.002, 0.998))
    margin = 0.05 * (high - low).amax() + 2.0 * solid.scale.amax(1).median()
    low, side = low - margin, float((high - low).amax() + 2.0 * margin)
    values, colour = density(solid, low, low + side, size, on_part)
    grid = Grid(low, side / (size - 1), (size, size, size))
    try:
        mesh = extract(closed(level - values, 1e-3), grid)
    except EmptySurface as error:
        raise JobError(
            "bad_input", "The splats are too faint to have a surface.", "Lower the density of the surface."
        ) from error
    where = ((mesh.vertices - low) / side * 2.0 - 1.0).flip(-1)[None, :, None, None]
    volume = colour.permute(3, 0, 1, 2)[None]
    tint = torch.nn.functional.grid_sample(volume, where, align_corners=True)[0, :, :, 0, 0].T
    return mesh.vertices, mesh.triangles, tint.clamp(0.0, 1.0)
