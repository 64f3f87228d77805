# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Galatea adds to Blender, and what happens when jobs do not end well."""

import dataclasses

import bpy
import pytest

from galatea import operators, panels
from galatea.addon import properties, session
from galatea.backend import protocol

from . import made_up


def test_every_operator_says_what_it_does():
    for cls in operators.classes():
        if not issubclass(cls, bpy.types.Operator):  # a drop starts one of them
            continue
        assert len(cls.bl_description) > 20 and not cls.bl_description.endswith("."), cls.bl_idname
        assert cls.bl_idname.startswith("galatea.") and hasattr(bpy.types, cls.__name__)
    for cls in panels.classes():
        assert cls.bl_category == "Galatea" and hasattr(bpy.types, cls.bl_idname)


def test_settings_are_those_of_the_backend():
    rig = pytest.importorskip("galatea.backend.capabilities.rig")
    expected = {field.name: field.default for field in dataclasses.fields(rig.RigParams)}
    for name in ("bind", "blender", "said"):  # the button decides, the Blender that runs, the meshes
        del expected[name]
    assert properties.rig_params(bpy.context.scene.galatea.rig) == expected


def test_settings_are_saved_and_come_back(tmp_path):
    settings = bpy.context.scene.galatea.rig
    settings.animal, settings.tail_bones, settings.ears = "bird", 5, False
    made = properties.rig_params(settings)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "a.blend"))
    settings = bpy.context.scene.galatea.rig
    assert properties.rig_params(settings) == made
    settings.tail_bones = 0
    properties.set_rig_params(settings, made | {"bind": True, "blender": []})
    assert properties.rig_params(settings) == made


def test_no_environment_is_said(animal, monkeypatch):
    monkeypatch.setattr(type(session.get()), "problem", property(lambda self: "The environment is not installed."))
    with pytest.raises(RuntimeError, match="The environment is not installed"):
        bpy.ops.galatea.rig()


@pytest.mark.parametrize("end", ["error", "bad weights", "no weights", "cancelled", "two bones of one name"])
def test_a_job_that_fails_leaves_the_scene_alone(animal, worker, monkeypatch, end):
    import numpy as np

    def answer(job, description, folder):
        if end == "error":
            return protocol.Error(job, "bad_input", "The body is a knot.", "Untie it.")
        if end == "cancelled":
            return protocol.Cancelled(job)
        result = good(job, description, folder)
        if end == "two bones of one name":
            text = (folder / "out/skeleton.json").read_text()
            (folder / "out/skeleton.json").write_text(text.replace('"Tail.002"', '"Tail.001"'))
            return result
        with np.load(folder / "out/weights.npz") as data:
            contents = dict(data)
        contents["weights"] = contents["weights"][:5] if end == "bad weights" else contents["weights"] * 0
        np.savez(folder / "out/weights.npz", **contents)
        return result

    good = made_up.answer
    monkeypatch.setattr(made_up, "answer", answer)
    before = made_up.world_points(animal).tobytes()
    if end == "cancelled":
        assert bpy.ops.galatea.rig() == {"CANCELLED"}
    else:
        message = {"error": "The body is a knot. Untie it.", "bad weights": "5 vertices", "no weights": "no weights"}
        with pytest.raises(RuntimeError, match=message.get(end, "two bones")):
            bpy.ops.galatea.rig()
    assert not bpy.data.armatures and [item.name for item in bpy.data.objects] == ["Animal"]
    assert not animal.vertex_groups and not animal.modifiers and animal.parent is None
    assert made_up.world_points(animal).tobytes() == before and bpy.context.mode == "OBJECT"


def test_job_buttons(animal, worker):
    bpy.ops.galatea.rig()
    queue = session.get().queue
    job = queue.jobs[-1]
    with pytest.raises(RuntimeError, match="no result that waits"):
        bpy.ops.galatea.apply_result(job=job.id)
    with pytest.raises(RuntimeError, match="unfinished"):
        bpy.ops.galatea.resume_job(job=job.id)
    assert bpy.ops.galatea.cancel_job(job=job.id) == {"CANCELLED"}
    assert bpy.ops.galatea.delete_job(job=job.id) == {"FINISHED"}
    assert job not in queue.jobs and not job.folder.exists()
    with pytest.raises(RuntimeError, match="no such job"):
        bpy.ops.galatea.delete_job(job=job.id)


def test_diagnostics_hold_no_paths():
    from galatea.operators.environment import diagnostics

    text = "\n".join(diagnostics())
    assert bpy.app.version_string in text
    assert not [word for word in text.split() if word.startswith("/")]
