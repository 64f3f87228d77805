# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The colors of a reconstructed mesh: what its pictures show, sharper than its vertices can hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from ..reconstruction import store
from ..texturing.mesh import TextureMesh
from .appearance import Paint

FILE = "pictures.npz"
"""As Reconstruct wrote it. Beside it lies MATRIX (4, 4): from the world to where the pictures saw the mesh."""
MATRIX = "world_to_pictures.npy"
POINTS = 1 << 16
"""At once."""


def paint_of(folder: Path, dense: TextureMesh) -> Paint | None:
    """How the pictures among a job's inputs paint the dense mesh, None where there are none."""
    if not (folder / FILE).is_file():
        return None
    with np.load(folder / FILE, allow_pickle=False) as data:
        texture = store.texture_from_arrays(dict(data))
    matrix = torch.from_numpy(np.load(folder / MATRIX, allow_pickle=False)).float()
    turn, center = matrix[:3, :3], torch.from_numpy(dense.center).float()

    def paint(points: torch.Tensor, normals: torch.Tensor) -> torch.Tensor:
        there = (points * dense.scale + center) @ turn.T + matrix[:3, 3]
        # Normals turn with the inverse transpose, which matters where the object is scaled unevenly.
        facing = torch.nn.functional.normalize(normals @ torch.linalg.inv(turn), dim=-1)
        return torch.cat([texture.albedo_at(*some) for some in zip(there.split(POINTS), facing.split(POINTS))])

    return paint
