# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Photo masks: the outlines that Rig Photos would use, as pictures that the artist can correct before."""

from __future__ import annotations

import dataclasses
import typing
from pathlib import Path

from ..job import Job


@dataclasses.dataclass(frozen=True)
class PhotoMasksParams:
    folder: str
    """As in RigPhotosParams."""


def photo_masks(params: PhotoMasksParams, job: Job) -> tuple[dict[str, str], dict[str, typing.Any]]:
    """Writes masks/<name>.png, white on black, for each photo of the folder that has none yet.

    Raises JobError, which names the photo that no animal can be found in; masks of those before stay.
    """
    from PIL import Image

    from ..photos import collect

    paths = collect.pictures_in(Path(params.folder))
    made = []
    for number, path in enumerate(paths):
        job.progress("Finding outlines", number / len(paths))
        _, coverage, mask_from = collect.outlined(path)
        if mask_from == "mask":
            continue
        place = collect.mask_file_to_make(path, paths)
        place.parent.mkdir(exist_ok=True)
        Image.fromarray((255 * coverage).round().astype("uint8")).save(place)
        made.append(place.name)
    job.progress("Done", 1.0)
    return {}, {"photos": len(paths), "made": made, "warnings": []}
