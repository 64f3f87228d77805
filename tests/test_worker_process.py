# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client against a stub that misbehaves, and against the real worker with small capabilities made here."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from galatea.addon.worker import Patience, State, WorkerProcess, child_environment
from galatea.backend import protocol, worker

ROOT = Path(__file__).resolve().parents[1]
STUB = Path(__file__).with_name("stub_worker.py")
IMPATIENT = Patience(start=2.0, silence=1.0, cancel=0.3)


@pytest.fixture
def start(tmp_path):
    """Starts worker processes and ends them after the test."""
    processes = []

    def start(*command: str, patience: Patience = IMPATIENT, **options) -> WorkerProcess:
        process = WorkerProcess(
            [sys.executable, "-I", "-u", *command],
            version="0",
            log_file=tmp_path / "logs" / "worker.log",
            environment=child_environment(online=False),
            patience=patience,
            **options,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()


@pytest.fixture
def stub(start):
    return lambda mode, **options: start(str(STUB), mode, **options)


def wait(process: WorkerProcess, until, seconds: float = 10.0) -> list:
    """Poll until the condition holds or an End has come; returns all messages."""
    messages = []
    deadline = time.monotonic() + seconds
    while not until():
        messages += process.poll()
        assert time.monotonic() < deadline, (process.state, messages)
        time.sleep(0.005)
    return messages


def run(process: WorkerProcess, folder: Path, job: str = "job") -> list:
    process.run(job, folder)
    return wait(process, lambda: process.job is None)


def make_job(folder: Path, **params) -> Path:
    folder.mkdir()
    capability = params.pop("capability", "stub")
    (folder / "job.json").write_text(json.dumps({"id": folder.name, "capability": capability, "params": params}))
    return folder


def gone(pid: int, seconds: float = 3.0) -> bool:
    """Whether the process ends within this time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    return False


def test_a_good_worker(stub, tmp_path):
    process = stub("good")
    assert process.state is State.STARTING
    wait(process, lambda: process.state is State.READY)
    assert process.ready.capabilities == ["rig"]
    for name in ("one", "two"):
        messages = run(process, make_job(tmp_path / name), name)
        assert [type(message) for message in messages] == [protocol.Progress, protocol.Result]
        assert messages[-1].job == name
        assert process.state is State.READY
    process.stop()
    assert process.state is State.STOPPED
    assert gone(process.pid)


def test_a_job_may_be_given_while_the_worker_starts(stub, tmp_path):
    messages = run(stub("good"), make_job(tmp_path / "job"))
    assert isinstance(messages[-1], protocol.Result)


@pytest.mark.parametrize(
    ("mode", "code", "words"),
    [
        ("die", "crashed", "exit code 3"),
        ("signal", "crashed", "SIGSEGV"),
        ("out_of_memory", "killed", "memory"),
        ("half_line", "crashed", "exit code 0"),
        ("hang", "hung", "hung"),
        ("garbage", "protocol", "understand"),
        ("half_character", "protocol", "understand"),
        ("huge_line", "protocol", "understand"),
        ("endless_line", "protocol", "understand"),
        ("unknown_field", "protocol", "understand"),
        ("wrong_direction", "protocol", "understand"),
        ("second_ready", "protocol", "understand"),
        ("unknown_job", "protocol", "understand"),
        ("wrong_version", "wrong_version", "version 999"),
        ("die_at_start", "no_start", "exit code 1"),
        ("silent_start", "no_start", "did not start"),
    ],
)
def test_a_bad_worker_fails_its_job_once_and_is_gone(stub, tmp_path, mode, code, words):
    patience = Patience(start=0.5, silence=1.0, cancel=0.3) if mode == "silent_start" else IMPATIENT
    process = stub(mode, patience=patience)
    ends = [message for message in run(process, make_job(tmp_path / "job")) if isinstance(message, protocol.End)]
    assert [type(end) for end in ends] == [protocol.Error]
    assert ends[0].code == code and words in ends[0].message and ends[0].hint.endswith(".")
    assert process.state is State.CRASHED
    assert gone(process.pid)
    for _ in range(5):
        assert process.poll() == []
        time.sleep(0.01)
    with pytest.raises(RuntimeError):
        process.run("next", tmp_path)


def test_last_words_are_in_the_details(stub, tmp_path):
    assert "last words" in run(stub("die"), make_job(tmp_path / "job"))[-1].details


def test_a_second_end_is_no_end(stub, tmp_path):
    process = stub("two_ends")
    messages = run(process, make_job(tmp_path / "job"))
    messages += wait(process, lambda: process.state is State.CRASHED)
    assert [type(message) for message in messages] == [protocol.Progress, protocol.Result, protocol.Log]


def test_death_between_jobs_is_noticed(stub):
    process = stub("good")
    wait(process, lambda: process.state is State.READY)
    os.kill(process.pid, signal.SIGKILL)
    messages = wait(process, lambda: process.state is State.CRASHED)
    assert [type(message) for message in messages] == [protocol.Log]


def test_cancel_is_cooperative(stub, tmp_path):
    process = stub("good")
    process.run("job", make_job(tmp_path / "job", seconds=30))
    wait(process, lambda: process.state is State.BUSY)
    process.cancel()
    assert wait(process, lambda: process.job is None)[-1] == protocol.Cancelled("job")
    assert process.state is State.READY


@pytest.mark.parametrize("mode", ["never_cancels", "hang"])
def test_cancel_kills_in_the_end(stub, tmp_path, mode):
    process = stub(mode)
    process.run("job", make_job(tmp_path / "job"))
    wait(process, lambda: process.state is State.BUSY)
    process.cancel()
    start = time.monotonic()
    assert wait(process, lambda: process.job is None)[-1] == protocol.Cancelled("job")
    assert 0.2 < time.monotonic() - start < 2.0
    assert process.state is State.STOPPED
    assert gone(process.pid)


def test_heartbeats_keep_slow_work_alive(stub, tmp_path):
    process = stub("good", patience=Patience(silence=0.5))
    assert isinstance(run(process, make_job(tmp_path / "job", seconds=1.2))[-1], protocol.Result)


def test_time_in_which_nobody_polled_is_no_silence(stub, tmp_path):
    """Blender was blocked by a render, or the computer slept."""
    process = stub("good", patience=Patience(silence=1.5))
    wait(process, lambda: process.state is State.READY)
    process._poll_time -= 3600
    process.poll()
    assert process.state is State.READY


def test_a_flood_is_coalesced(stub, tmp_path):
    process = stub("flood")
    process.run("job", make_job(tmp_path / "job"))
    messages = wait(process, lambda: process.state is State.BUSY)
    time.sleep(1.0)  # nobody polls
    messages += wait(process, lambda: process.job is None)
    assert len(messages) < 100
    progress = [message for message in messages if isinstance(message, protocol.Progress)]
    assert progress[-1].fraction > 0.99
    assert "17.png" in [message.preview for message in progress]  # not lost with the message that brought it


def test_stop_ends_a_worker_that_does_not_obey(stub):
    process = stub("never_ends")
    wait(process, lambda: process.state is State.READY)
    start = time.monotonic()
    process.stop(0.2)
    assert time.monotonic() - start < 2.0
    assert gone(process.pid)


def test_a_log_that_has_grown_is_set_aside(stub, tmp_path):
    log = tmp_path / "logs" / "worker.log"
    log.parent.mkdir()
    log.write_bytes(b"x" * (2 << 20))
    stub("good")
    assert log.stat().st_size < 1000
    assert (tmp_path / "logs" / "worker.old.log").stat().st_size == 2 << 20


def test_environment_of_a_child(monkeypatch):
    for name in ("PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "CONDA_PREFIX", "VIRTUAL_ENV"):
        monkeypatch.setenv(name, "/somewhere")
    monkeypatch.setenv("HTTPS_PROXY", "proxy")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)  # the test runner sets it
    variables = child_environment(online=False)
    assert not {"PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "CONDA_PREFIX", "VIRTUAL_ENV"} & variables.keys()
    assert variables["HTTPS_PROXY"] == "proxy" and variables["PYTHONUTF8"] == "1"
    assert variables["OMP_WAIT_POLICY"] == "PASSIVE"
    assert variables["HF_HUB_OFFLINE"] == variables["GALATEA_OFFLINE"] == "1"
    assert not {"HF_HUB_OFFLINE", "GALATEA_OFFLINE"} & child_environment(online=True).keys()


# The real worker, with capabilities of our own.

CAPABILITIES = """
import os, shutil, subprocess, sys, time
from ..job import JobError

def run(capability, params, job):
    match params["do"]:
        case "work":
            for step in range(10):
                job.progress("Working", step / 10)
            os.write(1, b"print of a native library\\n")
            print("print of a library")
            (job.outputs / "answer.txt").write_text("42")
            return {"answer": "out/answer.txt"}, {"answer": 42, "stdin": sys.stdin.read()}
        case "wait":
            while True:
                job.progress("Waiting", 0.5)
                time.sleep(0.01)
        case "stuck":
            job.progress("Stuck", 0.5)
            time.sleep(60)
        case "refuse":
            raise JobError("bad_input", "The mesh is empty.", "Select another.")
        case "bug":
            return 1 / 0
        case "lose the folder":
            shutil.rmtree(job.folder)
            (job.outputs / "answer.txt").write_text("42")
        case "memory":
            raise MemoryError
        case "exit":
            sys.exit(3)
        case "import":
            import a_module_that_is_missing
        case "nonsense":
            return {}, {"answer": float("nan")}
        case "child":
            code = "import os, sys, time; print(os.getpid(), flush=True); time.sleep(float(sys.argv[1])); sys.exit(5)"
            command = [sys.executable, "-I", "-c", code, str(params["seconds"])]
            lines = []
            def on_line(line):
                lines.append(line)
                job.progress("child " + line, 0.5)
            return {}, {"code": job.run_child(command, on_line=on_line), "lines": lines}
"""


@pytest.fixture(scope="module")
def bootstrap(tmp_path_factory) -> Path:
    """A copy of the extension, in a folder with another name, with our capabilities."""
    root = tmp_path_factory.mktemp("extension") / "some folder-1.0"
    shutil.copytree(ROOT / "backend", root / "backend", ignore=shutil.ignore_patterns("capabilities", "__pycache__"))
    (root / "__init__.py").write_text("")
    (root / "blender_manifest.toml").write_text('version = "1.2.3"\n')
    (root / "backend" / "capabilities").mkdir()
    (root / "backend" / "capabilities" / "__init__.py").write_text(CAPABILITIES)
    return root / "backend" / "bootstrap.py"


@pytest.fixture
def real(start, bootstrap):
    return lambda **options: start(str(bootstrap), **options)


def test_real_worker(real, tmp_path):
    process = real()
    wait(process, lambda: process.state is State.READY)
    assert process.ready.version == "1.2.3" and process.ready.capabilities[:2] == ["rig", "bind"]
    end = run(process, make_job(tmp_path / "job", do="work"))[-1]
    # A print does not reach the line to Blender, and reading stdin does not steal from it.
    assert end == protocol.Result("job", {"answer": "out/answer.txt"}, {"answer": 42, "stdin": ""})
    assert protocol.decode((tmp_path / "job" / "end.json").read_bytes()) == end
    assert "print of a native library" in process.log_tail() and "print of a library" in process.log_tail()


@pytest.mark.parametrize(
    ("do", "code"),
    [
        ("refuse", "bad_input"),
        ("bug", "internal"),
        ("memory", "out_of_memory"),
        ("exit", "internal"),
        ("import", "environment"),
        ("nonsense", "internal"),
    ],
)
def test_real_worker_survives_what_goes_wrong(real, tmp_path, do, code):
    process = real()
    end = run(process, make_job(tmp_path / "job", do=do))[-1]
    assert isinstance(end, protocol.Error) and end.code == code and "Traceback" in end.details
    assert protocol.decode((tmp_path / "job" / "end.json").read_bytes()) == end
    assert isinstance(run(process, make_job(tmp_path / "next", do="work"), "next")[-1], protocol.Result)


def test_real_worker_without_a_job_file(real, tmp_path):
    (tmp_path / "job").mkdir()
    assert run(real(), tmp_path / "job")[-1].code == "internal"


def test_a_folder_that_was_deleted_is_named_as_the_reason(real, tmp_path):
    process = real()
    end = run(process, make_job(tmp_path / "job", do="lose the folder"))[-1]
    assert end.code == "folder_gone" and "deleted" in end.message and "FileNotFoundError" in end.details
    folder = make_job(tmp_path / "next", do="work")
    shutil.rmtree(folder)  # while it waited
    assert run(process, folder, "next")[-1].code == "folder_gone"
    assert isinstance(run(process, make_job(tmp_path / "last", do="work"), "last")[-1], protocol.Result)


def test_real_worker_cancels_and_goes_on(real, tmp_path):
    process = real()
    process.run("job", make_job(tmp_path / "job", do="wait"))
    messages = wait(process, lambda: process.state is State.BUSY)
    while not any(isinstance(message, protocol.Progress) for message in messages):
        messages += process.poll()
    process.cancel()
    assert wait(process, lambda: process.job is None)[-1] == protocol.Cancelled("job")
    assert protocol.decode((tmp_path / "job" / "end.json").read_bytes()) == protocol.Cancelled("job")
    assert isinstance(run(process, make_job(tmp_path / "next", do="work"), "next")[-1], protocol.Result)


def test_real_worker_ends_with_blender_and_leaves_the_job_unfinished(real, bootstrap, tmp_path):
    process = real()
    process.run("job", make_job(tmp_path / "job", do="wait"))
    wait(process, lambda: process.state is State.BUSY)
    process._process.stdin.close()  # as when Blender dies
    assert gone(process.pid)
    assert not (tmp_path / "job" / "end.json").exists()


def _child_of(process: WorkerProcess) -> int:
    """Pid that the child of the "child" job printed."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for message in process.poll():
            if isinstance(message, protocol.Progress) and message.stage.startswith("child "):
                return int(message.stage.split()[1])
        time.sleep(0.005)
    raise AssertionError("the child does not start")


def test_child_process(real, tmp_path):
    end = run(real(), make_job(tmp_path / "job", do="child", seconds=0))[-1]
    assert end.report["code"] == 5 and len(end.report["lines"]) == 1


@pytest.mark.parametrize("how", ["cancel", "stdin ends", "kill"])
@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_a_child_dies_with_its_job_and_with_the_worker(real, tmp_path, how):
    process = real()
    process.run("job", make_job(tmp_path / "job", do="child", seconds=60))
    pid = _child_of(process)
    match how:
        case "cancel":
            process.cancel()
        case "stdin ends":
            process._process.stdin.close()
        case "kill":
            os.kill(process.pid, signal.SIGKILL)
    assert gone(pid)


def test_real_worker_gives_up_on_a_job_that_does_not_stop(bootstrap, tmp_path):
    """Within ten seconds after Blender has gone. The constant is made shorter here, or the test would take long."""
    code = (
        "import sys, importlib.util\n"
        f"spec = importlib.util.spec_from_file_location('b', {str(bootstrap)!r})\n"
        "b = importlib.util.module_from_spec(spec); spec.loader.exec_module(b)\n"
        f"b.load_package(b.Path({str(bootstrap.parents[1])!r}))\n"
        "from galatea.backend import worker\n"
        "assert worker.EXIT_SECONDS < 10\n"
        "worker.EXIT_SECONDS = 0.3\n"
        "worker.main()\n"
    )
    folder = make_job(tmp_path / "job", do="stuck")
    process = subprocess.Popen([sys.executable, "-I", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdin.write(protocol.encode(protocol.Hello(1, "")) + protocol.encode(protocol.Run("job", str(folder))))
    process.stdin.flush()
    while not isinstance(protocol.decode(process.stdout.readline()), protocol.Progress):
        continue
    process.stdin.close()
    assert process.wait(5) == 1
    process.stdout.close()


def test_nonsense_from_blender_ends_the_worker(bootstrap):
    process = subprocess.run([sys.executable, "-I", str(bootstrap)], input=b"hello\n", capture_output=True, timeout=10)
    assert process.returncode == 0 and b"nonsense" in process.stderr


def test_the_worker_names_what_it_can_do():
    source = (Path(worker.__file__).parent / "capabilities" / "__init__.py").read_text()
    assert list(worker.CAPABILITIES) == re.findall(r'case "(\w+)":', source)
