# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Match animals: for each vertex of one mesh the place on another one that is the same part of the body."""

from __future__ import annotations

import time
import typing
from dataclasses import dataclass

import numpy as np

from ..correspondence.figure import Figure, figure
from ..correspondence.match import matched
from ..job import Job, JobError
from ..mesh.clean import Shape, clean
from ..skeleton.recognise import ANIMALS

LEGGED = ("quadruped", "biped", "bird")
"""Plans whose bones of one name are the same part of the body."""
UNSURE = 0.5
"""A counterpart below is named in the report; Blender shows it as unsure."""


@dataclass(frozen=True)
class MatchParams:
    animal: str = "auto"
    """"auto" or one of skeleton.recognise.ANIMALS, for both meshes."""
    flip: bool = False
    """The source's head is at the other end than where it was found."""
    flip_target: bool = False
    """Likewise of the target."""
    seed: int = 0


def match(params: MatchParams, job: Job) -> tuple[dict[str, str], dict[str, typing.Any]]:
    """in/source.npz and in/target.npz, both as Rig's in/mesh.npz -> out/match.npz.

    That has, for each of the N points that want a result, ``source_points`` (N, 3) float64 in world space on the target
    and ``source_sure`` (N,) float32, 0..1; and likewise ``target_points`` on the source. Raises JobError for meshes
    that no skeleton fits, and for a pair of which only one swims or crawls.
    """
    if params.animal not in ("auto", *ANIMALS):
        raise JobError(
            "bad_input", f'"{params.animal}" is no animal this version knows.', f"Choose auto, {', '.join(ANIMALS)}."
        )
    start = time.monotonic()
    rng = np.random.default_rng(params.seed)
    meshes, wanted, figures = [], [], []
    for number, (name, flip) in enumerate((("source", params.flip), ("target", params.flip_target))):
        stage = f"Looking at the {name}"
        begin = 0.02 + 0.35 * number
        job.progress(stage, begin)
        with np.load(job.inputs / f"{name}.npz", allow_pickle=False) as data:
            meshes.append(clean(data["vertices"], data["triangles"]))
            wanted.append(data["targets" if "targets" in data else "vertices"].astype(np.float64))
            up = data["up"]

        def told(done: float, stage: str = stage, begin: float = begin) -> None:
            job.progress(stage, begin + 0.35 * done)

        figures.append(figure(meshes[-1], params.animal, flip, rng, up, told))
    warnings = _compared(*figures)
    found = matched(*figures, *meshes, rng, lambda done: job.progress("Bending one into the other", 0.72 + 0.26 * done))
    arrays = {}
    for name, mesh, points, there in (
        ("source", meshes[0], wanted[0], found.forth),
        ("target", meshes[1], wanted[1], found.back),
    ):
        nearest = _nearest(mesh, points)
        arrays[f"{name}_points"] = there.points[nearest]
        arrays[f"{name}_sure"] = there.sure[nearest].astype(np.float32)
    job.outputs.mkdir(exist_ok=True)
    np.savez(job.outputs / "match.npz", **arrays)
    job.progress("Done", 1.0)
    unsure = [round(100 * float((arrays[f"{name}_sure"] < UNSURE).mean()), 1) for name in ("source", "target")]
    return {"match": "out/match.npz"}, {
        "animals": [one.animal for one in figures],
        "bones": len(found.bones),
        "unsure_percent": {"source": unsure[0], "target": unsure[1]},
        "warnings": warnings,
        "seconds": {"all": round(time.monotonic() - start, 2)},
    }


def _compared(source: Figure, target: Figure) -> list[str]:
    """What the artist should know about the pair. Raises JobError for one that has no parts in common."""
    kinds = source.animal, target.animal
    warnings = []
    if kinds[0] != kinds[1]:
        if not set(kinds) <= set(LEGGED):
            raise JobError(
                "bad_input",
                f"The source looks like a {_called(kinds[0])} and the target like a {_called(kinds[1])}, so nobody can "
                "tell which part is which.",
                "Choose the animal under Rig if that is wrong, or animals of one kind.",
            )
        warnings.append(
            f"A {kinds[0]} and a {kinds[1]} have only some parts in common: look at what came of the others."
        )
    elif kinds[0] == "tree":
        warnings.append("Neither mesh was recognised as an animal, so shape alone had to do.")
    return warnings + [one.note for one in (source, target) if one.note]


def _called(animal: str) -> str:
    return "thing of no known kind" if animal == "tree" else animal


def _nearest(mesh: Shape, points: np.ndarray) -> np.ndarray:
    """(N,) the vertex of the clean mesh nearest to each of points (N, 3); points that are no numbers take the first."""
    from scipy.spatial import KDTree

    finite = np.isfinite(points).all(axis=1)
    result = np.zeros(len(points), np.int64)
    result[finite] = KDTree(mesh.vertices).query(points[finite])[1]
    return result
