# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a mesh, a painter and a wish to a texture function: first pictures, fitting, rounds, close-ups.

After Deng et al., "FlashTex: Fast Relightable Mesh Texturing with LightControlNet", ECCV 2024, with what its release
lacks: several known lights from the start, shadows, one function from raw numbers to material, linear shading compared
display-encoded, grey lights of many kinds.
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence

import torch

from ..job import JobError
from ..shading.controls import OVERSAMPLING
from ..shading.environment import Light
from . import cameras
from .appearance import START, TextureFunction, mirrored
from .cameras import Place
from .detail import CloseUp, close_up_cameras, close_up_of, detailed
from .distill import Distillation, Target, repainted
from .existing import Remembered
from .field import Field
from .fit import Fit, Observations, fit, observe, remember, together
from .lights import random_lights, sheet_lights, turned
from .painter import Painter, Shot, Start, Wish
from .plan import Plan, Round, shares
from .seeds import most_telling
from .solid import Solid
from .views import View, control, render, view_of

RANDOM_LIGHTS = 16
"""Different ones at most, each turned anew for every shot."""
FINEST = 256
"""Largest number of cells along the field's finest grid: what close-ups add needs none."""
SDS_NOISE = (0.1, 0.06)
"""Noise of score distillation at its start and end (the release of FlashTex)."""
SDS_SHOTS = 8
"""Shots that score distillation takes turns at in a round."""


@dataclasses.dataclass(frozen=True)
class Settings:
    """What the artist chose besides the wish."""

    plan: Plan
    seed: int
    target: Target = Target.DENOISE
    distillation: float = 1.0
    """Weight of pictures of the rounds, and of score distillation; 0 leaves the rounds out."""
    smoothness: float = 1.0
    detail: float = 1.0
    symmetric: bool = False
    start: tuple[float, ...] = START
    """Raw numbers to expect, see ``words.expected``."""
    named: bool = False
    """Whether the prompt names them."""
    doubt: float = 0.0
    """See ``Fit.doubt``."""


@dataclasses.dataclass(frozen=True)
class Result:
    texture: TextureFunction
    seconds: dict[str, float]
    """Wall time of each stage."""
    pixels_per_unit: float
    """Density of the finest pictures on the surface, pixels along one unit of length, facing the camera."""


Progress = Callable[[str, float], None]
"""Hears the stage and the done part of everything, 0 to 1; may raise to stop."""
Show = Callable[[torch.Tensor], None]
"""Sees a picture (3, S, S), display-encoded, of what there is so far."""


def make_texture(
    solid: Solid,
    painter: Painter,
    wish: Wish,
    settings: Settings,
    progress: Progress,
    existing: Remembered | None = None,
    strength: float = 1.0,
    show: Show = lambda picture: None,
) -> Result:
    """All stages.

    Args:
        existing: a texture to set out from; None to start from nothing.
        strength: how much of that may change, 0 to 1.
    """
    if existing is not None:
        settings = dataclasses.replace(settings, plan=gentle(settings.plan, strength))
    making = _Making(solid, painter, wish, settings, progress)
    first = most_telling(solid, settings.plan) * settings.plan.lights
    with making.stage("prepare"):
        start = settings.start
        field = Field(solid, min(FINEST, power_of_two(painter.size)), settings.symmetric, start)
        rounds = settings.plan.rounds if settings.distillation > 0 else ()
        count = settings.plan.views + sum(item.shots for item in rounds)
        places = cameras.places(solid, count, settings.seed)
        lights = sheet_lights(settings.plan.lights, settings.seed, solid.vertices.device)
        shots = making.sheet_shots(places[: settings.plan.views], lights)
        if not any(shot.view.points.painted.any() for shot in shots):
            raise JobError(
                "bad_input", "The faces to be textured are too small or too thin to be seen from any side.",
                "Select larger faces, or texture small parts apart from the rest.",
            )  # fmt: skip
        if existing is not None:
            making.remember(field, existing)
    with making.stage("paint"):
        pictures = making.first_pictures(shots, None if existing is None else field, strength)
        observed = [
            observe(shot.view, shot.light, picture, seed=index)
            for index, (shot, picture) in enumerate(zip(shots, pictures))
        ]
        show(pictures[first])
    density = float(torch.cat([1.0 / shot.view.points.width for shot in shots]).median())
    seen = shots[first]
    del shots, pictures

    def look() -> None:
        with torch.no_grad():
            show(render(seen.view, seen.light, field))

    with making.stage("fit"):
        making.fit(field, observed, settings.plan.fit)
        look()
    with making.stage("rounds"):
        making.rounds(field, observed, rounds, places[settings.plan.views :], look)
    texture: TextureFunction = field
    if settings.detail > 0 and settings.plan.close_ups:
        with making.stage("detail"):
            texture = detailed(field, making.close_ups(field, observed, lights), settings.detail)
            density *= settings.plan.zoom
            look()
    field.requires_grad_(False)
    return Result(mirrored(texture) if settings.symmetric else texture, making.seconds, density)


class _Making:
    """What the stages share; one method for each."""

    def __init__(self, solid: Solid, painter: Painter, wish: Wish, settings: Settings, progress: Progress) -> None:
        self.solid, self.painter, self.wish, self.settings = solid, painter, wish, settings
        self.seconds: dict[str, float] = {}
        self._progress = progress
        self._stage = ""
        self._done = 0.0
        self._shares = shares(settings.plan, settings.distillation > 0, settings.detail > 0)
        self._generator = torch.Generator().manual_seed(settings.seed)

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Times a stage and moves the progress bar over its share."""
        begin = time.perf_counter()
        self._stage = name
        yield
        self._done += self._shares[name]
        self.seconds[name] = round(time.perf_counter() - begin, 2)

    def hear(self, words: str, part: float) -> None:
        """The stage has come so far, 0 to 1."""
        self._progress(words, self._done + self._shares[self._stage] * part)

    def sheet_shots(self, places: Sequence[Place], lights: Sequence[Light]) -> list[Shot]:
        """Every place under every light; a place keeps its noise."""
        shots = []
        for index, place in enumerate(places):
            self.hear("Looking at the mesh", index / len(places))
            view = self._view(place)
            shots += [Shot(place, view, light, self.settings.seed + index) for light in lights]
        return shots

    def remember(self, field: Field, existing: Remembered) -> None:
        parts = existing.position, existing.normal, existing.raw
        remember(field, *parts, self._generator, lambda part: self.hear("Reading the texture", part))

    def first_pictures(self, shots: Sequence[Shot], existing: TextureFunction | None, strength: float) -> torch.Tensor:
        controls = torch.stack([control(shot.view, shot.light) for shot in shots])
        start = None
        if existing is not None:
            with torch.no_grad():
                start = Start(torch.stack([render(shot.view, shot.light, existing) for shot in shots]), strength)
        return self.painter.paint(self.wish, shots, controls, start, lambda part: self.hear("Painting", 0.9 * part))

    def fit(
        self,
        field: Field,
        observed: Sequence[Observations],
        steps: int,
        pull: Callable[[Field, int], torch.Tensor] | None = None,
        begin: float = 0.0,
        share: float = 1.0,
    ) -> None:
        plan = self.settings.plan
        options = Fit(
            steps, plan.batch, plan.rate, self.settings.smoothness, self.settings.doubt, named=self.settings.named
        )
        fit(
            field, together(observed), options, self._generator,
            lambda part: self.hear("Finding the material", begin + share * part), pull,
        )  # fmt: skip

    def rounds(
        self,
        field: Field,
        observed: list[Observations],
        rounds: Sequence[Round],
        places: Sequence[Place],
        look: Callable[[], None],
    ) -> None:
        """Adds what it sees to ``observed``; ``look`` is called after each round."""
        count = min(RANDOM_LIGHTS, sum(item.shots for item in rounds))
        lights = random_lights(count, self.settings.seed, self.solid.vertices.device)
        rest = iter(places)
        weight = self.settings.distillation
        for index, item in enumerate(rounds):
            begin, share = index / len(rounds), 1.0 / len(rounds)
            shots = self._random_shots([next(rest) for _ in range(item.shots)], lights, index, begin, 0.2 * share)
            pull = None
            if self.settings.target is Target.DENOISE:
                observed += repainted(
                    field, self.painter, self.wish, shots, item.strength, weight,
                    lambda part: self.hear("Painting again", begin + share * (0.2 + 0.4 * part)),  # noqa: B023
                )  # fmt: skip
            else:
                pull = Distillation(field, self.painter, self.wish, shots, SDS_NOISE, item.fit, weight).loss
            self.fit(field, observed, item.fit, pull, begin + 0.6 * share, 0.4 * share)
            look()

    def close_ups(self, field: Field, observed: list[Observations], lights: Sequence[Light]) -> list[CloseUp]:
        """Fits the field to single views at full size, too; what is finer than its grids comes back."""
        plan, size = self.settings.plan, self.painter.size
        radius = float(self.solid.vertices.norm(dim=-1).amax()) / plan.zoom
        cameras_there = close_up_cameras(self.solid, plan.close_ups, radius, OVERSAMPLING * size, self.settings.seed)
        shots = []
        for index, (place, camera) in enumerate(cameras_there):
            self.hear("Adding detail", 0.1 * index / len(cameras_there))
            view, light = view_of(self.solid, camera), lights[index % len(lights)]
            if len(view.points.pixel):
                shots.append(Shot(place, view, light, self.settings.seed + 5000 + index))
        if not shots:
            return []
        with torch.no_grad():
            begin = torch.stack([render(shot.view, shot.light, field) for shot in shots])
            controls = torch.stack([control(shot.view, shot.light) for shot in shots])
        pictures = self.painter.paint(
            self.wish, shots, controls, Start(begin, plan.close_up_strength),
            lambda part: self.hear("Adding detail", 0.1 + 0.5 * part),
        )  # fmt: skip
        observed += [observe(shot.view, shot.light, picture) for shot, picture in zip(shots, pictures)]
        while field.resolutions[-1] < min(FINEST, plan.zoom * power_of_two(size)):
            field.refine(self.solid)
        self.fit(field, observed, plan.close_up_fit, None, 0.6, 0.3)
        with torch.no_grad():
            now = torch.stack([render(shot.view, shot.light, field) for shot in shots])
        return [close_up_of(shot.view, *pair) for shot, *pair in zip(shots, now, pictures)]

    def _random_shots(
        self, places: Sequence[Place], lights: Sequence[Light], number: int, begin: float, share: float
    ) -> list[Shot]:
        shots = []
        for index, place in enumerate(places):
            self.hear("Looking at the mesh", begin + share * index / len(places))
            seed = self.settings.seed + 1000 * (number + 1) + index
            light = turned(lights[(number * len(places) + index) % len(lights)], seed)
            shots.append(Shot(place, self._view(place), light, seed))
        return shots

    def _view(self, place: Place) -> View:
        return view_of(self.solid, cameras.framed(self.solid, place, OVERSAMPLING * self.painter.size))


def gentle(plan: Plan, strength: float) -> Plan:
    """The plan with no round stronger than the change that is wanted."""
    rounds = tuple(dataclasses.replace(item, strength=min(item.strength, strength)) for item in plan.rounds)
    return dataclasses.replace(plan, rounds=rounds, close_up_strength=min(plan.close_up_strength, strength))


def power_of_two(size: int) -> int:
    """The largest that is not larger."""
    return 1 << (size.bit_length() - 1)
