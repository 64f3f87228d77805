# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a clip to a rigged animal: reading, masks, flow, chains of guesses, calm, the still camera, the whole job."""

import dataclasses
import itertools
import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")
cv2 = pytest.importorskip("cv2")
Image = pytest.importorskip("PIL.Image")

from galatea.backend.capabilities import rig_clip as capability  # noqa: E402
from galatea.backend.capabilities.rig_clip import RigClipParams, rig_clip  # noqa: E402
from galatea.backend.clip import heading, masks, motion, paths, place, read, skin, solve  # noqa: E402
from galatea.backend.clip.flow import both_ways, flow, warped  # noqa: E402
from galatea.backend.job import Job, JobCancelled, JobError  # noqa: E402
from galatea.backend.photos import collect, features, fit, start, views  # noqa: E402
from galatea.backend.photos import solve as photos_solve  # noqa: E402
from galatea.backend.photos.body import posed, symmetric  # noqa: E402
from galatea.backend.photos.template import quadruped  # noqa: E402
from galatea.tests.photographed import CELL, SIZE, film, in_crops  # noqa: E402

COUNT = 8


@pytest.fixture(scope="module")
def filmed(tmp_path_factory):
    return film(tmp_path_factory.mktemp("filmed") / "beast", COUNT)


@pytest.fixture(scope="module")
def scene(filmed):
    """The clip made ready, and its true state."""
    clip = read.read(filmed.folder, 0, 0, 24.0)
    photos = [collect.photo_of(path, 64) for path in read.numbered(filmed.folder)]
    collection = photos_solve.collection_of(filmed.template, photos, features.shown_places, 0)
    pace = motion.pace_of(photos, clip.chosen)
    made = solve.Scene(collection, pace, motion.flows_of(clip.frames), motion.Calm())
    return made, in_crops(filmed.state, photos)


def texture(seed=0, size=96):
    values = np.random.default_rng(seed).random((size // 4, size // 4, 3))
    return np.asarray(Image.fromarray((values * 255).astype(np.uint8)).resize((size, size), Image.Resampling.BICUBIC))


def video(path, frames, rate=12.0):
    height, width = frames[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), rate, (width, height))
    for frame in frames:
        writer.write(np.ascontiguousarray(frame[..., ::-1]))
    writer.release()


# Reading


def test_a_video_is_read_with_its_own_rate_and_size(tmp_path, monkeypatch):
    monkeypatch.setattr(read, "LARGEST", 64)
    video(tmp_path / "clip.mp4", [np.full((96, 128, 3), 20 * number, np.uint8) for number in range(10)])
    clip = read.read(tmp_path / "clip.mp4", 3, 9, 24.0)
    assert (clip.rate, clip.first, clip.count, clip.size) == (12.0, 3, 7, (128, 96))
    assert clip.frames[0].shape == (48, 64, 4)
    shades = [frame[..., :3].mean() for frame in clip.frames]
    assert shades == pytest.approx([20.0 * number for number in range(2, 9)], abs=4)
    assert "scaled down from 128 x 96" in clip.notes[0]


def test_of_a_long_clip_some_frames_are_taken_evenly(tmp_path, monkeypatch):
    monkeypatch.setattr(read, "SOLVED", 8)
    video(tmp_path / "clip.mp4", [np.full((48, 64, 3), 7 * number, np.uint8) for number in range(22)])
    clip = read.read(tmp_path / "clip.mp4", 0, 0, 24.0)
    assert (clip.count, clip.chosen.tolist()) == (22, [0, 3, 6, 9, 12, 15, 18, 21])
    assert [frame[..., :3].mean() for frame in clip.frames] == pytest.approx(7.0 * clip.chosen, abs=4)


def test_frames_at_varying_times_are_taken_at_even_ones(tmp_path):
    shades = [Image.fromarray(np.full((32, 32), 25 * number, np.uint8)) for number in range(8)]
    times = [100, 100, 300, 100, 100, 100, 100, 100]
    shades[0].save(tmp_path / "clip.gif", save_all=True, append_images=shades[1:], duration=times)
    clip = read.read(tmp_path / "clip.gif", 0, 0, 24.0)
    shown = np.cumsum([0, *times[:-1]]) / 1000
    assert any("varying times" in note for note in clip.notes)
    for number, frame in zip(clip.chosen, clip.frames, strict=True):
        wanted = np.searchsorted(shown, (number + 0.5) / clip.rate, side="right") - 1
        assert frame[..., 0].mean() == pytest.approx(25 * wanted, abs=12)


def test_even_times_and_nonsense_rates():
    assert read.even(np.arange(5) / 25, 25.0)[0].tolist() == [0, 1, 2, 3, 4]
    which, rate, uneven = read.even(np.array([0.0, 0.1, 0.4, 0.5]), 10.0)
    assert (which.tolist(), rate, uneven) == ([0, 1, 1, 1, 2, 3], 10.0, True)
    assert read.even(np.arange(4) / 30, 0.0)[1] == pytest.approx(30.0)
    assert read.even(np.zeros(4), 1e6)[1] == 24.0


def test_frames_of_a_folder_come_in_the_order_of_their_numbers(tmp_path):
    for number in (1, 2, 10, 3, 4, 5):
        Image.new("RGBA", (40, 40), (number, 0, 0, 255)).save(tmp_path / f"shot{number}.png")
    clip = read.read(tmp_path, 0, 0, 30.0)
    assert [int(frame[0, 0, 0]) for frame in clip.frames] == [1, 2, 3, 4, 5, 10]
    assert clip.rate == 30.0


def unreadable(folder):
    (folder / "clip.mp4").write_bytes(b"no video at all")
    return folder / "clip.mp4"


def one_frame(folder):
    video(folder / "clip.mp4", [texture()])
    return folder / "clip.mp4"


def few_frames(folder):
    video(folder / "clip.mp4", [texture()] * 4)
    return folder / "clip.mp4"


def many_frames(folder):
    video(folder / "clip.mp4", [np.zeros((16, 16, 3), np.uint8)] * (read.MOST + 1))
    return folder / "clip.mp4"


def nothing(folder):
    return folder / "clip.mp4"


def empty(folder):
    return folder


def of_two_sizes(folder):
    for number in range(8):
        Image.new("RGB", (40 + number // 4, 40)).save(folder / f"{number}.png")
    return folder


@pytest.mark.parametrize(
    ("clip", "says"),
    [
        (unreadable, "no video that can be read"),
        (one_frame, "has one frame only"),
        (few_frames, "too few"),
        (many_frames, "can be rigged at once"),
        (nothing, "There is no clip"),
        (empty, "holds no pictures"),
        (of_two_sizes, "has 41 x 40 pixels, the frames before have 40 x 40"),
    ],
)
def test_what_is_no_clip_is_told(tmp_path, clip, says):
    with pytest.raises(JobError) as caught:
        read.read(clip(tmp_path), 0, 0, 24.0)
    assert says in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ((5, 5), "Frame 5 of shot, which has 8: too few"),
        ((2, 4), "Frames 2 to 4 of shot, which has 8: too few"),
        ((20, 30), "shot has 8 frames, and the part of it would begin at frame 20"),
        ((7, 3), "shot would end at frame 3, and the part of it would begin at frame 7"),
    ],
)
def test_parts_that_are_none_are_told(tmp_path, part, says):
    (tmp_path / "shot").mkdir()
    for number in range(8):
        Image.new("RGB", (40, 40)).save(tmp_path / "shot" / f"{number}.png")
    with pytest.raises(JobError) as caught:
        read.read(tmp_path / "shot", *part, 24.0)
    assert says in caught.value.message
    assert caught.value.hint


# Masks and flow


def test_flow_finds_a_known_shift():
    one = texture(size=128)
    other = np.roll(one, (-2, 3), axis=(0, 1))
    found, sure = both_ways(one, other)
    middle = np.s_[16:-16, 16:-16]
    assert found[middle].reshape(-1, 2).mean(axis=0) == pytest.approx([3.0, -2.0], abs=0.1)
    assert np.median(sure[middle]) > 0.9
    assert np.abs(warped(other, found).astype(int) - one)[middle].mean() < 3
    assert np.median(both_ways(one, texture(seed=1, size=128))[1]) < 0.5


def moving_spots(background, count=8):
    """A dark spot that goes right before a background (H, W, 3), and where it is."""
    frames, wanted = [], []
    for number in range(count):
        frame = background.copy()
        mask = np.zeros(frame.shape[:2], bool)
        mask[30:60, 8 + 8 * number : 28 + 8 * number] = True
        frame[mask] = (200, 30, 30)
        frames.append(np.dstack([frame, np.full(mask.shape, 255, np.uint8)]))
        wanted.append(mask)
    return frames, wanted


def clip_of(frames, given=None):
    given = [None] * len(frames) if given is None else given
    return read.Clip("beast.mp4", 24.0, 1, len(frames), (96, 96), np.arange(len(frames)), frames, given, ())


def test_what_moves_before_a_still_background_is_the_animal():
    frames, wanted = moving_spots(texture() // 2)
    found = masks.before_still_background(frames)
    assert np.mean([masks.overlap(one, other) for one, other in zip(found, wanted, strict=True)]) > 0.9
    assert (
        masks.before_still_background([np.dstack([np.roll(texture(), 9 * i, 1), frames[0][..., 3]]) for i in range(8)])
        is None
    )


def test_a_mask_that_neighbours_contradict_is_replaced():
    frames, wanted = moving_spots(np.full((96, 96, 3), 230, np.uint8))
    spoiled = [mask.astype(np.float32) for mask in wanted]
    spoiled[3] = np.zeros_like(spoiled[3])
    flows = [(flow(a, b), flow(b, a)) for a, b in itertools.pairwise(frames)]
    mended = masks.agreed(spoiled, flows)
    assert masks.overlap(mended[3], wanted[3]) > 0.7
    assert all(mended[number] is spoiled[number] for number in (0, 1, 2, 5, 6, 7))


def test_gaps_that_show_a_plain_background_are_no_animal():
    frames, wanted = moving_spots(np.full((96, 96, 3), 230, np.uint8), 1)
    frames[0][38:52, 14:20] = 230, 230, 230, 255
    found = masks.without_gaps(frames[0][..., :3], wanted[0].astype(np.float32))
    assert found[38:52, 14:20].max() == 0
    assert found[32:36, 10:26].min() == 1
    busy, wanted = moving_spots(texture(), 1)
    assert np.array_equal(masks.without_gaps(busy[0][..., :3], wanted[0].astype(np.float32)), wanted[0])


def test_colors_at_the_edge_come_from_inside():
    coverage = np.zeros((40, 40), np.float32)
    coverage[5:25, 5:25], coverage[25:38, 10:13] = 1.0, 1.0  # a body, and a leg of three pixels
    inner = np.zeros((40, 40), bool)
    inner[8:22, 8:22] = inner[22:36, 11] = inner[22:25, 10:13] = True
    colours = np.where(inner[..., None], (200, 30, 30), (90, 200, 90)).astype(np.uint8)
    found = masks.without_edge(colours, coverage)
    assert (found[6:24, 6:24] == (200, 30, 30)).all()
    assert (found[29:35, 10:13] == (200, 30, 30)).all()


def test_clips_without_an_animal_are_told():
    frames, wanted = moving_spots(np.full((96, 96, 3), 230, np.uint8))
    with pytest.raises(JobError, match="masks are black or white in 6 of 8"):
        masks.masks_of(clip_of(frames, [np.float32(mask) * (number < 2) for number, mask in enumerate(wanted)]))
    found = masks.masks_of(clip_of(frames, [np.float32(mask) * (number < 6) for number, mask in enumerate(wanted)]))
    assert found.found.tolist() == [True] * 6 + [False] * 2
    with pytest.raises(JobError, match="the wrong way round"):
        masks.masks_of(clip_of(frames, [1.0 - np.float32(mask) for mask in wanted]))
    empty_frames = [np.full((96, 96, 4), 255, np.uint8)] * 8
    with pytest.raises(JobError, match="No animal stands out"):
        masks.masks_of(clip_of(empty_frames))


# Time


def test_the_best_chain_is_the_best_of_all_chains():
    generator = torch.Generator().manual_seed(0)
    costs = torch.rand((5, 3), generator=generator)
    changes = torch.rand((4, 3, 3), generator=generator)

    def cost(chain):
        return sum(costs[i, k] for i, k in enumerate(chain)) + sum(changes[i, chain[i], chain[i + 1]] for i in range(4))

    best = min(itertools.product(range(3), repeat=5), key=lambda chain: float(cost(chain)))
    assert paths.chain(costs, changes).tolist() == list(best)


def test_angles_go_the_short_way():
    assert paths.unwrapped(torch.tensor([3.0, -3.0, 3.2, 9.4])).diff().abs().max() < 0.4


def test_places_in_crops_and_on_the_frame_are_one(scene):
    made, state = scene
    way = motion.path(state.cameras, made.pace)
    assert torch.allclose(motion.cameras_of(way, made.pace), state.cameras, atol=1e-5)
    # The animal of the film goes evenly to the right, by 0.3 of half a frame.
    steps = way[:, 3].diff() * made.pace.unit
    assert steps.tolist() == pytest.approx([0.3 * SIZE / 2 / (COUNT - 1)] * (COUNT - 1), abs=0.01)


def test_what_moves_evenly_is_calm_and_flips_are_not(scene):
    made, state = scene
    problem, pace = made.collection.problem, made.pace
    only_jerks = dataclasses.replace(motion.Calm(), pose_speed=0.0, camera_speed=0.0)
    even = dataclasses.replace(state, poses=state.poses[:1] + torch.arange(COUNT)[:, None, None] * 0.01)
    assert motion.unrest(even, problem, pace, only_jerks) < 1e-4
    turned = even.cameras.clone()
    turned[4, 0] += torch.pi
    assert motion.unrest(dataclasses.replace(even, cameras=turned), problem, pace, only_jerks) > 0.1


def test_the_true_movement_goes_with_the_flow_and_a_still_one_does_not(scene):
    made, state = scene
    problem, pace = made.collection.problem, made.pace
    tracks = motion.tracks_of(problem.body, state, problem.lens, pace, made.flows, torch.Generator().manual_seed(0))
    assert (tracks.sure > 0).float().mean() > 0.1
    true = motion.astray(problem.body, state, problem.lens, pace, tracks)
    way = motion.path(state.cameras, pace)
    still = motion.cameras_of(way[:1].expand(COUNT, 6), pace)
    other = motion.astray(problem.body, dataclasses.replace(state, cameras=still), problem.lens, pace, tracks)
    assert true < 0.5 * other


@pytest.mark.parametrize("facing", [-100, -60, 20, 65, 150])
def test_the_way_tells_where_an_animal_looks_also_from_its_mirror_image(facing):
    """It walks on the ground before a still camera, and no guess knows its place exactly."""
    count, high, generator = 12, 0.21, torch.Generator().manual_seed(0)
    times = torch.linspace(0.0, 47.0, count)
    azimuth = torch.deg2rad(torch.tensor(float(facing)))
    way = 0.03 * times[:, None] * torch.stack((-torch.sin(azimuth), torch.cos(azimuth)))
    cameras, lens = torch.zeros(count, 6, 6), torch.tensor((4.0, 0.0, 0.0)).expand(count, 3)
    deep = 9.0 - way[:, 1] * np.cos(high)
    cameras[..., 0], cameras[..., 1] = azimuth, high
    cameras[..., 3:5] = (4.0 * torch.stack((way[:, 0], way[:, 1] * np.sin(high)), dim=1) / deep[:, None])[:, None]
    cameras[..., 5] = deep.log()[:, None] + 0.03 * torch.randn(count, 6, generator=generator)
    cameras[..., 3:5] += 0.02 * torch.randn(count, 1, 2, generator=generator)
    going = heading.velocity(cameras, lens, times)
    assert going.norm(dim=1)[2:-2].tolist() == pytest.approx([0.03] * (count - 4), abs=0.012)
    ways = torch.stack((azimuth, torch.pi - azimuth, azimuth + torch.pi)).expand(count, 3)
    right, mirrored, turned = heading.against(ways, going).mean(dim=0).tolist()
    assert right < 0.05
    assert mirrored > right
    assert turned > 0.5
    assert heading.against(ways, torch.zeros(count, 2)).max() == 0  # what stands may look anywhere


def test_a_frame_that_goes_tail_first_follows_its_neighbors(scene):
    made, state = scene
    cameras = state.cameras.clone()
    cameras[:, 0] = -torch.pi / 2 + 0.05 * torch.arange(COUNT)  # it goes to the right
    wrong = cameras.clone()
    wrong[3, 0] += torch.pi
    spoiled = dataclasses.replace(state, cameras=wrong)
    mended = solve.head_first(spoiled, made.collection.problem.lens, made.pace, made.calm)
    assert torch.allclose(mended.cameras, cameras, atol=0.02)
    assert torch.allclose(mended.poses[[2, 4]], state.poses[[2, 4]], atol=1e-5)
    assert solve.head_first(spoiled, made.collection.problem.lens, made.pace, motion.Calm(heading=0.0)) is spoiled


def test_calm_fits_jitter_less(scene):
    made, state = scene
    problem, pace = made.collection.problem, made.pace
    noise = 0.15 * torch.randn(state.poses.shape, generator=torch.Generator().manual_seed(1))
    noise[:, 0] = 0.0

    def jitter(besides):
        found, _ = fit.solve(
            problem, dataclasses.replace(state, poses=state.poses + noise), fit.Weights(), 6, shape=False,
            generator=torch.Generator().manual_seed(0), besides=besides,
        )  # fmt: skip
        return float(found.poses.diff(n=2, dim=0).square().mean())

    assert jitter(lambda now: motion.unrest(now, problem, pace, made.calm)) < 0.5 * jitter(None)


def test_what_lies_between_solved_frames_is_interpolated(scene):
    made, state = scene
    keys = torch.tensor([0, 3, 5, 7])
    whole = solve.between(state[keys], keys, made.pace)
    assert torch.allclose(whole.poses[keys], state.poses[keys], atol=1e-5)
    assert torch.allclose(whole.cameras[keys], state.cameras[keys], atol=1e-4)
    assert (whole.poses - state.poses).abs().max() < 0.06
    assert (motion.path(whole.cameras, made.pace)[:, 0] - state.cameras[:, 0]).abs().max() < 0.02


@pytest.mark.parametrize("still", [True, False])
def test_before_its_camera_the_animal_is_where_the_frames_show_it(scene, still):
    made, state = scene
    problem = made.collection.problem
    body = problem.body
    up = np.array([0.0, 0.0, 0.25])
    motions, cameras = place.in_world(body, state, made, np.arange(COUNT), COUNT, up, still)
    assert len(cameras) == (1 if still else COUNT)
    rest = body.vertices.numpy().astype(float) + up
    points = np.einsum("vb,pbij,vj->pvi", body.weights, motions[..., :3], rest)
    points += np.einsum("vb,pbi->pvi", body.weights, motions[..., 3])
    wanted, _ = views.seen(state.cameras, problem.lens, posed(body, symmetric(body, state.shape), state.poses)[0])
    for number in range(COUNT):
        matrix = torch.tensor(cameras[0 if still else number], dtype=torch.float32)
        camera = views.crop_camera(matrix, problem.lens[number], 2)
        local = (torch.tensor(points[number], dtype=torch.float32) - matrix[:3, 3]) @ matrix[:3, :3]
        x = camera.cx + camera.fx * local[:, 0] / -local[:, 2] - 1
        y = camera.cy - camera.fy * local[:, 1] / -local[:, 2] - 1
        assert torch.allclose(torch.stack((x, y), -1), wanted[number], atol=0.02)


def test_skin_weights_are_alike_on_both_sides_and_of_four_bones_at_most(filmed):
    body = filmed.body
    allowed = skin.beside(body)
    assert (allowed | (body.weights == 0)).all()  # what moves a vertex still does
    assert torch.equal(allowed, allowed[body.twin][:, body.twin_bone])
    change = skin.alike(body, torch.randn(body.weights.shape, generator=torch.Generator().manual_seed(0)))
    logits = torch.where(allowed, body.weights.clamp_min(skin.FLOOR), torch.zeros(())).log()
    found = skin.few_bones(body, torch.softmax(logits + change, dim=1))
    assert (found > 0).sum(dim=1).max() <= 4
    assert torch.allclose(found.sum(dim=1), torch.ones(len(found)))
    assert torch.allclose(found, found[body.twin][:, body.twin_bone], atol=1e-5)
    assert found[:, 0].max() == 0  # the root
    left = [number for number, bone in enumerate(filmed.template.bones) if bone.name.endswith(".L")]
    assert found[body.vertices[:, 0] <= 0][:, left].max() == 0


def test_vertices_that_keep_their_color_cost_less(scene):
    made, state = scene
    problem, pace = made.collection.problem, made.pace
    tracks = motion.tracks_of(problem.body, state, problem.lens, pace, made.flows, torch.Generator().manual_seed(0))
    colour = torch.stack([photo.colour for photo in made.collection.photos]).permute(0, 3, 1, 2)

    def cost(now):
        return float(skin.recoloured(problem.body, now, problem.lens, tracks, colour))

    turned = state.cameras + torch.tensor([torch.pi, 0.0, 0.0, 0.0, 0.0, 0.0]) * (torch.arange(COUNT) % 2)[:, None]
    assert cost(state) < 0.5 * cost(dataclasses.replace(state, cameras=turned))
    even = torch.full_like(colour, 0.4)
    assert float(skin.recoloured(problem.body, state, problem.lens, tracks, even)) < 1e-9


# The whole job


@pytest.fixture
def quick(monkeypatch):
    """Few guesses, few steps, a coarse template."""
    monkeypatch.setattr(solve, "FITS", dict.fromkeys(solve.FITS, 2))
    monkeypatch.setattr(solve, "KEYS", 3)
    monkeypatch.setattr(paths, "STEPS", {"first": 2, "try": 2})
    monkeypatch.setattr(photos_solve, "GUESSES", start.CHUNK)
    monkeypatch.setattr(photos_solve, "SIDES", 2)
    monkeypatch.setattr(capability, "SIZE", 64)
    monkeypatch.setattr(capability, "COLOURED", 2)
    monkeypatch.setattr(capability, "ALIKE", 0.0)
    monkeypatch.setattr("galatea.backend.photos.template.quadruped", lambda: quadruped(CELL))


def test_the_whole_job_leaves_a_rig_and_goes_on_where_it_was_stopped(filmed, quick, tmp_path):
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

    params = RigClipParams(str(filmed.folder), texture_size=64, rate=30.0)
    with pytest.raises(JobCancelled):
        rig_clip(params, job(tmp_path / "a", stop="Following the outlines"))
    stages.clear()
    files, report = rig_clip(params, job(tmp_path / "a"))
    assert "Guessing views and poses" not in stages
    assert "Following the outlines" in stages
    other_files, _ = rig_clip(params, job(tmp_path / "b"))
    with np.load(tmp_path / "a" / files["motion"]) as one, np.load(tmp_path / "b" / other_files["motion"]) as other:
        assert np.array_equal(one["matrices"], other["matrices"])
        assert one["frames"].tolist() == list(range(1, COUNT + 1))
        assert one["free"].tolist() == [True] + [False] * (report["bones"] - 1)
        assert np.allclose(np.linalg.det(one["matrices"][..., :3]), 1, atol=1e-4)
    with np.load(tmp_path / "a" / files["weights"]) as skin:
        assert skin["indices"].shape[1] == 4
        assert np.allclose(skin["weights"].sum(axis=1), 1, atol=1e-5)
    camera = json.loads((tmp_path / "a" / files["camera"]).read_text())
    assert (camera["rate"], camera["size"], len(camera["camera_to_world"])) == (30.0, [SIZE, SIZE], 1)
    assert (tmp_path / "a" / files["texture"]).is_file()
    assert (report["frames"], report["rate"]) == (COUNT, 30.0)


@pytest.mark.parametrize("stop", ["Reading the clip", "Finding the animal", "Looking at how pixels move"])
def test_a_cancelled_job_stops_at_once(filmed, quick, tmp_path, stop):
    stages = []

    def told(message):
        if getattr(message, "stage", ""):
            stages.append(message.stage)
            if message.stage == stop:
                made.cancel()

    made = Job(tmp_path, told)
    clip = filmed.folder
    if stop == "Finding the animal":  # what is transparent need not be looked for
        frames = [np.asarray(Image.open(path).convert("RGB")) for path in read.numbered(filmed.folder)]
        video(tmp_path / "clip.mp4", frames)
        clip = tmp_path / "clip.mp4"
    with pytest.raises(JobCancelled):
        rig_clip(RigClipParams(str(clip), texture_size=64), made)
    assert stages[-1] == stop


def test_outlines_of_no_animal_are_told():
    clip = clip_of([])
    with pytest.raises(JobError, match=r"beast\.mp4 are not those of a four-legged animal"):
        capability._check_overlaps(clip, [0.3, 0.5, 0.9])
    capability._check_overlaps(clip, [0.3, 0.7, 0.9])


@pytest.mark.parametrize("params", [{"template": "octopus"}, {"texture_size": 8}])
def test_parameters_out_of_reach_are_told(params, tmp_path):
    with pytest.raises(JobError) as caught:
        rig_clip(RigClipParams(str(tmp_path), **params), Job(tmp_path))
    assert caught.value.hint
