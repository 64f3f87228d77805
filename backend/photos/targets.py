# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What photos ask of a fit: points of outlines with their normals, points inside, distances from outside."""

from __future__ import annotations

import dataclasses

import numpy as np
import torch
from scipy import ndimage

from ..reconstruction.views import sample
from .collect import Photo
from .features import Features

CONTOUR, INSIDE = 128, 128
"""Points of each photo."""
BORDER = 2.5
"""Pixels from the end of the picture within which an outline is none of the animal's."""


@dataclasses.dataclass(frozen=True)
class Targets:
    """Of P photos, in units of half the crop's side from its middle, y down."""

    contour: torch.Tensor
    """(P, CONTOUR, 2)"""
    normals: torch.Tensor
    """(P, CONTOUR, 2) unit, outward."""
    inside: torch.Tensor
    """(P, INSIDE, 2)"""
    features: torch.Tensor
    """(P, INSIDE, F) of the points inside."""
    trust: torch.Tensor
    """(P, INSIDE) in these features."""
    outside: torch.Tensor
    """(P, 1, S, S) distance to the animal; zero where the picture ends, for there nobody knows."""

    def __getitem__(self, index: torch.Tensor) -> Targets:
        return Targets(*(getattr(self, field.name)[index] for field in dataclasses.fields(self)))


def targets_of(photos: list[Photo], features: Features, rng: np.random.Generator) -> Targets:
    """The photos' targets at random points."""
    both = torch.cat((features.values, features.trust[..., None]), dim=-1)
    parts = [_of(photo, own, rng) for photo, own in zip(photos, both, strict=True)]
    return Targets(*(torch.stack([part[i] for part in parts]) for i in range(6)))


def _of(photo: Photo, features: torch.Tensor, rng: np.random.Generator) -> tuple[torch.Tensor, ...]:
    mask, known = photo.mask.numpy(), photo.known.numpy() > 0.5
    size = len(mask)
    solid = mask > 0.5
    smooth = ndimage.gaussian_filter(mask.astype(np.float64), 1.2)
    slope = np.stack([ndimage.sobel(smooth, axis=1), ndimage.sobel(smooth, axis=0)], axis=-1)
    edge = solid & ~ndimage.binary_erosion(solid)
    ends = (
        ndimage.distance_transform_edt(np.pad(known, 1))[1:-1, 1:-1] if not known.all() else np.full(mask.shape, 99.0)
    )
    line = np.argwhere(edge & (ends > BORDER))
    if not len(line):
        line = np.argwhere(edge)
    chosen = line[rng.permutation(len(line))[np.arange(CONTOUR) % len(line)]]
    normal = -slope[chosen[:, 0], chosen[:, 1]]
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    area = np.argwhere(solid)
    inner = area[rng.permutation(len(area))[np.arange(INSIDE) % len(area)]]
    distance = ndimage.distance_transform_edt(~solid) * 2 / size
    distance[~known] = 0.0

    def place(pixels: np.ndarray) -> torch.Tensor:
        return torch.tensor((pixels[:, ::-1] + 0.5) * 2 / size - 1, dtype=torch.float32)

    both = sample(features, torch.tensor(inner[:, ::-1] + 0.5, dtype=torch.float32))
    return (
        place(chosen),
        torch.tensor(normal, dtype=torch.float32),
        place(inner),
        both[:, :-1],
        both[:, -1],
        torch.tensor(distance, dtype=torch.float32)[None],
    )
