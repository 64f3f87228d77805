# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``galatea rig --sequence FILE --output DIR``: presses the same button as the artist."""

from __future__ import annotations

import argparse
import struct
from pathlib import Path

import numpy as np

from . import command_line
from .command_line import CommandProblem, reason, say

KINDS = (".abc", ".usd", ".usda", ".usdc", ".usdz", ".glb", ".gltf", ".fbx", ".blend", ".npz")


def add_options(parser: argparse.ArgumentParser) -> None:
    """What ``galatea rig`` takes besides, for a mesh that moves."""
    from .properties import GalateaSequenceSettings

    settings = GalateaSequenceSettings.bl_rna.properties
    group = parser.add_argument_group("a mesh that moves")
    group.add_argument(
        "--sequence",
        metavar="FILE",
        type=Path,
        help=f"instead of INPUT: {' '.join(KINDS)}; a .npz has vertices (F, V, 3) and triangles (T, 3)",
    )
    group.add_argument("--frames", metavar=("FIRST", "LAST"), type=int, nargs=2, help="instead of all of the file's")
    group.add_argument("--action", metavar="NAME", default="", help="of the file's armature, where it has several")
    for name in ("bones", "rest"):
        group.add_argument(
            f"--{name}", metavar="N", type=command_line.whole_number(settings[name]), default=0,
            help=settings[name].description,
        )  # fmt: skip


def rig_sequence(options: argparse.Namespace) -> int:
    """``galatea rig --sequence``."""
    import bpy

    from . import properties, recipe, rig, session

    if session.get().problem:
        raise CommandProblem(session.get().problem)
    source = options.sequence.resolve()
    if not source.is_file():
        raise CommandProblem(f"{options.sequence}: no such file")
    output = command_line.writable_folder(options.output)
    load(source, output)
    play(options.action)
    meshes = command_line.chosen_meshes(options.object, source.name)
    command_line.say(f"Rigging {meshes[0].name} as it moves")
    bpy.context.view_layer.objects.active = meshes[0]
    scene = bpy.context.scene
    first, last = options.frames or (scene.frame_start, scene.frame_end)
    properties.set_sequence(
        scene.galatea.sequence,
        {"bones": options.bones, "rest": options.rest, "seed": options.seed, "own_range": True,
         "frame_start": first, "frame_end": last},
    )  # fmt: skip
    try:
        bpy.ops.galatea.rig_sequence()
    except RuntimeError as error:
        raise CommandProblem(reason(error)) from error
    armature = bpy.context.view_layer.objects.active
    made = recipe.read(armature)
    if made is None or made["capability"] != "rig_sequence":
        raise CommandProblem("the job ended without an armature")
    scene.frame_start, scene.frame_end = first, last
    command_line.write_results(output, armature, rig.skeleton_meshes(bpy.context, armature), options.preview)
    report = made["report"]
    for warning in report["warnings"]:
        say(warning)
    say(
        f"{armature.name}: {report['bones']} bones, {report['blender_rms_percent']:.2f} % of the box off (RMS). "
        f"Results are in {options.output}"
    )
    return 0


def load(source: Path, output: Path) -> None:
    """Open or import a file in which something moves; ``output`` takes the cache that a .npz becomes."""
    import bpy

    suffix = source.suffix.lower()
    if suffix not in KINDS:
        raise CommandProblem(f"{source.name}: use a file of these kinds: {' '.join(KINDS)}")
    if suffix in (".blend", ".glb", ".gltf", ".fbx"):
        command_line.load(source)
        return
    bpy.ops.wm.read_homefile(use_empty=True, load_ui=False)
    try:
        if suffix == ".npz":
            from_arrays(source, output)
        elif suffix == ".abc":
            bpy.ops.wm.alembic_import(filepath=str(source), set_frame_range=True, as_background_job=False)
        else:
            bpy.ops.wm.usd_import(filepath=str(source), set_frame_range=True)
    except RuntimeError as error:
        raise CommandProblem(f"{source.name} cannot be read: {reason(error)}") from error


def play(name: str) -> None:
    """Let the armature move by the action of this name alone, over the frames of that; without a name all stays."""
    import bpy

    from . import compat

    if not name:
        return
    armatures = [item for item in bpy.context.scene.objects if item.type == "ARMATURE"]
    found = [action for action in bpy.data.actions if action.name == name or action.name.startswith(f"{name}_")]
    if not found or not armatures:
        there = ", ".join(sorted(action.name for action in bpy.data.actions)) or "none"
        raise CommandProblem(f"there is no action {name} for an armature; there are: {there}")
    action = min(found, key=lambda action: len(action.name))
    for armature in armatures:
        compat.assign_action(armature, action)
        for track in armature.animation_data.nla_tracks:
            track.mute = True
    first, last = action.frame_range
    bpy.context.scene.frame_start, bpy.context.scene.frame_end = round(first), round(last)


def from_arrays(source: Path, output: Path) -> None:
    """A mesh object with a Mesh Cache modifier, from vertices (F, V, 3) and triangles (T, 3), Z up."""
    import bpy

    try:
        with np.load(source, allow_pickle=False) as data:
            vertices, triangles = data["vertices"].astype(np.float32), data["triangles"].astype(int)
    except (KeyError, ValueError, OSError) as error:
        raise CommandProblem(f"{source.name} has no arrays vertices and triangles: {error}") from error
    if vertices.ndim != 3 or vertices.shape[2] != 3 or triangles.ndim != 2 or triangles.shape[1] != 3:
        raise CommandProblem(f"{source.name}: vertices must be (frames, vertices, 3), triangles (faces, 3)")
    cache = output / f"{source.stem}.pc2"
    write_cache(cache, vertices)
    mesh = bpy.data.meshes.new(source.stem)
    mesh.from_pydata(vertices[0].tolist(), [], triangles.tolist())
    item = bpy.data.objects.new(source.stem, mesh)
    bpy.context.scene.collection.objects.link(item)
    modifier = item.modifiers.new("Cache", "MESH_CACHE")
    modifier.cache_format, modifier.filepath, modifier.frame_start = "PC2", str(cache), 1.0
    bpy.context.scene.frame_start, bpy.context.scene.frame_end = 1, len(vertices)
    bpy.context.view_layer.update()


def write_cache(path: Path, vertices: np.ndarray) -> None:
    """A point cache (.pc2) of vertices (F, V, 3), from frame 1 on."""
    frames, count, _ = vertices.shape
    header = struct.pack("<12siiffi", b"POINTCACHE2\0", 1, count, 1.0, 1.0, frames)
    path.write_bytes(header + np.ascontiguousarray(vertices, "<f4").tobytes())
