# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Photos to rigged animal, on pictures of artists' animals: ``python -m galatea.benchmarks.photos``.

Beside the template as it stands (cameras alone are fitted), and the same solve with the true places of keypoints. The
pictures are made once, into ``.cache/photos``.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from ...backend.photos import collect, features, solve, views
from ...backend.photos.body import Body, body_of, posed, symmetric
from ...backend.photos.fit import Landmarks, State
from ...backend.photos.template import Template, quadruped
from ...backend.reconstruction.store import Store
from .. import document
from . import matching, scores
from .collections import CONDITIONS, Truth, made

ROOT = Path(__file__).resolve().parents[2] / ".cache/photos"
PICTURES, SIZE, SEED = 12, 128, 7
ANIMALS = ("wolf", "deer", "husky", "horse", "fox")
HEADS = {"front knee": "Forearm", "front ankle": "FrontToes", "back knee": "Foot", "back ankle": "BackToes"}
"""Keypoints at the head of a bone; of the template's names, with the side behind."""
TIPS = {"muzzle": "Head", "ear L": "Ear1.L", "ear R": "Ear1.R"}
"""Keypoints at the tail of a bone."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.photos", description=__doc__)
    parser.add_argument("--animals", nargs="+", metavar="NAME", default=ANIMALS)
    parser.add_argument("--conditions", nargs="+", choices=CONDITIONS, default=CONDITIONS)
    parser.add_argument("--features", nargs="+", choices=("shown_places", "colours"), default=["shown_places"])
    parser.add_argument("--pictures", type=int, default=PICTURES)
    parser.add_argument("--no-truth", dest="truth", action="store_false", help="leave the solve with true places out")
    document.add_options(parser)
    options = parser.parse_args()
    rows = []
    for animal in options.animals:
        for condition in options.conditions:
            rows += rows_of(animal, condition, options)
    document.publish({"rows": rows}, table(rows), options)


def rows_of(animal: str, condition: str, options: argparse.Namespace) -> list[dict]:
    """One for each kind of features."""
    folder, truth = made(animal, condition, options.pictures, SEED, ROOT)
    photos = collect.collect(folder, SIZE)
    places, seen = truth.in_crops(photos, SIZE)
    template = quadruped()
    body = body_of(template)
    match = {name: matching.pck(photos, kind(photos, body), places, seen) for name, kind in matching.KINDS.items()}
    given = {"animal": animal, "condition": condition, "matching": match}
    plain = solve.collection_of(template, photos, features.colours, SEED)
    rest = scored(*solve.unmoved(plain, SEED), photos, truth, places, seen)
    known = None
    if options.truth:
        marks = landmarks(template, truth, places)
        known, _ = run(solve.collection_of(template, photos, features.shown_places, SEED, marks), truth, places, seen)
    rows = []
    for kind in options.features:
        collection = solve.collection_of(template, photos, getattr(features, kind), SEED)
        own, seconds = run(collection, truth, places, seen)
        rows.append(given | {"features": kind, "own": own, "rest": rest, "truth": known, "seconds": seconds})
        print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    return rows


def run(collection: solve.Collection, truth: Truth, places: list, seen: list) -> tuple[dict, float]:
    """Scores of a whole solve, and its seconds."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="galatea-benchmark-") as name:
        body, state = solve.solved(collection, SEED, Store(Path(name), {}), lambda *told: None)
    seconds = time.monotonic() - start
    return scored(body, state, collection.photos, truth, places, seen), seconds


def scored(body: Body, state: State, photos: list, truth: Truth, places: list, seen: list) -> dict:
    """IoU, PCK, Chamfer in % of the diagonal, and the part of photos seen from the right side (within 45 degrees)."""
    points, _ = posed(body, symmetric(body, state.shape), state.poses)
    lens = views.lenses(photos)
    matrices = views.matrices(state.cameras, lens)
    triangles = body.triangles.numpy()
    projected, visible, overlaps, distances = [], [], [], []
    for number, photo in enumerate(photos):
        camera = views.crop_camera(matrices[number], lens[number], SIZE)
        place, ok, mask = scores.model_seen(points[number].numpy(), triangles, camera)
        known = photo.known.numpy() > 0.5
        projected.append(place)
        visible.append(ok)
        overlaps.append(scores.overlap(mask & known, photo.mask.numpy() * known))
        # Both in the axes of their own camera: a pose that is right from one side alone must not be good.
        turn = matrices[number][:3, :3].numpy().astype(float)
        own = truth.cameras[number].camera_to_world[:3, :3].numpy().astype(float)
        distances.append(scores.chamfer(points[number].numpy() @ turn, truth.vertices[number] @ own))
    azimuths = np.array([np.arctan2(c.camera_to_world[0, 2], -c.camera_to_world[1, 2]) for c in truth.cameras])
    off = (state.cameras[:, 0].numpy() - azimuths + np.pi) % (2 * np.pi) - np.pi
    return {
        "iou": float(np.mean(overlaps)),
        "pck": scores.transfer(places, seen, projected, visible),
        "chamfer": float(np.mean(distances)),
        "sides": float((np.abs(off) < np.pi / 4).mean()),
    }


def landmarks(template: Template, truth: Truth, places: list[np.ndarray]) -> Landmarks:
    """True places of the keypoints that are joints or tips of the template's bones, hidden ones too."""
    numbers = {bone.name: number for number, bone in enumerate(template.bones)}
    points, weights, chosen = [], [], []
    for index, name in enumerate(truth.names):
        stem, _, side = name.rpartition(" ")
        bone = f"{HEADS[stem]}.{side}" if stem in HEADS else TIPS.get(name, "Tail1" if name == "tail top" else "")
        if bone:
            end = template.bones[numbers[bone]]
            points.append(end.tail if name in TIPS else end.head)
            weights.append(np.eye(len(numbers))[numbers[bone]])
            chosen.append(index)
    body = body_of(template)
    marks = body.only(torch.zeros(len(points), dtype=torch.long))
    made_of = {"vertices": torch.tensor(np.stack(points), dtype=torch.float32),
               "weights": torch.tensor(np.stack(weights), dtype=torch.float32)}  # fmt: skip
    where = torch.tensor(np.stack([place[chosen] for place in places]) * 2 / SIZE - 1, dtype=torch.float32)
    return Landmarks(type(marks)(**(vars(marks) | made_of)), where, torch.ones(where.shape[:2]))


def table(rows: list[dict]) -> str:
    """Markdown."""
    header = ("animal", "condition", "features", "IoU", "PCK", "standing", "known places", "sides", "Chamfer",
              "standing", "known places", "s")  # fmt: skip
    lines = [header, ("---",) * len(header)]
    for row in rows:
        own, rest, known = row["own"], row["rest"], row["truth"]
        lines.append((
            row["animal"], row["condition"], row["features"].replace("_", " "), f"{own['iou']:.2f}",
            f"{100 * own['pck']:.0f}", f"{100 * rest['pck']:.0f}", f"{100 * known['pck']:.0f}" if known else "-",
            f"{100 * own['sides']:.0f}", f"{own['chamfer']:.1f}", f"{rest['chamfer']:.1f}",
            f"{known['chamfer']:.1f}" if known else "-", f"{row['seconds']:.0f}",
        ))  # fmt: skip
    text = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    text += f"\n\nMeans: {means(rows)}\n\n"
    names = list(matching.KINDS)
    unique = {(row["animal"], row["condition"]): row["matching"] for row in rows}
    text += "| features | PCK of the most similar pixel |\n| --- | --- |\n"
    for name in names:
        text += f"| {name} | {100 * np.mean([match[name] for match in unique.values()]):.0f} |\n"
    return text


def means(rows: list[dict]) -> str:
    """For each condition and kind of features."""
    parts = []
    for key in dict.fromkeys((row["condition"], row["features"]) for row in rows):
        chosen = [row for row in rows if (row["condition"], row["features"]) == key]
        own, rest = (100 * np.mean([row[name]["pck"] for row in chosen]) for name in ("own", "rest"))
        text = f"{key[0]} ({key[1].replace('_', ' ')}) PCK {own:.0f}, {own - rest:+.0f} over the standing template"
        told = [row for row in chosen if row["truth"]]
        if told:
            ratio = sum(row["own"]["pck"] for row in told) / sum(row["truth"]["pck"] for row in told)
            text += f", {ratio:.2f} of that with known places"
        parts.append(text)
    return "; ".join(parts) + "."


if __name__ == "__main__":
    main()
