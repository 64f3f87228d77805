# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maps: what is on the disk, in which encoding, and how it gets there.

Base color is display-encoded sRGB in PNG and linear in EXR; everything else is plain numbers. Normals are tangent
space, green up. ORM packs occlusion (always 1 here), roughness and metallic into red, green and blue, as glTF does.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import torch

from ..shading import display
from . import picture

NAMES = ("base_color", "roughness", "metallic", "normal")
BITS = {"base_color": 8, "roughness": 8, "metallic": 8, "normal": 16}
"""Of a PNG: eight bits would show as steps in the reflections of smooth surfaces."""


@dataclasses.dataclass(frozen=True)
class Maps:
    """One tile, row 0 at the top (v = 1), float32."""

    base_color: np.ndarray
    """(H, W, 3) display-encoded sRGB, 0 to 1, whatever the file will hold."""
    roughness: np.ndarray
    """(H, W) 0 to 1."""
    metallic: np.ndarray
    """(H, W) 0 to 1."""
    normal: np.ndarray
    """(H, W, 3) tangent space, unit vectors packed to 0 to 1: 0.5 + 0.5 * n."""

    def __post_init__(self) -> None:
        shape = self.roughness.shape
        assert self.metallic.shape == shape, self.metallic.shape
        assert self.base_color.shape == self.normal.shape == (*shape, 3), (self.base_color.shape, self.normal.shape)


def encode(linear: np.ndarray) -> np.ndarray:
    """Linear Rec.709 -> display-encoded sRGB, float32."""
    return display.encode(torch.from_numpy(np.ascontiguousarray(linear, dtype=np.float32))).numpy()


def decode(encoded: np.ndarray) -> np.ndarray:
    """Display-encoded sRGB -> linear Rec.709, float32."""
    return display.decode(torch.from_numpy(np.ascontiguousarray(encoded, dtype=np.float32))).numpy()


def file_name(name: str, tile: int, format: str) -> str:
    """``base_color.1001.png``: what Blender recognises as a tile."""
    return f"{name}.{tile}.{'exr' if format == 'EXR' else 'png'}"


def write(
    maps: Maps, folder: Path, tile: int, format: str, orm: bool, kept: np.ndarray | None = None
) -> dict[str, str]:
    """Write one tile's files; returns their names by map: those of NAMES, with "orm" for two of them if wanted.

    ``kept`` (H, W) bool are texels from an older map, which must not change by rounding.
    """
    pictures = {name: getattr(maps, name) for name in NAMES}
    if orm:
        occlusion = np.ones_like(maps.roughness)
        pictures["orm"] = np.stack([occlusion, pictures.pop("roughness"), pictures.pop("metallic")], axis=-1)
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for name, values in pictures.items():
        files[name] = file_name(name, tile, format)
        if format == "EXR":
            picture.write_exr(folder / files[name], decode(values) if name == "base_color" else values)
        else:
            picture.write_png(folder / files[name], values, _bits(name, values, kept))
    return files


def _bits(name: str, values: np.ndarray, kept: np.ndarray | None) -> int:
    """Of a PNG: 16 where the map wants them, and where texels of an older map have them."""
    if BITS.get(name, 8) == 16 or kept is None:
        return BITS.get(name, 8)
    steps = values[kept] * np.float32(255.0)
    return 8 if np.abs(steps - np.round(steps)).max(initial=0.0) < 1e-3 else 16


def combined(new: Maps, old: Maps, keep: np.ndarray) -> Maps:
    """``new`` with the texels of ``keep`` (H, W) bool from ``old``."""
    return Maps(
        **{
            name: np.where(keep if getattr(new, name).ndim == 2 else keep[..., None], getattr(old, name),
                           getattr(new, name))
            for name in NAMES
        }
    )  # fmt: skip


def old_file(folder: Path, texture: int, name: str, tile: int) -> Path:
    """Where a job's inputs hold a map of an existing texture: float32 as in :class:`Maps`, (H, W) or (H, W, 3)."""
    return folder / f"maps/{texture}/{name}.{tile}.npy"


def load_old(folder: Path, texture: int, tile: int) -> Maps | None:
    """An existing texture's tile from a job's inputs; None when there is none. One texel if it is of a single color."""
    if not old_file(folder, texture, "base_color", tile).is_file():
        return None
    return Maps(**{name: np.load(old_file(folder, texture, name, tile), allow_pickle=False) for name in NAMES})


def enlarged(one: Maps, size: int) -> Maps:
    """Maps of one texel -> of ``size`` by ``size``; others as they are."""
    if one.roughness.shape != (1, 1):
        return one
    return Maps(
        **{
            name: np.tile(values, (size, size, *(1,) * (values.ndim - 2)))
            for name, values in ((name, getattr(one, name)) for name in NAMES)
        }
    )
