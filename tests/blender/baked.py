# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker that bakes a known function instead of a model's texture, and pictures by Cycles to compare with."""

import math

import bpy
import numpy as np
import torch

from galatea.backend.job import Job
from galatea.backend.shading.pbr import Material
from galatea.backend.texturing import layers, products
from galatea.backend.texturing import mesh as texture_mesh

from . import textured

FOV = math.radians(30.0)


def waves(position, normal):
    """Soft patches of color, from matt to shiny, with a metal half and bumps: all of it known at every point."""
    albedo = 0.45 + 0.35 * torch.sin(2.5 * position + torch.tensor([0.0, 1.0, 2.0]))
    roughness = 0.55 + 0.25 * torch.sin(2.0 * position[:, 0])
    metallic = torch.sigmoid(8.0 * position[:, 2])
    bump = 0.25 * torch.cos(3.0 * position)
    return Material(albedo, roughness, metallic, torch.nn.functional.normalize(normal + bump, dim=1))


class Worker(textured.Worker):
    """Stands for the worker process: bakes ``function`` at the next poll, whatever the prompt."""

    def __init__(self, ran, function=waves, size=128):
        super().__init__(ran)
        self.function, self.size = function, size

    def answer(self, description):
        job, params = Job(self.folder), description["params"]
        mesh, uv_files = layers.with_uvs(texture_mesh.load(job.inputs / "mesh.npz"), job, self.size)
        made = products.write_products(mesh, self.function, job, self.size, params["format"], params["orm"])
        return made.files | uv_files, made.report


def render(folder, camera_to_world, fov, size, radiance, samples=64):
    """(H, W, 4) linear, row 0 at the top: the scene by Cycles with direct light alone."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples = samples
    scene.cycles.use_adaptive_sampling = False
    scene.cycles.use_denoising = False
    scene.cycles.sample_clamp_indirect = 0.0
    scene.cycles.blur_glossy = 0.0
    scene.cycles.pixel_filter_type = "BOX"
    scene.cycles.max_bounces = 0
    scene.render.film_transparent = True
    scene.render.resolution_x = scene.render.resolution_y = size
    scene.render.resolution_percentage = 100
    scene.render.image_settings.file_format = "OPEN_EXR"
    scene.render.image_settings.color_depth = "32"
    scene.render.image_settings.color_mode = "RGBA"
    data = bpy.data.cameras.new("camera")
    data.angle = fov
    camera = bpy.data.objects.new("camera", data)
    scene.collection.objects.link(camera)
    camera.matrix_world = np.array(camera_to_world).T
    scene.camera = camera
    height, width, _ = radiance.shape
    image = bpy.data.images.new("radiance", width, height, float_buffer=True, is_data=True)
    pixels = np.ones((height, width, 4), dtype=np.float32)
    pixels[..., :3] = radiance[::-1]
    image.pixels.foreach_set(pixels.ravel())
    world = bpy.data.worlds.new("world")
    if world.node_tree is None:
        world.use_nodes = True
    nodes = world.node_tree.nodes
    texture = nodes.new("ShaderNodeTexEnvironment")
    texture.image = image
    background = next(node for node in nodes if node.type == "BACKGROUND")
    world.node_tree.links.new(texture.outputs["Color"], background.inputs["Color"])
    scene.world = world
    world.cycles.sampling_method = "MANUAL"
    world.cycles.sample_map_resolution = 1024
    scene.render.filepath = str(folder / "render.exr")
    bpy.ops.render.render(write_still=True)
    shown = bpy.data.images.load(scene.render.filepath)
    found = np.empty(size * size * 4, dtype=np.float32)
    shown.pixels.foreach_get(found)
    return found.reshape(size, size, 4)[::-1].copy()
