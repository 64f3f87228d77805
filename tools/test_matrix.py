# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run tests/blender with every supported Blender, each in an environment of its own under ``.matrix/``.

    python tools/test_matrix.py [4.2 4.5 5.0 5.2]

These environments hold Blender, numpy and pytest and nothing of the backend, as in an artist's Blender; the worker
runs with the Python of ``.venv``. Blender 5.1 and later need a Python 3.13; without one, 5.2 is reported as skipped.
"""

from __future__ import annotations

import collections
import dataclasses
import hashlib
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from galatea.tools import run_tests

ROOT = run_tests.ROOT
PYTHONS = {"4.2": "3.11", "4.5": "3.11", "5.0": "3.11", "5.2": "3.13"}
"""Blender -> the only Python that its module runs on."""


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the table."""

    blender: str
    python: str
    status: str
    """passed, FAILED or skipped"""
    seconds: float
    summary: str


def find_python(version: str) -> str | None:
    """An interpreter of this version: this one, one in PATH, or one of pyenv's."""
    candidates = [sys.executable, f"python{version}", "python3"]
    candidates += [str(path) for path in sorted(Path.home().glob(f".pyenv/versions/{version}*/bin/python"))]
    question = "import sys; print('%d.%d' % sys.version_info[:2])"
    for candidate in candidates:
        if shutil.which(candidate):
            answer = subprocess.run([candidate, "-c", question], capture_output=True, text=True)
            if answer.stdout.strip() == version:
                return candidate
    return None


def prepare(blender: str, base: str) -> tuple[str, Path]:
    """Make or update the environment for this Blender; returns the exact version and the environment's Python."""
    lock = ROOT / f"requirements/blender-{blender}.txt"
    exact = re.search(r"^bpy==([\d.]+)", lock.read_text(), re.MULTILINE)[1]
    folder = ROOT / ".matrix" / exact
    python = folder / "bin/python"
    stamp = folder / ".stamp"
    state = hashlib.sha256(lock.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == state:
        return exact, python
    print(f"Setting up Blender {exact} ...", flush=True)
    subprocess.run([base, "-m", "venv", str(folder)], check=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "-qq", "install"]
    subprocess.run([*pip, "--require-hashes", "-r", str(lock)], check=True)
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)], check=True)
    stamp.write_text(state)
    return exact, python


def test(blender: str) -> Row:
    """Run the tests with one Blender."""
    base = find_python(PYTHONS[blender])
    if base is None:
        return Row(blender, PYTHONS[blender], "skipped", 0, f"no Python {PYTHONS[blender]} found on this machine")
    exact, python = prepare(blender, base)
    log = ROOT / ".matrix" / f"{exact}.log"
    start = time.monotonic()
    log.unlink(missing_ok=True)
    status = run_tests.run_blender(python, [], log)
    seconds = time.monotonic() - start
    text = log.read_text(encoding="utf-8", errors="replace")
    if status:
        print(f"\nBlender {exact}, exit status {status}:", *text.splitlines()[-400:], sep="\n", flush=True)
    return Row(exact, PYTHONS[blender], "FAILED" if status else "passed", seconds, counts(text))


def counts(text: str) -> str:
    """What pytest's last lines of all files come to: "230 passed, 3 skipped"."""
    result = collections.Counter()
    for line in re.findall(r"^.*\bin \d+\.\d+s\b.*$", text, re.MULTILINE):
        for number, outcome in re.findall(r"(\d+) (passed|failed|skipped|error)", line):
            result[outcome] += int(number)
    return ", ".join(f"{number} {outcome}" for outcome, number in result.items()) or "no output"


def main(arguments: list[str]) -> int:
    """Test, print the table; 1 when a version failed."""
    (ROOT / ".matrix").mkdir(exist_ok=True)
    rows = [test(blender) for blender in arguments or PYTHONS]
    print(f"\n{'Blender':<9}{'Python':<8}{'result':<9}{'seconds':>7}  tests")
    for row in rows:
        print(f"{row.blender:<9}{row.python:<8}{row.status:<9}{row.seconds:>7.0f}  {row.summary}")
    return int(any(row.status == "FAILED" for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
