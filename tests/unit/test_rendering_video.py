# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Render with a video model, on a tiny one of the same layout."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import torch
from diffusers import WanVACETransformer3DModel

from galatea.backend.capabilities.render import RenderParams, render
from galatea.backend.job import JobError
from galatea.backend.rendering import passes, video
from galatea.backend.rendering.engines import Pictures

from . import rendered_scene, tiny_video
from .test_rendering import from_the_shot, job_at

DEVICE = torch.device("cpu")


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    return tiny_video.wan_vace(tmp_path_factory.mktemp("video") / "model")


@pytest.fixture(scope="module")
def pipeline(repository):
    return video.load(repository, DEVICE)


def ramp(number):
    """A depth that moves: (32, 32, 3)."""
    return np.repeat(np.roll(np.linspace(0, 1, 32, dtype=np.float32), number)[None, :, None], 32, 0).repeat(3, 2)


def painted(pipeline, folder, frames=5, control=ramp, **changes):
    folder.mkdir(exist_ok=True)
    kept = Pictures(folder)
    values = {"prompt": "red wood", "negative": "", "seed": 1, "steps": 2, "guidance": 3.0, "strength": 1.0}
    values |= {"heard": lambda part: None} | changes
    video.paint(pipeline, control=control, frames=frames, kept=kept, device=DEVICE, **values)
    return np.stack([kept(number) for number in range(frames)])


def test_frames_follow_depth_and_words(pipeline, tmp_path):
    first = painted(pipeline, tmp_path / "a")
    assert first.shape == (5, 32, 32, 3) and np.isfinite(first).all() and np.ptp(first) > 0.1
    assert np.array_equal(first, painted(pipeline, tmp_path / "b"))
    # Pictures are kept in steps of 0.0005; random weights hear the depth faintly.
    assert np.abs(first - painted(pipeline, tmp_path / "c", prompt="blue glass")).max() > 0.01
    assert np.abs(first - painted(pipeline, tmp_path / "d", control=lambda number: 0 * ramp(0))).max() > 0.003
    assert np.abs(first - painted(pipeline, tmp_path / "e", seed=2)).max() > 0.01


def test_any_number_of_frames(pipeline, tmp_path):
    """The autoencoder knows 1, 5, 9, ... frames."""
    assert painted(pipeline, tmp_path / "a", frames=3, steps=1).shape == (3, 32, 32, 3)


def test_windows_cover_the_shot_and_hand_over_frames(pipeline, tmp_path, monkeypatch):
    assert video.windows(81) == [(0, 81)] and video.windows(82) == [(0, 81), (72, 82)]
    assert video.windows(2000)[-1][1] == 2000
    monkeypatch.setattr(video, "WINDOW", 9)
    monkeypatch.setattr(video, "OVERLAP", 5)
    assert video.windows(13) == [(0, 9), (4, 13)]
    calls = []
    call = type(pipeline).__call__

    def spied(self, **options):
        calls.append(options)
        return call(self, **options)

    monkeypatch.setattr(type(pipeline), "__call__", spied)
    whole = painted(pipeline, tmp_path / "a", frames=13, steps=1)
    assert [np.asarray(mask).max() for mask in calls[1]["mask"]] == [0] * 5 + [255] * 4
    given = np.stack([np.asarray(one, np.float32) / 255 for one in calls[1]["video"][:5]])
    assert np.abs(given - whole[4:9]).max() < 1 / 255, "the second window is given what the first one painted"

    # Stopped in the second window, and gone on with: just the same.
    class Stopped(Exception):
        pass

    def stop(part):
        if part > 0.5:
            raise Stopped

    with pytest.raises(Stopped):
        painted(pipeline, tmp_path / "b", frames=13, steps=1, heard=stop)
    assert Pictures(tmp_path / "b").path(8).is_file() and not Pictures(tmp_path / "b").path(9).is_file()
    assert pipeline.text_encoder is not None
    calls.clear()
    assert np.array_equal(painted(pipeline, tmp_path / "b", frames=13, steps=1), whole)
    assert len(calls) == 1


def test_a_whole_job(repository, tmp_path, monkeypatch):
    """The model is told by its folder, and needs no ControlNet; words of one object are not for it."""
    shot = rendered_scene.ball(tmp_path / "shot", frames=3, side=64)
    monkeypatch.setattr(passes, "render", lambda *some, **more: from_the_shot(shot, *some, **more))
    params = RenderParams(
        prompt="red wood", prompts={"Ball": "blue glass"}, frame_end=3, width=64, height=64, size=64, steps=1,
        model=str(repository), blender=("false",),
    )  # fmt: skip
    files, report = render(params, job_at(tmp_path / "job"))
    assert report["frames"] == 3 and {"frame/1", "frame/2", "frame/3", "contact"} <= files.keys()
    assert any("not yet run on real weights" in one for one in report["warnings"])
    assert any("Ball" in one for one in report["warnings"])


@pytest.mark.parametrize("missing", ["transformer", "vae", "text_encoder", "tokenizer", "scheduler"])
def test_an_incomplete_folder_gets_a_sentence(repository, tmp_path, missing):
    assert video.is_video(str(repository)) and not video.is_video(str(tmp_path)) and not video.is_video("")
    shutil.copytree(repository, tmp_path / "broken")
    shutil.rmtree(tmp_path / "broken" / missing)
    with pytest.raises(JobError) as found:
        video.load(tmp_path / "broken", DEVICE)
    assert "broken" in found.value.message and found.value.hint


def test_the_networks_are_those_of_the_folder(repository, pipeline):
    """Beside what diffusers itself loads, on a machine that has all that it wants for that."""
    pytest.importorskip("accelerate")
    wanted = WanVACETransformer3DModel.from_pretrained(repository / "transformer", local_files_only=True)
    found = pipeline.transformer
    for (name, one), (_, other) in zip(found.named_buffers(), wanted.named_buffers(), strict=True):
        assert torch.equal(one, other), name
    assert all(torch.equal(one, wanted.state_dict()[name]) for name, one in found.state_dict().items())
    half = video._transformer(WanVACETransformer3DModel, repository / "transformer", torch.bfloat16)
    assert half.blocks[0].attn1.to_q.weight.dtype == torch.bfloat16
    assert half.scale_shift_table.dtype == torch.float32
