# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All families of animals."""

from . import birds, cold_blooded, mammals
from .shape import Family

FAMILIES: tuple[Family, ...] = (*mammals.FAMILIES, *birds.FAMILIES, *cold_blooded.FAMILIES)
