# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mesh of a texture job: unit space and back, bad input."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from galatea.backend.job import JobError
from galatea.backend.texturing import mesh as texture_mesh
from galatea.backend.texturing.mesh import TextureMesh


def triangle(points: list) -> TextureMesh:
    normals = np.tile(np.float32([0, 0, 1]), (1, 3, 1))
    return texture_mesh.single(np.array(points), np.array([[0, 1, 2]]), normals, np.zeros((1, 3, 2)))


def test_unit_space_and_back(tmp_path: Path) -> None:
    """The box is centred with largest half-extent 1; unused vertices far away do not count."""
    mesh = triangle([[10, 0, 0], [14, 0, 0], [10, 1, 0], [900, 900, 900]])
    texture_mesh.save(mesh, tmp_path / "mesh.npz")
    loaded = texture_mesh.load(tmp_path / "mesh.npz")
    assert np.allclose(loaded.vertices[:3], [[-1, -0.25, 0], [1, -0.25, 0], [-1, 0.25, 0]])
    assert np.allclose(loaded.vertices * loaded.scale + loaded.center, mesh.vertices, rtol=1e-6)
    texture_mesh.save(loaded, tmp_path / "again.npz")
    again = texture_mesh.load(tmp_path / "again.npz")
    assert np.allclose(again.center, loaded.center) and again.scale == pytest.approx(loaded.scale)
    assert again.object_names == ("Object",)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"painted": np.array([False])}, "No face is selected"),
        ({"vertices": np.zeros((3, 3), np.float32)}, "in one place"),
        ({"vertices": np.full((3, 3), np.nan, np.float32)}, "valid position"),
    ],
)
def test_bad_meshes_are_told(change: dict, says: str, tmp_path: Path) -> None:
    mesh = dataclasses.replace(triangle([[0, 0, 0], [1, 0, 0], [0, 1, 0]]), **change)
    texture_mesh.save(mesh, tmp_path / "mesh.npz")
    with pytest.raises(JobError, match=says):
        texture_mesh.load(tmp_path / "mesh.npz")
