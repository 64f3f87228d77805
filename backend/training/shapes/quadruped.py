# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: RUF005 - points are arrays here, and adding a tuple moves them
"""The build that four-legged animals share: trunk, legs, neck and where head and tail go, standing or sitting."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from . import curves
from .implicit import Blob, Placement, ellipsoid, limb
from .organic import petal
from .primitives import ball, cylinder, mirrored, moved, rotation
from .shape import Piece


@dataclasses.dataclass(frozen=True)
class Build:
    """Measures, mostly with the distance from shoulder to hip (``length``) near 1. It faces -Y and stands on z = 0."""

    length: float = 1.0
    height: float = 0.95
    """Of the spine at the shoulders."""
    rump: float = 0.95
    """Of the spine at the hips."""
    chest: float = 0.3
    belly: float = 0.28
    hips: float = 0.26
    """Half the trunk's height at three places."""
    sag: float = 0.02
    """How far the trunk's middle hangs below the line from shoulders to hips."""
    width: float = 0.8
    """Of the trunk, as a factor of its height."""
    leg: tuple[float, float, float] = (0.15, 0.085, 0.055)
    """Radii at the top, at the knee and above the foot."""
    thigh: float = 1.25
    """The hind leg's top, as a factor of the foreleg's."""
    foot: float = 0.075
    hoofed: bool = False
    bend: float = 1.0
    """How much the legs are bent."""
    stance: float = 0.85
    """Distance of the feet from the middle, as a factor of the hips' distance."""
    neck: tuple[float, float] = (0.2, 0.14)
    neck_length: float = 0.5
    neck_width: float = 0.8
    neck_bow: float = 0.05
    """How far the neck's middle is bowed forwards and down."""
    head: float = 0.2
    """The skull's radius."""


@dataclasses.dataclass(frozen=True)
class Stance:
    """The body, and where the rest goes."""

    blobs: list[Blob]
    pieces: list[Piece]
    head: Placement
    tail: np.ndarray
    """(3,) where the tail starts."""
    nape: np.ndarray
    """(N, 3) points along the neck's upper edge, from the withers to the skull."""


def standing(
    build: Build,
    rng: np.random.Generator,
    lift: float,
    pitch: float,
    turn: float = 0.0,
    stride: float = 0.0,
    paws: str = "legs",
) -> Stance:
    """Standing or walking. lift: the neck's angle above level; pitch: the head's nose down; turn: of neck and head.

    stride: how far feet swing, as a factor of the legs' length. paws: the part that feet belong to.
    """
    half = build.length / 2
    shoulder, hip = np.array([0.0, -half, build.height]), np.array([0.0, half, build.rump])
    middle = (shoulder + hip) / 2 - (0, 0, build.sag)
    spine = [
        hip + (0, 0.55 * build.hips, -0.12 * build.hips),
        hip,
        middle,
        shoulder,
        shoulder + (0, -0.5 * build.chest, -0.05 * build.chest),
    ]
    radii = [0.72 * build.hips, build.hips, build.belly, build.chest, 0.75 * build.chest]
    blobs = [limb(spine, radii, "body", flat=((1, 0, 0), build.width), steps=6)]
    pieces: list[Piece] = []
    phase = rng.uniform(-1, 1)
    for side in (-1.0, 1.0):
        for rear in (False, True):
            top = (hip if rear else shoulder) - (0, 0, 0.25 * (build.hips if rear else build.chest))
            out = build.width * (build.hips if rear else build.chest) * 0.62
            swing = stride * math.sin(math.pi * (phase + 0.5 * side + (0.85 if rear else 0.0)))
            start = top + (side * out, 0.0, 0.0)
            # A foot that swings forwards is lifted a little.
            raised = max(0.0, -swing) * 0.25 * top[2]
            foot = np.array([side * out * build.stance, start[1] + (0.08 if rear else 0.0) + swing * top[2], raised])
            more, feet = leg(build, start, foot, rear, paws)
            blobs += more
            pieces += feet
    return _with_neck(build, blobs, pieces, shoulder, hip, lift, pitch, turn)


def _with_neck(build, blobs, pieces, shoulder, hip, lift, pitch, turn) -> Stance:
    base = shoulder + (0, -0.3 * build.chest, 0.3 * build.chest)
    towards = rotation("z", turn) @ np.array([0.0, -math.cos(lift), math.sin(lift)])
    end = base + towards * build.neck_length
    across = rotation("z", turn) @ np.array([1.0, 0.0, 0.0])
    below = np.cross(across, towards)
    below *= -np.sign(below[2] or 1.0)
    path = curves.spline([base, (base + end) / 2 + below * build.neck_bow, end], 4)
    radii = np.linspace(build.neck[0], build.neck[1], len(path))
    blobs = blobs + [limb(path, radii, "body", 0.15, flat=(across, build.neck_width), smooth=False)]
    head = Placement(end, rotation("z", turn * 1.4) @ rotation("x", pitch), build.head)
    nape = path - below * radii[:, None] * 0.85
    return Stance(blobs, pieces, head, hip + (0, 0.62 * build.hips + 0.3 * build.hips, 0.25 * build.hips), nape)


def leg(build: Build, start, foot, rear: bool, paws: str) -> tuple[list[Blob], list[Piece]]:
    """A leg from the trunk to the ground. The upper part belongs to the body."""
    start, foot = np.asarray(start, dtype=np.float64), np.asarray(foot, dtype=np.float64)
    ankle = foot + (0, 0, build.foot * (1.0 if build.hoofed else 0.8))
    axis = ankle - start
    length = np.linalg.norm(axis)
    ahead = np.cross(axis / length, (1.0, 0.0, 0.0))
    ahead *= -np.sign(ahead[1] or 1.0) * length * build.bend
    top, knee, thin = build.leg
    if rear:
        joints = [start, start + 0.36 * axis + 0.1 * ahead, start + 0.68 * axis - 0.13 * ahead, ankle]
        upper = [top * build.thigh, top * build.thigh * 0.8 + 0.2 * knee]
        lower = [top * 0.6 + 0.4 * knee, knee * 0.85, thin]
    else:
        joints = [start, start + 0.36 * axis - 0.05 * ahead, start + 0.66 * axis + 0.02 * ahead, ankle]
        upper = [top, top * 0.75 + 0.25 * knee]
        lower = [top * 0.5 + 0.5 * knee, knee, thin]
    blobs = [
        limb(joints[:2], upper, "body", 0.1),
        limb(joints[1:], lower, "legs", 0.06, steps=3),
    ]
    if build.hoofed:
        hoof = cylinder(build.foot * 1.15, build.foot * 1.5, "hooves", 0.1 * build.foot, 16, top=build.foot * 0.8)
        return blobs, moved(hoof, foot + (0, -0.15 * build.foot, 0))
    size = build.foot * np.array([1.0, 1.35, 0.72])
    blobs.append(ellipsoid(foot + (0, -0.5 * build.foot, size[2]), size, paws, 0.5 * build.foot))
    return blobs, []


def sitting(build: Build, rng: np.random.Generator, lift: float, pitch: float, turn: float = 0.0) -> Stance:
    """Sitting on its haunches with the forelegs straight, as dogs and cats do."""
    reach = build.height * rng.uniform(0.95, 1.05) + 0.12
    hip = np.array([0.0, 0.3 * build.length, build.hips * 0.92])
    shoulder = np.array([0.0, hip[1] - build.length * 0.5, reach])
    middle = (hip + shoulder) / 2 + (0, 0.09, 0.02)
    spine = [hip, middle, shoulder, shoulder + (0, -0.25 * build.chest, 0.2 * build.chest)]
    radii = [build.hips * 1.05, build.belly * 1.02, build.chest * 0.95, 0.65 * build.chest]
    blobs = [limb(spine, radii, "body", flat=((1, 0, 0), max(build.width, 0.85)), steps=6)]
    pieces: list[Piece] = []
    for side in (-1.0, 1.0):
        out = build.width * build.chest * 0.6
        start = shoulder + (side * out, 0.0, -0.25 * build.chest)
        more, feet = leg(build, start, (side * out * 0.85, start[1] - 0.06, 0.0), False, "legs")
        blobs += more
        pieces += feet
        out = build.width * build.hips * 0.95
        r = build.leg[0]
        knee = np.array([side * out * 1.15, hip[1] - 0.36 * build.length, hip[2] * 1.15])
        foot = np.array([side * out * 1.15, hip[1] - 0.42 * build.length, build.foot * 0.7])
        heel = np.array([side * out * 1.1, hip[1] + 0.05, build.foot * 0.8])
        blobs += [
            limb([hip + (side * out * 0.8, 0, 0), knee], [r * 1.6, r * 1.15], "body", 0.08),
            limb([knee + (0, 0.05, -0.02), heel, foot], [r * 0.8, build.foot, build.foot], "legs", 0.05, smooth=False),
            ellipsoid(foot + (0, -0.3 * build.foot, 0), build.foot * np.array([1.0, 1.35, 0.75]), "legs", 0.04),
        ]
    stance = _with_neck(build, blobs, pieces, shoulder, hip, lift, pitch, turn)
    return dataclasses.replace(stance, tail=hip + (0, build.hips * 0.9, -0.55 * build.hips))


# Bits and pieces of heads; drawn around a skull of radius 1 that faces -Y


def eyes(x: float, y: float, z: float, radius: float) -> list[Piece]:
    return mirrored(ball(radius, "eyes", (x, y, z), 12))


def ears(base, tip, width: float, facing=(0.0, -1.0, 0.1), cup: float = 0.25, bend=(0.0, 0.0, 0.0), blunt=0.35):
    """A pair of ears from base to tip. blunt: how wide they stay towards the tip; bend: moves their middle."""
    base, tip = np.asarray(base, dtype=np.float64), np.asarray(tip, dtype=np.float64)
    path = [base, base + (tip - base) * 0.35 + bend, base + (tip - base) * 0.75 + np.asarray(bend) * 0.8, tip]
    widths = [0.75 * width, width, width * (0.45 + blunt), 0.08 * width + 0.2 * blunt * width]
    return mirrored(petal(path, widths, 0.22 * width, "ears", facing, cup))


def tail(start, angles, length: float, radii, part: str = "tail", blend: float = 0.05, sway: float = 0.0) -> Blob:
    """A tail of equal bits, each at its angle above level; sway bends it sideways."""
    points = [np.asarray(start, dtype=np.float64)]
    bit = length / len(angles)
    for i, angle in enumerate(angles):
        side = sway * (i + 1) / len(angles)
        step = np.array([math.sin(side), math.cos(side) * math.cos(angle), math.sin(angle)])
        points.append(points[-1] + step * bit)
    radii = np.interp(np.linspace(0, 1, len(points)), np.linspace(0, 1, len(radii)), radii)
    return limb(points, radii, part, blend)
