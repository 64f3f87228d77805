# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture of a rig: the mesh, the skeleton inside it, and a bent pose coloured by skin weights.

Rendered by Cycles on the CPU, because Workbench and EEVEE need a GPU or a display. Everything is built from copies in a
scene of its own, at a size of one unit, so it looks the same for a mouse in millimetres and a whale in inches.
"""

from __future__ import annotations

import colorsys
import contextlib
import math
from collections.abc import Iterator
from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix, Vector

from . import compat, test_motion
from .export.mesh import surface

TILE = (640, 560)
SAMPLES = (8, 128)
"""Fewest and most per pixel. What lies in the shade sees little of the sky, and few samples of that are speckles."""
NOISE = 0.02
"""At which a pixel is good enough."""
BACKGROUND = np.array([[0.86, 0.88, 0.91], [0.62, 0.66, 0.72]])
"""Display colours at the top and the bottom of the picture."""
CLAY = (0.78, 0.74, 0.70)
SKELETON_OPACITY = 0.92
VIEW = Vector((0.80, -0.55, 0.28)).normalized()
"""Towards the camera, in the armature's axes: from the left, a little from the front and above."""
KEY_LIGHT = (0.75, -0.65, 1.1)
"""Towards the light."""
MOMENT, STRENGTH = 0.08, 1.35
"""Of the test motion: legs apart and one of each pair lifted."""


def render(context: bpy.types.Context, armature: bpy.types.Object, meshes: list[bpy.types.Object], path: Path) -> None:
    """Write the picture as PNG. The scene is left as it was."""
    scene = bpy.data.scenes.new("Galatea Preview")
    before = {kind: set(getattr(bpy.data, kind)) for kind in KINDS}
    try:
        # An action may move the mesh at this very frame, and the skeleton is drawn at rest.
        with showing(context, armature, "REST"):
            fit = normalisation(context, armature, meshes)
            rest = [copy_of(context, item, fit) for item in meshes]
        bent = bent_copies(context, armature, meshes, fit)
        set_up(scene, rest + bent)
        folder = path.parent
        floor = min(points_of(rest + bent)[:, 2].min(), 0.0)
        rest_shadow, bent_shadow = (shadow(scene.camera, subjects, floor) for subjects in (rest, bent))
        for item in rest:
            scene.collection.objects.link(item)
        plain = shot(scene, folder)
        for item in rest:
            use_material(item, material("Clay", color=CLAY))
        clay = shot(scene, folder)
        for item in rest:
            scene.collection.objects.unlink(item)
        bones = skeleton_object(armature, fit)
        scene.collection.objects.link(bones)
        skeleton = shot(scene, folder)
        scene.collection.objects.unlink(bones)
        for item in bent:
            scene.collection.objects.link(item)
        weights = shot(scene, folder)
    finally:
        bpy.data.scenes.remove(scene)
        for kind in KINDS:
            for datablock in set(getattr(bpy.data, kind)) - before[kind]:
                getattr(bpy.data, kind).remove(datablock)
    ground = background() * (1 - rest_shadow)
    inside = over(over(ground, clay), skeleton * SKELETON_OPACITY)
    posed = over(background() * (1 - bent_shadow), weights)
    save(np.concatenate([over(ground, plain), inside, posed], axis=1), path)


KINDS = ("objects", "meshes", "materials", "lights", "cameras", "worlds", "images")
"""Datablocks that the preview makes and removes."""


# Copies


def normalisation(context: bpy.types.Context, armature: bpy.types.Object, meshes: list[bpy.types.Object]) -> Matrix:
    """World -> the armature's axes, feet on z = 0, centred, largest extent 1."""
    to_armature = armature.matrix_world.inverted()
    depsgraph = context.evaluated_depsgraph_get()
    corners = [
        to_armature @ item.matrix_world @ Vector(corner)
        for item in meshes
        for corner in item.evaluated_get(depsgraph).bound_box
    ]
    low = Vector([min(axis) for axis in zip(*corners)])
    high = Vector([max(axis) for axis in zip(*corners)])
    scale = 1 / max(high - low)
    ground = Vector(((low.x + high.x) / 2, (low.y + high.y) / 2, low.z))
    return Matrix.Scale(scale, 4) @ Matrix.Translation(-ground) @ to_armature


@contextlib.contextmanager
def showing(context: bpy.types.Context, armature: bpy.types.Object, position: str) -> Iterator[None]:
    """While it lasts the armature shows its rest ("REST") or its pose ("POSE")."""
    before = armature.data.pose_position
    armature.data.pose_position = position
    context.view_layer.update()
    try:
        yield
    finally:
        armature.data.pose_position = before
        context.view_layer.update()


def copy_of(context: bpy.types.Context, item: bpy.types.Object, fit: Matrix) -> bpy.types.Object:
    """The object as it is seen now, as a mesh of its own, normalised."""
    depsgraph = context.evaluated_depsgraph_get()
    evaluated = item.evaluated_get(depsgraph)
    mesh = bpy.data.meshes.new_from_object(evaluated, preserve_all_data_layers=True, depsgraph=depsgraph)
    matrix = fit @ item.matrix_world
    mesh.transform(matrix)
    if matrix.is_negative:
        mesh.flip_normals()
    return bpy.data.objects.new(f"{item.name} Preview", mesh)


def bent_copies(
    context: bpy.types.Context, armature: bpy.types.Object, meshes: list[bpy.types.Object], fit: Matrix
) -> list[bpy.types.Object]:
    """The meshes in a pose of the test motion, coloured by their weights."""
    pose = {bone.name: bone.matrix_basis.copy() for bone in armature.pose.bones}
    action = armature.animation_data.action if armature.animation_data else None
    slot = compat.action_slot(armature)
    if action is not None:
        compat.assign_action(armature, None)
    test_motion.set_pose(armature, MOMENT, STRENGTH)
    with showing(context, armature, "POSE"):
        copies = [copy_of(context, item, fit) for item in meshes]
    for bone in armature.pose.bones:
        bone.matrix_basis = pose[bone.name]
    if action is not None:
        compat.assign_action(armature, action, slot)
    context.view_layer.update()
    colours = bone_colours(armature.data)
    for item, copy in zip(meshes, copies, strict=True):
        colour_by_weights(copy, [group.name for group in item.vertex_groups], colours)
        use_material(copy, material("Weights", attribute="Weights"))
    return copies


def bone_colours(armature: bpy.types.Armature) -> dict[str, tuple[float, float, float]]:
    """A linear colour for each bone, neighbours along a chain far apart: hue walks by the golden ratio."""
    return {
        bone.name: colorsys.hsv_to_rgb(0.61803 * index % 1.0, (0.80, 0.62)[index % 2], (0.80, 0.95)[index // 2 % 2])
        for index, bone in enumerate(bone for bone in armature.bones if bone.use_deform)
    }


def colour_by_weights(item: bpy.types.Object, groups: list[str], colours: dict) -> None:
    """Each vertex gets the mixture of its bones' colours; grey where it has none."""
    mesh = item.data
    table = np.array([colours.get(name, (0, 0, 0)) for name in groups] or [(0, 0, 0)])
    known = np.array([float(name in colours) for name in groups] or [0.0])
    result = np.zeros((len(mesh.vertices), 4), dtype=np.float32)
    for vertex in mesh.vertices:
        for element in vertex.groups:
            weight = element.weight * known[element.group]
            result[vertex.index, :3] += weight * table[element.group]
            result[vertex.index, 3] += weight
    total = result[:, 3:]
    result[:, :3] = np.where(total > 0, result[:, :3] / np.maximum(total, 1e-6), 0.2)
    result[:, 3] = 1
    attribute = mesh.color_attributes.new("Weights", "FLOAT_COLOR", "POINT")
    attribute.data.foreach_set("color", result.ravel())


def skeleton_object(armature: bpy.types.Object, fit: Matrix) -> bpy.types.Object:
    """Deforming bones as octahedra, joints as small balls, light enough to stand out before the body."""
    to_picture = np.array(fit @ armature.matrix_world)
    vertices, faces, slots, joints = [], [], [], []
    colours = bone_colours(armature.data)
    shape = np.array([[0, 0, 0], [1, 0.1, 1], [-1, 0.1, 1], [-1, 0.1, -1], [1, 0.1, -1], [0, 1, 0]], dtype=float)
    sides = [(0, 1, 2), (0, 2, 3), (0, 3, 4), (0, 4, 1), (5, 2, 1), (5, 3, 2), (5, 4, 3), (5, 1, 4)]
    circle = [(0.866 * math.cos(angle), 0.866 * math.sin(angle)) for angle in np.arange(6) * math.pi / 3]
    ball = np.array([(0, 0, 1), *((x, y, 0.5) for x, y in circle), *((x, y, -0.5) for x, y in circle), (0, 0, -1)])
    rings = [(0, 1 + i, 1 + (i + 1) % 6) for i in range(6)]
    rings += [(1 + i, 7 + i, 7 + (i + 1) % 6, 1 + (i + 1) % 6) for i in range(6)]
    rings += [(13, 7 + (i + 1) % 6, 7 + i) for i in range(6)]

    def place(points: np.ndarray, polygons: list[tuple], slot: int) -> None:
        start = sum(len(block) for block in vertices)
        vertices.append(points @ to_picture[:3, :3].T + to_picture[:3, 3])
        faces.extend(tuple(start + index for index in polygon) for polygon in polygons)
        slots.extend([slot] * len(polygons))

    scale = fit.median_scale * armature.matrix_world.median_scale
    for slot, name in enumerate(colours):
        bone = armature.data.bones[name]
        axes = np.array(bone.matrix_local.to_3x3())
        width = min(max(bone.length * 0.11, 0.005 / scale), 0.022 / scale)
        place((shape * (width, bone.length, width)) @ axes.T + np.array(bone.head_local), sides, slot)
        for joint in (bone.head_local, bone.tail_local):
            # Two balls in one place shade each other black, wherever rays cannot tell their surfaces apart.
            if any((joint - other).length < 1e-3 / scale for other in joints):
                continue
            joints.append(joint)
            place(ball * min(width * 0.9, 0.011 / scale) + np.array(joint), rings, slot)
    mesh = bpy.data.meshes.new("Skeleton Preview")
    mesh.from_pydata(np.concatenate(vertices).tolist(), [], faces)
    for colour in colours.values():
        mesh.materials.append(material("Bone", color=colour))
    mesh.polygons.foreach_set("material_index", slots)
    return bpy.data.objects.new("Skeleton Preview", mesh)


def material(name: str, color: tuple = (), attribute: str = "") -> bpy.types.Material:
    """A matt material of one colour, or of a colour attribute."""
    result = bpy.data.materials.new(name)
    tree = compat.enable_nodes(result)
    shader = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Roughness"].default_value = 0.65
    if attribute:
        source = tree.nodes.new("ShaderNodeVertexColor")
        source.layer_name = attribute
        tree.links.new(source.outputs["Color"], shader.inputs["Base Color"])
    else:
        shader.inputs["Base Color"].default_value = (*color, 1)
    return result


def use_material(item: bpy.types.Object, one: bpy.types.Material) -> None:
    """This material on every face."""
    item.data.materials.clear()
    item.data.materials.append(one)
    item.data.polygons.foreach_set("material_index", [0] * len(item.data.polygons))


# Pictures


def set_up(
    scene: bpy.types.Scene,
    subjects: list[bpy.types.Object],
    tile: tuple[int, int] | None = None,
    samples: tuple[int, int] | None = None,
) -> None:
    """Camera, light and render settings; TILE and SAMPLES if nothing else is asked for."""
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.adaptive_min_samples, scene.cycles.samples = samples or SAMPLES
    scene.cycles.use_adaptive_sampling, scene.cycles.adaptive_threshold = True, NOISE
    scene.cycles.use_denoising = False
    scene.cycles.max_bounces = 3
    scene.render.resolution_x, scene.render.resolution_y = tile or TILE
    scene.render.resolution_percentage = 100
    scene.render.film_transparent = True
    scene.render.image_settings.file_format, scene.render.image_settings.color_mode = "PNG", "RGBA"
    scene.view_settings.view_transform = "Standard"
    world = bpy.data.worlds.new("Preview")
    node = next(node for node in compat.enable_nodes(world).nodes if node.type == "BACKGROUND")
    node.inputs["Color"].default_value = (0.85, 0.92, 1.0, 1)
    node.inputs["Strength"].default_value = 0.5
    scene.world = world
    # One light: a second one is picked at random per sample, which shows as speckles at this number of samples.
    add_sun(scene, KEY_LIGHT, 2.3, 3)
    add_camera(scene, subjects)


def add_sun(scene: bpy.types.Scene, towards: tuple, strength: float, softness: float) -> None:
    """A sun; ``softness`` is its angle in degrees."""
    light = bpy.data.lights.new("Preview", "SUN")
    light.energy, light.angle = strength, math.radians(softness)
    item = bpy.data.objects.new("Preview Light", light)
    item.matrix_world = Vector(towards).to_track_quat("Z", "Y").to_matrix().to_4x4()
    scene.collection.objects.link(item)


def points_of(subjects: list[bpy.types.Object]) -> np.ndarray:
    """All vertices (N, 3)."""
    blocks = []
    for item in subjects:
        block = np.empty(len(item.data.vertices) * 3, dtype=np.float32)
        item.data.vertices.foreach_get("co", block)
        blocks.append(block.reshape(-1, 3))
    return np.concatenate(blocks)


def add_camera(scene: bpy.types.Scene, subjects: list[bpy.types.Object]) -> None:
    """The nearest place on the line of sight from which everything is seen, with a margin."""
    camera = bpy.data.cameras.new("Preview")
    camera.lens, camera.sensor_fit, camera.sensor_width = 85, "HORIZONTAL", 36
    rotation = VIEW.to_track_quat("Z", "Y").to_matrix()
    points = points_of(subjects) @ np.array(rotation)  # camera axes: x right, y up, z towards the camera
    centre = (points.min(0) + points.max(0)) / 2
    points = points - centre
    tangent = (
        np.array([1, scene.render.resolution_y / scene.render.resolution_x])
        * camera.sensor_width
        / 2
        / camera.lens
        * 0.88
    )
    distance = float((np.abs(points[:, :2]) / tangent + points[:, 2:]).max())
    item = bpy.data.objects.new("Preview", camera)
    place = rotation @ (Vector(centre) + Vector((0, 0, distance)))
    item.matrix_world = Matrix.Translation(place) @ rotation.to_4x4()
    scene.collection.objects.link(item)
    scene.camera = item


def shot(scene: bpy.types.Scene, folder: Path) -> np.ndarray:
    """Render: (H, W, 4) float32, first row at the bottom, display colours with the alpha multiplied in."""
    path = folder / ".preview-part.png"
    scene.render.filepath = str(path)
    bpy.ops.render.render(scene=scene.name, write_still=True)
    image = bpy.data.images.load(str(path))
    image.colorspace_settings.name = "Non-Color"
    width, height = image.size
    pixels = np.empty(width * height * 4, dtype=np.float32)
    image.pixels.foreach_get(pixels)
    path.unlink()
    pixels = pixels.reshape(height, width, 4)
    pixels[..., :3] *= pixels[..., 3:]  # PNG stores colours without the alpha
    return pixels


def shadow(camera: bpy.types.Object, subjects: list[bpy.types.Object], floor: float) -> np.ndarray:
    """How much of the ground's light is taken away, (H, W, 4) with the last channel 0.

    Points of the surface thrown onto the ground and blurred, the more the higher they are: a shadow catcher in Cycles
    takes ten times as long as the animal itself.
    """
    random = np.random.default_rng(0)
    light = np.array(KEY_LIGHT) / KEY_LIGHT[2]
    rotation, location = np.array(camera.matrix_world.to_3x3()), np.array(camera.matrix_world.translation)
    lens = camera.data.lens / camera.data.sensor_width
    dark = np.zeros((TILE[1], TILE[0]))
    corners = np.concatenate([triangle_corners(item.data) for item in subjects])
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    count = 60_000
    chosen = corners[random.choice(len(corners), count, p=area / area.sum())]
    weights = random.dirichlet((1, 1, 1), count)
    points = np.einsum("nij,ni->nj", chosen, weights)
    height = points[:, 2] - floor
    thrown = points - height[:, None] * light
    seen = (thrown - location) @ rotation
    pixels = seen[:, :2] / -seen[:, 2:] * lens * TILE[0] + np.array(TILE) / 2
    columns, rows = np.floor(pixels).astype(int).T
    inside = (columns >= 0) & (columns < TILE[0]) & (rows >= 0) & (rows < TILE[1])
    for low, high, radius in ((0, 0.12, 4), (0.12, 0.4, 9), (0.4, 9, 15)):
        layer = inside & (height >= low) & (height < high)
        hits = np.zeros_like(dark)
        np.add.at(hits, (rows[layer], columns[layer]), 1.0)
        # Points in a pixel -> part of it that is covered, with the density that a unit of surface has on average.
        dark = np.maximum(dark, 1 - np.exp(-blurred(hits, radius) * 4))
    result = np.zeros((TILE[1], TILE[0], 4), dtype=np.float32)
    result[..., :3] = 0.30 * blurred(dark, 2)[..., None]
    return result


def triangle_corners(mesh: bpy.types.Mesh) -> np.ndarray:
    """(T, 3, 3) float64."""
    vertices, triangles = surface(mesh, Matrix())
    return vertices[triangles]


def blurred(picture: np.ndarray, radius: int) -> np.ndarray:
    """Three box filters in each direction: nearly a Gaussian."""
    for axis in (0, 1) * 3:
        padding = [(0, 0), (0, 0)]
        padding[axis] = (radius + 1, radius)
        total = np.cumsum(np.pad(picture, padding), axis=axis)
        size = 2 * radius + 1
        length = picture.shape[axis]
        picture = (np.take(total, range(size, size + length), axis) - np.take(total, range(length), axis)) / size
    return picture


def background(tile: tuple[int, int] | None = None) -> np.ndarray:
    """A soft gradient (H, W, 4), of TILE's size if no other is asked for."""
    width, rows = tile or TILE
    height = np.linspace(0, 1, rows)[:, None]
    colour = BACKGROUND[1] * (1 - height) + BACKGROUND[0] * height
    picture = np.ones((rows, width, 4), dtype=np.float32)
    picture[..., :3] = colour[:, None, :]
    return picture


def over(below: np.ndarray, above: np.ndarray) -> np.ndarray:
    """Lay one picture over another (alpha multiplied in)."""
    return above + below * (1 - above[..., 3:])


def save(pixels: np.ndarray, path: Path) -> None:
    """Write (H, W, 4) display colours as PNG."""
    image = bpy.data.images.new("Preview", pixels.shape[1], pixels.shape[0])
    image.colorspace_settings.name = "Non-Color"
    image.pixels.foreach_set(np.ascontiguousarray(pixels, dtype=np.float32).ravel())
    image.filepath_raw, image.file_format = str(path), "PNG"
    image.save()
    bpy.data.images.remove(image)
