# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every function of addon/compat.py, on every Blender of the matrix."""

import subprocess
import sys

import bpy
import numpy as np
import pytest

from galatea.addon import compat, preview
from galatea.addon.version import ROOT


def test_child_blender_runs_a_script(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("import bpy, sys\nprint(sys.argv[-1], bpy.app.version)\nraise SystemExit(3)\n")
    done = subprocess.run(
        [*compat.child_blender_command(), str(script), "--", "hello"], capture_output=True, timeout=100
    )
    assert done.returncode == 3, done.stderr
    assert f"hello {bpy.app.version}" in done.stdout.decode()


def test_module_is_recognised():
    assert compat.is_module() == (not bpy.app.binary_path)
    if compat.is_module():
        assert compat.child_blender_command()[0] == sys.executable


def test_action_slots_come_back(rigged):
    _, armature = rigged
    assert compat.action_slot(armature) == ""
    first, second = bpy.data.actions.new("First"), bpy.data.actions.new("Second")
    compat.assign_action(armature, first)
    curve = compat.fcurves(armature).new('pose.bones["Head"].location', index=0)
    curve.keyframe_points.insert(1, 2.0)
    slot = compat.action_slot(armature)
    compat.assign_action(armature, second)
    bpy.context.view_layer.update()
    compat.assign_action(armature, first, slot)
    assert compat.action_slot(armature) == slot
    assert [c.data_path for c in compat.fcurves(armature)] == ['pose.bones["Head"].location']
    bpy.context.scene.frame_set(1)
    assert armature.pose.bones["Head"].location.x == pytest.approx(2)
    compat.assign_action(armature, None)
    assert armature.animation_data.action is None


def test_bone_selection(rigged):
    _, armature = rigged
    compat.select_bones(armature, {"Head", "Thigh.L"})
    assert compat.selected_bones(armature) == {"Head", "Thigh.L"}
    compat.select_bones(armature, set())
    assert compat.selected_bones(armature) == set()


def test_nodes():
    for datablock in (bpy.data.materials.new("M"), bpy.data.worlds.new("W")):
        assert compat.enable_nodes(datablock).nodes


def test_modal_tools_of_blender_count_and_those_of_addons_do_not():
    def window(*names):
        return type("Window", (), {"modal_operators": [type("Operator", (), {"bl_idname": name}) for name in names]})

    assert not compat.modal_tool_runs(window())
    assert not compat.modal_tool_runs(window("GALATEA_OT_rig"))
    assert compat.modal_tool_runs(window("GALATEA_OT_rig", "TRANSFORM_OT_translate"))


def test_import_operators_exist():
    for operator, options in compat.import_operators().values():
        module, name = operator.split(".")
        properties = getattr(getattr(bpy.ops, module), name).get_rna_type().properties
        assert "filepath" in properties and set(options) <= set(properties.keys())


def test_bone_heat_in_a_child(animal, tmp_path):
    from galatea.addon.export import mesh as mesh_export

    from . import made_up

    data = mesh_export.arrays(bpy.context, animal)
    bones = [bone for bone in made_up.bones() if bone["deform"]]
    source, result = tmp_path / "in.npz", tmp_path / "out.npz"
    heads, tails = (np.array([bone[end] for bone in bones]) * 3.0 for end in ("head", "tail"))
    np.savez(source, vertices=data.vertices * 3, triangles=data.triangles, heads=heads, tails=tails)
    command = [*compat.child_blender_command(), str(ROOT / "addon/bone_heat.py"), "--"]
    done = subprocess.run([*command, str(source), str(result)], capture_output=True, timeout=100)
    assert done.returncode == 0, done.stderr
    with np.load(result) as out:
        weights = out["weights"]
    assert weights.shape == (len(data.vertices), len(bones)) and weights.dtype == np.float32
    assert (weights.sum(0) > 0).all() and np.allclose(weights.sum(1), 1, atol=0.3)
    done = subprocess.run([*command, str(tmp_path / "none.npz"), str(result)], capture_output=True, timeout=100)
    assert done.returncode != 0 and b"bone heat: FileNotFoundError" in done.stderr


def test_a_denoiser_that_is_said_to_be_there_denoises(tmp_path):
    """Two pictures of one sample with other random numbers are alike after it."""
    if not compat.can_denoise():
        pytest.skip("this Blender has none")
    bpy.ops.mesh.primitive_uv_sphere_add()
    scene = bpy.context.scene
    preview.set_up(scene, [bpy.context.object], (64, 64), (1, 1))
    differences = []
    for denoised in (False, True):
        scene.cycles.use_denoising = denoised
        pictures = []
        for seed in (1, 2):
            scene.cycles.seed = seed
            pictures.append(preview.shot(scene, tmp_path)[..., :3])
        differences.append(np.abs(pictures[0] - pictures[1]).mean())
    assert differences[1] < 0.6 * differences[0]


def test_curves_have_groups(rigged):
    _, armature = rigged
    compat.assign_action(armature, bpy.data.actions.new("Grouped"))
    channels = compat.channels(armature)
    curve = channels.fcurves.new('pose.bones["Head"].location', index=1)
    curve.group = channels.groups.new("Head")
    assert [found.group.name for found in compat.fcurves(armature)] == ["Head"]


def test_the_compositor_passes_renders_through_and_keeps_what_is_there():
    scene = bpy.context.scene
    tree = compat.compositor(scene)
    kinds = {node.bl_idname for node in tree.nodes}
    assert "CompositorNodeRLayers" in kinds and kinds & {"CompositorNodeComposite", "NodeGroupOutput"}
    assert any(link.from_node.bl_idname == "CompositorNodeRLayers" for link in tree.links)
    own = tree.nodes.new("CompositorNodeBlur")
    assert compat.compositor(scene) == tree and own.name in tree.nodes
