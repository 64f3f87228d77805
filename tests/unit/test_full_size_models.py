# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Models as artists bring them: families, single files, LoRA, style pictures, autoencoders; and what does not fit."""

from __future__ import annotations

import dataclasses
import shutil

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from galatea.backend.diffusion import memory, pipelines, single_file, weights
from galatea.backend.diffusion.conditioning import Prompter
from galatea.backend.diffusion.pipelines import Sources
from galatea.backend.diffusion.streaming import stream
from galatea.backend.job import JobError
from galatea.backend.models.registry import Family
from galatea.backend.texturing.cameras import Place
from galatea.backend.texturing.diffusion import Choice, DiffusionPainter, load, understood
from galatea.backend.texturing.painter import Shot, Start, Wish
from galatea.backend.training.captions import vocabulary
from galatea.backend.training.tokenizer import make_tokenizer

from . import original_layout, tiny_repositories
from .tiny_repositories import stable_diffusion, stable_diffusion_xl

CPU = torch.device("cpu")
PLAN = pipelines.everything(CPU)
LAYOUTS = {Family.SD15: stable_diffusion, Family.SDXL: stable_diffusion_xl}
WISH = Wish("red wood", "", steps=2, guidance=3.0, control=1.0)
SIZE = 64


@pytest.fixture(scope="module")
def repositories(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    make_tokenizer(vocabulary(), folder / "words")
    return {family: make(folder / family.name, folder / "words") for family, make in LAYOUTS.items()}


@pytest.fixture(params=list(LAYOUTS), ids=lambda family: family.name)
def family(request) -> Family:
    return request.param


@pytest.fixture
def sources(repositories, family) -> Sources:
    return Sources(repositories[family], repositories[family] / "controlnet")


def painter_of(sources: Sources, plan: memory.Plan = PLAN, **options) -> DiffusionPainter:
    return DiffusionPainter(pipelines.load(sources, plan, CPU, **options), plan, CPU)


def shots(count: int) -> list[Shot]:
    """Without a mesh: painters look at the control pictures alone."""
    return [Shot(Place(0.0, 0.0), None, None, seed) for seed in range(count)]


def controls(count: int) -> torch.Tensor:
    """One half bright."""
    picture = torch.full((count, 3, SIZE, SIZE), 0.1)
    picture[..., : SIZE // 2] = 0.9
    return picture


def paint(painter: DiffusionPainter, wish: Wish = WISH, control: torch.Tensor | None = None, start=None):
    control = controls(1) if control is None else control
    return painter.paint(wish, shots(len(control)), control, start, lambda part: None)


def unlike(first: torch.Tensor, second: torch.Tensor) -> float:
    """Mean difference in 8-bit steps."""
    assert first.shape == second.shape and bool(torch.isfinite(first).all() and torch.isfinite(second).all())
    return 255 * float((first - second).abs().mean())


def test_both_families_obey_prompt_light_and_start(sources):
    painter = painter_of(sources)
    first = paint(painter)
    assert torch.equal(first, paint(painter))
    assert unlike(first, paint(painter, control=controls(1).flip(-1))) > 0.5
    for change in ({"prompt": "blue stone"}, {"negative": "blue"}, {"guidance": 1.0}, {"control": 0.2}):
        assert unlike(first, paint(painter, dataclasses.replace(WISH, **change))) > 0.3, change
    from_pictures = [paint(painter, start=Start(torch.full((1, 3, SIZE, SIZE), grey), 0.5)) for grey in (0.1, 0.9)]
    assert unlike(*from_pictures) > 0.5


def test_both_families_distil(sources):
    """The pull is finite, and it is another one for another prompt and another light."""
    painter = painter_of(sources)
    pictures = torch.rand(1, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(0))
    one, again = (painter.pull(WISH, shots(1), controls(1), pictures, 0.3) for _ in range(2))
    other = painter.pull(dataclasses.replace(WISH, prompt="blue stone"), shots(1), controls(1), pictures, 0.3)
    turned = painter.pull(WISH, shots(1), controls(1).flip(-1), pictures, 0.3)
    assert torch.equal(one, again) and one.shape == pictures.shape and float(one.abs().max()) > 0
    assert not torch.allclose(one, other, rtol=1e-3) and not torch.allclose(one, turned, rtol=1e-3)


def test_a_prompt_is_read_once_and_without_the_text_encoders_staying(sources):
    pipeline = pipelines.load(sources, PLAN, CPU)
    calls = []
    pipeline.text_encoder.register_forward_hook(lambda *_: calls.append(1))
    prompter = Prompter(pipeline, CPU, stays=False)
    first = prompter.for_networks(["", "", "red wood", "blue stone"], (SIZE, SIZE))
    again = prompter.for_networks(["", "", "red wood", "blue stone"], (SIZE, SIZE))
    assert len(calls) == 3, "two prompts and none"
    assert torch.equal(first["encoder_hidden_states"], again["encoder_hidden_states"])
    assert first["encoder_hidden_states"].shape[0] == 4


def test_a_model_in_one_file_is_the_model(repositories, family, tmp_path):
    repository = repositories[family]
    path, configuration = tiny_repositories.single_file(repository, tmp_path / "model.safetensors")
    assert single_file.family(path) is family
    folder = pipelines.load(Sources(repository, repository / "controlnet"), PLAN, CPU)
    sources = Sources(path, repository / "controlnet")
    pipeline = pipelines.load(sources, PLAN, CPU, configuration)
    for part in ("unet", "vae"):
        found, known = getattr(pipeline, part).state_dict(), getattr(folder, part).state_dict()
        assert found.keys() == known.keys() and all(torch.equal(found[name], known[name]) for name in known)
    painter = DiffusionPainter(pipeline, PLAN, CPU)
    assert unlike(paint(painter), paint(painter, dataclasses.replace(WISH, prompt="unicorn 🦄"))) > 0.3
    counted, known = single_file.counts(path), pipelines.sizes(Sources(repository))
    assert counted[:2] == (known.unet, known.autoencoder)


def test_the_configurations_of_single_files_are_those_of_the_public_models(family):
    """As many parameters as the public files have bytes in half precision, and names that the converters all know."""
    sizes = {Family.SD15: (1.72e9, 0.167e9), Family.SDXL: (5.14e9, 0.167e9)}
    configuration = single_file.CONFIGURATIONS[family]
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from diffusers.loaders.single_file_utils import convert_ldm_unet_checkpoint, convert_ldm_vae_checkpoint

    for cls, part, convert, write, size in (
        (UNet2DConditionModel, "unet", convert_ldm_unet_checkpoint, original_layout.unet, sizes[family][0]),
        (AutoencoderKL, "vae", convert_ldm_vae_checkpoint, original_layout.autoencoder, sizes[family][1]),
    ):
        network = weights.empty(cls, configuration[part])
        assert 2 * sum(one.numel() for one in network.parameters()) == pytest.approx(size, rel=0.005)
        found = convert(write(network), config=network.config)
        shapes = ({name: tuple(one.shape) for name, one in some.items()} for some in (network.state_dict(), found))
        assert weights.difference(*shapes) == ""
    for part, cls, parameters in (
        ("text_encoder", CLIPTextModel, 123_060_480), ("text_encoder_2", CLIPTextModelWithProjection, 694_659_840),
    ):  # fmt: skip
        if part in configuration:
            with torch.device("meta"):
                network = cls(CLIPTextConfig(**configuration[part]))
            assert sum(one.numel() for one in network.parameters()) == parameters


def test_the_public_controlnets_fit_single_files(family):
    """What their config.json say, where the configurations of single files leave it to the classes."""
    from diffusers import ControlNetModel, UNet2DConditionModel

    config = {"cross_attention_dim": 768, "block_out_channels": [320, 640, 1280, 1280], "in_channels": 4}
    if family is Family.SDXL:
        config = {"cross_attention_dim": 2048, "block_out_channels": [320, 640, 1280], "in_channels": 4,
                  "addition_embed_type": "text_time", "addition_time_embed_dim": 256, "attention_head_dim": [5, 10, 20],
                  "projection_class_embeddings_input_dim": 2816,
                  "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"]}  # fmt: skip
    unet = weights.empty(UNet2DConditionModel, single_file.CONFIGURATIONS[family]["unet"])
    other_unet = weights.empty(UNet2DConditionModel, single_file.CONFIGURATIONS[other(family)]["unet"])
    control = weights.empty(ControlNetModel, config)
    sources = Sources(pipelines.STARTER, pipelines.STARTER)
    pipelines._check_family(unet, control, sources)
    with pytest.raises(JobError, match="another family"):
        pipelines._check_family(other_unet, control, sources)


def test_the_tokenizer_of_single_files_is_that_of_clip():
    """Known numbers of a sentence, and text that comes back."""
    tokenizer = single_file.tokenizer(single_file.END)
    assert len(tokenizer) == 49408
    assert tokenizer("a photo of a cat").input_ids == [49406, 320, 1125, 539, 320, 2368, 49407]
    words = "weathered zorgblat 木 🦄"
    assert tokenizer.decode(tokenizer(words).input_ids, skip_special_tokens=True).strip() == words
    assert understood("weathered zorgblat", tokenizer) == understood("🦄 ✨", tokenizer) == []


def test_a_lora_changes_the_picture_by_its_scale(repositories, family, tmp_path):
    repository = repositories[family]
    path = tiny_repositories.lora(repository, tmp_path / "lora.safetensors")
    plain = Sources(repository, repository / "controlnet")
    without, off, some, full = (
        paint(painter_of(dataclasses.replace(plain, lora=lora, lora_scale=scale)))
        for lora, scale in ((None, 1.0), (path, 0.0), (path, 0.1), (path, 1.0))
    )
    assert torch.equal(without, off)
    assert 0.05 < unlike(without, some) < unlike(without, full)


def test_all_spellings_of_a_lora_are_one(repositories, family, tmp_path):
    repository = repositories[family]
    merged = []
    for spelling in ("kohya", "diffusers", *(["original"] if family is Family.SDXL else [])):
        path = tiny_repositories.lora(repository, tmp_path / f"{spelling}.safetensors", spelling)
        pipeline = pipelines.load(Sources(repository, lora=path), PLAN, CPU)
        merged.append({**pipeline.unet.state_dict(), **pipeline.text_encoder.state_dict()})
    for one in merged[1:]:
        assert all(torch.allclose(one[name], merged[0][name], atol=1e-5) for name in one)


def test_merging_a_lora_is_the_formula(repositories, family, tmp_path):
    repository = repositories[family]
    path = tiny_repositories.lora(repository, tmp_path / "lora.safetensors")
    pipeline = pipelines.load(Sources(repository), PLAN, CPU)
    changed = pipelines.load(Sources(repository, lora=path, lora_scale=0.5), PLAN, CPU)
    name = next(name for name, _ in pipeline.unet.named_modules() if name.endswith("attn1.to_q"))
    tensors, flat = load_file(path), "lora_unet_" + name.replace(".", "_")
    expected = 0.5 * 2.0 / 4 * tensors[f"{flat}.lora_up.weight"] @ tensors[f"{flat}.lora_down.weight"]
    before, after = (one.unet.get_submodule(name).weight for one in (pipeline, changed))
    assert torch.allclose(after - before, expected, atol=1e-5)


def test_a_style_picture_changes_the_picture(repositories, family, tmp_path):
    repository = repositories[family]
    folder = tiny_repositories.style_adapter(repository, tmp_path / "style")
    Image.new("RGB", (40, 30), "red").save(style := tmp_path / "style.png")
    choice = Choice(str(repository), str(repository / "controlnet"), adapter=str(folder), style=str(style))
    painter = load(choice)
    first = paint(painter)
    assert torch.equal(first, paint(painter))
    painted = {}
    for color, strength in (("red", 0.0), ("blue", 0.0), ("blue", 0.6)):
        painter.prompter.show(Image.new("RGB", (40, 30), color), strength)
        painted[color, strength] = paint(painter)
    assert torch.equal(painted["red", 0.0], painted["blue", 0.0])
    assert unlike(first, painted["red", 0.0]) > 0.3 and unlike(first, painted["blue", 0.6]) > 0.1
    assert unlike(painted["blue", 0.6], paint(painter, dataclasses.replace(WISH, guidance=1.0))) > 0.1
    assert bool(torch.isfinite(painter.pull(WISH, shots(1), controls(1), first, 0.3)).all())


def test_a_small_autoencoder_takes_the_place_of_the_models_own(repositories, family, tmp_path):
    repository = repositories[family]
    folder = tiny_repositories.tiny_autoencoder(tmp_path / "tiny")
    own, small = (
        painter_of(Sources(repository, repository / "controlnet", autoencoder=path)) for path in (None, folder)
    )
    assert unlike(paint(own), paint(small)) > 0.5 and small.size == own.size
    assert pipelines.sizes(Sources(repository, autoencoder=folder)).autoencoder < 20_000
    assert bool(torch.isfinite(small.pull(WISH, shots(1), controls(1), torch.rand(1, 3, SIZE, SIZE), 0.3)).all())


def test_streamed_layers_give_the_same_picture(sources):
    painter, streamed = painter_of(sources), painter_of(sources)
    network = streamed._from_noise.unet
    before = paint(painter)
    assert stream(network, CPU) > 0
    assert torch.equal(paint(streamed), before)


def test_batches_of_the_plan_give_the_same_pictures(sources):
    painted = []
    for batch in (3, 1):
        plan = dataclasses.replace(PLAN, batch=batch)
        painted.append(paint(painter_of(sources, plan), control=controls(3)))
    assert unlike(*painted) < 0.5  # sums in another order


# What does not fit


def other(family: Family) -> Family:
    return Family.SDXL if family is Family.SD15 else Family.SD15


def spoil(path, change) -> None:
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)


@pytest.mark.parametrize("part", ["unet", "vae", "text_encoder", "controlnet"])
def test_a_missing_weight_is_told(repositories, family, tmp_path, part):
    shutil.copytree(repositories[family], copy := tmp_path / "copy")
    (path,) = (copy / part).glob("*.safetensors")
    gone = []
    spoil(path, lambda tensors: gone.append(sorted(tensors)[3]) or tensors.pop(gone[0]))
    with pytest.raises(JobError, match=r"do not fit its configuration.*missing"):
        pipelines.load(Sources(copy, copy / "controlnet"), PLAN, CPU)


@pytest.mark.parametrize("part", ["unet", "vae", "controlnet"])
def test_unknown_and_misshapen_weights_are_told(repositories, family, tmp_path, part):
    shutil.copytree(repositories[family], copy := tmp_path / "copy")
    (path,) = (copy / part).glob("*.safetensors")
    spoil(path, lambda tensors: tensors.update(surprise=torch.zeros(2)))
    with pytest.raises(JobError, match=r"1 are unknown .surprise"):
        pipelines.load(Sources(copy, copy / "controlnet"), PLAN, CPU)
    spoil(path, lambda tensors: [tensors.pop("surprise"), tensors.update({min(tensors): torch.zeros(7)})])
    with pytest.raises(JobError, match=r"another size .*7 instead of"):
        pipelines.load(Sources(copy, copy / "controlnet"), PLAN, CPU)


def test_what_is_of_another_family_is_told(repositories, family, tmp_path):
    mine, its = repositories[family], repositories[other(family)]
    lora = tiny_repositories.lora(its, tmp_path / "lora.safetensors")
    style = tiny_repositories.style_adapter(its, tmp_path / "style")
    for sources, words in (
        (Sources(mine, its / "controlnet"), "another family"),
        (Sources(mine, mine / "controlnet", lora=lora), "LoRA for"),
        (Sources(mine, mine / "controlnet", style=style), "no style adapter for this model"),
    ):
        with pytest.raises(JobError, match=words) as error:
            pipelines.load(sources, PLAN, CPU)
        assert error.value.message.endswith(".") and "SDXL" in error.value.hint


def test_files_that_are_no_models_are_told(repositories, family, tmp_path):
    repository = repositories[family]
    path, configuration = tiny_repositories.single_file(repository, tmp_path / "model.safetensors")
    (tmp_path / "broken.safetensors").write_bytes(b"broken")
    lora = tiny_repositories.lora(repository, tmp_path / "lora.safetensors", "diffusers")
    for wrong, words in (("broken.safetensors", "cannot be read"), (lora.name, "holds no text-to-image model")):
        with pytest.raises(JobError, match=words):
            pipelines.load(Sources(tmp_path / wrong, repository / "controlnet"), PLAN, CPU, configuration)
    with pytest.raises(JobError, match="is no LoRA for this model"):
        pipelines.load(Sources(repository, lora=path), PLAN, CPU)
    spoil(path, lambda tensors: tensors.pop("model.diffusion_model.input_blocks.0.0.weight"))
    with pytest.raises(JobError, match="missing"):
        pipelines.load(Sources(path, repository / "controlnet"), PLAN, CPU, configuration)
    spoil(path, lambda tensors: [tensors.pop(name) for name in list(tensors) if "transformer" in name])
    with pytest.raises(JobError, match=r"neither of SD 1.5 nor of SDXL"):
        single_file.family(path)


def test_weights_that_can_run_programs_are_refused(repositories, tmp_path):
    shutil.copytree(repositories[Family.SD15], copy := tmp_path / "copy")
    (copy / "unet/diffusion_pytorch_model.safetensors").rename(copy / "unet/diffusion_pytorch_model.bin")
    with pytest.raises(JobError, match="can run programs"):
        pipelines.load(Sources(copy), PLAN, CPU)


def test_half_precision_files_are_read_by_their_own_names(repositories, family, tmp_path):
    shutil.copytree(repositories[family], copy := tmp_path / "copy")
    for path in copy.rglob("*.safetensors"):
        path.rename(path.with_name(path.name.replace(".safetensors", ".fp16.safetensors")))
    sources = [Sources(folder, folder / "controlnet") for folder in (copy, repositories[family])]
    assert torch.equal(*(paint(painter_of(one)) for one in sources))


def test_the_autoencoder_of_sd15_has_old_names_for_its_attention(repositories, tmp_path):
    shutil.copytree(repositories[Family.SD15], copy := tmp_path / "copy")
    (path,) = (copy / "vae").glob("*.safetensors")
    tensors = {}
    for name, tensor in load_file(path).items():
        for new, old in (("to_q", "query"), ("to_k", "key"), ("to_v", "value"), ("to_out.0", "proj_attn")):
            name = name.replace(f"attentions.0.{new}.", f"attentions.0.{old}.")
        tensors[name] = tensor
    assert any("proj_attn" in name for name in tensors)
    save_file(tensors, path)
    old, new = (pipelines.load(Sources(one), PLAN, CPU).vae for one in (copy, repositories[Family.SD15]))
    assert all(torch.equal(old.state_dict()[name], tensor) for name, tensor in new.state_dict().items())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lora": "/nowhere.safetensors"}, "no LoRA at"),
        ({"autoencoder": "/nowhere"}, "no autoencoder at"),
        ({"adapter": "/nowhere", "style": "style.png"}, "no style adapter at"),
        ({"style": "style.png"}, "needs a style adapter"),
        ({"model": "/nowhere.safetensors"}, "holds no diffusion model"),
    ],
)
def test_choices_that_are_not_there_are_told(repositories, changes, words):
    repository = repositories[Family.SD15]
    with pytest.raises(JobError, match=words):
        load(Choice(**{"model": str(repository), "controlnet": str(repository / "controlnet"), **changes}))


# Where the parts are put: on a device without memory, as a graphics card is none here

NOWHERE = torch.device("meta")


def test_text_encoders_stay_behind_where_the_plan_says_so(sources):
    pipeline = pipelines.load(sources, dataclasses.replace(PLAN, text_stays=False), NOWHERE)
    assert {pipeline.unet.device.type, pipeline.controlnet.device.type, pipeline.vae.device.type} == {"meta"}
    assert pipeline.text_encoder.device.type == "cpu" and pipeline.device.type == "meta"
    assert pipelines.load(sources, PLAN, NOWHERE).text_encoder.device.type == "meta"


def test_streamed_networks_keep_their_large_layers_and_compute_on_the_device(sources):
    plan = dataclasses.replace(PLAN, streamed=True, text_stays=False, tiles=True, autoencoder_dtype="bfloat16")
    pipeline = pipelines.load(sources, plan, NOWHERE)
    there = {parameter.device.type for parameter in pipeline.unet.parameters()}
    assert there == {"meta", "cpu"} and pipeline.device.type == "meta"
    large = [module for module in pipeline.unet.modules() if getattr(module, "weight", None) is not None]
    large = [module for module in large if module.weight.numel() >= 2**16]
    assert large and all(module.weight.device.type == "cpu" for module in large)
    assert pipeline.vae.dtype is torch.bfloat16 and pipeline.vae.use_tiling


def test_small_autoencoders_keep_the_networks_type(repositories, family, tmp_path):
    plan = dataclasses.replace(PLAN, dtype="float16", autoencoder_dtype="bfloat16")
    folder = tiny_repositories.tiny_autoencoder(tmp_path / "tiny")
    for path, dtype in ((None, torch.bfloat16), (folder, torch.float16)):
        pipeline = pipelines.load(Sources(repositories[family], autoencoder=path), plan, NOWHERE)
        assert (pipeline.unet.dtype, pipeline.vae.dtype) == (torch.float16, dtype)


def test_a_full_graphics_card_is_told(sources, monkeypatch):
    painter = painter_of(sources)

    def full(*args, **options):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(painter.prompter, "for_pipeline", full)
    with pytest.raises(JobError, match="not enough memory") as error:
        paint(painter)
    assert error.value.code == "out_of_memory"
