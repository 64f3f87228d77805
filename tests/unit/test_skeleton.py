# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Skeletons of animals: what an artist sees at once when it is wrong."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from galatea.backend.job import JobError
from galatea.backend.mesh.clean import Shape, clean, open_edges
from galatea.backend.mesh.symmetry import MirrorPlane
from galatea.backend.skeleton import find as find_module
from galatea.backend.skeleton.body import body_of
from galatea.backend.skeleton.find import Finding, find_skeleton
from galatea.backend.skeleton.inside import into_body
from galatea.backend.skeleton.options import Counts
from galatea.backend.skeleton.said import plan_of
from galatea.benchmarks.rig import made_animals
from galatea.benchmarks.rig.animals import Animal, load_animal
from galatea.benchmarks.rig.scores import winding_number

from .conftest import EXAMPLES
from .test_mesh import box


def find(
    shape: Shape, animal: str = "auto", symmetric: bool = True, counts: Counts | None = None, seed: int = 0
) -> Finding:
    return find_skeleton(shape, animal, symmetric, counts or Counts(), np.random.default_rng(seed))


@pytest.fixture(scope="module")
def horse_finding(horse: Shape) -> Finding:
    return find(horse)


def heads(finding: Finding) -> dict[str, np.ndarray]:
    """Bone -> head in world space."""
    matrix = finding.matrix
    return {bone.name: matrix[:3, :3] @ bone.head + matrix[:3, 3] for bone in finding.skeleton.bones}


def test_the_horse_is_a_quadruped_with_every_limb(horse_finding: Finding) -> None:
    assert horse_finding.skeleton.animal == "quadruped"
    assert horse_finding.confidence > 0.9
    names = {bone.name for bone in horse_finding.skeleton.bones}
    legs = (
        "Shoulder",
        "UpperArm",
        "Forearm",
        "Hand",
        "FrontToes",
        "Pelvis",
        "Thigh",
        "Shin",
        "Foot",
        "BackToes",
        "Ear1",
    )
    assert {f"{name}.{side}" for name in legs for side in "LR"} <= names
    assert {"Root", "Spine1", "Neck1", "Head", "Tail1"} <= names


def test_sides_and_directions_are_the_animals(horse_finding: Finding) -> None:
    place = heads(horse_finding)  # the horse looks along -y, its left is +x
    assert place["Thigh.L"][0] > 0 > place["Thigh.R"][0]
    assert place["Head"][1] < place["UpperArm.L"][1] < place["Thigh.L"][1] < place["Tail2"][1]
    assert place["Thigh.L"][2] > place["Shin.L"][2] > place["Foot.L"][2] > place["BackToes.L"][2]
    # Stifle forward, hock backward: without these bends inverse kinematics turns the wrong way.
    assert place["Shin.L"][1] < place["Thigh.L"][1] < place["Foot.L"][1]


def test_parents_come_first_and_chains_are_connected(horse_finding: Finding) -> None:
    seen: dict[str, object] = {}
    for bone in horse_finding.skeleton.bones:
        assert bone.parent is None or bone.parent in seen
        if bone.connected:
            assert np.allclose(bone.head, seen[bone.parent].tail)
        assert np.linalg.norm(bone.tail - bone.head) > 0
        assert np.isclose(np.linalg.norm(bone.z_axis), 1)
        assert bone.name not in seen
        seen[bone.name] = bone
    assert [bone.name for bone in horse_finding.skeleton.bones if bone.parent is None] == ["Root"]


def test_both_sides_mirror_each_other_exactly(horse_finding: Finding) -> None:
    flip = np.array([-1.0, 1, 1])
    lefts = [bone for bone in horse_finding.skeleton.bones if bone.name.endswith(".L")]
    for left in lefts:
        right = horse_finding.skeleton.bone(left.name[:-1] + "R")
        assert np.allclose(left.head * flip, right.head)
        assert np.allclose(left.tail * flip, right.tail)
        assert np.allclose(left.z_axis * flip, right.z_axis)
    for bone in horse_finding.skeleton.bones:
        if not bone.name.endswith((".L", ".R")):
            assert bone.head[0] == pytest.approx(0, abs=1e-9)


def test_joints_lie_near_the_artists(horse_animal: Animal, horse_finding: Finding) -> None:
    place, size = heads(horse_finding), np.ptp(horse_animal.vertices, axis=0).max()
    for ours, theirs in {
        "Shin.L": "BackUpperLeg.L",
        "Foot.L": "BackLowerLeg.L",
        "Head": "Head",
        "Thigh.R": "BackLeg.R",
    }.items():
        true = horse_animal.joints[horse_animal.names.index(theirs)]
        assert np.linalg.norm(place[ours] - true) < 0.06 * size, ours


@pytest.mark.parametrize(("scale", "offset"), [(1e-6, 0.0), (1e6, 3e6)], ids=["tiny", "huge and far"])
def test_size_and_place_do_not_matter(horse: Shape, horse_finding: Finding, scale: float, offset: float) -> None:
    moved = find(clean(horse.vertices * scale + offset, horse.triangles))
    assert moved.skeleton.animal == "quadruped"
    place, before = heads(moved), heads(horse_finding)
    for name in ("Head", "Foot.L", "Forearm.R", "Spine1"):
        assert np.linalg.norm((place[name] - offset) / scale - before[name]) < 0.02 * horse.size


def test_turned_round_it_looks_the_other_way(horse: Shape, horse_finding: Finding) -> None:
    turned = find(Shape(horse.vertices * np.array([-1.0, -1, 1]), horse.triangles))
    place, before = heads(turned), heads(horse_finding)
    for name in ("Head", "Foot.L", "Hand.R"):
        assert np.linalg.norm(place[name] * np.array([-1, -1, 1]) - before[name]) < 0.02 * horse.size


def test_lying_on_its_side_it_is_still_a_horse(horse: Shape) -> None:
    lying = Shape(horse.vertices @ np.array([[0, 0, 1.0], [0, 1, 0], [-1, 0, 0]]).T, horse.triangles)
    assert find(lying).skeleton.animal == "quadruped"


def test_a_turned_object_is_known_by_its_own_axis(horse: Shape) -> None:
    turn = Rotation.from_euler("xyz", [0.5, 2, 3])
    turned = Shape(turn.apply(horse.vertices), horse.triangles)
    up = turn.apply([0, 0, 1])
    finding = find_skeleton(turned, "auto", True, Counts(), np.random.default_rng(0), up)
    assert finding.skeleton.animal == "quadruped"
    assert finding.matrix[:3, 2] @ up > 0.99


def test_the_same_seed_gives_the_same_bones(horse: Shape, horse_finding: Finding) -> None:
    again = find(horse)
    for bone, twin in zip(horse_finding.skeleton.bones, again.skeleton.bones, strict=True):
        assert bone.name == twin.name
        assert np.array_equal(bone.head, twin.head)


def test_counts_are_obeyed(horse: Shape) -> None:
    names = [bone.name for bone in find(horse, counts=Counts(spine=6, neck=4, tail=3, ears=False)).skeleton.bones]
    assert sum(name.startswith("Spine") for name in names) == 6
    assert sum(name.startswith("Neck") for name in names) == 4
    assert sum(name.startswith("Tail") for name in names) == 3
    assert not any(name.startswith("Ear") for name in names)


def test_antlers_get_no_bones(stag_animal: Animal) -> None:
    shape = clean(stag_animal.vertices, stag_animal.triangles)
    top = max(bone.tail[2] for bone in find(shape).skeleton.bones)
    assert top < 0.8 * np.ptp(shape.vertices[:, 2])


def test_a_walking_animal_gets_both_sides_where_they_are(horse_animal: Animal) -> None:
    pose = horse_animal.poses["Walk"][3]
    blended = np.einsum("vj,jab->vab", horse_animal.weights, pose)
    vertices = np.einsum("vab,vb->va", blended[:, :3, :3], horse_animal.vertices) + blended[:, :3, 3]
    finding = find(clean(vertices, horse_animal.triangles))
    assert finding.skeleton.animal == "quadruped"
    assert not finding.symmetric
    place = heads(finding)
    for side in "LR":
        joint = horse_animal.names.index(f"IKFrontLeg.{side}")
        true = (pose[joint] @ np.append(horse_animal.joints[joint], 1))[:3]
        other = place[f"FrontToes.{'R' if side == 'L' else 'L'}"]
        assert np.linalg.norm(place[f"FrontToes.{side}"] - true) < min(
            0.1 * np.ptp(vertices, axis=0).max(), np.linalg.norm(other - true)
        )


@pytest.mark.parametrize(
    ("kind", "animal"),
    [("person_t", "biped"), ("bird_spread", "bird"), ("fish", "fish"), ("snake_wavy", "serpent"), ("rock", "tree")],
)
def test_other_animals_are_told_apart(kind: str, animal: str) -> None:
    made = made_animals.make(getattr(made_animals, kind), 0)
    finding = find(clean(made.vertices, made.triangles))
    assert finding.skeleton.animal == animal
    assert bool(finding.note) == (animal == "tree")


@pytest.mark.parametrize(
    ("words", "plan"),
    [
        ("a brown horse", "quadruped"), ("Wolf_LowPoly.001", "quadruped"), ("StagBody", "quadruped"),
        ("a robot dog", "quadruped"), ("two horses on a meadow", "quadruped"), ("three mice", "quadruped"),
        ("a teddy bear", "biped"), ("a penguin", "bird"), ("a golden fish", "fish"), ("snakes", "serpent"),
        ("a red chair", ""), ("a fish bowl", ""), ("a house with a horse", ""), ("a horse's saddle", ""), ("", ""),
    ],
)  # fmt: skip
def test_words_name_a_plan(words: str, plan: str) -> None:
    assert plan_of(words) == plan


def post_legged() -> Shape:
    """Boxes in one: a body with a head, and posts for legs, whose left and right are one."""
    blocks = [
        box((0.6, 2.0, 0.6), (0.0, 0.0, 1.0)), box((0.3, 0.7, 0.35), (0.0, -1.2, 1.3)),
        box((0.3, 0.25, 0.9), (0.0, -0.75, 0.4)), box((0.3, 0.25, 0.9), (0.0, 0.75, 0.4)),
    ]  # fmt: skip
    starts = np.cumsum([0] + [len(vertices) for vertices, _ in blocks])
    triangles = [faces + start for (_, faces), start in zip(blocks, starts)]
    return clean(np.concatenate([vertices for vertices, _ in blocks]), np.concatenate(triangles))


def test_legs_that_are_one_are_placed_when_words_say_what_it_is() -> None:
    shape = post_legged()
    assert find(shape).skeleton.animal != "quadruped", "its shape alone does not tell"
    said = ("Body", "a brown cow")
    found = find_skeleton(shape, "auto", True, Counts(), np.random.default_rng(0), said=said)
    assert found.skeleton.animal == "quadruped" and "legs" in found.note
    bones = {bone.name: (found.matrix[:3, :3] @ bone.tail + found.matrix[:3, 3]) for bone in found.skeleton.bones}
    for name, y in (("FrontToes", -0.75), ("BackToes", 0.75)):
        left, right = bones[f"{name}.L"], bones[f"{name}.R"]
        assert left[2] < 0.1 and abs(left[1] - y) < 0.2, "it stands where the post does"
        assert left[0] > 0.05 and right[0] < -0.05, "one on each side"
    assert bones["Head"][1] < -1.2, "and looks where the head is"


def test_words_do_not_count_against_a_clear_shape(horse: Shape) -> None:
    person = made_animals.make(made_animals.person_a, 0)
    upright = clean(person.vertices, person.triangles)
    for shape, said, animal in ((horse, "a snake", "quadruped"), (upright, "Bear", "biped")):
        found = find_skeleton(shape, "auto", True, Counts(), np.random.default_rng(0), said=(said,))
        assert found.skeleton.animal == animal and not found.note


def test_the_artist_may_overrule(horse: Shape) -> None:
    assert find(horse, animal="tree").skeleton.animal == "tree"
    snake = made_animals.make(made_animals.snake_straight, 0)
    with pytest.raises(JobError, match="legs"):
        find(clean(snake.vertices, snake.triangles), animal="quadruped")


def test_flat_things_are_refused() -> None:
    square = np.array([[0.0, 0, 0], [1, 0, 0.5], [1, 1, 0.5], [0, 1, 0]])
    with pytest.raises(JobError, match="flat"):
        find(clean(square, np.array([[0, 1, 2], [0, 2, 3]])))


def test_half_a_scan_is_no_bird() -> None:
    animal = load_animal(EXAMPLES / "wolf.glb")
    centre = animal.vertices[animal.triangles].mean(axis=1)
    finding = find(clean(animal.vertices, animal.triangles[centre[:, 0] > -0.02]))
    assert finding.skeleton.animal in ("tree", "quadruped")


@pytest.mark.parametrize("kind, seed", [("rat", 0), ("lizard", 10)])
def test_joints_of_thin_and_sprawling_limbs_lie_inside(kind: str, seed: int) -> None:
    made = made_animals.make(getattr(made_animals, kind), seed)
    joints = np.stack(list(heads(find(clean(made.vertices, made.triangles))).values())[1:])
    assert winding_number(joints, made.vertices, made.triangles).min() > 0.5


def test_a_joint_in_a_gap_that_voxels_close_goes_into_one_of_its_sides() -> None:
    """As between a tail and the rump: the gap is narrower than a voxel."""
    slabs = [box((0.2, 1, 0.2)), box((0.2, 1, 0.2), (0, 0, 0.202))]
    vertices = np.concatenate([points for points, _ in slabs])
    triangles = np.concatenate([slabs[0][1], slabs[1][1] + 8])
    plane = MirrorPlane(np.array([1.0, 0, 0]), 0.0, 0.0, 0.0)
    for outward in (triangles, triangles[:, ::-1]):
        body = body_of(Shape(vertices, outward), plane, np.array([0.0, 0, 1]), True)
        gap = np.array([0.0, 0.1, 0.201])
        assert body.solid.contains(gap)
        moved = into_body(body)(gap)
        assert abs(winding_number(moved[None], body.shape.vertices, triangles)[0]) > 0.5
        assert moved[0] == 0
        assert np.linalg.norm(moved - gap) < 4 * body.solid.pitch


def test_things_are_not_turned_into_every_position(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each body takes a second; most positions of a chair can be ruled out without one."""
    tried = []

    def counted(*arguments):
        tried.append(arguments)
        return body_of(*arguments)

    monkeypatch.setattr(find_module, "body_of", counted)
    made = made_animals.make(made_animals.chair, 10)
    assert find(clean(made.vertices, made.triangles)).skeleton.animal == "tree"
    assert len(tried) <= 3


@pytest.mark.parametrize(
    ("apart", "told"), [(0.0, False), (0.2, True), (0.6, True)], ids=["whole", "torn", "in pieces"]
)
def test_a_torn_mesh_is_told_with_the_way_out(apart: float, told: bool) -> None:
    """As modifiers leave a mesh whose faces share no vertices."""
    animal = load_animal(EXAMPLES / "wolf.glb")
    corners = animal.vertices[animal.triangles]
    corners = corners + apart * (corners.mean(axis=1, keepdims=True) - corners)
    finding = find(clean(corners.reshape(-1, 3), np.arange(corners.size // 3).reshape(-1, 3)))
    assert ("By Distance" in finding.note) == told
    assert finding.skeleton.animal in ("quadruped", "tree")
    assert finding.confidence > 0.9 if not told else max(finding.recognition.scores.values()) < 0.9


def test_half_a_scan_is_open_but_not_torn(horse: Shape) -> None:
    half = horse.triangles[horse.vertices[horse.triangles, 0].mean(axis=1) > 0]
    assert 1 < open_edges(Shape(horse.vertices, half)) < 8
    assert open_edges(horse) == 0


@pytest.mark.parametrize(
    "kind", ["dachshund", "person_t", "bird_spread", "fish", "snake_wavy", "rock"], ids=lambda kind: kind
)
def test_flipped_the_head_is_at_the_other_end(kind: str) -> None:
    made = made_animals.make(getattr(made_animals, kind), 0)
    shape = clean(made.vertices, made.triangles)
    found, flipped = (
        find_skeleton(shape, "auto", True, Counts(), np.random.default_rng(0), flip=flip) for flip in (False, True)
    )
    assert flipped.skeleton.animal == found.skeleton.animal
    assert flipped.matrix[:3, 1] @ found.matrix[:3, 1] < -0.99
    assert flipped.matrix[:3, 2] @ found.matrix[:3, 2] > 0.99
    bones = {bone.name: bone for bone in flipped.skeleton.bones}
    if "Head" in bones and kind != "person_t":
        assert bones["Head"].tail[1] < bones["Spine1"].head[1]
        ends = [found.skeleton.bone("Head").tail, bones["Head"].tail]
        apart = [matrix[:3, :3] @ end + matrix[:3, 3] for matrix, end in zip((found.matrix, flipped.matrix), ends)]
        assert np.linalg.norm(apart[0] - apart[1]) > 0.4 * shape.size
    lefts = [bone.tail[0] for name, bone in bones.items() if name.endswith(".L")]
    assert not lefts or min(lefts) > -0.02 * shape.size
