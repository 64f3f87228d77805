# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pin again: compile every ``requirements/*.in`` into a ``.txt`` with exact versions and hashes for all platforms.

torch.txt is written by hand: a resolver would pull gigabytes of accelerator libraries into it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESOLVER = "uv==0.13.9"
PYTHON_VERSIONS = {"dev": "3.11", "blender-4.2": "3.11", "blender-4.5": "3.11", "blender-5.0": "3.11",
                   "blender-5.2": "3.13", "benchmark": "3.11"}  # fmt: skip
"""Lock -> the Python it is for. benchmark comes after dev, whose versions constrain it."""
FOR_ARTISTS = {"ray": "3.11"}
"""The same for what artists may install as well: these go to backend/locks/."""
HEADER = """\
# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# From requirements/{name}.in, by `make lock`: Python 3.11 to 3.14 on Linux, macOS and Windows.

"""


def main() -> int:
    """Compile all locks with the pinned resolver, which lives in an environment of its own."""
    folder = ROOT / ".cache/lock"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    subprocess.run([folder / "bin/python", "-m", "pip", "--quiet", "install", RESOLVER], check=True)
    for name, version in PYTHON_VERSIONS.items():
        compile_lock(folder / "bin/uv", name, version, f"requirements/{name}.txt")
    for name, version in FOR_ARTISTS.items():
        output = f"backend/locks/{name}.txt"
        compile_lock(folder / "bin/uv", name, version, output)
        lock = ROOT / output
        lock.write_text(HEADER.format(name=name) + lock.read_text(encoding="utf-8"), encoding="utf-8")
    return 0


def compile_lock(uv: Path, name: str, version: str, output: str) -> None:
    """One lock, from ``requirements/<name>.in``."""
    subprocess.run(
        [uv, "pip", "compile", "--quiet", "--no-config", "--universal", "--generate-hashes", "--no-emit-index-url",
         "--no-header", f"--python-version={version}", f"requirements/{name}.in", f"--output-file={output}"],
        cwd=ROOT, check=True,
    )  # fmt: skip
    print(output)


if __name__ == "__main__":
    sys.exit(main())
