# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a texture function to maps: every texel asks for the material at its place on the surface.

So there are no view seams, and both sides of a UV seam agree as far as filtering lets them.
"""

from __future__ import annotations

import dataclasses
import typing

import numpy as np
import torch
from scipy import ndimage

from ..shading.pbr import Material
from ..uv.layout import tile_of
from ..uv.raster import Hits, barycentric, nearest_barycentric, rasterize, to_texels
from ..uv.tangents import corner_tangents
from . import maps
from .maps import Maps
from .mesh import TextureMesh

TextureFunction = typing.Callable[[torch.Tensor, torch.Tensor], Material]
"""Positions (N, 3) in unit space and unit smooth normals (N, 3) in world space -> the material there."""

GUTTER = 16
"""Texels around the charts that repeat their border exactly; beyond, colors fade into each other."""
REACH = 1.5
"""Texels around a face where the texture function is still asked, on the face's plane: what bilinear lookups at an edge
need, so that the color goes on as it does on the other side of the seam. It also catches faces thinner than a texel."""
POINTS = 1 << 19
"""Points that are rasterized at once."""
CHUNK = 1 << 17
"""Of these, points that the texture function is asked about at once."""
LOWEST = 0.02
"""Smallest z of a normal in tangent space: what points below the smooth surface cannot be stored."""


@dataclasses.dataclass(frozen=True)
class Frames:
    """What turns normals of the world into those of a normal map, for F faces' corners, in their objects' spaces."""

    tangents: np.ndarray
    """(F, 3, 4), see :func:`..uv.tangents.corner_tangents`."""
    normals: np.ndarray
    """(F, 3, 3) unit."""
    inverses: np.ndarray
    """(O, 3, 3): of the objects' matrices."""


def tangent_frames(mesh: TextureMesh) -> Frames:
    """Of all faces of a mesh."""
    matrices, inverses = mesh.object_matrices[mesh.object], np.linalg.inv(mesh.object_matrices)
    # Normals go to the world by the inverse transposed matrix, so back by the transposed one.
    normals = np.einsum("fji,fcj->fci", matrices, mesh.corner_normals.astype(np.float64))
    normals /= np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-30)
    positions = np.einsum("fij,fcj->fci", inverses[mesh.object], mesh.vertices[mesh.triangles].astype(np.float64))
    tangents = np.zeros((len(mesh.triangles), 3, 4))
    for number in range(len(mesh.object_names)):
        faces = mesh.object == number
        if faces.any():
            tangents[faces] = corner_tangents(positions[faces], normals[faces], mesh.corner_uv[faces])
    # A mirrored object's triangles are turned, so their UVs seem to have the other handedness.
    tangents[..., 3] *= np.sign(np.linalg.det(matrices))[:, None]
    return Frames(tangents.astype(np.float32), normals.astype(np.float32), inverses)


@dataclasses.dataclass(frozen=True)
class Baked:
    """One tile of one texture."""

    maps: Maps
    covered: np.ndarray
    """(H, W) bool: texels that show a painted face."""
    kept: np.ndarray | None = None
    """(H, W) bool: texels that keep what the old maps had; None without old maps."""


def bake_tile(
    mesh: TextureMesh,
    frames: Frames,
    texture: int,
    tile: int,
    function: TextureFunction,
    size: int,
    supersampling: int = 2,
    old: Maps | None = None,
    progress: typing.Callable[[float], None] = lambda fraction: None,
) -> Baked:
    """Bake the painted faces of one texture that lie in one tile.

    Args:
        size: texels along each side; with ``old`` it is that of the old maps, unless those are a single color.
        supersampling: points along each side of a texel whose materials are averaged.
        old: what the tile holds now. Texels nearest to faces that are not painted keep their values exactly.
        progress: told the done part of the tile, 0 to 1; may raise.
    """
    if old is not None:
        old = maps.enlarged(old, size)
        size = old.roughness.shape[0]
    mine = np.flatnonzero((mesh.texture == texture) & (tile_of(mesh.corner_uv) == tile))
    faces = mine[mesh.painted[mine]]
    corners = to_texels(mesh.corner_uv[faces], tile, size)
    sums = _Sums(size)
    covered = np.zeros(size * size, dtype=bool)
    rows = max(1, POINTS // (size * supersampling**2))
    for start in range(0, size, rows):
        progress(start / size)
        for sample, inside in _samples(corners, (start, min(start + rows, size)), size, supersampling):
            sums.add(sample.texel, _look_up(mesh, frames, faces, sample, function))
            covered[sample.texel] |= inside
    covered = covered.reshape(size, size)
    result = filled(sums.mean(), sums.count.reshape(size, size) > 0)
    if old is None:
        return Baked(result, covered)
    rest = to_texels(mesh.corner_uv[mine[~mesh.painted[mine]]], tile, size)
    kept = nearer_to(rest, corners, size)
    return Baked(maps.combined(result, old, kept), covered, kept)


class _Sample(typing.NamedTuple):
    """Points of the surface and the texels they count for."""

    texel: np.ndarray
    """(N,) int64: row * size + column."""
    face: np.ndarray
    """(N,) int64, row of the painted faces."""
    place: np.ndarray
    """(N, 3) barycentric, beyond the face's edges too."""
    nearest: np.ndarray
    """(N, 3) barycentric of the face's nearest point."""


def _samples(
    corners: np.ndarray, rows: tuple[int, int], size: int, supersampling: int
) -> typing.Iterator[tuple[_Sample, bool]]:
    """Points of the texels of some rows, a grid in each; and whether faces cover them, or are near."""
    fine = corners * supersampling
    width = size * supersampling
    rows = rows[0] * supersampling, rows[1] * supersampling
    inside = _one_each(*rasterize(fine, rows, width), width)
    taken = np.zeros((rows[1] - rows[0], width), dtype=bool)
    taken[inside.row - rows[0], inside.column] = True
    around = rasterize(fine, rows, width, margin=REACH * supersampling)
    free = ~taken[around.row - rows[0], around.column]
    around = Hits(*(values[free] for values in around))
    points = np.stack([around.column, around.row], axis=1) + 0.5
    weights = nearest_barycentric(fine[around.face], points)
    distance = np.linalg.norm(np.einsum("nc,ncj->nj", weights, fine[around.face]) - points, axis=1)
    order = np.argsort(distance, kind="stable")
    around = _one_each(*(values[order] for values in around), width)
    for hits, cover in ((inside, True), (around, False)):
        texel = hits.row // supersampling * size + hits.column // supersampling
        points = np.stack([hits.column, hits.row], axis=1) + 0.5
        for part in _parts(len(hits.face)):
            corner = fine[hits.face[part]]
            place = barycentric(corner, points[part])
            nearest = place if cover else nearest_barycentric(corner, points[part])
            yield _Sample(texel[part], hits.face[part], place, nearest), cover


def _one_each(row: np.ndarray, column: np.ndarray, face: np.ndarray, width: int) -> Hits:
    """Of several faces in one place the first."""
    if not len(row):
        return Hits(row, column, face)
    place = (row - row.min()) * width + column
    first = np.full(place.max() + 1, -1)
    first[place[::-1]] = np.arange(len(place))[::-1]  # where several write, the last one stays
    first = first[first >= 0]
    return Hits(row[first], column[first], face[first])


def _parts(count: int) -> list[slice]:
    return [slice(start, start + CHUNK) for start in range(0, count, CHUNK)]


def _look_up(
    mesh: TextureMesh, frames: Frames, faces: np.ndarray, sample: _Sample, function: TextureFunction
) -> np.ndarray:
    """(N, 8): linear base color, roughness, metallic, tangent-space normal."""
    face = faces[sample.face]
    weights = sample.nearest.astype(np.float32)
    position = _between(mesh.vertices[mesh.triangles[face]], sample.place.astype(np.float32))
    normal = _between(frames.normals[face], weights)
    tangent = _between(frames.tangents[face, :, :3], weights)
    bitangent = frames.tangents[face, 0, 3:] * np.cross(normal, tangent)
    number = mesh.object[face[0]]  # a texture belongs to one object
    smooth = _unit(normal @ frames.inverses[number].astype(np.float32))
    material = function(torch.from_numpy(position), torch.from_numpy(smooth))
    wanted = _array(material.normal) @ mesh.object_matrices[number].astype(np.float32)
    packed = in_frame(tangent, bitangent, normal, wanted)
    parts = (material.albedo, material.roughness[:, None], material.metallic[:, None])
    return np.concatenate([*map(_array, parts), packed], axis=1)


def _array(values: torch.Tensor) -> np.ndarray:
    return values.detach().float().cpu().numpy()


def _between(corners: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted sums (N, 3) of corners (N, 3, 3)."""
    return sum(corners[:, corner] * weights[:, corner, None] for corner in range(3))


def in_frame(tangent: np.ndarray, bitangent: np.ndarray, normal: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Unit (x, y, z) for which x * tangent + y * bitangent + z * normal points where ``wanted`` does, all (N, 3).

    Blender does not make interpolated tangents and normals unit length before it sums them, so neither does this.
    """
    across = np.cross(bitangent, normal)
    volume = _dot(tangent, across)
    sides = (across, np.cross(normal, tangent), np.cross(tangent, bitangent))
    packed = np.stack([_dot(wanted, side) for side in sides], axis=1) * np.sign(volume)[:, None]
    packed[np.abs(volume) < 1e-6] = (0.0, 0.0, 1.0)  # where UVs turn over, tangents cancel out
    packed[:, 2] = np.maximum(packed[:, 2], LOWEST * np.sqrt(_dot(packed, packed)))
    return _unit(packed)


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.einsum("ni,ni->n", a, b)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.sqrt(np.maximum(_dot(vectors, vectors), 1e-30))[:, None]


class _Sums:
    """Of the values of each texel's points."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.count = np.zeros(size * size, dtype=np.int32)
        self.values = np.zeros((size * size, 8), dtype=np.float32)

    def add(self, texel: np.ndarray, values: np.ndarray) -> None:
        low = texel.min()
        texel = texel - low
        rows = texel.max() + 1
        self.count[low : low + rows] += np.bincount(texel, minlength=rows).astype(np.int32)
        for channel in range(8):
            self.values[low : low + rows, channel] += np.bincount(texel, values[:, channel], minlength=rows)

    def mean(self) -> np.ndarray:
        """(H, W, 8), 0 where there is nothing."""
        return (self.values / np.maximum(self.count, 1)[:, None]).reshape(self.size, self.size, 8)


def filled(values: np.ndarray, covered: np.ndarray) -> Maps:
    """Maps from raw values (H, W, 8), with everything that no chart covers filled in."""
    values = spread(values, covered)
    normal = values[..., 5:] / np.maximum(np.linalg.norm(values[..., 5:], axis=2, keepdims=True), 1e-6)
    return Maps(
        base_color=maps.encode(values[..., :3]),
        roughness=np.clip(values[..., 3], 0.0, 1.0),
        metallic=np.clip(values[..., 4], 0.0, 1.0),
        normal=(0.5 + 0.5 * normal).astype(np.float32),
    )


def spread(values: np.ndarray, covered: np.ndarray, gutter: int = GUTTER) -> np.ndarray:
    """Fill (H, W, C) outside of ``covered`` (H, W): the nearest texel within the gutter, ever coarser means beyond.

    The means (a pyramid that averages what is there and pulls it back up) keep small pictures of the map, which
    renderers look up at a distance, free of the background.
    """
    if covered.all():
        return values
    if not covered.any():
        empty = np.zeros_like(values)
        empty[..., 7] = 1.0
        return empty
    distance, nearest = ndimage.distance_transform_edt(~covered, return_indices=True)
    far = distance > gutter
    result = np.empty_like(values)
    for channel in range(values.shape[2]):  # one by one: large maps would need gigabytes otherwise
        plane = values[..., channel][nearest[0], nearest[1]]
        result[..., channel] = np.where(far, _push_pull(plane, ~far), plane) if far.any() else plane
    return result


def _push_pull(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Fill what is not known (H, W) from means over ever larger blocks (Gortler et al., "The Lumigraph", 1996)."""
    if known.all() or known.size == 1:
        return values
    weight = known.astype(np.float32)
    rows, columns = (-(-length // 2) for length in known.shape)
    padding = ((0, 2 * rows - known.shape[0]), (0, 2 * columns - known.shape[1]))
    sums, weights = (np.pad(one, padding).reshape(rows, 2, columns, 2).sum((1, 3)) for one in (values * weight, weight))
    coarse = _push_pull(sums / np.maximum(weights, 1.0), weights > 0)
    # Halfway between the coarse texels, so that the blocks do not show.
    smooth = np.repeat(np.repeat(coarse, 2, axis=0), 2, axis=1)
    smooth = ndimage.uniform_filter(smooth, 3, mode="nearest")[: known.shape[0], : known.shape[1]]
    return np.where(known, values, smooth)


def nearer_to(ours: np.ndarray, others: np.ndarray, size: int) -> np.ndarray:
    """(H, W) bool: texels in our faces or, outside of all, nearer to ours. Corners are (F, 3, 2) in texels."""
    owner = np.zeros((size, size), dtype=np.int8)  # 1 ours, 2 others
    for mark, corners in ((1, ours), (2, others)):
        row, column, _ = rasterize(corners, (0, size), size)
        owner[row, column] = mark
    if not (owner == 1).any():
        return np.zeros((size, size), dtype=bool)
    nearest = ndimage.distance_transform_edt(owner == 0, return_distances=False, return_indices=True)
    return owner[nearest[0], nearest[1]] == 1
