# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batches on a real Ray cluster of several nodes, all on this machine: what a loss, a stop and a mistake leave behind.

The jobs are made up (stub_command.py); all else is as it is for artists, but for Blender.
"""

import dataclasses
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
import torch

ray = pytest.importorskip("ray", reason="make test installs Ray")

from ray.cluster_utils import Cluster  # noqa: E402

from galatea.addon import version  # noqa: E402
from galatea.addon.batch import run as batch  # noqa: E402
from galatea.addon.batch.manifest import Line  # noqa: E402
from galatea.addon.batch.pools import ClusterPool, LocalPool  # noqa: E402
from galatea.addon.batch.records import State  # noqa: E402
from galatea.addon.worker import WorkerProcess, child_environment  # noqa: E402
from galatea.backend import protocol  # noqa: E402
from galatea.backend.capabilities.render import RenderParams, _prepare_work, render  # noqa: E402
from galatea.backend.cluster import orders, pool, split  # noqa: E402
from galatea.backend.cluster.client import Client, ClusterGone  # noqa: E402
from galatea.backend.job import Job as BackendJob  # noqa: E402
from galatea.backend.job import JobError  # noqa: E402
from galatea.backend.training.captions import vocabulary  # noqa: E402
from galatea.backend.training.tokenizer import make_tokenizer  # noqa: E402

from .unit import rendered_scene  # noqa: E402
from .unit.tiny_repositories import stable_diffusion  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
COMMAND = (sys.executable, "-I", str(ROOT / "tests/stub_command.py"))
PROGRAM = orders.Program(str(ROOT), "0", COMMAND)
SMALL = {"object_store_memory": 80_000_000, "include_dashboard": False}

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Ray's clusters of several nodes are for Linux")


def started(stack, **head):
    """A cluster with a head that takes no jobs, unknown to the user's own Ray."""
    place = tempfile.TemporaryDirectory(prefix="r", ignore_cleanup_errors=True)  # short, for Ray keeps sockets there
    stack.addfinalizer(place.cleanup)
    environment = pytest.MonkeyPatch()
    stack.addfinalizer(environment.undo)
    environment.setenv("RAY_TMPDIR", place.name)
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, **SMALL, **head})
    stack.addfinalizer(made.shutdown)
    return made


def with_node(cluster, **what):
    return cluster.add_node(**({"num_cpus": 1, **SMALL} | what))


@pytest.fixture(scope="module")
def cluster(request):
    """Two machines with a processor each, the second with a graphics card as well."""
    environment = pytest.MonkeyPatch()
    request.addfinalizer(environment.undo)
    environment.setenv("RAY_USAGE_STATS_ENABLED", "0")
    environment.setenv("OMP_NUM_THREADS", "1")  # what is compared bit by bit is computed in one thread
    made = started(request)
    with_node(made)
    with_node(made, num_gpus=1)
    return made


@pytest.fixture
def run(cluster, tmp_path):
    """Run jobs with these names on the cluster: states, and what was told."""

    def go(*names, retries=0, where=None, **more):
        lines = [line(number, name, tmp_path, **more) for number, name in enumerate(names, 1)]
        told = []
        taken = ClusterPool(client(where or cluster.address, tmp_path))
        records = batch.run(lines, taken, tmp_path, tmp_path / "out", retries, told.append)
        return [record.state for record in records], "\n".join(told)

    return go


def client(address, folder):
    return Client(sys.executable, address, PROGRAM, folder / "cluster.log", child_environment(online=False))


def line(number, name, folder, **more):
    file = folder / f"{name}.glb"
    if not file.exists():
        file.write_text(f"mesh of {name}")
    arguments = ("--seed=3", "--", file.name)
    return Line(number, "rig", arguments, (file.name,), name, **({"places": (2,)} | more))


def runs(folder, *names):
    return [len((folder / "out" / name / "runs").read_text()) for name in names]


def when_begun(path, act):
    """Act once a job has written its process id there; a thread that has begun."""

    def watch():
        deadline = time.monotonic() + 60
        while not path.is_file() or not path.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        act(int(path.read_text()))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    return thread


def parent(process):
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def is_gone(process, seconds=15):
    deadline = time.monotonic() + seconds
    while Path(f"/proc/{process}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    return not Path(f"/proc/{process}").exists()


DONE, FAILED, STOPPED = State.DONE, State.FAILED, State.STOPPED


def test_as_on_one_machine_and_mistakes_take_only_their_own_job(run, tmp_path):
    names = ["one", "two", "bad", "crash", "three", "four", "shaky"]
    states, told = run(*names, retries=1)
    assert states == [DONE, DONE, FAILED, FAILED, DONE, DONE, DONE]
    assert runs(tmp_path, *names) == [1, 1, 2, 2, 1, 1, 2]
    assert "bad failed" in told and "the mesh is empty" in told and "exit code 3" in told
    assert "it went well" in (tmp_path / "out/two/log.txt").read_text()
    assert "the last words" in (tmp_path / "out/crash/log.txt").read_text()
    # The same list on this machine, with the records of the cluster: nothing that is done runs again.
    lines = [line(number, name, tmp_path) for number, name in enumerate(names, 1)]
    local = LocalPool(COMMAND, 2, "0")
    batch.run(lines, local, tmp_path, tmp_path / "out", 0, lambda text: None)
    assert runs(tmp_path, *names) == [1, 1, 3, 3, 1, 1, 2]
    # And all of it here: the same files.
    batch.run(lines, LocalPool(COMMAND, 2, "0"), tmp_path, tmp_path / "here", 1, lambda text: None)
    for name in ("one", "two", "three", "four", "shaky"):
        for file in ("preview.png", "log.txt", "runs"):
            first, second = ((tmp_path / where / name / file).read_bytes() for where in ("out", "here"))
            assert first == second, (name, file)


def test_processes_stay_for_the_next_job(run, tmp_path):
    names = [f"job{number}" for number in range(8)]
    states, told = run(*names)
    assert set(states) == {DONE} and "8 of 8" in told
    assert len({(tmp_path / "out" / name / "process").read_text() for name in names}) <= 2


def test_a_killed_process_loses_only_time(run, tmp_path):
    """Both below Ray and Ray's own."""
    thread = when_begun(tmp_path / "out/stuck/process", lambda pid: os.kill(parent(pid), signal.SIGKILL))
    states, told = run("stuck", "one", "two")
    thread.join()
    assert states == [DONE, DONE, DONE] and runs(tmp_path, "stuck", "one", "two") == [2, 1, 1]
    assert "A job runs again" in told

    thread = when_begun(tmp_path / "out/stuck2/process", lambda pid: os.kill(pid, signal.SIGKILL))
    states, told = run("stuck2", "three", retries=1)
    thread.join()
    assert states == [DONE, DONE] and runs(tmp_path, "stuck2", "three") == [2, 1]
    assert "stuck2 failed and is tried again" in told


def test_a_machine_that_goes_away(run, cluster, tmp_path):
    extra = with_node(cluster, num_cpus=1, resources={"extra": 1})
    raylets = {node.all_processes["raylet"][0].process.pid: node for node in cluster.worker_nodes}
    removed = []

    def remove(process):
        node = raylets[parent(parent(process))]
        removed.append(node)
        cluster.remove_node(node, allow_graceful=False)

    thread = when_begun(tmp_path / "out/stuck/process", remove)
    states, _ = run("stuck", "one", "two", "three")
    thread.join()
    assert set(states) == {DONE} and runs(tmp_path, "stuck", "one", "two", "three") == [2, 1, 1, 1]
    if removed == [extra]:
        return
    # The next tests count on the first two.
    cluster.remove_node(extra)
    with_node(cluster, num_gpus=int(removed[0]._ray_params.num_gpus or 0))


def test_two_at_once(cluster, tmp_path):
    clients = [client(cluster.address, tmp_path / name) for name in ("a", "b")]
    left = {}
    for one, name in zip(clients, ("a", "b")):
        for number in range(3):
            job = line(number, f"job{number}", tmp_path)
            place = tmp_path / name / job.output
            batch.write_order(batch.Job(job, "", 1), tmp_path, place)
            one.run(f"{name}{number}", place)
            left[f"{name}{number}"] = place
    deadline = time.monotonic() + 60
    while left and time.monotonic() < deadline:
        for message in [message for one in clients for message in one.poll()]:
            if isinstance(message, protocol.End):
                assert isinstance(message, protocol.Result), message
                assert (left.pop(message.job) / "runs").read_text() == "x"
        time.sleep(0.05)
    for one in clients:
        one.close()
    assert not left


def test_a_stop_reaches_the_jobs_and_the_next_run_goes_on(run, tmp_path):
    processes = []

    def stop(process):
        processes.append(process)
        os.kill(os.getpid(), signal.SIGINT)

    when_begun(tmp_path / "out/stuck/process", stop)
    states, _ = run("one", "stuck", where=None)
    assert states[1] is STOPPED and is_gone(processes[0])
    assert not (tmp_path / "out/stuck/job.json").exists()
    states, _ = run("one", "stuck")
    assert states == [DONE, DONE] and runs(tmp_path, "stuck") == [2]


def test_a_full_disk_stops_the_batch_and_the_next_run_goes_on(run, tmp_path):
    (tmp_path / "out/two").mkdir(parents=True)
    (tmp_path / "out/two/batch.json.part").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        run("one", "two")
    (tmp_path / "out/two/batch.json.part").unlink()
    states, _ = run("one", "two")
    assert states == [DONE, DONE]


def test_jobs_with_a_card_get_it_and_others_see_none(run, tmp_path):
    states, _ = run("on-card", gpus=1.0)
    assert states == [DONE] and (tmp_path / "out/on-card/cards").read_text() == "0"
    states, _ = run("without")
    assert states == [DONE] and (tmp_path / "out/without/cards").read_text() == ""


@pytest.fixture
def direct(cluster):
    """The pool without the process around it."""
    made = pool.Pool(cluster.address, PROGRAM, wants_progress=False, grace=0.5)
    yield made
    made.close()


def ended(made, seconds=60):
    """Messages until the first end."""
    messages = []
    deadline = time.monotonic() + seconds
    while not any(isinstance(message, protocol.End) for message in messages):
        assert time.monotonic() < deadline, messages
        messages += made.poll(0.05)
    return messages


def ordered(name, folder, **more):
    job = line(1, name, folder, **more)
    place = folder / "out" / name
    batch.write_order(batch.Job(job, "", 1), folder, place)
    return orders.read(name, place, has_gpus=True, most_cpus=1.0)


def test_files_are_sent_where_they_are_not_seen(direct, tmp_path):
    order = dataclasses.replace(ordered("one", tmp_path), text=b"what another machine reads there")
    direct.submit(order)
    assert isinstance(ended(direct)[-1], protocol.Result)
    made = (tmp_path / "out/one/preview.png").read_text()
    assert made.startswith("mesh of one") and "--seed=3" in made
    assert "it went well" in (tmp_path / "out/one/log.txt").read_text()
    # A failure's log comes as well.
    direct.submit(dataclasses.replace(ordered("bad", tmp_path), text=b""))
    assert ended(direct)[-1].message == "the mesh is empty"
    assert "the mesh is empty" in (tmp_path / "out/bad/log.txt").read_text()


def test_a_job_too_large_for_every_machine(direct, tmp_path):
    direct.submit(ordered("huge", tmp_path, gpus=8.0))
    end = ended(direct)[-1]
    assert end.code == "no_machine" and "8 graphics cards" in end.message
    direct.submit(ordered("waits", tmp_path, gpus=8.0))
    direct.cancel("waits")
    assert ended(direct)[-1] == protocol.Cancelled("waits")


def test_a_machine_without_galatea_gets_no_jobs(run, cluster, tmp_path):
    node = with_node(cluster, num_cpus=2, env_vars={"GALATEA_COMMAND": "/nowhere/galatea"})
    try:
        # They take so long that the machine which cannot do them is asked, too.
        states, told = run(*[f"wait-1-{number}" for number in range(6)])
        assert set(states) == {DONE} and "is left alone: There is no /nowhere/galatea" in told
        states, told = run("alone", cpus=2.0)
        assert states == [FAILED] and "No machine can run it" in told
    finally:
        cluster.remove_node(node)


def test_no_cluster(run):
    states, told = run("one", where="127.0.0.1:1")
    assert states == [STOPPED] and "There is no Ray cluster to join at 127.0.0.1:1" in told


def test_the_head_goes_away_and_comes_back(request, run, tmp_path, monkeypatch):
    monkeypatch.setenv("RAY_gcs_rpc_server_reconnect_timeout_s", "3")
    first = started(request)
    with_node(first)
    address = first.address
    thread = when_begun(tmp_path / "out/stuck/process", lambda process: first.head_node.kill_gcs_server())
    states, told = run("one", "stuck", "two", where=address)
    thread.join()
    assert states == [DONE, STOPPED, STOPPED]
    assert f"The cluster at {address} went away" in told
    first.shutdown()
    second = started(request)
    with_node(second)
    states, _ = run("one", "stuck", "two", where=second.address)
    assert states == [DONE, DONE, DONE] and runs(tmp_path, "one", "stuck", "two") == [1, 2, 1]


@pytest.fixture
def worker(tmp_path):
    """The worker itself, as Blender has it."""
    command = [sys.executable, "-I", "-u", str(ROOT / "backend/bootstrap.py")]
    environment = child_environment(online=False, device="cpu")
    process = WorkerProcess(command, version="0", log_file=tmp_path / "worker.log", environment=environment)
    yield process
    process.stop()


def sent(cluster, folder, **params):
    """A job of the worker that is to be done by the cluster."""
    folder.mkdir()
    params = {"prompt": "a red cube", "steps": 2, "guidance": 0.0, "seed": 1, "count": 1} | params
    task = {"capability": "image", "params": params, "cluster": cluster.address, "version": version.current()}
    (folder / "job.json").write_text(json.dumps(task))
    return folder


def test_a_job_of_the_worker_goes_to_the_cluster_and_its_result_comes_back(cluster, worker, tmp_path):
    worker.run("one", sent(cluster, tmp_path / "one"))
    messages = []
    while worker.job is not None:
        messages += worker.poll()
        time.sleep(0.02)
    *progress, end = messages
    assert isinstance(end, protocol.Result), end
    assert any(message.stage.startswith("Running on") for message in progress)
    assert [path for path in end.files.values() if (tmp_path / "one" / path).is_file()]
    assert not any((tmp_path / "worker.log").read_text().count(word) for word in ("Loading the model", "Traceback"))

    worker.run("two", sent(cluster, tmp_path / "two", steps=1000, count=50))
    while not any(getattr(message, "stage", "") == "Painting" for message in worker.poll()):
        time.sleep(0.02)
    worker.cancel()
    begin = time.monotonic()
    ends = []
    while not ends:
        ends = [message for message in worker.poll() if isinstance(message, protocol.End)]
        time.sleep(0.02)
    assert ends == [protocol.Cancelled("two")] and time.monotonic() < begin + 8


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A shot of five frames whose geometry is there, and a render of it by one machine."""
    folder = tmp_path_factory.mktemp("tiny")
    make_tokenizer(vocabulary(), folder / "words")
    model = stable_diffusion(folder / "repository", folder / "words")
    shot = rendered_scene.ball(folder / "shot", frames=5, side=64)
    facts = {"objects": {"3": "Ball", "5": "Box"}, "left_out": [], "fps": 24.0}
    (shot.folder / "scene.json").write_text(json.dumps(facts))
    params = RenderParams(
        prompt="red wood", frame_end=5, width=64, height=64, size=64, steps=8, keyframes=1, stick=0.0, windows=2,
        model=str(model), controlnet=str(model / "controlnet"), blender=("false",),
    )  # fmt: skip
    whole = with_geometry(shot.folder, params, folder / "whole")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as on the machines of the cluster
    render(params, whole)
    torch.set_num_threads(threads)
    return shot.folder, params, pictures(whole)


def with_geometry(shot, params, folder):
    """A render's job that has done its first part."""
    job = BackendJob(folder)
    (folder / "in").mkdir(parents=True)
    (folder / "in/scene.blend").touch()
    _prepare_work(params, job)
    for path in (*shot.glob("frame-*"), shot / "scene.json"):
        shutil.copy(path, folder / "work")
    return job


def pictures(job):
    return [path.read_bytes() for path in sorted(job.outputs.glob("frames/*"))]


@pytest.mark.parametrize("loss", ["process", "machine"])
def test_windows_of_a_render_and_a_loss_in_one_of_them(cluster, tiny, tmp_path, loss):
    """Of the process that paints it, or of the machine below."""
    shot, params, wanted = tiny
    job = with_geometry(shot, params, tmp_path / "job")
    if loss == "machine":
        with_node(cluster, num_gpus=1)  # one with a card is to be left, also for the next tests
    nodes = {node.all_processes["raylet"][0].process.pid: node for node in cluster.worker_nodes}
    lost = []

    def lose():
        while not list(job.folder.glob("work/steps-*")):
            time.sleep(0.02)
        above = {int(entry.name): parent(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()}
        lost.append(next(process for process, actor in above.items() if above.get(actor) in nodes))
        if loss == "process":
            os.kill(lost[0], signal.SIGKILL)
        else:
            cluster.remove_node(nodes[above[above[lost[0]]]], allow_graceful=False)

    thread = threading.Thread(target=lose, daemon=True)
    thread.start()
    split.run(job, params, cluster.address, version.current())
    thread.join()
    assert pictures(job) == wanted and is_gone(lost[0])
    assert all(node in cluster.worker_nodes for node in nodes.values()) == (loss == "process")


def test_a_render_where_there_is_no_cluster(tiny, tmp_path):
    shot, params, _ = tiny
    with pytest.raises(JobError, match="no Ray cluster to join"):
        split.run(with_geometry(shot, params, tmp_path / "job"), params, "127.0.0.1:1", "0")


def test_the_driver_dies_with_whoever_started_it(cluster, tmp_path):
    """And with it what it runs."""
    one = client(cluster.address, tmp_path)
    order = ordered("slow", tmp_path)
    one.run("1", Path(order.folder))
    got = []
    when_begun(Path(order.folder) / "process", got.append).join()
    one._process.kill()
    assert is_gone(got[0], 30)
    with pytest.raises(ClusterGone):
        while True:
            one.poll()
            time.sleep(0.05)
    one.close()
