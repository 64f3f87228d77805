# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures by Cycles for ``benchmarks/shading.py``: a child process of its own, with the bpy module.

    python -I shading_cycles.py FOLDER

FOLDER holds ``jobs.json``, a list of objects with the keys used below, and the arrays they name (.npy). Each job gets
``<name>.npy``: (H, W, 4) float32, linear Rec.709 and alpha.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import bpy
import numpy as np


def main(folder: Path) -> None:
    for job in json.loads((folder / "jobs.json").read_text()):
        output = folder / f"{job['name']}.npy"
        if not output.exists():
            np.save(output, render(job, folder))
            print(job["name"], flush=True)


def render(job: dict, folder: Path) -> np.ndarray:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    add_mesh(scene, job, folder)
    add_camera(scene, job)
    add_world(scene, job, folder)
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples = job["samples"]
    scene.cycles.use_adaptive_sampling = False
    scene.cycles.use_denoising = False
    scene.cycles.sample_clamp_indirect = 0.0
    scene.cycles.blur_glossy = 0.0
    scene.cycles.pixel_filter_type = "BOX"
    if not job["bounces"]:
        scene.cycles.max_bounces = 0
    scene.render.film_transparent = True
    scene.render.resolution_x = scene.render.resolution_y = job["size"]
    scene.render.resolution_percentage = 100
    scene.render.threads_mode = "FIXED"
    scene.render.threads = 2
    scene.render.image_settings.file_format = "OPEN_EXR"
    scene.render.image_settings.color_depth = "32"
    scene.render.image_settings.color_mode = "RGBA"
    scene.render.filepath = str(folder / "render.exr")
    bpy.ops.render.render(write_still=True)
    image = bpy.data.images.load(scene.render.filepath)
    pixels = np.empty(job["size"] * job["size"] * 4, dtype=np.float32)
    image.pixels.foreach_get(pixels)
    return pixels.reshape(job["size"], job["size"], 4)[::-1].copy()


def add_mesh(scene: bpy.types.Scene, job: dict, folder: Path) -> None:
    vertices, triangles, normals = (np.load(folder / job[key]) for key in ("vertices", "triangles", "corner_normals"))
    mesh = bpy.data.meshes.new("mesh")
    mesh.from_pydata(vertices.tolist(), [], triangles.tolist())
    mesh.polygons.foreach_set("use_smooth", np.ones(len(triangles), dtype=bool))
    mesh.normals_split_custom_set(normals.reshape(-1, 3).tolist())
    material = bpy.data.materials.new("material")
    material.use_nodes = True
    principled = material.node_tree.nodes["Principled BSDF"]
    principled.inputs["Base Color"].default_value = (*job["albedo"], 1.0)
    principled.inputs["Roughness"].default_value = job["roughness"]
    principled.inputs["Metallic"].default_value = job["metallic"]
    mesh.materials.append(material)
    scene.collection.objects.link(bpy.data.objects.new("mesh", mesh))


def add_camera(scene: bpy.types.Scene, job: dict) -> None:
    data = bpy.data.cameras.new("camera")
    data.angle = job["fov"]
    camera = bpy.data.objects.new("camera", data)
    scene.collection.objects.link(camera)
    scene.camera = camera
    camera.matrix_world = np.array(job["camera_to_world"]).T  # bpy takes columns


def add_world(scene: bpy.types.Scene, job: dict, folder: Path) -> None:
    radiance = np.load(folder / job["radiance"])
    height, width, _ = radiance.shape
    image = bpy.data.images.new("radiance", width, height, float_buffer=True, is_data=True)
    pixels = np.ones((height, width, 4), dtype=np.float32)
    pixels[..., :3] = radiance[::-1]
    image.pixels.foreach_set(pixels.reshape(-1))
    world = bpy.data.worlds.new("world")
    world.use_nodes = True
    nodes, links = world.node_tree.nodes, world.node_tree.links
    coordinates = nodes.new("ShaderNodeTexCoord")
    mapping = nodes.new("ShaderNodeMapping")
    mapping.vector_type = "TEXTURE"  # turns the picture, not the coordinates
    mapping.inputs["Rotation"].default_value = (0.0, 0.0, job["turn"])
    texture = nodes.new("ShaderNodeTexEnvironment")
    texture.image = image
    links.new(coordinates.outputs["Generated"], mapping.inputs["Vector"])
    links.new(mapping.outputs["Vector"], texture.inputs["Vector"])
    links.new(texture.outputs["Color"], nodes["Background"].inputs["Color"])
    scene.world = world
    world.cycles.sampling_method = "MANUAL"
    world.cycles.sample_map_resolution = 2048


main(Path(sys.argv[1]))
