# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalog of translations fits the code. As a module Blender knows no language: nothing is seen translated."""

import ast
import string
from pathlib import Path

import bpy
import pytest

from galatea.addon import jobs, properties, relight, translations
from galatea.addon.render_settings import GalateaRenderSettings
from galatea.addon.worker import State
from galatea.panels import environment, models, rig

from .test_panels import drawn

PANELS = {
    "rig": properties.GalateaRigSettings,
    "texture": properties.GalateaTextureSettings,
    "models": properties.GalateaTextureSettings,
    "finish": properties.GalateaFinishSettings,
    "generate": properties.GalateaGenerateSettings,
    "render": GalateaRenderSettings,
    "rig_sequence": properties.GalateaSequenceSettings,
    "rig_photos": properties.GalateaPhotosSettings,
    "rig_clip": properties.GalateaClipSettings,
    "match": properties.GalateaMatchSettings,
    "reconstruct": properties.GalateaReconstructSettings,
    "splats": None,
    "jobs": None,
    "result": None,
    "environment": None,
}
"""With the settings that they show."""
FOLDER = Path(rig.__file__).parent
TEXTS = ("text", "heading", "placeholder")


def texts() -> set[tuple[str, str]]:
    """(context, text) of all titles, labels and buttons in the panels, and of what these show by value."""
    found = set()
    for name, settings in PANELS.items():
        for node in ast.walk(ast.parse((FOLDER / f"{name}.py").read_text())):
            found |= texts_of(node, settings)
    for node in ast.walk(ast.parse(Path(relight.__file__).read_text())):  # what the panel shows of a check
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "sentence":
            found |= {("*", text) for text in constants(node.value)}
    fields = properties.GalateaTextureSettings.__annotations__
    found |= {("*", fields[name].keywords["name"]) for name in (*models.EMPTY, "style", "style_strength", "lora")}
    found |= {("*", text) for text in models.EMPTY.values()}
    found |= {("*", state.value) for state in [*State, *jobs.JobState]}
    return {(context, text) for context, text in found if text}


def texts_of(node: ast.AST, settings: type | None) -> set[tuple[str, str]]:
    """Of one expression or statement of a panel that shows these settings."""
    match node:
        case ast.Assign(targets=[ast.Name(id="bl_label")], value=ast.Constant(value=text)):
            return {("*", text)}
        case ast.Call(func=ast.Name(id="iface"), args=[ast.Constant(value=text)]):
            return {("*", text)}
        case ast.Call(func=ast.Attribute(attr="operator" | "label" | "column" | "prop" | "textbox" as kind)):
            context = "Operator" if kind == "operator" else "*"
            given = {key.arg: key.value for key in node.keywords}
            found = {(context, text) for key in TEXTS if key in given for text in constants(given[key])}
            if kind == "operator" and "text" not in given:
                found |= {(context, label_of(text)) for text in constants(node.args[0])}
            if kind == "prop" and settings is not None and isinstance(node.args[1], ast.Constant):
                found |= texts_of_property(settings, node.args[1].value, given)
            return found
    return set()


def label_of(operator: str) -> str:
    """The button's own text."""
    group, name = operator.split(".")
    return getattr(bpy.types, f"{group.upper()}_OT_{name}").bl_label


def texts_of_property(settings: type, name: str, given: dict[str, ast.expr]) -> set[tuple[str, str]]:
    """Its name where it is shown, and the titles of what it can be, but for sizes in pixels."""
    options = settings.__annotations__[name].keywords
    own = [] if "text" in given or "expand" in given else [options["name"]]
    items = [title for _, title, _ in options.get("items", []) if not title.endswith(" px")]
    return {("*", text) for text in own + items}


def constants(node: ast.expr) -> list[str]:
    """The texts that an expression may be: one, or one of several."""
    match node:
        case ast.Constant(value=text):
            return [text]
        case ast.IfExp(body=body, orelse=orelse):
            return constants(body) + constants(orelse)
        case ast.BoolOp(values=values):
            return [text for value in values for text in constants(value)]
    return []


@pytest.mark.parametrize("language", translations.CATALOG)
def test_the_panels_are_translated_and_nothing_is_stale(language):
    catalog, there = set(translations.CATALOG[language]), texts()
    missing, stale = there - catalog, catalog - there
    assert not missing and not stale, f"not translated: {missing}; not shown any more: {stale}"


@pytest.mark.parametrize("language", translations.CATALOG)
def test_translations_keep_the_places_of_values(language):
    for (_, english), text in translations.CATALOG[language].items():
        fields = [
            [part[1:3] for part in string.Formatter().parse(one) if part[1] is not None] for one in (english, text)
        ]
        assert fields[0] == fields[1], english
        assert text.strip() == text and text
        assert english.endswith("...") == text.endswith("...")


def test_states_are_translated_before_they_are_put_together(monkeypatch):
    monkeypatch.setattr(environment, "iface", str.upper)
    assert drawn(State.READY).texts[0] == "READY"
