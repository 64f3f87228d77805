# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texture as a job: with a painter that knows the answer, with tiny random models, and with nonsense."""

from __future__ import annotations

import dataclasses
import errno
import shutil

import numpy as np
import pytest
import trimesh
from PIL import Image

from galatea.backend.capabilities import run
from galatea.backend.capabilities import texture as capability
from galatea.backend.capabilities.texture import TextureParams, texture
from galatea.backend.job import Job, JobCancelled, JobError, describe
from galatea.backend.texturing import diffusion, maps, mesh, plan
from galatea.backend.texturing.oracle import Oracle
from galatea.backend.training.captions import vocabulary
from galatea.backend.training.tokenizer import make_tokenizer

from .texturing_shapes import mesh_of, plain
from .tiny_repositories import stable_diffusion

QUICK = plan.Plan(
    views=4, lights=1, fit=15, rounds=(plan.Round(1, 0.5, 5),), close_ups=1, zoom=2.0, close_up_strength=0.5,
    close_up_fit=5, steps=2, batch=1024,
)  # fmt: skip
PROMPT = "red wood"
SIZE = 96


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    make_tokenizer(vocabulary(), folder / "words")
    return stable_diffusion(folder / "repository", folder / "words")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setitem(plan.PLANS, "draft", QUICK)
    monkeypatch.setattr(capability, "RESOLUTIONS", (SIZE,))
    monkeypatch.setattr(capability, "PREVIEW", 32)


def cube_job(folder, send=None) -> Job:
    """A cube whose faces have a cell each of a 3 x 2 grid."""
    box = trimesh.creation.box((2, 2, 2))
    cells = np.array([(i % 3, i // 3) for i in range(6)])
    side = np.unique(np.round(box.face_normals), axis=0, return_inverse=True)[1].ravel()
    uv = np.empty((12, 3, 2))
    for face, number in enumerate(side):
        axis = int(np.abs(box.face_normals[face]).argmax())
        flat = np.delete(box.vertices[box.faces[face]], axis, axis=1) * 0.45 + 0.5
        uv[face] = (flat + cells[number]) / (3, 2)
    body = mesh_of(box, uv)
    body = dataclasses.replace(body, corner_normals=np.repeat(box.face_normals[:, None], 3, 1).astype(np.float32))
    (folder / "in").mkdir(parents=True)
    mesh.save(body, folder / "in/mesh.npz")
    return Job(folder, send)


def params(**changes) -> TextureParams:
    return TextureParams(**{"prompt": PROMPT, "preset": "draft", "resolution": SIZE, **changes})


def picture(job, path: str) -> np.ndarray:
    return np.asarray(Image.open(job.folder / path))


def test_the_maps_show_what_was_painted(tmp_path):
    job = cube_job(tmp_path)
    colour = (0.6, 0.2, 0.05)
    files, report = texture(params(), job, Oracle(plain(colour, 0.7), 48))
    assert set(files) == {"0/base_color.1001", "0/roughness.1001", "0/metallic.1001", "0/normal.1001", "preview"}
    seen = (
        picture(job, files["0/base_color.1001"])[SIZE // 4 :: SIZE // 2, SIZE // 6 :: SIZE // 3]
        .reshape(-1, 3)
        .astype(float)
    )
    wanted = 255 * np.array([1.055 * value ** (1 / 2.4) - 0.055 for value in colour])
    assert np.abs(np.median(seen, axis=0) - wanted).max() < 25
    assert picture(job, files["preview"]).std() > 10
    assert report["seam_ratio"] < 1.5 and report["textures"] == [{"object": "Object", "tiles": [1001]}]
    assert set(report["seconds"]) == {"prepare", "paint", "fit", "rounds", "detail", "bake", "all"}


def test_a_model_paints_and_a_seed_is_a_texture(repository, tmp_path):
    maps = []
    for name, seed in (("one", 0), ("two", 0), ("three", 1)):
        job = cube_job(tmp_path / name)
        options = {"prompt": PROMPT, "preset": "draft", "resolution": SIZE, "seed": seed, "detail": 0.0}
        models = {"model": str(repository), "controlnet": str(repository / "controlnet")}
        files, _ = run("texture", {**options, **models}, job)
        maps.append(picture(job, files["0/base_color.1001"]).astype(int))
    assert np.array_equal(maps[0], maps[1])
    assert np.abs(maps[0] - maps[2]).mean() > 1


def test_score_distillation_runs_with_a_model(repository, tmp_path):
    options = {"model": str(repository), "controlnet": str(repository / "controlnet")}
    plain_files, _ = texture(params(distillation=0.0, detail=0.0, **options), one := cube_job(tmp_path / "one"))
    files, _ = texture(params(target="sds", detail=0.0, **options), two := cube_job(tmp_path / "two"))
    name = "0/base_color.1001"
    assert not np.array_equal(picture(one, plain_files[name]), picture(two, files[name]))


def test_refining_keeps_what_is_there_and_changes_as_much_as_wanted(tmp_path):
    blue = np.broadcast_to(np.float32((0.1, 0.2, 0.8)), (64, 64, 3))
    flat = np.full((64, 64), 0.5, np.float32)
    up = np.broadcast_to(np.float32((0.5, 0.5, 1.0)), (64, 64, 3))
    begun = []

    class Lazy(Oracle):
        """Gives back what it is given."""

        def paint(self, wish, shots, controls, start, on_step):
            begun.append(start.strength)
            return start.pictures

    job = cube_job(tmp_path)
    (job.inputs / "maps/0").mkdir(parents=True)
    for name, values in {"base_color": blue, "roughness": flat, "metallic": 0 * flat, "normal": up}.items():
        np.save(job.inputs / f"maps/0/{name}.1001.npy", values)
    files, _ = texture(params(refine=True, refine_strength=0.3), job, Lazy(plain(), 48))
    assert max(begun) == pytest.approx(0.3)
    size = picture(job, files["0/base_color.1001"]).shape[0]
    middle = picture(job, files["0/base_color.1001"])[size // 4, size // 6]
    assert np.abs(middle - 255 * blue[0, 0]).max() < 25


def test_the_artist_sees_the_texture_so_far(tmp_path):
    """First what the painter painted, in the end what is baked: the picture comes nearer to the known color."""
    colour, pictures = (0.6, 0.2, 0.05), []

    def look(message):
        if getattr(message, "preview", None):
            pictures.append(np.load(tmp_path / message.preview))

    texture(params(), cube_job(tmp_path, look), Oracle(plain(colour, 0.7), 48))
    assert len(pictures) == 4 and pictures[0].shape == (48, 48, 3) and pictures[0].dtype == np.uint8
    differences = [np.abs(one.astype(float) - pictures[0]).mean() for one in pictures[1:]]
    assert max(differences) < 30 and pictures[0].std() > 10


def test_a_seed_is_shown_as_its_job_begins(repository, tmp_path):
    """The picture of a seed is the first one of the job with that seed; seeds differ."""
    options = {"model": str(repository), "controlnet": str(repository / "controlnet"), "preset": "draft"}
    options["resolution"] = SIZE
    job = cube_job(tmp_path / "seeds")
    files, report = run("texture_seeds", {"prompt": PROMPT, "seed": 5, "count": 3, **options}, job)
    assert list(files) == ["seed/5", "seed/6", "seed/7"] and report["unknown_words"] == []
    shown = [np.load(job.folder / path).astype(int) for path in files.values()]
    assert min(np.abs(shown[0] - other).mean() for other in shown[1:]) > 1
    first = []

    def look(message):
        if getattr(message, "preview", None) and not first:
            first.append(np.load(tmp_path / "job" / message.preview).astype(int))

    texture(params(**{**options, "seed": 6, "detail": 0.0}), cube_job(tmp_path / "job", look))
    assert np.abs(first[0] - shown[1]).max() <= 2  # rounding of another batch


def test_a_disk_that_fills_up_is_told_as_such(tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(maps.picture, "write_png", full)
    with pytest.raises(OSError) as error:
        texture(params(), cube_job(tmp_path), Oracle(plain(), 32))
    assert describe("job", error.value).code == "disk_full"


@pytest.mark.parametrize("stage", ["Reading the mesh", "Loading the model", "Painting"])
def test_seeds_stop_at_every_stage(stage, repository, tmp_path):
    options = {"model": str(repository), "controlnet": str(repository / "controlnet"), "resolution": SIZE}
    job = cube_job(tmp_path, lambda message: getattr(message, "stage", "") == stage and job.cancel())
    with pytest.raises(JobCancelled):
        run("texture_seeds", {"prompt": PROMPT, **options}, job)


@pytest.mark.parametrize(("changes", "words"), [({"count": 0}, "0 seeds"), ({"prompt": " "}, "no prompt")])
def test_nonsense_seeds_get_a_sentence(changes, words, tmp_path):
    with pytest.raises(JobError, match=words):
        run("texture_seeds", {"prompt": PROMPT, "resolution": SIZE, **changes}, cube_job(tmp_path))


STAGES = ("Reading the mesh", "Looking at the mesh", "Painting", "Finding the material", "Painting again",
          "Adding detail", "Baking", "Drawing the preview")  # fmt: skip


@pytest.mark.parametrize("stage", STAGES)
def test_a_job_stops_at_every_stage(stage, tmp_path):
    job = cube_job(tmp_path, lambda message: message.stage == stage and job.cancel())
    with pytest.raises(JobCancelled):
        texture(params(), job, Oracle(plain(), 32))


def test_progress_grows(tmp_path):
    heard = []
    texture(params(), cube_job(tmp_path, lambda message: heard.append(message.fraction)), Oracle(plain(), 32))
    assert heard == sorted(heard) and heard[-1] == 1.0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"prompt": "  "}, "no prompt"),
        ({"prompt": "🦄✨"}, "no word"),
        ({"prompt": "赤い木"}, "no word"),
        ({"preset": "fast"}, "fast"),
        ({"resolution": 1000}, "1000"),
        ({"format": "JPG"}, "JPG"),
        ({"target": "hope"}, "hope"),
        ({"refine": True}, "no texture"),
        ({"steps": -1}, "Steps"),
        ({"guidance": float("nan")}, "Guidance"),
        ({"style": "style.png"}, "style picture"),
        ({"model": "/nowhere"}, "holds no diffusion model"),
        ({"controlnet": "/nowhere"}, "holds no ControlNet"),
    ],
)
def test_nonsense_gets_a_sentence(repository, tmp_path, changes, words):
    options = {"model": str(repository), "controlnet": str(repository / "controlnet"), **changes}
    with pytest.raises(JobError, match=words) as error:
        texture(params(**options), cube_job(tmp_path))
    assert error.value.message.endswith(".") and error.value.hint.endswith(".")


@pytest.mark.parametrize("prompt", ["red wood 🦄 ✨ 木", "red " * 1250, "zorgblat wood"])
def test_odd_prompts_are_painted_with_a_warning(repository, tmp_path, prompt):
    warnings = []
    job = cube_job(tmp_path, lambda message: warnings.append(getattr(message, "text", "")))
    options = {"model": str(repository), "controlnet": str(repository / "controlnet")}
    painter, *_ = capability._model(params(prompt=prompt, **options), job)
    assert any(warnings) and painter.size == 64


def test_a_missing_starter_gets_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(diffusion.pipelines, "STARTER", tmp_path)
    with pytest.raises(JobError, match="are missing or broken"):
        texture(params(), cube_job(tmp_path / "job"))


@pytest.mark.parametrize(
    "broken", ["unet/diffusion_pytorch_model.safetensors", "unet/config.json", "controlnet/config.json"]
)
def test_a_broken_model_gets_a_sentence(repository, tmp_path, broken):
    shutil.copytree(repository, copy := tmp_path / "copy")
    (copy / broken).write_bytes(b"broken")
    with pytest.raises(JobError, match="cannot be read"):
        texture(params(model=str(copy), controlnet=str(copy / "controlnet")), cube_job(tmp_path / "job"))


def test_a_mesh_without_uvs_gets_some(tmp_path):
    body = mesh_of(trimesh.creation.icosphere(2))
    (tmp_path / "in").mkdir()
    mesh.save(body, tmp_path / "in/mesh.npz")
    job = Job(tmp_path)
    files, _ = texture(params(), job, Oracle(plain((0.6, 0.2, 0.05)), 32))
    assert np.load(tmp_path / files["uv/0"]).shape == (body.loop.max() + 1, 2)
    assert picture(job, files["0/base_color.1001"]).std(axis=(0, 1)).max() < 40, "one color everywhere"
