# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Contact sheets: many small pictures with captions in one PNG."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

import torch

GAP = 6
LINE = 12
"""Pixels of a line of text."""


def contact_sheet(rows: Sequence[Sequence[torch.Tensor]], captions: Sequence[Sequence[str]], path: Path) -> None:
    """Write rows of pictures (3, S, S) uint8 with a caption under each; "" for none."""
    from PIL import Image, ImageDraw

    size = rows[0][0].shape[-1]
    characters = max(8, int(size / 6.1))
    wrapped = [[textwrap.wrap(text, characters) for text in row] for row in captions]
    lines = [max((len(text) for text in row), default=0) for row in wrapped]
    width = GAP + max(len(row) for row in rows) * (size + GAP)
    height = GAP + sum(size + GAP + count * LINE for count in lines)
    sheet = Image.new("RGB", (width, height), "#202020")
    draw = ImageDraw.Draw(sheet)
    y = GAP
    for row, texts, count in zip(rows, wrapped, lines):
        for column, picture in enumerate(row):
            x = GAP + column * (size + GAP)
            sheet.paste(Image.fromarray(picture.permute(1, 2, 0).cpu().numpy()), (x, y))
        for column, text in enumerate(texts):
            for index, line in enumerate(text):
                draw.text((GAP + column * (size + GAP), y + size + 1 + index * LINE), line, fill="#d0d0d0")
        y += size + GAP + count * LINE
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path)
