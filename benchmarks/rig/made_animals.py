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

from .made_quadrupeds import cat_walking, dachshund, elephant, giraffe, horse_walking, lizard, pig, rat
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
