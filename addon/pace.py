# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast this machine is: what its jobs took over what they were thought to take, remembered in the data folder."""

from __future__ import annotations

import json
import os
import statistics
from pathlib import Path

FILE = "pace.json"
KEPT = 5
"""Last jobs that count, of each kind."""


def factor(folder: Path, kind: str) -> float | None:
    """By how much longer jobs of this kind take here than they are thought to; None before the first one."""
    known = _read(folder).get(kind)
    return statistics.median(known) if known else None


def remember(folder: Path, kind: str, value: float) -> None:
    """A job of this kind took so many times what it was thought to take. Raises OSError."""
    known = _read(folder)
    known[kind] = [*known.get(kind, []), round(value, 3)][-KEPT:]
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{FILE}.part"
    part.write_text(json.dumps(known, indent=1), encoding="utf-8")
    os.replace(part, folder / FILE)


def _read(folder: Path) -> dict[str, list[float]]:
    """What is remembered; nothing if the file is missing or spoiled: it only makes estimates better."""
    try:
        known = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return {str(kind): [float(value) for value in values] for kind, values in known.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
