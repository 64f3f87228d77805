# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gaussian splats in Blender: a point for each, drawn as a soft ellipsoid by geometry nodes; in from and out to .ply.

The points are an ordinary mesh without faces: select, move and delete them in Edit Mode. What belongs to a
splat are attributes of its point: scale, rotation (w x y z), opacity, and the color that it has from everywhere;
harmonics of higher degree, which change it with the view, are kept as attributes and not drawn.
"""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np

from ..backend.splats import dot_splat, ply
from ..backend.splats.ply import Table
from . import compat, jobs, recipe, reconstruct, targets, version
from .export.picture import encode
from .importers import mesh as mesh_import

KEY = "galatea_splats"
"""Custom property of the object: number of harmonics."""
TREE = "Galatea Splats"
RADIUS = 2.0
"""Standard deviations at which the drawn ellipsoid ends."""
CONSTANT = 0.28209479177387814
"""Value of the first spherical harmonic."""


def bring(context: bpy.types.Context, path: Path) -> bpy.types.Object:
    """A new object from a file. Raises JobError for files that hold no splats."""
    return add(context, (dot_splat if path.suffix.lower() == ".splat" else ply).read(path), path.stem)


def add(context: bpy.types.Context, table: Table, name: str) -> bpy.types.Object:
    """A new object of splats, selected."""
    mesh = bpy.data.meshes.new(name)
    mesh.vertices.add(len(table.position))
    mesh.vertices.foreach_set("co", table.position.ravel())
    color = np.clip(CONSTANT * table.harmonics[:, 0] + 0.5, 0, 1)
    store(mesh, "scale", "FLOAT_VECTOR", "vector", table.scale)
    store(mesh, "rotation", "QUATERNION", "value", table.rotation)
    store(mesh, "opacity", "FLOAT", "value", table.opacity)
    store(mesh, "color", "FLOAT_COLOR", "color", np.concatenate([decode(color), np.ones((len(color), 1))], axis=1))
    for index in range(1, table.harmonics.shape[1]):
        store(mesh, f"harmonic_{index}", "FLOAT_VECTOR", "vector", table.harmonics[:, index])
    mesh.update()
    item = bpy.data.objects.new(name, mesh)
    item[KEY] = table.harmonics.shape[1]
    mesh.materials.append(material())
    context.collection.objects.link(item)
    item.modifiers.new("Splats", "NODES").node_group = node_tree(mesh.materials[0])
    for other in context.selected_objects:
        other.select_set(False)
    item.select_set(True)
    context.view_layer.objects.active = item
    return item


def is_splats(item: bpy.types.Object | None) -> bool:
    return item is not None and item.type == "MESH" and KEY in item


def table_of(item: bpy.types.Object) -> Table:
    """The object's points as splats, in its own space."""
    mesh = item.data
    position = np.empty(len(mesh.vertices) * 3, np.float32)
    mesh.vertices.foreach_get("co", position)
    color = encode(values(mesh, "color", "color", 4)[:, :3])
    rest = [values(mesh, f"harmonic_{index}", "vector", 3) for index in range(1, item[KEY])]
    return Table(
        position=position.reshape(-1, 3),
        scale=values(mesh, "scale", "vector", 3),
        rotation=values(mesh, "rotation", "value", 4),
        opacity=values(mesh, "opacity", "value", 1)[:, 0],
        harmonics=np.stack([(color - 0.5) / CONSTANT, *rest], axis=1).astype(np.float32),
    )


def save(item: bpy.types.Object, path: Path) -> None:
    """Write the object's splats; its transform is not applied."""
    (dot_splat if path.suffix.lower() == ".splat" else ply).write(table_of(item), path)


def create_job(queue: jobs.Queue, item: bpy.types.Object, params: dict) -> jobs.Job:
    """A job, not yet submitted, that makes a mesh of splats. ``params``: fields of the backend's ``SplatsParams``."""
    count = len(item.data.vertices)
    target = targets.describe([item], [count], [{"object": item.name, "vertices": count}])
    job = queue.create("splats", f"Mesh of {item.name}", params, target)
    save(item, job.inputs / "splats.ply")
    return job


def import_result(job: jobs.Job, report: dict) -> bpy.types.Object:
    """The mesh as a new object, where the splats are."""
    (source,) = targets.found_objects(job.target)
    with targets.window_with(source) as context:
        if context.mode != "OBJECT":
            raise targets.ImportProblem("Leave the present mode first: results are applied in Object Mode.")
        item = mesh_import.create(context, job.output("mesh"), f"{source.name} Mesh")
        item.matrix_world = source.matrix_world
        recipe.store(item, recipe.make("splats", job.params, version.current(), job.target["inputs"], report))
        context.view_layer.update()
        targets.select_only(context, item)
    return item


def create_fit_job(queue: jobs.Queue, context: bpy.types.Context, params: dict) -> jobs.Job:
    """A job that fits splats to pictures, not yet submitted. ``params``: fields of the backend's FitSplatsParams."""
    folder = Path(params["folder"])
    job = queue.create("fit_splats", f"Splats of {folder.name}", params, {"objects": []})
    if params["cameras"] == "scene":
        reconstruct.write_cameras(context, folder, job.inputs)
    return job


def import_fitted(job: jobs.Job, report: dict) -> bpy.types.Object:
    """Add fitted splats to the scene, selected. The caller makes it an undo step."""
    with targets.any_window() as context:
        if context.mode != "OBJECT":
            raise targets.ImportProblem("Leave the present mode first: results are applied in Object Mode.")
        item = add(context, ply.read(job.output("splats")), f"{Path(job.params['folder']).name} Splats")
        recipe.store(item, recipe.make("fit_splats", job.params, version.current(), [], report))
    return item


def store(mesh: bpy.types.Mesh, name: str, kind: str, field: str, data: np.ndarray) -> None:
    mesh.attributes.new(name, kind, "POINT").data.foreach_set(field, np.ascontiguousarray(data, np.float32).ravel())


def values(mesh: bpy.types.Mesh, name: str, field: str, width: int) -> np.ndarray:
    result = np.empty(len(mesh.vertices) * width, np.float32)
    mesh.attributes[name].data.foreach_get(field, result)
    return result.reshape(-1, width)


def decode(encoded: np.ndarray) -> np.ndarray:
    """Display-encoded sRGB -> linear Rec.709 (IEC 61966-2-1)."""
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def node_tree(look: bpy.types.Material) -> bpy.types.NodeTree:
    """An ellipsoid on each point; one tree serves all objects."""
    tree = bpy.data.node_groups.get(TREE)
    if tree is not None:
        return tree
    tree = bpy.data.node_groups.new(TREE, "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="INPUT", socket_type="NodeSocketGeometry")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    new, link = tree.nodes.new, tree.links.new
    source, target = new("NodeGroupInput"), new("NodeGroupOutput")
    ball = new("GeometryNodeMeshIcoSphere")
    ball.inputs["Radius"].default_value = RADIUS
    ball.inputs["Subdivisions"].default_value = 2
    smooth, paint = new("GeometryNodeSetShadeSmooth"), new("GeometryNodeSetMaterial")
    paint.inputs["Material"].default_value = look
    scale, rotation = attribute(tree, "scale", "FLOAT_VECTOR"), attribute(tree, "rotation", "QUATERNION")
    place = new("GeometryNodeInstanceOnPoints")
    link(ball.outputs["Mesh"], smooth.inputs[0])
    link(smooth.outputs[0], paint.inputs["Geometry"])
    link(source.outputs[0], place.inputs["Points"])
    link(paint.outputs["Geometry"], place.inputs["Instance"])
    link(rotation, place.inputs["Rotation"])
    link(scale, place.inputs["Scale"])
    link(place.outputs["Instances"], target.inputs[0])
    for column, node in enumerate((source, ball, smooth, paint, place, target)):
        node.location.x = 200 * column
    return tree


def attribute(tree: bpy.types.NodeTree, name: str, kind: str) -> bpy.types.NodeSocket:
    """The output of a node that reads a point's attribute."""
    node = tree.nodes.new("GeometryNodeInputNamedAttribute")
    node.data_type = kind
    node.inputs["Name"].default_value = name
    node.location = (600, -200 - 150 * len(tree.nodes))
    return next(socket for socket in node.outputs if socket.name == "Attribute" and socket.enabled)


def material() -> bpy.types.Material:
    """Glows in the splat's color, as transparent as a Gaussian towards the rim; one for all objects."""
    made = bpy.data.materials.get(TREE)
    if made is not None:
        return made
    made = bpy.data.materials.new(TREE)
    made.surface_render_method = "BLENDED"
    tree = compat.enable_nodes(made)
    tree.nodes.clear()
    new, link = tree.nodes.new, tree.links.new
    color, opacity = instance_value(tree, "color", "Color"), instance_value(tree, "opacity", "Fac")
    facing, back = new("ShaderNodeLayerWeight"), new("ShaderNodeNewGeometry")
    # Seen from the middle the ray passes the center, at the rim it passes at RADIUS deviations: r^2 = 1 - cos^2.
    cosine = number(tree, "SUBTRACT", 1.0, facing.outputs["Facing"])
    distance = number(tree, "SUBTRACT", 1.0, number(tree, "MULTIPLY", cosine, cosine))
    falloff = number(tree, "EXPONENT", number(tree, "MULTIPLY", distance, -0.5 * RADIUS**2))
    alpha = number(tree, "MULTIPLY", number(tree, "MULTIPLY", falloff, opacity),
                   number(tree, "SUBTRACT", 1.0, back.outputs["Backfacing"]))  # fmt: skip
    glow, clear, mix = new("ShaderNodeEmission"), new("ShaderNodeBsdfTransparent"), new("ShaderNodeMixShader")
    output = new("ShaderNodeOutputMaterial")
    link(color, glow.inputs["Color"])
    link(alpha, mix.inputs[0])
    link(clear.outputs[0], mix.inputs[1])
    link(glow.outputs[0], mix.inputs[2])
    link(mix.outputs[0], output.inputs["Surface"])
    return made


def instance_value(tree: bpy.types.NodeTree, name: str, output: str) -> bpy.types.NodeSocket:
    node = tree.nodes.new("ShaderNodeAttribute")
    node.attribute_type, node.attribute_name = "INSTANCER", name
    return node.outputs[output]


def number(tree: bpy.types.NodeTree, operation: str, *inputs: float | bpy.types.NodeSocket) -> bpy.types.NodeSocket:
    """The result of a Math node."""
    node = tree.nodes.new("ShaderNodeMath")
    node.operation = operation
    for socket, value in zip(node.inputs, inputs):
        if isinstance(value, bpy.types.NodeSocket):
            tree.links.new(value, socket)
        else:
            socket.default_value = value
    return node.outputs[0]
