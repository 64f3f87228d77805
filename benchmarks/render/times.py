# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a whole job of Render takes, and how much memory: ``python -m galatea.benchmarks.render.times DIR``.

The shot is the walking animal, the model the starter with its own steps. Each job runs in a process of its own, with
one thread: several wait for each other by counting, which shows as processor time where other work goes on. Needs
Blender as a module. What is in DIR already is not timed again.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import torch

from ...backend.capabilities import render as capability
from ...backend.capabilities.render import RenderParams
from .. import chart
from ..texture.tables import table
from ..texture.times import peak_memory
from .__main__ import BLENDER, PROMPTS, SCRIPT, SIZE, children_seconds, job_at
from .gallery import subjects

SHOT = "walk"
PARTS = {"geometry": "geometry and light", "painting": "painting and all else"}
"""Processor seconds: Blender's, which renders with all processors and writes the movie, and our own."""
HEAD = {"frames": "frames", "keyframes": "keyframes", "wall": "seconds on the clock", **PARTS, "memory": "memory, MB"}


@dataclasses.dataclass(frozen=True)
class Timed:
    """A job."""

    frames: int = 6
    keyframes: int = 0

    @property
    def name(self) -> str:
        """Of its folder."""
        return f"render-{self.frames}-{self.keyframes}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.render.times", description="What Render costs.")
    parser.add_argument("folder", type=Path, metavar="DIR", help="for scenes and frames")
    parser.add_argument("--one", nargs=2, type=int, metavar=("FRAMES", "KEYFRAMES"), help="only this, as JSON")
    parser.add_argument("--chart", type=Path, metavar="FILE", help="the same as a picture")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the same as JSON")
    parser.add_argument(
        "--frames", nargs="+", type=int, default=(6, 12, 24), metavar="N", help="of shots without keyframes"
    )
    parser.add_argument("--keyframes", nargs="+", type=int, default=(0, 1, 3), metavar="N", help="of the shortest shot")
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(Timed(*options.one), options.folder)))
        return
    frames = [Timed(count) for count in options.frames]
    keyframes = [Timed(min(options.frames), count) for count in options.keyframes]
    rows = {job: in_process(job, options.folder) for job in (*frames, *keyframes)}
    print(markdown(list(rows.values())))
    if options.json:
        options.json.write_text(json.dumps({"processors": os.cpu_count(), "rows": list(rows.values())}, indent=1))
    if options.chart:
        lengths, shortest = ([rows[job] for job in jobs] for jobs in (frames, keyframes))
        panels = (
            chart.Panel("frames", "frames", lengths, tuple(PARTS)),
            chart.Panel(f"keyframes, {min(options.frames)} frames", "keyframes", shortest, tuple(PARTS)),
            chart.Panel("frames", "frames", lengths, ("memory",), "MB"),
        )
        chart.chart(panels).save(options.chart, quality=92)


def in_process(wanted: Timed, folder: Path) -> dict:
    """A job's row, from a fresh process."""
    result = folder / wanted.name / "times.json"
    if not result.is_file():
        command = [sys.executable, "-m", "galatea.benchmarks.render.times", str(folder), "--one"]
        numbers = [str(value) for value in dataclasses.astuple(wanted)]
        done = subprocess.run([*command, *numbers], check=True, stdout=subprocess.PIPE, text=True)
        result.write_text(done.stdout.splitlines()[-1])
    return json.loads(result.read_text())


def measure(wanted: Timed, folder: Path) -> dict:
    """One job in this process: seconds on the clock, processor seconds, and peak memory in MB without Blender's."""
    torch.set_num_threads(1)
    job = job_at(folder / wanted.name)
    blend = job.inputs / "scene.blend"
    subprocess.run([*BLENDER, SCRIPT, "--", SHOT, str(wanted.frames), blend], check=True, stdout=subprocess.DEVNULL)
    params = RenderParams(
        prompt=PROMPTS[SHOT], frame_end=wanted.frames, size=SIZE, width=SIZE, height=SIZE, keyframes=wanted.keyframes,
        objects=tuple(subjects(blend)), blender=BLENDER,
    )  # fmt: skip
    begin, own, blender = time.perf_counter(), time.process_time(), children_seconds()
    capability.render(params, job)
    return dataclasses.asdict(wanted) | {
        "wall": round(time.perf_counter() - begin, 1),
        "geometry": round(children_seconds() - blender, 1),
        "painting": round(time.process_time() - own, 1),
        "memory": peak_memory(),
    }


def markdown(rows: list[dict]) -> str:
    """A line for each job."""
    return table(list(HEAD.values()), [[str(row[key]) for key in HEAD] for row in rows])


if __name__ == "__main__":
    main()
