# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Models that stay from one job of a batch to the next: the same pictures, and never those of other files."""

import os

import pytest
import torch

from galatea.backend.diffusion import keeping
from galatea.backend.texturing import cameras, diffusion, lights
from galatea.backend.texturing.painter import Shot, Start, Wish
from galatea.backend.texturing.views import control, view_of
from galatea.backend.training.captions import vocabulary
from galatea.backend.training.tokenizer import make_tokenizer

from .texturing_shapes import ball
from .tiny_repositories import stable_diffusion


@pytest.fixture(autouse=True)
def in_a_batch(monkeypatch):
    monkeypatch.setenv(keeping.KEEP, "1")
    yield
    keeping.drop()


@pytest.fixture
def repository(tmp_path):
    make_tokenizer(vocabulary(), tmp_path / "words")
    return stable_diffusion(tmp_path / "repository", tmp_path / "words")


def painter_of(repository):
    return diffusion.load(diffusion.Choice(str(repository), str(repository / "controlnet")))


def painted(painter, prompt):
    solid, light = ball(2), lights.sheet_lights(1, 0)[0]
    place = cameras.places(solid, 1, 0)[0]
    shot = Shot(place, view_of(solid, cameras.framed(solid, place, 2 * painter.size)), light, 5)
    controls = torch.stack([control(shot.view, shot.light)])
    first = painter.paint(Wish(prompt, "", 3, 2.0, 1.0), [shot], controls, None, lambda part: None)
    start = Start(first, 0.5)
    return torch.cat([first, painter.paint(Wish(prompt, "", 3, 2.0, 0.5), [shot], controls, start, lambda part: None)])


def test_the_next_job_gets_the_same_models_and_paints_as_with_fresh_ones(repository):
    first = painter_of(repository)
    painted(first, "red wood")  # whatever it leaves behind
    again = painter_of(repository)
    assert again is not first and again._from_noise is first._from_noise
    warm = painted(again, "blue stone")
    keeping.drop()
    fresh = painter_of(repository)
    assert fresh._from_noise is not first._from_noise
    assert torch.equal(painted(fresh, "blue stone"), warm)


def test_other_files_are_never_taken_for_them(repository):
    first = painter_of(repository)._from_noise
    (weights,) = (repository / "unet").glob("*.safetensors")
    os.utime(weights, ns=(1, 1))
    assert painter_of(repository)._from_noise is not first


def test_nothing_stays_beside_blender(repository, monkeypatch):
    monkeypatch.delenv(keeping.KEEP)
    assert painter_of(repository)._from_noise is not painter_of(repository)._from_noise and not keeping._slot
