# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shading against formulas, integrals and invariants. Against Cycles: ``benchmarks/shading.py``."""

from __future__ import annotations

import dataclasses
import math

import pytest
import torch

from galatea.backend.raster.camera import orbit
from galatea.backend.raster.gbuffer import rasterize
from galatea.backend.shading import display, environment, pbr, procedural
from galatea.backend.shading.environment import Environment, Light, flux_of, prepare
from galatea.backend.shading.microfacet import fresnel_dielectric, fresnel_schlick, ggx, specular_brdf, tables
from galatea.backend.shading.pbr import Material, light_control, shade
from galatea.backend.shading.prefilter import LEVELS, prefilter
from galatea.backend.shading.procedural import about_z
from galatea.backend.shading.sphere import directions, look_up, texel_directions, texel_solid_angles
from galatea.backend.shading.surface import Surface, visible_surface

UP = torch.tensor((0.0, 0.0, 1.0))
WAYS = directions(128)
HEIGHT = procedural.HEIGHT


def material(count: int, albedo=(0.8, 0.8, 0.8), roughness=0.5, metallic=0.0, normal=UP) -> Material:
    return Material(
        torch.tensor(albedo).expand(count, 3),
        torch.full((count,), roughness),
        torch.full((count,), metallic),
        normal.expand(count, 3),
    )


def bare(view: torch.Tensor, normal: torch.Tensor = UP) -> Surface:
    """Points that nothing shadows, seen from views (N, 3)."""
    return Surface(torch.zeros_like(view), normal.expand_as(view), view)


def towards(polar: float | torch.Tensor, azimuth: float = 0.0) -> torch.Tensor:
    """Unit directions (N, 3) at angles from +Z."""
    polar = torch.as_tensor(polar, dtype=torch.float32).reshape(-1)
    azimuth = torch.tensor(azimuth)
    return torch.stack((polar.sin() * azimuth.cos(), polar.sin() * azimuth.sin(), polar.cos()), dim=-1)


VIEWS = towards(torch.linspace(0.0, 1.3, 14))


def spot(direction: torch.Tensor, radius: float = 0.15) -> Environment:
    """A round light with an irradiance of 1 on a surface that faces it."""
    within = (texel_directions(HEIGHT) @ direction > math.cos(radius)).float()[..., None]
    amount = (within * texel_solid_angles(HEIGHT)[..., None]).sum()
    return Environment((within / amount).expand(-1, -1, 3).contiguous())


# Display


def test_display_encoding_is_that_of_srgb():
    linear = torch.tensor((0.0, 0.0031308, 0.18, 0.5, 1.0, 7.0, -1.0))
    truth = torch.tensor((0.0, 0.040450, 0.461356, 0.735357, 1.0, 1.0, 0.0))
    torch.testing.assert_close(display.encode(linear), truth, atol=2e-6, rtol=0)
    values = torch.linspace(0.0, 1.0, 256)
    torch.testing.assert_close(display.decode(display.encode(values)), values, atol=1e-6, rtol=0)


def test_display_encoding_has_a_finite_gradient_everywhere():
    values = torch.tensor((0.0, 1e-9, 0.0031308, 0.5, 1.0), requires_grad=True)
    display.encode(values).sum().backward()
    assert torch.isfinite(values.grad).all() and (values.grad[:4] > 0).all()


# The picture of the sphere


def test_pictures_of_the_sphere_are_laid_out_as_blenders():
    picture = torch.zeros(1, 32, 64, 1)
    picture[0, 0], picture[0, 16, 32], picture[0, 16, 48] = 1.0, 2.0, 3.0
    ways = texel_directions(32)
    for row, column, axis in ((0, 0, (0.0, 0.0, 1.0)), (16, 32, (1.0, 0.0, 0.0)), (16, 48, (0.0, -1.0, 0.0))):
        assert ways[row, column] @ torch.tensor(axis) > 0.99
        torch.testing.assert_close(look_up(picture, ways[row, column][None]), picture[:, row, column])


def test_looking_up_a_texel_gives_it_and_the_picture_goes_round():
    picture = torch.rand(1, 16, 32, 3, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(
        look_up(picture, texel_directions(16).reshape(-1, 3)), picture.reshape(-1, 3), atol=1e-4, rtol=0
    )
    seam = look_up(picture, torch.tensor(((-1.0, 1e-5, -0.05), (-1.0, -1e-5, -0.05))))
    torch.testing.assert_close(seam[0], seam[1], atol=1e-3, rtol=0)


def test_levels_are_mixed():
    stack = torch.stack([torch.full((8, 16, 1), float(i)) for i in range(3)])
    level = torch.tensor((0.0, 0.25, 1.5, 2.0, 9.0))
    torch.testing.assert_close(look_up(stack, UP.expand(5, 3), level)[:, 0], torch.tensor((0.0, 0.25, 1.5, 2.0, 2.0)))


def test_solid_angles_cover_the_sphere():
    assert float(texel_solid_angles(64).sum() * 128) == pytest.approx(4 * math.pi, rel=1e-5)
    assert WAYS.mean(0).norm() < 1e-2
    torch.testing.assert_close(WAYS.T @ WAYS / len(WAYS), torch.eye(3) / 3, atol=5e-3, rtol=0)


# Lights


def test_blurring_keeps_the_mean_and_a_constant():
    light = procedural.studio(1)
    levels, irradiance = prefilter(light.radiance)
    assert len(levels) == len(LEVELS) and (levels[0] == light.radiance).all()
    for level in (*levels, irradiance / math.pi):
        torch.testing.assert_close(Environment(level).mean(), light.mean(), rtol=2e-3, atol=0)
    contrast = [float(level.std()) for level in levels]
    assert contrast == sorted(contrast, reverse=True)
    for level in prefilter(procedural.uniform(2.0).radiance)[0]:
        torch.testing.assert_close(level, torch.full_like(level, 2.0), rtol=1e-4, atol=0)


def test_irradiance_of_a_gradient_sky_is_the_integral():
    """Radiance 1 + z gives pi (1 + 2 n_z / 3)."""
    ways = texel_directions(HEIGHT)
    sky = (1.0 + ways[..., 2:]).expand(-1, -1, 3).contiguous()
    truth = math.pi * (1.0 + 2.0 / 3.0 * ways[..., 2:]).expand(-1, -1, 3)
    torch.testing.assert_close(prefilter(sky)[1], truth, rtol=2e-3, atol=0)


@pytest.mark.parametrize("turn", [0.0, 1.0])
def test_the_directions_share_out_all_the_light(turn):
    light = procedural.sky(2).rotated(about_z(turn))
    flux = flux_of(light, WAYS)
    torch.testing.assert_close(flux.sum(0), 4 * math.pi * light.mean(), rtol=1e-3, atol=0)
    brightest = WAYS[flux.sum(-1).argmax()]
    peak = texel_directions(HEIGHT).reshape(-1, 3)[light.radiance.sum(-1).argmax()] @ about_z(turn).T
    assert brightest @ peak > math.cos(math.radians(12.0))


def test_a_turned_light_comes_from_where_it_was_turned_to():
    light = prepare(spot(torch.tensor((1.0, 0.0, 0.0))), WAYS)
    axes = torch.tensor(((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (-1.0, 0.0, 0.0)))
    surface = Surface(torch.zeros(3, 3), axes, axes)
    turned = light.rotated(about_z(math.pi / 2))
    first, second = (shade(material(3, normal=axes, roughness=1.0), surface, one)[:, 0] for one in (light, turned))
    assert first.argmax() == 0 and second.argmax() == 1
    torch.testing.assert_close(second[1], first[0], rtol=1e-3, atol=0)
    assert light.environment.look_up(axes)[:, 0].argmax() == 0
    assert turned.environment.look_up(axes)[:, 0].argmax() == 1


@pytest.mark.parametrize("kind", procedural.KINDS, ids=lambda kind: kind.__name__)
def test_made_lights_are_exposed_alike_and_come_from_their_seed(kind):
    first = kind(11)
    assert first.radiance.shape == (HEIGHT, 2 * HEIGHT, 3) and first.radiance.min() >= 0
    assert float(display.luminance(first.mean())) == pytest.approx(procedural.KEY, rel=1e-4)
    assert (first.radiance == kind(11).radiance).all()
    assert (first.radiance - kind(12).radiance).abs().mean() > 0.01


def test_photographed_lights_ship():
    assert len(environment.vendored()) == 8
    for name in environment.vendored():
        radiance = environment.load(name).radiance
        assert radiance.shape == (64, 128, 3) and torch.isfinite(radiance).all() and radiance.min() >= 0
        assert radiance.max() > 4 * radiance.mean(), "high dynamic range"


def test_grey_light_has_the_same_luminance_without_color():
    light = procedural.sunset(4)
    grey = light.grey().radiance
    assert (grey[..., :1] == grey).all()
    torch.testing.assert_close(display.luminance(grey), display.luminance(light.radiance), rtol=1e-4, atol=1e-5)


# Microfacets


def grid_of_light(count: int = 400) -> tuple[torch.Tensor, torch.Tensor]:
    """Directions (M, 3) over the upper hemisphere and their solid angles (M,), finest around the zenith."""
    edge = torch.linspace(0.0, 1.0, count + 1, dtype=torch.float64) ** 2 * (math.pi / 2)
    polar = 0.5 * (edge[1:] + edge[:-1])[:, None]
    azimuth = ((torch.arange(count, dtype=torch.float64) + 0.5) * (2 * math.pi / count))[None]
    z = polar.cos().expand(-1, count)
    way = torch.stack((polar.sin() * azimuth.cos(), polar.sin() * azimuth.sin(), z), dim=-1)
    area = (edge[:-1].cos() - edge[1:].cos())[:, None].expand(-1, count) * (2 * math.pi / count)
    return way.reshape(-1, 3), area.reshape(-1)


@pytest.mark.parametrize("alpha", [0.04, 0.25, 1.0])
def test_facets_project_to_the_whole_surface(alpha):
    way, area = grid_of_light()
    density = ggx(way[:, 2], torch.tensor(alpha, dtype=torch.float64))
    assert float((density * way[:, 2] * area).sum()) == pytest.approx(1.0, abs=2e-3)


def test_reflection_is_reciprocal():
    random = torch.Generator().manual_seed(5)
    first, second = (torch.randn(500, 3, generator=random).abs() for _ in range(2))
    first, second = (torch.nn.functional.normalize(way, dim=-1) for way in (first, second))
    alpha = torch.rand(500, generator=random)
    forth, back = (specular_brdf(UP, *pair, alpha) for pair in ((first, second), (second, first)))
    torch.testing.assert_close(forth, back, rtol=1e-4, atol=1e-7)
    assert (forth > 0).all()
    assert (specular_brdf(UP, first, -second, alpha) == 0).all(), "nothing from below"


@pytest.mark.parametrize("roughness", [0.3, 0.5, 1.0])
@pytest.mark.parametrize("polar", [0.0, 0.7, 1.2])
def test_tables_are_the_integrals_of_the_reflection(roughness, polar):
    way, area = grid_of_light()
    view = towards(polar).double()
    alpha = torch.tensor(roughness**2, dtype=torch.float64)
    brdf = specular_brdf(UP.double(), view, way, alpha) * way[:, 2] * area
    cosine = (torch.nn.functional.normalize(view + way, dim=-1) * view).sum(-1)
    found = pbr._look_up_terms(view[:, 2:].float(), torch.tensor([[roughness]]))[0, 0]
    # The tables have 32 rows and columns.
    assert float(found[0]) == pytest.approx(float(brdf.sum()), abs=6e-3)
    assert float(found[1]) == pytest.approx(float((brdf * (1 - cosine) ** 5).sum()), abs=6e-3)
    assert float(found[2]) == pytest.approx(float((brdf * fresnel_dielectric(cosine)).sum()), abs=6e-3)
    assert tables(torch.device("cpu")).isfinite().all()


def test_fresnel_reflectances():
    cosine = torch.tensor((1.0, 0.0))
    torch.testing.assert_close(fresnel_dielectric(cosine), torch.tensor((0.04, 1.0)))
    torch.testing.assert_close(fresnel_schlick(cosine, torch.tensor(0.3)), torch.tensor((0.3, 1.0)))
    brewster = math.cos(math.atan(1.5))  # there one polarisation vanishes: half of ((n^2 - 1) / (n^2 + 1))^2 is left
    assert float(fresnel_dielectric(torch.tensor(brewster))) == pytest.approx(0.5 * (1.25 / 3.25) ** 2, rel=1e-4)


# Energy


ROUGHNESSES = (0.0, 0.1, 0.3, 0.6, 1.0)


@pytest.mark.parametrize("roughness", ROUGHNESSES)
def test_a_white_metal_vanishes_in_the_white_furnace(roughness):
    found = shade(material(14, (1.0, 1.0, 1.0), roughness, 1.0), bare(VIEWS), prepare(procedural.uniform(), WAYS))
    torch.testing.assert_close(found, torch.ones_like(found), atol=2e-3, rtol=0)


@pytest.mark.parametrize("roughness", ROUGHNESSES)
def test_white_plastic_vanishes_in_the_white_furnace(roughness):
    """What the coat does not reflect goes to the diffuse base, which is white."""
    found = shade(material(14, (1.0, 1.0, 1.0), roughness, 0.0), bare(VIEWS), prepare(procedural.uniform(), WAYS))
    torch.testing.assert_close(found, torch.ones_like(found), atol=2e-3, rtol=0)


def test_nothing_gives_back_more_than_it_gets():
    random = torch.Generator().manual_seed(2)
    albedo, roughness, metallic = torch.rand(14, 3, generator=random), *torch.rand(2, 14, generator=random)
    found = shade(
        Material(albedo, roughness, metallic, UP.expand(14, 3)), bare(VIEWS), prepare(procedural.uniform(), WAYS)
    )
    assert (found < 1).all() and (found > 0.02).all()


def test_a_black_metal_is_black_but_for_its_edge():
    view = towards([0.0, 1.5])
    found = shade(material(2, (0.0, 0.0, 0.0), 0.2, 1.0), bare(view), prepare(procedural.uniform(), WAYS))[:, 0]
    assert found[0] < 1e-3 < found[1]


# The split sum against the whole integral


def reference(albedo: float, roughness: float, metallic: float, view: torch.Tensor, light: Environment) -> torch.Tensor:
    """Radiance (N,) by summing the reflection over every texel of a fine picture; a single bounce between facets."""
    fine = 256
    way = texel_directions(fine).reshape(-1, 3)
    radiance = light.look_up(way)[:, 0] * texel_solid_angles(fine).expand(-1, 2 * fine).reshape(-1)
    upper = way[:, 2] > 0
    way, radiance = way[upper], radiance[upper]
    rows = []
    for one in view:
        cosine = (torch.nn.functional.normalize(one + way, dim=-1) * one).sum(-1)
        lobe = specular_brdf(UP, one, way, torch.tensor(roughness**2))
        coat = fresnel_dielectric(cosine)
        metal = fresnel_schlick(cosine, torch.tensor(albedo))
        gloss = pbr._look_up_terms(one[None, 2:], torch.tensor([[roughness]]))[0, 0, 2]
        plastic = lobe * coat + (1.0 - gloss) * albedo / math.pi
        rows.append((((1 - metallic) * plastic + metallic * lobe * metal) * way[:, 2] * radiance).sum())
    return torch.stack(rows)


@pytest.mark.parametrize("roughness", [0.25, 0.45, 0.7])
@pytest.mark.parametrize("metallic", [0.0, 1.0])
def test_pictures_are_those_of_the_integral(roughness, metallic):
    """Encoded, over views and turned lights: the prefiltered levels and look-ups stand for the lobe."""
    view = towards(torch.linspace(0.1, 1.1, 6))
    everywhere = prepare(procedural.uniform(), WAYS)
    found, truth = [], []
    for light in (procedural.studio(3), procedural.sky(5), environment.load("forest").exposed()):
        turned = light.grey().rotated(about_z(0.7))
        found.append(shade(material(6, (0.5,) * 3, roughness, metallic), bare(view), prepare(turned, WAYS))[:, 0])
        single = reference(0.5, roughness, metallic, view, turned)
        # What all bounces add is as much as in the white furnace, which tests above know.
        furnace = shade(material(6, (0.5,) * 3, roughness, metallic), bare(view), everywhere)[:, 0]
        truth.append(single * furnace / reference(0.5, roughness, metallic, view, everywhere.environment))
    error = display.encode(torch.cat(found)) - display.encode(torch.cat(truth))
    assert -10 * math.log10(float((error**2).mean())) > 30, "dB; the bound of the benchmark against Cycles"


def test_light_and_eye_may_be_exchanged():
    """Helmholtz: a small light there seen from here is as bright as a small light here seen from there."""
    first, second = towards(0.3), towards(1.0, 2.0)
    values = []
    for light, view in ((first, second), (second, first)):
        lit = prepare(spot(light[0]), WAYS)
        found = shade(material(1, (0.6, 0.6, 0.6), 0.7, 0.0), bare(view), lit)[0, 0]
        values.append(float(found) / float(light[0, 2]))
    # Not exact: the coat takes light from the base by the angle of view alone, as in Cycles.
    assert values[0] == pytest.approx(values[1], rel=0.06)


# Shadows and rotation


def beneath_a_ball(angle: float = math.radians(40.0)) -> tuple[torch.Tensor, torch.Tensor]:
    """A ball above the origin that covers this angle around +Z, with a wide plate at z = 0."""
    rows = 32
    polar = torch.linspace(0.0, math.pi, rows + 1)[:, None]
    azimuth = torch.arange(2 * rows) * (math.pi / rows)
    z = polar.cos().expand(-1, 2 * rows)
    points = torch.stack((polar.sin() * azimuth.cos(), polar.sin() * azimuth.sin(), z), dim=-1).reshape(-1, 3)
    index = torch.arange((rows + 1) * 2 * rows).reshape(rows + 1, 2 * rows)
    after = index.roll(-1, dims=1)
    triangles = torch.cat(
        [
            torch.stack(t, -1).reshape(-1, 3)
            for t in ((index[:-1], index[1:], after[1:]), (index[:-1], after[1:], after[:-1]))
        ]
    )
    plate = torch.tensor([[-4.0, -4.0, 0.0], [4.0, -4.0, 0.0], [4.0, 4.0, 0.0], [-4.0, 4.0, 0.0]])
    ball = 0.5 * points + torch.tensor((0.0, 0.0, 0.5 / math.sin(angle)))
    faces = torch.tensor([[0, 1, 2], [0, 2, 3]]) + len(ball)
    return torch.cat((ball, plate)), torch.cat((triangles, faces))


def seen_from_above(size: int = 64, ways: torch.Tensor = WAYS, elevation: float = 0.6):
    vertices, triangles = beneath_a_ball()
    gbuffer = rasterize(vertices, triangles, orbit(0.0, elevation, 9.0, math.radians(40.0), size))
    return gbuffer, visible_surface(vertices, triangles, gbuffer, ways)


def test_a_ball_takes_from_the_sky_what_the_formula_says():
    """Under a cap of angle a around the normal, cos^2 a of a uniform sky's irradiance is left."""
    angle = math.radians(40.0)
    ways = directions(1000)
    visibility = (ways[:, 2] > 0) & (ways[:, 2] < math.cos(angle))
    surface = dataclasses.replace(bare(UP[None]), visibility=visibility[None])
    found = pbr.incident(surface, UP[None], torch.tensor([[1.0]]), prepare(procedural.uniform(), ways))
    assert float(found.irradiance[0, 0]) == pytest.approx(math.cos(angle) ** 2, abs=0.01)


def test_shadows_fall_away_from_the_light():
    ways = directions(512)  # with few, a small light's shadow is as soft as they are apart
    light = prepare(spot(towards(0.7, 0.0)[0]), ways)  # from +X
    gbuffer, surface = seen_from_above(ways=ways)
    matte = material(len(gbuffer.face), roughness=1.0, normal=gbuffer.normal)
    lit, plain = (
        shade(matte, surface, light)[:, 0],
        shade(matte, dataclasses.replace(surface, visibility=None), light)[:, 0],
    )
    plate = gbuffer.position[:, 2] < 1e-3
    part = (lit / plain)[plate]
    x, y = gbuffer.position[plate, 0], gbuffer.position[plate, 1]
    height = 0.5 / math.sin(math.radians(40.0))
    middle = -height * math.tan(0.7)
    away = torch.hypot(x - middle, y)
    assert part[away < 0.2].max() < 0.1, "umbra"
    assert part[away > 1.6].min() > 0.95
    assert (lit <= plain + 1e-5).all()


def test_a_mirror_sees_what_stands_on_it():
    gbuffer, surface = seen_from_above(96, elevation=0.35)
    light = prepare(procedural.uniform(), WAYS)
    mirror = material(len(gbuffer.face), (1.0, 1.0, 1.0), 0.02, 1.0, gbuffer.normal)
    found = shade(mirror, surface, light)[:, 0]
    plate = gbuffer.position[:, 2] < 1e-3
    # By reflecting the view and testing it against the ball.
    way = gbuffer.view * torch.tensor((-1.0, -1.0, 1.0))
    offset = torch.tensor((0.0, 0.0, 0.5 / math.sin(math.radians(40.0)))) - gbuffer.position
    closest = (offset - (offset * way).sum(-1, keepdim=True) * way).norm(dim=-1)
    hidden, clear = plate & (closest < 0.4), plate & (closest > 0.65)
    assert hidden.sum() > 50 and clear.sum() > 500
    assert found[hidden].max() < 0.15 and found[clear].min() > 0.85


def rotated(surface: Surface, turn: torch.Tensor) -> Surface:
    parts = {name: getattr(surface, name) @ turn.T for name in ("position", "geometric_normal", "view")}
    return dataclasses.replace(surface, **parts)


@pytest.mark.parametrize("metallic, roughness", [(0.0, 0.6), (1.0, 0.15)])
def test_turning_everything_changes_nothing(metallic, roughness):
    turn = about_z(1.1) @ procedural._about_x(0.4)
    normal = torch.nn.functional.normalize(UP + 0.3 * directions(40), dim=-1)
    surface = bare(towards(torch.linspace(0.0, 1.2, 40)), normal)
    light = prepare(procedural.studio(3), WAYS)
    first = shade(material(40, (0.7, 0.4, 0.2), roughness, metallic, normal), surface, light)
    turned = material(40, (0.7, 0.4, 0.2), roughness, metallic, normal @ turn.T)
    second = shade(turned, rotated(surface, turn), light.rotated(turn))
    torch.testing.assert_close(second, first, atol=2e-4, rtol=2e-3)
    assert (shade(turned, rotated(surface, turn), light) - first).abs().max() > 0.05, "it does depend on the light"


def test_turning_everything_turns_the_shadows_too():
    """Not exactly: the directions of visibility stay where they are."""
    turn = 0.9
    light = prepare(procedural.sky(5), WAYS)
    pictures = []
    for angle in (0.0, turn):
        vertices, triangles = beneath_a_ball()
        vertices = vertices @ about_z(angle).T
        gbuffer = rasterize(vertices, triangles, orbit(angle, 0.6, 9.0, math.radians(40.0), 64))
        surface = visible_surface(vertices, triangles, gbuffer, WAYS)
        satin = material(len(gbuffer.face), (0.7, 0.4, 0.2), 0.5, 0.0, gbuffer.normal)
        pictures.append(gbuffer.image(display.encode(shade(satin, surface, light.rotated(about_z(angle))))))
    error = float(((pictures[0] - pictures[1]) ** 2).mean())
    assert -10 * math.log10(error) > 30, "dB"


def test_points_do_not_know_each_other():
    """However many are shaded at once, each comes out as alone."""
    gbuffer, surface = seen_from_above(96)
    count = len(gbuffer.face)
    assert surface.visibility.shape[0] < count and count > 2 * pbr.CHUNK
    light = prepare(procedural.sky(5), WAYS)
    own = dataclasses.replace(
        surface, visibility=surface.visibility[surface.visibility_row], visibility_row=None, mirror=None
    )
    satin = material(count, normal=gbuffer.normal)
    together = shade(satin, own, light)
    some = torch.arange(0, count, 97)
    few = Surface(own.position[some], own.geometric_normal[some], own.view[some], own.visibility[some])
    apart = shade(Material(*(getattr(satin, f.name)[some] for f in dataclasses.fields(Material))), few, light)
    torch.testing.assert_close(together[some], apart, atol=1e-5, rtol=1e-4)


def test_no_points_give_no_pictures():
    surface = Surface(*torch.zeros(3, 0, 3), torch.zeros(0, 128, dtype=torch.bool))
    assert shade(material(0), surface, prepare(procedural.uniform(), WAYS)).shape == (0, 3)


# Derivatives


def slope(function, value: torch.Tensor, way: torch.Tensor, step: float) -> float:
    """By central differences, along a way."""
    with torch.no_grad():
        return float((function(value + step * way) - function(value - step * way)) / (2 * step))


def lit_scene() -> tuple[Material, Surface, Environment, torch.Tensor]:
    gbuffer, surface = seen_from_above(24)
    count = len(gbuffer.face)
    random = torch.Generator().manual_seed(8)
    # Halfway between the nodes of the tables, which are interpolated: a slope across a node is not one number. Nor is
    # one across the edge of a lamp in a mirror, so nothing is smoother than 0.4.
    nodes = (torch.randint(12, 28, (count,), generator=random) + 0.5) / 31
    noise = 0.2 * torch.randn(count, 3, generator=random)
    toward = gbuffer.normal + 0.3 * gbuffer.view + 0.1 * noise
    look = Material(
        torch.rand(count, 3, generator=random),
        nodes,
        torch.rand(count, generator=random),
        torch.nn.functional.normalize(toward, dim=-1),
    )
    return look, surface, procedural.studio(3), torch.randn(count, 3, generator=random)


@pytest.mark.parametrize("name, step", [("albedo", 1e-2), ("roughness", 3e-3), ("metallic", 1e-2), ("normal", 2e-3)])
def test_derivatives_of_the_material_are_those_of_differences(name, step):
    look, surface, environment_, weight = lit_scene()
    light = prepare(environment_, WAYS)

    def total(value: torch.Tensor) -> torch.Tensor:
        return (shade(dataclasses.replace(look, **{name: value}), surface, light) * weight).sum()

    value = getattr(look, name).clone().requires_grad_()
    (gradient,) = torch.autograd.grad(total(value), value)
    assert torch.isfinite(gradient).all()
    way = gradient / gradient.norm() * math.sqrt(len(gradient))
    assert float((gradient * way).sum()) == pytest.approx(slope(total, value.detach(), way * 0.1, step) * 10, rel=0.02)


def test_derivatives_of_the_light_are_those_of_differences():
    look, surface, environment_, weight = lit_scene()

    def total(radiance: torch.Tensor) -> torch.Tensor:
        light: Light = prepare(Environment(radiance), WAYS)
        return (shade(look, surface, light) * weight).sum()

    radiance = environment_.radiance.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(total(radiance), radiance)
    way = gradient / gradient.abs().max()
    expected = slope(total, radiance.detach(), way, 1e-2)
    assert float((gradient * way).sum()) == pytest.approx(expected, rel=0.02)


def test_a_material_can_be_found_from_its_pictures():
    """Descent from grey under two lights ends near the truth: what texturing does."""
    gbuffer, surface = seen_from_above(16)
    count = len(gbuffer.face)
    lights = [prepare(kind(3), WAYS) for kind in (procedural.studio, procedural.sky)]
    truth = (torch.tensor((0.7, 0.3, 0.15)), torch.tensor(0.35), torch.tensor(0.1))

    def pictures(albedo: torch.Tensor, roughness: torch.Tensor, metallic: torch.Tensor) -> torch.Tensor:
        look = Material(albedo.expand(count, 3), roughness.expand(count), metallic.expand(count), gbuffer.normal)
        return torch.cat([display.encode(shade(look, surface, light)) for light in lights])

    wanted = pictures(*truth)
    raw = torch.zeros(5, requires_grad=True)
    optimizer = torch.optim.Adam([raw], lr=0.2)
    for _ in range(50):
        guess = raw.sigmoid()
        loss = ((pictures(guess[:3], guess[3], guess[4]) - wanted) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    found = raw.sigmoid().detach()
    torch.testing.assert_close(found, torch.cat((truth[0], truth[1][None], truth[2][None])), atol=0.03, rtol=0)


# Control pictures


def test_a_light_control_is_three_shadings():
    gbuffer, surface = seen_from_above(32)
    light = prepare(procedural.studio(3), WAYS)
    control = light_control(surface, gbuffer.normal, light)
    for channel, (roughness, metallic) in enumerate(pbr.CONTROL_MATERIALS):
        grey = material(len(gbuffer.face), (pbr.CONTROL_ALBEDO,) * 3, roughness, metallic, gbuffer.normal)
        expected = display.encode(display.luminance(shade(grey, surface, light)))
        torch.testing.assert_close(control[:, channel], expected, atol=2e-3, rtol=0)
    turned = light_control(surface, gbuffer.normal, light.rotated(about_z(2.0)))
    assert (control - turned).abs().mean() > 0.03, "it tells where the light comes from"
    assert control.min() >= 0 and control.max() <= 1
