# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maps on the disk -> image datablocks and a Principled material."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import bpy
import numpy as np

from .. import compat, recipe, targets

LABELS = {
    "base_color": "Base Color",
    "roughness": "Roughness",
    "metallic": "Metallic",
    "normal": "Normal",
    "orm": "ORM",
}
REPLACED = "galatea_replaced_"
"""Custom properties of a material that Galatea made, one for each slot: the material that it took the place of."""


class Tiles(NamedTuple):
    """One map."""

    name: str
    """A key of LABELS."""
    files: dict[int, Path]
    """By UDIM number."""


def bring(maps: Iterable[Tiles], folder: Path | None, title: str) -> dict[str, bpy.types.Image]:
    """Load maps as images that do not depend on where their files are now.

    Args:
        folder: new, to copy them into; relative paths point there. None packs them into the .blend.
        title: beginning of the images' names.
    """
    return {one.name: image_of(one, folder, f"{title} {LABELS[one.name]}") for one in maps}


def image_of(tiles: Tiles, folder: Path | None, title: str) -> bpy.types.Image:
    """One image, tiled if there are other tiles than the first."""
    tiled = set(tiles.files) != {1001}
    suffix = next(iter(tiles.files.values())).suffix
    first = min(tiles.files)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        paths = {tile: folder / f"{tiles.name}{f'.{tile}' if tiled else ''}{suffix}" for tile in tiles.files}
        for tile, path in paths.items():
            shutil.copyfile(tiles.files[tile], path)
    else:
        paths = tiles.files
    image = bpy.data.images.load(str(paths[first]), check_existing=False)
    if not image.size[0]:  # Blender itself shows such a one in pink, without a word
        raise targets.ImportProblem(
            f"The file {paths[first].name} cannot be read: see to free disk space, and run again."
        )
    image.name = title
    image.colorspace_settings.name = color_space(tiles.name, suffix)
    if tiled:
        image.source = "TILED"
        image.filepath = str(paths[first]).replace(f".{first}{suffix}", f".<UDIM>{suffix}")
        for tile in sorted(set(tiles.files) - {first}):
            if image.tiles.get(tile) is None:
                image.tiles.new(tile)
        image.tiles.active_index = 0
    if folder is None:
        image.pack()
        # The job's folder goes one day: no path may point into it.
        image.filepath_raw = f"//{recipe.folder_name(title)}{'.<UDIM>' if tiled else ''}{suffix}"
    elif bpy.data.filepath:
        image.filepath = bpy.path.relpath(image.filepath)
    return image


def color_space(name: str, suffix: str) -> str:
    """Base color is sRGB, in EXR linear; the rest are numbers."""
    if name != "base_color":
        return "Non-Color"
    return "Linear Rec.709" if suffix == ".exr" else "sRGB"


def new_folder(item: bpy.types.Object, chosen: str = "") -> Path | None:
    """Where an object's maps go: beside the saved .blend, in a folder that does not exist yet, so that older maps stay.

    None for a file that was never saved. In a ``chosen`` folder they replace what is there.
    """
    if chosen:
        return Path(chosen) / recipe.folder_name(item.name)
    if not bpy.data.filepath:
        return None
    parent = Path(bpy.path.abspath("//")) / "galatea" / recipe.folder_name(item.name)
    taken = {path.name for path in parent.iterdir()} if parent.is_dir() else set()
    number = next(number for number in range(1, 1_000_000) if f"texture-{number}" not in taken)
    return parent / f"texture-{number}"


def create(name: str, images: dict[str, bpy.types.Image], layer: str) -> bpy.types.Material:
    """A Principled material that reads the images with the UV layer of this name."""
    material = bpy.data.materials.new(name)
    tree = compat.enable_nodes(material)
    nodes, links = tree.nodes, tree.links
    shader = next(node for node in nodes if node.type == "BSDF_PRINCIPLED")
    coordinates = nodes.new("ShaderNodeUVMap")
    coordinates.uv_map = layer
    coordinates.location = (-1000, 0)
    for row, (map_name, image) in enumerate(images.items()):
        texture = nodes.new("ShaderNodeTexImage")
        texture.image, texture.label = image, LABELS[map_name]
        texture.location = (-700, 300 - 300 * row)
        links.new(coordinates.outputs["UV"], texture.inputs["Vector"])
        color = texture.outputs["Color"]
        if map_name == "normal":
            bend = nodes.new("ShaderNodeNormalMap")
            bend.uv_map = layer
            bend.location = (-300, 300 - 300 * row)
            links.new(color, bend.inputs["Color"])
            links.new(bend.outputs["Normal"], shader.inputs["Normal"])
        elif map_name == "orm":
            split = nodes.new("ShaderNodeSeparateColor")
            split.location = (-300, 300 - 300 * row)
            links.new(color, split.inputs["Color"])
            links.new(split.outputs["Green"], shader.inputs["Roughness"])
            links.new(split.outputs["Blue"], shader.inputs["Metallic"])
        else:
            links.new(color, shader.inputs[LABELS[map_name]])
        if map_name == "base_color":
            nodes.active = texture  # what Solid mode shows as texture
    return material


def put(item: bpy.types.Object, material: bpy.types.Material, slots: Iterable[int]) -> None:
    """Into these slots. What was there is kept in the file, and :func:`restore` knows it."""
    for slot in slots:
        while slot >= len(item.material_slots):
            item.data.materials.append(None)
        old = item.material_slots[slot].material
        if old is not None:
            old.use_fake_user = True
            material[f"{REPLACED}{slot}"] = old
        item.material_slots[slot].material = material


def add(item: bpy.types.Object, material: bpy.types.Material, polygons: list[int]) -> None:
    """In a new slot that these polygons use."""
    if not item.material_slots:
        item.data.materials.append(None)  # the other polygons keep their slot
    item.data.materials.append(material)
    slot = len(item.material_slots) - 1
    item.material_slots[slot].material = material
    index = np.empty(len(item.data.polygons), dtype=np.int32)
    item.data.polygons.foreach_get("material_index", index)
    index[polygons] = slot
    item.data.polygons.foreach_set("material_index", index)
    item.data.update()


def replaced(material: bpy.types.Material) -> bool:
    """Whether the material took another one's place."""
    return any(key.startswith(REPLACED) for key, _ in material.items())


def restore(item: bpy.types.Object, material: bpy.types.Material) -> bool:
    """Put back what ``material`` took the place of. False when it took none, or that is gone."""
    restored = False
    for number, slot in enumerate(item.material_slots):
        old = material.get(f"{REPLACED}{number}")
        if slot.material == material and isinstance(old, bpy.types.Material):
            material.use_fake_user = True
            slot.material = old
            restored = True
    return restored
