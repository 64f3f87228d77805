# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finish: any messy mesh becomes a light, closed, unwrapped one with maps, in meters, with its origin at the base."""

from __future__ import annotations

import typing
from dataclasses import dataclass

from ..job import Job, JobError

FEWEST_FACES, MOST_FACES = 50, 2_000_000
SIZES = (256, 512, 1024, 2048, 4096)


@dataclass(frozen=True)
class FinishParams:
    faces: int = 20_000
    """At most so many triangles; 0 keeps them all."""
    smallest_part: float = 0.01
    """Loose parts with less surface than this part of the largest one's are thrown away."""
    largest_hole: float = 1.0
    """Holes are closed whose border is at most so long, in sides of the box; 0 leaves them."""
    height: float = 0.0
    """Meters; 0 keeps the size."""
    origin_to_base: bool = True
    """The origin goes below the middle, onto the ground."""
    resolution: int = 2048
    """Texels across the maps."""


def finish(params: FinishParams, job: Job) -> tuple[dict[str, str], dict[str, typing.Any]]:
    """Reads in/mesh.npz, see :mod:`..texturing.mesh`, and the maps beside it; writes out/mesh.npz and the new maps.

    The former may also hold corner_look (F, 3, 5), see :mod:`..finish.appearance`; the latter holds vertices (V, 3) in
    the units of the input, triangles (F, 3), corner_normals (F, 3, 3) and corner_uv (F, 3, 2).
    """
    _check(params)
    from ..finish.steps import all_steps

    return all_steps(params, job)


def _check(params: FinishParams) -> None:
    if params.faces and not FEWEST_FACES <= params.faces <= MOST_FACES:
        raise JobError(
            "bad_input", f"A budget of {params.faces} faces makes no sense.",
            f"Choose {FEWEST_FACES} to {MOST_FACES:,}, or 0 to keep all.",
        )  # fmt: skip
    if params.resolution not in SIZES:
        raise JobError(
            "bad_input",
            f"Maps of {params.resolution} pixels are not made.",
            f"Choose one of {', '.join(map(str, SIZES))}.",
        )
    if params.height < 0 or params.largest_hole < 0 or not 0 <= params.smallest_part <= 1:
        raise JobError("bad_input", "Height, holes and parts have no negative sizes.", "Use the defaults, or more.")
