# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reconstruct in the artist's scene: pictures by Blender's own cameras, the real worker, and on to Finish."""

import dataclasses
import json
import math

import bpy
import bmesh
import numpy as np
import pytest
from mathutils import Vector

from galatea.addon import checks, command_line, compat, jobs, properties, recipe, reconstruct, session, splats, targets
from galatea.backend.capabilities.reconstruct import ReconstructParams
from galatea.panels import reconstruct as panel

from .test_panels import Paper

MIDDLE, RADII = (3.0, -1.0, 2.0), (0.6, 0.6, 0.9)
QUICK = {"detail": 28, "coarse_steps": 12, "fine_steps": 8}
NAMES = [f"Eye.{number:03}" for number in range(8)]


@pytest.fixture(scope="module")
def photographed(tmp_path_factory):
    """A file with cameras all around an egg, orange above and blue below, each other than the others; and a folder with
    the pictures that Cycles makes, named after the cameras."""
    folder = tmp_path_factory.mktemp("shots")
    bpy.ops.wm.read_homefile(use_empty=True)
    scene = bpy.context.scene
    egg()
    scene.world = bpy.data.worlds.new("World")
    compat.enable_nodes(scene.world)
    scene.render.engine = "CYCLES"
    scene.cycles.samples = 4
    scene.render.film_transparent = True
    scene.render.image_settings.color_mode = "RGBA"
    scene.render.resolution_x, scene.render.resolution_y = 60, 84
    for number, name in enumerate(NAMES):
        scene.camera = camera(name, number)
        scene.render.filepath = str(folder / f"{name}.png")
        bpy.ops.render.render(write_still=True)
    bpy.data.objects.remove(bpy.data.objects["Egg"])
    file = tmp_path_factory.mktemp("scene") / "cameras.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(file))
    return file, folder


def egg():
    mesh = bpy.data.meshes.new("Egg")
    edited = bmesh.new()
    bmesh.ops.create_uvsphere(edited, u_segments=48, v_segments=32, radius=1)
    edited.to_mesh(mesh)
    edited.free()
    for half, color in (("above", (0.8, 0.2, 0.02, 1)), ("below", (0.02, 0.1, 0.6, 1))):
        made = bpy.data.materials.new(half)
        compat.enable_nodes(made).nodes["Principled BSDF"].inputs["Base Color"].default_value = color
        mesh.materials.append(made)
    for polygon in mesh.polygons:
        polygon.material_index = 0 if polygon.center.z > 0 else 1
        polygon.use_smooth = True
    item = bpy.data.objects.new("Egg", mesh)
    item.location, item.scale = MIDDLE, RADII
    bpy.context.collection.objects.link(item)


def camera(name, number):
    """With every way that Blender has to say how wide a camera sees."""
    lens = bpy.data.cameras.new(name)
    lens.lens = 45 + 3 * (number % 3)
    lens.sensor_fit = ("AUTO", "HORIZONTAL", "VERTICAL")[number % 3]
    lens.sensor_height = 30
    lens.shift_x, lens.shift_y = 0.04 * (number % 2), -0.03 * (number % 4)
    item = bpy.data.objects.new(name, lens)
    turn, rise = 2 * math.pi * number / len(NAMES), math.radians((10, 45, -20)[number % 3])
    away = Vector((math.sin(turn) * math.cos(rise), -math.cos(turn) * math.cos(rise), math.sin(rise)))
    item.location = Vector(MIDDLE) + 5.5 * away
    item.rotation_euler = away.to_track_quat("Z", "Y").to_euler()
    bpy.context.collection.objects.link(item)
    return item


@pytest.fixture
def scene_of_cameras(photographed):
    """The file with the cameras, open and never saved, with quick settings and the folder chosen."""
    file, folder = photographed
    bpy.ops.wm.open_mainfile(filepath=str(file))
    settings = bpy.context.scene.galatea.reconstruct
    properties.set_reconstruct(settings, {**QUICK, "cameras": "scene", "folder": str(folder)})
    return settings


def test_settings_mirror_the_parameters():
    defaults = {field.name: field.default for field in dataclasses.fields(ReconstructParams)} | {"folder": ""}
    assert properties.reconstruct_params(bpy.context.scene.galatea.reconstruct) == defaults


def test_pictures_of_scene_cameras_become_the_object_in_its_place(scene_of_cameras):
    assert bpy.ops.galatea.reconstruct() == {"FINISHED"}
    made = bpy.context.view_layer.objects.active
    points = np.array([made.matrix_world @ vertex.co for vertex in made.data.vertices])
    low, high = points.min(axis=0), points.max(axis=0)
    # A pixel is 0.05 units there, a cell 0.065.
    assert (low + high) / 2 == pytest.approx(np.array(MIDDLE), abs=0.06)
    assert high - low == pytest.approx(2 * np.array(RADII), abs=0.15)
    away = np.linalg.norm((points - MIDDLE) / RADII, axis=1)
    assert np.abs(away - 1).mean() < 0.05
    colors = np.empty(len(points) * 4, np.float32)
    made.data.color_attributes["Color"].data.foreach_get("color", colors)
    colors, above = colors.reshape(-1, 4), points[:, 2] - MIDDLE[2]
    for half, more, less in ((1, 0, 2), (-1, 2, 0)):
        seen = (half * above > 0.3) & (half * above < 0.75)  # no camera sees the poles
        assert (colors[seen, more] > colors[seen, less]).mean() > 0.98
    assert recipe.read(made)["params"]["cameras"] == "scene"


def test_the_result_goes_on_to_finish_with_its_pictures(scene_of_cameras, tmp_path):
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    assert bpy.ops.galatea.reconstruct() == {"FINISHED"}
    rough = bpy.context.view_layer.objects.active
    assert reconstruct.pictures_of(rough).parent.parent.parent == tmp_path
    # The artist may move and turn it, and the vertices may lose their colors: the pictures still know.
    rough.rotation_euler.z, rough.location.x = 1.0, -4.0
    bpy.context.view_layer.update()
    rough.data.color_attributes["Color"].data.foreach_set("color", np.tile([0, 1, 0, 1], len(rough.data.vertices)))
    properties.set_finish(bpy.context.scene.galatea.finish, {"faces": 600, "resolution": 512, "height": 1.0})
    assert bpy.ops.galatea.finish() == {"FINISHED"}
    made = bpy.context.view_layer.objects.active
    assert made != rough and made.dimensions.z == pytest.approx(1.0, abs=1e-3)
    report = recipe.read(made)["report"]
    assert report["manifold"] and report["uv_overlap"] == 0 and report["faces"] <= 600
    image = next(node.image for node in made.active_material.node_tree.nodes if node.label == "Base Color")
    pixels = np.array(image.pixels[:]).reshape(512, 512, 4)
    for polygon in made.data.polygons:
        where = np.mean([made.data.uv_layers[0].uv[index].vector for index in polygon.loop_indices], axis=0)
        red, green, blue = pixels[int(where[1] * 512), int(where[0] * 512), :3]
        if 0.15 < abs(polygon.center.z - 0.5) < 0.4:  # no camera sees the poles
            assert (red > blue) == (polygon.center.z > 0.5) and green < max(red, blue)
    # One click further: it is what the buttons of Rig and Texture mean now.
    assert checks.targets(bpy.context) == [made] and bpy.ops.galatea.rig.poll()


def test_lost_pictures_are_no_obstacle_and_are_told(scene_of_cameras, tmp_path):
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    bpy.ops.galatea.reconstruct()
    rough = bpy.context.view_layer.objects.active
    assert "gone" not in result_panel().text
    reconstruct.pictures_of(rough).unlink()
    assert "Its pictures are gone" in result_panel().text
    properties.set_finish(bpy.context.scene.galatea.finish, {"faces": 400, "resolution": 512})
    assert bpy.ops.galatea.finish() == {"FINISHED"}


def result_panel() -> Paper:
    paper = Paper()
    panel.GALATEA_PT_reconstruct_result.draw(type("Panel", (), {"layout": paper})(), bpy.context)
    return paper


def test_the_panel_says_what_it_found(scene_of_cameras, tmp_path):
    scene, settings = bpy.context.scene, scene_of_cameras

    def found():
        return reconstruct.look(scene, settings.cameras, settings.folder)

    assert found() == reconstruct.Found(8, "8 of 8 cameras")
    bpy.data.objects[NAMES[0]].data.type = "ORTHO"
    assert NAMES[0] in found().problem
    for name in NAMES[2:]:
        bpy.data.objects.remove(bpy.data.objects[name])
    bpy.data.objects[NAMES[0]].data.type = "PERSP"
    assert "2 pictures" in found().problem
    settings.folder = str(tmp_path)
    assert f"{NAMES[0]}.png" in found().problem
    settings.cameras = "folder"
    assert "holds no cameras" in found().problem
    (tmp_path / "sparse/0").mkdir(parents=True)
    (tmp_path / "images").mkdir()
    for name in ("sparse/0/cameras.txt", "sparse/0/images.txt", *(f"images/{number}.JPG" for number in range(4))):
        (tmp_path / name).touch()
    assert found() == reconstruct.Found(4, "sparse/0/images.txt")
    settings.folder = str(tmp_path / "nowhere")
    assert "no folder" in found().problem
    settings.folder = ""
    assert "Choose the folder" in found().problem
    with pytest.raises(RuntimeError, match="Choose the folder"):
        bpy.ops.galatea.reconstruct()
    assert not session.get().queue.busy


def test_a_waiting_result_tells_why(scene_of_cameras):
    """Of a job that belongs to no object."""
    job = jobs.Job("20260101-000000-abcdef", None, "reconstruct", "Reconstruct", {}, {"objects": []}, "")
    assert targets.obstacle(job) == ""


def test_bad_pictures_end_in_a_sentence(scene_of_cameras, photographed, tmp_path):
    for path in photographed[1].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / f"{NAMES[3]}.png").write_bytes(b"no picture")
    scene_of_cameras.folder = str(tmp_path)
    before = set(bpy.data.objects)
    with pytest.raises(RuntimeError, match=f"{NAMES[3]}.png is no picture that can be read. Save it again"):
        bpy.ops.galatea.reconstruct()
    assert set(bpy.data.objects) == before


def test_the_command_takes_the_cameras_of_a_file_and_finishes(photographed, tmp_path):
    file, folder = photographed
    before = sorted(path.name for path in file.parent.iterdir())
    arguments = ["reconstruct", folder, "--cameras", file, "-o", tmp_path / "out", "--detail", 24, "--finish",
                 "--faces", 500, "--resolution", 512, "--no-preview"]  # fmt: skip
    assert command_line.blender_command([str(item) for item in arguments]) == 0
    there = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"result.blend", "result.glb", "maps", "recipe.json", "report.json"} <= there
    assert json.loads((tmp_path / "out/report.json").read_text())["faces"] <= 500
    assert sorted(path.name for path in file.parent.iterdir()) == before, "nothing is written beside the artist's file"
    wrong = ["reconstruct", str(folder), "-o", str(tmp_path / "out")]
    assert command_line.blender_command(wrong) == 1


def test_splats_are_fitted_to_the_same_pictures(scene_of_cameras):
    assert bpy.ops.galatea.fit_splats(count=300, steps=12, picture_size=64) == {"FINISHED"}
    made = bpy.context.view_layer.objects.active
    assert splats.is_splats(made) and made.name == "shots0 Splats"
    table = splats.table_of(made)
    assert 50 < len(table.position) <= 300
    away = np.linalg.norm((table.position - MIDDLE) / RADII, axis=1)
    assert 0.8 < np.median(away) < 1.2
    above = table.position[:, 2] - MIDDLE[2]
    warm = table.harmonics[:, 0, 0] > table.harmonics[:, 0, 2]
    assert warm[above > 0.4].mean() > 0.9 and warm[above < -0.4].mean() < 0.1
    assert recipe.read(made)["report"]["psnr"] > 15
    bpy.context.scene.galatea.reconstruct.folder = ""
    assert not bpy.ops.galatea.fit_splats.poll()
