# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texture with a known function in place of the model: tangents, colors and texels as Blender itself has them."""

import dataclasses
import math

import bpy
import numpy as np
import pytest

torch = pytest.importorskip("torch")  # Blender's own Python has none
pytest.importorskip("xatlas")

from galatea.addon import compat, lit_preview, recipe, session, texture_checks  # noqa: E402
from galatea.addon.export import texture as texture_export  # noqa: E402
from galatea.backend.raster.camera import orbit  # noqa: E402
from galatea.backend.raster.gbuffer import rasterize  # noqa: E402
from galatea.backend.shading import display, environment, procedural  # noqa: E402
from galatea.backend.shading.pbr import shade  # noqa: E402
from galatea.backend.shading.sphere import directions  # noqa: E402
from galatea.backend.shading.surface import visible_surface  # noqa: E402
from galatea.backend.texturing import mesh as texture_mesh  # noqa: E402
from galatea.backend.uv.tangents import corner_tangents  # noqa: E402

from . import baked, made_up, textured  # noqa: E402
from .test_texture import images_of, pixels, press  # noqa: E402


@pytest.fixture
def painter(monkeypatch):
    """Instead of the worker. Returns the jobs it ran."""
    ran = []
    queue = session.get().queue
    monkeypatch.setattr(queue, "_start_worker", lambda: baked.Worker(ran))
    monkeypatch.setattr(queue, "worker", None)
    monkeypatch.setattr(queue, "jobs", [])
    return ran


@pytest.mark.parametrize("shape", ["ball", "cube", "monkey"])
def test_tangents_are_blenders(shape):
    if shape == "monkey":
        bpy.ops.mesh.primitive_monkey_add()
        bpy.ops.object.shade_smooth()
        item = bpy.context.object
    else:
        item = getattr(textured, shape)()
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.mesh.quads_convert_to_tris()
    bpy.ops.object.mode_set(mode="OBJECT")
    part = texture_export.read(bpy.context, item, False)
    ours = corner_tangents(part.vertices[part.triangles], part.corner_normals, part.corner_uv)
    item.data.calc_tangents(uvmap=part.layer)
    theirs = np.array([(*loop.tangent, loop.bitangent_sign) for loop in item.data.loops])[part.loop]
    area = np.abs(np.cross(part.corner_uv[:, 1] - part.corner_uv[:, 0], part.corner_uv[:, 2] - part.corner_uv[:, 0]))
    good = area > 1e-9
    assert np.array_equal(ours[good][..., 3], theirs[good][..., 3])
    cosine = (ours[good][..., :3] * theirs[good][..., :3]).sum(-1)
    assert np.mean(cosine > 0.9999) > 0.999


def view(light_name="studio", size=96):
    """Camera and light of the comparisons."""
    light = procedural.studio(3) if light_name == "studio" else environment.load(light_name).exposed(procedural.KEY)
    return orbit(0.5, 0.45, 5.5, baked.FOV, size), light


def ours(job_folder, camera, light, size=96):
    """Display-encoded picture and inner mask by our own shading of the exported mesh and the true function."""
    mesh = texture_mesh.load(job_folder / "in" / "mesh.npz")
    world = torch.from_numpy((mesh.vertices * mesh.scale + mesh.center).astype(np.float32))
    triangles = torch.from_numpy(mesh.triangles)
    fine = dataclasses.replace(
        camera, fx=2 * camera.fx, fy=2 * camera.fy, cx=2 * camera.cx, cy=2 * camera.cy, width=2 * size, height=2 * size
    )
    seen = rasterize(world, triangles, fine, torch.from_numpy(mesh.corner_normals))
    surface = visible_surface(world, triangles, seen, directions(128), 2)
    unit = (seen.position - torch.from_numpy(mesh.center).float()) / mesh.scale
    material = baked.waves(unit, seen.normal)
    radiance = shade(material, surface, environment.prepare(light, directions(128)))
    linear = seen.image(radiance).reshape(size, 2, size, 2, 3).mean((1, 3))
    inside = seen.mask.reshape(size, 2, size, 2).all(3).all(1)
    return display.encode(linear).numpy(), inside.numpy()


def psnr(first, second, mask):
    return -10 * math.log10(((first - second)[mask] ** 2).mean())


@pytest.mark.parametrize(("make", "values"), [
    (lambda: [textured.ball()], {}),
    (lambda: [textured.ball(scale=(-1, 1, 1))], {"orm": True}),
    (lambda: [textured.ball(scale=(0.6, 1, 1.2))], {"format": "EXR"}),
    (lambda: [textured.ball("One", (-0.8, 0, 0), size=0.7), textured.cube("Two", (0.8, 0, 0))], {}),
], ids=["ball", "mirrored ORM", "uneven EXR", "two objects"])  # fmt: skip
def test_cycles_shows_what_our_shading_shows(make, values, painter, tmp_path):
    """Of the imported material: color spaces, tangents, UVs and channels are all in it."""
    objects = make()
    press(*objects, **values)
    camera, light = view()
    expected, inside = ours(painter[0].folder, camera, light)
    found = baked.render(tmp_path, camera.camera_to_world.tolist(), baked.FOV, 96, light.radiance.numpy())
    found = display.encode(torch.from_numpy(found[..., :3])).numpy()
    assert inside.sum() > 1000
    assert psnr(found, expected, inside) > 30


def test_only_selected_faces_change_to_the_bit(painter):
    """First all, then the upper half with another function: the lower half's texels stay as they were."""
    item = textured.ball()
    press(item)
    first = {label: pixels(image) for label, image in images_of(item.active_material).items()}
    uv = np.empty(len(item.data.loops) * 2, np.float32)
    item.data.uv_layers[0].uv.foreach_get("vector", uv)
    for polygon in item.data.polygons:
        polygon.select = polygon.center.z > 0
    session.get().queue.worker.function = lambda position, normal: dataclasses.replace(
        baked.waves(position, normal), albedo=torch.full_like(position, 0.9)
    )
    press(item, only_selected=True)
    assert len(item.material_slots) == 1
    second = {label: pixels(image) for label, image in images_of(item.active_material).items()}
    for label, before in first.items():
        after = second[label]
        rows = before.shape[0]
        assert np.array_equal(before[rows // 2 + 1 :], after[rows // 2 + 1 :]), label
    assert np.abs(second["Base Color"][: 128 // 2 - 1, :, 0] - display.encode(torch.tensor(0.9)).item()).max() < 0.01
    assert [polygon.select for polygon in item.data.polygons] == [p.center.z > 0 for p in item.data.polygons]


def test_selected_faces_of_a_plain_material_keep_its_color_elsewhere(painter):
    item = textured.ball()
    plain = bpy.data.materials.new("Plain")
    compat.enable_nodes(plain).nodes["Principled BSDF"].inputs["Base Color"].default_value = (0.2, 0.4, 0.6, 1)
    item.data.materials.append(plain)
    for polygon in item.data.polygons:
        polygon.select = polygon.center.z > 0
    press(item, only_selected=True)
    color = pixels(images_of(item.active_material)["Base Color"])
    assert color.shape[0] == 128
    lower = color[color.shape[0] // 2 + 2 :, :, :3]
    assert np.abs(display.decode(torch.from_numpy(lower)).numpy() - (0.2, 0.4, 0.6)).max() < 0.01


def test_a_mesh_without_uvs_gets_a_layer(painter):
    """By the job, together with the texture; quads stay whole. Undone together, too."""
    bpy.context.preferences.edit.use_global_undo = True
    item = textured.ball()
    item.data.uv_layers.remove(item.data.uv_layers[0])
    made_up.select(item)
    textured.settings()
    assert texture_checks.quick(bpy.context, [item])[0].code == "no_uv"
    bpy.ops.ed.undo_push(message="before")
    assert bpy.ops.galatea.texture() == {"FINISHED"}
    assert [layer.name for layer in item.data.uv_layers] == [texture_export.NEW_LAYER]
    part = texture_export.read(bpy.context, item, False)
    found = texture_export.layout.examine(part.corner_uv)
    assert found.overlap < 0.002 and not found.outside.any() and not found.empty.any()
    assert recipe.read(item.active_material)["report"]["seam_ratio"] < 1.1
    bpy.ops.ed.undo()
    assert not bpy.data.objects["Ball"].data.uv_layers


def test_light_leak_tells_baked_light_from_patterns(painter):
    item = textured.ball()

    def lit(position, normal):
        shading = (0.3 + 0.7 * normal @ torch.tensor([0.3, -0.5, 0.81])).clamp_min(0.05)
        return dataclasses.replace(
            baked.waves(position, normal), albedo=0.6 * shading[:, None].expand(-1, 3), metallic=0 * shading
        )

    def checker(position, normal):
        pattern = torch.sign(torch.sin(9 * position).prod(1))
        return dataclasses.replace(
            baked.waves(position, normal), albedo=(0.4 + 0.2 * pattern)[:, None].expand(-1, 3), metallic=0 * pattern
        )

    press(item)
    session.get().queue.worker.function = lit
    press(item)
    assert lit_preview.light_leak(bpy.context, item, item.active_material) > 0.8
    session.get().queue.worker.function = checker
    press(item)
    assert lit_preview.light_leak(bpy.context, item, item.active_material) < 0.05
    session.get().queue.worker.function = lambda position, normal: dataclasses.replace(
        lit(position, normal), albedo=torch.full_like(position, 0.5)
    )
    press(item)
    assert lit_preview.light_leak(bpy.context, item, item.active_material) is None
