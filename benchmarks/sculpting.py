# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the sculptor makes what it is asked for, and nothing it has seen: ``python -m galatea.benchmarks.sculpting``.

For every third kind, one shape of each of several seeds, beside as many held-out objects of the same kind, which nobody
has trained with. Two shapes' distance is 1 minus the intersection over union of their solids, on grids of GRID cells.

*Right kind*: of all kinds, the asked one is the nearest, or among the five nearest, by its nearest of REFERENCES other
held-out objects. *Nearest known*: mean distance to the nearest object of the kind in training: one that learned by
heart would come near 0. *Variety*: mean distance among the kind's own shapes.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import torch
from torch.nn import functional

from ..backend.sculpting import kinds, sculpt
from ..backend.training import shapes
from ..backend.training.materials.draw import HELD_OUT
from ..backend.training.sculptor_data import solid

GRID = 32
REFERENCES = 8
"""Held-out objects of each kind that shapes are compared with."""
FORMS = 120
"""Shards of the training of the shipped weights: objects of each kind."""


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks/sculpting", description="Shapes of prompts.")
    parser.add_argument("--weights", type=Path, default=kinds.STARTER, metavar="DIR")
    parser.add_argument("--seeds", type=int, default=4, metavar="N", help="shapes of each kind")
    parser.add_argument("--every", type=int, default=3, metavar="N", help="only every Nth kind is asked for")
    options = parser.parse_args(arguments)
    sculptor = sculpt.read(options.weights)
    names = [names[0] for names in kinds.kinds(options.weights)]
    families = {family.name: family for family in shapes.FAMILIES}
    references = torch.stack([objects(families[name], HELD_OUT, REFERENCES) for name in names])
    rows, wall, processor = {}, 0.0, 0.0
    for number in range(0, len(names), options.every):
        begin = time.perf_counter(), time.process_time()
        made = sculpt.solids(sculptor, [number] * options.seeds, list(range(options.seeds)))
        wall, processor = wall + time.perf_counter() - begin[0], processor + time.process_time() - begin[1]
        family = families[names[number]]
        known = objects(family, 0, FORMS)
        true = objects(family, HELD_OUT + REFERENCES, options.seeds)
        rows[names[number]] = {
            "sculptor": judged(small(made), number, references, known),
            "held-out objects": judged(true, number, references, known),
        }
        print(names[number], rows[names[number]]["sculptor"], flush=True)
    count = len(rows)
    means = {
        who: {
            score: round(sum(row[who][score] for row in rows.values()) / count, 3)
            for score in ("right kind", "among five", "nearest known", "variety")
        }
        for who in ("sculptor", "held-out objects")
    }
    seconds = {"wall": round(wall / count / options.seeds, 2), "cpu": round(processor / count / options.seeds, 2)}
    print(json.dumps({"kinds": count, "seeds": options.seeds, "means": means, "seconds each": seconds}, indent=1))


def objects(family: shapes.Family, first: int, count: int) -> torch.Tensor:
    """(N, GRID, GRID, GRID) of a family's objects of ``count`` seeds."""
    return small(torch.stack([torch.from_numpy(solid(shapes.make(family, first + n))) for n in range(count)]))


def small(solids: torch.Tensor) -> torch.Tensor:
    return functional.adaptive_avg_pool3d(solids, GRID)


def distances(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """(N, M) between solids (N, ...) and (M, ...): 1 minus intersection over union, of parts of cells."""
    a, b = one.flatten(1), other.flatten(1)
    gap = torch.cdist(a, b, p=1)
    both = a.sum(dim=1)[:, None] + b.sum(dim=1)
    # The smaller of two numbers is half their sum less half their gap.
    return 1.0 - (both - gap) / (both + gap).clamp_min(1e-9)


def judged(made: torch.Tensor, kind: int, references: torch.Tensor, known: torch.Tensor) -> dict[str, float]:
    """Scores of shapes (N, ...) of one kind; ``references`` (kinds, REFERENCES, ...)."""
    near = distances(made, references.flatten(0, 1)).unflatten(1, references.shape[:2]).amin(dim=2)
    nearer = (near < near[:, kind, None]).sum(dim=1)
    among = distances(made, made)
    count = len(made)
    return {
        "right kind": float((nearer == 0).float().mean()),
        "among five": float((nearer < 5).float().mean()),
        "nearest known": float(distances(made, known).amin(dim=1).mean()),
        "variety": float(among.sum() / max(count * (count - 1), 1)),
    }


if __name__ == "__main__":
    main()
