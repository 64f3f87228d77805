# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs run side by side, each in a process of its own: one that crashes takes none with it."""

from __future__ import annotations

import collections
import contextlib
import os
import signal
import statistics
import subprocess
import time
import typing
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from .manifest import Line
from .records import Record, State, fingerprint, is_done, save

LOG = "log.txt"
POLL = 0.1
PATIENCE = 10.0
"""Seconds that a process has to end by itself."""


class _Child(typing.NamedTuple):
    line: Line
    wanted: str
    attempt: int
    begin: float
    process: subprocess.Popen


def run(
    lines: Sequence[Line],
    program: Sequence[str],
    folder: Path,
    output: Path,
    jobs: int,
    retries: int,
    tell: Callable[[str], None],
) -> list[Record]:
    """Run what has not been done yet, and tell how each job ended. One record for each line, in order.

    Args:
        program: what starts ``galatea``; the command and its arguments are appended.
        folder: where paths of the list begin.
        jobs: at the same time.
        retries: further attempts for a job that fails.

    Raises OSError where the records cannot be written; no job goes on then.
    """
    records: dict[int, Record] = {}
    waiting: collections.deque[tuple[Line, str, int]] = collections.deque()
    for line in lines:
        wanted = fingerprint(line, folder)
        if (record := is_done(line, output / line.output, wanted)) is not None:
            records[line.number] = record
        else:
            waiting.append((line, wanted, 1))
    if records:
        tell(f"{len(records)} of {len(lines)} jobs were done before")
    running: list[_Child] = []
    with _stop_signals() as stopped:
        try:
            while (waiting or running) and not stopped:
                while waiting and len(running) < jobs:
                    running.append(_start(*waiting.popleft(), program, folder, output))
                for child in [one for one in running if one.process.poll() is not None]:
                    running.remove(child)
                    record = _ended(child, output / child.line.output)
                    if record.state is State.FAILED and child.attempt <= retries:
                        tell(f"{child.line.output} failed and is tried again: {record.message}")
                        waiting.appendleft((child.line, child.wanted, child.attempt + 1))
                        continue
                    records[child.line.number] = record
                    tell(_progress(record, records, len(lines), [one.line for one in running], waiting, jobs))
                time.sleep(POLL)
        finally:
            _end([child.process for child in running])
    for line in lines:
        records.setdefault(line.number, Record(line, State.STOPPED, ""))
    return [records[line.number] for line in lines]


def _start(line: Line, wanted: str, attempt: int, program: Sequence[str], folder: Path, output: Path) -> _Child:
    place = output / line.output
    place.mkdir(parents=True, exist_ok=True)
    command = [*program, line.capability, "--output", str(place), *line.arguments]
    with (place / LOG).open("ab" if attempt > 1 else "wb") as log:
        # A group of its own: the artist's Ctrl-C comes to us alone, and we end it in order.
        group = (
            {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if os.name == "nt" else {"start_new_session": True}
        )
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **group)
    return _Child(line, wanted, attempt, time.monotonic(), process)


def _ended(child: _Child, place: Path) -> Record:
    seconds = round(time.monotonic() - child.begin, 1)
    status = child.process.returncode
    state = State.DONE if status == 0 else State.FAILED
    message = "" if status == 0 else _last_words(place / LOG, status)
    record = Record(child.line, state, child.wanted, child.attempt, seconds, message)
    save(record, place)
    return record


def _last_words(log: Path, status: int) -> str:
    """The last line of a log that says something."""
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    told = [line for line in lines if line.startswith("galatea")]
    last = (told or lines or [""])[-1].removeprefix("galatea: ")
    return last or f"it ended with status {status} and said nothing"


def _progress(
    record: Record,
    records: dict[int, Record],
    count: int,
    running: list[Line],
    waiting: typing.Iterable[tuple[Line, str, int]],
    jobs: int,
) -> str:
    took = f"{record.line.output} {record.state.value} in {record.seconds:.0f} s"
    why = f": {record.message}" if record.message else ""
    left = _left(records, [*running, *(line for line, _, _ in waiting)], jobs)
    rest = "" if left is None else f"; about {_duration(left)} left"
    return f"{len(records)} of {count}: {took}{why}{rest}"


def _left(records: dict[int, Record], lines: list[Line], jobs: int) -> float | None:
    """Seconds for the lines that are left, by the medians of their kinds; None if there are none."""
    if not lines:
        return None
    known = collections.defaultdict(list)
    for record in records.values():
        known[record.line.capability].append(record.seconds)
    every = statistics.median(record.seconds for record in records.values())
    each = [statistics.median(known[line.capability]) if known[line.capability] else every for line in lines]
    return max(max(each), sum(each) / jobs)


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 2:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.1f} h"


@contextlib.contextmanager
def _stop_signals() -> Iterator[list[int]]:
    """A list that gets the signals which ask to stop. Blender's own way ends the process at the second one."""
    got: list[int] = []
    names = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(name, lambda number, frame: got.append(number)) for name in names]
    try:
        yield got
    finally:
        for name, handler in zip(names, before, strict=True):
            signal.signal(name, handler if handler is not None else signal.SIG_DFL)


def _end(processes: list[subprocess.Popen]) -> None:
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + PATIENCE
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
