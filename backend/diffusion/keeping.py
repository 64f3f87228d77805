# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The models of one job, kept for the next one that wants the same, in processes that work through a batch.

Beside Blender nothing is kept: the artist needs the card's memory for other things.
"""

from __future__ import annotations

import gc
import os
import sys
import typing
from collections.abc import Callable, Hashable
from pathlib import Path

KEEP = "GALATEA_KEEP_MODELS"
"""Set in the environment of a worker that is to keep them."""
USERS = {"image", "texture", "render_window"}
"""Capabilities that leave the models as they found them. Others need the card for something else as well."""

Made = typing.TypeVar("Made")
_slot: dict[Hashable, typing.Any] = {}
"""At most one. Capabilities are plain functions: only the process outlives them."""


def kept(key: Hashable, make: Callable[[], Made]) -> Made:
    """What was made for this key last, else what is made now, in place of anything else that was kept."""
    if KEEP not in os.environ:
        return make()
    if key not in _slot:
        drop()
        _slot[key] = make()
    return _slot[key]


def drop() -> None:
    """Give its memory back."""
    _slot.clear()
    gc.collect()
    if (torch := sys.modules.get("torch")) is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()


def stamps(*places: Path | None) -> tuple[tuple[str, int, int], ...]:
    """Of all files there, so that others of the same name are not taken for them: path, size, time."""
    files: list[Path] = []
    for place in places:
        if place is not None:
            files += sorted(path for path in place.rglob("*") if path.is_file()) if place.is_dir() else [place]
    return tuple((str(path), (status := path.stat()).st_size, status.st_mtime_ns) for path in files)
