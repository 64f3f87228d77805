# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a whole job takes, and how much memory: with networks of the starter's size and random weights.

What they paint is noise, but it takes as long as a picture. Every preset runs in a process of its own.
"""

from __future__ import annotations

import dataclasses
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

from ...backend.capabilities.texture import TextureParams, texture
from ...backend.job import Job
from ...backend.texturing import mesh
from ...backend.texturing.plan import PLANS
from ...backend.training import architecture
from ...backend.training.base import build
from ...backend.training.captions import vocabulary
from ...backend.training.export import write_base, write_controlnet
from ...backend.training.tokenizer import make_tokenizer
from .scenes import blob

SIDE = 100
"""Of the mesh: 20,000 triangles."""


def random_starter(folder: Path) -> Path:
    """A repository of the starter's networks, untrained."""
    tokenizer = make_tokenizer(vocabulary(), folder / "tokenizer")
    architecture.vae().save_pretrained(folder / "vae")
    base = build(tokenizer)
    write_base(folder / "model", folder / "tokenizer", folder / "vae", base)
    write_controlnet(folder / "model/controlnet-light", architecture.controlnet(base["unet"]))
    return folder / "model"


@dataclasses.dataclass(frozen=True)
class Timed:
    """A job."""

    preset: str
    side: int = SIDE
    resolution: int = 1024
    views: int = 0
    """Of the first pictures; 0: the preset's."""

    @property
    def words(self) -> list[str]:
        """As the command line has it."""
        return [str(getattr(self, field.name)) for field in dataclasses.fields(self)]


def measure(wanted: Timed) -> dict:
    """One job in this process, which is spoiled for others: wall seconds of each stage, processor seconds in all, peak
    memory in MB."""
    torch.set_num_threads(1)
    plan = PLANS[wanted.preset]
    if wanted.views:
        PLANS[wanted.preset] = plan = dataclasses.replace(plan, views=wanted.views)
    with tempfile.TemporaryDirectory() as scratch:
        model = random_starter(Path(scratch))
        job = Job(Path(scratch) / "job")
        job.inputs.mkdir(parents=True)
        mesh.save(blob(wanted.side), job.inputs / "mesh.npz")
        begin, spent = time.perf_counter(), time.process_time()
        options = TextureParams("red wood", preset=wanted.preset, resolution=wanted.resolution, model=str(model))
        _, report = texture(options, job)
        return {
            "preset": wanted.preset,
            "faces": 2 * wanted.side**2,
            "resolution": wanted.resolution,
            "views": plan.views,
            "wall": round(time.perf_counter() - begin, 1),
            "processor": round(time.process_time() - spent, 1),
            "memory": peak_memory(),
            **report["seconds"],
        }


def peak_memory() -> int:
    """Of this process, MB. On Linux ``ru_maxrss`` would begin with what the parent had when this one was started."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text())[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024**2 if sys.platform == "darwin" else 1024)


def in_process(wanted: Timed) -> dict:
    """The same in a fresh one."""
    command = [sys.executable, "-m", "galatea.benchmarks.texture", "--time", *wanted.words]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])
