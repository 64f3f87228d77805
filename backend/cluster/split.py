# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A render whose windows are done by machines of a cluster, in the job's folder, which they share.

A task is a window as far as it can go: until it needs what another one has not painted yet, see
:mod:`..rendering.windows`. So no process waits for another, and any number of windows gets on with any number of
machines. All that is done lies in the folder: a task that is lost runs again from the last step.
"""

from __future__ import annotations

import dataclasses
import json
import secrets
import shutil
import sys
import time
import typing
from collections.abc import Callable, Sequence
from pathlib import Path

from .. import protocol
from ..capabilities.render import RenderParams, render
from ..job import Job, JobError
from . import remote
from .client import Client, ClusterGone
from .orders import Program

POLL = 0.02
"""Seconds."""
CRASHES = 3
"""Of a render: with another one it has failed."""

if typing.TYPE_CHECKING:
    from ..rendering.windows import Schedule


def run(
    job: Job, params: RenderParams, address: str, version: str, python: Path | str = sys.executable
) -> tuple[dict[str, str], dict[str, typing.Any]]:
    """The job, as the capability itself does it. Where its folder is not shared, one machine does all of it.

    Args:
        address: of the Ray cluster. version: of the extension. python: has Ray.
    """
    client = Client(python, address, Program(str(remote.ROOT), version), log=None)
    try:
        return render(params, job, Machines(job, params, client))
    except ClusterGone as gone:
        hint = "Start the same again: what is done stays. Or turn off Send to Cluster."
        raise JobError("cluster", str(gone), hint) from gone
    except JobError as error:
        if error.code != "not_shared" or params.windows:
            raise
        job.log("The machines of the cluster do not share the job's folder: one of them renders all.", "warning")
    finally:
        client.close()
    return remote.run(job, address, version, python)


class Machines:
    """Those of a cluster; see ``capabilities.render.Others``."""

    def __init__(self, job: Job, params: RenderParams, client: Client) -> None:
        self._job = job
        self._params = params
        self._client = client
        self._work = job.folder / "work"
        self._parts: dict[str, float] = {}
        """Of each task that runs, how much is done."""
        self._asked: dict[str, typing.Any] = {}
        self._crashes = 0

    def geometry(self, frames: Sequence[int], heard: Callable[[float], None]) -> dict:
        from ..rendering import passes
        from ..rendering.windows import divided

        self._start("ask")
        parts = divided(len(frames), self._params.windows, 1)
        missing = [
            part for part in parts
            if not all(passes.path(self._work, frames[number]).is_file() for number in part.numbers)
        ]  # fmt: skip
        for part in missing:
            self._start(f"geometry-{part.begin}", stage="geometry", begin=part.begin, end=part.end)
        left = 1 + len(missing)
        while left:
            for name, report in self._ended():
                left -= 1
                if name == "ask":
                    self._asked = report
            heard(1.0 - (left - sum(self._parts.values())) / (1 + len(missing)))
        return json.loads((self._work / "scene.json").read_text(encoding="utf-8"))

    def paint(self, count: int, prompts: int, schedule: Schedule | None, heard: Callable[[float], None]) -> list[str]:
        from ..rendering import engines, sampler, windows

        if schedule is None:
            self._alone(heard, stage="whole")
            return self._asked["unknown"]
        batch = engines.frames_at_a_time(self._asked["batch"], prompts)
        parts = windows.divided(count, self._params.windows, batch)
        done = [sampler.done(self._work, part) for part in parts]
        pictures = engines.Pictures(self._work)

        def is_ready(index: int) -> bool:
            if self._params.refine:
                return done[index] == schedule.steps
            if all(pictures.path(number).is_file() for number in range(count)):
                return True
            # One machine that painted all of the shot has pictures, but kept nothing for other windows.
            there = all(pictures.path(number).is_file() for number in parts[index].numbers)
            return there and sampler.told(self._work, schedule, parts[index])

        left = {index for index in range(len(parts)) if not is_ready(index)}
        done = [steps if index in left else schedule.steps for index, steps in enumerate(done)]
        running: dict[str, tuple[int, int]] = {}
        while left:
            for index in sorted(left - {index for index, _ in running.values()}):
                until = windows.reachable(schedule, parts, done, index)
                if until == done[index] < schedule.steps:
                    continue
                name, part = f"paint-{index}", parts[index]
                self._start(name, stage="paint", begin=part.begin, end=part.end, until=until, batch=batch)
                running[name] = index, until
            for name, _ in self._ended():
                index, done[index] = running.pop(name)
                if done[index] == schedule.steps:
                    left.remove(index)
            heard(sum(done) / (len(parts) * schedule.steps))
        if self._params.refine and not all(pictures.path(number).is_file() for number in range(count)):
            self._alone(heard, stage="refine", windows=[(part.begin, part.end) for part in parts])
        return self._asked["unknown"]

    def _alone(self, heard: Callable[[float], None], **what: typing.Any) -> None:
        """A task that needs all frames."""
        self._start("all", **what)
        while not self._ended():
            heard(sum(self._parts.values()))

    def _start(self, name: str, stage: str = "ask", **what: typing.Any) -> None:
        place = self._work / "tasks" / name
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        asked = {"render": dataclasses.asdict(self._params), "folder": str(self._job.folder), "stage": stage}
        order = {
            "id": secrets.token_hex(8),  # no other task's order reads the same
            "capability": "render_window", "params": asked | {"blender": list(self._params.blender)} | what,
        }  # fmt: skip
        (place / "job.json").write_text(json.dumps(order), encoding="utf-8")
        self._parts[name] = 0.0
        self._client.run(name, place)

    def _ended(self) -> list[tuple[str, dict]]:
        """Tasks that have ended meanwhile, with their reports. Raises what they do."""
        self._job.check_cancelled()
        time.sleep(POLL)
        ended = []
        for message in self._client.poll():
            match message:
                case protocol.Progress():
                    self._parts[message.job] = message.fraction
                case protocol.Log():
                    self._job.log(message.text, message.level)
                case protocol.Result():
                    del self._parts[message.job]
                    ended.append((message.job, message.report))
                case protocol.Error(code="crashed" | "killed") if self._crashes < CRASHES:
                    self._crashes += 1
                    self._job.log(f"A part runs again: {message.message}", "warning")
                    self._client.run(message.job, self._work / "tasks" / message.job)
                case protocol.Error():
                    print(message.details, file=sys.stderr, flush=True)
                    raise JobError(message.code, message.message, message.hint)
        return ended
