# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one object that lives as long as the extension is enabled: queue, worker, environment, and their timer.

register() calls start(), unregister() calls stop(), everything else calls get().
"""

from __future__ import annotations

import atexit
import datetime
import time
import traceback
import typing
from pathlib import Path

from ..backend import protocol
from . import environment, jobs, worker
from .environment import EnvironmentProblem
from .worker import State, WorkerProcess

BUSY_INTERVAL = 0.05
"""Seconds between ticks while something runs."""
IDLE_INTERVAL = 0.5
"""Seconds between ticks otherwise: a glance at the idle worker."""


class Session:
    """See start()."""

    def __init__(
        self,
        settings: typing.Callable[[], environment.Settings],
        root: Path,
        version: str,
        patience: worker.Patience = worker.PATIENCE,
    ) -> None:
        self.on_change: typing.Callable[[], None] = lambda: None
        """Set by the panels: redraw. Called at most once per tick."""
        self.installation: jobs.Job | None = None
        """Runs or ran last; draw it like a job (state RUNNING, DONE, FAILED or CANCELLED)."""
        self.relight: typing.Any = None
        """The relight check that runs, if any."""
        self.thumbnails: typing.Any = None
        """Set by registration: pictures for the panels (addon/thumbnails.py)."""
        self._settings = settings
        self._root = root
        self._version = version
        self._patience = patience
        self._installer: WorkerProcess | None = None
        self._shown = 0.0  # time.monotonic() of the last on_change
        self._interpreter: tuple[str, environment.Interpreter] | None = None  # for this value of Settings.base_python
        self.status: environment.Status = environment.status(settings(), root)
        """The environment as last looked at; refresh() looks again."""
        self.queue = jobs.Queue(settings().data_folder / "jobs", self._start_worker, version)
        self.queue.cluster = settings().cluster

    @property
    def state(self) -> State:
        """Environment and process in one word, for the panels. Cheap."""
        if self.installation is not None and self.installation.active:
            return State.INSTALLING
        if self.status.python is None:
            return self.status.state
        return self.queue.state

    @property
    def problem(self) -> str:
        """Why a job cannot start now, "" when it can: for poll messages. Cheap."""
        if self.state is State.INSTALLING:
            return "The compute environment is being installed."
        if self.status.python is None:
            return f"{self.status.message} {self.status.hint}"
        return ""

    @property
    def log_file(self) -> Path:
        """The worker's log."""
        return self._settings().data_folder / "logs" / "worker.log"

    @property
    def install_log_file(self) -> Path:
        """What pip said."""
        return self._settings().data_folder / "logs" / "install.log"

    def refresh(self) -> None:
        """Look at the environment again, e.g. after the preferences changed.

        Another Python needs another worker: an idle one is stopped."""
        before = self.status
        self.status = environment.status(self._settings(), self._root)
        self.queue.folder = self._settings().data_folder / "jobs"
        self.queue.cluster = self._settings().cluster
        if self.status.python != before.python and not self.queue.busy:
            self.stop_worker()

    def forget_ends(self) -> None:
        """The artist has read how the last installation and the last worker ended."""
        if self.installation is not None and not self.installation.active:
            self.installation = None
        if self.queue.worker is not None and not self.queue.worker.alive:
            self.queue.worker = None

    def check_install(self, tier: str) -> environment.Plan:
        """What install() would do, for the consent dialog. Raises EnvironmentProblem (offline, no Python, disk full).

        Cheap when it has been called before: the Python is looked for once."""
        if self.installation is not None and self.installation.active:
            raise EnvironmentProblem("An installation runs already.", "Wait for its end or cancel it.")
        if self.queue.busy:
            raise EnvironmentProblem("A job is running.", "Wait for its end or cancel it, then install.")
        settings = self._settings()
        chosen = settings.base_python
        if self._interpreter is None or self._interpreter[0] != chosen or not self._interpreter[1].path.exists():
            self._interpreter = chosen, environment.find_interpreter(chosen)
        return environment.plan(environment.tier(tier), self._interpreter[1], settings, self._root)

    def install(self, tier: str) -> jobs.Job:
        """Start installing. Raises EnvironmentProblem. Progress in ``installation``."""
        plan = self.check_install(tier)
        self.stop_worker()  # its environment is about to be replaced
        self.forget_ends()
        self._installer = WorkerProcess(
            plan.command,
            version=self._version,
            log_file=self.install_log_file,
            environment=worker.child_environment(online=not plan.cached),
            patience=worker.Patience(silence=600.0, cancel=0.0),  # killing it loses nothing
            task="install",
        )
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        title = f"Install {plan.tier.title}"
        self.installation = jobs.Job("install", plan.folder, "install", title, {"tier": tier}, {}, now)
        self.installation.state = jobs.JobState.RUNNING
        self.installation.started = time.monotonic()
        return self.installation

    def install_blocking(self, tier: str, on_progress: typing.Callable[[jobs.Job], None] | None = None) -> jobs.Job:
        """The same, waiting for the end, for background mode."""
        job = self.install(tier)
        try:
            while job.active:
                if self.tick() and on_progress is not None:
                    on_progress(job)
                time.sleep(0.05)
        except KeyboardInterrupt:
            self._installer.kill()
            raise
        return job

    def cancel_install(self) -> None:
        """Kill the installation. What was downloaded is kept for the next one."""
        if self.installation is not None and self.installation.active:
            self.installation.state = jobs.JobState.CANCELLING
            self._installer.cancel()

    def remove_environment(self) -> None:
        """Stop the worker and delete the installed environments (not a Python chosen in the preferences)."""
        self.stop_worker()
        environment.remove(self._settings().data_folder)
        self.refresh()

    def stop_worker(self) -> None:
        """Stop the worker process: frees all its memory. The next job starts a new one."""
        self.queue.stop_worker()

    def free_memory(self) -> None:
        """Ask the worker to drop cached models."""
        if self.queue.worker is not None and self.queue.worker.alive:
            self.queue.worker.free_memory()

    def tick(self, seconds: float = 0.01) -> bool:
        """Move everything on, without waiting. The timer calls it; True when something visible changed."""
        changed = self.queue.tick(seconds)
        if self._installer is not None:
            changed |= self._tick_installer(seconds)
        now = time.monotonic()
        if changed or (self._works and now > self._shown + 1.0):  # the time left runs down without messages, too
            self._shown = now
            self.on_change()
        return changed

    def close(self) -> None:
        """See stop()."""
        if self._installer is not None:
            self._installer.kill()
        if self.relight is not None:
            self.relight.process.kill()
        self.queue.close()

    @property
    def interval(self) -> float:
        """Seconds until the next tick should be."""
        return BUSY_INTERVAL if self._works else IDLE_INTERVAL

    @property
    def _works(self) -> bool:
        return self.queue.busy or self._installer is not None

    def _tick_installer(self, seconds: float) -> bool:
        messages = self._installer.poll(seconds)
        for message in messages:
            match message:
                case protocol.Progress():
                    self.installation.advance(message)
                case protocol.Log():
                    self.queue.log.append(message)
                case _:
                    self.installation.finish(message)
                    if self.installation.state is jobs.JobState.READY:
                        self.installation.state = jobs.JobState.DONE
                    self._installer = None
                    self.refresh()
        return bool(messages)

    def _start_worker(self) -> WorkerProcess:
        settings = self._settings()
        self.status = environment.status(settings, self._root)
        if self.state is State.INSTALLING:
            raise EnvironmentProblem("The compute environment is being installed.", "Run the job again afterwards.")
        if self.status.python is None:
            raise EnvironmentProblem(self.status.message, self.status.hint)
        return WorkerProcess(
            [str(self.status.python), "-I", "-u", str(self._root / "backend" / "bootstrap.py")],
            version=self._version,
            log_file=self.log_file,
            environment=worker.child_environment(online=settings.online, device=settings.device),
            patience=self._patience,
        )


_current: Session | None = None
"""The holder. Blender gives an extension no other place for an object that its operators and panels all reach."""


def start(settings: typing.Callable[[], environment.Settings], *, root: Path, version: str, timer: bool) -> Session:
    """Make the session. Starts no process.

    ``settings`` is asked whenever something depends on the preferences; ``root`` is the extension's folder; ``timer``
    is not bpy.app.background, where timers never fire, and where nobody looks at the jobs of earlier sessions.
    """
    global _current
    stop()
    _current = Session(settings, root, version)
    atexit.register(_current.close)  # Blender does not unregister when it quits
    if timer:
        import bpy

        if bpy.app.timers.is_registered(_pump):  # of a session that was stopped a moment ago
            bpy.app.timers.unregister(_pump)
        bpy.app.timers.register(_pump, first_interval=IDLE_INTERVAL, persistent=True)
        try:
            _current.queue.find_earlier()  # what the last session did not finish is offered at once
        except OSError as error:
            _current.queue.log.append(protocol.Log("warning", f"Cannot look for earlier jobs: {error}"))
    return _current


def get() -> Session:
    """The session. RuntimeError when there is none."""
    if _current is None:
        raise RuntimeError("Galatea is not enabled")
    return _current


def stop() -> None:
    """End the session: the running job becomes unfinished, the worker goes within seconds. Does nothing without one."""
    global _current
    session, _current = _current, None
    if session is not None:
        atexit.unregister(session.close)
        session.close()
        if session.thumbnails is not None:  # not in close(): when Blender quits, its pictures are gone before
            session.thumbnails.close()


def _pump() -> float | None:
    """The timer: Blender calls it again after so many seconds, and never again after None."""
    if _current is None:  # stopped: so the timer goes by itself
        return None
    try:
        _current.tick()
    except Exception:  # noqa: BLE001 - a timer that raises is removed, and every later job would wait for ever
        traceback.print_exc()
    return _current.interval if _current is not None else None
