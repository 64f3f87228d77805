# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sheets of several views."""

from __future__ import annotations

import pytest
import torch

from galatea.backend.texturing import cameras, diffusion, lights
from galatea.backend.texturing.painter import Shot, Wish
from galatea.backend.texturing.sheet import cut, joined
from galatea.backend.texturing.views import control, view_of
from galatea.backend.training.captions import vocabulary
from galatea.backend.training.tokenizer import make_tokenizer

from .texturing_shapes import ball
from .tiny_repositories import stable_diffusion


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_a_sheet_is_cut_into_what_it_was_made_of(count):
    pictures = torch.rand(count, 3, 8, 8)
    assert torch.equal(cut(joined(pictures), count, 8), pictures)


def test_views_in_a_sheet_stand_side_by_side():
    pictures = torch.arange(4.0)[:, None, None, None].expand(4, 1, 2, 2)
    assert joined(pictures)[0, 0].tolist() == [[0, 0, 1, 1], [0, 0, 1, 1], [2, 2, 3, 3], [2, 2, 3, 3]]


def test_a_large_model_paints_one_sheet_for_each_light(tmp_path, monkeypatch):
    make_tokenizer(vocabulary(), tmp_path / "words")
    repository = stable_diffusion(tmp_path / "repository", tmp_path / "words")
    painter = diffusion.load(diffusion.Choice(str(repository), str(repository / "controlnet")))
    solid, known = ball(2), lights.sheet_lights(2, 0)
    shots = []
    for index, place in enumerate(cameras.places(solid, 3, 0)):
        view = view_of(solid, cameras.framed(solid, place, 2 * painter.size))
        shots += [Shot(place, view, light, index) for light in known]
    controls = torch.stack([control(shot.view, shot.light) for shot in shots])
    wish = Wish("red wood", "", 2, 2.0, 1.0)
    single = painter.paint(wish, shots, controls, None, lambda part: None)
    monkeypatch.setattr(diffusion, "SHEET_SIZE", painter.size)
    sizes = []
    paint = painter._batch
    monkeypatch.setattr(painter, "_batch", lambda *args: sizes.append(args[3].shape) or paint(*args))
    sheets = painter.paint(wish, shots, controls, None, lambda part: None)
    assert sizes == [(1, 3, 2 * painter.size, 2 * painter.size)] * 2
    assert sheets.shape == single.shape and not torch.equal(sheets, single)
