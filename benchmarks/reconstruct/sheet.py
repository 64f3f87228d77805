# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures to judge by eye: an unseen view by Cycles, ours, and our bare shape beside the true one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ...backend.raster.camera import Camera
from ...backend.reconstruction import store
from ...backend.reconstruction.render import trace, vertex_normals
from . import pictures, scores
from .objects import Object

SHOWN = ("unseen-1", "unseen-2")
BACKDROP = 0.93


def write(path: Path, truth: Object, folder: Path, outputs: Path) -> None:
    """A row for each of two unseen views: the truth's picture and shape, then those of the reconstruction."""
    with np.load(outputs / "mesh.npz") as data:
        mesh = torch.from_numpy(data["vertices"]), torch.from_numpy(data["triangles"]).long()
    with np.load(outputs / "texture.npz") as data:
        texture = store.texture_from_arrays(dict(data))
    true_mesh = torch.tensor(truth.vertices, dtype=torch.float32), torch.from_numpy(truth.triangles)
    rows = []
    for name in SHOWN:
        camera = pictures.cameras()[name]
        with Image.open(folder / f"{name}.png") as image:
            pixels = torch.from_numpy(np.asarray(image, dtype=np.float32) / 255.0)
        shown, coverage = scores.picture(*mesh, texture, camera)
        photo = pixels[..., :3] * pixels[..., 3:] + BACKDROP * (1.0 - pixels[..., 3:])
        ours = shown + BACKDROP * (1.0 - coverage)
        rows.append(torch.cat((photo, ours, clay(*true_mesh, camera), clay(*mesh, camera)), dim=1))
    pixels = (torch.cat(rows) * 255).round().clamp(0, 255).byte().numpy()
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, quality=88)


def clay(vertices: torch.Tensor, triangles: torch.Tensor, camera: Camera) -> torch.Tensor:
    """(H, W, 3) of a grey mesh that is lit from above the camera."""
    fine = scores.oversampled(camera)
    hits = trace(vertices, triangles, vertex_normals(vertices, triangles), fine)
    toward = torch.nn.functional.normalize(camera.position + torch.tensor((0.0, 0.0, 3.0)), dim=0)
    image = torch.full((fine.height * fine.width, 3), BACKDROP)
    image[hits.pixel] = (0.2 + 0.65 * (hits.normal @ toward).abs())[:, None].expand(-1, 3)
    return scores.averaged(image, camera)
