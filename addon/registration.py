# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything Galatea adds to Blender, in order."""

from __future__ import annotations

import bpy

from .. import operators, panels
from . import command_line, match_points, preferences, properties, results, session, thumbnails, translations, version

_commands: list = []
_handlers: list = []


def register() -> None:
    """Texts, settings, session, buttons, panels. Starts no process."""
    translations.register()
    properties.register()
    bpy.utils.register_class(preferences.GalateaPreferences)
    started = session.start(
        preferences.settings, root=version.ROOT, version=version.current(), timer=not bpy.app.background
    )
    started.queue.on_end = results.on_end
    started.queue.may_import = results.may_import
    started.on_change = panels.redraw
    started.thumbnails = thumbnails.Thumbnails()
    for cls in operators.classes() + panels.classes():
        bpy.utils.register_class(cls)
    for space, draw in ((bpy.types.SpaceImageEditor, match_points.draw_on_picture),
                        (bpy.types.SpaceView3D, match_points.draw_in_view)):  # fmt: skip
        _handlers.append((space, space.draw_handler_add(draw, (), "WINDOW", "POST_PIXEL")))
    _commands.append(bpy.utils.register_cli_command("galatea", command_line.blender_command))


def unregister() -> None:
    """The reverse."""
    bpy.utils.unregister_cli_command(_commands.pop())
    while _handlers:
        space, handler = _handlers.pop()
        space.draw_handler_remove(handler, "WINDOW")
    for cls in reversed(operators.classes() + panels.classes()):
        bpy.utils.unregister_class(cls)
    session.stop()
    bpy.utils.unregister_class(preferences.GalateaPreferences)
    properties.unregister()
    translations.unregister()
