# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TripoSR: each block against another implementation, the public checkpoint's names, and the field's geometry."""

from __future__ import annotations

import dataclasses
import math
import os

import numpy as np
import pytest
import torch
from diffusers.models.attention import BasicTransformerBlock
from safetensors.torch import save_file
from torch import nn

from galatea.backend.engines.contract import SIZE, Order
from galatea.backend.engines.triposr import engine, field, weights
from galatea.backend.engines.triposr.network import (
    Attention,
    Backbone,
    Block,
    Decoder,
    ImageTokens,
    Network,
    Sizes,
    Upsampling,
)
from galatea.backend.isosurface import EmptySurface
from galatea.backend.job import JobError

TINY = Sizes(
    picture=32, patch=8, learned_patches=2, image_width=16, image_layers=2, image_heads=4, plane=4, width=32, layers=2,
    heads=4, groups=4, channels=6, neurons=16, hidden=3,
)  # fmt: skip
CLOSE = {"rtol": 1e-4, "atol": 1e-5}
"""Float32 sums in another order."""


def random(module: nn.Module, seed: int = 0) -> nn.Module:
    """All weights at random, also those that begin as ones and zeros: else a test would not see them."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(0.3 * torch.randn(parameter.shape, generator=generator))
    return module.eval()


def checkpoint(sizes: Sizes = TINY, seed: int = 0) -> dict[str, torch.Tensor]:
    """Random weights by the names of the public checkpoint, in a smaller size."""
    old = {
        ".attention.q_proj.": ".attention.attention.query.", ".attention.k_proj.": ".attention.attention.key.",
        ".attention.v_proj.": ".attention.attention.value.", ".attention.o_proj.": ".attention.output.dense.",
        ".mlp.fc1.": ".intermediate.dense.", ".mlp.fc2.": ".output.dense.",
    }  # fmt: skip
    tensors = {}
    for name, tensor in random(Network(sizes), seed).state_dict().items():
        if name.startswith("image_tokenizer"):
            for new, before in old.items():
                name = name.replace(new, before)
            name = name.replace(".model.layers.", ".model.encoder.layer.")
        tensors[name] = tensor.clone()
    tokens = 1 + sizes.learned_patches**2
    tensors[weights.POSITIONS] = torch.randn(1, tokens, sizes.image_width, generator=torch.manual_seed(seed))
    for part, shape in (("weight", (sizes.image_width,) * 2), ("bias", (sizes.image_width,))):
        tensors[f"{weights.UNUSED}dense.{part}"] = torch.zeros(shape)
    return tensors


# The public checkpoint


def test_the_manifest_has_the_numbers_that_others_count_in_the_file():
    listed = weights.manifest()
    numbers = {name: math.prod(shape) for name, shape in listed.items()}
    assert len(listed) == 549 and sum(numbers.values()) == 419_275_628
    backbone = [count for name, count in numbers.items() if name.startswith("backbone.")]
    decoder = [count for name, count in numbers.items() if name.startswith("decoder.")]
    assert (len(backbone), sum(backbone), len(decoder), sum(decoder)) == (326, 329_535_488, 20, 41_284)
    assert listed["tokenizer.embeddings"] == (3, 1024, 32, 32) and listed["post_processor.upsample.weight"][1] == 40
    assert listed["backbone.transformer_blocks.15.attn2.to_k.weight"] == (1024, 768)


def test_the_network_takes_all_of_the_manifest_and_nothing_else():
    sizes = Sizes()
    with torch.device("meta"):
        expected = {name: tuple(tensor.shape) for name, tensor in Network(sizes).state_dict().items()}
    listed = {
        weights.renamed(name): shape for name, shape in weights.manifest().items()
        if not name.startswith(weights.UNUSED)
    }  # fmt: skip
    assert listed[weights.POSITIONS] == (1, 1 + sizes.learned_patches**2, sizes.image_width)
    listed[weights.POSITIONS] = (1, 1 + sizes.patches**2, sizes.image_width)
    assert listed == expected


# Blocks against other implementations


def as_torch(attention: Attention, other_width: int) -> nn.MultiheadAttention:
    """torch's own attention with the same weights."""
    width = attention.to_q.out_features
    made = nn.MultiheadAttention(width, attention.heads, kdim=other_width, vdim=other_width, batch_first=True).eval()
    parts = attention.to_q.weight, attention.to_k.weight, attention.to_v.weight
    with torch.no_grad():
        if made._qkv_same_embed_dim:
            made.in_proj_weight.copy_(torch.cat(parts))
        else:
            for name, weight in zip("qkv", parts):
                getattr(made, f"{name}_proj_weight").copy_(weight)
        made.in_proj_bias.zero_()
        made.out_proj.weight.copy_(attention.to_out[0].weight)
        made.out_proj.bias.copy_(attention.to_out[0].bias)
    return made


@pytest.mark.parametrize("other_width", [32, 20])
def test_attention_is_that_of_torch(other_width):
    attention = random(Attention(32, 4, other_width))
    tokens, others = torch.randn(2, 7, 32), torch.randn(2, 5, other_width)
    expected, _ = as_torch(attention, other_width)(tokens, others, others)
    torch.testing.assert_close(attention(tokens, others), expected, **CLOSE)


def test_a_block_is_that_of_diffusers():
    block = random(Block(32, 4, 20))
    other = BasicTransformerBlock(32, 4, 8, cross_attention_dim=20, activation_fn="geglu").eval()
    other.load_state_dict(block.state_dict())
    tokens, image = torch.randn(2, 7, 32), torch.randn(2, 5, 20)
    torch.testing.assert_close(block(tokens, image), other(tokens, encoder_hidden_states=image), **CLOSE)


def test_the_vision_transformer_is_that_of_torch_by_the_names_of_the_checkpoint(tmp_path):
    tensors = checkpoint()
    save_file(tensors, tmp_path / weights.FILE)
    network = weights.load(tmp_path, TINY)
    width, start = TINY.image_width, "image_tokenizer.model."
    picture = torch.rand(1, 3, TINY.picture, TINY.picture)

    normal = (picture - torch.tensor([0.485, 0.456, 0.406])[:, None, None]) / torch.tensor([0.229, 0.224, 0.225])[
        :, None, None
    ]
    projection = f"{start}embeddings.patch_embeddings.projection"
    patches = nn.functional.conv2d(normal, tensors[f"{projection}.weight"], tensors[f"{projection}.bias"], TINY.patch)
    tokens = torch.cat([tensors[f"{start}embeddings.cls_token"], patches.flatten(2).transpose(1, 2)], dim=1)
    tokens = tokens + weights.positions(tensors[weights.POSITIONS], TINY.patches)
    for number in range(TINY.image_layers):
        place = f"{start}encoder.layer.{number}."
        layer = nn.TransformerEncoderLayer(
            width, TINY.image_heads, 4 * width, 0.0, "gelu", layer_norm_eps=1e-12, batch_first=True, norm_first=True
        ).eval()
        names = {
            "self_attn.out_proj": "attention.output.dense", "linear1": "intermediate.dense", "linear2": "output.dense",
            "norm1": "layernorm_before", "norm2": "layernorm_after",
        }  # fmt: skip
        state = {
            f"{new}.{part}": tensors[f"{place}{old}.{part}"]
            for new, old in names.items()
            for part in ("weight", "bias")
        }
        for part in ("weight", "bias"):
            three = [tensors[f"{place}attention.attention.{name}.{part}"] for name in ("query", "key", "value")]
            state[f"self_attn.in_proj_{part}"] = torch.cat(three)
        layer.load_state_dict(state)
        tokens = layer(tokens)
    norm = f"{start}layernorm"
    expected = nn.functional.layer_norm(tokens, (width,), tensors[f"{norm}.weight"], tensors[f"{norm}.bias"], 1e-12)
    torch.testing.assert_close(network.image_tokenizer(picture), expected, **CLOSE)


def test_tokens_keep_their_places_in_the_backbone():
    backbone = random(Backbone(dataclasses.replace(TINY, layers=0)))
    with torch.no_grad():
        for linear in (backbone.proj_in, backbone.proj_out):
            linear.weight.copy_(torch.eye(TINY.width))
            linear.bias.zero_()
    planes = torch.randn(2, 3, TINY.width, 4, 4)
    whole = planes.transpose(1, 2)  # (B, width, 3, 4, 4): normalised over all planes at once
    normal = nn.functional.group_norm(whole, TINY.groups, backbone.norm.weight, backbone.norm.bias, 1e-6)
    expected = (whole + normal).transpose(1, 2)
    torch.testing.assert_close(backbone(planes, torch.randn(2, 5, TINY.image_width)), expected, **CLOSE)


def test_planes_double_their_size():
    upsampling = random(Upsampling(TINY))
    planes = torch.randn(1, 3, TINY.width, 4, 4)
    made = upsampling(planes)
    weight, bias = upsampling.upsample.weight, upsampling.upsample.bias
    expected = torch.einsum("npcij,coab->npoiajb", planes, weight).reshape(1, 3, TINY.channels, 8, 8)
    torch.testing.assert_close(made, expected + bias[:, None, None], **CLOSE)


def cubic(values: np.ndarray, count: int, step: float) -> np.ndarray:
    """(count, ...) of samples (n, ...) along the first axis, by Keys' cubic convolution with a = -0.75."""
    made = []
    for number in range(count):
        place = (number + 0.5) * step - 0.5
        whole = math.floor(place)
        total = 0.0
        for near in range(whole - 1, whole + 3):
            away = abs(place - near)
            inner, outer = 1.25 * away**3 - 2.25 * away**2 + 1, -0.75 * (away**3 - 5 * away**2 + 8 * away - 4)
            total = total + (inner if away <= 1 else outer) * values[min(max(near, 0), len(values) - 1)]
        made.append(total)
    return np.stack(made)


def test_position_embeddings_are_stretched_as_dino_does_it():
    learned = torch.randn(1, 1 + 14 * 14, 3, generator=torch.manual_seed(0))
    made = weights.positions(learned, 32)
    assert made.shape == (1, 1025, 3) and (made[0, 0] == learned[0, 0]).all()
    square = learned[0, 1:].reshape(14, 14, 3).double().numpy()
    step = 14 / 32.1  # with 14 / 32 it would be off by up to 0.05
    expected = cubic(cubic(square, 32, step).swapaxes(0, 1), 32, step).swapaxes(0, 1)
    assert np.abs(made[0, 1:].reshape(32, 32, 3).numpy() - expected).max() < 1e-4


# The field


class Coordinates(nn.Module):
    """A decoder of planes that hold coordinates: a ball beside the middle, as bright as it is high."""

    CENTRE, SIZE = (0.3, -0.2, 0.1), 0.45

    def __init__(self):
        super().__init__()
        first = nn.Linear(6, 3)
        with torch.no_grad():
            first.bias.zero_()
            first.weight.zero_()
            for axis, feature in enumerate((0, 1, 3)):  # x and y of the first plane, z of the second
                first.weight[axis, feature] = 1.0
        self.layers = nn.Sequential(first, self.Ball())

    class Ball(nn.Module):
        def forward(self, points):
            away = (points - torch.tensor(Coordinates.CENTRE)).norm(dim=-1, keepdim=True)
            return torch.cat([field.LEVEL + 8 * (Coordinates.SIZE - away), 4 * points], dim=-1)

    def forward(self, features):
        return self.layers(features)


def coordinate_planes(size: int = 64) -> torch.Tensor:
    """(3, 2, size, size): what is where along the columns and along the rows, at the middle of each texel."""
    middle = (torch.arange(size) + 0.5) / size * 2 - 1
    return (
        torch.stack([middle.expand(size, size), middle[:, None].expand(size, size)]).expand(3, -1, -1, -1).contiguous()
    )


def test_planes_are_looked_up_by_their_axes():
    points = torch.tensor([[0.1, -0.4, 0.7]])
    x, y, z = points[0].tolist()
    assert field.features(coordinate_planes(), points)[0].tolist() == pytest.approx([x, y, x, z, y, z], abs=1e-5)


def test_the_grid_is_the_same_as_its_points_in_whatever_pieces():
    decoder, planes = random(Decoder(TINY)), torch.randn(3, TINY.channels, 8, 8)
    samples = 9
    line = torch.linspace(-1, 1, samples)
    points = torch.stack(torch.meshgrid(line, line, line, indexing="ij"), dim=-1).reshape(-1, 3)
    expected = decoder(field.features(planes, points))[:, 0].reshape((samples,) * 3)
    heard: list[float] = []
    for at_once in (1 << 20, 200, 1):
        made = field.grid_values(decoder, planes, samples, heard.append, at_once)
        torch.testing.assert_close(made, expected, **CLOSE)
    assert heard[-1] == 1.0 and heard[-samples:] == sorted(heard[-samples:])
    few, many = (field.values(decoder, planes, points, at_once) for at_once in (7, 10_000))
    torch.testing.assert_close(few, many, **CLOSE)


@pytest.mark.parametrize("samples", [24, 49])
def test_the_surface_has_the_size_of_the_field_whatever_the_grid(samples):
    with torch.inference_mode():
        mesh = field.surface(Coordinates(), coordinate_planes(), samples)
    points = mesh.vertices / field.RADIUS - torch.tensor(Coordinates.CENTRE)
    # A cell is 0.04 or more: one that is off by a cell in n would show.
    assert points.norm(dim=1).mean() == pytest.approx(Coordinates.SIZE, abs=0.006)
    assert (points.amax(0) + points.amin(0)).abs().max() < 0.02
    a, b, c = mesh.vertices[mesh.triangles].unbind(1)
    volume = (a * torch.linalg.cross(b, c)).sum() / 6
    # Facets cut off a little of the ball.
    assert volume == pytest.approx(4 / 3 * math.pi * (Coordinates.SIZE * field.RADIUS) ** 3, rel=0.05), "outward"


class Seeing(nn.Module):
    """A network that sees the ball in every picture."""

    def __init__(self):
        super().__init__()
        self.tokenizer = nn.Module()
        self.tokenizer.embeddings = nn.Parameter(torch.zeros(1))
        self.decoder = Coordinates()
        self.pictures = []

    def forward(self, picture):
        self.pictures.append(picture)
        return coordinate_planes()[None]


def order(**values) -> Order:
    picture = np.zeros((SIZE, SIZE, 4), np.float32)
    picture[200:300, 150:350] = (0.9, 0.2, 0.1, 1.0)
    return Order(picture, **values)


def test_left_is_left_and_the_viewer_stands_in_front():
    network, told = Seeing(), []
    dense = engine.of_network(network, order(), lambda *said: told.append(said), 40)
    towards_viewer, right, up = Coordinates.CENTRE
    middle = (dense.vertices.max(axis=0) + dense.vertices.min(axis=0)) / 2 / field.RADIUS
    assert middle == pytest.approx((right, -towards_viewer, up), abs=0.02)
    # Red, green and blue are what grows towards the viewer, to the right and up.
    own = dense.vertices / field.RADIUS
    logit = np.log(dense.colours / (1 - dense.colours)) / 4
    assert np.abs(logit - np.stack([-own[:, 1], own[:, 0], own[:, 2]], axis=-1)).max() < 1e-3
    (picture,) = network.pictures
    assert picture.shape == (1, 3, SIZE, SIZE)
    assert picture[0, :, 250, 250].tolist() == pytest.approx([0.9, 0.2, 0.1]) and (picture[0, :, 0, 0] == 0.5).all()
    assert [fraction for _, fraction in told] == sorted(fraction for _, fraction in told)


def test_detail_is_the_artists_and_the_same_picture_gives_the_same_mesh():
    network = random(Network(dataclasses.replace(TINY, picture=SIZE, patch=64)))
    with torch.no_grad():
        network.decoder.layers[-1].bias[0] = field.LEVEL
    first, again, finer = (
        engine.of_network(network, order(detail=detail), lambda *said: None, 99) for detail in (16, 16, 24)
    )
    assert (first.vertices == again.vertices).all() and (first.colours == again.colours).all()
    assert len(finer.vertices) > 1.5 * len(first.vertices)
    assert first.colours.min() >= 0 and first.colours.max() <= 1 and np.abs(first.vertices).max() <= field.RADIUS


def test_a_field_that_never_reaches_the_threshold_is_an_empty_surface():
    network = Seeing()
    network.decoder.layers[0].weight.data *= 20
    network.decoder.layers[0].bias.data += 50
    with pytest.raises(EmptySurface):
        engine.of_network(network, order(), lambda *said: None, 16)


# Files


def test_a_pickled_checkpoint_is_converted_once(tmp_path):
    tensors = checkpoint()
    torch.save(tensors, tmp_path / weights.PICKLE)
    network = weights.load(tmp_path, TINY)
    assert (network.tokenizer.embeddings == tensors["tokenizer.embeddings"]).all()
    made = (tmp_path / weights.FILE).stat()
    weights.load(tmp_path, TINY)
    assert (tmp_path / weights.FILE).stat() == made


class Program:
    """What a pickle can do."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


def test_a_checkpoint_with_a_program_in_it_is_refused_and_not_run(tmp_path):
    torch.save({"weight": Program(str(tmp_path / "run"))}, tmp_path / weights.PICKLE)
    with pytest.raises(JobError, match="something else than weights"):
        weights.load(tmp_path, TINY)
    assert not (tmp_path / "run").exists() and not (tmp_path / weights.FILE).exists()


def test_weights_of_another_model_get_a_sentence(tmp_path):
    tensors = checkpoint()
    del tensors["decoder.layers.0.bias"]
    save_file(tensors, tmp_path / weights.FILE)
    with pytest.raises(JobError, match=r"1 of .* weights are missing \(decoder\.layers\.0\.bias\)"):
        weights.load(tmp_path, TINY)
    with pytest.raises(JobError, match="holds no TripoSR model") as error:
        weights.load(tmp_path / "nowhere", TINY)
    assert "galatea models download" in error.value.hint


def test_image_tokens_are_one_more_than_patches():
    assert random(ImageTokens(TINY))(torch.rand(2, 3, 32, 32)).shape == (2, 17, TINY.image_width)
