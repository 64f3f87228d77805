# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that runs one command after another: ``galatea serve``. It speaks the worker's protocol over its pipes.

So what takes long to start is there already for the second job: Blender, its worker, and the libraries that this one
has imported. A job is a folder with :data:`ORDER`; what the command prints goes to :data:`LOG` beside it. No bpy here.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import queue
import sys
import threading
import time
import typing
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ...backend import protocol

ORDER = "job.json"
"""In the job's folder: ``arguments``, the command's name first and without ``--output``, which is the job's folder, and
``folder``, from where their paths count."""
LOG = "log.txt"
HEARTBEAT_SECONDS = 1.0


def serve(run: Callable[[Sequence[str]], int], version: str) -> typing.NoReturn:
    """Until stdin ends. A job that runs at that moment ends with the process.

    Args:
        run: a command with its arguments; its exit status.
        version: of the extension.
    """
    source, sink = protocol.take_standard_streams()
    sink.write(b"\n")  # ends whatever was printed before
    lock = threading.Lock()
    orders: queue.SimpleQueue[protocol.Run] = queue.SimpleQueue()

    def send(message: protocol.ToBlender) -> None:
        with lock, contextlib.suppress(OSError):  # when nobody reads any more, stdin has ended, too
            sink.write(protocol.encode(message))
            sink.flush()

    def read() -> None:
        while line := source.readline(protocol.MAX_LINE + 1):
            match protocol.decode(line):
                case protocol.Run() as order:
                    orders.put(order)
                case protocol.Hello():
                    send(protocol.Ready(protocol.VERSION, version, platform.python_version(), "", ["command"]))
                case _:
                    break
        os._exit(0)  # a command does not look for a stop, and its own worker sees its stdin end

    def beat() -> None:
        while True:
            send(protocol.Heartbeat())
            time.sleep(HEARTBEAT_SECONDS)

    threading.Thread(target=read, daemon=True).start()
    threading.Thread(target=beat, daemon=True).start()
    while True:
        order = orders.get()
        send(_run(order, run))


def _run(order: protocol.Run, run: Callable[[Sequence[str]], int]) -> protocol.End:
    place = Path(order.folder)
    try:
        what = json.loads((place / ORDER).read_bytes())
        command, *arguments = what["arguments"]
        with _log(place / LOG) as begin:
            os.chdir(what["folder"])
            status = run([command, "--output", str(place), *arguments])
        if status == 0:
            return protocol.Result(order.job, {}, {})
        return protocol.Error(
            order.job, "failed", last_words(place / LOG, begin) or f"it ended with status {status}", ""
        )
    except OSError as error:
        return protocol.Error(order.job, "failed", f"{error.filename or place}: {error.strerror}", "")
    finally:
        os.chdir(place.anchor)  # a folder that is somebody's current one cannot be deleted everywhere


@contextlib.contextmanager
def _log(path: Path) -> Iterator[int]:
    """What this process prints goes to the end of this file. Its size before."""
    kept = os.dup(1), os.dup(2)
    with path.open("ab") as log:
        _lead((log.fileno(), log.fileno()))
        try:
            yield log.tell()
        finally:
            _lead(kept)
            for descriptor in kept:
                os.close(descriptor)


def _lead(to: tuple[int, int]) -> None:
    for stream, descriptor, number in zip((sys.stdout, sys.stderr), to, (1, 2), strict=True):
        stream.flush()
        os.dup2(descriptor, number)


def last_words(log: Path, begin: int = 0) -> str:
    """The last line of a log that says something, "" if none does."""
    with log.open("rb") as file:
        file.seek(begin)
        text = file.read().decode(errors="replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = [line for line in lines if line.startswith("galatea")]
    return (told or lines or [""])[-1].removeprefix("galatea: ")
