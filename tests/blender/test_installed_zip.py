# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The package, installed by Blender's own extension manager into an empty user folder of a Blender of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from galatea.tools import manifest_paths, release

pytestmark = pytest.mark.skipif(not (manifest_paths.ROOT / ".git").exists(), reason="the list of files comes from git")

MODULE = "bl_ext.user_default.galatea"

SCRIPT = r"""
import json, os, sys
from pathlib import Path
import addon_utils, bpy

package, answer, module = sys.argv[1:]
bpy.ops.wm.read_factory_settings(use_empty=True)


def ours():
    return sorted(name for name in dir(bpy.types) if getattr(bpy.types, name).__module__.startswith(module))


def operators():
    return sorted(name for name in dir(bpy.ops.galatea))


paths = list(sys.path)
found = {"before": ours()}
bpy.ops.extensions.package_install_files(filepath=package, repo="user_default", enable_on_install=True)
found["enabled"] = module in bpy.context.preferences.addons
found["classes"] = ours()
found["operators"] = operators()
found["warnings"] = {name: list(texts) for name, texts in addon_utils._extensions_warnings_get().items()}
found["paths"] = [path for path in sys.path if path not in paths]
found["top_level"] = "galatea" in sys.modules
found["file"] = sys.modules[module].__file__

bpy.ops.preferences.addon_disable(module=module)
found["after_disabling"] = [ours(), operators()]
bpy.ops.preferences.addon_enable(module=module)
found["after_enabling_again"] = [ours(), operators()]

# The check itself must be able to fail.
sys.path.append(os.path.dirname(found["file"]))
addon_utils.extensions_refresh(ensure_wheels=False)
found["warnings_for_a_bad_path"] = {name: list(texts) for name, texts in addon_utils._extensions_warnings_get().items()}
bpy.ops.preferences.addon_disable(module=module)

Path(answer).write_text(json.dumps(found))
sys.stdout.flush()
os._exit(0)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> dict:
    """What a fresh Blender found after it had installed and enabled the package."""
    folder = tmp_path_factory.mktemp("installed")
    package = release.build_package(folder)
    script, answer = folder / "install.py", folder / "answer.json"
    script.write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, "-I", str(script), str(package), str(answer), MODULE],
        env=os.environ | {"BLENDER_USER_RESOURCES": str(folder / "user")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    return json.loads(answer.read_text()) | {"output": output, "folder": str(folder)}


def test_enabled_from_the_user_folder(installed):
    assert installed["enabled"]
    assert Path(installed["file"]).is_relative_to(Path(installed["folder"]) / "user/extensions/user_default/galatea")


def test_no_policy_violation(installed):
    assert installed["warnings"] == {}
    assert installed["paths"] == []
    assert not installed["top_level"]
    assert installed["warnings_for_a_bad_path"]


def test_registers_everything(installed):
    assert installed["before"] == []
    assert {"rig", "bind"} <= set(installed["operators"])
    assert any("_PT_" in name for name in installed["classes"])


def test_disabling_leaves_nothing(installed):
    assert installed["after_disabling"] == [[], []]
    assert installed["after_enabling_again"] == [installed["classes"], installed["operators"]]


def test_no_complaints(installed):
    for word in ("Traceback", "Error", "Warning", "could not"):
        assert word not in installed["output"], installed["output"]
