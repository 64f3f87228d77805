# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Moving Mesh, photos and clips share: a rig with an action, found again, and seen through a picture's camera."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

import bpy
import numpy as np

from . import jobs, recipe, rig, targets, version
from .importers import armature as armature_import
from .importers import finished
from .importers import motion as motion_import
from .importers import weights as weight_import


class Parts(NamedTuple):
    """What a job says of a rig that moves."""

    skeleton: dict
    skin: weight_import.Skin
    motion: motion_import.Motion


def read(job: jobs.Job) -> Parts:
    return Parts(
        json.loads(job.output("skeleton").read_text(encoding="utf-8")),
        weight_import.load(job.output("weights")),
        motion_import.load(job.output("motion")),
    )


def assemble(
    context: bpy.types.Context,
    parts: Parts,
    item: bpy.types.Object,
    collection: bpy.types.Collection,
    name: str,
    motion: str,
) -> tuple[bpy.types.Object, bpy.types.Action]:
    """The armature in the collection, with an action called ``motion``, for a mesh that is there."""
    armature = armature_import.create(context, parts.skeleton, f"{name} Rig", collection)
    rig.bind_objects(context, armature, [item], parts.skin)
    return armature, motion_import.key(armature, parts.motion, np.array(parts.skeleton["matrix"]), motion)


class Animal(NamedTuple):
    """What came out of pictures, in a collection of its own."""

    armature: bpy.types.Object
    action: bpy.types.Action
    frames: np.ndarray
    """(F,) of the action."""
    collection: bpy.types.Collection


def bring(context: bpy.types.Context, job: jobs.Job, name: str, title: str, motion: str, dress: Callable) -> Animal:
    """The animal of a job that made its mesh, too. ``dress`` gives that its materials. What fails leaves nothing."""
    if context.mode != "OBJECT":
        raise targets.ImportProblem("Leave the present mode first: results are applied in Object Mode.")
    parts = read(job)
    mesh = finished.read(job.output("mesh"), name, quads=False)
    collection = bpy.data.collections.new(title)
    try:
        item = bpy.data.objects.new(name, mesh)
        collection.objects.link(item)
        dress(item)
        context.scene.collection.children.link(collection)
        armature, action = assemble(context, parts, item, collection, name, motion)
    except Exception:
        for own in list(collection.objects):
            bpy.data.objects.remove(own)
        bpy.data.collections.remove(collection)
        bpy.data.meshes.remove(mesh)
        raise
    return Animal(armature, action, parts.motion.frames, collection)


def add_camera(animal: Animal, camera: bpy.types.Object) -> None:
    """A camera goes where its animal goes."""
    animal.collection.objects.link(camera)
    camera.parent = animal.armature


def finish(context: bpy.types.Context, job: jobs.Job, report: dict, animal: Animal) -> bpy.types.Object:
    """The recipe is stored; the armature is selected, in the action's first frame."""
    recipe.store(animal.armature, recipe.make(job.capability, job.params, version.current(), [], report))
    context.scene.frame_set(int(animal.frames[0]))
    context.view_layer.update()
    targets.select_only(context, animal.armature)
    return animal.armature


def active(context: bpy.types.Context, capability: str) -> bpy.types.Object | None:
    """The armature made by a capability that the active object is, follows or hangs on."""
    item = context.view_layer.objects.active
    if item is not None and item.type == "MESH":
        item = weight_import.bound_armature(item)
    elif item is not None and item.type == "CAMERA":
        item = item.parent
    made = recipe.read(item)
    return item if made is not None and made["capability"] == capability else None


def look_through(context: bpy.types.Context, camera: bpy.types.Object) -> None:
    """The camera is the scene's, and the 3D view's that asks for it."""
    context.scene.camera = camera
    area = context.area
    if area is not None and area.type == "VIEW_3D":
        area.spaces.active.region_3d.view_perspective = "CAMERA"
