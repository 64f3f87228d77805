# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders of pictures of one animal with what is true about them: clean, occluded, truncated."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ...backend.photos.collect import Photo
from ...backend.raster.camera import Camera
from ...tools import fetch_animals
from .scores import keypoints_seen

CHILD = Path(__file__).with_name("photograph.py")
SIZE, SAMPLES = 256, 8
CONDITIONS = ("clean", "occluded", "truncated")


@dataclasses.dataclass(frozen=True)
class Truth:
    names: list[str]
    """Of keypoints (K,)."""
    keypoints: np.ndarray
    """(P, K, 3)"""
    vertices: np.ndarray
    """(P, V, 3)"""
    triangles: np.ndarray
    cameras: list[Camera]
    """Of whole pictures, before anything was cut off."""
    shifts: np.ndarray
    """(P, 2) pixels that were cut off at the left and above."""

    def in_crops(self, photos: list[Photo], size: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Places (K, 2) of keypoints in crops of ``size`` pixels, and which are seen (K,), for each photo."""
        places, seen = [], []
        for number, photo in enumerate(photos):
            mask = np.zeros((SIZE, SIZE), np.float32)
            left, upper = self.shifts[number].astype(int)
            own = np.asarray(Image.open(photo.path))[..., 3] / 255.0
            mask[upper : upper + own.shape[0], left : left + own.shape[1]] = own
            place, ok = keypoints_seen(
                self.keypoints[number], self.vertices[number], self.triangles, self.cameras[number], mask
            )
            places.append((place - self.shifts[number] - np.array(photo.corner)) * size / photo.side)
            seen.append(ok)
        return places, seen


def made(animal: str, condition: str, pictures: int, seed: int, folder: Path) -> tuple[Path, Truth]:
    """Photographs an animal, if that was not done before, and cuts or covers the pictures."""
    clean = folder / f"{animal}-clean-{pictures}-{seed}"
    if not (clean / "truth.npz").is_file():
        clean.mkdir(parents=True, exist_ok=True)
        job = {"pictures": pictures, "size": SIZE, "samples": SAMPLES, "seed": seed}
        glb = fetch_animals.fetch() / f"{animal}.glb"
        command = [sys.executable, "-I", str(CHILD), str(glb), str(clean), json.dumps(job)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with np.load(clean / "truth.npz") as data:
        truth = dict(data)
    shifts = np.zeros((pictures, 2))
    place = clean
    if condition != "clean":
        place = folder / f"{animal}-{condition}-{pictures}-{seed}"
        place.mkdir(exist_ok=True)
        rng = np.random.default_rng(seed)
        for number, path in enumerate(sorted(clean.glob("*.png"))):
            image = np.asarray(Image.open(path)).copy()
            image, shifts[number] = (cut if condition == "truncated" else covered)(image, rng)
            Image.fromarray(image).save(place / path.name)
    cameras = [
        Camera(torch.tensor(matrix, dtype=torch.float32), focal, focal, SIZE / 2, SIZE / 2, SIZE, SIZE)
        for matrix, focal in zip(truth["camera_to_world"], truth["focal"].tolist(), strict=True)
    ]
    names = [str(name) for name in truth["names"]]
    return place, Truth(names, truth["keypoints"], truth["vertices"], truth["triangles"], cameras, shifts)


def covered(image: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """An upright bar before the animal, a fifth of its box wide: what is behind it is no part of the mask."""
    columns = np.flatnonzero((image[..., 3] > 127).any(axis=0))
    width = max(int(0.2 * len(columns)), 2)
    start = columns[0] + int(rng.uniform(0.1, 0.7) * len(columns))
    image[:, start : start + width] = 0
    return image, np.zeros(2)


def cut(image: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A fifth of the animal's box, at its left, right or below, lies outside the picture."""
    solid = image[..., 3] > 127
    rows, columns = np.flatnonzero(solid.any(axis=1)), np.flatnonzero(solid.any(axis=0))
    side = rng.integers(3)
    if side == 0:
        left = columns[0] + len(columns) // 5
        return image[:, left:], np.array([left, 0.0])
    if side == 1:
        return image[:, : columns[-1] - len(columns) // 5], np.zeros(2)
    return image[: rows[-1] - len(rows) // 5], np.zeros(2)
