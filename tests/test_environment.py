# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding and installing the backend's Python. Two tiny wheels made here stand for the packages, and a server in this
process for the package index, so no network is needed."""

import argparse
import base64
import collections
import contextlib
import hashlib
import http.server
import json
import re
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from galatea.addon import environment
from galatea.addon.environment import EnvironmentProblem, Settings, Tier
from galatea.addon.jobs import Job, JobState
from galatea.addon.session import Session
from galatea.addon.worker import State
from galatea.backend import install
from galatea.backend import job as backend_job

ROOT = Path(__file__).resolve().parents[1]
TINY = Tier("tiny", "Tiny", "", 1, 1, "", modules=("galatea_first", "galatea_second"))
PACKAGES = ("galatea_first", "galatea_second")
SECOND_WHEEL = "galatea_second-1.0-py3-none-any.whl"


def make_wheel(folder: Path, name: str) -> Path:
    """A pure Python package of one module."""
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": "ANSWER = 42\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    hashes = {
        path: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        for path, text in files.items()
    }
    record = (
        "".join(f"{path},sha256={hashes[path]},{len(text)}\n" for path, text in files.items()) + f"{info}/RECORD,,\n"
    )
    wheel = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in (files | {f"{info}/RECORD": record}).items():
            archive.writestr(path, text)
    return wheel


class Index(http.server.ThreadingHTTPServer):
    """A package index."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder
        self.stuck: set[str] = set()
        self.asked: collections.Counter[str] = collections.Counter()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    @contextlib.contextmanager
    def no_answer(self, name: str) -> Iterator[None]:
        """Whoever asks for this file waits."""
        self.stuck.add(name)
        try:
            yield
        finally:
            self.stuck.remove(name)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        wheel = self.server.folder / Path(self.path).name
        if wheel.suffix == ".whl":
            self.server.asked[wheel.name] += 1
            while wheel.name in self.server.stuck:
                time.sleep(0.05)
            self._answer("application/octet-stream", wheel.read_bytes())
        else:
            links = "".join(f'<a href="/{path.name}">{path.name}</a>' for path in self.server.folder.glob("*.whl"))
            self._answer("text/html", f"<!DOCTYPE html><html><body>{links}</body></html>".encode())

    def _answer(self, kind: str, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        try:
            self.wfile.write(content)
        except OSError:
            self.log_message("the client has gone")

    def log_message(self, format: str, *arguments: object) -> None:
        """Silence."""


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("index")
    for name in PACKAGES:
        make_wheel(folder, name)
    server = Index(folder)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX"):
            patch.delenv(name, raising=False)
        patch.setenv("PIP_CONFIG_FILE", "/dev/null")
        patch.setenv("PIP_INDEX_URL", server.url)
        patch.setattr(environment, "TIERS", (TINY,))
        yield server
    server.shutdown()


def write_lock(root: Path, index: Index, wrong: str = "") -> None:
    lines = []
    for name in PACKAGES:
        digest = hashlib.sha256((index.folder / f"{name}-1.0-py3-none-any.whl").read_bytes()).hexdigest()
        if name == wrong:
            digest = "0" * 64
        lines.append(f"{name}==1.0 \\\n    --hash=sha256:{'1' * 64} \\\n    --hash=sha256:{digest}")
    lines.append(f"never-there==1.0 ; python_version < '3' \\\n    --hash=sha256:{'2' * 64}")
    (root / "backend" / "locks" / "tiny.txt").write_text("# comment\n" + "\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def root(tmp_path_factory, index) -> Path:
    """The extension, with a lock of our own."""
    root = tmp_path_factory.mktemp("extension")
    shutil.copytree(ROOT / "backend", root / "backend", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "__init__.py").write_text("")
    write_lock(root, index)
    return root


def wait(session: Session, job: Job, until=None, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while job.active and not (until and until()):
        session.tick()
        assert time.monotonic() < deadline, (job.stage, session.install_log_file.read_text())
        time.sleep(0.02)


@pytest.fixture(scope="module")
def installed(tmp_path_factory, root, index) -> Path:
    """A data folder with an environment, whose installation was cancelled once and then went on."""
    data = tmp_path_factory.mktemp("data")
    session = Session(lambda: Settings(data, base_python=sys.executable, online=True), root, "0.1.0")
    assert session.state is State.NOT_INSTALLED

    with index.no_answer(SECOND_WHEEL):
        job = session.install("tiny")
        # The file is asked for before the installer's line about it has been read.
        wait(session, job, lambda: job.stage == "Downloading galatea_second" and index.asked[SECOND_WHEEL])
        assert job.active and 0.1 <= job.fraction < 0.75
        assert session.state is State.INSTALLING and "being installed" in session.problem
        with pytest.raises(EnvironmentProblem, match="already"):
            session.install("tiny")
        session.cancel_install()
        wait(session, job, seconds=5)
    assert job.state is JobState.CANCELLED and session.state is State.INCOMPLETE
    assert [path.name for path in (data / "wheels").glob("*.whl")] == ["galatea_first-1.0-py3-none-any.whl"]

    job = session.install("tiny")
    wait(session, job)
    assert job.state is JobState.DONE, (job.problem, session.install_log_file.read_text())
    assert index.asked["galatea_first-1.0-py3-none-any.whl"] == 1  # not downloaded again
    assert session.state is State.STOPPED and session.problem == ""
    return data


def settings(data: Path, **options) -> Settings:
    return Settings(data, base_python=sys.executable, **options)


def test_installed_environment_works_and_is_the_only_one(installed, root):
    status = environment.status(settings(installed), root)
    assert status.state is State.STOPPED and status.source == "installed" and status.tier == "tiny"
    code = "import galatea_first, galatea_second, importlib.util as u; print(galatea_first.ANSWER, u.find_spec('pip'))"
    output = subprocess.run([status.python, "-I", "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.split() == ["42", "None"]
    assert len(list((installed / "env").iterdir())) == 1
    assert not (status.python.parents[1] / "partial").exists()


@pytest.fixture
def copy(installed, tmp_path) -> Path:
    """A copy of the data folder to spoil. The environment in it is looked at, not run."""
    return shutil.copytree(installed, tmp_path / "copy", symlinks=True)


def test_other_pins_make_it_outdated(copy, root, tmp_path):
    newer = shutil.copytree(root, tmp_path / "newer")
    with environment.lock_file(newer, "tiny").open("a") as lock:
        lock.write("another==1.0\n")
    status = environment.status(settings(copy), newer)
    assert status.state is State.OUTDATED and status.python is None and "update" in status.hint


def test_line_ends_do_not_make_it_outdated(copy, root, tmp_path):
    windows = shutil.copytree(root, tmp_path / "windows")
    lock = environment.lock_file(windows, "tiny")
    lock.write_bytes(lock.read_bytes().replace(b"\n", b"\r\n"))
    assert environment.status(settings(copy), windows).state is State.STOPPED


def test_without_its_marker_it_is_incomplete(copy, root):
    (folder,) = environment.installed_folders(copy)
    (folder / environment.MARKER).write_text('{"tier": ')
    assert environment.status(settings(copy), root).state is State.INCOMPLETE
    environment.remove(copy)
    assert environment.status(settings(copy), root).state is State.NOT_INSTALLED


def test_vanished_base_interpreter_and_rebuilding_without_network(copy, root, index):
    (folder,) = environment.installed_folders(copy)
    marker = json.loads((folder / environment.MARKER).read_text())
    assert Path(marker["base_python"]).exists()
    (folder / environment.MARKER).write_text(json.dumps(marker | {"base_python": "/blender-4.2/python/bin/python3.11"}))
    session = Session(lambda: settings(copy, online=False), root, "0.1.0")
    assert session.state is State.INCOMPLETE and "/blender-4.2" in session.problem

    asked = index.asked.total()
    assert session.check_install("tiny").download_megabytes == 0
    job = session.install_blocking("tiny")
    assert job.state is JobState.DONE, (job.problem, session.install_log_file.read_text())
    assert index.asked.total() == asked
    assert session.state is State.STOPPED and environment.installed_folders(copy) != [folder]


def test_a_package_with_another_hash_is_refused(tmp_path, root, index):
    other = shutil.copytree(root, tmp_path / "other")
    write_lock(other, index, wrong="galatea_second")
    session = Session(lambda: settings(tmp_path / "data", online=True), other, "0.1.0")
    job = session.install_blocking("tiny")
    assert job.state is JobState.FAILED and job.end.code == "wrong_package"
    assert session.state is State.INCOMPLETE
    session.close()


def test_offline_is_refused_before_anything_is_done(tmp_path, root):
    session = Session(lambda: settings(tmp_path / "data", online=False), root, "0.1.0")
    with pytest.raises(EnvironmentProblem, match="online access is off") as problem:
        session.install("tiny")
    assert "Allow Online Access" in problem.value.hint
    assert not (tmp_path / "data").exists() and session.state is State.NOT_INSTALLED


def test_a_full_disk_is_refused_before_anything_is_done(tmp_path, root, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9, 5_000_000))
    with pytest.raises(EnvironmentProblem, match="5 MB are free"):
        environment.plan(TINY, environment.find_interpreter(), settings(tmp_path / "data", online=True), root)


def test_other_folders_are_left_alone(tmp_path, root):
    mine = tmp_path / "env" / "my-own-1"
    mine.mkdir(parents=True)
    environment.remove(tmp_path)
    assert mine.exists() and environment.installed_folders(tmp_path) == []


def fake_python(folder: Path, script: str) -> str:
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.skipif(sys.platform == "win32", reason="shell scripts")
@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("""echo '["/x", 3, 9, 64, []]'""", "Python 3.9; Galatea needs 3.11 to 3.14"),
        ("""echo '["/x", 3, 15, 64, []]'""", "Python 3.15"),
        ("""echo '["/x", 3, 12, 32, []]'""", "32-bit"),
        ("""echo '["/x", 3, 12, 64, ["ensurepip"]]'""", "lacks ensurepip"),
        ("exit 3", "does not run"),
        ("echo hello", "does not run"),
    ],
)
def test_unsuitable_pythons_are_refused_with_a_reason(tmp_path, script, words):
    with pytest.raises(EnvironmentProblem, match=re.escape(words)) as problem:
        environment.find_interpreter(fake_python(tmp_path, script))
    assert problem.value.hint.endswith(".")


def test_missing_python_is_refused(tmp_path):
    with pytest.raises(EnvironmentProblem, match="does not run"):
        environment.find_interpreter(str(tmp_path / "python"))


def test_this_python_is_found_by_its_base():
    found = environment.find_interpreter()
    assert found.path == found.path.resolve() and environment.PYTHONS[0] <= found.version <= environment.PYTHONS[1]


def test_the_chosen_python_comes_first(tmp_path):
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python3").touch()
    assert environment.status(Settings(tmp_path), tmp_path).source == "development"
    chosen = environment.status(Settings(tmp_path, python=sys.executable), tmp_path)
    assert chosen.source == "preferences" and chosen.python == Path(sys.executable)
    in_folder = environment.status(Settings(tmp_path, python=str(tmp_path / ".venv")), tmp_path)
    assert in_folder.python == tmp_path / ".venv" / "bin" / "python3"
    missing = environment.status(Settings(tmp_path, python="/nowhere"), tmp_path)
    assert missing.state is State.NOT_INSTALLED and missing.python is None and "/nowhere" in missing.message


@pytest.mark.parametrize("tier", ["base", "cpu", "cuda"])
def test_locks_are_complete(tier):
    text = environment.lock_file(ROOT, tier).read_text()
    assert "://" not in text and "--index" not in text and "--find-links" not in text
    requirements = install._requirements(text)
    names = {re.match(r"[\w.-]+==[\w.+]+", requirement)[0].split("==")[0] for requirement in requirements}
    assert {"numpy", "scipy", "fast-simplification"} <= names
    assert ("torch" in names) == (tier != "base")
    without_hash = [requirement for requirement in requirements if "--hash=sha256:" not in requirement]
    assert without_hash == (["torch==2.13.0+cpu ; sys_platform == 'linux'"] if tier == "cpu" else [])


def test_the_time_left_is_that_of_the_bytes(tmp_path, monkeypatch):
    """A slow start and what was in the cache already tell nothing of the network."""
    clock, said = [100.0], []
    job = backend_job.Job(tmp_path, said.append, "install")
    installer = install.Installer(job, argparse.Namespace(folder=tmp_path, megabytes=10.0))
    partial, cached = tmp_path / "partial", tmp_path / "cached.whl"
    partial.mkdir()
    cached.write_bytes(bytes(4_000_000))
    arriving = partial / "numpy.whl"

    def wait(seconds: float) -> None:  # half a minute of silence, then 100 kB/s until 8 of 10 MB are there
        clock[0] += seconds
        if clock[0] > 150.0:
            arriving.write_bytes(bytes(min(int(1e5 * (clock[0] - 150.0)), 4_000_000)))
        if clock[0] > 190.0:
            shutil.rmtree(partial)

    monkeypatch.setattr(install.time, "sleep", wait)
    monkeypatch.setattr(backend_job.time, "monotonic", lambda: clock[0])
    installer._begin("Creating the environment", 0.0)
    clock[0] += 20.0  # a slow disk
    installer._begin("Downloading", 0.1)
    installer._watch([cached], partial)
    etas = [message.eta for message in said]
    start = next(index for index, eta in enumerate(etas) if eta is not None)
    assert said[start].fraction > 0.1 + 0.65 * 0.4, "none before bytes arrive"
    # 100 kB/s are 0.65 % of the whole a second.
    for message in said[start:]:
        assert message.eta == pytest.approx((1.0 - message.fraction) / 0.0065, rel=0.15)
    installer._begin("Installing packages", 0.75)
    assert said[-1].eta is None


def test_wheels_for_another_python_do_not_count_as_cached():
    this, other = f"cp3{sys.version_info[1]}", f"cp3{sys.version_info[1] + 1}"
    fitting = [f"numpy-2.4.6-{this}-{this}-win_amd64.whl", "sympy-1.0-py3-none-any.whl", "a-1-cp39-abi3-win_amd64.whl"]
    others = [f"numpy-2.4.6-{other}-{other}-win_amd64.whl", f"numpy-2.4.6-{this}-{this}t-win_amd64.whl"]
    assert all(install._fits(name) for name in fitting) and not any(install._fits(name) for name in others)


@pytest.mark.parametrize(
    ("output", "code"),
    [
        ("ERROR: No matching distribution found for numpy==2.4.6", "no_package"),
        ("WARNING: Retrying: NewConnectionError\nERROR: No matching distribution found for numpy==2.4.6", "network"),
        ("OSError: [Errno 28] No space left on device", "disk_full"),
        ("Segmentation fault", "failed"),
    ],
)
def test_what_pip_says_becomes_a_sentence(output, code):
    error = install._explain("Downloading numpy", 1, output)
    assert error.code == code and error.hint.endswith(".")
