# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``galatea render SCENE.blend --prompt "..." --output DIR``: presses the same button as the artist."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from . import command_line, files
from .command_line import CommandProblem, reason, say

NUMBERS = ("seed", "frame_step", "size", "steps", "keyframes")
FACTORS = ("guidance", "control", "fusion", "stick")
UNFINISHED = "unfinished"
"""Folder in that for the frames: what the same command goes on with after a stop."""
CLUSTER = "GALATEA_CLUSTER"
"""Set where a batch runs on a cluster: the cluster's address."""


def add_parser(commands: argparse._SubParsersAction) -> None:
    """The subcommand and its options."""
    from .render_settings import BACKGROUNDS, FORMATS, KINDS, PATHS, GalateaRenderSettings

    settings = GalateaRenderSettings.bl_rna.properties
    parser = commands.add_parser(
        "render", help="paint the frames of an animated scene", description="Paint the frames of an animated scene as "
        "a prompt says. Shape, motion, camera and light are the scene's; its materials are not looked at.",
    )  # fmt: skip
    parser.set_defaults(run=render)
    parser.add_argument("input", metavar="SCENE", type=Path, help="a .blend file with a camera")
    parser.add_argument("--prompt", metavar="TEXT", required=True, help=settings["prompt"].description)
    parser.add_argument("--output", "-o", metavar="DIR", type=Path, required=True, help="folder for the frames")
    parser.add_argument(
        "--object", metavar="NAME", action="append", default=[], help="paint this one alone; may be repeated"
    )
    parser.add_argument(
        "--own-prompt", metavar=("NAME", "TEXT"), nargs=2, action="append", default=[],
        help="words for one object or collection, instead of the prompt; may be repeated",
    )  # fmt: skip
    parser.add_argument("--negative", metavar="TEXT", default="", help=settings["negative"].description)
    parser.add_argument("--frames", metavar=("START", "END"), type=int, nargs=2, help="instead of the scene's range")
    for name in NUMBERS:
        parser.add_argument(
            "--" + name.replace("_", "-"), metavar="N", type=command_line.whole_number(settings[name]),
            default=settings[name].default, help=settings[name].description,
        )  # fmt: skip
    for name in FACTORS:
        parser.add_argument(
            f"--{name}", metavar="X", type=float, default=settings[name].default, help=settings[name].description
        )
    for name, items in (("background", BACKGROUNDS), ("format", FORMATS), ("control_kind", KINDS)):
        parser.add_argument(
            "--" + name.replace("_", "-"), choices=[item[0] for item in items], default=settings[name].default,
            help=settings[name].description,
        )  # fmt: skip
    parser.add_argument("--refine", action="store_true", help=settings["refine"].description)
    for name in PATHS:
        parser.add_argument(f"--{name}", metavar="PATH", default="", help=settings[name].description)
    parser.add_argument(
        "--cluster", metavar="ADDRESS",
        help="render on this Ray cluster, whose machines share DIR; auto: the one that this machine belongs to",
    )  # fmt: skip
    parser.add_argument(
        "--windows", metavar="N", type=_windows, default=0,
        help="parts of the shot that machines of the cluster paint at the same time; about 24 frames each if not given",
    )  # fmt: skip


def _windows(text: str) -> int:
    if (value := int(text)) < 0:
        raise argparse.ArgumentTypeError(f"{value} is below 0")
    return value


def render(options: argparse.Namespace) -> int:
    """``galatea render``."""
    import bpy

    from . import models, session
    from .render import last_recipe
    from .render_settings import MODELS, PATHS

    if session.get().problem:
        raise CommandProblem(session.get().problem)
    if options.input.suffix.lower() != ".blend":
        raise CommandProblem(f"{options.input.name}: give a .blend file, with a camera and an animation")
    if not options.input.is_file():
        raise CommandProblem(f"{options.input}: no such file")
    output = command_line.writable_folder(options.output)
    command_line.load(options.input.resolve())
    scene = bpy.context.scene
    missing = [name for name in options.object if name not in bpy.data.objects]
    if missing:
        raise CommandProblem(f"{options.input} has no object called {missing[0]}")
    settings = scene.galatea.render
    for name in ("prompt", "negative", "background", "format", "control_kind", "refine", *NUMBERS, *FACTORS):
        setattr(settings, name, getattr(options, name))
    for name in PATHS:
        text = getattr(options, name)
        is_card = name in MODELS and text in models.CARDS
        if is_card and not models.is_there(models.CARDS[text]):
            raise CommandProblem(f"{text} is not downloaded yet: galatea models download {text}")
        setattr(settings, name, text if not text or is_card else str(Path(text).resolve()))
    painted = dict.fromkeys(options.object)
    for name, words in options.own_prompt:
        item = bpy.data.objects.get(name) or bpy.data.collections.get(name)
        if item is None:
            raise CommandProblem(f"{options.input} has no object or collection called {name}")
        item.galatea.prompt = words
        if options.object:  # what has words of its own is to be painted as well
            painted |= dict.fromkeys(one.name for one in getattr(item, "all_objects", (item,)))
    settings.only_selected, settings.own_size = False, options.size > 0
    settings.own_range = options.frames is not None
    if options.frames:
        settings.frame_start, settings.frame_end = options.frames
    address = options.cluster or (os.environ.get(CLUSTER, "") if options.windows else "")
    if options.windows > 1 and not address:
        raise CommandProblem("--windows is for a cluster: name it with --cluster")
    with _resumable(output, address):
        try:
            bpy.ops.galatea.render(folder=str(output), objects="\n".join(painted), windows=options.windows)
        except RuntimeError as error:
            raise CommandProblem(reason(error)) from error
        made = last_recipe(scene)
        if made is None:
            raise CommandProblem("the job ended without frames")
    report = made["report"]
    (output / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    for warning in report["warnings"]:
        say(warning)
    say(f"{report['frames']} frames of {report['width']} x {report['height']} pixels. Results are in {options.output}")
    return 0


@contextlib.contextmanager
def _resumable(output: Path, address: str) -> Iterator[None]:
    """Have jobs in a folder below ``output`` and, with an address, on that cluster. It goes if all went well."""
    from . import session

    queue = session.get().queue
    before = queue.folder, queue.cluster
    folder = output / UNFINISHED
    folder.mkdir(exist_ok=True)
    lock = files.lock(folder)
    if lock is None:
        raise CommandProblem(f"another render writes to {output}: wait for it, or choose another folder")
    known = list(queue.jobs)
    try:
        with lock:
            for end in folder.glob("*/end.json"):  # what failed or was stopped is gone on with
                end.unlink()
            queue.folder, queue.cluster = folder, address or queue.cluster
            queue.find_earlier()
            yield
        for job in [job for job in queue.jobs if job not in known]:
            queue.delete(job)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        queue.folder, queue.cluster = before
