# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Procedural shapes: what the starter learns the looks of objects from.

``make(family, seed)`` gives one instance of a family. Training instances are the seeds below 1_000_000; held-out
instances are the seeds from 1_000_000 on. Nothing here treats them differently.
"""

from . import animals, buildings, figures, furniture, nature, solids, things, tools, vehicles, vessels
from .shape import Family, Piece, Shape, make

FAMILIES: tuple[Family, ...] = (
    *solids.FAMILIES,
    *vessels.FAMILIES,
    *furniture.FAMILIES,
    *tools.FAMILIES,
    *vehicles.FAMILIES,
    *buildings.FAMILIES,
    *things.FAMILIES,
    *figures.FAMILIES,
    *animals.FAMILIES,
    *nature.FAMILIES,
)

__all__ = ["FAMILIES", "Family", "Piece", "Shape", "make"]
