# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark's shots as an artist would paint them: ``python -m galatea.benchmarks.render.gallery FOLDER``.

One sheet of all shots, a few frames of each in a row, and below FOLDER the frames and movies.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
from pathlib import Path

import torch

from ...backend.capabilities.render import RenderParams, render
from ...backend.rendering import passes, pictures
from .__main__ import BLENDER, FLOOR, SCRIPT, job_at

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
    torch.set_num_threads(1)
    shown = []
    for name in options.shot or SHOTS:
        paths = made(name, options.folder / name, options.frames, options.step)
        shown += [paths[number] for number in passes.anchors(range(len(paths)), SHOWN)]
    columns = min(SHOWN, len(shown))
    pictures.sheet(shown, columns, most=len(shown)).save(options.folder / "render.jpg", quality=92)


def made(name: str, folder: Path, frames: int, step: int) -> list[Path]:
    """The frames of one shot; its movie lies beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    blend = folder / "scene.blend"
    if not blend.is_file():
        subprocess.run([*BLENDER, SCRIPT, "--", name, str(frames), str(blend)], check=True, stdout=subprocess.DEVNULL)
    job = job_at(folder / "job")
    shutil.copyfile(blend, job.inputs / "scene.blend")
    prompt, own = SHOTS[name]
    params = RenderParams(
        prompt=prompt, prompts=own, frame_end=frames, frame_step=step, width=256, height=256, blender=BLENDER,
        objects=tuple(subjects(blend)),
    )  # fmt: skip
    files, _ = render(params, job)
    for key in ("movie", "contact"):
        if key in files:
            shutil.copyfile(job.folder / files[key], folder / Path(files[key]).name)
    return [job.folder / files[f"frame/{frame}"] for frame in range(1, frames + 1, step)]


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
    main()
