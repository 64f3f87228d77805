# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texture as a job with models that are not the starter."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from PIL import Image

from galatea.backend.capabilities import run
from galatea.backend.capabilities import texture as capability
from galatea.backend.job import Job, JobError
from galatea.backend.texturing import mesh, plan
from galatea.backend.training.captions import vocabulary
from galatea.backend.training.tokenizer import make_tokenizer

from .test_texture_capability import QUICK
from .texturing_shapes import mesh_of
from .tiny_repositories import stable_diffusion_xl

SIZE = 48


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setitem(plan.PLANS, "draft", QUICK)
    monkeypatch.setattr(capability, "RESOLUTIONS", (SIZE,))
    monkeypatch.setattr(capability, "PREVIEW", 32)


@pytest.fixture(scope="module")
def options(tmp_path_factory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("models")
    make_tokenizer(vocabulary(), folder / "words")
    large = stable_diffusion_xl(folder / "repository", folder / "words")
    return {"prompt": "red wood", "preset": "draft", "resolution": SIZE, "detail": 0.0, "target": "sds",
            "model": str(large), "controlnet": str(large / "controlnet")}  # fmt: skip


def ball_job(folder) -> Job:
    """A ball whose UVs are its longitude and height."""
    ball = trimesh.creation.icosphere(2)
    x, y, z = ball.vertices[ball.faces].transpose(2, 0, 1)
    uv = np.stack((np.arctan2(y, x) / (2 * np.pi) + 0.5, z / 2 + 0.5), axis=-1)
    (folder / "in").mkdir(parents=True)
    mesh.save(mesh_of(ball, uv), folder / "in/mesh.npz")
    return Job(folder)


def test_the_sdxl_family_paints_a_texture_by_light_or_depth(options, tmp_path):
    """The whole job, score distillation included; with a ControlNet for depth the report says what to expect."""
    maps = []
    for kind in ("light", "depth"):
        job = ball_job(tmp_path / kind)
        files, report = run("texture", {**options, "control_kind": kind}, job)
        maps.append(np.asarray(Image.open(job.folder / files["0/base_color.1001"])).astype(int))
        assert any("does not know the light" in warning for warning in report["warnings"]) is (kind == "depth")
    assert np.abs(maps[0] - maps[1]).mean() > 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"control_kind": "scribble"}, "scribble"),
        ({"lora": "/nowhere.safetensors"}, "no LoRA"),
        ({"lora_scale": 9.0}, "Lora scale is 9"),
        ({"style": "/nowhere.png"}, "needs a style adapter"),
        ({"style": "/nowhere.png", "style_adapter": "/tmp"}, "cannot be read as a picture"),
    ],
)
def test_nonsense_gets_a_sentence(options, tmp_path, changes, words):
    with pytest.raises(JobError, match=words) as error:
        run("texture", {**options, **changes}, ball_job(tmp_path))
    assert error.value.message.endswith(".") and error.value.hint.endswith(".")
