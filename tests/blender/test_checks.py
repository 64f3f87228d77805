# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The input gate: every kind of bad input gives its sentence, the fixes fix, and nothing is changed by looking."""

import bpy
import numpy as np
import pytest
from mathutils import Matrix

from galatea.addon import checks, session
from galatea.addon.export import mesh as mesh_export
from galatea.operators.rig import look

from . import made_up


def mesh_object(points, faces, name="Thing"):
    """A selected mesh object."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(points, [], faces)
    item = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(item)
    made_up.select(item)
    return item


def codes(item=None):
    """Codes of all problems of what is selected: {code: severity}."""
    objects = checks.targets(bpy.context)
    return {problem.code: problem.severity for problem in look(bpy.context, objects)[1]}


def refused(match, worker):
    """Rig refuses with one sentence, and nothing has been started or added."""
    objects, before = len(bpy.data.objects), len(session.get().queue.jobs)
    with pytest.raises(RuntimeError, match=match) as error:
        bpy.ops.galatea.rig()
    assert "Traceback" not in str(error.value)
    assert len(bpy.data.objects) == objects and len(session.get().queue.jobs) == before and not worker


def test_a_good_mesh_has_no_problem(animal):
    assert codes() == {}


def test_nothing_selected(worker):
    refused("Select the mesh to rig", worker)


def test_not_a_mesh(worker):
    item = bpy.data.objects.new("Lamp", None)
    bpy.context.scene.collection.objects.link(item)
    made_up.select(item)
    refused("Lamp is not a mesh", worker)


def test_empty(worker):
    mesh_object([], [])
    refused("has no vertices", worker)


def test_one_vertex(worker):
    mesh_object([(0, 0, 0)], [])
    refused("has no faces", worker)


def test_one_triangle(worker):
    mesh_object([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [(0, 1, 2)])
    refused("too few faces", worker)


@pytest.mark.parametrize("angle", [0.0, 0.7])
def test_plane(worker, angle):
    bpy.ops.mesh.primitive_grid_add()
    bpy.context.object.rotation_euler = (angle, angle, 0)
    refused("is flat", worker)


def test_all_in_one_place(worker):
    mesh_object([(1, 1, 1)] * 6, [(0, 1, 2), (3, 4, 5), (0, 2, 4), (1, 3, 5)])
    refused("in one place", worker)


def test_line(worker):
    mesh_object([(i, 0, 0) for i in range(6)], [(0, 1, 2), (3, 4, 5), (0, 2, 4), (1, 3, 5)])
    refused("is flat", worker)


def test_nan_and_its_fix(animal, worker):
    animal.data.vertices[3].co.x = float("nan")
    animal.data.vertices[7].co.y = float("inf")
    refused("NaN", worker)
    count = len(animal.data.vertices)
    assert bpy.ops.galatea.fix_problem(code="nan", object="Animal") == {"FINISHED"}
    assert len(animal.data.vertices) == count - 2 and "nan" not in codes()


def test_edit_mode_and_its_fix(animal, worker):
    bpy.ops.object.mode_set(mode="EDIT")
    refused("Edit Mode", worker)
    bpy.ops.galatea.fix_problem(code="edit_mode", object="Animal")
    assert bpy.context.mode == "OBJECT" and codes() == {}


def test_sculpt_mode(animal, worker):
    bpy.ops.object.mode_set(mode="SCULPT")
    refused("painted or sculpted", worker)
    bpy.ops.galatea.fix_problem(code="mode", object="Animal")
    assert bpy.context.mode == "OBJECT"


@pytest.mark.parametrize("how", ["hide_set", "hide_viewport", "collection", "excluded"])
def test_hidden_and_its_fix(animal, worker, how):
    collection = bpy.data.collections.new("Animals")
    bpy.context.scene.collection.children.link(collection)
    collection.objects.link(animal)
    bpy.context.scene.collection.objects.unlink(animal)
    layer = bpy.context.view_layer.layer_collection.children["Animals"]
    made_up.select(animal)
    if how == "hide_set":
        animal.hide_set(True)
    elif how == "hide_viewport":
        animal.hide_viewport = True
    elif how == "collection":
        layer.hide_viewport = True
    else:
        collection.hide_viewport = True
    bpy.context.view_layer.update()
    refused("is hidden", worker)
    assert bpy.ops.galatea.fix_problem(code="hidden", object="Animal") == {"FINISHED"}
    assert animal.visible_get()
    made_up.select(animal)
    assert codes() == {}


def test_shared_mesh_and_its_fix(animal, worker):
    twin = bpy.data.objects.new("Twin", animal.data)
    bpy.context.scene.collection.objects.link(twin)
    refused("shares its mesh", worker)
    bpy.ops.galatea.fix_problem(code="multi_user", object="Animal")
    assert animal.data != twin.data
    assert bpy.ops.galatea.rig() == {"FINISHED"} and not twin.vertex_groups


def test_linked_library_and_its_fix(animal, worker, tmp_path):
    path = str(tmp_path / "library.blend")
    animal.scale = (2, 2, 2)
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_homefile(use_empty=True)
    with bpy.data.libraries.load(path, link=True) as (_, wanted):
        wanted.objects = ["Animal"]
    bpy.context.scene.collection.objects.link(bpy.data.objects["Animal"])
    made_up.select(bpy.data.objects["Animal"])
    refused("comes from another file", worker)
    problems = checks.quick(bpy.context, [bpy.data.objects["Animal"]])
    assert {problem.code: bool(problem.fix) for problem in problems} == {"linked": True, "scale": False}
    bpy.ops.galatea.fix_problem(code="linked", object="Animal")
    item = bpy.context.view_layer.objects["Animal"]
    assert item.library is None and item.data.library is None
    made_up.select(item)
    assert bpy.ops.galatea.rig() == {"FINISHED"} and item.parent.type == "ARMATURE"


def test_library_override_and_its_fix(animal, worker, tmp_path):
    """Its collection belongs to the override and takes nothing new."""
    path = tmp_path / "library.blend"
    inner = bpy.data.collections.new("Inner")
    bpy.context.scene.collection.children.link(inner)
    bpy.context.scene.collection.objects.unlink(animal)
    inner.objects.link(animal)
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    contents = path.read_bytes()
    bpy.ops.wm.read_homefile(use_empty=True)
    with bpy.data.libraries.load(str(path), link=True) as (_, wanted):
        wanted.collections = ["Inner"]
    override = wanted.collections[0].override_hierarchy_create(bpy.context.scene, bpy.context.view_layer)
    item = next(item for item in override.all_objects if item.type == "MESH")
    assert item.override_library
    made_up.select(item)
    refused("comes from another file", worker)
    bpy.ops.galatea.fix_problem(code="linked", object=item.name)
    item = bpy.context.view_layer.objects.active
    assert bpy.ops.galatea.rig() == {"FINISHED"} and item.parent.type == "ARMATURE"
    assert item.parent.name in bpy.context.view_layer.objects and path.read_bytes() == contents


def test_bind_to_an_armature_of_another_file(animal, worker, tmp_path):
    path = tmp_path / "library.blend"
    bpy.ops.galatea.rig()
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    contents = path.read_bytes()
    bpy.ops.wm.read_homefile(use_empty=True)
    item = made_up.animal()
    item.parent = above = bpy.data.objects.new("Above", None)
    bpy.context.scene.collection.objects.link(above)
    with bpy.data.libraries.load(str(path), link=True) as (_, wanted):
        wanted.objects = ["Animal Rig"]
    armature = wanted.objects[0]
    bpy.context.scene.collection.objects.link(armature)
    recipe = armature["galatea"]
    made_up.select(item, armature)
    assert bpy.ops.galatea.bind() == {"FINISHED"}
    assert item.parent == armature and item.vertex_groups
    assert armature.parent is None and armature["galatea"] == recipe and path.read_bytes() == contents


def test_fix_problems_option(animal, worker):
    bpy.data.objects.new("Twin", animal.data)
    bpy.ops.object.mode_set(mode="EDIT")
    assert bpy.ops.galatea.rig(fix_problems=True) == {"FINISHED"}
    assert animal.parent.type == "ARMATURE"


def test_negative_scale_and_its_fix(animal):
    animal.scale = (-1, 1, 1)
    bpy.context.view_layer.update()
    assert codes() == {"negative_scale": checks.WARNS}
    before = made_up.world_points(animal)
    bpy.ops.galatea.fix_problem(code="negative_scale", object="Animal")
    assert codes() == {} and np.allclose(made_up.world_points(animal), before, atol=1e-6)


def test_scale_is_told(animal):
    animal.scale = (1, 2, 1)
    bpy.context.view_layer.update()
    assert codes() == {"uneven_scale": checks.WARNS}
    animal.scale = (2, 2, 2)
    bpy.context.view_layer.update()
    assert codes() == {"scale": checks.INFO}
    animal.scale = (0, 0, 0)
    bpy.context.view_layer.update()
    assert codes() == {"zero_scale": checks.BLOCKS}
    animal.scale = (1e13, 1e13, 1e13)
    bpy.context.view_layer.update()
    assert codes()["endless_scale"] == checks.BLOCKS


@pytest.mark.parametrize(("size", "code"), [(1e-6, "tiny"), (1e6, "giant")])
def test_sizes(animal, worker, size, code):
    animal.data.transform(Matrix.Scale(size, 4))
    bpy.context.view_layer.update()
    assert codes() == {code: checks.INFO}
    assert bpy.ops.galatea.rig() == {"FINISHED"}


def test_inverted_and_its_fix(animal):
    animal.data.flip_normals()
    assert codes() == {"inverted": checks.WARNS}
    bpy.ops.galatea.fix_problem(code="inverted", object="Animal")
    assert codes() == {}


def test_mixed_normals(animal):
    animal.data.polygons[10].flip()
    animal.data.update()
    assert codes() == {"mixed_normals": checks.WARNS}


def test_open_scan(animal):
    kept = [list(face.vertices) for face in animal.data.polygons if face.index % 5]
    mesh_object([tuple(v.co) for v in animal.data.vertices], kept, "Scan")
    assert codes() == {"open": checks.WARNS}


def test_cut_along_every_edge_is_not_open(animal):
    """Game meshes have each face on its own; only the places count."""
    points, faces = [], []
    for face in animal.data.polygons:
        faces.append(list(range(len(points), len(points) + len(face.vertices))))
        points += [tuple(animal.data.vertices[index].co) for index in face.vertices]
    mesh_object(points, faces, "Cut")
    assert codes() == {}


def test_two_shells(animal):
    made_up.animal("Other").location.x = 5
    made_up.select(bpy.data.objects["Animal"], bpy.data.objects["Other"])
    bpy.ops.object.join()
    assert codes() == {"parts": checks.INFO}


def test_three_faces_on_an_edge(animal):
    mesh = animal.data
    points = [tuple(v.co) for v in mesh.vertices]
    edge = list(mesh.edges[0].vertices)
    item = mesh_object([*points, (0, 0, 9)], [list(f.vertices) for f in mesh.polygons] + [[*edge, len(points)]], "Fin")
    found = codes(item)
    assert found["non_manifold"] == checks.WARNS


def test_modifiers_and_armature_are_told(rigged):
    mesh, armature = rigged
    mesh.modifiers.new("Subdivision", "SUBSURF")
    made_up.select(mesh)
    assert codes() == {"has_rig": checks.INFO, "modifiers": checks.INFO}
    del armature["galatea"]  # somebody else's
    assert codes() == {"has_armature": checks.WARNS, "modifiers": checks.INFO}


def test_huge_mesh_is_quick(worker):
    """Half a million triangles; two million take four times as long."""
    import time

    count = 512
    u, v = np.meshgrid(np.arange(count), np.arange(count), indexing="ij")
    a, b = u * 2 * np.pi / count, v * 2 * np.pi / count
    points = np.stack([(3 + np.cos(b)) * np.cos(a), (3 + np.cos(b)) * np.sin(a), np.sin(b)], -1).reshape(-1, 3)
    up, right = (u + 1) % count, (v + 1) % count
    quads = np.stack([u * count + v, up * count + v, up * count + right, u * count + right], -1).reshape(-1, 4)
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    item = mesh_object([(0, 0, 0)], [])
    data = mesh_export.Arrays(points, triangles, points)
    start = time.process_time()
    found = checks.deep([item], [data])
    assert [problem.code for problem in found] == ["huge"]
    assert time.process_time() - start < 3


def test_looking_changes_nothing(animal):
    def state():
        return (
            made_up.world_points(animal).tobytes(), [m.show_viewport for m in animal.modifiers], animal.select_get(),
            bpy.context.mode, len(bpy.data.meshes), len(bpy.data.objects),
        )  # fmt: skip

    animal.modifiers.new("Subdivision", "SUBSURF")
    before = state()
    bpy.ops.galatea.check()
    assert state() == before
