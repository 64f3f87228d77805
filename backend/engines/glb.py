# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A binary glTF file -> one triangle mesh with colors at its vertices (glTF 2.0 specification, chapters 3 and 4).

What engines write: triangles in one buffer, base colors as a texture, as vertex colors or as a number. No skins, sparse
accessors or compressed meshes; what is not understood is a ValueError.
"""

from __future__ import annotations

import io
import json
import struct

import numpy as np
import torch
from PIL import Image

from ..shading import display
from .contract import Dense

MAGIC, JSON_CHUNK, BINARY_CHUNK = 0x46546C67, 0x4E4F534A, 0x004E4942
TRIANGLES = 4
TYPES = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
COUNTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
UNDERSTOOD = {"EXT_texture_webp", "KHR_materials_unlit", "KHR_texture_transform", "KHR_mesh_quantization"}
"""Extensions without which a file makes no sense; the transform of textures only if it does nothing."""


def read(data: bytes) -> Dense:
    """In Galatea's axes: glTF's (x, y, z) is (x, -z, y). ValueError for a file that is cut off or not understood."""
    document, binary = _chunks(data)
    strange = set(document.get("extensionsRequired", ())) - UNDERSTOOD
    if strange:
        raise ValueError(f"it needs the extension {min(strange)}")
    try:
        parts = [part for index, matrix in _placed(document) for part in _mesh(document, binary, index, matrix)]
    except (KeyError, IndexError, TypeError, AttributeError, OSError, struct.error) as error:
        raise ValueError(f"its parts do not fit together ({error!r})") from error
    if not parts:
        raise ValueError("it holds no triangles")
    counts = np.cumsum([0, *(len(vertices) for vertices, _, _ in parts)])
    vertices = np.concatenate([vertices for vertices, _, _ in parts])
    triangles = np.concatenate([triangles + first for (_, triangles, _), first in zip(parts, counts)])
    colours = np.concatenate([colours for _, _, colours in parts])
    turned = np.stack([vertices[:, 0], -vertices[:, 2], vertices[:, 1]], axis=-1)
    return Dense(turned, triangles, colours.clip(0.0, 1.0).astype(np.float32))


def _chunks(data: bytes) -> tuple[dict, bytes]:
    """The description and the binary part."""
    if len(data) < 20 or struct.unpack_from("<I", data)[0] != MAGIC:
        raise ValueError("it is no binary glTF")
    _, version, length = struct.unpack_from("<III", data)
    if version != 2 or length > len(data):
        raise ValueError(f"it is cut off after {len(data)} of {length} bytes")
    found, place = {}, 12
    while place + 8 <= length:
        size, kind = struct.unpack_from("<II", data, place)
        if place + 8 + size > length:
            raise ValueError("it is cut off")
        found.setdefault(kind, data[place + 8 : place + 8 + size])
        place += 8 + size
    try:
        return json.loads(found[JSON_CHUNK]), found.get(BINARY_CHUNK, b"")
    except (KeyError, ValueError) as error:
        raise ValueError("its description cannot be read") from error


def _placed(document: dict) -> list[tuple[int, np.ndarray]]:
    """Each mesh that the scene shows, with its world matrix (4, 4)."""
    found: list[tuple[int, np.ndarray]] = []
    nodes = document["nodes"]

    def visit(index: int, parent: np.ndarray, depth: int) -> None:
        if depth > len(nodes):
            raise ValueError("its nodes go round in circles")
        matrix = parent @ _matrix(nodes[index])
        if "mesh" in nodes[index]:
            found.append((nodes[index]["mesh"], matrix))
        for child in nodes[index].get("children", ()):
            visit(child, matrix, depth + 1)

    for root in document["scenes"][document.get("scene", 0)]["nodes"]:
        visit(root, np.eye(4), 0)
    return found


def _matrix(node: dict) -> np.ndarray:
    if "matrix" in node:
        return np.array(node["matrix"], dtype=np.float64).reshape(4, 4).T  # columns come first there
    x, y, z, w = node.get("rotation", (0.0, 0.0, 0.0, 1.0))
    turn = np.array(
        (
            (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
            (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
            (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
        )
    )
    matrix = np.eye(4)
    matrix[:3, :3] = turn * np.array(node.get("scale", (1.0, 1.0, 1.0)))
    matrix[:3, 3] = node.get("translation", (0.0, 0.0, 0.0))
    return matrix


def _mesh(document: dict, binary: bytes, index: int, matrix: np.ndarray) -> list[tuple[np.ndarray, ...]]:
    """Vertices (V, 3), triangles (F, 3) and encoded colours (V, 3) of each part of a mesh."""
    parts = []
    for primitive in document["meshes"][index]["primitives"]:
        if primitive.get("mode", TRIANGLES) != TRIANGLES:
            continue
        attributes = primitive["attributes"]
        vertices = _accessor(document, binary, attributes["POSITION"]).astype(np.float64)
        vertices = vertices @ matrix[:3, :3].T + matrix[:3, 3]
        if "indices" in primitive:
            triangles = _accessor(document, binary, primitive["indices"]).astype(np.int64).reshape(-1, 3)
        else:
            triangles = np.arange(len(vertices)).reshape(-1, 3)
        if len(triangles) and triangles.max() >= len(vertices):
            raise ValueError("its triangles name vertices that are not there")
        if np.linalg.det(matrix[:3, :3]) < 0:
            triangles = triangles[:, ::-1]
        parts.append((vertices, triangles, _colours(document, binary, primitive, len(vertices))))
    return parts


def _colours(document: dict, binary: bytes, primitive: dict, count: int) -> np.ndarray:
    """Display-encoded sRGB (V, 3): the texture times the vertex colours times the number, as the specification says."""
    attributes = primitive["attributes"]
    material = document["materials"][primitive["material"]] if "material" in primitive else {}
    surface = material.get("pbrMetallicRoughness", {})
    linear = np.tile(np.array(surface.get("baseColorFactor", (1.0, 1.0, 1.0, 1.0)), np.float64)[:3], (count, 1))
    if "COLOR_0" in attributes:
        linear = linear * _accessor(document, binary, attributes["COLOR_0"])[:, :3]
    texture = surface.get("baseColorTexture")
    name = f"TEXCOORD_{texture.get('texCoord', 0)}" if texture else ""
    if name in attributes:
        uv = _accessor(document, binary, attributes[name]).astype(np.float64)
        seen = torch.from_numpy(_sampled(_image(document, binary, texture["index"]), uv))
        linear = linear * display.decode(seen).numpy()
    return display.encode(torch.from_numpy(linear)).numpy()


def _image(document: dict, binary: bytes, texture: int) -> np.ndarray:
    """(H, W, 3) float64 within 0..1 of a texture."""
    entry = document["textures"][texture]
    source = entry.get("extensions", {}).get("EXT_texture_webp", entry)["source"]
    with Image.open(io.BytesIO(_view(document, binary, document["images"][source]["bufferView"]))) as image:
        return np.asarray(image.convert("RGB"), dtype=np.float64) / 255.0


def _sampled(image: np.ndarray, uv: np.ndarray) -> np.ndarray:
    """(V, 3), bilinear; v points down and pictures repeat, as glTF has it."""
    height, width = image.shape[:2]
    place = np.nan_to_num(uv) * (width, height) - 0.5
    low = np.floor(place).astype(np.int64)
    part = place - low
    result = np.zeros((len(uv), 3))
    for dx in (0, 1):
        for dy in (0, 1):
            weight = np.abs(1 - dx - part[:, 0]) * np.abs(1 - dy - part[:, 1])
            result += weight[:, None] * image[(low[:, 1] + dy) % height, (low[:, 0] + dx) % width]
    return result


def _accessor(document: dict, binary: bytes, index: int) -> np.ndarray:
    """(N, C), normalised where it says so."""
    accessor = document["accessors"][index]
    if "sparse" in accessor:
        raise ValueError("it has sparse parts")
    kind, columns, count = np.dtype(TYPES[accessor["componentType"]]), COUNTS[accessor["type"]], accessor["count"]
    view = document["bufferViews"][accessor["bufferView"]]
    data = _view(document, binary, accessor["bufferView"])
    stride = view.get("byteStride", kind.itemsize * columns)
    begin = accessor.get("byteOffset", 0)
    if begin + stride * (count - 1) + kind.itemsize * columns > len(data):
        raise ValueError("it is cut off within a mesh")
    values = np.ndarray((count, columns), kind, data, begin, (stride, kind.itemsize))
    if accessor.get("normalized"):
        return np.maximum(values / np.iinfo(kind).max, -1.0)
    return values


def _view(document: dict, binary: bytes, index: int) -> bytes:
    view = document["bufferViews"][index]
    begin, size = view.get("byteOffset", 0), view["byteLength"]
    if view["buffer"] != 0 or "uri" in document["buffers"][0]:
        raise ValueError("parts of it are in other files")
    if begin + size > len(binary):
        raise ValueError("it is cut off")
    return binary[begin : begin + size]
