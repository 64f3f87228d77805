# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cycles' share of ``benchmarks/bake.py``, a process of its own with the bpy module: FOLDER SIZE.

FOLDER holds ``mesh.npz``; it gets ``position.npy`` (H, W, 3) and ``seconds.json``.
"""

import json
import os
import sys
import time
from pathlib import Path

import bpy
import numpy as np

folder, size = Path(sys.argv[1]), int(sys.argv[2])
bpy.ops.wm.read_factory_settings(use_empty=True)
with np.load(folder / "mesh.npz") as data:
    vertices, triangles, uv = data["vertices"], data["triangles"], data["corner_uv"]
mesh = bpy.data.meshes.new("mesh")
mesh.from_pydata(vertices.tolist(), [], triangles.tolist())
mesh.uv_layers.new(name="UVMap").uv.foreach_set("vector", np.ascontiguousarray(uv, dtype=np.float32).ravel())
item = bpy.data.objects.new("mesh", mesh)
scene = bpy.context.scene
scene.collection.objects.link(item)
material = bpy.data.materials.new("material")
material.use_nodes = True
nodes, links = material.node_tree.nodes, material.node_tree.links
image = bpy.data.images.new("position", size, size, float_buffer=True, is_data=True)
target = nodes.new("ShaderNodeTexImage")
target.image, nodes.active = image, target
emission = nodes.new("ShaderNodeEmission")
links.new(nodes.new("ShaderNodeNewGeometry").outputs["Position"], emission.inputs["Color"])
links.new(emission.outputs["Emission"], nodes["Material Output"].inputs["Surface"])
mesh.materials.append(material)
item.select_set(True)
bpy.context.view_layer.objects.active = item
scene.render.engine = "CYCLES"
scene.cycles.device, scene.cycles.samples, scene.cycles.use_denoising = "CPU", 1, False
start = time.perf_counter()
bpy.ops.object.bake(type="EMIT", margin=16, margin_type="ADJACENT_FACES", use_clear=True)
seconds = time.perf_counter() - start
pixels = np.empty(size * size * 4, dtype=np.float32)
image.pixels.foreach_get(pixels)
np.save(folder / "position.npy", pixels.reshape(size, size, 4)[::-1, :, :3].copy())
(folder / "seconds.json").write_text(json.dumps(seconds))
os._exit(0)  # the module's own clean-up can hang
