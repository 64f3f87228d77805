# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scores of the reconstruction: ``python benchmarks/reconstruct`` or ``python -m galatea.benchmarks.reconstruct``.

Needs requirements/benchmark.txt (``make benchmark`` installs it). Progress goes to stderr, tables to stdout.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BEGIN, END = "<!-- benchmark: begin -->", "<!-- benchmark: end -->"
"""Between these lines of a document lie the tables."""


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks/reconstruct", description="Scores of the reconstruction.")
    parser.add_argument("--objects", nargs="+", metavar="NAME", help="only these, such as: horse mug")
    parser.add_argument("--conditions", nargs="+", metavar="NAME", default=["clean", "no masks", "noisy"])
    parser.add_argument("--develop", action="store_true", help="the objects for tuning instead of the held-out ones")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep the rendered pictures here for the next run")
    parser.add_argument("--sheets", type=Path, metavar="DIR", help="write pictures of results beside the truth")
    parser.add_argument(
        "--json", nargs="?", const="-", metavar="FILE", help="JSON to a file, or instead of tables to stdout"
    )
    parser.add_argument(
        "--document", type=Path, metavar="FILE", help="put the tables between the marks of a Markdown file"
    )
    parser.add_argument(
        "--results", nargs="+", type=Path, metavar="FILE", help="tables of the JSON files of earlier runs, no new run"
    )
    options = parser.parse_args(arguments)
    tables = importlib.import_module("galatea.benchmarks.reconstruct.tables")
    if options.results:
        result = tables.joined([json.loads(path.read_text()) for path in options.results])
    else:
        run = importlib.import_module("galatea.benchmarks.reconstruct.run")
        result = run.run(options.objects, options.conditions, options.develop, options.cache, options.sheets)
    text = tables.markdown(result)
    if options.json == "-":
        print(json.dumps(result, indent=1))
    else:
        print(text)
        if options.json:
            Path(options.json).write_text(json.dumps(result, indent=1))
    if options.document:
        before, rest = options.document.read_text().split(BEGIN)
        options.document.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{rest.split(END)[1]}")


def load_package() -> None:
    """The checkout as package ``galatea``, by the way the worker goes; installed or not."""
    spec = importlib.util.spec_from_file_location("galatea_bootstrap", ROOT / "backend" / "bootstrap.py")
    bootstrap = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bootstrap)
    bootstrap.load_package(ROOT)


if __name__ == "__main__":
    if not __package__:
        load_package()
    main(sys.argv[1:])
