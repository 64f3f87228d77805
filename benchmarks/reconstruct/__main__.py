# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scores of the reconstruction: ``python -m galatea.benchmarks.reconstruct``.

Needs requirements/benchmark.txt (``make benchmark`` installs it). Progress goes to stderr, tables to stdout.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from .. import document
from . import run, tables


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.reconstruct", description="Scores of the reconstruction.")
    parser.add_argument("--objects", nargs="+", metavar="NAME", help="only these, such as: horse mug")
    parser.add_argument("--conditions", nargs="+", metavar="NAME", default=["clean", "no masks", "noisy"])
    parser.add_argument("--develop", action="store_true", help="the objects for tuning instead of the held-out ones")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep the rendered pictures here for the next run")
    parser.add_argument("--sheets", type=Path, metavar="DIR", help="write pictures of results beside the truth")
    parser.add_argument(
        "--results", nargs="+", type=Path, metavar="FILE", help="tables of the JSON files of earlier runs, no new run"
    )
    document.add_options(parser)
    options = parser.parse_args()
    if options.results:
        result = tables.joined([json.loads(path.read_text()) for path in options.results])
    else:
        result = run.run(options.objects, options.conditions, options.develop, options.cache, options.sheets)
    document.publish(result, tables.markdown(result), options)


if __name__ == "__main__":
    main()
