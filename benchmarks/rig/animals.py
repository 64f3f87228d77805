# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Skinned GLB files as meshes with the artist's skeleton: the ground truth of the rig benchmark."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_DTYPE = {5120: "i1", 5121: "u1", 5122: "i2", 5123: "u2", 5125: "u4", 5126: "f4"}
_WIDTH = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
Z_UP = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], float)
"""glTF is Y-up, Blender Z-up: (x, y, z) -> (x, -z, y)."""


@dataclass(frozen=True)
class Animal:
    """A mesh with the artist's rig, in Blender's axes (Z up), at the rest pose."""

    name: str
    vertices: np.ndarray
    """(V, 3) float64, seams merged."""
    triangles: np.ndarray
    """(T, 3) int32."""
    weights: np.ndarray
    """(V, J) float64, rows sum to 1, columns only for joints that move vertices."""
    joints: np.ndarray
    """(J, 3) float64, positions of those joints."""
    names: list[str]
    """(J,)"""
    parents: np.ndarray
    """(J,) int, -1 for roots."""
    poses: dict[str, np.ndarray]
    """Clip -> (frames, J, 4, 4) float64, maps rest to posed points."""


def load_animal(path: Path) -> Animal:
    """Reads one skinned GLB.

    Joints without weight are dropped (poles, and Body, which lies on the ground and moves next to nothing). IK feet,
    which hang under the armature's root, are put below the lower leg of their side, where the artist's constraint holds
    them (names of the Quaternius rigs).
    """
    gltf, blob = _read_glb(path)
    nodes, skin = gltf["nodes"], gltf["skins"][0]
    parent_of = {child: index for index, node in enumerate(nodes) for child in node.get("children", [])}

    positions, triangles, joint_index, joint_weight, base = [], [], [], [], 0
    for node in nodes:
        if "mesh" not in node or "skin" not in node:
            continue
        for primitive in gltf["meshes"][node["mesh"]]["primitives"]:
            attributes = primitive["attributes"]
            points = _accessor(gltf, blob, attributes["POSITION"]).astype(float)
            positions.append(points)
            joint_index.append(_accessor(gltf, blob, attributes["JOINTS_0"]).astype(int))
            joint_weight.append(_accessor(gltf, blob, attributes["WEIGHTS_0"]).astype(float))
            triangles.append(_accessor(gltf, blob, primitive["indices"]).reshape(-1, 3).astype(int) + base)
            base += len(points)
    points, triangle = np.concatenate(positions), np.concatenate(triangles)
    index, weight = np.concatenate(joint_index), np.concatenate(joint_weight)
    dense = np.zeros((len(points), len(skin["joints"])))
    np.add.at(dense, (np.arange(len(points))[:, None], index), weight)

    inverse_bind = _accessor(gltf, blob, skin["inverseBindMatrices"]).reshape(-1, 4, 4).transpose(0, 2, 1).astype(float)
    bind = np.linalg.inv(inverse_bind)
    # Nodes may rest in the middle of a clip; the artist's rest pose is the bind pose, below the armature's own node.
    top = _top(parent_of, skin["joints"][0])
    rest = _local(nodes[top], None) @ bind
    points = points @ _local(nodes[top], None)[:3, :3].T + _local(nodes[top], None)[:3, 3]
    points, first, inverse = _merge(points)
    dense, triangle = dense[first], inverse[triangle]
    triangle = triangle[(triangle != np.roll(triangle, 1, axis=1)).all(axis=1)]
    dense /= dense.sum(1, keepdims=True)

    names = [nodes[joint]["name"] for joint in skin["joints"]]
    used = [slot for slot in range(len(names)) if dense[:, slot].max() > 1e-4 and names[slot] != "Body"]
    parents = []
    for slot in used:
        parents.append(_weighted_parent(slot, used, skin["joints"], parent_of, names))
    poses = {}
    for clip in gltf.get("animations", []):
        posed = _sample(gltf, blob, clip, nodes, parent_of, skin["joints"], used)
        poses[clip["name"]] = posed @ np.linalg.inv(rest[used])
    turn = np.eye(4)
    turn[:3, :3] = Z_UP
    poses = {name: turn @ pose @ turn.T for name, pose in poses.items()}
    return Animal(
        path.stem,
        points @ Z_UP.T,
        triangle.astype(np.int32),
        dense[:, used],
        rest[used][:, :3, 3] @ Z_UP.T,
        [names[slot] for slot in used],
        np.array(parents),
        poses,
    )


LIMBS = {
    "FrontUpperLeg": "front leg", "FrontLowerLeg": "front leg", "IKFrontLeg": "front leg", "FF": "front leg",
    "BackLeg": "back leg", "BackUpperLeg": "back leg", "BackLowerLeg": "back leg", "IKBackLeg": "back leg",
    "FFB": "back leg", "Ear": "ear",
}  # fmt: skip
"""Names of the Quaternius rigs before number and side."""


def limb_of_joint(names: list[str]) -> dict[str, str]:
    """Joint -> "front leg.L", "ear.R" and the like, for joints of limbs."""
    stems = {name: name.partition(".")[0].rstrip("0123456789") for name in names}
    return {name: f"{LIMBS[stem]}.{name.rpartition('.')[2]}" for name, stem in stems.items() if stem in LIMBS}


def _weighted_parent(slot: int, used: list[int], joints: list[int], parent_of: dict[int, int], names: list[str]) -> int:
    """Nearest ancestor with weight, as an index into ``used``; IK feet hang on the lower leg of their side."""
    target, side = names[slot].split(".")[0], names[slot].split(".")[-1]
    if target in ("IKFrontLeg", "IKBackLeg"):
        lower = target.removeprefix("IK").replace("Leg", "LowerLeg") + "." + side
        return used.index(names.index(lower))
    node = joints[slot]
    while node in parent_of:
        node = parent_of[node]
        if node in joints and joints.index(node) in used:
            return used.index(joints.index(node))
    return -1


def _top(parent_of: dict[int, int], node: int) -> int:
    while node in parent_of:
        node = parent_of[node]
    return node


def _read_glb(path: Path) -> tuple[dict, bytes]:
    data = path.read_bytes()
    assert data[:4] == b"glTF", f"{path} is not a GLB file"
    length = int.from_bytes(data[12:16], "little")
    return json.loads(data[20 : 20 + length]), data[28 + length :]


def _accessor(gltf: dict, blob: bytes, index: int) -> np.ndarray:
    accessor = gltf["accessors"][index]
    view = gltf["bufferViews"][accessor["bufferView"]]
    dtype, width = np.dtype("<" + _DTYPE[accessor["componentType"]]), _WIDTH[accessor["type"]]
    start = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
    stride = view.get("byteStride", dtype.itemsize * width)
    rows = np.lib.stride_tricks.as_strided(
        np.frombuffer(blob, dtype, offset=start, count=(stride * (accessor["count"] - 1)) // dtype.itemsize + width),
        (accessor["count"], width),
        (stride, dtype.itemsize),
    )
    values = rows.astype(float) / np.iinfo(dtype).max if accessor.get("normalized") else rows.copy()
    return values[:, 0] if width == 1 else values


def _local(node: dict, override: dict | None) -> np.ndarray:
    if "matrix" in node and not override:
        return np.array(node["matrix"], float).reshape(4, 4).T
    values = node | (override or {})
    matrix = np.eye(4)
    rotation = np.asarray(values.get("rotation", [0, 0, 0, 1]), float)
    x, y, z, w = rotation / np.linalg.norm(rotation)
    matrix[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    matrix[:3, :3] *= np.asarray(values.get("scale", [1, 1, 1]), float)
    matrix[:3, 3] = values.get("translation", [0, 0, 0])
    return matrix


def _world(nodes, parent_of, index, overrides) -> np.ndarray:
    matrix = _local(nodes[index], overrides.get(index) if overrides else None)
    while index in parent_of:
        index = parent_of[index]
        matrix = _local(nodes[index], overrides.get(index) if overrides else None) @ matrix
    return matrix


def _sample(gltf, blob, clip, nodes, parent_of, joints, used, frames: int = 8) -> np.ndarray:
    channels = [
        (
            channel["target"]["node"],
            channel["target"]["path"],
            _accessor(gltf, blob, clip["samplers"][channel["sampler"]]["input"]),
            _accessor(gltf, blob, clip["samplers"][channel["sampler"]]["output"]),
        )
        for channel in clip["channels"]
    ]
    end = max(times[-1] for _, _, times, _ in channels)
    result = []
    for time in np.linspace(0, end, frames):
        overrides: dict[int, dict] = {}
        for node, path, times, values in channels:
            overrides.setdefault(node, {})[path] = values[np.abs(times - time).argmin()]
        result.append(np.stack([_world(nodes, parent_of, joints[slot], overrides) for slot in used]))
    return np.stack(result)


def _merge(points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    key = np.round(points / (np.ptp(points, 0).max() * 1e-6)).astype(np.int64)
    _, first, inverse = np.unique(key, axis=0, return_index=True, return_inverse=True)
    return points[first], first, inverse.reshape(-1)
