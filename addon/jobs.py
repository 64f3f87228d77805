# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs as Blender sees them: their folders, the queue, and how each of them ends. No bpy here."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import datetime
import enum
import errno
import filecmp
import json
import re
import secrets
import shutil
import time
import traceback
import typing
from collections.abc import Iterator
from pathlib import Path

from ..backend import protocol
from . import files
from .environment import EnvironmentProblem
from .worker import State, WorkerProcess

KEPT_FOLDERS = 5
"""So many folders of ended jobs stay, for a look at what went wrong."""


SENT_TO_CLUSTER = {
    "rig", "bind", "rig_sequence", "texture", "texture_seeds", "generate", "generate_seeds", "image", "reconstruct",
    "fit_splats", "render",
}  # fmt: skip
"""Those whose files are all in the job, but for what the artist chose elsewhere."""
ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")
"""Names of the jobs' folders: nothing else in their place is touched, for the artist chose it."""


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
    cluster: str = ""
    """Address of the Ray cluster that does it; "" for this machine."""
    state: JobState = JobState.WAITING
    stage: str = ""
    fraction: float = 0.0
    preview: Path | None = None
    end: protocol.End | None = None
    """Set once, when the job ends."""
    problem: str = ""
    """Why it failed, or why its import failed: one sentence and a hint."""
    started: float | None = None
    """time.monotonic() when it began to run."""
    seconds: float = 0.0
    """How long it ran, set at its end."""
    _eta: float | None = None
    """time.monotonic() of the expected end."""

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
        return None if self._eta is None else max(self._eta - time.monotonic(), 0.0)

    def output(self, name: str) -> Path:
        """Path of the result's file called ``name``, e.g. "skeleton". KeyError when the result has no such file."""
        return self.folder / self.end.files[name]

    def advance(self, progress: protocol.Progress) -> None:
        """Take over what the worker says."""
        self.stage = progress.stage
        self.fraction = progress.fraction if 0.0 <= progress.fraction <= 1.0 else 0.0
        self._eta = None if progress.eta is None else time.monotonic() + progress.eta
        if progress.preview is not None and (path := _inside(self.folder, progress.preview)) is not None:
            self.preview = path

    def finish(self, end: protocol.End) -> None:
        """Take over how it ended."""
        if self.end is not None:
            raise RuntimeError(f"Job {self.id} ended twice")
        self.end = end
        self._eta = None
        if self.started is not None:
            self.seconds = time.monotonic() - self.started
        match end:
            case protocol.Result():
                self.state = JobState.READY
                self.fraction = 1.0
            case protocol.Error():
                self.state = JobState.FAILED
                self.problem = f"{end.message} {end.hint}"
            case protocol.Cancelled():
                self.state = JobState.CANCELLED


class Queue:
    """Jobs in the order they were submitted; one runs at a time."""

    def __init__(self, folder: Path, start_worker: typing.Callable[[], WorkerProcess], version: str) -> None:
        """``folder`` holds the jobs' folders; ``start_worker`` may raise EnvironmentProblem."""
        self.jobs: list[Job] = []
        """All of them, newest last."""
        self.log: collections.deque[protocol.Log] = collections.deque(maxlen=200)
        """Last lines for the log panel."""
        self.on_end: typing.Callable[[Job, protocol.End], None] = lambda job, end: None
        """Set by the operators: called once per job, in the main thread. For a Result it imports; when it raises, the
        job stays READY with ``problem`` set, and apply() tries again."""
        self.may_import: typing.Callable[[Job], bool] = lambda job: True
        """Set by the operators: whether Blender can take a result now (not in sculpt mode, not during a render, ...).
        Asked when a result arrives; when False the job waits as READY until apply()."""
        self.worker: WorkerProcess | None = None
        """The newest process; it may have ended."""
        self.folder = folder
        """Where new jobs go and earlier ones are found."""
        self.cluster = ""
        """Address of the Ray cluster to which new jobs are sent, "" for none."""
        self._start_worker = start_worker
        self._version = version
        self._running: Job | None = None
        self._locks: dict[str, typing.BinaryIO] = {}

    @property
    def state(self) -> State:
        """Of the worker."""
        return State.STOPPED if self.worker is None else self.worker.state

    @property
    def busy(self) -> bool:
        """Something waits or runs."""
        return any(job.active for job in self.jobs)

    def create(self, capability: str, title: str, params: dict, target: dict) -> Job:
        """A new folder with an empty in/ and out/. The job is in no list until submit()."""
        now = datetime.datetime.now(datetime.UTC)
        id = f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        job = Job(id, self.folder / id, capability, title, params, target, now.isoformat(timespec="seconds"))
        for folder in (job.inputs, job.folder / "out"):
            folder.mkdir(parents=True)
        self._locks[id] = files.lock(job.folder)
        return job

    @contextlib.contextmanager
    def filling(self, job: Job) -> Iterator[None]:
        """Inside, a created job gets its inputs. If that fails its folder goes again."""
        try:
            yield
        except BaseException:
            self.delete(job)
            raise

    def submit(self, job: Job) -> None:
        """Put a created job at the end of the queue. It starts at the next tick."""
        # Only now: a folder without it is one that was never completed.
        self._describe(job)
        self.jobs.append(job)

    def twin(self, job: Job) -> Job | None:
        """A job that waits or runs and does just what this one would: of the same kind, place, settings and inputs."""
        active = [other for other in self.jobs if other.state in (JobState.WAITING, JobState.RUNNING)]
        return next((other for other in active if other is not job and _alike(job, other)), None)

    def resume(self, job: Job) -> None:
        """Run an UNFINISHED job of an earlier session again, in the same folder, here or on the cluster as new ones."""
        if job.state is not JobState.UNFINISHED:
            raise RuntimeError(f"Job {job.id} is {job.state.value}")
        self._describe(job)
        job.state = JobState.WAITING
        self.jobs.remove(job)
        self.jobs.append(job)

    def cancel(self, job: Job) -> None:
        """Stop a waiting or running job. Its end arrives by on_end, at the next tick or later."""
        if not job.active:
            return
        job.state = JobState.CANCELLING
        if job is self._running:
            self.worker.cancel()

    def apply(self, job: Job) -> bool:
        """Import a READY job now, whatever may_import says. False when the import failed (see job.problem)."""
        if job.state is not JobState.READY:
            raise RuntimeError(f"Job {job.id} is {job.state.value}")
        job.problem = "" if job.folder.is_dir() else "The files of this result were deleted. Run the job again."
        if job.problem or not self._tell(job):
            return False
        job.state = JobState.DONE
        self._logged(lambda: (job.folder / "imported").touch())
        self._prune()
        return True

    def delete(self, job: Job) -> None:
        """Remove an inactive job from the list, and its folder."""
        if job.active and job in self.jobs:
            raise RuntimeError(f"Job {job.id} is {job.state.value}")
        if job in self.jobs:
            self.jobs.remove(job)
        self._unlock(job.id)
        shutil.rmtree(job.folder, ignore_errors=True)

    def find_earlier(self) -> list[Job]:
        """Add the UNFINISHED and READY jobs of earlier sessions to ``jobs`` and return them; remove old ended ones.

        Reads the disk. Jobs of another Blender that runs at this moment are left alone.
        """
        found, ended = [], []
        for folder in sorted(self.folder.iterdir()) if self.folder.is_dir() else []:
            if not ID.fullmatch(folder.name) or folder.name in self._locks or (lock := files.lock(folder)) is None:
                continue
            self._locks[folder.name] = lock
            job = _read_job(folder)
            if job is not None and job.state in (JobState.UNFINISHED, JobState.READY):
                found.append(job)
                continue
            self._unlock(folder.name)
            if job is None:
                shutil.rmtree(folder, ignore_errors=True)
            else:
                ended.append(folder)
        for folder in ended[:-KEPT_FOLDERS]:
            shutil.rmtree(folder, ignore_errors=True)
        self.jobs[:0] = found
        return found

    def run_blocking(self, job: Job, on_progress: typing.Callable[[Job], None] | None = None) -> protocol.End:
        """Submit and wait for the end, for background mode (no timers there) and scripts. on_end is called as always.

        A job of an earlier session is resumed."""
        if job.state is JobState.UNFINISHED:
            self.resume(job)
        else:
            self.submit(job)
        try:
            while job.active:
                if self.tick() and on_progress is not None:
                    on_progress(job)
                time.sleep(0.005)
        except KeyboardInterrupt:
            self.stop_worker()
            raise
        return job.end

    def tick(self, seconds: float = 0.01) -> bool:
        """Move everything on without waiting, messages for at most ``seconds``. True when something visible changed."""
        before = [(job.state, job.stage) for job in self.jobs], self.state
        messages = self.worker.poll(seconds) if self.worker is not None else []
        for message in messages:
            match message:
                case protocol.Progress():
                    self._running.advance(message)
                case protocol.Log():
                    self.log.append(message)
                case _:
                    job, self._running = self._running, None
                    self._end(job, message)
        for job in list(self.jobs):
            if job.state is JobState.CANCELLING and job is not self._running:
                self._end(job, protocol.Cancelled(job.id))
        self._start_next()
        return bool(messages) or before != ([(job.state, job.stage) for job in self.jobs], self.state)

    def stop_worker(self) -> None:
        """End the worker process, which frees all its memory. A running job ends as cancelled."""
        if self.worker is not None:
            self.worker.stop()
        if self._running is not None:
            job, self._running = self._running, None
            self._end(job, protocol.Cancelled(job.id))

    def close(self) -> None:
        """The end of the session: jobs that wait or run become unfinished ones of an earlier session."""
        if self.worker is not None:
            self.worker.stop()
        self._running = None
        self.jobs.clear()
        for id in list(self._locks):
            self._unlock(id)

    def _describe(self, job: Job) -> None:
        """Write job.json."""
        if job.capability in SENT_TO_CLUSTER:
            job.cluster = self.cluster
        fields = ("id", "capability", "title", "params", "target", "created", "cluster")
        description = {name: getattr(job, name) for name in fields} | {"version": self._version}
        files.write(job.folder / "job.json", json.dumps(description, indent=1).encode())

    def _start_next(self) -> None:
        job = next((job for job in self.jobs if job.state is JobState.WAITING), None)
        if job is None or self._running is not None:
            return
        if self.worker is None or not self.worker.alive:
            try:
                self.worker = self._start_worker()
            except EnvironmentProblem as problem:
                self._end(job, protocol.Error(job.id, "environment", problem.message, problem.hint))
                return
            except OSError as error:
                hint = "Check the Python and the folders in the preferences."
                self._end(job, protocol.Error(job.id, "no_start", f"The worker could not start: {error}.", hint))
                return
        job.state = JobState.RUNNING
        job.started = time.monotonic()
        self._running = job
        self.worker.run(job.id, job.folder)

    def _end(self, job: Job, end: protocol.End) -> None:
        if isinstance(end, protocol.Result) and not job.folder.is_dir():
            end = protocol.folder_gone(job.id)
        elif isinstance(end, protocol.Result) and (problem := _check_files(job.folder, end)):
            hint = "Run the job again; if it happens again, report it with the log."
            end = protocol.Error(job.id, "protocol", problem, hint)
        # The worker wrote its ends itself, but not those that were found out here.
        self._logged(lambda: files.write(job.folder / "end.json", protocol.encode(end)))
        job.finish(end)
        if not isinstance(end, protocol.Result):
            self._tell(job)
            self._prune()
        elif self.may_import(job):
            self.apply(job)

    def _tell(self, job: Job) -> bool:
        """Call on_end. False when it raised."""
        try:
            self.on_end(job, job.end)
        except Exception as error:  # noqa: BLE001 - the pump must survive whatever an import does
            job.problem = f"The result could not be applied: {error}"
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                job.problem = "The disk is full. Free some space, then apply the result again."
            self.log.append(protocol.Log("error", traceback.format_exc(), job.id))
            return False
        return True

    def _logged(self, write: typing.Callable[[], object]) -> None:
        """A full disk must not stop the pump."""
        try:
            write()
        except OSError as error:
            self.log.append(protocol.Log("warning", f"Cannot write into the job's folder: {error}"))

    def _prune(self) -> None:
        over = [job for job in self.jobs if job.state in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)]
        for job in over[:-KEPT_FOLDERS]:
            self.delete(job)

    def _unlock(self, id: str) -> None:
        if (lock := self._locks.pop(id, None)) is not None:
            lock.close()


def _alike(first: Job, second: Job) -> bool:
    """The files are compared last: they may be large."""
    if any(getattr(first, name) != getattr(second, name) for name in ("capability", "params", "target")):
        return False
    folders = first.inputs, second.inputs
    names = [sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file()) for folder in folders]
    return names[0] == names[1] and all(
        filecmp.cmp(folders[0] / name, folders[1] / name, shallow=False) for name in names[0]
    )


def _read_job(folder: Path) -> Job | None:
    """The job of an earlier session; None when it was never completed or cannot be read."""
    try:
        description = json.loads((folder / "job.json").read_text(encoding="utf-8"))
        names = ("id", "capability", "title", "params", "target", "created")
        cluster = description.get("cluster", "")
        job = Job(folder=folder, cluster=cluster, **{name: description[name] for name in names})
        end = protocol.decode((folder / "end.json").read_bytes()) if (folder / "end.json").exists() else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if end is None:
        job.state = JobState.UNFINISHED
    else:
        job.finish(end)
        if (folder / "imported").exists():
            job.state = JobState.DONE
    return job


def _check_files(folder: Path, result: protocol.Result) -> str:
    """What is wrong with the files of a result, "" when nothing is."""
    for name, path in result.files.items():
        if (inside := _inside(folder, path)) is None:
            return f"The worker's file {name} lies outside the job's folder."
        if not inside.is_file():
            return f"The worker's file {name} is missing."
    return ""


def _inside(folder: Path, path: str) -> Path | None:
    """``folder / path`` when it really lies in the folder."""
    whole = folder / path
    return whole if whole.resolve().is_relative_to(folder.resolve()) else None
