# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From photos to a rigged animal: template, poses, cameras, reading, fitting, colors, and the whole job."""

import dataclasses
import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")
Image = pytest.importorskip("PIL.Image")
Rotation = pytest.importorskip("scipy.spatial.transform").Rotation

from galatea.backend.capabilities import rig_photos as capability  # noqa: E402
from galatea.backend.capabilities.rig_photos import RigPhotosParams, rig_photos  # noqa: E402
from galatea.backend.job import Job, JobCancelled, JobError  # noqa: E402
from galatea.backend.photos import body as bodies  # noqa: E402
from galatea.backend.photos import collect, features, fit, guess, places, solve, start, textures, views  # noqa: E402
from galatea.backend.photos.completion import completed  # noqa: E402
from galatea.backend.photos.habits import random_poses, turn_spread  # noqa: E402
from galatea.backend.photos.template import quadruped  # noqa: E402
from galatea.backend.raster.camera import project  # noqa: E402
from galatea.tests.photographed import CELL, SIZE, in_crops, shots  # noqa: E402

QUICK = {"first": 2, "try": 2, "shape": 2, "again": 2, "outlines": 2, "surface": 2}


@pytest.fixture(scope="module")
def taken(tmp_path_factory):
    return shots(tmp_path_factory.mktemp("taken") / "animal", 4)


@pytest.fixture
def quick(monkeypatch):
    """Few guesses, few steps, a coarse template."""
    monkeypatch.setattr(solve, "FITS", QUICK)
    monkeypatch.setattr(solve, "GUESSES", start.CHUNK)
    monkeypatch.setattr(solve, "SIDES", 2)
    monkeypatch.setattr(capability, "ALIKE", 0.0)
    monkeypatch.setattr(capability, "UNLIKE", 0.0)
    monkeypatch.setattr("galatea.backend.photos.template.quadruped", lambda: quadruped(CELL))


@pytest.fixture(scope="module")
def bent(taken):
    """A body, a shape that is not the template's, and poses."""
    body = taken.body
    generator = torch.Generator().manual_seed(3)
    count = len(body.parents)
    shape = bodies.symmetric(
        body,
        bodies.Shape(
            0.2 * torch.randn(count, generator=generator),
            0.2 * torch.randn(count, generator=generator),
            0.2 * torch.randn((count, 3), generator=generator),
            torch.zeros_like(body.vertices),
        ),
    )
    return body, shape, random_poses(turn_spread(body), 3, generator)


def test_the_template_is_closed_mirrored_and_skinned_to_four_bones_at_most():
    template = quadruped()
    vertices, triangles, weights = template.vertices, template.triangles, template.weights
    half = np.sort(np.concatenate([triangles[:, [i, (i + 1) % 3]] for i in range(3)]), axis=1)
    assert (np.unique(half, axis=0, return_counts=True)[1] == 2).all()
    assert np.array_equal(vertices[template.twin], vertices * [-1, 1, 1])
    assert np.array_equal(weights[template.twin][:, template.twin_bone], weights)
    assert ((weights > 0).sum(axis=1) <= 4).all()
    assert np.allclose(weights.sum(axis=1), 1)
    corner = vertices[triangles]
    assert np.einsum("ti,ti->t", corner[:, 0], np.cross(corner[:, 1], corner[:, 2])).sum() > 0  # outward
    names = [bone.name for bone in template.bones]
    assert {"Root", "Spine1", "Head", "Tail1", "Thigh.L", "Thigh.R", "FrontToes.L", "Ear1.R"} <= set(names)
    assert weights[:, 0].max() == 0  # the root


def test_rotation_vectors_turn_as_scipy_says():
    vectors = np.random.default_rng(0).normal(size=(20, 3))
    wanted = Rotation.from_rotvec(vectors).as_matrix()
    assert np.allclose(bodies.rotation_matrices(torch.tensor(vectors)), wanted, atol=1e-6)


def test_a_pose_of_zero_is_the_template_and_longer_bones_make_it_longer(taken):
    body, plain = taken.body, bodies.plain_shape(taken.body)
    still = torch.zeros(1, len(body.parents), 3)
    points, _ = bodies.posed(body, plain, still)
    assert torch.allclose(points[0], body.vertices, atol=1e-5)
    lengths = torch.tensor([0.3 if stem == "Spine" else 0.0 for stem in body.stems])
    longer, _ = bodies.posed(body, dataclasses.replace(plain, lengths=lengths), still)
    before, after = (np.ptp(value[0].numpy(), axis=0) for value in (points, longer))
    assert after[1] > before[1] + 0.2
    assert after[0] == pytest.approx(before[0], abs=0.02)


def test_a_symmetric_shape_in_a_mirrored_pose_is_the_mirror_image(bent):
    body, shape, poses = bent
    points, _ = bodies.posed(body, shape, poses)
    mirrored, _ = bodies.posed(body, shape, bodies.mirrored_rotations(poses[:, body.twin_bone]))
    flip = torch.tensor((-1.0, 1.0, 1.0))
    assert torch.allclose(mirrored, points[:, body.twin] * flip, atol=1e-5)


def test_a_baked_body_does_by_turns_alone_what_the_shape_did(bent):
    body, shape, poses = bent
    rest, turned = bodies.baked(body, shape, poses)
    plain = bodies.plain_shape(rest)
    wanted, _ = bodies.posed(body, shape, poses)
    found, _ = bodies.posed(rest, plain, turned)
    # Where bones of other widths meet, blending twice is not blending once.
    assert (found - wanted).norm(dim=-1).mean() < 0.01
    matrices = bodies.bone_matrices(rest, plain, turned)
    skinned = torch.einsum("vb,pbij,vj->pvi", rest.weights, matrices[..., :3], rest.vertices)
    skinned = skinned + torch.einsum("vb,pbi->pvi", rest.weights, matrices[..., 3])
    assert torch.allclose(skinned, found, atol=1e-4)


def test_fitted_cameras_are_cameras_of_the_conventions():
    generator = torch.Generator().manual_seed(0)
    cameras = torch.randn((5, views.COUNT), generator=generator) * torch.tensor((3.0, 0.4, 0.3, 0.2, 0.2, 0.1))
    cameras[:, 5] += 2.0
    lens = torch.rand((5, 3), generator=generator) + torch.tensor((2.0, -0.5, -0.5))
    points = torch.randn((5, 7, 3), generator=generator)
    found, depths = views.seen(cameras, lens, points)
    for number, matrix in enumerate(views.matrices(cameras, lens)):
        pixels, depth = project(views.crop_camera(matrix, lens[number], 100), points[number])
        assert torch.allclose(pixels, (found[number] + 1) * 50, atol=1e-2)
        assert torch.allclose(depth, depths[number], atol=1e-4)


def test_photos_are_cropped_around_the_animal_with_the_lens_of_the_whole_picture(taken):
    photos = collect.collect(taken.folder, 64)
    assert [photo.name for photo in photos] == ["00.png", "01.png", "02.png", "03.png"]
    for photo in photos:
        assert photo.mask_from == "alpha"
        assert not photo.cut
        rows, columns = np.nonzero(photo.mask.numpy() > 0.5)
        assert 1 + max(np.ptp(rows), np.ptp(columns)) == pytest.approx(64 / collect.MARGIN, abs=2)
        # A point in the middle of the whole picture, through the crop's lens: the principal point.
        focal, x, y = photo.lens
        assert focal == pytest.approx(collect.FOCAL * SIZE / (photo.side / 2))
        assert (x * photo.side / 2 + photo.corner[0] + photo.side / 2) == pytest.approx(SIZE / 2)
        assert (y * photo.side / 2 + photo.corner[1] + photo.side / 2) == pytest.approx(SIZE / 2)


@pytest.fixture
def folder(taken, tmp_path):
    """A copy of the photos to spoil."""
    for path in taken.folder.glob("*.png"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def blank(folder):
    Image.new("RGB", (200, 200), "gray").save(folder / "02.png")


def transparent(folder):
    Image.new("RGBA", (200, 200)).save(folder / "02.png")


def unreadable(folder):
    (folder / "02.png").write_bytes(b"this is no picture")


def black_mask(folder):
    (folder / "masks").mkdir()
    Image.new("L", (SIZE, SIZE)).save(folder / "masks" / "02.png")


def white_mask(folder):
    (folder / "masks").mkdir()
    Image.new("L", (SIZE, SIZE), 255).save(folder / "masks" / "02.png")


def tiny(folder):
    small = Image.open(folder / "02.png").resize((20, 20))
    whole = Image.new("RGBA", (SIZE, SIZE))
    whole.paste(small, (50, 50))
    whole.save(folder / "02.png")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (blank, "02.png is blank"),
        (transparent, "02.png shows no animal"),
        (unreadable, "02.png is no picture"),
        (black_mask, "The mask of 02.png is black"),
        (white_mask, "covers the whole picture"),
        (tiny, "The animal in 02.png is only"),
    ],
)
def test_what_is_wrong_with_a_photo_is_said_with_its_name(folder, spoil, says):
    spoil(folder)
    with pytest.raises(JobError) as caught:
        collect.collect(folder, 64)
    assert says in caught.value.message
    assert caught.value.hint


def test_one_photo_and_no_photo_are_too_few(folder):
    for path in sorted(folder.glob("*.png"))[1:]:
        path.unlink()
    with pytest.raises(JobError, match="There is one photo"):
        collect.collect(folder, 64)
    (folder / "00.png").unlink()
    with pytest.raises(JobError, match="holds no pictures"):
        collect.collect(folder, 64)
    with pytest.raises(JobError, match="no folder"):
        collect.collect(folder / "nowhere", 64)


def test_a_mask_beside_the_photo_counts_more_than_transparency(folder):
    mask = np.zeros((SIZE, SIZE), np.uint8)
    mask[40:120, 30:130] = 255
    (folder / "masks").mkdir()
    Image.fromarray(mask).save(folder / "masks" / "01.png")
    photos = collect.collect(folder, 64)
    assert [photo.mask_from for photo in photos] == ["alpha", "mask", "alpha", "alpha"]
    assert photos[1].side == pytest.approx(100 * collect.MARGIN)


def test_photos_of_animals_that_are_cut_off_or_of_very_different_size_get_a_warning(folder):
    whole = Image.open(folder / "00.png")
    left, _, right, _ = whole.getchannel("A").getbbox()
    whole.crop(((left + right) // 2, 0, *whole.size)).save(folder / "00.png")
    large = Image.open(folder / "01.png")
    large.resize((1500, 1500)).save(folder / "01.png")
    small = Image.open(folder / "02.png").resize((90, 90))
    wide = Image.new("RGBA", (300, 300))
    wide.paste(small, (100, 100))
    wide.save(folder / "02.png")
    notes = " ".join(collect.warnings_about(collect.collect(folder, 64)))
    assert "cut off at the border of 00.png" in notes
    assert "as large in 01.png as in 02.png" in notes


def test_the_small_network_knows_head_from_tail(taken):
    """It has learned from the template in other poses and coats; these are not among them."""
    photos = collect.collect(taken.folder, 64)
    body = taken.body
    found = features.shown_places(photos, body)
    state = in_crops(taken.state, photos)
    points, _ = bodies.posed(body, bodies.symmetric(body, state.shape), state.poses)
    lens = views.lenses(photos)
    gaps, chance = [], []
    for number, photo in enumerate(photos):
        wanted, _ = views.seen(state.cameras[number, None], lens[number, None], points[number, None])
        row, column = np.nonzero(photo.mask.numpy() > 0.5)
        value = found.values[number][row, column] * features.UNIT
        nearest = torch.cdist(torch.from_numpy(np.stack([column, row], 1) * 2 / 64 - 1).float(), wanted[0]).argmin(1)
        gaps.append((value[:, 1] - body.vertices[nearest, 1]).abs().mean())
        chance.append((body.vertices[nearest, 1] - body.vertices[nearest, 1].median()).abs().mean())
    assert np.mean(gaps) < 0.5 * np.mean(chance)


def test_a_fit_brings_cameras_and_poses_nearer_to_the_outlines(taken):
    photos = collect.collect(taken.folder, 64)
    collection = solve.collection_of(taken.template, photos, features.shown_places, 0)
    generator = torch.Generator().manual_seed(0)
    state = in_crops(taken.state, photos)
    off = fit.State(state.cameras + torch.tensor((0.3, 0.1, 0.0, 0.1, 0.1, 0.1)), 0 * state.poses, state.shape)
    few = torch.arange(len(taken.body.vertices))
    before = fit.energy(collection.problem, off, fit.Weights(), few, None)
    found, _ = fit.solve(collection.problem, off, fit.Weights(), 40, shape=False, generator=generator)
    after = fit.energy(collection.problem, found, fit.Weights(), few, None)
    assert (after < 0.5 * before).all()
    assert (found.poses[:, 0] == 0).all()  # the root


def test_rendered_outlines_pull_a_thin_animal_to_its_width(taken):
    photos = collect.collect(taken.folder, 64)
    collection = solve.collection_of(taken.template, photos, features.colours, 0)
    shape = dataclasses.replace(taken.state.shape, widths=torch.full_like(taken.state.shape.widths, -0.2))
    shape.widths[0] = 0.0
    state = dataclasses.replace(in_crops(taken.state, photos), shape=shape)
    found = fit.refine(
        collection.problem, state, collection.masks, collection.known, fit.Weights(), 15, offsets=False,
        generator=torch.Generator().manual_seed(0), rate=0.03,
    )  # fmt: skip
    assert found.shape.widths[1:].mean() > -0.15


def test_what_is_turned_round_twice_is_as_before(taken):
    twice = guess.turned_round(taken.body, guess.turned_round(taken.body, taken.state))
    assert torch.allclose(twice.cameras, taken.state.cameras, atol=1e-6)
    assert torch.allclose(twice.poses, taken.state.poses)


def test_from_far_away_an_animal_turned_round_has_the_same_outline(taken):
    body = taken.body
    cameras = taken.state.cameras.clone()
    cameras[:, 1], cameras[:, 5] = 0.0, 7.0
    lens = torch.tensor((800.0, 0.0, 0.0)).expand(len(cameras), 3)
    one = fit.State(cameras, taken.state.poses, taken.state.shape)
    other = guess.turned_round(body, one)
    other.cameras[:, 1] = 0.0
    seen = [
        views.seen(s.cameras, lens, bodies.posed(body, bodies.symmetric(body, s.shape), s.poses)[0])[0]
        for s in (one, other)
    ]
    assert (seen[0] - seen[1][:, body.twin]).abs().max() < 0.01


def test_guesses_look_from_the_side_that_the_animal_is_seen_from(taken):
    photos = collect.collect(taken.folder, 64)
    masks = torch.stack([photo.mask for photo in photos])
    shape = bodies.symmetric(taken.body, taken.state.shape)
    cameras, _, score = start.guesses(
        taken.body, shape, turn_spread(taken.body), masks, views.lenses(photos), 2000, 4, 0.0,
        torch.Generator().manual_seed(0),
    )  # fmt: skip
    off = (cameras[..., 0] - taken.state.cameras[:, None, 0] + torch.pi) % (2 * torch.pi) - torch.pi
    assert (off.abs().amin(dim=1) < 0.6).all()
    assert (score[:, 0] > 0.6).all()


def test_mirrored_texels_show_the_mirrored_places(taken):
    body = taken.body
    uv = np.random.default_rng(0).random((len(body.triangles), 3, 2)) * 0.05
    uv += np.random.default_rng(1).random((len(body.triangles), 1, 2)) * 0.9
    texels = textures.texels_of(uv.astype(np.float32), 64)
    other = textures.mirrored(texels, len(body.triangles))
    vertices, triangles = body.vertices.numpy(), body.triangles.numpy()
    one, two = (np.einsum("nc,ncj->nj", t.place, vertices[triangles[t.face]]) for t in (texels, other))
    assert np.allclose(one * [-1, 1, 1], two, atol=1e-5)


def test_colors_of_photos_come_to_their_places_on_both_sides(taken, tmp_path):
    """Orange in front, blue behind, also on the side that no photo shows."""
    photos = collect.collect(taken.folder, 64)[:2]
    body = taken.body
    state = in_crops(taken.state, photos)
    points, _ = bodies.posed(body, bodies.symmetric(body, state.shape), state.poses)
    centre = body.vertices[body.triangles].mean(dim=1).numpy()
    outward = (body.normals[body.triangles].mean(dim=1).numpy() * centre)[:, 0] > 0.05
    # Each triangle a small square of its own: no unwrapping is needed.
    side = int(np.ceil(np.sqrt(len(centre))))
    place = np.stack([np.arange(len(centre)) % side, np.arange(len(centre)) // side], axis=1)[:, None] / side
    uv = (place + np.array([[0, 0], [1, 0], [0, 1]]) * 0.9 / side).astype(np.float32)
    fused, own = textures.textures(photos, points, body.triangles, state.cameras, uv, 256)
    at = ((place[:, 0] + 0.3 / side) * 256).astype(int)
    for image in (fused, own[1]):
        colour = image[255 - at[:, 1], at[:, 0]].astype(int)
        front, behind = outward & (centre[:, 1] < -0.15), outward & (centre[:, 1] > 0.15)
        assert (colour[front, 0] > colour[front, 2]).mean() > 0.9
        assert (colour[behind, 0] < colour[behind, 2]).mean() > 0.9


def test_lower_legs_in_the_trunk_are_pushed_out(taken):
    body = taken.body
    shape = bodies.symmetric(body, bodies.plain_shape(body))
    names = [bone.name for bone in taken.template.bones]

    def deep(poses):
        points, normals = bodies.posed(body, shape, poses)
        return fit.buried(body.weights, body.stems, points, normals)

    poses = torch.zeros(3, len(names), 3)
    poses[1, names.index("UpperArm.L"), 0] = 1.4  # back, into the belly
    poses[2, names.index("UpperArm.L"), 0] = -1.4  # forward, before the chest
    standing, inside, forward = deep(poses).tolist()
    assert standing < 1e-5 > forward
    assert inside > 1e-3
    poses.requires_grad_()
    deep(poses).sum().backward()
    with torch.no_grad():
        assert float(deep(poses - 0.1 * poses.grad / poses.grad.norm())[1]) < inside


def test_what_no_photo_shows_takes_the_colors_around_it_on_the_animal(taken):
    """Front legs, of which nothing is known, hang on an orange chest, hind legs on a blue croup."""
    body = taken.body
    triangles, vertices = body.triangles.numpy(), body.vertices.numpy()
    face = np.random.default_rng(0).permutation(len(triangles))  # in a map all are neighbors
    place = np.full((len(face), 3), 1 / 3)
    centre = vertices[triangles[face]].mean(axis=1)
    truth = np.where(centre[:, 1:2] < 0, [0.9, 0.5, 0.1], [0.1, 0.3, 0.8])
    known = (centre[:, 2] > 0.65).astype(float)
    values = np.where(known[:, None] > 0, truth, 0.0)
    made = completed(triangles, len(vertices), face, place, values, known)
    assert (made[known == 1] == truth[known == 1]).all()
    legs = centre[:, 2] < 0.45
    # Nothing is known of the belly either, through which a little of the other color flows; they differ by 0.8.
    assert np.abs(made[legs] - truth[legs]).max() < 0.1
    assert (completed(triangles, len(vertices), face, place, values, np.zeros(len(face))) == 0.5).all()


def test_the_whole_job_leaves_a_rig_and_goes_on_where_it_was_stopped(taken, quick, tmp_path):
    stages = []

    def job(folder, stop=""):
        folder.mkdir(exist_ok=True)
        made = Job(folder, lambda message: told(message))

        def told(message):
            if getattr(message, "stage", ""):
                stages.append(message.stage)
                if message.stage == stop:
                    made.cancel()

        return made

    params = RigPhotosParams(str(taken.folder), texture_size=64)
    with pytest.raises(JobCancelled):
        rig_photos(params, job(tmp_path / "a", stop="Following the outlines"))
    stages.clear()
    files, report = rig_photos(params, job(tmp_path / "a"))
    assert "Guessing views and poses" not in stages
    assert "Following the outlines" in stages
    _, whole = rig_photos(params, job(tmp_path / "b"))
    assert whole["overlaps"] == report["overlaps"]
    skeleton = json.loads((tmp_path / "a" / files["skeleton"]).read_text())
    with np.load(tmp_path / "a" / files["weights"]) as skin, np.load(tmp_path / "a" / files["motion"]) as motion:
        assert skin["indices"].shape[1] == 4
        assert np.allclose(skin["weights"].sum(axis=1), 1, atol=1e-5)
        assert motion["matrices"].shape == (4, len(skeleton["bones"]), 3, 4)
        assert np.allclose(np.linalg.det(motion["matrices"][..., :3]), 1, atol=1e-4)
    with np.load(tmp_path / "a" / files["mesh"]) as mesh:
        assert mesh["vertices"][:, 2].min() == pytest.approx(0)
        assert mesh["corner_uv"].shape == (len(mesh["triangles"]), 3, 2)
    cameras = json.loads((tmp_path / "a" / files["cameras"]).read_text())
    assert [one["name"] for one in cameras] == ["00", "01", "02", "03"]
    assert all((tmp_path / "a" / one["texture"]).is_file() for one in cameras)
    preview = np.load(tmp_path / "a" / "out" / "preview.npy")
    assert preview.dtype == np.uint8


def test_outlines_of_no_animal_and_of_another_one_are_told():
    photos = [type("Photo", (), {"name": f"{number}.png"})() for number in range(4)]
    with pytest.raises(JobError, match="not those of a four-legged animal"):
        capability._check_overlaps(photos, [0.3, 0.5, 0.5, 0.7])
    with pytest.raises(JobError, match=r"2\.png does not fit the other photos"):
        capability._check_overlaps(photos, [0.8, 0.9, 0.2, 0.7])
    capability._check_overlaps(photos, [0.8, 0.9, 0.5, 0.7])


@pytest.mark.parametrize("params", [{"template": "octopus"}, {"texture_size": 8}])
def test_parameters_out_of_reach_are_told(params, tmp_path):
    with pytest.raises(JobError) as caught:
        rig_photos(RigPhotosParams(str(tmp_path), **params), Job(tmp_path))
    assert caught.value.hint


def test_the_network_takes_color_and_contrast_out_of_its_input():
    generator = torch.Generator().manual_seed(0)
    colour, mask = torch.rand((1, 8, 8, 3), generator=generator), torch.ones(1, 8, 8)
    one, other = places.prepared(colour, mask), places.prepared(0.5 * colour + 0.2, mask)
    assert torch.allclose(one, other, atol=0.2)
    assert one[:, 1:].std() == pytest.approx(0.5, abs=0.1)
