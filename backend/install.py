# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the environment: ``<base python> -I -u backend/bootstrap.py install ...``; Blender knows the arguments.

Runs with the base interpreter, so the standard library alone. It says how it goes with the worker's messages and is
cancelled by killing it: each package goes into the cache as soon as it is there, so the next installation goes on.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import re
import shutil
import sys
import threading
import time
from pathlib import Path

from . import protocol
from .job import Job, JobError, describe
from .worker import HEARTBEAT_SECONDS

DOWNLOAD = (0.1, 0.75)
"""Part of the whole installation, as fractions."""

_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def main() -> None:
    parser = argparse.ArgumentParser(prog="install")
    parser.add_argument("program", choices=["install"])
    parser.add_argument("--tier", required=True)
    parser.add_argument("--lock", type=Path, required=True, help="pinned packages")
    parser.add_argument("--lock-hash", required=True, help="identity of the lock, kept in the environment")
    parser.add_argument("--folder", type=Path, required=True, help="the environment; must not exist")
    parser.add_argument("--cache", type=Path, required=True, help="packages are kept here")
    parser.add_argument("--cached-list", type=Path, required=True, help="names the packages once all are in the cache")
    parser.add_argument("--cached", action="store_true", help="all packages are in the cache: use no network")
    parser.add_argument("--modules", required=True, help="imported at the end, separated by commas")
    parser.add_argument("--megabytes", type=float, required=True, help="of the download, for the progress")
    parser.add_argument("--index", default="", help="additional package index")
    parser.add_argument(
        "--replaces", type=Path, nargs="*", default=[], help="environments to delete once this one works"
    )
    arguments = parser.parse_args()

    lock = threading.Lock()

    def send(message: protocol.ToBlender) -> None:
        with lock:
            sys.stdout.buffer.write(protocol.encode(message))
            sys.stdout.buffer.flush()

    def beat() -> None:
        while True:
            send(protocol.Heartbeat("install"))
            time.sleep(HEARTBEAT_SECONDS)

    threading.Thread(target=beat, daemon=True).start()
    try:
        Installer(Job(arguments.folder, send, "install"), arguments).install()
        end = protocol.Result("install", {}, {"tier": arguments.tier})
    except Exception as error:  # noqa: BLE001 - whatever it was, Blender is told
        end = describe("install", error)
    send(end)


class Installer:
    def __init__(self, job: Job, arguments: argparse.Namespace) -> None:
        self._job = job
        self._arguments = arguments
        self._environment: dict[str, str] | None = None  # for the commands; None: this process's own
        self._python = arguments.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def install(self) -> None:
        arguments = self._arguments
        self._begin("Creating the environment", 0.0)
        arguments.folder.parent.mkdir(parents=True, exist_ok=True)
        self._run([sys.executable, "-I", "-m", "venv", str(arguments.folder)])
        if not arguments.cached:
            self._begin("Downloading", DOWNLOAD[0])
            self._download()
        self._begin("Installing packages", DOWNLOAD[1])
        # pip wants hashes for all packages of a call or for none.
        requirements = _requirements(arguments.lock.read_text(encoding="utf-8"))
        for some in ([r for r in requirements if _HASH.search(r)], [r for r in requirements if not _HASH.search(r)]):
            if some:
                self._pip("install", some, "--no-index", "--no-compile")
        # What built it is not needed any more, and is a tenth of the smallest environment.
        tools = [name for name in ("setuptools", "pip") if not any(r.startswith(f"{name}==") for r in requirements)]
        self._run([str(self._python), "-I", "-m", "pip", "uninstall", "--yes", "--quiet", *tools])
        self._begin("Checking the environment", 0.95)
        modules = "; ".join(f"import {module}" for module in arguments.modules.split(","))
        self._run([str(self._python), "-I", "-c", modules])
        marker = {
            "tier": arguments.tier,
            "lock": arguments.lock_hash,
            "base_python": sys.executable,
            "python": sys.version.split()[0],
        }
        _write(arguments.folder / "environment.json", json.dumps(marker, indent=1))
        for folder in arguments.replaces:
            # The marker first: what cannot be deleted entirely must not look complete.
            (folder / "environment.json").unlink(missing_ok=True)
            shutil.rmtree(folder, ignore_errors=True)

    def _download(self) -> None:
        """Bring all packages of the lock into the cache, one after the other."""
        cache = self._arguments.cache
        cache.mkdir(parents=True, exist_ok=True)
        partial = self._arguments.folder / "partial"  # goes with the environment when this is interrupted
        (partial / "tmp").mkdir(parents=True)
        self._environment = os.environ | {"TMPDIR": str(partial / "tmp")}  # pip writes there first: _watch() sees it
        have = {_sha256(path): path for path in cache.glob("*.whl") if _fits(path.name)}
        wheels = []
        threading.Thread(target=self._watch, args=(wheels, partial), daemon=True).start()
        for requirement in _requirements(self._arguments.lock.read_text(encoding="utf-8")):
            cached = [have[hash] for hash in _HASH.findall(requirement) if hash in have]
            if cached:
                wheels += cached
                continue
            self._stage = f"Downloading {requirement.split('==')[0]}"
            index = ["--extra-index-url", self._arguments.index] if self._arguments.index else []
            self._pip("download", [requirement], *index, "--no-cache-dir", "--dest", str(partial))
            for wheel in partial.glob("*.whl"):  # none when the requirement is for other platforms
                os.replace(wheel, cache / wheel.name)
                wheels.append(cache / wheel.name)
        self._environment = None
        shutil.rmtree(partial, ignore_errors=True)
        _write(self._arguments.cached_list, "\n".join(wheel.name for wheel in wheels))

    def _watch(self, wheels: list[Path], partial: Path) -> None:
        """Progress of the download in bytes, also within a package."""
        arriving = False
        while partial.exists():
            # What vanishes meanwhile, because pip moves it, counts at the next turn.
            with contextlib.suppress(FileNotFoundError):
                coming, there = (
                    sum(path.stat().st_size for path in paths if path.is_file())
                    for paths in (partial.rglob("*"), list(wheels))
                )
                if not arriving:  # how long pip takes to begin, and what was there already, tell nothing of the pace
                    self._job.restart_estimate()
                    arriving = coming > 0
                self._job.progress(self._stage, self._fraction(coming + there))
            time.sleep(0.3)

    def _fraction(self, size: int) -> float:
        first, last = DOWNLOAD
        return first + (last - first) * min(size / (1e6 * self._arguments.megabytes), 1.0)

    def _begin(self, stage: str, fraction: float) -> None:
        self._stage = stage
        self._job.restart_estimate()
        self._job.progress(stage, fraction)

    def _pip(self, command: str, requirements: list[str], *options: str) -> None:
        file = self._arguments.folder / "requirements.txt"
        file.write_text("\n".join(requirements), encoding="utf-8")
        # Wheels only: a source package would run its author's code and need compilers.
        always = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
        packages = ["--only-binary", ":all:", "--no-deps", "--find-links", str(self._arguments.cache)]
        self._run(
            [str(self._python), "-I", "-m", "pip", command, *always, *packages, *options, "--requirement", str(file)]
        )

    def _run(self, command: list[str]) -> None:
        lines = []

        def on_line(line: str) -> None:
            print(line, file=sys.stderr, flush=True)
            lines.append(line)

        code = self._job.run_child(command, env=self._environment, on_line=on_line)
        if code != 0:
            raise _explain(self._stage, code, "\n".join(lines))


def _requirements(lock: str) -> list[str]:
    """The requirements of a lock, each with its hashes in one line."""
    joined = re.sub(r"\\\n", " ", lock)
    return [" ".join(line.split()) for line in joined.splitlines() if line.strip() and not line.strip().startswith("#")]


def _explain(stage: str, code: int, output: str) -> JobError:
    """What the artist reads when a command failed. The log has its output."""
    if "DO NOT MATCH THE HASHES" in output:
        return JobError(
            "wrong_package",
            "A downloaded package is not the one that Galatea was tested with.",
            "Try again later; a proxy or mirror may deliver a changed file.",
        )
    if "No space left" in output:
        return JobError(
            "disk_full", "The disk is full.", "Free some space, or choose another data folder in the preferences."
        )
    if "CERTIFICATE_VERIFY_FAILED" in output:
        return JobError(
            "network",
            "The package index shows a certificate that this computer does not trust.",
            "A company's proxy may do this: tell pip of its certificate (pip config set global.cert FILE), "
            "then install again.",
        )
    if re.search(r"No matching distribution|Could not find a version", output):
        if re.search(r"[Cc]onnection|[Tt]imeout|ProxyError|SSLError|Name or service", output):
            return JobError(
                "network",
                "The package index cannot be reached.",
                "Check the network and the proxy, then install again.",
            )
        return JobError(
            "no_package",
            f"{stage}: there is no package for this computer and Python {sys.version_info[0]}.{sys.version_info[1]}.",
            "Choose another Python in the preferences.",
        )
    return JobError("failed", f"{stage} failed with exit code {code}.", "See the log, then try again.")


def _fits(wheel: str) -> bool:
    """Whether a wheel of the cache is for this Python: another one may have filled the cache."""
    version = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    return re.search(rf"-({version}-{version}|cp3\d+-abi3|(py2\.)?py3-none)-", wheel) is not None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, text: str) -> None:
    """In one step: whoever reads finds all of it or nothing."""
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)
