# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages between Blender and the worker: one JSON object per line, UTF-8, over the worker's stdin and stdout.

This is the only module that both sides import, so it uses the standard library alone.
Arrays never travel in messages: they are files in the job's folder (see ``docs/protocol.md``).
"""

from __future__ import annotations

import dataclasses
import json
import os
import typing

VERSION = 1
"""Both sides must speak the same version; ``Hello`` and ``Ready`` carry it."""

MAX_LINE = 1 << 20
"""Longest line in bytes, newline included. Anything larger belongs into a file."""


class ProtocolError(ValueError):
    """A line that is not a message of this protocol."""


# Blender -> worker


@dataclasses.dataclass(frozen=True)
class Hello:
    """First message of a session."""

    protocol: int
    version: str
    """Version of the extension, as in its manifest."""


@dataclasses.dataclass(frozen=True)
class Run:
    """Start a job. ``folder`` holds ``job.json`` (capability and parameters) and ``in/``."""

    job: str
    folder: str


@dataclasses.dataclass(frozen=True)
class Cancel:
    """Stop a job within its current step."""

    job: str


@dataclasses.dataclass(frozen=True)
class FreeMemory:
    """Drop cached models and return memory to the system."""


@dataclasses.dataclass(frozen=True)
class Shutdown:
    """Finish: cancel what runs, then exit."""


# worker -> Blender


@dataclasses.dataclass(frozen=True)
class Ready:
    """Answer to ``Hello``."""

    protocol: int
    version: str
    python: str
    device: str
    """What computes: "cpu", or the name of the GPU."""
    capabilities: list[str]


@dataclasses.dataclass(frozen=True)
class Progress:
    """Where a job stands. Only the newest one matters."""

    job: str
    stage: str
    """What happens now, in words an artist reads."""
    fraction: float
    """Done part of the whole job, 0..1."""
    eta: float | None = None
    """Estimated seconds to the end, None while unknown."""
    preview: str | None = None
    """Picture of the intermediate result, relative to the job's folder."""


@dataclasses.dataclass(frozen=True)
class Log:
    """A line for the log panel."""

    level: str
    """"info", "warning" or "error"."""
    text: str
    job: str | None = None


@dataclasses.dataclass(frozen=True)
class Heartbeat:
    """Sent every second, so that slow work can be told from a hung process."""

    job: str | None = None


@dataclasses.dataclass(frozen=True)
class Result:
    """The job is done. Exactly one of Result, Error and Cancelled ends a job."""

    job: str
    files: dict[str, str]
    """Name of each output -> path relative to the job's folder."""
    report: dict[str, typing.Any]
    """Figures and warnings for the artist; JSON values only."""


@dataclasses.dataclass(frozen=True)
class Error:
    """The job failed."""

    job: str
    code: str
    """For programs: "bad_input", "out_of_memory", "crashed", "hung", "internal", ..."""
    message: str
    """One sentence: what is wrong."""
    hint: str
    """One sentence: what to do."""
    details: str = ""
    """Traceback or the end of the log, for a bug report."""


@dataclasses.dataclass(frozen=True)
class Cancelled:
    """The job was stopped on request."""

    job: str


def folder_gone(job: str, details: str = "") -> Error:
    """The end of a job whose folder was deleted before it ended. Either side may notice."""
    message = "The files of this job were deleted while it waited or ran."
    return Error(job, "folder_gone", message, "Run it again; nothing in the scene has changed.", details)


ToWorker = Hello | Run | Cancel | FreeMemory | Shutdown
ToBlender = Ready | Progress | Log | Heartbeat | Result | Error | Cancelled
End = Result | Error | Cancelled
Message = ToWorker | ToBlender

_TYPE_OF_NAME = {kind.__name__.lower(): kind for kind in typing.get_args(ToWorker) + typing.get_args(ToBlender)}
_FIELD_TYPES = {kind: typing.get_type_hints(kind) for kind in _TYPE_OF_NAME.values()}


def encode(message: Message) -> bytes:
    """One line, newline included. Raises ProtocolError when it would be longer than MAX_LINE."""
    fields = {"type": type(message).__name__.lower()} | dataclasses.asdict(message)
    line = json.dumps(fields, allow_nan=False).encode() + b"\n"
    if len(line) > MAX_LINE:
        raise ProtocolError(
            f"{type(message).__name__} of {len(line)} bytes: large values belong into a file of the job"
        )
    return line


def decode(line: bytes) -> Message:
    """The message in one line. Raises ProtocolError for anything else: unknown types, wrong or missing fields."""
    if len(line) > MAX_LINE:
        raise ProtocolError(f"line of {len(line)} bytes")
    try:
        fields = json.loads(line.decode(), parse_constant=_refused)
    except (ValueError, RecursionError) as error:  # bad UTF-8, bad JSON, NaN, integers of thousands of digits
        raise ProtocolError(f"not JSON: {line[:80]!r}") from error
    if not isinstance(fields, dict) or not isinstance(fields.get("type"), str):
        raise ProtocolError(f"not a message: {line[:80]!r}")
    message = _TYPE_OF_NAME.get(fields.pop("type"))
    if message is None:
        raise ProtocolError(f"unknown message: {line[:80]!r}")
    types = _FIELD_TYPES[message]
    required = {field.name for field in dataclasses.fields(message) if field.default is dataclasses.MISSING}
    if not required <= fields.keys() <= types.keys():
        raise ProtocolError(f"wrong fields for {message.__name__}: {sorted(fields)}")
    for name, value in fields.items():
        if not _is_of_type(value, types[name]):
            raise ProtocolError(f"{message.__name__}.{name} is not {types[name]}: {value!r}"[:200])
    return message(**fields)


def take_standard_streams() -> tuple[typing.BinaryIO, typing.BinaryIO]:
    """stdin and stdout, which lead to the other side, as private copies. From now on a print, even of a native library,
    goes to the log (stderr), and nobody else can read from stdin."""
    source, sink = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return os.fdopen(source, "rb"), os.fdopen(sink, "wb")


def _refused(constant: str) -> typing.NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _is_of_type(value: object, hint: object) -> bool:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is list:
        return isinstance(value, list) and all(_is_of_type(item, arguments[0]) for item in value)
    if origin is dict:
        return isinstance(value, dict) and all(_is_of_type(item, arguments[1]) for item in value.values())
    if origin is not None:  # X | None
        return any(_is_of_type(value, argument) for argument in arguments)
    if hint is typing.Any:
        return True
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, hint) and not (hint is int and isinstance(value, bool))
