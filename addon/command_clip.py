# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``galatea rig --clip FILE --output DIR``: presses the same button as the artist."""

from __future__ import annotations

import argparse
from pathlib import Path

from . import command_line
from .command_line import CommandProblem, reason, say


def add_options(parser: argparse.ArgumentParser) -> None:
    """What ``galatea rig`` takes besides, for a clip; --seed and --texture-size are those of photos."""
    from .properties import GalateaClipSettings

    settings = GalateaClipSettings.bl_rna.properties
    group = parser.add_argument_group("a clip")
    group.add_argument(
        "--clip", metavar="FILE", type=Path,
        help="instead of INPUT: a video of one animal, or a folder of numbered frames; .mp4 .mov .avi .gif",
    )  # fmt: skip
    for name in ("first", "last"):
        group.add_argument(
            f"--{name}", metavar="N", type=command_line.whole_number(settings[name]), default=0,
            help=settings[name].description,
        )  # fmt: skip
    group.add_argument(
        "--rate", metavar="FPS", type=float, default=settings["rate"].default, help=settings["rate"].description
    )
    group.add_argument(
        "--moving-camera", dest="still_camera", action="store_false", help="the animal stays, the camera goes around it"
    )


def rig_clip(options: argparse.Namespace) -> int:
    """``galatea rig --clip``."""
    import bpy

    from . import properties, recipe, rig, rig_clip, session

    if session.get().problem:
        raise CommandProblem(session.get().problem)
    if not options.clip.exists():
        raise CommandProblem(f"{options.clip}: no such file or folder")
    output = command_line.writable_folder(options.output)
    bpy.ops.wm.read_homefile(use_empty=True, load_ui=False)
    names = ("first", "last", "rate", "still_camera", "texture_size", "seed")
    properties.set_clip(bpy.context.scene.galatea.clip, {name: getattr(options, name) for name in names})
    try:
        bpy.ops.galatea.rig_clip(filepath=str(options.clip.resolve()))
    except RuntimeError as error:
        raise CommandProblem(reason(error)) from error
    armature = bpy.context.view_layer.objects.active
    made = recipe.read(armature)
    if made is None or made["capability"] != "rig_clip":
        raise CommandProblem("the job ended without an armature")
    report = made["report"]
    bpy.context.scene.camera = rig_clip.camera_of(armature)
    command_line.write_results(output, armature, rig.skeleton_meshes(bpy.context, armature), options.preview)
    for warning in report["warnings"]:
        say(warning)
    say(
        f"{armature.name}: {report['frames']} frames, outlines overlap by {report['overlap_percent']:.0f} %. "
        f"Results are in {options.output}"
    )
    return 0
