# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Match Animals on the artists' animals: ``python -m galatea.benchmarks.correspondence``.

Two kinds of truth. *Known*: an animal and itself in other proportions, in another pose and with other triangles, so
that the counterpart of each vertex is known exactly. *Names*: two species, whose artists' rigs have bones of the same
names; the strongest bone of a point and of its counterpart should be called the same. Beside it, in the same run:
the nearest point after the boxes are brought to match, without and with normals, which are told which way each looks.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass

import fast_simplification
import numpy as np
from scipy.spatial import KDTree

from ..backend.correspondence.figure import figure
from ..backend.correspondence.match import matched
from ..backend.correspondence.surface import vertex_normals
from ..backend.mesh.clean import Shape
from ..tools import fetch_animals
from . import document, picture_match
from .rig.animals import Animal, limb_of_joint, load_animal

DEVELOPED = ("wolf", "horse", "cow", "fox")
"""Looked at one by one while the method was made; of the pairs the first four."""
PAIRS = (
    ("wolf", "horse"), ("fox", "cow"), ("deer", "husky"), ("alpaca", "stag"), ("donkey", "shibainu"), ("bull", "deer"),
)  # fmt: skip
POSES = ("rest", "Walk")
BESIDE = 0.02
"""Of the box: how far from the mirror plane a point must rest for its side to count."""
TURN = 0.15
"""Of the box: what opposite normals count for in the second baseline."""
UP = np.array([0.0, 0, 1])
WAYS = ("matched", "boxes", "boxes + normals")


@dataclass(frozen=True)
class Known:
    """A target whose points are known to be those of the source."""

    shape: Shape
    places: np.ndarray
    """(V, 3): where the source's vertices are on the target."""
    rest: np.ndarray
    """(W, 3): where the target's vertices are on the source, about."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.correspondence", description="Which point is which.")
    parser.add_argument("--animals", nargs="+", metavar="NAME", help="only these")
    parser.add_argument("--pictures", action="store_true", help="pictures and meshes instead of two meshes")
    document.add_options(parser)
    options = parser.parse_args()
    if options.pictures:
        of_pictures(options)
        return
    animals = {
        path.stem: load_animal(path)
        for path in sorted(fetch_animals.fetch().glob("*.glb"))
        if path.stem != "horse_white" and (not options.animals or path.stem in options.animals)
    }
    known, named = [], []
    for animal in animals.values():
        for pose in POSES:
            known.append(known_row(animal, pose))
            print(json.dumps(known[-1]), file=sys.stderr, flush=True)
    for first, second in PAIRS:
        if first in animals and second in animals:
            named.append(named_row(animals[first], animals[second]))
            print(json.dumps(named[-1]), file=sys.stderr, flush=True)
    document.publish({"known": known, "named": named}, tables(known, named), options)


def of_pictures(options: argparse.Namespace) -> None:
    """The tables of pictures alone."""
    rows = []
    for name in options.animals or (*picture_match.DEVELOPED, *picture_match.HELD_OUT):
        rows.append(picture_match.row(name))
        print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    document.publish({"pictures": rows}, picture_match.table(rows), options)


def known_row(animal: Animal, pose: str) -> dict:
    """An animal at rest and in other proportions, of a walk's fourth moment or at rest."""
    source = Shape(animal.vertices, animal.triangles)
    target = changed(animal, pose, np.random.default_rng([len(animal.name), *animal.name.encode()]))
    found, seconds = answers(source, target.shape)
    diagonal = np.linalg.norm(np.ptp(target.shape.vertices, axis=0))
    tree = KDTree(target.shape.vertices)
    beside = np.abs(animal.vertices[:, 0]) > BESIDE * source.size
    row: dict = {"animal": animal.name, "pose": pose, "seconds": round(seconds, 1)}
    for way, places in found.items():
        error = np.linalg.norm(places - target.places, axis=1) / diagonal
        hit = target.rest[tree.query(places)[1], 0]
        row[way] = {
            "error_percent": round(100 * float(error.mean()), 2),
            "near_percent": round(100 * float((error < 0.05).mean()), 1),
            "wrong_side_percent": round(100 * float((hit * animal.vertices[:, 0] < 0)[beside].mean()), 2),
        }
    return row


def changed(animal: Animal, pose: str, rng: np.random.Generator) -> Known:
    """Other proportions, another pose, and other triangles: each kind of bone is made longer or shorter, and what hangs
    on it moves along, the same on both sides; then the whole is stretched along the axes."""
    stems = [name.partition(".")[0].rstrip("0123456789") for name in animal.names]
    growth = {stem: rng.uniform(0.7, 1.4) for stem in sorted(set(stems))}
    scale = np.array([growth[stem] for stem in stems])
    joints = np.zeros_like(animal.joints)
    for joint in _parents_first(animal.parents):
        above = animal.parents[joint]
        joints[joint] = animal.joints[joint]
        if above >= 0:
            joints[joint] = joints[above] + scale[above] * (animal.joints[joint] - animal.joints[above])
    shift = joints - scale[:, None] * animal.joints
    grown = (animal.weights @ scale)[:, None] * animal.vertices + animal.weights @ shift
    posed = grown
    if pose != "rest":
        moves = animal.poses[pose][3]
        moved = np.einsum("jab,jb->ja", moves[:, :3], np.c_[animal.joints, np.ones(len(joints))])
        turned = moves[:, :3, :3]
        # Joints of the longer and shorter bones, posed: down from the top by the turned offsets.
        for joint in _parents_first(animal.parents):
            above = animal.parents[joint]
            if above >= 0:
                offset = joints[joint] - joints[above]
                moved[joint] = moved[above] + turned[above] @ offset
        own = grown[:, None] - joints[None]
        posed = np.einsum("vj,jab,vjb->va", animal.weights, turned, own) + animal.weights @ moved
    posed = posed * rng.uniform(0.8, 1.25, 3)
    vertices, triangles = fast_simplification.simplify(
        posed.astype(np.float32), animal.triangles, target_count=int(0.8 * len(animal.triangles))
    )
    vertices = vertices.astype(np.float64)
    return Known(Shape(vertices, triangles.astype(np.int32)), posed, animal.vertices[KDTree(posed).query(vertices)[1]])


def _parents_first(parents: np.ndarray) -> list[int]:
    depth = []
    for joint in range(len(parents)):
        above, steps = parents[joint], 0
        while above >= 0:
            above, steps = parents[above], steps + 1
        depth.append(steps)
    return np.argsort(depth, kind="stable").tolist()


def named_row(first: Animal, second: Animal) -> dict:
    """Two species: the strongest bones of points and their counterparts, both ways."""
    there, seconds = answers(*(Shape(one.vertices, one.triangles) for one in (first, second)), both=True)
    row: dict = {"pair": f"{first.name}, {second.name}", "seconds": round(seconds, 1)}
    for way, (forth, back) in there.items():
        scores = [agreement(first, second, forth), agreement(second, first, back)]
        same, limb, wrong = np.mean(scores, axis=0)
        row[way] = {
            "same_bone_percent": round(100 * float(same), 1),
            "same_limb_percent": round(100 * float(limb), 1),
            "wrong_side_percent": round(100 * float(wrong), 2),
        }
    return row


def agreement(own: Animal, other: Animal, places: np.ndarray) -> tuple[float, float, float]:
    """Shares of vertices of bones that both have, whose counterpart has the same; of limbs' vertices with the right
    limb; and of sided bones' vertices on sided bones of the other side."""
    hit = KDTree(other.vertices).query(places)[1]
    names, there = (np.array(one.names)[one.weights.argmax(axis=1)] for one in (own, other))
    there = there[hit]
    limbs = limb_of_joint(own.names), limb_of_joint(other.names)
    limb = np.array([limbs[0].get(name, "") for name in names]), np.array([limbs[1].get(name, "") for name in there])
    sides = [np.array([name[-1] if name.endswith((".L", ".R")) else "" for name in one]) for one in (names, there)]
    sided = (sides[0] != "") & (sides[1] != "")
    shared, legs = np.isin(names, other.names), limb[0] != ""
    return (
        float((names == there)[shared].mean()),
        float((limb[0] == limb[1])[legs].mean()),
        float((sides[0] != sides[1])[sided].mean()),
    )


def answers(source: Shape, target: Shape, both: bool = False) -> tuple[dict, float]:
    """Way -> (V, 3) places of the source's vertices on the target; with ``both`` a pair of these, there and back."""
    rng = np.random.default_rng(0)
    start = time.perf_counter()
    figures = [figure(shape, "auto", False, rng, UP) for shape in (source, target)]
    found = matched(*figures, source, target, rng)
    seconds = time.perf_counter() - start
    result: dict = {WAYS[0]: (found.forth.points, found.back.points)}
    for way, turn in zip(WAYS[1:], (0.0, TURN), strict=True):
        result[way] = (boxed(source, target, turn), boxed(target, source, turn))
    return (result if both else {way: places[0] for way, places in result.items()}), seconds


def boxed(source: Shape, target: Shape, turn: float) -> np.ndarray:
    """(V, 3) the target's vertices nearest to the source's, once both boxes are alike."""
    features = []
    for shape in (source, target):
        low, size = shape.vertices.min(axis=0), np.ptp(shape.vertices, axis=0)
        there = (shape.vertices - low) / size * np.ptp(target.vertices, axis=0) / target.size
        normals = vertex_normals(shape.vertices, shape.triangles)
        features.append(np.concatenate([there, 0.5 * turn * normals], axis=1))
    return target.vertices[KDTree(features[1]).query(features[0])[1]]


def tables(known: list[dict], named: list[dict]) -> str:
    """Both, with means."""
    lines = [
        "An animal and itself in other proportions, other triangles and another pose: mean error in % of the diagonal; "
        "within 5 % of it; on the wrong side, in %.",
        "",
        "| animal | pose | " + " | ".join(f"{way}: error | near | wrong side" for way in WAYS) + " | s |",
        "| --- | --- |" + " --- |" * (3 * len(WAYS) + 1),
    ]
    keys = ("error_percent", "near_percent", "wrong_side_percent")
    lines += [_line([row["animal"], row["pose"]], row, keys) for row in known]
    for title, chosen in (
        ("all", known),
        ("not looked at", [row for row in known if row["animal"] not in DEVELOPED]),
    ):
        for pose in POSES:
            rows = [row for row in chosen if row["pose"] == pose]
            if rows:
                lines.append(_line([f"**{title}**", pose], _mean(rows, keys), keys))
    keys = ("same_bone_percent", "same_limb_percent", "wrong_side_percent")
    lines += [
        "",
        "Two species, by the names of the artists' strongest bones: the same bone; for vertices of legs and ears the "
        "same limb; the wrong side, in %.",
        "",
        "| pair | " + " | ".join(f"{way}: bone | limb | wrong side" for way in WAYS) + " | s |",
        "| --- |" + " --- |" * (3 * len(WAYS) + 1),
    ]
    lines += [_line([row["pair"]], row, keys) for row in named]
    if named:
        lines.append(_line(["**mean**"], _mean(named, keys), keys))
    return "\n".join([*lines, ""])


def _mean(rows: list[dict], keys: tuple[str, ...]) -> dict:
    result: dict = {way: {key: float(np.mean([row[way][key] for row in rows])) for key in keys} for way in WAYS}
    return result | {"seconds": float(np.mean([row["seconds"] for row in rows]))}


def _line(titles: list[str], row: dict, keys: tuple[str, ...]) -> str:
    figures = [f"{row[way][key]:.{2 if key.startswith(('error', 'wrong')) else 0}f}" for way in WAYS for key in keys]
    return f"| {' | '.join([*titles, *figures, format(row['seconds'], '.0f')])} |"


if __name__ == "__main__":
    main()
