# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scores on the made animals: class, direction, and the distance of named bones from the joints they stand for."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from .made_animals import Made
from .rigs import Found
from .scores import outside

BONE_OF_JOINT = {
    "hip": ("Thigh", "head"), "knee": ("Shin", "head"), "ankle": ("Foot", "head"), "toe": ("Toes", "tail"),
    "backfoot": ("BackToes", "tail"), "frontfoot": ("FrontToes", "tail"),
    "shoulder": ("UpperArm|UpperWing", "head"), "elbow": ("Forearm|Forewing", "head"),
    "wrist": ("Hand|HandWing", "head"),
    "finger": ("Hand", "tail"), "wingtip": ("HandWing", "tail"),
    "skull": ("Head", "head"), "muzzle": ("Head", "tail"), "crown": ("Head", "tail"),
    "tailbase": ("Tail1", "head"), "ear": ("Ear3", "tail"),
}  # fmt: skip
"""Key joint -> the bone (a regular expression) and the end of it that lies there."""


@dataclass(frozen=True)
class MadeScore:
    plan: str
    """What the skeleton follows."""
    best: str
    """The plan with the highest confidence."""
    confidence: float
    forward: bool | None
    """None where there is no front or the plan is another one."""
    errors: dict[str, float]
    """Key joint -> distance of its bone's end in units of the box; infinite without such a bone. Empty under another
    plan."""
    outside: list[str]
    bones: int

    @property
    def mean_error(self) -> float:
        """Over the joints that have a bone."""
        finite = [error for error in self.errors.values() if np.isfinite(error)]
        return float(np.mean(finite)) if finite else float("nan")


def made_score(made: Made, found: Found) -> MadeScore:
    recognition, plan = found.finding.recognition, found.finding.skeleton.animal
    right = plan == made.animal
    forward = bool(found.forward @ made.forward > 0.7) if made.forward is not None and right else None
    errors = (
        {name: _error(name, point, found) / found.shape.size for name, point in made.joints.items()} if right else {}
    )
    return MadeScore(
        plan,
        recognition.best,
        recognition.scores[recognition.best],
        forward,
        errors,
        outside(found.joints, made.vertices, made.triangles),
        len(found.joints.names),
    )


def _error(joint: str, point: np.ndarray, found: Found) -> float:
    names, heads, tails = found.joints.names, found.joints.points, found.tails
    stem, dot, side = joint.partition(".")
    if found.finding.skeleton.animal == "tree" or stem in ("middle", "fin"):  # no bone of this name: any end will do
        return float(min(np.linalg.norm(heads - point, axis=1).min(), np.linalg.norm(tails - point, axis=1).min()))
    if stem == "tail":
        last = [index for index, name in enumerate(names) if re.fullmatch(r"Tail\d+", name)]
        if found.finding.skeleton.animal == "serpent":
            last = last or [index for index, name in enumerate(names) if re.fullmatch(r"Spine\d+", name)]
        return float(np.linalg.norm(tails[last[-1]] - point)) if last else np.inf
    if stem == "neck":
        stem_index = [index for index, name in enumerate(names) if name == "Neck1"]
        return float(np.linalg.norm(heads[stem_index[0]] - point)) if stem_index else np.inf
    pattern, end = BONE_OF_JOINT[stem]
    match = [index for index, name in enumerate(names) if re.fullmatch(f"({pattern}){re.escape(dot + side)}", name)]
    if not match:
        return np.inf
    return float(np.linalg.norm((heads if end == "head" else tails)[match[0]] - point))
