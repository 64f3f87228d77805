# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rig photos: photos of one species in different poses become one rigged animal in all these poses, with colors."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import time
import typing
from pathlib import Path

import numpy as np

from ..job import Job, JobError

if typing.TYPE_CHECKING:
    import torch

    from ..photos.body import Body
    from ..photos.collect import Photo
    from ..photos.fit import State
    from ..skeleton.bones import Bone

SIZE = 128
"""Pixels of the crops in which outlines are compared."""
PREVIEW_EVERY = 4.0
"""Seconds."""
ALIKE, UNLIKE = 0.6, 0.35
"""Overlap of outlines: what most photos must reach, and what a single one must."""
POOR = 0.65
"""Overlap below which a photo is named in the report."""
SENSOR = 36.0
"""Millimeters, Blender's."""


@dataclasses.dataclass(frozen=True)
class RigPhotosParams:
    folder: str
    """With photos: transparent, with masks in masks/, or before a plain backdrop."""
    template: str = "quadruped"
    texture_size: int = 1024
    seed: int = 0


def rig_photos(params: RigPhotosParams, job: Job) -> tuple[dict[str, str], dict[str, typing.Any]]:
    """Writes out/skeleton.json, weights.npz and motion.npz (frame n is photo n) as the other rigs do, out/mesh.npz
    (vertices, triangles, corner_uv), out/cameras.json, out/fused.png and out/photo-<n>.png.

    Each stage leaves a file in checkpoint/ from which a stopped job goes on. Raises JobError, which names the photo.
    """
    _check(params)
    import torch

    from ..photos import collect, features, solve
    from ..photos.body import posed
    from ..photos.preview import sheet
    from ..photos.template import quadruped
    from ..pictures.painted import keep
    from ..reconstruction.store import Store

    start = time.monotonic()
    folder = Path(params.folder)
    told = "Reading the photos"
    job.progress(told, 0.0)
    photos = collect.collect(folder, SIZE, lambda done, count: job.progress(told, 0.04 * done / count))
    read = {photo.name: (photo.path, collect.mask_file_of(photo.path)) for photo in photos}
    stamp = {name: [file.stat().st_mtime_ns for file in pair if file] for name, pair in read.items()}
    settings = {"seed": params.seed, "template": params.template, "photos": stamp}
    collection = solve.collection_of(quadruped(), photos, features.shown_places, params.seed)
    shown = 0.0
    job.restart_estimate()

    def on_stage(stage: str, done: float, body: Body, state: State | None) -> None:
        nonlocal shown
        preview = None
        if time.monotonic() - shown > PREVIEW_EVERY:
            with torch.no_grad():
                preview = keep(job, "preview", sheet(photos, body, state))
            shown = time.monotonic()
        job.progress(stage, 0.04 + 0.86 * done, preview)

    with torch.random.fork_rng(devices=[]):
        body, state = solve.solved(collection, params.seed, Store(job.folder / "checkpoint", settings), on_stage)
    with torch.no_grad():
        points, _ = posed(body, state.shape, state.poses)
        overlaps = overlaps_of(photos, points, body, state)
        _check_overlaps(photos, overlaps)
        keep(job, "preview", sheet(photos, body, state))
        job.progress("Colors", 0.9, "out/preview.npy")
        _write(job, params, photos, collection.template.bones, collection.template.weights, body, state, points)
    job.progress("Done", 1.0)
    poor = [photo.name for photo, overlap in zip(photos, overlaps, strict=True) if overlap < POOR]
    warnings = collect.warnings_about(photos)
    if poor:
        warnings.append(
            f"{collect.named(poor)}: the outline could not be explained well. Look there first; another species, "
            "something in front of the animal or a wrong mask may be the reason."
        )
    report = {
        "photos": len(photos),
        "bones": len(body.parents),
        "vertices": len(body.vertices),
        "overlap_percent": round(100 * float(np.mean(overlaps)), 1),
        "overlaps": {photo.name: round(100 * value, 1) for photo, value in zip(photos, overlaps, strict=True)},
        "warnings": warnings,
        "seconds": {"all": round(time.monotonic() - start, 1)},
    }
    names = ("skeleton.json", "weights.npz", "motion.npz", "mesh.npz", "cameras.json", "fused.png")
    return {Path(name).stem: f"out/{name}" for name in names}, report


def _check(params: RigPhotosParams) -> None:
    if params.template != "quadruped":
        raise JobError(
            "bad_input", f'There is no template "{params.template}".', 'Choose "quadruped": it is the only one so far.'
        )
    if not 64 <= params.texture_size <= 8192:
        raise JobError(
            "bad_input",
            f"Textures of {params.texture_size} pixels cannot be made.",
            "Choose 64 to 8192; 1024 is usual.",
        )
    if importlib.util.find_spec("torch") is None or importlib.util.find_spec("PIL") is None:
        raise JobError(
            "missing_packages", "The compute environment has no PyTorch yet.",
            "Install the environment with PyTorch in the preferences.",
        )  # fmt: skip


def overlaps_of(photos: list[Photo], points: torch.Tensor, body: Body, state: State) -> list[float]:
    """Intersection over union of outlines, within the pictures."""
    from ..photos import views
    from ..raster import gbuffer

    lens = views.lenses(photos)
    matrices = views.matrices(state.cameras, lens)
    result = []
    for number, photo in enumerate(photos):
        camera = views.crop_camera(matrices[number], lens[number], len(photo.mask))
        known = photo.known > 0.5
        own = gbuffer.rasterize(points[number], body.triangles, camera).mask & known
        wanted = (photo.mask > 0.5) & known
        result.append(float((own & wanted).sum() / (own | wanted).sum().clamp_min(1)))
    return result


def _check_overlaps(photos: list[Photo], overlaps: list[float]) -> None:
    """Outlines that no animal of this kind can have."""
    if np.median(overlaps) < ALIKE:
        raise JobError(
            "no_subject", "The outlines in these photos are not those of a four-legged animal.",
            "Use photos that show a four-legged animal whole, and look at the masks.",
        )  # fmt: skip
    worst = int(np.argmin(overlaps))
    if overlaps[worst] < UNLIKE:
        raise JobError(
            "bad_input", f"{photos[worst].name} does not fit the other photos: no pose of this animal has its outline.",
            "Remove it if it shows another species, or put its mask right, and start again.",
        )  # fmt: skip


def _write(
    job: Job,
    params: RigPhotosParams,
    photos: list[Photo],
    bones: list[Bone],
    weights: np.ndarray,
    body: Body,
    state: State,
    points: torch.Tensor,
) -> None:
    """The files. The animal is moved up or down until it stands on the ground at rest."""
    from PIL import Image

    from ..photos import views
    from ..photos.body import bone_matrices
    from ..photos.collect import FOCAL
    from ..photos.textures import textures
    from ..skinning.weights import limited
    from ..uv.unwrap import unwrap

    rest = (body.vertices + state.shape.offsets).numpy().astype(np.float64)
    up = np.array([0.0, 0.0, -rest[:, 2].min()])
    triangles = body.triangles.numpy()
    job.outputs.mkdir(exist_ok=True)
    skeleton = {
        "animal": params.template,
        "confidence": 1.0,
        "matrix": np.eye(4).tolist(),
        "bones": bones_of(bones, body, up),
    }
    (job.outputs / "skeleton.json").write_text(json.dumps(skeleton, indent=1))
    names = np.array([bone.name for bone in bones])
    indices, values = limited(weights)
    np.savez(job.outputs / "weights.npz", bones=names, indices=indices, weights=values)
    motions = bone_matrices(body, state.shape, state.poses).numpy().astype(np.float64)
    # The same turns about joints that lie higher: x -> R (x - up) + t + up.
    motions[..., 3] += up - motions[..., :3] @ up
    np.savez(
        job.outputs / "motion.npz",
        bones=names,
        frames=np.arange(1, len(photos) + 1, dtype=np.int32),
        matrices=motions,
        free=np.zeros(len(names), bool),
        rest_frame=np.int32(0),
    )
    told = "Unwrapping"
    corner_uv, _ = unwrap(rest, triangles, params.texture_size, lambda done: job.progress(told, 0.91 + 0.02 * done))
    np.savez(job.outputs / "mesh.npz", vertices=rest + up, triangles=triangles.astype(np.int32), corner_uv=corner_uv)
    fused, own = textures(
        photos, points, body.triangles, state.cameras, corner_uv, params.texture_size,
        lambda number: job.progress("Colors", 0.93 + 0.06 * number / len(photos)),
    )  # fmt: skip
    Image.fromarray(fused).save(job.outputs / "fused.png")
    for number, image in enumerate(own, 1):
        Image.fromarray(image).save(job.outputs / f"photo-{number:02}.png")
    matrices = views.matrices(state.cameras, views.lenses(photos)).numpy().astype(np.float64)
    matrices[:, :3, 3] += up
    cameras = [
        {
            "name": photo.path.stem,
            "picture": str(_upright(photo.path, job.outputs / f"upright-{number:02}.jpg")),
            "size": photo.size,
            "lens": SENSOR * FOCAL,
            "camera_to_world": matrix.tolist(),
            "texture": f"out/photo-{number:02}.png",
        }
        for number, (photo, matrix) in enumerate(zip(photos, matrices, strict=True), 1)
    ]
    (job.outputs / "cameras.json").write_text(json.dumps(cameras, indent=1))


def _upright(picture: Path, copy: Path) -> Path:
    """The picture's own path, or that of a copy where only its EXIF data say which side is up: Blender ignores them."""
    from PIL import ExifTags, Image, ImageOps

    with Image.open(picture) as image:
        if image.getexif().get(ExifTags.Base.Orientation, 1) == 1:
            return picture.resolve()
        ImageOps.exif_transpose(image).convert("RGB").save(copy, quality=95)
    return copy.resolve()


def bones_of(bones: list[Bone], body: Body, up: np.ndarray) -> list[dict]:
    """The skeleton's bones, as addon/importers/armature.py takes them; the root stays on the ground."""
    heads = body.heads.numpy().astype(np.float64)
    axes = body.axes.numpy().astype(np.float64)
    lengths = body.lengths.numpy().astype(np.float64)
    turns = body.turns.numpy().astype(np.float64)
    return [
        {
            "name": bone.name, "parent": bone.parent, "connected": bone.connected,
            "head": (heads[number] + (up if bone.parent else 0.0)).tolist(),
            "tail": (heads[number] + lengths[number] * axes[number] + (up if bone.parent else 0.0)).tolist(),
            "z_axis": (turns[number] @ bone.z_axis).tolist(),
            "deform": bone.deform, "collection": bone.collection, "color": bone.color,
        }
        for number, bone in enumerate(bones)
    ]  # fmt: skip
