# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The finished frames: painted surfaces, gray ones and background put together, and all of them on one sheet."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from . import consolidate
from .cells import Scale
from .passes import Look, Shot, decode, encode, pooled

CLAY = 0.45
"""Base color of what is not painted."""
SHEET_COLUMNS = 6
SHEET_TILE = 256
SHEET_MOST = 24


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How frames are put together."""

    shot: Shot
    scale: Scale
    look: Look
    light: bool
    """Whether there are light pictures."""
    stick: float
    """Part of what is on surfaces that comes from the skin, 0 to 1."""
    background: str
    """"painted", "transparent" or "gray"."""


def composed(recipe: Recipe, frame: int, painted: np.ndarray, skin: consolidate.Skin | None, behind: np.ndarray | None):
    """(height, width, 4) float32: a finished frame, display-encoded with straight alpha.

    Args:
        painted: (H, W, 3) what the model painted.
        skin: what was gathered of all frames, None for nothing.
        behind: (H, W, 3) the background, None for that of ``painted``.
    """
    shot, factor = recipe.shot, recipe.shot.size.oversampling
    geometry = shot.geometry(frame)
    mine, other = shot.is_painted(geometry), geometry.surface > 0
    other &= ~mine
    bright, gray = (consolidate.shading(shot, frame, recipe.look, recipe.light, mask) for mask in (mine, other))

    def fine(plane: np.ndarray) -> np.ndarray:
        return plane.repeat(factor, 0).repeat(factor, 1)

    samples = np.zeros((*mine.shape, 3), np.float32)
    surface = fine(decode(painted))
    if skin is not None:
        stuck = consolidate.render(shot, recipe.scale, skin, frame)
        stuck = decode(consolidate.lit(stuck, fine(bright)))
        surface = surface + recipe.stick * (stuck - surface)
    samples[mine] = surface[mine]
    samples[other] = (CLAY * fine(gray)[..., None] * np.ones(3, np.float32))[other]
    away = ~(mine | other)
    if recipe.background == "painted":
        samples[away] = fine(decode(painted if behind is None else behind))[away]
    elif recipe.background == "gray":
        samples[away] = decode(np.full(3, 0.5, np.float32))
    alpha = np.where(away, 0.0, 1.0) if recipe.background == "transparent" else np.ones(mine.shape)
    cover = pooled(alpha, factor)
    color = pooled(samples * alpha[..., None], factor) / np.maximum(cover, 1e-6)[..., None]
    return shot.crop(np.concatenate((encode(color), cover[..., None]), axis=-1).astype(np.float32))


def write(path: Path, picture: np.ndarray) -> None:
    """A PNG with 8 bits, by a rename; alpha only where something is transparent."""
    numbers = np.round(255 * np.clip(picture, 0.0, 1.0)).astype(np.uint8)
    image = Image.fromarray(numbers if (numbers[..., 3] < 255).any() else numbers[..., :3])
    partial = path.with_suffix(".part")
    image.save(partial, "PNG")
    partial.replace(path)


def sheet(
    paths: Sequence[Path], columns: int = SHEET_COLUMNS, tile: int = SHEET_TILE, most: int = SHEET_MOST
) -> Image.Image:
    """Up to ``most`` of the pictures, evenly chosen, side by side on gray."""
    count = min(len(paths), most)
    chosen = [paths[round(index * (len(paths) - 1) / max(count - 1, 1))] for index in range(count)]
    with Image.open(chosen[0]) as first:
        width, height = first.size
    factor = min(tile / max(width, height), 1.0)
    width, height = max(round(width * factor), 1), max(round(height * factor), 1)
    columns = min(columns, count)
    made = Image.new("RGB", (columns * width, -(-count // columns) * height), (128, 128, 128))
    for index, path in enumerate(chosen):
        with Image.open(path) as image:
            small = image.convert("RGBA").resize((width, height), Image.Resampling.LANCZOS)
        made.paste(small, (index % columns * width, index // columns * height), small)
    return made
