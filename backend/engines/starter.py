# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The starter's own engine: the sculptor and the lifter, seconds on any machine."""

from __future__ import annotations

import math

import numpy as np

from ..diffusion.pipelines import STARTER
from ..models import shipped
from .contract import Dense, Order, Report, turned

CLAY = 0.7
"""Display-encoded gray of what has no colors yet."""


def make(order: Order, report: Report) -> Dense:
    """What a picture shows; without one, what the prompt names."""
    return sculpted(order, report) if order.picture is None else pictured(order, report)


def pictured(order: Order, report: Report) -> Dense:
    """The mesh behind a picture, turned so that the object's front looks towards -Y where that can be told."""
    from ..sculpting import kinds, portrait, sculpt

    assert order.picture is not None
    report("Reading the model", 0.0)
    with shipped.told():
        networks = portrait.read(order.weights or STARTER / "lifter", kinds.STARTER)
    kind = kinds.named(order.prompt)
    # Another seed is another mesh: none of its solids is one of this one's.
    seeds = list(range(order.seed * portrait.TRIES, (order.seed + 1) * portrait.TRIES))
    steps = order.steps or portrait.STEPS
    found = portrait.portrait(
        networks, order.picture, seeds, kind, steps, lambda part: report("Sculpting the picture", part)
    )
    surface = portrait.surface(found, min(order.detail or sculpt.DETAIL, sculpt.FINEST))
    notes = ("The side that the picture does not show is a guess.",)
    if found.outline < portrait.LIKE:
        notes = ("The starter knows nothing like it: expect a rough shape, or choose another engine.",)
    taken_for = ""
    if kind is None and found.kind is not None and found.outline >= portrait.LIKE:
        taken_for = kinds.kinds()[found.kind][0]
        way = "say it in other words" if order.prompt.strip() else "write under the picture what it shows"
        notes += (f"It was taken for: {taken_for}. If it is something else, {way}.",)
    vertices = surface.vertices.double().cpu().numpy()
    if order.front:
        turn = math.remainder(float(found.frame.turn), 2.0 * math.pi)
        vertices = turned(vertices, about_up(turn))
        notes += (
            f"It was turned by {abs(round(math.degrees(turn)))} degrees, for what seems to be its front to look "
            "forwards.",
        )
    return Dense(vertices, surface.triangles.cpu().numpy(), surface.colours.cpu().numpy(), notes, taken_for)


def sculpted(order: Order, report: Report) -> Dense:
    """A thing of the kind that the prompt names, the front towards -Y, in the gray of clay."""
    from ..sculpting import kinds, sculpt

    kind = kinds.named(order.prompt)
    assert kind is not None, order.prompt
    report("Reading the model", 0.0)
    with shipped.told():
        sculptor = sculpt.read(kinds.STARTER)
    seeds = list(range(order.seed, order.seed + order.tries))
    steps = order.steps or sculpt.STEPS
    solids = sculpt.solids(sculptor, [kind] * len(seeds), seeds, steps, report=lambda part: report("Sculpting", part))
    best = max(range(order.tries), key=lambda number: sculpt.in_one_piece(solids[number]))
    vertices, triangles = sculpt.surface(solids[best], min(order.detail or sculpt.DETAIL, sculpt.FINEST))
    taken = f"Of {order.tries} tries seed {seeds[best]} was taken: it hangs together best."
    colours = np.full((len(vertices), 3), CLAY, np.float32)
    return Dense(vertices.double().cpu().numpy(), triangles.cpu().numpy(), colours, (taken,) if order.tries > 1 else ())


def about_up(angle: float) -> tuple[tuple[float, float, float], ...]:
    """The rotation about Z by an angle in radians, counter-clockwise seen from above."""
    sine, cosine = math.sin(angle), math.cos(angle)
    return (cosine, -sine, 0.0), (sine, cosine, 0.0), (0.0, 0.0, 1.0)
