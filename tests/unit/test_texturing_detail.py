# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Close-ups: fine structure goes where it was seen, and nowhere else."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from galatea.backend.shading import display
from galatea.backend.texturing import cameras, lights
from galatea.backend.texturing.detail import close_up_cameras, close_up_of, close_up_places, detailed
from galatea.backend.texturing.solid import smooth_points
from galatea.backend.texturing.views import render, view_of

from .texturing_shapes import ball, plain, two_balls

SIZE = 64
BASE = plain((0.4, 0.3, 0.2), 0.9)


def striped(position, normal):
    """BASE with fine stripes that leave its mean as it is."""
    material = BASE(position, normal)
    stripes = 0.25 * torch.sin(60.0 * position[:, 2:])
    return dataclasses.replace(material, albedo=material.albedo * torch.exp(stripes))


@pytest.fixture(scope="module")
def light():
    return lights.sheet_lights(1, 0)[0]


def taken(solid, light, count, shown=striped, radius=0.45):
    result = []
    for _, camera in close_up_cameras(solid, count, radius, 2 * SIZE, 0):
        view = view_of(solid, camera)
        result.append(close_up_of(view, render(view, light, BASE), render(view, light, shown)))
    return result


def test_close_ups_bring_the_stripes_back(light):
    solid = ball()
    position, normal = smooth_points(solid, 4000, 0)
    true = striped(position, normal).albedo.log()
    error = {}
    for name, texture in (("base", BASE), ("detailed", detailed(BASE, taken(solid, light, 16)))):
        error[name] = (texture(position, normal).albedo.log() - true).abs().mean()
    assert error["detailed"] < 0.5 * error["base"]


def test_colour_and_shading_of_a_close_up_are_not_taken_over(light):
    """What changes everywhere alike is the field's business: or neighbouring close-ups would have seams."""
    solid = ball()
    darker = plain((0.3, 0.3, 0.25), 0.9)
    texture = detailed(BASE, taken(solid, light, 6, darker))
    position, normal = smooth_points(solid, 2000, 0)
    change = display.encode(texture(position, normal).albedo) - display.encode(BASE(position, normal).albedo)
    assert change.abs().mean() < 0.01


def test_what_no_close_up_sees_stays(light):
    solid = two_balls()
    texture = detailed(BASE, taken(solid, light, 1))
    position, normal = smooth_points(solid, 3000, 0)
    change = (texture(position, normal).albedo - BASE(position, normal).albedo).abs().amax(1) > 1e-4
    place, target = close_up_places(solid, 1, 0.45, 0)[0]
    behind = (normal @ torch.tensor(place.direction())) < 0.0
    far = (position - target).norm(dim=-1) > 0.8
    assert change.any() and not change[behind | far].any()


def test_no_change_where_nothing_was_added(light):
    solid = ball()
    texture = detailed(BASE, taken(solid, light, 3, BASE))
    position, normal = smooth_points(solid, 500, 0)
    assert torch.allclose(texture(position, normal).albedo, BASE(position, normal).albedo, atol=1e-4)


def test_close_ups_are_spread_over_the_surface():
    solid = ball()
    places = close_up_places(solid, 12, 0.4, 0)
    targets = torch.stack([target for _, target in places])
    distance = torch.cdist(targets, targets) + 10 * torch.eye(12)
    assert distance.min() > 0.7
    for place, target in places:
        assert torch.nn.functional.cosine_similarity(torch.tensor(place.direction()), target, dim=0) > 0.9


def test_a_close_up_is_closer():
    solid = ball()
    near = view_of(solid, close_up_cameras(solid, 1, 0.4, 2 * SIZE, 0)[0][1])
    whole = view_of(solid, cameras.framed(solid, cameras.Place(0.0, 0.0), 2 * SIZE))
    assert near.points.width.median() < 0.5 * whole.points.width.median()
