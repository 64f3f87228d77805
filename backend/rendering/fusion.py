# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Features of pictures gathered on the surfaces, and shown from there in other pictures.

After Cai et al., "Generative Rendering" (CVPR 2024): keyframes' features are unified on the surface as the mean of two
answers, what the first keyframe that sees a place says of it, which is sharp, and what all of them say in the mean,
which is smooth. What is covered is always known by masks, never by looking for zeros: features have any sign.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch

from . import passes
from .cells import Scale, cells
from .noise import pixel_of_sample
from .passes import Geometry, Shot

CELLS_PER_TOKEN = 2.0
"""Cells along a side of a token (a pixel of a layer's features)."""
SAMPLES = 8
"""Along a side of a token that are looked at, at most."""
COVERED = 0.5
"""Part of a token's samples that must be known for the surface's features to count there."""


@dataclasses.dataclass(frozen=True)
class Footprint:
    """Which cells the tokens of one frame show: a sparse matrix of P entries. Tokens that show more than one object, or
    background beside one, are not in it: their features are a mixture that no surface has."""

    cell: torch.Tensor
    """(P,) int64: row of the shot's table of cells."""
    token: torch.Tensor
    """(P,) int64, row-major."""
    weight: torch.Tensor
    """(P,) float32: part of the token's samples."""
    tokens: int


@dataclasses.dataclass(frozen=True)
class Footprints:
    """Of frames of a shot, for the layers of one size. They lie on the disk, for a shot may be long."""

    folder: Path
    pixels: int
    """Along a side of a token."""
    tokens: int
    table: np.ndarray
    """(N,) uint64, ascending: the cells that any of these frames shows."""

    def __getitem__(self, number: int) -> Footprint:
        """Of the frame with this number in the shot."""
        with np.load(_path(self.folder, self.pixels, number)) as stored:
            cell = np.searchsorted(self.table, stored["keys"])
            return Footprint(
                torch.from_numpy(cell), torch.from_numpy(stored["token"]), torch.from_numpy(stored["weight"]),
                self.tokens,
            )  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Texture:
    """Features on the surface."""

    values: torch.Tensor
    """(branches, cells, C)"""
    known: torch.Tensor
    """(cells,) bool"""


def footprints(
    shot: Shot, scale: Scale, factor: int, strides: Sequence[int], numbers: Iterable[int] | None = None
) -> dict[int, Footprints]:
    """Of frames by the number of tokens of a layer; kept in the shot's folder.

    Args:
        factor: pixels of the picture along a side of a latent pixel.
        strides: latent pixels along a side of a token, of the layers that are fused.
        numbers: of the frames in the shot; all if None.
    """
    height, width = shot.size.padded
    found = {}
    for pixels in (factor * stride for stride in strides):
        table = np.zeros(0, np.uint64)
        for number in range(len(shot.frames)) if numbers is None else numbers:
            file = _path(shot.folder, pixels, number)
            if not file.is_file():
                keys, token, weight = _entries(shot, shot.geometry(shot.frames[number]), scale, pixels)
                passes.store(file, keys=keys, token=token, weight=weight)
            with np.load(file) as stored:
                table = np.union1d(table, stored["keys"])
        tokens = (height // pixels) * (width // pixels)
        found[tokens] = Footprints(shot.folder, pixels, tokens, table)
    return found


def _path(folder: Path, pixels: int, number: int) -> Path:
    return folder / f"footprint-{pixels}-{number}.npz"


def _entries(shot: Shot, geometry: Geometry, scale: Scale, pixels: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cells (P,) uint64, tokens and weights of a frame, whose tokens are ``pixels`` pixels wide."""
    block = pixels * shot.size.oversampling
    shape = (geometry.surface.shape[0] // block, geometry.surface.shape[1] // block)
    of_token = pixel_of_sample(shape, block)
    thinned = slice(None, None, max(block // SAMPLES, 1))
    surface, of_token = geometry.surface[thinned, thinned], of_token[thinned, thinned]
    found = cells(geometry, scale, pixels / CELLS_PER_TOKEN, geometry.surface > 0)[thinned, thinned]
    tokens = shape[0] * shape[1]
    largest, smallest = np.zeros(tokens, np.int64), np.full(tokens, np.iinfo(np.int64).max)
    np.maximum.at(largest, of_token.ravel(), surface.ravel())
    np.minimum.at(smallest, of_token.ravel(), surface.ravel())
    usable = ((largest == smallest) & (largest > 0))[of_token]
    if not usable.any():
        return np.zeros(0, np.uint64), np.zeros(0, np.int64), np.zeros(0, np.float32)
    order = np.lexsort((found[usable], of_token[usable]))
    keys, token = found[usable][order], of_token[usable][order]
    first = np.flatnonzero(np.append(True, (keys[1:] != keys[:-1]) | (token[1:] != token[:-1])))
    count = np.diff(np.append(first, len(keys)))
    per_token = np.bincount(token, minlength=tokens)
    return keys[first], token[first], (count / per_token[token[first]]).astype(np.float32)


def gathered(footprints: Sequence[Footprint], features: torch.Tensor, rows: int) -> Texture:
    """Unify keyframes' features (branches, K, tokens, C) on the surface.

    Args:
        footprints: of the K keyframes.
        rows: of the table of cells.
    """
    branches, _, _, channels = features.shape
    fill = features.new_zeros(branches, rows, channels)
    mean = features.new_zeros(branches, rows, channels)
    known = torch.zeros(rows, dtype=torch.bool, device=features.device)
    views = features.new_zeros(rows)
    for index, one in enumerate(footprints):
        cell, token, weight = (part.to(features.device) for part in (one.cell, one.token, one.weight))
        weight = weight.to(features.dtype)
        total = features.new_zeros(rows).index_add_(0, cell, weight)
        seen = total > 0
        said = features.new_zeros(branches, rows, channels)
        said.index_add_(1, cell, features[:, index, token] * weight[:, None])
        said = said / total.clamp_min(1e-6)[:, None]
        new = seen & ~known
        fill[:, new] = said[:, new]
        mean += said * seen[:, None]
        views += seen
        known |= seen
    return Texture(0.5 * (fill + mean / views.clamp_min(1)[:, None]), known)


def shown(texture: Texture, footprint: Footprint) -> tuple[torch.Tensor, torch.Tensor]:
    """The texture in a frame: features (branches, tokens, C), and where they count (tokens,) bool."""
    values = texture.values
    cell, token, weight = (part.to(values.device) for part in (footprint.cell, footprint.token, footprint.weight))
    weight = weight.to(values.dtype) * texture.known[cell]
    total = values.new_zeros(footprint.tokens).index_add_(0, token, weight)
    sums = values.new_zeros(values.shape[0], footprint.tokens, values.shape[2])
    sums.index_add_(1, token, values[:, cell] * weight[:, None])
    return sums / total.clamp_min(1e-6)[:, None], total >= COVERED
