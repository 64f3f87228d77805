# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stages from a clip to one animal that moves: some frames first, then all of them together. Each begins where the
one before ended, or where a stopped job left a file.

What is fitted and to what is that of :mod:`..photos`; what is new is that frames are neighbours, see :mod:`.motion` and
:mod:`.paths`.
"""

from __future__ import annotations

import dataclasses
import typing

import numpy as np
import torch
from scipy.interpolate import PchipInterpolator

from ..photos import guess
from ..photos.body import Body, baked, plain_shape, symmetric
from ..photos.fit import OnStep, Problem, State, Weights, refine, solve
from ..photos.solve import Collection, arrays_of, guesses_of, state_of
from ..reconstruction.store import Store
from . import heading
from .motion import Calm, Flows, Pace, Tracks, astray, cameras_of, path, tracks_of, unrest
from .paths import best_chain, unwrapped
from .skin import skinned

KEYS = 12
"""Frames that are solved first."""
TAIL_FIRST = 0.5
"""Of :func:`heading.against`, from which a frame is surely wrong."""
BURIED = 3.0
"""Weight of lower legs inside the trunk."""
FITS = {"shape": 100, "again": 60, "all": 80, "outlines": 90, "surface": 120, "skin": 60}
"""Steps."""
PARTS = {"views": (0.0, 0.14), "shape": (0.14, 0.18), "again": (0.18, 0.37), "all": (0.37, 0.46),
         "outlines": (0.46, 0.61), "surface": (0.61, 0.79), "skin": (0.79, 1.0)}  # fmt: skip
"""Of the time that each stage takes."""
TITLES = {"views": "Guessing views and poses", "shape": "Finding the shape", "again": "Looking again at some frames",
          "all": "Following the movement", "outlines": "Following the outlines", "surface": "Shaping the surface",
          "skin": "Fitting the skin weights"}  # fmt: skip

OnStage = typing.Callable[[str, float, Body, State | None], None]


@dataclasses.dataclass(frozen=True)
class Scene:
    """A clip made ready: a collection whose photos are its frames."""

    collection: Collection
    pace: Pace
    flows: Flows
    calm: Calm


def solved(scene: Scene, seed: int, store: Store, on_stage: OnStage) -> tuple[Body, State]:
    """The animal at rest and, in its own turns, cameras and poses of all frames."""
    collection, calm, weights = scene.collection, scene.calm, Weights(buried=BURIED)
    body = collection.problem.body

    def step(stage: str, body: Body, index: torch.Tensor | None, from_: float = 0.0, to: float = 1.0) -> OnStep:
        low, high = PARTS[stage]

        def told(done: float, state: State | None) -> None:
            shown = None if state is None or index is not None else state
            on_stage(TITLES[stage], low + (high - low) * (from_ + (to - from_) * done), body, shown)

        return told

    def begun(stage: str) -> tuple[State | None, torch.Generator]:
        saved = store.load(stage)
        generator = torch.Generator().manual_seed(1000 * seed + list(PARTS).index(stage))
        return (None if saved is None else state_of(saved)), generator

    keys = torch.linspace(0, len(collection.photos) - 1, min(KEYS, len(collection.photos))).round().long().unique()
    some, pace = part_of(collection, keys), scene.pace[keys]
    problem = some.problem

    def steady(state: State) -> torch.Tensor:
        return unrest(state, problem, pace, calm)

    state, generator = begun("views")
    if state is None:
        guesses = guesses_of(some, plain_shape(body), 1.0, generator, step("views", body, keys, 0.0, 0.3))
        state = best_chain(some, problem, guesses, weights, pace, calm, generator, step("views", body, keys, 0.3))
        state = head_first(state, problem.lens, pace, calm)
        store.save("views", arrays_of(state))
    shaped, generator = begun("shape")
    if shaped is None:
        shaped, _ = solve(
            problem, state, weights, FITS["shape"], shape=True, generator=generator, besides=steady,
            on_step=step("shape", body, keys),
        )  # fmt: skip
        store.save("shape", arrays_of(shaped))
    again, generator = begun("again")
    if again is None:
        new = guesses_of(some, shaped.shape, 0.3, generator, step("again", body, keys, 0.0, 0.2))
        guesses = [shaped, *other_ways(some, shaped), *new]
        if calm.heading > 0.0:
            guesses.append(looking_ahead(shaped, problem.lens, pace))
        told = step("again", body, keys, 0.2, 0.7)
        state = best_chain(some, problem, guesses, weights, pace, calm, generator, told)
        state = head_first(state, problem.lens, pace, calm)
        again, _ = solve(
            problem, state, weights, FITS["again"], shape=True, generator=generator, besides=steady,
            on_step=step("again", body, keys, 0.7),
        )  # fmt: skip
        store.save("again", arrays_of(again))
    together, generator = begun("all")
    if together is None:
        state = between(again, keys, scene.pace)
        together, _ = solve(
            collection.problem, state, weights, FITS["all"], shape=True, generator=generator, rate=0.015,
            besides=moving(scene, collection.problem, state, generator), on_step=step("all", body, None),
        )  # fmt: skip
        store.save("all", arrays_of(together))
    followed, generator = begun("outlines")
    if followed is None:
        followed = refine(
            collection.problem, together, collection.masks, collection.known, weights, FITS["outlines"],
            offsets=False, generator=generator, besides=moving(scene, collection.problem, together, generator),
            on_step=step("outlines", body, None),
        )  # fmt: skip
        store.save("outlines", arrays_of(followed))
    rest, poses = baked(body, symmetric(body, followed.shape), followed.poses)
    problem = dataclasses.replace(collection.problem, body=rest)
    state, generator = begun("surface")
    if state is None:
        state = State(followed.cameras, poses, plain_shape(rest))
        state = refine(
            problem, state, collection.masks, collection.known, weights, FITS["surface"],
            offsets=True, generator=generator, besides=moving(scene, problem, state, generator),
            on_step=step("surface", rest, None),
        )  # fmt: skip
        store.save("surface", arrays_of(state))
    state = dataclasses.replace(state, shape=symmetric(rest, state.shape))
    saved, (known, generator) = store.load("skin"), begun("skin")
    if saved is not None and known is not None:
        return dataclasses.replace(rest, weights=torch.from_numpy(saved["weights"])), known
    clues = clues_of(scene, problem, state, generator)
    skin, state = skinned(
        problem, state, collection, clues.tracks, lambda problem, now: asked(scene, problem, now, clues), weights,
        calm.colour, FITS["skin"], generator, on_step=step("skin", rest, None),
    )  # fmt: skip
    store.save("skin", arrays_of(state) | {"weights": skin.numpy()})
    return dataclasses.replace(rest, weights=skin), state


def part_of(collection: Collection, index: torch.Tensor) -> Collection:
    """Some of a collection's photos (N,)."""
    features = collection.features
    features = dataclasses.replace(features, values=features.values[index], trust=features.trust[index])
    photos = [collection.photos[number] for number in index.tolist()]
    return Collection(
        collection.template, photos, features, collection.problem[index], collection.masks[index],
        collection.known[index],
    )  # fmt: skip


def other_ways(collection: Collection, state: State) -> list[State]:
    """What may have the same outlines: seen from the opposite side, legs of one pair or both exchanged."""
    body = collection.problem.body
    front, back = (
        torch.tensor([bone.collection.startswith(name) for bone in collection.template.bones])
        for name in ("Front Leg", "Back Leg")
    )
    return [
        guess.turned_round(body, state),
        *(guess.legs_exchanged(body, state, legs) for legs in (front, back, front | back)),
    ]


def head_first(state: State, lens: torch.Tensor, pace: Pace, calm: Calm) -> State:
    """The same where few frames still go tail first, for no guess was better: these get turns and poses of what lies
    between their neighbors."""
    if calm.heading == 0.0:
        return state
    going = heading.velocity(state.cameras[:, None], lens, pace.times)
    good = (heading.against(state.cameras[:, :1], going)[:, 0] < TAIL_FIRST).nonzero()[:, 0]
    if len(good) < len(state.cameras) / 2:
        return state
    cameras = state.cameras[good]
    cameras[:, 0] = unwrapped(cameras[:, 0])
    filled = between(State(cameras, state.poses[good], state.shape), good, pace)
    return State(torch.cat((filled.cameras[:, :3], state.cameras[:, 3:]), dim=1), filled.poses, state.shape)


def looking_ahead(state: State, lens: torch.Tensor, pace: Pace) -> State:
    """The same turned to where it goes."""
    cameras = state.cameras.clone()
    cameras[:, 0] = heading.ahead(heading.velocity(cameras[:, None], lens, pace.times))
    return State(cameras, state.poses, state.shape)


@dataclasses.dataclass(frozen=True)
class Clues:
    """What is looked up once, for the state that a stage begins with."""

    tracks: Tracks
    going: torch.Tensor
    """(P, 2), see :func:`heading.velocity`."""


def clues_of(scene: Scene, problem: Problem, state: State, generator: torch.Generator) -> Clues:
    tracks = tracks_of(problem.body, state, problem.lens, scene.pace, scene.flows, generator)
    going = heading.velocity(state.cameras[:, None], problem.lens, scene.pace.times)
    return Clues(tracks, going)


def moving(
    scene: Scene, problem: Problem, state: State, generator: torch.Generator
) -> typing.Callable[[State], torch.Tensor]:
    """What all frames are asked for together, with clues that are looked up for the given state."""
    clues = clues_of(scene, problem, state, generator)
    return lambda now: asked(scene, problem, now, clues)


def asked(scene: Scene, problem: Problem, state: State, clues: Clues) -> torch.Tensor:
    """How uneven a movement is, how far it goes astray from the flow, and how little the animal goes where it looks, a
    scalar."""
    calm = scene.calm
    flow = astray(problem.body, state, problem.lens, scene.pace, clues.tracks)
    turned = heading.against(state.cameras[:, :1], clues.going).mean()
    return unrest(state, problem, scene.pace, calm) + calm.flow * flow + calm.heading * turned


def between(state: State, keys: torch.Tensor, pace: Pace) -> State:
    """All P frames of a pace, from the state of some of them (K,): the camera's way and turns without overshoot."""
    times = np.concatenate([[0.0], np.cumsum(pace.steps.numpy())])
    ways, poses = interpolated(times[keys], times, path(state.cameras, pace[keys]), state.poses)
    return State(cameras_of(ways, pace), poses, state.shape)


def interpolated(known: np.ndarray, wanted: np.ndarray, *values: torch.Tensor) -> list[torch.Tensor]:
    """Each of values (K, ...) at times (K,) -> (P, ...) at times (P,)."""
    if len(known) == 1:
        return [value.expand(len(wanted), *value.shape[1:]) for value in values]
    wanted = np.clip(wanted, known[0], known[-1])
    return [
        torch.tensor(PchipInterpolator(known, value.numpy(), axis=0)(wanted), dtype=torch.float32) for value in values
    ]
