# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The box that says what a job made."""

from collections.abc import Iterable

import bpy
from bpy.app.translations import pgettext_iface as iface

from .text import paragraph

Line = tuple[str, str]
"""Translated text, and an icon's name."""


def draw_report(
    layout: bpy.types.UILayout,
    context: bpy.types.Context,
    lines: Iterable[Line],
    seconds: dict[str, float],
    notes: Iterable[str],
    icon: str = "INFO",
) -> None:
    """Lines, the time of all stages, then what the artist should know, with an icon's name."""
    box = layout.box().column(align=True)
    for text, name in lines:
        box.label(text=text, icon=name, translate=False)
    box.label(text=f"{sum(seconds.values()):.0f} s", icon="TIME")
    for note in notes:
        paragraph(box, context, note, icon=icon)


def overlap(report: dict) -> Line:
    """How well a rig fits the outlines that it was made of."""
    return iface("Outlines overlap by {:.0f} %").format(report["overlap_percent"]), "MOD_MASK"


def closed(manifold: bool) -> Line:
    return (iface("Closed and manifold"), "CHECKMARK") if manifold else (iface("Open or not manifold"), "ERROR")
