# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""In place of the command: ``python stub_command.py serve``. What a job does is in its last argument, a file's name.

It writes ``preview.png``, and for the tests: ``runs`` with an x for each time that it ran, ``process``, ``cards``,
and ``times`` of begin and end.
"""

import os
import runpy
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
runpy.run_path(str(ROOT / "backend/bootstrap.py"))["load_package"](ROOT)
from galatea.addon.batch import serve  # noqa: E402 - not before the package is there


def run(arguments):
    begin = time.time()
    _, _, output, *rest = arguments
    output, name = Path(output), Path(rest[-1].partition("=")[2] or rest[-1])
    with (output / "runs").open("a") as runs:
        runs.write("x")
    (output / "process").write_text(str(os.getpid()))
    (output / "cards").write_text(os.environ.get("CUDA_VISIBLE_DEVICES", "all"))
    is_first = (output / "runs").read_text() == "x"
    if name.stem.startswith("slow") or (name.stem.startswith("stuck") and is_first):
        time.sleep(60)
    if name.stem.startswith("wait-"):
        time.sleep(float(name.name.split("-")[1]))
    if name.stem.startswith("crash"):
        print("the last words", file=sys.stderr)
        sys.stderr.flush()
        os._exit(3)
    if name.stem.startswith("bad") or (name.stem.startswith("shaky") and is_first):
        print("galatea: the mesh is empty", file=sys.stderr)
        return 1
    (output / "times").write_text(f"{begin} {time.time()}")
    print("galatea: it went well")
    content = name.read_bytes() if name.is_file() else b""
    (output / "preview.png").write_bytes(content + str(rest[:-1]).encode())
    return 0


print("Blender 4.5.15 LTS\n{")  # it does, before any of our code runs
sys.stdout.write("and more")
sys.stdout.flush()
assert sys.argv[1:] == ["serve"]
serve.serve(run, "0")
