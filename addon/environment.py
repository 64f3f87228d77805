# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the backend's Python is, in which state it is, and how it is installed. No bpy here."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from .worker import State


class EnvironmentProblem(Exception):
    """The environment cannot be used or installed. ``message`` says what is wrong, ``hint`` what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(f"{message} {hint}")
        self.message = message
        self.hint = hint


@dataclasses.dataclass(frozen=True)
class Tier:
    """One of the environments to choose from."""

    name: str
    title: str
    description: str
    download_megabytes: int
    installed_megabytes: int
    licences: str
    """Of the packages, for the consent dialog."""


TIERS: tuple[Tier, ...] = ()


@dataclasses.dataclass(frozen=True)
class Settings:
    """What the preferences say. Session asks for them anew each time, so they may change."""

    data_folder: Path
    """Holds env/, wheels/, jobs/, logs/. See default_folder()."""
    python: str = ""
    """A Python, or the folder of an environment, that the artist chose; "" to find or install one."""
    base_python: str = ""
    """Python from which environments are built; "" to search."""
    online: bool = False
    """bpy.app.online_access."""
    device: str = ""
    """"" (automatic), "cpu" or "cuda"."""


@dataclasses.dataclass(frozen=True)
class Status:
    """The environment as the panels show it."""

    state: State
    """NOT_INSTALLED, INCOMPLETE, OUTDATED, or STOPPED when it can be used."""
    message: str
    """One sentence for the artist."""
    hint: str = ""
    python: Path | None = None
    """Set when the environment can be used."""
    source: str = ""
    """"preferences", "development" or "installed"."""
    tier: str = ""


def default_folder() -> Path:
    """Data folder that survives updates of Blender and of the extension, per platform's custom."""
    raise NotImplementedError


def status(settings: Settings, root: Path) -> Status:
    """Look at the disk. Cheap, but not for every redraw: panels read Session.status."""
    raise NotImplementedError
