# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: RUF005 - points are arrays here, and adding a tuple moves them
"""Figures: busts and statues of people, robots, snowmen, chess pieces. They look to -Y."""

from __future__ import annotations

import math

import numpy as np

from . import curves
from .implicit import Blob, Placement, both, ellipsoid, limb, surface
from .primitives import around, ball, box, cushion, cylinder, lathe, mirrored, moved, rotation, torus, tube, turned
from .shape import Family, Piece


def _head(rng: np.random.Generator, part: str = "head") -> list[Blob]:
    """A human head around a skull of radius 1 whose middle is the origin; it looks to -Y."""
    long, jaw = rng.uniform(1.0, 1.12), rng.uniform(0.5, 0.64)
    nose = rng.uniform(0.96, 1.08)
    return [
        ellipsoid((0, 0.12, 0.25), (0.88, 1.0, 0.95), part, 0.2),
        ellipsoid((0, -0.3, -0.25 * long), (0.68, 0.66, 0.82), part, 0.3),
        limb([(-0.3 * jaw, -0.62, -0.98 * long), (0.3 * jaw, -0.62, -0.98 * long)], 0.27 * jaw / 0.55, part, 0.3),
        *both(
            limb(
                [(0.6, 0.1, -0.25), (0.58 * jaw / 0.6, -0.1, -0.68 * long), (0.2, -0.55, -0.95 * long)],
                (0.2, 0.18, 0.16),
                part,
                0.3,
            )
        ),
        *both(ellipsoid((0.42, -0.66, -0.28), (0.26, 0.24, 0.28), part, 0.25)),
        *both(limb([(0.08, -0.88, 0.2), (0.34, -0.86, 0.25), (0.62, -0.62, 0.14)], (0.09, 0.09, 0.07), part, 0.18)),
        limb([(0, -0.84, 0.16), (0, -0.96 * nose, -0.08), (0, -1.06 * nose, -0.3)], (0.085, 0.09, 0.12), part, 0.12),
        *both(ellipsoid((0.12, -0.94, -0.34), (0.1, 0.11, 0.085), part, 0.1)),
        *both(ellipsoid((0.34, -0.96, 0.02), (0.19, 0.15, 0.1), part, 0.12, carved=True)),
        *both(ellipsoid((0.33, -0.74, 0.02), (0.16, 0.15, 0.12), part, 0.04)),
        limb([(-0.22, -0.83, -0.56), (0, -0.93, -0.54), (0.22, -0.83, -0.56)], (0.05, 0.085, 0.05), part, 0.1),
        limb([(-0.18, -0.82, -0.7), (0, -0.9, -0.71), (0.18, -0.82, -0.7)], (0.05, 0.09, 0.05), part, 0.1),
        limb([(-0.26, -0.93, -0.63), (0, -1.02, -0.63), (0.26, -0.93, -0.63)], 0.035, part, 0.03, carved=True),
        *both(ellipsoid((0.86, 0.12, -0.08), (0.09, 0.2, 0.28), part, 0.08, rotation("x", 0.2))),
    ]


def _hair(rng: np.random.Generator, style: int) -> list[Blob]:
    """Hair, or a beard with it, for the head that ``_head`` draws."""
    if style == 0:  # none
        return []
    blobs = [ellipsoid((0, 0.26, 0.42), (0.97, 1.02, 0.92), "hair", 0.06)]
    if style == 1:  # curls
        for i in range(34):
            z = rng.uniform(-0.1, 1.0)
            angle = i * 2.39996
            if math.sin(angle) < -0.25 and z < 0.62:
                continue
            r = math.sqrt(max(1 - z * z, 0.0))
            at = (0.95 * r * math.cos(angle), 0.26 + r * math.sin(angle), 0.42 + 0.88 * z)
            blobs.append(ellipsoid(at, rng.uniform(0.18, 0.25), "hair", 0.05))
    elif style == 2:  # long, parted
        for i in range(6):
            side, back = 0.95 - 0.03 * i, -0.45 + 0.3 * i
            path = [(0.06, back * 0.7 + 0.1, 1.36 - 0.06 * abs(i - 2)), (0.62, back, 1.0), (side, back + 0.15, 0.25)]
            path += [(side * 0.95, back * 0.7 + 0.3, -0.6), (side * 0.8, back * 0.5 + 0.25, -1.35 - 0.05 * i)]
            blobs += both(limb(path, (0.1, 0.2, 0.21, 0.2, 0.12), "hair", 0.04))
        blobs += [ellipsoid((0, 0.62, -0.25), (0.86, 0.62, 1.25), "hair", 0.1)]
        for x in (-0.55, -0.18, 0.18, 0.55):
            blobs.append(
                limb(
                    [
                        (x * 0.5, 0.85, 1.15),
                        (x, 1.2 - 0.3 * abs(x), 0.3),
                        (x * 1.1, 1.1 - 0.3 * abs(x), -0.7),
                        (x, 0.8, -1.45),
                    ],
                    (0.1, 0.2, 0.2, 0.1),
                    "hair",
                    0.05,
                )
            )
    else:  # a knot
        blobs += [ellipsoid((0, 1.2, 0.6), (0.42, 0.4, 0.42), "hair", 0.12)]
        for x in np.linspace(-0.6, 0.6, 7):
            blobs.append(
                limb(
                    [(x, -0.7 + 0.4 * abs(x), 0.78), (x * 1.1, 0.1, 1.28 - 0.2 * abs(x)), (x * 0.6, 0.95, 0.8)],
                    0.14,
                    "hair",
                    0.06,
                )
            )
    return blobs


def _beard(rng: np.random.Generator) -> list[Blob]:
    blobs = [limb([(-0.6, -0.35, -0.6), (0, -0.75, -1.15), (0.6, -0.35, -0.6)], (0.17, 0.3, 0.17), "hair", 0.12)]
    for x in np.linspace(-0.5, 0.5, 5):
        drop = rng.uniform(0.25, 0.5) * (1 - x * x)
        blobs.append(
            limb(
                [(x, -0.7 + 0.3 * x * x, -0.95 + 0.3 * x * x), (x * 0.85, -0.82 + 0.3 * x * x, -1.2 - drop)],
                (0.19, 0.08),
                "hair",
                0.08,
            )
        )
    blobs += both(
        limb([(0.03, -1.0, -0.47), (0.28, -0.9, -0.52), (0.42, -0.75, -0.72)], (0.09, 0.09, 0.05), "hair", 0.05)
    )
    return blobs


def bust(rng: np.random.Generator) -> list[Piece]:
    """A head with neck and shoulders on a turned foot."""
    woman = rng.random() < 0.5
    style = int(rng.choice([2, 3] if woman else [0, 1, 1]))
    scale = 0.5
    look = Placement(np.array([0, -0.1, 1.15]), rotation("z", rng.uniform(-0.3, 0.3)), scale)
    # Head and shoulders are surfaces of their own: a face needs a finer grid.
    head = look.blobs([*_head(rng, "body"), *_hair(rng, style), *([] if woman or rng.random() < 0.4 else _beard(rng))])
    neck, wide = (0.21, 0.62) if woman else (0.27, 0.74)
    blobs = [
        limb([(0, 0.06, 0.85), (0, 0.1, 0.45), (0, 0.12, 0.2)], (neck, neck, neck * 1.3), "body", 0.16),
        limb(
            [(-wide, 0.14, 0.08), (-0.3, 0.14, 0.2), (0, 0.12, 0.26), (0.3, 0.14, 0.2), (wide, 0.14, 0.08)],
            (0.2, 0.2, 0.2, 0.2, 0.2),
            "body",
            0.2,
        ),
        ellipsoid((0, 0.05, -0.1), (0.58 if woman else 0.68, 0.34, 0.42), "body", 0.25),
        *both(ellipsoid((0.27, -0.2, -0.1), (0.25, 0.19, 0.2) if woman else (0.3, 0.12, 0.2), "body", 0.2)),
    ]
    if rng.random() < 0.55:  # a cloak over the shoulder
        for i in range(6):
            t = i / 5
            blobs.append(
                limb(
                    [
                        (-0.62 + 0.2 * t, -0.05, 0.12 - 0.14 * t),
                        (-0.1, -0.33 - 0.02 * t, -0.02 - 0.18 * t),
                        (0.5 + 0.1 * t, -0.2, 0.2 - 0.3 * t),
                        (0.66, 0.1, 0.2 - 0.25 * t),
                    ],
                    0.085,
                    "cloth",
                    0.05,
                )
            )
    # Cut off below in a curve, as busts are.
    blobs += [ellipsoid((0, 0.0, -1.2), (2.2, 1.6, 0.86), "body", 0.02, carved=True)]
    pieces = [surface(head, 4600), surface(blobs, 1500)]
    foot = [(0.26, -1.0), (0.3, -0.98), (0.28, -0.9), (0.15, -0.82), (0.12, -0.6), (0.2, -0.4), (0.26, -0.32)]
    pieces += [lathe(np.concatenate([[(0, -1.0)], curves.spline(foot, 4), [(0, -0.3)]]), "base", 32)]
    pieces += [box((0.66, 0.66, 0.16), "base", 0.03, (0, 0.0, -1.06))]
    return moved(pieces, (0, 0, 0))


def statue(rng: np.random.Generator) -> list[Piece]:
    """A standing figure in a robe on a pedestal."""
    look = Placement(np.array([0, -0.03, 2.02]), rotation("z", rng.uniform(-0.5, 0.5)), 0.155)
    style = int(rng.integers(4))
    head = look.blobs(
        [*_head(rng, "body"), *_hair(rng, style), *(_beard(rng) if style == 1 and rng.random() < 0.5 else [])]
    )
    blobs: list[Blob] = []
    sway = rng.uniform(-0.06, 0.06)
    robe = rng.random() < 0.65
    blobs += [
        limb([(0, 0.02, 1.95), (0, 0.03, 1.75)], (0.075, 0.09), "body", 0.05),
        limb([(-0.23, 0.03, 1.64), (0, 0.02, 1.7), (0.23, 0.03, 1.64)], (0.09, 0.1, 0.09), "body", 0.08),
        ellipsoid((0, 0.0, 1.5), (0.23, 0.15, 0.26), "body", 0.1),
        ellipsoid((0, 0.01, 1.25), (0.18, 0.125, 0.2), "body", 0.1),
        ellipsoid((sway, 0.02, 1.02), (0.23, 0.16, 0.18), "body", 0.1),
    ]
    pose = int(rng.integers(3))

    def arm(side: int, kind: int) -> list[Blob]:
        shoulder = np.array([0.27 * side, 0.03, 1.62])
        elbow, hand = {
            0: ((0.36, 0.06, 1.3), (0.34, -0.06, 1.03)),
            1: ((0.42, -0.05, 1.36), (0.3, -0.36, 1.42)),
            2: ((0.5, 0.0, 1.82), (0.42, -0.08, 2.16)),
            3: ((0.45, 0.08, 1.36), (0.24, -0.04, 1.08)),
        }[kind]
        elbow, hand = np.array(elbow) * (side, 1, 1), np.array(hand) * (side, 1, 1)
        return [
            limb(
                [shoulder, (shoulder + elbow) / 2, elbow, (elbow + hand) / 2, hand],
                (0.09, 0.075, 0.062, 0.06, 0.042),
                "body",
                0.05,
                smooth=False,
            ),
            limb([hand, hand + (hand - elbow) * 0.3], (0.05, 0.032), "body", 0.03),
        ]

    kinds = ((0, 3), (0, 2), (1, 0))[pose]
    blobs += arm(-1, kinds[0]) + arm(1, kinds[1])
    legs = [(-0.12, -0.07), (0.12, 0.06)]
    if robe:
        folds = int(rng.integers(9, 14))
        blobs.append(
            limb([(sway, 0.02, 1.1), (sway * 0.5, 0.0, 0.6), (0, 0.0, 0.12)], (0.2, 0.22, 0.27), "cloth", 0.08)
        )
        for i in range(folds):
            angle = 2 * math.pi * i / folds + rng.uniform(-0.15, 0.15)
            x, y = math.cos(angle), 0.8 * math.sin(angle)
            blobs.append(
                limb(
                    [(sway + 0.2 * x, 0.02 + 0.15 * y, 1.12), (0.24 * x, 0.22 * y, 0.6), (0.31 * x, 0.3 * y, 0.05)],
                    (0.03, 0.055, 0.06),
                    "cloth",
                    0.05,
                )
            )
        for i in range(4):  # a sash
            blobs.append(
                limb(
                    [(0.24, 0.0, 1.66 - 0.05 * i), (0.02, -0.17, 1.42 - 0.06 * i), (-0.22, -0.05, 1.16 - 0.05 * i)],
                    0.032,
                    "cloth",
                    0.02,
                )
            )
        blobs += both(ellipsoid((0.11, -0.27, 0.04), (0.06, 0.12, 0.05), "body", 0.03))
    else:
        for x, y in legs:
            blobs += [
                limb(
                    [(x + sway * 0.5, 0.02, 1.0), (x * 1.05, y * 0.7 - 0.02, 0.72), (x * 1.0, y, 0.52)],
                    (0.135, 0.115, 0.08),
                    "body",
                    0.06,
                ),
                limb(
                    [(x, y, 0.52), (x * 1.02, y + 0.04, 0.34), (x, y + 0.02, 0.06)], (0.08, 0.088, 0.05), "body", 0.05
                ),
                limb([(x, y + 0.03, 0.04), (x * 1.3, y - 0.17, 0.03)], (0.055, 0.042), "body", 0.03),
            ]
        for i in range(12):  # a short tunic
            angle = 2 * math.pi * i / 12
            x, y = math.cos(angle), math.sin(angle)
            blobs.append(
                limb(
                    [(0.17 * x, 0.02 + 0.12 * y, 1.22), (sway + 0.25 * x, 0.02 + 0.2 * y, 0.75)],
                    (0.05, 0.06),
                    "cloth",
                    0.06,
                )
            )
    pieces = [surface(head, 2400), surface(blobs, 5000)]
    height = rng.uniform(0.25, 0.7)
    if rng.random() < 0.5:
        plinth = [
            box((0.86, 0.8, 0.1), "base", 0.02, (0, 0, -0.05)),
            box((0.72, 0.66, height), "base", 0.02, (0, 0, -height / 2)),
            box((0.92, 0.86, 0.12), "base", 0.025, (0, 0, -height)),
        ]
    else:
        profile = [
            (0.0, 0.0),
            (0.42, 0.0),
            (0.42, -0.06),
            (0.36, -0.1),
            (0.36, -height + 0.1),
            (0.44, -height + 0.04),
            (0.44, -height - 0.05),
            (0.0, -height - 0.05),
        ]
        plinth = [lathe(np.array(profile), "base", 40)]
    return pieces + plinth


def robot(rng: np.random.Generator) -> list[Piece]:
    """A tin toy: boxes or barrels with pipes for limbs."""
    round_body = rng.random() < 0.4
    wide, tall, deep = rng.uniform(0.62, 0.85), rng.uniform(0.7, 0.9), rng.uniform(0.45, 0.58)
    leg = rng.uniform(0.42, 0.6)
    base = leg + 0.1
    pieces: list[Piece] = []
    if round_body:
        barrel = [
            (0, 0),
            (0.36 * wide, 0),
            (0.52 * wide, 0.12),
            (0.54 * wide, tall - 0.15),
            (0.38 * wide, tall),
            (0, tall),
        ]
        pieces += moved(lathe(curves.fillet(barrel, 0.08, 3), "body", 36), (0, 0, base))
        front = -0.53 * wide
    else:
        pieces += [cushion((wide, deep, tall), "body", rng.uniform(0.04, 0.12), at=(0, 0, base + tall / 2))]
        front = -deep / 2
    pieces += [cushion((wide * 0.6, 0.08, tall * 0.46), "panel", 0.025, at=(0, front, base + tall * 0.56))]
    style = rng.integers(2)
    if style == 0:
        for i in range(3):
            knob = turned(cylinder(0.05, 0.05, "panel", 0.012, 18), "x", math.pi / 2)
            pieces += moved(knob, ((i - 1) * wide * 0.18, front - 0.03, base + tall * 0.46))
        pieces += [box((wide * 0.42, 0.04, 0.07), "eyes", 0.01, (0, front - 0.035, base + tall * 0.66))]
    else:
        gauge = turned(
            [cylinder(0.13, 0.05, "eyes", 0.012, 26), *moved(torus(0.13, 0.025, "limbs", 26, 8), (0, 0, 0.04))],
            "x",
            math.pi / 2,
        )
        pieces += moved(gauge, (0, front - 0.02, base + tall * 0.57))
    top = base + tall
    head = rng.uniform(0.36, 0.5)
    head_wide = wide * rng.uniform(0.6, 0.8)
    pieces += [cylinder(0.12, 0.12, "limbs", 0.01, 20)]
    pieces[-1:] = moved(pieces[-1], (0, 0, top - 0.02))
    low = top + 0.07
    head_style = rng.integers(3)
    if head_style == 0:
        pieces += [cushion((head_wide, deep * 0.85, head), "head", 0.06, at=(0, 0, low + head / 2))]
        face = -deep * 0.425
    elif head_style == 1:
        r = head_wide * 0.5
        dome = [(0, 0), (r, 0), (r, 0.45 * head), (r * 0.86, 0.75 * head), (r * 0.5, 0.96 * head), (0, 1.02 * head)]
        pieces += moved(lathe(np.concatenate([dome[:3], curves.spline(dome[2:], 5)[1:]]), "head", 32), (0, 0, low))
        face = -r * 0.97
    else:
        r = head_wide * 0.48
        pieces += moved(cylinder(r, head, "head", 0.05, 32), (0, 0, low))
        face = -r * 0.98
    eye = rng.uniform(0.07, 0.11)
    if rng.random() < 0.75:
        lens = turned(
            [
                cylinder(eye, 0.07, "limbs", 0.015, 20),
                *moved(ball((eye * 0.75, eye * 0.75, 0.035), "eyes", segments=16), (0, 0, 0.07)),
            ],
            "x",
            math.pi / 2,
        )
        pieces += mirrored(moved(lens, (head_wide * 0.23, face + 0.04, low + head * 0.6)))
    else:
        pieces += [cushion((head_wide * 0.7, 0.12, eye * 1.4), "eyes", 0.04, at=(0, face + 0.02, low + head * 0.6))]
    pieces += [box((head_wide * 0.42, 0.05, 0.05), "limbs", 0.012, (0, face, low + head * 0.2))]
    for x in np.linspace(-0.15, 0.15, 4) * head_wide:
        pieces += [box((0.014, 0.065, 0.055), "eyes", 0.003, (x, face, low + head * 0.2))]
    pieces += mirrored(
        moved(
            turned(cylinder(0.08, 0.08, "limbs", 0.02, 18), "y", math.pi / 2),
            (head_wide * 0.48 - 0.02, 0, low + head * 0.5),
        )
    )
    aerial = rng.integers(3)
    if aerial == 0:
        pieces += [
            tube(np.array([(0, 0, low + head - 0.02), (0, 0, low + head + 0.24)]), 0.022, "limbs", 8),
            ball(0.06, "eyes", (0, 0, low + head + 0.27), 14),
        ]
    elif aerial == 1:
        stick = [
            tube(np.array([(0.1, 0, low + head - 0.04), (0.24, 0, low + head + 0.24)]), 0.02, "limbs", 8),
            ball(0.05, "eyes", (0.25, 0, low + head + 0.27), 12),
        ]
        pieces += mirrored(stick)
    shoulder = np.array([wide * 0.52, 0, top - 0.16])
    pieces += mirrored(ball(0.15, "limbs", shoulder, 18))
    for side in (-1, 1):
        lift, bend = rng.uniform(0.0, 0.5), rng.uniform(-0.9, 0.3)
        elbow = shoulder + np.array([0.14 + 0.16 * lift, -0.02, -0.36 + 0.2 * lift])
        wrist = elbow + np.array([0.04, -0.32 * math.cos(bend), -0.3 * math.sin(bend) - 0.08])
        arm: list[Piece] = []
        for a, b in ((shoulder, elbow), (elbow, wrist)):
            steps = np.linspace(0, 1, 19)[:, None]
            ribs = 0.072 + 0.014 * np.sign(np.sin(np.arange(19) * 1.6))
            arm += [tube(a + (b - a) * steps, ribs, "limbs", 11, ends="flat")]
        arm += [ball(0.1, "limbs", elbow, 14)]
        direction = (wrist - elbow) / np.linalg.norm(wrist - elbow)
        arm += [tube(np.array([wrist - direction * 0.03, wrist + direction * 0.1]), 0.11, "head", 18, ends="flat")]
        across = np.cross(direction, (1.0, 0.0, 0.0))
        across /= np.linalg.norm(across)
        for s in (-1, 1):
            claw = curves.spline(
                [
                    wrist + direction * 0.08,
                    wrist + direction * 0.2 + across * s * 0.14,
                    wrist + direction * 0.34 + across * s * 0.05,
                ],
                4,
            )
            arm += [tube(claw, 0.038, "head", 8)]
        pieces += arm if side > 0 else _mirror(arm)
    for s in (-1, 1):
        x = s * wide * 0.26
        steps = np.linspace(0, 1, 21)
        path = np.column_stack([np.full(21, x), np.zeros(21), 0.12 + (base - 0.1) * steps])
        pieces += [tube(path, 0.1 + 0.014 * np.sign(np.sin(np.arange(21) * 1.6)), "limbs", 12, ends="flat")]
        pieces += [cushion((wide * 0.42, deep * 0.95, 0.2), "head", 0.06, at=(x, -0.07, 0.1))]
    return pieces


def _mirror(pieces: list[Piece]) -> list[Piece]:
    """The mirror images alone."""
    return mirrored(pieces)[len(pieces) :]


def snowman(rng: np.random.Generator) -> list[Piece]:
    balls = int(rng.choice([2, 3, 3]))
    sizes = np.array([0.75, 0.55, 0.4])[3 - balls :] * rng.uniform(0.93, 1.07, balls)
    pieces: list[Piece] = []
    z = 0.0
    centres = []
    for i, r in enumerate(sizes):
        z += r * (0.86 if i == 0 else 0.78)
        centres.append(z)
        pieces += [ball((r, r, r * 0.93), "body", (0, 0, z), 36)]
        z += r * 0.78
    head, up = sizes[-1], centres[-1]
    nose = [
        tube(np.array([(0, 0, 0), (0, -0.2, -0.01), (0.02, -0.46, -0.03)]), np.array([0.085, 0.06, 0.012]), "nose", 12)
    ]
    pieces += moved(nose, (0, -head * 0.93, up))
    pieces += mirrored(ball(0.055, "coal", (head * 0.36, -head * 0.86, up + head * 0.28), 12))
    for angle in np.linspace(-0.6, 0.6, 5):
        at = (head * math.sin(angle) * 0.8, -head * 0.9 * math.cos(angle * 0.8), up - head * 0.42 + 0.12 * angle**2)
        pieces += [ball(0.035, "coal", at, 8)]
    for i in range(3):
        r, middle = sizes[-2], centres[-2]
        tilt = -0.25 + 0.4 * i
        pieces += [ball(0.05, "coal", (0, -r * math.cos(tilt), middle + r * 0.93 * math.sin(tilt)), 10)]
    if rng.random() < 0.7:
        brim, tall = head * 1.1, rng.uniform(0.35, 0.55)
        profile = [(0, 0), (brim, 0), (brim, 0.05), (head * 0.72, 0.06), (head * 0.7, tall), (0, tall)]
        top = [
            lathe(curves.fillet(profile, 0.02, 2), "hat", 36),
            lathe(curves.rectangle(0.05, 0.1, 0.01) + (head * 0.72, 0.12), "scarf", 36, loop=True),
        ]
        pieces += moved(turned(top, "y", rng.uniform(-0.15, 0.15)), (0, 0, up + head * 0.72))
    else:
        pieces += moved(
            lathe(curves.spline([(head * 0.98, 0.0), (head * 0.9, 0.2), (head * 0.5, 0.42), (0.0, 0.5)], 5), "hat", 36),
            (0, 0, up + head * 0.25),
        )
        pieces += moved(torus(head * 0.98, 0.08, "scarf", 36, 10), (0, 0, up + head * 0.27))
        pieces += [ball(0.13, "scarf", (0, 0, up + head * 0.25 + 0.55), 16)]
    neck = up - head * 0.72
    pieces += moved(torus(head * 0.78, (0.1, 0.085), "scarf", 36, 12), (0, 0, neck))
    end = curves.spline(
        [(0.2, -head * 0.75, neck), (0.24, -head * 0.98, neck - 0.12), (0.26, -sizes[-2] * 1.0, neck - 0.4)], 5
    )
    pieces += [
        tube(
            end, np.array([(0.11, 0.035)]), "scarf", section=curves.rectangle(2, 2, 0.5), up=(0.2, -1, 0.6), ends="flat"
        )
    ]
    for s in (-1, 1):
        r, middle = sizes[-2], centres[-2]
        start = np.array([s * r * 0.85, 0, middle + 0.1])
        hand = start + (s * 0.62, rng.uniform(-0.25, 0.1), rng.uniform(0.1, 0.45))
        elbow = (start + hand) / 2 + (0, 0, rng.uniform(-0.08, 0.08))
        pieces += [tube(np.array([start, elbow, hand]), np.array([0.045, 0.035, 0.028]), "arms", 8)]
        for angle in (-0.6, 0.1, 0.7):
            direction = rotation("y", -angle * s) @ (hand - elbow)
            pieces += [tube(np.array([hand, hand + direction * 0.5]), np.array([0.025, 0.015]), "arms", 6)]
    return pieces


def chess_piece(rng: np.random.Generator) -> list[Piece]:
    """A pawn, a rook, a bishop, a queen or a king."""
    kind = rng.integers(5)
    height = (1.5, 1.6, 2.0, 2.2, 2.3)[kind] * rng.uniform(0.92, 1.08)
    foot = rng.uniform(0.52, 0.6)
    neck = (0.2, 0.34, 0.2, 0.22, 0.24)[kind]
    collar = height * (0.6, 0.62, 0.62, 0.68, 0.66)[kind]
    base = [(foot, 0.0), (foot, 0.1), (foot * 0.92, 0.16), (foot * 0.9, 0.2), (foot * 0.78, 0.26), (foot * 0.66, 0.3)]
    stem = curves.spline(
        [(foot * 0.62, 0.32), (neck * (1.12 if kind == 1 else 1.5), 0.5), (neck, 0.85 * collar), (neck * 1.1, collar)],
        6,
    )
    rim = [(neck * 1.9, collar + 0.03), (neck * 1.95, collar + 0.07), (neck * 1.3, collar + 0.11)]
    if kind == 1:
        top = 0.4
        rim = [
            (top * 0.85, collar + 0.02),
            (top, collar + 0.08),
            (top, height),
            (top - 0.13, height),
            (top - 0.13, height - 0.16),
        ]
        profile = np.concatenate([[(0, 0)], curves.fillet(base, 0.03, 2), stem, rim, [(0, height - 0.16)]])
        pieces: list[Piece] = [lathe(profile, "body", 40)]
        return pieces + around(box((0.14, 0.2, 0.16), "body", 0.02, (top - 0.07, 0, height + 0.07)), 6)
    profile = np.concatenate(
        [
            [(0, 0)],
            curves.fillet(base, 0.03, 2),
            stem,
            curves.fillet(rim, 0.02, 2),
            [(neck, collar + 0.14), (0, collar + 0.14)],
        ]
    )
    pieces = [lathe(profile, "body", 40)]
    low = collar + 0.1
    if kind == 0:
        r = rng.uniform(0.28, 0.34)
        pieces += [ball(r, "body", (0, 0, low + r * 0.85), 32)]
    elif kind == 2:
        head = curves.spline([(neck * 0.9, 0.0), (0.3, 0.22), (0.22, 0.45), (0.0, 0.62)], 6) + (0, low)
        pieces += [lathe(np.concatenate([[(0, low)], head]), "body", 32), ball(0.075, "body", (0, 0, low + 0.65), 14)]
        pieces += [*moved(turned(box((0.05, 0.5, 0.3), "trim", 0.01), "y", 0.6), (0.15, 0, low + 0.42))]
    else:
        head = np.array([(0, 0), (neck, 0.0), (0.26, 0.2), (0.4, 0.46), (0.3, 0.48), (0.14, 0.42), (0, 0.42)]) + (
            0,
            low,
        )

        def points(angle, level):
            return 1 + (0.05 if kind == 3 else 0.0) * np.cos(8 * angle) * np.clip((level - low) / 0.4, 0, 1)

        pieces += [lathe(head, "body", 48, shape=points)]
        if kind == 3:
            pieces += around(ball(0.07, "trim", (0.36, 0, low + 0.49), 10), 8)
            pieces += [ball(0.2, "body", (0, 0, low + 0.42), 20), ball(0.07, "trim", (0, 0, low + 0.66), 12)]
        else:
            pieces += moved(
                lathe(curves.spline([(0.33, 0.0), (0.2, 0.14), (0.0, 0.18)], 5), "body", 32), (0, 0, low + 0.46)
            )
            cross = [
                box((0.09, 0.07, 0.32), "trim", 0.015, (0, 0, 0.14)),
                box((0.26, 0.07, 0.09), "trim", 0.015, (0, 0, 0.17)),
            ]
            pieces += moved(cross, (0, 0, low + 0.62))
    return pieces


FAMILIES = (
    Family("bust", "figure", bust),
    Family("statue", "figure", statue),
    Family("robot", "figure", robot),
    Family("snowman", "figure", snowman),
    Family("chess piece", "figure", chess_piece),
)
