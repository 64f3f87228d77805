# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cameras, G-buffers and visibility against formulas, and the torch reference against Embree."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from galatea.backend.mesh.clean import Shape
from galatea.backend.raster import embree_raster, torch_raster
from galatea.backend.raster.camera import Camera, look_at, orbit, pixel_rays, project
from galatea.backend.raster.gbuffer import GRAZING, GBuffer, rasterize, resolve
from galatea.backend.raster.visibility import (
    directional_visibility,
    ray_visibility,
    ring_solid_angles,
    rings,
    shared_rows,
)
from galatea.backend.shading.sphere import directions

FOV = math.radians(40.0)
needs_embree = pytest.mark.skipif(not embree_raster.available(), reason="embreex is not installed")


def ball(radius: float = 1.0, center: tuple[float, float, float] = (0.0, 0.0, 0.0), rows: int = 48):
    """Vertices (V, 3), triangles (T, 3) and smooth corner normals (T, 3, 3) of a sphere of latitudes and longitudes."""
    polar = torch.linspace(0.0, math.pi, rows + 1)[:, None]
    azimuth = torch.arange(2 * rows) * (math.pi / rows)
    z = polar.cos().expand(-1, 2 * rows)
    normal = torch.stack((polar.sin() * azimuth.cos(), polar.sin() * azimuth.sin(), z), dim=-1).reshape(-1, 3)
    index = torch.arange((rows + 1) * 2 * rows).reshape(rows + 1, 2 * rows)
    after = index.roll(-1, dims=1)
    upper, lower = (index[:-1], after[:-1]), (index[1:], after[1:])
    triangles = torch.cat(
        (
            torch.stack((upper[0], lower[0], lower[1]), -1).reshape(-1, 3),
            torch.stack((upper[0], lower[1], upper[1]), -1).reshape(-1, 3),
        )
    )
    return radius * normal + torch.tensor(center), triangles, normal[triangles]


def soup(count: int = 300) -> tuple[torch.Tensor, torch.Tensor]:
    """Triangles that pierce each other in all directions."""
    random = torch.Generator().manual_seed(3)
    middle = 2.0 * torch.rand(count, 1, 3, generator=random) - 1.0
    corners = middle + 0.3 * torch.randn(count, 3, 3, generator=random)
    return corners.reshape(-1, 3), torch.arange(3 * count).reshape(-1, 3)


def mesh_of(shape: Shape) -> tuple[torch.Tensor, torch.Tensor]:
    vertices = torch.from_numpy(np.asarray(shape.vertices, np.float32))
    size = (vertices.amax(0) - vertices.amin(0)).amax()
    return (vertices - vertices.mean(0)) / size, torch.from_numpy(np.asarray(shape.triangles, np.int64))


# Cameras


def test_azimuth_0_looks_at_the_front_and_pixels_have_y_down():
    camera = orbit(0.0, 0.0, 4.0, FOV, 100)
    torch.testing.assert_close(camera.position, torch.tensor((0.0, -4.0, 0.0)), atol=1e-6, rtol=0)
    torch.testing.assert_close(camera.axis, torch.tensor((0.0, 1.0, 0.0)), atol=1e-6, rtol=0)
    pixel, depth = project(camera, torch.tensor(((0.0, 0.0, 0.0), (0.5, 0.0, 0.0), (0.0, 0.0, 0.5), (0.0, -5.0, 0.0))))
    torch.testing.assert_close(pixel[0], torch.tensor((50.0, 50.0)), atol=1e-4, rtol=0)
    assert pixel[1, 0] > 60 and pixel[2, 1] < 40, "its left is on the right of the picture, up is up"
    torch.testing.assert_close(depth, torch.tensor((4.0, 4.0, 4.0, -1.0)), atol=1e-5, rtol=0)
    assert orbit(0.5, 0.0, 4.0, FOV, 100).position[0] > 0 and orbit(0.0, 0.5, 4.0, FOV, 100).position[2] > 0


def test_the_field_of_view_goes_across_the_whole_picture():
    edge = 4.0 * math.tan(0.5 * FOV)
    pixel, _ = project(orbit(0.0, 0.0, 4.0, FOV, 64), torch.tensor(((edge, 0.0, 0.0), (-edge, 0.0, -edge))))
    torch.testing.assert_close(pixel, torch.tensor(((64.0, 32.0), (0.0, 64.0))), atol=1e-3, rtol=0)


def test_rays_are_the_inverse_of_projection():
    camera = Camera(orbit(0.7, -0.4, 3.0, FOV, 10).camera_to_world, 30.0, 25.0, 11.0, 7.0, 24, 18)
    depth = torch.linspace(0.5, 9.0, 18 * 24)
    points = camera.position + depth[:, None] * pixel_rays(camera).reshape(-1, 3)
    pixel, found = project(camera, points)
    y, x = torch.meshgrid(torch.arange(18) + 0.5, torch.arange(24) + 0.5, indexing="ij")
    torch.testing.assert_close(pixel, torch.stack((x, y), -1).reshape(-1, 2), atol=1e-3, rtol=0)
    torch.testing.assert_close(found, depth, atol=1e-4, rtol=0)


@pytest.mark.parametrize("height", [-2.0, 2.0])
def test_a_camera_may_look_straight_up_or_down(height):
    matrix = look_at(torch.tensor((0.0, 0.0, height)), torch.zeros(3))
    torch.testing.assert_close(matrix[:3, :3].T @ matrix[:3, :3], torch.eye(3), atol=1e-6, rtol=0)
    assert torch.linalg.det(matrix[:3, :3]) > 0
    torch.testing.assert_close(-matrix[:3, 2], torch.tensor((0.0, 0.0, -math.copysign(1.0, height))))


# G-buffers


def test_a_ball_is_seen_where_the_formula_says():
    vertices, triangles, normals = ball(rows=128)
    camera = orbit(0.3, 0.2, 4.0, FOV, 96)
    gbuffer = rasterize(vertices, triangles, camera, normals)
    ray = torch.nn.functional.normalize(pixel_rays(camera), dim=-1)
    along = -(ray @ camera.position)
    square = along**2 - (camera.position @ camera.position - 1.0)
    assert (gbuffer.mask != (square > 0)).float().mean() < 0.005, "a polyhedron in place of a ball"
    truth = (camera.position + (along - square.clamp_min(0).sqrt())[..., None] * ray)[gbuffer.mask]
    clear = square[gbuffer.mask] > 0.01
    torch.testing.assert_close(gbuffer.position[clear], truth[clear], atol=3e-3, rtol=0)
    torch.testing.assert_close(gbuffer.normal[clear], truth[clear], atol=5e-3, rtol=0)
    torch.testing.assert_close(gbuffer.depth, (gbuffer.position - camera.position) @ camera.axis)
    torch.testing.assert_close(gbuffer.view, -ray[gbuffer.mask], atol=1e-6, rtol=0)
    corners = vertices[triangles[gbuffer.face]]
    again = (gbuffer.barycentric[..., None] * corners).sum(1)
    torch.testing.assert_close(again, gbuffer.position)
    assert gbuffer.face.dtype == torch.int64 and gbuffer.position.dtype == torch.float32


def test_normals_are_on_the_side_of_the_camera_whichever_way_triangles_wind():
    vertices, triangles, normals = ball()
    camera = orbit(0.0, 0.0, 3.0, FOV, 48)
    first = rasterize(vertices, triangles, camera, normals)
    turned = rasterize(vertices, triangles.flip(1), camera, normals.flip(1))
    for gbuffer in (first, turned):
        assert ((gbuffer.normal * gbuffer.view).sum(-1) >= 0.9 * GRAZING).all()
        assert ((gbuffer.geometric_normal * gbuffer.view).sum(-1) >= 0).all()
    torch.testing.assert_close(first.geometric_normal, turned.geometric_normal)


def test_values_become_a_picture_again():
    gbuffer = rasterize(*ball()[:2], orbit(0.0, 0.0, 3.0, FOV, 32))
    number = torch.arange(len(gbuffer.face), dtype=torch.float32)[:, None]
    image = gbuffer.image(number, background=-1.0)
    assert image.shape == (32, 32, 1)
    assert (image[gbuffer.mask] == number).all() and (image[~gbuffer.mask] == -1).all()


def test_a_camera_that_sees_nothing_gives_an_empty_buffer():
    camera = Camera(
        look_at(torch.tensor((0.0, -3.0, 0.0)), torch.tensor((0.0, -9.0, 0.0))), 30.0, 30.0, 16.0, 16.0, 32, 32
    )
    vertices, triangles, normals = ball()
    for gbuffer in (
        rasterize(vertices, triangles, camera, normals),
        resolve(vertices[triangles], camera, normals, torch_raster.first_hits(vertices[triangles], camera)),
    ):
        assert not gbuffer.mask.any() and gbuffer.position.shape == (0, 3) and gbuffer.depth.shape == (0,)
        chosen, row = shared_rows(gbuffer)
        assert chosen.shape == row.shape == (0,)


def agree(vertices: torch.Tensor, triangles: torch.Tensor, camera: Camera) -> float:
    """Part of the pixels in which Embree and torch see different faces at different depths."""
    ours = resolve(vertices[triangles], camera, None, torch_raster.first_hits(vertices[triangles], camera))
    theirs = resolve(vertices[triangles], camera, None, embree_raster.first_hits(vertices, triangles, camera))
    depth = [g.image(g.depth[:, None], background=torch.inf)[..., 0] for g in (ours, theirs)]
    same = torch.isclose(*depth, atol=1e-4, rtol=1e-4)  # two faces meet in an edge: either is right
    assert ours.mask.any()
    return float((~same).float().mean())


@needs_embree
@pytest.mark.parametrize("azimuth, elevation", [(0.4, 0.3), (2.5, -1.2), (-1.0, math.pi / 2)])
def test_torch_sees_what_embree_sees(horse, azimuth, elevation):
    camera = orbit(azimuth, elevation, 2.2, FOV, 80)
    # Rounding at silhouettes: a ray through the very edge may hit or miss.
    assert agree(*mesh_of(horse), camera) < 1e-3
    assert agree(*soup(), camera) < 1e-3


@needs_embree
def test_torch_sees_what_embree_sees_from_within():
    """Triangles that reach behind the camera cannot be projected, but are seen."""
    vertices, triangles = soup()
    assert agree(vertices, triangles, orbit(0.3, 0.1, 0.2, math.radians(100.0), 64)) < 1e-3


@needs_embree
@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e4])
def test_units_do_not_matter(scale):
    vertices, triangles, normals = ball()
    scaled = orbit(0.3, 0.2, 4.0 * scale, FOV, 40)
    seen = rasterize(scale * vertices, triangles, scaled, normals)
    one = rasterize(vertices, triangles, orbit(0.3, 0.2, 4.0, FOV, 40), normals)
    assert (seen.mask == one.mask).float().mean() > 0.999
    way = directions(64)
    free = [
        directional_visibility(s * vertices, triangles, g.position, g.geometric_normal, way)[:200]
        for s, g in ((scale, seen), (1.0, one))
    ]
    assert (free[0] == free[1]).float().mean() > 0.995


# Visibility


def beneath_a_ball() -> tuple[torch.Tensor, torch.Tensor]:
    """A ball of radius 1 whose center is 2 above the origin: it covers 30 degrees around +Z."""
    return ball(1.0, (0.0, 0.0, 2.0), rows=96)[:2]


@pytest.mark.parametrize("caster", [pytest.param("embree", marks=needs_embree), "torch"])
def test_a_ball_covers_the_cone_that_the_formula_says(caster, monkeypatch):
    monkeypatch.setattr(embree_raster, "available", lambda: caster == "embree")
    way = directions(1000)
    up = torch.tensor(((0.0, 0.0, 1.0),))
    free = directional_visibility(*beneath_a_ball(), torch.zeros(1, 3), up, way)[0]
    angle = way[:, 2].clamp(-1, 1).acos()
    edge = math.radians(30.0)
    assert not free[angle < edge - 0.02].any(), "shadow"
    assert free[(angle > edge + 0.02) & (way[:, 2] > 1e-6)].all()
    assert not free[way[:, 2] < 0].any(), "the surface itself hides what lies behind it"


def test_a_ball_does_not_shadow_itself_where_it_is_lit():
    vertices, triangles, normals = ball(rows=64)
    gbuffer = rasterize(vertices, triangles, orbit(0.0, 0.4, 3.0, FOV, 32), normals)
    way = directions(128)
    free = directional_visibility(vertices, triangles, gbuffer.position, gbuffer.geometric_normal, way)
    assert (free == (gbuffer.geometric_normal @ way.T > 0)).all()


def test_rays_of_each_points_own_agree_with_shared_directions():
    way = directions(60)
    points = torch.tensor(((0.0, 0.0, 0.0), (1.5, 0.0, 0.0), (0.0, -3.0, 0.5)))
    normal = torch.tensor((0.0, 0.0, 1.0)).expand(3, 3)
    shared = directional_visibility(*beneath_a_ball(), points, normal, way)
    own = ray_visibility(*beneath_a_ball(), points, normal, way.expand(3, -1, -1))
    assert (shared == own).all() and shared.any() and not shared[:, way[:, 2] > 0].all()


def test_rings_lie_around_their_axes():
    axes = torch.cat((directions(50), torch.tensor(((0.0, 0.0, 1.0), (0.0, 0.0, -1.0)))))
    ways = rings(axes)
    torch.testing.assert_close(ways.norm(dim=-1), torch.ones(ways.shape[:2]), atol=1e-5, rtol=0)
    cosine = (ways * axes[:, None]).sum(-1)
    torch.testing.assert_close(cosine, cosine[:1].expand_as(cosine), atol=1e-5, rtol=0)
    mean = torch.nn.functional.normalize(ways.sum(1), dim=-1)
    torch.testing.assert_close(mean, axes, atol=1e-4, rtol=0)
    axis, ring = ring_solid_angles()
    assert ring.shape == (ways.shape[1],) and axis > 0 and (ring > 0).all()


def box() -> tuple[torch.Tensor, torch.Tensor]:
    vertices = torch.tensor([[x, y, z] for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)])
    quads = torch.tensor([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])
    return vertices, torch.cat((quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]))


def test_neighbours_share_a_row_but_not_around_an_edge():
    gbuffer: GBuffer = rasterize(*box(), orbit(0.6, 0.5, 6.0, FOV, 64))
    chosen, row = shared_rows(gbuffer, 2)
    assert len(chosen) < 0.4 * len(row), "about one for four points"
    assert row.min() == 0 and row.max() == len(chosen) - 1
    assert (row[chosen] == torch.arange(len(chosen))).all(), "who stands for others stands for himself"
    torch.testing.assert_close(gbuffer.geometric_normal[chosen][row], gbuffer.geometric_normal)
    y, x = gbuffer.mask.nonzero(as_tuple=True)
    assert (y[chosen][row] // 2 == y // 2).all() and (x[chosen][row] // 2 == x // 2).all()
