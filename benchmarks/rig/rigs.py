# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Galatea's rigs, and bone heat with the artist's joints, in the form that the scores want."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial import KDTree

from ...backend.capabilities.rig import RigParams, rig
from ...backend.job import Job
from ...backend.mesh.clean import Shape, clean
from ...backend.skeleton.find import Finding, find_skeleton
from ...backend.skeleton.options import Counts
from .animals import Animal
from .scores import Joints

ROOT = Path(__file__).resolve().parents[2]
BLENDER = (sys.executable, "-I")
"""Runs a script with the bpy module."""


@dataclass(frozen=True)
class Found:
    """A skeleton straight from the function that finds it."""

    finding: Finding
    shape: Shape
    joints: Joints
    """Heads of the deforming bones, in the space of the mesh."""
    tails: np.ndarray
    """(J, 3) their other ends."""
    forward: np.ndarray
    """(3,) where the animal looks."""
    wall: float
    """Seconds."""
    cpu: float


def find(vertices: np.ndarray, triangles: np.ndarray, animal: str = "auto") -> Found:
    """Recognises and fits, with the default options."""
    wall, cpu = time.perf_counter(), time.process_time()
    shape = clean(vertices, triangles)
    finding = find_skeleton(shape, animal, True, Counts(), np.random.default_rng(0))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    bones = [vars(bone) for bone in finding.skeleton.bones]
    joints, tails = _joints(bones, finding.matrix)
    return Found(finding, shape, joints, tails, -finding.matrix[:3, 1], wall, cpu)


@dataclass(frozen=True)
class Rigged:
    """The result of the whole job: skeleton and skin weights."""

    skeleton: dict
    """out/skeleton.json."""
    report: dict
    joints: Joints
    tails: np.ndarray
    weights: np.ndarray
    """(V, J) float64."""
    wall: float
    """Seconds, bone heat's Blender included."""
    cpu: float


def full_rig(vertices: np.ndarray, triangles: np.ndarray) -> Rigged:
    """What pressing Rig does, without Blender around it."""
    with tempfile.TemporaryDirectory(prefix="galatea-benchmark-") as folder:
        job = Job(Path(folder))
        job.inputs.mkdir()
        np.savez(job.inputs / "mesh.npz", vertices=vertices, triangles=triangles)
        wall, cpu = time.perf_counter(), _cpu_seconds()
        files, report = rig(RigParams(blender=BLENDER), job)
        wall, cpu = time.perf_counter() - wall, _cpu_seconds() - cpu
        skeleton = json.loads((job.folder / files["skeleton"]).read_text())
        joints, tails = _joints(skeleton["bones"], np.array(skeleton["matrix"]))
        with np.load(job.folder / files["weights"], allow_pickle=False) as data:
            column = np.array([joints.names.index(name) for name in data["bones"]])[data["indices"]]
            weights = np.zeros((len(vertices), len(joints.names)))
            np.add.at(weights, (np.arange(len(vertices))[:, None], column), data["weights"])
    return Rigged(skeleton, report, joints, tails, weights, wall, cpu)


def bone_heat(vertices: np.ndarray, triangles: np.ndarray, heads: np.ndarray, tails: np.ndarray) -> np.ndarray:
    """(V, J) weights by Blender's bone heat alone, at most four per vertex: what Galatea's weights are compared with.

    The mesh is brought to 10 units, as bone heat wants it; vertices it leaves out go to the nearest bone.
    """
    centre, scale = vertices.mean(axis=0), 10 / np.ptp(vertices, axis=0).max()
    with tempfile.TemporaryDirectory(prefix="galatea-benchmark-") as folder:
        source, result = Path(folder, "in.npz"), Path(folder, "out.npz")
        np.savez(source, vertices=(vertices - centre) * scale, triangles=triangles,
                 heads=(heads - centre) * scale, tails=(tails - centre) * scale)  # fmt: skip
        script = ROOT / "addon" / "bone_heat.py"
        subprocess.run([*BLENDER, str(script), "--", str(source), str(result)], check=True, stdout=subprocess.DEVNULL)
        with np.load(result, allow_pickle=False) as data:
            weights = data["weights"].astype(float)
    if weights.shape[1] > 4:
        weights = np.where(weights >= np.sort(weights, axis=1)[:, -4, None], weights, 0)
    without = weights.sum(axis=1) < 1e-4
    if without.any():
        samples = np.linspace(heads, tails, 9).reshape(-1, 3)
        _, nearest = KDTree(samples).query(vertices[without])
        weights[without] = np.eye(len(heads))[nearest % len(heads)]
    return weights / weights.sum(axis=1, keepdims=True)


def curve_rig(vertices: np.ndarray, triangles: np.ndarray, curve: Joints) -> tuple[np.ndarray, Joints]:
    """A curve skeleton as a rig with bone heat: (V, B) weights, and a bone from every joint's parent to the joint."""
    children = np.flatnonzero(curve.parents >= 0)
    heads, tails = curve.points[curve.parents[children]], curve.points[children]
    number = {int(child): index for index, child in enumerate(children)}
    parents = np.array([number.get(int(curve.parents[child]), -1) for child in children])
    return bone_heat(vertices, triangles, heads, tails), Joints(
        [curve.names[child] for child in children], heads, parents
    )


def artists_tails(animal: Animal) -> np.ndarray:
    """(J, 3) where the artist's bones end; GLB files do not tell.

    At the next joint of the chain (same name, next number), else at the only child, else at the child nearest to the
    line through the middle of the vertices the joint moves; without children as far beyond that middle as it is away.
    """
    heads = animal.joints
    centres = (animal.weights.T @ animal.vertices) / animal.weights.sum(axis=0)[:, None]
    tails = 2 * centres - heads
    for index, name in enumerate(animal.names):
        children = np.flatnonzero(animal.parents == index)
        if not len(children):
            continue
        stem = [child for child in children if _stem(animal.names[child]) == _stem(name)]
        if stem:
            tails[index] = heads[stem[0]]
        elif len(children) == 1:
            tails[index] = heads[children[0]]
        else:
            toward = (centres[index] - heads[index]) / np.linalg.norm(centres[index] - heads[index])
            offset = heads[children] - heads[index]
            aside = np.linalg.norm(offset - np.outer(offset @ toward, toward), axis=1)
            tails[index] = heads[children[aside.argmin()]]
    short = np.linalg.norm(tails - heads, axis=1) < 1e-3 * np.ptp(animal.vertices, axis=0).max()
    tails[short] = centres[short]
    return tails


def _stem(name: str) -> tuple[str, str]:
    stem, _, side = name.partition(".")
    return stem.rstrip("0123456789"), side


def _joints(bones: list[dict], matrix: np.ndarray) -> tuple[Joints, np.ndarray]:
    """Deforming bones (name, parent, head, tail, deform) in the space of the mesh: joints, and their (J, 3) tails."""
    bones = [bone for bone in bones if bone["deform"]]
    number = {bone["name"]: index for index, bone in enumerate(bones)}
    heads, tails = (
        np.array([bone[end] for bone in bones]) @ matrix[:3, :3].T + matrix[:3, 3] for end in ("head", "tail")
    )
    parents = np.array([number.get(bone["parent"], -1) for bone in bones])
    return Joints([bone["name"] for bone in bones], heads, parents), tails


def _cpu_seconds() -> float:
    """Of this process and of the children it has waited for."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
