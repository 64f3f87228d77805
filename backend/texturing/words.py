# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a prompt says of the material before any picture is painted."""

from __future__ import annotations

import re

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
