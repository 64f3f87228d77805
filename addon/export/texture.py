# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mesh objects with UVs and what they are textured with now -> arrays for a texture job (``in/``)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import bpy
import numpy as np

from ...backend.uv import layout
from ..checks import CHANGE_VERTICES
from . import picture

NEW_LAYER = "Galatea"
"""UV layer that Galatea makes. Where it exists it is the one that textures use."""
SHARED = 0.02
"""Part of the texels by which material slots may get into each other's way and still share a texture."""


class Part(NamedTuple):
    """One object. World space, Blender units; F triangles."""

    vertices: np.ndarray
    """(V, 3) float64."""
    triangles: np.ndarray
    """(F, 3) int64, counter-clockwise seen from outside, also under a negative scale."""
    corner_normals: np.ndarray
    """(F, 3, 3) float32, unit."""
    corner_uv: np.ndarray
    """(F, 3, 2) float32; zeros without UVs."""
    loop: np.ndarray
    """(F, 3) int64: the mesh's face corner of each triangle's corner."""
    slot: np.ndarray
    """(F,) int64: material slot."""
    painted: np.ndarray
    """(F,) bool."""
    matrix: np.ndarray
    """(3, 3) float64: linear part of the world matrix."""
    layer: str
    """Name of the UV layer, "" for none."""


class Texture(NamedTuple):
    """Maps of their own: an object's slots that share them."""

    object: int
    slots: tuple[int, ...]
    old: dict[int, picture.Look]
    """What the tiles show now; empty where that is not to be kept, or is beyond pictures and numbers."""


def uv_layer(item: bpy.types.Object) -> str:
    """Name of the UV layer that textures use, "" without one."""
    layers = item.data.uv_layers
    if NEW_LAYER in layers:
        return NEW_LAYER
    return next((layer.name for layer in layers if layer.active_render), "")


def read(context: bpy.types.Context, item: bpy.types.Object, only_selected: bool) -> Part:
    """The object at rest: shape keys and the modifiers that keep its vertices, but no armature."""
    with quiet(item):
        depsgraph = context.evaluated_depsgraph_get()
        depsgraph.update()
        evaluated = item.evaluated_get(depsgraph)
        mesh = evaluated.to_mesh()
        same = len(mesh.loops) == len(item.data.loops) and len(mesh.vertices) == len(item.data.vertices)
        part = arrays(mesh if same else item.data, item, only_selected)
        evaluated.to_mesh_clear()
    context.evaluated_depsgraph_get().update()
    return part


@contextlib.contextmanager
def quiet(item: bpy.types.Object) -> Iterator[None]:
    """Without the modifiers that pose the mesh or change its vertices, for a moment."""
    off = [
        modifier
        for modifier in item.modifiers
        if modifier.show_viewport and (modifier.type == "ARMATURE" or modifier.type in CHANGE_VERTICES)
    ]
    for modifier in off:
        modifier.show_viewport = False
    try:
        yield
    finally:
        for modifier in off:
            modifier.show_viewport = True


def arrays(mesh: bpy.types.Mesh, item: bpy.types.Object, only_selected: bool) -> Part:
    """From a mesh with the topology of the object's own."""
    matrix = np.array(item.matrix_world, dtype=np.float64)
    linear = matrix[:3, :3]
    mesh.calc_loop_triangles()
    count = len(mesh.loop_triangles)
    triangles = _get(mesh.loop_triangles, "vertices", np.int32, 3).astype(np.int64)
    loop = _get(mesh.loop_triangles, "loops", np.int32, 3).astype(np.int64)
    polygon = _get(mesh.loop_triangles, "polygon_index", np.int32, 1)[:, 0]
    selected = _get(item.data.polygons, "select", bool, 1)[:, 0]
    slot = _get(mesh.polygons, "material_index", np.int32, 1)[:, 0]
    normals = _get(mesh.corner_normals, "vector", np.float32, 3).astype(np.float64)
    with np.errstate(invalid="ignore"):
        # A plane that is scaled to nothing along its normal has no inverse, but keeps its normal.
        normals = normals @ np.linalg.pinv(linear)
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-30)
    layer = uv_layer(item)
    uv = _get(item.data.uv_layers[layer].uv, "vector", np.float32, 2) if layer else np.zeros((len(mesh.loops), 2))
    if np.linalg.det(linear) < 0:  # mirrored: keep the outside outside
        triangles, loop = triangles[:, ::-1], loop[:, ::-1]
    return Part(
        vertices=_get(mesh.vertices, "co", np.float32, 3) @ linear.T + matrix[:3, 3],
        triangles=triangles,
        corner_normals=normals[loop].astype(np.float32).reshape(count, 3, 3),
        corner_uv=uv[loop].astype(np.float32).reshape(count, 3, 2),
        loop=loop,
        slot=np.clip(slot[polygon], 0, max(len(item.material_slots) - 1, 0)).astype(np.int64),
        painted=selected[polygon] if only_selected else np.ones(count, dtype=bool),
        matrix=linear,
        layer=layer,
    )


def _get(collection: bpy.types.bpy_prop_collection, name: str, kind: type, width: int) -> np.ndarray:
    values = np.empty(len(collection) * width, dtype=kind)
    collection.foreach_get(name, values)
    return values.reshape(-1, width)


def textures(objects: list[bpy.types.Object], parts: list[Part], keep_old: bool) -> list[Texture]:
    """How the objects' slots share textures.

    Slots of one object share one unless they use the same part of UV space. Where the old look is needed (``keep_old``,
    or only some faces are painted), slots with different pictures stay apart as well.
    """
    result = []
    for number, (item, part) in enumerate(zip(objects, parts, strict=True)):
        used = [int(slot) for slot in np.unique(part.slot)]
        groups: dict[object, list[int]] = {}
        if not part.layer or not collide(part, used):
            for slot in used:
                partly = keep_old or not part.painted[part.slot == slot].all()
                groups.setdefault(picture.pictures(material_of(item, slot)) if partly else None, []).append(slot)
        else:
            groups = {slot: [slot] for slot in used}
        for slots in groups.values():
            faces = np.isin(part.slot, slots)
            if not part.painted[faces].any():
                continue
            old = {}
            if part.layer and (keep_old or not part.painted[faces].all()):
                tiles = layout.examine(part.corner_uv[faces]).tiles
                old = picture.looks([material_of(item, slot) for slot in slots], part.layer, tiles)
            result.append(Texture(number, tuple(slots), old))
    return result


def collide(part: Part, slots: list[int]) -> bool:
    """Whether slots use the same part of UV space, beyond what each of them does alone."""
    if len(slots) < 2:
        return False
    alone = max(layout.examine(part.corner_uv[part.slot == slot]).overlap for slot in slots)
    return layout.examine(part.corner_uv).overlap > alone + SHARED


def material_of(item: bpy.types.Object, slot: int) -> bpy.types.Material | None:
    """Of a slot, None for an empty one or an object without slots."""
    return item.material_slots[slot].material if slot < len(item.material_slots) else None


def save(objects: list[bpy.types.Object], parts: list[Part], shared: list[Texture], folder: Path) -> None:
    """Write ``mesh.npz`` and the old maps."""
    texture = []
    for number, part in enumerate(parts):
        # Faces of slots without painted ones get no texture: they cast shadows and are seen.
        own = np.full(len(part.triangles), -1, dtype=np.int64)
        for index, one in enumerate(shared):
            if one.object == number:
                own[np.isin(part.slot, one.slots)] = index
        texture.append(own)
    starts = np.cumsum([0] + [len(part.vertices) for part in parts[:-1]])
    np.savez(
        folder / "mesh.npz",
        vertices=np.concatenate([part.vertices for part in parts]),
        triangles=np.concatenate([part.triangles + start for part, start in zip(parts, starts)]),
        object=np.concatenate([np.full(len(part.triangles), number) for number, part in enumerate(parts)]),
        texture=np.concatenate(texture),
        object_names=np.array([item.name for item in objects]),
        object_matrices=np.stack([part.matrix for part in parts]),
        wants_uv=np.array([not part.layer for part in parts]),
        **{
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in ("corner_normals", "corner_uv", "loop", "painted")
        },
    )
    for index, one in enumerate(shared):
        for tile, look in one.old.items():
            maps = folder / "maps" / str(index)
            maps.mkdir(parents=True, exist_ok=True)
            for name, values in look._asdict().items():
                np.save(maps / f"{name}.{tile}.npy", values)
