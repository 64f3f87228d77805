# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Generate would begin with: small pictures of seeds, before the long work."""

from __future__ import annotations

import math
import time
import typing
from dataclasses import dataclass

from ..job import Job, JobError

PAINTED = 0.8
"""Part of the progress after which all is painted."""
AROUND = math.radians(40)
"""From where the quick shape is shown, beside its picture."""
STEP = 4
"""Of the pixels of an engine's picture one in so many is shown, along each side."""


@dataclass(frozen=True)
class GenerateSeedsParams:
    prompt: str
    painter: str = ""
    """Folder of the model that paints, in diffusers format; the starter if empty."""
    seed: int = 0
    """The first."""
    count: int = 4


def generate_seeds(params: GenerateSeedsParams, job: Job) -> tuple[dict[str, str], dict[str, typing.Any]]:
    """out/seed-<seed>.npy, "seed/<seed>" among the files: (S, 2 S, 3) uint8, display-encoded, row 0 at the top.

    To the left what is painted with the seed, to the right the shape that the starter makes of it: other engines make
    a better one of the same picture. A picture that no mesh can be made of stands alone before gray.
    """
    begin = time.perf_counter()
    from ..pictures import painted

    place = job.part(job.folder / "painted", 0.0, PAINTED)
    pictures, unknown = painted.paint(params.prompt, params.painter, params.seed, params.count, place)
    lifter, files = painted.lifter(), {}
    for number, path in enumerate(pictures):
        job.progress("Lifting", PAINTED + (1.0 - PAINTED) * number / params.count)
        seed = params.seed + number
        files[f"seed/{seed}"] = painted.keep(job, f"seed-{seed}", _cell(lifter, path))
    job.progress("Done", 1.0)
    return files, {"unknown_words": unknown, "seconds": {"all": round(time.perf_counter() - begin, 2)}}


def _cell(lifter, path) -> typing.Any:
    """Picture and shape beside each other, for :func:`generate_seeds`."""
    import numpy as np
    from PIL import Image

    from ..engines import turning
    from ..engines.contract import SIZE, Dense
    from ..isosurface.extract import EmptySurface
    from ..lifting.lift import lift
    from ..pictures.gate import gate

    side = SIZE // STEP
    with Image.open(path) as image:
        left = np.asarray(image.convert("RGB").resize((side, side)))
    try:
        surface = lift(lifter, gate(path).picture, detail=64)
    except (JobError, EmptySurface):
        return np.concatenate([left, np.full_like(left, round(255 * turning.BACKGROUND))], axis=1)
    parts = (surface.vertices.double(), surface.triangles, surface.colours)
    shape = turning.shown(Dense(*(part.cpu().numpy() for part in parts)), AROUND, side)
    return np.concatenate([left, shape], axis=1)
