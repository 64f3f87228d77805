# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lifter learns from: pictures of procedural objects, cut out, with what is solid behind each pixel."""

from __future__ import annotations

import dataclasses
import math
import time
from pathlib import Path

import numpy as np
import torch

from ..lifting.frustum import CELLS, FILL, PICTURE, REACH
from ..raster.camera import Camera, orbit, project
from ..shading import display
from ..shading.controls import OVERSAMPLING, downsample
from ..shading.pbr import shade
from ..uv.raster import barycentric, rasterize
from . import render, shapes
from .materials.layer import Points
from .scene import Scene, Subject, family, random_scene, random_subject
from .shapes import Shape
from .shards import write_shard

VIEWS = 2
"""Pictures of one object, each from a camera and under a light of its own."""
OBJECTS = 64
"""In a shard."""
RAYS = 2 * CELLS
"""Along each side of the picture; each cell is crossed by four."""
GREY = 0.5
"""Display-encoded color behind the object."""


@dataclasses.dataclass(frozen=True)
class Example:
    """One picture and what is behind it, all uint8."""

    picture: np.ndarray
    """(4, PICTURE, PICTURE) display-encoded sRGB over GREY, and alpha."""
    solid: np.ndarray
    """(CELLS, CELLS, CELLS) along v, u, w: part of the cell that is inside the object."""
    albedo: np.ndarray
    """(6, CELLS, CELLS) display-encoded base color of the nearest surface and of the farthest; GREY without any."""


def framed(vertices: np.ndarray, subject: Subject, size: int) -> Camera:
    """The subject's camera, its picture cut so that the object's longer side fills FILL of it."""
    matrix = orbit(subject.azimuth, subject.elevation, 1.0, subject.fov, size).camera_to_world
    distance = subject.margin * render.fitting_distance(vertices, matrix, subject.fov)
    camera = orbit(subject.azimuth, subject.elevation, distance, subject.fov, size)
    pixel, _ = project(camera, torch.from_numpy(vertices))
    low, high = pixel.amin(0), pixel.amax(0)
    scale = FILL * size / float((high - low).max())
    middle = 0.5 * (low + high)
    half = 0.5 * size
    cx, cy = (float(half + scale * (half - value)) for value in middle)
    return dataclasses.replace(camera, fx=scale * camera.fx, fy=scale * camera.fy, cx=cx, cy=cy)


@dataclasses.dataclass(frozen=True)
class Crossings:
    """Where the rays of RAYS x RAYS pixels meet a shape, sorted by ray and then by depth."""

    ray: np.ndarray
    """(N,) int64, row-major."""
    depth: np.ndarray
    """(N,) w of the frustum."""
    entering: np.ndarray
    """(N,) int64: 1 where the ray goes in, -1 where it comes out."""
    face: np.ndarray
    """(N,) int64."""
    weights: np.ndarray
    """(N, 3) of the face's corners in space."""


def crossings(shape: Shape, camera: Camera) -> Crossings:
    """All of them, the hidden ones too."""
    pixel, depth = (value.numpy().astype(np.float64) for value in project(camera, torch.from_numpy(shape.vertices)))
    middle = 0.5 * (depth.min() + depth.max())
    unit = middle * 0.5 * camera.width / camera.fx
    corners = (pixel * (RAYS / camera.width))[shape.triangles]
    hits = rasterize(corners, (0, RAYS), RAYS)
    points = np.stack((hits.column, hits.row), axis=1) + 0.5
    # What is straight in the picture is straight in 1 / depth.
    screen = barycentric(corners[hits.face], points) / depth[shape.triangles[hits.face]]
    inverse = screen.sum(axis=1)
    a, b, c = np.moveaxis(corners[hits.face], 1, 0)
    # y is down: a triangle that is seen from outside turns the other way.
    turn = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    ray = hits.row * RAYS + hits.column
    away = (1.0 / inverse - middle) / unit
    order = np.lexsort((away, ray))
    return Crossings(
        ray[order], away[order], np.where(turn < 0, 1, -1)[order], hits.face[order],
        (screen / inverse[:, None])[order],
    )  # fmt: skip


def solid(found: Crossings) -> np.ndarray:
    """(CELLS, CELLS, CELLS) float32 along v, u, w: part of each cell that lies inside.

    Closed surfaces may run through each other: inside is where more of them were entered than left.
    """
    inside = np.cumsum(found.entering)
    start = np.searchsorted(found.ray, found.ray)
    # Each ray begins outside, whatever the ray before it ended with.
    inside = inside - (inside - found.entering)[start]
    before = inside - found.entering
    change = (inside > 0).astype(np.int64) - (before > 0)
    place = np.clip((found.depth + REACH) * CELLS / (2 * REACH), 0.0, CELLS)
    cell = np.minimum(place.astype(np.int64), CELLS - 1)
    part = place - cell
    steps = np.zeros((RAYS * RAYS, CELLS + 1))
    np.add.at(steps, (found.ray, cell), change * (1.0 - part))
    np.add.at(steps, (found.ray, cell + 1), change * part)
    filled = np.cumsum(steps, axis=1)[:, :CELLS].clip(0.0, 1.0)
    return filled.reshape(CELLS, 2, CELLS, 2, CELLS).mean(axis=(1, 3)).astype(np.float32)


def albedo(shape: Shape, scene: Scene, found: Crossings) -> np.ndarray:
    """(6, CELLS, CELLS): base color of the nearest surface and of the farthest, display-encoded."""
    first = np.flatnonzero(np.diff(found.ray, prepend=-1))
    last = np.append(first[1:], len(found.ray)) - 1
    sides = []
    for chosen in (first, last):
        face, weights = found.face[chosen], found.weights[chosen].astype(np.float32)[..., None]
        normal = (weights * shape.corner_normals[face]).sum(axis=1)
        points = Points(
            torch.from_numpy((weights * shape.vertices[shape.triangles[face]]).sum(axis=1)),
            torch.nn.functional.normalize(torch.from_numpy(normal), dim=-1),
            torch.from_numpy(shape.parts[face]).long(),
        )
        color = display.encode(render.scene_material(points, shape.part_names, scene).albedo.clamp(0, 1)).numpy()
        canvas = np.zeros((RAYS * RAYS, 4), np.float32)
        canvas[found.ray[chosen]] = np.concatenate((color, np.ones_like(color[:, :1])), axis=1)
        small = canvas.reshape(CELLS, 2, CELLS, 2, 4).mean(axis=(1, 3))
        share = small[..., 3:]
        sides.append(np.where(share > 0, small[..., :3] / np.maximum(share, 1e-6), GREY))
    return np.concatenate(sides, axis=-1).transpose(2, 0, 1)


def example(shape: Shape, subject: Subject, seed: int, held_out: bool) -> tuple[Example, Scene]:
    """One picture of a shape; materials and light are drawn from ``seed``."""
    camera = framed(shape.vertices, subject, PICTURE * OVERSAMPLING)
    geometry = render.geometry_from(shape, camera)
    scene = random_scene(subject, render.visible_parts(geometry), seed, held_out)
    found = crossings(shape, camera)
    radiance = shade(
        render.surface_material(geometry, scene), geometry.surface, render.light_of(scene, torch.device("cpu"))
    )
    grey = float(display.decode(torch.tensor(GREY)))
    color = display.encode(downsample(geometry.gbuffer.image(radiance, grey)).clamp(0, 1))
    alpha = downsample(geometry.gbuffer.mask[..., None].float())
    return Example(
        picture=render.to_bytes(torch.cat((color, alpha), dim=-1)).numpy(),
        solid=np.round(255 * solid(found)).astype(np.uint8),
        albedo=np.round(255 * albedo(shape, scene, found)).astype(np.uint8),
    ), scene


def produce_solids(
    folder: Path, shards: int, first: int = 0, seconds: float | None = None, held_out: bool = False
) -> int:
    """As ``produce.produce``, for the lifter; returns how many shards are there."""
    end = time.monotonic() + (seconds or float("inf"))
    done = 0
    for number in range(first, first + shards):
        if not (folder / f"{number:05d}").exists():
            if time.monotonic() > end:
                break
            examples, scenes = [], []
            for seed in range(number * OBJECTS, (number + 1) * OBJECTS):
                for made, scene in views_of(seed, held_out):
                    examples.append(made)
                    scenes.append({"scene": dataclasses.asdict(scene)})
            names = [field.name for field in dataclasses.fields(Example)]
            arrays = {f"{name}s": np.stack([getattr(item, name) for item in examples]) for name in names}
            write_shard(folder, f"{number:05d}", arrays, scenes)
        done += 1
    return done


def views_of(seed: int, held_out: bool) -> list[tuple[Example, Scene]]:
    """The pictures of one object, whose shape, cameras and looks are drawn from ``seed``."""
    first = random_subject(seed, held_out)
    shape = shapes.make(family(first.family), first.shape_seed)
    result = []
    for index in range(VIEWS):
        other = random_subject(7_000_000 + seed * VIEWS + index)
        subject = dataclasses.replace(other, family=first.family, shape_seed=first.shape_seed)
        result.append(example(shape, subject, seed * VIEWS + index, held_out))
    return result


def pose(scene: dict) -> tuple[float, float, float]:
    """Elevation, and sine and cosine of the azimuth, of a scene as it was written down."""
    subject = scene["scene"]["subject"]
    return subject["elevation"], math.sin(subject["azimuth"]), math.cos(subject["azimuth"])
