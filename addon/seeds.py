# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of seeds, to choose one before the long work: of Texture and of Generate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from . import jobs


def shown(queue: jobs.Queue, capability: str, same: Callable[[jobs.Job], bool]) -> dict[int, Path]:
    """Pictures of the newest job of this kind, by seed; none if ``same`` says that it was for something else."""
    for job in reversed(queue.jobs):
        if job.capability == capability and job.state is jobs.JobState.DONE:
            if not same(job):
                return {}
            seeds = sorted(int(key.removeprefix("seed/")) for key in job.end.files)
            return {seed: job.output(f"seed/{seed}") for seed in seeds}
    return {}
