# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``make demo``: rig the example animals, one of them from a clip alone, and texture one; make a mesh of a sentence;
paint an animated scene. All with the ``galatea`` command; print tables, say which files to open."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ANIMALS = ("horse", "wolf", "stag")
MOVING = ("wolf", "Gallop")
"""An animal and the clip of it that is baked and rigged anew."""
FILMED = "horse", {"frames": 16, "rate": 12, "size": 192, "samples": 4, "seed": 7, "action": "Walk", "heading": 65,
                   "turn": 40, "walked": 0.5}  # fmt: skip
"""An animal, and how it is filmed to be rigged from nothing but the frames: see ``benchmarks/clip/film.py``."""
TEXTURES = (("horse", "old copper"),)
"""Mesh and prompt."""
SENTENCE = "a wooden chair"
"""What is made of nothing but words."""
SHOT = {"Sphere": "rusty iron", "Cube": "blue wooden toy", "Torus": "white marble"}
"""What bounces in the scene that is painted, and as what."""
SHOT_FRAMES = 12
"""Of the scene; every second one is painted."""
RESULTS = ("result.blend", "result.glb", "preview.png", "report.json", "recipe.json")
FRAMES = ("contact.png", "movie.mp4", "recipe.json")
"""What a painted scene leaves, beside its frames."""
TIME_LIMIT = 300
"""Seconds for one command; it takes far less."""


def galatea(folder: Path, *arguments: str | Path) -> tuple[float, dict]:
    """Run the command into an empty folder. Returns wall seconds, everything included, and the report."""
    wanted = [name for name in RESULTS if name != "preview.png" or "--no-preview" not in arguments]
    seconds = run(folder, wanted, *arguments)
    return seconds, json.loads((folder / "report.json").read_text(encoding="utf-8"))


def run(folder: Path, wanted: Sequence[str], *arguments: str | Path) -> float:
    """Run the command into an empty folder; the demo ends unless it leaves the wanted files. Returns wall seconds."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = [Path(sys.executable).with_name("galatea"), *arguments, "--output", folder]
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
    missing = [name for name in wanted if not (folder / name).is_file()]
    if done.returncode or missing:
        raise SystemExit(
            f"{output}\n{folder.name}: exit status {done.returncode}, missing: {', '.join(missing) or 'nothing'}"
        )
    return seconds


def mesh(animal: str) -> Path:
    return ROOT / f"examples/{animal}.glb"


def table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print it, with what the reports warn of below (the last column of each row)."""
    lines = [header, *(row[:-1] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    print()
    for line in lines:
        print("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())
    for row in rows:
        if row[-1]:
            print(f"{row[0]}: {row[-1]}")
    print(flush=True)


def rig_all() -> list[str]:
    """Rig the animals. Returns the folders of the results, below demo/."""
    rows = []
    for animal in ANIMALS:
        print(f"Rigging {animal} ...", flush=True)
        seconds, report = galatea(ROOT / "demo" / animal, "rig", mesh(animal))
        known = report["animal"], f"{report['confidence']:.2f}", str(report["bones"])
        rows.append((animal, *known, f"{seconds:.1f}", " ".join(report["warnings"])))
    table(("mesh", "recognised as", "confidence", "bones", "seconds"), rows)
    return list(ANIMALS)


def rig_moving() -> list[str]:
    """A galloping mesh becomes a rig by its motion alone. Returns the folder of the result, below demo/."""
    animal, clip = MOVING
    folder = f"{animal}-{clip.lower()}"
    print(f"Rigging {animal} as it moves ({clip}) ...", flush=True)
    options = ("--sequence", mesh(animal), "--action", clip)
    seconds, report = galatea(ROOT / "demo" / folder, "rig", *options)
    error = f"{report['blender_rms_percent']:.2f}"
    row = (animal, clip, str(report["frames"]), str(report["bones"]), error, f"{seconds:.1f}")
    table(("mesh", "clip", "frames", "bones", "% of the box off", "seconds"), [(*row, " ".join(report["warnings"]))])
    return [folder]


def rig_filmed() -> list[str]:
    """Frames of an animal that walks become that animal, rigged. Returns the folder of the result, below demo/."""
    animal, job = FILMED
    folder = f"{animal}-filmed"
    frames = ROOT / "demo" / f"{folder}-frames"
    print(f"Filming {animal} ({job['frames']} frames), rigging what the clip shows ...", flush=True)
    shutil.rmtree(frames, ignore_errors=True)
    frames.mkdir(parents=True)
    film = (sys.executable, "-I", ROOT / "benchmarks/clip/film.py", mesh(animal), frames, json.dumps(job))
    subprocess.run(film, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=TIME_LIMIT)
    options = ("--clip", frames, "--rate", str(job["rate"]), "--texture-size", "512")
    seconds, report = galatea(ROOT / "demo" / folder, "rig", *options)
    row = (animal, str(report["frames"]), str(report["bones"]), f"{report['overlap_percent']:.0f}", f"{seconds:.1f}")
    table(("clip", "frames", "bones", "% of outlines", "seconds"), [(*row, " ".join(report["warnings"]))])
    return [folder]


def texture_all() -> list[str]:
    """Texture the same meshes from prompts. Returns the folders of the results, below demo/."""
    rows, folders = [], []
    for animal, prompt in TEXTURES:
        print(f"Texturing {animal}: {prompt} (draft) ...", flush=True)
        folders.append(f"{animal}-{prompt.replace(' ', '-')}")
        options = ("texture", mesh(animal), "--prompt", prompt, "--preset", "draft")
        seconds, report = galatea(ROOT / "demo" / folders[-1], *options)
        maps = f"{report['resolution']} px"
        rows.append((animal, prompt, maps, f"{seconds:.1f}", " ".join(report["warnings"])))
    table(("mesh", "prompt", "maps", "seconds"), rows)
    return folders


def generate_one() -> list[str]:
    """A sentence becomes a textured mesh. Returns the folder of the result, below demo/."""
    folder = SENTENCE.replace(" ", "-")
    print(f"Generating {SENTENCE} ...", flush=True)
    options = ("--prompt", SENTENCE, "--faces", "4000", "--resolution", "512")
    seconds, report = galatea(ROOT / "demo" / folder, "generate", *options)
    table(("sentence", "faces", "seconds"), [(SENTENCE, str(report["faces"]), f"{seconds:.1f}", "")])
    return [folder]


def render_one() -> str:
    """Frames of a scene in which bodies bounce, each with a prompt of its own. Returns the folder, below demo/."""
    folder = "bounce"
    print(f"Painting an animated scene: {', '.join(SHOT.values())} (draft) ...", flush=True)
    with tempfile.TemporaryDirectory() as place:
        scene = Path(place) / "bounce.blend"
        make = (sys.executable, "-I", ROOT / "benchmarks/render/scenes.py", "--", "bounce", str(SHOT_FRAMES), scene)
        subprocess.run(make, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=TIME_LIMIT)
        options = ["--prompt", "stone", "--frame-step", "2", "--size", "192", "--steps", "8"]
        for name, prompt in SHOT.items():
            options += ["--object", name, "--own-prompt", name, prompt]
        seconds = run(ROOT / "demo" / folder, FRAMES, "render", scene, *options)
    painted = len(list((ROOT / "demo" / folder / "frames").glob("*.png")))
    table(("scene", "frames", "seconds"), [(folder, str(painted), f"{seconds:.1f}", "")])
    return folder


def main() -> int:
    """Rig, texture, generate, paint, then tell."""
    folders = rig_all() + rig_moving() + rig_filmed() + texture_all() + generate_one()
    shot = render_one()
    for where, name in (
        ("Open in Blender:", "result.blend"),
        ("In a picture viewer:", "preview.png"),
        ("In a game engine:", "result.glb"),
    ):
        print(where, *(f"  demo/{folder}/{name}" for folder in folders), sep="\n")
    names = ("movie.mp4", "contact.png")
    print("As a movie, and its frames on one sheet:", *(f"  demo/{shot}/{name}" for name in names), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
