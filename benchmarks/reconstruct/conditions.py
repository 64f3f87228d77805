# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be worse about pictures than Cycles leaves them: no transparency, other colours, cameras that are off."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ...backend.raster.gbuffer import rasterize
from ...backend.shading import display
from .pictures import FOV, SIZE, moved, orbit_of

COLOUR = 0.10
"""Largest change of a picture's red, green and blue, each of its own."""
PIXELS = 1.0
"""By which every camera is off, in any direction."""


def clean(folder: Path, output: Path, seed: int) -> Path:
    """The pictures as they are, with alpha."""
    names = _names(folder)
    output.mkdir()
    shutil.copy(folder / "transforms.json", output)
    for name in names:
        shutil.copy(folder / name, output)
    return output


def no_masks(folder: Path, output: Path, seed: int) -> Path:
    """Without alpha, in front of a backdrop whose light falls off, with grain."""
    clean(folder, output, seed)
    draw = np.random.default_rng([seed, 1])
    y, x = np.mgrid[-1 : 1 : SIZE * 1j, -1 : 1 : SIZE * 1j]
    for name in _names(folder):
        with Image.open(output / name) as image:
            pixels = np.asarray(image, dtype=np.float32) / 255.0
        base, tint = draw.uniform(0.35, 0.75), draw.uniform(-0.04, 0.04, 3)
        fall = (
            1.0 + draw.uniform(-0.15, 0.15) * x + draw.uniform(-0.2, 0.2) * y - draw.uniform(0, 0.12) * (x * x + y * y)
        )
        backdrop = base * fall[..., None] + tint
        alpha = pixels[..., 3:]
        shown = pixels[..., :3] * alpha + backdrop * (1.0 - alpha) + draw.normal(0.0, 0.008, backdrop.shape)
        Image.fromarray((shown.clip(0, 1) * 255).round().astype(np.uint8)).save(output / name)
    return output


def noisy(folder: Path, output: Path, seed: int) -> Path:
    """Every picture in other colours, every camera turned so that its picture is off by a pixel."""
    clean(folder, output, seed)
    draw = np.random.default_rng([seed, 2])
    data = json.loads((output / "transforms.json").read_text())
    for frame in data["frames"]:
        with Image.open(output / frame["file_path"]) as image:
            pixels = torch.from_numpy(np.asarray(image, dtype=np.float32) / 255.0)
        gain = torch.tensor(draw.uniform(1 - COLOUR, 1 + COLOUR, 3), dtype=torch.float32)
        pixels[..., :3] = display.encode(display.decode(pixels[..., :3]) * gain)
        Image.fromarray((pixels * 255).round().byte().numpy()).save(output / frame["file_path"])
        angle = draw.uniform(0, 2 * np.pi)
        camera = moved(orbit_of(frame["transform_matrix"]), (PIXELS * np.cos(angle), PIXELS * np.sin(angle)))
        frame["transform_matrix"] = camera.camera_to_world.tolist()
    data["camera_angle_x"] = FOV
    (output / "transforms.json").write_text(json.dumps(data))
    return output


def with_normals(folder: Path, output: Path, seed: int) -> Path:
    """The true normals beside the pictures: how much a perfect guess of them from each picture would be worth."""
    clean(folder, output, seed)
    (output / "normals").mkdir()
    with np.load(folder / "object.npz") as data:
        vertices, triangles = torch.from_numpy(data["vertices"]), torch.from_numpy(data["triangles"])
    for frame in json.loads((output / "transforms.json").read_text())["frames"]:
        camera = orbit_of(frame["transform_matrix"])
        gbuffer = rasterize(vertices, triangles, camera)
        local = gbuffer.geometric_normal @ camera.camera_to_world[:3, :3]
        pixels = gbuffer.image(0.5 * local + 0.5, 0.5).mul(255).round().byte().numpy()
        Image.fromarray(pixels).save(output / "normals" / f"{Path(frame['file_path']).stem}.png")
    return output


CONDITIONS = {"clean": clean, "no masks": no_masks, "noisy": noisy, "true normals": with_normals}


def _names(folder: Path) -> list[str]:
    return [frame["file_path"] for frame in json.loads((folder / "transforms.json").read_text())["frames"]]
