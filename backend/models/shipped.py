# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Models that ship with Galatea and cannot be read, in the artist's words."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from safetensors import SafetensorError

from ..job import JobError


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Inside, files of weights that are missing or broken are a JobError."""
    try:
        yield
    except (OSError, SafetensorError) as error:
        raise problem("choose another engine") from error


def problem(otherwise: str) -> JobError:
    """What the artist is told. ``otherwise``: what helps, too."""
    return JobError(
        "missing_weights", "The models that ship with Galatea are missing or broken.",
        f"Install the extension again, or {otherwise}.",
    )  # fmt: skip
