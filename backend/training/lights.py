# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The light test: does a picture show the light that was asked for, of eight that differ by 70 degrees and more?"""

from __future__ import annotations

import itertools
import math
import random
from dataclasses import dataclass, replace

import torch

from ..shading import display
from ..shading.controls import depth_picture, downsample, light_picture
from ..shading.environment import Environment, Light, prepare
from ..shading.pbr import shade
from ..shading.sphere import directions, texel_directions
from . import render, shapes
from .materials.draw import HELD_OUT
from .materials.layer import Points
from .materials.look import Look
from .scene import family, random_subject
from .scores import correlation, luma

DIRECTIONS = tuple(torch.tensor(corner) / math.sqrt(3) for corner in itertools.product((-1.0, 1.0), repeat=3))
"""Corners of a cube: neighbours are 70.5 degrees apart."""
LOOKS = (
    Look("plastic", "red"), Look("plaster", "white"), Look("wood"), Look("terracotta"), Look("ceramic", "blue"),
    Look("leather", "brown"), Look("fabric", "green"), Look("stone"),
)  # fmt: skip
"""Materials in which light can be seen; a mirror shows the room instead."""


@dataclass(frozen=True)
class LightTest:
    """One held-out object in one material under eight lights."""

    caption: str
    controls: torch.Tensor
    """(8, 3, S, S) uint8 light controls."""
    depth: torch.Tensor
    """(S, S) uint8."""
    truth: torch.Tensor
    """(8, 3, S, S) uint8 ground truth."""
    mask: torch.Tensor
    """(S, S) bool, the object."""


def lamp(direction: torch.Tensor, height: int = 64) -> Environment:
    """A soft lamp, 35 degrees to half its brightness, in a dim room."""
    towards = texel_directions(height) @ direction
    glow = torch.exp(4.0 * (towards - 1.0)) * 3.0 + 0.08
    return Environment(glow[..., None].expand(-1, -1, 3).contiguous())


def light_tests(count: int, seed: int = 0) -> list[LightTest]:
    """``count`` tests on held-out objects, the cube of lights turned at random for each."""
    return [_light_test(seed * 1000 + index) for index in range(count)]


def _light_test(seed: int) -> LightTest:
    draw = random.Random(f"light {seed}")
    subject = replace(random_subject(HELD_OUT + seed, held_out=True), elevation=math.radians(15))
    shape = shapes.make(family(subject.family), subject.shape_seed)
    geometry = render.geometry(shape, subject)
    look = LOOKS[seed % len(LOOKS)]
    points = Points(geometry.gbuffer.position, geometry.gbuffer.normal, geometry.part)
    material = render.material_of(points, look, HELD_OUT + seed)
    turn = render.about_z(draw.uniform(0, 2 * math.pi)) @ render.about_x(draw.uniform(-0.3, 0.3))
    controls, truths = [], []
    for direction in DIRECTIONS:
        light = prepare(lamp(turn @ direction).exposed(0.5), directions(render.DIRECTIONS))
        controls.append(render.to_bytes(light_picture(geometry.gbuffer, geometry.surface, geometry.first, light)))
        truths.append(_truth(geometry, material, light))
    depth = render.to_bytes(depth_picture(geometry.gbuffer))[0]
    words = " ".join(word for word in (look.colour, look.word) if word)
    return LightTest(f"a {words} {shape.name}", torch.stack(controls), depth, torch.stack(truths), depth > 0)


def _truth(geometry: render.Geometry, material, light: Light) -> torch.Tensor:
    colour = geometry.gbuffer.image(shade(material, geometry.surface, light), 0.2)
    return render.to_bytes(display.encode(downsample(colour).clamp(0, 1)))


def recognised(pictures: torch.Tensor, test: LightTest) -> int:
    """How many of eight pictures, the i-th asked for with light i, correlate best with the control of their light.

    The control's red channel is compared: the shading of a rough body.
    """
    wanted = test.controls[:, 0].float()
    count = 0
    for index, picture in enumerate(luma(pictures)):
        likeness = [correlation(picture, control, test.mask) for control in wanted]
        count += likeness.index(max(likeness)) == index
    return count
