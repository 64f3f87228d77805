# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fits to an oracle's pictures, ours and those that leave something out.

The oracle paints what a perfect model would, or lets some of a light of its own into every picture. All fits of a table
see the same number of pictures of the same size and take the same steps, unless the row says otherwise.
"""

from __future__ import annotations

import dataclasses
import sys
import time
from collections.abc import Sequence

import torch

from ...backend.shading import display
from ...backend.texturing import cameras, lights
from ...backend.texturing.appearance import TextureFunction, raw_of
from ...backend.texturing.distill import Target
from ...backend.texturing.field import Field
from ...backend.texturing.fit import Fit, Observations, fit, observe, remember, together
from ...backend.texturing.oracle import Oracle
from ...backend.texturing.painter import Shot, Wish
from ...backend.texturing.plan import PLANS, Plan
from ...backend.texturing.solid import Solid, solid_of
from ...backend.texturing.stages import FINEST, Settings, make_texture, power_of_two
from ...backend.texturing.views import OVERSAMPLING, View, view_of
from .scenes import Scene, held_out_lights, held_out_views
from .scores import Judge

SIZE = 128
"""Of the painter's pictures, the starter's."""
JUDGED = 96
"""Pixels of the pictures that are compared."""
WISH = Wish("", "", 1, 1.0, 1.0)


@dataclasses.dataclass(frozen=True)
class Row:
    """One way to get and to explain the pictures."""

    name: str
    views: int
    lights: int
    random: int
    """Further views, each under a random light; under the first one where there is only one light."""
    steps: int
    leak: float = 0.0
    hidden: int = 1
    """Lights that leak: one is the same bias in all pictures."""
    shadows: bool = True
    unlit: bool = False
    """The pictures' colours are taken for the base colour."""
    swap: bool = False
    """Also with other lights, to compare the two."""


STANDARD = PLANS["standard"]
PICTURES = STANDARD.views * STANDARD.lights + sum(item.shots for item in STANDARD.rounds)
STEPS = STANDARD.fit + sum(item.fit for item in STANDARD.rounds)


def standard(name: str, **changes) -> Row:
    random = sum(item.shots for item in STANDARD.rounds)
    return Row(
        name, **{"views": STANDARD.views, "lights": STANDARD.lights, "random": random, "steps": STEPS, **changes}
    )


ONE_LIGHT = standard("one light", views=PICTURES - 16, lights=1, random=16)
ROWS = (
    Row("ideal: 80 pictures", 14, 4, 24, 2 * STEPS),
    standard("ours", swap=True),
    standard("sheets alone, same pictures", views=PICTURES // 3, random=0),
    ONE_LIGHT,
    standard("no shadows in the fit", shadows=False),
    standard("leak 0.1", leak=0.1, swap=True),
    standard("leak 0.25", leak=0.25, swap=True),
    standard("leak 0.25, of 8 lights", leak=0.25, hidden=8),
    standard("leak 1: ignores the light", leak=1.0, swap=True),
    standard("unlit", unlit=True),
)

FEW = ("ideal: 80 pictures", "ours", "one light")
PRESETS = tuple((name, target) for name in ("draft", "standard") for target in Target)


def compare(scene: Scene, rows: Sequence[Row]) -> list[dict]:
    """Scores of the rows on a scene."""
    solid = solid_of(scene.mesh)
    judge = Judge(solid, scene.texture, held_out_views(solid, 4, JUDGED), held_out_lights(6))
    views: dict[tuple, View] = {}
    results = []
    for row in rows:
        begin = time.process_time()
        texture = _fitted(solid, scene, row, views, 0)
        scores = {"name": row.name, **judge.scores(texture)}
        if row.swap:
            scores["swap"] = judge.difference(texture, _fitted(solid, scene, row, views, 1))
        scores["seconds"] = time.process_time() - begin
        print(
            scene.name, {key: round(v, 3) if isinstance(v, float) else v for key, v in scores.items()}, file=sys.stderr
        )
        results.append(scores)
    return results


def _fitted(solid: Solid, scene: Scene, row: Row, views: dict[tuple, View], seed: int) -> TextureFunction:
    """The views are kept for the next row; ``seed`` chooses the lights."""
    hidden = tuple(held_out_lights(row.hidden))
    oracle = Oracle(scene.texture, SIZE, row.leak, hidden)
    known = lights.sheet_lights(row.lights, seed)
    random = known if row.lights == 1 else lights.random_lights(16, seed)
    observed = []
    for index, place in enumerate(cameras.places(solid, row.views + row.random, 0)):
        if place not in views:
            views[place] = view_of(solid, cameras.framed(solid, place, OVERSAMPLING * SIZE))
        for light in known if index < row.views else [random[index % len(random)]]:
            observed.append(_observed(oracle, Shot(place, views[place], light, index), row.shadows))
    field = Field(solid, min(FINEST, power_of_two(SIZE)))
    generator = torch.Generator().manual_seed(seed)
    if row.unlit:
        seen = together(observed)
        count = len(seen)
        raw = raw_of(display.decode(seen.colour), torch.full((count,), 0.5), torch.zeros(count))
        remember(field, seen.position, seen.normal, raw, generator, lambda part: None)
    else:
        fit(field, together(observed), Fit(row.steps), generator, lambda part: None)
    return field.requires_grad_(False)


def _observed(oracle: Oracle, shot: Shot, shadows: bool) -> Observations:
    picture = oracle.paint(WISH, [shot], torch.empty(0), None, lambda part: None)[0]
    view = shot.view
    if not shadows:
        open_surface = dataclasses.replace(view.points.surface, visibility=None)
        view = dataclasses.replace(view, points=dataclasses.replace(view.points, surface=open_surface))
    return observe(view, shot.light, picture)


def presets(scene: Scene, names: Sequence[tuple[str, Target]]) -> list[dict]:
    """The whole way of the product with an exact oracle in the model's place."""
    solid = solid_of(scene.mesh)
    judge = Judge(solid, scene.texture, held_out_views(solid, 4, JUDGED), held_out_lights(6))
    results = []
    for name, target in names:
        begin = time.process_time()
        made = make_texture(
            solid, Oracle(scene.texture, SIZE), WISH, Settings(PLANS[name], 0, target), lambda stage, part: None
        )
        spent = time.process_time() - begin
        scores = {"name": f"{name}, {target.value}", **judge.scores(made.texture), "seconds": spent}
        print(scene.name, scores, file=sys.stderr)
        results.append(scores)
    return results


def pictures_of(plan: Plan) -> int:
    """How many pictures a preset asks its painter for."""
    return plan.views * plan.lights + sum(item.shots for item in plan.rounds) + plan.close_ups
