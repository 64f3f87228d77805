# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""State of the environment, where it needs attention."""

import bpy
from bpy.app.translations import pgettext_iface as iface

from ..addon import environment, session
from ..addon.worker import State
from .jobs import draw_progress
from .text import paragraph

USABLE = {State.STOPPED, State.STARTING, State.READY, State.BUSY}
ICONS = {
    State.NOT_INSTALLED: "IMPORT",
    State.INSTALLING: "SORTTIME",
    State.INCOMPLETE: "ERROR",
    State.OUTDATED: "TIME",
    State.STOPPED: "PAUSE",
    State.STARTING: "SORTTIME",
    State.READY: "CHECKMARK",
    State.BUSY: "SORTTIME",
    State.CRASHED: "ERROR",
}
SOURCES = {
    "preferences": "chosen in the preferences",
    "development": "found beside the source",
    "installed": "installed",
}
"""Where the environment in use comes from."""


def draw_state(
    layout: bpy.types.UILayout, current: session.Session, context: bpy.types.Context, title: str = ""
) -> None:
    """State in words, and what can be done about it."""
    installation, status = current.installation, current.status
    row = layout.row()
    state = iface(current.state.value)
    row.label(text=f"{iface(title)}: {state}" if title else state, icon=ICONS[current.state])
    row.operator("galatea.refresh_environment", text="", icon="FILE_REFRESH", emboss=False)
    if installation is not None and installation.active:
        draw_progress(layout, installation, "galatea.cancel_install")
        return
    if failed(current):
        paragraph(layout, context, installation.problem, alert=True)
        layout.operator("galatea.open_log", icon="TEXT").log = "install"
    elif current.state is State.CRASHED:
        paragraph(layout, context, "The process ended by itself. The next job starts it again.")
        layout.operator("galatea.open_log", icon="TEXT").log = "worker"
        return
    elif current.state in USABLE:
        source = SOURCES.get(status.source, status.source)
        title = f"{environment.tier(status.tier).title}, " if status.tier else ""
        layout.label(text=f"Python: {title}{source}", icon="BLANK1")
        return
    else:
        paragraph(layout, context, status.message, status.hint)
    if status.source == "preferences":  # what is installed would not be used
        layout.operator("galatea.open_preferences", icon="PREFERENCES")
        return
    if not bpy.app.online_access:
        paragraph(layout, context, offline_message())
        if not bpy.app.online_access_override:
            layout.operator("extensions.userpref_allow_online", text="Allow Online Access", icon="CHECKMARK")
    layout.operator("galatea.install_environment", text="Install...", icon="IMPORT")


def failed(current: session.Session) -> bool:
    """Whether the last installation went wrong."""
    return current.installation is not None and bool(current.installation.problem)


def offline_message() -> str:
    """Why nothing can be downloaded, and what to do, in Blender's own words."""
    if bpy.app.online_access_override:
        return "Blender is in offline mode. Start it without --offline-mode to download."
    return "Blender's online access is off: nothing can be downloaded."


class GALATEA_PT_environment(bpy.types.Panel):
    bl_idname = "GALATEA_PT_environment"
    bl_label = "Environment"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Galatea"
    bl_order = 0

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return session.get().state not in USABLE or failed(session.get())

    def draw(self, context: bpy.types.Context) -> None:
        draw_state(self.layout, session.get(), context)


CLASSES = (GALATEA_PT_environment,)
