# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Colors from photos: a texture for each, its unseen side from the mirror or from the others, and one of them all."""

from __future__ import annotations

import typing

import numpy as np
import torch

from ..pictures import files
from ..raster import gbuffer
from ..reconstruction.views import sample
from ..texturing.bake import spread
from ..uv.raster import barycentric, rasterize, to_texels
from . import views
from .collect import Photo
from .completion import completed

SEEN_SIZE = 320
"""Pixels at which it is decided what a photo shows."""
DEPTH = 0.03
"""Units by which a point may lie behind what is seen and still be it."""
SHARP = 4
"""Power of the cosine to the camera: the photo that looks straight at a place wins."""
GAINS = 0.6, 1.7
"""Least and most by which a photo is made brighter."""
CHOSEN = 4
"""Power of these weights where photos are put together: a mean of photos that do not quite fit is a blur."""
SURE = 0.02
"""Of a weight, above which a color is taken."""


class Texels(typing.NamedTuple):
    """What the texels of a square map show, N of them."""

    row: np.ndarray
    column: np.ndarray
    face: np.ndarray
    """(N,) int64"""
    place: np.ndarray
    """(N, 3) barycentric."""


def texels_of(corner_uv: np.ndarray, size: int) -> Texels:
    """Of UVs (F, 3, 2)."""
    corners = to_texels(corner_uv, 1001, size)
    hits = rasterize(corners, (0, size), size)
    points = np.stack([hits.column, hits.row], axis=1) + 0.5
    place = barycentric(corners[hits.face], points)
    return Texels(hits.row, hits.column, hits.face, place)


def mirrored(texels: Texels, faces: int) -> Texels:
    """The same places on the other side of a template with this many faces: its second half mirrors the first."""
    return texels._replace(face=(texels.face + faces // 2) % faces, place=texels.place[:, ::-1])


def textures(
    photos: list[Photo],
    points: torch.Tensor,
    triangles: torch.Tensor,
    cameras: torch.Tensor,
    corner_uv: np.ndarray,
    size: int,
    on_photo: typing.Callable[[int], None] = lambda number: None,
) -> tuple[np.ndarray, list[np.ndarray]]:
    """The fused texture and one for each photo, (size, size, 3) uint8, display-encoded.

    ``points`` (P, V, 3) are the posed vertices, ``cameras`` (P, 6).
    """
    texels = texels_of(corner_uv, size)
    other = mirrored(texels, len(triangles))
    lens = views.lenses(photos)
    matrices = views.matrices(cameras, lens)
    own, twins = [], []
    for number, photo in enumerate(photos):
        on_photo(number)
        look = _looker(photo, points[number], triangles, cameras[number], matrices[number], lens[number])
        own.append(look(texels))
        twins.append(look(other))
    gains = _gains([colour for colour, _ in own], [weight for _, weight in own])
    total = np.zeros((len(texels.face), 3))
    weights = np.zeros((len(texels.face), 1))
    for side in (own, twins):
        for (colour, weight), gain in zip(side, gains, strict=True):
            share = weight[:, None] ** CHOSEN
            total += share * np.clip(colour * gain, 0.0, 1.0)
            weights += share
    known = np.clip(weights[:, 0] ** (1 / CHOSEN) / SURE, 0.0, 1.0)
    mean = total / np.maximum(weights, 1e-30)
    fused = _map(texels, completed(triangles.numpy(), points.shape[1], texels.face, texels.place, mean, known), size)
    of_texels = fused[texels.row, texels.column] / 255.0
    made = []
    for number, (colour, weight) in enumerate(own):
        twin_colour, twin_weight = twins[number]
        front = np.clip(weight / SURE, 0.0, 1.0)[:, None]
        back = np.clip(twin_weight / SURE, 0.0, 1.0)[:, None]
        unseen = back * twin_colour + (1.0 - back) * np.clip(of_texels / gains[number], 0.0, 1.0)
        made.append(_map(texels, front * colour + (1.0 - front) * unseen, size))
    return fused, made


def _looker(
    photo: Photo,
    points: torch.Tensor,
    triangles: torch.Tensor,
    camera: torch.Tensor,
    matrix: torch.Tensor,
    lens: torch.Tensor,
) -> typing.Callable[[Texels], tuple[np.ndarray, np.ndarray]]:
    """A function that tells colours (N, 3) and weights (N,) of texels, by one photo at its full size."""
    buffer = gbuffer.rasterize(points, triangles, views.crop_camera(matrix, lens, SEEN_SIZE))
    depth = buffer.image(buffer.depth[:, None], torch.inf)
    picture = torch.from_numpy(files.read(photo.path).pixels[..., :3])
    position = matrix[:3, 3]

    def look(texels: Texels) -> tuple[np.ndarray, np.ndarray]:
        corners = points[triangles[torch.from_numpy(texels.face)]]
        place = (torch.from_numpy(texels.place.astype(np.float32))[..., None] * corners).sum(dim=1)
        normal = torch.linalg.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        view = torch.nn.functional.normalize(position - place, dim=-1)
        cosine = (torch.nn.functional.normalize(normal, dim=-1) * view).sum(-1).clamp_min(0.0)
        at, far = views.seen(camera[None], lens[None], place[None])
        at, far = at[0], far[0]
        cell = ((at + 1) * SEEN_SIZE / 2).floor().long().clamp(0, SEEN_SIZE - 1)
        open_ = far < depth[cell[:, 1], cell[:, 0], 0] + DEPTH
        covered = sample(photo.mask[..., None], (at + 1) * photo.mask.shape[0] / 2)[:, 0] > 0.9
        inside = (at.abs() < 1.0).all(dim=1)
        pixel = at * photo.side / 2 + torch.tensor(photo.corner) + photo.side / 2
        weight = cosine**SHARP * (open_ & covered & inside)
        return sample(picture, pixel).numpy().astype(np.float64), weight.numpy().astype(np.float64)

    return look


def _gains(colours: list[np.ndarray], weights: list[np.ndarray]) -> list[float]:
    """Factors that give all photos one mean brightness, for light differs."""
    means = [
        float((colour.mean(axis=1) * weight).sum() / max(weight.sum(), 1e-6))
        for colour, weight in zip(colours, weights, strict=True)
    ]
    return [float(np.clip(np.median(means) / max(mean, 0.02), *GAINS)) for mean in means]


def _map(texels: Texels, values: np.ndarray, size: int) -> np.ndarray:
    """(size, size, 3) uint8 of values (N, 3), and what is near where there are no texels."""
    image = np.zeros((size, size, 3), np.float32)
    covered = np.zeros((size, size), bool)
    image[texels.row, texels.column] = values
    covered[texels.row, texels.column] = True
    return (spread(image, covered).clip(0.0, 1.0) * 255.0).round().astype(np.uint8)
