# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a prompt says of the material before any picture is painted."""

from __future__ import annotations

import dataclasses
import re

import torch

from ..training.materials.layer import Points
from ..training.materials.look import FINISHES, WORDS, Look, evaluate
from .appearance import METAL, START, raw_of

SAMPLES, SEEDS = 512, 4
"""Points on which a material is tried, and how many kinds of it."""

METALS = frozenset(
    re.findall(
        r"\w+",
        """
    aluminium aluminum brass bronze chrome copper gold golden iron metal metallic mithril nickel pewter platinum
    silver steel tin titanium zinc
""",
    )
)
COVERED = frozenset(
    re.findall(
        r"\w+",
        """
    acrylic bark bone brick cardboard cement ceramic cloth concrete cork cotton dirt enamel enameled enamelled fabric
    feather feathers felt fur glass hair lacquered leather marble moss mossy mud paint painted paper plaster plastic
    porcelain rubber rust rusted rusty silk skin snow snowy stone velvet verdigris wax wicker wood wooden wool
""",
    )
)
"""Materials, and coats of them, that are no bare metal."""


def says_bare_metal(prompt: str) -> bool:
    """Whether the prompt names a metal and nothing beside or over it that is none.

    Pictures alone tell metal from paint badly: a bright tinted highlight is all that differs.
    """
    words = set(re.findall(r"[a-z]+", prompt.lower()))
    return bool(words & METALS) and not words & COVERED


@dataclasses.dataclass(frozen=True)
class Expected:
    """What a prompt leads to expect."""

    start: tuple[float, ...]
    """Raw numbers, see ``appearance.material_of``."""
    named: bool
    """Whether the prompt names a material whose roughness and metal are known, not only a guess."""


def expected(prompt: str) -> Expected:
    """Roughness and metal by the words of a prompt: the means of what the training data shows under these words.

    Pictures alone tell them badly: noise in a picture is as well explained by highlights.
    """
    look = look_of(prompt)
    if look is None:
        return Expected(METAL if says_bare_metal(prompt) else START, False)
    direction = torch.nn.functional.normalize(
        torch.randn(SAMPLES, 3, generator=torch.Generator().manual_seed(0)), dim=1
    )
    tried = [evaluate(look, Points(direction, direction), seed) for seed in range(SEEDS)]
    roughness = torch.cat([one.roughness for one in tried]).mean().reshape(1)
    metallic = torch.cat([one.metallic for one in tried]).mean().reshape(1)
    return Expected((*START[:3], *raw_of(torch.zeros(1, 3), roughness, metallic)[0, 3:].tolist()), True)


def look_of(prompt: str) -> Look | None:
    """Material and finish that a prompt names; None where it names no material that the training data has."""
    material = _named(prompt, WORDS)
    if material is None:
        return None
    finish = _named(prompt, [item for item in FINISHES if material.suits(item)])
    return Look(material.name, finish=None if finish is None else finish.name)


def _named(prompt: str, items):
    """The item whose name or synonym stands in the prompt; of several the longest, then the first."""
    text = " ".join(re.findall(r"[a-z]+", prompt.lower()))
    found = []
    for item in items:
        for name in (item.name, *item.synonyms):
            place = re.search(rf"\b{re.escape(name)}\b", text)
            if place:
                found.append((-len(name), place.start(), item))
    return min(found, key=lambda one: one[:2])[2] if found else None
