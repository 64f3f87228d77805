# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cameras around the mesh, what they see, control pictures, and shading by tables."""

from __future__ import annotations

import dataclasses
import itertools
import math

import pytest
import torch

from galatea.backend.raster.visibility import directional_visibility
from galatea.backend.shading import display
from galatea.backend.shading.controls import OVERSAMPLING, downsample
from galatea.backend.shading.pbr import Material, shade
from galatea.backend.texturing import cameras, lights, lit
from galatea.backend.texturing.cameras import Place
from galatea.backend.texturing.solid import surface_points
from galatea.backend.texturing.views import control, render, view_of

from .texturing_shapes import ball, plain, spotted, two_balls

SIZE = 48


@pytest.fixture(scope="module")
def solid():
    return two_balls()


@pytest.fixture(scope="module")
def view(solid):
    return view_of(solid, cameras.framed(solid, Place(0.4, 0.3), OVERSAMPLING * SIZE))


@pytest.fixture(scope="module")
def light():
    return lights.sheet_lights(1, 0)[0]


def test_the_first_places_are_the_canonical_ones(solid):
    places = cameras.places(solid, 6, 0)
    assert [place.word() for place in places[:4]] == ["front", "rear", "side", "side"]
    assert len({(place.azimuth, place.elevation) for place in places}) == 6


def test_places_see_the_whole_surface(solid):
    points, normals = surface_points(solid, 800, 7)
    toward = torch.tensor([place.direction() for place in cameras.places(solid, 12, 0)])
    seen = directional_visibility(solid.vertices, solid.triangles, points, normals, toward) & (normals @ toward.T > 0.3)
    all_of_them, canonical = (part.any(1).float().mean() for part in (seen, seen[:, :4]))
    assert all_of_them > 0.93 and all_of_them > canonical + 0.05


def test_a_framed_picture_holds_the_mesh_and_little_else(solid):
    for place in cameras.places(solid, 8, 1):
        mask = view_of(solid, cameras.framed(solid, place, OVERSAMPLING * SIZE)).gbuffer.mask
        border = torch.cat((mask[0], mask[-1], mask[:, 0], mask[:, -1]))
        assert not border.any()
        rows, columns = mask.any(1).nonzero(), mask.any(0).nonzero()
        assert max(len(rows), len(columns)) > 0.7 * len(mask)


def test_points_lie_on_the_surface_away_from_silhouettes(view):
    centre = torch.where(view.points.position[:, :1] > 0, 0.5, -0.5) * torch.tensor((1.0, 0.0, 0.0)) / 0.95
    radius = (view.points.position - centre).norm(dim=-1)
    assert (radius - 0.45 / 0.95).abs().max() < 0.01
    hit = downsample(view.gbuffer.mask[..., None].float())[..., 0].flatten()
    assert (hit[view.points.pixel] == 1.0).all()
    assert view.points.cosine.min() > 0.1


def test_unpainted_faces_are_known(solid):
    half = dataclasses.replace(solid, painted=solid.vertices[solid.triangles].mean(1)[:, 0] > 0)
    points = view_of(half, cameras.framed(half, Place(0.0, 0.0), OVERSAMPLING * SIZE)).points
    assert torch.equal(points.painted, points.position[:, 0] > 0)


def test_a_control_is_black_around_the_mesh_and_follows_the_light(view, light):
    one = control(view, light)
    assert one.shape == (3, SIZE, SIZE) and one.min() >= 0.0 and one.max() <= 1.0
    empty = downsample(view.gbuffer.mask[..., None].float())[..., 0] == 0.0
    assert one[:, empty].max() == 0.0
    turn = torch.diag(torch.tensor((-1.0, -1.0, 1.0)))
    assert (one - control(view, light.rotated(turn))).abs().mean() > 0.02


def test_lights_are_grey_and_differ():
    several = lights.random_lights(4, 0) + lights.sheet_lights(2, 0)
    for light in several:
        assert torch.equal(light.flux[:, 0], light.flux[:, 1])
        assert abs(float(light.environment.mean()[0]) - lights.EXPOSURE) < 1e-3
    for one, other in itertools.pairwise(several):
        assert (one.flux - other.flux).abs().sum() > 0.3 * one.flux.sum()


def test_sheet_lights_shine_from_different_sides():
    sides = [light.flux[:, 0] @ light.directions[:, :2] for light in lights.sheet_lights(3, 0)]
    angles = sorted(math.atan2(float(side[1]), float(side[0])) for side in sides)
    assert min(b - a for a, b in itertools.pairwise(angles)) > math.radians(100)


@pytest.mark.parametrize("roughness", lit.KNOTS)
@pytest.mark.parametrize("metallic", [0.0, 1.0])
def test_tables_shade_exactly_as_the_renderer_at_their_roughnesses(view, light, roughness, metallic):
    points = view.points
    table = lit.tables(points.surface, points.normal, light)
    material = plain((0.6, 0.3, 0.1), roughness, metallic)(points.position, points.normal)
    assert torch.allclose(lit.radiance(material, table), shade(material, points.surface, light), rtol=1e-3, atol=1e-4)


def test_tables_shade_nearly_the_same_between(view, light):
    points = view.points
    table = lit.tables(points.surface, points.normal, light)
    material = spotted(points.position, points.normal)
    ours, exact = lit.radiance(material, table), shade(material, points.surface, light)
    assert (display.encode(ours) - display.encode(exact)).abs().mean() < 0.004
    assert (display.encode(exact)).std() > 0.1


def test_bumps_change_the_light_as_in_the_renderer(view, light):
    points = view.points
    table = lit.tables(points.surface, points.normal, light)
    smooth = plain((0.5, 0.5, 0.5), 0.8)(points.position, points.normal)
    tilt = 0.1 * torch.randn(len(points.normal), 3, generator=torch.Generator().manual_seed(0))
    bumped = dataclasses.replace(smooth, normal=torch.nn.functional.normalize(points.normal + tilt, dim=-1))
    change = lit.radiance(bumped, table) - lit.radiance(smooth, table)
    exact = shade(bumped, points.surface, light) - shade(smooth, points.surface, light)
    assert (change - exact).abs().mean() < 0.35 * exact.abs().mean()


def test_the_gradient_of_tables_is_that_of_the_renderer(view, light):
    points = view.points
    table = lit.tables(points.surface, points.normal, light)
    chosen = torch.arange(0, len(points.position), 7)

    def gradient(function) -> list[torch.Tensor]:
        count = len(points.position)
        albedo = torch.full((count, 3), 0.4, requires_grad=True)
        roughness = torch.full((count,), 0.5, requires_grad=True)
        metallic = torch.full((count,), 0.3, requires_grad=True)
        function(Material(albedo, roughness, metallic, points.normal)).square().sum().backward()
        return [value.grad[chosen] for value in (albedo, roughness, metallic)]

    ours = gradient(lambda material: lit.radiance(material, table))
    exact = gradient(lambda material: shade(material, points.surface, light))
    for one, other in zip(ours, exact):
        cosine = torch.nn.functional.cosine_similarity(one.flatten(), other.flatten(), dim=0)
        assert cosine > 0.9


def test_a_render_is_the_texture_seen_in_the_light(view, light):
    bright, dark = (render(view, light, plain((value,) * 3)) for value in (0.8, 0.1))
    inside = view.points.pixel
    assert (bright.flatten(1)[:, inside] > dark.flatten(1)[:, inside]).float().mean() > 0.99


def test_a_ball_is_seen_the_same_from_all_sides():
    solid = ball()
    counts = {
        int(view_of(solid, cameras.framed(solid, place, 64)).gbuffer.mask.sum())
        for place in cameras.places(solid, 5, 0)
    }
    assert max(counts) < 1.05 * min(counts)
