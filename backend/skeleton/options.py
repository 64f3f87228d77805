# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the artist may ask of a skeleton."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Counts:
    """Numbers of bones; 0 means as many as the shape needs."""

    spine: int = 0
    neck: int = 0
    tail: int = 0
    ears: bool = True
    """Also bones for ears, horns, fins and other side branches."""
