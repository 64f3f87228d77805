# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""UV space: which texels lie in which triangles, and what is wrong with layouts whose faults are known."""

from __future__ import annotations

import numpy as np
import pytest

from galatea.backend.uv import layout, raster

SQUARE = np.array([[[0, 0], [1, 0], [1, 1]], [[0, 0], [1, 1], [0, 1]]], dtype=np.float64)


def inside_by_hand(corners: np.ndarray, size: int) -> np.ndarray:
    """(F, size, size) bool by the half-plane test of every texel's centre."""
    y, x = np.mgrid[:size, :size] + 0.5
    result = []
    for a, b, c in corners:
        sides = [(q[0] - p[0]) * (y - p[1]) - (q[1] - p[1]) * (x - p[0]) for p, q in ((a, b), (b, c), (c, a))]
        result.append(np.all(np.array(sides) >= 0, axis=0) | np.all(np.array(sides) <= 0, axis=0))
    return np.array(result)


def test_texels_are_those_of_the_half_plane_test() -> None:
    random = np.random.default_rng(0)
    corners = random.uniform(-4, 20, (60, 3, 2))
    hits = raster.rasterize(corners, (0, 16), 16)
    found = np.zeros((60, 16, 16), bool)
    found[hits.face, hits.row, hits.column] = True
    assert np.array_equal(found, inside_by_hand(corners, 16))
    band = raster.rasterize(corners, (5, 9), 16)
    assert np.array_equal(np.unique(band.row), np.arange(5, 9)) and len(band.row) == found[:, 5:9].sum()


def test_conservative_texels_are_all_that_a_triangle_touches() -> None:
    """With a margin of half a diagonal no texel is missed that shares any area with the triangle."""
    corners = np.random.default_rng(1).uniform(1, 15, (40, 3, 2))
    hits = raster.rasterize(corners, (0, 16), 16, margin=0.7072)
    found = np.zeros((40, 16, 16), bool)
    found[hits.face, hits.row, hits.column] = True
    fine = inside_by_hand(corners * 8, 128).reshape(40, 16, 8, 16, 8).any((2, 4))
    assert not (fine & ~found).any()


def test_barycentric_weights_give_the_point_back() -> None:
    random = np.random.default_rng(2)
    corners, points = random.uniform(0, 9, (50, 3, 2)), random.uniform(-5, 14, (50, 2))
    weights = raster.barycentric(corners, points)
    assert np.allclose(np.einsum("ni,nij->nj", weights, corners), points)
    near = raster.nearest_barycentric(corners, points)
    assert near.min() >= 0 and np.allclose(near.sum(1), 1)
    # No point of the triangle is nearer: tried on a grid of them.
    place = np.einsum("ni,nij->nj", near, corners)
    grid = np.array([(i / 40, j / 40, 1 - (i + j) / 40) for i in range(41) for j in range(41 - i)])
    others = np.einsum("gi,nij->ngj", grid, corners)
    distance = np.linalg.norm(place - points, axis=1)
    assert (distance <= np.linalg.norm(others - points[:, None], axis=2).min(1) + 1e-9).all()


def test_a_good_layout_has_nothing_to_complain_about() -> None:
    found = layout.examine(SQUARE)
    assert found.tiles == (1001,) and found.overlap == 0 and not found.empty.any() and not found.outside.any()
    assert found.used == pytest.approx(1.0, abs=0.02)


def test_neighbours_in_a_fine_mesh_do_not_overlap() -> None:
    """Faces of about a texel, with UVs in single precision."""
    angles = np.linspace(0, 2 * np.pi, 600)
    rim = 0.5 + 0.49 * np.stack([np.cos(angles), np.sin(angles)], 1)
    fan = np.stack([np.full((599, 2), 0.5), rim[:-1], rim[1:]], 1).astype(np.float32)
    assert layout.examine(fan).overlap == 0


@pytest.mark.parametrize("mirrored", [False, True])
def test_overlaps_are_measured(mirrored: bool) -> None:
    """A second chart over half of the first one, as in textures that both halves of a body share."""
    second = SQUARE * (0.5, 1.0)
    found = layout.examine(np.concatenate([SQUARE, second[:, ::-1] if mirrored else second]))
    assert found.overlap == pytest.approx(0.5, abs=0.02)


def test_faces_without_area_and_outside_are_found() -> None:
    point = np.full((1, 3, 2), 0.5)
    line = np.array([[[0.1, 0.1], [0.2, 0.2], [0.3, 0.3]]])
    nothing = np.full((1, 3, 2), np.nan)
    across = SQUARE[:1] + np.array((0.5, 0.0))
    below = SQUARE[:1] - np.array((0.0, 1.0))
    found = layout.examine(np.concatenate([SQUARE, point, line, nothing, across, below]))
    assert found.empty.tolist() == [False, False, True, True, True, False, False]
    assert found.outside.tolist() == [False] * 5 + [True, True]


def test_tiles() -> None:
    found = layout.examine(np.concatenate([SQUARE, SQUARE + np.array((1, 0)), SQUARE + np.array((2, 1))]))
    assert found.tiles == (1001, 1002, 1013) and found.overlap == 0 and not found.outside.any()
    corner = raster.to_texels(np.array([2.25, 1.75]), 1013, 8)
    assert np.allclose(corner, [2.0, 2.0])
