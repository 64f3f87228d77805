# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark's rows: plain dictionaries, ready for JSON."""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ...backend.job import JobError
from ...tools import fetch_animals
from . import held_out, made_animals
from .animals import Animal, limb_of_joint, load_animal
from .deform import deformation_error, posed_vertices, rigid_fit
from .made_animals import Made
from .made_scores import made_score
from .rigs import BLENDER, ROOT, Rigged, artists_tails, bone_heat, curve_rig, find, full_rig
from .scores import Joints, chamfer, outside, right_sides

SEEDS = (2, 3)
"""Of the made animals. Development looks at other seeds, so that these stay a test."""

VARIANTS = ("low", "parts", "dense")
VARIED = (
    made_animals.person_a,
    made_animals.elephant,
    made_animals.horse_walking,
    made_animals.bird_spread,
    made_animals.fish,
)
"""Kinds of the robustness rows."""


def run(names: list[str] | None, quick: bool) -> dict:
    """Everything. ``names``: only these artists' animals; ``quick``: two of them, one seed, no variants, nothing
    fetched besides the artists' animals."""
    start = time.perf_counter()
    paths = sorted(path for path in fetch_animals.fetch().glob("*.glb") if path.stem != "horse_white")
    if names:
        unknown = set(names) - {path.stem for path in paths}
        if unknown:
            raise SystemExit(
                f"No animal {', '.join(sorted(unknown))}; there are {', '.join(path.stem for path in paths)}."
            )
        paths = [path for path in paths if path.stem in names]
    elif quick:
        paths = [path for path in paths if path.stem in ("horse", "wolf")]
    rigged, rows = [], []
    for path in paths:
        say(path.stem)
        animal = load_animal(path)
        rigged.append(full_rig(animal.vertices, animal.triangles))
        rows.append(animal_row(animal, rigged[-1]))
    for row, change in zip(rows, symmetrize_changes([rig.skeleton for rig in rigged])):
        row["symmetrize"] = change
    made, robust = [], []
    for kind in made_animals.KINDS if not names else ():
        for seed in SEEDS[:1] if quick else SEEDS:
            say(f"{kind.__name__} {seed}")
            made.append(made_row(made_animals.make(kind, seed), f"{kind.__name__} {seed}"))
    for kind in VARIED if not (names or quick) else ():
        for variant in VARIANTS:
            say(f"{kind.__name__} {variant}")
            robust.append(made_row(made_animals.make(kind, SEEDS[0], variant), f"{kind.__name__} {variant}"))
    return {
        "date": datetime.date.today().isoformat(),
        "version": importlib.metadata.version("galatea"),
        "blender": importlib.metadata.version("bpy"),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "processors": os.cpu_count(),
        "animals": rows,
        "means": means(rows),
        "held_out": held_out_rows() if not (names or quick) else [],
        "made": made,
        "robustness": robust,
        "seconds": time.perf_counter() - start,
    }


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def animal_row(animal: Animal, rigged: Rigged) -> dict:
    """All scores of one artists' animal but Symmetrize's, and its peers'."""
    # Peers may be missing in a test environment; they are never imported where they are not wanted.
    from .peers import pygel_skeleton, skeletor_skeleton

    size = float(np.ptp(animal.vertices, axis=0).max())
    truth = Joints(animal.names, animal.joints, animal.parents)
    right, limbs = right_sides(rigged.joints, truth, limb_of_joint(animal.names))
    outer = outside(rigged.joints, animal.vertices, animal.triangles)
    posed = posed_vertices(animal)
    ours = deformation_error(animal.vertices, rigged.weights, rigged.joints, posed)
    heat = bone_heat(animal.vertices, animal.triangles, truth.points, artists_tails(animal))
    peer = deformation_error(animal.vertices, heat, truth, posed)
    curve, curve_row = _peer_row(pygel_skeleton, animal, truth, size)
    curve_row["deformation"] = deformation_error(
        animal.vertices, *curve_rig(animal.vertices, animal.triangles, curve), posed
    )
    return {
        "name": animal.name,
        "vertices": len(animal.vertices),
        "plan": rigged.report["animal"],
        "confidence": rigged.report["confidence"],
        **chamfer(rigged.joints, truth, size),
        "sides_right": right,
        "sides": limbs,
        "outside": len(outer),
        "outside_joints": outer,
        "deformation": ours,
        "deformation_bone_heat": peer,
        "deformation_ratio": ours / peer,
        "bones": len(rigged.joints.names),
        "wall": rigged.wall,
        "cpu": rigged.cpu,
        "warnings": rigged.report["warnings"],
        "bone_heat_l1": float(np.abs(heat - animal.weights).sum(axis=1).mean()),
        "motion": _motion(animal.vertices, posed) / size,
        "pygel": curve_row,
        "skeletor": _peer_row(skeletor_skeleton, animal, truth, size)[1],
    }


def _motion(rest: np.ndarray, posed: np.ndarray) -> float:
    """Mean distance of vertices from rest over all frames (F, V, 3), each first laid onto rest as a whole."""
    distances = []
    for target in posed:
        rotation, (before, after) = rigid_fit(target, rest, np.ones(len(rest)))
        distances.append(np.linalg.norm((target - before) @ rotation.T + after - rest, axis=1).mean())
    return float(np.mean(distances))


def _peer_row(skeleton: Callable, animal: Animal, truth: Joints, size: float) -> tuple[Joints, dict]:
    start = time.perf_counter()
    joints = skeleton(animal.vertices, animal.triangles)
    wall = time.perf_counter() - start
    return joints, {"joints": len(joints.names), "wall": wall, **chamfer(joints, truth, size)}


def means(rows: list[dict]) -> dict:
    """Averages over the animals; sums where numbers are counted."""
    if not rows:
        return {}
    result = {"name": "mean"}
    for key in (
        "j2j",
        "j2b",
        "b2b",
        "symmetrize",
        "deformation",
        "deformation_bone_heat",
        "deformation_ratio",
        "motion",
        "bone_heat_l1",
        "bones",
        "wall",
        "cpu",
    ):
        result[key] = float(np.mean([row[key] for row in rows]))
    for key in ("sides_right", "sides", "outside"):
        result[key] = int(sum(row[key] for row in rows))
    for peer in ("pygel", "skeletor"):
        result[peer] = {key: float(np.mean([row[peer][key] for row in rows])) for key in rows[0][peer]}
    return result


def symmetrize_changes(skeletons: list[dict]) -> list[float]:
    """See symmetrize.py; one child with bpy for all."""
    if not skeletons:
        return []
    with tempfile.TemporaryDirectory(prefix="galatea-benchmark-") as folder:
        source, result = Path(folder, "in.json"), Path(folder, "out.json")
        source.write_text(json.dumps(skeletons))
        script = ROOT / "benchmarks" / "rig" / "symmetrize.py"
        subprocess.run([*BLENDER, str(script), str(source), str(result)], check=True, stdout=sys.stderr)
        return json.loads(result.read_text())


def made_row(made: Made, name: str) -> dict:
    row = {
        "name": name,
        "vertices": len(made.vertices),
        "wanted": made.animal,
        "plan": "error",
        "confidence": 0.0,
        "forward": None,
        "mean_error": None,
        "worst": "",
        "worst_error": None,
        "missing": [],
        "outside": 0,
        "bones": 0,
        "wall": None,
    }
    try:
        found = find(made.vertices, made.triangles)
    except (JobError, ValueError, IndexError, TypeError, NameError, AssertionError, np.linalg.LinAlgError):
        # The table goes on: an animal that breaks the rig is a result like any other.
        say(traceback.format_exc())
        return row
    score = made_score(made, found)
    known = {joint: error for joint, error in score.errors.items() if np.isfinite(error)}
    worst = max(known, key=known.get, default="")
    return row | {
        "plan": score.plan,
        "confidence": score.confidence,
        "forward": score.forward,
        "mean_error": score.mean_error if known else None,
        "worst": worst,
        "worst_error": known.get(worst),
        "missing": [joint for joint in score.errors if joint not in known],
        "outside": len(score.outside),
        "bones": score.bones,
        "wall": found.wall,
        "errors": known,
    }


def held_out_rows() -> list[dict]:
    try:
        animals = held_out.load(ROOT / ".cache" / "dm_control")
    except (subprocess.CalledProcessError, OSError) as error:
        say(f"Held-out animals could not be fetched: {error}")
        return []
    rows = []
    for animal in animals:
        say(animal.name)
        found = find(animal.vertices, animal.triangles)
        size = float(np.ptp(animal.vertices, axis=0).max())
        right, limbs = right_sides(found.joints, animal.joints, animal.limb_of_joint)
        recognition, plan = found.finding.recognition, found.finding.skeleton.animal
        rows.append(
            {
                "name": animal.name,
                "vertices": len(animal.vertices),
                "plan": plan,
                "confidence": recognition.scores[recognition.best],
                "forward": bool(found.forward @ animal.forward > 0.7),
                **chamfer(found.joints, animal.joints, size),
                "sides_right": right,
                "sides": limbs,
                "outside": len(outside(found.joints, animal.vertices, animal.triangles)),
                "bones": len(found.joints.names),
                "wall": found.wall,
            }
        )
    return rows
