# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that other processes read or write at the same time, and folders that panels look into."""

from __future__ import annotations

import functools
import os
import typing
from pathlib import Path


def write(path: Path, content: bytes) -> None:
    """In one step: whoever reads finds all of it or nothing."""
    temporary = path.with_name(path.name + ".part")
    temporary.write_bytes(content)
    os.replace(temporary, path)


def lock(folder: Path) -> typing.BinaryIO | None:
    """A handle that marks the folder as used by this process until it is closed or the process ends.

    None when another process has it."""
    handle = (folder / "lock").open("ab")
    try:
        if os.name == "nt":
            import msvcrt

            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        return None
    return handle


def listing(folder: Path) -> tuple[str, ...]:
    """Names in a folder, sorted. Cheap enough for every redraw of a panel: it is read when its time of change is new.

    OSError when there is no such folder."""
    return _listing(folder, folder.stat().st_mtime_ns)


@functools.lru_cache(maxsize=64)
def _listing(folder: Path, changed: int) -> tuple[str, ...]:
    return tuple(sorted(path.name for path in folder.iterdir()))
