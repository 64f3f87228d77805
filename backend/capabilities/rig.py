# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rig: a mesh gets a named skeleton and skin weights. Bind: a mesh gets weights for a skeleton the artist edited."""

from __future__ import annotations

import contextlib
import json
import time
import typing
from dataclasses import dataclass

import numpy as np

from ..job import Job, JobError
from ..mesh.clean import Shape, clean, decimated
from ..skeleton.bones import Bone
from ..skeleton.find import Finding, find_skeleton
from ..skeleton.options import Counts
from ..skeleton.recognise import ANIMALS
from ..skinning.weights import Bones, at_targets, skin_weights

SKELETON_TRIANGLES = 60_000
"""A mesh with more triangles is decimated to this many before its skeleton is sought."""


@dataclass(frozen=True)
class RigParams:
    animal: str = "auto"
    """"auto" or one of skeleton.recognise.ANIMALS."""
    flip: bool = False
    """The head is at the other end than where it was found."""
    symmetric: bool = True
    """Give both sides the same skeleton where the mesh is symmetric."""
    spine_bones: int = 0
    """0: as many as the shape needs; likewise for neck and tail."""
    neck_bones: int = 0
    tail_bones: int = 0
    ears: bool = True
    """Bones for ears, horns, fins and other side branches, too."""
    said: typing.Sequence[str] = ()
    """What the mesh was made of, or is called: "auto" listens to words that name an animal."""
    bind: bool = True
    """Also compute skin weights."""
    seed: int = 0
    blender: typing.Sequence[str] = ()
    """Command that runs a Python script in a background Blender; the script's path and arguments are appended."""


@dataclass(frozen=True)
class BindParams:
    blender: typing.Sequence[str] = ()
    seed: int = 0


def rig(params: RigParams, job: Job) -> tuple[dict[str, str], dict[str, typing.Any]]:
    """in/mesh.npz -> out/skeleton.json and out/weights.npz (see docs/protocol.md for both)."""
    if params.animal not in ("auto", *ANIMALS):
        raise JobError(
            "bad_input", f'"{params.animal}" is no animal this version knows.', f"Choose auto, {', '.join(ANIMALS)}."
        )
    seconds: dict[str, float] = {}
    with _timed(seconds, "mesh"):
        job.progress("Reading the mesh", 0.02)
        shape, targets, up = _read_mesh(job)
        light = decimated(shape, SKELETON_TRIANGLES)
    with _timed(seconds, "skeleton"):
        job.progress("Finding the skeleton", 0.1)
        counts = Counts(params.spine_bones, params.neck_bones, params.tail_bones, params.ears)
        finding = find_skeleton(
            light,
            params.animal,
            params.symmetric,
            counts,
            np.random.default_rng(params.seed),
            up,
            lambda fraction: job.progress("Finding the skeleton", 0.1 + 0.4 * fraction),
            flip=params.flip,
            said=params.said,
        )
    job.outputs.mkdir(exist_ok=True)
    (job.outputs / "skeleton.json").write_text(json.dumps(_skeleton_json(finding), indent=1))
    files = {"skeleton": "out/skeleton.json"}
    report = {
        "animal": finding.skeleton.animal,
        "confidence": finding.confidence,
        "bones": len(finding.skeleton.bones),
        "warnings": [finding.note] if finding.note else [],
        "seconds": seconds,
    }
    if params.bind:
        with _timed(seconds, "weights"):
            deform = [bone for bone in finding.skeleton.bones if bone.deform]
            bones = _bones([(bone.name, bone.head, bone.tail) for bone in deform], finding.matrix)
            report["warnings"] += _write_weights(shape, light, targets, bones, params.blender, job)
        files["weights"] = "out/weights.npz"
    return files, report


def bind(params: BindParams, job: Job) -> tuple[dict[str, str], dict[str, typing.Any]]:
    """in/mesh.npz and in/skeleton.json -> out/weights.npz."""
    seconds: dict[str, float] = {}
    with _timed(seconds, "mesh"):
        job.progress("Reading the mesh", 0.02)
        shape, targets, _ = _read_mesh(job)
        skeleton = json.loads((job.inputs / "skeleton.json").read_text())
    deform = [
        (bone["name"], np.array(bone["head"]), np.array(bone["tail"])) for bone in skeleton["bones"] if bone["deform"]
    ]
    if not deform:
        raise JobError(
            "bad_input", "The armature has no deforming bone.", "Switch on Deform in the properties of its bones."
        )
    job.outputs.mkdir(exist_ok=True)
    with _timed(seconds, "weights"):
        bones = _bones(deform, np.array(skeleton["matrix"]))
        warnings = _write_weights(shape, shape, targets, bones, params.blender, job)
    return {"weights": "out/weights.npz"}, {"bones": len(skeleton["bones"]), "warnings": warnings, "seconds": seconds}


def _read_mesh(job: Job) -> tuple[Shape, np.ndarray, np.ndarray]:
    """The clean mesh, the (N, 3) points that want weights, the (3,) own Z axis of the object in world space.

    Without others the points are the vertices before cleaning; without another the axis is the world's.
    """
    with np.load(job.inputs / "mesh.npz", allow_pickle=False) as data:
        shape = clean(data["vertices"], data["triangles"])
        up = data["up"] if "up" in data else np.array([0.0, 0, 1])
        return shape, data["targets" if "targets" in data else "vertices"].astype(np.float64), up


def _bones(bones: list[tuple[str, np.ndarray, np.ndarray]], matrix: np.ndarray) -> Bones:
    """(name, head, tail) in armature space -> bones in world space; ``matrix`` (4, 4) is the armature's."""
    heads, tails = (np.stack([bone[end] for bone in bones]) @ matrix[:3, :3].T + matrix[:3, 3] for end in (1, 2))
    return Bones([bone[0] for bone in bones], heads, tails)


def _write_weights(
    shape: Shape, light: Shape, targets: np.ndarray, bones: Bones, blender: typing.Sequence[str], job: Job
) -> list[str]:
    job.progress("Computing skin weights", 0.5)
    skin = skin_weights(shape, bones, list(blender), job, light)
    job.progress("Writing weights", 0.97)
    indices, weights = at_targets(skin, shape, targets)
    np.savez(job.outputs / "weights.npz", bones=np.array(bones.names), indices=indices, weights=weights)
    return skin.warnings


def _skeleton_json(finding: Finding) -> dict[str, typing.Any]:
    return {
        "animal": finding.skeleton.animal,
        "confidence": finding.confidence,
        "scores": finding.recognition.scores,
        "note": finding.note,
        "matrix": finding.matrix.tolist(),
        "bones": [_bone_json(bone) for bone in finding.skeleton.bones],
    }


def _bone_json(bone: Bone) -> dict[str, typing.Any]:
    return {
        "name": bone.name,
        "parent": bone.parent,
        "connected": bone.connected,
        "head": bone.head.tolist(),
        "tail": bone.tail.tolist(),
        "z_axis": bone.z_axis.tolist(),
        "deform": bone.deform,
        "collection": bone.collection,
        "color": bone.color,
    }


@contextlib.contextmanager
def _timed(seconds: dict[str, float], name: str) -> typing.Iterator[None]:
    """Puts the wall seconds of the block into ``seconds[name]``."""
    start = time.perf_counter()
    yield
    seconds[name] = round(time.perf_counter() - start, 3)
