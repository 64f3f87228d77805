# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of each object its pictures show: ``python -m galatea.benchmarks.reconstruct.seen``.

A place that fewer than two pictures show can only be guessed. The F-score beside it is that of a method which gets all
other places exactly right and adds nothing wrong.
"""

from __future__ import annotations

import numpy as np
import torch

from ...backend.raster.camera import Camera
from ...backend.raster.embree_raster import unoccluded
from . import objects, pictures
from .run import DEVELOPMENT_SEED

POINTS = 20_000
AWAY = 2e-3
"""World units from the surface where a ray to the camera begins."""


def main() -> None:
    views = [camera for name, camera in pictures.cameras().items() if name.startswith("view")]
    print("| object | seen by two or more | F-score at best |\n| --- | ---: | ---: |")
    for name, subjects, seed in (
        ("development", objects.DEVELOPMENT_SUBJECTS, DEVELOPMENT_SEED),
        ("held out", objects.HELD_OUT_SUBJECTS, objects.HELD_OUT),
    ):
        scores = []
        for subject in subjects:
            item = objects.make(subject, seed)
            part = float((views_of(item, views) >= 2).mean())
            scores.append((part, 2 * part / (1 + part)))
            print(f"| {subject.name} | {scores[-1][0]:.3f} | {scores[-1][1]:.3f} |", flush=True)
        part, best = np.mean(scores, axis=0)
        print(f"| **{name}, mean** | {part:.3f} | {best:.3f} |")


def views_of(item: objects.Object, views: list[Camera]) -> np.ndarray:
    """By how many of the views each of many points of the visible surface is seen, (N,)."""
    points = torch.tensor(objects.visible_samples(item.vertices, item.triangles, POINTS), dtype=torch.float32)
    mesh = torch.tensor(item.vertices, dtype=torch.float32), torch.from_numpy(item.triangles)
    count = np.zeros(len(points), dtype=int)
    for view in views:
        towards = torch.nn.functional.normalize(view.position - points, dim=1)
        count += unoccluded(*mesh, points + AWAY * towards, towards).numpy()
    return count


if __name__ == "__main__":
    main()
