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

PYTHON = manifest_paths.ROOT / ".venv/bin/python"
"""The worker's: it has what the base tier has, whichever Blender is tested."""
MODEL = manifest_paths.ROOT / "examples/wolf.glb"
MODULE = "bl_ext.user_default.galatea"

SCRIPT = Path(__file__).with_name("install_package.py")


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> dict:
    """What a fresh Blender found after it had installed and enabled the package."""
    folder = tmp_path_factory.mktemp("installed")
    package = release.build_package(folder)
    answer = folder / "answer.json"
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(package), str(answer), MODULE, str(PYTHON), str(MODEL)],
        env=os.environ | {"BLENDER_USER_RESOURCES": str(folder / "user")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
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


def test_rigs(installed):
    assert installed["problem"] == ""
    assert {"Root", "Head"} <= set(installed["bones"])
    assert any(name.endswith(".L") for name in installed["bones"])
    assert installed["weights"] == pytest.approx(1, abs=1e-3)
    assert installed["warnings_after_rig"] == {}


def test_no_complaints(installed):
    for word in ("Traceback", "Error", "Warning"):
        assert word not in installed["output"], installed["output"]
