# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Skeleton description (``out/skeleton.json``) <-> armature object.

The armature's own axes: +X is the animal's left, -Y is forward, +Z is up; the object has no scale.
"""

from __future__ import annotations

import math

import bpy
from mathutils import Matrix, Vector

SHORTEST = 1e-5
"""Bones below this length, in units of the armature, make it a scaled one."""


def create(context: bpy.types.Context, skeleton: dict, name: str, collection: bpy.types.Collection) -> bpy.types.Object:
    """New armature object from a skeleton description, linked to ``collection``, left in object mode.

    The caller's selection and active object are kept.
    """
    armature = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    try:
        collection.objects.link(armature)
        context.view_layer.update()  # it does not know the new object before
        if armature.name not in context.view_layer.objects:  # the collection is excluded from this view layer
            collection.objects.unlink(armature)
            context.scene.collection.objects.link(armature)
        shortest = min(math.dist(bone["head"], bone["tail"]) for bone in skeleton["bones"])
        # Blender deletes bones below a millionth of a unit, so a tiny animal gets a scaled armature.
        scale = 1.0 if shortest > SHORTEST else 10.0 ** math.floor(math.log10(max(shortest, 1e-30) / SHORTEST))
        armature.matrix_world = Matrix(skeleton["matrix"]) @ Matrix.Scale(scale, 4)
        armature.show_in_front = True
        with editing(context, armature):
            set_edit_bones(armature.data, skeleton["bones"], 1 / scale)
        set_collections(armature, skeleton["bones"])
    except Exception:
        bpy.data.armatures.remove(armature.data)  # and the object with it: half a skeleton is worse than none
        raise
    return armature


class editing:
    """Edit mode on one object for a moment; selection, active object and visibility are restored."""

    def __init__(self, context: bpy.types.Context, armature: bpy.types.Object):
        self.context, self.armature = context, armature

    def __enter__(self) -> bpy.types.Object:
        objects = self.context.view_layer.objects
        if self.context.mode != "OBJECT":
            bpy.ops.object.mode_set(mode="OBJECT")
        self.active, self.selected = objects.active, [other for other in objects if other.select_get()]
        # Edit mode takes every selected armature with it, so only this one may be selected.
        for other in self.selected:
            other.select_set(False)
        self.armature.select_set(True)
        objects.active = self.armature
        bpy.ops.object.mode_set(mode="EDIT")
        return self.armature

    def __exit__(self, *error) -> None:
        bpy.ops.object.mode_set(mode="OBJECT")
        self.armature.select_set(False)
        for other in self.selected:
            other.select_set(True)
        self.context.view_layer.objects.active = self.active


def set_edit_bones(armature: bpy.types.Armature, bones: list[dict], scale: float) -> None:
    """Create the edit bones (edit mode), positions times ``scale``. Parents come before their children."""
    armature.use_mirror_x = False  # or setting a right bone would change its left twin
    for bone in bones:
        edit = armature.edit_bones.new(bone["name"])
        if edit.name != bone["name"]:
            raise ValueError(f"two bones are called {bone['name']}")
        edit.head, edit.tail = Vector(bone["head"]) * scale, Vector(bone["tail"]) * scale
        edit.align_roll(Vector(bone["z_axis"]))
        edit.use_deform = bone["deform"]
        if bone["parent"] is not None:
            edit.parent = armature.edit_bones[bone["parent"]]
            edit.use_connect = bone["connected"]
    armature.use_mirror_x = True  # for the artist who moves joints


def set_collections(armature: bpy.types.Object, bones: list[dict]) -> None:
    """Bone collections in the order of first use, bones coloured by theme colour."""
    collections = armature.data.collections
    for description in bones:
        bone = armature.data.bones[description["name"]]
        collection = collections.get(description["collection"]) or collections.new(description["collection"])
        collection.assign(bone)
        bone.color.palette = description["color"]


def read(armature: bpy.types.Object) -> dict:
    """Skeleton description of an armature as it rests now: what ``create`` takes, without class and confidence.

    A scaled armature object is described in the unscaled axes that ``create`` would give it, so the positions keep
    their place in the world.
    """
    location, rotation, _ = armature.matrix_world.decompose()
    matrix = Matrix.LocRotScale(location, rotation, None)
    to_unscaled = matrix.inverted() @ armature.matrix_world
    rotation_part = to_unscaled.to_3x3()
    bones = []
    for bone in parents_first(armature.data):
        collection = bone.collections[0].name if bone.collections else "Bones"
        bones.append(
            {
                "name": bone.name,
                "parent": bone.parent.name if bone.parent else None,
                "connected": bone.use_connect,
                "head": list(to_unscaled @ bone.head_local),
                "tail": list(to_unscaled @ bone.tail_local),
                "z_axis": list((rotation_part @ bone.matrix_local.to_3x3().col[2]).normalized()),
                "deform": bone.use_deform,
                "collection": collection,
                "color": bone.color.palette,
            }
        )
    return {"matrix": [list(row) for row in matrix], "bones": bones}


def parents_first(armature: bpy.types.Armature) -> list[bpy.types.Bone]:
    """All bones, each after its parent."""
    ordered: list[bpy.types.Bone] = []
    waiting = [bone for bone in armature.bones if bone.parent is None]
    while waiting:
        bone = waiting.pop(0)
        ordered.append(bone)
        waiting[:0] = list(bone.children)
    return ordered
