# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the mesh looks like before the job: the maps it has, read at points of its surface."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import torch

from ..uv.layout import tile_of
from ..uv.raster import to_texels
from . import maps
from .appearance import raw_of
from .mesh import TextureMesh
from .solid import Solid, surface_samples

SAMPLES = 200_000


@dataclasses.dataclass(frozen=True)
class Remembered:
    """Raw numbers (N, CHANNELS) at positions (N, 3) with smooth normals (N, 3)."""

    position: torch.Tensor
    normal: torch.Tensor
    raw: torch.Tensor


def read(mesh: TextureMesh, solid: Solid, folder: Path, seed: int) -> Remembered | None:
    """Samples of the existing textures in a job's inputs; None if there are none. Bumps are not read."""
    face, weights = (part.cpu() for part in surface_samples(solid, SAMPLES, seed, painted=False))
    uv = (weights[..., None] * torch.from_numpy(mesh.corner_uv)[face]).sum(1).numpy()
    tile, texture = tile_of(mesh.corner_uv)[face], mesh.texture[face]
    values = np.full((len(face), 5), np.nan, np.float32)
    for number, name in sorted(set(zip(texture.tolist(), tile.tolist()))):
        old = maps.load_old(folder, number, name)
        if old is None:
            continue
        here = (texture == number) & (tile == name)
        height, width = old.roughness.shape
        x, y = np.floor(to_texels(uv[here][:, None], name, width)[:, 0]).astype(np.int64).T
        at = y.clip(0, height - 1), x.clip(0, width - 1)
        values[here] = np.concatenate(
            (maps.decode(old.base_color[at]), old.roughness[at][:, None], old.metallic[at][:, None]), axis=1
        )
    known = torch.from_numpy(~np.isnan(values[:, 0]))
    if not known.any():
        return None
    face, weights, found = face[known], weights[known], torch.from_numpy(values)[known]
    corners = torch.from_numpy(mesh.vertices)[torch.from_numpy(mesh.triangles)[face]]
    normal = (weights[..., None] * torch.from_numpy(mesh.corner_normals)[face]).sum(1)
    device = solid.vertices.device
    return Remembered(
        (weights[..., None] * corners).sum(1).to(device),
        torch.nn.functional.normalize(normal, dim=-1).to(device),
        raw_of(found[:, :3], found[:, 3], found[:, 4]).to(device),
    )
