# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``make demo``: rig the example animals with the ``galatea`` command, print a table, say which files to open."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ANIMALS = ("horse", "wolf", "stag")
RESULTS = ("result.blend", "result.glb", "preview.png", "report.json", "recipe.json")
TIME_LIMIT = 300
"""Seconds for one animal; it takes about a tenth of that."""


def rig(animal: str) -> tuple[float, dict]:
    """Rig one example into ``demo/<animal>/``. Returns wall seconds, everything included, and the report."""
    folder = ROOT / "demo" / animal
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = [Path(sys.executable).with_name("galatea"), "rig", ROOT / f"examples/{animal}.glb", "--output", folder]
    # Jobs and logs in the checkout and Blender with its own defaults, not the user's.
    environment = os.environ | {
        "BLENDER_USER_RESOURCES": str(ROOT / ".cache/blender"),
        "XDG_DATA_HOME": str(ROOT / ".cache/data"),
    }
    start = time.monotonic()
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=TIME_LIMIT,
    )
    seconds = time.monotonic() - start
    output = done.stdout.decode(errors="replace")
    missing = [name for name in RESULTS if not (folder / name).is_file()]
    if done.returncode or missing:
        raise SystemExit(
            f"{output}\n{animal}: exit status {done.returncode}, missing: {', '.join(missing) or 'nothing'}"
        )
    return seconds, json.loads((folder / "report.json").read_text(encoding="utf-8"))


def main() -> int:
    """Rig, then tell."""
    rows, warnings = [], []
    for animal in ANIMALS:
        print(f"Rigging {animal} ...", flush=True)
        seconds, report = rig(animal)
        rows.append((animal, report["animal"], f"{report['confidence']:.2f}", str(report["bones"]), f"{seconds:.1f}"))
        warnings += [f"{animal}: {text}" for text in report["warnings"]]
    header = ("mesh", "recognised as", "confidence", "bones", "seconds")
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
    print()
    for row in (header, *rows):
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    if warnings:
        print("", *warnings, sep="\n")
    print("\nOpen in Blender:       " + "  ".join(f"demo/{animal}/result.blend" for animal in ANIMALS))
    print("In a picture viewer:   " + "  ".join(f"demo/{animal}/preview.png" for animal in ANIMALS))
    print("In a game engine:      " + "  ".join(f"demo/{animal}/result.glb" for animal in ANIMALS))
    return 0


if __name__ == "__main__":
    sys.exit(main())
