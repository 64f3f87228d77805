# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker process as seen from Blender. No bpy here: the same client runs in tests and in any Python.

A :class:`WorkerProcess` is one life of one process. Whoever needs a new process makes a new object.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import enum
import os
import signal
import subprocess
import threading
import time
import typing
from pathlib import Path

from ..backend import protocol

LOG_BYTES = 1 << 20
"""A log file larger than this is set aside (once) when a process starts."""
MAX_PENDING = 1000
"""Messages kept while nobody polls, e.g. during a long render. Older log lines are dropped: the log file has them."""


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


@dataclasses.dataclass(frozen=True)
class Patience:
    """Seconds to wait for a process before it is killed. Tests have less of it."""

    start: float = 60.0
    """From the spawn to Ready: a cold disk and a virus scanner are slow."""
    silence: float = 60.0
    """Without any message. Heartbeats come every second, but native code may hold the interpreter's lock for long."""
    cancel: float = 5.0
    """From a cancel to the end of the job."""


PATIENCE = Patience()


class WorkerProcess:
    """One child process that speaks the protocol over its stdin and stdout.

    ``command`` starts the worker, or with ``task`` a program that does this one job by itself and ends (the installer).
    All methods are called by one thread and none of them waits, except stop().
    """

    def __init__(
        self,
        command: list[str],
        *,
        version: str,
        log_file: Path,
        environment: dict[str, str] | None = None,
        patience: Patience = PATIENCE,
        task: str | None = None,
        prints_first: bool = False,
    ) -> None:
        """``prints_first``: the program is Blender itself, which says this and that before it takes its pipes."""
        self.state = State.STARTING if task is None else State.BUSY
        self.job: str | None = task
        """Id of the job that runs."""
        self.ready: protocol.Ready | None = None
        """What the worker said about itself."""
        self.log_file = log_file
        self._patience = patience
        self._is_task = task is not None
        self._cancel_time: float | None = None
        self._start_time = self._poll_time = self._heard_time = time.monotonic()
        self._silence = 0.0

        log_file.parent.mkdir(parents=True, exist_ok=True)
        _rotate(log_file)
        with log_file.open("ab") as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,  # a file, not a pipe: nobody need read it, and it outlives a crash
                env=environment,
                cwd=log_file.parent,
                **process_group(),
            )
        self._inbox = Inbox(prints_first)
        threading.Thread(target=self._inbox.read, args=(self._process,), name="galatea worker", daemon=True).start()
        if not self._is_task:
            self._send(protocol.Hello(protocol.VERSION, version))

    @property
    def alive(self) -> bool:
        return self.state not in (State.STOPPED, State.CRASHED)

    @property
    def pid(self) -> int:
        return self._process.pid

    def run(self, job: str, folder: Path) -> None:
        """Start a job. Only when the process is alive and no other job runs."""
        if self.job is not None or not self.alive:
            raise RuntimeError(f"Worker is {self.state.value} and runs {self.job}")
        self.job = job
        self._send(protocol.Run(job, str(folder)))
        if self.state is State.READY:
            self.state = State.BUSY

    def cancel(self) -> None:
        """Ask the running job to stop. When it does not within ``patience.cancel`` seconds, the process is killed."""
        if self.job is not None and self._cancel_time is None:
            self._cancel_time = time.monotonic()
            self._send(protocol.Cancel(self.job))

    def free_memory(self) -> None:
        self._send(protocol.FreeMemory())

    def poll(self, seconds: float = 0.01) -> list[protocol.Progress | protocol.Log | protocol.End]:
        """What has arrived, without waiting, and for at most about ``seconds``. Each job gets exactly one End.

        A process that died, hangs, or breaks the protocol is killed, and its job ends with an Error that says so.
        """
        if not self.alive:
            return []
        now = time.monotonic()
        # Silence counts only while somebody listens: not while Blender was blocked or the computer asleep.
        self._silence += min(now - self._poll_time, 1.0)
        self._poll_time = now
        if self._inbox.heard_time != self._heard_time:
            self._heard_time, self._silence = self._inbox.heard_time, 0.0

        messages = []
        while self.alive and (item := self._inbox.get()) is not None:
            messages += self._handle(item)
            if time.monotonic() - now > seconds:
                break
        return messages + self._check_patience(now)

    def stop(self, seconds: float = 2.0) -> None:
        """Shutdown message, wait ``seconds``, terminate, wait ``seconds``, kill. The running job gets no End."""
        if not self.alive:
            return
        self.state = State.STOPPED
        self._send(protocol.Shutdown())
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        for end in (self._process.terminate, self.kill):
            try:
                self._process.wait(seconds)
                break
            except subprocess.TimeoutExpired:
                end()
        self.job = None

    def kill(self) -> None:
        """End the process and its children at once."""
        if self.alive:
            self.state = State.STOPPED
        if os.name == "nt":
            subprocess.run(
                ["taskkill", "/F", "/T", "/PID", str(self._process.pid)],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                creationflags=subprocess.CREATE_NO_WINDOW,
                check=False,
            )
        elif self._process.returncode is None:  # not yet waited for, so the number is still this process's
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def log_tail(self, lines: int = 30) -> str:
        """The last lines of what this process wrote to its log."""
        with self.log_file.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(min(self._log_start, size), size - 20_000))
            return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])

    def _send(self, message: protocol.ToWorker) -> None:
        # A pipe without a reader: the process has died, and poll() finds out why.
        with contextlib.suppress(OSError):
            self._process.stdin.write(protocol.encode(message))
            self._process.stdin.flush()

    def _handle(self, item: protocol.Message | protocol.ProtocolError | Exit) -> list:
        match item:
            case Exit(code):
                return self._ended(code)
            case protocol.Ready() if self.state is State.STARTING:
                if item.protocol != protocol.VERSION:
                    return self._fail(
                        "wrong_version",
                        f"The worker speaks version {item.protocol} of the protocol, Blender {protocol.VERSION}.",
                        "Restart Blender: the extension was updated while it ran.",
                    )
                self.ready = item
                self.state = State.READY if self.job is None else State.BUSY
                return []
            case protocol.Log():
                return [item]
            case protocol.Progress(job=self.job) if self.state is State.BUSY:
                return [item]
            case protocol.Result(job=self.job) | protocol.Error(job=self.job) | protocol.Cancelled(job=self.job) if (
                self.state is State.BUSY
            ):
                self.job, self._cancel_time = None, None
                self.state = State.READY
                return [item]
            case protocol.ProtocolError():
                reason = str(item)
            case _:
                reason = f"unexpected {type(item).__name__} while {self.state.value}"
        return self._fail(
            "protocol",
            "The worker sent something that Blender does not understand.",
            "Run the job again; if it happens again, reinstall the environment or report it with the log.",
            reason,
        )

    def _check_patience(self, now: float) -> list:
        if not self.alive:
            return []
        if self._cancel_time is not None and now - self._cancel_time > self._patience.cancel:
            job, self.job = self.job, None
            self.kill()
            return [protocol.Cancelled(job)]
        if self.state is State.STARTING and now - self._start_time > self._patience.start:
            return self._fail(
                "no_start", "The worker did not start.", "See the log; a virus scanner or a slow disk may hold it up."
            )
        if self._silence > self._patience.silence:
            return self._fail(
                "hung",
                "The worker hung and was ended.",
                "Run the job again; if it hangs again, report it with the log.",
            )
        return []

    def _ended(self, code: int) -> list:
        """The process has gone, wanted or not."""
        if self._is_task and self.job is None and code == 0:
            self.state = State.STOPPED
            return []
        how = _describe_exit(code)
        if self.state is State.STARTING:
            return self._fail(
                "no_start",
                f"The worker could not start ({how}).",
                "See the log; installing the environment again in the preferences usually helps.",
            )
        if code == -9:  # the system does this when memory runs out
            return self._fail(
                "killed",
                f"The worker was ended by the system ({how}), most likely because memory ran out.",
                "Close other programs or use a mesh with fewer faces, then run the job again.",
            )
        return self._fail(
            "crashed",
            f"The worker crashed ({how}).",
            "Run the job again: a new worker starts. If it crashes again, report it with the log.",
        )

    def _fail(self, code: str, message: str, hint: str, reason: str = "") -> list:
        """End the process, and its job with an Error."""
        job, self.job = self.job, None
        self.state = State.CRASHED
        self.kill()
        details = "\n".join(filter(None, [reason, self.log_tail()]))
        if job is None:
            return [protocol.Log("error", f"{message} {hint}\n{details}"[:10_000])]
        return [protocol.Error(job, code, message, hint, details)]


@dataclasses.dataclass(frozen=True)
class Exit:
    """The process has ended."""

    code: int


class Inbox:
    """Messages between the thread that reads and the one that polls."""

    def __init__(self, prints_first: bool) -> None:
        self.heard_time = time.monotonic()
        self._skips = prints_first
        self._items: collections.deque = collections.deque()
        self._lock = threading.Lock()

    def read(self, process: subprocess.Popen) -> None:
        """Runs in its thread until the process has ended."""
        with process.stdout as stream:
            # A line cut off by the end of the stream is how a process dies, not a mistake in the protocol.
            while (line := stream.readline(protocol.MAX_LINE + 1)) and (
                len(line) > protocol.MAX_LINE or line[-1:] == b"\n"
            ):
                if self._skips and not line.startswith(b'{"type": '):
                    continue
                self._skips = False
                try:
                    self._put(_decode(line))
                except ValueError as error:
                    self._put(protocol.ProtocolError(str(error)))
                    break  # what follows cannot be trusted, and poll() kills the process
        self._put(Exit(process.wait()))

    def get(self) -> protocol.Message | protocol.ProtocolError | Exit | None:
        with self._lock:
            return self._items.popleft() if self._items else None

    def _put(self, item: object) -> None:
        self.heard_time = time.monotonic()
        if isinstance(item, protocol.Heartbeat):
            return
        with self._lock:
            last = self._items[-1] if self._items else None
            if isinstance(item, protocol.Progress) and isinstance(last, protocol.Progress) and item.job == last.job:
                # Only the newest matters, but its picture may be older.
                self._items[-1] = item if item.preview else dataclasses.replace(item, preview=last.preview)
            elif not isinstance(item, protocol.Log) or len(self._items) < MAX_PENDING:
                self._items.append(item)


def _decode(line: bytes) -> protocol.ToBlender:
    message = protocol.decode(line)
    if not isinstance(message, protocol.ToBlender):
        raise protocol.ProtocolError(f"{type(message).__name__} is a message for the worker")
    return message


def child_environment(*, online: bool, device: str = "") -> dict[str, str]:
    """Environment variables for a child: Blender's, without what would make another Python load the wrong files."""
    dropped = {"PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONUSERBASE", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"}
    dropped |= {
        "LD_LIBRARY_PATH",
        "DYLD_LIBRARY_PATH",
        "DYLD_INSERT_LIBRARIES",
        "DYLD_FRAMEWORK_PATH",
    }  # Blender's own, Snap
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in dropped and not name.upper().startswith("CONDA")
    }
    kept |= {
        "PYTHONNOUSERSITE": "1",
        "PYTHONUTF8": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
        # OpenMP's threads wait by spinning otherwise: where Blender or anything else needs the processor as well, a job
        # of torch takes ten times as long and wastes most of it.
        "OMP_WAIT_POLICY": "PASSIVE",
    }
    if not online:
        kept |= {"HF_HUB_OFFLINE": "1", "GALATEA_OFFLINE": "1"}
    if device == "cpu":
        kept |= {"CUDA_VISIBLE_DEVICES": ""}
    return kept


def process_group() -> dict[str, typing.Any]:
    """Popen's arguments for a child in a process group of its own, without a console window."""
    if os.name == "nt":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def _rotate(log_file: Path) -> None:
    # Another Blender may have it open, which Windows does not like: then it grows a little more.
    with contextlib.suppress(OSError):
        if log_file.stat().st_size > LOG_BYTES:
            os.replace(log_file, log_file.with_suffix(".old.log"))


def _describe_exit(code: int) -> str:
    """ "signal SIGSEGV" or "exit code 3"."""
    if code < 0 and os.name != "nt":
        with contextlib.suppress(ValueError):
            return f"signal {signal.Signals(-code).name}"
    return f"exit code {code:#x}" if code > 255 else f"exit code {code}"
