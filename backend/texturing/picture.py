# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""PNG with 8 or 16 bits and OpenEXR with half floats, from arrays.

pillow writes neither 16-bit color PNG nor OpenEXR, and both formats take less code than a further dependency would
take care. Specifications: W3C, "Portable Network Graphics (PNG) Specification"; "OpenEXR File Layout".
"""

from __future__ import annotations

import struct
import typing
import zlib
from pathlib import Path

import numpy as np

PNG_LEVEL = 4
"""Of zlib: higher ones take several times as long for a few percent."""
PNG_ROWS = 128
"""Scan lines treated at once: bounds the memory."""
EXR_ROWS = 16
"""Scan lines that a ZIP block holds."""
EXR_ZIP, EXR_HALF = 3, 1


def write_png(path: Path, values: np.ndarray, bits: int) -> None:
    """Write values of 0 to 1 as PNG of 8 or 16 bits, row 0 at the top: (H, W) as gray, (H, W, 3) as RGB, (H, W, 4) as
    RGB with straight alpha."""
    assert bits in (8, 16) and values.ndim in (2, 3), (bits, values.shape)
    height, width = values.shape[:2]
    channels = 1 if values.ndim == 2 else values.shape[2]
    assert values.shape[2:] in ((), (3,), (4,)), values.shape
    numbers = np.round(np.clip(values, 0.0, 1.0) * (2**bits - 1)).astype(">u2" if bits == 16 else "u1")
    raw = numbers.reshape(height, -1).view(np.uint8).reshape(height, width, channels * bits // 8)
    header = struct.pack(">IIBBBBB", width, height, bits, {1: 0, 3: 2, 4: 6}[channels], 0, 0, 0)
    deflate = zlib.compressobj(PNG_LEVEL)
    with path.open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        _write_chunk(file, b"IHDR", header)
        for start in range(0, height, PNG_ROWS):
            above = raw[start - 1] if start else np.zeros_like(raw[0])
            _write_chunk(file, b"IDAT", deflate.compress(_paeth(raw[start : start + PNG_ROWS], above)))
        _write_chunk(file, b"IDAT", deflate.flush())
        _write_chunk(file, b"IEND", b"")


def _write_chunk(file: typing.BinaryIO, kind: bytes, data: bytes) -> None:
    file.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)))


def _paeth(raw: np.ndarray, line_above: np.ndarray) -> bytes:
    """Scan lines (H, W, B) uint8 with PNG's filter 4: each byte minus the neighbour that predicts it best."""
    padded = np.pad(np.concatenate([line_above[None], raw]), ((0, 0), (1, 0), (0, 0))).astype(np.int16)
    left, above, corner = padded[1:, :-1], padded[:-1, 1:], padded[:-1, :-1]
    guess = left + above - corner
    far_left, far_above, far_corner = np.abs(guess - left), np.abs(guess - above), np.abs(guess - corner)
    nearest = np.where(far_above <= far_corner, above, corner)
    predicted = np.where((far_left <= far_above) & (far_left <= far_corner), left, nearest)
    lines = (padded[1:, 1:] - predicted).astype(np.uint8).reshape(raw.shape[0], -1)
    return np.pad(lines, ((0, 0), (1, 0)), constant_values=4).tobytes()


def write_exr(path: Path, values: np.ndarray) -> None:
    """Write (H, W), (H, W, 3) or (H, W, 4) values as a half-float OpenEXR picture, row 0 at the top; with alpha, colors
    are to be multiplied by it."""
    height, width = values.shape[:2]
    names = "ABGR"[4 - values.shape[2] :] if values.ndim == 3 else ""
    planes = {name: values[..., "RGBA".index(name)] for name in names} or {"Y": values}
    rows = np.stack([plane.astype("<f2") for plane in planes.values()], axis=1)  # (H, channels, W)
    channels = b"".join(name.encode() + b"\0" + struct.pack("<iIii", EXR_HALF, 0, 1, 1) for name in planes) + b"\0"
    window = struct.pack("<iiii", 0, 0, width - 1, height - 1)
    attributes = [
        ("channels", "chlist", channels),
        ("compression", "compression", bytes([EXR_ZIP])),
        ("dataWindow", "box2i", window),
        ("displayWindow", "box2i", window),
        ("lineOrder", "lineOrder", b"\0"),
        ("pixelAspectRatio", "float", struct.pack("<f", 1.0)),
        ("screenWindowCenter", "v2f", struct.pack("<ff", 0.0, 0.0)),
        ("screenWindowWidth", "float", struct.pack("<f", 1.0)),
    ]
    head = struct.pack("<II", 20000630, 2)
    for name, kind, data in attributes:
        head += name.encode() + b"\0" + kind.encode() + b"\0" + struct.pack("<I", len(data)) + data
    head += b"\0"
    blocks = []
    for start in range(0, height, EXR_ROWS):
        data = _exr_zip(rows[start : start + EXR_ROWS].tobytes())
        blocks.append(struct.pack("<iI", start, len(data)) + data)
    ends = len(head) + 8 * len(blocks) + np.cumsum([0, *(len(block) for block in blocks[:-1])])
    path.write_bytes(head + ends.astype("<u8").tobytes() + b"".join(blocks))


def _exr_zip(raw: bytes) -> bytes:
    """One block: bytes at even and odd places apart, each minus the one before, deflated; as it was if that is less."""
    data = np.frombuffer(raw, np.uint8)
    apart = np.concatenate([data[::2], data[1::2]]).astype(np.int16)
    apart[1:] = np.diff(apart) + 128
    packed = zlib.compress(apart.astype(np.uint8).tobytes(), PNG_LEVEL)
    return packed if len(packed) < len(raw) else raw
