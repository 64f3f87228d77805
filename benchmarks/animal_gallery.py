# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Animals from a clip and from photos on a sheet each: ``python -m galatea.benchmarks.animal_gallery FOLDER``.

Of each a few of the pictures that went in, the rig over them through its own camera, the side that they do not show,
and the bones. What a sheet shows is read from the job's files, as Blender reads them. What is done is kept in FOLDER.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw

from ..backend.capabilities.rig_clip import RigClipParams, rig_clip
from ..backend.capabilities.rig_photos import RigPhotosParams, rig_photos
from ..backend.clip.read import numbered
from ..backend.job import Job
from ..backend.raster import gbuffer
from ..backend.raster.camera import Camera, look_at, project
from ..backend.reconstruction.views import sample
from ..backend.uv.raster import to_texels
from . import gallery

CELL, SHOWN = 240, 5
"""Pixels of a picture, and pictures in a row."""
ROOM = 1.2
"""Of the square that just holds the animal."""
PAPER, FADED = 0.94, 0.35
"""Gray behind the animals, and what is left of a picture below the rig."""
LEFT, MIDDLE, RIGHT = (40, 150, 60), (60, 80, 190), (200, 60, 50)
"""Of bones."""
SENSOR = 36.0
"""Millimeters, Blender's."""
CLIP = {"frames": 32, "rate": 16, "size": 256, "samples": 8, "seed": 7, "action": "Walk", "heading": 65, "turn": 60,
        "walked": 0.7}  # fmt: skip
"""See ``clip/film.py``."""
PHOTOS = {"pictures": 12, "size": 256, "samples": 8, "seed": 7}
"""See ``photos/photograph.py``."""
ANIMALS = "horse", "wolf"
"""In the clip and in the photos; both are in ``examples``."""


@dataclasses.dataclass(frozen=True)
class Made:
    """What a job made, at F frames."""

    points: torch.Tensor
    """(F, V, 3) float32"""
    triangles: torch.Tensor
    """(T, 3) int64"""
    texel: torch.Tensor
    """(T, 3, 2) of corners."""
    texture: torch.Tensor
    """(S, S, 3) display-encoded."""
    bones: np.ndarray
    """(F, B, 2, 3) heads and tails."""
    names: list[str]
    cameras: list[Camera]
    """F, of whole pictures."""


def made(job: Job, cameras: list[dict], texture: str) -> Made:
    """From its files. ``cameras`` has for each frame ``camera_to_world``, ``lens`` and ``size``."""
    with np.load(job.outputs / "mesh.npz") as mesh, np.load(job.outputs / "weights.npz") as skin:
        rest, triangles, corner_uv = mesh["vertices"], mesh["triangles"], mesh["corner_uv"]
        indices, weights = skin["indices"], skin["weights"]
    with np.load(job.outputs / "motion.npz") as motion:
        matrices = motion["matrices"]
    bones = json.loads((job.outputs / "skeleton.json").read_text())["bones"]
    points = np.stack([
        np.einsum("vk,vkij,vj->vi", weights, turn[indices], np.c_[rest, np.ones(len(rest))]) for turn in matrices
    ])  # fmt: skip
    ends = np.array([[bone["head"], bone["tail"]] for bone in bones])
    moved = np.einsum("fbij,bej->fbei", matrices[..., :3], ends) + matrices[:, :, None, :, 3]
    image = torch.from_numpy(np.asarray(Image.open(job.outputs / texture), np.float32) / 255)
    return Made(
        torch.tensor(points, dtype=torch.float32), torch.from_numpy(triangles).long(),
        torch.tensor(to_texels(corner_uv, 1001, len(image)), dtype=torch.float32), image, moved,
        [bone["name"] for bone in bones], [camera_of(one) for one in cameras],
    )  # fmt: skip


def camera_of(one: dict) -> Camera:
    width, height = one["size"]
    focal = one["lens"] / SENSOR * max(width, height)
    return Camera(torch.tensor(one["camera_to_world"]), focal, focal, width / 2, height / 2, width, height)


def sheet(what: Made, pictures: list[Path], frames: list[int]) -> Image.Image:
    """Rows: pictures, the rig over them, from the other side, bones."""
    rows: list[list[np.ndarray]] = [[], [], [], []]
    for frame in frames:
        points, camera = what.points[frame], what.cameras[frame]
        place, _ = project(camera, points)
        low, high = place.amin(dim=0), place.amax(dim=0)
        side, middle = ROOM * float((high - low).max()), ((low + high) / 2).tolist()
        left, upper = (value - side / 2 for value in middle)
        scale = CELL / side
        near = Camera(
            camera.camera_to_world, camera.fx * scale, camera.fy * scale, (camera.cx - left) * scale,
            (camera.cy - upper) * scale, CELL, CELL,
        )  # fmt: skip
        shown = cropped(pictures[frame], left, upper, side)
        own, covered = drawn(what, points, near)
        over = np.where(covered, own, PAPER + FADED * (shown - PAPER))
        other, _ = drawn(what, points, opposite(near, points))
        pale = PAPER + 0.4 * (own - PAPER)
        for row, cell in zip(rows, (shown, over, other, with_bones(pale, what, frame, near)), strict=True):
            row.append(cell)
    whole = np.concatenate([np.concatenate(row, axis=1) for row in rows])
    return Image.fromarray((255 * whole.clip(0, 1)).round().astype(np.uint8))


def cropped(path: Path, left: float, upper: float, side: float) -> np.ndarray:
    """(CELL, CELL, 3) of a square of a picture, before paper."""
    with Image.open(path) as opened:
        picture = opened.convert("RGBA")
    box = left, upper, left + side, upper + side
    small = picture.transform((CELL, CELL), Image.Transform.EXTENT, box, Image.Resampling.BICUBIC)
    values = np.asarray(small, np.float32) / 255
    return values[..., :3] * values[..., 3:] + PAPER * (1 - values[..., 3:])


def drawn(what: Made, points: torch.Tensor, camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    """(CELL, CELL, 3) in its colors, and where it is (CELL, CELL, 1)."""
    buffer = gbuffer.rasterize(points, what.triangles, camera)
    texel = (buffer.barycentric[..., None] * what.texel[buffer.face]).sum(dim=1)
    light = 0.7 + 0.3 * (buffer.normal * buffer.view).sum(-1, keepdim=True)
    return buffer.image(sample(what.texture, texel) * light, PAPER).numpy(), buffer.mask[..., None].numpy()


def opposite(camera: Camera, points: torch.Tensor) -> Camera:
    """A camera on the other side of the animal that shows it as large."""
    middle = (points.amin(dim=0) + points.amax(dim=0)) / 2
    away = camera.position - middle
    half = float((points - middle).norm(dim=1).max())
    matrix = look_at(middle + away * away.new_tensor((-1.0, -1.0, 1.0)), middle)
    focal = CELL / 2 / math.tan(math.asin(half / float(away.norm())))
    return Camera(matrix, focal, focal, CELL / 2, CELL / 2, CELL, CELL)


def with_bones(picture: np.ndarray, what: Made, frame: int, camera: Camera) -> np.ndarray:
    image = Image.fromarray((255 * picture.clip(0, 1)).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    places, _ = project(camera, torch.tensor(what.bones[frame].reshape(-1, 3), dtype=torch.float32))
    for name, (head, tail) in zip(what.names, places.reshape(-1, 2, 2).tolist(), strict=True):
        if name == "Root":  # which lies on the ground
            continue
        colour = LEFT if name.endswith(".L") else RIGHT if name.endswith(".R") else MIDDLE
        pen.line([*head, *tail], fill=colour, width=2)
        for x, y in (head, tail):
            pen.ellipse((x - 2.5, y - 2.5, x + 2.5, y + 2.5), fill=colour)
    return np.asarray(image, np.float32) / 255


def pictured(script: str, animal: str, folder: Path, job: dict) -> list[Path]:
    """Frames or photos of an animal of the examples, in order."""
    if not (folder / "truth.npz").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        child = Path(__file__).parent / script
        glb = gallery.ROOT / f"examples/{animal}.glb"
        command = [sys.executable, "-I", str(child), str(glb), str(folder), json.dumps(job)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return numbered(folder)


def clip_sheet(folder: Path) -> Image.Image:
    pictures = pictured("clip/film.py", ANIMALS[0], folder / f"{ANIMALS[0]}-clip", CLIP)
    job = job_in(folder / "clip-job")
    if not (job.outputs / "camera.json").is_file():
        rig_clip(RigClipParams(str(pictures[0].parent), rate=CLIP["rate"]), job)
    camera = json.loads((job.outputs / "camera.json").read_text())
    cameras = [camera | {"camera_to_world": camera["camera_to_world"][0]}] * len(pictures)
    return sheet(made(job, cameras, "texture.png"), pictures, spread(len(pictures)))


def photos_sheet(folder: Path) -> Image.Image:
    pictures = pictured("photos/photograph.py", ANIMALS[1], folder / f"{ANIMALS[1]}-photos", PHOTOS)
    job = job_in(folder / "photos-job")
    if not (job.outputs / "cameras.json").is_file():
        rig_photos(RigPhotosParams(str(pictures[0].parent)), job)
    cameras = json.loads((job.outputs / "cameras.json").read_text())
    return sheet(made(job, cameras, "fused.png"), pictures, spread(len(pictures)))


def job_in(folder: Path) -> Job:
    folder.mkdir(parents=True, exist_ok=True)
    return Job(folder)


def spread(count: int) -> list[int]:
    return np.unique(np.linspace(0, count - 1, SHOWN).round().astype(int)).tolist()


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.animal_gallery", description=__doc__.partition(":")[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--only", choices=("clip", "photos"))
    options = parser.parse_args()
    for name, make in (("clip", clip_sheet), ("photos", photos_sheet)):
        if options.only in (None, name):
            gallery.say(f"Rigging an animal from {'a clip' if name == 'clip' else name} ...")
            path = options.folder / f"{name}.jpg"
            make(options.folder).save(path, quality=92)
            gallery.say(f"Look at {path}")


if __name__ == "__main__":
    main()
