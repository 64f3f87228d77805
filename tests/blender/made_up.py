# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A four-legged mesh, a skeleton for it, and a worker that answers with them at once."""

import json
from types import SimpleNamespace

import bpy
import numpy as np

from galatea.addon.worker import State
from galatea.backend import protocol

# name, parent, connected, head, tail, collection. Left side; .R is made from it. +X left, -Y forward.
MIDDLE = [
    ("Root", None, False, (0, 0, 0), (0, 0.5, 0), "Root"),
    ("Spine.001", "Root", False, (0, 0.9, 1.5), (0, 0.3, 1.55), "Spine"),
    ("Spine.002", "Spine.001", True, (0, 0.3, 1.55), (0, -0.3, 1.55), "Spine"),
    ("Spine.003", "Spine.002", True, (0, -0.3, 1.55), (0, -0.9, 1.6), "Spine"),
    ("Neck.001", "Spine.003", True, (0, -0.9, 1.6), (0, -1.2, 1.9), "Head"),
    ("Neck.002", "Neck.001", True, (0, -1.2, 1.9), (0, -1.4, 2.2), "Head"),
    ("Head", "Neck.002", True, (0, -1.4, 2.2), (0, -1.9, 2.1), "Head"),
    ("Tail.001", "Spine.001", False, (0, 0.9, 1.5), (0, 1.3, 1.4), "Tail"),
    ("Tail.002", "Tail.001", True, (0, 1.3, 1.4), (0, 1.6, 1.2), "Tail"),
]
LEFT = [
    ("Shoulder.L", "Spine.003", False, (0.25, -0.8, 1.4), (0.3, -0.9, 1.1), "Front Leg.L"),
    ("Foreleg.L", "Shoulder.L", True, (0.3, -0.9, 1.1), (0.3, -0.75, 0.6), "Front Leg.L"),
    ("Foreshin.L", "Foreleg.L", True, (0.3, -0.75, 0.6), (0.3, -0.8, 0.12), "Front Leg.L"),
    ("Forefoot.L", "Foreshin.L", True, (0.3, -0.8, 0.12), (0.3, -0.95, 0.03), "Front Leg.L"),
    ("Thigh.L", "Spine.001", False, (0.25, 0.8, 1.4), (0.3, 0.65, 0.95), "Hind Leg.L"),
    ("Shin.L", "Thigh.L", True, (0.3, 0.65, 0.95), (0.3, 0.9, 0.5), "Hind Leg.L"),
    ("Hock.L", "Shin.L", True, (0.3, 0.9, 0.5), (0.3, 0.8, 0.12), "Hind Leg.L"),
    ("Foot.L", "Hock.L", True, (0.3, 0.8, 0.12), (0.3, 0.65, 0.03), "Hind Leg.L"),
]


def mirrored(name):
    """.L -> .R"""
    return None if name is None else name[:-2] + ".R" if name.endswith(".L") else name


def bones():
    """The skeleton's bones as in skeleton.json."""
    rows = MIDDLE + LEFT
    rows += [(mirrored(n), mirrored(p), c, flip(h), flip(t), mirrored(g)) for n, p, c, h, t, g in LEFT]
    return [
        {
            "name": name,
            "parent": parent,
            "connected": connected,
            "head": list(head),
            "tail": list(tail),
            # Up for what lies, forward for what hangs: in the middle plane, so mirroring keeps it.
            "z_axis": [0, 0, 1] if abs(tail[1] - head[1]) > abs(tail[2] - head[2]) else [0, -1, 0],
            "deform": name != "Root",
            "collection": group,
            "color": "THEME01" if name.endswith(".L") else "THEME03" if name.endswith(".R") else "THEME09",
        }
        for name, parent, connected, head, tail, group in rows
    ]


def flip(point):
    """Mirror at x = 0."""
    return (-point[0], point[1], point[2])


def skeleton(matrix=None):
    """skeleton.json."""
    matrix = np.eye(4).tolist() if matrix is None else [list(row) for row in matrix]
    return {"animal": "quadruped", "confidence": 0.93, "scores": {}, "note": "", "matrix": matrix, "bones": bones()}


def animal(name="Animal"):
    """A closed mesh around the skeleton (Skin modifier along the bones), selected and active."""
    rows = [bone for bone in bones() if bone["deform"]]
    points, edges = [], []

    def index(point):
        for i, other in enumerate(points):
            if max(abs(a - b) for a, b in zip(point, other, strict=True)) < 1e-6:
                return i
        points.append(point)
        return len(points) - 1

    for bone in rows:
        head = bone["head"]
        parent = next((other for other in rows if other["name"] == bone["parent"]), None)
        if parent is not None and not bone["connected"]:
            joint = min(("head", "tail"), key=lambda end: np.linalg.norm(np.subtract(parent[end], head)))
            if np.linalg.norm(np.subtract(parent[joint], head)) > 1e-6:
                edges.append((index(parent[joint]), index(head)))
        edges.append((index(head), index(bone["tail"])))
    wire = bpy.data.meshes.new("Wire")
    wire.from_pydata(points, edges, [])
    source = bpy.data.objects.new("Wire", wire)
    bpy.context.scene.collection.objects.link(source)
    source.modifiers.new("Skin", "SKIN")
    bpy.context.view_layer.objects.active = source
    for i, point in enumerate(points):
        thick = 0.22 if point[2] > 1.3 and abs(point[1]) < 1 and abs(point[0]) < 0.1 else 0.09
        wire.skin_vertices[0].data[i].radius = (thick, thick)
    source.modifiers.new("Smooth", "SUBSURF").levels = 1
    depsgraph = bpy.context.evaluated_depsgraph_get()
    mesh = bpy.data.meshes.new_from_object(source.evaluated_get(depsgraph))
    mesh.name = name
    bpy.data.objects.remove(source)
    bpy.data.meshes.remove(wire)
    item = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(item)
    select(item)
    return item


def select(*items):
    """Select these, the first one active."""
    bpy.context.view_layer.update()  # objects that were removed are still listed until then
    for other in bpy.context.view_layer.objects:
        other.select_set(False)
    for item in items:
        item.select_set(True)
    bpy.context.view_layer.objects.active = items[0]
    bpy.context.view_layer.update()


def nearest_weights(points, rows, world):
    """Weights (N, 4) of the two nearest deforming bones, by distance to the bone's middle axis."""
    names = [bone["name"] for bone in rows if bone["deform"]]
    world = np.array(world)
    local = (points - world[:3, 3]) @ np.linalg.inv(world[:3, :3]).T
    distance = []
    for bone in rows:
        if bone["deform"]:
            head, axis = np.array(bone["head"]), np.subtract(bone["tail"], bone["head"])
            along = np.clip((local - head) @ axis / (axis @ axis), 0, 1)
            distance.append(np.linalg.norm(local - head - along[:, None] * axis, axis=1))
    distance = np.stack(distance, 1)
    order = np.argsort(distance, axis=1, kind="stable")[:, :4].astype(np.int32)
    near = np.take_along_axis(distance, order, 1)
    weights = 1 / (near + 1e-3) ** 4
    weights[:, 2:] = 0
    return names, order, (weights / weights.sum(1, keepdims=True)).astype(np.float32)


class Worker:
    """Stands for the worker process: every job ends with the made-up rig at the next poll."""

    def __init__(self, ran):
        self.ran, self.alive, self.state, self.job, self.folder = ran, True, State.READY, None, None

    def run(self, job, folder):
        self.job, self.folder = job, folder

    def cancel(self):
        pass

    def stop(self, seconds=2.0):
        self.alive = False

    def poll(self, seconds=0.01):
        if self.job is None:
            return []
        description = json.loads((self.folder / "job.json").read_text())
        self.ran.append(SimpleNamespace(folder=self.folder, **description))
        job, self.job = self.job, None
        return self.said(job, description)

    def said(self, job, description):
        """What it says of a job; for other kinds of jobs to be replaced."""
        return [protocol.Progress(job, "Finding joints", 0.5), answer(job, description, self.folder)]


def answer(job, description, folder):
    """Write out/ as the worker would; the skeleton stands where the test put the animal (params are not looked at)."""
    with np.load(folder / "in/mesh.npz") as data:
        points = data["targets"] if "targets" in data else data["vertices"]
    out = folder / "out"
    files = {}
    if description["capability"] == "bind":
        made = json.loads((folder / "in/skeleton.json").read_text())
    else:
        made = skeleton(rigid(description["target"]["matrix"]))
        (out / "skeleton.json").write_text(json.dumps(made))
        files["skeleton"] = "out/skeleton.json"
    if description["params"].get("bind", True):
        names, indices, weights = nearest_weights(points, made["bones"], made["matrix"])
        np.savez(out / "weights.npz", bones=np.array(names), indices=indices, weights=weights)
        files["weights"] = "out/weights.npz"
    report = {
        "animal": "quadruped",
        "confidence": 0.93,
        "bones": len(made["bones"]),
        "warnings": ["made up"],
        "seconds": {},
    }
    return protocol.Result(job, files, report)


def rigid(matrix):
    """Rotation and place of the mesh: where the made-up skeleton fits an unscaled animal."""
    from mathutils import Matrix

    location, rotation, _ = Matrix(matrix).decompose()
    return Matrix.LocRotScale(location, rotation, None)


def weights_of(item):
    """Dense weights (N, G) of all vertex groups of an object, in their order."""
    result = np.zeros((len(item.data.vertices), len(item.vertex_groups)))
    for vertex in item.data.vertices:
        for group in vertex.groups:
            result[vertex.index, group.group] = group.weight
    return result


def world_points(item):
    """World positions of the evaluated mesh."""
    depsgraph = bpy.context.evaluated_depsgraph_get()
    evaluated = item.evaluated_get(depsgraph)
    points = np.empty(len(evaluated.data.vertices) * 3, dtype=np.float32)
    evaluated.data.vertices.foreach_get("co", points)
    matrix = np.array(evaluated.matrix_world)
    return points.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]
