# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texture from the artist's scene and back, with a worker that hands out the same maps for everything."""

import dataclasses
import json
import os

import bpy
import numpy as np
import pytest

from galatea.addon import (
    checks,
    command_line,
    compat,
    findings,
    jobs,
    lit_preview,
    pace,
    properties,
    recipe,
    relight,
    session,
    texture,
    texture_checks,
)
from galatea.addon.export import picture
from galatea.addon.export import texture as texture_export
from galatea.addon.importers import material as material_import
from galatea.backend import protocol
from galatea.backend.capabilities.texture import TextureParams
from galatea.backend.texturing import picture as files

from . import made_up, textured

FOLDER = recipe.folder_name("Ball")


@pytest.fixture
def painter(monkeypatch):
    """Instead of the worker. Returns the jobs it ran."""
    ran = []
    queue = session.get().queue
    monkeypatch.setattr(queue, "_start_worker", lambda: textured.Worker(ran))
    monkeypatch.setattr(queue, "worker", None)
    monkeypatch.setattr(queue, "jobs", [])
    return ran


def press(*objects, **values):
    """Select, set and press Texture; the jobs' folder's mesh is the last thing that was exported."""
    made_up.select(*objects)
    textured.settings(**values)
    assert bpy.ops.galatea.texture() == {"FINISHED"}


def images_of(material):
    """By what they are linked to."""
    nodes = [node for node in material.node_tree.nodes if node.type == "TEX_IMAGE"]
    return {node.label: node.image for node in nodes}


def pixels(image):
    """(H, W, 4), row 0 at the top."""
    return picture.pixels_of(image)


# The settings


def test_settings_mirror_the_parameters():
    defaults = {field.name: field.default for field in dataclasses.fields(TextureParams)}
    settings = bpy.context.scene.galatea.texture
    params = properties.texture_params(settings)
    assert params.keys() == defaults.keys()
    for name in defaults.keys() - {"prompt"}:
        assert params[name] == pytest.approx(defaults[name]), name
    properties.set_texture(settings, {**params, "resolution": 2048, "only_selected": True})
    assert settings.resolution == "2048" and settings.only_selected


@pytest.mark.parametrize(("name", "write", "tolerance"), [
    ("a.png", lambda path, values: files.write_png(path, values, 16), 1e-6),
    ("b.png", lambda path, values: files.write_png(path, values, 8), 0.5 / 255 + 1e-6),
    ("c.exr", files.write_exr, 5e-4),
])  # fmt: skip
@pytest.mark.parametrize("color", [True, False])
def test_blender_reads_what_we_write(name, write, tolerance, color, tmp_path):
    steps = np.random.default_rng(0).integers(0, 65536, (37, 21, 3) if color else (37, 21)) / 65535
    write(tmp_path / name, steps.astype(np.float32))
    image = bpy.data.images.load(str(tmp_path / name))
    image.colorspace_settings.name = "Non-Color"
    found = pixels(image)[..., :3] if color else pixels(image)[..., 0]
    assert found.shape == steps.shape and np.abs(found - steps).max() <= tolerance


def test_a_material_that_anyone_can_read(painter):
    item = textured.ball()
    old = bpy.data.materials.new("Old")
    item.data.materials.append(old)
    press(item, seed=7, mark_asset=True)
    material = item.active_material
    assert material != old and old.use_fake_user
    images = images_of(material)
    spaces = {label: image.colorspace_settings.name for label, image in images.items()}
    assert spaces == {"Base Color": "sRGB", "Roughness": "Non-Color", "Metallic": "Non-Color", "Normal": "Non-Color"}
    assert all(image.packed_file and str(painter[0].folder) not in image.filepath for image in images.values())
    assert material.asset_data.description == "waves"
    made = recipe.read(material)
    assert made["params"]["seed"] == 7 and made["report"]["seam_ratio"] < 1.1
    assert bpy.ops.galatea.restore_material() == {"FINISHED"}
    assert item.active_material == old and material.name in bpy.data.materials


def test_files_beside_a_saved_file(painter, tmp_path):
    """With relative paths; the job's folder may go; another run leaves the first one's files alone."""
    item = textured.ball()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    press(item)
    first = images_of(item.active_material)["Base Color"]
    assert first.filepath == f"//galatea/{FOLDER}/texture-1/base_color.png"
    assert json.loads((tmp_path / f"galatea/{FOLDER}/texture-1/recipe.json").read_text())["params"]["prompt"] == "waves"
    press(item, prompt="other waves")
    assert images_of(item.active_material)["Base Color"].filepath == f"//galatea/{FOLDER}/texture-2/base_color.png"
    bpy.ops.wm.save_mainfile()
    session.get().queue.delete(session.get().queue.jobs[-1])
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    material = bpy.data.objects["Ball"].active_material
    assert pixels(images_of(material)["Base Color"]).shape == (64, 64, 4)
    assert recipe.read(material)["params"]["prompt"] == "other waves"


def test_packed_maps_survive_saving(painter, tmp_path):
    item = textured.ball()
    press(item)
    before = pixels(images_of(item.active_material)["Normal"])
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    session.get().queue.delete(session.get().queue.jobs[-1])
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    after = pixels(images_of(bpy.data.objects["Ball"].active_material)["Normal"])
    assert np.array_equal(before, after) and before.std() > 0.01


def test_one_undo_step(painter):
    bpy.context.preferences.edit.use_global_undo = True
    item = textured.ball()
    item.data.materials.append(bpy.data.materials.new("Old"))
    textured.settings()
    bpy.ops.ed.undo_push(message="before")
    assert bpy.ops.galatea.texture() == {"FINISHED"}
    bpy.ops.ed.undo()
    item = bpy.data.objects["Ball"]
    assert item.active_material.name == "Old" and len(item.material_slots) == 1
    assert not [material for material in bpy.data.materials if recipe.read(material)]
    bpy.ops.ed.redo()
    assert recipe.read(bpy.data.objects["Ball"].active_material) is not None


def test_a_rig_alone_stands_for_its_meshes(painter):
    """After Rig the armature is what is selected."""
    item, other = textured.ball(), textured.ball("Other")
    rig = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.collection.objects.link(rig)
    item.modifiers.new("Armature", "ARMATURE").object = rig
    made_up.select(rig)
    textured.settings()
    assert bpy.ops.galatea.texture.poll() and bpy.ops.galatea.texture() == {"FINISHED"}
    assert recipe.read(item.active_material) is not None and other.active_material is None
    assert texture_checks.subject(bpy.context) == item and bpy.ops.galatea.rerun_texture.poll()


def test_rerun_gives_the_same_maps(painter):
    item = textured.ball()
    press(item, seed=3, resolution="512", symmetric=True)
    first = pixels(images_of(item.active_material)["Base Color"])
    textured.settings(seed=0, prompt="something else", symmetric=False)
    assert bpy.ops.galatea.rerun_texture() == {"FINISHED"}
    assert painter[0].params == painter[1].params
    assert np.array_equal(first, pixels(images_of(item.active_material)["Base Color"]))
    assert bpy.ops.galatea.rerun_texture(another=True) == {"FINISHED"}
    assert painter[2].params["seed"] == 4


# Slots, faces, tiles


def halves(item, slots=2):
    """Upper half of the polygons into the second slot."""
    for _ in range(slots):
        material = bpy.data.materials.new("Old")
        compat.enable_nodes(material)
        item.data.materials.append(material)
    for polygon in item.data.polygons:
        polygon.material_index = int(polygon.center.z > 0)


def test_slots_share_a_texture_unless_they_use_the_same_uvs(painter):
    item = textured.ball()
    halves(item)
    press(item)
    assert item.material_slots[0].material == item.material_slots[1].material
    layer = item.data.uv_layers[0]
    uv = np.empty((len(item.data.loops), 2), np.float32)
    layer.uv.foreach_get("vector", uv.ravel())
    flat = uv.ravel()
    layer.uv.foreach_get("vector", flat)
    uv = flat.reshape(-1, 2)
    uv[:, 1] = np.where(uv[:, 1] > 0.5, uv[:, 1] - 0.5, uv[:, 1])  # both halves onto the lower one
    layer.uv.foreach_set("vector", uv.ravel())
    press(item)
    low, high = (slot.material for slot in item.material_slots)
    assert low != high
    assert images_of(low)["Base Color"] != images_of(high)["Base Color"]
    assert np.abs(pixels(images_of(low)["Base Color"]) - pixels(images_of(high)["Base Color"])).max() > 0.1


def test_selected_faces_beside_a_material_that_no_picture_holds(painter):
    """A noise texture: the new material goes onto the selected faces alone."""
    item = textured.ball()
    noisy = bpy.data.materials.new("Noisy")
    tree = compat.enable_nodes(noisy)
    noise = tree.nodes.new("ShaderNodeTexNoise")
    tree.links.new(noise.outputs[0], tree.nodes["Principled BSDF"].inputs["Base Color"])
    item.data.materials.append(noisy)
    for polygon in item.data.polygons:
        polygon.select = polygon.center.z > 0.3
    press(item, only_selected=True)
    assert item.material_slots[0].material == noisy
    assert recipe.read(item.material_slots[1].material) is not None
    for polygon in item.data.polygons:
        assert polygon.material_index == int(polygon.center.z > 0.3)


@pytest.mark.parametrize("saved", [True, False])
def test_tiles(saved, painter, tmp_path):
    """The right half of the UVs lies in the next tile; read back by the exporter, the maps are the ones written."""
    item = textured.ball()
    if saved:
        bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    uv = np.empty(len(item.data.loops) * 2, np.float32)
    item.data.uv_layers[0].uv.foreach_get("vector", uv)
    uv = uv.reshape(-1, 2)
    for polygon in item.data.polygons:
        right = polygon.center.x > 0
        for loop in polygon.loop_indices:
            uv[loop, 0] = uv[loop, 0] * 0.5 + (1.25 if right else 0.25)
    item.data.uv_layers[0].uv.foreach_set("vector", uv.ravel())
    press(item)
    image = images_of(item.active_material)["Base Color"]
    assert image.source == "TILED" and [tile.number for tile in image.tiles] == [1001, 1002]
    assert str(painter[0].folder) not in image.filepath
    if saved:
        assert image.filepath == f"//galatea/{FOLDER}/texture-1/base_color.<UDIM>.png"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    image = images_of(bpy.data.objects["Ball"].active_material)["Base Color"]
    found = [picture.tile_pixels(image, tile)[0] for tile in (1001, 1002)]
    with_pillow = [painter[0].folder / f"out/0/base_color.{tile}.png" for tile in (1001, 1002)]
    for tile, path in zip(found, with_pillow):
        written = bpy.data.images.load(str(path))
        assert np.array_equal(tile, pixels(written))
    assert np.abs(found[0] - found[1]).max() > 0.1


def test_modifiers_are_left_out_or_in_as_they_should(painter):
    """A subdivided, posed mesh: the base mesh at rest is textured; the settings of the modifiers stay."""
    item = textured.cube()
    item.modifiers.new("Smooth", "SUBSURF").levels = 2
    cast = item.modifiers.new("Round", "CAST")
    cast.factor = 1.0
    part = texture_export.read(bpy.context, item, False)
    assert len(part.triangles) == 12 and [m.show_viewport for m in item.modifiers] == [True, True]
    assert np.ptp(np.linalg.norm(part.vertices, axis=1)) < 1e-4  # cast to a sphere: that one keeps the vertices
    press(item)
    assert recipe.read(item.active_material)


# The gate


def problems(item, **values):
    textured.settings(**values)
    made_up.select(item)
    found = texture_checks.quick(bpy.context, [item])
    part = texture_export.read(bpy.context, item, False)
    return {problem.code: problem for problem in found + texture_checks.deep([item], [part])}


def move_uv(item, change):
    uv = np.empty(len(item.data.loops) * 2, np.float32)
    item.data.uv_layers[0].uv.foreach_get("vector", uv)
    item.data.uv_layers[0].uv.foreach_set("vector", change(uv.reshape(-1, 2)).astype(np.float32).ravel())


@pytest.mark.parametrize(("change", "code", "severity"), [
    (lambda uv: uv * 0.0 + 0.5, "uv_empty", "BLOCKS"),
    (lambda uv: uv * 7.3 - 3.0, "uv_outside", "BLOCKS"),
    (lambda uv: np.stack([np.abs(uv[:, 0] - 0.5), uv[:, 1]], 1), "uv_overlap", "WARNS"),
])  # fmt: skip
def test_bad_uvs_are_told_and_unwrapped_into_a_layer_of_their_own(change, code, severity):
    item = textured.ball()
    assert not {"uv_empty", "uv_outside", "uv_overlap"} & problems(item).keys()
    move_uv(item, change)
    before = np.empty(len(item.data.loops) * 2, np.float32)
    item.data.uv_layers[0].uv.foreach_get("vector", before)
    for polygon in item.data.polygons:
        polygon.select = polygon.index % 3 == 0
    found = problems(item)
    assert found[code].severity == severity
    bpy.ops.galatea.fix_texture_problem(code=code, object=item.name)
    assert not {"uv_empty", "uv_outside", "uv_overlap"} & problems(item).keys()
    after = np.empty(len(item.data.loops) * 2, np.float32)
    item.data.uv_layers[0].uv.foreach_get("vector", after)
    assert np.array_equal(before, after) and item.data.uv_layers[0].active_render
    assert [layer.name for layer in item.data.uv_layers] == ["UVMap", texture_export.NEW_LAYER]
    assert [polygon.select for polygon in item.data.polygons] == [i % 3 == 0 for i in range(len(item.data.polygons))]


def test_new_layer_is_the_one_that_is_baked_and_shown(painter):
    item = textured.ball()
    move_uv(item, lambda uv: uv * 0.0)
    bpy.ops.object.select_all(action="DESELECT")
    textured.settings()
    made_up.select(item)
    assert bpy.ops.galatea.texture(fix_problems=True) == {"FINISHED"}
    layers = [node.uv_map for node in item.active_material.node_tree.nodes if node.type in ("UVMAP", "NORMAL_MAP")]
    assert layers == [texture_export.NEW_LAYER] * 2


@pytest.mark.parametrize(("spoil", "says"), [
    (lambda item: textured.settings(prompt="  "), "prompt"),
    (lambda item: item.data.clear_geometry(), "no faces"),
    (lambda item: setattr(item, "scale", (0, 1, 1)), "scaled to nothing"),
    (lambda item: textured.settings(only_selected=True) and item.data.polygons.foreach_set(
        "select", [False] * len(item.data.polygons)), "No face is selected"),
    (lambda item: setattr(item.data.vertices[3], "co", (float("nan"), 0, 0)), "valid position"),
])  # fmt: skip
def test_bad_input_is_told_and_nothing_changes(spoil, says, painter):
    item = textured.ball()
    textured.settings()
    spoil(item)
    bpy.context.view_layer.update()
    with pytest.raises(RuntimeError, match=says):
        bpy.ops.galatea.texture()
    assert not painter and not item.material_slots


@pytest.mark.parametrize("prompt", ["rusty iron " * 500, "🦊🔥", "古い青銅"])
def test_unusual_prompts_go_through(prompt, painter):
    item = textured.cube()
    press(item, prompt=prompt)
    assert recipe.read(item.active_material)["params"]["prompt"] == prompt
    assert len(session.get().queue.jobs[-1].title) <= texture.NAME_LENGTH


def test_half_a_million_faces_are_warned_of_and_textured(painter):
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=708, y_subdivisions=708)
    item = bpy.context.object
    assert len(item.data.polygons) > 500_000
    press(item)
    told = findings.recall(bpy.context.window_manager.galatea.texture, [item])
    assert [problem.code for problem in told if problem.severity == "WARNS"] == ["huge"]
    assert recipe.read(item.active_material)


@pytest.mark.parametrize(("end", "says"), [
    ("error", "The model is broken. Copy its files again."),
    ("cancelled", ""),
    ("no map", "is missing"),
    ("spoiled map", "cannot be read"),
])  # fmt: skip
def test_a_job_that_fails_leaves_the_scene_alone(end, says, painter, monkeypatch):
    item = textured.ball()
    old = bpy.data.materials.new("Old")
    item.data.materials.append(old)
    poll = textured.Worker.poll

    def fail(self, seconds=0.01):
        messages = poll(self, seconds)
        if not messages:
            return []
        job = messages[-1].job
        first = self.folder / "out/0/normal.1001.png"
        if end == "error":
            return [protocol.Error(job, "bad_input", "The model is broken.", "Copy its files again.")]
        if end == "cancelled":
            return [protocol.Cancelled(job)]
        if end == "no map":
            first.unlink()
        else:
            first.write_bytes(first.read_bytes()[:40])
        return messages

    monkeypatch.setattr(textured.Worker, "poll", fail)
    textured.settings()
    if end == "cancelled":
        assert bpy.ops.galatea.texture() == {"CANCELLED"}
    else:
        with pytest.raises(RuntimeError, match=says):
            bpy.ops.galatea.texture()
    assert list(item.data.materials) == [old] and list(bpy.data.materials) == [old]
    assert not bpy.data.images and [layer.name for layer in item.data.uv_layers] == ["UVMap"]


def test_a_job_that_cannot_be_written_gets_a_sentence(painter, monkeypatch):
    item = textured.ball()
    textured.settings()

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(texture_export, "save", full)
    for button in (bpy.ops.galatea.texture, bpy.ops.galatea.preview_seeds):
        with pytest.raises(RuntimeError, match="Free some space"):
            button()
    assert not session.get().queue.jobs and not item.material_slots


def test_changed_meanwhile(painter, monkeypatch):
    """Faces that came while the job ran: the result is refused with a sentence, and the scene is as it was."""
    item = textured.ball()
    made_up.select(item)
    textured.settings()
    poll = textured.Worker.poll

    def change(self, seconds=0.01):
        messages = poll(self, seconds)
        if messages and len(item.data.polygons) > 1:
            item.data.clear_geometry()
        return messages

    monkeypatch.setattr(textured.Worker, "poll", change)
    with pytest.raises(RuntimeError, match="start the job again"):
        bpy.ops.galatea.texture()
    assert not bpy.data.materials and not item.material_slots


def test_a_full_disk_leaves_nothing_behind(painter, monkeypatch):
    item = textured.ball()

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(material_import, "create", full)
    textured.settings()
    with pytest.raises(RuntimeError, match="disk is full"):
        bpy.ops.galatea.texture()
    assert not item.material_slots and not bpy.data.materials
    assert not [image for image in bpy.data.images if "Ball" in image.name]


# Seeds and time


def test_seeds_are_shown_and_a_click_takes_one(painter):
    """Four of them, then the next four; for this prompt alone; nothing of the scene changes but the seed."""
    item = textured.ball()
    made_up.select(item)
    settings = textured.settings(seed=3)
    before = {kind: len(getattr(bpy.data, kind)) for kind in ("objects", "images", "materials", "meshes")}

    def shown():
        objects = checks.targets(bpy.context)
        return texture.seeds_shown(session.get().queue, properties.texture_params(settings), objects)

    assert not shown()
    assert bpy.ops.galatea.preview_seeds() == {"FINISHED"}
    assert list(shown()) == [3, 4, 5, 6] and not item.material_slots
    assert before == {kind: len(getattr(bpy.data, kind)) for kind in before}
    assert [np.load(path)[0, 0, 0] for path in shown().values()] == [60, 80, 100, 120]
    assert bpy.ops.galatea.take_seed(seed=5) == {"FINISHED"}
    assert settings.seed == 5 and list(shown()) == [3, 4, 5, 6]
    assert bpy.ops.galatea.preview_seeds() == {"FINISHED"}
    assert list(shown()) == [7, 8, 9, 10]
    settings.resolution = "512"
    assert shown()
    textured.cube()
    assert not shown()
    made_up.select(item)
    settings.prompt = "sand"
    assert not shown()
    assert bpy.ops.galatea.preview_seeds() == {"FINISHED"}
    assert list(shown()) == [5, 6, 7, 8]


def test_pictures_in_panels(tmp_path):
    """What is in the file, the right way up, once; anew when it changes; nothing for what is no picture."""
    thumbnails, path = session.get().thumbnails, tmp_path / "a.npy"
    steps = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    for number, values in enumerate((steps, steps, steps + 100)):
        np.save(path, values)
        os.utime(path, ns=(0, number // 2))
        thumbnails.icon(path)  # its number is 0 without a window
    shown = [icon for name, icon in thumbnails._icons.items() if name.startswith(str(path))]
    assert len(shown) == 2 and tuple(shown[0].image_size) == (6, 4)
    values = [np.array(icon.image_pixels_float[:]).reshape(4, 6, 4)[::-1] for icon in shown]
    for found, wanted in zip(values, (steps, steps + 100)):
        assert np.abs(found[..., :3] * 255 - wanted).max() < 0.01 and found[..., 3].min() == 1
    path.write_bytes(b"broken")
    assert thumbnails.icon(path) == 0 and thumbnails.icon(tmp_path / "missing.npy") == 0


def test_the_estimate_follows_the_machine(painter, monkeypatch):
    """Thrice as slow as thought, so next time three times as long is expected; other models are not known yet."""
    item = textured.ball()
    settings = textured.settings(preset="draft")
    with monkeypatch.context() as patch:
        patch.setattr(pace, "_read", lambda folder: {})
        first = texture.estimate(properties.texture_params(settings), [item])
    finish = jobs.Job.finish

    def slow(job, end):
        finish(job, end)
        job.seconds = 3 * first

    monkeypatch.setattr(jobs.Job, "finish", slow)
    for _ in range(pace.KEPT):
        press(item, preset="draft")
    params = properties.texture_params(settings)
    assert texture.estimate(params, [item]) == pytest.approx(3 * first, rel=0.02)
    assert texture.estimate(params | {"resolution": 4096}, [item]) > 4 * first
    assert texture.estimate(params | {"preset": "high"}, [item]) > 4 * first
    assert texture.estimate(params | {"model": "/models/other"}, [item]) is None


# Relighting


def test_relight_check_in_a_child(painter, monkeypatch):
    monkeypatch.setattr(relight, "TILE", (96, 96))
    item = textured.ball()
    press(item)
    before = {kind: len(getattr(bpy.data, kind)) for kind in ("objects", "worlds", "scenes", "materials")}
    assert bpy.ops.galatea.relight() == {"FINISHED"}
    shown = bpy.data.images[f"{item.name} Relight Check"]
    assert shown.packed_file and shown.size[0] > shown.size[1]
    assert 0 <= item.active_material["galatea_light_leak"] <= 1
    assert before == {kind: len(getattr(bpy.data, kind)) for kind in before}
    assert session.get().relight is None
    tiles = np.split(pixels(shown)[..., :3], 3, axis=1)
    middle = [tile[32:64, 32:64] for tile in tiles]
    assert all(np.abs(a - b).mean() > 0.01 for a, b in zip(middle, [*middle[1:], middle[0]]))


# The command line


@pytest.mark.parametrize("ending", [".blend", ".glb"])
def test_command_line(ending, painter, tmp_path):
    textured.ball("One", (-0.8, 0, 0), size=0.7)
    textured.cube("Two", (0.8, 0, 0))
    source, output = tmp_path / "in" / f"scene{ending}", tmp_path / "out"
    source.parent.mkdir()
    if ending == ".blend":
        bpy.ops.wm.save_as_mainfile(filepath=str(source))
    else:
        bpy.ops.export_scene.gltf(filepath=str(source), export_format="GLB")
    arguments = ["texture", str(source), "--prompt", "waves", "-o", str(output), "--seed", "5", "--resolution", "512"]
    assert command_line.blender_command([*arguments, "--no-preview"]) == 0
    assert sorted(path.name for path in output.iterdir()) == [
        "maps", "recipe.json", "report.json", "result.blend", "result.glb"
    ]  # fmt: skip
    assert [path.name for path in source.parent.iterdir()] == [source.name]
    made = json.loads((output / "recipe.json").read_text())
    assert made["params"]["seed"] == 5 and made["params"]["resolution"] == 512
    assert json.loads((output / "report.json").read_text())["seam_ratio"] < 1.3
    bpy.ops.wm.open_mainfile(filepath=str(output / "result.blend"))
    for name in ("One", "Two"):
        images = images_of(bpy.data.objects[name].active_material)
        assert images["Base Color"].filepath.startswith("//maps/") and images["Base Color"].size[0] == 64
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.ops.import_scene.gltf(filepath=str(output / "result.glb"))
    assert sorted(item.name for item in bpy.data.objects) == ["One", "Two"]
    assert all(image.size[0] == 64 for image in bpy.data.images if image.source == "FILE")


@pytest.mark.parametrize(("arguments", "says"), [
    (["missing.glb", "--prompt", "x"], "no such file"),
    (["scene.blend", "--prompt", " "], "prompt"),
    (["scene.blend", "--prompt", "x", "--object", "Three"], "no mesh object called Three"),
])  # fmt: skip
def test_command_line_problems(arguments, says, painter, tmp_path, capfd):
    textured.cube("One")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    arguments = ["texture", str(tmp_path / arguments[0]), *arguments[1:], "-o", str(tmp_path / "out")]
    assert command_line.blender_command(arguments) == 1
    lines = capfd.readouterr().err.strip().splitlines()
    assert says in lines[-1] and not (tmp_path / "out" / "work.partial.blend").exists()


def test_preview_of_two_lights(painter, tmp_path):
    item = textured.cube()
    press(item)
    before = {kind: len(getattr(bpy.data, kind)) for kind in ("objects", "worlds", "scenes", "materials", "images")}
    lit_preview.render(bpy.context, [item], lit_preview.PAIR, tmp_path / "preview.png", (96, 96))
    assert before == {kind: len(getattr(bpy.data, kind)) for kind in before}
    shown = pixels(bpy.data.images.load(str(tmp_path / "preview.png")))
    assert shown.shape[1] == 2 * shown.shape[0]
    left, right = np.split(shown[..., :3], 2, axis=1)
    assert np.abs(left - right)[32:64, 32:64].mean() > 0.02
