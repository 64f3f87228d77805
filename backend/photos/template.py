# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The animal that a solve starts from: a named skeleton inside a plain body of rounded cones, the same on both sides.

It looks along -Y, its left is +X, it stands on z = 0; from hip to shoulder it is about one unit long.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import torch

from ..isosurface.extract import Grid, extract
from ..skeleton.bones import Bone, chain, mirrored, numbered, root_bone
from ..skinning.weights import limited

CELL = 0.045
"""Of the grid in which the body's surface is found: legs are two cells thick."""
BLEND = 0.06
"""Width of the fillets between the cones."""
SOFTNESS = 0.035
"""Distance over which a bone's weight fades by e."""


@dataclass(frozen=True)
class Template:
    bones: list[Bone]
    """Parents before children; the first is the root, which moves nothing."""
    vertices: np.ndarray
    """(V, 3) float64"""
    triangles: np.ndarray
    """(T, 3) int64"""
    weights: np.ndarray
    """(V, B) float64, at most four in a row, rows sum to 1."""
    twin: np.ndarray
    """(V,) int64: the vertex at the mirrored place, itself in the middle."""
    twin_bone: np.ndarray
    """(B,) int64"""

    @property
    def parents(self) -> np.ndarray:
        """(B,) int64, -1 for the root."""
        number = {bone.name: index for index, bone in enumerate(self.bones)}
        return np.array([number.get(bone.parent, -1) for bone in self.bones])


@dataclass(frozen=True)
class Cone:
    """A rounded cone: balls of two radii and what lies between them. It belongs to a bone."""

    bone: str
    start: tuple[float, float, float]
    end: tuple[float, float, float]
    radii: tuple[float, float]


SPINE = [(0, 0.52, 0.98), (0, 0.26, 1.02), (0, 0.0, 1.01), (0, -0.27, 1.0), (0, -0.55, 1.02)]
NECK = [(0, -0.55, 1.02), (0, -0.75, 1.2), (0, -0.93, 1.4)]
HEAD = [(0, -0.93, 1.4), (0, -1.36, 1.2)]
TAIL = [(0, 0.56, 1.06), (0, 0.72, 0.96), (0, 0.83, 0.78), (0, 0.9, 0.58)]
FRONT = [(0.05, -0.42, 1.1), (0.15, -0.56, 0.86), (0.17, -0.42, 0.66), (0.16, -0.45, 0.36), (0.16, -0.46, 0.1),
         (0.16, -0.55, 0.03)]  # fmt: skip
BACK = [(0.05, 0.46, 1.06), (0.14, 0.46, 0.92), (0.17, 0.3, 0.66), (0.16, 0.56, 0.4), (0.16, 0.52, 0.1),
        (0.16, 0.43, 0.03)]  # fmt: skip
EAR = [(0.07, -0.93, 1.47), (0.12, -0.92, 1.63)]
FRONT_NAMES = ("Shoulder", "UpperArm", "Forearm", "Hand", "FrontToes")
BACK_NAMES = ("Pelvis", "Thigh", "Shin", "Foot", "BackToes")
FRONT_RADII = (0.07, 0.13, 0.11, 0.065, 0.045, 0.04)
BACK_RADII = (0.1, 0.16, 0.13, 0.065, 0.045, 0.04)


@functools.cache
def quadruped(cell: float = CELL) -> Template:
    """A four-legged animal between a dog and a horse, with the bones of Rig's quadruped (docs/bones.md).

    Its surface is found in a grid of this ``cell``: legs must be one to two cells thick.
    """
    bones = _bones()
    cones = _cones(bones)
    vertices, triangles, twin = _surface(cones, cell)
    names = [bone.name for bone in bones]
    other = {".L": ".R", ".R": ".L"}
    twin_bone = np.array([names.index(name[:-2] + other.get(name[-2:], name[-2:])) for name in names])
    weights = _weights(vertices, cones, names, twin, twin_bone)
    return Template(bones, vertices, triangles, weights, twin, twin_bone)


def _bones() -> list[Bone]:
    spine, neck, tail = numbered("Spine", 4), numbered("Neck", 2), numbered("Tail", 3)
    left = [
        *chain([f"{name}.L" for name in FRONT_NAMES], np.array(FRONT), spine[-1], "Front Leg.L"),
        *chain([f"{name}.L" for name in BACK_NAMES], np.array(BACK), spine[0], "Back Leg.L"),
        *chain(["Ear1.L"], np.array(EAR), "Head", "Head"),
    ]
    return [
        root_bone(0.4),
        *chain(spine, np.array(SPINE, float), "Root", "Spine"),
        *chain(neck, np.array(NECK, float), spine[-1], "Head", connected=True),
        *chain(["Head"], np.array(HEAD, float), neck[-1], "Head", connected=True),
        *chain(tail, np.array(TAIL, float), spine[0], "Tail"),
        *left,
        *mirrored(left),
    ]


def _cones(bones: list[Bone]) -> list[Cone]:
    """The body: limbs along their bones, the trunk below the spine, where the ribs are."""
    trunk = [((0, 0.5, 0.87), 0.21), ((0, 0.26, 0.84), 0.24), ((0, 0, 0.82), 0.25), ((0, -0.27, 0.82), 0.26),
             ((0, -0.5, 0.88), 0.21)]  # fmt: skip
    cones = [Cone(f"Spine{i + 1}", trunk[i][0], trunk[i + 1][0], (trunk[i][1], trunk[i + 1][1])) for i in range(4)]
    radii = {"Neck1": (0.17, 0.13), "Neck2": (0.13, 0.105), "Tail1": (0.06, 0.05), "Tail2": (0.05, 0.045),
             "Tail3": (0.045, 0.03), "Ear1.L": (0.045, 0.025)}  # fmt: skip
    for names, widths in ((FRONT_NAMES, FRONT_RADII), (BACK_NAMES, BACK_RADII)):
        radii |= {f"{name}.L": (widths[i], widths[i + 1]) for i, name in enumerate(names)}
    for bone in bones:
        width = radii.get(bone.name.replace(".R", ".L"))
        if width is not None:
            cones.append(Cone(bone.name, tuple(bone.head), tuple(bone.tail), width))
    skull, muzzle = np.array(HEAD[0]), np.array(HEAD[1])
    middle = 0.45 * skull + 0.55 * muzzle
    cones.append(Cone("Head", tuple(np.add(skull, (0, -0.03, 0))), tuple(middle), (0.125, 0.085)))
    cones.append(Cone("Head", tuple(middle), tuple(np.add(muzzle, (0, 0.05, 0.01))), (0.085, 0.06)))
    return cones


def _distances(points: np.ndarray, cone: Cone) -> np.ndarray:
    """Signed distances (N,) of points (N, 3), nearly: the radius grows linearly along the axis."""
    start, axis = np.array(cone.start), np.subtract(cone.end, cone.start)
    along = np.clip((points - start) @ axis / (axis @ axis), 0.0, 1.0)
    radius = cone.radii[0] + along * (cone.radii[1] - cone.radii[0])
    return np.linalg.norm(points - start - along[:, None] * axis, axis=1) - radius


def _surface(cones: list[Cone], cell: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vertices, triangles and twins of the body's surface, mirrored exactly."""
    ends = np.array([[np.subtract(end, radius) for end, radius in zip((c.start, c.end), c.radii)] for c in cones])
    tops = np.array([[np.add(end, radius) for end, radius in zip((c.start, c.end), c.radii)] for c in cones])
    low, high = ends.reshape(-1, 3).min(axis=0) - 2 * cell, tops.reshape(-1, 3).max(axis=0) + 2 * cell
    half = int(np.ceil(high[0] / cell))
    # The middle lies between two samples, so that vertices come to lie on it.
    origin = np.array([(0.5 - half) * cell, low[1], low[2]])
    shape = 2 * half, *(int(np.ceil(size / cell)) + 1 for size in (high - low)[1:])
    grid = Grid(torch.tensor(origin), cell, shape)
    points = grid.points().numpy()
    smallest = np.full(len(points), np.inf)
    total = np.zeros(len(points))
    for cone in cones:
        distance = _distances(points, cone)
        smallest = np.minimum(smallest, distance)
        total += np.exp(-distance / (0.35 * BLEND))
    blended = np.where(smallest < 4 * BLEND, -0.35 * BLEND * np.log(total.clip(1e-300)), smallest)
    mesh = extract(torch.from_numpy(blended.reshape(shape)), grid)
    vertices, quads = mesh.vertices.numpy(), mesh.triangles.numpy().reshape(-1, 2, 3)
    kept = quads[vertices[quads].mean(axis=(1, 2))[:, 0] > 1e-9].reshape(-1, 3)
    used, kept = np.unique(kept, return_inverse=True)
    side = vertices[used]
    kept = kept.reshape(-1, 3)
    middle = np.abs(side[:, 0]) < 1e-6
    side[middle, 0] = 0.0
    count, away = len(side), np.flatnonzero(~middle)
    twin = np.arange(count)
    twin[away] = count + np.arange(len(away))
    other = side[away] * [-1.0, 1.0, 1.0]
    triangles = np.concatenate([kept, twin[kept][:, ::-1]])
    return np.concatenate([side, other]), triangles, np.concatenate([twin, away])


def _weights(
    vertices: np.ndarray, cones: list[Cone], names: list[str], twin: np.ndarray, twin_bone: np.ndarray
) -> np.ndarray:
    """(V, B): bones whose cones are near. A limb of one side never moves the other side or the middle."""
    distance = np.full((len(vertices), len(names)), np.inf)
    for cone in cones:
        number = names.index(cone.bone)
        distance[:, number] = np.minimum(distance[:, number], _distances(vertices, cone))
    sided = np.array([name.endswith((".L", ".R")) for name in names])
    right = np.array([name.endswith(".R") for name in names])
    distance = np.where(right | (sided & (vertices[:, :1] == 0.0)), np.inf, distance)
    left = vertices[:, 0] >= 0.0
    nearest = distance[left].min(axis=1, keepdims=True)
    indices, weights = limited(np.exp((nearest - distance[left]) / SOFTNESS))
    dense = np.zeros_like(distance)
    np.add.at(dense, (np.flatnonzero(left)[:, None], indices), weights)
    dense /= np.maximum(dense.sum(axis=1, keepdims=True), 1e-12)
    dense[~left] = dense[twin[~left]][:, twin_bone]
    return dense
