# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Armature -> Rigify metarig -> generated control rig, with the meshes and their weights moved over to it.

Rigify's deforming bones are called "DEF-" + the metarig's bone when limbs are made of one segment, so the weights are
kept: only the vertex groups get new names.
"""

from __future__ import annotations

import re

import bpy
import addon_utils
from mathutils import Vector

from . import recipe, test_motion
from .importers import armature as armature_import
from .importers import weights

MODULE = "rigify"


class RigifyProblem(Exception):
    """One sentence for the artist."""


def is_enabled() -> bool:
    """Whether Rigify, which comes with Blender, is switched on."""
    return addon_utils.check(MODULE)[1]


def is_generated(armature: bpy.types.Object) -> bool:
    """Whether Rigify made this armature."""
    return "rig_id" in armature.data


def generate(
    context: bpy.types.Context, armature: bpy.types.Object, meshes: list[bpy.types.Object]
) -> bpy.types.Object:
    """The control rig; ``meshes`` follow it from then on. The simple armature and the metarig stay, hidden."""
    before = set(bpy.data.objects) | set(bpy.data.collections)
    try:
        metarig = make_metarig(context, armature)
        bpy.ops.pose.rigify_generate()
        rig = metarig.data.rigify_target_rig
        lost = lost_bones(armature, rig, meshes)
        if lost:
            raise RigifyProblem(f"Rigify made no deforming bone for {', '.join(sorted(lost))}.")
    except (RuntimeError, RigifyProblem) as error:
        for item in set(bpy.data.objects) - before:
            bpy.data.objects.remove(item)
        for item in set(bpy.data.collections) - before:
            bpy.data.collections.remove(item)
        armature.select_set(True)
        context.view_layer.objects.active = armature
        raise RigifyProblem(f"Rigify could not use this skeleton: {error}".splitlines()[0]) from error
    rig.name = f"{armature.name} Controls"
    rig.matrix_world = armature.matrix_world  # Rigify leaves it at the world's origin
    context.view_layer.update()
    if armature.parent is not None:
        weights.hang(rig, armature.parent, armature.parent_type, armature.parent_bone)
    for item in meshes:
        for group in item.vertex_groups:
            if f"DEF-{group.name}" in rig.data.bones:
                group.name = f"DEF-{group.name}"
        weights.add_modifier(item, rig)
    tidy(rig)
    made = recipe.read(armature)
    if made is not None:
        recipe.store(rig, made)
    for item in meshes:
        weights.parent(item, rig)
    for item in (metarig, armature):
        item.select_set(False)
        item.hide_set(True)
    rig.select_set(True)
    context.view_layer.objects.active = rig
    return rig


COLORS = {"L": "THEME03", "R": "THEME01"}


def tidy(rig: bpy.types.Object) -> None:
    """Controls in the colors of their sides; those for details are kept apart, and hidden at first."""
    rig.show_in_front = True  # those of a head or a neck are inside the body
    last = max(collection.rigify_ui_row for collection in rig.data.collections)
    details = {}
    for row, (name, words) in enumerate(DETAILS.items(), last + 1):
        details[words] = rig.data.collections.new(name)
        details[words].rigify_ui_row = row
        details[words].is_visible = False
    for bone in rig.pose.bones:
        if bone.custom_shape is None:
            continue
        bone.color.palette = COLORS.get(re.sub(r"\.\d+$", "", bone.name).rpartition(".")[2], "THEME09")
        for words, collection in details.items():
            if any(word in bone.name for word in words):
                for other in list(bone.bone.collections):
                    other.unassign(bone.bone)
                collection.assign(bone.bone)


DETAILS = {"FK": ("_fk",), "Tweaks": ("tweak",)}
"""Bone collections, and what the names of Rigify's controls in them contain."""


def lost_bones(armature: bpy.types.Object, rig: bpy.types.Object, meshes: list[bpy.types.Object]) -> set[str]:
    """Bones that hold weights but have no counterpart in the generated rig."""
    groups = {group.name for item in meshes for group in item.vertex_groups}
    return {name for name in groups & set(armature.data.bones.keys()) if f"DEF-{name}" not in rig.data.bones}


def make_metarig(context: bpy.types.Context, armature: bpy.types.Object) -> bpy.types.Object:
    """A copy of the armature with a Rigify type on each chain; active and selected, in object mode."""
    metarig = armature.copy()
    metarig.data = armature.data.copy()
    metarig.name = f"{armature.name} Metarig"
    metarig.animation_data_clear()
    if recipe.KEY in metarig:
        del metarig[recipe.KEY]
    armature.users_collection[0].objects.link(metarig)
    context.view_layer.update()
    for item in list(context.selected_objects):
        item.select_set(False)
    metarig.data.use_mirror_x = False  # heels are made one by one
    chains = [[bone.name for bone in chain] for chain in connected_chains(metarig.data)]
    with armature_import.editing(context, metarig):
        prepare_bones(metarig.data, chains)
    metarig.select_set(True)
    context.view_layer.objects.active = metarig
    test_motion.set_pose(metarig, 0.0, 0.0)
    rows: dict[str, int] = {}
    for collection in metarig.data.collections:  # left and right side by side
        collection.rigify_ui_row = rows.setdefault(collection.name.removesuffix(".L").removesuffix(".R"), len(rows) + 1)
    for chain in connected_chains(metarig.data):
        set_type(metarig, chain)
    return metarig


def prepare_bones(data: bpy.types.Armature, chains: list[list[str]]) -> None:
    """What Rigify expects (edit mode): separate chains, its own root instead of ours, a heel for two-legged feet."""
    for chain in chains:
        data.edit_bones[chain[0]].use_connect = False
    for bone in [bone for bone in data.edit_bones if bone.parent is None and not bone.use_deform]:
        data.edit_bones.remove(bone)
    for bone in list(data.edit_bones):
        chain = edit_chain(bone)
        if is_human_leg(bone.name, bone.collections, len(chain)) and not bone.use_connect:
            foot = chain[2]
            heel = data.edit_bones.new(f"Heel{foot.name[-2:]}")
            half = Vector((foot.length / 4, 0, 0))
            middle = Vector((foot.head.x, foot.head.y, min(foot.tail.z, chain[3].tail.z)))
            heel.head, heel.tail = middle - half, middle + half
            heel.parent, heel.use_deform = foot, False
            for collection in foot.collections:
                collection.assign(heel)


def edit_chain(bone: bpy.types.EditBone) -> list[bpy.types.EditBone]:
    """The bone and the connected bones after it."""
    chain = [bone]
    while following := [child for child in chain[-1].children if child.use_connect]:
        chain.append(following[0])
    return chain


def connected_chains(data: bpy.types.Armature) -> list[list[bpy.types.Bone]]:
    """Chains as Rigify sees them, cut where the bone collection changes and behind the girdle of a limb."""
    chains: list[list[bpy.types.Bone]] = []
    chain_of: dict[str, list[bpy.types.Bone]] = {}
    for bone in armature_import.parents_first(data):
        above = chain_of.get(bone.parent.name) if bone.parent else None
        if above is not None and continues(above, bone):
            above.append(bone)
        else:
            above = [bone]
            chains.append(above)
        chain_of[bone.name] = above
    return [piece for chain in chains for piece in without_girdle(chain)]


def continues(chain: list[bpy.types.Bone], bone: bpy.types.Bone) -> bool:
    """Whether a bone is the next one of a chain."""
    return bone.use_connect and chain[-1] == bone.parent and collection(chain[0]) == collection(bone)


def without_girdle(chain: list[bpy.types.Bone]) -> list[list[bpy.types.Bone]]:
    """Shoulder blade, pelvis and collarbone get a control of their own, before the limb with its IK."""
    part = test_motion.part_of(collection(chain[0]) or chain[0].name)
    cut = test_motion.girdle(part, len(chain)) if part == "arm" or "leg" in part else 0
    return [piece for piece in (chain[:cut], chain[cut:]) if piece]


def collection(bone: bpy.types.Bone) -> str:
    """Name of the bone's first collection."""
    return bone.collections[0].name if bone.collections else ""


def is_human_leg(name: str, collections, length: int) -> bool:
    """Thigh, shin, foot and toes of an upright animal; four-legged ones have front and hind legs."""
    label = (collections[0].name if collections else name).lower()
    return length == 4 and "leg" in label and not any(word in label for word in ("front", "hind", "back"))


def set_type(metarig: bpy.types.Object, chain: list[bpy.types.Bone]) -> None:
    """Rigify type and options for one chain."""
    first = metarig.pose.bones[chain[0].name]
    if first.bone.name.startswith("Heel") and not first.bone.use_deform and not first.children:
        return  # belongs to the leg
    label = collection(chain[0]).lower() or chain[0].name.lower()
    length, options = len(chain), {}
    if length == 1:
        kind, options = "basic.super_copy", {"make_deform": first.bone.use_deform}
    elif is_human_leg(first.name, first.bone.collections, length):
        kind, options = "limbs.leg", {"segments": 1}
    elif ("leg" in label or "arm" in label) and length == 3:
        kind, options = "limbs.arm", {"segments": 1}
    elif "leg" in label and length in (4, 5):
        kind, options = ("limbs.front_paw" if "front" in label else "limbs.rear_paw"), {"segments": 1}
    elif "spine" in label and length >= 3:
        kind, options = "spines.basic_spine", {"pivot_pos": length // 2}
    else:
        kind = "limbs.simple_tentacle"
    first.rigify_type = kind
    for name, value in options.items():
        setattr(first.rigify_parameters, name, value)
