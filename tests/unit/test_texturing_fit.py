# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""With a painter that knows the answer, a fit must find it; and the parts of the method must be worth having."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from galatea.backend.job import JobError
from galatea.backend.shading import display
from galatea.backend.texturing import cameras, lights
from galatea.backend.texturing.appearance import METAL
from galatea.backend.texturing.distill import Target
from galatea.backend.texturing.field import Field
from galatea.backend.texturing.fit import Fit, displayed, fit, observe, together
from galatea.backend.texturing.lit import tables
from galatea.backend.texturing.oracle import Oracle
from galatea.backend.texturing.painter import Shot, Wish
from galatea.backend.texturing.plan import Plan, Round
from galatea.backend.texturing.solid import smooth_points
from galatea.backend.texturing.stages import Settings, gentle, make_texture
from galatea.backend.texturing.views import render, view_of

from .texturing_shapes import ball, plain, spotted

SIZE = 40
WISH = Wish("", "", 2, 1.0, 1.0)
PLAN = Plan(
    views=6, lights=2, fit=60, rounds=(Round(4, 0.5, 60),), close_ups=0, zoom=2.0, close_up_strength=0.3,
    close_up_fit=10, steps=2, batch=2048,
)  # fmt: skip


@pytest.fixture(scope="module")
def solid():
    return ball()


def relit(solid, texture, truth) -> float:
    """PSNR in dB of a view that no picture was taken from, mean over lights that none was taken in."""
    view = view_of(solid, cameras.framed(solid, cameras.Place(0.9, 0.5), 2 * SIZE))
    scores = []
    for light in lights.random_lights(4, 77):
        with torch.no_grad():
            error = (render(view, light, texture) - render(view, light, truth)).flatten(1)[:, view.points.pixel]
        scores.append(-10 * error.square().mean().log10())
    return float(torch.stack(scores).mean())


def made(solid, oracle, plan=PLAN, **changes):
    return make_texture(solid, oracle, WISH, Settings(plan, 0, **changes), lambda stage, part: None).texture


def test_the_known_material_is_found_again(solid):
    texture = made(solid, Oracle(spotted, SIZE))
    assert relit(solid, texture, spotted) > 28
    position, normal = smooth_points(solid, 2000, 0)
    found, true = texture(position, normal), spotted(position, normal)
    assert (display.encode(found.albedo) - display.encode(true.albedo)).abs().mean() < 0.05
    assert (found.roughness - true.roughness).abs().mean() < 0.12
    assert (found.metallic - true.metallic).abs().mean() < 0.25


def test_several_lights_tell_more_than_one(solid):
    """The same number of pictures."""
    scores = []
    for count in (1, 3):
        known = lights.sheet_lights(count, 0)
        observed = []
        for index, place in enumerate(cameras.places(solid, 6, 0)):
            view = view_of(solid, cameras.framed(solid, place, 2 * SIZE))
            shots = [Shot(place, view, known[(index + turn) % count], 0) for turn in range(2)]
            pictures = Oracle(spotted, SIZE).paint(WISH, shots, torch.empty(0), None, lambda part: None)
            observed += [observe(view, shot.light, picture) for shot, picture in zip(shots, pictures)]
        field = Field(solid, 32)
        fit(field, together(observed), Fit(100, 2048), torch.Generator().manual_seed(0), lambda part: None)
        scores.append(relit(solid, field, spotted))
    assert scores[1] > scores[0] + 1.5


@pytest.mark.parametrize("target", Target)
def test_random_views_help(solid, target):
    sheets = Plan(**{**PLAN.__dict__, "views": 2, "rounds": ()})
    more = Plan(**{**PLAN.__dict__, "views": 2})
    oracle = Oracle(spotted, SIZE)
    assert (
        relit(solid, made(solid, oracle, more, target=target), spotted)
        > relit(solid, made(solid, oracle, sheets), spotted) + 1
    )


def test_a_leaking_light_is_seen_in_the_score(solid):
    hidden = tuple(lights.random_lights(1, 5))
    honest, leaking = (relit(solid, made(solid, Oracle(spotted, SIZE, leak, hidden)), spotted) for leak in (0.0, 0.5))
    assert leaking < honest - 4


def test_noise_in_pictures_makes_no_bumps(solid):
    """Pictures that disagree, as a model's do, of a plain surface."""
    observed, noise = [], torch.Generator().manual_seed(0)
    for index, place in enumerate(cameras.places(solid, 4, 0)):
        view = view_of(solid, cameras.framed(solid, place, 2 * SIZE))
        shot = Shot(place, view, lights.sheet_lights(2, 0)[index % 2], 0)
        picture = Oracle(plain(), SIZE).paint(WISH, [shot], torch.empty(0), None, lambda part: None)[0]
        observed.append(observe(view, shot.light, picture + 0.15 * torch.randn(picture.shape, generator=noise)))
    position, normal = smooth_points(solid, 2000, 0)
    wrong = []
    for doubt in (0.0, 1.0):
        field = Field(solid, 64)
        options = Fit(100, 2048, doubt=doubt)
        fit(field, together(observed), options, torch.Generator().manual_seed(0), lambda part: None)
        wrong.append((field(position, normal).normal * normal).sum(-1).clamp(-1, 1).acos().mean())
    assert wrong[1] < 0.7 * wrong[0]


def test_bare_metal_starts_as_metal(solid):
    position, normal = smooth_points(solid, 10, 0)
    assert (Field(solid, 16)(position, normal).metallic < 0.3).all()
    assert (Field(solid, 16, start=METAL)(position, normal).metallic > 0.8).all()


def test_the_same_seed_gives_the_same_texture(solid):
    plan = Plan(**{**PLAN.__dict__, "fit": 10, "rounds": (Round(1, 0.5, 5),)})
    position, normal = smooth_points(solid, 100, 0)
    one, two = (made(solid, Oracle(spotted, SIZE), plan)(position, normal).albedo for _ in range(2))
    assert torch.equal(one, two)


def test_what_is_too_bright_to_tell_is_left_open(solid):
    """White pixels say "at least white": they must not pull a brighter material down."""
    view = view_of(solid, cameras.framed(solid, cameras.Place(0.0, 0.0), 2 * SIZE))
    light = lights.sheet_lights(1, 0)[0].scaled(4.0)
    picture = render(view, light, plain((0.8, 0.8, 0.8)))
    assert (picture.flatten(1)[:, view.points.pixel] > 0.99).float().mean() > 0.3
    field = Field(solid, 16)
    fit(field, observe(view, light, picture), Fit(120, 1024), torch.Generator().manual_seed(0), lambda part: None)
    with torch.no_grad():
        albedo = field(view.points.position, view.points.normal).albedo.mean()
    assert albedo > 0.6


def test_light_beyond_white_has_a_gradient():
    value = torch.tensor([0.5, 1.5, 4.0], requires_grad=True)
    displayed(value).sum().backward()
    assert (value.grad > 0.1).all()


def test_observations_hold_the_pictures_pixels(solid):
    view = view_of(solid, cameras.framed(solid, cameras.Place(0.4, 0.1), 2 * SIZE))
    light = lights.sheet_lights(1, 0)[0]
    picture = render(view, light, spotted)
    seen = observe(view, light, picture)
    assert torch.equal(seen.colour[:, 1], picture[1].flatten()[view.points.pixel])
    table = tables(view.points.surface, view.points.normal, light)
    assert torch.equal(seen.lit.irradiance, table.irradiance)
    assert len(together([seen, seen])) == 2 * len(seen)
    few = observe(view, light, picture, most=100)
    assert len(few) == 100
    assert torch.allclose(torch.cdist(few.position, seen.position).amin(1), torch.zeros(100), atol=2e-3)


def test_pixels_at_silhouettes_count_little(solid):
    view = view_of(solid, cameras.framed(solid, cameras.Place(0.4, 0.1), 2 * SIZE))
    seen = observe(view, lights.sheet_lights(1, 0)[0], torch.rand(3, SIZE, SIZE))
    inner = ~view.points.border
    assert 0.5 < inner.float().mean() < 1.0
    assert seen.weight[~inner].max() < 0.5 * seen.weight[inner].median()


def test_a_gentle_plan_has_no_round_stronger_than_wanted():
    assert [item.strength for item in gentle(PLAN, 0.2).rounds] == [0.2]
    assert gentle(PLAN, 0.9) == PLAN


def test_a_symmetric_texture_is_symmetric_in_its_details_too(solid):
    plan = Plan(**{**PLAN.__dict__, "fit": 10, "rounds": (), "close_ups": 3})
    texture = made(solid, Oracle(spotted, SIZE), plan, symmetric=True)
    position, normal = smooth_points(solid, 500, 0)
    mirror = torch.tensor((-1.0, 1.0, 1.0))
    one, other = texture(position, normal), texture(position * mirror, normal * mirror)
    assert torch.allclose(one.albedo, other.albedo, atol=1e-5)
    assert torch.allclose(one.normal, other.normal * mirror, atol=1e-5)


@pytest.mark.parametrize("size", [0.0, 1e-4])
def test_a_mesh_that_cannot_be_seen_gets_a_sentence(solid, size):
    thin = dataclasses.replace(solid, vertices=solid.vertices * torch.tensor((size, size, 1.0)))
    with pytest.raises(JobError, match="too thin"):
        made(thin, Oracle(spotted, SIZE))
