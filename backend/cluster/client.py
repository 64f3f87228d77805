# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The driver as seen from the process that has jobs: Blender for a batch, or its worker for one job. Without Ray."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import queue
import subprocess
import threading
import typing
from collections.abc import Mapping
from pathlib import Path

from .. import protocol
from ..job import process_group
from . import orders

BOOTSTRAP = Path(__file__).resolve().parents[1] / "bootstrap.py"
PATIENCE = 10.0
"""Seconds that the driver has to kill what runs."""


class ClusterGone(Exception):
    """The cluster cannot be used, or not any more: one sentence or two."""


class Client:
    """One driver process, and the jobs that it has."""

    def __init__(
        self,
        python: Path | str,
        address: str,
        program: orders.Program,
        log: Path | None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """``python`` has Ray; ``log`` gets what it says, else this process's own."""
        command = [str(python), "-I", "-u", str(BOOTSTRAP), "cluster", address, json.dumps(dataclasses.asdict(program))]
        self.described = ""
        """The cluster in words, once it is known."""
        self._address = address
        self._log = log
        with contextlib.ExitStack() as stack:
            if log is not None:
                log.parent.mkdir(parents=True, exist_ok=True)
            file = None if log is None else stack.enter_context(log.open("ab"))
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=file, env=environment, **process_group()
            )
        self._inbox: queue.SimpleQueue[protocol.ToBlender | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def run(self, job: str, folder: Path) -> None:
        """Take a job; many may run."""
        self._send(protocol.Run(job, str(folder)))

    def cancel(self, job: str) -> None:
        self._send(protocol.Cancel(job))

    def poll(self) -> list[protocol.Progress | protocol.Log | protocol.End]:
        """What has come, without waiting. Raises ClusterGone; what ran then is not known to have ended."""
        messages = []
        while not self._inbox.empty():
            match self._inbox.get():
                case None:
                    where = "" if self._log is None else f" Its log is {self._log}."
                    raise ClusterGone(f"The cluster at {self._address} went away.{where}")
                case protocol.Error(job="") as error:
                    raise ClusterGone(f"{error.message} {error.hint}")
                case protocol.Ready() as ready:
                    self.described = ready.device
                case message:
                    messages.append(message)
        return messages

    def close(self) -> None:
        """End the driver, which kills what runs."""
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()  # Ray sees that, too
            self._process.wait()

    def _send(self, message: protocol.ToWorker) -> None:
        with contextlib.suppress(OSError):  # it has ended: poll() says so
            self._process.stdin.write(protocol.encode(message))
            self._process.stdin.flush()

    def _read(self) -> None:
        with self._process.stdout as stream, contextlib.suppress(protocol.ProtocolError):
            while line := stream.readline(protocol.MAX_LINE + 1):
                self._inbox.put(typing.cast(protocol.ToBlender, protocol.decode(line)))
        self._inbox.put(None)
