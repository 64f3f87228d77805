# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of one animal in many poses, lights and views, by Cycles: a child process of its own, with the bpy module.

    python -I photograph.py ANIMAL.glb FOLDER JOB

JOB is a JSON object: ``pictures``, ``size`` in pixels, ``samples``, ``seed``. FOLDER gets ``00.png``, ... (RGBA,
display-encoded) and ``truth.npz``: posed ``vertices`` (P, V, 3) and ``triangles`` (T, 3) in the world, ``keypoints``
(P, K, 3) and their ``names``, ``camera_to_world`` (P, 4, 4), ``focal`` (P,) in pixels.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import bpy
import numpy as np
from mathutils import Vector

STILL = ("Death",)
"""Clips that are left out: nobody takes such pictures."""
JOINTS = {
    f"{kind} {side}": f"{bone}.{side}"
    for kind, bone in (
        ("front knee", "FrontLowerLeg"), ("back knee", "BackLowerLeg"), ("front ankle", "FF"), ("back ankle", "FFB")
    )
    for side in "LR"
} | {"tail top": "Tail1"}  # fmt: skip
"""Keypoints at the head of a bone."""
ELEVATION = math.radians(-3.0), math.radians(28.0)
LENS = 40.0, 85.0
"""Millimeters."""


def main(file: Path, folder: Path, job: dict) -> None:
    rng = np.random.default_rng(job["seed"])
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.import_scene.gltf(filepath=str(file))
    scene = bpy.context.scene
    armature = next(item for item in scene.objects if item.type == "ARMATURE")
    meshes = [item for item in scene.objects if item.type == "MESH" and item.find_armature() is armature]
    for item in [item for item in scene.objects if item.type == "MESH" and item not in meshes]:
        bpy.data.objects.remove(item)
    on_surface = surface_keypoints(armature, meshes)
    set_render(scene, job)
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    scene.collection.objects.link(camera)
    scene.camera = camera
    sun = bpy.data.objects.new("sun", bpy.data.lights.new("sun", "SUN"))
    scene.collection.objects.link(sun)
    clips = sorted(action.name for action in bpy.data.actions if action.name not in STILL)
    for track in armature.animation_data.nla_tracks:
        track.mute = True
    # Pictures go around the animal, so that all collections hold all sides.
    turns = rng.permutation(job["pictures"]) + rng.uniform(-0.4, 0.4, job["pictures"])
    truth = {"vertices": [], "keypoints": [], "camera_to_world": [], "focal": []}
    for number, turn in enumerate(turns):
        action = bpy.data.actions[clips[rng.integers(len(clips))]]
        armature.animation_data.action = action
        if hasattr(armature.animation_data, "action_slot") and action.slots:
            armature.animation_data.action_slot = action.slots[0]
        scene.frame_set(int(rng.uniform(*action.frame_range)))
        vertices, triangles = posed(meshes)
        place_camera(camera, vertices, 2 * math.pi * turn / job["pictures"], rng)
        shine(scene, sun, rng)
        scene.render.filepath = str(folder / f"{number:02}.png")
        bpy.ops.render.render(write_still=True)
        truth["vertices"].append(vertices)
        joints = [armature.matrix_world @ armature.pose.bones[bone].head for bone in JOINTS.values()]
        truth["keypoints"].append(
            [*map(tuple, joints), *(vertices[index].mean(axis=0) for index in on_surface.values())]
        )
        truth["camera_to_world"].append(np.array(camera.matrix_world))
        truth["focal"].append(camera.data.lens / camera.data.sensor_width * job["size"])
    np.savez(
        folder / "truth.npz",
        triangles=triangles,
        names=[*JOINTS, *on_surface],
        **{name: np.array(values) for name, values in truth.items()},
    )


def surface_keypoints(armature: bpy.types.Object, meshes: list[bpy.types.Object]) -> dict[str, np.ndarray]:
    """Vertices, by their number in :func:`posed`, whose mean is a keypoint: muzzle, ear tips and eyes, at rest."""
    armature.data.pose_position = "REST"
    bpy.context.view_layer.update()
    points, _ = posed(meshes)
    strongest, material = [], []
    for item in meshes:
        names = [group.name for group in item.vertex_groups]
        of_vertex = np.full(len(item.data.vertices), -1)
        for polygon in item.data.polygons:
            of_vertex[list(polygon.vertices)] = polygon.material_index
        slots = [slot.material.name for slot in item.material_slots]
        for vertex in item.data.vertices:
            best = max(vertex.groups, key=lambda group: group.weight, default=None)
            strongest.append(names[best.group] if best else "")
            material.append(slots[of_vertex[vertex.index]] if of_vertex[vertex.index] >= 0 else "")
    armature.data.pose_position = "POSE"
    strongest, material = np.array(strongest), np.array([name.partition(".")[0] for name in material])

    def extreme(which: np.ndarray, away: np.ndarray) -> np.ndarray:
        index = np.flatnonzero(which)
        return index[[(points[index] @ away).argmax()]]

    found = {"muzzle": extreme(strongest == "Head", np.array([0.0, -1.0, -0.3]))}
    for side, sign in (("L", 1.0), ("R", -1.0)):
        ear = np.char.startswith(strongest, "Ear") & np.char.endswith(strongest, f".{side}")
        if not ear.any():  # without bones in them: what stands out sideways behind the eyes
            ear = (strongest == "Head") & (sign * points[:, 0] > 0)
        found[f"ear {side}"] = extreme(ear, np.array([sign * 1.0, 0.3, 0.5]))
        found[f"eye {side}"] = np.flatnonzero((material == "Eye_Black") & (sign * points[:, 0] > 0))
    return {name: index for name, index in found.items() if len(index)}


def posed(meshes: list[bpy.types.Object]) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (V, 3) in the world and triangles (T, 3) of all meshes as they are in this frame."""
    depsgraph = bpy.context.evaluated_depsgraph_get()
    points, triangles, base = [], [], 0
    for item in meshes:
        mesh = item.evaluated_get(depsgraph).to_mesh()
        flat = np.empty(3 * len(mesh.vertices), np.float32)
        mesh.vertices.foreach_get("co", flat)
        matrix = np.array(item.matrix_world)
        points.append(flat.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3])
        mesh.calc_loop_triangles()
        corner = np.empty(3 * len(mesh.loop_triangles), np.int32)
        mesh.loop_triangles.foreach_get("vertices", corner)
        triangles.append(corner.reshape(-1, 3) + base)
        base += len(points[-1])
    return np.concatenate(points), np.concatenate(triangles)


def place_camera(camera: bpy.types.Object, vertices: np.ndarray, azimuth: float, rng: np.random.Generator) -> None:
    """Somewhere around, with any lens, so that the animal fills about two thirds of the picture."""
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    radius = np.linalg.norm(high - low) / 2
    camera.data.lens = rng.uniform(*LENS)
    elevation = rng.uniform(*ELEVATION)
    away = Vector(
        (math.sin(azimuth) * math.cos(elevation), -math.cos(azimuth) * math.cos(elevation), math.sin(elevation))
    )
    distance = radius / math.sin(camera.data.angle / 2) * rng.uniform(1.0, 1.3)
    middle = Vector((low + high) / 2) + Vector(rng.uniform(-0.08, 0.08, 3) * radius)
    camera.location = middle + float(distance) * away
    camera.rotation_euler = away.to_track_quat("Z", "Y").to_euler()
    bpy.context.view_layer.update()


def shine(scene: bpy.types.Scene, sun: bpy.types.Object, rng: np.random.Generator) -> None:
    """A sun from above and a sky, each of some strength and tint."""
    sun.rotation_euler = rng.uniform(-0.9, 0.9), rng.uniform(-0.9, 0.9), 0.0
    sun.data.energy = rng.uniform(1.5, 5.0)
    sun.data.color = 1.0, rng.uniform(0.85, 1.0), rng.uniform(0.7, 1.0)
    scene.world = scene.world or bpy.data.worlds.new("world")
    scene.world.use_nodes = True
    sky = scene.world.node_tree.nodes["Background"]
    sky.inputs["Color"].default_value = rng.uniform(0.7, 1.0), rng.uniform(0.85, 1.0), 1.0, 1.0
    sky.inputs["Strength"].default_value = rng.uniform(0.5, 1.5)


def set_render(scene: bpy.types.Scene, job: dict) -> None:
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples = job["samples"]
    scene.cycles.use_adaptive_sampling = False
    scene.cycles.use_denoising = True
    scene.cycles.max_bounces = 2
    scene.render.film_transparent = True
    scene.render.resolution_x = scene.render.resolution_y = job["size"]
    scene.render.resolution_percentage = 100
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode = "RGBA"
    scene.view_settings.view_transform = "Standard"


if __name__ == "__main__":
    main(Path(sys.argv[-3]), Path(sys.argv[-2]), json.loads(sys.argv[-1]))
