# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`galatea rig`, `galatea install` and `galatea doctor`, with the made-up worker."""

import json
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from galatea.addon import command_line, preview, session
from galatea.addon.importers import armature as armature_import
from galatea.addon.version import current

from . import made_up

RESULTS = ["preview.png", "recipe.json", "report.json", "result.blend", "result.glb"]


def export(path):
    """Write what is in the file in the format of the path's ending."""
    ending = path.suffix
    if ending == ".blend":
        bpy.ops.wm.save_as_mainfile(filepath=str(path))
    elif ending == ".fbx":
        bpy.ops.export_scene.fbx(filepath=str(path))
    elif ending == ".glb":
        bpy.ops.export_scene.gltf(filepath=str(path), export_format="GLB")
    elif ending == ".gltf":
        bpy.ops.export_scene.gltf(filepath=str(path), export_format="GLTF_SEPARATE")
    else:
        getattr(bpy.ops.wm, f"{ending[1:]}_export")(filepath=str(path))


@pytest.mark.parametrize("ending", [".glb", ".gltf", ".obj", ".ply", ".stl", ".fbx", ".blend"])
def test_every_format(animal, worker, tmp_path, ending):
    source, output = tmp_path / f"animal{ending}", tmp_path / "out"
    export(source)
    arguments = ["rig", str(source), "--output", str(output), "--seed", "7", "--no-ears", "--no-preview"]
    assert command_line.blender_command(arguments) == 0
    assert sorted(path.name for path in output.iterdir()) == sorted(set(RESULTS) - {"preview.png"})
    recipe = json.loads((output / "recipe.json").read_text())
    assert recipe["params"]["seed"] == 7 and recipe["params"]["ears"] is False and recipe["galatea"] == current()
    assert json.loads((output / "report.json").read_text())["animal"] == "quadruped"
    for load, name in ((bpy.ops.wm.open_mainfile, "result.blend"), (bpy.ops.import_scene.gltf, "result.glb")):
        if name == "result.glb":
            bpy.ops.wm.read_homefile(use_empty=True)
        load(filepath=str(output / name))
        mesh = next(item for item in bpy.data.objects if item.type == "MESH" and item.vertex_groups)
        armature = mesh.find_armature()
        assert set(armature.data.bones.keys()) == {bone["name"] for bone in made_up.bones()}
        assert [item.type for item in bpy.data.objects].count("ARMATURE") == 1


def test_materials_survive(animal, worker, tmp_path):
    material = bpy.data.materials.new("Fur")
    animal.data.materials.append(material)
    export(tmp_path / "a.blend")
    assert command_line.blender_command(["rig", str(tmp_path / "a.blend"), "-o", str(tmp_path), "--no-preview"]) == 0
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.ops.import_scene.gltf(filepath=str(tmp_path / "result.glb"))
    assert "Fur" in bpy.data.materials


def test_old_armatures_that_nothing_follows_go(animal, worker, tmp_path):
    for name in ("Old", "Older", "Oldest"):
        armature = bpy.data.objects.new(name, bpy.data.armatures.new(name))
        bpy.context.scene.collection.objects.link(armature)
        with armature_import.editing(bpy.context, armature):
            armature.data.edit_bones.new("Bone").tail = (0, 0, 1)
    animal.modifiers.new("Armature", "ARMATURE").object = armature
    export(tmp_path / "a.fbx")
    assert command_line.blender_command(["rig", str(tmp_path / "a.fbx"), "-o", str(tmp_path), "--no-preview"]) == 0
    assert [item.name for item in bpy.data.objects if item.type == "ARMATURE"] == ["Animal Rig"]


def test_a_character_of_several_meshes_and_picking_one(animal, worker, tmp_path, capsys):
    bpy.ops.mesh.primitive_uv_sphere_add(radius=0.05, location=(0.1, -1.6, 2.25))
    bpy.context.object.name = "Eye"
    export(tmp_path / "a.blend")
    assert command_line.blender_command(["rig", str(tmp_path / "a.blend"), "-o", str(tmp_path), "--no-preview"]) == 0
    assert {o["name"] for o in worker[0].target["objects"]} == {"Animal", "Eye"}
    assert "Rigging Animal, Eye" in capsys.readouterr().out
    arguments = ["rig", str(tmp_path / "a.blend"), "-o", str(tmp_path), "--no-preview", "--object"]
    assert command_line.blender_command([*arguments, "Animal"]) == 0
    assert [o["name"] for o in worker[1].target["objects"]] == ["Animal"]
    assert command_line.blender_command([*arguments, "Nose"]) == 1
    assert "no mesh object called Nose; it has:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "contents", "message"),
    [
        ("none.glb", None, "no such file"),
        ("a.txt", b"x", "use a file of these kinds"),
        ("a.glb", b"garbage", "cannot be read"),
        ("a.blend", b"garbage", "cannot be read"),
        ("a.obj", b"v 0 0 0\n", "galatea:"),
        (
            "plane.obj",
            b"v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nv 0.5 0.5 0\nf 1 2 5\nf 2 3 5\nf 3 4 5\nf 4 1 5\n",
            "is flat",
        ),
    ],
)
def test_failures_are_one_line(worker, tmp_path, capsys, name, contents, message):
    if contents is not None:
        (tmp_path / name).write_bytes(contents)
    assert command_line.blender_command(["rig", str(tmp_path / name), "-o", str(tmp_path / "out")]) == 1
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("galatea:")]
    assert len(lines) == 1 and message in lines[0] and "Traceback" not in lines[0]


def test_output_that_is_a_file(worker, tmp_path, capsys, animal):
    export(tmp_path / "a.obj")
    assert command_line.blender_command(["rig", str(tmp_path / "a.obj"), "-o", str(tmp_path / "a.obj")]) == 1
    assert "a.obj cannot hold the results: File exists" in capsys.readouterr().err


def test_results_that_cannot_be_written(worker, tmp_path, capsys, animal, monkeypatch):
    """Blender saves onto a full disk without a complaint."""
    export(tmp_path / "a.obj")
    (tmp_path / "out" / "result.glb").mkdir(parents=True)
    assert command_line.blender_command(["rig", str(tmp_path / "a.obj"), "-o", str(tmp_path / "out"), "--no-preview"])
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("galatea: the results cannot be written to") and "Is a directory" in error


def test_install_without_network_is_one_line(capsys):
    assert not bpy.app.online_access
    assert command_line.blender_command(["install"]) == 1
    assert "online access is off" in capsys.readouterr().err.splitlines()[-1]


def test_install_tells_how_it_goes(capsys, monkeypatch, tmp_path):
    job = SimpleNamespace(stage="Downloading numpy", fraction=0.2, problem="")

    def install_blocking(self, tier, on_progress):
        assert tier == "base"
        on_progress(job)
        on_progress(job)
        return job

    monkeypatch.setattr(session.Session, "install_blocking", install_blocking)
    assert command_line.blender_command(["install"]) == 0
    assert capsys.readouterr().out.count("20% Downloading numpy") == 1
    job.problem = "The disk is full."
    assert command_line.blender_command(["install", "--tier", "base"]) == 1
    assert capsys.readouterr().err.startswith("galatea: The disk is full. The log is ")


@pytest.mark.parametrize("option", ["--seed=-5", "--seed=99999999999", "--spine-bones=-1", "--tail-bones=65"])
def test_numbers_out_of_range(tmp_path, capsys, option):
    assert command_line.blender_command(["rig", "a.glb", "-o", str(tmp_path), option]) == 2
    assert "is not within 0 and" in capsys.readouterr().err


def test_an_internal_error_is_one_line(worker, tmp_path, capsys, animal, monkeypatch):
    export(tmp_path / "a.obj")

    def broken(*arguments):
        raise ValueError("broken")

    monkeypatch.setattr(command_line, "write_results", broken)
    assert command_line.blender_command(["rig", str(tmp_path / "a.obj"), "-o", str(tmp_path)]) == 1
    assert "galatea: internal error, please report it: ValueError('broken') (test_" in capsys.readouterr().err


def test_usage_error_and_help(capsys):
    assert command_line.blender_command(["rig"]) == 2
    assert command_line.blender_command(["--help"]) == 0
    assert "doctor" in capsys.readouterr().out


def test_doctor(capsys):
    status = command_line.blender_command(["doctor"])
    out, err = capsys.readouterr()
    assert f"Galatea        {current()}" in out and bpy.app.version_string in out
    assert ("Ready to rig." in out) == (status == 0) and bool(err) == (status != 0)


def test_preview(rigged, tmp_path, monkeypatch):
    """Three pictures side by side: the animal in each, colours in the second and third; the file is left as it was."""
    monkeypatch.setattr(preview, "TILE", (160, 140))
    monkeypatch.setattr(preview, "SAMPLES", (1, 4))
    mesh, armature = rigged
    armature.pose.bones["Head"].location = (0.1, 0, 0)
    kinds = ("objects", "meshes", "materials", "scenes", "images", "worlds", "lights", "cameras", "actions")
    before = {kind: list(getattr(bpy.data, kind)) for kind in kinds}
    points = made_up.world_points(mesh)
    preview.render(bpy.context, armature, [mesh], tmp_path / "preview.png")
    assert {kind: list(getattr(bpy.data, kind)) for kind in kinds} == before
    assert np.allclose(made_up.world_points(mesh), points) and [path.name for path in tmp_path.iterdir()] == [
        "preview.png"
    ]
    image = bpy.data.images.load(str(tmp_path / "preview.png"))
    assert tuple(image.size) == (480, 140)
    pixels = np.array(image.pixels[:]).reshape(140, 480, 4)[..., :3]
    saturation = pixels.max(2) - pixels.min(2)
    plain, skeleton, weights = (saturation[:, i * 160 : (i + 1) * 160] for i in range(3))
    assert (plain > 0.3).mean() < 0.001 < 0.01 < (skeleton > 0.3).mean() < (weights > 0.3).mean()
    brightness = pixels.mean(2)
    assert brightness[:, :160].max() > 0.75 and brightness[:, :160].max() - brightness[:, :160].min() > 0.2
