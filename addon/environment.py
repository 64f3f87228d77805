# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the backend's Python is, in which state it is, and how it is installed. No bpy here.

An installed environment is a folder ``env/<tier>-<lock>-<time>/`` in the data folder. Its ``environment.json`` is
written last: a folder without it is an interrupted installation. Of several complete ones the newest counts.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from .worker import State

MARKER = "environment.json"
FOLDER_NAME = re.compile(r"[a-z]+-[0-9a-f]{12}-\d+")
"""Names of installed environments: nothing else in their place is touched, for the artist chose it."""
PYTHONS = ((3, 11), (3, 14))
"""Oldest and newest Python for which the pinned packages exist."""


class EnvironmentProblem(Exception):
    """The environment cannot be used or installed. ``message`` says what is wrong, ``hint`` what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(f"{message} {hint}")
        self.message = message
        self.hint = hint


@dataclasses.dataclass(frozen=True)
class Tier:
    """One of the environments to choose from; its packages are pinned in ``backend/locks/<name>.txt``."""

    name: str
    title: str
    description: str
    download_megabytes: int
    installed_megabytes: int
    licences: str
    """Of the packages, for the consent dialog."""
    modules: tuple[str, ...]
    """Imported at the end of the installation, to see that it works."""
    index: str = ""
    """Where packages are that the ordinary package index does not have, or has otherwise."""


TIERS = (
    Tier(
        "base",
        "Basic",
        "Rigging. No neural networks",
        download_megabytes=55,
        installed_megabytes=190,
        licences="numpy, scipy: BSD-3-Clause; fast-simplification: MIT",
        modules=("numpy", "scipy.sparse", "scipy.spatial", "fast_simplification"),
    ),
    Tier(
        "cpu",
        "Processor",
        "Everything, without a graphics card: slow where neural networks compute",
        download_megabytes=340,
        installed_megabytes=1340,
        licences="numpy, scipy, PyTorch: BSD-3-Clause; diffusers, transformers, OpenCV: Apache-2.0; FFmpeg: LGPL; "
        "fast-simplification: MIT",
        modules=("numpy", "scipy.sparse", "fast_simplification", "torch", "diffusers", "transformers"),
        # The ordinary index has only the CUDA build for Linux.
        index="https://download.pytorch.org/whl/cpu" if sys.platform == "linux" else "",
    ),
    Tier(
        "cuda",
        "NVIDIA graphics card",
        "Everything, with CUDA",
        download_megabytes=3300,
        installed_megabytes=7340,
        licences="numpy, scipy, PyTorch: BSD-3-Clause; diffusers, transformers, OpenCV: Apache-2.0; FFmpeg: LGPL; "
        "fast-simplification: MIT; CUDA libraries: NVIDIA's own licence",
        modules=("numpy", "scipy.sparse", "fast_simplification", "torch", "diffusers", "transformers"),
    ),
)
if sys.platform != "linux":  # elsewhere the pinned packages have no CUDA
    TIERS = TIERS[:2]


@dataclasses.dataclass(frozen=True)
class Settings:
    """What the preferences say. Session asks for them anew each time, so they may change."""

    data_folder: Path
    """Holds env/, wheels/, jobs/, logs/. See default_folder()."""
    python: str = ""
    """A Python, or the folder of an environment, that the artist chose; "" to find or install one."""
    base_python: str = ""
    """Python from which environments are built; "" to search."""
    online: bool = False
    """bpy.app.online_access."""
    device: str = ""
    """"" (automatic), "cpu" or "cuda"."""
    cluster: str = ""
    """Address of the Ray cluster to which jobs are sent, "" for none."""


@dataclasses.dataclass(frozen=True)
class Status:
    """The environment as the panels show it."""

    state: State
    """NOT_INSTALLED, INCOMPLETE, OUTDATED, or STOPPED when it can be used."""
    message: str
    """One sentence for the artist."""
    hint: str = ""
    python: Path | None = None
    """Set when the environment can be used."""
    source: str = ""
    """"preferences", "development" or "installed"."""
    tier: str = ""


@dataclasses.dataclass(frozen=True)
class Interpreter:
    """A Python that can build an environment."""

    path: Path
    version: tuple[int, int]


@dataclasses.dataclass(frozen=True)
class Plan:
    """What an installation would do, for the consent dialog, and how."""

    tier: Tier
    interpreter: Interpreter
    folder: Path
    """Where the environment will be."""
    cached: bool
    """All packages are there from an earlier installation: nothing is downloaded."""
    command: list[str]

    @property
    def download_megabytes(self) -> int:
        """At most: what an interrupted installation left is not downloaded again."""
        return 0 if self.cached else self.tier.download_megabytes

    @property
    def installed_megabytes(self) -> int:
        return self.tier.installed_megabytes

    @property
    def licences(self) -> str:
        return self.tier.licences

    @property
    def description(self) -> str:
        return self.tier.description


def default_folder() -> Path:
    """Data folder that survives updates of Blender and of the extension, per platform's custom."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "Galatea"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/Galatea"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "galatea"


def tier(name: str) -> Tier:
    """The tier of this name. KeyError when there is none."""
    return {tier.name: tier for tier in TIERS}[name]


def status(settings: Settings, root: Path) -> Status:
    """Look at the disk; ``root`` is the extension's folder. Cheap, but not for every redraw: see Session.status."""
    if settings.python:
        python = _python_in(Path(settings.python))
        if python is None:
            return Status(
                State.NOT_INSTALLED,
                f"There is no Python at {settings.python}.",
                "Correct it in the preferences, or leave the field empty.",
                source="preferences",
            )
        return Status(State.STOPPED, f"Uses {python}.", python=python, source="preferences")
    if (python := _python_in(root / ".venv")) is not None:
        return Status(State.STOPPED, "Uses the checkout's .venv.", python=python, source="development")
    return _installed_status(settings.data_folder, root)


def _installed_status(data_folder: Path, root: Path) -> Status:
    folders = installed_folders(data_folder)
    complete = [(folder, marker) for folder in folders if (marker := _read_marker(folder)) is not None]
    if not complete:
        if folders:
            hint = "Press Install: it goes on with what was downloaded already."
            return Status(State.INCOMPLETE, "The installation was interrupted.", hint, source="installed")
        return Status(
            State.NOT_INSTALLED,
            "Galatea computes with a Python of its own, which is not installed yet.",
            "Press Install.",
            source="installed",
        )
    folder, marker = complete[-1]
    name = marker["tier"]
    python = _python_in(folder)
    if python is None or not Path(marker["base_python"]).exists():
        return Status(
            State.INCOMPLETE,
            f"The Python that the environment was built with is gone: {marker['base_python']}.",
            "Press Install: it is built again with another one.",
            source="installed",
            tier=name,
        )
    lock = lock_file(root, name)
    if not lock.exists() or marker["lock"] != lock_hash(lock):
        return Status(
            State.OUTDATED,
            "The compute environment is of an older version of Galatea.",
            "Press Install to update it.",
            source="installed",
            tier=name,
        )
    return Status(State.STOPPED, "Installed.", python=python, source="installed", tier=name)


def lock_file(root: Path, tier: str) -> Path:
    """The pinned packages of a tier."""
    return root / "backend" / "locks" / f"{tier}.txt"


def lock_hash(lock: Path) -> str:
    """Changes when the pins do, not with the line ends of the platform."""
    return hashlib.sha256(lock.read_text(encoding="utf-8").encode()).hexdigest()[:12]


def installed_folders(data_folder: Path) -> list[Path]:
    """Complete and interrupted environments, oldest first."""
    parent = data_folder / "env"
    folders = [folder for folder in parent.iterdir() if FOLDER_NAME.fullmatch(folder.name)] if parent.is_dir() else []
    return sorted(folders, key=lambda folder: int(folder.name.rpartition("-")[2]))


def remove(data_folder: Path) -> None:
    """Delete the installed environments. The downloaded packages stay."""
    for folder in installed_folders(data_folder):
        # The marker first: what cannot be deleted entirely must not look complete.
        (folder / MARKER).unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


def plan(tier: Tier, interpreter: Interpreter, settings: Settings, root: Path) -> Plan:
    """How to install a tier. Raises EnvironmentProblem when that cannot be: offline, no space."""
    lock = lock_file(root, tier.name)
    identity = f"{tier.name}-{lock_hash(lock)}"
    cache = settings.data_folder / "wheels"
    cached_list = cache / f"{identity}-{interpreter.version[0]}.{interpreter.version[1]}.complete"
    cached = _all_exist(cached_list)
    if not cached and not settings.online:
        raise EnvironmentProblem(
            "Installing needs the network, and Blender's online access is off.",
            'Turn on "Allow Online Access" in Blender\'s preferences under System, or start Blender with '
            "--online-mode; then install again.",
        )
    _check_space(settings.data_folder, tier.installed_megabytes + (0 if cached else tier.download_megabytes))

    folder = settings.data_folder / "env" / f"{identity}-{time.time_ns() // 1_000_000}"
    python = [str(interpreter.path), "-I"]
    command = [*python, "-S", str(root / "backend" / "guard.py"), *python, "-u", str(root / "backend" / "bootstrap.py")]
    command += ["install", "--tier", tier.name, "--lock", str(lock), "--lock-hash", lock_hash(lock)]
    command += ["--folder", str(folder), "--cache", str(cache), "--cached-list", str(cached_list)]
    command += ["--modules", ",".join(tier.modules), "--megabytes", str(tier.download_megabytes), "--index", tier.index]
    command += ["--replaces", *map(str, installed_folders(settings.data_folder))]
    if cached:
        command.append("--cached")
    return Plan(tier, interpreter, folder, cached, command)


def find_interpreter(preferred: str = "") -> Interpreter:
    """A Python to build with: the preferred one alone, or Blender's, or one in PATH. Raises EnvironmentProblem.

    Runs Python once or a few times: a fraction of a second, so not for redraws.
    """
    problems = []
    for path in [preferred] if preferred else _candidates():
        try:
            return inspect_python(path)
        except EnvironmentProblem as problem:
            problems.append(problem)
    if problems:
        # Blender's own comes first in the list, but a reason that the artist can do something about is worth more.
        raise next((problem for problem in problems if "ensurepip" in problem.message), problems[0])
    raise EnvironmentProblem("No Python was found.", "Install Python 3.11 or later, or choose one in the preferences.")


def inspect_python(path: str) -> Interpreter:
    """Run a Python and look whether it can build an environment. Raises EnvironmentProblem when not."""
    oldest, newest = (".".join(map(str, version)) for version in PYTHONS)
    choose = f"Choose a Python {oldest} to {newest} in the preferences."
    # Written for any Python 3, so that an old one can say that it is old. An environment's Python names its base.
    script = (
        "import importlib.util, json, os, sys, struct\n"
        "base = os.path.realpath(getattr(sys, '_base_executable', sys.executable))\n"
        "missing = [name for name in ('venv', 'ensurepip') if importlib.util.find_spec(name) is None]\n"
        "print(json.dumps([base, sys.version_info[0], sys.version_info[1], 8 * struct.calcsize('P'), missing]))\n"
    )
    try:
        process = subprocess.run(
            [path, "-I", "-c", script],
            capture_output=True,
            timeout=20,
            check=True,
            stdin=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        base, major, minor, bits, missing = json.loads(process.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise EnvironmentProblem(f"{path} does not run as Python ({type(error).__name__}).", choose) from error
    if not PYTHONS[0] <= (major, minor) <= PYTHONS[1]:
        raise EnvironmentProblem(f"{path} is Python {major}.{minor}; Galatea needs {oldest} to {newest}.", choose)
    if bits != 64:
        raise EnvironmentProblem(f"{path} is a {bits}-bit Python; Galatea needs a 64-bit one.", choose)
    if missing:
        raise EnvironmentProblem(
            f"{path} cannot build environments: it lacks {' and '.join(missing)}.",
            f"On Debian and Ubuntu install the package python{major}.{minor}-venv; elsewhere choose another Python.",
        )
    return Interpreter(Path(base), (major, minor))


def _candidates() -> list[str]:
    """Pythons that may be there, best first."""
    found = []
    # In Blender this is the bundled Python. Where it is Blender itself, running it would open another window.
    if "python" in Path(sys.executable).name.lower():
        found.append(sys.executable)
    for name in ("python3.13", "python3.12", "python3.11", "python3.14", "python3", "python"):
        if (path := shutil.which(name)) is not None:
            found.append(path)
    return found


def _python_in(place: Path) -> Path | None:
    """The Python of an environment's folder, or ``place`` itself when it is a file."""
    for path in (
        place,
        place / "bin" / "python3",
        place / "bin" / "python",
        place / "Scripts" / "python.exe",
        place / "python.exe",
    ):
        if path.is_file():
            return path
    return None


def _read_marker(folder: Path) -> dict[str, str] | None:
    try:
        marker = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        return {name: str(marker[name]) for name in ("tier", "lock", "base_python")}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _all_exist(cached_list: Path) -> bool:
    """Whether the packages named in the list lie beside it."""
    if not cached_list.exists():
        return False
    names = cached_list.read_text(encoding="utf-8").split()
    return all((cached_list.parent / name).is_file() for name in names)


def _check_space(data_folder: Path, megabytes: int) -> None:
    existing = next(folder for folder in (data_folder, *data_folder.absolute().parents) if folder.exists())
    free = shutil.disk_usage(existing).free // 1_000_000
    if free < megabytes + 200:  # leave the system some room
        raise EnvironmentProblem(
            f"Installing needs {megabytes + 200} MB on the disk of {data_folder}, and {free} MB are free.",
            "Free some space, or choose another data folder in the preferences.",
        )
