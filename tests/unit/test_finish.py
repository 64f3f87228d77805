# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finishing: any messy mesh becomes closed, manifold, outward; its looks are found again on it."""

from __future__ import annotations

import numpy as np
import pytest

from galatea.backend.capabilities import run
from galatea.backend.finish import holes, nearest, place, repair
from galatea.backend.job import Job, JobError
from galatea.backend.mesh.clean import Shape, clean, decimated, open_edges
from galatea.backend.texturing import mesh as texture_mesh


def sphere(rows: int = 24, columns: int = 32) -> Shape:
    polar = np.linspace(0, np.pi, rows + 1)[:, None]
    turn = np.linspace(0, 2 * np.pi, columns, endpoint=False)
    points = np.stack(
        [np.sin(polar) * np.cos(turn), np.sin(polar) * np.sin(turn), np.cos(polar) + 0 * turn], axis=-1
    ).reshape(-1, 3)
    i, j = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    a, b = i * columns + j, i * columns + (j + 1) % columns
    quads = np.stack([a, a + columns, b + columns, b], axis=-1).reshape(-1, 4)
    return clean(points, np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]))


def edge_counts(triangles: np.ndarray) -> np.ndarray:
    edges = np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    return np.unique(edges, axis=0, return_counts=True)[1]


def volume(shape: Shape) -> float:
    a, b, c = np.moveaxis(shape.vertices[shape.triangles], 1, 0)
    return float(np.einsum("ni,ni->n", a, np.cross(b, c)).sum() / 6)


def test_faces_that_look_anywhere_are_turned_outward():
    ball = sphere()
    random = np.random.default_rng(0).random(len(ball.triangles)) < 0.4
    mixed = ball.triangles.copy()
    mixed[random] = mixed[random][:, ::-1]
    fixed, turned = repair.outward(Shape(ball.vertices, mixed))
    assert volume(fixed) == pytest.approx(volume(ball)) and volume(ball) > 4
    assert turned == random.sum()


def test_extra_faces_go_until_every_edge_has_two():
    ball = sphere()
    fins = np.array([[a, b, (a + 300) % len(ball.vertices)] for a, b, _ in ball.triangles[::40]])
    messy = Shape(ball.vertices, np.concatenate([ball.triangles, ball.triangles[:10, [1, 2, 0]], fins]))
    assert edge_counts(messy.triangles).max() > 2
    fixed, gone = repair.manifold(messy)
    assert edge_counts(fixed.triangles).max() == 2 and gone >= 10


def test_two_cones_that_touch_at_their_tips_come_apart():
    tip, circle = np.zeros((1, 3)), np.array([[np.cos(t), np.sin(t), 1] for t in np.arange(8) * np.pi / 4])
    vertices = np.concatenate([tip, circle, -circle])
    ring = np.arange(8)
    cones = np.concatenate(
        [np.stack([0 * ring, 1 + ring, 1 + (ring + 1) % 8], 1) + np.array([0, s, s]) for s in (0, 8)]
    )
    fixed, _ = repair.manifold(Shape(vertices, cones.astype(np.int32)))
    assert len(fixed.vertices) == 18


@pytest.mark.parametrize("share", [0.02, 0.2])
def test_holes_are_closed_without_bulging(share):
    ball = sphere()
    centers = ball.vertices[ball.triangles].mean(axis=1)
    open_ball = Shape(ball.vertices, ball.triangles[(centers[:, 2] < 1 - 2 * share) | (np.abs(centers[:, 0]) > 0.9)])
    assert open_edges(open_ball) > 0
    closed, count, left = holes.filled(open_ball, longest=10)
    assert (count, left) == (1, 0) and open_edges(closed) == 0
    assert edge_counts(closed.triangles).tolist() == [2] * (len(closed.triangles) * 3 // 2)
    # The cap of the unit sphere that is cut off, with the height of the hole.
    height = 1 - open_ball.vertices[np.unique(open_ball.triangles)][:, 2].max()
    lost = np.pi * height**2 * (3 - height) / 3
    assert volume(closed) == pytest.approx(volume(ball) - lost, rel=0.02)


def test_a_large_hole_stays_when_it_is_meant_to():
    ball = sphere()
    half = Shape(ball.vertices, ball.triangles[ball.vertices[ball.triangles].mean(axis=1)[:, 2] < 0])
    closed, count, left = holes.filled(half, longest=0.5)
    assert (count, left) == (0, 1) and len(closed.triangles) == len(half.triangles)


def test_floaters_go_and_parts_stay():
    ball = sphere()
    crumbs = [ball.vertices * size + offset for size, offset in ((0.5, 3.0), (0.02, 2.0), (0.01, -2.0))]
    count = len(ball.vertices)
    together = Shape(
        np.concatenate([ball.vertices, *crumbs]), np.concatenate([ball.triangles + i * count for i in range(4)])
    )
    rest, gone = repair.without_floaters(together, 0.01)
    assert gone == 2 and len(rest.triangles) == 2 * len(ball.triangles)


def test_height_and_origin():
    ball = sphere()
    vertices, offset, scale = place.placed(ball.vertices + np.array([5, 6, 7]), height=1.8, to_base=True)
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    assert high[2] - low[2] == pytest.approx(1.8) and low[2] == pytest.approx(0)
    assert (low + high)[:2] == pytest.approx([0, 0])
    assert (ball.vertices + np.array([5, 6, 7]) - offset) * scale == pytest.approx(vertices)


def test_the_nearest_place_is_the_nearest_of_all():
    ball = sphere(12, 16)
    random = np.random.default_rng(0)
    points = random.normal(size=(200, 3))
    points *= (random.uniform(0.9, 1.1, 200) / np.linalg.norm(points, axis=1))[:, None]
    found = nearest.NearestFinder(ball.vertices, ball.triangles).nearest(points, points)
    corners = ball.vertices[ball.triangles]
    there = np.einsum("nc,ncd->nd", found.barycentric, corners[found.face])
    assert np.linalg.norm(there - points, axis=1) == pytest.approx(found.distance)
    _, every = nearest._closest(corners[None], points[:, None])
    assert found.distance == pytest.approx(every.min(axis=1), abs=1e-9)


def test_along_the_normal_it_finds_the_place_above_or_below():
    ball = sphere(40, 60)
    points = np.random.default_rng(0).normal(size=(300, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    finder = nearest.NearestFinder(ball.vertices, ball.triangles)
    # The last is far: the nearest place, which on a ball is the same but for the coarseness of its faces.
    for height, exact in ((0.98, 0.005), (1.02, 0.005), (1.5, 0.03)):
        found = finder.find(height * points, points)
        there = np.einsum("nc,ncd->nd", found.barycentric, ball.vertices[ball.triangles][found.face])
        assert there == pytest.approx(points, abs=exact)


def test_the_two_sides_of_a_thin_wall_are_told_apart():
    square = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], float)
    wall = np.concatenate([square + np.array([0, 0, 0.002]), square[::-1]])
    finder = nearest.NearestFinder(wall, np.array([[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]]))
    points = np.array([[0.3, 0.6, 0.0009], [0.7, 0.2, 0.0009]])
    assert (finder.find(points, np.array([[0, 0, 1.0]] * 2)).face < 2).all()
    assert (finder.find(points, np.array([[0, 0, -1.0]] * 2)).face >= 2).all()


def test_a_messy_scan_ends_closed_and_light():
    ball, random = sphere(60, 80), np.random.default_rng(1)
    rough = ball.vertices * (1 + 0.01 * random.normal(size=(len(ball.vertices), 1)))
    triangles = ball.triangles[random.random(len(ball.triangles)) > 0.03]
    turned = random.random(len(triangles)) < 0.1
    triangles[turned] = triangles[turned][:, ::-1]
    shape, _ = repair.manifold(Shape(rough, triangles))
    shape, _ = repair.outward(shape)
    shape, closed, left = holes.filled(shape, longest=2)
    assert closed > 50 and left == 0 and open_edges(shape) == 0
    light, _ = repair.manifold(decimated(shape, 2000))
    assert len(light.triangles) <= 2000 and edge_counts(light.triangles).max() == 2
    assert volume(light) == pytest.approx(volume(ball), rel=0.02)


# The capability


@pytest.fixture(scope="module")
def scan(tmp_path_factory):
    """A scanned ball, torn, rough, partly inside out, with crumbs; red above, blue below; and what finishing makes."""
    pytest.importorskip("torch")
    ball, random = sphere(80, 100), np.random.default_rng(1)
    rough = ball.vertices * (1 + 0.004 * random.normal(size=(len(ball.vertices), 1)))
    keep = random.random(len(ball.triangles)) > 0.02
    triangles = ball.triangles[keep]
    turned = random.random(len(triangles)) < 0.1
    triangles[turned] = triangles[turned][:, ::-1]
    vertices = np.concatenate([rough, 0.01 * ball.vertices + np.array([2, 0, 0])]) * 0.3 + np.array([4, 5, 6])
    triangles = np.concatenate([triangles, ball.triangles[::50] + len(rough)])
    dense = texture_mesh.single(vertices, triangles, _corner_normals(vertices, triangles), None)
    folder = tmp_path_factory.mktemp("job")
    (folder / "in").mkdir()
    texture_mesh.save(dense, folder / "in/mesh.npz")
    red, blue = [0.6, 0.02, 0.02, 0.3, 0], [0.02, 0.02, 0.6, 0.3, 0]
    with np.load(folder / "in/mesh.npz") as data:
        look = np.where(vertices[triangles][..., 2:] > 6, red, blue)
        np.savez(folder / "in/mesh.npz", **data, corner_look=look)
    job = Job(folder)
    files, report = run("finish", {"faces": 2000, "height": 1.8, "resolution": 512}, job)
    return folder, files, report


def _corner_normals(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    normal = vertices - vertices.mean(axis=0)
    return (normal / np.linalg.norm(normal, axis=1, keepdims=True))[triangles]


def test_a_scan_ends_closed_light_unwrapped_and_upright(scan):
    folder, files, report = scan
    assert report["manifold"] and report["parts"] == 1 and report["faces"] <= 2000
    assert report["uv_overlap"] == 0 and report["texels_per_meter"] > 50
    with np.load(folder / files["mesh"]) as data:
        vertices, triangles = data["vertices"], data["triangles"]
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    assert (low[2], high[2]) == pytest.approx((0, 1.8)) and (low + high)[:2] == pytest.approx((0, 0))
    assert volume(Shape(vertices, triangles)) == pytest.approx(4 / 3 * np.pi * 0.9**3, rel=0.05)
    assert any("holes were closed" in note for note in report["notes"])


def test_its_colors_arrive_on_the_right_side(scan):
    folder, files, _ = scan
    from PIL import Image

    picture = np.asarray(Image.open(folder / files["0/base_color.1001"])) / 255
    with np.load(folder / files["mesh"]) as data:
        centers, uv = data["vertices"][data["triangles"]].mean(axis=1), data["corner_uv"].mean(axis=1)
    colour = picture[((1 - uv[:, 1]) * 512).astype(int), (uv[:, 0] * 512).astype(int)]
    assert (colour[centers[:, 2] > 1.0] - colour[centers[:, 2] > 1.0].mean(axis=0)).std() < 0.02
    assert (colour[centers[:, 2] > 1.0, 0] > 0.7).all() and (colour[centers[:, 2] < 0.8, 2] > 0.7).all()


def test_nonsense_and_empty_meshes_get_a_sentence(scan, tmp_path):
    for params in ({"faces": 3}, {"resolution": 1000}, {"height": -1.0}):
        with pytest.raises(JobError) as raised:
            run("finish", params, Job(scan[0]))
        assert raised.value.hint
    (tmp_path / "in").mkdir()
    empty = texture_mesh.single(np.zeros((3, 3)), np.zeros((0, 3), int), np.zeros((0, 3, 3)), None)
    texture_mesh.save(empty, tmp_path / "in/mesh.npz")
    with pytest.raises(JobError, match="no faces"):
        run("finish", {}, Job(tmp_path))
