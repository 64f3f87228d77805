# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of pictures with cameras, from the artist's choice to a job and back as an object."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import bpy
import numpy as np

from . import files, jobs, recipe, targets, version
from .importers import mesh as mesh_import

FEWEST = 3
"""Pictures; the backend asks for as many."""
ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff")
CAMERA_FILES = (("transforms.json",), ("cameras.npz",), ("cameras.txt", "images.txt"))
"""What the backend reads cameras from, in its order; COLMAP's two may also lie in COLMAP_FOLDERS."""
COLMAP_FOLDERS = ("", "sparse/", "sparse/0/")
SUBFOLDERS = ("images", "masks", "normals", "sparse", "sparse/0")
NO_PICTURES = ("masks/", "normals/")
"""What lies there belongs to a picture."""
SECONDS = 60.0
"""What the default settings take on two processors, with 16 pictures."""
DEFAULT_DETAIL = 112
KEY = "galatea_pictures"
"""Custom property of a reconstructed object: the file that remembers its pictures, for Finish."""
FILE = "pictures.npz"


@dataclasses.dataclass(frozen=True)
class Found:
    """What a glance at the artist's choice says, before anything is read."""

    pictures: int
    """That have a camera, as far as one can tell by names."""
    cameras: str
    """Where the cameras are, for people."""
    problem: str = ""
    """Why nothing can be reconstructed from it: a sentence, and what to do."""


def look(scene: bpy.types.Scene, cameras: str, folder: str) -> Found:
    """What is there. Cheap enough for every redraw: folders are listed when their time of change is new."""
    path = Path(bpy.path.abspath(folder)) if folder else None
    if path is None:
        return Found(0, "", "Choose the folder that holds the pictures.")
    try:
        names = names_in(path)
    except OSError:
        return Found(0, "", f"There is no folder {path}. Choose the one that holds the pictures.")
    if cameras == "scene":
        return look_at_scene(scene, names)
    where = camera_file(names)
    pictures = [name for name in names if is_picture(name)]
    if not where:
        return Found(
            len(pictures), "", f"{path.name} holds no cameras. Put a transforms.json, COLMAP's cameras.txt and "
            "images.txt, or a cameras.npz beside the pictures; or take the cameras of the scene.",
        )  # fmt: skip
    if len(pictures) < FEWEST:
        return Found(len(pictures), where, few(len(pictures)))
    return Found(len(pictures), where)


def look_at_scene(scene: bpy.types.Scene, names: tuple[str, ...]) -> Found:
    """The same, for cameras of the scene with pictures named after them."""
    everyone = [item for item in scene.objects if item.type == "CAMERA"]
    pairs = scene_cameras(scene, names)
    where = f"{len(pairs)} of {len(everyone)} cameras"
    if not everyone:
        return Found(0, where, "The scene has no cameras. Add them, or take those of the folder.")
    if not pairs:
        example = f"{everyone[0].name}.png"
        return Found(0, where, f"No picture has the name of a camera, such as {example}. Rename the pictures.")
    odd = [item.name for item, _ in pairs if item.data.type != "PERSP"]
    if odd:
        return Found(len(pairs), where, f"{odd[0]} is no perspective camera. Change its type, or rename its picture.")
    if len(pairs) < FEWEST:
        return Found(len(pairs), where, few(len(pairs)))
    return Found(len(pairs), where)


def few(count: int) -> str:
    there = "There is 1 picture" if count == 1 else f"There are {count} pictures"
    return f"{there} with cameras, a shape needs {FEWEST} or more. 16 from all around are good."


def names_in(folder: Path) -> tuple[str, ...]:
    """Files of a folder and of the places below it that the backend looks at. OSError when there is no such folder."""
    places = [folder, *(folder / name for name in SUBFOLDERS if (folder / name).is_dir())]
    return tuple((place.relative_to(folder) / name).as_posix() for place in places for name in files.listing(place))


def is_picture(name: str) -> bool:
    return Path(name).suffix.lower() in ENDINGS and not name.startswith(NO_PICTURES)


def camera_file(names: tuple[str, ...]) -> str:
    """The file of cameras that the backend will take, "" without one."""
    for wanted in CAMERA_FILES:
        for place in COLMAP_FOLDERS if len(wanted) > 1 else ("",):
            if all(place + name in names for name in wanted):
                return place + wanted[-1]
    return ""


def scene_cameras(scene: bpy.types.Scene, names: tuple[str, ...]) -> list[tuple[bpy.types.Object, str]]:
    """Cameras of the scene that have a picture of their name, each with its picture."""
    pictures = {Path(name).stem: name for name in names if is_picture(name)}
    cameras = [item for item in scene.objects if item.type == "CAMERA"]
    return [(item, pictures[item.name]) for item in cameras if item.name in pictures]


def camera_values(item: bpy.types.Object, picture: str) -> dict:
    """A camera as the backend reads it from ``in/cameras.json``."""
    lens = item.data
    names = ("lens", "sensor_fit", "sensor_width", "sensor_height", "shift_x", "shift_y")
    return {name: getattr(lens, name) for name in names} | {
        "picture": picture,
        "camera_to_world": [list(row) for row in item.matrix_world],
    }


def estimate(detail: int, pictures: int) -> float:
    """Seconds that a job will take, roughly."""
    return SECONDS * (0.4 + 0.6 * (detail / DEFAULT_DETAIL) ** 2) * (0.7 + 0.3 * pictures / 16)


def create_job(queue: jobs.Queue, context: bpy.types.Context, params: dict) -> jobs.Job:
    """A job, not yet submitted. ``params``: fields of the backend's ``ReconstructParams``."""
    folder = Path(params["folder"])
    job = queue.create("reconstruct", f"Reconstruct {folder.name}", params, {"objects": []})
    if params["cameras"] == "scene":
        write_cameras(context, folder, job.inputs)
    return job


def write_cameras(context: bpy.types.Context, pictures: Path, inputs: Path) -> None:
    """``cameras.json`` among a job's inputs: the scene's cameras as they are in this frame."""
    depsgraph = context.evaluated_depsgraph_get()
    pairs = scene_cameras(context.scene, names_in(pictures))
    cameras = [camera_values(item.evaluated_get(depsgraph), picture) for item, picture in pairs]
    (inputs / "cameras.json").write_text(json.dumps(cameras, indent=1), encoding="utf-8")


def import_result(job: jobs.Job, report: dict) -> bpy.types.Object:
    """Add the mesh to the scene, selected. The caller makes it an undo step."""
    with targets.any_window() as context:
        if context.mode != "OBJECT":
            raise targets.ImportProblem("Leave the present mode first: results are applied in Object Mode.")
        item = mesh_import.create(context, job.output("mesh"), Path(job.params["folder"]).name)
        keep_pictures(item, job.output("texture"))
        recipe.store(item, recipe.make("reconstruct", job.params, version.current(), [], report))
        context.view_layer.update()
        targets.select_only(context, item)
    return item


def keep_pictures(item: bpy.types.Object, file: Path) -> None:
    """Remember where an object's pictures are: beside the saved .blend, else in the job's folder, while that stays."""
    if bpy.data.filepath:
        folder = Path(bpy.path.abspath("//")) / "galatea" / recipe.folder_name(item.name)
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, folder / FILE)
        file = folder / FILE
        item[KEY] = bpy.path.relpath(str(file))
    else:
        item[KEY] = str(file)


def pictures_of(item: bpy.types.Object) -> Path | None:
    """The file with the pictures that an object was reconstructed from, None if it has none or it is gone."""
    path = item.get(KEY)
    if not isinstance(path, str):
        return None
    path = Path(bpy.path.abspath(path))
    return path if path.is_file() else None


def give_pictures(item: bpy.types.Object, folder: Path) -> None:
    """Into a job's inputs, with the matrix that leads from the world to where the pictures saw the mesh."""
    file = pictures_of(item)
    if file is not None:
        shutil.copyfile(file, folder / FILE)
        np.save(folder / "world_to_pictures.npy", np.array(item.matrix_world.inverted()))
