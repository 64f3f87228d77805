# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shading against Cycles, small; and what the benchmark says about it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from galatea.benchmarks import shading
from galatea.benchmarks.shading_scenes import LOOKS, SHAPES

SATIN = LOOKS[1]


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_are_closed_and_their_normals_point_outwards(name):
    mesh = SHAPES[name]()
    corners = mesh.vertices[mesh.triangles].astype(float)
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert np.einsum("ij,ij->", corners.mean(1), normal) > 0, "volume"
    np.testing.assert_allclose(normal.sum(0), 0.0, atol=1e-3 * np.abs(normal).sum())
    inwards = (normal[:, None] * mesh.corner_normals).sum(-1) < 0
    assert inwards.mean() < 0.01, "a few of the horse's, at its sharpest edges"
    np.testing.assert_allclose(np.linalg.norm(mesh.corner_normals, axis=-1), 1.0, atol=1e-4)


def test_the_score_is_of_encoded_pictures_inside_the_shape():
    first, second = np.full((4, 4, 3), 0.5), np.full((4, 4, 3), 0.5)
    inside = np.zeros((4, 4), bool)
    inside[1, 1] = True
    second[0, 0] = 0.0  # outside
    second[1, 1] = 0.6
    difference = float((shading.encode(second[1, 1]) - shading.encode(first[1, 1]))[0])
    assert shading.psnr(first, second, inside) == pytest.approx(-20.0 * math.log10(difference), abs=1e-3)


def test_cycles_agrees(tmp_path, monkeypatch):
    """With shadows, a turned light and a glossy coat; and without shadows it does not."""
    monkeypatch.setattr(shading, "SIZE", 48)
    cases = [shading.Case("cube on a plane", "forest", SATIN, bounces) for bounces in (False, True)]
    result, columns = shading.run(cases, 48, tmp_path)
    direct, bounced = result["rows"]
    assert direct["psnr"] > shading.WANTED
    assert direct["psnr"] > direct["psnr_without_visibility"] + 8.0 > direct["psnr_diffuse_alone"]
    assert bounced["psnr"] < direct["psnr"], "what direct light leaves out"
    table = shading.tables(result)
    assert "With direct light 1 of 1 pictures reach 30 dB" in table and f"{direct['psnr']:.1f}" in table
    assert shading.sheet(columns).size == (48, 3 * 48)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("????????????????.npy")}
    shading.run(cases, 48, tmp_path)
    assert {path: path.stat().st_mtime_ns for path in before} == before, "kept pictures are used again"
