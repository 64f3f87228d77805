# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a match carries from one animal to another, on a pair whose counterparts are known."""

import dataclasses
import json
import math
from types import SimpleNamespace

import bpy
import numpy as np
import pytest
from mathutils import Matrix

from galatea.addon import command_line, match, match_pose, properties, recipe, session
from galatea.addon.importers import material, weights
from galatea.backend import protocol
from galatea.panels import match as panel

from . import made_up
from .test_panels import Paper

STRETCH = np.array([1.5, 2.0, 1.2])
SHIFT = np.array([6.0, 1.0, 0.0])


class Worker(made_up.Worker):
    """Knows that the target is the source, stretched and moved in the world."""

    def said(self, job, description):
        arrays = {}
        with np.load(self.folder / "in/source.npz") as one, np.load(self.folder / "in/target.npz") as two:
            arrays["source_points"] = one["vertices"] * STRETCH + SHIFT
            arrays["target_points"] = (two["vertices"] - SHIFT) / STRETCH
        for name in ("source", "target"):
            arrays[f"{name}_sure"] = np.ones(len(arrays[f"{name}_points"]), np.float32)
        np.savez(self.folder / "out/match.npz", **arrays)
        report = {"animals": ["quadruped"] * 2, "bones": 30, "unsure_percent": {"source": 0.0, "target": 0.0}}
        return [protocol.Result(job, {"match": "out/match.npz"}, report | {"warnings": []})]


@pytest.fixture
def pair(monkeypatch):
    """(source, target): one animal, rigged and with UVs, and the same stretched, turned inside its object; matched."""
    queue = session.get().queue
    monkeypatch.setattr(queue, "worker", None)
    monkeypatch.setattr(queue, "jobs", [])
    source = made_up.animal("Giver")
    monkeypatch.setattr(queue, "_start_worker", lambda: made_up.Worker([]))
    assert bpy.ops.galatea.rig() == {"FINISHED"}
    mesh = source.data.copy()
    target = bpy.data.objects.new("Taker", mesh)
    bpy.context.scene.collection.objects.link(target)
    turned = Matrix.Translation(SHIFT) @ Matrix.Rotation(0.5, 4, "Z")
    wanted = made_up.world_points(source) * STRETCH + SHIFT
    local = np.c_[wanted, np.ones(len(wanted))] @ np.array(turned.inverted()).T
    mesh.vertices.foreach_set("co", local[:, :3].astype(np.float32).ravel())
    target.matrix_world = turned
    mesh.update()
    made_up.select(target, source)
    queue.worker = None
    monkeypatch.setattr(queue, "_start_worker", lambda: Worker([]))
    assert bpy.ops.galatea.match() == {"FINISHED"}
    return source, target


def there(point):
    return np.array(point) * STRETCH + SHIFT


def test_a_match_is_on_both_and_survives_saving(pair, tmp_path):
    source, target = pair
    assert match.partner(source) == target and match.partner(target) == source
    assert recipe.read(target.data)["capability"] == "match"
    points = made_up.world_points(source)
    own, other, sure = match.counterpart(bpy.context, source, points[100])
    assert np.allclose(own, points[100], atol=1e-5) and np.allclose(other, there(points[100]), atol=1e-4)
    assert sure == pytest.approx(1.0)
    back = match.counterpart(bpy.context, target, other)[1]
    assert np.allclose(back, points[100], atol=1e-3)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "pair.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "pair.blend"))
    again = match.counterpart(bpy.context, bpy.data.objects["Giver"], points[100])[1]
    assert np.allclose(again, there(points[100]), atol=1e-4)


def test_a_point_of_a_posed_animal_is_found_on_the_other(pair):
    source, target = pair
    rest = made_up.world_points(source)
    bone = source.parent.pose.bones["Tail.001"]
    bone.matrix_basis = Matrix.Rotation(0.7, 4, "X")
    bpy.context.view_layer.update()
    seen = source.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.vertices
    moved = int(np.argmax([np.linalg.norm(np.array(v.co) - u.co) for v, u in zip(seen, source.data.vertices)]))
    place = source.matrix_world @ seen[moved].co
    made_up.select(target)
    made_up.select(source)
    before = set(bpy.data.objects)
    assert bpy.ops.galatea.match_point(position=place) == {"FINISHED"}
    markers = {item.name: np.array(item.location) for item in set(bpy.data.objects) - before}
    assert np.allclose(markers["Match Point 1 on Giver"], place, atol=1e-4)
    assert np.allclose(markers["Match Point 1 on Taker"], there(rest[moved]), atol=1e-3)


def test_vertex_groups_go_over_and_others_stay(pair):
    source, target = pair
    target.vertex_groups.new(name="Saddle").add([0, 1], 1.0, "REPLACE")
    made_up.select(target)
    assert bpy.ops.galatea.match_groups() == {"FINISHED"}
    names = [group.name for group in source.vertex_groups]
    # The made-up animal's limbs run into each other: in some places two surfaces are the nearest.
    assert np.quantile(np.abs(weights.read(target, names) - weights.read(source, names)), 0.999) < 0.01
    assert "Saddle" in target.vertex_groups


def test_a_texture_goes_over_and_the_old_material_is_kept(pair):
    source, target = pair
    # The source's color says where along its body a point lies.
    image = bpy.data.images.new("Stripes", 256, 256)
    pixels = np.ones((256, 256, 4), np.float32)
    pixels[..., 0] = np.linspace(0, 1, 256)[None]
    pixels[..., 1:3] = 0.25
    image.pixels.foreach_set(pixels.ravel())
    made_up.select(source)
    uv = source.data.uv_layers.new(name="Along")
    y = made_up.world_points(source)[:, 1]
    part = 0.1 + 0.8 * (y - y.min()) / np.ptp(y)
    for loop in source.data.loops:
        uv.uv[loop.index].vector = (part[loop.vertex_index], 0.5)
    skin = material.create("Skin", {"base_color": image}, "Along")
    source.data.materials.append(skin)
    old = bpy.data.materials.new("Old")
    target.data.materials.append(old)
    own = target.data.uv_layers.new(name="Own")
    target.data.uv_layers.active = own
    own.active_render = True
    made_up.select(target)
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.uv.smart_project(island_margin=0.01)
    bpy.ops.object.mode_set(mode="OBJECT")
    assert bpy.ops.galatea.match_texture(size=256) == {"FINISHED"}
    made = target.material_slots[0].material
    assert made.name == "Taker as Giver" and old.use_fake_user
    picture = next(node.image for node in made.node_tree.nodes if node.type == "TEX_IMAGE")
    painted = np.empty(256 * 256 * 4, np.float32)
    picture.pixels.foreach_get(painted)
    painted = painted.reshape(256, 256, 4)
    layer = target.data.uv_layers["Own"].uv
    errors = []
    for polygon in target.data.polygons:
        corners = np.array([layer[index].vector for index in polygon.loop_indices])
        column, row = (corners.mean(axis=0) * 256).astype(int).clip(0, 255)
        errors.append(abs(painted[row, column, 0] - part[list(polygon.vertices)].mean()))
    assert np.median(errors) < 0.01 and np.quantile(errors, 0.95) < 0.04


def test_colors_beyond_pictures_are_refused(pair):
    source, target = pair
    noise = bpy.data.materials.new("Marble")
    noise.use_nodes = True
    tree = noise.node_tree
    shader = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    tree.links.new(tree.nodes.new("ShaderNodeTexNoise").outputs["Color"], shader.inputs["Base Color"])
    source.data.materials.append(noise)
    made_up.select(target)
    with pytest.raises(RuntimeError, match="Marble is more than one picture"):
        bpy.ops.galatea.match_texture()
    assert not target.material_slots


def test_a_rig_is_fitted(pair):
    source, target = pair
    made_up.select(target)
    assert bpy.ops.galatea.match_rig() == {"FINISHED"}
    armature = weights.bound_armature(target)
    assert armature != source.parent and match.partner(target) == source
    size = np.ptp(made_up.world_points(target), axis=0).max()
    for bone in source.parent.data.bones:
        fitted = armature.matrix_world @ armature.data.bones[bone.name].head_local
        if bone.name != "Root":
            wanted = there(source.parent.matrix_world @ bone.head_local)
            assert np.linalg.norm(np.array(fitted) - wanted) < 0.05 * size, bone.name
    # At rest the mesh stays as it is.
    seen = target.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.vertices
    assert np.abs([np.array(v.co) - u.co for v, u in zip(seen, target.data.vertices)]).max() < 1e-4


def test_a_pose_goes_over_to_other_bones_rolls_and_rests(pair):
    source, target = pair
    made_up.select(target)
    bpy.ops.galatea.match_rig()
    giver, taker = source.parent, weights.bound_armature(target)
    made_up.select(taker)
    bpy.ops.object.mode_set(mode="EDIT")
    for bone in taker.data.edit_bones:
        bone.roll += 0.8
    bpy.ops.object.mode_set(mode="OBJECT")
    made_up.select(target)
    assert bpy.ops.galatea.match_pose() == {"FINISHED"}
    for bone in taker.pose.bones:  # at rest stays at rest
        assert bone.matrix_basis.to_quaternion().angle < 1e-3
    giver.pose.bones["Thigh.L"].matrix_basis = Matrix.Rotation(math.radians(40), 4, "X")
    giver.pose.bones["Shin.L"].matrix_basis = Matrix.Rotation(math.radians(-30), 4, "X")
    bpy.context.view_layer.update()
    assert bpy.ops.galatea.match_pose() == {"FINISHED"}
    bpy.context.view_layer.update()
    for name, angle in (("Thigh.L", 40), ("Shin.L", 30), ("Thigh.R", 0), ("Head", 0)):
        assert math.degrees(taker.pose.bones[name].matrix_basis.to_quaternion().angle) == pytest.approx(angle, abs=0.5)
    # The foot went the same way in both worlds.
    feet = [
        armature.matrix_world @ (armature.pose.bones["Foot.L"].tail - armature.data.bones["Foot.L"].tail_local)
        - armature.matrix_world.translation
        for armature in (giver, taker)
    ]
    assert feet[0].normalized().dot(feet[1].normalized()) > 0.95


def test_a_pose_goes_over_to_bones_of_other_names(pair):
    source, target = pair
    made_up.select(target)
    bpy.ops.galatea.match_rig()
    giver, taker = source.parent, weights.bound_armature(target)
    for number, bone in enumerate(taker.data.bones):
        bone.name = f"b{number:02d}{bone.name[-2:] if bone.name[-2] == '.' else ''}"
    names = [bone.name for bone in giver.data.bones]
    thigh, other = (taker.pose.bones[names.index(name)] for name in ("Thigh.L", "Thigh.R"))
    giver.pose.bones["Thigh.L"].matrix_basis = Matrix.Rotation(math.radians(40), 4, "X")
    bpy.context.view_layer.update()
    assert bpy.ops.galatea.match_pose() == {"FINISHED"}
    assert math.degrees(thigh.matrix_basis.to_quaternion().angle) == pytest.approx(40, abs=8)
    assert math.degrees(other.matrix_basis.to_quaternion().angle) < 8


def test_an_action_goes_over_and_the_old_one_is_kept(pair):
    source, target = pair
    made_up.select(target)
    bpy.ops.galatea.match_rig()
    giver, taker = source.parent, weights.bound_armature(target)
    with pytest.raises(RuntimeError, match="has no action"):
        bpy.ops.galatea.match_pose(action=True)
    bone = giver.pose.bones["Tail.001"]
    bone.rotation_mode = "XYZ"
    for frame, angle in ((3, 0.0), (9, 1.0)):
        bone.rotation_euler.x = angle
        bone.keyframe_insert("rotation_euler", frame=frame)
    bpy.context.scene.frame_set(1)
    assert bpy.ops.galatea.match_pose(action=True) == {"FINISHED"}
    assert bpy.context.scene.frame_current == 1
    action = taker.animation_data.action
    assert tuple(action.frame_range) == (3, 9)
    bpy.context.scene.frame_set(9)
    assert taker.pose.bones["Tail.001"].matrix_basis.to_quaternion().angle == pytest.approx(1.0, abs=0.01)


def test_chains_of_other_numbers_follow_by_their_parts():
    armatures = []
    for count in (2, 4):
        data = bpy.data.armatures.new("Chain")
        item = bpy.data.objects.new("Chain", data)
        bpy.context.scene.collection.objects.link(item)
        made_up.select(item)
        bpy.ops.object.mode_set(mode="EDIT")
        above = None
        for number in range(count):
            bone = data.edit_bones.new(f"Spine{number + 1}")
            bone.head, bone.tail = (0, number, 0), (0, number + 1, 0)
            bone.parent, above = above, bone
        bpy.ops.object.mode_set(mode="OBJECT")
        armatures.append(item)
    found = match_pose.by_name(*armatures)
    assert {name: [(bone.name, round(part, 2)) for bone, part in leads] for name, leads in found.items()} == {
        "Spine1": [("Spine1", 1.0)], "Spine2": [("Spine1", 0.75), ("Spine2", 0.25)],
        "Spine3": [("Spine1", 0.25), ("Spine2", 0.75)], "Spine4": [("Spine2", 1.0)],
    }  # fmt: skip


def test_what_is_missing_is_said(pair):
    source, target = pair
    made_up.select(target)
    with pytest.raises(RuntimeError, match="Taker has no armature"):
        bpy.ops.galatea.match_pose()
    made_up.select(source)
    with pytest.raises(RuntimeError, match="Taker has no armature"):
        bpy.ops.galatea.match_rig()
    bpy.data.objects.remove(target)
    assert match.partner(source) is None and not bpy.ops.galatea.match_texture.poll()
    assert not bpy.ops.galatea.match.poll()


class Sheet(Paper):
    """With room for properties."""

    def row(self, **options):
        return Sheet(self)

    column = box = row

    def prop(self, *names, **options):
        pass

    template_ID = prop

    def label(self, text="", icon="NONE", translate=True):
        super().label(text)


def test_the_panel_says_who_takes_from_whom(pair):
    paper = Sheet()
    panel.GALATEA_PT_match.draw(SimpleNamespace(layout=paper), bpy.context)
    assert "Giver to Taker" in paper.text and "Taker takes from Giver" in paper.text
    made_up.select(pair[0])
    paper = Sheet()
    panel.GALATEA_PT_match.draw(SimpleNamespace(layout=paper), bpy.context)
    assert "Giver takes from Taker" in paper.text


def test_settings_are_those_of_the_backend():
    capability = pytest.importorskip("galatea.backend.capabilities.match")
    expected = {field.name: field.default for field in dataclasses.fields(capability.MatchParams)}
    assert properties.match_params(bpy.context.scene.galatea.match) == expected


def test_the_command_takes_two_files_and_writes_what_it_found(pair, tmp_path, capsys):
    for item in pair:
        made_up.select(item)
        bpy.ops.wm.obj_export(filepath=str(tmp_path / f"{item.name}.obj"), export_selected_objects=True)
    files = [str(tmp_path / f"{item.name}.obj") for item in pair]
    assert command_line.blender_command(["match", *files, "-o", str(tmp_path / "out"), "--vertex-groups"]) == 1
    assert "has no vertex groups" in capsys.readouterr().err
    assert command_line.blender_command(["match", *files, "-o", str(tmp_path / "out")]) == 0
    assert json.loads((tmp_path / "out/report.json").read_text())["bones"] == 30
    with np.load(tmp_path / "out/match.npz") as data:
        assert data["source_places"].shape == data["target_places"].shape
    assert (tmp_path / "out/result.blend").is_file()
    assert command_line.blender_command(["match", str(tmp_path / "no.glb"), files[1], "-o", str(tmp_path)]) == 1
    assert "no such file" in capsys.readouterr().err


@pytest.mark.parametrize("name", [match.PLACE, match.SURE])
def test_edited_attributes_are_no_match_and_no_traceback(pair, name):
    _, target = pair
    assert match.partner(target) is not None
    target.data.attributes.remove(target.data.attributes[name])
    assert match.partner(target) is None and not bpy.ops.galatea.match_texture.poll()
    target.data.attributes.new(name, "FLOAT", "FACE")
    assert match.partner(target) is None


def test_a_source_whose_picture_is_shown_without_uvs_is_refused_before_anything_changes(pair):
    source, target = pair
    image = bpy.data.images.new("Plain", 8, 8)
    source.data.materials.append(material.create("Skin", {"base_color": image}, ""))
    while source.data.uv_layers:
        source.data.uv_layers.remove(source.data.uv_layers[0])
    while target.data.uv_layers:
        target.data.uv_layers.remove(target.data.uv_layers[0])
    made_up.select(target)
    with pytest.raises(RuntimeError, match="Plain is shown without UVs"):
        bpy.ops.galatea.match_texture()
    assert not target.data.uv_layers and not target.material_slots
