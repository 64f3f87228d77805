# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a texture job: all textures and tiles baked, written and judged."""

from __future__ import annotations

import math
import typing

import numpy as np

from ..job import Job
from ..uv.layout import tile_of
from . import maps, quality
from .bake import Baked, TextureFunction, bake_tile, tangent_frames
from .mesh import TextureMesh

SUPERSAMPLING = 2
"""Points along each side of a texel."""
FINER = 1.5
"""Texels that are so many times finer than what a texture holds need one point alone."""
MOST = 0.9
"""Of the surface that must have such fine texels."""


class Products(typing.NamedTuple):
    files: dict[str, str]
    """"<texture>/<map>.<tile>" -> the file, relative to the job's folder."""
    report: dict[str, typing.Any]
    """seam_ratio, effective_resolution (of the finest tile), resolution, and per texture its object and tiles."""
    baked: dict[tuple[int, int], Baked]
    """By texture and tile."""


def write_products(
    mesh: TextureMesh,
    function: TextureFunction,
    job: Job,
    resolution: int,
    format: str = "PNG",
    orm: bool = False,
    progress: typing.Callable[[float], None] = lambda fraction: None,
    density: float = math.inf,
) -> Products:
    """Bake ``function`` onto the painted faces and write ``out/<texture>/<map>.<tile>.png`` (or .exr).

    Args:
        mesh: with UVs, see :mod:`..uv.unwrap`.
        job: its inputs may hold old maps, which are kept where faces are not painted; files go to its outputs.
        resolution: texels along each side of a tile. Old maps keep their own.
        progress: told the done part, 0 to 1; may raise.
        density: of the finest structure of ``function``, as pixels along one unit of length.
    """
    supersampling = SUPERSAMPLING if share_finer(mesh, resolution, FINER * density) < MOST else 1
    frames = tangent_frames(mesh)
    tile = tile_of(mesh.corner_uv)
    pairs = np.unique(np.stack([mesh.texture, tile], axis=1)[mesh.painted], axis=0)
    wanted = [(int(texture), int(number)) for texture, number in pairs]
    partly = set(mesh.texture[~mesh.painted].tolist())
    files, baked = {}, {}
    for index, (texture, number) in enumerate(wanted):
        old = maps.load_old(job.inputs, texture, number) if texture in partly else None
        one = bake_tile(
            mesh, frames, texture, number, function, resolution, supersampling, old,
            lambda fraction, index=index: progress((index + 0.9 * fraction) / len(wanted)),
        )  # fmt: skip
        folder = job.outputs / str(texture)
        for name, file in maps.write(one.maps, folder, number, format, orm, one.kept).items():
            files[f"{texture}/{name}.{number}"] = f"out/{texture}/{file}"
        baked[texture, number] = one
    pictures = {key: one.maps.base_color for key, one in baked.items()}
    worth = [
        quality.effective_resolution(one.maps.base_color, one.covered) for one in baked.values() if one.covered.any()
    ]
    report = {
        "resolution": max(one.covered.shape[0] for one in baked.values()),
        "effective_resolution": round(max(worth, default=0.0)),
        "seam_ratio": round(quality.seam_ratio(mesh, pictures), 3),
        "textures": [
            {"object": mesh.object_names[int(mesh.object[np.argmax(mesh.texture == texture)])],
             "tiles": [number for other, number in wanted if other == texture]}
            for texture in sorted({texture for texture, _ in wanted})
        ],
    }  # fmt: skip
    progress(1.0)
    return Products(files, report, baked)


def share_finer(mesh: TextureMesh, resolution: int, density: float) -> float:
    """Part of the painted surface that has more texels than ``density`` along one unit of length."""
    corners = mesh.vertices[mesh.triangles[mesh.painted]].astype(np.float64)
    edges, flat = corners[:, 1:] - corners[:, :1], np.diff(mesh.corner_uv[mesh.painted].astype(np.float64), axis=1)
    area = np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=1)
    texels = resolution**2 * np.abs(flat[:, 0, 0] * flat[:, 1, 1] - flat[:, 0, 1] * flat[:, 1, 0])
    finer = texels > density**2 * area
    return float(area[finer].sum() / max(area.sum(), 1e-30))
