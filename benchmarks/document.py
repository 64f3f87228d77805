# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a benchmark's tables go: to stdout, as JSON, and into a document."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

BEGIN, END = "<!-- benchmark: begin -->", "<!-- benchmark: end -->"
"""Between these lines of a document lie the tables."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """``--json`` and ``--document``, as :func:`publish` reads them."""
    parser.add_argument(
        "--json", nargs="?", const="-", metavar="FILE", help="JSON to a file, or instead of tables to stdout"
    )
    parser.add_argument("--document", type=Path, metavar="FILE", help="put the tables between a document's marks")


def publish(result: dict, text: str, options: argparse.Namespace) -> None:
    """Print and write what was measured, ``text`` being its tables, as the options wish."""
    if options.json == "-":
        print(json.dumps(result, indent=1))
    else:
        print(text)
        if options.json:
            Path(options.json).write_text(json.dumps(result, indent=1))
    if options.document:
        put(options.document, text)


def put(document: Path, text: str) -> None:
    """Replace what is between the marks of a document. Raises ValueError where they are not both there, once."""
    before, rest = document.read_text().split(BEGIN)
    _, after = rest.split(END)
    document.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}")
