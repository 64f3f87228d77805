# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What it costs to render a shot in windows: ``python -m galatea.benchmarks.windows [--json FILE]``.

The same shot is rendered by one process, and by Ray clusters of one and two machines with one processor each, which
are all this machine: with other work on its two processors the ratios are upper bounds. Linux alone.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import torch

from ..addon import version
from ..backend.capabilities.render import RenderParams, render
from ..backend.cluster import split
from ..backend.job import Job
from .render.__main__ import BLENDER, SCRIPT

WAYS = ((1, 1), (1, 2), (2, 2))
"""Machines and windows."""
LOOK = 0.2
"""Seconds between looks at the processes: what one does between the last look and its end is not counted."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.windows", description="What it costs to render in windows.")
    parser.add_argument("--frames", type=int, default=8)
    parser.add_argument("--size", type=int, default=256, help="pixels")
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--keyframes", type=int, default=1)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"  # more of them round differently
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory(prefix="w", ignore_cleanup_errors=True) as text:
        folder = Path(text)
        os.environ["RAY_TMPDIR"] = text
        scene = folder / "scene.blend"
        made = [*BLENDER, SCRIPT, "--", "bounce", str(options.frames), str(scene)]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
        params = RenderParams(
            prompt="rusty iron", frame_end=options.frames, width=options.size, height=options.size, size=options.size,
            steps=options.steps, keyframes=options.keyframes, blender=BLENDER,
        )  # fmt: skip
        say("one process")
        whole = job_at(folder / "whole", scene)
        with measured() as alone:
            render(params, whole)
        rows = {"one process": alone}
        for machines, windows in WAYS:
            name = f"{machines} machine{'s' * (machines > 1)}, {windows} window{'s' * (windows > 1)}"
            say(name)
            job = job_at(folder / f"{machines}-{windows}", scene)
            rows[name] = on_cluster(machines, dataclasses.replace(params, windows=windows), job)
            rows[name]["equal"] = pictures(job) == pictures(whole)
    print(table(rows, options.frames))
    if options.json:
        options.json.write_text(json.dumps(rows) + "\n", encoding="utf-8")
    return 0 if all(row.get("equal", True) for row in rows.values()) else 1


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def job_at(folder: Path, scene: Path) -> Job:
    """A render's job, of this scene."""
    job = Job(folder)
    job.inputs.mkdir(parents=True)
    (job.inputs / "scene.blend").write_bytes(scene.read_bytes())
    return job


def on_cluster(machines: int, params: RenderParams, job: Job) -> dict[str, float]:
    """The job by so many machines with one processor each, which are there already."""
    from ray.cluster_utils import Cluster

    node = {"object_store_memory": 80_000_000, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=node | {"num_cpus": 0})
    try:
        for _ in range(machines):
            cluster.add_node(num_cpus=1, **node)
        with measured() as found:
            split.run(job, params, cluster.address, version.current())
    finally:
        cluster.shutdown()
    sizes = {kind: written(job, f"{kind}-*") for kind in ("frame", "guest", "steps", "painted")}
    return found | {"megabytes": sum(sizes.values()) / 1e6, "guests_megabytes": sizes["guest"] / 1e6}


def written(job: Job, pattern: str) -> int:
    """Bytes of files in the folder that the machines share."""
    return sum(path.stat().st_size for path in (job.folder / "work").glob(pattern))


def pictures(job: Job) -> list[bytes]:
    """The finished frames."""
    return [path.read_bytes() for path in sorted((job.outputs / "frames").iterdir())]


@contextlib.contextmanager
def measured() -> Iterator[dict[str, float]]:
    """Gets seconds on the clock, and of processors by this process and all below it."""
    found: dict[str, float] = {}
    spent: dict[int, float] = {}
    before = processor_seconds()
    ended = threading.Event()

    def look() -> None:
        spent.update(processor_seconds())

    def watch() -> None:
        while not ended.wait(LOOK):
            look()

    thread = threading.Thread(target=watch)
    thread.start()
    begin = time.perf_counter()
    try:
        yield found
    finally:
        found["seconds"] = time.perf_counter() - begin
        ended.set()
        thread.join()
        look()
        found["processor"] = sum(seconds - before.get(process, 0.0) for process, seconds in spent.items())


def processor_seconds() -> dict[int, float]:
    """Of this process and of each below it."""
    ticks = os.sysconf("SC_CLK_TCK")
    parents, seconds = {}, {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        parents[int(entry.name)] = int(fields[1])
        seconds[int(entry.name)] = (int(fields[11]) + int(fields[12])) / ticks

    def is_below(process: int) -> bool:
        while process > 1 and process != os.getpid():
            process = parents.get(process, 0)
        return process == os.getpid()

    return {process: spent for process, spent in seconds.items() if is_below(process)}


def table(rows: dict[str, dict[str, float]], frames: int) -> str:
    """Markdown, beside one process."""
    alone = rows["one process"]
    lines = [
        "| | seconds | of one process | processor seconds | more | MB of each frame on the shared disk |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, row in rows.items():
        moved = f"{row['megabytes'] / frames:.2f}" if "megabytes" in row else ""
        more = row["processor"] - alone["processor"]
        lines.append(
            f"| {name} | {row['seconds']:.0f} | {row['seconds'] / alone['seconds']:.2f} | {row['processor']:.0f} | "
            f"{more:+.0f} | {moved} |"
        )
    guests = max(row.get("guests_megabytes", 0.0) for row in rows.values())
    equal = all(row.get("equal", True) for row in rows.values())
    same = "the same, byte for byte" if equal else "NOT the same"
    lines += ["", f"Between windows: {guests:.2f} MB of latents. The frames are {same}."]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
