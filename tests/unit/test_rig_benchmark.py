# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The yardstick itself: made animals are what they claim, and the scores give known values on known cases."""

from __future__ import annotations

import numpy as np
import pytest

from galatea.benchmarks.rig import made_animals
from galatea.benchmarks.rig.deform import deformation_error, moved_joints
from galatea.benchmarks.rig.scores import Joints, chamfer, outside, right_sides, winding_number
from galatea.benchmarks.rig.sculpt import Sketch, mesh_of

ON_THE_SURFACE = ("crown", "finger", "toe", "tail", "muzzle", "ear", "wingtip", "foot", "fin", "feeler")
"""Key joints that are tips."""


def ball(radius: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    sketch = Sketch("tree")
    sketch.blob("ball", (0, 0, 0), (radius, radius, radius))
    return mesh_of(sketch.parts, 2000)


def test_surface_nets_make_a_closed_outward_ball() -> None:
    vertices, triangles = ball()
    edges = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
    assert (np.unique(edges, axis=0, return_counts=True)[1] == 2).all()
    corner = vertices[triangles]
    volume = np.einsum("ij,ij->i", corner[:, 0], np.cross(corner[:, 1], corner[:, 2])).sum() / 6
    assert volume == pytest.approx(4 / 3 * np.pi, rel=0.03)


@pytest.mark.parametrize("kind", made_animals.KINDS, ids=lambda kind: kind.__name__)
def test_key_joints_of_made_animals_lie_inside(kind) -> None:
    made = made_animals.make(kind, 0)
    assert 2000 <= len(made.vertices) <= 6000
    inner = {name: point for name, point in made.joints.items() if not name.startswith(ON_THE_SURFACE)}
    if inner:
        points = np.stack(list(inner.values()))
        joints = Joints(list(inner), points, np.full(len(points), -1))
        assert outside(joints, made.vertices, made.triangles) == []


def test_made_animals_repeat_and_differ_by_seed() -> None:
    first, again, other = (made_animals.make(made_animals.pig, seed) for seed in (0, 0, 1))
    assert np.array_equal(first.vertices, again.vertices)
    assert first.joints["hip.L"].tolist() != other.joints["hip.L"].tolist()


def test_left_is_left() -> None:
    made = made_animals.make(made_animals.person_t, 3)
    left = np.cross([0, 0, 1.0], made.forward)
    assert left @ (made.joints["wrist.L"] - made.joints["wrist.R"]) > 0


def test_variants() -> None:
    low, parts, dense = (made_animals.make(made_animals.dachshund, 0, variant) for variant in ("low", "parts", "dense"))
    assert len(low.triangles) <= 310
    assert len(dense.vertices) > 17_000
    inside = parts.joints["hip.L"][None]
    assert winding_number(inside, parts.vertices, parts.triangles)[0] > 1.5  # in two shells at once


def test_winding_number() -> None:
    vertices, triangles = ball()
    points = np.array([[0, 0, 0], [0.9, 0, 0], [1.1, 0, 0], [5, 5, 5.0]])
    assert winding_number(points, vertices, triangles) == pytest.approx([1, 1, 0, 0], abs=1e-6)
    joints = Joints(["in", "out"], points[[0, 3]], np.array([-1, 0]))
    assert outside(joints, vertices, triangles) == outside(joints, vertices, triangles[:, ::-1]) == ["out"]


def chain(offset: float = 0.0) -> Joints:
    points = np.stack([np.linspace(0, 1, 5), np.full(5, offset), np.zeros(5)], axis=1)
    return Joints([f"Spine{number}" for number in range(5)], points, np.arange(5) - 1)


def test_chamfer_of_known_skeletons() -> None:
    assert max(chamfer(chain(), chain(), 1.0).values()) == 0
    assert list(chamfer(chain(), chain(0.2), 2.0).values()) == pytest.approx([0.1] * 3)
    half = Joints(["a", "b"], chain().points[[0, 4]], np.array([-1, 0]))
    scores = chamfer(half, chain(), 1.0)
    assert scores["j2b"] == pytest.approx(0, abs=2e-3)
    assert scores["b2b"] == pytest.approx(0, abs=2e-3)
    assert scores["j2j"] == pytest.approx((0 + (0.25 + 0.5 + 0.25) / 5) / 2)


def test_right_sides() -> None:
    places = {"front leg.L": (1, -1), "front leg.R": (-1, -1), "back leg.L": (1, 1), "back leg.R": (-1, 1)}
    points = np.array([[x, y, z] for x, y in places.values() for z in (0.0, 1.0)])
    true_names = [f"{limb} {number}" for limb in places for number in (0, 1)]
    truth = Joints(true_names, points, np.full(8, -1))
    limb_of_joint = {name: name[:-2] for name in true_names}
    bones = {"front leg": ("Hand", "Forearm"), "back leg": ("Foot", "Shin")}
    names = [f"{bone}.{limb[-1]}" for limb in places for bone in bones[limb[:-2]]]
    assert right_sides(Joints(names, points, truth.parents), truth, limb_of_joint) == (4, 4)
    swapped = [name[:-1] + {"L": "R", "R": "L"}[name[-1]] for name in names]
    assert right_sides(Joints(swapped, points, truth.parents), truth, limb_of_joint) == (0, 4)
    assert right_sides(Joints(names[:4], points[:4], truth.parents[:4]), truth, limb_of_joint) == (2, 4)


def test_deformation_error_of_a_bent_bar() -> None:
    rng = np.random.default_rng(0)
    rest = rng.uniform([0, -0.1, -0.1], [2, 0.1, 0.1], (400, 3))
    rigid = np.eye(2)[(rest[:, 0] > 1).astype(int)]
    joints = Joints(["a", "b"], np.array([[0, 0, 0], [1.0, 0, 0]]), np.array([-1, 0]))
    angle = np.radians(60)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    posed = np.where(rigid[:, 1:] > 0, (rest - [1, 0, 0]) @ turn.T + [1, 0, 0], rest) @ turn.T + [3, 2, 1]
    assert deformation_error(rest, rigid, joints, posed[None]) < 1e-6
    stiff = Joints(["a"], joints.points[:1], np.array([-1]))
    assert deformation_error(rest, np.ones((400, 1)), stiff, posed[None]) > 0.05


def test_moved_joints_keep_sides_and_chains() -> None:
    names = ["Spine", "Arm.L", "Hand.L", "Arm.R", "Hand.R"]
    heads = np.array([[0, 0, 0], [1, 0, 1], [2, 0, 1], [-1, 0, 1], [-2, 0, 1]], float)
    tails = np.array([[0, 0, 1], [2, 0, 1], [3, 0, 1], [-2, 0, 1], [-3, 0, 1]], float)
    moved, ends = moved_joints(names, heads, tails, 0.1, np.random.default_rng(0))
    assert np.linalg.norm(moved - heads, axis=1) == pytest.approx(np.full(5, 0.1))
    assert moved[0, 0] == 0
    assert moved[3:] == pytest.approx(moved[1:3] * [-1, 1, 1])
    assert ends[1] == pytest.approx(moved[2])
    assert ends[2] - tails[2] == pytest.approx(moved[2] - heads[2])
