# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the object is, and its visual hull: the space that is inside the mask in every picture.

Laurentini, "The Visual Hull Concept for Silhouette-Based Image Understanding", PAMI 1994.
"""

from __future__ import annotations

import numpy as np
import torch
from scipy import ndimage

from ..isosurface.extract import Grid
from ..job import JobError
from ..raster.camera import project
from .views import View, sample

SEARCH_CELLS = 40
"""Along an axis, of the grid that finds the object's box."""
MARGIN_CELLS = 3
"""Empty cells around the hull."""
SOFT = 1.0
"""Pixels: up to this distance the mask's own softness tells where its edge is."""


def silhouette_distance(mask: torch.Tensor) -> torch.Tensor:
    """Signed distance (H, W) in pixels from the edge of a mask (H, W), negative inside; finer than a pixel near it."""
    inside = mask.numpy() > 0.5
    outer = ndimage.distance_transform_edt(~inside) - 0.5
    inner = ndimage.distance_transform_edt(inside) - 0.5
    distance = torch.from_numpy(np.where(inside, -inner, outer)).to(mask.dtype)
    return torch.where(distance.abs() < SOFT, (0.5 - mask) * (0.5 + distance.abs()), distance)


def hull_distance(
    points: torch.Tensor, views: list[View], silhouettes: list[torch.Tensor], doubted: bool = False
) -> torch.Tensor:
    """About the signed distance (N,) of points (N, 3) from the visual hull, in world units, negative inside.

    The largest over the views of the distance (H, W) from the silhouette, scaled from pixels to the point's depth.
    Where silhouettes are ``doubted`` it is the second largest: then a single wrong one cannot cut anything off.
    """
    result = torch.full((len(points),), -torch.inf)
    second = result.clone()
    for view, silhouette in zip(views, silhouettes, strict=True):
        pixels, depth = project(view.camera, points)
        size = torch.tensor((view.camera.width, view.camera.height))
        beyond = (pixels - pixels.clamp(torch.zeros(2), size)).norm(dim=1)
        value = (sample(silhouette[..., None], pixels)[:, 0] + beyond) * depth / view.camera.fx
        value = torch.where(depth > 0.0, value, torch.inf)
        second = torch.maximum(second, torch.minimum(result, value))
        result = torch.maximum(result, value)
    return second if doubted else result


def find_box(
    views: list[View], silhouettes: list[torch.Tensor], doubted: bool = False
) -> tuple[torch.Tensor, torch.Tensor]:
    """Lower and upper corner (3,) of the visual hull. Raises JobError when no point is inside all masks."""
    centre = _nearest_to_axes(views)
    reach = max(_reach(view, centre) for view in views)
    low, high = centre - reach, centre + reach
    for _ in range(3):  # each search is finer than the one before
        grid = grid_of_box(low, high, SEARCH_CELLS, 0)
        points = grid.points()
        inside = points[hull_distance(points, views, silhouettes, doubted) < 0.5 * grid.cell]
        if not len(inside):
            raise JobError(
                "bad_input",
                "The pictures and the cameras contradict each other: no point in space lies inside all masks.",
                "Check that each picture has its own camera, and that the object did not move between the pictures.",
            )
        low, high = inside.amin(0) - grid.cell, inside.amax(0) + grid.cell
    return low, high


def grid_of_box(low: torch.Tensor, high: torch.Tensor, cells: int, margin: int = MARGIN_CELLS) -> Grid:
    """A grid around a box, with so many cells along its longest side, and ``margin`` more at each end."""
    cell = float((high - low).max()) / cells
    count = torch.ceil((high - low) / cell).long() + 2 * margin + 1
    origin = (low + high) / 2 - 0.5 * cell * (count - 1)
    return Grid(origin, cell, tuple(count.tolist()))


def _nearest_to_axes(views: list[View]) -> torch.Tensor:
    """The point (3,) nearest to the rays through the middles of the masks."""
    system, right = torch.zeros(3, 3, dtype=torch.float64), torch.zeros(3, dtype=torch.float64)
    for view in views:
        y, x = (view.mask > 0.5).nonzero(as_tuple=True)
        camera = view.camera
        local = torch.stack(
            (
                (x.double().mean() + 0.5 - camera.cx) / camera.fx,
                (camera.cy - y.double().mean() - 0.5) / camera.fy,
                torch.tensor(-1.0),
            )
        )
        axis = torch.nn.functional.normalize(camera.camera_to_world[:3, :3].double() @ local, dim=0)
        across = torch.eye(3, dtype=torch.float64) - torch.outer(axis, axis)
        system += across
        right += across @ camera.position.double()
    return torch.linalg.lstsq(system, right).solution.float()


def _reach(view: View, centre: torch.Tensor) -> float:
    """How far from the centre the object can reach in this view, in world units, roughly and rather too much."""
    y, x = (view.mask > 0.5).nonzero(as_tuple=True)
    pixel, depth = project(view.camera, centre[None])
    extent = max(float((x - pixel[0, 0]).abs().max()), float((y - pixel[0, 1]).abs().max()))
    return 1.2 * extent * max(float(depth), 1e-6) / view.camera.fx
