# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``galatea rig INPUT --output DIR``, ``galatea doctor``, ...: with Python and bpy or by ``blender --command galatea``.

It presses the same buttons as the artist: the operators do the work.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

COMMAND = "galatea"
TRAIN = "train"
"""The one subcommand that is parsed elsewhere: in the backend's own Python."""
SERVE = "serve"
"""For programs alone: commands come by stdin."""


class CommandProblem(Exception):
    """Ends the command with one line and exit status 1."""


def main(argv: list[str] | None = None) -> int:
    """Entry point for Python with the bpy module. Returns the exit status; without ``argv`` it ends the process."""
    import bpy

    from .. import register

    register()
    status = blender_command(sys.argv[1:] if argv is None else argv)
    if argv is None:
        from . import session

        session.stop()
        sys.stdout.flush()
        sys.stderr.flush()
        # Not a return: the module's clean-up at exit can hang in drivers after a render.
        os._exit(status)
    bpy.context.view_layer.update()
    return status


def blender_command(argv: list[str]) -> int:
    """The command itself, in a Blender where Galatea is registered."""
    from . import command_batch

    try:
        if argv[:1] == [TRAIN]:
            return train(argv[1:])
        if argv == [SERVE]:
            return command_batch.serve()
        options = parser().parse_args(argv)
        return options.run(options)
    except SystemExit as stop:  # argparse has printed usage or help; Blender must not be ended by it
        return int(stop.code or 0)
    except (CommandProblem, OSError) as problem:
        print(f"{COMMAND}: {problem}", file=sys.stderr)
        return 1
    except Exception as error:  # noqa: BLE001 - one line and a status for scripts, whatever happens
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(frame.filename).name}:{frame.lineno}"
        print(f"{COMMAND}: internal error, please report it: {error!r} ({place})", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """All subcommands."""
    from . import (
        command_batch,
        command_clip,
        command_finish,
        command_generate,
        command_match,
        command_models,
        command_photos,
        command_reconstruct,
        command_render,
        command_sequence,
        command_splats,
        command_texture,
        environment,
    )
    from .properties import ANIMALS, GalateaRigSettings

    settings = GalateaRigSettings.bl_rna.properties
    result = argparse.ArgumentParser(prog=COMMAND, description="Galatea without a window.")
    commands = result.add_subparsers(required=True, metavar="COMMAND")
    rig_parser = commands.add_parser(
        "rig", help="give a mesh an armature and skin weights", description="Give a mesh an armature and skin weights. "
        "All visible meshes of the file are one character and get one armature; --object picks some of them.",
    )  # fmt: skip
    rig_parser.set_defaults(run=rig)
    rig_parser.add_argument(
        "input", metavar="INPUT", type=Path, nargs="?", help=".glb .gltf .obj .ply .stl .fbx or .blend"
    )
    rig_parser.add_argument("--output", "-o", metavar="DIR", type=Path, required=True, help="folder for the results")
    rig_parser.add_argument(
        "--object", metavar="NAME", action="append", default=[], help="mesh object to rig; may be repeated"
    )
    rig_parser.add_argument(
        "--animal", choices=[item[0] for item in ANIMALS], default="auto", help=settings["animal"].description
    )
    for name in ("spine_bones", "neck_bones", "tail_bones", "seed"):
        option = "--" + name.replace("_", "-")
        rig_parser.add_argument(
            option, metavar="N", type=whole_number(settings[name]), default=0, help=settings[name].description
        )
    rig_parser.add_argument("--flip", action="store_true", help=settings["flip"].description)
    for name in ("symmetric", "ears"):
        rig_parser.add_argument(
            f"--no-{name}", dest=name, action="store_false", help=f"not: {settings[name].description}"
        )
    rig_parser.add_argument(
        "--no-preview", dest="preview", action="store_false", help="no preview.png (saves some seconds)"
    )
    command_sequence.add_options(rig_parser)
    command_photos.add_options(rig_parser)
    command_clip.add_options(rig_parser)
    command_match.add_parser(commands)
    command_texture.add_parser(commands)
    command_finish.add_parser(commands)
    command_reconstruct.add_parser(commands)
    command_generate.add_parser(commands)
    command_render.add_parser(commands)
    command_models.add_parser(commands)
    command_splats.add_parser(commands)
    command_batch.add_parser(commands)
    image_parser = commands.add_parser(
        "image", help="paint pictures from a prompt", description="Paint pictures from a prompt with the starter model."
    )
    image_parser.set_defaults(run=image)
    image_parser.add_argument("prompt", metavar="PROMPT")
    image_parser.add_argument("--output", "-o", metavar="DIR", type=Path, required=True, help="folder for the results")
    image_parser.add_argument("--negative", metavar="TEXT", default="", help="what the pictures should not show")
    image_parser.add_argument("--count", metavar="N", type=int, default=1, help="how many, each of another seed")
    image_parser.add_argument("--seed", metavar="N", type=int, default=0, help="of the first picture")
    image_parser.add_argument("--steps", metavar="N", type=int, default=25)
    image_parser.add_argument(
        "--guidance", metavar="X", type=float, default=0.0, help="how strictly to follow the prompt; 0: the model's own"
    )
    image_parser.add_argument("--model", metavar="DIR", default="", help="another model in diffusers format")
    commands.add_parser(TRAIN, help="make, look at and judge the starter models")
    install_parser = commands.add_parser(
        "install", help="install the environment that computes", description="Download and install the environment "
        "that computes, as the button in the panel does. Blender must be allowed to go online (--online-mode).",
    )  # fmt: skip
    install_parser.set_defaults(run=install)
    install_parser.add_argument(
        "--tier", choices=[tier.name for tier in environment.TIERS], default="base", help="base is enough for rigging"
    )
    doctor_parser = commands.add_parser("doctor", help="what is installed, found and missing")
    doctor_parser.set_defaults(run=doctor)
    return result


def whole_number(limits) -> Callable[[str], int]:
    """What argparse makes of an option's text, within the limits of a Blender property."""

    def number(text: str) -> int:
        value = int(text)
        if not limits.hard_min <= value <= limits.hard_max:
            raise argparse.ArgumentTypeError(f"{value} is not within {limits.hard_min} and {limits.hard_max}")
        return value

    number.__name__ = "whole number"  # in "invalid whole number value"
    return number


def rig(options: argparse.Namespace) -> int:
    """``galatea rig``."""
    import bpy

    from . import command_clip, command_photos, command_sequence, properties, recipe, rig

    if options.sequence is not None:
        return command_sequence.rig_sequence(options)
    if options.photos is not None:
        return command_photos.rig_photos(options)
    if options.clip is not None:
        return command_clip.rig_clip(options)
    if options.input is None:
        raise CommandProblem("name a mesh to rig, or a mesh that moves by --sequence, photos by --photos, --clip")
    output, meshes = opened(options)
    properties.set_rig_params(bpy.context.scene.galatea.rig, vars(options))
    old = {item for item in bpy.data.objects if item.type == "ARMATURE"}
    say(f"Rigging {', '.join(item.name for item in meshes)}")
    try:
        bpy.ops.galatea.rig(fix_problems=True)
    except RuntimeError as error:
        raise CommandProblem(reason(error)) from error
    made = [item for item in bpy.data.objects if item.type == "ARMATURE" and item not in old and recipe.read(item)]
    if not made:
        raise CommandProblem("the job ended without an armature")
    armature = made[0]
    meshes = rig.skeleton_meshes(bpy.context, armature)
    if options.input.suffix.lower() != ".blend":
        remove_unused_armatures(old)
    write_results(output, armature, meshes, options.preview)
    say(f"{armature.name}: {len(armature.data.bones)} bones. Results are in {options.output}")
    return 0


def opened(options: argparse.Namespace) -> tuple[Path, list]:
    """What every command on meshes begins with: the folder for the results, and the meshes of the input, selected."""
    import bpy

    from . import session

    problem = session.get().problem
    if problem:
        raise CommandProblem(problem)
    source = options.input.resolve()
    if not source.is_file():
        raise CommandProblem(f"{options.input}: no such file")
    output = writable_folder(options.output)
    load(source)
    meshes = chosen_meshes(options.object, options.input.name)
    for item in bpy.context.selected_objects:
        item.select_set(False)
    for item in meshes:
        item.select_set(True)
    bpy.context.view_layer.objects.active = meshes[0]
    return output, meshes


def writable_folder(path: Path) -> Path:
    """Make the folder for the results, and see that it can be written to: now, and not after a minute's work."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path).close()
    except OSError as error:
        raise CommandProblem(f"{path} cannot hold the results: {error.strerror}") from error
    return path.resolve()


def image(options: argparse.Namespace) -> int:
    """``galatea image``."""
    import bpy

    from . import image, recipe, session, version

    if session.get().problem:
        raise CommandProblem(session.get().problem)
    output = writable_folder(options.output)
    names = ("prompt", "negative", "count", "seed", "steps", "guidance", "model")
    try:
        bpy.ops.galatea.image(**{name: getattr(options, name) for name in names})
    except (RuntimeError, TypeError, ValueError) as error:
        raise CommandProblem(reason(error)) from error
    job = session.get().queue.jobs[-1]
    for path in image.pictures(job, job.end.report):
        shutil.copyfile(path, output / path.name)
    made = recipe.make("image", job.params, version.current(), [], job.end.report)
    for name, contents in (("recipe.json", made), ("report.json", job.end.report)):
        (output / name).write_text(json.dumps(contents, indent=2) + "\n", encoding="utf-8")
    if job.end.report["unknown_words"]:
        say(f"the model has never learned: {', '.join(job.end.report['unknown_words'])}")
    say(f"{options.count} pictures of 128 pixels. Results are in {options.output}")
    return 0


def train(arguments: list[str]) -> int:
    """``galatea train``: hands over to the backend's own Python, where torch is."""
    from . import session, version

    python = session.get().status.python
    if python is None:
        raise CommandProblem(session.get().problem)
    bootstrap = version.ROOT / "backend" / "bootstrap.py"
    return subprocess.call([str(python), "-I", "-u", str(bootstrap), TRAIN, *arguments])


def load(source: Path) -> None:
    """Open a .blend, import anything else into an empty file."""
    import bpy

    from . import compat

    suffix = source.suffix.lower()
    operators = compat.import_operators()
    if suffix != ".blend" and suffix not in operators:
        raise CommandProblem(f"{source.name}: use a file of these kinds: .blend {' '.join(operators)}")
    try:
        if suffix == ".blend":
            bpy.ops.wm.open_mainfile(filepath=str(source), load_ui=False)
            return
        bpy.ops.wm.read_homefile(use_empty=True, load_ui=False)
        operator, options = operators[suffix]
        module, name = operator.split(".")
        getattr(getattr(bpy.ops, module), name)(filepath=str(source), **options)
    except RuntimeError as error:
        raise CommandProblem(f"{source.name} cannot be read: {reason(error)}") from error


def reason(error: RuntimeError) -> str:
    """What an operator of Blender complains about, in one line; those written in Python show a whole traceback."""
    lines = [line for line in str(error).strip().splitlines() if not line.startswith((" ", "Location:"))]
    return re.sub(r"^Operator bpy\.ops\.\S+ ", "", lines[-1].removeprefix("Error: "))


def chosen_meshes(names: list[str], source: str) -> list:
    """The named meshes, else all visible ones with faces; the one with most faces first, which names the result."""
    import bpy

    objects = bpy.context.view_layer.objects
    missing = [name for name in names if name not in objects or objects[name].type != "MESH"]
    if missing:
        there = ", ".join(item.name for item in objects if item.type == "MESH") or "none"
        raise CommandProblem(f"{source} has no mesh object called {missing[0]}; it has: {there}")
    # Hidden meshes are helpers, such as the bone shapes of an imported rig.
    meshes = [objects[name] for name in names] or [
        item for item in objects if item.type == "MESH" and item.visible_get()
    ]
    meshes.sort(key=lambda item: -len(item.data.polygons))
    with_faces = [item for item in meshes if len(item.data.polygons)]
    if not meshes:
        raise CommandProblem(f"{source} has no visible mesh")
    return with_faces or meshes[:1]


def remove_unused_armatures(old: set) -> None:
    """Armatures that came with the file and that nothing follows any more would be in the way of a game engine."""
    import bpy

    from . import rig

    unused = [item for item in old & set(bpy.data.objects) if not rig.skeleton_meshes(bpy.context, item)]
    for item in unused:
        if not item.children:
            bpy.data.objects.remove(item)
    bpy.context.view_layer.update()  # until then it lists the removed objects as None


def write_results(output: Path, armature, meshes: list, with_preview: bool) -> None:
    """result.blend, result.glb, preview.png, recipe.json, report.json."""
    import bpy

    from . import preview, recipe

    made = recipe.read(armature)
    for name, contents in (("recipe.json", made), ("report.json", made["report"])):
        (output / name).write_text(json.dumps(contents, indent=2) + "\n", encoding="utf-8")
    if with_preview:
        say("Taking pictures")
        preview.render(bpy.context, armature, meshes, output / "preview.png")
    try:
        export_glb(output / "result.glb", armature, meshes)
        save_blend(output / "result.blend")
    except (OSError, RuntimeError) as error:
        raise CommandProblem(f"the results cannot be written to {output}: {reason(error)}") from error


def save_blend(path: Path) -> None:
    """Save a copy of the open file. OSError when it cannot be read back: a full disk is no error for Blender."""
    import bpy

    partial = path.with_suffix(".partial.blend")
    try:
        bpy.ops.wm.save_as_mainfile(filepath=str(partial), check_existing=False, compress=True, copy=True)
        with bpy.data.libraries.load(str(partial)):
            pass
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def export_glb(path: Path, armature, meshes: list) -> None:
    """The armature and its meshes for a game engine: at most 4 influences, no leaf bones, +Y up."""
    import bpy

    from .checks import CHANGE_VERTICES

    for item in bpy.context.selected_objects:
        item.select_set(False)
    for item in [armature, *meshes]:
        item.select_set(True)
    bpy.context.view_layer.objects.active = armature
    # Modifiers must be applied where they make the shape (half a mirrored body is no body), which drops shape keys.
    changed = any(modifier.type in CHANGE_VERTICES for item in meshes for modifier in item.modifiers)
    keys = any(item.data.shape_keys for item in meshes)
    moves = armature.animation_data is not None and armature.animation_data.action is not None
    bpy.ops.export_scene.gltf(
        filepath=str(path), export_format="GLB", use_selection=True,
        export_apply=changed and not keys, export_animations=moves, export_animation_mode="ACTIVE_ACTIONS",
        export_skins=True, export_all_influences=False, export_leaf_bone=False, export_yup=True,
    )  # fmt: skip


def install(options: argparse.Namespace) -> int:
    """``galatea install``."""
    from . import environment, session

    told = []

    def tell(job) -> None:
        if job.stage not in told:
            told.append(job.stage)
            say(f"{job.fraction:4.0%} {job.stage}")

    try:
        job = session.get().install_blocking(options.tier, on_progress=tell)
    except environment.EnvironmentProblem as problem:
        raise CommandProblem(str(problem)) from problem
    if job.problem:
        raise CommandProblem(f"{job.problem} The log is {session.get().install_log_file}")
    say(f"Installed in {session.get().status.python.parents[1]}")
    return 0


def doctor(options: argparse.Namespace) -> int:
    """``galatea doctor``."""
    import bpy

    from . import compat, preferences, rigify, session, version

    current = session.get()
    settings = preferences.settings()
    rows = [
        ("Galatea", f"{version.current()} in {version.ROOT}"),
        ("Blender", f"{bpy.app.version_string} ({'bpy module' if compat.is_module() else bpy.app.binary_path})"),
        ("Python", f"{platform.python_version()} ({sys.executable})"),
        ("System", f"{platform.platform()}, {os.cpu_count()} processors"),
        ("Data folder", f"{settings.data_folder}{'' if settings.data_folder.is_dir() else ' (not made yet)'}"),
        ("Environment", f"{current.status.state.value}. {current.status.message} {current.status.hint}".strip()),
        ("Its Python", f"{current.status.python or 'none'} ({current.status.source or 'not found'})"),
        ("Online access", "allowed" if settings.online else "off: nothing will be downloaded"),
        ("Rigify", "enabled" if rigify.is_enabled() else "off (comes with Blender, enabled when it is needed)"),
    ]
    for name, text in rows:
        print(f"{name:14} {text}")
    if current.problem:
        raise CommandProblem(current.problem)
    print("Ready to rig.")
    return 0


def say(text: str) -> None:
    """A line for whoever reads the terminal."""
    print(f"{COMMAND}: {text}", flush=True)
