# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Meshes as the viewport shows them, with their looks -> arrays for a finishing job (``in/``)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import bpy
import numpy as np

from . import picture, texture

PLAIN = (0.8, 0.8, 0.8, 0.5, 0.0)
"""Linear base color, roughness, metallic of a mesh without material."""
FIRST_TILE = 1001


@contextlib.contextmanager
def baked(context: bpy.types.Context, objects: list[bpy.types.Object]) -> Iterator[list[bpy.types.Object]]:
    """Objects that are what all modifiers and shape keys make of these, in no scene, for a moment."""
    made = []
    try:
        depsgraph = context.evaluated_depsgraph_get()
        for item in objects:
            mesh = bpy.data.meshes.new_from_object(
                item.evaluated_get(depsgraph), preserve_all_data_layers=True, depsgraph=depsgraph
            )
            copy = bpy.data.objects.new(item.name, mesh)
            made.append(copy)
            copy.matrix_world = item.matrix_world
            for slot, source in zip(copy.material_slots, item.material_slots):
                slot.material = source.material
        yield made
    finally:
        for copy in made:
            bpy.data.meshes.remove(copy.data)  # and the object with it


def save(context: bpy.types.Context, objects: list[bpy.types.Object], folder: Path) -> str:
    """Write ``mesh.npz``, with ``corner_look``, and the maps that the meshes have; a fingerprint of the geometry."""
    from .. import recipe

    with baked(context, objects) as copies:
        parts = [texture.arrays(copy.data, copy, only_selected=False) for copy in copies]
        shared = texture.textures(copies, parts, keep_old=True)
        texture.save(copies, parts, shared, folder)
        looks = [corner_look(copy, part) for copy, part in zip(copies, parts, strict=True)]
    path = folder / "mesh.npz"
    with np.load(path, allow_pickle=False) as data:
        arrays = dict(data)
    np.savez(path, **arrays, corner_look=np.concatenate(looks))
    return recipe.fingerprint((arrays["vertices"], arrays["triangles"], np.concatenate(looks)))


def corner_look(item: bpy.types.Object, part: texture.Part) -> np.ndarray:
    """(F, 3, 5) float32, see PLAIN: the vertex colors and what each face's material says of the rest."""
    result = np.empty((len(part.triangles), 3, 5), np.float32)
    for slot in np.unique(part.slot):
        faces = part.slot == slot
        result[faces] = look_at(texture.material_of(item, int(slot)), part.corner_uv[faces])
    colors = item.data.color_attributes.active_color
    if colors is not None and len(colors.data):
        values = np.empty(len(colors.data) * 4, np.float32)
        colors.data.foreach_get("color", values)
        values = values.reshape(-1, 4)[:, :3]
        result[..., :3] = values[part.loop if colors.domain == "CORNER" else part.triangles]
    return result


def look_at(material: bpy.types.Material | None, uv: np.ndarray) -> np.ndarray:
    """(..., 5) of a material at UVs (..., 2): its numbers, PLAIN where an input is something else.

    Roughness and metallic may be pictures: beside vertex colors they do not come as maps, see ``picture.looks``.
    """
    result = np.tile(np.array(PLAIN, np.float32), (*uv.shape[:-1], 1))
    found = picture.single_sources(material) if material is not None else None
    if found is None:
        return result
    for source, name, place in zip(found, ("base_color", "roughness", "metallic"), (slice(0, 3), 3, 4), strict=False):
        if source is None:
            continue
        if source.image is None:
            result[..., place] = source.value
        elif name != "base_color" and (pixels := picture.values(source, name, FIRST_TILE)) is not None:
            size = pixels.shape[0]
            column, row = np.floor(uv[..., 0] % 1.0 * size), np.floor((1.0 - uv[..., 1]) % 1.0 * size)
            result[..., place] = pixels[row.astype(int).clip(0, size - 1), column.astype(int).clip(0, size - 1)]
    return result
