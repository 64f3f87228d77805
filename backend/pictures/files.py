# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Picture files of any kind -> display-encoded sRGB with alpha, the right way up."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from ..job import JobError

LARGEST = 1536
"""Pixels of the longer side that are kept: engines look at 512."""
MOST_PIXELS = 200_000_000
"""In a file. More would take gigabytes of memory."""
SMALLEST = 16


@dataclasses.dataclass(frozen=True)
class Picture:
    """A picture as it is looked at."""

    pixels: np.ndarray
    """(H, W, 4) float32 within 0..1: display-encoded sRGB, straight alpha."""
    has_alpha: bool
    """Whether the file says what is transparent, and something is."""
    notes: tuple[str, ...]
    """What was done to it that the artist might wonder about, a sentence each."""


def read(path: Path) -> Picture:
    """The first frame of a PNG, JPEG, WebP, TIFF, GIF, BMP or AVIF file. Raises JobError in the artist's words."""
    notes = []
    with opened(path) as image:
        if getattr(image, "n_frames", 1) > 1:
            notes.append(f"{path.name} is animated: its first picture was taken.")
        size = image.size
        if max(size) > LARGEST:
            notes.append(f"{path.name} was scaled down from {size[0]} x {size[1]} pixels.")
        with _told(path):
            pixels = _pixels(image)
    if min(pixels.shape[:2]) < SMALLEST:
        raise JobError(
            "too_small", f"{path.name} has only {size[0]} x {size[1]} pixels.", "Use a picture of 256 pixels or more."
        )
    return Picture(pixels, bool((pixels[..., 3] < 0.5).any()), tuple(notes))


def read_mask(path: Path, size: tuple[int, int]) -> np.ndarray:
    """Coverage (H, W) float32 of a black and white picture of (width, height) pixels, or its alpha if it has any."""
    picture = read(path)
    mask = picture.pixels[..., 3] if picture.has_alpha else picture.pixels[..., :3].mean(axis=-1)
    if abs(mask.shape[1] / mask.shape[0] - size[0] / size[1]) > 0.02 * size[0] / size[1]:
        raise JobError(
            "bad_input", f"The mask {path.name} has another shape than its picture.",
            "Use the mask that Galatea wrote, or one of the picture's size.",
        )  # fmt: skip
    if mask.shape[1::-1] != size:
        mask = np.asarray(Image.fromarray(mask).resize(size, Image.Resampling.BILINEAR))
    return mask.clip(0.0, 1.0).astype(np.float32)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Image.Image]:
    """A picture file whose head could be read; its pixels are not in memory yet. Raises JobError."""
    if not path.is_file():
        raise JobError("bad_input", f"There is no picture {path}.", "Choose another file.")
    with _told(path):
        image = Image.open(path)
    with image:
        if image.size[0] * image.size[1] > MOST_PIXELS:
            raise _too_large(path)
        yield image


@contextlib.contextmanager
def loaded(path: Path) -> Iterator[Image.Image]:
    """The same, with all its pixels in memory."""
    with opened(path) as image:
        with _told(path):
            image.load()
        yield image


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """What Pillow has against a file, as a sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit here is another
            yield
    except Image.DecompressionBombError as error:
        raise _too_large(path) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, ImageCms.PyCMSError) as error:
        raise JobError(
            "bad_input", f"{path.name} is no picture that can be read.", "Save it again as PNG or JPEG."
        ) from error


def _too_large(path: Path) -> JobError:
    return JobError("too_large", f"{path.name} is far too large.", "Scale it down to 4096 pixels or less.")


def _pixels(image: Image.Image) -> np.ndarray:
    """(H, W, 4) float32 of the present frame, at most LARGEST pixels along a side."""
    image.draft("RGB", (LARGEST, LARGEST))  # a JPEG is decoded at half size or less; others stay as they are
    image = ImageOps.exif_transpose(image)
    profile = image.info.get("icc_profile")
    deep = image.mode.startswith("I") or image.mode == "F"
    if deep:  # gray with more than 8 bits; Pillow's own conversion would cut it off at 255
        gray = np.asarray(image, dtype=np.float32)
        top = 65535.0 if image.mode.startswith("I;16") or float(gray.max()) > 255.0 else 255.0
        top = 1.0 if image.mode == "F" and float(gray.max()) <= 1.0 else top
        image = Image.fromarray((np.nan_to_num(gray) / top * 255.0).clip(0.0, 255.0).round().astype(np.uint8))
    elif profile:
        image = _to_srgb(image, profile)
    # Weighted with alpha: what is transparent must not bleed into the edge.
    image = image.convert("RGBA").convert("RGBa")
    if max(image.size) > LARGEST:
        image.thumbnail((LARGEST, LARGEST), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return np.asarray(image.convert("RGBA"), dtype=np.float32) / 255.0


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Colours of a camera, a phone's display or a printer as sRGB. A profile that makes no sense is passed over."""
    if image.mode not in ("RGB", "CMYK", "RGBA", "L"):
        return image
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    plain = image.convert("RGB") if alpha is not None else image
    try:
        made = ImageCms.profileToProfile(
            plain, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    if alpha is not None:
        made.putalpha(alpha)
    return made
