# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a batch went: summary.csv for programs, index.html with the pictures for people."""

from __future__ import annotations

import csv
import html
import io
import urllib.parse
from collections.abc import Sequence
from pathlib import Path

from .. import files
from .records import Record, State
from .serve import LOG

TABLE, PAGE = "summary.csv", "index.html"
PICTURES = (".png", ".jpg", ".webp", ".gif")
FIRST = ("preview.png", "sheet.jpg", "sheet.png")
"""The picture that shows a result best, if it is there."""

STYLE = """
body { background: #232323; color: #ddd; font: 14px/1.4 sans-serif; margin: 24px; }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(260px, 1fr)); gap: 16px; }
article { background: #303030; border-radius: 6px; overflow: hidden; border-top: 4px solid #4b8; }
article.failed { border-color: #d55; } article.stopped { border-color: #888; }
article > * { margin: 8px 12px; } img { display: block; margin: 0; width: 100%; }
h2 { font-size: 15px; } code { color: #aaa; overflow-wrap: anywhere; } a { color: #8bf; }
"""


def write(records: Sequence[Record], output: Path, title: str) -> None:
    """Both files. Raises OSError."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(("line", "capability", "output", "state", "attempts", "seconds", "message"))
    for one in records:
        line = one.line
        table.writerow(
            (line.number, line.capability, line.output, one.state.value, one.attempts, one.seconds, one.message)
        )
    files.write(output / TABLE, text.getvalue().encode())
    files.write(output / PAGE, page(records, output, title).encode())


def page(records: Sequence[Record], output: Path, title: str) -> str:
    """The contact sheet, with links relative to ``output``."""
    counts = ", ".join(
        f"{count} {state.value}" for state in State if (count := sum(one.state is state for one in records))
    )
    return (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{STYLE}</style>\n<h1>{html.escape(title)}</h1><p>{counts}</p>\n<main>\n"
        + "\n".join(_card(one, output) for one in records)
        + "\n</main></html>\n"
    )


def _card(record: Record, output: Path) -> str:
    line = record.line
    picture = picture_of(output / line.output)
    link = urllib.parse.quote(line.output)
    parts = [f'<article class="{record.state.value}">']
    if record.state is State.DONE and picture is not None:
        place = f"{link}/{urllib.parse.quote(picture.name)}"
        parts.append(f'<a href="{place}"><img src="{place}" loading="lazy" alt=""></a>')
    parts.append(f'<h2><a href="{link}/">{html.escape(line.output)}</a></h2>')
    took = f", {record.seconds:.0f} s" if record.attempts else ""
    parts.append(f"<p>{html.escape(line.capability)}: {record.state.value}{took}</p>")
    if record.message:
        parts.append(f'<p>{html.escape(record.message)} (<a href="{link}/{LOG}">log</a>)</p>')
    parts.append(f"<p><code>{html.escape(' '.join(line.arguments))}</code></p></article>")
    return "".join(parts)


def picture_of(folder: Path) -> Path | None:
    """The picture that stands for a result."""
    if not folder.is_dir():
        return None
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURES)
    return next((folder / name for name in FIRST if (folder / name) in found), found[0] if found else None)
