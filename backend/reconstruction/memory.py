# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running out of memory, in the artist's words."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch

from ..job import JobError

ALLOCATOR = "DefaultCPUAllocator"
"""In what torch says when the computer's own memory is full: a plain RuntimeError."""


@contextlib.contextmanager
def told(hint: str) -> Iterator[None]:
    """Inside, being out of memory is a JobError with this hint."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not (isinstance(error, MemoryError | torch.OutOfMemoryError) or ALLOCATOR in str(error)):
            raise
        raise JobError("out_of_memory", "There is not enough memory for this job.", hint) from error
