# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""MV-Adapter: attention among views against torch's own, a tiny repository, cameras, and the mesh of known views."""

from __future__ import annotations

import functools
import math

import numpy as np
import pytest
import torch
import trimesh
from diffusers import DDPMScheduler, StableDiffusionXLPipeline, UNet2DConditionModel
from safetensors.torch import save_file
from torch import nn

from galatea.backend.capabilities import reconstruct
from galatea.backend.diffusion import pipelines, single_file
from galatea.backend.engines import available, cards
from galatea.backend.engines.contract import SIZE, Order
from galatea.backend.engines.mvadapter import engine
from galatea.backend.engines.mvadapter.adapter import Adapter, Beside
from galatea.backend.job import JobError
from galatea.backend.models.registry import Family
from galatea.backend.raster.camera import project
from galatea.backend.raster.gbuffer import rasterize
from galatea.backend.training.captions import vocabulary
from galatea.backend.training.tokenizer import make_tokenizer

from .tiny_repositories import WIDTH, stable_diffusion_xl

VIEWS, SMALL = len(engine.AZIMUTHS), 64
CPU = torch.device("cpu")


def loud(module: nn.Module, seed: int = 0) -> nn.Module:
    """All weights at random: zeros would hide what they are beside."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(0.1 * torch.randn(parameter.shape, generator=generator))
    return module.eval().requires_grad_(False)


def test_a_row_looks_at_the_same_row_of_all_views():
    beside, views, side, width, heads = loud(Beside(16)), 3, 4, 16, 2
    hidden = torch.randn(2 * views, side * side, width, generator=torch.manual_seed(0))
    made = beside.among_views(hidden, heads, views)
    reference = nn.MultiheadAttention(width, heads, batch_first=True, bias=True)
    with torch.no_grad():
        parts = (beside.to_q_mv.weight, beside.to_k_mv.weight, beside.to_v_mv.weight)
        reference.in_proj_weight.copy_(torch.cat(parts))
        reference.in_proj_bias.zero_()
        reference.out_proj.load_state_dict(beside.to_out_mv[0].state_dict())
        for batch in range(2):
            own = hidden[batch * views : (batch + 1) * views].reshape(views, side, side, width)
            for row in range(side):
                tokens = own[:, row].reshape(1, views * side, width)
                expected = reference(tokens, tokens, tokens)[0].reshape(views, side, width)
                found = made[batch * views : (batch + 1) * views].reshape(views, side, side, width)[:, row]
                torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


def test_the_adapter_has_as_many_weights_as_the_file_has_bytes():
    """3.4 binary gigabytes of float32, as others list the file."""
    config = single_file.CONFIGURATIONS[Family.SDXL]["unet"]
    with torch.device("meta"):
        adapter = Adapter(UNet2DConditionModel.from_config(config), VIEWS)
    names = adapter.names_of_file()
    assert sum(value.numel() for value in names.values()) * 4 / 2**30 == pytest.approx(3.4, abs=0.06)
    place = "mid_block.attentions.0.transformer_blocks.9.attn1.processor."
    assert names[f"{place}to_out_ref.0.bias"].shape == (1280,) and len(adapter.names) == 70
    assert names["adapter.conv_in.weight"].shape == (320, 6 * 256, 3, 3)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """The folders of the models: a tiny SDXL of three levels, and an adapter for it."""
    folder = tmp_path_factory.mktemp("models")
    make_tokenizer(vocabulary(), folder / "words")
    stable_diffusion_xl(folder / "sdxl", folder / "words")
    torch.manual_seed(0)
    unet = UNet2DConditionModel(
        sample_size=8, block_out_channels=(32, 64, 64), layers_per_block=1, norm_num_groups=8, in_channels=4,
        out_channels=4, cross_attention_dim=2 * WIDTH, attention_head_dim=(2, 4, 4), use_linear_projection=True,
        transformer_layers_per_block=(1, 1, 1), addition_embed_type="text_time", addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=6 * 8 + WIDTH,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    )  # fmt: skip
    unet.save_pretrained(folder / "sdxl" / "unet")
    (folder / "mv-adapter").mkdir()
    save_file(loud(Adapter(unet, VIEWS), 1).names_of_file(), folder / "mv-adapter" / engine.FILE)
    return folder


@pytest.fixture(scope="module")
def parts(models):
    pipeline = pipelines.load_text_to_image(models / "sdxl", CPU)
    assert isinstance(pipeline, StableDiffusionXLPipeline)
    adapter = Adapter(pipeline.unet, VIEWS)
    adapter.load(models / "mv-adapter" / engine.FILE, torch.float32)
    return pipeline, adapter


def order(red=0.9, **values) -> Order:
    picture = np.zeros((SIZE, SIZE, 4), np.float32)
    picture[100:400, 150:350] = (red, 0.2, 0.1, 1.0)
    return Order(picture, steps=2, **values)


def test_picture_seed_and_prompt_count_and_the_unet_is_as_before(parts):
    pipeline, adapter = parts
    before = dict(pipeline.unet.attn_processors)

    def views(**values):
        return engine.painted(pipeline, adapter, order(**values), CPU, lambda *said: None, SMALL)

    made = views()
    assert made.shape == (VIEWS, 3, SMALL, SMALL) and torch.equal(made, views())
    for other in (views(red=0.1), views(seed=1), views(prompt="a red wooden chair")):
        assert (other - made).abs().max() > 1e-3
    assert pipeline.unet.attn_processors.keys() == before.keys()
    assert not any("mvadapter" in type(one).__module__ for one in pipeline.unet.attn_processors.values())


def test_cameras_and_the_other_views_count(parts, monkeypatch):
    pipeline, adapter = parts

    def views():
        return engine.painted(pipeline, adapter, order(), CPU, lambda *said: None, SMALL)

    made = views()
    with monkeypatch.context() as patch:
        patch.setattr(engine, "AZIMUTHS", (*engine.AZIMUTHS[:-1], 1.0))
        moved = views()
    assert (moved[-1] - made[-1]).abs().max() > 1e-4, "its own camera"
    assert (moved[0] - made[0]).abs().max() > 1e-6, "and that of another view, which it looks at"


def test_a_file_of_another_model_is_told(parts, tmp_path):
    tensors = parts[1].names_of_file()
    tensors.pop("adapter.conv_in.weight")
    save_file({name: value.contiguous() for name, value in tensors.items()}, tmp_path / "wrong.safetensors")
    with pytest.raises(JobError, match="is no MV-Adapter for this model: 1 of"):
        Adapter(parts[0].unet, VIEWS).load(tmp_path / "wrong.safetensors", torch.float32)
    with pytest.raises(JobError, match="Stable Diffusion XL beside it"):
        engine.base_of(tmp_path)


def test_without_the_base_model_it_says_so_before_the_start(tmp_path):
    card = cards.engine("mv-adapter")
    assert "3590 MB" in available.obstacle(card, tmp_path / "mv-adapter", "")
    (tmp_path / "mv-adapter").mkdir()
    (tmp_path / "mv-adapter" / engine.FILE).touch()
    assert "galatea models download sdxl" in available.obstacle(card, tmp_path / "mv-adapter", "")
    assert card.megabytes == 3590 + 6950 and card.commercial


def test_noise_is_shifted_more_the_more_there_is():
    usual = DDPMScheduler(beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012)
    before, after = (one.alphas_cumprod.double() for one in (usual, engine.shifted(usual)))
    factor = (before / (1 - before)) / (after / (1 - after))
    assert factor[0] == pytest.approx(1.0, abs=0.02) and factor[-1] == pytest.approx(8.0, rel=0.02)
    assert factor[500] == pytest.approx(math.sqrt(8), rel=0.02)


def test_cameras_stand_where_the_views_say_and_see_like_orthographic_ones():
    first, second = engine.places(2)[:2, :, 0, 0] * 2 - 1
    assert first.tolist() == pytest.approx([0, 1, 0, 0, -1, 0], abs=1e-6), "in front, looking back"
    assert second[3:].tolist() == pytest.approx([math.sqrt(0.5), -math.sqrt(0.5), 0], abs=1e-6), "to the viewer's right"
    points = torch.tensor([[0.5, -0.4, 0.3], [0.5, 0.4, 0.3], [-0.2, 0.0, -0.5]])
    pixels, _ = project(engine.camera(0.0, 100), points)
    expected = torch.stack((points[:, 0], -points[:, 2]), dim=1) / engine.HALF * 50 + 50
    assert (pixels - expected).abs().max() < 0.6, "pixels"


def test_known_views_become_their_shape_again(monkeypatch):
    """A box of another size along each axis, red in front and blue behind, painted truly."""
    quick = functools.partial(reconstruct.ReconstructParams, coarse_steps=20, fine_steps=5)
    monkeypatch.setattr(reconstruct, "ReconstructParams", quick)
    box = trimesh.creation.box((0.8, 0.4, 0.6))
    vertices, triangles = torch.tensor(box.vertices).float(), torch.tensor(box.faces).long()
    views = []
    for azimuth in engine.AZIMUTHS:
        seen = rasterize(vertices, triangles, engine.camera(azimuth, 96))
        front = (seen.position[:, 1:2] < 0).float()
        colours = front * torch.tensor((0.8, 0.1, 0.1)) + (1 - front) * torch.tensor((0.1, 0.1, 0.8))
        views.append(seen.image(colours, 0.5).permute(2, 0, 1))
    dense = engine.reconstructed(torch.stack(views), order(detail=24), lambda *said: None)
    extent = np.ptp(dense.vertices, axis=0)
    assert np.abs(extent - (0.8, 0.4, 0.6)).max() < 0.08, extent
    near, far = dense.vertices[:, 1] < -0.15, dense.vertices[:, 1] > 0.15
    red = dense.colours[:, 0] - dense.colours[:, 2]
    assert np.median(red[near]) > 0.3 and np.median(red[far]) < -0.3


def test_the_whole_way_ends_with_a_sentence_where_views_show_nothing(models, monkeypatch):
    """Random networks paint no object: what is wrong is said, not a mesh made of it."""
    monkeypatch.setattr(engine, "SIZE", SMALL)
    told = []
    with pytest.raises(JobError) as error:
        engine.make(Order(order().picture, steps=2, weights=models / "mv-adapter"), lambda *said: told.append(said))
    assert "View 1" in error.value.message
    assert [part for _, part in told] == sorted(part for _, part in told)
