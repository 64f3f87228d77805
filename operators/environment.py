# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Install and remove the environment; log and diagnostics."""

import platform
import shutil
import sys
from pathlib import Path

import bpy

from .. import __package__ as base_package
from ..addon import compat, environment, session, version
from ..panels.text import paragraph

DIALOG_WIDTH = 460


def size(megabytes: int) -> str:
    """A download's size in words."""
    return f"{megabytes} MB" if megabytes < 1000 else f"{megabytes / 1000:.1f} GB"


class GALATEA_OT_install_environment(bpy.types.Operator):
    bl_idname = "galatea.install_environment"
    bl_label = "Install Galatea's Environment"
    bl_description = (
        "Build the Python environment that computes, in Galatea's own folder. Blender's Python is not touched. "
        "What will be downloaded is shown first"
    )
    bl_options = {"REGISTER"}

    tier: bpy.props.EnumProperty(
        name="For",
        items=[
            (tier.name, f"{tier.title} ({size(tier.download_megabytes)})", tier.description)
            for tier in environment.TIERS
        ],
        description="What the environment should be able to do",
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        running = session.get().installation
        if running is not None and running.active:
            cls.poll_message_set("The installation is running")
            return False
        return True

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_props_dialog(self, width=DIALOG_WIDTH, confirm_text="Download and Install")

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "tier")
        try:
            tier = session.get().check_install(self.tier)
        except environment.EnvironmentProblem as problem:
            paragraph(layout, context, problem.message, problem.hint, icon="ERROR", alert=True, width=DIALOG_WIDTH)
            if not (bpy.app.online_access or bpy.app.online_access_override):
                layout.operator("extensions.userpref_allow_online", text="Allow Online Access", icon="CHECKMARK")
            return
        on_disk = f"Download: {size(tier.download_megabytes)}. On disk: {size(tier.installed_megabytes)}."
        paragraph(layout, context, on_disk, icon="IMPORT", width=DIALOG_WIDTH)
        paragraph(layout, context, tier.description, icon="INFO", width=DIALOG_WIDTH)
        version = ".".join(map(str, tier.interpreter.version))
        place = f"Into {tier.folder.parent}, built from Python {version} ({tier.interpreter.path})."
        paragraph(layout, context, place, icon="FILE_FOLDER", width=DIALOG_WIDTH)
        paragraph(layout, context, f"Licences: {tier.licences}", icon="COPY_ID", width=DIALOG_WIDTH)

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            if bpy.app.background:
                job = session.get().install_blocking(self.tier)
                if job.problem:
                    self.report({"ERROR"}, job.problem)
                    return {"CANCELLED"}
            else:
                session.get().install(self.tier)
        except environment.EnvironmentProblem as problem:
            self.report({"ERROR"}, f"{problem.message} {problem.hint}")
            return {"CANCELLED"}
        return {"FINISHED"}


class GALATEA_OT_cancel_install(bpy.types.Operator):
    bl_idname = "galatea.cancel_install"
    bl_label = "Cancel Installation"
    bl_description = "Stop installing. What was downloaded is kept for the next time"
    bl_options = {"REGISTER", "INTERNAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        session.get().cancel_install()
        return {"FINISHED"}


class GALATEA_OT_remove_environment(bpy.types.Operator):
    bl_idname = "galatea.remove_environment"
    bl_label = "Remove Galatea's Environment"
    bl_description = "Delete the environment that Galatea installed. Jobs and results stay"
    bl_options = {"REGISTER", "INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        current = session.get()
        busy = current.queue.busy or (current.installation is not None and current.installation.active)
        if busy:
            cls.poll_message_set("A job or an installation is running")
        return not busy

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_confirm(self, event)

    def execute(self, context: bpy.types.Context) -> set[str]:
        session.get().remove_environment()
        return {"FINISHED"}


class GALATEA_OT_refresh_environment(bpy.types.Operator):
    bl_idname = "galatea.refresh_environment"
    bl_label = "Look Again"
    bl_description = "Look again for the environment"
    bl_options = {"REGISTER", "INTERNAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        session.get().forget_ends()
        session.get().refresh()
        return {"FINISHED"}


class GALATEA_OT_stop_worker(bpy.types.Operator):
    bl_idname = "galatea.stop_worker"
    bl_label = "Stop Galatea's Worker"
    bl_description = "End the process that computes, and free its memory. The next job starts it again"
    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        session.get().stop_worker()
        return {"FINISHED"}


class GALATEA_OT_open_log(bpy.types.Operator):
    bl_idname = "galatea.open_log"
    bl_label = "Open Galatea's Log"
    bl_description = "Show what the computing process, or the installation, wrote, in the system's text editor"
    bl_options = {"REGISTER"}

    log: bpy.props.EnumProperty(
        name="Log",
        items=[
            ("newest", "Newest", "The one that was written to last"),
            ("worker", "Jobs", "Of the process that computes"),
            ("install", "Installation", "Of the installation of the environment"),
        ],
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        there = bool(logs())
        if not there:
            cls.poll_message_set("There is no log yet: it begins with the first job")
        return there

    def execute(self, context: bpy.types.Context) -> set[str]:
        there = logs()
        newest_first = sorted(there.values(), key=lambda path: -path.stat().st_mtime)
        path = there.get(self.log, newest_first[0])
        try:
            open_file(path)
        except RuntimeError:  # a system without a program for it
            self.report({"WARNING"}, f"No program opens it: {path}")
        return {"FINISHED"}


def open_file(path: Path) -> None:
    """In the system's program for it. RuntimeError without one."""
    if sys.platform == "linux" and shutil.which("xdg-open") is None:  # Blender's operator would print a traceback
        raise RuntimeError("there is no xdg-open")
    bpy.ops.wm.path_open(filepath=str(path))


def logs() -> dict[str, Path]:
    """The logs that are there."""
    current = session.get()
    files = {"worker": current.log_file, "install": current.install_log_file}
    return {name: path for name, path in files.items() if path.is_file()}


class GALATEA_OT_open_preferences(bpy.types.Operator):
    bl_idname = "galatea.open_preferences"
    bl_label = "Open Galatea's Preferences"
    bl_description = "Show the preferences of Galatea: folders, Python, environment"
    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        bpy.ops.preferences.addon_show(module=base_package)
        return {"FINISHED"}


class GALATEA_OT_copy_diagnostics(bpy.types.Operator):
    bl_idname = "galatea.copy_diagnostics"
    bl_label = "Copy Diagnostics"
    bl_description = (
        "Copy versions, state and last messages to the clipboard, for a bug report. No file names, no paths"
    )
    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        context.window_manager.clipboard = "\n".join(diagnostics())
        self.report({"INFO"}, "Copied to the clipboard")
        return {"FINISHED"}


def diagnostics() -> list[str]:
    """What a bug report needs, line by line."""
    current = session.get()
    lines = [
        f"Galatea {version.current()}, Blender {bpy.app.version_string}, Python {platform.python_version()}",
        platform.platform(),
        f"Executable: {'bpy module' if compat.is_module() else 'application'}, {sys.platform}",
        f"Environment: {current.status.state.value} {current.status.source} {current.status.tier}".rstrip(),
        f"State: {current.state.value}. {current.problem}",
    ]
    lines += [
        f"{job.capability}: {job.state.value}, {job.stage}, {job.fraction:.0%}" for job in current.queue.jobs[-5:]
    ]
    return lines


CLASSES = (
    GALATEA_OT_install_environment,
    GALATEA_OT_cancel_install,
    GALATEA_OT_remove_environment,
    GALATEA_OT_refresh_environment,
    GALATEA_OT_stop_worker,
    GALATEA_OT_open_log,
    GALATEA_OT_open_preferences,
    GALATEA_OT_copy_diagnostics,
)
