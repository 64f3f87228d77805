# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate in the artist's scene. The worker is made up: what it gets is looked at, and it answers with a box."""

import dataclasses
import http.server
import json
import sys
import threading
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from galatea.addon import command_line, compat, generate, models, properties, recipe, rig, session
from galatea.backend import protocol
from galatea.backend.capabilities.generate import GenerateParams
from galatea.backend.engines import cards
from galatea.backend.models import store
from galatea.operators import generate as operator
from galatea.panels import generate as panel

from . import made_up
from .test_panels import Paper

ORANGE, SIZE = (0.9, 0.4, 0.1, 1.0), (24, 16)


class Worker(made_up.Worker):
    """Ends every job with a box at the next poll, or with an error when it is told one."""

    def said(self, job, description):
        if description["capability"] == "generate_seeds":
            return [pictures(job, self.folder, description["params"])]
        if description["params"]["seed"] == 666:
            return [protocol.Error(job, "no_subject", "No subject stands out.", "Cut it out.", "")]
        return [protocol.Progress(job, "Thinking", 0.5, None, None), box(job, self.folder, description["params"])]


def pictures(job, folder, params):
    """Of seeds, all blue."""
    files = {}
    for seed in range(params["seed"], params["seed"] + params["count"]):
        np.save(folder / "out" / f"{seed}.npy", np.full((8, 16, 3), (20, 60, 200), np.uint8))
        files[f"seed/{seed}"] = f"out/{seed}.npy"
    return protocol.Result(job, files, {"unknown_words": []})


def box(job, folder, params):
    """A box as high as asked for, with the maps and pictures of a result."""
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (0, 2)], float) * params["height"] / 2
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    triangles = np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))])
    out = folder / "out"
    np.savez(
        out / "mesh.npz", vertices=corners, triangles=triangles, corner_uv=np.random.default_rng(0).random((12, 3, 2)),
        corner_normals=np.zeros((12, 3, 3)),
    )  # fmt: skip
    files = {"mesh": "out/mesh.npz"}
    for name, key in (("base_color", "0/base_color.1001"), ("picture", "picture"), ("mask", "mask")):
        image = bpy.data.images.new(name, 8, 8)
        image.filepath_raw, image.file_format = str(out / f"{name}.png"), "PNG"
        image.save()
        bpy.data.images.remove(image)
        files[key] = f"out/{name}.png"
    report = {
        "faces": 12, "manifold": True, "notes": ["Made of cardboard."], "seconds": {"engine": 1.0}, "title": "TripoSR",
        "engine": params["engine"], "unknown_words": [],
        "taken_for": "" if params["prompt"] else "teacup",
    }  # fmt: skip
    return protocol.Result(job, files, report)


@pytest.fixture
def ran(monkeypatch):
    """The jobs that the made-up worker ran; every engine's model is there."""
    jobs, queue = [], session.get().queue
    monkeypatch.setattr(queue, "_start_worker", lambda: Worker(jobs))
    monkeypatch.setattr(queue, "worker", None)
    monkeypatch.setattr(queue, "jobs", [])
    monkeypatch.setattr(generate.available, "is_model", lambda card, folder: True)
    return jobs


@pytest.fixture
def picture(tmp_path):
    return painted("cup", tmp_path / "cup.png")


def painted(name, path=None):
    """An image whose left half is orange and opaque, saved if a path is given, else of this file alone."""
    image = bpy.data.images.new(name, *SIZE, alpha=True)
    pixels = np.zeros((SIZE[1], SIZE[0], 4), np.float32)
    pixels[:, : SIZE[0] // 2] = ORANGE
    image.pixels.foreach_set(pixels.ravel())
    if path is None:
        return image
    image.filepath_raw, image.file_format = str(path), "PNG"
    image.save()
    bpy.data.images.remove(image)
    return path


def settings(**values):
    chosen = bpy.context.scene.galatea.generate
    for name, value in values.items():
        setattr(chosen, name, value)
    return chosen


def pixels_of(path):
    image = bpy.data.images.load(str(path), check_existing=False)
    values = np.array(image.pixels[:]).reshape(image.size[1], image.size[0], 4)
    bpy.data.images.remove(image)
    return values


def test_settings_mirror_the_parameters():
    defaults = {field.name: field.default for field in dataclasses.fields(GenerateParams)}
    found = properties.generate_params(bpy.context.scene.galatea.generate)
    assert found == defaults
    found = properties.generate_params(settings(engine="triposr"))
    assert found["weights"].endswith("triposr"), "the downloaded model"


def test_a_file_becomes_an_object_at_the_cursor(ran, picture, tmp_path):
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    settings(source="FILE", image=str(picture), height=1.5, seed=4)
    bpy.context.scene.cursor.location = (3, -2, 1)
    assert bpy.ops.galatea.generate() == {"FINISHED"}
    (job,) = ran
    assert job.params["image"] == str(picture) and job.params["seed"] == 4 and job.params["mask"] == ""
    made = bpy.context.view_layer.objects.active
    assert made.name == "cup" and made.select_get() and tuple(made.location) == (3, -2, 1)
    assert made.dimensions.z == pytest.approx(1.5) and made.users_collection[0].name == "Generated"
    (material,) = made.data.materials
    assert any(node.type == "TEX_IMAGE" and node.image for node in material.node_tree.nodes)
    folder = tmp_path / "galatea" / "cup"
    assert {"base_color.png", "mask.png", "picture.png", "recipe.json"} <= {path.name for path in folder.iterdir()}
    kept = recipe.read(made)
    assert kept["capability"] == "generate" and len(kept["inputs"][0]["sha256"]) == 64

    bpy.context.scene.cursor.location = (0, 0, 0)
    settings(seed=5)
    assert bpy.ops.galatea.generate() == {"FINISHED"}
    again = bpy.context.view_layer.objects.active
    assert again.name == "cup.001" and len(bpy.data.collections["Generated"].objects) == 2, "attempts are kept"


def test_an_image_of_the_file_arrives_as_it_is_now(ran):
    image = painted("From Paint")
    image.pixels[0:4] = (0, 0, 1, 1)  # a stroke that nobody saved
    before = image.filepath_raw, image.is_dirty
    assert bpy.ops.galatea.generate.poll()
    settings(source="IMAGE", picture=image)
    assert bpy.ops.galatea.generate() == {"FINISHED"}
    (job,) = ran
    assert job.params["image"] == "in/picture.png"
    seen = pixels_of(job.folder / "in/picture.png")
    assert seen.shape == (SIZE[1], SIZE[0], 4) and seen[0, 0] == pytest.approx((0, 0, 1, 1), abs=0.01)
    assert seen[5, 2] == pytest.approx(ORANGE, abs=0.01) and seen[5, -2, 3] == 0
    assert (image.filepath_raw, image.is_dirty) == before and bpy.context.view_layer.objects.active.name == "From Paint"


def test_a_render_arrives_with_its_transparency(ran):
    scene = bpy.context.scene
    assert "no render yet" in generate.problem(settings(source="RENDER"))
    scene.camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.collection.objects.link(scene.camera)
    scene.camera.location = (0, 0, 5)
    mesh = bpy.data.meshes.new("Plane")
    mesh.from_pydata([(-0.5, -0.5, 0), (0.5, -0.5, 0), (0.5, 0.5, 0), (-0.5, 0.5, 0)], [], [(0, 1, 2, 3)])
    scene.collection.objects.link(bpy.data.objects.new("Plane", mesh))
    scene.world = bpy.data.worlds.new("World")
    compat.enable_nodes(scene.world)
    scene.render.engine, scene.cycles.samples = "CYCLES", 2
    scene.render.resolution_x = scene.render.resolution_y = 32
    scene.render.film_transparent = True
    scene.render.image_settings.file_format = "JPEG"
    bpy.ops.render.render()
    assert bpy.ops.galatea.generate() == {"FINISHED"}
    seen = pixels_of(ran[0].folder / "in/picture.png")
    assert seen[16, 16, 3] == 1 and seen[1, 1, 3] == 0, "cut out by the film"
    assert scene.render.image_settings.file_format == "JPEG", "the artist's settings stay"


def test_a_prompt_needs_no_picture(ran):
    settings(source="PROMPT", prompt="a red wooden chair", image="/nowhere.png", engine="shap-e")
    assert bpy.ops.galatea.generate() == {"FINISHED"}
    assert ran[0].params["prompt"] == "a red wooden chair" and ran[0].params["image"] == ""
    assert bpy.context.view_layer.objects.active.name == "a red wooden chair"


def test_undo_takes_the_result_away_and_saved_files_hold_it(ran, picture, tmp_path):
    bpy.ops.ed.undo_push(message="Before")
    settings(image=str(picture))
    bpy.ops.galatea.generate()
    assert "cup" in bpy.data.objects
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "b.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "b.blend"))
    made = bpy.data.objects["cup"]
    assert recipe.read(made)["report"]["engine"] == "starter"
    assert all(image.packed_file for image in bpy.data.images if image.name.startswith("cup"))


def test_the_mask_of_a_result_can_be_painted_in_and_used(ran, picture):
    settings(image=str(picture))
    bpy.ops.galatea.generate()
    bpy.context.view_layer.objects.active.name = "Renamed"
    assert bpy.ops.galatea.edit_generate_mask() == {"FINISHED"}
    mask = bpy.context.scene.galatea.generate.mask_image
    assert mask.name == "cup Mask" and mask.packed_file is not None
    mask.pixels.foreach_set(np.tile([1, 0, 1, 1], 64).astype(np.float32))
    bpy.ops.galatea.generate()
    assert ran[1].params["mask"] == "in/mask.png"
    assert pixels_of(ran[1].folder / "in/mask.png")[3, 3] == pytest.approx((1, 0, 1, 1), abs=0.01)
    assert ran[0].params["mask"] == ""


def test_the_settings_of_a_result_come_back(ran, picture):
    settings(image=str(picture), height=2.5, seed=9, resolution="512")
    bpy.ops.galatea.generate()
    settings(source="PROMPT", image="", height=1.0, seed=0, resolution="1024")
    bpy.context.view_layer.objects.active.name = "Renamed"
    assert bpy.ops.galatea.rerun_generate() == {"FINISHED"}
    chosen = settings()
    assert chosen.weights == "", "the downloaded model of whatever machine"
    assert (chosen.source, chosen.image, chosen.height, chosen.seed) == ("FILE", str(picture), 2.5, 9)
    assert chosen.resolution == "512"
    assert bpy.ops.galatea.generate() == {"FINISHED"}
    assert ran[0].params == ran[1].params


def test_a_picture_has_words_of_its_own(ran, picture):
    """Those of a prompt that stood there before are not taken for what the picture shows."""
    settings(source="PROMPT", prompt="a red chair")
    settings(source="FILE", image=str(picture))
    bpy.ops.galatea.generate()
    assert ran[0].params["prompt"] == ""
    item = bpy.context.view_layer.objects.active
    assert rig.said([item]) == [item.name, "teacup"], "what it was taken for comes last"
    settings(shows="a brown dog")
    bpy.ops.galatea.generate()
    assert ran[1].params["prompt"] == "a brown dog" and bpy.context.scene.galatea.texture.prompt == "a brown dog"
    settings(shows="", prompt="a blue boat")
    assert bpy.ops.galatea.rerun_generate() == {"FINISHED"}
    assert (settings().shows, settings().prompt) == ("a brown dog", "a blue boat")
    settings(source="PROMPT")
    bpy.ops.galatea.generate()
    assert ran[2].params["prompt"] == "a blue boat"
    settings(source="FILE")
    assert bpy.ops.galatea.rerun_generate() == {"FINISHED"}
    assert (settings().source, settings().shows) == ("PROMPT", "a brown dog")
    settings(source="IMAGE", picture=painted("photo"), shows="my boot")
    bpy.ops.galatea.generate()
    settings(source="PROMPT", shows="")
    assert bpy.ops.galatea.rerun_generate() == {"FINISHED"}
    assert (settings().source, settings().shows, settings().prompt) == ("IMAGE", "my boot", "a blue boat")


def test_what_is_missing_is_said_before_anything_starts(picture, tmp_path):
    def said(**values):
        return generate.problem(settings(**values))

    assert "Choose a picture" in said()
    assert "no picture /nowhere.png" in said(image="/nowhere.png")
    assert said(image=str(picture)) == "", "the starter needs nothing"
    assert "needs a model of 1677 MB" in said(engine="triposr") and "Download" in said()
    assert "reads no pictures" in said(engine="shap-e")
    assert "Choose an image" in said(source="IMAGE", engine="triposr")
    assert "Say what to make" in said(source="PROMPT")
    assert "not safe to use commercially" in said(prompt="a cup", engine="trellis2", only_commercial=True)
    assert said(only_commercial=False) == ""
    assert "computes in another program" in said(server=" ")
    with pytest.raises(RuntimeError, match="computes in another program"):
        bpy.ops.galatea.generate()
    assert not session.get().queue.busy
    folder = store.folder(models.folder(), models.CARDS["triposr"])
    folder.mkdir(parents=True)
    try:
        (folder / "model.ckpt").write_bytes(b"0")
        assert said(engine="triposr") == "", "a file put there by hand counts"
    finally:
        store.remove(models.folder(), models.CARDS["triposr"])


def test_the_workers_sentence_reaches_the_artist_and_nothing_changes(ran, picture):
    settings(image=str(picture), seed=666)
    with pytest.raises(RuntimeError, match=r"No subject stands out\. Cut it out\."):
        bpy.ops.galatea.generate()
    assert not bpy.data.objects and "Generated" not in bpy.data.collections


def test_an_image_whose_file_is_gone_is_told(ran, picture):
    image = bpy.data.images.load(str(picture))
    settings(source="IMAGE", picture=image)
    assert image.size[0]
    image.source = "FILE"
    image.filepath = "/nowhere.png"
    image.reload()
    folder = session.get().queue.folder
    before = set(folder.iterdir()) if folder.is_dir() else set()
    with pytest.raises(RuntimeError, match="has no pixels"):
        bpy.ops.galatea.generate()
    assert not ran and set(folder.iterdir()) == before, "no folder of a job stays behind"


class Form(Paper):
    """It also remembers the fields, and which engines can be chosen."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.fields = parent.fields if parent else []
        self.engines = parent.engines if parent else []

    def row(self, **options):
        return Form(self)

    column = box = row

    def prop(self, settings, name, **options):
        assert name in settings.bl_rna.properties
        self.fields.append(name)

    def prop_enum(self, settings, name, value):
        self.engines.append(value)

    def template_ID(self, settings, name, **options):
        self.prop(settings, name)

    def textbox(self, settings, name, **options):
        self.prop(settings, name)

    def grid_flow(self, **options):
        return Form(self)

    def template_icon(self, icon_value, scale):
        self.engines.append("picture")


def drawn(cls):
    paper = Form()
    cls.draw(SimpleNamespace(layout=paper), bpy.context)
    return paper


def test_the_panel_shows_the_slot_for_each_source():
    for source, field in (("FILE", "image"), ("IMAGE", "picture"), ("PROMPT", "prompt")):
        settings(source=source)
        paper = drawn(panel.GALATEA_PT_generate)
        assert field in paper.fields and "galatea.generate" in paper.buttons
    assert "Say what to make" in paper.text
    advanced = drawn(panel.GALATEA_PT_generate_advanced)
    assert "painter" in advanced.fields and "mask" not in advanced.fields


def test_words_that_the_painter_never_learned_are_named_before_the_start():
    settings(source="PROMPT", prompt="a red Zeppelin, seen from the front")
    paper = drawn(panel.GALATEA_PT_generate)
    assert "never learned: zeppelin" in paper.text and "galatea.show_words" in paper.buttons
    settings(prompt="a red wooden chair")
    assert "never learned" not in drawn(panel.GALATEA_PT_generate).text
    settings(prompt="a red zeppelin", painter="sd15")
    assert "never learned" not in drawn(panel.GALATEA_PT_generate).text, "a large model knows all words"
    bpy.ops.galatea.show_words()
    listed = bpy.data.texts["Galatea Words"].as_string().split()
    assert "chair" in listed and "wooden" in listed


def test_the_panel_says_which_thing_a_prompt_is_about():
    settings(source="PROMPT", prompt="a red wooden pony with a saddle")
    assert "Its shape: horse" in drawn(panel.GALATEA_PT_generate).text
    fields = drawn(panel.GALATEA_PT_generate_advanced).fields
    assert "textured" in fields and "tries" in fields and "front" not in fields, "its front is always told"
    settings(source="FILE", shows="my puppy")
    assert "Its shape: dog" in drawn(panel.GALATEA_PT_generate).text
    settings(shows="a zeppelin")
    assert "looks for itself" in drawn(panel.GALATEA_PT_generate).text
    settings(engine="triposr")
    assert "looks for itself" not in drawn(panel.GALATEA_PT_generate).text, "it never heard of kinds"
    settings(engine="starter", source="PROMPT", prompt="a crimson dromedary-like pony", textured=False)
    assert "never learned" not in drawn(panel.GALATEA_PT_generate).text, "nothing is painted"
    settings(textured=True)
    assert "never learned" in drawn(panel.GALATEA_PT_generate).text
    settings(prompt="a red zeppelin")
    assert "paints it first" in drawn(panel.GALATEA_PT_generate).text
    fields = drawn(panel.GALATEA_PT_generate_advanced).fields
    assert "tries" in fields and "textured" not in fields
    settings(prompt="a pony", engine="triposr")
    assert "shape: horse" not in drawn(panel.GALATEA_PT_generate).text, "only Galatea's own engine knows things"
    settings(prompt="a pony", painter="sd15")
    assert "shape: horse" not in drawn(panel.GALATEA_PT_generate).text, "that one is asked for a picture"


def test_seeds_are_shown_before_the_work_and_one_is_taken(ran):
    settings(source="PROMPT", prompt="a red chair", seed=7)
    assert bpy.ops.galatea.preview_generate_seeds() == {"FINISHED"}
    assert ran[0].capability == "generate_seeds" and ran[0].params["seed"] == 7 and ran[0].params["count"] == 4
    queue, chosen = session.get().queue, bpy.context.scene.galatea.generate
    assert list(generate.seeds_shown(queue, chosen)) == [7, 8, 9, 10] and not bpy.data.objects
    assert drawn(panel.GALATEA_PT_generate).buttons.count("galatea.take_generate_seed") == 4
    bpy.ops.galatea.take_generate_seed(seed=9)
    bpy.ops.galatea.generate()
    assert (ran[1].params["seed"], ran[1].params["tries"]) == (9, 1), "the very picture that was shown"
    bpy.ops.galatea.preview_generate_seeds()
    assert ran[2].params["seed"] == 11, "the next four"
    settings(prompt="a blue chair")
    assert not generate.seeds_shown(queue, chosen), "they are of another prompt"
    settings(prompt="a red chair", steps=80)
    assert not generate.seeds_shown(queue, chosen), "they are of another number of steps"
    settings(steps=0)
    assert generate.seeds_shown(queue, chosen)
    settings(prompt="a red chair", engine="triposr")
    assert not generate.seeds_shown(queue, chosen), "another engine needs pictures"
    settings(prompt=" ")
    assert not bpy.ops.galatea.preview_generate_seeds.poll()


def test_a_dropped_or_copied_file_is_what_the_mesh_is_made_from(ran, picture, tmp_path):
    settings(source="PROMPT", mask_image=painted("old mask"), mask="old.png", shows="a dog")
    assert bpy.ops.galatea.drop_picture(filepath=str(picture)) == {"FINISHED"}
    chosen = bpy.context.scene.galatea.generate
    assert (chosen.source, chosen.image, chosen.mask, chosen.mask_image) == ("FILE", str(picture), "", None)
    assert chosen.shows == "", "another picture, another thing"
    bpy.ops.galatea.generate()
    assert bpy.context.view_layer.objects.active.name == "cup"
    spaced = tmp_path / "a b.png"
    spaced.write_bytes(picture.read_bytes())
    assert generate.path_in(spaced.as_uri() + "\n") == str(spaced)
    assert generate.path_in(f'"{picture}"') == str(picture)
    assert not generate.path_in("a red chair") and not generate.path_in("/nowhere/cup.png")
    assert not generate.path_in(str(tmp_path))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere Blender itself reads the clipboard")
def test_a_copied_picture_is_pasted_where_blender_cannot_read_it(ran, picture, tmp_path, monkeypatch):
    """As under X11: the desktop's own program hands it over. Programs that fail, hang or say other things do not."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(generate, "PATIENCE", 0.5)
    for name, body in (
        ("wl-paste", "exec sleep 5"),
        ("xclip", "echo Error: target image/png not available >&2; exit 1"),
    ):
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    with pytest.raises(RuntimeError, match="no picture in the clipboard"):
        bpy.ops.galatea.paste_picture()
    (tmp_path / "xclip").write_text(f'#!/bin/sh\n[ "$4" = image/png ] && exec cat {picture}\n')
    settings(source="PROMPT", mask_image=painted("old mask"))
    assert bpy.ops.galatea.paste_picture() == {"FINISHED"}
    chosen = bpy.context.scene.galatea.generate
    assert chosen.source == "IMAGE" and chosen.mask_image is None
    wanted = bpy.data.images.load(str(picture))
    assert chosen.picture.packed_file is not None and tuple(chosen.picture.size) == tuple(wanted.size)
    assert np.allclose(chosen.picture.pixels[:], wanted.pixels[:])
    assert bpy.ops.galatea.generate() == {"FINISHED"}
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(RuntimeError, match="xclip"):
        bpy.ops.galatea.paste_picture()


def test_drops_are_taken_on_the_sidebar_alone():
    def dropped(area, region):
        context = SimpleNamespace(area=SimpleNamespace(type=area), region=SimpleNamespace(type=region))
        return operator.GALATEA_FH_picture.poll_drop(context)

    assert dropped("VIEW_3D", "UI")
    assert not dropped("VIEW_3D", "WINDOW") and not dropped("IMAGE_EDITOR", "UI")
    assert ".jpg" in operator.GALATEA_FH_picture.bl_file_extensions


def test_the_picture_of_an_image_editor_is_taken_and_nothing_is_told(ran):
    photo, editor = painted("photo"), SimpleNamespace(type="IMAGE_EDITOR")
    editor.spaces = SimpleNamespace(active=SimpleNamespace(image=photo))
    view = SimpleNamespace(type="VIEW_3D", spaces=None)
    window = SimpleNamespace(screen=SimpleNamespace(areas=[view, editor]))
    assert generate.editor_image([window]) == photo
    assert generate.editor_image([]) is None
    with pytest.raises(RuntimeError, match="no picture in the clipboard"):
        bpy.ops.galatea.paste_picture()


def test_the_panel_shows_the_card_and_hides_what_may_not_be_sold():
    paper = drawn(panel.GALATEA_PT_generate_engine)
    assert "Weights CC0-1.0" in paper.text and "Not yet run" not in paper.text
    assert "galatea.download_model" not in paper.buttons
    settings(engine="triposr")
    paper = drawn(panel.GALATEA_PT_generate_engine)
    assert paper.engines == [card.id for card in cards.ENGINES]
    assert "Weights MIT" in paper.text and "Not yet run on real weights" in paper.text
    assert "galatea.download_model" in paper.buttons and "server" not in paper.fields
    settings(only_commercial=True, engine="trellis2")
    paper = drawn(panel.GALATEA_PT_generate_engine)
    assert "trellis2" not in paper.engines and "triposr" in paper.engines
    assert "may perhaps not be sold" in paper.text and "server" in paper.fields


def test_the_result_panel_tells_what_happened(ran, picture):
    settings(image=str(picture))
    bpy.ops.galatea.generate()
    paper = drawn(panel.GALATEA_PT_generate_result)
    assert "12 faces by TripoSR" in paper.text and "cardboard" in paper.text and "Closed" in paper.text
    assert {"galatea.edit_generate_mask", "galatea.rerun_generate"} <= set(paper.buttons)
    assert {"galatea.texture", "galatea.rig"} <= set(paper.buttons), "what comes next"


# The command line


def command(*arguments) -> int:
    return command_line.blender_command(["generate", *(str(argument) for argument in arguments), "--no-preview"])


def test_the_next_button_is_ready(ran):
    settings(source="PROMPT", prompt="a red chair")
    surface = bpy.context.scene.galatea.texture
    assert not bpy.ops.galatea.texture.poll()
    bpy.ops.galatea.generate()
    assert surface.prompt == "a red chair" and bpy.ops.galatea.texture.poll() and bpy.ops.galatea.rig.poll()
    surface.prompt = "rusty iron"
    bpy.ops.galatea.generate()
    assert surface.prompt == "rusty iron", "what the artist wrote stays"


def test_rig_hears_the_prompt_and_the_name(ran):
    settings(source="PROMPT", prompt="a brown horse")
    bpy.ops.galatea.generate()
    horse = bpy.context.view_layer.objects.active
    other = bpy.data.objects.new("Saddle", horse.data)
    assert rig.said([other, horse]) == ["a brown horse", "Saddle", horse.name]


def test_the_command_writes_the_results(ran, picture, tmp_path, capsys):
    out = tmp_path / "out"
    assert command("--image", picture, "-o", out, "--height", 0.7, "--seed", 3, "--faces", 500) == 0
    there = {path.name for path in out.iterdir()}
    assert {"result.blend", "result.glb", "maps", "recipe.json", "report.json"} == there
    assert {"base_color.png", "picture.png", "mask.png"} <= {path.name for path in (out / "maps").iterdir()}
    assert not [name for name in there if "partial" in name]
    assert (ran[0].params["height"], ran[0].params["seed"], ran[0].params["faces"]) == (pytest.approx(0.7), 3, 500)
    printed = capsys.readouterr().out
    assert "Made of cardboard." in printed and "12 faces by TripoSR" in printed


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "give --image FILE or --prompt TEXT"),
        (["--image", "nowhere.png"], "nowhere.png: no such file"),
        (["--prompt", "a cup", "--engine", "trellis2", "--only-commercial"], "not safe to use commercially"),
        (["--prompt", "a cup", "--engine", "triposr"], "needs a model of 1677 MB. Press Download, or: galatea models"),
    ],
)
def test_the_command_fails_with_one_line(tmp_path, capsys, arguments, words):
    assert command(*arguments, "-o", tmp_path / "out") == 1
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("galatea:")]
    assert len(lines) == 1 and words in lines[0]


@pytest.fixture
def trellis():
    """A server that answers with a ball, blue below and yellow above."""
    trimesh = pytest.importorskip("trimesh")
    ball = trimesh.creation.icosphere(3)
    ball.visual.vertex_colors = np.where(ball.vertices[:, 1:2] > 0, (255, 200, 0, 255), (0, 0, 255, 255)).astype(
        np.uint8
    )
    data = ball.export(file_type="glb")

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self._send(b"ok")

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self._send(data)

        def _send(self, contents):
            self.send_response(200)
            self.send_header("Content-Length", str(len(contents)))
            self.end_headers()
            self.wfile.write(contents)

        def log_message(self, *words):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_whole_way_through_a_server(trellis, tmp_path):
    """Gate, engine and finish for real; only the server is made up."""
    photo = bpy.data.images.new("photo", 96, 128)
    pixels = np.tile(np.array((0.5, 0.55, 0.5, 1.0), np.float32), (128, 96, 1))
    pixels[20:100, 30:70] = ORANGE
    photo.pixels.foreach_set(pixels.ravel())
    photo.filepath_raw, photo.file_format = str(tmp_path / "photo.png"), "PNG"
    photo.save()
    out, server = tmp_path / "out", ("--engine", "trellis2", "--server", trellis)
    small = ("--faces", 400, "--resolution", 512)
    assert command("--image", tmp_path / "photo.png", *server, *small, "-o", out) == 0
    report = json.loads((out / "report.json").read_text())
    assert report["manifold"] and report["uv_overlap"] == 0 and report["faces"] <= 400
    assert report["picture"]["mask"] == "found" and report["engine"] == "trellis2"
    bpy.ops.wm.open_mainfile(filepath=str(out / "result.blend"))
    (made,) = [item for item in bpy.data.objects if item.type == "MESH"]
    assert made.dimensions.z == pytest.approx(1.0, abs=1e-3)
    image = next(node.image for node in made.active_material.node_tree.nodes if node.label == "Base Color")
    pixels = np.array(image.pixels[:]).reshape(512, 512, 4)
    for polygon in made.data.polygons:
        where = np.mean([made.data.uv_layers[0].uv[index].vector for index in polygon.loop_indices], axis=0)
        red, _, blue = pixels[int(where[1] * 512), int(where[0] * 512), :3]
        if abs(polygon.center.z - 0.5) > 0.1:
            assert (red > blue) == (polygon.center.z > 0.5)


@pytest.mark.slow
def test_a_generated_horse_is_rigged_and_textured_by_the_next_two_buttons(tmp_path):
    """With the real worker and the starter's models, from a held-out picture: minutes."""
    import math

    from PIL import Image

    from galatea.backend.training import lifter_data, shapes
    from galatea.backend.training.materials.draw import HELD_OUT
    from galatea.backend.training.scene import Subject, family

    subject = Subject("horse", HELD_OUT + 77, math.radians(62), math.radians(12), math.radians(28), 1.1)
    example, _ = lifter_data.example(shapes.make(family("horse"), HELD_OUT + 77), subject, HELD_OUT + 3, True)
    Image.fromarray(example.picture.transpose(1, 2, 0)).resize((384, 384)).save(tmp_path / "horse.png")
    scene = bpy.context.scene.galatea
    settings(image=str(tmp_path / "horse.png"), height=1.6, faces=5000)
    assert bpy.ops.galatea.generate() == {"FINISHED"}
    horse = bpy.context.view_layer.objects.active
    assert horse.users_collection[0].name == "Generated" and horse.dimensions.z == pytest.approx(1.6, abs=0.01)
    assert horse.dimensions.y > 1.5 * horse.dimensions.x, "it looks forwards"
    assert scene.rig.animal == "auto", "the name of the picture's file says what it is"
    assert bpy.ops.galatea.rig() == {"FINISHED"}
    rig = horse.find_armature()
    assert {"Head", "Thigh.L", "Thigh.R", "UpperArm.L", "UpperArm.R"} <= {bone.name for bone in rig.data.bones}
    weights = [sum(group.weight for group in vertex.groups) for vertex in horse.data.vertices]
    assert min(weights) == pytest.approx(1.0, abs=1e-3)
    bpy.ops.object.select_all(action="DESELECT")
    horse.select_set(True)
    bpy.context.view_layer.objects.active = horse
    scene.texture.prompt, scene.texture.preset, scene.texture.resolution = "brown leather", "draft", "512"
    assert bpy.ops.galatea.texture() == {"FINISHED"}
    labels = {node.label for node in horse.active_material.node_tree.nodes}
    assert "Base Color" in labels and horse.find_armature() is rig
