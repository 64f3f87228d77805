# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A prompt to a solid: what the sculptor learns from, which thing a prompt is about, and what is made of it."""

import dataclasses
import functools
import json
import shutil
import time

import numpy as np
import pytest
import torch

from galatea.backend.capabilities import texture as texture_capability
from galatea.backend.capabilities.generate import FINISHED, GenerateParams, generate
from galatea.backend.capabilities.generate_seeds import GenerateSeedsParams, generate_seeds
from galatea.backend.diffusion.pipelines import STARTER
from galatea.backend.engines import cards, contract, starter
from galatea.backend.isosurface import EmptySurface
from galatea.backend.job import Job, JobCancelled, JobError
from galatea.backend.lifting import network as lifting
from galatea.backend.models import eight_bits
from galatea.backend.sculpting import kinds, network, recognise, sculpt, sight
from galatea.backend.training import lifter_data, sculptor_data, shapes
from galatea.backend.training import sculptor as training
from galatea.backend.training import starter as stages
from galatea.backend.training.loop import Options
from galatea.backend.training.materials.draw import HELD_OUT
from galatea.backend.training.scene import family, random_subject
from galatea.backend.training.shards import read_shards

CELL = 2 * network.ROOM / network.CELLS
CENTERS = (torch.arange(network.CELLS) + 0.5) * CELL - network.ROOM


def ball(radius, center=(0.0, 0.0, 0.0)):
    x, y, z = torch.meshgrid(*(CENTERS - c for c in center), indexing="ij")
    return (0.5 - ((x**2 + y**2 + z**2).sqrt() - radius) / CELL).clamp(0, 1)


@functools.cache
def held_out(name):
    """Solids that nobody has trained with."""
    return [torch.from_numpy(sculptor_data.solid(shapes.make(family(name), HELD_OUT + n))) for n in range(4)]


@pytest.fixture(scope="module")
def shipped():
    return sculpt.read(kinds.STARTER)


# What it learns from


def test_solids_have_their_volume_and_their_place():
    shape = shapes.make(family("pumpkin"), 3)
    a, b, c = (shape.vertices[shape.triangles[shape.parts == 0]].astype(float)).swapaxes(0, 1)
    volume = np.einsum("ij,ij->i", np.cross(a, b), c).sum() / 6
    made = sculptor_data.solid(dataclasses.replace(shape, triangles=shape.triangles[shape.parts == 0]))
    assert made.sum() * CELL**3 == pytest.approx(volume, rel=0.01)
    vertices = shapes.make(family("horse"), 3).vertices
    solid = sculptor_data.solid(shapes.make(family("horse"), 3))
    for axis in range(3):
        filled = np.flatnonzero(solid.max(axis=tuple({0, 1, 2} - {axis})) > 0.5)
        low, high = float(CENTERS[filled[0]]), float(CENTERS[filled[-1]])
        assert abs(low - vertices[:, axis].min()) < 2 * CELL and abs(high - vertices[:, axis].max()) < 2 * CELL


def test_vessels_are_hollow():
    bowl = sculptor_data.solid(shapes.make(family("goblet"), 3))
    middle = bowl[31:33, 31:33].mean(axis=(0, 1))
    assert middle[-8:].max() < 0.1 and middle[:8].max() > 0.5


# The networks


def test_places_and_channels_change_sides_in_order():
    x = torch.arange(2 * 8 * 3 * 3 * 3).float().reshape(1, 16, 3, 3, 3)
    y = network.Shuffle(2)(x)
    assert y.shape == (1, 2, 6, 6, 6)
    assert y[0, 1, 2 * 1 + 1, 2 * 2 + 0, 2 * 0 + 1] == x[0, 8 + 4 * 1 + 2 * 0 + 1, 1, 2, 0]


def test_a_byte_for_each_weight_is_near_enough():
    state = {"a.weight": torch.randn(5, 7, 3), "a.bias": torch.randn(5)}
    state["a.weight"][2] *= 100
    back = eight_bits.unpacked(eight_bits.packed(state))
    step = state["a.weight"].flatten(1).abs().amax(dim=1) / 127
    assert ((back["a.weight"] - state["a.weight"]).abs().flatten(1).amax(dim=1) <= 0.51 * step).all()
    assert back["a.bias"].dtype == torch.float32 and torch.allclose(back["a.bias"], state["a.bias"], atol=2e-3)


def test_both_parts_learn_and_come_back_from_their_files(tmp_path, monkeypatch):
    monkeypatch.setattr(shapes, "FAMILIES", tuple(family(name) for name in ("ball", "table")))
    monkeypatch.setattr(lifter_data, "OBJECTS", 2)
    make = {"forms": sculptor_data.produce_forms, "solids": lifter_data.produce_solids}
    monkeypatch.setattr(stages, "render_shards", lambda kind, folder, *_: make[kind](folder / kind, 2))
    shutil.copytree(STARTER / "lifter", tmp_path / "starter/lifter")
    few = Options(batch=2, rate=2e-3, samples=40, warm_up=2, average=0.5, save_every=1e9)
    plan = stages.Plan(forms=2, form_vae=few, recogniser=few, sculptor=few)
    for stage in ("forms", "form-vae", "solids", "sculptor"):
        stages.run_stage(stage, tmp_path, torch.device("cpu"), plan, None, None)
    forms = training.read_forms(tmp_path / "forms")
    assert forms.shape == (2, 2, *(network.CELLS,) * 3)
    parts = training.read_autoencoder(tmp_path / "form-vae/average", torch.device("cpu"))
    fresh = torch.nn.ModuleDict({"encoder": network.Encoder(), "decoder": network.Decoder()})
    solid = forms[:, 0].float() / 255

    def loss(modules):
        with torch.no_grad():
            return float(training.solid_loss(modules["decoder"](modules["encoder"](solid)[0]), solid))

    assert loss(parts) < loss(fresh) - 0.01
    made = sculpt.read(tmp_path / "starter/sculptor")
    assert json.loads((tmp_path / "starter/sculptor" / kinds.FILE).read_text())[1][0] == "table"
    assert made.denoiser.kinds == 2 and made.spread > 0
    assert sculpt.solids(made, [1], [0], steps=2).shape == (1, *(network.CELLS,) * 3)
    seen = torch.randn(1, sight.SIDE**2, sight.CHANNELS)
    assert sculpt.solids(made, [None], [0], steps=2, seen=seen).shape == (1, *(network.CELLS,) * 3)
    assert recognise.likely(recognise.read(tmp_path / "starter/sculptor"), seen).shape == (2,)


def test_the_recogniser_learns_and_comes_back_from_its_file(tmp_path):
    """Pictures whose kind one channel tells."""
    torch.manual_seed(0)
    kinds_of = torch.arange(64) % 3
    seen = torch.randn(64, 2, sight.SIDE**2, sight.CHANNELS)
    seen[..., 7] += 6.0 * kinds_of[:, None, None]
    sights = training.Sights(seen.half(), torch.arange(64), torch.zeros(64), kinds_of)
    options = Options(batch=16, rate=3e-3, samples=960, warm_up=2, average=0.9, save_every=1e9)
    made = training.train_recogniser(sights, tmp_path, options, torch.device("cpu"), lambda *_: None)["recogniser"]
    with torch.no_grad():
        assert (made(seen[:, 0]).argmax(1) == kinds_of).float().mean() > 0.9
        (tmp_path / kinds.FILE).write_text(json.dumps([[name[0]] for name in kinds.kinds()]))
        recognise.save(made, tmp_path)
        again = recognise.read(tmp_path)
        assert (again(seen[:, 0]) - made(seen[:, 0])).abs().max() < 0.2


def test_pictures_are_seen_with_their_objects(tmp_path, monkeypatch):
    monkeypatch.setattr(lifter_data, "OBJECTS", 2)
    monkeypatch.setattr(shapes, "FAMILIES", tuple(family(name) for name in ("ball", "mug")))
    lifter_data.produce_solids(tmp_path, 1)
    torch.manual_seed(0)
    encoder, lifter = network.Encoder(), lifting.read(STARTER / "lifter")
    found = training.sights_of(read_shards(tmp_path, ("pictures",)), lifter, encoder, torch.device("cpu"))
    pictures = 2 * lifter_data.VIEWS
    assert found.seen.shape == (pictures, 2, sight.SIDE**2, sight.CHANNELS)
    assert found.objects.tolist() == [0] * lifter_data.VIEWS + [1] * lifter_data.VIEWS
    subject = random_subject(0)
    solid = torch.from_numpy(sculptor_data.solid(shapes.make(family(subject.family), subject.shape_seed)))
    wanted = encoder(torch.stack((solid, solid.flip(0))))[0]
    assert torch.allclose(found.latents[0], wanted, atol=1e-4) and not torch.allclose(*wanted)
    assert shapes.FAMILIES[int(found.kinds[0])].name == subject.family


# What is made of it


def test_a_known_solid_becomes_its_surface():
    vertices, triangles = sculpt.surface(ball(0.5, (0.1, -0.2, 0.3)))
    radius = (vertices - torch.tensor((0.1, -0.2, 0.3))).norm(dim=1)
    # The surface is where LEVEL of a cell is inside, a tenth of a cell outside of its middle.
    assert radius.mean() == pytest.approx(0.5, abs=0.5 * CELL) and radius.std() < 0.15 * CELL
    a, b, c = vertices[triangles].unbind(1)
    volume = (torch.linalg.cross(b - a, c - a) * a).sum() / 6
    assert volume > 0, "triangles are counter-clockwise seen from outside"
    edges = torch.cat([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]).sort(dim=1).values
    assert (edges.unique(dim=0, return_counts=True)[1] == 2).all()
    with pytest.raises(EmptySurface):
        sculpt.surface(torch.zeros((network.CELLS,) * 3))


def test_what_fills_the_box_is_closed():
    _, triangles = sculpt.surface(torch.ones((network.CELLS,) * 3))
    edges = torch.cat([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]).sort(dim=1).values
    assert (edges.unique(dim=0, return_counts=True)[1] == 2).all()


def test_kind_and_seed_decide(shipped):
    chair, table = (kinds.named(word) for word in ("chair", "table"))
    one = sculpt.solids(shipped, [chair] * 2, [1, 2], steps=8)
    again = sculpt.solids(shipped, [chair], [2], steps=8)
    other = sculpt.solids(shipped, [table], [2], steps=8)
    assert torch.allclose(one[1:], again, atol=1e-3), "a seed gives the same, whatever comes with it"

    def apart(a, b):
        return float(torch.minimum(a, b).sum() / torch.maximum(a, b).sum())

    assert apart(one[0], one[1]) < 0.9 and apart(one[1], other[0]) < 0.6


def test_of_several_tries_the_one_in_one_piece_is_taken(monkeypatch):
    whole, broken = ball(0.6), ball(0.4, (0.5, 0.0, 0.0)) + ball(0.4, (-0.5, 0.0, 0.0))
    assert sculpt.in_one_piece(whole) == 1.0 and sculpt.in_one_piece(broken) == pytest.approx(0.5, abs=0.01)
    asked = []

    def solids(sculptor, kind, seeds, steps, report):
        asked.append(seeds)
        return torch.stack([broken, broken, whole])[: len(seeds)]

    monkeypatch.setattr(sculpt, "solids", solids)
    made = starter.make(contract.Order(None, "a ball", 5, tries=3), lambda *said: None)
    assert asked == [[5, 6, 7]] and "seed 7" in made.notes[0] and abs(np.ptp(made.vertices[:, 0]) - 1.2) < 0.1
    made = starter.make(contract.Order(None, "a ball", 5), lambda *said: None)
    assert asked[1] == [5] and not made.notes and np.ptp(made.vertices[:, 0]) > 1.5


@pytest.mark.parametrize("prompt", ["a red wooden chair", "a wooden table", "a brown horse", "a clay teapot", "a car"])
def test_shipped_weights_make_what_they_are_asked_for(shipped, prompt):
    kind = kinds.named(prompt)
    made = sculpt.solids(shipped, [kind], [5])[0]

    def near(name):
        return max(float(torch.minimum(made, one).sum() / torch.maximum(made, one).sum()) for one in held_out(name))

    own = near(kinds.kinds()[kind][0])
    others = [near(name) for name in ("sword", "pumpkin", "castle", "bicycle", "giraffe", "bottle")]
    assert own > max(others)


# Which thing a prompt is about


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("a red wooden chair", "chair"),
        ("Chairs", "chair"),
        ("a golden chalice with a red gem", "goblet"),
        ("an old teddy bear", "teddy bear"),
        ("a stone horse statue", "statue"),
        ("a statue of a horse", "statue"),
        ("a photo of a cup on a table", "mug"),
        ("knives", "knife"),
        ("a white box", "box"),
        ("a house, seen from the front", "house"),
        ("a man riding a horse", "horse"),
        ("a lamp shaped like a mushroom", "lamp"),
        ("a wolf", "dog"),
        ("a low poly dog model", "dog"),
        ("chair 3d model", "chair"),
        ("a chair without arms", "chair"),
        ("a chair covered in moss", "chair"),
        ("a horse eating grass", "horse"),
        ("a wolf chasing a rabbit", "dog"),
        ("the chair is red", "chair"),
        ("a horse (realistic)", "horse"),
        ("a horse - brown", "horse"),
        ("a black and white cat", "cat"),
        ("a small standing\nlamp", "lamp"),
        ("a built-in wardrobe", "wardrobe"),
        ("on a table, a vase", "vase"),
        ("not a chair, a table", "table"),
        ("A RED CHAIR!", "chair"),
        ("mice", "mouse"),
        ("not a horse", None),
        ("a knight with a sword", None),
        ("a dragon, on a rock", None),
        ("ein rotes Pferd", None),
        ("一匹の馬", None),
        ("a bike", "bicycle"),
        ("two zebras", "horse"),
        ("a car tire", None),
        ("an apple pie", None),
        ("a zeppelin over a lake", None),
        ("", None),
    ],
)
def test_the_thing_that_a_prompt_is_about(prompt, name):
    found = kinds.named(prompt)
    assert (None if found is None else kinds.kinds()[found][0]) == name


def test_only_an_engine_that_reads_prompts_and_pictures_is_asked_to_choose():
    starter, shap_e, triposr = (cards.engine(id) for id in ("starter", "shap-e", "triposr"))
    assert kinds.chosen(starter, "a chair", "") and not kinds.chosen(starter, "a zeppelin", "")
    assert not kinds.chosen(starter, "a chair", "/models/sd15"), "the artist has chosen a painter"
    assert not kinds.chosen(shap_e, "a chair", "") and not kinds.chosen(triposr, "a chair", "")


def test_the_shipped_names_are_those_of_training(tmp_path):
    training.write_kinds(tmp_path)
    assert (tmp_path / kinds.FILE).read_text() == (kinds.STARTER / kinds.FILE).read_text()
    usual = {names[0] for names in kinds.kinds()}
    others = [name for names in kinds.kinds() for name in names[1:] if name not in usual]
    assert len(set(others)) == len(others), "a name of two kinds would mean the later one"
    assert max(len(name.split()) for names in kinds.kinds() for name in names) == kinds.LONGEST


def test_a_long_prompt_keeps_the_panel_waiting_no_longer():
    begin = time.process_time()
    assert kinds.named("dog " * 20_000) == kinds.named("dog") and kinds.named("a" * 100_000) is None
    assert time.process_time() - begin < 2.0


@pytest.mark.parametrize("rest", [b"", b"half a file", (kinds.STARTER / recognise.FILE).read_bytes()])
def test_missing_broken_and_wrong_weights_get_a_sentence(tmp_path, monkeypatch, rest):
    shutil.copy(kinds.STARTER / kinds.FILE, tmp_path)
    if rest:
        (tmp_path / sculpt.FILE).write_bytes(rest)
    monkeypatch.setattr(kinds, "STARTER", tmp_path)
    with pytest.raises(JobError, match="missing or broken") as error:
        starter.make(contract.Order(None, "a chair"), lambda *said: None)
    assert "Install the extension again" in error.value.hint


def test_weights_without_their_spread_are_broken(tmp_path):
    shutil.copy(kinds.STARTER / kinds.FILE, tmp_path)
    eight_bits.save({"decoder.first": torch.zeros(1)}, tmp_path / sculpt.FILE)
    with pytest.raises(OSError, match="spread"):
        sculpt.read(tmp_path)


@pytest.mark.parametrize("text", ["", '[["chair"], ["ta'])
def test_without_the_file_or_with_half_of_it_nothing_is_known(tmp_path, text):
    if text:
        (tmp_path / kinds.FILE).write_text(text)
    assert kinds.kinds(tmp_path) == () and kinds.named("a chair", tmp_path) is None


# From end to end


def fresh(folder):
    folder.mkdir()
    return Job(folder)


def test_a_sentence_becomes_a_painted_mesh(tmp_path, monkeypatch):
    asked = []

    def paint(params, job):
        asked.append((params, np.load(job.inputs / "mesh.npz")["triangles"].shape))
        return {"0/base_color.1001": "out/0/base_color.1001.png", "0/normal.1001": "x", "preview": "y"}, {
            "unknown_words": ["chippendale"]
        }

    monkeypatch.setattr(texture_capability, "texture", paint)
    params = GenerateParams(prompt="a red chippendale chair", seed=3, faces=2000, resolution=256, steps=10)
    files, report = generate(params, fresh(tmp_path / "job"))
    (painting, shape), *rest = asked
    assert not rest and painting.prompt == params.prompt and painting.preset == "draft" and shape[0] == report["faces"]
    assert files["0/base_color.1001"] == "texture/out/0/base_color.1001.png" and "preview" not in files
    assert files["0/normal.1001"].startswith("finish/") and report["unknown_words"] == ["chippendale"]
    assert report["faces"] <= 2000 and report["manifold"] and "picture" not in files
    with np.load(tmp_path / "job" / files["mesh"]) as data:
        vertices = data["vertices"]
    assert np.ptp(vertices[:, 2]) == pytest.approx(1.0, abs=1e-6) and vertices[:, 2].min() == pytest.approx(0, abs=1e-6)
    assert vertices[vertices[:, 2] > 0.8, 1].mean() > 0, "the back of a chair that looks towards -Y"
    asked.clear()
    params = GenerateParams(prompt="a chair", textured=False, resolution=256, steps=4)
    files, _ = generate(params, fresh(tmp_path / "clay"))
    assert not asked and files["0/base_color.1001"].startswith("finish/")


def test_seeds_show_sculptures(tmp_path):
    params = GenerateSeedsParams("a wooden table", seed=4, count=2)
    job = Job(tmp_path)
    files, report = generate_seeds(params, job)
    shown = [np.load(tmp_path / files[f"seed/{seed}"]) for seed in (4, 5)]
    assert all(cell.dtype == np.uint8 and cell.std() > 10 for cell in shown) and not report["unknown_words"]
    assert (shown[0] != shown[1]).mean() > 0.02


def test_the_shape_that_a_seed_shows_is_the_one_that_is_made(tmp_path, monkeypatch):
    asked = []

    def make(order, report):
        asked.append(order)
        raise EmptySurface

    monkeypatch.setattr(starter, "make", make)
    files, _ = generate_seeds(GenerateSeedsParams("a chair", seed=4, count=2, steps=7), Job(tmp_path))
    with pytest.raises(JobError, match="found no surface"):
        generate(GenerateParams(prompt="a chair", seed=5, tries=1, steps=7), fresh(tmp_path / "job"))
    assert dataclasses.replace(asked[2], server="") == asked[1] and [order.seed for order in asked] == [4, 5, 5]
    assert all(np.ptp(np.load(tmp_path / path)) == 0 for path in files.values()), "no shape, no picture"


@pytest.mark.parametrize("wrong", [{"count": 0}, {"count": 1000}, {"steps": -1}])
def test_seeds_out_of_range_get_a_sentence(tmp_path, wrong):
    with pytest.raises(JobError, match="make no sense"):
        generate_seeds(GenerateSeedsParams("a chair", **wrong), Job(tmp_path))


def test_a_shape_that_cannot_be_painted_is_kept_like_clay(tmp_path, monkeypatch):
    def paint(params, job):
        raise JobError("out_of_memory", "There is not enough memory for this job.", "Close other programs.")

    monkeypatch.setattr(texture_capability, "texture", paint)
    params = GenerateParams(prompt="a chair", faces=500, resolution=256, steps=2, tries=1, detail=32)
    files, report = generate(params, fresh(tmp_path / "job"))
    assert files["0/base_color.1001"].startswith("finish/") and "stays like clay" in report["notes"][0]
    assert "not enough memory" in report["notes"][0]


def test_a_cancel_stops_it_and_what_is_done_is_not_done_again(tmp_path, monkeypatch):
    said: list[tuple[str, float]] = []

    def run_until(stage):
        job = Job(tmp_path)

        def send(message):
            said.append((message.stage, message.fraction))
            if message.stage == stage:
                job.cancel()

        job._send = send
        return generate(GenerateParams(prompt="a chair", faces=500, resolution=256, steps=2, tries=2, detail=32), job)

    def paint(params, job):
        job.progress("Painting", 0.5)
        job.progress("Painted", 0.6)
        return {}, {"unknown_words": []}

    monkeypatch.setattr(texture_capability, "texture", paint)
    for stage in ("Reading the model", "Sculpting", "Painting"):
        said.clear()
        with pytest.raises(JobCancelled):
            run_until(stage)
        assert said[-1][0] == stage
    fractions = [fraction for _, fraction in said]
    assert fractions == sorted(fractions) and fractions[-1] > FINISHED
    said.clear()
    files, _ = run_until("")
    assert "Sculpting" not in dict(said) and said[-1] == ("Done", 1.0) and (tmp_path / files["mesh"]).is_file()


def test_weights_are_beside_the_others():
    assert kinds.STARTER == STARTER / "sculptor" and (kinds.STARTER / sculpt.FILE).stat().st_size < 4e6
