# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import functools

import numpy as np
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from galatea.backend.training.shapes import FAMILIES, Shape, animals, make, nature
from galatea.backend.training.shapes.implicit import ellipsoid, field, limb, surface
from galatea.backend.training.shapes.primitives import volume

ORGANIC = (*animals.FAMILIES, *nature.FAMILIES)
by_family = pytest.mark.parametrize("family", ORGANIC, ids=lambda family: family.name)


@functools.cache
def member(name: str) -> Shape:
    number, family = next((i, family) for i, family in enumerate(ORGANIC) if family.name == name)
    return make(family, 1000 + number)


def directed_edges(triangles: np.ndarray) -> np.ndarray:
    return triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)


def assert_closed(triangles: np.ndarray) -> None:
    edges = directed_edges(triangles)
    there = np.unique(edges, axis=0)
    assert len(there) == len(edges), "a side is used twice in one direction"
    np.testing.assert_array_equal(there, np.unique(edges[:, ::-1], axis=0), "a side has one face only")


def test_every_name_is_one_family() -> None:
    names = [family.name for family in FAMILIES]
    assert len(set(names)) == len(names)
    assert set(ORGANIC) <= set(FAMILIES)


@by_family
def test_closed_and_outward(family) -> None:
    shape = member(family.name)
    assert_closed(shape.triangles)
    edges = directed_edges(shape.triangles)
    count = len(shape.vertices)
    graph = coo_matrix((np.ones(len(edges)), edges.T), shape=(count, count))
    _, body = connected_components(graph, directed=False)
    corners = shape.vertices.astype(np.float64)[shape.triangles]
    six_volumes = np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2]))
    volumes = np.bincount(body[shape.triangles[:, 0]], six_volumes) / 6
    assert volumes.min() > -1e-6 and volumes.sum() > 0.005
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    area = np.linalg.norm(faces, axis=1)
    assert np.mean(area < 1e-9) < 0.01
    np.testing.assert_allclose(np.linalg.norm(shape.corner_normals, axis=2)[area > 1e-9], 1, atol=1e-3)
    agreement = np.einsum("tci,ti->tc", shape.corner_normals, faces).min(axis=1) > 0
    assert np.average(agreement, weights=area) > 0.97


@by_family
def test_normalised_and_of_a_moderate_size(family) -> None:
    shape = member(family.name)
    lower, upper = shape.vertices.min(axis=0), shape.vertices.max(axis=0)
    np.testing.assert_allclose((lower + upper) / 2, 0, atol=1e-5)
    assert (upper - lower).max() / 2 == pytest.approx(1, abs=1e-5)
    assert np.isfinite(shape.vertices).all()
    assert 1500 < len(shape.triangles) < 15000
    assert shape.vertices.dtype == np.float32 and shape.triangles.dtype == np.int32


@by_family
def test_parts_are_all_used_and_the_first_is_a_main_one(family) -> None:
    shape = member(family.name)
    assert shape.name == family.name
    assert shape.parts.shape == (len(shape.triangles),)
    corners = shape.vertices[shape.triangles]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    shares = np.bincount(shape.parts, area, len(shape.part_names)) / area.sum()
    assert len(shares) == len(shape.part_names) == len(set(shape.part_names))
    assert shares.min() > 0
    assert shares[0] > 0.2


@pytest.mark.parametrize("family", animals.FAMILIES, ids=lambda family: family.name)
def test_animals_look_ahead_and_stand_on_their_feet(family) -> None:
    shape = member(family.name)

    def middle(part: str) -> np.ndarray:
        return shape.vertices[shape.triangles[shape.parts == shape.part_names.index(part)]].mean(axis=(0, 1))

    assert middle("eyes")[1] < -0.05
    for part in {"legs", "feet", "hooves"} & set(shape.part_names):
        assert middle(part)[2] < middle("eyes")[2] + 0.05
    if "tail" in shape.part_names:
        assert middle("tail")[1] > middle("eyes")[1]


@pytest.mark.parametrize("name", ["cat", "bird", "snake", "tree", "rock", "flower", "fish"])
def test_seeds_differ_and_repeat(name: str) -> None:
    family = next(family for family in ORGANIC if family.name == name)
    first, again, other = make(family, 7), make(family, 7), make(family, 8)
    np.testing.assert_array_equal(first.vertices, again.vertices)
    np.testing.assert_array_equal(first.triangles, again.triangles)
    assert first.part_names == again.part_names
    same = first.vertices.shape == other.vertices.shape
    assert not same or np.abs(first.vertices - other.vertices).max() > 0.01


def test_the_surface_of_a_ball_is_a_ball() -> None:
    piece = surface([ellipsoid((0.3, -0.2, 0.1), 0.7, "body")], 3000)
    assert_closed(piece.triangles)
    distance = np.linalg.norm(piece.vertices - (0.3, -0.2, 0.1), axis=1)
    np.testing.assert_allclose(distance, 0.7, atol=1e-3)
    assert volume(piece.vertices, piece.triangles) == pytest.approx(4 / 3 * np.pi * 0.7**3, rel=0.01)
    assert len(piece.triangles) == pytest.approx(3000, rel=0.2)


def test_blobs_melt_and_are_carved() -> None:
    between = np.array([[0.0, 0.0, 0.0]])
    apart = [ellipsoid((x, 0, 0), 0.45, "body", blend=0.0) for x in (-0.5, 0.5)]
    melted = [ellipsoid((x, 0, 0), 0.45, "body", blend=0.4) for x in (-0.5, 0.5)]
    assert field(apart, between)[0] == pytest.approx(0.05)
    assert field(melted, between)[0] == pytest.approx(0.05 - 0.4 / 4)
    hollow = [apart[0], ellipsoid((-0.5, 0, 0), 0.3, "body", 0.0, carved=True)]
    assert field(hollow, np.array([[-0.5, 0, 0]]))[0] == pytest.approx(0.3)


def test_a_cone_has_the_radii_of_its_ends_and_can_be_flat() -> None:
    cone = limb([(0, 0, 0), (0, 0, 2)], [0.4, 0.2], "body", flat=((1, 0, 0), 0.5))
    distances = cone.distance(
        np.array([[0.0, 0.4, 0.0], [0.2, 0.0, 0.0], [0.0, 0.2, 2.0], [0.0, 0.3, 1.0], [0.0, 0.0, 2.2]])
    )
    np.testing.assert_allclose(distances, 0, atol=1e-9)


def test_triangles_are_cut_where_parts_meet() -> None:
    blobs = [ellipsoid((0, -0.5, 0), 0.6, "body", 0.0), ellipsoid((0, 0.5, 0), 0.6, "head", 0.1)]
    piece = surface(blobs, 2000)
    assert_closed(piece.triangles)
    centre = piece.vertices[piece.triangles].mean(axis=1)[:, 1]
    head = np.array([name == "head" for name in piece.part])
    cell = 0.08
    assert centre[head].min() > -0.3 * cell and centre[~head].max() < 0.3 * cell
    assert piece.part[0] == "body"
