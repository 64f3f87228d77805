# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs of a list through a pool: what is done is passed over, what fails is tried again, each end is recorded."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import json
import secrets
import signal
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ...backend import protocol
from ...backend.cluster.client import ClusterGone
from .. import files
from .manifest import Line
from .pools import Pool
from .records import Record, State, fingerprint, is_done, save
from .serve import LOG, ORDER, last_words

POLL = 0.02
"""Seconds."""


@dataclasses.dataclass
class Job:
    """One that was given to the pool."""

    line: Line
    wanted: str
    attempt: int
    begin: float | None = None
    """time.monotonic(), None while it waits in the pool."""


def run(
    lines: Sequence[Line],
    pool: Pool,
    folder: Path,
    output: Path,
    retries: int,
    tell: Callable[[str], None],
) -> list[Record]:
    """Run what has not been done yet, and tell how each job ended. One record for each line, in order.

    Args:
        pool: closed at the end.
        folder: where paths of the list begin.
        retries: further attempts for a job that fails.

    Raises OSError where the records cannot be written; no job goes on then.
    """
    records: dict[int, Record] = {}
    waiting: collections.deque[Job] = collections.deque()
    running: dict[str, Job] = {}
    with _stop_signals() as stopped:
        for line in lines:
            wanted = fingerprint(line, folder)
            if (record := is_done(line, output / line.output, wanted)) is not None:
                records[line.number] = record
            else:
                waiting.append(Job(line, wanted, 1))
        if records:
            tell(f"{len(records)} of {len(lines)} jobs were done before")
        try:
            while (waiting or running) and not stopped:
                for message in pool.poll():
                    match message:
                        case protocol.Log():
                            tell(message.text)
                        case protocol.Progress():
                            running[message.job].begin = time.monotonic()
                        case _:
                            job = running.pop(message.job)
                            record = _ended(job, message, output / job.line.output)
                            if record.state is State.FAILED and job.attempt <= retries:
                                tell(f"{job.line.output} failed and is tried again: {record.message}")
                                waiting.appendleft(Job(job.line, job.wanted, job.attempt + 1))
                                continue
                            records[job.line.number] = record
                            tell(_progress(record, records, len(lines), list(running.values()), list(waiting)))
                while waiting and pool.has_room():
                    job = waiting.popleft()
                    write_order(job, folder, output / job.line.output)
                    pool.start(str(job.line.number), output / job.line.output)
                    running[str(job.line.number)] = job
                time.sleep(POLL)
        except ClusterGone as gone:
            tell(str(gone))
        finally:
            pool.close()
            for job in running.values():
                (output / job.line.output / ORDER).unlink(missing_ok=True)
    for line in lines:
        records.setdefault(line.number, Record(line, State.STOPPED, ""))
    return [records[line.number] for line in lines]


def write_order(job: Job, folder: Path, place: Path) -> None:
    """What to do, into the job's folder."""
    place.mkdir(parents=True, exist_ok=True)
    if job.attempt == 1:
        (place / LOG).unlink(missing_ok=True)
    order = {
        "id": secrets.token_hex(8),  # no other job's order reads the same
        "arguments": [job.line.capability, *job.line.arguments],
        "folder": str(folder),
        "places": [1 + place for place in job.line.places],
        "cpus": job.line.cpus,
        "gpus": job.line.gpus,
    }
    files.write(place / ORDER, json.dumps(order).encode())


def _ended(job: Job, end: protocol.End, place: Path) -> Record:
    (place / ORDER).unlink(missing_ok=True)
    seconds = 0.0 if job.begin is None else round(time.monotonic() - job.begin, 1)
    match end:
        case protocol.Result():
            state, message = State.DONE, ""
        case protocol.Error(code="crashed"):
            said = last_words(place / LOG) if (place / LOG).is_file() else ""
            state, message = State.FAILED, f"{end.message} {said}".strip()
        case protocol.Error():
            state, message = State.FAILED, end.message
        case _:
            state, message = State.STOPPED, ""
    record = Record(job.line, state, job.wanted, job.attempt, seconds, message)
    save(record, place)
    return record


def _progress(
    record: Record, records: dict[int, Record], count: int, running: Sequence[Job], waiting: Sequence[Job]
) -> str:
    took = f"{record.line.output} {record.state.value} in {record.seconds:.0f} s"
    why = f": {record.message}" if record.message else ""
    side_by_side = max(1, sum(job.begin is not None for job in running))
    left = _left(records, [job.line for job in (*running, *waiting)], side_by_side)
    rest = "" if left is None else f"; about {_duration(left)} left"
    return f"{len(records)} of {count}: {took}{why}{rest}"


def _left(records: dict[int, Record], lines: list[Line], side_by_side: int) -> float | None:
    """Seconds for the lines that are left, by the medians of their kinds; None if there are none."""
    if not lines:
        return None
    known = collections.defaultdict(list)
    for record in records.values():
        known[record.line.capability].append(record.seconds)
    every = statistics.median(record.seconds for record in records.values())
    each = [statistics.median(known[line.capability]) if known[line.capability] else every for line in lines]
    return max(max(each), sum(each) / side_by_side)


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
