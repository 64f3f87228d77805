# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender's bone heat on arrays. A script for a child Blender:

    blender --background --factory-startup --python-exit-code 1 --python bone_heat.py -- IN.npz OUT.npz
    python -I bone_heat.py -- IN.npz OUT.npz          (Python with the bpy module)

IN: vertices (V, 3), triangles (T, 3), heads (B, 3), tails (B, 3), all of a size near 10 units: bone heat finds nothing
below 0.05 units. OUT: weights (V, B) float32, zeros where bone heat found nothing (the caller checks).
"""

import os
import sys

import bpy
import numpy as np


def main(source: str, result: str) -> None:
    """Read IN, bind, write OUT by a rename, so that a half-written file is never taken for a result."""
    with np.load(source, allow_pickle=False) as data:
        weights = bone_heat(data["vertices"], data["triangles"], data["heads"], data["tails"])
    partial = result + ".part.npz"
    np.savez(partial, weights=weights)
    os.replace(partial, result)


def bone_heat(vertices: np.ndarray, triangles: np.ndarray, heads: np.ndarray, tails: np.ndarray) -> np.ndarray:
    """Weights (V, B) float32 of the mesh's vertices to the bones heads[i]..tails[i]."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    mesh_object = make_mesh(vertices, triangles)
    armature = make_armature(heads, tails)
    mesh_object.select_set(True)
    armature.select_set(True)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.parent_set(type="ARMATURE_AUTO")
    weights = np.zeros((len(vertices), len(heads)), dtype=np.float32)
    bone_of_group = {group.index: int(group.name) for group in mesh_object.vertex_groups}
    for vertex in mesh_object.data.vertices:
        for group in vertex.groups:
            weights[vertex.index, bone_of_group[group.group]] = group.weight
    return weights


def make_mesh(vertices: np.ndarray, triangles: np.ndarray) -> bpy.types.Object:
    """A mesh object in the scene."""
    mesh = bpy.data.meshes.new("Body")
    mesh.vertices.add(len(vertices))
    mesh.vertices.foreach_set("co", np.ascontiguousarray(vertices, dtype=np.float32).ravel())
    mesh.loops.add(triangles.size)
    mesh.loops.foreach_set("vertex_index", np.ascontiguousarray(triangles, dtype=np.int32).ravel())
    mesh.polygons.add(len(triangles))
    mesh.polygons.foreach_set("loop_start", np.arange(0, triangles.size, 3, dtype=np.int32))
    mesh.update(calc_edges=True)
    mesh.validate()
    mesh_object = bpy.data.objects.new("Body", mesh)
    bpy.context.scene.collection.objects.link(mesh_object)
    return mesh_object


def make_armature(heads: np.ndarray, tails: np.ndarray) -> bpy.types.Object:
    """An armature whose bones are named by their index."""
    armature = bpy.data.objects.new("Bones", bpy.data.armatures.new("Bones"))
    bpy.context.scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    for index, (head, tail) in enumerate(zip(heads.tolist(), tails.tolist())):
        bone = armature.data.edit_bones.new(str(index))
        bone.head, bone.tail = head, tail
    bpy.ops.object.mode_set(mode="OBJECT")
    if len(armature.data.bones) != len(heads):
        raise ValueError("a bone has no length")
    return armature


if __name__ == "__main__":
    status = 0
    try:
        main(*sys.argv[sys.argv.index("--") + 1 :])
    except Exception as error:  # noqa: BLE001 - whatever happens has to become an exit status
        print(f"bone heat: {type(error).__name__}: {error}", file=sys.stderr)
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    # Not sys.exit: Blender's own clean-up can hang in drivers and threads, and nothing here needs it.
    os._exit(status)
