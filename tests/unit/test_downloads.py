# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloading models, from a server on this machine: whole, interrupted, cancelled, damaged, refused."""

from __future__ import annotations

import dataclasses
import shutil
from collections import namedtuple

import pytest

from galatea.backend import job as job_module
from galatea.backend.capabilities import download as capability
from galatea.backend.capabilities import run
from galatea.backend.job import Job, JobCancelled, JobError
from galatea.backend.models import hub, registry, store

from . import fake_hub

CARD = registry.card("sd15-depth")
CONFIG, WEIGHTS = b'{"_class_name": "ControlNetModel"}', bytes(range(256)) * 4096
FILES = {
    "config.json": CONFIG,
    "diffusion_pytorch_model.fp16.safetensors": WEIGHTS,
    "diffusion_pytorch_model.safetensors": WEIGHTS * 2,
    "diffusion_pytorch_model.bin": b"never",
    "README.md": b"hello",
}
LOCAL = "diffusion_pytorch_model.safetensors"


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(hub, "PAUSE", 0.0)
    monkeypatch.setattr(hub, "CHUNK", 65536)
    monkeypatch.delenv("GALATEA_OFFLINE", raising=False)
    with fake_hub.running(dict(FILES)) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
        yield server


def fetch(tmp_path, send=None) -> dict:
    job = Job(tmp_path / "job", send)
    return run("download", {"model": CARD.id, "folder": str(tmp_path / "models")}, job)[1]


def there(tmp_path) -> dict[str, bytes]:
    folder = store.folder(tmp_path / "models", CARD)
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


def test_a_model_arrives_whole_with_its_origin(server, tmp_path):
    heard = []
    report = fetch(tmp_path, lambda message: heard.append(message))
    found = there(tmp_path)
    assert set(found) == {"config.json", LOCAL, store.MARKER}, "half precision under the plain name, and no more"
    assert found[LOCAL] == WEIGHTS and found["config.json"] == CONFIG
    origin = store.origin(store.folder(tmp_path / "models", CARD))
    assert origin.revision == report["revision"] == fake_hub.COMMIT and origin.files[LOCAL]["size"] == len(WEIGHTS)
    assert store.downloaded(tmp_path / "models") == [CARD]
    fractions = [message.fraction for message in heard]
    assert fractions == sorted(fractions) and fractions[-1] == 1.0
    assert any("Downloading" in message.stage for message in heard)
    assert f"/revision/{CARD.revision}" in server.asked[0][0], "the revision that the card was read at"


def test_single_precision_is_taken_where_there_is_no_half(server, tmp_path):
    del server.files["diffusion_pytorch_model.fp16.safetensors"]
    fetch(tmp_path)
    assert there(tmp_path)[LOCAL] == WEIGHTS * 2


def test_what_is_there_is_not_downloaded_again(server, tmp_path):
    fetch(tmp_path)
    server.asked.clear()
    fetch(tmp_path)
    assert len(server.asked) == 1, "the description alone"


@pytest.mark.parametrize("ranges", [True, False], ids=["continued", "begun anew"])
def test_a_broken_connection_is_taken_up_again(server, tmp_path, ranges):
    server.cut, server.cuts, server.ranges = 300_000, 2, ranges
    fetch(tmp_path)
    assert there(tmp_path)[LOCAL] == WEIGHTS
    asked = [where for path, where in server.asked if "safetensors" in path]
    assert asked == ["", "bytes=300000-", "bytes=600000-" if ranges else "bytes=300000-"]


def test_a_cancelled_download_goes_on_where_it_stopped(server, tmp_path, monkeypatch):
    monkeypatch.setattr(job_module, "PROGRESS_INTERVAL", 0.0)
    job = Job(tmp_path / "job", lambda message: message.fraction > 0.5 and job.cancel())
    with pytest.raises(JobCancelled):
        run("download", {"model": CARD.id, "folder": str(tmp_path / "models")}, job)
    partial = there(tmp_path)[f"{LOCAL}.part"]
    assert 0 < len(partial) < len(WEIGHTS) and WEIGHTS.startswith(partial)
    assert not store.downloaded(tmp_path / "models")
    server.asked.clear()
    fetch(tmp_path)
    assert there(tmp_path)[LOCAL] == WEIGHTS
    assert [where for path, where in server.asked if "safetensors" in path] == [f"bytes={len(partial)}-"]


def test_the_rest_of_another_file_is_thrown_away(server, tmp_path):
    folder = store.folder(tmp_path / "models", CARD)
    folder.mkdir(parents=True)
    (folder / f"{LOCAL}.part").write_bytes(b"x" * 1000)
    fetch(tmp_path)
    assert there(tmp_path)[LOCAL] == WEIGHTS


def test_a_damaged_file_is_told_and_not_kept(server, tmp_path):
    folder = store.folder(tmp_path / "models", CARD)
    folder.mkdir(parents=True)
    (folder / "config.json").write_bytes(CONFIG)  # one arrived well
    server.damage = True
    with pytest.raises(JobError, match="arrived damaged") as error:
        fetch(tmp_path)
    assert error.value.code == "network" and not store.downloaded(tmp_path / "models")
    assert set(there(tmp_path)) == {"config.json"}


def test_a_server_that_lies_about_a_known_file_is_told(server, tmp_path, monkeypatch):
    known = dataclasses.replace(CARD.files[1], sha256="0" * 64)
    card = dataclasses.replace(CARD, files=(CARD.files[0], known))
    monkeypatch.setattr(registry, "MODELS", (card,))
    with pytest.raises(JobError, match="not the file that Galatea expects"):
        fetch(tmp_path)
    assert LOCAL not in there(tmp_path)


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [(401, "gated", "accept its terms"), (403, "gated", "accept its terms"), (404, "missing", "not at"),
     (500, "network", "error 500")],
)  # fmt: skip
def test_refusals_get_a_sentence(server, tmp_path, status, code, words):
    server.status = status
    with pytest.raises(JobError, match=words) as error:
        fetch(tmp_path)
    assert error.value.code == code and error.value.message.endswith(".") and error.value.hint.endswith(".")


def test_a_file_that_is_gone_gets_a_sentence(server, tmp_path):
    del server.files["config.json"]
    with pytest.raises(JobError, match=r"has no config\.json any more"):
        fetch(tmp_path)


def test_no_connection_gets_a_sentence(tmp_path, monkeypatch):
    monkeypatch.delenv("GALATEA_OFFLINE", raising=False)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(JobError, match="cannot be reached"):
        fetch(tmp_path)


def test_a_connection_that_never_brings_anything_ends(server, tmp_path):
    server.cut, server.cuts = 1, 10_000
    server.files["diffusion_pytorch_model.fp16.safetensors"] = WEIGHTS[:20]
    fetch(tmp_path)  # a byte each time is something
    shutil.rmtree(tmp_path / "models")

    def nothing(*args):
        raise hub._Interrupted

    with pytest.MonkeyPatch.context() as patch, pytest.raises(JobError, match="cannot be reached"):
        patch.setattr(hub, "_append", nothing)
        fetch(tmp_path)


def test_offline_nothing_is_asked(server, tmp_path, monkeypatch):
    monkeypatch.setenv("GALATEA_OFFLINE", "1")
    with pytest.raises(JobError, match="online access is off"):
        fetch(tmp_path)
    assert server.asked == []


def test_a_full_disk_is_told_before_the_download(server, tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(capability.shutil, "disk_usage", lambda folder: usage(1, 1, 150_000_000))
    with pytest.raises(JobError, match=r"needs 0\.2 GB .* free") as error:
        fetch(tmp_path)
    assert error.value.code == "disk_full" and len(server.asked) == 1


def test_an_unknown_model_gets_a_sentence(tmp_path):
    with pytest.raises(JobError, match='no model "sd99"'):
        run("download", {"model": "sd99", "folder": str(tmp_path)}, Job(tmp_path))


def test_a_model_that_lost_a_file_is_not_there(server, tmp_path):
    fetch(tmp_path)
    place = store.folder(tmp_path / "models", CARD)
    (place / LOCAL).write_bytes(b"short")
    assert store.origin(place) is None
    fetch(tmp_path)
    assert store.origin(place) is not None
    store.remove(tmp_path / "models", CARD)
    assert not place.exists()


ENGINES = {
    "triposr": {"model.ckpt"},
    "triposg": {
        f"{part}/{name}"
        for part, file in (("transformer", LOCAL), ("vae", LOCAL), ("image_encoder_dinov2", "model.safetensors"))
        for name in ("config.json", file)
    },
    "mv-adapter": {"mvadapter_i2mv_sdxl.safetensors"},
    "shap-e": {"renderer/config.json", "prior/config.json", "text_encoder/config.json"},
    "shap-e-picture": {"renderer/config.json", "prior/config.json", "image_encoder/config.json"},
}
"""What each reads."""


def test_every_card_names_files_that_make_a_model_with_what_it_is_for():
    for card in registry.MODELS:
        names = {file.local for file in card.files}
        if card.role is registry.Role.BASE:
            assert {"model_index.json", "unet/config.json", "vae/config.json"} <= names
            assert {"unet/diffusion_pytorch_model.safetensors", "text_encoder/model.safetensors"} <= names
        elif card.role is registry.Role.STYLE:
            assert "models/image_encoder/config.json" in names
        elif card.role is registry.Role.ENGINE:
            assert ENGINES[card.id] <= names
        elif card.role is registry.Role.VIDEO:
            parts = ("scheduler", "tokenizer", "text_encoder", "transformer", "vae")
            assert "model_index.json" in names and {name.split("/")[0] for name in names} >= set(parts)
            assert {f"transformer/{LOCAL}", f"vae/{LOCAL}", "tokenizer/tokenizer.json"} <= names
        else:
            assert names == {"config.json", LOCAL}
