# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of any job: its result goes into the file as one undo step."""

from __future__ import annotations

import bpy

from ..backend import protocol
from . import (
    finish,
    generate,
    image,
    jobs,
    match,
    match_picture,
    reconstruct,
    render,
    rig,
    rig_clip,
    rig_photos,
    rig_sequence,
    splats,
    targets,
    texture,
)

NOT_FOR_THE_FILE = ("texture_seeds", "generate_seeds", "download", "photo_masks")
"""Jobs whose results are for the panel: pictures of seeds, a downloaded model."""


def on_end(job: jobs.Job, end: protocol.End) -> None:
    """Import a result. What a capability cannot take in now it raises as a sentence, and the job keeps it."""
    if not isinstance(end, protocol.Result) or job.capability in NOT_FOR_THE_FILE:
        return
    match job.capability:
        case "image":
            image.import_result(job, end.report)
        case "texture":
            texture.import_result(job, end.report)
        case "finish":
            finish.import_result(job, end.report)
        case "generate":
            generate.import_result(job, end.report)
        case "reconstruct":
            reconstruct.import_result(job, end.report)
        case "match":
            match.import_result(job, end.report)
        case "match_picture":
            match_picture.import_result(job, end.report)
        case "rig_clip":
            rig_clip.import_result(job, end.report)
        case "rig_photos":
            rig_photos.import_result(job, end.report)
        case "rig_sequence":
            rig_sequence.import_result(job, end.report)
        case "splats":
            splats.import_result(job, end.report)
        case "fit_splats":
            splats.import_fitted(job, end.report)
        case "render":
            render.import_result(job, end.report)
        case _:
            rig.import_result(job, end.report)
    bpy.ops.ed.undo_push(message=job.title)


def may_import(job: jobs.Job) -> bool:
    """Whether a result can be taken in now, without disturbing what the artist is doing."""
    return job.capability in ("image", *NOT_FOR_THE_FILE) or targets.may_import(job)
