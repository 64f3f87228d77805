# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Render without Blender: noise on surfaces, shared features, stepping and resuming, gathering, bad input."""

from __future__ import annotations

import dataclasses
import json
import struct
import zlib
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from scipy import ndimage
from scipy.spatial import KDTree

from galatea.backend.capabilities import render as capability
from galatea.backend.capabilities.render import RenderParams, render
from galatea.backend.diffusion import pipelines, predict
from galatea.backend.diffusion.conditioning import Prompter
from galatea.backend.job import Job, JobError
from galatea.backend.rendering import (
    attention,
    cells,
    clips,
    consolidate,
    engines,
    exr,
    fusion,
    noise,
    passes,
    pictures,
    refine,
    sampler,
    unwrapped,
    windows,
)
from galatea.backend.texturing.picture import write_exr
from galatea.backend.training.captions import vocabulary
from galatea.backend.training.tokenizer import make_tokenizer

from . import rendered_scene
from .tiny_repositories import stable_diffusion

FACTOR = 4
"""Pixels of a latent pixel in these tests."""


@pytest.fixture(scope="module")
def shot(tmp_path_factory):
    return rendered_scene.ball(tmp_path_factory.mktemp("ball"))


@pytest.fixture(scope="module")
def scale(shot):
    return cells.scale(shot, shot.frames)


def drawn(shot, scale, frame, seed=0, counter=0):
    return noise.noise(noise.owned(shot, shot.geometry(frame), scale, FACTOR, frame), seed, counter)


# Noise


def test_noise_is_white_in_each_frame(tmp_path):
    shot = rendered_scene.ball(tmp_path, frames=2, side=256)
    scale = cells.scale(shot, shot.frames)
    for frame in shot.frames:
        made = drawn(shot, scale, frame)
        inside = passes.pooled(shot.geometry(frame).surface > 0, 8) > 0.5
        values = made[:, inside].astype(float)
        count = values.size  # about 8000: the bounds are some four standard errors
        assert abs(values.mean()) < 4 / count**0.5
        assert abs(values.var() - 1) < 0.06
        assert abs(((values - values.mean()) ** 4).mean() / values.var() ** 2 - 3) < 0.25
        for shift in ((0, 1), (1, 0), (1, 1)):
            both = inside & np.roll(inside, shift, (0, 1))
            assert abs((made * np.roll(made, shift, (1, 2)))[:, both].mean()) < 0.05
        assert len(np.unique(values)) > 0.999 * count  # a few equal ones are chance: 24 bits


def test_noise_follows_the_surface(tmp_path):
    """Correlation where two frames show the same place, beside looking up the nearest cell, fine or coarse."""
    shot = rendered_scene.ball(tmp_path, frames=2, side=256, turn=0.06)
    scale = cells.scale(shot, shot.frames)
    first, second = (shot.geometry(frame) for frame in shot.frames)
    a, b = (drawn(shot, scale, frame) for frame in shot.frames)
    assert correlation(first, second, a, b) > 0.55
    assert abs(correlation(first, second, a, drawn(shot, scale, 2, seed=1))) < 0.06
    assert abs(correlation(first, second, a, drawn(shot, scale, 2, counter=1))) < 0.06

    def looked_up(geometry, pixels):
        found = cells.cells(geometry, scale, pixels, geometry.surface > 0)[4::8, 4::8]
        return noise.values(found.ravel(), 0, 0).T.reshape(4, *found.shape)

    fine = [looked_up(geometry, 1.0) for geometry in (first, second)]
    assert correlation(first, second, *fine) < 0.3
    coarse = looked_up(first, 6.0)
    inside = passes.pooled(first.surface > 0, 8) == 1
    both = inside & np.roll(inside, 1, 1)
    assert (coarse * np.roll(coarse, 1, 2))[:, both].mean() > 0.15, "not white"


def correlation(first, second, a, b):
    """Mean product of two frames' values at the same places of the ball."""
    middle = slice(4, None, 8)
    places = [one.place[middle, middle][one.surface[middle, middle] == rendered_scene.BALL] for one in (first, second)]
    values = [made[:, one.surface[middle, middle] == rendered_scene.BALL] for made, one in ((a, first), (b, second))]
    distance, nearest = KDTree(places[0]).query(places[1])
    near = distance < 0.02
    return float((values[1][:, near] * values[0][:, nearest[near]]).mean())


def test_a_frame_alone_has_the_noise_that_it_has_among_all(shot, scale):
    alone = dataclasses.replace(shot, frames=(3,))
    assert np.array_equal(drawn(alone, scale, 3), drawn(shot, scale, 3))
    assert passes.anchors(range(1, 25)) == (1, 9, 16, 24)


def test_instances_have_noise_of_their_own(shot, scale):
    geometry = shot.geometry(1)
    other = dataclasses.replace(geometry, instance=np.where(geometry.instance > 0, 8, 0).astype(np.uint32))
    found = [cells.cells(one, scale, 4.0, one.surface > 0) for one in (geometry, other)]
    assert not np.intersect1d(found[0][found[0] > 0], found[1][found[1] > 0]).size


# Features on the surface


def footprints(shot, scale, stride=1):
    return next(iter(fusion.footprints(shot, scale, FACTOR, (stride,)).items()))


def test_constant_features_come_back_as_they_were(shot, scale):
    tokens, found = footprints(shot, scale)
    features = torch.tensor([-2.0, 0.0, 3.0]).expand(1, 2, tokens, 3)
    shown, covered = fusion.shown(fusion.gathered([found[0], found[1]], features, len(found.table)), found[2])
    assert covered.sum() > 0.5 * (passes.pooled(shot.geometry(3).surface > 0, 8) == 1).sum()
    assert torch.allclose(shown[0, covered], torch.tensor([-2.0, 0.0, 3.0]), atol=1e-5)


def test_the_first_keyframe_fills_and_all_count_for_the_mean(shot, scale):
    """Also where the first one says something negative: zeros and signs are no masks."""
    tokens, found = footprints(shot, scale)
    features = torch.stack((torch.full((tokens, 1), -1.0), torch.full((tokens, 1), 2.0)))[None]
    texture = fusion.gathered([found[0], found[1]], features, len(found.table))
    both = torch.isin(torch.arange(len(texture.known)), found[0].cell) & torch.isin(
        torch.arange(len(texture.known)), found[1].cell
    )
    assert both.sum() > 100
    assert torch.allclose(texture.values[0, both], torch.tensor(0.5 * (-1.0 + 0.5)))


def test_tokens_at_borders_are_left_alone(shot, scale):
    _, found = footprints(shot, scale)
    block = FACTOR * 2
    surface = shot.geometry(1).surface
    side = surface.shape[0] // block
    mixed = [
        y * side + x
        for y in range(side)
        for x in range(side)
        if len(np.unique(surface[y * block : (y + 1) * block, x * block : (x + 1) * block])) > 1
    ]
    assert mixed and not np.intersect1d(found[0].token.numpy(), mixed).size


def layer(channels=8):
    """An attention layer as diffusers has it."""
    torch.manual_seed(0)
    project = {name: torch.nn.Linear(channels, channels, bias=False) for name in ("to_q", "to_k", "to_v")}
    return SimpleNamespace(**project, heads=2)


def test_full_strength_shows_the_keyframes_features_and_branches_never_mix(shot, scale):
    tokens, found = footprints(shot, scale)
    attn, shared = layer(), attention.Sharing({tokens: found})
    hidden = torch.randn(2 * 2, tokens, 8)  # two branches of two keyframes
    with torch.no_grad():
        with shared.collecting([0, 1]):
            after = shared.attend("a", attn, hidden)
        own = torch.randn(2, tokens, 8)
        with shared.showing([2], 1.0):
            full = shared.attend("a", attn, own)
        with shared.showing([2], 0.0):
            none = shared.attend("a", attn, own)
        wanted, covered = fusion.shown(
            fusion.gathered([found[0], found[1]], after.reshape(2, 2, tokens, 8), len(found.table)), found[2]
        )
        assert torch.allclose(full[:, covered], wanted[:, covered], atol=1e-5)
        assert torch.allclose(full[:, ~covered], none[:, ~covered], atol=1e-6)
        # Strength 0: own tokens and the keyframes', (K + 1) times as many.
        context = torch.cat((own, hidden.reshape(2, 2 * tokens, 8)), 1)
        assert torch.allclose(none, attention._attention(attn, attn.to_q(own), context), atol=1e-6)
        changed = torch.cat((hidden[:2] + 5.0, hidden[2:]))
        with shared.collecting([0, 1]):
            shared.attend("a", attn, changed)
        with shared.showing([2], 0.7):
            again = shared.attend("a", attn, own)
        with shared.collecting([0, 1]):
            shared.attend("a", attn, hidden)
        with shared.showing([2], 0.7):
            before = shared.attend("a", attn, own)
    assert torch.equal(again[1], before[1]) and not torch.allclose(again[0], before[0])


# All frames together


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    make_tokenizer(vocabulary(), folder / "words")
    return stable_diffusion(folder / "repository", folder / "words")


@pytest.fixture(scope="module")
def pipeline(repository):
    return pipelines.load_with_control(repository, repository / "controlnet", torch.device("cpu"))


def wish(**changes):
    values = {
        "prompt": "red wood", "others": (), "negative": "", "seed": 1, "steps": 4, "guidance": 2.0, "control": 1.0,
        "keyframes": 2,
        "fusion": 0.7, "match_background": True, "chunk": 2,
    }  # fmt: skip
    return sampler.Wish(**values | changes)


def painted(pipeline, shot, scale, folder, heard=lambda part: None, **changes):
    factor = pipeline.vae_scale_factor
    folder.mkdir(exist_ok=True)
    owners = [noise.owned(shot, shot.geometry(frame), scale, factor, frame) for frame in shot.frames]
    look = passes.look(shot, shot.frames, True)

    def regions(number):
        ball = passes.pooled(shot.geometry(shot.frames[number]).surface == rendered_scene.BALL, 2 * factor)
        return np.stack((1 - ball, ball))

    material = sampler.Material(
        noise=lambda number, counter: noise.noise(owners[number], 1, counter),
        control=lambda number: passes.light_control(shot, shot.frames[number], look),
        background=lambda number: passes.pooled(shot.geometry(shot.frames[number]).surface > 0, 2 * factor) == 0,
        regions=regions, footprints=fusion.footprints(shot, scale, factor, (1, 2)), frames=len(shot.frames),
    )  # fmt: skip
    return sampler.paint(pipeline, Prompter(pipeline, torch.device("cpu")), wish(**changes), material, folder, heard)


def test_results_depend_neither_on_the_batch_nor_on_a_pause(pipeline, shot, scale, tmp_path):
    processors = {name: type(one) for name, one in pipeline.unet.attn_processors.items()}
    whole = painted(pipeline, shot, scale, tmp_path / "a")
    assert torch.isfinite(whole).all()
    one = painted(pipeline, shot, scale, tmp_path / "b", chunk=1)
    assert torch.allclose(whole, one, atol=2e-4)  # sums in another order
    other = painted(pipeline, shot, scale, tmp_path / "c", keyframes=0)
    assert not torch.allclose(whole, other, atol=1e-2)

    class Stopped(Exception):
        pass

    def stop(part):
        if part >= 0.5:
            raise Stopped

    with pytest.raises(Stopped):
        painted(pipeline, shot, scale, tmp_path / "d", stop)
    assert {name: type(one) for name, one in pipeline.unet.attn_processors.items()} == processors
    begun = []
    resumed = painted(pipeline, shot, scale, tmp_path / "d", begun.append)
    assert min(begun) == 0.5
    assert torch.equal(resumed, whole)


def test_an_object_has_its_own_words_and_the_others_keep_theirs(pipeline, shot, scale, tmp_path):
    """The same words in both regions are no regions; other words change their region, and hardly what is beside it."""
    plain = painted(pipeline, shot, scale, tmp_path / "a")
    same = painted(pipeline, shot, scale, tmp_path / "b", others=("red wood",))
    assert torch.allclose(plain, same, atol=2e-4)
    # One step: later ones spread what changed, for networks see the picture as a whole.
    first = painted(pipeline, shot, scale, tmp_path / "c", steps=1, match_background=False)
    other = painted(pipeline, shot, scale, tmp_path / "d", steps=1, match_background=False, others=("blue glass",))
    inside = passes.pooled(shot.geometry(1).surface == rendered_scene.BALL, 2 * pipeline.vae_scale_factor)
    changed = (first - other)[0].abs().mean(0).numpy()
    assert changed[inside == 1].mean() > 1e-3
    assert changed[inside == 0].max() < 1e-6


def test_the_starter_paints_one_object_red_in_a_blue_picture(shot, repository, tmp_path, monkeypatch):
    """With one prompt for all, and with one for the ball. The corner of the box is small and right behind it."""

    def colors(folder, prompt, prompts):
        monkeypatch.setattr(passes, "render", lambda *some, **more: from_the_shot(shot, *some, **more))
        params = RenderParams(
            prompt=prompt, prompts=prompts, frame_end=2, width=128, height=128, size=128, steps=6, keyframes=0,
            blender=("false",),
        )  # fmt: skip
        render(params, job_at(folder))
        picture = engines.Pictures(folder / "work")(0)
        surface = shot.geometry(1).surface[::2, ::2]
        return [
            picture[ndimage.binary_erosion(surface == one, iterations=2)].mean(0)
            for one in (rendered_scene.BALL, rendered_scene.OTHER)
        ]

    ball, box = colors(tmp_path / "one", "blue plastic", {})
    assert ball[2] > 1.3 * ball[0] and box[2] > 1.1 * box[0]
    ball, box = colors(tmp_path / "two", "blue plastic", {"Ball": "red plastic"})
    assert ball[0] > 1.5 * ball[2]
    assert box[0] - box[2] < 0.3 * (ball[0] - ball[2])


def test_keyframes_are_spread_and_belong_to_seed_and_step():
    chosen = windows.keyframes(3, 24, seed=5, step=2)
    assert [frame // 8 for frame in chosen] == [0, 1, 2]
    assert chosen == windows.keyframes(3, 24, seed=5, step=2)
    assert len({tuple(windows.keyframes(3, 24, 5, step)) for step in range(10)}) > 5
    assert windows.keyframes(4, 2, 0, 0) == [0, 1]


def test_background_gets_the_first_frames_statistics():
    torch.manual_seed(0)
    latents = torch.randn(4, 16, 16)
    background = np.zeros((16, 16), bool)
    background[:8] = True
    changed = 1.7 * latents + 0.4
    assert torch.allclose(sampler.matched(changed, background, latents, background), latents, atol=1e-4)
    assert torch.equal(sampler.matched(changed, ~background, latents, background), changed), "no background in common"


def test_motion_is_where_places_were(shot, scale):
    """Against the ball's own turn: a place of the second frame was at its rest position turned by the first's angle."""
    flow, seen = refine.motion(shot, scale, FACTOR)
    geometry = shot.geometry(2)
    middle = slice(FACTOR, None, 2 * FACTOR)
    ball = geometry.surface[middle, middle] == rendered_scene.BALL
    assert seen[0].numpy()[ball].mean() > 0.9 and seen[0].numpy()[geometry.surface[middle, middle] == 0].max() == 0
    # In the first frame the angle and the shift are 0: the place is where it is seen, 2.6 units across.
    x, y = (geometry.place[middle, middle][..., axis] for axis in (0, 1))
    sure = ball & (seen[0].numpy() > 0)
    wanted = np.stack((x, -y), -1)[sure] / 1.3
    assert np.abs(flow[0].numpy()[sure] - wanted).max() < 0.03  # a latent pixel is 0.06 wide


def test_refining_brings_frames_closer_and_goes_to_its_targets(shot, scale, monkeypatch):
    """With a network that finds everything good, what is left is the pull of the frame before."""
    torch.manual_seed(0)
    latents = torch.randn(4, 4, 32, 32)
    motion = refine.motion(shot, scale, FACTOR)
    scheduler = SimpleNamespace(
        alphas_cumprod=torch.linspace(0.999, 0.01, 1000), config=SimpleNamespace(prediction_type="epsilon")
    )
    asked = []

    def content(mixed, frames, time):
        asked.append((tuple(frames), int(time)))
        kept = scheduler.alphas_cumprod[time]
        return (mixed - kept.sqrt() * latents[list(frames)]) / (1 - kept).sqrt()

    def apart(some):
        before = torch.nn.functional.grid_sample(some[:-1], motion[0], align_corners=False)
        return float(((some[1:] - before).square().mean(1) * motion[1]).sum() / motion[1].sum())

    monkeypatch.setattr(refine.guidance, "TEMPORAL", 5.0)  # the release's 0.05 moves little: the sign is what counts
    made = refine.refine(latents, content, scheduler, motion, 0, lambda part: None)
    assert apart(made) < 0.95 * apart(latents)
    assert asked[:3] == [((0,), 250)] * 3
    again = refine.refine(latents, content, scheduler, motion, 0, lambda part: None)
    assert torch.equal(made, again)
    alone = refine.refine(latents, content, scheduler, (motion[0], 0 * motion[1]), 0, lambda part: None)
    assert torch.allclose(alone, latents, atol=1e-3)


# Gathering


def test_light_is_taken_out_and_put_back(shot):
    shading = np.linspace(0.1, 0.9, 16, dtype=np.float32)[None].repeat(16, 0)
    color = np.full((16, 16, 3), 0.3, np.float32) * shading[..., None]
    flat = consolidate.lightless(passes.encode(color), shading)
    assert np.ptp(flat) < 0.01
    assert np.allclose(consolidate.lit(flat, shading), passes.encode(color), atol=0.01)


def test_paint_too_bright_for_the_light_keeps_its_structure_and_textures_stay_below_white(shot, scale):
    """Stripes of twice and thrice what a white surface would reflect, in weak light."""
    look = passes.look(shot, shot.frames, True)

    def striped(number):
        shade = consolidate.shading(shot, shot.frames[number], look, True)
        stripes = np.where(np.arange(128) // 4 % 2, 3.0, 2.0)[None, :, None] * np.ones((128, 1, 3))
        return passes.encode(0.25 * stripes * shade[..., None])

    dim = dataclasses.replace(look, exposure=0.25 * look.exposure)
    for number, frame in enumerate(shot.frames):
        shade = consolidate.shading(shot, frame, dim, True)
        again = consolidate.lit(consolidate.lightless(striped(number), shade), shade)
        wrong = np.abs(again - striped(number))[shade >= consolidate.LIT]
        assert wrong.max() < 0.05  # a sixth of the step between the stripes
    skin = consolidate.gather(shot, scale, dim, True, striped, lambda part: None)
    made = unwrapped.unwrapped(skin, scale, patch(0.6), 7)
    assert made.picture.min() > 0.7 and made.picture.max() <= 1.0


def test_black_shadows_stay_dark_whatever_is_painted_there(shot, scale, monkeypatch):
    """Painters take them for background: a surface of one color, over whose left half they paint light gray."""
    look = passes.look(shot, shot.frames, True)
    left = np.arange(128)[None] < 64
    shade = np.where(left, consolidate.DARKEST, 0.8).repeat(128, 0).astype(np.float32)
    monkeypatch.setattr(consolidate, "shading", lambda *others: shade)
    painted = np.where(left[..., None], 0.6, passes.encode(np.float32([0.5, 0.1, 0.1]) * shade[..., None]))
    skin = consolidate.gather(shot, scale, look, True, lambda number: painted, lambda part: None)
    frame, factor = shot.frames[len(shot.frames) // 2], shot.size.oversampling
    made = consolidate.lit(passes.pooled(consolidate.render(shot, scale, skin, frame), factor), shade)
    whole = ndimage.binary_erosion(passes.pooled(shot.is_painted(shot.geometry(frame)), factor) == 1)
    assert np.abs(made - painted)[whole & ~left & (np.arange(128) > 70)].max() < 0.03
    assert (whole & left).sum() > 100 and made[whole & left].max() < 0.3


def test_surfaces_look_the_same_in_all_frames(shot, scale):
    """Frames of a known texture, each with noise of its own: what is gathered is nearer to it, and steady."""
    look = passes.look(shot, shot.frames, True)
    draw = np.random.default_rng(0)

    def exact(frame):
        geometry = shot.geometry(frame)
        shade = consolidate.shading(shot, frame, look, True)
        color = passes.pooled(rendered_scene.texture(geometry.place), 2) ** 2.2 * 0.5 * shade[..., None]
        return passes.encode(color)

    frames = [
        np.clip(exact(frame) + draw.normal(0, 0.08, (128, 128, 3)), 0, 1).astype(np.float32) for frame in shot.frames
    ]
    skin = consolidate.gather(shot, scale, look, True, frames.__getitem__, lambda part: None)
    recipe = pictures.Recipe(shot, scale, look, True, 1.0, "transparent")
    inside = ndimage.binary_erosion(
        passes.pooled(shot.geometry(2).surface == rendered_scene.BALL, 2) == 1, iterations=4
    )
    made = pictures.composed(recipe, 2, frames[1], skin, None)
    assert made.shape == (128, 128, 4)
    wrong, left = (np.abs(one[..., :3] - exact(2))[inside].mean() for one in (frames[1], made))
    assert left < 0.9 * wrong
    empty = passes.pooled(shot.geometry(2).surface > 0, 2) == 0
    assert (made[..., 3][empty] == 0).all() and (made[..., 3][inside] == 1).all()


def patch(reach, index=rendered_scene.BALL, cells=24):
    """A piece of the ball's front as a mesh with UVs: ``reach`` to the left and right, 0.6 up and down."""
    u, v = np.meshgrid(np.linspace(0, 1, cells + 1), np.linspace(0, 1, cells + 1))
    x, y = (2 * u - 1) * reach, (2 * v - 1) * 0.6
    place = np.stack((x, y, np.sqrt(np.clip(1 - x**2 - y**2, 0, 1))), -1)
    uv = np.stack((u, v), -1)
    corners = []
    for plane in (place, uv):
        a, b, c, d = plane[:-1, :-1], plane[:-1, 1:], plane[1:, 1:], plane[1:, :-1]
        corners.append(np.concatenate((np.stack((a, b, c), 2), np.stack((a, c, d), 2))).reshape(-1, 3, plane.shape[-1]))
    return unwrapped.Mesh(index, "UVMap", corners[0].astype(np.float32), corners[1].astype(np.float32))


def test_gathered_paint_becomes_a_texture(shot, scale):
    """Frames of a known texture, each in its light: texels have its color, wherever they are, without the light."""
    look = passes.look(shot, shot.frames, True)

    def exact(number):
        geometry = shot.geometry(shot.frames[number])
        shade = consolidate.shading(shot, shot.frames[number], look, True)
        return passes.encode(passes.pooled(rendered_scene.texture(geometry.place), 2) ** 2.2 * 0.5 * shade[..., None])

    skin = consolidate.gather(shot, scale, look, True, exact, lambda part: None)
    mesh = patch(0.6)
    made = unwrapped.unwrapped(skin, scale, mesh, 7)
    size = len(made.picture)
    assert made.seen > 0.98 and size in (256, 512)
    middle = mesh.uv.mean(1) * size
    found = made.picture[(size - middle[:, 1]).astype(int), middle[:, 0].astype(int)]
    wanted = 0.5 ** (1 / 2.2) * rendered_scene.texture(mesh.places.mean(1))
    assert np.abs(found - wanted).mean() < 0.02  # a cell is a pixel long, over which the color changes by 0.03
    turned = np.abs(found - wanted[::-1]).mean()
    assert turned > 0.1, "the test would see a texture that is upside down"
    box = dataclasses.replace(mesh, places=mesh.places + np.array((0.0, 0.0, 0.6), np.float32))
    assert unwrapped.unwrapped(skin, scale, box, 7) is None
    assert unwrapped.unwrapped(skin, scale, mesh, 8) is None, "another instance was not seen"
    assert unwrapped.unwrapped(skin, scale, dataclasses.replace(mesh, uv=0 * mesh.uv), 7) is None


def test_other_objects_are_gray(shot, scale):
    mine = dataclasses.replace(shot, painted=frozenset({rendered_scene.BALL}))
    look = passes.look(mine, mine.frames, True)
    red = np.full((128, 128, 3), (1.0, 0.0, 0.0), np.float32)
    made = pictures.composed(pictures.Recipe(mine, scale, look, True, 0.0, "painted"), 1, red, None, None)
    surface = passes.pooled(shot.geometry(1).surface, 2)
    assert np.allclose(made[surface == rendered_scene.BALL][:, :3], (1, 0, 0))
    box = made[surface == rendered_scene.OTHER][:, :3]
    assert len(box) and np.allclose(box, box[:, :1])


def test_what_is_not_painted_looks_as_the_scene_does(scale, tmp_path):
    """In the scene's own brightness, with its alpha."""
    shot = rendered_scene.ball(tmp_path, frames=1)
    with np.load(passes.path(tmp_path, 1)) as stored:
        arrays = dict(stored)
    backdrop = np.zeros((128, 128, 4), np.float16)
    backdrop[:64] = (0.1, 0.2, 0.05, 0.5)  # premultiplied
    np.savez(passes.path(tmp_path, 1), **arrays, backdrop=backdrop)
    mine = dataclasses.replace(shot, painted=frozenset({rendered_scene.BALL}))
    look = dataclasses.replace(passes.look(mine, mine.frames, True), exposure=2.0)
    gray = passes.encode(np.full((128, 128, 3), 0.4, np.float32))
    made = pictures.composed(pictures.Recipe(mine, scale, look, True, 0.0, "scene"), 1, gray, None, None)
    inside = passes.pooled(shot.geometry(1).surface == rendered_scene.BALL, 2)
    assert np.allclose(passes.decode(made[inside == 1][:, :3]), 0.2, atol=0.01) and (made[inside == 1][:, 3] == 1).all()
    beside = made[:64][inside[:64] == 0]
    assert np.allclose(passes.decode(beside[:, :3]), (0.2, 0.4, 0.1), atol=0.01) and np.allclose(beside[:, 3], 0.5)
    assert (made[64:][inside[64:] == 0][:, 3] == 0).all()


# Files


@pytest.mark.parametrize(("ending", "bits", "exact"), [(".png", 8, 0.5 / 255), (".png", 16, 1e-5), (".exr", 16, 1e-3)])
@pytest.mark.parametrize("cover", [1.0, 0.5])
def test_frames_come_back_as_they_were(tmp_path, ending, bits, exact, cover):
    """Values between those of 8 bits survive where they should; OpenEXR is linear and premultiplied."""
    picture = np.random.default_rng(0).uniform(0.1, 1.0, (21, 33, 4)).astype(np.float32)
    picture[..., 3] = 1.0
    picture[5:9, :, 3] = cover
    path = tmp_path / f"0001{ending}"
    pictures.write(path, picture, bits)
    shown = np.asarray(pictures.read(path), np.float32) / 255
    assert np.allclose(shown, picture, atol=1 / 255)
    if ending == ".exr":
        found = exr.read(path)[""]
        straight = passes.encode(found[..., :3] / picture[..., 3:])
    else:
        image = png(path)
        assert image.dtype == (np.uint16 if bits == 16 else np.uint8)
        found = straight = image / np.iinfo(image.dtype).max
    assert found.shape[2] == (3 if cover == 1.0 else 4)
    assert np.allclose(straight[..., :3], picture[..., :3], atol=exact)
    assert not list(tmp_path.glob("*.part"))


def png(path):
    """(H, W, C) of a PNG with 8 or 16 bits; pillow reads 8 of them. The file has one kind of filter, 4."""
    data = path.read_bytes()
    width, height, bits, kind = struct.unpack(">IIBB", data[16:26])
    chunks, place = b"", 8
    while place < len(data):
        (size,) = struct.unpack_from(">I", data, place)
        chunks += data[place + 8 : place + 8 + size] if data[place + 4 : place + 8] == b"IDAT" else b""
        place += 12 + size
    step = {2: 3, 6: 4}[kind] * bits // 8
    lines = np.frombuffer(zlib.decompress(chunks), np.uint8).reshape(height, -1)
    assert (lines[:, 0] == 4).all()
    rows = np.zeros((height + 1, width + 1, step), int)
    for y in range(1, height + 1):
        for x in range(1, width + 1):
            left, above, corner = rows[y, x - 1], rows[y - 1, x], rows[y - 1, x - 1]
            guess = left + above - corner
            apart = np.abs(np.stack((guess - left, guess - above, guess - corner)))
            best = np.take_along_axis(np.stack((left, above, corner)), apart.argmin(0)[None], 0)[0]
            rows[y, x] = (lines[y - 1, 1 + (x - 1) * step : 1 + x * step] + best) % 256
    found = rows[1:, 1:].astype(np.uint8)
    return (
        found.reshape(height, -1)
        .view(">u2" if bits == 16 else np.uint8)
        .reshape(height, width, -1)
        .astype(np.uint16 if bits == 16 else np.uint8)
    )


def test_pictures_of_the_own_writer_are_read(tmp_path):
    values = np.random.default_rng(0).random((37, 21, 3)).astype(np.float16).astype(np.float32)
    write_exr(tmp_path / "a.exr", values)
    assert np.array_equal(exr.read(tmp_path / "a.exr")[""], values)
    (tmp_path / "b.exr").write_bytes((tmp_path / "a.exr").read_bytes()[:900])
    for path in (tmp_path / "b.exr", tmp_path / "c.exr"):
        path.touch()
        with pytest.raises(ValueError, match="exr"):
            exr.read(path)


def test_padding_is_background_and_is_cut_off_again(tmp_path):
    shot = rendered_scene.ball(tmp_path, frames=1, side=100)
    geometry = shot.geometry(1)
    assert geometry.surface.shape == (256, 256) and geometry.surface[:28].max() == 0
    assert shot.light(1).shape == (128, 128, 3) and shot.crop(shot.light(1)).shape == (100, 100, 3)
    assert shot.crop(shot.light(1))[50, 50].min() > 0.5


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"prompt": " "}, "no prompt"),
        ({"frame_start": 9, "frame_end": 3}, "no frames between 9 and 3"),
        ({"frame_end": 5000}, "5000 frames are too many"),
        ({"size": 10_000}, "10000 pixels cannot be painted"),
        ({"background": "blue"}, "no background"),
        ({"format": "gif"}, "no format"),
        ({"stick": 2.0}, "Stick is 2.0"),
        ({"width": 1000, "height": 10}, "too narrow"),
        ({"blender": ()}, "no Blender"),
        ({"model": "/nowhere"}, "no diffusion model"),
    ],
)
def test_nonsense_gets_a_sentence(tmp_path, changes, words):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/scene.blend").touch()
    params = RenderParams(**{"prompt": "wood", "blender": ("blender",), **changes})
    with pytest.raises(JobError) as found:
        render(params, Job(tmp_path))
    assert words in found.value.message and found.value.hint


def test_nothing_to_be_seen_gets_a_sentence(shot):
    with pytest.raises(JobError, match="sees none of the objects"):
        passes.look(dataclasses.replace(shot, painted=frozenset({99})), shot.frames, True)


def test_lamps_that_light_nothing_get_a_sentence(shot, monkeypatch):
    """Paint in the dark is thrown away."""
    monkeypatch.setattr(passes.Shot, "light", lambda self, frame: np.zeros((*self.size.padded, 3), np.float32))
    with pytest.raises(JobError, match="No lamp and no sky"):
        passes.look(shot, shot.frames, True)
    assert passes.look(shot, shot.frames, False).exposure == 1.0, "who sees depth alone invents the light"


def test_a_full_disk_is_noticed_before_the_start(tmp_path, monkeypatch):
    monkeypatch.setattr(capability.shutil, "disk_usage", lambda folder: SimpleNamespace(free=10**9))
    size = passes.Size(1024, 1024, 32, 2)
    capability._check_disk(Job(tmp_path), size, 4)
    with pytest.raises(JobError, match="500 frames need") as found:
        capability._check_disk(Job(tmp_path), size, 500)
    assert found.value.code == "disk_full"


def test_depth_is_white_in_front_over_the_whole_shot(shot):
    look = passes.look(shot, shot.frames, False)
    made = passes.depth_control(shot, 1, look)
    surface = passes.pooled(shot.geometry(1).surface, 2)
    assert made[surface == rendered_scene.BALL].max() == pytest.approx(1.0, abs=0.01)
    assert made[surface == rendered_scene.OTHER].mean() == pytest.approx(0.1, abs=0.01)
    assert made[surface == 0].max() == 0


def job_at(folder):
    (folder / "in").mkdir(parents=True)
    (folder / "in/scene.blend").touch()
    return Job(folder)


def from_the_shot(shot, job, blender, scene, folder, frames, *others, **more):
    """Instead of Blender's share, which is tested there."""
    for frame in frames:
        if not passes.path(folder, frame).exists():
            passes.path(folder, frame).write_bytes(passes.path(shot.folder, frame).read_bytes())
    return {"objects": {"3": "Ball", "5": "Box"}, "left_out": [], "fps": 24.0}


@pytest.mark.parametrize("kind", ["light", "depth"])
def test_a_whole_job_is_resumed_and_passes_over_what_is_there(shot, repository, tmp_path, monkeypatch, kind):
    monkeypatch.setattr(passes, "render", lambda *some, **more: from_the_shot(shot, *some, **more))
    params = RenderParams(
        prompt="red wood", frame_end=3, width=128, height=128, size=128, steps=2, objects=("Ball",),
        background="transparent", model=str(repository), controlnet=str(repository / "controlnet"), control_kind=kind,
        blender=("false",),
    )  # fmt: skip
    files, report = render(params, job_at(tmp_path))
    assert report["frames"] == 3 and (report["width"], report["height"]) == (128, 128)
    assert "movie" not in files and any("movie" in warning for warning in report["warnings"])
    frames = {name: (tmp_path / files[f"frame/{name}"]).read_bytes() for name in (1, 2, 3)}
    other = np.zeros((128, 128, 4), np.float32)
    shown = np.load(tmp_path / "out/shown.npy")
    assert shown.dtype == np.uint8 and shown.shape[2] == 3
    pictures.write(tmp_path / files["frame/1"], other)
    (tmp_path / files["frame/2"]).unlink()
    _, again = render(params, Job(tmp_path))
    assert (tmp_path / files["frame/1"]).read_bytes() != frames[1], "what is there is not made again"
    assert (tmp_path / files["frame/2"]).read_bytes() == frames[2]
    assert report["textures"] == {} and again["textures"] == report["textures"]
    assert json.loads((tmp_path / "work/movie.json").read_text())["fps"] == 24.0


def test_a_clip_is_refined_instead_of_painted(shot, repository, tmp_path, monkeypatch):
    """Whoever made it: its own pictures go to T-DASS, which is tested above, and what comes back is decoded."""
    monkeypatch.setattr(passes, "render", lambda *some, **more: from_the_shot(shot, *some, **more))
    monkeypatch.setattr(sampler, "paint", None)
    given = []
    monkeypatch.setattr(sampler, "refined", lambda *some: given.append(some[4]) or some[4] + 1)
    clip = tmp_path / "clip"
    clip.mkdir()
    rng = np.random.default_rng(0)
    for frame in (1, 2, 3):
        pictures.write_png(clip / f"shot_{frame:03d}.png", rng.random((256, 256, 3)).astype(np.float32), 8)
    (clip / "contact.png").write_bytes(b"no frame")
    params = RenderParams(
        prompt="red wood", frame_end=3, width=128, height=128, size=128, steps=2, stick=0.0, clip=str(clip),
        model=str(repository), controlnet=str(repository / "controlnet"), blender=("false",),
    )  # fmt: skip
    _, report = render(params, job_at(tmp_path / "job"))
    assert report["frames"] == 3 and report["keyframes"] == 0
    pipeline = engines.engine_of(params)
    pipeline.load()
    vae = pipeline._pipeline.vae
    for number in range(3):
        picture = torch.from_numpy(clips.read(clip / f"shot_{number + 1:03d}.png", shot)).permute(2, 0, 1)[None]
        wanted = predict.encoded(vae, picture)
        assert torch.allclose(given[0][number], wanted[0], atol=1e-5)
        with torch.no_grad():
            decoded = vae.decode((wanted + 1) / vae.config.scaling_factor).sample[0] / 2 + 0.5
        found = engines.Pictures(tmp_path / "job/work")(number)
        assert np.allclose(found, decoded.clamp(0, 1).permute(1, 2, 0).numpy(), atol=2e-3)
    (clip / "shot_002.png").unlink()
    with pytest.raises(JobError, match="no picture of frame 2"):
        render(params, job_at(tmp_path / "other"))


def test_a_clip_has_the_shape_of_the_scenes_pictures(tmp_path):
    shot = rendered_scene.ball(tmp_path / "shot", frames=1, side=40, multiple=32)
    half = np.zeros((80, 80, 4), np.float32)
    half[:, :40] = 1.0
    pictures.write_png(tmp_path / "0001.png", half, 8)
    found = clips.read(tmp_path / "0001.png", shot)
    assert found.shape == (64, 64, 3)
    assert np.allclose(found[:, :28], 1.0, atol=0.01) and np.allclose(found[:, 36:], 0.5, atol=0.01)
    pictures.write_png(tmp_path / "0002.png", half[:60], 8)
    with pytest.raises(JobError, match="have another shape"):
        clips.read(tmp_path / "0002.png", shot)
