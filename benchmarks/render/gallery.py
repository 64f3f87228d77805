# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark's shots as an artist would paint them: ``python -m galatea.benchmarks.render.gallery FOLDER``.

Every shot is a job of ``galatea batch``. One sheet shows a few frames of each in a row; frames and movies are below
FOLDER. What is done is kept, so an interrupted run goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from ...backend.rendering import passes, pictures
from .. import gallery
from .__main__ import BLENDER, FLOOR, SCRIPT

SHOTS = {
    "turntable": ("mossy stone", {}),
    "bounce": ("rusty iron", {"Cube": "blue wooden toy", "Torus": "white marble"}),
    "walk": ("a wolf of old copper", {}),
    "crowd": ("a blue wooden toy", {"Head": "yellow plastic"}),
}
"""Scene -> prompt, and those of single objects."""
SHOWN = 6
"""Frames of each shot on the sheet."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.render.gallery", description="Render's shots on one sheet.")
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--shot", choices=SHOTS, action="append", help="only this one; may be repeated")
    parser.add_argument("--frames", type=int, default=12)
    parser.add_argument("--step", type=int, default=2, help="1 for every frame, 2 for every second one")
    options = parser.parse_args()
    folder, names = options.folder.resolve(), options.shot or list(SHOTS)
    folder.mkdir(parents=True, exist_ok=True)
    rows = [row(name, folder, options.frames, options.step) for name in names]
    gallery.start_again_with_other_weights(folder / "shots", f"{options.frames} frames, every {options.step}.")
    with gallery.blender():
        gallery.made(rows, folder / "shots.jsonl", folder / "shots")
    numbers = passes.anchors(range(1, options.frames + 1, options.step), SHOWN)
    shown = [folder / "shots" / name / "frames" / f"{number:04d}.png" for name in names for number in numbers]
    pictures.sheet(shown, len(numbers), most=len(shown)).save(folder / "render.jpg", quality=92)
    gallery.say(f"Look at {folder / 'render.jpg'}")


def row(name: str, folder: Path, frames: int, step: int) -> dict:
    """One shot as a line of a batch; its scene is made first."""
    blend = folder / f"{name}-{frames}.blend"
    if not blend.is_file():
        subprocess.run([*BLENDER, SCRIPT, "--", name, str(frames), str(blend)], check=True, stdout=subprocess.DEVNULL)
    prompt, own = SHOTS[name]
    return {
        "capability": "render", "input": str(blend), "output": name, "prompt": prompt, "frame_step": step,
        "own_prompt": [[item, words] for item, words in own.items()], "object": subjects(blend),
    }  # fmt: skip


def subjects(blend: Path) -> list[str]:
    """Names of the meshes in a file, but for the floor."""
    code = (
        "import bpy, json, os, sys; bpy.ops.wm.open_mainfile(filepath=sys.argv[1]);"
        "print('meshes ' + json.dumps([i.name for i in bpy.data.objects if i.type == 'MESH']), flush=True);"
        "os._exit(0)"
    )
    said = subprocess.run([*BLENDER, "-c", code, str(blend)], check=True, capture_output=True, text=True).stdout
    line = next(line for line in said.splitlines() if line.startswith("meshes "))
    return [name for name in json.loads(line.removeprefix("meshes ")) if name != FLOOR]


if __name__ == "__main__":
    status = 0
    try:
        main()
    except RuntimeError as problem:
        gallery.say(str(problem))
        status = 1
    sys.stdout.flush()
    # Not a return: Blender's clean-up at exit can hang in drivers after a render.
    os._exit(status)
