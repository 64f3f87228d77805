# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``galatea generate --image FILE --output DIR`` or ``--prompt TEXT``: presses the same button as the artist."""

from __future__ import annotations

import argparse
from pathlib import Path

from . import command_line, command_texture
from .command_line import CommandProblem, reason, say


def add_parser(commands: argparse._SubParsersAction) -> None:
    """The subcommand and its options."""
    from .properties import ENGINES, RESOLUTIONS, GalateaGenerateSettings

    settings = GalateaGenerateSettings.bl_rna.properties
    parser = commands.add_parser(
        "generate", help="make a mesh from a picture or a prompt", description="Make a finished mesh with colors from "
        "one picture or from a prompt. Engines other than Galatea's own need a download: galatea models list.",
    )  # fmt: skip
    parser.set_defaults(run=generate)
    parser.add_argument("--image", metavar="FILE", type=Path, help=settings["image"].description)
    words = f"{settings['prompt'].description}; with a picture, what it shows: a brown dog"
    parser.add_argument("--prompt", metavar="TEXT", default="", help=words)
    parser.add_argument("--mask", metavar="FILE", type=Path, help=settings["mask"].description)
    parser.add_argument("--output", "-o", metavar="DIR", type=Path, required=True, help="folder for the results")
    engine = settings["engine"]
    parser.add_argument(
        "--engine", choices=[item[0] for item in ENGINES], default=engine.default, help=engine.description
    )
    parser.add_argument("--weights", metavar="DIR", default="", help=settings["weights"].description)
    parser.add_argument("--painter", metavar="MODEL", default="", help=settings["painter"].description)
    server = settings["server"]
    parser.add_argument("--server", metavar="URL", default=server.default, help=server.description)
    for name in ("seed", "tries", "detail", "steps", "faces"):
        parser.add_argument(
            f"--{name}", metavar="N", type=command_line.whole_number(settings[name]), default=settings[name].default,
            help=settings[name].description,
        )  # fmt: skip
    height = settings["height"]
    parser.add_argument("--height", metavar="METERS", type=float, default=height.default, help=height.description)
    parser.add_argument(
        "--resolution", choices=[item[0] for item in RESOLUTIONS], default=settings["resolution"].default,
        help=settings["resolution"].description,
    )  # fmt: skip
    parser.add_argument("--no-front", dest="front", action="store_false", help="leave the mesh as the picture shows it")
    parser.add_argument("--no-texture", dest="textured", action="store_false", help="leave a prompt's shape like clay")
    parser.add_argument("--only-commercial", action="store_true", help="refuse engines whose results may not be sold")
    parser.add_argument("--no-preview", dest="preview", action="store_false", help="no preview.png")


def generate(options: argparse.Namespace) -> int:
    """``galatea generate``."""
    import bpy

    from . import properties, recipe, session

    if session.get().problem:
        raise CommandProblem(session.get().problem)
    if not options.image and not options.prompt.strip():
        raise CommandProblem("give --image FILE or --prompt TEXT")
    for path in (options.image, options.mask):
        if path is not None and not path.is_file():
            raise CommandProblem(f"{path}: no such file")
    output = command_line.writable_folder(options.output)
    bpy.ops.wm.read_homefile(use_empty=True, load_ui=False)
    paths = {name: str(path.resolve()) for name, path in (("image", options.image), ("mask", options.mask)) if path}
    values = vars(options) | {"image": "", "mask": ""} | paths | {"source": "FILE" if options.image else "PROMPT"}
    properties.set_generate(bpy.context.scene.galatea.generate, values)
    try:
        with command_texture.work_file(output):
            bpy.ops.galatea.generate(folder=str(output / command_texture.MAPS))
            item = bpy.context.view_layer.objects.active
            made = recipe.read(item)
            if made is None or made["capability"] != "generate":
                raise CommandProblem("the job ended without a mesh")
            command_texture.write_results(output, [item], made, options.preview)
    except (RuntimeError, TypeError, ValueError) as error:
        raise CommandProblem(reason(error)) from error
    report = made["report"]
    for note in report["notes"]:
        say(note)
    say(f"{report['faces']} faces by {report['title']}. Results are in {options.output}")
    return 0
