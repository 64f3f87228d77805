# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All families of animals."""

from . import mammals
from .shape import Family

FAMILIES: tuple[Family, ...] = (*mammals.FAMILIES,)
