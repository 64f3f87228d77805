# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Input gate of Texture: what is wrong, said in one sentence each, with a fix where there is one.

``quick`` costs nothing and may run at every redraw; ``deep`` reads geometry and UVs.
"""

from __future__ import annotations

import bpy
import numpy as np

from ..backend.uv import layout
from . import checks, models
from .checks import (
    BLOCKS,
    CHANGE_VERTICES,
    INFO,
    WARNS,
    Problem,
    broken_points,
    delete_broken_vertices,
    make_local,
    make_single_user,
    show,
)
from .export.texture import NEW_LAYER, Part, uv_layer
from .importers.weights import bound_armature

MANY_TRIANGLES = 500_000
MANY_TILES = 16
LONG_PROMPT = 300
"""Characters; a text encoder reads 77 tokens, which is about as much."""
SOME = 0.005
"""Part of the texels or faces from which on a fault is worth a word."""


def targets(context: bpy.types.Context) -> list[bpy.types.Object]:
    """The meshes that Texture works on: the selected ones, or those that a selected rig moves, as after Rig."""
    chosen = checks.targets(context)
    if chosen:
        return chosen
    rigs = {item for item in context.selected_objects if item.type == "ARMATURE"}
    meshes = (item for item in context.view_layer.objects if item.type == "MESH" and item.visible_get())
    return [item for item in meshes if bound_armature(item) in rigs]


def subject(context: bpy.types.Context) -> bpy.types.Object | None:
    """Whose texture is shown: the active object's, or that of the first mesh which an active rig moves."""
    active = context.view_layer.objects.active
    if active is None or active.type != "ARMATURE":
        return active
    return next((item for item in targets(context) if bound_armature(item) == active), active)


def quick(context: bpy.types.Context, objects: list[bpy.types.Object]) -> list[Problem]:
    """Everything that can be said without reading the geometry."""
    settings = context.scene.galatea.texture
    found = []
    if not objects:
        active = context.view_layer.objects.active
        subject = f"{active.name} is not a mesh: select" if active is not None else "Select"
        return [Problem("no_selection", f"{subject} the mesh to texture.", BLOCKS)]
    if not settings.prompt.strip():
        found.append(Problem("no_prompt", "Say in the prompt what the surface looks like.", BLOCKS))
    elif len(settings.prompt) > LONG_PROMPT:
        found.append(Problem("long_prompt", "The prompt is long: models read about the first 50 words.", WARNS))
    found += models.problems(settings)
    for item in objects:
        found += _quick_object(context, item)
    return found


def _quick_object(context: bpy.types.Context, item: bpy.types.Object) -> list[Problem]:
    found = []

    def add(code: str, message: str, severity: str, fix=None, fix_label: str = "") -> None:
        found.append(Problem(code, f"{item.name} {message}", severity, item.name, fix, fix_label))

    if item.library or item.data.library or item.override_library:
        add("linked", "comes from another file, so nothing can be added to it.", BLOCKS, make_local, "Make Local")
    elif item.data.users - item.data.use_fake_user > 1:
        add("multi_user", "shares its mesh with other objects, which get the texture too.", WARNS, make_single_user,
            "Make Single User")  # fmt: skip
    if not item.visible_get(view_layer=context.view_layer):
        add("hidden", "is hidden.", BLOCKS, show, "Show")
    if not len(item.data.polygons):
        add("no_faces", "has no faces.", BLOCKS)
        return found
    if any(abs(value) < 1e-12 for value in item.matrix_world.to_scale()):
        add("zero_scale", "is scaled to nothing.", BLOCKS)
    if not uv_layer(item):
        add("no_uv", "has no UVs: new ones are made with the texture.", INFO, unwrap, "Unwrap Now")
    elif uv_layer(item) == NEW_LAYER:
        add("new_uv", f"uses its UV layer {NEW_LAYER}.", INFO)
    changing = [m.name for m in item.modifiers if m.show_viewport and m.type in CHANGE_VERTICES]
    if changing:
        add("modifiers", f"changes its vertices by modifiers ({', '.join(changing)}): the mesh below is textured, and "
            "what they make of it shows the texture.", INFO)  # fmt: skip
    return found


def deep(objects: list[bpy.types.Object], parts: list[Part]) -> list[Problem]:
    """What geometry and UVs say (``parts`` in the order of ``objects``)."""
    found = [problem for item, part in zip(objects, parts, strict=True) for problem in _deep_object(item, part)]
    if not any(part.painted.any() for part in parts):
        hint = "select some in Edit Mode, or switch off Only Selected Faces."
        found.append(Problem("none_selected", f"No face is selected: {hint}", BLOCKS))
    total = sum(len(part.triangles) for part in parts)
    if total > MANY_TRIANGLES:
        found.append(Problem("huge", f"{total:,} triangles take a while; a lighter mesh looks the same.", WARNS))
    points = np.concatenate([part.vertices[np.unique(part.triangles)] for part in parts])
    if len(points) and not np.ptp(points, axis=0).max() > 0:
        found.append(Problem("no_extent", "All vertices are in one place.", BLOCKS))
    return found


def _deep_object(item: bpy.types.Object, part: Part) -> list[Problem]:
    found = []

    def add(code: str, message: str, severity: str, fix=unwrap, fix_label: str = "Unwrap into New Layer") -> None:
        found.append(Problem(code, f"{item.name} {message}", severity, item.name, fix, fix_label))

    if broken_points(part.vertices).any():
        add("nan", "has vertices without a valid position (NaN or infinite).", BLOCKS, delete_broken_vertices,
            "Delete Them")  # fmt: skip
        return found
    if not part.layer:
        return found
    painted = part.corner_uv[part.painted]
    if not len(painted):
        return found
    own = [layout.examine(part.corner_uv[(part.slot == slot) & part.painted]) for slot in np.unique(part.slot)]
    empty = sum(int(one.empty.sum()) for one in own) / len(painted)
    outside = sum(int(one.outside.sum()) for one in own) / len(painted)
    overlap = max(one.overlap for one in own)
    tiles = {tile for one in own for tile in one.tiles}
    if empty > 0.5:
        add("uv_empty", f"has UVs without area ({empty:.0%} of its faces): they cannot hold a texture.", BLOCKS)
    elif empty > SOME:
        add("uv_empty", f"has {empty:.0%} of its faces without area in UV space: each shows one color.", WARNS)
    if outside > SOME:
        add("uv_outside", f"has {outside:.0%} of its faces across the borders of UV tiles, where texture is cut off.",
            BLOCKS if outside > 0.1 else WARNS)  # fmt: skip
    elif len(tiles) > MANY_TILES:
        add("uv_tiles", f"uses {len(tiles)} UV tiles: each gets maps of its own.", WARNS)
    elif len(tiles) > 1:
        add("uv_tiles", f"uses {len(tiles)} UV tiles: each gets maps of its own.", INFO, None, "")
    if overlap > SOME:
        add("uv_overlap", f"has UVs that overlap ({overlap:.0%}): those places share one part of the texture.", WARNS)
    return found


# Fixes


def unwrap(context: bpy.types.Context, item: bpy.types.Object) -> None:
    """UVs by Blender's Smart UV Project in a layer of their own; the other layers stay, and stay in use elsewhere."""
    mode = item.mode
    context.view_layer.objects.active = item
    with context.temp_override(
        active_object=item, object=item, selected_objects=[item], selected_editable_objects=[item]
    ):
        if mode != "OBJECT":
            bpy.ops.object.mode_set(mode="OBJECT")
        layers = item.data.uv_layers
        active, shown = layers.active_index, next((layer.name for layer in layers if layer.active_render), None)
        layers.active = layers.get(NEW_LAYER) or layers.new(name=NEW_LAYER, do_init=False)
        flags = _set_flags(item.data, None)
        bpy.ops.object.mode_set(mode="EDIT")
        bpy.ops.uv.smart_project(angle_limit=1.15, island_margin=0.004, area_weight=0.0, scale_to_bounds=False)
        bpy.ops.object.mode_set(mode="OBJECT")
        _set_flags(item.data, flags)
        if active >= 0:
            layers.active_index = active
        if shown is not None:
            layers[shown].active_render = True
        if mode != "OBJECT":
            bpy.ops.object.mode_set(mode=mode)


def _set_flags(mesh: bpy.types.Mesh, flags: list[np.ndarray] | None) -> list[np.ndarray]:
    """What is hidden and selected in Edit Mode, None for nothing and everything; what it was before."""
    before = []
    for collection in (mesh.vertices, mesh.edges, mesh.polygons):
        for name, everywhere in (("hide", False), ("select", True)):
            values = np.empty(len(collection), dtype=bool)
            collection.foreach_get(name, values)
            new = np.full(len(collection), everywhere) if flags is None else flags[len(before)]
            collection.foreach_set(name, new)
            before.append(values)
    return before
