# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one object that lives as long as the extension is enabled: queue, worker, environment, and the timer that moves them.

register() calls start(), unregister() calls stop(), everything else calls get().
"""

from __future__ import annotations

import typing
from pathlib import Path

from . import environment, jobs
from .worker import State


class Session:
    queue: jobs.Queue
    status: environment.Status
    """The environment as last looked at; refresh() looks again."""
    installation: jobs.Job | None
    """Runs or ran last; draw it like a job (state RUNNING, DONE, FAILED or CANCELLED)."""
    on_change: typing.Callable[[], None]
    """Set by the panels: redraw. Called at most once per tick."""

    @property
    def state(self) -> State:
        """Environment and process in one word, for the panels. Cheap."""
        raise NotImplementedError

    @property
    def problem(self) -> str:
        """Why a job cannot start now, "" when it can: for poll messages. Cheap."""
        raise NotImplementedError

    @property
    def log_file(self) -> Path:
        """The worker's log."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Look at the environment again, e.g. after the preferences changed."""
        raise NotImplementedError

    def check_install(self, tier: str) -> environment.Tier:
        """What install() would do, for the consent dialog. Raises EnvironmentProblem (offline, no Python, disk full)."""
        raise NotImplementedError

    def install(self, tier: str) -> jobs.Job:
        """Start installing. Raises EnvironmentProblem. Progress in ``installation``."""
        raise NotImplementedError

    def install_blocking(self, tier: str) -> jobs.Job:
        """The same, waiting for the end, for background mode."""
        raise NotImplementedError

    def cancel_install(self) -> None:
        """Kill the installation. What was downloaded is kept for the next one."""
        raise NotImplementedError

    def remove_environment(self) -> None:
        """Stop the worker and delete the installed environments (not a Python chosen in the preferences)."""
        raise NotImplementedError

    def stop_worker(self) -> None:
        """Stop the worker process: frees all its memory. The next job starts a new one."""
        raise NotImplementedError

    def free_memory(self) -> None:
        """Ask the worker to drop cached models."""
        raise NotImplementedError

    def tick(self, seconds: float = 0.01) -> bool:
        """Move everything on, without waiting. The timer calls it; True when something visible changed."""
        raise NotImplementedError


def start(settings: typing.Callable[[], environment.Settings], *, root: Path, version: str, timer: bool) -> Session:
    """Make the session. Starts no process. ``timer``: not bpy.app.background."""
    raise NotImplementedError


def get() -> Session:
    """The session. RuntimeError when there is none."""
    raise NotImplementedError


def stop() -> None:
    """End the session: the running job becomes unfinished, the worker goes within seconds. Does nothing without one."""
    raise NotImplementedError
