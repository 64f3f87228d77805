# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Score distillation, with models that are known exactly: each believes that there is one picture for a prompt."""

import math

import pytest
import torch

from galatea.backend.diffusion import guidance
from galatea.backend.training.architecture import scheduler

ABAR = scheduler().alphas_cumprod[:999]  # the very last step keeps nothing
SHAPE = (2, 4, 8, 8)


def picture(prompt: str) -> torch.Tensor:
    """What is right for a prompt."""
    generator = torch.Generator().manual_seed(sum(map(ord, prompt)))
    return torch.randn(SHAPE[1:], generator=generator)


def knowing(mixed, step, prompts):
    """The exact noise prediction where every prompt has one picture."""
    kept = ABAR[step][:, None, None, None]
    return (mixed - kept.sqrt() * torch.stack([picture(text) for text in prompts])) / (1 - kept).sqrt()


def at(step: int, latents=None, seed: int = 0) -> guidance.Noised:
    generator = torch.Generator().manual_seed(seed)
    latents = torch.randn(SHAPE, generator=generator) if latents is None else latents
    noise = torch.randn(SHAPE, generator=generator)
    return guidance.noised(latents, ABAR, torch.full((2,), step), noise)


def distilled(gradient, steps=200, rate=0.3):
    latents = torch.zeros(SHAPE, requires_grad=True)
    optimiser = torch.optim.Adam([latents], rate)
    for number in range(steps):
        loss = guidance.surrogate(latents, gradient(at(100 + 7 * number % 800, latents, number)))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        for group in optimiser.param_groups:
            group["lr"] = rate * (1 - number / steps)
    return latents.detach()


def test_sds_pulls_latents_to_the_picture_of_the_prompt():
    found = distilled(lambda now: guidance.sds(knowing, now, ["cat", "dog"], 1.0))
    for mine, prompt in zip(found, ("cat", "dog")):
        assert (mine - picture(prompt)).abs().mean() < 0.02


def test_guidance_above_one_goes_beyond_the_prompt_away_from_none():
    found = distilled(lambda now: guidance.sds(knowing, now, ["cat", "cat"], 3.0))
    expected = picture("") + 3 * (picture("cat") - picture(""))
    assert (found[0] - expected).abs().mean() < 0.05


def test_the_gradient_at_the_right_picture_is_nothing():
    latents = torch.stack([picture("cat")] * 2)
    for step in (50, 500, 900):
        assert guidance.sds(knowing, at(step, latents), ["cat", "cat"], 1.0).abs().max() < 1e-4


@pytest.mark.parametrize("weighting", [guidance.uniform, guidance.variance, guidance.damped])
def test_weightings_scale_the_same_direction(weighting):
    now = at(400)
    plain = guidance.sds(knowing, now, ["cat", "dog"], 5.0, guidance.uniform)
    kept = float(ABAR[400])
    factor = {"uniform": 1.0, "variance": 1 - kept, "damped": math.sqrt(kept) * (1 - kept)}[weighting.__name__]
    assert torch.allclose(guidance.sds(knowing, now, ["cat", "dog"], 5.0, weighting), factor * plain, atol=1e-5)


def test_rescaled_guidance_has_the_spread_of_the_unguided_prediction():
    one, other = torch.randn(2, *SHAPE, generator=torch.Generator().manual_seed(3))
    full = guidance.guided(one, other, 50.0, rescale=1.0)
    assert torch.allclose(full.std((1, 2, 3)), other.std((1, 2, 3)), rtol=1e-4)
    assert torch.equal(guidance.guided(one, other, 1.0), one + (other - one))


@pytest.mark.parametrize("step", [100, 199, 200, 700])
def test_nfsd_is_its_formula_and_has_no_noise_of_its_own(step):
    now = at(step)
    kept = ABAR[step]
    found = guidance.nfsd(knowing, now, ["cat", "dog"], 7.5)
    without, bad = picture(""), picture(guidance.DEGRADED)
    asked = torch.stack([picture("cat"), picture("dog")])
    # A prediction differs from another by the difference of the pictures alone.
    slope = -(kept / (1 - kept)).sqrt()
    if step < guidance.NFSD_SMALL_STEP:
        domain = knowing(now.mixed, now.step, ["", ""])
    else:
        domain = slope * (without - bad)
    expected = (1 - kept) * (domain + 7.5 * slope * (asked - without))
    assert torch.allclose(found, expected, atol=1e-3)


def test_vsd_rests_where_the_second_network_knows_what_there_is():
    latents = torch.stack([picture("cat")] * 2)

    def own(mixed, step, prompts):
        kept = ABAR[step][:, None, None, None]
        return (mixed - kept.sqrt() * latents) / (1 - kept).sqrt()

    now = at(500, latents)
    assert guidance.vsd(knowing, own, now, ["cat", "cat"], 1.0).abs().max() < 1e-4
    assert guidance.own_loss(own, now, ["cat", "cat"]) < 1e-8
    assert guidance.own_loss(knowing, now, ["dog", "dog"]) > 0.1
    assert guidance.vsd(knowing, own, now, ["dog", "dog"], 1.0).abs().mean() > 0.1


def spread_out(middle: float, spread: float):
    """The exact noise prediction where pictures are drawn from a normal distribution."""

    def predict(mixed, step, prompts):
        kept = ABAR[step][:, None, None, None]
        return (mixed - kept.sqrt() * middle) * (1 - kept).sqrt() / (kept * spread**2 + 1 - kept)

    return predict


def test_vsd_comes_to_the_whole_distribution_where_sds_comes_to_its_middle():
    """512 numbers, whose second network knows their mean and deviation exactly."""

    def vsd(now):
        own = spread_out(float(now.clean.mean()), float(now.clean.std()))
        return guidance.vsd(spread_out(0.7, 0.5), own, now, ["cat", "cat"], 1.0)

    def from_apart(gradient):
        latents = 0.2 * torch.randn(SHAPE, generator=torch.Generator().manual_seed(5)) - 1.0
        for number in range(150):
            latents = latents - 0.3 * gradient(at(100 + 7 * number % 800, latents, number))
        return float(latents.mean()), float(latents.std())

    assert from_apart(vsd) == pytest.approx((0.7, 0.5), abs=0.05)
    middle, spread = from_apart(lambda now: guidance.sds(spread_out(0.7, 0.5), now, ["cat", "cat"], 1.0))
    assert middle == pytest.approx(0.7, abs=0.1) and spread < 0.2


def test_nfsd_comes_to_rest_where_its_terms_cancel():
    """Where noise is small, at the guided picture; with much noise the bad pictures push on."""
    good, none, bad = picture("cat"), picture(""), picture(guidance.DEGRADED)

    def rest(steps):
        slopes = {step: float((ABAR[step] * (1 - ABAR[step])).sqrt()) for step in steps}
        small = sum(slope for step, slope in slopes.items() if step < guidance.NFSD_SMALL_STEP)
        large = sum(slopes.values()) - small
        return none + (sum(slopes.values()) * 2.0 * (good - none) + large * (none - bad)) / small

    for steps in ((150,), (150, 400)):
        latents = torch.zeros(SHAPE)
        for number in range(400):
            gradient = sum(guidance.nfsd(knowing, at(step, latents, number), ["cat", "cat"], 2.0) for step in steps)
            latents = latents - 20.0 / (20.0 + number) * gradient
        assert (latents[0] - rest(steps)).abs().mean() < 0.1, steps


def test_perp_neg_comes_to_rest_beside_the_picture():
    good, none, bad = picture("cat"), picture(""), picture("dog")
    asked = [guidance.Opposed("cat", (("dog", -0.5),))] * 2
    found = distilled(lambda now: guidance.perp_neg(knowing, now, asked, 1.5))
    aside = guidance.perpendicular((bad - none)[None], (good - none)[None])[0]
    assert (found[0] - (none + 1.5 * (good - none - 0.5 * aside))).abs().mean() < 0.05


def test_negatives_act_at_right_angles():
    now = at(500)
    asked = [guidance.Opposed("cat", (("dog", -1.0),))] * 2
    with_negative = guidance.perp_neg(knowing, now, asked, 1.0, guidance.uniform)
    without = guidance.perp_neg(knowing, now, [guidance.Opposed("cat")] * 2, 1.0, guidance.uniform)
    plain = guidance.sds(knowing, now, ["cat", "cat"], 1.0, guidance.uniform)
    assert torch.allclose(without, plain, atol=1e-5)
    direction = knowing(now.mixed, now.step, ["cat"] * 2) - knowing(now.mixed, now.step, [""] * 2)
    added = (with_negative - without).flatten(1)
    cosine = torch.nn.functional.cosine_similarity(added, direction.flatten(1))
    assert cosine.abs().max() < 1e-4 and added.norm() > 0.1


def test_dass_comes_to_rest_at_the_picture():
    generator = torch.Generator().manual_seed(0)
    latents = torch.zeros(SHAPE)
    found = guidance.dass(knowing, latents, ABAR, 500, ["cat", "cat"], generator, repeats=60, scale=1.0)
    assert (found[0] - picture("cat")).abs().mean() < 0.01
    again = guidance.dass(knowing, found, ABAR, 500, ["cat", "cat"], generator, repeats=3, scale=1.0)
    assert (again - found).abs().max() < 0.02


def test_tdass_without_motion_is_dass_and_a_wish_for_equal_frames():
    frames = torch.randn(3, 4, 8, 8, generator=torch.Generator().manual_seed(1))
    place = (torch.arange(8) + 0.5) / 4 - 1
    flow = torch.stack(torch.meshgrid(place, place, indexing="xy"), dim=-1).expand(2, 8, 8, 2)
    seen = torch.ones(2, 8, 8)
    assert guidance.temporal(frames, frames[:1].expand(3, -1, -1, -1), seen, flow) == pytest.approx(
        float((frames[:1] - frames).square().mean()), rel=1e-4
    )
    apart = (frames[1:] - frames[:-1]).square().mean()
    assert guidance.temporal(frames, frames, seen, flow) == pytest.approx(guidance.TEMPORAL * float(apart), rel=1e-3)
    assert guidance.temporal(frames, frames, torch.zeros_like(seen), flow) == 0


def test_the_surrogates_gradient_is_the_one_given():
    latents = torch.randn(SHAPE, requires_grad=True)
    gradient = torch.randn(SHAPE)
    gradient[0, 0, 0, 0] = math.nan
    guidance.surrogate(latents, gradient).backward()
    assert torch.allclose(latents.grad, torch.nan_to_num(gradient) / 2, atol=1e-6)


def test_a_ramp_goes_through_its_points():
    ramp = guidance.Ramp(((0.2, 0.98), (0.6, 0.5)))
    assert [ramp.at(part) for part in (0, 0.2, 0.4, 0.6, 1)] == pytest.approx([0.98, 0.98, 0.74, 0.5, 0.5])
    fall = guidance.hifa(0.9, 0.1)
    values = [fall.at(part / 20) for part in range(21)]
    assert values == sorted(values, reverse=True) and values[0] == pytest.approx(0.9) and values[-1] < 0.11
    with pytest.raises(ValueError, match="ascend"):
        guidance.Ramp(((0.5, 1.0), (0.2, 0.0)))


@pytest.mark.parametrize(
    ("degrees", "word"), [(0, "front"), (-40, "front"), (90, "side"), (-100, "side"), (180, "back"), (200, "back")]
)
def test_every_view_has_its_words_and_refuses_the_others(degrees, word):
    azimuth = math.radians(degrees)
    assert guidance.view_prompt("a cat", azimuth, 0.1) == f"a cat, {word} view"
    opposed = guidance.opposed_view("a cat", azimuth, 0.1)
    weights = {text.split(", ")[1].split()[0]: weight for text, weight in opposed.against}
    assert all(weight <= 0 for weight in weights.values())
    if degrees in (0, 90):
        assert weights[word] == pytest.approx(0, abs=1e-3), "it must not refuse itself"
    if word != "front":
        assert weights["front"] < -1.0, "a second face is what has to be kept away"
    assert guidance.view_prompt("a cat", azimuth, 1.3) == "a cat, overhead view"
    assert {weight for _, weight in guidance.opposed_view("a cat", azimuth, 1.3).against} == {0.0}
