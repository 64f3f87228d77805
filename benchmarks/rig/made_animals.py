# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: RUF005 (lists are added to arrays here: vectors, not concatenations)
"""Animals made by formula, with known joints: what the rig is tried on besides artists' models.

Every kind is a function of a random generator that varies proportions and pose. The proportions of people follow
Winter, "Biomechanics and Motor Control of Human Movement"; the animals are rough sketches.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import fast_simplification
import numpy as np

from .sculpt import Sketch, mesh_of, rotation_x


@dataclass(frozen=True)
class Made:
    name: str
    animal: str
    """The plan it should get, see backend/skeleton/recognise.py."""
    vertices: np.ndarray
    """(V, 3) float64, Z up, any size and place."""
    triangles: np.ndarray
    """(T, 3) int32."""
    forward: np.ndarray | None
    """(3,) unit vector, None where there is no front."""
    joints: dict[str, np.ndarray]
    """Key joint -> (3,); names end in .L and .R."""


def make(kind: Callable[[np.random.Generator], Sketch], seed: int, variant: str = "plain") -> Made:
    """``variant``: "plain" (about 4,000 vertices), "low" (300 triangles), "parts" (overlapping shells) or "dense"
    (over 17,000 vertices)."""
    sketch = kind(np.random.default_rng(seed))
    if variant == "parts":
        groups = list(dict.fromkeys(part.group for part in sketch.parts))
        shells = [
            mesh_of([part for part in sketch.parts if part.group == group], 6000 // len(groups) + 100)
            for group in groups
        ]
        starts = np.cumsum([0] + [len(points) for points, _ in shells])
        vertices = np.concatenate([points for points, _ in shells])
        triangles = np.concatenate([faces + start for (_, faces), start in zip(shells, starts)])
    else:
        vertices, triangles = mesh_of(sketch.parts, 18_500)
    if variant in ("plain", "low"):
        # Thin tails and ears want a fine grid; decimation then spends triangles as an artist would.
        for count in (8000,) if variant == "plain" else (8000, 2500, 1200, 600, 300):
            vertices, triangles = fast_simplification.simplify(
                vertices.astype(np.float32), triangles, target_count=count, agg=4
            )
    rng = np.random.default_rng([seed, *kind.__name__.encode()])
    turn = _quarter_turn(int(rng.integers(4)))
    scale, shift = 10 ** rng.uniform(-0.5, 0.5), np.append(rng.uniform(-1, 1, 2), 0.0)
    place = lambda points: scale * (points @ turn.T + shift)  # noqa: E731
    vertices = vertices.astype(np.float64)
    joints = {name: place(point) for name, point in sketch.joints.items()}
    forward = None if sketch.animal == "tree" else turn @ np.array([0.0, -1.0, 0.0])
    return Made(kind.__name__, sketch.animal, place(vertices), triangles.astype(np.int32), forward, joints)


def _quarter_turn(quarters: int) -> np.ndarray:
    return np.linalg.matrix_power(np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]]), quarters)


# People


def person_t(rng: np.random.Generator) -> Sketch:
    return _person(rng, arm=rng.uniform(-3, 6))


def person_a(rng: np.random.Generator) -> Sketch:
    return _person(rng, arm=rng.uniform(38, 55))


def _person(rng: np.random.Generator, arm: float) -> Sketch:
    """``arm``: degrees below the horizontal. Height is about 1."""
    sketch = Sketch("biped")
    stout, legs, skull = rng.uniform(0.88, 1.25), rng.uniform(0.94, 1.05), rng.uniform(0.95, 1.25)
    wide = rng.uniform(0.105, 0.125) * (0.7 + 0.3 * stout)
    hip, knee, ankle = 0.52 * legs, 0.285 * legs, 0.045
    shoulder = hip + 0.285
    neck, atlas = shoulder + 0.02, shoulder + 0.085
    sketch.blob("trunk", (0, 0.0, hip + 0.03), (0.085 * stout, 0.06 * stout, 0.075))
    sketch.blob("trunk", (0, -0.005, hip + 0.12), (0.072 * stout, 0.053 * stout, 0.09), blend=1.0)
    sketch.blob("trunk", (0, 0.0, hip + 0.21), (0.9 * wide * stout**0.5, 0.062 * stout, 0.1), blend=1.0)
    sketch.limb(
        "trunk", [(-0.8 * wide, 0.01, shoulder - 0.01), (0.8 * wide, 0.01, shoulder - 0.01)], [0.036, 0.036], blend=1.2
    )
    sketch.limb("head", [(0, 0.012, neck - 0.02), (0, 0.0, atlas + 0.01)], [0.03 * stout, 0.028 * stout], blend=1.0)
    centre = np.array([0, -0.018, atlas + 0.045 * skull])
    sketch.blob("head", centre, np.array([0.043, 0.055, 0.062]) * skull, blend=0.6)
    sketch.blob("head", centre + [0, -0.056 * skull, -0.008], np.array([0.008, 0.013, 0.014]) * skull)
    sketch.joints |= {
        "skull": np.array([0, 0.0, atlas]),
        "crown": centre + [0, 0.01, 0.06 * skull],
        "neck": np.array([0, 0.012, neck]),
    }

    direction, bend = np.radians(arm), rng.uniform(0.0, 0.15)
    feet_out = rng.uniform(0.0, 0.3)

    def sides(side: float, name: str) -> None:
        along = np.array([side * np.cos(direction), 0.0, -np.sin(direction)])
        forearm = along * np.cos(bend) + np.array([0, -np.sin(bend), 0])
        first = np.array([side * wide, 0.01, shoulder - 0.01])
        elbow = first + 0.165 * along
        wrist = elbow + 0.145 * forearm
        tip = wrist + 0.1 * forearm
        sketch.limb("arm" + name, [first, elbow, wrist], [0.03 * stout, 0.023 * stout, 0.017], blend=0.8)
        palm = np.array([0, 1.0, 0]) if arm > 20 else np.array([0, 0, 1.0])
        sketch.limb(
            "arm" + name,
            [wrist, wrist + 0.05 * forearm, tip - 0.012 * forearm],
            [0.017, 0.026, 0.014],
            flat=(palm, 0.5),
        )
        thumb = wrist + 0.02 * forearm
        sketch.limb("arm" + name, [thumb, thumb + 0.03 * forearm + [0, -0.028, 0]], [0.011, 0.008])

        top = np.array([side * 0.052 * (0.7 + 0.3 * stout), 0.0, hip])
        middle = np.array([side * (0.052 + 0.006), -0.008, knee])
        low = np.array([side * (0.052 + 0.008), 0.012, ankle])
        sketch.limb("leg" + name, [top, middle, low], [0.05 * stout, 0.034 * stout, 0.022], blend=0.5)
        sketch.blob(
            "leg" + name, middle * 0.45 + low * 0.55 + [0, 0.018, 0.04], (0.03 * stout, 0.03 * stout, 0.06), blend=0.8
        )
        out = np.array([side * np.sin(feet_out), -np.cos(feet_out), 0.0])
        ball = low + 0.085 * out - [0, 0, ankle - 0.02]
        toe = low + 0.125 * out - [0, 0, ankle - 0.018]
        heel = low - 0.03 * out - [0, 0, ankle - 0.024]
        sketch.limb("leg" + name, [heel, ball, toe], [0.024, 0.028, 0.02], flat=((0, 0, 1), 0.75), blend=0.5)
        sketch.joints |= {
            key + name: value
            for key, value in {
                "shoulder": first,
                "elbow": elbow,
                "wrist": wrist,
                "finger": tip,
                "hip": top,
                "knee": middle,
                "ankle": low,
                "toe": toe + 0.018 * out,
            }.items()
        }

    sketch.both(sides)
    return sketch


# Birds


def bird_standing(rng: np.random.Generator) -> Sketch:
    return _bird(rng, spread=False)


def bird_spread(rng: np.random.Generator) -> Sketch:
    return _bird(rng, spread=True)


def _bird(rng: np.random.Generator, spread: bool) -> Sketch:
    sketch = Sketch("bird")
    pitch, leg = rng.uniform(15, 40), rng.uniform(0.35, 0.75)
    neck, tail, plump = rng.uniform(0.12, 0.45), rng.uniform(0.25, 0.55), rng.uniform(0.85, 1.2)
    ahead = rotation_x(pitch) @ np.array([0, -1.0, 0])
    centre = np.array([0, 0, leg + 0.18])
    sketch.blob("trunk", centre, (0.16 * plump, 0.33, 0.18 * plump), pitch)
    rise = np.radians(rng.uniform(45, 75))
    base = centre + 0.24 * ahead + [0, 0, 0.04]
    atlas = base + neck * np.array([0, -np.cos(rise), np.sin(rise)]) + [0, -0.04, 0.05]
    sketch.limb("head", [base, (base + atlas) / 2 + [0, 0.02, 0.01], atlas], [0.1 * plump, 0.065, 0.055], blend=0.8)
    sketch.blob("head", atlas + [0, -0.04, 0.02], (0.065, 0.085, 0.07), blend=0.6)
    beak = atlas + [0, -0.04 - rng.uniform(0.13, 0.22), 0.0]
    sketch.limb("head", [atlas + [0, -0.1, 0.01], beak], [0.035, 0.008])
    rump = centre - 0.27 * ahead
    end = rump - tail * (rotation_x(0.5 * pitch) @ np.array([0, -1.0, 0]))
    sketch.limb(
        "tail", [rump, end], [0.1, 0.12], blend=0.6, flat=(rotation_x(0.5 * pitch) @ np.array([0, 0, 1.0]), 0.25)
    )
    sketch.joints |= {"skull": atlas, "muzzle": beak + [0, -0.008, 0], "tail": end - 0.1 * ahead * [0, 1, 0]}

    lift, sweep = np.radians(rng.uniform(-5, 25)), rng.uniform(0.05, 0.25)
    span = rng.uniform(0.7, 1.1)

    def sides(side: float, name: str) -> None:
        hip = centre + [side * 0.08, 0.05, -0.04]
        knee = centre + [side * 0.1, -0.06, -0.16 * plump]
        ankle = np.array([side * 0.1, 0.07, 0.45 * leg])
        foot = np.array([side * 0.1, 0.0, 0.02])
        sketch.limb("leg" + name, [hip, knee, ankle], [0.07, 0.06, 0.026], blend=0.4)
        sketch.limb("leg" + name, [ankle, foot], [0.024, 0.02])
        for degrees, length in ((-35, 0.12), (0, 0.15), (35, 0.12), (180, 0.08)):
            turn = np.radians(degrees)
            sketch.limb(
                "leg" + name, [foot, foot + length * np.array([np.sin(turn), -np.cos(turn), -0.03])], [0.02, 0.014]
            )
        sketch.joints |= {
            "hip" + name: hip,
            "knee" + name: knee,
            "ankle" + name: ankle,
            "toe" + name: foot + [0, -0.16, 0],
        }
        shoulder = centre + 0.17 * ahead + [side * 0.12 * plump, 0, 0.05]
        if not spread:
            sketch.blob(
                "wing" + name, centre + [side * 0.135 * plump, 0.06, 0.03], (0.05, 0.33, 0.12), pitch * 0.8, blend=0.8
            )
            return
        out = np.array([side * np.cos(lift), 0, np.sin(lift)])
        elbow = shoulder + 0.3 * span * out + [0, 0.08, 0]
        wrist = elbow + 0.32 * span * out + [0, -0.1, 0]
        tip = wrist + 0.45 * span * out + [0, sweep, 0]
        flat = (np.cross(out, [0, 1.0, 0]), 0.3)
        back = np.array([0, 0.12, 0])
        sketch.limb("wing" + name, [shoulder, elbow, wrist, tip], [0.07, 0.06, 0.05, 0.035], flat=(flat[0], 0.6))
        sketch.limb(
            "wing" + name,
            [shoulder + back, elbow + back, wrist + back, tip + 0.2 * back],
            [0.12, 0.12, 0.1, 0.04],
            flat=flat,
        )
        sketch.joints |= {
            "shoulder" + name: shoulder,
            "elbow" + name: elbow,
            "wrist" + name: wrist,
            "wingtip" + name: tip,
        }

    sketch.both(sides)
    return sketch


# Without legs


def fish(rng: np.random.Generator) -> Sketch:
    sketch = Sketch("fish")
    deep, thick = rng.uniform(0.11, 0.2), rng.uniform(0.055, 0.085)
    flat = ((1.0, 0, 0), thick / deep)
    middle = 0.4
    tail = np.array([0, 0.5, middle])
    sketch.limb(
        "trunk",
        [(0, -0.42, middle - 0.01), (0, -0.15, middle), (0, 0.12, middle), (0, 0.48, middle)],
        [0.45 * deep, deep, 0.85 * deep, 0.25 * deep],
        blend=0.8,
        flat=flat,
    )
    fork = rng.uniform(0.14, 0.24)
    for up in (1, -1):
        sketch.limb("tail", [tail, tail + [0, 0.16, up * fork]], [0.05, 0.025], blend=0.5, flat=((1.0, 0, 0), 0.35))
    sketch.limb("tail", [tail, tail + [0, 0.1, 0]], [0.05, 0.06], flat=((1.0, 0, 0), 0.3))
    dorsal = rng.uniform(0.06, 0.14)
    sketch.limb(
        "dorsal",
        [(0, -0.1, middle + 0.85 * deep), (0, 0.05, middle + 0.9 * deep + dorsal)],
        [0.07, 0.03],
        flat=((1.0, 0, 0), 0.25),
    )
    sketch.limb(
        "dorsal",
        [(0, 0.18, middle - 0.5 * deep), (0, 0.25, middle - 0.8 * deep - 0.05)],
        [0.05, 0.025],
        flat=((1.0, 0, 0), 0.3),
    )
    reach = rng.uniform(0.12, 0.22)

    def sides(side: float, name: str) -> None:
        base = np.array([side * 0.8 * thick, -0.2, middle - 0.35 * deep])
        tip = base + reach * np.array([side * 0.75, 0.5, -0.45])
        sketch.limb("fin" + name, [base, tip], [0.03, 0.045], flat=((0, 0.5, 0.6), 0.35))
        sketch.joints["fin" + name] = tip

    sketch.both(sides)
    sketch.joints |= {"muzzle": np.array([0, -0.42 - 0.45 * deep, middle - 0.01]), "tail": tail + [0, 0.16, 0]}
    return sketch


def snake_straight(rng: np.random.Generator) -> Sketch:
    along = np.linspace(0, 1, 40)
    return _snake(rng, np.stack([0 * along, 2 * along, 0 * along], axis=1))


def snake_wavy(rng: np.random.Generator) -> Sketch:
    along = np.linspace(0, 1, 60)
    waves, size = rng.uniform(1.2, 2.2), rng.uniform(0.14, 0.22)
    envelope = np.clip(4 * along, 0, 1)
    return _snake(rng, np.stack([size * envelope * np.sin(2 * np.pi * waves * along), 1.6 * along, 0 * along], axis=1))


def snake_coiled(rng: np.random.Generator) -> Sketch:
    """Rolled up on the ground, the head outside and looking away."""
    turns = rng.uniform(1.3, 1.9)
    angle = np.linspace(2 * np.pi * turns, 0.4, 90)
    radius = 0.12 + 0.2 * angle / (2 * np.pi)
    coil = np.stack([radius * np.cos(angle), radius * np.sin(angle), 0 * angle], axis=1)
    tangent = coil[0] - coil[1]
    lead = coil[0] + np.linspace(0.35, 0.05, 6)[:, None] * tangent / np.linalg.norm(tangent)
    return _snake(rng, np.concatenate([lead, coil]))


def _snake(rng: np.random.Generator, path: np.ndarray) -> Sketch:
    """``path`` (N, 3) from the head; it is laid on the ground and turned so that the head looks along -y."""
    sketch = Sketch("serpent")
    thick = rng.uniform(0.028, 0.045)
    ahead = path[0] - path[2]
    turn = np.arctan2(-1, 0) - np.arctan2(ahead[1], ahead[0])
    c, s = np.cos(turn), np.sin(turn)
    path = path @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]).T + [0, 0, thick]
    arc = np.linspace(0, 1, len(path))
    radii = thick * np.interp(arc, [0, 0.03, 0.08, 0.4, 0.75, 1], [0.75, 1.15, 0.8, 1.1, 0.9, 0.2])
    sketch.limb("trunk", list(path), list(radii), blend=0.2)
    sketch.joints |= {"muzzle": path[0] - [0, radii[0], 0], "tail": path[-1], "middle": path[len(path) // 2]}
    return sketch


# Four legs


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
            1.15,
            1.2,
            (0.42, 0.44),
            0.85,
            0.2,
            0.13,
            0.06,
            0.25,
            0.18,
            25,
            (0.32, 0.28),
            0.38,
            0.24,
            55,
            0.5,
            0.045,
            -75,
            0.32,
            0.2,
            PILLARS,
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
                0.36,
                0.36,
                (0.14, 0.17),
                0.85,
                0.085,
                0.045,
                0.08,
                0.7,
                0.22,
                40,
                (0.1, 0.08),
                0.26,
                0.07,
                8,
                0.42,
                0.03,
                25,
                0.15,
                0.035,
            ),
            rng,
        ),
        [0, 0, 0, 0],
    )


def giraffe(rng: np.random.Generator) -> Sketch:
    return _four_legs(
        _varied(
            Build(
                1.75,
                1.95,
                (0.27, 0.33),
                0.75,
                0.13,
                0.055,
                0.08,
                0.6,
                1.9,
                62,
                (0.2, 0.09),
                0.36,
                0.09,
                25,
                0.8,
                0.035,
                -70,
                0.16,
                0.03,
                HOOVES,
            ),
            rng,
        ),
        [0, 0, 0, 0],
    )


def lizard(rng: np.random.Generator) -> Sketch:
    return _four_legs(
        _varied(
            Build(
                0.2,
                0.2,
                (0.11, 0.12),
                1.2,
                0.05,
                0.035,
                0.09,
                0.5,
                0.14,
                5,
                (0.09, 0.075),
                0.25,
                0.075,
                3,
                1.5,
                0.075,
                -3,
                0.0,
                0.0,
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
                0.58,
                0.56,
                (0.31, 0.32),
                0.85,
                0.12,
                0.06,
                0.06,
                0.5,
                0.02,
                15,
                (0.27, 0.24),
                0.42,
                0.2,
                15,
                0.25,
                0.025,
                20,
                0.16,
                0.06,
                HOOVES,
            ),
            rng,
        ),
        [0, 0, 0, 0],
    )


def rat(rng: np.random.Generator) -> Sketch:
    return _four_legs(
        _varied(
            Build(
                0.36,
                0.3,
                (0.24, 0.17),
                0.9,
                0.09,
                0.04,
                0.12,
                0.8,
                0.12,
                15,
                (0.13, 0.11),
                0.34,
                0.1,
                12,
                1.3,
                0.032,
                4,
                0.12,
                0.05,
            ),
            rng,
        ),
        [0, 0, 0, 0],
    )


def horse_walking(rng: np.random.Generator) -> Sketch:
    """Asymmetric: all four legs in different phases of a walk."""
    build = _varied(
        Build(
            1.15,
            1.12,
            (0.28, 0.29),
            0.8,
            0.14,
            0.06,
            0.09,
            0.7,
            0.65,
            45,
            (0.2, 0.12),
            0.5,
            0.1,
            35,
            0.6,
            0.05,
            -55,
            0.15,
            0.03,
            HOOVES,
        ),
        rng,
    )
    stride = rng.uniform(14, 24)
    return _four_legs(build, [stride, -stride, -0.8 * stride, 0.9 * stride])


def cat_walking(rng: np.random.Generator) -> Sketch:
    build = _varied(
        Build(
            0.62,
            0.58,
            (0.17, 0.18),
            0.8,
            0.085,
            0.045,
            0.09,
            0.75,
            0.22,
            35,
            (0.12, 0.1),
            0.2,
            0.1,
            10,
            0.9,
            0.035,
            30,
            0.11,
            0.04,
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


# No plan fits


def insect(rng: np.random.Generator) -> Sketch:
    sketch = Sketch("tree")
    high, spread = rng.uniform(0.2, 0.3), rng.uniform(0.35, 0.5)
    sketch.blob("trunk", (0, 0.35, high), (0.15, 0.3, 0.13))
    sketch.blob("trunk", (0, -0.05, high), (0.11, 0.16, 0.1))
    sketch.blob("trunk", (0, -0.28, high), (0.1, 0.11, 0.09))

    def sides(side: float, name: str) -> None:
        for number, (start, end) in enumerate(((-0.14, -0.4), (-0.04, 0.0), (0.05, 0.45))):
            knee = np.array([side * 0.6 * spread, (start + end) / 2, high + 0.16])
            foot = np.array([side * spread, end, 0.02])
            sketch.limb(f"leg{number}{name}", [(side * 0.06, start, high - 0.02), knee, foot], [0.035, 0.03, 0.02])
            sketch.joints[f"foot{number}{name}"] = foot
        tip = np.array([side * 0.15, -0.6, high + 0.15])
        sketch.limb("feeler" + name, [(side * 0.04, -0.34, high + 0.04), tip], [0.022, 0.016])
        sketch.joints["feeler" + name] = tip

    sketch.both(sides)
    return sketch


def chair(rng: np.random.Generator) -> Sketch:
    sketch = Sketch("tree")
    seat, wide, tall = rng.uniform(0.42, 0.5), rng.uniform(0.19, 0.24), rng.uniform(0.4, 0.55)
    sketch.limb(
        "seat", [(-wide + 0.06, 0, seat), (wide - 0.06, 0, seat)], [wide, wide], flat=((0, 0, 1), 0.12), blend=0.05
    )
    for x in (-wide, wide):
        for y in (-wide, wide):
            top = seat + (tall if y > 0 else 0)
            sketch.limb("leg", [(x * 0.9, y * 0.9, 0.03), (x * 0.85, y * 0.85, top)], [0.025, 0.028])
    sketch.limb(
        "back",
        [(-0.85 * wide, 0.85 * wide, seat + 0.8 * tall), (0.85 * wide, 0.85 * wide, seat + 0.8 * tall)],
        [0.09, 0.09],
        flat=((0, 1, 0), 0.25),
    )
    return sketch


def vase(rng: np.random.Generator) -> Sketch:
    sketch = Sketch("tree")
    radii = [0.12, rng.uniform(0.2, 0.3), rng.uniform(0.22, 0.32), rng.uniform(0.08, 0.12), rng.uniform(0.12, 0.17)]
    heights = [0.12, 0.3, 0.5, 0.8, 0.95]
    sketch.limb("body", [(0, 0, height) for height in heights], radii, blend=0.3)
    return sketch


def rock(rng: np.random.Generator) -> Sketch:
    sketch = Sketch("tree")
    for _ in range(7):
        sketch.blob(
            "rock",
            rng.uniform(-0.25, 0.25, 3) + [0, 0, 0.4],
            rng.uniform(0.15, 0.4, 3),
            rng.uniform(-90, 90),
            blend=0.4,
        )
    return sketch


KINDS = (
    person_t,
    person_a,
    bird_standing,
    bird_spread,
    fish,
    snake_straight,
    snake_wavy,
    snake_coiled,
    elephant,
    dachshund,
    giraffe,
    lizard,
    pig,
    rat,
    horse_walking,
    cat_walking,
    insect,
    chair,
    vase,
    rock,
)
