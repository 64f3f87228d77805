# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``galatea finish MESH --output DIR``: presses the same button as the artist."""

from __future__ import annotations

import argparse
from pathlib import Path

from . import command_line, command_texture
from .command_line import CommandProblem, reason, say


def add_parser(commands: argparse._SubParsersAction) -> None:
    """The subcommand and its options."""
    parser = commands.add_parser(
        "finish", help="make a clean, light, unwrapped mesh with maps", description="Make one clean, light, unwrapped "
        "mesh with maps from all visible meshes of a file; --object picks some of them.",
    )  # fmt: skip
    parser.set_defaults(run=finish)
    parser.add_argument("input", metavar="INPUT", type=Path, help=".glb .gltf .obj .ply .stl .fbx or .blend")
    parser.add_argument("--output", "-o", metavar="DIR", type=Path, required=True, help="folder for the results")
    parser.add_argument("--object", metavar="NAME", action="append", default=[], help="mesh object; may be repeated")
    add_options(parser)
    parser.add_argument("--no-preview", dest="preview", action="store_false", help="no preview.png")


def add_options(parser: argparse.ArgumentParser) -> None:
    """What a finished mesh shall be like."""
    from .properties import RESOLUTIONS, GalateaFinishSettings

    settings = GalateaFinishSettings.bl_rna.properties
    parser.add_argument(
        "--faces", metavar="N", type=command_line.whole_number(settings["faces"]), default=settings["faces"].default,
        help=settings["faces"].description,
    )  # fmt: skip
    parser.add_argument(
        "--resolution", choices=[item[0] for item in RESOLUTIONS], default=settings["resolution"].default,
        help=settings["resolution"].description,
    )  # fmt: skip
    parser.add_argument("--height", metavar="METERS", type=float, default=0.0, help=settings["height"].description)
    parser.add_argument("--quads", action="store_true", help=settings["quads"].description)


def finish(options: argparse.Namespace) -> int:
    """``galatea finish``."""
    import bpy

    from . import properties, recipe

    output, meshes = command_line.opened(options)
    properties.set_finish(bpy.context.scene.galatea.finish, vars(options))
    say(f"Finishing {', '.join(item.name for item in meshes)}")
    try:
        with command_texture.work_file(output):
            bpy.ops.galatea.finish(folder=str(output / command_texture.MAPS))
            item = bpy.context.view_layer.objects.active
            made = recipe.read(item)
            if made is None or made["capability"] != "finish":
                raise CommandProblem("the job ended without a mesh")
            command_texture.write_results(output, [item], made, options.preview)
    except RuntimeError as error:
        raise CommandProblem(reason(error)) from error
    for note in made["report"]["notes"]:
        say(note)
    say(f"{made['report']['faces']} faces. Results are in {options.output}")
    return 0
