# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The looks of a dense mesh as a texture function: what its maps or vertex colors say at the nearest place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from ..shading.pbr import Material
from ..texturing import maps
from ..texturing.appearance import TextureFunction
from ..texturing.mesh import TextureMesh
from ..uv.layout import tile_of
from ..uv.raster import to_texels
from .nearest import NearestFinder

PLAIN = (0.8, 0.8, 0.8, 0.5, 0.0)
"""Linear base color, roughness and metallic of what has neither maps nor colors: Blender's own material."""
STEEP = 0.4
"""Cosine between the dense and the light mesh's normal below which the former is not believed."""


Paint = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""Linear base colors (N, 3) at points (N, 3) of the dense mesh with unit normals (N, 3), both in unit space."""


def looks_of(
    dense: TextureMesh, folder: Path, corner_look: np.ndarray | None = None, paint: Paint | None = None
) -> TextureFunction:
    """A texture function in the unit space of ``dense``, whose smooth normals become the bumps of what is baked.

    Args:
        folder: a job's inputs, with the maps that the dense mesh has: ``<texture>/<map>.<tile>.png``.
        corner_look: (F, 3, 5) as PLAIN, where there are no maps.
        paint: tells base colors better than either.
    """
    finder = NearestFinder(dense.vertices, dense.triangles)
    tile = tile_of(dense.corner_uv)
    pairs = sorted(set(zip(dense.texture.tolist(), tile.tolist())))
    old = {pair: found for pair in pairs if (found := maps.load_old(folder, *pair)) is not None}

    def texture(position: torch.Tensor, normal: torch.Tensor) -> Material:
        place = finder.find(position.cpu().numpy().astype(np.float64), normal.cpu().numpy().astype(np.float64))
        weights = place.barycentric[..., None]
        values = np.tile(np.array(PLAIN, np.float32), (len(place.face), 1))
        if corner_look is not None:
            values = (weights * corner_look[place.face]).sum(axis=1).astype(np.float32)
        uv = (weights * dense.corner_uv[place.face]).sum(axis=1)
        for (texture_number, tile_number), found in old.items():
            here = (dense.texture[place.face] == texture_number) & (tile[place.face] == tile_number)
            values[here] = _sample(found, to_texels(uv[here], tile_number, found.roughness.shape[1]))
        smooth = (weights * dense.corner_normals[place.face]).sum(axis=1)
        # Faces of a scan may be wound either way; the light mesh's are right. Walls inside a body say nothing of it.
        smooth /= np.maximum(np.linalg.norm(smooth, axis=1, keepdims=True), 1e-12)
        towards = np.einsum("nd,nd->n", smooth, normal.cpu().numpy())[:, None]
        smooth = np.where(np.abs(towards) < STEEP, normal.cpu().numpy(), np.sign(towards) * smooth)
        made = torch.from_numpy(np.concatenate([values, smooth], axis=1).astype(np.float32)).to(position)
        if paint is not None:
            points = (weights * dense.vertices[dense.triangles[place.face]]).sum(axis=1)
            made[:, :3] = paint(torch.from_numpy(points).to(made), made[:, 5:])
        return Material(
            made[:, :3].clamp(0.0, 1.0), made[:, 3].clamp(0.0, 1.0), made[:, 4].clamp(0.0, 1.0),
            torch.nn.functional.normalize(made[:, 5:], dim=-1),
        )  # fmt: skip

    return texture


def _sample(found: maps.Maps, texels: np.ndarray) -> np.ndarray:
    """(N, 5) linear base color, roughness, metallic at texels (N, 2), bilinear."""
    stack = np.concatenate([maps.decode(found.base_color), found.roughness[..., None], found.metallic[..., None]], -1)
    height, width = stack.shape[:2]
    low = np.floor(texels - 0.5).astype(np.int64)
    part = (texels - 0.5 - low).astype(np.float32)
    result = np.zeros((len(texels), 5), np.float32)
    for dx in (0, 1):
        for dy in (0, 1):
            weight = np.abs(1 - dx - part[:, 0]) * np.abs(1 - dy - part[:, 1])
            x, y = (low[:, 0] + dx).clip(0, width - 1), (low[:, 1] + dy).clip(0, height - 1)
            result += weight[:, None] * stack[y, x]
    return result
