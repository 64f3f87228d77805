# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames that were rendered or painted before, by whatever, and are to be made steadier: pictures in a folder."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from ..job import JobError
from .passes import Shot

ENDINGS = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp")
APART = 0.02
"""Part by which the shape of the pictures may differ from that of the shot."""
BEHIND = 0.5
"""Display-encoded gray behind transparent pictures."""


def of_frames(folder: Path, frames: Sequence[int]) -> dict[int, Path]:
    """The picture of each frame: the one whose name ends in its number. JobError where one is missing."""
    found = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        number = re.search(r"(\d+)$", path.stem)
        if path.suffix.lower() in ENDINGS and number is not None:
            found[int(number[1])] = path
    missing = [frame for frame in frames if frame not in found]
    if missing:
        raise JobError(
            "bad_input", f"The clip in {folder} has no picture of frame {missing[0]}.",
            "Choose a folder with a .png or .jpg of each frame, whose names end in their numbers, such as 0001.png.",
        )  # fmt: skip
    return {frame: found[frame] for frame in frames}


def facts(folder: Path) -> list:
    """Tells a clip from one that was at the same place before."""
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS) if folder.is_dir() else []
    return [[path.name, path.stat().st_size, path.stat().st_mtime_ns] for path in paths]


def read(path: Path, shot: Shot) -> np.ndarray:
    """(H, W, 3) float32 within [0, 1], display-encoded, at the size of the shot's pictures with their border. JobError
    for one of another shape."""
    size = shot.size
    try:
        with Image.open(path) as opened:
            width, height = opened.size
            picture = opened.convert("RGBA") if opened.mode in ("RGBA", "LA", "P") else opened.convert("RGB")
    except OSError as error:
        raise JobError("bad_input", f"{path.name} cannot be read as a picture.", "Render it again.") from error
    if abs(width * size.height / (height * size.width) - 1) > APART:
        raise JobError(
            "bad_input", f"{path.name} is {width} x {height} pixels, and the scene's pictures have another shape.",
            "Set the scene's resolution to that of the clip.",
        )  # fmt: skip
    values = np.asarray(picture.resize((size.width, size.height), Image.Resampling.LANCZOS), np.float32) / 255
    if values.shape[2] == 4:
        values = values[..., :3] * values[..., 3:] + BEHIND * (1 - values[..., 3:])
    (high, wide), (tall, broad) = values.shape[:2], size.padded
    top, left = (tall - high) // 2, (broad - wide) // 2
    return np.pad(values, ((top, tall - high - top), (left, broad - wide - left), (0, 0)), mode="edge")
