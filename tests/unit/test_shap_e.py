# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shap-E on tiny repositories in the layout of the public ones."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from diffusers import HeunDiscreteScheduler, PriorTransformer
from diffusers.pipelines.shap_e.camera import create_pan_cameras
from diffusers.pipelines.shap_e.renderer import ShapERenderer
from safetensors.torch import load_file, save_file
from transformers import (
    CLIPImageProcessor,
    CLIPTextConfig,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    CLIPVisionConfig,
    CLIPVisionModel,
)

from galatea.backend.diffusion.pipelines import STARTER
from galatea.backend.engines import cards, shap_e
from galatea.backend.engines.contract import SIZE, Order
from galatea.backend.engines.run import run
from galatea.backend.isosurface import EmptySurface
from galatea.backend.job import Job, JobError

ROWS, WIDTH = 16, 16
"""Of a latent: all weights of the small network are made from it."""
FEATURES = 93
"""Of a place: its sines at 15 frequencies and cosines, three coordinates each, and the coordinates; fixed."""


@pytest.fixture(scope="module")
def repositories(tmp_path_factory):
    """(text, picture)"""
    torch.manual_seed(0)
    text, picture = (tmp_path_factory.mktemp(name) for name in ("text", "picture"))
    for folder, norm in ((text, None), (picture, "layer")):
        prior = PriorTransformer(
            num_attention_heads=2, attention_head_dim=8, num_layers=1, embedding_dim=WIDTH, num_embeddings=ROWS,
            additional_embeddings=0, time_embed_act_fn="gelu", norm_in_type="layer",
            embedding_proj_norm_type=norm, encoder_hid_proj_type=None,
            added_emb_type=None, clip_embed_dim=2 * WIDTH, embedding_proj_dim=16,
        )  # fmt: skip
        prior.save_pretrained(folder / "prior")
        renderer = ShapERenderer(
            param_shapes=((4, FEATURES), (4, 4), (4, 4), (4, 4)), d_latent=WIDTH, d_hidden=4, n_output=12
        )
        renderer.save_pretrained(folder / "renderer")
        HeunDiscreteScheduler(
            beta_schedule="exp", num_train_timesteps=64, prediction_type="sample", use_karras_sigmas=True,
            clip_sample=True, clip_sample_range=1.0,
        ).save_pretrained(folder / "scheduler")  # fmt: skip
        (folder / "model_index.json").write_text("{}")
    words = CLIPTokenizer.from_pretrained(STARTER / "tokenizer")
    words.save_pretrained(text / "tokenizer")
    config = CLIPTextConfig(
        vocab_size=len(words), hidden_size=16, projection_dim=16, intermediate_size=32, num_hidden_layers=1,
        num_attention_heads=2, max_position_embeddings=words.model_max_length,
        bos_token_id=words.bos_token_id, eos_token_id=words.eos_token_id, pad_token_id=words.pad_token_id,
    )  # fmt: skip
    CLIPTextModelWithProjection(config).save_pretrained(text / "text_encoder")
    vision = CLIPVisionConfig(
        hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, image_size=32, patch_size=8
    )
    CLIPVisionModel(vision).save_pretrained(picture / "image_encoder")
    sizes = {"size": {"shortest_edge": 32}, "crop_size": {"height": 32, "width": 32}}
    CLIPImageProcessor(**sizes).save_pretrained(picture / "image_processor")
    return text, picture


def silent(stage: str, fraction: float) -> None:
    pass


class Ball(torch.nn.Module):
    """Instead of a renderer: a ball beside the middle, whose colours tell the place."""

    CENTRE, SIZE = torch.tensor((0.25, -0.3, 0.1)), 0.4

    def __init__(self, inside=1.0):
        super().__init__()
        self.inside = inside
        self.volume = ShapERenderer(d_latent=8, d_hidden=8, param_shapes=((8, FEATURES), (8, 8), (8, 8), (8, 8))).volume
        self.weight = torch.nn.Parameter(torch.zeros(2, 3))

    @property
    def mlp(self):
        class Network:
            state_dict = lambda _: {"mlp.0.weight": self.weight.data}  # noqa: E731

            def __call__(_, position, **mode):
                assert mode["rendering_mode"] == "stf" and mode["nerf_level"] == "fine"
                distance = self.inside * (self.SIZE - (position - self.CENTRE).norm(dim=-1, keepdim=True))
                return type("Said", (), {"signed_distance": distance, "channels": 0.5 + 0.4 * position})

        return Network()

    def params_proj(self, latent):
        return {"nerstf.mlp.0.weight": latent.mean() * torch.ones(1, 2, 3)}


def test_the_surface_faces_outward_in_galateas_axes_with_encoded_colours():
    renderer = Ball()
    dense = shap_e.decoded(renderer, torch.full((4, 4), 0.5), 32, silent)
    assert (renderer.weight == 0.5).all(), "the latent becomes the network"
    away = np.linalg.norm(dense.vertices - Ball.CENTRE.numpy(), axis=1)
    assert away == pytest.approx(Ball.SIZE, abs=0.01)
    a, b, c = np.moveaxis(dense.vertices[dense.triangles], 1, 0)
    assert np.einsum("ni,ni->n", a, np.cross(b, c)).sum() / 6 == pytest.approx(4 / 3 * np.pi * Ball.SIZE**3, rel=0.05)
    assert np.abs(dense.colours - (0.5 + 0.4 * dense.vertices)).max() < 1e-5
    # Its first camera looks from -Y with X to the right and Z up, as Galatea's viewer does.
    cameras = create_pan_cameras(8)
    assert cameras.origin[0, 1] < 0 and cameras.x[0].tolist() == [1, 0, 0] and cameras.y[0, 2] < 0


def test_no_inside_is_an_empty_surface():
    with pytest.raises(EmptySurface):
        shap_e.decoded(Ball(inside=0.0), torch.zeros(4, 4), 16, silent)


@pytest.mark.parametrize("which", [0, 1])
def test_a_repository_makes_a_mesh_and_the_seed_decides(repositories, which, monkeypatch):
    """Random networks have no surface: what the diffusion leads to is looked at instead."""
    seen = []
    monkeypatch.setattr(shap_e, "decoded", lambda renderer, latent, detail, report: seen.append((latent, detail)))
    picture = np.zeros((SIZE, SIZE, 4), np.float32)
    picture[100:400, 200:300] = (0.8, 0.3, 0.1, 1.0)
    told = []
    for seed in (0, 0, 1):
        order = Order(picture, "a cup", seed, 24, 3, repositories[which])
        make = (shap_e.from_prompt, shap_e.from_picture)[which]
        make(order, lambda stage, fraction: told.append(fraction))
    (first, detail), (again, _), (other, _) = seen
    assert first.shape == (ROWS, WIDTH) and detail == 24 and torch.isfinite(first).all()
    assert (first == again).all() and not torch.allclose(first, other)
    assert len(told) >= 9 and max(told) < shap_e.DRAWN


def test_the_condition_counts(repositories, monkeypatch):
    seen = []
    monkeypatch.setattr(shap_e, "decoded", lambda renderer, latent, detail, report: seen.append(latent))
    for prompt in ("a cup", "a red chair"):
        shap_e.from_prompt(Order(None, prompt, steps=2, weights=repositories[0]), silent)
    for red in (0.1, 0.9):
        picture = np.ones((SIZE, SIZE, 4), np.float32)
        picture[..., 0] = red
        shap_e.from_picture(Order(picture, steps=2, weights=repositories[1]), silent)
    assert not torch.allclose(seen[0], seen[1]) and not torch.allclose(seen[2], seen[3])


def test_the_whole_way_in_a_process_of_its_own(repositories, tmp_path):
    """To the sentence about the surface that a random network does not have, or to a mesh if it does."""
    stages = []
    job = Job(tmp_path / "job")
    job._send = lambda message: stages.append(message.stage)
    order = Order(None, "a cup", detail=16, steps=2, weights=repositories[0])
    try:
        assert len(run(cards.engine("shap-e"), order, job).triangles)
    except JobError as error:
        assert error.code == "empty_surface", error.message
    assert "Thinking" in stages and "Finding the surface" in stages


def test_incomplete_models_get_a_sentence(repositories, tmp_path):
    with pytest.raises(JobError, match="no Shap-E model") as error:
        shap_e.from_prompt(Order(None, "a cup", weights=tmp_path / "nowhere"), silent)
    assert "galatea models download" in error.value.hint
    with pytest.raises(JobError, match="not complete, or another model"):
        shap_e.from_prompt(Order(None, "a cup", weights=repositories[1]), silent)
    path = repositories[0] / "prior/diffusion_pytorch_model.safetensors"
    whole = load_file(path)
    save_file({name: tensor for name, tensor in whole.items() if name != "proj_in.weight"}, path)
    try:
        with pytest.raises(JobError, match=r"weights are missing \(proj_in\.weight\)"):
            shap_e.from_prompt(Order(None, "a cup", weights=repositories[0]), silent)
    finally:
        save_file(whole, path)
