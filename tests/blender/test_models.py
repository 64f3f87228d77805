# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choosing and downloading models in Blender."""

import json
import sys
from pathlib import Path

import bpy
import pytest

from galatea.addon import command_line, models, preferences, properties, session, texture_checks
from galatea.addon.environment import Settings
from galatea.backend.diffusion import pipelines
from galatea.backend.models import registry, store
from galatea.tests.unit import fake_hub

from . import textured


@pytest.fixture
def data(tmp_path, monkeypatch) -> Path:
    """A data folder for this test alone."""
    settings = Settings(tmp_path / "data", python=sys.executable, online=True)
    monkeypatch.setattr(preferences, "settings", lambda: settings)
    return tmp_path / "data"


@pytest.fixture
def settings():
    return bpy.context.scene.galatea.texture


def put(*ids: str) -> None:
    """As if these models were downloaded."""
    for id in ids:
        card = registry.card(id)
        place = store.folder(models.folder(), card)
        place.mkdir(parents=True)
        (place / "config.json").write_text("{}")
        store.mark(place, store.Origin(id, card.repository, "1" * 40, {"config.json": {"size": 2, "sha256": ""}}))


def codes(settings) -> set[str]:
    return {problem.code for problem in models.problems(settings)}


def choose(field: str, choice: str) -> None:
    assert bpy.ops.galatea.choose_model(field=field, choice=choice) == {"FINISHED"}


def test_a_base_model_brings_what_fits_it_and_the_next_one_takes_it_away(data, settings):
    put("sd15", "sd15-depth", "sd15-light", "sdxl", "sdxl-depth", "sdxl-style")
    choose("model", "sd15")
    assert (settings.model, settings.controlnet, settings.control_kind) == ("sd15", "sd15-light", "light")
    choose("controlnet", "sd15-depth")
    assert settings.control_kind == "depth" and not codes(settings)
    choose("model", "sdxl")
    assert (settings.controlnet, settings.control_kind, settings.style_adapter) == ("sdxl-depth", "depth", "sdxl-style")
    assert not codes(settings)
    choose("model", "OWN")
    assert not any(getattr(settings, field) for field in models.FIELDS) and settings.control_kind == "light"


def test_only_downloaded_models_of_the_family_are_offered(data, settings):
    put("sd15", "sd15-depth", "sdxl-depth")
    assert [card.id for card in models.fitting(settings, "model")] == ["sd15"]
    assert models.fitting(settings, "controlnet") == []
    choose("model", "sd15")
    assert [card.id for card in models.fitting(settings, "controlnet")] == ["sd15-depth"]
    with pytest.raises(TypeError):
        bpy.ops.galatea.choose_model(field="controlnet", choice="sdxl-depth")


def test_a_file_names_models_and_a_job_gets_their_folders(data, settings, tmp_path):
    put("sd15", "sd15-light")
    choose("model", "sd15")
    params = properties.texture_params(settings)
    assert params["model"] == str(data / "models" / "sd15") and params["lora"] == ""
    properties.set_texture(settings, params)  # as Re-run does
    assert models.title(settings.model) == "Stable Diffusion 1.5" and not codes(settings)
    settings.model = str(tmp_path)
    assert (
        properties.texture_params(settings)["model"] == str(tmp_path) and models.title(settings.model) == tmp_path.name
    )


def test_what_keeps_a_model_from_painting_is_said_before_the_start(data, settings):
    item = textured.ball()
    textured.settings()
    assert not codes(settings)
    settings.model = "sdxl"
    assert codes(settings) == {"no_model", "no_control"}
    put("sdxl", "sd15-light")
    settings.controlnet = "sd15-light"
    assert codes(settings) == {"families"}
    settings.controlnet, settings.style = "sdxl-depth", "style.png"
    assert codes(settings) == {"no_controlnet", "no_adapter"}
    said = [problem.message for problem in texture_checks.quick(bpy.context, [item])]
    assert "ControlNet Depth SDXL is not downloaded yet: press Download under Model." in said


def test_needs_are_told_from_the_files(data, settings):
    settings.model, settings.controlnet = str(pipelines.STARTER), str(pipelines.STARTER / "controlnet-light")
    plans = models.needs(settings)
    assert plans and plans[0].bytes >= plans[-1].bytes > 0
    settings.target = "sds"
    assert models.needs(settings)[-1].bytes > plans[-1].bytes
    settings.model = "/nowhere"
    assert models.needs(settings) == []


def test_offline_nothing_is_downloaded(data):
    assert not bpy.app.online_access
    with pytest.raises(RuntimeError, match=r"online access|offline"):
        bpy.ops.galatea.download_model(model="sd15")
    assert not (data / "models").exists()


@pytest.fixture
def hub(data, monkeypatch):
    """A server on this machine, online access, and a real worker."""
    files = {"config.json": b"{}", "diffusion_pytorch_model.safetensors": bytes(1000)}
    current, system = session.get(), bpy.context.preferences.system
    usual = current._settings
    current._settings = preferences.settings
    current.stop_worker()
    current.refresh()
    system.use_online_access = True
    with fake_hub.running(files) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
        yield server
    system.use_online_access = False
    current.stop_worker()
    current._settings = usual
    current.refresh()


def test_a_download_from_the_command_line(hub, data, capfd):
    if not bpy.app.online_access and bpy.app.online_access_override:
        pytest.skip("this Blender was started offline")
    assert command_line.blender_command(["models", "path", "sd15-tiny-vae"]) != 0
    assert command_line.blender_command(["models", "download", "sd15-tiny-vae"]) == 0
    said = capfd.readouterr().out
    assert "License: MIT" in said and said.index("License") < said.index("TAESD is in")
    place = data / "models" / "sd15-tiny-vae"
    assert json.loads((place / store.MARKER).read_text())["revision"] == fake_hub.COMMIT
    assert command_line.blender_command(["models", "list"]) == 0
    rows = [row for row in capfd.readouterr().out.splitlines() if row.startswith("sd15-tiny-vae")]
    assert rows and rows[0].endswith("here")
    assert command_line.blender_command(["models", "remove", "sd15-tiny-vae"]) == 0 and not place.exists()


def test_texture_takes_a_downloaded_model_by_its_name(data):
    from galatea.addon import command_texture

    put("sdxl", "sdxl-depth")
    parser = command_line.parser()
    options = parser.parse_args(
        ["texture", "a.glb", "--prompt", "gold", "-o", "out", "--model", "sdxl", "--lora", "x.safetensors"]
    )
    values = command_texture.chosen(options)
    assert (values["model"], values["controlnet"], values["control_kind"]) == ("sdxl", "sdxl-depth", "depth")
    assert values["lora"] == str(Path("x.safetensors").resolve()) and values["style_adapter"] == ""
