# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a job costs, drawn: bars of its stages' seconds against faces, texels and views."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from .tables import STAGES

WIDTH, HEIGHT = 1080, 380
PANEL = 340
LEFT, TOP, BOTTOM = 50, 52, 50
BAR = 44
COLOURS = {
    "prepare": (120, 144, 156), "paint": (92, 107, 192), "fit": (38, 166, 154), "rounds": (255, 167, 38),
    "detail": (141, 110, 99), "bake": (239, 83, 80),
}  # fmt: skip
PAPER, INK, LINE = (255, 255, 255), (55, 60, 65), (215, 218, 222)


def chart(panels: Sequence[tuple[str, str, Sequence[dict]]]) -> Image.Image:
    """Panels side by side, all of one scale: a title, the key whose value stands below a bar, and the jobs' times."""
    result = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw, font = ImageDraw.Draw(result), ImageFont.load_default(13)
    most = max(sum(row.get(stage, 0.0) for stage in STAGES) for _, _, rows in panels for row in rows)
    scale = (HEIGHT - TOP - BOTTOM) / most
    step = next(size for size in (5, 10, 20, 50, 100, 200) if most / size <= 8)
    floor = HEIGHT - BOTTOM
    for number, stage in enumerate(STAGES):
        x = LEFT + 110 * number
        draw.rectangle((x, 12, x + 12, 24), fill=COLOURS[stage])
        draw.text((x + 18, 10), stage, INK, font)
    for number, (title, key, rows) in enumerate(panels):
        left = LEFT + PANEL * number
        for mark in range(0, int(most) + 1, step):
            y = floor - mark * scale
            draw.line((left, y, left + PANEL - 50, y), fill=LINE)
            draw.text((left - 6, y), f"{mark} s", INK, font, anchor="rm")
        for place, row in enumerate(rows):
            x, y = left + 20 + place * (BAR + 24), floor
            for stage in STAGES:
                height = row.get(stage, 0.0) * scale
                draw.rectangle((x, y - height, x + BAR, y), fill=COLOURS[stage])
                y -= height
            draw.text((x + BAR / 2, floor + 12), f"{row[key]:,}", INK, font, anchor="mm")
        draw.text((left + 20, HEIGHT - 20), title, INK, font)
    return result
