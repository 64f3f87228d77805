# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Generate would begin with: small pictures of seeds, before the long work."""

from __future__ import annotations

import contextlib
import math
import time
import typing
from dataclasses import dataclass
from pathlib import Path

from ..job import Job, JobError

if typing.TYPE_CHECKING:
    import numpy as np

    from ..lifting.network import Lifter

PAINTED = 0.8
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
    lifter, files = painted.lifter(), {}
    for number, path in enumerate(pictures):
        job.progress("Lifting", PAINTED + (1.0 - PAINTED) * number / params.count)
        seed = params.seed + number
        files[f"seed/{seed}"] = painted.keep(job, f"seed-{seed}", _cell(lifter, path))
    job.progress("Done", 1.0)
    return files, {"unknown_words": unknown, "seconds": {"all": round(time.perf_counter() - begin, 2)}}


def _sculptures(params: GenerateSeedsParams, job: Job) -> dict[str, str]:
    """Names and files of the shapes of all seeds."""
    import numpy as np

    from ..engines import starter, turning
    from ..engines.contract import EmptySurface, Order
    from ..pictures import painted

    files = {}
    for number in range(params.count):
        seed, part = params.seed + number, job.part(job.folder, number / params.count, (number + 1) / params.count)
        order = Order(None, params.prompt, seed, steps=params.steps)
        cell = np.full((CELL, CELL, 3), round(255 * turning.BACKGROUND), np.uint8)
        with contextlib.suppress(EmptySurface):
            cell = turning.shown(starter.make(order, part.progress), AROUND, CELL)
        files[f"seed/{seed}"] = painted.keep(job, f"seed-{seed}", cell)
    return files


def _cell(lifter: Lifter, path: Path) -> np.ndarray:
    """Shape and picture (CELL, CELL, 3) uint8 of a painting."""
    import numpy as np
    from PIL import Image

    from ..engines import turning
    from ..engines.contract import Dense
    from ..isosurface.extract import EmptySurface
    from ..lifting.frustum import CELLS
    from ..lifting.lift import lift
    from ..pictures import painted

    with Image.open(path) as image:
        inset = np.asarray(image.convert("RGB").resize((INSET, INSET)))
    cell = np.full((CELL, CELL, 3), round(255 * turning.BACKGROUND), np.uint8)
    try:
        surface = lift(lifter, painted.cut_out(path).picture, detail=CELLS)
    except (JobError, EmptySurface):
        pass  # the picture says why
    else:
        parts = (surface.vertices.double(), surface.triangles, surface.colours)
        cell = turning.shown(Dense(*(part.cpu().numpy() for part in parts)), AROUND, CELL)
    cell[-INSET:, :INSET] = inset
    return cell
