# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clip of one animal that walks around a bend before a still camera, by Cycles: a child process with the bpy module.

    python -I film.py ANIMAL.glb FOLDER JOB

JOB is a JSON object: ``frames``, ``rate``, ``size`` in pixels, ``samples``, ``seed``, ``action``, ``heading`` and
``turn`` in degrees (0 looks at the camera; by how much it turns in all), ``walked`` in its own lengths. FOLDER gets
what ``photos/photograph.py`` leaves there, and in ``truth.npz`` besides the ``headings`` (F,) in radians.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix, Vector

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "photos"))
import photograph as still

ELEVATION = math.radians(12.0)
LENS = 50.0
ROOM = 1.1
"""Of the distance at which all that happens just fits the picture."""


def main(file: Path, folder: Path, job: dict) -> None:
    rng = np.random.default_rng(job["seed"])
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.import_scene.gltf(filepath=str(file))
    scene = bpy.context.scene
    armature = next(item for item in scene.objects if item.type == "ARMATURE")
    meshes = [item for item in scene.objects if item.type == "MESH" and item.find_armature() is armature]
    for item in [item for item in scene.objects if item.type == "MESH" and item not in meshes]:
        bpy.data.objects.remove(item)
    on_surface = still.surface_keypoints(armature, meshes)
    still.set_render(scene, job)
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    scene.collection.objects.link(camera)
    scene.camera = camera
    sun = bpy.data.objects.new("sun", bpy.data.lights.new("sun", "SUN"))
    scene.collection.objects.link(sun)
    still.shine(scene, sun, rng)
    action = bpy.data.actions[next(name for name in sorted(bpy.data.actions.keys()) if name.startswith(job["action"]))]
    for track in armature.animation_data.nla_tracks:
        track.mute = True
    armature.animation_data.action = action
    if hasattr(armature.animation_data, "action_slot") and action.slots:
        armature.animation_data.action_slot = action.slots[0]
    first, last = action.frame_range
    here = armature.matrix_world.copy()
    places = way(armature, meshes, job)

    def go(number: int) -> None:
        armature.matrix_world = places[number] @ here
        time = number / job["rate"] * scene.render.fps
        whole, part = divmod(first + time % (last - first), 1.0)
        scene.frame_set(int(whole), subframe=part)

    truth = {"vertices": [], "keypoints": [], "camera_to_world": [], "focal": []}
    for number in range(job["frames"]):
        go(number)
        vertices, triangles = still.posed(meshes)
        truth["vertices"].append(vertices)
        joints = [armature.matrix_world @ armature.pose.bones[bone].head for bone in still.JOINTS.values()]
        truth["keypoints"].append(
            [*map(tuple, joints), *(vertices[index].mean(axis=0) for index in on_surface.values())]
        )
    frame_all(camera, np.concatenate(truth["vertices"]))
    for number in range(job["frames"]):
        go(number)
        scene.render.filepath = str(folder / f"{number + 1:03}.png")
        bpy.ops.render.render(write_still=True)
        truth["camera_to_world"].append(np.array(camera.matrix_world))
        truth["focal"].append(camera.data.lens / camera.data.sensor_width * job["size"])
    np.savez(
        folder / "truth.npz",
        triangles=triangles,
        headings=headings(job),
        names=[*still.JOINTS, *on_surface],
        **{name: np.array(values) for name, values in truth.items()},
    )


def headings(job: dict) -> np.ndarray:
    """(F,) radians, 0 along -Y, evenly turning."""
    done = np.arange(job["frames"]) / (job["frames"] - 1)
    return np.radians(job["heading"] + job["turn"] * (done - 0.5))


def way(armature: bpy.types.Object, meshes: list[bpy.types.Object], job: dict) -> list[Matrix]:
    """Where the animal is in each frame: it looks along -Y, goes forward, and turns evenly."""
    length = float(np.ptp(still.posed(meshes)[0][:, 1]))
    place, result = Vector((0.0, 0.0, 0.0)), []
    for angle in headings(job):
        result.append(Matrix.Translation(place) @ Matrix.Rotation(float(angle), 4, "Z"))
        step = job["walked"] * length / (job["frames"] - 1)
        place = place + step * Vector((math.sin(angle), -math.cos(angle), 0.0))
    return result


def frame_all(camera: bpy.types.Object, vertices: np.ndarray) -> None:
    """From the front (-Y), so far away that everything is in the picture."""
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    camera.data.lens = LENS
    away = Vector((0.0, -math.cos(ELEVATION), math.sin(ELEVATION)))
    half = max(high[0] - low[0], high[2] - low[2]) / 2
    distance = ROOM * half / math.tan(camera.data.angle / 2) + (high[1] - low[1]) / 2
    camera.location = Vector((low + high) / 2) + float(distance) * away
    camera.rotation_euler = away.to_track_quat("Z", "Y").to_euler()
    bpy.context.view_layer.update()


if __name__ == "__main__":
    main(Path(sys.argv[-3]), Path(sys.argv[-2]), json.loads(sys.argv[-1]))
