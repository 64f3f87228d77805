# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How good baked maps are: whether UV seams show, and how many texels the picture is worth."""

from __future__ import annotations

import math

import numpy as np
import torch
from scipy import ndimage

from ..uv.layout import tile_of
from ..uv.raster import to_texels
from .mesh import TextureMesh

Pictures = dict[tuple[int, int], np.ndarray]
"""By texture and tile: maps (H, W, C) of display-encoded values, 0 to 1."""

DEPTHS = (0.5, 1.5, 2.5)
"""Texels from a seam at which both sides are read; the first one's bilinear lookups reach into the gutter."""
CREASE = math.cos(math.radians(40.0))
"""Cosine between faces' normals below which their edge is a sharp one."""
POINTS = 5
"""On each seam edge."""
ROUNDING = 0.25 / 255
"""Mean difference that eight bits make by themselves."""
LOSS = 0.1
"""Part of a picture's contrast that a smaller one may lose and still counts as holding it."""
HALVINGS = 6
"""Smallest picture tried: the size halved so many times."""


def seam_ratio(mesh: TextureMesh, pictures: Pictures) -> float:
    """Mean step of color at UV seams, over that of equally distant points beside them; 1: invisible, or no seams.

    The pictures are read as a renderer does at points along each edge whose two faces have different UVs there: half,
    one and a half and two and a half texels inside both faces. The steps over the edge and those next to it (where
    a gutter of another color shines through) are judged by the third ones; the larger ratio counts. Sharp edges are
    left out: materials may well end there.
    """
    edges = _seams(mesh)
    if not len(edges):
        return 1.0
    across = beside = inside = 0.0
    for along in (np.arange(POINTS) + 0.5) / POINTS:
        one = _read(mesh, pictures, edges[:, 0], edges[:, 1], along)
        other = _read(mesh, pictures, edges[:, 2], edges[:, 3], 1.0 - along)
        across += 2 * np.abs(one[0] - other[0]).mean()
        beside += np.abs(one[0] - one[1]).mean() + np.abs(other[0] - other[1]).mean()
        inside += np.abs(one[1] - one[2]).mean() + np.abs(other[1] - other[2]).mean()
    floor = 2 * POINTS * ROUNDING
    return float((max(across, beside) + floor) / (inside + floor))


def _seams(mesh: TextureMesh) -> np.ndarray:
    """(S, 4): face and first corner of a seam edge, and the same of the face across it, which walks it back."""
    corners = np.round(mesh.vertices[mesh.triangles].reshape(-1, 3).astype(np.float64) * 1e6).astype(np.int64)
    place = np.unique(corners, axis=0, return_inverse=True)[1].reshape(-1, 3)
    base = int(place.max()) + 1
    start, end = place.ravel(), np.roll(place, -1, axis=1).ravel()
    owner = np.repeat(mesh.object, 3)
    key, back = (owner * base + start) * base + end, (owner * base + end) * base + start
    order = np.argsort(key, kind="stable")
    found = order[np.minimum(np.searchsorted(key[order], back), len(order) - 1)]
    matched = (key[found] == back) & (np.arange(len(key)) < found)
    edge, other = np.flatnonzero(matched), found[matched]
    uv = mesh.corner_uv.reshape(-1, 2)
    following = np.arange(len(key)).reshape(-1, 3)[:, [1, 2, 0]].ravel()
    apart = np.abs(uv[edge] - uv[following[other]]).max(1) + np.abs(uv[following[edge]] - uv[other]).max(1)
    a, b, c = mesh.vertices[mesh.triangles].swapaxes(0, 1).astype(np.float64)
    normal = np.cross(b - a, c - a)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-30)
    smooth = (normal[edge // 3] * normal[other // 3]).sum(1) > CREASE
    shown = mesh.painted[edge // 3] & mesh.painted[other // 3] & (apart > 1e-5) & smooth
    edge, other = edge[shown], other[shown]
    return np.stack([edge // 3, edge % 3, other // 3, other % 3], axis=1)


def _read(mesh: TextureMesh, pictures: Pictures, face: np.ndarray, corner: np.ndarray, along: float) -> np.ndarray:
    """Values (3, S, C) at the DEPTHS inside faces (S,), from a point part of the way along the edge of corner (S,)."""
    tiles = tile_of(mesh.corner_uv[face])
    values = np.zeros((len(DEPTHS), len(face), next(iter(pictures.values())).shape[2]))
    for (texture, tile), picture in pictures.items():
        rows = np.flatnonzero((mesh.texture[face] == texture) & (tiles == tile))
        points = to_texels(mesh.corner_uv[face[rows]], tile, picture.shape[0])
        a, b, c = (points[np.arange(len(rows)), (corner[rows] + step) % 3] for step in range(3))
        edge = b - a
        inward = np.stack([-edge[:, 1], edge[:, 0]], axis=1)
        inward *= np.sign((inward * (c - a)).sum(1, keepdims=True))
        inward /= np.maximum(np.linalg.norm(inward, axis=1, keepdims=True), 1e-9)
        for number, depth in enumerate(DEPTHS):
            values[number, rows] = _bilinear(picture, a + along * edge + depth * inward)
    return values


def _bilinear(picture: np.ndarray, points: np.ndarray) -> np.ndarray:
    """(N, C) at points (N, 2) in texels, x first."""
    place = [points[:, 1] - 0.5, points[:, 0] - 0.5]
    channels = [ndimage.map_coordinates(plane, place, order=1, mode="nearest") for plane in np.moveaxis(picture, 2, 0)]
    return np.stack(channels, axis=1)


def effective_resolution(picture: np.ndarray, covered: np.ndarray) -> float:
    """Texels along a side of the smallest picture that holds this one (H, W, C), judged where it is covered (H, W).

    The picture is made smaller and larger again; what gets lost by that, as a part of the contrast, tells.
    """
    size = picture.shape[0]
    whole = torch.from_numpy(np.ascontiguousarray(np.moveaxis(picture, 2, 0), dtype=np.float32))[None]
    mask = torch.from_numpy(covered)
    values = whole[0][:, mask]
    contrast = float((values - values.mean(1, keepdim=True)).pow(2).mean().sqrt())
    best = float(size)
    for step in range(1, 2 * HALVINGS + 1):
        smaller = round(size / math.sqrt(2) ** step)
        reduced = torch.nn.functional.interpolate(whole, (smaller, smaller), mode="bicubic", antialias=True)
        restored = torch.nn.functional.interpolate(reduced, (size, size), mode="bicubic")
        lost = float((restored - whole)[0][:, mask].pow(2).mean().sqrt())
        if lost > LOSS * contrast + ROUNDING:
            break
        best = float(smaller)
    return best
