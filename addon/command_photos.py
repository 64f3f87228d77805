# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``galatea rig --photos DIR --output DIR``: presses the same button as the artist."""

from __future__ import annotations

import argparse
from pathlib import Path

from . import command_line
from .command_line import CommandProblem, reason, say


def add_options(parser: argparse.ArgumentParser) -> None:
    """What ``galatea rig`` takes besides, for photos."""
    from .properties import GalateaPhotosSettings

    settings = GalateaPhotosSettings.bl_rna.properties
    group = parser.add_argument_group("photos")
    group.add_argument(
        "--photos", metavar="DIR", type=Path,
        help="instead of INPUT: photos of one species, transparent, with masks in masks/, or before a plain backdrop",
    )  # fmt: skip
    group.add_argument(
        "--texture-size", metavar="N", type=command_line.whole_number(settings["texture_size"]),
        default=settings["texture_size"].default, help=settings["texture_size"].description,
    )  # fmt: skip


def rig_photos(options: argparse.Namespace) -> int:
    """``galatea rig --photos``."""
    import bpy

    from . import properties, recipe, rig, session

    if session.get().problem:
        raise CommandProblem(session.get().problem)
    if not options.photos.is_dir():
        raise CommandProblem(f"{options.photos}: no such folder")
    output = command_line.writable_folder(options.output)
    bpy.ops.wm.read_homefile(use_empty=True, load_ui=False)
    values = {"seed": options.seed, "texture_size": options.texture_size}
    properties.set_photos(bpy.context.scene.galatea.photos, values)
    try:
        bpy.ops.galatea.rig_photos(directory=str(options.photos.resolve()))
    except RuntimeError as error:
        raise CommandProblem(reason(error)) from error
    armature = bpy.context.view_layer.objects.active
    made = recipe.read(armature)
    if made is None or made["capability"] != "rig_photos":
        raise CommandProblem("the job ended without an armature")
    report = made["report"]
    bpy.context.scene.frame_start, bpy.context.scene.frame_end = 1, report["photos"]
    command_line.write_results(output, armature, rig.skeleton_meshes(bpy.context, armature), options.preview)
    for warning in report["warnings"]:
        say(warning)
    say(
        f"{armature.name}: {report['photos']} photos, outlines overlap by {report['overlap_percent']:.0f} %. "
        f"Results are in {options.output}"
    )
    return 0
