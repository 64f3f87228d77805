# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures by Cycles for the benchmark of reconstruction: a child process of its own, with the bpy module.

    python -I photograph.py FOLDER

FOLDER holds ``object.npz`` (vertices, triangles, colours, roughness, metallic, radiance) and ``job.json`` (cameras by
name with camera_to_world; fov, size, samples). Each camera gets ``<name>.png``, display-encoded sRGB with alpha.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import bpy
import numpy as np

SMOOTH_BELOW = math.radians(40.0)


def main(folder: Path) -> None:
    job = json.loads((folder / "job.json").read_text())
    with np.load(folder / "object.npz") as arrays:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        scene = bpy.context.scene
        add_mesh(scene, arrays)
        add_world(scene, arrays["radiance"])
    set_render(scene, job)
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    camera.data.angle = job["fov"]
    scene.collection.objects.link(camera)
    scene.camera = camera
    for name, matrix in job["cameras"].items():
        camera.matrix_world = np.array(matrix).T  # bpy takes columns
        scene.render.filepath = str(folder / f"{name}.png")
        bpy.ops.render.render(write_still=True)


def set_render(scene: bpy.types.Scene, job: dict) -> None:
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples = job["samples"]
    scene.cycles.use_adaptive_sampling = False
    scene.cycles.use_denoising = True
    scene.cycles.max_bounces = 3
    scene.render.film_transparent = True
    scene.render.resolution_x = scene.render.resolution_y = job["size"]
    scene.render.resolution_percentage = 100
    scene.render.threads_mode = "FIXED"
    scene.render.threads = 2
    scene.render.use_persistent_data = True
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode = "RGBA"
    scene.view_settings.view_transform = "Standard"


def add_mesh(scene: bpy.types.Scene, arrays: dict[str, np.ndarray]) -> None:
    mesh = bpy.data.meshes.new("mesh")
    mesh.from_pydata(arrays["vertices"].tolist(), [], arrays["triangles"].tolist())
    material = bpy.data.materials.new("material")
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    for name, input in (("colours", "Base Color"), ("roughness", "Roughness"), ("metallic", "Metallic")):
        values = arrays[name].astype(np.float32)
        values = values if values.ndim == 2 else np.repeat(values[:, None], 3, axis=1)
        attribute = mesh.attributes.new(name, "FLOAT_VECTOR", "POINT")
        attribute.data.foreach_set("vector", values.reshape(-1))
        node = nodes.new("ShaderNodeAttribute")
        node.attribute_name = name
        links.new(node.outputs["Vector"], nodes["Principled BSDF"].inputs[input])
    mesh.materials.append(material)
    scene.collection.objects.link(bpy.data.objects.new("mesh", mesh))
    mesh.polygons.foreach_set("use_smooth", np.ones(len(mesh.polygons), dtype=bool))
    mesh.set_sharp_from_angle(angle=SMOOTH_BELOW)


def add_world(scene: bpy.types.Scene, radiance: np.ndarray) -> None:
    height, width, _ = radiance.shape
    image = bpy.data.images.new("radiance", width, height, float_buffer=True, is_data=True)
    pixels = np.ones((height, width, 4), dtype=np.float32)
    pixels[..., :3] = radiance[::-1]
    image.pixels.foreach_set(pixels.reshape(-1))
    world = bpy.data.worlds.new("world")
    world.use_nodes = True
    nodes, links = world.node_tree.nodes, world.node_tree.links
    texture = nodes.new("ShaderNodeTexEnvironment")
    texture.image = image
    links.new(texture.outputs["Color"], nodes["Background"].inputs["Color"])
    scene.world = world


main(Path(sys.argv[1]))
