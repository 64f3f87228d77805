# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The queue: order, ends, import, cancel, crash, and what another session finds. With the stub worker."""

import errno
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from galatea.addon import environment, session
from galatea.addon.environment import EnvironmentProblem, Settings
from galatea.addon.jobs import KEPT_FOLDERS, Job, JobState, Queue
from galatea.addon.worker import Patience, State, WorkerProcess
from galatea.backend import protocol

STUB = Path(__file__).with_name("stub_worker.py")


class Recorder:
    """Stands for the operators."""

    def __init__(self) -> None:
        self.ends: list[tuple[str, type]] = []
        self.fails = False
        self.free = True

    def on_end(self, job: Job, end: protocol.End) -> None:
        if self.fails:
            raise RuntimeError("the mesh vanished")
        self.ends.append((job.title, type(end)))


@pytest.fixture
def make_queue(tmp_path):
    """Queues over one folder, one per session; ``mode`` of the stub may change between two workers."""
    queues = []

    def make(*modes: str, folder: Path = tmp_path / "jobs") -> Queue:
        remaining = list(modes)

        def start_worker() -> WorkerProcess:
            mode = remaining.pop(0) if len(remaining) > 1 else remaining[0]
            return WorkerProcess(
                [sys.executable, "-I", "-u", str(STUB), mode],
                version="0",
                log_file=tmp_path / "worker.log",
                patience=Patience(start=5, silence=1, cancel=0.2),
            )

        queue = Queue(folder, start_worker, "0.1.0")
        queue.recorder = Recorder()
        queue.on_end = queue.recorder.on_end
        queue.may_import = lambda job: queue.recorder.free
        queues.append(queue)
        return queue

    yield make
    for queue in queues:
        queue.close()


def submit(queue: Queue, title: str = "Rig Horse", **params) -> Job:
    job = queue.create("rig", title, params, {"object": "Horse"})
    queue.submit(job)
    return job


def wait(queue: Queue, until, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        queue.tick()
        assert time.monotonic() < deadline, [(job.title, job.state, job.problem) for job in queue.jobs]
        time.sleep(0.005)


def test_a_job_from_start_to_import(make_queue):
    queue = make_queue("good")
    job = submit(queue, seconds=0.3)
    assert job.state is JobState.WAITING and queue.state is State.STOPPED
    wait(queue, lambda: job.state is JobState.RUNNING and job.fraction == 0.5)
    assert job.stage == "Working" and 0 < job.eta <= 1 and queue.state is State.BUSY
    wait(queue, lambda: not job.active)
    assert job.state is JobState.DONE and job.seconds > 0.2
    assert job.output("answer").read_text() == "42" and job.end.report == {"answer": 42}
    assert queue.recorder.ends == [("Rig Horse", protocol.Result)]
    assert (job.folder / "imported").exists()
    description = json.loads((job.folder / "job.json").read_text())
    assert description["capability"] == "rig" and description["target"] == {"object": "Horse"}
    assert description["version"] == "0.1.0"


def test_two_jobs_queue_and_share_the_worker(make_queue):
    queue = make_queue("good")
    first, second = submit(queue, "first", seconds=0.2), submit(queue, "second")
    wait(queue, lambda: first.state is JobState.RUNNING)
    assert second.state is JobState.WAITING
    wait(queue, lambda: not queue.busy)
    assert queue.recorder.ends == [("first", protocol.Result), ("second", protocol.Result)]


def test_cancel_a_waiting_and_a_running_job(make_queue):
    queue = make_queue("good")
    first, second, third = submit(queue, "first", seconds=30), submit(queue, "second"), submit(queue, "third")
    wait(queue, lambda: first.fraction > 0)
    queue.cancel(second)
    wait(queue, lambda: not second.active)
    assert first.state is JobState.RUNNING
    queue.cancel(first)
    queue.cancel(first)
    wait(queue, lambda: not queue.busy)
    assert [job.state for job in (first, second, third)] == [JobState.CANCELLED, JobState.CANCELLED, JobState.DONE]
    assert queue.recorder.ends == [
        ("second", protocol.Cancelled),
        ("first", protocol.Cancelled),
        ("third", protocol.Result),
    ]


def test_a_job_that_does_not_cancel_is_killed(make_queue):
    queue = make_queue("never_cancels", "good")
    first, second = submit(queue, "first"), submit(queue, "second")
    wait(queue, lambda: first.fraction > 0)
    queue.cancel(first)
    wait(queue, lambda: not queue.busy)
    assert first.state is JobState.CANCELLED and second.state is JobState.DONE


def test_a_crash_fails_its_job_and_the_next_one_gets_a_new_worker(make_queue):
    queue = make_queue("die", "good")
    first = submit(queue, "first")
    wait(queue, lambda: not queue.busy)
    assert first.state is JobState.FAILED and "crashed" in first.problem and "last words" in first.end.details
    assert queue.state is State.CRASHED
    time.sleep(0.1)
    queue.tick()
    assert queue.state is State.CRASHED  # never started again by itself
    second = submit(queue, "second")
    wait(queue, lambda: not queue.busy)
    assert second.state is JobState.DONE
    assert queue.recorder.ends == [("first", protocol.Error), ("second", protocol.Result)]


@pytest.mark.parametrize("mode", ["missing_file", "escaping_file"])
def test_a_result_without_its_files_is_an_error(make_queue, mode):
    queue = make_queue(mode)
    job = submit(queue)
    wait(queue, lambda: not queue.busy)
    assert job.state is JobState.FAILED and job.end.code == "protocol"
    assert queue.recorder.ends == [("Rig Horse", protocol.Error)]


def test_a_result_waits_while_blender_is_busy(make_queue):
    queue = make_queue("good")
    queue.recorder.free = False
    job = submit(queue)
    wait(queue, lambda: not job.active)
    assert job.state is JobState.READY and queue.recorder.ends == []
    queue.recorder.free = True
    queue.tick()
    assert job.state is JobState.READY  # only the artist applies it
    assert queue.apply(job)
    assert job.state is JobState.DONE and queue.recorder.ends == [("Rig Horse", protocol.Result)]
    with pytest.raises(RuntimeError):
        queue.apply(job)


def test_an_import_onto_a_full_disk_can_be_tried_again(make_queue):
    queue = make_queue("good")
    told, queue.on_end = queue.on_end, full
    job = submit(queue)
    wait(queue, lambda: not job.active)
    assert job.state is JobState.READY and job.problem.startswith("The disk is full.")
    queue.on_end = told
    assert queue.apply(job) and job.state is JobState.DONE


def full(job, end):
    raise OSError(errno.ENOSPC, "No space left on device", "frames/0017.png")


def test_an_import_that_fails_can_be_tried_again(make_queue):
    queue = make_queue("good")
    queue.recorder.fails = True
    job = submit(queue)
    wait(queue, lambda: not job.active)
    assert job.state is JobState.READY and "the mesh vanished" in job.problem
    assert not queue.apply(job)
    queue.recorder.fails = False
    assert queue.apply(job)
    assert job.problem == "" and queue.recorder.ends == [("Rig Horse", protocol.Result)]


def test_no_environment_is_the_jobs_error(make_queue):
    queue = make_queue("good")

    def start_worker() -> WorkerProcess:
        raise EnvironmentProblem("Nothing is installed.", "Press Install.")

    queue._start_worker = start_worker
    job = submit(queue)
    queue.tick()
    assert job.state is JobState.FAILED and job.problem == "Nothing is installed. Press Install."


def test_blocking(make_queue):
    queue = make_queue("good")
    stages = []
    job = queue.create("rig", "Rig", {"seconds": 0.1}, {})
    end = queue.run_blocking(job, lambda job: stages.append(job.stage))
    assert isinstance(end, protocol.Result) and job.state is JobState.DONE and "Working" in stages


def test_stopping_the_worker_cancels_its_job(make_queue):
    queue = make_queue("good")
    job = submit(queue, seconds=30)
    wait(queue, lambda: job.fraction > 0)
    queue.stop_worker()
    assert job.state is JobState.CANCELLED and queue.state is State.STOPPED
    queue.tick()
    assert queue.recorder.ends == [("Rig Horse", protocol.Cancelled)]


def test_next_session_finds_what_is_left(make_queue):
    queue = make_queue("good")
    queue.recorder.free = False
    finished = submit(queue, "finished")
    wait(queue, lambda: not queue.busy)
    queue.recorder.free = True
    imported = submit(queue, "imported")
    wait(queue, lambda: not queue.busy)
    running, waiting = submit(queue, "running", seconds=30), submit(queue, "waiting")
    created = queue.create("rig", "never submitted", {}, {})
    wait(queue, lambda: running.fraction > 0)

    other = make_queue("good")  # a second Blender while the first one lives
    assert other.find_earlier() == []

    queue.close()
    found = {job.title: job for job in other.find_earlier()}
    assert found.keys() == {"finished", "running", "waiting"} and set(other.jobs) == set(found.values())
    assert found["finished"].state is JobState.READY
    assert found["running"].state is found["waiting"].state is JobState.UNFINISHED
    assert found["waiting"].target == {"object": "Horse"} and found["waiting"].id == waiting.id
    assert imported.folder.exists() and not created.folder.exists()
    assert other.find_earlier() == []  # once

    assert other.apply(found["finished"])
    assert found["finished"].output("answer") == finished.folder / "out" / "answer.txt"
    other.delete(found["running"])
    assert not running.folder.exists()
    other.resume(found["waiting"])
    wait(other, lambda: not other.busy)
    assert other.recorder.ends == [("finished", protocol.Result), ("waiting", protocol.Result)]


def test_other_folders_in_the_jobs_folder_are_left_alone(make_queue, tmp_path):
    mine = tmp_path / "jobs" / "holiday pictures"
    mine.mkdir(parents=True)
    (mine / "beach.jpg").write_text("")
    make_queue("good").find_earlier()
    assert list(mine.iterdir()) == [mine / "beach.jpg"]


def test_only_the_last_few_folders_stay(make_queue):
    queue = make_queue("good")
    jobs = [submit(queue, str(i)) for i in range(KEPT_FOLDERS + 2)]
    wait(queue, lambda: not queue.busy)
    assert [job.folder.exists() for job in jobs] == [False] * 2 + [True] * KEPT_FOLDERS
    assert queue.jobs == jobs[2:]


def test_an_active_job_is_not_deleted(make_queue):
    queue = make_queue("good")
    job = submit(queue)
    with pytest.raises(RuntimeError):
        queue.delete(job)


def test_a_twin_does_the_same_and_is_not_over(make_queue):
    queue = make_queue("never_cancels")

    def make(params: dict, content: bytes = b"mesh", place: str = "Horse", kind: str = "rig") -> Job:
        job = queue.create(kind, "Rig Horse", params, {"object": place})
        (job.inputs / "mesh.npz").write_bytes(content)
        return job

    first = make({"seed": 1})
    assert queue.twin(first) is None
    queue.submit(first)
    assert queue.twin(first) is None, "nobody is his own twin"
    assert queue.twin(make({"seed": 1})) is first
    others = [
        make({"seed": 2}),
        make({"seed": 1}, b"hsem"),
        make({"seed": 1}, place="Wolf"),
        make({"seed": 1}, kind="x"),
    ]
    more = make({"seed": 1})
    (more.inputs / "skeleton.json").write_text("{}")
    assert [queue.twin(job) for job in (*others, more)] == [None] * 5
    wait(queue, lambda: first.state is JobState.RUNNING)
    assert queue.twin(make({"seed": 1})) is first
    queue.cancel(first)
    assert queue.twin(make({"seed": 1})) is None, "it ends without a result"


def test_a_folder_that_was_deleted_before_the_end_is_told_as_such(make_queue):
    queue = make_queue("missing_file")  # says that all went well
    job = submit(queue)
    shutil.rmtree(job.folder)
    wait(queue, lambda: not queue.busy)
    assert job.state is JobState.FAILED and job.end.code == "folder_gone" and "deleted" in job.problem


def test_a_result_that_was_deleted_before_it_was_applied_is_told_as_such(make_queue):
    queue = make_queue("good")
    queue.recorder.free = False
    job = submit(queue)
    wait(queue, lambda: job.state is JobState.READY)
    shutil.rmtree(job.folder)
    assert not queue.apply(job)
    assert job.state is JobState.READY and "deleted" in job.problem and queue.recorder.ends == []


def test_session(tmp_path, monkeypatch):
    """Start, run, stop, with a checkout whose .venv is this Python and whose worker is the stub."""
    root = tmp_path / "extension"
    (root / "backend").mkdir(parents=True)
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / ".venv" / "bin" / "python3").symlink_to(sys.executable)
    (root / "backend" / "bootstrap.py").write_text(STUB.read_text().replace("sys.argv[1]", "'good'"))
    with pytest.raises(RuntimeError, match="not enabled"):
        session.get()
    current = session.start(lambda: Settings(tmp_path / "data"), root=root, version="0.1.0", timer=False)
    try:
        assert session.get() is current
        assert current.state is State.STOPPED and current.problem == "" and current.status.source == "development"
        changes = []
        current.on_change = lambda: changes.append(current.state)
        job = current.queue.create("rig", "Rig", {"seconds": 0.2}, {})
        current.queue.submit(job)
        while job.active:
            current.tick()
            time.sleep(0.005)
        assert job.state is JobState.DONE
        assert {State.STARTING, State.BUSY, State.READY} <= set(changes)
        pid = current.queue.worker.pid
    finally:
        session.stop()
    assert subprocess.run(["ps", "-p", str(pid)], capture_output=True).returncode != 0
    session.stop()
    with pytest.raises(RuntimeError):
        session.get()


def test_session_without_an_environment(tmp_path, monkeypatch):
    current = session.Session(lambda: Settings(tmp_path / "data"), tmp_path, "0.1.0")
    assert current.state is State.NOT_INSTALLED
    assert "not installed" in current.problem and "Install" in current.problem
    with pytest.raises(KeyError):
        environment.tier("quantum")


def test_jobs_that_compute_go_to_the_cluster(make_queue):
    queue = make_queue("good")
    before = queue.create("texture", "Texture Mug", {}, {})
    queue.submit(before)
    queue.cluster = "10.0.0.5:6379"
    sent = {name: queue.create(name, name, {}, {}) for name in ("texture", "rig", "download")}
    for job in sent.values():
        queue.submit(job)
    addresses = {name: json.loads((job.folder / "job.json").read_text())["cluster"] for name, job in sent.items()}
    assert addresses == {"texture": "10.0.0.5:6379", "rig": "10.0.0.5:6379", "download": ""} and not before.cluster
    queue.close()
    found = {job.capability: job.cluster for job in make_queue("good").find_earlier() if job.title != "Texture Mug"}
    assert found == addresses  # resumed, it goes there again
