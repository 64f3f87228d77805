# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m galatea.benchmarks.generate_gallery FILE``: a sheet of sentences and pictures, and what becomes of them.

Sentences: the shape like clay from its front, side and back, then finished and painted, under two lights. Pictures,
those of :mod:`.outlines`: the picture, then the mesh from its front, left, back and right, before it is finished.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from ..backend.capabilities.generate import GenerateParams, generate
from ..backend.engines import turning
from ..backend.engines.contract import Order
from ..backend.engines.files import DENSE, load_dense
from ..backend.engines.starter import make
from ..backend.job import Job
from ..backend.pictures import painted
from ..backend.pictures.gate import Subject, gate
from .gallery import INK, LINE, PAPER
from .outlines import backdrop, subject

SENTENCES = (
    "a blue ceramic teapot",
    "a golden goblet",
    "a wooden table",
    "a red wooden chair",
    "a green car",
    "a brown horse",
    "a stone castle",
    "a grey elephant",
)
PICTURES = "horse", "stag", "wolf", "egg"
CELL = 160
"""Pixels."""
COLUMNS = 2
"""Sentences or pictures beside each other."""
SIDES = (0.0, math.pi / 2, math.pi, -math.pi / 2)
AROUND = tuple(math.radians(degrees) for degrees in (35, 100, 215))
"""From where the clay of a sentence is seen."""


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks/generate_gallery", description="A sheet of what Generate makes.")
    parser.add_argument("output", type=Path, metavar="FILE")
    parser.add_argument(
        "--sentences", type=int, default=len(SENTENCES), metavar="N", help="only the first so many, an even number"
    )
    options = parser.parse_args(arguments)
    rows = []
    with tempfile.TemporaryDirectory() as place:
        for name in (*SENTENCES[: options.sentences], *PICTURES):
            begin = time.monotonic()
            if name in PICTURES:
                article = "an" if name[0] in "aeiou" else "a"
                rows.append(titled(f"picture of {article} {name}", lifted(photographed(name, Path(place)))))
            else:
                rows.append(titled(name, said(name, Path(place))))
            print(f"{name}, {time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    beside = [np.concatenate(rows[number : number + COLUMNS], axis=1) for number in range(0, len(rows), COLUMNS)]
    Image.fromarray(np.concatenate(beside)).save(options.output, quality=88)
    print(f"Look at {options.output}", file=sys.stderr)


def said(sentence: str, place: Path) -> list[np.ndarray]:
    """What Generate makes of a sentence."""
    job = Job(place / sentence.replace(" ", "-"))
    job.folder.mkdir()
    generate(GenerateParams(prompt=sentence), job)
    clay = load_dense(job.folder / "engine" / DENSE)
    with Image.open(job.folder / "texture/out/preview.png") as image:
        painted_twice = np.asarray(image.convert("RGB").resize((2 * CELL, CELL), Image.Resampling.LANCZOS))
    return [*(turning.shown(clay, azimuth, CELL) for azimuth in AROUND), painted_twice]


def photographed(name: str, place: Path) -> Subject:
    """A shaded subject before a plain backdrop, whose outline is looked for."""
    shaded, cover = subject(name)
    picture = shaded * cover[..., None] + backdrop("plain") * (1.0 - cover[..., None])
    path = place / f"{name}.png"
    Image.fromarray((255.0 * picture.clip(0.0, 1.0)).round().astype(np.uint8)).save(path)
    return gate(path)


def lifted(found: Subject) -> list[np.ndarray]:
    """Picture and four sides."""
    dense = make(Order(found.picture), lambda stage, fraction: None)
    own = Image.fromarray(painted.small(found, 2)).resize((CELL, CELL), Image.Resampling.LANCZOS)
    return [np.asarray(own), *(turning.shown(dense, azimuth, CELL) for azimuth in SIDES)]


def titled(title: str, cells: list[np.ndarray]) -> np.ndarray:
    """Cells beside each other below their title."""
    row = np.concatenate(cells, axis=1)
    head = Image.new("RGB", (row.shape[1], LINE), PAPER)
    ImageDraw.Draw(head).text((6, 3), title, INK)
    return np.concatenate([np.asarray(head), row])


if __name__ == "__main__":
    main(sys.argv[1:])
