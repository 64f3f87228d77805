# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From one press of Rig to the armature in the scene."""

import itertools
import json

import bpy
import numpy as np
import pytest
from mathutils import Matrix

from galatea.addon import recipe, session
from galatea.addon.export import mesh as mesh_export
from galatea.addon.importers import armature as armature_import
from galatea.addon.importers import weights

from . import made_up


def test_one_press_rigs(rigged):
    mesh, armature = rigged
    assert armature.type == "ARMATURE" and armature.show_in_front
    assert {bone["name"] for bone in made_up.bones()} == set(armature.data.bones.keys())
    modifier = mesh.modifiers[0]
    assert modifier.type == "ARMATURE" and modifier.object == armature
    groups = made_up.weights_of(mesh)
    assert np.allclose(groups.sum(1), 1, atol=1e-6)
    assert ((groups > 0).sum(1) <= 4).all() and (groups.sum(0) > 0).all()
    assert "Root" not in mesh.vertex_groups and not armature.data.bones["Root"].use_deform
    assert armature.data.collections["Front Leg.L"].bones.keys() == [
        "Shoulder.L",
        "Foreleg.L",
        "Foreshin.L",
        "Forefoot.L",
    ]
    assert armature.data.bones["Thigh.R"].color.palette == "THEME03"
    assert bpy.context.mode == "OBJECT" and bpy.context.view_layer.objects.active == armature


def test_skeleton_survives_reading_back(rigged):
    _, armature = rigged
    read = armature_import.read(armature)
    made = {bone["name"]: bone for bone in made_up.bones()}
    for bone in read["bones"]:
        expected = made[bone["name"]]
        for end in ("head", "tail"):
            assert np.allclose(bone[end], expected[end], atol=1e-5), (bone["name"], end)
        along = np.subtract(expected["tail"], expected["head"])
        square = expected["z_axis"] - along * (along @ expected["z_axis"]) / (along @ along)
        assert np.allclose(bone["z_axis"], square / np.linalg.norm(square), atol=1e-4), bone["name"]
        assert {k: bone[k] for k in ("parent", "connected", "deform", "collection", "color")} == {
            k: expected[k] for k in ("parent", "connected", "deform", "collection", "color")
        }
    again = armature_import.create(bpy.context, read, "Again", bpy.context.scene.collection)
    for bone in again.data.bones:
        assert np.allclose(bone.matrix_local, armature.data.bones[bone.name].matrix_local, atol=1e-5)


def test_mesh_stays_as_it_was(animal, worker):
    animal.matrix_world = Matrix.LocRotScale((3, -2, 1), Matrix.Rotation(0.7, 3, "Z"), (1, 1, 1))
    animal.vertex_groups.new(name="Artist").add([0, 1], 0.25, "REPLACE")
    animal["tag"] = 7
    bpy.context.view_layer.update()
    before, data, world = made_up.world_points(animal), animal.data, animal.matrix_world.copy()
    assert bpy.ops.galatea.rig() == {"FINISHED"}
    assert animal.data == data and np.allclose(animal.matrix_world, world, atol=1e-6)
    assert np.allclose(made_up.world_points(animal), before, atol=1e-5)
    group = animal.vertex_groups["Artist"].index
    assert made_up.weights_of(animal)[:3, group].tolist() == [0.25, 0.25, 0]
    assert animal["tag"] == 7


def test_bones_deform_the_mesh(rigged):
    mesh, armature = rigged
    before = made_up.world_points(mesh)
    armature.pose.bones["Foreleg.L"].rotation_quaternion = (0.9, 0.43, 0, 0)
    bpy.context.view_layer.update()
    moved = np.linalg.norm(made_up.world_points(mesh) - before, axis=1)
    left_foreleg = (before[:, 0] > 0.15) & (before[:, 1] < -0.5) & (before[:, 2] < 0.5)
    assert moved[left_foreleg].min() > 0.1 and moved[before[:, 1] > 0.3].max() < 1e-4


def test_one_undo_step(animal, worker):
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.galatea.rig()
    assert "Animal Rig" in bpy.data.objects
    bpy.ops.ed.undo()
    mesh = bpy.data.objects["Animal"]
    assert not [item for item in bpy.data.objects if item.type == "ARMATURE"]
    assert not mesh.modifiers and not mesh.vertex_groups and mesh.parent is None
    bpy.ops.ed.redo()
    assert bpy.data.objects["Animal"].parent == bpy.data.objects["Animal Rig"]


def test_save_and_reload(rigged, tmp_path):
    mesh, _ = rigged
    before, groups = made_up.world_points(mesh), made_up.weights_of(mesh)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "rigged.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "rigged.blend"))
    mesh = bpy.data.objects["Animal"]
    assert np.allclose(made_up.world_points(mesh), before, atol=1e-6)
    assert np.array_equal(made_up.weights_of(mesh), groups)
    assert recipe.read(mesh.parent)["report"]["animal"] == "quadruped"


@pytest.mark.parametrize("scale", [(-1, 1, 1), (0.5, 2, 1), (-1, -1, -1), (1e-3, 1e-3, 1e-3)])
def test_scales(animal, worker, scale):
    """The made-up skeleton does not fit a scaled animal, but place, outside and weights must be right."""
    animal.scale = scale
    bpy.context.view_layer.update()
    before = made_up.world_points(animal)
    bpy.ops.galatea.rig()
    with np.load(worker[0].folder / "in/mesh.npz") as data:
        assert np.allclose(data["vertices"], before, atol=1e-5)
        corners = data["vertices"][data["triangles"]]
    assert np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() > 0
    assert np.allclose(made_up.world_points(animal), before, atol=1e-5)
    assert np.allclose(animal.scale, scale)
    assert np.allclose(animal.parent.matrix_world.to_scale(), 1, atol=1e-5)


@pytest.mark.parametrize("kind", ["OBJECT", "BONE"])
def test_old_parent_carries_the_armature(animal, worker, kind):
    parent = bpy.data.objects.new("Stage", bpy.data.armatures.new("Stage") if kind == "BONE" else None)
    bpy.context.scene.collection.objects.link(parent)
    if kind == "BONE":
        with armature_import.editing(bpy.context, parent):
            parent.data.edit_bones.new("Carrier").tail = (0, 0, 1)
    parent.location = (1, 2, 3)
    bpy.context.view_layer.update()
    world = animal.matrix_world.copy()
    animal.parent, animal.parent_type = parent, kind
    animal.parent_bone = "Carrier" if kind == "BONE" else ""
    animal.matrix_world = world
    made_up.select(animal)
    before = made_up.world_points(animal)
    bpy.ops.galatea.rig()
    armature = animal.parent
    assert armature.name == "Animal Rig"
    if kind == "OBJECT":  # an armature above is taken for the old rig, whose place the new one takes
        assert armature.parent == parent
    assert np.allclose(made_up.world_points(animal), before, atol=1e-5)
    parent.location.x += 5
    bpy.context.view_layer.update()
    expected = 5 if kind == "OBJECT" else 0
    assert np.allclose(made_up.world_points(animal) - before, (expected, 0, 0), atol=1e-5)


def test_sheared_parent(animal, worker):
    """A turned child of an unevenly scaled parent is sheared; the armature must not be."""
    stage = bpy.data.objects.new("Stage", None)
    bpy.context.scene.collection.objects.link(stage)
    stage.rotation_euler, stage.scale = (0.3, 0.5, 0.7), (1, 2, 0.5)
    animal.parent, animal.rotation_euler = stage, (0.2, 0.4, 0.6)
    bpy.context.view_layer.update()
    before = made_up.world_points(animal)
    assert bpy.ops.galatea.rig() == {"FINISHED"}
    armature = animal.parent
    assert armature.parent == stage
    expected = made_up.rigid(animal.matrix_world)
    assert np.allclose(armature.matrix_world, expected, atol=1e-5)
    assert np.allclose(made_up.world_points(animal), before, atol=1e-5)
    made_up.select(animal)
    assert bpy.ops.galatea.rig() == {"FINISHED"}  # the new one takes the place of the old one
    assert animal.parent.parent == stage and np.allclose(animal.parent.matrix_world, expected, atol=1e-5)


@pytest.mark.parametrize("size", [1e-6, 1e6, 1e11])
def test_sizes(animal, worker, monkeypatch, size):
    """Bones of any length: Blender deletes those below a millionth of a unit."""
    made = [bone | {end: np.multiply(bone[end], size).tolist() for end in ("head", "tail")} for bone in made_up.bones()]
    monkeypatch.setattr(made_up, "bones", lambda: made)
    animal.scale = (size, size, size)
    made_up.select(animal)
    before = made_up.world_points(animal)
    assert bpy.ops.galatea.rig() == {"FINISHED"}
    armature = animal.parent
    assert np.allclose(made_up.world_points(animal), before, rtol=1e-4, atol=1e-4 * size)
    for bone in made:
        head = armature.matrix_world @ armature.data.bones[bone["name"]].head_local
        assert np.allclose(head, bone["head"], rtol=1e-4, atol=1e-4 * size)


def test_mirror_and_subdivision(animal, worker):
    """Half a mesh with Mirror and Subdivision: weights on the base, the armature between the two modifiers."""
    half = bpy.data.meshes.new("Half")
    points = made_up.world_points(animal)
    faces = [list(face.vertices) for face in animal.data.polygons if points[list(face.vertices), 0].min() > -1e-4]
    used = sorted({index for face in faces for index in face})
    half.from_pydata(points[used].tolist(), [], [[used.index(index) for index in face] for face in faces])
    animal.data = half
    animal.modifiers.new("Mirror", "MIRROR")
    animal.modifiers.new("Subdivision", "SUBSURF").levels = 1
    made_up.select(animal)
    assert bpy.ops.galatea.rig() == {"FINISHED"}
    assert [modifier.type for modifier in animal.modifiers] == ["MIRROR", "ARMATURE", "SUBSURF"]
    with np.load(worker[0].folder / "in/mesh.npz") as data:
        assert len(data["targets"]) == len(half.vertices) < len(data["vertices"])
        assert np.ptp(data["vertices"][:, 0]) > 1.9 * np.ptp(data["targets"][:, 0])
    assert np.allclose(made_up.weights_of(animal).sum(1), 1, atol=1e-6)
    before = made_up.world_points(animal)
    animal.parent.pose.bones["Thigh.R"].rotation_quaternion = (0.9, 0.43, 0, 0)
    bpy.context.view_layer.update()
    moved = np.linalg.norm(made_up.world_points(animal) - before, axis=1)
    low = (before[:, 2] < 0.5) & (before[:, 1] > 0)
    assert moved[low & (before[:, 0] < 0)].min() > 0.1 > moved[low & (before[:, 0] > 0)].max()


def split_along_every_edge(item):
    """As game formats do at seams and hard edges: every face has vertices of its own."""
    points = made_up.world_points(item)
    corners = [vertex for face in item.data.polygons for vertex in face.vertices]
    sizes = [len(face.vertices) for face in item.data.polygons]
    starts = np.cumsum([0, *sizes])
    split = bpy.data.meshes.new("Split")
    split.from_pydata(points[corners].tolist(), [], [range(a, b) for a, b in itertools.pairwise(starts)])
    item.data = split


@pytest.mark.parametrize("modifier", ["DECIMATE", "SUBSURF", "SMOOTH"])
def test_modifiers_do_not_tear_seams_open(animal, worker, modifier):
    whole = made_up.world_points(animal)
    split_along_every_edge(animal)
    animal.shape_key_add(name="Basis")
    animal.shape_key_add(name="Higher").value = 1
    for point in animal.data.shape_keys.key_blocks["Higher"].data:
        point.co.z += 10
    made = animal.modifiers.new("Changing", modifier)
    if modifier == "DECIMATE":
        made.ratio = 0.5
    made_up.select(animal)
    before, count = made_up.world_points(animal), len(animal.data.vertices)
    objects, meshes = len(bpy.data.objects), len(bpy.data.meshes)
    part = mesh_export.arrays(bpy.context, animal)
    edges = np.sort(part.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    assert (np.unique(edges, axis=0, return_counts=True)[1] == 2).all()
    assert np.abs(np.ptp(part.vertices, axis=0) / np.ptp(whole, axis=0) - 1).max() < 0.2
    assert part.vertices[:, 2].min() > 9
    assert len(part.targets) == count
    assert (len(bpy.data.objects), len(bpy.data.meshes)) == (objects, meshes)
    assert len(animal.data.vertices) == count and np.array_equal(made_up.world_points(animal), before)
    assert bpy.ops.galatea.rig() == {"FINISHED"}
    assert np.allclose(made_up.weights_of(animal).sum(1), 1, atol=1e-6)


def test_only_split_meshes_under_modifiers_are_welded(animal, worker):
    animal.modifiers.new("Smooth", "SMOOTH")
    assert not mesh_export.has_seams(animal.data)
    split_along_every_edge(animal)
    assert mesh_export.has_seams(animal.data)
    animal.modifiers.clear()
    assert np.array_equal(mesh_export.arrays(bpy.context, animal).vertices, made_up.world_points(animal))


def test_several_meshes_get_one_armature(animal, worker):
    bpy.ops.mesh.primitive_uv_sphere_add(radius=0.05, location=(0.1, -1.6, 2.25))
    eye = bpy.context.object
    eye.parent = animal
    eye.matrix_parent_inverse = animal.matrix_world.inverted()
    made_up.select(animal, eye)
    before = made_up.world_points(eye)
    assert bpy.ops.galatea.rig() == {"FINISHED"}
    assert animal.parent == eye.parent and animal.parent.type == "ARMATURE"
    assert np.allclose(made_up.world_points(eye), before, atol=1e-5)
    assert made_up.weights_of(eye)[:, eye.vertex_groups["Head"].index].min() > 0.5


def test_two_steps(animal, worker):
    assert bpy.ops.galatea.place_skeleton() == {"FINISHED"}
    armature = bpy.data.objects["Animal Rig"]
    assert not animal.modifiers and not animal.vertex_groups and animal.parent is None
    with armature_import.editing(bpy.context, armature):
        assert armature.data.use_mirror_x
        armature.data.edit_bones["Head"].tail = (0, -2.0, 2.0)
    made_up.select(animal)
    assert bpy.ops.galatea.bind() == {"FINISHED"}
    assert animal.parent == armature and len(bpy.data.armatures) == 1
    sent = json.loads((worker[1].folder / "in/skeleton.json").read_text())
    assert np.allclose(next(b for b in sent["bones"] if b["name"] == "Head")["tail"], (0, -2.0, 2.0), atol=1e-6)


def test_rebind_replaces_only_our_groups(rigged, worker):
    mesh, armature = rigged
    mesh.vertex_groups.new(name="Artist").add([5], 0.5, "REPLACE")
    mesh.vertex_groups["Head"].add(range(len(mesh.data.vertices)), 1, "REPLACE")
    made_up.select(armature)
    with armature_import.editing(bpy.context, armature):
        pass
    assert bpy.ops.galatea.bind() == {"FINISHED"}
    groups = made_up.weights_of(mesh)
    artist = mesh.vertex_groups["Artist"].index
    assert groups[5, artist] == 0.5
    assert np.allclose(np.delete(groups, artist, 1).sum(1), 1, atol=1e-6)
    assert len([modifier for modifier in mesh.modifiers if modifier.type == "ARMATURE"]) == 1


def test_rerun_is_the_same_and_leaves_one_armature(rigged, worker):
    mesh, armature = rigged
    before = armature_import.read(armature)
    groups = made_up.weights_of(mesh)
    bpy.context.scene.galatea.rig.seed = 99
    assert bpy.ops.galatea.rerun() == {"FINISHED"}
    armatures = [item for item in bpy.data.objects if item.type == "ARMATURE"]
    assert armatures == [mesh.parent] and mesh.parent.name == mesh.parent.data.name == "Animal Rig"
    assert armature_import.read(mesh.parent) == before
    assert np.array_equal(made_up.weights_of(mesh), groups)
    first, second = (dict(job.params) for job in worker)
    assert first.pop("blender") == second.pop("blender") and first == second
    assert worker[0].target["inputs"] == worker[1].target["inputs"]


def test_one_click_puts_the_head_at_the_other_end(rigged, worker):
    mesh, _ = rigged
    for flipped in (True, False):
        assert bpy.ops.galatea.rerun(flip=True) == {"FINISHED"}
        assert worker[-1].params["flip"] == bpy.context.scene.galatea.rig.flip == flipped
        assert recipe.read(mesh.parent)["params"]["flip"] == flipped
    assert [item for item in bpy.data.objects if item.type == "ARMATURE"] == [mesh.parent]
    assert {**worker[0].params, "blender": 0} == {**worker[-1].params, "blender": 0}


def test_rigging_again_leaves_one_modifier(rigged, worker):
    mesh, _ = rigged
    made_up.select(mesh)
    assert bpy.ops.galatea.rig() == {"FINISHED"}
    assert [modifier.object for modifier in mesh.modifiers] == [mesh.parent]
    bpy.data.objects.remove(mesh.parent)  # as an artist does who wants to begin again
    made_up.select(mesh)
    assert bpy.ops.galatea.rig() == {"FINISHED"}
    assert [modifier.object for modifier in mesh.modifiers] == [mesh.parent]


def test_armature_joins_the_collection_of_the_mesh(animal, worker):
    collection = bpy.data.collections.new("Animals")
    bpy.context.scene.collection.children.link(collection)
    bpy.context.scene.collection.objects.unlink(animal)
    collection.objects.link(animal)
    made_up.select(animal)
    assert bpy.ops.galatea.rig() == {"FINISHED"}
    assert list(animal.parent.users_collection) == [collection]


def test_an_artists_armature_is_kept(rigged, worker):
    mesh, armature = rigged
    del armature[recipe.KEY]
    armature.name = "By Hand"
    made_up.select(mesh)
    bpy.ops.galatea.rig()
    assert mesh.parent != armature and "By Hand" in bpy.data.objects
    assert len(mesh.modifiers) == 1 and mesh.modifiers[0].object == mesh.parent


def test_recipe_beside_the_saved_file(animal, worker, tmp_path):
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    bpy.ops.galatea.rig()
    (file,) = (tmp_path / "galatea").glob("Animal_Rig*/recipe.json")
    made = json.loads(file.read_text())
    assert made == recipe.read(bpy.data.objects["Animal Rig"])
    assert made["params"]["animal"] == "auto" and "blender" not in made["params"]
    assert made["inputs"][0]["vertices"] == len(animal.data.vertices)


@pytest.fixture
def waiting(animal, worker, monkeypatch):
    """The animal, and a job whose result waits to be applied."""
    queue = session.get().queue
    monkeypatch.setattr(queue, "may_import", lambda job: False)
    bpy.ops.galatea.rig()
    return animal, queue.jobs[-1]


def test_result_waits_and_is_applied(waiting):
    animal, job = waiting
    assert job.state.value == "Ready: Apply" and animal.parent is None
    animal.name = "Renamed"
    animal.location.x = 4
    bpy.context.view_layer.update()
    assert bpy.ops.galatea.apply_result() == {"FINISHED"}
    assert animal.parent.location.x == pytest.approx(4)


def test_scale_applied_meanwhile(animal, worker, monkeypatch):
    """The mesh is where it was, so the skeleton is, too."""
    animal.scale = (3, 3, 3)
    made_up.select(animal)
    queue = session.get().queue
    monkeypatch.setattr(queue, "may_import", lambda job: False)
    bpy.ops.galatea.rig()
    bpy.ops.object.transform_apply(location=False, rotation=False, scale=True)
    assert bpy.ops.galatea.apply_result() == {"FINISHED"}
    assert np.allclose(animal.parent.matrix_world, np.eye(4), atol=1e-6)


@pytest.mark.parametrize("operator", ["rig", "bind", "rerun"])
def test_data_folder_that_cannot_be_written(rigged, tmp_path, monkeypatch, operator):
    mesh, armature = rigged
    made_up.select(mesh)
    (tmp_path / "file").touch()
    monkeypatch.setattr(session.get().queue, "folder", tmp_path / "file" / "jobs")
    with pytest.raises(
        RuntimeError, match=r"The job cannot be written to .*: Not a directory. Free some space"
    ) as caught:
        getattr(bpy.ops.galatea, operator)()
    assert "Traceback" not in str(caught.value) and mesh.parent == armature


def test_recipe_that_cannot_be_written(animal, worker, tmp_path):
    """The copy beside the file is a courtesy: without it the rig is still whole."""
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    (tmp_path / "galatea").write_text("in the way")
    assert bpy.ops.galatea.rig() == {"FINISHED"}
    assert recipe.read(bpy.data.objects["Animal Rig"])["capability"] == "rig"


@pytest.mark.parametrize("change", ["vertices", "deleted", "file", "edit"])
def test_mesh_changed_meanwhile(waiting, change):
    animal, job = waiting
    count = len(animal.data.vertices)
    if change == "vertices":
        animal.data.vertices.add(1)
    elif change == "deleted":
        bpy.data.objects.remove(animal)
    elif change == "file":
        bpy.ops.wm.read_homefile(use_empty=True)
        made_up.animal()
    else:
        bpy.ops.object.mode_set(mode="EDIT")
    with pytest.raises(RuntimeError, match=r"The result is kept|start the job again|Object Mode"):
        bpy.ops.galatea.apply_result()
    assert job.state.value == "Ready: Apply" and not bpy.data.armatures
    if change == "vertices":
        assert len(animal.data.vertices) == count + 1 and not animal.vertex_groups
    if change == "edit":
        bpy.ops.object.mode_set(mode="OBJECT")
        assert bpy.ops.galatea.apply_result() == {"FINISHED"}


@pytest.mark.parametrize("same", [True, False])
def test_a_file_without_a_name_is_recovered(waiting, same):
    """After a crash Blender brings it back, and the job of that session is applied to it; to no other one."""
    _, job = waiting
    job.target["process"] -= 1
    bpy.ops.wm.read_homefile(use_empty=True)
    animal = made_up.animal()
    if not same:
        animal.location.x = 0.1
        bpy.context.view_layer.update()
        with pytest.raises(RuntimeError, match="had no name yet"):
            bpy.ops.galatea.apply_result()
        return
    assert bpy.ops.galatea.apply_result() == {"FINISHED"}
    assert animal.parent.type == "ARMATURE"


@pytest.mark.parametrize("how", ["exclude", "collection", "layer", "object"])
def test_hidden_meanwhile(waiting, how):
    """Where it can be, the rig joins the mesh in its hidden place; an excluded collection is told."""
    animal, _ = waiting
    collection = bpy.data.collections.new("Animals")
    bpy.context.scene.collection.children.link(collection)
    bpy.context.scene.collection.objects.unlink(animal)
    collection.objects.link(animal)
    layer = bpy.context.view_layer.layer_collection.children["Animals"]
    if how == "exclude":
        layer.exclude = True
        with pytest.raises(RuntimeError, match="The collection of Animal is excluded"):
            bpy.ops.galatea.apply_result()
        layer.exclude = False
    elif how == "collection":
        collection.hide_viewport = True
    elif how == "layer":
        layer.hide_viewport = True
    else:
        animal.hide_set(True)
    bpy.context.view_layer.update()
    assert bpy.ops.galatea.apply_result() == {"FINISHED"}
    assert animal.parent.type == "ARMATURE" and len(animal.parent.data.bones) == len(made_up.bones())
    assert animal.vertex_groups and collection in animal.parent.users_collection


def test_symmetrize_changes_nothing(rigged):
    _, armature = rigged
    before = {bone.name: np.array(bone.matrix_local) for bone in armature.data.bones}
    with armature_import.editing(bpy.context, armature):
        bpy.ops.armature.select_all(action="SELECT")
        bpy.ops.armature.symmetrize(direction="POSITIVE_X")
    assert set(before) == set(armature.data.bones.keys())
    for bone in armature.data.bones:
        assert np.allclose(np.array(bone.matrix_local), before[bone.name], atol=1e-4), bone.name


def test_quantised_weights_sum_exactly():
    random = np.random.default_rng(1)
    values = random.random((5000, 4)).astype(np.float32) ** 3
    values[:10, 1:] = 0
    steps = weights.quantised(values)
    assert (steps.sum(1) == weights.STEPS).all() and (steps >= 0).all()
    assert np.abs(steps / weights.STEPS - values / values.sum(1, keepdims=True)).max() < 1.01 / weights.STEPS
    assert (steps[:10, 0] == weights.STEPS).all()


@pytest.mark.parametrize("ending", ["glb", "fbx"])
def test_export_round_trip(rigged, tmp_path, ending):
    mesh, armature = rigged
    before = made_up.world_points(mesh)
    names = {bone.name for bone in armature.data.bones}
    made_up.select(armature, mesh)
    path = str(tmp_path / f"animal.{ending}")
    if ending == "glb":
        from galatea.addon.command_line import export_glb

        export_glb(tmp_path / "animal.glb", armature, [mesh])
    else:
        bpy.ops.export_scene.fbx(filepath=path, use_selection=True, add_leaf_bones=False, bake_anim=False)
    bpy.ops.wm.read_homefile(use_empty=True)
    if ending == "glb":
        bpy.ops.import_scene.gltf(filepath=path)
    else:
        bpy.ops.import_scene.fbx(filepath=path)
    bpy.context.view_layer.update()
    armature = next(item for item in bpy.data.objects if item.type == "ARMATURE")
    mesh = next(item for item in bpy.data.objects if item.type == "MESH" and item.vertex_groups)
    assert set(armature.data.bones.keys()) == names  # no leaf bones
    after = made_up.world_points(mesh)
    assert np.allclose(after.min(0), before.min(0), atol=1e-3) and np.allclose(after.max(0), before.max(0), atol=1e-3)
    sums = made_up.weights_of(mesh).sum(1)
    assert np.allclose(sums, 1, atol=2e-3)
    for name in ("Head", "Hock.L"):
        head = armature.matrix_world @ armature.data.bones[name].head_local
        assert np.allclose(head, next(b["head"] for b in made_up.bones() if b["name"] == name), atol=1e-3)
