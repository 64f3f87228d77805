# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Galatea this is."""

from __future__ import annotations

import functools
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The extension's folder."""


@functools.cache
def current() -> str:
    """Version in the manifest, the only place where it is written."""
    for line in (ROOT / "blender_manifest.toml").read_text(encoding="utf-8").splitlines():
        if line.startswith("version"):
            return line.split('"')[1]
    raise ValueError("the manifest has no version")
