# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TripoSG: blocks against torch's and diffusers' own, what others tell of the files, the field, a tiny repository."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch
from diffusers.models.attention_processor import Attention as Reference
from diffusers.models.embeddings import get_timestep_embedding
from safetensors.torch import save_file
from torch import nn
from transformers import Dinov2Config, Dinov2Model

from galatea.backend.engines.contract import SIZE, Order
from galatea.backend.engines.triposg import engine, field, weights
from galatea.backend.engines.triposg.network import Attention, Autoencoder, Block, Flow, Sizes, frequencies, waves
from galatea.backend.isosurface import EmptySurface
from galatea.backend.job import JobError

TINY = Sizes(
    tokens=12, channels=4, width=32, layers=5, heads=4, image_width=16, decoder_width=16, decoder_layers=2,
    decoder_heads=2, frequencies=3,
)  # fmt: skip
CLOSE = {"rtol": 1e-4, "atol": 1e-5}
"""Float32 sums in another order."""


def random(module: nn.Module, seed: int = 0) -> nn.Module:
    """All weights at random, also those that begin as ones and zeros: else a test would not see them."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(0.3 * torch.randn(parameter.shape, generator=generator))
    return module.eval().requires_grad_(False)


def usual(attention: Attention) -> dict[str, torch.Tensor]:
    """The weights of query, key and value with one head after the other, as everybody else has them."""
    query, key, value = attention.to_q.weight, attention.to_k.weight, attention.to_v.weight
    heads = attention.heads
    if key.shape[1] == query.shape[1] and not attention._crosses:
        parts = torch.cat((query, key, value)).unflatten(0, (heads, 3, -1)).unbind(1)
        return {name: part.flatten(0, 1) for name, part in zip("qkv", parts)}
    parts = torch.cat((key, value)).unflatten(0, (heads, 2, -1)).unbind(1)
    return {"q": query} | {name: part.flatten(0, 1) for name, part in zip("kv", parts)}


@pytest.fixture(autouse=True)
def same_numbers():
    torch.manual_seed(0)


# What others tell of the public files


def test_the_networks_have_as_many_weights_as_the_files_have_bytes():
    """5.76 GB and 0.97 GB of float32, as others list the files; the encoder, which is left out, by formula."""
    with torch.device("meta"):
        flow, half = Flow(Sizes()), Autoencoder(Sizes())
    count = {name: sum(value.numel() for value in part.state_dict().values()) for name, part in
             (("flow", flow), ("half", half))}  # fmt: skip
    assert count["flow"] * 4 / 1e9 == pytest.approx(5.76, abs=0.005)
    width = 512
    block = 4 * width**2 + width + 2 * 2 * width + 8 * width**2 + 5 * width  # attention, two norms, MLP
    others = 2 * width + 55 * width + 2 * width + 128 * (width + 1)  # norm of what is looked at, in, norm, out
    encoder = 9 * block + others
    assert (count["half"] + encoder) * 4 / 1e9 == pytest.approx(0.97, abs=0.005)
    names = {name: tuple(value.shape) for name, value in flow.state_dict().items()}
    assert names["blocks.11.skip_linear.weight"] == (2048, 4096) and names["blocks.20.skip_norm.weight"] == (2048,)
    assert "blocks.10.skip_linear.weight" not in names and names["blocks.0.attn2.to_k.weight"] == (2048, 1024)
    assert names["blocks.3.attn1.norm_q.weight"] == (128,) and names["time_proj.linear_1.weight"] == (8192, 2048)
    names = {name: tuple(value.shape) for name, value in half.state_dict().items()}
    assert names["decoder.blocks.16.attn2.norm_cross.weight"] == (1024,) and names["post_quant.weight"] == (1024, 64)
    assert names["decoder.proj_query.weight"] == (1024, 51) and "decoder.blocks.16.attn1.to_q.weight" not in names


# Blocks against other implementations


@pytest.mark.parametrize(
    ("other", "normal", "normal_others"), [(None, True, False), (20, True, False), (32, False, True)]
)
def test_attention_is_that_of_diffusers_with_its_heads_put_in_order(other, normal, normal_others):
    attention = random(Attention(32, 4, other, normal, normal_others))
    made = Reference(
        32, other, heads=4, dim_head=8, bias=False, qk_norm="rms_norm" if normal else None, eps=1e-6,
        cross_attention_norm="layer_norm" if normal_others else None,
    ).eval()  # fmt: skip
    state = dict(attention.state_dict())
    state |= {f"to_{name}.weight": value for name, value in usual(attention).items()}
    made.load_state_dict(state)
    tokens = torch.randn(2, 7, 32)
    others = None if other is None else torch.randn(2, 5, other)
    torch.testing.assert_close(attention(tokens, others), made(tokens, others), **CLOSE)


def test_a_block_of_the_decoder_is_torchs_layer():
    block = random(Block(16, Attention(16, 2), None))
    layer = nn.TransformerEncoderLayer(16, 2, 64, 0.0, "gelu", batch_first=True, norm_first=True).eval()
    parts = usual(block.attn1)
    state = {
        "self_attn.in_proj_weight": torch.cat([parts[name] for name in "qkv"]),
        "self_attn.in_proj_bias": torch.zeros(48),
    }
    old = {"self_attn.out_proj": "attn1.to_out.0", "linear1": "ff.net.0.proj", "linear2": "ff.net.2", "norm1": "norm1",
           "norm2": "norm3"}  # fmt: skip
    state |= {
        f"{new}.{part}": block.state_dict()[f"{name}.{part}"]
        for new, name in old.items()
        for part in ("weight", "bias")
    }
    layer.load_state_dict(state)
    tokens = torch.randn(2, 6, 16)
    torch.testing.assert_close(block(tokens), layer(tokens), **CLOSE)


def test_time_and_places_become_waves_as_elsewhere():
    times = torch.tensor([0.0, 20.0, 1000.0])
    torch.testing.assert_close(waves(times, 32), get_timestep_embedding(times, 32, downscale_freq_shift=0), **CLOSE)
    (found,) = frequencies(torch.tensor([[0.1, -0.2, 0.3]]), 2)
    expected = [0.1, -0.2, 0.3] + [
        wave(scale * x) for wave in (math.sin, math.cos) for x in (0.1, -0.2, 0.3) for scale in (1, 2)
    ]
    assert found.tolist() == pytest.approx(expected, abs=1e-6)


def test_the_second_half_gets_the_first_halfs_results_the_last_first():
    flow = random(Flow(TINY))
    given = torch.randn(2, 12, 4), torch.tensor([500.0, 20.0]), torch.randn(2, 6, 16)
    made = flow(*given)
    hidden = torch.cat((flow.time_proj(waves(given[1], 32))[:, None], flow.proj_in(given[0])), dim=1)
    first = flow.blocks[0](hidden, given[2])
    second = flow.blocks[1](first, given[2])
    hidden = flow.blocks[2](second, given[2])
    hidden = flow.blocks[4](flow.blocks[3](hidden, given[2], second), given[2], first)
    torch.testing.assert_close(made, flow.proj_out(flow.norm_out(hidden))[:, 1:], **CLOSE)
    order = torch.randperm(12)
    torch.testing.assert_close(flow(given[0][:, order], *given[1:]), made[:, order], **CLOSE)  # tokens have no places
    for index in range(3):
        changed = list(given)
        changed[index] = given[index] * 1.5 + 1.0
        assert (flow(*changed) - made).abs().max() > 1e-3, "each input counts"


# Sampling and the field


class Straight(nn.Module):
    """A flow that knows where to: whatever the tokens are, they go straight to the picture's."""

    def forward(self, tokens, time, image):
        goal = image.mean((1, 2), keepdim=True)
        return (goal - tokens) / (time / 1000.0)[:, None, None]


def test_sampling_follows_the_flow_and_guidance_goes_beyond_it():
    image = torch.full((1, 5, 16), 0.25)
    made = engine.sampled(Straight(), image, TINY, 3, 10, lambda *said: None)
    # Away from no picture, which is 0: guided seven times as far as the picture says.
    assert made.shape == (1, 12, 4) and torch.allclose(made, torch.full_like(made, 0.25 * engine.GUIDANCE), atol=1e-4)


def ball(points):
    ball.asked += len(points)
    return (points - torch.tensor((0.3, -0.2, 0.1))).norm(dim=1) - 0.45


def test_the_surface_is_that_of_a_full_grid_and_asks_for_a_small_part_of_it():
    ball.asked, heard = 0, []
    mesh = field.surface(ball, 127, heard.append)
    full = 127**3
    assert ball.asked < 0.3 * full and heard == sorted(heard) and heard[-1] == 1.0
    away = (mesh.vertices - torch.tensor((0.3, -0.2, 0.1))).norm(dim=1)
    cell = 2 * field.RADIUS / 126
    assert (away - 0.45).abs().max() < 0.1 * cell, "each sample near the surface was asked for"
    a, b, c = mesh.vertices[mesh.triangles].unbind(1)
    assert (a * torch.linalg.cross(b, c)).sum() / 6 == pytest.approx(4 / 3 * math.pi * 0.45**3, rel=0.01), "outward"
    with pytest.raises(EmptySurface):
        field.surface(lambda points: torch.ones(len(points)), 64, lambda part: None)


def test_up_is_up_and_the_viewer_stands_in_front():
    class Shape(nn.Module):
        def __init__(self):
            super().__init__()
            self.post_quant = nn.Linear(1, 1)

        def shape(self, tokens):
            return tokens

        def distances(self, shape, points):
            ball.asked = 0
            return ball(points)

    picture = np.zeros((SIZE, SIZE, 4), np.float32)
    picture[200:300, 150:350] = (0.9, 0.2, 0.1, 1.0)
    dense = engine.decoded(Shape(), torch.zeros(1, 2, 1), Order(picture), lambda *said: None, 40)
    middle = (dense.vertices.max(0) + dense.vertices.min(0)) / 2
    assert middle == pytest.approx((0.3, -0.1, -0.2), abs=0.02)
    assert np.abs(dense.colours - (0.9, 0.2, 0.1)).max() < 1e-6 and "without colors" in dense.notes[0]


# A tiny repository


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    folder = tmp_path_factory.mktemp("triposg")
    configs = {
        "transformer": {"in_channels": 4, "width": 32, "num_layers": 5, "num_attention_heads": 4},
        "vae": {"width_decoder": 16, "num_layers_decoder": 2, "num_attention_heads": 2, "embed_frequency": 3},
    }
    half = random(Autoencoder(TINY), 2)
    half.decoder.proj_out.bias.fill_(0.05)
    extra = {"encoder.proj_in.weight": torch.zeros(3), "quant.weight": torch.zeros(3)}
    for name, state in (("transformer", random(Flow(TINY)).state_dict()), ("vae", half.state_dict() | extra)):
        (folder / name).mkdir()
        (folder / name / "config.json").write_text(json.dumps(configs[name]))
        save_file(state, folder / name / "diffusion_pytorch_model.safetensors")
    torch.manual_seed(0)
    config = Dinov2Config(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, patch_size=14, image_size=42)
    Dinov2Model(config).save_pretrained(folder / "image_encoder_dinov2")
    return folder


def order(folder, red=0.9, **values):
    picture = np.zeros((SIZE, SIZE, 4), np.float32)
    picture[100:400, 150:350] = (red, 0.2, 0.1, 1.0)
    return Order(picture, weights=folder, detail=24, steps=2, **values)


def test_a_repository_makes_meshes_and_picture_and_seed_count(repository):
    told = []
    made = engine.make(order(repository), lambda *said: told.append(said))
    again = engine.make(order(repository), lambda *said: None)
    assert len(made.triangles) > 50 and np.array_equal(made.vertices, again.vertices)
    assert [fraction for _, fraction in told] == sorted(fraction for _, fraction in told)
    for other in (order(repository, red=0.1), order(repository, seed=1)):
        mesh = engine.make(other, lambda *said: None)
        assert mesh.vertices.shape != made.vertices.shape or np.abs(mesh.vertices - made.vertices).max() > 1e-3


def test_what_is_missing_is_said(repository, tmp_path):
    with pytest.raises(JobError, match="holds no complete TripoSG model"):
        weights.sizes_of(tmp_path)
    sizes = weights.sizes_of(repository)
    wrong = Sizes(**{**vars(sizes), "layers": 7})
    with pytest.raises(JobError, match="do not fit"):
        weights.flow(repository, wrong, torch.float32)


def test_the_image_encoder_sees_the_subject_as_large_as_in_training():
    picture = np.zeros((SIZE, SIZE, 4), np.float32)
    edge = round(SIZE * 0.075)
    picture[edge : SIZE - edge, edge : SIZE - edge] = (0.0, 0.0, 0.0, 1.0)
    seen = engine.seen(picture)
    assert seen.shape == (1, 3, 224, 224)
    dark = int((seen[0, 0, 112] < 0).sum())
    # It filled 1 / 1.2 of 256 pixels, of which the middle 224 were cut out.
    assert dark == pytest.approx(256 / 1.2, abs=2)


def test_an_empty_field_is_an_empty_surface(repository):
    half = weights.autoencoder(repository, weights.sizes_of(repository), torch.float32)
    with torch.no_grad():
        half.decoder.proj_out.bias.fill_(1e4)
    with pytest.raises(EmptySurface):
        engine.decoded(half, torch.zeros(1, 12, 4), order(repository), lambda *said: None, 24)
