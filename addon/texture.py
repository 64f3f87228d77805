# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texture from the artist's scene to a job and back: what the operators call, and what a script can call."""

from __future__ import annotations

import sys
from pathlib import Path

import bpy
import numpy as np

from . import jobs, pace, preferences, recipe, seeds, targets, version
from .export import texture as texture_export
from .importers import material as material_import
from .importers.material import Tiles

NAME_LENGTH = 40
SECONDS = {"draft": 30.0, "standard": 108.0, "high": 310.0}
"""What a preset takes on one processor core, starting the worker and loading the starter included, without baking."""
BAKING = 4.0
"""Seconds for a million texels."""
UNWRAPPING = 0.3
"""Seconds for a thousand triangles without UVs."""
LATER = {
    "seed", "resolution", "format", "orm", "symmetric", "refine", "refine_strength", "target", "distillation",
    "smoothness", "detail",
}  # fmt: skip
"""Parameters that the picture of a seed does not depend on."""


def create_job(
    queue: jobs.Queue,
    objects: list[bpy.types.Object],
    parts: list[texture_export.Part],
    params: dict,
    options: dict,
) -> jobs.Job:
    """A job, not yet submitted.

    Args:
        params: fields of the backend's ``TextureParams``.
        options: ``only_selected``, ``mark_asset`` and ``folder`` for the maps, which matter to this side alone.
    """
    shared = texture_export.textures(objects, parts, keep_old=params["refine"])
    sources = [
        {"object": item.name, "vertices": len(item.data.vertices), "sha256": recipe.fingerprint(part[:-1])}
        for item, part in zip(objects, parts, strict=True)
    ]
    target = targets.describe(objects, [len(item.data.vertices) for item in objects], sources)
    target["options"] = options
    target["size"] = {
        "triangles": sum(len(part.triangles) for part in parts),
        "bare": sum(len(part.triangles) for part in parts if not part.layer),
        "textures": len(shared),
    }
    target["layers"] = [part.layer for part in parts]
    target["loops"] = [len(item.data.loops) for item in objects]
    target["textures"] = [describe(one, parts[one.object], objects[one.object]) for one in shared]
    title = f"Texture {objects[0].name}: {params['prompt']}"
    title = title if len(title) <= NAME_LENGTH else f"{title[: NAME_LENGTH - 1]}…"
    job = queue.create("texture", title, params, target)
    texture_export.save(objects, parts, shared, job.inputs)
    return job


def describe(one: texture_export.Texture, part: texture_export.Part, item: bpy.types.Object) -> dict:
    """What the import has to know of a texture. ``polygons`` are those that get a slot of their own, None for none:
    then the slots' material is replaced, since the maps hold what the other faces look like."""
    mine = np.isin(part.slot, one.slots)
    whole = bool(part.painted[mine].all()) or bool(one.old)
    totals = np.empty(len(item.data.polygons), dtype=np.int32)
    item.data.polygons.foreach_get("loop_total", totals)
    polygon_of_loop = np.repeat(np.arange(len(totals)), totals)
    polygons = np.unique(polygon_of_loop[part.loop[mine & part.painted, 0]])
    return {
        "object": one.object,
        "slots": list(one.slots),
        "polygons": None if whole else polygons.tolist(),
    }


def create_seeds_job(
    queue: jobs.Queue, objects: list[bpy.types.Object], parts: list[texture_export.Part], params: dict, count: int
) -> jobs.Job:
    """A job, not yet submitted, that shows what ``count`` seeds look like, params["seed"] the first."""
    title = f"Seeds {params['seed']} to {params['seed'] + count - 1}: {params['prompt']}"
    target = {"objects": [], "shown": [item.name for item in objects]}
    job = queue.create("texture_seeds", title[:NAME_LENGTH], params | {"count": count}, target)
    texture_export.save(objects, parts, texture_export.textures(objects, parts, keep_old=False), job.inputs)
    return job


def seeds_shown(queue: jobs.Queue, params: dict, objects: list[bpy.types.Object]) -> dict[int, Path]:
    """Pictures of the newest job that showed seeds, by seed; none if it was for other objects or another prompt."""
    names = [item.name for item in objects]

    def same(job: jobs.Job) -> bool:
        return job.target["shown"] == names and all(job.params.get(key) == params[key] for key in params.keys() - LATER)

    return seeds.shown(queue, "texture_seeds", same)


def estimate(params: dict, objects: list[bpy.types.Object]) -> float | None:
    """Seconds that a job will take, from what the last ones took on this machine. None for another model than
    Galatea's that was never used here."""
    learned = pace.factor(preferences.settings().data_folder, pace_of(params))
    if learned is None and params["model"]:
        return None
    triangles = sum(2 * len(item.data.polygons) for item in objects)
    bare = sum(2 * len(item.data.polygons) for item in objects if not texture_export.uv_layer(item))
    return (1.0 if learned is None else learned) * nominal(params, triangles, bare, len(objects))


def nominal(params: dict, triangles: int, bare: int, textures: int) -> float:
    """Seconds on the machine that SECONDS was measured on; ``bare`` triangles have no UVs yet."""
    baking = BAKING * textures * (params["resolution"] / 1024) ** 2
    return SECONDS[params["preset"]] * (0.98 + 0.02 * triangles / 20_000) + baking + UNWRAPPING * bare / 1000


def pace_of(params: dict) -> str:
    """What kind of job has a pace of its own."""
    return f"texture {params['model']}".strip()


def remember_pace(job: jobs.Job) -> None:
    """Let a job that ended make the next estimates better."""
    if not job.seconds or job.params["steps"]:  # of an earlier session, or of another length than the preset's
        return
    expected = nominal(job.params, **job.target["size"])
    try:
        pace.remember(preferences.settings().data_folder, pace_of(job.params), job.seconds / expected)
    except OSError as error:
        print(f"galatea: estimates will not get better: {error}", file=sys.stderr)


def import_result(job: jobs.Job, report: dict) -> list[bpy.types.Material]:
    """Take a finished job into the scene: one material for each texture. All or nothing; the caller makes it one undo
    step."""
    objects = targets.found_objects(job.target)
    for item, loops in zip(objects, job.target["loops"], strict=True):
        if len(item.data.loops) != loops:
            raise targets.ImportProblem(f"{item.name} has other faces now: start the job again, or undo the change.")
    with targets.window_with(objects[0]) as context:
        if context.mode != "OBJECT":
            raise targets.ImportProblem("Leave the present mode first: results are applied in Object Mode.")
    chosen = job.target["options"]["folder"]
    folders = [material_import.new_folder(item, chosen) for item in objects]
    before = {kind: set(getattr(bpy.data, kind)) for kind in ("images", "materials")}
    try:
        materials = [make_material(job, number, objects, folders) for number in range(len(job.target["textures"]))]
    except Exception:
        for kind, there in before.items():
            for datablock in set(getattr(bpy.data, kind)) - there:
                getattr(bpy.data, kind).remove(datablock)
        raise
    for number, item in enumerate(objects):
        if f"uv/{number}" in job.end.files:
            take_uv(item, np.load(job.output(f"uv/{number}"), allow_pickle=False))
    made = recipe.make("texture", job.params, version.current(), job.target["inputs"], report)
    made["options"] = job.target["options"]
    for texture, material in zip(job.target["textures"], materials, strict=True):
        item = objects[texture["object"]]
        if texture["polygons"] is None:
            material_import.put(item, material, texture["slots"])
        else:
            material_import.add(item, material, texture["polygons"])
        if job.target["options"]["mark_asset"]:
            material.asset_mark()
            material.asset_data.description = job.params["prompt"]
        recipe.store(material, made, folders[texture["object"]])
    remember_pace(job)
    return materials


def make_material(
    job: jobs.Job, number: int, objects: list[bpy.types.Object], folders: list[Path | None]
) -> bpy.types.Material:
    """The material of one texture, used nowhere yet."""
    texture = job.target["textures"][number]
    item, folder = objects[texture["object"]], folders[texture["object"]]
    layer = job.target["layers"][texture["object"]] or texture_export.NEW_LAYER
    title = item.name
    if sum(other["object"] == texture["object"] for other in job.target["textures"]) > 1:
        title = f"{item.name} Slot {texture['slots'][0] + 1}"
        folder = folder and folder / f"slot-{texture['slots'][0] + 1}"
    images = material_import.bring(files_of(job, number), folder, title)
    return material_import.create(f"{title} Galatea", images, layer)


def files_of(job: jobs.Job, texture: int) -> list[Tiles]:
    """The maps of one texture among a job's files, called "<texture>/<map>.<tile>"."""
    found: dict[str, dict[int, Path]] = {}
    for key in job.end.files:
        number, _, name = key.partition("/")
        if number == str(texture):
            name, tile = name.rsplit(".", 1)
            found.setdefault(name, {})[int(tile)] = job.output(key)
    return [Tiles(name, found[name]) for name in material_import.LABELS if name in found]


def take_uv(item: bpy.types.Object, uv: np.ndarray) -> None:
    """UVs (L, 2) of all face corners as a layer of their own. The others stay, and stay what is shown elsewhere."""
    layers = item.data.uv_layers
    layer = layers.get(texture_export.NEW_LAYER) or layers.new(name=texture_export.NEW_LAYER, do_init=False)
    layer.uv.foreach_set("vector", np.ascontiguousarray(uv, dtype=np.float32).ravel())


def material_made(item: bpy.types.Object | None) -> bpy.types.Material | None:
    """The Galatea material that the object shows: of its active slot, else of any."""
    if item is None or item.type != "MESH":
        return None
    slots = [item.active_material, *(slot.material for slot in item.material_slots)]
    return next((material for material in slots if recipe.read(material) is not None), None)


def rerun_objects(context: bpy.types.Context, material: bpy.types.Material) -> list[bpy.types.Object]:
    """The meshes that a material's recipe was made with."""
    names = [source["object"] for source in recipe.read(material)["inputs"]]
    there = context.view_layer.objects
    return [there[name] for name in names if name in there and there[name].type == "MESH"]
