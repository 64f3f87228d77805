# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contact sheet of Texture."""

from PIL import Image

from galatea.backend.training.captions import split_words, vocabulary
from galatea.benchmarks import gallery


def test_every_prompt_is_in_words_that_the_starter_has_learned():
    known = set(vocabulary())
    assert not {word for prompt in gallery.PROMPTS for word in split_words(prompt)} - known
    assert len(set(gallery.PROMPTS)) == 12 and len(gallery.MESHES) == 4


def test_cells_stay_until_there_are_other_weights(tmp_path, monkeypatch):
    weights, cells = tmp_path / "weights", tmp_path / "cells"
    weights.mkdir()
    (weights / "unet.safetensors").write_bytes(b"one")
    monkeypatch.setattr(gallery, "WEIGHTS", weights)
    gallery.start_again_with_other_weights(cells, "draft")
    (cells / "vase-gold.png").touch()
    gallery.start_again_with_other_weights(cells, "draft")
    assert (cells / "vase-gold.png").exists()
    (weights / "unet.safetensors").write_bytes(b"two")
    gallery.start_again_with_other_weights(cells, "draft")
    assert not (cells / "vase-gold.png").exists()


def test_every_cell_is_in_its_row_and_column():
    colors = [[(row, column, 9) for column in range(2)] for row in range(3)]
    rows = [[Image.new("RGB", (40, 20), color) for color in row] for row in colors]
    sheet = gallery.sheet(rows, ("a", "b", "c"), ["x", "y"])
    height = gallery.LINE + 20
    for row in range(3):
        for column in range(2):
            assert sheet.getpixel((40 * column + 20, gallery.LINE * 2 + row * height + 10)) == (row, column, 9)
