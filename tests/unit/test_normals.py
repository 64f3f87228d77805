# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one picture tells of how its surface is turned: frames, data, losses, hollows."""

import dataclasses
import math

import pytest
import torch

from galatea.backend.isosurface.extract import Grid
from galatea.backend.normals import network
from galatea.backend.normals.estimate import Estimate, crop_of, cut_out
from galatea.backend.normals.network import PICTURE, Facing, angular_loss, depth_loss
from galatea.backend.normals.sight import along_sight, frames, in_world
from galatea.backend.raster.camera import orbit, pixel_rays
from galatea.backend.reconstruction.hollows import hollowed
from galatea.backend.reconstruction.views import View
from galatea.backend.training import normal_data, shapes
from galatea.backend.training.normals import mirrored
from galatea.backend.training.scene import family, random_subject

FOV = math.radians(30)


def ball_view(azimuth=0.4, elevation=0.3, center=(0.0, 0.0, 0.0), size=96):
    """A ball of radius 0.5 in soft light from above, with its true normals (H, W, 3)."""
    camera = orbit(azimuth, elevation, 4.0, FOV, size)
    ray = torch.nn.functional.normalize(pixel_rays(camera), dim=-1)
    offset = camera.position - torch.tensor(center)
    half = (ray * offset).sum(-1)
    root = half.square() - offset.square().sum() + 0.25
    mask = root > 0
    point = offset + ((-half - root.clamp_min(0).sqrt())[..., None] * ray)
    normal = torch.nn.functional.normalize(point, dim=-1) * mask[..., None]
    shade = (0.45 + 0.35 * normal[..., 2:]).expand(-1, -1, 3)
    return View("ball", camera, shade, mask.float()), normal


def test_normals_go_to_the_line_of_sight_and_back():
    view, normal = ball_view()
    mask = view.mask > 0
    eye = torch.nn.functional.normalize(-pixel_rays(view.camera), dim=-1)[mask]
    local = along_sight(normal[mask], eye, view.camera)
    assert torch.allclose(in_world(local, eye, view.camera), normal[mask], atol=1e-5)
    assert torch.allclose(local[:, 2], (normal[mask] * eye).sum(-1), atol=1e-5)
    axes = frames(eye, view.camera)
    assert torch.allclose(axes @ axes.transpose(1, 2), torch.eye(3).expand_as(axes), atol=1e-5)
    # The right part of the ball in the picture faces right, its upper part up.
    rows, columns = mask.nonzero(as_tuple=True)
    assert (local[columns == columns.max(), 0] > 0.8).all()
    assert (local[rows == rows.min(), 1] > 0.8).all()


def test_a_picture_is_cut_out_alike_wherever_it_was():
    still, _ = ball_view()
    rolled = dataclasses.replace(still, colour=still.colour.roll(9, 1), mask=still.mask.roll(9, 1))
    one, other = (cut_out(view, crop_of(view.mask)) for view in (still, rolled))
    assert torch.allclose(one, other, atol=1e-5)
    alpha = one[0, 3]
    across = (alpha.amax(dim=0) > 0.5).sum() / PICTURE
    assert across == pytest.approx(network.FILL, abs=0.02)
    assert alpha[0].max() == 0.0 and torch.allclose(one[0, :3, 0], torch.tensor(network.GREY))


def test_what_is_sure_and_wrong_costs_most():
    normal = torch.nn.functional.normalize(torch.tensor([0.3, 0.2, 1.0]), dim=0)[None, :, None, None]
    mask = torch.ones(1, 1, 1)

    def loss(found, k):
        flat = torch.zeros(1, 1, 1)
        return float(angular_loss(Facing(found, torch.full((1, 1, 1), k), flat, flat + 1), normal, mask))

    assert loss(normal, 20.0) < loss(normal, 2.0) < loss(-normal, 2.0) < loss(-normal, 20.0)


def test_depths_that_a_picture_has_in_common_cost_nothing():
    depth = torch.rand(2, 8, 8, generator=torch.Generator().manual_seed(1))
    mask = torch.ones_like(depth)

    def loss(found):
        spread = torch.full_like(depth, 0.1)
        return float(depth_loss(Facing(torch.zeros(2, 3, 8, 8), spread, found, spread), depth, mask))

    assert loss(depth + 3.0) == pytest.approx(loss(depth), abs=1e-4)
    assert loss(1.2 * depth) > loss(depth) + 0.1


def test_training_pictures_and_their_normals_belong_together():
    subject = dataclasses.replace(random_subject(3), family="ball", elevation=0.5, fov=FOV)
    made, scenes = normal_data.examples(shapes.make(family("ball"), 5), subject, 11, False)
    assert len(made) == len(scenes) == normal_data.LOOKS
    one = made[0]
    inside = torch.from_numpy(one.picture[3]) == 255
    normal = torch.from_numpy(one.normal).float()[:, inside] / 127.5 - 1
    rows, columns = inside.nonzero(as_tuple=True)
    middle = torch.stack((columns.float().mean(), rows.float().mean()))
    aside = (torch.stack((columns, rows), dim=1) - middle) / (0.5 * (columns.max() - columns.min()))
    # Of a ball, what lies right in the picture faces right, and what lies high faces up; seams and ribs aside.
    assert torch.corrcoef(torch.stack((normal[0], aside[:, 0])))[0, 1] > 0.97
    assert torch.corrcoef(torch.stack((normal[1], -aside[:, 1])))[0, 1] > 0.97
    depth = torch.from_numpy(one.depth).float()[inside]
    assert torch.corrcoef(torch.stack((depth, aside.norm(dim=1))))[0, 1] > 0.8
    assert (made[0].picture[:3] != made[1].picture[:3]).any()


def test_a_mirrored_example_faces_the_other_way():
    picture, normal, depth = torch.rand(16, 4, 4, 4), torch.rand(16, 3, 4, 4), torch.rand(16, 4, 4)
    changed = mirrored(picture, normal, depth, torch.Generator().manual_seed(0))
    flipped = [index for index in range(16) if not torch.equal(changed[0][index], picture[index])]
    assert 0 < len(flipped) < 16
    for index in flipped:
        assert torch.equal(changed[1][index, 0], -normal[index, 0].flip(-1))
        assert torch.equal(changed[1][index, 1:], normal[index, 1:].flip(-1))
        assert torch.equal(changed[2][index], depth[index].flip(-1))


def cup_views(count, deep):
    """Views from above of a cylinder whose middle is hollow down to ``deep``, as (views, estimates that know it)."""
    views, estimates = [], []
    for number in range(count):
        camera = orbit(2 * math.pi * number / max(count, 1), math.radians(70), 6.0, FOV, 96)
        direction = pixel_rays(camera)
        depth = torch.full(direction.shape[:2], torch.inf)
        travel = torch.linspace(4.0, 8.0, 400)
        points = camera.position + travel[:, None, None, None] * direction
        radius, height = points[..., :2].norm(dim=-1), points[..., 2]
        solid = (radius < 1.0) & (height.abs() < 0.8) & ~((radius < 0.75) & (height > deep))
        first = torch.where(solid, travel[:, None, None], torch.inf).amin(dim=0)
        depth, mask = first, first.isfinite()
        normal = torch.zeros(96, 96, 3)
        middle = depth[mask].mean()
        relative = torch.where(mask, depth / middle - 1.0, 0.0)
        views.append(View(str(number), camera, torch.full((96, 96, 3), 0.5), mask.float()))
        estimates.append(Estimate(normal, torch.ones(96, 96), relative, torch.full((96, 96), 1e-3)))
    return views, estimates


@pytest.mark.parametrize(("count", "empties"), [(4, True), (1, False)])
def test_what_two_pictures_look_into_is_hollow(count, empties):
    views, estimates = cup_views(count, deep=-0.3)
    grid = Grid(torch.tensor([-1.2, -1.2, -1.0]), 0.08, (31, 31, 26))
    points = grid.points()
    full = torch.maximum(points[:, :2].norm(dim=1) - 1.0, points[:, 2].abs() - 0.8).reshape(grid.shape)
    found = hollowed(full, grid, views, estimates).reshape(-1)
    air = (points[:, :2].norm(dim=1) < 0.4) & (points[:, 2] > 0.0) & (points[:, 2] < 0.7)
    wall = (points[:, :2].norm(dim=1) > 0.85) & (full.reshape(-1) < -0.05)
    floor = (points[:, :2].norm(dim=1) < 0.7) & (points[:, 2] < -0.4) & (full.reshape(-1) < 0)
    assert (found[air] > 0).float().mean() == pytest.approx(1.0 if empties else 0.0, abs=0.05)
    assert (found[wall] < 0).all() and (found[floor] < 0).all()
