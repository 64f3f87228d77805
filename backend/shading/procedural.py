# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments made from a seed: as many lights as training needs, and no licence to ask about.

All are exposed so that their mean luminance is 0.6: a mid-grey diffuse body comes out as mid-grey.
No light is smaller than some texels of the picture: what is smaller than a texel cannot be turned smoothly.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch

from .environment import Environment
from .sphere import texel_directions

HEIGHT = 64
KEY = 0.6
SUN_RADIUS = math.radians(4.0)
"""Half the angle across a sun, eight times the real one: its shadows have an edge of 8 degrees, as through haze."""


def sky(seed: int) -> Environment:
    """A clear day: blue sky, paler towards the horizon, a sun at 20 to 70 degrees, ground."""
    random = np.random.default_rng([seed, 1])
    elevation = math.radians(random.uniform(20.0, 70.0))
    return _outdoors(
        random,
        zenith=(0.25, 0.45, 1.0),
        horizon=(0.75, 0.85, 1.0),
        sun=_direction(random.uniform(0.0, 2.0 * math.pi), elevation),
        sun_colour=(1.0, 0.93, 0.82),
        sun_share=random.uniform(0.3, 0.6),
        glow=0.4,
    )


def sunset(seed: int) -> Environment:
    """A low, warm sun at 3 to 12 degrees, an orange band around it, a dim blue sky."""
    random = np.random.default_rng([seed, 2])
    return _outdoors(
        random,
        zenith=(0.2, 0.28, 0.55),
        horizon=(1.0, 0.55, 0.3),
        sun=_direction(random.uniform(0.0, 2.0 * math.pi), math.radians(random.uniform(3.0, 12.0))),
        sun_colour=(1.0, 0.6, 0.28),
        sun_share=random.uniform(0.3, 0.55),
        glow=2.0,
    )


def overcast(seed: int) -> Environment:
    """Clouds all over: three times brighter at the zenith than at the horizon (CIE standard overcast sky, 1955)."""
    random = np.random.default_rng([seed, 3])
    direction = texel_directions(HEIGHT)
    height = direction[..., 2:].clamp_min(0.0)
    tint = torch.tensor((0.92, 0.97, 1.0)) * (1.0 + 0.03 * torch.from_numpy(random.standard_normal(3)).float())
    bright = _lobe(direction, _direction(random.uniform(0.0, 2.0 * math.pi), math.radians(random.uniform(20, 60))), 3.0)
    above = tint * ((1.0 + 2.0 * height) / 3.0 + random.uniform(0.1, 0.5) * bright)
    return _finish(_over_ground(random, direction, above))


def studio(seed: int) -> Environment:
    """Two to four softboxes of white to slightly tinted light around a dim grey room: key, fill, rim."""
    random = np.random.default_rng([seed, 4])
    direction = texel_directions(HEIGHT)
    picture = 0.04 + 0.06 * (0.5 + 0.5 * direction[..., 2:])
    picture = picture.expand(HEIGHT, 2 * HEIGHT, 3)
    azimuth = random.uniform(0.0, 2.0 * math.pi)
    for i in range(int(random.integers(2, 5))):
        centre = _direction(azimuth, math.radians(random.uniform(5.0, 65.0)))
        size = (random.uniform(0.2, 0.6), random.uniform(0.2, 0.6))
        strength = random.uniform(6.0, 10.0) / (1.0 + i)
        warmth = random.uniform(-0.12, 0.12)
        colour = torch.tensor((1.0 + warmth, 1.0, 1.0 - warmth))
        picture = picture + strength * colour * _box(direction, centre, size, random.uniform(0.0, math.pi))
        azimuth += random.uniform(1.2, 2.8)
    return _finish(picture)


def lamp(seed: int) -> Environment:
    """One area lamp from above in a dark room: hard contrast."""
    random = np.random.default_rng([seed, 5])
    direction = texel_directions(HEIGHT)
    centre = _direction(random.uniform(0.0, 2.0 * math.pi), math.radians(random.uniform(10.0, 75.0)))
    warmth = random.uniform(-0.1, 0.3)
    size = random.uniform(0.15, 0.45)
    colour = torch.tensor((1.0 + warmth, 1.0, 1.0 - warmth))
    picture = random.uniform(0.02, 0.06) + 10.0 * colour * _box(direction, centre, (size, size), 0.0)
    return _finish(picture)


def window(seed: int) -> Environment:
    """A room of warm walls with one or two bright windows in panes, a ceiling and a dark floor."""
    random = np.random.default_rng([seed, 6])
    direction = texel_directions(HEIGHT)
    wall = torch.tensor((0.22, 0.19, 0.16)) * float(random.uniform(0.6, 1.4))
    up = direction[..., 2:]
    floor = torch.tensor((0.10, 0.07, 0.05))
    picture = wall + (0.12 * up.clamp_min(0.0)) * torch.tensor((1.0, 0.97, 0.93))
    picture = torch.lerp(picture, floor.expand_as(picture), _smooth(-0.45, -0.55, up))
    azimuth = random.uniform(0.0, 2.0 * math.pi)
    for _ in range(int(random.integers(1, 3))):
        elevation = math.radians(random.uniform(5.0, 25.0))
        for pane in (-1.0, 1.0):
            centre = _direction(azimuth + 0.24 * pane, elevation)
            glass = _box(direction, centre, (0.2, random.uniform(0.35, 0.5)), 0.0)
            picture = picture + 8.0 * torch.tensor((0.85, 0.95, 1.1)) * glass
        azimuth += random.uniform(1.2, 2.4)
    return _finish(picture)


KINDS: tuple[Callable[[int], Environment], ...] = (sky, sunset, overcast, studio, lamp, window)
"""All of the above: ``KINDS[i](seed)``."""


def uniform(radiance: float = 1.0) -> Environment:
    """The same from everywhere: the white furnace."""
    return Environment(torch.full((HEIGHT, 2 * HEIGHT, 3), radiance))


def random_rotation(seed: int, tilt: float = math.radians(15.0)) -> torch.Tensor:
    """A rotation (3, 3): any angle around Z, then a tilt of at most ``tilt`` radians about a random level axis."""
    random = np.random.default_rng([seed, 7])
    turn, lean, axis = (
        random.uniform(0.0, 2 * math.pi),
        tilt * math.sqrt(random.uniform()),
        random.uniform(0, 2 * math.pi),
    )
    return about_z(axis) @ _about_x(lean) @ about_z(turn - axis)


def about_z(angle: float) -> torch.Tensor:
    """Rotation (3, 3) around +Z, counter-clockwise seen from above, radians."""
    c, s = math.cos(angle), math.sin(angle)
    return torch.tensor(((c, -s, 0.0), (s, c, 0.0), (0.0, 0.0, 1.0)))


def _about_x(angle: float) -> torch.Tensor:
    c, s = math.cos(angle), math.sin(angle)
    return torch.tensor(((1.0, 0.0, 0.0), (0.0, c, -s), (0.0, s, c)))


def _direction(azimuth: float, elevation: float) -> torch.Tensor:
    level = math.cos(elevation)
    return torch.tensor((level * math.cos(azimuth), level * math.sin(azimuth), math.sin(elevation)))


def _smooth(start: float, end: float, value: torch.Tensor) -> torch.Tensor:
    t = ((value - start) / (end - start)).clamp(0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def _lobe(direction: torch.Tensor, centre: torch.Tensor, sharpness: float) -> torch.Tensor:
    """(H, W, 1), 1 at the centre."""
    return torch.exp(sharpness * ((direction @ centre)[..., None] - 1.0))


def _disc(direction: torch.Tensor, centre: torch.Tensor, radius: float) -> torch.Tensor:
    """(H, W, 1) disc with an edge one texel wide."""
    angle = (direction @ centre).clamp(-1.0, 1.0).acos()[..., None]
    texel = math.pi / HEIGHT
    return _smooth(radius + 0.5 * texel, radius - 0.5 * texel, angle)


def _box(direction: torch.Tensor, centre: torch.Tensor, size: tuple[float, float], turn: float) -> torch.Tensor:
    """(H, W, 1) rectangle on the plane that touches the sphere at the centre; half sizes as tangents of angles."""
    right = torch.nn.functional.normalize(torch.linalg.cross(torch.tensor((0.0, 0.0, 1.0)), centre), dim=0)
    up = torch.linalg.cross(centre, right)
    right, up = math.cos(turn) * right + math.sin(turn) * up, math.cos(turn) * up - math.sin(turn) * right
    forward = direction @ centre
    x, y = ((direction @ axis) / forward.clamp_min(1e-6) for axis in (right, up))
    edge = math.pi / HEIGHT
    inside = [_smooth(half + 0.5 * edge, half - 0.5 * edge, v.abs()) for half, v in zip(size, (x, y))]
    return (inside[0] * inside[1] * (forward > 0.0))[..., None]


def _over_ground(random: np.random.Generator, direction: torch.Tensor, above: torch.Tensor) -> torch.Tensor:
    """A sky (H, W, 3) above a ground that reflects part of it, with a soft horizon."""
    reflectance = torch.from_numpy(random.uniform(0.08, 0.3) * np.array((1.0, random.uniform(0.8, 1.0), 0.75))).float()
    weight = direction[..., 2:].clamp_min(0.0)
    area = direction[..., 0:1] ** 2 + direction[..., 1:2] ** 2
    weight = weight * area.sqrt()  # a row's texels shrink with the sine of the polar angle
    falling = (above * weight).sum((0, 1)) / weight.sum()
    return torch.lerp((reflectance * falling).expand_as(above), above, _smooth(-0.03, 0.03, direction[..., 2:]))


def _outdoors(
    random: np.random.Generator,
    zenith: tuple[float, float, float],
    horizon: tuple[float, float, float],
    sun: torch.Tensor,
    sun_colour: tuple[float, float, float],
    sun_share: float,
    glow: float,
) -> Environment:
    """A gradient sky with a sun that gives ``sun_share`` of the light that falls on level ground."""
    direction = texel_directions(HEIGHT)
    up = direction[..., 2:].clamp_min(0.0)
    gradient = torch.lerp(
        torch.tensor(horizon).expand(*up.shape[:2], 3), torch.tensor(zenith).expand(*up.shape[:2], 3), up**0.5
    )
    colour = torch.tensor(sun_colour)
    gradient = gradient + glow * colour * _lobe(direction, sun, 8.0)
    disc = _disc(direction, sun, SUN_RADIUS)
    sine = (1.0 - direction[..., 2:] ** 2).clamp_min(0.0).sqrt()
    level = sine * up
    falling = (gradient.mean(-1, keepdim=True) * level).sum()
    strength = float(falling * sun_share / (1.0 - sun_share) / (disc * level).sum())
    strength = min(strength, 4.0 * float(falling) / float((disc * sine).sum()))  # a low sun reaches the ground little
    return _finish(_over_ground(random, direction, gradient + strength * colour * disc))


def _finish(picture: torch.Tensor) -> Environment:
    return Environment(picture.expand(HEIGHT, 2 * HEIGHT, 3).float().contiguous()).exposed(KEY)
