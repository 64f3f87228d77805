# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gaussian splats in Blender: in, out, drawn, and made a mesh."""

import bpy
import numpy as np
import pytest

from galatea.addon import command_line, recipe, splats
from galatea.backend.splats import ply


@pytest.fixture
def file(tmp_path):
    """Splats on a ball, red on the right, with harmonics of the first degree."""
    random = np.random.default_rng(0)
    place = random.normal(size=(1200, 3))
    place /= np.linalg.norm(place, axis=1, keepdims=True)
    rotation = random.normal(size=(1200, 4))
    harmonics = 0.1 * random.normal(size=(1200, 4, 3))
    harmonics[:, 0] = np.where(place[:, :1] > 0, [1.6, -1.2, -1.2], [-1.2, -1.2, 1.6])
    table = ply.Table(*(values.astype(np.float32) for values in (
        0.9 * place, np.full((1200, 3), 0.09), rotation / np.linalg.norm(rotation, axis=1, keepdims=True),
        np.full(1200, 0.9), harmonics,
    )))  # fmt: skip
    ply.write(table, tmp_path / "ball.ply")
    return tmp_path / "ball.ply"


def test_what_goes_in_comes_out(file, tmp_path):
    assert bpy.ops.galatea.import_splats(filepath=str(file)) == {"FINISHED"}
    assert bpy.ops.galatea.export_splats(filepath=str(tmp_path / "again.ply")) == {"FINISHED"}
    before, after = ply.read(file), ply.read(tmp_path / "again.ply")
    for name, values in vars(before).items():
        # Colors go through Blender's linear ones.
        assert getattr(after, name) == pytest.approx(values, abs=2e-3), name


def test_each_point_is_drawn_as_an_ellipsoid(file):
    bpy.ops.galatea.import_splats(filepath=str(file))
    item = bpy.context.object
    # Instances cannot be kept: they are gone when the loop goes on.
    sizes = [
        max(np.linalg.norm(np.array(instance.matrix_world)[:3, :3], axis=0))
        for instance in bpy.context.evaluated_depsgraph_get().object_instances
        if instance.is_instance and instance.parent.original == item
    ]
    assert sizes == pytest.approx([0.09] * 1200, rel=1e-3)


def test_two_files_share_nodes_and_material(file):
    bpy.ops.galatea.import_splats(filepath=str(file))
    bpy.ops.galatea.import_splats(filepath=str(file))
    assert [tree.name for tree in bpy.data.node_groups] == [splats.TREE]
    assert [material.name for material in bpy.data.materials] == [splats.TREE]


def test_other_files_change_nothing(tmp_path):
    (tmp_path / "points.ply").write_text("ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nend_header\n1\n")
    with pytest.raises(RuntimeError, match="no Gaussian splats"):
        bpy.ops.galatea.import_splats(filepath=str(tmp_path / "points.ply"))
    assert not bpy.data.objects and not bpy.data.meshes


def test_splats_become_a_mesh(file):
    pytest.importorskip("torch")
    bpy.ops.galatea.import_splats(filepath=str(file))
    source = bpy.context.object
    source.location = (5, 0, 0)
    assert bpy.ops.galatea.mesh_splats(size=48) == {"FINISHED"}
    made = bpy.context.object
    assert made.name == "ball Mesh" and recipe.read(made)["capability"] == "splats"
    bpy.context.view_layer.update()
    assert made.matrix_world.translation.x == pytest.approx(5) and 2 < made.dimensions.x < 2.6
    assert splats.is_splats(source) and not source.select_get()


def run(*arguments):
    return command_line.blender_command(["splats", *map(str, arguments)])


def test_files_are_converted_and_meshed_without_a_window(file, tmp_path, capfd):
    assert run("convert", file, tmp_path / "small.splat") == 0
    assert "change with the view are lost" in capfd.readouterr().out
    assert run("convert", tmp_path / "small.splat", tmp_path / "new/again.ply") == 0
    assert len(ply.read(tmp_path / "new/again.ply").position) == 1200
    assert bpy.ops.galatea.import_splats(filepath=str(tmp_path / "small.splat")) == {"FINISHED"}
    pytest.importorskip("torch")
    assert run("mesh", tmp_path / "small.splat", "-o", tmp_path / "out", "--detail", 32, "--no-preview") == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {"result.blend", "result.glb", "report.json"}


def test_other_files_end_in_one_line(file, tmp_path, capfd):
    (tmp_path / "a.splat").write_bytes(b"12345")
    for arguments, said in (
        (("convert", file, tmp_path / "a.obj"), "a.obj: splats are read from and written to .ply and .splat files"),
        (("convert", tmp_path / "no.ply", tmp_path / "b.ply"), "no such file"),
        (("convert", tmp_path / "a.splat", tmp_path / "b.ply"), "cut off"),
        (("fit", tmp_path / "nowhere", "-o", tmp_path / "b.ply"), "no such folder"),
    ):
        assert run(*arguments) == 1
        assert said in capfd.readouterr().err
