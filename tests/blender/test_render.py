# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Render in the artist's Blender: exact passes from a child, the job that is made, and what becomes of its result."""

import dataclasses
import json
import subprocess
import time
from pathlib import Path

import bpy
import numpy as np
import pytest

from galatea.addon import command_line, compat, render, session
from galatea.addon.importers import material
from galatea.addon.render_settings import OPTIONS, GalateaRenderSettings
from galatea.backend import protocol
from galatea.backend.capabilities.render import RenderParams
from galatea.backend.rendering import exr
from galatea.backend.rendering import passes as stored
from galatea.panels import render as panel

from . import made_up, test_panels

ROOT = Path(compat.__file__).parent
SIDE = 32
"""Pixels of the test scene's pictures; 4 units across."""


def scene():
    """From above, orthographic: a plate that a shape key lifts and narrows, two instances of a smaller one, a lamp."""
    bpy.ops.mesh.primitive_plane_add(size=2, location=(-1, -1, 0))
    plate = bpy.context.object
    plate.name = "Plate"
    plate.data.uv_layers.remove(plate.data.uv_layers[0])
    plate.shape_key_add(name="Basis")
    key = plate.shape_key_add(name="Moved")
    for point in key.data:
        point.co.x *= 0.5
        point.co.z = 0.25
    key.value = 1.0
    bpy.ops.mesh.primitive_plane_add(size=1)
    small = bpy.context.object
    small.name = "Small"
    collection = bpy.data.collections.new("Group")
    collection.objects.link(small)
    bpy.context.scene.collection.objects.unlink(small)
    for place in ((1, 1, 0), (1, -1, 0)):
        empty = bpy.data.objects.new("Instance", None)
        empty.instance_type, empty.instance_collection, empty.location = "COLLECTION", collection, place
        bpy.context.scene.collection.objects.link(empty)
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    camera.location, camera.data.type, camera.data.ortho_scale = (0, 0, 5), "ORTHO", 4
    bpy.context.scene.collection.objects.link(camera)
    bpy.context.scene.camera = camera
    lamp = bpy.data.objects.new("Lamp", bpy.data.lights.new("Lamp", "SUN"))
    bpy.context.scene.collection.objects.link(lamp)
    bpy.context.scene.frame_start, bpy.context.scene.frame_end = 1, 6
    bpy.context.scene.render.resolution_x = bpy.context.scene.render.resolution_y = SIDE
    return plate


def passes(folder, light=0, **changes):
    """Let a child render frame 1 of the present file; returns the exit status."""
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "scene.blend"), copy=True)
    task = {
        "scene": str(folder / "scene.blend"), "output": str(folder), "frames": [1], "width": SIDE, "height": SIDE,
        "oversampling": 1, "light": light, "beauty": 0, "backdrop": 0, "painted": [],
    }  # fmt: skip
    (folder / "task.json").write_text(json.dumps(task | changes))
    command = [*compat.child_blender_command(), str(ROOT / "scene_passes.py"), "--", str(folder / "task.json")]
    return subprocess.run(command, stdout=subprocess.DEVNULL, timeout=120).returncode


def names_of(facts):
    return {name: int(index) for index, name in facts["objects"].items()}


def test_passes_are_exact_in_the_middle_of_each_pixel(tmp_path):
    scene()
    smoke = bpy.data.objects.new("Smoke", bpy.data.volumes.new("Smoke"))
    bpy.context.scene.collection.objects.link(smoke)
    assert passes(tmp_path, light=4) == 0
    found = exr.read(tmp_path / "geometry-0001.exr")
    facts = json.loads((tmp_path / "scene.json").read_text())
    assert facts["left_out"] == ["Smoke"]
    # Of the meshes with UVs, undeformed: the plate has none.
    assert facts["meshes"] == {str(names_of(facts)["Small"]): "UVMap"}
    with np.load(tmp_path / f"mesh-{names_of(facts)['Small']}.npz") as mesh:
        assert mesh["places"].shape == (2, 3, 3) and mesh["uv"].shape == (2, 3, 2)
        assert np.allclose(mesh["places"][..., :2], mesh["uv"] - 0.5) and (mesh["places"][..., 2] == 0).all()
    names = names_of(facts)
    x, y = np.meshgrid((np.arange(SIDE) + 0.5) / SIDE * 4 - 2, 2 - (np.arange(SIDE) + 0.5) / SIDE * 4)
    plate = (np.abs(x + 1) < 0.5) & (np.abs(y + 1) < 1)
    small = (np.abs(x - 1) < 0.5) & (np.abs(np.abs(y) - 1) < 0.5)
    index = np.rint(found["Object Index"])
    assert np.array_equal(index, plate * names["Plate"] + small * names["Small"])
    assert np.allclose(found["Depth"][plate], 4.75) and np.allclose(found["Depth"][small], 5.0)
    assert (found["Depth"][~(plate | small)] > 1e9).all()
    # At rest, without the shape key: twice as wide, and flat. No UVs are needed.
    rest = found["galatea_rest"][..., :3]
    wanted = np.stack((2 * (x + 1), y + 1, 0 * x), axis=-1)
    assert np.allclose(rest[plate], wanted[plate], atol=1e-3)  # a pixel is 0.25 long
    numbers = found["galatea_instance"]
    assert len(np.unique(numbers[small & (y > 0)])) == len(np.unique(numbers[small & (y < 0)])) == 1
    assert numbers[small & (y > 0)][0] != numbers[small & (y < 0)][0]
    # A sun of strength 10 from above on gray: 10 * 0.5 / pi.
    lights = [exr.read(tmp_path / f"light-0001-{kind}.exr")["Combined"] for kind in range(3)]
    light = lights[0][..., 0]
    # And so they are kept, the files of Blender are not.
    stored.take(tmp_path, 1, light=True)
    assert not list(tmp_path.glob("*.exr"))
    shot = stored.shot(tmp_path, [1], stored.Size(SIDE, SIDE, 1, 1), facts, ["Small"])
    kept = shot.geometry(1)
    assert np.array_equal(kept.surface, index) and np.array_equal(shot.is_painted(kept), small)
    assert np.allclose(kept.depth[plate], 4.75) and np.isinf(kept.depth[~(plate | small)]).all()
    assert np.allclose(kept.place[plate], wanted[plate], atol=1e-3)
    assert np.array_equal(kept.instance[small], numbers[small].view(np.uint32)) and not kept.instance[index == 0].any()
    assert np.array_equal(shot.light(1), np.stack([one[..., :3].mean(-1) for one in lights], axis=-1))
    inner = np.abs(y + 1) < 0.8
    assert light[inner & plate & (np.abs(x + 1) < 0.4)].mean() == pytest.approx(1.59, rel=0.05)


def test_a_scene_without_light_gets_daylight(tmp_path):
    scene()
    bpy.data.objects.remove(bpy.data.objects["Lamp"])
    assert passes(tmp_path, light=2) == 0
    assert exr.read(tmp_path / "light-0001-0.exr")["Combined"][SIDE * 3 // 4, SIDE // 4, 0] > 0.1


def test_the_backdrop_is_the_scene_without_what_is_painted(tmp_path):
    plate = scene()
    glow = bpy.data.materials.new("Glow")
    tree = compat.enable_nodes(glow)
    shader = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Emission Color"].default_value, shader.inputs["Emission Strength"].default_value = (0, 1, 0, 1), 5.0
    bpy.data.objects["Small"].data.materials.append(glow)
    plate.data.materials.append(glow)
    bpy.context.scene.render.film_transparent = True
    assert passes(tmp_path, backdrop=4, painted=["Plate"]) == 0
    found = exr.read(tmp_path / "backdrop-0001.exr")["Combined"]
    assert found[SIDE * 3 // 4, SIDE // 4, 3] == 0, "the plate is not there"
    small = found[SIDE // 4, SIDE * 3 // 4]
    assert small[3] == 1 and small[1] > 2 and small[1] > 2 * small[0], "the others have their own materials"


@pytest.mark.parametrize(("without", "words"), [("Camera", "no camera"), ("Plate", "No object")])
def test_a_scene_that_cannot_be_rendered_says_why(tmp_path, without, words):
    scene()
    for item in list(bpy.data.objects):
        if item.type == "EMPTY" and without == "Plate":
            bpy.data.objects.remove(item)
    bpy.data.objects.remove(bpy.data.objects[without])
    assert passes(tmp_path) == 1
    problem = json.loads((tmp_path / "problem.json").read_text())
    assert words in problem["message"] and problem["hint"]


def test_the_movie_has_all_frames(tmp_path):
    paths = []
    for number in range(4):
        image = bpy.data.images.new("a", 30, 20)
        image.filepath_raw, image.file_format = str(tmp_path / f"{number:04d}.png"), "PNG"
        image.save()
        paths.append(image.filepath_raw)
    task = {"frames": paths, "result": str(tmp_path / "a.mp4"), "fps": 12.0, "width": 30, "height": 20}
    (tmp_path / "task.json").write_text(json.dumps(task))
    command = [*compat.child_blender_command(), str(ROOT / "movie.py"), "--", str(tmp_path / "task.json")]
    assert subprocess.run(command, stdout=subprocess.DEVNULL, timeout=120).returncode == 0
    clip = bpy.data.movieclips.load(str(tmp_path / "a.mp4"))
    assert clip.frame_duration == 4 and tuple(clip.size) == (30, 20) and clip.fps == pytest.approx(12.0)
    assert time.strftime("%Y/%m").encode() not in (tmp_path / "a.mp4").read_bytes(), "the same file at any time"


class Worker(made_up.Worker):
    """Ends every job with made-up frames at the next poll."""

    def said(self, job, description):
        params = description["params"]
        (self.folder / "out/frames").mkdir()
        files = {}
        for frame in range(params["frame_start"], params["frame_end"] + 1):
            files[f"frame/{frame}"] = f"out/frames/{frame:04d}.png"
        files["contact"] = "out/contact.png"
        files["texture/Plate"] = "out/texture-3.png"
        image = bpy.data.images.new("made", 4, 4)
        for name in files.values():
            image.filepath_raw, image.file_format = str(self.folder / name), "PNG"
            image.save()
        bpy.data.images.remove(image)
        textures = {"Plate": {"file": "texture-3.png", "layer": "UVMap", "seen": 0.5}}
        report = {"frames": len(files) - 2, "width": 4, "height": 4, "warnings": [], "textures": textures}
        return [protocol.Result(job, files, report)]


@pytest.fixture
def ran(monkeypatch):
    jobs, queue = [], session.get().queue
    monkeypatch.setattr(queue, "_start_worker", lambda: Worker(jobs))
    monkeypatch.setattr(queue, "worker", None)
    monkeypatch.setattr(queue, "jobs", [])
    return jobs


def test_settings_mirror_the_parameters():
    bpy.ops.wm.read_homefile(use_empty=True)
    names = GalateaRenderSettings.__annotations__.keys()
    fields = {field.name: field.default for field in dataclasses.fields(RenderParams) if field.name in names}
    settings = bpy.context.scene.galatea.render
    given = {name: getattr(settings, name) for name in fields if name != "prompt"}
    assert given == {
        name: pytest.approx(fields[name]) if isinstance(fields[name], float) else fields[name] for name in given
    }
    found = render.params(bpy.context)
    assert found.keys() == {field.name for field in dataclasses.fields(RenderParams)}
    assert not names - set(OPTIONS) - found.keys()


def test_a_render_goes_beside_the_file_and_into_the_sequencer(ran, tmp_path):
    plate = scene()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    settings = bpy.context.scene.galatea.render
    settings.prompt = "Mossy stone!"
    for item in bpy.context.selected_objects:
        item.select_set(False)
    plate.select_set(True)
    plate.location.z = 0.5  # not saved yet: the job renders what is there now
    assert bpy.ops.galatea.render() == {"FINISHED"}
    (job,) = ran
    assert job.params["objects"] == ["Plate"] and (job.params["frame_start"], job.params["frame_end"]) == (1, 6)
    with bpy.data.libraries.load(str(job.folder / "in/scene.blend")) as (there, _):
        assert "Plate" in there.objects
    assert bpy.data.filepath == str(tmp_path / "shot.blend"), "the artist's file stays open"
    folder = tmp_path / "galatea/render-mossy-stone-0"
    assert sorted(path.name for path in (folder / "frames").iterdir()) == [f"{n:04d}.png" for n in range(1, 7)]
    assert json.loads((folder / "recipe.json").read_text())["params"]["prompt"] == "Mossy stone!"
    assert "blender" not in render.last_recipe(bpy.context.scene)["params"]
    assert bpy.ops.galatea.render_to_sequencer() == {"FINISHED"}
    assert bpy.ops.galatea.render_to_sequencer() == {"FINISHED"}
    first, second = compat.strips(bpy.context.scene)
    assert first.frame_final_start == 1 and first.frame_final_duration == 6 and first.channel != second.channel
    assert Path(bpy.path.abspath(first.directory)) == folder / "frames"
    assert bpy.ops.galatea.render_to_compositor() == {"FINISHED"}
    (node,) = [one for one in compat.compositor(bpy.context.scene).nodes if one.bl_idname == "CompositorNodeImage"]
    assert (node.frame_start, node.frame_duration, node.frame_offset) == (1, 6, 0)
    assert node.image.source == "SEQUENCE" and node.label == folder.name
    (folder / "frames/0003.png").unlink()
    with pytest.raises(RuntimeError, match="Frames are missing"):
        bpy.ops.galatea.render_to_compositor()
    settings.seed = 7
    assert bpy.ops.galatea.rerun_render() == {"FINISHED"} and settings.seed == 0
    assert bpy.ops.galatea.render() == {"FINISHED"}
    assert render.last_folder(bpy.context.scene) == tmp_path / "galatea/render-mossy-stone-0-2", (
        "nothing is overwritten"
    )


def test_the_paint_becomes_a_material_and_the_old_one_stays(ran, tmp_path):
    plate = scene()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    bpy.context.scene.galatea.render.prompt = "wood"
    assert bpy.ops.galatea.render() == {"FINISHED"}
    old = bpy.data.materials.new("Old")
    plate.data.materials.append(old)
    for item in bpy.context.selected_objects:
        item.select_set(False)
    assert not bpy.ops.galatea.render_to_texture.poll()
    plate.select_set(True)
    with pytest.raises(RuntimeError, match="no UV layer UVMap"):
        bpy.ops.galatea.render_to_texture()
    assert plate.material_slots[0].material == old
    plate.data.uv_layers.new(name="UVMap")
    assert bpy.ops.galatea.render_to_texture() == {"FINISHED"}
    made = plate.material_slots[0].material
    (node,) = [one for one in made.node_tree.nodes if one.type == "TEX_IMAGE"]
    assert made != old and tuple(node.image.size) == (4, 4)
    assert material.restore(plate, made) and plate.material_slots[0].material == old


def test_objects_and_collections_have_words_of_their_own(ran, tmp_path):
    plate = scene()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    settings = bpy.context.scene.galatea.render
    settings.prompt, settings.only_selected = "wood", False
    assert [item.name for item in render.paintable(bpy.context.scene, [])] == ["Plate", "Small"]
    plate.galatea.prompt = " red brick "
    bpy.data.collections["Group"].galatea.prompt = "gold"
    assert bpy.ops.galatea.render() == {"FINISHED"}
    assert ran[0].params["prompts"] == {"Plate": "red brick", "Small": "gold"}
    bpy.data.objects["Small"].galatea.prompt = "silver"
    assert render.own_prompts(bpy.context.scene, ["Small"]) == {"Small": "silver"}, "the object's own come first"
    assert bpy.ops.galatea.rerun_render() == {"FINISHED"}
    assert render.own_prompts(bpy.context.scene, []) == {"Plate": "red brick", "Small": "gold"}
    render.set_own_prompts({})
    outer = bpy.data.collections.new("Outer")
    outer.children.link(bpy.data.collections["Group"])
    outer.galatea.prompt = "stone"
    assert render.own_prompts(bpy.context.scene, ["Small"]) == {"Small": "stone"}, "it is in both"
    bpy.data.collections["Group"].galatea.prompt = "gold"
    assert render.own_prompts(bpy.context.scene, ["Small"]) == {"Small": "gold"}, "the inner one counts"


def test_what_the_command_has_words_for_is_painted(ran, tmp_path):
    scene()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"), copy=True)
    arguments = ["render", str(tmp_path / "shot.blend"), "--prompt", "wood", "--output", str(tmp_path / "out")]
    words = ["--own-prompt", "Group", "gold"]
    assert command_line.blender_command([*arguments, "--object", "Plate", *words]) == 0
    assert ran[0].params["objects"] == ["Plate", "Small"] and ran[0].params["prompts"] == {"Small": "gold"}
    assert command_line.blender_command([*arguments, *words]) == 0
    assert ran[1].params["objects"] == [], "all"


def test_a_preview_is_shown_and_leaves_no_files(ran, tmp_path):
    scene()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    bpy.context.scene.galatea.render.prompt = "wood"
    assert bpy.ops.galatea.preview_render() == {"FINISHED"}
    assert ran[0].params["preview"] == 3
    assert "Preview: wood" in bpy.data.images and bpy.data.images["Preview: wood"].packed_file
    assert not (tmp_path / "galatea").exists() and render.last_folder(bpy.context.scene) is None


class Paper(test_panels.Paper):
    """It remembers the names of properties, too."""

    def prop(self, data, name, **options):
        self.texts.append(f"<{name}>")

    def row(self, **options):
        return Paper(self)

    column = box = split = row

    def label(self, text="", icon="NONE", translate=True):
        self.texts.append(text)


def test_the_panel_says_how_large_pictures_are():
    scene()
    settings = bpy.context.scene.galatea.render
    paper = Paper()
    panel.draw_size(paper, bpy.context.scene)
    assert paper.texts == ["<own_size>", "256 x 256 px"], "no zero"
    settings.own_size = True
    paper = Paper()
    panel.draw_size(paper, bpy.context.scene)
    assert paper.texts == ["<own_size>", "<size>"]


def test_of_many_objects_those_with_a_prompt_are_listed():
    scene()
    items = [bpy.data.objects.new(f"Item {number:02d}", None) for number in range(12)]
    items[11].galatea.prompt = "gold"
    paper = Paper()
    panel.draw_words(paper, items, "OBJECT_DATA")
    assert paper.texts[:3] == ["Item 11", "<prompt>", "Item 00"] and paper.texts.count("<prompt>") == panel.LISTED
    assert paper.texts[-1] == "4 more: select fewer objects"


def test_the_panel_says_what_is_missing():
    plate = scene()
    settings = bpy.context.scene.galatea.render
    assert "prompt" in render.problem(bpy.context) and not bpy.ops.galatea.render.poll()
    settings.prompt = "wood"
    assert render.problem(bpy.context) == "" and bpy.ops.galatea.render.poll()
    settings.own_range, settings.frame_start, settings.frame_end = True, 9, 3
    assert "no frames" in render.problem(bpy.context)
    settings.own_range = False
    assert render.estimate(bpy.context) > 0
    assert render.size_words(bpy.context.scene) == "256 x 256 px"
    bpy.context.scene.render.resolution_y = SIDE // 2
    settings.own_size, settings.size = True, 400
    assert render.size_words(bpy.context.scene) == "400 x 200 px" and render.params(bpy.context)["size"] == 400
    settings.own_size, settings.model = False, "/a/model"
    assert render.size_words(bpy.context.scene) == "" and render.params(bpy.context)["size"] == 0
    settings.model = ""
    settings.frame_step = 2
    assert render.frames(bpy.context.scene) == 3
    for item in bpy.context.selected_objects:
        item.select_set(False)
    assert panel.words(render.painted(bpy.context)) == "Paints everything"
    plate.select_set(True)
    bpy.data.objects["Instance"].select_set(True)
    assert panel.words(render.painted(bpy.context)) == "Paints Plate, Small"
    bpy.data.objects.remove(bpy.data.objects["Camera"])
    assert "no camera" in render.problem(bpy.context)


def test_the_command_says_what_is_missing_before_it_starts(tmp_path, capfd):
    scene()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"), copy=True)
    bpy.context.scene.camera = None
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "none.blend"), copy=True)
    for file, options, says in (
        ("none.blend", [], "galatea: The scene has no camera. Add one (Add > Camera)"),
        ("scene.blend", ["--frames", "5", "2"], "galatea: There are no frames in the range."),
        ("scene.blend", ["--model", "wan-vace"], "galatea: wan-vace is not downloaded yet: galatea models download"),
        # A clip is a folder, whatever models are called.
        ("scene.blend", ["--clip", "wan-vace"], str(Path("wan-vace").resolve())),
    ):
        arguments = ["render", str(tmp_path / file), "--prompt", "moss", "--output", str(tmp_path / "out"), *options]
        assert command_line.blender_command(arguments) == 1
        assert says in capfd.readouterr().err
