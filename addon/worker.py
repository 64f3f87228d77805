# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker process as seen from Blender. No bpy here: the same client runs in tests and in any Python.

A :class:`WorkerProcess` is one life of one process. Whoever needs a new process makes a new object.
"""

from __future__ import annotations

import enum
from pathlib import Path

from ..backend import protocol


class State(enum.Enum):
    """What the artist sees. The first four describe the environment, the others the process."""

    NOT_INSTALLED = "Not installed"
    INSTALLING = "Installing"
    INCOMPLETE = "Incomplete"
    OUTDATED = "Outdated"
    STOPPED = "Stopped"
    STARTING = "Starting"
    READY = "Ready"
    BUSY = "Busy"
    CRASHED = "Crashed"


class WorkerProcess:
    """One child process that speaks the protocol over its stdin and stdout."""

    state: State
    job: str | None
    """Id of the job that runs."""
    ready: protocol.Ready | None
    """What the worker said about itself."""

    def run(self, job: str, folder: Path) -> None:
        """Start a job. Only when no other one runs."""
        raise NotImplementedError

    def cancel(self) -> None:
        """Ask the running job to stop; after ``kill_seconds`` the process is killed."""
        raise NotImplementedError

    def free_memory(self) -> None:
        raise NotImplementedError

    def poll(self, seconds: float = 0.01) -> list[protocol.Progress | protocol.Log | protocol.End]:
        """What has arrived, without waiting and for at most about ``seconds``; kills a hung or misbehaving process."""
        raise NotImplementedError

    def stop(self, seconds: float = 2.0) -> None:
        """Shutdown message, wait, terminate, wait, kill."""
        raise NotImplementedError
