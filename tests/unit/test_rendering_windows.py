# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A shot that is painted in windows is, byte for byte, the one that is painted as a whole."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
from pathlib import Path

import pytest

from galatea.backend import capabilities, protocol
from galatea.backend.capabilities.render import RenderParams, render
from galatea.backend.cluster import split
from galatea.backend.diffusion import keeping
from galatea.backend.job import Job, JobCancelled, JobError, describe
from galatea.backend.rendering import engines, passes
from galatea.backend.rendering.windows import FRAMES, Schedule, Window, divided, reachable
from galatea.backend.training.captions import vocabulary
from galatea.backend.training.tokenizer import make_tokenizer

from . import rendered_scene
from .test_rendering import from_the_shot, job_at
from .tiny_repositories import stable_diffusion

COUNT = 5


def test_windows_cover_the_shot_and_begin_with_a_batch():
    for frames, count, batch in ((100, 7, 3), (5, 2, 2), (5, 99, 1), (5, 99, 4), (1, 3, 8), (2 * FRAMES, 0, 1)):
        found = divided(frames, count, batch)
        assert [number for window in found for number in window.numbers] == list(range(frames))
        assert all(window.begin % batch == 0 and window.numbers for window in found)
        assert len(found) == min(count or -(-frames // FRAMES), -(-frames // batch))


def test_a_window_goes_on_until_it_needs_what_is_not_there():
    windows = [Window(0, 4), Window(4, 8)]
    free = Schedule(steps=6, keyframes=0, match_background=False, seed=0, frames=8)
    assert reachable(free, windows, [0, 0], 1) == 6
    matched = dataclasses.replace(free, match_background=True)
    assert reachable(matched, windows, [0, 0], 0) == 6, "the first window has the frame that others are matched to"
    assert reachable(matched, windows, [0, 0], 1) == 1, "all begin with noise"
    assert reachable(matched, windows, [3, 1], 1) == 4
    joined = dataclasses.replace(free, keyframes=2)  # one of each half
    done = [0, 0]
    while done != [6, 6]:
        before = min(done)
        for which in (0, 1):
            done[which] = reachable(joined, windows, done, which)
            assert done[which] <= min(done) + 1
        assert min(done) > before
    assert reachable(joined, windows, [2, 1], 0) == 2


@pytest.fixture(scope="module")
def shot(tmp_path_factory):
    return rendered_scene.ball(tmp_path_factory.mktemp("ball"), frames=COUNT, side=64)


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    make_tokenizer(vocabulary(), folder / "words")
    return stable_diffusion(folder / "repository", folder / "words")


@pytest.fixture(autouse=True)
def geometry(shot, monkeypatch):
    def rendered(job, blender, scene, folder, frames, *others, **more):
        folder.mkdir(exist_ok=True)
        facts = from_the_shot(shot, job, blender, scene, folder, frames, *others, **more)
        (folder / "scene.json").write_text(json.dumps(facts))
        return facts

    monkeypatch.setattr(passes, "render", rendered)
    monkeypatch.setenv(keeping.KEEP, "1")
    monkeypatch.setattr(engines, "frames_at_a_time", lambda batch, prompts: 2)


class InProcess:
    """In place of the cluster's client: tasks run here, the newest first. ``begun`` counts those of each stage."""

    def __init__(self, fails=None):
        self.begun = []
        self._waiting = []
        self._fails = fails

    def run(self, job, folder):
        self._waiting.append((job, folder))

    def poll(self):
        if not self._waiting:
            return []
        name, folder = self._waiting.pop()
        task = json.loads((folder / "job.json").read_text())
        self.begun.append((task["params"]["stage"], task["params"].get("begin")))
        if self._fails is not None:
            self._fails(task["params"])
        try:
            return [protocol.Result(name, *capabilities.run(task["capability"], task["params"], Job(folder)))]
        except (JobError, OSError) as error:
            return [describe(name, error)]


def params_of(repository, **changes):
    return RenderParams(
        **{
            "prompt": "red wood", "frame_end": COUNT, "width": 64, "height": 64, "size": 64, "steps": 3, "stick": 0.0,
            "model": str(repository), "controlnet": str(repository / "controlnet"), "blender": ("false",), "windows": 3,
        } | changes
    )  # fmt: skip


def frames(folder):
    """What was painted, exactly, and the files that the artist gets."""
    paths = sorted([*folder.glob("out/frames/*.png"), *folder.glob("work/painted-*.npy")])
    return {path.name: path.read_bytes() for path in paths}


def in_windows(params, folder, client=None):
    job = job_at(folder) if not folder.exists() else Job(folder)
    return render(params, job, split.Machines(job, params, client or InProcess()))


@pytest.fixture(scope="module")
def whole(shot, repository, tmp_path_factory):
    """The frames that one machine paints alone, without keyframes."""
    folder = tmp_path_factory.mktemp("whole") / "job"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passes, "render", lambda *some, **more: from_the_shot(shot, *some, **more))
        patch.setattr(engines, "frames_at_a_time", lambda batch, prompts: 2)
        render(params_of(repository, keyframes=0), job_at(folder))
    return frames(folder)


@pytest.mark.parametrize("changes", [{"keyframes": 0}, {"keyframes": 2, "refine": True}], ids=["alone", "shared"])
def test_windows_give_the_same_frames(repository, tmp_path, changes):
    params = params_of(repository, **changes)
    render(params, job_at(tmp_path / "whole"))
    client = InProcess()
    _, report = in_windows(params, tmp_path / "split", client)
    assert len(frames(tmp_path / "whole")) == 2 * COUNT
    assert frames(tmp_path / "split") == frames(tmp_path / "whole")
    assert {begin for stage, begin in client.begun if stage == "paint"} == {0, 2, 4}
    assert report["frames"] == COUNT and report["keyframes"] == params.keyframes and report["memory_mb"] > 0
    if params.refine:
        return
    in_windows(dataclasses.replace(params, windows=99), tmp_path / "more windows than frames")
    assert frames(tmp_path / "more windows than frames") == frames(tmp_path / "whole")


def test_a_render_that_was_stopped_goes_on_and_repeats_nothing(repository, tmp_path):
    params = params_of(repository, keyframes=1)
    in_windows(params, tmp_path / "whole")

    class Gone(Exception):
        pass

    stops = []

    def stop(task):
        if task["stage"] == "paint" and task["until"] == 3:
            stops.append(task["begin"])
            if len(stops) == 2:
                raise Gone

    with pytest.raises(Gone):
        in_windows(params, tmp_path / "job", InProcess(stop))
    kept = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "job/work").glob("*.npz")}
    client = InProcess()
    in_windows(params, tmp_path / "job", client)
    assert frames(tmp_path / "job") == frames(tmp_path / "whole")
    painted = [begin for stage, begin in client.begun if stage == "paint"]
    assert stops[0] not in painted and not [stage for stage, _ in client.begun if stage == "geometry"]
    assert kept == {name: (tmp_path / "job/work" / name).stat().st_mtime_ns for name in kept}


def test_windows_go_on_where_one_machine_was_stopped(repository, whole, tmp_path):
    """It was decoding: the first window's pictures are there, but nothing that other windows have to know."""
    params = params_of(repository, keyframes=0)
    render(params, job_at(tmp_path / "job"))
    for path in [*(tmp_path / "job/out/frames").glob("*.png"), *sorted((tmp_path / "job/work").glob("painted-*"))[2:]]:
        path.unlink()
    in_windows(params, tmp_path / "job")
    assert frames(tmp_path / "job") == whole


def test_one_machine_goes_on_where_windows_were_stopped(repository, whole, tmp_path):
    params = params_of(repository, keyframes=0)

    class Gone(Exception):
        pass

    def stop(task):
        if task["stage"] == "paint" and list((tmp_path / "job/work").glob("painted-*")):
            raise Gone

    with pytest.raises(Gone):
        in_windows(params, tmp_path / "job", InProcess(stop))
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "job/work").glob("frame-*")}
    assert len(kept) == COUNT
    render(dataclasses.replace(params, windows=0), Job(tmp_path / "job"))
    assert frames(tmp_path / "job") == whole
    assert all(path.stat().st_mtime_ns == when for path, when in kept.items())


@pytest.mark.parametrize("file", ["guest-", "steps-", "painted-"])
def test_a_full_disk_in_a_window(repository, whole, tmp_path, monkeypatch, file):
    """A sentence, and the next run goes on."""
    params = params_of(repository, keyframes=0)
    replace, told = os.replace, []

    def full(source, target):
        if Path(target).name.startswith(file) and len(told) < 2:
            told.append(target)
            if len(told) == 2:  # not the first one: something is there already
                raise OSError(errno.ENOSPC, "No space left on device", str(target))
        return replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(JobError, match="disk is full") as found:
        in_windows(params, tmp_path / "job")
    assert found.value.code == "disk_full" and found.value.hint
    in_windows(params, tmp_path / "job")
    assert frames(tmp_path / "job") == whole


def test_a_failure_in_a_window_is_the_renders_and_a_stop_reaches_it(repository, tmp_path):
    params = params_of(repository)
    job = job_at(tmp_path / "job")
    job.cancel()
    with pytest.raises(JobCancelled):
        render(params, job, split.Machines(job, params, InProcess()))
    (tmp_path / "job/in/scene.blend").unlink()
    client = InProcess()
    machines = split.Machines(Job(tmp_path / "job"), params, client)
    with pytest.raises(JobError) as found:
        machines.geometry([1, 2], lambda part: None)
    assert found.value.code == "not_shared" and "does not see" in str(found.value)
