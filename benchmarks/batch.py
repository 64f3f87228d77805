# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a batch costs beside the job itself: ``python -m galatea.benchmarks.batch [--json FILE]``. A table and JSON.

The job is a picture of the starter in few steps: short, so that what surrounds it shows. It runs in the plain worker,
as a command of its own, in the processes of a batch, and on a Ray cluster of one machine, which is this one. Throughput
is that of jobs that only wait: it tells of the batch and of Ray, not of this machine's processors. Linux alone.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ..addon import version
from ..addon.batch import run as batch
from ..addon.batch.manifest import Line
from ..addon.batch.pools import ClusterPool, LocalPool, Pool
from ..addon.worker import WorkerProcess, child_environment
from ..backend import protocol
from ..backend.cluster import orders
from ..backend.cluster.client import Client

ROOT = Path(__file__).resolve().parents[1]
COMMAND = (sys.executable, "-c", "from galatea.addon.command_line import main; main()")
STUB = (sys.executable, "-I", str(ROOT / "tests/stub_command.py"))
PICTURE = {"prompt": "a red cube", "steps": 4, "guidance": 0.0, "seed": 1, "count": 1}
WAIT = 0.5
"""Seconds of a job that only waits."""
WORKERS = (1, 2, 4, 8)
PARCEL = 100_000_000
"""Bytes of a file that is sent."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--jobs", type=int, default=6, metavar="N", help="pictures in each kind of process")
    arguments = parser.parse_args()
    from ray.cluster_utils import Cluster

    figures: dict[str, float | bool] = {"load_before": os.getloadavg()[0]}
    os.environ["OMP_NUM_THREADS"] = "1"  # more of them round differently
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    with tempfile.TemporaryDirectory(prefix="b", ignore_cleanup_errors=True) as text:
        folder = Path(text)
        os.environ["XDG_DATA_HOME"] = os.environ["BLENDER_USER_RESOURCES"] = os.environ["RAY_TMPDIR"] = text
        figures |= plain(folder / "plain", arguments.jobs)
        figures |= own_process(folder / "own")
        figures |= warm("local", LocalPool(COMMAND, 1, version.current()), folder / "local", arguments.jobs)
        figures |= throughput("local", lambda count: LocalPool(STUB, count, "0"), folder)
        begin = time.perf_counter()
        node = {"object_store_memory": 300_000_000, "include_dashboard": False}
        cluster = Cluster(initialize_head=True, head_node_args=node | {"num_cpus": 0})
        figures |= {"ray_head_s": time.perf_counter() - begin, "ray_head_mb": memory(os.getpid())}
        try:
            for count in WORKERS:
                machine = cluster.add_node(num_cpus=count, object_store_memory=300_000_000, include_dashboard=False)
                if count == 1:
                    pool = ClusterPool(client(cluster.address, COMMAND, version.current(), folder))
                    figures |= warm("ray", pool, folder / "ray", arguments.jobs)
                    figures["all_pictures_equal"] = len(pictures(folder)) == 1
                    figures |= sent(cluster.address, folder / "sent")
                figures |= throughput(
                    "ray", lambda _: ClusterPool(client(cluster.address, STUB, "0", folder)), folder, [count]
                )
                cluster.remove_node(machine)
        finally:
            cluster.shutdown()
    figures |= {
        f"{kind}_overhead_s": figures[f"{kind}_job_s"] - figures["plain_job_s"] for kind in ("own", "local", "ray")
    }
    figures = {name: round(value, 3) for name, value in figures.items()}
    for name, value in figures.items():
        print(f"{name:<32}{value:>12}")
    print(json.dumps(figures))
    if arguments.json:
        arguments.json.write_text(json.dumps(figures) + "\n", encoding="utf-8")
    return 0


def plain(folder: Path, jobs: int) -> dict[str, float]:
    """The worker alone, with one job after the other."""
    folder.mkdir()
    process = WorkerProcess(
        [sys.executable, "-I", "-u", str(ROOT / "backend/bootstrap.py")], version=version.current(),
        log_file=folder / "worker.log", environment=child_environment(online=False),
    )  # fmt: skip
    times = []
    for number in range(jobs):
        place = folder / str(number)
        place.mkdir()
        (place / "job.json").write_text(json.dumps({"capability": "image", "params": PICTURE}))
        begin = time.perf_counter()
        process.run(str(number), place)
        while process.job is not None:
            failed = [message for message in process.poll() if isinstance(message, protocol.Error)]
            if failed:
                raise SystemExit(failed[0].details)
            time.sleep(0.005)
        times.append(time.perf_counter() - begin)
    used = memory(process.pid)
    process.stop()
    return {"plain_first_s": times[0], "plain_job_s": statistics.median(times[1:]), "plain_mb": used}


def own_process(folder: Path) -> dict[str, float]:
    """A command for each job, as a render farm without Ray would start it."""
    times = []
    for number in range(2):
        begin = time.perf_counter()
        values = [f"--{name}={value}" for name, value in PICTURE.items() if name != "prompt"]
        subprocess.run(
            [*COMMAND, "image", *values, "--output", str(folder / str(number)), str(PICTURE["prompt"])],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        times.append(time.perf_counter() - begin)
    return {"own_job_s": times[-1]}


def warm(kind: str, pool: Pool, folder: Path, jobs: int) -> dict[str, float]:
    """Pictures through one process of a pool."""
    values = tuple(f"--{name}={value}" for name, value in PICTURE.items() if name != "prompt")
    before = memory(os.getpid())
    times, used = [], 0.0
    for number in range(jobs):
        line = Line(number, "image", (*values, "--", str(PICTURE["prompt"])), (), str(number), cpus=1.0)
        begin = time.perf_counter()
        ordered(pool, line, folder)
        while not ended(pool):
            time.sleep(0.005)
        times.append(time.perf_counter() - begin)
        used = max(used, memory(os.getpid()) - before)
    pool.close()
    return {f"{kind}_first_s": times[0], f"{kind}_job_s": statistics.median(times[1:]), f"{kind}_mb": used}


def throughput(
    kind: str, make: Callable[[int], Pool], folder: Path, workers: tuple[int, ...] | list[int] = WORKERS
) -> dict[str, float]:
    """What lies between two jobs of a process, the mean of all, and the jobs in a second that follow for all."""
    found = {}
    for count in workers:
        pool, place = make(count), folder / f"{kind}-{count}"
        jobs = [Line(number, "rig", ("--", f"wait-{WAIT}-{number}"), (), str(number)) for number in range(8 * count)]
        waiting, ends = list(jobs), 0
        while ends < len(jobs):
            ends += ended(pool)
            while waiting and pool.has_room():
                ordered(pool, waiting.pop(0), place)
            time.sleep(batch.POLL)
        pool.close()
        spans: dict[str, list[tuple[float, ...]]] = {}
        for job in jobs:
            made = place / job.output
            times = tuple(float(word) for word in (made / "times").read_text().split())
            spans.setdefault((made / "process").read_text(), []).append(times)
        gaps = [
            later[0] - earlier[1] for every in spans.values() for earlier, later in itertools.pairwise(sorted(every))
        ]
        between = statistics.mean(gaps)
        found[f"{kind}_{count}_between_ms"] = 1e3 * between
        found[f"{kind}_{count}_jobs_per_s"] = len(spans) / (WAIT + between)
    return found


def sent(address: str, folder: Path) -> dict[str, float]:
    """Megabytes of a file in a second: packed, through Ray's object store, laid out, and its result back."""
    from ..backend.cluster.pool import Pool as RayPool

    folder.mkdir()
    (folder / "large.glb").write_bytes(os.urandom(PARCEL))
    pool = RayPool(address, orders.Program(str(ROOT), "0", STUB), wants_progress=False)
    times = []
    for number in range(3):
        for is_seen in (True, False):
            place = folder / f"{number}{is_seen}"
            line = Line(number, "rig", ("--", "large.glb"), ("large.glb",), place.name, (1,))
            batch.write_order(batch.Job(line, "", 1), folder, place)
            what = orders.read(place.name, place, has_gpus=False, most_cpus=1.0)
            if not is_seen:
                what = orders.Order(what.job, what.folder, b"", what.inputs, what.needs)
            begin = time.perf_counter()
            pool.submit(what)
            while not any(isinstance(message, protocol.End) for message in pool.poll(0.01)):
                pass
            times.append(time.perf_counter() - begin)
    pool.close()
    seen, not_seen = statistics.median(times[2::2]), statistics.median(times[3::2])
    return {"sent_mb_per_s": 2 * PARCEL / 1e6 / (not_seen - seen)}


def pictures(folder: Path) -> set[bytes]:
    """The different ones that all kinds of processes made."""
    return {path.read_bytes() for path in folder.rglob("image-1.png")}


def client(address: str, command: tuple[str, ...], version: str, folder: Path) -> Client:
    program = orders.Program(str(ROOT), version, command)
    return Client(sys.executable, address, program, folder / "cluster.log", child_environment(online=False))


def ordered(pool: Pool, line: Line, folder: Path) -> None:
    """Give a job to the pool."""
    place = folder / line.output
    batch.write_order(batch.Job(line, "", 1), folder if folder.is_dir() else ROOT, place)
    pool.start(str(line.number), place)


def ended(pool: Pool) -> int:
    """How many jobs have ended since; SystemExit when one failed."""
    ends = [message for message in pool.poll() if isinstance(message, protocol.End)]
    for end in ends:
        if not isinstance(end, protocol.Result):
            raise SystemExit(f"A job failed: {end}")
    return len(ends)


def memory(root: int) -> float:
    """Megabytes of this process's children and theirs, and so on, with their share of what processes share."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has just ended
            continue
        children.setdefault(parent, []).append(int(entry.name))
    total, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        waiting += children.get(process, [])
        try:
            if process != os.getpid():
                text = Path(f"/proc/{process}/smaps_rollup").read_text()
                total += int(text.split("Pss:")[1].split()[0])
        except OSError:
            continue
    return total / 1e3


if __name__ == "__main__":
    sys.exit(main())
