# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture to the sculptor's solid: what is seen of it, where its viewer stands, and what comes of that."""

import math

import numpy as np
import pytest
import torch

from galatea.backend.diffusion.pipelines import STARTER
from galatea.backend.engines import starter
from galatea.backend.engines.contract import Order
from galatea.backend.isosurface import EmptySurface
from galatea.backend.lifting import frustum, lift
from galatea.backend.lifting import network as lifting
from galatea.backend.sculpting import kinds, network, portrait, pose, recognise, sculpt, sight
from galatea.backend.training import lifter_data, sculptor_data, shapes
from galatea.backend.training.scene import Subject, family

SUBJECT = Subject("teapot", 3, math.radians(40), math.radians(20), math.radians(24), 1.1)


@pytest.fixture(scope="module")
def teapot():
    return shapes.make(family("teapot"), SUBJECT.shape_seed)


@pytest.fixture(scope="module")
def solid(teapot):
    return torch.from_numpy(sculptor_data.solid(teapot))


@pytest.fixture(scope="module")
def example(teapot):
    return lifter_data.example(teapot, SUBJECT, 0, False)[0]


@pytest.fixture(scope="module")
def alpha(example):
    return torch.from_numpy(example.picture[3]).float() / 255


@pytest.fixture(scope="module")
def behind(example):
    return torch.from_numpy(example.solid).float() / 255


@pytest.fixture(scope="module")
def frame(teapot, alpha):
    """The true one."""
    camera = lifter_data.framed(teapot.vertices, SUBJECT, frustum.PICTURE)
    tangent = 0.5 * frustum.PICTURE / camera.fx
    angles = (torch.tensor([value]) for value in (SUBJECT.azimuth, SUBJECT.elevation, tangent))
    return pose.framed(torch.from_numpy(teapot.vertices).float(), alpha, *angles, torch.ones(1, 3))


@pytest.fixture(scope="module")
def lifter():
    return lifting.read(STARTER / "lifter")


@pytest.fixture(scope="module")
def recogniser():
    return recognise.read(kinds.STARTER)


@pytest.fixture(scope="module")
def shipped():
    return sculpt.read(kinds.STARTER)


def picture_of(example):
    return example.picture.transpose(1, 2, 0).astype(np.float32) / 255


def picture_name(name, seed):
    subject = Subject(name, seed, math.radians(35), math.radians(12), math.radians(24), 1.1)
    return picture_of(lifter_data.example(shapes.make(family(name), seed), subject, 0, False)[0])


# Where the viewer stands


def test_a_solid_in_the_true_pose_is_what_is_behind_the_picture(solid, frame, behind):
    found = pose.field(solid, frame, frustum.CELLS)
    assert float(pose.overlap((found > 0.5).float(), (behind[None] > 0.5).float())) > 0.85


def test_places_and_points_are_the_same_from_both_sides(frame):
    points = torch.rand(1, 50, 3) * 2 - 1
    assert torch.allclose(pose.to_solid(pose.to_places(points, frame), frame), points, atol=1e-5)


def test_a_frame_puts_the_solid_where_the_outline_is(teapot, frame, alpha):
    places = pose.to_places(torch.from_numpy(teapot.vertices).float()[None], frame)[0, :, :2]
    low, high = pose.box(alpha)
    assert torch.allclose(places.amin(0), low, atol=0.03) and torch.allclose(places.amax(0), high, atol=0.03)


def test_the_viewer_is_found_by_trying(solid, alpha, behind):
    """Expected 12 degrees too high."""
    sat = pose.sitting(solid, alpha, behind, SUBJECT.elevation + 0.2)
    poses, _ = pose.coarse(sat)
    found, agreement = pose.refined(sat, poses)
    assert math.degrees(abs(math.remainder(float(found.turn) - SUBJECT.azimuth, 2 * math.pi))) < 6
    assert math.degrees(abs(float(found.elevation) - SUBJECT.elevation)) < 8
    assert agreement > 0.9 + 0.8 * pose.DEEP


def test_a_solid_of_another_kind_agrees_less(alpha, behind, frame, solid):
    other = torch.from_numpy(sculptor_data.solid(shapes.make(family("chair"), 3)))
    own, others = (
        pose.refined(sat, pose.coarse(sat)[0])[1]
        for sat in (pose.sitting(one, alpha, behind, SUBJECT.elevation) for one in (solid, other))
    )
    assert own > others + 0.3


def test_the_search_says_how_far_it_is_and_can_be_stopped(solid, alpha, behind):
    sat = pose.sitting(solid, alpha, behind, SUBJECT.elevation)
    poses = torch.tensor([[SUBJECT.azimuth, SUBJECT.elevation, frustum.TANGENT, 0.0, 0.0]])
    told = []
    pose.refined(sat, poses, told.append)
    assert len(told) >= len(pose.STEPS) and told == sorted(set(told)) and 0 <= told[0] < told[-1] < 1

    def stop(part):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        pose.refined(sat, poses, stop)


# What is seen, and made


def test_what_is_seen_is_of_the_picture_and_has_its_places(lifter, example):
    picture = 2.0 * torch.from_numpy(picture_of(example)).permute(2, 0, 1)[None] - 1.0
    seen = sight.seen(lifter, picture)
    assert seen.shape == (1, sight.SIDE**2, sight.CHANNELS) and seen.isfinite().all()
    outline = seen[0, :, -3 - sight.ALPHA**2 : -3].reshape(sight.SIDE, sight.SIDE, sight.ALPHA, sight.ALPHA)
    wanted = torch.nn.functional.adaptive_avg_pool2d(picture[0, 3:], sight.SIDE * sight.ALPHA)[0]
    assert torch.allclose(outline.transpose(1, 2).reshape(wanted.shape), wanted, atol=1e-5)


def test_the_true_solid_becomes_the_object_with_the_pictures_colors(
    monkeypatch, solid, example, lifter, recogniser, teapot
):
    asked = []

    def known(_, named, *others):
        asked.append(named)
        return torch.stack([solid.flip(2), solid])

    monkeypatch.setattr(sculpt, "solids", known)
    networks = portrait.Networks(lifter, None, recogniser)
    found = portrait.portrait(networks, picture_of(example), [1, 2], kinds.named("a chair"))
    assert asked.pop() == [kinds.named("a chair")] * 2, "who knows what it shows is believed"
    found = portrait.portrait(networks, picture_of(example), [1, 2])
    assert asked.pop()[0] == kinds.named("a teapot") and found.kind in (kinds.named("a teapot"), None)
    assert torch.equal(found.solid, solid) and found.outline > 0.9
    made = portrait.surface(found)
    turned = starter.turned(made.vertices.double().numpy(), starter.about_up(float(found.frame.turn)))
    for axis in range(3):
        assert np.ptp(turned[:, axis]) == pytest.approx(np.ptp(teapot.vertices[:, axis]), rel=0.12)
    # The picture's mean color is that of the side that it shows, but for the light.
    shown = made.vertices[:, 1] < made.vertices[:, 1].median()
    picture = picture_of(example)
    mean = torch.from_numpy(picture[picture[..., 3] > 0.9][:, :3].mean(axis=0))
    assert (made.colours[shown].mean(0) - mean).abs().max() < 0.25


def test_where_the_solid_is_not_like_the_picture_the_front_is_as_in_the_picture(solid, frame, example, lifter):
    """The upper half of a teapot, and a picture of a whole one."""
    given = lift.tensor_of(picture_of(example), lifter)
    said = lift.looked_at_often(lifter, lift.resized(given, frustum.PICTURE))
    cut = solid.clone()
    cut[:, :, : network.CELLS // 2] = 0.0
    found = portrait.Portrait(cut, None, frame, 1.0, 0.5, said, given)
    alpha = given[0, 3]

    def outline(made):
        turned = starter.turned(made.vertices.double().numpy(), starter.about_up(float(found.frame.turn)))
        places = pose.to_places(torch.from_numpy(turned).float()[None], frame)[0, :, :2]
        return places[:, 1].max() - places[:, 1].min()

    low, high = pose.box(alpha)
    assert outline(portrait.sculpted(found)) < 0.8 * float(high[1] - low[1])
    made = portrait.surface(found)
    # Of the frustum's units, where half the picture is one.
    assert float(np.ptp(made.vertices[:, 2].numpy())) > 0.85 * float(high[1] - low[1])


def test_the_front_looks_forwards_if_asked_for(monkeypatch, solid, frame, example, lifter):
    given = lift.tensor_of(picture_of(example), lifter)
    said = lift.looked_at_often(lifter, lift.resized(given, frustum.PICTURE))
    teapot = kinds.named("teapot")
    monkeypatch.setattr(portrait, "portrait", lambda *_: portrait.Portrait(solid, teapot, frame, 1.0, 1.0, said, given))

    def made(front, prompt=""):
        return starter.make(Order(picture_of(example), prompt, front=front), lambda stage, part: None)

    viewed, turned = made(False), made(True)
    canonical = sculpt.surface(solid)[0].double().numpy()
    assert np.abs(turned.vertices - canonical).max() < 1e-5
    spin = np.array(starter.about_up(SUBJECT.azimuth))
    assert np.abs(turned.vertices - viewed.vertices @ spin.T).max() < 1e-5
    assert any("turned by 40 degrees" in note for note in turned.notes) and len(viewed.notes) == 2
    assert viewed.taken_for == "teapot" and "taken for: teapot" in viewed.notes[1]
    told = made(False, "my teapot")
    assert told.taken_for == "" and len(told.notes) == 1, "nobody asked what it is"
    assert "write under the picture" in viewed.notes[1]
    assert "in other words" in made(False, "a zeppelin").notes[1], "there are words already"


def test_what_looks_like_nothing_known_is_told(monkeypatch, example):
    monkeypatch.setattr(portrait, "LIKE", 2.0)
    monkeypatch.setattr(portrait, "TRIES", 1)
    made = starter.make(Order(picture_of(example), steps=2), lambda stage, part: None)
    assert "knows nothing like it" in made.notes[0]


def test_of_a_wire_there_is_a_mesh_and_of_nothing_there_is_none(monkeypatch):
    """As thick as a cell behind the picture, and thinner, which only has to become something."""
    monkeypatch.setattr(portrait, "TRIES", 1)
    picture = np.full((512, 512, 4), 0.5, np.float32)
    picture[..., 3] = 0.0
    with pytest.raises(EmptySurface):
        starter.make(Order(picture, steps=2), lambda stage, part: None)
    for thick in (8, 3):
        picture[..., 3] = 0.0
        picture[40:470, 255 : 255 + thick, 3] = 1.0
        made = starter.make(Order(picture, steps=2), lambda stage, part: None)
        assert np.isfinite(made.vertices).all() and len(made.triangles)
        if thick == 8:
            assert np.ptp(made.vertices[:, 2]) > 2 * np.ptp(made.vertices[:, 0])


def test_tries_are_shared_out_as_kinds_are_likely():
    sure, torn, lost = torch.full((138,), 0.001), torch.full((138,), 0.001), torch.full((138,), 1 / 138)
    sure[5], torn[5], torn[9] = 0.9, 0.5, 0.4
    shares = {name: recognise.shared_out(one, 8) for name, one in (("sure", sure), ("torn", torn), ("lost", lost))}
    assert shares["sure"].count(5) >= 6 and None in shares["sure"] and shares["sure"][0] == 5
    assert shares["torn"].count(5) > shares["torn"].count(9) > 1 and shares["torn"].count(None) == 1
    assert shares["lost"] == [None] * 8
    assert all(len(one) == 8 for one in shares.values())


# The shipped weights


def test_kinds_of_held_out_pictures_are_recognized(lifter, recogniser):
    names = "chair", "horse", "teapot", "car", "bottle", "cat", "tree", "table", "guitar", "boot"
    right = 0
    for number, name in enumerate(names):
        subject = Subject(name, 1_000_100 + number, math.radians(35), math.radians(12), math.radians(24), 1.1)
        shape = shapes.make(family(name), subject.shape_seed)
        picture = torch.from_numpy(picture_of(lifter_data.example(shape, subject, number, True)[0])).permute(2, 0, 1)
        likely = recognise.likely(recogniser, sight.seen(lifter, 2.0 * picture[None] - 1.0))
        assert likely.shape == (138,) and float(likely.sum()) == pytest.approx(1.0, abs=1e-4)
        right += kinds.named(name) in likely.topk(3).indices.tolist()
    assert right >= 7


@pytest.mark.parametrize("name", ["chair", "sheep"])
def test_the_back_of_a_known_thing_is_as_it_should_be(shipped, lifter, name):
    """Nearer to the object than the lifter's mesh, which has no depth to speak of."""
    subject = Subject(name, 1_000_005, math.radians(35), math.radians(12), math.radians(24), 1.1)
    shape = shapes.make(family(name), subject.shape_seed)
    picture = picture_of(lifter_data.example(shape, subject, 0, True)[0])
    made = starter.make(Order(picture), lambda stage, part: None)
    points = made.vertices - (made.vertices.min(0) + made.vertices.max(0)) / 2
    points = points * np.ptp(shape.vertices[:, 2]) / np.ptp(points[:, 2])
    wanted = shape.vertices - (shape.vertices.min(0) + shape.vertices.max(0)) / 2
    for axis in range(3):
        assert np.ptp(points[:, axis]) == pytest.approx(np.ptp(wanted[:, axis]), rel=0.3)


def test_other_pictures_and_other_seeds_are_other_solids(shipped, lifter):
    def seen(name):
        return sight.seen(lifter, 2.0 * torch.from_numpy(picture_name(name, 3)).permute(2, 0, 1)[None] - 1.0)

    chair, again = (sculpt.solids(shipped, [None] * 2, [1, 2], steps=8, seen=seen("chair")) for _ in range(2))
    assert torch.allclose(chair, again)
    bottle = sculpt.solids(shipped, [None], [1], steps=8, seen=seen("bottle"))

    def differ(one, other):
        return 1.0 - float(pose.overlap((one[None] > 0.5).float(), (other[None] > 0.5).float()))

    assert differ(chair[0], chair[1]) > 0.01
    assert differ(chair[0], bottle[0]) > differ(chair[0], chair[1])
