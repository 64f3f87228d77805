# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The example animals as meshes."""

from __future__ import annotations

from pathlib import Path

import pytest

from galatea.backend.mesh.clean import Shape, clean
from galatea.benchmarks.rig.animals import Animal, load_animal

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="session")
def horse_animal() -> Animal:
    return load_animal(EXAMPLES / "horse.glb")


@pytest.fixture(scope="session")
def stag_animal() -> Animal:
    return load_animal(EXAMPLES / "stag.glb")


@pytest.fixture(scope="session")
def horse(horse_animal: Animal) -> Shape:
    return clean(horse_animal.vertices, horse_animal.triangles)
