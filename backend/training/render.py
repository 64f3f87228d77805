# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From scenes to training pictures: colour, light control and depth."""

from __future__ import annotations

import dataclasses
import functools
import math

import numpy as np
import torch

from ..raster.camera import Camera, orbit
from ..raster.gbuffer import GBuffer, rasterize
from ..raster.visibility import directional_visibility
from ..shading import display
from ..shading.controls import OVERSAMPLING, depth_picture, downsample, light_picture, pixel_blocks
from ..shading.environment import Light, load, prepare
from ..shading.pbr import Material, Surface, shade
from ..shading.procedural import KINDS, about_z
from ..shading.sphere import directions
from . import architecture
from .backgrounds import background
from .materials.layer import Points
from .materials.look import Look, evaluate
from .scene import Scene, Subject
from .shapes import Shape

DIRECTIONS = 128
"""Directions that visibility is computed for."""
LEAST_SHARE = 0.25
"""Of the pixels of a picture of a part of an object, that the object fills."""
VISIBLE_SHARE = 0.03
"""Of an object's pixels: a smaller part is not worth a word."""


@dataclasses.dataclass(frozen=True)
class Geometry:
    """What sibling pictures share: an object seen from a camera."""

    gbuffer: GBuffer
    """At OVERSAMPLING times the picture's size."""
    part: torch.Tensor
    """(N,) int64."""
    part_names: tuple[str, ...]
    surface: Surface
    first: torch.Tensor
    """(M,) int64: one sample of each of the M pixels that are hit."""


@dataclasses.dataclass(frozen=True)
class Picture:
    """uint8, display-encoded."""

    colour: torch.Tensor
    """(3, S, S) sRGB."""
    control: torch.Tensor
    """(3, S, S) light control, black where there is no object."""
    depth: torch.Tensor
    """(S, S): 255 nearest, 255 FAR farthest, 0 background."""


def geometry(shape: Shape, subject: Subject, size: int = architecture.PICTURE_SIZE, device: str = "cpu") -> Geometry:
    """Rasterise ``shape`` from the subject's camera and find what light each pixel can see."""
    camera = orbit(subject.azimuth, subject.elevation, 1.0, subject.fov, size * OVERSAMPLING)
    distance = subject.margin * fitting_distance(shape.vertices, camera.camera_to_world, subject.fov)
    fov = 2 * math.atan(math.tan(subject.fov / 2) / subject.zoom)
    made = geometry_from(shape, orbit(subject.azimuth, subject.elevation, distance, fov, size * OVERSAMPLING), device)
    if subject.zoom > 1 and made.gbuffer.mask.float().mean() < LEAST_SHARE:
        return geometry(
            shape, dataclasses.replace(subject, zoom=1.0), size, device
        )  # looks through a handle, or past a wing
    return made


def geometry_from(shape: Shape, camera: Camera, device: str = "cpu") -> Geometry:
    """The same from any camera; its pixels are OVERSAMPLING times finer than the picture's."""
    vertices = torch.from_numpy(shape.vertices).to(device)
    triangles = torch.from_numpy(shape.triangles).to(device)
    gbuffer = rasterize(vertices, triangles, camera, torch.from_numpy(shape.corner_normals).to(device))
    row, first = pixel_blocks(gbuffer.mask)
    visibility = directional_visibility(
        vertices, triangles, gbuffer.position[first], gbuffer.geometric_normal[first], directions(DIRECTIONS).to(device)
    )
    surface = Surface(gbuffer.position, gbuffer.geometric_normal, gbuffer.view, visibility, row)
    part = torch.from_numpy(shape.parts).to(device)[gbuffer.face].long()
    return Geometry(gbuffer, part, shape.part_names, surface, first)


def visible_parts(geometry: Geometry) -> tuple[str, ...]:
    """Names of the parts, without the main one, that a caption may speak of because they can be seen."""
    count = len(geometry.part_names)
    share = torch.bincount(geometry.part, minlength=count) / max(1, len(geometry.part))
    return tuple(geometry.part_names[index] for index in range(1, count) if share[index] >= VISIBLE_SHARE)


def fitting_distance(vertices: np.ndarray, camera_to_world: torch.Tensor, fov: float) -> float:
    """How far from the origin a camera of this direction must stand to see all vertices (V, 3)."""
    local = vertices @ camera_to_world[:3, :3].numpy()
    return float((np.abs(local[:, :2]).max(axis=1) / math.tan(fov / 2) + local[:, 2]).max())


def picture(geometry: Geometry, scene: Scene) -> Picture:
    """Render one scene of the object that ``geometry`` was made of."""
    gbuffer, device = geometry.gbuffer, geometry.gbuffer.mask.device
    light = light_of(scene, device)
    behind = background(scene.background, scene.background_seed, gbuffer.mask.shape[0], device)
    colour = gbuffer.image(shade(surface_material(geometry, scene), geometry.surface, light), behind)
    return Picture(
        colour=to_bytes(display.encode(downsample(colour).clamp(0, 1))),
        control=to_bytes(light_picture(gbuffer, geometry.surface, geometry.first, light)),
        depth=to_bytes(depth_picture(gbuffer))[0],
    )


def light_of(scene: Scene, device: torch.device) -> Light:
    """The scene's light, turned and exposed."""
    light = prepared(scene.light, scene.light_seed, scene.grey, device)
    return light.rotated((about_x(scene.tilt) @ about_z(scene.turn)).to(device)).scaled(scene.exposure)


def about_x(angle: float) -> torch.Tensor:
    """Rotation (3, 3) around +X, radians."""
    c, s = math.cos(angle), math.sin(angle)
    return torch.tensor(((1.0, 0.0, 0.0), (0.0, c, -s), (0.0, s, c)))


@functools.lru_cache(maxsize=256)
def prepared(name: str, seed: int, grey: bool, device: torch.device) -> Light:
    """A light of mean luminance 1. Scenes draw from a few hundred, for preparing one takes as long as a picture."""
    environment = load(name) if name else KINDS[seed % len(KINDS)](seed)
    if grey:
        environment = environment.grey()
    return prepare(environment.exposed(1.0).to(device), directions(DIRECTIONS).to(device))


def surface_material(geometry: Geometry, scene: Scene) -> Material:
    """The scene's materials at every sample."""
    points = Points(geometry.gbuffer.position, geometry.gbuffer.normal, geometry.part)
    return scene_material(points, geometry.part_names, scene)


def scene_material(points: Points, part_names: tuple[str, ...], scene: Scene) -> Material:
    """The scene's materials at any points of its object."""
    main = material_of(points, scene.look, scene.look_seed)
    if scene.part is None:
        return main
    other = material_of(points, scene.part_look, scene.look_seed + 1)
    chosen = points.part == part_names.index(scene.part)
    names = [field.name for field in dataclasses.fields(Material)]
    pairs = {name: (getattr(main, name), getattr(other, name)) for name in names}
    return Material(
        **{name: torch.where(chosen if a.ndim == 1 else chosen[:, None], b, a) for name, (a, b) in pairs.items()}
    )


def material_of(points: Points, look: Look, seed: int) -> Material:
    """One look all over the object."""
    sample = evaluate(look, points, seed)
    return Material(sample.albedo, sample.roughness, sample.metallic, sample.normal)


def to_bytes(image: torch.Tensor) -> torch.Tensor:
    """(H, W, C) in [0, 1] to (C, H, W) uint8."""
    return (image * 255).round().clamp(0, 255).to(torch.uint8).permute(2, 0, 1).contiguous()
