# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a match carries from one animal to the other: vertex groups and colors."""

from __future__ import annotations

import bpy
import numpy as np

from ..backend.uv import layout, raster
from . import match, texture_checks
from .export import picture
from .export.texture import uv_layer
from .importers import material, weights

LEAST = 1e-3
"""Smaller weights are left out."""
MARGIN = 4.0
"""Texels that are painted beyond the borders of the UVs."""


class TransferProblem(Exception):
    """One sentence for the artist. Nothing was changed."""


def vertex_groups(source: bpy.types.Object, target: bpy.types.Object) -> list[str]:
    """Give the target all of the source's vertex groups, and return their names. Others of the target stay."""
    names = [group.name for group in source.vertex_groups]
    if not names:
        raise TransferProblem(f"{source.name} has no vertex groups.")
    dense = weights.read(source, names)
    surface = match.Surface(source.data)
    triangle, share = surface.nearest(match.places(target))
    moved = np.einsum("nk,nkg->ng", share, dense[surface.triangles[triangle]])
    for name in names:
        old = target.vertex_groups.get(name)
        if old is not None:
            target.vertex_groups.remove(old)
    for column, name in enumerate(names):
        group = target.vertex_groups.new(name=name)
        steps = np.round(moved[:, column] / LEAST).astype(np.int64)
        for value in np.unique(steps[steps > 0]).tolist():
            group.add(np.flatnonzero(steps == value).tolist(), min(value * LEAST, 1.0), "REPLACE")
    return names


def texture(
    context: bpy.types.Context, source: bpy.types.Object, target: bpy.types.Object, size: int
) -> bpy.types.Material:
    """Paint the source's base color into the target's UVs, as a new material in all of the target's slots.

    ``size``: pixels across. The old materials are kept in the file. A target without UVs gets some.
    """
    shown = _Colors(source)
    if not uv_layer(target):
        texture_checks.unwrap(context, target)
    layer = uv_layer(target)
    own = match.Surface(target.data)
    corner_uv = _corner_uv(target.data, layer)[own.loops]
    texels = raster.to_texels(corner_uv, 1001, size)
    hits = raster.rasterize(texels, (0, size), size, MARGIN)
    centers = np.stack([hits.column, hits.row], axis=1) + 0.5
    share = raster.nearest_barycentric(texels[hits.face], centers)
    outside = np.abs(raster.barycentric(texels[hits.face], centers).clip(0, 1) - share).max(axis=1) > 1e-9
    # What lies inside a triangle is painted last, over the margins of others.
    order = np.argsort(~outside, kind="stable")
    hits, share = raster.Hits(*(one[order] for one in hits)), share[order]
    _, last = np.unique((hits.row * size + hits.column)[::-1], return_index=True)
    last = len(hits.row) - 1 - last
    hits, share = raster.Hits(*(one[last] for one in hits)), share[last]
    wanted = np.einsum("nk,nkd->nd", share, match.places(target)[own.triangles[hits.face]])
    pixels = np.zeros((size, size, 4), np.float32)
    pixels[..., 3] = 1.0
    pixels[hits.row, hits.column, :3] = shown.at(wanted)
    title = f"{target.name} as {source.name}"
    image = bpy.data.images.new(title, size, size)
    image.pixels.foreach_set(pixels[::-1].ravel())
    image.pack()
    made = material.create(title, {"base_color": image}, layer)
    material.put(target, made, range(max(len(target.material_slots), 1)))
    return made


class _Colors:
    """The base color of an object's materials, by places on its surface."""

    def __init__(self, item: bpy.types.Object) -> None:
        self.surface = match.Surface(item.data)
        slots = [slot.material for slot in item.material_slots] or [None]
        self.sources = []
        for one in slots:
            found = picture.single_sources(one)
            if found is None or found[0] is None:
                raise TransferProblem(
                    f"The color of {one.name} is more than one picture or number: bake it to a picture first."
                )
            self.sources.append(found[0])
        slot = np.empty(len(item.data.polygons), np.int32)
        item.data.polygons.foreach_get("material_index", slot)
        self.slot = slot.clip(0, len(slots) - 1)[self.surface.polygons]
        layers = item.data.uv_layers
        self.uv = {layer.name: _corner_uv(item.data, layer.name)[self.surface.loops] for layer in layers}
        self.layer = next((layer.name for layer in layers if layer.active_render), "")
        for number in np.unique(self.slot).tolist():
            self._check(self.sources[number])

    def _check(self, source: picture.Source) -> None:
        """Raise what :meth:`at` could not get over, before anything was changed."""
        if source.image is None:
            return
        if (source.layer or self.layer) not in self.uv:
            raise TransferProblem(f"{source.image.name} is shown without UVs: give the source a UV map first.")
        if source.image.source != "TILED" and picture.tile_pixels(source.image, 1001)[0] is None:
            raise TransferProblem(f"The picture {source.image.name} cannot be read: find its file, or pack it.")

    def at(self, points: np.ndarray) -> np.ndarray:
        """(N, 3) display-encoded colors of the places nearest to points (N, 3)."""
        triangle, share = self.surface.nearest(points)
        result = np.zeros((len(points), 3), np.float32)
        for number, source in enumerate(self.sources):
            here = self.slot[triangle] == number
            if not here.any():
                continue
            if source.image is None:
                result[here] = picture.encode(np.array(source.value, np.float32))
                continue
            uv = self.uv[source.layer or self.layer]
            result[here] = _sampled(source.image, np.einsum("nk,nkd->nd", share[here], uv[triangle[here]]))
        return result


def _corner_uv(mesh: bpy.types.Mesh, layer: str) -> np.ndarray:
    """(L, 2) float64"""
    uv = np.empty(2 * len(mesh.loops), np.float32)
    mesh.uv_layers[layer].uv.foreach_get("vector", uv)
    return uv.reshape(-1, 2).astype(np.float64)


def _sampled(image: bpy.types.Image, uv: np.ndarray) -> np.ndarray:
    """(N, 3) display-encoded colors of an image at UVs (N, 2), between its texels; it repeats unless it has tiles."""
    tiled = image.source == "TILED"
    tiles = layout.tile_of(uv[:, None]) if tiled else np.full(len(uv), 1001)
    result = np.zeros((len(uv), 3), np.float32)
    for tile in np.unique(tiles).tolist():
        pixels, encoded = picture.tile_pixels(image, tile)
        if pixels is None:  # of a picture without tiles the check was before
            continue
        here = tiles == tile
        height, width = pixels.shape[:2]
        x = np.mod(uv[here, 0], 1.0) * width - 0.5
        y = (1.0 - np.mod(uv[here, 1], 1.0)) * height - 0.5
        column, row = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
        right, down = (x - column)[:, None], (y - row)[:, None]
        near = [
            pixels[(row + below) % height, (column + beside) % width, :3] * part
            for below, beside, part in (
                (0, 0, (1 - down) * (1 - right)), (0, 1, (1 - down) * right),
                (1, 0, down * (1 - right)), (1, 1, down * right),
            )
        ]  # fmt: skip
        color = sum(near).astype(np.float32)
        result[here] = color if encoded else picture.encode(color)
    return result
