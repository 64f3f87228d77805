# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All families of animals."""

import dataclasses
import functools

import numpy as np

from . import birds, cold_blooded, mammals
from .primitives import deformed
from .shape import Family, Piece


def stretched(family: Family, rng: np.random.Generator) -> list[Piece]:
    """A member of the family, some longer, taller or broader than they were drawn."""
    factors = rng.uniform((0.9, 0.88, 0.88), (1.15, 1.12, 1.14))
    return deformed(family.build(rng), lambda points: points * factors)


FAMILIES: tuple[Family, ...] = tuple(
    dataclasses.replace(family, build=functools.partial(stretched, family))
    for family in (*mammals.FAMILIES, *birds.FAMILIES, *cold_blooded.FAMILIES)
)
