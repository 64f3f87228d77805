# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the network of normals learns from: pictures of procedural objects, cut out, and how the surface is turned."""

from __future__ import annotations

import colorsys
import dataclasses
import math
import random
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from ..normals.network import FILL, GREY, PICTURE
from ..normals.sight import along_sight
from ..raster.camera import Camera, project
from ..shading import display
from ..shading.controls import OVERSAMPLING, downsample
from ..shading.pbr import Material, shade
from . import render, shapes
from .lifter_data import framed
from .scene import Subject, family, random_scene, random_subject
from .shapes import Shape
from .shards import write_shard

OBJECTS = 32
"""In a shard."""
VIEWS = 2
"""Cameras around one object."""
LOOKS = 2
"""Pictures from each camera under different lights: the first with materials, the others plain, each part in one color.
What light does to a surface is hard to tell from what is painted on it, and plain bodies are what needs it most."""
ELEVATIONS = math.radians(-35.0), math.radians(85.0)
"""As many from each part of the sphere between: all sides count here, unlike in pictures that somebody takes."""
FIELDS = math.radians(15.0), math.radians(50.0)
FILLS = FILL - 0.1, FILL + 0.1


@dataclasses.dataclass(frozen=True)
class Example:
    picture: np.ndarray
    """(4, PICTURE, PICTURE) uint8, display-encoded sRGB over GREY, and alpha."""
    normal: np.ndarray
    """(3, PICTURE, PICTURE) uint8: see ``network.Facing``, from -1 to 1; it means nothing outside the outline."""
    depth: np.ndarray
    """(PICTURE, PICTURE) float16: see ``network.Facing``; 0 outside the outline."""


def examples(shape: Shape, subject: Subject, seed: int, held_out: bool) -> tuple[list[Example], list[dict]]:
    """LOOKS pictures of a shape from one camera, and what they show."""
    draw = random.Random(f"normals {seed}")
    camera = framed(shape.vertices, subject, PICTURE * OVERSAMPLING, draw.uniform(*FILLS))
    geometry = render.geometry_from(shape, camera)
    gbuffer = geometry.gbuffer
    normal = downsample(gbuffer.image(along_sight(gbuffer.normal, gbuffer.view, camera)))
    normal = functional.normalize(normal, dim=-1)
    alpha = downsample(gbuffer.mask[..., None].float())
    depth = downsample(gbuffer.image(relative_depth(gbuffer.depth, shape, camera)[:, None])) / alpha.clamp_min(1e-3)
    grey = float(display.decode(torch.tensor(GREY)))
    made, scenes = [], []
    for look in range(LOOKS):
        scene = random_scene(subject, render.visible_parts(geometry), LOOKS * seed + look, held_out)
        light = render.light_of(scene, torch.device("cpu"))
        material = plain(geometry, draw) if look else render.surface_material(geometry, scene)
        radiance = shade(material, geometry.surface, light)
        color = display.encode(downsample(gbuffer.image(radiance, grey)).clamp(0, 1))
        picture = render.to_bytes(torch.cat((color, alpha), dim=-1)).numpy()
        facing = render.to_bytes(0.5 * normal + 0.5).numpy()
        made.append(Example(picture, facing, depth[..., 0].half().numpy()))
        scenes.append({"scene": dataclasses.asdict(scene)})
    return made, scenes


def plain(geometry: render.Geometry, draw: random.Random) -> Material:
    """Each part in one color and one roughness at every sample, as often one for all parts."""
    count = 1 if draw.random() < 0.5 else len(geometry.part_names)
    part = geometry.part % count
    color, rough, metal = zip(
        *(
            (
                colorsys.hsv_to_rgb(draw.random(), draw.random() ** 1.5, draw.uniform(0.05, 0.95)),
                draw.uniform(0.08, 1.0),
                float(draw.random() < 0.15),
            )
            for _ in range(count)
        )
    )
    albedo = display.decode(torch.tensor(color))
    return Material(albedo[part], torch.tensor(rough)[part], torch.tensor(metal)[part], geometry.gbuffer.normal)


def relative_depth(depth: torch.Tensor, shape: Shape, camera: Camera) -> torch.Tensor:
    """Depths (N,) from the middle of the object's, one unit as long as half the picture is wide there."""
    _, all_depths = project(camera, torch.from_numpy(shape.vertices))
    middle = 0.5 * float(all_depths.min() + all_depths.max())
    return (depth - middle) * camera.fx / (middle * 0.5 * camera.width)


def views_of(seed: int, held_out: bool) -> tuple[list[Example], list[dict]]:
    """The pictures of one object, whose shape, cameras and looks are drawn from ``seed``."""
    draw = random.Random(f"normal views {seed}")
    first = random_subject(seed, held_out)
    shape = shapes.make(family(first.family), first.shape_seed)
    made, scenes = [], []
    for view in range(VIEWS):
        low, high = (math.sin(angle) for angle in ELEVATIONS)
        subject = dataclasses.replace(
            first,
            azimuth=draw.uniform(-math.pi, math.pi),
            elevation=math.asin(draw.uniform(low, high)),
            fov=draw.uniform(*FIELDS),
        )
        pictures, shown = examples(shape, subject, VIEWS * seed + view, held_out)
        made += pictures
        scenes += shown
    return made, scenes


def produce_normals(
    folder: Path, shards: int, first: int = 0, seconds: float | None = None, held_out: bool = False
) -> int:
    """As ``produce.produce``, for the network of normals; returns how many shards are there."""
    end = time.monotonic() + (seconds or float("inf"))
    done = 0
    for number in range(first, first + shards):
        if not (folder / f"{number:05d}").exists():
            if time.monotonic() > end:
                break
            made, scenes = [], []
            for seed in range(number * OBJECTS, (number + 1) * OBJECTS):
                pictures, shown = views_of(seed, held_out)
                made += pictures
                scenes += shown
            arrays = {
                "pictures": np.stack([item.picture for item in made]),
                "normals": np.stack([item.normal for item in made]),
                "depths": np.stack([item.depth for item in made]),
            }
            write_shard(folder, f"{number:05d}", arrays, scenes)
        done += 1
    return done
