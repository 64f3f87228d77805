# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What jobs cost, drawn: stacked bars of seconds or memory against what is varied."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1080, 380
PANEL = 340
LEFT, TOP, BOTTOM = 60, 52, 50
BAR = 44
PALETTE = (120, 144, 156), (92, 107, 192), (38, 166, 154), (255, 167, 38), (141, 110, 99), (239, 83, 80)
"""Of the parts, in the order in which panels name them."""
PAPER, INK, LINE = (255, 255, 255), (55, 60, 65), (215, 218, 222)
MARKS = 8
"""Lines of a scale at most."""


@dataclasses.dataclass(frozen=True)
class Panel:
    """One bar for each job."""

    title: str
    key: str
    """Of the value that stands below a bar."""
    rows: Sequence[Mapping[str, float]]
    parts: Sequence[str]
    """Keys of what is stacked; a job may lack some."""
    unit: str = "s"

    @property
    def most(self) -> float:
        """Height of the tallest bar."""
        return max(sum(row.get(part, 0.0) for part in self.parts) for row in self.rows)


def chart(panels: Sequence[Panel]) -> Image.Image:
    """Panels side by side, those of one unit at one scale."""
    colours = dict(zip(dict.fromkeys(part for panel in panels for part in panel.parts), PALETTE))
    result = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw, font = ImageDraw.Draw(result), ImageFont.load_default(13)
    for number, (part, colour) in enumerate(colours.items()):
        x = LEFT + 110 * number
        draw.rectangle((x, 12, x + 12, 24), fill=colour)
        draw.text((x + 18, 10), part, INK, font)
    floor = HEIGHT - BOTTOM
    for number, panel in enumerate(panels):
        left = LEFT + PANEL * number
        most = max(other.most for other in panels if other.unit == panel.unit)
        scale = (floor - TOP) / most
        step = next(size for size in (5, 10, 20, 50, 100, 200, 500, 1000) if most / size <= MARKS)
        for mark in range(0, int(most) + 1, step):
            y = floor - mark * scale
            draw.line((left, y, left + PANEL - 70, y), fill=LINE)
            draw.text((left - 6, y), f"{mark} {panel.unit}", INK, font, anchor="rm")
        for place, row in enumerate(panel.rows):
            x, y = left + 20 + place * (BAR + 18), floor
            for part in panel.parts:
                height = row.get(part, 0.0) * scale
                draw.rectangle((x, y - height, x + BAR, y), fill=colours[part])
                y -= height
            draw.text((x + BAR / 2, floor + 12), f"{row[panel.key]:,}", INK, font, anchor="mm")
        draw.text((left + 20, HEIGHT - 20), panel.title, INK, font)
    return result
