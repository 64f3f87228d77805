# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Splats in .ply files with the usual fields: what viewers, trainers and other generators read and write.

Fields: x y z, nx ny nz (unused), f_dc_0..2, f_rest_* (all red ones first), opacity (before the logistic function),
scale_0..2 (natural logarithms), rot_0..3 (w x y z). numpy alone: Blender's side reads them, too.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from ..job import JobError

TYPES = {
    "float": "<f4", "float32": "<f4", "double": "<f8", "float64": "<f8", "uchar": "u1", "uint8": "u1", "char": "i1",
    "int8": "i1", "short": "<i2", "int16": "<i2", "ushort": "<u2", "uint16": "<u2", "int": "<i4", "int32": "<i4",
    "uint": "<u4", "uint32": "<u4",
}  # fmt: skip
HEADER_LIMIT = 1 << 16
"""Bytes: longer headers are none."""
HARMONICS = (1, 4, 9, 16)
"""Spherical harmonics of whole degrees."""


@dataclasses.dataclass(frozen=True)
class Table:
    """N splats as arrays of float32; what they mean is said in :class:`.splats.Splats`."""

    position: np.ndarray
    """(N, 3)"""
    scale: np.ndarray
    """(N, 3)"""
    rotation: np.ndarray
    """(N, 4)"""
    opacity: np.ndarray
    """(N,)"""
    harmonics: np.ndarray
    """(N, K, 3)"""


def read(path: Path) -> Table:
    """Read a file; binary little-endian and text are understood.

    Raises JobError for what is no such file, is cut off, or lacks fields.
    """
    data = path.read_bytes()
    end = data.find(b"end_header", 0, HEADER_LIMIT)
    if not data.startswith(b"ply") or end < 0:
        raise JobError("bad_input", f"{path.name} is no .ply file.", "Choose a file of Gaussian splats.")
    lines = data[:end].decode("ascii", "replace").splitlines()
    start = data.index(b"\n", end) + 1
    count, fields = _vertex_element(lines, path)
    if any(line.split()[:2] == ["format", "ascii"] for line in lines):
        table = _read_text(data[start:], count, fields, path)
    elif any(line.split()[:2] == ["format", "binary_little_endian"] for line in lines):
        if len(data) - start < count * np.dtype(fields).itemsize:
            raise JobError("bad_input", f"{path.name} is cut off.", "Copy or export it again.")
        table = np.frombuffer(data, np.dtype(fields), count, start)
    else:
        raise JobError("bad_input", f"{path.name} is written in an unusual byte order.", "Export it little-endian.")
    return _table(table, path)


def write(table: Table, path: Path) -> None:
    """Write a binary file, as the first implementation of 3D Gaussian Splatting does."""
    rest = table.harmonics.shape[1] - 1
    names = ["x", "y", "z", "nx", "ny", "nz", "f_dc_0", "f_dc_1", "f_dc_2"]
    names += [f"f_rest_{index}" for index in range(3 * rest)]
    names += ["opacity", "scale_0", "scale_1", "scale_2", "rot_0", "rot_1", "rot_2", "rot_3"]
    opacity = table.opacity.clip(1e-6, 1 - 1e-6)
    columns = [
        table.position, np.zeros_like(table.position), table.harmonics[:, 0],
        table.harmonics[:, 1:].swapaxes(1, 2).reshape(len(opacity), -1), np.log(opacity / (1 - opacity))[:, None],
        np.log(table.scale.clip(1e-12)), table.rotation,
    ]  # fmt: skip
    header = ["ply", "format binary_little_endian 1.0", f"element vertex {len(opacity)}"]
    header += [f"property float {name}" for name in names] + ["end_header", ""]
    path.write_bytes("\n".join(header).encode("ascii") + np.concatenate(columns, axis=1).astype("<f4").tobytes())


def _vertex_element(lines: list[str], path: Path) -> tuple[int, list[tuple[str, str]]]:
    """Number of vertices, and name and type of their fields; vertices must be the file's first element."""
    count, fields, first = None, [], True
    for words in map(str.split, lines):
        if words[:1] == ["element"]:
            if not first:
                break
            first = False
            count = int(words[2]) if words[1] == "vertex" else None
        elif words[:1] == ["property"] and words[1] in TYPES:
            fields.append((words[2], TYPES[words[1]]))
    if not count:
        raise JobError("bad_input", f"{path.name} holds no points.", "Choose a file of Gaussian splats.")
    return count, fields


def _read_text(text: bytes, count: int, fields: list[tuple[str, str]], path: Path) -> np.ndarray:
    rows = text.split(b"\n")[:count]
    try:
        values = np.array([row.split() for row in rows], dtype=np.float64)
        assert values.shape == (count, len(fields))
    except (ValueError, AssertionError) as error:
        raise JobError("bad_input", f"{path.name} is cut off or damaged.", "Copy or export it again.") from error
    table = np.zeros(count, np.dtype(fields))
    for index, (name, _) in enumerate(fields):
        table[name] = values[:, index]
    return table


def _table(rows: np.ndarray, path: Path) -> Table:
    def columns(*names: str) -> np.ndarray:
        missing = [name for name in names if name not in rows.dtype.names]
        if missing:
            raise JobError(
                "bad_input", f"{path.name} holds points, but no Gaussian splats: {missing[0]} is missing.",
                "Choose a file that a program for Gaussian splats wrote.",
            )  # fmt: skip
        return np.stack([rows[name].astype(np.float32) for name in names], axis=1)

    rest = [name for name in rows.dtype.names if name.startswith("f_rest_")]
    count = 1 + len(rest) // 3
    if count not in HARMONICS:
        raise JobError("bad_input", f"{path.name} has {len(rest)} harmonics, which is no whole degree.", "Export anew.")
    harmonics = columns("f_dc_0", "f_dc_1", "f_dc_2")[:, None]
    if rest:
        names = [f"f_rest_{index}" for index in range(len(rest))]
        harmonics = np.concatenate([harmonics, columns(*names).reshape(-1, 3, count - 1).swapaxes(1, 2)], axis=1)
    rotation = columns("rot_0", "rot_1", "rot_2", "rot_3")
    with np.errstate(over="ignore"):
        values = {
            "position": columns("x", "y", "z"),
            "scale": np.exp(columns("scale_0", "scale_1", "scale_2")),
            "rotation": rotation / np.maximum(np.linalg.norm(rotation, axis=1, keepdims=True), 1e-12),
            "opacity": 1 / (1 + np.exp(-columns("opacity")[:, 0])),
            "harmonics": harmonics,
        }
    finite = np.isfinite(values["position"]).all(1) & np.isfinite(values["scale"]).all(1)
    return Table(**{name: value[finite] for name, value in values.items()})
