# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A script for a Blender of its own: install the package, enable, disable, enable again, and write what was found.

Arguments: the zip, the JSON file for the answer, the module that the extension has in Blender.
"""

import json
import os
import sys
from pathlib import Path

import bpy

package, answer, module = sys.argv[1:]
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

# The check itself must be able to fail.
sys.path.append(os.path.dirname(found["file"]))
found["warnings_for_a_bad_path"] = warnings()
bpy.ops.preferences.addon_disable(module=module)

Path(answer).write_text(json.dumps(found))
sys.stdout.flush()
os._exit(0)
