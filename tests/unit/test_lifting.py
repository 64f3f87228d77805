# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One picture to a solid: what the lifter learns from, and what is made of its answer."""

import math

import numpy as np
import pytest
import torch
from scipy.spatial import cKDTree

from galatea.backend.isosurface import EmptySurface
from galatea.backend.lifting import frustum, network
from galatea.backend.lifting.choose import sureness
from galatea.backend.lifting.lift import LOOKS, SOLID, lift, looked_at_often, moved
from galatea.backend.raster.camera import orbit
from galatea.backend.training import lifter_data, shapes
from galatea.backend.training import starter as training
from galatea.backend.training.lifter import lifter_loss, mirrored
from galatea.backend.training.loop import Options
from galatea.backend.training.scene import Subject, family
from galatea.backend.training.shards import write_shard

SUBJECT = Subject("teapot", 3, math.radians(40), math.radians(20), math.radians(24), 1.1)


class Knowing(torch.nn.Module):
    """A network that answers with the truth."""

    def __init__(self, example, elevation, azimuth):
        super().__init__()
        self.parameter = torch.nn.Parameter(torch.zeros(1))
        solid = torch.from_numpy(example.solid)[None] / 255
        pose = torch.tensor([elevation]), torch.tensor([[math.sin(azimuth), math.cos(azimuth)]])
        self.answer = network.Lifted(torch.logit(solid, 1e-4), torch.from_numpy(example.albedo)[None] / 255, *pose)

    def forward(self, pictures):
        if len(pictures) == 1:
            return self.answer
        assert len(pictures) == len(LOOKS)
        solid = [moved(self.answer.solid[0].permute(2, 0, 1), *look).permute(1, 2, 0) for look in LOOKS]
        turned = torch.stack([self.answer.azimuth[0] * torch.tensor((-1.0 if look[0] else 1.0, 1.0)) for look in LOOKS])
        albedo = torch.stack([moved(self.answer.albedo[0], *look) for look in LOOKS])
        return network.Lifted(torch.stack(solid), albedo, self.answer.elevation.expand(len(LOOKS)), turned)


@pytest.fixture(scope="module")
def teapot():
    return shapes.make(family("teapot"), SUBJECT.shape_seed)


@pytest.fixture(scope="module")
def example(teapot):
    return lifter_data.example(teapot, SUBJECT, 0, False)[0]


def test_a_true_answer_becomes_the_object_again(teapot, example):
    picture = example.picture.transpose(1, 2, 0).astype(np.float32) / 255
    camera = lifter_data.framed(teapot.vertices, SUBJECT, frustum.PICTURE)
    tangent = 0.5 * frustum.PICTURE / camera.fx
    made = lift(Knowing(example, SUBJECT.elevation, SUBJECT.azimuth), picture, tangent)
    turn = torch.tensor(
        [
            [math.cos(SUBJECT.azimuth), -math.sin(SUBJECT.azimuth), 0],
            [math.sin(SUBJECT.azimuth), math.cos(SUBJECT.azimuth), 0],
            [0, 0, 1],
        ]
    )
    points = (made.vertices @ turn.T.float()).numpy()
    points = points - (points.max(0) + points.min(0)) / 2
    points *= np.ptp(teapot.vertices, axis=0).max() / np.ptp(points, axis=0).max()
    a, b, c = teapot.vertices[teapot.triangles].swapaxes(0, 1)
    weights = np.random.default_rng(0).dirichlet((1, 1, 1), size=len(a))
    truth = weights[:, :1] * a + weights[:, 1:2] * b + weights[:, 2:] * c
    # A cell is 0.04 units.
    assert np.median(cKDTree(truth).query(points)[0]) < 0.03
    corners = made.vertices[made.triangles]
    volume = torch.linalg.det(corners).sum() / 6
    assert volume > 0, "triangles face inwards"


def test_many_looks_at_a_picture_agree_with_one_of_a_network_that_knows(example):
    """Mirrored and moved answers come back to their place, and the solid is that of one look, a little thicker."""
    knowing = Knowing(example, 0.4, 0.7)
    knowing.answer.albedo[:] = torch.rand(knowing.answer.albedo.shape, generator=torch.Generator().manual_seed(0))
    found = looked_at_often(knowing, torch.from_numpy(example.picture)[None] / 255)
    for name, more in (("solid", SOLID), ("albedo", 0.0), ("elevation", 0.0), ("azimuth", 0.0)):
        assert torch.allclose(getattr(found, name), getattr(knowing.answer, name) + more, atol=1e-5), name


def test_colors_are_those_of_the_picture_in_front_and_of_the_answer_behind(teapot, example):
    knowing = Knowing(example, 0.0, 0.0)
    red, blue = torch.tensor((0.8, 0.1, 0.1)), torch.tensor((0.1, 0.1, 0.8))
    knowing.answer.albedo[:] = torch.cat((red, blue))[None, :, None, None]
    picture = example.picture.transpose(1, 2, 0).astype(np.float32) / 255
    picture[..., :3] = red
    made = lift(knowing, picture)
    near = made.vertices[:, 1] < made.vertices[:, 1].quantile(0.1)
    far = made.vertices[:, 1] > made.vertices[:, 1].quantile(0.9)
    assert (made.colours[near] - red).abs().mean() < 0.1 and (made.colours[far] - blue).abs().mean() < 0.1


def test_what_the_network_can_make_sense_of_is_more_sure(example):
    picture = example.picture.transpose(1, 2, 0).astype(np.float32) / 255
    knowing = Knowing(example, 0.0, 0.0)
    assert sureness(knowing, picture) > 0.9
    knowing.answer.solid[:, : frustum.CELLS // 2] = -9.0
    half = sureness(knowing, picture)
    knowing.answer.solid[:] = -9.0
    assert 0.2 < half < 0.8 and sureness(knowing, picture) == 0.0


def test_what_the_picture_does_not_show_is_empty_and_what_it_shows_is_not(example):
    picture = np.zeros((frustum.PICTURE, frustum.PICTURE, 4), np.float32)
    with pytest.raises(EmptySurface):
        lift(Knowing(example, 0.0, 0.0), picture)
    blind = Knowing(example, 0.0, 0.0)
    blind.answer.solid[:] = -9.0
    blind.answer.solid[..., frustum.CELLS // 2] = -8.0
    shown = example.picture.transpose(1, 2, 0).astype(np.float32) / 255
    made = lift(blind, shown)
    width = made.vertices[:, 0].amax() - made.vertices[:, 0].amin()
    assert width == pytest.approx(2 * frustum.FILL, abs=0.15), "a sheet of the outline's size at least"


def test_surfaces_that_run_through_each_other_are_one_solid():
    """Two boxes, one into the other: the volume is that of their union."""
    one = box((-1.0, -0.5, -0.5), (0.2, 0.5, 0.5))
    other = box((-0.2, -0.4, -0.4), (1.0, 0.4, 0.4))
    shape = shapes.shape.assemble("boxes", [shapes.Piece(*one, "a"), shapes.Piece(*other, "b")])
    camera = orbit(0.3, 0.2, 40.0, 0.06, 256)
    solid = lifter_data.solid(lifter_data.crossings(shape, camera))
    side = 2 * 40.0 * math.tan(0.03)
    cell = (side / frustum.CELLS) ** 2 * (frustum.REACH * side / frustum.CELLS)
    assert solid.sum() * cell == pytest.approx(1.2 * 1 * 1 + 1.2 * 0.8 * 0.8 - 0.4 * 0.8 * 0.8, rel=0.02)


def box(low, high):
    places = (low, high)
    corners = np.array([[places[i & 1][0], places[i >> 1 & 1][1], places[i >> 2][2]] for i in range(8)], np.float64)
    quads = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
    return corners, np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))])


def test_a_mirrored_example_is_the_mirrored_object(example):
    generator = torch.Generator().manual_seed(0)
    parts = [torch.from_numpy(part)[None].float().repeat(8, 1, 1, 1) for part in
             (example.picture, example.solid, example.albedo)]  # fmt: skip
    poses = torch.tensor([[0.3, 0.6, 0.8]]).repeat(8, 1)
    picture, solid, _, turned = mirrored(*parts, poses, generator)
    flipped = turned[:, 1] < 0
    assert 0 < flipped.sum() < 8
    # The outline of solid and picture stay the same.
    for index in (int(flipped.nonzero()[0]), int((~flipped).nonzero()[0])):
        outline = solid[index].amax(dim=-1) > 200
        alpha = torch.nn.functional.avg_pool2d(picture[index, 3:], 2)[0] > 200
        assert (outline & alpha).sum() / (outline | alpha).sum() > 0.95


def test_the_network_learns_one_example_and_its_weights_come_back(example, tmp_path):
    torch.manual_seed(0)
    lifter = network.Lifter()
    given = [torch.from_numpy(part)[None].float() / 255 for part in (example.picture, example.solid, example.albedo)]
    pose = torch.tensor([[0.3, 0.0, 1.0]])
    optimiser = torch.optim.Adam(lifter.parameters(), 4e-4)
    losses = []
    for _ in range(20):
        loss = lifter_loss(lifter(2 * given[0] - 1), given[0][:, 3:], given[1], given[2], pose)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.6 * losses[0]
    network.save(lifter, tmp_path)
    again = network.read(tmp_path)
    with torch.no_grad():
        before, after = lifter.eval()(2 * given[0] - 1), again(2 * given[0] - 1)
    assert torch.allclose(before.solid, after.solid, atol=0.05) and not after.solid.requires_grad


def test_the_stage_trains_ships_and_goes_on(example, tmp_path):
    scene = {"scene": {"subject": {"elevation": 0.2, "azimuth": 0.5}}}
    arrays = {f"{name}s": np.stack([getattr(example, name)] * 4) for name in ("picture", "solid", "albedo")}
    write_shard(tmp_path / "solids", "00000", arrays, [scene] * 4)
    plan = training.Plan(lift=Options(2, 1e-3, samples=4, warm_up=1))
    training.run_stage("lift", tmp_path, torch.device("cpu"), plan, None, None)
    first = network.read(tmp_path / "starter/lifter")
    plan = training.Plan(lift=Options(2, 0.0, samples=2, warm_up=1))
    (tmp_path / "next").mkdir()
    (tmp_path / "next/solids").symlink_to(tmp_path / "solids")
    training.run_stage("lift", tmp_path / "next", torch.device("cpu"), plan, None, tmp_path / "starter")
    again = network.read(tmp_path / "next/starter/lifter")
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters())), "not from the given weights"
