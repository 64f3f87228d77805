# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture of an animal -> which place of the template each of its pixels shows; and from there on, of a mesh.

The template (``backend/photos/template.py``) is what pictures and meshes have in common: a network tells a pixel's
place on it (``backend/photos/features.py``), and :mod:`.match` where that is on a mesh.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy.spatial import KDTree

from ..mesh.clean import Shape
from ..photos.body import body_of
from ..photos.collect import Photo
from ..photos.features import UNIT, shown_places
from ..photos.template import Template
from .surface import Places, nearest_of

SIZE = 64
"""Cells of a picture's square around the animal."""
NEAR = 8
"""Triangles that are looked at for the nearest place."""
OFF = 0.3
"""Distance from the template, in its units, at which a place is sure by 1/e."""


@dataclass(frozen=True)
class Shown:
    """What a picture shows, in cells of a square around the animal, row 0 at the top."""

    places: np.ndarray
    """(SIZE, SIZE, 3) float64: places on a surface; meaningless where ``sure`` is zero."""
    sure: np.ndarray
    """(SIZE, SIZE) float64, 0..1; zero beside the animal."""


def shown(photo: Photo, template: Template) -> tuple[Places, Shown]:
    """What a photo shows of the template: for all cells where that is, row by row, and the same as points."""
    features = shown_places([photo], body_of(template))
    both = torch.cat((features.values[0] * UNIT, features.trust[0][..., None], photo.mask[..., None]), dim=-1)
    small = torch.nn.functional.interpolate(both.permute(2, 0, 1)[None], (SIZE, SIZE), mode="area")[0].numpy()
    told = small[:3].reshape(3, -1).T.astype(np.float64)
    _, near = KDTree(template.vertices[template.triangles].mean(axis=1)).query(told, k=NEAR)
    found, gap = nearest_of(told, near, shape_of(template))
    sure = small[3] * np.exp(-((gap.reshape(SIZE, SIZE) / OFF) ** 2)) * (small[4] > 0.5)
    points = found.of(template.vertices, template.triangles).reshape(SIZE, SIZE, 3)
    return found, Shown(points, sure.astype(np.float64))


def carried(found: Places, seen: Shown, template: Template, points: np.ndarray, sure: np.ndarray) -> Shown:
    """The same on another animal, of which ``points`` (V, 3) and ``sure`` (V,) tell where the template's vertices are.

    Raises ValueError when the numbers differ."""
    if len(points) != len(template.vertices):
        raise ValueError("one point for each vertex of the template is needed")
    there = found.of(points, template.triangles).reshape(SIZE, SIZE, 3)
    return Shown(there, seen.sure * found.of(sure, template.triangles).reshape(SIZE, SIZE))


def shape_of(template: Template) -> Shape:
    """For :func:`..correspondence.figure.figure`."""
    return Shape(template.vertices, template.triangles.astype(np.int32))
