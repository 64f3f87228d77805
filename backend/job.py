# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job as a capability sees it: its folder, progress, cancelling, child processes."""

from __future__ import annotations

import errno
import os
import queue
import subprocess
import sys
import threading
import time
import traceback
import typing
from pathlib import Path

from . import protocol

PROGRESS_INTERVAL = 0.1
"""Seconds. Progress within the same stage that comes faster is dropped."""
FILM_SPEED = 4.0
"""Pictures of a moving preview in a second."""


class JobError(Exception):
    """The one way to tell the artist that something is wrong: ``message`` says what, ``hint`` what to do about it."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


class JobCancelled(Exception):
    """The artist stopped the job. Let it pass through."""


class Job:
    """A job's folder and its line to whoever waits for it.

    ``send`` receives Progress and Log messages; without it they go nowhere, as in tests and simple scripts.
    """

    def __init__(
        self,
        folder: Path,
        send: typing.Callable[[protocol.Progress | protocol.Log], None] | None = None,
        id: str = "",
    ) -> None:
        self.id = id or Path(folder).name
        self.folder = Path(folder)
        self._send = send or (lambda message: None)
        self._cancel = threading.Event()
        # Time and fraction from which the time left is estimated: a resumed job starts late.
        self._first: tuple[float, float] | None = None
        self._last_time = -1.0
        self._last_stage = ""

    @property
    def inputs(self) -> Path:
        return self.folder / "in"

    @property
    def outputs(self) -> Path:
        return self.folder / "out"

    def cancel(self) -> None:
        """Make the next progress() or check_cancelled() raise. Any thread may call this."""
        self._cancel.set()

    def check_cancelled(self) -> None:
        """Raise JobCancelled when the artist stopped the job. Cheap: call it in every loop that takes time."""
        if self._cancel.is_set():
            raise JobCancelled

    def progress(self, stage: str, fraction: float, preview: str | None = None) -> None:
        """Say where the job stands, and raise JobCancelled when the artist stopped it.

        ``fraction`` is the done part of the whole job, 0..1; the time left follows from it.
        ``preview`` is a picture relative to the job's folder. Call it as often as you like: at most ten messages a
        second are sent, besides one for each new stage or preview.
        """
        self.check_cancelled()
        now = time.monotonic()
        if stage == self._last_stage and now - self._last_time < PROGRESS_INTERVAL and preview is None:
            return
        fraction = min(max(float(fraction), 0.0), 1.0)
        if self._first is None:
            self._first = (now, fraction)
        self._last_time, self._last_stage = now, stage
        self._send(protocol.Progress(self.id, stage, fraction, self._eta(now, fraction), preview))

    def restart_estimate(self) -> None:
        """What follows goes at another pace than what was: the time left is unknown until some of it is done."""
        self._first = None

    def _eta(self, now: float, fraction: float) -> float | None:
        elapsed, done = now - self._first[0], fraction - self._first[1]
        if elapsed < 1.0 or done < 0.02:
            return None
        return elapsed / done * (1.0 - fraction)

    def part(self, folder: Path, begin: float, end: float, film: typing.Sequence[str] = ()) -> Job:
        """A job within this one, with a folder of its own: what it does is the part ``begin`` to ``end`` of this one's
        progress, and it stops when this one does. So one capability can use another.

        ``film``: previews of this job that are shown one after another meanwhile, FILM_SPEED of them in a second.
        """
        start, shown = time.monotonic(), -1

        def send(message: protocol.Progress | protocol.Log) -> None:
            nonlocal shown
            if isinstance(message, protocol.Progress):
                frame = int((time.monotonic() - start) * FILM_SPEED)
                preview = film[frame % len(film)] if film and frame != shown else None
                shown = frame
                self.progress(message.stage, begin + (end - begin) * message.fraction, preview)
            else:
                self._send(message)

        made = Job(folder, send, self.id)
        made._cancel = self._cancel
        return made

    def log(self, text: str, level: str = "info") -> None:
        """A line for the log file and the log panel. ``level`` is "info", "warning" or "error"."""
        print(f"{level}: {text}", file=sys.stderr, flush=True)
        self._send(protocol.Log(level, text[:10_000], self.id))

    def run_child(
        self,
        command: list[str],
        *,
        env: dict[str, str] | None = None,
        on_line: typing.Callable[[str], None] | None = None,
    ) -> int:
        """Run a program to its end and return its exit code; a negative one is the signal that ended it.

        Each line it prints goes to ``on_line``, which may call progress(), or to the log file. The program and its own
        children are killed when the job is cancelled, when ``on_line`` raises and when this process dies.
        """
        guard = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("guard.py")), *command],
            stdin=subprocess.PIPE,  # its end is what kills
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=env,
            **process_group(),
        )
        lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=_read_lines, args=(guard.stdout, lines), daemon=True).start()
        on_line = on_line or (lambda line: print(line, file=sys.stderr, flush=True))
        try:
            ended = False
            while not ended:
                self.check_cancelled()
                # A grandchild may keep the pipe open for ever: once the program has ended, what is there is all.
                ended = guard.poll() is not None
                try:
                    while (line := lines.get(timeout=0.05)) is not None:
                        on_line(line)
                        self.check_cancelled()
                    ended = True
                except queue.Empty:
                    continue
            return guard.wait()
        finally:
            guard.stdin.close()
            guard.wait()


def describe(job: str, error: BaseException) -> protocol.Error:
    """What the artist reads about the exception that ended a job, with the traceback for a bug report."""
    details = "".join(traceback.format_exception(error))[-20_000:]
    print(details, file=sys.stderr, flush=True)
    match error:
        case JobError():
            code, message, hint = error.code, error.message, error.hint
        case MemoryError():
            code = "out_of_memory"
            message = "There is not enough memory for this job."
            hint = "Close other programs, or reduce the mesh with a Decimate modifier."
        case OSError(errno=errno.ENOSPC):
            code = "disk_full"
            message = "The disk is full."
            hint = "Free some space, or choose another data folder in the preferences."
        case ModuleNotFoundError():
            code = "environment"
            message = f"The Python environment lacks the module {error.name}."
            hint = "Install the environment in the preferences, or choose another Python there."
        case _:
            code = "internal"
            message = f"Galatea failed in a way it should not: {type(error).__name__}."
            hint = "Please report this with the details, and the file if you can."
    return protocol.Error(job, code, message, hint, details)


def process_group() -> dict[str, typing.Any]:
    """Popen's arguments for a child in a process group of its own, without a console window."""
    if os.name == "nt":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def _read_lines(stream: typing.BinaryIO, lines: queue.SimpleQueue[str | None]) -> None:
    """Put each line into the queue, long ones in pieces, and None at the end."""
    with stream:
        while line := stream.readline(1 << 16):
            lines.put(line.decode(errors="replace").rstrip("\r\n"))
    lines.put(None)
