# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the worker costs Blender: ``python -m galatea.benchmarks.worker [--json FILE]``. Prints a table and JSON.

Spawn and round trip use the real worker; flood and cancel use the tests' stub, which sends more than a worker may.
"""

from __future__ import annotations

import argparse
import base64
import json
import mmap
import statistics
import sys
import tempfile
import time
import typing
from pathlib import Path

import numpy as np

from ..addon.jobs import Job, Queue
from ..addon.worker import State, WorkerProcess, child_environment
from ..backend import protocol

ROOT = Path(__file__).resolve().parents[1]
STUB = ROOT / "tests" / "stub_worker.py"
ARRAY_BYTES = 200_000_000
TICK_LIMIT = 10.0
"""Milliseconds that a tick may take."""


class Stopwatch:
    """Milliseconds of wall and of this process's CPU time within a ``with``."""

    def __enter__(self) -> typing.Self:
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *exception: object) -> None:
        self.wall = 1e3 * (time.perf_counter() - self._wall)
        self.cpu = 1e3 * (time.process_time() - self._cpu)


def start(folder: Path, *command: str) -> WorkerProcess:
    environment = child_environment(online=False)
    log_file = folder / "worker.log"
    return WorkerProcess(
        [sys.executable, "-I", "-u", *command], version="0", log_file=log_file, environment=environment
    )


def spawn(folder: Path, repeats: int = 5) -> dict[str, float]:
    """From nothing to Ready, and from a Run that cannot work (its folder is missing) to its Error."""
    ready, trips, starts = [], [], []
    for _ in range(repeats):
        with Stopwatch() as stopwatch:
            with Stopwatch() as popen:
                process = start(folder, str(ROOT / "backend" / "bootstrap.py"))
            while process.state is State.STARTING:
                process.poll()
                time.sleep(0.0005)
        starts.append(popen.wall)
        ready.append(stopwatch.wall)
        for i in range(20):
            with Stopwatch() as stopwatch:
                process.run(str(i), folder / "missing")
                while process.job is not None:
                    process.poll()
                    time.sleep(0.00005)
            trips.append(stopwatch.wall)
        process.stop()
    return {
        "spawn_blocked_ms": max(starts),
        "spawn_to_ready_ms": statistics.median(ready),
        "round_trip_ms": statistics.median(trips),
    }


def flood(folder: Path) -> dict[str, float]:
    """Ticks of the queue while the worker sends 10,000 progress messages as fast as it can."""
    queue = Queue(folder / "jobs", lambda: start(folder, str(STUB), "flood"), "0")
    job = queue.create("rig", "flood", {}, {})
    queue.submit(job)
    ticks = []
    with Stopwatch() as whole:
        while job.active:
            with Stopwatch() as tick:
                queue.tick()
            ticks.append(tick.wall)
            time.sleep(0.005)
    queue.close()
    ticks.sort()
    return {
        "ticks": len(ticks),
        "tick_max_ms": ticks[-1],
        "tick_p99_ms": ticks[int(0.99 * (len(ticks) - 1))],
        "tick_median_ms": statistics.median(ticks),
        "flood_wall_ms": whole.wall,
        "flood_cpu_ms": whole.cpu,
    }


def cancel(folder: Path, repeats: int = 5) -> dict[str, float]:
    """From Queue.cancel() to the end of the job, with a tick every 50 ms as in Blender and with busy ticks."""
    result = {}
    for name, pause in (("cancel_busy_ticks_ms", 0.001), ("cancel_ms", 0.05)):
        times = []
        queue = Queue(folder / "jobs", lambda: start(folder, str(STUB), "good"), "0")
        for _ in range(repeats):
            job = queue.create("rig", "cancel", {"seconds": 30}, {})
            queue.submit(job)
            while job.fraction == 0.0:
                queue.tick()
                time.sleep(0.001)
            with Stopwatch() as stopwatch:
                queue.cancel(job)
                _wait(queue, job, pause)
            times.append(stopwatch.wall)
        queue.close()
        result[name] = statistics.median(times)
    return result


def _wait(queue: Queue, job: Job, pause: float) -> None:
    while job.active:
        queue.tick()
        time.sleep(pause)


def array(folder: Path) -> dict[str, float]:
    """A large array by file and memory map, as jobs do it, against base64 within JSON, as web services do it."""
    values = np.arange(ARRAY_BYTES // 4, dtype=np.float32)
    path = folder / "array.npy"
    with Stopwatch() as write:
        np.save(path, values)
    with Stopwatch() as read:
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)
        assert isinstance(mapped.base, mmap.mmap)
        total = float(mapped[::1024].sum())  # touches every page
    with Stopwatch() as text:
        line = json.dumps({"array": base64.b64encode(values).decode()})
        back = np.frombuffer(base64.b64decode(json.loads(line)["array"]), dtype=np.float32)
    assert float(back[::1024].sum()) == total
    path.unlink()
    return {
        "array_megabytes": ARRAY_BYTES / 1e6,
        "file_write_ms": write.wall,
        "file_write_cpu_ms": write.cpu,
        "mmap_read_ms": read.wall,
        "mmap_read_cpu_ms": read.cpu,
        "base64_json_ms": text.wall,
        "base64_json_cpu_ms": text.cpu,
        "base64_over_file": text.wall / (write.wall + read.wall),
    }


def encoding(repeats: int = 5000) -> dict[str, float]:
    """One progress message."""
    message = protocol.Progress("20260101-120000-abcdef", "Weights by heat", 0.5, 12.3)
    with Stopwatch() as encode:
        for _ in range(repeats):
            line = protocol.encode(message)
    with Stopwatch() as decode:
        for _ in range(repeats):
            protocol.decode(line)
    return {"encode_us": 1e3 * encode.wall / repeats, "decode_us": 1e3 * decode.wall / repeats}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    arguments = parser.parse_args()
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, Stopwatch() as whole:
        for measure in (spawn, flood, cancel, array):
            figures |= measure(Path(folder))
        figures |= encoding()
    figures |= {
        "wall_s": whole.wall / 1e3,
        "cpu_s": whole.cpu / 1e3,
        "tick_within_limit": figures["tick_max_ms"] <= TICK_LIMIT,
    }
    figures = {name: value if isinstance(value, bool) else round(value, 3) for name, value in figures.items()}
    for name, value in figures.items():
        print(f"{name:<24}{value!s:>12}")
    text = json.dumps(figures)
    print(text)
    if arguments.json:
        arguments.json.write_text(text + "\n", encoding="utf-8")
    return 0 if figures["tick_within_limit"] else 1


if __name__ == "__main__":
    sys.exit(main())
