# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture or a prompt, from the artist's choice to a job and back as a finished object at the 3D cursor."""

from __future__ import annotations

import functools
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import bpy

from ..backend.engines import available, cards
from ..backend.models import registry, store
from ..backend.sculpting import kinds
from . import jobs, models, recipe, seeds, targets, version
from .importers import finished
from .importers import material as material_import
from .texture import files_of

VOCABULARY = version.ROOT / "backend" / "starter" / "tokenizer" / "vocab.json"
WORDS = "Galatea Words"
"""Name of the text that lists them."""
COLLECTION = "Generated"
"""Where results are kept, earlier attempts too."""
NAME_LENGTH = 40
PICTURE, MASK = "in/picture.png", "in/mask.png"
"""In a job's folder: what the .blend file showed when the job began."""


KEYS = {"picture": "galatea_picture", "mask": "galatea_mask"}
"""Custom properties of a result: what its engine saw, and where the subject is in the whole picture."""


PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".avif", ".gif", ".bmp")
"""Endings of the files that can be dropped or pasted."""


CLIPBOARDS = (
    ("wl-paste", "--type", "image/png"),
    ("xclip", "-selection", "clipboard", "-target", "image/png", "-out"),
)
"""Programs of Linux desktops that write the clipboard's picture to their output."""
PNG, PATIENCE = b"\x89PNG", 2.0
"""What they begin with, and seconds that they get."""


class PictureProblem(Exception):
    """An image of the file cannot be had: one sentence for the artist."""


def card(settings) -> cards.Engine:
    """Of the chosen engine."""
    return cards.engine(settings.engine)


def weights(settings) -> Path | None:
    """Folder of the chosen engine's model: the one that the artist names, else the downloaded one; None for neither."""
    if settings.weights:
        return Path(models.path(settings.weights))
    engine = card(settings)
    return store.folder(models.folder(), registry.card(engine.model)) if engine.model else None


def problem(settings) -> str:
    """What keeps the settings from becoming a mesh, a sentence and the way out; "" if nothing does. Cheap."""
    engine = card(settings)
    missing = {
        "FILE": "" if settings.image else "Choose a picture.",
        "IMAGE": "" if settings.picture else "Choose an image of this file.",
        "RENDER": "" if render_result() is not None else "There is no render yet. Render an image first (F12).",
        "PROMPT": "" if settings.prompt.strip() else "Say what to make, such as: a red wooden chair.",
    }[settings.source]
    if missing:
        return missing
    if settings.source == "FILE" and not Path(bpy.path.abspath(settings.image)).is_file():
        return f"There is no picture {settings.image}. Choose another one."
    if settings.source == "IMAGE" and not settings.picture.has_data and not all(settings.picture.size):
        return f"The image {settings.picture.name} has no pixels. Choose another one."
    if settings.source != "PROMPT" and not engine.takes_picture:
        return f"{engine.title} reads no pictures. Write a prompt, or choose another engine."
    return available.obstacle(engine, weights(settings), settings.server, settings.only_commercial)


@functools.cache
def known_words() -> frozenset[str]:
    """Words that Galatea's own painter has learned, from the list of its tokens."""
    tokens = json.loads((VOCABULARY).read_text(encoding="utf-8"))
    words = (token.removesuffix("</w>") for token in tokens if token.endswith("</w>"))
    return frozenset(word for word in words if len(word) > 1 and word.isalpha() and word.isascii())


def unknown_words(prompt: str) -> list[str]:
    """Words of a prompt that the painter has never learned, in order."""
    words = dict.fromkeys(re.findall(r"[^\W\d_]+", prompt.lower()))
    return [word for word in words if len(word) > 1 and word not in known_words()]


def things() -> list[str]:
    """All names of what Galatea's own sculptor makes of a prompt."""
    return sorted({name for names in kinds.kinds() for name in names})


def thing(prompt: str) -> str:
    """The usual name of what Galatea's own sculptor would make of a prompt; "" where it knows none."""
    number = kinds.named(prompt)
    return "" if number is None else kinds.kinds()[number][0]


def render_result() -> bpy.types.Image | None:
    """The last render, None where there is none. Blender does not tell its size."""
    return next((image for image in bpy.data.images if image.type == "RENDER_RESULT"), None)


def create_job(queue: jobs.Queue, context: bpy.types.Context, settings, params: dict, folder: str = "") -> jobs.Job:
    """A job, not yet submitted. ``params``: fields of the backend's ``GenerateParams``.

    ``folder`` is for the result's files, where it is not to be one beside the saved .blend.
    """
    name = title(settings)
    target = {"objects": [], "name": name, "cursor": list(context.scene.cursor.location), "folder": folder}
    target["inputs"] = []
    job = queue.create("generate", f"Generate {name}", params, target)
    with queue.filling(job):
        for image, path, field in ((chosen_image(settings), PICTURE, "image"), (chosen_mask(settings), MASK, "mask")):
            if image is not None:
                write(context, image, job.folder / path)
                params[field] = path
            file = job.folder / params[field] if params[field] else None
            if file is not None and file.is_file():
                digest = hashlib.sha256(file.read_bytes()).hexdigest()
                target["inputs"].append({field: image.name if image else file.name, "sha256": digest})
    return job


def create_seeds_job(queue: jobs.Queue, settings, count: int) -> jobs.Job:
    """A job, not yet submitted, that shows what the next ``count`` seeds look like."""
    params = _shown_by(settings) | {"count": count}
    params["seed"] = max(seeds_shown(queue, settings), default=settings.seed - 1) + 1
    return queue.create("generate_seeds", f"Seeds: {params['prompt']}"[:NAME_LENGTH], params, {"objects": []})


def seeds_shown(queue: jobs.Queue, settings) -> dict[int, Path]:
    """Pictures of the newest job that showed seeds, by seed; none if it was for another prompt."""
    wanted = _shown_by(settings)
    return seeds.shown(queue, "generate_seeds", lambda job: wanted.items() <= job.params.items())


def _shown_by(settings) -> dict:
    """What seeds of the settings depend on."""
    painter, steps = models.path(settings.painter), settings.steps if sculpts(settings) else 0
    return {"prompt": settings.prompt.strip(), "painter": painter, "engine": settings.engine, "steps": steps}


def sculpts(settings) -> bool:
    """Whether the engine makes the prompt's thing itself instead of being shown a picture of it."""
    return settings.source == "PROMPT" and kinds.chosen(card(settings), settings.prompt, settings.painter)


def path_in(text: str) -> str:
    """Path of a picture that a text names, as file managers copy it; "" for any other text."""
    line = text.strip().strip('"')
    if line.startswith("file://"):
        line = url2pathname(urlsplit(line).path)
    if "\n" in line or Path(line).suffix.lower() not in PICTURES:
        return ""
    return line if Path(line).is_file() else ""


def editor_image(windows: Iterable[bpy.types.Window]) -> bpy.types.Image | None:
    """The picture that an open image editor shows, None if there is none."""
    for window in windows:
        for area in window.screen.areas:
            image = area.spaces.active.image if area.type == "IMAGE_EDITOR" else None
            if image is not None and image.type not in ("RENDER_RESULT", "COMPOSITING"):
                return image
    return None


def pasted(context: bpy.types.Context) -> bpy.types.Image | None:
    """The picture in the clipboard as an image of this file, None if there is none.

    Blender pastes in image editors alone: without one the present area is one for a moment.
    """
    before = set(bpy.data.images)
    areas = [(window, area) for window in context.window_manager.windows for area in window.screen.areas]
    there = [pair for pair in areas if pair[1].type == "IMAGE_EDITOR"]
    window, area = there[0] if there else (context.window, context.area)
    if area is None:
        return by_program()
    kind = area.ui_type
    area.ui_type = "IMAGE_EDITOR" if not there else kind
    shown = area.spaces.active.image
    try:
        with context.temp_override(window=window, area=area):
            if bpy.ops.image.clipboard_paste.poll():
                bpy.ops.image.clipboard_paste()
    except RuntimeError as error:  # what is in the clipboard is no picture after all
        print(f"galatea: {error}")
    finally:
        area.spaces.active.image = shown
        area.ui_type = kind
    return next((image for image in bpy.data.images if image not in before), None) or by_program()


def by_program() -> bpy.types.Image | None:
    """The same by a program of the desktop, as an image that is packed: under X11 Blender reads no pictures."""
    for command in CLIPBOARDS:
        if shutil.which(command[0]) is None:
            continue
        try:
            found = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False).stdout
        except subprocess.TimeoutExpired:  # whoever owns the clipboard does not answer
            continue
        if found.startswith(PNG):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder, "Pasted.png")
                path.write_bytes(found)
                image = bpy.data.images.load(str(path))
                image.pack()
                image.filepath_raw = f"//{path.name}"  # the folder goes
            return image
    return None


def no_picture() -> str:
    """What to say when nothing could be pasted."""
    can = not sys.platform.startswith("linux") or any(shutil.which(command[0]) for command in CLIPBOARDS)
    return "There is no picture in the clipboard. Copy one, or drop its file on this panel" + (
        "" if can else ". On this system, pasting may need the program xclip"
    )


def title(settings) -> str:
    """What the result is called."""
    if settings.source == "FILE" and settings.image:
        return Path(settings.image.replace("\\", "/")).stem[:NAME_LENGTH]
    if settings.source == "IMAGE":
        return Path(settings.picture.name).stem[:NAME_LENGTH]
    words = settings.prompt if settings.source == "PROMPT" else settings.shows
    return (words.strip() or "Render")[:NAME_LENGTH]


def chosen_image(settings) -> bpy.types.Image | None:
    """The image of this file that the mesh is made from; None for a file or a prompt."""
    return {"IMAGE": settings.picture, "RENDER": render_result()}.get(settings.source)


def chosen_mask(settings) -> bpy.types.Image | None:
    return None if settings.source == "PROMPT" else settings.mask_image


def write(context: bpy.types.Context, image: bpy.types.Image, path: Path) -> None:
    """An image as it is now, painted or rendered, as PNG with alpha. Nothing in the file changes.

    Raises PictureProblem.
    """
    if image.source == "TILED":
        raise PictureProblem(f"{image.name} is in UDIM tiles. Choose a picture in one piece.")
    path.parent.mkdir(parents=True, exist_ok=True)
    settings = context.scene.render.image_settings
    names = ("file_format", "color_mode", "color_depth")
    before = {name: getattr(settings, name) for name in names}
    try:
        settings.file_format = "PNG"
        settings.color_mode, settings.color_depth = "RGBA", "8"
        if image.type == "RENDER_RESULT" or image.is_float:
            image.save_render(str(path), scene=context.scene)  # with the scene's view transform, as it is seen
        else:
            values = pixels(image)  # a copy has them only if the image is packed
            copy = image.copy()  # saving an image itself would change its path
            try:
                copy.pixels.foreach_set(values)
                copy.filepath_raw, copy.file_format = str(path), "PNG"
                copy.save()
            finally:
                bpy.data.images.remove(copy)
    except RuntimeError as error:  # what Blender says has traces of its own code in it
        hint = "Render it again" if image.type == "RENDER_RESULT" else "Find its file"
        raise PictureProblem(f"{image.name} has no pixels. {hint}, or choose another picture.") from error
    finally:
        for name in names:
            setattr(settings, name, before[name])


def pixels(image: bpy.types.Image):
    import numpy as np

    values = np.empty(len(image.pixels), np.float32)
    image.pixels.foreach_get(values)
    return values


def import_result(job: jobs.Job, report: dict) -> bpy.types.Object:
    """The mesh as a new object at the cursor, selected, its mask as an image. The caller makes it an undo step."""
    with targets.any_window() as context:
        if context.mode != "OBJECT":
            raise targets.ImportProblem("Leave the present mode first: results are applied in Object Mode.")
        name = job.target["name"]
        mesh = finished.read(job.output("mesh"), name, quads=False)
        item = bpy.data.objects.new(name, mesh)
        folder = Path(job.target["folder"]) if job.target["folder"] else new_folder(item)
        images = material_import.bring(files_of(job, 0), folder, name)
        mesh.materials.append(material_import.create(name, images, finished.LAYER))
        collection(context.scene).objects.link(item)
        item.location = job.target["cursor"]
        for key in ("picture", "mask"):
            if key in job.end.files:
                item[KEYS[key]] = keep(job.output(key), folder, f"{item.name} {key.capitalize()}")
        context.view_layer.update()
        targets.select_only(context, item)
        surface = context.scene.galatea.texture
        surface.prompt = surface.prompt or job.params["prompt"]  # so Texture is one more click
    recipe.store(item, recipe.make("generate", job.params, version.current(), job.target["inputs"], report), folder)
    return item


def new_folder(item: bpy.types.Object) -> Path | None:
    """For the result's files, beside the saved .blend; None packs them."""
    return Path(bpy.path.abspath("//")) / "galatea" / recipe.folder_name(item.name) if bpy.data.filepath else None


def collection(scene: bpy.types.Scene) -> bpy.types.Collection:
    """The scene's collection for results, made when there is none."""
    found = next((one for one in scene.collection.children if one.name.split(".")[0] == COLLECTION), None)
    if found is None:
        found = bpy.data.collections.new(COLLECTION)
        scene.collection.children.link(found)
    return found


def keep(path: Path, folder: Path | None, name: str) -> bpy.types.Image:
    """A picture of the job as an image that stays, packed; a copy beside the .blend for other programs."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, folder / path.name)
    image = bpy.data.images.load(str(path), check_existing=False)
    image.name = name
    image.colorspace_settings.name = "sRGB"
    image.pack()
    image.filepath_raw = f"//{recipe.folder_name(name)}.png"  # the job's folder goes one day
    image.use_fake_user = True
    return image


def mask_of(item: bpy.types.Object | None) -> bpy.types.Image | None:
    """The mask that a result was made with, None where there is none any more."""
    found = item.get(KEYS["mask"]) if item is not None else None
    return found if isinstance(found, bpy.types.Image) else None
