# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a material shows, as pictures: for Principled materials whose inputs are numbers or image textures."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import NamedTuple

import bpy
import numpy as np

CHANNELS = {"Red": 0, "Green": 1, "Blue": 2}


class Look(NamedTuple):
    """One tile, row 0 at the top, float32, as the backend's ``Maps``: display-encoded base color, packed normals.

    One texel where a material is numbers alone.
    """

    base_color: np.ndarray
    """(H, W, 3)"""
    roughness: np.ndarray
    """(H, W)"""
    metallic: np.ndarray
    """(H, W)"""
    normal: np.ndarray
    """(H, W, 3)"""


class Source(NamedTuple):
    """Where an input's values come from."""

    image: bpy.types.Image | None
    channel: int | None
    """None for all three."""
    value: tuple[float, ...]
    """Without an image: linear."""
    layer: str
    """UV layer that the image is looked up with, "" for the mesh's own choice."""


def looks(materials: list[bpy.types.Material | None], layer: str, tiles: tuple[int, ...]) -> dict[int, Look]:
    """What materials that share pictures show, by tile; empty when that cannot be told from pictures and numbers."""
    found = [sources(material) for material in materials]
    if None in found or any(other != found[0] for other in found) or not found:
        return {}
    if any(source.image is not None and source.layer not in ("", layer) for source in found[0]):
        return {}
    result = {}
    for tile in tiles:
        maps = [values(source, name, tile) for source, name in zip(found[0], Look._fields)]
        if any(one is None for one in maps):
            return {}
        size = max(one.shape[0] for one in maps)
        if any(size % one.shape[0] for one in maps):
            return {}
        result[tile] = Look(*(one.repeat(size // one.shape[0], 0).repeat(size // one.shape[0], 1) for one in maps))
    return result


def pictures(material: bpy.types.Material | None) -> tuple:
    """What tells materials apart that cannot share maps."""
    found = sources(material)
    if found is None:
        return (material.name,)
    return tuple((source.image.name if source.image else None, source.channel, source.value) for source in found)


def sources(material: bpy.types.Material | None) -> tuple[Source, ...] | None:
    """In the order of Look's fields; None for node trees that are more than image textures into a Principled BSDF."""
    found = single_sources(material)
    return None if found is None or None in found else found


def single_sources(material: bpy.types.Material | None) -> tuple[Source | None, ...] | None:
    """As :func:`sources`, but None for just those inputs that are something else; for all without a Principled BSDF."""
    if material is None or material.node_tree is None:
        color = tuple(material.diffuse_color[:3]) if material else (0.8, 0.8, 0.8)
        return constant(color), constant((0.5,)), constant((0.0,)), constant((0.0, 0.0, 1.0))
    outputs = [node for node in material.node_tree.nodes if node.type == "OUTPUT_MATERIAL" and node.is_active_output]
    if not outputs or not outputs[0].inputs["Surface"].is_linked:
        return None
    shader = outputs[0].inputs["Surface"].links[0].from_node
    if shader.type != "BSDF_PRINCIPLED":
        return None
    return (
        source_of(shader.inputs["Base Color"], 3),
        source_of(shader.inputs["Roughness"], 1),
        source_of(shader.inputs["Metallic"], 1),
        normal_source(shader.inputs["Normal"]),
    )


def constant(value: tuple[float, ...]) -> Source:
    return Source(None, None, value, "")


def source_of(socket: bpy.types.NodeSocket, width: int) -> Source | None:
    """Of an input that is a number or linked to an image texture, also through Separate Color."""
    if not socket.is_linked:
        value = socket.default_value
        return constant(tuple(value[:3]) if width == 3 else (value,))
    link = socket.links[0]
    channel = None
    if link.from_node.type == "SEPARATE_COLOR" and link.from_node.mode == "RGB" and width == 1:
        channel = CHANNELS[link.from_socket.name]
        if not link.from_node.inputs[0].is_linked:
            return None
        link = link.from_node.inputs[0].links[0]
    node = link.from_node
    if node.type != "TEX_IMAGE" or node.image is None or link.from_socket.name != "Color":
        return None
    layer = ""
    if node.inputs["Vector"].is_linked:
        coordinates = node.inputs["Vector"].links[0].from_node
        if coordinates.type != "UVMAP":
            return None
        layer = coordinates.uv_map
    return Source(node.image, channel if width == 1 else None, (), layer)


def normal_source(socket: bpy.types.NodeSocket) -> Source | None:
    """Of the Normal input: nothing, or a tangent-space normal map of full strength."""
    if not socket.is_linked:
        return constant((0.0, 0.0, 1.0))
    node = socket.links[0].from_node
    if node.type != "NORMAL_MAP" or node.space != "TANGENT" or abs(node.inputs["Strength"].default_value - 1) > 1e-6:
        return None
    return source_of(node.inputs["Color"], 3) if node.inputs["Color"].is_linked else None


def values(source: Source, name: str, tile: int) -> np.ndarray | None:
    """(H, W) or (H, W, 3) as in Look; None for pictures that are not square or cannot be read."""
    if source.image is None:
        value = np.array(source.value, dtype=np.float32)
        if name == "base_color":
            value = encode(value)
        elif name == "normal":
            value = 0.5 + 0.5 * value
        value = np.round(value * np.float32(255)) / np.float32(255)  # what a PNG holds without more bits
        return value.reshape(1, 1, 3) if len(value) == 3 else value.reshape(1, 1)
    pixels, encoded = tile_pixels(source.image, tile)
    if pixels is None or pixels.shape[0] != pixels.shape[1]:
        return None
    if name == "base_color":
        return pixels[..., :3] if encoded else encode(pixels[..., :3])
    return pixels[..., :3] if name == "normal" else np.ascontiguousarray(pixels[..., source.channel or 0])


def encode(linear: np.ndarray) -> np.ndarray:
    """Linear Rec.709 -> display-encoded sRGB (IEC 61966-2-1)."""
    linear = np.clip(linear, 0.0, 1.0)
    curved = 1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055
    return np.where(linear <= 0.0031308, 12.92 * linear, curved).astype(np.float32)


def tile_pixels(image: bpy.types.Image, tile: int) -> tuple[np.ndarray | None, bool]:
    """(H, W, 4) float32 of one tile, row 0 at the top, and whether they are display-encoded; None for no such tile.

    Bytes come as they are in the file. Blender converts floats from the file's encoding to linear ones itself.
    """
    if image.source != "TILED":
        return (pixels_of(image), is_encoded(image)) if tile == 1001 else (None, False)
    # Python sees the first tile's pixels alone: the others are read as pictures of their own.
    with tempfile.TemporaryDirectory() as folder:
        packed = {part.tile_number: part.packed_file for part in getattr(image, "packed_files", ()) if part.packed_file}
        if tile in packed:
            path = Path(folder) / f"tile{os.path.splitext(image.filepath)[1]}"
            path.write_bytes(packed[tile].data)
        else:
            path = Path(bpy.path.abspath(image.filepath).replace("<UDIM>", str(tile)))
        if not path.is_file():
            return None, False
        alone = bpy.data.images.load(str(path))
        try:
            alone.colorspace_settings.name = image.colorspace_settings.name
            return pixels_of(alone), is_encoded(alone)
        finally:
            bpy.data.images.remove(alone)


def is_encoded(image: bpy.types.Image) -> bool:
    """Whether Blender hands out display-encoded pixels."""
    return not image.is_float and image.colorspace_settings.name == "sRGB"


def pixels_of(image: bpy.types.Image) -> np.ndarray | None:
    """(H, W, 4) float32, row 0 at the top; None for a picture without pixels."""
    width, height = image.size
    if not width or not height or image.channels not in (1, 3, 4):
        return None
    pixels = np.empty(width * height * image.channels, dtype=np.float32)
    image.pixels.foreach_get(pixels)
    pixels = pixels.reshape(height, width, image.channels)[::-1]
    if image.channels == 1:
        pixels = pixels.repeat(4, 2)
    return np.ascontiguousarray(pixels)
