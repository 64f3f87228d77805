# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture of textured objects under several lights side by side, and how much light is left in their base color.

Rendered by Cycles on the CPU from copies in a scene of its own, at a size of one unit, like the picture of a rig.
"""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix, Vector

from . import compat, preview
from .export import picture
from .export import texture as texture_export
from .version import ROOT

LIGHTS = ("studio", "sunset", "forest")
"""Of the relight check: soft and bright, low and colored, green from above (``backend/shading/hdri``)."""
PAIR = ("studio", "sunset")
TILE = (360, 360)
SAMPLES = (8, 32)
"""Fewest and most per pixel; what noise they leave is removed where Blender was built with the means."""
MAP = 256
"""Width of the map that light is sampled by; the photographs have 128 pixels."""
KEY = 0.6
"""Mean luminance of each light over the sphere."""
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
POINTS = 20_000
"""On the surface, at which base color and normal are compared."""
DARK = 1e-3


def render(
    context: bpy.types.Context,
    objects: list[bpy.types.Object],
    lights: tuple[str, ...],
    path: Path,
    tile: tuple[int, int] = TILE,
) -> None:
    """Write one picture of ``tile`` pixels for each light, side by side, as PNG. The scene is left as it was."""
    scene = bpy.data.scenes.new("Galatea Preview")
    before = {kind: set(getattr(bpy.data, kind)) for kind in preview.KINDS}
    try:
        fit = unit_box(context, objects)
        copies = [preview.copy_of(context, item, fit) for item in objects]
        preview.set_up(scene, copies, tile, SAMPLES)
        scene.cycles.use_denoising = compat.can_denoise()
        for light in [item for item in scene.collection.objects if item.type == "LIGHT"]:
            scene.collection.objects.unlink(light)
        for item in copies:
            scene.collection.objects.link(item)
        tiles = []
        for name in lights:
            scene.world = world_of(name)
            tiles.append(preview.over(preview.background(tile), preview.shot(scene, path.parent)))
    finally:
        bpy.data.scenes.remove(scene)
        for kind in preview.KINDS:
            for datablock in set(getattr(bpy.data, kind)) - before[kind]:
                getattr(bpy.data, kind).remove(datablock)
    preview.save(np.concatenate(tiles, axis=1), path)


def unit_box(context: bpy.types.Context, objects: list[bpy.types.Object]) -> Matrix:
    """World -> centred, standing on z = 0, largest extent 1."""
    depsgraph = context.evaluated_depsgraph_get()
    corners = [
        item.matrix_world @ Vector(corner) for item in objects for corner in item.evaluated_get(depsgraph).bound_box
    ]
    low = Vector([min(axis) for axis in zip(*corners)])
    high = Vector([max(axis) for axis in zip(*corners)])
    ground = Vector(((low.x + high.x) / 2, (low.y + high.y) / 2, low.z))
    return Matrix.Scale(1 / max(max(high - low), 1e-12), 4) @ Matrix.Translation(-ground)


def world_of(name: str) -> bpy.types.World:
    """A world lit by one of the vendored photographs, as bright as the others."""
    with np.load(ROOT / "backend" / "shading" / "hdri" / f"{name}.npz", allow_pickle=False) as archive:
        radiance = archive["radiance"].astype(np.float32)
    height, width, _ = radiance.shape
    angles = np.sin((np.arange(height) + 0.5) * np.pi / height)[:, None]
    radiance *= KEY / float((radiance @ LUMINANCE * angles).sum() / (angles.sum() * width))
    image = bpy.data.images.new(f"{name} light", width, height, float_buffer=True, is_data=True)
    pixels = np.ones((height, width, 4), dtype=np.float32)
    pixels[..., :3] = radiance[::-1]
    image.pixels.foreach_set(pixels.ravel())
    world = bpy.data.worlds.new(f"{name} light")
    tree = compat.enable_nodes(world)
    texture = tree.nodes.new("ShaderNodeTexEnvironment")
    texture.image = image
    background = next(node for node in tree.nodes if node.type == "BACKGROUND")
    tree.links.new(texture.outputs["Color"], background.inputs["Color"])
    world.cycles.sampling_method, world.cycles.sample_map_resolution = "MANUAL", MAP
    return world


def light_leak(context: bpy.types.Context, item: bpy.types.Object, material: bpy.types.Material) -> float | None:
    """How much of the base color's variation the direction of the surface explains, 0 to 1; None where nothing varies.

    Least squares of log luminance on the nine spherical harmonics up to the second order of the world normal: light
    that was baked into the color has that form, patterns have not. Bare metal does not count, its color is reflection.
    """
    part = texture_export.read(context, item, only_selected=False)
    slots = [number for number, slot in enumerate(item.material_slots) if slot.material == material]
    faces = np.flatnonzero(np.isin(part.slot, slots))
    if not len(faces):
        return None
    random = np.random.default_rng(0)
    corners = part.vertices[part.triangles[faces]]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    if not area.sum() > 0:
        return None
    face = faces[random.choice(len(faces), POINTS, p=area / area.sum())]
    weights = random.dirichlet((1, 1, 1), POINTS)[:, :, None]
    normal = (part.corner_normals[face] * weights).sum(1)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    looks = read(material, part.layer, (part.corner_uv[face] * weights).sum(1))
    if looks is None:
        return None
    color, metallic = looks
    linear = np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)
    target = np.log(linear @ LUMINANCE + DARK)
    chosen = metallic < 0.5
    if chosen.sum() < 100 or target[chosen].std() < 0.02:
        return None
    return explained(harmonics(normal[chosen]), target[chosen])


def read(material: bpy.types.Material, layer: str, uv: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Display-encoded base color (N, 3) and metallic (N,) of a material at UVs (N, 2), None if that cannot be told."""
    cell = np.floor(uv).astype(int)
    tile = 1001 + cell[:, 0] + 10 * cell[:, 1]
    looks = picture.looks([material], layer, tuple(int(number) for number in np.unique(tile)))
    if not looks:
        return None
    color, metallic = np.zeros((len(uv), 3)), np.zeros(len(uv))
    for number, look in looks.items():
        rows = np.flatnonzero(tile == number)
        size = look.roughness.shape[0]
        column = np.clip(((uv - cell)[rows, 0] * size).astype(int), 0, size - 1)
        row = np.clip(((1 - (uv - cell)[rows, 1]) * size).astype(int), 0, size - 1)
        color[rows], metallic[rows] = look.base_color[row, column], look.metallic[row, column]
    return color, metallic


def harmonics(normal: np.ndarray) -> np.ndarray:
    """(N, 9): what spans the spherical harmonics up to the second order."""
    x, y, z = normal.T
    return np.stack([np.ones_like(x), x, y, z, x * y, y * z, x * z, x * x - y * y, 3 * z * z - 1], axis=1)


def explained(basis: np.ndarray, target: np.ndarray) -> float:
    """Part of the variance that a linear fit explains."""
    solution = np.linalg.lstsq(basis, target, rcond=None)[0]
    return float(1.0 - (target - basis @ solution).var() / target.var())
