# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A render that is stopped, killed or out of disk in any stage goes on and gives just what it would have given."""

from __future__ import annotations

import dataclasses
import errno
import os
import signal

import pytest
import torch

from galatea.backend import protocol
from galatea.backend.capabilities.render import RenderParams, render
from galatea.backend.job import Job, JobCancelled, describe
from galatea.backend.rendering import passes, pictures
from galatea.backend.training.captions import vocabulary
from galatea.backend.training.tokenizer import make_tokenizer

from . import rendered_scene
from .test_rendering import from_the_shot, job_at
from .tiny_repositories import stable_diffusion

STAGES = ("Preparing the noise", "Painting", "Refining", "Gathering the surfaces", "Writing the frames")


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """A copied process has none of the threads that PyTorch computes with, and would wait for them forever."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def shot(tmp_path_factory):
    return rendered_scene.ball(tmp_path_factory.mktemp("ball"), frames=3, side=64)


@pytest.fixture(scope="module")
def params(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    make_tokenizer(vocabulary(), folder / "words")
    model = stable_diffusion(folder / "repository", folder / "words")
    return RenderParams(
        prompt="red wood", prompts={"Box": "blue glass"}, frame_end=3, width=64, height=64, size=64, steps=2,
        refine=True, keyframes=1, model=str(model), controlnet=str(model / "controlnet"), blender=("false",),
    )  # fmt: skip


@pytest.fixture
def geometry(shot, monkeypatch):
    monkeypatch.setattr(passes, "render", lambda *some, **more: from_the_shot(shot, *some, **more))


@pytest.fixture(scope="module")
def whole(shot, params, tmp_path_factory):
    """The frames of a job that nothing happens to."""
    folder = tmp_path_factory.mktemp("whole") / "job"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passes, "render", lambda *some, **more: from_the_shot(shot, *some, **more))
        render(params, job_at(folder))
    return frames(folder)


def frames(folder):
    return {path.name: path.read_bytes() for path in sorted((folder / "out/frames").glob("*.png"))}


def stopping(folder, stage, stop):
    """A job that calls ``stop(job)`` when it says this stage."""

    def send(message):
        if isinstance(message, protocol.Progress) and message.stage == stage:
            stop(job)

    job = Job(folder, send)
    return job


@pytest.mark.parametrize("stage", STAGES)
def test_cancelled_and_resumed(geometry, params, whole, tmp_path, stage):
    job_at(tmp_path / "job")
    with pytest.raises(JobCancelled):
        render(params, stopping(tmp_path / "job", stage, Job.cancel))
    render(params, Job(tmp_path / "job"))
    assert frames(tmp_path / "job") == whole


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process that is copied")
@pytest.mark.parametrize("stage", ["Painting", "Writing the frames"])
def test_a_killed_worker(geometry, params, whole, tmp_path, stage):
    job_at(tmp_path / "job")
    child = os.fork()
    if not child:
        try:
            render(params, stopping(tmp_path / "job", stage, lambda job: os.kill(os.getpid(), signal.SIGKILL)))
        finally:
            os._exit(1)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert frames(tmp_path / "job") != whole
    render(params, Job(tmp_path / "job"))
    assert frames(tmp_path / "job") == whole


def test_a_disk_that_is_full_in_the_second_frame(geometry, params, whole, tmp_path, monkeypatch):
    """A sentence, no half file, and nothing lost of what is there."""
    write = pictures.write_png

    def full(path, *others):
        if path.name.startswith("0002"):
            path.write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, *others)

    monkeypatch.setattr(pictures, "write_png", full)
    with pytest.raises(OSError, match="No space left") as found:
        render(params, job_at(tmp_path / "job"))
    assert describe("a", found.value).code == "disk_full"
    assert frames(tmp_path / "job") == {"0001.png": whole["0001.png"]}
    monkeypatch.setattr(pictures, "write_png", write)
    render(params, Job(tmp_path / "job"))
    assert frames(tmp_path / "job") == whole
    assert not list((tmp_path / "job/out").rglob("*.part"))


def test_other_settings_begin_anew(geometry, params, whole, tmp_path):
    """What is kept of one prompt never gets into another's frames."""
    job = job_at(tmp_path / "job")
    render(dataclasses.replace(params, prompt="green moss"), job)
    other = frames(tmp_path / "job")
    assert other != whole
    for path in (tmp_path / "job/out/frames").iterdir():
        path.unlink()
    render(params, Job(tmp_path / "job"))
    assert frames(tmp_path / "job") == whole
