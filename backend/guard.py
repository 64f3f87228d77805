# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a command that must not outlive its parent: ``python -I -S guard.py COMMAND ARGUMENT...``.

The parent holds the other end of this process's stdin. When that ends, because the parent closed it or died in whatever
way, the command dies with all its children. The parent starts the guard in a process group of its own.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading


def main() -> int:
    try:
        process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
    except OSError as error:
        print(f"Cannot run {sys.argv[1]}: {error}", file=sys.stderr)
        return 127
    threading.Thread(target=_kill_at_end_of_stdin, args=(process,), daemon=True).start()
    code = process.wait()
    if code < 0:  # end like the command did, so that the parent sees the signal
        with contextlib.suppress(OSError):  # SIGKILL cannot be set, and need not be
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    return code


def _kill_at_end_of_stdin(process: subprocess.Popen) -> None:
    # Straight from the descriptor: a thread inside sys.stdin's lock would abort the interpreter at exit.
    while os.read(0, 4096):
        continue
    if os.name == "nt":
        subprocess.run(
            ["taskkill", "/F", "/T", "/PID", str(process.pid)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        os._exit(1)
    else:
        os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
