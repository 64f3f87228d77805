# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The starter's own engine: one pass of the lifter, seconds on any machine."""

from __future__ import annotations

import math

from ..diffusion.pipelines import STARTER
from ..isosurface import extract
from ..job import JobError
from .contract import Dense, EmptySurface, Order, Report, turned


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
    vertices = surface.vertices.double().cpu().numpy()
    if order.front and surface.azimuth is not None:
        vertices = turned(vertices, about_up(surface.azimuth))
        degrees = round(math.degrees(surface.azimuth))
        notes += (f"It was turned by {abs(degrees)} degrees, for what seems to be its front to look forwards.",)
    return Dense(vertices, surface.triangles.cpu().numpy(), surface.colours.cpu().numpy(), notes)


def about_up(angle: float) -> tuple[tuple[float, float, float], ...]:
    """The rotation about Z by an angle in radians, counter-clockwise seen from above."""
    sine, cosine = math.sin(angle), math.cos(angle)
    return (cosine, -sine, 0.0), (sine, cosine, 0.0), (0.0, 0.0, 1.0)
