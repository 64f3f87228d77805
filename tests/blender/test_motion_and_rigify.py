# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test bend and Rigify controls."""

import bpy
import addon_utils
import numpy as np
import pytest
from mathutils import Matrix, Vector

from galatea.addon import compat, rigify, test_motion
from galatea.addon.importers import weights

from . import made_up


def posed_tip(armature, bone):
    """World position of a bone's tail."""
    bpy.context.view_layer.update()
    return np.array(armature.matrix_world @ armature.pose.bones[bone].tail)


def test_test_bend_moves_and_clears(rigged):
    mesh, armature = rigged
    armature.pose.bones["Head"].location = (0.1, 0, 0)
    own = bpy.data.actions.new("Mine")
    compat.assign_action(armature, own)
    compat.fcurves(armature).new('pose.bones["Neck.001"].location', index=1).keyframe_points.insert(1, 0.2)
    bpy.context.scene.frame_set(1)
    pose = {bone.name: bone.matrix_basis.copy() for bone in armature.pose.bones}
    before = made_up.world_points(mesh)
    assert bpy.ops.galatea.test_bend() == {"FINISHED"}
    moved = []
    for frame in (1, 5, 9, 17, 25, 33, 9 + 32):
        bpy.context.scene.frame_set(frame)
        moved.append(made_up.world_points(mesh))
    assert np.linalg.norm(moved[2] - moved[4], axis=1).max() > 0.3
    assert np.allclose(moved[0], moved[5], atol=1e-4) and np.allclose(moved[2], moved[6], atol=1e-4)  # it repeats
    assert bpy.ops.galatea.clear_test_bend() == {"FINISHED"}
    assert armature.animation_data.action == own
    assert test_motion.KEY not in armature and [action.name for action in bpy.data.actions] == ["Mine"]
    bpy.context.scene.frame_set(1)
    for bone in armature.pose.bones:
        assert np.allclose(bone.matrix_basis, pose[bone.name], atol=1e-6), bone.name
    assert np.allclose(made_up.world_points(mesh), before, atol=1e-5)


def test_test_bend_leaves_no_animation_data_behind(rigged):
    _, armature = rigged
    bpy.ops.galatea.test_bend()
    bpy.ops.galatea.test_bend()  # pressed again: still one
    assert len(bpy.data.actions) == 1
    bpy.ops.galatea.clear_test_bend()
    assert armature.animation_data is None and not bpy.data.actions
    with pytest.raises(RuntimeError, match="no test bend"):
        bpy.ops.galatea.clear_test_bend()


def test_test_bend_is_one_undo_step(rigged):
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.galatea.test_bend()
    bpy.ops.ed.undo_push(message="after")  # scripts have to push what the window pushes by itself
    bpy.ops.ed.undo()
    assert test_motion.KEY not in bpy.data.objects["Animal Rig"]


def test_legs_swing_opposite_and_knees_fold_the_right_way(rigged):
    _, armature = rigged
    rest = {name: posed_tip(armature, name) for name in ("Foot.L", "Foot.R", "Forefoot.L", "Forefoot.R")}
    test_motion.set_pose(armature, 0.25)
    swing = {name: posed_tip(armature, name)[1] - place[1] for name, place in rest.items()}
    assert swing["Foot.L"] * swing["Foot.R"] < 0 and swing["Foot.L"] * swing["Forefoot.L"] < 0
    for cycle in np.arange(16) / 16:
        test_motion.set_pose(armature, cycle)
        bpy.context.view_layer.update()
        for name in ("Shin.L", "Shin.R", "Foreshin.L", "Hock.L"):
            bone = armature.pose.bones[name]
            angle = bone.vector.angle(bone.parent.vector)
            rest_angle = Vector(bone.bone.vector).angle(Vector((0, 1, 0)))  # bone space: parent's direction is +Y there
            assert angle > rest_angle - 0.02, (name, cycle)  # a joint folds further, it never breaks backwards


def test_motion_is_symmetric(rigged):
    _, armature = rigged
    test_motion.set_pose(armature, 0.1)
    left = posed_tip(armature, "Foot.L")
    test_motion.set_pose(armature, 0.6)
    right = posed_tip(armature, "Foot.R")
    # Half a cycle later the right side does what the left one did; the spine bends to the other side as well.
    assert np.allclose(left * (-1, 1, 1), right, atol=1e-4)


@pytest.mark.parametrize("mode", ["QUATERNION", "XYZ", "AXIS_ANGLE"])
def test_rotation_modes(rigged, mode):
    _, armature = rigged
    for bone in armature.pose.bones:
        bone.rotation_mode = mode
    bpy.ops.galatea.test_bend()
    bpy.context.scene.frame_set(9)
    tip = posed_tip(armature, "Foot.L")
    bpy.ops.galatea.clear_test_bend()
    test_motion.set_pose(armature, 0.25)
    assert np.allclose(tip, posed_tip(armature, "Foot.L"), atol=1e-4)


@pytest.fixture
def rigify_off():
    """Rigify as the test found it."""
    enabled = addon_utils.check("rigify")[1]
    if enabled:
        addon_utils.disable("rigify")
    yield
    if addon_utils.check("rigify")[1]:
        addon_utils.disable("rigify")


def test_rigify_of_an_animal_that_stands_elsewhere(animal, worker, rigify_off):
    """Under a parent, moved, turned and scaled: the controls are where the bones were, and joints turn about them."""
    above = bpy.data.objects.new("Above", None)
    bpy.context.collection.objects.link(above)
    above.matrix_world = Matrix.Translation((3, 1, 0)) @ Matrix.Rotation(0.7, 4, "Z")
    animal.parent = above
    animal.matrix_world = Matrix.Translation((-2, 5, 1)) @ Matrix.Rotation(2, 4, (1, 1, 0)) @ Matrix.Scale(3, 4)
    bpy.context.view_layer.update()
    assert bpy.ops.galatea.rig() == {"FINISHED"}
    armature, before = animal.parent, made_up.world_points(animal)
    armature.matrix_world = Matrix.Translation((0, 0, 2)) @ Matrix.Rotation(1, 4, "X") @ armature.matrix_world
    bpy.context.view_layer.update()
    before = made_up.world_points(animal)
    assert bpy.ops.galatea.rigify(enable_rigify=True) == {"FINISHED"}
    rig = animal.parent
    assert rig.parent == above and rig != armature
    assert np.allclose(made_up.world_points(animal), before, atol=1e-4 * np.ptp(before))
    for bone in armature.data.bones:
        if bone.use_deform:
            place = rig.matrix_world @ rig.data.bones[f"DEF-{bone.name}"].head_local
            assert (place - armature.matrix_world @ bone.head_local).length < 1e-3 * np.ptp(before), bone.name


def test_rigify_that_fails_leaves_nothing(rigged, rigify_off, monkeypatch):
    mesh, armature = rigged
    monkeypatch.setattr(rigify, "lost_bones", lambda *arguments: {"Tail.001"})
    things = set(bpy.data.objects), set(bpy.data.collections)
    groups = made_up.weights_of(mesh)
    with pytest.raises(RuntimeError, match=r"no deforming bone for Tail\.001"):
        bpy.ops.galatea.rigify(enable_rigify=True)
    assert (set(bpy.data.objects), set(bpy.data.collections)) == things
    assert mesh.parent == armature and np.array_equal(made_up.weights_of(mesh), groups)
    assert bpy.context.view_layer.objects.active == armature and not armature.hide_get()


def test_rigify(rigged, rigify_off):
    mesh, armature = rigged
    before, groups = made_up.world_points(mesh), made_up.weights_of(mesh)
    with pytest.raises(RuntimeError, match="Rigify is switched off"):
        bpy.ops.galatea.rigify()
    assert len(bpy.data.armatures) == 1
    assert bpy.ops.galatea.rigify(enable_rigify=True) == {"FINISHED"}
    rig = mesh.parent
    assert rig != armature and rig.data.get("rig_id") and weights.bound_armature(mesh) == rig
    assert len(mesh.modifiers) == 1 and armature.hide_get()
    assert all(group.name in rig.data.bones and group.name.startswith("DEF-") for group in mesh.vertex_groups)
    assert np.array_equal(made_up.weights_of(mesh), groups)
    bpy.context.view_layer.update()
    assert np.allclose(made_up.world_points(mesh), before, atol=2e-3)
    controls = [bone.name for bone in rig.pose.bones if "_ik" in bone.name and bone.custom_shape]
    assert any("Hock" in name or "Shin" in name or "Foot" in name for name in controls), controls
    shown = [bone for bone in rig.pose.bones if bone.custom_shape and any(c.is_visible for c in bone.bone.collections)]
    assert {"root", "torso", *controls} <= {bone.name for bone in shown} and rig.show_in_front
    assert not [bone.name for bone in shown if "tweak" in bone.name or "_fk" in bone.name]
    assert {bone.color.palette for bone in shown if bone.name.endswith(".L")} == {"THEME03"}
    rig.pose.bones["root"].location = (0, 1, 0)
    bpy.context.view_layer.update()
    assert np.linalg.norm(made_up.world_points(mesh) - before, axis=1).min() > 0.5
    with pytest.raises(RuntimeError, match="control rig already"):
        bpy.ops.galatea.rigify()
    with pytest.raises(RuntimeError, match="move the controls"):
        bpy.ops.galatea.test_bend()
