# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The finished frames: painted surfaces, gray ones and background put together, and all of them on one sheet."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from ..texturing.picture import write_exr, write_png
from . import consolidate, exr
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
    """"painted", "transparent", "gray", or "scene" for how the scene itself looks where nothing is painted."""


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
    alpha = np.where(away, 0.0, 1.0) if recipe.background == "transparent" else np.ones(mine.shape)
    if recipe.background == "scene":
        samples /= recipe.look.exposure if recipe.light else 1.0  # as bright as the scene is
        backdrop = shot.backdrop(frame)
        straight = backdrop[..., :3] / np.maximum(backdrop[..., 3:], 1e-6)
        samples[~mine], alpha[~mine] = fine(straight)[~mine], fine(backdrop[..., 3])[~mine]
    elif recipe.background == "painted":
        samples[away] = fine(decode(painted if behind is None else behind))[away]
    elif recipe.background == "gray":
        samples[away] = decode(np.full(3, 0.5, np.float32))
    cover = pooled(alpha, factor)
    color = pooled(samples * alpha[..., None], factor) / np.maximum(cover, 1e-6)[..., None]
    return shot.crop(np.concatenate((encode(color), cover[..., None]), axis=-1).astype(np.float32))


def write(path: Path, picture: np.ndarray, bits: int = 8) -> None:
    """A frame (H, W, 4) as :func:`composed` has it, by a rename; as PNG, or by its ending as OpenEXR, which is linear
    and has colors multiplied by alpha. Alpha is written only where something is transparent.

    Args:
        bits: of a PNG, 8 or 16.
    """
    partial = path.with_suffix(".part")
    shown = picture if (picture[..., 3] < 1).any() else picture[..., :3]
    if path.suffix == ".exr":
        write_exr(partial, np.concatenate((decode(shown[..., :3]) * picture[..., 3:], shown[..., 3:]), axis=-1))
    else:
        write_png(partial, shown, bits)
    partial.replace(path)


def read(path: Path) -> Image.Image:
    """A frame that :func:`write` wrote, with 8 bits and straight alpha."""
    if path.suffix != ".exr":
        with Image.open(path) as image:
            return image.convert("RGBA")
    found = exr.read(path)[""]
    alpha = found[..., 3:] if found.shape[2] == 4 else np.ones((*found.shape[:2], 1), np.float32)
    values = np.concatenate((encode(found[..., :3] / np.maximum(alpha, 1e-6)), alpha), axis=-1)
    return Image.fromarray(np.round(255 * values).astype(np.uint8))


def sheet(
    paths: Sequence[Path], columns: int = SHEET_COLUMNS, tile: int = SHEET_TILE, most: int = SHEET_MOST
) -> Image.Image:
    """Up to ``most`` of the pictures, evenly chosen, side by side on gray."""
    count = min(len(paths), most)
    chosen = [paths[round(index * (len(paths) - 1) / max(count - 1, 1))] for index in range(count)]
    width, height = read(chosen[0]).size
    factor = min(tile / max(width, height), 1.0)
    width, height = max(round(width * factor), 1), max(round(height * factor), 1)
    columns = min(columns, count)
    made = Image.new("RGB", (columns * width, -(-count // columns) * height), (128, 128, 128))
    for index, path in enumerate(chosen):
        small = read(path).resize((width, height), Image.Resampling.LANCZOS)
        made.paste(small, (index % columns * width, index // columns * height), small)
    return made
