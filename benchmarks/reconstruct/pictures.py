# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders of pictures with ``transforms.json``, as an artist would bring them, and pictures of other views."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch

from ...backend.raster.camera import Camera, orbit
from ...backend.shading.environment import load
from .objects import Object

CHILD = Path(__file__).with_name("photograph.py")
VIEWS, UNSEEN = 16, 6
ELEVATIONS = (12.0, 42.0, -14.0, 66.0)
"""Degrees of the views in turn."""
FOV = math.radians(36.0)
DISTANCE = 5.0
"""From the centre of the unit box: a sphere around its corners would just fit a picture at 5.6; few objects fill it."""
SIZE = 256
SAMPLES = 16


def cameras(distance: float = DISTANCE) -> dict[str, Camera]:
    """The 16 given views around the object, and 6 others between them."""
    result = {}
    for index in range(VIEWS):
        elevation = math.radians(ELEVATIONS[index % len(ELEVATIONS)])
        result[f"view-{index:02}"] = orbit(2 * math.pi * index / VIEWS, elevation, distance, FOV, SIZE)
    for index in range(UNSEEN):
        elevation = math.radians((0.0, 28.0, 52.0)[index % 3])
        result[f"unseen-{index}"] = orbit(2 * math.pi * (index + 0.37) / UNSEEN, elevation, distance, FOV, SIZE)
    return result


def photograph(item: Object, light: str, folder: Path) -> Path:
    """Render all views of an object into a folder; those given are listed in its transforms.json."""
    if (folder / "transforms.json").exists():
        return folder
    views = cameras()
    render(item, light, folder, views, FOV, SAMPLES)
    frames = [
        {"file_path": f"{name}.png", "transform_matrix": camera.camera_to_world.tolist()}
        for name, camera in views.items()
        if name.startswith("view")
    ]
    (folder / "transforms.json").write_text(json.dumps({"camera_angle_x": FOV, "frames": frames}, indent=1))
    return folder


def render(item: Object, light: str, folder: Path, views: dict[str, Camera], fov: float, samples: int) -> None:
    """``<name>.png`` by Cycles for each camera; all have the field of view (radians) and the size of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    radiance = load(light).exposed(0.7).radiance.numpy()
    np.savez(
        folder / "object.npz",
        vertices=item.vertices.astype(np.float32),
        triangles=item.triangles,
        colours=item.colours,
        roughness=item.roughness,
        metallic=item.metallic,
        radiance=radiance,
    )
    job = {
        "cameras": {name: camera.camera_to_world.tolist() for name, camera in views.items()},
        "fov": fov,
        "size": next(iter(views.values())).width,
        "samples": samples,
    }
    (folder / "job.json").write_text(json.dumps(job))
    subprocess.run([sys.executable, "-I", CHILD, folder], check=True, stdout=subprocess.DEVNULL)


def orbit_of(camera_to_world: list[list[float]]) -> Camera:
    """The camera of a frame of transforms.json."""
    focal = 0.5 * SIZE / math.tan(0.5 * FOV)
    return Camera(torch.tensor(camera_to_world), focal, focal, SIZE / 2, SIZE / 2, SIZE, SIZE)


def moved(camera: Camera, pixels: tuple[float, float]) -> Camera:
    """The camera turned so that the picture shifts by so many pixels: an error of its pose."""
    x, y = pixels[0] / camera.fx, pixels[1] / camera.fy
    turn = torch.eye(4)
    turn[:3, :3] = torch.linalg.matrix_exp(torch.tensor([[0.0, 0.0, x], [0.0, 0.0, y], [-x, -y, 0.0]]))
    return Camera(
        camera.camera_to_world @ turn, camera.fx, camera.fy, camera.cx, camera.cy, camera.width, camera.height
    )
