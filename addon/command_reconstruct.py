# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``galatea reconstruct FOLDER --output DIR``: presses the same button as the artist."""

from __future__ import annotations

import argparse
from pathlib import Path

from . import command_line, command_texture
from .command_line import CommandProblem, reason, say


def add_parser(commands: argparse._SubParsersAction) -> None:
    """The subcommand and its options."""
    parser = commands.add_parser(
        "reconstruct", help="make a mesh from pictures with cameras", description="Make a closed mesh with colors from "
        "a folder of pictures and their cameras: transforms.json, COLMAP text files or cameras.npz.",
    )  # fmt: skip
    parser.set_defaults(run=reconstruct)
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="pictures with their cameras")
    parser.add_argument("--output", "-o", metavar="DIR", type=Path, required=True, help="folder for the results")
    parser.add_argument("--detail", metavar="N", type=int, default=112, help="cells along the object's longest side")
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="the same seed gives the same mesh")
    parser.add_argument("--no-preview", dest="preview", action="store_false", help="no preview.png")


def reconstruct(options: argparse.Namespace) -> int:
    """``galatea reconstruct``."""
    import bpy

    from . import recipe, session

    if session.get().problem:
        raise CommandProblem(session.get().problem)
    if not options.folder.is_dir():
        raise CommandProblem(f"{options.folder}: no such folder")
    output = command_line.writable_folder(options.output)
    bpy.ops.wm.read_homefile(use_empty=True, load_ui=False)
    try:
        bpy.ops.galatea.reconstruct(directory=str(options.folder.resolve()), detail=options.detail, seed=options.seed)
    except (RuntimeError, TypeError, ValueError) as error:
        raise CommandProblem(reason(error)) from error
    item = bpy.context.view_layer.objects.active
    made = recipe.read(item)
    if made is None or made["capability"] != "reconstruct":
        raise CommandProblem("the job ended without a mesh")
    command_texture.write_results(output, [item], made, options.preview)
    for warning in made["report"]["warnings"]:
        say(warning)
    say(f"{made['report']['faces']} faces from {made['report']['views']} pictures. Results are in {options.output}")
    return 0
