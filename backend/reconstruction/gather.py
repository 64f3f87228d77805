# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The views of a job: read, scaled, with outlines, and kept so that a stopped job does not read them again."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..job import Job, JobError
from . import masks, read
from . import store as files
from .views import View, resized

SCENE_CAMERAS = "cameras.json"
"""In a job's inputs, see :mod:`.scene`."""


def gather(folder: str, cameras: str, size: int, job: Job, store: files.Store) -> tuple[list[View], bool]:
    """All views with masks, at most ``size`` pixels long, and whether these masks had to be found.

    ``cameras``: ``folder`` or ``scene``. The job's progress goes from 0 to 0.05. Raises JobError in the artist's words.
    """
    if cameras not in ("folder", "scene"):
        raise JobError("bad_input", f"There are no cameras of the kind {cameras}.", "Use folder or scene.")
    job.progress("Reading the pictures", 0.0)
    if (saved := store.load("views")) is not None:
        return files.views_from_arrays(saved), bool(saved["estimated"])
    scene_cameras = job.inputs / SCENE_CAMERAS if cameras == "scene" else None
    views = [resized(view, size) for view in read.read_views(Path(folder), scene_cameras)]
    estimated = views[0].mask is None
    if estimated:
        for number, view in enumerate(views):
            job.progress("Finding the outlines", 0.01 + 0.04 * number / len(views))
            views[number] = masks.with_mask(view)
    store.save("views", files.views_to_arrays(views) | {"estimated": np.array(estimated)})
    return views, estimated
