# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text in panels and dialogs."""

import textwrap

import bpy


def paragraph(
    layout: bpy.types.UILayout,
    context: bpy.types.Context,
    *sentences: str,
    icon: str = "NONE",
    alert: bool = False,
    width: int = 0,
) -> None:
    """Sentences broken into lines that fit ``width`` pixels, 0 for the region; labels do not wrap by themselves."""
    width = width or (context.region.width if context.region else 300)
    characters = max(24, int(width / (7.2 * context.preferences.system.ui_scale)) - 6)
    column = layout.column(align=True)
    column.scale_y = 0.85
    column.alert = alert
    lines = [line for sentence in sentences if sentence for line in textwrap.wrap(sentence, characters)]
    for number, line in enumerate(lines):
        column.label(text=line, icon=icon if number == 0 or icon == "NONE" else "BLANK1")


def duration(seconds: float) -> str:
    """A time left in words."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
