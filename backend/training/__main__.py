# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``galatea train ...``: make, inspect and judge the starter models."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def main(argv: list[str] | None = None) -> int:
    """``argv`` as after "galatea train"; without it, as the bootstrap file was given it."""
    options = parser().parse_args(sys.argv[2:] if argv is None else argv)
    import torch

    from ..diffusion.pipelines import prepare_libraries

    prepare_libraries()
    if options.threads:
        torch.set_num_threads(options.threads)
    return options.run(options)


def parser() -> argparse.ArgumentParser:
    from ..diffusion.pipelines import STARTER
    from .starter import STAGES

    result = argparse.ArgumentParser(prog="galatea train", description="Make the starter models.")
    result.add_argument("--threads", type=int, help="threads of torch; all processors if not given")
    commands = result.add_subparsers(required=True, metavar="COMMAND")

    preview_parser = commands.add_parser("preview", help="contact sheets of the training pictures")
    preview_parser.set_defaults(run=preview)
    preview_parser.add_argument("--output", "-o", type=Path, required=True, metavar="DIR")
    preview_parser.add_argument("--seed", type=int, default=0)
    preview_parser.add_argument(
        "--held-out", action="store_true", help="shapes, materials and lights that are held out"
    )

    starter_parser = commands.add_parser("starter", help="train all stages, or go on with them")
    starter_parser.set_defaults(run=starter)
    starter_parser.add_argument("folder", type=Path, metavar="DIR", help="for pictures, checkpoints and weights")
    starter_parser.add_argument("--minutes", type=float, help="stop after so long instead of at the plan's end")
    starter_parser.add_argument("--resume", type=Path, metavar="WEIGHTS", help="start from these weights")
    starter_parser.add_argument("--device", default="", help="cpu or cuda; the best there is if not given")
    starter_parser.add_argument("--stage", choices=STAGES, action="append", help="only this stage; may be repeated")

    report_parser = commands.add_parser("report", help="score weights on held-out scenes")
    report_parser.set_defaults(run=report)
    report_parser.add_argument("folder", type=Path, metavar="DIR", help="of the training: its pictures teach the judge")
    report_parser.add_argument(
        "--weights", type=Path, metavar="WEIGHTS", default=STARTER, help="the starter if not given"
    )
    report_parser.add_argument("--output", "-o", type=Path, required=True, metavar="DIR")
    report_parser.add_argument("--count", type=int, default=400, help="held-out captions")
    report_parser.add_argument("--light-subjects", type=int, default=12, help="objects, each under eight lights")

    for name, run, words in (
        ("scenes", scenes, "render training pictures in this process"),
        ("solids", solids, "render cut-out pictures and their solids in this process"),
        ("forms", forms, "make solids of one object of each family in this process"),
    ):
        shards_parser = commands.add_parser(name, help=words)
        shards_parser.set_defaults(run=run, threads=1)
        shards_parser.add_argument("folder", type=Path, metavar="DIR")
        shards_parser.add_argument("--first", type=int, default=0, help="number of the first shard")
        shards_parser.add_argument("--shards", type=int, default=1)
        shards_parser.add_argument("--seconds", type=float)
    return result


def preview(options: argparse.Namespace) -> int:
    from .preview import write_previews

    for path in write_previews(options.output, options.seed, options.held_out):
        print(path)
    return 0


def starter(options: argparse.Namespace) -> int:
    import torch

    from .starter import Plan, run_stage, train_starter

    device = torch.device(options.device or ("cuda" if torch.cuda.is_available() else "cpu"))
    if options.stage is None:
        train_starter(options.folder, device, Plan(), options.minutes, options.resume)
    else:
        seconds = None if options.minutes is None else options.minutes * 60 / len(options.stage)
        for stage in options.stage:
            run_stage(stage, options.folder, device, Plan(), seconds, options.resume)
    return 0


def report(options: argparse.Namespace) -> int:
    from dataclasses import asdict

    from ..diffusion.pipelines import best_device
    from .report import report_on

    result = report_on(
        options.weights, options.folder, options.output, options.count, options.light_subjects, best_device()
    )
    for name, value in asdict(result).items():
        print(f"{name:10} {value}")
    return 0


def scenes(options: argparse.Namespace) -> int:
    from .produce import produce

    produce(options.folder / "shards", options.shards, options.first, options.seconds)
    return 0


def solids(options: argparse.Namespace) -> int:
    from .lifter_data import produce_solids

    produce_solids(options.folder / "solids", options.shards, options.first, options.seconds)
    return 0


def forms(options: argparse.Namespace) -> int:
    from .sculptor_data import produce_forms

    produce_forms(options.folder / "forms", options.shards, options.first, options.seconds)
    return 0
