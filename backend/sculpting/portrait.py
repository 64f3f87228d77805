# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a picture of one object to its surface, with the sculptor: several solids are made, of the kinds that the
picture is taken for, and set behind the picture. The one counts that agrees best with the outline, and with what the
lifter takes for solid."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from ..isosurface import EmptySurface
from ..lifting import lift
from ..lifting import network as lifting
from ..lifting.frustum import CELLS, PICTURE
from ..lifting.lift import Surface
from ..lifting.network import Lifted, Lifter
from . import pose, recognise, sculpt, sight
from .pose import Frame
from .recognise import Recogniser
from .sculpt import Sculptor

TRIES = 8
"""Solids of as many seeds, compared with the picture."""
STEPS = 20
LIKE = 0.6
"""Overlap of outlines from which on the sculptor's solid is what the picture shows; below, it has learned nothing that
is."""
DOUBT = 0.03
"""Of each cell of the sculptor's solid, where lifter and sculptor are heard both."""
SHARE = 0.5
"""Of the sculptor, there."""
FINALISTS = 3
"""Of the solids, those whose pose is looked for finely."""
SAMPLED, PLACED = 0.4, 0.6
"""Parts of the time after which the solids are there, and their poses known roughly."""


@dataclasses.dataclass(frozen=True)
class Networks:
    lifter: Lifter
    sculptor: Sculptor
    recogniser: Recogniser


@dataclasses.dataclass(frozen=True)
class Portrait:
    solid: torch.Tensor
    """(network.CELLS,) * 3 along X, Y, Z, the front towards -Y."""
    kind: int | None
    """Number of the kind of thing that it was made for; None for none."""
    frame: Frame
    """Of the picture (N = 1)."""
    agreement: float
    """Of the solid with the picture, see ``pose.agreement``."""
    outline: float
    """Overlap of its outline and the picture's, 0 to 1."""
    said: Lifted
    """By the lifter, of the same picture (N = 1)."""
    picture: torch.Tensor
    """(1, 4, S, S) with straight alpha."""


def read(lifter: Path, sculptor: Path) -> Networks:
    """Those whose weights are in these folders. Raises what their own ``read`` do."""
    return Networks(lifting.read(lifter), sculpt.read(sculptor), recognise.read(sculptor))


@torch.no_grad()
def portrait(
    networks: Networks,
    picture: np.ndarray,
    seeds: list[int],
    kind: int | None = None,
    steps: int = STEPS,
    report: Callable[[float], None] = lambda fraction: None,
) -> Portrait:
    """What a picture (S, S, 4) shows, as ``lift.lift`` takes it. Raises ``isosurface.EmptySurface``.

    Args:
        kind: number of the kind of thing that it shows, where somebody knows it.
    """
    lifter = networks.lifter
    given = lift.tensor_of(picture, lifter)
    small = lift.resized(given, PICTURE)
    if not small[:, 3].any():
        raise EmptySurface
    report(0.0)
    said = lift.looked_at_often(lifter, small)
    report(0.0)
    behind = (said.solid[0] - lift.SOLID).sigmoid()
    seen = sight.seen(lifter, 2.0 * torch.cat((small, small.flip(-1))) - 1.0)
    if kind is None:
        named = recognise.shared_out(recognise.likely(networks.recogniser, seen), len(seeds))
    else:
        named = [kind] * len(seeds)
    solids = sculpt.solids(
        networks.sculptor, named, seeds, steps, sculpt.GUIDANCE, lambda part: report(SAMPLED * part), seen[:1]
    )
    elevation = float(said.elevation)
    sat, first = [], []
    for number, one in enumerate(solids):
        sat.append(pose.sitting(sculpt.with_thin_parts(one), small[0, 3], behind, elevation))
        first.append(pose.coarse(sat[-1]))
        report(SAMPLED + (PLACED - SAMPLED) * (number + 1) / len(seeds))
    best = sorted(range(len(seeds)), key=lambda number: -first[number][1])[:FINALISTS]
    found = []
    for place, number in enumerate(best):

        def refining(part: float, place: int = place) -> None:
            report(PLACED + (1.0 - PLACED) * (place + part) / len(best))

        frame, agreement = pose.refined(sat[number], first[number][0], refining)
        outline = pose.outlines(sat[number].solid, frame, small[0, 3], CELLS)
        found.append(Portrait(solids[number], named[number], frame, agreement, outline, said, given))
    report(1.0)
    return max(found, key=lambda one: one.agreement)


def surface(found: Portrait, detail: int = sculpt.DETAIL) -> Surface:
    """The surface of what the picture shows, in the viewer's axes but upright. Raises
    ``isosurface.EmptySurface``."""
    if found.outline >= LIKE:
        return sculpted(found, detail)
    try:
        return fused(found, detail)
    except EmptySurface:  # what is thinner than the cells behind the picture
        return sculpted(found, detail)


def sculpted(found: Portrait, detail: int = sculpt.DETAIL) -> Surface:
    """That of the sculptor's solid alone. Axes and errors as above."""
    vertices, triangles = sculpt.surface(found.solid, detail)
    field = pose.field(sculpt.with_thin_parts(found.solid), found.frame, CELLS)[0]
    places = pose.to_places(vertices[None], found.frame)[0]
    colours = lift.colours_at(found.said, field, found.picture, places)
    upright = pose.local(vertices[None] * found.frame.stretch[:, None], found.frame.turn, torch.zeros(1))[0]
    right, up, away = upright.unbind(-1)
    return Surface(torch.stack((right, away, up), dim=-1), triangles, colours)


def fused(found: Portrait, detail: int = lift.DETAIL) -> Surface:
    """That of what sculptor and lifter say together, cut out by the outline: the front is as in the picture, where the
    sculptor's solid is only like it. Axes and errors as above."""
    own = pose.field(sculpt.with_thin_parts(found.solid), found.frame, CELLS)
    # Its cells do not lie as the picture's do: sampled sharply, the surface would be ribbed.
    own = functional.avg_pool3d(own[None], 3, 1, 1)[0]
    solid = torch.lerp(found.said.solid, torch.logit(own, DOUBT), SHARE)
    said = dataclasses.replace(found.said, solid=solid, elevation=found.frame.elevation)
    return lift.surface_of(said, found.picture, float(found.frame.tangent), detail)
