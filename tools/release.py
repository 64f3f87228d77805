# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the extension: ``dist/galatea-<version>.zip`` and, in the same folder, the static extension repository.

Upload ``dist/`` to any static host and give the address of its ``index.json`` to Blender as a repository.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

from galatea.tools import extension_tool, manifest_paths

ROOT = manifest_paths.ROOT
MAX_SIZE = 60_000_000
"""Bytes. Larger packages are a burden for whoever hosts and updates them."""


class ReleaseError(RuntimeError):
    """The package must not be published. The message says why."""


def manifest() -> dict:
    """The manifest as a dictionary."""
    return tomllib.loads(manifest_paths.MANIFEST.read_text(encoding="utf-8"))


def build_package(folder: Path) -> Path:
    """Build and validate the zip in ``folder``; returns its path."""
    if manifest_paths.main(["--check"]):
        raise ReleaseError("The manifest's list of files is out of date.")
    package = folder / f"galatea-{manifest()['version']}.zip"
    extension_tool.build(ROOT, package)
    extension_tool.validate(package)
    if package.stat().st_size > MAX_SIZE:
        raise ReleaseError(f"{package.name} has {package.stat().st_size} bytes; at most {MAX_SIZE} are allowed.")
    return package


def packaged_files(package: Path) -> list[str]:
    """Sorted names of the files in the zip."""
    with zipfile.ZipFile(package) as archive:
        return sorted(name for name in archive.namelist() if not name.endswith("/"))


def main() -> int:
    """Fill ``dist/`` and say what lies there."""
    folder = ROOT / "dist"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        package = build_package(folder)
        extension_tool.generate_repository(folder)
    except (ReleaseError, extension_tool.ExtensionToolError) as error:
        print(error, file=sys.stderr)
        return 1
    changed = subprocess.run(["git", "status", "--short"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    if changed:
        print("Note: the working tree has uncommitted changes; they are in the package.")
    size = package.stat().st_size
    print(f"dist/{package.name}  {size / 1e6:.2f} MB, {len(packaged_files(package))} files, validated")
    print("dist/index.json, dist/index.html  the static extension repository")
    return 0


if __name__ == "__main__":
    sys.exit(main())
