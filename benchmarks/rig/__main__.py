# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scores of the rig beside its peers: ``python -m galatea.benchmarks.rig``.

Needs requirements/benchmark.txt (``make benchmark`` installs it). Progress goes to stderr, tables to stdout.
"""

from __future__ import annotations

import argparse

from .. import document
from . import run, tables


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.rig", description="Scores of the rig beside its peers.")
    parser.add_argument("--animals", nargs="+", metavar="NAME", help="only these artists' animals, no made ones")
    parser.add_argument("--quick", action="store_true", help="two artists' animals, one of each made kind")
    document.add_options(parser)
    options = parser.parse_args()
    result = run.run(options.animals, options.quick)
    document.publish(result, tables.markdown(result), options)


if __name__ == "__main__":
    main()
