# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the OpenEXR files that Blender writes with all passes of a render: scan lines, not or ZIP-compressed.

Up to 4.5 a file is one part with all channels, from 5.0 on one part for each pass, and some passes got other names;
here they have those of 5.0. Specification: "OpenEXR File Layout".
"""

from __future__ import annotations

import dataclasses
import struct
import zlib
from pathlib import Path

import numpy as np

MAGIC = b"\x76\x2f\x31\x01"
MULTIPART = 0x1000
TYPES = (np.dtype("<u4"), np.dtype("<f2"), np.dtype("<f4"))
BLOCK_ROWS = {0: 1, 2: 1, 3: 16}
"""Scan lines in a block, by the kind of compression: none, ZIPS, ZIP."""
RENAMED = {"IndexOB": "Object Index", "IndexMA": "Material Index"}


@dataclasses.dataclass(frozen=True)
class _Part:
    channels: list[tuple[str, np.dtype]]
    compression: int
    size: tuple[int, int]
    """Height and width."""
    first_row: int
    blocks: int


def read(path: Path) -> dict[str, np.ndarray]:
    """Passes by name, as "Depth", "Normal", "Combined": (H, W) or (H, W, C) float32, row 0 at the top.

    Channels are in the order X, Y, Z, W or R, G, B, A or U, V, A. Raises ValueError for a file that is none of these.
    """
    data = Path(path).read_bytes()
    if len(data) < 8 or data[:4] != MAGIC:
        raise ValueError(f"{path} is no OpenEXR file.")
    (version,) = struct.unpack_from("<I", data, 4)
    try:
        parts, place = _headers(data, bool(version & MULTIPART))
        planes: dict[str, np.ndarray] = {}
        for part in parts:
            offsets = np.frombuffer(data, "<u8", part.blocks, place)
            place += 8 * part.blocks
            planes |= _pixels(data, part, offsets.tolist(), bool(version & MULTIPART))
    except (struct.error, zlib.error, IndexError, KeyError) as error:
        raise ValueError(f"{path} is broken or of a kind that is not read here: {error}.") from error
    return _joined(planes)


def _headers(data: bytes, multipart: bool) -> tuple[list[_Part], int]:
    """All parts, and where the tables of offsets begin."""
    parts, place = [], 8
    while True:
        attributes, place = _attributes(data, place)
        if not attributes:
            return parts, place
        left, top, right, bottom = struct.unpack("<iiii", attributes["dataWindow"])
        compression, height = attributes["compression"][0], bottom - top + 1
        rows = BLOCK_ROWS[compression]
        blocks = -(-height // rows)
        parts.append(_Part(_channels(attributes["channels"]), compression, (height, right - left + 1), top, blocks))
        if not multipart:
            return parts, place


def _attributes(data: bytes, place: int) -> tuple[dict[str, bytes], int]:
    found = {}
    while data[place]:
        name, place = _text(data, place)
        _, place = _text(data, place)
        (size,) = struct.unpack_from("<I", data, place)
        found[name] = data[place + 4 : place + 4 + size]
        place += 4 + size
    return found, place + 1


def _channels(data: bytes) -> list[tuple[str, np.dtype]]:
    found, place = [], 0
    while data[place]:
        name, place = _text(data, place)
        found.append((name, TYPES[struct.unpack_from("<i", data, place)[0]]))
        place += 16
    return found


def _text(data: bytes, place: int) -> tuple[str, int]:
    end = data.index(b"\0", place)
    return data[place:end].decode(), end + 1


def _pixels(data: bytes, part: _Part, offsets: list[int], multipart: bool) -> dict[str, np.ndarray]:
    """Channels (H, W) of one part by their full names."""
    height, width = part.size
    planes = {name: np.empty(part.size, np.float32) for name, _ in part.channels}
    line = width * sum(kind.itemsize for _, kind in part.channels)
    for offset in offsets:
        row, size = struct.unpack_from("<iI", data, offset + 4 * multipart)
        start = offset + 4 * multipart + 8
        row -= part.first_row
        rows = min(BLOCK_ROWS[part.compression], height - row)
        raw = data[start : start + size]
        if part.compression and size < rows * line:
            raw = _unpacked(raw)
        place = 0
        for y in range(row, row + rows):
            for name, kind in part.channels:
                planes[name][y] = np.frombuffer(raw, kind, width, place)
                place += width * kind.itemsize
    return planes


def _unpacked(packed: bytes) -> bytes:
    """The reverse of ZIP: inflate, add up the differences, and put bytes of even and odd places together."""
    apart = np.frombuffer(zlib.decompress(packed), np.uint8).astype(np.uint64)
    apart[1:] += 128  # differences are stored around 128
    apart = np.cumsum(apart).astype(np.uint8)
    together = np.empty(len(apart), np.uint8)
    half = (len(apart) + 1) // 2
    together[::2], together[1::2] = apart[:half], apart[half:]
    return together.tobytes()


def _joined(planes: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Channels "ViewLayer.Normal.X" to passes "Normal"."""
    passes: dict[str, dict[str, np.ndarray]] = {}
    for name, plane in planes.items():
        title, channel = ["", *name.split(".")][-2:]
        passes.setdefault(RENAMED.get(title, title), {})[channel] = plane
    order = "RGBXYZUVWA".index
    return {
        title: np.stack([found[name] for name in sorted(found, key=order)], axis=-1) if len(found) > 1
        else next(iter(found.values()))
        for title, found in passes.items()
        if all(len(name) == 1 and name in "RGBXYZUVWA" for name in found)
    }  # fmt: skip
