# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs as Blender sees them: their folders, the queue, and how each of them ends. No bpy here."""

from __future__ import annotations

import dataclasses
import enum
import typing
from pathlib import Path

from ..backend import protocol


class JobState(enum.Enum):
    """Where a job stands. The value is what the job list shows."""

    WAITING = "Waiting"
    """In the queue."""
    RUNNING = "Running"
    CANCELLING = "Cancelling"
    READY = "Ready: Apply"
    """Computed, not imported yet: Blender was busy with something else, or the job is from an earlier session."""
    DONE = "Done"
    """Imported."""
    FAILED = "Failed"
    CANCELLED = "Cancelled"
    UNFINISHED = "Unfinished"
    """From an earlier session that ended before the job did: Queue.resume() or Queue.delete()."""


@dataclasses.dataclass(eq=False)
class Job:
    """One job. Read it freely; only the queue changes it."""

    id: str
    folder: Path
    """Holds job.json, in/, out/, end.json."""
    capability: str
    """"rig" or "bind"."""
    title: str
    """For the list, e.g. "Rig Horse"."""
    params: dict[str, typing.Any]
    target: dict[str, typing.Any]
    """For the import: object names, session_uid, blend path. JSON values only."""
    created: str
    """ISO 8601, UTC."""
    state: JobState
    stage: str = ""
    fraction: float = 0.0
    preview: Path | None = None
    end: protocol.End | None = None
    """Set once, when the job ends."""
    problem: str = ""
    """Why it failed, or why its import failed: one sentence and a hint."""

    @property
    def inputs(self) -> Path:
        """``in/``: write the inputs here before Queue.submit()."""
        return self.folder / "in"

    @property
    def active(self) -> bool:
        """Waiting, running or being cancelled."""
        return self.state in (JobState.WAITING, JobState.RUNNING, JobState.CANCELLING)

    @property
    def eta(self) -> float | None:
        """Estimated seconds to the end from now, None while unknown."""
        raise NotImplementedError

    def output(self, name: str) -> Path:
        """Path of the result's file called ``name``, e.g. "skeleton". Raises KeyError."""
        raise NotImplementedError


class Queue:
    """Jobs in the order they were submitted; one runs at a time. ``jobs`` lists all, newest last."""

    jobs: list[Job]
    on_end: typing.Callable[[Job, protocol.End], None]
    """Set by the operators: called once per job, in the main thread. For a Result it imports; when it raises, the job
    stays READY with ``problem`` set, and apply() tries again."""
    may_import: typing.Callable[[Job], bool]
    """Set by the operators: whether Blender can take a result now (not in sculpt mode, not during a render, ...).
    Asked when a result arrives; when False the job waits as READY until apply()."""
    log: typing.Sequence[protocol.Log]
    """Last lines for the log panel."""

    def create(self, capability: str, title: str, params: dict, target: dict) -> Job:
        """A new folder with job.json and an empty in/ and out/. The job is in no list until submit()."""
        raise NotImplementedError

    def submit(self, job: Job) -> None:
        """Put a created job at the end of the queue. It starts at the next tick."""
        raise NotImplementedError

    def cancel(self, job: Job) -> None:
        """Stop a waiting or running job. Its end arrives by on_end, at the next tick or later."""
        raise NotImplementedError

    def apply(self, job: Job) -> bool:
        """Import a READY job now, whatever may_import says. False when the import failed (see job.problem)."""
        raise NotImplementedError

    def resume(self, job: Job) -> None:
        """Run an UNFINISHED job of an earlier session again, in the same folder."""
        raise NotImplementedError

    def delete(self, job: Job) -> None:
        """Remove an inactive job from the list, and its folder."""
        raise NotImplementedError

    def find_earlier(self) -> list[Job]:
        """Add the UNFINISHED and READY jobs of earlier sessions to ``jobs`` and return them. Reads the disk."""
        raise NotImplementedError

    def run_blocking(self, job: Job, on_progress: typing.Callable[[Job], None] | None = None) -> protocol.End:
        """Submit and wait for the end, for background mode (no timers there) and scripts. on_end is called as always."""
        raise NotImplementedError

    def tick(self, seconds: float = 0.01) -> bool:
        """Move everything on without waiting, messages for at most ``seconds``. True when something visible changed."""
        raise NotImplementedError
