# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker that hands out the same maps for everything, objects to texture, and settings."""

import json
from types import SimpleNamespace

import bpy
import numpy as np

from galatea.addon.worker import State
from galatea.backend import protocol
from galatea.backend.texturing import picture
from galatea.backend.uv import layout

SIZE = 64


class Worker:
    """Stands for the worker process: every texture and tile gets gradients, at the next poll."""

    def __init__(self, ran):
        self.ran, self.alive, self.state, self.job, self.folder = ran, True, State.READY, None, None

    def run(self, job, folder):
        self.job, self.folder = job, folder

    def cancel(self):
        pass

    def stop(self, seconds=2.0):
        self.alive = False

    def poll(self, seconds=0.01):
        if self.job is None:
            return []
        description = json.loads((self.folder / "job.json").read_text())
        self.ran.append(SimpleNamespace(folder=self.folder, **description))
        name, self.job = self.job, None
        files, report = self.answer(description)
        report = {"warnings": [], "seconds": {}, **report}
        return [protocol.Progress(name, "Painting", 0.5), protocol.Result(name, files, report)]

    def answer(self, description):
        """Write out/: the files by name, and the report."""
        if description["capability"] == "texture_seeds":
            return self.seeds(description["params"]), {}
        with np.load(self.folder / "in/mesh.npz") as data:
            texture, tile = data["texture"], layout.tile_of(data["corner_uv"])
        files = {}
        for number in np.unique(texture[texture >= 0]):
            folder = self.folder / "out" / str(number)
            folder.mkdir()
            for udim in np.unique(tile[texture == number]):
                for map_name, values in maps(int(number) + int(udim)).items():
                    if description["params"]["orm"] and map_name in ("roughness", "metallic"):
                        continue
                    path = folder / f"{map_name}.{udim}.png"
                    picture.write_png(path, values, 16 if map_name == "normal" else 8)
                    files[f"{number}/{map_name}.{udim}"] = f"out/{number}/{path.name}"
        return files, {"seam_ratio": 1.0, "effective_resolution": SIZE}

    def seeds(self, params):
        """Grey squares, brighter with each seed."""
        files = {}
        for seed in range(params["seed"], params["seed"] + params["count"]):
            np.save(self.folder / f"out/seed-{seed}.npy", np.full((8, 8, 3), 20 * seed, np.uint8))
            files[f"seed/{seed}"] = f"out/seed-{seed}.npy"
        return files


def maps(shade):
    """Gradients, of another blue for each ``shade``."""
    across, down = np.meshgrid(np.linspace(0, 1, SIZE), np.linspace(0, 1, SIZE))
    tilt = np.stack([0.5 + 0.1 * across, np.full_like(across, 0.5), np.full_like(across, 0.95)], -1)
    return {
        "base_color": np.stack([across, down, np.full_like(across, shade * 0.37 % 1)], -1),
        "roughness": 0.2 + 0.6 * across,
        "metallic": down,
        "normal": tilt,
    }


def ball(name="Ball", location=(0, 0, 0), scale=(1, 1, 1), size=1.0):
    """A smooth UV sphere with UVs that do not overlap, selected and active."""
    bpy.ops.mesh.primitive_uv_sphere_add(segments=48, ring_count=24, radius=size, location=location)
    item = bpy.context.object
    item.name = item.data.name = name
    bpy.ops.object.shade_smooth()
    item.scale = scale
    bpy.context.view_layer.update()
    return item


def cube(name="Cube", location=(0, 0, 0)):
    """A box with sharp edges, its faces side by side in UV space."""
    bpy.ops.mesh.primitive_cube_add(size=1.4, location=location)
    item = bpy.context.object
    item.name = item.data.name = name
    return item


def settings(**values):
    """Texture's settings of the scene, set."""
    found = bpy.context.scene.galatea.texture
    found.prompt = "waves"
    for name, value in values.items():
        setattr(found, name, value)
    return found
