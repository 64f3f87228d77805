# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``galatea train preview``: what the models are shown, to be looked at before any training starts."""

from __future__ import annotations

from pathlib import Path

from . import render
from .produce import object_and_scenes
from .sheet import contact_sheet


def write_previews(folder: Path, seed: int, held_out: bool, subjects: int = 24) -> list[Path]:
    """Write ``scenes.png`` (captioned pictures) and ``controls.png`` (picture, light control, depth)."""
    pictures, captions = [], []
    for number in range(seed * subjects, (seed + 1) * subjects):
        geometry, scenes = object_and_scenes(number, held_out, count=2)
        pictures += [render.picture(geometry, scene) for scene in scenes]
        captions += [scene.captions[0] for scene in scenes]
    rows = [pictures[start : start + 8] for start in range(0, len(pictures), 8)]
    texts = [captions[start : start + 8] for start in range(0, len(captions), 8)]
    contact_sheet([[item.colour for item in row] for row in rows], texts, folder / "scenes.png")
    triples = [
        [
            part
            for item in pictures[start : start + 3]
            for part in (item.colour, item.control, item.depth.expand(3, -1, -1))
        ]
        for start in range(0, min(len(pictures), 18), 3)
    ]
    contact_sheet(triples, [[] for _ in triples], folder / "controls.png")
    return [folder / "scenes.png", folder / "controls.png"]
