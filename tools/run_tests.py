# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the tests, those with Blender in a process of their own under a time limit.

    python tools/run_tests.py [pytest arguments]              everything, with this environment's Blender
    python tools/run_tests.py --blender [pytest arguments]    tests/blender alone

Blender's module may hang when the interpreter exits (threads of the graphics driver), after every test has passed.
So pytest runs in a child that leaves with ``os._exit`` as soon as pytest has its result, and a child that does not
come back in time is killed with everything it started. Each file of tests/blender gets a Blender of its own: what one
file leaves in it (enabled add-ons, open files) is not the next one's.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLENDER_TESTS = "tests/blender"
TIME_LIMIT = 20 * 60
"""Seconds for one child: against those that hang, so three times what two processors need."""
MOST = 4
"""Test processes side by side, however many processors there are: each may take 2 GB."""


def test_environment(scratch: str, threads: int) -> dict[str, str]:
    """Environment of a test process: nothing of the user's settings, no model hub."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("BLENDER_", "PYTHON"))}
    return environment | {
        "BLENDER_USER_RESOURCES": scratch,
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": str(threads),
        "PYTHONHASHSEED": "0",
        "PYTHONNOUSERSITE": "1",
        "PYTHONUTF8": "1",
        "XDG_DATA_HOME": scratch,
    }


def run_blender(python: Path | str, arguments: list[str], log: Path | None = None) -> int:
    """Run tests/blender with ``python``, file by file; the first exit status that is not 0, or 0.

    A file in which the arguments leave nothing to do (pytest says 5) counts as passed.
    """
    statuses = []
    for path in sorted((ROOT / BLENDER_TESTS).glob("test_*.py")):
        statuses.append(run_pytest(python, [str(path.relative_to(ROOT)), *arguments], log))
    return next((status for status in statuses if status not in (0, 5)), 0)


def run_pytest(python: Path | str, arguments: list[str], log: Path | None = None, threads: int = 2) -> int:
    """Run pytest with ``python`` in a child and return its exit status; 124 when it took too long.

    The output goes to the end of ``log`` if given.
    """
    with tempfile.TemporaryDirectory(prefix="galatea-tests-") as scratch, contextlib.ExitStack() as stack:
        output = stack.enter_context(log.open("a", encoding="utf-8")) if log else None
        child = subprocess.Popen(
            [str(python), str(Path(__file__).resolve()), "--child", *arguments],
            cwd=ROOT,
            env=test_environment(scratch, threads),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,
        )
        try:
            return child.wait(TIME_LIMIT)
        except subprocess.TimeoutExpired:
            print(f"The tests did not finish within {TIME_LIMIT} s and were stopped.", file=output or sys.stderr)
            return 124
        finally:
            # The group outlives its leader when a test left a process behind.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def child_main(arguments: list[str]) -> None:
    """The child: pytest, then out, without the interpreter's shutdown."""
    import pytest

    status = int(pytest.main(arguments))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def main(arguments: list[str]) -> int:
    """Run both parts, even when the first one fails."""
    if arguments[:1] == ["--blender"]:
        return run_blender(sys.executable, arguments[1:])
    if any(not argument.startswith("-") and (ROOT / argument.split("::")[0]).exists() for argument in arguments):
        return run_pytest(sys.executable, arguments)
    # A file of tests for each processor at a time: they share what is dear to make within a file.
    several = ["-n", "auto", "--maxprocesses", str(MOST), "--dist", "loadfile"]
    plain = run_pytest(sys.executable, [*several, f"--ignore={BLENDER_TESTS}", *arguments], threads=1)
    print("\nWith Blender as a module:", flush=True)
    blender = run_blender(sys.executable, arguments)
    return plain or blender


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child_main(sys.argv[2:])
    sys.exit(main(sys.argv[1:]))
