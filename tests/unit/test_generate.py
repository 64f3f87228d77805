# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a picture to a finished mesh, with an engine made up for the test; and the cards of the real ones."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from galatea.backend import protocol
from galatea.backend.capabilities import run as capability
from galatea.backend.capabilities.generate import GenerateParams, generate
from galatea.backend.engines import available, cards, files, run, turning
from galatea.backend.engines.contract import SIZE, Dense, Order, turned
from galatea.backend.isosurface import EmptySurface
from galatea.backend.job import Job, JobCancelled, JobError
from galatea.backend.models import registry
from galatea.backend.pictures import painted

MADE_UP = dataclasses.replace(cards.engine("triposr"), model="", apart=False)
DOCUMENT = (Path(__file__).parents[2] / "docs/generating.md").read_text(encoding="utf-8")
QUICK = {"faces": 300, "resolution": 256}


def block(order: Order, report) -> Dense:
    """A box as wide and high as the subject, a quarter as deep, red to the right; larger with the seed."""
    report("Thinking", 0.5)
    solid = order.picture[..., 3] > 0.5
    width, height = solid.any(axis=0).sum() / SIZE, solid.any(axis=1).sum() / SIZE
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    triangles = np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))])
    vertices = corners * (width, 0.25 * width, height) * (1 + order.seed)
    colours = np.where(corners[:, :1] > 0, (0.8, 0.1, 0.1), (0.1, 0.1, 0.8)).astype(np.float32)
    return Dense(vertices, triangles, colours, ("Made of cardboard.",))


@pytest.fixture
def engine(monkeypatch):
    """TripoSR's card without its needs, and the block for its function. Give it another function with .make."""

    class Engine:
        make = staticmethod(block)
        asked: list[Order] = []

    def make(order, report):
        Engine.asked.append(order)
        return Engine.make(order, report)

    Engine.asked = []
    monkeypatch.setattr(cards, "ENGINES", (MADE_UP,))
    monkeypatch.setattr(run, "make_of", lambda id: make)
    return Engine


@pytest.fixture
def picture(tmp_path):
    pixels = np.zeros((200, 160, 4), np.uint8)
    pixels[20:180, 40:120] = (200, 60, 40, 255)
    pixels[60:80, 40:120, :3] = 255
    Image.fromarray(pixels).save(tmp_path / "flag.png")
    return str(tmp_path / "flag.png")


def made(tmp_path, name="job", **params):
    job = Job(tmp_path / name)
    job.folder.mkdir(exist_ok=True)
    return job, *generate(GenerateParams(**{"engine": MADE_UP.id, **QUICK, **params}), job)


def test_what_ships_makes_a_ball_of_the_picture_of_a_ball(tmp_path):
    """The starter's engine with its real weights, from the picture to the finished mesh."""
    y, x = np.mgrid[:200, :200] / 100 - 1
    depth = np.sqrt(np.clip(0.64 - x**2 - y**2, 0, None))
    shade = 0.25 + 0.75 * np.clip((depth + 0.4 * x - 0.6 * y) / 1.1, 0, 1)
    pixels = np.zeros((200, 200, 4), np.uint8)
    pixels[..., :3] = shade[..., None] * (220, 70, 50)
    pixels[..., 3] = 255 * (x**2 + y**2 < 0.64)
    Image.fromarray(pixels).save(tmp_path / "ball.png")
    job, out, report = made(tmp_path, image=str(tmp_path / "ball.png"), engine="starter", faces=2000)
    with np.load(job.folder / out["mesh"]) as data:
        size = np.ptp(data["vertices"], axis=0)
    assert report["manifold"] and report["tried"] and report["license"]["weights"] == "CC0-1.0"
    assert size[2] == pytest.approx(1.0) and size[0] == pytest.approx(1.0, abs=0.12)
    assert 0.5 < size[1] < 1.5, "neither a sheet nor a rod"
    base = np.asarray(Image.open(job.folder / out["0/base_color.1001"]).convert("RGB")).reshape(-1, 3)
    red, green, blue = np.median(base, axis=0)
    assert red > 1.5 * max(green, blue)


def test_a_picture_becomes_a_finished_mesh_that_stands_on_the_ground(engine, picture, tmp_path):
    job, out, report = made(tmp_path, image=picture, height=1.6)
    with np.load(job.folder / out["mesh"]) as data:
        vertices, triangles, uv = data["vertices"], data["triangles"], data["corner_uv"]
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    assert low[2] == pytest.approx(0, abs=1e-6) and high[2] == pytest.approx(1.6)
    assert high[0] - low[0] == pytest.approx(0.8, abs=0.01), "as wide as in the picture"
    assert report["manifold"] and report["uv_overlap"] == 0 and len(triangles) == report["faces"] <= 300
    assert uv.shape == (len(triangles), 3, 2)
    base = np.asarray(Image.open(job.folder / out["0/base_color.1001"]).convert("RGB")) / 255
    for corner, place in zip(vertices[triangles].mean(axis=1), uv.mean(axis=1)):
        if abs(corner[0]) > 0.2:
            seen = base[int((1 - place[1]) * 256), int(place[0] * 256)]
            assert (seen[0] > seen[2]) == (corner[0] > 0), "colours are where the engine put them"
    assert report["engine"] == "triposr" and report["tried"] is False and report["license"]["commercial"] is True
    assert "Made of cardboard." in report["notes"] and report["picture"] == {"mask": "alpha", "pixels": 160}
    json.dumps(report)


def test_the_engine_gets_the_subject_cut_out_and_the_settings(engine, picture, tmp_path):
    job, out, _ = made(tmp_path, image=picture, prompt="a flag", seed=3, detail=64, steps=7)
    (order,) = engine.asked
    assert order.picture.shape == (SIZE, SIZE, 4) and order.picture.dtype == np.float32
    assert (order.prompt, order.seed, order.detail, order.steps) == ("a flag", 3, 64, 7)
    cut_out = np.asarray(Image.open(job.folder / out["picture"]))
    assert np.abs(cut_out / 255 - order.picture).max() < 0.003
    mask = np.asarray(Image.open(job.folder / out["mask"]))
    assert mask.shape == (200, 160) and mask[100, 80] == 255 and mask[5, 5] == 0


def test_the_mask_that_it_wrote_can_be_painted_in_and_given_back(engine, picture, tmp_path):
    job, out, report = made(tmp_path, image=picture)
    again = made(tmp_path, "again", image=picture, mask=str(job.folder / out["mask"]))
    assert again[2]["picture"]["mask"] == "mask" and again[2]["dense_size"] == report["dense_size"]
    painted = np.array(Image.open(job.folder / out["mask"]))
    painted[100:] = 0
    Image.fromarray(painted).save(tmp_path / "upper.png")
    _, _, upper = made(tmp_path, "upper", image=picture, mask=str(tmp_path / "upper.png"))
    (width, _, height), (half_width, _, half_height) = report["dense_size"], upper["dense_size"]
    assert height / width == pytest.approx(2, rel=0.02) and half_height / half_width == pytest.approx(1, rel=0.02)


def test_one_recipe_gives_one_mesh_and_another_seed_another(engine, picture, tmp_path):
    meshes = []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        job, out, report = made(tmp_path, name, image=picture, seed=seed)
        meshes.append((Path(job.folder / out["mesh"]).read_bytes(), report["dense_size"]))
    assert meshes[0] == meshes[1] and meshes[2][1] != meshes[0][1]


def test_progress_only_grows_and_shows_the_subject(engine, picture, tmp_path):
    told: list[protocol.Progress] = []
    job = Job(tmp_path / "job", told.append)
    job.folder.mkdir()
    generate(GenerateParams(image=picture, engine=MADE_UP.id, **QUICK), job)
    fractions = [message.fraction for message in told if isinstance(message, protocol.Progress)]
    assert fractions == sorted(fractions) and fractions[-1] == 1.0
    stages = [message.stage for message in told if isinstance(message, protocol.Progress)]
    assert {"Finding the subject", "Thinking", "Unwrapping"} <= set(stages)
    previews = [message.preview for message in told if isinstance(message, protocol.Progress) and message.preview]
    subject, first = (np.load(job.folder / preview) for preview in (previews[0], "out/turn-0.npy"))
    assert previews[0] == "out/subject.npy" and subject.dtype == first.dtype == np.uint8
    assert previews[1].startswith("out/turn-") and all((job.folder / preview).is_file() for preview in previews)


def test_a_cancel_while_the_engine_computes_stops_it_and_what_is_done_stays(engine, picture, tmp_path):
    job = Job(tmp_path / "job")
    job.folder.mkdir()

    def slow(order, report):
        job.cancel()
        report("Thinking", 0.5)
        raise AssertionError("went on")

    engine.make = slow
    with pytest.raises(JobCancelled):
        generate(GenerateParams(image=picture, engine=MADE_UP.id, **QUICK), job)
    engine.make = block
    generate(GenerateParams(image=picture, engine=MADE_UP.id, **QUICK), Job(job.folder))
    assert len(engine.asked) == 2
    generate(GenerateParams(image=picture, engine=MADE_UP.id, **QUICK), Job(job.folder))
    assert len(engine.asked) == 2, "the dense mesh was there already"


def test_a_prompt_is_painted_first(engine, tmp_path, monkeypatch):
    from galatea.backend.capabilities import image

    def paint(params, job):
        job.outputs.mkdir(exist_ok=True)
        pixels = np.full((128, 128, 3), 240, np.uint8)
        pixels[30:100, 40:90] = (200, 60, 40)
        pixels[50:60, 40:90] = (40, 60, 40)
        if "nothing" in params.prompt:
            pixels[:] = 7
        for number in range(params.count):
            Image.fromarray(pixels).save(job.outputs / f"image-{number + 1}.png")
        return {}, {"unknown_words": ["zeppelin"]}

    monkeypatch.setattr(image, "image", paint)
    job, out, report = made(tmp_path, prompt="a red zeppelin")
    assert report["unknown_words"] == ["zeppelin"] and (job.folder / out["painted"]).is_file()
    assert report["dense_size"][2] > report["dense_size"][0]
    with pytest.raises(JobError, match=r"painted for the prompt is of no use: image-1\.png is blank") as error:
        made(tmp_path, "nothing", prompt="nothing")
    assert "seed" in error.value.hint


def blob(draw=(200, 60, 40)):
    pixels = np.full((128, 128, 3), 240, np.uint8)
    pixels[30:100, 40:90] = draw
    return pixels


def test_of_several_paintings_the_surest_goes_on_and_useless_ones_are_passed_over(engine, tmp_path, monkeypatch):
    from galatea.backend.capabilities import image
    from galatea.backend.lifting import choose

    asked = []

    def paint(params, job):
        asked.append(params)
        job.outputs.mkdir(exist_ok=True)
        pixels = [np.full((128, 128, 3), 7, np.uint8), blob(), blob((30, 60, 200)), blob((30, 160, 40))]
        for number in range(params.count):
            Image.fromarray(pixels[number]).save(job.outputs / f"image-{number + 1}.png")
        return {}, {"unknown_words": []}

    monkeypatch.setattr(image, "image", paint)
    monkeypatch.setattr(choose, "sureness", lambda lifter, picture: float(picture[256, 256, 2]))
    _, out, report = made(tmp_path, prompt="a red box", seed=5)
    assert asked[0].count == 4 and asked[0].seed == 5
    assert report["painted_seed"] == 7 and out["painted"].endswith("image-3.png"), "the blue one"
    _, out, report = made(tmp_path, "two", prompt="a red box", seed=7, tries=2)
    assert asked[1].count == 2 and report["painted_seed"] == 8, "the first is blank"
    made(tmp_path, "own", prompt="a red box on a green background, front view", tries=2)
    assert "white background" in asked[0].prompt and "side view" in asked[0].prompt
    assert asked[2].prompt == "a red box on a green background, front view"
    assert "blue background" in painted.wording("a white vase", "") and painted.wording("a cup", "sd15") == "a cup"


def test_a_painting_loses_its_rim_of_background_and_keeps_pale_parts_inside(tmp_path):
    pixels = np.full((128, 128, 3), 250, np.uint8)
    pixels[40:90, 30:100] = (190, 40, 30)
    pixels[60:66, 45:85] = 255  # a stripe
    ragged = pixels.copy()
    ragged[36:40, 30:100:2] = ragged[90:94, 31:100:3] = (232, 215, 213)
    noise = np.random.default_rng(0).normal(0, 3, pixels.shape)
    Image.fromarray((ragged + noise).clip(0, 255).astype(np.uint8)).save(tmp_path / "box.png")
    solid = painted.cut_out(tmp_path / "box.png").mask > 0.5
    wanted = np.zeros((128, 128), bool)
    wanted[40:90, 30:100] = True
    assert (solid & wanted).sum() / (solid | wanted).sum() > 0.97
    assert solid[63, 60], "the stripe is the subject's"


def test_what_falls_into_pieces_is_less_clear():
    mask = np.zeros((64, 64), np.float32)
    mask[10:50, 10:20] = 1.0
    assert painted.largest_part(mask) == 1.0
    mask[10:50, 40:50] = 1.0
    assert painted.largest_part(mask) == 0.5 and painted.largest_part(0.0 * mask) == 0.0


def test_pictures_of_seeds_are_shown_with_a_quick_shape(tmp_path, monkeypatch):
    from galatea.backend.capabilities import image

    def paint(params, job):
        job.outputs.mkdir(exist_ok=True)
        for number, pixels in enumerate((blob(), np.full((128, 128, 3), 7, np.uint8)), start=1):
            Image.fromarray(pixels).save(job.outputs / f"image-{number}.png")
        return {}, {"unknown_words": ["zeppelin"]}

    monkeypatch.setattr(image, "image", paint)
    files, report = capability("generate_seeds", {"prompt": "a zeppelin", "seed": 3, "count": 2}, Job(tmp_path))
    assert report["unknown_words"] == ["zeppelin"] and list(files) == ["seed/3", "seed/4"]
    first, second = (np.load(tmp_path / path).astype(int) for path in files.values())
    corner, shape = slice(-64, None), slice(0, 128)
    assert first.shape == (192, 192, 3)
    assert abs(first[corner, :64].mean(axis=(0, 1)) - blob().mean(axis=(0, 1))).max() < 3, "what was painted"
    assert np.ptp(first[shape], axis=(0, 1)).max() > 40, "a shape"
    assert np.ptp(second[shape]) == 0 and (second[corner, :64] == 7).all(), "none of a blank picture"


def ball(colour):
    """A ball whose color is a function of its points (V, 3)."""
    trimesh = pytest.importorskip("trimesh")
    mesh = trimesh.creation.icosphere(4)
    vertices = np.asarray(mesh.vertices)
    return Dense(vertices, np.asarray(mesh.faces, np.int64), np.asarray(colour(vertices), np.float32))


def face(points, forwards):
    """Dark eyes and a crooked mouth."""
    spots = ((-0.4, 0.3), (0.4, 0.3), (0.2, -0.35))
    near = [np.linalg.norm(points - (x, -0.85 * forwards, z), axis=1) < 0.35 for x, z in spots]
    return np.where(np.any(near, axis=0)[:, None], 0.1, 0.8) * np.ones(3)


def test_two_faces_are_told_and_one_is_not():
    assert turning.two_fronts(ball(lambda points: np.minimum(face(points, 1), face(points, -1))))
    assert not turning.two_fronts(ball(lambda points: face(points, 1)))
    assert not turning.two_fronts(ball(lambda points: np.full_like(points, 0.5)))


def test_the_turning_preview_turns_the_right_way():
    frames = turning.turn(ball(lambda points: np.where(points[:, :1] > 0, (0.9, 0.1, 0.1), (0.1, 0.1, 0.9))))
    front, side = frames[0].astype(int), frames[len(frames) // 4].astype(int)
    assert front[80, 110, 0] > front[80, 110, 2] and front[80, 50, 0] < front[80, 50, 2], "+X is to the right"
    assert side[80, 80, 0] > side[80, 80, 2], "then it comes to the viewer"


@pytest.mark.parametrize(
    ("params", "code", "words"),
    [
        ({}, "bad_input", "neither a picture nor a prompt"),
        ({"image": "x.png", "engine": "marble"}, "bad_input", 'no engine "marble"'),
        ({"image": "x.png", "height": 0.0}, "bad_input", "out of range"),
        ({"image": "x.png", "faces": 3}, "bad_input", "out of range"),
        ({"image": "nowhere.png"}, "bad_input", r"no picture .*nowhere\.png"),
    ],
)
def test_bad_input_gets_a_sentence(engine, tmp_path, params, code, words):
    with pytest.raises(JobError, match=words) as error:
        capability("generate", {"engine": MADE_UP.id, **params}, Job(tmp_path))
    assert error.value.code == code and error.value.hint


def test_a_field_without_a_surface_and_nonsense_get_a_sentence(engine, picture, tmp_path):
    def empty(order, report):
        raise EmptySurface

    def hole(order, report):
        return Dense(np.zeros((0, 3)), np.zeros((0, 3), np.int64), np.zeros((0, 3), np.float32))

    def nonsense(order, report):
        dense = block(order, report)
        return dataclasses.replace(dense, vertices=dense.vertices * np.nan)

    for function, code in ((empty, "empty_surface"), (hole, "empty_surface"), (nonsense, "failed")):
        engine.make = function
        with pytest.raises(JobError) as error:
            made(tmp_path, function.__name__, image=picture)
        assert error.value.code == code and "TripoSR" in error.value.message


# Availability and cards


def test_an_engine_without_weights_says_how_to_get_them(picture, tmp_path):
    with pytest.raises(JobError, match="TripoSR needs a model of 1677 MB") as error:
        made(tmp_path, image=picture, engine="triposr")
    assert error.value.code == "no_engine" and "galatea models download triposr" in error.value.hint
    with pytest.raises(JobError, match="reads no pictures"):
        made(tmp_path, image=picture, engine="shap-e")


def test_a_model_put_there_by_hand_counts_in_any_format(tmp_path):
    card = cards.engine("triposr")
    assert available.obstacle(card, tmp_path, "")
    (tmp_path / "model.safetensors").touch()
    assert not available.obstacle(card, tmp_path, "")


def test_the_switch_hides_what_may_not_be_sold():
    safe = {card.id for card in cards.shown(True)}
    assert safe < {card.id for card in cards.shown(False)} and "triposr" in safe and "trellis2" not in safe
    assert "commercially" in available.obstacle(cards.engine("trellis2"), None, "http://127.0.0.1:1", True)
    far = dataclasses.replace(cards.engine("triposr"), territory="in the European Union")
    assert not far.commercial and any("European Union" in caution for caution in far.cautions)


def test_cards_are_complete_and_documented():
    rows = [[cell.strip(" `*") for cell in line.split("|")[1:-1]] for line in DOCUMENT.splitlines() if "|" in line]
    by_id = {row[0]: row for row in rows if len(row) == 8}
    for card in cards.ENGINES:
        assert run.make_of(card.id).__doc__ and card.purpose.endswith(".")
        assert card.takes_picture or card.takes_prompt
        if card.model:
            assert registry.card(card.model).licence == card.weights
        row = by_id[card.id]
        assert row[1] == card.title and row[2] == (card.code.name or "none shown") and row[3] == card.weights.name
        assert row[4].startswith("yes") is card.commercial and row[6] == (
            f"{card.gigabytes:g} GB" if card.gigabytes else "none"
        )
        assert (row[7] == "no") is not card.tried


def test_axes_must_turn_and_not_mirror():
    points = np.array([[1.0, 2.0, 3.0]])
    assert turned(points, ((0, 1, 0), (-1, 0, 0), (0, 0, 1))).tolist() == [[2, -1, 3]]
    with pytest.raises(AssertionError, match="mirror"):
        turned(points, ((0, 1, 0), (1, 0, 0), (0, 0, 1)))


# In a process of its own


def test_an_order_and_a_mesh_survive_as_files(tmp_path):
    order = Order(np.random.default_rng(0).random((8, 8, 4), np.float32), "a cup", 4, 64, 9, tmp_path, "http://x")
    files.save_order(order, tmp_path)
    back = files.load_order(tmp_path)
    assert (back.picture == order.picture).all()
    assert dataclasses.replace(back, picture=None) == dataclasses.replace(order, picture=None)
    dense = block(dataclasses.replace(order, picture=np.ones((SIZE, SIZE, 4), np.float32)), lambda *said: None)
    files.save_dense(dense, tmp_path / files.DENSE)
    again = files.load_dense(tmp_path / files.DENSE)
    assert (again.vertices == dense.vertices).all() and again.notes == dense.notes


def test_what_goes_wrong_in_the_other_process_arrives_as_a_sentence(tmp_path, monkeypatch):
    program = tmp_path / "dies.py"
    monkeypatch.setattr(run, "BOOTSTRAP", program)
    said = {
        "code": "out_of_memory",
        "message": "There is not enough memory for this job.",
        "hint": "Choose less detail.",
    }
    programs = (f"print({files.SIGN + json.dumps(said)!r}); exit(1)", "import os; os.kill(os.getpid(), 9)")
    for text, code, words in zip(
        programs, ("out_of_memory", "crashed"), ("not enough memory", "in the middle of its work")
    ):
        program.write_text(text)
        with pytest.raises(JobError, match=words) as error:
            run.run(cards.engine("shap-e"), Order(None, "a cup"), Job(tmp_path / code))
        assert error.value.code == code and error.value.hint


def test_the_same_where_there_is_no_other_process(tmp_path, monkeypatch):
    def full(order, report):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 99 bytes.")

    monkeypatch.setattr(run, "make_of", lambda id: full)
    with pytest.raises(JobError, match="not enough memory") as error:
        run.run(cards.engine("starter"), Order(None, "a cup"), Job(tmp_path))
    assert error.value.code == "out_of_memory" and "less detail" in error.value.hint


def test_a_cancel_kills_the_other_process(tmp_path, monkeypatch):
    program = tmp_path / "waits.py"
    line = files.SIGN + json.dumps({"stage": "Thinking", "fraction": 0.2})
    program.write_text(f"import time; print({line!r}, flush=True); time.sleep(600)")
    monkeypatch.setattr(run, "BOOTSTRAP", program)
    job = Job(tmp_path / "job")
    job._send = lambda message: job.cancel()
    with pytest.raises(JobCancelled):
        run.run(cards.engine("shap-e"), Order(None, "a cup"), job)
