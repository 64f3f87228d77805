# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what is made of a prompt has the shape that it names: ``python -m galatea.benchmarks.prompts``.

The outline that the gate finds in a painting is compared with outlines of all families of the starter's shapes. Score:
the part of the other families that have a nearer outline than the named one, 0 at best and 0.5 by chance; a painting
that does not pass the gate counts 1. Ways: the prompt as it is and one seed; the prompt as Generate words it and one
seed; the same, and of several seeds the one of whose shape the lifter is most sure, as Generate does it with things
that the sculptor does not know; the best that could have been chosen; what the sculptor makes, one seed, seen from one
side as the outlines are.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from ..backend.job import Job, JobError
from ..backend.pictures import painted
from ..backend.pictures.gate import Subject
from ..backend.raster.camera import orbit
from ..backend.raster.gbuffer import rasterize
from ..backend.sculpting import kinds, sculpt
from ..backend.training import shapes
from ..backend.training.materials.draw import HELD_OUT

PROMPTS = {
    "chair": "a red wooden chair", "horse": "a brown horse", "teapot": "a blue ceramic teapot", "car": "a green car",
    "duck": "a yellow rubber duck", "airplane": "a silver airplane", "tower": "a stone tower",
    "elephant": "a grey elephant", "table": "a wooden table", "goblet": "a golden goblet", "fish": "a red fish",
    "sofa": "a leather sofa",
}  # fmt: skip
"""By the family that is named.."""
WAYS = "as it is, one seed", "worded, one seed", "worded, surest", "worded, best possible", "sculpted, one seed"
"""The first two and the last are means over the seeds."""
VIEWS, SIZE = 6, 32
AROUND = 0.2
"""Radians of the first view."""


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks/prompts", description="Shapes of painted prompts.")
    parser.add_argument("--tries", type=int, default=4, metavar="N", help="seeds to choose from")
    options = parser.parse_args(arguments)
    known, lifter, rows = outlines(), painted.lifter(), {}
    with tempfile.TemporaryDirectory() as place:
        for family, prompt in PROMPTS.items():
            plain = paintings(prompt, Path(place) / f"{family}-plain", options.tries)
            worded = paintings(painted.wording(prompt, ""), Path(place) / family, options.tries)
            ranks = [[rank(known, family, one) for one in ones] for ones in (plain, worded)]
            sure = [-1.0 if one is None else painted.clear(lifter, one) for one in worded]
            shapes_made = [rank_of(known, family, mask) for mask in sculptures(prompt, options.tries)]
            chosen = (
                *(float(np.mean(one)) for one in ranks), ranks[1][int(np.argmax(sure))], min(ranks[1]),
                float(np.mean(shapes_made)),
            )  # fmt: skip
            rows[prompt] = dict(zip(WAYS, chosen))
            print(prompt, rows[prompt], file=sys.stderr, flush=True)
    means = {way: round(float(np.mean([row[way] for row in rows.values()])), 3) for way in WAYS}
    print(json.dumps({"tries": options.tries, "prompts": rows, "means": means}, indent=1))


def paintings(text: str, place: Path, count: int) -> list[Subject | None]:
    """What the gate finds in paintings of a text as it stands; None where it finds nothing."""
    from ..backend.capabilities.image import ImageParams, image

    job = Job(place)
    job.folder.mkdir(parents=True)
    image(ImageParams(text, count=count), job)
    found: list[Subject | None] = []
    for number in range(1, count + 1):
        try:
            found.append(painted.cut_out(job.outputs / f"image-{number}.png"))
        except JobError:
            found.append(None)
    return found


def outlines() -> dict[str, torch.Tensor]:
    """(VIEWS, SIZE * SIZE) of held-out instances of each family, from all around."""
    found = {}
    for family in shapes.FAMILIES:
        masks = []
        for view in range(VIEWS):
            shape = shapes.make(family, HELD_OUT + view)
            vertices, triangles = torch.from_numpy(shape.vertices).float(), torch.from_numpy(shape.triangles).long()
            masks.append(boxed(outline(vertices, triangles, 2 * math.pi * view / VIEWS + AROUND)))
        found[family.name] = torch.stack(masks)
    return found


def outline(vertices: torch.Tensor, triangles: torch.Tensor, azimuth: float) -> torch.Tensor:
    return rasterize(vertices, triangles, orbit(azimuth, math.radians(12), 5.0, 0.5, 64)).mask.float()


def sculptures(prompt: str, count: int) -> list[torch.Tensor]:
    """Outlines (H, W) of what the sculptor makes of a prompt."""
    sculptor, kind = sculpt.read(kinds.STARTER), kinds.named(prompt)
    assert kind is not None, prompt
    surfaces = [sculpt.surface(solid) for solid in sculpt.solids(sculptor, [kind] * count, list(range(count)))]
    return [outline(*surface, AROUND + math.pi / VIEWS) for surface in surfaces]


def rank(known: dict[str, torch.Tensor], family: str, subject: Subject | None) -> float:
    """The score of one painting."""
    return 1.0 if subject is None else rank_of(known, family, torch.from_numpy(subject.mask))


def rank_of(known: dict[str, torch.Tensor], family: str, mask: torch.Tensor) -> float:
    """The score of one outline (H, W)."""
    own = boxed(mask)
    distance = {name: float((masks - own).square().sum(dim=1).amin()) for name, masks in known.items()}
    return float(np.mean([distance[name] < distance[family] for name in known if name != family]))


def boxed(mask: torch.Tensor) -> torch.Tensor:
    """(SIZE * SIZE,) of a mask (H, W): the square around what it covers."""
    rows, columns = torch.where(mask > 0.5)
    side = max(int(rows.max() - rows.min()), int(columns.max() - columns.min())) + 1
    line = torch.linspace(-1, 1, SIZE) * side / 2
    y, x = line + (rows.max() + rows.min()) / 2, line + (columns.max() + columns.min()) / 2
    height, width = mask.shape
    y, x = torch.meshgrid(2 * y / (height - 1) - 1, 2 * x / (width - 1) - 1, indexing="ij")
    grid = torch.stack((x, y), dim=-1)[None]
    return functional.grid_sample(mask[None, None].float(), grid, align_corners=True).flatten()


if __name__ == "__main__":
    main(sys.argv[1:])
