# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one training picture shows, drawn from a seed: plain values, to be written down as JSON."""

from __future__ import annotations

import dataclasses
import math
import random

import torch

from . import captions, shapes
from .materials.colours import COLOURS
from .materials.draw import HELD_OUT
from .materials.look import Look, random_look
from .shards import CAPTIONS, SIBLINGS

PART_CHANCE = 0.35
"""Share of the objects with several parts of which one gets a material of its own."""
FRONT_CHANCE = 0.5
CLOSE_CHANCE = 0.6
"""Share of the training objects of which a part is shown, larger: more of a material is seen in it, and textures
are painted in such crops, too. Held-out pictures show all of an object."""
CLOSE = (1.2, 2.6)
"""How much larger."""
NEUTRAL = ("white", "white", "white", "grey", "grey", "black")
"""Backgrounds of every other picture."""
LIGHTS = 180
"""Procedural lights in training, each turned at random."""


@dataclasses.dataclass(frozen=True)
class Subject:
    """An object and the camera that looks at it: what sibling pictures share."""

    family: str
    shape_seed: int
    azimuth: float
    """Radians; 0 looks at the front, positive to the object's left side."""
    elevation: float
    fov: float
    margin: float
    """Room around the object: the camera's distance over that from which it just fills the picture."""
    zoom: float = 1.0
    """Of the focal length that ``fov`` is for. Above 1 the picture shows a part of the object."""


@dataclasses.dataclass(frozen=True)
class Scene:
    """One picture."""

    subject: Subject
    look: Look
    look_seed: int
    part: str | None
    part_look: Look | None
    light: str
    """Name of a vendored HDRI, or "" for a procedural light."""
    light_seed: int
    turn: float
    """Radians that the light is turned around Z."""
    tilt: float
    """Radians that it leans after that, towards the camera."""
    grey: bool
    """Only the luminance of the light counts."""
    exposure: float
    """Mean luminance of the light over the sphere."""
    background: str
    """A colour word."""
    background_seed: int
    captions: tuple[str, ...]


def random_subject(seed: int, held_out: bool = False) -> Subject:
    draw = random.Random(f"subject {seed}")
    family = draw.choice(shapes.FAMILIES)
    front = draw.random() < FRONT_CHANCE
    azimuth = math.radians(draw.uniform(-65, 65)) if front else draw.uniform(-math.pi, math.pi)
    elevation = math.radians(min(max(draw.gauss(14, 14), -12), 75))
    subject = Subject(
        family=family.name,
        shape_seed=draw.randrange(HELD_OUT) + (HELD_OUT if held_out else 0),
        azimuth=azimuth,
        elevation=elevation,
        fov=math.radians(draw.uniform(18, 42)),
        margin=draw.uniform(1.02, 1.35),
    )
    close = not held_out and draw.random() < CLOSE_CHANCE
    return dataclasses.replace(subject, zoom=draw.uniform(*CLOSE)) if close else subject


def random_scene(subject: Subject, parts: tuple[str, ...], seed: int, held_out: bool = False) -> Scene:
    """A scene of ``subject``, of whose parts these can have a material of their own."""
    from ..shading import environment

    draw = random.Random(f"scene {seed}")
    offset = HELD_OUT if held_out else 0
    look_seed = draw.randrange(HELD_OUT) + offset
    generator = torch.Generator().manual_seed(draw.randrange(1 << 62))
    look = random_look(generator)
    part = part_look = None
    if parts and draw.random() < PART_CHANCE:
        part, part_look = draw.choice(parts), random_look(generator)
    background = draw.choice(NEUTRAL if draw.random() < 0.5 else [item.name for item in COLOURS])
    photographs = environment.vendored()
    # Held-out lights are all procedural, from seeds of their own: eight photographs are too few to spare one.
    light = draw.choice(photographs) if not held_out and draw.random() < 0.4 else ""
    wordings = captions.wordings(
        subject.family, look, part, part_look, background, view_word(subject), draw.randrange(1 << 30), CAPTIONS
    )
    return Scene(
        subject=subject,
        look=look,
        look_seed=look_seed,
        part=part,
        part_look=part_look,
        light=light,
        light_seed=draw.randrange(LIGHTS) + offset,
        turn=draw.uniform(0, 2 * math.pi),
        tilt=math.radians(draw.gauss(0, 8)),
        grey=draw.random() < 0.85,
        exposure=0.55 * 2 ** draw.gauss(0, 0.25),
        background=background,
        background_seed=draw.randrange(1 << 30),
        captions=tuple(wordings),
    )


def siblings(subject: Subject, parts: tuple[str, ...], seed: int, held_out: bool, count: int = SIBLINGS) -> list[Scene]:
    """``count`` scenes of one object from one camera."""
    return [random_scene(subject, parts, seed * 1000 + index, held_out) for index in range(count)]


def family(name: str) -> shapes.Family:
    return next(item for item in shapes.FAMILIES if item.name == name)


def view_word(subject: Subject) -> str:
    """The word for where the camera stands, "" between two."""
    if subject.elevation > math.radians(50):
        return "top"
    angle = abs(math.degrees(subject.azimuth))
    if angle < 25:
        return "front"
    if 65 < angle < 115:
        return "side"
    return "rear" if angle > 155 else ""
