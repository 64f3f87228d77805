# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark itself: each held-out object in each condition, beside simpler ways to a mesh."""

from __future__ import annotations

import datetime
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ...backend.capabilities.reconstruct import FINE_PICTURE, ReconstructParams, reconstruct
from ...backend.isosurface.extract import closed, extract
from ...backend.job import Job
from ...backend.reconstruction import hull, store
from ...backend.reconstruction.views import View, resized
from . import objects, pictures, scores, sheet
from .conditions import CONDITIONS

LIGHTS = ("courtyard", "interior", "forest", "studio", "city", "sunset")
DEVELOPMENT_SEED = 7


def run(names: list[str] | None, conditions: list[str], develop: bool, cache: Path | None, sheets: Path | None) -> dict:
    """All scores as JSON values. ``cache`` keeps Cycles' pictures for the next run, ``sheets`` gets pictures."""
    subjects = objects.DEVELOPMENT_SUBJECTS if develop else objects.HELD_OUT_SUBJECTS
    seed = DEVELOPMENT_SEED if develop else objects.HELD_OUT
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        for number, subject in enumerate(subjects):
            if names and subject.family not in names:
                continue
            truth = objects.make(subject, seed)
            surface = scores.true_surface(truth)
            folder = pictures.photograph(truth, light_of(number), (cache or work) / f"{subject.family}-{seed}")
            for condition in conditions:
                given = CONDITIONS[condition](folder, work / f"{subject.family} {condition}", number)
                row = {"object": subject.name, "condition": condition} | judge(surface, folder, given)
                print(json.dumps(row), file=sys.stderr, flush=True)
                if sheets is not None:
                    path = sheets / f"{subject.family}-{condition.replace(' ', '-')}.jpg"
                    sheet.write(path, truth, folder, given / "job" / "out")
                rows.append(row)
    return {
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "set": "development" if develop else "held out",
        "views": pictures.VIEWS,
        "size": pictures.SIZE,
        "threads": torch.get_num_threads(),
        "rows": rows,
    }


def light_of(number: int) -> str:
    """Of the object of this number in its set."""
    return LIGHTS[number % len(LIGHTS)]


def judge(truth: scores.Surface, folder: Path, given: Path) -> dict:
    """Reconstruct from the pictures in ``given`` and compare with the truth in ``folder``."""
    job = Job(given / "job")
    wall, cpu = time.monotonic(), _cpu()
    reconstruct(ReconstructParams(str(given)), job)
    wall, cpu = time.monotonic() - wall, _cpu() - cpu
    with np.load(job.outputs / "mesh.npz") as data:
        vertices, triangles = data["vertices"], data["triangles"].astype(np.int64)
    result = {"wall": round(wall, 1), "cpu": round(cpu, 1)}
    result |= {name: round(value, 3) for name, value in scores.shape_scores(vertices, triangles, truth).items()}
    with np.load(job.outputs / "texture.npz") as data:
        texture = store.texture_from_arrays(dict(data))
    mesh = torch.from_numpy(vertices), torch.from_numpy(triangles)
    decibels = []
    for name, camera in pictures.cameras().items():
        if name.startswith("unseen"):
            shown, _ = scores.picture(*mesh, texture, camera)
            decibels.append(scores.foreground_psnr(shown, truth_view(folder / f"{name}.png", camera)))
    result["psnr"] = round(sum(decibels) / len(decibels), 2)
    with np.load(job.folder / "checkpoint" / "coarse.npz") as data:
        grid, field = store.field_from_arrays(dict(data))
    with np.load(job.folder / "checkpoint" / "views.npz") as data:
        views = [resized(view, FINE_PICTURE) for view in store.views_from_arrays(dict(data))]
    silhouettes = [hull.silhouette_distance(view.mask) for view in views]
    fine = hull.grid_of_box(grid.origin, grid.origin + grid.cell * (torch.tensor(grid.shape) - 1), 112, 0)
    distances = hull.hull_distance(fine.points(), views, silhouettes).reshape(fine.shape)
    for name, peer in (("hull", extract(closed(distances, fine.cell), fine)),
                       ("coarse", extract(closed(field.distances, grid.cell), grid))):  # fmt: skip
        score = scores.shape_scores(peer.vertices.numpy(), peer.triangles.numpy(), truth)
        result[f"{name}_f_score"] = round(score["f_score"], 3)
    return result


def truth_view(path: Path, camera) -> View:
    with Image.open(path) as image:
        pixels = torch.from_numpy(np.asarray(image.convert("RGBA"), dtype=np.float32) / 255.0)
    return View(path.name, camera, pixels[..., :3], pixels[..., 3])


def _cpu() -> float:
    """Seconds that this process has computed, on all cores together."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
