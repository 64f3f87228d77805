# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Splats in .splat files, the small format of web viewers: 32 bytes each, without harmonics that change with the view.

Position and scale as floats, red, green, blue and opacity as bytes, the rotation w x y z as bytes around 128. The most
visible ones come first. numpy alone.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..job import JobError
from .ply import Table

CONSTANT = 0.28209479177387814
"""Value of the first spherical harmonic."""
ROW = np.dtype([("position", "<f4", 3), ("scale", "<f4", 3), ("color", "u1", 4), ("rotation", "u1", 4)])


def read(path: Path) -> Table:
    """Read a file. Raises JobError for what is cut off or empty."""
    data = path.read_bytes()
    if not data or len(data) % ROW.itemsize:
        raise JobError("bad_input", f"{path.name} is empty or cut off.", "Copy or export it again.")
    rows = np.frombuffer(data, ROW)
    color = rows["color"].astype(np.float32) / 255.0
    rotation = rows["rotation"].astype(np.float32) - 128.0
    return Table(
        position=rows["position"].copy(),
        scale=rows["scale"].copy(),
        rotation=rotation / np.maximum(np.linalg.norm(rotation, axis=1, keepdims=True), 1e-12),
        opacity=color[:, 3],
        harmonics=((color[:, :3] - 0.5) / CONSTANT)[:, None],
    )


def write(table: Table, path: Path) -> None:
    """Write a file. Harmonics beyond the first are lost."""
    rows = np.zeros(len(table.position), ROW)
    color = np.concatenate([CONSTANT * table.harmonics[:, 0] + 0.5, table.opacity[:, None]], axis=1)
    rows["position"], rows["scale"] = table.position, table.scale
    rows["color"] = np.round(255.0 * color.clip(0.0, 1.0))
    rows["rotation"] = np.round(128.0 + 127.0 * table.rotation)
    order = np.argsort(-table.scale.prod(axis=1) * table.opacity)
    path.write_bytes(rows[order].tobytes())
