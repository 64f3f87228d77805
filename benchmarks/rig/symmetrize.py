# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender's Symmetrize changes in armatures. A script for a child Blender:

    python -I symmetrize.py IN.json OUT.json          (Python with the bpy module)

IN: a list of skeletons as in out/skeleton.json. OUT: for each, the largest distance by which Symmetrize moves the head
or the tail of a bone, from the left to the right or the other way, in units of the bones' box; 1 when it adds or drops
bones.
"""

import importlib.util
import json
import os
import sys
from pathlib import Path

import bpy
import numpy as np


def main(source: str, result: str) -> None:
    spec = importlib.util.spec_from_file_location(
        "armature", Path(__file__).parents[2] / "addon" / "importers" / "armature.py"
    )
    importer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(importer)
    skeletons = json.loads(Path(source).read_text())
    changes = [
        max(change(importer, skeleton, direction) for direction in ("NEGATIVE_X", "POSITIVE_X"))
        for skeleton in skeletons
    ]
    Path(result).write_text(json.dumps(changes))


def change(importer, skeleton: dict, direction: str) -> float:
    armature = importer.create(bpy.context, skeleton, "Rig", bpy.context.scene.collection)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    before = ends(armature)
    bpy.ops.armature.select_all(action="SELECT")
    bpy.ops.armature.symmetrize(direction=direction)
    after = ends(armature)
    bpy.ops.object.mode_set(mode="OBJECT")
    bpy.data.objects.remove(armature)
    if before.keys() != after.keys():
        return 1.0
    first, second = (np.array([values[name] for name in before]) for values in (before, after))
    return float(np.linalg.norm(first - second, axis=-1).max() / np.ptp(first.reshape(-1, 3), axis=0).max())


def ends(armature) -> dict[str, list]:
    return {bone.name: [list(bone.head), list(bone.tail)] for bone in armature.data.edit_bones}


if __name__ == "__main__":
    status = 0
    try:
        main(*sys.argv[1:])
    except Exception as error:  # noqa: BLE001 (the caller sees the status and this line)
        print(f"symmetrize: {type(error).__name__}: {error}", file=sys.stderr)
        status = 1
    sys.stderr.flush()
    # Not sys.exit: Blender's own clean-up can hang, and nothing here needs it.
    os._exit(status)
