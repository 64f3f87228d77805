# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender for the tests: Galatea registered once, an empty file for each test, a made-up animal and its rig."""

import os

import pytest

bpy = pytest.importorskip("bpy")

import galatea  # noqa: E402 - Blender must be there first
from galatea.addon import session  # noqa: E402

from . import made_up  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def registered(tmp_path_factory):
    """Galatea with a data folder of its own."""
    os.environ["XDG_DATA_HOME"] = str(tmp_path_factory.mktemp("data"))
    galatea.register()
    yield
    galatea.unregister()


@pytest.fixture(autouse=True)
def empty_file():
    """Nothing in the file, defaults in the settings."""
    bpy.ops.wm.read_homefile(use_empty=True)


@pytest.fixture
def animal():
    """A four-legged mesh, selected and active."""
    return made_up.animal()


@pytest.fixture
def worker(monkeypatch):
    """Instead of the worker: the operators get the made-up skeleton and weights. Returns the jobs it ran."""
    ran = []
    queue = session.get().queue

    def start_worker():
        return made_up.Worker(ran)

    monkeypatch.setattr(queue, "_start_worker", start_worker)
    monkeypatch.setattr(queue, "worker", None)
    monkeypatch.setattr(queue, "jobs", [])
    return ran


@pytest.fixture
def rigged(animal, worker):
    """The animal after one press of Rig: (mesh object, armature)."""
    assert bpy.ops.galatea.rig() == {"FINISHED"}
    return animal, animal.parent
