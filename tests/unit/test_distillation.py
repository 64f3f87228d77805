# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Score distillation of textures, meshes and splats, and VSD's second network, with models that are known exactly."""

import dataclasses
import math

import pytest
import torch
from diffusers import UNet2DConditionModel

from galatea.backend.diffusion import guidance, pipelines
from galatea.backend.diffusion.own import Own, keep_up
from galatea.backend.distillation import subjects
from galatea.backend.distillation.diffusers_model import DiffusersModel
from galatea.backend.distillation.distil import RECIPES, Method, distil
from galatea.backend.isosurface.extract import Grid
from galatea.backend.reconstruction import refine
from galatea.backend.shading import display
from galatea.backend.shading.controls import OVERSAMPLING
from galatea.backend.splats import fit as splat_fit
from galatea.backend.splats.compose import compose
from galatea.backend.splats.harmonics import CONSTANT
from galatea.backend.texturing.cameras import Place, framed
from galatea.backend.texturing.lights import random_lights
from galatea.backend.texturing.painter import Shot
from galatea.backend.texturing.views import render, view_of
from galatea.backend.training.architecture import scheduler
from galatea.backend.training.captions import vocabulary
from galatea.backend.training.tokenizer import make_tokenizer

from . import texturing_shapes
from .tiny_repositories import stable_diffusion, stable_diffusion_xl

ABAR = scheduler().alphas_cumprod
SIZE = 32
RED, BLUE, GREEN = (torch.tensor(color) for color in ((0.8, 0.15, 0.1), (0.1, 0.2, 0.8), (0.15, 0.6, 0.1)))


class Believer:
    """A model that believes every prompt has one picture, of one color; latents are means of 4 x 4 pixels."""

    abar = ABAR

    def __init__(self, color, unet=None):
        self.color = color
        self.unet = unet

    def encode(self, pictures):
        return 2.0 * torch.nn.functional.avg_pool2d(pictures, 4) - 1.0

    def decode(self, latents):
        return torch.nn.functional.interpolate(latents / 2.0 + 0.5, scale_factor=4.0).clamp(0.0, 1.0)

    def predictor(self, controls):
        def predict(mixed, step, prompts):
            kept = ABAR.to(mixed)[step][:, None, None, None]
            wanted = torch.stack([self.color(text) for text in prompts])[:, :, None, None]
            exact = (mixed - kept.sqrt() * (2.0 * wanted - 1.0)) / (1.0 - kept).sqrt()
            if self.unet is None:
                return exact
            text = torch.zeros(len(mixed), 1, 8)
            return exact + self.unet(mixed, step, text).sample

        return predict

    def own(self):
        return Own(self.unet, rank=4)


def sided(prompt):
    """Red from the front, blue from behind, green from the sides."""
    return RED if "front" in prompt else BLUE if "back" in prompt else GREEN


def tiny_unet(channels=3, loud=False):
    torch.manual_seed(3)
    unet = UNet2DConditionModel(
        sample_size=8, in_channels=channels, out_channels=channels, block_out_channels=(16, 16), layers_per_block=1,
        norm_num_groups=4, cross_attention_dim=8, attention_head_dim=4,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
    )  # fmt: skip
    if not loud:
        torch.nn.init.zeros_(unet.conv_out.weight)
        torch.nn.init.zeros_(unet.conv_out.bias)
    return unet.eval().requires_grad_(False)


def ball(cells=20, radius=0.6):
    cell = 2.0 / (cells - 1)
    grid = Grid(torch.full((3,), -1.0), cell, (cells,) * 3)
    distances = (grid.points().norm(dim=1) - radius).reshape(grid.shape)
    light = torch.zeros(9, 3)
    light[0] = 1.0
    return refine.Model(grid, distances, torch.full((grid.size, 3), 0.2), light)


CAMERAS = subjects.Orbit(4.0, math.radians(30), SIZE, batch=3, elevation=(0.0, 0.1))


def recipe(method, **changes):
    return dataclasses.replace(RECIPES[method], **({"scale": 1.0, "steps": 60} | changes))


def splats(count=300):
    generator = torch.Generator().manual_seed(0)
    points = torch.nn.functional.normalize(torch.randn(count, 3, generator=generator), dim=1) * 0.6
    return splat_fit.Model(
        points, torch.full((count, 3), math.log(0.09)), torch.tensor([1.0, 0, 0, 0]).expand(count, 4).contiguous(),
        torch.full((count,), 2.0), torch.zeros(count, 1, 3), 0.1,
    )  # fmt: skip


@pytest.mark.parametrize("method", [Method.SDS, Method.DASS])
def test_each_side_of_a_mesh_gets_the_color_of_its_view(method):
    subject = subjects.Shaped(ball(), CAMERAS, distance_rate=0.0, albedo_rate=0.08)
    distil(subject, Believer(sided), "a ball", recipe(method, steps=50))
    made, points = subject.model.albedo, subject.grid.points()
    near = (points.norm(dim=1) - 0.6).abs() < 0.1
    for towards, color in ((-1.0, RED), (1.0, BLUE)):
        here = near & (towards * points[:, 1] > 0.5)
        found = display.encode(made[here].mean(0))
        away = [float((found - other).abs().max()) for other in (RED, BLUE, GREEN)]
        assert float((found - color).abs().max()) == min(away) < 0.25, (method, towards, found)


def test_a_mesh_grows_into_what_the_model_believes_in():
    """A white picture everywhere: before grey, a white ball wants to fill it."""
    model = ball()
    model = dataclasses.replace(model, albedo=torch.ones_like(model.albedo))
    subject = subjects.Shaped(model, CAMERAS, distance_rate=0.2, albedo_rate=0.0)
    distil(subject, Believer(lambda text: torch.ones(3)), "snow", recipe(Method.SDS, steps=40))
    before, after = (float(one.mesh().vertices.norm(dim=1).mean()) for one in (model, subject.model))
    assert after > before + 0.07


def test_splats_get_the_color_that_the_model_believes_in():
    subject = subjects.Splatted(splats(), CAMERAS, compose, splat_fit.Settings(colour_rate=0.05))
    distil(subject, Believer(lambda text: RED), "a ball", recipe(Method.SDS, steps=60))
    found = (subject.model.harmonics[:, 0] * CONSTANT + 0.5).median(0).values
    assert (found - RED).abs().max() < 0.15, found


@pytest.fixture(scope="module")
def shots():
    solid = texturing_shapes.ball()
    lights = random_lights(2, 0)
    places = [Place(math.radians(angle), 0.2) for angle in range(0, 360, 60)]
    return solid, [
        Shot(place, view_of(solid, framed(solid, place, SIZE * OVERSAMPLING)), lights[i % 2], i)
        for i, place in enumerate(places)
    ]


@pytest.mark.parametrize("method", list(Method))
def test_a_gray_texture_becomes_red_where_red_is_likely(shots, method):
    """Whatever the method: its gradient leads from gray to the prompt's color, and none does so without a prompt."""
    solid, looks = shots
    unet = tiny_unet() if method is Method.VSD else None

    def color(text):
        return RED if "red" in text else torch.full((3,), 0.4 if "blurry" in text else 0.5)

    def redness(words):
        subject = subjects.Textured(solid, looks, finest=8, rate=0.1)
        distil(subject, Believer(color, unet), words, recipe(method, steps=25, scale=2.0))
        with torch.no_grad():
            picture = render(looks[0].view, looks[0].light, subject.field)
        red, green, blue = picture[:, 12:20, 12:20].mean((1, 2)).tolist()
        return red - 0.5 * (green + blue)

    assert redness("a red ball") > 0.25 > 0.1 > abs(redness(""))


def test_the_same_seed_gives_the_same_result():
    def made(seed):
        subject = subjects.Shaped(ball(12), CAMERAS, distance_rate=0.02)
        distil(subject, Believer(sided), "a ball", recipe(Method.SDS, steps=3), seed)
        return subject.model.albedo

    assert torch.equal(made(1), made(1)) and not torch.equal(made(1), made(2))


def test_low_rank_layers_change_the_unet_only_while_they_are_joined():
    unet = tiny_unet(loud=True)
    own = Own(unet)
    given = torch.randn(2, 3, 8, 8), torch.tensor([10, 500]), torch.randn(2, 1, 8)
    before = unet(*given).sample
    cameras = torch.randn(2, 12)
    with own.joined(cameras):
        assert torch.equal(unet(*given).sample, before), "they begin as nothing"
    for layer in own.layers:
        torch.nn.init.normal_(layer.up.weight)
    torch.nn.init.normal_(own.camera[2].weight)
    with own.joined(cameras):
        one = unet(*given).sample
    with own.joined(-cameras):
        other = unet(*given).sample
    with own.joined(torch.zeros(2, 12)):
        unsaid = unet(*given).sample
    with own.joined():
        assert torch.allclose(unet(*given).sample, unsaid, atol=1e-6), "zeros say nothing of the camera"
    assert (one - before).abs().max() > 0.1 and (one - other).abs().max() > 0.1
    assert torch.equal(unet(*given).sample, before)
    assert not any(parameter.requires_grad for parameter in unet.parameters())


def test_the_second_network_learns_what_there_is_from_each_camera():
    """Its loss falls below the frozen UNet's, and further with the right camera than with the other one's."""
    unet = tiny_unet(loud=True)
    own = Own(unet, rank=8)
    text = torch.zeros(2, 1, 8)

    def predict(mixed, step, prompts):
        return unet(mixed, step, text).sample

    latents = torch.stack((torch.ones(3, 8, 8), -torch.ones(3, 8, 8)))
    cameras = torch.stack((torch.ones(12), -torch.ones(12)))
    generator = torch.Generator().manual_seed(0)
    optimizer = torch.optim.AdamW(own.parameters(), lr=5e-3)
    losses = [keep_up(own, predict, latents, cameras, ABAR, ["", ""], optimizer, generator) for _ in range(150)]
    noise = torch.randn(latents.shape, generator=generator)
    at = guidance.noised(latents, ABAR, torch.tensor([700, 700]), noise)
    with torch.no_grad():
        right, wrong, frozen = (
            float(guidance.own_loss(one, at, ["", ""]))
            for one in (own.predictor(predict, cameras), own.predictor(predict, -cameras), predict)
        )
    assert sum(losses[-30:]) < 0.8 * sum(losses[:30])
    assert right < 0.9 * frozen and right < wrong


@pytest.mark.parametrize("make", [stable_diffusion, stable_diffusion_xl])
def test_any_pipeline_of_both_families_takes_all_methods(make, tmp_path):
    """On tiny random models: each changes the splats, the prompt counts, and nothing of the UNet is changed."""
    make_tokenizer(vocabulary(), tmp_path / "words")
    pipeline = pipelines.load_text_to_image(make(tmp_path / "model", tmp_path / "words"), torch.device("cpu"))
    model = DiffusersModel(pipeline, torch.device("cpu"))
    before = {name: value.clone() for name, value in pipeline.unet.state_dict().items()}
    cameras = dataclasses.replace(CAMERAS, size=model.size, batch=1)

    def made(method, prompt):
        subject = subjects.Splatted(splats(30), cameras, compose)
        distil(subject, model, prompt, recipe(method, steps=2, scale=9.0))
        return subject.model.harmonics

    for method in Method:
        one, other = made(method, "red wood"), made(method, "blue stone")
        assert one.isfinite().all() and (one != 0).any() and not torch.equal(one, other), method
    assert all(torch.equal(value, before[name]) for name, value in pipeline.unet.state_dict().items())
