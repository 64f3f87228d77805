# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: RUF005 - points are arrays here, and adding a tuple moves them
"""What swims and creeps: fish, sharks, whales (which look like fish), snakes, turtles, frogs, crocodiles, dinosaurs."""

from __future__ import annotations

import math

import numpy as np

from . import curves
from .implicit import Placement, both, ellipsoid, limb, surface
from .organic import fin, horn, petal, sphere
from .primitives import ball, deformed, mirrored, moved, rotation, tube, turned
from .quadruped import eyes
from .shape import Family, Piece


def bent(pieces, amount: float, phase: float, length: float = 2.0) -> list[Piece]:
    """Bends a swimmer sideways, most at the tail: x moves with a wave along y."""

    def function(points: np.ndarray) -> np.ndarray:
        t = np.clip((points[:, 1] + 0.4 * length) / length, 0, 1.3)
        return points + np.column_stack([amount * t**2 * np.sin(2.5 * t + phase), 0 * t, 0 * t])

    return deformed(pieces, function)


# Swimmers


def fish(rng: np.random.Generator) -> list[Piece]:
    tall, thin = rng.uniform(0.3, 0.62), rng.uniform(0.35, 0.55)
    width = max(thin * tall, 0.15) / tall
    body = limb(
        [(0, -0.95, 0.0), (0, -0.75, 0.0), (0, -0.3, 0.0), (0, 0.35, 0.0), (0, 0.8, 0.0)],
        [0.12 * tall, 0.5 * tall, tall, 0.62 * tall, 0.16 * tall + 0.02],
        "body",
        flat=((1, 0, 0), width),
        steps=8,
    )
    lips = ellipsoid((0, -0.98, -0.02), (0.07, 0.08, 0.09), "body", 0.1)
    mouth = ellipsoid((0, -1.08, -0.02), (0.045, 0.1, 0.045), "body", 0.02, carved=True)
    size = rng.uniform(0.35, 0.6)
    fork = rng.uniform(0.1, 0.75)
    pieces = [
        fin((0, 0.72, 0.0), (0, 0.95 + size * 0.9, size), 0.16, 0.035, "fins", sweep=(0, 0.03, -0.08), end=0.35),
        fin((0, 0.72, 0.0), (0, 0.95 + size * 0.9, -size), 0.16, 0.035, "fins", sweep=(0, 0.03, 0.08), end=0.35),
        fin((0, 0.7, 0.0), (0, 1.25 + size * 0.6 * (1 - fork), 0.0), 0.18, 0.03, "fins", end=1.3 - fork),
    ]
    long, high = rng.uniform(0.28, 0.5), rng.uniform(0.2, 0.5)
    pieces.append(fin((0, 0.0, 0.75 * tall), (0, 0.25 + 0.2 * high, tall + high), long, 0.03, "fins", end=0.4))
    pieces.append(fin((0, 0.3, -0.5 * tall), (0, 0.55, -0.85 * tall - 0.5 * high), 0.22, 0.028, "fins", end=0.3))
    side = width * tall
    pieces += mirrored(
        fin(
            (side * 0.8, -0.38, -0.15 * tall),
            (side + 0.28, -0.02, -0.35 * tall),
            0.1,
            0.025,
            "fins",
            (0.7, -0.5, 0.5),
            end=0.9,
        )
    )
    pieces += mirrored(ball((0.05, 0.1, 0.1), "eyes", (width * 0.62 * tall + 0.005, -0.68, 0.14 * tall), 16))
    if rng.random() < 0.5:  # a gill cover
        cover = ellipsoid((width * 0.55 * tall, -0.5, -0.03), (0.42 * side, 0.22, 0.62 * tall), "body", 0.01)
        return bent([surface([body, lips, *both(cover), mouth], 4500), *pieces], rng.uniform(-0.3, 0.3), 0.0)
    return bent([surface([body, lips, mouth], 4000), *pieces], rng.uniform(-0.3, 0.3), 0.0)


def shark(rng: np.random.Generator) -> list[Piece]:
    thick = rng.uniform(0.22, 0.34)
    body = [
        limb(
            [(0, -1.25, 0.03), (0, -1.0, 0.02), (0, -0.4, 0.0), (0, 0.4, 0.02), (0, 1.15, 0.06)],
            [0.09, 0.55 * thick, thick, 0.72 * thick, 0.055],
            "body",
            steps=8,
            flat=((1, 0, 0), 0.88),
        ),
        limb(
            [(-0.2, -0.85, -0.17), (0, -1.02, -0.15), (0.2, -0.85, -0.17)], 0.035, "mouth", 0.01, carved=True, steps=5
        ),
    ]
    for i in range(4):  # gills
        y = -0.58 + 0.065 * i
        slit = limb([(0.86 * thick, y, 0.08), (0.9 * thick, y + 0.02, -0.1)], 0.018, "body", 0.01, carved=True)
        body += both(slit)
    lower = rng.uniform(0.25, 0.55)
    high = rng.uniform(0.3, 0.55)
    wide = rng.uniform(0.7, 1.05)
    pieces = [
        fin((0, -0.1, 0.8 * thick), (0, 0.22, thick + high), 0.24, 0.04, "fins", sweep=(0, 0.07, 0.02)),
        fin((0, 0.75, 0.3 * thick), (0, 0.92, 0.55 * thick + 0.1), 0.08, 0.02, "fins"),
        fin((0, 0.7, -0.3 * thick), (0, 0.87, -0.5 * thick - 0.1), 0.08, 0.02, "fins"),
        fin((0, 1.08, 0.02), (0, 1.55, 0.62), 0.16, 0.035, "fins", sweep=(0, -0.02, -0.06)),
        fin((0, 1.1, 0.06), (0, 1.35, -lower), 0.13, 0.03, "fins", sweep=(0, -0.02, 0.05)),
        *mirrored(
            fin((0.6 * thick, -0.3, -0.12), (wide, 0.1, -0.36), 0.2, 0.035, "fins", (0.3, 0, 1), (0, -0.06, 0.03))
        ),
        *mirrored(fin((0.4 * thick, 0.55, -0.1), (0.35, 0.75, -0.22), 0.09, 0.02, "fins", (0.3, 0, 1))),
        *mirrored(ball(0.032, "eyes", (0.5 * thick, -0.98, 0.07), 12)),
    ]
    return bent([surface(body, 5000), *pieces], rng.uniform(-0.45, 0.45), rng.uniform(-0.4, 0.4), 2.6)


def whale(rng: np.random.Generator) -> list[Piece]:
    kind = rng.integers(3)
    if kind == 0:  # a sperm whale: a box of a head
        spine = [(0, -1.15, 0.08), (0, -0.9, 0.08), (0, -0.2, 0.02), (0, 0.5, 0.0), (0, 1.2, 0.12)]
        radii = [0.3, 0.36, 0.4, 0.25, 0.05]
    elif kind == 1:  # a round, big-headed one
        spine = [(0, -0.85, 0.0), (0, -0.55, 0.0), (0, 0.0, 0.02), (0, 0.6, 0.1), (0, 1.05, 0.35)]
        radii = [0.32, 0.46, 0.48, 0.25, 0.07]
    else:  # a killer whale
        spine = [(0, -1.1, 0.0), (0, -0.85, 0.02), (0, -0.25, 0.0), (0, 0.5, 0.0), (0, 1.2, 0.04)]
        radii = [0.1, 0.22, 0.36, 0.24, 0.055]
    body = [limb(spine, radii, "body", flat=((1, 0, 0), 0.9), steps=8)]
    front = spine[0][1] - radii[0]
    if kind == 0:
        body.append(limb([(0, -0.95, -0.38), (0, -0.4, -0.38)], [0.08, 0.2], "belly", 0.05))
    elif kind == 1:
        lower = [(0, spine[0][1] - 0.02, -0.14), (0, spine[1][1], -0.19), (0, spine[2][1], -0.16)]
        body.append(limb(lower, [0.27, 0.37, 0.3], "belly", 0.015, steps=6))
    else:
        body.append(
            limb([(0, -0.95, -0.08), (0, -0.4, -0.12), (0, 0.4, -0.08)], [0.12, 0.27, 0.16], "belly", 0.02, steps=6)
        )
    end = np.array(spine[-1])
    wide, raised = rng.uniform(0.42, 0.6), rng.uniform(0.0, 0.5)
    fluke = fin(
        end + (0.0, -0.08, -0.02),
        end + (wide, 0.3, 0.12 + 0.3 * raised),
        0.17,
        0.045,
        "fins",
        (0, -raised, 1),
        (0.05, -0.04, 0),
    )
    middle = spine[2][1]
    girth = radii[2] * 0.9
    out = 0.35 + 0.15 * rng.random()
    flipper = fin(
        (0.75 * girth, middle - 0.3, -0.4 * girth),
        (girth + out, middle + 0.1, -0.75 * girth),
        0.16,
        0.045,
        "fins",
        (0.4, -0.3, 1),
        end=0.4,
    )
    pieces = [*mirrored([fluke, flipper])]
    eye_y = front + (0.62 if kind == 0 else 0.42)
    eye_radius = float(np.interp(eye_y, [p[1] for p in spine], radii))
    pieces += mirrored(ball(0.04, "eyes", (0.97 * eye_radius, eye_y, -0.02 if kind else -0.12), 12))
    if kind == 2:
        pieces.append(fin((0, 0.1, 0.28), (0, 0.35, rng.uniform(0.65, 0.85)), 0.17, 0.045, "fins", sweep=(0, 0.02, 0)))
    elif kind == 0:
        pieces += [ball((0.05, 0.12, 0.07), "body", (0, 0.55, 0.24), 12)]
    return bent([surface(body, 5000), *pieces], rng.uniform(-0.25, 0.25), 0.0, 2.4)


# Reptiles and frogs


def snake(rng: np.random.Generator) -> list[Piece]:
    thick = rng.uniform(0.075, 0.11)
    style = rng.integers(3)
    if style == 0:  # winding over the ground
        thick *= 1.35
        t = np.linspace(0, 1, 12)
        wave = rng.uniform(0.3, 0.5)
        turns = rng.uniform(1.5, 2.3)
        path = np.column_stack(
            [wave * np.sin(t * turns * 2 * math.pi) * (0.35 + t) * 0.9, -1.2 + 2.4 * t, 0 * t + thick]
        )
        rise = rng.uniform(0.0, 0.25)
        path[0] += (0, 0, rise)
        path = curves.spline(path, 9)
    else:  # coiled, its head up
        rounds = rng.uniform(1.8, 2.6)
        t = np.linspace(0, 1, int(22 * rounds))
        angle = rounds * 2 * math.pi * t + math.pi / 2
        radius = 0.3 + 0.42 * t if style == 1 else 0.56 + 0.12 * t
        height = thick * (1 + 2.6 * rounds * (1 - t) ** 1.2 * (0.55 if style == 1 else 1.0))
        coil = np.column_stack([radius * np.cos(angle), radius * np.sin(angle), height])
        top = coil[0]
        up = rng.uniform(0.35, 0.65)
        neck = [
            (0.0, -0.5 - 0.1 * up, top[2] + up),
            (0.0, -0.3, top[2] + up + 0.06),
            (0.02, 0.05, top[2] + 0.6 * up),
            (0.12, top[1] * 0.95, top[2] + 0.15),
        ]
        path = np.concatenate([curves.spline(np.array([*neck, coil[2]]), 7), coil[3:]])
    count = len(path)
    s = np.linspace(0, 1, count)
    radius = thick * np.interp(s, [0, 0.06, 0.3, 0.6, 0.9, 1.0], [0.75, 0.72, 1.05, 1.0, 0.45, 0.12])
    body = tube(path, radius, "body", 14, crease=1.2)
    forward = path[0] - path[2]
    forward /= np.linalg.norm(forward)
    yaw = math.atan2(forward[0], -forward[1])
    place = Placement(
        path[0] + 0.4 * thick * forward, rotation("z", yaw) @ rotation("x", max(-0.2, -forward[2]) * 0.5), 1.35 * thick
    )
    head = [
        ellipsoid((0, 0.1, 0), (0.95, 1.05, 0.62), "head", 0.3),
        limb([(0, -0.3, -0.08), (0, -1.35, -0.15)], [0.75, 0.42], "head", 0.3, flat=((0, 0, 1), 0.75)),
    ]
    tongue = [tube(np.array([(0, -1.5, -0.2), (0, -2.2, -0.25)]), 0.06, "tongue", 6)]
    tongue += mirrored(
        tube(curves.spline([(0, -2.15, -0.25), (0.12, -2.45, -0.2), (0.28, -2.7, -0.15)], 3), 0.05, "tongue", 6)
    )
    bits = [*eyes(0.62, -0.55, 0.3, 0.17), *tongue]
    return [body, *place.pieces([surface(head, 1200), *bits])]


def turtle(rng: np.random.Generator) -> list[Piece]:
    high = rng.uniform(0.4, 0.75)
    length = rng.uniform(0.95, 1.15)
    # The scutes: a row along the back, ribs beside it, small ones around the rim; grooves where two are equally near.
    seeds = [(0.0, y, 1.0) for y in (-0.8, -0.4, 0.0, 0.4, 0.8)]
    seeds += [(x, y, 0.55) for x in (-0.62, 0.62) for y in (-0.6, -0.2, 0.2, 0.6)]
    for i in range(22):
        a = 2 * math.pi * (i + 0.5) / 22
        seeds.append((1.02 * math.cos(a), 1.02 * math.sin(a), 0.0))
    seeds = np.array(seeds)
    groove, knob = rng.uniform(0.03, 0.06), rng.uniform(0.0, 0.08)

    def shell(points: np.ndarray) -> np.ndarray:
        away = np.sort(np.linalg.norm(points[:, None, :2] - seeds[None, :, :2], axis=2), axis=1)
        rim = away[:, 1] - away[:, 0]
        relief = knob * np.clip(1 - away[:, 0] / 0.3, 0, 1) - groove * np.exp(-((rim / 0.05) ** 2))
        upper = points[:, 2] > 0
        flared = 1 + 0.1 * np.exp(-((points[:, 2] / 0.18) ** 2))
        result = points * (1 + np.where(upper, relief, 0.0))[:, None]
        result[:, :2] *= flared[:, None]
        result[:, 2] *= np.where(upper, high, 0.16)
        return result * (0.82, length, 1.0)

    pieces = deformed(sphere(22, "shell"), shell)
    sea = rng.random() < 0.4
    reach = rng.uniform(0.2, 0.4)
    base = -0.02
    neck = [
        (0, -0.75 * length, base),
        (0, -length - 0.6 * reach, base + 0.1),
        (0, -length - reach, base + 0.2 * (not sea) + 0.04),
    ]
    body = [limb(neck, [0.2, 0.16, 0.17], "body", 0.05)]
    place = Placement(np.array(neck[2]), rotation("z", rng.uniform(-0.4, 0.4)), 0.22)
    body += place.blobs(
        [
            ellipsoid((0, -0.2, 0.05), (0.9, 1.1, 0.85), "body", 0.2),
            limb([(0, -0.7, -0.1), (0, -1.2, -0.2)], [0.6, 0.35], "body", 0.2),
        ]
    )
    pieces += place.pieces(eyes(0.68, -0.75, 0.3, 0.16))
    if sea:
        swing = rng.uniform(-0.2, 0.4)
        path = [(0.5, -0.6 * length, -0.02), (1.0, -0.75 - swing * 0.5, 0.02), (1.5, -0.3 - swing, 0.1)]
        pieces += mirrored(petal(path, [0.16, 0.24, 0.06], 0.06, "legs", (0, 0, 1)))
        path = [(0.45, 0.6 * length, -0.02), (0.75, 0.9 * length, -0.02), (0.85, 1.2 * length, -0.02)]
        pieces += mirrored(petal(path, [0.13, 0.19, 0.06], 0.05, "legs", (0, 0, 1)))
    else:
        for x, y, ahead in ((0.55, -0.6 * length, -0.16), (0.55, 0.6 * length, 0.14)):
            for side in (-1, 1):
                step = rng.uniform(-0.08, 0.08)
                foot = np.array([side * (x + 0.26), y + ahead + step, -0.38])
                path = [(side * x, y, -0.02), (side * (x + 0.22), y + ahead * 0.6 + step * 0.5, -0.12), foot]
                body.append(limb(path, [0.17, 0.16, 0.13], "legs", 0.04, steps=4))
                body.append(ellipsoid(foot + (0, -0.05, -0.05), (0.14, 0.17, 0.08), "legs", 0.05))
    body.append(limb([(0, 0.8 * length, -0.05), (0, length + 0.22, -0.12)], [0.1, 0.03], "tail", 0.02))
    return [*pieces, surface(body, 2300)]


def frog(rng: np.random.Generator) -> list[Piece]:
    fat = rng.uniform(0.9, 1.15)
    up = rng.uniform(0.0, 0.2)
    wide = rng.uniform(0.95, 1.1)
    body = [
        limb(
            [(0, 0.45, 0.3), (0, 0.05, 0.4 + 0.4 * up), (0, -0.3, 0.5 + up)],
            [0.22, 0.4 * fat, 0.36],
            "body",
            steps=8,
            flat=((0, 0, 1), 0.85),
        ),
        ellipsoid((0, -0.5, 0.56 + up), (0.43 * wide, 0.36, 0.24), "head", 0.12),
        *both(ellipsoid((0.24 * wide, -0.42, 0.76 + up), (0.14, 0.15, 0.16), "head", 0.06)),
        limb(
            [
                (-0.36 * wide, -0.55, 0.52 + up),
                (-0.2, -0.82, 0.5 + up),
                (0.2, -0.82, 0.5 + up),
                (0.36 * wide, -0.55, 0.52 + up),
            ],
            0.032,
            "head",
            0.015,
            carved=True,
        ),
    ]
    for side in (-1, 1):
        spread = rng.uniform(0.9, 1.1)
        hip, knee = np.array([side * 0.25, 0.4, 0.28]), np.array([side * 0.62 * spread, -0.05, 0.36])
        ankle, foot = np.array([side * 0.48 * spread, 0.5, 0.1]), np.array([side * 0.62 * spread, -0.12, 0.045])
        body += [
            limb([hip, (hip + knee) / 2 + (0, 0, 0.06), knee], [0.19, 0.17, 0.11], "legs", 0.05),
            limb([knee, ankle], [0.11, 0.075], "legs", 0.01),
            limb([ankle, foot], [0.07, 0.05], "legs", 0.02),
        ]
        hand = np.array([side * 0.42, -0.62 + rng.uniform(-0.05, 0.05), 0.04])
        body.append(
            limb(
                [(side * 0.3, -0.25, 0.4 + 0.6 * up), (side * 0.5, -0.35, 0.26 + 0.3 * up), hand],
                [0.13, 0.085, 0.055],
                "legs",
                0.06,
            )
        )
        for at, size in ((foot, 0.28), (hand, 0.19)):
            for toe in (-0.55, 0.0, 0.55):
                direction = np.array([math.sin(toe + side * 0.35), -math.cos(toe + side * 0.35), 0]) * size
                body.append(limb([at, at + direction], [0.045, 0.03], "legs", 0.02))
                body.append(ellipsoid(at + direction, (0.045, 0.045, 0.03), "legs", 0.02))
    bits = mirrored(ball(0.105, "eyes", (0.28 * wide, -0.5, 0.8 + up), 16))
    return [surface(body, 6500), *bits]


def crocodile(rng: np.random.Generator) -> list[Piece]:
    bend = rng.uniform(-0.5, 0.5)
    thick = rng.uniform(1.1, 1.4)

    def axis(t):
        """The body's middle line: t from 0, the neck, to 1, the tail's end."""
        t = np.asarray(t, dtype=np.float64)
        return np.stack(
            [bend * np.clip(t - 0.3, 0, 1) ** 2 * 1.6, -0.75 + 2.5 * t, 0.27 - 0.2 * np.clip(t - 0.35, 0, 1)], axis=-1
        )

    t = np.array([0.0, 0.12, 0.25, 0.4, 0.55, 0.8, 1.0])
    body = [
        limb(
            axis(t),
            np.array([0.15, 0.2, 0.25, 0.21, 0.13, 0.07, 0.02]) * thick,
            "body",
            flat=((0, 0, 1), 0.72),
            steps=5,
        ),
        limb(axis(t[3:]), np.array([0.17, 0.14, 0.1, 0.03]) * thick, "tail", 0.1, flat=((1, 0, 0), 0.55), steps=5),
    ]
    open_ = rng.uniform(0.02, 0.3) * (rng.random() < 0.6)
    long = rng.uniform(0.75, 0.95)
    head = [
        ellipsoid((0, -0.02, 0.02), (0.19, 0.24, 0.13), "head", 0.08),
        limb(
            [(0, -0.1, 0.03), (0, -0.45 * long, 0.035 + 0.3 * open_), (0, -long, 0.03 + 0.9 * open_ * long)],
            [0.15, 0.1, 0.075],
            "head",
            0.05,
            flat=((0, 0, 1), 0.55),
            steps=5,
        ),
        ellipsoid((0, -long, 0.06 + 0.9 * open_ * long), (0.075, 0.07, 0.05), "head", 0.04),
        limb(
            [(0, -0.05, -0.06), (0, -0.45 * long, -0.06), (0, -0.97 * long, -0.055)],
            [0.15, 0.095, 0.06],
            "head",
            0.01,
            flat=((0, 0, 1), 0.45),
            steps=5,
        ),
        *both(ellipsoid((0.09, -0.06, 0.15), (0.055, 0.08, 0.06), "head", 0.03)),
    ]
    place = Placement(
        np.array([0, -0.98, 0.28]), rotation("z", -0.4 * bend + rng.uniform(-0.15, 0.15)), rng.uniform(1.25, 1.45)
    )
    bits = [*eyes(0.115, -0.09, 0.17, 0.034)]
    for s in np.linspace(0.25, 0.97, 9):  # teeth
        x = float(np.interp(s, [0, 1], [0.115, 0.06])) * 0.95
        z = float(np.interp(s, [0, 0.5, 1], [0.0, 0.01 + 0.3 * open_, 0.005 + 0.9 * open_]))
        bits += mirrored(
            tube(np.array([(x, -s * long, z + 0.01), (x, -s * long, z - 0.055)]), [0.018, 0.005], "teeth", 6)
        )
    pieces: list[Piece] = []
    for s in np.linspace(0.03, 0.95, 20):  # the crest: two rows on the back that join to one on the tail
        at = axis(s)
        r = float(np.interp(s, t, [0.15, 0.2, 0.25, 0.21, 0.15, 0.1, 0.03])) * thick
        for x in (-0.38 * r, 0.38 * r) if s < 0.6 else (0.0,):
            z = at[2] + (0.69 * r if s < 0.45 else 0.92 * r)
            spike = [
                (at[0] + x, at[1] - 0.01, z - 0.03),
                (at[0] + x, at[1] + 0.02, z + 0.035),
                (at[0] + x, at[1] + 0.05, z + 0.07),
            ]
            pieces.append(petal(spike, [0.06, 0.045, 0.008], 0.025, "spikes", (1, 0, 0), sides=6, steps=2))
    for s, ahead in ((0.1, -0.12), (0.4, 0.1)):
        for side in (-1, 1):
            hip = axis(s) + (side * 0.12, 0, -0.04)
            step = rng.uniform(-0.1, 0.1)
            knee = hip + (side * 0.27, ahead * 0.6 + step, -0.02)
            foot = np.array([knee[0] + side * 0.03, knee[1] - 0.06 + step * 0.5, 0.05])
            body.append(limb([hip, knee, foot], [0.11, 0.085, 0.055], "legs", 0.05, steps=4))
            for toe in (-0.6, 0.0, 0.6):
                tip = foot + (0.12 * math.sin(toe + side * 0.5), -0.13 * math.cos(toe + side * 0.5), -0.025)
                body.append(limb([foot, tip], [0.045, 0.022], "legs", 0.02))
    return [surface([*body, *place.blobs(head)], 4800), *place.pieces(bits), *pieces]


# Dinosaurs


def dinosaur(rng: np.random.Generator) -> list[Piece]:
    return (_sauropod, _tyrannosaur, _stegosaur, _triceratops)[rng.integers(4)](rng)


def _dinosaur_legs(places, top: float, thick: float, foot: float, rng, stride: float = 0.12):
    """Columns at (x, y, height) places, with feet."""
    blobs = []
    for x, y, height in places:
        for side in (-1, 1):
            step = rng.uniform(-stride, stride)
            sole = np.array([side * x, y + step, 0.0])
            path = [
                (side * x * 0.8, y, height),
                (side * x * 1.05, y + 0.04 + 0.4 * step, 0.5 * height),
                sole + (0, 0, 0.12),
            ]
            blobs.append(limb(path, [top, 0.75 * top, thick], "body", 0.1, steps=4))
            blobs.append(limb([path[-1], sole + (0, 0, 0.08)], [thick, thick], "legs", 0.05))
            blobs.append(ellipsoid(sole + (0, -0.3 * foot, 0.07), (foot, foot * 1.25, 0.08), "legs", 0.05))
    return blobs


def _sauropod(rng):
    rise = rng.uniform(0.5, 1.2)
    swing = rng.uniform(-0.3, 0.3)
    whip = rng.uniform(-0.5, 0.5)
    spine = [
        (swing, -1.55 - 0.2 * (1.2 - rise), 1.0 + rise),
        (swing * 0.8, -1.3, 0.95 + 0.85 * rise),
        (swing * 0.3, -0.95, 0.85 + 0.4 * rise),
        (0, -0.45, 0.82),
        (0, 0.0, 0.78),
        (0, 0.45, 0.76),
        (whip * 0.2, 1.0, 0.6),
        (whip * 0.6, 1.6, 0.35),
        (whip, 2.2, 0.3),
    ]
    blobs = [limb(spine, [0.085, 0.1, 0.15, 0.32, 0.38, 0.32, 0.14, 0.07, 0.02], "body", steps=8)]
    blobs += _dinosaur_legs([(0.24, -0.38, 0.65), (0.24, 0.42, 0.65)], 0.18, 0.11, 0.13, rng)
    place = Placement(np.array(spine[0]), rotation("z", swing) @ rotation("x", rng.uniform(0.1, 0.4)), 0.15)
    head = [
        ellipsoid((0, -0.1, 0.1), (0.75, 1.0, 0.75), "head", 0.3),
        limb([(0, -0.5, -0.1), (0, -1.4, -0.2)], [0.62, 0.48], "head", 0.2),
    ]
    return [surface([*blobs, *place.blobs(head)], 6000), *place.pieces(eyes(0.62, -0.5, 0.4, 0.17))]


def _tyrannosaur(rng):
    lean = rng.uniform(-0.1, 0.25)
    whip = rng.uniform(-0.4, 0.4)
    spine = [
        (0, -0.72, 1.42 + lean),
        (0, -0.55, 1.22 + 0.8 * lean),
        (0, -0.2, 1.05 + 0.3 * lean),
        (0, 0.2, 0.95),
        (0, 0.65, 0.9),
        (whip * 0.4, 1.2, 0.88),
        (whip, 1.85, 0.95),
    ]
    blobs = [limb(spine, [0.17, 0.2, 0.32, 0.33, 0.21, 0.11, 0.025], "body", steps=6, flat=((1, 0, 0), 0.82))]
    for side in (-1, 1):
        step = side * rng.uniform(-0.25, 0.25)
        hip = np.array([side * 0.2, 0.15, 0.85])
        knee, ankle = hip + (side * 0.06, -0.22 + 0.5 * step, -0.3), hip + (side * 0.04, 0.12 + step, -0.6)
        foot = np.array([ankle[0], ankle[1] - 0.12, 0.06])
        blobs += [
            limb([hip, knee], [0.27, 0.16], "body", 0.08),
            limb([knee, ankle, foot], [0.14, 0.085, 0.075], "legs", 0.06, smooth=False),
        ]
        for toe in (-0.5, 0.0, 0.5):
            blobs.append(
                limb([foot, foot + (0.24 * math.sin(toe), -0.24 * math.cos(toe), -0.02)], [0.07, 0.04], "legs", 0.03)
            )
        arm = np.array([side * 0.2, -0.42, 1.0 + 0.5 * lean])
        blobs.append(
            limb(
                [arm, arm + (side * 0.06, -0.1, -0.16), arm + (side * 0.03, -0.24, -0.14)],
                [0.07, 0.05, 0.035],
                "arms",
                0.04,
            )
        )
    place = Placement(
        np.array([0, -0.8, 1.52 + lean]),
        rotation("z", rng.uniform(-0.4, 0.4)) @ rotation("x", rng.uniform(-0.1, 0.2)),
        0.25,
    )
    gape = rng.uniform(0.1, 0.5)
    jaw = np.array([0, -math.cos(gape), -math.sin(gape)])
    head = [
        ellipsoid((0, 0.1, 0.1), (0.75, 0.9, 0.8), "head", 0.3),
        limb(
            [(0, -0.3, 0.05), (0, -1.0, 0.05), (0, -1.75, -0.05)],
            [0.68, 0.58, 0.4],
            "head",
            0.15,
            flat=((1, 0, 0), 0.78),
            steps=5,
        ),
        limb(
            [(0, 0.1, -0.5), jaw * 0.9 + (0, 0, -0.42), jaw * 1.6 + (0, 0, -0.42)],
            [0.5, 0.38, 0.26],
            "head",
            0.04,
            flat=((0, 0.2, 1), 0.55),
            steps=5,
        ),
        *both(ellipsoid((0.42, -0.4, 0.55), (0.2, 0.4, 0.16), "head", 0.1)),
    ]
    bits = [*eyes(0.52, -0.5, 0.38, 0.14)]
    for s in np.linspace(0.7, 1.9, 7):
        x = float(np.interp(s, [0.7, 1.5, 1.9], [0.46, 0.36, 0.18]))
        z = float(np.interp(s, [0.7, 1.9], [-0.42, -0.36]))
        bits += mirrored(tube(np.array([(x, -s, z + 0.08), (x, -s, z - 0.14)]), [0.055, 0.012], "teeth", 6))
    return [surface([*blobs, *place.blobs(head)], 6500), *place.pieces(bits)]


def _stegosaur(rng):
    whip = rng.uniform(-0.4, 0.4)
    high = rng.uniform(0.95, 1.15)
    spine = [
        (0, -1.15, 0.5),
        (0, -0.75, 0.62),
        (0, -0.3, 0.82),
        (0, 0.2, high),
        (0, 0.6, 0.92),
        (whip * 0.3, 1.1, 0.68),
        (whip, 1.75, 0.6),
    ]
    radii = [0.1, 0.16, 0.3, 0.37, 0.27, 0.13, 0.03]
    blobs = [limb(spine, radii, "body", steps=6, flat=((1, 0, 0), 0.8))]
    blobs += _dinosaur_legs([(0.22, -0.35, 0.6), (0.24, 0.4, 0.75)], 0.17, 0.1, 0.12, rng)
    place = Placement(np.array([0, -1.2, 0.5]), rotation("x", 0.25), 0.13)
    head = [limb([(0, 0, 0), (0, -1.0, -0.15), (0, -1.7, -0.3)], [0.85, 0.65, 0.4], "head", 0.3)]
    path = np.split(curves.spline(np.column_stack([spine, radii]), 6), [3], axis=1)
    pieces: list[Piece] = []
    count = int(rng.integers(9, 13))
    size = rng.uniform(0.34, 0.46)
    along = np.linspace(0.1, 0.86, count)
    for i, s in enumerate(along):
        index = s * (len(path[0]) - 1)
        at = np.array([np.interp(index, np.arange(len(path[0])), path[0][:, k]) for k in range(3)])
        r = float(np.interp(index, np.arange(len(path[0])), path[1][:, 0]))
        tall = size * (0.35 + 0.65 * math.sin(math.pi * s) ** 1.3)
        side = 0.05 * (1 if i % 2 else -1)
        base = at + (side, 0, 0.85 * r)
        plate = [base, base + (side * 1.2, 0.02, tall * 0.55), base + (side * 1.6, 0.08, tall * 1.15)]
        pieces.append(petal(plate, [0.3 * tall, 0.45 * tall, 0.04 * tall], 0.035, "plates", (1, 0, 0)))
    for s in (0.9, 0.97):
        at = path[0][int(s * (len(path[0]) - 1))]
        pieces += [
            horn([at, at + (x * 0.6, 0.06, 0.1), at + (x, 0.16, 0.24)], [0.04, 0.03, 0.008], "spikes", 8)
            for x in (-0.2, 0.2)
        ]
    return [surface([*blobs, *place.blobs(head)], 5000), *place.pieces(eyes(0.62, -0.45, 0.3, 0.15)), *pieces]


def _triceratops(rng):
    whip = rng.uniform(-0.3, 0.3)
    spine = [
        (0, -0.6, 0.72),
        (0, -0.2, 0.76),
        (0, 0.3, 0.78),
        (0, 0.75, 0.7),
        (whip * 0.5, 1.2, 0.5),
        (whip, 1.65, 0.35),
    ]
    blobs = [limb(spine, [0.27, 0.36, 0.38, 0.25, 0.12, 0.03], "body", steps=6, flat=((1, 0, 0), 0.9))]
    blobs += _dinosaur_legs([(0.27, -0.38, 0.55), (0.26, 0.45, 0.6)], 0.18, 0.115, 0.13, rng)
    place = Placement(
        np.array([0, -0.88, 0.78]), rotation("z", rng.uniform(-0.3, 0.3)) @ rotation("x", rng.uniform(0.15, 0.45)), 0.32
    )
    head = [
        ellipsoid((0, -0.1, 0), (0.8, 0.95, 0.75), "head", 0.3),
        limb(
            [(0, -0.5, -0.1), (0, -1.2, -0.3), (0, -1.6, -0.5)], [0.62, 0.42, 0.2], "head", 0.2, flat=((1, 0, 0), 0.75)
        ),
    ]
    size = rng.uniform(1.15, 1.5)
    plate = deformed(
        ball(1.0, "frill", segments=28),
        lambda p: np.column_stack([p[:, 0] * size, p[:, 1] * 0.12 + 0.35 * p[:, 0] ** 2 + 0.25, p[:, 2] * size * 0.95]),
    )
    frill = moved(turned(plate, "x", -0.5), (0, 0.35, 0.65))
    knobs: list[Piece] = []
    for a in np.linspace(-0.15, math.pi + 0.15, 11):
        at = np.array([size * math.cos(a), 0.35 * math.cos(a) ** 2 + 0.25, size * 0.95 * math.sin(a)])
        at = rotation("x", -0.5) @ at + (0, 0.35, 0.65)
        knobs.append(ball(0.13, "frill", at, 10))
    long = rng.uniform(1.2, 1.8)
    bits = [
        *frill,
        *knobs,
        *mirrored(
            horn(
                [(0.4, -0.4, 0.5), (0.5, -0.4 - 0.5 * long, 0.75 + 0.3 * long), (0.5, -0.4 - long, 0.6 + 0.75 * long)],
                [0.2, 0.14, 0.03],
            )
        ),
        horn([(0, -1.25, 0.0), (0, -1.4, 0.35), (0, -1.45, 0.65)], [0.17, 0.12, 0.03]),
        *eyes(0.66, -0.6, 0.2, 0.12),
    ]
    return [surface([*blobs, *place.blobs(head)], 5000), *place.pieces(bits)]


FAMILIES = (
    Family("fish", "animal", fish),
    Family("shark", "animal", shark),
    Family("whale", "animal", whale),
    Family("snake", "animal", snake),
    Family("turtle", "animal", turtle),
    Family("frog", "animal", frog),
    Family("crocodile", "animal", crocodile),
    Family("dinosaur", "animal", dinosaur),
)
