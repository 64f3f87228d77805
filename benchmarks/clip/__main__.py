# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clip to rigged animal, on clips of artists' animals: ``python -m galatea.benchmarks.clip``.

Beside the template as it stands, what the clip shows of the surface and no more, and the frames as a heap of photos:
the same solve without anything that joins neighbours. The clips are rendered once, into ``.cache/clips``.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from ...backend.clip import motion, read, solve
from ...backend.photos import collect, features
from ...backend.photos import solve as photos_solve
from ...backend.photos.template import quadruped
from ...backend.raster.camera import Camera
from ...backend.reconstruction.store import Store
from ...tools import fetch_animals
from .. import document
from ..photos.collections import SIZE, Truth
from .judge import Judge

ROOT = Path(__file__).resolve().parents[2] / ".cache/clips"
CHILD = Path(__file__).with_name("film.py")
CROP, SEED = 128, 7
JOB = {"frames": 48, "rate": 24, "size": SIZE, "samples": 8, "seed": SEED}
NOTHING = motion.Calm(**{field.name: 0.0 for field in dataclasses.fields(motion.Calm)})
"""Joins no frames."""
CLIPS = {
    "wolf walks": ("wolf", {"action": "Walk", "heading": -60, "turn": -50, "walked": 0.8}),
    "deer walks": ("deer", {"action": "Walk", "heading": 110, "turn": 50, "walked": 0.8}),
    "husky runs": ("husky", {"action": "Gallop", "heading": 75, "turn": 30, "walked": 1.2}),
    "horse walks": ("horse", {"action": "Walk", "heading": 65, "turn": 60, "walked": 0.7}),
    "fox runs": ("fox", {"action": "Gallop", "heading": -100, "turn": 60, "walked": 1.0}),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.clip", description=__doc__)
    parser.add_argument("--clips", nargs="+", metavar="NAME", choices=CLIPS, default=list(CLIPS))
    parser.add_argument("--no-photos", dest="photos", action="store_false", help="without the frames as photos")
    document.add_options(parser)
    options = parser.parse_args()
    rows = []
    for name in options.clips:
        rows.append(row_of(name, options.photos))
        print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    document.publish({"rows": rows}, table(rows), options)


def row_of(name: str, with_photos: bool) -> dict:
    """All scores of a clip."""
    folder, truth, headings = filmed(name)
    clip = read.read(folder, 0, 0, JOB["rate"])
    files = read.numbered(folder)
    photos = [collect.photo_of(files[number], CROP) for number in clip.chosen]
    places, seen = truth.in_crops(photos, CROP)
    judge = Judge(photos, truth, headings, places, seen)
    collection = photos_solve.collection_of(quadruped(), photos, features.shown_places, SEED)
    flows = motion.flows_of(clip.frames)
    scene = solve.Scene(collection, motion.pace_of(photos, clip.chosen), flows, motion.Calm())
    row: dict = {"clip": name, "frames": len(photos)}
    row["own"], row["seconds"] = run(scene, judge)
    if with_photos:
        row["photos"], _ = run(dataclasses.replace(scene, calm=NOTHING), judge)
    plain = photos_solve.collection_of(quadruped(), photos, features.colours, SEED)
    row["standing"] = judge.scored(*photos_solve.unmoved(plain, SEED))
    return row


def run(scene: solve.Scene, judge: Judge) -> tuple[dict, float]:
    """Scores of a whole solve, and its seconds."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="galatea-benchmark-") as name:
        body, state = solve.solved(scene, SEED, Store(Path(name), {}), lambda *told: None)
    return judge.scored(body, state), time.monotonic() - start


def filmed(name: str) -> tuple[Path, Truth, np.ndarray]:
    """The folder of a clip's frames, what is true about them, and where the animal heads (F,) in radians."""
    animal, job = CLIPS[name]
    folder = ROOT / f"{name.replace(' ', '-')}-{JOB['frames']}"
    if not (folder / "truth.npz").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        glb = fetch_animals.fetch() / f"{animal}.glb"
        command = [sys.executable, "-I", str(CHILD), str(glb), str(folder), json.dumps(JOB | job)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with np.load(folder / "truth.npz") as data:
        truth = dict(data)
    cameras = [
        Camera(torch.tensor(matrix, dtype=torch.float32), focal, focal, SIZE / 2, SIZE / 2, SIZE, SIZE)
        for matrix, focal in zip(truth["camera_to_world"], truth["focal"].tolist(), strict=True)
    ]
    names = [str(one) for one in truth["names"]]
    shifts = np.zeros((len(cameras), 2))
    made = Truth(names, truth["keypoints"], truth["vertices"], truth["triangles"], cameras, shifts)
    return folder, made, truth["headings"]


def table(rows: list[dict]) -> str:
    """Markdown."""
    kinds = [kind for kind in ("own", "photos", "standing") if kind in rows[0]]
    titles = {"own": "clip", "photos": "as photos", "standing": "standing"}
    columns = ("IoU", "PCK", "Chamfer", "joints", "sides", "unseen", "only seen", "jitter")
    lines = [("clip", "solve", *columns, "s"), ("---",) * (len(columns) + 3)]
    for row in [*rows, mean_of(rows, kinds)]:
        for kind in kinds:
            one = row[kind]
            lines.append((
                row["clip"], titles[kind], f"{one['iou']:.2f}", f"{100 * one['pck']:.0f}", f"{one['chamfer']:.1f}",
                f"{one['joints']:.1f}", f"{100 * one['sides']:.0f}", f"{one['unseen']:.2f}", f"{one['only_seen']:.2f}",
                f"{one['jitter']:.2f}", f"{row['seconds']:.0f}" if kind == "own" else "",
            ))  # fmt: skip
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def mean_of(rows: list[dict], kinds: list[str]) -> dict:
    """A row of means."""
    means = {kind: {key: float(np.mean([row[kind][key] for row in rows])) for key in rows[0][kind]} for kind in kinds}
    return {"clip": "mean", "seconds": float(np.mean([row["seconds"] for row in rows])), **means}


if __name__ == "__main__":
    main()
