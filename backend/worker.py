# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker: takes jobs from stdin one after the other, and tells on stdout how they go. See ``docs/protocol.md``.

The main thread computes. One thread reads stdin, so that a cancel arrives in the middle of a job; one sends heartbeats.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import queue
import shutil
import sys
import threading
import time
import tomllib
import typing
from pathlib import Path

from . import protocol
from .job import Job, JobCancelled, JobError, describe

CAPABILITIES = (
    "rig", "bind", "rig_sequence", "rig_photos", "photo_masks", "rig_clip", "match", "match_picture", "image",
    "texture", "texture_seeds", "finish", "splats", "download", "fit_splats", "reconstruct", "generate",
    "generate_seeds", "render", "render_window",
)  # fmt: skip
"""What ``capabilities.run`` knows. Asking it would import it, and the worker is to be ready soon."""
HEARTBEAT_SECONDS = 1.0
ON_CLUSTER = "GALATEA_ON_CLUSTER"
"""Set for a worker to which a cluster has sent the job: it is to do it itself."""
BLENDER = "GALATEA_BLENDER"
"""Path of Blender on a machine of a cluster, if not as on the one that sends."""
BLENDER_RUNS_SCRIPT = ("--background", "--factory-startup", "--python-exit-code", "1", "--python")
EXIT_SECONDS = 8.0
"""When Blender has gone, a job that does not stop by itself is cut off after this long."""


def main() -> None:
    """Serve until stdin ends or Shutdown arrives."""
    source, sink = protocol.take_standard_streams()
    print(f"Worker {os.getpid()} starts, Python {platform.python_version()}", file=sys.stderr, flush=True)
    Worker(source, sink).serve()
    # Libraries leave threads behind that would hold up or crash a regular exit; nothing is left to be written.
    sys.stderr.flush()
    os._exit(0)


class Worker:
    """``source`` brings messages from Blender, ``sink`` takes those to Blender."""

    def __init__(self, source: typing.BinaryIO, sink: typing.BinaryIO) -> None:
        self._source = source
        self._sink = sink
        self._sink_lock = threading.Lock()
        self._inbox: queue.SimpleQueue[protocol.Hello | protocol.FreeMemory | protocol.Shutdown | Job] = (
            queue.SimpleQueue()
        )
        self._jobs: dict[str, Job] = {}  # asked for and not ended
        self._running: str | None = None
        self._closing = False

    def serve(self) -> None:
        threading.Thread(target=self._read, name="read", daemon=True).start()
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()
        while True:
            match self._inbox.get():
                case Job() as job:
                    self._running = job.id
                    self._end(job, self._run(job))
                    self._running = None
                case protocol.Hello():
                    self._send(_ready())
                case protocol.FreeMemory():
                    _free_memory()
                case protocol.Shutdown():
                    return

    def _read(self) -> None:
        try:
            while line := self._source.readline(protocol.MAX_LINE + 1):
                match protocol.decode(line):
                    case protocol.Run(id, folder):
                        job = Job(Path(folder), self._send, id)
                        self._jobs[id] = job
                        self._inbox.put(job)
                    case protocol.Cancel(id):
                        if (job := self._jobs.get(id)) is not None:
                            job.cancel()
                    case protocol.Shutdown():
                        break
                    case message:
                        self._inbox.put(message)
        except ValueError as error:  # nothing after it can be trusted
            print(f"Blender sent nonsense: {error}", file=sys.stderr, flush=True)
        self._close()

    def _close(self) -> None:
        """Blender has gone, or wants the worker to go: the jobs stay unfinished, to be resumed."""
        self._closing = True
        for job in list(self._jobs.values()):
            job.cancel()
        self._inbox.put(protocol.Shutdown())
        time.sleep(EXIT_SECONDS)
        print("The job does not stop: exit without it", file=sys.stderr, flush=True)
        os._exit(1)  # its child processes see their guard's stdin end

    def _beat(self) -> None:
        while True:
            self._send(protocol.Heartbeat(self._running))
            time.sleep(HEARTBEAT_SECONDS)

    def _run(self, job: Job) -> protocol.End:
        try:
            job.check_cancelled()  # while it waited
            task = json.loads((job.folder / "job.json").read_text(encoding="utf-8"))
            job.outputs.mkdir(exist_ok=True)
            files, report = _do(task, job)
            result = protocol.Result(job.id, files, report)
            protocol.encode(result)  # a report that is no JSON is the job's failure, not the worker's
            return result
        except JobCancelled:
            return protocol.Cancelled(job.id)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it was, the worker goes on
            end = describe(job.id, error)
            return end if job.folder.is_dir() else protocol.folder_gone(job.id, end.details)

    def _end(self, job: Job, end: protocol.End) -> None:
        """Keep the end in the job's folder, then send it: so it survives Blender."""
        if not (self._closing and isinstance(end, protocol.Cancelled)):
            with _logged_os_error():
                write_end(job.folder, end)
        del self._jobs[job.id]
        self._send(end)

    def _send(self, message: protocol.ToBlender) -> None:
        # When nobody reads any more, stdin has ended too: _read() sees to that.
        with self._sink_lock, contextlib.suppress(OSError):
            self._sink.write(protocol.encode(message))
            self._sink.flush()


def _do(task: dict[str, typing.Any], job: Job) -> tuple[dict[str, str], dict[str, typing.Any]]:
    """The job itself, here or where it is to be done."""
    if (address := task.get("cluster")) and ON_CLUSTER not in os.environ:
        if task["capability"] == "render" and task["params"].get("windows") != 1:
            from .capabilities.render import RenderParams
            from .cluster import split

            return split.run(job, RenderParams(**task["params"]), address, task["version"])
        from .cluster import remote

        return remote.run(job, address, task["version"])
    from . import capabilities  # numpy and friends: not before they are needed
    from .diffusion import keeping

    if task["capability"] not in keeping.USERS:
        keeping.drop()
    return capabilities.run(task["capability"], _with_own_blender(task["params"]), job)


def _with_own_blender(params: dict[str, typing.Any]) -> dict[str, typing.Any]:
    """On a cluster a job names the Blender of the machine that sent it; the environment may name the one here."""
    if not params.get("blender") or ON_CLUSTER not in os.environ:
        return params
    own = os.environ.get(BLENDER)
    command = [own, *BLENDER_RUNS_SCRIPT] if own else params["blender"]
    if shutil.which(command[0]) is None:
        raise JobError(
            "no_blender", f"There is no {command[0]}.", f"Say in {BLENDER} where Blender is on that machine."
        )
    return params | {"blender": command}


def write_end(folder: Path, end: protocol.End) -> None:
    """Write ``end.json``, in one step."""
    temporary = folder / "end.json.part"
    temporary.write_bytes(protocol.encode(end))
    os.replace(temporary, folder / "end.json")


def _ready() -> protocol.Ready:
    manifest = tomllib.loads((Path(__file__).parents[1] / "blender_manifest.toml").read_text(encoding="utf-8"))
    return protocol.Ready(protocol.VERSION, manifest["version"], platform.python_version(), "cpu", list(CAPABILITIES))


def _free_memory() -> None:
    from .diffusion import keeping

    keeping.drop()


@contextlib.contextmanager
def _logged_os_error() -> typing.Iterator[None]:
    """A full disk or a deleted folder must not keep the end from Blender."""
    try:
        yield
    except OSError as error:
        print(f"Cannot write the end of the job: {error}", file=sys.stderr, flush=True)
