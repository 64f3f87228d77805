# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The starter's own engine: one pass of the lifter, seconds on any machine."""

from __future__ import annotations

import math

from ..diffusion.pipelines import STARTER
from ..isosurface import extract
from ..job import JobError
from .contract import Dense, EmptySurface, Order, Report


def make(order: Order, report: Report) -> Dense:
    """The mesh behind a picture. Turned so that the object's front looks towards -Y where that can be told."""
    from ..lifting import network
    from ..lifting.lift import DETAIL, lift

    assert order.picture is not None
    report("Reading the model", 0.0)
    try:
        lifter = network.read(order.weights or STARTER / "lifter")
    except OSError as error:
        raise JobError(
            "missing_weights", "The models that ship with Galatea are not in their folder.",
            "Install the extension again, or choose another engine.",
        ) from error  # fmt: skip
    report("Lifting the picture", 0.2)
    try:
        surface = lift(lifter, order.picture, detail=order.detail or DETAIL)
    except extract.EmptySurface as error:
        raise EmptySurface from error
    notes = ("The side that the picture does not show is a guess.",)
    if surface.azimuth is not None:
        degrees = round(math.degrees(surface.azimuth))
        notes += (f"The picture seems to show it from {abs(degrees)} degrees off its front.",)
    return Dense(
        surface.vertices.double().cpu().numpy(), surface.triangles.cpu().numpy(), surface.colours.cpu().numpy(), notes
    )
