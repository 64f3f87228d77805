# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Preferences: where the environment and the jobs live, which Python and device compute."""

from pathlib import Path

import bpy

from .. import __package__ as base_package
from . import environment, session


def _changed(preferences: "GalateaPreferences", context: bpy.types.Context) -> None:
    session.get().refresh()


class GalateaPreferences(bpy.types.AddonPreferences):
    """Edit > Preferences > Add-ons > Galatea."""

    bl_idname = base_package

    data_folder: bpy.props.StringProperty(
        name="Data Folder",
        subtype="DIR_PATH",
        description="Holds the environment, jobs and logs, and survives updates. Empty for the usual place",
        update=_changed,
    )
    python: bpy.props.StringProperty(
        name="Python",
        subtype="FILE_PATH",
        description="A Python, or an environment's folder, that has what Galatea needs. Empty for Galatea's own",
        update=_changed,
    )
    base_python: bpy.props.StringProperty(
        name="Base Python",
        subtype="FILE_PATH",
        description="Python 3.11 or later from which Galatea's environment is built; empty to search for one",
        update=_changed,
    )
    device: bpy.props.EnumProperty(
        name="Device",
        items=[
            ("auto", "Automatic", "The GPU when there is one that can be used"),
            ("cpu", "CPU", "Never use the GPU"),
            ("cuda", "NVIDIA GPU", "Always use the NVIDIA GPU"),
        ],
        description="What computes. Rigging uses the CPU in any case",
        update=_changed,
    )

    cluster: bpy.props.StringProperty(
        name="Cluster",
        description="Address of the head of a Ray cluster that this computer belongs to, such as 10.0.0.5:6379. "
        "Empty to look for it",
        update=_changed,
    )
    send_to_cluster: bpy.props.BoolProperty(
        name="Send to Cluster",
        description="Let machines of the cluster do the jobs: Rig, Texture, Generate, Reconstruct, Render, "
        "pictures. Counts for jobs that are started from now on",
        update=_changed,
    )

    def draw(self, context: bpy.types.Context) -> None:
        from ..panels import environment as environment_panel

        layout = self.layout
        layout.use_property_split = True
        current, box = session.get(), layout.box()
        environment_panel.draw_state(box, current, context, title="Environment")
        if current.status.source == "installed" and current.status.python is not None:
            row = box.row(align=True)
            row.operator("galatea.install_environment", text="Install Again or Another...", icon="IMPORT")
            row.operator("galatea.remove_environment", text="Remove", icon="TRASH")
        layout.prop(self, "data_folder", placeholder=str(environment.default_folder()))
        layout.prop(self, "python", placeholder="Galatea's own")
        layout.prop(self, "base_python", placeholder="Blender's, or one in the path")
        layout.prop(self, "device")
        layout.prop(self, "send_to_cluster")
        row = layout.row()
        row.active = self.send_to_cluster
        row.prop(self, "cluster", placeholder="found on this computer")
        row = layout.row(align=True)
        row.operator("galatea.open_log")
        row.operator("galatea.copy_diagnostics")


def get(context: bpy.types.Context) -> GalateaPreferences | None:
    """The preferences; None when the package was registered by a script instead of being enabled as an add-on."""
    addon = context.preferences.addons.get(base_package)
    return addon.preferences if addon else None


def settings() -> environment.Settings:
    """What the session needs to know of them."""
    preferences = get(bpy.context)
    if preferences is None:
        return environment.Settings(data_folder=environment.default_folder(), online=bpy.app.online_access)

    def path(text: str) -> str:
        return bpy.path.abspath(text) if text else ""

    folder = path(preferences.data_folder)
    return environment.Settings(
        data_folder=Path(folder) if folder else environment.default_folder(),
        python=path(preferences.python),
        base_python=path(preferences.base_python),
        online=bpy.app.online_access,
        device="" if preferences.device == "auto" else preferences.device,
        cluster=(preferences.cluster or "auto") if preferences.send_to_cluster else "",
    )
