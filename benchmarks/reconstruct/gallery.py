# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documents' pictures of reconstructions: ``python -m galatea.benchmarks.reconstruct.gallery DIR``.

For each object a row: Cycles' picture from where no picture was given, ours, the true shape, ours.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ...backend.capabilities.reconstruct import ReconstructParams, reconstruct
from ...backend.job import Job
from ...backend.raster.camera import Camera, orbit
from ...backend.reconstruction import store
from . import objects, pictures, scores, sheet
from .run import DEVELOPMENT_SEED, light_of

SIZE, FOV, SAMPLES = 360, math.radians(28.0), 32
SHOWN = ("stag", "bust", "dog")
"""The first is held out, the others are development objects."""
QUALITY = 85


def main() -> None:
    parser = argparse.ArgumentParser(description="Pictures of reconstructions beside the truth, for the documents.")
    parser.add_argument("output", metavar="DIR", type=Path, help="folder for reconstruction-<object>.jpg")
    parser.add_argument("--objects", nargs="+", metavar="NAME", default=SHOWN)
    parser.add_argument("--cache", type=Path, metavar="DIR", help="pictures that the benchmark has rendered already")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    for name in options.objects:
        with tempfile.TemporaryDirectory() as temporary:
            row = picture(name, options.cache or Path(temporary), Path(temporary))
        pixels = (row * 255).round().clamp(0, 255).byte().numpy()
        Image.fromarray(pixels).save(options.output / f"reconstruction-{name}.jpg", quality=QUALITY)


def picture(name: str, cache: Path, work: Path) -> torch.Tensor:
    """(SIZE, 4 SIZE, 3) display-encoded."""
    everyone = [
        (number, subject, seed)
        for subjects, seed in (
            (objects.HELD_OUT_SUBJECTS, objects.HELD_OUT),
            (objects.DEVELOPMENT_SUBJECTS, DEVELOPMENT_SEED),
        )
        for number, subject in enumerate(subjects)
    ]
    number, subject, seed = next(one for one in everyone if one[1].family == name)
    truth = objects.make(subject, seed)
    given = pictures.photograph(truth, light_of(number), cache / f"{name}-{seed}")
    camera = orbit(math.radians(34.0), math.radians(20.0), pictures.DISTANCE, FOV, SIZE)
    pictures.render(truth, light_of(number), work / "shown", {"shown": camera}, FOV, SAMPLES)
    job = Job(work / "job")
    reconstruct(ReconstructParams(str(given)), job)
    return beside(truth, camera, work / "shown" / "shown.png", job.outputs)


def beside(truth: objects.Object, camera: Camera, photo: Path, outputs: Path) -> torch.Tensor:
    """The row of one object."""
    with np.load(outputs / "mesh.npz") as data:
        mesh = torch.from_numpy(data["vertices"]), torch.from_numpy(data["triangles"]).long()
    with np.load(outputs / "texture.npz") as data:
        texture = store.texture_from_arrays(dict(data))
    true_mesh = torch.tensor(truth.vertices, dtype=torch.float32), torch.from_numpy(truth.triangles)
    with Image.open(photo) as image:
        pixels = torch.from_numpy(np.asarray(image, dtype=np.float32) / 255.0)
    shown, coverage = scores.picture(*mesh, texture, camera)
    on_grey = pixels[..., :3] * pixels[..., 3:] + sheet.BACKDROP * (1.0 - pixels[..., 3:])
    ours = shown + sheet.BACKDROP * (1.0 - coverage)
    return torch.cat((on_grey, ours, sheet.clay(*true_mesh, camera), sheet.clay(*mesh, camera)), dim=1)


if __name__ == "__main__":
    main()
