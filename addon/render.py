# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Render from the artist's scene to a job and back: what the operators call, and what a script can call."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import bpy

from . import compat, image, jobs, models, pace, preferences, recipe, targets, version
from .importers import material
from .render_settings import MODELS, OPTIONS, GalateaRenderSettings

NAME_LENGTH = 40
FOLDER = "galatea_render_folder"
"""Custom property of a scene: where the frames of its last render are."""
FOLDERS = {"frame": "frames", "texture": "textures"}
"""For the files of a result, by the first part of their keys."""
CHANNEL = 1
SECONDS_GEOMETRY, SECONDS_STEP = 4.0, 0.4
"""Of one processor core, for a frame of 256 pixels: passes and light; one step of the starter."""
STEPS, SIZE = 16, 256
"""The starter's own."""


def params(context: bpy.types.Context, preview: int = 0, objects: list[str] | None = None) -> dict:
    """The settings as the parameters of a job.

    Args:
        preview: how many frames, 0 for all. objects: names of those that are painted, instead of what is selected.
    """
    scene = context.scene
    settings = scene.galatea.render
    values = {name: getattr(settings, name) for name in GalateaRenderSettings.__annotations__ if name not in OPTIONS}
    values |= {name: models.path(values[name]) for name in MODELS}
    values["clip"] = bpy.path.abspath(values["clip"])
    if not settings.own_range:
        values["frame_start"], values["frame_end"] = scene.frame_start, scene.frame_end
    if not settings.own_size:
        values["size"] = 0
    values["objects"] = painted(context) if objects is None else objects
    values["prompts"] = own_prompts(scene, values["objects"])
    values["width"], values["height"] = pixels(scene)
    return values | {"preview": preview, "noise": "surface", "blender": compat.child_blender_command(), "windows": 0}


def pixels(scene: bpy.types.Scene) -> tuple[int, int]:
    """Width and height of the scene's pictures as they look on a screen with square pixels."""
    settings = scene.render
    aspect = settings.pixel_aspect_x / settings.pixel_aspect_y
    return max(round(settings.resolution_x * aspect), 1), settings.resolution_y


def painted(context: bpy.types.Context) -> list[str]:
    """Names of the objects that are painted, empty for all: the selected ones, with what instances show."""
    if not context.scene.galatea.render.only_selected:
        return []
    names = set()
    for item in context.selected_objects:
        if item.type in PAINTABLE:
            names.add(item.name)
        if item.instance_collection is not None:
            names.update(one.name for one in item.instance_collection.all_objects)
    return sorted(names)


PAINTABLE = {"MESH", "CURVE", "SURFACE", "META", "FONT"}


def paintable(scene: bpy.types.Scene, names: list[str]) -> list[bpy.types.Object]:
    """The objects that are painted, for names as :func:`painted` has them; for none, all that are rendered."""
    if names:
        return [bpy.data.objects[name] for name in names if name in bpy.data.objects]
    shown = {item.name: item for item in scene.objects if not item.hide_render}
    for item in list(shown.values()):
        if item.instance_collection is not None:
            shown |= {one.name: one for one in item.instance_collection.all_objects}
    return [item for _, item in sorted(shown.items()) if item.type in PAINTABLE]


def own_prompts(scene: bpy.types.Scene, names: list[str]) -> dict[str, str]:
    """Words of the painted objects that have some, or that are in a collection that has some."""
    shared = {}
    # Those within others come last: their words are meant more exactly.
    for collection in sorted(bpy.data.collections, key=lambda one: -len(one.children_recursive)):
        if collection.galatea.prompt.strip():
            shared |= dict.fromkeys(collection.all_objects.keys(), collection.galatea.prompt.strip())
    words = {item.name: item.galatea.prompt.strip() or shared.get(item.name, "") for item in paintable(scene, names)}
    return {name: text for name, text in words.items() if text}


def set_own_prompts(prompts: dict[str, str]) -> None:
    """Give the objects of these names such words; the others of the file get none."""
    for item in bpy.data.objects:
        item.galatea.prompt = prompts.get(item.name, "")
    for collection in bpy.data.collections:
        collection.galatea.prompt = ""


def frames(scene: bpy.types.Scene) -> int:
    """How many will be rendered."""
    settings = scene.galatea.render
    start, end = (
        (settings.frame_start, settings.frame_end) if settings.own_range else (scene.frame_start, scene.frame_end)
    )
    return len(range(start, end + 1, settings.frame_step))


def problem(context: bpy.types.Context) -> str:
    """What keeps the scene from being rendered, a sentence and the way out; "" if nothing does. Cheap."""
    scene = context.scene
    if not scene.galatea.render.prompt.strip():
        return "Say in the prompt what the objects look like."
    if scene.camera is None:
        return "The scene has no camera. Add one (Add > Camera) and look through it."
    if frames(scene) == 0:
        return "There are no frames in the range. Set its end after its start."
    return ""


def estimate(context: bpy.types.Context) -> float | None:
    """Seconds that a job will take, from what the last ones took on this machine; None for a model that was never
    used here."""
    settings = context.scene.galatea.render
    learned = pace.factor(preferences.settings().data_folder, pace_of(settings.model))
    if learned is None and settings.model:
        return None
    size = settings.size if settings.own_size else 0
    own = own_prompts(context.scene, painted(context))
    return (learned or 1.0) * nominal(frames(context.scene), settings.steps, size, len(set(own.values())))


def size_words(scene: bpy.types.Scene) -> str:
    """How large the pictures of the starter are, in the shape of the scene's; "" for other models, which are not
    looked into to draw a panel."""
    settings = scene.galatea.render
    side = settings.size if settings.own_size else 0
    if not side and settings.model:
        return ""
    width, height = pixels(scene)
    wide, high = (max(round((side or SIZE) * one / max(width, height)), 8) for one in (width, height))
    return f"{wide} x {high} px"


def nominal(count: int, steps: int, size: int, others: int) -> float:
    """Seconds on the machine that the constants were measured on. ``others``: prompts of objects that differ."""
    painting = SECONDS_STEP * (steps or STEPS) * (1 + others / 2)  # each step predicts with and without the prompt
    return 15.0 + count * ((size or SIZE) / 256) ** 2 * (SECONDS_GEOMETRY + painting)


def pace_of(model: str) -> str:
    """What kind of job has a pace of its own."""
    return f"render {model}".strip()


def create_job(queue: jobs.Queue, context: bpy.types.Context, values: dict, folder: str = "") -> jobs.Job:
    """A job, not yet submitted, with a copy of the file as it is now; without a window one of the queue's that did not
    end, if it does the same. Raises OSError and RuntimeError.

    Args:
        values: fields of the backend's ``RenderParams``. folder: for the frames; empty for one of their own.
    """
    title = f"{'Preview' if values['preview'] else 'Render'}: {values['prompt']}"
    title = title if len(title) <= NAME_LENGTH else f"{title[: NAME_LENGTH - 1]}…"
    target = {"objects": [], "inputs": [], "scene": context.scene.name, "folder": folder}
    if bpy.app.background and bpy.data.filepath:
        target["source"] = [source(file) for file in sources()]
        if (earlier := _unfinished(queue, values, target)) is not None:
            earlier.params = values
            return earlier
    job = queue.create("render", title, values, target)
    try:
        bpy.ops.wm.save_as_mainfile(filepath=str(job.inputs / "scene.blend"), copy=True, check_existing=False)
    except RuntimeError:
        queue.delete(job)
        raise
    return job


def sources() -> list[Path]:
    """The open file and what it takes geometry from: linked libraries and caches."""
    others = {Path(bpy.path.abspath(one.filepath)) for one in (*bpy.data.libraries, *bpy.data.cache_files)}
    return [Path(bpy.data.filepath), *sorted(file for file in others if file.is_file())]


def source(file: Path) -> list:
    """Tells a file from one of the same name, and from what it was before."""
    status = file.stat()
    return [str(file.resolve()), status.st_size, status.st_mtime_ns]


def _unfinished(queue: jobs.Queue, values: dict, target: dict) -> jobs.Job | None:
    """A job that did not end and would make the same pictures. Where and how it runs does not count."""

    def of_pictures(params: dict) -> dict:
        return json.loads(json.dumps(params)) | {"blender": [], "windows": 0}

    waiting = (job for job in queue.jobs if job.state is jobs.JobState.UNFINISHED and job.capability == "render")
    wanted = of_pictures(values)
    return next((job for job in waiting if job.target == target and of_pictures(job.params) == wanted), None)


def import_result(job: jobs.Job, report: dict) -> Path | None:
    """Bring the frames beside the file and show the sheet of them; returns their folder, None for a preview."""
    contact = bpy.data.images.load(str(job.output("contact")), check_existing=False)
    contact.name = job.title
    contact.pack()
    contact.filepath_raw = ""
    image.show(contact)
    if job.params["preview"]:
        return None
    folder = new_folder(job.target["folder"], job.params["prompt"], job.params["seed"])
    for key in sorted(job.end.files):
        source = job.output(key)
        place = folder / FOLDERS.get(key.partition("/")[0], "")
        place.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, place / source.name)
    made = recipe.make("render", job.params, version.current(), [], report)
    (folder / "recipe.json").write_text(recipe.text(made), encoding="utf-8")
    scene = bpy.data.scenes.get(job.target["scene"]) or bpy.context.scene
    scene[FOLDER] = relative(folder)
    if job.seconds and not job.params["model"]:
        others = len(set(job.params.get("prompts", {}).values()))  # jobs of older versions have none
        expected = nominal(report["frames"], job.params["steps"], max(report["width"], report["height"]), others)
        try:
            pace.remember(preferences.settings().data_folder, pace_of(""), job.seconds / expected)
        except OSError as error:
            print(f"galatea: estimates will not get better: {error}")
    return folder


def relative(folder: Path) -> str:
    """As Blender writes it, when both are on one drive and the file has a name."""
    try:
        return bpy.path.relpath(str(folder)) if bpy.data.filepath else str(folder)
    except ValueError:
        return str(folder)


def new_folder(chosen: str, prompt: str, seed: int) -> Path:
    """An empty folder for the frames: the chosen one, else a new one beside the file, else among Galatea's data."""
    if chosen:
        return Path(chosen)
    base = Path(bpy.path.abspath("//")) / "galatea" if bpy.data.filepath else preferences.settings().data_folder
    words = re.sub(r"[^a-z0-9]+", "-", prompt.lower()).strip("-")[:NAME_LENGTH] or "render"
    name, number = f"render-{words}-{seed}", 2
    folder = base / name
    while folder.exists():
        folder, number = base / f"{name}-{number}", number + 1
    return folder


def last_folder(scene: bpy.types.Scene) -> Path | None:
    """Where the frames of the scene's last render are, None if they are gone or there never were any."""
    text = scene.get(FOLDER)
    folder = Path(bpy.path.abspath(text)) if isinstance(text, str) and text else None
    return folder if folder is not None and frame_paths(folder) else None


def frame_paths(folder: Path) -> list[Path]:
    """The frames in a folder, in order."""
    return sorted((folder / "frames").glob("[0-9]*.*"), key=lambda path: int(path.stem))


def last_shown(queue: jobs.Queue, scene: bpy.types.Scene) -> Path | None:
    """A few frames of the newest preview or render of a scene, for the panel; None before the first one."""
    made = (job for job in reversed(queue.jobs) if job.capability == "render" and job.target["scene"] == scene.name)
    return next((job.preview for job in made if job.preview is not None), None)


def last_recipe(scene: bpy.types.Scene) -> dict | None:
    """What made these, None where that cannot be read."""
    folder = last_folder(scene)
    try:
        made = json.loads((folder / "recipe.json").read_text(encoding="utf-8")) if folder is not None else None
    except (OSError, ValueError):
        return None
    return made if isinstance(made, dict) and {"params", "report"} <= made.keys() else None


def add_to_sequencer(scene: bpy.types.Scene, folder: Path):
    """A strip of the frames at their place in time, on the first channel that is free there. Returns it."""
    paths = frame_paths(folder)
    start = int(paths[0].stem)
    used = {strip.channel for strip in compat.strips(scene)}
    channel = next(number for number in range(CHANNEL, 129) if number not in used)
    strip = compat.add_image_strip(scene, folder.name, paths, channel, start)
    strip.color_tag = "COLOR_05"
    return strip


def textured(context: bpy.types.Context) -> list[bpy.types.Object]:
    """The selected objects of which the last render made a texture."""
    made = last_recipe(context.scene)
    found = made["report"].get("textures", {}) if made is not None else {}
    return [item for item in context.selected_objects if item.type == "MESH" and item.name in found]


def use_as_texture(scene: bpy.types.Scene, item: bpy.types.Object) -> bpy.types.Material:
    """Give an object of :func:`textured` what was painted on it as a material; the old ones stay in the file, and
    *Restore Old Material* puts them back. Raises ImportProblem for a file that is gone."""
    folder, found = last_folder(scene), last_recipe(scene)["report"]["textures"][item.name]
    path = folder / "textures" / found["file"]
    if not path.is_file():
        raise targets.ImportProblem(f"The file {path} is gone: render again.")
    if item.data.uv_layers.get(found["layer"]) is None:
        raise targets.ImportProblem(f"{item.name} has no UV layer {found['layer']} any more: render again.")
    tiles = material.Tiles("base_color", {1001: path})
    images = material.bring([tiles], material.new_folder(item), item.name)
    made = material.create(f"{item.name} {folder.name}", images, found["layer"])
    material.put(item, made, range(max(len(item.material_slots), 1)))
    return made


def add_to_compositor(scene: bpy.types.Scene, folder: Path) -> bpy.types.Node:
    """An image node that shows the frames at their place in time; what is in the compositor stays as it is. Raises
    ValueError where every second frame is missing: files of a sequence have numbers without gaps."""
    paths = frame_paths(folder)
    start = int(paths[0].stem)
    if len(paths) != int(paths[-1].stem) - start + 1:
        raise ValueError("Frames are missing between the first and the last one. Add them to the Video Sequencer.")
    image = bpy.data.images.load(str(paths[0]), check_existing=True)
    image.source = "SEQUENCE"
    tree = compat.compositor(scene)
    node = tree.nodes.new("CompositorNodeImage")
    node.image, node.label = image, folder.name
    node.frame_duration, node.frame_start, node.frame_offset = len(paths), start, start - 1
    node.location = (min((one.location.x for one in tree.nodes), default=0.0) - 300, 0)
    return node
