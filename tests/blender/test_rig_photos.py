# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Photos become a rig in the artist's file: what Blender's own cameras and armature make of it."""

import dataclasses
import json
from pathlib import Path
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

torch = pytest.importorskip("torch")  # the backend's; it is computed within this process here
pytest.importorskip("scipy")

from bpy_extras.object_utils import world_to_camera_view  # noqa: E402
from mathutils import Vector  # noqa: E402
from PIL import Image  # noqa: E402

from galatea.addon import command_line, properties, recipe, rig_photos, session  # noqa: E402
from galatea.backend import protocol  # noqa: E402
from galatea.backend.capabilities import photo_masks  # noqa: E402
from galatea.backend.capabilities import rig_photos as capability  # noqa: E402
from galatea.backend.job import Job, JobError, describe  # noqa: E402
from galatea.backend.photos import collect  # noqa: E402
from galatea.backend.photos.body import posed, symmetric  # noqa: E402
from galatea.panels import rig_photos as panel  # noqa: E402
from galatea.tests.photographed import SIZE, in_crops, shots  # noqa: E402

from . import made_up  # noqa: E402
from .test_panels import Paper  # noqa: E402

COUNT = 3


@pytest.fixture(scope="module")
def taken(tmp_path_factory):
    return shots(tmp_path_factory.mktemp("taken") / "beast", COUNT)


@pytest.fixture
def solved(taken, monkeypatch):
    """The worker knows the answer: what is tested is what becomes of it. Returns the jobs it ran."""
    ran, queue = [], session.get().queue

    class Worker(made_up.Worker):
        def poll(self, seconds=0.01):
            if self.job is None:
                return []
            name, self.job = self.job, None
            self.ran.append(name)
            job = Job(self.folder)
            params = capability.RigPhotosParams(**json.loads((self.folder / "job.json").read_text())["params"])
            try:
                photos = collect.collect(Path(params.folder), 64)
            except JobError as error:
                return [describe(name, error)]
            state = in_crops(taken.state, photos)
            points, _ = posed(taken.body, symmetric(taken.body, state.shape), state.poses)
            template = taken.template
            capability._write(job, params, photos, template.bones, template.weights, taken.body, state, points)
            names = ("skeleton.json", "weights.npz", "motion.npz", "mesh.npz", "cameras.json", "fused.png")
            report = {
                "bones": len(template.bones),
                "photos": COUNT,
                "overlap_percent": 99.0,
                "warnings": ["Look."],
                "seconds": {"all": 1.0},
            }
            return [protocol.Result(name, {Path(file).stem: f"out/{file}" for file in names}, report)]

    monkeypatch.setattr(queue, "_start_worker", lambda: Worker(ran))
    monkeypatch.setattr(queue, "worker", None)
    monkeypatch.setattr(queue, "jobs", [])
    return ran


@pytest.fixture
def rigged(taken, solved):
    """(armature, mesh object) after one press."""
    properties.set_photos(bpy.context.scene.galatea.photos, {"texture_size": 64})
    bpy.context.scene.render.resolution_x, bpy.context.scene.render.resolution_y = 160, 90
    assert bpy.ops.galatea.rig_photos(directory=str(taken.folder)) == {"FINISHED"}
    armature = bpy.context.view_layer.objects.active
    (item,) = (child for child in armature.children if child.type == "MESH")
    return armature, item


def evaluated(item):
    """(V, 3) in the world, as the armature deforms it."""
    mesh = item.evaluated_get(bpy.context.evaluated_depsgraph_get()).to_mesh()
    return np.array([item.matrix_world @ vertex.co for vertex in mesh.vertices])


def test_the_settings_are_the_parameters():
    fields = {field.name: field.default for field in dataclasses.fields(capability.RigPhotosParams)}
    settings = bpy.context.scene.galatea.photos
    assert properties.GalateaPhotosSettings.__annotations__.keys() == fields.keys()
    assert all(getattr(settings, name) == value for name, value in fields.items() if name != "folder")


def test_through_each_camera_the_mesh_lies_on_its_photo(taken, rigged):
    """In a wide render, while the photos are square: the middle square of the frame is the photo."""
    armature, item = rigged
    cameras = rig_photos.cameras_of(armature)
    assert [camera.name for camera in cameras] == ["00", "01", "02"]
    scene = bpy.context.scene
    for number, camera in enumerate(cameras):
        rig_photos.show(bpy.context, armature, camera, textured=True)
        assert scene.frame_current == number + 1
        assert scene.camera == camera
        seen = np.array([world_to_camera_view(scene, camera, Vector(point)) for point in evaluated(item)])
        pixels = np.stack([0.5 + (seen[:, 0] - 0.5) * 160 / 90, 1 - seen[:, 1]], axis=1) * SIZE
        alpha = np.array(bpy.data.images.load(str(taken.folder / f"{camera.name}.png")).pixels[:]).reshape(
            SIZE, SIZE, 4
        )
        solid = alpha[::-1, :, 3] > 0.5
        wide = np.any(
            [np.roll(solid, step, (0, 1)) for step in np.ndindex(3, 3)], axis=0
        )  # by 2 pixels, right and down
        x, y = (pixels.T + 1).astype(int)
        assert wide[y, x].mean() > 0.97  # tips of ears are thinner than a pixel
        rows, columns = np.nonzero(solid)
        assert np.ptp(pixels, axis=0) == pytest.approx([np.ptp(columns) + 1, np.ptp(rows) + 1], abs=5)
        assert camera.data.background_images[0].image.size[:] == (SIZE, SIZE)
        assert {polygon.material_index for polygon in item.data.polygons} == {number + 1}


def test_the_rig_is_ordinary_and_named(rigged):
    armature, item = rigged
    action = armature.animation_data.action
    assert [(marker.name, marker.frame) for marker in action.pose_markers] == [("00", 1), ("01", 2), ("02", 3)]
    assert {"Spine1", "Head", "Thigh.L", "Thigh.R"} <= {bone.name for bone in armature.data.bones}
    assert max(sum(group.weight > 0 for group in vertex.groups) for vertex in item.data.vertices) <= 4
    assert len(item.material_slots) == COUNT + 1
    assert item.data.uv_layers
    assert min(vertex.co.z for vertex in item.data.vertices) == pytest.approx(0, abs=1e-5)
    assert recipe.read(armature)["capability"] == "rig_photos"
    for image in bpy.data.images:
        assert image.packed_file or Path(bpy.path.abspath(image.filepath)).is_file()


def test_the_buttons_go_through_the_photos_and_around(rigged):
    scene = bpy.context.scene
    shown = []
    for _ in range(COUNT + 1):
        assert bpy.ops.galatea.show_photo(step=1) == {"FINISHED"}
        shown.append(scene.camera.name)
    assert shown == ["00", "01", "02", "00"]
    assert bpy.ops.galatea.show_photo(step=-1) == {"FINISHED"}
    assert scene.camera.name == "02"


def test_settings_of_a_rig_come_back(rigged, taken):
    settings = bpy.context.scene.galatea.photos
    settings.folder, settings.texture_size = "", 1024
    assert bpy.ops.galatea.rerun_photos() == {"FINISHED"}
    assert (settings.folder.rstrip("/"), settings.texture_size) == (str(taken.folder), 64)


def test_the_panel_says_what_is_in_the_folder_and_how_the_result_is(rigged, tmp_path):
    text = drawn()
    assert "3 photos" in text
    assert "So few photos tell little" in text
    assert "Outlines overlap by 99 %" in text
    settings = bpy.context.scene.galatea.photos
    (tmp_path / "one.png").write_bytes(b"")
    (tmp_path / "masks").mkdir()
    (tmp_path / "masks" / "one.png").write_bytes(b"")
    settings.folder = str(tmp_path)
    assert "There is one photo" in drawn()
    for number in range(6):
        (tmp_path / f"{number}.jpg").write_bytes(b"")
    assert "7 photos, 1 with masks" in drawn()
    settings.folder = str(tmp_path / "nowhere")
    assert "There is no folder" in drawn()


def drawn():
    paper = Sheet()
    panel.GALATEA_PT_rig_photos.draw(SimpleNamespace(layout=paper), bpy.context)
    return paper.text


class Sheet(Paper):
    """With room for properties."""

    def row(self, **options):
        return Sheet(self)

    column = box = grid_flow = row

    def prop(self, *names, **options):
        pass


def test_a_folder_without_photos_starts_no_job(solved, tmp_path):
    with pytest.raises(RuntimeError, match="holds no pictures"):
        bpy.ops.galatea.rig_photos(directory=str(tmp_path))
    assert not solved


def test_what_the_backend_has_against_a_photo_is_reported(solved, taken, tmp_path):
    for path in taken.folder.glob("*.png"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "01.png").write_bytes(b"no picture")
    with pytest.raises(RuntimeError, match=r"01\.png is no picture"):
        bpy.ops.galatea.rig_photos(directory=str(tmp_path))
    assert not bpy.data.armatures


def test_the_command_writes_the_rig_into_files(solved, taken, tmp_path, capsys):
    arguments = ["rig", "--photos", str(taken.folder), "--texture-size", "64", "--no-preview", "-o", str(tmp_path)]
    assert command_line.blender_command(arguments) == 0
    assert (tmp_path / "result.blend").is_file()
    assert (tmp_path / "result.glb").is_file()
    assert "3 photos, outlines overlap by 99 %" in capsys.readouterr().out
    assert command_line.blender_command(["rig", "--photos", str(tmp_path / "none"), "-o", str(tmp_path)]) == 1


def test_masks_are_listed_and_a_painted_one_is_saved_before_the_solve(solved, taken, tmp_path):
    folder = tmp_path / "photos"
    (folder / "masks").mkdir(parents=True)
    for path in taken.folder.glob("*.png"):
        (folder / path.name).write_bytes(path.read_bytes())
    settings = bpy.context.scene.galatea.photos
    settings.folder, settings.texture_size = str(folder), 64
    assert [photo.mask for photo in rig_photos.listed(settings.folder)] == [None] * COUNT
    with pytest.raises(RuntimeError, match="no mask yet"):
        bpy.ops.galatea.edit_photo_mask(photo="01.png")
    job = Job(tmp_path / "job")
    made = photo_masks.photo_masks(photo_masks.PhotoMasksParams(str(folder)), job)[1]["made"]
    assert made == ["00.png", "01.png", "02.png"]
    listed = rig_photos.listed(settings.folder)
    assert [photo.mask.name for photo in listed] == made
    # What it says is the photo's own transparency, and a second look changes nothing.
    alpha = collect.outlined(taken.folder / "01.png")[1]
    assert np.abs(collect.outlined(folder / "01.png")[1] - alpha).max() < 0.01
    assert photo_masks.photo_masks(photo_masks.PhotoMasksParams(str(folder)), job)[1]["made"] == []
    image = bpy.data.images.load(str(listed[1].mask))
    pixels = np.array(image.pixels[:]).reshape(SIZE, SIZE, -1)
    pixels[: SIZE // 2, :, :3] = 0.0  # the lower half
    image.pixels.foreach_set(pixels.astype(np.float32).ravel())
    assert image.is_dirty
    assert bpy.ops.galatea.rig_photos() == {"FINISHED"}
    assert not image.is_dirty and len(solved) == 1
    assert (collect.outlined(folder / "01.png")[1][SIZE // 2 :] < 0.5).all()


def test_an_inverted_mask_is_said(taken, tmp_path):
    (tmp_path / "masks").mkdir()
    (tmp_path / "a.png").write_bytes((taken.folder / "00.png").read_bytes())
    with Image.open(tmp_path / "a.png") as picture:
        alpha = np.asarray(picture)[..., 3]
    Image.fromarray(255 - alpha).save(tmp_path / "masks/a.png")
    with pytest.raises(JobError, match="wrong way round"):
        collect.outlined(tmp_path / "a.png")
