# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m galatea.benchmarks.generate_gallery FILE``: a sheet of sentences and pictures, and what becomes of them.

Each row: the picture that the mesh was made of, then the mesh from its front, left, back and right, before it is
finished. Sentences are painted by the starter as Generate does it; pictures are those of :mod:`.outlines`.
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

from ..backend.engines import turning
from ..backend.engines.contract import Order
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
)
PICTURES = "horse", "stag", "wolf", "egg"
CELL = 128
"""Pixels."""
SIDES = (0.0, math.pi / 2, math.pi, -math.pi / 2)
TRIES = 4


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks/generate_gallery", description="A sheet of what Generate makes.")
    parser.add_argument("output", type=Path, metavar="FILE")
    parser.add_argument("--sentences", type=int, default=len(SENTENCES), metavar="N", help="only the first so many")
    options = parser.parse_args(arguments)
    rows = []
    with tempfile.TemporaryDirectory() as place:
        for name in (*SENTENCES[: options.sentences], *PICTURES):
            begin = time.monotonic()
            found = photographed(name, Path(place)) if name in PICTURES else said(name, Path(place))
            article = "an" if name[0] in "aeiou" else "a"
            rows.append(row(f"picture of {article} {name}" if name in PICTURES else name, found))
            print(f"{name}, {time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.concatenate(rows)).save(options.output, quality=88)
    print(f"Look at {options.output}", file=sys.stderr)


def said(sentence: str, place: Path) -> Subject:
    """The painting of a sentence that goes on to the engine."""
    pictures, _ = painted.paint(sentence, "", 0, TRIES, Job(place / sentence.replace(" ", "-")))
    return painted.best(pictures)[1]


def photographed(name: str, place: Path) -> Subject:
    """A shaded subject before a plain backdrop, whose outline is looked for."""
    shaded, cover = subject(name)
    picture = shaded * cover[..., None] + backdrop("plain") * (1.0 - cover[..., None])
    path = place / f"{name}.png"
    Image.fromarray((255.0 * picture.clip(0.0, 1.0)).round().astype(np.uint8)).save(path)
    return gate(path)


def row(title: str, found: Subject) -> np.ndarray:
    """Title, picture and four sides."""
    dense = make(Order(found.picture), lambda stage, fraction: None)
    sides = [turning.shown(dense, azimuth, CELL) for azimuth in SIDES]
    cells = np.concatenate([painted.small(found, found.picture.shape[0] // CELL), *sides], axis=1)
    head = Image.new("RGB", (cells.shape[1], LINE), PAPER)
    ImageDraw.Draw(head).text((6, 3), title, INK)
    return np.concatenate([np.asarray(head), cells])


if __name__ == "__main__":
    main(sys.argv[1:])
