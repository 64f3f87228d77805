# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``galatea texture INPUT --prompt "..." --output DIR``: presses the same button as the artist."""

from __future__ import annotations

import argparse
import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from . import command_line
from .command_line import CommandProblem, reason, say

MAPS = "maps"
"""Folder for the maps, beside the results."""
PATHS = ("style", "lora")
MODELS = ("model", "controlnet", "autoencoder", "style_adapter")
"""Names of downloaded models, or paths."""
WORK = "work.partial.blend"


def add_parser(commands: argparse._SubParsersAction) -> None:
    """The subcommand and its options."""
    from .properties import CONTROLS, FORMATS, PRESETS, RESOLUTIONS, GalateaTextureSettings

    settings = GalateaTextureSettings.bl_rna.properties
    parser = commands.add_parser(
        "texture", help="give meshes a material that looks as a prompt says", description="Give meshes a material that "
        "looks as a prompt says. All visible meshes of the file are textured; --object picks some of them.",
    )  # fmt: skip
    parser.set_defaults(run=texture)
    parser.add_argument("input", metavar="INPUT", type=Path, help=".glb .gltf .obj .ply .stl .fbx or .blend")
    parser.add_argument("--prompt", metavar="TEXT", required=True, help=settings["prompt"].description)
    parser.add_argument("--output", "-o", metavar="DIR", type=Path, required=True, help="folder for the results")
    parser.add_argument("--object", metavar="NAME", action="append", default=[], help="mesh object; may be repeated")
    parser.add_argument("--negative", metavar="TEXT", default="", help=settings["negative"].description)
    for name, items in (("preset", PRESETS), ("resolution", RESOLUTIONS), ("format", FORMATS)):
        choices = [item[0] for item in items]
        parser.add_argument(
            f"--{name}", choices=choices, default=settings[name].default, help=settings[name].description
        )
    parser.add_argument(
        "--seed", metavar="N", type=command_line.whole_number(settings["seed"]), default=0,
        help=settings["seed"].description,
    )  # fmt: skip
    for name in ("orm", "symmetric", "refine"):
        parser.add_argument(f"--{name}", action="store_true", help=settings[name].description)
    for name in (*PATHS, *MODELS):
        option = "--" + name.replace("_", "-")
        parser.add_argument(option, metavar="PATH", default="", help=settings[name].description)
    for name in ("style_strength", "lora_scale"):
        option, value = "--" + name.replace("_", "-"), settings[name]
        parser.add_argument(option, metavar="X", type=float, default=value.default, help=value.description)
    parser.add_argument(
        "--control-kind", choices=[item[0] for item in CONTROLS], help=settings["control_kind"].description
    )
    parser.add_argument(
        "--no-preview", dest="preview", action="store_false", help="no preview.png (saves some seconds)"
    )


def texture(options: argparse.Namespace) -> int:
    """``galatea texture``."""
    import bpy

    from . import properties, recipe
    from . import texture as texture_jobs

    output, meshes = command_line.opened(options)
    properties.set_texture(bpy.context.scene.galatea.texture, chosen(options) | {"only_selected": False})
    say(f"Texturing {', '.join(item.name for item in meshes)}")
    try:
        with work_file(output):
            bpy.ops.galatea.texture(fix_problems=True, folder=str(output / MAPS))
            made = [item for item in meshes if texture_jobs.material_made(item) is not None]
            if not made:
                raise CommandProblem("the job ended without a material")
            write_results(output, made, recipe.read(texture_jobs.material_made(made[0])), options.preview)
    except RuntimeError as error:
        raise CommandProblem(reason(error)) from error
    say(f"Results are in {options.output}")
    return 0


def chosen(options: argparse.Namespace) -> dict:
    """The options as settings: full paths, and a ControlNet for a downloaded model where none is given."""
    from ..backend.models.registry import Role
    from . import models

    values = vars(options) | dict.fromkeys((*PATHS, *MODELS), "")
    for name in (*PATHS, *MODELS):
        text = getattr(options, name)
        if text:
            known = name in MODELS and text in models.CARDS
            values[name] = text if known else str(Path(text).resolve())
    base = models.CARDS.get(values["model"])
    if base is not None and not values["controlnet"]:
        there = models.controls(base.family)
        values["controlnet"] = there[0].id if there else ""
    control = models.CARDS.get(values["controlnet"])
    if values["control_kind"] is None:
        values["control_kind"] = "depth" if control is not None and control.role is Role.DEPTH else "light"
    return values


@contextlib.contextmanager
def work_file(output: Path) -> Iterator[None]:
    """While it lasts the open file lies in the folder of the results: maps get paths relative to it."""
    import bpy

    work = output / WORK
    try:
        bpy.ops.wm.save_as_mainfile(filepath=str(work), check_existing=False)
        yield
    finally:
        for path in (work, work.with_suffix(".blend1")):
            path.unlink(missing_ok=True)


def write_results(output: Path, meshes: list, made: dict, with_preview: bool) -> None:
    """result.blend, result.glb, preview.png (two lights), recipe.json, report.json; the maps are there already."""
    import bpy

    from . import lit_preview

    for name, contents in (("recipe.json", made), ("report.json", made["report"])):
        (output / name).write_text(json.dumps(contents, indent=2) + "\n", encoding="utf-8")
    if with_preview:
        say("Taking pictures")
        lit_preview.render(bpy.context, meshes, lit_preview.PAIR, output / "preview.png")
    export_glb(output / "result.glb", meshes)
    command_line.save_blend(output / "result.blend")


def export_glb(path: Path, meshes: list) -> None:
    """The meshes with their materials, for a game engine: +Y up, tangents left to the engine (MikkTSpace)."""
    import bpy

    for item in bpy.context.selected_objects:
        item.select_set(False)
    for item in meshes:
        item.select_set(True)
    bpy.context.view_layer.objects.active = meshes[0]
    bpy.ops.export_scene.gltf(
        filepath=str(path), export_format="GLB", use_selection=True, export_yup=True, export_animations=False
    )
