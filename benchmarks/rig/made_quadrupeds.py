# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: RUF005 (lists are added to arrays here: vectors, not concatenations)
"""Four-legged animals of very different builds, standing and walking."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .sculpt import Sketch, rotation_x


@dataclass(frozen=True)
class Stance:
    """Heights of leg joints in parts of the height of hip or shoulder, after "Textbook of Veterinary Anatomy"."""

    knee: float
    hock: float
    elbow: float
    wrist: float
    ball: float


HOOVES = Stance(0.79, 0.46, 0.78, 0.44, 0.16)
PAWS = Stance(0.66, 0.29, 0.68, 0.25, 0.07)
PILLARS = Stance(0.56, 0.15, 0.58, 0.2, 0.06)


@dataclass(frozen=True)
class Build:
    """Proportions of a four-legged animal. Lengths in units of the distance from hip to shoulder, angles in degrees."""

    hip: float
    """Height of the hip joint."""
    shoulder: float
    girth: tuple[float, float]
    """Radius of the trunk at pelvis and chest."""
    slim: float
    """Width of the trunk over its depth."""
    thigh: float
    """Radius of the upper leg."""
    shank: float
    """Radius of the lower leg."""
    foot: float
    """Length from ball to toe."""
    crook: float
    """How much the hind leg bends at knee and hock, 0..1."""
    neck: float
    neck_angle: float
    """Above the horizontal."""
    neck_radius: tuple[float, float]
    head: float
    head_radius: float
    head_angle: float
    """Of the muzzle below the horizontal."""
    tail: float
    tail_radius: float
    tail_angle: float
    """Of the tail above the horizontal, backward."""
    ear: float
    ear_radius: float
    stance: Stance = PAWS
    sprawl: float = 0.0
    """Length of the upper leg that points sideways, lizards."""


def _varied(build: Build, rng: np.random.Generator) -> Build:
    """Every length by up to 10 %, angles by up to 8 degrees."""
    changed = {}
    for name, value in vars(build).items():
        if name.endswith("angle"):
            changed[name] = value + rng.uniform(-8, 8)
        elif isinstance(value, Stance):
            changed[name] = value
        elif isinstance(value, tuple):
            factor = rng.uniform(0.92, 1.08)
            changed[name] = (value[0] * factor, value[1] * factor)
        else:
            changed[name] = value * rng.uniform(0.9, 1.1)
    return Build(**changed)


def elephant(rng: np.random.Generator) -> Sketch:
    build = _varied(
        Build(
            hip=1.15,
            shoulder=1.2,
            girth=(0.42, 0.44),
            slim=0.85,
            thigh=0.2,
            shank=0.13,
            foot=0.06,
            crook=0.25,
            neck=0.18,
            neck_angle=25,
            neck_radius=(0.32, 0.28),
            head=0.38,
            head_radius=0.24,
            head_angle=55,
            tail=0.5,
            tail_radius=0.045,
            tail_angle=-75,
            ear=0.32,
            ear_radius=0.2,
            stance=PILLARS,
        ),
        rng,
    )
    sketch = _four_legs(build, [0, 0, 0, 0])
    mouth = sketch.joints.pop("muzzle")
    curl = rng.uniform(0.1, 0.3)
    trunk = [
        mouth + [0, 0.05, 0.05],
        mouth + [0, -0.1, -0.2],
        mouth + [0, -0.08, -0.45],
        mouth + [0, -0.08 - curl, -0.68],
    ]
    sketch.limb("head", trunk, [0.13, 0.1, 0.075, 0.05], blend=0.5)
    return sketch


def dachshund(rng: np.random.Generator) -> Sketch:
    return _four_legs(
        _varied(
            Build(
                hip=0.36,
                shoulder=0.36,
                girth=(0.14, 0.17),
                slim=0.85,
                thigh=0.085,
                shank=0.045,
                foot=0.08,
                crook=0.7,
                neck=0.22,
                neck_angle=40,
                neck_radius=(0.1, 0.08),
                head=0.26,
                head_radius=0.07,
                head_angle=8,
                tail=0.42,
                tail_radius=0.03,
                tail_angle=25,
                ear=0.15,
                ear_radius=0.035,
            ),
            rng,
        ),
        [0, 0, 0, 0],
    )


def giraffe(rng: np.random.Generator) -> Sketch:
    return _four_legs(
        _varied(
            Build(
                hip=1.75,
                shoulder=1.95,
                girth=(0.27, 0.33),
                slim=0.75,
                thigh=0.13,
                shank=0.055,
                foot=0.08,
                crook=0.6,
                neck=1.9,
                neck_angle=62,
                neck_radius=(0.2, 0.09),
                head=0.36,
                head_radius=0.09,
                head_angle=25,
                tail=0.8,
                tail_radius=0.035,
                tail_angle=-70,
                ear=0.16,
                ear_radius=0.03,
                stance=HOOVES,
            ),
            rng,
        ),
        [0, 0, 0, 0],
    )


def lizard(rng: np.random.Generator) -> Sketch:
    return _four_legs(
        _varied(
            Build(
                hip=0.2,
                shoulder=0.2,
                girth=(0.11, 0.12),
                slim=1.2,
                thigh=0.05,
                shank=0.035,
                foot=0.09,
                crook=0.5,
                neck=0.14,
                neck_angle=5,
                neck_radius=(0.09, 0.075),
                head=0.25,
                head_radius=0.075,
                head_angle=3,
                tail=1.5,
                tail_radius=0.075,
                tail_angle=-3,
                ear=0.0,
                ear_radius=0.0,
                sprawl=0.25,
            ),
            rng,
        ),
        [0, 0, 0, 0],
    )


def pig(rng: np.random.Generator) -> Sketch:
    return _four_legs(
        _varied(
            Build(
                hip=0.58,
                shoulder=0.56,
                girth=(0.31, 0.32),
                slim=0.85,
                thigh=0.12,
                shank=0.06,
                foot=0.06,
                crook=0.5,
                neck=0.02,
                neck_angle=15,
                neck_radius=(0.27, 0.24),
                head=0.42,
                head_radius=0.2,
                head_angle=15,
                tail=0.25,
                tail_radius=0.025,
                tail_angle=20,
                ear=0.16,
                ear_radius=0.06,
                stance=HOOVES,
            ),
            rng,
        ),
        [0, 0, 0, 0],
    )


def rat(rng: np.random.Generator) -> Sketch:
    return _four_legs(
        _varied(
            Build(
                hip=0.36,
                shoulder=0.3,
                girth=(0.24, 0.17),
                slim=0.9,
                thigh=0.09,
                shank=0.04,
                foot=0.12,
                crook=0.8,
                neck=0.12,
                neck_angle=15,
                neck_radius=(0.13, 0.11),
                head=0.34,
                head_radius=0.1,
                head_angle=12,
                tail=1.3,
                tail_radius=0.032,
                tail_angle=4,
                ear=0.12,
                ear_radius=0.05,
            ),
            rng,
        ),
        [0, 0, 0, 0],
    )


def horse_walking(rng: np.random.Generator) -> Sketch:
    """Asymmetric: all four legs in different phases of a walk."""
    build = _varied(
        Build(
            hip=1.15,
            shoulder=1.12,
            girth=(0.28, 0.29),
            slim=0.8,
            thigh=0.14,
            shank=0.06,
            foot=0.09,
            crook=0.7,
            neck=0.65,
            neck_angle=45,
            neck_radius=(0.2, 0.12),
            head=0.5,
            head_radius=0.1,
            head_angle=35,
            tail=0.6,
            tail_radius=0.05,
            tail_angle=-55,
            ear=0.15,
            ear_radius=0.03,
            stance=HOOVES,
        ),
        rng,
    )
    stride = rng.uniform(14, 24)
    return _four_legs(build, [stride, -stride, -0.8 * stride, 0.9 * stride])


def cat_walking(rng: np.random.Generator) -> Sketch:
    build = _varied(
        Build(
            hip=0.62,
            shoulder=0.58,
            girth=(0.17, 0.18),
            slim=0.8,
            thigh=0.085,
            shank=0.045,
            foot=0.09,
            crook=0.75,
            neck=0.22,
            neck_angle=35,
            neck_radius=(0.12, 0.1),
            head=0.2,
            head_radius=0.1,
            head_angle=10,
            tail=0.9,
            tail_radius=0.035,
            tail_angle=30,
            ear=0.11,
            ear_radius=0.04,
        ),
        rng,
    )
    stride = rng.uniform(14, 24)
    return _four_legs(build, [stride, -stride, -0.7 * stride, stride])


def _four_legs(build: Build, swing: list[float]) -> Sketch:
    """``swing``: degrees by which the legs front left, front right, back left, back right point forward."""
    sketch = Sketch("quadruped")
    pelvis, chest = np.array([0, 0.5, build.hip]), np.array([0, -0.5, build.shoulder])
    lift = np.array([0, 0, 0.15 * build.girth[1]]) if not build.sprawl else np.zeros(3)
    flat = ((1.0, 0, 0), build.slim)
    sketch.limb(
        "trunk",
        [pelvis + lift + [0, 0.05, 0], (pelvis + chest) / 2 + lift, chest + lift],
        [build.girth[0], 1.02 * max(build.girth), build.girth[1]],
        blend=0.5,
        flat=flat,
    )

    rise, down = np.radians(build.neck_angle), np.radians(build.head_angle)
    base = chest + lift + [0, -0.5 * build.girth[1], 0.25 * build.girth[1]]
    atlas = base + build.neck * np.array([0, -np.cos(rise), np.sin(rise)])
    muzzle = atlas + build.head * np.array([0, -np.cos(down), -np.sin(down)])
    sketch.limb(
        "head",
        [chest + lift + [0, -0.1 * build.girth[1], 0.1 * build.girth[1]], base, atlas],
        [build.neck_radius[0], build.neck_radius[0], build.neck_radius[1]],
        blend=0.6,
    )
    sketch.limb(
        "head",
        [atlas, atlas + 0.3 * (muzzle - atlas), muzzle],
        [0.9 * build.head_radius, build.head_radius, 0.6 * build.head_radius],
        blend=0.5,
    )
    sketch.joints |= {
        "skull": atlas,
        "muzzle": muzzle + 0.6 * build.head_radius * np.array([0, -np.cos(down), -np.sin(down)]),
    }

    back = np.radians(build.tail_angle)
    root = pelvis + lift + [0, 0.85 * build.girth[0], 0.3 * build.girth[0]]
    if build.sprawl:
        root = pelvis + [0, 0.8 * build.girth[0], 0]
    droop = np.array([0, 0, -0.15 * build.tail]) if build.tail_angle > -30 else np.zeros(3)
    end = root + build.tail * np.array([0, np.cos(back), np.sin(back)]) + droop
    end[2] = max(end[2], 1.5 * build.tail_radius)
    middle = (root + end) / 2 - droop / 3
    sketch.limb(
        "tail",
        [root, middle, end],
        [build.tail_radius, 0.8 * build.tail_radius, max(0.4 * build.tail_radius, 0.025)],
        blend=0.8,
    )
    sketch.joints |= {"tailbase": root, "tail": end}

    def sides(side: float, name: str) -> None:
        if build.ear:
            out = np.array([side * 0.6, 0.25, 0.75 if build.ear_radius < 0.1 else -0.1])
            foot = atlas + [side * 0.75 * build.head_radius, 0, 0.5 * build.head_radius]
            sketch.limb(
                "ear" + name,
                [foot, foot + build.ear * out],
                [max(build.ear_radius, 0.045), max(0.6 * build.ear_radius, 0.03)],
                flat=((0, 1.0, 0.3), 0.6),
            )
            sketch.joints["ear" + name] = foot + build.ear * out
        for front in (True, False):
            angle = swing[(0 if front else 2) + (side < 0)]
            joints = _leg(build, side, front, angle)
            shin = build.shank
            sketch.limb(
                ("front" if front else "back") + name,
                list(joints),
                [build.thigh, 0.5 * (build.thigh + shin), shin, shin, 0.8 * shin],
                blend=0.4,
            )
            keys = (
                ("shoulder", "elbow", "wrist", None, "frontfoot")
                if front
                else ("hip", "knee", "ankle", None, "backfoot")
            )
            sketch.joints.update({key + name: joint for key, joint in zip(keys, joints) if key})

    sketch.both(sides)
    return sketch


def _leg(build: Build, side: float, front: bool, angle: float) -> np.ndarray:
    """(5, 3): hip, knee, hock, ball, toe or shoulder, elbow, wrist, ball, toe."""
    top = build.shoulder if front else build.hip
    girth = build.girth[1 if front else 0]
    wide = side * (build.slim * girth - 0.8 * build.thigh)
    stance = build.stance
    y = -0.48 if front else 0.5
    ground = 0.9 * build.shank
    if build.sprawl:
        ahead = -0.12 if front else 0.1
        knee = [wide + side * build.sprawl, y - ahead, top]
        hock = [wide + side * (build.sprawl + 0.06), y + 1.2 * ahead, 0.4 * top]
        ball = [wide + side * (build.sprawl + 0.1), y + 1.2 * ahead - 0.02, ground]
        return np.array([[wide, y, top], knee, hock, ball, [ball[0] + side * 0.02, ball[1] - build.foot, ground]])
    if front:
        steps = [(0.0, 1.0), (0.05, stance.elbow), (0.02, stance.wrist), (0.0, stance.ball)]
    else:
        steps = [
            (0.0, 1.0),
            (-0.16 * build.crook, stance.knee),
            (0.12 * build.crook, stance.hock),
            (0.06 * build.crook, stance.ball),
        ]
    turn = rotation_x(angle)
    points = []
    for offset, height in steps:
        step = turn @ np.array([0.0, offset * top, (height - 1) * top])
        points.append(np.array([wide, y + step[1], max(top + step[2], ground)]))
    if angle:  # a leg on the ground is as long as it must be; the one that swings back is about to leave it
        points[-1][2] = max(stance.ball * top, ground) + (0.0 if angle > 0 else 0.05 * top)
    toe = points[-1] + [0.0, -build.foot, 0.0]
    toe[2] = 0.8 * build.shank + (0.0 if angle >= 0 else 0.02 * top)
    return np.array([*points, toe])
