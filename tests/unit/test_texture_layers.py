# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""New UVs for objects that have none."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from galatea.backend.job import Job
from galatea.backend.texturing import layers
from galatea.backend.texturing import mesh as texture_mesh
from galatea.backend.texturing.mesh import TextureMesh
from galatea.backend.uv.layout import examine
from galatea.backend.uv.raster import signed_area

pytest.importorskip("xatlas")


def bumpy(quads: int = 24) -> TextureMesh:
    """A crumpled sheet of bent quads, two triangles each: charts end everywhere, inside quads too."""
    x, y = np.meshgrid(np.arange(quads + 1.0), np.arange(quads + 1.0), indexing="ij")
    z = 0.8 * np.random.default_rng(0).standard_normal(x.shape)
    number = np.arange(x.size).reshape(x.shape)
    corners = np.stack([number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]], -1).reshape(-1, 4)
    loops = np.arange(4 * len(corners)).reshape(-1, 4)
    pick = [[0, 1, 2], [0, 2, 3]]
    points = np.stack([x, y, z], -1).reshape(-1, 3) / quads
    triangles = corners[:, pick].reshape(-1, 3)
    normals = np.cross(
        points[triangles[:, 1]] - points[triangles[:, 0]], points[triangles[:, 2]] - points[triangles[:, 0]]
    )
    normals = np.repeat(normals[:, None] / np.linalg.norm(normals, axis=1)[:, None, None], 3, axis=1)
    mesh = texture_mesh.single(points, triangles, normals, None)
    return dataclasses.replace(mesh, loop=loops[:, pick].reshape(-1, 3))


def test_every_polygon_gets_a_place_of_its_own(tmp_path: Path) -> None:
    """Nothing overlaps, nothing lies outside, corners that polygons share agree, and so does Blender's file."""
    mesh = bumpy()
    torn, _ = layers.unwrap(mesh.vertices, mesh.triangles, 512)
    spread = np.zeros((mesh.loop.max() + 1, 2))
    spread[mesh.loop] = torn
    assert np.abs(spread[mesh.loop] - torn).max() > 0.01  # xatlas alone does tear quads apart here
    made, files = layers.with_uvs(mesh, Job(tmp_path), 512)
    found = examine(made.corner_uv)
    assert found.tiles == (1001,) and found.overlap < 0.002
    assert not found.outside.any() and not found.empty.any()
    loops = np.load(tmp_path / files["uv/0"])
    assert np.array_equal(loops[mesh.loop], made.corner_uv) and not made.wants_uv.any()


def test_texels_are_shared_out_evenly(tmp_path: Path) -> None:
    """Area in UV space follows area on the surface, also for the polygons that were laid flat by themselves."""
    mesh = bumpy()
    made, _ = layers.with_uvs(mesh, Job(tmp_path), 512)
    density = np.sqrt(layers._areas(made.corner_uv) / layers._areas(mesh.vertices[mesh.triangles]))
    assert np.percentile(density, 95) < 2.0 * np.percentile(density, 5)


def test_polygons_are_folded_open_in_their_true_shape() -> None:
    """A bent pentagon of three triangles: lengths stay, and nothing is turned over."""
    points = np.random.default_rng(3).standard_normal((5, 3)) * 0.3 + np.array(
        [[0, 0, 0], [2, 0, 0], [3, 2, 0], [1, 3, 0], [-1, 2, 0]]
    )
    loop = np.array([[0, 1, 2], [2, 3, 0], [0, 3, 4]])
    laid = layers.flat(points[loop], loop)
    for face, corners in enumerate(points[loop]):
        for first in range(3):
            second = (first + 1) % 3
            length = np.linalg.norm(corners[first] - corners[second])
            assert np.linalg.norm(laid[face, first] - laid[face, second]) == pytest.approx(length)
    assert (signed_area(laid) > 0).all()


def test_objects_with_uvs_keep_them(tmp_path: Path) -> None:
    plain = dataclasses.replace(bumpy(4), wants_uv=np.array([False]), corner_uv=np.full((32, 3, 2), 0.25, np.float32))
    made, files = layers.with_uvs(plain, Job(tmp_path), 512)
    assert np.array_equal(made.corner_uv, plain.corner_uv) and not files
