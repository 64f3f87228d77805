# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Baking texture functions whose values are known everywhere, and how the result is judged and written."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from galatea.backend.job import Job, JobCancelled
from galatea.backend.shading import display
from galatea.backend.shading.pbr import Material
from galatea.backend.texturing import bake, maps, picture, products, quality
from galatea.backend.texturing import mesh as texture_mesh
from galatea.backend.texturing.mesh import TextureMesh

SIZE = 128


def waves(position: torch.Tensor, normal: torch.Tensor) -> Material:
    """Smooth everywhere; bends the normal towards +X."""
    albedo = 0.5 + 0.3 * torch.sin(3.0 * position)
    bent = torch.nn.functional.normalize(normal + 0.3 * torch.tensor([1.0, 0.0, 0.0]), dim=1)
    return Material(albedo, 0.5 + 0.4 * position[:, 0].clamp(-1, 1), (position[:, 2] > 0).float(), bent)


def sphere(rings: int = 24, margin: float = 0.06) -> TextureMesh:
    """A UV sphere as two charts with rotated and mirrored layouts: seams everywhere around."""
    u, v = np.meshgrid(np.linspace(0, 1, 2 * rings + 1), np.linspace(0.02, 0.98, rings + 1), indexing="ij")
    angle, polar = 2 * np.pi * u, np.pi * v
    points = np.stack([np.sin(polar) * np.cos(angle), np.sin(polar) * np.sin(angle), -np.cos(polar)], -1)
    number = np.arange(u.size).reshape(u.shape)
    a, b, c, d = number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]
    quads = np.stack([a, b, c, d], -1).reshape(-1, 4)
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    points, uv = points.reshape(-1, 3), np.stack([u, v], -1).reshape(-1, 2)
    corner_uv = uv[triangles]
    west = corner_uv[..., 0].mean(1) < 0.5
    left = corner_uv[west] * (2 * (0.5 - 1.5 * margin), 1 - 2 * margin) + margin
    right = (corner_uv[~west] - (0.5, 0)) * (2 * (0.5 - 1.5 * margin), 1 - 2 * margin)
    right = right * (1, -1) + (0.5 + 0.5 * margin, 1 - margin)
    corner_uv = corner_uv.copy()
    corner_uv[west], corner_uv[~west] = left, right
    return texture_mesh.single(points, triangles, points[triangles], corner_uv)


@pytest.fixture(scope="module")
def ball() -> TextureMesh:
    return sphere()


@pytest.fixture(scope="module")
def baked(ball: TextureMesh) -> bake.Baked:
    return bake.bake_tile(ball, bake.tangent_frames(ball), 0, 1001, waves, SIZE)


def at_centroids(mesh: TextureMesh, values: np.ndarray) -> np.ndarray:
    """The map (H, W, C) read at every face's middle, (F, C)."""
    return quality._bilinear(values, bake.to_texels(mesh.corner_uv.mean(1), 1001, values.shape[0]))


def test_every_place_of_the_surface_has_its_own_color(ball: TextureMesh, baked: bake.Baked) -> None:
    position = torch.from_numpy(ball.vertices[ball.triangles].mean(1))
    truth = waves(position, torch.nn.functional.normalize(position, dim=1))
    found = at_centroids(ball, maps.decode(baked.maps.base_color))
    assert np.abs(found - truth.albedo.numpy()).max() < 0.01
    assert np.abs(at_centroids(ball, baked.maps.roughness[..., None])[:, 0] - truth.roughness.numpy()).max() < 0.01
    away = np.abs(position[:, 2].numpy()) > 0.1
    metallic = at_centroids(ball, baked.maps.metallic[..., None])[:, 0]
    assert np.array_equal(metallic[away].round(), truth.metallic.numpy()[away])


def test_tangent_space_normals_give_the_world_normals_back(ball: TextureMesh, baked: bake.Baked) -> None:
    """Through the frames at the faces' middles, on both charts, of which one is mirrored."""
    frames = bake.tangent_frames(ball)
    packed = 2 * at_centroids(ball, baked.maps.normal) - 1
    tangent, normal = frames.tangents[..., :3].mean(1), frames.normals.mean(1)
    bitangent = frames.tangents[:, 0, 3:] * np.cross(normal, tangent)
    world = packed[:, :1] * tangent + packed[:, 1:2] * bitangent + packed[:, 2:] * normal
    world /= np.linalg.norm(world, axis=1, keepdims=True)
    position = torch.from_numpy(ball.vertices[ball.triangles].mean(1))
    truth = waves(position, torch.nn.functional.normalize(position, dim=1)).normal.numpy()
    assert set(np.unique(frames.tangents[..., 3])) == {-1.0, 1.0}
    assert np.degrees(np.arccos(np.clip((world * truth).sum(1), -1, 1))).max() < 1.0


@pytest.mark.parametrize("scale", [(1, 1, 1), (2, 2, 2), (-1, 1, 1), (-1, -1, -1), (1, 2, 0.5)])
def test_an_unbent_normal_is_a_flat_map_under_any_scale(scale: tuple, ball: TextureMesh) -> None:
    """World normals come from object normals by the inverse transposed matrix; mirrored triangles are turned."""
    matrix = np.diag(np.array(scale, dtype=float))
    normals = ball.corner_normals @ np.linalg.inv(matrix)
    normals /= np.linalg.norm(normals, axis=2, keepdims=True)
    scaled = dataclasses.replace(
        ball, vertices=(ball.vertices @ matrix.T).astype(np.float32), corner_normals=normals.astype(np.float32),
        object_matrices=matrix[None],
    )  # fmt: skip
    if np.linalg.det(matrix) < 0:
        scaled = dataclasses.replace(
            scaled, triangles=scaled.triangles[:, ::-1], corner_uv=scaled.corner_uv[:, ::-1],
            corner_normals=scaled.corner_normals[:, ::-1],
        )  # fmt: skip
    frames, plain = bake.tangent_frames(scaled), bake.tangent_frames(ball)

    def smooth(position: torch.Tensor, normal: torch.Tensor) -> Material:
        return dataclasses.replace(waves(position, normal), normal=normal)

    flat = bake.bake_tile(scaled, frames, 0, 1001, smooth, 32, 1).maps.normal
    assert np.abs(flat - (0.5, 0.5, 1.0)).max() < 1e-3
    back = slice(None, None, -1 if np.linalg.det(matrix) < 0 else 1)
    assert np.allclose(frames.tangents[:, back], plain.tangents, atol=1e-4)


def test_seams_do_not_show(ball: TextureMesh, baked: bake.Baked) -> None:
    assert quality.seam_ratio(ball, {(0, 1001): baked.maps.base_color}) < 1.1


def test_seams_show_when_the_gutter_is_missing(ball: TextureMesh, baked: bake.Baked) -> None:
    """The measure is worth something: black around the charts, or charts of different brightness."""
    black = np.where(baked.covered[..., None], baked.maps.base_color, 0.0)
    inner = np.where(np.roll(baked.covered, 1, 0)[..., None] & baked.covered[..., None], black, 0.0)
    assert quality.seam_ratio(ball, {(0, 1001): inner}) > 1.5
    brighter = baked.maps.base_color.copy()
    brighter[:, SIZE // 2 :] = np.minimum(brighter[:, SIZE // 2 :] * 1.2, 1.0)
    assert quality.seam_ratio(ball, {(0, 1001): brighter}) > 1.5


def test_gutter_repeats_the_border_and_small_pictures_stay_clean(baked: bake.Baked) -> None:
    """Averaged down to a few texels, the map still has the surface's mean color: nothing of a background mixes in."""
    assert baked.covered.mean() < 0.95
    mean = baked.maps.base_color[baked.covered].mean(0)
    assert np.abs(baked.maps.base_color.mean((0, 1)) - mean).max() < 0.04
    length = np.linalg.norm(2 * baked.maps.normal - 1, axis=2)
    assert np.abs(length - 1).max() < 1e-3


def test_spread_takes_the_nearest_texel_then_means() -> None:
    values, covered = np.zeros((64, 64, 8), np.float32), np.zeros((64, 64), bool)
    values[20:24, 8:12], covered[20:24, 8:12] = 1.0, True
    values[20:24, 40:44], covered[20:24, 40:44] = 3.0, True
    result = bake.spread(values, covered, gutter=4)
    assert (result[20:24, 12:16] == 1.0).all() and (result[20:24, 36:40] == 3.0).all()
    assert result.min() >= 1.0 - 1e-5 and result.max() <= 3.0 + 1e-5
    assert 1.2 < result[60, 26, 0] < 2.8  # far away: something of both


def test_thin_faces_get_their_color_although_no_texel_has_its_centre_in_them() -> None:
    uv = np.array([[[0.0, 0.501], [1.0, 0.501], [1.0, 0.5005]]])
    points = np.array([[0, 0, 0], [1, 0, 0], [1, 0.01, 0]])
    mesh = texture_mesh.single(points, np.array([[0, 1, 2]]), np.tile([0.0, 0, 1], (1, 3, 1)), uv)
    result = bake.bake_tile(mesh, bake.tangent_frames(mesh), 0, 1001, waves, 16, 1)
    assert not result.covered.any()
    found = maps.decode(result.maps.base_color)[8, :, 0]
    truth = 0.5 + 0.3 * np.sin(3 * (np.arange(16) + 0.5) / 16)
    assert np.abs(found - truth).max() < 0.02


def test_only_painted_faces_change(ball: TextureMesh) -> None:
    """The rest is bit-identical, in charts and in their gutters; what is painted does not depend on the old map."""
    random = np.random.default_rng(0)
    old = maps.Maps(
        *(np.round(random.uniform(0, 1, shape) * 255).astype(np.float32) / np.float32(255)
          for shape in ((64, 64, 3), (64, 64), (64, 64), (64, 64, 3)))
    )  # fmt: skip
    half = dataclasses.replace(ball, painted=ball.vertices[ball.triangles].mean(1)[:, 2] > 0.2)
    result = bake.bake_tile(half, bake.tangent_frames(half), 0, 1001, waves, 999, 2, old)
    for name in maps.NAMES:
        assert np.array_equal(getattr(result.maps, name)[result.kept], getattr(old, name)[result.kept])
    rest = bake.rasterize(bake.to_texels(half.corner_uv[~half.painted], 1001, 64), (0, 64), 64)
    assert result.kept[rest.row, rest.column].all()
    painted = bake.rasterize(bake.to_texels(half.corner_uv[half.painted], 1001, 64), (0, 64), 64, margin=-0.1)
    assert not result.kept[painted.row, painted.column].any()
    fresh = bake.bake_tile(half, bake.tangent_frames(half), 0, 1001, waves, 64)
    assert np.array_equal(fresh.maps.base_color[~result.kept], result.maps.base_color[~result.kept])


def test_tiles_and_textures_are_baked_apart(ball: TextureMesh) -> None:
    """A face moved to another tile, or another texture, gets the same texels there."""
    frames = bake.tangent_frames(ball)
    moved = dataclasses.replace(ball, corner_uv=ball.corner_uv + np.float32([1, 1]), texture=ball.texture + 3)
    plain = bake.bake_tile(ball, frames, 0, 1001, waves, 32)
    other = bake.bake_tile(moved, frames, 3, 1012, waves, 32)
    assert np.allclose(plain.maps.base_color, other.maps.base_color, atol=1e-3)
    assert not bake.bake_tile(moved, frames, 0, 1012, waves, 32).covered.any()
    assert not bake.bake_tile(moved, frames, 3, 1001, waves, 32).covered.any()


def test_cancelling_stops_in_the_middle(ball: TextureMesh) -> None:
    def stop(fraction: float) -> None:
        if fraction > 0:
            raise JobCancelled

    with pytest.raises(JobCancelled):
        bake.bake_tile(ball, bake.tangent_frames(ball), 0, 1001, waves, 1024, 1, progress=stop)


@pytest.mark.parametrize("wavelength", [4, 16, 64])
def test_effective_resolution_follows_the_finest_structure(wavelength: int) -> None:
    """A sine needs a few texels for each wave, in whatever size of map it comes; noise needs them all."""
    x = np.arange(256)
    wave = np.repeat((0.5 + 0.4 * np.sin(2 * np.pi * x / wavelength))[None, :, None], 256, axis=0)
    found = quality.effective_resolution(wave, np.ones((256, 256), bool))
    assert 2.0 * 256 / wavelength <= found <= 8.0 * 256 / wavelength
    noise = np.random.default_rng(0).uniform(size=(256, 256, 3))
    assert quality.effective_resolution(noise, np.ones((256, 256), bool)) == 256


@pytest.mark.parametrize(("bits", "shape"), [(8, (33, 17, 3)), (8, (200, 5)), (16, (150, 9, 3)), (16, (4, 4))])
def test_png_keeps_every_number(bits: int, shape: tuple, tmp_path: Path) -> None:
    """Read back by pillow, which knows no 16-bit color: that one is read by its high bytes."""
    numbers = np.random.default_rng(1).integers(0, 2**bits, shape)
    picture.write_png(tmp_path / "a.png", numbers / (2**bits - 1), bits)
    with Image.open(tmp_path / "a.png") as image:
        found = np.array(image)
    if bits == 16 and len(shape) == 3:
        numbers = numbers >> 8
    assert np.array_equal(found, numbers)


def test_kept_texels_of_a_finer_map_are_not_rounded(tmp_path: Path) -> None:
    values = np.full((8, 8), 1234 / 65535, np.float32)
    some = maps.Maps(np.zeros((8, 8, 3), np.float32), values, values, np.full((8, 8, 3), 0.5, np.float32))
    for kept, mode in ((np.ones((8, 8), bool), "I;16"), (None, "L")):
        files = maps.write(some, tmp_path, 1001, "PNG", False, kept)
        with Image.open(tmp_path / files["roughness"]) as image:
            assert image.mode == mode and (mode == "L" or (np.array(image) == 1234).all())


@pytest.mark.parametrize(("density", "points"), [(10.0, 1), (30.0, 4), (math.inf, 4)])
def test_texels_finer_than_the_texture_are_asked_for_once(density: float, points: int, tmp_path: Path) -> None:
    """A square of 2 units on 64 texels: 32 along a unit. What is baked is the same."""
    corners = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], dtype=float)
    triangles = np.array([[0, 1, 2], [0, 2, 3]])
    up = np.broadcast_to([0.0, 0.0, 1.0], (2, 3, 3))
    square = texture_mesh.single(corners, triangles, up, 0.5 + 0.5 * corners[triangles][..., :2])
    assert products.share_finer(square, 64, 31.9) == 1.0 and products.share_finer(square, 64, 32.1) == 0.0
    asked = []

    def counted(position: torch.Tensor, normal: torch.Tensor) -> Material:
        asked.append(int((position[:, :2].abs() < 1.0).all(1).sum()))
        return waves(position, normal)

    job = Job(tmp_path)
    made = products.write_products(square, counted, job, 64, density=density)
    assert sum(asked) == points * 64**2
    x = (np.arange(64) + 0.5) / 32 - 1
    wanted = np.asarray(display.encode(torch.tensor(0.5 + 0.3 * np.sin(3.0 * x))))
    assert np.abs(made.baked[0, 1001].maps.base_color[..., 0] - wanted).max() < 0.01


def test_orm_holds_occlusion_roughness_and_metallic(tmp_path: Path) -> None:
    gray = np.full((4, 4), 0.2, np.float32)
    some = maps.Maps(np.ones((4, 4, 3), np.float32), gray, 3 * gray, np.full((4, 4, 3), 0.5, np.float32))
    files = maps.write(some, tmp_path, 1002, "PNG", True)
    assert files == {"base_color": "base_color.1002.png", "normal": "normal.1002.png", "orm": "orm.1002.png"}
    with Image.open(tmp_path / "orm.1002.png") as image:
        assert np.array_equal(np.array(image)[0, 0], [255, 51, 153])


def test_encoding_is_srgb() -> None:
    assert maps.encode(np.array([0.5]))[0] == pytest.approx(1.055 * 0.5 ** (1 / 2.4) - 0.055, abs=1e-6)
    assert np.allclose(maps.decode(maps.encode(np.linspace(0, 1, 99))), np.linspace(0, 1, 99), atol=1e-6)
    assert math.isclose(float(maps.encode(np.array([0.001]))[0]), 0.01292, rel_tol=1e-5)
