# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the jobs of a batch run: in processes of this machine, or on a cluster. No bpy here."""

from __future__ import annotations

import math
import tempfile
import typing
from collections.abc import Sequence
from pathlib import Path

from ...backend import protocol
from ...backend.cluster.client import Client
from ..command_line import SERVE
from ..worker import Patience, WorkerProcess

PATIENCE = Patience(start=300.0, silence=math.inf, cancel=0.0)
"""Native code of Blender may hold the interpreter for as long as a render takes, and no job has a time limit."""

SENT = 256
"""Jobs that the cluster knows of at a time."""


class Pool(typing.Protocol):
    """Runs jobs, each a folder (see :mod:`.serve`)."""

    def has_room(self) -> bool:
        """Whether start() may be called."""
        ...

    def start(self, job: str, folder: Path) -> None:
        """Take a job."""
        ...

    def poll(self) -> list[protocol.Progress | protocol.Log | protocol.End]:
        """What has come, without waiting: Progress once a job really begins, and one End for each."""
        ...

    def close(self) -> None:
        """End all processes, and so the jobs that run."""
        ...


class ClusterPool:
    """Processes on the machines of a Ray cluster, as many as have room."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._jobs = 0

    def has_room(self) -> bool:
        return self._jobs < SENT

    def start(self, job: str, folder: Path) -> None:
        self._jobs += 1
        self._client.run(job, folder)

    def poll(self) -> list[protocol.Progress | protocol.Log | protocol.End]:
        """Raises ClusterGone."""
        messages = self._client.poll()
        self._jobs -= sum(isinstance(message, protocol.End) for message in messages)
        return messages

    def close(self) -> None:
        self._client.close()


class LocalPool:
    """As many processes as jobs run side by side. One lasts until a job of it fails: the next gets a new one."""

    def __init__(self, program: Sequence[str], jobs: int, version: str) -> None:
        """``program`` starts ``galatea``."""
        self._command = [*program, SERVE]
        self._version = version
        self._seats: list[WorkerProcess | None] = [None] * jobs
        self._begun: list[protocol.Progress] = []
        self._logs = tempfile.TemporaryDirectory(prefix="galatea-batch-", ignore_cleanup_errors=True)

    def has_room(self) -> bool:
        return self._free() is not None

    def start(self, job: str, folder: Path) -> None:
        seat = self._free()
        process = self._seats[seat]
        if process is None or not process.alive:
            log = Path(self._logs.name) / f"{seat}.log"
            process = WorkerProcess(
                self._command, version=self._version, log_file=log, patience=PATIENCE, prints_first=True
            )
            self._seats[seat] = process
        process.run(job, folder)
        self._begun.append(protocol.Progress(job, "Running", 0.0))

    def poll(self) -> list[protocol.Progress | protocol.Log | protocol.End]:
        messages, self._begun = self._begun, []
        for process in self._seats:
            for message in process.poll() if process is not None else ():
                messages.append(message)
                if isinstance(message, protocol.Error):
                    process.stop()
        return messages

    def close(self) -> None:
        for process in self._seats:
            if process is not None:
                process.stop()
        self._logs.cleanup()

    def _free(self) -> int | None:
        free = (seat for seat, process in enumerate(self._seats) if process is None or process.job is None)
        return next(free, None)
