# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rig a sequence: a mesh that moves gets bones, skin weights, a connected skeleton and an action that moves it so."""

from __future__ import annotations

import json
import time
import typing
from dataclasses import dataclass, replace

import numpy as np

from ..job import Job, JobError
from ..mesh.clean import clean, decimated, surface_samples
from ..mesh.symmetry import mirror_plane
from ..motion.articulate import Poses, Skeleton
from ..motion.bones import bones as bones_of
from ..motion.bones import with_root_at_end
from ..motion.moments import homogeneous, rigid_fit, split
from ..motion.points import choose
from ..motion.solve import Solution, solve
from ..motion.weights import dense
from ..skeleton.bones import Bone
from ..skeleton.find import find_skeleton
from ..skeleton.options import Counts
from ..skeleton.recognise import SURE

POINTS = 3000
"""Vertices that bones are found from; the others only get weights."""
LOOKS = 5
"""Frames that are asked whether they are the evenest."""
TRIANGLES = 20_000
"""For names, a mesh with more triangles is decimated to this many."""
STILL = 1e-5
"""Parts of the box's diagonal: what moves less does not move."""
RIGID = 1e-4
"""Likewise: what deforms less moves as a whole."""
POOR = 0.01
"""Likewise: an error above this is told."""


@dataclass(frozen=True)
class RigSequenceParams:
    bones: int = 0
    """At most so many; 0: as many as the motion needs."""
    rest: int = 0
    """Frame in whose shape the bones rest; 0: the evenest of a few."""
    named: bool = True
    """Look for an animal in the shape and name the bones after its parts."""
    seed: int = 0


def rig_sequence(params: RigSequenceParams, job: Job) -> tuple[dict[str, str], dict[str, typing.Any]]:
    """in/positions.npy (F, V, 3) and in/sequence.npz -> out/skeleton.json, out/weights.npz, out/motion.npz.

    See docs/conventions.md. Raises JobError for what does not move, moves as a whole, or has no surface.
    """
    start = time.perf_counter()
    job.progress("Reading the sequence", 0.01)
    posed = np.load(job.inputs / "positions.npy", mmap_mode="r")
    with np.load(job.inputs / "sequence.npz", allow_pickle=False) as data:
        triangles, frames, up = data["triangles"], data["frames"], data["up"]
    _check(posed, triangles, params)
    rng = np.random.default_rng(params.seed)
    centre = (posed[0].min(axis=0) + posed[0].max(axis=0)).astype(np.float64) / 2
    size = float(np.ptp(posed[0], axis=0).max())
    scaled = (np.asarray(posed, np.float64) - centre) / size
    _check_motion(scaled, job)
    rest_number = _rest(params, posed, triangles, frames, rng, job)
    rest = scaled[rest_number]
    points = choose(scaled, triangles, POINTS, rng)
    solution = solve(rest, scaled, points, params.bones, lambda stage, done: job.progress(stage, 0.15 + 0.7 * done))
    job.progress("Naming the bones", 0.86)
    matrix, template, animal, confidence = _template(params, posed[rest_number], triangles, up, rng)
    used = dense(solution.indices, solution.weights, len(solution.skeleton.parents))
    bones, solution = _in_armature(solution, rest, used, matrix, centre, size, template)
    job.progress("Writing the rig", 0.95)
    error = _error(scaled, rest, used, solution, job)
    diagonal = float(np.linalg.norm(np.ptp(rest, axis=0)))
    _write(job, bones, solution, matrix, centre, size, frames, animal, confidence, int(frames[rest_number]))
    rms = float(np.sqrt((error**2).mean()) / diagonal)
    report = {
        "animal": animal,
        "confidence": confidence,
        "bones": len(bones),
        "frames": len(frames),
        "rest_frame": int(frames[rest_number]),
        "rms_percent": round(100 * rms, 4),
        "worst_percent": round(100 * float(error.max() / diagonal), 3),
        "unconnected_rms_percent": round(100 * solution.unconnected / diagonal, 4),
        "warnings": _warnings(rms),
        "seconds": {"all": round(time.perf_counter() - start, 3)},
    }
    return {"skeleton": "out/skeleton.json", "weights": "out/weights.npz", "motion": "out/motion.npz"}, report


def _check(posed: np.ndarray, triangles: np.ndarray, params: RigSequenceParams) -> None:
    if not 0 <= params.bones <= 256:
        raise JobError("bad_input", f"{params.bones} bones are out of reach.", "Ask for 1 to 256, or 0 for automatic.")
    if len(posed) < 2:
        raise JobError("bad_input", "The range has one frame only, so nothing moves in it.", "Choose a longer range.")
    if posed.shape[1] < 4 or not len(triangles):
        raise JobError("bad_input", "The mesh has no faces to find bones in.", "Select an object with a surface.")
    if not np.isfinite(posed).all():
        raise JobError(
            "bad_input",
            "In some frames vertices have no valid position (NaN or infinite).",
            "Choose a range without those frames, or delete the vertices.",
        )
    if not np.ptp(posed[0], axis=0).max() > 0:
        raise JobError("bad_input", "All vertices of the mesh lie in one point.", "Select an object with a surface.")


def _check_motion(posed: np.ndarray, job: Job) -> None:
    """The points (F, V, 3) must move, and not only as a whole."""
    job.progress("Looking at the motion", 0.02)
    rest = posed[0]
    diagonal = np.linalg.norm(np.ptp(rest, axis=0))
    if np.abs(posed - posed[0]).max() < STILL * diagonal:
        raise JobError(
            "bad_input", "Nothing moves in this range of frames.", "Choose the frames in which the mesh moves."
        )
    whole = np.einsum("fij,vj->fvi", rigid_fit(rest, posed), homogeneous(rest), optimize=True)
    if np.abs(whole - posed).max() < RIGID * diagonal:
        raise JobError(
            "bad_input",
            "The mesh moves as a whole and does not deform, so it needs no bones.",
            "Animate the object itself, or choose frames in which its parts move.",
        )


def _rest(
    params: RigSequenceParams,
    posed: np.ndarray,
    triangles: np.ndarray,
    frames: np.ndarray,
    rng: np.random.Generator,
    job: Job,
) -> int:
    """Index of the frame to rest in."""
    if params.rest:
        if params.rest not in frames:
            raise JobError(
                "bad_input",
                f"The rest frame {params.rest} is not in the range {frames[0]} to {frames[-1]}.",
                "Choose one of the range, or 0 for automatic.",
            )
        return int(np.flatnonzero(frames == params.rest)[0])
    candidates = np.unique(np.linspace(0, len(posed) - 1, LOOKS).round().astype(int))
    spread = []
    for number, frame in enumerate(candidates):
        job.progress("Looking for an even pose", 0.04 + 0.1 * number / len(candidates))
        shape = clean(np.asarray(posed[frame]), triangles)
        spread.append(mirror_plane(surface_samples(shape, 2000, rng)).spread)
    return int(candidates[int(np.argmin(spread))])


def _template(
    params: RigSequenceParams, rest: np.ndarray, triangles: np.ndarray, up: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, list[Bone] | None, str, float]:
    """The armature's (4, 4) axes in the world, the bones that give names, the animal and how sure that is.

    Where no animal is seen the axes are the world's, on the ground below the mesh.
    """
    low, high = rest.min(axis=0), rest.max(axis=0)
    plain = np.eye(4)
    plain[:3, 3] = [*(low + high)[:2] / 2, low[2]]
    if not params.named:
        return plain, None, "none", 0.0
    shape = decimated(clean(rest, triangles), TRIANGLES)
    try:
        finding = find_skeleton(shape, "auto", True, Counts(), rng, up)
    except JobError:  # flat, or without any limb: it moves, but nothing in its shape has a name
        return plain, None, "none", 0.0
    if finding.skeleton.animal == "tree" or finding.confidence < SURE:
        return finding.matrix, None, "tree", finding.confidence
    return finding.matrix, finding.skeleton.bones, finding.skeleton.animal, finding.confidence


def _in_armature(
    solution: Solution,
    rest: np.ndarray,
    weights: np.ndarray,
    matrix: np.ndarray,
    centre: np.ndarray,
    size: float,
    template: list[Bone] | None,
) -> tuple[list[tuple[int, Bone]], Solution]:
    """Bones in the axes of ``matrix`` (4, 4), and the solution with its root moved to where a bone begins."""
    turn, origin = matrix[:3, :3], matrix[:3, 3]
    moved = with_root_at_end(solution.skeleton, rest, weights, -turn[:, 1])
    before = split(solution.matrices)[:, moved.free]
    anchors = np.einsum("faij,aj->fai", before[..., :3], moved.joints[moved.free]) + before[..., 3]
    solution = replace(solution, skeleton=moved, poses=Poses(solution.poses.rotations, anchors))
    local = Skeleton(moved.parents, moved.free, (moved.joints * size + centre - origin) @ turn)
    turned = Poses(turn.T @ solution.poses.rotations @ turn, anchors)
    points = (rest * size + centre - origin) @ turn
    return bones_of(local, turned, points, weights, template), solution


def _error(posed: np.ndarray, rest: np.ndarray, weights: np.ndarray, solution: Solution, job: Job) -> np.ndarray:
    """(F, V) distances of the rig's vertices from those of the sequence."""
    stacked = (weights[:, :, None] * homogeneous(rest)[:, None]).reshape(len(rest), -1)
    result = np.empty(posed.shape[:2])
    for frame, matrices in enumerate(solution.matrices):
        job.check_cancelled()
        result[frame] = np.linalg.norm(stacked @ matrices.T - posed[frame], axis=1)
    return result


def _write(
    job: Job,
    bones: list[tuple[int, Bone]],
    solution: Solution,
    matrix: np.ndarray,
    centre: np.ndarray,
    size: float,
    frames: np.ndarray,
    animal: str,
    confidence: float,
    rest_frame: int,
) -> None:
    """The three files."""
    job.outputs.mkdir(exist_ok=True)
    skeleton = {
        "animal": animal,
        "confidence": confidence,
        "matrix": matrix.tolist(),
        "bones": [
            {
                "name": bone.name, "parent": bone.parent, "connected": bone.connected,
                "head": bone.head.tolist(), "tail": bone.tail.tolist(), "z_axis": bone.z_axis.tolist(),
                "deform": True, "collection": bone.collection, "color": bone.color,
            }
            for _, bone in bones
        ],
    }  # fmt: skip
    (job.outputs / "skeleton.json").write_text(json.dumps(skeleton, indent=1))
    order = [number for number, _ in bones]
    place = np.argsort(order)
    names = np.array([bone.name for _, bone in bones])
    np.savez(
        job.outputs / "weights.npz",
        bones=names,
        indices=place[solution.indices].astype(np.int32),
        weights=solution.weights.astype(np.float32),
    )
    motions = split(solution.matrices)[:, order]
    # From the box of size one to the world: x -> size R (x - centre) / size + size t + centre.
    motions[..., 3] = size * motions[..., 3] + centre - motions[..., :3] @ centre
    np.savez(
        job.outputs / "motion.npz",
        bones=names,
        frames=frames.astype(np.int32),
        matrices=motions,
        free=solution.skeleton.free[order],
        rest_frame=np.int32(rest_frame),
    )


def _warnings(rms: float) -> list[str]:
    if rms <= POOR:
        return []
    return [
        f"The rig is {100 * rms:.1f} % of the box off: the mesh deforms in ways that few bones cannot follow. "
        "Ask for more bones, or for a shorter range of frames."
    ]
