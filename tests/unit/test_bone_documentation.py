# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/bones.md says what the plans produce."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from galatea.backend.mesh.clean import clean
from galatea.backend.skeleton.bones import CENTRE, LEFT, RIGHT, ROOT, Bone
from galatea.backend.skeleton.find import find_skeleton
from galatea.backend.skeleton.options import Counts
from galatea.benchmarks.rig import made_animals

PAGE = Path(__file__).parents[2] / "docs" / "bones.md"
ANIMALS = {
    "Quadruped": (made_animals.horse_walking, "auto"),
    "Biped": (made_animals.person_t, "auto"),
    "Bird": (made_animals.bird_spread, "auto"),
    "Fish": (made_animals.fish, "auto"),
    "Serpent": (made_animals.snake_straight, "auto"),
    "General tree": (made_animals.pig, "tree"),
}
"""Heading -> a shape and the plan to ask for."""
AXES = {"left": (1, 0, 0), "up": (0, 0, 1), "forward": (0, -1, 0)}
NUMBERS = {
    "Quadruped": (3, 8, 2, 7),
    "Biped": (4, 4, 1, 7),
    "Bird": (3, 3, 2, 7),
    "Fish": (5, 5, 0, 0),
    "Serpent": (8, 40, 0, 0),
}
"""Fewest and most bones of spine and neck."""


@dataclass(frozen=True)
class Row:
    """One chain of the page."""

    bones: list[str]
    parent: str
    on_it: bool
    collection: str
    axes: list[str]
    always: bool

    def holds(self, name: str) -> bool:
        return any(re.fullmatch(pattern_of(bone), name) for bone in self.bones)

    def starts(self, name: str) -> bool:
        """Whether this is the first bone of the chain."""
        first = self.bones[0]
        return re.fullmatch(pattern_of(re.sub(r"#(\.L)?$", r"1\1", first)), name) is not None


def pattern_of(name: str) -> str:
    """`Spine#` -> Spine and a number."""
    return re.escape(name).replace(r"\#", r"[1-9]\d*")


def rows(heading: str) -> list[Row]:
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    found = []
    for line in re.findall(r"^\| `.*$", section[1], re.MULTILINE):
        bones, parent, on_it, collection, axes, there = (cell.strip() for cell in line.strip("| ").split("|"))
        named = re.findall(r"`([^`]+)`", bones)
        words = [word for word in AXES if word in axes]
        found.append(Row(named, parent, on_it == "yes", collection.strip("`"), words, there == "always"))
    return found


@pytest.fixture(scope="module", params=ANIMALS)
def case(request: pytest.FixtureRequest) -> tuple[str, list[Row], list[Bone]]:
    kind, plan = ANIMALS[request.param]
    made = made_animals.make(kind, 1)
    shape = clean(made.vertices, made.triangles)
    finding = find_skeleton(shape, plan, True, Counts(), np.random.default_rng(0))
    assert finding.skeleton.animal == request.param.lower().removeprefix("general ")
    return request.param, rows(request.param), finding.skeleton.bones


def left(name: str) -> str:
    return re.sub(r"\.R$", ".L", name)


def row_of(name: str, table: list[Row]) -> Row:
    fitting = [row for row in table if row.holds(left(name))]
    assert len(fitting) == 1, f"{name}: {len(fitting)} rows"
    return fitting[0]


def test_page_has_every_bone_where_it_hangs(case):
    _, table, bones = case
    names = [bone.name for bone in bones]
    for bone in bones:
        row = row_of(bone.name, table)
        assert left(bone.collection) == row.collection, bone.name
        if not row.starts(left(bone.name)):
            assert bone.connected, bone.name
            assert row.holds(left(bone.parent)), bone.name
            continue
        assert bone.connected == row.on_it, bone.name
        named = re.search(r"`([^`]+)`", row.parent)
        if row.parent == "none":
            assert bone.parent is None, bone.name
        elif row.parent.startswith("last"):
            assert bone.parent == [name for name in names if re.fullmatch(pattern_of(named[1]), name)][-1], bone.name
        elif named:
            assert bone.parent == named[1], bone.name
        else:
            assert row.parent == "nearest", bone.name
            assert bone.parent in names, bone.name


def test_what_is_always_there_is_there(case):
    _, table, bones = case
    names = {left(bone.name) for bone in bones}
    for row in table:
        for pattern in row.bones if row.always else []:
            assert any(re.fullmatch(pattern_of(pattern), name) for name in names), pattern


def test_both_sides_and_colors_and_deform(case):
    _, _, bones = case
    names = {bone.name for bone in bones}
    for bone in bones:
        side = bone.name[-2:]
        if side in (".L", ".R"):
            assert bone.name[:-2] + {".L": ".R", ".R": ".L"}[side] in names
            assert bone.collection[-2:] in (side, "ad")  # ears and horns are in "Head"
        expected = ROOT if bone.parent is None else {".L": LEFT, ".R": RIGHT}.get(side, CENTRE)
        assert bone.color == expected, bone.name
        assert bone.deform == (bone.parent is not None), bone.name
    text = PAGE.read_text(encoding="utf-8")
    for words in (f"blue (`{ROOT}`)", f"yellow (`{CENTRE}`)", f"green (`{LEFT}`)", f"red (`{RIGHT}`)"):
        assert words in text


def test_local_x_follows_the_bending_axis(case):
    """On the right side it may be the opposite direction, where a mirror image demands it."""
    _, table, bones = case
    for bone in bones:
        along = (bone.tail - bone.head) / np.linalg.norm(bone.tail - bone.head)
        local_x = np.cross(along, bone.z_axis)
        axes = [np.array(AXES[word], float) for word in row_of(bone.name, table).axes]
        across = [axis - along * (axis @ along) for axis in axes]
        fits = [abs(part @ local_x) > 0.8 * np.linalg.norm(part) for part in across]
        lies_along = [np.linalg.norm(part) < 0.2 for part in across]
        assert any(fits) or any(lies_along), bone.name


def test_numbers_of_bones(case):
    heading, _, bones = case
    if heading not in NUMBERS:
        return
    spine, neck = (sum(bool(re.fullmatch(rf"{part}\d+", bone.name)) for bone in bones) for part in ("Spine", "Neck"))
    fewest_spine, most_spine, fewest_neck, most_neck = NUMBERS[heading]
    assert fewest_spine <= spine <= most_spine
    assert fewest_neck <= neck <= most_neck


def test_page_knows_every_plan():
    from galatea.backend.skeleton.recognise import ANIMALS as PLANS

    assert sorted(heading.lower().removeprefix("general ") for heading in ANIMALS) == sorted(PLANS)
