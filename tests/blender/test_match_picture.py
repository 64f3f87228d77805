# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A click on a picture shows the place on the mesh, and the reverse, on a picture whose pixels are known."""

import dataclasses
import json
import re
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from galatea.addon import command_line, jobs, match_picture, match_points, properties, recipe, session, targets
from galatea.backend import protocol
from galatea.operators import match_points as operators

from . import made_up

SIZE = 64
SQUARE = np.array([0.1, 0.2, 0.9, 1.0])


def known(vertices):
    """What a picture from +X shows of a box of vertices: y to the right, z up; its border is empty."""
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    part = (np.arange(SIZE) + 0.5) / SIZE
    places = np.empty((SIZE, SIZE, 3))
    places[..., 0] = high[0]
    places[..., 1] = low[1] + part[None] * (high[1] - low[1])
    places[..., 2] = high[2] - part[:, None] * (high[2] - low[2])
    sure = np.zeros((SIZE, SIZE), np.float32)
    sure[8:-8, 8:-8] = 0.9
    return places, sure


class Worker(made_up.Worker):
    """Knows what the picture shows; of no mesh it shows a box."""

    def said(self, job, description):
        files = {"shown": "out/shown.npz"}
        assert (self.folder / "in/picture.png").is_file()
        if (self.folder / "in/mesh.npz").is_file():
            with np.load(self.folder / "in/mesh.npz") as data:
                vertices = data["vertices"]
        else:
            vertices = np.array([[x, y, z] for x in (0, 1) for y in (0, 2) for z in (0, 1)], float)
            triangles = [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5]]
            np.savez(self.folder / "out/animal.npz", vertices=vertices, triangles=np.array(triangles))
            files["animal"] = "out/animal.npz"
        places, sure = known(vertices)
        np.savez(self.folder / "out/shown.npz", places=places, sure=sure, square=SQUARE)
        return [protocol.Result(job, files, {"sure_percent": 90.0, "warnings": ["Mind the tail."]})]


def picture(name="Fox"):
    image = bpy.data.images.new(name, 40, 20)
    image.pixels.foreach_set(np.full(40 * 20 * 4, 0.5, np.float32))
    return image


@pytest.fixture
def ready(monkeypatch):
    """A picture that is chosen, and a queue whose worker knows the answer."""
    queue = session.get().queue
    monkeypatch.setattr(queue, "worker", None)
    monkeypatch.setattr(queue, "jobs", [])
    monkeypatch.setattr(queue, "_start_worker", lambda: Worker([]))
    image = picture()
    bpy.context.scene.galatea.match_picture.picture = image
    match_points.clear(bpy.context)
    return image


@pytest.fixture
def matched(ready):
    """(mesh, image): matched, the mesh moved and turned in the world."""
    item = made_up.animal("Animal")
    item.location, item.rotation_euler = (3.0, -1.0, 0.5), (0.0, 0.0, 0.7)
    bpy.context.view_layer.update()
    assert bpy.ops.galatea.match_picture() == {"FINISHED"}
    return item, ready


def in_world(item, image, row, column):
    """Where a cell's place is in the world."""
    place = match_picture.shown(item, image).places[row, column]
    return match_points.match.world_of(bpy.context, item, match_points.match.spot_of(item, place))


def uv(row, column):
    """A cell's middle in parts of the picture, from its lower left corner."""
    left, upper, right, lower = SQUARE
    return left + (column + 0.5) / SIZE * (right - left), 1 - upper - (row + 0.5) / SIZE * (lower - upper)


def markers():
    return {item.name: np.array(item.location) for item in bpy.data.objects if item.name.startswith("Match Point")}


def test_a_click_on_the_picture_is_shown_on_the_mesh_and_back(matched):
    item, image = matched
    assert match_picture.pictures(item) == [image]
    assert bpy.ops.galatea.match_point(picture="Fox", at=uv(30, 20)) == {"FINISHED"}
    wanted = in_world(item, image, 30, 20)
    assert np.allclose(markers()["Match Point 1 on Animal"], wanted, atol=1e-3)
    assert np.allclose(match_points.points_of(image), [[1, *uv(30, 20)]], atol=1e-6)
    # The mesh's points: the surface itself is not where the made-up cells are, so only those near them have an answer.
    seen = match_picture.shown(item, image)
    point, sure = match_picture.point_at(seen, seen.places[40, 25])
    assert np.allclose(point, uv(40, 25), atol=0.02) and sure > 0.8
    far = seen.places[40, 25] - [5.0, 0, 0]
    assert match_picture.point_at(seen, far)[1] < 0.01
    assert bpy.ops.galatea.match_point(position=wanted) == {"FINISHED"}
    assert {name[:13] for name in markers()} == {"Match Point 1", "Match Point 2"}
    assert len(match_points.points_of(image)) == 2
    bpy.ops.galatea.clear_match_points()
    assert not markers() and not len(match_points.points_of(image))


@pytest.mark.usefixtures("matched")
def test_beside_the_animal_nothing_is_shown():
    with pytest.raises(RuntimeError, match="no matched animal at this point"):
        bpy.ops.galatea.match_point(picture="Fox", at=(0.01, 0.99))
    assert not markers()


def test_two_pictures_without_a_mesh_meet_on_a_plain_animal(ready):
    for item in list(bpy.data.objects):
        bpy.data.objects.remove(item)
    other = picture("Horse")
    assert bpy.ops.galatea.match_picture() == {"FINISHED"}
    plain = bpy.context.view_layer.objects.active
    assert plain.name == match_picture.PLAIN
    plain.select_set(False)
    bpy.context.scene.galatea.match_picture.picture = other
    assert bpy.ops.galatea.match_picture() == {"FINISHED"}
    assert match_picture.pictures(plain) == [ready, other]
    assert len([item for item in bpy.data.objects if item.type == "MESH"]) == 1
    made_up.select(plain)
    bpy.ops.galatea.match_point(picture="Fox", at=uv(32, 32))
    assert np.allclose(match_points.points_of(other)[0], [1, *uv(32, 32)], atol=0.02)


def test_a_match_survives_saving_and_is_replaced_by_a_new_one(matched, tmp_path):
    item, image = matched
    assert bpy.ops.galatea.match_picture.poll()
    before = match_picture.shown(item, image)
    match_picture.write(item, before._replace(sure=before.sure * 0.5), {})
    assert match_picture.pictures(item) == [image]
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "one.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "one.blend"))
    item, image = bpy.data.objects["Animal"], bpy.data.images["Fox"]
    again = match_picture.shown(item, image)
    assert np.allclose(again.places, before.places) and again.sure.max() == pytest.approx(0.45)
    bpy.data.images.remove(image)
    assert match_picture.pictures(item) == [] and not match_points.known(item)


def test_a_generated_picture_keeps_its_recipe_and_the_match_has_its_own(ready):
    ready["galatea"] = json.dumps({"capability": "image", "params": {"seed": 3}, "report": {}})
    item = made_up.animal("Animal")
    bpy.ops.galatea.match_picture()
    assert recipe.read(ready)["params"] == {"seed": 3}
    assert match_picture.warnings(item, ready) == ["Mind the tail."]


def test_a_result_of_an_earlier_session_goes_to_the_image_of_its_name_alone(matched):
    _, image = matched
    job = session.get().queue.jobs[-1]
    other = picture("Other")
    job.target |= {"process": 0, "image": job.target["image"] | {"session_uid": other.session_uid}}
    assert match_picture.image_of(job.target) == image  # by now another image has that id
    image.scale(10, 10)
    with pytest.raises(targets.ImportProblem, match="image Fox is not in this file"):
        match_picture.image_of(job.target)


def test_a_plain_animal_is_matched_as_such_until_it_is_changed(ready):
    for item in list(bpy.data.objects):
        bpy.data.objects.remove(item)
    bpy.ops.galatea.match_picture()
    plain = bpy.context.view_layer.objects.active
    bpy.context.scene.galatea.match_picture.picture = other = picture("Horse")
    bpy.ops.galatea.match_picture()
    job = session.get().queue.jobs[-1]
    assert job.target["objects"] == [] and not (job.inputs / "mesh.npz").exists()
    assert match_picture.pictures(plain) == [ready, other]
    plain.data.vertices[0].co.x += 0.1
    assert not match_picture.is_plain(plain)


def test_numbers_go_on_where_markers_were_deleted_by_hand(matched):
    _, image = matched
    bpy.ops.galatea.match_point(picture="Fox", at=uv(30, 20))
    for name in markers():
        bpy.data.objects.remove(bpy.data.objects[name])
    bpy.ops.galatea.match_point(picture="Fox", at=uv(32, 32))
    assert match_points.points_of(image)[:, 0].tolist() == [1, 2] and "Match Point 2 on Animal" in markers()
    found = bpy.data.collections[match_points.COLLECTION]
    bpy.context.scene.collection.children.unlink(found)
    folder = bpy.data.collections.new("Folder")
    bpy.context.scene.collection.children.link(folder)
    folder.children.link(found)
    bpy.ops.galatea.match_point(picture="Fox", at=uv(34, 34))
    assert found.name not in bpy.context.scene.collection.children


def test_a_mesh_that_lost_its_faces_shows_nothing(matched):
    item, _ = matched
    item.data.clear_geometry()
    assert not match_points.known(item) and not bpy.ops.galatea.match_point.poll()


@pytest.mark.parametrize("broken", [5, {"image": None}, {"sure": 1.0}, {"sure": [1.0] * 3}])
def test_edited_custom_properties_are_no_match_and_no_traceback(matched, broken):
    item, image = matched
    before = match_picture.shown(item, image)
    item["galatea_picture_0"] = broken if broken == 5 else {"image": image, "places": [], "square": []} | broken
    assert match_picture.pictures(item) == [] and not match_points.known(item)
    match_picture.write(item, before, {})
    assert [key for key in item.keys() if key.startswith("galatea_picture")] == ["galatea_picture_0"]  # noqa: SIM118
    image["galatea_points"] = "x" if broken == 5 else [1.0, 2.0]
    assert not len(match_points.points_of(image))
    bpy.ops.galatea.match_point(picture="Fox", at=uv(30, 20))
    assert len(match_points.points_of(image)) == 1


@pytest.mark.parametrize("point", [
    {"position": (float("nan"), 0, 0)}, {"position": (1e30, 0, 0)}, {"picture": "Fox", "at": (float("nan"), 0.5)},
    {"picture": "Fox", "at": (float("inf"), 0.5)}, {"picture": "Nobody", "at": (0.5, 0.5)},
])  # fmt: skip
@pytest.mark.usefixtures("matched")
def test_points_that_are_nowhere_are_told(point):
    with pytest.raises(RuntimeError, match="no matched animal at this point"):
        bpy.ops.galatea.match_point(**point)
    assert not markers()


@pytest.mark.parametrize(("name", "told"), [("Gone", "has no pixels. Find its file"), ("Tiles", "is in UDIM tiles")])
def test_an_image_without_pixels_is_told(ready, name, told):
    made_up.animal("Animal")
    image = bpy.data.images.new(name, 8, 8, tiled=name == "Tiles")
    if name == "Gone":
        image.source, image.filepath = "FILE", "//nowhere.png"
    bpy.context.scene.galatea.match_picture.picture = image
    with pytest.raises(RuntimeError, match=re.escape(told)):
        bpy.ops.galatea.match_picture()
    assert not session.get().queue.jobs


def test_an_image_that_goes_below_the_job_is_told_and_the_result_waits(ready, monkeypatch):
    item = made_up.animal("Animal")
    queue = session.get().queue
    said = Worker.said

    def removed(self, job, description):
        bpy.data.images.remove(ready)
        return said(self, job, description)

    monkeypatch.setattr(Worker, "said", removed)
    with pytest.raises(RuntimeError, match="image Fox is not in this file"):
        bpy.ops.galatea.match_picture()
    assert queue.jobs[-1].state is jobs.JobState.READY and not match_picture.pictures(item)
    picture()
    assert queue.apply(queue.jobs[-1]) and match_points.known(item)


def test_clicks_are_undo_steps_and_wait_for_object_mode(matched, monkeypatch):
    """The modal operator without a window: what a click does."""
    _, image = matched
    kind, said, pushed = operators.GALATEA_OT_match_point, [], []
    view = SimpleNamespace(x=0, y=0, width=100, height=100, type="IMAGE_EDITOR", tag_redraw=lambda: None)
    view.spaces = SimpleNamespace(active=SimpleNamespace(image=image))
    main = SimpleNamespace(x=0, y=0, width=100, height=100, type="WINDOW")
    main.view2d = SimpleNamespace(region_to_view=lambda x, y: (x / 100, y / 100))
    view.regions = [main]
    context = SimpleNamespace(
        mode="OBJECT", scene=bpy.context.scene, view_layer=bpy.context.view_layer,
        screen=SimpleNamespace(areas=[view]), window=SimpleNamespace(cursor_modal_restore=lambda: said.append("end")),
        workspace=SimpleNamespace(status_text_set=said.append),
        evaluated_depsgraph_get=bpy.context.evaluated_depsgraph_get, window_manager=SimpleNamespace(windows=[]),
    )  # fmt: skip
    monkeypatch.setattr(operators, "undo_step", lambda name: pushed.append(name))
    one = SimpleNamespace(bl_label="Show Point")
    one.click = lambda *values: kind.click(one, *values)
    one.end = lambda context: kind.end(one, context)
    x, y = (100 * part for part in uv(30, 20))
    press = SimpleNamespace(type="LEFTMOUSE", value="PRESS", mouse_x=x, mouse_y=y)
    assert kind.modal(one, context, press) == {"RUNNING_MODAL"}
    assert len(pushed) == 1 and len(match_points.points_of(image)) == 1 and "90% sure" in said[-1]
    press.mouse_x = press.mouse_y = 1
    kind.modal(one, context, press)
    assert len(pushed) == 1 and "no matched animal" in said[-1]
    context.mode = "EDIT_MESH"
    kind.modal(one, context, press)
    assert "Object Mode" in said[-1]
    # No FINISHED: to adjust it would take back all clicks, and put one at the origin.
    assert kind.modal(one, context, SimpleNamespace(type="ESC")) == {"CANCELLED"} and said[-2:] == [None, "end"]
    context.window = None
    kind.cancel(one, context)


def test_settings_are_those_of_the_backend():
    capability = pytest.importorskip("galatea.backend.capabilities.match_picture")
    expected = {field.name: field.default for field in dataclasses.fields(capability.MatchPictureParams)}
    assert properties.match_picture_params(bpy.context.scene.galatea.match_picture) == expected


def test_the_command_takes_pictures(ready, tmp_path, capsys):
    made_up.animal("Animal")
    bpy.ops.wm.obj_export(filepath=str(tmp_path / "animal.obj"), export_selected_objects=True)
    for name in ("one", "two"):
        image = picture(name)
        image.filepath_raw, image.file_format = str(tmp_path / f"{name}.png"), "PNG"
        image.save()
    files = {name: str(tmp_path / name) for name in ("animal.obj", "one.png", "two.png")}
    out = tmp_path / "out"
    assert command_line.blender_command(["match", files["one.png"], files["animal.obj"], "-o", str(out)]) == 0
    with np.load(out / "match.npz") as data:
        assert data["source.places"].shape == (SIZE, SIZE, 3) and np.allclose(data["source.square"], SQUARE)
    assert json.loads((out / "report.json").read_text())["source"]["sure_percent"] == 90.0
    assert (out / "result.blend").is_file()
    assert command_line.blender_command(["match", files["one.png"], files["two.png"], "-o", str(out)]) == 0
    with np.load(out / "match.npz") as data:
        assert {"source.places", "target.places"} <= set(data)
    capsys.readouterr()
    assert command_line.blender_command(["match", files["one.png"], files["two.png"], "-o", str(out), "--rig"]) == 1
    assert "pictures carry points alone" in capsys.readouterr().err
