# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The procedural shapes: every family of hard things, and the primitives that they are made of.

The soft ones, animals and plants, are in ``test_training_organic_shapes.py``.
"""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
import scipy.sparse

from galatea.backend.training import shapes
from galatea.backend.training.shapes import curves, primitives
from galatea.backend.training.shapes.shape import assemble, corner_normals

HARD = [family for family in shapes.FAMILIES if family.group not in ("animal", "nature")]
BUDGET = 4.0
"""Seconds of CPU for one shape: tens of times what any takes, for slow and busy machines."""


@pytest.fixture(scope="module", params=HARD, ids=lambda family: family.name)
def instances(request) -> list[shapes.Shape]:
    """A family's first two instances and its first held-out one."""
    return [shapes.make(request.param, seed) for seed in (0, 1, 1_000_000)]


def components(shape: shapes.Shape) -> list[np.ndarray]:
    """The triangles of each connected surface."""
    rows = shape.triangles[:, [0, 1]].ravel()
    columns = shape.triangles[:, [1, 2]].ravel()
    graph = scipy.sparse.coo_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(shape.vertices),) * 2)
    _, label = scipy.sparse.csgraph.connected_components(graph, directed=False)
    of_triangle = label[shape.triangles[:, 0]]
    order = np.argsort(of_triangle, kind="stable")
    return np.split(shape.triangles[order], np.flatnonzero(np.diff(of_triangle[order])) + 1)


def winding(points: np.ndarray, vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(N,) how often the surface goes round each point: the sum of solid angles (van Oosterom and Strackee 1983)."""
    corners = vertices[triangles][None] - points[:, None, None]
    a, b, c = np.moveaxis(corners, 2, 0)
    la, lb, lc = (np.linalg.norm(side, axis=2) for side in (a, b, c))
    triple = np.einsum("nti,nti->nt", a, np.cross(b, c))
    ab, bc, ca = (np.einsum("nti,nti->nt", p, q) for p, q in ((a, b), (b, c), (c, a)))
    return np.arctan2(triple, la * lb * lc + ab * lc + bc * la + ca * lb).sum(axis=1) / (2 * math.pi)


def test_surfaces_are_closed_and_edges_have_two_sides(instances) -> None:
    for shape in instances:
        edges = np.concatenate([shape.triangles[:, pair] for pair in ([0, 1], [1, 2], [2, 0])]).astype(np.int64)
        forth = edges @ (len(shape.vertices), 1)
        back = edges[:, ::-1] @ (len(shape.vertices), 1)
        assert len(np.unique(forth)) == len(forth)
        assert np.array_equal(np.sort(forth), np.sort(back))


def test_triangles_look_outwards(instances) -> None:
    """Just behind a triangle is inside its surface, and every surface holds a positive volume."""
    random = np.random.default_rng(0)
    for shape in instances[:2]:
        vertices = shape.vertices.astype(np.float64)
        parts = components(shape)
        for triangles in parts:
            assert primitives.volume(vertices, triangles) > 0
        # The largest surfaces, as small ones are boxes and tubes that others test as well.
        for triangles in sorted(parts, key=len)[-3:]:
            sample = triangles[random.choice(len(triangles), size=min(12, len(triangles)), replace=False)]
            a, b, c = vertices[sample].swapaxes(0, 1)
            normal = np.cross(b - a, c - a)
            size = np.linalg.norm(normal, axis=1, keepdims=True)
            behind = (a + b + c) / 3 - normal / size * 0.02 * np.sqrt(size)
            # Slivers and thin walls may put a point through the other side.
            assert np.mean(winding(behind, vertices, triangles) > 0.5) >= 0.75


def test_size_and_arrays(instances) -> None:
    for shape in instances:
        assert shape.vertices.dtype == np.float32 and shape.triangles.dtype == np.int32
        assert shape.corner_normals.shape == (*shape.triangles.shape, 3) and shape.corner_normals.dtype == np.float32
        assert np.isfinite(shape.vertices).all()
        lower, upper = shape.vertices.min(axis=0), shape.vertices.max(axis=0)
        assert np.allclose(lower + upper, 0.0, atol=1e-5)
        assert np.abs(shape.vertices).max() == pytest.approx(1.0, abs=1e-5)
        assert 12 <= len(shape.triangles) <= 12_000
        assert np.array_equal(np.unique(shape.triangles), np.arange(len(shape.vertices)))


def test_normals_are_unit_and_on_their_faces_side(instances) -> None:
    for shape in instances:
        a, b, c = shape.vertices[shape.triangles].astype(np.float64).swapaxes(0, 1)
        normal = np.cross(b - a, c - a)
        area = np.linalg.norm(normal, axis=1)
        assert area.min() > 1e-10
        assert np.allclose(np.linalg.norm(shape.corner_normals, axis=2), 1.0, atol=1e-3)
        assert np.einsum("tci,ti->tc", shape.corner_normals, normal / area[:, None]).min() > 0.0


def test_parts_are_used_and_ordered_by_size(instances) -> None:
    for shape in instances:
        assert shape.parts.dtype == np.int32 and shape.parts.shape == (len(shape.triangles),)
        assert np.array_equal(np.unique(shape.parts), np.arange(len(shape.part_names)))
        assert 1 <= len(shape.part_names) == len(set(shape.part_names)) <= 6
        a, b, c = shape.vertices[shape.triangles].astype(np.float64).swapaxes(0, 1)
        areas = np.bincount(shape.parts, np.linalg.norm(np.cross(b - a, c - a), axis=1))
        assert (np.diff(areas) <= 1e-4 * areas.sum()).all()


def test_instances_differ_and_a_seed_repeats(instances) -> None:
    family = next(family for family in shapes.FAMILIES if family.name == instances[0].name)
    start = time.process_time()
    again = shapes.make(family, 0)
    assert time.process_time() - start < BUDGET
    assert np.array_equal(again.vertices, instances[0].vertices)
    assert np.array_equal(again.triangles, instances[0].triangles)
    assert again.part_names == instances[0].part_names
    if family.name in ("cube", "ball"):
        # A cube has nothing but its edges to vary, a ball nothing but its pattern.
        others = [shapes.make(family, seed) for seed in range(2, 8)]
    else:
        others = instances[1:]
    for other in others:
        if len(other.vertices) != len(again.vertices) or not np.allclose(other.vertices, again.vertices, atol=1e-3):
            break
    else:
        pytest.fail("all alike")


def test_names_are_unique_and_lower_case() -> None:
    names = [family.name for family in shapes.FAMILIES]
    assert len(names) == len(set(names)) >= 60
    assert all(name == name.lower() and name.isascii() for name in names)


def test_families_of_one_seed_share_no_randomness() -> None:
    drawn: list[float] = []

    def build(random: np.random.Generator):
        drawn.append(float(random.random()))
        return [primitives.box((1, 1, 1), "body")]

    for name in ("one", "two"):
        shapes.make(shapes.Family(name, "solid", build), 7)
    assert drawn[0] != drawn[1]


# Primitives


def test_volumes_of_primitives() -> None:
    def volume(piece) -> float:
        return primitives.volume(piece.vertices, piece.triangles)

    assert volume(primitives.box((2, 3, 4), "body", 1e-6)) == pytest.approx(24, rel=1e-4)
    assert volume(primitives.ball((1, 2, 3), "body", segments=96)) == pytest.approx(8 * math.pi, rel=4e-3)
    assert volume(primitives.cylinder(1, 2, "body", 0.0, 128)) == pytest.approx(2 * math.pi, rel=1e-3)
    assert volume(primitives.cylinder(1, 3, "body", 0.0, 128, top=0.0)) == pytest.approx(math.pi, rel=1e-3)
    assert volume(primitives.torus(2, 0.5, "body", 96, 48)) == pytest.approx(math.pi**2, rel=1e-2)
    straight = primitives.tube(np.array([(0, 0, 0), (0, 0, 1), (0, 0, 3)]), 0.5, "body", 64, ends="flat")
    assert volume(straight) == pytest.approx(0.75 * math.pi, rel=1e-2)
    frame = primitives.frame(curves.rectangle(4, 4), curves.rectangle(2, 2), 0.5, "body", 1e-6)
    assert volume(frame) == pytest.approx(6.0, rel=1e-4)
    flat = np.stack(np.meshgrid(np.linspace(0, 2, 5), np.linspace(0, 3, 4), [0.0], indexing="ij"), axis=-1)[:, :, 0]
    assert volume(primitives.sheet(flat, 0.1, "body")) == pytest.approx(0.6)


def test_outlines_are_triangulated_whatever_their_shape() -> None:
    random = np.random.default_rng(3)
    for count in (3, 4, 9, 40):
        angles = np.sort(random.uniform(0, 2 * math.pi, count))
        outline = np.column_stack([np.cos(angles), np.sin(angles)]) * random.uniform(0.2, 1.0, (count, 1))
        if not (np.diff(angles) < math.pi).all() or angles[0] + 2 * math.pi - angles[-1] >= math.pi:
            continue
        triangles = primitives.triangulated(outline)
        a, b, c = outline[triangles].swapaxes(0, 1)
        areas = np.cross(b - a, c - a) / 2
        x, y = outline.T
        assert len(triangles) == count - 2 and (areas > 0).all()
        assert areas.sum() == pytest.approx((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2)
    with pytest.raises(ValueError, match="crosses itself"):
        primitives.triangulated(np.array([(0, 0), (1, 1), (1, 0), (0, 1)], dtype=float))


def test_corners_of_a_box_are_flat_and_the_side_of_a_cylinder_is_round() -> None:
    cube = primitives.box((1, 1, 1), "body", 0.01)
    normals = corner_normals(cube.vertices, cube.triangles, math.radians(30))
    a, b, c = cube.vertices[cube.triangles].swapaxes(0, 1)
    faces = np.cross(b - a, c - a)
    faces /= np.linalg.norm(faces, axis=1, keepdims=True)
    assert np.allclose(normals, faces[:, None], atol=1e-6)

    tin = primitives.cylinder(1.0, 2.0, "body", 0.0, 32)
    normals = corner_normals(tin.vertices, tin.triangles, math.radians(40))
    points = tin.vertices[tin.triangles]
    side = (np.ptp(points[..., 2], axis=1) > 1)[:, None] & (points[..., 2] > -1)
    outwards = points * (1, 1, 0)
    assert np.allclose(normals[side], outwards[side], atol=2e-2)
    assert np.allclose(np.abs(normals[~side][:, 2]), 1.0, atol=1e-6)


def test_a_soft_bevel_leaves_large_faces_flat() -> None:
    cube = primitives.box((1, 1, 1), "body", 0.03)
    normals = corner_normals(cube.vertices, cube.triangles, cube.crease)
    areas = np.linalg.norm(
        np.cross(*(cube.vertices[cube.triangles[:, [0, 0]]] - cube.vertices[cube.triangles[:, 1:]]).swapaxes(0, 1)),
        axis=1,
    )
    assert normals[areas > 0.5].__abs__().max(axis=2).min() > 0.99


def test_curves_go_through_their_points_and_corners_are_arcs() -> None:
    points = np.array([(0, 0), (1, 2), (3, 2.1), (3.1, 5)], dtype=float)
    curve = curves.spline(points, 5)
    assert len(curve) == 16 and np.allclose(curve[::5], points)
    rounded = curves.fillet([(0, 0), (2, 0), (2, 2)], 0.5, 6)
    assert np.allclose(np.linalg.norm(rounded[1:-1] - (1.5, 0.5), axis=1), 0.5)
    assert np.allclose(
        np.linalg.norm(np.diff(curves.resample(curves.circle(1.0, 200), 10, closed=True), axis=0), axis=1),
        0.618,
        atol=2e-3,
    )


def test_an_offset_keeps_its_sides_within_the_room_there_is() -> None:
    square = curves.rectangle(2, 2)
    assert np.allclose(curves.offset(square, 0.25), curves.rectangle(1.5, 1.5))
    assert curves.room(square, 0.25) == 0.25
    assert 0.5 < curves.room(square, 5.0) < 1.0
    assert curves.room(square, -5.0) == -5.0


def test_a_loop_of_tube_closes_without_a_twist() -> None:
    angles = np.linspace(0, 2 * math.pi, 60, endpoint=False)
    path = np.column_stack([np.cos(angles), np.sin(angles), 0.4 * np.sin(2 * angles)])
    knot = primitives.tube(path, 0.1, "body", section=curves.rectangle(2, 2), loop=True)
    rings = knot.vertices.reshape(60, 4, 3)
    steps = np.linalg.norm(rings - np.roll(rings, 1, axis=0), axis=2)
    assert steps.max() < 2.2 * steps.min()


def test_parts_are_numbered_by_their_size() -> None:
    shape = assemble(
        "thing", [primitives.box((1, 1, 1), "small"), *primitives.moved(primitives.box((3, 3, 3), "large"), (0, 0, 5))]
    )
    assert shape.part_names == ("large", "small")
    assert np.array_equal(np.unique(shape.parts[:44]), [1])


@pytest.mark.parametrize("seed", [486, 643, 663, 670])
def test_wheels_stay_below_the_hood(seed):
    """Large wheels under a low hood once cut through it, and no car was made."""
    car = next(family for family in shapes.FAMILIES if family.name == "car")
    made = shapes.make(car, seed)
    assert {"body", "wheels"} <= set(made.part_names)
