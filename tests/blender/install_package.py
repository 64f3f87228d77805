# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A script for a Blender of its own: install the package, enable, disable, enable again, and write what was found.

Arguments: the zip, the JSON file for the answer, the module that the extension has in Blender, the worker's Python,
a GLB to rig.
"""

import json
import os
import sys
from pathlib import Path

import bpy

package, answer, module, python, model = sys.argv[1:]
bpy.ops.wm.read_factory_settings(use_empty=True)


def ours():
    modules = {name: getattr(getattr(bpy.types, name), "__module__", "") for name in dir(bpy.types)}
    return sorted(name for name in modules if modules[name].startswith(module))


def operators():
    return sorted(name for name in dir(bpy.ops.galatea))


def warnings():
    """Violations of Blender's policy, as its preferences show them."""
    import addon_utils  # of Blender: there once bpy is

    addon_utils._extensions_warnings_get._is_first = True  # not the cached answer
    return {name: list(texts) for name, texts in addon_utils._extensions_warnings_get().items()}


paths = list(sys.path)
found = {"before": ours()}
bpy.ops.extensions.package_install_files(filepath=package, repo="user_default", enable_on_install=True)
found["enabled"] = module in bpy.context.preferences.addons
found["classes"] = ours()
found["operators"] = operators()
found["warnings"] = warnings()
found["paths"] = [path for path in sys.path if path not in paths]
found["top_level"] = "galatea" in sys.modules
found["file"] = sys.modules[module].__file__

bpy.ops.preferences.addon_disable(module=module)
found["after_disabling"] = [ours(), operators()]
bpy.ops.preferences.addon_enable(module=module)
found["after_enabling_again"] = [ours(), operators()]

# One real job, with the worker that lies in the installed package.
preferences = bpy.context.preferences.addons[module].preferences
preferences.data_folder = os.path.join(os.path.dirname(answer), "data")
preferences.python = python
bpy.ops.import_scene.gltf(filepath=model)
meshes = [item for item in bpy.context.visible_objects if item.type == "MESH"]
mesh = max(meshes, key=lambda item: len(item.data.vertices))
bpy.ops.object.select_all(action="DESELECT")
mesh.select_set(True)
bpy.context.view_layer.objects.active = mesh
before_rig = {item.name for item in bpy.data.objects}
try:
    bpy.ops.galatea.rig(fix_problems=True)
    found["problem"] = ""
except RuntimeError as error:
    found["problem"] = str(error)
armatures = [item for item in bpy.data.objects if item.type == "ARMATURE" and item.name not in before_rig]
found["bones"] = [bone.name for armature in armatures for bone in armature.data.bones]
deforming = {bone.name for armature in armatures for bone in armature.data.bones if bone.use_deform}
groups = {group.index for group in mesh.vertex_groups if group.name in deforming}
found["weights"] = min(
    sum(entry.weight for entry in vertex.groups if entry.group in groups) for vertex in mesh.data.vertices
)
found["warnings_after_rig"] = warnings()

# The check itself must be able to fail.
sys.path.append(os.path.dirname(found["file"]))
found["warnings_for_a_bad_path"] = warnings()
bpy.ops.preferences.addon_disable(module=module)

Path(answer).write_text(json.dumps(found))
sys.stdout.flush()
os._exit(0)
