# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finish from the artist's scene and back, by the real worker."""

import dataclasses
import json

import bpy
import bmesh
import numpy as np
import pytest

from galatea.addon import command_line, properties, recipe
from galatea.backend.capabilities.finish import FinishParams

from . import made_up


@pytest.fixture
def torn():
    """A torn ball with a modifier, red by its vertex colors above and blue below, and a crumb beside it."""
    mesh = bpy.data.meshes.new("Torn")
    edited = bmesh.new()
    bmesh.ops.create_uvsphere(edited, u_segments=24, v_segments=16, radius=1)
    edited.faces.ensure_lookup_table()
    bmesh.ops.delete(edited, geom=edited.faces[100:104], context="FACES")
    bmesh.ops.reverse_faces(edited, faces=edited.faces[200:240])
    crumb = bmesh.ops.create_icosphere(edited, subdivisions=1, radius=0.02)["verts"]
    bmesh.ops.translate(edited, verts=crumb, vec=(1.5, 0, 0))
    edited.to_mesh(mesh)
    edited.free()
    colors = mesh.color_attributes.new("Color", "FLOAT_COLOR", "POINT")
    for vertex, color in zip(mesh.vertices, colors.data):
        color.color = (0.6, 0.02, 0.02, 1) if vertex.co.z > 0 else (0.02, 0.02, 0.6, 1)
    item = bpy.data.objects.new("Torn", mesh)
    bpy.context.collection.objects.link(item)
    item.location, item.scale = (3, 1, 2), (2, 2, 2)
    item.modifiers.new("Subdivision", "SUBSURF").levels = 1
    made_up.select(item)
    return item


def press(**values):
    settings = bpy.context.scene.galatea.finish
    properties.set_finish(settings, {"resolution": 512, "faces": 1000, **values})
    assert bpy.ops.galatea.finish() == {"FINISHED"}
    return bpy.context.view_layer.objects.active


def test_settings_mirror_the_parameters():
    defaults = dataclasses.asdict(FinishParams())
    settings = bpy.context.scene.galatea.finish
    params = properties.finish_params(settings)
    assert params.keys() == defaults.keys()
    for name, value in defaults.items():
        assert params[name] == pytest.approx(value), name
    properties.set_finish(settings, {**params, "resolution": 512, "quads": True})
    assert settings.resolution == "512" and settings.quads


def test_a_torn_mesh_gets_a_closed_one_at_its_side(torn):
    before = [tuple(vertex.co) for vertex in torn.data.vertices]
    made = press(height=1.8)
    assert made.name == "Torn Finished" and made.select_get() and not torn.select_get()
    assert [tuple(vertex.co) for vertex in torn.data.vertices] == before and torn.visible_get()
    edited = bmesh.new()
    edited.from_mesh(made.data)
    assert all(edge.is_manifold for edge in edited.edges) and edited.calc_volume() > 2.5
    edited.free()
    assert len(made.data.polygons) <= 1000 and made.dimensions.z == pytest.approx(1.8, abs=1e-3)
    # On the old one's ground, to its right, with the origin at its base.
    assert made.location.z == pytest.approx(0, abs=0.05) and made.location.x - 0.9 > 5
    assert min(vertex.co.z for vertex in made.data.vertices) == pytest.approx(0, abs=1e-5)
    report = recipe.read(made)["report"]
    assert report["manifold"] and report["uv_overlap"] == 0 and any("thrown away" in note for note in report["notes"])


def test_its_material_shows_the_vertex_colors(torn):
    made = press()
    shader = next(node for node in made.active_material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    image = shader.inputs["Base Color"].links[0].from_node.image
    assert image.packed_file is not None and shader.inputs["Normal"].is_linked
    pixels = np.array(image.pixels[:]).reshape(512, 512, 4)
    uv = made.data.uv_layers[0].uv
    for polygon in made.data.polygons:
        where = np.mean([uv[index].vector for index in polygon.loop_indices], axis=0)
        color = pixels[int(where[1] * 512), int(where[0] * 512)]
        if abs(polygon.center.z - 2) > 0.3:
            assert (color[0] > 0.7) == (polygon.center.z > 2) and (color[2] > 0.7) == (polygon.center.z < 2)


def vertex_color_material(item):
    """A Principled material of the mesh's colors; returns its shader and nodes."""
    material = bpy.data.materials.new("Painted")
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    shader = next(node for node in nodes if node.type == "BSDF_PRINCIPLED")
    attribute = nodes.new("ShaderNodeVertexColor")
    attribute.layer_name = "Color"
    links.new(attribute.outputs["Color"], shader.inputs["Base Color"])
    item.data.materials.append(material)
    return shader, nodes, links


def baked(made, name):
    """(N,) values of a map of the finished material, at the middle of its faces, and those middles (N, 3)."""
    shader = next(node for node in made.active_material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    image = shader.inputs[name].links[0].from_node.image
    pixels = np.array(image.pixels[:]).reshape(image.size[1], image.size[0], 4)
    uv = made.data.uv_layers[0].uv
    where = [np.mean([uv[i].vector for i in face.loop_indices], axis=0) for face in made.data.polygons]
    values = [pixels[int(v * image.size[1]), int(u * image.size[0]), 0] for u, v in where]
    return np.array(values), np.array([face.center for face in made.data.polygons])


def test_vertex_colors_do_not_cost_roughness_and_metallic(torn):
    shader, *_ = vertex_color_material(torn)
    shader.inputs["Roughness"].default_value, shader.inputs["Metallic"].default_value = 0.13, 0.86
    made = press()
    assert np.median(baked(made, "Roughness")[0]) == pytest.approx(0.13, abs=0.01)
    assert np.median(baked(made, "Metallic")[0]) == pytest.approx(0.86, abs=0.01)
    red, place = baked(made, "Base Color")
    assert (red[place[:, 2] > 2.5] > 0.7).all()


def test_vertex_colors_do_not_cost_a_roughness_picture(torn):
    shader, nodes, links = vertex_color_material(torn)
    image = bpy.data.images.new("Roughness", 16, 16)
    image.colorspace_settings.name = "Non-Color"
    pixels = np.full((16, 16, 4), 0.9, np.float32)
    pixels[:, :8] = 0.1  # the half where u is small
    image.pixels.foreach_set(pixels.reshape(-1))
    layer = torn.data.uv_layers.new(name="UVMap")
    for loop in torn.data.loops:
        layer.uv[loop.index].vector = (0.25 if torn.data.vertices[loop.vertex_index].co.x < 0 else 0.75, 0.5)
    node = nodes.new("ShaderNodeTexImage")
    node.image = image
    links.new(node.outputs["Color"], shader.inputs["Roughness"])
    made = press()
    rough, place = baked(made, "Roughness")
    middle = (place[:, 0].min() + place[:, 0].max()) / 2
    assert np.median(rough[place[:, 0] < middle - 0.5]) == pytest.approx(0.1, abs=0.02)
    assert np.median(rough[place[:, 0] > middle + 0.5]) == pytest.approx(0.9, abs=0.02)


def test_quads_and_undo_and_settings_again(torn):
    made = press(quads=True, largest_hole=2.0)
    assert sum(len(polygon.vertices) == 4 for polygon in made.data.polygons) > 100
    assert bpy.ops.galatea.rerun_finish() == {"FINISHED"}
    assert bpy.context.view_layer.objects.active == torn
    assert bpy.context.scene.galatea.finish.largest_hole == pytest.approx(2)


def test_empty_meshes_get_a_sentence():
    item = bpy.data.objects.new("Empty", bpy.data.meshes.new("Empty"))
    bpy.context.collection.objects.link(item)
    made_up.select(item)
    with pytest.raises(RuntimeError, match="no faces"):
        bpy.ops.galatea.finish()


def test_the_command_writes_everything(torn, tmp_path):
    source = tmp_path / "torn.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(source))
    arguments = ["finish", source, "-o", tmp_path / "out", "--faces", 800, "--resolution", 512, "--no-preview"]
    assert command_line.blender_command([str(item) for item in arguments]) == 0
    there = {path.name for path in (tmp_path / "out").iterdir()}
    assert there == {"result.blend", "result.glb", "maps", "recipe.json", "report.json"}
    assert json.loads((tmp_path / "out/report.json").read_text())["faces"] <= 800
    assert sorted(path.name for path in (tmp_path / "out/maps").rglob("*.png")) == [
        "base_color.png", "metallic.png", "normal.png", "roughness.png",
    ]  # fmt: skip
    assert command_line.blender_command(["finish", str(tmp_path / "no.blend"), "-o", str(tmp_path / "out")]) == 1
