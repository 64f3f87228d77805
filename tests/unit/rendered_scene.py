# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames as a child Blender would have rendered them: a ball that turns and moves before nothing, and its light."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from galatea.backend.rendering import passes

BALL, OTHER = 3, 5


def ball(folder: Path, frames: int = 4, side: int = 128, turn: float = 0.05, multiple: int = 32) -> passes.Shot:
    """A shot in ``folder``. ``turn``: radians between two frames."""
    folder.mkdir(parents=True, exist_ok=True)
    factor = 2
    size = passes.Size(side, side, multiple, factor)
    for number in range(frames):
        arrays = frame(side, factor, turn * number, shift=0.3 * number / side)
        np.savez(passes.path(folder, number + 1), **arrays)
    facts = {"objects": {BALL: "Ball", OTHER: "Box"}, "left_out": [], "fps": 24.0}
    return passes.shot(folder, range(1, frames + 1), size, facts, ())


def frame(side: int, factor: int, angle: float, shift: float) -> dict[str, np.ndarray]:
    """A ball of radius 1 in front, lit from the left, and a corner of a box behind it."""
    axis = (np.arange(side * factor) + 0.5) / (side * factor) * 2.6 - 1.3
    x, y = np.meshgrid(axis - shift, -axis)
    hit = x**2 + y**2 < 1
    z = np.sqrt(np.clip(1 - x**2 - y**2, 0, 1))
    turned = np.stack((np.cos(angle) * x + np.sin(angle) * z, y, np.cos(angle) * z - np.sin(angle) * x), axis=-1)
    box = (x > 0.7) & (y > 0.7) & ~hit
    light = np.where(hit, np.clip(0.6 * -x + 0.8 * z, 0.1, 1), 0.3 * box)
    light = passes.pooled(light, factor)
    return {
        "surface": np.where(hit, BALL, OTHER * box).astype(np.int64),
        "instance": np.where(hit, 7, 9 * box).astype(np.uint32),
        "place": np.where(hit[..., None], turned, np.stack((x, y, 0 * x), -1)).astype(np.float32),
        "depth": np.where(hit, 4 - z, np.where(box, 6.0, np.inf)).astype(np.float32),
        "light": np.repeat(light[..., None], 3, -1).astype(np.float32),
    }


def texture(place: np.ndarray) -> np.ndarray:
    """(..., 3) base colors within [0.2, 0.8] that stick to the surface at (..., 3)."""
    return 0.5 + 0.3 * np.sin(6 * place + np.array((0.0, 1.0, 2.0)))
