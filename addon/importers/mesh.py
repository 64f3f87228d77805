# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A reconstructed mesh on the disk -> an object with its colors at the vertices and a material that shows them."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np

from .. import compat

COLORS = "Color"


def create(context: bpy.types.Context, path: Path, name: str) -> bpy.types.Object:
    """A new object in the active collection, from ``mesh.npz``.

    Its arrays are vertices (V, 3), triangles (F, 3) and linear colours (V, 3). All or nothing: what was made is
    removed when a part of it fails.
    """
    with np.load(path, allow_pickle=False) as data:
        vertices, triangles, colours = data["vertices"], data["triangles"], data["colours"]
    mesh = bpy.data.meshes.new(name)
    try:
        mesh.vertices.add(len(vertices))
        mesh.vertices.foreach_set("co", vertices.astype(np.float32).ravel())
        mesh.loops.add(triangles.size)
        mesh.loops.foreach_set("vertex_index", triangles.astype(np.int32).ravel())
        mesh.polygons.add(len(triangles))
        mesh.polygons.foreach_set("loop_start", np.arange(0, triangles.size, 3, dtype=np.int32))
        mesh.polygons.foreach_set("use_smooth", np.ones(len(triangles), dtype=bool))
        mesh.update(calc_edges=True)
        rgba = np.ones((len(vertices), 4), dtype=np.float32)
        rgba[:, :3] = colours
        mesh.color_attributes.new(COLORS, "FLOAT_COLOR", "POINT").data.foreach_set("color", rgba.ravel())
        mesh.validate()
        mesh.materials.append(material(name))
        item = bpy.data.objects.new(name, mesh)
        context.collection.objects.link(item)
    except Exception:
        bpy.data.meshes.remove(mesh)
        raise
    return item


def material(name: str) -> bpy.types.Material:
    """A plain material whose base color is that of the vertices."""
    made = bpy.data.materials.new(name)
    tree = compat.enable_nodes(made)
    nodes, links = tree.nodes, tree.links
    colors = nodes.new("ShaderNodeVertexColor")
    colors.layer_name = COLORS
    colors.location = (-250, 300)
    surface = next(node for node in nodes if node.type == "BSDF_PRINCIPLED")
    surface.inputs["Roughness"].default_value = 0.7
    links.new(colors.outputs["Color"], surface.inputs["Base Color"])
    return made
