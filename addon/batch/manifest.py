# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of jobs: CSV or JSON lines, each a command of ``galatea`` with its options. All are checked before any runs.

A line names a ``capability`` ("texture", "rig", ...), an ``output`` folder inside the batch's, and options by their
names on the command line: ``no_preview`` is ``--no-preview``. Relative paths are relative to the list's folder.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import dataclasses
import io
import json
import shlex
import typing
from pathlib import Path, PurePosixPath

CAPABILITY, INPUT, OUTPUT = "capability", "input", "output"
CPUS, GPUS = "cpus", "gpus"
YES, NO = {"1", "true", "yes", "x"}, {"0", "false", "no", ""}
JSON_LINES = (".jsonl", ".ndjson")
OWN_OPTION = {"-h", "--help", "-o", "--output"}
"""What no line sets by itself."""


@dataclasses.dataclass(frozen=True)
class Line:
    number: int
    """In the file, from 1."""
    capability: str
    arguments: tuple[str, ...]
    """Of the command, without its name and ``--output``."""
    inputs: tuple[str, ...]
    """Files and folders that it reads, as the line gives them."""
    output: str
    """Name of its folder inside the batch's, with slashes."""
    places: tuple[int, ...] = ()
    """Of each input, which of the arguments it is; that may be ``--name=input``."""
    cpus: float | None = None
    """What it takes of a cluster's machine, if the line says so."""
    gpus: float | None = None


class ManifestProblem(Exception):
    """Of one line, in one sentence."""


def read(path: Path, commands: typing.Mapping[str, argparse.ArgumentParser]) -> tuple[list[Line], list[str]]:
    """The jobs and what is wrong with them, a sentence each. ManifestProblem or OSError for a file that cannot be read.

    Args:
        commands: the parsers of what may stand in the column ``capability``.
    """
    lines: list[Line] = []
    problems: list[str] = []
    taken: dict[str, int] = {}
    for number, values in _rows(path):
        try:
            line = _line(number, values, commands, path.parent)
            # A file system that ignores case must not mix two jobs.
            other = taken.setdefault(line.output.casefold(), number)
            if other != number:
                raise ManifestProblem(f"its output {line.output} is that of line {other}, too: give it another")
            lines.append(line)
        except ManifestProblem as problem:
            problems.append(f"line {number}: {problem}")
    if not lines and not problems:
        raise ManifestProblem(f"{path.name} lists no jobs: write one on each line")
    return lines, problems


def _rows(path: Path) -> list[tuple[int, typing.Any]]:
    """Line numbers and values, empty lines left out."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ManifestProblem(f"{path.name} is no text in UTF-8: save it as such") from error
    if path.suffix.lower() in JSON_LINES:
        return [(number, _json(line)) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if path.suffix.lower() != ".csv":
        raise ManifestProblem(f"{path.name}: use a list with the ending .csv or {JSON_LINES[0]}")
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="")
    return [(reader.line_num, row) for row in reader if any(value for value in row.values())]


def _json(line: str) -> typing.Any:
    """None for what is no JSON: the line's problem is told with the others."""
    try:
        return json.loads(line)
    except ValueError:
        return None


def _line(number: int, values: typing.Any, commands: typing.Mapping, folder: Path) -> Line:
    if not isinstance(values, dict):
        raise ManifestProblem('it is no JSON object such as {"capability": "rig", "input": "horse.glb"}')
    if None in values:
        raise ManifestProblem("it has more columns than the first line has names")
    values = {str(key).strip().replace("-", "_"): value for key, value in values.items()}
    capability = str(values.pop(CAPABILITY, None) or "").strip()
    if capability not in commands:
        known = ", ".join(sorted(commands))
        raise ManifestProblem(f"its capability is {capability or 'missing'}: choose one of {known}")
    stem = Path(str(values.get(INPUT) or capability)).stem
    output = _folder_name(values.pop(OUTPUT, None) or f"{number:04d}-{stem}")
    parser = commands[capability]
    cpus, gpus = (_amount(name, values.pop(name, None)) for name in (CPUS, GPUS))
    arguments, inputs = _arguments(parser, values)
    _check(parser, ["--output", "-", *arguments])
    for _, name in inputs:
        if not (folder / name).exists():
            raise ManifestProblem(f"there is no {name}")
    places, names = [place for place, _ in inputs], [name for _, name in inputs]
    return Line(number, capability, tuple(arguments), tuple(names), output, tuple(places), cpus, gpus)


def _amount(name: str, value: typing.Any) -> float | None:
    if value in (None, ""):
        return None
    try:
        amount = float(value)
    except (TypeError, ValueError):
        amount = -1.0
    if not 0.0 <= amount <= 1000.0 or (amount > 1.0 and amount % 1.0):
        raise ManifestProblem(f"{name} is {value}: write how many a job takes, or a part of 1")
    return amount


def _folder_name(value: typing.Any) -> str:
    path = PurePosixPath(str(value).strip().replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in str(path) or path == PurePosixPath():
        raise ManifestProblem(f"its output {value} must be a folder inside that of the batch")
    return str(path)


def _arguments(
    parser: argparse.ArgumentParser, values: dict[str, typing.Any]
) -> tuple[list[str], list[tuple[int, str]]]:
    """The values as arguments, and those of them that are paths to read, each with its place among the arguments."""
    arguments: list[str] = []
    inputs: list[tuple[int, str]] = []
    last: list[tuple[str, bool]] = []  # those without a name, and whether they are paths
    options, positions = {}, {}
    for action in parser._actions:  # argparse has no other way to ask what it knows
        for option in action.option_strings:
            if option.startswith("--") and option not in OWN_OPTION:
                options[option[2:].replace("-", "_")] = (option, action)
        if not action.option_strings:
            positions[action.dest] = action
    for name, value in values.items():
        items = [item for item in (value if isinstance(value, list) else [value]) if item not in (None, "")]
        if not items:
            continue
        if name in positions:
            last += [(str(item), positions[name].type is Path) for item in items]
        elif name in options:
            option, action = options[name]
            if action.nargs == 0:
                arguments += [option] * _truth(name, items[0])
                continue
            if isinstance(action.nargs, int):
                for words in _groups(name, action.nargs, items):
                    arguments += [option, *words]
                continue
            for item in items:
                if action.type is Path:
                    inputs.append((len(arguments), str(item)))
                # As one word: a value may begin with a dash.
                arguments.append(f"{option}={item}")
        else:
            known = ", ".join(sorted([*positions, *options]))
            raise ManifestProblem(f"{parser.prog.split()[-1]} has no option {name}; it has {known}")
    if last:
        arguments.append("--")
    for item, is_path in last:
        if is_path:
            inputs.append((len(arguments), item))
        arguments.append(item)
    return arguments, inputs


def _groups(name: str, count: int, items: list) -> list[list[str]]:
    """Of an option with ``count`` values, once or more: text in which spaces part them, as in a shell; a list of them;
    or a list of such lists."""
    if isinstance(items[0], list):
        groups = [[str(word) for word in item] if isinstance(item, list) else [str(item)] for item in items]
    elif len(items) == 1 and isinstance(items[0], str):
        try:
            words = shlex.split(items[0])
        except ValueError as error:
            raise ManifestProblem(f"{name} is {items[0]}: a quotation mark is missing") from error
        groups = [words[first : first + count] for first in range(0, len(words), count)]
    else:
        groups = [[str(item) for item in items]]
    if any(len(words) != count for words in groups):
        raise ManifestProblem(f"{name} has {count} values, parted by spaces; words with spaces in quotation marks")
    return groups


def _truth(name: str, value: typing.Any) -> bool:
    text = str(value).strip().lower()
    if text not in YES | NO:
        raise ManifestProblem(f"{name} is {value}: write yes or no")
    return text in YES


def _check(parser: argparse.ArgumentParser, arguments: list[str]) -> None:
    told = io.StringIO()
    try:
        with contextlib.redirect_stderr(told):
            parser.parse_args(arguments)
    except SystemExit as stop:
        raise ManifestProblem(told.getvalue().strip().splitlines()[-1].split("error: ")[-1]) from stop
