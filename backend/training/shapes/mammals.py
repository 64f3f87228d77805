# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: RUF005 - points are arrays here, and adding a tuple moves them
"""Mammals on four legs, and the teddy bear. Heads are drawn around a skull of radius 1 that faces -Y."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from . import curves
from .implicit import Blob, Placement, both, ellipsoid, limb, surface
from .organic import horn, petal
from .primitives import ball, mirrored, rotation, tube
from .quadruped import Build, Stance, ears, eyes, sitting, standing, tail
from .shape import Family, Piece


def animal(stance: Stance, head: tuple[list[Blob], list[Piece]], more=(), pieces=(), triangles: int = 5300):
    """Everything in one: the body's blobs with the head's and others melt together, pieces are added."""
    blobs = [*stance.blobs, *stance.head.blobs(head[0]), *more]
    return [surface(blobs, triangles), *stance.pieces, *stance.head.pieces(head[1]), *pieces]


# Hoofed animals


def long_face(length: float, drop: float, muzzle: float, nose: float, width: float = 0.78, part: str = "head"):
    """Skull, cheeks, a long face and a soft nose, as of horses and deer."""
    end = np.array([0.0, -length, -drop])
    return [
        ellipsoid((0, 0, 0.05), (0.72, 0.95, 0.85), part, 0.3),
        limb([(0, -0.2, 0.0), end * 0.6, end], [0.85, muzzle * 1.15, muzzle], part, 0.3, flat=((1, 0, 0), width)),
        *both(ellipsoid((0.28, -0.25, -0.42), (0.38, 0.6, 0.55), part, 0.3)),
        ellipsoid(end + (0, 0.02, -0.05), (nose, nose * 0.95, nose * 0.95), part, 0.2),
        ellipsoid(end + (0, 0.15, -nose * 0.85), (nose * 0.75, nose, nose * 0.5), part, 0.15),
        *both(ellipsoid(end + (nose * 0.55, -nose * 0.75, 0.12), (0.12, 0.16, 0.12), part, 0.06, carved=True)),
    ]


def horse(rng: np.random.Generator) -> list[Piece]:
    heavy = rng.uniform(0.85, 1.2)
    legs = rng.uniform(0.88, 1.08)
    build = Build(
        length=rng.uniform(0.95, 1.1),
        height=1.0 * legs,
        rump=1.0 * legs * rng.uniform(0.97, 1.03),
        chest=0.29 * heavy,
        belly=0.265 * heavy,
        hips=0.27 * heavy,
        sag=rng.uniform(0.0, 0.05),
        width=0.78,
        leg=(0.145 * heavy, 0.07 * heavy, 0.05 * heavy),
        foot=0.068 * heavy,
        hoofed=True,
        neck=(0.235 * heavy, 0.13 * heavy),
        neck_length=rng.uniform(0.58, 0.72),
        neck_width=0.6,
        neck_bow=rng.uniform(-0.03, 0.08),
        head=0.17 * rng.uniform(0.92, 1.08),
    )
    pose = rng.random()
    if pose < 0.14:  # grazing
        lift, pitch = rng.uniform(-0.75, -0.55), rng.uniform(0.9, 1.1)
        stance = standing(build, rng, lift, pitch, rng.uniform(-0.2, 0.2), rng.uniform(0, 0.12))
    else:
        lift, pitch = rng.uniform(0.6, 1.05), rng.uniform(0.45, 0.85)
        stance = standing(build, rng, lift, pitch, rng.uniform(-0.35, 0.35), rng.choice([0.0, 0.05, 0.2, 0.3]))
    head = (
        long_face(2.35, 0.15, 0.5, 0.46),
        [
            *ears((0.4, 0.45, 0.6), (0.55, 0.35, 1.35), 0.26, (0.4, -1, 0)),
            *eyes(0.62, -0.55, 0.3, 0.15),
        ],
    )
    # The mane hangs along the neck's ridge and ends in a forelock.
    nape = stance.nape[::2]
    crest = [*nape[:-1], stance.head.point((0, 0.75, 0.75)), stance.head.point((0, 0.1, 0.95))]
    size = rng.uniform(0.05, 0.07)
    mane = [limb(crest, [0.3 * size, size, size, size, 0.5 * size], "mane", 0.02)]
    forelock = [stance.head.point(p) for p in ((0, 0.2, 0.95), (0, -0.5, 0.98), (0.1, -1.0, 0.72))]
    mane.append(limb(forelock, [0.05, 0.045, 0.015], "mane", 0.02))
    fall = rng.choice([-1.0, 1.0])
    for i, point in enumerate(curves.resample(crest[1:], 8)[:-1]):
        hang = (0.14 + 0.08 * math.sin(i * 2.3) ** 2) * rng.uniform(0.8, 1.3)
        for side, length in ((fall, hang), (-fall, 0.4 * hang)):
            tip = point + (side * 0.14, 0.05, -length)
            path = [point, point + (side * 0.1, 0.01, -0.25 * length), tip]
            mane.append(limb(path, [size * 0.9, size * 0.7, 0.015], "mane", 0.02))
    length = rng.uniform(0.6, 0.85) * legs
    raised = rng.uniform(0.0, 0.5)
    angles = [raised, raised - 0.7, raised - 1.25, -1.45, -1.5]
    hair = tail(stance.tail - (0, 0.08, 0), angles, length, (0.05, 0.085, 0.11, 0.09, 0.02), "tail", 0.03)
    return animal(stance, head, [*mane, hair], triangles=6000)


def cow(rng: np.random.Generator) -> list[Piece]:
    heavy = rng.uniform(0.92, 1.15)
    bull = rng.random() < 0.4
    build = Build(
        length=rng.uniform(1.05, 1.2),
        height=rng.uniform(0.82, 0.92),
        rump=rng.uniform(0.84, 0.9),
        chest=0.33 * heavy * (1.1 if bull else 1.0),
        belly=0.35 * heavy,
        hips=0.3 * heavy,
        sag=rng.uniform(0.04, 0.08),
        width=0.8,
        leg=(0.15 * heavy, 0.08, 0.06),
        foot=0.075,
        hoofed=True,
        bend=0.8,
        neck=(0.25 * heavy, 0.17 * heavy),
        neck_length=rng.uniform(0.36, 0.46),
        neck_width=0.7,
        head=0.185 * rng.uniform(0.95, 1.08),
    )
    lift = rng.uniform(-0.7, -0.5) if rng.random() < 0.15 else rng.uniform(0.1, 0.5)
    stance = standing(build, rng, lift, rng.uniform(0.5, 0.8), rng.uniform(-0.4, 0.4), rng.choice([0.0, 0.08, 0.18]))
    head = [
        ellipsoid((0, 0, 0.1), (0.9, 0.9, 0.85), "head", 0.3),
        limb(
            [(0, -0.2, 0), (0, -1.1, -0.1), (0, -1.7, -0.15)], [0.88, 0.72, 0.62], "head", 0.3, flat=((1, 0, 0), 0.85)
        ),
        ellipsoid((0, -1.8, -0.15), (0.68, 0.42, 0.5), "muzzle", 0.15),
        ellipsoid((0, -1.55, -0.5), (0.48, 0.6, 0.3), "head", 0.15),
        *both(ellipsoid((0.34, -2.15, 0.05), (0.13, 0.2, 0.12), "muzzle", 0.05, carved=True)),
    ]
    out, up = rng.uniform(0.7, 1.4), rng.uniform(0.5, 1.4)
    points = [(0.45, 0.1, 0.8), (0.45 + out * 0.7, 0.0, 1.0), (0.5 + out, -0.25, 1.0 + up)]
    bits = [
        *mirrored(horn(points, [0.24, 0.2, 0.05])),
        *ears((0.8, 0.2, 0.45), (1.75, 0.15, rng.uniform(0.1, 0.5)), 0.36, (0.0, -1, 0.3)),
        *eyes(0.76, -0.6, 0.25, 0.16),
    ]
    cord = tail(stance.tail, [-0.5, -1.3, -1.5, -1.55], 0.62, (0.045, 0.03, 0.03), "tail", 0.04, rng.uniform(-0.3, 0.3))
    tuft = ellipsoid(cord.path[-1] - (0, 0, 0.06), (0.06, 0.06, 0.12), "tail", 0.04)
    udder = []
    if not bull:
        place = np.array([0, build.length / 2 - 0.16, build.rump - build.hips - 0.03])
        udder = [ellipsoid(place, (0.15, 0.17, 0.13), "udder", 0.06)]
        udder += both(
            *[ellipsoid(place + (0.07, dy, -0.13), (0.025, 0.025, 0.06), "udder", 0.02) for dy in (-0.07, 0.07)]
        )
    return animal(stance, (head, bits), [cord, tuft, *udder])


def pig(rng: np.random.Generator) -> list[Piece]:
    fat = rng.uniform(0.9, 1.2)
    build = Build(
        length=rng.uniform(0.85, 1.05),
        height=0.58,
        rump=rng.uniform(0.56, 0.62),
        chest=0.32 * fat,
        belly=0.35 * fat,
        hips=0.32 * fat,
        sag=rng.uniform(0.0, 0.05),
        width=0.88,
        leg=(0.15, 0.09, 0.07),
        foot=0.075,
        hoofed=True,
        bend=0.6,
        neck=(0.3 * fat, 0.2 * fat),
        neck_length=0.3,
        head=0.24 * rng.uniform(0.95, 1.1),
    )
    stance = standing(
        build, rng, rng.uniform(-0.1, 0.25), rng.uniform(0.15, 0.4), rng.uniform(-0.3, 0.3), rng.choice([0.0, 0.15])
    )
    snout = rng.uniform(1.35, 1.7)
    head = [
        ellipsoid((0, 0, 0), (1.0, 0.95, 1.0), "head", 0.35),
        limb([(0, -0.4, -0.15), (0, -snout, -0.3)], [0.75, 0.42], "head", 0.3),
        *both(ellipsoid((0.45, -0.3, -0.4), (0.5, 0.6, 0.5), "head", 0.3)),
        ellipsoid((0, -snout - 0.3, -0.28), (0.5, 0.16, 0.44), "snout", 0.04),
        *both(ellipsoid((0.18, -snout - 0.45, -0.26), (0.1, 0.14, 0.14), "snout", 0.03, carved=True)),
    ]
    lop = rng.uniform(-0.35, 0.2)
    bits = [
        *ears((0.55, 0.05, 0.7), (0.95, -0.35 + lop * 0.2, 1.6 + lop), 0.45, (0.3, -1, 0.2), 0.15, (0, 0.12, 0), 0.0),
        *eyes(0.56, -0.78, 0.28, 0.13),
    ]
    t = np.linspace(0.0, 1.0, 26)
    coil = np.column_stack([0.06 * np.cos(13 * t) * t**0.4, 0.16 * t, 0.06 * np.sin(13 * t) * t**0.4 + 0.03])
    curl = tube(coil + stance.tail - (0, 0.08, 0), np.linspace(0.035, 0.016, 26), "tail", 8)
    return animal(stance, (head, bits), pieces=[curl], triangles=5000)


def sheep(rng: np.random.Generator) -> list[Piece]:
    build = Build(
        length=rng.uniform(0.75, 0.9),
        height=rng.uniform(0.68, 0.78),
        rump=0.72,
        chest=0.3,
        belly=0.32,
        hips=0.3,
        width=0.95,
        leg=(0.1, 0.065, 0.05),
        foot=0.06,
        hoofed=True,
        bend=0.6,
        neck=(0.22, 0.15),
        neck_length=rng.uniform(0.28, 0.38),
        head=0.165,
    )
    lift = rng.uniform(-0.45, -0.25) if rng.random() < 0.15 else rng.uniform(0.35, 0.8)
    stance = standing(build, rng, lift, rng.uniform(0.35, 0.7), rng.uniform(-0.4, 0.4), rng.choice([0.0, 0.12]))
    # Wool: curls all over the trunk, on golden-angle spirals around it.
    wool: list[Blob] = []
    size = rng.uniform(0.085, 0.13)
    count = int(0.75 / size**2)
    half = build.length / 2
    for i in range(count):
        u = (i + 0.5) / count
        angle = i * 2.39996
        z = 1 - 2 * u
        ring = math.sqrt(1 - z * z)
        place = np.array([0.31 * ring * math.cos(angle), (half + 0.27) * z, 0.7 + 0.31 * ring * math.sin(angle)])
        wool.append(ellipsoid(place, size * rng.uniform(0.85, 1.15), "body", 0.02))
    head = [
        ellipsoid((0, 0, 0), (0.72, 0.9, 0.82), "head", 0.25),
        limb([(0, -0.3, -0.1), (0, -1.45, -0.35)], [0.72, 0.44], "head", 0.25, flat=((1, 0, 0), 0.85)),
        *[
            ellipsoid((0.42 * math.cos(a), 0.1 + 0.45 * math.sin(a), 0.72), 0.4, "body", 0.06)
            for a in np.arange(5) * 2 * math.pi / 5
        ],
    ]
    bits = [*ears((0.65, 0.0, 0.25), (1.5, 0.05, rng.uniform(-0.25, 0.35)), 0.3), *eyes(0.55, -0.62, 0.15, 0.14)]
    if rng.random() < 0.35:  # a ram
        t = np.linspace(0.0, 1.0, 22)
        turn = -1.2 + 5.0 * t
        radius = 0.75 * (1 - 0.5 * t)
        spiral = np.column_stack([0.55 + 0.75 * t, 0.25 - radius * np.sin(turn) * -1, 0.1 + radius * np.cos(turn)])
        bits += mirrored(tube(spiral, np.linspace(0.3, 0.06, 22), "horns", 12))
    short = limb([stance.tail - (0, 0.05, 0.0), stance.tail + (0, 0.09, -0.16)], [0.08, 0.06], "body", 0.04)
    legs_last = [blob for blob in stance.blobs if blob.part == "legs"]
    rest = [blob for blob in stance.blobs if blob.part != "legs"]
    body = [*rest, *wool, short, *legs_last, *stance.head.blobs(head)]
    return [surface(body, 6300), *stance.pieces, *stance.head.pieces(bits)]


def deer(rng: np.random.Generator) -> list[Piece]:
    build = Build(
        length=rng.uniform(0.8, 0.92),
        height=rng.uniform(0.95, 1.08),
        rump=rng.uniform(0.98, 1.06),
        chest=0.22,
        belly=0.195,
        hips=0.2,
        sag=-0.01,
        width=0.78,
        leg=(0.11, 0.052, 0.036),
        foot=0.05,
        hoofed=True,
        neck=(0.16, 0.09),
        neck_length=rng.uniform(0.5, 0.62),
        neck_width=0.75,
        head=0.13,
    )
    stance = standing(
        build, rng, rng.uniform(0.85, 1.2), rng.uniform(0.2, 0.5), rng.uniform(-0.5, 0.5), rng.choice([0.0, 0.1, 0.25])
    )
    head = long_face(1.75, 0.25, 0.42, 0.36)
    bits = [*ears((0.55, 0.3, 0.5), (1.45, 0.4, 1.1), 0.34, (0.2, -1, 0.0)), *eyes(0.6, -0.5, 0.25, 0.16)]
    if rng.random() < 0.8:  # a stag
        size = rng.uniform(2.0, 3.2)
        out, back = rng.uniform(0.45, 0.7), rng.uniform(0.1, 0.45)
        t = np.array([0.0, 0.35, 0.7, 1.0])
        beam = np.column_stack(
            [0.3 + size * out * np.sin(t * 2.0) * 0.9, 0.2 + size * back * np.sin(t * 2.8), 0.7 + size * (t * 0.95)]
        )
        path = curves.spline(beam, 6)
        antler = [horn(beam, [0.17, 0.13, 0.1, 0.04], "antlers", 7)]
        tines = int(rng.integers(3, 5))
        for i in range(tines):
            at = path[int(len(path) * (0.08 + 0.78 * i / tines))]
            length = size * rng.uniform(0.24, 0.34) * (1 - 0.1 * i)
            tip = at + np.array([0.15 * length, -0.85 * length, 0.6 * length])
            antler.append(
                horn([at, (at + tip) / 2 - (0, 0.1 * length, 0.12 * length), tip], [0.11, 0.08, 0.03], "antlers", 6)
            )
        bits += mirrored(antler)
    scut = limb([stance.tail - (0, 0.06, 0.0), stance.tail + (0, 0.1, -0.1)], [0.06, 0.03], "tail", 0.03)
    return animal(stance, (head, bits), [scut], triangles=4800)


def giraffe(rng: np.random.Generator) -> list[Piece]:
    build = Build(
        length=rng.uniform(0.72, 0.82),
        height=rng.uniform(1.25, 1.4),
        rump=rng.uniform(1.12, 1.2),
        chest=0.26,
        belly=0.23,
        hips=0.2,
        width=0.75,
        leg=(0.13, 0.065, 0.048),
        foot=0.065,
        hoofed=True,
        bend=0.6,
        neck=(0.19, 0.085),
        neck_length=rng.uniform(1.15, 1.45),
        neck_width=0.75,
        neck_bow=rng.uniform(-0.02, 0.08),
        head=0.125,
    )
    stance = standing(
        build,
        rng,
        rng.uniform(0.85, 1.3),
        rng.uniform(0.3, 0.65),
        rng.uniform(-0.3, 0.3),
        rng.choice([0.0, 0.08, 0.16]),
    )
    bits = [
        *ears((0.6, 0.35, 0.45), (1.4, 0.45, 0.7), 0.26),
        *eyes(0.62, -0.45, 0.3, 0.15),
        *mirrored(horn([(0.3, 0.2, 0.7), (0.36, 0.3, 1.5)], [0.15, 0.12], "horns", 10)),
        *mirrored(ball(0.19, "horns", (0.36, 0.3, 1.55), 12)),
    ]
    mane = limb(
        stance.nape, np.linspace(0.05, 0.04, len(stance.nape)), "mane", 0.02, flat=((1, 0, 0), 0.6), smooth=False
    )
    cord = tail(stance.tail, [-0.6, -1.35, -1.5], 0.5, (0.035, 0.025, 0.02), "tail", 0.03)
    tuft = ellipsoid(cord.path[-1] - (0, 0, 0.05), (0.045, 0.045, 0.1), "tail", 0.03)
    return animal(stance, (long_face(1.9, 0.35, 0.4, 0.38), bits), [mane, cord, tuft], triangles=5500)


# Animals with paws


def hanging_ears(width: float, drop: float, size: float) -> list[Blob]:
    """Flat ears that hang down at the sides of the head as far as ``drop`` below its middle."""
    path = [(width, 0.1, 0.68), (width + 0.36, 0.05, 0.5), (width + 0.44, -0.08, 0.05), (width + 0.36, -0.15, -drop)]
    return both(limb(path, [0.6 * size, 0.9 * size, 1.1 * size, 0.7 * size], "ears", 0.04, ((1, 0, 0.15), 0.3), 4))


def dog(rng: np.random.Generator) -> list[Piece]:
    legs = rng.uniform(0.5, 1.0)
    stout = rng.uniform(0.85, 1.25)
    build = Build(
        length=0.9,
        height=0.35 + 0.48 * legs,
        rump=0.35 + 0.47 * legs,
        chest=0.24 * stout,
        belly=0.19 * stout,
        hips=0.2 * stout,
        sag=rng.uniform(-0.04, 0.02),
        width=rng.uniform(0.78, 0.9),
        leg=(0.115 * stout, 0.068 * stout, 0.055 * stout),
        foot=0.066 * stout,
        neck=(0.17 * stout, 0.125 * stout),
        neck_length=rng.uniform(0.26, 0.4),
        head=0.185 * rng.uniform(0.92, 1.15),
    )
    pitch, turn = rng.uniform(0.05, 0.35), rng.uniform(-0.5, 0.5)
    sits = rng.random() < 0.35
    if sits:
        stance = sitting(build, rng, rng.uniform(0.9, 1.3), pitch, turn)
    else:
        stance = standing(build, rng, rng.uniform(0.55, 1.0), pitch, turn, rng.choice([0.0, 0.08, 0.22]))
    muzzle, thick = rng.uniform(1.25, 1.95), rng.uniform(0.4, 0.56)
    tip = np.array([0.0, -muzzle, -0.3])
    head = [
        ellipsoid((0, 0, 0.05), (0.88, 0.95, 0.82), "head", 0.25),
        limb([(0, -0.45, -0.2), tip], [0.62, thick], "head", 0.22, flat=((1, 0, 0), 0.85)),
        limb([(0, -0.4, -0.5), tip + (0, 0.15, -0.36)], [0.4, thick * 0.6], "head", 0.08, flat=((1, 0, 0), 0.85)),
        *both(ellipsoid((0.42, -0.3, -0.25), (0.42, 0.5, 0.45), "head", 0.3)),
    ]
    bits = [*eyes(0.4, -0.82, 0.22, 0.14), ball((0.24, 0.18, 0.17), "nose", tip + (0, -thick * 0.85, thick * 0.45), 14)]
    kind = rng.integers(3)
    if kind == 0:  # pricked
        bits += ears((0.52, 0.05, 0.6), (0.75, 0.05, 1.65), 0.4, (0.25, -1, 0.0), blunt=0.1)
    elif kind == 1:  # hanging
        head += hanging_ears(0.62, rng.uniform(0.1, 0.7), 0.36)
    else:  # folded
        bits += ears((0.5, 0.05, 0.7), (0.98, -0.6, 0.75), 0.36, (0.4, -0.5, 1.0), 0.1, (0.0, 0.15, 0.42), blunt=0.2)
    style = rng.integers(3)
    raised = rng.uniform(0.2, 1.0)
    angles = ([raised, raised + 0.3, raised + 0.5], [0.9, 1.5, 2.4, 3.3], [-0.5, -1.0, -0.8])[style]
    if sits:
        angles = [-0.2, 0.1, rng.uniform(0.2, 0.9)]
    bushy = rng.uniform(0.03, 0.075)
    wag = tail(
        stance.tail - (0, 0.08, 0),
        angles,
        rng.uniform(0.4, 0.6),
        (0.05, bushy, bushy, 0.025),
        "tail",
        0.04,
        rng.uniform(-0.6, 0.6),
    )
    return animal(stance, (head, bits), [wag], triangles=6000)


def cat_head(rng: np.random.Generator) -> tuple[list[Blob], list[Piece]]:
    head = [
        ellipsoid((0, 0, 0), (1.0, 0.88, 0.86), "head", 0.25),
        *both(ellipsoid((0.42, -0.3, -0.25), (0.5, 0.5, 0.4), "head", 0.2)),
        *both(ellipsoid((0.16, -0.85, -0.3), (0.26, 0.25, 0.2), "head", 0.08)),
        ellipsoid((0, -0.75, -0.5), (0.24, 0.25, 0.16), "head", 0.08),
        limb([(0, -0.5, 0.25), (0, -0.95, -0.12)], [0.3, 0.16], "head", 0.2),
    ]
    size = rng.uniform(0.85, 1.15)
    bits = [
        *ears((0.55, -0.05, 0.55), (0.55 + 0.35 * size, 0.0, 0.6 + 0.92 * size), 0.5 * size, (0.3, -1, 0.1), blunt=0.0),
        *eyes(0.38, -0.78, 0.13, 0.18),
        ball((0.11, 0.09, 0.08), "nose", (0, -1.07, -0.18), 10),
    ]
    return head, bits


def cat(rng: np.random.Generator) -> list[Piece]:
    fat = rng.uniform(0.88, 1.25)
    build = Build(
        length=0.85,
        height=rng.uniform(0.55, 0.66),
        rump=0.6,
        chest=0.18 * fat,
        belly=0.17 * fat,
        hips=0.18 * fat,
        sag=rng.uniform(-0.03, 0.03),
        width=0.85,
        leg=(0.085 * fat, 0.055 * fat, 0.046 * fat),
        thigh=1.4,
        foot=0.06,
        neck=(0.13 * fat, 0.11 * fat),
        neck_length=rng.uniform(0.22, 0.3),
        head=0.185 * rng.uniform(0.95, 1.15),
    )
    turn = rng.uniform(-0.6, 0.6)
    if rng.random() < 0.45:
        stance = sitting(build, rng, rng.uniform(0.9, 1.2), rng.uniform(0.0, 0.2), turn)
        side = rng.choice([-1.0, 1.0])
        start = stance.tail
        around = [
            start,
            start + (side * 0.18, 0.1, -0.04),
            start + (side * 0.36, -0.15, -0.05),
            start + (side * 0.34, -0.48, -0.05),
        ]
        if rng.random() < 0.4:
            around = [
                start,
                start + (side * 0.05, 0.25, -0.03),
                start + (side * 0.1, 0.45, 0.1),
                start + (side * 0.12, 0.4, 0.4),
            ]
        curl = limb(around, [0.055, 0.05, 0.046, 0.035], "tail", 0.03)
        curl.path[:, 2] = np.maximum(curl.path[:, 2], 0.04)
    else:
        stance = standing(
            build, rng, rng.uniform(0.3, 0.9), rng.uniform(0.0, 0.25), turn, rng.choice([0.0, 0.12, 0.28])
        )
        angles = ([0.5, 1.2, 1.5, 1.2], [0.2, -0.5, -0.3, 0.6], [0.9, 1.4, 1.9, 1.0])[rng.integers(3)]
        curl = tail(
            stance.tail - (0, 0.06, 0),
            angles,
            rng.uniform(0.65, 0.85),
            (0.05, 0.045, 0.032),
            "tail",
            0.03,
            rng.uniform(-0.7, 0.7),
        )
    return animal(stance, cat_head(rng), [curl], triangles=6000)


def paw_head(muzzle: float, thick: float, width: float, part: str = "head") -> list[Blob]:
    """A broad head with a blunt muzzle, as of bears and lions."""
    return [
        ellipsoid((0, 0, 0.05), (0.95, 0.95, 0.88), part, 0.25),
        limb([(0, -0.45, -0.2), (0, -muzzle, -0.3)], [0.62, thick], part, 0.25, flat=((1, 0, 0), width)),
        *both(ellipsoid((0.45, -0.25, -0.28), (0.42, 0.5, 0.45), part, 0.3)),
        ellipsoid((0, -muzzle * 0.9, -0.62), (thick * 0.7, 0.4, 0.2), part, 0.06),
    ]


def bear(rng: np.random.Generator) -> list[Piece]:
    fat = rng.uniform(0.92, 1.15)
    build = Build(
        length=rng.uniform(0.85, 1.0),
        height=0.72,
        rump=0.7,
        chest=0.32 * fat,
        belly=0.33 * fat,
        hips=0.33 * fat,
        sag=0.02,
        width=0.88,
        leg=(0.18 * fat, 0.125 * fat, 0.11 * fat),
        foot=0.115,
        bend=0.8,
        neck=(0.28 * fat, 0.2),
        neck_length=rng.uniform(0.3, 0.4),
        head=0.225,
    )
    head = paw_head(rng.uniform(1.2, 1.6), 0.42, 0.9)
    bits = [
        *mirrored(ball((0.32, 0.16, 0.32), "ears", (0.72, 0.1, 0.78), 16)),
        *eyes(0.4, -0.84, 0.2, 0.11),
        ball((0.22, 0.18, 0.16), "nose", (0, head[1].path[-1, 1] - 0.36, -0.12), 12),
    ]
    turn = rng.uniform(-0.5, 0.5)
    if rng.random() < 0.3:
        stance = sitting(build, rng, rng.uniform(0.9, 1.2), rng.uniform(0.0, 0.3), turn)
    else:
        stance = standing(
            build, rng, rng.uniform(-0.1, 0.5), rng.uniform(0.1, 0.4), turn, rng.choice([0.0, 0.12, 0.22])
        )
    stub = ellipsoid(stance.tail - (0, 0.03, 0), 0.07, "tail", 0.04)
    return animal(stance, (head, bits), [stub])


def lion(rng: np.random.Generator) -> list[Piece]:
    build = Build(
        length=rng.uniform(0.92, 1.05),
        height=rng.uniform(0.75, 0.85),
        rump=0.76,
        chest=0.25,
        belly=0.215,
        hips=0.22,
        width=0.8,
        leg=(0.135, 0.085, 0.075),
        foot=0.088,
        neck=(0.2, 0.16),
        neck_length=rng.uniform(0.3, 0.4),
        head=0.2,
    )
    turn = rng.uniform(-0.5, 0.5)
    sits = rng.random() < 0.3
    if sits:
        stance = sitting(build, rng, rng.uniform(0.9, 1.2), rng.uniform(0.0, 0.2), turn)
    else:
        stance = standing(
            build, rng, rng.uniform(0.3, 0.8), rng.uniform(0.05, 0.3), turn, rng.choice([0.0, 0.12, 0.25])
        )
    muzzle = rng.uniform(1.15, 1.35)
    head = paw_head(muzzle, 0.46, 1.0)
    # The mane: a thick collar behind the face and down to the chest, with locks all over.
    full = rng.uniform(0.9, 1.12)
    head += [
        ellipsoid((0, 0.55, -0.1), (1.3 * full, 0.85, 1.4 * full), "mane", 0.05),
        ellipsoid((0, 0.55, -1.1), (1.0 * full, 0.85, 1.0), "mane", 0.3),
    ]
    for ring, (y, reach, count) in enumerate(((0.0, 0.95, 13), (0.3, 1.2, 15), (0.75, 1.3, 15), (1.2, 1.1, 13))):
        for i in range(count):
            a = 2 * math.pi * (i + 0.5 * ring) / count + 0.1 * rng.normal()
            low = max(0.0, -math.sin(a))
            start = full * reach * np.array([math.cos(a), 0.0, math.sin(a) - 0.4 * low]) + (0, y, 0)
            out = np.array([math.cos(a), 0.8, math.sin(a) - 0.5])
            size = rng.uniform(0.22, 0.3)
            head.append(
                limb(
                    [start - 0.2 * out, start + 0.15 * out, start + 0.45 * out],
                    [size, size, 0.05],
                    "mane",
                    0.05,
                    smooth=False,
                )
            )
    bits = [
        *mirrored(ball((0.3, 0.2, 0.3), "ears", (0.75, -0.05, 0.95), 14)),
        *eyes(0.4, -0.84, 0.2, 0.12),
        ball((0.26, 0.16, 0.16), "nose", (0, -muzzle - 0.38, -0.12), 12),
    ]
    angles = [-0.3, 0.1, rng.uniform(0.0, 0.7)] if sits else [-0.5, -1.2, -0.9, rng.uniform(-0.3, 0.6)]
    cord = tail(stance.tail - (0, 0.05, 0), angles, 0.75, (0.05, 0.035, 0.03), "tail", 0.03, rng.uniform(-0.6, 0.6))
    tuft = ellipsoid(cord.path[-1], 0.075, "tail", 0.04)
    return animal(stance, (head, bits), [cord, tuft], triangles=7000)


def elephant(rng: np.random.Generator) -> list[Piece]:
    young = rng.uniform(0.0, 1.0)
    build = Build(
        length=rng.uniform(0.9, 1.05),
        height=rng.uniform(0.95, 1.05) - 0.1 * young,
        rump=rng.uniform(0.9, 0.98) - 0.1 * young,
        chest=0.38,
        belly=0.4,
        hips=0.37,
        sag=-0.02,
        width=0.85,
        leg=(0.19, 0.15, 0.135),
        thigh=1.1,
        foot=0.15,
        bend=0.35,
        neck=(0.32, 0.27),
        neck_length=0.3,
        head=0.27 + 0.04 * young,
    )
    stance = standing(
        build, rng, rng.uniform(0.2, 0.6), rng.uniform(0.0, 0.25), rng.uniform(-0.3, 0.3), rng.choice([0.0, 0.1, 0.18])
    )
    style = rng.integers(3)
    down = [(0, -0.7, -0.2), (0, -1.15, -1.0), (0, -1.25, -2.0)]
    end = ([(0, -1.15, -2.7)], [(0, -1.5, -2.6), (0, -1.95, -2.6), (0, -2.1, -2.2)], [(0, -1.7, -1.9)])[style]
    if style == 2:  # raised
        down = [(0, -0.7, -0.2), (0, -1.3, -0.75), (0, -2.0, -0.6)]
        end = [(0, -2.45, 0.1), (0, -2.5, 0.9), (0, -2.8, 1.3)]
    head = [
        ellipsoid((0, 0, 0.1), (0.92, 0.95, 1.05), "head", 0.3),
        *both(ellipsoid((0.35, -0.25, 0.55), (0.5, 0.5, 0.5), "head", 0.25)),
        *both(ellipsoid((0.42, -0.45, -0.35), (0.42, 0.5, 0.55), "head", 0.25)),
        limb([*down, *end], [0.55, 0.45, 0.36, 0.27, 0.2, 0.17], "trunk", 0.3, steps=4),
        ellipsoid((0, -0.35, -0.85), (0.35, 0.5, 0.3), "head", 0.25),
    ]
    flap, size = rng.uniform(0.3, 1.1), rng.uniform(0.85, 1.3)
    out = np.array([math.sin(flap), math.cos(flap), 0.0])
    base = np.array([0.72, 0.05, 0.25])
    path = [
        base + out * t + (0, 0, z)
        for t, z in ((0.0, 0.1), (0.45 * size, 0.12), (1.0 * size, -0.05), (1.35 * size, -0.25))
    ]
    widths = np.array([0.5, 0.95, 0.85, 0.12]) * size
    bits = [
        *mirrored(petal(path, widths, 0.09, "ears", (out[1], -out[0], 0.0), 0.05, 12)),
        *eyes(0.78, -0.55, 0.15, 0.09),
    ]
    if rng.random() < 0.8:
        reach = rng.uniform(0.5, 1.2)
        curve = [
            (0.38, -0.75, -0.65),
            (0.45, -1.0 - 0.4 * reach, -1.25),
            (0.42, -1.35 - 0.8 * reach, -1.05 - 0.1 * reach),
        ]
        bits += mirrored(horn(curve, [0.16, 0.13, 0.04], "tusks"))
    cord = tail(stance.tail, [-0.9, -1.45, -1.5], 0.5, (0.045, 0.03, 0.02), "tail", 0.04)
    return animal(stance, (head, bits), [cord], triangles=6000)


# Small animals


def rabbit(rng: np.random.Generator) -> list[Piece]:
    upright = rng.uniform(0.0, 1.0)
    body = [
        limb(
            [(0, 0.42, 0.4), (0, 0.0, 0.48 + 0.12 * upright), (0, -0.42 + 0.12 * upright, 0.5 + 0.3 * upright)],
            [0.38, 0.39, 0.25],
            "body",
            steps=8,
        ),
        *both(
            ellipsoid((0.28, 0.3, 0.33), (0.2, 0.36, 0.32), "body", 0.1),
            limb([(0.34, 0.35, 0.1), (0.34, -0.15, 0.09)], [0.1, 0.09], "legs", 0.08),
            limb(
                [(0.16, -0.4 + 0.1 * upright, 0.45 + 0.2 * upright), (0.17, -0.46, 0.22), (0.17, -0.52, 0.08)],
                [0.13, 0.08, 0.075],
                "legs",
                0.08,
            ),
            ellipsoid((0.17, -0.57, 0.06), (0.075, 0.12, 0.06), "legs", 0.04),
        ),
        ellipsoid((0, 0.82, 0.36), 0.15, "tail", 0.03),
    ]
    head_at = np.array([0, -0.6 + 0.15 * upright, 0.82 + 0.38 * upright])
    turn = rng.uniform(-0.5, 0.5)
    place = Placement(
        head_at, rotation("z", turn) @ rotation("x", rng.uniform(0.0, 0.3)), 0.25 * rng.uniform(0.95, 1.1)
    )
    head = [
        ellipsoid((0, 0, 0), (0.88, 1.02, 0.92), "head", 0.25),
        limb([(0, -0.5, -0.15), (0, -1.05, -0.3)], [0.62, 0.4], "head", 0.25),
        *both(ellipsoid((0.4, -0.45, -0.32), (0.4, 0.45, 0.4), "head", 0.2)),
        limb([(0, 0.2, -0.4), (0, 0.9, -1.3)], [0.75, 0.9], "body", 0.3),
    ]
    long, part, back = rng.uniform(1.6, 2.5), rng.uniform(0.05, 0.6), rng.uniform(0.1, 0.8)
    tip = (0.35 + part * long * 0.6, 0.15 + back, 0.8 + long)
    ear = ears((0.35, 0.1, 0.65), tip, 0.36, (0.35, -1, 0.2), 0.3, (0.06, -0.05, 0), 0.35)
    bits = [*ear, *eyes(0.66, -0.55, 0.22, 0.17), ball((0.14, 0.1, 0.1), "nose", (0, -1.43, -0.18), 10)]
    return [surface([*body, *place.blobs(head)], 6000), *place.pieces(bits)]


def mouse(rng: np.random.Generator) -> list[Piece]:
    up = rng.uniform(0.0, 0.35)
    fat = rng.uniform(0.9, 1.15)
    body = [
        limb(
            [(0, 0.45, 0.36), (0, 0.05, 0.4 + 0.3 * up), (0, -0.45, 0.42 + up)],
            [0.36 * fat, 0.36 * fat, 0.23],
            "body",
            steps=8,
        ),
        *both(
            ellipsoid((0.27, 0.3, 0.25), (0.17, 0.28, 0.24), "body", 0.08),
            limb([(0.3, 0.3, 0.06), (0.3, -0.05, 0.05)], [0.06, 0.055], "feet", 0.04),
            limb([(0.16, -0.4, 0.3 + up * 0.7), (0.17, -0.52, 0.05 + up * 0.6)], [0.09, 0.05], "feet", 0.05),
        ),
    ]
    place = Placement(
        np.array([0, -0.68, 0.5 + up]),
        rotation("z", rng.uniform(-0.4, 0.4)) @ rotation("x", rng.uniform(0.0, 0.3)),
        0.25,
    )
    head = [
        ellipsoid((0, 0, 0), (0.95, 0.95, 0.9), "head", 0.3),
        limb([(0, -0.4, -0.12), (0, -1.65, -0.3)], [0.75, 0.2], "head", 0.25),
        limb([(0, 0.2, -0.1), (0, 0.9, -0.35)], [0.85, 0.9], "body", 0.3),
    ]
    size = rng.uniform(0.62, 0.9)
    disk = ball((size, 0.12, size), "ears", segments=20)
    lens = [deform_ear(disk, size)]
    leaning = Placement(np.array([0.72, 0.15, 0.75 + 0.35 * size]), rotation("z", 0.35) @ rotation("y", 0.4))
    bits = [
        *mirrored(leaning.pieces(lens)),
        *eyes(0.5, -0.78, 0.15, 0.15),
        ball(0.15, "nose", (0, -1.82, -0.28), 12),
    ]
    wave = rng.uniform(-0.5, 0.5)
    path = curves.spline(
        [(0, 0.7, 0.25), (wave * 0.3, 1.05, 0.1), (wave, 1.45, 0.06), (wave * 0.4, 1.9, rng.uniform(0.06, 0.5))], 8
    )
    cord = tube(path, np.linspace(0.06, 0.018, len(path)), "tail", 10)
    return [surface([*body, *place.blobs(head)], 5000), *place.pieces(bits), cord]


def deform_ear(disk: Piece, size: float) -> Piece:
    """Dishes a round ear: its rim comes forwards."""
    points = disk.vertices.copy()
    points[:, 1] -= 0.3 * size * (points[:, 0] ** 2 + points[:, 2] ** 2) / size**2
    return dataclasses.replace(disk, vertices=points)


def teddy_bear(rng: np.random.Generator) -> list[Piece]:
    fat = rng.uniform(0.9, 1.15)
    body = [ellipsoid((0, 0, 0.62), (0.46 * fat, 0.42 * fat, 0.56), "body", 0.05)]
    raised = rng.uniform(-0.4, 0.5, 2)
    for side, lift in zip((-1.0, 1.0), raised):
        shoulder = np.array([side * 0.34, -0.05, 0.98])
        out = np.array([side * 0.4, -0.25, -0.32 + 0.55 * lift])
        body.append(limb([shoulder, shoulder + out * 0.6, shoulder + out], [0.15, 0.165, 0.165], "arms", 0.05))
        spread = side * rng.uniform(0.2, 0.4)
        hip = np.array([side * 0.27, -0.12, 0.24])
        foot = hip + (spread, -0.62, -0.04)
        body.append(limb([hip, foot], [0.22, 0.2], "legs", 0.05))
        turned_foot = rotation("z", math.atan2(spread, 0.62))
        body.append(ellipsoid(foot + (0, -0.06, 0.06), (0.21, 0.14, 0.27), "legs", 0.06, turned_foot))
        body.append(ellipsoid(foot + turned_foot @ (0, -0.17, 0.07), (0.14, 0.06, 0.18), "soles", 0.01, turned_foot))
    tilt = rotation("y", rng.uniform(-0.2, 0.2)) @ rotation("z", rng.uniform(-0.3, 0.3))
    place = Placement(np.array([0, -0.06, 1.45]), tilt, 0.45 * rng.uniform(0.92, 1.1))
    muzzle = rng.uniform(0.38, 0.5)
    head = [
        ellipsoid((0, 0, 0), (1.0, 0.9, 0.92), "head", 0.05),
        *both(
            ellipsoid((0.78, 0.05, 0.75), (0.36, 0.18, 0.36), "ears", 0.06),
            ellipsoid((0.8, -0.14, 0.76), (0.2, 0.08, 0.2), "ears", 0.02, carved=True),
        ),
        ellipsoid((0, -0.78, -0.22), (muzzle, 0.4, muzzle * 0.8), "muzzle", 0.04),
    ]
    bits = [
        *eyes(0.36, -0.78, 0.2, 0.1),
        ball((0.15, 0.1, 0.1), "nose", (0, -1.15, -0.08), 12),
    ]
    pieces = [surface([*body, *place.blobs(head)], 6500), *place.pieces(bits)]
    if rng.random() < 0.4:  # a bow tie
        knot = ball((0.07, 0.06, 0.07), "bow", (0, -0.4, 1.12), 12)
        wing = petal(
            [(0.02, -0.4, 1.12), (0.14, -0.42, 1.13), (0.3, -0.4, 1.13)], [0.05, 0.1, 0.16], 0.04, "bow", (0, -1, 0)
        )
        pieces += [knot, *mirrored(wing)]
    return pieces


FAMILIES = (
    Family("horse", "animal", horse),
    Family("dog", "animal", dog),
    Family("cat", "animal", cat),
    Family("cow", "animal", cow),
    Family("pig", "animal", pig),
    Family("sheep", "animal", sheep),
    Family("deer", "animal", deer),
    Family("giraffe", "animal", giraffe),
    Family("elephant", "animal", elephant),
    Family("lion", "animal", lion),
    Family("bear", "animal", bear),
    Family("rabbit", "animal", rabbit),
    Family("mouse", "animal", mouse),
    Family("teddy bear", "animal", teddy_bear),
)
