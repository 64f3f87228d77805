# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way from scenes to weights on a small scale: captions, tokens, shards, the loop, all stages, the scores."""

from __future__ import annotations

import json
import math
import random
import shutil
import signal
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")

from diffusers import AutoencoderTiny  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

from galatea.backend.capabilities import run  # noqa: E402
from galatea.backend.diffusion import pipelines  # noqa: E402
from galatea.backend.job import Job, JobCancelled, JobError  # noqa: E402
from galatea.backend.training import (  # noqa: E402
    captions,
    classifier,
    control,
    decoder,
    diffusion,
    joint,
    render,
    report,
    scene,
    scores,
    shapes,
    starter,
)  # fmt: skip
from galatea.backend.training.loop import Options, train  # noqa: E402
from galatea.backend.training.materials.look import Look, random_look  # noqa: E402
from galatea.backend.training.optimiser import Muon, orthogonalized  # noqa: E402
from galatea.backend.training.sample import generate  # noqa: E402
from galatea.backend.training.shards import SIBLINGS, read_shards, write_shard  # noqa: E402
from galatea.backend.training.tokenizer import make_tokenizer  # noqa: E402

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def rendered():
    """One object, two scenes of it, and their pictures."""
    subject = scene.Subject("jug", shape_seed=5, azimuth=0.4, elevation=0.3, fov=0.5, margin=1.1)
    shape = shapes.make(scene.family("jug"), subject.shape_seed)
    lamp = 4  # of render.KINDS: a light whose direction can be seen
    scenes = [
        replace(scene.random_scene(subject, shape.part_names, seed), light="", light_seed=lamp) for seed in (0, 1)
    ]
    geometry = render.geometry(shape, subject)
    return geometry, scenes, [render.picture(geometry, item) for item in scenes]


SCENES = [{"captions": ["a red ball"] * 3, "scene": {"subject": {"zoom": 1.0}}}] * (SIBLINGS * 2)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder in which every stage has run for a few steps on squares of one colour."""
    folder = tmp_path_factory.mktemp("training")
    generator = np.random.default_rng(0)
    pictures = np.full((SIBLINGS * 2, 3, 128, 128), 200, np.uint8)
    depths = np.zeros((SIBLINGS * 2, 128, 128), np.uint8)
    colours = generator.integers(0, 255, (SIBLINGS * 2, 3, 1, 1))
    pictures[:, :, 32:96, 32:96] = colours
    depths[:, 32:96, 32:96] = 200
    arrays = {"pictures": pictures, "controls": pictures, "depths": depths}
    write_shard(folder / "shards", "00000", arrays, SCENES)
    make_tokenizer(["a", "red", "ball", "blue"], folder / "tokenizer")
    plan = starter.Plan(
        vae=Options(4, 1e-3, samples=16, warm_up=1),
        small=Options(4, 1e-3, samples=16, warm_up=1),
        base=Options(4, 1e-3, samples=16, warm_up=1),
        small_control=Options(4, 1e-2, samples=16, warm_up=1),
        control=Options(4, 1e-2, samples=16, warm_up=1),
    )
    for stage in ("vae", "latents", "small", "base", "light"):
        starter.run_stage(stage, folder, CPU, plan, None, None)
    return folder


# Captions and tokens


def test_captions_say_what_is_there():
    look = Look("porcelain", "red", "white", "striped", "old")
    for seed in range(40):
        full, *others = captions.wordings("vase", look, "handle", Look("gold"), "white", "side", seed, 3)
        assert "vase" in full and full.startswith("a")
        assert "handle" in full
        assert len(others) == 2
    assert (
        len({text for seed in range(40) for text in captions.wordings("vase", look, None, None, "white", "", seed, 3)})
        > 20
    )


def test_every_word_of_every_caption_is_one_token(tmp_path):
    tokenizer = make_tokenizer(captions.vocabulary(), tmp_path)
    for seed in range(300):
        subject = scene.random_subject(seed)
        for text in scene.random_scene(subject, ("body", "lid"), seed).captions:
            words = [word for word in captions.split_words(text) if word.isalpha()]
            assert [word for word in words if word not in ("lid", "body") and len(tokenizer.tokenize(word)) != 1] == []
            assert len(tokenizer(text).input_ids) <= tokenizer.model_max_length


def test_the_vocabulary_is_only_as_large_as_it_must_be(tmp_path):
    assert len(make_tokenizer(captions.vocabulary(), tmp_path)) < 6000


def test_the_vocabulary_has_the_parts_of_every_shape():
    words = set(captions.vocabulary())
    for family in shapes.FAMILIES:
        names = shapes.make(family, 0).part_names
        assert {word for name in names for word in captions.split_words(name)} <= words, family.name


def test_unknown_words_are_named(tmp_path):
    tokenizer = make_tokenizer(["a", "red", "chair"], tmp_path)
    assert pipelines.unknown_words("A red, crystalline chair. Crystalline!", tokenizer) == ["crystalline"]


# Scenes and pictures


def test_a_seed_is_a_scene():
    subject = scene.random_subject(5)
    assert scene.random_subject(5) == subject != scene.random_subject(6)
    assert (
        scene.random_scene(subject, (), 7) == scene.random_scene(subject, (), 7) != scene.random_scene(subject, (), 8)
    )


def test_held_out_scenes_share_no_instance_with_training():
    for seed in range(50):
        subject = scene.random_subject(seed, held_out=True)
        held_out = scene.random_scene(subject, (), seed, held_out=True)
        assert min(subject.shape_seed, held_out.look_seed, held_out.light_seed) >= scene.HELD_OUT
        assert held_out.light == ""


def test_looks_go_with_their_words():
    generator = torch.Generator().manual_seed(0)
    looks = [random_look(generator) for _ in range(200)]
    assert len({look.word for look in looks}) > 40
    assert all(look.second is None or look.pattern for look in looks)


def test_pictures_show_the_object_on_its_background(rendered):
    _, _, pictures = rendered
    for item in pictures:
        mask = item.depth > 0
        assert 0.03 < mask.float().mean() < 0.9
        assert item.control[:, ~mask].float().mean() < 12  # edges only
        assert item.control[:, mask].float().mean() > 20
        assert item.depth.max() == 255 and item.depth[mask].min() >= 20
    assert (pictures[0].colour.float() - pictures[1].colour.float()).abs().mean() > 5
    assert torch.equal(pictures[0].depth, pictures[1].depth)


def test_a_scene_is_rendered_the_same_twice(rendered):
    geometry, scenes, pictures = rendered
    assert torch.equal(render.picture(geometry, scenes[0]).colour, pictures[0].colour)


def test_the_control_follows_the_light(rendered):
    geometry, scenes, pictures = rendered
    turned = render.picture(geometry, replace(scenes[0], turn=scenes[0].turn + math.pi))
    mask = pictures[0].depth > 0
    assert (turned.control.float() - pictures[0].control.float())[:, mask].abs().mean() > 5
    other_material = render.picture(geometry, replace(scenes[0], look=Look("gold"), part=None))
    assert torch.equal(other_material.control, pictures[0].control)


def test_training_shows_parts_of_objects_larger_and_held_out_pictures_whole_ones():
    zooms = [scene.random_subject(seed).zoom for seed in range(100)]
    assert 30 < sum(zoom > 1.1 for zoom in zooms) < 90
    assert all(scene.random_subject(seed, held_out=True).zoom == 1 for seed in range(100))


def test_a_close_picture_is_the_middle_of_the_whole_one(rendered):
    whole, scenes, _ = rendered
    subject = replace(scenes[0].subject, zoom=2.0)
    close = render.geometry(shapes.make(scene.family("jug"), subject.shape_seed), subject).gbuffer.mask
    size = whole.gbuffer.mask.shape[0]
    middle = whole.gbuffer.mask[size // 4 : -size // 4, size // 4 : -size // 4]
    enlarged = middle.repeat_interleave(2, 0).repeat_interleave(2, 1)
    assert (enlarged == close).float().mean() > 0.97


def test_a_close_picture_of_nothing_shows_all_of_the_object():
    """A hoop's middle is empty."""
    subject = scene.Subject(
        "ring", shape_seed=1, azimuth=0.0, elevation=math.radians(75), fov=0.5, margin=1.1, zoom=2.6
    )
    shape = shapes.make(scene.family("ring"), 1)
    assert render.geometry(shape, subject).gbuffer.mask.any()


def test_shards_are_whole_or_not_there(tmp_path):
    arrays = {"pictures": np.zeros((SIBLINGS, 3, 8, 8), np.uint8), "depths": np.ones((SIBLINGS, 8, 8), np.uint8)}
    write_shard(tmp_path, "00001", arrays, [{"captions": ["x"]}] * SIBLINGS)
    (tmp_path / ".00002.part").mkdir()
    pictures = read_shards(tmp_path)
    assert len(pictures) == SIBLINGS and pictures.mask(0).all()
    index = torch.arange(SIBLINGS)
    assert not (pictures.sibling(index) == index).any() and set(pictures.sibling(index).tolist()) == set(
        range(SIBLINGS)
    )


# The loop


def quadratic(modules):
    return lambda samples: (modules["line"].weight - 3).square().sum()


def test_training_goes_on_where_it_stopped(tmp_path):
    def run(folder, samples):
        torch.manual_seed(0)
        modules = nn.ModuleDict({"line": nn.Linear(1, 1)})
        train(modules, quadratic(modules), Options(1, 1e-2, samples=samples, warm_up=5), folder)
        return modules["line"].weight.item(), json.loads((folder / "progress.json").read_text())

    once, _ = run(tmp_path / "once", 200)
    half, _ = run(tmp_path / "twice", 100)
    twice, progress = run(tmp_path / "twice", 200)
    assert progress["samples"] == 200 and len(progress["losses"]) == 4
    assert abs(once - 3) < abs(half - 3) and abs(twice - 3) < abs(half - 3)
    assert (tmp_path / "twice/curve.png").exists()


def test_the_average_trails_the_weights(tmp_path):
    modules = nn.ModuleDict({"line": nn.Linear(1, 1, bias=False)})
    with torch.no_grad():
        modules["line"].weight.fill_(0)
    average = train(modules, quadratic(modules), Options(1, 1e-2, samples=60, warm_up=1), tmp_path)
    assert 0 < average["line"].weight.item() < modules["line"].weight.item() < 3


def test_a_stopped_training_saves_and_ends_everything(tmp_path):
    modules = nn.ModuleDict({"line": nn.Linear(1, 1)})

    def loss(samples: int) -> torch.Tensor:
        if samples == 5:
            signal.raise_signal(signal.SIGTERM)
        return quadratic(modules)(samples)

    with pytest.raises(SystemExit, match="goes on"):
        train(modules, loss, Options(1, 1e-2, samples=100, warm_up=1), tmp_path)
    assert json.loads((tmp_path / "progress.json").read_text())["samples"] == 6


def test_an_orthogonalized_matrix_keeps_its_directions():
    torch.manual_seed(0)
    for shape in ((6, 40), (40, 6)):
        matrix = torch.randn(shape) * torch.logspace(-1, 1, shape[1])
        left, _, right = torch.linalg.svd(matrix, full_matrices=False)
        singular = left.T @ orthogonalized(matrix) @ right.T
        # bfloat16 leaves a hundredth off the diagonal; the polynomial's values lie between 0.7 and 1.2.
        assert (singular - singular.diag().diag()).abs().max() < 0.05
        assert singular.diag().min() > 0.6 and singular.diag().max() < 1.3


def test_weak_directions_of_a_layer_learn_as_fast_as_strong_ones():
    layer = nn.Linear(8, 8, bias=False)
    before = layer.weight.detach().clone()
    layer.weight.grad = torch.linalg.qr(torch.randn(8, 8))[0] * torch.logspace(0, -2, 8)
    Muon(layer, 1e-2, decay=0).step()
    moved = (layer.weight.detach() - before).norm(dim=0)
    assert moved.max() < 2 * moved.min()


def test_only_layers_between_features_are_orthogonalized():
    module = nn.ModuleDict({
        "words": nn.Embedding(50, 8), "first": nn.Conv2d(3, 8, 3), "middle": nn.Conv2d(8, 8, 3),
        "frozen": nn.Linear(8, 8),
    })  # fmt: skip
    module["frozen"].requires_grad_(False)
    groups = {group["orthogonal"]: group["params"] for group in Muon(module, 1e-3).param_groups}
    assert [id(item) for item in groups[True]] == [id(module["middle"].weight)]
    assert sum(len(items) for items in groups.values()) == len([p for p in module.parameters() if p.requires_grad])


# The stages


def test_stages_write_a_repository_that_diffusers_loads(trained):
    pipeline = pipelines.load_text_to_image(trained / "starter", CPU)
    first, second, again = (
        generate(pipeline, ["a red ball"], seeds=[seed]) for seed in (0, 1, 0)
    )  # fmt: skip
    assert first.shape == (1, 3, 128, 128)
    assert torch.equal(first, again) and not torch.equal(first, second)


def test_a_controlnet_listens_to_its_picture(trained):
    pipeline = pipelines.load_with_control(trained / "starter", trained / "starter/controlnet-light", CPU)
    dark = generate(pipeline, ["a red ball"], torch.zeros(1, 3, 128, 128), seeds=[0])
    bright = generate(pipeline, ["a red ball"], torch.ones(1, 3, 128, 128), seeds=[0])
    assert not torch.equal(dark, bright)


def test_shipped_weights_can_be_trained_on(trained, tmp_path):
    folder = tmp_path / "on"
    (folder / "shards").parent.mkdir()
    (folder / "shards").symlink_to(trained / "shards")
    plan = starter.Plan(base=Options(4, 1e-4, samples=4))
    for stage in ("vae", "latents", "base"):
        starter.run_stage(stage, folder, CPU, plan, None, trained / "starter")
    words = ("tokenizer/vocab.json", "vae/config.json")
    assert all((folder / "starter" / name).read_text() == (trained / "starter" / name).read_text() for name in words)


def test_model_and_controlnets_learn_together(trained, tmp_path, monkeypatch):
    folder = tmp_path / "on"
    (folder / "shards").parent.mkdir()
    (folder / "shards").symlink_to(trained / "shards")
    begin = tmp_path / "begin"
    shutil.copytree(trained / "starter", begin)
    shutil.copytree(begin / "controlnet-light", begin / "controlnet-depth")
    seen = []
    monkeypatch.setattr(joint, "step_of", lambda seed: seen.append(seed) or list(joint.STEPS)[len(seen) % 5])
    plan = starter.Plan(together=Options(4, 1e-2, samples=24, warm_up=1))
    for stage in ("vae", "together"):
        starter.run_stage(stage, folder, CPU, plan, None, begin)
    for part in ("unet", "text_encoder", "controlnet-light", "controlnet-depth"):
        before, after = (item / part for item in (begin, folder / "starter"))
        assert [item.read_bytes() for item in before.glob("*.safetensors")] != [
            item.read_bytes() for item in after.glob("*.safetensors")
        ]
    pipeline = pipelines.load_with_control(folder / "starter", folder / "starter/controlnet-depth", CPU)
    assert generate(pipeline, ["a red ball"], torch.ones(1, 3, 128, 128)).shape == (1, 3, 128, 128)


def test_steps_of_each_kind_come_as_often_as_they_should():
    drawn = [joint.step_of(seed) for seed in range(0, 48 * 1000, 48)]
    for kind, share in joint.STEPS.items():
        assert abs(drawn.count(kind) / len(drawn) - share) < 0.05


def test_without_control_only_whole_objects_are_shown():
    latents = torch.arange(3.0)[:, None, None, None].expand(3, 4, 8, 8)
    tokens = torch.arange(3)[:, None, None].expand(3, 3, 5)
    every = diffusion.Lessons(latents, tokens, torch.zeros(5), None)
    scenes = [{"scene": {"subject": subject}} for subject in ({"zoom": 1.0}, {"zoom": 1.7}, {})]
    found = diffusion.of_whole_objects(every, scenes)
    assert found.latents[:, 0, 0, 0].tolist() == [0, 2] and found.tokens[:, 0, 0].tolist() == [0, 2]
    with pytest.raises(ValueError, match="whole"):
        diffusion.of_whole_objects(every, scenes[1:2])


def test_quarters_of_latents_and_control_show_the_same_part_of_the_object():
    places = torch.arange(32.0 * 32).view(1, 1, 32, 32).expand(12, 4, -1, -1)
    object_ = ((torch.arange(32) > 20)[:, None] & (torch.arange(32) > 20)[None]).float()
    clean = places * object_
    condition = clean[:, :3].repeat_interleave(4, 2).repeat_interleave(4, 3)
    none = torch.zeros(12, dtype=torch.long)
    lesson, part = joint.quarters(diffusion.Batch(none, none, clean, -clean, none), condition, seed=3)
    assert lesson.clean.shape == (12, 4, 16, 16) and part.shape == (12, 3, 64, 64)
    assert torch.equal(part[:, :, ::4, ::4], lesson.clean[:, :3]) and torch.equal(lesson.noise, -lesson.clean)
    assert (lesson.clean > 0).float().mean() > 1.3 * (clean > 0).float().mean()  # rather where the object is


def test_a_sharpened_decoder_reads_the_same_latents(trained, tmp_path, monkeypatch):
    """And whoever trains the base later does not put the old one back."""
    monkeypatch.setattr(decoder, "ALONE", 4)
    folder = tmp_path / "on"
    shutil.copytree(trained, folder)
    plan = starter.Plan(decoder=Options(4, 1e-2, samples=16, warm_up=1), base=Options(4, 1e-4, samples=20))
    starter.run_stage("decoder", folder, CPU, plan, None, None)
    before, after = (AutoencoderTiny.from_pretrained(item / "starter/vae").state_dict() for item in (trained, folder))
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed and all(name.startswith("decoder.") for name in changed)
    starter.run_stage("base", folder, CPU, plan, None, None)
    kept = AutoencoderTiny.from_pretrained(folder / "starter/vae").state_dict()
    assert all(torch.equal(kept[name], after[name]) for name in after)


def test_the_judges_gradient_is_as_long_as_it_may_be():
    made = torch.randn(2, 3, 8, 8, requires_grad=True)
    error, other = made.square().mean(), 1e4 * made.sin().sum()
    lengths = [
        torch.autograd.grad(one, made, retain_graph=True)[0].norm()
        for one in (error, decoder.matched(error, other, made))
    ]
    assert torch.isclose(lengths[1] / lengths[0], torch.tensor(decoder.STRENGTH), rtol=1e-4)


def test_the_ablation_shows_another_light(trained):
    pictures = read_shards(trained / "shards", ("latents", "controls"))
    index = torch.arange(4)
    own = control.control_pictures(pictures, control.Control.LIGHT, index)
    other = control.control_pictures(pictures, control.Control.OTHER_LIGHT, index)
    assert not torch.equal(own, other)
    assert torch.equal(other, control.control_pictures(pictures, control.Control.LIGHT, pictures.sibling(index)))


# Scores


def test_gradient_energy_falls_with_blur_and_rises_with_noise():
    generator = torch.Generator().manual_seed(0)
    sharp = torch.randint(0, 255, (4, 3, 8, 8), generator=generator).repeat_interleave(4, 2).repeat_interleave(4, 3)
    blurred = torch.nn.functional.avg_pool2d(sharp.float(), 5, 1, 2).to(torch.uint8)
    noisy = (sharp.float() + 40 * torch.randn(sharp.shape, generator=generator)).clamp(0, 255).to(torch.uint8)
    energies = [scores.gradient_energy(item.to(torch.uint8)) for item in (blurred, sharp, noisy)]
    assert energies == sorted(energies)
    assert scores.spectrum(blurred)[-1] < scores.spectrum(sharp.to(torch.uint8))[-1] < scores.spectrum(noisy)[-1]


def test_accuracy_leaves_out_what_has_no_label():
    log_probability = torch.tensor([[0.0, -9.0], [-9.0, 0.0], [0.0, -9.0]])
    assert scores.accuracy(log_probability, torch.tensor([0, 0, -1])) == 0.5


def test_the_report_scores_what_is_painted_beside_the_truth():
    class Reader(nn.Module):
        """A judge that reads the number of the material off the first pixel and sees no colours."""

        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(1))

        def forward(self, pictures):
            number = ((pictures[:, 0, 0, 0] + 1) * 127.5).round().long()
            material = functional.one_hot(number, len(classifier.MATERIALS)).float()
            return classifier.Verdict(material, torch.zeros(len(pictures), len(classifier.COLOUR_NAMES)))

    names = classifier.MATERIALS[:2]
    looks = [{"word": name, "colour": None, "pattern": "striped"} for name in (*names, *names)]
    truth = torch.zeros(4, 3, 32, 32, dtype=torch.uint8)
    truth[..., ::2] = 200
    made = truth // 2
    for pictures, numbers in ((truth, (0, 1, 0, 1)), (made, (0, 1, 0, 2))):
        pictures[:, 0, 0, 0] = torch.tensor(numbers)
    found = report.surfaces(Reader(), made, truth, [{"scene": {"look": look}} for look in looks])
    assert (found.material.generated, found.material.truth) == (0.75, 1.0)
    assert found.gradient == pytest.approx(0.25, rel=0.05) and found.confused == (
        (names[1], classifier.MATERIALS[2], 1),
    )
    assert math.isnan(found.colour.generated)  # nobody's colour can be told of a pattern


def test_correlation_of_a_flat_picture_is_none():
    picture = torch.rand(8, 8, generator=torch.Generator().manual_seed(random.Random(0).randrange(9)))
    mask = torch.ones(8, 8, dtype=torch.bool)
    assert scores.correlation(picture, 2 * picture + 1, mask) == pytest.approx(1)
    assert scores.correlation(picture, torch.ones(8, 8), mask) == 0


# The capability


def image_job(folder, **params):
    folder.mkdir()
    job = Job(folder)
    return job, lambda: run("image", params, job)


def test_a_prompt_becomes_pictures(trained, tmp_path):
    from PIL import Image

    job, paint = image_job(tmp_path / "job", prompt="a red zebra", count=2, steps=3, model=str(trained / "starter"))
    files, report = paint()
    first, second = (Image.open(job.folder / files[name]) for name in ("image-1", "image-2"))
    assert first.size == (128, 128) and first.tobytes() != second.tobytes()
    assert report["unknown_words"] == ["zebra"]


def test_painting_can_be_cancelled(trained, tmp_path):
    job, paint = image_job(tmp_path / "job", prompt="a red ball", steps=500, model=str(trained / "starter"))
    job._send = lambda message: job.cancel() if message.stage == "Painting" else None
    with pytest.raises(JobCancelled):
        paint()


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"prompt": "  "}, "no prompt"),
        ({"prompt": "a ball", "count": 0}, "cannot be made"),
        ({"prompt": "a ball", "model": "nowhere"}, "no diffusion model"),
    ],
)
def test_nonsense_gets_a_sentence(tmp_path, params, words):
    _, paint = image_job(tmp_path / "job", **params)
    with pytest.raises(JobError, match=words) as raised:
        paint()
    assert raised.value.hint
