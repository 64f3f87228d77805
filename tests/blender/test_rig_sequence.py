# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A baked animation becomes a rig with an action that moves a copy the same way, as Blender itself evaluates it."""

import dataclasses
import json
import math
from types import MethodType, SimpleNamespace

import bpy
import numpy as np
import pytest

pytest.importorskip("scipy")  # the backend's; it is computed within this process here

from galatea.addon import command_line, compat, properties, recipe, rig_sequence, session
from galatea.addon.export import sequence
from galatea.addon.version import ROOT
from galatea.backend import protocol
from galatea.backend.capabilities import rig_sequence as capability
from galatea.backend.job import Job, JobCancelled, JobError, describe
from galatea.operators import rig_sequence as operators

from . import made_up

FIRST, LAST = 5, 20


class Worker(made_up.Worker):
    """Stands for the worker process: computes at the next poll, in this one."""

    def poll(self, seconds=0.01):
        if self.job is None:
            return []
        name, self.job = self.job, None
        self.ran.append(name)
        params = json.loads((self.folder / "job.json").read_text())["params"]
        try:
            made = capability.rig_sequence(capability.RigSequenceParams(**params), Job(self.folder))
        except JobCancelled:
            return [protocol.Cancelled(name)]
        except JobError as error:
            return [describe(name, error)]
        return [protocol.Result(name, *made)]


@pytest.fixture
def computing(monkeypatch):
    """The jobs that a worker within this process ran."""
    ran, queue = [], session.get().queue
    monkeypatch.setattr(queue, "_start_worker", lambda: Worker(ran))
    monkeypatch.setattr(queue, "worker", None)
    monkeypatch.setattr(queue, "jobs", [])
    monkeypatch.setattr(capability, "LOOKS", 1)
    return ran


@pytest.fixture
def worm():
    """A long cylinder with UVs, a material and a vertex group, turned in the world, that two driven modifiers bend and
    stretch over frames 5 to 20: active. Half of what it does is a turn of the object."""
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = FIRST, LAST
    bpy.ops.mesh.primitive_cylinder_add(vertices=10, radius=0.15, depth=2, location=(3, 1, 2))
    item = bpy.context.object
    item.name = "Worm"
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.subdivide(number_cuts=4)
    bpy.ops.object.mode_set(mode="OBJECT")
    item.data.materials.append(bpy.data.materials.new("Skin"))
    item.vertex_groups.new(name="Old").add(range(len(item.data.vertices)), 1.0, "REPLACE")
    bend = item.modifiers.new("Bend", "SIMPLE_DEFORM")
    bend.deform_method, bend.deform_axis = "BEND", "X"
    for frame, angle in ((FIRST, 0.0), (12, 50.0), (LAST, -30.0)):
        bend.angle = math.radians(angle)
        bend.keyframe_insert("angle", frame=frame)
        item.rotation_euler.z = 0.01 * angle
        item.keyframe_insert("rotation_euler", frame=frame)
    scene.frame_set(7)
    bpy.context.scene.galatea.sequence.named = False
    return item


def positions(item, frame):
    """World vertices as Blender evaluates them."""
    bpy.context.scene.frame_set(frame)
    vertices, _, _ = sequence.evaluated(bpy.context, item)
    return vertices


def test_settings_are_the_capabilitys_parameters():
    expected = {field.name: field.default for field in dataclasses.fields(capability.RigSequenceParams)}
    assert properties.sequence_params(bpy.context.scene.galatea.sequence) == expected


def test_the_rig_moves_as_the_mesh_did(worm, computing):
    before = [positions(worm, frame) for frame in range(FIRST, LAST + 1)]
    bpy.context.scene.frame_set(7)
    assert bpy.ops.galatea.rig_sequence() == {"FINISHED"}
    armature = bpy.context.view_layer.objects.active
    assert armature.type == "ARMATURE"
    assert bpy.context.scene.frame_current == 7
    (copy,) = (item for item in bpy.data.objects if item.parent == armature)
    diagonal = np.linalg.norm(np.ptp(before[0], axis=0))
    errors = [positions(copy, frame) - wanted for frame, wanted in zip(range(FIRST, LAST + 1), before, strict=True)]
    rms = np.sqrt((np.stack(errors) ** 2).sum(axis=2).mean()) / diagonal
    # A bend is no turn of bones: chains of them follow it as near as their number allows.
    assert rms < 0.005
    # What the panel says is that error, measured over half of the frames.
    report = recipe.read(armature)["report"]
    assert report["blender_rms_percent"] == pytest.approx(100 * rms, rel=0.3)
    # And the mesh that was baked is as it was.
    assert np.allclose(positions(worm, LAST), before[-1])
    assert worm.parent is None
    assert [group.name for group in worm.vertex_groups] == ["Old"]


def test_the_result_is_ordinary(worm, computing):
    bpy.ops.galatea.rig_sequence()
    armature = bpy.context.view_layer.objects.active
    (copy,) = (item for item in bpy.data.objects if item.parent == armature)
    assert [slot.material.name for slot in copy.material_slots] == ["Skin"]
    assert len(copy.data.uv_layers) == 1
    assert [modifier.type for modifier in copy.modifiers] == ["ARMATURE"]
    assert {group.name for group in copy.vertex_groups} <= {bone.name for bone in armature.data.bones}
    for vertex in copy.data.vertices:
        given = [group.weight for group in vertex.groups if group.weight > 0]
        assert 1 <= len(given) <= 4
        assert sum(given) == pytest.approx(1, abs=1e-3)
    bones = armature.data.bones
    assert len([bone for bone in bones if bone.parent is None]) == 1
    curves = compat.fcurves(armature)
    moved = {
        curve.data_path.partition('"].')[0].partition('["')[2] for curve in curves if "location" in curve.data_path
    }
    assert moved == {bone.name for bone in bones if bone.parent is None}
    assert {curve.group.name for curve in curves} == {bone.name for bone in bones}
    assert all(len(curve.keyframe_points) == LAST - FIRST + 1 for curve in curves)
    assert tuple(armature.animation_data.action.frame_range) == (FIRST, LAST)


def test_one_undo_takes_it_back(worm, computing):
    bpy.ops.ed.undo_push(message="before")
    names = set(bpy.data.objects.keys())
    bpy.ops.galatea.rig_sequence()
    assert set(bpy.data.objects.keys()) > names
    bpy.ops.ed.undo()
    assert set(bpy.data.objects.keys()) == names
    assert not bpy.data.armatures
    assert not bpy.data.actions.get("Worm Motion")


def test_an_own_range_is_used_and_comes_back_from_the_recipe(worm, computing):
    settings = bpy.context.scene.galatea.sequence
    settings.own_range, settings.frame_start, settings.frame_end, settings.bones = True, 8, 14, 3
    bpy.ops.galatea.rig_sequence()
    armature = bpy.context.view_layer.objects.active
    assert len(armature.data.bones) <= 3
    assert tuple(armature.animation_data.action.frame_range) == (8, 14)
    settings.own_range, settings.bones = False, 0
    assert bpy.ops.galatea.rerun_sequence() == {"FINISHED"}
    assert (settings.own_range, settings.frame_start, settings.frame_end, settings.bones) == (True, 8, 14, 3)
    assert bpy.context.view_layer.objects.active == worm


def test_shape_keys_are_a_motion_too(computing):
    bpy.context.scene.frame_start, bpy.context.scene.frame_end = 1, 6
    bpy.context.scene.galatea.sequence.named = False
    bpy.ops.mesh.primitive_cylinder_add(vertices=8, radius=0.2, depth=2)
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.subdivide(number_cuts=3)
    bpy.ops.object.mode_set(mode="OBJECT")
    item = bpy.context.object
    item.shape_key_add(name="Basis")
    key = item.shape_key_add(name="Lift")
    for point in key.data:
        if point.co.z > 0:
            point.co.x += 0.5 * point.co.z
    for frame, value in ((1, 0.0), (6, 1.0)):
        key.value = value
        key.keyframe_insert("value", frame=frame)
    assert bpy.ops.galatea.rig_sequence() == {"FINISHED"}
    report = recipe.read(bpy.context.view_layer.objects.active)["report"]
    assert report["blender_rms_percent"] < 1.0


def expect_error(says):
    with pytest.raises(RuntimeError, match=says):
        bpy.ops.galatea.rig_sequence()
    assert not session.get().queue.busy


def test_other_vertices_in_another_frame_are_told(worm, computing):
    decimate = worm.modifiers.new("Decimate", "DECIMATE")
    for frame, ratio in ((FIRST, 1.0), (10, 1.0), (11, 0.5)):
        decimate.ratio = ratio
        decimate.keyframe_insert("ratio", frame=frame)
    folders = set(session.get().queue.folder.iterdir())
    expect_error("other vertices or faces in frame 1[0-9] than in frame 5")
    assert bpy.context.scene.frame_current == 7
    assert set(session.get().queue.folder.iterdir()) == folders  # nothing is left on the disk


def test_too_much_for_the_memory_is_told_before_it_is_read(worm, computing, monkeypatch):
    monkeypatch.setattr(sequence, "MOST", 1000)
    expect_error("too many vertices for 16 frames. Choose at most")
    assert bpy.context.scene.frame_current == 7


def test_an_action_of_the_file_is_chosen_by_its_name(computing, tmp_path):
    arguments = ["rig", "--sequence", str(ROOT / "examples" / "wolf.glb"), "-o", str(tmp_path), "--action", "Swim"]
    assert command_line.blender_command(arguments) == 1
    assert command_line.blender_command([*arguments[:-1], "Walk", "--frames", "1", "1"]) == 1  # one frame
    assert bpy.context.scene.frame_end > 5


def test_one_frame_is_told(worm, computing):
    bpy.context.scene.frame_end = FIRST
    expect_error("one frame only")


def test_a_still_mesh_is_told(computing):
    bpy.ops.mesh.primitive_monkey_add()
    bpy.context.scene.frame_start, bpy.context.scene.frame_end = 1, 4
    expect_error("Nothing moves in this range")


def test_a_mesh_without_faces_is_told(computing):
    item = bpy.data.objects.new("Empty", bpy.data.meshes.new("Empty"))
    bpy.context.scene.collection.objects.link(item)
    bpy.context.view_layer.objects.active = item
    expect_error("has no vertices")


def test_reading_can_be_stopped(worm, tmp_path):
    reading = sequence.record(bpy.context, worm, range(FIRST, LAST + 1), tmp_path)
    assert next(reading) == pytest.approx(1 / 16)
    assert bpy.context.scene.frame_current == FIRST
    reading.close()
    assert bpy.context.scene.frame_current == 7


def pressed(monkeypatch):
    """The operator as a window runs it, without one: what Blender calls, and how often it was told to end."""
    operator = operators.GALATEA_OT_rig_sequence
    monkeypatch.setattr(operators, "SLICE", 0.0)
    self = SimpleNamespace(wait=False, started=0.0, said=[], ended=[], shown=[])
    self.report = lambda kind, text: self.said.append(text)
    self.end_modal = self.ended.append
    self.show = lambda context, done: self.shown.append(done)
    for name in ("read", "run", "give_up"):
        setattr(self, name, MethodType(getattr(operator, name), self))
    assert operator.begin(self, bpy.context)
    return self, lambda kind: operator.modal(self, bpy.context, SimpleNamespace(type=kind))


def test_escape_stops_the_reading(worm, computing, monkeypatch):
    folders = set(session.get().queue.folder.iterdir())
    self, event = pressed(monkeypatch)
    assert event("TIMER") == event("TIMER") == event("LEFTMOUSE") == {"RUNNING_MODAL"}
    assert self.shown == [1 / 16, 2 / 16]
    assert bpy.context.scene.frame_current == FIRST + 1
    assert event("ESC") == {"CANCELLED"}
    assert bpy.context.scene.frame_current == 7
    assert set(session.get().queue.folder.iterdir()) == folders
    assert len(self.ended) == 1
    assert not computing


def test_a_window_reads_frame_by_frame_and_then_rigs(worm, computing, monkeypatch):
    self, event = pressed(monkeypatch)
    results = [event("TIMER") for _ in range(LAST - FIRST + 2)]
    assert results == [{"RUNNING_MODAL"}] * (LAST - FIRST + 1) + [{"FINISHED"}]
    assert len(self.ended) == 1
    assert recipe.read(bpy.context.view_layer.objects.active)["capability"] == "rig_sequence"


def test_a_cancelled_job_leaves_the_scene_alone(worm, computing, monkeypatch):
    def stopped(params, job):
        job.cancel()
        job.progress("Finding bones", 0.3)

    monkeypatch.setattr(capability, "rig_sequence", stopped)
    names = set(bpy.data.objects.keys())
    assert bpy.ops.galatea.rig_sequence() == {"CANCELLED"}
    assert set(bpy.data.objects.keys()) == names


def test_a_mesh_that_lost_vertices_meanwhile_is_not_touched(worm, computing, monkeypatch):
    answer = capability.rig_sequence

    def slow(params, job):
        made = answer(params, job)
        worm.modifiers.new("Decimate", "DECIMATE").ratio = 0.5
        return made

    monkeypatch.setattr(capability, "rig_sequence", slow)
    names = set(bpy.data.objects.keys())
    with pytest.raises(RuntimeError, match="start the job again"):
        bpy.ops.galatea.rig_sequence()
    assert set(bpy.data.objects.keys()) == names


@pytest.mark.parametrize("kind", [".abc", ".usdc", ".blend", ".npz"])
def test_the_command_reads_caches(worm, computing, tmp_path, kind):
    path = tmp_path / f"worm{kind}"
    if kind == ".abc":
        bpy.ops.wm.alembic_export(filepath=str(path), start=FIRST, end=LAST, as_background_job=False)
    elif kind == ".usdc":
        bpy.ops.wm.usd_export(filepath=str(path), export_animation=True)
    elif kind == ".blend":
        bpy.ops.wm.save_as_mainfile(filepath=str(path))
    else:
        moved = np.stack([positions(worm, frame) for frame in range(FIRST, LAST + 1)])
        bpy.context.scene.frame_set(FIRST)
        _, triangles, _ = sequence.evaluated(bpy.context, worm)
        np.savez(path, vertices=moved, triangles=triangles)
    output = tmp_path / "out"
    arguments = ["rig", "--sequence", str(path), "-o", str(output), "--no-preview", "--bones", "8", "--rest", "6"]
    assert command_line.blender_command(arguments) == 0
    for name in ("result.blend", "result.glb", "recipe.json", "report.json"):
        assert (output / name).is_file()
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.ops.import_scene.gltf(filepath=str(output / "result.glb"))
    assert bpy.data.actions  # the motion is in there, too


def test_rig_sequence_is_told_apart_from_rig(worm, computing):
    bpy.ops.galatea.rig_sequence()
    assert not bpy.ops.galatea.rerun.poll()
    assert rig_sequence.frames_of(bpy.context) == range(FIRST, LAST + 1)
