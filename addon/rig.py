# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rig and Bind from the artist's scene to a job and back: what the operators call, and what a script can call."""

from __future__ import annotations

import json

import bpy
import numpy as np

from . import compat, jobs, recipe, targets, version
from .export import mesh as mesh_export
from .importers import armature as armature_import
from .importers import weights as weight_import
from .targets import ImportProblem, find, found_objects, looks_at, reference, samples, select_only, whence, window_with

# Out: scene -> job


def create_job(
    queue: jobs.Queue,
    context: bpy.types.Context,
    objects: list[bpy.types.Object],
    parts: list[mesh_export.Arrays],
    params: dict,
) -> jobs.Job:
    """A job, not yet submitted, for one skeleton in all ``objects``, with weights if ``params["bind"]``."""
    params = {"said": said(objects), **params, "blender": compat.child_blender_command()}
    title = f"Rig {objects[0].name}" if params["bind"] else f"Place Skeleton in {objects[0].name}"
    job = queue.create("rig", title, params, describe(objects, parts))
    mesh_export.save(mesh_export.joined(parts), job.inputs / "mesh.npz")
    return job


def create_bind_job(
    queue: jobs.Queue,
    context: bpy.types.Context,
    objects: list[bpy.types.Object],
    parts: list[mesh_export.Arrays],
    armature: bpy.types.Object,
    seed: int,
) -> jobs.Job:
    """A job, not yet submitted, that weighs ``objects`` for the bones of ``armature`` as they rest now."""
    params = {"seed": seed, "blender": compat.child_blender_command()}
    target = describe(objects, parts) | {"armature": reference(armature)}
    job = queue.create("bind", f"Bind {objects[0].name}", params, target)
    mesh_export.save(mesh_export.joined(parts), job.inputs / "mesh.npz")
    skeleton = json.dumps(armature_import.read(armature))
    (job.inputs / "skeleton.json").write_text(skeleton, encoding="utf-8")
    return job


def said(objects: list[bpy.types.Object]) -> list[str]:
    """What the automatic choice of the animal listens to: the prompts of meshes that Generate made, then the names,
    then what Generate took its pictures for."""
    found = [made for item in objects if (made := recipe.read(item)) is not None]
    generated = [made for made in found if made["capability"] == "generate"]
    prompts = [made["params"].get("prompt", "") for made in generated]
    guesses = [made["report"].get("taken_for", "") for made in generated]
    return [words for words in (*prompts, *(item.name for item in objects), *guesses) if words]


def describe(objects: list[bpy.types.Object], parts: list[mesh_export.Arrays]) -> dict:
    """A job's ``target``: where its result belongs. Names and ids only: references do not survive undo."""
    counts = [len(part.targets) for part in parts]
    matrix = [list(row) for row in objects[0].matrix_world]
    return targets.describe(objects, counts, recipe.inputs(objects, parts)) | {"matrix": matrix}


def skeleton_meshes(context: bpy.types.Context, armature: bpy.types.Object) -> list[bpy.types.Object]:
    """The meshes that follow an armature."""
    return [
        item
        for item in context.view_layer.objects
        if item.type == "MESH" and weight_import.bound_armature(item) == armature
    ]


def place(context: bpy.types.Context, armature: bpy.types.Object) -> list[bpy.types.Object]:
    """The meshes an armature belongs to: those that follow it, else those its skeleton was made for."""
    made = recipe.read(armature)
    names = [source["object"] for source in made["inputs"]] if made else []
    meant = [context.view_layer.objects[name] for name in names if name in context.view_layer.objects]
    return skeleton_meshes(context, armature) or [item for item in meant if item.type == "MESH"]


# Back: job -> scene


def import_result(job: jobs.Job, report: dict) -> bpy.types.Object:
    """Take a finished job into the scene and return the armature. All or nothing; the caller makes it an undo step."""
    objects = found_objects(job.target)
    with window_with(objects[0]) as context:
        if context.mode != "OBJECT":
            raise ImportProblem("Leave the present mode first: results are applied in Object Mode.")
        if job.capability == "bind":
            return import_bind(context, job, objects, report)
        return import_rig(context, job, objects, report)


def import_rig(
    context: bpy.types.Context, job: jobs.Job, objects: list[bpy.types.Object], report: dict
) -> bpy.types.Object:
    """New armature; with weights it gets the meshes as children."""
    skeleton = json.loads(job.output("skeleton").read_text(encoding="utf-8"))
    bind = job.params["bind"]
    skin = weight_import.load(job.output("weights")) if bind else None
    if skin is not None:
        check_rows(skin, job.target)
    skeleton["matrix"] = (movement(job.target, objects[0]) @ np.array(skeleton["matrix"])).tolist()
    replaced = replaced_armature(objects) if bind else None
    selects = looks_at(context, [*objects, replaced])
    armature = armature_import.create(context, skeleton, f"{objects[0].name} Rig", collection_of(context, objects[0]))
    if skin is not None:
        if replaced is not None:
            remove_armature(replaced, armature, objects)
        else:
            weight_import.take_over_parent(armature, objects[0])
        bind_objects(context, armature, objects, skin)
    recipe.store(armature, recipe.make("rig", job.params, version.current(), job.target["inputs"], report))
    if selects:
        select_only(context, armature)
    return armature


def movement(target: dict, item: bpy.types.Object) -> np.ndarray:
    """(4, 4) how the artist moved the first mesh while the job ran: the skeleton goes along.

    Applying a transform changes the object's matrix and not its place, so the vertices are asked first. In double
    precision: the determinant of a large scale is beyond single precision.
    """
    before, now = np.array(target["samples"]), samples(item)
    tolerance = 1e-5 * np.ptp(before, axis=0).max() + 1e-6 * np.abs(before).max()
    if before.shape == now.shape and np.abs(before - now).max() <= tolerance:
        return np.eye(4)
    return np.array(item.matrix_world, dtype=np.float64) @ np.linalg.inv(np.array(target["matrix"]))


def import_bind(
    context: bpy.types.Context, job: jobs.Job, objects: list[bpy.types.Object], report: dict
) -> bpy.types.Object:
    """New weights for an armature that is there; its recipe keeps saying how the skeleton was made."""
    wanted = job.target["armature"]
    armature = find(job.target, wanted)
    if armature is None or armature.type != "ARMATURE":
        raise ImportProblem(f"This job's {wanted['name']} is not in this file. The result is kept.{whence(job.target)}")
    selects = looks_at(context, [*objects, armature])
    skin = weight_import.load(job.output("weights"))
    check_rows(skin, job.target)
    missing = [name for name in skin.bones if name not in armature.data.bones]
    if missing:
        raise ImportProblem(f"{armature.name} has no bone {missing[0]} any more: press Bind again.")
    weight_import.take_over_parent(armature, objects[0])
    # Bones that carry nothing now may have carried something before.
    for item in objects:
        remove_groups(item, [bone.name for bone in armature.data.bones])
    bind_objects(context, armature, objects, skin)
    made = recipe.read(armature)
    if made is None or made["capability"] == "bind":
        made = recipe.make("bind", job.params, version.current(), job.target["inputs"], report)
    made["report"] = made["report"] | {"warnings": report.get("warnings", [])}
    made["inputs"] = job.target["inputs"]
    recipe.store(armature, made)
    if selects:
        select_only(context, armature)
    return armature


def check_rows(skin: weight_import.Skin, target: dict) -> None:
    """The weights must fit the meshes and hold them: a group of nothing moves nothing."""
    expected = sum(item["vertices"] for item in target["objects"])
    if skin.weights.shape != (expected, 4) or skin.indices.shape != (expected, 4):
        raise ImportProblem(f"The result has weights for {len(skin.weights)} vertices instead of {expected}.")
    if not np.isfinite(skin.weights).all() or skin.weights.sum() <= 0:
        raise ImportProblem("The result has no weights.")


def bind_objects(
    context: bpy.types.Context, armature: bpy.types.Object, objects: list[bpy.types.Object], skin: weight_import.Skin
) -> None:
    """Vertex groups, modifier and parent for each mesh; ``skin`` has the rows of all of them, one after the other."""
    context.view_layer.update()
    # Children of other meshes in the set first: their place must be read before their parent moves under the armature.
    for item in objects:
        weight_import.parent(item, armature)
    start = 0
    for item in objects:
        stop = start + len(item.data.vertices)
        rows = weight_import.Skin(skin.bones, skin.indices[start:stop], skin.weights[start:stop])
        weight_import.assign(item, rows)
        weight_import.add_modifier(item, armature)
        start = stop
    context.view_layer.update()


def replaced_armature(objects: list[bpy.types.Object]) -> bpy.types.Object | None:
    """The armature that all the meshes follow now, if any."""
    armatures = {weight_import.bound_armature(item) for item in objects}
    return armatures.pop() if len(armatures) == 1 else None


def remove_armature(old: bpy.types.Object, new: bpy.types.Object, objects: list[bpy.types.Object]) -> None:
    """``new`` takes the place of ``old``, which goes if Galatea made it and nobody animated it, and stays otherwise."""
    for item in objects:
        remove_groups(item, [bone.name for bone in old.data.bones])
    if old.parent is not None:
        weight_import.hang(new, old.parent, old.parent_type, old.parent_bone)
    followers = [item for item in bpy.data.objects if weight_import.bound_armature(item) == old and item not in objects]
    children = [item for item in old.children if item not in objects]
    if recipe.read(old) is None or old.animation_data is not None or followers or children or old.data.users > 1:
        return
    for item in objects:
        weight_import.parent(item, new)
    bones, name = old.data, old.name
    bpy.data.objects.remove(old)
    bpy.data.armatures.remove(bones)
    new.name = new.data.name = name


def remove_groups(item: bpy.types.Object, names: list[str]) -> None:
    """Vertex groups of these names go."""
    for name in names:
        group = item.vertex_groups.get(name)
        if group is not None:
            item.vertex_groups.remove(group)


def collection_of(context: bpy.types.Context, item: bpy.types.Object) -> bpy.types.Collection:
    """A collection of the object that can take another one."""
    own = [other for other in item.users_collection if other.library is None and other.override_library is None]
    return own[0] if own else context.scene.collection
