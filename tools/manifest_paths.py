# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes into the extension: the git-tracked files that it needs at run time, as ``[build] paths`` of the manifest.

python tools/manifest_paths.py            write the list
python tools/manifest_paths.py --check    exit status 1 when the manifest's list is another one
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = ROOT / "blender_manifest.toml"

SHIPPED_FILES = ("__init__.py", "LICENSE", "THIRD_PARTY.md")
SHIPPED_FOLDERS = ("addon/", "backend/", "operators/", "panels/")
"""Tests, benchmarks, examples, tools and docs stay out, and so does whatever git does not track."""

START, END = "paths = [\n", "]\n"


def tracked_paths() -> list[str]:
    """Sorted paths that git tracks and that are there, relative to the root, with forward slashes."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted(path for path in listing.split("\0") if (ROOT / path).is_file())


def shipped_paths() -> list[str]:
    """The tracked paths that belong into the package. The manifest itself is always in it."""
    return [path for path in tracked_paths() if path in SHIPPED_FILES or path.startswith(SHIPPED_FOLDERS)]


def listed_paths() -> list[str]:
    """The manifest's present list."""
    return tomllib.loads(MANIFEST.read_text(encoding="utf-8"))["build"]["paths"]


def write_paths(paths: list[str]) -> None:
    """Replace the list in the manifest, one path a line, and nothing else."""
    before, rest = MANIFEST.read_text(encoding="utf-8").split(START)
    _, after = rest.split(END, 1)
    lines = "".join(f'  "{path}",\n' for path in paths)
    MANIFEST.write_text(before + START + lines + END + after, encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Write or check the list."""
    wanted, listed = shipped_paths(), listed_paths()
    if wanted == listed:
        return 0
    if "--check" not in arguments:
        write_paths(wanted)
        print(f"{MANIFEST.name}: {len(wanted)} files")
        return 0
    print(f"{MANIFEST.name} lists other files than git tracks; run: python tools/manifest_paths.py", file=sys.stderr)
    for path in sorted(set(wanted) ^ set(listed)):
        print(f"  {'missing' if path in wanted else 'too many'}: {path}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
