# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of each job, in its own folder: an interrupted batch goes on where it stopped."""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import json
from pathlib import Path

from .. import files
from .manifest import Line

FILE = "batch.json"


class State(enum.Enum):
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    """By the artist, or never begun."""


@dataclasses.dataclass(frozen=True)
class Record:
    line: Line
    state: State
    fingerprint: str
    attempts: int = 0
    seconds: float = 0.0
    """Of the last attempt, wall time."""
    message: str = ""
    """Of a failure."""


def fingerprint(line: Line, folder: Path) -> str:
    """Of a job's command and of the size and time of the files it reads: another one is another job."""
    parts = [line.capability, *line.arguments]
    for name in line.inputs:
        path = folder / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            status = file.stat()
            parts += [str(file), str(status.st_size), str(status.st_mtime_ns)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def save(record: Record, folder: Path) -> None:
    """Into the job's folder. Raises OSError."""
    values = dataclasses.asdict(record) | {"state": record.state.value}
    files.write(folder / FILE, json.dumps(values, indent=1).encode())


def is_done(line: Line, folder: Path, wanted: str) -> Record | None:
    """The record of a job that ended well with this fingerprint, None if it has to run."""
    try:
        values = json.loads((folder / FILE).read_bytes())
        done = values["state"] == State.DONE.value and values["fingerprint"] == wanted
        return Record(line, State.DONE, wanted, values["attempts"], values["seconds"]) if done else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
