# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Relight check: a textured object under three lights, rendered by a child Blender so that this one stays free."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import bpy
from bpy.app.translations import pgettext_iface as iface

from . import compat, image, session, texture

KEY = "galatea_light_leak"
"""Custom property of a material: what the last check measured."""
TILE = (360, 360)
"""Pixels of each of the three pictures."""
SECONDS = 600.0
"""After which a child is given up."""
INTERVAL = 0.5
GOOD = 0.15
"""Leak below which nobody sees it."""


class Check:
    """One run of the child."""

    def __init__(self, folder: Path, process: subprocess.Popen, item: str, material: str) -> None:
        self.folder, self.process, self.item, self.material = folder, process, item, material
        self.started = time.monotonic()

    def poll(self) -> float | None:
        """For a timer: take the result if the child has ended. None when there is nothing to wait for any more."""
        if self.process.poll() is None and time.monotonic() < self.started + SECONDS:
            return INTERVAL
        problem = self.finish()
        if problem:
            tell(problem)
        session.get().on_change()
        return None

    def wait(self) -> str:
        """The same, waiting; what went wrong, "" for nothing."""
        try:
            self.process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
        return self.finish()

    def finish(self) -> str:
        """Take the picture and the number into the file."""
        session.get().relight = None
        if self.process.poll() is None:
            self.process.kill()
        try:
            if self.process.wait() != 0:
                return f"The relight check failed: {last_line(self.folder)}"
            leak = json.loads((self.folder / "leak.json").read_text(encoding="utf-8"))
            shown = bpy.data.images.load(str(self.folder / "relight.png"), check_existing=False)
            shown.name = f"{self.item} Relight Check"
            shown.pack()
            shown.filepath_raw = ""
            image.show(shown)
            material = bpy.data.materials.get(self.material)
            if material is not None and leak is not None:
                material[KEY] = leak
            return ""
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


def running() -> bool:
    """Whether a check runs."""
    return session.get().relight is not None


def start(context: bpy.types.Context, item: bpy.types.Object) -> Check:
    """Write the object into a folder of its own and start the child on it. Raises OSError and RuntimeError."""
    material = texture.material_made(item)
    folder = Path(tempfile.mkdtemp(prefix="galatea-relight-"))
    bpy.data.libraries.write(str(folder / "object.blend"), {item}, path_remap="ABSOLUTE")
    names = {"object": item.name, "material": material.name, "tile": TILE}
    (folder / "names.json").write_text(json.dumps(names), encoding="utf-8")
    script = Path(__file__).with_name("relight_child.py")
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [*compat.child_blender_command(), str(script), "--", str(folder)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    check = Check(folder, process, item.name, material.name)
    session.get().relight = check
    return check


def last_line(folder: Path) -> str:
    """What the child said at its end."""
    lines = (folder / "log.txt").read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "Blender ended without a word."


def tell(problem: str) -> None:
    """A sentence in the first window: a timer has no operator that could report it."""
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.context.window_manager.popup_menu(
            lambda menu, context: menu.layout.label(text=problem), title="Relight Check", icon="ERROR"
        )


def verdict(leak: float) -> str:
    """The measured number in words."""
    sentence = "Base color clean of light: {:.0%}" if leak < GOOD else "Light in base color: {:.0%}"
    return iface(sentence).format(leak)
