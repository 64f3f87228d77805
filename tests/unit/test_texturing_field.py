# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The material field: what a fit can change, and what must not follow."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import trimesh

from galatea.backend.shading import display
from galatea.backend.texturing import mesh as texture_mesh
from galatea.backend.texturing.appearance import CHANNELS, material_of, raw_of
from galatea.backend.texturing.field import NULL, Field
from galatea.backend.texturing.fit import remember
from galatea.backend.texturing.solid import smooth_points, solid_of, surface_points

from .texturing_shapes import ball, mesh_of


def learned(field, position, normal, albedo):
    """The field with a base colour (N, 3) given to points."""
    count = len(position)
    raw = raw_of(albedo, torch.full((count,), 0.5), torch.zeros(count))
    remember(field, position, normal, raw, torch.Generator().manual_seed(0), lambda part: None)
    return field


def test_raw_numbers_come_back_as_the_material_they_were_made_of():
    albedo = torch.tensor([[0.02, 0.2, 0.9], [0.5, 0.04, 0.3]])
    roughness, metallic = torch.tensor([0.1, 0.9]), torch.tensor([0.05, 0.95])
    normal = torch.nn.functional.normalize(torch.randn(2, 3), dim=-1)
    material = material_of(raw_of(albedo, roughness, metallic), normal)
    assert torch.allclose(material.albedo, albedo, atol=1e-4)
    assert torch.allclose(material.roughness, roughness, atol=1e-4)
    assert torch.allclose(material.metallic, metallic, atol=1e-4)
    assert torch.allclose(material.normal, normal, atol=1e-5)


def test_any_raw_numbers_are_a_possible_material():
    material = material_of(100.0 * torch.randn(200, CHANNELS), torch.tensor((0.0, 0.0, 1.0)).expand(200, 3))
    for values in (material.albedo, material.roughness, material.metallic):
        assert values.min() >= 0.0 and values.max() <= 1.0
    assert torch.allclose(material.normal.norm(dim=-1), torch.ones(200), atol=1e-5)
    assert material.normal[:, 2].min() > 0.0, "a bump never turns a surface around"


@pytest.mark.parametrize("subdivisions", [0, 3])
def test_every_point_of_the_surface_has_its_nodes(subdivisions):
    solid = ball(subdivisions)
    field = Field(solid, 128)
    field.table.data[1:] = 1.0
    raw = field.raw(*smooth_points(solid, 3000, 5)) - field.start
    # Nodes that do not exist count as zero, so the sum would be smaller. A far corner of a cell that the surface just
    # touches may be missing.
    assert raw.min() > 0.99 * raw.max()
    assert (field.table[NULL] == 0).all()


def test_a_symmetric_field_is_a_mirror_image():
    solid = ball()
    field = Field(solid, 32, symmetric=True)
    torch.nn.init.normal_(field.table.data[1:])
    position, normal = surface_points(solid, 500, 1)
    mirror = torch.tensor((-1.0, 1.0, 1.0))
    one, other = field(position, normal), field(position * mirror, normal * mirror)
    assert torch.allclose(one.albedo, other.albedo, atol=1e-5)
    assert torch.allclose(one.normal * mirror, other.normal, atol=1e-4), "bumps are mirrored, too"
    assert one.albedo.std() > 0.01


def test_the_two_sides_of_a_sheet_are_different_places():
    sheet = trimesh.creation.box((2.0, 2.0, 0.01))
    for _ in range(4):
        sheet = sheet.subdivide()
    solid = solid_of(mesh_of(trimesh.Trimesh(sheet.vertices, sheet.faces)))
    position, normal = surface_points(solid, 20_000, 0)
    top = normal[:, 2:] > 0.5
    red, blue = torch.tensor((0.7, 0.05, 0.05)), torch.tensor((0.05, 0.05, 0.7))
    field = learned(Field(solid, 128), position, normal, torch.where(top, red, blue))
    with torch.no_grad():
        found = field(position, normal).albedo
    wrong = (display.encode(found) - display.encode(torch.where(top, red, blue))).abs().mean()
    assert wrong < 0.03


@pytest.mark.parametrize(
    "shape", [trimesh.creation.icosphere(1), trimesh.creation.capsule(1.6, 0.04, count=(12, 12))], ids=("ball", "leg")
)
def test_the_facets_of_a_flat_shaded_mesh_agree_along_their_edges(shape):
    """The material at the middle of an edge, as each of its two faces sees it, with its own normal."""
    flat = np.repeat(shape.face_normals[:, None], 3, axis=1)
    field = Field(solid_of(texture_mesh.single(shape.vertices, shape.faces, flat, None)), 64)
    torch.nn.init.normal_(field.table.data[1:])
    middle = torch.tensor(shape.vertices[shape.face_adjacency_edges].mean(1), dtype=torch.float32)
    normals = torch.tensor(shape.face_normals[shape.face_adjacency], dtype=torch.float32)
    with torch.no_grad():
        one, other = field.raw(middle, normals[:, 0]), field.raw(middle, normals[:, 1])
    assert (one - other).abs().mean() < 0.005 * one.std(0).mean(), "looked up along their own normals: 0.06"


def test_what_was_never_seen_continues_its_surroundings():
    solid = ball()
    position, normal = surface_points(solid, 30_000, 0)
    seen = position[:, 2] > -0.7
    albedo = torch.tensor((0.6, 0.3, 0.1)).expand(len(position), 3)
    field = learned(Field(solid, 64), position[seen], normal[seen], albedo[seen])
    with torch.no_grad():
        hidden = field(position[~seen], normal[~seen]).albedo
    difference = (display.encode(hidden) - display.encode(albedo[~seen])).abs().mean(1)
    assert float(difference.median()) < 0.12, "grey would be at 0.2"


def test_a_finer_grid_changes_nothing_until_it_learns():
    solid = ball()
    field = Field(solid, 32)
    torch.nn.init.normal_(field.table.data[1:])
    position, normal = smooth_points(solid, 500, 1)
    before = field.raw(position, normal)
    field.refine(solid)
    assert field.resolutions[-1] == 64 and torch.allclose(field.raw(position, normal), before, atol=1e-6)
    field.table.data[slice(*field.level_rows[-1])] = 1.0
    assert (field.raw(position, normal) - before).abs().min() > 0.01


@pytest.mark.parametrize("count", [50, 5000])
def test_surface_points_are_even(count):
    position, normal = surface_points(ball(), count, 3)
    assert torch.allclose(position.mean(0), torch.zeros(3), atol=4.0 / math.sqrt(count) * 0.5)
    assert ((position * normal).sum(-1) > 0.9).all(), "on the sphere, with normals that point outwards"
