# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``make gallery``: a contact sheet of what Texture makes of twelve prompts on four meshes, each under two lights.

Every cell is a job of ``galatea batch``: headless Blender presses the button, the worker paints, fits and bakes, and
Cycles renders what was imported. What is done already is kept as long as the weights are the same, so an interrupted
run goes on where it stopped. How it goes is told on stderr, by this process and by the batch.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import statistics
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parents[1]
WEIGHTS = ROOT / "backend" / "starter"
PROMPTS = (
    "polished gold",
    "old copper",
    "rusty iron",
    "red painted wood",
    "dark oak",
    "blue glazed ceramic",
    "white marble",
    "green and white checkered cotton",
    "brown leather",
    "orange plastic",
    "mossy stone",
    "purple velvet",
)
"""Color, finish and material in words that the starter has learned; a test compares."""
TILE = (240, 220)
"""Pixels of one picture."""
LINE = 18
"""Pixels of a line of text."""
PAPER, INK = (244, 245, 247), (40, 44, 52)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks/gallery", description="A contact sheet of Texture.")
    parser.add_argument("output", type=Path, metavar="DIR", help="gets sheet.jpg and the cells")
    parser.add_argument("--preset", default="draft", choices=("draft", "standard", "high"))
    parser.add_argument("--prompts", type=int, default=len(PROMPTS), metavar="N", help="only the first so many")
    parser.add_argument("--meshes", type=int, default=len(MESHES), metavar="N", help="only the first so many")
    options = parser.parse_args(arguments)
    prompts, meshes = PROMPTS[: options.prompts], dict(list(MESHES.items())[: options.meshes])
    cells = options.output / "cells"
    start_again_with_other_weights(cells, options.preset)
    with blender():
        sources = {name: source(name, options.output / "meshes") for name in meshes}
        wanted = {(prompt, name): f"{name}-{prompt.replace(' ', '-')}" for prompt in prompts for name in meshes}
        rows = [
            {"capability": "texture", "input": str(sources[name]), "prompt": prompt, "preset": options.preset,
             "output": place}
            for (prompt, name), place in wanted.items()
        ]  # fmt: skip
        made(rows, options.output / "cells.jsonl", cells)
    seams = [json.loads((cells / place / "report.json").read_text())["seam_ratio"] for place in wanted.values()]
    say(f"Steps of color at UV seams over those beside them: median {statistics.median(seams)}, largest {max(seams)}")
    pictures = [[cell(cells / wanted[prompt, name] / "preview.png") for name in meshes] for prompt in prompts]
    sheet(pictures, prompts, list(meshes)).save(options.output / "sheet.jpg", quality=90)
    say(f"Look at {options.output / 'sheet.jpg'}")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def start_again_with_other_weights(cells: Path, preset: str) -> None:
    """Throw away cells that other weights or another preset made."""
    digest = hashlib.sha256(preset.encode())
    for path in sorted(WEIGHTS.rglob("*.safetensors")):
        digest.update(path.read_bytes())
    note = cells / "made-by.txt"
    if not note.is_file() or note.read_text() != digest.hexdigest():
        shutil.rmtree(cells, ignore_errors=True)
        cells.mkdir(parents=True)
        note.write_text(digest.hexdigest())


@contextlib.contextmanager
def blender() -> Iterator[None]:
    """Blender with Galatea, with its own defaults and with jobs and logs in the checkout."""
    os.environ["BLENDER_USER_RESOURCES"] = str(ROOT / ".cache/blender")
    os.environ["XDG_DATA_HOME"] = str(ROOT / ".cache/data")
    import bpy  # noqa: F401 - it must be there before the extension

    import galatea

    galatea.register()
    try:
        yield
    finally:
        galatea.unregister()


def made(rows: list[dict], jobs: Path, output: Path) -> None:
    """Run the jobs that are not done. RuntimeError when one fails."""
    from ..addon import command_line

    jobs.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    if command_line.blender_command(["batch", str(jobs), "--output", str(output)]):
        raise RuntimeError(f"not all jobs are done: see {output / 'index.html'}")


def source(name: str, folder: Path) -> Path:
    """The file of a mesh: an animal of the examples, or what is made here, once."""
    make = MESHES[name]
    if make is None:
        return ROOT / f"examples/{name}.glb"
    path = (folder / f"{name}.blend").resolve()
    if not path.is_file():
        import bpy

        bpy.ops.wm.read_homefile(use_empty=True)
        make()
        folder.mkdir(parents=True, exist_ok=True)
        bpy.ops.wm.save_as_mainfile(filepath=str(path), check_existing=False)
    return path


def cell(preview: Path) -> Image.Image:
    """The two lights of a job's preview, at the sheet's size and without some of their empty margin above and below."""
    with Image.open(preview) as opened:
        picture = opened.convert("RGB")
    width, height = picture.size
    margin = (height - round(width / 2 * TILE[1] / TILE[0])) // 2
    return picture.resize((2 * TILE[0], TILE[1]), Image.Resampling.LANCZOS, (0, margin, width, height - margin))


def monkey() -> None:
    """Blender's own test mesh, smooth."""
    import bpy

    bpy.ops.mesh.primitive_monkey_add(size=2.0)
    item = bpy.context.object
    modifier = item.modifiers.new("Smooth", "SUBSURF")
    modifier.levels = 2
    bpy.ops.object.modifier_apply(modifier=modifier.name)
    bpy.ops.object.shade_smooth()


def vase() -> None:
    """A profile turned on the lathe, its UVs a cylinder's."""
    import bpy
    import bmesh
    import numpy as np

    columns, rows = 64, 48
    along = np.linspace(0.0, 1.0, rows + 1)
    radius = 0.30 + 0.34 * np.sin(np.pi * (0.12 + 0.95 * along)) ** 2 - 0.12 * along
    turn = 2 * np.pi * np.arange(columns) / columns
    built = bmesh.new()
    layer = built.loops.layers.uv.new("UVMap")
    rings = [
        [built.verts.new((r * np.cos(a), r * np.sin(a), 2 * height - 1)) for a in turn]
        for r, height in zip(radius, along, strict=True)
    ]
    for row in range(rows):
        for column in range(columns):
            other = (column + 1) % columns
            face = built.faces.new(
                (rings[row][column], rings[row][other], rings[row + 1][other], rings[row + 1][column])
            )
            face.smooth = True
            places = ((column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1))
            for loop, (u, v) in zip(face.loops, places, strict=True):
                loop[layer].uv = (0.02 + 0.96 * u / columns, 0.24 + 0.74 * v / rows)
    for ring, center in ((rings[0][::-1], 0.11), (rings[-1], 0.31)):
        face = built.faces.new(ring)
        for loop, a in zip(face.loops, turn, strict=True):
            loop[layer].uv = (center + 0.08 * np.cos(a), 0.11 + 0.08 * np.sin(a))
    mesh = bpy.data.meshes.new("Vase")
    built.to_mesh(mesh)
    built.free()
    item = bpy.data.objects.new("Vase", mesh)
    bpy.context.scene.collection.objects.link(item)
    select([item])


def select(meshes: list) -> None:
    """These, the one with most faces active."""
    import bpy

    meshes.sort(key=lambda item: -len(item.data.polygons))
    for item in bpy.context.selected_objects:
        item.select_set(False)
    for item in meshes:
        item.select_set(True)
    bpy.context.view_layer.objects.active = meshes[0]


MESHES: dict[str, Callable[[], None] | None] = {"vase": vase, "monkey": monkey, "horse": None, "stag": None}
"""By name, what makes it in an empty file; None for the animals of the examples. With UVs or without."""


def sheet(rows: list[list[Image.Image]], prompts: tuple[str, ...], names: list[str]) -> Image.Image:
    """The cells with the prompts above each row and the meshes above each column."""
    width, height = rows[0][0].size
    result = Image.new("RGB", (width * len(names), LINE + (height + LINE) * len(rows)), PAPER)
    draw = ImageDraw.Draw(result)
    for column, name in enumerate(names):
        draw.text((column * width + 6, 3), name, INK)
    for row, (prompt, cells) in enumerate(zip(prompts, rows, strict=True)):
        top = LINE + row * (height + LINE)
        draw.text((6, top + 3), prompt, INK)
        for column, cell in enumerate(cells):
            result.paste(cell, (column * width, top + LINE))
    return result


if __name__ == "__main__":
    status = 0
    try:
        main(sys.argv[1:])
    except RuntimeError as problem:
        say(str(problem))
        status = 1
    sys.stdout.flush()
    # Not a return: the module's clean-up at exit can hang in drivers after a render.
    os._exit(status)
