# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Training pictures on disk: folders of arrays that are mapped into memory, written by one process, read by others.

shards/00012/pictures.npy   (N, 3, 128, 128) uint8, display-encoded sRGB
             controls.npy   (N, 3, 128, 128) uint8, the light control
             depths.npy     (N, 128, 128) uint8, 255 near, 26 far, 0 background
             scenes.json    [{"captions": [...], "scene": {...}}, ...]
             latents.npy    (N, 4, 32, 32) float16, scaled; once there is an autoencoder
             small_latents.npy   (N, 4, 16, 16) float16, of the pictures at half the size
solids/00012/pictures.npy, solids.npy, albedos.npy   what the lifter learns from, see lifter_data.py
forms/00012/solids.npy                               what the sculptor learns from, see sculptor_data.py
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

CAPTIONS = 3
"""Wordings of each picture."""
SIBLINGS = 16
"""So many pictures in a row show one object from one camera, each with other materials and another light."""


def write_shard(folder: Path, name: str, arrays: dict[str, np.ndarray], scenes: list[dict]) -> None:
    """Write a shard so that readers see it whole or not at all."""
    part = folder / f".{name}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for key, array in arrays.items():
        np.save(part / f"{key}.npy", array, allow_pickle=False)
    (part / "scenes.json").write_text(json.dumps(scenes), encoding="utf-8")
    os.replace(part, folder / name)


def shard_folders(folder: Path) -> list[Path]:
    """All complete shards, in order of their names."""
    return sorted(item for item in folder.glob("[0-9]*") if item.is_dir())


@dataclass(frozen=True)
class Pictures:
    """Random access to the pictures of all shards."""

    shards: tuple[Path, ...]
    arrays: tuple[dict[str, np.ndarray], ...]
    place: np.ndarray
    """(N, 2): shard and row of each picture."""

    def __len__(self) -> int:
        return len(self.place)

    def array(self, name: str, index: int) -> torch.Tensor:
        shard, row = self.place[index]
        return torch.from_numpy(np.array(self.arrays[shard][name][row]))

    def picture(self, index: int) -> torch.Tensor:
        """(3, H, W) uint8."""
        return self.array("pictures", index)

    def mask(self, index: int) -> torch.Tensor:
        """(H, W) bool, True on the object."""
        return self.array("depths", index) > 0

    def sibling(self, index: torch.Tensor) -> torch.Tensor:
        """Other pictures of the same objects from the same cameras: never the picture itself."""
        return index - index % SIBLINGS + (index + 5) % SIBLINGS

    def scenes(self) -> list[dict]:
        """What each picture shows, in order."""
        return [scene for folder in self.shards for scene in json.loads((folder / "scenes.json").read_text("utf-8"))]

    def latents(self, kind: str) -> torch.Tensor:
        """(N, 4, H, W) float16, all in memory; ``kind`` is "latents" or "small_latents"."""
        return torch.from_numpy(np.concatenate([np.load(folder / f"{kind}.npy") for folder in self.shards]))


def read_shards(folder: Path, needs: tuple[str, ...] = ("pictures", "depths")) -> Pictures:
    """Open all shards that have what is needed."""
    shards = tuple(
        item for item in shard_folders(folder) if all((item / f"{name}.npy").exists() for name in needs)
    )  # fmt: skip
    if not shards:
        raise FileNotFoundError(f"There are no training pictures with {', '.join(needs)} in {folder}.")
    arrays = tuple({path.stem: np.load(path, mmap_mode="r") for path in item.glob("*.npy")} for item in shards)
    place = [(shard, row) for shard, item in enumerate(arrays) for row in range(len(item[needs[0]]))]
    return Pictures(shards, arrays, np.array(place, np.int32))
