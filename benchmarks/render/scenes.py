# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shots of the benchmark. A script for Blender: ``python -I scenes.py -- NAME FRAMES RESULT.blend``.

All materials are one pattern of colors, for the render that a perfect painter would make; a painter sees none of it.
"""

import math
import os
import sys
from pathlib import Path

import bpy
from mathutils import Vector

ROOT = Path(__file__).resolve().parents[2]
FLOOR = "Floor"


def turntable(frames: int) -> None:
    """The camera turns a quarter around a static object."""
    bpy.ops.mesh.primitive_monkey_add(location=(0, 0, 1.0))
    item = bpy.context.object
    item.modifiers.new("Smooth", "SUBSURF").render_levels = 2
    bpy.ops.object.shade_smooth()
    pivot = bpy.data.objects.new("Pivot", None)
    bpy.context.scene.collection.objects.link(pivot)
    look_at((0.9, -4.6, 2.1), (0, 0, 0.85)).parent = pivot
    for frame, angle in ((1, 0.0), (frames, 0.5 * math.pi * frames / 24)):
        pivot.rotation_euler.z = angle
        pivot.keyframe_insert("rotation_euler", frame=frame)
    straight(pivot)


def bounce(frames: int) -> None:
    """Three bodies fall, bounce and turn."""
    makers = (
        lambda: bpy.ops.mesh.primitive_uv_sphere_add(radius=0.55, segments=48, ring_count=24),
        lambda: bpy.ops.mesh.primitive_cube_add(size=0.85),
        lambda: bpy.ops.mesh.primitive_torus_add(major_radius=0.5, minor_radius=0.22),
    )
    for number, make in enumerate(makers):
        make()
        item = bpy.context.object
        if number != 1:
            bpy.ops.object.shade_smooth()
        else:
            item.modifiers.new("Edges", "BEVEL").width = 0.08
        for frame in range(1, frames + 1):
            seconds = (frame - 1) / 24 + 0.17 * number
            fall = seconds % 0.62 / 0.31 - 1.0
            height = 0.62 + 1.15 * (1.0 - fall * fall) * 0.75 ** (seconds // 0.62)
            item.location = (1.35 * (number - 1) + 0.25 * seconds, 0.2 * number, height)
            item.rotation_euler = (1.1 * seconds + number, 0.8 * seconds, 1.4 * seconds)
            item.keyframe_insert("location", frame=frame)
            item.keyframe_insert("rotation_euler", frame=frame)
    look_at((0.4, -5.6, 2.3), (0.15, 0, 1.0))


def walk(frames: int) -> None:
    """One of the demo's animals walks past, with the walk that its artist made."""
    bpy.ops.import_scene.gltf(filepath=str(ROOT / "examples" / "wolf.glb"))
    armature = next(item for item in bpy.context.scene.objects if item.type == "ARMATURE")
    animation = armature.animation_data
    action = next(action for action in bpy.data.actions if "Walk" in action.name)
    for track in list(animation.nla_tracks):
        animation.nla_tracks.remove(track)
    animation.action = action
    if hasattr(animation, "action_slot") and animation.action_slot is None:
        animation.action_slot = action.slots[0]
    for item in list(bpy.context.scene.objects):
        if item.type == "MESH" and not any(one.type == "ARMATURE" for one in item.modifiers):
            bpy.data.objects.remove(item)  # shapes of bones
    stand = bpy.data.objects.new("Stand", None)
    bpy.context.scene.collection.objects.link(stand)
    bpy.context.scene.frame_set(1)
    depsgraph = bpy.context.evaluated_depsgraph_get()
    meshes = [item for item in bpy.context.scene.objects if item.type == "MESH"]
    corners = [
        item.evaluated_get(depsgraph).matrix_world @ Vector(corner) for item in meshes for corner in item.bound_box
    ]
    low = Vector(min(corner[axis] for corner in corners) for axis in range(3))
    high = Vector(max(corner[axis] for corner in corners) for axis in range(3))
    factor = 2.6 / max(high - low)
    top = armature
    while top.parent is not None:
        top = top.parent
    top.parent = stand
    stand.scale = (factor, factor, factor)
    for frame, place in ((1, 0.0), (frames, -0.9 * frames / 24)):
        stand.location = (-factor * (low.x + high.x) / 2, 0.35 + place, -factor * low.z)
        stand.keyframe_insert("location", frame=frame)
    straight(stand)
    look_at((-3.9, -2.6, 1.7), (0, -0.1, 0.75))


def crowd(frames: int) -> None:
    """Instances of one figure, hopping, while the camera moves sideways."""
    bpy.ops.mesh.primitive_cone_add(radius1=0.42, radius2=0.16, depth=1.0, vertices=48, location=(0, 0, 0.5))
    body = bpy.context.object
    bpy.ops.mesh.primitive_uv_sphere_add(radius=0.3, segments=32, ring_count=16, location=(0, 0, 1.2))
    head = bpy.context.object
    figure = bpy.data.collections.new("Figure")
    for item, name in ((body, "Body"), (head, "Head")):
        item.name = name
        item.select_set(True)
        bpy.context.view_layer.objects.active = item
        bpy.ops.object.shade_smooth()
        figure.objects.link(item)
        bpy.context.scene.collection.objects.unlink(item)
    for row in range(2):
        for column in range(3):
            number = 3 * row + column
            empty = bpy.data.objects.new(f"Figure {number}", None)
            empty.instance_type, empty.instance_collection = "COLLECTION", figure
            bpy.context.scene.collection.objects.link(empty)
            for frame in range(1, frames + 1):
                hop = abs(math.sin(0.3 * frame + number))
                empty.location = (1.25 * (column - 1) + 0.3 * row, 1.5 * row, 0.35 * hop)
                empty.rotation_euler.z = 0.9 * number + 0.02 * frame
                empty.keyframe_insert("location", frame=frame)
                empty.keyframe_insert("rotation_euler", frame=frame)
    camera = look_at((-0.6, -5.4, 2.4), (0, 0.4, 0.7))
    for frame, place in ((1, -0.6), (frames, -0.6 + 1.2 * frames / 24)):
        camera.location.x = place
        camera.keyframe_insert("location", frame=frame)
    straight(camera)


SCENES = {"turntable": turntable, "bounce": bounce, "walk": walk, "crowd": crowd}


def look_at(place: tuple, target: tuple) -> bpy.types.Object:
    """The scene's camera."""
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    bpy.context.scene.collection.objects.link(camera)
    camera.location = place
    camera.rotation_euler = (Vector(target) - Vector(place)).to_track_quat("-Z", "Y").to_euler()
    bpy.context.scene.camera = camera
    return camera


def straight(item: bpy.types.Object) -> None:
    """Even motion between keys."""
    animation = item.animation_data
    action = animation.action
    curves = action.fcurves if hasattr(action, "fcurves") else action.layers[0].strips[0].channelbags[0].fcurves
    for curve in curves:
        for point in curve.keyframe_points:
            point.interpolation = "LINEAR"


def stage() -> None:
    """Floor, lamp and sky."""
    bpy.ops.mesh.primitive_plane_add(size=30)
    bpy.context.object.name = FLOOR
    lamp = bpy.data.objects.new("Lamp", bpy.data.lights.new("Lamp", "AREA"))
    lamp.data.energy, lamp.data.size, lamp.location = 420.0, 2.0, (2.5, -3.5, 4.5)
    lamp.rotation_euler = (Vector((0, 0, 0.8)) - lamp.location).to_track_quat("-Z", "Y").to_euler()
    bpy.context.scene.collection.objects.link(lamp)
    world = bpy.data.worlds.new("Sky")
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs["Color"].default_value = (0.35, 0.35, 0.35, 1.0)
    bpy.context.scene.world = world


def pattern() -> bpy.types.Material:
    """Patches of color that stick to the object."""
    material = bpy.data.materials.new("Pattern")
    material.use_nodes = True
    tree = material.node_tree
    shader = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Roughness"].default_value = 0.7
    place, cells = tree.nodes.new("ShaderNodeAttribute"), tree.nodes.new("ShaderNodeTexVoronoi")
    place.attribute_name = "rest_position"
    cells.inputs["Scale"].default_value = 5.0
    tree.links.new(place.outputs["Vector"], cells.inputs["Vector"])
    tree.links.new(cells.outputs["Color"], shader.inputs["Base Color"])
    return material


def main(name: str, frames: int, path: str) -> None:
    """Make and save one shot."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 1, frames
    SCENES[name](frames)
    material = pattern()
    for item in bpy.data.objects:
        if item.type == "MESH":
            item.add_rest_position_attribute = True
            item.data.materials.clear()
            item.data.materials.append(material)
    stage()
    scene.render.resolution_x = scene.render.resolution_y = 256
    bpy.ops.wm.save_as_mainfile(filepath=path)


if __name__ == "__main__":
    arguments = sys.argv[sys.argv.index("--") + 1 :]
    main(arguments[0], int(arguments[1]), arguments[2])
    sys.stdout.flush()
    os._exit(0)
