# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate that pictures pass before an engine sees them: one subject, whole, large enough, cut out and centred."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage

from ..engines.contract import FILL, SIZE
from ..job import JobError
from . import files
from .outline import outline

BLANK = 2.0 / 255.0
"""A picture whose colours vary less than this shows nothing."""
SMALLEST = 32
"""Pixels of the subject's longer side."""
SPECK = 0.005
"""Of the largest piece: smaller ones are dirt."""
CUT = 0.06
"""Part of a side of the picture: a subject that touches more of it goes on beyond."""
WHOLE = 0.5
"""Part of the whole border that a subject may touch that was cropped to its box by somebody."""


@dataclasses.dataclass(frozen=True)
class Subject:
    """What is left of a picture."""

    picture: np.ndarray
    """(SIZE, SIZE, 4) float32, see :class:`..engines.contract.Order`."""
    mask: np.ndarray
    """(H, W) float32: coverage of the subject in the whole picture, to be looked at and put right."""
    mask_from: str
    """``alpha``, ``mask`` or ``found``."""
    pixels: int
    """Of the subject's longer side in the picture: what detail an engine can know of."""
    notes: tuple[str, ...]


def gate(path: Path, mask: Path | None = None) -> Subject:
    """The subject of a picture file. Raises JobError for a picture that no mesh can be made of.

    Args:
        mask: a black and white picture that says where the subject is, instead of the picture's own alpha.
    """
    picture = files.read(path)
    notes = list(picture.notes)
    if mask is not None:
        coverage, mask_from = files.read_mask(mask, picture.pixels.shape[1::-1]), "mask"
    elif picture.has_alpha:
        coverage, mask_from = picture.pixels[..., 3], "alpha"
    else:
        _check_blank(picture.pixels, path.name)
        coverage, mask_from = outline(picture.pixels[..., :3], path.name), "found"
        notes.append("The subject's outline was found by its colors: look at the mask, and paint in it if it is wrong.")
    coverage = without_specks(coverage)
    if not (coverage > 0.5).any():
        raise JobError(
            "no_subject", f"Nothing is to be seen in {path.name}: {_empty(mask_from)}.",
            "Choose another picture, or put the mask right.",
        )  # fmt: skip
    _check_border(coverage > 0.5, path.name, mask_from)
    left, upper, right, lower = box(coverage)
    longer = max(right - left, lower - upper)
    if longer < SMALLEST:
        raise JobError(
            "too_small", f"The subject of {path.name} is only {longer} pixels long.",
            "Go nearer, or crop a larger picture: 256 pixels or more are good.",
        )  # fmt: skip
    if longer < SIZE / 4:
        notes.append(f"The subject is only {longer} pixels long: expect little detail.")
    cut_out = np.concatenate([picture.pixels[..., :3], coverage[..., None]], axis=-1)
    return Subject(framed(cut_out), coverage, mask_from, longer, tuple(notes))


def without_specks(coverage: np.ndarray) -> np.ndarray:
    """Coverage (H, W) without pieces that are tiny beside the largest."""
    labels, count = ndimage.label(coverage > 0.1)
    if count < 2:
        return coverage
    sizes = ndimage.sum_labels(coverage, labels, np.arange(1, count + 1))
    tiny = 1 + np.flatnonzero(sizes < SPECK * sizes.max())
    return np.where(np.isin(labels, tiny), 0.0, coverage).astype(np.float32)


def box(coverage: np.ndarray) -> tuple[int, int, int, int]:
    """Left, upper, right and lower border in pixels of what is more than half covered; the last two lie outside."""
    rows, columns = np.flatnonzero((coverage > 0.5).any(axis=1)), np.flatnonzero((coverage > 0.5).any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def framed(pixels: np.ndarray, size: int = SIZE, fill: float = FILL) -> np.ndarray:
    """A square (size, size, 4) float32 around the subject of a picture (H, W, 4) with straight alpha.

    Its longer side takes the part ``fill`` of the square; around it everything is transparent, and gray by half.
    """
    left, upper, right, lower = box(pixels[..., 3])
    half = max(right - left, lower - upper) / fill / 2
    middle = (left + right) / 2, (upper + lower) / 2
    corners = (middle[0] - half, middle[1] - half, middle[0] + half, middle[1] + half)
    margin = int(np.ceil(max(0.0, -min(corners[:2]), corners[2] - pixels.shape[1], corners[3] - pixels.shape[0])))
    weighted = np.concatenate([pixels[..., :3] * pixels[..., 3:], pixels[..., 3:]], axis=-1)
    weighted = np.pad(weighted, ((margin, margin), (margin, margin), (0, 0)))
    corners = tuple(corner + margin for corner in corners)
    channels = [
        Image.fromarray(np.ascontiguousarray(weighted[..., i]), "F").resize(
            (size, size), Image.Resampling.BICUBIC, box=corners
        )
        for i in range(4)
    ]
    made = np.stack([np.asarray(channel) for channel in channels], axis=-1)
    alpha = made[..., 3:].clip(0.0, 1.0)
    colour = np.where(alpha > 1e-3, made[..., :3] / np.maximum(alpha, 1e-3), 0.5)
    return np.concatenate([colour.clip(0.0, 1.0), alpha], axis=-1).astype(np.float32)


def over_gray(picture: np.ndarray, gray: float = 0.5) -> np.ndarray:
    """(H, W, 3) of a picture (H, W, 4) with straight alpha before plain gray."""
    alpha = picture[..., 3:]
    return picture[..., :3] * alpha + gray * (1.0 - alpha)


def _check_blank(pixels: np.ndarray, name: str) -> None:
    """``pixels`` (H, W, 4)."""
    if float(pixels[..., :3].reshape(-1, 3).std(axis=0).max()) < BLANK:
        raise JobError("blank", f"{name} is blank: all of it has one color.", "Choose a picture that shows something.")


def _empty(mask_from: str) -> str:
    return {"alpha": "all of it is transparent", "mask": "the mask is black"}.get(mask_from, "no subject was found")


def _check_border(solid: np.ndarray, name: str, mask_from: str) -> None:
    """A subject that goes on beyond the border has no shape there. Who cropped it to its box touches all sides."""
    sides = {"upper": solid[0], "lower": solid[-1], "left": solid[:, 0], "right": solid[:, -1]}
    parts = {side: float(pixels.mean()) for side, pixels in sides.items()}
    cropped = mask_from != "found" and all(pixels.any() for pixels in sides.values())
    touched = sum(int(pixels.sum()) for pixels in sides.values()) / sum(len(pixels) for pixels in sides.values())
    if cropped and touched < WHOLE:
        return
    worst = max(parts, key=parts.get)
    if parts[worst] > CUT:
        raise JobError(
            "cut_off", f"The subject of {name} is cut off at the {worst} border of the picture.",
            "Take a picture that shows all of it with some room around, or cut out what is to become the mesh.",
        )  # fmt: skip
