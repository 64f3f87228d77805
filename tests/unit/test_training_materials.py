# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import dataclasses
import time

import pytest
import torch

from galatea.backend.training.materials import colours, draw, noise
from galatea.backend.training.materials.colours import COLOURS, to_oklch
from galatea.backend.training.materials.finishes import FINISHES
from galatea.backend.training.materials.layer import STEP, Place, Points, Sample, bumped, surround
from galatea.backend.training.materials.look import WORDS, Look, evaluate, random_look
from galatea.backend.training.materials.patterns import PATTERNS

METALS = {word.name for word in WORDS if word.group == "metal"} - {"painted metal"}


def ball(count: int) -> Points:
    """Even points of the unit sphere (Fibonacci)."""
    index = torch.arange(count) + 0.5
    z = 1 - 2 * index / count
    angle = torch.pi * (1 + 5**0.5) * index
    radius = (1 - z * z).sqrt()
    position = torch.stack([radius * torch.cos(angle), radius * torch.sin(angle), z], -1)
    return Points(position, position)


POINTS = ball(600)


def difference(a: Sample, b: Sample) -> float:
    """Mean absolute difference of all channels."""
    pairs = zip(dataclasses.astuple(a), dataclasses.astuple(b))
    return sum(float((one - other).abs().mean()) for one, other in pairs)


def checked(sample: Sample, count: int) -> None:
    assert sample.albedo.shape == sample.normal.shape == (count, 3)
    assert sample.roughness.shape == sample.metallic.shape == (count,)
    for values in dataclasses.astuple(sample):
        assert values.dtype == torch.float32
        assert torch.isfinite(values).all()
    assert sample.albedo.min() >= 0.02 and sample.albedo.max() <= 1
    assert sample.albedo[sample.metallic < 0.5].numel() == 0 or sample.albedo[sample.metallic < 0.5].max() <= 0.9
    assert sample.roughness.min() >= 0.05 and sample.roughness.max() <= 1
    assert sample.metallic.min() >= 0 and sample.metallic.max() <= 1
    torch.testing.assert_close(sample.normal.norm(dim=-1), torch.ones(count), atol=1e-4, rtol=0)
    assert ((sample.normal * POINTS.normal).sum(-1) > 0.3).all(), "relief must not turn the surface away"


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.name)
def test_every_material_is_in_range_repeats_and_depends_on_its_seed(word):
    look = Look(word.name)
    first = evaluate(look, POINTS, 3)
    checked(first, 600)
    assert difference(first, evaluate(look, POINTS, 3)) == 0
    assert difference(first, evaluate(look, POINTS, 4)) > 0.002


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.name)
def test_metals_are_metallic_and_nothing_else_is(word):
    metallic = evaluate(Look(word.name), POINTS, 5).metallic.mean()
    if word.name in METALS:
        assert metallic == 1
    elif word.name == "painted metal":
        assert 0 < metallic < 0.4, "only where it is chipped"
    elif word.name == "car paint":
        assert 0.3 < metallic < 0.7, "flakes under clear coat"
    else:
        assert metallic == 0


@pytest.mark.parametrize("finish", FINISHES, ids=lambda finish: finish.name)
def test_every_finish_changes_every_material_that_it_suits(finish):
    words = [word for word in WORDS if word.suits(finish)]
    assert words
    # Five of them, spread over the list, are enough and quick.
    for word in words[:: max(1, len(words) // 5)]:
        plain, finished = evaluate(Look(word.name), POINTS, 8), evaluate(Look(word.name, finish=finish.name), POINTS, 8)
        checked(finished, 600)
        assert difference(plain, finished) > 0.02, word.name


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
def test_every_pattern_shows_both_of_its_colours(pattern):
    look = Look("plastic", None if pattern.own else "red", None if pattern.own else "blue", pattern.name)
    sample = evaluate(look, POINTS, 12)
    checked(sample, 600)
    assert sample.albedo.std(0).max() > 0.08
    if not pattern.own and pattern.name != "plaid":
        hue = to_oklch(sample.albedo)[:, 2]
        red, blue = ((hue - 28).abs() < 12).float().mean(), ((hue - 262).abs() < 12).float().mean()
        assert red > 0.1 and blue > 0.1


@pytest.mark.parametrize("colour", COLOURS, ids=lambda colour: colour.name)
def test_colour_words_land_in_their_own_region(colour):
    """The mean albedo of plastic is nearer to its own word's middle than to any other's, in OKLab."""

    def lab(lightness, chroma, hue):
        angle = torch.deg2rad(torch.as_tensor(float(hue)))
        return torch.stack([torch.as_tensor(float(lightness)), chroma * torch.cos(angle), chroma * torch.sin(angle)])

    for seed in range(6):
        tone = lab(*to_oklch(evaluate(Look("plastic", colour.name), POINTS, seed).albedo).mean(0).tolist())
        distances = {
            other.name: float((lab(sum(other.lightness) / 2, sum(other.chroma) / 2, sum(other.hue) / 2) - tone).norm())
            for other in COLOURS
        }
        assert min(distances, key=distances.get) == colour.name


def test_materials_that_take_a_colour_have_its_hue():
    for word in WORDS:
        if word.takes_colour:
            blue, orange = (evaluate(Look(word.name, name), POINTS, 2).albedo.mean(0) for name in ("blue", "orange"))
            assert blue[2] - blue[0] > orange[2] - orange[0] + 0.1, word.name


def test_changing_the_colour_leaves_the_structure():
    red, green = (evaluate(Look("brick", name), POINTS, 6) for name in ("red", "green"))
    torch.testing.assert_close(red.normal, green.normal)


def test_the_same_point_seen_from_another_view_is_the_same_material():
    half = Points(POINTS.position[::2], POINTS.normal[::2])
    look = Look("oak", finish="old")
    torch.testing.assert_close(evaluate(look, half, 9).albedo, evaluate(look, POINTS, 9).albedo[::2], atol=1e-5, rtol=0)


def test_parts_have_their_own_grain():
    other = dataclasses.replace(POINTS, part=torch.full((600,), 2))
    assert difference(evaluate(Look("oak"), POINTS, 1), evaluate(Look("oak"), other, 1)) > 0.02


def test_held_out_seeds_draw_only_from_the_gap():
    low, high = draw.GAP
    shown = [draw.Draw(seed).uniform(0, 1) for seed in range(400)]
    held_out = [draw.Draw(draw.HELD_OUT + seed).uniform(0, 1) for seed in range(400)]
    assert all(low <= value <= high for value in held_out)
    assert not any(low <= value < high for value in shown)
    assert min(shown) < 0.05 and max(shown) > 0.95


def test_relief_tilts_normals_by_its_slope():
    """A plane z = 0 with height 0.5 x leans by atan(0.5) towards -x."""
    flat = Points(torch.rand(50, 3), torch.tensor([[0.0, 0.0, 1.0]]).expand(50, 3))
    place = surround(flat)
    slope = 0.3
    normal = bumped(flat.normal, slope * place.position[:, 0], steepest=100.0)
    expected = torch.nn.functional.normalize(torch.tensor([-slope, 0.0, 1.0]), dim=0)
    torch.testing.assert_close(normal, expected.expand(50, 3), atol=1e-4, rtol=0)


def test_waves_are_centred_and_of_unit_variance():
    points = torch.rand(20000, 3) * 40
    found = noise.waves(points, draw.Draw(1), 2.0, 3, outputs=3)
    assert found.mean(0).abs().max() < 0.05
    assert (found.std(0) - 1).abs().max() < 0.1
    single = noise.waves(points, draw.Draw(1), 2.0, 3)
    assert abs(float(single.std()) - 1) < 0.1


@pytest.mark.parametrize("dimensions", [2, 3])
def test_cells_answer_distances_to_the_same_points_everywhere(dimensions):
    """Offsets lead to feature points; the nearest of all feature points found is the one that was answered."""
    points = torch.rand(3000, dimensions) * 6 - 3
    place = Place(points, points, points, 3000)
    found = noise.cells(place, points, draw.Draw(4), 0.7)
    torch.testing.assert_close(found.offset.norm(dim=-1), found.nearest)
    assert (found.second >= found.nearest).all()
    feature = points / 0.7 - found.offset
    distances = torch.cdist(points[:300] / 0.7, feature)
    # Jittered over whole cells, a nearer point may once in a while lie two cells away.
    assert (found.nearest[:300] <= distances.min(1).values + 1e-4).float().mean() > 0.98


def test_neighbours_find_the_same_cells_as_if_asked_themselves():
    place = surround(POINTS)
    once = noise.cells(place, place.position, draw.Draw(4), 0.3)
    alone = dataclasses.replace(place, count=1800)
    each = noise.cells(alone, place.position, draw.Draw(4), 0.3)
    assert ((once.nearest - each.nearest).abs() < 1e-4).float().mean() > 0.99
    assert (once.identity == each.identity).float().mean() > 0.99
    # A third point may have come closer than the second, but by no more than the step taken.
    assert (once.second - each.second).abs().max() < 2 * STEP / 0.3


def test_oklch_goes_there_and_back():
    for colour in COLOURS:
        tone = colour.draw(draw.Draw(3))
        lightness, chroma, hue = to_oklch(tone).tolist()
        torch.testing.assert_close(colours.oklch(lightness, chroma, hue), tone, atol=2e-3, rtol=0)


def test_random_looks_name_what_goes_together():
    generator = torch.Generator().manual_seed(0)
    looks = [random_look(generator) for _ in range(300)]
    words = {word.name: word for word in WORDS}
    finishes = {finish.name: finish for finish in FINISHES}
    own = {pattern.name for pattern in PATTERNS if pattern.own}
    for look in looks:
        word = words[look.word]
        assert look.colour is None or word.takes_colour
        assert look.pattern is None or word.takes_pattern
        assert look.finish is None or word.suits(finishes[look.finish])
        assert look.pattern not in own or (look.colour is None and look.second is None)
    assert len({look.word for look in looks}) > 0.8 * len(WORDS)


def test_unknown_words_are_named():
    with pytest.raises(ValueError, match="unobtainium"):
        evaluate(Look("unobtainium"), POINTS, 0)


@pytest.mark.slow
def test_everything_is_made_on_the_device_of_the_points():
    """The meta device takes no tensor of another device, so a constant left on the CPU fails here without a GPU."""
    points = Points(
        torch.empty(7, 3, device="meta"), torch.empty(7, 3, device="meta"), torch.zeros(7, device="meta").int()
    )
    looks = [Look(word.name, "red" if word.takes_colour else None) for word in WORDS] + [
        Look(word.name) for word in WORDS
    ]
    looks += [Look("plastic", None if pattern.own else "red", None, pattern.name) for pattern in PATTERNS]
    looks += [Look("steel", finish=finish.name) for finish in FINISHES]
    for look in looks:
        assert evaluate(look, points, 1).albedo.shape == (7, 3)


def test_evaluation_is_quick():
    """Relative to a fixed amount of torch work on the same machine, so that a busy machine does not fail it."""
    points = ball(8000)
    work = torch.rand(8000, 64)

    def seconds(function) -> float:
        begin = time.process_time()
        function()
        return time.process_time() - begin

    unit = min(seconds(lambda: [torch.sin(work) for _ in range(20)]) for _ in range(3))
    for name in ("oak", "stone", "lava", "fur"):
        used = min(seconds(lambda name=name: evaluate(Look(name), points, 1)) for _ in range(3))
        assert used < 12 * unit, name
