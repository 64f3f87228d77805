# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scores of texturing beside its peers: ``python -m galatea.benchmarks.texture``; the options are in ``--help``.

An oracle that knows the true material stands in for the model, see harness.py: what is measured is everything else.
Progress goes to stderr, tables to stdout.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import sys
from pathlib import Path

import torch

from ...backend.diffusion.pipelines import STARTER
from ...backend.training.classifier import read_classifier
from .. import chart, document
from . import harness, scenes, starter, tables, times
from .times import Timed


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks/texture", description="Scores of texturing beside its peers.")
    parser.add_argument("--quick", action="store_true", help="the calibration mesh and three rows alone, no times")
    parser.add_argument(
        "--starter",
        type=Path,
        nargs="?",
        const=STARTER,
        metavar="WEIGHTS",
        help="instead: what a trained repository makes of prompts; the shipped one if not named",
    )
    parser.add_argument("--judge", type=Path, metavar="DIR", help="of a training whose judge looks, too")
    parser.add_argument("--time", nargs=4, metavar=("PRESET", "SIDE", "TEXELS", "VIEWS"), help="time one job, as JSON")
    parser.add_argument(
        "--only", choices=("scores", "times"), help="the other half is taken from --json, if it is there"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also as JSON to a file")
    parser.add_argument("--chart", type=Path, metavar="FILE", help="what faces, texels and views cost, as a picture")
    parser.add_argument("--document", type=Path, metavar="FILE", help="put the tables between the marks of a document")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    if options.time:
        print(json.dumps(times.measure(times.Timed(options.time[0], *map(int, options.time[1:])))))
        return
    if options.starter is not None:
        result = run_starter(options.starter, options.judge)
    else:
        before = json.loads(options.json.read_text()) if options.only and options.json.exists() else {}
        result = before | run(options.quick, options.only)
    text = tables.markdown(result)
    print(text)
    if options.chart:
        found = dict(zip(JOBS, result["times"], strict=True))
        panels = (("faces", "faces", FACES), ("texels along a side", "resolution", TEXELS), ("views", "views", VIEWS))
        drawn = [chart.Panel(title, key, [found[job] for job in jobs], tables.STAGES) for title, key, jobs in panels]
        chart.chart(drawn).save(options.chart)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1))
    if options.document:
        document.put(options.document, text)


USUAL = Timed("draft")
FACES = (Timed("draft", side=50), USUAL, Timed("draft", side=200))
TEXELS = (Timed("draft", resolution=512), USUAL, Timed("draft", resolution=2048), Timed("draft", resolution=4096))
VIEWS = (Timed("draft", views=2), USUAL, Timed("draft", views=8), Timed("draft", views=16))
JOBS = tuple(dict.fromkeys((USUAL, Timed("standard"), *FACES, *TEXELS, *VIEWS)))
"""What is timed."""


def run(quick: bool, only: str | None = None) -> dict:
    result = {"date": datetime.date.today().isoformat(), "processors": os.cpu_count()}
    if only != "times":
        result["scenes"] = scores(quick)
    if only != "scores":
        result["times"] = [] if quick else [times.in_process(job) for job in JOBS]
    return result


def scores(quick: bool) -> list[dict]:
    calibration = scenes.calibration()
    few = [row for row in harness.ROWS if row.name in harness.FEW]
    measured = [{"name": "The calibration mesh", "rows": harness.compare(calibration, few if quick else harness.ROWS)}]
    if not quick:
        measured.append({"name": "Presets from end to end", "rows": harness.presets(calibration, harness.PRESETS)})
        measured += [{"name": scene.name, "rows": harness.compare(scene, few)} for scene in scenes.others()]
    return measured


def run_starter(weights: Path, training: Path | None) -> dict:
    classifier = None if training is None else read_classifier(training / "judge")
    return {
        "date": datetime.date.today().isoformat(),
        "processors": os.cpu_count(),
        "scenes": starter.compare(weights, classifier),
        "times": [],
    }


if __name__ == "__main__":
    main(sys.argv[1:])
