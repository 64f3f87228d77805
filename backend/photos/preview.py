# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panel shows during a solve: the photos, and below each the animal as it is known by now."""

from __future__ import annotations

import numpy as np
import torch

from ..raster import gbuffer
from . import views
from .body import Body, posed, symmetric
from .collect import Photo
from .fit import State

SHOWN, COLUMNS, SIZE = 8, 4, 96
"""Photos, in a row, pixels of each."""
GRAY = 0.22


def sheet(photos: list[Photo], body: Body, state: State | None) -> np.ndarray:
    """(H, W, 3) uint8, display-encoded; left of the body is green, right is red, as its bones are."""
    chosen = np.unique(np.linspace(0, len(photos) - 1, min(SHOWN, len(photos))).round().astype(int)).tolist()
    lens = views.lenses(photos)
    shown = []
    if state is not None:
        points, _ = posed(body, symmetric(body, state.shape), state.poses[chosen])
        places = views.matrices(state.cameras, lens)
    for number, which in enumerate(chosen):
        photo = photos[which]
        picture = photo.colour * photo.mask[..., None] + GRAY * (1.0 - photo.mask[..., None])
        small = torch.nn.functional.interpolate(picture.permute(2, 0, 1)[None], (SIZE, SIZE), mode="area")
        cell = [small[0].permute(1, 2, 0)]
        if state is not None:
            camera = views.crop_camera(places[which], lens[which], SIZE)
            buffer = gbuffer.rasterize(points[number], body.triangles, camera)
            side = (buffer.barycentric * body.vertices[body.triangles[buffer.face], 0]).sum(dim=1, keepdim=True)
            side = (side * 8.0).clamp(-1.0, 1.0)
            tint = torch.cat((0.7 - 0.3 * side, 0.7 + 0.3 * side, 0.7 - 0.3 * side.abs()), dim=1)
            light = 0.25 + 0.75 * (buffer.normal * buffer.view).sum(-1, keepdim=True)
            cell.append(buffer.image(tint.clamp(0.0, 1.0) * light, GRAY))
        shown.append(torch.cat(cell, dim=0))
    blank = torch.full_like(shown[0], GRAY)
    rows = [shown[start : start + COLUMNS] for start in range(0, len(shown), COLUMNS)]
    if len(rows) > 1:
        rows[-1] += [blank] * (COLUMNS - len(rows[-1]))
    image = torch.cat([torch.cat(row, dim=1) for row in rows], dim=0)
    return (image.clamp(0.0, 1.0) * 255.0).round().byte().numpy()
