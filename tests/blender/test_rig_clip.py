# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clip becomes a rig in the artist's file: keys, frame rate, what the clip's camera sees, its background."""

import dataclasses
import json
from pathlib import Path
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

torch = pytest.importorskip("torch")  # the backend's; it is computed within this process here
cv2 = pytest.importorskip("cv2")

from bpy_extras.object_utils import world_to_camera_view  # noqa: E402
from mathutils import Vector  # noqa: E402

from galatea.addon import command_line, properties, recipe, rig_clip, session  # noqa: E402
from galatea.backend import protocol  # noqa: E402
from galatea.backend.capabilities import rig_clip as capability  # noqa: E402
from galatea.backend.clip import motion, read, solve  # noqa: E402
from galatea.backend.job import Job, JobError, describe  # noqa: E402
from galatea.backend.photos import collect, features  # noqa: E402
from galatea.backend.photos import solve as photos_solve  # noqa: E402
from galatea.backend.photos.body import posed, symmetric  # noqa: E402
from galatea.panels import rig_clip as panel  # noqa: E402
from galatea.tests.photographed import SIZE, film, in_crops  # noqa: E402

from . import made_up  # noqa: E402
from .test_rig_photos import Sheet, evaluated  # noqa: E402

COUNT = 6


@pytest.fixture(scope="module")
def filmed(tmp_path_factory):
    return film(tmp_path_factory.mktemp("filmed") / "beast", COUNT)


@pytest.fixture
def solved(filmed, monkeypatch):
    """The worker knows the answer: what is tested is what becomes of it. Returns the jobs it ran."""
    ran, queue = [], session.get().queue

    class Worker(made_up.Worker):
        def poll(self, seconds=0.01):
            if self.job is None:
                return []
            name, self.job = self.job, None
            self.ran.append(name)
            job = Job(self.folder)
            params = capability.RigClipParams(**json.loads((self.folder / "job.json").read_text())["params"])
            try:
                clip = read.read(Path(params.clip), params.first, params.last, params.rate)
            except JobError as error:
                return [describe(name, error)]
            photos = [collect.photo_of(path, 64) for path in read.numbered(filmed.folder)]
            collection = photos_solve.collection_of(filmed.template, photos, features.colours, 0)
            scene = solve.Scene(
                collection, motion.pace_of(photos, clip.chosen), motion.flows_of(clip.frames), motion.Calm()
            )
            state = in_crops(filmed.state, photos)
            points, _ = posed(filmed.body, symmetric(filmed.body, state.shape), state.poses)
            capability._write(job, params, clip, scene, list(range(COUNT)), filmed.body, state, points)
            names = ("skeleton.json", "weights.npz", "motion.npz", "mesh.npz", "camera.json", "texture.png")
            bones = len(filmed.template.bones)
            report = {
                "bones": bones,
                "frames": COUNT,
                "overlap_percent": 98.0,
                "warnings": ["Look."],
                "seconds": {"all": 1.0},
            }
            return [protocol.Result(name, {Path(file).stem: f"out/{file}" for file in names}, report)]

    monkeypatch.setattr(queue, "_start_worker", lambda: Worker(ran))
    monkeypatch.setattr(queue, "worker", None)
    monkeypatch.setattr(queue, "jobs", [])
    return ran


@pytest.fixture
def settings():
    return bpy.context.scene.galatea.clip


@pytest.fixture
def rigged(request, filmed, solved, settings):
    """(armature, mesh object, camera) after one press; the parameter: whether the camera stands still."""
    for action in list(bpy.data.actions):
        bpy.data.actions.remove(action)
    properties.set_clip(settings, {"texture_size": 64, "rate": 12.5, "still_camera": getattr(request, "param", True)})
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = 160, 90
    assert bpy.ops.galatea.rig_clip(filepath=str(filmed.folder)) == {"FINISHED"}
    armature = bpy.context.view_layer.objects.active
    (item,) = (child for child in armature.children if child.type == "MESH")
    return armature, item, rig_clip.camera_of(armature)


def test_the_settings_are_the_parameters(settings):
    fields = {field.name: field.default for field in dataclasses.fields(capability.RigClipParams)}
    assert properties.GalateaClipSettings.__annotations__.keys() == fields.keys()
    properties.set_clip(settings, fields | {"clip": ""})
    assert all(getattr(settings, name) == value for name, value in fields.items() if name != "clip")


@pytest.mark.parametrize("rigged", [True, False], ids=["still camera", "moving camera"], indirect=True)
def test_through_the_camera_the_mesh_lies_on_the_clip_in_every_frame(filmed, rigged):
    _, item, camera = rigged
    scene = bpy.context.scene
    for number, path in enumerate(read.numbered(filmed.folder), 1):
        scene.frame_set(number)
        seen = np.array([world_to_camera_view(scene, camera, Vector(point)) for point in evaluated(item)])
        pixels = np.stack([0.5 + (seen[:, 0] - 0.5) * 160 / 90, 1 - seen[:, 1]], axis=1) * SIZE
        alpha = np.array(bpy.data.images.load(str(path)).pixels[:]).reshape(SIZE, SIZE, 4)
        solid = np.argwhere(alpha[::-1, :, 3] > 0.5)
        assert pixels.min(axis=0) == pytest.approx(solid.min(axis=0)[::-1], abs=5)  # tips of ears
        assert pixels.max(axis=0) == pytest.approx(solid.max(axis=0)[::-1], abs=5)


def test_there_are_as_many_keys_as_frames_at_the_clips_rate(rigged):
    armature, _, camera = rigged
    scene = bpy.context.scene
    assert scene.render.fps / scene.render.fps_base == pytest.approx(12.5)
    assert (scene.frame_start, scene.frame_end) == (1, COUNT)
    assert tuple(armature.animation_data.action.frame_range) == (1, COUNT)
    background = camera.data.background_images[0]
    assert background.image.source == "SEQUENCE"
    assert (background.image_user.frame_duration, background.image_user.frame_offset) == (COUNT, -1)  # from 00.png
    assert {"Spine1", "Head", "Thigh.L", "Thigh.R"} <= {bone.name for bone in armature.data.bones}


def test_an_animated_scene_keeps_its_frames_and_rate(filmed, solved, settings):
    properties.set_clip(settings, {"texture_size": 64})
    scene = bpy.context.scene
    bpy.data.actions.new("the artist's")
    scene.render.fps, scene.render.fps_base, scene.frame_end = 30, 1.0, 200
    assert bpy.ops.galatea.rig_clip(filepath=str(filmed.folder)) == {"FINISHED"}
    assert (scene.render.fps, scene.render.fps_base, scene.frame_end) == (30, 1.0, 200)


def test_a_video_is_the_background_with_its_own_frames(filmed, solved, settings, tmp_path):
    path = tmp_path / "beast.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 24.0, (SIZE, SIZE))
    for _ in range(COUNT):
        writer.write(np.zeros((SIZE, SIZE, 3), np.uint8))
    writer.release()
    properties.set_clip(settings, {"texture_size": 64})
    assert bpy.ops.galatea.rig_clip(filepath=str(path)) == {"FINISHED"}
    background = rig_clip.camera_of(bpy.context.view_layer.objects.active).data.background_images[0]
    assert background.image.source == "MOVIE"
    assert (background.image_user.frame_duration, background.image_user.frame_offset) == (COUNT, 0)


def test_the_panel_says_what_is_chosen_and_how_the_result_is(rigged, settings, tmp_path):
    text = drawn()
    assert f"{COUNT} frames, 0 with masks" in text
    assert "Outlines overlap by 98 %" in text
    settings.clip = str(tmp_path / "none.mp4")
    assert "There is no clip" in drawn()
    settings.clip = str(tmp_path)
    assert "holds no pictures" in drawn()
    for name, says in (("song.mp3", "is no video"), ("one.png", "is a single picture")):
        (tmp_path / name).write_bytes(b"")
        settings.clip = str(tmp_path / name)
        assert says in drawn()
    assert "1 frames, 6 are the least" in drawn_of(settings, tmp_path)
    assert bpy.ops.galatea.rerun_clip() == {"FINISHED"}
    assert f"{COUNT} frames" in drawn()
    assert bpy.ops.galatea.show_clip() == {"FINISHED"}
    assert bpy.context.scene.camera == rigged[2]


def drawn_of(settings, folder):
    settings.clip = str(folder)
    return drawn()


def drawn():
    paper = Sheet()
    panel.GALATEA_PT_rig_clip.draw(SimpleNamespace(layout=paper), bpy.context)
    return paper.text


def test_what_the_backend_has_against_a_clip_is_reported(solved, tmp_path):
    (tmp_path / "clip.mp4").write_bytes(b"no video")
    with pytest.raises(RuntimeError, match=r"clip\.mp4 is no video that can be read"):
        bpy.ops.galatea.rig_clip(filepath=str(tmp_path / "clip.mp4"))
    assert not bpy.data.armatures


def test_the_command_writes_the_rig_into_files(solved, filmed, tmp_path, capsys):
    arguments = ["rig", "--clip", str(filmed.folder), "--texture-size", "64", "--rate", "12", "--no-preview"]
    assert command_line.blender_command([*arguments, "-o", str(tmp_path)]) == 0
    assert (tmp_path / "result.blend").is_file()
    assert (tmp_path / "result.glb").is_file()
    assert recipe.read(bpy.context.view_layer.objects.active)["params"]["rate"] == 12.0
    assert "6 frames, outlines overlap by 98 %" in capsys.readouterr().out
    assert command_line.blender_command(["rig", "--clip", str(tmp_path / "none.mp4"), "-o", str(tmp_path)]) == 1
