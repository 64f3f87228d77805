# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of photos -> square crops around the animal with their outlines, and sentences about what is wrong."""

from __future__ import annotations

import dataclasses
import typing
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ..job import JobError
from ..pictures import files
from ..pictures.gate import box, without_specks
from ..pictures.outline import outline

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".avif")
FEWEST, MOST = 3, 60
"""Photos. Two say too little about a shape; from 6 on it gets good."""
SMALLEST = 40
"""Pixels of the animal's longer side."""
MARGIN = 1.25
"""Side of a crop over the longer side of the animal."""
FOCAL = 50.0 / 36.0
"""Focal length over the picture's longer side: photos do not tell theirs, this is Blender's default camera."""
WHOLE = 0.97
"""A mask that covers more of the picture shows no outline."""
AROUND = 0.9
"""A mask that covers so much of each of the picture's four sides is that of the background."""
CUT = 0.04
"""Part of one side of the picture that an animal may touch and still be called whole."""
SIZES = 12.0
"""Largest picture of the animal over the smallest, in pixels, from which a warning is due."""


@dataclasses.dataclass(frozen=True)
class Photo:
    name: str
    """The file's name, for messages."""
    path: Path
    size: tuple[int, int]
    """Width and height in pixels of the picture, as it is looked at."""
    corner: tuple[float, float]
    """Left and upper border of the crop in those pixels; it may lie outside."""
    side: float
    """Of the crop, in those pixels."""
    colour: torch.Tensor
    """(S, S, 3) float32, display-encoded."""
    mask: torch.Tensor
    """(S, S) float32: how much of each pixel is the animal."""
    known: torch.Tensor
    """(S, S) float32: how much of each pixel lies in the picture."""
    mask_from: str
    """``alpha``, ``mask`` or ``found``."""
    cut: bool
    """Whether the animal goes on beyond the border."""

    @property
    def lens(self) -> tuple[float, float, float]:
        """Focal length and principal point in units of half the crop's side, from its middle, y down."""
        half = self.side / 2
        width, height = self.size
        centre = (self.corner[0] + half, self.corner[1] + half)
        return FOCAL * max(width, height) / half, (width / 2 - centre[0]) / half, (height / 2 - centre[1]) / half


def pictures_in(folder: Path) -> list[Path]:
    """Picture files of a folder, by name; masks lie in ``masks/``."""
    if not folder.is_dir():
        raise JobError("bad_input", f"There is no folder {folder}.", "Choose the folder that holds the photos.")
    found = sorted(
        path for path in folder.iterdir() if path.suffix.lower() in ENDINGS and not path.name.startswith(".")
    )
    if not found:
        raise JobError("bad_input", f"{folder.name} holds no pictures.", "Choose the folder that holds the photos.")
    if len(found) < FEWEST:
        count = "is one photo" if len(found) == 1 else f"are {len(found)} photos"
        raise JobError(
            "bad_input", f"There {count}; from so few nobody can tell the animal's shape from its pose.",
            f"Add photos of the same species: {FEWEST} at least, 10 to 30 in different poses and views are good.",
        )  # fmt: skip
    if len(found) > MOST:
        raise JobError(
            "bad_input", f"There are {len(found)} photos in {folder.name}, more than {MOST}.",
            "Keep the 10 to 30 that show most of the animal.",
        )  # fmt: skip
    return found


def collect(
    folder: Path, size: int, on_photo: typing.Callable[[int, int], None] = lambda done, all: None
) -> list[Photo]:
    """All photos of a folder as crops of ``size`` pixels. Raises JobError, which names the photo."""
    paths = pictures_in(folder)
    photos = []
    for number, path in enumerate(paths):
        on_photo(number, len(paths))
        photos.append(photo_of(path, size))
    return photos


def warnings_about(photos: list[Photo]) -> list[str]:
    """What the artist should know, a sentence each."""
    notes = []
    found = [photo.name for photo in photos if photo.mask_from == "found"]
    if found:
        notes.append(
            f"{len(found)} of {len(photos)} photos have no transparency: outlines were found by color. Look at the "
            "masks; your own go into a folder masks/ beside the photos."
        )
    cut = [photo.name for photo in photos if photo.cut]
    if cut:
        notes.append(f"The animal is cut off at the border of {named(cut)}: what is missing there was guessed.")
    sides = {photo.name: photo.side for photo in photos}
    small, large = min(sides, key=sides.get), max(sides, key=sides.get)
    if sides[large] > SIZES * sides[small]:
        notes.append(
            f"The animal is {sides[large] / sides[small]:.0f} times as large in {large} as in {small}: its colors "
            "there are coarse."
        )
    return notes


def named(names: list[str]) -> str:
    """Up to three of them."""
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def photo_of(path: Path, size: int) -> Photo:
    """One photo as a crop of ``size`` pixels."""
    picture, coverage, mask_from = outlined(path)
    return _photo(path, picture, coverage, mask_from, size)


def outlined(path: Path) -> tuple[files.Picture, np.ndarray, str]:
    """A photo, how much of each pixel (H, W) is the animal, and ``Photo.mask_from``. Raises JobError."""
    picture = files.read(path)
    height, width = picture.pixels.shape[:2]
    mask_file = mask_file_of(path)
    if mask_file is not None:
        coverage, mask_from = files.read_mask(mask_file, (width, height)), "mask"
    elif picture.has_alpha:
        coverage, mask_from = picture.pixels[..., 3], "alpha"
    else:
        if float(picture.pixels[..., :3].reshape(-1, 3).std(axis=0).max()) < 2.0 / 255.0:
            raise JobError("blank", f"{path.name} is blank: all of it has one color.", "Remove it from the folder.")
        coverage, mask_from = outline(picture.pixels[..., :3], path.name), "found"
    coverage = without_specks(coverage)
    what = {"mask": f"the mask of {path.name}", "alpha": path.name, "found": path.name}[mask_from]
    if not (coverage > 0.5).any():
        reason = "is black" if mask_from == "mask" else "shows no animal: all of it is transparent"
        raise JobError("no_subject", f"{what[0].upper()}{what[1:]} {reason}.", "Put it right, or remove the photo.")
    solid = coverage > 0.5
    if solid.mean() > WHOLE:
        raise JobError(
            "no_subject", f"{what[0].upper()}{what[1:]} covers the whole picture, so the animal has no outline.",
            "Put it right, or remove the photo.",
        )  # fmt: skip
    if mask_from == "mask" and wrong_way_round(solid):
        raise JobError(
            "no_subject", f"{what[0].upper()}{what[1:]} is white all around: it is the wrong way round.",
            "Invert it: white where the animal is, black elsewhere.",
        )  # fmt: skip
    return picture, coverage, mask_from


def wrong_way_round(solid: np.ndarray) -> bool:
    """Whether a mask (H, W) bool is white along all borders."""
    return min(line.mean() for line in (solid[0], solid[-1], solid[:, 0], solid[:, -1])) > AROUND


def _photo(path: Path, picture: files.Picture, coverage: np.ndarray, mask_from: str, size: int) -> Photo:
    """The crop of what :func:`outlined` found."""
    height, width = coverage.shape
    left, upper, right, lower = box(coverage)
    longer = max(right - left, lower - upper)
    if longer < SMALLEST:
        raise JobError(
            "too_small", f"The animal in {path.name} is only {longer} pixels long.",
            f"Use a photo that shows it larger ({SMALLEST} pixels are the least), or remove this one.",
        )  # fmt: skip
    solid = coverage > 0.5
    cut = max(float(line.mean()) for line in (solid[0], solid[-1], solid[:, 0], solid[:, -1])) > CUT
    side = MARGIN * longer
    corner = (left + right) / 2 - side / 2, (upper + lower) / 2 - side / 2
    square = (*corner, corner[0] + side, corner[1] + side)
    mask = _cropped(coverage, square, size)
    weighted = picture.pixels[..., :3] * coverage[..., None]
    colour = np.stack([_cropped(weighted[..., i], square, size) for i in range(3)], axis=-1)
    known = _cropped(np.ones_like(coverage), square, size)
    return Photo(
        path.name,
        path,
        (width, height),
        corner,
        side,
        torch.from_numpy((colour / np.maximum(mask, 1e-3)[..., None]).clip(0.0, 1.0).astype(np.float32)),
        torch.from_numpy(mask.clip(0.0, 1.0)),
        torch.from_numpy(known.clip(0.0, 1.0)),
        mask_from,
        cut,
    )


def mask_file_of(picture: Path) -> Path | None:
    """``masks/<name>.png``; ``<name>`` with or without its own ending."""
    for name in (f"{picture.stem}.png", f"{picture.name}.png"):
        path = picture.parent / "masks" / name
        if path.is_file():
            return path
    return None


def mask_file_to_make(picture: Path, all: list[Path]) -> Path:
    """Where a mask of the photo belongs. Of two photos of one name each keeps its own ending."""
    alike = sum(path.stem == picture.stem for path in all) > 1
    return picture.parent / "masks" / (f"{picture.name}.png" if alike else f"{picture.stem}.png")


def _cropped(values: np.ndarray, square: tuple[float, float, float, float], size: int) -> np.ndarray:
    """(size, size) float32 of a square of (H, W): means over areas where it shrinks, zero outside."""
    height, width = values.shape
    margin = int(np.ceil(max(0.0, -min(square[:2]), square[2] - width, square[3] - height))) + 1
    padded = np.pad(values.astype(np.float32), margin)
    image = Image.fromarray(np.ascontiguousarray(padded))
    filter = Image.Resampling.BOX if square[2] - square[0] > size else Image.Resampling.BILINEAR
    return np.asarray(image.resize((size, size), filter, box=tuple(value + margin for value in square)))
