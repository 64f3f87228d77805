# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rig clip: a video of one animal becomes the rigged animal, its action and the camera that saw it, with colors."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import time
import typing
from pathlib import Path

import numpy as np

from ..job import Job, JobError
from .rig_photos import ALIKE, POOR, PREVIEW_EVERY, SENSOR, SIZE, bones_of, overlaps_of

if typing.TYPE_CHECKING:
    import torch

    from ..clip.masks import Masks
    from ..clip.read import Clip
    from ..clip.solve import Scene
    from ..photos.body import Body
    from ..photos.collect import Photo
    from ..photos.fit import State
    from ..reconstruction.store import Store

COLOURED = 12
"""Frames that colors come from."""
KEPT = ("template", "still_camera", "seed")
"""Parameters on which the solve depends, besides the frames."""
SMALLEST = 40
"""Pixels of the animal's longer side, at the size that frames are worked with."""


@dataclasses.dataclass(frozen=True)
class RigClipParams:
    clip: str
    """A video, or a folder of numbered frames: transparent, with masks in masks/, or before a plain or still
    background."""
    template: str = "quadruped"
    first: int = 0
    """First frame of the part that is rigged, from 1; 0 begins at the clip's first."""
    last: int = 0
    """0 ends at the clip's last."""
    rate: float = 24.0
    """Frames in a second, of a folder; a video has its own."""
    still_camera: bool = True
    """The animal moves before a still camera; else it stays in its place, and the camera goes around it."""
    texture_size: int = 1024
    seed: int = 0


def rig_clip(params: RigClipParams, job: Job) -> tuple[dict[str, str], dict[str, typing.Any]]:
    """Writes out/skeleton.json, weights.npz and motion.npz (a pose for each frame of the clip's part) as the other rigs
    do, out/mesh.npz (vertices, triangles, corner_uv), out/camera.json and out/texture.png.

    Each stage leaves a file in checkpoint/ from which a stopped job goes on. Raises JobError.
    """
    _check(params)
    import torch

    from ..clip import motion, solve
    from ..clip.read import read
    from ..photos import features
    from ..photos.body import posed
    from ..photos.preview import sheet
    from ..photos.solve import collection_of
    from ..photos.template import quadruped
    from ..pictures.painted import keep
    from ..reconstruction.store import Store

    start = time.monotonic()
    path = Path(params.clip)
    clip = read(
        path, params.first, params.last, params.rate, lambda done: job.progress("Reading the clip", 0.02 * done)
    )
    settings = {name: value for name, value in dataclasses.asdict(params).items() if name in KEPT}
    settings |= {"frames": (clip.first + clip.chosen).tolist(), "changed": _changed(path)}
    store = Store(job.folder / "checkpoint", settings)
    masks = _masks(clip, store, job)
    chosen, photos = _photos(clip, masks, job.folder / "checkpoint" / "frames", job)
    collection = collection_of(quadruped(), photos, features.shown_places, params.seed)
    frames = [clip.frames[number] for number in chosen]
    told = "Looking at how pixels move"
    flows = motion.flows_of(frames, lambda done: job.progress(told, 0.06 + 0.02 * done))
    pace = motion.pace_of(photos, clip.chosen[chosen])
    calm = motion.Calm() if params.still_camera else motion.Calm(heading=0.0)
    scene = solve.Scene(collection, pace, flows, calm)
    shown = 0.0
    job.restart_estimate()

    def on_stage(stage: str, done: float, body: Body, state: State | None) -> None:
        nonlocal shown
        preview = None
        if time.monotonic() - shown > PREVIEW_EVERY:
            with torch.no_grad():
                preview = keep(job, "preview", sheet(photos, body, state))
            shown = time.monotonic()
        job.progress(stage, 0.08 + 0.82 * done, preview)

    with torch.random.fork_rng(devices=[]):
        body, state = solve.solved(scene, params.seed, store, on_stage)
    with torch.no_grad():
        points, _ = posed(body, state.shape, state.poses)
        overlaps = overlaps_of(photos, points, body, state)
        _check_overlaps(clip, overlaps)
        keep(job, "preview", sheet(photos, body, state))
        job.progress("Colors", 0.9, "out/preview.npy")
        _write(job, params, clip, scene, chosen, body, state, points)
    job.progress("Done", 1.0)
    report = {
        "frames": clip.count,
        "solved": len(photos),
        "rate": clip.rate,
        "bones": len(body.parents),
        "vertices": len(body.vertices),
        "overlap_percent": round(100 * float(np.mean(overlaps)), 1),
        "warnings": [*clip.notes, *_warnings(clip, masks, chosen, photos, overlaps)],
        "seconds": {"all": round(time.monotonic() - start, 1)},
    }
    names = ("skeleton.json", "weights.npz", "motion.npz", "mesh.npz", "camera.json", "texture.png")
    return {Path(name).stem: f"out/{name}" for name in names}, report


def _check(params: RigClipParams) -> None:
    if params.template != "quadruped":
        raise JobError(
            "bad_input", f'There is no template "{params.template}".', 'Choose "quadruped": it is the only one so far.'
        )
    if not 64 <= params.texture_size <= 8192:
        raise JobError(
            "bad_input",
            f"A texture of {params.texture_size} pixels cannot be made.",
            "Choose 64 to 8192; 1024 is usual.",
        )
    if any(importlib.util.find_spec(name) is None for name in ("torch", "PIL", "cv2")):
        raise JobError(
            "missing_packages", "The compute environment has no PyTorch or no OpenCV yet.",
            "Install the environment with PyTorch in the preferences.",
        )  # fmt: skip


def _changed(path: Path) -> int:
    """When the clip, or the newest of its frames and masks, was last written."""
    return max(
        one.stat().st_mtime_ns for one in (path, *path.glob("*"), *path.glob("masks/*")) if one.is_file() or one == path
    )


def _masks(clip: Clip, store: Store, job: Job) -> Masks:
    from ..clip.masks import Masks, masks_of

    saved = store.load("masks")
    if saved is not None:
        return Masks([mask / np.float32(255) for mask in saved["coverage"]], saved["found"], str(saved["source"]))
    masks = masks_of(clip, lambda done: job.progress("Finding the animal", 0.02 + 0.03 * done))
    coverage = (np.stack(masks.coverage) * 255).round().astype(np.uint8)
    store.save("masks", {"coverage": coverage, "found": masks.found, "source": np.array(masks.source)})
    return masks


def _photos(clip: Clip, masks: Masks, folder: Path, job: Job) -> tuple[list[int], list[Photo]]:
    """Numbers of the clip's frames that show the animal, and these as crops; their files are in ``folder``."""
    from PIL import Image

    from ..clip.masks import without_edge
    from ..photos.collect import photo_of
    from ..pictures.gate import box

    folder.mkdir(parents=True, exist_ok=True)
    chosen, photos = [], []
    for number in np.flatnonzero(masks.found).tolist():
        job.progress("Cutting out the animal", 0.05 + 0.01 * number / len(masks.found))
        left, upper, right, lower = box(masks.coverage[number])
        if max(right - left, lower - upper) < SMALLEST:
            continue
        colours = clip.frames[number][..., :3]
        if masks.source not in ("alpha", "mask"):
            colours = without_edge(colours, masks.coverage[number])
        alpha = (masks.coverage[number] * 255).round().astype(np.uint8)
        path = folder / f"{clip.first + clip.chosen[number]:05}.png"
        Image.fromarray(np.dstack([colours, alpha])).save(path, compress_level=1)
        chosen.append(number)
        photos.append(photo_of(path, SIZE))
    if len(photos) < len(masks.found) / 2:
        raise JobError(
            "too_small", f"The animal in {clip.name} is less than {SMALLEST} pixels long in most frames.",
            "Use a clip that shows it larger, or crop it.",
        )  # fmt: skip
    return chosen, photos


def _check_overlaps(clip: Clip, overlaps: list[float]) -> None:
    """Outlines that no animal of this kind can have."""
    if np.median(overlaps) < ALIKE:
        raise JobError(
            "no_subject", f"The outlines in {clip.name} are not those of a four-legged animal.",
            "Use a clip that shows a four-legged animal whole. If the background was taken for it, give frames as "
            "pictures with masks in masks/.",
        )  # fmt: skip


def _warnings(clip: Clip, masks: Masks, chosen: list[int], photos: list[Photo], overlaps: list[float]) -> list[str]:
    """What the artist should know, a sentence each; frames by their numbers in the clip."""
    numbers = clip.first + clip.chosen[chosen]
    notes = []
    how = {"found": "by each frame's colors", "moved": "by what moves before a background that stands still"}
    if masks.source in how:
        notes.append(f"Outlines were found {how[masks.source]}; frames as pictures can have masks in masks/.")
    if len(chosen) < len(clip.frames):
        notes.append(
            f"The animal was not found in {len(clip.frames) - len(chosen)} frames: they follow their neighbors."
        )
    if clip.count > len(clip.frames):
        notes.append(f"Of {clip.count} frames {len(clip.frames)} were solved; the others lie between them.")
    cut = numbers[[photo.cut for photo in photos]]
    if len(cut):
        notes.append(f"The animal is cut off at the border in {_listed(cut)}: what is missing there was guessed.")
    poor = numbers[np.array(overlaps) < POOR]
    if len(poor):
        notes.append(f"The outline could not be explained well in {_listed(poor)}. Look there first.")
    return notes


def _listed(frames: np.ndarray) -> str:
    few = ", ".join(str(frame) for frame in frames[:3])
    return (
        f"frame {few}" if len(frames) == 1 else f"frames {few}" + (f" and {len(frames) - 3} more" * (len(frames) > 3))
    )


def _write(
    job: Job,
    params: RigClipParams,
    clip: Clip,
    scene: Scene,
    chosen: list[int],
    body: Body,
    state: State,
    points: torch.Tensor,
) -> None:
    """The files. At rest the animal stands on the ground, and where it is in the frame that the camera is true to."""
    from PIL import Image

    from ..clip.place import in_world
    from ..photos.collect import FOCAL
    from ..photos.textures import textures
    from ..skinning.weights import limited
    from ..uv.unwrap import unwrap

    template = scene.collection.template
    rest = (body.vertices + state.shape.offsets).numpy().astype(np.float64)
    up = np.array([0.0, 0.0, -rest[:, 2].min()])
    triangles = body.triangles.numpy()
    job.outputs.mkdir(exist_ok=True)
    skeleton = {
        "animal": params.template,
        "confidence": 1.0,
        "matrix": np.eye(4).tolist(),
        "bones": bones_of(template.bones, body, up),
    }
    (job.outputs / "skeleton.json").write_text(json.dumps(skeleton, indent=1))
    names = np.array([bone.name for bone in template.bones])
    indices, values = limited(body.weights.numpy().astype(np.float64))
    np.savez(job.outputs / "weights.npz", bones=names, indices=indices, weights=values)
    motions, cameras = in_world(body, state, scene, clip.chosen[chosen], clip.count, up, params.still_camera)
    free = np.zeros(len(names), bool)
    free[0] = params.still_camera
    np.savez(
        job.outputs / "motion.npz",
        bones=names,
        frames=np.arange(clip.first, clip.first + clip.count, dtype=np.int32),
        matrices=motions,
        free=free,
        rest_frame=np.int32(0),
    )
    told = "Unwrapping"
    corner_uv, _ = unwrap(rest, triangles, params.texture_size, lambda done: job.progress(told, 0.91 + 0.02 * done))
    np.savez(job.outputs / "mesh.npz", vertices=rest + up, triangles=triangles.astype(np.int32), corner_uv=corner_uv)
    photos = scene.collection.photos
    few = np.unique(np.linspace(0, len(photos) - 1, min(COLOURED, len(photos))).round().astype(int)).tolist()
    fused, _ = textures(
        [photos[number] for number in few], points[few], body.triangles, state.cameras[few], corner_uv,
        params.texture_size, lambda number: job.progress("Colors", 0.93 + 0.06 * number / len(few)),
    )  # fmt: skip
    Image.fromarray(fused).save(job.outputs / "texture.png")
    path = Path(params.clip).resolve()
    camera = {
        "name": Path(clip.name).stem,
        "clip": str(path),
        "size": clip.size,
        "rate": clip.rate,
        "lens": SENSOR * FOCAL,
        "camera_to_world": cameras.tolist(),
    }
    (job.outputs / "camera.json").write_text(json.dumps(camera, indent=1))
