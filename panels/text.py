# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text in panels and dialogs."""

from collections.abc import Callable

import bpy
import blf
from bpy.app.translations import pgettext_iface as iface

MARGIN, ICON = 68.0, 20.0
"""Pixels at scale 1 that a label in a box cannot use: tabs, frames and its own padding; and what an icon takes. By
trying in Blender 5.2; outside a box there is a little more room."""
UI_FONT = 0


def paragraph(
    layout: bpy.types.UILayout,
    context: bpy.types.Context,
    *sentences: str,
    icon: str = "NONE",
    alert: bool = False,
    width: int = 0,
) -> None:
    """Sentences, translated and broken into lines, for labels do not wrap.

    They fit the region, or a dialog of ``width`` (as ``invoke_props_dialog`` takes it: pixels at scale 1).
    """
    scale = context.preferences.system.ui_scale or 1.0  # 0 without a window
    region = context.region.width if context.region else 300
    room = (scale * width or region) - scale * (MARGIN + (ICON if icon != "NONE" else 0.0))
    blf.size(UI_FONT, scale * bpy.context.preferences.ui_styles[0].widget.points)
    column = layout.column(align=True)
    column.scale_y = 0.85
    column.alert = alert
    texts = [iface(sentence) for sentence in sentences if sentence]
    lines = [line for text in texts for line in wrapped(text, room, lambda part: blf.dimensions(UI_FONT, part)[0])]
    for number, line in enumerate(lines):
        column.label(text=line, icon=icon if number == 0 or icon == "NONE" else "BLANK1")


def wrapped(text: str, room: float, measure: Callable[[str], float]) -> list[str]:
    """Lines of whole words that measure at most ``room``; a word that does not fit has a line of its own."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".lstrip()
        if not lines[-1] or measure(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def duration(seconds: float) -> str:
    """A time left in words."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
