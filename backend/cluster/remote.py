# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job of this worker that is done by another machine's: what comes back looks as if it had been done here."""

from __future__ import annotations

import sys
import time
import typing
from pathlib import Path

from .. import protocol
from ..job import Job, JobCancelled, JobError
from .client import Client, ClusterGone
from .orders import Program

POLL = 0.05
"""Seconds."""
ROOT = Path(__file__).resolve().parents[2]


def run(
    job: Job, address: str, version: str, python: Path | str = sys.executable
) -> tuple[dict, dict[str, typing.Any]]:
    """Files and report of the job, as a capability returns them. Raises JobError and JobCancelled as one.

    Args:
        address: of the Ray cluster.
        version: of the extension; the other machine has to have the same.
        python: has Ray.
    """
    job.progress("Looking for the cluster", 0.0)
    client = Client(python, address, Program(str(ROOT), version), log=None)
    try:
        client.run(job.id, job.folder)
        while True:
            for message in client.poll():
                match message:
                    case protocol.Progress():
                        job.progress(message.stage, message.fraction, message.preview)
                    case protocol.Log():
                        job.log(message.text, message.level)
                    case protocol.Result():
                        return message.files, message.report
                    case protocol.Error():
                        print(message.details, file=sys.stderr, flush=True)
                        raise JobError(message.code, message.message, message.hint)
                    case protocol.Cancelled():
                        raise JobCancelled
            job.check_cancelled()
            time.sleep(POLL)
    except ClusterGone as gone:
        raise JobError("cluster", str(gone), "Run the job again, or turn off Send to Cluster.") from gone
    finally:
        client.close()
