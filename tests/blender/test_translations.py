# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalog of translations fits the code. As a module Blender knows no language: nothing is seen translated."""

import ast
import string
from pathlib import Path

import pytest

from galatea.addon import jobs, properties, translations
from galatea.addon.worker import State
from galatea.operators import motion
from galatea.panels import environment, rig

from .test_panels import drawn

PANELS = ("rig", "jobs", "environment")
FOLDER = Path(rig.__file__).parent


def texts() -> set[tuple[str, str]]:
    """(context, text) of all titles, labels and buttons in the panels, and of what these show by value."""
    found = set()
    for name in PANELS:
        for node in ast.walk(ast.parse((FOLDER / f"{name}.py").read_text())):
            match node:
                case ast.Assign(targets=[ast.Name(id="bl_label")], value=ast.Constant(value=text)):
                    found.add(("*", text))
                case ast.Call(func=ast.Name(id="iface"), args=[ast.Constant(value=text)]):
                    found.add(("*", text))
                case ast.Call(func=ast.Attribute(attr="operator" | "label" | "column" | "prop" as kind)):
                    context = "Operator" if kind == "operator" else "*"
                    for key in node.keywords:
                        if key.arg in ("text", "heading"):
                            found |= {(context, text) for text in constants(key.value)}
    found |= {("*", state.value) for state in [*State, *jobs.JobState]}
    found |= {("*", title) for _, title, _ in properties.ANIMALS}
    fields = properties.GalateaRigSettings.__annotations__
    shown = {"flip", "symmetric", "ears", "seed"}  # the others have texts of their own, or none
    found |= {("*", fields[name].keywords["name"]) for name in shown}
    found |= {("Operator", cls.bl_label) for cls in motion.CLASSES}
    return {(context, text) for context, text in found if text}


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
    assert set(translations.CATALOG[language]) == texts()


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
