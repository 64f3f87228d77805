# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether Rig knows what Generate made: ``python -m galatea.benchmarks.rig_generated``.

The starter's engine makes meshes of pictures of held-out animals and figures, one or more of each kind, and Rig chooses
a plan for them: from the shape alone, with what Generate took the picture for, and where both were told the name.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch

from ..backend.engines.contract import Dense, Order
from ..backend.engines.starter import make
from ..backend.job import JobError
from ..backend.mesh.clean import Shape, clean, decimated
from ..backend.skeleton.find import ABOUT_LEGS, find_skeleton
from ..backend.skeleton.options import Counts
from ..backend.skeleton.said import plan_of
from ..backend.training import shapes
from .lifting import case

WAYS = "shape alone", "as Generate took it", "told its name"
FACES = 20_000


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks/rig_generated", description="Plans for generated animals.")
    parser.add_argument("--each", type=int, default=1, metavar="N", help="objects of each kind")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    rows = []
    for family in (item.name for item in shapes.FAMILIES if plan_of(item.name)):
        for number in range(options.each):
            alone, told = (generated(family, number, words) for words in ("", f"a {family}"))
            shape = finished(alone)
            found = planned(shape, ""), planned(shape, alone.taken_for), planned(finished(told), f"a {family}")
            plans = dict(zip(WAYS, found, strict=True))
            rows.append({"kind": family, "taken for": alone.taken_for, "wanted": plan_of(family), **plans})
            print(rows[-1], file=sys.stderr, flush=True)
    print(markdown(rows))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))


def generated(family: str, number: int, words: str) -> Dense:
    """Of a picture of a held-out instance, and of what was said of it."""
    picture = case(family, number).picture.transpose(1, 2, 0).astype(np.float32) / 255
    return make(Order(picture, words), lambda stage, fraction: None)


def finished(dense: Dense) -> Shape:
    """As Generate leaves it."""
    return decimated(clean(dense.vertices, dense.triangles), FACES)


def planned(shape: Shape, words: str) -> dict:
    """What Rig chooses."""
    try:
        found = find_skeleton(shape, "auto", True, Counts(), np.random.default_rng(0), said=(words,))
    except JobError as error:
        return {"plan": "error", "bones": 0, "placed": False, "said": error.message}
    return {"plan": found.skeleton.animal, "bones": len(found.skeleton.bones), "placed": ABOUT_LEGS in found.note}


def markdown(rows: list[dict]) -> str:
    """A line for each way and plan."""
    lines = [
        "| wanted | | right | general skeleton | another plan | legs placed |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for wanted in dict.fromkeys(row["wanted"] for row in rows):
        mine = [row for row in rows if row["wanted"] == wanted]
        for way in WAYS:
            plans = [row[way]["plan"] for row in mine]
            right, general = plans.count(wanted), plans.count("tree")
            placed = sum(row[way]["placed"] for row in mine)
            cells = (f"{right} of {len(mine)}", general, len(mine) - right - general, placed)
            lines.append(f"| {wanted} | {way} | {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main(sys.argv[1:])
