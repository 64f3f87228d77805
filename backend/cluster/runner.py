# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""On a machine of the cluster: one process that stays for job after job. Knows nothing of Ray.

It is the same client that Blender has for its worker, hence the one import from addon/ in the backend.
"""

from __future__ import annotations

import math
import os
import shlex
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

from ...addon.worker import Patience, State, WorkerProcess, child_environment
from .. import protocol
from ..diffusion.keeping import KEEP
from ..job import describe
from ..worker import ON_CLUSTER
from . import orders

POLL = 0.02
"""Seconds."""
COMMANDS = Patience(start=300.0, silence=math.inf, cancel=0.0)
"""For commands, in whose process Blender's native code may hold the interpreter, and which do not look for a stop."""
WORKERS = Patience(start=300.0, silence=120.0, cancel=5.0)
SETUP = ("no_galatea", "no_start", "wrong_version", "no_blender")
"""Codes of errors that tell of the machine, not of the job."""


class Runner:
    """Runs one job at a time; progress() and cancel() may be called by another thread meanwhile."""

    def __init__(self, root: Path, program: orders.Program) -> None:
        """``root`` is Galatea's folder here."""
        self._root = root
        self._program = program
        self._process: WorkerProcess | None = None
        self._logs = tempfile.TemporaryDirectory(prefix="galatea-runner-", ignore_cleanup_errors=True)
        self._cancel = threading.Event()
        self._progress: tuple[protocol.Progress, Path] | None = None

    def run(self, order: orders.Order, parcel: bytes | None) -> tuple[bytes, bytes | None] | None:
        """Run a job to its end: that message, and the job's results for a parcel. None where the machine does not see
        the job's files, and no parcel of them was sent."""
        if parcel is None:
            return (protocol.encode(self._run(order.job, Path(order.folder))), None) if orders.is_seen(order) else None
        with tempfile.TemporaryDirectory(prefix="galatea-job-", ignore_cleanup_errors=True) as folder:
            back = None
            try:
                place = orders.unpack(parcel, Path(folder))
                end = self._run(order.job, place)
                back = orders.results(place)
            except Exception as error:  # noqa: BLE001 - a full disk, too large results: told like a failure of the job
                end = describe(order.job, error)
            return protocol.encode(end), back

    def progress(self) -> tuple[bytes, bytes | None] | None:
        """What the running job said last, and its picture."""
        if (said := self._progress) is None:
            return None
        message, folder = said
        picture = folder / message.preview if message.preview else None
        return protocol.encode(message), picture.read_bytes() if picture is not None and picture.is_file() else None

    def cancel(self) -> None:
        """Stop the running job."""
        self._cancel.set()

    def _run(self, job: str, folder: Path) -> protocol.End:
        self._cancel.clear()
        if (problem := self._prepare(job)) is not None:
            return problem
        process = self._process
        process.run(job, folder)
        asked = False
        while True:
            if self._cancel.is_set() and not asked:
                process.cancel()
                asked = True
            for message in process.poll():
                match message:
                    case protocol.Progress():
                        self._progress = message, folder
                    case protocol.Result() | protocol.Error() | protocol.Cancelled():
                        self._progress = None
                        if not isinstance(message, protocol.Result):
                            process.stop()  # what failed once may have left something behind
                        return message
            time.sleep(POLL)

    def _prepare(self, job: str) -> protocol.Error | None:
        """See that there is a process that is ready, or say why not."""
        if self._process is not None and self._process.alive:
            return None
        command = self._command()
        if shutil.which(command[0]) is None:
            return protocol.Error(
                job, "no_galatea", f"There is no {command[0]}.", "Say in GALATEA_COMMAND what starts galatea there."
            )
        own = {ON_CLUSTER: "1", KEEP: "1"}  # this process is for one driver, and goes with it
        environment = dict(os.environ) if self._program.command else child_environment(online=False) | own
        self._process = process = WorkerProcess(
            command, version=self._program.version, log_file=Path(self._logs.name) / "process.log",
            environment=environment, patience=COMMANDS if self._program.command else WORKERS,
            prints_first=bool(self._program.command),
        )  # fmt: skip
        said = []
        while process.state is State.STARTING:
            said = process.poll()
            time.sleep(POLL)
        if not process.alive:
            text = " ".join(message.text for message in said if isinstance(message, protocol.Log))
            return protocol.Error(job, "no_start", f"Galatea does not start: {text[:300]}", "", process.log_tail())
        if process.ready.version != self._program.version:
            process.stop()
            return protocol.Error(
                job, "wrong_version", f"It has Galatea {process.ready.version}, not {self._program.version}.",
                "Install the same everywhere.",
            )  # fmt: skip
        return None

    def _command(self) -> list[str]:
        if self._program.command:
            own = os.environ.get("GALATEA_COMMAND")
            return [*(shlex.split(own) if own else self._program.command), "serve"]
        python = os.environ.get("GALATEA_PYTHON") or sys.executable
        return [python, "-I", "-u", str(self._root / "backend" / "bootstrap.py")]
