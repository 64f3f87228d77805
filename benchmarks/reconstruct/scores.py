# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How near a mesh is to the truth, and how well pictures of other views are met."""

from __future__ import annotations

import dataclasses
import functools
import math

import numpy as np
import scipy.spatial
import torch
import trimesh

from ...backend.raster.camera import Camera
from ...backend.reconstruction.light import shine
from ...backend.reconstruction.render import trace, vertex_normals
from ...backend.reconstruction.texture import Texture
from ...backend.reconstruction.views import View
from ...backend.shading import display
from .objects import Object, samples, visible_samples

OVERSAMPLING = 3
"""Rays per pixel along each axis."""
FEWEST_POINTS = 20_000
DENSITY = 4.0
"""Points in a square as wide as the tolerance: then the nearest is about a quarter of it away along the surface."""
TOLERANCE = 0.01
"""Of the longest side of the truth's box."""


@dataclasses.dataclass(frozen=True)
class Surface:
    """Points so close together that the nearest one is about as far away as the surface."""

    points: np.ndarray
    """(N, 3)"""
    tolerance: float
    """World units."""

    @functools.cached_property
    def tree(self) -> scipy.spatial.cKDTree:
        return scipy.spatial.cKDTree(self.points)


def true_surface(truth: Object) -> Surface:
    """What of a truth's surface is visible from outside."""
    tolerance = TOLERANCE * float(np.ptp(truth.vertices, axis=0).max())
    count = points_needed(truth.vertices, truth.triangles, tolerance)
    return Surface(visible_samples(truth.vertices, truth.triangles, count), tolerance)


def points_needed(vertices: np.ndarray, triangles: np.ndarray, tolerance: float) -> int:
    """Of a whole mesh. A fixed number would say of large surfaces that they are far from themselves."""
    area = trimesh.Trimesh(vertices, triangles, process=False).area
    return max(FEWEST_POINTS, math.ceil(DENSITY * area / tolerance**2))


def shape_scores(vertices: np.ndarray, triangles: np.ndarray, truth: Surface) -> dict[str, float | bool]:
    """F-score and its two halves, mean distance both ways in percent of the box, and whether the mesh is closed.

    Of the mesh everything counts, hidden parts too.
    """
    made = Surface(
        samples(vertices, triangles, points_needed(vertices, triangles, truth.tolerance))[0], truth.tolerance
    )
    to_truth, to_made = truth.tree.query(made.points)[0], made.tree.query(truth.points)[0]
    precision, recall = float((to_truth < truth.tolerance).mean()), float((to_made < truth.tolerance).mean())
    mesh = trimesh.Trimesh(vertices, triangles, process=False)
    return {
        "f_score": 2 * precision * recall / max(precision + recall, 1e-9),
        "precision": precision,
        "recall": recall,
        "chamfer": 100 * float(to_truth.mean() + to_made.mean()) / 2 * TOLERANCE / truth.tolerance,
        "watertight": bool(mesh.is_watertight and mesh.is_winding_consistent and mesh.volume > 0),
    }


def picture(
    vertices: torch.Tensor, triangles: torch.Tensor, texture: Texture, camera: Camera
) -> tuple[torch.Tensor, torch.Tensor]:
    """(H, W, 3) display-encoded on black, base colour under the light that was found, and coverage (H, W, 1)."""
    fine = oversampled(camera)
    hits = trace(vertices, triangles, vertex_normals(vertices, triangles), fine)
    albedo = texture.albedo_at(hits.position, hits.normal)
    colour = display.encode(albedo * shine(texture.light, hits.normal))
    image = torch.zeros(fine.height * fine.width, 4)
    image[hits.pixel] = torch.cat((colour, torch.ones_like(colour[:, :1])), dim=1)
    image = averaged(image, camera)
    return image[..., :3], image[..., 3:]


def oversampled(camera: Camera) -> Camera:
    """The same view with OVERSAMPLING times as many pixels along each axis."""
    numbers = {name: getattr(camera, name) * OVERSAMPLING for name in ("fx", "fy", "cx", "cy", "width", "height")}
    return dataclasses.replace(camera, **numbers)


def averaged(image: torch.Tensor, camera: Camera) -> torch.Tensor:
    """(H, W, C) of a camera from the pixels (N, C) of its oversampled view, in their order."""
    size = 1, camera.height * OVERSAMPLING, camera.width * OVERSAMPLING, image.shape[1]
    batch = image.reshape(size).permute(0, 3, 1, 2)
    return torch.nn.functional.avg_pool2d(batch, OVERSAMPLING)[0].permute(1, 2, 0)


def foreground_psnr(shown: torch.Tensor, truth: View) -> float:
    """Decibels over the pixels that lie in the object alone, both on black; where nothing is shown, black counts."""
    inside = truth.mask > 0.5
    return -10.0 * math.log10(float((shown - truth.colour * truth.mask[..., None])[inside].square().mean()) + 1e-12)
