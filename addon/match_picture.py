# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Match Picture: which place of a mesh each pixel of a picture shows, kept on the mesh's object.

A match is a group of custom properties of the object: the image, and for cells of a square around the animal in it the
places in the mesh's own coordinates at rest. So it is saved with the file; an object may have several.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import NamedTuple

import bpy
import numpy as np

from ..backend.correspondence import cells
from . import generate, jobs, recipe, targets, version
from .export import mesh as mesh_export

KEY = "galatea_picture_"
"""Custom properties of an object, with a number behind."""
PLAIN = "Plain Animal"
"""The object that a picture is matched with when there is no mesh."""
MADE = "galatea_plain_animal"
"""Its custom property: the fingerprint of its vertices."""
BESIDE = 3.0
"""Cells beside the animal within which a click still means it."""


class Shown(NamedTuple):
    """What an image shows of a mesh."""

    image: bpy.types.Image
    places: np.ndarray
    """(S, S, 3) in the mesh's own coordinates, row 0 at the top."""
    sure: np.ndarray
    """(S, S) 0..1, zero beside the animal."""
    square: np.ndarray
    """(4,) left, upper, right, lower border of the cells, in parts of the image's size from its upper left corner."""


# Out: scene -> job


def create_job(
    context: bpy.types.Context,
    queue: jobs.Queue,
    image: bpy.types.Image,
    item: bpy.types.Object | None,
    part: mesh_export.Arrays | None,
    params: dict,
) -> jobs.Job:
    """A job, not yet submitted. ``item`` with its exported mesh, or neither; ``params``: fields of the backend's
    ``MatchPictureParams``. Raises generate.PictureProblem."""
    if item is None:
        described = {"objects": [], "blend": bpy.data.filepath, "inputs": [], "process": os.getpid()}
    else:
        described = targets.describe([item], [len(part.targets)], recipe.inputs([item], [part]))
        described["matrix"] = [list(row) for row in item.matrix_world]
    described["image"] = {"name": image.name, "session_uid": image.session_uid, "size": list(image.size)}
    title = f"Match {image.name}" if item is None else f"Match {image.name} and {item.name}"
    job = queue.create("match_picture", title, params, described)
    with queue.filling(job):
        generate.write(context, image, job.inputs / "picture.png")
        mask = mask_of(image)
        if mask is not None:
            (job.inputs / "masks").mkdir()
            (job.inputs / "masks/picture.png").write_bytes(mask.read_bytes())
        if part is not None:
            mesh_export.save(part, job.inputs / "mesh.npz")
    return job


def mask_of(image: bpy.types.Image) -> Path | None:
    """The image's mask, where Rig Photos looks for it: masks/<name>.png beside its file."""
    path = Path(bpy.path.abspath(image.filepath)) if image.filepath else None
    if path is None or image.packed_file is not None:
        return None
    found = (path.parent / "masks" / name for name in (f"{path.stem}.png", f"{path.name}.png"))
    return next((one for one in found if one.is_file()), None)


# Back: job -> scene


def import_result(job: jobs.Job, report: dict) -> bpy.types.Object:
    """Put the match on the mesh, or on a plain animal that is added, and return that."""
    image = image_of(job.target)
    with np.load(job.output("shown"), allow_pickle=False) as data:
        arrays = dict(data)
    places = arrays["places"]
    if job.target["objects"]:
        (item,) = targets.found_objects(job.target)
        inverse = np.linalg.inv(np.array(job.target["matrix"], np.float64))
        places = places @ inverse[:3, :3].T + inverse[:3, 3]
    else:
        item = plain_animal(job.output("animal"))
    made = recipe.make("match_picture", job.params, version.current(), job.target["inputs"], report)
    write(item, Shown(image, places, arrays["sure"], arrays["square"]), made)
    return item


def image_of(target: dict) -> bpy.types.Image:
    """The image that a job was about: ids are certain within one session of Blender, else name and size count."""
    wanted = target["image"]
    if target["process"] == os.getpid():
        for image in bpy.data.images:
            if image.session_uid == wanted["session_uid"]:
                return image
    image = bpy.data.images.get(wanted["name"])
    if image is None or list(image.size) != wanted["size"]:
        raise targets.ImportProblem(f"This job's image {wanted['name']} is not in this file.{targets.whence(target)}")
    return image


def plain_animal(file: Path) -> bpy.types.Object:
    """The template as an object, made once for all pictures that are matched without a mesh."""
    with targets.any_window() as context:
        if context.mode != "OBJECT":
            raise targets.ImportProblem("Leave the present mode first: results are applied in Object Mode.")
        with np.load(file, allow_pickle=False) as data:
            vertices, triangles = data["vertices"], data["triangles"]
        for item in context.scene.objects:
            if is_plain(item) and len(item.data.vertices) == len(vertices):
                return item
        mesh = bpy.data.meshes.new(PLAIN)
        mesh.from_pydata(vertices.tolist(), [], triangles.tolist())
        mesh.shade_smooth()
        item = bpy.data.objects.new(PLAIN, mesh)
        item[MADE] = _fingerprint(mesh)
        context.scene.collection.objects.link(item)
        item.location = context.scene.cursor.location
        context.view_layer.update()
        targets.select_only(context, item)
    return item


def is_plain(item: bpy.types.Object) -> bool:
    """Whether an object is a plain animal, and still as it was made."""
    return item.type == "MESH" and MADE in item and item[MADE] == _fingerprint(item.data)


def _fingerprint(mesh: bpy.types.Mesh) -> str:
    return hashlib.sha256(mesh_export.vertex_positions(mesh).tobytes()).hexdigest()


def write(item: bpy.types.Object, shown: Shown, made: dict) -> None:
    """Put a match on an object, with its recipe; one with the same image is replaced. The image itself stays as it is:
    it may have a recipe of its own."""
    for key in _keys(item):
        if not _is_whole(item[key]) or item[key]["image"] == shown.image:
            del item[key]
    number = next(count for count in range(len(item.keys()) + 1) if f"{KEY}{count}" not in item)
    item[f"{KEY}{number}"] = {
        "image": shown.image,
        "places": shown.places.astype(np.float64).ravel().tolist(),
        "sure": shown.sure.astype(np.float64).ravel().tolist(),
        "square": shown.square.astype(np.float64).tolist(),
        recipe.KEY: json.dumps(made),
    }


# What others ask of a match


def pictures(item: bpy.types.Object | None) -> list[bpy.types.Image]:
    """The images that a mesh is matched with. Cheap enough for every redraw."""
    if item is None or item.type != "MESH":
        return []
    return [item[key]["image"] for key in _keys(item) if _is_whole(item[key])]


def shown(item: bpy.types.Object, image: bpy.types.Image) -> Shown:
    """What one of its :func:`pictures` shows of a mesh."""
    group = _group(item, image)
    sure = np.array(group["sure"])
    size = round(len(sure) ** 0.5)
    return Shown(image, np.array(group["places"]).reshape(size, size, 3), sure.reshape(size, size),
                 np.array(group["square"]))  # fmt: skip


def warnings(item: bpy.types.Object, image: bpy.types.Image) -> list[str]:
    """What the artist should know of the match with one of its :func:`pictures`."""
    made = recipe.read(_group(item, image))
    return made["report"]["warnings"] if made is not None else []


def matched_with(context: bpy.types.Context, image: bpy.types.Image) -> list[bpy.types.Object]:
    """The meshes of the scene that are matched with an image, the active one first."""
    active = context.view_layer.objects.active
    found = [item for item in context.scene.objects if image in pictures(item)]
    return sorted(found, key=lambda item: item != active)


def place_at(seen: Shown, point: tuple[float, float]) -> tuple[np.ndarray, float] | None:
    """The place (3,) on the mesh that an image shows at a point, in parts of its size from the lower left corner as
    Blender counts, and how sure that is; None beside the animal."""
    size = len(seen.sure)
    left, upper, right, lower = seen.square
    cell = size * np.array([(point[0] - left) / (right - left), (1.0 - point[1] - upper) / (lower - upper)]) - 0.5
    row, column = np.nonzero(seen.sure > 0)
    gap = np.hypot(column - cell[0], row - cell[1])
    if not len(gap) or not gap.min() <= BESIDE:  # nor when that is no number
        return None
    nearest = gap.argmin()
    first = seen.places[row[nearest], column[nearest]]
    # Between cells, as long as they show one part of the animal.
    around = seen.places[seen.sure > 0]
    step = cells.reach_of(around)
    weight = np.clip(1.0 - np.abs(column - cell[0]), 0, None) * np.clip(1.0 - np.abs(row - cell[1]), 0, None)
    weight *= np.linalg.norm(around - first, axis=1) < step
    place = first if weight.sum() < 1e-6 else weight @ around / weight.sum()
    return place, float(seen.sure[row[nearest], column[nearest]])


def point_at(seen: Shown, place: np.ndarray) -> tuple[tuple[float, float], float]:
    """The point of an image, as for :func:`place_at`, that shows a place (3,) on the mesh best, and how sure that is:
    little where the place is on the side that the image does not show."""
    size = len(seen.sure)
    row, column = np.nonzero(seen.sure > 0)
    around, certain = seen.places[row, column], seen.sure[row, column]
    (weight,) = cells.shares(around, certain, place[None])
    x, y = ((weight @ line + 0.5) / size for line in (column, row))
    left, upper, right, lower = seen.square
    gap = np.linalg.norm(around - place, axis=1)
    sure = certain[gap.argmin()] * np.exp(-((gap.min() / cells.reach_of(around)) ** 2))
    return (float(left + x * (right - left)), float(1.0 - upper - y * (lower - upper))), float(sure)


def _group(item: bpy.types.Object, image: bpy.types.Image):
    return next(item[key] for key in _keys(item) if _is_whole(item[key]) and item[key]["image"] == image)


def _is_whole(group) -> bool:
    """Whether a custom property is a match, and its image is still there: anybody can edit these."""
    if not hasattr(group, "keys") or not isinstance(group.get("image"), bpy.types.Image):
        return False
    arrays = [group.get(name) for name in ("sure", "places", "square")]
    if not all(hasattr(array, "__len__") for array in arrays):
        return False
    size = len(arrays[0])
    return [len(array) for array in arrays] == [round(size**0.5) ** 2, 3 * size, 4]


def _keys(item: bpy.types.Object) -> list[str]:
    return [key for key in item.keys() if key.startswith(KEY)]  # noqa: SIM118 (no mapping)
