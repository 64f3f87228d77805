# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Splats to a mesh: the closed surface of their density, with colors at the vertices."""

from __future__ import annotations

import typing
from dataclasses import dataclass

from ..job import Job, JobError

SMALLEST, LARGEST = 16, 256


@dataclass(frozen=True)
class SplatsParams:
    size: int = 128
    """Grid nodes along each side of the box: detail, and time."""
    level: float = 0.5
    """Density at which the surface lies: higher keeps less."""


def splats(params: SplatsParams, job: Job) -> tuple[dict[str, str], dict[str, typing.Any]]:
    """Reads in/splats.ply; writes out/mesh.npz with vertices (V, 3), triangles (F, 3), linear colours (V, 3)."""
    if not (SMALLEST <= params.size <= LARGEST and 0 < params.level <= 100):
        raise JobError(
            "bad_input", f"No surface is made on a grid of {params.size} at a density of {params.level}.",
            f"Choose a grid of {SMALLEST} to {LARGEST} and a density above 0.",
        )  # fmt: skip
    import numpy as np

    from ..shading import display
    from ..splats.density import mesh_of
    from ..splats.ply import read
    from ..splats.splats import from_table

    job.progress("Reading splats", 0.0)
    table = from_table(read(job.inputs / "splats.ply"))
    vertices, triangles, colours = mesh_of(
        table, params.size, params.level, lambda part: job.progress("Adding up splats", 0.05 + 0.9 * part)
    )
    job.outputs.mkdir(exist_ok=True)
    np.savez(
        job.outputs / "mesh.npz", vertices=vertices.numpy(), triangles=triangles.numpy(),
        colours=display.decode(colours).numpy(),
    )  # fmt: skip
    job.progress("Done", 1.0)
    return {"mesh": "out/mesh.npz"}, {"splats": len(table), "faces": len(triangles)}
