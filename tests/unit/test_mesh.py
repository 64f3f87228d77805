# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cleaning, voxels and the mirror plane, against shapes whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from galatea.backend.job import JobError
from galatea.backend.mesh.clean import Shape, clean, decimated, part_labels, surface_samples
from galatea.backend.mesh.solid import _surface_points, joined, voxelise
from galatea.backend.mesh.symmetry import mirror_plane

CUBE = np.array([[x, y, z] for x in (-1.0, 1) for y in (-1.0, 1) for z in (-1.0, 1)])
QUADS = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
CUBE_TRIANGLES = np.array([triangle for a, b, c, d in QUADS for triangle in ((a, b, c), (a, c, d))])


def box(
    size: tuple[float, float, float], centre: tuple[float, float, float] = (0, 0, 0)
) -> tuple[np.ndarray, np.ndarray]:
    return CUBE * np.array(size) / 2 + np.array(centre), CUBE_TRIANGLES


def test_seams_are_merged_at_any_scale() -> None:
    soup = CUBE[CUBE_TRIANGLES].reshape(-1, 3)
    for scale, offset in ((1.0, 0.0), (1e-6, 0.0), (1e6, 3e6)):
        shape = clean(soup * scale + offset, np.arange(36).reshape(-1, 3))
        assert len(shape.vertices) == 8
        assert len(shape.triangles) == 12


def test_broken_vertices_and_triangles_are_left_out() -> None:
    vertices = np.concatenate([CUBE, [[np.nan, 0, 0], [np.inf, 0, 0], [9, 9, 9]]])
    triangles = np.concatenate([CUBE_TRIANGLES, [[0, 1, 8], [0, 9, 2], [3, 3, 4]]])
    shape = clean(vertices, triangles)
    assert len(shape.vertices) == 8
    assert np.isfinite(shape.vertices).all()
    assert shape.size == pytest.approx(2)


@pytest.mark.parametrize(
    ("vertices", "triangles"),
    [
        (np.zeros((0, 3)), np.zeros((0, 3), int)),
        (np.zeros((1, 3)), np.zeros((0, 3), int)),
        (np.full((8, 3), np.nan), CUBE_TRIANGLES),
        (np.ones((8, 3)), CUBE_TRIANGLES),
    ],
    ids=["empty", "one vertex", "not a number", "one point"],
)
def test_nothing_to_work_with_is_said_in_a_sentence(vertices, triangles) -> None:
    with pytest.raises(JobError) as caught:
        clean(vertices, triangles)
    assert caught.value.code == "bad_input"
    assert caught.value.message.endswith(".")
    assert caught.value.hint.endswith(".")


def test_loose_parts_and_their_areas() -> None:
    big, small = box((2, 2, 2)), box((1, 1, 1), (5, 0, 0))
    shape = clean(np.concatenate([big[0], small[0]]), np.concatenate([big[1], small[1] + 8]))
    labels, areas = part_labels(shape)
    assert len(areas) == 2
    assert sorted(areas) == pytest.approx([6, 24])
    assert len(set(labels[shape.vertices[:, 0] > 3])) == 1


def test_decimation_keeps_the_shape_far_from_the_origin() -> None:
    grid = np.linspace(0, 2 * np.pi, 80)
    u, v = np.meshgrid(grid, grid / 2)
    ball = np.stack([np.cos(u) * np.sin(v), np.sin(u) * np.sin(v), np.cos(v)], axis=-1).reshape(-1, 3)
    cell = (np.arange(79)[:, None] * 80 + np.arange(79)).ravel()
    triangles = np.concatenate(
        [np.stack([cell, cell + 80, cell + 1], 1), np.stack([cell + 1, cell + 80, cell + 81], 1)]
    )
    shape = clean(ball * 100 + 1e6, triangles)
    small = decimated(shape, 2000)
    assert len(small.triangles) <= 2200
    radius = np.linalg.norm(small.vertices - 1e6, axis=1)
    assert np.abs(radius - 100).max() < 2


def test_voxels_of_a_closed_box_have_its_volume_and_depth() -> None:
    vertices, triangles = box((1, 2, 3))
    solid = voxelise(vertices, triangles, 0.05)
    # The outermost voxels are centred on the surface, half a voxel of each is outside.
    assert solid.inside.sum() * 0.05**3 == pytest.approx(1.05 * 2.05 * 3.05, rel=0.02)
    assert solid.radius_at(np.zeros(3)) == pytest.approx(0.5, abs=0.06)
    assert solid.contains(np.array([[0.45, 0.9, 1.4], [0.6, 0, 0]])).tolist() == [True, False]


def test_inside_does_not_depend_on_winding_and_survives_a_hole() -> None:
    vertices, triangles = box((2, 2, 2))
    whole = voxelise(vertices, triangles, 0.1).inside.sum()
    assert voxelise(vertices, triangles[:, ::-1], 0.1).inside.sum() == whole
    # Without one of its six sides the flood gets in; the directions still see five walls.
    assert voxelise(vertices, triangles[2:], 0.1).inside.sum() > 0.85 * whole


def test_slivers_are_drawn_without_gaps_and_without_waste() -> None:
    triangle = np.array([[0.0, 0, 0], [10, 0, 0], [10, 0.03, 0.001]])
    points = _surface_points(triangle, np.array([[0, 1, 2]]), 0.1)
    assert np.diff(np.sort(points[:, 0])).max() <= 0.1 / 2
    assert len(points) < 1000


def test_parts_within_reach_are_bridged_and_others_left_out() -> None:
    near, far = box((1, 1, 1), (0, 0, 1.1)), box((1, 1, 1), (0, 0, 5))
    vertices = np.concatenate([box((1, 1, 1))[0], near[0], far[0]])
    triangles = np.concatenate([CUBE_TRIANGLES, CUBE_TRIANGLES + 8, CUBE_TRIANGLES + 16])
    solid = joined(voxelise(vertices, triangles, 0.05), reach=0.2)
    assert solid.contains(np.array([[0, 0, 1.2], [0, 0, 5.0]])).tolist() == [True, False]
    assert ndimage.label(solid.inside, np.ones((3, 3, 3)))[1] == 1


def test_mirror_plane_of_a_turned_shape(horse: Shape) -> None:
    angle = np.radians(37)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    moved = Shape(horse.vertices @ turn.T + np.array([3.0, -2, 1]), horse.triangles)
    plane = mirror_plane(surface_samples(moved, 12_000, np.random.default_rng(0)))
    assert abs(plane.normal @ turn[:, 0]) > np.cos(np.radians(1))
    assert plane.offset == pytest.approx(plane.normal @ np.array([3.0, -2, 1]), abs=0.01 * horse.size)
    assert plane.spread < 0.02


def test_a_swung_leg_shows_in_the_spread(horse: Shape) -> None:
    vertices = horse.vertices.copy()
    leg = (vertices[:, 0] > 0.02) & (vertices[:, 2] < 0.3 * np.ptp(vertices[:, 2])) & (vertices[:, 1] < 0)
    vertices[leg, 1] -= 0.25 * horse.size
    plane = mirror_plane(surface_samples(Shape(vertices, horse.triangles), 12_000, np.random.default_rng(0)))
    assert plane.spread > 0.02
