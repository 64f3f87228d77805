# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``galatea reconstruct FOLDER --output DIR``: presses the same buttons as the artist."""

from __future__ import annotations

import argparse
from pathlib import Path

from . import command_finish, command_line, command_texture
from .command_line import CommandProblem, reason, say


def add_parser(commands: argparse._SubParsersAction) -> None:
    """The subcommand and its options."""
    from .properties import GalateaReconstructSettings

    settings = GalateaReconstructSettings.bl_rna.properties
    parser = commands.add_parser(
        "reconstruct", help="make a mesh from pictures with cameras", description="Make a closed mesh with colors from "
        "a folder of pictures and their cameras: transforms.json, COLMAP text files, cameras.npz, or a .blend file.",
    )  # fmt: skip
    parser.set_defaults(run=reconstruct)
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="pictures with their cameras")
    parser.add_argument("--output", "-o", metavar="DIR", type=Path, required=True, help="folder for the results")
    parser.add_argument(
        "--cameras", metavar="BLEND", type=Path, help="take the cameras of this file, each with the picture of its name"
    )
    for name in ("detail", "seed"):
        parser.add_argument(
            f"--{name}", metavar="N", type=command_line.whole_number(settings[name]), default=settings[name].default,
            help=settings[name].description,
        )  # fmt: skip
    parser.add_argument("--no-preview", dest="preview", action="store_false", help="no preview.png")
    parser.add_argument("--finish", action="store_true", help="then a light, unwrapped mesh with maps, as finish makes")
    command_finish.add_options(parser)


def reconstruct(options: argparse.Namespace) -> int:
    """``galatea reconstruct``."""
    import bpy

    from . import properties, session

    if session.get().problem:
        raise CommandProblem(session.get().problem)
    if not options.folder.is_dir():
        raise CommandProblem(f"{options.folder}: no such folder")
    if options.cameras and not options.cameras.is_file():
        raise CommandProblem(f"{options.cameras}: no such file")
    output = command_line.writable_folder(options.output)
    if options.cameras:
        command_line.load(options.cameras.resolve())
    else:
        bpy.ops.wm.read_homefile(use_empty=True, load_ui=False)
    values = {"detail": options.detail, "seed": options.seed, "cameras": "scene" if options.cameras else "folder"}
    properties.set_reconstruct(bpy.context.scene.galatea.reconstruct, values)
    properties.set_finish(bpy.context.scene.galatea.finish, vars(options))
    try:
        with command_texture.work_file(output):
            bpy.ops.galatea.reconstruct(directory=str(options.folder.resolve()))
            made = result_of("reconstruct")
            if options.finish:
                bpy.ops.galatea.finish(folder=str(output / command_texture.MAPS))
            item = bpy.context.view_layer.objects.active
            result = result_of("finish") if options.finish else made
            command_texture.write_results(output, [item], result, options.preview)
    except (RuntimeError, TypeError, ValueError) as error:
        raise CommandProblem(reason(error)) from error
    for note in [*made["report"]["warnings"], *result["report"].get("notes", [])]:
        say(note)
    say(f"{result['report']['faces']} faces from {made['report']['views']} pictures. Results are in {options.output}")
    return 0


def result_of(capability: str) -> dict:
    """The recipe of the active object, which that job must have made."""
    import bpy

    from . import recipe

    made = recipe.read(bpy.context.view_layer.objects.active)
    if made is None or made["capability"] != capability:
        raise CommandProblem("the job ended without a mesh")
    return made
