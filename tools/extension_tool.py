# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender's own extension tool (build, validate, server-generate), as it lies in the bpy wheel.

It is a stand-alone script, so nothing here imports bpy.
"""

from __future__ import annotations

import importlib.util
import json
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path


class ExtensionToolError(RuntimeError):
    """Blender's tool refused. The message is what it printed."""


def scripts_folder() -> Path:
    """``scripts`` of the installed bpy."""
    spec = importlib.util.find_spec("bpy")
    if spec is None:
        raise ExtensionToolError("The bpy wheel is not installed in this environment.")
    folders = sorted(Path(spec.origin).parent.glob("*/scripts"))
    return folders[-1]


def run(*arguments: str) -> str:
    """Run the tool and return what it printed."""
    script = scripts_folder() / "addons_core/bl_pkg/cli/blender_ext.py"
    done = subprocess.run([sys.executable, "-I", str(script), *arguments], capture_output=True, text=True)
    output = (done.stdout + done.stderr).strip()
    # Some findings are printed as fatal although the exit status is 0.
    if done.returncode or "FATAL_ERROR" in output:
        raise ExtensionToolError(output)
    return output


def build(source: Path, package: Path) -> None:
    """Make the zip ``package`` out of the folder ``source``, tags checked against Blender's list."""
    with _valid_tags() as tags:
        run("build", f"--source-dir={source}", f"--output-filepath={package}", f"--valid-tags={tags.name}")


def validate(package: Path) -> None:
    """Strict validation of a zip or a folder."""
    with _valid_tags() as tags:
        run("validate", f"--valid-tags={tags.name}", str(package))


def generate_repository(folder: Path) -> None:
    """Write ``index.json`` and ``index.html`` for the zips in ``folder``: a repository for static hosting."""
    run("server-generate", f"--repo-dir={folder}", "--html")


def _valid_tags():
    """A temporary JSON file with the tags that this Blender accepts; it vanishes when closed."""
    folder = scripts_folder() / "modules/_bpy_internal/extensions"
    found = runpy.run_path(str(folder / "tags.py"))
    file = tempfile.NamedTemporaryFile("w", suffix=".json")  # noqa: SIM115 (the caller's with statement closes it)
    json.dump({"add-on": sorted(found["addons"]), "theme": sorted(found["themes"])}, file)
    file.flush()
    return file
