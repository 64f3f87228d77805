# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stages from photos to one animal in many poses: each begins where the one before ended, or where a stopped job
left a file."""

from __future__ import annotations

import dataclasses
import typing

import numpy as np
import torch

from ..reconstruction.store import Arrays, Store
from . import bank, guess, start, views
from .body import Body, Shape, baked, body_of, plain_shape, symmetric
from .collect import Photo
from .features import Features
from .fit import Landmarks, OnStep, Problem, State, Weights, refine, solve
from .habits import turn_spread
from .targets import targets_of
from .template import Template

GUESSES, SIDES = 8000, 6
"""Random animals that are looked at, and how many of them compete for each photo."""
ROUNDS = 2
"""Of new guesses, once the shape is known better."""
FITS = {"first": 15, "try": 35, "shape": 120, "again": 80, "outlines": 60, "surface": 90}
"""Steps: of all guesses at first, of the KEPT best ones then."""
KEPT = 3
OVERLAP, UNLIKE = 0.01, 0.01
"""What the overlap of outlines and rendered features weigh where guesses compete."""
PARTS = {"views": (0.0, 0.2), "shape": (0.2, 0.3), "again1": (0.3, 0.48), "again2": (0.48, 0.66),
         "outlines": (0.66, 0.78), "surface": (0.78, 1.0)}  # fmt: skip
"""Of the time that each stage takes."""
TITLES = {"views": "Guessing views and poses", "shape": "Finding the shape", "again1": "Looking again at every photo",
          "again2": "Looking again at every photo", "outlines": "Following the outlines",
          "surface": "Shaping the surface"}  # fmt: skip

OnStage = typing.Callable[[str, float, Body, State | None], None]


@dataclasses.dataclass(frozen=True)
class Collection:
    """Photos made ready."""

    template: Template
    photos: list[Photo]
    features: Features
    problem: Problem
    masks: torch.Tensor
    """(P, S, S)"""
    known: torch.Tensor
    """(P, S, S)"""


def collection_of(
    template: Template,
    photos: list[Photo],
    kind: typing.Callable[[list[Photo], Body], Features],
    seed: int,
    landmarks: Landmarks | None = None,
) -> Collection:
    body = body_of(template)
    features = kind(photos, body)
    targets = targets_of(photos, features, np.random.default_rng(seed))
    problem = Problem(body, turn_spread(body), views.lenses(photos), targets, features.bank, landmarks)
    masks, known = (torch.stack([getattr(photo, name) for photo in photos]) for name in ("mask", "known"))
    return Collection(template, photos, features, problem, masks, known)


def solved(collection: Collection, seed: int, store: Store, on_stage: OnStage) -> tuple[Body, State]:
    """The animal at rest and, in its own turns, cameras, poses and offsets of its vertices."""
    problem, weights = collection.problem, Weights()

    def step(stage: str, body: Body, from_: float = 0.0, to: float = 1.0) -> OnStep:
        low, high = PARTS[stage]
        return lambda done, state: on_stage(
            TITLES[stage], low + (high - low) * (from_ + (to - from_) * done), body, state
        )

    def begun(stage: str) -> tuple[State | None, torch.Generator]:
        saved = store.load(stage)
        number = list(PARTS).index(stage)
        generator = torch.Generator().manual_seed(1000 * seed + number)
        return (None if saved is None else state_of(saved)), generator

    state, generator = begun("views")
    if state is None:
        first = plain_shape(problem.body)
        told = step("views", problem.body, 0.0, 0.3)
        guesses = guesses_of(collection, first, 1.0, generator, told)
        state = _best(collection, problem, guesses, weights, generator, step("views", problem.body, 0.3))
        store.save("views", arrays_of(state))
    shaped, generator = begun("shape")
    if shaped is None:
        told = step("shape", problem.body)
        shaped, _ = solve(problem, state, weights, FITS["shape"], shape=True, generator=generator, on_step=told)
        store.save("shape", arrays_of(shaped))
    state = shaped
    for number in range(1, ROUNDS + 1):
        again, generator = begun(f"again{number}")
        if again is None:
            again = _again(collection, state, weights, generator, step, f"again{number}")
            store.save(f"again{number}", arrays_of(again))
        state = again
    problem = _informed(collection, state)
    followed, generator = begun("outlines")
    if followed is None:
        followed = refine(
            problem, state, collection.masks, collection.known, weights, FITS["outlines"],
            offsets=False, generator=generator, on_step=step("outlines", problem.body),
        )  # fmt: skip
        store.save("outlines", arrays_of(followed))
    body, poses = baked(problem.body, symmetric(problem.body, followed.shape), followed.poses)
    problem = dataclasses.replace(problem, body=body, landmarks=_baked_marks(problem, followed.shape))
    state, generator = begun("surface")
    if state is None:
        state = refine(
            problem, State(followed.cameras, poses, plain_shape(body)), collection.masks, collection.known, weights,
            FITS["surface"], offsets=True, generator=generator, on_step=step("surface", body),
        )  # fmt: skip
        store.save("surface", arrays_of(state))
    return body, State(state.cameras, state.poses, symmetric(body, state.shape))


def unmoved(collection: Collection, seed: int) -> tuple[Body, State]:
    """The template as it stands, seen by the best cameras: what a solve must be better than."""
    body = collection.problem.body
    generator = torch.Generator().manual_seed(seed)
    still = dataclasses.replace(collection.problem, spread=torch.zeros_like(collection.problem.spread) + 1e-3)
    shape = symmetric(body, plain_shape(body))
    cameras, poses, _ = start.guesses(
        body, shape, torch.zeros_like(still.spread), collection.masks, still.lens, GUESSES // 4, SIDES, 0.0, generator
    )
    guesses = [State(cameras[:, number], poses[:, number], plain_shape(body)) for number in range(SIDES)]
    return body, _best(dataclasses.replace(collection, problem=still), still, guesses, Weights(), generator, turn=False)


def _again(
    collection: Collection,
    state: State,
    weights: Weights,
    generator: torch.Generator,
    step: typing.Callable[..., OnStep],
    stage: str,
) -> State:
    """A round of new guesses for the shape as it is known by now, and of what else may have the same outlines."""
    body = collection.problem.body
    problem = _informed(collection, state)
    front, back = (
        torch.tensor([bone.collection.startswith(name) for bone in collection.template.bones])
        for name in ("Front Leg", "Back Leg")
    )
    others = [guess.turned_round(body, state), *(guess.legs_exchanged(body, state, legs) for legs in (front, back))]
    new = guesses_of(collection, state.shape, 0.3, generator, step(stage, body, 0.0, 0.2))
    guesses = [state, *others, *new]
    state = _best(collection, problem, guesses, weights, generator, step(stage, body, 0.2, 0.7))
    told = step(stage, body, 0.7)
    return solve(problem, state, weights, FITS["again"], shape=True, generator=generator, on_step=told)[0]


def guesses_of(
    collection: Collection, shape: Shape, part: float, generator: torch.Generator, told: OnStep
) -> list[State]:
    """SIDES of them for each photo, of random animals whose shapes vary by ``part`` around one."""
    problem = collection.problem
    cameras, poses, _ = start.guesses(
        problem.body, symmetric(problem.body, shape), problem.spread, collection.masks, problem.lens, GUESSES, SIDES,
        part, generator, lambda done: told(done, None),
    )  # fmt: skip
    return [State(cameras[:, number], poses[:, number], shape) for number in range(SIDES)]


def _best(
    collection: Collection,
    problem: Problem,
    guesses: list[State],
    weights: Weights,
    generator: torch.Generator,
    told: OnStep = lambda done, state: None,
    turn: bool = True,
) -> State:
    """Of guesses for all photos the best for each: all take some steps, the best go on."""
    photos = len(collection.photos)
    state = guess.joined(guesses)
    for stage, part, kept in (("first", 0.6, KEPT), ("try", 0.4, 1)):
        count = len(state.cameras) // photos
        photo = torch.arange(photos).repeat_interleave(count)
        first = torch.arange(photos) * count
        begin = 0.0 if stage == "first" else 0.6
        state, energy = solve(
            problem[photo], state, weights, FITS[stage], shape=False, generator=generator, turn=turn,
            on_step=lambda done, now: told(begin + part * done, now[first]),  # noqa: B023 (called in this round)
        )  # fmt: skip
        if problem.bank is not None:
            unlike = bank.unlike(problem[photo], state, collection.features, collection.masks, photo)
            energy = energy + OVERLAP * unlike[:, 0] + UNLIKE * unlike[:, 1]
        best = energy.reshape(photos, count).topk(min(kept, count), dim=1, largest=False).indices
        state = state[(best + first[:, None]).flatten()]
    return state


def _informed(collection: Collection, state: State) -> Problem:
    """The problem with what vertices look like, if only the photos can tell that."""
    problem = collection.problem
    if collection.features.bank is not None:
        return problem
    return dataclasses.replace(problem, bank=bank.bank_of(problem, state, collection.features, collection.masks))


def _baked_marks(problem: Problem, shape: Shape) -> Landmarks | None:
    """Landmarks on the baked body."""
    marks = problem.landmarks
    if marks is None:
        return None
    plain = dataclasses.replace(symmetric(problem.body, shape), offsets=torch.zeros_like(marks.body.vertices))
    made, _ = baked(marks.body, plain, torch.zeros(1, len(marks.body.parents), 3))
    return dataclasses.replace(marks, body=made)


def arrays_of(state: State) -> Arrays:
    """For a :class:`Store`."""
    shape = {field.name: getattr(state.shape, field.name).numpy() for field in dataclasses.fields(Shape)}
    return {"cameras": state.cameras.numpy(), "poses": state.poses.numpy(), **shape}


def state_of(arrays: Arrays) -> State:
    """The way back from :func:`arrays_of`."""
    shape = Shape(*(torch.from_numpy(arrays[field.name]) for field in dataclasses.fields(Shape)))
    return State(torch.from_numpy(arrays["cameras"]), torch.from_numpy(arrays["poses"]), shape)
