# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the last look at the geometry found, kept for a panel: ``window_manager.galatea.rig`` and ``.texture``."""

from __future__ import annotations

import bpy

from .checks import Problem


def remember(
    kept: bpy.types.PropertyGroup, objects: list[bpy.types.Object], problems: list[Problem], live: list[Problem]
) -> None:
    """Keep the problems of these objects, but for those that the panel finds again at each redraw (``live``)."""
    kept.problems.clear()
    kept.objects = _names(objects)
    seen = {problem.code for problem in live}
    for problem in problems:
        if problem.code not in seen:
            item = kept.problems.add()
            item.name, item.code, item.severity = problem.message, problem.code, problem.severity
            item.object, item.fix_label = problem.object, problem.fix_label


def recall(kept: bpy.types.PropertyGroup, objects: list[bpy.types.Object]) -> list[bpy.types.PropertyGroup]:
    """What was kept, if it was for these objects."""
    return list(kept.problems) if objects and kept.objects == _names(objects) else []


def forget(kept: bpy.types.PropertyGroup, code: str, name: str) -> None:
    """One problem, of the object of this name, is gone."""
    for index in reversed(range(len(kept.problems))):
        if kept.problems[index].code == code and kept.problems[index].object == name:
            kept.problems.remove(index)


def _names(objects: list[bpy.types.Object]) -> str:
    return "\n".join(item.name for item in objects)
