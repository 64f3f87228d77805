# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Galatea's skeletons in the form that the scores want."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from ...backend.mesh.clean import Shape, clean
from ...backend.skeleton.find import Finding, find_skeleton
from ...backend.skeleton.options import Counts
from .scores import Joints


@dataclass(frozen=True)
class Found:
    finding: Finding
    shape: Shape
    joints: Joints
    """Heads of the deforming bones, in the space of the mesh."""
    tails: np.ndarray
    """(J, 3) their other ends."""
    forward: np.ndarray
    """(3,) where the animal looks."""
    wall: float
    """Seconds."""
    cpu: float


def find(vertices: np.ndarray, triangles: np.ndarray, animal: str = "auto") -> Found:
    """Recognises and fits, with the default options."""
    wall, cpu = time.perf_counter(), time.process_time()
    shape = clean(vertices, triangles)
    finding = find_skeleton(shape, animal, True, Counts(), np.random.default_rng(0))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    bones = [bone for bone in finding.skeleton.bones if bone.deform]
    number = {bone.name: index for index, bone in enumerate(bones)}
    rotation, origin = finding.body.matrix[:3, :3], finding.body.matrix[:3, 3]
    heads = np.stack([bone.head for bone in bones]) @ rotation.T + origin
    tails = np.stack([bone.tail for bone in bones]) @ rotation.T + origin
    parents = np.array([number.get(bone.parent, -1) for bone in bones])
    return Found(finding, shape, Joints([bone.name for bone in bones], heads, parents), tails, -rotation[:, 1], wall, cpu)
