# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Generate would begin with: small pictures of seeds, before the long work."""

from __future__ import annotations

import math
import time
import typing
from dataclasses import dataclass
from pathlib import Path

from ..job import Job, JobError

if typing.TYPE_CHECKING:
    import numpy as np

    from ..engines.contract import Order

PAINTED = 0.5
"""Part of the progress after which all is painted."""
MOST_SEEDS = 16
AROUND = math.radians(40)
"""From where the quick shape is shown, beside its picture."""
CELL, INSET = 192, 64
"""Pixels of a seed's picture, and of what was painted in its corner."""


@dataclass(frozen=True)
class GenerateSeedsParams:
    prompt: str
    painter: str = ""
    """Folder of the model that paints, in diffusers format; the starter if empty."""
    seed: int = 0
    """The first."""
    count: int = 4
    engine: str = "starter"
    """Id of the card of ``engines.cards`` that Generate would use."""
    steps: int = 0
    """Denoising steps of an engine that makes shapes of prompts; 0: its own."""


def generate_seeds(params: GenerateSeedsParams, job: Job) -> tuple[dict[str, str], dict[str, typing.Any]]:
    """out/seed-<seed>.npy, "seed/<seed>" among the files: (CELL, CELL, 3) uint8, display-encoded, row 0 at the top.

    Where the engine makes what the prompt names by itself, its shape like clay, and an empty picture for none. Else the
    shape that the starter makes of what is painted with the seed, and that in the corner: other engines make a better
    one of the same picture. A picture that no mesh can be made of stands alone before gray.
    """
    if not 1 <= params.count <= MOST_SEEDS or not 0 <= params.steps <= 1000:
        raise JobError(
            "bad_input", "So many seeds or steps make no sense.",
            f"Choose 1 to {MOST_SEEDS} seeds, and at most 1000 steps.",
        )  # fmt: skip
    begin = time.perf_counter()
    from ..engines import cards
    from ..pictures import painted
    from ..sculpting import kinds

    if kinds.chosen(cards.engine(params.engine), params.prompt, params.painter):
        files = _sculptures(params, job)
        return files, {"unknown_words": [], "seconds": {"all": round(time.perf_counter() - begin, 2)}}
    place = job.part(job.folder / "painted", 0.0, PAINTED)
    pictures, unknown = painted.paint(params.prompt, params.painter, params.seed, params.count, place)
    files = {}
    for number, path in enumerate(pictures):
        seed, part = params.seed + number, _part(job, PAINTED, number, params.count)
        files[f"seed/{seed}"] = painted.keep(job, f"seed-{seed}", _painting(path, seed, part))
    job.progress("Done", 1.0)
    return files, {"unknown_words": unknown, "seconds": {"all": round(time.perf_counter() - begin, 2)}}


def _sculptures(params: GenerateSeedsParams, job: Job) -> dict[str, str]:
    """Names and files of the shapes of all seeds."""
    from ..engines.contract import Order
    from ..pictures import painted

    files = {}
    for number in range(params.count):
        seed, part = params.seed + number, _part(job, 0.0, number, params.count)
        cell = _shape(Order(None, params.prompt, seed, steps=params.steps), part)
        files[f"seed/{seed}"] = painted.keep(job, f"seed-{seed}", cell)
    return files


def _part(job: Job, begin: float, number: int, count: int) -> Job:
    each = (1.0 - begin) / count
    return job.part(job.folder, begin + number * each, begin + (number + 1) * each)


def _painting(path: Path, seed: int, job: Job) -> np.ndarray:
    """Shape and picture (CELL, CELL, 3) uint8 of a painting."""
    import numpy as np
    from PIL import Image

    from ..engines import turning
    from ..engines.contract import Order
    from ..pictures import painted

    with Image.open(path) as image:
        inset = np.asarray(image.convert("RGB").resize((INSET, INSET)))
    try:
        picture = painted.cut_out(path).picture
    except JobError:  # the picture says why
        cell = np.full((CELL, CELL, 3), round(255 * turning.BACKGROUND), np.uint8)
    else:
        cell = _shape(Order(picture, seed=seed), job)
    cell[-INSET:, :INSET] = inset
    return cell


def _shape(order: Order, job: Job) -> np.ndarray:
    """What the starter makes (CELL, CELL, 3) uint8, or nothing before gray."""
    import numpy as np

    from ..engines import starter, turning
    from ..isosurface import EmptySurface

    try:
        return turning.shown(starter.make(order, job.progress), AROUND, CELL)
    except EmptySurface:
        return np.full((CELL, CELL, 3), round(255 * turning.BACKGROUND), np.uint8)
