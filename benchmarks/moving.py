# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moving mesh to rig on the artists' animals, their clips baked to positions: ``python -m galatea.benchmarks.moving``.

Beside Dem Bones alone (PyPI py-dem-bones) with as many bones. Needs requirements/benchmark.txt.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

from ..backend.motion.moments import homogeneous
from ..tools import fetch_animals
from . import document
from .rig.animals import Animal, load_animal
from .rig.deform import posed_vertices

FRAMES = tuple(range(8))
"""Of every clip, evenly spaced; all clips one after the other."""
UNSEEN, SLIGHT = 5e-5, 2e-3
"""Parts of the diagonal: bones that move less against their parent than the first leave no trace in a bake; than the
second, next to none."""
SAME = 0.1
"""Shared weight against united weight from which two bones may be one."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.moving", description="Moving meshes of artists' animals to rigs.")
    parser.add_argument("--animals", nargs="+", metavar="NAME", help="only these")
    document.add_options(parser)
    options = parser.parse_args()
    rows = []
    for path in sorted(fetch_animals.fetch().glob("*.glb")):
        if path.stem != "horse_white" and (not options.animals or path.stem in options.animals):
            rows.append(row_of(load_animal(path)))
            print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    document.publish({"animals": rows}, table(rows), options)


def row_of(animal: Animal) -> dict:
    """All figures of one animal; errors are root mean squares over all vertices and frames, in % of the diagonal of
    the box at rest."""
    posed = posed_vertices(animal, FRAMES)
    diagonal = float(np.linalg.norm(np.ptp(animal.vertices, axis=0)))
    start = time.perf_counter()
    report, skeleton, skin = rigged(animal, posed)
    seconds = time.perf_counter() - start
    weights = np.zeros((len(animal.vertices), len(skin["bones"])))
    np.add.at(weights, (np.arange(len(weights))[:, None], skin["indices"]), skin["weights"])
    number = {name: index for index, name in enumerate(skin["bones"].tolist())}
    parents = np.array([number.get(bone["parent"], -1) for bone in skeleton["bones"]])
    links = {
        name: found_links(merged(animal, least * diagonal), weights, parents)
        for name, least in (("all", 0.0), ("seen", UNSEEN), ("clear", SLIGHT))
    }
    return {
        "name": animal.name,
        "artist": len(animal.joints),
        "bones": len(parents),
        "rms": report["blender_rms_percent"],
        "worst": report["blender_worst_percent"],
        "unconnected": report["unconnected_rms_percent"],
        "links": links,
        "seconds": seconds,
        "dem_bones": dem_bones(animal, posed, diagonal),
    }


def rigged(animal: Animal, posed: np.ndarray) -> tuple[dict, dict, dict]:
    """Report, skeleton and weights of ``galatea rig --sequence``, with as many bones as the artist used."""
    with tempfile.TemporaryDirectory(prefix="galatea-benchmark-") as name:
        folder = Path(name)
        np.savez(folder / "in.npz", vertices=posed.astype(np.float32), triangles=animal.triangles)
        command = [
            Path(sys.executable).with_name("galatea"), "rig", "--sequence", folder / "in.npz",
            "--bones", str(len(animal.joints)), "--no-preview", "--output", folder / "out",
        ]  # fmt: skip
        environment = os.environ | {"XDG_DATA_HOME": str(folder), "BLENDER_USER_RESOURCES": str(folder)}
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        (job,) = (path.parent for path in folder.rglob("out/motion.npz"))
        with np.load(job / "weights.npz") as skin:
            return (
                json.loads((folder / "out" / "report.json").read_text()),
                json.loads((job / "skeleton.json").read_text()),
                dict(skin),
            )


def dem_bones(animal: Animal, posed: np.ndarray, diagonal: float) -> dict | None:
    """The same of Dem Bones alone: free bones without a skeleton. None where it is not installed."""
    try:
        import py_dem_bones
    except ModuleNotFoundError:
        return None
    start = time.perf_counter()
    found = py_dem_bones.solve_skinning(
        animal.vertices, posed, bone_count=len(animal.joints), faces=animal.triangles.tolist()
    )
    seconds = time.perf_counter() - start
    points = homogeneous(animal.vertices)
    fitted = np.einsum("bv,fbij,vj->fvi", found.weights, found.transforms[:, :, :3], points, optimize=True)
    rms = np.sqrt(((fitted - posed) ** 2).sum(axis=2).mean()) / diagonal
    return {"bones": len(found.weights), "rms": 100 * float(rms), "seconds": seconds}


def merged(animal: Animal, least: float) -> Animal:
    """The artist's rig without bones whose vertices move less than ``least`` against the parent (root mean square over
    all frames, weighted): their weights go to the parent."""
    matrices = np.concatenate([animal.poses[clip] for clip in sorted(animal.poses)])
    points = homogeneous(animal.vertices)
    stays = np.arange(len(animal.joints))
    for joint, parent in enumerate(animal.parents):
        if parent >= 0:
            apart = np.einsum("fij,vj->fvi", (matrices[:, joint] - matrices[:, parent])[:, :3], points, optimize=True)
            share = animal.weights[:, joint] / animal.weights[:, joint].sum()
            if np.sqrt((share * (apart**2).sum(axis=2)).sum(axis=1).mean()) < least:
                stays[joint] = parent
    while (stays != stays[stays]).any():
        stays = stays[stays]
    kept = np.unique(stays)
    place = np.searchsorted(kept, stays)
    weights = np.zeros((len(animal.weights), len(kept)))
    np.add.at(weights.T, place, animal.weights.T)
    above = animal.parents[kept]
    return dataclasses.replace(
        animal,
        weights=weights,
        names=[animal.names[joint] for joint in kept],
        joints=animal.joints[kept],
        parents=np.where(above >= 0, place[above], -1),
    )


def found_links(artist: Animal, weights: np.ndarray, parents: np.ndarray) -> tuple[int, int]:
    """How many of the artist's links between a bone and its parent are there, and how many there are.

    Every found bone stands for one of the artist's: first each for another one, so that shared weight (sum of the
    minima against sum of the maxima) is the greatest in all, then what is left for the one it shares most with. A link
    is there when two linked bones stand for its ends, whichever of them is the parent.
    """
    common = np.minimum(weights[:, :, None], artist.weights[:, None]).sum(axis=0)
    ratio = common / (weights.sum(axis=0)[:, None] + artist.weights.sum(axis=0) - common)
    means = common.argmax(axis=1)
    for bone, joint in zip(*linear_sum_assignment(-ratio), strict=True):
        if ratio[bone, joint] > SAME:
            means[bone] = joint
    there = {frozenset((means[bone], means[parent])) for bone, parent in enumerate(parents) if parent >= 0}
    wanted = [frozenset(link) for link in enumerate(artist.parents.tolist()) if link[1] >= 0]
    return sum(link in there for link in wanted), len(wanted)


def table(rows: list[dict]) -> str:
    """Markdown."""
    header = (
        "animal", "artist's bones", "bones", "RMS", "worst", "before joints", "Dem Bones RMS", "its bones",
        "links", "that move", "clearly", "s", "Dem Bones s",
    )  # fmt: skip
    lines = [header, ("---",) * len(header)]
    for row in rows:
        peer = row["dem_bones"]
        alone = (f"{peer['rms']:.3f}", peer["bones"], f"{peer['seconds']:.0f}") if peer else ("-", "-", "-")
        links = [f"{found}/{count}" for found, count in row["links"].values()]
        errors = f"{row['rms']:.3f}", f"{row['worst']:.1f}", f"{row['unconnected']:.3f}"
        seconds = f"{row['seconds']:.0f}"
        lines.append((row["name"], row["artist"], row["bones"], *errors, *alone[:2], *links, seconds, alone[2]))
    text = "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
    for kind, called in (("all", "All links"), ("seen", "Those that move"), ("clear", "Those that clearly move")):
        found, count = (sum(row["links"][kind][side] for row in rows) for side in (0, 1))
        text += f"\n\n{called}: {found} of {count}, {found / count:.0%}."
    return text


if __name__ == "__main__":
    main()
