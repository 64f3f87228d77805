# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``galatea splats fit | mesh | convert``: Gaussian splats without a window."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..backend.job import JobError
from ..backend.splats import dot_splat, ply
from . import command_line, command_texture
from .command_line import CommandProblem, reason, say

FORMATS = {".ply": ply, ".splat": dot_splat}


def add_parser(commands: argparse._SubParsersAction) -> None:
    """The subcommand, its own three, and their options."""
    splats = commands.add_parser("splats", help="Gaussian splats: fit to pictures, make a mesh, convert files")
    actions = splats.add_subparsers(required=True, metavar="ACTION")
    fitting = actions.add_parser("fit", help="splats that look like pictures with cameras")
    fitting.set_defaults(run=fit)
    fitting.add_argument("folder", metavar="FOLDER", type=Path, help="pictures with their cameras")
    fitting.add_argument("--output", "-o", metavar="FILE", type=Path, required=True, help=".ply or .splat to write")
    for name, default, text in (
        ("count", 5000, "how many splats"), ("steps", 400, "steps of the fit"),
        ("picture-size", 192, "pixels that pictures are scaled down to"),
        ("degree", 1, "of the harmonics that change a color with the view, 0 to 3"), ("seed", 0, "of all randomness"),
    ):  # fmt: skip
        fitting.add_argument(f"--{name}", metavar="N", type=int, default=default, help=text)
    meshing = actions.add_parser("mesh", help="a closed, colored mesh of a file of splats")
    meshing.set_defaults(run=mesh)
    meshing.add_argument("input", metavar="INPUT", type=Path, help=".ply or .splat")
    meshing.add_argument("--output", "-o", metavar="DIR", type=Path, required=True, help="folder for the results")
    meshing.add_argument("--detail", metavar="N", type=int, default=128, help="grid nodes along each side")
    meshing.add_argument("--density", metavar="X", type=float, default=0.5, help="where the surface lies")
    meshing.add_argument("--no-preview", dest="preview", action="store_false", help="no preview.png")
    converting = actions.add_parser("convert", help="from .ply or .splat to .ply or .splat")
    converting.set_defaults(run=convert)
    converting.add_argument("input", metavar="INPUT", type=Path)
    converting.add_argument("output", metavar="OUTPUT", type=Path)


def fit(options: argparse.Namespace) -> int:
    """``galatea splats fit``."""
    import bpy

    from . import properties, recipe, session
    from . import splats as in_blender

    if session.get().problem:
        raise CommandProblem(session.get().problem)
    if not options.folder.is_dir():
        raise CommandProblem(f"{options.folder}: no such folder")
    writer = format_of(options.output)
    command_line.writable_folder(options.output.parent)
    bpy.ops.wm.read_homefile(use_empty=True, load_ui=False)
    values = {"folder": str(options.folder.resolve()), "cameras": "folder"}
    properties.set_reconstruct(bpy.context.scene.galatea.reconstruct, values)
    numbers = {name: getattr(options, name) for name in ("count", "steps", "picture_size", "degree", "seed")}
    try:
        bpy.ops.galatea.fit_splats(**numbers)
    except (RuntimeError, TypeError, ValueError) as error:
        raise CommandProblem(reason(error)) from error
    item = bpy.context.view_layer.objects.active
    if not in_blender.is_splats(item):
        raise CommandProblem("the job ended without splats")
    job = session.get().queue.jobs[-1]
    writer.write(ply.read(job.output("splats")), options.output)
    report = recipe.read(item)["report"]
    for warning in report["warnings"]:
        say(warning)
    say(f"{report['splats']} splats, {report['psnr']} dB on {report['views']} pictures. Written to {options.output}")
    return 0


def mesh(options: argparse.Namespace) -> int:
    """``galatea splats mesh``."""
    import bpy

    from . import recipe, session
    from . import splats as in_blender

    if session.get().problem:
        raise CommandProblem(session.get().problem)
    table = read(options.input)
    output = command_line.writable_folder(options.output)
    bpy.ops.wm.read_homefile(use_empty=True, load_ui=False)
    in_blender.add(bpy.context, table, options.input.stem)
    try:
        bpy.ops.galatea.mesh_splats(size=options.detail, level=options.density)
    except (RuntimeError, TypeError, ValueError) as error:
        raise CommandProblem(reason(error)) from error
    item = bpy.context.view_layer.objects.active
    made = recipe.read(item)
    if made is None or made["capability"] != "splats":
        raise CommandProblem("the job ended without a mesh")
    command_texture.write_results(output, [item], made, options.preview)
    say(f"{made['report']['faces']} faces of {made['report']['splats']} splats. Results are in {options.output}")
    return 0


def convert(options: argparse.Namespace) -> int:
    """``galatea splats convert``."""
    writer = format_of(options.output)
    table = read(options.input)
    command_line.writable_folder(options.output.parent)
    writer.write(table, options.output)
    if writer is dot_splat and table.harmonics.shape[1] > 1:
        say("colors that change with the view are lost: .splat files have none")
    say(f"{len(table.position)} splats. Written to {options.output}")
    return 0


def read(path: Path) -> ply.Table:
    """The splats of a file of either format."""
    reader = format_of(path)
    if not path.is_file():
        raise CommandProblem(f"{path}: no such file")
    try:
        return reader.read(path)
    except JobError as error:
        raise CommandProblem(f"{error} {error.hint}") from error


def format_of(path: Path):
    """The module that reads and writes files of this ending."""
    if path.suffix.lower() not in FORMATS:
        raise CommandProblem(f"{path.name}: splats are read from and written to {' and '.join(FORMATS)} files")
    return FORMATS[path.suffix.lower()]
